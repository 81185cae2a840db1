//! The promises of Raft (figure 3 of the paper), checked on every fact that a replica states.

use std::collections::BTreeMap;

use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::event::Invariant;
use chaosdesk::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use chaosdesk::domain::ids::{LogIndex, NodeId, Term};
use chaosdesk::domain::log::LogPoint;
use chaosdesk::protocols::raft::Raft;
use chaosdesk::protocols::replication::Replication;

/// What was seen so far, over all replicas.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    leaders: BTreeMap<Term, NodeId>,
    chains: BTreeMap<(LogIndex, Term), Digest>,
    /// Every batch that anybody committed, with the term of the leader that first did.
    committed: BTreeMap<LogIndex, (Digest, Term)>,
    terms: BTreeMap<NodeId, Term>,
    commits: BTreeMap<NodeId, LogIndex>,
    pub violations: Vec<(Invariant, String)>,
    pub facts: u64,
}

impl Checker {
    /// The highest index that is committed.
    pub fn committed(&self) -> LogIndex {
        self.committed.last_key_value().map_or(LogIndex::ORIGIN, |(index, _)| *index)
    }

    pub fn elections(&self) -> usize {
        self.leaders.len()
    }

    /// A process began with this much applied.
    pub fn began(&mut self, node: NodeId, applied: LogIndex) {
        self.commits.insert(node, applied);
    }

    fn fail(&mut self, invariant: Invariant, detail: String) {
        self.violations.push((invariant, detail));
    }

    /// A replica states a fact; `raft` is its state after the step.
    pub fn fact(&mut self, node: NodeId, raft: &Raft, fact: &ReplicaFact) {
        self.facts += 1;
        match fact {
            ReplicaFact::Election(ElectionFact::Term(term)) => {
                if self.terms.insert(node, *term).is_some_and(|before| before > *term) {
                    self.fail(Invariant::Monotonic, format!("{node} went back to {term}"));
                }
            }
            ReplicaFact::Election(ElectionFact::Leads { term, .. }) => self.leads(node, raft, *term),
            ReplicaFact::Log(LogFact::Appended(points)) => points.iter().for_each(|point| self.appended(node, point)),
            ReplicaFact::Log(LogFact::Committed { to, leading }) => self.committed_to(node, raft, to, *leading),
            ReplicaFact::Log(LogFact::Installed { base, .. }) => {
                self.agree(node, base);
                self.moved(node, base.index);
            }
            ReplicaFact::Log(LogFact::Truncated(from)) => {
                if self.commits.get(&node).is_some_and(|commit| commit >= from) {
                    self.fail(Invariant::StateMachineSafety, format!("{node} cut {from}, which it had committed"));
                }
            }
            ReplicaFact::Election(ElectionFact::Campaigns { .. } | ElectionFact::Follows { .. }) => {}
            // What a node states for its state machine; a bare replica has none.
            ReplicaFact::Log(
                LogFact::Applied(_)
                | LogFact::Config(_)
                | LogFact::Froze(_)
                | LogFact::Worked { .. }
                | LogFact::Retired,
            ) => {}
        }
    }

    fn leads(&mut self, node: NodeId, raft: &Raft, term: Term) {
        if let Some(other) = self.leaders.insert(term, node).filter(|other| *other != node) {
            self.fail(Invariant::OneLeaderPerTerm, format!("{other} and {node} lead {term}"));
        }
        let base = raft.log().base().index;
        let must_hold = self.committed.iter().rev().find(|(_, (_, by))| *by < term);
        let Some((index, (chain, _))) = must_hold.filter(|(index, _)| **index > base) else { return };
        if raft.log().point_at(*index).is_none_or(|point| point.chain != *chain) {
            let detail = format!("{node} leads {term} without the committed {index}");
            self.fail(Invariant::LeaderCompleteness, detail);
        }
    }

    fn appended(&mut self, node: NodeId, point: &LogPoint) {
        let known = *self.chains.entry((point.index, point.term)).or_insert(point.chain);
        if known != point.chain {
            self.fail(Invariant::LogMatching, format!("{node} differs at {} {}", point.index, point.term));
        }
    }

    fn committed_to(&mut self, node: NodeId, raft: &Raft, to: &LogPoint, leading: Option<Term>) {
        self.moved(node, to.index);
        let newest = self.committed();
        if to.index > newest {
            let by = leading.unwrap_or_else(|| raft.term());
            for entry in raft.log().entries_from(newest.next()).take_while(|entry| entry.last() <= to.index) {
                self.committed.insert(entry.last(), (entry.chain, by));
            }
            // What comes after must continue what was committed before.
            if let Some(before) = raft.log().point_at(newest) {
                self.agree(node, &before);
            }
        }
        self.agree(node, to);
    }

    fn agree(&mut self, node: NodeId, point: &LogPoint) {
        if point.index == LogIndex::ORIGIN {
            return;
        }
        if self.committed.get(&point.index).is_none_or(|(chain, _)| *chain != point.chain) {
            self.fail(Invariant::StateMachineSafety, format!("{node} committed another {}", point.index));
        }
    }

    fn moved(&mut self, node: NodeId, commit: LogIndex) {
        if self.commits.insert(node, commit).is_some_and(|before| before > commit) {
            self.fail(Invariant::Monotonic, format!("{node} took its commit back to {commit}"));
        }
    }
}
