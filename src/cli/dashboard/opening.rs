//! What the first frame of the dashboard shows: which screen, and what lies over it.

use crate::document::config::{self, Config};
use crate::ui::look::Look;
use crate::ui::state::{Density, Overlay, Panel, Screen, UiState};
use crate::ui::theme::Theme;

/// What the dashboard opens with, which decides what is seen first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    /// A run of its own: the card of the first keys lies over it.
    Desk,
    /// A lesson, whose own card is what its reader wants.
    Lesson,
    /// A recording, which takes no faults: the first keys would do nothing.
    Recording,
}

impl Opening {
    /// What the first frame shows.
    pub(super) fn state(self, config: &Config, look: &Look) -> UiState {
        let mut state = match self {
            Opening::Desk => UiState { overlay: Overlay::Welcome, ..UiState::default() },
            Opening::Lesson => UiState { screen: Screen::Lesson, focus: Panel::Lesson, ..UiState::default() },
            Opening::Recording => UiState::default(),
        };
        state.presenter.density = match config.ui.density {
            config::Density::Normal => Density::Normal,
            config::Density::Large => Density::Large,
            config::Density::Compact => Density::Compact,
        };
        let themes = &mut state.presenter.themes;
        themes.names = Theme::names().map(str::to_owned).collect();
        themes.current = themes.names.iter().position(|name| *name == look.theme.name).unwrap_or_else(|| {
            themes.names.push(look.theme.name.clone());
            themes.names.len() - 1
        });
        state.presenter.mouse_off = !config.ui.mouse;
        state.presenter.key_cast = config.ui.present;
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;
    use crate::ui::depth::Depth;
    use crate::ui::glyphs::Glyphs;

    #[test]
    fn the_card_of_the_first_keys_lies_only_over_a_run_that_takes_faults() {
        let look = Look::new("mono", Depth::None, Glyphs::Unicode, Locale::default()).unwrap();
        let table = [
            (Opening::Desk, Screen::Overview, Overlay::Welcome),
            (Opening::Lesson, Screen::Lesson, Overlay::None),
            (Opening::Recording, Screen::Overview, Overlay::None),
        ];
        for (opening, screen, overlay) in table {
            let state = opening.state(&Config::default(), &look);
            assert_eq!((state.screen, state.overlay), (screen, overlay), "{opening:?}");
        }
    }
}
