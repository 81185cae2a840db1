//! The ledger: what clients were promised, held against what the replicas applied.
//!
//! Idea: the ledger knows only what clients were told, and batches as state machines took them. It computes, never
//! assumes. The definitions:
//! - **acknowledged**: a client heard a promise, whatever the book said of the order afterwards; **rejected**: the last
//!   that it heard was a refusal; **unknown**: it gave up, or was told that nobody can say (`LeaderLost`).
//!   Submitted = acknowledged + rejected + unknown + waiting.
//! - **present**: executed where it stands in an applied log, or its verdict was repeated there. A record that was turned
//!   away (below its session's floor, no room for now) is no presence.
//! - **lost**: acknowledged, and absent from the applied state once a batch of a later term was applied (only a leader
//!   that has committed an entry of its own term gets that far), or once another record stands at its index. A later term
//!   that overturns what was settled makes that lost too, however long ago it was settled.
//! - **in doubt**: acknowledged by a leader that is gone, and nobody has applied it or shown that it is lost.
//! - **at risk**: acknowledged by a leader that still leads, above the highest commit index.
//! - **duplicated**: one (client, sequence) changed the state at two indices, or in two groups; or a leg of its spread
//!   traded twice.
//! - **settled**: acknowledged, and applied by a majority of the voters under one chain.
//! - **revoked**: acknowledged by a word that left its end open (a promise without a verdict, or *pending*), and then ended
//!   unexecuted for want of cash or of room. A client that hears promise and refusal in one word was promised nothing.
//! - **untracked**: what the ledger can say nothing of, because one of its bounds was met; each order once. A run with such
//!   orders has not passed, unless its script expects them.
//!
//! A promise under a rule that does not cover commit can be lost by design: it counts as lost and breaks no invariant.
//! A verdict always covers commit, whatever the rule. A promise heard by a client whose request is older than the last
//! switch of the rule may be of either rule and counts as the weaker one's.
//! Shape: `clients` and `replicas` take the facts, into a dense ring a session (`session`), a trail of applied batches a group (`trail`), open promises (`promises`).
//! Memory: a settled order that has left its session's ring is a bit under its index (`bits`), so that a term that
//! overturns it finds it.
//! Bound: [`SESSIONS_MAX`] sessions, [`SETTLED_MAX`] indices a group, and the bounds of those four; what falls out is counted
//! as `untracked`.
//! Left out: what is executed again after it had left its ring and was then overturned, and legs that trade again after any
//! log was overturned: that may make a loss good, so it counts as untracked, not as duplicated. Losses that only the disks know (persist_before_ack off) show when
//! the next leader applies over them, not before.
//! Sources: Ongaro & Ousterhout 2014 §5.4.2, §8; Ongaro 2014 §6.3.

mod bits;
mod clients;
mod promises;
mod replicas;
mod session;
mod spreads;
mod trail;

use std::collections::BTreeMap;

use crate::domain::actor::Draft;
use crate::domain::event::{Event, EventKind, Invariant};
use crate::domain::fact::{Fact, Fate};
use crate::domain::ids::{ClientId, GroupId, LogIndex, NodeId, RequestId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::membership::GroupConfig;
use crate::domain::rules::AckRule;
use crate::domain::time::SimTime;
use crate::domain::view::{ClusterView, LedgerView};
use crate::domain::work::TxId;

use self::bits::Bits;
use self::promises::Promises;
use self::session::{Marks, Session, Slot, Standing};
use self::trail::Trail;
use super::lamp::Lamp;

/// Sessions that the ledger follows.
pub const SESSIONS_MAX: usize = 65_536;
/// Indices of a group below the highest, of which the ledger knows whether a settled order stands there.
pub const SETTLED_MAX: u64 = 1 << 22;

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
    refused: Lamp,
    /// Whose spreads are under way.
    spreads: BTreeMap<TxId, RequestId>,
    /// A log was overturned: a leg that trades again may trade for the first time by now.
    overturned: bool,
    /// Orders that had left their rings were overturned: a second execution of one that old may be its first by now.
    blurred: bool,
}

