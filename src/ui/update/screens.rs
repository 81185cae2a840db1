//! Screens and how they are shown: what changes only what is seen.

use super::refusal::Refusal;
use super::{Given, Request, neighbour, toast};
use crate::ui::action::Way;
use crate::ui::state::{Density, Panel, Prompt, Screen, UiState};

/// To this screen.
pub(in crate::ui) fn show(state: &mut UiState, screen: Screen) -> Result<(), Refusal> {
    go(state, screen);
    Ok(())
}

/// To the next screen, or to the one before.
pub(in crate::ui) fn next(state: &mut UiState, way: Way) -> Result<(), Refusal> {
    show(state, neighbour(&Screen::ALL, state.screen, way))
}

/// Shows a screen.
pub(in crate::ui) fn go(state: &mut UiState, screen: Screen) {
    if state.screen != screen {
        // What was said belongs to the screen that it was said on.
        state.toasts.clear();
    }
    state.screen = screen;
    state.zoom = false;
    // A field that is not on the screen takes no keys.
    state.events.prompt = Prompt::Closed;
    state.market.prompt = Prompt::Closed;
    // Always the panel that the screen is about: one that the last screen left the focus on could push another out.
    state.focus = screen.panels().first().copied().unwrap_or(Panel::Nodes);
}

/// The focused panel fills the screen.
pub(in crate::ui) fn zoom(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.zoom = !state.zoom;
    Ok(())
}

/// The next density.
pub(in crate::ui) fn next_density(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let all = [Density::Normal, Density::Large, Density::Compact];
    state.presenter.density = neighbour(&all, state.presenter.density, Way::On);
    Ok(())
}

/// Everything but the focus is dim.
pub(in crate::ui) fn spotlight(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.presenter.spotlight = !state.presenter.spotlight;
    Ok(())
}

/// The latest loud event in a banner.
pub(in crate::ui) fn caption(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.presenter.caption = !state.presenter.caption;
    Ok(())
}

/// Keys as they are pressed.
pub(in crate::ui) fn key_cast(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.presenter.key_cast = !state.presenter.key_cast;
    state.presenter.keys.clear();
    Ok(())
}

/// What changes the cluster is locked, or no longer.
pub(in crate::ui) fn lock(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.presenter.locked = !state.presenter.locked;
    let text = if state.presenter.locked { "toast-now-locked" } else { "toast-now-unlocked" };
    toast::say(state, given, text, &[]);
    Ok(())
}

/// The mouse is ours, or the terminal's.
pub(in crate::ui) fn mouse(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    state.presenter.mouse_off = !state.presenter.mouse_off;
    let text = if state.presenter.mouse_off { "toast-mouse-off" } else { "toast-mouse-on" };
    toast::say(state, given, text, &[]);
    request(Request::Mouse, out)
}

/// The next theme.
pub(in crate::ui) fn next_theme(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let themes = &mut state.presenter.themes;
    themes.current = (themes.current + 1) % themes.names.len().max(1);
    let name = themes.name().unwrap_or_default().to_owned();
    toast::say(state, given, "toast-theme", &[("name", &name)]);
    Ok(())
}

/// This theme.
pub(super) fn pick_theme(state: &mut UiState, given: &Given<'_>, name: &str) -> Result<(), Refusal> {
    let themes = &mut state.presenter.themes;
    let place = themes.names.iter().position(|known| known == name);
    themes.current = place.ok_or_else(|| {
        let near = crate::document::problem::nearest(name, &themes.names);
        Refusal::new("toast-no-theme").with("name", name).with("near", near.unwrap_or_default())
    })?;
    toast::say(state, given, "toast-theme", &[("name", name)]);
    Ok(())
}

/// Something that only the loop can do.
pub(in crate::ui) fn request(request: Request, out: &mut Vec<Request>) -> Result<(), Refusal> {
    out.push(request);
    Ok(())
}
