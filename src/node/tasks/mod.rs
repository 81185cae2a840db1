//! Leader tasks: what the leader of a group carries through with other groups, or over many records of its own.
//!
//! Idea: five tasks, one shape. A `LeaderTask` knows its protocol; the `runner` knows terms, log
//! positions, timers, and what a message that comes late or twice means. All that is true stands in the replicated state:
//! a new leader looks at it and goes on, so going on is the recovery (ADR-0003, ADR-0007).
//! The tasks: `transactions` (two-phase commit of spreads and transfers of cash), `symbol_migration`, `trade_migration`,
//! `move_controller` (which begins moves, in `meta`), `venue_control`. `message` is what leaders say to each other,
//! `outbox` finds where it goes, `closing` makes moves fair.
//! Shape: `Tasks` is driven by its host: `receive`, `turn` and `beat` give back `Deed`s; the host carries them out in
//! order and says where a proposal stands in its log (`placed`). The replica is one host, the harness of the tests another.
//! Who runs: only a leader that has applied an entry of its own term. It has then applied whatever any leader before it
//! had committed, so what it does not find is not there.

mod ballot;
mod closing;
pub mod message;
mod move_controller;
mod outbox;
mod runner;
mod survey;
mod symbol_migration;
mod trade_migration;
mod transactions;
mod tx_step;
mod venue_control;

#[cfg(test)]
mod harness;

use crate::domain::ids::{GroupId, LogIndex, SymbolId, Term};
use crate::domain::log::Payload;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::moving::Moving;
use crate::domain::stored::Storing;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::venue::{Stepped, VenueStep};
use crate::domain::work::{Work, Worked};
use crate::market::exchange::Exchange;
use crate::market::shipments::Moved;

use self::message::Body;
use self::move_controller::{ControllerState, MoveController};
use self::runner::{Action, Context, LeaderTask, Runner};
use self::symbol_migration::SymbolMigration;
use self::trade_migration::{TradeMigration, TradeState};
use self::transactions::{TransactionTask, TxState};
use self::venue_control::VenueControl;

pub(super) use self::outbox::Outbox;
pub(super) use self::symbol_migration::{MoveMessage, MoveStep};
pub(super) use self::trade_migration::Division;

/// What a leader sees as it works on its tasks.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) now: SimTime,
    pub(super) group: GroupId,
    pub(super) term: Term,
    /// The map as the leader's node has heard of it.
    pub(super) map: &'a ClusterMap,
    pub(super) state: State<'a>,
    /// Where trades belong.
    pub(super) division: &'a Division,
    /// Moves that a controller keeps under way.
    pub(super) moves_at_once: usize,
    /// The time between two full bundles of trades that migrate.
    pub(super) bundle_gap: SimDuration,
}

/// The replicated state of a group.
#[derive(Clone, Copy)]
pub(super) enum State<'a> {
    /// Of a partition.
    Exchange(&'a Exchange),
    /// Of `meta`: the map as it has applied it.
    Map(&'a ClusterMap),
}

/// What a host is to do.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Send to the leader of this group.
    Send(GroupId, Body),
    /// Propose this to the own group's log, and say where it stands.
    Propose(Payload),
}

/// A record that concerns a task, as it was applied.
#[derive(Clone, Debug)]
pub(super) enum Done {
    Work(Work, Worked),
    Move(Moving, Moved),
    Store(Storing),
    Venue(VenueStep, Stepped),
    Map(MapChange),
}

/// The tasks of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    transactions: Runner<TransactionTask>,
    moves: Runner<SymbolMigration>,
    trades: Runner<TradeMigration>,
    venues: Runner<VenueControl>,
    controller: Runner<MoveController>,
}

impl Tasks {
    /// A message from the leader of a group.
    pub(super) fn receive(&mut self, site: &Site<'_>, from: GroupId, body: Body) -> Vec<Deed> {
        let mut deeds = Vec::new();
        match (site.state, body) {
            (State::Map(map), Body::Move(message)) => {
                let actions = self.controller.receive(&site.of_controller(map), from, message);
                add(&mut deeds, actions);
            }
            (State::Exchange(exchange), Body::Transaction(message)) => {
                let state = tx_state(exchange, &self.moves);
                add(&mut deeds, self.transactions.receive(&site.of(state), from, message));
            }
            (State::Exchange(exchange), Body::Move(message)) => {
                add(&mut deeds, self.moves.receive(&site.of(exchange), from, message));
            }
            (State::Exchange(exchange), Body::Trades(message)) => {
                let context = site.of(site.trades(exchange));
                add(&mut deeds, self.trades.receive(&context, from, message));
            }
            // Placement is the node's own business; `meta` has no transactions and no trades.
            (_, Body::Report(_) | Body::HandOver(_) | Body::Call)
            | (State::Map(_), Body::Transaction(_) | Body::Trades(_)) => {}
        }
        deeds
    }

