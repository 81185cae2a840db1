//! What a node shows of itself: beliefs, roles, logs. It states what it knows; truth is the scheduler's to add.

use std::sync::Arc;

use crate::domain::ids::{GroupId, LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::Payload;
use crate::domain::log::SharedLog;
use crate::domain::map::ClusterMap;
use crate::domain::membership::GroupConfig;
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration};
use crate::domain::venue::VENUES_MAX;
use crate::domain::view::{CELLS_MAX, CellView, NodeAdmissionView, NodeView, ProgressView, ReplicaView};
use crate::market::exchange::Exchange;
use crate::protocols::replication::{ElectionView, Replication};

use super::Node;
use super::replica::Replica;

impl Node {
    /// Fills in beliefs, leaderships and the gateway.
    pub fn contribute(&self, now: Now, view: &mut NodeView) {
        let last = self.map.nodes.iter().map(|peer| peer.index() + 1).max().unwrap_or(0);
        // By number; of whoever is no member nothing bad is believed.
        view.beliefs = NodeId::first(last).map(|peer| self.heart.detector.health(peer)).collect();
        view.leads = self.replicas.iter().filter(|replica| replica.core.leads()).count() as u16;
        view.replicas = self.replicas.iter().count() as u16;
        view.gateway = self.gateway.view(now.mono);
        let sum = |of: fn(&Replica) -> u64| self.replicas.iter().map(of).sum::<u64>();
        view.admission = NodeAdmissionView {
            applies_per_s: self.processor.per_second(),
            busy_per_mille: self.processor.busy_per_mille(now.mono),
            refused: self.gateway.refused_late + sum(|replica| replica.admission.refused),
            expired: sum(|replica| replica.proposals.expired()),
        };
        view.ticks = self.market_data.view(now.mono);
    }

    /// The configuration of a group that its replica goes by, with the replica's term.
    pub fn group_config(&self, group: GroupId) -> Option<(Term, GroupConfig)> {
        self.replicas.get(group).map(|replica| (replica.core.term(), replica.core.group_config()))
    }

    /// How far its replica of a group has applied.
    pub fn applied(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(group).map(|replica| replica.applied)
    }

    /// How far its replica of a group knows to be committed.
    pub fn commit(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(group).map(|replica| replica.core.commit_index())
    }

    /// The voters that its replica of a group waits for in vain: orders are refused until they are back.
    pub fn missing(&self, group: GroupId) -> NodeSet {
        self.replicas.get(group).map(Replica::missing).unwrap_or_default()
    }

    /// The voters that have not stored what its orders of a group wait for, where none was acknowledged for long.
    pub fn late(&self, now: Now, group: GroupId, rule: AckRule) -> NodeSet {
        self.replicas.get(group).map(|replica| replica.late(now, rule)).unwrap_or_default()
    }

    /// Those whom its orders of a group still waited for a moment ago, when some of them went on at last.
    pub fn late_before(&self, now: Now, group: GroupId) -> NodeSet {
        self.replicas.get(group).map(|replica| replica.late_before(now)).unwrap_or_default()
    }

    /// Trades of its store of a group that belong elsewhere.
    pub fn trades_away(&self, group: GroupId) -> u64 {
        self.replicas.get(group).map_or(0, |replica| replica.trades_away(&self.division))
    }

    /// Its replica of a group, as it sees itself; lags are the scheduler's to fill in.
    pub fn replica_view(&self, now: Now, group: GroupId) -> Option<ReplicaView> {
        let replica = self.replicas.get(group)?;
        let core = &replica.core;
        let ElectionView { voted_for, votes, refusals, timer } = core.election(now);
        let (refused, unanswered) = replica.pressure();
        Some(ReplicaView {
            node: self.me,
            alive: true,
            role: core.role(),
            term: core.term(),
            voted_for,
            leader: core.leader(),
            base: core.log().base().index,
            last: core.end().index,
            synced: core.synced_index(),
            config: core.group_config(),
            commit: core.commit_index(),
            applied: replica.applied,
            lag_records: 0,
            lag_time: SimDuration::ZERO,
            votes,
            refusals,
            timer,
            progress: None,
            refused,
            unanswered,
            version: replica.version(),
            gap: replica.upkeep.gap(),
            chain: replica.machine.chain(),
            cells: cells(core.log()),
        })
    }

    /// Whether it is handing the leadership of a group over.
    pub fn hands_over(&self, group: GroupId) -> bool {
        self.replicas.get(group).is_some_and(|replica| replica.core.transferring_to().is_some())
    }

    /// The cluster map as its log of `meta` will make it, committed or not; nothing, if it has no replica of `meta`.
    pub fn map_in_log(&self) -> Option<ClusterMap> {
        let replica = self.replicas.get(GroupId::META)?;
        let mut map = ClusterMap::clone(replica.machine.map()?);
        for entry in replica.core.log().entries_from(replica.applied.next()) {
            if let Payload::Map(change) = &entry.payload {
                map.apply(change);
            }
        }
        Some(map)
    }

    /// What its replica of a group knows of its followers, if it leads.
    pub fn progress(&self, group: GroupId) -> Vec<(NodeId, ProgressView)> {
        self.replicas.get(group).map(|replica| replica.core.progress()).unwrap_or_default()
    }

    /// Requests that its gateway holds.
    pub fn open_requests(&self) -> u64 {
        let load = self.gateway.load();
        u64::from(load.in_flight) + u64::from(load.queued) + self.gateway.held().0 + self.gateway.to_venues().1
    }

    /// Requests that its gateway holds because their symbol moves, and those that it refused for want of room.
    pub fn held_requests(&self) -> (u64, u64) {
        self.gateway.held()
    }

    /// Requests of its gateway that are on their way to each venue.
    pub fn to_venues(&self) -> &[u32; VENUES_MAX] {
        self.gateway.to_venues().0
    }

    /// The cluster map as this node has it.
    pub const fn map(&self) -> &Arc<ClusterMap> {
        &self.map
    }

    /// Records in the logs of its replicas.
    pub fn log_records(&self) -> u64 {
        self.replicas.iter().map(|replica| replica.core.log().len()).sum()
    }

    /// The logs of its replicas.
    pub fn logs(&self) -> impl Iterator<Item = (GroupId, &SharedLog)> {
        self.replicas.iter().map(|replica| (replica.group, replica.core.log()))
    }

    /// What a copy of its state machines takes in memory.
    pub fn copied_bytes(&self) -> u64 {
        let exchanges = self.replicas.iter().filter_map(|replica| replica.machine.exchange());
        exchanges.map(Exchange::copied_bytes).sum()
    }

    /// What its state machines take in memory.
    pub fn machine_bytes(&self) -> u64 {
        let exchanges = self.replicas.iter().filter_map(|replica| replica.machine.exchange());
        exchanges.map(|exchange| exchange.size_bytes()).sum()
    }

    /// The books of its replica of a group.
    pub fn exchange(&self, group: GroupId) -> Option<&Exchange> {
        self.replicas.get(group).and_then(|replica| replica.machine.exchange())
    }
}

/// The last entries of a log, oldest first.
pub fn cells(log: &SharedLog) -> Vec<CellView> {
    let end = log.end().index;
    let mut from = end;
    let mut cells = Vec::with_capacity(CELLS_MAX);
    while cells.len() < CELLS_MAX && from > LogIndex::ORIGIN {
        let Some(entry) = log.entry_at(from) else { break };
        cells.push(CellView { first: entry.first, last: entry.last(), term: entry.term });
        from = entry.first.prev();
    }
    cells.reverse();
    cells
}
