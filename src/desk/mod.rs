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
use crate::runtime::simulation::Simulation;
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

/// The same as an engine, stepped inline until it is told otherwise.
pub fn simulation(settings: Arc<Settings>, seed: u64) -> Simulation {
    Simulation::new(Box::new(open), settings, seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::control::{Control, ControlAnswer, sample};
    use crate::domain::event::{Event, EventKind};
    use crate::domain::time::SimTime;
    use crate::domain::why::Why;

    fn refusals(events: &[Event]) -> Vec<Why> {
        let refusal = |event: &Event| match event.kind {
            EventKind::ControlRefused { why, .. } => Some(why),
            _ => None,
        };
        events.iter().filter_map(refusal).collect()
    }

    /// The answers to these controls, given at one place of the run, and the refusals that were told when time went on.
    fn answers(world: &World, controls: &[Control]) -> (Vec<Why>, Vec<Why>) {
        let mut world = world.clone();
        let answers: Vec<ControlAnswer> = controls.iter().map(|control| world.control(*control)).collect();
        world.run_until(world.now());
        let refused = |answer: &ControlAnswer| match answer {
            ControlAnswer::Done => None,
            ControlAnswer::Refused(why) => Some(*why),
        };
        let mut told = refusals(&world.take_new_events());
        let mut answered: Vec<Why> = answers.iter().filter_map(refused).collect();
        // What the world refuses is told at once, what actors refuse when they hear it.
        [&mut told, &mut answered].into_iter().for_each(|list| list.sort_by_key(|why| why.name()));
        (answered, told)
    }

    #[test]
    fn every_control_is_answered_as_its_event_says() {
        let mut world = open(&Arc::new(Settings::default()), 3);
        world.run_until(SimTime::from_millis(1_000));
        world.take_new_events();
        let mut refused = 0;
        for control in sample::one_of_each() {
            for times in 1..=3 {
                let (answered, told) = answers(&world, &vec![control; times]);
                assert_eq!(answered, told, "{control:?}, given {times} times");
                refused += usize::from(times == 1) * answered.len();
            }
        }
        assert!(refused > 5, "some of them make no sense: {refused}");
        // Paused, a search and a burst: the second is refused because of the first, which nobody has heard yet.
        let burst = Control::Burst(crate::domain::control::Burst::KEY);
        let (answered, told) = answers(&world, &[burst, Control::FindCapacity, Control::FindCapacity]);
        assert_eq!((answered.len(), &answered), (2, &told));
        assert_eq!(answered[0], Why::BurstRunning);
    }
}
