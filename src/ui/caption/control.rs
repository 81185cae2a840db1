//! Controls as short texts, for hints, undo, faults in force and refusals.

use crate::domain::control::{Control, Target};
use crate::domain::order::ReadFrom;
use crate::domain::plan::Reason;
use crate::domain::rules::AckRule;

use super::super::locale::{FluentValue, Locale};

/// A control as a short text.
pub fn control(control: &Control, locale: &Locale) -> String {
    let of = |id: &str, node: Target| locale.say(id, &[("node", target(node, locale).into())]);
    let link = |id: &str, from: Target, to: Target| {
        locale.say(id, &[("node", target(from, locale).into()), ("to", target(to, locale).into())])
    };
    let word = |id: &str, name: &'static str, value: String| locale.say(id, &[(name, value.into())]);
    match *control {
        Control::Crash(node) => of("control-crash", node),
        Control::Recover(node) => of("control-recover", node),
        Control::Freeze(node) => of("control-freeze", node),
        Control::Thaw(node) => of("control-thaw", node),
        Control::Isolate(node) => of("control-isolate", node),
        Control::Mute(node) => of("control-mute", node),
        Control::Rejoin(node) => of("control-rejoin", node),
        Control::Drain(node) => of("control-drain", node),
        Control::Undrain(node) => of("control-undrain", node),
        Control::Poison(node) => of("control-poison", node),
        Control::AddNode => locale.text("control-add-node").into_owned(),
        Control::Decommission(node) => of("control-decommission", node),
        Control::Replace(node) => of("control-replace", node),
        Control::SlowDisk { node, slow: true } => of("control-slow-disk", node),
        Control::SlowDisk { node, slow: false } => of("control-fast-disk", node),
        Control::Cut { from, to } => link("control-cut", from, to),
        Control::Heal { from, to } => link("control-heal", from, to),
        Control::RecoverAll => locale.text("control-recover-all").into_owned(),
        Control::RollingRestart => locale.text("control-rolling").into_owned(),
        Control::HealAll => locale.text("control-heal-all").into_owned(),
        Control::Transfer { group, to: Some(to) } => {
            locale.say("control-transfer", &[("group", group.to_string().into()), ("node", to.to_string().into())])
        }
        Control::Transfer { group, to: None } => word("control-transfer-best", "group", group.to_string()),
        Control::ForceElection(group) => word("control-election", "group", group.to_string()),
        Control::SetAck(rule) => word("control-ack", "rule", ack(rule, locale)),
        Control::SetRule { rule, on: true } => word("control-rule-on", "rule", rule.name().to_owned()),
        Control::SetRule { rule, on: false } => word("control-rule-off", "rule", rule.name().to_owned()),
        Control::SetStrategy(strategy) => word("control-strategy", "strategy", strategy.name().to_owned()),
        Control::SetLoad(true) => locale.text("control-load-on").into_owned(),
        Control::SetLoad(false) => locale.text("control-load-off").into_owned(),
        Control::SetRate(rate) => locale.say("control-rate", &[("n", FluentValue::from(rate))]),
        Control::SetRateOfCapacity(_) | Control::FindCapacity | Control::SetAdmission(_) => admission(control, locale),
        Control::SetSkew(skew) => locale.say("control-skew", &[("n", FluentValue::from(skew))]),
        Control::HotSymbol { percent: 0, .. } => locale.text("control-hot-off").into_owned(),
        Control::HotSymbol { symbol, percent } => {
            locale.say("control-hot", &[("symbol", symbol.name().into()), ("n", FluentValue::from(percent))])
        }
        Control::SetReadFrom(ReadFrom::Leader) => locale.text("control-reads-leader").into_owned(),
        Control::SetReadFrom(ReadFrom::Replica) => locale.text("control-reads-replica").into_owned(),
        Control::SetReadFrom(ReadFrom::Fallback) => locale.text("control-reads-fallback").into_owned(),
        Control::ReadTrades(_) => word("control-trades", "what", crate::lesson::action::show(control)),
        Control::FindTrade(id) => word("control-find", "id", id.to_string()),
        Control::Hand(_) => word("control-hand", "what", crate::lesson::action::show(control)),
        Control::SetTickRate(rate) => locale.say("control-ticks", &[("n", FluentValue::from(rate))]),
        Control::TickBurst(burst) => locale.say("control-tick-burst", &[("n", FluentValue::from(burst.ticks))]),
        Control::SetOverload(rule) => word("control-overload", "rule", rule.name().to_owned()),
        Control::SetSignalsTrade(true) => locale.text("control-signals-on").into_owned(),
        Control::SetSignalsTrade(false) => locale.text("control-signals-off").into_owned(),
        Control::Divide(strategy) => word("control-divide", "strategy", strategy.name().to_owned()),
        Control::Split => locale.text("control-split").into_owned(),
        Control::MoveSymbol { symbol, to } => {
            locale.say("control-move", &[("symbol", symbol.name().into()), ("group", to.to_string().into())])
        }
        Control::StopMoves => locale.text("control-stay").into_owned(),
        Control::LoseChange { node, group } => locale
            .say("control-lose-change", &[("node", target(node, locale).into()), ("group", group.to_string().into())]),
        Control::SetVenue { venue, open: true } => word("control-venue-open", "venue", venue.to_string()),
        Control::SetVenue { venue, open: false } => word("control-venue-close", "venue", venue.to_string()),
        Control::Burst(burst) => locale.say("control-burst", &[("n", FluentValue::from(burst.orders))]),
    }
}

