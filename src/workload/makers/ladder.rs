//! A ladder: the quotes of a maker in one symbol, and what it needs most.
//!
//! Idea: distances from the maker's price fall into bands, and each band has a quote. The ladder is looked at as it stands, not
//! as it was meant to be: whatever moved the price, filled a quote or lost a request, the next turn mends the worst of it.
//! Units: distances in ticks, quantities in lots.
//! Bound: [`QUOTES_MAX`] quotes.

use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{Command, OrderType, Side, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::workload::orders::Fields;

/// A quote belongs to the band that its distance from the maker's price falls into: from one of these ticks to the next.
pub(super) const BANDS: [i64; LEVELS + 1] = [1, 3, 6, 10, 16, 24, 36, 54];

/// Quotes on each side, when the ladder is complete.
pub const LEVELS: usize = 7;

/// Quotes of a symbol at most: a complete ladder, and some that are on their way out.
pub const QUOTES_MAX: usize = 2 * LEVELS + 4;

/// Lots of a quote in the innermost band are between these; those of the n-th have n halves more.
const LOTS: [u64; 2] = [25, 50];

/// Lots by which a position must be off for the maker to move its price by a tick.
const LEAN_LOTS: i64 = 400;

/// Ticks that it moves its price by at most.
const LEAN_MAX: i64 = 3;

/// The quotes of a symbol.
#[derive(Clone, Debug, Default)]
pub(super) struct Ladder {
    /// Those that were touched last are at the end.
    pub(super) quotes: Vec<Quote>,
    /// Lots bought less lots sold, as far as the maker has heard.
    pub(super) position: i64,
}

/// An order of a maker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quote {
    pub(super) order: Sequence,
    pub(super) side: Side,
    pub(super) price: Price,
    /// What it was to show when it was last set.
    pub(super) lots: u64,
    /// How much of it has traded, as far as the maker has heard.
    pub(super) filled: u64,
    /// How much it was for in all, what has traded included, when the maker last heard of it.
    pub(super) quantity: u64,
    pub(super) standing: Standing,
}

/// What a maker believes of a quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It was asked for, and no answer has come.
    Asked,
    /// It rests.
    Quoted,
    /// Nobody knows where it stands: it is to be taken back.
    Doubtful,
    /// It is being taken back.
    Leaving,
}

/// A ladder in bands around the maker's price.
struct Survey {
    /// By side and band: whether somebody stands there.
    taken: [[bool; LEVELS]; 2],
    /// By side: a quote nearer than the first band, or on the wrong side of the price.
    near: [Option<usize>; 2],
    /// By side: a quote that stands in a band twice, or beyond the last.
    spare: [Option<usize>; 2],
}

impl Ladder {
    /// The one thing that it needs most; nothing, if every quote that could be mended is in flight.
    pub(super) fn mend(
        &mut self,
        symbol: SymbolId,
        mid: Price,
        next: Sequence,
        (means, fields): ([i64; 2], &mut Fields),
    ) -> Option<Command> {
        if let Some(place) = self.quotes.iter().position(|quote| quote.standing == Standing::Doubtful) {
            return Some(self.take_back(symbol, place));
        }
        let centre = mid.0 - (self.position / LEAN_LOTS).clamp(-LEAN_MAX, LEAN_MAX);
        let survey = self.survey(centre);
        let first = if fields.below(2) == 0 { Side::Buy } else { Side::Sell };
        let sides = [first, first.opposite()];
        let near = sides.into_iter().find_map(|side| Some((side, survey.near[side as usize]?)));
        let gap = |side: Side| survey.taken[side as usize].iter().position(|taken| !taken).map(|band| (band, side));
        let gap = match near {
            Some((side, _)) => gap(side),
            None => sides.into_iter().filter_map(gap).min_by_key(|(band, _)| *band),
        };
        let moved = near.map(|(_, place)| place).or_else(|| survey.spare[gap?.1 as usize]);
        if let Some((band, side)) = gap {
            let away = BANDS[band] + fields.below((BANDS[band + 1] - BANDS[band]) as u64) as i64;
            let price = Price(if side == Side::Buy { centre - away } else { centre + away }.max(1));
            let lots = (LOTS[0] + fields.below(LOTS[1] - LOTS[0] + 1)) * (band as u64 + 2) / 2;
            // A part of what is left, so that the ladder is as long as it can be.
            let lots = lots.min(self.left(side, moved, means).div_ceil(LEVELS as u64));
            match moved {
                Some(place) if lots > 0 => return Some(self.set(symbol, place, price, lots)),
                None if lots > 0 && self.quotes.len() < QUOTES_MAX => {
                    return Some(self.quote(symbol, side, price, (lots, next)));
                }
                _ => {}
            }
        }
        if let Some(place) = moved.or_else(|| survey.spare.into_iter().flatten().next()) {
            return Some(self.take_back(symbol, place));
        }
        // Whatever has traded of it is filled up; if nothing has, it keeps its place in the queue.
        let place = self.looked_at(fields)?;
        let Quote { side, price, lots, .. } = self.quotes[place];
        Some(match lots.min(self.left(side, Some(place), means)) {
            0 => self.take_back(symbol, place),
            lots => self.set(symbol, place, price, lots),
        })
    }

