//! Commands to the cluster, and its answers.

use super::{Desk, Setup, ViewSource};
use crate::domain::command::Command;
use crate::ui::update::{Given, answers, toast};
use crate::ui::words::Words;

impl Desk {
    /// Hears what the cluster answered; true if it did.
    pub(super) fn hear(&mut self, source: &dyn ViewSource, words: &dyn Words) -> bool {
        let answers = source.take_answers();
        let Self { hits, view, setup: Setup { keymap, lessons, state, .. }, .. } = self;
        let given = Given { view, words, keymap, hits, lessons };
        answers.iter().for_each(|answered| answers::hear(state, &given, *answered));
        !answers.is_empty()
    }

    pub(super) fn send(&mut self, source: &dyn ViewSource, command: Command, words: &dyn Words) {
        self.stirred = self.setup.state.wall;
        let control = match command {
            Command::Control(control) => Some(control),
            _ => None,
        };
        if source.send(command).is_err() {
            let Self { hits, view, setup, .. } = self;
            let Setup { keymap, lessons, state, .. } = setup;
            let given = Given { view, words, keymap, hits, lessons };
            control.into_iter().for_each(|control| answers::lost(state, control));
            toast::error(state, &given, "toast-busy", &[]);
        }
    }
}
