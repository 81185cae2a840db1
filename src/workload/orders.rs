//! Orders: what a client asks for when its time has come.
//!
//! Idea: a desk in balance. Of the placed orders some rest near the mid, some cross it and trade (a few of these wait for
//! nothing: immediate-or-cancel, fill-or-kill), some are market orders; three of ten orders take an own resting one back
//! or change it. So books are deep enough to trade in and never grow without end.
//! Bound: a session that may have `OPEN_MAX` orders in the books cancels the oldest before it places another:
//! however long a run, the books hold at most that many a session.
//! Chance: one stream; a request takes one draw for its kind and one for its content, cut into fields.

use crate::domain::chance::{Chance, Purpose};
use crate::domain::ids::SymbolId;
use crate::domain::order::{Command, OrderType, Side, TimeInForce};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::{Price, Quantity};
use crate::market::mid::Mid;

use super::popularity::Popularity;
use super::session::{OpenOrder, Session};

/// Orders that a session may have in the books at most.
pub const OPEN_MAX: usize = 64;

/// Orders that a session keeps in the books, if it can: fewer, and it does not cancel of its own will.
const OPEN_KEPT: usize = 8;

/// Of a hundred orders, so many take one back or change it.
const TAKE_BACK_PERCENT: u64 = 30;

/// Of a hundred orders, so many change one: half of these keep the price, so that some keep their place.
const REPLACE_PERCENT: u64 = 4;

/// Of a hundred placed orders, so many are market orders.
const MARKET_PERCENT: u64 = 15;

/// Of a hundred placed orders, so many are limits that cross the mid.
const CROSSING_PERCENT: u64 = 45;

/// Of a hundred placed orders, so many are limits that cross the mid and do not rest.
const IMMEDIATE_PERCENT: u64 = 5;

/// Of a hundred placed orders, so many are limits that cross the mid and trade in full or not at all.
const FILL_OR_KILL_PERCENT: u64 = 3;

/// Of a hundred replaces with a new price, so many cross the mid.
const REPLACE_CROSSING_PERCENT: u64 = 25;

/// A resting order lies at most so many ticks from the mid; a crossing one reaches as far to the other side.
const DEPTH_TICKS: u64 = 10;

/// Lots of an order at most.
const LOTS_MAX: u64 = 20;

/// The mids are looked up again after this.
const MID_AGE_MAX: SimDuration = SimDuration::from_millis(1);

/// Draws requests.
#[derive(Clone, Debug)]
pub struct Orders {
    chance: Chance,
    query_percent: u64,
    mids: Mids,
    popularity: Popularity,
}

impl Orders {
    /// Requests for these instruments around these mids, so many of a hundred being queries.
    pub fn new(seed: u64, query_percent: u32, popularity: Popularity, mid: Mid) -> Self {
        Self {
            chance: Chance::stream(seed, Purpose::Orders, 0),
            query_percent: u64::from(query_percent),
            mids: Mids { mid, known: vec![(SimTime::NEVER, Price(1)); popularity.instruments()], at: SimTime::NEVER },
            popularity,
        }
    }

    /// How often each instrument is asked for.
    pub const fn popularity(&self) -> &Popularity {
        &self.popularity
    }

    /// The same, to change it.
    pub const fn popularity_mut(&mut self) -> &mut Popularity {
        &mut self.popularity
    }

    /// Where a symbol stands.
    pub fn mid(&mut self, symbol: SymbolId, now: SimTime) -> Price {
        self.mids.of(symbol, now)
    }

