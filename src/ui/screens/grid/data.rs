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

/// Rows below which the workers say too little.
const WORKERS: u16 = 7;

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

/// Rows of the market data: one, until there is some.
fn feeds(scene: &Scene<'_>) -> u16 {
    if scene.view.market.sent == 0 { 3 } else { nodes(scene) + 4 }
}

/// Rows of the replicas of the group in view.
fn replicas(scene: &Scene<'_>) -> u16 {
    scene.group().map_or(1, |group| group.replicas.len().clamp(1, 9)) as u16 + 3
}

fn narrow(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let matrix = matrix(body, scene).min(nodes(scene) + if body.height >= 32 { 7 } else { 5 });
    let matrix = matrix.min(body.height.saturating_sub(WORKERS));
    let slots = [
        (Panel::Matrix, 0, matrix),
        (Panel::Workers, 1, WORKERS),
        (Panel::Division, 2, 13),
        (Panel::Moves, 1, 6),
        (Panel::Consistency, 0, replicas(scene)),
        (Panel::Feeds, 0, feeds(scene)),
    ];
    column(body, &slots)
}

fn four(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let [top, bottom] = rows(body, [matrix(body, scene), 0]);
    let [left, right] = split(bottom, [50, 50]);
    let division = column(left, &[(Panel::Division, 1, 8)]);
    let broad = broad(body.width / 2, scene);
    let mut places =
        if broad { row(top, &[(Panel::Matrix, 1)]) } else { row(top, &[(Panel::Matrix, 1), (Panel::Workers, 1)]) };
    places.extend(division);
    places.extend(if broad {
        column(right, &[(Panel::Workers, 2, 8), (Panel::Moves, 1, 5), (Panel::Consistency, 0, replicas(scene))])
    } else {
        let below = [
            (Panel::Moves, 1, 5),
            (Panel::Consistency, 0, replicas(scene)),
            (Panel::Feeds, 0, feeds(scene)),
            (Panel::Events, 1, 6),
        ];
        column(right, &below)
    });
    places
}

fn wide(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let height = matrix(body, scene);
    let right = [
        (Panel::Workers, 0, nodes(scene) + 9),
        (Panel::Moves, 1, 8),
        (Panel::Consistency, 0, replicas(scene)),
        (Panel::Feeds, 0, feeds(scene)),
        (Panel::Events, 1, 8),
    ];
    if broad(body.width / 2, scene) {
        let [top, bottom] = rows(body, [height, 0]);
        let mut places = row(top, &[(Panel::Matrix, 1)]);
        let [left, side] = split(bottom, [50, 50]);
        places.extend(column(left, &[(Panel::Division, 1, 8)]));
        places.extend(column(side, &right));
        return places;
    }
    let [left, side] = split(body, [50, 50]);
    let table = nodes(scene) + 6;
    let low = body.height < table + height + 26;
    let mut places = if low { Vec::new() } else { column(Rect { height: table, ..left }, &[(Panel::Nodes, 1, table)]) };
    let rest = if low { left } else { Rect { y: left.y + table, height: left.height - table, ..left } };
    places.extend(column(rest, &[(Panel::Matrix, 0, height), (Panel::Division, 1, 16)]));
    places.extend(column(side, &right));
    places
}
