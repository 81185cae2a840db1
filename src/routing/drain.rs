//! Drain: how fast a queue empties, and so how long a newcomer would wait in it.
//!
//! Idea: only time in which something waits says how fast a server is; an idle one looks slow. So the estimate counts what
//! left the queue and the busy time in which it left, both over the last stretch of busy time, and nothing else. A
//! newcomer waits for what is ahead of it at that rate. Where nothing leaves, the silence counts too: the estimate falls
//! while it lasts.
//! Proof: a queue that is short because little is asked looks slow, too: what left it is what came. Disks and round trips
//! take their time, and a longer queue would only make larger batches. So an estimate that says *too late* is not believed
//! up to a length that was seen to be served in time, and somewhat more: half of it where much time was left, an eighth
//! otherwise. To see it, some newcomers are followed through the queue. A gateway follows none: where it queues, it is full.
//! Units: records and virtual nanoseconds, integers only.
//! Bound: `FOLLOWED_PARTS` newcomers that are followed, and two sums, halved each time the busy time reaches `WINDOW`: what
//! is two windows old weighs a quarter.
//! Sources: Little 1961 (a wait is a length over a rate); BBR (Cardwell et al. 2016), which also learns its rate only from
//! what was delivered.

use std::collections::VecDeque;

use crate::domain::time::{SimDuration, SimTime};

/// Busy time at which the sums are halved.
const WINDOW: u64 = SimDuration::from_millis(200).as_nanos();

/// A wait is believed once the eldest has waited this part of the time that is left: below it a rate was not needed yet, so
/// it was not measured either, and a queue that moves is given the benefit of the doubt.
const EVIDENCE_PARTS: u64 = 20;

/// How much later than estimated an answer may come and still be in time: another queue is met on the way, and a
/// rate that was measured is not one that was promised.
pub const MARGIN: u64 = 2;

/// A wait that was seen may take so many fifths of the time that is left: it was no estimate.
const PROVEN_FIFTHS: u64 = 4;
/// A length that was seen to be served in time may be exceeded by so many at least.
const GROWTH_MIN: u64 = 8;
/// So many may wait before it is known how long that takes: where a disk is slow, a few batches.
const UNPROVEN: u64 = 128;
/// A newcomer is followed each time that such a part of what it has left has passed.
const FOLLOWED_PARTS: u64 = 32;

/// The rate at which a queue empties.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    busy: u64,
    left: u64,
    /// What left the queue in all.
    total: u64,
    /// So many may wait at once, whatever the estimate says: almost as many were served in time. Nothing in a queue whose
    /// newcomers are not followed.
    proven: Option<u64>,
    followed: VecDeque<Followed>,
    /// Since when something waits that has not been counted as busy time yet.
    since: Option<SimTime>,
}

/// A newcomer on its way through the queue.
#[derive(Clone, Copy, Debug)]
struct Followed {
    since: SimTime,
    /// So many were ahead of it.
    ahead: u64,
    /// It has left once so many have, in all.
    gone_at: u64,
    /// It is in time until then.
    until: SimTime,
}

impl Drain {
    /// A newcomer was let in behind so many, with so many others; it has so long left.
    pub fn follow(&mut self, now: SimTime, ahead: u64, count: u64, left: SimDuration) {
        self.proven.get_or_insert(UNPROVEN);
        let last = self.followed.back().map(|followed| followed.since);
        let due = last.is_none_or(|last| now.since(last).times(FOLLOWED_PARTS) >= left);
        if due && self.followed.len() < FOLLOWED_PARTS as usize {
            let until = now + SimDuration(left.0 / 5 * PROVEN_FIFTHS);
            self.followed.push_back(Followed { since: now, ahead, gone_at: self.total + ahead + count, until });
        }
    }

    /// Looks at those who are followed: who has left in time proves a length, and who is late disproves it.
    fn look(&mut self, now: SimTime) {
        let total = self.total;
        let is_known = |followed: &mut Followed| followed.gone_at <= total || followed.until < now;
        while let Some(Followed { since, ahead, until, .. }) = self.followed.pop_front_if(is_known) {
            let is_early = now.since(since).times(2) <= until.since(since);
            let more = (if is_early { ahead / 2 } else { ahead / 8 }).max(GROWTH_MIN);
            let is_in_time = now <= until;
            self.proven =
                self.proven.map(|so_far| if is_in_time { so_far.max(ahead + more) } else { so_far.min(ahead / 4 * 3) });
        }
    }