/// A group, as far as the ledger must know it.
#[derive(Clone, Debug)]
struct Group {
    /// Whose majority counts: what is committed of it.
    config: GroupConfig,
    trail: Trail,
    promises: Promises,
    leading: Option<(Term, NodeId)>,
    commit: LogIndex,
    /// Where settled orders stand that have left their rings.
    settled: Bits,
    /// Of them, those that were promised by a rule that covers commit.
    covered: Bits,
    /// Of them, those that the window has left behind.
    settled_below: u64,
}

impl Group {
    fn new(voters: &[NodeId]) -> Self {
        Self {
            config: GroupConfig::of(voters.iter().copied()),
            trail: Trail::default(),
            promises: Promises::default(),
            leading: None,
            commit: LogIndex::ORIGIN,
            settled: Bits::new(SETTLED_MAX),
            covered: Bits::new(SETTLED_MAX),
            settled_below: 0,
        }
    }

    /// A settled order leaves its ring: what stays of it is a bit.
    fn let_go(&mut self, slot: &Slot) {
        let index = slot.place().0;
        let forgotten = self.settled.insert(index, &mut self.settled_below).is_none();
        self.settled_below += u64::from(forgotten);
        if slot.marks.has(Marks::COVERED) {
            self.covered.insert(index, &mut 0);
        }
    }

    /// Whether the record at this index was this order, turned away for want of room.
    fn turned_away(&self, id: RequestId, index: LogIndex) -> bool {
        let Some((_, trace)) = self.trail.find(index) else { return false };
        let place = index.since(trace.first) as usize;
        let is_it = trace.records().get(place).is_some_and(|record| record.id == id);
        is_it && trace.executed.fate(place) == Fate::Refused && trace.short.iter().any(|short| short.contains(&id))
    }

    fn size_bytes(&self) -> usize {
        let bits = self.settled.size_bytes() + self.covered.size_bytes();
        self.trail.size_bytes() + self.promises.size_bytes() + bits
    }
}

impl Ledger {
    /// An empty ledger over these groups.
    pub fn new(map: &ClusterMap, rule: AckRule) -> Self {
        Self {
            map: map.clone(),
            rule,
            rule_since: SimTime::ZERO,
            sessions: Vec::new(),
            groups: map.groups.iter().map(|voters| Group::new(voters)).collect(),
            counts: LedgerView::default(),
            lost: Lamp::new(Invariant::NoLostAck),
            doubled: Lamp::new(Invariant::NoDoubleFill),
            refused: Lamp::new(Invariant::NoRefusedFill),
            spreads: BTreeMap::new(),
            overturned: false,
            blurred: false,
        }
    }

    /// Takes a fact.
    pub fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        match fact {
            Fact::Client(fact) => self.on_client(now, fact, out),
            Fact::Replica { node, group, what } => self.on_replica(now, *node, *group, what, out),
            Fact::Died(node) => {
                for group in &mut self.groups {
                    group.leading = group.leading.filter(|(_, leader)| leader != node);
                    group.trail.ended(*node);
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

    /// What it takes in memory; the records of its trails are shared with the logs.
    pub fn size_bytes(&self) -> u64 {
        let sessions: usize = self.sessions.iter().map(Session::size_bytes).sum();
        let groups: usize = self.groups.iter().map(Group::size_bytes).sum();
        let spreads = self.spreads.len() * size_of::<(TxId, RequestId)>();
        (sessions + groups + spreads) as u64
    }

    /// Writes the counts and the lamps.
    pub fn contribute(&self, view: &mut ClusterView) {
        view.ledger = self.view();
        self.lost.contribute(view);
        self.doubled.contribute(view);
        self.refused.contribute(view);
    }

    fn is_open(&self, id: RequestId) -> bool {
        let slot = self.sessions.get(id.client.0 as usize).and_then(|session| session.slot(id.sequence));
        slot.is_some_and(Slot::is_open)
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

/// An order that was promised has ended unexecuted.
fn revoke(counts: &mut LedgerView, slot: &mut Slot) {
    let ended = slot.marks.has(Marks::SHORT) && slot.marks.has(Marks::OPEN_ENDED);
    if ended && slot.standing == Standing::Acknowledged && slot.marks.set(Marks::REVOKED) {
        counts.revoked += 1;
    }
}

/// How an order ended is no longer true: it goes on, or is executed after all.
fn unrevoke(counts: &mut LedgerView, slot: &mut Slot) {
    slot.marks.clear(Marks::SHORT);
    if slot.marks.clear(Marks::REVOKED) {
        counts.revoked -= 1;
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
