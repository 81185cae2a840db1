//! Captions: what an event says to people, in their language, with its figures.
//!
//! Idea: an event is data; here it becomes a word (for the list), a sign, a role (how loud) and a sentence that says
//! *because*. The sentence of a candidacy looks back along its causes for the silence that led to it.
//! Shape: `name` is the stem of all text ids of a kind, and what a filter may name; `class` groups kinds.

mod control;
mod sentence;
mod why;

use std::borrow::Cow;

use crate::domain::event::{AdmissionEvent, Event, EventKind, FeedEvent, MovesEvent, TradesEvent};
use crate::domain::invariant::Invariant;

use super::locale::{FluentValue, Locale};
use super::theme::Role;

pub use control::{ack, control, reason};
pub use why::why;

/// Figures of a sentence.
type Figures = Vec<(&'static str, FluentValue<'static>)>;

/// The sentence of an event; `events` are those among which its causes are sought, in order.
pub fn caption(event: &Event, events: &[Event], locale: &Locale) -> String {
    let (id, figures) = sentence::sentence(event, events, locale);
    let said = locale.say(id, &figures);
    match event.repeated {
        0 => said,
        n => format!("{said} ({})", locale.say("event-repeated", &[("n", n.into())])),
    }
}

/// The word of an event.
pub fn word<'l>(kind: &EventKind, locale: &'l Locale) -> Cow<'l, str> {
    locale.text(&format!("word-{}", name(kind)))
}

/// What an invariant is called on the screen.
pub fn invariant(invariant: Invariant, locale: &Locale) -> String {
    locale.text(&format!("lamp-{}", invariant.name().replace('_', "-"))).into_owned()
}

/// The stem of a kind's text ids; what a filter calls it.
pub const fn name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Started { .. } => "started",
        EventKind::Crashed { .. } => "crashed",
        EventKind::Recovered { .. } => "recovered",
        EventKind::CaughtUp { .. } => "caught-up",
        EventKind::Frozen => "frozen",
        EventKind::Thawed { .. } => "thawed",
        EventKind::Halted { .. } => "halted",
        EventKind::DiskSlow { .. } => "disk",
        EventKind::LinkCut { .. } => "cut",
        EventKind::LinkHealed { .. } => "healed",
        EventKind::Isolated => "isolated",
        EventKind::Muted => "muted",
        EventKind::Rejoined => "rejoined",
        EventKind::AllHealed => "all-healed",
        EventKind::Believes { .. } => "believes",
        EventKind::TimedOut { .. } => "timed-out",
        EventKind::Stands { .. } => "stands",
        EventKind::Voted { .. } => "voted",
        EventKind::VoteRefused { .. } => "vote-refused",
        EventKind::Elected { .. } => "elected",
        EventKind::SteppedDown { .. } => "stepped-down",
        EventKind::FirstCommit { .. } => "first-commit",
        EventKind::FirstAnswer { .. } => "first-answer",
        EventKind::TransferBegan { .. } => "transfer",
        EventKind::TransferFailed { .. } => "transfer-failed",
        EventKind::ConfigAppended { .. } => "config-appended",
        EventKind::ConfigCommitted { .. } => "config-committed",
        EventKind::ConfigReverted { .. } => "config-reverted",
        EventKind::ConfigRefused { .. } => "config-refused",
        EventKind::LearnerReady { .. } => "learner-ready",
        EventKind::Truncated { .. } => "truncated",
        EventKind::SnapshotSent { .. } => "snapshot-sent",
        EventKind::SnapshotInstalled { .. } => "snapshot-installed",
        EventKind::SnapshotTaken { .. } => "snapshot-taken",
        EventKind::GapFound { .. } => "gap",
        EventKind::Rebuilt { .. } => "rebuilt",
        EventKind::Rotation { .. } => "rotation",
        EventKind::Draining { .. } => "draining",
        EventKind::Drained => "drained",
        EventKind::BurstBegan { .. } => "burst",
        EventKind::BurstEnded { .. } => "burst-ended",
        EventKind::Overloaded { .. } => "overloaded",
        EventKind::AckChanged(_) => "ack",
        EventKind::RuleSwitched { .. } => "rule",
        EventKind::StrategyChanged(_) => "strategy",
        EventKind::LoadChanged { .. } | EventKind::LoadSkewed { .. } | EventKind::HotSymbol { .. } => "load",
        EventKind::ReadsMoved { .. } => "reads",
        EventKind::ControlRefused { .. } => "refused",
        EventKind::RollingRestart { .. } => "rolling",
        EventKind::SymbolAssigned { .. } => "assigned",
        EventKind::TickBurstBegan { .. } => "tick-burst",
        EventKind::TickRateChanged { .. } => "ticks",
        EventKind::OverloadChanged(_) => "overload-rule",
        EventKind::SignalsTrade { .. } => "signals",
        EventKind::Admission(event) => name_of_admission(*event),
        EventKind::Feed(_) => "feed",
        EventKind::Trades(_) => "trades",
        EventKind::Violated { .. } => "violated",
        EventKind::OrdersLost { .. } => "lost",
        EventKind::NodeJoined => "joined",
        EventKind::NodeLeaving => "leaving",
        EventKind::NodeLeft => "left",
        EventKind::ReplicaPlaced { .. } => "placed",
        EventKind::Rebalanced { .. } => "rebalanced",
        EventKind::ReplicaRetired => "retired",
        EventKind::Moves(moves) => name_of_move(moves),
        EventKind::Venue(_) => "venue",
    }
}

