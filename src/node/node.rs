//! A node: gateway, heart and replicas behind one `step`.
//!
//! Idea: the node composes state machines and is itself one. It decides nothing about consensus or trade: it carries
//! inputs to the part that they concern, and obeys the parts' wishes in order.
//! Shape: `boot` from what the disk holds, `step` for every input, `next_wake` asked after each step. Election
//! deadlines of all groups share one lazily computed wake-up, so a beat that renews hundreds of them costs nothing.
//! Left out: clocks, channels, disks, chance without a stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::event::{EventKind, Queue};
use crate::domain::ids::{GroupId, LogIndex, NodeId, PersistToken};
use crate::domain::log::GroupImage;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::order::{DeskMessage, Submission};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimTime};
use crate::domain::why::Why;
use crate::protocols::failure_detector::Change;
use crate::protocols::raft::RaftConfig;
use crate::protocols::raft::message::{Input, Message};

use super::gateway::{Directory, Gateway, Wish};
use super::heart::Heart;
use super::machine::Machine;
use super::message::{NodeEffect, NodeInput, NodeMessage, NodeOrder};
use super::out::{Beats, Out, Tokens};
use super::replica::{Desk, Processor, Replica, Start};

/// What a node's process begins with.
#[derive(Clone, Debug)]
pub struct NodeBoot {
    /// Which node.
    pub id: NodeId,
    /// How often its process has begun before, plus one.
    pub incarnation: u32,
    /// The settings of the run.
    pub settings: Arc<Settings>,
    /// The acknowledgement rule in force.
    pub ack: AckRule,
    /// The rules in force.
    pub rules: Rules,
    /// The cluster map that it begins with.
    pub map: Arc<ClusterMap>,
    /// What its disk holds.
    pub images: BTreeMap<GroupId, GroupImage>,
    /// The seed of the run.
    pub seed: u64,
    /// Its clocks.
    pub now: Now,
}

/// One node of the cluster.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) me: NodeId,
    settings: Arc<Settings>,
    pub(super) map: Arc<ClusterMap>,
    ack: AckRule,
    pub(super) replicas: Replicas,
    pub(super) gateway: Gateway,
    pub(super) heart: Heart,
    processor: Processor,
    tokens: Tokens,
    beats: Beats,
    election_at: SimTime,
}

/// The replicas of a node, by group.
#[derive(Clone, Debug, Default)]
pub(super) struct Replicas(Vec<Option<Box<Replica>>>);

impl Replicas {
    pub(super) fn get(&self, group: GroupId) -> Option<&Replica> {
        self.0.get(group.index()).and_then(Option::as_deref)
    }

    fn get_mut(&mut self, group: GroupId) -> Option<&mut Replica> {
        self.0.get_mut(group.index()).and_then(Option::as_deref_mut)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Replica> {
        self.0.iter().flatten().map(Box::as_ref)
    }

    fn groups(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.0.len() as u16).map(GroupId)
    }
}

struct Beliefs<'a> {
    replicas: &'a Replicas,
    heart: &'a Heart,
    map: &'a ClusterMap,
}

impl Directory for Beliefs<'_> {
    fn map(&self) -> &ClusterMap {
        self.map
    }

    fn leader(&self, group: GroupId) -> Option<NodeId> {
        self.replicas.get(group).and_then(|replica| replica.raft.leader())
    }

    fn hosts(&self, group: GroupId) -> bool {
        self.replicas.get(group).is_some()
    }

    fn given_up(&self, peer: NodeId) -> bool {
        self.heart.detector.health(peer) == crate::domain::event::Health::Failed
    }
}

