//! The clients against a desk that answers as each test wants.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::digest::Digest;
use crate::domain::ids::{Address, GroupId, LogIndex, NodeId, RequestId, Sequence, SymbolId, Term};
use crate::domain::order::{Answer, OrderStatus, OrderType, Promise, Reading, Reply, TimeInForce, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::workload::session::SPAN_MAX;

/// What the desk says to a request, and after how long; it may say nothing, or several things.
type Desk = Box<dyn FnMut(SimTime, &Record) -> Vec<(SimDuration, Reply)>>;

/// A driver: a queue of wake-ups and answers, and everything that the clients said.
struct Driver {
    clients: Clients,
    desk: Desk,
    queue: BTreeMap<(SimTime, u64), ActorInput>,
    pushed: u64,
    steps: u64,
    now: SimTime,
    facts: Vec<(SimTime, Fact)>,
    events: Vec<EventKind>,
    in_flight_peak: u64,
    digest: Digest,
}

fn mid(symbol: SymbolId, _: SimTime) -> Price {
    Price(10_000 + i64::from(symbol.0))
}

const PROMISE: Promise = Promise { group: GroupId(1), term: Term(1), index: LogIndex(1) };

fn verdict(resting: u64) -> Reply {
    let status = if resting > 0 { OrderStatus::Pending } else { OrderStatus::Filled };
    Reply::Verdict(PROMISE, Verdict { status, filled: Quantity(0), resting: Quantity(resting) })
}

/// Whether an order of this kind rests if it does not trade.
fn may_rest(command: &Command) -> bool {
    let Command::Place { order_type: OrderType::Limit(_), time_in_force, .. } = command else { return false };
    *time_in_force == TimeInForce::GoodTillCancel
}

/// What a healthy desk says.
fn granted(record: &Record) -> Reply {
    match record.command {
        Command::Query { .. } => {
            Reply::Reading(Reading { group: GroupId(1), by: NodeId(1), index: LogIndex(1), behind: 0, order: None })
        }
        Command::Cancel { .. } => verdict(0),
        Command::Replace { .. } | Command::Spread { .. } => verdict(5),
        Command::Place { .. } => verdict(if may_rest(&record.command) { 5 } else { 0 }),
    }
}

const MS_3: SimDuration = SimDuration::from_millis(3);

fn healthy() -> Desk {
    Box::new(|_, record| vec![(MS_3, granted(record))])
}

fn settings(orders_per_s: u64) -> Settings {
    let mut settings = Settings::default();
    settings.load.orders_per_s = orders_per_s;
    settings.load.on = orders_per_s > 0;
    settings
}

impl Driver {
    fn new(settings: &Settings, seed: u64, desk: Desk) -> Self {
        let mut driver = Self {
            clients: Clients::new(settings, seed, mid),
            desk,
            queue: BTreeMap::new(),
            pushed: 0,
            steps: 0,
            now: SimTime::ZERO,
            facts: Vec::new(),
            events: Vec::new(),
            in_flight_peak: 0,
            digest: Digest::default(),
        };
        driver.step(ActorInput::Start);
        driver
    }

    fn push(&mut self, at: SimTime, input: ActorInput) {
        self.pushed += 1;
        self.queue.insert((at, self.pushed), input);
    }

    fn step(&mut self, input: ActorInput) {
        self.steps += 1;
        let mut out = Vec::new();
        self.clients.step(self.now, input, &mut out);
        for effect in out {
            match effect {
                ActorEffect::WakeAt(at) => self.push(at, ActorInput::Wake),
                ActorEffect::State(fact) => self.facts.push((self.now, fact)),
                ActorEffect::Tell(draft) => self.events.push(draft.kind),
                ActorEffect::Send { to, message: DeskMessage::Submit(submission) } => {
                    assert_eq!(to, Address::Actor(ActorId::BALANCER));
                    assert!(submission.batch.len() <= Batch::RECORDS_MAX);
                    self.digest = self.digest.mix(self.now.0).mix(submission.batch.digest().0);
                    self.answer(&submission.batch);
                }
                other => panic!("clients do not do {other:?}"),
            }
        }
        self.in_flight_peak = self.in_flight_peak.max(self.clients.figures.waiting);
    }

    fn answer(&mut self, batch: &Batch) {
        let mut by_time: BTreeMap<SimTime, Vec<Answer>> = BTreeMap::new();
        for record in batch.records() {
            for (after, reply) in (self.desk)(self.now, record) {
                by_time.entry(self.now + after).or_default().push(Answer { id: record.id, reply });
            }
        }
        for (at, answers) in by_time {
            let message = DeskMessage::Answers(answers.into());
            self.push(at, ActorInput::Receive { from: ActorId::BALANCER.into(), message });
        }
    }

    fn run_to(&mut self, ms: u64) {
        while let Some(((at, number), input)) = self.queue.pop_first() {
            if at > SimTime::from_millis(ms) {
                self.queue.insert((at, number), input);
                break;
            }
            assert!(at >= self.now, "nobody asks to be woken in the past");
            self.now = at;
            self.step(input);
        }
        self.now = SimTime::from_millis(ms);
    }

    fn control(&mut self, control: Control) {
        self.step(ActorInput::Control(control));
    }

    fn flow(&self) -> FlowView {
        let mut view = ClusterView::default();
        self.clients.contribute(self.now, &mut view);
        view.flow
    }

    fn records(&self, pick: fn(&Fact) -> Option<&Batch>) -> Vec<(SimTime, Record)> {
        let batches = self.facts.iter().filter_map(|(at, fact)| Some((*at, pick(fact)?)));
        batches.flat_map(|(at, batch)| batch.records().iter().map(move |record| (at, *record))).collect()
    }

    fn submitted(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::Submitted(batch) = fact { Some(batch) } else { None })
    }

    fn retried(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::Retried(batch) = fact { Some(batch) } else { None })
    }

    fn gave_up(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::GaveUp(batch) = fact { Some(batch) } else { None })
    }

    fn answered(&self) -> Vec<(Answer, SimDuration)> {
        let lists = self.facts.iter().filter_map(|(_, f)| if let Fact::Answered(list) = f { Some(list) } else { None });
        lists.flat_map(|list| list.iter().copied()).collect()
    }
}