const fn name_of_admission(event: AdmissionEvent) -> &'static str {
    match event {
        AdmissionEvent::Stalled { .. } | AdmissionEvent::Resumed => "stalled",
        AdmissionEvent::Switched { .. } => "admission",
        AdmissionEvent::SearchBegan
        | AdmissionEvent::Tried { .. }
        | AdmissionEvent::Found { .. }
        | AdmissionEvent::SearchEnded => "capacity",
    }
}

const fn name_of_move(moves: &MovesEvent) -> &'static str {
    match moves {
        MovesEvent::Planned { .. } => "moves-planned",
        MovesEvent::Frozen { .. } => "symbol-frozen",
        MovesEvent::Moved { .. } => "symbol-moved",
        MovesEvent::Done { .. } => "moves-done",
    }
}

/// What kinds belong together, for filters.
pub const fn class(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Started { .. }
        | EventKind::Crashed { .. }
        | EventKind::Recovered { .. }
        | EventKind::CaughtUp { .. }
        | EventKind::Frozen
        | EventKind::Thawed { .. }
        | EventKind::Halted { .. }
        | EventKind::DiskSlow { .. }
        | EventKind::RollingRestart { .. } => "node",
        EventKind::LinkCut { .. }
        | EventKind::LinkHealed { .. }
        | EventKind::Isolated
        | EventKind::Muted
        | EventKind::Rejoined
        | EventKind::AllHealed => "link",
        EventKind::Believes { .. } => "belief",
        EventKind::TimedOut { .. }
        | EventKind::Stands { .. }
        | EventKind::Voted { .. }
        | EventKind::VoteRefused { .. }
        | EventKind::Elected { .. }
        | EventKind::SteppedDown { .. }
        | EventKind::FirstCommit { .. }
        | EventKind::FirstAnswer { .. }
        | EventKind::TransferBegan { .. }
        | EventKind::TransferFailed { .. } => "election",
        EventKind::ConfigAppended { .. }
        | EventKind::ConfigCommitted { .. }
        | EventKind::ConfigReverted { .. }
        | EventKind::ConfigRefused { .. }
        | EventKind::LearnerReady { .. }
        | EventKind::NodeJoined
        | EventKind::NodeLeaving
        | EventKind::NodeLeft
        | EventKind::ReplicaPlaced { .. }
        | EventKind::Rebalanced { .. }
        | EventKind::ReplicaRetired => "member",
        EventKind::Truncated { .. }
        | EventKind::SnapshotSent { .. }
        | EventKind::SnapshotInstalled { .. }
        | EventKind::SnapshotTaken { .. }
        | EventKind::GapFound { .. }
        | EventKind::Rebuilt { .. } => "log",
        EventKind::Violated { .. } | EventKind::OrdersLost { .. } => "audit",
        EventKind::AckChanged(_)
        | EventKind::RuleSwitched { .. }
        | EventKind::StrategyChanged(_)
        | EventKind::LoadChanged { .. }
        | EventKind::LoadSkewed { .. }
        | EventKind::HotSymbol { .. }
        | EventKind::ReadsMoved { .. }
        | EventKind::TickRateChanged { .. }
        | EventKind::OverloadChanged(_)
        | EventKind::SignalsTrade { .. }
        | EventKind::ControlRefused { .. } => "setting",
        EventKind::Admission(_)
        | EventKind::Feed(_)
        | EventKind::Trades(_)
        | EventKind::Rotation { .. }
        | EventKind::Draining { .. }
        | EventKind::Drained
        | EventKind::BurstBegan { .. }
        | EventKind::BurstEnded { .. }
        | EventKind::SymbolAssigned { .. }
        | EventKind::TickBurstBegan { .. }
        | EventKind::Moves(_)
        | EventKind::Venue(_)
        | EventKind::Overloaded { .. } => "desk",
    }
}

