//! The stories of Raft: one behaviour each, told by `tests/scripts/raft/*`.
//!
//! Idea: a script gives inputs and shows everything that was said; what it is about stands in its first line. After
//! a change, `UPDATE_GOLDENFILES=1 cargo test --test raft_stories`, then read the diff.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy exempts only the bodies of tests")]

mod raft;

use std::error::Error;

use chaosdesk::domain::ids::{LogIndex, NodeId, Term};
use chaosdesk::domain::membership::ConfigChange;
use chaosdesk::domain::rules::{AckRule, Rule, Rules};
use chaosdesk::domain::time::{Now, SimDuration, SimTime};
use chaosdesk::domain::view::ProgressView;
use chaosdesk::protocols::message::Input;
use chaosdesk::protocols::raft::Raft;
use chaosdesk::protocols::raft::message::{Body, Message};
use chaosdesk::protocols::replication::Replication;
use goldenscript::Command;

use raft::print;
use raft::world::{Setup, Timers, World};

const STORIES_MIN: usize = 80;

struct Teller {
    world: World,
}

type Told = Result<String, Box<dyn Error>>;

fn rules_without(list: &str) -> Result<Rules, Box<dyn Error>> {
    list.split(',').filter(|name| !name.is_empty()).try_fold(Rules::default(), |rules, name| {
        let rule = Rule::ALL.iter().copied().find(|rule| rule.name() == name).ok_or("no such rule")?;
        Ok(rules.with(rule, false))
    })
}

impl goldenscript::Runner for Teller {
    fn run(&mut self, command: &Command) -> Told {
        let line = Line::read(command);
        if line.name == "cluster" {
            self.world = World::new(line.setup()?);
            self.world.tracing = true;
            return Ok(String::new());
        }
        let said = match line.node(0) {
            None => pass(&mut self.world, &line)?,
            Some(id) => match ask(&self.world, &line, id)? {
                Some(answer) => answer,
                None => act(&mut self.world, &line, id)?,
            },
        };
        let told = self.world.trace.drain(..).map(|line| line + "\n").collect::<String>();
        Ok(told + &said)
    }
}

/// A line of a script: a name, nodes, and numbers by name.
struct Line {
    name: String,
    nodes: Vec<String>,
    values: Vec<(String, String)>,
}

impl Line {
    fn read(command: &Command) -> Self {
        let (named, plain): (Vec<_>, Vec<_>) = command.args.iter().partition(|arg| arg.key.is_some());
        Self {
            name: command.name.clone(),
            nodes: plain.into_iter().map(|arg| arg.value.clone()).collect(),
            values: named.into_iter().map(|arg| (arg.key.clone().unwrap_or_default(), arg.value.clone())).collect(),
        }
    }

    fn node(&self, place: usize) -> Option<NodeId> {
        self.nodes.get(place).and_then(|text| text.trim_start_matches('n').parse().ok()).map(NodeId)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str, otherwise: u64) -> Result<u64, Box<dyn Error>> {
        Ok(self.value(key).map_or(Ok(otherwise), str::parse)?)
    }

    fn length(&self) -> Result<SimDuration, Box<dyn Error>> {
        Ok(SimDuration::from_millis(self.number("ms", 0)?))
    }

    fn setup(&self) -> Result<Setup, Box<dyn Error>> {
        let nodes = self.number("nodes", 3)?;
        Ok(Setup {
            nodes: nodes as usize,
            voters: self.number("voters", nodes)? as usize,
            window: self.number("window", 64)? as usize,
            records_max: self.number("records", 512)?,
            rules: rules_without(self.value("off").unwrap_or_default())?,
            ..Setup::default()
        })
    }

    fn unknown<T>(&self) -> Result<T, Box<dyn Error>> {
        Err(format!("what is {}?", self.name).into())
    }
}

/// Commands to the world as a whole.
fn pass(world: &mut World, line: &Line) -> Told {
    let mut said = String::new();
    match line.name.as_str() {
        "settle" => world.settle(),
        "until" => {
            let text = line.value("said").ok_or("until what is said?")?;
            while !world.trace.iter().any(|line| line.contains(text)) {
                if !world.advance(Timers::Stand, SimTime::NEVER) {
                    return Err("it was never said".into());
                }
            }
        }
        "run" => world.run_for(line.length()?),
        "quietly" => {
            world.tracing = false;
            world.run_for(line.length()?);
            world.tracing = true;
        }
        "wait" => world.now += line.length()?,
        "heal" => world.cuts.clear(),
        "status" | "logs" | "members" => {
            let print = match line.name.as_str() {
                "logs" => print::log,
                "members" => |raft: &Raft| print::members(&raft.group_config()),
                _ => print::status,
            };
            for machine in &world.machines {
                let shown = machine.raft.as_ref().map_or("dead".to_string(), print);
                said.push_str(&format!("{} {shown}\n", machine.id));
            }
        }
        _ => return line.unknown(),
    }
    Ok(said)
}

