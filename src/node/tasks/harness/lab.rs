//! The lab: groups, their leaders, and a network between them that does as it is told.

use std::collections::{BTreeMap, VecDeque};

use super::stories::Story;
use crate::domain::fact::Fate;
use crate::domain::ids::{GroupId, LogIndex, RequestId, SymbolId, Term};
use crate::domain::log::Payload;
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Command, OrderStatus, Record};
use crate::domain::settings::Settings;
use crate::domain::stored::TradeId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::work::{Decision, Half, TxId, Work, Worked};
use crate::market::exchange::Exchange;
use crate::node::machine::{Machine, Wealth};
use crate::node::tasks::message::{Body, GroupMessage, Header};
use crate::node::tasks::tx_step::{TxMessage, TxStep};
use crate::node::tasks::{Deed, Division, Done, Site, State, Tasks};
use crate::routing::placement::initial_map;

/// A story that has not ended by then hangs.
const ACTS_MAX: usize = 6_000;
/// Stretches of 50 ms without anything to do, after which nothing will come of itself: more than the longest timer.
const QUIET_FOR: u32 = 14;

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deviation {
    /// The next message is lost.
    Lose,
    /// The next message comes only after this number of further acts, as one does that a frozen node had taken to pass on.
    Delay(usize),
    /// The next message comes now, and once more after this number of acts.
    Double(usize),
    /// Another node leads a group; what the old leader had logged is kept or lost.
    Elect {
        group: usize,
        keeps_log: bool,
        /// The new leader has heard of no change of the map.
        old_map: bool,
    },
    /// The next record of a group is applied, and its leader's tasks are told nothing, for its machine had a gap.
    Miss(usize),
}

/// A mechanism that is broken on purpose, so that the harness is seen red.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Sabotage {
    /// All is as the product has it.
    #[default]
    Nothing,
    /// *Finish* goes to the owner of the symbol by the leader's map, and whoever holds nothing says "finished".
    FinishByMap,
    /// Participants forget what they have finished.
    NoMemory,
}

/// Until everything else is over.
const FOR_EVER: usize = usize::MAX;
const GROUPS: usize = 4;

impl Deviation {
    /// Each of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let later = [3, 12, 40, FOR_EVER];
        let messages = later.into_iter().flat_map(|acts| [Self::Delay(acts), Self::Double(acts)]);
        let elect = |group| {
            [(true, false), (false, false), (true, true)].map(|(keeps_log, old_map)| Self::Elect {
                group,
                keeps_log,
                old_map,
            })
        };
        let groups = (0..GROUPS).flat_map(move |group| elect(group).into_iter().chain([Self::Miss(group)]));
        std::iter::once(Self::Lose).chain(messages).chain(groups)
    }
}

/// A group: what its replicas have applied, and what its leader is about.
#[derive(Clone)]
struct Group {
    id: GroupId,
    machine: Machine,
    applied: LogIndex,
    log: VecDeque<Payload>,
    term: Term,
    /// The leader has applied an entry of its own term.
    settled: bool,
    tasks: Tasks,
    map: ClusterMap,
    division: Division,
}

/// A request of a client, who asks again until it is carried out.
#[derive(Clone)]
struct Request {
    record: Record,
    executed: u32,
    /// The group that was asked before.
    before: Option<GroupId>,
}

/// The whole.
#[derive(Clone)]
pub(super) struct Lab {
    settings: Settings,
    now: SimTime,
    genesis: ClusterMap,
    groups: Vec<Group>,
    network: VecDeque<GroupMessage>,
    /// Messages on their way over a slow route, with the act at which they arrive.
    slow: Vec<(usize, GroupMessage)>,
    requests: Vec<Request>,
    act: usize,
    quiet: u32,
    decided: BTreeMap<TxId, (Decision, [Option<GroupId>; 2])>,
    happened: BTreeMap<(TxId, Half), GroupId>,
    trades: u64,
    pub(super) sabotage: Sabotage,
}

