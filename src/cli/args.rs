//! The arguments, as clap reads them.
//!
//! Shape: without a command the dashboard opens; its flags change what the configuration says, for this one time.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgGroup, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::document::choice::Choice;
use crate::document::config::{ColorDepth, ColorWhen, Density, Glyphs, Locale, ThemeChoice, UiSettings};
use crate::domain::order::SelfTrade;

use super::exit::Trouble;
use super::wrong_args::Unread;

/// The version, and the commit if the build knew it.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("CHAOSDESK_COMMIT").unwrap_or("of no known commit");
    format!("{} ({commit})", env!("CARGO_PKG_VERSION"))
});

/// A replicated trading desk in one terminal: break it live, watch it recover, see proved what was lost.
#[derive(Parser, Debug)]
#[command(name = "chaosdesk", version = VERSION.as_str())]
pub struct Cli {
    /// The flags of the dashboard.
    #[command(flatten)]
    pub dashboard: DashboardFlags,
    /// What to do instead of opening the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Reads the arguments, the program's name first. A flag of the dashboard before a command is refused: it would have no
    /// say. The doctor looks at them all, and some have a say everywhere.
    ///
    /// # Errors
    /// They are wrong, or ask for help.
    pub fn read(words: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, Unread> {
        let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let mut whole = Self::command();
        whole.build();
        let matches = whole.try_get_matches_from_mut(&words);
        let unread = |error| Unread::of(error, &whole, words.get(1..).unwrap_or_default());
        let matches = matches.map_err(unread)?;
        if let Some((name, _)) = matches.subcommand().filter(|(name, _)| *name != "doctor")
            && let Some(said) = misplaced(&whole, name, &matches)
        {
            return Err(Unread::Wrong(Trouble::Usage(said)));
        }
        Self::from_arg_matches(&matches).map_err(unread)
    }
}

/// What to say of the first flag of the dashboard that was given before the command of this name.
fn misplaced(whole: &clap::Command, name: &str, matches: &ArgMatches) -> Option<String> {
    let given = |flag: &&Arg| matches.value_source(flag.get_id().as_str()) == Some(ValueSource::CommandLine);
    let flag = whole.get_arguments().filter(|flag| !flag.is_global_set()).find(given)?.get_long()?;
    let command = whole.find_subcommand(name)?;
    let takes = command.get_arguments().any(|own| own.get_long() == Some(flag));
    Some(if takes {
        format!(
            "`--{flag}` before `{name}` is for the dashboard; it belongs behind it: `chaosdesk {name} ... --{flag} ...`"
        )
    } else {
        format!("`--{flag}` is for the dashboard; `chaosdesk {name}` knows no such flag")
    })
}

/// The flags of the dashboard.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
#[command(group = ArgGroup::new("written").args(["record", "history"]).multiple(true))]
pub struct DashboardFlags {
    /// Read this configuration
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Use this theme: a name, or a file that ends in .toml
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// Speak this language
    #[arg(long, value_parser = choice::<Locale>(), global = true)]
    pub locale: Option<Locale>,
    /// Begin the run from this seed
    #[arg(long, value_parser = seed)]
    pub seed: Option<u64>,
    /// Use colour
    #[arg(long, value_parser = choice::<ColorWhen>())]
    pub color: Option<ColorWhen>,
    /// Use so many colours
    #[arg(long, value_parser = choice::<ColorDepth>())]
    pub color_depth: Option<ColorDepth>,
    /// Draw with these characters
    #[arg(long, value_parser = choice::<Glyphs>())]
    pub glyphs: Option<Glyphs>,
    /// Print events as plain lines, without one escape byte
    #[arg(long)]
    pub plain: bool,
    /// Record the run into this file, as it goes on
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Write what clients ask and are told into this file, as JSON lines (docs/history.md)
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Write over a recording, or any other file, that `--record` or `--history` names; never over one that is read
    #[arg(long, requires = "written")]
    pub force: bool,
    /// Dress for a class: light theme, large density, keys shown
    #[arg(long)]
    pub present: bool,
    /// Begin with this lesson or scenario
    #[arg(long, value_name = "NAME|FILE")]
    pub lesson: Option<String>,
    /// Play this file: a price series, or orders (docs/feeds.md)
    #[arg(long, value_name = "FILE.csv")]
    pub feed: Option<PathBuf>,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a scenario or a lesson without a screen, and check what it expects
    Run(RunFlags),
    /// Run a recording again: it comes out the same, or the first event that differs is shown
    Replay(ReplayFlags),
    /// Match orders from a file or the standard input in one book, and write the trades
    Match(MatchFlags),
    /// List the scenarios and lessons of the program
    Lessons,
    /// List the keys in force
    Keys,
    /// Show or check the configuration
    Config {
        /// What of it
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Write the completions of a shell to the standard output
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Say what the program sees of this machine and this terminal, and what it makes of it
    Doctor,
}

/// The commands about the configuration.
#[derive(Subcommand, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConfigCommand {
    /// Say which file is used
    Path,
    /// Print the file that is used
    Print,
    /// Print the reference file with all defaults
    Default,
    /// Read the file that is used, and say what is wrong
    Check,
}

/// The flags of `run`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
#[command(group = ArgGroup::new("outputs").args(["json", "history"]).multiple(true))]
pub struct RunFlags {
    /// A name that `chaosdesk lessons` lists, or a file
    #[arg(value_name = "NAME|FILE")]
    pub script: String,
    /// Another seed than the script's
    #[arg(long, value_parser = seed)]
    pub seed: Option<u64>,
    /// Write the result as JSON; `-` is the standard output. An earlier result is replaced
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write what clients asked and were told into this file, as JSON lines (docs/history.md)
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Write over any other file that `--json` or `--history` names; never over one that is read
    #[arg(long, requires = "outputs")]
    pub force: bool,
    /// Play this file: a price series, or orders (docs/feeds.md)
    #[arg(long, value_name = "FILE.csv")]
    pub feed: Option<PathBuf>,
    /// Step nodes in the scheduler's own thread (the default; the hash is the same)
    #[arg(long, conflicts_with = "tasks")]
    pub inline: bool,
    /// Step nodes as tasks, as the dashboard does
    #[arg(long)]
    pub tasks: bool,
}

/// The flags of `replay`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct ReplayFlags {
    /// The recording: of `--record`, or one of the last sessions (`chaosdesk doctor` says where they are kept)
    pub file: PathBuf,
    /// Play it in the dashboard; at its end time stands, and the run is yours
    #[arg(long, conflicts_with_all = ["json", "force"])]
    pub watch: bool,
    /// Write what happens as JSON lines (docs/results.md); `-` is the standard output. Earlier lines are replaced
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write over any other file that `--json` names; never over one that is read
    #[arg(long, requires = "json")]
    pub force: bool,
}

