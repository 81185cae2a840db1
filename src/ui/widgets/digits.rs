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

/// Draws a text of digits, two cells a dot, so that a dot is square; what has no shape is a gap.
pub fn digits(canvas: &mut Canvas<'_>, area: Rect, role: Role, text: &str) {
    let mut column = 0;
    for sign in text.chars() {
        let Some(shape) = shape(sign) else {
            column += 3;
            continue;
        };
        for (row, bits) in shape.iter().enumerate() {
            for dot in 0..3 {
                if bits >> (2 - dot) & 1 == 1 {
                    canvas.word(area, column + dot * 2, row as u16, role, "██");
                }
            }
        }
        column += 8;
    }
}

fn shape(sign: char) -> Option<[u8; 5]> {
    match sign.to_digit(10) {
        Some(digit) => SHAPES.get(digit as usize).copied(),
        None => LETTERS.iter().find(|(letter, _)| *letter == sign).map(|(_, shape)| *shape),
    }
}
