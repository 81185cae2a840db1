//! A replica at work: how a leader's transactions, moves and trades get from their drivers into its log and into the post.
//!
//! Idea: only a leader that has applied an entry of its own term drives: it has then applied whatever any leader before
//! it had committed, so what it does not find is not there (ADR-0003).

use std::sync::Arc;

use crate::domain::event::{EventKind, MovesEvent};
use crate::domain::fact::ReplicaFact;
use crate::domain::ids::{GroupId, NodeId, SymbolId, Term};
use crate::domain::log::Payload;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::moving::Moving;
use crate::domain::stored::Storing;
use crate::domain::time::Now;
use crate::domain::venue::{Stepped, VenueNews, VenueStep};
use crate::domain::why::Why;
use crate::domain::work::Work;
use crate::market::shipments::Moved;
use crate::market::transactions::Worked;

use super::Node;
use super::carrier::{Carrier, Depot, Division, Load};
use super::controller::{Controller, Errand};
use super::doors::Doors;
use super::driver::{Driver, Stand, Step};
use super::letter::{Letter, Says};
use super::message::NodeEffect;
use super::mover::{Haul, MoveWord, Mover, Yard};
use super::out::Out;
use super::pacing;
use super::replica::{Desk, Replica};

/// What a leader drives.
#[derive(Clone, Debug, Default)]
pub(super) struct Drivers {
    spreads: Driver,
    moves: Mover,
    trades: Carrier,
    control: Controller,
    pub(super) doors: Doors,
}

/// What a turn has applied that somebody drives.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) works: Vec<(Work, Worked)>,
    pub(super) moves: Vec<(Moving, Moved)>,
    pub(super) changes: Vec<MapChange>,
    pub(super) steps: Vec<(VenueStep, Stepped)>,
    pub(super) stored: Vec<Storing>,
}

impl Replica {
    /// Looks at what is under way and takes it on, if this replica leads.
    pub(super) fn drive(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        self.at_work(now, map, desk, out, |driver, stand| driver.drive(stand));
        self.haul(now, map, desk, out, |mover, yard| mover.drive(yard));
        self.mind_doors(now, map, desk, out);
        self.carry(now, map, desk, out, |carrier, depot| carrier.drive(depot));
        let at_once = desk.moves_at_once;
        self.control(now, desk, out, |control, term, map| control.drive(now.mono, term, map, at_once));
    }

    /// A letter from the leader of a group.
    pub(super) fn letter(
        &mut self,
        now: Now,
        map: &ClusterMap,
        letter: Letter,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        match letter.says {
            Says::Move(MoveWord::Owned(shipment)) if self.group == GroupId::META => {
                self.control(now, desk, out, |control, term, map| control.owned(term, map, &shipment));
            }
            Says::Move(MoveWord::Begin(shipment)) if self.puts_off(now, &shipment, map, desk) => {}
            Says::Move(word) => self.haul(now, map, desk, out, |mover, yard| mover.letter(yard, word)),
            Says::Store(word) => self.carry(now, map, desk, out, |carrier, depot| carrier.letter(depot, word)),
            says => self.at_work(now, map, desk, out, |driver, stand| driver.letter(stand, letter.from, &says)),
        }
    }

    /// A turn has ended, and these records were applied in it.
    pub(super) fn worked(&mut self, now: Now, map: &ClusterMap, done: &Done, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        for (work, worked) in &done.works {
            self.at_work(now, map, desk, out, |driver, stand| driver.applied(stand, work, *worked));
        }
        for (moving, moved) in &done.moves {
            self.tell_of_a_move(moving, *moved, out);
            self.haul(now, map, desk, out, |mover, yard| mover.applied(yard, moving, *moved));
        }
        for change in &done.changes {
            self.tell_of_a_change(change, out);
            self.drivers.control.applied(change);
        }
        for (step, stepped) in &done.steps {
            self.stepped(step, stepped, out);
        }
        if !done.stored.is_empty() && self.settled().is_none() {
            self.drivers.trades.start_over();
        }
        for storing in &done.stored {
            self.carry(now, map, desk, out, |carrier, depot| carrier.applied(depot, storing));
        }
        if done.works.is_empty() && done.moves.is_empty() {
            self.drive(now, map, desk, out);
        }
    }