    /// Something waits from now on, if nothing did.
    pub fn begin(&mut self, now: SimTime) {
        self.since.get_or_insert(now);
    }

    /// Since when something waits while nothing has left the queue.
    pub const fn stuck_since(&self) -> Option<SimTime> {
        self.since
    }

    /// So many left the queue; `waits` says whether others still wait.
    pub fn left(&mut self, now: SimTime, count: u64, waits: bool) {
        if count == 0 && !waits && self.is_idle() {
            return;
        }
        if let Some(since) = self.since {
            self.add(now.since(since), count);
        }
        self.total += count;
        self.look(now);
        self.since = waits.then_some(now);
    }

    fn is_idle(&self) -> bool {
        self.since.is_none() && self.followed.is_empty()
    }

    /// So many were served in a stretch of busy time; what took no time says nothing about a rate.
    pub const fn add(&mut self, busy: SimDuration, count: u64) {
        if busy.0 == 0 {
            return;
        }
        self.busy += busy.0;
        self.left += count;
        while self.busy >= WINDOW && self.left > 1 {
            self.busy /= 2;
            self.left /= 2;
        }
    }

    /// How long a newcomer waits behind so many; nothing is known before the first has left.
    pub fn wait(&self, now: SimTime, ahead: u64) -> Option<SimDuration> {
        let silent = self.since.map_or(0, |since| now.since(since).0);
        times(self.busy + silent, ahead, self.left)
    }

    /// How many leave in so long.
    pub fn left_in(&self, within: SimDuration) -> Option<u64> {
        times(within.0, self.left, self.busy).map(|count| count.0)
    }

    /// The rate, per virtual second.
    pub fn per_second(&self) -> Option<u64> {
        (self.busy > 0 && self.left > 0).then(|| times(1_000_000_000, self.left, self.busy).map_or(0, |rate| rate.0))
    }

    /// Whether a newcomer that has so long left would be answered too late behind so many, the eldest of whom came then.
    pub fn is_too_slow(&self, now: SimTime, ahead: u64, eldest: Option<SimTime>, left: SimDuration) -> bool {
        let waited = eldest.map_or(SimDuration::ZERO, |eldest| now.since(eldest));
        if waited.times(EVIDENCE_PARTS) < left {
            return false;
        }
        // Before anything has left, the eldest says how long it takes at least.
        self.wait(now, ahead).unwrap_or(waited).times(MARGIN) > left && !self.is_proven(now, ahead, waited, left)
    }

    /// Whether a queue of this length was seen to be served in time, and nothing that waits now says otherwise.
    fn is_proven(&self, now: SimTime, ahead: u64, waited: SimDuration, left: SimDuration) -> bool {
        let moves = self.followed.front().is_none_or(|followed| now <= followed.until);
        moves && waited.0 / PROVEN_FIFTHS <= left.0 / 5 && self.proven.is_some_and(|proven| ahead <= proven)
    }
}

