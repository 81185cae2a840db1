//! Commands from their words to their texts and exit codes, with a wiring that has no screen and no cluster.

use clap::Parser;

use super::output::Sink;
use super::*;
use crate::document::config::{Density, Glyphs, Locale};
use crate::document::problem::Complaint;
use crate::domain::view::CheckView;

struct Fake {
    met: bool,
}

impl Names for Fake {
    fn contexts(&self) -> Vec<String> {
        vec!["global".into()]
    }
    fn actions(&self, _context: &str) -> Vec<String> {
        vec!["node.crash".into(), "quit".into()]
    }
    fn themes(&self) -> Vec<String> {
        vec!["classroom".into(), "projector".into()]
    }
    fn key(&self, text: &str) -> Result<(), Complaint> {
        if text.chars().count() == 1 {
            Ok(())
        } else {
            Err(Complaint::new(0..text.len(), format!("`{text}` is no key")))
        }
    }
}

impl Wiring for Fake {
    fn names(&self) -> &dyn Names {
        self
    }
    fn keys(&self, config: &Config) -> Result<String, Trouble> {
        Ok(format!("{} changed\n", config.keys.len()))
    }
    fn dashboard(&self, config: Config, _found: Found, _flags: &DashboardFlags) -> Result<Exit, Trouble> {
        assert_eq!((config.ui.locale, config.ui.glyphs), (Locale::Ru, Glyphs::Ascii));
        assert_eq!((config.ui.density, config.ui.theme.dark.as_str()), (Density::Large, "projector"));
        Err(Trouble::NoTerminal("no terminal".into()))
    }
    fn perform(&self, script: Arc<Script>, stepping: Stepping) -> Result<(Arc<ClusterView>, Outcome), Trouble> {
        assert_eq!((script.seed, stepping), (42, Stepping::Tasks));
        let check = CheckView {
            text: "orders.lost = 0".into(),
            met: Some(self.met),
            measured: "0".into(),
            ..CheckView::default()
        };
        Ok((Arc::default(), Outcome { checks: vec![check], ..Outcome::default() }))
    }
    fn perform_into(&self, script: Arc<Script>, stepping: Stepping, _: Sink) -> Result<Written, Trouble> {
        self.perform(script, stepping).map(|(view, outcome)| (view, outcome, Ok(0)))
    }
    fn watch(&self, config: Config, _: Found, _: &DashboardFlags, file: &Path) -> Result<Exit, Trouble> {
        assert_eq!(config.ui.locale, Locale::Ru);
        Err(Trouble::Running(format!("cannot lock {}", file.display())))
    }
}

fn go(words: &[&str], met: bool) -> (u8, String, String) {
    let cli = Cli::read(std::iter::once(&"chaosdesk").chain(words)).unwrap_or_else(|unread| panic!("{unread:?}"));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = run(&cli, &Fake { met }, &mut out, &mut err);
    (exit.code(), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_arguments_are_well_formed() {
    Cli::command().debug_assert();
    assert!(Cli::try_parse_from(["chaosdesk", "--glyphs", "braille"]).is_err());
    assert!(Cli::try_parse_from(["chaosdesk", "run", "steady", "--inline", "--tasks"]).is_err());
}

#[test]
fn a_flag_of_the_dashboard_before_a_command_is_refused_and_told_where_it_belongs() {
    let read = |words: &[&str]| Cli::read(std::iter::once(&"chaosdesk").chain(words));
    let behind = "it belongs behind it: `chaosdesk run ... --";
    for (words, said) in [
        (&["--seed", "9", "run", "f"][..], behind),
        (&["--history", "h", "run", "f"], behind),
        (&["--feed", "x", "run", "f"], behind),
        (&["--record", "own.rec", "run", "f"], "`chaosdesk run` knows no such flag"),
        (&["--theme", "y", "run", "f"], "`chaosdesk run` knows no such flag"),
        (&["--plain", "lessons"], "`chaosdesk lessons` knows no such flag"),
    ] {
        let Err(Unread::Wrong(trouble)) = read(words) else { panic!("{words:?}: it is wrong") };
        assert!(trouble.exit() == Exit::Usage && trouble.to_string().contains(said), "{words:?}: {trouble}");
    }
    for words in [&["--locale", "ru", "lessons"][..], &["--config", "c", "keys"], &["--glyphs", "ascii", "doctor"]] {
        read(words).unwrap_or_else(|unread| panic!("{words:?}: {unread:?}"));
    }
    assert_eq!(read(&["--seed", "9"]).unwrap().dashboard.seed, Some(9));
    assert!(
        matches!(read(&["run", "f", "--seed", "9"]).unwrap().command, Some(Command::Run(run)) if run.seed == Some(9))
    );
}

#[test]
fn a_run_ends_with_what_came_of_its_expectations() {
    let words = ["run", "kill-the-leader", "--seed", "42", "--tasks"];
    let (code, out, _) = go(&words, true);
    assert_eq!(code, 0);
    assert!(out.ends_with("well\n"), "{out}");
    let (code, out, _) = go(&words, false);
    assert_eq!(code, 1);
    assert!(out.contains("FAILED      orders.lost = 0"), "{out}");
}

#[test]
fn json_goes_to_its_file_or_to_the_output() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("result.json");
    let words = ["run", "steady", "--seed", "42", "--tasks", "--json"];
    let (code, _, _) = go(&[&words[..], &[file.to_str().unwrap()]].concat(), true);
    assert_eq!(code, 0);
    let written = std::fs::read_to_string(file).unwrap();
    let (_, shown, _) = go(&[&words[..], &["-"]].concat(), true);
    assert_eq!(written, shown);
    assert!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["well"].as_bool().unwrap());
}

