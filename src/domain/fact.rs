//! Facts: what the auditor is told as it happens, batch by batch; it never has to ask.
//!
//! Idea: a probe must see everything and change nothing. Nodes and clients state facts as they act; the scheduler
//! hands them to the probes in the order of events. Facts are denser than events, and nobody reads them on a screen.
//! Shape: by who states them. Clients know no log, and what a replica does with its log and its state machine is the same
//! under every replication protocol; only how a leader comes about differs. A probe matches on what it needs.

use std::sync::Arc;

use super::digest::Digest;
use super::ids::{GroupId, LogIndex, NodeId, RequestId, Term};
use super::log::LogPoint;
use super::membership::GroupConfig;
use super::moving::Shipment;
use super::order::{Answer, Batch};
use super::time::{SimDuration, SimTime};
use super::units::Cash;
use super::work::{Work, Worked};

/// Something that a probe may want to hold somebody to.
#[derive(Clone, Debug)]
pub enum Fact {
    /// Clients did something.
    Client(ClientFact),
    /// A replica did something.
    Replica {
        /// On which node.
        node: NodeId,
        /// In which group.
        group: GroupId,
        /// What.
        what: ReplicaFact,
    },
    /// A node's process ended; its replicas' memory is gone.
    Died(NodeId),
    /// A node's process began, with what its disk held.
    Began(NodeId),
}

/// What clients did, whatever replicates their orders.
#[derive(Clone, Debug)]
pub enum ClientFact {
    /// They handed in requests for the first time.
    Submitted(Batch),
    /// They handed in requests again.
    Retried(Batch),
    /// They got answers, each with the time since its request was first handed in.
    Answered(Arc<[(Answer, SimDuration)]>),
    /// They gave up waiting for these: unknown for ever.
    GaveUp(Batch),
}

/// What a replica did.
#[derive(Clone, Debug)]
pub enum ReplicaFact {
    /// With its log and its state machine: every replication protocol states these.
    Log(LogFact),
    /// With its leadership.
    Election(ElectionFact),
}

/// What a replica did with its log and its state machine.
#[derive(Clone, Debug)]
pub enum LogFact {
    /// Its log grew: the point after each new entry.
    Appended(Vec<LogPoint>),
    /// Its log was cut before this index.
    Truncated(LogIndex),
    /// Its log begins after this point now (a snapshot was installed).
    Installed {
        /// Where the log begins.
        base: LogPoint,
        /// The digest of the state it took over.
        state: Digest,
    },
    /// Its commit index grew.
    Committed {
        /// To this point of its log.
        to: LogPoint,
        /// It leads, in this term.
        leading: Option<Term>,
    },
    /// It applied a batch.
    Applied(Applied),
    /// It leads, and this configuration of its group is committed.
    Config(GroupConfig),
    /// It applied a *freeze*: the symbol of this move is traded here no longer.
    Froze(Shipment),
    /// It applied a step of a transaction between groups, and it came to this.
    Worked {
        /// Its index.
        at: LogIndex,
        /// The step.
        work: Work,
        /// What it came to.
        worked: Worked,
    },
    /// It is no more: what it held is forgotten, on the disk too.
    Retired,
}

/// Who leads, and how that came about. A protocol that appoints its leader states `Leads` and `Follows`, and nothing else.
#[derive(Clone, Debug)]
pub enum ElectionFact {
    /// It is in this term now.
    Term(Term),
    /// It began an election round: asking first (pre-vote) or standing.
    Campaigns {
        /// The term that it wants.
        term: Term,
        /// Only asks whether.
        pre_vote: bool,
        /// When it last heard from a leader.
        heard_at: SimTime,
    },
    /// It leads.
    Leads {
        /// In this term.
        term: Term,
        /// The end of its log.
        end: LogPoint,
    },
    /// It leads no longer.
    Follows {
        /// In this term.
        term: Term,
    },
}

impl From<ClientFact> for Fact {
    fn from(fact: ClientFact) -> Self {
        Self::Client(fact)
    }
}

impl From<LogFact> for ReplicaFact {
    fn from(fact: LogFact) -> Self {
        Self::Log(fact)
    }
}

impl From<ElectionFact> for ReplicaFact {
    fn from(fact: ElectionFact) -> Self {
        Self::Election(fact)
    }
}

/// A batch, as a state machine took it.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The index of the first record.
    pub first: LogIndex,
    /// The term of the entry.
    pub term: Term,
    /// The records; `None` for an entry without orders.
    pub batch: Option<Batch>,
    /// Which records changed the state: all, or those whose bit is set (the others were repetitions or turned away).
    pub executed: Executed,
    /// The chain over records and verdicts up to its end.
    pub chain: Digest,
    /// Which orders ended by it unexecuted, for want of cash or of room: its own, or such that had waited. Rare, so it is
    /// one thin pointer in a fact that is handed on for every batch.
    pub short: Option<Arc<Vec<RequestId>>>,
    /// Whether every book that it touched is uncrossed with its quantity conserved.
    pub sound: bool,
    /// Whether money and lots add up, and what went to other groups and came from them.
    pub money: Money,
}

/// What a group knows of its money after a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// After each record every unit of cash and every lot was accounted for.
    pub balanced: bool,
    /// Cash that left for other groups, ever.
    pub sent: Cash,
    /// Cash that came from other groups, ever.
    pub received: Cash,
    /// Lots that left with symbols, ever.
    pub lots_sent: u64,
    /// Lots that came with symbols, ever.
    pub lots_received: u64,
    /// Transfers prepared here and symbols that leave: what is on its way because of this group. Where all groups have
    /// none, nothing is on its way.
    pub in_transit: u32,
}

impl Money {
    /// Nothing to complain of, and nothing moved.
    pub const STILL: Self =
        Self { balanced: true, sent: Cash(0), received: Cash(0), lots_sent: 0, lots_received: 0, in_transit: 0 };
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It decided its request, and changed the state.
    Executed,
    /// It was decided before: its verdict was repeated.
    Repeated,
    /// It was turned away and decides nothing: below its session's floor, or no room for now.
    Refused,
    /// Its symbol belongs to another group, which it is sent to.
    PassedOn,
}

/// Which records of a batch changed the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Executed {
    /// Every one: the common case, without a list.
    All,
    /// What became of each.
    Some(Arc<[Fate]>),
}

impl Executed {
    /// Whether the record at this place did.
    pub fn at(&self, place: usize) -> bool {
        self.fate(place) == Fate::Executed
    }

    /// What became of the record at this place.
    pub fn fate(&self, place: usize) -> Fate {
        match self {
            Self::All => Fate::Executed,
            Self::Some(fates) => fates.get(place).copied().unwrap_or(Fate::Refused),
        }
    }
}
