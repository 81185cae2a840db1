//! Tests of the tick source: rates, credits, silence, and signals that trade.

use super::*;
use crate::domain::order::Side;
use crate::domain::tick::TickBatch;
use crate::domain::units::Quantity;

fn mid(_: SymbolId, _: SimTime) -> Price {
    Price(40_000)
}

/// A source, its clock, and nodes that do with ticks what the test says.
struct Stage {
    source: TickSource,
    now: SimTime,
    sent: Vec<(NodeId, Arc<TickBatch>)>,
    told: Vec<EventKind>,
    trades: Vec<Signal>,
}

impl Stage {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.market_data.ticks_per_s = 100_000;
        change(&mut settings);
        let source = TickSource::new(&settings, 7, Mid::Of(mid));
        let mut stage = Self { source, now: SimTime::ZERO, sent: Vec::new(), told: Vec::new(), trades: Vec::new() };
        stage.step(ActorInput::Start);
        stage
    }

    fn step(&mut self, input: ActorInput) {
        let mut out = Vec::new();
        self.source.step(self.now, input, &mut out);
        for effect in out {
            match effect {
                ActorEffect::Send { to: Address::Node(to), message: DeskMessage::Ticks(batch) } => {
                    self.sent.push((to, batch));
                }
                ActorEffect::Send { message: DeskMessage::Signals(signals), .. } => self.trades.extend(signals.iter()),
                ActorEffect::Tell(draft) => self.told.push(draft.kind),
                _ => {}
            }
        }
    }

    /// So many milliseconds pass; each node that `answers` says at once that it is done with what came.
    fn pass(&mut self, ms: u64, answers: impl Fn(NodeId) -> bool) {
        for _ in 0..ms {
            self.now += STEP;
            let before = self.sent.len();
            self.step(ActorInput::Wake);
            let new: Vec<_> = self.sent[before..].iter().map(|(node, batch)| (*node, batch.end())).collect();
            for (node, through) in new.into_iter().filter(|(node, _)| answers(*node)) {
                self.report(node, through, &[]);
            }
        }
    }

    fn report(&mut self, node: NodeId, through: u64, signals: &[Signal]) {
        let report = TickReport { through, processed: 0, shed: 0, said: 0, signals: signals.into() };
        self.step(ActorInput::Receive { from: node.into(), message: DeskMessage::Credits(report) });
    }

    fn ticks(&self) -> u64 {
        self.sent.iter().map(|(_, batch)| batch.ticks().len() as u64).sum()
    }

    fn view(&self) -> MarketView {
        let mut view = ClusterView::default();
        self.source.contribute(self.now, &mut view);
        view.market
    }
}

#[test]
fn the_rate_is_kept_to_the_tick() {
    for rate in [1, 700, 1_500, 999_999] {
        let mut stage = Stage::new(|settings| settings.market_data.ticks_per_s = rate);
        stage.pass(3_000, |_| true);
        assert_eq!(stage.ticks(), rate * 3, "{rate}/s");
        let times: Vec<_> = stage.sent.iter().flat_map(|(_, batch)| batch.ticks()).map(|tick| tick.time).collect();
        assert!(times.iter().all(|time| *time <= stage.now));
    }
}

#[test]
fn a_burst_comes_on_top_and_ends() {
    let mut stage = Stage::new(|settings| settings.market_data.ticks_per_s = 1_000);
    stage.step(ActorInput::Control(Control::TickBurst(TickBurst {
        ticks: 50_000,
        over: SimDuration::from_millis(100),
    })));
    stage.pass(1_000, |_| true);
    assert_eq!(stage.ticks(), 51_000);
    assert!(stage.told.contains(&EventKind::TickBurstBegan { ticks: 50_000 }));
}

#[test]
fn every_symbol_is_assigned_once_and_its_ticks_go_there() {
    let mut stage = Stage::new(|settings| settings.market_data.nodes = vec![NodeId(4), NodeId(5)]);
    stage.pass(50, |_| true);
    assert_eq!(stage.told.iter().filter(|kind| matches!(kind, EventKind::SymbolAssigned { .. })).count(), 10);
    let mut owner = [None; 10];
    for (node, batch) in &stage.sent {
        assert!([NodeId(4), NodeId(5)].contains(node));
        for tick in batch.ticks() {
            assert_eq!(*owner[usize::from(tick.symbol.0)].get_or_insert(*node), *node);
        }
    }
}

#[test]
fn without_credits_no_tick_is_made_and_the_missing_are_counted() {
    let mut stage = Stage::new(|settings| settings.market_data.queue_max = 1_000);
    stage.pass(100, |_| false);
    assert_eq!(stage.ticks(), 5_000, "a window a node");
    assert_eq!(stage.view().held_back, 10_000 - 5_000);
    assert!(stage.view().feeds.iter().all(|feed| feed.credits == 0 && feed.in_flight == 1_000));
    let (node, _) = stage.sent[0];
    stage.report(node, 600, &[]);
    stage.report(node, 600, &[]);
    stage.pass(100, |_| false);
    assert_eq!(stage.ticks(), 5_600, "a word that comes twice counts once");
}

