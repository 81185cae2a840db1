//! Where the panels of each screen stand.
//!
//! Shape: each screen is columns of panels with weights and least heights; a panel for which there is no room is left
//! out, the last one first, so that none is a frame without content. A compact screen has the panels of a wider one.
//! What was left out is not lost: the panel with the focus always has a place, if need be that of another.

mod data;
mod market;

use ratatui::layout::{Constraint, Layout, Rect};

use super::super::scene::Scene;
use super::super::state::{Density, Panel, Screen};

/// A panel with its weight and its least height.
type Slot = (Panel, u16, u16);

/// Rows of the events where every other panel has what it needs: frame and two of them.
const EVENTS_LEAST: u16 = 4;
/// Rows of a place below which it is not given to a panel that was left out.
const READABLE: u16 = 6;

/// The panels of the open screen with their areas; the one with the focus is among them.
pub fn places(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    seated(fitting(body, scene), scene)
}

/// Where the focus is on a panel of the screen that this size leaves out, that panel takes the place of the last that was
/// given: what stands last is what the screen can best do without. So `w` walks through every panel at every size.
fn seated(mut places: Vec<(Rect, Panel)>, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let focus = scene.state.focus;
    let named = scene.state.screen.panels().contains(&focus);
    if !named || places.iter().any(|(_, panel)| *panel == focus) {
        return places;
    }
    let readable = places.iter().rposition(|(area, _)| area.height >= READABLE);
    if let Some((_, panel)) = readable.or(places.len().checked_sub(1)).and_then(|place| places.get_mut(place)) {
        *panel = focus;
    }
    places
}

/// The panels of the open screen for which there is room.
fn fitting(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    match (scene.state.screen, columns(body, scene)) {
        (Screen::Overview, 160..) => overview_wide(body, scene),
        (Screen::Overview, 110..) => overview(body, scene),
        (Screen::Overview, _) => overview_narrow(body, scene),
        (Screen::Cluster, 110..) => cluster(body, scene),
        (Screen::Cluster, _) => {
            let raft = nodes(scene) + 7;
            column(
                body,
                &[(Panel::Raft, 0, raft), (Panel::Lanes, 1, nodes(scene) + 3), (Panel::Disks, 0, nodes(scene) + 3)],
            )
        }
        (Screen::Data, columns) => data::places(body, scene, columns),
        (Screen::Market, _) => market::places(body, columns(body, scene), scene),
        (Screen::Lesson, 110..) => {
            let [left, right] = split(body, [50, 50]);
            let mut places = column(left, &[(Panel::Lesson, 1, 12)]);
            let side = [(Panel::Nodes, 0, nodes(scene) + 5), (Panel::Failover, 0, 12), (Panel::Events, 1, 6)];
            places.extend(column(right, &side));
            places
        }
        (Screen::Lesson, _) => column(body, &[(Panel::Lesson, 1, 8), (Panel::Nodes, 0, nodes(scene) + 3)]),
        (Screen::Events, 160..) => {
            let [left, right] = split(body, [65, 35]);
            let mut places = column(left, &[(Panel::Events, 1, 5)]);
            places.extend(column(right, &[(Panel::Nodes, 0, nodes(scene) + 5), (Panel::Log, 1, 5)]));
            places
        }
        (Screen::Events, _) if body.height >= 30 => column(body, &[(Panel::Events, 3, 10), (Panel::Log, 1, 6)]),
        (Screen::Events, _) => vec![(body, Panel::Events)],
    }
}

/// The width that decides which panels a screen has. A compact one has those of a wider terminal, if it is high enough
/// for them: narrower, but all.
fn columns(body: Rect, scene: &Scene<'_>) -> u16 {
    if scene.state.presenter.density == Density::Compact && body.height >= 30 { body.width + 40 } else { body.width }
}

fn nodes(scene: &Scene<'_>) -> u16 {
    scene.view.nodes.len().clamp(1, 12) as u16
}

fn partitions(scene: &Scene<'_>) -> u16 {
    scene.view.partitions().count().min(100) as u16
}

/// Two columns by percent.
fn split(area: Rect, percent: [u16; 2]) -> [Rect; 2] {
    Layout::horizontal(percent.map(Constraint::Percentage)).areas(area)
}

/// Panels under each other. Weight 0 keeps its least height; the others share what is left.
fn column(area: Rect, slots: &[Slot]) -> Vec<(Rect, Panel)> {
    let mut fits = slots.len();
    while fits > 1 && slots[..fits].iter().map(|slot| slot.2).sum::<u16>() > area.height {
        fits -= 1;
    }
    let slots = &slots[..fits];
    let least: u16 = slots.iter().map(|slot| slot.2).sum();
    let weights: u16 = slots.iter().map(|slot| slot.1).sum();
    let mut spare = area.height.saturating_sub(least);
    let total = spare;
    let mut top = area.y;
    let mut places = Vec::with_capacity(slots.len());
    for (place, (panel, weight, min)) in slots.iter().enumerate() {
        let last = place + 1 == slots.len();
        let more = (total * weight).checked_div(weights).unwrap_or(0);
        let more = if last { spare } else { more.min(spare) };
        let height = (min + more).min(area.bottom() - top);
        spare -= more.min(spare);
        places.push((Rect::new(area.x, top, area.width, height), *panel));
        top += height;
    }
    places
}

