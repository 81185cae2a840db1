//! Runs of equals: what comes many times in a row is counted, and told once.
//!
//! Idea: the answers of one message were asked together and wait equally long, so that a histogram would be told the
//! same figure sixty times. A run is told as a figure and a count.

/// A run that is not over yet.
#[derive(Clone, Copy, Debug)]
pub struct Runs<T> {
    last: Option<T>,
    count: u64,
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self { last: None, count: 0 }
    }
}

impl<T: Copy + PartialEq> Runs<T> {
    /// One more; the run that it ends, if it differs from what came before.
    pub fn add(&mut self, value: T) -> Option<(T, u64)> {
        if self.last == Some(value) {
            self.count += 1;
            return None;
        }
        let ended = self.end();
        *self = Self { last: Some(value), count: 1 };
        ended
    }

    /// Nothing more comes: the last run, if there was one.
    pub fn end(&mut self) -> Option<(T, u64)> {
        self.last.take().map(|value| (value, self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_told_once_with_its_length() {
        let mut runs = Runs::default();
        let mut told: Vec<(u8, u64)> = [4, 4, 4, 7, 4, 4].into_iter().filter_map(|value| runs.add(value)).collect();
        told.extend(runs.end());
        assert_eq!(told, [(4, 3), (7, 1), (4, 2)]);
        assert_eq!(runs.end(), None, "what was told is over");
    }
}
