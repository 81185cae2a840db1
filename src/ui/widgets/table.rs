//! Tables whose columns give way: each has a least width and a priority; what does not fit goes, the least first.
//!
//! Idea: a narrow screen loses columns, never letters of the important ones.

use super::super::canvas::{Strip, width};
use super::super::theme::Role;

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// The id of its title.
    pub title: &'static str,
    /// Its least width.
    pub min: usize,
    /// How much wider it may become.
    pub more: usize,
    /// 0 goes last.
    pub priority: u8,
    /// Which end its text keeps to.
    pub align: Align,
}

impl Column {
    /// A column of a table whose columns may all become a little wider.
    pub const fn new(title: &'static str, min: usize, priority: u8, align: Align) -> Self {
        Self { title, min, more: 2, priority, align }
    }
}

/// Which end of its column a text keeps to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// The width of each column in so many cells, one blank between two; 0 for those that are left out.
pub fn widths(columns: &[Column], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.min).collect();
    let used = |widths: &[usize]| {
        let shown = widths.iter().filter(|width| **width > 0).count();
        widths.iter().sum::<usize>() + shown.saturating_sub(1)
    };
    while used(&widths) > room {
        let shown = (0..columns.len()).filter(|place| widths[*place] > 0);
        let Some(last) = shown.max_by_key(|place| (columns[*place].priority, *place)) else { break };
        widths[last] = 0;
    }
    let mut rest = room.saturating_sub(used(&widths));
    for (width, column) in widths.iter_mut().zip(columns) {
        let more = if *width > 0 { column.more.min(rest) } else { 0 };
        *width += more;
        rest -= more;
    }
    widths
}

/// The columns, each as wide as its widest text at least: a number may push a lesser column out, and is never cut.
pub fn for_texts<const N: usize>(columns: &[Column; N], rows: &[[String; N]]) -> [Column; N] {
    let mut fitted = *columns;
    for (place, column) in fitted.iter_mut().enumerate() {
        let widest = rows.iter().map(|row| width(&row[place])).max().unwrap_or(0);
        let more = widest.saturating_sub(column.min);
        column.min += more;
        column.more = column.more.saturating_sub(more);
    }
    fitted
}

/// Adds a row of such texts, a blank after each; columns of width 0 are left out.
#[must_use]
pub fn cells<'a, const N: usize>(
    strip: Strip<'a>,
    columns: &[Column; N],
    widths: &[usize],
    row: &[String; N],
    role: impl Fn(usize) -> Role,
) -> Strip<'a> {
    let shown = columns.iter().zip(widths).zip(row).enumerate().filter(|(_, ((_, width), _))| **width > 0);
    shown.fold(strip, |strip, (place, ((column, width), text))| match column.align {
        Align::Left => strip.left(*width, role(place), text).gap(),
        Align::Right => strip.right(*width, role(place), text).gap(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(min: usize, more: usize, priority: u8) -> Column {
        Column { title: "", min, more, priority, align: Align::Left }
    }

    #[test]
    fn the_least_important_column_goes_first() {
        let columns = [column(4, 0, 0), column(6, 10, 2), column(5, 0, 1)];
        assert_eq!(widths(&columns, 17), [4, 6, 5]);
        assert_eq!(widths(&columns, 16), [4, 0, 5]);
        assert_eq!(widths(&columns, 9), [4, 0, 0]);
        assert_eq!(widths(&columns, 3), [0, 0, 0]);
        assert_eq!(widths(&columns, 22), [4, 11, 5]);
    }

    #[test]
    fn a_long_number_widens_its_column_and_pushes_a_lesser_one_out() {
        let columns = [column(4, 0, 0), column(6, 3, 1), column(5, 0, 2)];
        let row = |text: &str| ["1".to_owned(), text.to_owned(), String::new()];
        let fitted = for_texts(&columns, &[row("12"), row("12 345 678")]);
        assert_eq!((fitted[1].min, fitted[1].more), (10, 0));
        assert_eq!((fitted[0], fitted[2]), (columns[0], columns[2]));
        assert_eq!(widths(&columns, 18), [4, 7, 5]);
        assert_eq!(widths(&fitted, 18), [4, 10, 0]);
    }

    #[test]
    fn a_table_is_never_wider_than_its_room() {
        let columns = [column(4, 3, 0), column(6, 10, 2), column(5, 50, 1)];
        for room in 0..100 {
            let widths = widths(&columns, room);
            let shown = widths.iter().filter(|width| **width > 0).count();
            assert!(widths.iter().sum::<usize>() + shown.saturating_sub(1) <= room, "{room}");
        }
    }
}
