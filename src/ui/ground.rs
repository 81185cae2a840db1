//! The terminal's ground: asked for once, light or dark, while nobody waits for the answer.
//!
//! Idea: `OSC 11 ; ?` asks for the colour of the ground. The usual way is to wait for the answer before anything else
//! reads the terminal, with a question after it that every terminal answers (`DA1`) as a fence; but a wait holds up the
//! first key. So the question goes out after the first frame, nobody waits, and the answer, however late and in however
//! many pieces, is taken out of the input as every answer is (`tty::scanner`).
//! Left out: terminals that change their ground while the program runs (mode 2031); an answer that comes after the end.
//! Sources: xterm's control sequences, OSC 11; terminal-colorsaurus on GNU screen and on urxvt, which ends an answer to
//! `ESC \` with a bare `ESC`: so the question ends with `BEL`, and so does the answer.

use super::theme::Appearance;

/// What asks for the colour of the ground.
pub const QUESTION: &str = "\x1b]11;?\x07";
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

/// Whether an OSC is the answer to the question, and what it says.
pub fn answer(text: &str) -> Option<Appearance> {
    if text.starts_with("11;rgb") { Appearance::from_answer(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_light_or_dark_and_nothing_else_does() {
        for text in ["11;rgb:ffff/FFFF/ffff", "11;rgb:ff/ff/ff", "11;rgba:ff/ff/ff/80"] {
            assert_eq!(answer(text), Some(Appearance::Light), "{text}");
        }
        assert_eq!(answer("11;rgb:1010/1414/1818"), Some(Appearance::Dark));
        for text in ["", "11;?", "10;rgb:ffff/ffff/ffff", "52;c;aGVsbG8="] {
            assert_eq!(answer(text), None, "{text}");
        }
    }

    #[test]
    fn a_terminal_that_would_print_the_question_is_not_asked() {
        assert!(["xterm-256color", "tmux-256color", "screen-256color", "rxvt-unicode"].into_iter().all(can_be_asked));
        assert!(!["", "dumb", "linux", "screen", "screen.xterm-256color"].into_iter().any(can_be_asked));
    }
}
