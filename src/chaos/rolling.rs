//! A rolling restart: every node is stopped and started again, one after the other, as an operator would upgrade them.
//!
//! Idea: the next node goes down only when the last one is back and holds everything that is committed, so a quorum
//! stands throughout. A node that takes longer than [`PATIENCE`] to catch up ends the restart, it is not forced on.
//! Shape: an actor that waits either for a time (a node is down for [`DOWN_FOR`]) or for the event `CaughtUp`.

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft, Membership};
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::NodeId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::ClusterView;
use crate::domain::why::Why;

/// How long each node is down: longer than an election takes.
const DOWN_FOR: SimDuration = SimDuration::from_millis(500);
/// Between one node's return and the next one's stop.
const PAUSE: SimDuration = SimDuration::from_millis(200);
/// How long a node may take to catch up.
const PATIENCE: SimDuration = SimDuration::from_secs(30);

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Stage {
    #[default]
    Idle,
    /// The node is down until then.
    Down(NodeId, SimTime),
    /// The node is back and catches up, until then at most.
    Returns(NodeId, SimTime),
    /// The node is through; the next goes down then.
    Pauses(NodeId, SimTime),
}

/// The actor that carries a rolling restart out.
#[derive(Clone, Debug)]
pub struct RollingRestart {
    /// The members, in order.
    nodes: Vec<NodeId>,
    stage: Stage,
}

impl RollingRestart {
    /// For a cluster of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self { nodes: NodeId::first(nodes).collect(), stage: Stage::Idle }
    }

    fn on_member(&mut self, node: NodeId, membership: Membership) {
        self.nodes.retain(|known| *known != node);
        if membership == Membership::Member {
            self.nodes.push(node);
            self.nodes.sort_unstable();
        }
    }

    fn after(&self, node: NodeId) -> Option<NodeId> {
        self.nodes.iter().copied().find(|next| *next > node)
    }

    fn stop(&mut self, now: SimTime, node: NodeId, out: &mut Vec<ActorEffect>) {
        out.push(ActorEffect::Control(Control::Crash(Target::Node(node))));
        self.wait(Stage::Down(node, now + DOWN_FOR), out);
    }

    fn wait(&mut self, stage: Stage, out: &mut Vec<ActorEffect>) {
        self.stage = stage;
        match stage {
            Stage::Down(_, at) | Stage::Returns(_, at) | Stage::Pauses(_, at) => out.push(ActorEffect::WakeAt(at)),
            Stage::Idle => {}
        }
    }

    fn wake(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        match self.stage {
            Stage::Down(node, at) if at <= now => {
                out.push(ActorEffect::Control(Control::Recover(Target::Node(node))));
                self.wait(Stage::Returns(node, now + PATIENCE), out);
            }
            Stage::Returns(node, at) if at <= now => {
                self.stage = Stage::Idle;
                let kind = EventKind::RollingRestartStopped;
                out.push(ActorEffect::Tell(Draft { node: Some(node), group: None, kind }));
            }
            Stage::Pauses(node, at) if at <= now => match self.after(node) {
                Some(next) => self.stop(now, next, out),
                None => self.finish(out),
            },
            _ => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<ActorEffect>) {
        self.stage = Stage::Idle;
        out.push(tell(EventKind::RollingRestart { done: true }));
    }
}

const fn tell(kind: EventKind) -> ActorEffect {
    ActorEffect::Tell(Draft { node: None, group: None, kind })
}

