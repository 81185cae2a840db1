//! A node: gateway, heart and replicas behind one `step`.
//!
//! Idea: the node composes state machines and is itself one. It decides nothing about consensus or trade: it carries
//! inputs to the part that they concern, and obeys the parts' wishes in order.
//! Shape: `boot` from what the disk holds, `step` for every input, `next_wake` asked after each step. Election
//! deadlines of all groups share one lazily computed wake-up, so a beat that renews hundreds of them costs nothing.
//! Left out: clocks, channels, disks.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::event::{EventKind, Queue};
use crate::domain::ids::{ActorId, GroupId, NodeId, PersistToken};
use crate::domain::log::GroupImage;
use crate::domain::map::{ClusterMap, Epoch, MapChange, Placing};
use crate::domain::order::{DeskMessage, Submission};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimTime};
use crate::domain::why::Why;
use crate::protocols::failure_detector::Change;
use crate::protocols::message::Input;
use crate::protocols::registry::Message;
use crate::protocols::replication::Replication;

use super::gateway::{Gateway, Wish};
use super::gateway_declined::Declined;
use super::heart::Heart;
use super::market_data::MarketData;
use super::message::{NodeEffect, NodeInput, NodeMessage, NodeOrder, Proposal};
use super::out::{Exit, Out};
use super::processor::{Processor, Turn};
use super::reads::Asked;
use super::replica::{Desk, Replica};
use super::replicas::{Beliefs, Birth, Replicas};
use super::steward::Steward;
use super::tasks::Division;

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
    /// The cluster map that the run began with.
    pub genesis: Arc<ClusterMap>,
    /// The cluster map that it has heard of last.
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
    pub(super) map: Arc<ClusterMap>,
    /// Where trades belong by this map.
    pub(super) division: Division,
    pub(super) replicas: Replicas,
    pub(super) gateway: Gateway,
    pub(super) heart: Heart,
    pub(super) market_data: MarketData,
    pub(super) processor: Processor,
    pub(super) steward: Steward,
    pub(super) exit: Exit,
    election_at: SimTime,
    pub(super) birth: Birth,
}

impl Node {
    /// Begins a life from what the disk holds.
    pub fn boot(boot: NodeBoot) -> Self {
        let NodeBoot { id, incarnation, settings, ack, rules, genesis, map, mut images, seed, now } = boot;
        let admission = settings.admission.on;
        let birth = Birth { me: id, seed, incarnation, ack, rules, admission, settings, genesis };
        let settings = &birth.settings;
        let replicas = map.group_ids().map(|group| {
            // Whoever joined the group later began with no configuration: its log or its snapshot has one, if anything.
            let image = images.remove(&group).unwrap_or_default();
            let voters = birth.genesis.voters(group);
            let voters = if voters.contains(&id) && !image.forgotten { voters } else { &[] };
            // Whoever left it meanwhile need not begin with it; what is still on the disk is freed in due course.
            let wanted = map.placing == Placing::Begun || map.voters(group).contains(&id);
            let held = !voters.is_empty() && wanted || !image.is_blank();
            held.then(|| birth.replica(now, group, voters, image))
        });
        let peers: Vec<NodeId> = map.nodes.iter().copied().filter(|node| *node != id).collect();
        Self {
            me: id,
            replicas: Replicas(replicas.collect()),
            gateway: Gateway::new(id, incarnation, settings, map.groups.len()),
            heart: Heart::new(id, &peers, settings, now),
            market_data: MarketData::new(&settings.market_data),
            processor: Processor::default(),
            steward: Steward::default(),
            exit: Exit::default(),
            election_at: SimTime::ZERO,
            division: Division::of(&map, &settings.partition),
            map,
            birth,
        }
    }

