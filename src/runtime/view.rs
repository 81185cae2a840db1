//! What there is to see: the world's part of a `ClusterView`, then everybody else's.
//!
//! Idea: the world knows the truth of nodes, groups, links and disks and shows it beside what nodes believe. A dead
//! node's replicas are read from its disk, since that is what will come back.
//! Shape: built when a frame is due and never kept; actors and probes write their parts last, over blank ones.
//! Bound: as `domain::view` says of each list.

use crate::domain::actor::Membership;
use crate::domain::control::{Control, Target};
use crate::domain::event::Health;
use crate::domain::ids::{GroupId, LogIndex, NodeId, NodeSet};
use crate::domain::log::GroupImage;
use crate::domain::membership::GroupConfig;
use crate::domain::plan::Region;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{
    AdmissionView, CELLS_MAX, CellView, ClusterView, DiskView, EVENTS_MAX, GatewayView, GroupView, IN_FLIGHT_MAX,
    LatencyView, MessageKind, MessageView, NetView, NodeAdmissionView, NodeTruth, NodeView, Reach, ReplicaView,
    RoleView, RunView, SpreadsView, TicksView,
};
use crate::market::exchange::Exchange;
use crate::market::transactions::Transactions;
use crate::node::message::{NodeInput, NodeMessage};
use crate::protocols::message::PeerMessage;
use crate::protocols::registry::Message;
use crate::storage::memory_disk::DiskPace;

use super::groups::GroupTruth;
use super::queue::What;
use super::sampler::{applied_of, held_by};
use super::slot::{NodeSlot, Status};
use super::world::World;

impl World {
    /// Everything that a screen draws, but how time passes and the lesson: those belong to whoever runs the world.
    pub fn view(&self) -> ClusterView {
        let mut view = ClusterView {
            run: self.run_view(),
            nodes: self.nodes.iter().filter_map(|slot| self.node_view(slot.id)).collect(),
            groups: self.groups.iter().map(|(group, truth)| self.group_view(group, truth)).collect(),
            net: self.net_view(),
            accounts: self.accounts_view(),
            events: self.journal.kept().iter().rev().take(EVENTS_MAX).rev().cloned().collect(),
            samples: self.sampler.kept().iter().cloned().collect(),
            ..ClusterView::default()
        };
        self.count_beliefs(&mut view);
        view.admission = self.admission_view(&view);
        view.placement = self.placement_view(&view);
        for actor in self.cast.ids() {
            if let Some(actor) = self.cast.actor(actor) {
                actor.contribute(self.clock.now, &mut view);
            }
        }
        view.data = self.data_view();
        view.venues = self.venues_view();
        for probe in &self.cast.probes {
            probe.contribute(self.clock.now, &mut view);
        }
        view
    }

    fn run_view(&self) -> RunView {
        RunView {
            now: self.clock.now,
            seed: self.basis.seed,
            hash: self.clock.hash,
            events: self.clock.events,
            notable: self.journal.total(),
            settings: self.basis.settings.clone(),
            faults: self.faults.clone(),
            controller: self.leader(GroupId::META),
            ..RunView::default()
        }
    }

    /// One node, truth and belief; what the others believe of it is counted by `view`.
    pub fn node_view(&self, id: NodeId) -> Option<NodeView> {
        let slot = self.nodes.get(id.index())?;
        let mut view = blank_node(id);
        if let Some(node) = &slot.node {
            node.contribute(Now::exact(self.clock.now), &mut view);
        }
        let halted = match &slot.status {
            Status::Halted(words) => Some(words.clone()),
            _ => None,
        };
        let to_go = |group| self.groups.get(group).map_or(0, |truth| truth.commit.since(applied_of(slot, group)));
        let catch_up = slot.catch_up.as_ref().map(|catch_up| catch_up.targets.keys().map(|group| to_go(*group)).sum());
        let placed = || self.groups.iter().filter(|(group, _)| self.basis.living.voters(*group).contains(&id)).count();
        let replicas = if slot.node.is_some() { view.replicas } else { placed() as u16 };
        Some(NodeView {
            truth: truth_of(slot),
            since: slot.since,
            halted,
            incarnation: slot.incarnation,
            beliefs: if slot.runs() { view.beliefs } else { Vec::new() },
            replicas,
            reach: self.reach(id),
            disk: slot.disk.view(),
            catch_up,
            held: slot.held.messages(),
            held_dropped: slot.held_dropped,
            membership: slot.membership,
            region: self.basis.settings.cluster.region(id),
            ..view
        })
    }

    fn reach(&self, id: NodeId) -> Reach {
        let is_delayed = |control: &Control| match control {
            Control::Delay { from, to, latency: Some(_), .. } => [from, to].contains(&&Target::Node(id)),
            _ => false,
        };
        match self.network.reach(id, |other| self.nodes[other.index()].status != Status::Gone) {
            Reach::All if self.faults.iter().any(|fault| is_delayed(&fault.control)) => Reach::Delayed,
            reach => reach,
        }
    }

