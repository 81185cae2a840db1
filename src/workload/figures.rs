//! Figures: how the clients fare, for the screen and for reports.
//!
//! Idea: measured where the answers arrive. Rates are over the last second, latencies over the last seconds and over
//! the whole run; all of it counts in virtual time, so that a slow machine does not make a slow desk.
//! *Sent*, *acknowledged* and *unanswered* count the same orders, each once, so that they can be held against each other.
//! Units: latency is from the first send to the first acknowledgement, retries included; queries are counted apart.
//! Groups: those of the last seconds are also kept by the group that gave the answer, the hot symbol's apart: what one symbol
//! does to the others of its partition can be seen only so.
//! Bound: a histogram for each of the last seconds, one in total, and one a group, all of fixed size.

use crate::domain::histogram::Histogram;
use crate::domain::ids::GroupId;
use crate::domain::order::{Command, Reading};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{AdmissionView, FlowView, LatencyView};
use crate::domain::why::Why;
use crate::routing::latencies::Latencies;
use crate::routing::rate::Rate;

use super::capacity::Counts;

/// "The last seconds": so many whole ones, and the one that runs.
const RECENT_SECONDS: u64 = 5;

/// Upper bounds of the latency classes of the screen; the last class has none.
const CLASSES: [SimDuration; 4] = [
    SimDuration::from_millis(1),
    SimDuration::from_millis(5),
    SimDuration::from_millis(20),
    SimDuration::from_millis(100),
];

/// What the clients measured.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Orders that were handed in.
    sent: Rate,
    acked: Rate,
    /// Orders that nobody answered by their deadline.
    unanswered: Rate,
    queries: Rate,
    refused: Rate,
    retried: u64,
    not_sent: u64,
    /// Retries that a budget did not allow.
    denied: u64,
    /// Refusals for overload.
    overloaded: u64,
    /// Requests that ended with one: each once, however often it was tried.
    turned_away: u64,
    turned_away_rate: Rate,
    /// Refusals because a voter is missing.
    not_acknowledgeable: u64,
    /// Refusals caused by failures, not by load.
    broken: u64,
    counts: Counts,
    query_latency: Histogram,
    replica_reads: u64,
    noticed: u64,
    pub(super) waiting: u64,
    total: Histogram,
    recent: [Second; RECENT_SECONDS as usize + 1],
    /// By the number of the group that gave the answers, without those on the hot symbol.
    cold: Vec<Latencies>,
    hot: Hot,
}

/// Acknowledgements of orders for the hot symbol.
#[derive(Clone, Debug, Default)]
struct Hot {
    /// Who gave the last one.
    group: Option<GroupId>,
    /// Who gave those before, if the symbol has moved since it is hot.
    before: Option<GroupId>,
    latencies: Latencies,
}

/// One second of acknowledgements.
#[derive(Clone, Debug, Default)]
struct Second {
    number: u64,
    histogram: Histogram,
    classes: [u64; CLASSES.len() + 1],
}

impl Figures {
    /// A request was handed in.
    pub fn asked(&mut self, now: SimTime, command: &Command) {
        self.waiting += 1;
        self.sent.add(now, u64::from(!command.is_query()));
    }

    /// A request was handed in again.
    pub const fn asked_again(&mut self) {
        self.retried += 1;
    }

    /// A request waits no longer, whatever became of it.
    pub fn settled(&mut self) {
        assert!(self.waiting > 0, "only what waits is settled");
        self.waiting -= 1;
    }

    /// A retry was not sent, its session having none left.
    pub const fn denied_a_retry(&mut self) {
        self.denied += 1;
    }

    /// A refusal was heard, and this is why.
    pub const fn heard(&mut self, why: Why) {
        match why {
            Why::Overloaded => self.overloaded += 1,
            Why::NotAcknowledgeable(_) => {
                self.not_acknowledgeable += 1;
                self.broken += 1;
            }
            Why::NoLeader | Why::NoWorker | Why::NodeDown | Why::LeaderLost | Why::QuorumNotReached => self.broken += 1,
            _ => {}
        }
    }

    /// A request ended with this refusal: it is not tried again.
    pub fn ended_refused(&mut self, now: SimTime, why: Why) {
        if why == Why::Overloaded {
            self.turned_away += 1;
            self.turned_away_rate.add(now, 1);
        }
    }

