//! A replica as the host of its leader's tasks: what they want done gets into its log and out to other groups.

use std::sync::Arc;

use super::{Desk, Replica};
use crate::domain::event::{EventKind, MovesEvent};
use crate::domain::fact::LogFact;
use crate::domain::ids::{ActorId, GroupId, LogIndex, NodeId, Term};
use crate::domain::log::Payload;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::moving::{Moving, Shipment};
use crate::domain::order::{Answer, Command, DeskMessage, Reply};
use crate::domain::time::Now;
use crate::domain::venue::{Stepped, VenueNews, VenueStep};
use crate::domain::why::Why;
use crate::market::exchange::Exchange;
use crate::market::shipments::Moved;
use crate::node::Node;
use crate::node::machine::Machine;
use crate::node::message::NodeEffect;
use crate::node::out::Out;
use crate::node::pacing;
use crate::node::tasks::message::{Body, GroupMessage};
use crate::node::tasks::{Deed, Division, Done, MoveMessage, MoveStep, Site, State, Tasks};
use crate::protocols::message::Effect;
use crate::protocols::registry::Replicator;
use crate::protocols::replication::Replication;

impl Replica {
    /// Takes on what waits for time to pass, if this replica leads.
    pub(in crate::node) fn beat(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        self.work(now, map, desk, out, Tasks::beat);
    }

    /// A message from the leader of a group.
    fn receive(&mut self, now: Now, map: &ClusterMap, message: GroupMessage, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let GroupMessage { header, body } = message;
        let begin = match &body {
            Body::Move(MoveMessage { shipment, step: MoveStep::Begin }) => Some(*shipment),
            _ => None,
        };
        // What has begun to wait for the spreads of its symbol waits for nothing else: the symbol is closed meanwhile.
        let begins = begin.filter(|shipment| !self.tasks.closes(shipment.symbol));
        if begins.is_some_and(|shipment| self.puts_off(now, &shipment, map, desk)) {
            return;
        }
        self.work(now, map, desk, out, |tasks, site| tasks.receive(site, header.from, body));
    }

    /// A turn has ended: everything after `from` up to what is applied now, with these records that concern tasks.
    pub(super) fn turn_ended(
        &mut self,
        now: Now,
        map: &ClusterMap,
        (from, done): (LogIndex, &[Done]),
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        done.iter().for_each(|done| self.tell_of(done, out));
        let span = (from, self.applied);
        self.work(now, map, desk, out, |tasks, site| tasks.turn(site, span, done));
    }

    /// Whether a record would come too late for this leader's log, or too early.
    pub(super) fn gate(&self, command: &Command) -> Result<(), Why> {
        let symbol = command.symbol();
        match self.machine.exchange() {
            Some(_) if self.tasks.freezes(symbol) => Err(Why::Moving),
            Some(_) if matches!(command, Command::Spread { .. }) && self.tasks.closes(symbol) => Err(Why::Moving),
            // What no group knows is refused by the book, with a verdict.
            Some(exchange) => {
                exchange.serves(symbol).or_else(|why| if why == Why::UnknownSymbol { Ok(()) } else { Err(why) })
            }
            None => Ok(()),
        }
    }

    /// Whether nobody who routes by a map of this epoch can be wrong about this group's symbols.
    pub(super) fn gate_stands_open(&self, epoch: crate::domain::map::Epoch) -> bool {
        let misleads = |exchange: &Exchange| exchange.shipments().may_mislead(epoch);
        self.tasks.no_symbol_leaves() && !self.machine.exchange().is_some_and(misleads)
    }

    /// The term in which it leads, if it has applied an entry of that term and has missed nothing.
    fn settled(&self) -> Option<Term> {
        let term = self.core.term();
        let caught_up = self.is_whole() && self.core.log().term_at(self.applied) == Some(term);
        (self.core.leads() && caught_up).then_some(term)
    }

    /// Lets the tasks act, and does what they want done.
    fn work(
        &mut self,
        now: Now,
        map: &ClusterMap,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Tasks, &Site<'_>) -> Vec<Deed>,
    ) {
        let (Some(term), group) = (self.settled(), self.group) else { return };
        let (division, moves_at_once) = (desk.division, desk.moves_at_once);
        let state = match &self.machine {
            Machine::Exchange(exchange) => State::Exchange(exchange),
            Machine::Map { map, .. } => State::Map(map),
        };
        let busy = desk.processor.busy_per_mille(now.mono);
        let bundle_gap = pacing::bundle_gap(desk.settings, desk.replicas, busy);
        let site = Site { now: now.mono, group, term, map, state, division, moves_at_once, bundle_gap };
        let deeds = act(&mut self.tasks, &site);
        for deed in deeds {
            match deed {
                Deed::Send(to, body) => out.send_to_group(group, to, map.epoch, body),
                Deed::Propose(payload) => {
                    // What came before the freeze is logged before it.
                    if matches!(payload, Payload::Move(Moving::Freeze(_))) {
                        self.close_every_batch(now, desk, out);
                    }
                    let at = self.propose_task(now, payload.clone(), desk, out);
                    self.tasks.placed(&payload, at);
                }
            }
        }
    }

