//! Trade migration: how the leader of a group sends trades to where their ids belong.
//!
//! Idea: as in `symbol_migration`, what is true stands in the applied state, and a leader only asks what comes next. It knows the
//! strategy in force, so it sees which trades of its store belong to others: at first those that have just happened
//! here, after a change of strategy many more. Each goes the same way: into a bundle, into the other group's log, out of
//! this one's. A new leader looks at the same store and begins again.
//! Throttle: what does not fill a bundle leaves one bundle a `pace`, for the destination that has waited longest. Full
//! bundles, and all of those that another strategy puts elsewhere, leave as far apart as `gap` says, by their size. All groups together send about a thousand small ones a second at most, so the more partitions
//! there are, the longer a trade may wait: a round of all destinations takes 2 s at 20 partitions, 4 s at 64, 16 s at 128.
//! Bound: one bundle is on its way to each group, and `IN_FLIGHT_MAX` that were not sent twice; a group logs
//! `KEEPS_MAX` at a time, others are sent again. Ids wait for as long as the store has their trades.
//! Sources: ADR-0006.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::ids::GroupId;
use crate::domain::log::Payload;
use crate::domain::map::ClusterMap;
use crate::domain::settings::PartitionSettings;
use crate::domain::stored::{BUNDLE_MAX, Bundle, BundleName, StoredTrade, Storing, TradeId, Trip};
use crate::domain::time::{SimDuration, SimTime};
use crate::market::trade_store::TradeStore;
use crate::routing::partitioner::Partitioner;

use super::message::Body;
use super::runner::{self, LeaderTask, RESEND_EVERY, Reception};

/// Bundles of a group that are on their way and were not sent a second time.
const IN_FLIGHT_MAX: usize = 4;
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
pub enum TradeMessage {
    /// Keep these.
    Keep(Arc<Bundle>),
    /// What is called so and has this digest is kept: with a rule switched off two leaders may give one name.
    Kept(BundleName, Digest),
}

/// What a record decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum TradeSlot {
    Keep(BundleName, Digest),
    Sent(BundleName, Digest),
}

/// Which trades belong where: what the map says, worked out once for all groups of a node.
#[derive(Clone, Debug)]
pub(in crate::node) struct Division(Arc<Partitioner>);

impl Division {
    /// By this map.
    pub(in crate::node) fn of(map: &ClusterMap, settings: &PartitionSettings) -> Self {
        Self(Arc::new(Partitioner::of(settings, map.strategy, map.partitions())))
    }

    /// Whether it is what this map says.
    pub(in crate::node) fn fits(&self, map: &ClusterMap) -> bool {
        (self.0.strategy(), self.partitions()) == (map.strategy, map.partitions().max(1))
    }

    /// Whether both put every trade into the same place.
    fn is(&self, other: &Self) -> bool {
        (self.0.strategy(), self.partitions()) == (other.0.strategy(), other.partitions())
    }

    pub(in crate::node) fn partitions(&self) -> usize {
        self.0.partitions()
    }

    /// Where a trade belongs.
    pub(in crate::node) fn home(&self, id: TradeId) -> GroupId {
        GroupId::of(self.0.owner(&id.key()))
    }
}

/// The state that it reads.
#[derive(Clone, Copy)]
pub(super) struct TradeState<'a> {
    pub(super) division: &'a Division,
    pub(super) store: &'a TradeStore,
    /// The time between two full bundles: those of a new strategy yield to orders.
    pub(super) gap: SimDuration,
}

impl TradeState<'_> {
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
struct InFlight {
    bundle: Arc<Bundle>,
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

    fn of(&mut self, trip: Trip) -> &mut VecDeque<TradeId> {
        match trip {
            Trip::First => &mut self.first,
            Trip::Next => &mut self.next,
        }
    }

    /// What may be shipped now: the trip for which more of them wait, of those whose time has come.
    fn ready(&self, turn: Turn) -> Option<Trip> {
        let first = if self.first.len() >= BUNDLE_MAX { turn.spaced } else { turn.paced && !self.first.is_empty() };
        let full = self.next.len() >= BUNDLE_MAX;
        let next = turn.spaced && (full || turn.paced && !self.next.is_empty());
        match (first, next) {
            (false, false) => None,
            (true, true) if self.next.len() > self.first.len() => Some(Trip::Next),
            (true, _) => Some(Trip::First),
            (false, true) => Some(Trip::Next),
        }
    }
}

