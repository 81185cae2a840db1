//! The world: everything there is of a run, as one value.
//!
//! Idea: a run is a function of settings, seed and controls. All that it needs to go on is in here, so a copy of the
//! world is a checkpoint, a branch and a witness: run both, and their hashes agree.
//! Units: virtual time in ns.
//! Shape: `control` changes it, `run_until` moves it on; what happened is in `events`, what there is in `view`.
//! Bound: every part states its own; the world adds none.
//! Errors: none; a control that can't be carried out becomes an event that says why.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Probe};
use crate::domain::chance::{Chance, Purpose};
use crate::domain::control::{Control, ControlAnswer, RecordedControl};
use crate::domain::digest::Digest;
use crate::domain::engine::Advance;
use crate::domain::event::Event;
use crate::domain::history::HistoryEntry;
use crate::domain::ids::{ActorId, EventId, GroupId, NodeId};
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::settings::Settings;
use crate::domain::time::SimTime;
use crate::domain::view::FaultView;
use crate::node::message::NodeEffect;
use crate::storage::memory_disk::MemoryDisk;

use super::cast::Cast;
use super::dispatch::{Next, Running};
use super::fingerprint;
use super::groups::Groups;
use super::journal::Journal;
use super::network::Network;
use super::panic_guard;
use super::queue::{EventQueue, Scheduled, What};
use super::sampler::Sampler;
use super::slot::NodeSlot;
use super::stepper::step_inline;

/// What a world begins with.
pub struct WorldSetup {
    /// What the run begins with.
    pub settings: Arc<Settings>,
    /// Who holds what.
    pub map: Arc<ClusterMap>,
    /// Where all chance comes from.
    pub seed: u64,
    /// Those who take part beside the nodes, each with its number.
    pub actors: Vec<(ActorId, Box<dyn Actor>)>,
    /// Those who watch.
    pub probes: Vec<Box<dyn Probe>>,
}

/// Everything there is of a run.
#[derive(Clone)]
pub struct World {
    pub(super) basis: Basis,
    pub(super) clock: Clock,
    pub(super) queue: EventQueue,
    pub(super) network: Network,
    pub(super) nodes: Vec<NodeSlot>,
    pub(super) cast: Cast,
    pub(super) journal: Journal,
    pub(super) groups: Groups,
    pub(super) history: History,
    pub(super) faults: Vec<FaultView>,
    pub(super) sampler: Sampler,
    pub(super) bench: Bench,
}

/// What a run rests on.
#[derive(Clone)]
pub(super) struct Basis {
    /// As they began, with what was switched since.
    pub settings: Arc<Settings>,
    /// The map that the run began with.
    pub genesis: Arc<ClusterMap>,
    /// The newest map that `meta` has agreed on.
    pub living: Arc<ClusterMap>,
    /// Changes of the map that somebody wished for and that have not happened yet.
    pub wishes: Vec<MapChange>,
    pub seed: u64,
    /// Draws targets.
    pub targets: Chance,
}

/// Where a run stands.
#[derive(Clone, Default)]
pub(super) struct Clock {
    pub now: SimTime,
    /// Scheduler events so far.
    pub events: u64,
    pub hash: Digest,
}

/// Controls that are taken at one place of a run; the answer to each depends on those before it. It is more than a person
/// presses while a run is paused. Further ones are refused.
pub(super) const UNHEARD_MAX: usize = 512;

/// What was done to a run from outside.
#[derive(Clone, Default)]
pub(super) struct History {
    pub controls: Vec<RecordedControl>,
    /// Controls that actors have not heard, all of the place after so many events.
    unheard: (u64, Vec<Control>),
    /// What nodes were asked for and have not heard of yet, all of the place after so many events.
    asked: (u64, Vec<Asked>),
}

/// What a node is asked for: the answer to the next control of the same place must know of it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Asked {
    /// The leader of this group hands over.
    HandOver(GroupId),
    /// The controller writes this into its log.
    Map(Arc<MapChange>),
    /// This node panics.
    Panic(NodeId),
}

impl History {
    /// Controls that were given at this place already.
    pub fn unheard_at(&mut self, events: u64) -> &mut Vec<Control> {
        of_place(&mut self.unheard, events)
    }

