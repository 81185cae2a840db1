//! Tests of the world as a whole: controls, lives, causes, and that a run is its seed and its controls.

mod controls;
mod lives;
mod runs;
mod screen;

use super::queue::What;
use super::tasks::TaskStepper;
use super::testbed::{ms, world, world_with};
use super::world::{UNHEARD_MAX, World};
use crate::domain::control::{Control, ControlAnswer, Target};
use crate::domain::digest::Digest;
use crate::domain::event::{Event, EventKind, Health};
use crate::domain::ids::{GroupId, LogIndex, NodeId};
use crate::domain::rules::{AckRule, Rule};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{CELLS_MAX, IN_FLIGHT_MAX, MessageKind, NodeTruth, Reach, SAMPLES_MAX};
use crate::domain::why::Why;

const N1: NodeId = NodeId(1);
const N2: NodeId = NodeId(2);
const P1: GroupId = GroupId(1);

/// A run with one of every fault that it can come back from.
fn story(world: &mut World, from_ms: u64) {
    for (at, control) in STORY.into_iter().filter(|(at, _)| *at >= from_ms) {
        world.run_until(ms(at));
        world.control(control);
    }
    world.run_until(ms(3_000));
}

const STORY: [(u64, Control); 9] = [
    (100, Control::Crash(Target::Leader(P1))),
    (700, Control::Freeze(Target::Random)),
    (900, Control::Recover(Target::Node(N1))),
    (1_000, Control::RecoverAll),
    (1_200, Control::Cut { from: Target::Node(N2), to: Target::Node(NodeId(3)) }),
    (1_300, Control::SlowDisk { node: Target::Random, slow: true }),
    (1_500, Control::Poison(Target::Node(NodeId(4)))),
    (1_900, Control::HealAll),
    (2_000, Control::Recover(Target::Node(NodeId(4)))),
];

fn hash_of_story(seed: u64) -> Digest {
    let mut world = world(seed);
    story(&mut world, 0);
    world.hash()
}

fn kinds(world: &World) -> impl Iterator<Item = (Option<NodeId>, &EventKind)> {
    world.events().iter().map(|event| (event.node, &event.kind))
}

fn find(world: &World, over: impl Fn(&Event) -> bool) -> Event {
    world.events().iter().find(|event| over(event)).cloned().unwrap_or_else(|| panic!("{:#?}", world.events()))
}
