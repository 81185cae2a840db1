//! The clients: sessions that send, wait, ask again and give up.
//!
//! Idea: one actor for all of them, so that a thousand sessions cost one wake-up and one message a window. It hands
//! requests to the balancer and hears answers from it; it states what a client would swear to (handed in, answered,
//! given up), which is all that the ledger believes.
//! Shape: a step takes its input, then sends what has come due: arrivals, bursts, retries. One wake-up is armed at a
//! time, for the earliest of them.
//! Answers: the first word that ends the wait is stated (`ClientFact::Answered`), once a request: an acknowledgement, a
//! reading, or a refusal for good. A refusal that may be retried only moves the next try. A later verdict tells the
//! session what rests, and nobody else.
//! Bound: a session has `session::SPAN_MAX` places. An arrival that finds none is refused here, never numbered and
//! never handed in; the figures count it, and an event says so (`Overloaded`): once, until half of those who waited
//! then wait no longer.
//! Left out: priorities; sessions that think before they send again (a closed loop).

mod answers;
mod capacity;
mod feed;
mod hand;
mod making;
mod signals;
mod waiting;

use self::capacity::Capacity;
use self::hand::{Asker, Hand};

use super::burst::{BURST_SESSIONS, Bursts};
use super::figures::Figures;
use super::makers::Makers;
use super::orders::Orders;
use super::patience::Patience;
use super::popularity::Popularity;
use super::session::{Pending, Session, Source};
use super::steady::Steady;
use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft};
use crate::domain::chance::{Chance, Purpose};
use crate::domain::control::Control;
use crate::domain::event::{EventKind, Queue};
use crate::domain::fact::ClientFact;
use crate::domain::hand::HandRequest;
use crate::domain::ids::{ActorId, ClientId};
use crate::domain::order::{Batch, Command, DeskMessage, ReadFrom, Record, Submission};
use crate::domain::rules::AckRule;
use crate::domain::settings::{LoadSettings, Settings};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, FeedFileView, FlowView, LatencyView};
use crate::domain::why::Why;
use crate::market::mid::Mid;

/// Retries and deadlines are looked at on this grid, so that many share one wake-up.
pub const LOOK_EVERY: SimDuration = SimDuration::from_millis(2);

/// Sessions that are tried for a free place before an arrival is refused.
const PLACES_TRIED_MAX: usize = 8;

/// The clients.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Those of the steady load, then those of bursts, of signals and of the hand. `ClientId` counts from 1 in this order.
    sessions: Vec<Session>,
    hand: Hand,
    load: LoadSettings,
    ack: AckRule,
    source: Steady,
    feed: Option<FeedFileView>,
    bursts: Bursts,
    orders: Orders,
    makers: Makers,
    patience: Patience,
    /// What an answer earns a session, in hundredths of a retry.
    retry_percent: u32,
    capacity: Capacity,
    retry: Chance,
    figures: Figures,
    /// No session has anything due before.
    quiet_until: SimTime,
    /// The wake-up that is armed.
    armed: SimTime,
    /// How many waited when it was told that there were no places left.
    full_at: Option<u64>,
}

/// What a step hands in, before it is cut into batches.
#[derive(Default)]
struct Outbox {
    records: Vec<Record>,
    deadline: SimTime,
    /// How many found no place.
    turned_away: u64,
}

impl Clients {
    /// The clients of a cluster with these settings, trading around these mids.
    pub fn new(settings: &Settings, seed: u64, mid: Mid) -> Self {
        let steady = settings.client.steady_sessions();
        Self {
            sessions: (1..=steady + BURST_SESSIONS + signals::SESSIONS + hand::SESSIONS)
                .map(|number| Session::new(ClientId(number)))
                .collect(),
            hand: Hand::default(),
            load: settings.load.clone(),
            ack: settings.cluster.ack,
            source: Steady::new(seed, settings.feed.as_ref()),
            feed: settings.feed.as_ref().map(FeedFileView::of),
            bursts: Bursts::default(),
            orders: Orders::new(
                seed,
                settings.load.query_percent,
                Popularity::new(settings.market.instruments, settings.load.skew_per_mille),
                mid,
            ),
            makers: Makers::new(settings, seed),
            patience: Patience::new(&settings.client),
            retry_percent: settings.client.retry_budget_percent,
            capacity: Capacity::default(),
            retry: Chance::stream(seed, Purpose::Retry, 0),
            figures: Figures::default(),
            quiet_until: SimTime::NEVER,
            armed: SimTime::NEVER,
            full_at: None,
        }
    }

    /// Latency of acknowledgements over the whole run, in virtual time.
    pub fn latency(&self) -> LatencyView {
        self.figures.latency()
    }

    // --- controls

