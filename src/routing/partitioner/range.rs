//! Ranges: keys in their order, cut at explicit points.
//!
//! Idea: neighbours stay together, so a question about all keys from `GO` to `GP` goes to one partition. The price is
//! that keys which crowd together are a crowd for one partition too: names that begin with A, and ids that *all* begin
//! alike, which fall into a single one.
//! Keys that count up: no split points help them for long. Points fitted to the trades there are would divide these evenly,
//! and every trade after that would lie behind the last point: the *hot tail* of ranges over time and numbers. Who needs
//! ranges over such keys puts something in front that spreads them (a hash, the symbol), and pays for it when asking.
//! Shape: a sorted list of points, each with the owner of what follows it up to the next; a look-up is a binary search.
//! Owners are named, not numbered along the alphabet, so that a split gives half of one range to somebody new and
//! leaves everybody else as they were.
//! Sources: Bigtable (Chang et al. 2006) §5.1 for ranges that split.

use crate::domain::ids::PartitionId;

const LETTERS: usize = 26;

/// Ranges of keys with their owners.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranges {
    /// Sorted by their beginnings; the first begins at the empty key, so that every key has an owner.
    ranges: Vec<(Box<[u8]>, PartitionId)>,
}

impl Ranges {
    /// The alphabet cut into so many equal parts, by first letters, or by the first two where letters do not suffice.
    ///
    /// 26 letters (676 pairs) are dealt as evenly as they can be; above 676 partitions the last ones own nothing.
    pub fn of_letters(partitions: usize) -> Self {
        let starts = (1..partitions).filter_map(|part| {
            let letter = |place: usize| b'A' + place as u8;
            if partitions <= LETTERS {
                return Some(vec![letter(part * LETTERS / partitions)]);
            }
            let pairs = LETTERS * LETTERS;
            let pair = part * pairs / partitions.min(pairs);
            (pair < pairs).then(|| vec![letter(pair / LETTERS), letter(pair % LETTERS)])
        });
        Self::at(starts)
    }

    /// Cut at these points; what lies before the first belongs to `p1`, and so on in order.
    pub fn at(points: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut points: Vec<_> = points.into_iter().filter(|point| !point.is_empty()).collect();
        points.sort_unstable();
        points.dedup();
        let starts = std::iter::once(Vec::new()).chain(points);
        let ranges = starts.enumerate().map(|(at, point)| (point.into_boxed_slice(), PartitionId::from_index(at)));
        Self { ranges: ranges.collect() }
    }

    /// Cut so that each of so many parts holds as many of these keys as the others, as far as keys differ.
    pub fn fitted(keys: &mut [Vec<u8>], partitions: usize) -> Self {
        keys.sort_unstable();
        let points = (1..partitions).filter_map(|part| keys.get(part * keys.len() / partitions).cloned());
        Self::at(points)
    }

    /// The owner of a key.
    pub fn owner(&self, key: &[u8]) -> PartitionId {
        let after = self.ranges.partition_point(|(start, _)| start.as_ref() <= key);
        self.ranges[after - 1].1
    }

    /// Cuts the range that holds this point; what follows it, up to the end of that range, belongs to `to`.
    /// `false` if the point begins a range already: there is nothing left of it to keep.
    pub fn split(&mut self, point: &[u8], to: PartitionId) -> bool {
        match self.ranges.binary_search_by(|(start, _)| start.as_ref().cmp(point)) {
            Ok(_) => false,
            Err(at) => {
                self.ranges.insert(at, (point.into(), to));
                true
            }
        }
    }

    /// Where each range begins, in order, with its owner.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], PartitionId)> {
        self.ranges.iter().map(|(start, owner)| (start.as_ref(), *owner))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_belongs_to_the_last_point_at_or_before_it() {
        let ranges = Ranges::at([b"M".to_vec(), b"G".to_vec(), b"G".to_vec(), Vec::new()]);
        for (key, owner) in [("", 1), ("A", 1), ("FZZ", 1), ("G", 2), ("GOOG", 2), ("LZ", 2), ("M", 3), ("ZZ", 3)] {
            assert_eq!(ranges.owner(key.as_bytes()), PartitionId(owner), "{key}");
        }
    }

    #[test]
    fn letters_are_cut_into_as_many_parts_as_are_asked_for() {
        for partitions in [1, 2, 4, 25, 26, 27, 100, 512] {
            let ranges = Ranges::of_letters(partitions);
            assert_eq!(ranges.iter().len(), partitions, "{:?}", ranges.iter().collect::<Vec<_>>());
        }
        let starts: Vec<_> = Ranges::of_letters(4).iter().map(|(start, _)| start.to_vec()).collect();
        assert_eq!(starts, [&b""[..], b"G", b"N", b"T"]);
        assert_eq!(Ranges::of_letters(600).iter().len(), 600);
        assert_eq!(Ranges::of_letters(1_000).iter().len(), 676, "there are no more pairs");
    }

    #[test]
    fn a_split_moves_the_upper_part_of_one_range_and_nothing_else() {
        let before = Ranges::of_letters(4);
        let mut after = before.clone();
        assert!(after.split(b"AM", PartitionId(5)));
        assert!(!after.split(b"AM", PartitionId(6)), "cut there already");
        for key in ["A", "ALPHA", "AM", "AZ", "F", "G", "ZZ"] {
            let (was, is) = (before.owner(key.as_bytes()), after.owner(key.as_bytes()));
            let moves = ("AM".."G").contains(&key);
            assert_eq!(is, if moves { PartitionId(5) } else { was }, "{key}");
        }
    }

    proptest! {
        #[test]
        fn fitted_ranges_are_as_even_as_keys_allow(
            keys in prop::collection::btree_set("[A-Z]{1,5}", 1..400), partitions in 1_usize..20,
        ) {
            let mut keys: Vec<Vec<u8>> = keys.into_iter().map(String::into_bytes).collect();
            let ranges = Ranges::fitted(&mut keys, partitions);
            let mut counts = vec![0; partitions];
            keys.iter().for_each(|key| counts[ranges.owner(key).index()] += 1);
            let most = keys.len().div_ceil(partitions);
            prop_assert!(counts.iter().all(|count| *count <= most), "{:?}, {} at most", counts, most);
        }
    }
}
