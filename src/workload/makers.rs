//! Market makers: clients who always stand on both sides of the mid, so that others find somebody to trade with.
//!
//! Idea: a maker keeps a *ladder* of quotes for each of its symbols, one in each band of distance from its own idea of the
//! price, dense near it and thin far away. When it is its turn it does the one thing that its ladder needs most: take back
//! what it does not trust, move what stands too near, fill the innermost gap (with a quote that stands too far out or twice,
//! else with a new one), else look at a quote and fill up what was traded of it. So it follows the price and refills with
//! single requests, at whatever rate it is given. A maker that needs nothing, because all it has is in flight, leaves its turn
//! to the others. Nobody tells the owner of an order that it has traded, so a maker asks, as everybody does: its share of
//! queries is that of the load, and none if that is 0.
//! Inventory: a maker that has bought more than it sold believes in a lower price, by a tick for each `LEAN_LOTS`, up to
//! `LEAN_MAX`; so others rather buy from it than sell to it, and its position comes back.
//! Accounts: bids never ask for more cash than the account was given for the symbol, less what was spent; asks for no more
//! lots than it has left. So a maker is never refused for want of either while its own count is right.
//! Shape: plain requests of sessions of the load; the mids, the popularity of symbols and the numbering are the clients'. Each
//! symbol has one maker, and a `Ladder`. What was asked counts at once, and is mended by the answer.
//! Chance: one stream of its own, so that without makers every other draw is as it was.
//! Bound: [`QUOTES_MAX`] quotes a symbol.
//! Left out: makers that compete for a symbol; quotes sized by volatility.
//! Sources: Avellaneda & Stoikov 2008 (the reservation price); Glosten & Milgrom 1985 on why there is a spread.

mod ladder;

use crate::domain::chance::{Chance, Purpose};
use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{Command, OrderStatus, Verdict};
use crate::domain::settings::Settings;
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;

use self::ladder::{Ladder, Quote};
use super::orders::{Fields, Orders};
use super::session::Ending;

pub use ladder::{LEVELS, QUOTES_MAX};

/// One of so many sessions of the load is a maker, as far as there are symbols for them.
const SESSIONS_PART: u32 = 8;

/// The makers of the load.
#[derive(Clone, Debug)]
pub struct Makers {
    chance: Chance,
    /// Of a hundred requests of the load so many are theirs.
    percent: u64,
    query_percent: u64,
    /// How many sessions they have; 0: there are none.
    sessions: usize,
    means: Means,
    /// By symbol.
    ladders: Vec<Ladder>,
}

/// What a maker may put into one symbol.
#[derive(Clone, Copy, Debug)]
struct Means {
    /// Cash, in millionths of a dollar.
    cash: i128,
    lots: i64,
}

impl Makers {
    /// The makers that these settings ask for.
    pub fn new(settings: &Settings, seed: u64) -> Self {
        let percent = u64::from(settings.load.maker_percent);
        let sessions = if percent == 0 { 0 } else { sessions(settings) };
        let symbols_each = settings.market.instruments.div_ceil(sessions.max(1)) as i128;
        let accounts = &settings.accounts;
        let times = u64::from(accounts.member_times);
        let cash = i128::from(accounts.cash.saturating_mul(times)) * 1_000_000;
        let means = Means {
            cash: cash / settings.cluster.partitions.max(1) as i128 / symbols_each.max(1),
            lots: i64::try_from(accounts.lots.saturating_mul(times)).unwrap_or(i64::MAX),
        };
        let ladders = if sessions == 0 { Vec::new() } else { vec![Ladder::default(); settings.market.instruments] };
        Self {
            chance: Chance::stream(seed, Purpose::Makers, 0),
            percent,
            query_percent: u64::from(settings.load.query_percent),
            sessions,
            means,
            ladders,
        }
    }

    /// How many sessions are theirs: the last of the steady load.
    pub const fn sessions(&self) -> usize {
        self.sessions
    }

    /// Whether the next request of the load is a maker's; without makers no draw is made.
    pub fn takes_turn(&mut self) -> bool {
        self.sessions > 0 && self.chance.below(100) < self.percent
    }

    /// The symbol whose turn it is, and which of the makers quotes it. They look where the others trade.
    pub fn draw(&mut self, orders: &Orders) -> (SymbolId, usize) {
        let symbol = orders.popularity().draw(&mut Fields(self.chance.bits()));
        (symbol, usize::from(symbol.0) % self.sessions.max(1))
    }

