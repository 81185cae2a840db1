//! Transactions between groups: two-phase commit, as the leaders of the groups carry it through.
//!
//! Idea: what is true stands in the applied state; a leader only asks, of each transaction, what the next step is. It
//! remembers votes and when it last sent something, nothing that a new leader would miss: that one looks at the same state
//! and asks again. So there is no recovery; going on is the recovery (ADR-0003).
//! Coordinator: asks the two groups to *prepare*, logs *decide* with the decision **and who voted**, sends *finish* to
//! those, and logs *forget* when both have said *finished*. The voters stand in the log because maps change: *finish* goes
//! to the group that holds the half, not to the owner of the symbol by then (ADR-0007).
//! Participant: logs *prepare* and *finish*, and remembers a half that it has finished until the coordinator's floor has
//! passed it. Only who has prepared may say *finished*.
//! Strays: a *prepare* that was late may be carried out by a group that the decision does not name. That group asks what
//! became of it, as every participant does that waits long, and is told *abort*, whatever the others were told.
//! Units: virtual time of the node's monotonic clock.
//! Transfers: any other group may lend the cash, and `survey` finds the one that does.
//! Bound: as many ballots and timers as the state has transactions and guests (`TRANSACTIONS_MAX`, `PREPARED_MAX`).
//! Sources: Gray 1978; Mohan, Lindsay & Obermarck 1986 §3.1 (presumed abort).

use std::collections::BTreeMap;

use super::ballot::Ballot;
use super::closing::Closing;
use super::message::Body;
use super::runner::{self, LeaderTask, RESEND_EVERY, Reception};
use super::survey::Surveys;
use super::tx_step::{TxMessage, TxStep};
use crate::domain::ids::{GroupId, Term};
use crate::domain::log::Payload;
use crate::domain::time::SimDuration;
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Part, Prepare, TxId, Work, Worked};
use crate::market::accounts::Accounts;
use crate::market::transactions::{Open, Transactions};

/// A part that waits so long for a decision asks for it, and asks again after as long.
pub(super) const ASK_AFTER: SimDuration = SimDuration::from_millis(500);

/// What it waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum TxKey {
    /// Votes, or word that halves are finished, for a transaction that is open here.
    Open(u64),
    /// The decision on a half that is prepared here.
    Guest(TxId, Half),
}

/// What a record decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum TxSlot {
    Prepare(TxId, Half),
    Decide(TxId),
    Finish(TxId, Half),
    Forget(TxId),
}

/// The state that it reads.
#[derive(Clone, Copy)]
pub(super) struct TxState<'a> {
    pub(super) transactions: &'a Transactions,
    /// Who has how much cash here.
    pub(super) accounts: &'a Accounts,
    /// Symbols that take no more legs, for they are about to move.
    pub(super) closing: &'a Closing,
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct TransactionTask {
    ballots: BTreeMap<u64, Ballot>,
    surveys: Surveys,
    /// The newest transaction that it has looked at.
    seen: u64,
}

pub(super) type Context<'a> = runner::Context<'a, TransactionTask>;
pub(super) type Actions<'a> = runner::Actions<'a, TransactionTask>;

impl LeaderTask for TransactionTask {
    type State<'a> = TxState<'a>;
    type Record = Work;
    type Outcome = Worked;
    type Slot = TxSlot;
    type Key = TxKey;
    type Message = TxMessage;

    fn slot(work: &Work) -> TxSlot {
        match *work {
            Work::Prepare(Prepare { tx, half, .. }) => TxSlot::Prepare(tx, half),
            Work::Decide { tx, .. } => TxSlot::Decide(tx),
            Work::Finish { tx, half, .. } => TxSlot::Finish(tx, half),
            Work::Forget { tx } => TxSlot::Forget(tx),
        }
    }

    fn payload(record: Self::Record) -> Payload {
        Payload::Work(record)
    }

    fn body(message: Self::Message) -> Body {
        Body::Transaction(message)
    }

    fn begin(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        *self = Self::default();
        for guest in context.state.transactions.guests() {
            actions.remind(TxKey::Guest(guest.prepare.tx, guest.prepare.half), context.now + ASK_AFTER);
        }
        self.look(context, actions);
    }

    fn look(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        let known = self.seen;
        self.seen = context.state.transactions.newest();
        if known < self.seen {
            for open in context.state.transactions.opened_after(known) {
                self.ballots.insert(open.transaction.id.number, Ballot::new(context.now));
                self.go_on(context, open, actions);
            }
        }
    }

