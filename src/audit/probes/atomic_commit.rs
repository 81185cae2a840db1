//! Atomic commit: both halves of a transaction between groups happen, each once, or neither does.
//!
//! Idea: two-phase commit promises that every group that holds a half ends it as the coordinator has decided (Bernstein,
//! Hadzilacos & Goodman 1987 §7.3, AC1 to AC3). The probe reads the decisions in the coordinators' logs and the ends of
//! halves in the others', as the first replica of each group applies them, and holds one against the other: what happens
//! was decided, by this decision, in the group that it names, and only once; nothing is forgotten before both have ended. A
//! half that another group prepared by mistake must end undone, whatever was decided.
//! Bound: the transactions that coordinators have not forgotten.

use std::collections::BTreeMap;

use crate::domain::event::Invariant;
use crate::domain::fact::{LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId};
use crate::domain::map::ClusterMap;
use crate::domain::work::{Decision, Half, TxId, Voters, Work, Worked};

use super::{Rule, Verdicts};

/// What is known of a transaction.
#[derive(Clone, Copy, Debug)]
struct Known {
    decision: Decision,
    voters: Voters,
    happened: [bool; 2],
}

/// The decisions that are not forgotten.
#[derive(Clone, Debug)]
pub struct AtomicCommit {
    /// How far the most advanced replica of each group was.
    seen: Vec<LogIndex>,
    known: BTreeMap<TxId, Known>,
}

impl AtomicCommit {
    /// Nothing is decided yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { seen: vec![LogIndex::ORIGIN; map.groups.len()], known: BTreeMap::new() }
    }

    /// Whether a half may have ended like this in this group.
    fn may_finish(&mut self, group: GroupId, (tx, half): (TxId, Half), decision: Decision) -> bool {
        let known = self.known.get_mut(&tx);
        let Some(known) = known.filter(|known| known.voters[half.index()] == Some(group)) else {
            return !decision.is_commit();
        };
        let first = !std::mem::replace(&mut known.happened[half.index()], decision.is_commit());
        known.decision == decision && first || !known.decision.is_commit() && !decision.is_commit()
    }
}

impl Rule for AtomicCommit {
    const INVARIANT: Invariant = Invariant::AtomicCommit;

    fn on_replica(&mut self, _: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let ReplicaFact::Log(LogFact::Worked { at, work, worked }) = what else { return };
        let Some(seen) = self.seen.get_mut(group.index()).filter(|seen| at > seen) else { return };
        *seen = *at;
        match (*work, *worked) {
            // Nobody holds a half of it: it is forgotten at once.
            (Work::Decide { voters: [None, None], .. }, Worked::Decided) => {}
            (Work::Decide { tx, decision, voters }, Worked::Decided) => {
                let before = self.known.insert(tx, Known { decision, voters, happened: [false; 2] });
                verdicts.check(before.is_none(), || format!("{tx}: decided a second time, at {at} of {group}"));
            }
            (Work::Finish { tx, half, decision, .. }, Worked::Finished) => {
                let holds = self.may_finish(group, (tx, half), decision);
                let known = self.known.get(&tx).copied();
                verdicts.check(holds, || {
                    format!("{tx}: {group} ended its {half:?} half with {decision:?} at {at}, but {known:?}")
                });
            }
            (Work::Forget { tx }, Worked::Forgotten) => {
                let known = self.known.remove(&tx);
                let whole = known.is_none_or(|known| !known.decision.is_commit() || known.happened == [true; 2]);
                verdicts.check(whole, || format!("{tx}: forgotten at {at} of {group} with a half that did not happen"));
            }
            _ => {}
        }
    }

    fn size_bytes(&self) -> u64 {
        (self.known.len() * size_of::<(TxId, Known)>()) as u64
    }
}
