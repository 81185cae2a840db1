//! What the disk has finished: tokens given out, writes on their way, and the index up to which the log is synced.
//!
//! Idea: a disk finishes writes in the order in which they were asked for, so one token says that everything before it
//! is done as well. What is cut from the log is also cut from what is on its way.
//! Bound: one element a write that is not synced; leaders bound them by `UNCOMMITTED_RECORDS_MAX`, followers by their
//! leader's window.
//! Sources: Ongaro & Ousterhout 2014 §5.1 (persistent state); Ongaro 2014 §10.2.1 (the leader writes in parallel).

use std::collections::VecDeque;

use crate::domain::ids::{LogIndex, PersistToken, Term};

/// The replica's view of its own disk.
#[derive(Clone, Debug)]
pub(super) struct Durability {
    issued: PersistToken,
    writing: VecDeque<(PersistToken, LogIndex)>,
    synced: LogIndex,
    /// Terms whose write is on its way: a term is told to the auditor once it can't be forgotten any more.
    terms: VecDeque<(PersistToken, Term)>,
    /// Term or vote changed and the write was not asked for yet.
    pub hard_dirty: bool,
}

impl Durability {
    /// The disk of a replica that just started: everything on it is synced.
    pub const fn new(end: LogIndex) -> Self {
        Self {
            issued: PersistToken(0),
            writing: VecDeque::new(),
            synced: end,
            terms: VecDeque::new(),
            hard_dirty: false,
        }
    }

    /// A token for the next write.
    pub const fn issue(&mut self) -> PersistToken {
        self.issued = PersistToken(self.issued.0 + 1);
        self.issued
    }

    /// A write was asked for after which the log on disk ends at `end`; before it, it agreed with the log up to `from`.
    pub fn log_written(&mut self, token: PersistToken, from: LogIndex, end: LogIndex) {
        self.synced = self.synced.min(from);
        self.writing.iter_mut().rev().take_while(|(_, end)| *end > from).for_each(|(_, end)| *end = from);
        self.writing.push_back((token, end));
    }

    /// Everything up to this token is on disk; true if the synced index moved.
    pub fn persisted(&mut self, token: PersistToken) -> bool {
        let before = self.synced;
        while let Some((_, end)) = self.writing.front().filter(|(asked, _)| *asked <= token) {
            self.synced = *end;
            self.writing.pop_front();
        }
        self.synced != before
    }

    /// A write of this term was asked for.
    pub fn term_written(&mut self, token: PersistToken, term: Term) {
        if self.terms.back().is_none_or(|(_, asked)| *asked < term) {
            self.terms.push_back((token, term));
        }
    }

    /// The next term that became durable with this token.
    pub fn term_persisted(&mut self, token: PersistToken) -> Option<Term> {
        self.terms.front().filter(|(asked, _)| *asked <= token)?;
        self.terms.pop_front().map(|(_, term)| term)
    }

    /// The index up to which the log is on disk.
    pub const fn synced(&self) -> LogIndex {
        self.synced
    }

    /// The write that must finish before the log is on disk up to `index`; `None` if it is there already.
    pub fn covering(&self, index: LogIndex) -> Option<PersistToken> {
        if index <= self.synced {
            return None;
        }
        let place = self.writing.partition_point(|(_, end)| *end < index);
        self.writing.get(place).map(|(token, _)| *token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(index: u64) -> LogIndex {
        LogIndex(index)
    }

    #[test]
    fn a_token_covers_every_write_before_it() {
        let mut disk = Durability::new(at(0));
        let tokens: Vec<_> = (1..=3)
            .map(|end| {
                let token = disk.issue();
                disk.log_written(token, at(end - 1), at(end));
                token
            })
            .collect();
        assert_eq!(disk.covering(at(2)), Some(tokens[1]));
        assert!(disk.persisted(tokens[1]));
        assert_eq!(disk.synced(), at(2));
        assert_eq!(disk.covering(at(2)), None);
        assert_eq!(disk.covering(at(3)), Some(tokens[2]));
    }

    #[test]
    fn what_is_cut_is_not_synced_when_its_old_write_ends() {
        let mut disk = Durability::new(at(2));
        let first = disk.issue();
        disk.log_written(first, at(2), at(9));
        let second = disk.issue();
        disk.log_written(second, at(1), at(4));
        assert_eq!(disk.synced(), at(1), "the cut reaches into what was synced");
        disk.persisted(first);
        assert_eq!(disk.synced(), at(1), "the first write was cut down");
        disk.persisted(second);
        assert_eq!(disk.synced(), at(4));
    }
}
