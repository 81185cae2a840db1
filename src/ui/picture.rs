//! A screen as an SVG picture: what the README shows is what the program drew.
//!
//! Idea: a terminal screen is a grid of styled cells; runs of equal style become one `<text>`, runs of equal background
//! one `<rect>`. No font is embedded: any monospaced one will do, since every run is stretched to its width.
//! Shape: a pure function from a ratatui `Buffer` to a string.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const CELL_WIDTH: usize = 9;
const CELL_HEIGHT: usize = 19;
const BASELINE: usize = 14;

/// The colours of cells that name none.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// Of text.
    pub ink: (u8, u8, u8),
    /// Of the background.
    pub paper: (u8, u8, u8),
}

/// The screen as an SVG document.
pub fn svg(buffer: &Buffer, paper: Paper) -> String {
    let area = buffer.area;
    let (width, height) = (usize::from(area.width) * CELL_WIDTH, usize::from(area.height) * CELL_HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        hex(paper.paper)
    );
    for y in area.top()..area.bottom() {
        let cells: Vec<&Cell> = (area.left()..area.right()).map(|x| &buffer[(x, y)]).collect();
        let mut x = 0;
        while x < cells.len() {
            let style = Look::of(cells[x], paper);
            let end = (x..cells.len()).find(|at| Look::of(cells[*at], paper) != style).unwrap_or(cells.len());
            run(&mut out, usize::from(y - area.top()), x, &cells[x..end], &style, paper);
            x = end;
        }
    }
    out.push_str("</svg>\n");
    out
}

#[derive(PartialEq, Eq)]
struct Look {
    ink: (u8, u8, u8),
    paper: (u8, u8, u8),
    bold: bool,
    underlined: bool,
}

impl Look {
    fn of(cell: &Cell, paper: Paper) -> Self {
        let (ink, back) = (rgb(cell.fg, paper.ink), rgb(cell.bg, paper.paper));
        let turned = cell.modifier.contains(Modifier::REVERSED);
        let (ink, back) = if turned { (back, ink) } else { (ink, back) };
        let faint = cell.modifier.contains(Modifier::DIM);
        let ink = if faint { mix(ink, back) } else { ink };
        let (bold, underlined) = (cell.modifier.contains(Modifier::BOLD), cell.modifier.contains(Modifier::UNDERLINED));
        Self { ink, paper: back, bold, underlined }
    }
}

fn run(out: &mut String, row: usize, column: usize, cells: &[&Cell], look: &Look, paper: Paper) {
    let (x, y, width) = (column * CELL_WIDTH, row * CELL_HEIGHT, cells.len() * CELL_WIDTH);
    if look.paper != paper.paper {
        let fill = hex(look.paper);
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{CELL_HEIGHT}\" fill=\"{fill}\"/>");
    }
    let text: String = cells.iter().map(|cell| cell.symbol()).collect();
    if text.trim().is_empty() {
        return;
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
    let line = if look.underlined { " text-decoration=\"underline\"" } else { "" };
    let (fill, y) = (hex(look.ink), y + BASELINE);
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fill}\"{weight}{line}>{text}</text>"
    );
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

const fn mix(one: (u8, u8, u8), other: (u8, u8, u8)) -> (u8, u8, u8) {
    (one.0 / 2 + other.0 / 2, one.1 / 2 + other.1 / 2, one.2 / 2 + other.2 / 2)
}

const fn rgb(color: Color, reset: (u8, u8, u8)) -> (u8, u8, u8) {
    match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 49, 49),
        Color::Green => (13, 188, 121),
        Color::Yellow => (229, 229, 16),
        Color::Blue => (36, 114, 200),
        Color::Magenta => (188, 63, 188),
        Color::Cyan => (17, 168, 205),
        Color::Gray => (204, 204, 204),
        Color::DarkGray => (102, 102, 102),
        Color::White => (255, 255, 255),
        _ => reset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn a_screen_becomes_runs_of_text_with_their_colours() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 1));
        buffer.set_string(0, 0, "a<b", Style::new().fg(Color::Rgb(1, 2, 3)));
        buffer.set_string(5, 0, "DOWN", Style::new().fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD));
        let svg = svg(&buffer, Paper { ink: (230, 230, 230), paper: (16, 20, 24) });
        assert!(svg.contains("fill=\"#010203\">a&lt;b</text>"), "{svg}");
        assert!(svg.contains("<rect x=\"45\" y=\"0\" width=\"36\""), "{svg}");
        assert!(svg.contains("font-weight=\"bold\">DOWN</text>"), "{svg}");
    }
}
