//! Keys between the configuration and the dashboard: names to check by, overrides to apply, and the printed list.

use crate::document::config::{Config, Names};
use crate::document::problem::{Complaint, Place};
use crate::locale::{Language, Locale};
use crate::ui::action::Context;
use crate::ui::keymap::{KeyOverride, Keymap, Position, Sequence};
use crate::ui::keys_doc;
use crate::ui::registry;
use crate::ui::theme::Theme;

use super::exit::Trouble;

/// What the dashboard knows by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct UiNames;

impl Names for UiNames {
    fn contexts(&self) -> Vec<String> {
        Context::ALL.iter().map(|context| context.name().to_owned()).collect()
    }

    fn actions(&self, context: &str) -> Vec<String> {
        let here = registry::all().filter(|spec| spec.context.name() == context);
        here.map(|spec| spec.id.0.to_owned()).collect()
    }

    fn themes(&self) -> Vec<String> {
        Theme::names().map(str::to_owned).collect()
    }

    fn key(&self, text: &str) -> Result<(), Complaint> {
        Sequence::parse(text).map(|_| ()).map_err(|bad| Complaint::new(0..text.len(), bad.to_string()))
    }
}

/// The key map with what the configuration changes.
///
/// # Errors
/// Two actions want one key.
pub fn keymap(config: &Config) -> Result<Keymap, Trouble> {
    let position = |at: &Place| Position { line: at.line(), column: 0 };
    let overrides = config.keys.iter().map(|binding| KeyOverride {
        context: binding.context.clone(),
        action: binding.action.clone(),
        keys: binding.keys.iter().map(|(key, _)| key.clone()).collect(),
        position: position(&binding.action_at),
    });
    let overrides: Vec<_> = overrides.collect();
    Keymap::with_overrides(&overrides).map_err(|error| {
        let line = error.position().line;
        let place = config.keys.iter().map(|binding| &binding.action_at).find(|at| at.line() == line);
        let message = error.to_string();
        Trouble::Usage(place.map_or(message.clone(), |at| at.problem(message).to_string()))
    })
}

/// The keys in force, as text.
///
/// # Errors
/// Two actions want one key.
pub fn text(config: &Config) -> Result<String, Trouble> {
    Ok(keys_doc::plain(&keymap(config)?, &Locale::new(Language::English)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::config::{self, REFERENCE};
    use crate::ui::keymap::Lookup;

    /// Who takes the hash signs away from an example of the reference file gets a configuration that works.
    #[test]
    fn the_examples_of_the_reference_file_work() {
        let mut example = String::new();
        for line in REFERENCE.lines().skip_while(|line| *line != "# Example:").skip(1) {
            let Some(line) = line.strip_prefix("#   ") else { break };
            example.extend([line, "\n"]);
        }
        let config = config::read("config.toml", &example).unwrap();
        assert_eq!(config.keys.len(), 1, "{example}");
        config.check(&UiNames).unwrap();
        let pressed = Sequence::parse("<f9>").unwrap().0;
        let meant = keymap(&config).unwrap().lookup(&[Context::Global], &pressed);
        assert!(matches!(meant, Lookup::Action(id) if id.0 == "node.kill"), "{example}");
    }
}
