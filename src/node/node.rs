//! TEMP: a stand-in for a node, so that the runtime can be built and tested: the first voter that it believes alive
//! leads, without votes. It beats, writes, replicates, answers, changes its mind and panics on order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::{NodeEffect, NodeInput, NodeMessage, NodeOrder};
use crate::domain::actor::Draft;
use crate::domain::event::{EventKind, Health};
use crate::domain::fact::{Fact, ReplicaFact};
use crate::domain::ids::{ActorId, GroupId, LogIndex, NodeId, NodeSet, PersistToken, Term};
use crate::domain::log::{DiskWrite, GroupImage, Payload};
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::order::{Answer, DeskMessage, Promise, Reply};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{NodeView, ReplicaView, RoleView};
use crate::protocols::raft::message::{Body, Message};

/// What a node begins with.
pub struct NodeBoot {
    /// Which it is.
    pub id: NodeId,
    /// Its how-manieth life.
    pub incarnation: u32,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The acknowledgement rule.
    pub ack: AckRule,
    /// The rules.
    pub rules: Rules,
    /// The map.
    pub map: Arc<ClusterMap>,
    /// What its disk holds.
    pub images: BTreeMap<GroupId, GroupImage>,
    /// The seed.
    pub seed: u64,
    /// The time.
    pub now: Now,
}

#[derive(Clone)]
struct Replica {
    image: GroupImage,
    commit: LogIndex,
    matched: BTreeMap<NodeId, LogIndex>,
    leads: bool,
}

/// A node.
#[derive(Clone)]
pub struct Node {
    id: NodeId,
    settings: Arc<Settings>,
    map: Arc<ClusterMap>,
    replicas: BTreeMap<GroupId, Replica>,
    heard: BTreeMap<NodeId, SimTime>,
    failed: NodeSet,
    next_beat: SimTime,
    token: u64,
    waiting: Vec<(PersistToken, GroupId, LogIndex, Option<NodeId>)>,
    promised: Vec<(GroupId, LogIndex, ActorId, Answer)>,
}

impl Node {
    /// Begins.
    pub fn boot(boot: NodeBoot) -> Self {
        let mine = boot.map.group_ids().filter(|group| boot.map.voters(*group).contains(&boot.id));
        let replicas = mine.map(|group| {
            let image = boot.images.get(&group).cloned().unwrap_or_default();
            (group, Replica { image, commit: LogIndex::ORIGIN, matched: BTreeMap::new(), leads: false })
        });
        Self {
            id: boot.id,
            replicas: replicas.collect(),
            heard: boot.map.nodes.iter().map(|node| (*node, boot.now.mono)).collect(),
            failed: NodeSet::default(),
            next_beat: boot.now.mono,
            token: u64::from(boot.incarnation) << 32,
            waiting: Vec::new(),
            promised: Vec::new(),
            settings: boot.settings,
            map: boot.map,
        }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Now, input: NodeInput, out: &mut Vec<NodeEffect>) {
        match input {
            NodeInput::Start => {
                let records = self.replicas.values().map(|r| r.image.log.end().index.0).sum();
                self.tell(None, EventKind::Started { records }, out);
                self.lead(out);
            }
            NodeInput::Wake => {
                if now.mono >= self.next_beat {
                    self.next_beat = now.mono + self.settings.raft.heartbeat;
                    for to in self.map.nodes.clone().into_iter().filter(|to| *to != self.id) {
                        let groups = self.replicas.iter().filter(|(_, r)| r.leads).map(|(group, r)| {
                            (
                                *group,
                                Message {
                                    term: Term(u64::from(self.id.0)),
                                    body: Body::Beat { commit: r.commit, round: 0 },
                                },
                            )
                        });
                        let message = NodeMessage::Beat { epoch: Epoch(0), groups: groups.collect() };
                        out.push(NodeEffect::Send { to, message });
                    }
                }
                self.watch(now.mono, out);
            }
            NodeInput::Receive { from, message } => {
                self.heard.insert(from, now.mono);
                if self.failed.remove(from) {
                    self.tell(
                        None,
                        EventKind::Believes { peer: from, health: Health::Healthy, silent: SimDuration::ZERO },
                        out,
                    );
                    self.lead(out);
                }
                self.receive(from, message, out);
            }
            NodeInput::Client { from, message: DeskMessage::Submit(submission) } => {
                for (place, record) in submission.batch.records().iter().enumerate() {
                    let group = self.map.owner(record.command.symbol()).unwrap_or(GroupId::META);
                    if place == 0 && self.replicas.get(&group).is_some_and(|r| r.leads) {
                        self.append(group, Payload::Orders(submission.batch.clone()), None, out);
                    }
                    let index = self.replicas.get(&group).map_or(LogIndex::ORIGIN, |r| r.image.log.end().index);
                    let promise = Promise { group, term: Term(1), index };
                    self.promised.push((group, index, from, Answer { id: record.id, reply: Reply::Accepted(promise) }));
                }
            }
            NodeInput::Client { .. } => {}
            NodeInput::Persisted(token) => {
                let done: Vec<_> = self.waiting.iter().filter(|w| w.0 <= token).copied().collect();
                self.waiting.retain(|w| w.0 > token);
                for (_, group, index, leader) in done {
                    match leader {
                        Some(to) => {
                            out.push(NodeEffect::Send { to, message: raft(group, Body::Appended { matched: index }) });
                        }
                        None => self.matched(self.id, group, index, out),
                    }
                }
            }
            NodeInput::Order(NodeOrder::Panic) => panic!("poisoned"),
            NodeInput::Order(_) => {}
        }
    }

