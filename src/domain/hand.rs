//! The hand: orders that a person at the keyboard places, and what became of each.
//!
//! Idea: a person is one more client with a session of its own. Each of its orders has a row on the *blotter*: what was
//! asked, and every word that came back, with its time. Cancels, replaces and queries are words on the row of the order
//! that they concern.
//! Bound: [`ROWS_MAX`] rows, the oldest go first; [`WORDS_MAX`] words a row, after which the middle ones are dropped.

use serde::{Deserialize, Serialize};

use super::ids::{Sequence, SymbolId};
use super::order::{OrderStatus, OrderType, Promise, Reading, Side, TimeInForce, Verdict};
use super::time::SimTime;
use super::units::{Price, Quantity};
use super::why::Why;
use super::work::Leg;

/// Rows that the blotter keeps.
pub const ROWS_MAX: usize = 64;
/// Words that a row keeps.
pub const WORDS_MAX: usize = 16;

/// What the hand asks. Orders are named by the sequence under which they were placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HandRequest {
    /// Buy or sell.
    Place {
        /// The instrument.
        symbol: SymbolId,
        /// Buy or sell.
        side: Side,
        /// Limit or market.
        order_type: OrderType,
        /// How much.
        quantity: Quantity,
        /// How long it may wait.
        time_in_force: TimeInForce,
    },
    /// Two legs, both or neither.
    Spread {
        /// The legs.
        legs: [Leg; 2],
    },
    /// Change an own order.
    Replace {
        /// Which.
        order: Sequence,
        /// The new limit.
        price: Price,
        /// The new quantity in all.
        quantity: Quantity,
    },
    /// Take an own order back.
    Cancel {
        /// Which.
        order: Sequence,
    },
    /// Ask what became of an own order.
    Query {
        /// Which.
        order: Sequence,
    },
}

impl HandRequest {
    /// The order that it concerns; `None` if it is a new one.
    pub const fn order(&self) -> Option<Sequence> {
        match self {
            Self::Place { .. } | Self::Spread { .. } => None,
            Self::Replace { order, .. } | Self::Cancel { order } | Self::Query { order } => Some(*order),
        }
    }
}

/// A word on an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandWord {
    /// The hand asked this.
    Asked(HandRequest),
    /// One try was refused, and the request waits on: it may be asked again, or an earlier try may have arrived.
    TryRefused(Why),
    /// It was asked again.
    AskedAgain,
    /// Promised.
    Accepted(Promise),
    /// Applied.
    Decided(Verdict),
    /// Read.
    Read(Reading),
    /// Refused on the way.
    Refused(Why),
    /// Nobody answered in time: what became of it is unknown.
    Unknown,
}

/// An order of the hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandOrder {
    /// The sequence under which it was placed: its name.
    pub sequence: Sequence,
    /// What it is.
    pub request: HandRequest,
    /// What was said of it, oldest first.
    pub words: Vec<(SimTime, HandWord)>,
}

impl HandOrder {
    /// The instrument; of a spread that of its first leg.
    pub const fn symbol(&self) -> Option<SymbolId> {
        match &self.request {
            HandRequest::Place { symbol, .. } => Some(*symbol),
            HandRequest::Spread { legs } => Some(legs[0].symbol()),
            _ => None,
        }
    }

    /// What it asks for now: its own request, with price and lots of the last replace that was not rejected.
    pub fn current(&self) -> HandRequest {
        let mut current = self.request;
        let HandRequest::Place { order_type: OrderType::Limit(limit), quantity, .. } = &mut current else {
            return current;
        };
        let mut asked = None;
        for (_, word) in &self.words {
            match word {
                HandWord::Asked(HandRequest::Replace { price, quantity, .. }) => asked = Some((*price, *quantity)),
                HandWord::Decided(verdict) if !matches!(verdict.status, OrderStatus::Rejected(_)) => {
                    (*limit, *quantity) = asked.take().unwrap_or((*limit, *quantity));
                }
                HandWord::Decided(_) | HandWord::Refused(_) => asked = None,
                _ => {}
            }
        }
        current
    }

    /// What was asked of it last, after it was placed.
    pub fn last_asked(&self) -> Option<&HandRequest> {
        self.words.iter().rev().find_map(|(_, word)| match word {
            HandWord::Asked(request) => Some(request),
            _ => None,
        })
    }