    /// Who stands where, seen from this price.
    fn survey(&self, centre: i64) -> Survey {
        let mut survey = Survey { taken: [[false; LEVELS]; 2], near: [None; 2], spare: [None; 2] };
        for (place, quote) in self.quotes.iter().enumerate() {
            let rests = match quote.standing {
                Standing::Asked => false,
                Standing::Quoted => true,
                Standing::Doubtful | Standing::Leaving => continue,
            };
            let side = quote.side as usize;
            let away = if quote.side == Side::Buy { centre - quote.price.0 } else { quote.price.0 - centre };
            match BANDS.partition_point(|begin| *begin <= away).checked_sub(1) {
                None if rests => survey.near[side] = Some(place),
                Some(band) if band < LEVELS && !survey.taken[side][band] => survey.taken[side][band] = true,
                Some(_) if rests => survey.spare[side] = Some(place),
                // What may not have arrived yet cannot be moved.
                None | Some(_) => {}
            }
        }
        survey
    }

    /// The quote to be looked at, of those that rest: half the time one of the two that are the first to trade, else the one
    /// that was not looked at for the longest time.
    pub(super) fn looked_at(&self, fields: &mut Fields) -> Option<usize> {
        let resting = || self.quotes.iter().enumerate().filter(|(_, quote)| quote.standing == Standing::Quoted);
        let oldest = resting().map(|(place, _)| place).next();
        let side = match fields.below(4) {
            0 => Side::Buy,
            1 => Side::Sell,
            _ => return oldest,
        };
        let best = |(_, quote): &(usize, &Quote)| if side == Side::Buy { -quote.price.0 } else { quote.price.0 };
        let own = resting().filter(|(_, quote)| quote.side == side);
        own.min_by_key(best).map(|(place, _)| place).or(oldest)
    }

    /// Lots that the account has left for one more quote on this side, or for this one instead of what it shows.
    fn left(&self, side: Side, place: Option<usize>, means: [i64; 2]) -> u64 {
        let mine = self.quotes.iter().enumerate().filter(|(at, quote)| quote.side == side && Some(*at) != place);
        let shown: u64 = mine.map(|(_, quote)| quote.lots).sum();
        let has = match side {
            Side::Buy => means[0].saturating_sub(self.position),
            Side::Sell => means[1].saturating_add(self.position),
        };
        u64::try_from(has).unwrap_or(0).saturating_sub(shown)
    }

    // --- requests

    fn quote(&mut self, symbol: SymbolId, side: Side, price: Price, (lots, order): (u64, Sequence)) -> Command {
        self.quotes.push(Quote { order, side, price, lots, filled: 0, quantity: lots, standing: Standing::Asked });
        Command::place(symbol, side, OrderType::Limit(price), Quantity(lots))
    }

    /// A quote is to stand there and show so much, next to what has traded of it.
    fn set(&mut self, symbol: SymbolId, place: usize, price: Price, lots: u64) -> Command {
        let quote = self.touch(place);
        (quote.price, quote.lots) = (price, lots);
        Command::Replace { symbol, order: quote.order, price, quantity: Quantity(quote.filled + lots) }
    }

    fn take_back(&mut self, symbol: SymbolId, place: usize) -> Command {
        let quote = self.touch(place);
        quote.standing = Standing::Leaving;
        Command::Cancel { symbol, order: quote.order }
    }

    /// The order of the quote that is asked about.
    pub(super) fn look(&mut self, place: usize) -> Sequence {
        self.touch(place).order
    }

    /// It is the last that was touched.
    fn touch(&mut self, place: usize) -> &mut Quote {
        self.quotes[place..].rotate_left(1);
        let last = self.quotes.len() - 1;
        &mut self.quotes[last]
    }

    // --- what is heard

    fn place_of(&self, order: Sequence) -> Option<usize> {
        self.quotes.iter().rposition(|quote| quote.order == order)
    }

    /// What has traded of an order, and whether something is left of it.
    pub(super) fn heard(&mut self, order: Sequence, verdict: Verdict) {
        let Some(place) = self.place_of(order) else { return };
        self.note(place, verdict.filled.0);
        self.quotes[place].quantity = verdict.filled.0 + verdict.resting.0;
        if verdict.resting.is_zero() {
            self.quotes.remove(place);
        }
    }

    /// It is there no more, and the maker has not taken it back: so all of it has traded.
    pub(super) fn traded_away(&mut self, order: Sequence) {
        let Some(place) = self.place_of(order) else { return };
        self.note(place, self.quotes[place].quantity);
        self.quotes.remove(place);
    }

    /// So much of a quote has traded in all.
    fn note(&mut self, place: usize, filled: u64) {
        let quote = &mut self.quotes[place];
        let more = filled.saturating_sub(quote.filled);
        quote.filled += more;
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        self.position = match quote.side {
            Side::Buy => self.position.saturating_add(more),
            Side::Sell => self.position.saturating_sub(more),
        };
    }

    pub(super) fn confirm(&mut self, order: Sequence) {
        if let Some(place) = self.place_of(order)
            && self.quotes[place].standing == Standing::Asked
        {
            self.quotes[place].standing = Standing::Quoted;
        }
    }

    pub(super) fn doubt(&mut self, order: Sequence) {
        if let Some(place) = self.place_of(order) {
            self.quotes[place].standing = Standing::Doubtful;
        }
    }

    pub(super) fn remove(&mut self, order: Sequence) {
        if let Some(place) = self.place_of(order) {
            self.quotes.remove(place);
        }
    }
}
