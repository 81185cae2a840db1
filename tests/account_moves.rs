//! Poor accounts, three groups, symbols that move between them, cash that is lent and spreads that trade, all mixed up.
//!
//! The groups are their exchanges; a random walk gives them one record after the other: an order, a step of a transaction, a
//! step of a move. What each group holds is counted again after every record, over all groups: what is in no purse and in no
//! stock must be on its way, to the last unit, and in one place only. In the end everything comes to rest, and nothing is
//! on its way any more.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{AccountId, ClientId, GroupId, Sequence, SymbolId, Term};
use chaosdesk::domain::map::Epoch;
use chaosdesk::domain::moving::{Goods, Moving, Shipment};
use chaosdesk::domain::order::{Batch, Command, OrderType, Record, Side};
use chaosdesk::domain::settings::AccountSettings;
use chaosdesk::domain::units::{Cash, Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::domain::work::{Decision, Half, Leg, Part, Prepare, TxId, Work, Worked};
use chaosdesk::market::accounts::Opening;
use chaosdesk::market::exchange::Exchange;
use chaosdesk::market::shipments::Moved;
use chaosdesk::market::transactions::Held;

const GROUPS: usize = 3;
const SYMBOLS: [SymbolId; 4] = [SymbolId(0), SymbolId(1), SymbolId(6), SymbolId(7)];
const CLIENTS: u32 = 6;
/// Attempts to prepare a leg whose symbol is on its way, before its spread is given up.
const PATIENCE: u32 = 20;

fn opening(group: usize) -> Opening {
    let settings = AccountSettings { cash: 1_000, lots: 60, member_times: 1 };
    Opening { group: GroupId(group as u16 + 1), partitions: GROUPS as u16, settings, members_to: AccountId(0) }
}

#[derive(Default, Debug)]
struct Seen {
    moved: u32,
    busy: u32,
    waited: u32,
    waiting_moved: u32,
    lent: u32,
    lent_to_nobody: u32,
    spreads: u32,
    refused: BTreeSet<String>,
}

struct Walk {
    groups: Vec<Exchange>,
    owners: BTreeMap<SymbolId, usize>,
    epoch: u64,
    moves: Vec<Shipment>,
    votes: BTreeMap<(TxId, Half), Cash>,
    tried: BTreeMap<TxId, u32>,
    sequences: [u64; CLIENTS as usize],
    chance: Chance,
    seen: Seen,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let owners: BTreeMap<_, _> = SYMBOLS.iter().enumerate().map(|(place, symbol)| (*symbol, place % 3)).collect();
        let of = |group| owners.iter().filter(move |(_, owner)| **owner == group).map(|(symbol, _)| *symbol);
        Self {
            groups: (0..GROUPS).map(|group| Exchange::open(opening(group), of(group))).collect(),
            owners,
            epoch: 1,
            moves: Vec::new(),
            votes: BTreeMap::new(),
            tried: BTreeMap::new(),
            sequences: [0; CLIENTS as usize],
            chance: Chance::stream(seed, Purpose::Orders, 9),
            seen: Seen::default(),
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.chance.below(from.len() as u64) as usize])
    }

    fn order(&mut self) {
        let client = self.chance.below(u64::from(CLIENTS)) as usize;
        self.sequences[client] += 1;
        let sequence = self.sequences[client];
        let symbol = self.pick(&SYMBOLS).unwrap();
        let side = if self.chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
        let price = Price(self.chance.between(985, 1_015) as i64);
        let quantity = Quantity(self.chance.between(1, 30));
        let recent = Sequence(self.chance.between(sequence.saturating_sub(12).max(1), sequence));
        let command = match self.chance.below(10) {
            0 => Command::Cancel { symbol, order: recent },
            1 | 2 => Command::Replace { symbol, order: recent, price, quantity },
            3 => {
                let other = SYMBOLS.into_iter().find(|other| *other != symbol).unwrap();
                let legs = [(symbol, side), (other, side.opposite())];
                let limit = |side| if side == Side::Buy { Price(1_015) } else { Price(985) };
                let quantity = Quantity(self.chance.between(1, 6));
                Command::Spread { legs: legs.map(|(symbol, side)| Leg::new(symbol, side, limit(side), quantity)) }
            }
            _ => Command::place(symbol, side, OrderType::Limit(price), quantity),
        };
        let group = self.owners[&command.symbol()];
        let id = ClientId(client as u32 + 1).request(Sequence(sequence));
        let floor = Sequence(sequence.saturating_sub(400));
        let waiting = self.groups[group].waiting();
        let mut verdicts = Vec::new();
        let outcome = self.groups[group].apply(&Batch::new(vec![Record { id, floor, command }]), &mut verdicts);
        assert!(outcome.sound && outcome.money.balanced, "{command:?}");
        self.seen.waited += u32::from(self.groups[group].waiting() > waiting);
        if let chaosdesk::domain::order::OrderStatus::Rejected(why) = verdicts[0].status {
            self.seen.refused.insert(format!("{why:?}"));
        }
    }

    fn work(&mut self, group: usize, work: Work) -> Worked {
        let (worked, sound, money) = self.groups[group].work(&work);
        assert!(sound && money.balanced, "{work:?}");
        worked
    }

    /// One step of some transaction; false if there is none.
    fn transact(&mut self) -> bool {
        let open: Vec<_> = (0..GROUPS)
            .flat_map(|group| self.groups[group].transactions().opened().map(move |open| (group, *open)))
            .collect();
        let Some((coordinator, open)) = self.pick(&open) else { return false };
        let tx = open.transaction.id;
        let half = self.pick(&Half::BOTH).unwrap();
        let floor = self.groups[coordinator].transactions().floor();
        if let Some((decision, _)) = open.decided {
            let holder = (0..GROUPS).find(|group| self.groups[*group].transactions().prepared(tx, half).is_some());
            match holder {
                Some(group) => drop(self.work(group, Work::Finish { tx, half, decision, floor })),
                None if Half::BOTH.iter().all(|half| self.held(tx, *half).is_none()) => {
                    self.work(coordinator, Work::Forget { tx });
                }
                None => {}
            }
            return true;
        }
        match (self.votes.get(&(tx, Half::First)), self.votes.get(&(tx, Half::Second))) {
            (Some(first), Some(second)) => {
                let lent = Cash(first.0 + second.0);
                let decision = if lent == Cash(0) { Decision::Commit } else { Decision::Lend(lent) };
                self.seen.spreads += u32::from(open.transaction.request().is_some());
                self.seen.lent += u32::from(lent != Cash(0));
                let before: usize = self.groups.iter().map(Exchange::waiting).sum();
                let voters = self.voters(tx);
                self.work(coordinator, Work::Decide { tx, decision, voters });
                assert_eq!(before, self.groups.iter().map(Exchange::waiting).sum::<usize>());
            }
            _ => self.ask(coordinator, tx, half, open.transaction.parts[half.index()]),
        }
        true
    }

    /// The groups that hold the halves.
    fn voters(&self, tx: TxId) -> [Option<GroupId>; 2] {
        Half::BOTH.map(|half| {
            let holds = |group: &usize| self.groups[*group].transactions().prepared(tx, half).is_some();
            (0..GROUPS).find(holds).map(|group| GroupId(group as u16 + 1))
        })
    }

    fn held(&self, tx: TxId, half: Half) -> Option<&Held> {
        self.groups.iter().find_map(|group| group.transactions().prepared(tx, half)).map(|guest| &guest.held)
    }

    fn ask(&mut self, coordinator: usize, tx: TxId, half: Half, part: Part) {
        let group = match part {
            Part::Leg { leg, .. } => self.owners[&leg.symbol()],
            Part::Lend { account, .. } => {
                // A coordinator asks one lender at a time, and the same one again.
                let holds = |group: &usize| self.groups[*group].transactions().prepared(tx, half).is_some();
                let others = (0..GROUPS).filter(|group| *group != coordinator);
                let richest = others.max_by_key(|group| self.groups[*group].accounts().purse(account).free);
                (0..GROUPS).find(holds).or(richest).unwrap()
            }
            Part::Borrow { group, .. } => group.index() - 1,
        };
        let floor = self.groups[coordinator].transactions().floor();
        let prepare = Prepare { tx, half, part, term: Term(1), floor };
        let refused = match self.work(group, Work::Prepare(prepare)) {
            Worked::Voted(Ok(lent)) => {
                self.votes.insert((tx, half), lent);
                return;
            }
            Worked::Voted(Err(Why::Moving | Why::NotOwner)) => {
                let tried = self.tried.entry(tx).or_default();
                *tried += 1;
                if *tried < PATIENCE {
                    return;
                }
                Why::Deadline
            }
            Worked::Voted(Err(why)) => why,
            other => panic!("{other:?}"),
        };
        let voters = self.voters(tx);
        self.work(coordinator, Work::Decide { tx, decision: Decision::Abort(refused), voters });
    }

    fn shift(&mut self, group: usize, moving: &Moving) -> Moved {
        let (moved, sound, money) = self.groups[group].shift(moving);
        assert!(sound && money.balanced, "{moving:?}");
        moved
    }

    fn begin_move(&mut self) {
        let symbol = self.pick(&SYMBOLS).unwrap();
        if self.moves.iter().any(|shipment| shipment.symbol == symbol) {
            return;
        }
        let from = self.owners[&symbol];
        let to = (from + 1 + self.chance.below(2) as usize) % GROUPS;
        self.epoch += 1;
        let group = |place: usize| GroupId(place as u16 + 1);
        let shipment = Shipment { symbol, from: group(from), to: group(to), epoch: Epoch(self.epoch) };
        match self.shift(from, &Moving::Freeze(shipment)) {
            Moved::Frozen => self.moves.push(shipment),
            Moved::Busy => self.seen.busy += 1,
            other => panic!("{other:?}"),
        }
    }

    /// One step of some move; false if there is none.
    fn carry(&mut self) -> bool {
        let moves = self.moves.clone();
        let Some(shipment) = self.pick(&moves) else { return false };
        let (from, to) = (shipment.from.index() - 1, shipment.to.index() - 1);
        let leaving = self.groups[from].shipments().leaving().iter().find(|leaving| leaving.shipment == shipment);
        let parts = leaving.expect("it was frozen").parts.clone();
        let taken = self.groups[to].shipments().taken(&shipment) as usize;
        if self.groups[to].serves(shipment.symbol).is_ok() {
            self.owners.insert(shipment.symbol, to);
            let known = Epoch(self.epoch + 1);
            assert_eq!(self.shift(from, &Moving::Drop { shipment, known }), Moved::Dropped);
            self.moves.retain(|other| *other != shipment);
        } else if taken < parts.len() {
            self.shift(to, &Moving::Take(parts[taken].clone()));
        } else {
            let waiting = parts.iter().flat_map(|part| part.goods()).filter(|goods| matches!(goods, Goods::Waiting(_)));
            self.seen.waiting_moved += waiting.count() as u32;
            self.seen.moved += 1;
            assert_eq!(self.shift(to, &Moving::Own(shipment)), Moved::Owned);
        }
        true
    }

    /// Cash and lots that are in no group: with a symbol that is packed and not yet unpacked, or lent and not yet arrived.
    fn on_the_way(&self) -> (i128, u64) {
        let (mut cash, mut lots) = (0, 0);
        let travels = |shipment: &&Shipment| self.groups[shipment.to.index() - 1].serves(shipment.symbol).is_err();
        for shipment in self.moves.iter().filter(travels) {
            let instrument = shipment.symbol.instrument().unwrap();
            let leaving = self.groups[shipment.from.index() - 1].shipments().leaving().iter();
            let parts = leaving.filter(|leaving| leaving.shipment == *shipment).flat_map(|leaving| &leaving.parts);
            for goods in parts.flat_map(|part| part.goods()) {
                match goods {
                    Goods::Order(order) if order.side == Side::Buy => {
                        let (price, left) = (Price(order.price.into()), Quantity(order.left.into()));
                        cash += instrument.notional(price, left).0;
                    }
                    Goods::Holding(holding) => lots += holding.free + holding.reserved,
                    _ => {}
                }
            }
        }
        for open in self.groups.iter().flat_map(|group| group.transactions().opened()) {
            let tx = open.transaction.id;
            let lent = self.votes.get(&(tx, Half::First)).copied().unwrap_or(Cash(0)).0;
            cash += match open.decided.map(|(decision, _)| decision) {
                None => lent,
                Some(Decision::Lend(_)) if self.held(tx, Half::Second).is_some() => lent,
                Some(Decision::Abort(_)) if self.held(tx, Half::First).is_some() => lent,
                Some(_) => 0,
            };
        }
        (cash, lots)
    }

    fn count(&self, story: &str) {
        let (cash, lots) = self.on_the_way();
        let (mut held, mut opened, mut sent, mut received) = (0, 0, 0, 0);
        let (mut lots_sent, mut lots_received) = (0, 0);
        for (place, group) in self.groups.iter().enumerate() {
            assert!(group.audit_money(), "{story}: the sums of group {place} are wrong");
            held += group.accounts().iter().map(|(_, purse)| purse.free + purse.reserved).sum::<i128>();
            opened += group.accounts().iter().map(|(account, _)| opening(place).cash(account).0).sum::<i128>();
            let totals = group.accounts().totals();
            (sent, received) = (sent + totals.sent, received + totals.received);
            (lots_sent, lots_received) = (lots_sent + totals.lots_sent, lots_received + totals.lots_received);
        }
        assert_eq!(held + cash, opened, "{story}: cash was made or lost");
        assert_eq!(sent - received, cash, "{story}: cash on its way");
        assert_eq!(lots_sent - lots_received, lots, "{story}: lots on their way");
        for symbol in SYMBOLS {
            let stocks: Vec<_> = self.groups.iter().filter_map(|group| group.stock(symbol)).collect();
            assert!(stocks.len() <= 1, "{story}: two groups have lots of {}", symbol.name());
            for stock in stocks {
                let lots: u64 = stock.iter().map(|(_, holding)| holding.lots()).sum();
                assert_eq!(
                    lots,
                    stock.iter().count() as u64 * 60,
                    "{story}: lots of {} were made or lost",
                    symbol.name()
                );
            }
        }
    }

    fn lent_to_nobody(&mut self) {
        // What arrives when its order has moved on stays where it was asked for: the account's own, and free.
        let waiting: usize = self.groups.iter().map(Exchange::waiting).sum();
        let open = self.groups.iter().flat_map(|group| group.transactions().opened());
        let transfers = open.filter(|open| open.transaction.request().is_none() && open.decided.is_none());
        self.seen.lent_to_nobody += u32::from(transfers.count() > waiting);
    }
}