    /// A number below `bound`: which session asks.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.chance.below(bound)
    }

    /// What a session of the steady load asks: an order or a query.
    pub fn request(&mut self, now: SimTime, session: &mut Session) -> Command {
        if self.query_percent > 0 && self.chance.below(100) < self.query_percent && !session.open.is_empty() {
            let order = session.open[self.chance.below(session.open.len() as u64) as usize];
            return Command::Query { symbol: order.symbol, order: order.sequence };
        }
        self.order(now, session)
    }

    /// An order: one that places, or one that takes an own one back or changes it.
    pub fn order(&mut self, now: SimTime, session: &mut Session) -> Command {
        let mut kind = Fields(self.chance.bits());
        let open = session.open.len();
        let wish = if open > OPEN_KEPT { kind.below(100) } else { 100 };
        if open < OPEN_MAX && wish >= TAKE_BACK_PERCENT {
            return self.place(now, kind);
        }
        match session.open.pop_front() {
            Some(order) if open < OPEN_MAX && wish < REPLACE_PERCENT => {
                let changed = self.replace(now, kind, order);
                session.open.push_back(changed.0);
                changed.1
            }
            Some(order) => Command::Cancel { symbol: order.symbol, order: order.sequence },
            None => self.place(now, kind),
        }
    }

    /// Another quantity for an open order, and for half of them another price; the order as it will stand.
    fn replace(&mut self, now: SimTime, mut kind: Fields, open: OpenOrder) -> (OpenOrder, Command) {
        let quantity = Quantity(1 + kind.below(LOTS_MAX));
        let price = if kind.below(2) == 0 {
            open.price
        } else {
            let away = 1 + kind.below(DEPTH_TICKS) as i64;
            let crossing = kind.below(100) < REPLACE_CROSSING_PERCENT;
            self.limit(now, open.symbol, open.side, away, crossing)
        };
        let command = Command::Replace { symbol: open.symbol, order: open.sequence, price, quantity };
        (OpenOrder { price, ..open }, command)
    }

    fn place(&mut self, now: SimTime, mut kind: Fields) -> Command {
        let mut content = Fields(self.chance.bits());
        let symbol = self.popularity.draw(&mut content);
        let side = if content.below(2) == 0 { Side::Buy } else { Side::Sell };
        let quantity = Quantity(1 + content.below(LOTS_MAX));
        let away = 1 + content.below(DEPTH_TICKS) as i64;
        let style = kind.below(100);
        let Some(limit_style) = style.checked_sub(MARKET_PERCENT) else {
            return Command::place(symbol, side, OrderType::Market, quantity);
        };
        let time_in_force = if limit_style < IMMEDIATE_PERCENT {
            TimeInForce::ImmediateOrCancel
        } else if limit_style < IMMEDIATE_PERCENT + FILL_OR_KILL_PERCENT {
            TimeInForce::FillOrKill
        } else {
            TimeInForce::GoodTillCancel
        };
        let price = self.limit(now, symbol, side, away, limit_style < CROSSING_PERCENT);
        Command::Place { symbol, side, order_type: OrderType::Limit(price), quantity, time_in_force, venue: None }
    }

    /// A limit so many ticks from the mid: a buyer rests below it and crosses above it, a seller the other way round.
    fn limit(&mut self, now: SimTime, symbol: SymbolId, side: Side, away: i64, crossing: bool) -> Price {
        let above = (side == Side::Buy) == crossing;
        let mid = self.mids.of(symbol, now).0;
        Price((if above { mid + away } else { mid - away }).max(1))
    }
}

/// The mids, each looked up at most once a virtual ms: they move far more slowly.
#[derive(Clone, Debug)]
struct Mids {
    mid: Mid,
    /// By symbol: when it was looked up and what it was.
    known: Vec<(SimTime, Price)>,
    /// All of them are looked up as of this time until it is a ms old; only those that are asked for are.
    at: SimTime,
}

impl Mids {
    fn of(&mut self, symbol: SymbolId, now: SimTime) -> Price {
        if self.at == SimTime::NEVER || now.since(self.at) >= MID_AGE_MAX {
            self.at = now;
        }
        let (looked_up, price) = &mut self.known[usize::from(symbol.0)];
        if *looked_up != self.at {
            (*looked_up, *price) = (self.at, self.mid.at(symbol, self.at));
        }
        *price
    }
}

/// Random bits, used up field by field.
pub(super) struct Fields(pub(super) u64);

impl Fields {
    /// A number below a small bound: the high bits choose, what is left of them goes on to the next field.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0) * u128::from(bound);
        self.0 = wide as u64;
        (wide >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence};

    fn mid(symbol: SymbolId, _: SimTime) -> Price {
        Price(10_000 + i64::from(symbol.0) * 1_000)
    }

