//! Every script of the program goes well, and goes red when what it shows is broken.
//!
//! Idea: `chaosdesk run NAME` and these tests take one way: the library, the wiring of the program, the result. A lesson
//! that stays green whatever happens teaches nothing, so beside each stands its mechanism, switched off on purpose.
//! Bound: `SCRIPT_SEEDS=n` runs each with so many further seeds; a failure names the command that replays it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::cli::house::House;
use chaosdesk::cli::{Stepping, Wiring};
use chaosdesk::lesson::library;
use chaosdesk::lesson::script::Script;
use chaosdesk::report::RunResult;

fn script(name: &str) -> Script {
    library::find(name).expect("the library has it").unwrap_or_else(|problem| panic!("{problem}"))
}

/// What `chaosdesk run` does, with the script changed before.
fn perform(name: &str, change: impl FnOnce(&mut Script)) -> RunResult {
    let mut script = script(name);
    change(&mut script);
    let (view, outcome) = House.perform(Arc::new(script), Stepping::Inline).expect("it runs");
    RunResult::of(&view, Some((name, &outcome)))
}

/// Well with its own seed, and with others: a figure that only one seed reaches is luck.
fn goes_well(name: &str) {
    let further = std::env::var("SCRIPT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2);
    let own = script(name).seed;
    for seed in std::iter::once(own).chain((1..=further).map(|place| own + 100 * place)) {
        let result = perform(name, |script| script.seed = seed);
        assert!(result.well, "{result}\nreplay: chaosdesk run {name} --seed {seed}");
    }
}

macro_rules! scripts {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { goes_well($name); })*
        const TESTED: &[&str] = &[$($name),*];
    };
}

scripts! {
    burst_of_100_000: "burst-100k",
    the_leader_is_cut_off_both_ways: "cut-the-leader-both-ways",
    the_leader_is_cut_off_one_way: "cut-the-leader-one-way",
    two_dead_at_factor_3: "factor-3-two-dead",
    the_leader_freezes_and_wakes: "freeze-the-leader",
    the_controller_is_killed: "kill-the-controller",
    the_leader_is_killed: "kill-the-leader",
    three_of_five_are_killed: "kill-three-of-five",
    two_of_five_are_killed: "kill-two-of-five",
    a_replica_far_behind_recovers: "recover-far-behind",
    every_node_restarts_in_turn: "rolling-restart",
    an_ordinary_day: "steady",
    lesson_1_leader_election: "01-leader-election",
    lesson_2_health_and_failover: "02-health-and-failover",
    lesson_3_what_a_crash_costs: "03-what-a-crash-costs",
}

#[test]
fn every_script_of_the_library_has_its_test() {
    assert_eq!(TESTED, library::names());
}
