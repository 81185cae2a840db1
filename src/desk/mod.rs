//! The desk: all rooms assembled into a run.
//!
//! Idea: a run is settings and a seed. `open` lays out the cluster map, seats the clients, the balancer, the planner of
//! faults and the tick source beside the nodes, and appoints the auditor. Dashboard, headless runner, replayer and tests all begin here,
//! so what is tested is what runs.

use std::sync::Arc;

use crate::audit;
use crate::chaos::RollingRestart;
use crate::domain::actor::Actor;
use crate::domain::ids::ActorId;
use crate::domain::settings::Settings;
use crate::market::mid::Mid;
use crate::routing::balancer::Balancer;
use crate::routing::placement::initial_map;
use crate::runtime::world::{World, WorldSetup};
use crate::workload::clients::Clients;
use crate::workload::tape::TapeReader;
use crate::workload::ticks::TickSource;

/// A world at time 0.
pub fn open(settings: &Arc<Settings>, seed: u64) -> World {
    let map = Arc::new(initial_map(settings));
    let probes = audit::probes(settings, &map);
    let mid = Mid::of(settings.feed.as_ref());
    let actors: Vec<(ActorId, Box<dyn Actor>)> = vec![
        (ActorId::BALANCER, Box::new(Balancer::new(settings, seed))),
        (ActorId::CLIENTS, Box::new(Clients::new(settings, seed, mid.clone()))),
        (ActorId::CHAOS, Box::new(RollingRestart::new(settings.cluster.nodes))),
        (ActorId::TICKS, Box::new(TickSource::new(settings, seed, mid))),
        (ActorId::TAPE, Box::new(TapeReader::default())),
    ];
    World::new(WorldSetup { settings: Arc::clone(settings), map, seed, actors, probes })
}