    #[derive(Default, Debug)]
    struct Mix {
        queries: u64,
        cancels: u64,
        replaces: u64,
        /// Those that keep the price.
        same_price: u64,
        market: u64,
        immediate: u64,
        fill_or_kill: u64,
        resting: u64,
        crossing: u64,
    }

    /// Draws `count` requests for one session whose every limit order rests if it may, and counts them by kind.
    fn draw(seed: u64, count: u64, query_percent: u32) -> (Session, Mix) {
        let mut orders = Orders::new(seed, query_percent, Popularity::new(10, 0), Mid::Of(mid));
        let mut session = Session::new(ClientId(1));
        let mut mix = Mix::default();
        for sequence in 0..count {
            let known = session.open.front().copied();
            let command = orders.request(SimTime(sequence * 1_000), &mut session);
            match command {
                Command::Spread { .. } => panic!("spreads come by hand"),
                Command::Query { .. } => mix.queries += 1,
                Command::Cancel { .. } => mix.cancels += 1,
                Command::Replace { order, price, .. } => {
                    mix.replaces += 1;
                    mix.same_price += u64::from(known.is_some_and(|open| open.price == price));
                    assert_eq!(session.open.back().unwrap().sequence, order, "what is changed stays open");
                }
                Command::Place { order_type: OrderType::Market, .. } => mix.market += 1,
                Command::Place { symbol, side, order_type: OrderType::Limit(price), time_in_force, .. } => {
                    let rests = (side == Side::Buy) == (price < mid(symbol, SimTime::ZERO));
                    match time_in_force {
                        TimeInForce::ImmediateOrCancel => mix.immediate += 1,
                        TimeInForce::FillOrKill => mix.fill_or_kill += 1,
                        TimeInForce::GoodTillCancel => {}
                    }
                    *(if rests { &mut mix.resting } else { &mut mix.crossing }) += 1;
                    if rests {
                        session.placed(Sequence(sequence), command);
                    }
                }
            }
        }
        (session, mix)
    }

    #[test]
    fn the_mix_is_as_described() {
        for seed in 0..10 {
            let (_, mix) = draw(seed, 20_000, 30);
            let within =
                |part: u64, percent: u64, whole: u64, off| (part * 100).abs_diff(whole * percent) < whole * off;
            let near = |part, percent, whole| within(part, percent, whole, 2);
            let placed = mix.market + mix.resting + mix.crossing;
            let orders = mix.cancels + mix.replaces + placed;
            assert!(mix.queries.abs_diff(6_000) < 300, "seed {seed}: {mix:?}");
            assert!(within(mix.cancels + mix.replaces, TAKE_BACK_PERCENT, orders, 4), "seed {seed}: {mix:?}");
            assert!(near(mix.replaces, REPLACE_PERCENT, orders), "seed {seed}: {mix:?}");
            let same = mix.same_price * 100 / mix.replaces;
            assert!((42..=62).contains(&same), "seed {seed}: {same} of 100 replaces keep the price, {mix:?}");
            assert!(near(mix.market, MARKET_PERCENT, placed), "seed {seed}: {mix:?}");
            assert!(near(mix.crossing, CROSSING_PERCENT, placed), "seed {seed}: {mix:?}");
            assert!(near(mix.immediate, IMMEDIATE_PERCENT, placed), "seed {seed}: {mix:?}");
            assert!(near(mix.fill_or_kill, FILL_OR_KILL_PERCENT, placed), "seed {seed}: {mix:?}");
        }
    }

    #[test]
    fn what_a_session_may_have_in_the_books_is_bounded() {
        for seed in 0..5 {
            let (session, _) = draw(seed, 200_000, 0);
            assert!(session.open.len() <= OPEN_MAX, "seed {seed}: {}", session.open.len());
        }
    }

    #[test]
    fn fields_of_one_draw_do_not_depend_on_each_other() {
        let mut chance = Chance::stream(7, Purpose::Orders, 0);
        let mut table = [[0_u32; 10]; 2];
        for _ in 0..100_000 {
            let mut fields = Fields(chance.bits());
            let symbol = fields.below(10) as usize;
            table[fields.below(2) as usize][symbol] += 1;
        }
        assert!(table.iter().flatten().all(|count| count.abs_diff(5_000) < 400), "{table:?}");
    }
}
