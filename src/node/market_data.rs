//! Market data on a node: a bounded queue of ticks, turns of the node's processor, and a report after each turn.
//!
//! Idea: ticks are work like any other. They wait in a queue and take turns with the state machines on the node's one
//! processor; so a node that does both slows its orders down when ticks burst, which is what pools are for. A report
//! after each turn gives credits back; signals ride along.
//! Units: the queue and the credits count ticks; one costs `market_data.tick_cost` of virtual time.
//! Shape: [`MarketData::take`] a batch, [`MarketData::turn_ended`]; between the two the node books the turn. The windows are exact
//! when the turn ends, not before.
//! Bound: `market_data.queue_max` ticks, the turn that is on included. What does not fit is shed by the rule that comes with
//! the batch; from a source that minds its credits nothing ever is. A turn takes what waits, [`TURN_TICKS_MAX`] at most.
//! Left out: handing windows over when a symbol moves; the new owner begins with empty ones.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::event::{EventKind, Queue};
use crate::domain::histogram::Histogram;
use crate::domain::ids::{ActorId, SymbolId};
use crate::domain::order::{DeskMessage, Side};
use crate::domain::settings::MarketDataSettings;
use crate::domain::tick::{MarketTick, Overload, Signal, TickBatch, TickReport};
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{BarView, LatencyView, SymbolTicks, TicksView};
use crate::market::ticks::bar::Bar;
use crate::market::ticks::lane::Windows;
use crate::market::ticks::processor::Processor;

use super::Node;
use super::message::NodeEffect;
use super::meter::Meter;

/// Ticks of one turn at most, give or take a batch: what shares the processor waits this long.
const TURN_TICKS_MAX: usize = 4_096;
/// How fine sliding windows slide.
const PANE: SimDuration = SimDuration::from_millis(100);
/// Latencies are shown of the last one to two of these.
const RECENT: SimDuration = SimDuration::from_secs(1);

/// A stretch of a batch that waits, or that the processor works on.
#[derive(Clone, Debug)]
struct Stretch {
    batch: Arc<TickBatch>,
    from: usize,
    to: usize,
}

impl Stretch {
    const fn len(&self) -> usize {
        self.to - self.from
    }
}

/// What happened so far, and since the last report.
#[derive(Clone, Debug, Default)]
struct Counts {
    processed: u64,
    shed: u64,
    said: u64,
}

/// The market data of a node.
#[derive(Clone, Debug)]
pub(super) struct MarketData {
    tick_cost: SimDuration,
    queue_max: usize,
    windows: Windows,
    /// Made at the first tick: a node without market data carries none.
    processor: Option<Box<Processor>>,
    queue: VecDeque<Stretch>,
    queued: usize,
    on: Vec<Stretch>,
    told_full: bool,
    /// The end of the last batch that came.
    seen: u64,
    source: ActorId,
    total: Counts,
    fresh: Counts,
    signals: Vec<Told>,
    figures: Figures,
}

/// The signals of one symbol, buys and sells.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// The latest since the last report.
    latest: [Option<Signal>; 2],
    count: [u64; 2],
}

/// What is measured for the screen.
#[derive(Clone, Debug, Default)]
struct Figures {
    rate: Meter,
    latency: Histogram,
    before: Histogram,
    since: SimTime,
}

/// What the node should do after a batch came.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The queue is full, and that is news.
    pub(super) full: bool,
    /// Say how far it is: somebody asked.
    pub(super) report: Option<TickReport>,
}

impl MarketData {
    /// Before the first tick.
    pub(super) fn new(settings: &MarketDataSettings) -> Self {
        Self {
            tick_cost: settings.tick_cost,
            queue_max: settings.queue_max,
            windows: Windows::new(PANE, settings.sliding, settings.tumbling),
            processor: None,
            queue: VecDeque::new(),
            queued: 0,
            on: Vec::new(),
            told_full: false,
            seen: 0,
            source: ActorId::TICKS,
            total: Counts::default(),
            fresh: Counts::default(),
            signals: vec![Told::default(); SymbolId::all().count()],
            figures: Figures::default(),
        }
    }

    /// Takes a batch, or what there is room for. An empty one asks how far the node is.
    pub(super) fn take(&mut self, source: ActorId, batch: Arc<TickBatch>) -> Taken {
        self.source = source;
        self.seen = self.seen.max(batch.end());
        if batch.ticks().is_empty() {
            return Taken { full: false, report: Some(self.report()) };
        }
        let mut stretch = Stretch { from: 0, to: batch.ticks().len(), batch };
        let over = (self.held() + stretch.len()).saturating_sub(self.queue_max);
        if over > 0 {
            self.shed(over, &mut stretch);
        }
        self.queued += stretch.len();
        if stretch.len() > 0 {
            self.queue.push_back(stretch);
        }
        Taken { full: over > 0 && !std::mem::replace(&mut self.told_full, true), report: None }
    }

    /// Ticks that wait or are worked on.
    fn held(&self) -> usize {
        self.queued + self.on.iter().map(Stretch::len).sum::<usize>()
    }

    /// Makes room for so many ticks: of those that wait, or of the new ones. The turn that is on stays.
    fn shed(&mut self, over: usize, new: &mut Stretch) {
        let mut left = over;
        if new.batch.overload() == Overload::ShedOldest {
            while let Some(oldest) = self.queue.front_mut().filter(|_| left > 0) {
                let gone = oldest.len().min(left);
                oldest.from += gone;
                self.queued -= gone;
                left -= gone;
                if oldest.len() == 0 {
                    self.queue.pop_front();
                }
            }
            new.from += left.min(new.len());
        } else {
            new.to -= left.min(new.len());
        }
        self.total.shed += over as u64;
        self.fresh.shed += over as u64;
    }

