//! What a tick costs: through windows and signals, on one core.
//!
//! Idea: a million drawn ticks of all ten symbols, a virtual second long, in batches as they travel; the processor takes
//! them again and again with the time moved on, so that panes close as often as they would. The draw is not counted,
//! but shown beside it. Columns instead of rows (a struct of arrays) are measured on the same ticks: the same signals,
//! or the figure is worth nothing.
//! Units: millions of ticks a second of processor time; the median of several runs. Budget: 20 M/s.
//! Run: `cargo bench --bench ticks`. As a test (`cargo test --benches`) it runs a short stream once.

mod table;

use std::hint::black_box;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::SymbolId;
use chaosdesk::domain::tick::{MarketTick, Overload, Signal, TickBatch};
use chaosdesk::domain::time::SimTime;
use chaosdesk::market::feed;
use chaosdesk::market::ticks::lane::Windows;
use chaosdesk::market::ticks::processor::Processor;
use chaosdesk::market::ticks::quotes::Quotes;

const SECOND: u64 = 1_000_000_000;

fn draw(count: u64) -> Vec<MarketTick> {
    let mut quotes = Quotes::new(Chance::stream(7, Purpose::Ticks, 0));
    let tick = |place| {
        let time = SimTime(place * SECOND / count);
        let symbol = quotes.symbol();
        quotes.draw(time, symbol, feed::mid(symbol, time))
    };
    (0..count).map(tick).collect()
}

/// The same ticks, each field in a column of its own.
struct Columns {
    times: Vec<SimTime>,
    symbols: Vec<SymbolId>,
    bids: Vec<u32>,
    asks: Vec<u32>,
    bid_sizes: Vec<u32>,
    ask_sizes: Vec<u32>,
}

impl Columns {
    fn of(ticks: &[MarketTick]) -> Self {
        Self {
            times: ticks.iter().map(|tick| tick.time).collect(),
            symbols: ticks.iter().map(|tick| tick.symbol).collect(),
            bids: ticks.iter().map(|tick| tick.bid).collect(),
            asks: ticks.iter().map(|tick| tick.ask).collect(),
            bid_sizes: ticks.iter().map(|tick| tick.bid_size).collect(),
            ask_sizes: ticks.iter().map(|tick| tick.ask_size).collect(),
        }
    }

    fn rows(&self) -> impl Iterator<Item = MarketTick> + '_ {
        let prices = self.bids.iter().zip(&self.asks);
        let sizes = self.bid_sizes.iter().zip(&self.ask_sizes);
        let names = self.times.iter().zip(&self.symbols);
        names.zip(prices.zip(sizes)).map(|((time, symbol), ((bid, ask), (bid_size, ask_size)))| MarketTick {
            time: *time,
            symbol: *symbol,
            bid: *bid,
            ask: *ask,
            bid_size: *bid_size,
            ask_size: *ask_size,
        })
    }
}

/// Millions a second, and what came of it.
fn measure(count: u64, mut run: impl FnMut(&mut Processor, &mut Vec<Signal>)) -> (f64, usize) {
    let mut said = 0;
    let figure = table::median(if table::is_brief() { 1 } else { 9 }, || {
        let mut processor = Processor::new(Windows::default());
        let mut signals = Vec::with_capacity(count as usize);
        let (took, ()) = table::timed(|| run(&mut processor, &mut signals));
        black_box(&processor);
        said = signals.len();
        count as f64 / took.as_secs_f64() / 1e6
    });
    (figure, said)
}

fn main() {
    let count = if table::is_brief() { 20_000 } else { 4_000_000 };
    let ticks = draw(count);
    let batches: Vec<_> = ticks.chunks(1_000).collect();
    let columns: Vec<_> = batches.iter().map(|batch| Columns::of(batch)).collect();
    let (rows, of_rows) = measure(count, |processor, signals| {
        batches.iter().for_each(|batch| processor.take(batch, |signal| signals.push(signal)));
    });
    let (by_column, of_columns) = measure(count, |processor, signals| {
        for batch in &columns {
            batch.rows().for_each(|tick| processor.take(&[tick], |signal| signals.push(signal)));
        }
    });
    assert_eq!(of_rows, of_columns, "the layout changes no signal");
    table::line("ticks through windows and signals, rows of 32 bytes", rows, "M/s", "budget 20");
    table::line("  the same from columns", by_column, "M/s", "");
    table::line("  signals a hundred ticks", of_rows as f64 * 100.0 / count as f64, "", "");
    let (took, drawn) = table::timed(|| draw(count));
    table::line("ticks drawn", drawn.len() as f64 / took.as_secs_f64() / 1e6, "M/s", "");
    let batch: Vec<_> = ticks.iter().take(1_000).copied().collect();
    let nanos = table::nanos_each(|| drop(black_box(TickBatch::new(0, Overload::Slow, batch.clone()))));
    table::line("a batch of 1,000 closed, with its digest", nanos / 1_000.0, "ns a tick", "");
}
