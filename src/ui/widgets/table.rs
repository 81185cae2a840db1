//! Tables whose columns give way: each has a least width and a priority; what does not fit goes, the least first.
//!
//! Idea: a narrow screen loses columns, never letters of the important ones.

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
    fn a_table_is_never_wider_than_its_room() {
        let columns = [column(4, 3, 0), column(6, 10, 2), column(5, 50, 1)];
        for room in 0..100 {
            let widths = widths(&columns, room);
            let shown = widths.iter().filter(|width| **width > 0).count();
            assert!(widths.iter().sum::<usize>() + shown.saturating_sub(1) <= room, "{room}");
        }
    }
}
