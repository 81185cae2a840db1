//! The state machine that a group replicates: an exchange in a partition, the cluster map in `meta`.
//!
//! Idea: a replica does not know what it replicates. A machine applies payloads in log order and can be packed into a
//! snapshot and unpacked again; equal logs make equal machines, which `chain` proves.

use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::fact::{Executed, Money};
use crate::domain::ids::{AccountId, GroupId, LogIndex, RequestId};
use crate::domain::log::{Payload, StateImage};
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Verdict};
use crate::domain::settings::{AccountSettings, Settings};
use crate::domain::venue::Stepped;
use crate::domain::work::Worked;
use crate::market::accounts::Opening;
use crate::market::exchange::{self, Exchange};
use crate::market::shipments::Moved;
use crate::market::time_windows::WindowRules;
use crate::market::trade_store::TradeStore;
use crate::market::trades::Trades;

use super::tasks::Done;

/// What a group replicates.
#[derive(Clone, Debug)]
pub(super) enum Machine {
    /// Books, sessions, orders of a partition.
    Exchange(Box<Exchange>),
    /// The cluster map.
    Map {
        /// The map as applied.
        map: Arc<ClusterMap>,
        /// The chain over its changes.
        chain: Digest,
    },
}

/// What accounts begin with, whichever the group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wealth {
    accounts: AccountSettings,
    members_to: AccountId,
}

impl Wealth {
    /// As the settings say: everybody whose session trades by itself is a member.
    pub(super) fn of(settings: &Settings) -> Self {
        let AccountId(hand) = settings.client.hand().account();
        Self { accounts: settings.accounts, members_to: AccountId(hand - 1) }
    }
}

/// What applying an entry did.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) executed: Executed,
    pub(super) chain: Digest,
    pub(super) sound: bool,
    pub(super) money: Money,
    /// What a record that concerns a leader's task came to.
    task: TaskOutcome,
}

/// What a record that concerns a leader's task came to.
#[derive(Debug)]
enum TaskOutcome {
    /// There is nothing more to say of it.
    Plain,
    Worked(Worked),
    Moved(Moved),
    Stepped(Stepped),
}

impl Outcome {
    /// Nothing that an auditor would ask about.
    const fn quiet(chain: Digest) -> Self {
        Self { executed: Executed::All, chain, sound: true, money: Money::STILL, task: TaskOutcome::Plain }
    }

    /// The orders of an entry that came to this, or what tasks are told of it.
    pub(super) fn split(&mut self, payload: Payload) -> (Option<Batch>, Option<Done>) {
        let task = std::mem::replace(&mut self.task, TaskOutcome::Plain);
        match (payload, task) {
            (Payload::Orders(batch), _) => (Some(batch), None),
            (Payload::Work(work), TaskOutcome::Worked(worked)) => (None, Some(Done::Work(work, worked))),
            (Payload::Move(moving), TaskOutcome::Moved(moved)) => (None, Some(Done::Move(moving, moved))),
            (Payload::Venue(step), TaskOutcome::Stepped(stepped)) => (None, Some(Done::Venue(step, stepped))),
            (Payload::Store(storing), _) => (None, Some(Done::Store(storing))),
            (Payload::Map(change), _) => (None, Some(Done::Map(change))),
            (Payload::Noop | Payload::Config(_) | Payload::Work(_) | Payload::Move(_) | Payload::Venue(_), _) => {
                (None, None)
            }
        }
    }
}

impl Machine {
    /// The machine of a group before its first entry.
    pub(super) fn new(group: GroupId, map: &Arc<ClusterMap>, wealth: &Wealth) -> Self {
        if group == GroupId::META {
            return Self::Map { map: Arc::clone(map), chain: Digest::default() };
        }
        let partitions = map.partitions().max(1) as u16;
        let Wealth { accounts, members_to } = *wealth;
        let opening = Opening { group, partitions, settings: accounts, members_to };
        Self::Exchange(Box::new(Exchange::open(opening, map.symbols(group)).with_venues(&map.venues)))
    }

    /// The machine that a snapshot holds; `None` if the snapshot is of another kind of group.
    pub(super) fn from_image(group: GroupId, image: &StateImage) -> Option<Self> {
        if group == GroupId::META {
            let (map, chain) = image.state.downcast_ref::<(Arc<ClusterMap>, Digest)>()?.clone();
            return Some(Self::Map { map, chain });
        }
        Exchange::from_image(image).map(|exchange| Self::Exchange(Box::new(exchange)))
    }