    /// The last reading, if nothing was decided after it.
    pub fn reading(&self) -> Option<Reading> {
        let told = self.words.iter().rev().find_map(|(_, word)| match word {
            HandWord::Decided(_) => Some(None),
            HandWord::Read(reading) => Some(Some(*reading)),
            _ => None,
        });
        told.flatten()
    }

    /// Where it stands, by the last verdict or reading. A verdict that rejects a cancel or a replace leaves the order what it
    /// was. A reading is always about the order.
    pub fn verdict(&self) -> Option<Verdict> {
        let mut stands = None;
        for (place, (_, word)) in self.words.iter().enumerate() {
            match word {
                HandWord::Decided(_) if self.refused_change(place).is_some() => {}
                HandWord::Decided(verdict) => stands = Some(*verdict),
                HandWord::Read(reading) => stands = reading.order.or(stands),
                _ => {}
            }
        }
        stands
    }

    /// The cancel or the replace that the word at this place refuses, once the order itself had its answer. `None` if the word
    /// refuses nothing, or the order itself.
    pub fn refused_change(&self, place: usize) -> Option<&HandRequest> {
        let (before, (_, word)) = (self.words.get(..place)?, self.words.get(place)?);
        let mut asked = before.iter().rev().filter_map(|(_, word)| match word {
            HandWord::Asked(request) => Some(request),
            _ => None,
        });
        let is_change =
            |request: &&HandRequest| matches!(request, HandRequest::Cancel { .. } | HandRequest::Replace { .. });
        let change = match word {
            // A query is never answered by a verdict.
            HandWord::Decided(verdict) if matches!(verdict.status, OrderStatus::Rejected(_)) => asked.find(is_change),
            HandWord::Refused(_) => asked.next().filter(is_change),
            _ => None,
        };
        let is_answered = before.iter().any(|(_, word)| match word {
            HandWord::Decided(_) => true,
            HandWord::Read(reading) => reading.order.is_some(),
            _ => false,
        });
        change.filter(|_| is_answered)
    }

    /// What was last said of the order itself before any verdict. A query that found nothing says nothing, nor does what was
    /// asked meanwhile.
    pub fn last_told(&self) -> Option<&HandWord> {
        let tells = |word: &&HandWord| matches!(word, HandWord::Accepted(_) | HandWord::Refused(_) | HandWord::Unknown);
        self.words.iter().map(|(_, word)| word).rfind(tells)
    }

