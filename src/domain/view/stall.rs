//! Why a group answers nobody: how many voters must answer, and who of them does not.
//!
//! Idea: a cause and its victims. The rule of acknowledgement asks for so many voters, Raft for a quorum; where the voters
//! that run, hear each other and store what they are sent are fewer, no order of the group is acknowledged, however healthy the
//! rest looks.

use crate::domain::ids::NodeId;

/// Why a group answers nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StallView {
    /// So many voters must answer ...
    pub must: u8,
    /// ... of so many.
    pub of: u8,
    /// Those that do not, in node order.
    pub missing: Vec<(NodeId, Absence)>,
}

/// Why a voter does not answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Absence {
    /// Its process is dead.
    Dead,
    /// Its process stands still.
    Frozen,
    /// It runs, and a link to it or from it is cut.
    CutOff,
    /// It runs and no link is cut: the leader has waited for it in vain.
    Silent,
    /// It answers, and has not stored what the orders wait for.
    Late,
}
