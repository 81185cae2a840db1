//! What an event adds to the running hash: enough to tell two runs apart, cheap enough to do for every event.
//!
//! Idea: two runs are the same if every event had the same time, kind, target and content. Contents are not walked:
//! batches and log ends carry digests of their own, and what differs deeper shows in the next message.
//! Shape: numbers that are stable for ever, since recordings carry hashes.

use crate::domain::actor::ActorInput;
use crate::domain::control::Control;
use crate::domain::digest::Digest;
use crate::domain::ids::{Address, NodeId};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::order::{Answer, DeskMessage, Reply};
use crate::domain::trades::TradesQuestion;
use crate::node::message::{NodeInput, NodeMessage, NodeOrder};
use crate::protocols::message::PeerMessage;
use crate::protocols::registry::Message;

use super::queue::{Scheduled, What};

/// Any odd number with bits all over: multiplying by it loses nothing.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash with an event on it that is about to happen.
pub(super) fn of_event(digest: Digest, scheduled: &Scheduled) -> Digest {
    match &scheduled.what {
        What::Node { node, input, .. } => of_input(digest.mix(head(1, u64::from(node.0))), input),
        What::Wake { node, .. } => digest.mix(head(2, u64::from(node.0))),
        What::FsyncEnd { node, .. } => digest.mix(head(3, u64::from(node.0))),
        What::Actor { actor, input, .. } => of_actor_input(digest.mix(head(4, u64::from(actor.0))), input),
    }
}

/// The hash with a control on it.
pub(super) fn of_control(digest: Digest, control: &Control) -> Digest {
    // Controls are rare, and their names are part of recordings anyway: the words of the file are the words of the hash.
    let text = serde_json::to_string(control).unwrap_or_default();
    text.bytes().fold(digest.mix(5), |digest, byte| digest.mix(u64::from(byte)))
}

const fn head(kind: u64, target: u64) -> u64 {
    kind << 32 | target
}

fn node(id: Option<NodeId>) -> u64 {
    id.map_or(0, |id| u64::from(id.0))
}

fn of_input(digest: Digest, input: &NodeInput) -> Digest {
    match input {
        NodeInput::Start => digest.mix(1),
        NodeInput::Wake => digest.mix(2),
        NodeInput::Receive { from, message } => of_node_message(digest.mix(head(3, u64::from(from.0))), message),
        NodeInput::Client { from, message } => of_desk_message(digest.mix(head(4, u64::from(from.0))), message),
        NodeInput::Persisted(token) => digest.mix(head(5, token.0)),
        NodeInput::Order(order) => match order {
            NodeOrder::Transfer { group, to } => digest.mix(6).mix(head(u64::from(group.0), node(*to))),
            NodeOrder::Campaign(group) => digest.mix(head(7, u64::from(group.0))),
            NodeOrder::SetAck(_) => digest.mix(8),
            NodeOrder::SetRules(_) => digest.mix(9),
            NodeOrder::SetAdmission(on) => digest.mix(head(17, u64::from(*on))),
            NodeOrder::ReadTrades(group, TradesQuestion { query, .. }) => {
                digest.mix(16).mix(group.0.into()).mix(query.symbol.0.into()).mix(query.from.0).mix(query.until.0)
            }
            NodeOrder::Panic => digest.mix(10),
            NodeOrder::Wish(change) => digest.mix(14).mix(change.digest().0),
            NodeOrder::ChangeMap(change) => digest.mix(15).mix(change.digest().0),
            NodeOrder::LoseChange(group) => digest.mix(head(16, u64::from(group.0))),
            NodeOrder::ChangeConfig { group, change } => {
                let (kind, who) = match &**change {
                    ConfigChange::AddLearner(node) => (11, GroupConfig::of([*node])),
                    ConfigChange::DropLearner(node) => (12, GroupConfig::of([*node])),
                    ConfigChange::Voters(voters) => (13, GroupConfig::of(voters.iter())),
                };
                digest.mix(head(kind, u64::from(group.0))).mix(who.digest().0)
            }
        },
    }
}

