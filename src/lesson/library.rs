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
    "scenarios/allotment-short.toml",
    "scenarios/balancers.toml",
    "scenarios/burst-100k.toml",
    "scenarios/burst-1m.toml",
    "scenarios/consistent-hashing.toml",
    "scenarios/cut-the-leader-both-ways.toml",
    "scenarios/cut-the-leader-one-way.toml",
    "scenarios/divide-live.toml",
    "scenarios/drain-a-worker.toml",
    "scenarios/factor-3-two-dead.toml",
    "scenarios/freeze-the-leader.toml",
    "scenarios/gap.toml",
    "scenarios/grow-and-shrink.toml",
    "scenarios/hot-symbol.toml",
    "scenarios/instruments-apart.toml",
    "scenarios/kill-the-controller.toml",
    "scenarios/kill-the-leader.toml",
    "scenarios/kill-three-of-five.toml",
    "scenarios/kill-two-of-five.toml",
    "scenarios/money-conserved.toml",
    "scenarios/money-moves-crash.toml",
    "scenarios/money-moves.toml",
    "scenarios/overload.toml",
    "scenarios/partition-strategies.toml",
    "scenarios/pools-apart.toml",
    "scenarios/priority-by-type.toml",
    "scenarios/reads-fall-back.toml",
    "scenarios/reads-scale.toml",
    "scenarios/recover-far-behind.toml",
    "scenarios/replace-a-dead-node.toml",
    "scenarios/risk-first.toml",
    "scenarios/rolling-restart.toml",
    "scenarios/spread.toml",
    "scenarios/steady.toml",
    "scenarios/ticks-backpressure.toml",
    "scenarios/trades-archive.toml",
    "scenarios/trades-by-id.toml",
    "scenarios/trades-by-window.toml",
    "scenarios/two-leaders.toml",
    "scenarios/two-venues.toml",
    "scenarios/vertical-or-horizontal.toml",
    "scenarios/vip-and-bulk.toml",
    "scenarios/workers-of-three-speeds.toml",
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

/// What a script of the program is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It speaks and asks, and waits for its class.
    Lesson,
    /// It runs by itself.
    Scenario,
}

/// What the script of this name is, if there is one.
pub fn kind(name: &str) -> Option<Kind> {
    let (path, _) = SCRIPTS.iter().find(|(path, _)| stem(path) == name)?;
    Some(if path.starts_with("lessons/") { Kind::Lesson } else { Kind::Scenario })
}

/// Whom a name means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named<'a> {
    /// This one.
    One(&'a str),
    /// Any of these: more must be said.
    Several(Vec<&'a str>),
    /// Nobody.
    None,
}

/// The one of these names that is meant: its whole name, or a beginning or an end of it, in whole words, that no other has.
/// Half a word is a slip, and a slip runs nothing.
pub fn named<'a>(name: &str, all: impl Iterator<Item = &'a str> + Clone) -> Named<'a> {
    if let Some(whole) = all.clone().find(|known| *known == name) {
        return Named::One(whole);
    }
    let begins = |known: &&str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
    let ends = |known: &&str| known.strip_suffix(name).is_some_and(|rest| rest.ends_with('-'));
    let meant: Vec<&str> = all.filter(|known| !name.is_empty() && (begins(known) || ends(known))).collect();
    match meant.as_slice() {
        [] => Named::None,
        [one] => Named::One(one),
        _ => Named::Several(meant),
    }
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
            assert_eq!(script.is_lesson(), kind(stem(path)) == Some(Kind::Lesson), "{path}");
            for key in ["\nnodes", "\npartitions", "\nreplication_factor"] {
                assert!(text.contains(key), "{path} does not name its {key}");
            }
        }
    }

    /// Who writes for a class of one language may leave the other out; the house speaks both.
    #[test]
    fn every_text_of_the_program_is_written_in_both_languages() {
        fn look(path: &str, key: &str, value: &toml::Value) -> usize {
            match value {
                toml::Value::Table(table) => {
                    assert_eq!(table.contains_key("en"), table.contains_key("ru"), "{path}: {key} {table:?}");
                    usize::from(table.contains_key("en"))
                        + table.iter().map(|(key, in_it)| look(path, key, in_it)).sum::<usize>()
                }
                toml::Value::Array(all) => all.iter().map(|one| look(path, key, one)).sum(),
                other => {
                    assert!(!["title", "about", "text", "say"].contains(&key), "{path}: {key} = {other}");
                    0
                }
            }
        }
        for (path, text) in SCRIPTS {
            let table = toml::Value::Table(text.parse().unwrap_or_else(|error| panic!("{path}: {error}")));
            assert!(look(path, "", &table) > 0, "{path}");
        }
    }

    #[test]
    fn what_the_document_says_of_a_check_stands_in_its_script() {
        let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let (mut scripts, mut compared) = (Vec::new(), 0);
        for row in include_str!("../../docs/lessons.md").lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            let (Some(names), Some(checks)) = (cells.first(), cells.last()) else { continue };
            if !names.trim().is_empty() {
                let known = |name: &String| SCRIPTS.iter().find(|(path, _)| stem(path) == name).map(|(_, text)| *text);
                scripts = quoted(names).iter().filter_map(known).collect();
            }
            let is_check = |check: &String| check.contains(['<', '>', '=']) && !check.contains('…');
            for check in quoted(checks).into_iter().filter(is_check) {
                assert!(scripts.iter().any(|text| text.contains(&check)), "{check}: {row}");
                compared += 1;
            }
        }
        assert!(compared > 30, "{compared}");
    }

    #[test]
    fn a_name_may_be_shortened_to_what_no_other_has() {
        let meant = |name: &str| named(name, SCRIPTS.iter().map(|(path, _)| stem(path)));
        assert_eq!(meant("leader-election"), Named::One("01-leader-election"));
        assert_eq!(meant("02"), Named::One("02-health-and-failover"));
        assert_eq!(meant("steady"), Named::One("steady"));
        assert_eq!(
            meant("kill"),
            Named::Several(vec!["kill-the-controller", "kill-the-leader", "kill-three-of-five", "kill-two-of-five",])
        );
        assert_eq!(meant("kill-two"), Named::One("kill-two-of-five"));
        assert_eq!([meant("kill-the-lead"), meant("kill-t"), meant("stead")], [Named::None, Named::None, Named::None]);
        assert_eq!(meant("kill-the-leader"), Named::One("kill-the-leader"));
        assert_eq!([meant(""), meant("ection"), meant("nothing")], [Named::None, Named::None, Named::None]);
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
