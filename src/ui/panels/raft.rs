//! The group in view from inside: the ends of the logs, votes, timers, and messages on the wire.
//!
//! Idea: all logs stand on one scale of indices, so a missing entry is a gap and a contradicting one a reversed cell.
//! The commit index is a heavy line in each log.

use ratatui::layout::Rect;

use crate::domain::engine::Capability;
use crate::domain::ids::{LogIndex, Term};
use crate::domain::view::{
    CellView, GroupView, MessageKind, MessageView, ProgressMode, ProgressView, ReplicaView, RoleView,
};

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::badge;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;
use super::lacking;
use crate::locale::Locale;

/// Columns of a log cell.
const CELL: usize = 4;
/// Columns of a timer.
const TIMER: usize = 20;
/// Columns of what the leader knows of a follower.
const PROGRESS: usize = 32;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let Some(group) = scene.group() else { return };
    let figures = [
        ("group", group.id.to_string().into()),
        ("term", group.term.0.to_string().into()),
        ("commit", group.commit.0.into()),
    ];
    let inner = frame(canvas, scene, area, Panel::Raft, &locale.say("panel-raft", &figures), "");
    if lacking::draw(canvas, inner, scene, Capability::Votes) {
        return;
    }
    let columns = usize::from(inner.width);
    let head = 18;
    let timer = if columns >= head + TIMER + 6 * CELL { TIMER } else { 0 };
    let known = if columns >= head + timer + PROGRESS + 12 * CELL { PROGRESS } else { 0 };
    let room = columns.saturating_sub(head + timer + known + 1) / CELL;
    let scale = scale(group, room);
    let mut row = 0;
    for replica in &group.replicas {
        canvas.hit(Rect::new(inner.x, inner.y + row, inner.width, 1), Hit::Node(replica.node));
        let role = badge::replica(replica, locale);
        let strip = canvas.strip().left(3, Role::Text, &replica.node.to_string());
        let strip = strip.left(11, role.role, &role.text()).right(4, Role::Muted, &replica.term.to_string());
        let behind = scale.first().is_some_and(|first| replica.last < *first);
        let strip = if behind {
            let end = locale.say("raft-ends", &[("index", replica.last.0.into())]);
            strip.add(Role::Muted, format!("  {end}"))
        } else {
            cells(strip, group, replica, &scale)
        };
        let strip = strip.to(head + scale.len() * CELL + 1);
        let runs = scene.node(replica.node).is_none_or(|node| node.truth.runs());
        let strip = if timer > 0 { timer_of(strip, replica, runs, locale) } else { strip };
        let strip = match replica.progress.filter(|_| timer > 0) {
            Some(known) => strip.fit(columns, |strip| progress(strip.add(Role::Text, "  "), &known, locale)),
            None => strip,
        };
        canvas.put(inner, row, strip);
        row += 1;
    }
    row += 1;
    canvas.put(inner, row, votes(canvas.strip(), group, locale));
    row += 1;
    for message in scene.view.net.in_flight.iter().filter(|message| message.group == group.id) {
        canvas.put(inner, row, message_line(canvas.strip(), message, locale));
        row += 1;
    }
}

/// The entries that are shown, as the first indices of all cells, in order: the latest that fit.
fn scale(group: &GroupView, room: usize) -> Vec<LogIndex> {
    let mut firsts: Vec<LogIndex> =
        group.replicas.iter().flat_map(|replica| replica.cells.iter().map(|cell| cell.first)).collect();
    firsts.sort_unstable();
    firsts.dedup();
    firsts.split_off(firsts.len().saturating_sub(room))
}

fn cells<'a>(strip: Strip<'a>, group: &GroupView, replica: &ReplicaView, scale: &[LogIndex]) -> Strip<'a> {
    let truth = |first: LogIndex| -> Option<Term> {
        let leader = group.leader.and_then(|leader| group.replica(leader))?;
        leader.cells.iter().find(|cell| cell.first == first).map(|cell| cell.term)
    };
    scale.iter().fold(strip, |strip, first| {
        let cell: Option<&CellView> = replica.cells.iter().find(|cell| cell.first == *first);
        let Some(cell) = cell else { return strip.add(Role::Muted, "  · ") };
        let conflict = truth(*first).is_some_and(|term| term != cell.term);
        let committed = cell.last <= replica.commit;
        let role = match (conflict, committed) {
            (true, _) => Role::LogConflict,
            (_, true) => Role::LogCommitted,
            _ => Role::LogPending,
        };
        let text = (cell.term.0 % 1_000).to_string();
        let strip = strip.add(Role::Text, " ".repeat(3_usize.saturating_sub(text.len())));
        let next = scale.iter().find(|other| *other > first);
        let edge = committed && next.is_none_or(|next| *next > replica.commit);
        strip.add(role, text).add(Role::Accent, if edge { "┃" } else { " " })
    })
}