/// The sign of a kind, a blank for the quiet ones.
pub const fn sign(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Crashed { .. } | EventKind::Halted { .. } | EventKind::OrdersLost { .. } => "✗",
        EventKind::Violated { .. } | EventKind::Trades(TradesEvent::Damaged { .. }) => "✗",
        EventKind::Isolated | EventKind::Muted | EventKind::Frozen => "⊘",
        EventKind::LinkCut { .. } => "╳",
        EventKind::Elected { .. } => "★",
        EventKind::Recovered { .. } | EventKind::Thawed { .. } => "↻",
        EventKind::Rejoined | EventKind::AllHealed | EventKind::LinkHealed { .. } => "●",
        EventKind::CaughtUp { .. } | EventKind::FirstAnswer { .. } | EventKind::FirstCommit { .. } => "✓",
        EventKind::Overloaded { .. }
        | EventKind::DiskSlow { slow: true }
        | EventKind::Admission(AdmissionEvent::Stalled { .. })
        | EventKind::Feed(FeedEvent::Wrong { .. }) => "▲",
        _ => " ",
    }
}

/// How a kind looks in the list: faults are filled badges, what went well is quiet.
pub const fn role(kind: &EventKind) -> Role {
    match kind {
        EventKind::Crashed { .. } | EventKind::Halted { .. } => Role::NodeFailed,
        EventKind::Violated { .. } | EventKind::OrdersLost { .. } => Role::Error,
        EventKind::Isolated | EventKind::Muted | EventKind::Frozen | EventKind::LinkCut { .. } => Role::NodeIsolated,
        EventKind::Overloaded { .. }
        | EventKind::DiskSlow { slow: true }
        | EventKind::Admission(AdmissionEvent::Stalled { .. }) => Role::NodeDegraded,
        EventKind::Elected { .. } => Role::Leader,
        EventKind::Stands { .. } | EventKind::TimedOut { .. } => Role::Candidate,
        EventKind::Recovered { .. } | EventKind::Thawed { .. } | EventKind::SnapshotInstalled { .. } => {
            Role::NodeRecovering
        }
        EventKind::CaughtUp { .. }
        | EventKind::FirstAnswer { .. }
        | EventKind::FirstCommit { .. }
        | EventKind::LearnerReady { .. }
        | EventKind::ConfigCommitted { .. }
        | EventKind::NodeJoined
        | EventKind::Rebalanced { .. }
        | EventKind::Moves(MovesEvent::Done { .. })
        | EventKind::Admission(AdmissionEvent::Found { .. } | AdmissionEvent::Resumed)
        | EventKind::Rejoined
        | EventKind::AllHealed => Role::Ok,
        EventKind::Believes { .. }
        | EventKind::Voted { .. }
        | EventKind::VoteRefused { .. }
        | EventKind::Moves(MovesEvent::Frozen { .. } | MovesEvent::Moved { .. })
        | EventKind::SnapshotTaken { .. } => Role::Muted,
        _ => Role::Text,
    }
}

#[cfg(test)]
mod tests;
