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

use super::args::{DashboardFlags, Stepping};
use super::exit::{Exit, Trouble};
use super::find::Found;
use super::history::WithHistory;
use super::keys::UiNames;
use super::output::Sink;
use super::{Wiring, Written, dashboard, keys};

/// The language that is asked for, or else that of the environment.
pub fn language(asked: config::Locale) -> Language {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match asked {
        config::Locale::En => Language::English,
        config::Locale::Ru => Language::Russian,
        config::Locale::Auto => {
            let found = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(environment);
            found.and_then(|name| Language::named(&name)).unwrap_or_default()
        }
    }
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
