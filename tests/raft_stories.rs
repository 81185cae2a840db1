//! The stories of Raft: one behaviour each, told by `tests/scripts/raft/*`.
//!
//! Idea: a script gives inputs and shows everything that was said; what it is about stands in its first line. After
//! a change, `UPDATE_GOLDENFILES=1 cargo test --test raft_stories`, then read the diff.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy exempts only the bodies of tests")]

mod raft;

use std::error::Error;

use chaosdesk::domain::ids::{LogIndex, NodeId, Term};
use chaosdesk::domain::rules::{AckRule, Rule, Rules};
use chaosdesk::domain::time::{Now, SimDuration, SimTime};
use chaosdesk::protocols::raft::message::{Body, Input, Message};
use goldenscript::Command;

use raft::print;
use raft::world::{Setup, Timers, World};

const STORIES_MIN: usize = 40;

struct Teller {
    world: World,
}

type Told = Result<String, Box<dyn Error>>;

fn node(text: &str) -> Result<NodeId, Box<dyn Error>> {
    Ok(NodeId(text.trim_start_matches('n').parse()?))
}

fn rules_without(list: &str) -> Result<Rules, Box<dyn Error>> {
    list.split(',').filter(|name| !name.is_empty()).try_fold(Rules::default(), |rules, name| {
        let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name).ok_or("no such rule")?;
        Ok(rules.with(rule, false))
    })
}