    /// Whether a record of this symbol would come too late for this leader's log.
    pub(super) fn gate(&self, symbol: SymbolId) -> Result<(), Why> {
        match self.machine.exchange() {
            Some(_) if self.drivers.moves.freezes(symbol) => Err(Why::Moving),
            // What no group knows is refused by the book, with a verdict.
            Some(exchange) => {
                exchange.serves(symbol).or_else(|why| if why == Why::UnknownSymbol { Ok(()) } else { Err(why) })
            }
            None => Ok(()),
        }
    }

    /// Whether nobody who routes by a map of this epoch can be wrong about this group's symbols.
    pub(super) fn gate_stands_open(&self, epoch: crate::domain::map::Epoch) -> bool {
        let misleads = |exchange: &crate::market::exchange::Exchange| exchange.shipments().may_mislead(epoch);
        self.drivers.moves.is_quiet() && !self.machine.exchange().is_some_and(misleads)
    }

    pub(super) fn settled(&self) -> Option<Term> {
        let term = self.raft.term();
        let caught_up = self.is_whole() && self.raft.log().term_at(self.applied) == Some(term);
        (self.raft.leads() && caught_up).then_some(term)
    }

    fn at_work(
        &mut self,
        now: Now,
        map: &ClusterMap,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Driver, &Stand<'_>) -> Vec<Step>,
    ) {
        let (Some(term), Some(exchange), group) = (self.settled(), self.machine.exchange(), self.group) else { return };
        let stand = Stand { now: now.mono, group, term, map, state: exchange.transactions() };
        for step in act(&mut self.drivers.spreads, &stand) {
            match step {
                Step::Send(to, says) => out.write(group, to, says),
                Step::Log(work) => {
                    if !self.log_work(now, Payload::Work(work), desk, out) {
                        self.drivers.spreads.refused(&work);
                    }
                }
            }
        }
    }

    fn haul(
        &mut self,
        now: Now,
        map: &ClusterMap,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Mover, &Yard<'_>) -> Vec<Haul>,
    ) {
        let (Some(term), Some(state), group) = (self.settled(), self.machine.exchange(), self.group) else { return };
        for haul in act(&mut self.drivers.moves, &Yard { now: now.mono, term, map, state }) {
            match haul {
                Haul::Send(to, word) => out.write(group, to, Says::Move(word)),
                Haul::Log(moving) => {
                    // What came before the freeze is logged before it.
                    if matches!(moving, Moving::Freeze(_)) {
                        self.close_every_batch(now, desk, out);
                    }
                    if !self.log_work(now, Payload::Move(moving.clone()), desk, out) {
                        self.drivers.moves.refused(&moving);
                    }
                }
            }
        }
    }

    fn carry(
        &mut self,
        now: Now,
        map: &ClusterMap,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Carrier, &Depot<'_>) -> Vec<Load>,
    ) {
        let (Some(term), Some(exchange), group) = (self.settled(), self.machine.exchange(), self.group) else { return };
        let (store, division) = (exchange.trades().store(), desk.division);
        let gap = pacing::bundle_gap(desk.settings, division.partitions());
        for load in act(&mut self.drivers.trades, &Depot { now: now.mono, group, term, map, division, store, gap }) {
            match load {
                Load::Send(to, word) => out.write(group, to, Says::Store(word)),
                Load::Log(storing) => {
                    if !self.log_work(now, Payload::Store(storing.clone()), desk, out) {
                        self.drivers.trades.refused(&storing);
                    }
                }
            }
        }
    }