    /// Whether something of it may rest in a book, by what is known: then it can be changed, or taken back.
    pub fn may_rest(&self) -> bool {
        let single = matches!(self.request, HandRequest::Place { .. });
        single
            && match self.verdict() {
                Some(verdict) => verdict.is_open(),
                None => !matches!(self.last_told(), Some(HandWord::Refused(_))),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GroupId, LogIndex, NodeId, SymbolId};

    const ORDER: Sequence = Sequence(1);

    fn order(words: &[HandWord]) -> HandOrder {
        let request = HandRequest::Place {
            symbol: SymbolId(0),
            side: Side::Buy,
            order_type: OrderType::Limit(Price(100)),
            quantity: Quantity(20),
            time_in_force: TimeInForce::GoodTillCancel,
        };
        HandOrder { sequence: ORDER, request, words: words.iter().map(|word| (SimTime::ZERO, *word)).collect() }
    }

    const fn decided(status: OrderStatus, filled: u64, resting: u64) -> HandWord {
        HandWord::Decided(Verdict { status, filled: Quantity(filled), resting: Quantity(resting) })
    }

    #[test]
    fn a_refused_cancel_leaves_the_order_what_it_was() {
        let cancel = HandWord::Asked(HandRequest::Cancel { order: ORDER });
        let too_late = decided(OrderStatus::Rejected(Why::UnknownOrder), 0, 0);
        let filled = order(&[decided(OrderStatus::Filled, 20, 0), cancel, too_late]);
        assert_eq!(filled.verdict().map(|verdict| (verdict.status, verdict.filled.0)), Some((OrderStatus::Filled, 20)));
        let rests = order(&[
            decided(OrderStatus::Pending, 0, 20),
            cancel,
            decided(OrderStatus::Cancelled, 0, 0),
            cancel,
            too_late,
        ]);
        assert_eq!(rests.verdict().map(|verdict| verdict.status), Some(OrderStatus::Cancelled));
        let rejected = order(&[decided(OrderStatus::Rejected(Why::BadPrice), 0, 0), cancel, too_late]);
        assert_eq!(rejected.verdict().map(|verdict| verdict.status), Some(OrderStatus::Rejected(Why::BadPrice)));
    }

    #[test]
    fn a_refusal_is_about_the_change_that_was_asked_for_last() {
        let (cancel, query) = (HandRequest::Cancel { order: ORDER }, HandRequest::Query { order: ORDER });
        let replace = HandRequest::Replace { order: ORDER, price: Price(9), quantity: Quantity(1) };
        let rests = decided(OrderStatus::Pending, 0, 20);
        let says_no = decided(OrderStatus::Rejected(Why::BadPrice), 0, 0);
        let refused = HandWord::Refused(Why::NoLeader);
        let asked = HandWord::Asked;
        let found = |order| {
            let (group, by, index) = (GroupId(1), NodeId(1), LogIndex(1));
            HandWord::Read(Reading { group, by, index, behind: 0, current: true, order })
        };
        let resting = Verdict { status: OrderStatus::Pending, filled: Quantity(0), resting: Quantity(20) };
        let table: [(&[HandWord], Option<HandRequest>); 9] = [
            (&[found(Some(resting)), asked(cancel), says_no], Some(cancel)),
            (&[found(None), asked(cancel), says_no], None),
            (&[rests, asked(query), refused], None),
            (&[rests, asked(cancel), asked(replace), says_no], Some(replace)),
            (&[rests, asked(cancel), refused], Some(cancel)),
            (&[rests, asked(cancel), asked(query), says_no], Some(cancel)),
            (&[rests, asked(cancel), asked(query), refused], None),
            (&[asked(cancel), says_no], None),
            (&[rests, asked(cancel), rests], None),
        ];
        for (words, expected) in table {
            assert_eq!(order(words).refused_change(words.len() - 1).copied(), expected, "{words:?}");
        }
    }

    #[test]
    fn a_spread_that_waited_and_then_could_not_trade_is_rejected() {
        let aborted = decided(OrderStatus::Rejected(Why::InsufficientFunds), 0, 0);
        let spread = order(&[decided(OrderStatus::Pending, 0, 20), aborted]);
        assert_eq!(spread.verdict().map(|verdict| verdict.status), Some(OrderStatus::Rejected(Why::InsufficientFunds)));
    }

    #[test]
    fn what_is_asked_for_now_is_what_the_last_replace_made_of_it() {
        let replace = HandWord::Asked(HandRequest::Replace { order: ORDER, price: Price(9), quantity: Quantity(5) });
        let terms = |words: &[HandWord]| match order(words).current() {
            HandRequest::Place { order_type: OrderType::Limit(limit), quantity, .. } => (limit.0, quantity.0),
            other => panic!("{other:?}"),
        };
        let own = terms(&[]);
        let rests = decided(OrderStatus::Pending, 0, 20);
        assert_eq!(terms(&[rests, replace]), own, "as long as nothing is decided");
        assert_eq!(terms(&[rests, replace, rests]), (9, 5));
        let refused = decided(OrderStatus::Rejected(Why::UnknownOrder), 0, 0);
        assert_eq!(terms(&[rests, replace, refused]), own);
        assert_eq!(terms(&[rests, replace, refused, rests]), own, "a verdict on something else");
        assert_eq!(terms(&[rests, replace, HandWord::TryRefused(Why::NoLeader), rests]), (9, 5), "one try was refused");
    }

    #[test]
    fn only_what_may_rest_can_be_changed_or_taken_back() {
        let query = HandWord::Asked(HandRequest::Query { order: ORDER });
        let table: [(&[HandWord], bool); 8] = [
            (&[HandWord::Refused(Why::NoLeader), query], false),
            (&[], true),
            (&[HandWord::Unknown], true),
            (&[HandWord::Refused(Why::NoLeader)], false),
            (&[decided(OrderStatus::Pending, 0, 20)], true),
            (&[decided(OrderStatus::AwaitsCash, 0, 20)], true),
            (&[decided(OrderStatus::PartiallyFilled, 5, 15)], true),
            (&[decided(OrderStatus::Filled, 20, 0)], false),
        ];
        for (words, expected) in table {
            assert_eq!(order(words).may_rest(), expected, "{words:?}");
        }
    }
}
