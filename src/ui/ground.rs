//! The terminal's ground: asked for once, light or dark, while nobody waits for the answer.
//!
//! Idea: `OSC 11 ; ?` asks for the colour of the ground. The usual way is to wait for the answer before anything else
//! reads the terminal, with a question after it that every terminal answers (`DA1`) as a fence; but a wait holds up the
//! first key, and an answer that comes later (a slow line) is then read as keys: `r`, `b` and `f` of `rgb:ffff` would be
//! a recovery, a burst and a failover. So the question goes out after the first frame, nobody waits, and the stream of
//! keys is sifted: what begins like the answer is held, and is either the answer, however late and in however many
//! pieces, or was typed after all and goes on its way.
//! Shape: a small machine over the keys (`Place`). `ESC ]` reaches us as Alt-], or as Esc and `]`: when the line cuts
//! between the two bytes, and when somebody pressed Esc right before, since two escapes that are read together become one
//! key. So Esc may be a beginning too. It waits for the rest only in the first second after the question; later it goes at
//! once, and the place is kept all the same: what follows it is known for what it is.
//! Units: `wall`, handed in.
//! Bound: `HELD_MAX` keys are held. A beginning that a person may have typed waits `SHORT_FOR` after Esc, `HELD_FOR` after
//! Alt-]; from `11;` on no time runs, and from `11;rgb` on it is an answer: one that breaks off is thrown away, for a
//! fault that nobody asked for is worse than a colour that is not known.
//! Left out: terminals that change their ground while the program runs (mode 2031); an answer that comes after the end.
//! Sources: xterm's control sequences, OSC 11; terminal-colorsaurus on GNU screen and on urxvt, which ends an answer to
//! `ESC \` with a bare `ESC`: so the question ends with `BEL`, and so does the answer.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::theme::Appearance;

/// What asks for the colour of the ground.
pub const QUESTION: &str = "\x1b]11;?\x07";
/// How long after the question Esc may be the beginning of the answer, and waits to see.
pub const AWAITED_FOR: Duration = Duration::from_secs(1);
/// How long Esc waits for the rest of an answer, and what follows it.
pub const SHORT_FOR: Duration = Duration::from_millis(250);
/// How long Alt-] waits for the rest of an answer: a person hardly ever presses it.
pub const HELD_FOR: Duration = Duration::from_secs(5);
/// Keys that are held at most: Esc, `]`, and `11;rgba:` with four parts of four digits.
const HELD_MAX: usize = 32;

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

/// How far into an answer the keys have come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
enum Place {
    /// Not at all.
    #[default]
    Outside,
    /// Esc: half of `ESC ]`, or a key.
    Escaped,
    /// After `ESC ]`, with what has come since.
    Inside { by: Opening, text: String },
    /// Esc inside an answer: half of `ESC \`, which ends it.
    Closing { text: String },
}

/// As what `ESC ]` came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Opening {
    Whole,
    Halves,
}

/// What a key is to the place.
enum Step {
    /// It leads on.
    On(Place),
    /// It ends the answer, which says this.
    End(Option<Appearance>),
    /// It does not belong; if there was an answer without an end, that says this.
    Break(Option<Appearance>),
}

/// Takes the answer out of the stream of keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sieve {
    /// When the question went out, if no answer has come.
    asked: Option<Duration>,
    place: Place,
    held: Vec<Event>,
    /// When the last of the held keys came.
    since: Duration,
}

impl Sieve {
    /// From here on an answer may come.
    pub fn listen(&mut self, wall: Duration) {
        self.asked = Some(wall);
    }

    /// Takes an event; `out` gets what is no answer, in order.
    pub fn sift(&mut self, event: Event, wall: Duration, out: &mut Vec<Event>) -> Option<Appearance> {
        let (Event::Key(key), Some(_)) = (&event, self.asked) else {
            out.push(event);
            return None;
        };
        match self.place.step(key) {
            Step::On(place) if self.held.len() < HELD_MAX => {
                self.held.push(event);
                (self.place, self.since) = (place, wall);
                None
            }
            Step::On(_) => self.break_off(None, event, wall, out),
            Step::Break(ground) => self.break_off(ground, event, wall, out),
            Step::End(ground) => {
                *self = Self::default();
                ground
            }
        }
    }

    /// The event leads nowhere: what is held was typed, or is the remains of an answer, which are no keys.
    fn break_off(
        &mut self,
        ground: Option<Appearance>,
        event: Event,
        wall: Duration,
        out: &mut Vec<Event>,
    ) -> Option<Appearance> {
        let place = std::mem::take(&mut self.place);
        if place == Place::Outside {
            out.push(event);
            return None;
        }
        let held = std::mem::take(&mut self.held);
        if !place.is_answer() {
            out.extend(held);
        }
        self.asked = self.asked.filter(|_| ground.is_none());
        self.sift(event, wall, out).or(ground)
    }

    /// Lets go of what was held for too long: it was typed. The place is kept: if it was not, the rest is still no keys.
    pub fn release(&mut self, wall: Duration, out: &mut Vec<Event>) {
        if self.next_tick().is_some_and(|tick| tick <= wall) {
            out.append(&mut self.held);
        }
    }