/// Every request is handed in once, and its wait ends once.
fn assert_balanced(driver: &Driver, seed: u64) {
    let mut waits = BTreeSet::new();
    for (_, fact) in &driver.facts {
        match fact {
            Fact::Submitted(batch) => {
                batch.records().iter().for_each(|r| assert!(waits.insert(r.id), "seed {seed}: {} twice", r.id));
            }
            Fact::Retried(batch) => {
                batch.records().iter().for_each(|r| assert!(waits.contains(&r.id), "seed {seed}: {} over", r.id));
            }
            Fact::Answered(list) => {
                list.iter().for_each(|(a, _)| assert!(waits.remove(&a.id), "seed {seed}: {} over", a.id));
            }
            Fact::GaveUp(batch) => {
                batch.records().iter().for_each(|r| assert!(waits.remove(&r.id), "seed {seed}: {} over", r.id));
            }
            Fact::Replica { .. } | Fact::Died(_) | Fact::Began(_) => {}
        }
    }
    assert_eq!(waits.len() as u64, driver.flow().waiting, "seed {seed}: what waits is what was not answered");
}

#[test]
fn the_load_has_its_rate_and_its_share_of_queries() {
    for seed in 0..10 {
        let mut driver = Driver::new(&settings(2_000), seed, healthy());
        driver.run_to(5_000);
        let submitted = driver.submitted();
        // 10,000 expected; five standard deviations of Poisson are 500.
        assert!(submitted.len().abs_diff(10_000) < 500, "seed {seed}: {}", submitted.len());
        let queries = submitted.iter().filter(|(_, record)| record.command.is_query()).count();
        assert!(queries.abs_diff(submitted.len() * 3 / 10) < 300, "seed {seed}: {queries} queries");
        assert_balanced(&driver, seed);
        let flow = driver.flow();
        assert!(flow.acked_per_s.abs_diff(1_400) < 200, "seed {seed}: {}", flow.acked_per_s);
        assert!(flow.queries_per_s.abs_diff(600) < 150, "seed {seed}: {}", flow.queries_per_s);
        assert_eq!((flow.retried, flow.refused_per_s), (0, 0), "seed {seed}");
        assert_eq!(flow.latency_total.max, MS_3);
        assert!(flow.peak_per_s >= flow.acked_per_s);
    }
}

