//! The terminal's ground: asked for once, light or dark, while nobody waits for the answer.
//!
//! Idea: `OSC 11 ; ?` asks for the colour of the ground. The usual way is to wait for the answer before anything else
//! reads the terminal, with a question after it that every terminal answers (`DA1`) as a fence; but a wait holds up the
//! first key, and an answer that comes later (a slow line) is then read as keys: `r`, `b` and `f` of `rgb:ffff` would be
//! a recovery, a burst and a failover. So the question goes out after the first frame, nobody waits, and the stream of
//! keys is sifted: what begins like the answer is held, and is either the answer, however late, or was typed after all
//! and goes on its way.
//! Units: `wall`, handed in.
//! Bound: `HELD_MAX` keys are held, for `HELD_FOR` at most.
//! Left out: terminals that change their ground while the program runs (mode 2031); an answer that comes after the end.
//! Sources: xterm's control sequences, OSC 11; terminal-colorsaurus on GNU screen and on urxvt, which ends an answer to
//! `ESC \` with a bare `ESC`: so the question ends with `BEL`, and so does the answer.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::theme::Appearance;

/// What asks for the colour of the ground.
pub const QUESTION: &str = "\x1b]11;?\x07";
/// How long the beginning of an answer waits for the rest: a terminal writes all of it at once.
pub const HELD_FOR: Duration = Duration::from_millis(50);
/// Keys that are held at most: `rgba:` with four parts of four digits, twice over.
const HELD_MAX: usize = 64;

/// The themes between which the ground decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grounds {
    /// On a dark one, and on one that says nothing.
    pub dark: String,
    /// On a light one.
    pub light: String,
}

impl Grounds {
    /// The theme for this ground.
    pub fn theme(&self, ground: Appearance) -> &str {
        match ground {
            Appearance::Dark => &self.dark,
            Appearance::Light => &self.light,
        }
    }
}

/// Whether a terminal of this name (`TERM`) may be asked: one that is no terminal prints the question, and GNU screen
/// gives the answer to the wrong one.
pub fn can_be_asked(term: &str) -> bool {
    let silent = ["", "dumb", "linux", "screen"];
    !silent.contains(&term) && !term.starts_with("screen.") && !term.starts_with("eterm")
}

/// Takes the answer out of the stream of keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sieve {
    asked: bool,
    held: Vec<Event>,
    text: String,
    since: Duration,
}

impl Sieve {
    /// From here on an answer may come.
    pub fn listen(&mut self) {
        self.asked = true;
    }

    /// Takes an event; `out` gets what is no answer, in order.
    pub fn sift(&mut self, event: Event, wall: Duration, out: &mut Vec<Event>) -> Option<Appearance> {
        let Event::Key(key) = &event else {
            out.push(event);
            return None;
        };
        if self.held.is_empty() {
            if self.asked && is(key, ']', KeyModifiers::ALT) {
                (self.since, self.text) = (wall, String::new());
                self.held.push(event);
            } else {
                out.push(event);
            }
            return None;
        }
        // BEL reaches us as Ctrl-G, ST (`ESC \`) as Alt-backslash.
        let ends = is(key, 'g', KeyModifiers::CONTROL) || is(key, '\\', KeyModifiers::ALT);
        if ends && self.text.starts_with("11;") {
            let ground = Appearance::from_answer(&self.text);
            *self = Self::default();
            return ground;
        }
        let typed = match key.code {
            KeyCode::Char(char) if !key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::CONTROL) => Some(char),
            _ => None,
        };
        self.held.push(event);
        self.text.extend(typed);
        if typed.is_none() || !could_be(&self.text) || self.held.len() > HELD_MAX {
            out.append(&mut self.held);
        }
        None
    }

    /// Lets go of what was held for too long: it was typed.
    pub fn release(&mut self, wall: Duration, out: &mut Vec<Event>) {
        if self.next_tick().is_some_and(|tick| tick <= wall) {
            out.append(&mut self.held);
        }
    }

    /// When `release` has something to do.
    pub fn next_tick(&self) -> Option<Duration> {
        (!self.held.is_empty()).then_some(self.since + HELD_FOR)
    }
}

fn is(key: &KeyEvent, char: char, modifiers: KeyModifiers) -> bool {
    key.code == KeyCode::Char(char) && key.modifiers == modifiers
}

