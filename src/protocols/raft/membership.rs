//! Which configuration holds: the latest in the log, committed or not.
//!
//! Idea: a replica uses the latest configuration in its log as soon as the entry is there (§6: it could not know otherwise
//! when a majority of the new voters suffices). A configuration that is not committed can be cut off again with the
//! tail that holds it; then the one before it holds. So a replica remembers where each began.
//! Shape: a list of (index, configuration), oldest first. What lies before the snapshot can't be cut and is forgotten.
//! Bound: one element a configuration entry since the latest snapshot.
//! Sources: Ongaro & Ousterhout 2014 §6, §7 (a snapshot includes the latest configuration).

use crate::domain::ids::LogIndex;
use crate::domain::log::{Entry, GroupImage, Payload, RaftSnapshot};
use crate::domain::membership::GroupConfig;

/// The configurations of a group, as one replica's log has them.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    /// Never empty. The first came with the snapshot, or is what the group began with.
    history: Vec<(LogIndex, GroupConfig)>,
}

impl Membership {
    /// What a disk says; `genesis` where it says nothing.
    pub fn of(image: &GroupImage, genesis: GroupConfig) -> Self {
        let first = image.snapshot.as_ref().map_or((LogIndex::ORIGIN, genesis), |held| (held.index, *held.config));
        let mut membership = Self { history: vec![first] };
        image.log.entries_from(first.0.next()).for_each(|entry| membership.append(entry));
        membership
    }

    /// The configuration that holds.
    pub fn current(&self) -> GroupConfig {
        self.history.last().map_or_else(GroupConfig::default, |(_, config)| *config)
    }

    /// The index of the entry that made it hold; the snapshot's, or the origin, if that was before the log.
    pub fn since(&self) -> LogIndex {
        self.history.last().map_or(LogIndex::ORIGIN, |(index, _)| *index)
    }

    /// The configuration that held at an index, which is not before the latest snapshot.
    pub fn at(&self, index: LogIndex) -> GroupConfig {
        let place = self.history.partition_point(|(since, _)| *since <= index);
        self.history.get(place.saturating_sub(1)).map_or_else(GroupConfig::default, |(_, config)| *config)
    }

    /// An entry stands at the end of the log.
    pub fn append(&mut self, entry: &Entry) {
        if let Payload::Config(config) = &entry.payload {
            self.history.push((entry.first, **config));
        }
    }

    /// The log was cut before this index; true if a configuration went with it.
    pub fn cut(&mut self, from: LogIndex) -> bool {
        let keep = self.history.partition_point(|(since, _)| *since < from).max(1);
        let cut = keep < self.history.len();
        self.history.truncate(keep);
        cut
    }

    /// Everything up to the snapshot is settled.
    pub fn compact(&mut self, snapshot: &RaftSnapshot) {
        let settled = self.history.partition_point(|(since, _)| *since <= snapshot.index).saturating_sub(1);
        self.history.drain(..settled);
    }

    /// A snapshot took the place of the log.
    pub fn install(&mut self, snapshot: &RaftSnapshot) {
        self.history = vec![(snapshot.index, *snapshot.config)];
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::ids::{NodeId, Term};

    fn of(voters: &[u8]) -> GroupConfig {
        GroupConfig::of(voters.iter().copied().map(NodeId))
    }

    fn image(payloads: Vec<Payload>) -> GroupImage {
        let mut image = GroupImage::default();
        for payload in payloads {
            let entry = image.log.next_entry(Term(1), payload);
            image.log.push(entry);
        }
        image
    }

    #[test]
    fn the_latest_in_the_log_holds_and_a_cut_brings_back_the_one_before() {
        let config = |voters: &[u8]| Payload::Config(Arc::new(of(voters)));
        let image = image(vec![Payload::Noop, config(&[1, 2]), Payload::Noop, config(&[1, 2, 3])]);
        let mut membership = Membership::of(&image, of(&[1]));
        assert_eq!((membership.current(), membership.since()), (of(&[1, 2, 3]), LogIndex(4)));
        for (index, expected) in [(0, of(&[1])), (1, of(&[1])), (2, of(&[1, 2])), (3, of(&[1, 2])), (4, of(&[1, 2, 3]))]
        {
            assert_eq!(membership.at(LogIndex(index)), expected, "at {index}");
        }
        assert!(!membership.cut(LogIndex(5)), "nothing was lost");
        assert!(membership.cut(LogIndex(3)));
        assert_eq!((membership.current(), membership.since()), (of(&[1, 2]), LogIndex(2)));
        assert!(membership.cut(LogIndex(1)));
        assert_eq!((membership.current(), membership.since()), (of(&[1]), LogIndex::ORIGIN));
    }
}