/// The flags of `match`.
///
/// A line is `action,order_id,owner,side,type,price,quantity`; the action is new, cancel or replace, the type limit, market,
/// ioc or fok. docs/match.md has all of it.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct MatchFlags {
    /// The orders; without it, or with `-`, the standard input
    #[arg(value_name = "FILE.csv")]
    pub file: Option<PathBuf>,
    /// The step of prices
    #[arg(long, value_name = "DECIMAL", default_value = "1")]
    pub tick: String,
    /// The step of quantities
    #[arg(long, value_name = "DECIMAL", default_value = "1")]
    pub lot: String,
    /// What happens where an owner would trade with itself
    #[arg(long, value_name = "RULE", value_parser = choice::<SelfTrade>(), default_value = "cancel-incoming")]
    pub self_trade: SelfTrade,
    /// Write what became of every line into this file (`-`: the standard output, in place of the trades); earlier verdicts are
    /// replaced
    #[arg(long, value_name = "FILE.csv")]
    pub verdicts: Option<PathBuf>,
    /// Write over any other file that `--verdicts` names; never over the orders
    #[arg(long, requires = "verdicts")]
    pub force: bool,
}

/// How nodes take their steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stepping {
    /// In the scheduler's own thread.
    #[default]
    Inline,
    /// As tasks.
    Tasks,
}

impl RunFlags {
    /// How nodes take their steps.
    pub const fn stepping(&self) -> Stepping {
        if self.tasks { Stepping::Tasks } else { Stepping::Inline }
    }
}

impl DashboardFlags {
    /// Puts the flags over what the configuration says.
    pub fn over(&self, ui: &mut UiSettings) {
        if self.present {
            ui.present = true;
        }
        if ui.present {
            ui.density = Density::Large;
            ui.theme.dark.clone_from(&ui.theme.light);
        }
        if let Some(name) = &self.theme {
            ui.theme = ThemeChoice { dark: name.clone(), light: name.clone() };
        }
        ui.locale = self.locale.unwrap_or(ui.locale);
        ui.color = self.color.unwrap_or(ui.color);
        ui.color_depth = self.color_depth.unwrap_or(ui.color_depth);
        ui.glyphs = self.glyphs.unwrap_or(ui.glyphs);
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number from 0 to {}", u64::MAX))
}

fn choice<C: Choice + Send + Sync>() -> impl TypedValueParser<Value = C> {
    PossibleValuesParser::new(C::words()).try_map(|word| C::of_word(&word).ok_or("not one of the words"))
}
