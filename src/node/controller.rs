//! The controller: how the leader of `meta` carries out the moves that the map has planned.
//!
//! Idea: the plan and what was begun of it stand in the map, so a controller that dies leaves nothing behind but a pause. It
//! begins the next move while fewer than `partition.moves_at_once` are under way, asks the source of each that is, and
//! writes the new owner into the map when the target says that it owns the symbol.
//! Shape: `drive` after every change and every beat; `owned` when a target speaks.
//! Bound: one change of the map waits to be applied at a time; letters are sent again every [`RESEND_EVERY`].

use std::collections::BTreeMap;

use crate::domain::ids::{GroupId, Term};
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::moving::Shipment;
use crate::domain::time::SimTime;

use super::driver::RESEND_EVERY;
use super::logged::Logged;
use super::mover::MoveWord;

/// What a controller wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Errand {
    /// Change the map.
    Log(MapChange),
    /// Write to the leader of this group.
    Send(GroupId, MoveWord),
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Controller {
    term: Term,
    asked: BTreeMap<Shipment, SimTime>,
    /// Changes that this leadership has logged and not applied yet.
    logged: Logged<MapChange>,
}

impl Controller {
    /// Begins what may begin, and asks the sources of what was begun.
    pub(super) fn drive(&mut self, now: SimTime, term: Term, map: &ClusterMap, at_once: usize) -> Vec<Errand> {
        let mut errands = Vec::new();
        self.begin_term(term);
        let beginning = self.logged.iter().filter(|change| matches!(change, MapChange::Begin(_))).count();
        let room = at_once.saturating_sub(map.under_way.len() + beginning);
        let idle = |symbol| map.under_way.iter().all(|shipment| shipment.symbol != symbol);
        let next =
            map.moves.iter().filter(|planned| idle(planned.symbol)).map(|planned| MapChange::Begin(planned.symbol));
        let next: Vec<_> = next.filter(|change| !self.logged.has(change)).take(room).collect();
        for change in next {
            self.log(change, &mut errands);
        }
        self.asked.retain(|shipment, _| map.under_way.contains(shipment));
        for shipment in &map.under_way {
            let due = self.asked.get(shipment).is_none_or(|at| now.since(*at) >= RESEND_EVERY);
            if due {
                self.asked.insert(*shipment, now);
                errands.push(Errand::Send(shipment.from, MoveWord::Begin(*shipment)));
            }
        }
        errands
    }

    /// A target owns a symbol.
    pub(super) fn owned(&mut self, term: Term, map: &ClusterMap, shipment: &Shipment) -> Vec<Errand> {
        let mut errands = Vec::new();
        self.begin_term(term);
        if map.under_way.contains(shipment) {
            self.log(MapChange::Moved { symbol: shipment.symbol, to: shipment.to }, &mut errands);
        }
        errands
    }

    /// A change of the map was applied.
    pub(super) fn applied(&mut self, change: &MapChange) {
        self.logged.done(change);
    }

    /// Raft did not take it: it may be tried again.
    pub(super) fn refused(&mut self, change: &MapChange) {
        self.applied(change);
    }

    fn begin_term(&mut self, term: Term) {
        if self.term != term {
            *self = Self { term, ..Self::default() };
        }
    }

    fn log(&mut self, change: MapChange, errands: &mut Vec<Errand>) {
        if self.logged.news(&change) {
            errands.push(Errand::Log(change));
        }
    }
}