impl Node {
    /// Begins a life from what the disk holds.
    pub fn boot(boot: NodeBoot) -> Self {
        let NodeBoot { id, incarnation, settings, ack, rules, map, mut images, seed, now } = boot;
        let start = Start { seed, incarnation, now };
        let replicas = map.group_ids().map(|group| {
            let voters = map.voters(group);
            voters.contains(&id).then(|| {
                let config = RaftConfig::new(id, voters.to_vec(), &settings.raft, rules);
                let image = images.remove(&group).unwrap_or_default();
                Box::new(Replica::boot(config, group, image, Machine::new(group, &map), start))
            })
        });
        let peers: Vec<NodeId> = map.nodes.iter().copied().filter(|node| *node != id).collect();
        Self {
            me: id,
            replicas: Replicas(replicas.collect()),
            gateway: Gateway::new(id, &settings.gateway, map.groups.len()),
            heart: Heart::new(id, &peers, &settings, now),
            processor: Processor::default(),
            tokens: Tokens::default(),
            beats: Beats::default(),
            election_at: SimTime::ZERO,
            settings,
            map,
            ack,
        }
    }

    /// When it next has something to do by itself, by its monotonic clock.
    pub fn next_wake(&self) -> SimTime {
        self.heart.next().min(self.gateway.next()).min(self.processor.next()).min(self.election_at)
    }

    /// How far its replica of a group has applied.
    pub fn applied(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(group).map(|replica| replica.applied)
    }

    /// How far its replica of a group knows to be committed.
    pub fn commit(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(group).map(|replica| replica.raft.commit_index())
    }

    /// Takes one input; pushes what it wants done.
    pub fn step(&mut self, now: Now, input: NodeInput, effects: &mut Vec<NodeEffect>) {
        match input {
            NodeInput::Start => self.start(now, effects),
            NodeInput::Wake => self.wake(now, effects),
            NodeInput::Receive { from, message } => self.receive(now, from, message, effects),
            NodeInput::Client { from, message } => match message {
                DeskMessage::Submit(submission) => self.submit(now, from, submission, effects),
                DeskMessage::Probe => {
                    let message = DeskMessage::ProbeAnswer(self.gateway.load());
                    effects.push(NodeEffect::Reply { to: from, message });
                }
                DeskMessage::Answers(_) | DeskMessage::ProbeAnswer(_) => {}
            },
            NodeInput::Persisted(token) => self.persisted(now, token, effects),
            NodeInput::Order(order) => self.order(now, order, effects),
        }
    }

    /// On an empty disk the first-named voter stands at once: the first leaders are spread over the nodes, by votes.
    fn start(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        for group in self.replicas.groups() {
            let first = self.map.voters(group).first() == Some(&self.me);
            let fresh = |replica: &Replica| replica.raft.term().0 == 0;
            if first && self.replicas.get(group).is_some_and(fresh) {
                self.tell_raft(now, group, Input::Campaign, effects);
            }
        }
        self.look_at_elections(now, effects);
    }

    fn wake(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        if self.heart.beats(now.mono) {
            self.beat(now, effects);
        }
        self.judge_peers(now, effects);
        if now.mono >= self.election_at {
            self.look_at_elections(now, effects);
        }
        while let Some(group) = self.processor.due(now.mono) {
            self.with_replica(group, effects, |replica, desk, out| replica.apply(now, desk, out));
            self.adopt_map(group);
        }
        let mut wishes = Vec::new();
        let Self { gateway, replicas, heart, map, .. } = self;
        gateway.wake(now.mono, &Beliefs { replicas, heart, map }, &mut wishes);
        self.grant(wishes, effects);
    }

    fn beat(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        for group in self.replicas.groups() {
            if self.replicas.get(group).is_some_and(|replica| replica.raft.leads()) {
                self.tell_raft(now, group, Input::Beat, effects);
            }
        }
        let map = Arc::clone(&self.map);
        let me = self.me;
        for peer in map.nodes.iter().copied().filter(|peer| *peer != me) {
            let groups = self.beats.take(peer);
            self.out(effects).send(peer, NodeMessage::Beat { epoch: map.epoch, groups });
        }
    }

    fn judge_peers(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        for Change { peer, health, silent } in self.heart.detector.check(now) {
            self.out(effects).tell(None, EventKind::Believes { peer, health, silent });
        }
    }

