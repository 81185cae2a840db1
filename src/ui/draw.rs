//! Draws a scene: the one way from what is known to what is seen.
//!
//! Idea: a pure function. The same scene gives the same cells; it reads no clock and changes nothing but the frame.
//! Shape: ground, status and tabs at the top (the last row of a class sees the top of a projection), the screen, time
//! and hints at the bottom, then what lies over all; at last the frame is spelt in the alphabet of the terminal.

use ratatui::Frame;

use super::canvas::Canvas;
use super::hits::Hits;
use super::scene::Scene;
use super::theme::Role;

/// Draws a scene and says what lies where.
pub fn draw(frame: &mut Frame<'_>, scene: &Scene<'_>) -> Hits {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), scene.look);
    canvas.clear(area, Role::Text);
    let hits = canvas.hits;
    scene.look.glyphs.respell(frame.buffer_mut());
    hits
}
