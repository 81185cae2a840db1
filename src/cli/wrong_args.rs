//! Wrong arguments, in the program's own words: what was found, the nearest right spelling, what is allowed.
//!
//! Idea: clap knows what is wrong and says it in sentences of its own. Here its findings become a [`Trouble`] like any other,
//! so that a misspelt flag reads like a misspelt key of a file.
//! Left out: help and version, which are no errors and stay clap's.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Trouble;
use crate::document::problem::clipped;

/// Why the arguments make no command line.
#[derive(Debug)]
pub enum Unread {
    /// They ask for the help or the version.
    Asked(clap::Error),
    /// They are wrong.
    Wrong(Trouble),
}

impl Unread {
    /// What clap says of these words, the program's name left out.
    pub(super) fn of(error: clap::Error, whole: &clap::Command, words: &[OsString]) -> Self {
        if !error.use_stderr() {
            return Self::Asked(error);
        }
        Self::Wrong(Reached::by(whole, words).trouble(&error))
    }
}

/// The command that the words name, as far as they do.
struct Reached<'c> {
    command: &'c clap::Command,
    /// Its name in full: `chaosdesk config`.
    path: String,
}

impl<'c> Reached<'c> {
    fn by(whole: &'c clap::Command, words: &[OsString]) -> Self {
        let mut reached = Self { command: whole, path: whole.get_name().to_owned() };
        let mut words = words.iter().filter_map(|word| word.to_str());
        // Behind `--` no word is a command.
        while let Some(word) = words.next().filter(|word| *word != "--") {
            if let Some(command) = reached.command.find_subcommand(word) {
                reached = Self { command, path: format!("{} {word}", reached.path) };
            } else if reached.takes_value(word) {
                words.next();
            }
        }
        reached
    }

    /// Whether this is a flag whose value is the next word.
    fn takes_value(&self, word: &str) -> bool {
        let flag = word.strip_prefix("--").unwrap_or_default();
        let known = self.command.get_arguments().find(|arg| arg.get_long() == Some(flag));
        known.is_some_and(|arg| arg.get_action().takes_values())
    }

    fn trouble(&self, error: &clap::Error) -> Trouble {
        let (found, value) = (said(error, ContextKind::InvalidArg), said(error, ContextKind::InvalidValue));
        let flag = found.split([' ', '=']).next().unwrap_or_default();
        let path = &self.path;
        match error.kind() {
            ErrorKind::InvalidSubcommand => {
                let word = said(error, ContextKind::InvalidSubcommand);
                Trouble::wrong(format!("`{path}` has no command `{word}`"), &word, &self.commands())
            }
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Trouble::wrong(format!("`{path}` needs a command"), "", &self.commands())
            }
            ErrorKind::UnknownArgument if flag.starts_with('-') => {
                Trouble::wrong(format!("`{path}` has no flag `{flag}`"), flag, &self.flags())
            }
            ErrorKind::UnknownArgument if self.commands().contains(&found) => {
                Trouble::Usage(format!("`{found}` is no command behind `--`: it is spelled `{path} {found}`"))
            }
            ErrorKind::UnknownArgument => {
                Trouble::wrong(format!("`{found}` is one argument too many for `{path}`"), &found, &self.flags())
            }
            ErrorKind::InvalidValue if value.is_empty() => {
                Trouble::wrong(format!("`{flag}` needs a value"), "", &all(error, ContextKind::ValidValue))
            }
            ErrorKind::InvalidValue => {
                let known = all(error, ContextKind::ValidValue);
                Trouble::wrong(format!("`{value}` is not a value of `{flag}`"), &value, &known)
            }
            ErrorKind::ValueValidation => {
                let allowed = error.source().map(ToString::to_string);
                Trouble::wrong(format!("`{value}` is not a value of `{flag}`"), "", allowed.as_slice())
            }
            ErrorKind::TooManyValues => Trouble::Usage(format!("`{flag}` takes no value")),
            ErrorKind::MissingRequiredArgument => Trouble::Usage(format!("`{path}` needs `{found}`")),
            ErrorKind::ArgumentConflict => match said(error, ContextKind::PriorArg) {
                prior if prior == found => Trouble::Usage(format!("`{flag}` is given twice")),
                prior => Trouble::Usage(format!("`{found}` and `{prior}` exclude each other")),
            },
            ErrorKind::InvalidUtf8 => Trouble::Usage("an argument is not UTF-8 text".to_owned()),
            _ => Trouble::Usage(error.to_string().trim_start_matches("error: ").trim_end().to_owned()),
        }
    }

    fn commands(&self) -> Vec<String> {
        self.command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
    }

    fn flags(&self) -> Vec<String> {
        self.command.get_arguments().filter_map(clap::Arg::get_long).map(|long| format!("--{long}")).collect()
    }
}

