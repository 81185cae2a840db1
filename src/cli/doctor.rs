//! `chaosdesk doctor`: what the program sees of the machine and the terminal it runs in, and what it makes of it.
//!
//! Idea: a class begins in ten minutes and the colours are wrong. The doctor prints every word of the environment that
//! decides something, next to the decision, so that one look (or one paste into a report) tells why. It opens no screen,
//! asks the terminal nothing and changes nothing.
//! Shape: [`Surroundings`] are gathered once, with the environment as a function; [`report`] is pure text of them.
//! Errors: none. A configuration that is wrong is a finding like any other: it is printed, and the exit code stays 0.
//! Left out: questions to the terminal itself (its ground, its version): an answer that comes late is typed into the shell.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::document::INPUT_BYTES_MAX;
use crate::document::choice::Choice;
use crate::document::config::{ColorDepth, ColorWhen, LimitSettings, UiSettings};
use crate::locale::Language;
use crate::runtime::recording_text;
use crate::ui::depth::Depth;
use crate::ui::glyphs::Glyphs;
use crate::ui::ground;
use crate::ui::screens::list::LEAST;
use crate::ui::theme::{Appearance, Theme};

use super::args::{DashboardFlags, VERSION};
use super::{dashboard, find, house, sessions};

/// The words of the environment that say what the terminal is.
const TERMINAL: [&str; 6] = ["TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "COLORFGBG", "VTE_VERSION"];
/// Those that switch colour on or off.
const COLOUR: [&str; 4] = ["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];
/// Those that say that somebody stands between the program and the terminal.
const BETWEEN: [&str; 5] = ["TMUX", "STY", "ZELLIJ", "SSH_TTY", "WT_SESSION"];
/// Those of the language and of the characters.
const LANGUAGE: [&str; 4] = ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG"];

/// Signs of every kind that the screens draw: lines, blocks, marks, arrows.
const SIGNS: &str = "╭─┬─╮ │ ├┼┤ ╰┴╯  ▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉ ░▒▓  ● ○ ◐ ◌ ★ ▲ ▼ ◀ ▶ ✓ ✗ · … ×  ← ↑ → ↓";

/// What the program runs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Surroundings {
    /// A name and its value, for each of the words above that is set and not empty.
    pub environment: Vec<(&'static str, String)>,
    /// Whether the input and the output are terminals.
    pub terminals: [bool; 2],
    /// Columns and rows, if there is a terminal.
    pub size: Option<(u16, u16)>,
    /// What the output can show, as detected.
    pub detected: Depth,
    /// Which configuration was found, or why none could be read.
    pub config: Result<Choices, String>,
    /// Where files are looked for, the first that is there wins; and whether this one is there.
    pub places: Vec<(&'static str, PathBuf, Presence)>,
    /// Processor cores that may be used.
    pub cores: usize,
}

/// Whether a file or a folder is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It is.
    There,
    /// It is not.
    Absent,
}

/// What the configuration says about the screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choices {
    /// The file that won.
    pub file: String,
    /// Its settings of the screen.
    pub ui: UiSettings,
    /// What it lets the dashboard keep of its history.
    pub limits: LimitSettings,
}

impl Surroundings {
    /// Looks around.
    pub fn gather(flags: &DashboardFlags) -> Self {
        let names = [&TERMINAL[..], &COLOUR, &BETWEEN, &LANGUAGE, &["CHAOSDESK_CONFIG"]].concat();
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| (name, value));
        let config = find::find(flags.config.as_deref()).and_then(|found| {
            let read = found.read()?;
            let mut ui = read.ui;
            flags.over(&mut ui);
            Ok(Choices { file: found.to_string(), ui, limits: read.limits })
        });
        Self {
            environment: names.into_iter().filter_map(set).collect(),
            terminals: [io::stdin().is_terminal(), io::stdout().is_terminal()],
            size: io::stdout().is_terminal().then(|| crossterm::terminal::size().ok()).flatten(),
            detected: Depth::detect(&io::stdout()),
            config: config.map_err(|trouble| trouble.to_string()),
            places: places(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| self.value(name).map(|value| (*name, value)))
    }

    fn ui(&self) -> UiSettings {
        self.config.as_ref().map_or_else(|_| UiSettings::default(), |choices| choices.ui.clone())
    }
}

fn places() -> Vec<(&'static str, PathBuf, Presence)> {
    let own = find::own_folder();
    let mut places = vec![("config", PathBuf::from("config.toml")), ("themes", PathBuf::from("themes"))];
    if let Some(own) = own {
        places.insert(1, ("config", own.join("config.toml")));
        places.push(("themes", own.join("themes")));
    }
    places.extend(sessions::folder().map(|folder| ("sessions", folder)));
    let there = |path: &Path| if path.exists() { Presence::There } else { Presence::Absent };
    places.into_iter().map(|(what, path)| (what, path.clone(), there(&path))).collect()
}

/// All of it, as text for a person.
pub fn report(seen: &Surroundings) -> String {
    let mut text = String::new();
    let mut section = |title: &str, lines: Vec<(String, String)>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title}");
        for (name, value) in lines {
            let _ = writeln!(text, "  {name:<14} {value}");
        }
    };
    section("program", program(seen));
    section("terminal", terminal(seen));
    section("colour", colour(seen));
    section("glyphs", glyphs(seen));
    section("language", language(seen));
    section("memory", memory(seen));
    section("files", files(seen));
    text
}

