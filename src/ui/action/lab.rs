//! The sharding lab, as actions: nodes that come and go, and how symbols are divided.

/// What a key of the lab does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabKey {
    /// A new node joins.
    Add,
    /// The selected node leaves for good; what a dead one held is placed anew.
    Remove,
    /// Divide the symbols by the next strategy.
    Divide,
    /// The partition that does the most gives symbols away.
    Split,
    /// The symbol in view takes most of the orders, or no longer.
    Hot,
}
