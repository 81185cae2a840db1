//! Which sentence an event is, and the figures in it.

mod desk;

use std::borrow::Cow;

use crate::domain::event::{Event, EventKind, Health, StepDown};
use crate::domain::ids::{NodeId, NodeSet};
use crate::domain::membership::GroupConfig;
use crate::domain::plan::Step;
use crate::domain::time::SimDuration;

use super::super::state::causes;
use super::Figures;
use crate::locale::{FluentValue, Locale};
use desk::{desk_event, move_event, setting_event};

/// The id of an event's sentence, and its figures.
pub fn sentence(event: &Event, events: &[Event], locale: &Locale) -> (Cow<'static, str>, Figures) {
    let node = event.node.map_or_else(|| locale.text("somebody").into_owned(), |node| node.to_string());
    let mut figures: Figures = vec![("node", node.into())];
    let id = node_event(&event.kind, locale, &mut figures)
        .or_else(|| link_event(&event.kind, locale, &mut figures))
        .or_else(|| election_event(event, events, locale, &mut figures))
        .or_else(|| leader_event(&event.kind, locale, &mut figures))
        .or_else(|| member_event(&event.kind, locale, &mut figures))
        .or_else(|| desk_event(&event.kind, &mut figures))
        .or_else(|| setting_event(&event.kind, locale, &mut figures))
        .or_else(|| move_event(event, locale, &mut figures));
    // An event without figures of its own needs no line above: its sentence has its name.
    let own = || Cow::Owned(format!("event-{}", event.kind.name().text().replace('_', "-")));
    (id.map_or_else(own, Cow::Borrowed), figures)
}

fn text(value: &impl ToString) -> FluentValue<'static> {
    value.to_string().into()
}

fn span(length: SimDuration, locale: &Locale) -> FluentValue<'static> {
    locale.duration(length).into()
}

fn node_event(kind: &EventKind, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::Started { records } => {
            figures.push(("n", (*records).into()));
            "event-started"
        }
        EventKind::Crashed { unsynced } => {
            figures.push(("n", (*unsynced).into()));
            "event-crashed"
        }
        EventKind::Recovered { behind } => {
            figures.push(("n", (*behind).into()));
            "event-recovered"
        }
        EventKind::CaughtUp { after, records } => {
            figures.extend([("n", (*records).into()), ("after", span(*after, locale))]);
            "event-caught-up"
        }
        EventKind::Frozen => "event-frozen",
        EventKind::Thawed { after, held } => {
            figures.extend([("n", (*held).into()), ("after", span(*after, locale))]);
            "event-thawed"
        }
        EventKind::Halted { message } => {
            figures.push(("message", text(message)));
            "event-halted"
        }
        EventKind::DiskSlow { slow: true } => "event-disk-slow",
        EventKind::DiskSlow { slow: false } => "event-disk-fast",
        EventKind::RollingRestart { done: false } => "event-rolling",
        EventKind::RollingRestart { done: true } => "event-rolling-done",
        _ => return None,
    };
    Some(id)
}

fn link_event(kind: &EventKind, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::LinkCut { to } => {
            figures.push(("to", text(to)));
            "event-cut"
        }
        EventKind::LinkHealed { to } => {
            figures.push(("to", text(to)));
            "event-healed"
        }
        EventKind::Isolated => "event-isolated",
        EventKind::Muted => "event-muted",
        EventKind::Rejoined => "event-rejoined",
        EventKind::AllHealed => "event-all-healed",
        EventKind::Believes { peer, health, silent } => {
            figures.extend([("peer", text(peer)), ("silent", span(*silent, locale))]);
            match health {
                Health::Healthy => "event-believes-healthy",
                Health::Degraded => "event-believes-degraded",
                Health::Failed => "event-believes-failed",
            }
        }
        _ => return None,
    };
    Some(id)
}

fn election_event(event: &Event, events: &[Event], locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match &event.kind {
        EventKind::TimedOut { term, silent, timeout, pre_vote } => {
            figures.extend([
                ("term", text(&term.0)),
                ("silent", span(*silent, locale)),
                ("timeout", span(*timeout, locale)),
            ]);
            // Whoever asks for the second time was not the quickest: nobody answered the first.
            let first = *silent < timeout.times(2) && first_to_time_out(event, events);
            match (pre_vote, first) {
                (true, true) => "event-timed-out-first",
                (true, false) => "event-timed-out",
                (false, _) => "event-timed-out-stands",
            }
        }
        EventKind::Stands { term, forced } => {
            figures.push(("term", text(&term.0)));
            let timeout = causes(events, event.id).into_iter().find(|cause| {
                cause.node == event.node
                    && cause.group == event.group
                    && matches!(cause.kind, EventKind::TimedOut { .. })
            });
            match (forced, timeout.map(|timeout| (first_to_time_out(timeout, events), &timeout.kind))) {
                (true, _) => "event-stands-forced",
                (false, Some((true, EventKind::TimedOut { silent, .. }))) => {
                    figures.push(("silent", span(*silent, locale)));
                    "event-stands-silent"
                }
                (false, _) => "event-stands",
            }
        }
        EventKind::Voted { candidate, term } => {
            figures.extend([("candidate", text(candidate)), ("term", text(&term.0))]);
            "event-voted"
        }
        EventKind::VoteRefused { candidate, term, why: reason, pre_vote } => {
            let reason = locale.why(*reason).into();
            figures.extend([("candidate", text(candidate)), ("term", text(&term.0)), ("why", reason)]);
            if *pre_vote { "event-pre-vote-refused" } else { "event-vote-refused" }
        }
        EventKind::Elected { term, votes, voters } => {
            let who: Vec<String> = votes.iter().map(|node: NodeId| node.to_string()).collect();
            figures.extend([
                ("term", text(&term.0)),
                ("votes", text(&votes.len())),
                ("voters", text(voters)),
                ("who", who.join(" ").into()),
            ]);
            "event-elected"
        }
        _ => return None,
    };
    Some(id)
}

