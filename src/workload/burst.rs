//! Bursts: orders on top of the steady load.
//!
//! Idea: a burst is a schedule, order k of n being due at k/n of its time. Its clients keep a bounded number in flight
//! and take up what fell behind when answers come; a raw burst offers everything when it is due, to show refusals.
//! Shape: each burst counts for itself; bursts that overlap add up.
//! Bound: `BURSTS_MAX` at a time. What a raw burst offers beyond the clients' own places is refused on the spot and
//! counted, so a million orders cost no more memory than the places do.

use super::arrivals::window_end;
use super::session::Source;
use crate::domain::control::Burst;
use crate::domain::time::SimTime;

/// Bursts that may run at a time.
pub const BURSTS_MAX: usize = 32;

/// Sessions that send the orders of bursts.
pub const BURST_SESSIONS: u32 = crate::domain::settings::BURST_SESSIONS;

/// A burst that is through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Its orders.
    pub orders: u64,
    /// How many of them were refused or stay unknown.
    pub failed: u64,
}

/// What became of an order of a burst.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was answered.
    Answered,
    /// It was refused for good, or stays unknown.
    Failed,
}

#[derive(Clone, Debug)]
struct Running {
    burst: Burst,
    began: SimTime,
    offered: u64,
    in_flight: u64,
    failed: u64,
    /// It has nothing to offer before; the past, if it waits for places and not for time.
    next: SimTime,
}

impl Running {
    /// How many orders should have been offered by now.
    fn due(&self, now: SimTime) -> u64 {
        let elapsed = now.since(self.began);
        if elapsed >= self.burst.over {
            return self.burst.orders;
        }
        let due = u128::from(self.burst.orders) * u128::from(elapsed.0) / u128::from(self.burst.over.0);
        (due as u64 + 1).min(self.burst.orders)
    }

    /// When the next order is due; never, if all are offered.
    fn next_due(&self) -> SimTime {
        if self.offered >= self.burst.orders {
            return SimTime::NEVER;
        }
        let after = (u128::from(self.burst.over.0) * u128::from(self.offered)).div_ceil(u128::from(self.burst.orders));
        window_end(SimTime(self.began.0.saturating_add(after as u64)))
    }

    /// How many it may have in flight besides those that it has.
    fn room(&self) -> u64 {
        self.burst.in_flight_max.map_or(u64::MAX, |max| u64::from(max.max(1)).saturating_sub(self.in_flight))
    }
}

/// The bursts that run.
#[derive(Clone, Debug, Default)]
pub struct Bursts {
    /// The burst of `Source(place + 1)`; up to the last one that runs.
    running: Vec<Option<Running>>,
    /// The next session of the pool to be asked.
    turn: u32,
}

impl Bursts {
    /// Whether as many run as may.
    pub fn is_full(&self) -> bool {
        self.running.iter().flatten().count() == BURSTS_MAX
    }

    /// A burst begins, unless as many run as may.
    pub fn begin(&mut self, now: SimTime, burst: Burst) {
        let running = Some(Running { burst, began: now, offered: 0, in_flight: 0, failed: 0, next: now });
        if let Some(free) = self.running.iter_mut().find(|running| running.is_none()) {
            *free = running;
        } else if self.running.len() < BURSTS_MAX {
            self.running.push(running);
        }
    }

    /// The sources that may have something to offer now.
    pub fn sources(&self, now: SimTime) -> impl Iterator<Item = Source> + use<> {
        let mut ready = [false; BURSTS_MAX];
        for (ready, running) in ready.iter_mut().zip(&self.running) {
            *ready = running.as_ref().is_some_and(|running| running.next <= now);
        }
        (0..self.running.len()).filter(move |place| ready[*place]).map(|place| Source(place as u8 + 1))
    }

    /// How many orders this source should hand in now.
    pub fn wanted(&self, now: SimTime, source: Source) -> u64 {
        self.get(source).map_or(0, |running| running.due(now).saturating_sub(running.offered).min(running.room()))
    }

