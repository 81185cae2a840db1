//! Scripts on the command line: one of the program's by its name, or a file by its path.

use std::fmt::Write as _;
use std::path::Path;

use crate::lesson::library;
use crate::lesson::script::{self, Script};

use super::exit::Trouble;

/// The script that this names: a name of the library, or the path of a file.
///
/// # Errors
/// Nothing has that name, or something in the file is wrong.
pub fn open(name: &str) -> Result<Script, Trouble> {
    if let Some(read) = library::find(name) {
        return read.map_err(|problem| Trouble::Usage(problem.to_string()));
    }
    let path = Path::new(name);
    if !name.ends_with(".toml") && !path.exists() {
        return Err(Trouble::unknown("scenario or lesson", name, &library::names()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| Trouble::Usage(format!("cannot read {name}: {error}")))?;
    script::read(name, &text).map_err(|problem| Trouble::Usage(problem.to_string()))
}

/// Every script of the program with its title, lessons after scenarios.
///
/// # Errors
/// One of them does not read, which a test keeps from happening.
pub fn list() -> Result<String, Trouble> {
    let mut text = String::new();
    let mut lessons = false;
    for name in library::names() {
        let script = open(name)?;
        if text.is_empty() {
            text.push_str("Scenarios (chaosdesk run NAME):\n");
        }
        if script.is_lesson() && !lessons {
            lessons = true;
            text.push_str("Lessons (chaosdesk --lesson NAME, or run NAME as a test):\n");
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:26} {}", script.title.en);
        let _ = writeln!(text, "  {:26} {}", "", script.about.en);
    }
    Ok(text)
}
