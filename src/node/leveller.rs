//! The leveller: leaders go back to balance when a member has come back.
//!
//! Idea: who crashes loses what it led, and who comes back leads nothing, so after every crash the others do its work for
//! ever. When a member that was gone is heard again, the controller waits until nothing has changed for a while, calls the
//! roll (every leader says who it is), and asks leaders to hand over, one after the other, as the planner proposes.
//! Why not all the time: somebody at the desk who hands a group over wants it there. Only a return is a reason.
//! Hysteresis: a difference of one is balance. Nobody hands over while a group is without a leader, since such a group
//! does not answer the roll; any change of what is believed of a member begins the wait again. So no storm of crashes
//! becomes a storm of hand-overs.
//! Shape: `watch` with every look of the controller, `due` says whether to act, `call` and `hand_over` keep the pace.
//! A new controller cannot know who came back before it led: it acts once, when it believes well of everybody.
//! Bound: one hand-over at a time, one every [`HAND_OVER_EVERY`]; [`TRIES_A_GROUP`] a group for one return, then it rests.
//! Left out: how much a group does; an even number of leaders is not an even load.

use crate::domain::ids::{NodeId, NodeSet, Term};
use crate::domain::time::{SimDuration, SimTime};

/// So long nothing may have changed.
const CALM: SimDuration = SimDuration::from_secs(1);
/// Between two calls of the roll.
const CALL_EVERY: SimDuration = SimDuration::from_millis(200);
/// Between two hand-overs.
pub(super) const HAND_OVER_EVERY: SimDuration = SimDuration::from_millis(250);
/// Hand-overs for one return at most, for each group.
const TRIES_A_GROUP: u32 = 2;

/// Why leaders may be out of balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    /// A member came back.
    Return,
    /// This controller is new: somebody may have come back before.
    Unknown,
}

/// What a controller remembers of those who were gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Leveller {
    gone: NodeSet,
    changed_at: SimTime,
    cause: Option<Cause>,
    called_at: Option<SimTime>,
    handed_at: Option<SimTime>,
    handed: u32,
}

impl Leveller {
    /// A controller begins. The first of a run finds leaders as the map wants them.
    pub(super) fn begin(now: SimTime, term: Term) -> Self {
        let cause = (term > Term(1)).then_some(Cause::Unknown);
        Self { changed_at: now, cause, ..Self::default() }
    }

    /// These members are late, or gone.
    pub(super) fn watch(&mut self, now: SimTime, gone: NodeSet) {
        if gone == self.gone {
            return;
        }
        if !self.gone.minus(gone).is_empty() {
            (self.cause, self.handed) = (Some(Cause::Return), 0);
        }
        (self.gone, self.changed_at) = (gone, now);
    }

    /// Whether leaders are to be looked at.
    pub(super) fn due(&self, now: SimTime) -> bool {
        let cause = match self.cause {
            None => false,
            Some(Cause::Return) => true,
            Some(Cause::Unknown) => self.gone.is_empty(),
        };
        cause && now.since(self.changed_at) >= CALM
    }

    /// Whether a node is late, or gone.
    pub(super) fn misses(&self, node: NodeId) -> bool {
        self.gone.contains(node)
    }

    /// Whether the roll is to be called now.
    pub(super) fn calls(&mut self, now: SimTime) -> bool {
        let due = self.called_at.is_none_or(|at| now.since(at) >= CALL_EVERY);
        if due {
            self.called_at = Some(now);
        }
        due
    }

    /// Whether one more of so many groups may be handed over now; it counts as done.
    pub(super) fn hands_over(&mut self, now: SimTime, groups: usize) -> bool {
        if self.handed_at.is_some_and(|at| now.since(at) < HAND_OVER_EVERY) {
            return false;
        }
        if u64::from(self.handed) >= u64::from(TRIES_A_GROUP) * groups as u64 {
            self.rest();
            return false;
        }
        self.handed += 1;
        self.handed_at = Some(now);
        true
    }

    /// All is even, or will not become so. Whether anybody has handed over for it.
    pub(super) fn rest(&mut self) -> bool {
        self.cause = None;
        std::mem::take(&mut self.handed) > 0
    }
}
