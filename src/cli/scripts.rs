//! Scripts on the command line: one of the program's by its name, or a file by its path.

use std::fmt::Write as _;
use std::path::Path;

use crate::lesson::library::{self, Named};
use crate::lesson::script::{self, Script};
use crate::locale::Locale;
use crate::runtime::text_file;

use super::exit::Trouble;
use super::feeds;

/// The script that this names: a name of the library, or the path of a file.
///
/// # Errors
/// Nothing has that name, or something in the file is wrong.
pub fn open(name: &str) -> Result<Script, Trouble> {
    let known = library::names();
    let path = Path::new(name);
    match library::named(name, known.iter().copied()) {
        Named::One(whole) if whole == name || !path.exists() => {
            if let Some(read) = library::find(whole) {
                return read.map_err(|problem| Trouble::Usage(problem.to_string()));
            }
        }
        Named::Several(names) if !path.exists() => {
            return Err(Trouble::Usage(format!("`{name}` may be any of: {}", names.join(", "))));
        }
        _ => {}
    }
    if !name.ends_with(".toml") && !path.exists() {
        return Err(Trouble::unknown("scenario or lesson", name, &known));
    }
    let text = text_file::read(path).map_err(|error| Trouble::Usage(format!("cannot read {name}: {error}")))?;
    let mut script = script::read(name, &text).map_err(|problem| Trouble::Usage(problem.to_string()))?;
    if let Some(feed) = &script.feed {
        feeds::open(&path.with_file_name(feed), &mut script.settings)?;
    }
    Ok(script)
}

/// Every script of the program with its title, lessons after scenarios.
///
/// # Errors
/// One of them does not read, which a test keeps from happening.
pub fn list(locale: &Locale) -> Result<String, Trouble> {
    let mut text = String::new();
    let mut lessons = false;
    for name in library::names() {
        let script = open(name)?;
        if text.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} (chaosdesk run NAME):", locale.text("list-scenarios"));
        }
        if script.is_lesson() && !lessons {
            lessons = true;
            let _ = writeln!(text, "{} (chaosdesk --lesson NAME, chaosdesk run NAME):", locale.text("list-lessons"));
        }
        let _ = writeln!(text, "  {name:26} {}", locale.pick(&script.title));
        let _ = writeln!(text, "  {:26} {}", "", locale.pick(&script.about));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_name_runs_nothing_and_is_answered_with_the_nearest() {
        let refused = open("kill-the-lead").map(|script| script.name).unwrap_err().to_string();
        assert!(refused.contains("did you mean `kill-the-leader`?"), "{refused}");
        assert_eq!(open("kill-the-leader").map(|script| script.name).ok().as_deref(), Some("kill-the-leader"));
        assert_eq!(open("leader-election").map(|script| script.name).ok().as_deref(), Some("01-leader-election"));
    }
}
