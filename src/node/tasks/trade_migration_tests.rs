//! Three groups that trade, a strategy that changes, and every way in which one or two faults can hit the trades on their way.
//!
//! The model: a group is its store and its leader's memory; its log is a queue of records that are applied in order; the
//! network is a queue of messages. An *act* is the next message, the next record, or 50 ms of time, in which each group trades a
//! little and groups hear of the strategy one after the other. Faults are put before an act: a leader dies (it forgets,
//! what it has not logged is lost, the term grows), loses its role and wins it back (it forgets nothing), a message is lost, comes twice, or comes last. After every act every
//! trade is somewhere; at the end each is in one place, the one where it belongs.

use std::collections::BTreeMap;

use super::*;
use crate::domain::ids::{LogIndex, NodeId, SymbolId, Term};
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::order::Side;
use crate::domain::rules::PartitionStrategy;
use crate::node::tasks::runner::{Action, Runner};
use PartitionStrategy::{ConsistentHash, Hash, Modulo, Range};

const GROUPS: usize = 3;
const SHARE: u64 = 1_000;
const ACTS_MAX: usize = 4_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Crash(usize),
    /// The leader loses its role and wins it back: what it has not logged is lost, its memory is not.
    Depose(usize),
    /// The next record is applied, and the leader's machine has lost a change in the same turn: it is told of nothing.
    Deaf(usize),
    Lose,
    Twice,
    Last,
}

const FAULTS: [Fault; 12] = [
    Fault::Crash(0),
    Fault::Crash(1),
    Fault::Crash(2),
    Fault::Depose(0),
    Fault::Depose(1),
    Fault::Depose(2),
    Fault::Deaf(0),
    Fault::Deaf(1),
    Fault::Deaf(2),
    Fault::Lose,
    Fault::Twice,
    Fault::Last,
];

struct Group {
    store: TradeStore,
    task: Runner<TradeMigration>,
    /// The records that were applied.
    applied: LogIndex,
    term: Term,
    log: VecDeque<Storing>,
    map: ClusterMap,
    division: Division,
}

struct Model {
    map: ClusterMap,
    settings: PartitionSettings,
    groups: Vec<Group>,
    network: VecDeque<(GroupId, GroupId, TradeMessage)>,
    now: SimTime,
    /// Trades that are still to happen in each group, some with every stretch of time.
    to_trade: u64,
    /// Strategies that are still to come, with the number of the stretch.
    switches: Vec<(u64, PartitionStrategy)>,
    stretches: u64,
}

fn trade(id: TradeId) -> StoredTrade {
    let at = SimTime(id.number());
    StoredTrade { id, at, price: 100, quantity: 1, hop: 0, symbol: SymbolId(3), side: Side::Buy }
}

fn enter(store: &mut TradeStore) {
    store.enter(store.newest() + 1, trade);
}

fn change(store: &mut TradeStore, storing: &Storing) {
    match storing {
        Storing::Keep(bundle) => store.keep(bundle),
        Storing::Sent(bundle) => store.sent(bundle),
    }
}

fn group(place: usize) -> GroupId {
    GroupId(place as u16 + 1)
}

impl Model {
    fn new(trades: u64, switches: &[(u64, PartitionStrategy)]) -> Self {
        let settings = PartitionSettings::default();
        let map = ClusterMap { epoch: Epoch(1), groups: vec![vec![NodeId(1)]; GROUPS + 1], ..ClusterMap::default() };
        let made = |place| Group {
            store: TradeStore::new(group(place), SHARE),
            task: Runner::default(),
            applied: LogIndex::ORIGIN,
            term: Term(1),
            log: VecDeque::new(),
            map: map.clone(),
            division: Division::of(&map, &settings),
        };
        let groups = (0..GROUPS).map(made).collect();
        let switches = switches.to_vec();
        Self {
            map,
            settings,
            groups,
            network: VecDeque::new(),
            now: SimTime::ZERO,
            to_trade: trades,
            switches,
            stretches: 0,
        }
    }