    fn look_at_elections(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        self.election_at = SimTime::NEVER;
        for group in self.replicas.groups() {
            let Some(deadline) = self.replicas.get(group).map(|replica| replica.raft.deadline()) else { continue };
            if deadline <= now.mono {
                self.tell_raft(now, group, Input::Deadline, effects);
            } else {
                self.election_at = self.election_at.min(deadline);
            }
        }
    }

    fn receive(&mut self, now: Now, from: NodeId, message: NodeMessage, effects: &mut Vec<NodeEffect>) {
        let mut wishes = Vec::new();
        match message {
            NodeMessage::Beat { epoch, groups } => self.hear(now, from, epoch, groups, effects),
            NodeMessage::BeatAnswers(groups) => self.deliver(now, from, groups, effects),
            NodeMessage::Raft { group, message } => {
                self.tell_raft(now, group, Input::Receive { from, message }, effects);
                self.flush_beats_to(from, effects);
            }
            NodeMessage::Propose(proposal) => {
                let refused = if proposal.epoch < self.map.epoch { Some(Why::StaleEpoch) } else { None };
                let hosted = self.replicas.get(proposal.group).is_some();
                match refused.or((!hosted).then_some(Why::NoReplica)) {
                    Some(why) => self.out(effects).send(from, NodeMessage::Declined { ticket: proposal.ticket, why }),
                    None => self.with_replica(proposal.group, effects, |replica, desk, out| {
                        replica.propose(now, from, &proposal, desk, out);
                    }),
                }
                self.flush_beats(effects);
            }
            NodeMessage::Answers { ticket, answers } => {
                self.gateway.answered(now.mono, ticket, answers, &mut wishes);
            }
            NodeMessage::Declined { ticket, why } => {
                self.gateway.declined(now.mono, ticket, why, &self.map, &mut wishes);
            }
            NodeMessage::Map(map) => {
                if map.epoch > self.map.epoch {
                    self.map = map;
                }
            }
        }
        self.grant(wishes, effects);
    }

    fn hear(
        &mut self,
        now: Now,
        from: NodeId,
        epoch: crate::domain::map::Epoch,
        groups: Vec<(GroupId, Message)>,
        effects: &mut Vec<NodeEffect>,
    ) {
        self.heart.detector.heard(from, now);
        self.judge_peers(now, effects);
        if epoch < self.map.epoch {
            let map = Arc::clone(&self.map);
            self.out(effects).send(from, NodeMessage::Map(map));
        }
        self.deliver(now, from, groups, effects);
        self.flush_beats_to(from, effects);
    }

    fn deliver(&mut self, now: Now, from: NodeId, groups: Vec<(GroupId, Message)>, effects: &mut Vec<NodeEffect>) {
        for (group, message) in groups {
            self.tell_raft(now, group, Input::Receive { from, message }, effects);
        }
    }

    /// Beats that a read asked for outside the rhythm, and answers to beats, leave at once.
    fn flush_beats_to(&mut self, peer: NodeId, effects: &mut Vec<NodeEffect>) {
        let groups = self.beats.take(peer);
        if !groups.is_empty() {
            self.out(effects).send(peer, NodeMessage::BeatAnswers(groups));
        }
    }

    fn flush_beats(&mut self, effects: &mut Vec<NodeEffect>) {
        let map = Arc::clone(&self.map);
        map.nodes.iter().for_each(|peer| self.flush_beats_to(*peer, effects));
    }

    fn submit(
        &mut self,
        now: Now,
        from: crate::domain::ids::ActorId,
        submission: Submission,
        effects: &mut Vec<NodeEffect>,
    ) {
        let mut wishes = Vec::new();
        let was_full = self.gateway.is_full();
        if self.gateway.submit(now.mono, from, submission, &mut wishes) && !was_full {
            self.out(effects).tell(None, EventKind::Overloaded { queue: Queue::Gateway });
        }
        self.grant(wishes, effects);
    }