#[test]
fn the_same_seed_says_the_same_things_and_another_seed_others() {
    let run = |seed| {
        let mut driver = Driver::new(&settings(5_000), seed, healthy());
        driver.run_to(300);
        driver.control(Control::Burst(Burst::KEY));
        driver.run_to(2_000);
        (driver.digest, driver.steps)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn a_copy_goes_on_as_the_original_does() {
    let mut original = Driver::new(&settings(5_000), 3, healthy());
    original.run_to(700);
    let mut copy =
        Driver { clients: original.clients.clone(), desk: healthy(), ..Driver::new(&settings(0), 3, healthy()) };
    (copy.queue, copy.pushed, copy.now) = (original.queue.clone(), original.pushed, original.now);
    (copy.digest, copy.steps) = (original.digest, original.steps);
    original.run_to(1_500);
    copy.run_to(1_500);
    assert_eq!((original.digest, original.steps), (copy.digest, copy.steps));
}

#[test]
fn silence_is_met_by_two_retries_further_and_further_apart_and_then_given_up() {
    for seed in 0..10 {
        let mut driver = Driver::new(&settings(500), seed, Box::new(|_, _| Vec::new()));
        driver.run_to(1_000);
        driver.control(Control::SetLoad(false));
        driver.run_to(3_000);
        assert_balanced(&driver, seed);
        let mut sent: BTreeMap<RequestId, Vec<u64>> = BTreeMap::new();
        driver.submitted().iter().chain(&driver.retried()).for_each(|(at, record)| {
            sent.entry(record.id).or_default().push(at.as_millis());
        });
        for times in sent.values() {
            // 200 then 400 ms, each give or take a quarter, looked at on a grid of 2 ms; the third would be too late.
            assert_eq!(times.len(), 3, "seed {seed}: {times:?}");
            let waits: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!((149..=253).contains(&waits[0]), "seed {seed}: {waits:?}");
            assert!((299..=503).contains(&waits[1]), "seed {seed}: {waits:?}");
        }
        let first: BTreeMap<RequestId, SimTime> = driver.submitted().iter().map(|(at, r)| (r.id, *at)).collect();
        assert_eq!(driver.gave_up().len(), first.len());
        for (at, record) in driver.gave_up() {
            let waited = at.since(first[&record.id]);
            assert!(waited >= SimDuration::from_secs(1) && waited <= SimDuration::from_millis(1_003), "{waited:?}");
        }
        assert_eq!(driver.flow().retried, driver.retried().len() as u64);
        assert!(driver.answered().is_empty());
    }
}

#[test]
fn a_request_that_is_refused_for_now_is_asked_again_and_its_latency_counts_from_the_first_time() {
    let refuse_first = Box::new({
        let mut seen = BTreeSet::new();
        move |_: SimTime, record: &Record| {
            let first = seen.insert(record.id);
            vec![(MS_3, if first { Reply::Refused(Why::NoLeader) } else { granted(record) })]
        }
    });
    let mut driver = Driver::new(&settings(500), 1, refuse_first);
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 1);
    let answered = driver.answered();
    assert_eq!(answered.len(), driver.submitted().len());
    assert_eq!(driver.retried().len(), driver.submitted().len());
    assert!(answered.iter().all(|(answer, _)| !matches!(answer.reply, Reply::Refused(_))));
    assert!(answered.iter().all(|(_, latency)| (150..260).contains(&latency.as_millis())));
}

#[test]
fn a_refusal_without_doubt_is_final_when_no_try_is_left() {
    let mut driver = Driver::new(&settings(500), 2, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::NoWorker))]));
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 2);
    assert_eq!(driver.answered().len(), driver.submitted().len());
    assert!(driver.gave_up().is_empty(), "nobody gives up what was refused each time");
}

#[test]
fn a_refusal_after_a_silent_attempt_leaves_the_request_unknown() {
    let silent_then_refuse = Box::new({
        let mut seen = BTreeSet::new();
        move |_: SimTime, record: &Record| {
            if seen.insert(record.id) { Vec::new() } else { vec![(MS_3, Reply::Refused(Why::NoLeader))] }
        }
    });
    let mut driver = Driver::new(&settings(500), 2, silent_then_refuse);
    driver.run_to(500);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 2);
    assert_eq!(driver.gave_up().len(), driver.submitted().len());
    assert!(driver.answered().is_empty());
}

#[test]
fn a_leader_that_was_lost_leaves_a_doubt() {
    let mut driver = Driver::new(&settings(500), 4, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::LeaderLost))]));
    driver.run_to(500);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_eq!(driver.gave_up().len(), driver.submitted().len());
}

#[test]
fn a_final_refusal_is_not_asked_again() {
    let mut driver = Driver::new(&settings(500), 5, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::BadPrice))]));
    driver.run_to(2_000);
    assert_balanced(&driver, 5);
    assert!(driver.retried().is_empty());
    assert!(driver.answered().len() > 900);
}

