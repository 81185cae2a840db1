//! The carrier: how the leader of a group sends trades to where their ids belong.
//!
//! Idea: as in `mover`, what is true stands in the applied state, and a leader only asks what comes next. It knows the
//! strategy in force, so it sees which trades of its store belong to others: at first those that have just happened
//! here, after a change of strategy many more. Each goes the same way: into a bundle, into the other group's log, out of
//! this one's. Whoever takes over looks at the same store and begins again.
//! Shape: `letter`, `applied` and `drive` each return loads: records to log and letters to send.
//! Throttle: what does not fill a bundle leaves one bundle a `pace`, for the destination that has waited longest; full
//! bundles leave at once. All groups together send about a thousand small ones a second at most, so the more partitions
//! there are, the longer a trade may wait: a round of all destinations takes 2 s at 20 partitions, 4 s at 64, 16 s at 128.
//! Bound: one bundle is on its way to each group, and `FLIGHTS_MAX` that were not sent twice; a group logs
//! `KEEPS_MAX` at a time, others are sent again. Ids wait for as long as the store has their trades.
//! Sources: ADR-0006.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::settings::PartitionSettings;
use crate::domain::stored::{BUNDLE_MAX, Bundle, BundleName, StoredTrade, Storing, TradeId, Trip};
use crate::domain::time::{SimDuration, SimTime};
use crate::market::trade_store::TradeStore;
use crate::routing::partitioner::Partitioner;

use super::driver::RESEND_EVERY;
use super::logged::Logged;

/// Bundles of a group that are on their way and were not sent a second time.
const FLIGHTS_MAX: usize = 4;
/// Bundles that a group logs at a time.
const KEEPS_MAX: usize = 16;
/// The time between two bundles of a group that are not full, where there are few partitions.
const PACE: SimDuration = SimDuration::from_millis(100);
/// A round of all destinations takes no less than this.
const ROUND: SimDuration = SimDuration::from_millis(1_600);
/// Bundles that are not full of all groups together.
const BUNDLES_PER_SECOND: u64 = 1_000;

/// What leaders say to each other about trades.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreWord {
    /// Keep these.
    Keep(Arc<Bundle>),
    /// What is called so and has this digest is kept: with a rule switched off two leaders may give one name.
    Kept(BundleName, Digest),
}

/// What a carrier wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Load {
    /// Put this into the own group's log.
    Log(Storing),
    /// Write to the leader of this group.
    Send(GroupId, StoreWord),
}

/// Which trades belong where: what the map says, worked out once for all groups of a node.
#[derive(Clone, Debug)]
pub(super) struct Division(Arc<Partitioner>);

impl Division {
    /// By this map.
    pub(super) fn of(map: &ClusterMap, settings: &PartitionSettings) -> Self {
        Self(Arc::new(Partitioner::of(settings, map.strategy, map.partitions())))
    }

    /// Whether it is what this map says.
    pub(super) fn fits(&self, map: &ClusterMap) -> bool {
        (self.0.strategy(), self.partitions()) == (map.strategy, map.partitions().max(1))
    }

    /// Whether both put every trade into the same place.
    fn is(&self, other: &Self) -> bool {
        (self.0.strategy(), self.partitions()) == (other.0.strategy(), other.partitions())
    }

    pub(super) fn partitions(&self) -> usize {
        self.0.partitions()
    }

    /// Where a trade belongs.
    pub(super) fn home(&self, id: TradeId) -> GroupId {
        GroupId::of(self.0.owner(&id.key()))
    }
}

/// Where a leader stands as it carries trades.
#[derive(Clone, Copy)]
pub(super) struct Depot<'a> {
    pub(super) now: SimTime,
    pub(super) group: GroupId,
    pub(super) term: Term,
    pub(super) map: &'a ClusterMap,
    pub(super) division: &'a Division,
    pub(super) store: &'a TradeStore,
    /// The time between two full bundles: those of a new strategy yield to orders.
    pub(super) gap: SimDuration,
}

impl Depot<'_> {
    /// How often a group ships what does not fill a bundle.
    fn pace(&self) -> SimDuration {
        let partitions = self.division.partitions() as u64;
        let round = SimDuration::from_nanos(ROUND.as_nanos() / partitions);
        let share = SimDuration::from_nanos(SimDuration::from_secs(1).as_nanos() * partitions / BUNDLES_PER_SECOND);
        PACE.min(round).max(share)
    }
}

/// A bundle on its way.
#[derive(Clone, Debug)]
struct Flight {
    bundle: Arc<Bundle>,
    sent_at: SimTime,
    sent_again: bool,
}

/// Trades that wait to be shipped to a group.
#[derive(Clone, Debug, Default)]
struct Waiting {
    first: VecDeque<TradeId>,
    next: VecDeque<TradeId>,
    shipped_at: SimTime,
}