#[test]
fn wrong_names_and_files_end_with_two() {
    let (code, _, err) = go(&["run", "kill-the-laeder"], true);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `kill-the-leader`?"), "{err}");
    let (code, _, err) = go(&["run", "absent.toml"], true);
    assert_eq!((code, err.contains("cannot read absent.toml")), (2, true));
    let (code, _, err) = go(&["run", "kill-the-leader", "--config", "mine.toml"], true);
    assert_eq!((code, err.contains("`--config` has no say here")), (2, true), "{err}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    std::fs::write(&file, "[keys.global]\n\"node.crsh\" = [\"x\"]\n").unwrap();
    let (code, _, err) = go(&["config", "check", "--config", file.to_str().unwrap()], true);
    assert_eq!(code, 2);
    assert!(err.contains("mine.toml:2:1: there is no action `node.crsh`") && err.contains("`node.crash`?"), "{err}");
}

#[test]
fn the_reference_file_is_printed_and_well() {
    let (code, out, _) = go(&["config", "default"], true);
    assert_eq!((code, out.as_str()), (0, REFERENCE));
    let (code, out, _) = go(&["config", "check"], true);
    assert_eq!((code, out.as_str()), (0, "config.toml: well\n"), "tests run at the top of the repository");
}

#[test]
fn other_troubles_have_their_own_codes() {
    let flags = ["--locale", "ru", "--glyphs", "ascii", "--present"];
    assert_eq!(go(&flags, true), (3, String::new(), "chaosdesk: no terminal\n".into()));
    assert_eq!(go(&["replay", "x"], true).0, 2, "there is no such file");
    assert_eq!(go(&["--locale", "ru", "replay", "x", "--watch"], true).0, 4);
    let (code, _, err) = go(&["--theme", "projecter"], true);
    assert_eq!((code, err.contains("did you mean `projector`?")), (2, true), "{err}");
    assert_eq!((Exit::Signal(2).code(), Exit::Signal(15).code()), (130, 143));
}

#[test]
fn lessons_and_scenarios_are_listed() {
    let (code, out, _) = go(&["lessons"], true);
    assert_eq!(code, 0);
    for name in crate::lesson::library::names() {
        assert!(out.contains(name), "{name}");
    }
}

#[test]
fn completions_know_every_command_and_every_shell() {
    for (shell, word) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef chaosdesk"),
        ("fish", "complete -c chaosdesk"),
        ("elvish", "set edit:completion"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let (code, out, err) = go(&["completions", shell], true);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains(word), "{shell}");
        for command in Cli::command().get_subcommands() {
            assert!(out.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
    }
    assert!(Cli::try_parse_from(["chaosdesk", "completions", "tcsh"]).is_err());
}

#[test]
fn the_doctor_finds_a_wrong_configuration_and_still_ends_well() {
    let (code, out, err) = go(&["doctor"], true);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("configuration  config.toml\n"), "{out}");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    std::fs::write(&file, "[ui]\nfps = \"many\"\n").unwrap();
    let (code, out, _) = go(&["doctor", "--config", file.to_str().unwrap()], true);
    assert_eq!(code, 0);
    assert!(out.contains("cannot be used: ") && out.contains("mine.toml:2:"), "{out}");
}
