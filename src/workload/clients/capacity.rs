//! The search for the capacity, and the load that is told as a part of it.
//!
//! Idea: the search owns the rate of the steady load while it is on, and gives it back as it was. Any other word on the
//! load ends it, because the teacher wants to see that load. So do refusals that point to a failure: without a
//! leader or a required voter the desk is not overloaded, and the trial says nothing about its capacity.

use super::{Clients, rate, tell};
use crate::domain::actor::ActorEffect;
use crate::domain::event::{AdmissionEvent, EventKind};
use crate::domain::settings::LoadSettings;
use crate::domain::time::SimTime;
use crate::domain::view::{AdmissionView, SearchView};
use crate::domain::why::Why;
use crate::workload::arrivals::RATE_MAX;
use crate::workload::capacity::{Next, Search};

/// Fewer refusals for a failure than this end no search; a leader that is dead costs more within a second.
const BROKEN_MIN: u64 = 16;

/// What is known of the capacity, and the search that is on.
#[derive(Clone, Debug, Default)]
pub(super) struct Capacity {
    found: Option<u64>,
    /// The search, and the load that it gives back.
    search: Option<(Search, LoadSettings)>,
    /// Refusals because something is broken, before it began.
    broken: u64,
    /// Answers before it began.
    answered: u64,
}

impl Capacity {
    /// What was found last: requests per virtual second.
    pub(super) const fn found(&self) -> Option<u64> {
        self.found
    }

    /// Refusals for a failure that do not end a search, of so many answers so far: a leader that hands over in good order
    /// costs a few, and the trial that they fall into is repeated.
    const fn excused(&self, answered: u64) -> u64 {
        let share = (answered - self.answered) / 100;
        if share > BROKEN_MIN { share } else { BROKEN_MIN }
    }

    /// When the search has something to do.
    pub(super) fn next(&self) -> SimTime {
        self.search.as_ref().map_or(SimTime::NEVER, |(search, _)| search.next())
    }
}

impl Clients {
    /// Why no search may begin now.
    /// Whether the steady load comes from a file, which says what is ordered and when.
    pub(super) const fn is_of_file(&self) -> bool {
        !matches!(self.source, crate::workload::steady::Steady::Drawn(_))
    }

    pub(super) fn refusal_to_search(&self) -> Option<Why> {
        if self.is_of_file() {
            return Some(Why::LoadOfFile);
        }
        if self.bursts.progress().is_some() {
            return Some(Why::BurstRunning);
        }
        self.capacity.search.is_some().then_some(Why::AlreadySo)
    }

    pub(super) fn find_capacity(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        out.push(tell(EventKind::Admission(AdmissionEvent::SearchBegan)));
        let search = Search::begin(now, RATE_MAX);
        self.source.set_rate(now, search.rate());
        self.capacity.search = Some((search, self.load.clone()));
        self.capacity.broken = self.figures.broken();
        self.capacity.answered = self.figures.counts().answered;
    }

    /// The load at this share of the capacity.
    pub(super) fn load_of_capacity(&mut self, now: SimTime, percent: u32, out: &mut Vec<ActorEffect>) {
        let Some(found) = self.capacity.found else { return };
        self.stop_searching(now, out);
        let orders_per_s = (found * u64::from(percent) / 100).clamp(1, RATE_MAX);
        self.set_load(now, LoadSettings { orders_per_s, ..self.load.clone() }, out);
    }

    /// The load is told otherwise: the search is over, and has found nothing.
    pub(super) fn stop_searching(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        if let Some((_, before)) = self.capacity.search.take() {
            self.source.set_rate(now, rate(&before));
            self.load = before;
            out.push(tell(EventKind::Admission(AdmissionEvent::SearchEnded)));
        }
    }

    pub(super) fn go_on_searching(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        let counts = self.figures.counts();
        if self.figures.broken() - self.capacity.broken > self.capacity.excused(counts.answered) {
            self.stop_searching(now, out);
        }
        let Some((search, _)) = &mut self.capacity.search else { return };
        let tried = |(orders_per_s, held)| tell(EventKind::Admission(AdmissionEvent::Tried { orders_per_s, held }));
        match search.step(now, counts) {
            Next::Wait => {}
            Next::Rate(rate, trial) => {
                out.extend(trial.map(tried));
                self.source.set_rate(now, rate);
            }
            Next::Over(trial, found) => {
                out.push(tried(trial));
                match found {
                    Some(orders_per_s) => {
                        self.capacity.found = found;
                        out.push(tell(EventKind::Admission(AdmissionEvent::Found { orders_per_s })));
                    }
                    None => out.push(tell(EventKind::Admission(AdmissionEvent::SearchEnded))),
                }
                if let Some((_, before)) = self.capacity.search.take() {
                    self.source.set_rate(now, rate(&before));
                }
            }
        }
    }

    pub(super) fn show_admission(&self, now: SimTime, view: &mut AdmissionView) {
        let search = self.capacity.search.as_ref();
        view.capacity_per_s = self.capacity.found;
        view.search = search.map(|(search, _)| {
            let (trials, trials_max) = search.trials();
            SearchView { rate: search.rate(), trials, trials_max }
        });
        self.figures.fill_admission(now, view);
    }
}