impl Lab {
    /// A cluster of three partitions that begins like this.
    pub(super) fn new(settings: Settings) -> Self {
        let genesis = initial_map(&settings);
        let shared = std::sync::Arc::new(genesis.clone());
        let wealth = Wealth::of(&settings);
        let group = |place: usize| {
            let id = GroupId(place as u16);
            Group {
                id,
                machine: Machine::new(id, &shared, &wealth).keeping(id, &settings),
                applied: LogIndex::ORIGIN,
                log: VecDeque::new(),
                term: Term(1),
                settled: true,
                tasks: Tasks::default(),
                map: genesis.clone(),
                division: Division::of(&genesis, &settings.partition),
            }
        };
        Self {
            now: SimTime::ZERO,
            groups: (0..GROUPS).map(group).collect(),
            genesis,
            settings,
            network: VecDeque::new(),
            slow: Vec::new(),
            requests: Vec::new(),
            act: 0,
            quiet: 0,
            decided: BTreeMap::new(),
            happened: BTreeMap::new(),
            trades: 0,
            sabotage: Sabotage::Nothing,
        }
    }

    /// The map as `meta` has applied it.
    pub(super) fn map(&self) -> &ClusterMap {
        self.groups[0].machine.map().expect("meta has a map")
    }

    fn exchanges(&self) -> impl Iterator<Item = (GroupId, &Exchange)> {
        self.groups.iter().filter_map(|group| group.machine.exchange().map(|exchange| (group.id, exchange)))
    }

    /// Carries a record out at once, before anything can go wrong.
    pub(super) fn before(&mut self, record: Record) {
        let owner = self.map().owner(record.command.symbol()).expect("every symbol has an owner");
        self.groups[owner.index()].log.push_back(Payload::Orders(Batch::new(vec![record])));
        self.apply(owner.index(), true);
    }

    /// A client asks.
    pub(super) fn ask(&mut self, record: Record) {
        self.requests.push(Request { record, executed: 0, before: None });
    }

    /// A change of the map is in `meta`'s log, for good.
    pub(super) fn log_change(&mut self, payload: Payload) {
        self.groups[0].log.push_back(payload);
    }

    /// Runs a story to its end with these deviations; how many acts it took.
    pub(super) fn run(
        &mut self,
        story: &Story,
        deviations: &[(usize, Deviation)],
        seen: &mut impl FnMut(u64),
    ) -> usize {
        let mut cues = story.cues.iter().peekable();
        loop {
            while let Some((_, cue)) = cues.next_if(|(at, _)| *at <= self.act) {
                cue(self);
            }
            let act = self.act;
            deviations.iter().filter(|(at, _)| *at == act).for_each(|(_, deviation)| self.deviate(*deviation));
            self.go_on();
            self.act += 1;
            seen(self.state());
            self.check(story.name, deviations);
            if self.is_over() && cues.peek().is_none() {
                if !self.deliver_the_slowest() {
                    break;
                }
                self.quiet = 0;
            }
            assert!(self.act < ACTS_MAX, "{}: no end after {deviations:?}: {}", story.name, self.open());
        }
        self.judge(story.name, deviations);
        self.act
    }

    /// What is left when nothing else is: the messages that had no time to come.
    fn deliver_the_slowest(&mut self) -> bool {
        let late = std::mem::take(&mut self.slow);
        let any = !late.is_empty();
        self.network.extend(late.into_iter().map(|(_, message)| message));
        any
    }

    fn go_on(&mut self) {
        let act = self.act;
        let (due, slow) = std::mem::take(&mut self.slow).into_iter().partition(|(at, _)| *at <= act);
        self.slow = slow;
        let due: Vec<(usize, GroupMessage)> = due;
        due.into_iter().rev().for_each(|(_, message)| self.network.push_front(message));
        if let Some(message) = self.network.pop_front() {
            self.quiet = 0;
            self.deliver(message);
        } else if let Some(place) = self.groups.iter().position(|group| !group.log.is_empty()) {
            self.quiet = 0;
            self.apply(place, true);
        } else {
            self.pass();
        }
    }

