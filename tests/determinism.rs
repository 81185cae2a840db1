//! A run is its seed, its settings and its controls, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::ids::GroupId;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::runtime::checkpoints::Checkpoints;
use chaosdesk::runtime::tasks::TaskStepper;
use chaosdesk::runtime::world::World;

const P1: GroupId = GroupId(1);

/// Market data that trades, and faults of every kind, a few of each minute.
const STORY: [(u64, Control); 10] = [
    (500, Control::SetTickRate(20_000)),
    (800, Control::SetSignalsTrade(true)),
    (1_000, Control::Crash(Target::Leader(P1))),
    (2_500, Control::RecoverAll),
    (4_000, Control::Freeze(Target::Leader(P1))),
    (5_000, Control::Isolate(Target::Random)),
    (6_000, Control::Thaw(Target::Random)),
    (7_000, Control::HealAll),
    (8_000, Control::Poison(Target::Leader(P1))),
    (12_000, Control::RecoverAll),
];

/// The whole desk: nodes, clients, balancer, auditor.
fn world(seed: u64) -> World {
    desk::open(&Arc::new(Settings::default()), seed)
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

/// Runs something while more threads spin than the machine has cores.
fn on_a_busy_machine<T>(what: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) * 2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = what();
        stop.store(true, Ordering::Relaxed);
        done
    })
}

#[test]
fn tasks_give_the_hash_of_inline_steps_also_on_a_busy_machine() {
    let inline = straight(1).hash();
    on_a_busy_machine(|| tasks_agree_with(inline));
}

fn tasks_agree_with(inline: Digest) {
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
        checkpoints.offer(&world, u64::MAX);
    }
    assert!(checkpoints.len() >= 2);
    let again = checkpoints.at(end.now(), end.controls()).unwrap();
    assert_eq!((again.hash(), again.event_count()), (end.hash(), end.event_count()));
}

#[test]
fn a_clone_in_the_middle_runs_on_like_the_world_it_was_taken_from() {
    let mut world = world(1);
    let mut copies = Vec::new();
    for (ms, control) in STORY {
        world.run_until(at(ms));
        copies.push(world.clone());
        world.control(control);
    }
    world.run_until(at(20_000));
    for (place, mut copy) in copies.into_iter().enumerate() {
        copy.play(world.controls(), at(20_000));
        assert_eq!(copy.hash(), world.hash(), "the clone before control {place}");
    }
}

/// The JSON of a run in a process of its own.
fn run(name: &str, flags: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_chaosdesk")).args(["run", name, "--json", "-"]).args(flags).output();
    let run = run.unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

fn hash_of(json: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    json["hash"].as_str().unwrap().to_owned()
}

#[test]
fn processes_agree_to_the_last_digit_inline_or_with_tasks_busy_or_not() {
    let first = run("kill-the-leader", &[]);
    assert_eq!(run("kill-the-leader", &["--inline"]), first);
    assert_eq!(run("kill-the-leader", &["--tasks"]), first);
    assert_eq!(on_a_busy_machine(|| run("kill-the-leader", &["--tasks"])), first);
    assert_ne!(hash_of(&run("kill-the-leader", &["--seed", "8"])), hash_of(&first));
}
