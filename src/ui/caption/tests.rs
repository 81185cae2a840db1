//! Every kind of event has a word and a sentence, in every language, and the figures are in it.

use super::*;
use crate::locale::{Language, Locale};
use strum::IntoEnumIterator;

use crate::domain::control::sample;
use crate::domain::event::{
    AdmissionEvent, EventName, FeedEvent, Health, Invariant, MovesEvent, Queue, StepDown, TradesEvent,
};
use crate::domain::ids::{EventId, GroupId, LogIndex, NodeId, SymbolId, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::ReadFrom;
use crate::domain::plan::{Reason, Region, Step};
use crate::domain::rules::{AckRule, Rule, Strategy};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::venue::{VenueId, VenueNews};
use crate::domain::why::Why;

fn every_why() -> Vec<Why> {
    let known = [Why::NotLeader(Some(NodeId(2)))];
    Why::iter().chain(known).collect()
}

fn every_kind_of_members(learner: NodeId) -> Vec<EventKind> {
    let settled = GroupConfig::of(NodeId::first(3));
    let learning = GroupConfig { learners: [learner].into_iter().collect(), ..settled };
    let joint = learning.toward([learner].into_iter().collect());
    let mut kinds = vec![EventKind::ConfigRefused { why: Why::LearnerBehind }, EventKind::LearnerReady { learner }];
    for config in [settled, learning, joint] {
        kinds.push(EventKind::ConfigAppended { config });
        kinds.push(EventKind::ConfigCommitted { config });
        kinds.push(EventKind::ConfigReverted { config });
    }
    let (group, from, to) = (GroupId(1), learner, NodeId(1));
    let steps = [
        Step::Add { group, to },
        Step::Remove { group, from },
        Step::Replace { group, from, to },
        Step::Lead { group, from, to },
    ];
    let reasons = [
        Reason::BelowFactor { replicas: 2 },
        Reason::AboveFactor { replicas: 4 },
        Reason::NodeDead,
        Reason::Draining,
        Reason::RegionShared { region: Region(0), replicas: 2 },
        Reason::Crowded { holds: 4, other: 0 },
        Reason::LeadsMore { leads: 3, other: 1 },
        Reason::Inherited,
    ];
    kinds.extend(reasons.map(|reason| EventKind::ReplicaPlaced { step: steps[0], reason }));
    kinds.extend(steps.map(|step| EventKind::ReplicaPlaced { step, reason: Reason::Draining }));
    kinds.extend([EventKind::NodeJoined, EventKind::NodeLeaving, EventKind::NodeLeft, EventKind::ReplicaRetired]);
    kinds.push(EventKind::Rebalanced { imbalance: 1 });
    kinds
}

fn every_kind_of_the_load() -> Vec<EventKind> {
    vec![
        EventKind::ReadsMoved { to: ReadFrom::Leader },
        EventKind::ReadsMoved { to: ReadFrom::Replica },
        EventKind::ReadsMoved { to: ReadFrom::Fallback },
        EventKind::Rotation { back: true },
        EventKind::Rotation { back: false },
        EventKind::Draining { on: true },
        EventKind::Draining { on: false },
        EventKind::Drained,
        EventKind::BurstBegan { orders: 1_000 },
        EventKind::BurstEnded { orders: 1_000, failed: 12 },
        EventKind::LoadChanged { orders_per_s: 0 },
        EventKind::LoadChanged { orders_per_s: 2_000 },
        EventKind::LoadSkewed { per_mille: 1_100 },
        EventKind::TickRateChanged { ticks_per_s: 0 },
        EventKind::TickRateChanged { ticks_per_s: 9 },
        EventKind::OverloadChanged(crate::domain::tick::Overload::Slow),
        EventKind::SignalsTrade { on: true },
        EventKind::SymbolAssigned { symbol: SymbolId(6), from: None },
        EventKind::TickBurstBegan { ticks: 9 },
        EventKind::HotSymbol { symbol: SymbolId(6), percent: 40 },
        EventKind::HotSymbol { symbol: SymbolId(6), percent: 0 },
    ]
}

fn kinds_of_moves_and_of_the_auditor() -> Vec<EventKind> {
    let (symbol, to) = (SymbolId(6), GroupId(3));
    let mut kinds: Vec<_> = [0, 1, 1_750].map(|moves| EventKind::Moves(MovesEvent::Planned { moves })).into();
    kinds.extend([
        EventKind::Moves(MovesEvent::Frozen { symbol, to }),
        EventKind::Moves(MovesEvent::Moved { symbol, to }),
    ]);
    kinds.push(EventKind::Moves(MovesEvent::Done { moved: 1_750 }));
    let venue = VenueId(1);
    let drained = [0, 1, 5].map(|orders| VenueNews::Drained { venue, orders });
    kinds.extend([VenueNews::Opened(venue), VenueNews::Closed(venue)].into_iter().chain(drained).map(EventKind::Venue));
    kinds.extend([false, true].map(|done| EventKind::RollingRestart { done }));
    kinds.push(EventKind::RollingRestartStopped);
    kinds.push(EventKind::Violated { invariant: Invariant::NoLostAck, detail: "c3/14".to_owned() });
    kinds.push(EventKind::OrdersLost { orders: 3 });
    kinds
}

/// Feeds and trades by time.
fn kinds_of_the_tape() -> Vec<EventKind> {
    vec![
        EventKind::Feed(FeedEvent::Opened { rows: 1 }),
        EventKind::Feed(FeedEvent::Wrong { line: 7 }),
        EventKind::Feed(FeedEvent::Bent { rows: 2 }),
        EventKind::Feed(FeedEvent::Ended { orders: 3 }),
        EventKind::Trades(TradesEvent::Read { symbol: SymbolId(6), found: 1, opened: 2, passed: 3, bytes: 4 }),
        EventKind::Trades(TradesEvent::Damaged { window: crate::domain::trades::WindowId(3) }),
        EventKind::Trades(TradesEvent::Found {
            id: crate::domain::stored::TradeId::new(GroupId(3), 17),
            symbol: SymbolId(6),
            side: crate::domain::order::Side::Buy,
            price: 9,
            quantity: 2,
            at: SimTime::ZERO,
            hop: 0,
            copies: 1,
        }),
    ]
}

fn every_kind_of_logs(to: NodeId, index: LogIndex) -> Vec<EventKind> {
    vec![
        EventKind::Truncated { from: index, records: 3 },
        EventKind::SnapshotSent { to, index },
        EventKind::SnapshotInstalled { index },
        EventKind::SnapshotTaken { index },
        EventKind::GapFound { version: index, change: index },
        EventKind::Rebuilt { upto: index, records: 7 },
    ]
}

fn every_kind() -> Vec<EventKind> {
    let (to, term, index) = (NodeId(4), Term(7), LogIndex(10_482));
    let (after, silent) = (SimDuration::from_millis(3_200), SimDuration::from_millis(212));
    let timeout = SimDuration::from_millis(190);
    let mut kinds = vec![
        EventKind::Started { records: 12 },
        EventKind::Crashed { unsynced: 0 },
        EventKind::Crashed { unsynced: 1 },
        EventKind::Crashed { unsynced: 7 },
        EventKind::Recovered { behind: 362 },
        EventKind::CaughtUp { after, records: 5 },
        EventKind::Frozen,
        EventKind::Thawed { after, held: 3 },
        EventKind::Halted { message: "index out of bounds".to_owned() },
        EventKind::DiskSlow { slow: true },
        EventKind::DiskSlow { slow: false },
        EventKind::LinkCut { to },
        EventKind::LinkHealed { to },
        EventKind::Isolated,
        EventKind::Muted,
        EventKind::Rejoined,
        EventKind::AllHealed,
        EventKind::TimedOut { term, silent, timeout, pre_vote: true },
        EventKind::TimedOut { term, silent, timeout, pre_vote: false },
        EventKind::Stands { term, forced: false },
        EventKind::Stands { term, forced: true },
        EventKind::Voted { candidate: to, term },
        EventKind::Elected { term, votes: NodeId::first(3).collect(), voters: 5 },
        EventKind::SteppedDown { term, why: StepDown::HigherTerm(Term(8)) },
        EventKind::SteppedDown { term, why: StepDown::NoQuorum },
        EventKind::SteppedDown { term, why: StepDown::Removed },
        EventKind::FirstCommit { term, index },
        EventKind::FirstAnswer { term },
        EventKind::TransferBegan { to },
        EventKind::TransferFailed { to, why: Why::TransferTimeout },
        EventKind::RuleSwitched { rule: Rule::PreVote, on: true },
        EventKind::RuleSwitched { rule: Rule::PreVote, on: false },
        EventKind::StrategyChanged(Strategy::RoundRobin),
    ];
    kinds.extend(every_kind_of_members(to));
    kinds.extend(every_kind_of_the_load());
    kinds.extend(sample::one_of_each().into_iter().map(|control| EventKind::SettingChanged { control }));
    kinds.extend(kinds_of_moves_and_of_the_auditor());
    kinds.extend(every_kind_of_logs(to, index));
    for health in [Health::Healthy, Health::Degraded, Health::Failed] {
        kinds.push(EventKind::Believes { peer: to, health, silent });
    }
    for pre_vote in [true, false] {
        kinds.push(EventKind::VoteRefused { candidate: to, term, why: Why::LogBehind, pre_vote });
    }
    kinds.extend([true, false].map(|on| EventKind::Admission(AdmissionEvent::Switched { on })));
    kinds.extend([true, false].map(|held| EventKind::Admission(AdmissionEvent::Tried { orders_per_s: 9, held })));
    kinds.push(EventKind::Admission(AdmissionEvent::Stalled { missing: [to].into_iter().collect() }));
    kinds.push(EventKind::Admission(AdmissionEvent::Found { orders_per_s: 9 }));
    use AdmissionEvent::{Resumed, SearchBegan, SearchEnded};
    kinds.extend([Resumed, SearchBegan, SearchEnded].map(EventKind::Admission));
    kinds.push(EventKind::Overloaded { queue: Queue::Admission });
    for queue in [Queue::Gateway, Queue::Proposals, Queue::Link, Queue::Held, Queue::Reads, Queue::Clients] {
        kinds.push(EventKind::Overloaded { queue });
    }
    kinds.extend([AckRule::Leader, AckRule::Majority, AckRule::All, AckRule::Count(2)].map(EventKind::AckChanged));
    let reads = [ReadFrom::Leader, ReadFrom::Replica, ReadFrom::Fallback];
    kinds.extend(reads.map(|to| EventKind::ReadsMoved { to }));
    kinds.extend(
        sample::one_of_each().into_iter().map(|control| EventKind::ControlRefused { control, why: Why::AlreadySo }),
    );
    kinds
}

fn event(id: u64, node: u8, kind: EventKind) -> Event {
    let at = SimTime::from_millis(id);
    Event { id: EventId(id), at, node: Some(NodeId(node)), group: Some(GroupId(1)), kind, cause: None, repeated: 0 }
}

/// A text that still shows an id or a figure's name was not filled in.
fn is_whole(text: &str) -> bool {
    let left_open = ["{", "}", "event-", "word-", "why-", "control-", "target-", "ack-"];
    !text.is_empty() && left_open.iter().all(|part| !text.contains(part))
}

#[test]
fn every_event_has_a_word_and_a_whole_sentence_in_every_language() {
    for language in Language::ALL {
        let locale = Locale::new(language);
        for kind in [every_kind(), kinds_of_the_tape()].concat() {
            let said = caption(&event(1, 3, kind.clone()), &[], &locale);
            assert!(is_whole(&said), "{language:?} {kind:?}: {said}");
            let word = word(&kind, &locale);
            assert!(is_whole(&word) && word.chars().count() <= 9, "{language:?} {kind:?}: {word}");
        }
    }
}

#[test]
fn every_name_of_an_event_is_one_of_these_and_the_list_says_words_of_it() {
    let kinds = [every_kind(), kinds_of_the_tape()].concat();
    for name in EventName::ALL {
        assert_eq!(name.text().parse(), Ok(*name));
        let kind = kinds.iter().find(|kind| kind.name() == *name).unwrap_or_else(|| panic!("no event is {name}"));
        // What is read on the screen can be typed into a filter or a scenario.
        for word in word(kind, &Locale::new(Language::English)).to_lowercase().split(' ') {
            assert!(name.text().split('_').any(|known| known.starts_with(word)), "{name} is shown as {word}");
            assert!(name.fits(word), "{name} {word}");
        }
    }
}

#[test]
fn every_refusal_and_every_control_is_said_in_every_language() {
    for language in Language::ALL {
        let locale = Locale::new(language);
        for reason in every_why() {
            assert!(is_whole(&locale.why(reason)), "{language:?} {reason:?}: {}", locale.why(reason));
        }
        for wanted in sample::one_of_each() {
            let said = control(&wanted, &locale);
            assert!(is_whole(&said), "{language:?} {wanted:?}: {said}");
        }
    }
}

#[test]
fn a_candidacy_says_the_silence_that_led_to_it() {
    let (silent, timeout) = (SimDuration::from_millis(212), SimDuration::from_millis(190));
    let timed_out = event(1, 3, EventKind::TimedOut { term: Term(8), silent, timeout, pre_vote: true });
    let stands = Event { cause: Some(EventId(1)), ..event(2, 3, EventKind::Stands { term: Term(8), forced: false }) };
    let events = [timed_out.clone(), stands.clone()];
    let said = caption(&stands, &events, &Locale::default());
    assert_eq!(said, "n3 stands for election in term 8: no heartbeat for 212 ms, its timer was the shortest");
    let earlier = Event { node: Some(NodeId(5)), id: EventId(0), ..timed_out };
    let events = [vec![earlier], events.to_vec()].concat();
    let said = caption(&stands, &events, &Locale::default());
    assert_eq!(said, "n3 stands for election in term 8, and votes for itself", "another timer was shorter");
}

#[test]
fn figures_are_grouped_and_counted() {
    let lost = |n| caption(&event(1, 3, EventKind::OrdersLost { orders: n }), &[], &Locale::new(Language::Russian));
    assert_eq!(lost(1), "1 подтверждённая заявка потеряна навсегда");
    assert_eq!(lost(2), "2 подтверждённые заявки потеряны навсегда");
    assert_eq!(lost(12_345), "12 345 подтверждённых заявок потеряно навсегда");
}

#[test]
fn a_node_that_is_gone_for_good_is_told_from_one_that_died() {
    for (language, said, toast) in [
        (Language::English, "n3 has left the cluster and is switched off", "n3 has left the cluster for good"),
        (Language::Russian, "n3 вышел из кластера и выключен", "n3 ушёл из кластера навсегда"),
    ] {
        let locale = Locale::new(language);
        assert_eq!(caption(&event(7, 3, EventKind::NodeLeft), &[], &locale), said);
        let refused = locale.say("toast-gone", &[("node", "n3".into())]);
        assert!(refused.starts_with(toast), "{refused}");
    }
}