#[test]
fn a_shedding_rule_sends_whatever_the_credits() {
    let mut stage = Stage::new(|settings| settings.market_data.queue_max = 1_000);
    stage.step(ActorInput::Control(Control::SetOverload(Overload::ShedOldest)));
    stage.pass(100, |_| false);
    assert_eq!((stage.ticks(), stage.view().held_back), (10_000, 0));
    assert!(stage.sent.iter().all(|(_, batch)| batch.overload() == Overload::ShedOldest));
}

#[test]
fn the_symbols_of_a_silent_node_go_to_the_next_and_come_back() {
    let mut stage = Stage::new(|_| {});
    stage.pass(10, |_| true);
    let dead = stage.sent[0].0;
    stage.told.clear();
    stage.pass(400, |node| node != dead);
    let moved =
        stage.told.iter().filter(|kind| matches!(kind, EventKind::SymbolAssigned { from, .. } if *from == Some(dead)));
    assert!(moved.count() > 0, "{:?}", stage.told);
    assert!(stage.view().given_up > 0);
    let before = stage.sent.len();
    stage.pass(300, |node| node != dead);
    let to_dead: Vec<_> = stage.sent[before..].iter().filter(|(node, _)| *node == dead).collect();
    assert!((2..=4).contains(&to_dead.len()), "it is asked every 100 ms");
    assert!(to_dead.iter().all(|(_, batch)| batch.ticks().is_empty()));
    stage.pass(400, |_| true);
    let feed = stage.view().feeds.into_iter().find(|feed| feed.node == dead).unwrap();
    assert!(feed.answers && feed.symbols > 0, "{feed:?}");
}

#[test]
fn signals_trade_only_when_they_shall_and_not_too_often() {
    let mut stage = Stage::new(|_| {});
    stage.pass(100, |_| true);
    let signal = |symbol| Signal {
        time: SimTime(1),
        symbol: SymbolId(symbol),
        side: Side::Buy,
        price: Price(40_001),
        quantity: Quantity(10),
    };
    stage.report(NodeId(1), 1, &[signal(2)]);
    assert!(stage.trades.is_empty());
    stage.step(ActorInput::Control(Control::SetSignalsTrade(true)));
    stage.report(NodeId(1), 1, &[signal(2), signal(2), signal(3)]);
    assert_eq!(stage.trades.iter().map(|signal| signal.symbol.0).collect::<Vec<_>>(), [2, 3]);
    stage.pass(50, |_| true);
    stage.report(NodeId(1), 1, &[signal(2)]);
    assert_eq!((stage.trades.len(), stage.view().orders), (3, 3));
    assert_eq!(stage.view().tape.len(), 5);
}

#[test]
fn the_steady_rate_stops_and_goes_on_with_the_load_and_goes_for_whoever_asks() {
    let mut stage = Stage::new(|settings| settings.market_data.ticks_per_s = 1_000);
    stage.pass(1_000, |_| true);
    stage.step(ActorInput::Control(Control::SetLoad(false)));
    stage.pass(1_000, |_| true);
    assert_eq!((stage.ticks(), stage.view().asked_per_s), (1_000, 0));
    stage.step(ActorInput::Control(Control::SetLoad(true)));
    stage.pass(1_000, |_| true);
    assert_eq!((stage.ticks(), stage.view().asked_per_s), (2_000, 1_000));
    stage.step(ActorInput::Control(Control::SetLoad(false)));
    stage.step(ActorInput::Control(Control::TickBurst(TickBurst { ticks: 500, over: SimDuration::from_secs(1) })));
    stage.pass(1_500, |_| true);
    let burst = stage.ticks() - 2_000;
    assert!(burst.abs_diff(500) <= 1, "a burst is a burst: {burst}");
    stage.step(ActorInput::Control(Control::SetTickRate(100)));
    stage.pass(1_000, |_| true);
    assert_eq!(stage.ticks() - 2_000 - burst, 100, "whoever asks for a rate gets it");
    let changed = |ticks_per_s| EventKind::TickRateChanged { ticks_per_s };
    let rates: Vec<_> = stage.told.iter().filter(|told| matches!(told, EventKind::TickRateChanged { .. })).collect();
    assert_eq!(rates, [&changed(0), &changed(1_000), &changed(0), &changed(100)]);
    let off = Stage::new(|settings| settings.load.on = false);
    assert_eq!(off.view().asked_per_s, 0, "a run that begins without load begins without ticks");
}
