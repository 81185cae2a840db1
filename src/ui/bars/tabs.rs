//! The tab bar: the screens in full words. The toasts at its right end are [`super::toasts`].

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Screen;
use super::super::theme::Role;

/// The id of a screen's name.
pub const fn title(screen: Screen) -> &'static str {
    match screen {
        Screen::Overview => "screen-overview",
        Screen::Cluster => "screen-cluster",
        Screen::Data => "screen-data",
        Screen::Market => "screen-market",
        Screen::Lesson => "screen-lesson",
        Screen::Events => "screen-events",
    }
}

/// Draws the tab bar into one row; the columns that it took.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) -> u16 {
    let locale = &scene.look.locale;
    let mut strip = canvas.strip();
    for screen in Screen::ALL {
        let name = locale.text(title(screen));
        let start = strip.width();
        strip = if screen == scene.state.screen {
            strip.add(Role::Accent, "[").add(Role::Title, name).add(Role::Accent, "]")
        } else {
            strip.gap().add(Role::Muted, name).gap()
        };
        let end = strip.width().min(usize::from(area.width));
        if start < end {
            let tab = Rect::new(area.x + start as u16, area.y, (end - start) as u16, area.height.min(1));
            canvas.hit(tab, Hit::Screen(screen));
        }
        strip = strip.gap();
    }
    let tabs = strip.width();
    canvas.put(area, 0, strip);
    tabs.min(usize::from(area.width)) as u16
}
