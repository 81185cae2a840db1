//! A sliding window: the bar of the last so many panes, at a constant price a pane.
//!
//! Idea: the lowest and the highest of a window can't be taken back when an old pane leaves, and looking at every pane
//! again would cost more the longer the window is. So the window is a queue made of two stacks: the front stack holds for
//! each pane the join of itself with all younger ones of the stack, so that its top is the join of the stack; the back
//! stack needs only its total. When the front is used up, the back is turned over. Each pane is joined at most
//! three times in its life, whatever the length of the window.
//! Shape: `push` a closed pane, `bar` reads. Empty panes count: a window is a length of time, not a number of ticks.
//! Bound: [`PANES_MAX`] panes, in two vectors that never grow beyond the window.
//! Sources: Tangwongsan, Hirzel, Schneider, "Low-latency sliding-window aggregation in worst-case constant time", DEBS
//! 2017, §2.2 (two-stacks).

use super::bar::Bar;

/// Panes of a window at most.
pub const PANES_MAX: usize = 600;

/// The last panes.
#[derive(Clone, Debug)]
pub struct Sliding {
    panes: usize,
    /// Oldest on top; each joined with all below it, which are younger.
    front: Vec<Bar>,
    /// Oldest first.
    back: Vec<Bar>,
    back_total: Bar,
}

impl Sliding {
    /// An empty window of so many panes, 1 to [`PANES_MAX`].
    pub fn new(panes: usize) -> Self {
        let panes = panes.clamp(1, PANES_MAX);
        Self { panes, front: Vec::new(), back: Vec::new(), back_total: Bar::EMPTY }
    }

    /// The bar of the window.
    pub fn bar(&self) -> Bar {
        self.front.last().copied().unwrap_or_default().then(self.back_total)
    }

    /// A pane closed: it comes in, and the oldest leaves if the window is full.
    pub fn push(&mut self, pane: Bar) {
        if self.front.len() + self.back.len() == self.panes {
            self.turn_over_if_used_up();
            self.front.pop();
        }
        self.back_total = self.back_total.then(pane);
        self.back.push(pane);
    }

    /// Nothing was quoted for the whole window.
    pub fn clear(&mut self) {
        self.front.clear();
        self.back.clear();
        self.back_total = Bar::EMPTY;
    }

    fn turn_over_if_used_up(&mut self) {
        if !self.front.is_empty() {
            return;
        }
        let mut joined = Bar::EMPTY;
        while let Some(pane) = self.back.pop() {
            joined = pane.then(joined);
            self.front.push(joined);
        }
        self.back_total = Bar::EMPTY;
    }

    /// How many panes it has.
    pub const fn panes(&self) -> usize {
        self.panes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::bar::tests::{bar_of, tick};
    use super::*;

    proptest! {
        #[test]
        fn the_window_is_the_join_of_its_last_panes(
            panes in 1_usize..8,
            bids in proptest::collection::vec(proptest::option::of(1_u32..1_000), 1..60),
        ) {
            let mut window = Sliding::new(panes);
            let mut all = Vec::new();
            for bid in bids {
                let pane = bid.map_or(Bar::EMPTY, |bid| bar_of(&[tick(0, (bid, 1), (2, 3))]));
                window.push(pane);
                all.push(pane);
                let last = &all[all.len().saturating_sub(panes)..];
                let naive = last.iter().fold(Bar::EMPTY, |joined, pane| joined.then(*pane));
                prop_assert_eq!(window.bar(), naive);
                prop_assert!(window.front.len() + window.back.len() <= panes);
            }
        }
    }
}
