//! What the scheduler costs: an idle cluster inline and through tasks, a checkpoint, a view, many groups.
//!
//! Idea: the real desk with the load off. Its cost is heartbeats, timers and the auditor; it must not grow faster than
//! the number of groups does.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use std::hint::black_box;
use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::tasks::TaskStepper;
use chaosdesk::runtime::world::World;

const RUNS: usize = 5;

fn main() {
    let seconds = if table::is_brief() { 2 } else { 1_000 };
    let inline = table::median(RUNS, || speed_inline(quiet(4), seconds));
    table::line("idle: 5 nodes, 5 groups, inline", inline, "x real", "budget 3,000");
    let tasks = table::median(RUNS, || speed_in_tasks(quiet(4), seconds));
    table::line("idle: 5 nodes, 5 groups, nodes as tasks", tasks, "x real", "budget 1,000");
    for partitions in [1, 4, 64, 256] {
        let seconds = (seconds / partitions as u64).max(2);
        let speed = table::median(RUNS, || speed_inline(quiet(partitions), seconds));
        let what = format!("idle: {partitions} partitions, a virtual second");
        table::line(&what, 1e6 / speed, "us", "not quadratic");
    }
    copies("idle", &quiet(4));
    let loaded = after_load(if table::is_brief() { 1 } else { 60 });
    copies("after 60 s at 2,000/s", &loaded);
}

/// The desk with the load off, its first leaders elected.
fn quiet(partitions: usize) -> World {
    let mut settings = Settings::default();
    settings.load.on = false;
    settings.cluster.partitions = partitions;
    let mut world = desk::open(&Arc::new(settings), 1);
    world.run_until(SimTime::from_millis(2_000));
    world
}

fn after_load(seconds: u64) -> World {
    let mut world = desk::open(&Arc::new(Settings::default()), 1);
    world.run_until(SimTime::from_millis(seconds * 1_000));
    world
}

fn speed_inline(mut world: World, seconds: u64) -> f64 {
    let until = world.now() + SimDuration::from_secs(seconds);
    let (took, ()) = table::timed(|| world.run_until(until));
    seconds as f64 / took.as_secs_f64()
}

fn speed_in_tasks(mut world: World, seconds: u64) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let until = world.now() + SimDuration::from_secs(seconds);
    let mut stepper = TaskStepper::default();
    let (took, ()) = table::timed(|| runtime.block_on(world.run_until_tasks(&mut stepper, until)));
    seconds as f64 / took.as_secs_f64()
}

/// What a checkpoint and a view of this world cost.
fn copies(state: &str, world: &World) {
    let clone = table::median(RUNS, || table::nanos_each(|| drop(black_box(world.clone()))));
    table::line(&format!("checkpoint, {state}"), clone / 1e3, "us", "no budget");
    let view = table::median(RUNS, || table::nanos_each(|| drop(black_box(world.view()))));
    table::line(&format!("view, {state}"), view / 1e3, "us", "30 a second");
}
