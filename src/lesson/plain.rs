//! Plain words for what a script does and expects, in the languages of the house.
//!
//! Idea: an author who writes no text still shows the class no code. A figure has a name (`orders.lost` is "orders
//! lost"), an operator is a word or none, and an action is a short sentence. What the author writes goes before it.
//! Shape: the words are Fluent texts; this module picks their ids.
//! Left out: grammar. The words are a list, so that no case or plural can be wrong.

use crate::domain::control::Control;
use crate::domain::view::Text;
use crate::locale::{self, Languages};

use super::expression::Operator;
use super::moment::Condition;

/// What one language says.
fn said(say: impl Fn(&locale::Locale) -> String) -> Text {
    let languages = Languages::shared();
    Text { en: say(&languages.english), ru: say(&languages.russian) }
}

/// The two texts with a sign between them.
fn joined(parts: impl IntoIterator<Item = Text>, between: &str) -> Text {
    let (en, ru): (Vec<String>, Vec<String>) = parts.into_iter().map(|part| (part.en, part.ru)).unzip();
    Text { en: en.join(between), ru: ru.join(between) }
}

/// The text id of a figure, and the node, partition, class, venue or invariant that it belongs to.
fn figure_id(path: &str) -> (String, Option<&str>) {
    let parts: Vec<&str> = path.split('.').collect();
    let id = |name: String| format!("figure-{}", name.replace(['.', '_'], "-"));
    match parts[..] {
        [kind @ ("node" | "group" | "class" | "venue" | "invariant"), of, what] => {
            (id(format!("{kind}-{what}")), Some(of))
        }
        _ => (id(path.to_owned()), None),
    }
}

fn figure_in(path: &str, locale: &locale::Locale) -> String {
    let (id, of) = figure_id(path);
    let of = match of {
        Some(name) if path.starts_with("invariant.") => locale.invariant(name),
        other => other.unwrap_or_default().to_owned(),
    };
    locale.fill(&id, &[("of", &of)])
}

fn value_in(path: &str, shown: &str, locale: &locale::Locale) -> String {
    let value = locale.known(&format!("value-{shown}")).unwrap_or_else(|| shown.to_owned());
    if path.contains("_ms") { locale.fill("value-ms", &[("value", &value)]) } else { value }
}

/// The name of a figure, with the node, partition or group that it belongs to.
pub fn figure(path: &str) -> Text {
    said(|locale| figure_in(path, locale))
}

/// A comparison: the name of the figure, and what it must be.
pub(super) fn comparison(path: &str, operator: Operator, shown: &str) -> Text {
    let id = match operator {
        Operator::NotEqual if shown == "none" => "compare-exists",
        Operator::NotEqual => "compare-not",
        Operator::Less => "compare-under",
        Operator::LessEqual => "compare-at-most",
        Operator::Greater => "compare-over",
        Operator::GreaterEqual => "compare-at-least",
        Operator::Equal => "compare-equals",
    };
    said(|locale| {
        let (figure, value) = (figure_in(path, locale), value_in(path, shown, locale));
        locale.fill(id, &[("figure", &figure), ("value", &value)])
    })
}

/// Comparisons in a row.
pub fn list(parts: impl IntoIterator<Item = Text>) -> Text {
    joined(parts, ", ")
}

/// What is waited for.
pub fn condition(condition: &Condition) -> Text {
    match condition {
        Condition::Holds(expression) => {
            let words = expression.words();
            let until = |locale: &locale::Locale| locale.fill("lesson-until", &[("what", locale.pick(&words))]);
            said(until)
        }
        Condition::Happens(pattern) => {
            let group = pattern.group.map(|group| format!(" ({group})"));
            let node = pattern.node.map(|node| format!(" ({node})"));
            let place = [group, node].into_iter().flatten().collect::<String>();
            let what = |locale: &locale::Locale| format!("{}{place}", locale.event_moment(pattern.name));
            said(|locale| locale.fill("lesson-until-event", &[("what", &what(locale))]))
        }
    }
}

/// A step that only lets time pass.
pub fn a_moment_later() -> Text {
    said(|locale| locale.text("lesson-a-moment-later").into_owned())
}

/// What several controls do.
pub fn controls(controls: &[Control]) -> Text {
    joined(controls.iter().map(|control| said(|locale| locale.done(&control.words()))), "; ")
}

#[cfg(test)]
mod tests {
    use super::super::action::{self, Context};
    use super::super::expression;
    use super::super::measure::{OF_CLASS, OF_GROUP, OF_INVARIANT, OF_NODE, OF_VENUE, WHOLE};
    use super::*;
    use crate::domain::control::sample;
    use crate::domain::event::EventName;
    use crate::domain::invariant::Invariant;

    #[test]
    fn every_figure_has_a_name_in_both_languages() {
        let whole = WHOLE.iter().map(|(path, ..)| (*path).to_owned());
        let node = OF_NODE.iter().map(|(end, ..)| format!("node.n3.{end}"));
        let group = OF_GROUP.iter().map(|(end, ..)| format!("group.p1.{end}"));
        let class = OF_CLASS.iter().map(|(end, ..)| format!("class.vip.{end}"));
        let venue = OF_VENUE.iter().map(|(end, ..)| format!("venue.B.{end}"));
        let all = OF_INVARIANT.iter().map(|(end, ..)| format!("invariants.{end}"));
        let each = Invariant::ALL
            .iter()
            .flat_map(|which| OF_INVARIANT.iter().map(|(end, ..)| format!("invariant.{}.{end}", which.name())));
        for path in whole.chain(node).chain(group).chain(class).chain(venue).chain(all).chain(each) {
            let name = figure(&path);
            assert!(!name.en.contains(['.', '_', '-']) || name.en.contains("state-machine"), "{path}: {}", name.en);
            assert!(!name.ru.contains(['.', '_']) && !name.ru.starts_with("figure"), "{path}: {}", name.ru);
            assert_ne!(name.en, name.ru, "{path}");
        }
    }

    #[test]
    fn every_event_that_can_be_waited_for_has_a_name_in_both_languages() {
        for name in EventName::ALL {
            let languages = Languages::shared();
            let (en, ru) = (languages.english.event_moment(*name), languages.russian.event_moment(*name));
            assert!(!en.starts_with("word-") && !ru.starts_with("word-") && en != ru, "{name}");
        }
    }

    #[test]
    fn an_expectation_without_a_text_is_said_in_words() {
        let words = |text| expression::parse(text, &Context::of_file(5, 4)).unwrap().words();
        let said = words("nodes.up = 4 and group.p1.leader != none and failover.total_ms < 1500");
        assert_eq!(said.en, "nodes running 4, p1 leader: there is one, last failover under 1500 ms");
        assert_eq!(said.ru, "узлов работает 4, p1 лидер: есть, последняя смена лидера меньше 1500 мс");
    }

    #[test]
    fn every_action_is_said_in_words() {
        for control in sample::one_of_each() {
            let words = controls(&[control]);
            let typed = action::show(&control);
            assert!(!words.en.starts_with("control-"), "{typed}: {}", words.en);
            assert!(!words.ru.starts_with("control-") && words.ru != words.en, "{typed}: {}", words.ru);
        }
    }
}
