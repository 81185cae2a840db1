//! Orders: what a client asks for, what it is told, and the record that carries it through the log.
//!
//! Idea: a request *is* the record. It is made once by the session and travels in a shared `Batch` at every hop, so
//! that replication to a follower costs a pointer, not a copy.
//! Shape: `Record` -> `Answer::Accepted` (the promise that the ledger counts) -> `Answer::Verdict` (what the book
//! said once the record was applied). A refusal before any promise is `Answer::Refused`.
//! At most once: `(client, sequence)` names the request for ever; `floor` is the session's lowest unanswered
//! sequence, below which a group may forget answers (Ongaro 2014 §6.3).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::digest::{self, Digest};
use super::ids::{ClientId, GroupId, LogIndex, NodeId, RequestId, Sequence, SymbolId, Term};
use super::priority::Priority;
pub use super::rules::ReadFrom;
use super::tick::{Signal, TickBatch, TickReport};
use super::time::SimTime;
use super::trades::PartAnswer;
use super::units::{Price, Quantity};
use super::venue::VenueId;
use super::why::Why;
use super::work::Leg;

/// Which side of the book.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Side {
    /// Wants to buy.
    Buy,
    /// Wants to sell.
    Sell,
}

impl Side {
    /// Its word in commands.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// How an order meets the book.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OrderType {
    /// Trades at this price or better; what is left rests in the book.
    Limit(Price),
    /// Trades at any price; what is left is cancelled.
    Market,
}

/// How long an order may wait for its other side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeInForce {
    /// What does not trade at once rests until it trades or is taken back. A market order never rests, so for one this
    /// is the same as immediate-or-cancel.
    #[default]
    GoodTillCancel,
    /// What does not trade at once is cancelled.
    ImmediateOrCancel,
    /// All of it trades at once, or none.
    FillOrKill,
}

/// What the book does where an order would trade with one of the same account.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SelfTrade {
    /// They trade like strangers.
    Allow,
    /// The order that comes is cancelled, and what rests stays: the usual default, since it never takes away a place in
    /// a queue.
    #[default]
    CancelIncoming,
    /// The order that rests is cancelled, and the one that comes goes on.
    CancelResting,
    /// Both are cancelled.
    CancelBoth,
    /// Both lose the smaller of the two quantities without a trade; the one that has nothing left is out.
    Decrement,
}

/// What a client wants of the group that owns the symbol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Command {
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
        /// Where it goes; a client leaves that open, a gateway chooses where there is a choice.
        venue: Option<VenueId>,
    },
    /// Change an own order that rests; it keeps its name. It keeps its place in the queue too if the price is the same
    /// and the quantity does not grow; else it leaves, and comes back as if it were new: it may trade at once.
    Replace {
        /// The instrument of the order.
        symbol: SymbolId,
        /// The sequence under which the order was placed.
        order: Sequence,
        /// The new limit.
        price: Price,
        /// The new quantity *in all*, as in FIX: what has traded before counts. If no more than that is asked for, the
        /// order is cancelled. So a replace that crosses a fill on its way never asks for more than its sender meant.
        quantity: Quantity,
    },
    /// Two legs in two books, both or neither. The group of the first leg's symbol coordinates.
    Spread {
        /// The legs.
        legs: [Leg; 2],
    },
    /// Take back an order of the same session. One that arrives before its order leaves a tombstone.
    Cancel {
        /// The instrument of the order.
        symbol: SymbolId,
        /// The sequence under which the order was placed.
        order: Sequence,
    },
    /// Ask what became of an order: a read, never in the log.
    Query {
        /// The instrument of the order.
        symbol: SymbolId,
        /// The sequence under which the order was placed.
        order: Sequence,
    },
}

impl Command {
    /// An order that is good till cancelled.
    pub const fn place(symbol: SymbolId, side: Side, order_type: OrderType, quantity: Quantity) -> Self {
        Self::Place { symbol, side, order_type, quantity, time_in_force: TimeInForce::GoodTillCancel, venue: None }
    }