    /// When `release` has something to do.
    pub fn next_tick(&self) -> Option<Duration> {
        if self.held.is_empty() {
            return None;
        }
        let awaited = self.asked? + AWAITED_FOR;
        match &self.place {
            Place::Escaped => Some((self.since + SHORT_FOR).min(awaited.max(self.since))),
            Place::Inside { text, .. } if text.starts_with("11;") => None,
            Place::Inside { by: Opening::Halves, .. } => Some(self.since + SHORT_FOR),
            Place::Inside { by: Opening::Whole, .. } => Some(self.since + HELD_FOR),
            Place::Outside | Place::Closing { .. } => None,
        }
    }
}

impl Place {
    fn step(&self, key: &KeyEvent) -> Step {
        match self {
            Self::Outside => Self::opened(key),
            Self::Escaped if is(key, ']', KeyModifiers::NONE) => {
                Step::On(Self::Inside { by: Opening::Halves, text: String::new() })
            }
            Self::Escaped => Step::Break(None),
            Self::Inside { by, text } => Self::inside(*by, text, key),
            Self::Closing { text } if is(key, '\\', KeyModifiers::NONE) => Step::End(Appearance::from_answer(text)),
            Self::Closing { text } => Step::Break(Appearance::from_answer(text)),
        }
    }

    fn opened(key: &KeyEvent) -> Step {
        if is(key, ']', KeyModifiers::ALT) {
            Step::On(Self::Inside { by: Opening::Whole, text: String::new() })
        } else if is_escape(key) {
            Step::On(Self::Escaped)
        } else {
            Step::Break(None)
        }
    }

    fn inside(by: Opening, text: &str, key: &KeyEvent) -> Step {
        if is_answer(text) {
            // BEL reaches us as Ctrl-G, ST (`ESC \`) as Alt-backslash, or as Esc and a backslash.
            if is(key, 'g', KeyModifiers::CONTROL) || is(key, '\\', KeyModifiers::ALT) {
                return Step::End(Appearance::from_answer(text));
            }
            if is_escape(key) {
                return Step::On(Self::Closing { text: text.to_owned() });
            }
        }
        match key.code {
            KeyCode::Char(char) if !key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::CONTROL) => {
                let text = format!("{text}{char}");
                if could_be(&text) { Step::On(Self::Inside { by, text }) } else { Step::Break(None) }
            }
            _ => Step::Break(None),
        }
    }

    /// Whether this is an answer beyond doubt.
    fn is_answer(&self) -> bool {
        match self {
            Self::Outside | Self::Escaped => false,
            Self::Inside { text, .. } => is_answer(text),
            Self::Closing { .. } => true,
        }
    }
}

fn is(key: &KeyEvent, char: char, modifiers: KeyModifiers) -> bool {
    key.code == KeyCode::Char(char) && key.modifiers == modifiers
}

fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc && key.modifiers == KeyModifiers::NONE
}

/// What no person types by hand after `ESC ]`.
const HEAD: &str = "11;rgb";

fn is_answer(text: &str) -> bool {
    text.starts_with(HEAD)
}

