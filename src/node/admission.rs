//! Admission at a leader: what could only be answered too late is refused while its client can still do something about it.
//!
//! Idea: an order waits twice here. First for its acknowledgement: the log, the disks, the followers; how fast that goes is
//! measured (`Drain`). Then for the processor, which applies the records of all groups of this node in turns: what it has
//! before it is counted, and the share of it that the group gets is measured. Whichever takes longer, times [`MARGIN`], must fit into the time that the request has left.
//! Under a rule that acknowledges before the commit only the first is waited for, so only the first counts.
//! A voter that is gone is not overload. Where the rule cannot be met without it, what was sent waits, for it may come back;
//! once the deadline of something has passed, the group is *stalled*: orders are refused and told who is missing, until
//! the voter is back and everything in the log is acknowledged.
//! Units: records, virtual nanoseconds; integers.
//! Bound: a few figures a replica; the backlog of a node is one sum, kept as replicas change (`Processor::note_backlog`).
//! Left out: a follower whose processor is slower than its leader's. It falls behind, and no client waits for it.
//! Sources: Welsh & Culler 2003 (adaptive overload control); Nichols & Jacobson 2012 (CoDel); Beyer et al. 2016, ch. 21.

use crate::domain::event::{AdmissionEvent, EventKind, Queue};
use crate::domain::ids::{NodeId, NodeSet};
use crate::domain::order::Batch;
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{ProgressMode, ProgressView};
use crate::domain::why::Why;
use crate::protocols::replication::Replication;
use crate::routing::drain::{Drain, MARGIN};

use super::message::{NodeMessage, Proposal};
use super::out::Out;
use super::replica::{Desk, Replica};

/// What a leader knows of its own pace, and what it refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Admission {
    /// How fast records are acknowledged.
    drain: Drain,
    /// How fast records are applied, its group's share of the processor being what it is.
    apply: Drain,
    /// What this replica last told the processor that it has to apply.
    counted: u64,
    /// Requests that were refused because their answer would have come too late.
    pub(super) refused: u64,
    /// Requests that were refused because a voter is missing.
    pub(super) refused_stalled: u64,
    /// The voters without which nothing is acknowledged, once something has waited for them in vain.
    stalled: NodeSet,
    /// The refusals of this overload were told of.
    told: bool,
    /// When orders last went on that had waited for [`PATIENCE`], and whom the others still waited for then.
    went_on: Option<(SimTime, NodeSet)>,
}

/// Where orders wait and none is acknowledged for this long, the group is stuck: for as long as clients wait, by default.
const PATIENCE: SimDuration = SimDuration::from_secs(1);

impl Admission {
    fn is_stuck(&self, now: Now) -> bool {
        self.drain.stuck_since().is_some_and(|since| now.mono.since(since) > PATIENCE)
    }
}

impl Replica {
    /// How many requests of a proposal can be answered in time, counted from its first.
    ///
    /// # Errors
    /// None can, for a reason that has nothing to do with how many there are.
    pub(super) fn admit(&mut self, now: Now, proposal: &Proposal, desk: &Desk<'_>) -> Result<usize, Why> {
        let (count, asks) = (proposal.batch.len(), proposal.asks_only());
        if !desk.admission {
            return Ok(count);
        }
        let left = proposal.deadline.since(now.mono);
        if left == SimDuration::ZERO {
            return Err(Why::Deadline);
        }
        if let Some(missing) = self.admission.stalled.iter().next().filter(|_| !asks) {
            self.admission.refused_stalled += count as u64;
            return Err(Why::NotAcknowledgeable(missing));
        }
        let fit = if self.is_acknowledged_too_late(now, left, asks, desk) {
            0
        } else {
            self.fit_for_the_processor(now, left, asks, desk).map_or(count, |fit| fit.min(count))
        };
        let fit = if asks && fit < count { 0 } else { fit };
        self.admission.refused += (count - fit) as u64;
        if fit > 0 && !asks {
            let (ahead, backlog) = (self.proposals.unacknowledged().0 as u64, self.backlog());
            self.admission.drain.follow(now.mono, ahead, fit as u64, left);
            self.admission.apply.follow(now.mono, backlog, fit as u64, left);
        }
        Ok(fit)
    }

    fn is_acknowledged_too_late(&self, now: Now, left: SimDuration, asks: bool, desk: &Desk<'_>) -> bool {
        let (ahead, eldest) = self.proposals.unacknowledged();
        // Without a voter that the rule needs nothing is slow: it stands, and may go on at any moment.
        !asks
            && self.admission.drain.is_too_slow(now.mono, ahead as u64, eldest, left)
            && self.core.missing_for(now, desk.ack, desk.settings.election_min).is_empty()
    }

    /// How many more records the processor applies in time; `None` if nothing is known, or nothing waits for it.
    fn fit_for_the_processor(&self, now: Now, left: SimDuration, asks: bool, desk: &Desk<'_>) -> Option<usize> {
        if !asks && !self.core.ack_covers_commit(desk.ack) {
            return None;
        }
        if self.admission.apply.is_too_slow(now.mono, self.backlog(), self.proposals.eldest(), left) {
            return Some(0);
        }
        let limit = SimDuration(left.0 / MARGIN);
        desk.processor.fit(now.mono, self.backlog(), limit, desk.settings)
    }