/// A control of what is refused at once, or of the load that is told by it.
fn admission(control: &Control, locale: &Locale) -> String {
    match *control {
        Control::SetRateOfCapacity(percent) => {
            locale.say("control-rate-of-capacity", &[("n", FluentValue::from(percent))])
        }
        Control::SetAdmission(true) => locale.text("control-admission-on").into_owned(),
        Control::SetAdmission(false) => locale.text("control-admission-off").into_owned(),
        _ => locale.text("control-find-capacity").into_owned(),
    }
}

/// The name of an acknowledgement rule.
pub fn ack(rule: AckRule, locale: &Locale) -> String {
    match rule {
        AckRule::Leader => locale.text("ack-leader").into_owned(),
        AckRule::Majority => locale.text("ack-majority").into_owned(),
        AckRule::All => locale.text("ack-all").into_owned(),
        AckRule::Count(count) => locale.say("ack-count", &[("n", FluentValue::from(u64::from(count)))]),
    }
}

/// Why a replica or a leader moves.
pub fn reason(reason: Reason, locale: &Locale) -> String {
    let counts = |id: &str, one: usize, other: usize| {
        locale.say(id, &[("n", FluentValue::from(one as u64)), ("other", FluentValue::from(other as u64))])
    };
    match reason {
        Reason::BelowFactor { replicas } => counts("reason-below-factor", replicas, 0),
        Reason::AboveFactor { replicas } => counts("reason-above-factor", replicas, 0),
        Reason::NodeDead => locale.text("reason-dead").into_owned(),
        Reason::Draining => locale.text("reason-draining").into_owned(),
        Reason::RegionShared { replicas, .. } => counts("reason-region", replicas, 0),
        Reason::Crowded { holds, other } => counts("reason-crowded", holds, other),
        Reason::LeadsMore { leads, other } => counts("reason-leads-more", leads, other),
        Reason::Inherited => locale.text("reason-inherited").into_owned(),
    }
}

fn target(target: Target, locale: &Locale) -> String {
    match target {
        Target::Node(node) => node.to_string(),
        Target::Leader(group) => locale.say("target-leader", &[("group", group.to_string().into())]),
        Target::Follower(group) => locale.say("target-follower", &[("group", group.to_string().into())]),
        Target::Random => locale.text("target-random").into_owned(),
    }
}