fn line(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn words(seen: &Surroundings, names: &[&str]) -> Vec<(String, String)> {
    let all = seen.environment.iter().filter(|(name, _)| names.contains(name));
    // A value may hold anything, also what a terminal obeys.
    all.map(|(name, value)| line(name, value.escape_debug().to_string())).collect()
}

fn program(seen: &Surroundings) -> Vec<(String, String)> {
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    vec![
        line("version", format!("{}, {build} build", VERSION.as_str())),
        line("recordings", recording_text::FIRST_LINE),
        line("machine", format!("{} {}, {} cores", std::env::consts::OS, std::env::consts::ARCH, seen.cores)),
    ]
}

fn terminal(seen: &Surroundings) -> Vec<(String, String)> {
    let [input, output] = seen.terminals.map(|is| if is { "terminal" } else { "no terminal" });
    let mut lines = vec![line("input", input), line("output", output)];
    lines.push(line(
        "size",
        match seen.size {
            None => "unknown".to_owned(),
            Some((columns, rows)) if columns < LEAST.0 || rows < LEAST.1 => {
                format!("{columns}x{rows}: too small, {}x{} is the least", LEAST.0, LEAST.1)
            }
            Some((columns, rows)) => format!("{columns}x{rows}"),
        },
    ));
    lines.extend(words(seen, &TERMINAL));
    lines.extend(words(seen, &BETWEEN));
    let asked = ground::can_be_asked(seen.value("TERM").unwrap_or_default());
    let mouse = if seen.ui().mouse { "on" } else { "off, says the configuration" };
    lines.push(line("mouse", mouse));
    lines.push(line("ground", if asked { "asked with OSC 11" } else { "not asked: this TERM does not answer" }));
    lines.push(line("used besides", "alternate screen, bracketed paste, synchronised frames"));
    lines
}

fn colour(seen: &Surroundings) -> Vec<(String, String)> {
    let ui = seen.ui();
    let depth = dashboard::depth(&ui, seen.detected);
    let name = match depth {
        Depth::None => "none",
        Depth::Ansi16 => "16",
        Depth::Indexed => "256",
        Depth::Rgb => "rgb",
    };
    let mut lines = words(seen, &COLOUR);
    lines.push(line("depth", format!("{name}: {}", why_so_many(seen, &ui))));
    let ground = seen.value("COLORFGBG").and_then(Appearance::from_colorfgbg);
    let ground = match ground {
        Some(Appearance::Light) => "light, says COLORFGBG",
        Some(Appearance::Dark) => "dark, says COLORFGBG",
        None => "dark, until the terminal says otherwise",
    };
    lines.push(line("ground", ground));
    lines.push(line("themes", Theme::names().collect::<Vec<_>>().join(", ")));
    lines
}

/// Which word decided the colours.
fn why_so_many(seen: &Surroundings, ui: &UiSettings) -> String {
    match (ui.color, ui.color_depth) {
        (ColorWhen::Never, _) => "the configuration or a flag says `color = \"never\"`".to_owned(),
        (ColorWhen::Auto, _) if seen.detected == Depth::None => match seen.value("NO_COLOR") {
            Some(_) => "NO_COLOR is set".to_owned(),
            None if !seen.terminals[1] => "the output is no terminal".to_owned(),
            None => "this TERM has none".to_owned(),
        },
        (_, ColorDepth::Auto) => {
            let said = seen.first(&["FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM", "TERM_PROGRAM", "TERM"]);
            said.map_or("nothing says more".to_owned(), |(name, value)| {
                format!("detected, {name} is {}", value.escape_debug())
            })
        }
        (_, named) => format!("the configuration or a flag says `color_depth = \"{}\"`", named.word()),
    }
}

fn glyphs(seen: &Surroundings) -> Vec<(String, String)> {
    let ui = seen.ui();
    let (from, characters) = seen.first(&["LC_ALL", "LC_CTYPE", "LANG"]).unwrap_or(("no locale", ""));
    let chosen = Glyphs::named(ui.glyphs.word(), characters, seen.value("TERM").unwrap_or_default());
    let chosen = chosen.unwrap_or_default();
    let name = match chosen {
        Glyphs::Unicode => "unicode",
        Glyphs::Block => "block",
        Glyphs::Ascii => "ascii",
        Glyphs::SevenBit => "ascii, and no letters but those",
    };
    let spelt = |alphabet: Glyphs| SIGNS.chars().map(|sign| alphabet.spell(sign)).collect::<String>();
    let why = if ui.glyphs.word() == "auto" {
        format!("detected from {from} and TERM")
    } else {
        "the configuration or a flag says so".to_owned()
    };
    vec![
        line("alphabet", format!("{name}: {why}")),
        line("unicode", spelt(Glyphs::Unicode)),
        line("block", spelt(Glyphs::Block)),
        line("ascii", spelt(Glyphs::Ascii)),
        line("letters", "Лидер избран. (the second row of signs wide or boxed: take `--glyphs block` or `ascii`)"),
    ]
}

fn language(seen: &Surroundings) -> Vec<(String, String)> {
    let language = match house::language(seen.ui().locale).0 {
        Language::English => "English",
        Language::Russian => "Russian",
    };
    let mut lines = words(seen, &LANGUAGE);
    lines.push(line("screen", language));
    lines
}

fn memory(seen: &Surroundings) -> Vec<(String, String)> {
    let limits = seen.config.as_ref().map_or_else(|_| LimitSettings::default(), |choices| choices.limits);
    let bound = format!(
        "{} MB at most (limits.history_mb): older copies of the run are thinned first, then events, then samples",
        limits.history_mb
    );
    vec![
        line("history", bound),
        line("logs", "bounded by snapshots (raft.snapshot_every_records, raft.snapshot_keep_records)"),
        line("input", format!("{} MiB of a file at most", INPUT_BYTES_MAX >> 20)),
    ]
}

fn files(seen: &Surroundings) -> Vec<(String, String)> {
    let mut lines = words(seen, &["CHAOSDESK_CONFIG"]);
    lines.push(match &seen.config {
        Ok(choices) => line("configuration", choices.file.clone()),
        Err(trouble) => line("configuration", format!("cannot be used: {trouble}")),
    });
    for (what, path, presence) in &seen.places {
        let there = match presence {
            Presence::There => "found",
            Presence::Absent => "not there",
        };
        lines.push(line(what, format!("{} ({there})", path.display())));
    }
    let kept = format!(
        "the last {} sessions; more only where --record and --history say: the disks of the cluster are simulated",
        sessions::KEPT_MAX
    );
    lines.push(line("written", kept));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(environment: &[(&'static str, &str)]) -> Surroundings {
        Surroundings {
            environment: environment.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            terminals: [true, true],
            size: Some((120, 40)),
            detected: Depth::Indexed,
            config: Ok(Choices {
                file: "./config.toml".to_owned(),
                ui: UiSettings::default(),
                limits: LimitSettings::default(),
            }),
            places: vec![("themes", PathBuf::from("themes"), Presence::Absent)],
            cores: 2,
        }
    }

    #[test]
    fn every_decision_stands_beside_the_word_that_made_it() {
        let text = report(&seen(&[("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("COLORFGBG", "0;15")]));
        for expected in [
            "  size           120x40\n",
            "  depth          256: detected, TERM is xterm-256color\n",
            "  ground         asked with OSC 11\n",
            "  ground         light, says COLORFGBG\n",
            "  alphabet       unicode: detected from LANG and TERM\n",
            "  configuration  ./config.toml\n",
            "  themes         themes (not there)\n",
            "  history        512 MB at most (limits.history_mb)",
            "2 cores\n",
        ] {
            assert!(text.contains(expected), "{expected:?} is missing in\n{text}");
        }
        assert!(text.contains("classroom, "), "the built-in themes are named");
    }

    #[test]
    fn what_takes_the_colours_away_is_named() {
        let depth = |seen: &Surroundings| {
            let text = report(seen);
            text.lines().find_map(|line| line.strip_prefix("  depth          ")).map(str::to_owned).unwrap()
        };
        let none = Surroundings { detected: Depth::None, ..seen(&[("NO_COLOR", "1")]) };
        assert_eq!(depth(&none), "none: NO_COLOR is set");
        let pipe = Surroundings { detected: Depth::None, terminals: [true, false], size: None, ..seen(&[]) };
        assert_eq!(depth(&pipe), "none: the output is no terminal");
        assert!(report(&pipe).contains("  size           unknown\n"));
        let mut named = seen(&[]);
        named.config = Ok(Choices {
            file: String::new(),
            ui: UiSettings { color_depth: ColorDepth::Sixteen, ..UiSettings::default() },
            limits: LimitSettings::default(),
        });
        assert!(depth(&named).starts_with("16: the configuration or a flag says"), "{}", depth(&named));
    }

    #[test]
    fn a_wrong_configuration_and_a_small_screen_are_findings() {
        let ill = Surroundings { config: Err("mine.toml:2:1: no".to_owned()), size: Some((30, 9)), ..seen(&[]) };
        let text = report(&ill);
        assert!(text.contains("cannot be used: mine.toml:2:1: no\n"), "{text}");
        assert!(text.contains("30x9: too small, 40x10 is the least\n"), "{text}");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed() {
        let text = report(&seen(&[("TERM", "x\u{1b}[31m"), ("LANG", "\u{7}")]));
        assert!(text.chars().all(|sign| sign == '\n' || !sign.is_control()), "{text:?}");
    }
}
