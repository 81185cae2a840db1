//! The painter of the loop: puts a scene together and draws it in the look of the screen.
//!
//! Idea: the loop knows keys and requests, `draw` knows scenes; the painter stands between and owns the look, which
//! changes only when the state asks for another theme.

use std::time::Duration;

use ratatui::Frame;

use super::app::{Painter, Scenery};
use super::caption;
use super::draw::draw;
use super::filter::Filter;
use super::hits::Hits;
use super::logging;
use super::look::Look;
use super::rows;
use super::scene::Scene;
use super::state::{Panel, UiState};
use super::strategies::Strategies;
use super::theme::Theme;
use super::words::Words;
use crate::domain::control::Wording;
use crate::domain::event::Event;
use crate::domain::view::{ClusterView, PlaybackState, Text};
use crate::domain::why::Why;

/// How long the status bar names the configuration file.
const CONFIG_SHOWN: Duration = Duration::from_secs(5);

/// Finds a theme by its name.
pub type ThemeFinder = Box<dyn Fn(&str) -> Option<Theme>>;

/// What the right end of the status bar says beside the state.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// The run is recorded.
    pub recording: bool,
    /// The configuration file in use.
    pub config: Option<String>,
}

/// Draws the dashboard.
pub struct Artist {
    look: Look,
    themes: ThemeFinder,
    notes: Notes,
    strategies: Strategies,
}

impl Artist {
    /// A painter with this look.
    pub fn new(look: Look, themes: ThemeFinder, notes: Notes) -> Self {
        Self { look, themes, notes, strategies: Strategies::default() }
    }

    fn notes(&self, state: &UiState, view: &ClusterView) -> Vec<String> {
        let plays = view.run.playback.as_ref().is_some_and(|playback| playback.state == PlaybackState::Plays);
        let playing = plays.then(|| self.look.locale.text("note-playing").into_owned());
        let config = self.notes.config.clone().filter(|_| state.wall < CONFIG_SHOWN);
        let recording = self.notes.recording.then(|| self.look.locale.text("note-recording").into_owned());
        playing.into_iter().chain(recording).chain(config).collect()
    }
}

impl Painter for Artist {
    fn prepare(&mut self, state: &UiState, view: &ClusterView) {
        logging::settle();
        if state.screen.panels().contains(&Panel::Division) {
            self.strategies.follow(view);
        }
        let wanted = state.presenter.themes.name().filter(|name| *name != self.look.theme.name);
        if let Some(theme) = wanted.and_then(|name| (self.themes)(name)) {
            self.look.theme = theme;
        }
    }

    fn paint(&self, frame: &mut Frame<'_>, scenery: &Scenery<'_>, hits: &mut Hits) {
        let Scenery { view, state, given } = scenery;
        let (rows, hints, notes) = (rows::rows(state, given), rows::hints(state, given), self.notes(state, view));
        let title = view.lesson.as_ref().map_or("", |lesson| self.look.locale.pick(&lesson.title));
        let strategies = self.strategies.tables();
        let scene =
            Scene { view, state, look: &self.look, hints: &hints, rows: &rows, title, notes: &notes, strategies };
        *hits = draw(frame, &scene);
    }

    fn words(&self) -> &dyn Words {
        &self.look.locale
    }
}

impl Words for crate::locale::Locale {
    fn text(&self, id: &str, args: &[(&str, &str)]) -> String {
        self.fill(id, args)
    }

    fn done(&self, control: &Wording) -> String {
        self.done(control)
    }

    fn order(&self, control: &Wording) -> String {
        self.order(control)
    }

    fn why(&self, why: Why) -> String {
        self.why(why)
    }

    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        self.pick(text)
    }

    fn caption(&self, event: &Event) -> String {
        caption::caption(event, &[], self)
    }

    fn shows(&self, event: &Event, filter: &str) -> bool {
        Filter::read(filter).passes(event, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::SimTime;
    use crate::domain::view::PlaybackView;
    use crate::locale::{Language, Locale};
    use crate::ui::depth::Depth;
    use crate::ui::glyphs::Glyphs;

    #[test]
    fn as_long_as_a_recording_plays_the_first_row_says_so() {
        let look = Look::new("classroom", Depth::Rgb, Glyphs::Unicode, Locale::new(Language::English)).unwrap();
        let artist = Artist::new(look, Box::new(|_| None), Notes::default());
        let notes = |state: Option<PlaybackState>| {
            let mut view = ClusterView::default();
            view.run.playback = state.map(|state| PlaybackView { end: SimTime::ZERO, whole: true, state });
            artist.notes(&UiState::default(), &view)
        };
        assert_eq!(notes(Some(PlaybackState::Plays)), ["playing a recording"]);
        assert!(notes(Some(PlaybackState::Same)).is_empty() && notes(None).is_empty());
    }
}
