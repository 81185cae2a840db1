//! A program that does nothing but run the dashboard's loop over an empty cluster: what the tests of the terminal drive.
//! Its argument says how it ends: `panic` panics on the first key `!`, `error` leaves by an error.

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chaosdesk::domain::command::Command;
use chaosdesk::domain::view::ClusterView;
use chaosdesk::ui::app::{self, Busy, Painter, Scenery, Setup, ViewSource};
use chaosdesk::ui::hits::Hits;
use chaosdesk::ui::keymap::Keymap;
use chaosdesk::ui::state::{Overlay, UiState};
use chaosdesk::ui::terminal::{EXIT_NO_TERMINAL, TerminalError};
use chaosdesk::ui::words::{Bare, Words};
use ratatui::Frame;
use ratatui::widgets::Paragraph;

struct Empty;

impl ViewSource for Empty {
    fn version(&self) -> u64 {
        0
    }

    fn view(&self) -> Arc<ClusterView> {
        Arc::default()
    }

    fn send(&self, _: Command) -> Result<(), Busy> {
        Ok(())
    }
}

struct Text {
    panics: bool,
}

impl Painter for Text {
    fn prepare(&mut self, _: &UiState) {}

    fn paint(&self, frame: &mut Frame<'_>, scenery: &Scenery<'_>, _: &mut Hits) {
        let help = matches!(scenery.state.overlay, Overlay::Help(_));
        assert!(!(self.panics && help), "asked to panic");
        let toast = scenery.state.toasts.last().map_or("no toast", |toast| toast.text.as_str());
        frame.render_widget(Paragraph::new(format!("guard ready\n{toast}")), frame.area());
    }

    fn words(&self) -> &dyn Words {
        &Bare
    }
}

fn main() -> ExitCode {
    let panics = std::env::args().any(|argument| argument == "panic");
    // No toast has to go and no key-cast to fade here: the time may stand still, but for one tick a look.
    let ticks = Cell::new(0);
    let clock = || {
        ticks.set(ticks.get() + 1);
        Duration::from_millis(ticks.get())
    };
    let (keymap, state) = (Keymap::default(), UiState::default());
    let setup = Setup { keymap, lessons: Vec::new(), fps: 30, state, grounds: None, clock: &clock };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(app::run(setup, &Empty, &mut Text { panics })) {
        Ok(ending) => ExitCode::from(ending.exit_code()),
        Err(error) => {
            eprintln!("{error}");
            let no_terminal = matches!(error, TerminalError::NotATerminal { .. });
            ExitCode::from(if no_terminal { EXIT_NO_TERMINAL } else { 4 })
        }
    }
}
