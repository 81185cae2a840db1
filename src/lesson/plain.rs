//! Plain words for what a script does and expects, in the languages of the house.
//!
//! Idea: an author who writes no text still shows the class no code. A figure has a name (`orders.lost` is "orders
//! lost"), an operator is a word or none, and an action is a short sentence. What the author writes goes before it.
//! Left out: grammar. The words are a list, so that no case or plural can be wrong.

mod words;

use crate::domain::control::{Control, Target};
use crate::domain::order::ReadFrom;
use crate::domain::rules::AckRule;
use crate::domain::view::Text;

use super::moment::Condition;
use words::{FIGURES, MOMENTS, OF_VENUES, OPERATORS, TYPED, VALUES};

fn text(en: impl Into<String>, ru: impl Into<String>) -> Text {
    Text { en: en.into(), ru: ru.into() }
}

/// The two texts with a sign between them.
fn joined(parts: impl IntoIterator<Item = Text>, between: &str) -> Text {
    let (en, ru): (Vec<String>, Vec<String>) = parts.into_iter().map(|part| (part.en, part.ru)).unzip();
    text(en.join(between), ru.join(between))
}

/// The name of a figure, with the node, partition or group that it belongs to.
pub fn figure(path: &str) -> Text {
    if let Some((venue, end)) = path.strip_prefix("venue.").and_then(|rest| rest.split_once('.')) {
        let name = OF_VENUES.iter().find(|(known, ..)| *known == end);
        let (en, ru) = name.map_or((end, end), |(_, en, ru)| (*en, *ru));
        return text(format!("venue {venue}: {en}"), format!("площадка {venue}: {ru}"));
    }
    let row = FIGURES.iter().find(|(end, ..)| if end.starts_with('.') { path.ends_with(end) } else { path == *end });
    let row = row.or_else(|| FIGURES.iter().find(|(end, ..)| path.ends_with(end)));
    let name = row.map_or_else(|| text(path, path), |(_, en, ru)| text(*en, *ru));
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("node" | "group"), Some(whose), Some(_)) => {
            text(format!("{whose} {}", name.en), format!("{whose} {}", name.ru))
        }
        _ => name,
    }
}

/// A value of a figure, with its unit.
pub fn value(path: &str, shown: &str) -> Text {
    let word = VALUES.iter().find(|(word, ..)| *word == shown);
    let value = word.map_or_else(|| text(shown, shown), |(_, en, ru)| text(*en, *ru));
    if path.contains("_ms") { text(format!("{} ms", value.en), format!("{} мс", value.ru)) } else { value }
}

/// A comparison: the name of the figure, and what it must be.
pub fn comparison(path: &str, operator: &str, shown: &str) -> Text {
    let (name, value) = (figure(path), value(path, shown));
    if (operator, shown) == ("!=", "none") {
        return text(format!("{}: there is one", name.en), format!("{}: есть", name.ru));
    }
    let (en, ru) = OPERATORS.iter().find(|(sign, ..)| *sign == operator).map_or(("", ""), |(_, en, ru)| (en, ru));
    let one = |name: &str, word: &str, value: &str| {
        if word.is_empty() { format!("{name} {value}") } else { format!("{name} {word} {value}") }
    };
    text(one(&name.en, en, &value.en), one(&name.ru, ru, &value.ru))
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
            text(format!("until: {}", words.en), format!("пока не станет: {}", words.ru))
        }
        Condition::Happens(pattern) => {
            let ru = MOMENTS.iter().find(|(name, _)| *name == pattern.name).map_or(pattern.name.text(), |(_, ru)| *ru);
            let mut place = pattern.group.map(|group| format!(" ({group})")).unwrap_or_default();
            if let Some(node) = pattern.node {
                place = format!("{place} ({node})");
            }
            text(format!("until: {}{place}", pattern.name.text().replace('_', " ")), format!("до события: {ru}{place}"))
        }
    }
}

fn target(target: Target) -> Text {
    match target {
        Target::Node(node) => text(node.to_string(), node.to_string()),
        Target::Leader(group) => text(format!("the leader of {group}"), format!("лидер {group}")),
        Target::Follower(group) => text(format!("a follower of {group}"), format!("ведомый {group}")),
        Target::Random => text("a random node", "случайный узел"),
    }
}