    /// What the maker of a symbol asks, where the mid is this and its next order gets this number; nothing, if its ladder needs
    /// nothing that it may ask for.
    pub fn turn(&mut self, symbol: SymbolId, mid: Price, next: Sequence) -> Option<Command> {
        let mut fields = Fields(self.chance.bits());
        let asks = fields.below(100) < self.query_percent;
        let ladder = &mut self.ladders[usize::from(symbol.0)];
        match ladder.looked_at(&mut fields) {
            Some(place) if asks => Some(Command::Query { symbol, order: ladder.look(place) }),
            _ => ladder.mend(symbol, mid, next, (self.means.at(symbol, mid), &mut fields)),
        }
    }

    // --- answers

    /// A request was applied, and this is what came of it.
    pub fn decided(&mut self, sequence: Sequence, command: Command, verdict: Verdict) {
        let Some((ladder, order)) = self.ladder(sequence, command) else { return };
        match (command, verdict.status) {
            // It is held for a spread, or stands where it stood before.
            (Command::Cancel { .. }, OrderStatus::Rejected(Why::Held)) => ladder.doubt(order),
            (Command::Replace { .. }, OrderStatus::Rejected(why)) if why != Why::UnknownOrder => ladder.doubt(order),
            (Command::Replace { .. } | Command::Cancel { .. }, OrderStatus::Rejected(_)) => ladder.traded_away(order),
            (Command::Place { .. }, _) => {
                ladder.confirm(order);
                ladder.heard(order, verdict);
            }
            _ => ladder.heard(order, verdict),
        }
    }

    /// A request was acknowledged; a verdict that comes later is not waited for.
    pub fn accepted(&mut self, sequence: Sequence, command: Command) {
        let Some((ladder, order)) = self.ladder(sequence, command) else { return };
        match command {
            Command::Place { .. } => ladder.confirm(order),
            Command::Cancel { .. } => ladder.remove(order),
            Command::Replace { .. } | Command::Query { .. } | Command::Spread { .. } => {}
        }
    }

    /// A query was answered. A replica that is behind may not know the order yet, which says nothing.
    pub fn read(&mut self, command: Command, verdict: Option<Verdict>) {
        if let (Some((ladder, order)), Some(verdict)) = (self.ladder(Sequence(0), command), verdict) {
            ladder.heard(order, verdict);
        }
    }

    /// A request ended without an acknowledgement.
    pub fn unanswered(&mut self, sequence: Sequence, command: Command, ending: Ending) {
        let Some((ladder, order)) = self.ladder(sequence, command) else { return };
        match (command, ending) {
            (Command::Place { .. }, Ending::Refused) => ladder.remove(order),
            (Command::Query { .. }, _) => {}
            _ => ladder.doubt(order),
        }
    }

    /// The ladder that a request is about, and the order of it.
    fn ladder(&mut self, sequence: Sequence, command: Command) -> Option<(&mut Ladder, Sequence)> {
        let order = match command {
            Command::Place { .. } => sequence,
            Command::Replace { order, .. } | Command::Cancel { order, .. } | Command::Query { order, .. } => order,
            Command::Spread { .. } => return None,
        };
        Some((self.ladders.get_mut(usize::from(command.symbol().0))?, order))
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> u64 {
        let quotes: usize = self.ladders.iter().map(|ladder| ladder.quotes.len()).sum();
        (quotes * size_of::<Quote>() + self.ladders.len() * size_of::<Ladder>()) as u64
    }
}

/// How many sessions of the load are makers: none, if there is just one, and no more than there are symbols to quote.
fn sessions(settings: &Settings) -> usize {
    let steady = settings.client.steady_sessions();
    let makers = (steady / SESSIONS_PART).clamp(u32::from(steady > 1), steady) as usize;
    makers.min(settings.market.instruments)
}

impl Means {
    /// Lots that a maker may bid for and offer, if its position is even.
    fn at(self, symbol: SymbolId, mid: Price) -> [i64; 2] {
        let price = symbol.instrument().map_or(1, |instrument| instrument.notional(mid, Quantity(1)).0.max(1));
        [i64::try_from(self.cash / price).unwrap_or(i64::MAX), self.lots]
    }
}

#[cfg(test)]
mod tests;
