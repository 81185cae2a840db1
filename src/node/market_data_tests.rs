//! Tests of a node's market data: what fits, what is shed, and what is said of it.

use super::*;
use crate::domain::tick::MarketTick;

fn data(queue_max: usize) -> MarketData {
    let settings = MarketDataSettings { queue_max, ..MarketDataSettings::default() };
    MarketData::new(&settings)
}

fn batch(first: u64, count: u64, overload: Overload) -> Arc<TickBatch> {
    let tick = |place| MarketTick {
        time: SimTime(first + place),
        symbol: SymbolId(3),
        bid: 100_000,
        ask: 100_001,
        bid_size: 1 + (first + place) as u32,
        ask_size: 1,
    };
    Arc::new(TickBatch::new(first, overload, (0..count).map(tick).collect()))
}

/// Runs turns until nothing waits; the places of the ticks that were processed, by their number.
fn drain(data: &mut MarketData) -> (Vec<u64>, Vec<TickReport>) {
    let (mut seen, mut reports) = (Vec::new(), Vec::new());
    while data.begin_turn().is_some() {
        let on = data.on.iter().flat_map(|on| &on.batch.ticks()[on.from..on.to]);
        seen.extend(on.map(|tick| tick.time.0));
        reports.extend(data.turn_ended(SimTime(1_000_000)).map(|(_, report)| report));
    }
    (seen, reports)
}

#[test]
fn a_turn_costs_its_ticks_and_gives_their_credits_back() {
    let mut data = data(100);
    data.take(ActorId::TICKS, batch(0, 30, Overload::Slow));
    assert_eq!(data.begin_turn(), Some(SimDuration::from_nanos(500).times(30)));
    data.take(ActorId::TICKS, batch(30, 20, Overload::Slow));
    assert_eq!(data.begin_turn(), None, "one turn at a time");
    let (_, report) = data.turn_ended(SimTime(9)).unwrap();
    assert_eq!((report.through, report.processed, report.shed), (30, 30, 0));
    let (_, reports) = drain(&mut data);
    assert_eq!(reports[0].through, 50);
}

#[test]
fn a_turn_takes_what_waits_up_to_its_bound() {
    let mut data = data(10_000);
    for place in 0..5 {
        data.take(ActorId::TICKS, batch(place * 1_000, 1_000, Overload::Slow));
    }
    let turns: Vec<_> = drain(&mut data).1.iter().map(|report| report.processed).collect();
    assert_eq!(turns, [4_000, 1_000]);
}

#[test]
fn the_oldest_are_shed_and_the_newest_stay() {
    let mut data = data(10);
    data.take(ActorId::TICKS, batch(0, 8, Overload::ShedOldest));
    let taken = data.take(ActorId::TICKS, batch(8, 5, Overload::ShedOldest));
    assert!(taken.full, "the first time is news");
    assert!(!data.take(ActorId::TICKS, batch(13, 1, Overload::ShedOldest)).full, "the second is not");
    let (seen, reports) = drain(&mut data);
    assert_eq!(seen, (4..14).collect::<Vec<_>>());
    assert_eq!(reports.iter().map(|report| report.shed).sum::<u64>(), 4);
    assert_eq!(reports.last().unwrap().through, 14);
}

#[test]
fn the_newest_are_shed_and_the_oldest_stay() {
    let mut data = data(10);
    data.take(ActorId::TICKS, batch(0, 8, Overload::ShedNewest));
    data.take(ActorId::TICKS, batch(8, 5, Overload::ShedNewest));
    data.take(ActorId::TICKS, batch(13, 3, Overload::ShedNewest));
    let (seen, reports) = drain(&mut data);
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
    assert_eq!(reports.iter().map(|report| report.shed).sum::<u64>(), 6);
    assert_eq!(reports.last().unwrap().through, 16, "what was turned away is done with too");
}

#[test]
fn a_batch_larger_than_the_queue_leaves_its_freshest_or_its_first() {
    for (rule, expected) in [(Overload::ShedOldest, 6..10), (Overload::ShedNewest, 0..4)] {
        let mut data = data(4);
        data.take(ActorId::TICKS, batch(0, 10, rule));
        assert_eq!(drain(&mut data).0, expected.collect::<Vec<_>>(), "{rule:?}");
    }
}

#[test]
fn who_asks_is_told_how_far_it_is() {
    let mut data = data(10);
    let asked = |data: &mut MarketData, first| {
        data.take(ActorId::TICKS, batch(first, 0, Overload::Slow)).report.map(|report| report.through)
    };
    assert_eq!(asked(&mut data, 700), Some(700), "a new life holds nothing of what was sent to the last");
    data.take(ActorId::TICKS, batch(700, 5, Overload::Slow));
    assert_eq!(asked(&mut data, 705), Some(700));
    data.begin_turn();
    assert_eq!(asked(&mut data, 705), Some(700), "the turn that is on is not done");
    data.turn_ended(SimTime(9));
    assert_eq!(asked(&mut data, 705), Some(705));
}

#[test]
fn every_signal_is_counted_and_the_latest_is_told() {
    let mut data = data(100);
    data.take(ActorId::TICKS, batch(0, 10, Overload::Slow));
    let (_, reports) = drain(&mut data);
    assert_eq!(reports[0].said, 9, "the first tick has equal sizes");
    assert_eq!(reports[0].signals.len(), 1);
    assert_eq!(reports[0].signals[0].time, SimTime(9));
    let view = data.view(SimTime(1_000_000));
    assert_eq!((view.processed, view.signals, view.symbols.len()), (10, 9, 1));
    assert_eq!(view.symbols[0].signals, [9, 0]);
    assert_eq!(data.view(SimTime::from_millis(150)).per_s, 10);
}