impl goldenscript::Runner for Teller {
    fn run(&mut self, command: &Command) -> Told {
        let mut args = command.consume_args();
        let name = command.name.as_str();
        if name == "cluster" {
            let mut setup = Setup { nodes: args.lookup_parse("nodes")?.unwrap_or(3), ..Setup::default() };
            setup.voters = args.lookup_parse("voters")?.unwrap_or(setup.nodes);
            setup.window = args.lookup_parse("window")?.unwrap_or(64);
            setup.records_max = args.lookup_parse("records")?.unwrap_or(512);
            setup.rules = rules_without(args.lookup("off").map_or("", |arg| &arg.value))?;
            self.world = World::new(setup);
            self.world.tracing = true;
            args.reject_rest()?;
            return Ok(String::new());
        }
        let nodes = args.rest_pos().into_iter().map(|arg| arg.value.clone()).collect::<Vec<_>>();
        let first = nodes.first().and_then(|text| node(text).ok());
        let second = nodes.get(1).and_then(|text| node(text).ok());
        let number =
            |key: &str| command.args.iter().find(|arg| arg.key.as_deref() == Some(key)).map(|arg| arg.value.clone());
        let count = |key: &str, otherwise: u64| number(key).map_or(Ok(otherwise), |text| text.parse::<u64>());
        let world = &mut self.world;
        let mut said = String::new();
        match (name, first) {
            ("settle", None) => world.settle(),
            ("until", None) => {
                let text = number("said").ok_or("until what is said?")?;
                while !world.trace.iter().any(|line| line.contains(&text)) {
                    if !world.advance(Timers::Stand, SimTime::NEVER) {
                        return Err("it was never said".into());
                    }
                }
            }
            ("run", None) => world.run_for(SimDuration::from_millis(count("ms", 0)?)),
            ("quietly", None) => {
                world.tracing = false;
                world.run_for(SimDuration::from_millis(count("ms", 0)?));
                world.tracing = true;
            }
            ("wait", None) => world.now += SimDuration::from_millis(count("ms", 0)?),
            ("heal", None) => world.cuts.clear(),
            ("status", None) => {
                for machine in &world.machines {
                    let line = machine.raft.as_ref().map_or("dead".to_string(), print::status);
                    said.push_str(&format!("{} {line}\n", machine.id));
                }
            }
            ("logs", None) => {
                for machine in &world.machines {
                    let line = machine.raft.as_ref().map_or("dead".to_string(), print::log);
                    said.push_str(&format!("{} {line}\n", machine.id));
                }
            }
            ("timeout", Some(id)) => {
                let due = world.raft(id).ok_or("dead")?.deadline();
                let behind = due.since(world.now + world.machine(id).ahead);
                world.machine(id).ahead = world.machine(id).ahead + behind;
                world.step(id, Input::Deadline);
            }
            ("elect", Some(id)) => elect(world, id)?,
            ("beat", Some(id)) => world.step(id, Input::Beat),
            ("campaign", Some(id)) => world.step(id, Input::Campaign),
            ("transfer", Some(id)) => world.step(id, Input::Transfer(second)),
            ("propose", Some(id)) => match world.propose(id, count("records", 1)?) {
                Ok(proposed) => {
                    said.push_str(&format!("takes {}-{} in {}\n", proposed.first, proposed.last, proposed.term))
                }
                Err(why) => said.push_str(&format!("refused: {why:?}\n")),
            },
            ("read", Some(id)) => {
                world.read(id);
            }
            ("crash", Some(id)) => world.crash(id, 0),
            ("start", Some(id)) => world.start(id),
            ("freeze", Some(id)) => world.machine(id).frozen = true,
            ("thaw", Some(id)) => world.thaw(id),
            ("hold", Some(id)) => {
                world.machine(id).disk_held = true;
                world.machine(id).syncing = false;
            }
            ("release", Some(id)) => {
                world.machine(id).disk_held = false;
                world.begin_sync(id);
            }
            ("compact", Some(id)) => world.compact(id, count("keep", 0)?),
            ("rules", Some(id)) => {
                let rules = rules_without(&number("off").unwrap_or_default())?;
                world.step(id, Input::SetRules(rules));
            }
            ("cut", Some(id)) => {
                let others: Vec<_> =
                    NodeId::first(world.setup.nodes).filter(|other| second.is_none_or(|to| to == *other)).collect();
                for other in others {
                    world.cuts.insert((id, other));
                    if number("way").is_none() {
                        world.cuts.insert((other, id));
                    }
                }
            }
            ("acked", Some(id)) => {
                let raft = world.raft(id).ok_or("dead")?;
                for rule in [AckRule::Leader, AckRule::Count(2), AckRule::Majority, AckRule::All] {
                    said.push_str(&format!("{rule}: {}\n", raft.acked_index(rule)));
                }
            }
            ("lease", Some(id)) => {
                let now = Now::exact(world.now + world.machine(id).ahead);
                said.push_str(&format!("lease: {}\n", world.raft(id).ok_or("dead")?.lease_valid(now)));
            }
            ("progress", Some(id)) => {
                for (peer, view) in world.raft(id).ok_or("dead")?.progress() {
                    said.push_str(&format!(
                        "{peer} {:?} matched={} next={} in flight={}\n",
                        view.mode, view.matched, view.next, view.in_flight
                    ));
                }
            }
            ("stale", Some(id)) => {
                let message =
                    Message { term: Term(count("term", 0)?), body: Body::Beat { commit: LogIndex(0), round: 1 } };
                world.step(id, Input::Receive { from: second.ok_or("from whom?")?, message });
            }
            _ => return Err(format!("what is {}?", command.name).into()),
        }
        let told = world.trace.drain(..).map(|line| line + "\n").collect::<String>();
        Ok(told + &said)
    }
}

/// A node is elected without a word being printed.
fn elect(world: &mut World, id: NodeId) -> Result<(), Box<dyn Error>> {
    world.tracing = false;
    world.now += SimDuration::from_millis(300);
    let due = world.raft(id).ok_or("dead")?.deadline();
    let behind = due.since(world.now + world.machine(id).ahead);
    world.machine(id).ahead = world.machine(id).ahead + behind;
    world.step(id, Input::Deadline);
    world.settle();
    world.step(id, Input::Beat);
    world.settle();
    world.tracing = true;
    if world.raft(id).is_some_and(chaosdesk::protocols::raft::Raft::leads) { Ok(()) } else { Err("not elected".into()) }
}

#[test]
fn the_stories_of_raft_are_told_as_written() {
    let mut stories: Vec<_> =
        std::fs::read_dir("tests/scripts/raft").unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.sort();
    assert!(stories.len() >= STORIES_MIN, "{} stories are not enough", stories.len());
    for path in stories {
        let world = World::new(Setup::default());
        println!("{}", path.display());
        goldenscript::run(&mut Teller { world }, &path).unwrap();
    }
}