/// What a control does.
pub fn control(control: &Control) -> Text {
    let of = |en: &str, ru: &str, node: Target| {
        let node = target(node);
        text(format!("{} {en}", node.en), format!("{} {ru}", node.ru))
    };
    let link = |en: &str, ru: &str, from: Target, to: Target| {
        let (from, to) = (target(from), target(to));
        text(format!("{en}: {} -> {}", from.en, to.en), format!("{ru}: {} -> {}", from.ru, to.ru))
    };
    match *control {
        Control::Crash(node) => of("is killed", "погибает", node),
        Control::Recover(node) => of("comes back", "возвращается", node),
        Control::RecoverAll => text("all nodes come back", "все узлы возвращаются"),
        Control::Freeze(node) => of("stands still", "замирает", node),
        Control::Thaw(node) => of("wakes up", "просыпается", node),
        Control::RollingRestart => text("every node restarts in turn", "узлы перезапускаются по очереди"),
        Control::Cut { from, to } => link("link cut", "связь разорвана", from, to),
        Control::Heal { from, to } => link("link healed", "связь восстановлена", from, to),
        Control::Isolate(node) => of("is cut off", "отрезан от всех", node),
        Control::Mute(node) => of("is no longer heard", "больше не слышен", node),
        Control::Rejoin(node) => of("is connected again", "снова на связи", node),
        Control::HealAll => text("all links are healed", "все связи восстановлены"),
        Control::SlowDisk { node, slow: true } => of("gets a slow disk", "получает медленный диск", node),
        Control::SlowDisk { node, slow: false } => of("gets its disk back", "получает прежний диск", node),
        Control::Transfer { group, to } => {
            let to = to.map(|to| format!(" -> {to}")).unwrap_or_default();
            text(format!("{group} is handed over{to}"), format!("{group} передают{to}"))
        }
        Control::ForceElection(group) => text(format!("{group} elects a leader"), format!("{group} выбирает лидера")),
        other => setting(&other),
    }
}

/// A word of the commands with what it means, in Russian: `pre_vote (сначала спросить, потом выдвигаться)`.
fn explained(word: &str) -> String {
    let meaning = TYPED.iter().find(|(known, _)| *known == word);
    meaning.map_or_else(|| word.to_owned(), |(_, meaning)| format!("{word} ({meaning})"))
}

/// What a control changes about the whole desk.
fn setting(control: &Control) -> Text {
    match *control {
        Control::SetAck(rule) => {
            let (en, ru) = match rule {
                AckRule::Leader => ("the leader alone".to_owned(), "один лидер".to_owned()),
                AckRule::Majority => ("a majority".to_owned(), "большинство".to_owned()),
                AckRule::All => ("all".to_owned(), "все".to_owned()),
                AckRule::Count(count) => (format!("{count} nodes"), format!("узлов: {count}")),
            };
            text(format!("orders are acknowledged by {en}"), format!("заявки подтверждает {ru}"))
        }
        Control::SetRule { rule, on: true } => {
            text(format!("rule on: {}", rule.name()), format!("правило включено: {}", explained(rule.name())))
        }
        Control::SetRule { rule, on: false } => {
            text(format!("rule off: {}", rule.name()), format!("правило выключено: {}", explained(rule.name())))
        }
        Control::SetStrategy(strategy) => {
            let name = strategy.name();
            text(format!("balancer: {name}"), format!("балансировщик: {}", explained(name)))
        }
        Control::SetLoad(true) => text("the load begins", "нагрузка включена"),
        Control::SetLoad(false) => text("the load stops", "нагрузка выключена"),
        Control::SetRate(rate) => text(format!("load: {rate} orders a second"), format!("нагрузка: {rate} в секунду")),
        Control::SetRateOfCapacity(percent) => {
            text(format!("load: {percent} % of the capacity"), format!("нагрузка: {percent} % от предела"))
        }
        Control::FindCapacity => text("the capacity is measured", "измеряют предел"),
        Control::SetAdmission(true) => {
            text("what cannot be answered in time is refused at once", "что не успеть, отклоняют сразу")
        }
        Control::SetAdmission(false) => text("everything is taken, in time or not", "берут всё, успеют или нет"),
        Control::SetReadFrom(ReadFrom::Leader) => text("the leader answers queries", "на запросы отвечает лидер"),
        Control::SetReadFrom(ReadFrom::Replica) => text("any replica answers queries", "на запросы отвечает реплика"),
        Control::SetReadFrom(ReadFrom::Fallback) => {
            text("without a leader a replica answers queries", "без лидера на запросы отвечает реплика")
        }
        Control::Burst(burst) => {
            text(format!("a burst of {} orders", burst.orders), format!("всплеск: заявок {}", burst.orders))
        }
        Control::Poison(node) => {
            let node = target(node);
            text(format!("{} meets a bug and halts", node.en), format!("{} натыкается на ошибку и встаёт", node.ru))
        }
        Control::AddNode => text("a node is added", "добавлен узел"),
        Control::Decommission(node) => {
            let node = target(node);
            text(format!("{} is taken out of service", node.en), format!("{} выводят из работы", node.ru))
        }
        Control::Replace(node) => {
            let node = target(node);
            text(format!("{} is given up and replaced", node.en), format!("{} списывают и заменяют", node.ru))
        }
        Control::LoseChange { node, .. } => {
            let node = target(node);
            text(
                format!("a change does not reach the state of {}", node.en),
                format!("изменение не доходит до состояния {}", node.ru),
            )
        }
        other => of_data(&other),
    }
}

