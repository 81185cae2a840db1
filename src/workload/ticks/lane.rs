//! What the source knows of one node: how much it sent, how far the node is, and whether it still speaks.
//!
//! Idea: the node says "done up to here", cumulatively; what was sent beyond that is in flight. A word that is lost or
//! said twice changes nothing, and ticks that died with a life of the node are freed by the first word of the next.
//! Bound: nothing is kept of what was sent but its count.

use std::sync::Arc;

use crate::domain::actor::ActorEffect;
use crate::domain::ids::NodeId;
use crate::domain::order::DeskMessage;
use crate::domain::tick::{MarketTick, Overload, TickBatch};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::FeedView;

use super::ASK_EVERY;

/// A node, as the source knows it.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) node: NodeId,
    /// Ticks of the step that is on.
    pub(super) open: Vec<MarketTick>,
    pub(super) sent: u64,
    through: u64,
    pub(super) held_back: u64,
    pub(super) given_up: u64,
    /// It owes a word since then.
    owes: Option<SimTime>,
    silent: bool,
    asked: SimTime,
}

impl Lane {
    pub(super) const fn new(node: NodeId) -> Self {
        Self {
            node,
            open: Vec::new(),
            sent: 0,
            through: 0,
            held_back: 0,
            given_up: 0,
            owes: None,
            silent: false,
            asked: SimTime::ZERO,
        }
    }

    /// How many more ticks fit into its window.
    pub(super) const fn credits(&self, window: u64) -> u64 {
        window.saturating_sub(self.in_flight() + self.open.len() as u64)
    }

    const fn in_flight(&self) -> u64 {
        self.sent - self.through
    }

    /// Sends what the step made.
    pub(super) fn flush(&mut self, now: SimTime, rule: Overload, out: &mut Vec<ActorEffect>) {
        for ticks in std::mem::take(&mut self.open).chunks(TickBatch::TICKS_MAX) {
            self.send(now, rule, ticks.to_vec(), out);
        }
    }

    /// A node that fell silent is asked now and then whether it is back.
    pub(super) fn ask(&mut self, now: SimTime, rule: Overload, out: &mut Vec<ActorEffect>) {
        if self.silent && now.since(self.asked) >= ASK_EVERY {
            self.asked = now;
            self.send(now, rule, Vec::new(), out);
        }
    }

    fn send(&mut self, now: SimTime, rule: Overload, ticks: Vec<MarketTick>, out: &mut Vec<ActorEffect>) {
        let batch = TickBatch::new(self.sent, rule, ticks);
        self.sent = batch.end();
        self.owes.get_or_insert(now);
        out.push(ActorEffect::Send { to: self.node.into(), message: DeskMessage::Ticks(Arc::new(batch)) });
    }

    /// It says that it is done up to here. True if it had been silent.
    pub(super) fn hear(&mut self, now: SimTime, through: u64) -> bool {
        self.through = self.through.max(through.min(self.sent));
        self.owes = (self.in_flight() > 0).then_some(now);
        std::mem::take(&mut self.silent)
    }

    /// Whether it has just become clear that nobody answers. What it holds is given up.
    pub(super) fn fell_silent(&mut self, now: SimTime, patience: SimDuration) -> bool {
        let overdue = self.owes.is_some_and(|since| now.since(since) > patience);
        if self.silent || !overdue {
            return false;
        }
        self.given_up += self.in_flight();
        self.through = self.sent;
        (self.silent, self.owes) = (true, None);
        true
    }

    pub(super) const fn view(&self, window: u64, symbols: usize) -> FeedView {
        FeedView {
            node: self.node,
            answers: !self.silent,
            in_flight: self.in_flight(),
            credits: self.credits(window),
            sent: self.sent,
            held_back: self.held_back,
            symbols: symbols as u16,
        }
    }
}
