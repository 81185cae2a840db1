//! What is promised between groups, and of groups whose members change, in whole clusters: each script was a run in which a
//! promise was once broken.
//!
//! `SCRIPT_SEEDS=n` runs each with seeds 1 to n. The harness of `node::tasks` tries the protocols themselves, under every
//! deviation; here the network, the disks and Raft are the real ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::path::Path;
use std::sync::Arc;

use chaosdesk::cli::house::House;
use chaosdesk::cli::{Stepping, Wiring};
use chaosdesk::lesson::script;
use chaosdesk::report::RunResult;

/// Runs a script with seeds from 1 on; each must pass.
fn passes(name: &str, seeds: u64) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/cluster").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&file).expect("the script is there");
    let seeds = std::env::var("SCRIPT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(seeds);
    for seed in 1..=seeds {
        let mut script = script::read(name, &text).unwrap_or_else(|problem| panic!("{problem}"));
        script.seed = seed;
        let (view, outcome) = House.perform(Arc::new(script), Stepping::Inline).expect("it runs");
        let result = RunResult::of(&view, Some((name, &outcome)));
        assert!(result.well, "{result}\nreplay: chaosdesk run {} --seed {seed}", file.display());
    }
}

#[test]
fn finish_goes_to_the_group_that_voted_whatever_the_map_says() {
    passes("finish_goes_to_whom_voted", 8);
}

#[test]
fn a_leg_that_is_finished_is_not_traded_again_when_its_prepare_comes_late() {
    passes("a_late_prepare_is_not_traded_again", 6);
}

#[test]
fn cash_that_was_lent_arrives() {
    passes("lent_cash_arrives", 6);
}

#[test]
fn a_symbol_with_a_steady_stream_of_spreads_moves() {
    passes("spreads_yield_to_a_move", 3);
}

#[test]
fn hundreds_of_open_transfers_come_to_an_end() {
    passes("short_of_cash_everywhere", 1);
}

#[test]
fn a_control_is_answered_by_what_was_asked_before_it_even_if_nothing_of_that_has_happened() {
    passes("asked-at-one-instant", 3);
}

#[test]
fn a_node_leaves_while_others_are_dead_and_no_group_loses_its_majority() {
    passes("decommission-among-the-dead", 3);
}

#[test]
fn no_group_gives_a_running_voter_for_a_newcomer_while_others_are_dead() {
    passes("join-among-the-dead", 3);
}

#[test]
fn a_node_that_is_needed_leaves_once_the_dead_one_is_replaced() {
    passes("needed-node", 3);
}
