//! What the steady load sends: requests that are drawn, those of market makers among them, or the orders of a file.
//!
//! Idea: the orders of a file are shared out to the sessions in turn; from there they are requests like any other, with a
//! deadline, retries and a place in the ledger. An order for which there is no place waits in the file.
//! Bound: a session remembers `OPEN_MAX` of its resting orders; of a file's older ones it forgets that it could ask about
//! them. It never cancels them: a file's orders are played as they are.

use super::{Clients, LOOK_EVERY, Outbox, PLACES_TRIED_MAX, rate, tell};
use crate::domain::actor::ActorEffect;
use crate::domain::event::{EventKind, FeedEvent};
use crate::domain::feed::FeedOrder;
use crate::domain::order::Command;
use crate::domain::time::SimTime;
use crate::domain::view::FeedFileView;
use crate::workload::orders::OPEN_MAX;
use crate::workload::session::Source;
use crate::workload::steady::Steady;

impl Clients {
    /// The run begins.
    pub(super) fn begin(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        self.source.set_rate(now, rate(&self.load));
        if let Some(feed) = &self.feed {
            out.push(tell(EventKind::Feed(FeedEvent::Opened { rows: feed.rows })));
            out.extend(feed.wrong_line.map(|line| tell(EventKind::Feed(FeedEvent::Wrong { line }))));
            out.extend((feed.bent > 0).then(|| tell(EventKind::Feed(FeedEvent::Bent { rows: feed.bent }))));
        }
    }

    /// Sends what is due of the steady load.
    pub(super) fn send_steady(&mut self, now: SimTime, outbox: &mut Outbox, out: &mut Vec<ActorEffect>) {
        match &mut self.source {
            Steady::Drawn(arrivals) => {
                for _ in 0..arrivals.take(now) {
                    // A maker that has nothing to do or no place leaves its turn to the others.
                    if !(self.makers.takes_turn() && self.make_market(now, outbox)) {
                        self.arrive(now, outbox);
                    }
                }
            }
            Steady::File(_) => self.play(now, outbox, out),
        }
    }

    /// A drawn request of those that are no makers.
    fn arrive(&mut self, now: SimTime, outbox: &mut Outbox) {
        let takers = self.steady() - self.makers.sessions();
        let first = self.orders.below(takers as u64) as usize;
        let Some(place) = self.free_from(first, takers) else {
            self.figures.found_no_place(now, 1);
            outbox.turned_away += 1;
            return;
        };
        let command = self.orders.request(now, &mut self.sessions[place]);
        self.ask(now, place, command, Source::STEADY, outbox);
    }

    /// The orders of the file that are due, as far as there are places for them.
    fn play(&mut self, now: SimTime, outbox: &mut Outbox, out: &mut Vec<ActorEffect>) {
        loop {
            let Steady::File(file) = &mut self.source else { return };
            let Some(FeedOrder { symbol, side, order_type, quantity, .. }) = file.due(now) else { return };
            let (sent, orders) = file.progress();
            let Some(place) = self.free_from(sent as usize % self.steady(), self.steady()) else {
                if let Steady::File(file) = &mut self.source {
                    file.wait(now + LOOK_EVERY);
                }
                return;
            };
            let open = &mut self.sessions[place].open;
            if open.len() >= OPEN_MAX {
                open.pop_front();
            }
            self.ask(now, place, Command::place(symbol, side, order_type, quantity), Source::STEADY, outbox);
            if let Steady::File(file) = &mut self.source
                && file.sent()
            {
                out.push(tell(EventKind::Feed(FeedEvent::Ended { orders })));
            }
        }
    }

    /// A session with a place free, of so many: this one, or one of those that follow it.
    fn free_from(&self, first: usize, sessions: usize) -> Option<usize> {
        let tried = (0..PLACES_TRIED_MAX.min(sessions)).map(|step| (first + step) % sessions);
        tried.into_iter().find(|place| !self.sessions[*place].is_full())
    }

    /// How far the file has been played.
    pub(super) fn feed_view(&self) -> Option<FeedFileView> {
        let feed = self.feed.as_ref()?;
        let sent = match &self.source {
            Steady::File(file) => Some(file.progress().0),
            Steady::Drawn(_) => None,
        };
        Some(FeedFileView { sent, ..feed.clone() })
    }
}
