//! Scratch.
use std::sync::Arc;
use chaosdesk::domain::{settings::Settings, time::SimTime, control::*, ids::*};
use chaosdesk::runtime::world::{World, WorldSetup};
#[test]
fn scratch() {
    let settings = Settings::default();
    let map = chaosdesk::routing::placement::initial_map(&settings.cluster);
    println!("{map:?}");
    let actors: Vec<(ActorId, Box<dyn chaosdesk::domain::actor::Actor>)> = vec![(ActorId::BALANCER, Box::new(chaosdesk::routing::balancer::Balancer::new(&settings)))];
    let mut w = World::new(WorldSetup{ settings: Arc::new(settings), map: Arc::new(map), seed: 1, actors, probes: vec![] });
    w.run_until(SimTime::from_millis(1000));
    w.control(Control::Crash(Target::Leader(GroupId(1))));
    w.run_until(SimTime::from_millis(3000));
    w.control(Control::RecoverAll);
    w.run_until(SimTime::from_millis(4000));
    for e in w.take_new_events() { println!("{} {:?} {:?} {:?} <- {:?}", e.at, e.node.map(|n|n.to_string()), e.group.map(|g|g.to_string()), e.kind, e.cause); }
    println!("{} {}", w.hash(), 0);
}