    /// A request was answered, and not with a refusal.
    pub const fn answered(&mut self) {
        self.counts.answered += 1;
    }

    /// A request was given up.
    pub fn gave_up(&mut self, now: SimTime, command: &Command) {
        self.counts.late += 1;
        self.unanswered.add(now, u64::from(!command.is_query()));
    }

    /// Refusals so far that were caused by failures, not by load.
    pub const fn broken(&self) -> u64 {
        self.broken
    }

    /// What was counted so far.
    pub const fn counts(&self) -> Counts {
        Counts { waiting: self.waiting, ..self.counts }
    }

    /// Writes what was measured of overload.
    pub fn fill_admission(&self, now: SimTime, view: &mut AdmissionView) {
        view.refused = self.overloaded;
        view.turned_away = self.turned_away;
        view.turned_away_per_s = self.turned_away_rate.per_second(now);
        view.not_acknowledgeable = self.not_acknowledgeable;
        view.retries_denied = self.denied;
    }

    /// Refusals were heard, or made by the clients' own bounds.
    pub fn refused(&mut self, now: SimTime, count: u64) {
        self.counts.refused += count;
        self.refused.add(now, count);
    }

    /// So many requests found no session with a place for them: they were never handed in.
    pub fn found_no_place(&mut self, now: SimTime, count: u64) {
        self.not_sent += count;
        self.refused(now, count);
    }

    /// A query was answered, so long after its first send.
    pub fn queried(&mut self, now: SimTime, latency: SimDuration, reading: &Reading) {
        self.queries.add(now, 1);
        self.query_latency.record_many(latency, 1);
        self.replica_reads += u64::from(!reading.current);
    }

    /// Somebody heard, unasked, that an order which rested was cancelled.
    pub const fn noticed(&mut self) {
        self.noticed += 1;
    }

    /// So many orders were acknowledged, so long after their first send.
    pub fn acknowledged(&mut self, now: SimTime, latency: SimDuration, count: u64) {
        self.acked.add(now, count);
        self.total.record_many(latency, count);
        let number = now.0 / SimDuration::from_secs(1).0;
        let second = &mut self.recent[(number % (RECENT_SECONDS + 1)) as usize];
        if second.number != number {
            *second = Second { number, ..std::mem::take(second) };
            second.histogram.clear();
            second.classes = Default::default();
        }
        second.histogram.record_many(latency, count);
        let class = CLASSES.iter().position(|bound| latency < *bound).unwrap_or(CLASSES.len());
        second.classes[class] += count;
    }

    /// Another symbol is hot from now on, or none: where it was is its own.
    pub fn hot_changed(&mut self) {
        (self.hot.group, self.hot.before) = (None, None);
    }

    /// So many orders were acknowledged by this group, all of them for the hot symbol or none.
    pub fn acknowledged_by(&mut self, now: SimTime, (group, hot): (GroupId, bool), latency: SimDuration, count: u64) {
        if hot {
            if let Some(before) = self.hot.group.replace(group).filter(|before| *before != group) {
                self.hot.before = Some(before);
            }
            self.hot.latencies.record_many(now, latency, count);
            return;
        }
        let place = group.index();
        if self.cold.len() <= place {
            self.cold.resize_with(place + 1, Latencies::default);
        }
        self.cold[place].record_many(now, latency, count);
    }

    /// Latency of this group's acknowledgements over the last seconds, without those on the hot symbol.
    pub fn cold(&self, now: SimTime, group: GroupId) -> LatencyView {
        self.cold.get(group.index()).map(|latencies| latencies.view(now)).unwrap_or_default()
    }

    /// Latency of acknowledgements over the whole run.
    pub fn latency(&self) -> LatencyView {
        self.total.view()
    }

