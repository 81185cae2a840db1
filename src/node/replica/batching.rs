//! When a leader closes a batch: as soon as its disk is free, or when the batch is full.
//!
//! Idea: no order is answered before its whole batch is applied. On a slow processor a large batch takes longer than its most
//! urgent orders have, so it closes before that. But a batch is also all that one round of disks and links carries. If rounds are
//! slow, smaller batches mean less throughput, longer waits, less time left, and batches that are smaller still: so none is
//! smaller than what the processor applies in a round.

use crate::domain::ids::LogIndex;
use crate::domain::log::Payload;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::protocols::replication::Replication;

use super::{Desk, Out, Processor, Proposals, Replica};

/// How long a round takes: from the leader's log to the commit. One batch is timed after another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rounds {
    followed: Option<(LogIndex, SimTime)>,
    last: SimDuration,
}

impl Rounds {
    /// A batch that ends here was appended; it is timed, unless another one is.
    fn begin(&mut self, now: SimTime, last: LogIndex) {
        self.followed.get_or_insert((last, now));
    }

    /// How long the last one took, or has been taking so far.
    fn look(&mut self, now: SimTime, commit: LogIndex) -> SimDuration {
        let Some((last, since)) = self.followed else { return self.last };
        let so_far = now.since(since);
        if commit >= last {
            (self.followed, self.last) = (None, so_far);
        }
        self.last.max(so_far)
    }
}

impl Replica {
    pub(super) fn close_batches(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>) {
        let max = desk.settings.batch_records_max;
        let disk_free = |replica: &Self| replica.core.synced_index() >= replica.core.end().index;
        self.close_while(now, desk, out, |replica| disk_free(replica) || replica.proposals.open_records() >= max);
        self.full.proposals &= self.proposals.open_records() > 0;
    }

    /// Closes what waits, however busy the disk is.
    pub(in crate::node) fn close_every_batch(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>) {
        self.close_while(now, desk, out, |_| true);
    }

    fn close_while(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>, go_on: impl Fn(&Self) -> bool) {
        let round = self.rounds.look(now.mono, self.core.commit_index());
        let room = |left| Processor::batch_max(left, round, desk.settings);
        // While leadership is handed over orders wait here: for this leader, if it stays, or the next.
        let takes = self.core.leads() && self.core.transferring_to().is_none();
        while takes && self.proposals.open_records() > 0 && go_on(self) {
            let Some((batch, parts)) = self.proposals.close(now.mono, room) else { return };
            let batch = batch.stamped(now.mono);
            match self.drive(out, |core, effects| core.propose(now, Payload::Orders(batch.clone()), effects)) {
                Ok(place) => {
                    self.rounds.begin(now.mono, place.last);
                    self.proposals.sent(place.first, place.term, batch, parts);
                }
                Err(why) => Proposals::decline(&batch, &parts, why, out),
            }
        }
    }
}