#[test]
fn a_promise_and_a_later_verdict_are_one_acknowledgement() {
    let twice: Desk = Box::new(|_, record| match record.command {
        Command::Query { .. } => vec![(MS_3, granted(record))],
        _ => vec![(MS_3, Reply::Accepted(PROMISE)), (SimDuration::from_millis(9), verdict(0))],
    });
    let mut driver = Driver::new(&settings(2_000), 6, twice);
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(2_000);
    assert_balanced(&driver, 6);
    let orders = driver.submitted().iter().filter(|(_, record)| !record.command.is_query()).count();
    assert_eq!(driver.flow().latency_total.count, orders as u64);
    assert!(driver.answered().iter().all(|(answer, _)| !matches!(answer.reply, Reply::Verdict(..))));
    // What the verdicts said is known nevertheless: nothing rests, so nothing is left to be cancelled.
    assert!(driver.clients.sessions.iter().all(|session| session.open.is_empty()));
}

#[test]
fn the_floor_in_a_record_is_never_above_what_waits() {
    for seed in 0..10 {
        // One in ten is not answered, the others late and out of order.
        let mut chance = Chance::stream(seed, Purpose::Link, 0);
        let desk: Desk = Box::new(move |_, record| {
            if chance.ratio(1, 10) {
                return Vec::new();
            }
            vec![(SimDuration(chance.below(90_000_000)), granted(record))]
        });
        let mut driver = Driver::new(&settings(3_000), seed, desk);
        driver.run_to(3_000);
        assert_balanced(&driver, seed);
        let mut waits: BTreeMap<ClientId, BTreeSet<Sequence>> = BTreeMap::new();
        for (_, fact) in &driver.facts {
            match fact {
                Fact::Submitted(batch) | Fact::Retried(batch) => {
                    for record in batch.records() {
                        let waiting = waits.entry(record.id.client).or_default();
                        waiting.insert(record.id.sequence);
                        assert!(Some(&record.floor) <= waiting.first(), "seed {seed}: {record:?} {waiting:?}");
                    }
                }
                Fact::GaveUp(batch) => batch.records().iter().for_each(|record| {
                    waits.get_mut(&record.id.client).map(|waiting| waiting.remove(&record.id.sequence));
                }),
                Fact::Answered(list) => list.iter().for_each(|(answer, _)| {
                    waits.get_mut(&answer.id.client).map(|waiting| waiting.remove(&answer.id.sequence));
                }),
                _ => {}
            }
        }
    }
}

#[test]
fn a_burst_keeps_its_number_in_flight_and_ends_when_all_is_answered() {
    for seed in 0..5 {
        let slow: Desk = Box::new(|_, record| vec![(SimDuration::from_millis(150), granted(record))]);
        let mut driver = Driver::new(&settings(0), seed, slow);
        driver.run_to(100);
        driver.control(Control::Burst(Burst { orders: 5_000, ..Burst::KEY }));
        driver.run_to(1_000);
        // 256 every 150 ms.
        assert_eq!(driver.in_flight_peak, 256, "seed {seed}");
        assert!(driver.flow().burst.is_some_and(|(to_go, of)| of == 5_000 && to_go < of));
        driver.run_to(5_000);
        assert_balanced(&driver, seed);
        assert_eq!(driver.submitted().len(), 5_000, "seed {seed}");
        assert!(driver.submitted().iter().all(|(_, record)| !record.command.is_query()));
        assert_eq!(
            driver.events,
            [EventKind::BurstBegan { orders: 5_000 }, EventKind::BurstEnded { orders: 5_000, failed: 0 }]
        );
        assert_eq!(driver.flow().burst, None);
    }
}

#[test]
fn presses_of_the_burst_key_add_up() {
    let mut driver = Driver::new(&settings(0), 1, healthy());
    (0..3).for_each(|_| driver.control(Control::Burst(Burst::KEY)));
    driver.run_to(500);
    assert!(driver.submitted().len().abs_diff(1_500) <= 3);
    driver.run_to(1_500);
    assert_eq!(driver.submitted().len(), 3_000);
    let ended = |kind: &&EventKind| matches!(kind, EventKind::BurstEnded { orders: 1_000, failed: 0 });
    assert_eq!(driver.events.iter().filter(ended).count(), 3);
}

