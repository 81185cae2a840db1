//! The driver: how the leader of a group takes its transactions on.
//!
//! Idea: what is true stands in the applied state; the driver only looks at it and asks, of each transaction, what the
//! next step is. It remembers votes and when it last wrote, nothing that a new leader would miss: that one looks at the
//! same state and asks again. So there is no recovery; going on is the recovery (ADR-0003).
//! Shape: `letter`, `applied` and `drive` each return steps: records to log and letters to send.
//! Units: virtual time of the node's monotonic clock.
//! Bound: as many ballots and guests as the state has transactions (`TRANSACTIONS_MAX`, `PREPARED_MAX`); letters are
//! sent again every [`RESEND_EVERY`].
//! Sources: Gray 1978; Mohan, Lindsay & Obermarck 1986 §3.1 (presumed abort).

use std::collections::BTreeMap;

use crate::domain::ids::{GroupId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Part, Prepare, TxId, Work};
use crate::market::transactions::{Open, Transactions, Worked};

use super::letter::Says;
use super::logged::Logged;

/// A letter without an answer is sent again after this.
pub(super) const RESEND_EVERY: SimDuration = SimDuration::from_millis(100);
/// A transaction that is not decided by then is aborted.
pub(super) const DECIDE_WITHIN: SimDuration = SimDuration::from_millis(500);
/// A part that waits so long for a decision asks for it, and asks again after as long.
pub(super) const ASK_AFTER: SimDuration = SimDuration::from_millis(500);

/// What a driver wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Put this into the own group's log.
    Log(Work),
    /// Write to the leader of this group.
    Send(GroupId, Says),
}

/// Where a leader stands as it drives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand<'a> {
    pub(super) now: SimTime,
    pub(super) group: GroupId,
    pub(super) term: Term,
    pub(super) map: &'a ClusterMap,
    pub(super) state: &'a Transactions,
}

/// What a coordinator has heard of an open transaction.
#[derive(Clone, Copy, Debug)]
struct Ballot {
    since: SimTime,
    sent_at: Option<SimTime>,
    votes: [Option<Result<Cash, Why>>; 2],
    finished: [bool; 2],
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Driver {
    term: Term,
    ballots: BTreeMap<TxId, Ballot>,
    /// When a prepared half was first seen, or last asked about.
    guests: BTreeMap<(TxId, Half), SimTime>,
    /// What this leadership has logged and not applied yet.
    logged: Logged<Work>,
}

impl Driver {
    /// Looks at every transaction and takes it on.
    pub(super) fn drive(&mut self, stand: &Stand<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        self.begin_term(stand);
        self.ballots.retain(|tx, _| stand.state.open(*tx).is_some());
        for open in stand.state.opened() {
            self.coordinate(stand, open, &mut steps);
        }
        self.guests.retain(|(tx, half), _| stand.state.prepared(*tx, *half).is_some());
        for prepared in stand.state.guests() {
            let Prepare { tx, half, coordinator, .. } = prepared.prepare;
            let seen = self.guests.entry((tx, half)).or_insert(stand.now);
            if stand.now.since(*seen) >= ASK_AFTER {
                *seen = stand.now;
                steps.push(Step::Send(coordinator, Says::Ask { tx, half }));
            }
        }
        steps
    }

    /// Takes one open transaction on.
    fn coordinate(&mut self, stand: &Stand<'_>, open: &Open, steps: &mut Vec<Step>) {
        let tx = open.transaction.id;
        let fresh = Ballot { since: stand.now, sent_at: None, votes: [None; 2], finished: [false; 2] };
        let ballot = self.ballots.entry(tx).or_insert(fresh);
        let due = ballot.sent_at.is_none_or(|at| stand.now.since(at) >= RESEND_EVERY);
        let next = match open.decision {
            None => ballot.verdict(stand.now).map(|decision| Work::Decide { tx, decision }),
            Some(_) => (ballot.finished == [true; 2]).then_some(Work::Forget { tx }),
        };
        if let Some(work) = next {
            self.log(work, steps);
            return;
        }
        if !due {
            return;
        }
        ballot.sent_at = Some(stand.now);
        for half in Half::BOTH {
            let part = open.transaction.parts[half.index()];
            let group = match part {
                Part::Leg(leg) => stand.map.owner(leg.symbol()),
                Part::Lend { group, .. } | Part::Borrow { group, .. } => Some(group),
            };
            let Some(group) = group else { continue };
            match open.decision {
                None if ballot.votes[half.index()].is_none() => {
                    let prepare = Prepare { tx, half, part, coordinator: stand.group, term: stand.term };
                    steps.push(Step::Send(group, Says::Prepare(prepare)));
                }
                Some(decision) if !ballot.finished[half.index()] => {
                    steps.push(Step::Send(group, Says::Finish { tx, half, decision }));
                }
                _ => {}
            }
        }
    }

