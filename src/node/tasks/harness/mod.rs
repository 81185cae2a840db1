//! The harness: the product's own tasks and state machines, with a network, leaders and maps that it breaks on purpose.
//!
//! Idea: nothing of a protocol is modelled. A [`Lab`] has `meta` and three partitions; each is the state machine that a
//! replica has and the [`Tasks`] that its leader has. The harness owns what lies between: which message arrives, when,
//! how often; who leads; which map that leader has heard of. A *deviation* is one thing that goes wrong before one act.
//! The checks are the harness's own, so a rule that the product and its auditor both got wrong is still seen.
//! An act: the next message; or, if there is none, the next record of a log; or, if there is none, 50 ms.
//! Exhaustive: every deviation before every act of a story, alone and in pairs. Random: up to eight of them, over all
//! stories at once, with a seed that is printed.
//! Seen red: each [`Sabotage`] breaks a mechanism, and some pair of deviations finds it.
//! Left out: Raft. A leader's log is a queue; when the leader changes, what it had logged is lost or kept.

mod lab;
mod stories;

use std::collections::BTreeSet;

use self::lab::{Deviation, Sabotage};
use self::stories::{Story, everything};
use crate::domain::chance::{Chance, Purpose};

/// How much a walk has seen.
#[derive(Default)]
struct Coverage {
    runs: u64,
    acts: u64,
    states: BTreeSet<u64>,
}

impl Coverage {
    /// Runs a story with these deviations to its end; how many acts it took.
    fn run(&mut self, story: &Story, deviations: &[(usize, Deviation)]) -> usize {
        let mut lab = story.lab();
        let acts = lab.run(story, deviations, &mut |state| {
            self.states.insert(state);
        });
        self.runs += 1;
        self.acts += acts as u64;
        acts
    }

    fn tell(&self, what: &str) {
        println!("{what}: {} runs, {} acts, {} states", self.runs, self.acts, self.states.len());
    }
}

/// Every deviation, once, before every act.
fn every_single(story: &Story) {
    let mut coverage = Coverage::default();
    let acts = coverage.run(story, &[]);
    let mut undisturbed = story.lab();
    undisturbed.run(story, &[], &mut |_| ());
    assert_eq!(undisturbed.feats(), story.feats, "{}: what comes of it", story.name);
    for at in 0..=acts {
        for deviation in Deviation::all() {
            coverage.run(story, &[(at, deviation)]);
        }
    }
    coverage.tell(&format!("{}, one deviation", story.name));
}

/// Every pair of deviations, of which the first comes within the story's own length; `each` of them is a stride over the
/// second's place, 1 for all.
fn every_pair(story: &Story, stride: usize) {
    let mut coverage = Coverage::default();
    let acts = coverage.run(story, &[]);
    for first in 0..=acts {
        for second in (first..=acts).step_by(stride) {
            for one in Deviation::all() {
                for other in Deviation::all() {
                    coverage.run(story, &[(first, one), (second, other)]);
                }
            }
        }
    }
    coverage.tell(&format!("{}, two deviations, stride {stride}", story.name));
}

/// So many random walks over everything at once.
fn random(first_seed: u64, walks: u64) {
    let mut coverage = Coverage::default();
    let kinds: Vec<Deviation> = Deviation::all().collect();
    for seed in first_seed..first_seed + walks {
        let mut chance = Chance::stream(seed, Purpose::Orders, 77);
        let story = everything(&mut chance);
        let count = chance.between(1, 8);
        let mut deviations: Vec<(usize, Deviation)> = (0..count)
            .map(|_| (chance.below(160) as usize, kinds[chance.below(kinds.len() as u64) as usize]))
            .collect();
        deviations.sort_unstable_by_key(|(at, _)| *at);
        println!("HARNESS_SEED={seed}: {deviations:?}");
        coverage.run(&story, &deviations);
    }
    coverage.tell("random");
}

/// A walk of the environment's length and seed, or of these.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn one_deviation_anywhere_leaves_every_promise_between_groups_kept() {
    stories::all().iter().for_each(every_single);
}

#[test]
fn two_deviations_anywhere_in_a_spread_leave_both_legs_or_none() {
    every_pair(&stories::spread(), number("HARNESS_STRIDE", 5) as usize);
}

#[test]
fn two_deviations_anywhere_in_a_transfer_lose_no_cash() {
    every_pair(&stories::transfer(), number("HARNESS_STRIDE", 5) as usize);
}

/// Whether some pair of deviations makes the harness red while a mechanism is broken.
fn finds(story: &Story, sabotage: Sabotage) -> bool {
    let broken = |deviations: &[(usize, Deviation)]| {
        let mut lab = story.lab();
        lab.sabotage = sabotage;
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| lab.run(story, deviations, &mut |_| ()))).is_err()
    };
    let acts = Coverage::default().run(story, &[]);
    let pairs = (0..=acts).flat_map(|first| (first..=acts).map(move |second| (first, second)));
    pairs.into_iter().any(|(first, second)| {
        let seconds = || Deviation::all().map(move |other| (second, other));
        Deviation::all().any(|one| seconds().any(|other| broken(&[(first, one), other])))
    })
}

#[test]
fn a_broken_mechanism_is_found() {
    assert!(finds(&stories::spreads_and_moves(), Sabotage::FinishByMap), "finish by the map of the moment");
    assert!(finds(&stories::spread(), Sabotage::NoMemory), "participants without a memory");
    assert!(finds(&stories::transfer(), Sabotage::NoMemory), "lenders without a memory");
    assert!(finds(&stories::spread(), Sabotage::ActsUnsettled), "leaders that act before they know");
}

#[test]
fn random_deviations_of_everything_at_once_break_nothing() {
    random(number("HARNESS_SEED", 1), number("HARNESS_WALKS", 300));
}

/// The campaign: every pair in every story. Minutes, so only when it is asked for.
#[test]
fn two_deviations_anywhere_if_the_campaign_is_on() {
    let stride = number("HARNESS_CAMPAIGN", 0) as usize;
    if stride > 0 {
        stories::all().iter().for_each(|story| every_pair(story, stride));
    }
}
