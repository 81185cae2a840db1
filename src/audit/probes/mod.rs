//! Probes: one safety property each, checked on every replica's facts as they happen.
//!
//! Idea: each probe restates one line of the paper (Ongaro & Ousterhout 2014, figure 3) as arithmetic over facts. Probes
//! see all replicas, even dead men's last words, and feed nothing back: a run with and without them is the same run.
//! Shape: a probe is a [`Rule`]; [`Watch`] lends it a lamp and the door of `domain::actor`.
//! Bound: each rule says its own; what it has forgotten it does not check, and its lamp's count of checks says so.

mod atomic_commit;
mod book_sound;
mod leader_completeness;
mod log_matching;
mod money;
mod monotonic;
mod one_leader;
mod state_machine;

use crate::domain::actor::{Draft, Probe};
use crate::domain::event::{Event, Invariant};
use crate::domain::fact::{Fact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::ClusterMap;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;

use super::lamp::{Lamp, Scene};

/// A rule with its lamp.
#[derive(Clone)]
struct Watch<R> {
    lamp: Lamp,
    rule: R,
}

/// What a rule is given beside the fact.
struct Verdicts<'a> {
    lamp: &'a mut Lamp,
    scene: Scene,
    out: &'a mut Vec<Draft>,
}

impl Verdicts<'_> {
    /// One check, with this result; the line is made only if it fails.
    fn check(&mut self, holds: bool, detail: impl FnOnce() -> String) {
        self.lamp.check(holds, self.scene, self.out, detail);
    }
}

/// One safety property.
trait Rule: Clone + Send + 'static {
    /// Which.
    const INVARIANT: Invariant;

    /// A replica did something.
    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts);

    /// About what it takes in memory; 0 if it is small whatever happens.
    fn size_bytes(&self) -> u64 {
        0
    }

    /// A node's process ended, or began.
    fn on_life(&mut self, _node: NodeId) {}
}

impl<R: Rule> Probe for Watch<R> {
    fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        match fact {
            Fact::Replica { node, group, what } => {
                let scene = Scene { at: now, node: Some(*node), group: *group };
                self.rule.on_replica(*node, *group, what, &mut Verdicts { lamp: &mut self.lamp, scene, out });
            }
            Fact::Died(node) | Fact::Began(node) => self.rule.on_life(*node),
            _ => {}
        }
    }

    fn hear(&mut self, _event: &Event, _out: &mut Vec<Draft>) {}

    fn contribute(&self, _now: SimTime, view: &mut ClusterView) {
        self.lamp.contribute(view);
    }

    fn size_bytes(&self) -> u64 {
        self.rule.size_bytes()
    }

    fn boxed_clone(&self) -> Box<dyn Probe> {
        Box::new(self.clone())
    }
}

fn watch<R: Rule>(rule: R) -> Box<dyn Probe> {
    Box::new(Watch { lamp: Lamp::new(R::INVARIANT), rule })
}

/// A table with one value for each replica of each group.
#[derive(Clone, Debug)]
struct PerReplica<T> {
    groups: Vec<Vec<T>>,
}

impl<T: Clone + Default> PerReplica<T> {
    fn new(map: &ClusterMap) -> Self {
        let nodes = map.nodes.iter().map(|node| node.index() + 1).max().unwrap_or(0);
        Self { groups: vec![vec![T::default(); nodes]; map.groups.len()] }
    }

    fn at(&mut self, group: GroupId, node: NodeId) -> Option<&mut T> {
        let row = self.groups.get_mut(group.index())?;
        if row.len() <= node.index() {
            // A node that joined.
            row.resize(node.index() + 1, T::default());
        }
        row.get_mut(node.index())
    }

    /// The node's replicas of all groups.
    fn of(&mut self, node: NodeId) -> impl Iterator<Item = &mut T> {
        self.groups.iter_mut().filter_map(move |group| group.get_mut(node.index()))
    }
}

/// A probe for each safety property of replicas.
pub fn all(map: &ClusterMap) -> Vec<Box<dyn Probe>> {
    vec![
        watch(one_leader::OneLeader::new(map)),
        watch(log_matching::LogMatching::new(map)),
        watch(leader_completeness::LeaderCompleteness::new(map)),
        watch(state_machine::StateMachine::new(map)),
        watch(monotonic::Monotonic::new(map)),
        watch(book_sound::BookSound),
        watch(money::MoneyConserved::new(map)),
        watch(atomic_commit::AtomicCommit::new(map)),
    ]
}

