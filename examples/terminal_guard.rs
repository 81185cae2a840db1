//! A program that does nothing but run the dashboard's loop over an empty cluster: what the tests of the terminal drive.
//! Its argument says how it ends: `panic` panics as soon as help is open, `full` lets every write fail from then on, and
//! `over` ends the run at the first command.

use std::cell::Cell;
use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chaosdesk::domain::command::Command;
use chaosdesk::domain::engine::Answered;
use chaosdesk::domain::view::ClusterView;
use chaosdesk::ui::app::{self, Busy, Painter, Scenery, Setup, ViewSource};
use chaosdesk::ui::hits::Hits;
use chaosdesk::ui::keymap::Keymap;
use chaosdesk::ui::state::{Overlay, UiState};
use chaosdesk::ui::terminal::{EXIT_NO_TERMINAL, TerminalError};
use chaosdesk::ui::words::{Bare, Words};
use ratatui::Frame;
use ratatui::widgets::Paragraph;

#[derive(Default)]
struct Empty {
    over: Cell<bool>,
}

impl ViewSource for Empty {
    fn version(&self) -> u64 {
        0
    }

    fn view(&self) -> Arc<ClusterView> {
        Arc::default()
    }

    fn send(&self, _: Command) -> Result<(), Busy> {
        self.over.set(std::env::args().any(|argument| argument == "over"));
        Ok(())
    }

    fn take_answers(&self) -> Vec<Answered> {
        Vec::new()
    }

    fn is_over(&self) -> bool {
        self.over.get()
    }
}

struct Text {
    panics: bool,
    fails: bool,
}

impl Painter for Text {
    fn prepare(&mut self, _: &UiState, _: &ClusterView) {}

    fn paint(&self, frame: &mut Frame<'_>, scenery: &Scenery<'_>, _: &mut Hits) {
        let help = matches!(scenery.state.overlay, Overlay::Help(_));
        assert!(!(self.panics && help), "asked to panic");
        if let (true, Ok(full)) = (self.fails && help, File::options().write(true).open("/dev/full")) {
            assert!(rustix::stdio::dup2_stdout(full).is_ok(), "the standard output can be replaced");
        }
        let toast = scenery.state.toasts.last().map_or("no toast", |toast| toast.text.as_str());
        frame.render_widget(Paragraph::new(format!("guard ready\n{toast}")), frame.area());
    }

    fn words(&self) -> &dyn Words {
        &Bare
    }
}

fn main() -> ExitCode {
    let [panics, fails] = ["panic", "full"].map(|asked| std::env::args().any(|argument| argument == asked));
    // No toast has to go and no key-cast to fade here: the time may stand still, but for one tick a look.
    let ticks = AtomicU64::new(0);
    let clock = Arc::new(move || Duration::from_millis(ticks.fetch_add(1, Ordering::Relaxed)));
    let (keymap, state) = (Keymap::default(), UiState::default());
    let setup = Setup { keymap, lessons: Vec::new(), fps: 30, state, grounds: None, clock };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(app::run(setup, &Empty::default(), &mut Text { panics, fails })) {
        Ok(ending) => ExitCode::from(ending.exit_code()),
        Err(error) => {
            eprintln!("{error}");
            let no_terminal = matches!(error, TerminalError::NotATerminal { .. });
            ExitCode::from(if no_terminal { EXIT_NO_TERMINAL } else { 4 })
        }
    }
}
