//! The processor of market data on a node: a flat table of lanes, and one loop over a batch.
//!
//! Idea: the symbol is the place in the table; no map is asked. A batch is taken in one piece, so that what is the same
//! for all its ticks (the table, where signals go) stays in registers.
//! Shape: [`Processor::take`] a batch; signals are handed to whoever asks, tick by tick, in the order of ticks.
//! Bound: a lane for every instrument; ticks of symbols that are not in the table are counted and dropped.

use crate::domain::ids::SymbolId;
use crate::domain::tick::{MarketTick, Signal};

use super::lane::{Lane, Windows};
use super::rule::Rule;

/// The lanes of every symbol.
#[derive(Clone, Debug)]
pub struct Processor {
    lanes: Vec<Lane>,
    strangers: u64,
}

impl Processor {
    /// A processor of every instrument of the table.
    pub fn new(windows: Windows) -> Self {
        let rules = SymbolId::all().filter_map(Rule::of_symbol);
        Self { lanes: rules.map(|rule| Lane::new(rule, windows)).collect(), strangers: 0 }
    }

    /// Takes ticks, oldest first.
    pub fn take(&mut self, ticks: &[MarketTick], mut signal: impl FnMut(Signal)) {
        for tick in ticks {
            match self.lanes.get_mut(usize::from(tick.symbol.0)) {
                Some(lane) => {
                    if let Some(said) = lane.take(tick) {
                        signal(said);
                    }
                }
                None => self.strangers += 1,
            }
        }
        self.note_last(ticks);
    }

    /// The last tick of each symbol is among the last of the batch, or it is not new enough to be looked for.
    fn note_last(&mut self, ticks: &[MarketTick]) {
        let recent = ticks.len().saturating_sub(LOOK_BACK * self.lanes.len());
        for tick in &ticks[recent..] {
            if let Some(lane) = self.lanes.get_mut(usize::from(tick.symbol.0)) {
                lane.note_last(*tick);
            }
        }
    }

    /// The lane of a symbol.
    pub fn lane(&self, symbol: SymbolId) -> Option<&Lane> {
        self.lanes.get(usize::from(symbol.0))
    }

    /// Ticks of symbols that nobody knows.
    pub const fn strangers(&self) -> u64 {
        self.strangers
    }
}

/// How many ticks a lane, on average, are looked through for its last one.
const LOOK_BACK: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::bar::tests::tick;
    use super::*;

    #[test]
    fn a_tick_goes_to_the_lane_of_its_symbol() {
        let mut processor = Processor::new(Windows::default());
        let ticks =
            [1, 4, 1, 999].map(|symbol| MarketTick { symbol: SymbolId(symbol), ..tick(5, (40_000, 1), (9, 1)) });
        let mut signals = Vec::new();
        processor.take(&ticks, |signal| signals.push(signal.symbol.0));
        assert_eq!(signals, [1, 4, 1]);
        let counted: Vec<_> = SymbolId::all().map(|symbol| processor.lane(symbol).unwrap().tumbling().ticks).collect();
        assert_eq!(counted, [0, 2, 0, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(processor.strangers(), 1);
        assert_eq!(processor.lane(SymbolId(4)).unwrap().last().unwrap().bid, 40_000);
    }
}
