//! A ballot: what the coordinator of a transaction has heard of its two halves, and how it is decided by that.
//!
//! Idea: memory of one leadership, of which a new leader needs nothing: it asks again. In favour of both: commit; one
//! against, or nothing for too long: abort. The groups that voted in favour hold the halves, and go into the decision.
//! Lenders: a transfer names none. The leader finds one by a survey, and another one if that votes against: a vote against
//! holds nothing and is no record, so it costs two messages. A lender that was given up and has voted in favour all the same
//! is not in the decision, and is told *abort* when it asks.
//! Sources: ADR-0003, ADR-0007.

use super::survey::{Finding, Surveys};
use super::transactions::{Actions, Context, TxKey};
use super::tx_step::{TxMessage, TxStep};
use crate::domain::ids::{AccountId, GroupId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Part, Transaction, TxId, Voters};

/// A transaction that is not decided by then is aborted.
pub(super) const DECIDE_WITHIN: SimDuration = SimDuration::from_millis(500);

/// What a coordinator has heard of an open transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot {
    /// What other groups have counts as of then, or later.
    since: SimTime,
    /// Who was asked to lend.
    lender: Option<GroupId>,
    /// Since when votes are waited for.
    asked: Option<SimTime>,
    pub(super) votes: [Option<(GroupId, Result<Cash, Why>)>; 2],
    pub(super) finished: [bool; 2],
}

impl Ballot {
    /// Nothing is heard yet.
    pub(super) const fn new(since: SimTime) -> Self {
        Self { since, lender: None, asked: None, votes: [None; 2], finished: [false; 2] }
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
        let late = self.asked.is_some_and(|asked| now.since(asked) >= DECIDE_WITHIN);
        late.then_some(Decision::Abort(Why::Deadline))
    }

    /// Who holds the halves.
    pub(super) fn voters(&self) -> Voters {
        self.votes.map(|vote| vote.and_then(|(group, vote)| vote.is_ok().then_some(group)))
    }

    /// Whether everybody who holds a half has finished it.
    pub(super) fn is_done(&self, voters: Voters) -> bool {
        voters.iter().zip(self.finished).all(|(voter, finished)| voter.is_none() || finished)
    }

    /// Asks for the votes that are missing: of a transfer, the lender's first.
    pub(super) fn ask(
        &mut self,
        surveys: &mut Surveys,
        context: &Context<'_>,
        transaction: &Transaction,
        actions: &mut Actions<'_>,
    ) {
        let floor = context.state.transactions.floor();
        for half in Half::BOTH {
            if self.votes[half.index()].is_some() {
                continue;
            }
            let part = transaction.parts[half.index()];
            let group = match part {
                Part::Leg { leg, .. } => context.map.owner(leg.symbol()),
                Part::Lend { account, amount } => {
                    self.lender(surveys, context, (transaction.id, account, amount), actions)
                }
                Part::Borrow { group, .. } => self.votes[0].and_then(|(_, vote)| vote.ok()).map(|_| group),
            };
            if let Some(group) = group {
                self.asked.get_or_insert(context.now);
                let step = TxStep::Prepare { part, term: context.term, floor };
                actions.send(group, TxMessage { tx: transaction.id, half, step });
            }
        }
    }

    /// Who is to lend; nobody as long as that is not known, or if all others together have too little.
    fn lender(
        &mut self,
        surveys: &mut Surveys,
        context: &Context<'_>,
        (tx, account, amount): (TxId, AccountId, Cash),
        actions: &mut Actions<'_>,
    ) -> Option<GroupId> {
        if self.lender.is_some() {
            return self.lender;
        }
        match surveys.find((account, amount), (tx, self.since), context.now) {
            Finding::Lender(lender) => {
                surveys.asked(account, lender, amount);
                self.lender = Some(lender);
            }
            Finding::Short => self.votes[0] = Some((context.group, Err(Why::AllotmentShort))),
            Finding::Later(until) => {
                surveys.ask(account, context, actions);
                actions.remind(TxKey::Open(tx.number), until);
            }
            Finding::Due => {
                surveys.begin(account, tx, context.now);
                surveys.ask(account, context, actions);
            }
        }
        self.lender
    }

    /// A lender has nothing after all: if it is the one that was asked, another one is looked for, and no survey that has
    /// begun by now can say that there is none.
    pub(super) fn declined(&mut self, by: GroupId, now: SimTime) {
        if self.lender == Some(by) {
            (self.lender, self.since) = (None, now + SimDuration::from_nanos(1));
        }
    }
}
