//! How every partition strategy would divide the same keys, and what a change would cost: part of the panel of division.
//!
//! Idea: evenness now, and the price on the day when something changes, measured beside what theory says. Two sets of
//! keys, because what is best for names that crowd in the alphabet may be worst for ids that only count up.
//! Units: shares of keys that move, in percent.

use ratatui::layout::Rect;

use crate::domain::rules::PartitionStrategy;
use crate::routing::partitioner::compare::Row;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::strategies::Comparison;
use super::super::theme::Role;
use super::super::widgets::bar::{sparkline, squeeze};
use super::super::widgets::table::{Align, Column, cells, for_texts, widths};
use super::division::{percent, ratio, ratio_role};

const COLUMNS: [Column; 7] = [
    Column { title: "", min: 16, more: 2, priority: 0, align: Align::Left },
    Column { title: "spread-ratio", min: 6, more: 3, priority: 0, align: Align::Right },
    Column { title: "spread-variation", min: 5, more: 3, priority: 2, align: Align::Right },
    Column { title: "strategy-grow", min: 6, more: 3, priority: 0, align: Align::Right },
    Column { title: "strategy-theory", min: 6, more: 3, priority: 1, align: Align::Right },
    Column { title: "strategy-switch", min: 6, more: 3, priority: 3, align: Align::Right },
    Column { title: "strategy-shape", min: SHAPE, more: 0, priority: 4, align: Align::Left },
];

/// Columns of the shape of a division.
const SHAPE: usize = 17;

/// The strategy in force.
pub(super) fn in_force(scene: &Scene<'_>) -> PartitionStrategy {
    scene.view.data.strategy
}

/// How many of so many rows the comparison takes: both sets of keys, one, or nothing.
pub(super) fn rows(scene: &Scene<'_>, room: u16) -> u16 {
    let each = scene.strategies.iter().map(|comparison| comparison.rows.len() as u16 + 1).collect::<Vec<_>>();
    let all = each.iter().sum::<u16>() + each.len() as u16;
    match each.first() {
        // Both at a time only where the bars keep their room.
        Some(_) if room >= all + 8 => all,
        Some(first) if room > *first => first + 1,
        _ => 0,
    }
}

/// Draws as many of the tables as fit, then what the columns mean.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let mut top = 0;
    for comparison in scene.strategies {
        let height = comparison.rows.len() as u16 + 1;
        if top + height >= area.height {
            break;
        }
        let part = Rect::new(area.x, area.y + top, area.width, height).intersection(area);
        table(canvas, part, scene, comparison);
        top += height;
        if top + 1 < area.height {
            top += 1;
        }
    }
    canvas.put(area, top, canvas.strip().add(Role::Muted, scene.look.locale.text("strategy-note")));
}

fn table(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, comparison: &Comparison) {
    let locale = &scene.look.locale;
    let keys = || locale.say(comparison.title, &[("n", comparison.keys.into())]);
    let head = COLUMNS.map(|column| match column.title {
        "" => keys(),
        title => locale.text(title).into_owned(),
    });
    let texts: Vec<_> = std::iter::once(head).chain(comparison.rows.iter().map(|row| texts(scene, row))).collect();
    let columns = for_texts(&COLUMNS, &texts);
    let widths = widths(&columns, usize::from(area.width));
    for (place, text) in texts.iter().enumerate() {
        let row = place.checked_sub(1).map(|place| &comparison.rows[place]);
        let strip = cells(canvas.strip(), &columns, &widths, text, |column| match (COLUMNS[column].title, row) {
            (_, None) | ("strategy-theory", _) => Role::Muted,
            ("", Some(row)) if row.strategy == in_force(scene) => Role::Title,
            ("spread-ratio", Some(row)) => ratio_role(&row.spread),
            ("strategy-shape", _) => Role::Bar,
            _ => Role::Text,
        });
        canvas.put(area, place as u16, strip);
    }
}

/// The keys of each partition as heights, apart where there is room. The highest stays an eighth below the top, so that
/// the shapes of two rows do not run into each other.
fn shape(counts: &[u64]) -> String {
    let counts = squeeze(counts, SHAPE - 1);
    let most = counts.iter().copied().max().unwrap_or(0);
    let heights = sparkline(&counts, counts.len(), (most * 8).div_ceil(7));
    let each = (SHAPE - 1) / counts.len().max(1);
    let shape: String = heights
        .chars()
        .map(|height| match each {
            0 | 1 => height.to_string(),
            each => format!("{} ", height.to_string().repeat((each - 1).min(3))),
        })
        .collect();
    format!(" {shape}")
}

fn texts(scene: &Scene<'_>, row: &Row) -> [String; 7] {
    let mark = if row.strategy == in_force(scene) { "❯" } else { " " };
    [
        format!("{mark}{}", row.strategy.name()),
        ratio(scene, &row.spread),
        percent(scene, row.spread.variation_per_mille),
        percent(scene, row.grow.movement.per_mille()),
        row.grow.theory.map_or_else(|| "–".to_owned(), |share| percent(scene, share.per_mille())),
        percent(scene, row.switch.per_mille()),
        shape(&row.counts),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::canvas::width;

    #[test]
    fn a_shape_fits_its_column_and_never_touches_the_row_above() {
        for partitions in [1, 2, 4, 5, 9, 16, 17, 256] {
            let counts: Vec<u64> = (1..=partitions).collect();
            let shape = shape(&counts);
            assert!(width(&shape) <= SHAPE && !shape.contains('█'), "{partitions}: {shape}");
        }
        assert_eq!(shape(&[7, 0, 1, 3]), " ▇▇▇     ▁▁▁ ▃▃▃ ");
    }
}