    /// Writes what was measured.
    pub fn fill(&self, now: SimTime, flow: &mut FlowView) {
        flow.sent_per_s = self.sent.per_second(now);
        flow.unanswered_per_s = self.unanswered.per_second(now);
        flow.acked_per_s = self.acked.per_second(now);
        flow.peak_per_s = self.acked.peak(now);
        flow.queries_per_s = self.queries.per_second(now);
        flow.refused_per_s = self.refused.per_second(now);
        flow.waiting = self.waiting;
        flow.retried = self.retried;
        flow.not_sent = self.not_sent;
        flow.query_latency = self.query_latency.view();
        flow.queries_answered = flow.query_latency.count;
        flow.replica_reads = self.replica_reads;
        flow.noticed = self.noticed;
        flow.latency_total = self.latency();
        flow.hot_group = self.hot.group.filter(|_| flow.hot.is_some());
        flow.hot_before = self.hot.before.filter(|_| flow.hot_group.is_some());
        flow.hot_latency = self.hot.latencies.view(now);
        let number = now.0 / SimDuration::from_secs(1).0;
        let mut recent = Histogram::default();
        flow.buckets = Default::default();
        for second in self.recent.iter().filter(|second| number.saturating_sub(second.number) <= RECENT_SECONDS) {
            recent.merge(&second.histogram);
            flow.buckets.iter_mut().zip(second.classes).for_each(|(count, more)| *count += more);
        }
        flow.latency = recent.view();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SymbolId;

    #[test]
    fn a_hot_symbol_is_measured_apart_from_the_others_of_its_group() {
        let mut figures = Figures::default();
        let (now, group) = (SimTime::from_millis(500), GroupId(2));
        figures.acknowledged_by(now, (group, false), SimDuration::from_millis(6), 990);
        figures.acknowledged_by(now, (group, true), SimDuration::from_millis(40), 5_000);
        figures.acknowledged_by(now, (GroupId(1), false), SimDuration::from_millis(80), 10);
        let cold = figures.cold(now, group);
        assert_eq!((cold.count, cold.max), (990, SimDuration::from_millis(6)));
        assert_eq!(figures.cold(now, GroupId(7)), LatencyView::default(), "nobody has answered there");
        let fill = |hot| {
            let mut flow = FlowView { hot, ..FlowView::default() };
            figures.fill(now, &mut flow);
            (flow.hot_group, flow.hot_latency.p99)
        };
        assert_eq!(fill(Some((SymbolId(6), 60))), (Some(group), SimDuration::from_millis(40)));
        assert_eq!(fill(None).0, None, "no symbol is hot any more");
        let before = |figures: &Figures| {
            let mut flow = FlowView { hot: Some((SymbolId(6), 60)), ..FlowView::default() };
            figures.fill(now, &mut flow);
            (flow.hot_group, flow.hot_before)
        };
        assert_eq!(before(&figures), (Some(group), None));
        figures.acknowledged_by(now, (GroupId(8), true), SimDuration::from_millis(40), 1);
        assert_eq!(before(&figures), (Some(GroupId(8)), Some(group)), "it has moved");
        figures.hot_changed();
        figures.acknowledged_by(now, (GroupId(1), true), SimDuration::from_millis(40), 1);
        assert_eq!(before(&figures), (Some(GroupId(1)), None), "another symbol");
        assert_eq!(figures.cold(SimTime::from_millis(15_000), group).count, 0, "it is long ago");
    }

    #[test]
    fn old_seconds_leave_the_recent_figures_and_stay_in_the_total() {
        let mut figures = Figures::default();
        let mut flow = FlowView::default();
        figures.acknowledged(SimTime::from_millis(500), SimDuration::from_millis(50), 1);
        figures.acknowledged(SimTime::from_millis(3_500), SimDuration::from_millis(2), 1);
        figures.fill(SimTime::from_millis(3_600), &mut flow);
        assert_eq!((flow.latency.count, flow.buckets), (2, [0, 1, 0, 1, 0]));
        figures.fill(SimTime::from_millis(6_100), &mut flow);
        assert_eq!((flow.latency.count, flow.buckets), (1, [0, 1, 0, 0, 0]));
        figures.acknowledged(SimTime::from_millis(6_600), SimDuration::from_millis(500), 1);
        figures.fill(SimTime::from_millis(6_700), &mut flow);
        assert_eq!((flow.latency.count, flow.buckets), (2, [0, 1, 0, 0, 1]));
        assert_eq!(flow.latency_total.count, 3);
        assert_eq!(flow.latency_total.max, SimDuration::from_millis(500));
    }
}
