//! Book sound: no book is crossed, and quantity is conserved.
//!
//! Idea: the state machine looks at each book that a batch touched and says whether bids lie below asks and what came
//! in equals what trades, rests or went; this probe holds it to the answer.
//! Left out: money, which has a probe of its own.

use crate::domain::event::Invariant;
use crate::domain::fact::{LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId};

use super::{Rule, Verdicts};

/// Nothing to remember.
#[derive(Clone, Copy, Debug)]
pub struct BookSound;

impl Rule for BookSound {
    const INVARIANT: Invariant = Invariant::BookSound;

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let ReplicaFact::Log(LogFact::Applied(applied)) = what else { return };
        verdicts.check(applied.sound, || {
            format!("{group}: on {node} a book is crossed or lost quantity, in the batch from {}", applied.first)
        });
    }
}