    fn task(
        &mut self,
        place: usize,
        act: impl FnOnce(&mut Runner<TradeMigration>, &Context<'_>) -> Vec<Action<TradeMigration>>,
    ) {
        let Self { groups, network, now, .. } = self;
        let Group { store, task, term, log, map, division, applied } = &mut groups[place];
        let (state, of) = (TradeState { division, store, gap: SimDuration::ZERO }, group(place));
        for action in act(task, &Context { now: *now, group: of, term: *term, map, state }) {
            match action {
                Action::Propose(storing) => {
                    task.placed(&storing, Some(applied.plus(log.len() as u64 + 1)));
                    log.push_back(storing);
                }
                Action::Send(to, message) => network.push_back((to, of, message)),
            }
        }
    }

    fn deliver(&mut self) {
        let Some((to, from, message)) = self.network.pop_front() else { return };
        self.task(to.index() - 1, |task, context| task.receive(context, from, message));
    }

    fn apply(&mut self, place: usize) {
        let Some(storing) = self.groups[place].log.pop_front() else { return };
        change(&mut self.groups[place].store, &storing);
        let Group { applied, task, .. } = &mut self.groups[place];
        task.advance(*applied, applied.next());
        *applied = applied.next();
        self.task(place, |task, context| task.applied(context, &storing, &()));
    }

    /// Time passes: some trades happen, a strategy may change, and one group more hears of it.
    fn pass(&mut self) {
        self.now = SimTime(self.now.0 + SimDuration::from_millis(50).as_nanos());
        self.stretches += 1;
        let trades = self.to_trade.min(4);
        self.to_trade -= trades;
        if let Some((_, strategy)) = self.switches.pop_if(|(at, _)| *at <= self.stretches) {
            (self.map.strategy, self.map.epoch) = (strategy, Epoch(self.map.epoch.0 + 1));
        }
        let hears = self.stretches as usize % GROUPS;
        for place in 0..GROUPS {
            let group = &mut self.groups[place];
            (0..trades).for_each(|_| enter(&mut group.store));
            if place == hears && group.map.epoch < self.map.epoch {
                group.map = self.map.clone();
                if !group.division.fits(&group.map) {
                    group.division = Division::of(&group.map, &self.settings);
                }
            }
            self.task(place, Runner::tick);
        }
    }

    fn suffer(&mut self, fault: Fault) {
        match fault {
            Fault::Crash(place) => {
                let group = &mut self.groups[place];
                (group.task, group.term) = (Runner::default(), Term(group.term.0 + 1));
                // The last record has reached nobody else; the one before it has.
                group.log.pop_back();
            }
            Fault::Depose(place) => {
                let group = &mut self.groups[place];
                group.term = Term(group.term.0 + 1);
                group.log.pop_back();
            }
            Fault::Deaf(place) => {
                let group = &mut self.groups[place];
                if let Some(storing) = group.log.pop_front() {
                    change(&mut group.store, &storing);
                    group.applied = group.applied.next();
                    // The turn in which the machine was rebuilt.
                    group.task.advance(group.applied, group.applied);
                }
            }
            Fault::Lose => drop(self.network.pop_front()),
            Fault::Twice => self.network.extend(self.network.front().cloned()),
            Fault::Last => self.network.rotate_left(usize::from(!self.network.is_empty())),
        }
    }

    fn copies(&self) -> BTreeMap<TradeId, Vec<GroupId>> {
        let mut copies: BTreeMap<TradeId, Vec<GroupId>> = BTreeMap::new();
        for (place, of) in self.groups.iter().enumerate() {
            of.store.iter().for_each(|trade| copies.entry(trade.id).or_default().push(group(place)));
        }
        copies
    }

    fn happened(&self) -> u64 {
        self.groups.iter().map(|group| group.store.newest()).sum()
    }

    /// Whether nothing is on its way and nothing will be.
    fn is_quiet(&self) -> bool {
        let idle =
            |group: &Group| group.log.is_empty() && group.task.task().away() == 0 && group.map.epoch == self.map.epoch;
        self.network.is_empty() && self.to_trade == 0 && self.switches.is_empty() && self.groups.iter().all(idle)
    }

    /// One act: messages first, then records of one group after the other, then time.
    fn act(&mut self) {
        match self.groups.iter().position(|group| !group.log.is_empty()) {
            _ if !self.network.is_empty() => self.deliver(),
            Some(place) => self.apply(place),
            None => self.pass(),
        }
    }

    /// Runs to the end with these faults before these acts; how many acts it took.
    fn run(mut self, faults: &[(usize, Fault)]) -> usize {
        let mut quiet_for = 0;
        for act in 0..ACTS_MAX {
            faults.iter().filter(|(at, _)| *at == act).for_each(|(_, fault)| self.suffer(*fault));
            self.act();
            assert_eq!(self.copies().len() as u64, self.happened(), "{faults:?}: at act {act} a trade is nowhere");
            quiet_for = if self.is_quiet() { quiet_for + 1 } else { 0 };
            if quiet_for > 4 {
                self.assert_home(faults);
                return act;
            }
        }
        panic!(
            "{faults:?}: it does not come to rest; {} trades are away",
            self.groups.iter().map(|g| g.task.task().away()).sum::<u64>()
        );
    }

    fn assert_home(&self, faults: &[(usize, Fault)]) {
        for (id, places) in self.copies() {
            let home = self.groups[0].division.home(id);
            assert_eq!(places, [home], "{faults:?}: {id} is in one place, the one where it belongs");
        }
    }
}

fn there_and_back() -> Model {
    let mut switches = vec![(3, Modulo), (5, ConsistentHash), (7, Modulo), (8, Hash)];
    switches.reverse();
    Model::new(12, &switches)
}

#[test]
fn trades_come_to_where_they_belong_and_stay() {
    let mut model = Model::new(200, &[]);
    for _ in 0..2_000 {
        model.act();
    }
    assert!(model.is_quiet() && model.happened() == 600);
    model.assert_home(&[]);
    let held: Vec<_> = model.groups.iter().map(|group| group.store.len()).collect();
    assert!(held.iter().all(|held| (150..250).contains(held)), "{held:?}");
    let moved = model.groups.iter().map(|group| group.store.tally().moved).sum::<u64>();
    assert_eq!(moved, 0, "nothing goes twice while the strategy stays");
}

#[test]
fn one_fault_at_any_step_loses_nothing_and_leaves_nothing_twice() {
    let acts = there_and_back().run(&[]);
    assert!(acts > 80, "the way is long enough to be hit: {acts}");
    for at in 0..acts {
        for fault in FAULTS {
            there_and_back().run(&[(at, fault)]);
        }
    }
}

#[test]
fn two_faults_at_any_steps_of_a_switch_lose_nothing() {
    let switch = || Model::new(4, &[(2, Modulo)]);
    let acts = switch().run(&[]);
    for first in 0..acts {
        for second in first..acts + 10 {
            for fault in FAULTS {
                for other in FAULTS {
                    switch().run(&[(first, fault), (second, other)]);
                }
            }
        }
    }
}

#[test]
fn what_fills_a_bundle_leaves_at_once_and_the_rest_by_and_by() {
    let mut model = Model::new(0, &[]);
    model.groups[0].store = TradeStore::new(group(0), 2_000);
    (0..2_000).for_each(|_| enter(&mut model.groups[0].store));
    model.task(0, Runner::tick);
    let sizes = |model: &Model| {
        let size = |message: &TradeMessage| match message {
            TradeMessage::Keep(bundle) => bundle.trades().len(),
            TradeMessage::Kept(..) => 0,
        };
        model.network.iter().map(|(_, _, message)| size(message)).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&model), [BUNDLE_MAX, BUNDLE_MAX], "one for each of the two others");
    let mut calm = Model::new(0, &[]);
    (0..100).for_each(|_| enter(&mut calm.groups[0].store));
    calm.task(0, Runner::tick);
    assert_eq!(sizes(&calm).len(), 0, "the first stretch is not over");
    calm.now = SimTime::from_millis(100);
    calm.task(0, Runner::tick);
    assert_eq!(sizes(&calm).len(), 1, "one at a time");
}