    /// When it next has something to do by itself, by its monotonic clock.
    pub fn next_wake(&self) -> SimTime {
        self.heart.next().min(self.gateway.next()).min(self.processor.next()).min(self.election_at)
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
                DeskMessage::Ticks(batch) => self.take_ticks(now, from, batch, effects),
                DeskMessage::Answers(_)
                | DeskMessage::ProbeAnswer(_)
                | DeskMessage::Credits(_)
                | DeskMessage::Signals(_)
                | DeskMessage::Trades(_) => {}
            },
            NodeInput::Persisted(token) => self.persisted(now, token, effects),
            NodeInput::Order(order) => self.order(now, order, effects),
        }
        self.flush_beats(effects);
        let Self { me, exit, replicas, heart, map, .. } = self;
        exit.outbox.flush(*me, &Beliefs { replicas, heart, map }, effects);
        self.adopt_map(now, effects);
    }

    /// On an empty disk the first-named voter stands at once: the first leaders are spread over the nodes, by votes.
    fn start(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        for group in self.replicas.groups() {
            let first = self.map.voters(group).first() == Some(&self.me);
            let fresh = |replica: &Replica| replica.core.term().0 == 0;
            if first && self.replicas.get(group).is_some_and(fresh) {
                self.tell_core(now, group, Input::Campaign, effects);
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
        while let Some(turn) = self.processor.due(now.mono) {
            match turn {
                Turn::Apply(group) => {
                    let map = Arc::clone(&self.map);
                    self.with_replica(group, effects, |replica, desk, out| replica.apply(now, &map, desk, out));
                    self.declare_map(now, group, effects);
                }
                Turn::Read(group) => {
                    self.with_replica(group, effects, |replica, _, out| replica.read_turn_ended(now, out));
                }
                Turn::Ticks => self.ticks_done(now, effects),
            }
        }
        let mut wishes = Vec::new();
        let Self { gateway, replicas, heart, map, .. } = self;
        gateway.wake(now.mono, &Beliefs { replicas, heart, map }, &mut wishes);
        self.grant(now, wishes, effects);
    }

    fn beat(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        for group in self.replicas.groups() {
            if self.replicas.get(group).is_some_and(|replica| replica.core.leads()) {
                self.tell_core(now, group, Input::Beat, effects);
                self.beat_tasks(now, group, effects);
                self.bring(now, group, effects);
            }
        }
        self.oversee(now, effects);
        self.retire(effects);
        let map = Arc::clone(&self.map);
        let me = self.me;
        for peer in map.nodes.iter().copied().filter(|peer| *peer != me) {
            let groups = self.exit.beats.take(peer);
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
            let Some(deadline) = self.replicas.get(group).map(|replica| replica.core.deadline()) else { continue };
            if deadline <= now.mono {
                self.tell_core(now, group, Input::Deadline, effects);
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
            NodeMessage::Replica { group, message } => {
                self.open_if_led(now, group, &message);
                self.tell_core(now, group, Input::Receive { from, message }, effects);
            }
            NodeMessage::Propose(proposal) => self.on_proposal(now, from, proposal, effects),
            NodeMessage::Answers { ticket, answers } => {
                self.gateway.answered(now.mono, ticket, answers, &mut wishes);
            }
            NodeMessage::Declined { ticket, batch, why } => {
                let Self { gateway, replicas, heart, map, .. } = self;
                let beliefs = Beliefs { replicas, heart, map };
                gateway.declined(now.mono, ticket, Declined { by: from, batch, why }, &beliefs, &mut wishes);
            }
            NodeMessage::Map(map) => self.follow(now, map),
            NodeMessage::Groups(messages) => {
                messages.into_iter().for_each(|message| self.on_group_message(now, from, message, effects));
            }
        }
        self.grant(now, wishes, effects);
    }

    /// A gateway believes that this node leads. One with an older map hears of the newer; the replica declines what has moved.
    fn on_proposal(&mut self, now: Now, from: NodeId, proposal: Proposal, effects: &mut Vec<NodeEffect>) {
        if proposal.epoch < self.map.epoch {
            let map = Arc::clone(&self.map);
            self.out(effects).send(from, NodeMessage::Map(map));
        }
        if self.replicas.get(proposal.group).is_some() {
            let group = proposal.group;
            self.with_replica(group, effects, |replica, desk, out| replica.propose(now, from, &proposal, desk, out));
            return;
        }
        let Proposal { ticket, batch, .. } = proposal;
        self.out(effects).send(from, NodeMessage::Declined { ticket, batch, why: Why::NoReplica });
    }

    fn hear(
        &mut self,
        now: Now,
        from: NodeId,
        epoch: Epoch,
        groups: Vec<(GroupId, Message)>,
        effects: &mut Vec<NodeEffect>,
    ) {
        // Judged in the wake that follows at once if it changes a belief, after all that arrives at this instant: a node
        // that thaws shall not take its own absence for that of everybody whose beat it has not read yet.
        self.heart.detector.heard(from, now);
        if epoch < self.map.epoch {
            let map = Arc::clone(&self.map);
            self.out(effects).send(from, NodeMessage::Map(map));
        }
        self.deliver(now, from, groups, effects);
    }

    fn deliver(&mut self, now: Now, from: NodeId, groups: Vec<(GroupId, Message)>, effects: &mut Vec<NodeEffect>) {
        for (group, message) in groups {
            self.open_if_led(now, group, &message);
            self.tell_core(now, group, Input::Receive { from, message }, effects);
        }
    }

    /// Beats that a read asked for outside the rhythm, and answers to beats, leave at once, as one message a peer.
    fn flush_beats(&mut self, effects: &mut Vec<NodeEffect>) {
        if self.exit.beats.is_empty() {
            return;
        }
        for (peer, groups) in self.exit.beats.take_all() {
            self.out(effects).send(peer, NodeMessage::BeatAnswers(groups));
        }
    }

    fn submit(&mut self, now: Now, from: ActorId, submission: Submission, effects: &mut Vec<NodeEffect>) {
        let mut wishes = Vec::new();
        if self.gateway.submit(now.mono, from, submission, &mut wishes) {
            self.out(effects).tell(None, EventKind::Overloaded { queue: Queue::Gateway });
        }
        self.grant(now, wishes, effects);
    }

    fn persisted(&mut self, now: Now, token: PersistToken, effects: &mut Vec<NodeEffect>) {
        for (group, tokens) in self.exit.tokens.close(token) {
            self.with_replica(group, effects, |replica, desk, out| replica.persisted(now, tokens, desk, out));
        }
    }

    fn order(&mut self, now: Now, order: NodeOrder, effects: &mut Vec<NodeEffect>) {
        match order {
            NodeOrder::Transfer { group, to } => self.tell_core(now, group, Input::Transfer(to), effects),
            NodeOrder::ChangeConfig { group, change } => {
                self.tell_core(now, group, Input::ChangeConfig(*change), effects);
            }
            NodeOrder::ChangeMap(change) => self.with_replica(GroupId::META, effects, |replica, desk, out| {
                replica.propose_map(now, MapChange::clone(&change), desk, out);
            }),
            NodeOrder::Campaign(group) => self.tell_core(now, group, Input::Campaign, effects),
            NodeOrder::SetAck(ack) => {
                self.birth.ack = ack;
                for group in self.replicas.groups() {
                    self.with_replica(group, effects, |replica, desk, out| replica.settle(now, desk, out));
                }
            }
            NodeOrder::SetAdmission(on) => {
                self.birth.admission = on;
                self.gateway.set_admission(on);
            }
            NodeOrder::SetRules(rules) => {
                self.birth.rules = rules;
                for group in self.replicas.groups() {
                    self.tell_core(now, group, Input::SetRules(rules), effects);
                }
            }
            NodeOrder::Wish(change) => self.steward.wish(now.mono, change),
            NodeOrder::ReadTrades(group, question) => self.read_trades(group, question, effects),
            NodeOrder::LoseChange(group) => {
                self.with_replica(group, effects, |replica, _, _| replica.lose_change());
            }
            NodeOrder::Panic => panic!("told to panic by a control"),
        }
    }

    /// A group that has been placed is opened only where the map wants it: a leader goes on for a while to tell who left.
    fn open_if_led(&mut self, now: Now, group: GroupId, message: &Message) {
        if self.map.placing == Placing::Begun || self.map.voters(group).contains(&self.me) {
            self.replicas.open_if_led(now, group, message, &self.birth);
        }
    }

    pub(super) fn tell_core(&mut self, now: Now, group: GroupId, input: Input, effects: &mut Vec<NodeEffect>) {
        self.with_replica(group, effects, |replica, desk, out| replica.input(now, input, desk, out));
    }

    pub(super) fn with_replica(
        &mut self,
        group: GroupId,
        effects: &mut Vec<NodeEffect>,
        act: impl FnOnce(&mut Replica, &mut Desk<'_>, &mut Out<'_>),
    ) {
        let Self { me, replicas, exit, birth, division, processor, election_at, map, .. } = self;
        let Some(replica) = replicas.get_mut(group) else { return };
        let (settings, moves_at_once, admission) =
            (&birth.settings.raft, birth.settings.partition.moves_at_once, birth.admission);
        let replicas = super::pacing::replicas_a_node(&birth.settings.cluster, map.nodes.len());
        let mut desk = Desk { settings, ack: birth.ack, moves_at_once, division, processor, replicas, admission };
        act(replica, &mut desk, &mut Out { me: *me, effects, exit });
        *election_at = (*election_at).min(replica.core.deadline());
    }

    pub(super) fn out<'a>(&'a mut self, effects: &'a mut Vec<NodeEffect>) -> Out<'a> {
        let Self { me, exit, .. } = self;
        Out { me: *me, effects, exit }
    }

    fn grant(&mut self, now: Now, wishes: Vec<Wish>, effects: &mut Vec<NodeEffect>) {
        if wishes.is_empty() {
            return;
        }
        for wish in wishes {
            match wish {
                Wish::Forward(to, proposal) => self.out(effects).send(to, NodeMessage::Propose(proposal)),
                Wish::Reply(to, answers) => {
                    effects.push(NodeEffect::Reply { to, message: DeskMessage::Answers(answers) });
                }
                Wish::ReadHere(ticket, group, batch, deadline) => {
                    assert!(self.replicas.get(group).is_some(), "a gateway reads only from a replica that is there");
                    let asked = Asked { gateway: self.me, ticket, batch, deadline, current: false };
                    self.with_replica(group, effects, |replica, desk, out| replica.read(now, &asked, desk, out));
                }
            }
        }
    }
}