    fn receive(&mut self, from: NodeId, message: NodeMessage, out: &mut Vec<NodeEffect>) {
        match message {
            NodeMessage::Beat { groups, .. } => {
                let answer = |(group, _): &(GroupId, Message)| {
                    (*group, Message { term: Term(1), body: Body::BeatAnswer { round: 0 } })
                };
                let answers = groups.iter().map(answer).collect();
                out.push(NodeEffect::Send { to: from, message: NodeMessage::BeatAnswers(answers) });
                for (group, message) in groups {
                    if let (Some(replica), Body::Beat { commit, .. }) = (self.replicas.get_mut(&group), message.body) {
                        let end = replica.image.log.end().index;
                        replica.commit = replica.commit.max(commit.min(end));
                        if end < commit {
                            out.push(NodeEffect::Send {
                                to: from,
                                message: raft(
                                    group,
                                    Body::AppendRefused { prev_index: end, hint_index: end, hint_term: Term(1) },
                                ),
                            });
                        }
                    }
                }
            }
            NodeMessage::Raft { group, message } => match message.body {
                Body::Append { prev_index, entries, .. } => {
                    let Some(replica) = self.replicas.get(&group) else { return };
                    let end = replica.image.log.end().index;
                    if end == prev_index {
                        for entry in entries {
                            self.append(group, entry.payload, Some(from), out);
                        }
                    }
                }
                Body::AppendRefused { hint_index, .. } => {
                    let Some(replica) = self.replicas.get(&group) else { return };
                    let entries = replica.image.log.entries_from(hint_index.next()).cloned().collect();
                    let body =
                        Body::Append { prev_index: hint_index, prev_term: Term(1), entries, commit: replica.commit };
                    out.push(NodeEffect::Send { to: from, message: raft(group, body) });
                }
                Body::Appended { matched } => self.matched(from, group, matched, out),
                _ => {}
            },
            _ => {}
        }
    }

    fn append(&mut self, group: GroupId, payload: Payload, leader: Option<NodeId>, out: &mut Vec<NodeEffect>) {
        let id = self.id;
        let Some(replica) = self.replicas.get_mut(&group) else { return };
        let prev_index = replica.image.log.end().index;
        let entry = replica.image.log.next_entry(Term(1), payload);
        replica.image.log.push(entry.clone());
        let end = replica.image.log.end();
        self.token += 1;
        let token = PersistToken(self.token);
        if leader.is_none() {
            for to in self.map.voters(group).iter().copied().filter(|to| *to != id) {
                let body = Body::Append {
                    prev_index,
                    prev_term: Term(1),
                    entries: vec![entry.clone()],
                    commit: replica.commit,
                };
                out.push(NodeEffect::Send { to, message: raft(group, body) });
            }
        }
        out.push(NodeEffect::Persist { token, group, write: DiskWrite::Append(vec![entry]) });
        out.push(fact(id, group, ReplicaFact::Appended(vec![end])));
        self.waiting.push((token, group, end.index, leader));
    }

