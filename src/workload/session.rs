//! A session: numbers its requests, remembers those that wait, and which of its orders may still rest in a book.
//!
//! Idea: what waits is a dense run of sequences, so a ring indexed by `sequence - floor` finds a request without a
//! search. The floor is the lowest sequence that waits; everything below is answered or given up for ever.
//! Shape: `open` is what the session could cancel or ask about. Together with the forced cancels of `orders` it
//! bounds what a session keeps in the books, however long it trades.
//! Bound: `SPAN_MAX` sequences from the floor to the newest, the count that a group keeps for a session (more would
//! be `SessionFull`); a session that reaches it sends nothing until the floor moves.
//! Timers: a session knows a time before which nothing of it is due. It is a lower bound, corrected when it comes:
//! nearly every request is answered long before, so a timer for each would be set in vain.
//! Sources: sessions and their floor, Ongaro 2014 §6.3.

use std::collections::VecDeque;

use crate::domain::ids::{ClientId, Sequence, SymbolId};
use crate::domain::order::{Command, OrderStatus, OrderType, Record, Side, TimeInForce, Verdict};
use crate::domain::time::SimTime;
use crate::domain::units::Price;
use crate::domain::why::Why;
use crate::workload::budget::Budget;

/// From the floor to the newest sequence at most.
pub const SPAN_MAX: usize = 1_024;

/// An order that may rest in a book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenOrder {
    /// Its instrument.
    pub symbol: SymbolId,
    /// Its number.
    pub sequence: Sequence,
    /// Its side.
    pub side: Side,
    /// The limit that was last asked for.
    pub price: Price,
}

/// On whose account a request is sent: 0 is the steady load, the others are bursts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source(pub u8);

impl Source {
    /// The steady load.
    pub const STEADY: Self = Self(0);
}

/// A request that waits for its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// What it asks.
    pub command: Command,
    /// When it was first sent.
    pub sent: SimTime,
    /// When it is looked at next: to be sent again, or given up.
    pub due: SimTime,
    /// How often it was sent again.
    pub retries: u32,
    /// Attempts without an answer: at most one more than `client.retries_max` allows. Each is refused at most once, so none is left
    /// once all were refused.
    pub silent: u8,
    /// On whose account.
    pub source: Source,
    /// An answer said that an attempt may yet be executed.
    pub doubt: bool,
    /// The last word on it was a refusal, so `due` is its next try and not a sign of silence.
    pub refused: bool,
}

/// What is known of a request whose wait ended without an acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It was not done.
    Refused,
    /// It may be done.
    Unknown,
}

/// A client session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub id: ClientId,
    /// The sequence of the first place of `pending`: the floor.
    floor: Sequence,
    /// `None` where the answer came out of turn.
    pending: VecDeque<Option<Pending>>,
    /// Orders that may rest, oldest first.
    pub open: VecDeque<OpenOrder>,
    /// Nothing is due before.
    quiet_until: SimTime,
    /// What it has saved for retries.
    pub budget: Budget,
}

impl Session {
    /// A session that has asked nothing yet.
    pub fn new(id: ClientId) -> Self {
        let (pending, open, quiet_until) = (VecDeque::new(), VecDeque::new(), SimTime::NEVER);
        Self { id, floor: Sequence(1), pending, open, quiet_until, budget: Budget::FULL }
    }

