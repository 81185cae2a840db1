//! Makers against a venue that does with their quotes what each test wants.

use std::collections::{BTreeMap, BTreeSet};

use super::ladder::{BANDS, Standing};
use super::*;
use crate::domain::order::{OrderType, Side};
use crate::market::mid::Mid;
use crate::workload::popularity::Popularity;

const SYMBOL: SymbolId = SymbolId(6);
const MID: Price = Price(10_000);

/// A venue of one symbol and one maker: what rests, and what has traded of it.
struct Venue {
    makers: Makers,
    next: u64,
    resting: Vec<(Sequence, Side, Price, u64, u64)>,
    /// What had traded of those that rest no more.
    ended: BTreeMap<Sequence, u64>,
    bought: i64,
    sold: i64,
}

impl Venue {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.load.query_percent = 0;
        change(&mut settings);
        Self {
            makers: Makers::new(&settings, 5),
            next: 0,
            resting: Vec::new(),
            ended: BTreeMap::new(),
            bought: 0,
            sold: 0,
        }
    }

    fn turn(&mut self, mid: Price) -> Option<Command> {
        let command = self.makers.turn(SYMBOL, mid, Sequence(self.next + 1));
        self.next += u64::from(command.is_some());
        command
    }

    /// Takes so many turns; every request is carried out and answered at once.
    fn run(&mut self, turns: u64, mid: Price) -> Vec<Command> {
        (0..turns).filter_map(|_| self.carry_out(mid)).collect()
    }

    fn carry_out(&mut self, mid: Price) -> Option<Command> {
        let (command, sequence) = (self.turn(mid)?, Sequence(self.next));
        let cancelled =
            |filled| Verdict { status: OrderStatus::Cancelled, filled: Quantity(filled), resting: Quantity(0) };
        let unknown = Verdict::rejected(Why::UnknownOrder);
        let rests = |filled: u64, left: u64| Verdict {
            status: if filled == 0 { OrderStatus::Pending } else { OrderStatus::PartiallyFilled },
            filled: Quantity(filled),
            resting: Quantity(left),
        };
        let place_of = |order: Sequence| self.resting.iter().position(|row| row.0 == order);
        match command {
            Command::Place { side, order_type: OrderType::Limit(price), quantity, .. } => {
                self.resting.push((sequence, side, price, quantity.0, 0));
                self.makers.decided(sequence, command, rests(0, quantity.0));
            }
            Command::Replace { order, price, quantity, .. } => {
                let verdict = place_of(order).map_or(unknown, |place| {
                    let row = &mut self.resting[place];
                    (row.2, row.3) = (price, quantity.0.saturating_sub(row.4));
                    if row.3 == 0 { cancelled(self.resting.remove(place).4) } else { rests(row.4, row.3) }
                });
                self.makers.decided(sequence, command, verdict);
            }
            Command::Cancel { order, .. } => {
                let verdict = place_of(order).map_or(unknown, |place| cancelled(self.resting.remove(place).4));
                self.makers.decided(sequence, command, verdict);
            }
            Command::Query { order, .. } => {
                let verdict = place_of(order).map(|place| rests(self.resting[place].4, self.resting[place].3));
                self.makers.read(command, verdict.or_else(|| self.ended.get(&order).map(|filled| cancelled(*filled))));
            }
            other => panic!("makers do not ask for {other:?}"),
        }
        Some(command)
    }

    /// So many lots of the best quote of a side trade, and nobody tells the maker.
    fn trade(&mut self, side: Side, lots: u64) {
        let best = |row: &&mut (Sequence, Side, Price, u64, u64)| if side == Side::Buy { -row.2.0 } else { row.2.0 };
        let Some(row) = self.resting.iter_mut().filter(|row| row.1 == side).min_by_key(best) else { return };
        let lots = lots.min(row.3);
        (row.3, row.4) = (row.3 - lots, row.4 + lots);
        *(if side == Side::Buy { &mut self.bought } else { &mut self.sold }) += lots as i64;
        let ended = self.resting.iter().filter(|row| row.3 == 0).map(|row| (row.0, row.4));
        self.ended.extend(ended);
        self.resting.retain(|row| row.3 > 0);
    }

    /// The bands that have a quote, by side, seen from this mid.
    fn bands(&self, mid: Price) -> [Vec<usize>; 2] {
        [Side::Buy, Side::Sell].map(|side| {
            let own = self.resting.iter().filter(|row| row.1 == side);
            let away = own.map(|row| if side == Side::Buy { mid.0 - row.2.0 } else { row.2.0 - mid.0 });
            let mut bands: Vec<usize> = away.map(|away| BANDS.partition_point(|begin| *begin <= away)).collect();
            bands.sort_unstable();
            bands
        })
    }

    fn complete() -> [Vec<usize>; 2] {
        [(); 2].map(|()| (1..=LEVELS).collect())
    }
}

