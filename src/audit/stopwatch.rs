//! The failover stopwatch: from the fault to the first answer, seven moments, measured and never assumed.
//!
//! Idea: a fault on a leader starts one measurement for each group that it led; facts of replicas and clients fill in
//! the moments; the first answer of the new term stops it. Who leads is known from facts, not from anybody's belief.
//! Shape: one `Watched` a group, with at most one open measurement; closed ones go to a history.
//! - A cut of one link may cost the leader nothing: such a measurement shows itself only when somebody stands
//!   for election; a pre-vote that the others refuse is none.
//! - A leader that is back, or commits again in its own term, before anybody else is elected closes the measurement,
//!   and nothing stays of it: there was no failover.
//! - `meta` has no clients; its measurement stops at the first commit.
//! - A new leader that fails before it answered leaves its measurement unfinished; the next one begins.
//! - Without load nobody is answered. If no order of the group is handed in, first or again, for [`QUIET_AFTER`] after the
//!   first commit or the last of them, the measurement closes without a first answer. An order that comes later is
//!   the business of another day: it would measure how long the clients slept.
//! - Under the rule `leader` the first answer may come before the first commit. Both are kept as they were measured; the
//!   measurement closes with the later.
//!
//! Bound: [`FAILOVERS_MAX`] measurements, the oldest forgotten; of each open one, the voters' last campaigns.
//! Sources: the moments are those of the lesson on failover; heard_at is Raft's election timer (Ongaro & Ousterhout §5.2).

mod measurement;

use std::collections::VecDeque;

use crate::domain::actor::Draft;
use crate::domain::control::{Control, Target};
use crate::domain::event::{Event, EventKind, FaultKind};
use crate::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::log::LogPoint;
use crate::domain::order::Promise;
use crate::domain::plan::Step;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, FAILOVERS_MAX, FailoverEnd, FailoverMoments, FailoverView};

use measurement::{Certainty, Measurement};

/// A group that nobody asked for so long has nobody to answer: longer than a client waits (a second) and asks again.
pub const QUIET_AFTER: SimDuration = SimDuration::from_secs(3);

/// A hand-over that begins so soon after the controller asked for it is its doing.
const ASKED_WITHIN: SimDuration = SimDuration::from_millis(100);

/// Measures failovers.
#[derive(Clone, Debug)]
pub struct Stopwatch {
    groups: Vec<Watched>,
    history: VecDeque<FailoverView>,
    open: usize,
    /// Longer than any message that was on its way when the fault came.
    settling: SimDuration,
    /// A leader that is back and meets no rival for this long stays.
    return_after: SimDuration,
}

/// A group and its leader.
#[derive(Clone, Debug, Default)]
struct Watched {
    leader: Option<(NodeId, Term)>,
    open: Option<Measurement>,
    /// When the controller last asked its leader to hand over, to even things out: nothing has failed then.
    asked_to_hand_over: Option<SimTime>,
}

/// How many of something happened in a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tally {
    /// An order was refused.
    Refused,
    /// An order was sent again.
    Retried,
}

impl Stopwatch {
    /// Watches so many groups.
    pub fn new(groups: usize, raft: &RaftSettings) -> Self {
        Self {
            groups: vec![Watched::default(); groups],
            history: VecDeque::new(),
            open: 0,
            settling: raft.election_min,
            return_after: raft.election_max.times(2),
        }
    }

    /// Whether a measurement is on its way.
    pub const fn runs(&self) -> bool {
        self.open > 0
    }