    /// Whether this place takes no more controls.
    pub fn is_full_at(&mut self, events: u64) -> bool {
        self.unheard_at(events).len() >= UNHEARD_MAX
    }

    /// What nodes were asked for at this place already.
    pub fn asked_at(&mut self, events: u64) -> &mut Vec<Asked> {
        of_place(&mut self.asked, events)
    }
}

/// The list of a place. It is emptied once the run has gone on.
fn of_place<T>((place, list): &mut (u64, Vec<T>), events: u64) -> &mut Vec<T> {
    if *place != events {
        list.clear();
        *place = events;
    }
    list
}

/// The workbench: a step on its way, and buffers that are used again.
#[derive(Default)]
pub(super) struct Bench {
    pub running: Option<Running>,
    pub effects: Vec<NodeEffect>,
    pub actor_effects: Vec<ActorEffect>,
    /// What clients did, until it is taken; a copy of the world keeps none.
    pub clients: Option<VecDeque<HistoryEntry>>,
}

impl Clone for Bench {
    fn clone(&self) -> Self {
        assert!(self.running.is_none(), "a world is copied between steps, never within one");
        Self::default()
    }
}

impl World {
    /// A cluster at time 0, with every node about to start from an empty disk.
    pub fn new(setup: WorldSetup) -> Self {
        panic_guard::install();
        let WorldSetup { settings, map, seed, actors, probes } = setup;
        let cast = Cast::new(actors, probes);
        let slots = NodeId::first(settings.cluster.nodes);
        let slots = slots.map(|id| NodeSlot::new(id, MemoryDisk::new(seed, id, settings.disk.clone())));
        let mut world = Self {
            clock: Clock { hash: Digest(seed), ..Clock::default() },
            queue: EventQueue::default(),
            network: Network::new(seed, settings.link.clone(), settings.cluster.nodes, cast.seats()),
            nodes: slots.collect(),
            groups: Groups::new(map.groups.len()),
            journal: Journal::default(),
            history: History::default(),
            faults: Vec::new(),
            sampler: Sampler::default(),
            bench: Bench::default(),
            basis: Basis {
                targets: Chance::stream(seed, Purpose::Target, 0),
                settings,
                genesis: Arc::clone(&map),
                living: map,
                wishes: Vec::new(),
                seed,
            },
            cast,
        };
        let nodes: Vec<NodeId> = world.nodes.iter().map(|slot| slot.id).collect();
        nodes.into_iter().for_each(|node| world.boot(node, None));
        let actors: Vec<ActorId> = world.cast.ids().collect();
        actors.into_iter().for_each(|actor| world.plan_for_actor(actor, ActorInput::Start, None));
        world
    }

    /// Changes the run from outside, now. The change is recorded, refused or not; the answer is that of the event
    /// `ControlRefused`, which of controls of actors happens when they hear it.
    pub fn control(&mut self, control: Control) -> ControlAnswer {
        self.history.controls.push(RecordedControl { at: self.clock.now, after_events: self.clock.events, control });
        self.clock.hash = fingerprint::of_control(self.clock.hash.mix(self.clock.now.0), &control);
        match self.carry_out(control, None) {
            Ok((heard, carried)) => self.answer(heard, carried),
            Err(why) => ControlAnswer::Refused(why),
        }
    }

    /// Runs until this time, inline; everything up to and with it has happened then.
    pub fn run_until(&mut self, until: SimTime) {
        while self.step_once(until) {}
        self.pass_time(until);
    }

    /// Runs until this time, inline, or until something is said of the world after an event. The clock stands on the last
    /// event then, not on `until`.
    pub(super) fn run_while(&mut self, until: SimTime, mut over: impl FnMut(&Self) -> Option<Advance>) -> Advance {
        while self.step_once(until) {
            if let Some(advance) = over(self) {
                return advance;
            }
        }
        Advance::Reached
    }

    /// Runs so many scheduler events, inline, or fewer if nothing is planned any more.
    pub fn run_events(&mut self, events: u64) {
        let end = self.clock.events + events;
        while self.clock.events < end && self.step_once(SimTime::NEVER) {}
    }

