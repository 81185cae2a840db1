//! Two groups, a spread between them, and every way in which one or two faults can hit it.
//!
//! The model: a group is its exchange and its leader's task; its log is a queue of works that are applied in order; the
//! network is a queue of messages. A *move* is the next message, the next work, or 50 ms of time. Faults are put before a
//! move: a leader dies (its task forgets, what it has not logged is lost, the term grows), a message is lost, comes twice,
//! or comes last. Every run must end with both legs done or neither, and nothing held. The `harness` has more groups, more
//! protocols at once, and messages that come at any later time.

use std::collections::VecDeque;

use super::*;
use crate::domain::ids::LogIndex;
use crate::domain::ids::{AccountId, ClientId, NodeId, RequestId, Sequence, SymbolId};
use crate::domain::map::ClusterMap;
use crate::domain::map::Epoch;
use crate::domain::order::{Batch, Command, OrderStatus, OrderType, Record, Side};
use crate::domain::settings::AccountSettings;
use crate::domain::time::SimTime;
use crate::domain::units::{Price, Quantity};
use crate::domain::work::Leg;
use crate::market::accounts::Opening;
use crate::market::exchange::Exchange;
use crate::node::tasks::runner::{Action, Runner};

const GOOG: SymbolId = SymbolId(6);
const ACME: SymbolId = SymbolId(7);
const MOVES_MAX: usize = 400;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Crash(usize),
    Lose,
    Twice,
    Last,
}

const FAULTS: [Fault; 5] = [Fault::Crash(0), Fault::Crash(1), Fault::Lose, Fault::Twice, Fault::Last];

struct Group {
    id: GroupId,
    exchange: Exchange,
    task: Runner<TransactionTask>,
    term: Term,
    log: VecDeque<Work>,
}

struct Model {
    map: ClusterMap,
    groups: [Group; 2],
    network: VecDeque<(GroupId, GroupId, TxMessage)>,
    now: SimTime,
}

fn record(client: u32, sequence: u64, command: Command) -> Record {
    Record { id: ClientId(client).request(Sequence(sequence)), floor: Sequence(1), command }
}

fn rest(sequence: u64, symbol: SymbolId, side: Side, price: i64, lots: u64) -> Record {
    record(9, sequence, Command::place(symbol, side, OrderType::Limit(Price(price)), Quantity(lots)))
}

fn legs() -> [Leg; 2] {
    [Leg::new(GOOG, Side::Sell, Price(100), Quantity(5)), Leg::new(ACME, Side::Buy, Price(100), Quantity(5))]
}

fn request() -> RequestId {
    ClientId(1).request(Sequence(1))
}

/// The first transaction of the first group.
const SPREAD: TxId = TxId { coordinator: GroupId(1), number: 1 };

impl Model {
    /// A bid in the first book and asks in the second; `asks` lots of them.
    fn new(asks: u64) -> Self {
        let group = |place: usize, symbol| Group {
            id: GroupId(place as u16 + 1),
            exchange: Exchange::open(Opening { group: GroupId(place as u16 + 1), ..Opening::PLENTY }, [symbol]),
            task: Runner::default(),
            term: Term(1),
            log: VecDeque::new(),
        };
        let mut owners = vec![GroupId(1); 10];
        owners[usize::from(ACME.0)] = GroupId(2);
        let voters = vec![NodeId(1)];
        let map = ClusterMap {
            epoch: Epoch(1),
            nodes: voters.clone(),
            groups: vec![voters.clone(), voters.clone(), voters],
            owners,
            ..ClusterMap::default()
        };
        let mut model =
            Self { map, groups: [group(0, GOOG), group(1, ACME)], network: VecDeque::new(), now: SimTime::ZERO };
        let orders = |records: Vec<Record>, exchange: &mut Exchange| {
            exchange.apply(&Batch::new(records), &mut Vec::new());
        };
        orders(vec![rest(1, GOOG, Side::Buy, 100, 7)], &mut model.groups[0].exchange);
        orders(
            vec![rest(2, ACME, Side::Sell, 99, 2), rest(3, ACME, Side::Sell, 100, asks - 2)],
            &mut model.groups[1].exchange,
        );
        orders(vec![record(1, 1, Command::Spread { legs: legs() })], &mut model.groups[0].exchange);
        model
    }

