//! Files that a command reads as a whole: configuration, theme, scenario, feed.
//!
//! Idea: one door for all of them. `-` is the standard input wherever a file is named, a file is no longer than
//! [`INPUT_BYTES_MAX`] (`/dev/zero` has no end), and what is not UTF-8 is answered with the place of the first wrong byte.
//! Errors: an input that cannot be read is wrong usage (2), whatever the reason.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::document::INPUT_BYTES_MAX;
use crate::document::problem::{Problem, text_of};

use super::exit::Trouble;

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It has no end, or one that is too far away.
    #[error("it is longer than {} MiB", INPUT_BYTES_MAX >> 20)]
    TooLong,
    /// It is no text.
    #[error("{0}")]
    NoText(Box<Problem>),
}

impl InputError {
    /// The trouble that it is, with this name of the file.
    pub fn trouble(self, name: &str) -> Trouble {
        match self {
            Self::NoText(problem) => Trouble::Usage(problem.to_string()),
            other => Trouble::Usage(format!("cannot read {name}: {other}")),
        }
    }
}

/// Whether a path means a standard stream.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What messages call a file.
pub fn name_of(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// The text of a file; `-` is the standard input.
///
/// # Errors
/// It cannot be read, has no end, or is no text.
pub fn text(path: &Path) -> Result<String, InputError> {
    let mut bytes = Vec::new();
    if is_standard(path) {
        io::stdin().lock().take(INPUT_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    } else {
        open(path)?.take(INPUT_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > INPUT_BYTES_MAX {
        return Err(InputError::TooLong);
    }
    text_of(&name_of(path), bytes).map_err(InputError::NoText)
}

/// The same, as a command says it.
///
/// # Errors
/// The text cannot be read.
pub fn read(path: &Path) -> Result<String, Trouble> {
    text(path).map_err(|error| error.trouble(&name_of(path)))
}

/// Opens a file to read it: a directory can be opened, too, but not read.
///
/// # Errors
/// It cannot be opened, or is a directory.
pub fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_wrong_usage_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let latin = dir.path().join("latin.toml");
        std::fs::write(&latin, b"seed = 1\nname = \"\xe9\"\n").unwrap();
        for (path, words) in [
            (dir.path(), "is a directory"),
            (&dir.path().join("absent"), "No such file"),
            (&latin, "latin.toml:2:9: the byte 0xe9 is not UTF-8 text"),
            (Path::new("/dev/zero"), "it is longer than 64 MiB"),
        ] {
            let trouble = read(path).unwrap_err();
            assert!(matches!(&trouble, Trouble::Usage(said) if said.contains(words)), "{trouble}");
        }
    }
}
