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
//! Bound: as many ballots and timers as the state has transactions and guests (`TRANSACTIONS_MAX`, `PREPARED_MAX`).
//! Sources: Gray 1978; Mohan, Lindsay & Obermarck 1986 §3.1 (presumed abort).

use std::collections::BTreeMap;

use super::ballot::Ballot;
use super::closing::Closing;
use super::message::Body;
use super::runner::{Actions, Context, LeaderTask, RESEND_EVERY, Reception};
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

/// What leaders say to each other about one half of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TxMessage {
    /// Which transaction.
    pub tx: TxId,
    /// Which half.
    pub half: Half,
    /// What of it.
    pub step: TxStep,
}

/// A step of two-phase commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TxStep {
    /// The coordinator asks for a vote.
    Prepare {
        /// What the half is.
        part: Part,
        /// The term of the leader that asks.
        term: Term,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
    /// The vote: in favour, with what is lent, or why not.
    Vote(Result<Cash, Why>),
    /// It is decided.
    Finish {
        /// How.
        decision: Decision,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
    /// The half was prepared here, and is finished.
    Finished,
    /// A half that was prepared long ago asks what became of it.
    Ask,
    /// The coordinator knows nothing of it: aborted, if the answer is of no older term than the question.
    Unknown {
        /// The term of the leader that says so.
        term: Term,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
}

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
    /// The newest transaction that it has looked at.
    seen: u64,
}

pub(super) type Stand<'a> = Context<'a, TransactionTask>;
pub(super) type Outbox<'a> = Actions<'a, TransactionTask>;

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

    fn begin(&mut self, stand: &Stand<'_>, out: &mut Outbox<'_>) {
        *self = Self::default();
        for guest in stand.state.transactions.guests() {
            out.remind(TxKey::Guest(guest.prepare.tx, guest.prepare.half), stand.now + ASK_AFTER);
        }
        self.look(stand, out);
    }

    fn look(&mut self, stand: &Stand<'_>, out: &mut Outbox<'_>) {
        let known = self.seen;
        self.seen = stand.state.transactions.newest();
        if known < self.seen {
            for open in stand.state.transactions.opened_after(known) {
                self.ballots.insert(open.transaction.id.number, Ballot::new(stand.now));
                self.go_on(stand, open, out);
            }
        }
    }

    fn receive(
        &mut self,
        stand: &Stand<'_>,
        from: GroupId,
        message: TxMessage,
        out: &mut Outbox<'_>,
    ) -> Reception<Self> {
        let TxMessage { tx, half, step } = message;
        let of_coordinator = matches!(step, TxStep::Prepare { .. } | TxStep::Finish { .. } | TxStep::Unknown { .. });
        if tx.coordinator != if of_coordinator { from } else { stand.group } {
            return Reception::Stale;
        }
        match step {
            TxStep::Prepare { part, term, floor } => on_prepare(stand, Prepare { tx, half, part, term, floor }),
            TxStep::Finish { decision, floor } => {
                on_finish(stand, Work::Finish { tx, half, decision, floor }, (tx, half))
            }
            TxStep::Unknown { term, floor } => on_unknown(stand, (tx, half), term, floor),
            // The symbol of the leg is on its way: it is asked again, and found where it went.
            TxStep::Vote(Err(Why::Moving | Why::NotOwner)) => Reception::NotYet,
            TxStep::Vote(vote) => self.on_vote(stand, from, (tx, half), vote, out),
            TxStep::Finished => self.on_finished(stand, from, (tx, half), out),
            TxStep::Ask => answer(stand, from, (tx, half)),
        }
    }

    fn applied(&mut self, stand: &Stand<'_>, work: &Work, worked: &Worked, out: &mut Outbox<'_>) {
        match (*work, *worked) {
            (Work::Prepare(Prepare { tx, half, .. }), Worked::Voted(vote)) => {
                if vote.is_ok() {
                    out.remind(TxKey::Guest(tx, half), stand.now + ASK_AFTER);
                }
                out.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Vote(vote) });
            }
            (
                Work::Prepare(Prepare { tx, half, .. }) | Work::Finish { tx, half, .. },
                Worked::Finished | Worked::FinishedBefore,
            ) => {
                out.forget(&TxKey::Guest(tx, half));
                out.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Finished });
            }
            (Work::Decide { tx, .. }, Worked::Decided) => match stand.state.transactions.open(tx.number) {
                Some(open) => self.go_on(stand, open, out),
                None => self.forget(tx, out),
            },
            (Work::Forget { tx }, _) => self.forget(tx, out),
            _ => {}
        }
    }

    fn due(&mut self, stand: &Stand<'_>, key: TxKey, out: &mut Outbox<'_>) {
        match key {
            TxKey::Open(number) => {
                if let Some(open) = stand.state.transactions.open(number) {
                    self.go_on(stand, open, out);
                }
            }
            TxKey::Guest(tx, half) => {
                if stand.state.transactions.prepared(tx, half).is_some() {
                    out.send(tx.coordinator, TxMessage { tx, half, step: TxStep::Ask });
                    out.remind(key, stand.now + ASK_AFTER);
                }
            }
        }
    }
}

impl TransactionTask {
    fn forget(&mut self, tx: TxId, out: &mut Outbox<'_>) {
        self.ballots.remove(&tx.number);
        out.forget(&TxKey::Open(tx.number));
    }

