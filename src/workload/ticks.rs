//! The tick source: another venue's quotes, sent to the nodes that own the symbols.
//!
//! Idea: ticks are made as time passes, a batch a node and virtual millisecond, so that a million a second cost a
//! thousand messages a node. The source minds credits: what a node has not said to be done with counts against its
//! window. Under the rule `slow` no tick is made that a window has no room for (held back, and counted); under the
//! shedding rules the source sends on and the node sheds.
//! What it believes: a node that owes a word and says none for `detector.failed` is silent; its symbols go to the next
//! node of the ring, what it held is given up. It is asked again every [`ASK_EVERY`], and comes back with the first word.
//! Load: with the load the ticks of the steady rate stop and go on; whoever asks for a rate meanwhile gets it. Bursts are bursts.
//! Units: rates per virtual second; ticks of a step lie evenly over the time since the step before.
//! Shape: an actor with one wake-up armed at a time, none while no ticks are wanted. Signals come back with the reports; if
//! they trade, they go on to the clients, one a symbol and [`TRADE_EVERY`].
//! Bound: [`RATE_MAX`]; [`BURSTS_MAX`] bursts at a time; a window a node. No tick waits here: it is made and sent, or not made.
//! Left out: more than one source; a random spacing of ticks (their symbols, spreads and sizes are drawn).

mod lane;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft, Membership};
use crate::domain::chance::{Chance, Purpose};
use crate::domain::control::Control;
use crate::domain::event::EventKind;
use crate::domain::ids::{ActorId, Address, NodeId, NodeSet, SymbolId};
use crate::domain::order::DeskMessage;
use crate::domain::settings::{MarketDataSettings, Settings};
use crate::domain::tick::{Overload, Signal, TickBurst, TickReport};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Price;
use crate::domain::view::{ClusterView, MarketView, SIGNALS_MAX, SymbolView};
use crate::domain::why::Why;
use crate::market::mid::Mid;
use crate::market::ticks::quotes::Quotes;
use crate::routing::assignment::{Assigned, Assignment, Liveness};

use lane::Lane;

/// Ticks per virtual second at most, bursts included.
pub const RATE_MAX: u64 = 10_000_000;
/// Bursts that may run at a time.
pub const BURSTS_MAX: usize = 8;
/// Ticks that come due within this time travel together.
pub const STEP: SimDuration = SimDuration::from_millis(1);
/// A silent node is asked this often.
pub const ASK_EVERY: SimDuration = SimDuration::from_millis(100);
/// A symbol's signals become an order at most once in this time.
pub const TRADE_EVERY: SimDuration = SimDuration::from_millis(50);

const SECOND: u64 = 1_000_000_000;

/// The source.
#[derive(Clone, Debug)]
pub struct TickSource {
    settings: MarketDataSettings,
    /// The load is off, and no rate was asked for since.
    stopped: bool,
    patience: SimDuration,
    mid: Mid,
    quotes: Quotes,
    assignment: Assignment,
    lanes: Vec<Lane>,
    bursts: Vec<Burst>,
    pace: Pace,
    totals: Totals,
    tape: VecDeque<Signal>,
    traded_at: Vec<SimTime>,
}

/// A burst that runs.
#[derive(Clone, Copy, Debug)]
struct Burst {
    per_s: u64,
    until: SimTime,
}

/// When ticks are made.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Ticks are made up to here.
    made: SimTime,
    /// Parts of a tick left over, in ticks x ns.
    rest: u64,
    /// The wake-up that is armed.
    armed: SimTime,
}

/// What happened so far.
#[derive(Clone, Copy, Default, Debug)]
struct Totals {
    processed: u64,
    shed: u64,
    signals: u64,
    unowned: u64,
    orders: u64,
}

impl TickSource {
    /// A source for a cluster with these settings, quoting around these mids.
    pub fn new(settings: &Settings, seed: u64, mid: Mid) -> Self {
        let market = settings.market_data.clone();
        let exists = |node: &NodeId| node.index() < settings.cluster.nodes;
        let named: NodeSet = market.nodes.iter().copied().filter(exists).collect();
        let pool = if named.is_empty() { NodeId::first(settings.cluster.nodes).collect() } else { named };
        let symbols = SymbolId::all().count();
        Self {
            stopped: !settings.load.on,
            patience: settings.detector.failed_after,
            mid,
            quotes: Quotes::new(Chance::stream(seed, Purpose::Ticks, 0)),
            assignment: Assignment::new(pool, symbols),
            lanes: pool.iter().map(Lane::new).collect(),
            bursts: Vec::new(),
            pace: Pace { made: SimTime::ZERO, rest: 0, armed: SimTime::NEVER },
            totals: Totals::default(),
            tape: VecDeque::new(),
            traded_at: vec![SimTime::ZERO; symbols],
            settings: market,
        }
    }

