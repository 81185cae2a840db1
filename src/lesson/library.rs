//! The scripts that are part of the program.
//!
//! Idea: a table, so that a scenario runs by its name on a machine that has only the program; a test holds the table
//! equal to the folders.

use crate::document::problem::Reading;

use super::script::{self, Script};

macro_rules! scripts {
    ($($path:literal),* $(,)?) => { &[$(($path, include_str!(concat!("../../assets/", $path)))),*] };
}

/// Path under `assets/` and text of every script, scenarios first.
pub const SCRIPTS: &[(&str, &str)] = scripts![
    "scenarios/balancers.toml",
    "scenarios/burst-100k.toml",
    "scenarios/cut-the-leader-both-ways.toml",
    "scenarios/cut-the-leader-one-way.toml",
    "scenarios/drain-a-worker.toml",
    "scenarios/factor-3-two-dead.toml",
    "scenarios/freeze-the-leader.toml",
    "scenarios/kill-the-controller.toml",
    "scenarios/kill-the-leader.toml",
    "scenarios/kill-three-of-five.toml",
    "scenarios/kill-two-of-five.toml",
    "scenarios/recover-far-behind.toml",
    "scenarios/rolling-restart.toml",
    "scenarios/steady.toml",
    "scenarios/vertical-or-horizontal.toml",
    "scenarios/vip-and-bulk.toml",
    "lessons/01-leader-election.toml",
    "lessons/02-health-and-failover.toml",
    "lessons/03-what-a-crash-costs.toml",
];

/// The name of a script by its path: the name of the file.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}

/// The names of all scripts.
pub fn names() -> Vec<&'static str> {
    SCRIPTS.iter().map(|(path, _)| stem(path)).collect()
}

/// The same, lessons first: what a picker in front of a class offers.
pub fn lessons_first() -> Vec<&'static str> {
    let (lessons, scenarios): (Vec<_>, Vec<_>) = SCRIPTS.iter().partition(|(path, _)| path.starts_with("lessons/"));
    lessons.into_iter().chain(scenarios).map(|(path, _)| stem(path)).collect()
}

/// The script of this name, if there is one.
pub fn find(name: &str) -> Option<Reading<Script>> {
    let (path, text) = SCRIPTS.iter().find(|(path, _)| stem(path) == name)?;
    Some(script::read(&format!("built-in {path}"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_of_the_program_reads_and_bears_its_name() {
        for (path, text) in SCRIPTS {
            let script = script::read(path, text).unwrap_or_else(|problem| panic!("{problem}"));
            assert_eq!(script.name, stem(path), "{path}");
            assert!(!script.expects.is_empty(), "{path} expects nothing");
            assert_eq!(script.is_lesson(), path.starts_with("lessons/"), "{path}");
            for key in ["\nnodes", "\npartitions", "\nreplication_factor"] {
                assert!(text.contains(key), "{path} does not name its {key}");
            }
        }
    }

    #[test]
    fn every_file_of_the_folders_is_in_the_table() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let mut files = Vec::new();
        for folder in ["scenarios", "lessons"] {
            for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
                files.push(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
            }
        }
        files.sort();
        let mut table: Vec<&str> = SCRIPTS.iter().map(|(path, _)| *path).collect();
        table.sort_unstable();
        assert_eq!(files, table);
    }

    #[test]
    fn a_picker_offers_lessons_first_and_forgets_nothing() {
        let (mut picked, mut all) = (lessons_first(), names());
        assert!(find(picked[0]).unwrap().unwrap().is_lesson());
        picked.sort_unstable();
        all.sort_unstable();
        assert_eq!(picked, all);
    }

    #[test]
    fn names_are_not_used_twice() {
        let mut names = names();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