    /// The next turn, if the processor has none of ours: what it costs.
    pub(super) fn begin_turn(&mut self) -> Option<SimDuration> {
        if !self.on.is_empty() {
            return None;
        }
        let mut ticks = 0;
        while let Some(next) = self.queue.pop_front_if(|next| ticks == 0 || ticks + next.len() <= TURN_TICKS_MAX) {
            ticks += next.len();
            self.on.push(next);
        }
        self.queued -= ticks;
        (ticks > 0).then(|| self.tick_cost.times(ticks as u64))
    }

    /// The processor is through with the turn: windows, signals, and the report to be sent.
    pub(super) fn turn_ended(&mut self, now: SimTime) -> Option<(ActorId, TickReport)> {
        if self.on.is_empty() {
            return None;
        }
        self.figures.begin(now);
        for Stretch { batch, from, to } in std::mem::take(&mut self.on) {
            self.process(now, &batch.ticks()[from..to]);
        }
        self.told_full &= self.queued > 0;
        Some((self.source, self.report()))
    }

    fn process(&mut self, now: SimTime, ticks: &[MarketTick]) {
        let processor = self.processor.get_or_insert_with(|| Box::new(Processor::new(self.windows)));
        let (signals, mut said) = (&mut self.signals, 0);
        processor.take(ticks, |signal| {
            said += 1;
            if let Some(told) = signals.get_mut(usize::from(signal.symbol.0)) {
                let side = side_place(signal.side);
                told.latest[side] = Some(signal);
                told.count[side] += 1;
            }
        });
        for counts in [&mut self.total, &mut self.fresh] {
            counts.processed += ticks.len() as u64;
            counts.said += said;
        }
        self.figures.rate.count(now, ticks.len() as u64);
        ticks.iter().for_each(|tick| self.figures.latency.record(now.since(tick.time)));
    }

    fn report(&mut self) -> TickReport {
        let first = self.on.first().or(self.queue.front());
        let through = first.map_or(self.seen, |stretch| stretch.batch.first() + stretch.from as u64);
        let told = self.signals.iter_mut().flat_map(|told| told.latest.iter_mut().filter_map(Option::take));
        let signals = told.collect();
        let Counts { processed, shed, said } = std::mem::take(&mut self.fresh);
        TickReport { through, processed, shed, said, signals }
    }

    /// For the screen.
    pub(super) fn view(&self, now: SimTime) -> TicksView {
        let Some(processor) = &self.processor else {
            return TicksView { queue_max: self.queue_max as u64, ..TicksView::default() };
        };
        let symbol = |symbol: SymbolId| {
            let lane = processor.lane(symbol)?;
            lane.last().is_some().then(|| SymbolTicks {
                symbol,
                last: lane.last(),
                sliding: bar(lane.sliding()),
                tumbled: bar(lane.tumbled()),
                signals: self.signals[usize::from(symbol.0)].count,
            })
        };
        TicksView {
            queued: self.held() as u64,
            queue_max: self.queue_max as u64,
            processed: self.total.processed,
            per_s: self.figures.rate.per_second(now),
            shed: self.total.shed,
            signals: self.total.said,
            latency: self.figures.recent(),
            symbols: SymbolId::all().filter_map(symbol).collect(),
        }
    }
}

impl Node {
    /// A batch came.
    pub(super) fn take_ticks(&mut self, now: Now, from: ActorId, batch: Arc<TickBatch>, effects: &mut Vec<NodeEffect>) {
        let taken = self.market_data.take(from, batch);
        if taken.full {
            self.out(effects).tell(None, EventKind::Overloaded { queue: Queue::Ticks });
        }
        if let Some(report) = taken.report {
            effects.push(NodeEffect::Reply { to: from, message: DeskMessage::Credits(report) });
        }
        self.begin_ticks(now);
    }

    /// The processor is through with a turn of ticks.
    pub(super) fn ticks_done(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        if let Some((to, report)) = self.market_data.turn_ended(now.mono) {
            effects.push(NodeEffect::Reply { to, message: DeskMessage::Credits(report) });
        }
        self.begin_ticks(now);
    }

    fn begin_ticks(&mut self, now: Now) {
        if let Some(cost) = self.market_data.begin_turn() {
            self.processor.book_ticks(now.mono, cost);
        }
    }
}

impl Figures {
    /// The second before becomes the past when a new one begins.
    fn begin(&mut self, now: SimTime) {
        if now.since(self.since) >= RECENT {
            std::mem::swap(&mut self.latency, &mut self.before);
            self.latency.clear();
            self.since = now;
        }
    }

    fn recent(&self) -> LatencyView {
        let mut both = self.latency.clone();
        both.merge(&self.before);
        both.view()
    }
}

const fn side_place(side: Side) -> usize {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

fn bar(bar: Bar) -> BarView {
    let ohlc = (!bar.is_empty()).then_some([bar.open, bar.high, bar.low, bar.close]);
    BarView { ohlc, vwap: bar.vwap_doubled(), volume: bar.volume, ticks: bar.ticks }
}

#[cfg(test)]
#[path = "market_data_tests.rs"]
mod tests;