    fn on_control(&mut self, now: SimTime, control: Control, out: &mut Vec<ActorEffect>) {
        if let Some(why) = self.refusal(now, &control) {
            out.push(tell(EventKind::ControlRefused { control, why }));
            return;
        }
        match control {
            Control::SetLoad(on) => {
                self.stop_searching(now, out);
                self.set_load(now, LoadSettings { on, ..self.load.clone() }, out);
            }
            Control::FindCapacity => self.find_capacity(now, out),
            Control::SetRateOfCapacity(percent) => self.load_of_capacity(now, percent, out),
            Control::SetRate(orders_per_s) => {
                self.stop_searching(now, out);
                self.set_load(now, LoadSettings { orders_per_s, ..self.load.clone() }, out);
            }
            Control::SetReadFrom(read_from) if read_from != self.load.read_from => {
                self.load.read_from = read_from;
                out.push(tell(EventKind::ReadsMoved { to: read_from }));
            }
            Control::SetAck(ack) => self.ack = ack,
            Control::Burst(burst) => {
                self.stop_searching(now, out);
                self.bursts.begin(now, burst);
                out.push(tell(EventKind::BurstBegan { orders: burst.orders }));
            }
            Control::Hand(request) => {
                if let Ok(command) = self.command_of(request) {
                    self.send_by_hand(now, (request, Asker::Person), command, out);
                }
            }
            Control::SetSkew(per_mille) => {
                self.orders.popularity_mut().set_skew(per_mille);
                out.push(tell(EventKind::LoadSkewed { per_mille }));
            }
            Control::HotSymbol { symbol, percent } => {
                self.figures.hot_changed();
                self.orders.popularity_mut().set_hot(symbol, percent);
                out.push(tell(EventKind::HotSymbol { symbol, percent }));
            }
            _ => {}
        }
    }

    fn set_load(&mut self, now: SimTime, load: LoadSettings, out: &mut Vec<ActorEffect>) {
        let (before, after) = (rate(&self.load), rate(&load));
        self.load = load;
        if before != after {
            self.source.set_rate(now, after);
            out.push(tell(EventKind::LoadChanged { orders_per_s: after }));
        }
    }

    /// The command of a person's request: refused if it speaks of an order that nobody knows, or if its session is full.
    fn command_of(&self, request: HandRequest) -> Result<Command, Why> {
        let full = self.sessions[self.hand_place()].is_full();
        if full { Err(Why::Overloaded) } else { self.hand.command(request) }
    }

    fn send_by_hand(
        &mut self,
        now: SimTime,
        (request, asker): (HandRequest, Asker),
        command: Command,
        out: &mut Vec<ActorEffect>,
    ) {
        let mut outbox = Outbox { deadline: self.patience.deadline(now), ..Outbox::default() };
        self.ask(now, self.hand_place(), command, Source::STEADY, &mut outbox);
        if let Some(record) = outbox.records.first() {
            self.hand.sent(now, record.id.sequence, request, asker);
        }
        outbox.hand_in(self.load.read_from, ClientFact::Submitted, out);
    }

    /// The place of the hand's session: the last.
    fn hand_place(&self) -> usize {
        self.sessions.len() - 1
    }

    // --- sending

    /// Sends what has come due: first what waits already, then what is new.
    fn send_due(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        if self.quiet_until <= now {
            self.look_at_the_waiting(now, out);
        }
        let mut outbox = Outbox { deadline: self.patience.deadline(now), ..Outbox::default() };
        self.send_steady(now, &mut outbox, out);
        for source in self.bursts.sources(now) {
            self.offer(now, source, &mut outbox);
        }
        self.tell_of_full_places(outbox.turned_away, out);
        outbox.hand_in(self.load.read_from, ClientFact::Submitted, out);
        for request in self.hand.due(now) {
            // Without a place in the session it is asked the next time.
            let free = !self.sessions[self.hand_place()].is_full();
            if let Some(command) = self.hand.command(request).ok().filter(|_| free) {
                self.send_by_hand(now, (request, Asker::Blotter), command, out);
            }
        }
        while let Some(ended) = self.bursts.take_ended() {
            out.push(tell(EventKind::BurstEnded { orders: ended.orders, failed: ended.failed }));
        }
    }

    /// How many sessions the steady load has; they come first, and the last of them are market makers.
    const fn steady(&self) -> usize {
        self.sessions.len() - (BURST_SESSIONS + signals::SESSIONS + hand::SESSIONS) as usize
    }

    /// The orders of a burst that are due, as far as there are places for them.
    fn offer(&mut self, now: SimTime, source: Source, outbox: &mut Outbox) {
        let wanted = self.bursts.wanted(now, source);
        let first = self.steady();
        let mut handed_in = 0;
        while handed_in < wanted {
            let mut turns = (0..BURST_SESSIONS).map(|_| first + self.bursts.turn());
            let Some(place) = turns.find(|place| !self.sessions[*place].is_full()) else { break };
            let command = self.orders.order(now, &mut self.sessions[place]);
            self.ask(now, place, command, source, outbox);
            handed_in += 1;
        }
        let refused = self.bursts.offered(source, handed_in, wanted - handed_in);
        self.figures.found_no_place(now, refused);
        outbox.turned_away += refused;
    }