    /// So many of the wanted orders were handed in, and the clients had no place for the others.
    /// A raw burst counts those as refused (the answer); another keeps them for later.
    #[must_use]
    pub fn offered(&mut self, source: Source, handed_in: u64, left: u64) -> u64 {
        let Some(running) = self.get_mut(source) else { return 0 };
        let refused = if running.burst.in_flight_max.is_none() { left } else { 0 };
        running.offered += handed_in + refused;
        running.in_flight += handed_in;
        running.failed += refused;
        // Behind for want of places: any answer may give one, so look at every step.
        let waits_for_places = running.room() == 0 || left > refused;
        running.next = if waits_for_places { SimTime::ZERO } else { running.next_due() };
        refused
    }

    /// An order of this source is no longer in flight.
    pub fn settled(&mut self, source: Source, outcome: Outcome) {
        if let Some(running) = self.get_mut(source) {
            assert!(running.in_flight > 0, "an order in flight is settled once");
            running.in_flight -= 1;
            running.failed += u64::from(outcome == Outcome::Failed);
        }
    }

    /// Whether the clients of this source ask again; raw ones take the first word.
    pub fn retries(&self, source: Source) -> bool {
        self.get(source).is_none_or(|running| running.burst.in_flight_max.is_some())
    }

    /// When somebody has something to offer, if only time is wanting.
    pub fn next(&self) -> SimTime {
        let waits_for_time = |running: &&Running| running.next > SimTime::ZERO;
        self.running.iter().flatten().filter(waits_for_time).map(|r| r.next).min().unwrap_or(SimTime::NEVER)
    }

    /// Takes a burst off whose every order is answered or given up.
    pub fn take_ended(&mut self) -> Option<Ended> {
        let over = |running: &Running| running.offered >= running.burst.orders && running.in_flight == 0;
        let place = self.running.iter_mut().find(|running| running.as_ref().is_some_and(over))?;
        let ended = place.take();
        while self.running.pop_if(|last| last.is_none()).is_some() {}
        ended.map(|running| Ended { orders: running.burst.orders, failed: running.failed })
    }

    /// The place in the pool of the session that is asked next.
    pub fn turn(&mut self) -> usize {
        self.turn = (self.turn + 1) % BURST_SESSIONS;
        self.turn as usize
    }

    /// Orders to go, of how many, over all bursts that run.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.running.iter().flatten().fold(None, |sum, running| {
            let (to_go, of) = sum.unwrap_or_default();
            let left = running.burst.orders - running.offered + running.in_flight;
            Some((to_go + left, of + running.burst.orders))
        })
    }

    fn get(&self, source: Source) -> Option<&Running> {
        self.running.get(usize::from(source.0).checked_sub(1)?)?.as_ref()
    }

    fn get_mut(&mut self, source: Source) -> Option<&mut Running> {
        self.running.get_mut(usize::from(source.0).checked_sub(1)?)?.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::SimDuration;

    #[test]
    fn orders_are_due_evenly_over_the_time_of_the_burst() {
        let mut bursts = Bursts::default();
        bursts.begin(SimTime::from_millis(500), Burst { in_flight_max: None, ..Burst::KEY });
        let mut offered = 0;
        while bursts.next() < SimTime::NEVER {
            let now = bursts.next();
            for source in bursts.sources(now) {
                let wanted = bursts.wanted(now, source);
                offered += wanted;
                assert_eq!(bursts.offered(source, wanted, 0), 0);
            }
            assert_eq!(offered, now.as_millis() - 500 + 1, "at {now}");
        }
        assert_eq!(offered, 1_000);
    }

    #[test]
    fn a_burst_without_length_or_orders_ends() {
        let mut bursts = Bursts::default();
        let source = Source(1);
        bursts.begin(SimTime::ZERO, Burst { orders: 0, over: SimDuration::ZERO, in_flight_max: Some(0) });
        assert_eq!(bursts.wanted(SimTime::ZERO, source), 0);
        assert_eq!(bursts.take_ended(), Some(Ended { orders: 0, failed: 0 }));
    }

    #[test]
    fn there_is_room_for_so_many_bursts() {
        let mut bursts = Bursts::default();
        for _ in 0..BURSTS_MAX {
            assert!(!bursts.is_full());
            bursts.begin(SimTime::ZERO, Burst::KEY);
        }
        assert!(bursts.is_full());
    }
}
