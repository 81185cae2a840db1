//! A run is its seed, its settings and its controls, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::allow_attributes, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::map::ClusterMap;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::runtime::checkpoints::Checkpoints;
use chaosdesk::runtime::tasks::TaskStepper;
use chaosdesk::runtime::world::{World, WorldSetup};

const P1: GroupId = GroupId(1);

/// Faults of every kind, a few of each minute.
const STORY: [(u64, Control); 8] = [
    (1_000, Control::Crash(Target::Leader(P1))),
    (2_500, Control::RecoverAll),
    (4_000, Control::Freeze(Target::Leader(P1))),
    (5_000, Control::Isolate(Target::Random)),
    (6_000, Control::Thaw(Target::Random)),
    (7_000, Control::HealAll),
    (8_000, Control::Poison(Target::Leader(P1))),
    (12_000, Control::RecoverAll),
];

fn world(seed: u64) -> World {
    let settings = Settings::default();
    let nodes: Vec<NodeId> = NodeId::first(settings.cluster.nodes).collect();
    let map = ClusterMap {
        groups: vec![nodes.clone(); settings.cluster.partitions + 1],
        owners: SymbolId::all().map(|symbol| GroupId(symbol.0 % settings.cluster.partitions as u16 + 1)).collect(),
        nodes,
        ..ClusterMap::default()
    };
    World::new(WorldSetup { settings: Arc::new(settings), map: Arc::new(map), seed, actors: vec![], probes: vec![] })
}

fn at(ms: u64) -> SimTime {
    SimTime::from_millis(ms)
}

fn straight(seed: u64) -> World {
    let mut world = world(seed);
    for (ms, control) in STORY {
        world.run_until(at(ms));
        world.control(control);
    }
    world.run_until(at(20_000));
    world
}

#[test]
fn one_seed_gives_one_hash_in_one_process() {
    let hashes: Vec<Digest> = (0..3).map(|_| straight(1).hash()).collect();
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
    assert_ne!(straight(2).hash(), hashes[0]);
}

#[test]
fn tasks_give_the_hash_of_inline_steps_also_on_a_busy_machine() {
    let inline = straight(1).hash();
    let busy = (0..3).map(|_| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (mut world, mut stepper) = (world(1), TaskStepper::default());
                for (ms, control) in STORY {
                    world.run_until_tasks(&mut stepper, at(ms)).await;
                    world.control(control);
                }
                world.run_until_tasks(&mut stepper, at(20_000)).await;
                world.hash()
            })
        })
    });
    let busy: Vec<_> = busy.collect();
    for thread in busy {
        assert_eq!(thread.join().unwrap(), inline);
    }
}

#[test]
fn a_checkpoint_runs_on_to_the_end_of_the_straight_run() {
    let end = straight(1);
    let mut checkpoints = Checkpoints::default();
    let mut world = world(1);
    for second in 0..20 {
        world.play(end.controls(), at(second * 1_000));
        checkpoints.offer(&world);
    }
    assert!(checkpoints.len() >= 2);
    let again = checkpoints.at(end.now(), end.controls()).unwrap();
    assert_eq!((again.hash(), again.event_count()), (end.hash(), end.event_count()));
}