#[test]
fn a_ladder_is_complete_after_as_many_turns_as_it_has_quotes_and_is_then_only_looked_at() {
    let mut venue = Venue::new(|_| {});
    venue.run(2 * LEVELS as u64, MID);
    assert_eq!(venue.bands(MID), Venue::complete());
    let before = venue.resting.clone();
    assert!(venue.run(100, MID).iter().all(|command| matches!(command, Command::Replace { .. })));
    assert_eq!(venue.resting, before, "a look that finds nothing traded changes nothing");
}

#[test]
fn a_ladder_follows_the_mid_both_ways_however_far_it_went() {
    for away in [1, 3, 9, 40, 1_000] {
        let mut venue = Venue::new(|_| {});
        venue.run(50, MID);
        for mid in [Price(MID.0 + away), MID, Price(MID.0 - away)] {
            let commands = venue.run(4 * LEVELS as u64, mid);
            assert_eq!(venue.bands(mid), Venue::complete(), "at {mid:?} after {commands:?}");
        }
    }
}

#[test]
fn what_has_traded_is_filled_up_and_the_position_is_known() {
    let mut venue = Venue::new(|_| {});
    venue.run(50, MID);
    for turn in 0..400 {
        venue.trade(if turn % 2 == 0 { Side::Buy } else { Side::Sell }, 1 + turn % 60);
        venue.run(3, MID);
    }
    venue.run(60, MID);
    let ladder = &venue.makers.ladders[usize::from(SYMBOL.0)];
    assert_eq!(ladder.position, venue.bought - venue.sold);
    assert_eq!(ladder.quotes.len(), 2 * LEVELS);
    for (order, _, _, left, _) in &venue.resting {
        let quote = ladder.quotes.iter().find(|quote| quote.order == *order).expect("it knows what rests");
        assert_eq!((quote.lots, quote.standing), (*left, Standing::Quoted), "it shows what it is to show");
    }
}

#[test]
fn a_maker_that_has_bought_too_much_lowers_its_price() {
    let mut venue = Venue::new(|_| {});
    venue.run(50, MID);
    for _ in 0..200 {
        if venue.bought >= 2_000 {
            break;
        }
        venue.trade(Side::Buy, 100);
        venue.run(6, MID);
    }
    assert!(venue.bought >= 2_000, "it fills up what was bought of it: {}", venue.bought);
    venue.run(100, MID);
    assert_eq!(venue.bands(Price(MID.0 - 3)), Venue::complete(), "by three ticks and no more");
}

#[test]
fn quotes_keep_within_the_account() {
    for (cash, lots) in [(0, 0), (100, 3), (5_000, 40), (100_000, 1_000)] {
        let mut venue = Venue::new(|settings| {
            settings.accounts.cash = cash;
            settings.accounts.lots = lots;
            settings.accounts.member_times = 1;
        });
        // A lot is worth 100 dollars; a quarter of the cash is in the group, and the maker has two symbols.
        let (cash, has) = ((cash / 4 / 2 * 100 / 10_000) as i64, lots as i64);
        for turn in 0..2_000 {
            let mid = Price(MID.0 + turn % 40);
            if turn % 5 == 0 {
                venue.trade(if turn % 3 == 0 { Side::Buy } else { Side::Sell }, 1 + turn as u64 % 30);
            }
            let command = venue.carry_out(mid);
            let sum = |side| venue.resting.iter().filter(|row| row.1 == side).map(|row| row.3 as i64).sum::<i64>();
            let asked = matches!(command, Some(Command::Place { .. } | Command::Replace { .. }));
            let position = venue.bought - venue.sold;
            // What nobody has told it of yet may be out of its count by the quotes that were traded.
            assert!(!asked || sum(Side::Sell) <= has + position + 30, "{cash} {lots}: turn {turn}, {command:?}");
            assert!(sum(Side::Buy) <= (cash - position).max(0) + 30, "{cash} {lots}: turn {turn}, {command:?}");
        }
        assert!(lots == 0 || venue.resting.iter().any(|row| row.1 == Side::Sell), "it offers something");
    }
}

