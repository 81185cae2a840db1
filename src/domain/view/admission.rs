//! Overload on the screen: what is refused at once, how much the desk can do, who is missing.

use crate::domain::ids::{GroupId, NodeSet};

/// Admission.
#[derive(Clone, Debug, Default)]
pub struct AdmissionView {
    /// Requests that cannot be answered in time are refused.
    pub on: bool,
    /// The capacity that a search has found: requests per virtual second.
    pub capacity_per_s: Option<u64>,
    /// The search that is on.
    pub search: Option<SearchView>,
    /// Refusals for overload that clients heard.
    pub refused: u64,
    /// Requests that ended refused for overload: each once, however often it was tried.
    pub turned_away: u64,
    /// The same, in the last second.
    pub turned_away_per_s: u64,
    /// Refusals that clients heard because a voter is missing that the rule of acknowledgement needs.
    pub not_acknowledgeable: u64,
    /// Retries that were not sent because the session's budget was spent.
    pub retries_denied: u64,
    /// Orders that leaders did not log because their deadline had passed.
    pub expired: u64,
    /// Groups that take no orders because the rule of acknowledgement cannot be met, and the voters that are missing.
    pub stalled: Vec<(GroupId, NodeSet)>,
}

/// A search for the capacity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SearchView {
    /// The rate that is tried.
    pub rate: u64,
    /// Rates that were tried before it.
    pub trials: u32,
    /// Rates that are tried at most.
    pub trials_max: u32,
}

/// What a node knows of its own pace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NodeAdmissionView {
    /// Records that its processor applies in a second, as it measured while it was busy; nothing before the first.
    pub applies_per_s: Option<u64>,
    /// The share of the last second that its processor worked, in thousandths.
    pub busy_per_mille: u32,
    /// Requests that its gateway and its leaders refused because the answer would have come too late.
    pub refused: u64,
    /// Orders that its leaders did not log because their deadline had passed.
    pub expired: u64,
}
