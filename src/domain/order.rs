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

use super::digest::{self, Digest};
use super::ids::{ClientId, GroupId, LogIndex, NodeId, RequestId, Sequence, SymbolId, Term};
use super::priority::Priority;
use super::time::SimTime;
use super::units::{Price, Quantity};
use super::why::Why;

/// Which side of the book.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Side {
    /// Wants to buy.
    Buy,
    /// Wants to sell.
    Sell,
}

impl Side {
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
    /// The instrument that it concerns, which decides its partition.
    pub const fn symbol(&self) -> SymbolId {
        match self {
            Self::Place { symbol, .. } | Self::Cancel { symbol, .. } | Self::Query { symbol, .. } => *symbol,
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
}

impl Batch {
    /// The most records that one batch may hold.
    pub const RECORDS_MAX: usize = 512;

    /// Closes a batch; its digest is computed here, once for all replicas.
    pub fn new(records: impl Into<Arc<[Record]>>) -> Self {
        let records = records.into();
        let digest = records.iter().fold(Digest::default(), digest::of_record);
        Self { records, digest }
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
    /// Resting, nothing traded.
    Pending,
    /// Resting, some of it traded.
    PartiallyFilled,
    /// All of it traded.
    Filled,
    /// Taken back by its owner, or the rest of a market order.
    Cancelled,
    /// Refused by the book.
    Rejected(Why),
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

/// Which replica reads are served by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadFrom {
    /// The leader, linearisable (lease or ReadIndex).
    #[default]
    Leader,
    /// The replica on the gateway's own node: near, and possibly stale.
    Replica,
}

/// What travels between the clients, the balancer and the gateways.
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