    /// Ticks a second that are asked for now.
    fn asked(&self, now: SimTime) -> u64 {
        let bursts = self.bursts.iter().filter(|burst| burst.until > now).map(|burst| burst.per_s);
        (self.steady() + bursts.sum::<u64>()).min(RATE_MAX)
    }

    /// The steady rate: what the bursts come on top of.
    const fn steady(&self) -> u64 {
        if self.stopped { 0 } else { self.settings.ticks_per_s }
    }

    /// From now on the steady rate is this, and goes or not.
    fn set_steady(&mut self, now: SimTime, (ticks_per_s, stopped): (u64, bool), out: &mut Vec<ActorEffect>) {
        self.make(now, out);
        let before = self.steady();
        (self.settings.ticks_per_s, self.stopped) = (ticks_per_s, stopped);
        if self.steady() != before {
            out.push(tell(None, EventKind::TickRateChanged { ticks_per_s: self.steady() }));
        }
    }

    // --- controls

    fn on_control(&mut self, now: SimTime, control: Control, out: &mut Vec<ActorEffect>) {
        match control {
            Control::SetTickRate(rate) => self.set_steady(now, (rate, false), out),
            Control::SetLoad(on) => self.set_steady(now, (self.settings.ticks_per_s, !on), out),
            Control::TickBurst(burst) => self.begin_burst(now, burst, out),
            Control::SetOverload(rule) if rule != self.settings.overload => {
                self.settings.overload = rule;
                out.push(tell(None, EventKind::OverloadChanged(rule)));
            }
            Control::SetSignalsTrade(on) if on != self.settings.signals_trade => {
                self.settings.signals_trade = on;
                out.push(tell(None, EventKind::SignalsTrade { on }));
            }
            _ => {}
        }
    }

    fn begin_burst(&mut self, now: SimTime, burst: TickBurst, out: &mut Vec<ActorEffect>) {
        self.make(now, out);
        let control = Control::TickBurst(burst);
        if let Some(why) = self.refusal(now, &control) {
            out.push(tell(None, EventKind::ControlRefused { control, why }));
            return;
        }
        let over = burst.over.0.max(STEP.0);
        let per_s = u128::from(burst.ticks) * u128::from(SECOND) / u128::from(over);
        self.bursts.push(Burst { per_s: per_s.min(u128::from(RATE_MAX)) as u64, until: now + SimDuration(over) });
        out.push(tell(None, EventKind::TickBurstBegan { ticks: burst.ticks }));
    }

    /// A node that joins gets symbols of its own, unless nodes were named; one that leaves gets none any more.
    fn on_member(&mut self, node: NodeId, membership: Membership) {
        match membership {
            Membership::Member if self.settings.nodes.is_empty() => {
                if !self.lanes.iter().any(|lane| lane.node == node) {
                    self.lanes.push(Lane::new(node));
                    self.assignment.join(node);
                }
            }
            Membership::Leaving | Membership::Gone => self.assignment.leave(node),
            Membership::Member | Membership::Joining => {}
        }
    }

    // --- ticks

    /// Makes what came due since the last time, and sends it.
    fn make(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        let elapsed = now.since(self.pace.made).0;
        if elapsed == 0 {
            return;
        }
        let fine = u128::from(self.asked(self.pace.made)) * u128::from(elapsed) + u128::from(self.pace.rest);
        let due = (fine / u128::from(SECOND)) as u64;
        self.pace.rest = (fine % u128::from(SECOND)) as u64;
        let begin = std::mem::replace(&mut self.pace.made, now);
        self.bursts.retain(|burst| burst.until > now);
        if due == 0 {
            return;
        }
        let mids: Vec<Price> = SymbolId::all().map(|symbol| self.mid.at(symbol, now)).collect();
        for place in 1..=due {
            let time = SimTime(begin.0 + (u128::from(elapsed) * u128::from(place) / u128::from(due)) as u64);
            let symbol = self.quotes.symbol();
            self.make_one(time, symbol, mids[usize::from(symbol.0)], out);
        }
        for lane in &mut self.lanes {
            lane.flush(now, self.settings.overload, out);
        }
    }

    fn make_one(&mut self, time: SimTime, symbol: SymbolId, mid: Price, out: &mut Vec<ActorEffect>) {
        let Some((owner, news)) = self.assignment.owner(symbol) else {
            self.totals.unowned += 1;
            return;
        };
        if let Some(Assigned { from, to }) = news {
            out.push(tell(Some(to), EventKind::SymbolAssigned { symbol, from }));
        }
        let Self { lanes, quotes, settings, .. } = self;
        let Some(lane) = lanes.iter_mut().find(|lane| lane.node == owner) else { return };
        if settings.overload == Overload::Slow && lane.credits(settings.queue_max as u64) == 0 {
            lane.held_back += 1;
        } else {
            lane.open.push(quotes.draw(time, symbol, mid));
        }
    }

