//! Stories: what clients and operators ask of the lab while it is broken.

use super::lab::Lab;
use crate::domain::chance::Chance;
use crate::domain::ids::{ClientId, GroupId, Sequence, SymbolId};
use crate::domain::log::Payload;
use crate::domain::map::{MapChange, SymbolMove};
use crate::domain::order::{Command, OrderType, Record, Side};
use crate::domain::rules::PartitionStrategy;
use crate::domain::settings::{AccountSettings, Settings};
use crate::domain::units::{Price, Quantity};
use crate::domain::venue::VenueId;
use crate::domain::work::Leg;

/// Something that is asked at some act.
pub(super) type Cue = Box<dyn Fn(&mut Lab)>;

/// What is asked, and in what cluster.
pub(super) struct Story {
    pub(super) name: &'static str,
    /// What comes of it where nothing goes wrong: transactions, moves, trades.
    pub(super) feats: [u64; 3],
    lab: Lab,
    /// In the order of their acts.
    pub(super) cues: Vec<(usize, Cue)>,
}

impl Story {
    /// The cluster as the story begins.
    pub(super) fn lab(&self) -> Lab {
        self.lab.clone()
    }
}

/// A change that an operator has asked for, and that no leader can forget.
pub(super) fn is_given(change: &MapChange) -> bool {
    matches!(change, MapChange::Move(_) | MapChange::Divide { .. } | MapChange::Door { .. })
}

const MAKER: u32 = 9;

fn settings() -> Settings {
    let mut settings = Settings::default();
    (settings.cluster.nodes, settings.cluster.replication_factor, settings.cluster.partitions) = (3, 3, 3);
    settings.market.instruments = 8;
    settings.accounts = AccountSettings { cash: 3_000, lots: 900, member_times: 1 };
    settings
}

fn record(client: u32, sequence: u64, command: Command) -> Record {
    Record { id: ClientId(client).request(Sequence(sequence)), floor: Sequence(1), command }
}

/// Symbols of three different groups.
fn symbols(lab: &Lab) -> [SymbolId; 3] {
    [GroupId(1), GroupId(2), GroupId(3)].map(|group| lab.map().symbols(group).next().expect("each group owns a symbol"))
}

/// A lab in which others have orders in every book of interest, on both sides.
fn lab(settings: Settings) -> Lab {
    let mut lab = Lab::new(settings);
    let mut sequence = 0;
    for symbol in symbols(&lab) {
        for (side, price) in [(Side::Buy, 100), (Side::Sell, 101)] {
            sequence += 1;
            let order = Command::place(symbol, side, OrderType::Limit(Price(price)), Quantity(20));
            lab.before(record(MAKER, sequence, order));
        }
    }
    lab
}

fn spread_of(buys: SymbolId, sells: SymbolId, lots: u64) -> Command {
    let legs = [(buys, Side::Buy, 200), (sells, Side::Sell, 1)];
    Command::Spread { legs: legs.map(|(symbol, side, limit)| Leg::new(symbol, side, Price(limit), Quantity(lots))) }
}

fn ask(client: u32, sequence: u64, command: Command) -> Cue {
    Box::new(move |lab| lab.ask(record(client, sequence, command)))
}

fn move_to(symbol: SymbolId, from: GroupId, to: GroupId) -> Cue {
    let change = MapChange::Move([SymbolMove { symbol, from, to }].into());
    Box::new(move |lab| lab.log_change(Payload::Map(change.clone())))
}

/// A spread over two groups.
pub(super) fn spread() -> Story {
    let lab = lab(settings());
    let [one, two, _] = symbols(&lab);
    Story { name: "spread", feats: [1, 0, 2], cues: vec![(0, ask(1, 1, spread_of(one, two, 5)))], lab }
}

/// Two spreads, and the symbol of the second legs moves on and comes back.
pub(super) fn spreads_and_moves() -> Story {
    let lab = lab(settings());
    let [one, two, _] = symbols(&lab);
    let cues = vec![
        (0, ask(1, 1, spread_of(one, two, 5))),
        (3, move_to(two, GroupId(2), GroupId(3))),
        (9, ask(1, 2, spread_of(two, one, 4))),
        (45, move_to(two, GroupId(3), GroupId(2))),
    ];
    Story { name: "spreads and moves", feats: [2, 2, 4], cues, lab }
}