    /// An account with 500 dollars in each group, and an order in the first that costs `dollars`.
    fn short(dollars: u64) -> Self {
        let settings = AccountSettings { cash: 1_000, lots: 1_000, member_times: 1 };
        let mut model = Self::new(5);
        for (group, symbol) in model.groups.iter_mut().zip([GOOG, ACME]) {
            let opening = Opening { group: group.id, partitions: 2, settings, members_to: AccountId(0) };
            group.exchange = Exchange::open(opening, [symbol]);
        }
        let order = record(1, 1, Command::place(GOOG, Side::Buy, OrderType::Limit(Price(100)), Quantity(dollars)));
        model.groups[0].exchange.apply(&Batch::new(vec![order]), &mut Vec::new());
        model
    }

    /// Cash on its way between the groups; what is in purses and on its way is what there was.
    fn in_transit(&self) -> i128 {
        let totals = self.groups.each_ref().map(|group| *group.exchange.accounts().totals());
        let [sent, received] = [totals.map(|totals| totals.sent), totals.map(|totals| totals.received)];
        let transit = sent.iter().sum::<i128>() - received.iter().sum::<i128>();
        let held: i128 = totals.iter().map(|totals| totals.held).sum();
        let opened: i128 = totals.iter().map(|totals| totals.opened).sum();
        assert_eq!(held + transit, opened, "no unit is made or lost");
        assert!(transit >= 0, "nothing arrives that was not sent");
        transit
    }

