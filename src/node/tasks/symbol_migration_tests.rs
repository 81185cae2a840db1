//! A controller, a source and a target, a symbol between them, and every way in which one or two faults can hit its move.
//!
//! The model: a group is its state and its leader's memory; its log is a queue of records that are applied in order; the
//! network is a queue of messages. An *act* is the next message, the next record, a client's order, or 50 ms of time. Faults are
//! put before an act: a leader dies (it forgets, what it has not logged is lost, the term grows), a message is lost, comes
//! twice, or comes last. A client sends the same few orders again and again to whom the map names, as gateways do. Every run must
//! end with one owner, with the map naming it, and with each order executed once, in the order in which they were accepted. After
//! every act all money is counted again: what is in no group is on its way, to the last unit of cash and the last lot.

use std::collections::VecDeque;

use super::*;
use crate::domain::fact::Fate;
use crate::domain::ids::{AccountId, ClientId, LogIndex, NodeId, RequestId, Sequence, Term};
use crate::domain::map::{ClusterMap, Epoch, MapChange, SymbolMove};
use crate::domain::moving::Goods;
use crate::domain::order::{Batch, Command, OrderType, Record, Side, Verdict};
use crate::domain::settings::AccountSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::{Price, Quantity};
use crate::market::accounts::{Opening, Totals};
use crate::node::tasks::move_controller::{ControllerState, MoveController};
use crate::node::tasks::runner::{Action, Runner};

const GOOG: SymbolId = SymbolId(6);
const ACME: SymbolId = SymbolId(7);
const SOURCE: GroupId = GroupId(1);
const TARGET: GroupId = GroupId(2);
const ACTS_MAX: usize = 600;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Crash(usize),
    Lose,
    Twice,
    Last,
}

const FAULTS: [Fault; 6] = [Fault::Crash(0), Fault::Crash(1), Fault::Crash(2), Fault::Lose, Fault::Twice, Fault::Last];

#[derive(Clone, Debug)]
enum Logged {
    Moving(Moving),
    Orders(Record),
}

struct Group {
    exchange: Exchange,
    task: Runner<SymbolMigration>,
    term: Term,
    log: VecDeque<Logged>,
}

struct Model {
    map: ClusterMap,
    controller: Runner<MoveController>,
    meta_term: Term,
    meta_log: VecDeque<MapChange>,
    /// What the two groups' nodes know: they hear of a change when time passes.
    known: ClusterMap,
    groups: [Group; 2],
    network: VecDeque<(GroupId, GroupId, MoveMessage)>,
    now: SimTime,
    /// Who executed which order, and what was said of it.
    executed: Vec<(RequestId, GroupId)>,
    answers: Vec<(RequestId, Verdict)>,
    next_order: u64,
}

fn order(sequence: u64) -> Record {
    let (side, price) =
        if sequence.is_multiple_of(3) { (Side::Sell, 101) } else { (Side::Buy, 100 + sequence as i64 % 2) };
    let command = Command::place(GOOG, side, OrderType::Limit(Price(price)), Quantity(2 + sequence));
    Record { id: ClientId(sequence as u32 % 4).request(Sequence(sequence)), floor: Sequence(1), command }
}

/// Enough for every order in either group, and a sum that does not divide by two.
fn opening(group: GroupId) -> Opening {
    let settings = AccountSettings { cash: 99_999_999, lots: 1_000, member_times: 1 };
    Opening { group, partitions: 2, settings, members_to: AccountId(0) }
}

impl Model {
    fn new() -> Self {
        let voters = vec![NodeId(1)];
        let mut owners = vec![TARGET; 10];
        owners[usize::from(GOOG.0)] = SOURCE;
        let map = ClusterMap {
            epoch: Epoch(1),
            nodes: voters.clone(),
            groups: vec![voters.clone(), voters.clone(), voters],
            owners,
            ..ClusterMap::default()
        };
        let group = |group: GroupId, symbols: &[SymbolId]| Group {
            exchange: Exchange::open(opening(group), symbols.iter().copied()),
            task: Runner::default(),
            term: Term(1),
            log: VecDeque::new(),
        };
        let mut model = Self {
            known: map.clone(),
            map,
            controller: Runner::default(),
            meta_term: Term(1),
            meta_log: VecDeque::new(),
            groups: [group(SOURCE, &[GOOG]), group(TARGET, &[ACME])],
            network: VecDeque::new(),
            now: SimTime::ZERO,
            executed: Vec::new(),
            answers: Vec::new(),
            next_order: 1,
        };
        for _ in 0..12 {
            model.ask();
            model.apply(0);
        }
        let moves = [SymbolMove { symbol: GOOG, from: SOURCE, to: TARGET }];
        model.meta_log.push_back(MapChange::Move(moves.into()));
        model
    }