/// What a control changes about the data and the market data.
fn of_data(control: &Control) -> Text {
    match *control {
        Control::Divide(strategy) => {
            let name = strategy.name();
            text(format!("symbols are divided by {name}"), format!("бумаги делят: {}", explained(name)))
        }
        Control::Split => text("the busiest partition gives symbols away", "самый занятый раздел отдаёт бумаги"),
        Control::MoveSymbol { symbol, to } => {
            let name = symbol.name();
            text(format!("{name} moves to {to}"), format!("{name} переезжает в {to}"))
        }
        Control::FindTrade(id) => text(format!("where is trade {id}"), format!("где сделка {id}")),
        Control::StopMoves => text("no more moves begin", "новые переезды не начинаются"),
        Control::SetOverload(rule) => {
            let name = rule.name();
            text(format!("overload: {name}"), format!("перегрузка: {}", explained(name)))
        }
        Control::SetTickRate(rate) => text(format!("{rate} ticks a second"), format!("котировок в секунду: {rate}")),
        Control::TickBurst(burst) => {
            text(format!("a burst of {} ticks", burst.ticks), format!("всплеск: котировок {}", burst.ticks))
        }
        Control::SetSignalsTrade(true) => text("signals trade", "сигналы торгуют"),
        Control::SetSignalsTrade(false) => text("signals are only shown", "сигналы только на экране"),
        Control::HotSymbol { percent: 0, .. } => text("no symbol is hot", "горячей бумаги нет"),
        Control::HotSymbol { symbol, percent } => {
            let name = symbol.name();
            text(format!("{name} takes {percent} % of the orders"), format!("{name} берёт {percent} % заявок"))
        }
        Control::Drain(node) => {
            let node = target(node);
            text(format!("{} is given nothing new", node.en), format!("{} не получает нового", node.ru))
        }
        Control::Undrain(node) => {
            let node = target(node);
            text(format!("{} takes part again", node.en), format!("{} снова в работе", node.ru))
        }
        Control::SetVenue { venue, open: true } => {
            text(format!("venue {venue} opens"), format!("площадка {venue} открывается"))
        }
        Control::SetVenue { venue, open: false } => {
            text(format!("venue {venue} closes"), format!("площадка {venue} закрывается"))
        }
        _ => Text::default(),
    }
}

/// What several controls do.
pub fn controls(controls: &[Control]) -> Text {
    joined(controls.iter().map(control), "; ")
}

#[cfg(test)]
mod tests {
    use super::super::action::{self, Context};
    use super::super::expression;
    use super::super::measure::{OF_GROUP, OF_NODE, OF_VENUE, WHOLE};
    use super::*;
    use crate::domain::event::EventName;
    use crate::domain::rules::{PartitionStrategy, Rule, Strategy};
    use crate::domain::tick::Overload;

    #[test]
    fn every_figure_and_moment_has_a_name_in_both_languages() {
        let whole = WHOLE.iter().map(|(path, ..)| (*path).to_owned());
        let node = OF_NODE.iter().map(|(end, ..)| format!("node.n3.{end}"));
        let group = OF_GROUP.iter().map(|(end, ..)| format!("group.p1.{end}"));
        let venue = OF_VENUE.iter().map(|(end, ..)| format!("venue.B.{end}"));
        for path in whole.chain(node).chain(group).chain(venue) {
            let name = figure(&path);
            assert!(!name.en.contains(['.', '_']) && !name.ru.contains(['.', '_']), "{path}: {}", name.en);
            assert_ne!(name.en, name.ru, "{path}");
        }
        for name in EventName::ALL {
            assert_eq!(MOMENTS.iter().filter(|(known, _)| known == name).count(), 1, "{name}");
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
    fn words_that_are_typed_are_explained_in_russian() {
        let rules = Rule::ALL.map(Rule::name).into_iter();
        let strategies = Strategy::ALL.map(Strategy::name).into_iter();
        let divisions = PartitionStrategy::ALL.map(PartitionStrategy::name).into_iter();
        let overloads = Overload::ALL.map(Overload::name).into_iter();
        for word in rules.chain(strategies).chain(divisions).chain(overloads) {
            assert!(explained(word).starts_with(&format!("{word} (")), "{word}");
        }
    }

    #[test]
    fn every_action_is_said_in_words() {
        let context = Context::of_file(5, 4);
        for said in [
            "strategy two-choices",
            "divide range",
            "overload slow",
            "move GOOG p3",
            "split hottest",
            "drain n2",
            "crash leader:p1",
            "ack majority",
            "burst 100k",
            "cut n1 -> n2",
            "load off",
            "poison n3",
            "elect p2",
        ] {
            let words = control(&action::parse_control(said, &context).unwrap());
            assert!(!words.en.is_empty() && !words.ru.is_empty() && words.en != said, "{said}");
        }
    }
}