#[test]
fn money_is_conserved_while_symbols_move_cash_is_lent_and_spreads_trade() {
    let mut all = Seen::default();
    for seed in 0..6 {
        let mut walk = Walk::new(seed);
        for step in 0..3_000 {
            match walk.chance.below(20) {
                0 => walk.begin_move(),
                1..=4 => drop(walk.carry()),
                5..=9 => drop(walk.transact()),
                _ => walk.order(),
            }
            walk.lent_to_nobody();
            walk.count(&format!("seed {seed}, step {step}"));
        }
        let mut left = 20_000;
        while walk.transact() | walk.carry() {
            left -= 1;
            assert!(left > 0, "seed {seed}: something is held for ever");
            walk.count(&format!("seed {seed}, coming to rest"));
        }
        assert_eq!(walk.on_the_way(), (0, 0), "seed {seed}");
        assert!(walk.groups.iter().all(|group| group.waiting() == 0 && group.transactions().is_idle()), "seed {seed}");
        let Seen { moved, busy, waited, waiting_moved, lent, lent_to_nobody, spreads, refused } = walk.seen;
        all.moved += moved;
        all.busy += busy;
        all.waited += waited;
        all.waiting_moved += waiting_moved;
        all.lent += lent;
        all.lent_to_nobody += lent_to_nobody;
        all.spreads += spreads;
        all.refused.extend(refused);
    }
    let figures = [all.moved, all.busy, all.waited, all.waiting_moved, all.lent, all.lent_to_nobody, all.spreads];
    assert!(figures.iter().all(|figure| *figure > 0), "something never happened: {all:?}");
    for why in ["InsufficientFunds", "InsufficientLots", "Moving"] {
        assert!(all.refused.contains(why), "never met {why}: {all:?}");
    }
}
