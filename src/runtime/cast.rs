//! Those who take part beside the nodes: actors, who act, and probes, who only watch.
//!
//! Idea: both enter through traits of `domain`, so that nothing here knows clients, faults or auditors. The cast is
//! cloned with the world; that is why the traits have `boxed_clone`.

use crate::domain::actor::{Actor, Probe};
use crate::domain::ids::ActorId;

/// Actors by number, and probes in order.
pub(super) struct Cast {
    actors: Vec<Option<Box<dyn Actor>>>,
    pub probes: Vec<Box<dyn Probe>>,
}

impl Cast {
    /// Seats everybody; two actors of one number are a mistake of whoever assembles the run.
    pub fn new(actors: Vec<(ActorId, Box<dyn Actor>)>, probes: Vec<Box<dyn Probe>>) -> Self {
        let seats = actors.iter().map(|(id, _)| usize::from(id.0) + 1).max().unwrap_or(0);
        let mut table: Vec<Option<Box<dyn Actor>>> = (0..seats).map(|_| None).collect();
        for (id, actor) in actors {
            let seat = &mut table[usize::from(id.0)];
            assert!(seat.is_none(), "each actor has a number of its own");
            *seat = Some(actor);
        }
        Self { actors: table, probes }
    }

    /// How many numbers there are, taken or not.
    pub fn seats(&self) -> usize {
        self.actors.len()
    }

    /// The actor of this number.
    pub fn actor(&self, id: ActorId) -> Option<&dyn Actor> {
        self.actors.get(usize::from(id.0))?.as_deref()
    }

    /// The actor of this number, to take a step.
    pub fn actor_mut(&mut self, id: ActorId) -> Option<&mut Box<dyn Actor>> {
        self.actors.get_mut(usize::from(id.0))?.as_mut()
    }

    /// About what a copy of everybody takes.
    pub fn size_bytes(&self) -> u64 {
        let actors = self.actors.iter().flatten().map(|actor| actor.size_bytes());
        actors.chain(self.probes.iter().map(|probe| probe.size_bytes())).sum()
    }

    /// The numbers that are taken, in order.
    pub fn ids(&self) -> impl Iterator<Item = ActorId> + use<'_> {
        let taken = self.actors.iter().enumerate().filter(|(_, actor)| actor.is_some());
        taken.map(|(place, _)| ActorId(place as u16))
    }
}

impl Clone for Cast {
    fn clone(&self) -> Self {
        Self {
            actors: self.actors.iter().map(|actor| actor.as_ref().map(|actor| actor.boxed_clone())).collect(),
            probes: self.probes.iter().map(|probe| probe.boxed_clone()).collect(),
        }
    }
}