impl Waiting {
    fn len(&self) -> usize {
        self.first.len() + self.next.len()
    }

    /// What is shipped next: the trip for which more of them wait.
    fn longer(&mut self) -> (Trip, &mut VecDeque<TradeId>) {
        if self.first.len() >= self.next.len() { (Trip::First, &mut self.first) } else { (Trip::Next, &mut self.next) }
    }

    fn fills_a_bundle(&self) -> bool {
        self.first.len().max(self.next.len()) >= BUNDLE_MAX
    }
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Carrier {
    term: Term,
    /// By which division the queues were made, and up to which of the group's own trades.
    sorted: Option<Division>,
    looked_at: u64,
    waiting: BTreeMap<GroupId, Waiting>,
    flights: BTreeMap<GroupId, Flight>,
    shipped_at: SimTime,
    /// When the last full bundle left.
    filled_at: SimTime,
    serial: u64,
    /// What this leadership has logged and not applied yet.
    logged: Logged<Storing>,
}

impl Carrier {
    /// Looks at what is not where it belongs and takes it on.
    pub(super) fn drive(&mut self, depot: &Depot<'_>) -> Vec<Load> {
        let mut loads = Vec::new();
        self.begin_term(depot);
        self.address(depot);
        for flight in self.flights.values_mut().filter(|flight| depot.now.since(flight.sent_at) >= RESEND_EVERY) {
            (flight.sent_at, flight.sent_again) = (depot.now, true);
            loads.push(Load::Send(flight.bundle.name.to, StoreWord::Keep(Arc::clone(&flight.bundle))));
        }
        while let Some(to) = self.due(depot) {
            self.ship(depot, to, &mut loads);
        }
        loads
    }

    /// How many trades it knows to be elsewhere than where they belong.
    pub(super) fn away(&self) -> u64 {
        let waiting = self.waiting.values().map(Waiting::len).sum::<usize>();
        let flying = self.flights.values().map(|flight| flight.bundle.trades().len()).sum::<usize>();
        (waiting + flying) as u64
    }

    /// Finds out where trades belong: those that have happened since, or all of them by another division.
    fn address(&mut self, depot: &Depot<'_>) {
        let division = depot.division;
        if division.partitions() == 1 {
            return;
        }
        if !self.sorted.as_ref().is_some_and(|sorted| sorted.is(division)) {
            let before = self.sorted.replace(division.clone());
            self.waiting.clear();
            for trade in depot.store.iter() {
                let was_home = before.as_ref().is_some_and(|before| before.home(trade.id) == depot.group);
                self.note(depot, trade, if was_home { Trip::Next } else { trip(trade) });
            }
        } else if self.looked_at < depot.store.newest() {
            depot.store.entered_after(self.looked_at).for_each(|trade| self.note(depot, trade, Trip::First));
        }
        self.looked_at = depot.store.newest();
    }

    fn note(&mut self, depot: &Depot<'_>, trade: &StoredTrade, trip: Trip) {
        let home = depot.division.home(trade.id);
        if home == depot.group {
            return;
        }
        let waiting = self.waiting.entry(home).or_default();
        match trip {
            Trip::First => waiting.first.push_back(trade.id),
            Trip::Next => waiting.next.push_back(trade.id),
        }
        // More than can be there: some have grown too old, or are named twice.
        if waiting.len() as u64 > depot.store.len() + BUNDLE_MAX as u64 {
            for ids in [&mut waiting.first, &mut waiting.next] {
                let known: BTreeSet<TradeId> = ids.drain(..).filter(|id| depot.store.find(*id).is_some()).collect();
                ids.extend(known);
            }
        }
    }

    /// The group that is shipped to next, if something may leave now.
    fn due(&self, depot: &Depot<'_>) -> Option<GroupId> {
        if self.flights.values().filter(|flight| !flight.sent_again).count() >= FLIGHTS_MAX {
            return None;
        }
        let paced = depot.now.since(self.shipped_at) >= depot.pace();
        let spaced = depot.gap == SimDuration::ZERO || depot.now.since(self.filled_at) >= depot.gap;
        let may = |waiting: &Waiting| if waiting.fills_a_bundle() { spaced } else { paced && waiting.len() > 0 };
        let free = self.waiting.iter().filter(|(to, waiting)| may(waiting) && !self.flights.contains_key(to));
        free.min_by_key(|(to, waiting)| (waiting.shipped_at, **to)).map(|(to, _)| *to)
    }