    /// The machine as a snapshot.
    pub(super) fn image(&self) -> StateImage {
        match self {
            Self::Exchange(exchange) => exchange.image(),
            Self::Map { map, chain } => {
                let size_bytes = map.groups.iter().map(|voters| voters.len() as u64 + 8).sum::<u64>() + 64;
                StateImage { state: Arc::new((Arc::clone(map), *chain)), digest: *chain, size_bytes }
            }
        }
    }

    /// Applies an entry; `verdicts` gets one for each order in it.
    pub(super) fn apply(&mut self, payload: &Payload, verdicts: &mut Vec<Verdict>) -> Outcome {
        match (self, payload) {
            (Self::Exchange(exchange), Payload::Orders(batch)) => {
                let exchange::Outcome { executed, chain, sound, money } = exchange.apply(batch, verdicts);
                Outcome { executed, sound, money, ..Outcome::quiet(chain) }
            }
            (Self::Exchange(exchange), Payload::Work(work)) => {
                let (worked, sound, money) = exchange.work(work);
                Outcome { sound, money, task: TaskOutcome::Worked(worked), ..Outcome::quiet(exchange.chain()) }
            }
            (Self::Exchange(exchange), Payload::Move(moving)) => {
                let (moved, sound, money) = exchange.shift(moving);
                Outcome { sound, money, task: TaskOutcome::Moved(moved), ..Outcome::quiet(exchange.chain()) }
            }
            (Self::Exchange(exchange), Payload::Venue(step)) => {
                let (stepped, sound, money) = exchange.step_venue(step);
                Outcome { sound, money, task: TaskOutcome::Stepped(stepped), ..Outcome::quiet(exchange.chain()) }
            }
            (Self::Exchange(exchange), Payload::Store(storing)) => {
                let money = exchange.store(storing);
                Outcome { money, ..Outcome::quiet(exchange.chain()) }
            }
            (Self::Map { map, chain }, Payload::Map(change)) => {
                Arc::make_mut(map).apply(change);
                *chain = chain.mix(map.digest().0);
                Outcome::quiet(*chain)
            }
            (Self::Exchange(exchange), other) => {
                let money = exchange.pass(other.len());
                Outcome { money, ..Outcome::quiet(exchange.chain()) }
            }
            (machine, _) => Outcome::quiet(machine.chain()),
        }
    }

    /// Which orders ended unexecuted by the last entry, for want of cash or of room.
    pub(super) fn take_short(&mut self) -> Option<Arc<Vec<RequestId>>> {
        self.exchange_mut().and_then(Exchange::take_short)
    }

    /// The chain over all that was applied.
    pub(super) fn chain(&self) -> Digest {
        match self {
            Self::Exchange(exchange) => exchange.chain(),
            Self::Map { chain, .. } => *chain,
        }
    }

    /// How many changes it was given; `meta` does not count.
    pub(super) fn version(&self) -> Option<LogIndex> {
        self.exchange().map(Exchange::version)
    }

    /// Whether a change is the next one.
    pub(super) fn is_followed_by(&self, change: LogIndex) -> bool {
        self.version().is_none_or(|version| version.next() == change)
    }

    /// The exchange, if it is one.
    pub(super) fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Exchange(exchange) => Some(exchange),
            Self::Map { .. } => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn exchange_mut(&mut self) -> Option<&mut Exchange> {
        match self {
            Self::Exchange(exchange) => Some(exchange),
            Self::Map { .. } => None,
        }
    }

    /// The same machine, keeping its trades as the settings say from its beginning on.
    pub(super) fn keeping(mut self, group: GroupId, settings: &Settings) -> Self {
        if let Some(exchange) = self.exchange_mut() {
            let share = settings.trades.by_id.div_ceil(settings.cluster.partitions.max(1) as u64);
            let store = TradeStore::new(group, share);
            *exchange.trades_mut() = Trades::new(WindowRules::of(&settings.trades)).with_store(store);
        }
        self
    }

    /// The cluster map, if this is `meta`'s machine.
    pub(super) fn map(&self) -> Option<&Arc<ClusterMap>> {
        match self {
            Self::Exchange(_) => None,
            Self::Map { map, .. } => Some(map),
        }
    }
}
