//! Finding a place in an ordered list whose latest elements are asked for most.
//!
//! Idea: logs, points and sessions are asked about what just happened, so the answer nearly always lies near the back.
//! Steps that double from the back find a short stretch to halve: the cost grows with the distance, not with the length.
//! Shape: a count over places, so that it serves every kind of list.
//! Sources: Bentley & Yao 1976 (unbounded searching).

/// How many of `len` elements lie before the asked place; the list is ordered so that those which do come first.
pub fn count_before(len: usize, lies_before: impl Fn(usize) -> bool) -> usize {
    let mut high = len;
    let mut step = 1;
    let mut low = loop {
        let Some(at) = len.checked_sub(step) else { break 0 };
        if lies_before(at) {
            break at + 1;
        }
        high = at;
        step *= 2;
    };
    while low < high {
        let middle = low.midpoint(high);
        if lies_before(middle) {
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
    fn it_says_what_halving_the_whole_list_says() {
        for len in 0..40 {
            let list: Vec<usize> = (0..len).map(|n| n * 2).collect();
            for asked in 0..=len * 2 {
                let expected = list.partition_point(|n| *n < asked);
                assert_eq!(count_before(len, |at| list[at] < asked), expected, "{asked} of {len}");
            }
        }
    }
}