/// Panels beside each other in one row.
fn row(area: Rect, panels: &[(Panel, u16)]) -> Vec<(Rect, Panel)> {
    let areas = Layout::horizontal(panels.iter().map(|(_, weight)| Constraint::Fill(*weight))).split(area);
    areas.iter().zip(panels).map(|(area, (panel, _))| (*area, *panel)).collect()
}

/// Rows with heights; 0 takes what is left.
fn rows<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    Layout::vertical(heights.map(|height| if height == 0 { Constraint::Fill(1) } else { Constraint::Length(height) }))
        .areas(area)
}

fn overview_narrow(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let table = nodes(scene) + 3;
    if body.height < table + 12 {
        // The table of nodes can be walked through; events that have no row are not seen at all.
        let table = table.min(body.height.saturating_sub(6 + EVENTS_LEAST)).max(5);
        let [top, middle, bottom] = rows(body, [table, 6, 0]);
        let mut places = vec![(top, Panel::Nodes)];
        places.extend(row(middle, &[(Panel::Flow, 1), (Panel::Failover, 1)]));
        places.push((bottom, Panel::Events));
        return places;
    }
    let [top, middle, lower, bottom] = rows(body, [table, 7, if body.height >= table + 22 { 8 } else { 0 }, 0]);
    let mut places = vec![(top, Panel::Nodes)];
    places.extend(row(middle, &[(Panel::Flow, 1), (Panel::Failover, 1)]));
    if body.height >= table + 22 {
        places.extend(row(lower, &[(Panel::Partitions, 1), (Panel::Lamps, 1)]));
        places.push((bottom, Panel::Events));
    } else {
        places.push((lower.union(bottom), Panel::Events));
    }
    places
}

fn overview(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let (table, middle) = if body.height >= 44 { (nodes(scene) + 5, 10) } else { (nodes(scene) + 4, 8) };
    let [top, middle, bottom] = rows(body, [table, middle, 0]);
    let mut places = row(top, &[(Panel::Nodes, 8), (Panel::Lag, 4)]);
    places.extend(row(middle, &[(Panel::Balancer, 1), (Panel::Partitions, 1), (Panel::Flow, 1)]));
    let [left, right] = split(bottom, [42, 58]);
    places
        .extend(column(left, &[(Panel::Failover, 1, if bottom.height >= 19 { 11 } else { 6 }), (Panel::Lamps, 0, 8)]));
    places.push((right, Panel::Events));
    places
}

fn overview_wide(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let table = nodes(scene) + 7;
    let [left, centre, right] =
        Layout::horizontal([Constraint::Fill(41), Constraint::Fill(28), Constraint::Fill(31)]).areas(body);
    let mut places = column(
        left,
        &[
            (Panel::Nodes, 0, table),
            (Panel::Balancer, 0, nodes(scene) + 4),
            (Panel::Partitions, 0, (nodes(scene) + partitions(scene) + 4).min(16)),
            (Panel::Lamps, 0, 8),
            (Panel::Raft, 1, nodes(scene) + 4),
            (Panel::Lesson, 1, 10),
        ][..if scene.view.lesson.is_some() { 6 } else { 5 }],
    );
    // The promises are never what gives way: where the left has no room for them, the centre has.
    let lamps = places.iter().any(|(_, panel)| *panel == Panel::Lamps);
    let below = if lamps { (Panel::Lanes, 1, nodes(scene) * 2 + 3) } else { (Panel::Lamps, 0, 8) };
    places.extend(column(centre, &[(Panel::Lag, 0, table), (Panel::Flow, 1, 16), below]));
    places.extend(column(right, &[(Panel::Failover, 0, 13), (Panel::Events, 1, 8)]));
    places
}

fn cluster(body: Rect, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let [top, bottom] = rows(body, [nodes(scene) + 11, 0]);
    let [lanes, truth] = rows(bottom, [0, nodes(scene) + 4]);
    let mut places = row(top, &[(Panel::Raft, 1)]);
    if lanes.height >= nodes(scene) + 3 {
        places.push((lanes, Panel::Lanes));
        places.extend(row(truth, &[(Panel::Disks, 2), (Panel::Beliefs, 1)]));
    } else {
        places.extend(row(bottom, &[(Panel::Disks, 2), (Panel::Beliefs, 1)]));
    }
    places
}
