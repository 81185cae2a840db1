//! How many in the last second: a counter that slides with virtual time.
//!
//! Idea: a second is cut into slots. The figure is the sum of the last twenty whole slots, never of the one that
//! still fills: a steady flow reads as its rate, not as its rate less a slot that has only begun.
//! Units: slots of 50 virtual ms; the figure is per second and at most one slot old.
//! Bound: 21 numbers.

use crate::domain::time::SimTime;

/// Whole slots in a second.
const SLOTS: usize = 20;
/// The length of a slot in ns.
const SLOT_NS: u64 = 1_000_000_000 / SLOTS as u64;

/// Counts per second.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    slots: [u64; SLOTS + 1],
    current: u64,
    peak: u64,
}

impl Rate {
    /// Counts `n` more.
    pub fn add(&mut self, now: SimTime, n: u64) {
        self.roll(now.0 / SLOT_NS);
        self.slots[Self::place(self.current)] += n;
    }

    /// How many in the last second.
    pub fn per_second(&self, now: SimTime) -> u64 {
        let slot = now.0 / SLOT_NS;
        // Slots from before `oldest` are a second away; slots after `current` are empty: nothing was counted since.
        let oldest = slot.saturating_sub(SLOTS as u64).max(self.current.saturating_sub(SLOTS as u64));
        let end = slot.min(self.current + 1);
        (oldest..end).map(|slot| self.slots[Self::place(slot)]).sum()
    }

    /// The highest second so far.
    pub fn peak(&self, now: SimTime) -> u64 {
        self.peak.max(self.per_second(now))
    }

    /// Goes on to a slot, and clears those that it passes.
    fn roll(&mut self, slot: u64) {
        if slot <= self.current {
            return;
        }
        let whole = SimTime((self.current + 1).saturating_mul(SLOT_NS));
        self.peak = self.peak.max(self.per_second(whole));
        let first = (self.current + 1).max(slot.saturating_sub(SLOTS as u64));
        (first..=slot).for_each(|passed| self.slots[Self::place(passed)] = 0);
        self.current = slot;
    }

    const fn place(slot: u64) -> usize {
        (slot % (SLOTS as u64 + 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flow_reads_as_its_rate() {
        let mut rate = Rate::default();
        for ms in 0..5_000 {
            rate.add(SimTime::from_millis(ms), 2);
            if ms >= 1_000 {
                assert_eq!(rate.per_second(SimTime::from_millis(ms)), 2_000, "at {ms} ms");
            }
        }
    }

    #[test]
    fn what_is_a_second_old_is_forgotten_and_the_peak_is_not() {
        let mut rate = Rate::default();
        rate.add(SimTime::from_millis(10), 7);
        assert_eq!(rate.per_second(SimTime::from_millis(60)), 7);
        assert_eq!(rate.per_second(SimTime::from_millis(1_049)), 7);
        assert_eq!(rate.per_second(SimTime::from_millis(1_051)), 0);
        rate.add(SimTime::from_millis(90_000), 1);
        assert_eq!(rate.per_second(SimTime::from_millis(90_050)), 1);
        assert_eq!(rate.peak(SimTime::from_millis(90_050)), 7);
    }
}