fn of_node_message(digest: Digest, message: &NodeMessage) -> Digest {
    let of_groups = |digest: Digest, groups: &[(crate::domain::ids::GroupId, Message)]| {
        groups.iter().fold(digest, |digest, (group, message)| message.mix_into(digest.mix(u64::from(group.0))))
    };
    match message {
        NodeMessage::Beat { epoch, groups } => of_groups(digest.mix(head(1, epoch.0)), groups),
        NodeMessage::BeatAnswers(groups) => of_groups(digest.mix(2), groups),
        NodeMessage::Replica { group, message } => message.mix_into(digest.mix(head(3, u64::from(group.0)))),
        NodeMessage::Propose(proposal) => {
            digest.mix(head(4, u64::from(proposal.group.0))).mix(proposal.batch.digest().0).mix(proposal.deadline.0)
        }
        NodeMessage::Answers { ticket, answers } => of_answers(digest.mix(head(5, ticket.0)), answers),
        NodeMessage::Declined { ticket, batch, why } => {
            digest.mix(head(6, ticket.0)).mix(u64::from(why.code())).mix(batch.digest().0)
        }
        NodeMessage::Map(map) => digest.mix(head(7, map.epoch.0)),
        NodeMessage::Groups(messages) => messages.iter().fold(digest, |digest, message| {
            digest.mix(head(8, u64::from(message.header.to.0))).mix(message.digest().0)
        }),
    }
}

fn of_desk_message(digest: Digest, message: &DeskMessage) -> Digest {
    match message {
        DeskMessage::Submit(submission) => digest.mix(1).mix(submission.batch.digest().0).mix(submission.deadline.0),
        DeskMessage::Answers(answers) => of_answers(digest.mix(2), answers),
        DeskMessage::Probe => digest.mix(3),
        DeskMessage::Ticks(batch) => digest.mix(5).mix(batch.digest().0),
        DeskMessage::Credits(report) => {
            digest.mix(head(6, report.said)).mix(report.through).mix(report.processed ^ report.shed << 32)
        }
        DeskMessage::Trades(answer) => digest.mix(8).mix(answer.found).mix(answer.bytes_read),
        DeskMessage::Signals(signals) => signals.iter().fold(digest.mix(7), |digest, signal| digest.mix(signal.time.0)),
        DeskMessage::ProbeAnswer(load) => digest.mix(head(4, u64::from(load.in_flight))).mix(u64::from(load.queued)),
    }
}

fn of_answers(digest: Digest, answers: &[Answer]) -> Digest {
    answers.iter().fold(digest, |digest, answer| {
        let what = match answer.reply {
            Reply::Accepted(promise) => head(1, promise.index.0),
            Reply::Verdict(promise, verdict) => head(2, promise.index.0) ^ verdict.filled.0 << 48,
            Reply::Reading(reading) => head(3, reading.index.0),
            Reply::Refused(why) => head(4, u64::from(why.code())),
            Reply::Notice(verdict) => head(5, verdict.filled.0),
        };
        // One word for both: spread, the name of the request leaves what is said of it readable.
        let id = u64::from(answer.id.client.0) << 40 ^ answer.id.sequence.0;
        digest.mix(id.wrapping_mul(SPREAD) ^ what)
    })
}

fn of_actor_input(digest: Digest, input: &ActorInput) -> Digest {
    match input {
        ActorInput::Start => digest.mix(1),
        ActorInput::Wake => digest.mix(2),
        ActorInput::Receive { from, message } => {
            let from = match from {
                Address::Node(node) => u64::from(node.0),
                Address::Actor(actor) => 1 << 16 | u64::from(actor.0),
            };
            of_desk_message(digest.mix(head(3, from)), message)
        }
        ActorInput::Control(control) => of_control(digest.mix(4), control),
        ActorInput::Event(event) => digest.mix(head(5, event.id.0)),
        ActorInput::Member(node, membership) => digest.mix(head(6, u64::from(node.0))).mix(*membership as u64),
    }
}
