//! The state machine that a group replicates: an exchange in a partition, the cluster map in `meta`.
//!
//! Idea: a replica does not know what it replicates. A machine applies payloads in log order and can be packed into a
//! snapshot and unpacked again; equal logs make equal machines, which `chain` proves.

use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::fact::Executed;
use crate::domain::ids::GroupId;
use crate::domain::log::{Payload, StateImage};
use crate::domain::map::ClusterMap;
use crate::domain::order::Verdict;
use crate::market::exchange::Exchange;
use crate::market::shipments::Moved;
use crate::market::time_windows::WindowRules;
use crate::market::trades::Trades;
use crate::market::transactions::Worked;

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

/// What applying an entry did.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) executed: Executed,
    pub(super) chain: Digest,
    pub(super) sound: bool,
    /// What a record of work came to.
    pub(super) worked: Option<Worked>,
    /// What a record of a move came to.
    pub(super) moved: Option<Moved>,
}

impl Outcome {
    /// Nothing that an auditor would ask about.
    const fn quiet(chain: Digest, sound: bool, worked: Option<Worked>) -> Self {
        Self { executed: Executed::All, chain, sound, worked, moved: None }
    }
}

impl Machine {
    /// The machine of a group before its first entry.
    pub(super) fn new(group: GroupId, map: &Arc<ClusterMap>) -> Self {
        if group == GroupId::META {
            return Self::Map { map: Arc::clone(map), chain: Digest::default() };
        }
        Self::Exchange(Box::new(Exchange::new(map.symbols(group))))
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
                let outcome = exchange.apply(batch, verdicts);
                let (executed, chain, sound) = (outcome.executed, outcome.chain, outcome.sound);
                Outcome { executed, ..Outcome::quiet(chain, sound, None) }
            }
            (Self::Exchange(exchange), Payload::Work(work)) => {
                let (worked, sound) = exchange.work(work);
                Outcome::quiet(exchange.chain(), sound, Some(worked))
            }
            (Self::Exchange(exchange), Payload::Move(moving)) => {
                let (moved, sound) = exchange.shift(moving);
                Outcome { moved: Some(moved), ..Outcome::quiet(exchange.chain(), sound, None) }
            }
            (Self::Map { map, chain }, Payload::Map(change)) => {
                Arc::make_mut(map).apply(change);
                *chain = chain.mix(map.digest().0);
                Outcome::quiet(*chain, true, None)
            }
            (machine, _) => Outcome::quiet(machine.chain(), true, None),
        }
    }

    /// The chain over all that was applied.
    pub(super) fn chain(&self) -> Digest {
        match self {
            Self::Exchange(exchange) => exchange.chain(),
            Self::Map { chain, .. } => *chain,
        }
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

    /// The same machine, keeping its trades by these rules from its beginning on.
    pub(super) fn keeping(mut self, rules: WindowRules) -> Self {
        if let Some(exchange) = self.exchange_mut() {
            *exchange.trades_mut() = Trades::new(rules);
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