    /// Records that it has to apply, those included that are not in the log yet.
    fn backlog(&self) -> u64 {
        self.core.end().index.since(self.applied) + self.proposals.open_records() as u64
    }

    /// Declines what does not fit; what is left, if something was declined.
    pub(super) fn decline_late(
        &mut self,
        from: NodeId,
        proposal: &Proposal,
        fit: usize,
        out: &mut Out<'_>,
    ) -> Option<Proposal> {
        let Proposal { ticket, ref batch, .. } = *proposal;
        if fit >= batch.len() {
            return None;
        }
        self.tell_of_overload(out);
        let (taken, late) = batch.records().split_at(fit);
        out.send(from, NodeMessage::Declined { ticket, batch: Batch::new(late), why: Why::Overloaded });
        Some(Proposal { batch: Batch::new(taken), ..proposal.clone() })
    }

    /// Orders were taken: they wait for their acknowledgement from now on.
    pub(super) fn note_offered(&mut self, now: Now) {
        self.admission.drain.begin(now.mono);
        self.admission.apply.begin(now.mono);
    }

    /// So many records were applied.
    pub(super) fn note_applied(&mut self, now: Now, records: u64) {
        let waits = self.backlog() > 0;
        self.admission.apply.left(now.mono, records, waits);
    }

    /// So many records were acknowledged just now; the processor learns what there is to apply.
    pub(super) fn note_pace(&mut self, now: Now, acknowledged: usize, desk: &mut Desk<'_>) {
        let waits = self.proposals.unacknowledged().0 > 0;
        if acknowledged > 0 && self.admission.is_stuck(now) {
            self.admission.went_on = Some((now.mono, self.late_now(desk.ack)));
        }
        if acknowledged > 0 || !waits {
            self.admission.drain.left(now.mono, acknowledged as u64, waits);
        }
        self.core.note_applied(now, self.applied);
        let backlog = self.backlog();
        desk.processor.note_backlog(std::mem::replace(&mut self.admission.counted, backlog), backlog);
        self.admission.told &= backlog > 0;
    }

    /// What it counts for with the processor, which is no more as its replica is given up.
    pub(super) const fn counted_backlog(&self) -> u64 {
        self.admission.counted
    }

    /// Says once that requests are refused, until nothing waits.
    fn tell_of_overload(&mut self, out: &mut Out<'_>) {
        if !std::mem::replace(&mut self.admission.told, true) {
            out.tell(Some(self.group), EventKind::Overloaded { queue: Queue::Admission });
        }
    }

    /// An order has waited for its acknowledgement in vain, or a group that is stalled may go on.
    pub(super) fn look_at_stall(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>) {
        let stalled = self.admission.stalled;
        let missing = if self.core.leads() {
            self.core.missing_for(now, desk.ack, desk.settings.election_min)
        } else {
            NodeSet::default()
        };
        // Back, and everything that was held up is acknowledged.
        let goes_on =
            missing.is_empty() && (!self.core.leads() || self.core.acked_index(desk.ack) >= self.core.commit_index());
        if goes_on && !stalled.is_empty() {
            self.admission.stalled = NodeSet::default();
            out.tell(Some(self.group), EventKind::Admission(AdmissionEvent::Resumed));
        } else if !missing.is_empty() && missing != stalled {
            self.admission.stalled = missing;
            out.tell(Some(self.group), EventKind::Admission(AdmissionEvent::Stalled { missing }));
        }
    }

    /// The voters that it waits for in vain; nobody, unless it is stalled.
    pub(super) const fn missing(&self) -> NodeSet {
        self.admission.stalled
    }

    /// The voters that have not stored what its orders wait for, where none was acknowledged for [`PATIENCE`]; nobody
    /// otherwise. A follower that has all that it was sent keeps nobody waiting.
    pub(super) fn late(&self, now: Now, rule: AckRule) -> NodeSet {
        if self.core.leads() && self.admission.is_stuck(now) { self.late_now(rule) } else { NodeSet::default() }
    }

    /// Those whom its orders still waited for when some of them went on at last, if that was less than [`PATIENCE`] ago: a disk
    /// that is slow lets orders through in fits, and nobody is served by that.
    pub(super) fn late_before(&self, now: Now) -> NodeSet {
        let late = self.admission.went_on.filter(|(at, _)| now.mono.since(*at) <= PATIENCE);
        late.map(|(_, late)| late).unwrap_or_default()
    }

    fn late_now(&self, rule: AckRule) -> NodeSet {
        let acked = self.core.acked_index(rule);
        let own = Some(self.core.me()).filter(|_| self.core.synced_index() <= acked);
        let owes = |progress: &ProgressView| progress.in_flight > 0 || progress.mode != ProgressMode::Replicate;
        let followers = self.core.progress().into_iter();
        let late = followers.filter(|(_, progress)| progress.matched <= acked && owes(progress));
        late.map(|(node, _)| node).chain(own).collect()
    }

    /// It leads no longer: what it measured was its own.
    pub(super) fn forget_pace(&mut self) {
        (self.admission.drain, self.admission.apply, self.admission.went_on) = Default::default();
    }
}

/// When the eldest of these came.
pub(super) type Eldest = Option<SimTime>;