/// Which bundles may leave now.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Those that are not full.
    paced: bool,
    /// Those that cost the processors much, full or of another strategy.
    spaced: bool,
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct TradeMigration {
    /// By which division the queues were made, and up to which of the group's own trades.
    sorted: Option<Division>,
    looked_at: u64,
    waiting: BTreeMap<GroupId, Waiting>,
    in_flight: BTreeMap<GroupId, InFlight>,
    shipped_at: SimTime,
    /// Until then nothing leaves that costs the processors much.
    spaced_until: SimTime,
    /// The last name that was given. Names go on when it begins again, for a late word must not be taken for a new one.
    serial: u64,
}

type Context<'a> = runner::Context<'a, TradeMigration>;
type Actions<'a> = runner::Actions<'a, TradeMigration>;

impl LeaderTask for TradeMigration {
    type State<'a> = TradeState<'a>;
    type Record = Storing;
    type Outcome = ();
    type Slot = TradeSlot;
    type Key = GroupId;
    type Message = TradeMessage;

    fn slot(storing: &Storing) -> TradeSlot {
        match storing {
            Storing::Keep(bundle) => TradeSlot::Keep(bundle.name, bundle.digest()),
            Storing::Sent(bundle) => TradeSlot::Sent(bundle.name, bundle.digest()),
        }
    }

    fn payload(record: Self::Record) -> Payload {
        Payload::Store(record)
    }

    fn body(message: Self::Message) -> Body {
        Body::Trades(message)
    }

    fn begin(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        let Self { serial, shipped_at, spaced_until, .. } = *self;
        *self = Self { serial, shipped_at, spaced_until, ..Self::default() };
        self.look(context, actions);
    }

    fn look(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        self.address(context);
        while let Some(to) = self.next_destination(context) {
            self.ship(context, to, actions);
        }
    }

    fn receive(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        message: TradeMessage,
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        match message {
            TradeMessage::Keep(bundle) if from == bundle.name.from && context.group == bundle.name.to => {
                on_keep(context, bundle, actions)
            }
            TradeMessage::Kept(name, digest) if from == name.to => {
                let meant = |sent: &&InFlight| (sent.bundle.name, sent.bundle.digest()) == (name, digest);
                let sent = self.in_flight.get(&name.to).filter(meant);
                sent.map_or(Reception::Stale, |sent| Reception::Due(Storing::Sent(Arc::clone(&sent.bundle))))
            }
            TradeMessage::Keep(_) | TradeMessage::Kept(..) => Reception::Stale,
        }
    }

    fn applied(&mut self, context: &Context<'_>, storing: &Storing, (): &(), actions: &mut Actions<'_>) {
        match storing {
            Storing::Keep(bundle) => {
                actions.send(bundle.name.from, TradeMessage::Kept(bundle.name, bundle.digest()));
                // The strategy may have changed while they were on their way.
                bundle.trades().iter().for_each(|trade| self.note(context, trade, Trip::Next));
            }
            Storing::Sent(bundle) => {
                if self.in_flight.get(&bundle.name.to).is_some_and(|sent| sent.bundle.name == bundle.name) {
                    self.in_flight.remove(&bundle.name.to);
                    actions.forget(&bundle.name.to);
                }
            }
        }
        self.look(context, actions);
    }

    fn due(&mut self, context: &Context<'_>, to: GroupId, actions: &mut Actions<'_>) {
        let Some(sent) = self.in_flight.get_mut(&to) else { return };
        sent.sent_again = true;
        actions.send(to, TradeMessage::Keep(Arc::clone(&sent.bundle)));
        actions.remind(to, context.now + RESEND_EVERY);
    }
}

impl TradeMigration {
    /// How many trades it knows to be elsewhere than where they belong.
    pub(super) fn away(&self) -> u64 {
        let waiting = self.waiting.values().map(Waiting::len).sum::<usize>();
        let in_flight = self.in_flight.values().map(|sent| sent.bundle.trades().len()).sum::<usize>();
        (waiting + in_flight) as u64
    }

    /// Finds out where trades belong: those that have happened since, or all of them by another division.
    fn address(&mut self, context: &Context<'_>) {
        let TradeState { division, store, gap } = context.state;
        if division.partitions() == 1 {
            return;
        }
        if !self.sorted.as_ref().is_some_and(|sorted| sorted.is(division)) {
            let before = self.sorted.replace(division.clone());
            self.waiting.clear();
            // All groups learn of a new division at once and share their processors, so they start staggered. A group that
            // already has to wait does not wait longer.
            if before.is_some() && self.spaced_until <= context.now {
                let place = (context.group.index() % division.partitions()) as u64;
                self.spaced_until = context.now + SimDuration(gap.times(place).0 / division.partitions() as u64);
            }
            for trade in store.iter() {
                let was_home = before.as_ref().is_some_and(|before| before.home(trade.id) == context.group);
                self.note(context, trade, if was_home { Trip::Next } else { trip(trade) });
            }
        } else if self.looked_at < store.newest() {
            store.entered_after(self.looked_at).for_each(|trade| self.note(context, trade, Trip::First));
        }
        self.looked_at = store.newest();
    }