#[test]
fn a_group_that_cannot_keep_does_not_hold_up_the_others() {
    let mut model = Model::new(400, &[]);
    for _ in 0..10_000 {
        // The second group has lost its quorum: what is for it gets lost.
        model.network.retain(|(to, ..)| *to != group(1));
        if model.network.is_empty() || model.groups.iter().all(|group| group.log.is_empty()) {
            model.act();
        } else {
            (0..GROUPS).for_each(|place| model.apply(place));
        }
    }
    let at_home = |place: usize| {
        let of = &model.groups[place];
        of.store.iter().filter(|trade| of.division.home(trade.id) == group(place)).count()
    };
    assert!(at_home(0) > 230 && at_home(2) > 230, "{} {}", at_home(0), at_home(2));
    assert_eq!(model.groups[0].task.task().in_flight.len(), 1, "one bundle waits for the second group");
}

#[test]
fn groups_that_do_not_answer_do_not_hold_up_the_others() {
    let map = ClusterMap { epoch: Epoch(1), groups: vec![vec![NodeId(1)]; 9], ..ClusterMap::default() };
    let division = Division::of(&map, &PartitionSettings::default());
    let mut store = TradeStore::new(group(0), 100_000);
    (0..8_000).for_each(|_| enter(&mut store));
    let mut task = Runner::<TradeMigration>::default();
    let mut asked = |ms| {
        let now = SimTime::from_millis(ms);
        let state = TradeState { division: &division, store: &store, gap: SimDuration::ZERO };
        let actions = task.tick(&Context { now, group: group(0), term: Term(1), map: &map, state });
        let sent = |action: &Action<_>| if let Action::Send(to, _) = action { Some(to.0) } else { None };
        actions.iter().filter_map(sent).collect::<Vec<_>>()
    };
    assert_eq!(asked(10), [2, 3, 4, 5], "so many at a time");
    assert_eq!(asked(60), [0; 0]);
    assert_eq!(asked(110), [2, 3, 4, 5, 6, 7, 8], "who was asked twice is waited for no more");
}

