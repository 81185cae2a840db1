//! The scanner: bytes of the terminal become keys, and what a terminal answers becomes none.
//!
//! Idea: a terminal answers in strings (`ESC P` DCS, `ESC ]` OSC, `ESC _` APC, `ESC ^` PM, `ESC X` SOS, or their one-byte
//! forms) that end with ST or BEL, and in control sequences. Read as keys, the letters of an answer would kill nodes. So a
//! string is swallowed to its end, whatever it says, and nobody has to have asked for it. The line may cut it anywhere.
//! What makes this hard is that `ESC` is a key and `ESC P` is Alt-P. Three rules decide:
//! - A person presses keys one by one. An introducer with more behind it in one burst is *certain*: it is swallowed however
//!   long the line pauses in it. What may have been typed is *in doubt*: it is held, is an answer if its end comes in the
//!   same burst or its beginning is one that only answers have, and is let go as keys after a short silence.
//! - A lone Esc, and Esc with an introducer, are let go after a moment; their place is kept, so that the rest of a cut answer
//!   is still known for what it is.
//! - Nothing broken takes the keyboard. A control sequence or a paste is over after a short silence or at the next Esc
//!   (`broken` and `paste` know its rest if that comes after all). So is a certain string: a character that comes by itself
//!   after the silence is a key, several at once are its rest and are swallowed, for as long as they keep coming.
//!
//! Units: wall time, handed in: when the bytes came, which may be before they are fed.
//! Bound: `HELD_MAX` keys are held, then it is no person who types; `TEXT_MAX` characters of an answer are kept, the
//! rest is swallowed without being kept; `PASTE_MAX` characters of a paste, the rest is dropped.
//! Limit: a character of a string between two short silences is a key: a person may have typed it. So is an introducer,
//! alone or with one more, and all of a control sequence that is cut twice and has no figure in its first part.
//! Sources: ECMA-48; xterm's control sequences; the parser of vt100.net (ESC, CAN and SUB break a string off).

mod sequences;

use std::time::Duration;

use crossterm::event::Event;

use super::broken::Broken;
use super::decode;
use super::paste::{Paste, Silent};
use super::timing::{ALT_FOR, ALT_WITHIN, BURST, ESC_FOR, HELD_MAX, LATE, SHORT, TEXT_MAX};
use super::utf8::Utf8;

const ESC: char = '\x1b';
const BEL: char = '\x07';
/// How answers begin that no person types: OSC, DCS and APC.
const HEADS: [&str; 13] =
    ["]4;", "]10;", "]11;", "]12;", "]52;", "]1337;", "P>|", "P!|", "P0+", "P1+", "P0$", "P1$", "_Gi="];

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// A key.
    #[default]
    Ground,
    /// Something after Esc.
    Escape,
    /// A string's character; its introducer.
    Inside(char),
    /// After Esc in a string: half of `ESC \`, which ends it.
    Closing(char),
    /// A parameter or the final of a control sequence.
    Csi,
    /// The one character after `ESC O`.
    Ss3,
    /// So many bytes of the mouse.
    Mouse(u8),
    /// Pasted text.
    Paste,
}

/// Takes bytes, gives events.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scanner {
    state: State,
    /// What the sequence so far would be if it had been typed.
    held: Vec<Event>,
    /// No person types this.
    certain: bool,
    /// Esc and the introducer came together.
    whole: bool,
    /// The sequence after its introducer, as far as it is kept.
    text: String,
    /// Characters of it.
    length: usize,
    /// A certain string has gone silent: a character by itself is a key.
    silent: bool,
    /// A control sequence that was cut off: its rest may come.
    broken: Option<Broken>,
    /// An answer ended with a bare Esc or BEL: a backslash may still come.
    closed: bool,
    /// When the latest character came.
    latest: Duration,
    utf8: Utf8,
    mouse: [u8; 3],
    pasted: Paste,
    /// What terminals said in OSC, to be asked for.
    answers: Vec<String>,
}

impl Scanner {
    /// Takes bytes that came now; `out` gets what was pressed, in order.
    pub fn feed(&mut self, bytes: &[u8], wall: Duration, out: &mut Vec<Event>) {
        self.release(wall, out);
        self.meet(bytes, wall);
        for byte in bytes {
            if let (State::Mouse(left), b' '..) = (self.state, *byte) {
                self.mouse[3 - usize::from(left.clamp(1, 3))] = *byte;
                self.state = State::Mouse(left - 1);
                if left <= 1 {
                    self.reset();
                    out.extend(decode::x10_mouse(self.mouse));
                }
            } else if let Some(char) = self.utf8.push(*byte) {
                self.take(char, wall, out);
            }
            self.latest = wall;
        }
    }