    /// Trades of its store that belong elsewhere: as a leader knows by its queues, who does not lead by looking at each.
    pub(super) fn trades_away(&self, division: &Division) -> u64 {
        if self.settled().is_some() {
            return self.drivers.trades.away();
        }
        let store = self.machine.exchange().map(|exchange| exchange.trades().store());
        let astray = |id| division.home(id) != self.group;
        store.map_or(0, |store| store.iter().filter(|trade| astray(trade.id)).count() as u64)
    }

    fn control(
        &mut self,
        now: Now,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Controller, Term, &ClusterMap) -> Vec<Errand>,
    ) {
        let (Some(term), Some(map)) = (self.settled(), self.machine.map().map(Arc::clone)) else { return };
        for errand in act(&mut self.drivers.control, term, &map) {
            match errand {
                Errand::Send(to, word) => out.write(self.group, to, Says::Move(word)),
                Errand::Log(change) => {
                    if !self.log_work(now, Payload::Map(change.clone()), desk, out) {
                        self.drivers.control.refused(&change);
                    }
                }
            }
        }
    }

    /// Whether Raft took it.
    pub(super) fn log_work(&mut self, now: Now, payload: Payload, desk: &mut Desk<'_>, out: &mut Out<'_>) -> bool {
        let mut effects = Vec::new();
        let handed_over = self.raft.transfer_target_now().is_some();
        if handed_over || self.raft.propose(now, payload, &mut effects).is_err() {
            return false;
        }
        self.absorb(effects, out);
        self.settle(now, desk, out);
        true
    }

    fn tell_of_a_move(&self, moving: &Moving, moved: Moved, out: &mut Out<'_>) {
        if moved != Moved::Frozen {
            return;
        }
        let shipment = moving.shipment();
        out.state(self.group, ReplicaFact::Froze(shipment));
        if self.raft.leads() {
            let crate::domain::moving::Shipment { symbol, to, .. } = shipment;
            out.tell(Some(self.group), EventKind::Moves(MovesEvent::Frozen { symbol, to }));
        }
    }

    fn tell_of_a_change(&self, change: &MapChange, out: &mut Out<'_>) {
        let Some(map) = self.machine.map().filter(|_| self.raft.leads()) else { return };
        match change {
            MapChange::Divide { .. } | MapChange::Move(_) | MapChange::Stay => {
                out.tell(Some(self.group), EventKind::Moves(MovesEvent::Planned { moves: map.moves.len() as u64 }));
            }
            MapChange::Door { venue, open, .. } => {
                let news = if *open { VenueNews::Opened(*venue) } else { VenueNews::Closed(*venue) };
                out.tell(None, EventKind::Venue(news));
            }
            MapChange::Moved { symbol, to } => {
                out.tell(Some(self.group), EventKind::Moves(MovesEvent::Moved { symbol: *symbol, to: *to }));
                if map.moves.is_empty() && map.under_way.is_empty() {
                    out.tell(Some(self.group), EventKind::Moves(MovesEvent::Done { moved: map.moved }));
                }
            }
            _ => {}
        }
    }
}

impl Node {
    /// Takes the transactions of a group on that this node leads.
    pub(super) fn drive(&mut self, now: Now, group: GroupId, effects: &mut Vec<NodeEffect>) {
        let map = Arc::clone(&self.map);
        self.with_replica(group, effects, |replica, desk, out| replica.drive(now, &map, desk, out));
    }

    pub(super) fn letter(&mut self, now: Now, from: NodeId, letter: Letter, effects: &mut Vec<NodeEffect>) {
        self.exit.post.note(&letter, from);
        if self.replicas.get(letter.to).is_none_or(|replica| !replica.raft.leads()) {
            self.exit.post.pass_on(letter);
            return;
        }
        let Some(letter) = self.placement_letter(now, letter, effects) else { return };
        let map = Arc::clone(&self.map);
        self.with_replica(letter.to, effects, |replica, desk, out| replica.letter(now, &map, letter, desk, out));
    }
}