    /// The client sends an order, and an older one again, to whom the nodes believe to own the symbol.
    fn ask(&mut self) {
        let owner = self.known.owner(GOOG).expect("every symbol has an owner");
        let place = owner.index() - 1;
        for sequence in [self.next_order, (self.next_order * 7) % self.next_order.max(2)] {
            if (1..=16).contains(&sequence) {
                self.groups[place].log.push_back(Logged::Orders(order(sequence)));
            }
        }
        self.next_order += 1;
    }

    fn task(
        &mut self,
        place: usize,
        act: impl FnOnce(&mut Runner<SymbolMigration>, &Context<'_>) -> Vec<Action<SymbolMigration>>,
    ) {
        let Self { known, groups, network, now, .. } = self;
        let Group { exchange, task, term, log } = &mut groups[place];
        let group = GroupId(place as u16 + 1);
        for action in act(task, &Context { now: *now, group, term: *term, map: known, state: exchange }) {
            match action {
                Action::Propose(moving) => {
                    task.placed(&moving, Some(LogIndex(1)));
                    log.push_back(Logged::Moving(moving));
                }
                Action::Send(to, message) => network.push_back((to, group, message)),
            }
        }
    }

    fn controller(
        &mut self,
        act: impl FnOnce(&mut Runner<MoveController>, &runner::Context<'_, MoveController>) -> Vec<Action<MoveController>>,
    ) {
        let state = ControllerState { map: &self.map, at_once: 2 };
        let context =
            runner::Context { now: self.now, group: GroupId::META, term: self.meta_term, map: &self.known, state };
        for action in act(&mut self.controller, &context) {
            match action {
                Action::Propose(change) => {
                    self.controller.placed(&change, Some(LogIndex(1)));
                    self.meta_log.push_back(change);
                }
                Action::Send(to, message) => self.network.push_back((to, GroupId::META, message)),
            }
        }
    }

    fn drive(&mut self) {
        self.controller(Runner::tick);
        (0..2).for_each(|place| self.task(place, Runner::tick));
    }

    fn apply(&mut self, place: usize) -> bool {
        let Some(logged) = self.groups[place].log.pop_front() else { return false };
        match logged {
            Logged::Moving(moving) => {
                let (moved, sound, money) = self.groups[place].exchange.shift(&moving);
                assert!(sound && money.balanced, "book and money are sound after {moving:?}");
                self.task(place, |task, context| task.applied(context, &moving, &moved));
            }
            Logged::Orders(record) => {
                let mut verdicts = Vec::new();
                let outcome = self.groups[place].exchange.apply(&Batch::new(vec![record]), &mut verdicts);
                assert!(outcome.sound);
                match outcome.executed.fate(0) {
                    Fate::Executed => self.executed.push((record.id, GroupId(place as u16 + 1))),
                    Fate::Refused | Fate::Repeated => {}
                    Fate::PassedOn => return true,
                }
                self.answers.push((record.id, verdicts[0]));
            }
        }
        true
    }

    /// The next thing that happens; false if nothing will, ever.
    fn go_on(&mut self) -> bool {
        if let Some((to, from, message)) = self.network.pop_front() {
            match to {
                GroupId::META => self.controller(|controller, context| controller.receive(context, from, message)),
                to => self.task(to.index() - 1, |task, context| task.receive(context, from, message)),
            }
            return true;
        }
        if let Some(change) = self.meta_log.pop_front() {
            self.map.apply(&change);
            self.controller(|controller, context| controller.applied(context, &change, &()));
            self.controller(Runner::tick);
            return true;
        }
        if (0..2).any(|place| self.apply(place)) {
            self.ask();
            return true;
        }
        self.known = self.map.clone();
        self.now += SimDuration::from_millis(50);
        self.ask();
        self.drive();
        let still = |group: &Group| {
            let shipments = group.exchange.shipments();
            !group.log.is_empty() || !shipments.leaving().is_empty() || !shipments.arriving().is_empty()
        };
        let planned = !self.map.moves.is_empty() || !self.map.under_way.is_empty() || !self.meta_log.is_empty();
        planned || self.map.moved == 0 || self.groups.iter().any(still) || self.next_order <= 40
    }

    fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Crash(2) => {
                self.controller = Runner::default();
                self.meta_term = self.meta_term.next();
                // The plan itself was logged by somebody else, and stands.
                self.meta_log.retain(|change| matches!(change, MapChange::Move(_)));
            }
            Fault::Crash(place) => {
                let group = &mut self.groups[place];
                group.task = Runner::default();
                group.log.clear();
                group.term = group.term.next();
            }
            Fault::Lose => drop(self.network.pop_front()),
            Fault::Twice => {
                if let Some(message) = self.network.front().cloned() {
                    self.network.push_back(message);
                }
            }
            Fault::Last => {
                if let Some(message) = self.network.pop_front() {
                    self.network.push_back(message);
                }
            }
        }
    }

