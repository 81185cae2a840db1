//! The hand's session: what a person asks, and the blotter that remembers it.
//!
//! Idea: it sends like any other session, with the same deadlines and retries, so that what happens to its orders is what
//! happens to everybody's. A spread is decided after its verdict said *pending*, so the hand goes on asking for it by
//! itself, [`ASKS_MAX`] times.
//! Bound: the rows and words of `domain::hand`; one request in flight is remembered for each place of the session.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::hand::{HandOrder, HandRequest, HandWord, ROWS_MAX, WORDS_MAX};
use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{Command, OrderStatus, Reply, Verdict};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

/// The hand has one session.
pub(super) const SESSIONS: u32 = 1;
/// A spread that is pending is asked for this often.
const ASK_EVERY: SimDuration = SimDuration::from_millis(50);
/// And so many times at most: two-phase commit may block for as long as a group has no leader.
const ASKS_MAX: u32 = 100;

/// The blotter, and which of its rows the requests on their way belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Hand {
    rows: VecDeque<HandOrder>,
    asked: BTreeMap<Sequence, Sequence>,
    /// The next query of each pending spread, and how many are left.
    pending: BTreeMap<Sequence, (SimTime, u32)>,
}

impl Hand {
    /// The rows, oldest first.
    pub(super) fn rows(&self) -> impl Iterator<Item = &HandOrder> {
        self.rows.iter()
    }

    /// The command of a request.
    ///
    /// # Errors
    /// It speaks of an order that the blotter does not know.
    pub(super) fn command(&self, request: HandRequest) -> Result<Command, Why> {
        let symbol = |order| self.symbol(order).ok_or(Why::UnknownOrder);
        Ok(match request {
            HandRequest::Place { symbol, side, order_type, quantity, time_in_force } => {
                Command::Place { symbol, side, order_type, quantity, time_in_force, venue: None }
            }
            HandRequest::Spread { legs } => Command::Spread { legs },
            HandRequest::Replace { order, price, quantity } => {
                Command::Replace { symbol: symbol(order)?, order, price, quantity }
            }
            HandRequest::Cancel { order } => Command::Cancel { symbol: symbol(order)?, order },
            HandRequest::Query { order } => Command::Query { symbol: symbol(order)?, order },
        })
    }

    fn symbol(&self, order: Sequence) -> Option<SymbolId> {
        self.row(order).and_then(|row| match row.request {
            HandRequest::Place { symbol, .. } => Some(symbol),
            HandRequest::Spread { legs } => Some(legs[0].symbol()),
            HandRequest::Replace { .. } | HandRequest::Cancel { .. } | HandRequest::Query { .. } => None,
        })
    }

    /// A request leaves under this sequence.
    pub(super) fn sent(&mut self, now: SimTime, sequence: Sequence, request: HandRequest) {
        let order = request.order().unwrap_or(sequence);
        if request.order().is_none() {
            if self.rows.len() == ROWS_MAX {
                self.rows.pop_front();
            }
            self.rows.push_back(HandOrder { sequence, request, words: Vec::new() });
        }
        self.asked.insert(sequence, order);
        // A query that the hand makes by itself is not worth a word.
        if !self.pending.contains_key(&order) {
            self.note(now, order, HandWord::Asked(request));
        }
    }

    /// An answer came.
    pub(super) fn answered(&mut self, now: SimTime, sequence: Sequence, reply: Reply) {
        let Some(order) = self.asked.get(&sequence).copied() else { return };
        let word = match reply {
            Reply::Accepted(promise) => HandWord::Accepted(promise),
            Reply::Verdict(_, verdict) => HandWord::Decided(verdict),
            Reply::Reading(reading) => HandWord::Read(reading),
            Reply::Refused(why) => HandWord::Refused(why),
            Reply::Notice(verdict) => HandWord::Decided(verdict),
        };
        let is_pending = |verdict: Verdict| verdict.status == OrderStatus::Pending;
        let spread = self.row(order).is_some_and(|row| matches!(row.request, HandRequest::Spread { .. }));
        match word {
            HandWord::Decided(verdict) if spread && is_pending(verdict) && sequence == order => {
                self.pending.insert(order, (now + ASK_EVERY, ASKS_MAX));
            }
            HandWord::Read(reading) if self.pending.contains_key(&order) => {
                if reading.order.is_some_and(is_pending) {
                    return;
                }
                self.pending.remove(&order);
            }
            HandWord::Refused(_) if self.pending.contains_key(&order) => return,
            _ => {}
        }
        self.note(now, order, word);
    }

    /// A request was sent again.
    pub(super) fn asked_again(&mut self, now: SimTime, sequence: Sequence) {
        if let Some(order) = self.asked.get(&sequence).copied() {
            self.note(now, order, HandWord::AskedAgain);
        }
    }

    /// Nobody answered in time.
    pub(super) fn gave_up(&mut self, now: SimTime, sequence: Sequence) {
        if let Some(order) = self.asked.get(&sequence).copied() {
            self.note(now, order, HandWord::Unknown);
        }
    }

    /// When a pending spread is asked for next.
    pub(super) fn next(&self) -> SimTime {
        self.pending.values().map(|(at, _)| *at).min().unwrap_or(SimTime::NEVER)
    }

    /// The pending spreads that are to be asked for now.
    pub(super) fn due(&mut self, now: SimTime) -> Vec<HandRequest> {
        let mut due = Vec::new();
        self.pending.retain(|order, (at, left)| {
            if *at <= now {
                due.push(HandRequest::Query { order: *order });
                (*at, *left) = (now + ASK_EVERY, *left - 1);
            }
            *left > 0
        });
        due
    }

    fn row(&self, order: Sequence) -> Option<&HandOrder> {
        self.rows.iter().find(|row| row.sequence == order)
    }

    fn note(&mut self, now: SimTime, order: Sequence, word: HandWord) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.sequence == order) {
            if row.words.len() == WORDS_MAX {
                row.words.remove(WORDS_MAX / 2);
            }
            row.words.push((now, word));
        }
        while self.asked.len() > crate::workload::session::SPAN_MAX {
            self.asked.pop_first();
        }
    }
}
