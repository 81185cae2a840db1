//! Screens: which panels, where, at which size. One question each.
//!
//! Idea: a screen is chosen by size, not squeezed: a list for 40 columns, rows of panels for 80, a grid for 120 and
//! more, three columns for 160 and more. A zoomed panel fills it; density large leaves three panels and big figures.

mod grid;
mod large;
pub mod list;

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::panels;
use super::scene::Scene;
use super::state::{Density, Screen};

/// Draws the screen that is open.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    if scene.state.zoom {
        return panels::draw(canvas, body, scene, scene.state.focus);
    }
    if scene.state.presenter.density == Density::Large && scene.state.screen == Screen::Overview && body.height >= 18 {
        return large::draw(canvas, body, scene);
    }
    for (area, panel) in grid::places(body, scene) {
        panels::draw(canvas, area, scene, panel);
    }
}