/// Questions to one node; `None` for what is no question.
fn ask(world: &World, line: &Line, id: NodeId) -> Result<Option<String>, Box<dyn Error>> {
    let raft = || world.raft(id).ok_or("dead");
    Ok(Some(match line.name.as_str() {
        "acked" => [AckRule::Leader, AckRule::Count(2), AckRule::Majority, AckRule::All]
            .into_iter()
            .map(|rule| Ok(format!("{rule}: {}\n", raft()?.acked_index(rule))))
            .collect::<Result<String, &str>>()?,
        "lease" => {
            let now = Now::exact(world.now + world.machines[id.index()].ahead);
            format!("lease: {}\n", raft()?.lease_valid(now))
        }
        "progress" => {
            let shown = |(peer, view): (NodeId, ProgressView)| {
                let ProgressView { mode, matched, next, in_flight } = view;
                format!("{peer} {mode:?} matched={matched} next={next} in flight={in_flight}\n")
            };
            raft()?.progress().into_iter().map(shown).collect()
        }
        _ => return Ok(None),
    }))
}

/// What happens to one node.
fn act(world: &mut World, line: &Line, id: NodeId) -> Told {
    let second = line.node(1);
    match line.name.as_str() {
        "timeout" => {
            hurry(world, id)?;
            world.step(id, Input::Deadline);
        }
        "elect" => elect(world, id)?,
        "beat" => world.step(id, Input::Beat),
        "campaign" => world.step(id, Input::Campaign),
        "transfer" => world.step(id, Input::Transfer(second)),
        "propose" => {
            return Ok(match world.propose(id, line.number("records", 1)?) {
                Ok(taken) => {
                    world.trace.drain(..).map(|line| line + "\n").collect::<String>()
                        + &format!("takes {}-{} in {}\n", taken.first, taken.last, taken.term)
                }
                Err(why) => format!("refused: {why:?}\n"),
            });
        }
        "learner" | "drop" | "voters" => {
            let one = second.ok_or("which node?");
            let change = match line.name.as_str() {
                "learner" => ConfigChange::AddLearner(one?),
                "drop" => ConfigChange::DropLearner(one?),
                _ => ConfigChange::Voters((1..line.nodes.len()).filter_map(|place| line.node(place)).collect()),
            };
            let changed = world.change(id, change);
            let said = world.trace.drain(..).map(|line| line + "\n").collect::<String>();
            return Ok(said + &changed.map_or_else(|why| format!("refused: {why:?}\n"), |_| String::new()));
        }
        "read" => {
            world.read(id);
        }
        "crash" => world.crash(id, 0),
        "start" => world.start(id),
        "freeze" => world.machine(id).frozen = true,
        "thaw" => world.thaw(id),
        "hold" => {
            world.machine(id).disk_held = true;
            world.machine(id).syncing = false;
        }
        "release" => {
            world.machine(id).disk_held = false;
            world.begin_sync(id);
        }
        "compact" => world.compact(id, line.number("keep", 0)?),
        "rules" => {
            let rules = rules_without(line.value("off").unwrap_or_default())?;
            world.step(id, Input::SetRules(rules));
        }
        "cut" => cut(world, line, id, second),
        "again" => {
            let sent = world.appends.iter().rev().filter(|(from, to, _)| *from == id && Some(*to) == second);
            let before = line.number("before", 0)? as usize;
            let (from, to, message) = sent.clone().nth(before).cloned().ok_or("nothing was sent")?;
            world.send(from, to, &message);
        }
        "stale" => {
            let body = Body::Beat { commit: LogIndex(0), round: 1 };
            let message = Message { term: Term(line.number("term", 0)?), body };
            world.step(id, Input::Receive { from: second.ok_or("from whom?")?, message: message.into() });
        }
        _ => return line.unknown(),
    }
    Ok(String::new())
}

/// Nothing passes between a node and another, or all others; with `way=one` only what it sends is lost.
fn cut(world: &mut World, line: &Line, id: NodeId, second: Option<NodeId>) {
    for other in NodeId::first(world.setup.nodes).filter(|other| second.is_none_or(|to| to == *other)) {
        world.cuts.insert((id, other));
        if line.value("way").is_none() {
            world.cuts.insert((other, id));
        }
    }
}

/// The node's clock jumps to its deadline.
fn hurry(world: &mut World, id: NodeId) -> Result<(), Box<dyn Error>> {
    let due = world.raft(id).ok_or("dead")?.deadline();
    if due == SimTime::NEVER {
        return Ok(());
    }
    let behind = due.since(world.now + world.machine(id).ahead);
    world.machine(id).ahead = world.machine(id).ahead + behind;
    Ok(())
}

/// A node is elected without a word being printed.
fn elect(world: &mut World, id: NodeId) -> Result<(), Box<dyn Error>> {
    world.tracing = false;
    world.now += SimDuration::from_millis(300);
    hurry(world, id)?;
    world.step(id, Input::Deadline);
    world.settle();
    world.step(id, Input::Beat);
    world.settle();
    world.tracing = true;
    if world.raft(id).is_some_and(Raft::leads) { Ok(()) } else { Err("not elected".into()) }
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