    fn act(
        &mut self,
        place: usize,
        act: impl FnOnce(&mut Runner<TransactionTask>, &Context<'_>) -> Vec<Action<TransactionTask>>,
    ) {
        let Self { map, groups, network, now } = self;
        let Group { id, exchange, task, term, log } = &mut groups[place];
        let closing = Closing::default();
        let (transactions, accounts) = (exchange.transactions(), exchange.accounts());
        let state = TxState { transactions, accounts, closing: &closing };
        for action in act(task, &Context { now: *now, group: *id, term: *term, map, state }) {
            match action {
                Action::Propose(work) => {
                    task.placed(&work, Some(LogIndex(1)));
                    log.push_back(work);
                }
                Action::Send(to, message) => network.push_back((to, *id, message)),
            }
        }
    }

    /// The next thing that happens; false if nothing will, ever.
    fn go_on(&mut self) -> bool {
        if let Some((to, from, message)) = self.network.pop_front() {
            self.act(to.index() - 1, |task, context| task.receive(context, from, message));
            return true;
        }
        for place in 0..2 {
            if let Some(work) = self.groups[place].log.pop_front() {
                let (worked, sound, money) = self.groups[place].exchange.work(&work);
                assert!(sound && money.balanced, "books and accounts are sound after {work:?}");
                assert!(self.groups[place].exchange.audit_money(), "every unit is accounted for after {work:?}");
                self.in_transit();
                self.act(place, |task, context| task.applied(context, &work, &worked));
                self.act(place, Runner::tick);
                return true;
            }
        }
        self.now += SimDuration::from_millis(50);
        (0..2).for_each(|place| self.act(place, Runner::tick));
        !self.groups.iter().all(|group| group.exchange.transactions().is_idle())
    }

    fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Crash(place) => {
                let group = &mut self.groups[place];
                group.task = Runner::default();
                group.log.clear();
                group.term = group.term.next();
            }
            Fault::Lose => drop(self.network.pop_front()),
            Fault::Twice => {
                if let Some(message) = self.network.front().copied() {
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

    /// Runs to the end with these faults before these moves; how many moves it took.
    fn run(&mut self, faults: &[(usize, Fault)]) -> usize {
        for count in 0..MOVES_MAX {
            faults.iter().filter(|(at, _)| *at == count).for_each(|(_, fault)| self.fault(*fault));
            if !self.go_on() {
                return count;
            }
        }
        panic!(
            "a lock for ever after {faults:?}: {:?}",
            self.groups.each_ref().map(|group| group.exchange.transactions())
        );
    }

    /// What the legs traded, and how the client's order ended.
    fn outcome(&self) -> (u64, u64, OrderStatus) {
        let traded = |place: usize, symbol| {
            let book = self.groups[place].exchange.book(symbol).expect("a listed symbol");
            assert!(book.audit() && !book.holds(), "nothing is held at the end");
            book.flow(Side::Buy).traded
        };
        let status = self.groups[0].exchange.query(request(), GOOG).expect("the order is known").status;
        (traded(0, GOOG), traded(1, ACME), status)
    }
}

fn both_or_neither(model: &Model, faults: &[(usize, Fault)]) -> bool {
    match model.outcome() {
        (5, 5, OrderStatus::Filled) => true,
        (0, 0, OrderStatus::Rejected(_)) => false,
        other => panic!("a half done spread after {faults:?}: {other:?}"),
    }
}

#[test]
fn a_spread_that_can_trade_does_and_one_that_cannot_does_not() {
    let mut model = Model::new(5);
    model.run(&[]);
    assert!(both_or_neither(&model, &[]));
    let mut model = Model::new(4);
    model.run(&[]);
    assert_eq!(model.outcome(), (0, 0, OrderStatus::Rejected(Why::NotFillable)));
}

#[test]
fn every_single_fault_leaves_both_legs_or_neither() {
    let moves = Model::new(5).run(&[]);
    let mut done = [0, 0];
    for at in 0..=moves {
        for fault in FAULTS {
            let mut model = Model::new(5);
            model.run(&[(at, fault)]);
            done[usize::from(both_or_neither(&model, &[(at, fault)]))] += 1;
        }
    }
    assert!(done[1] > done[0], "most faults only delay a spread: {done:?}");
}

#[test]
fn every_pair_of_faults_leaves_both_legs_or_neither() {
    // A fault makes a run longer: the second may come after the moves of a run without any.
    let moves = Model::new(5).run(&[]) + 30;
    for first in 0..moves {
        for second in first..moves {
            for faults in FAULTS.iter().flat_map(|one| FAULTS.iter().map(|two| [(first, *one), (second, *two)])) {
                let mut model = Model::new(5);
                model.run(&faults);
                both_or_neither(&model, &faults);
            }
        }
    }
}

/// Whether the order got its cash; if not it must have been refused, and no cash may have moved.
fn funded_or_refused(model: &Model, faults: &[(usize, Fault)]) -> bool {
    assert_eq!(model.in_transit(), 0, "nothing is on its way at the end, after {faults:?}");
    let [here, there] = model.groups.each_ref().map(|group| group.exchange.accounts().purse(AccountId(1)));
    let status = model.groups[0].exchange.query(request(), GOOG).expect("the order is known").status;
    let dollar = 1_000_000;
    match (status, (here.free, here.reserved), there.free) {
        (OrderStatus::Pending, (0, reserved), left) if (reserved, left) == (700 * dollar, 300 * dollar) => true,
        (OrderStatus::Rejected(Why::InsufficientFunds), (free, 0), left)
            if (free, left) == (500 * dollar, 500 * dollar) =>
        {
            false
        }
        other => panic!("a half done transfer after {faults:?}: {other:?}"),
    }
}

#[test]
fn an_order_that_is_short_here_gets_its_cash_from_the_other_group() {
    let mut model = Model::short(700);
    assert_eq!(model.groups[0].exchange.query(request(), GOOG).expect("it waits").status, OrderStatus::AwaitsCash);
    assert_eq!(model.groups[0].exchange.waiting(), 1);
    model.run(&[]);
    assert!(funded_or_refused(&model, &[]));
    assert_eq!((model.groups[0].exchange.waiting(), model.groups[0].exchange.resting()), (0, 1));
}

#[test]
fn an_order_that_costs_more_than_everything_is_refused_by_one_record_and_no_cash_moves() {
    let mut model = Model::short(1_001);
    let versions = model.groups.each_ref().map(|group| group.exchange.version());
    model.run(&[]);
    let status = model.groups[0].exchange.query(request(), GOOG).expect("known").status;
    assert_eq!((status, model.in_transit()), (OrderStatus::Rejected(Why::InsufficientFunds), 0));
    let free = model.groups.each_ref().map(|group| group.exchange.accounts().purse(AccountId(1)).free);
    assert_eq!(free, [500_000_000; 2]);
    let records = [0, 1].map(|place| model.groups[place].exchange.version().0 - versions[place].0);
    assert_eq!(records, [1, 0], "the decision, and nothing else");
}

#[test]
fn every_single_fault_leaves_a_transfer_done_or_undone() {
    let moves = Model::short(700).run(&[]);
    for at in 0..=moves {
        for fault in FAULTS {
            let mut model = Model::short(700);
            model.run(&[(at, fault)]);
            funded_or_refused(&model, &[(at, fault)]);
        }
    }
}

#[test]
fn every_pair_of_faults_leaves_a_transfer_done_or_undone() {
    let moves = Model::short(700).run(&[]) + 30;
    for first in 0..moves {
        for second in first..moves {
            for faults in FAULTS.iter().flat_map(|one| FAULTS.iter().map(|two| [(first, *one), (second, *two)])) {
                let mut model = Model::short(700);
                model.run(&faults);
                funded_or_refused(&model, &faults);
            }
        }
    }
}

#[test]
fn a_leader_of_an_older_term_cannot_disown_a_spread() {
    let mut model = Model::new(5);
    model.groups[0].term = Term(7);
    while model.groups[1].exchange.transactions().is_idle() {
        assert!(model.go_on());
    }
    let (tx, half) = (SPREAD, Half::Second);
    let unknown = |term| TxMessage { tx, half, step: TxStep::Unknown { term: Term(term), floor: 1 } };
    model.act(1, |task, context| task.receive(context, GroupId(1), unknown(6)));
    assert!(model.groups[1].log.is_empty(), "an old leader may have missed the spread");
    model.act(1, |task, context| task.receive(context, GroupId(1), unknown(7)));
    assert_eq!(model.groups[1].log.len(), 1, "a leader of that term has not");
}

/// The message of a *prepare* of the second half, as the coordinator sent it.
fn prepare_of_second() -> TxMessage {
    let part = Part::Leg { leg: legs()[1], order: request() };
    TxMessage { tx: SPREAD, half: Half::Second, step: TxStep::Prepare { part, term: Term(1), floor: 1 } }
}

#[test]
fn a_prepare_that_comes_after_its_finish_is_not_carried_out_again() {
    let mut model = Model::new(10);
    // The other half is never finished, so the coordinator goes on saying "commit".
    while model.groups[1].exchange.transactions().finished(SPREAD, Half::Second).is_none() {
        model.network.retain(|(to, _, message)| {
            *to != GroupId(1) || !matches!(message.step, TxStep::Finish { .. } | TxStep::Finished)
        });
        assert!(model.go_on());
    }
    model.act(1, |task, context| task.receive(context, GroupId(1), prepare_of_second()));
    assert!(model.groups[1].log.is_empty(), "it is remembered");
    let prepare = Prepare {
        tx: SPREAD,
        half: Half::Second,
        part: Part::Leg { leg: legs()[1], order: request() },
        term: Term(1),
        floor: 1,
    };
    let (worked, ..) = model.groups[1].exchange.work(&Work::Prepare(prepare));
    assert_eq!(worked, Worked::FinishedBefore, "nor does a record that an older leader had logged do anything");
    model.run(&[]);
    assert!(both_or_neither(&model, &[]), "five lots, once");
}

#[test]
fn a_prepare_that_comes_when_all_is_forgotten_is_stale() {
    let mut model = Model::new(10);
    model.run(&[]);
    // A second spread tells the other group that the first is forgotten.
    let one = |leg: Leg| Leg::new(leg.symbol(), leg.side(), leg.limit(), Quantity(1));
    let again = record(1, 2, Command::Spread { legs: legs().map(one) });
    model.groups[0].exchange.apply(&Batch::new(vec![again]), &mut Vec::new());
    model.run(&[]);
    assert_eq!(model.groups[1].exchange.transactions().remembered(), 1, "the first is below the floor");
    model.act(1, |task, context| task.receive(context, GroupId(1), prepare_of_second()));
    assert!(model.groups[1].log.is_empty());
}

#[test]
fn only_a_group_that_has_prepared_says_finished() {
    let mut model = Model::new(5);
    let step = TxStep::Finish { decision: Decision::Commit, floor: 1 };
    let finish = TxMessage { tx: SPREAD, half: Half::Second, step };
    model.act(1, |task, context| task.receive(context, GroupId(1), finish));
    assert!(model.groups[1].log.is_empty() && model.network.is_empty(), "it was never here");
}

#[test]
fn finish_leaves_with_the_decision() {
    let mut model = Model::new(5);
    while model.groups[0].exchange.transactions().open(1).is_some_and(|open| open.decided.is_none()) {
        assert!(model.go_on());
    }
    let finishes = model.network.iter().filter(|(_, _, message)| matches!(message.step, TxStep::Finish { .. }));
    assert_eq!(finishes.count(), 2, "at once, not with a timer");
}

#[test]
fn a_vote_for_what_is_decided_is_answered_at_once() {
    let mut model = Model::new(5);
    model.act(0, Runner::tick);
    let voters = [Some(GroupId(1)), None];
    model.groups[0].exchange.work(&Work::Decide { tx: SPREAD, decision: Decision::Abort(Why::Deadline), voters });
    let vote = TxMessage { tx: SPREAD, half: Half::Second, step: TxStep::Vote(Ok(Cash(0))) };
    model.network.clear();
    model.act(0, |task, context| task.receive(context, GroupId(2), vote));
    let told = |(to, _, message): &(GroupId, GroupId, TxMessage)| {
        *to == GroupId(2) && matches!(message.step, TxStep::Finish { decision: Decision::Abort(_), .. })
    };
    assert!(model.network.iter().any(told), "it need not wait until it asks");
}