    // --- words from nodes

    fn on_report(&mut self, now: SimTime, from: Address, report: &TickReport, out: &mut Vec<ActorEffect>) {
        let Address::Node(node) = from else { return };
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.node == node) else { return };
        if lane.hear(now, report.through) {
            self.assignment.set_live(node, Liveness::Answers);
        }
        self.totals.processed += report.processed;
        self.totals.shed += report.shed;
        self.totals.signals += report.said;
        for signal in report.signals.iter() {
            if self.tape.len() == SIGNALS_MAX {
                self.tape.pop_front();
            }
            self.tape.push_back(*signal);
        }
        if self.settings.signals_trade {
            self.trade(now, &report.signals, out);
        }
    }

    /// Hands signals on to the clients, as often as a symbol may.
    fn trade(&mut self, now: SimTime, signals: &[Signal], out: &mut Vec<ActorEffect>) {
        let traded_at = &mut self.traded_at;
        let may = |signal: &&Signal| {
            let Some(last) = traded_at.get_mut(usize::from(signal.symbol.0)) else { return false };
            let may = now.since(*last) >= TRADE_EVERY;
            if may {
                *last = now;
            }
            may
        };
        let chosen: Arc<[Signal]> = signals.iter().filter(may).copied().collect();
        if !chosen.is_empty() {
            self.totals.orders += chosen.len() as u64;
            out.push(ActorEffect::Send { to: ActorId::CLIENTS.into(), message: DeskMessage::Signals(chosen) });
        }
    }

    /// Gives up who owes a word for too long, and asks those who were given up.
    fn judge(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        for lane in &mut self.lanes {
            if lane.fell_silent(now, self.patience) {
                self.assignment.set_live(lane.node, Liveness::Silent);
            }
            lane.ask(now, self.settings.overload, out);
        }
    }

    fn arm(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        let asked = self.asked(now);
        if asked == 0 {
            // What the rate left over belongs to no later one.
            (self.pace.rest, self.pace.made) = (0, now);
            return;
        }
        let next = now + STEP.max(SimDuration(SECOND.div_ceil(asked)));
        let next = SimTime(next.0 / STEP.0 * STEP.0);
        if next < self.pace.armed {
            self.pace.armed = next;
            out.push(ActorEffect::WakeAt(next));
        }
    }
}

const fn tell(node: Option<NodeId>, kind: EventKind) -> ActorEffect {
    ActorEffect::Tell(Draft { node, group: None, kind })
}

impl Actor for TickSource {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Wake if now >= self.pace.armed => {
                self.pace.armed = SimTime::NEVER;
                self.judge(now, out);
                self.make(now, out);
            }
            ActorInput::Receive { from, message: DeskMessage::Credits(report) } => {
                self.on_report(now, from, &report, out);
                return;
            }
            ActorInput::Control(control) => self.on_control(now, control, out),
            ActorInput::Member(node, membership) => self.on_member(node, membership),
            ActorInput::Start | ActorInput::Wake | ActorInput::Receive { .. } | ActorInput::Event(_) => {}
        }
        self.arm(now, out);
    }

    fn refusal(&self, now: SimTime, control: &Control) -> Option<Why> {
        let running = || self.bursts.iter().filter(|burst| burst.until > now).count();
        (matches!(control, Control::TickBurst(_)) && running() >= BURSTS_MAX).then_some(Why::Overloaded)
    }

    fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        let owned = SymbolId::all().zip(self.assignment.owners()).filter_map(|(symbol, owner)| {
            let owner = (*owner)?;
            let node = view.nodes.iter().find(|node| node.id == owner)?;
            let ticks = node.ticks.symbols.iter().find(|ticks| ticks.symbol == symbol)?;
            Some(SymbolView { owner, ticks: *ticks })
        });
        let window = self.settings.queue_max as u64;
        let sum = |count: fn(&Lane) -> u64| self.lanes.iter().map(count).sum();
        view.market = MarketView {
            asked_per_s: self.asked(now),
            sent: sum(|lane| lane.sent),
            processed: self.totals.processed,
            per_s: view.nodes.iter().map(|node| node.ticks.per_s).sum(),
            shed: self.totals.shed,
            held_back: sum(|lane| lane.held_back) + self.totals.unowned,
            given_up: sum(|lane| lane.given_up),
            overload: self.settings.overload,
            signals: self.totals.signals,
            trades: self.settings.signals_trade,
            orders: self.totals.orders,
            feeds: self.lanes.iter().map(|lane| lane.view(window, self.assignment.count(lane.node))).collect(),
            symbols: owned.collect(),
            tape: self.tape.iter().copied().collect(),
        };
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