    /// The instrument that it concerns, which decides its partition.
    pub const fn symbol(&self) -> SymbolId {
        match self {
            Self::Spread { legs } => legs[0].symbol(),
            Self::Place { symbol, .. }
            | Self::Replace { symbol, .. }
            | Self::Cancel { symbol, .. }
            | Self::Query { symbol, .. } => *symbol,
        }
    }

    /// Whether it only reads.
    pub const fn is_query(&self) -> bool {
        matches!(self, Self::Query { .. })
    }
}

/// A request on its way, and the unit that a log index counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Who asks, and the how-manieth request of that session it is.
    pub id: RequestId,
    /// The session's lowest sequence that still waits for its answer.
    pub floor: Sequence,
    /// What is asked.
    pub command: Command,
}

/// Records that travel together, shared by everybody who holds them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    records: Arc<[Record]>,
    digest: Digest,
    /// When a leader closed it, by the leader's clock; 0 before.
    #[serde(default)]
    stamp: SimTime,
}

impl Batch {
    /// The most records that one batch may hold.
    pub const RECORDS_MAX: usize = 512;

    /// Closes a batch; its digest is computed here, once for all replicas.
    pub fn new(records: impl Into<Arc<[Record]>>) -> Self {
        let records = records.into();
        let digest = records.iter().fold(Digest::default(), digest::of_record);
        Self { records, digest, stamp: SimTime::ZERO }
    }

    /// The same batch, closed at this time; the digest covers it.
    #[must_use]
    pub fn stamped(self, stamp: SimTime) -> Self {
        Self { digest: self.digest.mix(stamp.0), stamp, ..self }
    }

    /// When a leader closed it.
    pub const fn stamp(&self) -> SimTime {
        self.stamp
    }

    /// The records in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The digest over all records.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest && self.records == other.records
    }
}

impl Eq for Batch {}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OrderStatus {
    /// Waits for cash of its account from another partition, and is in no book yet.
    AwaitsCash,
    /// Resting, nothing traded.
    Pending,
    /// Resting, some of it traded.
    PartiallyFilled,
    /// All of it traded.
    Filled,
    /// Taken back by its owner, or what was left of an order that does not wait.
    Cancelled,
    /// Refused by the book: nothing has happened.
    Rejected(Why),
    /// What was left of it was cancelled by a rule of the book, whatever had traded before.
    Stopped(Why),
}

/// What applying a record decided: the same on every replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Where the order stands after it.
    pub status: OrderStatus,
    /// How much of it has traded.
    pub filled: Quantity,
    /// How much of it rests in the book.
    pub resting: Quantity,
}

impl Verdict {
    /// The book said no.
    pub const fn rejected(why: Why) -> Self {
        Self { status: OrderStatus::Rejected(why), filled: Quantity::ZERO, resting: Quantity::ZERO }
    }

    /// Whether something of the order may still trade.
    pub const fn is_open(&self) -> bool {
        matches!(self.status, OrderStatus::AwaitsCash | OrderStatus::Pending | OrderStatus::PartiallyFilled)
    }
}

/// Where a promise stands in a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Promise {
    /// The group that promised.
    pub group: GroupId,
    /// The term of the leader that promised.
    pub term: Term,
    /// The index of the record.
    pub index: LogIndex,
}

/// What a read saw.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// The group that answered.
    pub group: GroupId,
    /// The node that answered.
    pub by: NodeId,
    /// How far it had applied: the state that was read.
    pub index: LogIndex,
    /// How many committed records it knew of and had not applied: its staleness, 0 from a leader.
    pub behind: u64,
    /// A leader read it after it had made sure that it leads: nothing that was acknowledged before is missing. Else it may
    /// be older than even `behind` says, for a replica that is cut off does not know how much it has not heard.
    pub current: bool,
    /// The order, if that state holds it.
    pub order: Option<Verdict>,
}

/// What a client is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The acknowledgement rule is met: this order is promised.
    Accepted(Promise),
    /// Applied: final. It carries the promise too, where both came in one message.
    Verdict(Promise, Verdict),
    /// The answer to a query.
    Reading(Reading),
    /// Not done and not promised; it may be asked again.
    Refused(Why),
    /// Nobody asked: an order that rested has been cancelled by the desk, and this is where it stands.
    Notice(Verdict),
}