    /// Looks at what was read at once, where a certain string is open: whether a person may have typed it.
    fn meet(&mut self, bytes: &[u8], wall: Duration) {
        if bytes.is_empty() || !self.certain || !matches!(self.state, State::Inside(_)) {
            return;
        }
        let gap = wall.saturating_sub(self.latest);
        let alone = bytes.len() == 1 || str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1);
        // Nobody presses two keys that close together: the one before was no key, either.
        if alone && (self.held.is_empty() || gap > ALT_WITHIN) {
            self.silent |= gap >= SHORT;
        } else {
            self.silent = false;
            self.held.clear();
        }
    }

    /// What terminals said in OSC since the last time.
    pub fn answers(&mut self) -> Vec<String> {
        std::mem::take(&mut self.answers)
    }

    /// When `release` has something to do.
    pub fn next_tick(&self) -> Option<Duration> {
        let after = match self.state {
            State::Closing(_) => ALT_FOR,
            State::Paste => self.pasted.is_waiting().then_some(SHORT)?,
            State::Mouse(_) => SHORT,
            State::Csi if self.certain => SHORT,
            _ if self.held.is_empty() => return None,
            State::Escape => ESC_FOR,
            State::Inside(_) if self.certain => BURST,
            State::Inside(_) | State::Csi | State::Ss3 if self.whole && self.length == 0 => ALT_FOR,
            _ => SHORT,
        };
        Some(self.latest + after)
    }

    /// Lets go of what was held for too long: it was typed. Its place is kept: if it was not, the rest is still no keys.
    pub fn release(&mut self, wall: Duration, out: &mut Vec<Event>) {
        if self.next_tick().is_none_or(|tick| tick > wall) {
            return;
        }
        match self.state {
            State::Escape => out.append(&mut self.held),
            State::Closing(kind) if self.certain => {
                // The Esc ended the string by itself; after a silence somebody pressed it.
                out.extend(self.silent.then(|| decode::key(ESC)));
                self.end(kind);
                (self.state, self.closed) = (State::Escape, true);
            }
            State::Closing(_) => {
                out.append(&mut self.held);
                out.push(decode::key(ESC));
                self.reset();
                self.state = State::Escape;
            }
            State::Mouse(left) => self.break_up(Broken::Mouse(left), out),
            State::Csi => {
                let text = std::mem::take(&mut self.text);
                self.break_up(Broken::Csi(text), out);
            }
            State::Paste => match self.pasted.silence(self.latest) {
                Silent::Text(text) => out.extend((!text.is_empty()).then_some(Event::Paste(text))),
                Silent::Keys(keys) => self.press(&keys, out),
                Silent::Over(keys) => {
                    self.reset();
                    keys.chars().for_each(|char| self.take(char, self.latest, out));
                }
            },
            State::Inside(_) if self.certain => out.append(&mut self.held),
            _ => {
                out.append(&mut self.held);
                // A person waits a moment for the next key then; an answer that was cut twice is still one.
                if matches!(self.state, State::Inside(_)) && self.length == 0 {
                    self.whole = false;
                } else {
                    self.reset();
                }
            }
        }
    }

    /// Presses keys while something else stays open.
    fn press(&self, keys: &str, out: &mut Vec<Event>) {
        let (mut aside, mut pressed) = (Self { latest: self.latest, ..Self::default() }, Vec::new());
        keys.chars().for_each(|char| aside.take(char, self.latest, &mut pressed));
        aside.release(self.latest + LATE, &mut pressed);
        out.extend(pressed.into_iter().filter(|event| matches!(event, Event::Key(_))));
    }

    fn reset(&mut self) {
        let Self { latest, mouse, .. } = *self;
        let (utf8, answers) = (std::mem::take(&mut self.utf8), self.answers());
        *self = Self { latest, mouse, utf8, answers, ..Self::default() };
    }

    fn take(&mut self, char: char, wall: Duration, out: &mut Vec<Event>) {
        let gap = wall.saturating_sub(self.latest);
        match self.state {
            State::Ground if self.broken.is_some() => self.remainder(char, out),
            State::Ground | State::Mouse(_) => self.ground(char, out),
            State::Escape => self.escaped(char, gap, out),
            State::Inside(kind) => self.inside(kind, char, gap, out),
            State::Closing(kind) => self.closing(kind, char, out),
            State::Csi => self.csi(char, gap, out),
            State::Ss3 => self.ss3(char, out),
            State::Paste => self.paste(char, gap, wall, out),
        }
    }

    fn ground(&mut self, char: char, out: &mut Vec<Event>) {
        let closed = self.closed && char == ESC;
        self.reset();
        self.closed = closed;
        let begin = |kind| (State::Inside(kind), true);
        (self.state, self.certain) = match char {
            ESC => {
                self.held.push(decode::key(ESC));
                (State::Escape, false)
            }
            // One character instead of Esc and one: no key sends these.
            '\u{90}' => begin('P'),
            '\u{98}' => begin('X'),
            '\u{9d}' => begin(']'),
            '\u{9e}' => begin('^'),
            '\u{9f}' => begin('_'),
            '\u{9b}' => (State::Csi, true),
            '\u{80}'..='\u{9f}' => (State::Ground, false),
            char => {
                out.push(decode::key(char));
                (State::Ground, false)
            }
        };
    }

    fn escaped(&mut self, char: char, gap: Duration, out: &mut Vec<Event>) {
        let together = gap <= ALT_WITHIN && !self.held.is_empty();
        let state = match char {
            ']' | 'P' | '_' | '^' | 'X' => State::Inside(char),
            '[' => State::Csi,
            'O' => State::Ss3,
            '\\' if self.closed => return self.reset(),
            ESC => {
                out.append(&mut self.held);
                return self.ground(char, out);
            }
            char => {
                if together {
                    self.reset();
                    return out.push(decode::alt(char));
                }
                out.append(&mut self.held);
                return self.ground(char, out);
            }
        };
        (self.state, self.whole, self.closed) = (state, together, false);
        (self.certain, self.length) = (false, 0);
        if together {
            self.held = vec![decode::alt(char)];
        } else {
            self.held.push(decode::key(char));
        }
    }

    fn inside(&mut self, kind: char, char: char, gap: Duration, out: &mut Vec<Event>) {
        match char {
            ESC if self.length == 0 && !self.certain => self.break_off(char, out),
            ESC => {
                if self.certain {
                    out.append(&mut self.held);
                }
                self.state = State::Closing(kind);
            }
            BEL | '\u{9c}' if self.is_wrapped(kind) => {}
            BEL if self.length == 0 && !self.certain => self.break_off(char, out),
            BEL | '\u{9c}' => {
                self.end(kind);
                // Some end their answer twice.
                self.closed = char == BEL;
            }
            '\0'..='\x1f' | '\x7f' => {
                // CAN and SUB end a string by the standard; another control ends it if a person pressed it.
                let pressed = self.silent || gap > BURST || matches!(char, '\x18' | '\x1a');
                if !self.certain || pressed {
                    self.break_off(char, out);
                }
            }
            char if self.silent => {
                out.append(&mut self.held);
                self.held.push(decode::key(char));
            }
            char => self.more(kind, char, gap),
        }
    }

    /// A character of a string.
    fn more(&mut self, kind: char, char: char, gap: Duration) {
        self.certain |= self.length == 0 && self.whole && gap <= BURST;
        self.length += 1;
        if self.length <= TEXT_MAX {
            self.text.push(char);
        }
        if !self.certain {
            self.held.push(decode::key(char));
            let so_far = format!("{kind}{}", self.text);
            self.certain = self.held.len() >= HELD_MAX || HEADS.iter().any(|head| so_far.starts_with(head));
            if self.certain {
                self.held.clear();
            }
        } else {
            self.held.clear();
        }
    }

    /// The end of a string. What it says is kept if it is an OSC.
    fn end(&mut self, kind: char) {
        let text = std::mem::take(&mut self.text);
        self.reset();
        if kind == ']' {
            self.answers.push(text);
        }
    }

    /// tmux hands sequences through inside a DCS, with each Esc of them doubled.
    fn is_wrapped(&self, kind: char) -> bool {
        kind == 'P' && self.text.starts_with("tmux;")
    }

    fn closing(&mut self, kind: char, char: char, out: &mut Vec<Event>) {
        match char {
            '\\' => self.end(kind),
            ESC if self.is_wrapped(kind) => self.state = State::Inside(kind),
            char => {
                if self.certain {
                    // It ended with a bare Esc, or was broken off by a key that begins with one.
                    self.end(kind);
                } else {
                    out.append(&mut self.held);
                    self.reset();
                }
                self.ground(ESC, out);
                self.escaped(char, Duration::ZERO, out);
            }
        }
    }

    /// It was typed after all, or breaks off here.
    fn break_off(&mut self, char: char, out: &mut Vec<Event>) {
        out.append(&mut self.held);
        self.ground(char, out);
    }
}
