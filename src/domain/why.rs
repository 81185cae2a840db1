//! Every refusal, as a value: the screen explains it, a test matches on it, nobody parses a string.
//!
//! Shape: one flat enum for refusals that a client or a student can see: of orders, of votes, of reads, of controls.
//! `code()` is stable: it is part of hash chains and recordings.

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use super::ids::{NodeId, Term};

/// Why something was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, EnumDiscriminants)]
#[cfg_attr(test, derive(strum::EnumIter))]
#[strum_discriminants(
    name(WhyName),
    derive(IntoStaticStr, VariantArray),
    strum(serialize_all = "kebab-case"),
    doc = "The names of refusals."
)]
pub enum Why {
    // --- on the way in
    /// This replica does not lead the group; the leader that it knows.
    NotLeader(Option<NodeId>),
    /// Nobody is known to lead the group.
    NoLeader,
    /// No gateway that the balancer believes in has room.
    NoWorker,
    /// It waits at the balancer already: this attempt adds nothing to it.
    Waits,
    /// A bounded queue on the way was full.
    Overloaded,
    /// The deadline passed on the way.
    Deadline,
    /// The sender's cluster map is older than the receiver's.
    StaleEpoch,
    /// The session holds its full count of unanswered requests in this group.
    SessionFull,
    /// The request is below the session's floor: it was answered and forgotten.
    BelowFloor,
    /// The leader lost its role before the record was committed; what became of it is unknown.
    LeaderLost,
    /// Not every replica whose acknowledgement the rule asks for is there; one that is missing.
    NotAcknowledgeable(NodeId),
    // --- by the book
    /// No such instrument.
    UnknownSymbol,
    /// The group does not own this symbol.
    NotOwner,
    /// A quantity of zero, or above the bound.
    BadQuantity,
    /// A limit of zero or below, or outside the ladder.
    BadPrice,
    /// A market order met an empty side.
    NoLiquidity,
    /// No such order in the book: never placed, filled, or cancelled.
    UnknownOrder,
    /// No group has a trade of this id: there never was one, or it is too old.
    UnknownTrade,
    /// Its cancel came first.
    CancelledBefore,
    /// The book holds its full count of resting orders.
    BookFull,
    /// A fill-or-kill order could not trade in full at once.
    NotFillable,
    /// It would have traded with an order of its own account.
    SelfTrade,
    /// Some of the order is held for a leg of a spread that is not decided yet.
    Held,
    /// The two legs of a spread are of one symbol.
    SameSymbol,
    /// The coordinator of a spread does not know it: it was given up.
    TransactionUnknown,
    /// The symbol is on its way to another group.
    Moving,
    // --- of votes and of messages between replicas
    /// A vote of this term is already promised to another.
    AlreadyVoted(NodeId),
    /// The candidate's log is not as fresh as the voter's.
    LogBehind,
    /// The voter heard from a living leader within the shortest election timeout.
    LeaderAlive(NodeId),
    /// The voter has just begun again: it may have forgotten that it stood by a leader.
    JustStarted,
    /// The message is of an older term than the receiver's.
    StaleTerm(Term),
    /// The follower lacks the record before the batch.
    LogGap,
    // --- of reads
    /// The leader has committed nothing of its own term yet.
    TermNotCommitted,
    /// A read could not be confirmed by a majority.
    QuorumNotReached,
    /// The group keeps no replica on the node that was asked.
    NoReplica,
    // --- of controls
    /// The node is already in that condition.
    AlreadySo,
    /// The node is not running.
    NodeDown,
    /// No node fits the target.
    NoTarget,
    /// Leadership is already being handed over.
    TransferRunning,
    /// The target of a transfer did not catch up in time.
    TransferTimeout,
    /// The target is not a voter of the group.
    NotVoter,
    /// Nobody has measured yet how much the desk can do.
    CapacityUnknown,
    /// A burst is under way: what is measured now says nothing of the steady load.
    BurstRunning,
    // --- of changes of a group's configuration
    /// The last change is not committed, or still joint: one at a time.
    ConfigChangeRunning,
    /// Who shall vote has not caught up with the log.
    LearnerBehind,
    /// Who shall vote is no learner of the group yet.
    NotLearner,
    /// A group needs a voter.
    NoVoters,
    /// Neither this engine nor the protocol of this group can do it, whatever the state of the cluster.
    Unsupported,
    /// The node runs: it can be asked to leave.
    NodeRuns,
    /// The cluster has as many nodes as it can have.
    ClusterFull,
    /// Nobody would be left.
    LastNode,
    // --- of accounts
    /// The account has too little cash, in all groups together.
    InsufficientFunds,
    /// The account has too few lots to sell.
    InsufficientLots,
    /// The account has too little cash in this group; another may have enough.
    AllotmentShort,
    /// The account's number is beyond what a group keeps.
    AccountsFull,
    // --- of venues
    /// No venue is open that could take the order.
    VenueClosed,
    /// The price is not on the price step of its venue.
    OffStep,
    // --- of controls, more closely
    /// There is no such venue.
    UnknownVenue,
    /// There is no such partition.
    UnknownPartition,
    /// A node has no link to itself.
    SelfLink,
    /// The node is not frozen.
    NotFrozen,
    /// The load comes from a file, at the rate of the file.
    LoadOfFile,
    /// No symbol would even the partitions out.
    EvenAlready,
    /// No move is planned.
    NothingPlanned,
    /// A partition has fewer replicas than the rule asks for.
    TooFewReplicas,
    /// The node is frozen: it goes on when it is thawed.
    Frozen,
    /// Without the node a group would lose its running majority.
    QuorumNeeded,
    /// The run takes no more controls at this very instant.
    TooManyControls,
    /// A recording is played: what was done to it was done then.
    RecordingPlays,
}