    fn matched(&mut self, from: NodeId, group: GroupId, index: LogIndex, out: &mut Vec<NodeEffect>) {
        let voters = self.map.voters(group).len();
        let id = self.id;
        let Some(replica) = self.replicas.get_mut(&group) else { return };
        replica.matched.insert(from, index);
        let mut all: Vec<_> = replica.matched.values().copied().collect();
        all.sort();
        let quorum = voters / 2 + 1;
        if all.len() < quorum {
            return;
        }
        let commit = all[all.len() - quorum];
        if commit > replica.commit {
            replica.commit = commit;
            if let Some(to) = replica.image.log.point_at(commit) {
                out.push(fact(id, group, ReplicaFact::Committed { to, leading: Some(Term(1)) }));
            }
            let ready: Vec<_> = self.promised.iter().filter(|p| p.0 == group && p.1 <= commit).copied().collect();
            self.promised.retain(|p| !(p.0 == group && p.1 <= commit));
            for (_, _, to, answer) in ready {
                out.push(NodeEffect::Reply { to, message: DeskMessage::Answers(vec![answer].into()) });
            }
        }
    }

    fn watch(&mut self, now: SimTime, out: &mut Vec<NodeEffect>) {
        for (peer, heard) in self.heard.clone() {
            let silent = now.since(heard);
            if peer != self.id && silent > self.settings.detector.failed_after && self.failed.insert(peer) {
                self.tell(None, EventKind::Believes { peer, health: Health::Failed, silent }, out);
                self.lead(out);
            }
        }
    }

    fn lead(&mut self, out: &mut Vec<NodeEffect>) {
        let groups: Vec<_> = self.replicas.keys().copied().collect();
        for group in groups {
            let voters = self.map.voters(group);
            let first = voters.iter().copied().find(|voter| !self.failed.contains(*voter));
            let term = Term(u64::from(self.id.0));
            let leads = first == Some(self.id);
            let count = voters.len() as u8;
            let Some(replica) = self.replicas.get_mut(&group) else { continue };
            if std::mem::replace(&mut replica.leads, leads) == leads {
                continue;
            }
            let what = if leads {
                ReplicaFact::Leads { term, end: replica.image.log.end() }
            } else {
                ReplicaFact::Follows { term }
            };
            out.push(fact(self.id, group, what));
            if leads {
                self.tell(Some(group), EventKind::Elected { term, votes: NodeSet::default(), voters: count }, out);
                self.append(group, Payload::Noop, None, out);
            }
        }
    }

    fn tell(&self, group: Option<GroupId>, kind: EventKind, out: &mut Vec<NodeEffect>) {
        out.push(NodeEffect::Tell(Draft { node: Some(self.id), group, kind }));
    }

    /// When it wants to be woken.
    pub fn next_wake(&self) -> SimTime {
        self.next_beat
    }

    /// Its part of the view.
    pub fn contribute(&self, _now: Now, view: &mut NodeView) {
        let belief = |node: &NodeId| if self.failed.contains(*node) { Health::Failed } else { Health::Healthy };
        view.beliefs = self.map.nodes.iter().map(belief).collect();
        view.leads = self.replicas.values().filter(|r| r.leads).count() as u16;
        view.replicas = self.replicas.len() as u16;
    }

    /// A replica.
    pub fn replica_view(&self, _now: Now, group: GroupId) -> Option<ReplicaView> {
        let replica = self.replicas.get(&group)?;
        let end = replica.image.log.end().index;
        Some(ReplicaView {
            node: self.id,
            alive: true,
            role: if replica.leads { RoleView::Leader } else { RoleView::Follower },
            term: Term(1),
            voted_for: None,
            leader: None,
            base: LogIndex::ORIGIN,
            last: end,
            synced: end,
            commit: replica.commit,
            applied: replica.commit,
            lag_records: 0,
            lag_time: SimDuration::ZERO,
            votes: NodeSet::default(),
            refusals: NodeSet::default(),
            timer: None,
            progress: None,
            chain: replica.image.log.end().chain,
            cells: Vec::new(),
        })
    }

    /// How far it applied.
    pub fn applied(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(&group).map(|r| r.commit)
    }

    /// How far it knows to be committed.
    pub fn commit(&self, group: GroupId) -> Option<LogIndex> {
        self.replicas.get(&group).map(|r| r.commit)
    }
}

fn raft(group: GroupId, body: Body) -> NodeMessage {
    NodeMessage::Raft { group, message: Message { term: Term(1), body } }
}

fn fact(node: NodeId, group: GroupId, what: ReplicaFact) -> NodeEffect {
    NodeEffect::State(Fact::Replica { node, group, what })
}