    fn receive(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        message: TxMessage,
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        let TxMessage { tx, half, step } = message;
        let of_coordinator = match step {
            TxStep::Survey { .. } | TxStep::Prepare { .. } | TxStep::Finish { .. } | TxStep::Unknown { .. } => true,
            TxStep::Has { .. } | TxStep::Vote(_) | TxStep::Finished | TxStep::Ask => false,
        };
        if tx.coordinator != if of_coordinator { from } else { context.group } {
            return Reception::Stale;
        }
        match step {
            TxStep::Survey { account } => {
                let free = Cash(context.state.accounts.purse(account).free);
                Reception::Done(TxMessage { tx, half, step: TxStep::Has { account, free } })
            }
            TxStep::Has { account, free } => {
                for number in self.surveys.answered(context, from, (tx, account, free)) {
                    if let Some(open) = context.state.transactions.open(number) {
                        self.go_on(context, open, actions);
                    }
                }
                Reception::Noted
            }
            TxStep::Prepare { part, term, floor } => on_prepare(context, Prepare { tx, half, part, term, floor }),
            TxStep::Finish { decision, floor } => {
                on_finish(context, Work::Finish { tx, half, decision, floor }, (tx, half))
            }
            TxStep::Unknown { term, floor } => on_unknown(context, (tx, half), term, floor),
            // The symbol of the leg is on its way: it is asked again, and found where it went.
            TxStep::Vote(Err(Why::Moving | Why::NotOwner)) => Reception::NotYet,
            TxStep::Vote(vote) => self.on_vote(context, from, (tx, half), vote, actions),
            TxStep::Finished => self.on_finished(context, from, (tx, half), actions),
            TxStep::Ask => answer(context, from, (tx, half)),
        }
    }

    fn applied(&mut self, context: &Context<'_>, work: &Work, worked: &Worked, actions: &mut Actions<'_>) {
        match (*work, *worked) {
            (Work::Prepare(Prepare { tx, half, .. }), Worked::Voted(vote)) => {
                if vote.is_ok() {
                    actions.remind(TxKey::Guest(tx, half), context.now + ASK_AFTER);
                }
                actions.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Vote(vote) });
            }
            (
                Work::Prepare(Prepare { tx, half, .. }) | Work::Finish { tx, half, .. },
                Worked::Finished | Worked::FinishedBefore,
            ) => {
                actions.forget(&TxKey::Guest(tx, half));
                actions.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Finished });
            }
            (Work::Decide { tx, .. }, Worked::Decided) => match context.state.transactions.open(tx.number) {
                Some(open) => self.go_on(context, open, actions),
                None => self.forget(tx, actions),
            },
            (Work::Forget { tx }, _) => self.forget(tx, actions),
            _ => {}
        }
    }

    fn due(&mut self, context: &Context<'_>, key: TxKey, actions: &mut Actions<'_>) {
        match key {
            TxKey::Open(number) => {
                if let Some(open) = context.state.transactions.open(number) {
                    self.go_on(context, open, actions);
                }
            }
            TxKey::Guest(tx, half) => {
                if context.state.transactions.prepared(tx, half).is_some() {
                    actions.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Ask });
                    actions.remind(key, context.now + ASK_AFTER);
                }
            }
        }
    }
}

impl TransactionTask {
    fn forget(&mut self, tx: TxId, actions: &mut Actions<'_>) {
        self.ballots.remove(&tx.number);
        actions.forget(&TxKey::Open(tx.number));
    }

    /// Takes one open transaction on: what can be logged is, and what is missing is asked for.
    fn go_on(&mut self, context: &Context<'_>, open: &Open, actions: &mut Actions<'_>) {
        let tx = open.transaction.id;
        let Some(ballot) = self.ballots.get_mut(&tx.number) else { return };
        actions.remind(TxKey::Open(tx.number), context.now + RESEND_EVERY);
        match open.decided {
            None => {
                if ballot.verdict(context.now).is_none() {
                    ballot.ask(&mut self.surveys, context, &open.transaction, actions);
                }
                if let Some(decision) = ballot.verdict(context.now) {
                    actions.propose(Work::Decide { tx, decision, voters: ballot.voters() });
                }
            }
            Some((_, voters)) if ballot.is_done(voters) => actions.propose(Work::Forget { tx }),
            Some((decision, voters)) => {
                let floor = context.state.transactions.floor();
                for half in Half::BOTH {
                    let missing = voters[half.index()].filter(|_| !ballot.finished[half.index()]);
                    if let Some(voter) = missing {
                        actions.send(voter, TxMessage { tx, half, step: TxStep::Finish { decision, floor } });
                    }
                }
            }
        }
    }

