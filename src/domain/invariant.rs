//! The promises that the auditor holds the cluster to, each with the claim of the paper that it checks.
//! Sources: section numbers are of Ongaro & Ousterhout 2014.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A promise that the auditor holds the cluster to.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Invariant {
    /// At most one leader a term (§5.2 election safety).
    OneLeaderPerTerm,
    /// Equal (index, term): equal logs up to there (§5.3).
    LogMatching,
    /// A leader's log holds every committed entry (§5.4).
    LeaderCompleteness,
    /// Equal index: equal applied state (§5.4.3).
    StateMachineSafety,
    /// Term, commit index and applied index never go back in one life of a node; the term never at all.
    Monotonic,
    /// No order is lost that was acknowledged after its commit. The ledger counts what weaker rules lose.
    NoLostAck,
    /// No order is applied twice.
    NoDoubleFill,
    /// No order is executed whose client was told that it was refused.
    NoRefusedFill,
    /// No book is crossed, and quantity is conserved.
    BookSound,
    /// No unit of cash and no lot is made or lost, in a group or between groups; with nothing under way, all that was sent
    /// has arrived.
    MoneyConserved,
    /// Both halves of a transaction between groups happen, each once, or neither does.
    AtomicCommit,
}

impl Invariant {
    /// Every invariant, in the order of the lamps.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in results and in scenario files.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
