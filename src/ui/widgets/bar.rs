//! Bars of eighths and sparklines: one value as a length, many as heights.

use super::super::canvas::Strip;
use super::super::theme::Role;

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const HEIGHTS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Adds a bar of so many columns, filled to `per_mille`, on a track. What is less than half an eighth of a column is
/// not drawn: a healthy gauge is an empty track, not a row of slivers. The track is a line, so that it stays quiet, and
/// is told from the fill without colours.
#[must_use]
pub fn bar<'a>(strip: Strip<'a>, columns: usize, per_mille: u64, role: Role) -> Strip<'a> {
    let eighths = ((columns as u64 * 8 * per_mille.min(1_000) + 500) / 1_000) as usize;
    let mut filled = "█".repeat(eighths / 8);
    filled.push_str(EIGHTHS[eighths % 8]);
    let used = eighths.div_ceil(8);
    strip.add(role, filled).add(Role::Track, "─".repeat(columns - used))
}

/// The last values as heights, one column each, on a scale from 0 to `most`; what is above zero is never blank.
pub fn sparkline(values: &[u64], columns: usize, most: u64) -> String {
    let shown = &values[values.len().saturating_sub(columns)..];
    shown.iter().map(|value| HEIGHTS[height(*value, most, 8)]).collect()
}

/// A value as a height of so many steps; above zero it is at least one.
pub fn height(value: u64, most: u64, steps: u64) -> usize {
    if value == 0 || most == 0 {
        return 0;
    }
    (value.min(most) * steps).div_ceil(most).max(1) as usize
}

/// So many values from many, each the greatest of its share, so that no peak is lost.
pub fn squeeze(values: &[u64], columns: usize) -> Vec<u64> {
    if values.len() <= columns {
        return values.to_vec();
    }
    let share = |column: usize| column * values.len() / columns;
    (0..columns).map(|c| values[share(c)..share(c + 1)].iter().copied().max().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_is_never_zero_above_zero_and_never_more_than_all() {
        assert_eq!(height(0, 100, 8), 0);
        assert_eq!(height(1, 1_000_000, 8), 1);
        assert_eq!(height(100, 100, 8), 8);
        assert_eq!(height(900, 100, 8), 8);
        assert_eq!(height(5, 0, 8), 0);
    }

    #[test]
    fn squeezing_keeps_the_peak() {
        assert_eq!(squeeze(&[1, 9, 2, 3, 4, 5], 3), [9, 3, 5]);
        assert_eq!(squeeze(&[1, 2], 3), [1, 2]);
        assert_eq!(squeeze(&[1, 2], 0), Vec::<u64>::new());
    }

    #[test]
    fn a_sparkline_shows_the_latest() {
        assert_eq!(sparkline(&[8, 1, 4, 8], 3, 8), "▁▄█");
    }
}