/// Whether an answer can begin so.
fn could_be(text: &str) -> bool {
    let head = "11;rgb";
    let common = text.len().min(head.len());
    let colour = |byte: u8| byte.is_ascii_hexdigit() || b"rgba:/".contains(&byte);
    text.as_bytes()[..common] == head.as_bytes()[..common] && text.bytes().skip(head.len()).all(colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// What the stream of keys makes of these bytes.
    fn keys(bytes: &str) -> Vec<Event> {
        let mut keys = Vec::new();
        let mut chars = bytes.chars().peekable();
        while let Some(char) = chars.next() {
            keys.push(match char {
                '\x1b' if chars.peek().is_some_and(|next| *next != '\x1b') => {
                    key(KeyCode::Char(chars.next().unwrap()), KeyModifiers::ALT)
                }
                '\x1b' => key(KeyCode::Esc, KeyModifiers::NONE),
                '\x07' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
                char if char.is_uppercase() => key(KeyCode::Char(char), KeyModifiers::SHIFT),
                char => key(KeyCode::Char(char), KeyModifiers::NONE),
            });
        }
        keys
    }

    fn sifted(sieve: &mut Sieve, bytes: &str) -> (Vec<Event>, Option<Appearance>) {
        let (mut out, mut ground) = (Vec::new(), None);
        for event in keys(bytes) {
            ground = sieve.sift(event, Duration::ZERO, &mut out).or(ground);
        }
        (out, ground)
    }

    fn asked() -> Sieve {
        Sieve { asked: true, ..Sieve::default() }
    }

    #[test]
    fn the_answer_is_taken_and_what_was_typed_around_it_goes_on() {
        for answer in ["\x1b]11;rgb:ffff/FFFF/ffff\x07", "\x1b]11;rgb:ff/ff/ff\x1b\\", "\x1b]11;rgba:ff/ff/ff/80\x07"] {
            let (typed, ground) = sifted(&mut asked(), &format!("xL{answer}q"));
            assert_eq!((typed, ground), (keys("xLq"), Some(Appearance::Light)), "{answer:?}");
        }
        assert_eq!(sifted(&mut asked(), "\x1b]11;rgb:1010/1414/1818\x07"), (vec![], Some(Appearance::Dark)));
    }

    #[test]
    fn an_answer_is_expected_once_and_only_if_asked_for() {
        let answer = "\x1b]11;rgb:ffff/ffff/ffff\x07";
        assert_eq!(sifted(&mut Sieve::default(), answer), (keys(answer), None));
        let mut sieve = asked();
        assert_eq!(sifted(&mut sieve, answer).1, Some(Appearance::Light));
        assert_eq!(sifted(&mut sieve, answer), (keys(answer), None));
    }

    #[test]
    fn what_only_begins_like_the_answer_was_typed() {
        for typed in ["\x1b]x", "\x1b]11x", "\x1b]\x1b]", "\x1b]11;rgb:zz", "\x1b]\x07", "\x1b]11;red"] {
            assert_eq!(sifted(&mut asked(), typed), (keys(typed), None), "{typed:?}");
        }
        let long = format!("\x1b]11;rgb:{}", "f".repeat(HELD_MAX));
        assert_eq!(sifted(&mut asked(), &long), (keys(&long), None));
    }

    #[test]
    fn a_key_is_not_held_for_ever() {
        let mut sieve = asked();
        assert_eq!(sifted(&mut sieve, "\x1b]").0, []);
        assert_eq!(sieve.next_tick(), Some(HELD_FOR));
        let mut out = Vec::new();
        sieve.release(HELD_FOR.saturating_sub(Duration::from_millis(1)), &mut out);
        assert_eq!(out, []);
        sieve.release(HELD_FOR, &mut out);
        assert_eq!(out, keys("\x1b]"));
        assert_eq!(sifted(&mut sieve, "\x1b]11;rgb:0/0/0\x07").1, Some(Appearance::Dark));
    }

    #[test]
    fn other_events_pass_while_keys_are_held() {
        let mut sieve = asked();
        sifted(&mut sieve, "\x1b]11");
        let mut out = Vec::new();
        assert_eq!(sieve.sift(Event::Resize(80, 24), Duration::ZERO, &mut out), None);
        assert_eq!(out, [Event::Resize(80, 24)]);
        assert_eq!(sifted(&mut sieve, ";rgb:f/f/f\x07"), (vec![], Some(Appearance::Light)));
    }

    #[test]
    fn a_terminal_that_would_print_the_question_is_not_asked() {
        assert!(["xterm-256color", "tmux-256color", "screen-256color", "rxvt-unicode"].into_iter().all(can_be_asked));
        assert!(!["", "dumb", "linux", "screen", "screen.xterm-256color"].into_iter().any(can_be_asked));
    }
}