    fn deliver(&mut self, message: GroupMessage) {
        let GroupMessage { header, body } = message;
        if self.sabotage == Sabotage::FinishByMap && self.says_finished_for_nothing(&header, &body) {
            return;
        }
        self.lead(header.to.index(), |tasks, site| tasks.receive(site, header.from, body));
    }

    /// A group that holds nothing answers "finished", as participants once did.
    fn says_finished_for_nothing(&mut self, header: &Header, body: &Body) -> bool {
        let Body::Transaction(TxMessage { tx, half, step: TxStep::Finish { .. } }) = *body else { return false };
        let exchange = self.groups[header.to.index()].machine.exchange();
        let holds = exchange.is_some_and(|exchange| exchange.transactions().prepared(tx, half).is_some());
        if !holds {
            let header = Header { to: header.from, from: header.to, ..*header };
            let body = Body::Transaction(TxMessage { tx, half, step: TxStep::Finished });
            self.network.push_back(GroupMessage { header, body });
        }
        !holds
    }

    /// Where *finish* went when the map was asked. The coordinator believes whoever answers, so the voters are rewritten too.
    fn by_map(&self, map: &ClusterMap, payload: &mut Payload) {
        let Payload::Work(Work::Decide { tx, voters, .. }) = payload else { return };
        let coordinator = self.groups[tx.coordinator.index()].machine.exchange();
        let open = coordinator.and_then(|exchange| exchange.transactions().open(tx.number));
        for (voter, part) in voters.iter_mut().zip(open.into_iter().flat_map(|open| open.transaction.parts)) {
            let owner = part.symbol().and_then(|symbol| map.owner(symbol));
            *voter = voter.and(owner).or(*voter);
        }
    }