/// Whether no other timer of the group ran out before it for the same term.
fn first_to_time_out(event: &Event, events: &[Event]) -> bool {
    let term_of = |event: &Event| match event.kind {
        EventKind::TimedOut { term, .. } => Some(term),
        _ => None,
    };
    let earlier = |other: &&Event| other.id < event.id && other.group == event.group && other.node != event.node;
    !events.iter().filter(earlier).any(|other| term_of(other).is_some() && term_of(other) == term_of(event))
}

fn leader_event(kind: &EventKind, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::SteppedDown { term, why } => {
            figures.push(("term", text(&term.0)));
            match why {
                StepDown::HigherTerm(higher) => {
                    figures.push(("higher", text(&higher.0)));
                    "event-stepped-down-term"
                }
                StepDown::NoQuorum => "event-stepped-down-quorum",
                StepDown::Removed => "event-stepped-down-removed",
            }
        }
        EventKind::FirstCommit { term, index } => {
            figures.extend([("term", text(&term.0)), ("index", index.0.into())]);
            "event-first-commit"
        }
        EventKind::FirstAnswer { term } => {
            figures.push(("term", text(&term.0)));
            "event-first-answer"
        }
        EventKind::TransferBegan { to } => {
            figures.push(("to", text(to)));
            "event-transfer"
        }
        EventKind::TransferFailed { to, why: reason } => {
            figures.extend([("to", text(to)), ("why", locale.why(*reason).into())]);
            "event-transfer-failed"
        }
        EventKind::Truncated { from, records } => {
            figures.extend([("index", from.0.into()), ("n", (*records).into())]);
            "event-truncated"
        }
        EventKind::SnapshotSent { to, index } => {
            figures.extend([("to", text(to)), ("index", index.0.into())]);
            "event-snapshot-sent"
        }
        EventKind::SnapshotInstalled { index } => {
            figures.push(("index", index.0.into()));
            "event-snapshot-installed"
        }
        EventKind::GapFound { version, change } => {
            figures.extend([("index", version.0.into()), ("to", text(&change.0))]);
            "event-gap"
        }
        EventKind::Rebuilt { upto, records } => {
            figures.extend([("index", upto.0.into()), ("n", (*records).into())]);
            "event-rebuilt"
        }
        EventKind::SnapshotTaken { index } => {
            figures.push(("index", index.0.into()));
            "event-snapshot-taken"
        }
        _ => return None,
    };
    Some(id)
}

fn member_event(kind: &EventKind, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::ConfigAppended { config } => {
            who(config, figures);
            match (config.is_joint(), config.learners.is_empty()) {
                (true, _) => "event-config-joint",
                (false, true) => "event-config",
                (false, false) => "event-config-learners",
            }
        }
        EventKind::ConfigCommitted { config } => {
            who(config, figures);
            if config.is_joint() { "event-config-committed-joint" } else { "event-config-committed" }
        }
        EventKind::ConfigReverted { config } => {
            who(config, figures);
            "event-config-reverted"
        }
        EventKind::ConfigRefused { why: reason } => {
            figures.push(("why", locale.why(*reason).into()));
            "event-config-refused"
        }
        EventKind::LearnerReady { learner } => {
            figures.push(("learner", text(learner)));
            "event-learner-ready"
        }
        EventKind::NodeJoined => "event-joined",
        EventKind::NodeLeaving => "event-leaving",
        EventKind::NodeLeft => "event-left",
        EventKind::ReplicaRetired => "event-retired",
        EventKind::ReplicaPlaced { step, reason } => {
            figures.push(("reason", super::reason(*reason, locale).into()));
            placed(*step, figures)
        }
        EventKind::Rebalanced { imbalance } => {
            figures.push(("n", (*imbalance).into()));
            "event-rebalanced"
        }
        _ => return None,
    };
    Some(id)
}

/// What moves, in words.
fn placed(step: Step, figures: &mut Figures) -> &'static str {
    let (id, from, to) = match step {
        Step::Add { to, .. } => ("event-placed-add", None, Some(to)),
        Step::Remove { from, .. } => ("event-placed-remove", Some(from), None),
        Step::Replace { from, to, .. } => ("event-placed-replace", Some(from), Some(to)),
        Step::Lead { from, to, .. } => ("event-placed-lead", Some(from), Some(to)),
    };
    figures.extend(from.map(|from| ("from", text(&from))));
    figures.extend(to.map(|to| ("to", text(&to))));
    id
}

/// The sets of a configuration, as names.
fn who(config: &GroupConfig, figures: &mut Figures) {
    let names = |set: NodeSet| set.iter().map(|node| node.to_string()).collect::<Vec<_>>().join(" ");
    figures.extend([
        ("voters", names(config.voters).into()),
        ("outgoing", names(config.outgoing).into()),
        ("learners", names(config.learners).into()),
    ]);
}