    /// Runs to the end with these faults before these acts; how many acts it took.
    fn run(&mut self, faults: &[(usize, Fault)]) -> usize {
        for count in 0..ACTS_MAX {
            faults.iter().filter(|(at, _)| *at == count).for_each(|(_, fault)| self.fault(*fault));
            if !self.go_on() {
                return count;
            }
            self.check(faults);
        }
        panic!("a move without an end after {faults:?}: {:?}", self.map);
    }

    /// What holds at every moment.
    fn check(&self, faults: &[(usize, Fault)]) {
        let serve = self.groups.iter().filter(|group| group.exchange.serves(GOOG).is_ok()).count();
        assert!(serve <= 1, "two owners after {faults:?}");
        self.count_money(faults);
    }

    /// Every unit of cash and every lot is in one group or on its way, and in one of them only.
    fn count_money(&self, faults: &[(usize, Fault)]) {
        let [source, target] = [0, 1].map(|place| &self.groups[place].exchange);
        assert!(source.audit_money() && target.audit_money(), "sums that do not add up after {faults:?}");
        let of = |pick: fn(&Totals) -> i128| pick(source.accounts().totals()) + pick(target.accounts().totals());
        let gone = |leaving: &&Leaving| target.serves(leaving.shipment.symbol).is_err();
        let leaving = source.shipments().leaving().iter().filter(gone).flat_map(|leaving| &leaving.parts);
        let (mut cash, mut lots) = (0, 0);
        for goods in leaving.flat_map(|part| part.goods()) {
            match goods {
                Goods::Order(order) if order.side == Side::Buy => cash += unit() * i128::from(order.price * order.left),
                Goods::Holding(holding) => lots += holding.free + holding.reserved,
                _ => {}
            }
        }
        assert_eq!(of(|totals| totals.sent - totals.received), cash, "cash on its way after {faults:?}");
        let lots_away = of(|totals| i128::from(totals.lots_sent) - i128::from(totals.lots_received));
        assert_eq!(lots_away, i128::from(lots), "lots on their way after {faults:?}");
        assert_eq!(of(|totals| totals.held) + cash, of(|totals| totals.opened), "cash after {faults:?}");
    }

