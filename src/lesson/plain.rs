//! Plain words for what a script does and expects, in the languages of the house.
//!
//! Idea: an author who writes no text still shows the class no code. A figure has a name (`orders.lost` is "orders
//! lost"), an operator is a word or none, and an action is a short sentence. What the author writes goes before it.
//! Left out: grammar. The words are a list, so that no case or plural can be wrong.

use crate::domain::control::{Control, Target};
use crate::domain::order::ReadFrom;
use crate::domain::rules::AckRule;
use crate::domain::view::Text;

use super::moment::Condition;

/// The names of figures: the end of their path, English, Russian. A longer path goes before a shorter.
const FIGURES: &[(&str, &str, &str)] = &[
    ("ticks.sent", "ticks sent", "отправленные котировки"),
    ("ticks.processed", "ticks processed", "обработанные котировки"),
    ("ticks.per_s", "ticks a second", "котировки в секунду"),
    ("ticks.shed", "ticks shed", "сброшенные котировки"),
    ("ticks.held_back", "ticks held back", "придержанные котировки"),
    ("ticks.given_up", "ticks given up", "потерянные котировки"),
    ("ticks.queued_max", "ticks in the longest queue", "котировки в длиннейшей очереди"),
    ("ticks.p99_ms_max", "latency of ticks (p99)", "задержка котировок (p99)"),
    ("signals.count", "signals", "сигналы"),
    ("signals.orders", "orders by signals", "заявки по сигналам"),
    (".ticks_per_s", "ticks a second", "котировки в секунду"),
    (".ticks", "ticks processed", "обработанные котировки"),
    ("trades.hot", "trades in memory", "сделки в памяти"),
    ("trades.cold", "trades in the archive", "сделки в архиве"),
    ("trades.cold_windows", "windows in the archive", "окна в архиве"),
    ("trades.plain_bytes", "bytes before packing", "байты до сжатия"),
    ("trades.packed_bytes", "bytes of packed trades", "байты сжатых сделок"),
    ("trades.packed_per_mille", "packed size in thousandths", "сжатый размер в тысячных"),
    ("trades.forgotten", "forgotten trades", "забытые сделки"),
    ("trades.late", "trades that came too late", "опоздавшие сделки"),
    ("read.found", "trades found", "найденные сделки"),
    ("read.opened", "windows opened", "открытые окна"),
    ("read.passed", "windows not opened", "неоткрытые окна"),
    ("read.bytes", "bytes read", "прочитанные байты"),
    ("read.cold", "archived windows opened", "открытые окна архива"),
    ("orders.submitted", "orders submitted", "подано заявок"),
    ("orders.acknowledged", "orders acknowledged", "подтверждено заявок"),
    ("orders.rejected", "orders rejected", "отклонено заявок"),
    ("orders.retried", "orders sent again", "повторено заявок"),
    ("orders.lost", "orders lost", "потеряно заявок"),
    ("orders.duplicated", "orders applied twice", "применено дважды"),
    ("orders.unknown", "orders without an answer", "заявок без ответа"),
    ("orders.in_doubt", "orders in doubt", "заявок в сомнении"),
    ("orders.at_risk", "orders at risk", "заявок под угрозой"),
    ("orders.waiting", "orders waiting", "заявок в ожидании"),
    ("recent_latency_ms.p50", "latency of late, median", "задержка в последнее время, медиана"),
    ("recent_latency_ms.p99", "latency of late, 99 of 100", "задержка в последнее время, 99 из 100"),
    ("latency_ms.p50", "latency, median", "задержка, медиана"),
    ("latency_ms.p99", "latency, 99 of 100", "задержка, 99 из 100"),
    ("latency_ms.max", "latency, longest", "задержка, наибольшая"),
    ("flow.acked_per_s", "orders acknowledged a second", "подтверждается заявок в секунду"),
    ("flow.queries_per_s", "queries a second", "запросов в секунду"),
    ("flow.noticed", "cancellations told unasked", "снятий сообщено без запроса"),
    ("flow.replica_reads", "queries answered by replicas", "ответов от реплик"),
    ("flow.refused_per_s", "orders refused a second", "отказов в секунду"),
    ("flow.peak_per_s", "peak a second", "пик в секунду"),
    ("flow.burst_left", "orders of the burst left", "осталось от всплеска"),
    ("failovers.count", "failovers", "смен лидера"),
    ("failovers.open", "failovers under way", "смен лидера в пути"),
    ("failovers.rounds_max", "most rounds of an election", "больше всего туров выборов"),
    ("failovers.total_ms_max", "longest failover", "самая долгая смена лидера"),
    ("failovers.total_ms_median", "failover, median", "смена лидера, медиана"),
    ("failover.detect_ms", "silence", "тишина"),
    ("failover.elect_ms", "election", "выборы"),
    ("failover.first_commit_ms", "to the first commit", "до первой фиксации"),
    ("failover.first_answer_ms", "to the first answer", "до первого ответа"),
    ("failover.total_ms", "last failover", "последняя смена лидера"),
    ("nodes.up", "nodes running", "узлов работает"),
    ("nodes.lag_max", "records behind, at most", "отставание, наибольшее"),
    ("replicas.equal", "replicas equal", "реплики равны"),
    ("net.sent", "messages sent", "послано сообщений"),
    ("net.dropped", "messages lost", "потеряно сообщений"),
    ("balancer.routed", "requests routed", "распределено запросов"),
    ("balancer.refused", "requests turned away", "не принято запросов"),
    ("balancer.queued", "requests waiting at the balancer", "запросов ждёт у балансировщика"),
    ("balancer.aged", "requests that rose a class", "запросов поднято в классе"),
    ("balancer.imbalance", "fullest gateway over the mean", "самый полный шлюз к среднему"),
    ("cost_per_hour", "dollars an hour", "долларов в час"),
    ("ticks.sent", "ticks sent", "послано тиков"),
    ("ticks.processed", "ticks processed", "обработано тиков"),
    ("ticks.per_s", "ticks a second", "тиков в секунду"),
    ("ticks.shed", "ticks shed", "сброшено тиков"),
    ("ticks.held_back", "ticks held back", "придержано тиков"),
    ("ticks.given_up", "ticks given up", "пропало тиков"),
    ("ticks.queued_max", "ticks waiting, at most", "тиков в очереди, наибольшее"),
    ("ticks.p99_ms_max", "latency of a tick, 99 of 100", "задержка тика, 99 из 100"),
    ("signals.count", "signals", "сигналов"),
    ("signals.orders", "orders of signals", "заявок по сигналам"),
    ("spreads.begun", "spreads begun", "спредов начато"),
    ("spreads.committed", "spreads done", "спредов исполнено"),
    ("spreads.aborted", "spreads given up", "спредов отменено"),
    ("spreads.open", "spreads under way", "спредов в пути"),
    ("spreads.held", "legs held", "ног удержано"),
    ("placement.imbalance", "leaders, most less fewest", "лидеры, разница"),
    ("placement.settled", "groups in place", "группы на местах"),
    (".replicas", "replicas held", "хранит реплик"),
    ("invariants.checked", "promises checked", "проверено обещаний"),
    ("invariants.violations", "promises broken", "нарушено обещаний"),
    ("one_leader_per_term.checked", "one leader a term: checked", "один лидер на терм: проверено"),
    ("one_leader_per_term.violations", "one leader a term: broken", "один лидер на терм: нарушено"),
    (".checked", "checked", "проверено"),
    (".violations", "broken", "нарушено"),
    ("controller", "controller", "контроллер"),
    ("transfers.committed", "transfers of cash", "переводов денег"),
    ("transfers.waiting", "orders that wait for cash", "заявок ждут денег"),
    ("transfers.in_transit", "cash on its way", "денег в пути"),
    ("transfers.lots_in_transit", "lots on their way", "лотов в пути"),
    ("hand.cash", "free cash of the hand", "свободных денег у игрока"),
    ("hand.reserved", "reserved cash of the hand", "отложенных денег у игрока"),
    ("hand.realised", "realised profit of the hand", "полученная прибыль игрока"),
    ("hand.unrealised", "unrealised profit of the hand", "бумажная прибыль игрока"),
    ("replicas.gaps", "replicas with a gap", "реплик с разрывом"),
    ("virtual_ms", "time", "время"),
    ("data.moved", "symbols moved", "инструментов переехало"),
    ("data.under_way", "symbols on their way", "инструментов в пути"),
    ("data.planned", "symbols still to move", "инструментам ещё переезжать"),
    ("data.held_refused", "requests refused because too many were held", "отказов из-за переезда"),
    ("data.hottest_percent", "share of the busiest partition, %", "доля самого занятого раздела, %"),
    ("events", "events", "событий"),
    (".state", "state", "состояние"),
    (".lag", "records behind", "отставание"),
    (".leads", "groups led", "ведёт групп"),
    (".incarnation", "lives", "жизней"),
    (".believed_failed", "nodes that believe it failed", "считают его отказавшим"),
    (".taken", "requests taken", "принято запросов"),
    (".refused", "requests refused", "отказано запросов"),
    (".fsyncs", "disk syncs", "записей на диск"),
    (".unsynced", "records not on disk", "записей не на диске"),
    (".leader", "leader", "лидер"),
    (".term", "term", "терм"),
    (".commit", "committed", "зафиксировано"),
    (".connected", "nodes in touch", "узлов на связи"),
    (".quorum", "quorum", "кворум"),
    (".writable", "takes orders", "принимает заявки"),
    (".lag_max", "records behind, at most", "отставание, наибольшее"),
    (".equal", "replicas equal", "реплики равны"),
    (".routed", "requests routed", "распределено запросов"),
    (".in_flight", "requests in flight", "запросов в работе"),
    (".drained", "given nothing new", "не получает нового"),
    (".queued", "requests waiting", "запросов в очереди"),
    (".p50_ms", "latency, median", "задержка, медиана"),
    (".p99_ms", "latency, 99 of 100", "задержка, 99 из 100"),
    (".ticks", "ticks processed", "обработано тиков"),
    (".ticks_per_s", "ticks a second", "тиков в секунду"),
];