    fn note(&mut self, context: &Context<'_>, trade: &StoredTrade, trip: Trip) {
        let TradeState { division, store, .. } = context.state;
        let home = division.home(trade.id);
        if home == context.group {
            return;
        }
        let waiting = self.waiting.entry(home).or_default();
        match trip {
            Trip::First => waiting.first.push_back(trade.id),
            Trip::Next => waiting.next.push_back(trade.id),
        }
        // More than can be there: some have grown too old, or are named twice.
        if waiting.len() as u64 > store.len() + BUNDLE_MAX as u64 {
            for ids in [&mut waiting.first, &mut waiting.next] {
                let known: BTreeSet<TradeId> = ids.drain(..).filter(|id| store.find(*id).is_some()).collect();
                ids.extend(known);
            }
        }
    }

    /// The group that is shipped to next, if something may leave now.
    fn next_destination(&self, context: &Context<'_>) -> Option<(GroupId, Trip)> {
        if self.in_flight.values().filter(|sent| !sent.sent_again).count() >= IN_FLIGHT_MAX {
            return None;
        }
        let turn = Turn {
            paced: context.now.since(self.shipped_at) >= context.state.pace(),
            spaced: context.now >= self.spaced_until,
        };
        let free = self.waiting.iter().filter(|(to, _)| !self.in_flight.contains_key(to));
        let ready = free.filter_map(|(to, waiting)| waiting.ready(turn).map(|trip| (waiting.shipped_at, *to, trip)));
        ready.min_by_key(|(shipped_at, to, _)| (*shipped_at, *to)).map(|(_, to, trip)| (to, trip))
    }

    /// Packs what waits for a group, as much as a bundle holds, and sends it.
    fn ship(&mut self, context: &Context<'_>, (to, trip): (GroupId, Trip), actions: &mut Actions<'_>) {
        let Some(waiting) = self.waiting.get_mut(&to) else { return };
        let store = context.state.store;
        waiting.shipped_at = context.now;
        let ids = waiting.of(trip);
        let full = ids.len() >= BUNDLE_MAX;
        let next = ids.drain(..ids.len().min(BUNDLE_MAX));
        let mut trades: Vec<StoredTrade> = next.filter_map(|id| store.find(id)).copied().collect();
        trades.sort_unstable_by_key(|trade| (trade.id.source(), trade.id));
        trades.dedup_by_key(|trade| trade.id);
        if trades.is_empty() {
            return;
        }
        let sources = trades.chunk_by(|one, next| one.id.source() == next.id.source()).map(|of| of[0].id.source());
        let newest = sources.map(|source| TradeId::new(source, store.newest_of(source))).collect();
        self.serial += 1;
        let name = BundleName { from: context.group, to, term: context.term, serial: self.serial };
        let bundle = Arc::new(Bundle::pack(name, (context.map.epoch, trip), trades, newest));
        actions.send(to, TradeMessage::Keep(Arc::clone(&bundle)));
        actions.remind(to, context.now + RESEND_EVERY);
        if full || trip == Trip::Next {
            // What is not full costs less, and the next follows sooner.
            let share = context.state.gap.times(bundle.trades().len() as u64).0 / BUNDLE_MAX as u64;
            self.spaced_until = context.now + SimDuration(share);
        }
        self.in_flight.insert(to, InFlight { bundle, sent_again: false });
        if !full {
            // Time in which nothing was asked for is made up for, a little.
            let early = SimTime(context.now.0.saturating_sub(PACE.as_nanos()));
            self.shipped_at = (self.shipped_at + context.state.pace()).max(early);
        }
    }
}

/// Another group has sent trades.
fn on_keep(context: &Context<'_>, bundle: Arc<Bundle>, actions: &Actions<'_>) -> Reception<TradeMigration> {
    if context.state.store.has(&bundle) {
        return Reception::Done(TradeMessage::Kept(bundle.name, bundle.digest()));
    }
    let keeps = actions.in_log().filter(|slot| matches!(slot, TradeSlot::Keep(..))).count();
    // A group that goes by an older map than the sender might send it back at once.
    if bundle.epoch <= context.map.epoch && keeps < KEEPS_MAX {
        Reception::Due(Storing::Keep(bundle))
    } else {
        Reception::NotYet
    }
}

/// Why a trade leaves of which it is not known where it belonged before.
const fn trip(trade: &StoredTrade) -> Trip {
    if trade.hop == 0 { Trip::First } else { Trip::Next }
}

#[cfg(test)]
#[path = "trade_migration_tests.rs"]
mod tests;
