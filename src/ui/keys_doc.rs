//! The keys as a document: what `chaosdesk keys` prints, and what `docs/keys.md` holds.
//!
//! Idea: generated from the registry and the key map in force, so it cannot drift; a test compares the file, and writes
//! it when `UPDATE_GOLDENFILES=1`.

use std::fmt::Write;

use super::action::{Context, Topic};
use super::keymap::Keymap;
use super::registry;
use super::words::Words;

/// Every action with its keys, by topic, as plain lines for a terminal: keys, what they do, the name for `config.toml`.
pub fn plain(keymap: &Keymap, words: &dyn Words) -> String {
    let mut out = String::new();
    for topic in Topic::ALL {
        let lead = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{lead}{}", words.text(topic.text_id(), &[]));
        for spec in registry::all().filter(|spec| spec.topic == topic) {
            let mut keys = keymap.label(spec.id);
            if let Some(command) = super::palette::command_of(spec.id).filter(|_| keys.is_empty()) {
                keys = format!(":{command}");
            }
            let name = match spec.context {
                Context::Global => spec.id.0.to_owned(),
                context => format!("{} ({})", spec.id, context.name()),
            };
            let _ = writeln!(out, "  {keys:<18} {:<76} {name}", words.text(&spec.id.text_id(), &[]));
        }
    }
    out
}

/// Every action with its keys, by topic, as Markdown tables.
pub fn markdown(keymap: &Keymap, words: &dyn Words) -> String {
    let mut out = format!(
        "# Keys\n\nA key that changes the cluster counts once until it has been silent for {} ms, unless another node is \
         selected\nmeanwhile: held down, or pressed again too soon, it is one press. Keys that may be meant many times, \
         such as the burst,\nand keys that move about are spared.\n",
        super::input::SILENCE.as_millis()
    );
    for topic in Topic::ALL {
        let _ = writeln!(out, "\n## {}\n", words.text(topic.text_id(), &[]));
        let _ = writeln!(out, "| {:<22} | {:<10} | {:<22} | |\n|---|---|---|---|", "key", "context", "action");
        for spec in registry::all().filter(|spec| spec.topic == topic) {
            let keys: Vec<String> = keymap.keys_of(spec.id).iter().map(|keys| format!("`{keys}`")).collect();
            let command = super::palette::command_of(spec.id).filter(|_| !spec.usage().is_empty());
            let command = command
                .map_or(String::new(), |command| format!(" (`:{command} {}`)", spec.usage().replace('|', "\\|")));
            let (context, id, text) = (spec.context.name(), spec.id.0, words.text(&spec.id.text_id(), &[]));
            let _ = writeln!(out, "| {:<22} | {context:<10} | {id:<22} | {text}{command} |", keys.join(" "));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::control::Wording;
    use crate::domain::event::Event;

    /// The English file, read line by line: its texts of actions have no arguments.
    struct English;

    impl Words for English {
        fn text(&self, id: &str, _: &[(&str, &str)]) -> String {
            let file = include_str!("../../assets/locales/en/keys.ftl");
            let found = file.lines().filter_map(|line| line.split_once(" = ")).find(|(name, _)| *name == id);
            found.map_or(id, |(_, text)| text).to_owned()
        }

        fn done(&self, control: &Wording) -> String {
            control.to_string()
        }

        fn caption(&self, _: &Event) -> String {
            String::new()
        }
    }

    #[test]
    fn the_document_is_what_the_registry_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        let generated = markdown(&Keymap::default(), &English);
        if std::env::var_os("UPDATE_GOLDENFILES").is_some() {
            std::fs::write(path, &generated).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, generated, "UPDATE_GOLDENFILES=1 writes docs/keys.md");
    }
}