/// Words that a figure can have: as written, English, Russian.
const VALUES: &[(&str, &str, &str)] = &[
    ("yes", "yes", "да"),
    ("no", "no", "нет"),
    ("none", "none", "нет"),
    ("up", "up", "жив"),
    ("slow", "slow", "медлен"),
    ("frozen", "frozen", "замер"),
    ("down", "down", "мёртв"),
    ("halted", "halted", "остановлен"),
    ("sync", "catching up", "догоняет"),
];

/// The operators: as written, English, Russian.
const OPERATORS: &[(&str, &str, &str)] = &[
    ("=", "", ""),
    ("!=", "not", "не"),
    ("<", "under", "меньше"),
    ("<=", "at most", "не больше"),
    (">", "over", "больше"),
    (">=", "at least", "не меньше"),
];

/// What can be waited for, in Russian; in English the name with its lines taken out.
const MOMENTS: &[(&str, &str)] = &[
    ("node_crashed", "узел погиб"),
    ("node_recovered", "узел поднят"),
    ("symbol_assigned", "инструмент назначен узлу"),
    ("caught_up", "узел догнал остальных"),
    ("node_frozen", "узел замер"),
    ("node_thawed", "узел очнулся"),
    ("node_halted", "узел остановлен"),
    ("peer_degraded", "узел считают опаздывающим"),
    ("peer_failed", "узел считают отказавшим"),
    ("peer_healthy", "узел считают здоровым"),
    ("election_timeout", "таймер выборов истёк"),
    ("candidate_stands", "узел выдвигается"),
    ("symbol_assigned", "инструмент получил узел"),
    ("vote_granted", "голос отдан"),
    ("vote_refused", "в голосе отказано"),
    ("leader_elected", "лидер избран"),
    ("leader_stepped_down", "лидер сложил полномочия"),
    ("first_commit", "первая фиксация"),
    ("first_answer", "первый ответ"),
    ("transfer_failed", "передача не удалась"),
    ("tail_truncated", "хвост журнала отрезан"),
    ("snapshot_sent", "снимок послан"),
    ("snapshot_installed", "снимок принят"),
    ("snapshot_taken", "снимок сделан"),
    ("gap_found", "замечен разрыв версий"),
    ("rebuilt", "состояние восстановлено с диска"),
    ("burst_ended", "всплеск закончился"),
    ("queue_full", "очередь полна"),
    ("worker_drained", "шлюз закончил начатое"),
    ("rolling_restart_done", "перезапуск по очереди закончен"),
    ("moves_done", "переезды окончены"),
    ("control_refused", "действие отклонено"),
    ("orders_lost", "заявки потеряны"),
    ("invariant_violated", "обещание нарушено"),
    ("node_joined", "узел вошёл в кластер"),
    ("node_leaving", "узел уходит"),
    ("node_left", "узел вышел из кластера"),
    ("replica_placed", "реплика переезжает"),
    ("rebalanced", "группы на местах"),
];

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
            let ru = MOMENTS.iter().find(|(name, _)| *name == pattern.name).map_or(pattern.name, |(_, ru)| *ru);
            let mut place = pattern.group.map(|group| format!(" ({group})")).unwrap_or_default();
            if let Some(node) = pattern.node {
                place = format!("{place} ({node})");
            }
            text(format!("until: {}{place}", pattern.name.replace('_', " ")), format!("до события: {ru}{place}"))
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
            text(format!("rule on: {}", rule.name()), format!("правило включено: {}", rule.name()))
        }
        Control::SetRule { rule, on: false } => {
            text(format!("rule off: {}", rule.name()), format!("правило выключено: {}", rule.name()))
        }
        Control::SetStrategy(strategy) => {
            text(format!("balancer: {}", strategy.name()), format!("балансировщик: {}", strategy.name()))
        }
        Control::SetLoad(true) => text("the load begins", "нагрузка включена"),
        Control::SetLoad(false) => text("the load stops", "нагрузка выключена"),
        Control::SetRate(rate) => text(format!("load: {rate} orders a second"), format!("нагрузка: {rate} в секунду")),
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
    use super::super::measure::{OF_GROUP, OF_NODE, WHOLE};
    use super::super::{expression, moment};
    use super::*;

    #[test]
    fn every_figure_and_moment_has_a_name_in_both_languages() {
        let whole = WHOLE.iter().map(|(path, ..)| (*path).to_owned());
        let node = OF_NODE.iter().map(|(end, ..)| format!("node.n3.{end}"));
        let group = OF_GROUP.iter().map(|(end, ..)| format!("group.p1.{end}"));
        for path in whole.chain(node).chain(group) {
            let name = figure(&path);
            assert!(!name.en.contains(['.', '_']) && !name.ru.contains(['.', '_']), "{path}: {}", name.en);
            assert_ne!(name.en, name.ru, "{path}");
        }
        for (name, _) in moment::NAMES {
            assert!(MOMENTS.iter().any(|(known, _)| known == name), "{name}");
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
        let context = Context::of_file(5, 4);
        for said in
            ["crash leader:p1", "ack majority", "burst 100k", "cut n1 -> n2", "load off", "poison n3", "elect p2"]
        {
            let words = control(&action::parse_control(said, &context).unwrap());
            assert!(!words.en.is_empty() && !words.ru.is_empty() && words.en != said, "{said}");
        }
    }
}