    /// A letter from the leader of another group, or of this one.
    pub(super) fn letter(&mut self, stand: &Stand<'_>, from: GroupId, says: &Says) -> Vec<Step> {
        let mut steps = Vec::new();
        self.begin_term(stand);
        match *says {
            Says::Prepare(prepare) => {
                let Prepare { tx, half, .. } = prepare;
                if let Some(guest) = stand.state.prepared(tx, half) {
                    steps.push(Step::Send(from, Says::Vote { tx, half, vote: Ok(guest.lent()) }));
                } else {
                    self.log(Work::Prepare(prepare), &mut steps);
                }
            }
            // The leg's symbol is on its way: it is asked again, and found where it went.
            Says::Vote { vote: Err(Why::Moving | Why::NotOwner), .. } => {}
            Says::Vote { tx, half, vote } => {
                if let Some(ballot) = self.ballots.get_mut(&tx) {
                    ballot.votes[half.index()].get_or_insert(vote);
                }
            }
            Says::Finish { tx, half, decision } => {
                if stand.state.prepared(tx, half).is_some() {
                    self.log(Work::Finish { tx, half, decision }, &mut steps);
                } else {
                    steps.push(Step::Send(from, Says::Finished { tx, half }));
                }
            }
            Says::Finished { tx, half } => {
                if let Some(ballot) = self.ballots.get_mut(&tx) {
                    ballot.finished[half.index()] = true;
                }
            }
            Says::Ask { tx, half } => match stand.state.open(tx).map(|open| open.decision) {
                None => steps.push(Step::Send(from, Says::Unknown { tx, half, term: stand.term })),
                Some(Some(decision)) => steps.push(Step::Send(from, Says::Finish { tx, half, decision })),
                Some(None) => {}
            },
            Says::Unknown { tx, half, term } => {
                if stand.state.prepared(tx, half).is_some_and(|prepared| term >= prepared.prepare.term) {
                    let decision = Decision::Abort(Why::TransactionUnknown);
                    self.log(Work::Finish { tx, half, decision }, &mut steps);
                }
            }
            // Of placement, of symbols and trades that move, and the node's own business.
            Says::Report(_) | Says::HandOver(_) | Says::Call | Says::Move(_) | Says::Store(_) => {}
        }
        steps.extend(self.drive(stand));
        steps
    }

    /// A record of work was applied, and came to this.
    pub(super) fn applied(&mut self, stand: &Stand<'_>, work: &Work, worked: Worked) -> Vec<Step> {
        self.begin_term(stand);
        self.logged.done(work);
        let mut steps = Vec::new();
        match (*work, worked) {
            (Work::Prepare(Prepare { tx, half, coordinator, .. }), Worked::Voted(vote)) => {
                steps.push(Step::Send(coordinator, Says::Vote { tx, half, vote }));
            }
            (Work::Finish { tx, half, .. }, Worked::Finished(Some(coordinator))) => {
                steps.push(Step::Send(coordinator, Says::Finished { tx, half }));
            }
            _ => {}
        }
        steps.extend(self.drive(stand));
        steps
    }

    /// A new leadership begins with nothing but the state.
    fn begin_term(&mut self, stand: &Stand<'_>) {
        if self.term != stand.term {
            *self = Self { term: stand.term, ..Self::default() };
        }
    }

    /// Logs a step once: while it waits to be applied it is not logged again.
    fn log(&mut self, work: Work, steps: &mut Vec<Step>) {
        if self.logged.news(&work) {
            steps.push(Step::Log(work));
        }
    }

    /// Raft did not take it: it may be tried again.
    pub(super) fn refused(&mut self, work: &Work) {
        self.logged.done(work);
    }
}

impl Ballot {
    /// How it is decided by now, if it is.
    fn verdict(&self, now: SimTime) -> Option<Decision> {
        let against = self.votes.iter().find_map(|vote| vote.and_then(Result::err));
        if let Some(why) = against {
            return Some(Decision::Abort(why));
        }
        if let [Some(Ok(first)), Some(Ok(second))] = self.votes {
            let lent = Cash(first.0 + second.0);
            return Some(if lent == Cash(0) { Decision::Commit } else { Decision::Lend(lent) });
        }
        (now.since(self.since) >= DECIDE_WITHIN).then_some(Decision::Abort(Why::Deadline))
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
