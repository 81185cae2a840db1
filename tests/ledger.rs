//! The ledger under scripts of its own: promises that are broken in large numbers, long ago, or in a way that hides it.
//!
//! Idea: each script in `tests/scripts/cluster` counts what it breaks in two ways: by what it expects of each step, and
//! here, where every order that was acknowledged must be gone.
//! Bound: `SCRIPT_SEEDS=n` runs each with so many seeds; a failure names the seed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::path::Path;
use std::sync::Arc;

use chaosdesk::cli::{Stepping, Wiring, house::House};
use chaosdesk::lesson::script::{self, Script};
use chaosdesk::report::RunResult;

fn script(name: &str) -> Script {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/cluster").join(name).with_extension("toml");
    let text = std::fs::read_to_string(&path).expect("it is there");
    script::read(name, &text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn perform(script: Script) -> RunResult {
    let name = script.name.clone();
    let (view, outcome) = House.perform(Arc::new(script), Stepping::Inline).expect("it runs");
    RunResult::of(&view, Some((&name, &outcome)))
}

/// Its expectations hold under each of these seeds; the results.
fn holds(name: &str, seeds: u64) -> Vec<RunResult> {
    let seeds = std::env::var("SCRIPT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(seeds);
    let run = |seed| {
        let result = perform(Script { seed, ..script(name) });
        let unmet = result.expectations.iter().filter(|row| row.met != Some(true)).count();
        assert!(unmet == 0 && result.failures.is_empty(), "{result}\nreplay: {name} with seed {seed}");
        result
    };
    (1..=seeds).map(run).collect()
}

#[test]
fn a_copy_that_is_refused_does_not_make_a_loss_good() {
    for result in holds("refused-copy", 6) {
        assert_eq!((result.orders.lost, result.orders.untracked), (1, 0), "{result}");
    }
}

#[test]
fn what_every_disk_forgot_is_lost_however_long_it_was_settled() {
    for result in holds("forgotten-by-every-disk", 3) {
        assert_eq!(result.orders.untracked, 0, "{result}");
        let line = result.invariants.iter().find(|row| row.name == "no_lost_ack").and_then(|row| row.first.clone());
        assert!(line.is_some_and(|line| line.contains("acknowledged orders are gone")), "{result}");
    }
}

#[test]
fn every_promise_of_a_lonely_leader_is_counted() {
    for result in holds("promised-alone", 1) {
        assert_eq!(result.orders.lost, result.orders.acknowledged, "{result}");
        assert!(result.well, "lost by design breaks nothing: {result}");
    }
}

#[test]
fn what_a_leader_of_a_term_that_comes_again_lacks_is_lost() {
    for result in holds("term-comes-again", 3) {
        let kept = result.orders.acknowledged - result.orders.lost;
        let commit = result.group.iter().find(|(name, _)| name == "p1").unwrap().1.commit;
        assert!(kept < commit, "{kept} orders cannot be kept in {commit} records: {result}");
    }
}