    /// What holds at the end.
    fn judge(&mut self, faults: &[(usize, Fault)]) {
        assert_eq!(self.map.owner(GOOG), Some(TARGET), "{faults:?}");
        assert!(self.groups[1].exchange.serves(GOOG).is_ok() && self.groups[0].exchange.book(GOOG).is_none());
        // Whatever was lost with a leader is sent again; then every order is executed, and just once.
        for sequence in 1..=16 {
            self.groups[1].log.push_back(Logged::Orders(order(sequence)));
            assert!(self.apply(1));
        }
        let mut names: Vec<_> = self.executed.iter().map(|(id, _)| *id).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), count), (16, 16), "an order lost or executed twice after {faults:?}");
        for (id, verdict) in &self.answers {
            let first = self.answers.iter().find(|(other, _)| other == id).map(|(_, verdict)| *verdict);
            assert_eq!(first, Some(*verdict), "{id} was answered in two ways after {faults:?}");
        }
        self.compare_with_one_group(faults);
    }

    /// A group that was given all orders as they were executed, and never moved anything, has the same book.
    fn compare_with_one_group(&self, faults: &[(usize, Fault)]) {
        let mut plain = Exchange::open(opening(SOURCE), [GOOG]);
        for (id, _) in &self.executed {
            plain.apply(&Batch::new(vec![order(id.sequence.0)]), &mut Vec::new());
        }
        let book = |exchange: &Exchange| {
            let book = exchange.book(GOOG).expect("it owns it").clone();
            assert!(book.audit());
            let side = |side| {
                book.orders(side)
                    .map(|(price, order)| (price, order.id(), order.left, order.filled))
                    .collect::<Vec<_>>()
            };
            let tape: Vec<_> = book.tape().latest().collect();
            (
                side(Side::Buy),
                side(Side::Sell),
                *book.flow(Side::Buy),
                *book.flow(Side::Sell),
                tape,
                book.tape().count(),
            )
        };
        assert_eq!(book(&self.groups[1].exchange), book(&plain), "the book is another after {faults:?}");
        self.compare_accounts(&plain, faults);
        for (id, _) in &self.executed {
            let after = self.groups[1].exchange.query(*id, GOOG);
            assert_eq!(after, plain.query(*id, GOOG), "a query of {id} sees something else after {faults:?}");
        }
    }

    /// Everybody has the lots, at the cost and with the profit, that he would have had without a move; and the cash, though
    /// part of it is in the one group and part in the other.
    fn compare_accounts(&self, plain: &Exchange, faults: &[(usize, Fault)]) {
        let [source, target] = [0, 1].map(|place| &self.groups[place].exchange);
        for account in (0..4).map(AccountId) {
            let holding = |exchange: &Exchange| {
                exchange.stock(GOOG).expect("it owns it").holding(account, exchange.accounts().opening())
            };
            assert_eq!(holding(target), holding(plain), "{account:?} has something else after {faults:?}");
            let gained = |exchange: &Exchange| {
                let purse = exchange.accounts().purse(account);
                purse.free + purse.reserved - exchange.accounts().opening().cash(account).0
            };
            assert_eq!(gained(source) + gained(target), gained(plain), "cash of {account:?} after {faults:?}");
            let reserved = |exchange: &Exchange| exchange.accounts().purse(account).reserved;
            assert_eq!((reserved(source), reserved(target)), (0, reserved(plain)), "{account:?} after {faults:?}");
        }
    }
}

/// Cash of one lot of the symbol at one tick.
fn unit() -> i128 {
    GOOG.instrument().expect("it is listed").notional(Price(1), Quantity(1)).0
}

#[test]
fn a_symbol_moves_with_all_that_belongs_to_it() {
    let mut model = Model::new();
    model.run(&[]);
    model.judge(&[]);
    let by = |group| model.executed.iter().filter(|(_, by)| *by == group).count();
    assert!(by(SOURCE) >= 10 && by(TARGET) >= 1, "orders were executed before and after: {:?}", model.executed);
}

#[test]
fn every_single_fault_leaves_one_owner_and_each_order_once() {
    let acts = Model::new().run(&[]);
    for at in 0..=acts {
        for fault in FAULTS {
            let mut model = Model::new();
            model.run(&[(at, fault)]);
            model.judge(&[(at, fault)]);
        }
    }
}

#[test]
fn every_pair_of_faults_leaves_one_owner_and_each_order_once() {
    // A fault makes a run longer: the second may come after the acts of a run without any.
    let acts = Model::new().run(&[]).min(90);
    for first in 0..acts {
        for second in first..acts {
            for faults in FAULTS.iter().flat_map(|one| FAULTS.iter().map(|two| [(first, *one), (second, *two)])) {
                let mut model = Model::new();
                model.run(&faults);
                model.judge(&faults);
            }
        }
    }
}

#[test]
fn a_straggler_of_an_older_move_changes_nothing() {
    let mut model = Model::new();
    let mut parts = Vec::new();
    while model.map.moved == 0 {
        if let Some((TARGET, _, message)) = model.network.front()
            && matches!(message.step, MoveStep::Part(_))
        {
            parts.push(message.clone());
        }
        assert!(model.go_on());
    }
    model.run(&[]);
    // It goes back, and then all messages of the first move come once more.
    let back = [SymbolMove { symbol: GOOG, from: TARGET, to: SOURCE }];
    model.meta_log.push_back(MapChange::Move(back.into()));
    while model.map.moved < 2 {
        assert!(model.go_on());
    }
    model.run(&[]);
    assert_eq!(model.map.owner(GOOG), Some(SOURCE));
    assert!(!parts.is_empty());
    for message in parts {
        model.task(1, |task, context| task.receive(context, SOURCE, message));
    }
    assert!(model.groups[1].log.is_empty() && model.groups[1].exchange.serves(GOOG).is_err());
    assert!(model.groups[0].exchange.serves(GOOG).is_ok());
}
