//! The registry of actions: the one list from which dispatch, hints, help, palette, documents and checks are made.
//!
//! Idea: an action that is not here does not exist, and one that is here is dispatched, hinted, found and documented
//! without a second list anywhere. trippy writes its bindings down six times; they drift.
//! Shape: constant rows by topic; `all()` walks them in the order of help.

mod faults;
mod trade;
mod view;

use super::action::{ActionId, ActionSpec};

/// Every action, in the order of help.
pub fn all() -> impl Iterator<Item = &'static ActionSpec> + Clone {
    faults::FAULTS
        .iter()
        .chain(faults::NODES)
        .chain(faults::LOAD)
        .chain(trade::TRADE)
        .chain(view::TIME)
        .chain(view::SCREENS)
        .chain(view::LISTS.iter().chain(view::LESSON).chain(view::PRESENTER).chain(view::APP).chain(view::DIALOGS))
}

/// The row of an action; `None` for a name that nobody registered.
pub fn spec(id: ActionId) -> Option<&'static ActionSpec> {
    all().find(|spec| spec.id == id)
}

/// The row of an action by its name as text.
pub fn by_name(name: &str) -> Option<&'static ActionSpec> {
    all().find(|spec| spec.id.0 == name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::locale::{Language, Locale};
    use crate::ui::action::{Context, Function};
    use crate::ui::keymap::{Keymap, Sequence};

    /// Where a nearer context means something else by a key of `Global`, on purpose.
    const SHADOWS: [&str; 10] = [
        "market.down",
        "market.up",
        "list.up",
        "list.down",
        "event.why",
        "lesson.next",
        "lesson.back",
        "lesson.vote",
        "lesson.unvote",
        "lesson.reveal",
    ];

    #[test]
    fn an_id_stands_once() {
        let ids: Vec<_> = all().map(|spec| spec.id).collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len());
    }

    #[test]
    fn no_key_stands_twice_in_reach() {
        let mut seen: BTreeMap<(Context, Sequence), ActionId> = BTreeMap::new();
        for spec in all() {
            for key in spec.keys {
                let sequence = Sequence::parse(key).unwrap_or_else(|error| panic!("{}: {error}", spec.id));
                let twice = seen.insert((spec.context, sequence.clone()), spec.id);
                assert_eq!(twice, None, "{key} of {}", spec.id);
                let shadows = seen.get(&(Context::Global, sequence)).filter(|_| spec.context.falls_through());
                let wanted = SHADOWS.iter().any(|name| spec.id.0.starts_with(name));
                assert!(shadows.is_none() || wanted || spec.context == Context::Global, "{} takes {key}", spec.id);
            }
        }
    }

    #[test]
    fn no_key_cuts_a_sequence_short() {
        let map = Keymap::default();
        for (context, sequence, id) in map.bindings().filter(|(_, sequence, _)| sequence.0.len() > 1) {
            let prefix = Sequence(sequence.0[..1].to_vec());
            let short = map.bindings().find(|(other, keys, _)| *other == context && **keys == prefix);
            assert!(short.is_none(), "{sequence} of {id}");
        }
    }

    #[test]
    fn every_action_has_its_texts_in_both_languages() {
        let locales = [
            ("en", include_str!("../../assets/locales/en/keys.ftl")),
            ("ru", include_str!("../../assets/locales/ru/keys.ftl")),
        ];
        for (name, file) in locales {
            let ids: BTreeSet<&str> =
                file.lines().filter_map(|line| line.split_once(" = ")).map(|(id, _)| id).collect();
            for spec in all() {
                assert!(ids.contains(spec.id.text_id().as_str()), "{name}: {}", spec.id.text_id());
                assert!(
                    spec.hint.is_none() || ids.contains(spec.id.hint_id().as_str()),
                    "{name}: {}",
                    spec.id.hint_id()
                );
                assert!(ids.contains(spec.topic.text_id()), "{name}: {}", spec.topic.text_id());
            }
        }
    }

    #[test]
    fn hints_of_one_context_have_an_order() {
        let mut places = BTreeSet::new();
        for spec in all().filter(|spec| spec.hint.is_some()) {
            assert!(places.insert((spec.context, spec.hint)), "{} shares its place", spec.id);
        }
    }

    #[test]
    fn a_control_changes_the_cluster_and_says_so() {
        for spec in all() {
            if let Function::Control(_) = spec.function {
                assert!(spec.effect.mutates(), "{} is locked with the rest", spec.id);
            }
            if let Function::Ask = spec.function {
                assert!(!spec.usage().is_empty() && spec.keys.is_empty(), "{} is typed", spec.id);
            }
        }
    }

    #[test]
    fn what_changes_the_cluster_is_on_an_unmodified_key() {
        for spec in all().filter(|spec| spec.effect.mutates()) {
            for key in spec.keys {
                assert!(!key.contains("ctrl") && !key.contains("alt"), "{} on {key}", spec.id);
                assert!(!["h", "j", "k", "l"].contains(key), "{} on {key}", spec.id);
            }
        }
    }

    #[test]
    fn every_action_has_its_words_in_both_languages() {
        for language in Language::ALL {
            let locale = Locale::new(language);
            for spec in all() {
                let hint = spec.hint.map(|_| spec.id.hint_id());
                let topic = spec.topic.text_id().to_owned();
                for id in [Some(spec.id.text_id()), hint, Some(topic)].into_iter().flatten() {
                    assert_ne!(locale.text(&id), id.as_str(), "{language:?} lacks it");
                }
            }
        }
    }
}