    /// An order of this group was handed in, for the first time or again.
    pub fn on_asked(&mut self, now: SimTime, group: GroupId) {
        self.close_if_quiet(now, group);
        if let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut()) {
            open.asked_at = now;
        }
    }

    /// An order of this group was refused or sent again.
    pub fn tally(&mut self, group: GroupId, what: Tally) {
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut()) else { return };
        match what {
            Tally::Refused => open.view.refused += 1,
            Tally::Retried => open.view.retried += 1,
        }
    }

    /// Takes an event: faults begin here.
    pub fn hear(&mut self, event: &Event) {
        let at = event.at;
        match (&event.kind, event.node) {
            (EventKind::Crashed { .. }, Some(node)) => self.fault(at, node, FaultKind::Crash, Certainty::Certain),
            (EventKind::Halted { .. }, Some(node)) => self.fault(at, node, FaultKind::Panic, Certainty::Certain),
            (EventKind::Frozen, Some(node)) => self.fault(at, node, FaultKind::Freeze, Certainty::Certain),
            (EventKind::Isolated | EventKind::Muted, Some(node)) => {
                self.fault(at, node, FaultKind::Cut, Certainty::Certain);
            }
            (EventKind::LinkCut { to }, Some(node)) => {
                self.fault(at, node, FaultKind::Cut, Certainty::Suspected);
                self.fault(at, *to, FaultKind::Cut, Certainty::Suspected);
            }
            (
                EventKind::SettingChanged { control: Control::Delay { to: Target::Node(to), latency, .. } },
                Some(node),
            ) => {
                for end in [node, *to] {
                    match latency {
                        Some(_) => self.fault(at, end, FaultKind::Delay, Certainty::Suspected),
                        None => self.returned(at, end),
                    }
                }
            }
            (EventKind::TransferBegan { .. }, Some(node)) => {
                let group = event.group.unwrap_or(GroupId::META);
                let Some(watched) = self.groups.get(group.index()) else { return };
                if watched.asked_to_hand_over.is_some_and(|asked| at.since(asked) < ASKED_WITHIN) {
                    return;
                }
                // One that only believes that it leads has nothing to hand over.
                if watched.leader.is_some_and(|(leader, _)| leader == node) {
                    self.begin(group, at, node, FaultKind::Transfer, Certainty::Certain);
                }
            }
            (EventKind::ReplicaPlaced { step: Step::Lead { group, .. }, .. }, _) => {
                if let Some(watched) = self.groups.get_mut(group.index()) {
                    watched.asked_to_hand_over = Some(at);
                }
            }
            (EventKind::TransferFailed { .. }, _) => {
                let group = event.group.unwrap_or(GroupId::META);
                self.discard(group, |open| open.view.fault == FaultKind::Transfer);
            }
            (EventKind::Thawed { .. } | EventKind::Rejoined, Some(node)) => self.returned(at, node),
            (EventKind::LinkHealed { to }, Some(node)) => {
                self.returned(at, node);
                self.returned(at, *to);
            }
            (EventKind::AllHealed, _) => self.open_mut().for_each(|open| open.is_back(at, FaultKind::Cut)),
            (EventKind::OrdersLost { orders }, _) => self.lost(event.group, *orders),
            _ => {}
        }
    }

    /// Takes what a replica did.
    pub fn on_replica(&mut self, now: SimTime, node: NodeId, group: GroupId, what: &ReplicaFact) {
        let return_after = self.return_after;
        self.close_if_quiet(now, group);
        self.discard(group, |open| open.back_at.is_some_and(|back| now > back + return_after));
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        match what {
            ReplicaFact::Election(ElectionFact::Campaigns { term, pre_vote, heard_at }) => {
                if let Some(open) = &mut watched.open {
                    open.campaign(now, node, *term, *pre_vote, *heard_at);
                }
            }
            ReplicaFact::Election(ElectionFact::Leads { term, .. }) => {
                if watched.leader.is_none_or(|(_, known)| known <= *term) {
                    watched.leader = Some((node, *term));
                }
                if let Some(open) = &mut watched.open {
                    open.elect(now, node, *term);
                }
            }
            ReplicaFact::Log(LogFact::Committed { to, leading: Some(term) }) => {
                self.committed(now, node, group, *to, *term);
            }
            _ => {}
        }
    }

    /// A client heard a promise.
    pub fn on_promise(&mut self, now: SimTime, promise: Promise, out: &mut Vec<Draft>) {
        self.close_if_quiet(now, promise.group);
        let Some(open) = self.groups.get_mut(promise.group.index()).and_then(|watched| watched.open.as_mut()) else {
            return;
        };
        if open.view.term.is_none_or(|term| promise.term < term) || open.view.moments.first_answer.is_some() {
            return;
        }
        open.view.moments.first_answer = Some(now);
        let kind = EventKind::FirstAnswer { term: promise.term };
        out.push(Draft { node: open.view.to, group: Some(promise.group), kind });
        self.close_if_complete(promise.group);
    }

    /// Writes the history and what is on its way, oldest first.
    pub fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        let shown = self.groups.iter().filter_map(|watched| watched.open.as_ref()).filter(|open| {
            let returned = open.back_at.is_some_and(|back| now > back + self.return_after);
            let stirs = open.certain == Certainty::Certain || open.view.moments.vote_requested.is_some();
            stirs && !returned || open.view.to.is_some()
        });
        let shown = shown.map(|open| FailoverView { end: open.quiet(now), ..open.view.clone() });
        view.failovers = self.history.iter().cloned().chain(shown).collect();
        view.failovers.sort_by_key(|failover| failover.moments.fault);
        let surplus = view.failovers.len().saturating_sub(FAILOVERS_MAX);
        view.failovers.drain(..surplus);
    }

    fn open_mut(&mut self) -> impl Iterator<Item = &mut Measurement> {
        self.groups.iter_mut().filter_map(|watched| watched.open.as_mut())
    }

    /// Something befell a node: each group that it leads begins a measurement.
    fn fault(&mut self, at: SimTime, node: NodeId, fault: FaultKind, certain: Certainty) {
        for place in 0..self.groups.len() {
            if self.groups[place].leader.is_some_and(|(leader, _)| leader == node) {
                self.begin(GroupId(place as u16), at, node, fault, certain);
            }
        }
    }

    fn begin(&mut self, group: GroupId, at: SimTime, from: NodeId, fault: FaultKind, certain: Certainty) {
        self.close_if_quiet(at, group);
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        let Some((_, old_term)) = watched.leader else { return };
        match &mut watched.open {
            // The new leader failed too: what was measured so far stays as it is.
            Some(open) if open.view.term == Some(old_term) => self.close(group, FailoverEnd::Overtaken),
            // Cut first, then dead: the first fault is the one that is measured. But a hand-over or a single link that
            // is overtaken by worse was not it.
            Some(open) if open.view.fault == FaultKind::Transfer || open.certain == Certainty::Suspected => {
                let stirs = open.view.moments.vote_requested.is_some();
                if certain == Certainty::Suspected || stirs && open.view.fault != FaultKind::Transfer {
                    return;
                }
                self.discard(group, |_| true);
            }
            Some(open) => {
                open.back_at = None;
                return;
            }
            None => {}
        }
        let view = FailoverView {
            group,
            fault,
            from,
            to: None,
            term: None,
            moments: FailoverMoments { fault: at, ..FailoverMoments::default() },
            refused: 0,
            retried: 0,
            lost: 0,
            rounds: 0,
            end: None,
        };
        let (heard, stood, back_at) = (Vec::new(), old_term, None);
        let open = Measurement { view, old_term, certain, heard, stood, back_at, asked_at: at };
        self.groups[group.index()].open = Some(open);
        self.open += 1;
    }

    /// The node can lead again, if nobody took over meanwhile.
    fn returned(&mut self, at: SimTime, node: NodeId) {
        for open in self.open_mut().filter(|open| open.view.from == node) {
            let fault = open.view.fault;
            open.is_back(at, fault);
        }
    }

    fn committed(&mut self, now: SimTime, node: NodeId, group: GroupId, to: LogPoint, term: Term) {
        let settling = self.settling;
        self.discard(group, |open| {
            let again = node == open.view.from && term == open.old_term;
            // A hand-over runs on while the old leader still commits.
            again && open.view.fault != FaultKind::Transfer && now > open.view.moments.fault + settling
        });
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut()) else { return };
        let own = open.view.term == Some(term) && to.term == term && open.view.to == Some(node);
        if own && open.view.moments.first_commit.is_none() {
            open.view.moments.first_commit = Some(now);
            open.asked_at = now;
            self.close_if_complete(group);
        }
    }

    fn lost(&mut self, group: Option<GroupId>, orders: u64) {
        let Some(group) = group else { return };
        let open = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut());
        let past = self.history.iter_mut().rev().find(|past| past.group == group);
        if let Some(view) = open.map(|open| &mut open.view).or(past) {
            view.lost += orders;
        }
    }

    fn close_if_complete(&mut self, group: GroupId) {
        let Some(open) = self.groups.get(group.index()).and_then(|watched| watched.open.as_ref()) else { return };
        let FailoverMoments { first_commit, first_answer, .. } = open.view.moments;
        if first_commit.is_some() && (first_answer.is_some() || group == GroupId::META) {
            self.close(group, FailoverEnd::Through);
        }
    }

    /// Nobody asks this group for anything: the measurement has all that it will get.
    fn close_if_quiet(&mut self, now: SimTime, group: GroupId) {
        let open = self.groups.get(group.index()).and_then(|watched| watched.open.as_ref());
        if let Some(end) = open.and_then(|open| open.quiet(now)) {
            self.close(group, end);
        }
    }

    fn close(&mut self, group: GroupId, end: FailoverEnd) {
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.take()) else { return };
        self.open -= 1;
        self.history.push_back(FailoverView { end: Some(end), ..open.view });
        if self.history.len() > FAILOVERS_MAX {
            self.history.pop_front();
        }
    }

    /// Forgets the group's measurement if nobody was elected and it turns out to be none.
    fn discard(&mut self, group: GroupId, is_none: impl FnOnce(&Measurement) -> bool) {
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        if watched.open.as_ref().is_some_and(|open| open.view.to.is_none() && is_none(open)) {
            watched.open = None;
            self.open -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::stage::{P1, P2, Stage, n, orders, point};
    use crate::domain::control::{Control, Target};
    use crate::domain::event::{EventKind, FaultKind};
    use crate::domain::fact::{ElectionFact, Fact, LogFact, ReplicaFact};
    use crate::domain::ids::{GroupId, NodeId, Term};
    use crate::domain::plan::{Reason, Step};
    use crate::domain::settings::Settings;
    use crate::domain::time::{SimDuration, SimTime};
    use crate::domain::view::{FAILOVERS_MAX, FailoverEnd, FailoverMoments};
    use crate::domain::why::Why;

    const CRASHED: EventKind = EventKind::Crashed { unsynced: 0 };

    /// n1 leads p1 in term 1 at 10 ms.
    fn stage() -> Stage {
        let mut stage = Stage::new(&Settings::default());
        stage.at(10).leads(1, 1, point(0, 0)).appends(1, point(1, 1)).commits(1, point(1, 1), Some(1));
        stage
    }

    fn campaign(stage: &mut Stage, node: u8, term: u64, pre_vote: bool, heard_ms: u64) {
        let heard_at = SimTime::from_millis(heard_ms);
        stage.replica(node, ElectionFact::Campaigns { term: Term(term), pre_vote, heard_at });
    }

    /// n2 takes over in term 2: suspects at 250, stands at 252, is elected at 254, commits at 257.
    fn takeover(stage: &mut Stage) {
        campaign(stage.at(250), 2, 2, true, 90);
        campaign(stage.at(252), 2, 2, false, 90);
        stage.at(254).leads(2, 2, point(1, 1)).at(255).appends(2, point(2, 2));
        stage.at(257).commits(2, point(2, 2), Some(2));
    }

    fn first_answers(stage: &Stage) -> Vec<(Option<NodeId>, Option<GroupId>, Term)> {
        let first = |draft: &crate::domain::actor::Draft| match draft.kind {
            EventKind::FirstAnswer { term } => Some((draft.node, draft.group, term)),
            _ => None,
        };
        stage.told.iter().filter_map(first).collect()
    }

    #[test]
    fn a_crash_of_the_leader_is_measured_to_the_first_answer() {
        let mut stage = stage();
        stage.submit(1, 1..=4).at(100).event(Some(n(1)), None, CRASHED).fact(&Fact::Died(n(1)));
        stage.at(120).refuse(1, 1, Why::NoLeader).retry(1, 2).retry(1, 3);
        takeover(&mut stage);
        assert_eq!(stage.view().failovers.len(), 1, "it is shown while it runs");
        stage.at(259).accept(1, 4, 1, 1);
        assert_eq!(first_answers(&stage), [], "an answer of the old term is not the first");
        stage.at(260).accept(1, 2, 2, 3).at(270).accept(1, 3, 2, 4).refuse(1, 1, Why::Overloaded);
        assert_eq!(first_answers(&stage), [(Some(n(2)), Some(P1), Term(2))]);
        let view = stage.view();
        let [failover] = &view.failovers[..] else { panic!("one failover, not {}", view.failovers.len()) };
        let ms = |ms| Some(SimTime::from_millis(ms));
        let moments = FailoverMoments {
            fault: SimTime::from_millis(100),
            last_heartbeat: ms(90),
            suspected: ms(250),
            vote_requested: ms(252),
            elected: ms(254),
            first_commit: ms(257),
            first_answer: ms(260),
        };
        assert_eq!(failover.moments, moments);
        assert_eq!((failover.from, failover.to, failover.term), (n(1), Some(n(2)), Some(Term(2))));
        assert_eq!((failover.fault, failover.group, failover.rounds), (FaultKind::Crash, P1, 1));
        assert_eq!((failover.refused, failover.retried), (1, 2));
        assert_eq!(failover.total(), Some(SimDuration::from_millis(160)));
    }

    #[test]
    fn a_crash_of_a_follower_is_none() {
        let mut stage = stage();
        stage.at(100).event(Some(n(2)), None, CRASHED);
        assert!(stage.view().failovers.is_empty());
    }

    #[test]
    fn one_crash_is_a_failover_for_each_group_that_the_node_led() {
        let mut stage = stage();
        let what = ReplicaFact::Election(ElectionFact::Leads { term: Term(4), end: point(0, 0) });
        stage.fact(&Fact::Replica { node: n(1), group: P2, what });
        stage.at(100).event(Some(n(1)), None, CRASHED);
        let groups: Vec<_> = stage.view().failovers.iter().map(|failover| failover.group).collect();
        assert_eq!(groups, [P1, P2]);
    }

    #[test]
    fn a_split_vote_costs_a_round() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, EventKind::Frozen);
        campaign(stage.at(240), 2, 2, false, 90);
        campaign(stage.at(241), 3, 2, false, 95);
        campaign(stage.at(400), 3, 3, false, 95);
        stage.at(403).leads(3, 3, point(1, 1));
        let view = stage.view();
        assert_eq!((view.failovers[0].rounds, view.failovers[0].fault), (2, FaultKind::Freeze));
        assert_eq!(view.failovers[0].moments.last_heartbeat, Some(SimTime::from_millis(95)), "the winner's");
        assert_eq!(view.failovers[0].moments.suspected, Some(SimTime::from_millis(240)), "anybody's");
    }

    #[test]
    fn a_leader_that_comes_back_in_time_was_never_gone() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, EventKind::Isolated);
        assert_eq!(stage.view().failovers.len(), 1);
        stage.at(101).commits(1, point(2, 1), Some(1));
        assert_eq!(stage.view().failovers.len(), 1, "an answer that was on its way proves nothing");
        stage.at(200).event(Some(n(1)), None, EventKind::Rejoined);
        assert_eq!(stage.view().failovers.len(), 1, "an election may be on its way");
        stage.at(300).commits(1, point(3, 1), Some(1));
        assert!(stage.view().failovers.is_empty());
    }

    #[test]
    fn a_leader_that_is_back_without_load_closes_the_measurement_too() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, EventKind::Frozen);
        stage.at(200).event(Some(n(1)), None, EventKind::Thawed { after: SimDuration::ZERO, held: 0 });
        stage.at(900);
        assert!(stage.view().failovers.is_empty(), "hidden before any fact comes");
        stage.replica(2, ElectionFact::Term(Term(1)));
        assert!(stage.view().failovers.is_empty());
    }

    #[test]
    fn an_election_after_the_heal_is_still_that_failover() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, EventKind::Isolated);
        stage.at(249).event(None, None, EventKind::AllHealed);
        takeover(&mut stage);
        stage.at(2_000);
        assert_eq!(stage.view().failovers[0].to, Some(n(2)));
    }

    #[test]
    fn a_single_cut_link_shows_only_when_somebody_stands() {
        let mut stage = stage();
        stage.at(100).event(Some(n(2)), None, EventKind::LinkCut { to: n(1) });
        assert!(stage.view().failovers.is_empty());
        campaign(stage.at(240), 1, 2, true, 90);
        assert!(stage.view().failovers.is_empty(), "the old leader's own doubts don't count");
        campaign(stage.at(250), 3, 2, true, 90);
        assert!(stage.view().failovers.is_empty(), "the others may refuse");
        campaign(stage.at(252), 3, 2, false, 90);
        assert_eq!(stage.view().failovers.len(), 1);
        assert_eq!(stage.view().failovers[0].moments.suspected, Some(SimTime::from_millis(250)));
    }

    fn delay(latency: Option<SimDuration>) -> EventKind {
        let (from, to) = (Target::Node(n(1)), Target::Node(n(2)));
        EventKind::SettingChanged { control: Control::Delay { from, to, latency, jitter: SimDuration::ZERO } }
    }

    #[test]
    fn a_slow_link_that_costs_the_leader_its_place_is_measured_and_one_that_does_not_is_none() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, delay(Some(SimDuration::from_secs(1))));
        assert!(stage.view().failovers.is_empty());
        takeover(&mut stage);
        assert_eq!(stage.view().failovers[0].fault, FaultKind::Delay);
        let mut stage = self::stage();
        stage.at(100).event(Some(n(1)), None, delay(Some(SimDuration::from_secs(1))));
        campaign(stage.at(252), 3, 2, false, 90);
        assert_eq!(stage.view().failovers.len(), 1, "somebody stands");
        stage.at(260).event(Some(n(1)), None, delay(None));
        stage.at(2_000);
        assert!(stage.view().failovers.is_empty(), "the link is as it was, and nobody was elected");
    }

    #[test]
    fn a_hand_over_by_one_that_only_believes_that_it_leads_is_none() {
        let mut stage = stage();
        stage.at(100).leads(2, 2, point(1, 1));
        stage.at(110).event(Some(n(1)), Some(P1), EventKind::TransferBegan { to: n(3) });
        assert!(stage.view().failovers.is_empty());
    }

    #[test]
    fn a_crash_overtakes_a_cut_link() {
        let mut stage = stage();
        stage.at(50).event(Some(n(1)), None, EventKind::LinkCut { to: n(2) });
        stage.at(100).event(Some(n(1)), None, CRASHED);
        takeover(&mut stage);
        let view = stage.view();
        assert_eq!(view.failovers.len(), 1);
        assert_eq!((view.failovers[0].fault, view.failovers[0].moments.fault.as_millis()), (FaultKind::Crash, 100));
    }

    #[test]
    fn a_transfer_is_measured_and_a_failed_one_is_none() {
        let mut stage = stage();
        let began = EventKind::TransferBegan { to: n(2) };
        stage.at(100).event(Some(n(1)), Some(P1), began.clone());
        stage.at(300).commits(1, point(2, 1), Some(1));
        assert_eq!(stage.view().failovers.len(), 1, "the old leader still commits");
        stage.at(310).event(Some(n(1)), Some(P1), EventKind::TransferFailed { to: n(2), why: Why::TransferTimeout });
        assert!(stage.view().failovers.is_empty());
        stage.at(400).event(Some(n(1)), Some(P1), began);
        stage.at(402).leads(2, 2, point(2, 1));
        assert_eq!(stage.view().failovers[0].fault, FaultKind::Transfer);
    }

    #[test]
    fn a_hand_over_that_the_controller_asks_for_is_no_failover() {
        let mut stage = stage();
        let step = Step::Lead { group: P1, from: n(1), to: n(2) };
        let reason = Reason::LeadsMore { leads: 2, other: 0 };
        stage.at(100).event(Some(n(3)), Some(P1), EventKind::ReplicaPlaced { step, reason });
        stage.at(103).event(Some(n(1)), Some(P1), EventKind::TransferBegan { to: n(2) });
        stage.at(106).leads(2, 2, point(2, 1));
        assert!(stage.view().failovers.is_empty());
        stage.at(900).event(Some(n(2)), Some(P1), EventKind::TransferBegan { to: n(1) });
        assert_eq!(stage.view().failovers.len(), 1, "somebody at the desk asks for this one");
    }

    #[test]
    fn a_new_leader_that_fails_too_begins_the_next_measurement() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, CRASHED);
        takeover(&mut stage);
        stage.at(258).event(Some(n(2)), None, EventKind::Halted { message: String::new() });
        let view = stage.view();
        assert_eq!(view.failovers.len(), 2);
        assert_eq!(view.failovers[0].moments.first_answer, None);
        assert_eq!(view.failovers[0].end, Some(FailoverEnd::Overtaken));
        assert_eq!((view.failovers[1].from, view.failovers[1].fault), (n(2), FaultKind::Panic));
    }

    #[test]
    fn losses_are_charged_to_the_failover_that_showed_them() {
        let mut stage = stage();
        stage.event(None, None, EventKind::AckChanged(crate::domain::rules::AckRule::Leader));
        stage.submit(1, 1..=2).accept(1, 1, 1, 2).accept(1, 2, 1, 3);
        stage.at(100).event(Some(n(1)), None, CRASHED).fact(&Fact::Died(n(1)));
        takeover(&mut stage);
        stage.apply(2, 1, 1, orders(9, [1])).apply_noop(2, 2, 2);
        assert_eq!(stage.view().failovers[0].lost, 2);
    }

    #[test]
    fn without_load_a_measurement_closes_without_an_answer() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, CRASHED);
        takeover(&mut stage);
        stage.at(3_200);
        assert_eq!(stage.view().failovers[0].end, None, "somebody may still ask");
        stage.at(3_258);
        assert_eq!(stage.view().failovers[0].end, Some(FailoverEnd::NobodyAsked), "shown before any fact comes");
        stage.at(9_000).submit(1, 1..=1).at(9_003).accept(1, 1, 2, 3);
        let view = stage.view();
        assert_eq!(view.failovers.len(), 1);
        assert_eq!((view.failovers[0].moments.first_answer, view.failovers[0].total()), (None, None));
        assert_eq!(first_answers(&stage), [], "the first answer after a night is none of the failover's");
    }

    #[test]
    fn a_measurement_runs_on_while_orders_come_and_nobody_answers_them() {
        let mut stage = stage();
        stage.at(100).event(Some(n(1)), None, CRASHED);
        takeover(&mut stage);
        stage.at(3_000).submit(1, 1..=1).at(5_900).retry(1, 1).at(8_800);
        assert_eq!(stage.view().failovers[0].end, None, "asked 2.9 s ago");
        stage.at(8_850).accept(1, 1, 2, 3);
        let view = stage.view();
        assert_eq!(view.failovers[0].end, Some(FailoverEnd::Through));
        assert_eq!(view.failovers[0].moments.first_answer, Some(SimTime::from_millis(8_850)));
    }

    #[test]
    fn an_answer_may_come_before_the_first_commit_and_both_are_kept() {
        let mut stage = stage();
        stage.event(None, None, EventKind::AckChanged(crate::domain::rules::AckRule::Leader));
        stage.at(90).submit(1, 1..=1).at(100).event(Some(n(1)), None, CRASHED);
        campaign(stage.at(250), 2, 2, false, 90);
        stage.at(254).leads(2, 2, point(1, 1)).at(255).appends(2, point(2, 2));
        stage.at(256).accept(1, 1, 2, 3);
        assert_eq!(stage.view().failovers[0].end, None, "the group does not work before it commits");
        stage.at(259).commits(2, point(2, 2), Some(2));
        let view = stage.view();
        let moments = view.failovers[0].moments;
        assert_eq!(view.failovers[0].end, Some(FailoverEnd::Through));
        assert_eq!(moments.first_answer, Some(SimTime::from_millis(256)));
        assert_eq!(moments.first_commit, Some(SimTime::from_millis(259)));
        assert_eq!(view.failovers[0].total(), Some(SimDuration::from_millis(156)), "it ends with the answer");
    }

    #[test]
    fn meta_has_no_clients_and_stops_at_its_first_commit() {
        let mut stage = stage();
        let fact = |node, what| Fact::Replica { node, group: GroupId::META, what };
        stage.fact(&fact(n(3), ReplicaFact::Election(ElectionFact::Leads { term: Term(1), end: point(0, 0) })));
        stage.at(100).event(Some(n(3)), None, CRASHED);
        stage.at(300).fact(&fact(n(1), ReplicaFact::Election(ElectionFact::Leads { term: Term(2), end: point(0, 0) })));
        stage
            .at(302)
            .fact(&fact(n(1), ReplicaFact::Log(LogFact::Committed { to: point(1, 2), leading: Some(Term(2)) })));
        stage.at(400).event(Some(n(1)), None, CRASHED);
        let view = stage.view();
        let metas: Vec<_> = view.failovers.iter().filter(|failover| failover.group == GroupId::META).collect();
        assert_eq!(metas.len(), 2);
        assert_eq!(metas[0].moments.first_commit, Some(SimTime::from_millis(302)));
    }

    #[test]
    fn the_history_is_bounded() {
        let mut stage = stage();
        for round in 0..FAILOVERS_MAX as u64 + 10 {
            let (old, new) = (round % 3 + 1, (round + 1) % 3 + 1);
            stage.at(1_000 * (round + 1)).event(Some(n(old as u8)), None, CRASHED);
            stage.leads(new as u8, round + 2, point(1, 1)).commits(
                new as u8,
                point(round + 2, round + 2),
                Some(round + 2),
            );
        }
        let view = stage.view();
        assert_eq!(view.failovers.len(), FAILOVERS_MAX);
        assert_eq!(view.failovers.last().map(|failover| failover.moments.fault.as_millis()), Some(74_000));
    }
}
