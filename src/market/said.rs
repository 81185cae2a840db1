//! A status in one byte: how sessions and endings remember what was said.
//!
//! Idea: a `Why` may name nodes and terms, which the book never does; kept as it is, a verdict takes 32 bytes, and each
//! group keeps thousands of them in every checkpoint. The few statuses that a book can give fit a byte.
//! Errors: a status that no book gives is a bug of the caller, and asserted.

use crate::domain::order::OrderStatus;
use crate::domain::why::Why;

const STATUSES: [OrderStatus; 29] = [
    OrderStatus::Pending,
    OrderStatus::PartiallyFilled,
    OrderStatus::Filled,
    OrderStatus::Cancelled,
    OrderStatus::Rejected(Why::BadQuantity),
    OrderStatus::Rejected(Why::BadPrice),
    OrderStatus::Rejected(Why::NoLiquidity),
    OrderStatus::Rejected(Why::UnknownOrder),
    OrderStatus::Rejected(Why::CancelledBefore),
    OrderStatus::Rejected(Why::BookFull),
    OrderStatus::Rejected(Why::NotFillable),
    OrderStatus::Rejected(Why::SelfTrade),
    OrderStatus::Stopped(Why::SelfTrade),
    OrderStatus::Rejected(Why::Held),
    OrderStatus::Rejected(Why::SameSymbol),
    OrderStatus::Rejected(Why::UnknownSymbol),
    OrderStatus::Rejected(Why::NotOwner),
    OrderStatus::Rejected(Why::Overloaded),
    OrderStatus::Rejected(Why::Deadline),
    OrderStatus::Rejected(Why::TransactionUnknown),
    OrderStatus::Rejected(Why::SessionFull),
    OrderStatus::Rejected(Why::InsufficientFunds),
    OrderStatus::Rejected(Why::InsufficientLots),
    OrderStatus::Rejected(Why::AllotmentShort),
    OrderStatus::Rejected(Why::AccountsFull),
    OrderStatus::Stopped(Why::VenueClosed),
    OrderStatus::Rejected(Why::VenueClosed),
    OrderStatus::Rejected(Why::OffStep),
    OrderStatus::AwaitsCash,
];

/// The bytes of refusals by the codes of their reasons; 0, which is no refusal, where a book never gives one.
const REFUSALS: [u8; 256] = {
    let (mut bytes, mut at) = ([0; 256], 0);
    while at < STATUSES.len() {
        if let OrderStatus::Rejected(why) = STATUSES[at] {
            bytes[why.code() as usize] = at as u8;
        }
        at += 1;
    }
    bytes
};

/// A status that a book can give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said(u8);

impl Said {
    /// The byte of a status.
    pub fn new(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Pending => Self(0),
            OrderStatus::PartiallyFilled => Self(1),
            OrderStatus::Filled => Self(2),
            OrderStatus::Cancelled => Self(3),
            OrderStatus::Rejected(why) if REFUSALS[usize::from(why.code())] > 0 => {
                Self(REFUSALS[usize::from(why.code())])
            }
            // Rare, or wrong.
            OrderStatus::Rejected(_) | OrderStatus::Stopped(_) | OrderStatus::AwaitsCash => {
                let code = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len());
                assert!(code < STATUSES.len(), "only what a book says is remembered, not {status:?}");
                Self(code as u8)
            }
        }
    }

    /// The status of the byte.
    pub fn status(self) -> OrderStatus {
        STATUSES[usize::from(self.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_a_book_comes_back_as_it_went() {
        for status in STATUSES {
            assert_eq!(Said::new(status).status(), status);
        }
    }
}