    fn on_vote(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        (tx, half): (TxId, Half),
        vote: Result<Cash, Why>,
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        let undecided = |open: &&Open| open.decided.is_none();
        let Some(open) = context.state.transactions.open(tx.number).filter(undecided) else {
            // Who votes against holds nothing.
            return if vote.is_ok() { answer(context, from, (tx, half)) } else { Reception::Stale };
        };
        let Some(ballot) = self.ballots.get_mut(&tx.number) else { return Reception::Noted };
        if let Part::Lend { account, amount } = open.transaction.parts[half.index()]
            && vote.map_or(true, |lent| lent < amount)
        {
            self.surveys.emptied(account, from);
            if vote.is_err() {
                ballot.declined(from, context.now);
                self.go_on(context, open, actions);
                return Reception::Noted;
            }
        }
        let first = ballot.votes[half.index()].is_none();
        ballot.votes[half.index()].get_or_insert((from, vote));
        // The other half may have waited for this vote.
        if ballot.verdict(context.now).is_some() || first && half == Half::First {
            self.go_on(context, open, actions);
        }
        Reception::Noted
    }

    fn on_finished(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        (tx, half): (TxId, Half),
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        let decided = context.state.transactions.open(tx.number).and_then(|open| open.decided);
        let Some((_, voters)) = decided.filter(|(_, voters)| voters[half.index()] == Some(from)) else {
            return Reception::Stale;
        };
        if let Some(ballot) = self.ballots.get_mut(&tx.number) {
            ballot.finished[half.index()] = true;
            if ballot.is_done(voters) {
                actions.propose(Work::Forget { tx });
            }
        }
        Reception::Noted
    }
}

fn on_prepare(context: &Context<'_>, prepare: Prepare) -> Reception<TransactionTask> {
    let Prepare { tx, half, part, .. } = prepare;
    let known = context.state.transactions;
    if let Some(guest) = known.prepared(tx, half) {
        return Reception::Done(TxMessage { tx, half, step: TxStep::Vote(Ok(guest.lent())) });
    }
    if known.finished(tx, half).is_some() {
        return Reception::Done(TxMessage { tx, half, step: TxStep::Finished });
    }
    if known.is_over(tx) {
        return Reception::Stale;
    }
    if part.symbol().is_some_and(|symbol| context.state.closing.closes(symbol)) {
        return Reception::NotYet;
    }
    if let Part::Lend { account, .. } = part
        && context.state.accounts.purse(account).free == 0
    {
        // A vote against promises nothing, so it needs no record.
        return Reception::Done(TxMessage { tx, half, step: TxStep::Vote(Err(Why::AllotmentShort)) });
    }
    Reception::Due(Work::Prepare(prepare))
}

fn on_finish(context: &Context<'_>, finish: Work, (tx, half): (TxId, Half)) -> Reception<TransactionTask> {
    let known = context.state.transactions;
    if known.prepared(tx, half).is_some() {
        Reception::Due(finish)
    } else if known.finished(tx, half).is_some() {
        Reception::Done(TxMessage { tx, half, step: TxStep::Finished })
    } else {
        Reception::Stale
    }
}

/// Only a leader of the term that asked, or of a later one, may say that it knows nothing: it has applied the transaction.
fn on_unknown(context: &Context<'_>, (tx, half): (TxId, Half), term: Term, floor: u64) -> Reception<TransactionTask> {
    let guest = context.state.transactions.prepared(tx, half);
    if guest.is_some_and(|guest| term >= guest.prepare.term) {
        let decision = Decision::Abort(Why::TransactionUnknown);
        Reception::Due(Work::Finish { tx, half, decision, floor })
    } else {
        Reception::Stale
    }
}

/// What a coordinator says to a group that holds a half: the decision, if it is the group that the decision names.
fn answer(context: &Context<'_>, from: GroupId, (tx, half): (TxId, Half)) -> Reception<TransactionTask> {
    let known = context.state.transactions;
    let floor = known.floor();
    let step = match known.open(tx.number).map(|open| open.decided) {
        None => TxStep::Unknown { term: context.term, floor },
        Some(None) => return Reception::NotYet,
        Some(Some((decision, voters))) if voters[half.index()] == Some(from) => TxStep::Finish { decision, floor },
        Some(Some(_)) => TxStep::Finish { decision: Decision::Abort(Why::NotOwner), floor },
    };
    Reception::Done(TxMessage { tx, half, step })
}

#[cfg(test)]
#[path = "transactions_tests.rs"]
mod tests;