#[cfg(test)]
mod tests {
    use crate::audit::stage::P2;
    use crate::audit::stage::{P1, Stage, applied, n, orders, point};
    use crate::domain::digest::Digest;
    use crate::domain::event::{EventKind, Invariant};
    use crate::domain::fact::{Applied, ElectionFact, Fact, LogFact, Money, ReplicaFact};
    use crate::domain::ids::{GroupId, LogIndex, Term};
    use crate::domain::log::LogPoint;
    use crate::domain::settings::Settings;
    use crate::domain::units::Cash;
    use crate::domain::why::Why;
    use crate::domain::work::{Decision, Half, TxId, Work, Worked};

    fn stage() -> Stage {
        Stage::new(&Settings::default())
    }

    fn assert_green(stage: &Stage, invariant: Invariant) {
        let lamp = stage.lamp(invariant);
        assert!(lamp.checked > 0, "{invariant:?} was checked");
        assert_eq!((lamp.violations, lamp.first), (0, None), "{invariant:?}");
    }

    fn assert_red(stage: &Stage, invariant: Invariant) {
        let lamp = stage.lamp(invariant);
        assert_eq!(lamp.violations, 1, "{invariant:?}");
        assert!(lamp.first.is_some(), "the first violation is kept");
        let told = |kind: &EventKind| matches!(kind, EventKind::Violated { invariant: told, .. } if *told == invariant);
        assert_eq!(stage.told.iter().filter(|draft| told(&draft.kind)).count(), 1);
        for other in Invariant::ALL.iter().copied().filter(|other| *other != invariant) {
            assert_eq!(stage.lamp(other).violations, 0, "{other:?} has nothing to do with it");
        }
    }

    #[test]
    fn the_lamps_stand_in_the_order_of_the_screen() {
        let names: Vec<_> = stage().view().invariants.iter().map(|lamp| lamp.invariant).collect();
        assert_eq!(names, Invariant::ALL);
    }

    #[test]
    fn one_leader_a_term_may_say_so_twice_and_another_may_lead_the_next() {
        let mut stage = stage();
        stage.leads(1, 1, point(0, 0)).leads(1, 1, point(0, 0)).leads(2, 2, point(0, 0));
        assert_green(&stage, Invariant::OneLeaderPerTerm);
    }

    #[test]
    fn two_leaders_of_one_term_are_seen() {
        let mut stage = stage();
        stage.leads(1, 1, point(0, 0)).leads(2, 1, point(0, 0));
        assert_red(&stage, Invariant::OneLeaderPerTerm);
    }

    #[test]
    fn equal_points_with_equal_chains_match() {
        let mut stage = stage();
        stage.appends(1, point(3, 1)).appends(2, point(3, 1)).appends(3, point(3, 2));
        assert_green(&stage, Invariant::LogMatching);
    }

    #[test]
    fn equal_points_with_unequal_chains_are_seen() {
        let mut stage = stage();
        stage.appends(1, point(3, 1)).appends(2, LogPoint { chain: Digest(1), ..point(3, 1) });
        assert_red(&stage, Invariant::LogMatching);
    }

    /// n1 leads term 1 and commits up to 4 with n2; n3 has only 2.
    fn committed_by_two() -> Stage {
        let mut stage = stage();
        stage.leads(1, 1, point(0, 0));
        stage.appends(1, point(2, 1)).appends(1, point(4, 1)).appends(1, point(6, 1));
        stage.appends(2, point(2, 1)).appends(2, point(4, 1)).appends(3, point(2, 1));
        stage.commits(1, point(2, 1), Some(1)).commits(1, point(4, 1), Some(1)).commits(2, point(2, 1), None);
        stage
    }