/// An order whose cash lies in other groups.
pub(super) fn transfer() -> Story {
    let mut settings = settings();
    settings.accounts.cash = 30;
    // Nobody else has an order, for nobody could pay for it.
    let lab = Lab::new(settings);
    let [one, ..] = symbols(&lab);
    let order = Command::place(one, Side::Buy, OrderType::Limit(Price(50)), Quantity(26));
    Story { name: "transfer", feats: [1, 0, 0], cues: vec![(0, ask(1, 1, order))], lab }
}

/// An order whose cash lies elsewhere, and whose symbol moves while it waits.
fn transfer_and_move() -> Story {
    let Story { lab, mut cues, .. } = transfer();
    let [one, ..] = symbols(&lab);
    cues.push((2, move_to(one, GroupId(1), GroupId(2))));
    Story { name: "transfer and move", feats: [1, 1, 0], cues, lab }
}

/// Trades, and a strategy that changes where their ids belong.
fn trades() -> Story {
    let lab = lab(settings());
    let [one, two, _] = symbols(&lab);
    let buy = |symbol| Command::place(symbol, Side::Buy, OrderType::Limit(Price(101)), Quantity(2));
    let divide = MapChange::Divide { strategy: PartitionStrategy::Modulo, moves: [].into() };
    let cues: Vec<(usize, Cue)> = vec![
        (0, ask(1, 1, buy(one))),
        (0, ask(1, 2, buy(two))),
        (12, Box::new(move |lab| lab.log_change(Payload::Map(divide.clone())))),
        (14, ask(1, 3, buy(one))),
    ];
    Story { name: "trades by id", feats: [0, 0, 3], cues, lab }
}

/// Two venues, of which one closes with orders in its books, opens, and closes again.
fn venues() -> Story {
    let mut settings = settings();
    settings.venues.count = 2;
    let lab = lab(settings);
    let door = |open, turn| -> Cue {
        Box::new(move |lab| {
            lab.log_change(Payload::Map(MapChange::Door { venue: VenueId::HOME, open, turn }));
        })
    };
    Story {
        name: "venues",
        feats: [0, 0, 0],
        cues: vec![(0, door(false, 1)), (12, door(true, 2)), (20, door(false, 3))],
        lab,
    }
}

/// Each story.
pub(super) fn all() -> Vec<Story> {
    vec![spread(), spreads_and_moves(), transfer(), transfer_and_move(), trades(), venues()]
}

/// Spreads, short orders, moves, a change of strategy, all at once and at random acts.
pub(super) fn everything(chance: &mut Chance) -> Story {
    let mut settings = settings();
    settings.accounts.cash = 75;
    let lab = lab(settings);
    let owned = symbols(&lab);
    let mut cues: Vec<(usize, Cue)> = Vec::new();
    for sequence in 1..=chance.between(2, 5) {
        let first = chance.below(3) as usize;
        let second = (first + 1 + chance.below(2) as usize) % 3;
        let command = if chance.ratio(2, 3) {
            spread_of(owned[first], owned[second], chance.between(1, 6))
        } else {
            Command::place(owned[first], Side::Buy, OrderType::Limit(Price(90)), Quantity(chance.between(1, 40)))
        };
        cues.push((chance.below(80) as usize, ask(1 + chance.below(2) as u32, sequence, command)));
    }
    for _ in 0..chance.below(4) {
        let symbol = owned[chance.below(3) as usize];
        let to = GroupId(1 + chance.below(3) as u16);
        let cue: Cue = Box::new(move |lab: &mut Lab| {
            let from = lab.map().heir(symbol).expect("it has an owner");
            if from != to {
                lab.log_change(Payload::Map(MapChange::Move([SymbolMove { symbol, from, to }].into())));
            }
        });
        cues.push((chance.below(120) as usize, cue));
    }
    cues.sort_by_key(|(at, _)| *at);
    Story { name: "everything", feats: [0, 0, 0], cues, lab }
}
