//! How far a replica has applied its log, as its leader hears with each answer to a heartbeat.
//!
//! Idea: a log that is complete is not a state that is. A learner that was sent ten thousand records has them long before it
//! has applied them, and as a leader it would answer nobody until then. So a replica may vote or take over
//! only once it has applied what the leader itself had applied a while ago: no number of records would fit every load.
//! Elections compare only logs, so a candidate whose state lags may win. The node then hands leadership over
//! (`node::replica::lagging`) to the voter that has applied most ([`most_applied`](super::Raft::most_applied)).
//! Messages: a late or lost answer makes this a worse hint, nothing more; safety rests on the logs.
//! Sources: none. Ongaro 2014 §4.2.1 asks of a learner only that its log is nearly complete.

use crate::domain::ids::LogIndex;
use crate::domain::time::{SimDuration, SimTime};

/// How far a replica has applied, now and a while ago.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied {
    upto: LogIndex,
    /// When it was this far.
    recent: (SimTime, LogIndex),
    /// It was this far one to two periods ago.
    earlier: LogIndex,
}

impl Applied {
    /// It has applied what its snapshot holds.
    pub const fn new(now: SimTime, upto: LogIndex) -> Self {
        Self { upto, recent: (now, upto), earlier: upto }
    }

    /// It has applied this much.
    pub fn note(&mut self, now: SimTime, upto: LogIndex, period: SimDuration) {
        if now.since(self.recent.0) >= period {
            (self.earlier, self.recent) = (self.recent.1, (now, self.upto));
        }
        self.upto = upto;
    }

    /// How far it is.
    pub const fn upto(&self) -> LogIndex {
        self.upto
    }

    /// How far it was a while ago.
    pub const fn earlier(&self) -> LogIndex {
        self.earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_how_far_it_was_one_to_two_periods_ago() {
        let mut applied = Applied::new(SimTime::ZERO, LogIndex(5));
        assert_eq!((applied.upto(), applied.earlier()), (LogIndex(5), LogIndex(5)));
        for ms in 0..2_000 {
            applied.note(SimTime::from_millis(ms), LogIndex(5 + ms), SimDuration::from_millis(100));
            if ms >= 300 {
                let behind = applied.upto().since(applied.earlier());
                assert!((100..=201).contains(&behind), "{behind} at {ms}");
            }
        }
    }
}