/// A reply and the request that it answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The request.
    pub id: RequestId,
    /// What is said of it.
    pub reply: Reply,
}

impl Answer {
    /// A refusal of this request.
    pub const fn refused(id: RequestId, why: Why) -> Self {
        Self { id, reply: Reply::Refused(why) }
    }
}

/// What travels between the nodes and those outside: clients, balancer, tick source.
#[derive(Clone, Debug)]
pub enum DeskMessage {
    /// Requests on their way in.
    Submit(Submission),
    /// Answers on their way out.
    Answers(Arc<[Answer]>),
    /// The balancer asks a gateway how it is.
    Probe,
    /// How the gateway is.
    ProbeAnswer(GatewayLoad),
    /// Market data on its way to a node.
    Ticks(Arc<TickBatch>),
    /// How far a node is with its market data: the source's credits.
    Credits(TickReport),
    /// Signals on their way to whoever trades on them.
    Signals(Arc<[Signal]>),
    /// Trades on their way to who asked for them.
    Trades(Arc<PartAnswer>),
}

/// Requests that a session hands in together.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The requests.
    pub batch: Batch,
    /// Which replica its queries want.
    pub read_from: ReadFrom,
    /// When the clients stop waiting, in virtual time: whoever holds it longer may drop it.
    pub deadline: SimTime,
}

/// How full a gateway is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GatewayLoad {
    /// Requests taken and not answered.
    pub in_flight: u32,
    /// The most that it takes.
    pub capacity: u32,
    /// Requests that wait for a free place.
    pub queued: u32,
    /// The same by class of urgency, the most urgent first.
    pub queued_by_class: [u32; Priority::COUNT],
}

impl ClientId {
    /// The request of this session with this sequence.
    pub const fn request(self, sequence: Sequence) -> RequestId {
        RequestId { client: self, sequence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_fits_a_cache_line() {
        assert!(size_of::<Record>() <= 64, "{} bytes", size_of::<Record>());
    }

    #[test]
    fn a_batch_tells_every_field_of_its_records_apart() {
        let id = ClientId(1).request(Sequence(9));
        let (symbol, side, quantity) = (SymbolId(2), Side::Buy, Quantity(5));
        let place = |side, order_type, quantity, time_in_force| Command::Place {
            symbol,
            side,
            order_type,
            quantity,
            time_in_force,
            venue: None,
        };
        let sent_to = |venue| match place(side, OrderType::Limit(Price(7)), quantity, TimeInForce::GoodTillCancel) {
            Command::Place { symbol, side, order_type, quantity, time_in_force, .. } => {
                Command::Place { symbol, side, order_type, quantity, time_in_force, venue: Some(VenueId(venue)) }
            }
            other => other,
        };
        let limit = OrderType::Limit(Price(7));
        let replace = |order, price, quantity| Command::Replace {
            symbol,
            order: Sequence(order),
            price: Price(price),
            quantity: Quantity(quantity),
        };
        let commands = [
            place(side, limit, quantity, TimeInForce::GoodTillCancel),
            place(side, limit, quantity, TimeInForce::ImmediateOrCancel),
            place(side, limit, quantity, TimeInForce::FillOrKill),
            place(Side::Sell, limit, quantity, TimeInForce::GoodTillCancel),
            place(side, OrderType::Market, quantity, TimeInForce::GoodTillCancel),
            place(side, limit, Quantity(6), TimeInForce::GoodTillCancel),
            replace(5, 7, 5),
            replace(6, 7, 5),
            replace(5, 8, 5),
            replace(5, 7, 6),
            replace(7, 5, 5),
            Command::Cancel { symbol, order: Sequence(5) },
            sent_to(0),
            sent_to(1),
            Command::Query { symbol, order: Sequence(5) },
        ];
        let mut digests: Vec<_> = commands
            .iter()
            .map(|command| Batch::new([Record { id, floor: Sequence(1), command: *command }]).digest())
            .collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), commands.len(), "two commands have one digest");
    }
}