    /// Takes one open transaction on: what can be logged is, and what is missing is asked for.
    fn go_on(&mut self, stand: &Stand<'_>, open: &Open, out: &mut Outbox<'_>) {
        let tx = open.transaction.id;
        let Some(ballot) = self.ballots.get(&tx.number) else { return };
        out.remind(TxKey::Open(tx.number), stand.now + RESEND_EVERY);
        match open.decided {
            None => match ballot.verdict(stand.now) {
                Some(decision) => out.propose(Work::Decide { tx, decision, voters: ballot.voters() }),
                None => ballot.ask(stand, &open.transaction, out),
            },
            Some((_, voters)) if ballot.is_done(voters) => out.propose(Work::Forget { tx }),
            Some((decision, voters)) => {
                let floor = stand.state.transactions.floor();
                for half in Half::BOTH {
                    let missing = voters[half.index()].filter(|_| !ballot.finished[half.index()]);
                    if let Some(voter) = missing {
                        out.send(voter, TxMessage { tx, half, step: TxStep::Finish { decision, floor } });
                    }
                }
            }
        }
    }

    fn on_vote(
        &mut self,
        stand: &Stand<'_>,
        from: GroupId,
        (tx, half): (TxId, Half),
        vote: Result<Cash, Why>,
        out: &mut Outbox<'_>,
    ) -> Reception<Self> {
        let undecided = |open: &&Open| open.decided.is_none();
        let Some(open) = stand.state.transactions.open(tx.number).filter(undecided) else {
            // Who votes against holds nothing.
            return if vote.is_ok() { answer(stand, from, (tx, half)) } else { Reception::Stale };
        };
        if let Some(ballot) = self.ballots.get_mut(&tx.number) {
            let first = ballot.votes[half.index()].is_none();
            ballot.votes[half.index()].get_or_insert((from, vote));
            match ballot.verdict(stand.now) {
                Some(decision) => out.propose(Work::Decide { tx, decision, voters: ballot.voters() }),
                // The other half may have waited for this vote.
                None if first && half == Half::First => ballot.ask(stand, &open.transaction, out),
                None => {}
            }
        }
        Reception::Noted
    }

    fn on_finished(
        &mut self,
        stand: &Stand<'_>,
        from: GroupId,
        (tx, half): (TxId, Half),
        out: &mut Outbox<'_>,
    ) -> Reception<Self> {
        let decided = stand.state.transactions.open(tx.number).and_then(|open| open.decided);
        let Some((_, voters)) = decided.filter(|(_, voters)| voters[half.index()] == Some(from)) else {
            return Reception::Stale;
        };
        if let Some(ballot) = self.ballots.get_mut(&tx.number) {
            ballot.finished[half.index()] = true;
            if ballot.is_done(voters) {
                out.propose(Work::Forget { tx });
            }
        }
        Reception::Noted
    }
}

fn on_prepare(stand: &Stand<'_>, prepare: Prepare) -> Reception<TransactionTask> {
    let Prepare { tx, half, part, .. } = prepare;
    let known = stand.state.transactions;
    if let Some(guest) = known.prepared(tx, half) {
        return Reception::Done(TxMessage { tx, half, step: TxStep::Vote(Ok(guest.lent())) });
    }
    if known.finished(tx, half).is_some() {
        return Reception::Done(TxMessage { tx, half, step: TxStep::Finished });
    }
    if known.is_over(tx) {
        return Reception::Stale;
    }
    if part.symbol().is_some_and(|symbol| stand.state.closing.closes(symbol)) {
        return Reception::NotYet;
    }
    if let Part::Lend { account, .. } = part
        && stand.state.accounts.purse(account).free == 0
    {
        // A vote against promises nothing, so it needs no record.
        return Reception::Done(TxMessage { tx, half, step: TxStep::Vote(Err(Why::AllotmentShort)) });
    }
    Reception::Due(Work::Prepare(prepare))
}

fn on_finish(stand: &Stand<'_>, finish: Work, (tx, half): (TxId, Half)) -> Reception<TransactionTask> {
    let known = stand.state.transactions;
    if known.prepared(tx, half).is_some() {
        Reception::Due(finish)
    } else if known.finished(tx, half).is_some() {
        Reception::Done(TxMessage { tx, half, step: TxStep::Finished })
    } else {
        Reception::Stale
    }
}

/// Only a leader of the term that asked, or of a later one, may say that it knows nothing: it has applied the transaction.
fn on_unknown(stand: &Stand<'_>, (tx, half): (TxId, Half), term: Term, floor: u64) -> Reception<TransactionTask> {
    let guest = stand.state.transactions.prepared(tx, half);
    if guest.is_some_and(|guest| term >= guest.prepare.term) {
        let decision = Decision::Abort(Why::TransactionUnknown);
        Reception::Due(Work::Finish { tx, half, decision, floor })
    } else {
        Reception::Stale
    }
}

/// What a coordinator says to a group that holds a half: the decision, if it is the group that the decision names.
fn answer(stand: &Stand<'_>, from: GroupId, (tx, half): (TxId, Half)) -> Reception<TransactionTask> {
    let known = stand.state.transactions;
    let floor = known.floor();
    let step = match known.open(tx.number).map(|open| open.decided) {
        None => TxStep::Unknown { term: stand.term, floor },
        Some(None) => return Reception::NotYet,
        Some(Some((decision, voters))) if voters[half.index()] == Some(from) => TxStep::Finish { decision, floor },
        Some(Some(_)) => TxStep::Finish { decision: Decision::Abort(Why::NotOwner), floor },
    };
    Reception::Done(TxMessage { tx, half, step })
}

#[cfg(test)]
#[path = "transactions_tests.rs"]
mod tests;