    fn admission_view(&self, view: &ClusterView) -> AdmissionView {
        let missing = |group: GroupId| {
            let leader = self.leader(group).and_then(|leader| self.nodes[leader.index()].node.as_ref());
            Some((group, leader?.missing(group)))
        };
        AdmissionView {
            on: self.basis.settings.admission.on,
            expired: view.nodes.iter().map(|node| node.admission.expired).sum(),
            stalled: self
                .groups
                .iter()
                .filter_map(|(group, _)| missing(group))
                .filter(|(_, set)| !set.is_empty())
                .collect(),
            ..AdmissionView::default()
        }
    }

    fn count_beliefs(&self, view: &mut ClusterView) {
        for place in 0..view.nodes.len() {
            let mut believed = [0_u8; 3];
            for other in view.nodes.iter().filter(|other| other.id.index() != place) {
                match other.beliefs.get(place) {
                    Some(Health::Healthy) => believed[0] += 1,
                    Some(Health::Degraded) => believed[1] += 1,
                    Some(Health::Failed) => believed[2] += 1,
                    None => {}
                }
            }
            view.nodes[place].believed = believed;
        }
    }

    fn group_view(&self, group: GroupId, truth: &GroupTruth) -> GroupView {
        let config = self.config_of(group);
        let mut replicas: Vec<ReplicaView> =
            config.members().iter().map(|node| self.replica_view(node, group)).collect();
        let running = |replica: &&ReplicaView| replica.alive;
        // Where none runs, what is on disks and what was committed is known all the same.
        let commit = replicas.iter().filter(running).map(|replica| replica.commit).max().unwrap_or(truth.commit);
        let on_disk = replicas.iter().map(|replica| replica.term).max().unwrap_or_default();
        for replica in &mut replicas {
            let held = held_by(&self.nodes[replica.node.index()], group);
            replica.lag_records = truth.commit.since(held);
            replica.lag_time = truth.lag_time(self.clock.now, held);
        }
        self.add_progress(group, truth.leader, &mut replicas);
        let support = self.support(truth.leader, &config);
        let stall = self.stall(group, truth, &config);
        GroupView {
            id: group,
            leader: truth.leader,
            term: replicas.iter().filter(running).map(|replica| replica.term).max().unwrap_or(on_disk),
            since: truth.since,
            connected: support.connected,
            quorum: support.quorum,
            must: support.must,
            stall,
            config,
            commit,
            committed_at: truth.committed_at(),
            symbols: self.newest_map().symbols(group).count() as u16,
            resting: self.exchange(group).map(Exchange::resting),
            applied_per_s: self.sampler.applied_per_s(group),
            spreads: self.exchange(group).map(|exchange| spreads(exchange.transactions())).unwrap_or_default(),
            trades: self.exchange(group).map(|exchange| exchange.trades().holdings()).unwrap_or_default(),
            by_id: self.exchange(group).map(|exchange| exchange.trades().store().len()),
            // The clients know: they measure it.
            cold: LatencyView::default(),
            replicas,
        }
    }

    /// What the leader in truth knows of its followers.
    fn add_progress(&self, group: GroupId, leader: Option<NodeId>, replicas: &mut [ReplicaView]) {
        let Some(leader) = leader.and_then(|leader| self.nodes[leader.index()].node.as_ref()) else { return };
        for (peer, progress) in leader.progress(group) {
            if let Some(replica) = replicas.iter_mut().find(|replica| replica.node == peer) {
                replica.progress = Some(progress);
            }
        }
    }

    /// The exchange of a group, on the running replica that has applied most.
    pub fn exchange(&self, group: GroupId) -> Option<&Exchange> {
        self.most_advanced(group).map(|(_, exchange)| exchange)
    }

    /// The running replica of a group that has applied most: on which node, and its exchange.
    pub(super) fn most_advanced(&self, group: GroupId) -> Option<(NodeId, &Exchange)> {
        let electorate = self.config_of(group).electorate();
        let running = electorate.iter().filter_map(|id| Some((id, self.nodes[id.index()].node.as_ref()?)));
        let (id, node) = running.max_by_key(|(_, node)| node.applied(group))?;
        Some((id, node.exchange(group)?))
    }

    /// Who belongs to a group: as its leader says, or the running replica of the highest term; else as it began.
    pub(super) fn config_of(&self, group: GroupId) -> GroupConfig {
        let nodes = self.nodes.iter().filter(|slot| slot.runs()).filter_map(|slot| slot.node.as_ref());
        let known = nodes.filter_map(|node| node.group_config(group)).filter(|(_, config)| !config.voters.is_empty());
        let leader = self.leader(group).and_then(|leader| self.nodes[leader.index()].node.as_ref());
        leader
            .and_then(|node| node.group_config(group))
            .or_else(|| known.max_by_key(|(term, _)| *term))
            .map_or_else(|| GroupConfig::of(self.basis.living.voters(group).iter().copied()), |(_, config)| config)
    }