/// What is left of the election timer, as a bar that empties.
fn timer_of<'a>(strip: Strip<'a>, replica: &ReplicaView, runs: bool, locale: &Locale) -> Strip<'a> {
    match replica.timer.filter(|_| runs) {
        Some((left, all)) => {
            let share = left.as_nanos().saturating_mul(1_000) / all.as_nanos().max(1);
            bar(strip, 10, share, Role::Bar).right(TIMER - 11, Role::Text, &locale.duration(left))
        }
        None if replica.alive && runs => strip.add(Role::Leader, locale.text("timer-leads")),
        None => strip.add(Role::Muted, locale.text("timer-stopped")),
    }
}

/// What the leader knows of the replica: how it sends, how far the logs are known to match, what is not answered yet.
fn progress<'a>(strip: Strip<'a>, known: &ProgressView, locale: &Locale) -> Strip<'a> {
    let (role, id) = match known.mode {
        ProgressMode::Probe => (Role::Candidate, "progress-probe"),
        ProgressMode::Replicate => (Role::Muted, "progress-replicate"),
        ProgressMode::Snapshot => (Role::NodeRecovering, "progress-snapshot"),
    };
    let strip = strip.left(8, role, &locale.text(id)).right(9, Role::Text, &locale.number(known.matched.0));
    let open = locale.say("progress-open", &[("n", known.in_flight.into())]);
    strip.right(13, Role::Muted, &open)
}

fn votes<'a>(strip: Strip<'a>, group: &GroupView, locale: &Locale) -> Strip<'a> {
    // Who asks behind the back of a leader, being cut off from it, decides nothing.
    let led = group.leader.and_then(|leader| group.replica(leader)).map(|leader| leader.term);
    let may_win = |replica: &&ReplicaView| match replica.role {
        RoleView::PreCandidate => led.is_none(),
        _ => led.is_none_or(|term| replica.term > term),
    };
    let asks = |replica: &&ReplicaView| replica.alive && !replica.votes.is_empty();
    let asking = group.replicas.iter().filter(asks).find(may_win);
    // Nobody has voted yet for one who only asks whether it could win the next term.
    let (id, term) = match asking {
        Some(replica) if replica.role == RoleView::PreCandidate => ("raft-pre-votes", replica.term.next()),
        Some(replica) => ("raft-votes", replica.term),
        None => ("raft-votes", group.term),
    };
    let strip = strip.add(Role::Muted, format!("{} {term}  ", locale.text(id)));
    match asking {
        Some(replica) => {
            group.replicas.iter().fold(strip.add(Role::Candidate, format!("{}: ", replica.node)), |s, voter| {
                let node = voter.node;
                let (role, sign) = match (replica.votes.contains(node), replica.refusals.contains(node)) {
                    (true, _) => (Role::Ok, "✓"),
                    (_, true) => (Role::Warn, "✗"),
                    _ => (Role::Muted, "–"),
                };
                s.add(role, format!("{node} {sign}  "))
            })
        }
        // A vote counts in its term only: what somebody has voted in an older one is no vote in this election.
        None => group.replicas.iter().fold(strip, |strip, replica| {
            let vote = replica.voted_for.filter(|_| replica.term == group.term);
            let vote = vote.map_or_else(|| "–".to_owned(), |node| node.to_string());
            strip.add(Role::Muted, format!("{} → {vote}  ", replica.node))
        }),
    }
}

fn message_line<'a>(strip: Strip<'a>, message: &MessageView, locale: &Locale) -> Strip<'a> {
    let (role, text) = match message.kind {
        MessageKind::PreVote(term) => (Role::Candidate, format!("PRE-VOTE? {term}")),
        MessageKind::Vote(term) => (Role::Candidate, format!("VOTE? {term}")),
        MessageKind::VoteAnswer { granted: true } => (Role::Ok, "VOTE ✓".to_owned()),
        MessageKind::VoteAnswer { granted: false } => (Role::Warn, "VOTE ✗".to_owned()),
        MessageKind::Append { first, last } => (Role::Text, format!("APPEND {}–{}", first.0, last.0)),
        MessageKind::AppendAnswer { matched: Some(index) } => (Role::Muted, format!("ACK {}", index.0)),
        MessageKind::AppendAnswer { matched: None } => (Role::Warn, "NO MATCH".to_owned()),
        MessageKind::Beat(commit) => (Role::Muted, format!("BEAT {}", commit.0)),
        MessageKind::BeatAnswer => (Role::Muted, "BEAT ✓".to_owned()),
        MessageKind::Snapshot(index) => (Role::Accent, format!("SNAPSHOT {}", index.0)),
        MessageKind::TimeoutNow => (Role::Candidate, "TIMEOUT NOW".to_owned()),
    };
    let strip = strip.left(9, Role::Text, &format!("{}→{}", message.from, message.to));
    strip.left(24, role, &text).right(9, Role::Muted, &locale.duration(message.arrives_in))
}
