//! Control sequences and pastes, and what becomes of them where they break off.

use std::time::Duration;

use crossterm::event::Event;

use super::{BURST, HELD_MAX, Scanner, State, TEXT_MAX};
use crate::ui::tty::broken::{Broken, Part};
use crate::ui::tty::decode;
use crate::ui::tty::paste::Pasted;

impl Scanner {
    pub(super) fn csi(&mut self, char: char, gap: Duration, out: &mut Vec<Event>) {
        if self.length == 0 && self.whole && gap <= BURST {
            self.certain = true;
            self.held.clear();
        }
        match char {
            '[' if self.length == 0 => self.parameter(char),
            'M' if self.length == 0 && self.certain => self.state = State::Mouse(3),
            ' '..='?' => self.parameter(char),
            // No report is as short as that.
            '@'..='~' if self.length == 0 && !self.certain && decode::csi("", char).is_none() => {
                self.break_off(char, out);
            }
            '@'..='~' => {
                let text = std::mem::take(&mut self.text);
                self.reset();
                if (text.as_str(), char) == ("200", '~') {
                    self.state = State::Paste;
                } else {
                    out.extend(decode::csi(&text, char));
                }
            }
            char => self.break_off(char, out),
        }
    }

    fn parameter(&mut self, char: char) {
        self.length += 1;
        if self.length <= TEXT_MAX {
            self.text.push(char);
        }
        if !self.certain {
            self.held.push(decode::key(char));
            // No person types a marker and a figure after Esc and a bracket.
            let is_report = self.length > 1 && self.text.starts_with(['?', '>', '=']);
            self.certain = self.held.len() >= HELD_MAX || is_report;
            if self.certain {
                self.held.clear();
            }
        }
    }

    pub(super) fn ss3(&mut self, char: char, out: &mut Vec<Event>) {
        match decode::ss3(char) {
            Some(event) => {
                self.reset();
                out.push(event);
            }
            None => self.break_off(char, out),
        }
    }

    pub(super) fn paste(&mut self, char: char, gap: Duration, wall: Duration, out: &mut Vec<Event>) {
        match self.pasted.push(char, gap, wall) {
            Pasted::Text => {}
            Pasted::Whole(text) => {
                self.reset();
                out.extend((!text.is_empty()).then_some(Event::Paste(text)));
            }
            Pasted::Typed(keys) => {
                self.reset();
                keys.chars().for_each(|char| self.take(char, self.latest, out));
                self.take(char, wall, out);
            }
        }
    }

    /// The control sequence is over; what was typed of it is let go, and what is owed is remembered.
    pub(super) fn break_up(&mut self, broken: Broken, out: &mut Vec<Event>) {
        out.append(&mut self.held);
        self.reset();
        self.broken = Some(broken);
    }

    /// What comes first after a control sequence that was cut off.
    pub(super) fn remainder(&mut self, char: char, out: &mut Vec<Event>) {
        match self.broken.as_mut().map_or(Part::None, |broken| broken.take(char)) {
            Part::More if self.held.len() < HELD_MAX => self.held.push(decode::key(char)),
            Part::More => {}
            Part::Last => {
                let is_paste = self.broken == Some(Broken::Csi("200".to_owned())) && char == '~';
                self.reset();
                if is_paste {
                    self.state = State::Paste;
                }
            }
            Part::None => {
                out.append(&mut self.held);
                self.ground(char, out);
            }
        }
    }
}
