//! A set of numbers that grow: one bit each, in a window that moves along.
//!
//! Idea: an order that has left its ring is remembered as a bit under its sequence or its index. That is a hundredth of
//! what it took in the ring, so the ledger can still tell, a long way back, what was executed and what was settled.
//! Bound: `words_max` words of 64 bits. The oldest word goes when one more is needed; whoever asks for a number below the
//! window is told that it is forgotten.

use std::collections::VecDeque;

/// Bits in a word.
const WORD: u64 = 64;

/// A set of numbers, as far as its window reaches.
#[derive(Clone, Debug)]
pub struct Bits {
    /// The number of the first word.
    first: u64,
    words: VecDeque<u64>,
    words_max: usize,
}

impl Bits {
    /// An empty set that remembers at least so many numbers below the highest.
    pub const fn new(span: u64) -> Self {
        Self { first: 0, words: VecDeque::new(), words_max: (span / WORD) as usize + 1 }
    }

    /// Puts a number in; says whether it was in already, or `None` if it lies below the window. What has to leave the
    /// window for it is added to `left`.
    pub fn insert(&mut self, number: u64, left: &mut u64) -> Option<bool> {
        // Nearly always the word is there: this is asked some three times for each order.
        if let Some(word) = self.place(number).and_then(|place| self.words.get_mut(place)) {
            return Some(set(word, number));
        }
        let word = number / WORD;
        if word >= self.first + self.words_max as u64 {
            let first = word + 1 - self.words_max as u64;
            let gone = usize::try_from(first - self.first).unwrap_or(usize::MAX).min(self.words.len());
            *left += self.words.drain(..gone).map(|word| u64::from(word.count_ones())).sum::<u64>();
            self.first = first;
        }
        let place = self.place(number)?;
        self.words.resize(place + 1, 0);
        Some(set(&mut self.words[place], number))
    }

    /// Whether a number is in, as far as the window reaches.
    pub fn contains(&self, number: u64) -> bool {
        self.place(number).and_then(|place| self.words.get(place)).is_some_and(|word| word & 1 << (number % WORD) != 0)
    }

    /// Where the word of a number is; `None` below the window.
    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from((number / WORD).checked_sub(self.first)?).ok()
    }

    /// Takes a number out; whether it was in.
    pub fn remove(&mut self, number: u64) -> bool {
        let Some(word) = self.place(number).and_then(|place| self.words.get_mut(place)) else { return false };
        let bit = 1 << (number % WORD);
        let known = *word & bit != 0;
        *word &= !bit;
        known
    }

    /// Takes out every number from this one on; how many there were.
    pub fn cut(&mut self, from: u64) -> u64 {
        let place = usize::try_from((from / WORD).saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut gone = 0;
        if from / WORD >= self.first
            && let Some(word) = self.words.get_mut(place)
        {
            let kept = *word & ((1 << (from % WORD)) - 1);
            gone += u64::from((*word ^ kept).count_ones());
            *word = kept;
        }
        let whole = if from / WORD >= self.first { place.saturating_add(1) } else { 0 };
        let whole = whole.min(self.words.len());
        gone + self.words.drain(whole..).map(|word| u64::from(word.count_ones())).sum::<u64>()
    }

    /// The lowest number that it could tell of.
    pub const fn lowest(&self) -> u64 {
        self.first * WORD
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.words.len() * size_of::<u64>()
    }
}

/// Sets the bit of a number in its word; whether it was set.
const fn set(word: &mut u64, number: u64) -> bool {
    let bit = 1 << (number % WORD);
    let known = *word & bit != 0;
    *word |= bit;
    known
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Numbers come and go, and whole ends are cut off; within the window it is a set like any other.
        #[test]
        fn it_is_a_set_as_far_as_its_window_reaches(steps in proptest::collection::vec((0_u64..4_000, 0_u8..10), 1..300)) {
            let (mut bits, mut model, mut left) = (Bits::new(1_000), BTreeSet::new(), 0);
            for (number, kind) in steps {
                match kind {
                    0 => {
                        let lowest = bits.lowest().max(number);
                        let gone = model.split_off(&lowest);
                        prop_assert_eq!(bits.cut(number), gone.len() as u64);
                    }
                    2 => prop_assert_eq!(bits.contains(number), model.contains(&number)),
                    1 => prop_assert_eq!(bits.remove(number), model.remove(&number)),
                    _ => {
                        let before = left;
                        let known = bits.insert(number, &mut left);
                        if number < bits.lowest() {
                            prop_assert_eq!(known, None);
                            prop_assert!(bits.lowest() <= 4_000 - 1_000 + 64);
                            continue;
                        }
                        let kept = model.split_off(&bits.lowest());
                        prop_assert_eq!(left - before, model.len() as u64, "what left is counted");
                        model = kept;
                        prop_assert_eq!(known, Some(!model.insert(number)));
                    }
                }
                prop_assert!(bits.words.len() <= 1_000 / 64 + 1);
            }
        }
    }
}