impl Why {
    /// Its name: the text ids of the languages are made of it.
    pub fn name(self) -> &'static str {
        WhyName::from(self).into()
    }

    /// Whether cash or room was wanting: the same order might have been executed at another time.
    pub const fn is_shortage(self) -> bool {
        matches!(
            self,
            Self::InsufficientFunds
                | Self::AllotmentShort
                | Self::AccountsFull
                | Self::BookFull
                | Self::SessionFull
                | Self::Overloaded
        )
    }

    /// A stable number for hash chains and recordings.
    #[expect(clippy::too_many_lines, reason = "a row for each refusal")]
    pub const fn code(self) -> u8 {
        match self {
            Self::NotLeader(_) => 1,
            Self::NoLeader => 2,
            Self::NoWorker => 3,
            Self::Overloaded => 4,
            Self::Deadline => 5,
            Self::StaleEpoch => 6,
            Self::SessionFull => 7,
            Self::BelowFloor => 8,
            Self::LeaderLost => 9,
            Self::NotAcknowledgeable(_) => 10,
            Self::Waits => 11,
            Self::UnknownSymbol => 20,
            Self::NotOwner => 21,
            Self::BadQuantity => 22,
            Self::BadPrice => 23,
            Self::NoLiquidity => 24,
            Self::UnknownOrder => 25,
            Self::CancelledBefore => 26,
            Self::BookFull => 27,
            Self::NotFillable => 28,
            Self::SelfTrade => 29,
            Self::Held => 30,
            Self::SameSymbol => 31,
            Self::TransactionUnknown => 32,
            Self::Moving => 33,
            Self::UnknownTrade => 34,
            Self::AlreadyVoted(_) => 40,
            Self::LogBehind => 41,
            Self::LeaderAlive(_) => 42,
            Self::StaleTerm(_) => 43,
            Self::LogGap => 44,
            Self::JustStarted => 45,
            Self::TermNotCommitted => 60,
            Self::QuorumNotReached => 61,
            Self::NoReplica => 62,
            Self::AlreadySo => 80,
            Self::NodeDown => 81,
            Self::NoTarget => 82,
            Self::TransferRunning => 83,
            Self::TransferTimeout => 84,
            Self::NotVoter => 85,
            Self::CapacityUnknown => 90,
            Self::BurstRunning => 91,
            Self::ConfigChangeRunning => 86,
            Self::LearnerBehind => 87,
            Self::NotLearner => 88,
            Self::NoVoters => 89,
            Self::Unsupported => 92,
            Self::NodeRuns => 100,
            Self::ClusterFull => 101,
            Self::LastNode => 102,
            Self::InsufficientFunds => 110,
            Self::InsufficientLots => 111,
            Self::AllotmentShort => 112,
            Self::AccountsFull => 113,
            Self::VenueClosed => 120,
            Self::OffStep => 121,
            Self::UnknownVenue => 131,
            Self::UnknownPartition => 132,
            Self::SelfLink => 133,
            Self::NotFrozen => 134,
            Self::LoadOfFile => 135,
            Self::EvenAlready => 136,
            Self::NothingPlanned => 137,
            Self::TooFewReplicas => 138,
            Self::Frozen => 139,
            Self::QuorumNeeded => 140,
            Self::TooManyControls => 141,
            Self::RecordingPlays => 142,
        }
    }
}
