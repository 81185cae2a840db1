//! A ballot: what the coordinator of a transaction has heard of its two halves, and how it is decided by that.
//!
//! Idea: memory of one leadership, of which a new leader needs nothing: it asks again. In favour of both: commit; one
//! against, or nothing for too long: abort. The groups that voted in favour hold the halves, and go into the decision.
//! Sources: ADR-0003, ADR-0007.

use super::transactions::{Actions, Context, TxMessage, TxStep};
use crate::domain::ids::GroupId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Part, Transaction, Voters};

/// A transaction that is not decided by then is aborted.
pub(super) const DECIDE_WITHIN: SimDuration = SimDuration::from_millis(500);

/// What a coordinator has heard of an open transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot {
    pub(super) since: SimTime,
    pub(super) votes: [Option<(GroupId, Result<Cash, Why>)>; 2],
    pub(super) finished: [bool; 2],
}

impl Ballot {
    /// Nothing is heard yet.
    pub(super) const fn new(since: SimTime) -> Self {
        Self { since, votes: [None; 2], finished: [false; 2] }
    }

    /// How it is decided by now, if it is.
    pub(super) fn verdict(&self, now: SimTime) -> Option<Decision> {
        let against = self.votes.iter().find_map(|vote| vote.and_then(|(_, vote)| vote.err()));
        if let Some(why) = against {
            return Some(Decision::Abort(why));
        }
        if let [Some((_, Ok(first))), Some((_, Ok(second)))] = self.votes {
            let lent = Cash(first.0 + second.0);
            return Some(if lent == Cash(0) { Decision::Commit } else { Decision::Lend(lent) });
        }
        (now.since(self.since) >= DECIDE_WITHIN).then_some(Decision::Abort(Why::Deadline))
    }

    /// Who holds the halves.
    pub(super) fn voters(&self) -> Voters {
        self.votes.map(|vote| vote.and_then(|(group, vote)| vote.is_ok().then_some(group)))
    }

    /// Whether everybody who holds a half has finished it.
    pub(super) fn is_done(&self, voters: Voters) -> bool {
        voters.iter().zip(self.finished).all(|(voter, finished)| voter.is_none() || finished)
    }

    /// Asks for the votes that are missing: of a transfer, the lender's first, for most lenders have nothing.
    pub(super) fn ask(&self, context: &Context<'_>, transaction: &Transaction, actions: &mut Actions<'_>) {
        let floor = context.state.transactions.floor();
        for half in Half::BOTH.into_iter().filter(|half| self.votes[half.index()].is_none()) {
            let part = transaction.parts[half.index()];
            let group = match part {
                Part::Leg { leg, .. } => context.map.owner(leg.symbol()),
                Part::Lend { group, .. } => Some(group),
                Part::Borrow { group, .. } => self.votes[0].map(|_| group),
            };
            if let Some(group) = group {
                let step = TxStep::Prepare { part, term: context.term, floor };
                actions.send(group, TxMessage { tx: transaction.id, half, step });
            }
        }
    }
}
