//! The universe: the instruments after the first ten, so that a desk can trade 2,000.
//!
//! Idea: what moves when a cluster changes is a share of the keys, and a share cannot be seen on ten of them. So the
//! table goes on with rows that are made, not typed: the same on every machine and for ever, since a row is a function
//! of its number.
//! Names look like those of real listings and share their skew: many begin with A, C or S, few with Q, X or Y. That is
//! why a partition by first letter is uneven here, as it is in life.
//! Shape: a table that is made on first use and then only read; rows share the ticks, lots and series of their class.
//! Bound: [`INSTRUMENTS_MAX`] rows, the first ten included.
//! Left out: instruments that are listed or taken away while a run goes on.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::digest::Digest;
use super::ids::SymbolId;
use super::instrument::{AssetClass, INSTRUMENTS, Instrument, Series};

/// Instruments that a desk can trade at most.
pub const INSTRUMENTS_MAX: usize = 2_000;

/// The table may never change: recordings and placements depend on it.
const TABLE_SEED: u64 = 0x7469_636b;

/// How often a listing begins with each letter, A to Z, in thousandths.
const FIRST_LETTERS: [u16; 26] =
    [95, 66, 94, 40, 44, 50, 44, 40, 50, 12, 22, 42, 62, 50, 30, 65, 8, 40, 86, 55, 22, 32, 30, 9, 5, 7];

/// How often a letter stands further on, A to Z, in thousandths.
const OTHER_LETTERS: [u16; 26] =
    [78, 28, 50, 36, 86, 26, 34, 26, 56, 8, 20, 56, 46, 62, 54, 46, 6, 70, 64, 68, 28, 26, 18, 24, 10, 4];

/// The rows after the first ten.
pub(super) fn listed() -> &'static [Instrument] {
    &TABLE.rows
}

/// The symbol of this name.
pub(super) fn named(name: &str) -> Option<SymbolId> {
    TABLE.by_name.get(name).copied()
}