impl Actor for RollingRestart {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Control(control @ Control::RollingRestart) => {
                if let Some(why) = self.refusal(now, &control) {
                    out.push(tell(EventKind::ControlRefused { control, why }));
                    return;
                }
                out.push(tell(EventKind::RollingRestart { done: false }));
                match self.nodes.first().copied() {
                    Some(first) => self.stop(now, first, out),
                    None => self.finish(out),
                }
            }
            ActorInput::Event(event) => match (event.kind, self.stage) {
                // Somebody else may have started it again before its time.
                (EventKind::CaughtUp { .. }, Stage::Down(node, _) | Stage::Returns(node, _))
                    if event.node == Some(node) =>
                {
                    self.wait(Stage::Pauses(node, now + PAUSE), out);
                }
                _ => {}
            },
            ActorInput::Member(node, membership) => self.on_member(node, membership),
            ActorInput::Wake => self.wake(now, out),
            _ => {}
        }
    }

    fn refusal(&self, _: SimTime, control: &Control) -> Option<Why> {
        (*control == Control::RollingRestart && self.stage != Stage::Idle).then_some(Why::AlreadySo)
    }

    fn listens(&self) -> bool {
        true
    }

    fn contribute(&self, _now: SimTime, _view: &mut ClusterView) {}

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::ids::EventId;

    fn controls(out: &[ActorEffect]) -> Vec<Control> {
        let control = |effect: &ActorEffect| match effect {
            ActorEffect::Control(control) => Some(*control),
            _ => None,
        };
        out.iter().filter_map(control).collect()
    }

    fn caught_up(node: NodeId) -> ActorInput {
        let kind = EventKind::CaughtUp { after: SimDuration::ZERO, records: 0 };
        ActorInput::Event(Event {
            id: EventId(1),
            at: SimTime::ZERO,
            node: Some(node),
            group: None,
            kind,
            cause: None,
            repeated: 0,
        })
    }

    #[test]
    fn the_next_node_stops_only_when_the_last_has_caught_up() {
        let mut restart = RollingRestart::new(2);
        let (n1, n2) = (NodeId(1), NodeId(2));
        let mut out = Vec::new();
        restart.step(SimTime::ZERO, ActorInput::Control(Control::RollingRestart), &mut out);
        assert_eq!(controls(&out), [Control::Crash(Target::Node(n1))]);
        out.clear();
        restart.step(SimTime::from_millis(500), ActorInput::Wake, &mut out);
        assert_eq!(controls(&out), [Control::Recover(Target::Node(n1))]);
        out.clear();
        restart.step(SimTime::from_millis(5_000), ActorInput::Wake, &mut out);
        assert_eq!(controls(&out), [], "n1 is not back yet");
        restart.step(SimTime::from_millis(5_000), caught_up(n2), &mut out);
        restart.step(SimTime::from_millis(5_300), ActorInput::Wake, &mut out);
        assert_eq!(controls(&out), [], "another node's return does not count");
        restart.step(SimTime::from_millis(6_000), caught_up(n1), &mut out);
        restart.step(SimTime::from_millis(6_200), ActorInput::Wake, &mut out);
        assert_eq!(controls(&out), [Control::Crash(Target::Node(n2))]);
    }

    #[test]
    fn a_node_that_somebody_else_started_again_counts_as_back() {
        let mut restart = RollingRestart::new(2);
        let (n1, n2) = (NodeId(1), NodeId(2));
        let mut out = Vec::new();
        restart.step(SimTime::ZERO, ActorInput::Control(Control::RollingRestart), &mut out);
        restart.step(SimTime::from_millis(300), caught_up(n1), &mut out);
        out.clear();
        restart.step(SimTime::from_millis(500), ActorInput::Wake, &mut out);
        assert_eq!(controls(&out), [Control::Crash(Target::Node(n2))]);
    }

    #[test]
    fn a_node_that_never_returns_ends_the_restart() {
        let mut restart = RollingRestart::new(2);
        let mut out = Vec::new();
        restart.step(SimTime::ZERO, ActorInput::Control(Control::RollingRestart), &mut out);
        restart.step(SimTime::from_millis(500), ActorInput::Wake, &mut out);
        out.clear();
        restart.step(SimTime::from_millis(31_000), ActorInput::Wake, &mut out);
        let stopped = |effect: &ActorEffect| match effect {
            ActorEffect::Tell(Draft { node, kind: EventKind::RollingRestartStopped, .. }) => *node,
            _ => None,
        };
        assert_eq!(out.iter().map(stopped).collect::<Vec<_>>(), [Some(NodeId(1))], "it says so, and is not through");
        assert_eq!(restart.stage, Stage::Idle);
    }
}