    fn persisted(&mut self, now: Now, token: PersistToken, effects: &mut Vec<NodeEffect>) {
        // The last token of each group stands for all before it.
        let mut latest: Vec<(GroupId, PersistToken)> = Vec::new();
        for (group, token) in self.tokens.close(token) {
            match latest.iter_mut().find(|(known, _)| *known == group) {
                Some(place) => place.1 = token,
                None => latest.push((group, token)),
            }
        }
        for (group, token) in latest {
            self.with_replica(group, effects, |replica, desk, out| replica.persisted(now, token, desk, out));
            self.declare_map(now, group, effects);
        }
        self.flush_beats(effects);
    }

    fn order(&mut self, now: Now, order: NodeOrder, effects: &mut Vec<NodeEffect>) {
        match order {
            NodeOrder::Transfer { group, to } => self.tell_raft(now, group, Input::Transfer(to), effects),
            NodeOrder::Campaign(group) => self.tell_raft(now, group, Input::Campaign, effects),
            NodeOrder::SetAck(ack) => self.ack = ack,
            NodeOrder::SetRules(rules) => {
                for group in self.replicas.groups() {
                    self.tell_raft(now, group, Input::SetRules(rules), effects);
                }
            }
            NodeOrder::Panic => panic!("told to panic by a control"),
        }
    }

    fn tell_raft(&mut self, now: Now, group: GroupId, input: Input, effects: &mut Vec<NodeEffect>) {
        self.with_replica(group, effects, |replica, desk, out| replica.input(now, input, desk, out));
    }

    fn with_replica(
        &mut self,
        group: GroupId,
        effects: &mut Vec<NodeEffect>,
        act: impl FnOnce(&mut Replica, &mut Desk<'_>, &mut Out<'_>),
    ) {
        let Self { me, replicas, tokens, beats, settings, ack, processor, election_at, .. } = self;
        let Some(replica) = replicas.get_mut(group) else { return };
        let mut desk = Desk { settings: &settings.raft, ack: *ack, processor };
        act(replica, &mut desk, &mut Out { me: *me, effects, tokens, beats });
        *election_at = (*election_at).min(replica.raft.deadline());
    }

    fn out<'a>(&'a mut self, effects: &'a mut Vec<NodeEffect>) -> Out<'a> {
        Out { me: self.me, effects, tokens: &mut self.tokens, beats: &mut self.beats }
    }

    fn grant(&mut self, wishes: Vec<Wish>, effects: &mut Vec<NodeEffect>) {
        for wish in wishes {
            match wish {
                Wish::Forward(to, proposal) => self.out(effects).send(to, NodeMessage::Propose(proposal)),
                Wish::Reply(to, answers) => {
                    effects.push(NodeEffect::Reply { to, message: DeskMessage::Answers(answers) });
                }
                Wish::ReadHere(ticket, group, batch) => {
                    let me = self.me;
                    let Some(replica) = self.replicas.get(group) else { continue };
                    let answers = replica.read_here(me, &batch);
                    self.out(effects).send(me, NodeMessage::Answers { ticket, answers });
                }
            }
        }
    }

    /// A new controller whose log holds no map yet writes the one that the cluster began with.
    fn declare_map(&mut self, now: Now, group: GroupId, effects: &mut Vec<NodeEffect>) {
        if group != GroupId::META {
            return;
        }
        let first = |replica: &Replica| replica.raft.leads() && replica.raft.end().index == LogIndex(1);
        if self.replicas.get(group).is_some_and(first) {
            let change = MapChange::Replace(Arc::clone(&self.map));
            self.with_replica(group, effects, |replica, desk, out| replica.propose_map(now, change, desk, out));
        }
    }

    fn adopt_map(&mut self, group: GroupId) {
        let Some(map) = self.replicas.get(group).and_then(|replica| replica.machine.map()) else { return };
        if map.epoch > self.map.epoch {
            self.map = Arc::clone(map);
        }
    }
}
