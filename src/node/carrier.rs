//! The carrier: how the leader of a group sends trades to where their ids belong.
//!
//! Idea: as in `mover`, what is true stands in the applied state, and a leader only asks what comes next. It knows the
//! strategy in force, so it sees which trades of its store belong to others: at first those that have just happened
//! here, after a change of strategy many more. Each goes the same way: into a bundle, into the other group's log, out of
//! this one's. Whoever takes over looks at the same store and begins again.
//! Shape: `letter`, `applied` and `drive` each return loads: records to log and letters to send.
//! Throttle: what does not fill a bundle leaves at most every [`pace`], one bundle at a time, the destination that has
//! waited longest first; full bundles leave at once. Orders go first: a bundle costs the processor what 64 orders do.
//! Bound: one bundle is on its way to each group, and [`FLIGHTS_MAX`] that were not sent twice; a group logs
//! [`KEEPS_MAX`] at a time, others are sent again. Ids wait for as long as the store has their trades.
//! Sources: ADR-0006.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::ids::{GroupId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::rules::PartitionStrategy;
use crate::domain::settings::PartitionSettings;
use crate::domain::stored::{BUNDLE_MAX, Bundle, BundleName, StoredTrade, Storing, TradeId};
use crate::domain::time::{SimDuration, SimTime};
use crate::market::trade_store::TradeStore;
use crate::routing::partitioner::Partitioner;

use super::driver::RESEND_EVERY;

/// Bundles of a group that are on their way and were not sent a second time.
const FLIGHTS_MAX: usize = 4;
/// Bundles that a group logs at a time.
const KEEPS_MAX: usize = 16;
/// The least time between two bundles of a group that are not full.
const PACE_MIN: SimDuration = SimDuration::from_millis(100);
/// The same for each partition that there is: so that many groups together do not send more than some.
const PACE_PER_PARTITION: SimDuration = SimDuration::from_millis(8);

/// What leaders say to each other about trades.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreWord {
    /// Keep these.
    Keep(Arc<Bundle>),
    /// They are kept.
    Kept(BundleName),
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
pub(super) struct Division {
    strategy: PartitionStrategy,
    partitioner: Arc<Partitioner>,
}

impl Division {
    /// By this map.
    pub(super) fn of(map: &ClusterMap, settings: &PartitionSettings) -> Self {
        let settings = PartitionSettings { strategy: map.strategy, ..settings.clone() };
        let partitioner = Partitioner::new(&settings, map.groups.len().saturating_sub(1));
        Self { strategy: map.strategy, partitioner: Arc::new(partitioner) }
    }

    /// Whether it is what this map says.
    pub(super) fn fits(&self, map: &ClusterMap) -> bool {
        self.strategy == map.strategy && self.partitions() == map.groups.len().saturating_sub(1).max(1)
    }

    fn partitions(&self) -> usize {
        self.partitioner.partitions()
    }