    fn replica_view(&self, node: NodeId, group: GroupId) -> ReplicaView {
        let slot = &self.nodes[node.index()];
        let began_with = || GroupConfig::of(self.basis.genesis.voters(group).iter().copied());
        let from_memory = slot.node.as_ref().and_then(|node| node.replica_view(Now::exact(self.clock.now), group));
        let view = from_memory.unwrap_or_else(|| replica_on_disk(node, slot.disk.image(group), began_with()));
        ReplicaView { alive: slot.runs(), ..view }
    }

    fn net_view(&self) -> NetView {
        let traffic = self.network.traffic();
        let wire = self.queue.iter().filter_map(|(at, sequence, scheduled)| match &scheduled.what {
            What::Node { node, input: NodeInput::Receive { from, message }, .. } if from != node => {
                Some((at, sequence, *from, *node, message))
            }
            _ => None,
        });
        let mut wire: Vec<_> = wire.collect();
        wire.sort_by_key(|(at, sequence, ..)| (*at, *sequence));
        let shown = wire.into_iter().flat_map(|(at, _, from, to, message)| {
            let arrives_in = at.since(self.clock.now);
            messages_of(message).map(move |(group, kind)| MessageView { from, to, group, kind, arrives_in })
        });
        NetView {
            cuts: self.network.cuts(),
            sent: traffic.sent,
            dropped: traffic.dropped,
            overflowed: traffic.overflowed,
            on_the_wire: traffic.on_the_wire,
            in_flight: shown.take(IN_FLIGHT_MAX).collect(),
        }
    }
}

/// A node of which nothing is known yet.
pub(super) fn blank_node(id: NodeId) -> NodeView {
    NodeView {
        id,
        truth: NodeTruth::Down,
        since: SimTime::ZERO,
        halted: None,
        incarnation: 0,
        beliefs: Vec::new(),
        believed: [0; 3],
        leads: 0,
        replicas: 0,
        reach: Reach::All,
        gateway: GatewayView::default(),
        admission: NodeAdmissionView::default(),
        disk: DiskView::default(),
        ticks: TicksView::default(),
        catch_up: None,
        held: 0,
        held_dropped: 0,
        membership: Membership::Member,
        region: Region::default(),
    }
}

fn truth_of(slot: &NodeSlot) -> NodeTruth {
    match slot.status {
        Status::Frozen => NodeTruth::Frozen,
        Status::Down => NodeTruth::Down,
        Status::Halted(_) => NodeTruth::Halted,
        Status::Gone => NodeTruth::Gone,
        Status::Up if slot.catch_up.is_some() => NodeTruth::Sync,
        Status::Up if slot.disk.pace() == DiskPace::Slow => NodeTruth::Slow,
        Status::Up => NodeTruth::Up,
    }
}

/// A dead replica: what its disk holds.
fn replica_on_disk(node: NodeId, image: Option<&GroupImage>, began_with: GroupConfig) -> ReplicaView {
    let blank = GroupImage::default();
    let image = image.unwrap_or(&blank);
    let end = image.log.end();
    let snapshot = image.snapshot.as_ref().map_or(LogIndex::ORIGIN, |snapshot| snapshot.index);
    ReplicaView {
        node,
        alive: false,
        role: RoleView::Follower,
        term: image.hard.term,
        voted_for: image.hard.voted_for,
        leader: None,
        base: image.log.base().index,
        last: end.index,
        synced: end.index,
        config: image.config().unwrap_or(began_with),
        commit: snapshot,
        applied: snapshot,
        lag_records: 0,
        lag_time: SimDuration::ZERO,
        votes: NodeSet::default(),
        refusals: NodeSet::default(),
        timer: None,
        progress: None,
        refused: 0,
        unanswered: 0,
        version: snapshot,
        gap: None,
        chain: image.snapshot.as_ref().map(|snapshot| snapshot.image.digest).unwrap_or_default(),
        cells: cells_of(image),
    }
}

fn cells_of(image: &GroupImage) -> Vec<CellView> {
    let mut cells = Vec::new();
    let mut end = image.log.end().index;
    while let Some(entry) = image.log.entry_at(end).filter(|_| cells.len() < CELLS_MAX) {
        cells.push(CellView { first: entry.first, last: entry.last(), term: entry.term });
        end = entry.first.prev();
    }
    cells.reverse();
    cells
}

fn spreads(transactions: &Transactions) -> SpreadsView {
    let tally = transactions.spreads();
    SpreadsView {
        open: transactions.opened().len() as u16,
        held: transactions.guests().len() as u16,
        begun: tally.begun,
        committed: tally.committed,
        aborted: tally.aborted,
    }
}

/// What a message between nodes carries for groups, in words of the screen.
fn messages_of(message: &NodeMessage) -> impl Iterator<Item = (GroupId, MessageKind)> {
    let groups: &[(GroupId, Message)] = match message {
        NodeMessage::Beat { groups, .. } | NodeMessage::BeatAnswers(groups) => groups,
        _ => &[],
    };
    let single = match message {
        NodeMessage::Replica { group, message } => Some((*group, message)),
        _ => None,
    };
    let all = groups.iter().map(|(group, message)| (*group, message)).chain(single);
    all.filter_map(|(group, message)| Some((group, message.kind()?)))
}