#[test]
fn what_nobody_has_answered_is_taken_back_and_the_ladder_stays_bounded() {
    let mut venue = Venue::new(|_| {});
    for turn in 0..1_000 {
        let command = venue.turn(Price(MID.0 + turn % 7)).expect("it takes back what it does not trust");
        let sequence = Sequence(venue.next);
        let ending = if turn % 3 == 0 { Ending::Refused } else { Ending::Unknown };
        venue.makers.unanswered(sequence, command, ending);
        let quotes = &venue.makers.ladders[usize::from(SYMBOL.0)].quotes;
        assert!(quotes.len() <= QUOTES_MAX, "{}", quotes.len());
        assert!(quotes.iter().all(|quote| quote.standing != Standing::Quoted), "it trusts none of them");
    }
    venue.run(200, MID);
    assert_eq!(venue.bands(MID), Venue::complete(), "once it is answered it is there again");
}

#[test]
fn nobody_is_a_maker_where_the_settings_want_none() {
    let mut settings = Settings::without_market();
    let mut makers = Makers::new(&settings, 1);
    assert_eq!((makers.sessions(), makers.takes_turn()), (0, false));
    settings.load.maker_percent = 100;
    for (sessions, instruments, some) in
        [(1, 10, 0), (2, 10, 1), (7, 10, 1), (64, 10, 8), (1_024, 10, 10), (1_024, 200, 128)]
    {
        settings.client.sessions = sessions;
        settings.market.instruments = instruments;
        let makers = Makers::new(&settings, 1);
        assert_eq!(makers.sessions(), some, "{sessions} sessions, {instruments} instruments");
    }
}

#[test]
fn each_maker_has_a_symbol_to_quote() {
    for (sessions, instruments) in [(64, 10), (1_024, 10), (1_024, 200), (16, 2_000)] {
        let mut settings = Settings::default();
        settings.client.sessions = sessions;
        settings.market.instruments = instruments;
        let mut makers = Makers::new(&settings, 1);
        let orders = Orders::new(1, 0, Popularity::new(instruments, 0), Mid::Of(|_, _| MID));
        let drawn: BTreeSet<usize> = (0..20_000).map(|_| makers.draw(&orders).1).collect();
        assert_eq!(drawn.len(), makers.sessions(), "{sessions} sessions, {instruments} instruments");
    }
}

#[test]
fn a_maker_whose_quotes_are_all_in_flight_leaves_its_turn_to_the_others() {
    let mut venue = Venue::new(|_| {});
    let asked: Vec<Command> = (0..100).filter_map(|_| venue.turn(MID)).collect();
    assert!(asked.iter().all(|command| matches!(command, Command::Place { .. })), "{asked:?}");
    assert_eq!(asked.len(), 2 * LEVELS, "a ladder, and nothing more until an answer comes");
}

#[test]
fn a_maker_asks_nothing_where_the_load_asks_nothing() {
    for seed in 0..200 {
        let mut venue = Venue::new(|_| {});
        let mut fields = Fields(Chance::stream(seed, Purpose::Makers, 1).bits());
        for _ in 0..100 {
            // Answers come for some of the requests only.
            let command = if fields.below(2) == 0 { venue.turn(MID) } else { venue.carry_out(MID) };
            assert!(!command.is_some_and(|command| command.is_query()), "seed {seed}: {command:?}");
        }
    }
}