    fn tell_of_full_places(&mut self, turned_away: u64, out: &mut Vec<ActorEffect>) {
        let waiting = self.figures.waiting;
        if self.full_at.is_some_and(|then| waiting <= then / 2) {
            self.full_at = None;
        }
        if turned_away > 0 && self.full_at.is_none() {
            self.full_at = Some(waiting);
            out.push(tell(EventKind::Overloaded { queue: Queue::Clients }));
        }
    }

    fn ask(&mut self, now: SimTime, place: usize, command: Command, source: Source, outbox: &mut Outbox) {
        let due = self.next_look(now, now, 0, source);
        self.quiet_until = self.quiet_until.min(due);
        self.figures.asked(now, &command);
        let pending = Pending { command, sent: now, due, retries: 0, silent: 1, source, doubt: false, refused: false };
        outbox.records.push(self.sessions[place].ask(pending));
    }

    fn next_look(&mut self, now: SimTime, sent: SimTime, retries: u32, source: Source) -> SimTime {
        if self.bursts.retries(source) {
            self.patience.next_look(now, sent, retries, &mut self.retry)
        } else {
            self.patience.deadline(sent)
        }
    }

    /// Arms the wake-up for whatever comes first, unless an earlier one is armed already.
    fn arm(&mut self, out: &mut Vec<ActorEffect>) {
        let look = if self.quiet_until == SimTime::NEVER {
            SimTime::NEVER
        } else {
            SimTime(self.quiet_until.0.div_ceil(LOOK_EVERY.0) * LOOK_EVERY.0)
        };
        let next = look.min(self.source.next()).min(self.bursts.next()).min(self.hand.next());
        let next = next.min(self.capacity.next());
        if next < self.armed {
            self.armed = next;
            out.push(ActorEffect::WakeAt(next));
        }
    }
}

impl Outbox {
    /// Hands the records to the balancer in batches, and states it.
    fn hand_in(self, read_from: ReadFrom, state: fn(Batch) -> ClientFact, out: &mut Vec<ActorEffect>) {
        for records in self.records.chunks(Batch::RECORDS_MAX) {
            let batch = Batch::new(records);
            out.push(ActorEffect::State(state(batch.clone()).into()));
            let submission = Submission { batch, read_from, deadline: self.deadline };
            out.push(ActorEffect::Send { to: ActorId::BALANCER.into(), message: DeskMessage::Submit(submission) });
        }
    }
}

/// The rate of the steady load; 0 if it is off.
const fn rate(load: &LoadSettings) -> u64 {
    if load.on { load.orders_per_s } else { 0 }
}

/// An event of no node and no group.
const fn tell(kind: EventKind) -> ActorEffect {
    ActorEffect::Tell(Draft { node: None, group: None, kind })
}

impl Actor for Clients {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => self.begin(now, out),
            ActorInput::Wake if now >= self.armed => self.armed = SimTime::NEVER,
            ActorInput::Receive { message: DeskMessage::Answers(answers), .. } => self.on_answers(now, &answers, out),
            ActorInput::Receive { message: DeskMessage::Signals(signals), .. } => self.on_signals(now, &signals, out),
            ActorInput::Control(control) => self.on_control(now, control, out),
            ActorInput::Wake | ActorInput::Receive { .. } | ActorInput::Event(_) | ActorInput::Member(..) => {}
        }
        self.go_on_searching(now, out);
        self.send_due(now, out);
        self.arm(out);
    }

    fn refusal(&self, _: SimTime, control: &Control) -> Option<Why> {
        match control {
            Control::FindCapacity => self.refusal_to_search(),
            Control::SetRateOfCapacity(_) => self.capacity.found().is_none().then_some(Why::CapacityUnknown),
            Control::Burst(_) => self.bursts.is_full().then_some(Why::Overloaded),
            Control::Hand(request) => self.command_of(*request).err(),
            Control::SetRate(_) | Control::SetSkew(_) | Control::HotSymbol { .. } if self.is_of_file() => {
                Some(Why::LoadOfFile)
            }
            Control::HotSymbol { symbol, .. } => {
                (!self.orders.popularity().knows(*symbol)).then_some(Why::UnknownSymbol)
            }
            _ => None,
        }
    }

    fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        let flow = &mut view.flow;
        *flow = FlowView {
            load_on: self.load.on,
            rate: self.load.orders_per_s,
            query_percent: self.load.query_percent,
            read_from: self.load.read_from,
            ack: self.ack,
            burst: self.bursts.progress(),
            skew_per_mille: self.orders.popularity().skew_per_mille(),
            hot: self.orders.popularity().hot(),
            feed: self.feed_view(),
            ..FlowView::default()
        };
        self.figures.fill(now, flow);
        view.groups.iter_mut().for_each(|group| group.cold = self.figures.cold(now, group.id));
        self.show_admission(now, &mut view.admission);
        view.hand = self.hand.rows().cloned().collect();
    }

    fn size_bytes(&self) -> u64 {
        self.sessions.iter().map(Session::size_bytes).sum::<u64>() + self.makers.size_bytes()
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