    /// Whether it must wait for its floor.
    pub fn is_full(&self) -> bool {
        self.pending.len() >= SPAN_MAX
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> u64 {
        (self.pending.len() * size_of::<Option<Pending>>() + self.open.len() * size_of::<OpenOrder>()) as u64
    }

    /// The lowest sequence that waits, or the next one.
    pub const fn floor(&self) -> Sequence {
        self.floor
    }

    /// The sequence of the next request.
    pub fn next(&self) -> Sequence {
        Sequence(self.floor.0 + self.pending.len() as u64)
    }

    /// Nothing is due before this time.
    pub const fn quiet_until(&self) -> SimTime {
        self.quiet_until
    }

    /// Numbers a request and remembers it; the record to be sent. The session must not be full.
    pub fn ask(&mut self, pending: Pending) -> Record {
        assert!(!self.is_full(), "a session keeps at most SPAN_MAX sequences");
        let sequence = self.next();
        self.quiet_until = self.quiet_until.min(pending.due);
        self.pending.push_back(Some(pending));
        Record { id: self.id.request(sequence), floor: self.floor, command: pending.command }
    }

    /// The request of this sequence, if it waits.
    pub fn waiting(&mut self, sequence: Sequence) -> Option<&mut Pending> {
        let place = usize::try_from(sequence.0.checked_sub(self.floor.0)?).ok()?;
        self.pending.get_mut(place)?.as_mut()
    }

    /// The next look at a request that waits moves to this time.
    pub fn look_again(&mut self, sequence: Sequence, due: SimTime) {
        if let Some(pending) = self.waiting(sequence) {
            pending.due = due;
            self.quiet_until = self.quiet_until.min(due);
        }
    }

    /// The wait is over; the floor moves over everything that no longer waits.
    pub fn settle(&mut self, sequence: Sequence) -> Option<Pending> {
        let place = usize::try_from(sequence.0.checked_sub(self.floor.0)?).ok()?;
        let settled = self.pending.get_mut(place)?.take();
        while let Some(None) = self.pending.front() {
            self.pending.pop_front();
            self.floor.0 += 1;
        }
        settled
    }

    /// Collects the sequences that are due, and learns until when it is quiet then.
    pub fn collect_due(&mut self, now: SimTime, due: &mut Vec<Sequence>) {
        self.quiet_until = SimTime::NEVER;
        for (place, pending) in self.pending.iter().enumerate() {
            match pending {
                Some(pending) if pending.due <= now => due.push(Sequence(self.floor.0 + place as u64)),
                Some(pending) => self.quiet_until = self.quiet_until.min(pending.due),
                None => {}
            }
        }
    }

    /// An order was acknowledged, and may rest.
    pub fn placed(&mut self, sequence: Sequence, command: Command) {
        let Command::Place { symbol, side, order_type: OrderType::Limit(price), time_in_force, .. } = command else {
            return;
        };
        if time_in_force == TimeInForce::GoodTillCancel {
            self.open.push_back(OpenOrder { symbol, sequence, side, price });
        }
    }

    /// A request was applied, and this is what came of it.
    pub fn decided(&mut self, sequence: Sequence, command: Command, verdict: Verdict) {
        let gone = verdict.resting.is_zero();
        match command {
            Command::Place { .. } if !gone => self.placed(sequence, command),
            // Some of it is held for a spread: it is asked for again.
            Command::Cancel { symbol, order } if verdict.status == OrderStatus::Rejected(Why::Held) => {
                self.open.push_back(OpenOrder { symbol, sequence: order, side: Side::Buy, price: Price(1) });
            }
            // A replace that was refused for its figures has left its order where it was.
            Command::Replace { order, .. } if gone => match verdict.status {
                OrderStatus::Rejected(why) if why != Why::UnknownOrder => {}
                _ => self.closed(order),
            },
            _ => {}
        }
    }

    /// A request ended without an acknowledgement. What may rest is kept to be cancelled, or the books would fill.
    pub fn unanswered(&mut self, sequence: Sequence, command: Command, ending: Ending) {
        match command {
            // To the back of the queue: a partition that refuses everything must not hold up cancels for the others. Side and
            // price do not matter to a cancel.
            Command::Cancel { symbol, order } => {
                self.open.push_back(OpenOrder { symbol, sequence: order, side: Side::Buy, price: Price(1) });
            }
            Command::Place { .. } if ending == Ending::Unknown => self.placed(sequence, command),
            Command::Place { .. } | Command::Replace { .. } | Command::Spread { .. } | Command::Query { .. } => {}
        }
    }

    /// The order is known not to rest: traded, cancelled or refused.
    pub fn closed(&mut self, sequence: Sequence) {
        // A verdict comes soon after its order: the search begins at the young end.
        if let Some(place) = self.open.iter().rposition(|order| order.sequence == sequence) {
            self.open.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pending(due: u64) -> Pending {
        Pending {
            command: Command::Query { symbol: SymbolId(0), order: Sequence(1) },
            sent: SimTime::ZERO,
            due: SimTime(due),
            retries: 0,
            silent: 1,
            source: Source::STEADY,
            doubt: false,
            refused: false,
        }
    }

    #[test]
    fn a_session_is_full_until_its_floor_moves() {
        let mut session = Session::new(ClientId(1));
        while !session.is_full() {
            session.ask(pending(9));
        }
        session.settle(Sequence(2));
        assert!(session.is_full(), "an answer out of turn does not move the floor");
        session.settle(Sequence(1));
        assert!(!session.is_full());
        assert_eq!(session.floor(), Sequence(3));
        assert_eq!(session.ask(pending(9)).id.sequence, Sequence(SPAN_MAX as u64 + 1));
    }

    #[test]
    fn a_cancel_that_was_refused_waits_behind_the_others() {
        let mut session = Session::new(ClientId(1));
        let limit = OrderType::Limit(Price(9));
        let place = |symbol| Command::Place {
            symbol: SymbolId(symbol),
            side: Side::Buy,
            order_type: limit,
            quantity: crate::domain::units::Quantity(1),
            time_in_force: TimeInForce::GoodTillCancel,
            venue: None,
        };
        (1..=2).for_each(|order| session.placed(Sequence(order), place(order as u16)));
        let first = session.open.pop_front().unwrap();
        let cancel = Command::Cancel { symbol: first.symbol, order: first.sequence };
        session.unanswered(Sequence(3), cancel, Ending::Refused);
        let left: Vec<u64> = session.open.iter().map(|open| open.sequence.0).collect();
        assert_eq!(left, [2, 1], "its partition may refuse everything, the other's may not");
    }

    proptest! {
        #[test]
        fn the_floor_is_the_lowest_that_waits(answers in proptest::collection::vec(1_u64..60, 0..120)) {
            let mut session = Session::new(ClientId(1));
            let mut waits = std::collections::BTreeSet::new();
            for answer in answers {
                let record = session.ask(pending(9));
                waits.insert(record.id.sequence.0);
                let lowest = *waits.first().unwrap();
                prop_assert_eq!(record.floor, Sequence(lowest.min(record.id.sequence.0)));
                prop_assert_eq!(session.settle(Sequence(answer)).is_some(), waits.remove(&answer));
            }
            let next = session.ask(pending(9)).id.sequence.0;
            prop_assert_eq!(session.floor().0, waits.first().copied().unwrap_or(next));
        }

        #[test]
        fn nothing_is_due_before_the_quiet_ends(dues in proptest::collection::vec(1_u64..100, 1..50), now in 1_u64..100) {
            let mut session = Session::new(ClientId(1));
            dues.iter().for_each(|due| { session.ask(pending(*due)); });
            prop_assert_eq!(session.quiet_until().0, *dues.iter().min().unwrap());
            let mut due = Vec::new();
            session.collect_due(SimTime(now), &mut due);
            prop_assert_eq!(due.len(), dues.iter().filter(|due| **due <= now).count());
            let rest = dues.iter().filter(|due| **due > now).min().copied();
            prop_assert_eq!(session.quiet_until(), rest.map_or(SimTime::NEVER, SimTime));
        }
    }
}