    /// Where a record stands in the log; nowhere, if it was not taken.
    fn propose_task(&mut self, now: Now, payload: Payload, desk: &mut Desk<'_>, out: &mut Out<'_>) -> Option<LogIndex> {
        let handed_over = self.core.transferring_to().is_some();
        let propose = |core: &mut Replicator, effects: &mut Vec<Effect>| core.propose(now, payload, effects);
        let place = if handed_over { None } else { self.drive(out, propose).ok() };
        self.settle(now, desk, out);
        place.map(|place| place.first)
    }

    /// Trades of its store that belong elsewhere: as a leader knows by its queues, who does not lead by looking at each.
    pub(in crate::node) fn trades_away(&self, division: &Division) -> u64 {
        if self.settled().is_some() {
            return self.tasks.trades_away();
        }
        let store = self.machine.exchange().map(|exchange| exchange.trades().store());
        let astray = |id| division.home(id) != self.group;
        store.map_or(0, |store| store.iter().filter(|trade| astray(trade.id)).count() as u64)
    }

    /// A record that concerns a task was applied: everybody is told, if this replica leads.
    fn tell_of(&self, done: &Done, out: &mut Out<'_>) {
        match done {
            Done::Move(moving, moved) => self.tell_of_a_move(moving, *moved, out),
            Done::Map(change) => self.tell_of_a_change(change, out),
            Done::Venue(step, stepped) => self.tell_of_a_venue(step, stepped, out),
            Done::Work(..) | Done::Store(_) => {}
        }
    }

    fn tell_of_a_move(&self, moving: &Moving, moved: Moved, out: &mut Out<'_>) {
        if moved != Moved::Frozen {
            return;
        }
        let shipment = moving.shipment();
        out.state(self.group, LogFact::Froze(shipment));
        if self.core.leads() {
            let Shipment { symbol, to, .. } = shipment;
            out.tell(Some(self.group), EventKind::Moves(MovesEvent::Frozen { symbol, to }));
        }
    }

    fn tell_of_a_change(&self, change: &MapChange, out: &mut Out<'_>) {
        let Some(map) = self.machine.map().filter(|_| self.core.leads()) else { return };
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

    /// Owners are told of what was cancelled, and everybody of a venue that holds nothing any more. A notice may be lost as
    /// any message may; the order's end stands in the state, and a query tells it.
    fn tell_of_a_venue(&self, step: &VenueStep, stepped: &Stepped, out: &mut Out<'_>) {
        if !self.core.leads() {
            return;
        }
        if !stepped.ended.is_empty() {
            let notice = |(id, verdict)| Answer { id, reply: Reply::Notice(verdict) };
            let notices: Arc<[Answer]> = stepped.ended.iter().copied().map(notice).collect();
            out.effects.push(NodeEffect::Reply { to: ActorId::BALANCER, message: DeskMessage::Answers(notices) });
        }
        if let Some(orders) = stepped.drained {
            let (VenueStep::Door { venue, .. } | VenueStep::Drain { venue }) = *step;
            out.tell(Some(self.group), EventKind::Venue(VenueNews::Drained { venue, orders }));
        }
    }
}

impl Node {
    /// Takes on the tasks of a group that this node leads.
    pub(in crate::node) fn beat_tasks(&mut self, now: Now, group: GroupId, effects: &mut Vec<NodeEffect>) {
        let map = Arc::clone(&self.map);
        self.with_replica(group, effects, |replica, desk, out| replica.beat(now, &map, desk, out));
    }

    /// A message between groups: for a group that this node leads, or to be passed on.
    pub(in crate::node) fn on_group_message(
        &mut self,
        now: Now,
        from: NodeId,
        message: GroupMessage,
        effects: &mut Vec<NodeEffect>,
    ) {
        self.exit.outbox.note(&message.header, from);
        let to = message.header.to;
        if self.replicas.get(to).is_none_or(|replica| !replica.core.leads()) {
            self.exit.outbox.pass_on(message);
            return;
        }
        if matches!(message.body, Body::Report(_) | Body::HandOver(_) | Body::Call) {
            self.on_placement(now, &message, effects);
            return;
        }
        let map = Arc::clone(&self.map);
        self.with_replica(to, effects, |replica, desk, out| replica.receive(now, &map, message, desk, out));
    }
}