    #[test]
    fn a_leader_with_every_committed_entry_is_complete() {
        let mut stage = committed_by_two();
        stage.leads(2, 2, point(4, 1)).appends(2, point(5, 2)).commits(2, point(5, 2), Some(2));
        assert_green(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_leader_that_lacks_a_committed_entry_is_seen() {
        let mut stage = committed_by_two();
        stage.leads(3, 2, point(2, 1));
        assert_red(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_leader_whose_longer_log_went_another_way_is_seen() {
        let mut stage = committed_by_two();
        // n3 led term 2 once, unseen by the others, from the end of its short log; now it leads term 3.
        stage.replica(3, LogFact::Appended(vec![point(9, 2)]));
        stage.leads(3, 3, point(9, 2));
        assert_red(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_deposed_leader_that_commits_what_its_successor_lacks_is_seen() {
        let mut stage = committed_by_two();
        stage.leads(2, 2, point(4, 1)).commits(1, point(6, 1), Some(1));
        assert_red(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_deposed_leader_may_commit_late_what_its_successor_has() {
        let mut stage = committed_by_two();
        stage.appends(2, point(6, 1)).leads(2, 2, point(6, 1)).commits(1, point(6, 1), Some(1));
        assert_green(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_stale_candidate_that_wins_an_old_term_late_breaks_nothing() {
        let mut stage = committed_by_two();
        stage.leads(2, 3, point(4, 1)).appends(2, point(5, 3)).commits(2, point(5, 3), Some(3));
        stage.leads(3, 2, point(4, 1));
        assert_green(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_restarted_replica_is_judged_by_what_it_says_again() {
        let mut stage = committed_by_two();
        stage.fact(&Fact::Died(n(1))).fact(&Fact::Began(n(1)));
        stage.leads(1, 2, point(4, 1)).appends(1, point(7, 2)).commits(1, point(7, 2), Some(2));
        assert_green(&stage, Invariant::LeaderCompleteness);
        stage.leads(2, 3, point(4, 1));
        assert_red(&stage, Invariant::LeaderCompleteness);
    }

    #[test]
    fn replicas_that_apply_the_same_agree() {
        let mut stage = stage();
        (1..=3).for_each(|node| {
            stage.apply(node, 1, 1, orders(1, 1..=3));
        });
        assert_green(&stage, Invariant::StateMachineSafety);
    }

    #[test]
    fn replicas_that_apply_with_other_results_are_seen() {
        let mut stage = stage();
        stage.apply(1, 1, 1, orders(1, 1..=3));
        let other = Applied { chain: Digest(1), ..applied(1, 1, Some(orders(1, 1..=3))) };
        stage.replica(2, LogFact::Applied(other));
        assert_red(&stage, Invariant::StateMachineSafety);
    }

    #[test]
    fn a_restart_applies_again_and_breaks_nothing() {
        let mut stage = stage();
        stage.apply(1, 1, 1, orders(1, 1..=3)).apply(1, 1, 4, orders(1, 4..=5)).commits(1, point(5, 1), None);
        stage.fact(&Fact::Died(n(1))).fact(&Fact::Began(n(1)));
        stage.replica(1, ElectionFact::Term(Term(1))).commits(1, point(3, 1), None).apply(1, 1, 1, orders(1, 1..=3));
        assert_green(&stage, Invariant::StateMachineSafety);
        assert_green(&stage, Invariant::Monotonic);
    }

    #[test]
    fn a_term_that_goes_back_is_seen_even_over_a_restart() {
        let mut stage = stage();
        stage.replica(1, ElectionFact::Term(Term(3)));
        stage.fact(&Fact::Died(n(1))).fact(&Fact::Began(n(1)));
        assert_green(&stage, Invariant::Monotonic);
        stage.replica(1, ElectionFact::Follows { term: Term(2) });
        assert_red(&stage, Invariant::Monotonic);
    }

    #[test]
    fn a_commit_index_that_goes_back_in_one_life_is_seen() {
        let mut stage = stage();
        stage.commits(1, point(5, 1), None).commits(1, point(3, 1), None);
        assert_red(&stage, Invariant::Monotonic);
    }

    #[test]
    fn an_applied_index_that_goes_back_in_one_life_is_seen() {
        let mut stage = stage();
        stage.apply(1, 1, 1, orders(1, 1..=3)).apply(1, 1, 1, orders(1, 1..=3));
        assert_red(&stage, Invariant::Monotonic);
    }

    #[test]
    fn nothing_is_applied_below_an_installed_snapshot() {
        let mut stage = stage();
        stage.replica(1, LogFact::Installed { base: point(9, 1), state: Digest(1) });
        stage.apply(1, 1, 8, orders(1, 1..=3));
        assert_red(&stage, Invariant::Monotonic);
    }

    #[test]
    fn a_crossed_book_is_seen() {
        let mut stage = stage();
        stage.apply(1, 1, 1, orders(1, 1..=3));
        assert_green(&stage, Invariant::BookSound);
        let broken = Applied { sound: false, ..applied(1, 4, Some(orders(1, 4..=5))) };
        stage.replica(1, LogFact::Applied(broken));
        assert_red(&stage, Invariant::BookSound);
    }

    const TX: TxId = TxId { coordinator: P1, number: 1 };
    const COMMIT: Decision = Decision::Commit;
    const ABORT: Decision = Decision::Abort(Why::Deadline);

    fn worked(stage: &mut Stage, group: GroupId, at: u64, work: Work, worked: Worked) {
        let what = ReplicaFact::Log(LogFact::Worked { at: LogIndex(at), work, worked });
        stage.fact(&Fact::Replica { node: n(1), group, what });
    }

    fn decides(stage: &mut Stage, decision: Decision) {
        let voters = [Some(P1), Some(P2)];
        worked(stage, P1, 1, Work::Decide { tx: TX, decision, voters }, Worked::Decided);
    }

    fn finishes(stage: &mut Stage, (group, at): (GroupId, u64), half: Half, decision: Decision) {
        worked(stage, group, at, Work::Finish { tx: TX, half, decision, floor: 1 }, Worked::Finished);
    }

    fn forgets(stage: &mut Stage) {
        worked(stage, P1, 9, Work::Forget { tx: TX }, Worked::Forgotten);
    }

    #[test]
    fn both_halves_as_decided_are_atomic_and_so_is_a_stray_that_is_undone() {
        for decision in [COMMIT, ABORT] {
            let mut stage = stage();
            decides(&mut stage, decision);
            finishes(&mut stage, (P1, 2), Half::First, decision);
            finishes(&mut stage, (P2, 1), Half::Second, decision);
            // Another replica applies the same records, and a group that was asked too late gives its half back.
            finishes(&mut stage, (P2, 1), Half::Second, decision);
            finishes(&mut stage, (P2, 3), Half::First, ABORT);
            forgets(&mut stage);
            assert_green(&stage, Invariant::AtomicCommit);
        }
    }

    #[test]
    fn a_half_that_ends_otherwise_or_elsewhere_or_twice_is_seen() {
        type Story = fn(&mut Stage);
        let stories: [(&str, Story); 6] = [
            ("undone though decided", |stage| {
                decides(stage, COMMIT);
                finishes(stage, (P2, 1), Half::Second, ABORT);
            }),
            ("done though undone", |stage| {
                decides(stage, ABORT);
                finishes(stage, (P2, 1), Half::Second, COMMIT);
            }),
            ("twice", |stage| {
                decides(stage, COMMIT);
                finishes(stage, (P2, 1), Half::Second, COMMIT);
                finishes(stage, (P2, 2), Half::Second, COMMIT);
            }),
            ("in a group that did not vote", |stage| {
                decides(stage, COMMIT);
                finishes(stage, (P1, 2), Half::Second, COMMIT);
            }),
            ("before it was decided", |stage| finishes(stage, (P2, 1), Half::Second, COMMIT)),
            ("forgotten with one half", |stage| {
                decides(stage, COMMIT);
                finishes(stage, (P1, 2), Half::First, COMMIT);
                forgets(stage);
            }),
        ];
        for (story, tell) in stories {
            let mut stage = stage();
            tell(&mut stage);
            assert_eq!(stage.lamp(Invariant::AtomicCommit).violations, 1, "{story}");
            assert_red(&stage, Invariant::AtomicCommit);
        }
    }

    #[test]
    fn money_that_was_sent_and_not_received_is_seen_when_nothing_is_under_way() {
        let money = |sent, received, in_transit| Money {
            sent: Cash(sent),
            received: Cash(received),
            in_transit,
            ..Money::STILL
        };
        let applies = |stage: &mut Stage, group, first, money| {
            let what = ReplicaFact::Log(LogFact::Applied(Applied { money, ..applied(1, first, None) }));
            stage.fact(&Fact::Replica { node: n(1), group, what });
        };
        let mut stage = stage();
        applies(&mut stage, P1, 1, money(700, 0, 1));
        applies(&mut stage, P2, 1, money(0, 0, 1));
        applies(&mut stage, P1, 2, money(700, 0, 0));
        applies(&mut stage, P2, 2, money(0, 700, 0));
        assert_green(&stage, Invariant::MoneyConserved);
        applies(&mut stage, P1, 3, money(900, 0, 0));
        assert_red(&stage, Invariant::MoneyConserved);
    }

    #[test]
    fn a_storm_of_violations_is_counted_and_told_in_part() {
        let mut stage = stage();
        (0..100).for_each(|_| {
            stage.commits(1, point(5, 1), None).commits(1, point(3, 1), None);
        });
        assert_eq!(stage.lamp(Invariant::Monotonic).violations, 100);
        assert_eq!(stage.told.len() as u64, crate::audit::lamp::TOLD_MAX);
    }

    #[test]
    fn an_unknown_group_or_node_is_nobody() {
        let mut stage = stage();
        let group = crate::domain::ids::GroupId(99);
        stage.fact(&Fact::Replica { node: n(1), group, what: ReplicaFact::Election(ElectionFact::Term(Term(1))) });
        stage.fact(&Fact::Replica { node: n(99), group: P1, what: ReplicaFact::Log(LogFact::Truncated(LogIndex(1))) });
        assert!(stage.told.is_empty());
    }
}