struct Table {
    rows: Box<[Instrument]>,
    by_name: BTreeMap<&'static str, SymbolId>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut by_name: BTreeMap<&'static str, SymbolId> = BTreeMap::new();
    by_name.extend(INSTRUMENTS.iter().zip(0..).map(|(instrument, row)| (instrument.name, SymbolId(row))));
    let rows = (INSTRUMENTS.len()..INSTRUMENTS_MAX).map(|row| {
        let mut dice = Dice(Digest(TABLE_SEED).mix(row as u64));
        let (class, ending) = class_of(row);
        let mut name = draw_name(class, ending, &mut dice);
        while by_name.contains_key(name.as_str()) {
            name = draw_name(class, ending, &mut dice);
        }
        let name: &'static str = name.leak(); // once a process, some 10 KB: names are `&'static str` everywhere
        by_name.insert(name, SymbolId(row as u16));
        instrument(name, class, &mut dice)
    });
    let rows = rows.collect();
    Table { rows, by_name }
});

/// Of twenty rows two are coins and one is a currency pair; both are quoted in dollars.
const fn class_of(row: usize) -> (AssetClass, &'static str) {
    match row % 20 {
        3 | 13 => (AssetClass::Crypto, "USD"),
        8 => (AssetClass::Forex, "USD"),
        _ => (AssetClass::Equity, ""),
    }
}

/// A currency has three letters; coins and shares have three or four.
fn draw_name(class: AssetClass, ending: &str, dice: &mut Dice) -> String {
    let letters = if class == AssetClass::Forex || dice.below(5) < 2 { 3 } else { 4 };
    let mut name = String::with_capacity(letters + ending.len());
    name.push(dice.letter(&FIRST_LETTERS));
    name.extend((1..letters).map(|_| dice.letter(&OTHER_LETTERS)));
    name.push_str(ending);
    name
}

fn instrument(name: &'static str, class: AssetClass, dice: &mut Dice) -> Instrument {
    // The tick of a class is the same for all its rows: a smaller one would let the walk begin lower (`market::feed`).
    let (tick_micros, lot_micros, series, rows) = match class {
        AssetClass::Crypto => (1_000_000, 1_000, Series::BtcUsd, 100),
        AssetClass::Forex => (10, 1_000_000_000, Series::EurUsd, 360),
        AssetClass::Equity => (10_000, 1_000_000, Series::Goog, 360),
    };
    Instrument { name, class, tick_micros, lot_micros, series, series_offset: dice.below(rows) as usize }
}

/// Draws of one row.
struct Dice(Digest);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.mix(1);
        ((u128::from(self.0.0) * u128::from(bound)) >> 64) as u64
    }

    fn letter(&mut self, weights: &[u16; 26]) -> char {
        let mut drawn = self.below(weights.iter().map(|weight| u64::from(*weight)).sum());
        for (letter, weight) in ('A'..='Z').zip(weights) {
            match drawn.checked_sub(u64::from(*weight)) {
                Some(rest) => drawn = rest,
                None => return letter,
            }
        }
        'Z'
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names() -> Vec<&'static str> {
        SymbolId::first(INSTRUMENTS_MAX).map(|symbol| symbol.instrument().unwrap().name).collect()
    }

    #[test]
    fn the_table_is_the_same_for_ever() {
        let digest = names().iter().fold(Digest::default(), |digest, name| {
            name.bytes().fold(digest.mix(name.len() as u64), |digest, byte| digest.mix(u64::from(byte)))
        });
        assert_eq!(names()[10..16], FIRST_MADE, "the first rows that are made");
        assert_eq!(digest, NAMES_FOR_EVER);
    }

    const FIRST_MADE: [&str; 6] = ["FOV", "RGC", "BPNT", "VROUSD", "SALS", "NCDL"];
    const NAMES_FOR_EVER: Digest = Digest(9_448_467_542_438_832_073);

    #[test]
    fn every_row_has_a_name_of_its_own_and_is_found_by_it() {
        assert_eq!(names().iter().collect::<BTreeSet<_>>().len(), INSTRUMENTS_MAX);
        for symbol in SymbolId::first(INSTRUMENTS_MAX) {
            assert_eq!(SymbolId::named(symbol.instrument().unwrap().name), Some(symbol));
        }
        assert_eq!(SymbolId::named("no such thing"), None);
        assert_eq!(SymbolId(INSTRUMENTS_MAX as u16).instrument(), None);
        assert_eq!(SymbolId::first(100_000).len(), INSTRUMENTS_MAX);
    }

    #[test]
    fn a_tick_times_a_lot_is_whole_cash_in_every_row() {
        for symbol in SymbolId::first(INSTRUMENTS_MAX) {
            let instrument = symbol.instrument().unwrap();
            assert_eq!(instrument.tick_micros * instrument.lot_micros % 1_000_000, 0, "{}", instrument.name);
        }
    }

    #[test]
    fn first_letters_are_skewed_as_those_of_listings_are() {
        let starting = |letter: char| names().iter().filter(|name| name.starts_with(letter)).count();
        assert!(starting('A') > 10 * starting('Q'), "A {}, Q {}", starting('A'), starting('Q'));
        assert!(('A'..='Z').all(|letter| starting(letter) > 0), "no letter is empty");
        assert_eq!(('A'..='Z').map(starting).sum::<usize>(), INSTRUMENTS_MAX, "all names begin with a letter");
    }

    #[test]
    fn every_class_is_there_in_its_share() {
        let count = |class| {
            let of = |symbol: &SymbolId| symbol.instrument().is_some_and(|instrument| instrument.class == class);
            SymbolId::first(INSTRUMENTS_MAX).filter(of).count()
        };
        assert_eq!([AssetClass::Crypto, AssetClass::Forex, AssetClass::Equity].map(count), [202, 102, 1_696]);
    }
}