    /// Where a trade belongs.
    pub(super) fn home(&self, id: TradeId) -> GroupId {
        GroupId::of(self.partitioner.owner(&id.key()))
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
}

impl Depot<'_> {
    /// How often a group ships what does not fill a bundle.
    fn pace(&self) -> SimDuration {
        PACE_MIN.max(PACE_PER_PARTITION.times(self.division.partitions() as u64))
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
    ids: VecDeque<TradeId>,
    shipped_at: SimTime,
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Carrier {
    term: Term,
    /// By which division the queues were made, and up to which of the group's own trades.
    sorted: Option<(PartitionStrategy, usize)>,
    looked_at: u64,
    waiting: BTreeMap<GroupId, Waiting>,
    flights: BTreeMap<GroupId, Flight>,
    shipped_at: SimTime,
    serial: u64,
    /// What this leadership has logged and not applied yet.
    logged: Vec<Storing>,
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
        let waiting = self.waiting.values().map(|waiting| waiting.ids.len()).sum::<usize>();
        let flying = self.flights.values().map(|flight| flight.bundle.trades().len()).sum::<usize>();
        (waiting + flying) as u64
    }

    /// Finds out where trades belong: those that have happened since, or all of them by another division.
    fn address(&mut self, depot: &Depot<'_>) {
        let division = (depot.division.strategy, depot.division.partitions());
        if division.1 == 1 {
            return;
        }
        if self.sorted != Some(division) {
            self.sorted = Some(division);
            self.waiting.clear();
            depot.store.iter().for_each(|trade| self.note(depot, trade.id));
        } else if self.looked_at < depot.store.newest() {
            depot.store.entered_after(self.looked_at).for_each(|trade| self.note(depot, trade.id));
        }
        self.looked_at = depot.store.newest();
    }

    fn note(&mut self, depot: &Depot<'_>, id: TradeId) {
        let home = depot.division.home(id);
        if home == depot.group {
            return;
        }
        let ids = &mut self.waiting.entry(home).or_default().ids;
        ids.push_back(id);
        // More than the store has of one partition: the first of them may be too old to be there.
        if ids.len() as u64 > depot.store.share() {
            while ids.pop_front_if(|oldest| depot.store.find(*oldest).is_none()).is_some() {}
        }
    }

    /// The group that is shipped to next, if something may leave now.
    fn due(&self, depot: &Depot<'_>) -> Option<GroupId> {
        if self.flights.values().filter(|flight| !flight.sent_again).count() >= FLIGHTS_MAX {
            return None;
        }
        let paced = depot.now.since(self.shipped_at) >= depot.pace();
        let may = |waiting: &Waiting| waiting.ids.len() >= BUNDLE_MAX || paced && !waiting.ids.is_empty();
        let free = self.waiting.iter().filter(|(to, waiting)| may(waiting) && !self.flights.contains_key(to));
        free.min_by_key(|(to, waiting)| (waiting.shipped_at, **to)).map(|(to, _)| *to)
    }

    /// Packs what waits for a group, as much as a bundle holds, and sends it.
    fn ship(&mut self, depot: &Depot<'_>, to: GroupId, loads: &mut Vec<Load>) {
        let Some(waiting) = self.waiting.get_mut(&to) else { return };
        let full = waiting.ids.len() >= BUNDLE_MAX;
        let next = waiting.ids.drain(..waiting.ids.len().min(BUNDLE_MAX));
        let mut trades: Vec<StoredTrade> = next.filter_map(|id| depot.store.find(id)).copied().collect();
        trades.sort_unstable_by_key(|trade| (trade.id.source(), trade.id));
        trades.dedup_by_key(|trade| trade.id);
        waiting.shipped_at = depot.now;
        if trades.is_empty() {
            return;
        }
        let sources = trades.chunk_by(|one, next| one.id.source() == next.id.source()).map(|of| of[0].id.source());
        let newest = sources.map(|source| TradeId::new(source, depot.store.newest_of(source))).collect();
        self.serial += 1;
        let name = BundleName { from: depot.group, to, term: depot.term, serial: self.serial };
        let bundle = Arc::new(Bundle::pack(name, depot.map.epoch, trades, newest));
        loads.push(Load::Send(to, StoreWord::Keep(Arc::clone(&bundle))));
        self.flights.insert(to, Flight { bundle, sent_at: depot.now, sent_again: false });
        if !full {
            self.shipped_at = depot.now;
        }
    }

    /// A letter from the leader of another group.
    pub(super) fn letter(&mut self, depot: &Depot<'_>, word: StoreWord) -> Vec<Load> {
        let mut loads = Vec::new();
        self.begin_term(depot);
        match word {
            StoreWord::Keep(bundle) => self.receive(depot, bundle, &mut loads),
            StoreWord::Kept(name) => {
                let flight = self.flights.get(&name.to).filter(|flight| flight.bundle.name == name);
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
            loads.push(Load::Send(bundle.name.from, StoreWord::Kept(bundle.name)));
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
        self.logged.retain(|logged| logged != storing);
        let mut loads = Vec::new();
        match storing {
            Storing::Keep(bundle) => {
                loads.push(Load::Send(bundle.name.from, StoreWord::Kept(bundle.name)));
                // The strategy may have changed while they were on their way.
                bundle.trades().iter().for_each(|trade| self.note(depot, trade.id));
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

    /// Logs a step once: while it waits to be applied it is not logged again.
    fn log(&mut self, storing: Storing, loads: &mut Vec<Load>) {
        if !self.logged.contains(&storing) {
            self.logged.push(storing.clone());
            loads.push(Load::Log(storing));
        }
    }

    /// Raft did not take it: it may be tried again.
    pub(super) fn refused(&mut self, storing: &Storing) {
        self.logged.retain(|logged| logged != storing);
    }
}

#[cfg(test)]
#[path = "carrier_tests.rs"]
mod tests;
