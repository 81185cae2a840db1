//! The ledger: what clients were promised, held against what the replicas applied.
//!
//! Idea: the ledger knows only what clients were told, and batches as state machines took them. It computes, never
//! assumes. The definitions:
//! - **acknowledged**: a client heard a promise, whatever the book said of the order afterwards; **rejected**: the last
//!   that it heard was a refusal; **unknown**: it gave up, or was told that nobody can say (`LeaderLost`).
//!   Submitted = acknowledged + rejected + unknown + waiting.
//! - **lost**: acknowledged, and absent from the applied state once a batch of a later term was applied (only a leader
//!   that has committed an entry of its own term gets that far), or once another record stands at its index.
//! - **in doubt**: acknowledged by a leader that is gone, and nobody has applied it or shown that it is lost.
//! - **at risk**: acknowledged by a leader that still leads, above the highest commit index.
//! - **duplicated**: one (client, sequence) changed the state at two indices, or in two groups.
//! - **settled**: acknowledged, and applied by a majority of the voters under one chain.
//!
//! A promise under a rule that does not cover commit can be lost by design: it counts as lost and breaks no invariant.
//! A verdict always covers commit, whatever the rule. A promise heard by a client whose request is older than the last
//! switch of the rule may be of either rule and counts as the weaker one's.
//! Shape: `clients` and `replicas` take the facts, into a dense ring a session (`session`), a trail of applied batches a group (`trail`), open promises (`promises`).
//! Bound: [`SESSIONS_MAX`] sessions and the bounds of those three; what falls out open is counted as `untracked`.
//! Left out: promises that the disks of a majority forget though they were committed (persist_before_ack off) are seen
//! as lost when the next leader applies over them, not before.
//! Sources: Ongaro & Ousterhout 2014 §5.4.2, §8; Ongaro 2014 §6.3.

mod clients;
mod promises;
mod replicas;
mod session;
mod trail;

use crate::domain::actor::Draft;
use crate::domain::event::{Event, EventKind, Invariant};
use crate::domain::fact::Fact;
use crate::domain::ids::{ClientId, GroupId, LogIndex, NodeId, RequestId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::rules::AckRule;
use crate::domain::time::SimTime;
use crate::domain::view::{ClusterView, LedgerView};

use self::promises::Promises;
use self::session::{Marks, Session, Slot, Standing};
use self::trail::Trail;
use super::lamp::Lamp;

/// Sessions that the ledger follows.
pub const SESSIONS_MAX: usize = 65_536;

/// What was promised and what was kept.
#[derive(Clone, Debug)]
pub struct Ledger {
    map: ClusterMap,
    rule: AckRule,
    rule_since: SimTime,
    sessions: Vec<Session>,
    groups: Vec<Group>,
    counts: LedgerView,
    lost: Lamp,
    doubled: Lamp,
}

/// A group, as far as the ledger must know it.
#[derive(Clone, Debug, Default)]
struct Group {
    quorum: usize,
    voters: usize,
    trail: Trail,
    promises: Promises,
    leading: Option<(Term, NodeId)>,
    commit: LogIndex,
}

impl Ledger {
    /// An empty ledger over these groups.
    pub fn new(map: &ClusterMap, rule: AckRule) -> Self {
        let group =
            |voters: &Vec<NodeId>| Group { quorum: voters.len() / 2 + 1, voters: voters.len(), ..Group::default() };
        Self {
            map: map.clone(),
            rule,
            rule_since: SimTime::ZERO,
            sessions: Vec::new(),
            groups: map.groups.iter().map(group).collect(),
            counts: LedgerView::default(),
            lost: Lamp::new(Invariant::NoLostAck),
            doubled: Lamp::new(Invariant::NoDoubleFill),
        }
    }

    /// Takes a fact.
    pub fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        match fact {
            Fact::Submitted(batch) => self.on_submitted(batch),
            Fact::Retried(batch) => self.on_retried(batch),
            Fact::GaveUp(batch) => self.on_given_up(batch),
            Fact::Answered(answers) => {
                for (answer, waited) in answers.iter() {
                    self.on_answer(now, *waited, answer, out);
                }
            }
            Fact::Replica { node, group, what } => self.on_replica(now, *node, *group, what, out),
            Fact::Died(node) => {
                for group in &mut self.groups {
                    group.leading = group.leading.filter(|(_, leader)| leader != node);
                }
            }
            Fact::Began(_) => {}
        }
    }

    /// Takes an event: the rule of acknowledgement is switched by one.
    pub fn hear(&mut self, event: &Event) {
        if let EventKind::AckChanged(rule) = event.kind {
            self.rule = rule;
            self.rule_since = event.at;
        }
    }

    /// The group that owns this order's symbol, or that executed it.
    pub fn group_of(&self, id: RequestId) -> Option<GroupId> {
        let slot = self.sessions.get(id.client.0 as usize)?.slot(id.sequence)?;
        (slot.standing != Standing::Empty).then_some(slot.group)
    }

    /// The counts as they stand.
    pub fn view(&self) -> LedgerView {
        let mut view = self.counts;
        for group in &self.groups {
            let leads = group.leading.map(|(term, _)| term);
            for promised in group.promises.iter().filter(|promised| self.is_open(promised.id)) {
                if leads != Some(promised.term) {
                    view.in_doubt += 1;
                } else if promised.index > group.commit {
                    view.at_risk += 1;
                }
            }
        }
        view
    }

    /// Writes the counts and the two lamps.
    pub fn contribute(&self, view: &mut ClusterView) {
        view.ledger = self.view();
        self.lost.contribute(view);
        self.doubled.contribute(view);
    }

    fn is_open(&self, id: RequestId) -> bool {
        let slot = self.sessions.get(id.client.0 as usize).and_then(|session| session.slot(id.sequence));
        slot.is_some_and(|slot| slot.standing == Standing::Acknowledged && !slot.marks.has(Marks::PRESENT))
    }
}

/// The session of this client, made if need be.
fn session_of(sessions: &mut Vec<Session>, client: ClientId) -> Option<&mut Session> {
    let place = client.0 as usize;
    if place >= sessions.len() {
        if place >= SESSIONS_MAX {
            return None;
        }
        sessions.resize_with(place + 1, Session::default);
    }
    sessions.get_mut(place)
}

/// The order of this name, if it is known.
fn find(sessions: &mut [Session], id: RequestId) -> Option<&mut Slot> {
    sessions.get_mut(id.client.0 as usize)?.slot_mut(id.sequence)
}

/// The order stands elsewhere now.
fn stand(counts: &mut LedgerView, slot: &mut Slot, standing: Standing) {
    if let Some(count) = counter(counts, slot.standing) {
        *count -= 1;
    }
    slot.standing = standing;
    if let Some(count) = counter(counts, standing) {
        *count += 1;
    }
}

/// The count of orders that stand so.
fn counter(counts: &mut LedgerView, standing: Standing) -> Option<&mut u64> {
    match standing {
        Standing::Waiting => Some(&mut counts.waiting),
        Standing::Acknowledged => Some(&mut counts.acknowledged),
        Standing::Rejected => Some(&mut counts.rejected),
        Standing::Unknown => Some(&mut counts.unknown),
        Standing::Empty | Standing::Lost => None,
    }
}

/// The order is acknowledged and agreed: its promise is kept.
fn settle(counts: &mut LedgerView, lamp: &mut Lamp, slot: &mut Slot) {
    if slot.marks.set(Marks::SETTLED) {
        counts.settled += 1;
        lamp.checked(1);
    }
}
