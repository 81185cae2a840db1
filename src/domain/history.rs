//! The history of clients: what they asked and what they were told, and when.
//!
//! Idea: whatever replicates the orders, this is what clients can swear to. A checker needs nothing else, and the ledger
//! only what is applied besides.
//! Bound: an engine keeps [`HISTORY_MAX`] entries until they are taken, and drops the oldest.

use super::fact::ClientFact;
use super::time::SimTime;

/// Entries that nobody has taken.
pub const HISTORY_MAX: usize = 1 << 20;

/// Something that clients did, or heard.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// When, by the time of the run.
    pub at: SimTime,
    /// What.
    pub fact: ClientFact,
}
