//! The tab bar: the screens in full words, and toasts at its right end.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, cut_end, width};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Screen;
use super::super::theme::Role;

/// Toasts that are shown at a time.
pub const TOASTS_SHOWN: usize = 2;

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

/// Draws the tab bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
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
    let mut end = usize::from(area.width).saturating_sub(1);
    for toast in scene.state.toasts.iter().rev().take(TOASTS_SHOWN) {
        let text = if toast.count > 1 { format!("{} ×{}", toast.text, toast.count) } else { toast.text.clone() };
        let room = end.saturating_sub(tabs + 3);
        if room < 8 {
            break;
        }
        let text = cut_end(&text, room);
        let role = if toast.error { Role::Error } else { Role::Accent };
        let start = end - width(&text) - 2;
        canvas.word(area, start as u16, 0, role, &format!(" {text} "));
        end = start.saturating_sub(1);
    }
}