/// What clap says under this head, as one text; what is long is cut.
fn said(error: &clap::Error, kind: ContextKind) -> String {
    all(error, kind).iter().map(|text| clipped(text)).collect::<Vec<_>>().join("`, `")
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;

    /// What is said of these words.
    fn wrong(line: &str) -> String {
        match Cli::read(std::iter::once("chaosdesk").chain(line.split_whitespace())) {
            Err(Unread::Wrong(trouble)) => trouble.to_string(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_in_the_arguments_is_said_in_the_programs_words() {
        let commands = "\n  = allowed: run, replay, match, lessons, keys, config, completions, doctor";
        let own = "\n  = allowed: --config, --theme, --locale, --seed, ";
        let number = "\n  = allowed: a whole number from 0 to 18446744073709551615";
        let table = [
            ("--seed x", "`x` is not a value of `--seed`", number),
            ("run steady --seed=-1", "`-1` is not a value of `--seed`", number),
            ("--seed 99999999999999999999", "`99999999999999999999` is not a value of `--seed`", number),
            ("--seed", "`--seed` needs a value", ""),
            ("--seed 1 --seed 2", "`--seed` is given twice", ""),
            ("--sed 1", "`chaosdesk` has no flag `--sed`; did you mean `--seed`?", own),
            ("--theme run --sed 1", "`chaosdesk` has no flag `--sed`; did you mean `--seed`?", own),
            ("-x", "`chaosdesk` has no flag `-x`", own),
            ("--plain=5", "`--plain` takes no value", ""),
            ("rnu steady", "`chaosdesk` has no command `rnu`; did you mean `run`?", commands),
            (
                "config chek",
                "`chaosdesk config` has no command `chek`; did you mean `check`?",
                "\n  = allowed: path, print,",
            ),
            ("config", "`chaosdesk config` needs a command", "\n  = allowed: path, print, default, check"),
            (
                "run steady --jsn r",
                "`chaosdesk run` has no flag `--jsn`; did you mean `--json`?",
                "\n  = allowed: --seed",
            ),
            ("run", "`chaosdesk run` needs `<NAME|FILE>`", ""),
            ("run steady again", "`again` is one argument too many for `chaosdesk run`", "\n  = allowed: --seed"),
            ("-- run", "`run` is no command behind `--`: it is spelled `chaosdesk run`", ""),
            ("--plain -- config print", "`config` is no command behind `--`: it is spelled `chaosdesk config`", ""),
            ("-- again", "`chaosdesk` has no command `again`", commands),
            ("run steady --inline --tasks", "`--inline` and `--tasks` exclude each other", ""),
            (
                "--glyphs unicod",
                "`unicod` is not a value of `--glyphs`; did you mean `unicode`?",
                "\n  = allowed: auto, ",
            ),
            ("completions bsh", "`bsh` is not a value of `<SHELL>`; did you mean `bash`?", "\n  = allowed: bash, "),
        ];
        for (line, found, allowed) in table {
            let said = wrong(line);
            assert!(said.starts_with(&format!("{found}{allowed}")), "{line}: {said}");
            assert!(!said.contains("Usage:") && !said.contains("error:") && !said.contains("tip:"), "{line}: {said}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for line in ["--help", "run --help", "--version"] {
            let read = Cli::read(std::iter::once("chaosdesk").chain(line.split_whitespace()));
            assert!(matches!(read, Err(Unread::Asked(_))), "{line}");
        }
    }
}
