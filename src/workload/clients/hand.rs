//! The hand's session: what a person asks, and the blotter that remembers it.
//!
//! Idea: it sends like any other session, with the same deadlines and retries, so that what happens to its orders is what
//! happens to everybody's. A spread is decided after its verdict said *pending*, so the hand goes on asking for it by
//! itself, [`ASKS_MAX`] times. An order that rests trades when others come, and nobody tells its owner: so the hand asks for
//! each twice a second, as a person's terminal would, and a word is only what is new.
//! Bound: the rows and words of `domain::hand`; one request in flight is remembered for each place of the session.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
/// An order that rests is asked for this often.
const LOOK_EVERY: SimDuration = SimDuration::from_millis(500);

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asker {
    /// A person: every word counts.
    Person,
    /// The blotter by itself: only news counts.
    Blotter,
}

/// The blotter, and which of its rows the requests on their way belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Hand {
    rows: VecDeque<HandOrder>,
    asked: BTreeMap<Sequence, Sequence>,
    /// The next query of each pending spread, and how many are left.
    pending: BTreeMap<Sequence, (SimTime, u32)>,
    /// Orders that rest, by the last word, and when each is looked at next.
    open: BTreeMap<Sequence, SimTime>,
    /// Queries on their way that the blotter has made by itself.
    looks: BTreeSet<Sequence>,
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
    pub(super) fn sent(&mut self, now: SimTime, sequence: Sequence, request: HandRequest, asker: Asker) {
        let order = request.order().unwrap_or(sequence);
        if request.order().is_none() {
            let full = self.rows.len() == ROWS_MAX;
            if let Some(oldest) = self.rows.pop_front_if(|_| full) {
                self.open.remove(&oldest.sequence);
            }
            self.rows.push_back(HandOrder { sequence, request, words: Vec::new() });
        }
        self.asked.insert(sequence, order);
        while self.asked.len() > crate::workload::session::SPAN_MAX {
            if let Some((oldest, _)) = self.asked.pop_first() {
                self.looks.remove(&oldest);
            }
        }
        match asker {
            Asker::Person => self.note(now, order, HandWord::Asked(request)),
            Asker::Blotter => {
                self.looks.insert(sequence);
            }
        }
    }

    /// An answer came.
    pub(super) fn answered(&mut self, now: SimTime, sequence: Sequence, reply: Reply) {
        let Some(order) = self.asked.get(&sequence).copied() else { return };
        if self.looks.contains(&sequence) && !self.pending.contains_key(&order) {
            self.looked(now, order, reply);
            return;
        }
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
        self.watch(now, order);
    }

    /// The blotter has looked at an order that rests: what has traded since, or how it ended, is worth a word. A replica that
    /// is behind tells what was true before, which is not.
    fn looked(&mut self, now: SimTime, order: Sequence, reply: Reply) {
        let Reply::Reading(reading) = reply else { return };
        let known = self.row(order).and_then(HandOrder::verdict);
        let news = |(told, known): (Verdict, Verdict)| {
            let ended = !told.is_open() && told.filled >= known.filled;
            let entered = known.status == OrderStatus::AwaitsCash && told.status != OrderStatus::AwaitsCash;
            known.is_open() && (told.filled > known.filled || ended || entered)
        };
        if reading.order.zip(known).is_some_and(news) {
            self.note(now, order, HandWord::Read(reading));
            self.watch(now, order);
        }
    }

    /// An order that rests is looked at from now on, one that does not is not.
    fn watch(&mut self, now: SimTime, order: Sequence) {
        let Some(row) = self.row(order) else { return };
        if matches!(row.request, HandRequest::Place { .. }) && row.verdict().is_some_and(|verdict| verdict.is_open()) {
            self.open.entry(order).or_insert(now + LOOK_EVERY);
        } else {
            self.open.remove(&order);
        }
    }

    /// A try was refused, and the request waits on.
    pub(super) fn try_refused(&mut self, now: SimTime, sequence: Sequence, why: Why) {
        if let Some(order) = self.by_person(sequence) {
            self.note(now, order, HandWord::TryRefused(why));
        }
    }

    /// A request was sent again.
    pub(super) fn asked_again(&mut self, now: SimTime, sequence: Sequence) {
        if let Some(order) = self.by_person(sequence) {
            self.note(now, order, HandWord::AskedAgain);
        }
    }

    /// Nobody answered in time.
    pub(super) fn gave_up(&mut self, now: SimTime, sequence: Sequence) {
        if let Some(order) = self.by_person(sequence) {
            self.note(now, order, HandWord::Unknown);
        }
    }

    /// The order of a request that a person has made, and waits for: once it is known to have ended, how a cancel or a replace
    /// of it fares is no news.
    fn by_person(&self, sequence: Sequence) -> Option<Sequence> {
        let order = self.asked.get(&sequence).copied().filter(|_| !self.looks.contains(&sequence))?;
        let is_moot = |row: &HandOrder| {
            let asks = matches!(row.last_asked(), Some(HandRequest::Query { .. }));
            !asks && row.verdict().is_some_and(|verdict| !verdict.is_open())
        };
        (!self.row(order).is_some_and(is_moot)).then_some(order)
    }

    /// When a pending spread, or an order that rests, is asked for next.
    pub(super) fn next(&self) -> SimTime {
        let pending = self.pending.values().map(|(at, _)| *at);
        pending.chain(self.open.values().copied()).min().unwrap_or(SimTime::NEVER)
    }

    /// The pending spreads, and the orders that rest, that are to be asked for now.
    pub(super) fn due(&mut self, now: SimTime) -> Vec<HandRequest> {
        let mut due = Vec::new();
        self.pending.retain(|order, (at, left)| {
            if *at <= now {
                due.push(HandRequest::Query { order: *order });
                (*at, *left) = (now + ASK_EVERY, *left - 1);
            }
            *left > 0
        });
        for (order, at) in self.open.iter_mut().filter(|(_, at)| **at <= now) {
            due.push(HandRequest::Query { order: *order });
            *at = now + LOOK_EVERY;
        }
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
    use crate::domain::order::{OrderType, Promise, Reading, Side, TimeInForce};
    use crate::domain::units::{Price, Quantity};

    const ORDER: Sequence = Sequence(1);

    fn verdict(status: OrderStatus, filled: u64, resting: u64) -> Verdict {
        Verdict { status, filled: Quantity(filled), resting: Quantity(resting) }
    }

    fn rests() -> Hand {
        placed(OrderStatus::Pending)
    }

    fn placed(status: OrderStatus) -> Hand {
        let mut hand = Hand::default();
        let (side, order_type) = (Side::Buy, OrderType::Limit(Price(100)));
        let (quantity, time_in_force) = (Quantity(20), TimeInForce::GoodTillCancel);
        let request = HandRequest::Place { symbol: SymbolId(7), side, order_type, quantity, time_in_force };
        hand.sent(SimTime::ZERO, ORDER, request, Asker::Person);
        let pending = verdict(status, 0, 20);
        hand.answered(
            SimTime::ZERO,
            ORDER,
            Reply::Verdict(Promise { group: GroupId(1), term: Term(1), index: LogIndex(5) }, pending),
        );
        hand
    }

    /// The blotter asks when it is due, and this is what it is told; how many words the row has then.
    fn look(hand: &mut Hand, ms: u64, order: Option<Verdict>) -> usize {
        let now = SimTime::from_millis(ms);
        let due = hand.due(now);
        assert_eq!(due, [HandRequest::Query { order: ORDER }], "at {ms}");
        let asked = Sequence(ms);
        hand.sent(now, asked, due[0], Asker::Blotter);
        let (group, by, index) = (GroupId(1), NodeId(1), LogIndex(9));
        hand.answered(now, asked, Reply::Reading(Reading { group, by, index, behind: 0, current: true, order }));
        hand.rows[0].words.len()
    }

    #[test]
    fn an_order_that_rests_is_looked_at_and_only_news_are_a_word() {
        let mut hand = rests();
        assert_eq!((hand.rows[0].words.len(), hand.next()), (2, SimTime::from_millis(500)));
        assert!(hand.due(SimTime::from_millis(499)).is_empty());
        assert_eq!(look(&mut hand, 500, Some(verdict(OrderStatus::Pending, 0, 20))), 2, "nothing new");
        assert_eq!(look(&mut hand, 1_000, Some(verdict(OrderStatus::PartiallyFilled, 7, 13))), 3);
        assert_eq!(look(&mut hand, 1_500, Some(verdict(OrderStatus::Pending, 0, 20))), 3, "an old replica");
        assert_eq!(look(&mut hand, 2_000, None), 3, "a replica that does not know it");
        assert_eq!(look(&mut hand, 2_500, Some(verdict(OrderStatus::Filled, 20, 0))), 4);
        assert_eq!(hand.rows[0].verdict(), Some(verdict(OrderStatus::Filled, 20, 0)));
        assert_eq!(hand.next(), SimTime::NEVER, "it has ended");
    }

    #[test]
    fn what_the_blotter_asks_and_is_not_told_is_no_word_and_what_a_person_asks_is() {
        let mut hand = rests();
        let query = hand.due(SimTime::from_millis(500))[0];
        hand.sent(SimTime::from_millis(500), Sequence(2), query, Asker::Blotter);
        hand.asked_again(SimTime::from_millis(600), Sequence(2));
        hand.gave_up(SimTime::from_millis(700), Sequence(2));
        assert_eq!(hand.rows[0].words.len(), 2);
        hand.sent(SimTime::from_millis(800), Sequence(3), query, Asker::Person);
        hand.gave_up(SimTime::from_millis(900), Sequence(3));
        assert_eq!(hand.rows[0].words.len(), 4);
    }

    #[test]
    fn an_order_that_got_its_cash_and_rests_is_told_of_once() {
        let mut hand = placed(OrderStatus::AwaitsCash);
        assert_eq!(look(&mut hand, 500, Some(verdict(OrderStatus::AwaitsCash, 0, 20))), 2, "it still waits");
        assert_eq!(look(&mut hand, 1_000, Some(verdict(OrderStatus::Pending, 0, 20))), 3, "it has come to the book");
        assert_eq!(look(&mut hand, 1_500, Some(verdict(OrderStatus::AwaitsCash, 0, 20))), 3, "an old replica");
        assert_eq!(hand.rows[0].verdict(), Some(verdict(OrderStatus::Pending, 0, 20)));
    }

    #[test]
    fn an_order_that_a_late_refusal_ends_is_told_of() {
        let mut hand = rests();
        let refused = verdict(OrderStatus::Rejected(Why::InsufficientFunds), 0, 0);
        assert_eq!(look(&mut hand, 500, Some(refused)), 3);
        assert_eq!((hand.rows[0].verdict(), hand.next()), (Some(refused), SimTime::NEVER));
    }
}
