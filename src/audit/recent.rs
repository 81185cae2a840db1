//! Finding a place in an ordered queue whose latest elements are asked for most.
//!
//! Idea: replicas are within a few batches of one another, so the answer nearly always lies near the back. Steps that
//! double from the back find a short stretch to halve: the cost grows with the distance, not with the memory.
//! Sources: Bentley & Yao 1976 (unbounded searching).

use std::collections::VecDeque;

/// How many elements lie before the asked place; the queue is ordered so that those which do come first.
pub fn count_before<T>(queue: &VecDeque<T>, lies_before: impl Fn(&T) -> bool) -> usize {
    let mut high = queue.len();
    let mut step = 1;
    let mut low = loop {
        let Some(at) = queue.len().checked_sub(step) else { break 0 };
        if lies_before(&queue[at]) {
            break at + 1;
        }
        high = at;
        step *= 2;
    };
    while low < high {
        let middle = low.midpoint(high);
        if lies_before(&queue[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_halving_the_whole_queue_says() {
        for len in 0..40_u32 {
            let queue: VecDeque<u32> = (0..len).map(|n| n * 2).collect();
            for asked in 0..=len * 2 {
                let expected = queue.partition_point(|n| *n < asked);
                assert_eq!(count_before(&queue, |n| *n < asked), expected, "{asked} of {len}");
            }
        }
    }
}
