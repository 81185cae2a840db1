//! Where the panels of the screen Data stand.
//!
//! Idea: the matrix decides. It is as high as it has nodes, up to half of the screen, and where its partitions need more
//! columns than half of the width, it takes the whole width and the others stand below it.

use ratatui::layout::Rect;

use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::{column, nodes, partitions, row, rows, split};

/// Columns of a matrix beside its partitions, and of a partition that can be read with ease.
const MATRIX: (u16, u16) = (8 + 14 + 4, 3);

/// The panels with their areas, for a screen that counts as so wide.
pub(super) fn places(body: Rect, scene: &Scene<'_>, columns: u16) -> Vec<(Rect, Panel)> {
    match columns {
        160.. => wide(body, scene),
        110.. => four(body, scene),
        _ => narrow(body, scene),
    }
}

/// Rows of the matrix with everything below it, at most half of the screen.
fn matrix(body: Rect, scene: &Scene<'_>) -> u16 {
    let rows = scene.view.nodes.len().min(100) as u16 + 7 + u16::from(partitions(scene) >= 40) * 2;
    rows.min((body.height / 2).max(nodes(scene) + 5))
}

/// Whether the partitions ask for more than this part of the width.
fn broad(width: u16, scene: &Scene<'_>) -> bool {
    partitions(scene) * MATRIX.1 + MATRIX.0 > width
}

fn narrow(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let matrix = matrix(body, scene).min(nodes(scene) + if body.height >= 32 { 7 } else { 5 });
    let rest =
        [(Panel::Workers, 1, 6), (Panel::Division, 2, 13), (Panel::Moves, 1, 6), (Panel::Ticks, 0, nodes(scene) + 4)];
    let slots: Vec<_> = std::iter::once((Panel::Matrix, 0, matrix)).chain(rest).collect();
    column(body, &slots)
}

fn four(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let [top, bottom] = rows(body, [matrix(body, scene), 0]);
    if broad(body.width / 2, scene) {
        let mut places = row(top, &[(Panel::Matrix, 1)]);
        let [left, right] = split(bottom, [50, 50]);
        places.extend(column(left, &[(Panel::Division, 1, 8)]));
        places.extend(column(right, &[(Panel::Workers, 2, 8), (Panel::Moves, 1, 5)]));
        return places;
    }
    let mut places = row(top, &[(Panel::Matrix, 1), (Panel::Workers, 1)]);
    let [left, right] = split(bottom, [50, 50]);
    places.extend(column(left, &[(Panel::Division, 1, 8)]));
    places.extend(column(right, &[(Panel::Moves, 1, 6), (Panel::Ticks, 0, nodes(scene) + 4)]));
    places
}

fn wide(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let height = matrix(body, scene);
    let right = [(Panel::Workers, 1, nodes(scene) + 8), (Panel::Moves, 1, 8), (Panel::Ticks, 0, nodes(scene) + 4)];
    if broad(body.width / 2, scene) {
        let [top, bottom] = rows(body, [height, 0]);
        let mut places = row(top, &[(Panel::Matrix, 1)]);
        let [left, side] = split(bottom, [50, 50]);
        places.extend(column(left, &[(Panel::Division, 1, 8)]));
        places.extend(column(side, &right));
        return places;
    }
    let [left, side] = split(body, [50, 50]);
    let mut places = column(left, &[(Panel::Matrix, 0, height), (Panel::Division, 1, 16)]);
    places.extend(column(side, &right));
    places
}