    /// Packs what waits for a group, as much as a bundle holds, and sends it.
    fn ship(&mut self, depot: &Depot<'_>, to: GroupId, loads: &mut Vec<Load>) {
        let Some(waiting) = self.waiting.get_mut(&to) else { return };
        waiting.shipped_at = depot.now;
        let (trip, ids) = waiting.longer();
        let full = ids.len() >= BUNDLE_MAX;
        let next = ids.drain(..ids.len().min(BUNDLE_MAX));
        let mut trades: Vec<StoredTrade> = next.filter_map(|id| depot.store.find(id)).copied().collect();
        trades.sort_unstable_by_key(|trade| (trade.id.source(), trade.id));
        trades.dedup_by_key(|trade| trade.id);
        if trades.is_empty() {
            return;
        }
        let sources = trades.chunk_by(|one, next| one.id.source() == next.id.source()).map(|of| of[0].id.source());
        let newest = sources.map(|source| TradeId::new(source, depot.store.newest_of(source))).collect();
        self.serial += 1;
        let name = BundleName { from: depot.group, to, term: depot.term, serial: self.serial };
        let bundle = Arc::new(Bundle::pack(name, (depot.map.epoch, trip), trades, newest));
        loads.push(Load::Send(to, StoreWord::Keep(Arc::clone(&bundle))));
        self.flights.insert(to, Flight { bundle, sent_at: depot.now, sent_again: false });
        if full {
            self.filled_at = depot.now;
        } else {
            // Time that nobody asked in is made up for, a little.
            let early = SimTime(depot.now.0.saturating_sub(PACE.as_nanos()));
            self.shipped_at = (self.shipped_at + depot.pace()).max(early);
        }
    }

    /// A letter from the leader of another group.
    pub(super) fn letter(&mut self, depot: &Depot<'_>, word: StoreWord) -> Vec<Load> {
        let mut loads = Vec::new();
        self.begin_term(depot);
        match word {
            StoreWord::Keep(bundle) => self.receive(depot, bundle, &mut loads),
            StoreWord::Kept(name, digest) => {
                let meant = |flight: &&Flight| (flight.bundle.name, flight.bundle.digest()) == (name, digest);
                let flight = self.flights.get(&name.to).filter(meant);
                if let Some(sent) = flight.map(|flight| Storing::Sent(Arc::clone(&flight.bundle))) {
                    self.log(sent, &mut loads);
                }
            }
        }
        loads.extend(self.drive(depot));
        loads
    }

    /// Another group has sent trades.
    fn receive(&mut self, depot: &Depot<'_>, bundle: Arc<Bundle>, loads: &mut Vec<Load>) {
        if depot.store.has(&bundle) {
            loads.push(Load::Send(bundle.name.from, StoreWord::Kept(bundle.name, bundle.digest())));
            return;
        }
        let keeps = self.logged.iter().filter(|logged| matches!(logged, Storing::Keep(_))).count();
        // Who goes by an older map than the sender might send it back at once.
        if bundle.epoch <= depot.map.epoch && keeps < KEEPS_MAX {
            self.log(Storing::Keep(bundle), loads);
        }
    }

    /// A record about trades was applied.
    pub(super) fn applied(&mut self, depot: &Depot<'_>, storing: &Storing) -> Vec<Load> {
        self.begin_term(depot);
        self.logged.done(storing);
        let mut loads = Vec::new();
        match storing {
            Storing::Keep(bundle) => {
                loads.push(Load::Send(bundle.name.from, StoreWord::Kept(bundle.name, bundle.digest())));
                // The strategy may have changed while they were on their way.
                bundle.trades().iter().for_each(|trade| self.note(depot, trade, Trip::Next));
            }
            Storing::Sent(bundle) => {
                self.flights.retain(|_, flight| flight.bundle.name != bundle.name);
            }
        }
        loads.extend(self.drive(depot));
        loads
    }

    /// A new leadership begins with nothing but the state.
    fn begin_term(&mut self, depot: &Depot<'_>) {
        if self.term != depot.term {
            *self = Self { term: depot.term, ..Self::default() };
        }
    }

    /// Records were applied of which it was not told: it looks at everything anew. Names go on, for a late word must not be
    /// taken for a new one.
    pub(super) fn start_over(&mut self) {
        let Self { term, serial, shipped_at, .. } = *self;
        *self = Self { term, serial, shipped_at, ..Self::default() };
    }

    /// Logs a step once: while it waits to be applied it is not logged again.
    fn log(&mut self, storing: Storing, loads: &mut Vec<Load>) {
        if self.logged.news(&storing) {
            loads.push(Load::Log(storing));
        }
    }

    /// Raft did not take it: it may be tried again.
    pub(super) fn refused(&mut self, storing: &Storing) {
        self.logged.done(storing);
    }
}

/// Why a trade leaves of which it is not known where it belonged before.
const fn trip(trade: &StoredTrade) -> Trip {
    if trade.hop == 0 { Trip::First } else { Trip::Next }
}

#[cfg(test)]
#[path = "carrier_tests.rs"]
mod tests;