#[test]
fn a_raw_million_is_offered_and_what_has_no_place_is_refused_at_once() {
    let raw = Burst { orders: 1_000_000, over: SimDuration::from_secs(2), in_flight_max: None };
    let mut driver = Driver::new(&settings(0), 1, Box::new(|_, _| Vec::new()));
    driver.control(Control::Burst(raw));
    driver.run_to(1_990);
    let places = u64::from(BURST_SESSIONS) * SPAN_MAX as u64;
    assert_eq!(driver.in_flight_peak, places, "every place is taken, and no more");
    driver.run_to(3_100);
    assert_balanced(&driver, 1);
    assert!(driver.retried().is_empty(), "raw clients do not ask again");
    assert_eq!(driver.events.last(), Some(&EventKind::BurstEnded { orders: 1_000_000, failed: 1_000_000 }));
    assert_eq!(driver.submitted().len(), driver.gave_up().len());
    assert!(driver.submitted().len() as u64 <= places * 3);
}

#[test]
fn a_steady_load_without_answers_stays_within_its_places() {
    let mut driver = Driver::new(&settings(200_000), 1, Box::new(|_, _| Vec::new()));
    driver.run_to(900);
    let flow = driver.flow();
    assert_eq!(flow.waiting, 64 * SPAN_MAX as u64);
    assert!(flow.refused_per_s > 50_000, "{}", flow.refused_per_s);
}

#[test]
fn the_books_hold_a_bounded_number_of_orders_for_ever() {
    // Everything rests and nothing trades: the worst case for the books.
    let mut rests = BTreeSet::new();
    let mut peak = 0;
    let mut driver = Driver::new(&settings(50_000), 9, healthy());
    for second in 1..=20 {
        driver.run_to(second * 1_000);
        for (_, fact) in std::mem::take(&mut driver.facts) {
            let Fact::Submitted(batch) = fact else { continue };
            for record in batch.records() {
                match record.command {
                    command if may_rest(&command) => {
                        rests.insert(record.id);
                    }
                    Command::Cancel { order, .. } => {
                        assert!(rests.remove(&record.id.client.request(order)), "an own resting order is cancelled");
                    }
                    _ => {}
                }
            }
        }
        peak = peak.max(rests.len());
    }
    assert!(peak < 64 * 80, "{peak} orders rest");
}

#[test]
fn a_cancel_that_was_not_done_is_tried_again_as_a_new_one() {
    // No cancel ever comes through, and everything rests: each session runs into its bound and stays there.
    let desk: Desk = Box::new(|_, record| match record.command {
        Command::Cancel { .. } => vec![(MS_3, Reply::Refused(Why::BadQuantity))],
        _ => vec![(MS_3, granted(record))],
    });
    let mut driver = Driver::new(&settings(50_000), 2, desk);
    driver.run_to(2_000);
    let open = driver.clients.sessions.iter().map(|session| session.open.len()).sum::<usize>();
    let submitted = driver.submitted();
    let resting = submitted.iter().filter(|(_, record)| may_rest(&record.command));
    let on_the_way = driver.flow().waiting as usize;
    assert!(open + on_the_way >= resting.count(), "what rests is not forgotten");
    assert!(open < 64 * 80, "and nothing more is placed");
}

#[test]
fn controls_change_the_load_and_say_so_once() {
    let mut driver = Driver::new(&settings(1_000), 1, healthy());
    driver.run_to(100);
    driver.control(Control::SetRate(8_000));
    driver.control(Control::SetRate(8_000));
    driver.control(Control::SetReadFrom(ReadFrom::Replica));
    driver.control(Control::SetAck(AckRule::All));
    driver.run_to(1_300);
    let flow = driver.flow();
    assert_eq!((flow.rate, flow.read_from, flow.ack), (8_000, ReadFrom::Replica, AckRule::All));
    assert!((flow.acked_per_s + flow.queries_per_s).abs_diff(8_000) < 500);
    driver.control(Control::SetLoad(false));
    let before = driver.submitted().len();
    driver.run_to(4_000);
    assert_eq!(driver.submitted().len(), before);
    assert_eq!(driver.flow().acked_per_s, 0);
    assert_eq!(
        driver.events,
        [
            EventKind::LoadChanged { orders_per_s: 8_000 },
            EventKind::ReadsMoved { replica: true },
            EventKind::LoadChanged { orders_per_s: 0 }
        ]
    );
}

#[test]
fn without_a_load_nobody_is_woken() {
    let mut driver = Driver::new(&settings(0), 1, healthy());
    driver.run_to(60_000);
    assert_eq!(driver.steps, 1);
}

#[test]
fn wake_ups_are_few_however_high_the_rate() {
    let mut driver = Driver::new(&settings(500_000), 1, healthy());
    driver.run_to(500);
    // 10,000 windows, each with one wake-up and one message of answers, and the looks at those that wait.
    assert!(driver.steps < 21_000, "{} steps", driver.steps);
    assert!(driver.submitted().len() > 240_000);
}