    /// Runs the next scheduler event, inline; false if there is none.
    pub fn step_one(&mut self) -> bool {
        self.step_once(SimTime::NEVER)
    }

    /// Runs until this time or until so many scheduler events have happened in the run, whichever is first.
    pub fn run_to_place(&mut self, until: SimTime, after_events: u64) {
        while self.clock.events < after_events && self.step_once(until) {}
        // In the recorded run nothing was left to happen before that place. A run that differs may have something left,
        // and must still be able to go on, to be compared.
        self.pass_time(self.queue.next_at().map_or(until, |next| next.min(until)));
    }

    /// One scheduler event that happens by then.
    pub(super) fn step_once(&mut self, until: SimTime) -> bool {
        match self.next(until) {
            Next::Nothing => false,
            Next::Done => true,
            Next::Step(job) => {
                let done = step_inline(job);
                self.finish(done);
                true
            }
        }
    }

    /// Moves the clock on over a stretch in which nothing happens, and takes the samples that are due in it.
    pub(super) fn pass_time(&mut self, until: SimTime) {
        if until <= self.clock.now || until == SimTime::NEVER {
            return;
        }
        self.clock.now = until;
        if until >= self.sampler.due() {
            self.sampler.skip_to(until);
            while self.sampler.due() <= until {
                self.sampler.take(&self.nodes, &self.groups, &self.basis.living);
            }
        }
    }

    /// Plans something for an actor, at this instant and after all that is planned for it already.
    pub(super) fn plan_for_actor(&mut self, actor: ActorId, input: ActorInput, cause: Option<EventId>) {
        let what = What::Actor { actor, link: None, input };
        self.queue.push(self.clock.now, Scheduled { what, cause });
    }

    /// Virtual time.
    pub const fn now(&self) -> SimTime {
        self.clock.now
    }

    /// The running hash over all that happened.
    pub const fn hash(&self) -> Digest {
        self.clock.hash
    }

    /// How many scheduler events have happened.
    pub const fn event_count(&self) -> u64 {
        self.clock.events
    }

    /// When the next scheduler event happens.
    pub fn next_at(&self) -> Option<SimTime> {
        self.queue.next_at()
    }

    /// The notable events that are kept, oldest first.
    pub const fn events(&self) -> &VecDeque<Event> {
        self.journal.kept()
    }

    /// A notable event by its number, if it is kept.
    pub fn event(&self, id: EventId) -> Option<&Event> {
        self.journal.get(id)
    }

    /// How many notable events there were.
    pub const fn notable(&self) -> u64 {
        self.journal.total()
    }

    /// How many notable events were forgotten: out of the ring, and never taken.
    pub const fn events_dropped(&self) -> (u64, u64) {
        (self.journal.dropped(), self.journal.fresh_dropped())
    }

    /// The notable events since this was asked last.
    pub fn take_new_events(&mut self) -> Vec<Event> {
        self.journal.take_fresh()
    }

    /// Keeps what clients do from here on, until it is taken.
    pub fn keep_history(&mut self) {
        self.bench.clients = Some(VecDeque::new());
    }

    /// What clients did since this was asked last, if it is kept.
    pub fn take_history(&mut self) -> Vec<HistoryEntry> {
        self.bench.clients.as_mut().map_or_else(Vec::new, |kept| kept.drain(..).collect())
    }

    /// The controls from outside so far.
    pub fn controls(&self) -> &[RecordedControl] {
        &self.history.controls
    }

    /// The seed.
    pub const fn seed(&self) -> u64 {
        self.basis.seed
    }

    /// The settings, with what was switched since.
    pub const fn settings(&self) -> &Arc<Settings> {
        &self.basis.settings
    }

    /// The newest cluster map that `meta` has agreed on.
    pub const fn map(&self) -> &Arc<ClusterMap> {
        &self.basis.living
    }

    /// Who leads a group in truth: the running replica of the highest term that says so.
    pub fn leader(&self, group: GroupId) -> Option<NodeId> {
        self.groups.get(group)?.leader
    }

    /// The groups whose last leader is this node.
    pub fn led_by(&self, node: NodeId) -> Vec<GroupId> {
        self.groups.led_by(node).collect()
    }
}