/// Whether an answer can begin so.
fn could_be(text: &str) -> bool {
    let common = text.len().min(HEAD.len());
    let colour = |byte: u8| byte.is_ascii_hexdigit() || b"rgba:/".contains(&byte);
    text.as_bytes()[..common] == HEAD.as_bytes()[..common] && text.bytes().skip(HEAD.len()).all(colour)
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

    const LATE: Duration = Duration::from_secs(60);

    fn asked() -> Sieve {
        let mut sieve = Sieve::default();
        sieve.listen(Duration::ZERO);
        sieve
    }

    /// What comes out if these pieces come with a pause after each, the first `at` this hour.
    fn in_pieces(pieces: &[&str], at: Duration, pause: Duration) -> (Vec<Event>, Option<Appearance>) {
        let (mut sieve, mut wall, mut out, mut ground) = (asked(), at, Vec::new(), None);
        for piece in pieces {
            for event in keys(piece) {
                ground = sieve.sift(event, wall, &mut out).or(ground);
            }
            sieve.release(wall, &mut out);
            wall += pause;
            sieve.release(wall, &mut out);
        }
        sieve.release(wall + LATE, &mut out);
        (out, ground)
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
    fn wherever_the_answer_is_cut_and_however_long_the_line_pauses_it_is_no_keys() {
        let pauses = [0, 60, SHORT_FOR.as_millis() as u64 - 1, 1_200, HELD_FOR.as_millis() as u64 - 1, 60_000]
            .map(Duration::from_millis);
        for answer in ["\x1b]11;rgb:1010/1212/1818\x1b\\", "\x1b]11;rgba:10/12/18/FF\x07"] {
            for cut in 1..answer.len() {
                for pause in pauses {
                    for at in [Duration::ZERO, LATE] {
                        let (first, second) = answer.split_at(cut);
                        let (typed, ground) = in_pieces(&["x", first, second, "q"], at, pause);
                        // What may have been pressed does not wait for ever.
                        let typed_too = match cut {
                            1 if at == LATE || pause > SHORT_FOR => keys("\x1b"),
                            2..5 if pause > HELD_FOR => keys(&answer[..cut]),
                            _ => vec![],
                        };
                        let expected = [keys("x"), typed_too, keys("q")].concat();
                        let ground = (typed, ground);
                        assert_eq!(
                            ground,
                            (expected, Some(Appearance::Dark)),
                            "{answer:?} cut at {cut}, {pause:?}, {at:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_answer_that_comes_byte_by_byte_is_no_keys() {
        let answer = "\x1b]11;rgb:1010/1212/1818\x1b\\";
        let bytes: Vec<String> = answer.chars().map(String::from).collect();
        let pieces: Vec<&str> = bytes.iter().map(String::as_str).collect();
        let within = SHORT_FOR.saturating_sub(Duration::from_millis(1));
        assert_eq!(in_pieces(&pieces, Duration::ZERO, within), (vec![], Some(Appearance::Dark)));
    }

    #[test]
    fn an_esc_right_before_the_answer_leaks_nothing_of_it() {
        let answer = "\x1b]11;rgb:1010/1212/1818\x1b\\";
        for at in [Duration::ZERO, LATE] {
            // Read together, two escapes are one key, which goes with the answer.
            let mut together = vec![key(KeyCode::Esc, KeyModifiers::NONE)];
            together.extend(keys(&answer[1..]));
            let (mut sieve, mut out, mut ground) = (asked(), Vec::new(), None);
            for event in together {
                ground = sieve.sift(event, at, &mut out).or(ground);
            }
            assert_eq!((out, ground), (vec![], Some(Appearance::Dark)));
            // Read one after the other, Esc was pressed.
            for pause in [0, 10, 400].map(Duration::from_millis) {
                let (typed, ground) = in_pieces(&["\x1b", answer, "q"], at, pause);
                assert_eq!((typed, ground), ([keys("\x1b"), keys("q")].concat(), Some(Appearance::Dark)), "{pause:?}");
            }
        }
    }

    #[test]
    fn esc_is_prompt_once_the_answer_has_come_or_a_second_has_passed() {
        let esc = || keys("\x1b");
        let mut answered = asked();
        sifted(&mut answered, "\x1b]11;rgb:0/0/0\x07");
        assert_eq!(sifted(&mut answered, "\x1b"), (esc(), None));
        let waits = |at: Duration| {
            let (mut sieve, mut out) = (asked(), Vec::new());
            sieve.sift(esc().remove(0), at, &mut out);
            assert_eq!(out, []);
            let tick = sieve.next_tick().expect("Esc is not held for ever");
            sieve.release(tick, &mut out);
            assert_eq!((out, sieve.next_tick()), (esc(), None));
            tick.saturating_sub(at)
        };
        assert_eq!(waits(Duration::ZERO), SHORT_FOR);
        assert_eq!(waits(Duration::from_millis(900)), Duration::from_millis(100));
        assert_eq!(waits(AWAITED_FOR), Duration::ZERO);
        assert_eq!(waits(LATE), Duration::ZERO);
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
        for typed in ["\x1b]x", "\x1b]11x", "\x1b]\x1b]", "\x1b]\x07", "\x1b]11;red", "\x1b\x1bq", "\x1b]11\x1b"] {
            assert_eq!(in_pieces(&[typed], Duration::ZERO, Duration::ZERO), (keys(typed), None), "{typed:?}");
        }
        let slowly = ["\x1b", "]", "1", "1", "x"];
        let typed = slowly.iter().flat_map(|piece| keys(piece)).collect();
        assert_eq!(in_pieces(&slowly, Duration::ZERO, SHORT_FOR), (typed, None));
    }

    #[test]
    fn an_answer_that_breaks_off_is_thrown_away_and_the_key_after_it_is_not() {
        for broken in ["\x1b]11;rgb", "\x1b]11;rgb:10", "\x1b]11;rgb:1010/1212/1818"] {
            for next in ["q", "\r", "L", "\t"] {
                assert_eq!(sifted(&mut asked(), &format!("{broken}{next}")), (keys(next), None), "{broken:?}");
            }
        }
        assert_eq!(sifted(&mut asked(), "\x1b]11;rgb:f\x1b]11;rgb:0/0/0\x07"), (vec![], Some(Appearance::Dark)));
        // One that ends with a bare escape is whole.
        let bare = in_pieces(&["\x1b]11;rgb:0/0/0", "\x1b", "q"], Duration::ZERO, Duration::ZERO);
        assert_eq!(bare, (keys("q"), Some(Appearance::Dark)));
        // However long it is, some day it ends.
        let long = format!("\x1b]11;rgb:{}", "f".repeat(HELD_MAX));
        let (typed, ground) = sifted(&mut asked(), &long);
        assert!(typed.len() < HELD_MAX && typed.iter().all(|event| *event == keys("f")[0]), "{typed:?}");
        assert_eq!(ground, None);
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
