//! What the scheduler costs: an idle cluster inline and through tasks, a checkpoint, a view.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs)]

use std::sync::Arc;

use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::map::ClusterMap;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::tasks::TaskStepper;
use chaosdesk::runtime::world::{World, WorldSetup};

fn main() {
    divan::main();
}

fn idle() -> World {
    let settings = Settings::default();
    let nodes: Vec<NodeId> = NodeId::first(settings.cluster.nodes).collect();
    let map = ClusterMap {
        groups: vec![nodes.clone(); settings.cluster.partitions + 1],
        owners: SymbolId::all().map(|symbol| GroupId(symbol.0 % settings.cluster.partitions as u16 + 1)).collect(),
        nodes,
        ..ClusterMap::default()
    };
    let mut world = World::new(WorldSetup {
        settings: Arc::new(settings),
        map: Arc::new(map),
        seed: 1,
        actors: vec![],
        probes: vec![],
    });
    world.run_until(SimTime::from_millis(2_000));
    world
}

/// Ten virtual seconds: 10 s over the time of one iteration is how many times real time.
#[divan::bench]
fn idle_10s_inline(bencher: divan::Bencher) {
    bencher.with_inputs(idle).bench_local_values(|mut world| {
        let until = world.now() + SimDuration::from_secs(10);
        world.run_until(until);
        world
    });
}

#[divan::bench]
fn idle_10s_tasks(bencher: divan::Bencher) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bencher.with_inputs(idle).bench_local_values(|mut world| {
        runtime.block_on(async {
            let until = world.now() + SimDuration::from_secs(10);
            world.run_until_tasks(&mut TaskStepper::default(), until).await;
        });
        world
    });
}

#[divan::bench]
fn checkpoint(bencher: divan::Bencher) {
    let world = idle();
    bencher.bench_local(|| world.clone());
}

#[divan::bench]
fn view(bencher: divan::Bencher) {
    let world = idle();
    bencher.bench_local(|| world.view());
}
