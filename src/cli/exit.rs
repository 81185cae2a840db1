//! Exit codes, and the troubles that lead to them.
//!
//! Shape: 0 well; 1 an expectation, an invariant or a hash failed; 2 wrong usage or input; 3 no usable terminal; 4 a
//! failure while running; 128 and the number of the signal that ended it (130, 143).

use std::process::ExitCode;

use crate::document::problem::{listed, nearest};

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// All is well.
    Well,
    /// An expectation, an invariant or a hash failed.
    Failed,
    /// Wrong usage or input.
    Usage,
    /// No usable terminal.
    NoTerminal,
    /// A failure while running.
    Trouble,
    /// Ended by the signal with this number.
    Signal(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NoTerminal => 3,
            Self::Trouble => 4,
            Self::Signal(number) => 128 + number,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not be done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// Wrong usage, or a file that is wrong.
    #[error("{0}")]
    Usage(String),
    /// There is no usable terminal.
    #[error("{0}")]
    NoTerminal(String),
    /// Something broke while running.
    #[error("{0}")]
    Running(String),
}

impl Trouble {
    /// Its exit code.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::NoTerminal(_) => Exit::NoTerminal,
            Self::Running(_) => Exit::Trouble,
        }
    }

    /// A name on the command line that nothing has.
    pub fn unknown<S: AsRef<str>>(kind: &str, name: &str, known: &[S]) -> Self {
        Self::wrong(format!("there is no {kind} `{name}`"), name, known)
    }

    /// Something on the command line that is wrong: what was found, the nearest of these words, and all of them.
    pub fn wrong<S: AsRef<str>>(found: String, word: &str, known: &[S]) -> Self {
        let near = nearest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let allowed = if known.is_empty() { String::new() } else { format!("\n  = allowed: {}", listed(known)) };
        Self::Usage(found + &near + &allowed)
    }
}