#[test]
fn who_goes_by_an_older_map_than_the_sender_keeps_nothing_yet() {
    let mut model = Model::new(0, &[]);
    (0..100).for_each(|_| enter(&mut model.groups[0].store));
    model.groups[0].map.epoch = Epoch(2);
    model.now = SimTime::from_millis(100);
    model.task(0, Runner::tick);
    let (to, from, message) = model.network.pop_front().expect("a bundle leaves");
    let place = to.index() - 1;
    model.task(place, |task, context| task.receive(context, from, message.clone()));
    assert!(model.groups[place].log.is_empty());
    model.groups[place].map.epoch = Epoch(2);
    model.task(place, |task, context| task.receive(context, from, message));
    assert_eq!(model.groups[place].log.len(), 1, "it has heard of the map");
}

#[test]
fn what_waits_for_a_group_that_never_answers_is_bounded_by_the_store() {
    let mut model = Model::new(0, &[]);
    for number in 1..=20_000_u64 {
        enter(&mut model.groups[0].store);
        if number.is_multiple_of(50) {
            model.now = SimTime(model.now.0 + SimDuration::from_millis(50).as_nanos());
            model.network.clear();
            model.task(0, Runner::tick);
        }
    }
    let bound = SHARE as usize + 64 + BUNDLE_MAX;
    let waits = model.groups[0].task.task().waiting.values().map(Waiting::len).max();
    assert!(waits.is_some_and(|waits| waits <= bound), "{waits:?} wait");
}

#[test]
fn what_was_at_home_is_counted_as_moved_and_what_comes_from_its_trade_is_not() {
    let mut model = Model::new(60, &[]);
    (0..1_000).for_each(|_| model.act());
    let moved = |model: &Model| model.groups.iter().map(|group| group.store.tally().moved).sum::<u64>();
    assert!(model.is_quiet() && moved(&model) == 0);
    let before = model.groups[0].division.clone();
    model.switches.push((0, Modulo));
    (0..1_000).for_each(|_| model.act());
    assert!(model.is_quiet());
    let (after, copies) = (model.groups[0].division.clone(), model.copies());
    let wanted = copies.keys().filter(|id| before.home(**id) != after.home(**id)).count() as u64;
    assert_eq!(moved(&model), wanted);
    assert!(wanted > 60, "{wanted}");
}

#[test]
fn range_puts_all_trades_into_one_partition_for_their_ids_begin_alike() {
    let mut model = Model::new(40, &[(3, Range)]);
    for _ in 0..2_000 {
        model.act();
    }
    assert!(model.is_quiet());
    model.assert_home(&[]);
    let held: Vec<_> = model.groups.iter().map(|group| group.store.len()).collect();
    assert_eq!((held.iter().sum::<u64>(), held.iter().filter(|held| **held > 0).count()), (120, 1));
}