/// `a * b / c`, without overflow; `None` where `c` is 0.
fn times(a: u64, b: u64, c: u64) -> Option<SimDuration> {
    let product = u128::from(a) * u128::from(b);
    product.checked_div(u128::from(c)).map(|length| SimDuration(u64::try_from(length).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime::from_millis(ms)
    }

    #[test]
    fn idle_time_does_not_count_and_silence_does() {
        let mut drain = Drain::default();
        assert_eq!((drain.wait(ms(0), 5), drain.per_second()), (None, None));
        for second in 0..10 {
            drain.begin(ms(second * 1_000));
            drain.left(ms(second * 1_000 + 10), 5, true);
            drain.left(ms(second * 1_000 + 20), 5, false);
        }
        assert_eq!(drain.per_second(), Some(500), "ten in 20 ms, each second");
        assert_eq!(drain.wait(ms(10_000), 100), Some(SimDuration::from_millis(200)));
        drain.begin(ms(10_000));
        assert!(drain.wait(ms(10_400), 100) > Some(SimDuration::from_millis(400)), "nothing leaves");
    }

    #[test]
    fn the_estimate_follows_a_change_within_a_few_windows() {
        let mut drain = Drain::default();
        let mut now = 0;
        let mut serve = |drain: &mut Drain, each_ms: u64, for_ms: u64| {
            drain.begin(ms(now));
            for _ in 0..for_ms / each_ms {
                now += each_ms;
                drain.left(ms(now), 1, true);
            }
            drain.per_second()
        };
        assert!(serve(&mut drain, 1, 2_000).is_some_and(|rate| (900..=1_100).contains(&rate)));
        assert!(serve(&mut drain, 10, 1_000).is_some_and(|rate| (90..=130).contains(&rate)));
        assert!(serve(&mut drain, 1, 1_000).is_some_and(|rate| (850..=1_100).contains(&rate)));
    }

    /// Serves a queue in batches, each of which takes as long whatever is in it, under a steady load: in the second
    /// half of the time, how much is refused, and how long one waits at most.
    fn batches(each: SimDuration, batch_max: u64, per_ms: u64, seconds: u64) -> (u64, SimDuration) {
        let (mut drain, left) = (Drain::default(), SimDuration::from_secs(1));
        let (mut queue, mut refused, mut longest) = (std::collections::VecDeque::new(), 0, SimDuration::ZERO);
        let (mut in_batch, mut done_at) = (0, SimTime::ZERO);
        for now in (0..seconds * 1_000).map(ms) {
            if in_batch > 0 && done_at <= now {
                for since in queue.drain(..in_batch as usize) {
                    longest = if now < ms(seconds * 500) { longest } else { longest.max(now.since(since)) };
                }
                drain.left(now, std::mem::take(&mut in_batch), !queue.is_empty());
            }
            for _ in 0..per_ms {
                let ahead = queue.len() as u64;
                if drain.is_too_slow(now, ahead, queue.front().copied(), left) {
                    refused += u64::from(now >= ms(seconds * 500));
                    continue;
                }
                drain.follow(now, ahead, 1, left);
                drain.begin(now);
                queue.push_back(now);
            }
            if in_batch == 0 && !queue.is_empty() {
                (in_batch, done_at) = ((queue.len() as u64).min(batch_max), now + each);
            }
        }
        (refused, longest)
    }

    #[test]
    fn a_queue_whose_batches_grow_refuses_nothing_and_one_that_is_full_keeps_its_time() {
        // 300 ms a batch: the next one waits for the rest of it, and for its own.
        let (refused, longest) = batches(SimDuration::from_millis(300), u64::MAX, 2, 20);
        assert_eq!(refused, 0, "after it has learned: {longest:?}");
        assert!(longest <= SimDuration::from_millis(605), "{longest:?}");
        // 100 in 100 ms, and twice as many come.
        let (refused, longest) = batches(SimDuration::from_millis(100), 100, 2, 20);
        assert!((9_000..=11_500).contains(&refused), "{refused} of 20,000");
        assert!(longest < SimDuration::from_millis(950), "{longest:?}");
        // Ten times as many.
        let (_, longest) = batches(SimDuration::from_millis(100), 100, 10, 20);
        assert!(longest < SimDuration::from_millis(950), "{longest:?}");
    }

    #[test]
    fn a_queue_that_moves_is_not_doubted_and_one_that_stands_is() {
        let mut drain = Drain::default();
        let left = SimDuration::from_secs(1);
        assert!(!drain.is_too_slow(ms(40), 1_000_000, Some(ms(0)), left), "40 ms say nothing");
        assert!(!drain.is_too_slow(ms(400), 1_000_000, Some(ms(0)), left), "nothing has left: 400 ms so far");
        assert!(drain.is_too_slow(ms(600), 1, Some(ms(0)), left), "nobody is followed");
        drain.follow(ms(0), 0, 1, left);
        assert!(
            !drain.is_too_slow(ms(600), 100, Some(ms(0)), left) && drain.is_too_slow(ms(600), 1_000, Some(ms(0)), left)
        );
        assert!(drain.is_too_slow(ms(850), 1, Some(ms(0)), left));
        drain.begin(ms(0));
        drain.left(ms(100), 100, true);
        assert!(!drain.is_too_slow(ms(100), 400, Some(ms(0)), left), "400 take 400 ms");
        assert!(drain.is_too_slow(ms(100), 600, Some(ms(0)), left), "600 take 600 ms, and there are two such waits");
    }
}
