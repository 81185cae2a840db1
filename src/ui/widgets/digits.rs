//! Big digits, three columns by five rows: for rooms of a hundred.

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::theme::Role;

/// Rows of the digits 0 to 9, each row three bits.
const SHAPES: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// The letters that stand beside figures: `n` and `T`.
const LETTERS: [(char, [u8; 5]); 3] = [
    ('n', [0b000, 0b110, 0b101, 0b101, 0b101]),
    ('T', [0b111, 0b010, 0b010, 0b010, 0b010]),
    ('-', [0b000, 0b000, 0b111, 0b000, 0b000]),
];

/// Rows of a big text.
pub const ROWS: u16 = 5;

/// Columns of a digit with the gap after it, and of what has no shape.
const DIGIT: usize = 8;
const GAP: usize = 3;

/// Draws a text of digits, two cells a dot, so that a dot is square; what has no shape is a gap. A text that is wider than the
/// area stands there in plain letters: a number without its last digits would be another number.
pub fn digits(canvas: &mut Canvas<'_>, area: Rect, role: Role, text: &str) {
    let columns: usize = text.chars().map(|sign| shape(sign).map_or(GAP, |_| DIGIT)).sum();
    // The gap after the last digit may lie outside.
    if columns > usize::from(area.width) + 2 || area.height < ROWS {
        canvas.word(area, 0, area.height / 2, role, text);
        return;
    }
    let mut column = 0;
    for sign in text.chars() {
        let Some(shape) = shape(sign) else {
            column += GAP as u16;
            continue;
        };
        for (row, bits) in shape.iter().enumerate() {
            for dot in 0..3 {
                if bits >> (2 - dot) & 1 == 1 {
                    canvas.word(area, column + dot * 2, row as u16, role, "██");
                }
            }
        }
        column += DIGIT as u16;
    }
}

fn shape(sign: char) -> Option<[u8; 5]> {
    match sign.to_digit(10) {
        Some(digit) => SHAPES.get(digit as usize).copied(),
        None => LETTERS.iter().find(|(letter, _)| *letter == sign).map(|(_, shape)| *shape),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::ui::look::Look;

    fn drawn(text: &str, columns: u16) -> String {
        let look = Look::new("mono", Default::default(), Default::default(), Default::default()).unwrap();
        let area = Rect::new(0, 0, columns, ROWS);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, ROWS));
        digits(&mut Canvas::new(&mut buffer, &look), area, Role::Title, text);
        let row = |y| (0..80).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
        (0..ROWS).map(row).collect()
    }

    #[test]
    fn a_number_that_is_too_wide_is_plain_and_whole() {
        for (text, columns) in [("123456789", 25), ("88888", 37), ("T1000000", 60), ("7", 5)] {
            assert_eq!(drawn(text, columns).trim(), text, "{columns}");
        }
        for (text, columns) in [("8888", 30), ("8888", 32), ("n3", 16), ("7", 6)] {
            let shown = drawn(text, columns);
            assert!(!shown.contains(text) && shown.contains('█'), "{columns}:\n{shown}");
            assert_eq!(shown, drawn(text, 80), "nothing of it is cut at {columns}");
        }
    }
}