    /// Lets a leader's tasks act, if it is one that may.
    fn lead(&mut self, place: usize, act: impl FnOnce(&mut Tasks, &Site<'_>) -> Vec<Deed>) {
        let now = self.now;
        if self.sabotage == Sabotage::NoMemory
            && let Some(exchange) = self.groups[place].machine.exchange_mut()
        {
            exchange.forget_finished();
        }
        let Group { id, machine, applied, log, term, settled, tasks, map, division } = &mut self.groups[place];
        if !*settled {
            return;
        }
        let state = match &*machine {
            Machine::Exchange(exchange) => State::Exchange(exchange),
            Machine::Map { map, .. } => State::Map(map),
        };
        let (moves_at_once, bundle_gap) = (self.settings.partition.moves_at_once, SimDuration::ZERO);
        let site = Site { now, group: *id, term: *term, map, state, division, moves_at_once, bundle_gap };
        for deed in act(tasks, &site) {
            match deed {
                Deed::Send(to, body) => {
                    let header = Header { to, from: *id, epoch: map.epoch, hops: 0 };
                    self.network.push_back(GroupMessage { header, body });
                }
                Deed::Propose(payload) => {
                    let at = applied.plus(log.iter().map(Payload::len).sum::<u64>() + 1);
                    tasks.placed(&payload, Some(at));
                    log.push_back(payload);
                }
            }
        }
    }

    /// Applies the next record of a group; its leader's tasks are told, or not.
    fn apply(&mut self, place: usize, told: bool) {
        let Some(mut payload) = self.groups[place].log.pop_front() else { return };
        if self.sabotage == Sabotage::FinishByMap {
            self.by_map(&self.groups[place].map, &mut payload);
        }
        let group = &mut self.groups[place];
        let mut verdicts = Vec::new();
        let mut outcome = group.machine.apply(&payload, &mut verdicts);
        assert!(outcome.sound && outcome.money.balanced, "books and accounts are sound after {payload:?}");
        let from = group.applied;
        group.applied = from.plus(payload.len());
        let span = (from, group.applied);
        if matches!(payload, Payload::Noop) && group.log.iter().all(|later| *later != Payload::Noop) {
            group.settled = true;
        }
        if let Payload::Orders(batch) = &payload {
            let record = batch.records()[0];
            if outcome.executed.fate(0) == Fate::Executed {
                self.requests.iter_mut().filter(|request| request.record.id == record.id).for_each(|r| r.executed += 1);
            }
        }
        let (_, task) = outcome.split(payload);
        if let Some(Done::Work(work, worked)) = &task {
            self.note(GroupId(place as u16), *work, *worked);
        }
        if told {
            self.lead(place, |tasks, site| tasks.turn(site, span, task.as_slice()));
        } else {
            // The turn in which the machine was rebuilt.
            let applied = self.groups[place].applied;
            self.lead(place, |tasks, site| tasks.turn(site, (applied, applied), &[]));
        }
    }

    /// Both halves as decided, each once, in the groups that hold them; or neither.
    fn note(&mut self, group: GroupId, work: Work, worked: Worked) {
        match (work, worked) {
            (Work::Decide { tx, decision, voters }, Worked::Decided) => {
                assert!(self.decided.insert(tx, (decision, voters)).is_none(), "{tx} was decided twice");
            }
            (Work::Finish { tx, half, decision, .. }, Worked::Finished) if decision.is_commit() => {
                let (decided, voters) = self.decided.get(&tx).copied().expect("what happens was decided");
                assert_eq!((decided, voters[half.index()]), (decision, Some(group)), "{tx} {half:?}");
                assert!(self.happened.insert((tx, half), group).is_none(), "{tx} {half:?} happened twice");
            }
            (Work::Forget { tx }, Worked::Forgotten) => {
                let (decided, _) = self.decided[&tx];
                let both = Half::BOTH.iter().all(|half| self.happened.contains_key(&(tx, *half)));
                assert!(both == decided.is_commit(), "{tx} was forgotten, decided {decided:?}");
            }
            _ => {}
        }
    }

    /// Nothing is on its way: 50 ms pass, one more group hears of the map, clients ask, timers run out.
    fn pass(&mut self) {
        self.now += SimDuration::from_millis(50);
        self.quiet += 1;
        let hears = (self.now.0 / SimDuration::from_millis(50).as_nanos()) as usize % GROUPS;
        let map = self.map().clone();
        let hearing = &mut self.groups[hears];
        if hearing.map.epoch < map.epoch {
            self.quiet = 0;
            if !hearing.division.fits(&map) {
                hearing.division = Division::of(&map, &self.settings.partition);
            }
            hearing.map = map;
        }
        self.ask_again();
        (0..GROUPS).for_each(|place| self.lead(place, Tasks::beat));
    }

    /// Each open request goes to the owner, and once more to the group that was asked before, as a copy does that was slow.
    fn ask_again(&mut self) {
        for place in 0..self.requests.len() {
            let Request { record, executed, before } = self.requests[place];
            let owner = self.map().owner(record.command.symbol());
            if executed == 0 {
                self.quiet = 0;
                self.requests[place].before = owner;
            }
            for group in [owner.filter(|_| executed == 0), before].into_iter().flatten() {
                self.submit(group, record);
            }
            if executed > 0 {
                self.requests[place].before = None;
            }
        }
    }

    /// The gate of a leader, as the replica has it.
    fn submit(&mut self, to: GroupId, record: Record) {
        let group = &mut self.groups[to.index()];
        let symbol = record.command.symbol();
        let is_spread = matches!(record.command, Command::Spread { .. });
        let waits = group.tasks.freezes(symbol) || is_spread && group.tasks.closes(symbol);
        if group.settled && !waits {
            group.log.push_back(Payload::Orders(Batch::new(vec![record])));
        }
    }

    fn deviate(&mut self, deviation: Deviation) {
        match deviation {
            Deviation::Lose => drop(self.network.pop_front()),
            Deviation::Delay(acts) => {
                if let Some(message) = self.network.pop_front() {
                    self.slow.push((self.act.saturating_add(acts), message));
                }
            }
            Deviation::Double(acts) => {
                if let Some(message) = self.network.front().cloned() {
                    self.slow.push((self.act.saturating_add(acts), message));
                }
            }
            Deviation::Elect { group, keeps_log, old_map } => self.elect(group, keeps_log, old_map),
            Deviation::Miss(group) => self.apply(group, false),
        }
    }

    fn elect(&mut self, place: usize, keeps_log: bool, old_map: bool) {
        let group = &mut self.groups[place];
        if !keeps_log {
            // What the story itself has put there is in the log of every replica.
            group.log.retain(|payload| matches!(payload, Payload::Map(change) if super::stories::is_given(change)));
        }
        (group.tasks, group.term, group.settled) = (Tasks::default(), group.term.next(), false);
        group.log.push_back(Payload::Noop);
        if old_map {
            group.map = self.genesis.clone();
            group.division = Division::of(&group.map, &self.settings.partition);
        }
    }

    /// Whether nothing will happen of itself any more.
    fn is_over(&self) -> bool {
        self.quiet > QUIET_FOR && self.network.is_empty() && self.groups.iter().all(|group| group.log.is_empty())
    }

    fn open(&self) -> String {
        let of = |(group, exchange): (GroupId, &Exchange)| {
            let (known, moves) = (exchange.transactions(), exchange.shipments());
            let counts = (known.opened().len(), known.guests().len(), moves.leaving().len(), moves.arriving().len());
            format!("{group} open, prepared, leaving, arriving {counts:?}")
        };
        let groups: Vec<String> = self.exchanges().map(of).collect();
        format!("{}; moves {:?} {:?}", groups.join("; "), self.map().moves, self.map().under_way)
    }

    /// What holds at every moment.
    fn check(&mut self, story: &str, deviations: &[(usize, Deviation)]) {
        let (mut sent, mut received, mut lots, mut held, mut opened) = (0, 0, 0_i128, 0, 0);
        for (group, exchange) in self.exchanges() {
            assert!(exchange.audit_money(), "{story}: the sums of {group} after {deviations:?}");
            let totals = exchange.accounts().totals();
            (sent, received) = (sent + totals.sent, received + totals.received);
            lots += i128::from(totals.lots_sent) - i128::from(totals.lots_received);
            (held, opened) = (held + totals.held, opened + totals.opened);
        }
        assert!(received <= sent && lots >= 0, "{story}: more arrived than left after {deviations:?}");
        assert_eq!(held + sent - received, opened, "{story}: cash was made or lost after {deviations:?}");
        for symbol in self.symbols() {
            let serving = self.exchanges().filter(|(_, exchange)| exchange.serves(symbol).is_ok()).count();
            assert!(serving <= 1, "{story}: {} has two owners after {deviations:?}", symbol.name());
        }
        let happened = self.exchanges().map(|(_, exchange)| exchange.trades().store().newest()).sum();
        self.trades = self.trades.max(happened);
    }

    fn symbols(&self) -> impl Iterator<Item = SymbolId> + use<> {
        (0..self.genesis.owners.len() as u16).map(SymbolId)
    }

    /// What holds at the end.
    fn judge(&self, story: &str, deviations: &[(usize, Deviation)]) {
        let open = || format!("{story}: {} after {deviations:?}", self.open());
        for (_, exchange) in self.exchanges() {
            assert!(exchange.transactions().is_idle() && exchange.waiting() == 0, "{}", open());
            assert!(
                exchange.shipments().leaving().is_empty() && exchange.shipments().arriving().is_empty(),
                "{}",
                open()
            );
        }
        assert!(self.map().moves.is_empty() && self.map().under_way.is_empty(), "{}", open());
        let totals = || self.exchanges().map(|(_, exchange)| exchange.accounts().totals());
        assert_eq!(
            totals().map(|t| t.sent - t.received).sum::<i128>(),
            0,
            "{story}: cash on its way for ever after {deviations:?}"
        );
        for symbol in self.symbols() {
            let owner = self.map().owner(symbol);
            let serving: Vec<_> = self.exchanges().filter(|(_, exchange)| exchange.serves(symbol).is_ok()).collect();
            let groups: Vec<_> = serving.iter().map(|(group, _)| Some(*group)).collect();
            assert_eq!(groups, [owner], "{story}: {} after {deviations:?}", symbol.name());
            let book = serving[0].1.book(symbol).expect("it is listed");
            assert!(book.audit() && !book.holds(), "{story}: something is held for ever after {deviations:?}");
        }
        for request in &self.requests {
            assert_eq!(request.executed, 1, "{story}: {} after {deviations:?}", request.record.id);
        }
        self.judge_spreads(story, deviations);
        self.judge_trades(story, deviations);
        self.judge_venues(story, deviations);
    }

    /// Each spread that was decided has traded what it says, in both books.
    fn judge_spreads(&self, story: &str, deviations: &[(usize, Deviation)]) {
        let decisions = self.decided.iter().filter(|(_, (decision, _))| decision.is_commit());
        for (tx, _) in decisions {
            let halves = Half::BOTH.map(|half| self.happened.contains_key(&(*tx, half)));
            assert_eq!(halves, [true; 2], "{story}: {tx} after {deviations:?}");
        }
        let ended = |status: OrderStatus| matches!(status, OrderStatus::Filled | OrderStatus::Rejected(_));
        for Request { record, .. } in &self.requests {
            if let Command::Spread { legs } = record.command {
                let status = self.status(record.id, legs[0].symbol());
                assert!(status.is_none_or(ended), "{story}: {} is {status:?} after {deviations:?}", record.id);
            }
        }
    }

    /// Transactions that happened, symbols that moved, and trades.
    pub(super) fn feats(&self) -> [u64; 3] {
        let happened = self.decided.values().filter(|(decision, _)| decision.is_commit()).count() as u64;
        [happened, self.map().moved, self.trades]
    }

    /// How an order ended, as its symbol's owner tells it.
    fn status(&self, id: RequestId, symbol: SymbolId) -> Option<OrderStatus> {
        self.exchanges().find_map(|(_, exchange)| {
            exchange.serves(symbol).ok().and_then(|()| exchange.query(id, symbol)).map(|verdict| verdict.status)
        })
    }

    /// Every trade is in one place, the one where it belongs.
    fn judge_trades(&self, story: &str, deviations: &[(usize, Deviation)]) {
        let division = Division::of(self.map(), &self.settings.partition);
        let mut places: BTreeMap<TradeId, Vec<GroupId>> = BTreeMap::new();
        for (group, exchange) in self.exchanges() {
            exchange.trades().store().iter().for_each(|trade| places.entry(trade.id).or_default().push(group));
        }
        assert_eq!(places.len() as u64, self.trades, "{story}: a trade is nowhere after {deviations:?}");
        for (id, groups) in places {
            assert_eq!(groups, [division.home(id)], "{story}: {id} after {deviations:?}");
        }
    }

    /// Every group has each venue as the map wants it, and a closed one holds nothing.
    fn judge_venues(&self, story: &str, deviations: &[(usize, Deviation)]) {
        for (group, exchange) in self.exchanges() {
            assert_eq!(exchange.venues(), self.map().venues, "{story}: venues of {group} after {deviations:?}");
            for (venue, state) in crate::domain::venue::VenueId::first(self.map().venues.len()).zip(exchange.venues()) {
                assert!(
                    state.open || exchange.resting_at(venue) == 0,
                    "{story}: {venue} of {group} after {deviations:?}"
                );
            }
        }
    }

    /// A fingerprint of all that decides what comes next.
    fn state(&self) -> u64 {
        let digest = self.groups.iter().fold(crate::domain::digest::Digest(0), |digest, group| {
            let log = group.log.iter().fold(digest, |digest, payload| digest.mix(payload.digest().0));
            log.mix(group.machine.chain().0).mix(group.term.0).mix(group.map.epoch.0).mix(u64::from(group.settled))
        });
        let messages = self.network.iter().chain(self.slow.iter().map(|(_, message)| message));
        messages.fold(digest.mix(u64::from(self.quiet)), |digest, message| digest.mix(message.digest().0)).0
    }
}