    /// The group has applied its records after `from`, up to `to`; these concern tasks.
    pub(super) fn turn(&mut self, site: &Site<'_>, (from, to): (LogIndex, LogIndex), done: &[Done]) -> Vec<Deed> {
        let mut deeds = Vec::new();
        match site.state {
            State::Map(map) => {
                self.controller.advance(from, to);
                let context = site.of_controller(map);
                for change in done {
                    if let Done::Map(change) = change {
                        add(&mut deeds, self.controller.applied(&context, change, &()));
                    }
                }
            }
            State::Exchange(exchange) => {
                self.transactions.advance(from, to);
                self.moves.advance(from, to);
                self.trades.advance(from, to);
                self.venues.advance(from, to);
                done.iter().for_each(|done| self.applied(site, exchange, done, &mut deeds));
            }
        }
        self.tick(site, &mut deeds);
        deeds
    }

    fn applied(&mut self, site: &Site<'_>, exchange: &Exchange, done: &Done, deeds: &mut Vec<Deed>) {
        match done {
            Done::Work(work, worked) => {
                let state = tx_state(exchange, &self.moves);
                add(deeds, self.transactions.applied(&site.of(state), work, worked));
            }
            Done::Move(moving, moved) => {
                add(deeds, self.moves.applied(&site.of(exchange), moving, moved));
            }
            Done::Store(storing) => {
                let context = site.of(site.trades(exchange));
                add(deeds, self.trades.applied(&context, storing, &()));
            }
            Done::Venue(step, stepped) => {
                add(deeds, self.venues.applied(&site.of(exchange), step, stepped));
            }
            Done::Map(_) => {}
        }
    }

    /// Time has passed.
    pub(super) fn beat(&mut self, site: &Site<'_>) -> Vec<Deed> {
        let mut deeds = Vec::new();
        self.tick(site, &mut deeds);
        deeds
    }

    fn tick(&mut self, site: &Site<'_>, deeds: &mut Vec<Deed>) {
        match site.state {
            State::Map(map) => add(deeds, self.controller.tick(&site.of_controller(map))),
            State::Exchange(exchange) => {
                // First, for it closes symbols to the legs of spreads.
                add(deeds, self.moves.tick(&site.of(exchange)));
                let state = tx_state(exchange, &self.moves);
                add(deeds, self.transactions.tick(&site.of(state)));
                if !site.map.venues.is_empty() {
                    add(deeds, self.venues.tick(&site.of(exchange)));
                }
                add(deeds, self.trades.tick(&site.of(site.trades(exchange))));
            }
        }
    }

    /// The log has taken a proposal, at this index; or it has not.
    pub(super) fn placed(&mut self, payload: &Payload, at: Option<LogIndex>) {
        match payload {
            Payload::Work(work) => self.transactions.placed(work, at),
            Payload::Move(moving) => self.moves.placed(moving, at),
            Payload::Store(storing) => self.trades.placed(storing, at),
            Payload::Venue(step) => self.venues.placed(step, at),
            Payload::Map(change) => self.controller.placed(change, at),
            Payload::Noop | Payload::Orders(_) | Payload::Config(_) => {}
        }
    }

    /// Whether a *freeze* of this symbol is in the log already: what comes for it now would come too late.
    pub(super) fn freezes(&self, symbol: SymbolId) -> bool {
        self.moves.any_proposed(|slot| symbol_migration::freezes(slot, symbol))
    }

    /// Whether a symbol takes no spreads, for it is about to move.
    pub(super) fn closes(&self, symbol: SymbolId) -> bool {
        self.moves.task().closing().closes(symbol)
    }

    /// Whether no symbol is about to move.
    pub(super) fn no_symbol_leaves(&self) -> bool {
        self.moves.is_quiet() && self.moves.task().closing().is_empty()
    }

    /// How many trades it knows to be elsewhere than where they belong.
    pub(super) fn trades_away(&self) -> u64 {
        self.trades.task().away()
    }
}

/// The part of the state that transactions read, and the symbols that take no more legs.
fn tx_state<'a>(exchange: &'a Exchange, moves: &'a Runner<SymbolMigration>) -> TxState<'a> {
    let (transactions, accounts) = (exchange.transactions(), exchange.accounts());
    TxState { transactions, accounts, closing: moves.task().closing() }
}

impl<'a> Site<'a> {
    fn of<T: LeaderTask<State<'a> = S>, S>(&self, state: S) -> Context<'a, T> {
        let Self { now, group, term, map, .. } = *self;
        Context { now, group, term, map, state }
    }

    fn of_controller(&self, map: &'a ClusterMap) -> Context<'a, MoveController> {
        self.of(ControllerState { map, at_once: self.moves_at_once })
    }

    const fn trades(&self, exchange: &'a Exchange) -> TradeState<'a> {
        TradeState { division: self.division, store: exchange.trades().store(), gap: self.bundle_gap }
    }
}

/// What a task wants, as the host understands it.
fn add<T: LeaderTask>(deeds: &mut Vec<Deed>, actions: Vec<Action<T>>) {
    deeds.extend(actions.into_iter().map(|action| match action {
        Action::Propose(record) => Deed::Propose(T::payload(record)),
        Action::Send(to, message) => Deed::Send(to, T::body(message)),
    }));
}
