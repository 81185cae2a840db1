//! Messages, events and replicas in the words of the stories.

use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::ids::{LogIndex, NodeSet, Term};
use chaosdesk::domain::log::{Entry, Payload};
use chaosdesk::domain::membership::GroupConfig;
use chaosdesk::domain::view::RoleView;
use chaosdesk::protocols::raft::Raft;
use chaosdesk::protocols::raft::message::{Body, Message};
use chaosdesk::protocols::replication::Replication;

pub fn point(index: LogIndex, term: Term) -> String {
    format!("{index}@{term}")
}

pub fn entry(entry: &Entry) -> String {
    if let Payload::Config(config) = &entry.payload {
        format!("{} {}", point(entry.first, entry.term), members(config))
    } else if entry.first == entry.last() {
        point(entry.first, entry.term)
    } else {
        format!("{}-{}", entry.first, point(entry.last(), entry.term))
    }
}

pub fn set(nodes: NodeSet) -> String {
    nodes.iter().map(|node| node.to_string()).collect::<Vec<_>>().join(",")
}

pub fn message(message: &Message) -> String {
    let term = message.term;
    match &message.body {
        Body::RequestVote { last_index, last_term, pre_vote, transfer } => {
            let kind = if *pre_vote { "would you vote for me" } else { "vote for me" };
            let order = if *transfer { ", by order of the leader" } else { "" };
            format!("{term} {kind}? log ends at {}{order}", point(*last_index, *last_term))
        }
        Body::Vote { refused: None, pre_vote } => format!("{term} {}", if *pre_vote { "I would" } else { "yes" }),
        Body::Vote { refused: Some(why), .. } => format!("{term} no: {why:?}"),
        Body::Append { prev_index, prev_term, entries, commit } => {
            let list = entries.iter().map(|each| entry(each)).collect::<Vec<_>>().join(" ");
            format!("{term} append after {}: [{list}] commit={commit}", point(*prev_index, *prev_term))
        }
        Body::Appended { matched } => format!("{term} appended to {matched}"),
        Body::AppendRefused { prev_index, hint_index, hint_term } => {
            format!("{term} nothing fits after {prev_index}, try {}", point(*hint_index, *hint_term))
        }
        Body::Beat { commit, round } => format!("{term} beat {round} commit={commit}"),
        Body::BeatAnswer { round, received, matched, .. } => {
            format!("{term} beat {round} heard, received={received} matched={matched}")
        }
        Body::Snapshot(snapshot) => format!("{term} snapshot to {}", point(snapshot.index, snapshot.term)),
        Body::TimeoutNow => format!("{term} stand now"),
        Body::Stale => format!("{term} your term is over"),
    }
}

pub fn event(kind: &EventKind) -> String {
    match kind {
        EventKind::TimedOut { term, silent, pre_vote, .. } => {
            let then = if *pre_vote { "asks first" } else { "stands at once" };
            format!("* timed out after {} ms, {then} for {term}", silent.as_millis())
        }
        EventKind::Stands { term, forced } => format!("* stands in {term}{}", if *forced { ", by order" } else { "" }),
        EventKind::Voted { candidate, term } => format!("* votes for {candidate} in {term}"),
        EventKind::VoteRefused { candidate, term, why, pre_vote } => {
            format!("* refuses {candidate} {}in {term}: {why:?}", if *pre_vote { "(only asked) " } else { "" })
        }
        EventKind::Elected { term, votes, voters } => format!("* leads {term}, elected by {} of {voters}", set(*votes)),
        EventKind::ConfigAppended { config } => format!("* appends the configuration {}", members(config)),
        EventKind::ConfigCommitted { config } => format!("* commits the configuration {}", members(config)),
        EventKind::ConfigReverted { config } => format!("* is back at the configuration {}", members(config)),
        EventKind::ConfigRefused { why } => format!("* changes nothing: {why:?}"),
        EventKind::LearnerReady { learner } => format!("* finds that {learner} keeps up"),
        other => format!("* {other:?}"),
    }
}

/// A configuration: the voters; in a joint one, those before them too; and who learns.
pub fn members(config: &GroupConfig) -> String {
    let name = |nodes: NodeSet| format!("({})", set(nodes));
    let joint = if config.is_joint() { format!(" and {}", name(config.outgoing)) } else { String::new() };
    let learners =
        if config.learners.is_empty() { String::new() } else { format!(" learners {}", name(config.learners)) };
    format!("{}{joint}{learners}", name(config.voters))
}

pub fn status(raft: &Raft) -> String {
    let role = match raft.role() {
        RoleView::Follower => "follower",
        RoleView::PreCandidate => "asks",
        RoleView::Candidate => "candidate",
        RoleView::Leader => "leader",
    };
    let name = |node: Option<chaosdesk::domain::ids::NodeId>| node.map_or("-".to_string(), |node| node.to_string());
    format!(
        "{role} {} vote={} leader={} end={} synced={} commit={}",
        raft.term(),
        name(raft.voted_for()),
        name(raft.leader()),
        point(raft.end().index, raft.end().term),
        raft.synced_index(),
        raft.commit_index(),
    )
}

pub fn log(raft: &Raft) -> String {
    let base = raft.log().base();
    let list = raft.log().entries_from(LogIndex(1)).map(|each| entry(each)).collect::<Vec<_>>().join(" ");
    if base.index == LogIndex::ORIGIN { list } else { format!("snapshot to {} | {list}", point(base.index, base.term)) }
}
