//! The wiring of the program itself: every door of [`Wiring`] leads to the room that does it.

use std::path::Path;
use std::sync::Arc;

use crate::desk;
use crate::document::config::{self, Config, Names};
use crate::domain::engine::Engine as _;
use crate::domain::view::ClusterView;
use crate::lesson::run::{self, Outcome};
use crate::lesson::script::Script;
use crate::locale::Language;
use crate::runtime::simulation::Simulation;
use crate::ui::glyphs::Characters;

use super::args::{DashboardFlags, Stepping};
use super::exit::{Exit, Trouble};
use super::find::Found;
use super::history::WithHistory;
use super::keys::UiNames;
use super::output::Sink;
use super::{Wiring, Written, dashboard, keys};

/// Why a terminal of this name cannot show a screen.
pub fn useless(term: Option<&str>) -> Option<String> {
    let said = match term {
        None | Some("") if cfg!(unix) => "TERM is not set".to_owned(),
        Some("dumb") => "TERM is `dumb`".to_owned(),
        _ => return None,
    };
    Some(format!("{said}: the dashboard needs a terminal that draws; `chaosdesk --plain` prints events"))
}

/// The language that is asked for, or else that of the environment; and a note if it cannot be shown.
pub fn language(asked: config::Locale) -> (Language, Option<String>) {
    spoken(asked, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// English where the environment's characters have none of the letters that are asked for.
fn spoken(asked: config::Locale, environment: impl Fn(&str) -> Option<String>) -> (Language, Option<String>) {
    let first = |names: [&str; 3]| names.into_iter().find_map(&environment);
    let language = match asked {
        config::Locale::En => Language::English,
        config::Locale::Ru => Language::Russian,
        config::Locale::Auto => {
            first(["LC_ALL", "LC_MESSAGES", "LANG"]).and_then(|name| Language::named(&name)).unwrap_or_default()
        }
    };
    let characters = first(["LC_ALL", "LC_CTYPE", "LANG"]).unwrap_or_default();
    if language == Language::Russian && Characters::of(&characters) == Characters::Others {
        let note = format!("Russian letters need a UTF-8 locale, and this one is {characters}: English is spoken");
        return (Language::English, Some(note));
    }
    (language, None)
}

/// The program.
#[derive(Clone, Copy, Debug, Default)]
pub struct House;

impl Wiring for House {
    fn names(&self) -> &dyn Names {
        &UiNames
    }

    fn keys(&self, config: &Config) -> Result<String, Trouble> {
        keys::text(config)
    }

    fn dashboard(&self, config: Config, found: Found, flags: &DashboardFlags) -> Result<Exit, Trouble> {
        dashboard::open(&config, &found, flags)
    }

    fn perform(&self, script: Arc<Script>, stepping: Stepping) -> Result<(Arc<ClusterView>, Outcome), Trouble> {
        let mut engine = engine(&script, stepping)?;
        let outcome = run::perform(&script, &mut engine);
        Ok((Arc::new(engine.view()), outcome))
    }

    fn perform_into(&self, script: Arc<Script>, stepping: Stepping, history: Sink) -> Result<Written, Trouble> {
        let mut engine = WithHistory::new(engine(&script, stepping)?.with_history(), Some(history));
        let outcome = run::perform(&script, &mut engine);
        let (engine, written) = engine.finish();
        Ok((Arc::new(engine.view()), outcome, written))
    }

    fn watch(&self, config: Config, found: Found, flags: &DashboardFlags, file: &Path) -> Result<Exit, Trouble> {
        dashboard::watch(config, &found, flags, file)
    }
}

/// The cluster of a script, at time 0.
fn engine(script: &Script, stepping: Stepping) -> Result<Simulation, Trouble> {
    let engine = desk::simulation(Arc::new(script.settings.clone()), script.seed);
    match stepping {
        Stepping::Inline => Ok(engine),
        Stepping::Tasks => engine.with_tasks().map_err(|error| Trouble::Running(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_whose_letters_cannot_be_shown_is_not_spoken_and_that_is_said() {
        use config::Locale::{Auto, En, Ru};
        for (asked, locale, language, noted) in [
            (Auto, "ru_RU.UTF-8", Language::Russian, false),
            (Auto, "ru_RU.KOI8-R", Language::English, true),
            (Ru, "ru_RU.CP1251", Language::English, true),
            (Ru, "en_US.ISO-8859-1", Language::English, true),
            (Ru, "C", Language::Russian, false),
            (Ru, "", Language::Russian, false),
            (En, "ru_RU.KOI8-R", Language::English, false),
            (Auto, "en_US.ISO-8859-1", Language::English, false),
        ] {
            let environment = |name: &str| (name == "LANG" && !locale.is_empty()).then(|| locale.to_owned());
            let (spoken, note) = spoken(asked, environment);
            assert_eq!((spoken, note.is_some()), (language, noted), "{asked:?} and {locale}: {note:?}");
        }
    }
}
