//! What a leader has logged and not applied yet: a step is logged once, however often the state asks for it meanwhile.
//!
//! Shape: who drives something asks [`news`](Logged::news) before it logs, and says [`done`](Logged::done) when the record is
//! applied or Raft did not take it. A new leadership begins with an empty one.
//! Bound: that of the work under way, which its driver names.

/// Records on their way through the log.
#[derive(Clone, Debug)]
pub(super) struct Logged<T>(Vec<T>);

impl<T> Default for Logged<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq + Clone> Logged<T> {
    /// Whether this record is on its way.
    pub(super) fn has(&self, record: &T) -> bool {
        self.0.contains(record)
    }

    /// Whether this record is not on its way yet; it counts as logged from now on.
    pub(super) fn news(&mut self, record: &T) -> bool {
        let news = !self.has(record);
        if news {
            self.0.push(record.clone());
        }
        news
    }

    /// The record was applied, or Raft did not take it: it may be logged again.
    pub(super) fn done(&mut self, record: &T) {
        self.0.retain(|logged| logged != record);
    }

    /// What is on its way, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Whether nothing is.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_news_once_until_it_is_done() {
        let mut logged = Logged::default();
        assert!(logged.news(&1) && logged.news(&2) && !logged.news(&1));
        logged.done(&1);
        assert_eq!(logged.iter().copied().collect::<Vec<_>>(), [2]);
        assert!(logged.news(&1) && !logged.is_empty());
    }
}
