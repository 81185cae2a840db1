//! Rules that can be switched live: when an order is acknowledged, each safety rule of Raft by name, how the balancer
//! picks and how keys are divided.
//!
//! Idea: a rule is a named predicate with a switch, so that a lesson can take one away and show what it was for. All
//! are on by default; a run with one off says so on the screen.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// When a leader tells the client "accepted". Acknowledgement is apart from commit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AckRule {
    /// After the leader's own append: fast, and a crash can lose what was promised.
    Leader,
    /// After this many voters have appended it, the leader counted.
    Count(u8),
    /// After a majority of the voters: what Raft calls committed.
    #[default]
    Majority,
    /// After every voter: one dead voter stops the answers.
    All,
}

impl AckRule {
    /// How many voters must have appended a record, of a group with so many.
    pub const fn needed(self, voters: usize) -> usize {
        match self {
            Self::Leader => 1,
            Self::Count(count) => {
                let count = count as usize;
                if count < 1 {
                    1
                } else if count > voters {
                    voters
                } else {
                    count
                }
            }
            Self::Majority => voters / 2 + 1,
            Self::All => voters,
        }
    }

    /// Whether a promise under this rule is committed before it is given, however many vote.
    pub const fn always_covers_commit(self) -> bool {
        matches!(self, Self::Majority | Self::All)
    }

    /// Whether a promise under this rule is always committed before it is given.
    pub const fn covers_commit(self, voters: usize) -> bool {
        self.needed(voters) > voters / 2
    }
}

impl fmt::Display for AckRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader => f.pad("leader"),
            Self::Count(count) => f.pad(&format!("{count} of N")),
            Self::Majority => f.pad("majority"),
            Self::All => f.pad("all"),
        }
    }
}

/// The switchable rules of Raft.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    /// Ask before standing: a node that cannot win does not raise the term (Ongaro 2014 §9.6).
    PreVote,
    /// A leader that hears no majority for an election timeout steps down (§6.2).
    CheckQuorum,
    /// A vote goes only to a log at least as fresh as the voter's (Ongaro & Ousterhout 2014 §5.4.1).
    LogFreshness,
    /// One vote a term (§5.2).
    OneVotePerTerm,
    /// Only entries of the leader's own term are committed by counting (§5.4.2).
    CommitOnlyOwnTerm,
    /// What is answered is on disk first (§5.1).
    PersistBeforeAck,
    /// A leader with a fresh majority answers reads without asking again (Ongaro 2014 §6.4.1).
    LeaseReads,
    /// Voters change through a joint configuration, in which both sets must agree (Ongaro & Ousterhout 2014 §6).
    JointConsensus,
}

impl Rule {
    /// Every rule, in the order of the screen.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in files and on the screen.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Which rules are on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Rules(u16);

impl Default for Rules {
    fn default() -> Self {
        Self(u16::MAX >> (16 - Rule::ALL.len()))
    }
}

impl TryFrom<u16> for Rules {
    type Error = String;

    fn try_from(bits: u16) -> Result<Self, String> {
        let all = Self::default().0;
        if bits & !all == 0 {
            Ok(Self(bits))
        } else {
            Err(format!("`rules` is {bits}, out of range (allowed: 0 to {all})"))
        }
    }
}

impl From<Rules> for u16 {
    fn from(rules: Rules) -> Self {
        rules.0
    }
}

impl Rules {
    /// Whether the rule is on.
    pub const fn on(self, rule: Rule) -> bool {
        self.0 >> rule as u8 & 1 == 1
    }

    /// The same rules with one switched.
    #[must_use]
    pub const fn with(self, rule: Rule, on: bool) -> Self {
        let bit = 1 << rule as u8;
        Self(if on { self.0 | bit } else { self.0 & !bit })
    }

    /// Whether every rule is on.
    pub fn all_on(self) -> bool {
        self == Self::default()
    }
}

/// Which replica reads are served by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReadFrom {
    /// The leader, linearisable (lease or ReadIndex).
    #[default]
    Leader,
    /// The replica on the gateway's own node: near, and possibly stale.
    Replica,
    /// The leader; where the gateway knows none, or the one it knew leads no longer or is silent, its own replica, which
    /// says how far it is behind. An answer that may be old is better than none.
    Fallback,
}

impl ReadFrom {
    /// Its word in files and commands.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How the balancer picks a gateway.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Strategy {
    /// Each in turn.
    RoundRobin,
    /// The one with the fewest requests in flight.
    #[default]
    LeastConnections,
    /// In turn, each as often as its free capacity is large.
    FreeCapacity,
    /// The one that would answer soonest, by its measured answer times (EWMA).
    LowestLatency,
    /// By the hash of the symbol, and on to the next one where that has more than its share.
    SymbolHash,
    /// The less loaded of two drawn at random.
    TwoChoices,
    /// By the hash of the symbol modulo the number of gateways: a gateway that leaves moves nearly all symbols.
    SymbolModulo,
}

impl Strategy {
    /// Whether it goes by the symbol, so that a symbol has a home.
    pub const fn by_symbol(self) -> bool {
        matches!(self, Self::SymbolHash | Self::SymbolModulo)
    }

    /// Every strategy, in the order in which a key walks through them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in files and on the screen.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How keys are divided among partitions.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PartitionStrategy {
    /// The hash of the key, stretched over the partitions by a multiplication: another number of them moves half.
    #[default]
    Hash,
    /// The hash of the key, modulo the partitions: another number of them moves nearly all.
    Modulo,
    /// By split points in the order of the keys: neighbours stay together, and so does a crowd.
    Range,
    /// By a list; a key that is missing from it is assigned by hash and remembered.
    List,
    /// By a ring with virtual nodes: another number of partitions moves about one key in N.
    ConsistentHash,
}

impl PartitionStrategy {
    /// Every strategy, in the order in which a key walks through them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in files and on the screen.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_nobody_knows_cannot_be_read() {
        let read = |text: &str| serde_json::from_str::<Rules>(text);
        assert_eq!(read("255").unwrap(), Rules::default());
        assert_eq!(read(&serde_json::to_string(&Rules::default()).unwrap()).unwrap(), Rules::default());
        for beyond in ["256", "65535"] {
            let complaint = read(beyond).unwrap_err().to_string();
            assert!(complaint.contains("out of range (allowed: 0 to 255)"), "{complaint}");
        }
    }
}
