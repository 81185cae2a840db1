//! Every script of the program goes well, and goes red when what it shows is broken.
//!
//! Idea: `chaosdesk run NAME` and these tests take one way: the library, the wiring of the program, the result. A lesson
//! that stays green whatever happens teaches nothing, so beside each stands its mechanism, switched off on purpose.
//! Bound: `SCRIPT_SEEDS=n` runs each with so many further seeds; a failure names the command that replays it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::cli::{self, house::House};
use chaosdesk::cli::{Stepping, Wiring};
use chaosdesk::domain::balancing::{ClassNodes, Pools, TypePriorities};
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::{GroupId, NodeId};
use chaosdesk::domain::order::ReadFrom;
use chaosdesk::domain::rules::{AckRule, PartitionStrategy, Rule, Strategy};
use chaosdesk::domain::settings::{GatewaySettings, Settings};
use chaosdesk::domain::tick::Overload;
use chaosdesk::domain::time::SimDuration;
use chaosdesk::domain::trades::WindowLength;
use chaosdesk::domain::venue::VenueId;
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
        let mut script = script(name);
        script.seed = seed;
        if !script.compare.is_empty() {
            let comparison = cli::compare(&script, &House, Stepping::Inline).expect("it runs");
            assert!(comparison.well, "{comparison}\nreplay: chaosdesk run {name} --seed {seed}");
            continue;
        }
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
    an_order_waits_for_cash_of_other_partitions: "allotment-short",
    strategies_of_the_balancer_side_by_side: "balancers",
    burst_of_100_000: "burst-100k",
    burst_of_a_million: "burst-1m",
    a_ring_moves_a_fifth_of_the_symbols_and_a_modulus_four_fifths: "consistent-hashing",
    the_leader_is_cut_off_both_ways: "cut-the-leader-both-ways",
    the_leader_is_cut_off_one_way: "cut-the-leader-one-way",
    instruments_are_divided_again: "divide-live",
    a_gateway_is_drained: "drain-a-worker",
    two_dead_at_factor_3: "factor-3-two-dead",
    the_leader_freezes_and_wakes: "freeze-the-leader",
    a_change_is_lost_and_noticed: "gap",
    two_nodes_join_and_one_leaves: "grow-and-shrink",
    a_hot_symbol: "hot-symbol",
    asset_classes_keep_to_their_gateways: "instruments-apart",
    the_controller_is_killed: "kill-the-controller",
    the_leader_is_killed: "kill-the-leader",
    three_of_five_are_killed: "kill-three-of-five",
    two_of_five_are_killed: "kill-two-of-five",
    money_is_conserved: "money-conserved",
    money_moves_while_leaders_die: "money-moves-crash",
    money_moves_with_its_symbols: "money-moves",
    overload_is_refused_and_recovered_from: "overload",
    partition_strategies_side_by_side: "partition-strategies",
    pools_apart_keep_orders_fast: "pools-apart",
    types_of_orders_have_priorities: "priority-by-type",
    queries_go_on_without_a_leader: "reads-fall-back",
    reads_scale_with_replicas: "reads-scale",
    a_replica_far_behind_recovers: "recover-far-behind",
    a_dead_node_is_replaced: "replace-a-dead-node",
    the_risk_desk_comes_first: "risk-first",
    every_node_restarts_in_turn: "rolling-restart",
    two_legs_or_none: "spread",
    an_ordinary_day: "steady",
    ticks_and_back_pressure: "ticks-backpressure",
    trades_by_time: "trades-archive",
    trades_by_id_move_with_the_strategy: "trades-by-id",
    trades_by_the_minute_and_by_the_hour: "trades-by-window",
    two_leaders_in_one_term: "two-leaders",
    two_venues_and_one_of_them_closes: "two-venues",
    one_big_node_or_three_small_ones: "vertical-or-horizontal",
    vip_clients_through_a_burst: "vip-and-bulk",
    workers_of_three_speeds: "workers-of-three-speeds",
    lesson_1_leader_election: "01-leader-election",
    lesson_2_health_and_failover: "02-health-and-failover",
    lesson_3_what_a_crash_costs: "03-what-a-crash-costs",
}

#[test]
fn every_script_of_the_library_has_its_test() {
    assert_eq!(TESTED, library::names());
}

/// What went wrong, by its text.
fn failed(result: &RunResult) -> Vec<String> {
    let unmet = result.expectations.iter().filter(|row| row.met != Some(true)).map(|row| row.that.clone());
    let broken = result.invariants.iter().filter(|row| row.violations > 0).map(|row| format!("broken {}", row.name));
    unmet.chain(broken).chain(result.failures.iter().cloned()).collect()
}

/// With its mechanism broken, some run of the script fails, and on `what`: not merely somewhere.
fn goes_red(name: &str, what: &str, seeds: u64, broken: fn(&mut Script)) {
    let own = script(name).seed;
    let mut seen = Vec::new();
    for seed in own..own + seeds {
        let result = perform(name, |script| {
            script.seed = seed;
            broken(script);
        });
        let failed = failed(&result);
        if !result.well && failed.iter().any(|text| text.contains(what)) {
            println!("{name}: seed {seed}: {failed:?}");
            return;
        }
        seen.push(failed);
    }
    panic!("{name} does not fail on `{what}` though its mechanism is broken: {seen:?}");
}

/// With its mechanism broken, a comparison fails, and on `what`.
fn goes_red_between(name: &str, what: &str, broken: fn(&mut Script)) {
    let mut script = script(name);
    broken(&mut script);
    let comparison = cli::compare(&script, &House, Stepping::Inline).expect("it runs");
    let unmet = comparison.expectations.iter().filter(|row| row.met != Some(true)).map(|row| row.that.clone());
    let unmet: Vec<String> = unmet.collect();
    assert!(
        !comparison.well && unmet.iter().any(|text| text.contains(what)),
        "{name} does not fail on `{what}`: {unmet:?}"
    );
    println!("{name}: {unmet:?}");
}

/// The settings of every variant.
fn everywhere(script: &mut Script, change: impl Fn(&mut Settings)) {
    script.compare.variants.iter_mut().for_each(|variant| change(&mut variant.settings));
}

fn off(script: &mut Script, rule: Rule) {
    script.settings.cluster.rules = script.settings.cluster.rules.with(rule, false);
}

/// Followers wait so long that nobody takes over in time. Seconds, so that the first leader is still elected.
fn sluggish(script: &mut Script) {
    script.settings.raft.election_min = SimDuration::from_millis(3_500);
    script.settings.raft.election_max = SimDuration::from_millis(3_900);
}

/// The controls of a script, one replaced by another.
fn instead(script: &mut Script, wanted: Control, other: Control) {
    let controls = script.steps.iter_mut().flat_map(|step| &mut step.controls);
    let replaced = controls.filter(|control| **control == wanted).map(|control| *control = other).count();
    assert!(replaced > 0, "{} does {wanted:?}", script.name);
}

/// Timers that end together let two candidates stand in one term, and a cut between them keeps both standing.
fn two_candidates(script: &mut Script) {
    script.settings.raft.election_max = script.settings.raft.election_min + SimDuration::from_millis(2);
    let cut = |from, to| Control::Cut { from: Target::Node(NodeId(from)), to: Target::Node(NodeId(to)) };
    script.steps[0].controls.extend([cut(1, 2), cut(2, 1), cut(4, 5), cut(5, 4)]);
}

#[test]
fn overload_goes_red_when_nothing_is_refused() {
    for what in
        ["at-110-percent:orders.acknowledged >", "at-200-percent:orders.unknown <", "at-10-times:orders.acknowledged >"]
    {
        goes_red_between("overload", what, |script| {
            for variant in &mut script.compare.variants {
                variant.settings.admission.on = false;
            }
        });
    }
}

#[test]
fn no_spread_is_done_where_the_groups_get_no_quorum_back() {
    goes_red("spread", "spreads.committed >= 1", 1, |script| {
        instead(script, Control::RecoverAll, Control::SetLoad(true));
    });
}

#[test]
fn lesson_1_goes_red_when_a_node_votes_twice_in_a_term() {
    goes_red("01-leader-election", "broken one_leader_per_term", 3, |script| {
        two_candidates(script);
        off(script, Rule::OneVotePerTerm);
    });
    // It is the rule that kept the promise, not the weather.
    for seed in 11..17 {
        let result = perform("01-leader-election", |script| {
            script.seed = seed;
            two_candidates(script);
        });
        assert!(result.invariants.iter().all(|row| row.violations == 0), "seed {seed}: {result}");
    }
}

/// Where the rule is never switched off, the same cuts, disks and crash break nothing; where it is, the violation says who
/// leads, in which term of which group.
#[test]
fn two_leaders_of_a_term_are_named_and_one_vote_a_term_prevents_them() {
    let off = Control::SetRule { rule: Rule::OneVotePerTerm, on: false };
    for seed in 1..=8 {
        let with = perform("two-leaders", |script| script.seed = seed);
        let line =
            with.invariants.iter().find(|row| row.name == "one_leader_per_term").and_then(|row| row.first.clone());
        let line = line.unwrap_or_else(|| panic!("seed {seed}: {with}"));
        assert!(
            line.contains("p1: ") && line.contains("n1") && line.contains("n2") && line.contains("in T2"),
            "{line}"
        );
        let without = perform("two-leaders", |script| {
            script.seed = seed;
            instead(script, off, Control::SetLoad(true));
        });
        assert!(without.invariants.iter().all(|row| row.violations == 0), "seed {seed}: {without}");
        assert!(!without.well, "and the scenario goes red: {without}");
    }
}

#[test]
fn lesson_1_goes_red_when_timeouts_are_not_random() {
    goes_red("01-leader-election", "", 5, |script| {
        script.settings.raft.election_max = script.settings.raft.election_min + SimDuration::from_micros(1);
        script.settings.link.jitter = SimDuration::from_micros(1);
        script.settings.disk.fsync_jitter = SimDuration::from_micros(1);
    });
}

#[test]
fn lesson_1_goes_red_when_nobody_takes_over_in_time() {
    goes_red("01-leader-election", "failover.total_ms < 1500", 1, sluggish);
}

#[test]
fn lesson_2_goes_red_when_silence_is_never_noticed() {
    goes_red("02-health-and-failover", "peer_failed", 1, |script| {
        script.settings.detector.failed_after = SimDuration::from_secs(3_600);
    });
}

#[test]
fn lesson_2_goes_red_when_nobody_takes_over_in_time() {
    goes_red("02-health-and-failover", "failover.total_ms < 1500", 1, sluggish);
}

#[test]
fn lesson_3_goes_red_when_the_leader_goes_on_promising_alone() {
    let alone =
        |script: &mut Script| instead(script, Control::SetAck(AckRule::Majority), Control::SetAck(AckRule::Leader));
    goes_red("03-what-a-crash-costs", "orders.lost = 0", 5, alone);
    goes_red("03-what-a-crash-costs", "recent_latency_ms.p50 >= 40", 1, alone);
}

#[test]
fn lesson_3_goes_red_when_the_first_crash_costs_nothing() {
    goes_red("03-what-a-crash-costs", "orders.at_risk", 1, |script| script.settings.cluster.ack = AckRule::Majority);
}

#[test]
fn growing_goes_red_when_nothing_may_move() {
    goes_red("grow-and-shrink", "rebalanced", 1, |script| script.settings.placement.moves_at_once = 0);
}

#[test]
fn growing_goes_red_when_a_node_is_killed_and_not_asked_to_leave() {
    let killed = |script: &mut Script| {
        let n2 = Target::Node(NodeId(2));
        instead(script, Control::Decommission(n2), Control::Crash(n2));
    };
    goes_red("grow-and-shrink", "node_left", 1, killed);
}

#[test]
fn a_dead_node_goes_red_when_nobody_gives_it_up() {
    let kept = |script: &mut Script| {
        instead(script, Control::Replace(Target::Node(NodeId(3))), Control::SetLoad(true));
    };
    goes_red("replace-a-dead-node", "node.n3.state = gone", 1, kept);
}

#[test]
fn the_killed_leader_goes_red_when_nobody_takes_over_in_time() {
    goes_red("kill-the-leader", "leader_elected", 1, sluggish);
    goes_red("kill-the-controller", "leader_elected", 1, sluggish);
    goes_red("freeze-the-leader", "leader_elected", 1, sluggish);
    goes_red("cut-the-leader-one-way", "leader_elected", 1, sluggish);
    goes_red("cut-the-leader-both-ways", "leader_elected", 1, sluggish);
}

#[test]
fn three_killed_of_five_go_red_when_disks_are_answered_for_too_early() {
    goes_red("kill-three-of-five", "no_lost_ack", 40, |script| off(script, Rule::PersistBeforeAck));
}

#[test]
fn pools_apart_go_red_when_they_are_one() {
    goes_red("pools-apart", "recent_latency_ms.p99 < 8", 1, |script| script.settings.market_data.nodes.clear());
}

#[test]
fn trades_by_time_go_red_when_nothing_grows_cold_or_one_window_holds_all() {
    goes_red("trades-archive", "read.opened = 2 and read.cold = 2", 1, |script| script.settings.trades.hot = 64);
    goes_red("trades-archive", "read.opened = 2 and read.cold = 2", 1, |script| {
        script.settings.trades.window = WindowLength::Minute;
    });
    goes_red("trades-archive", "trades.forgotten = 0", 1, |script| script.settings.trades.archive_bytes = 8 << 10);
}

#[test]
fn back_pressure_goes_red_when_a_source_minds_no_credits_or_a_queue_no_bound() {
    let heedless = |script: &mut Script| script.settings.market_data.overload = Overload::ShedOldest;
    goes_red("ticks-backpressure", "ticks.held_back >= 800k", 1, heedless);
    let endless = |script: &mut Script| script.settings.market_data.queue_max = 1_000_000;
    goes_red("ticks-backpressure", "ticks.queued_max <= 10k", 1, endless);
    let keeps = |script: &mut Script| {
        instead(script, Control::SetOverload(Overload::ShedNewest), Control::SetOverload(Overload::Slow));
    };
    goes_red("ticks-backpressure", "ticks.shed >= 800k", 1, keeps);
}

#[test]
fn back_pressure_goes_red_when_a_silent_node_keeps_its_symbols() {
    goes_red("ticks-backpressure", "node.n4.ticks_per_s >= 190k", 1, |script| {
        script.settings.detector.failed_after = SimDuration::from_secs(3_600);
    });
}

#[test]
fn two_killed_of_five_go_red_when_three_replicas_are_all() {
    goes_red("kill-two-of-five", "writable = yes", 10, |script| script.settings.cluster.replication_factor = 3);
}

#[test]
fn a_replica_far_behind_goes_red_when_it_applies_hardly_faster_than_the_load_comes() {
    goes_red("recover-far-behind", "node.n5.lag < 2k", 1, |script| {
        script.settings.raft.apply_cost = SimDuration::from_micros(150);
    });
}

#[test]
fn the_burst_of_a_million_goes_red_when_gateways_are_slow() {
    goes_red("burst-1m", "orders.acknowledged >= 900k", 1, |script| {
        script.settings.gateway.service_times = vec![SimDuration::from_millis(20)];
        script.length = SimDuration::from_secs(30);
    });
}

#[test]
fn the_burst_goes_red_when_nobody_can_wait_in_line() {
    goes_red("burst-100k", "orders.acknowledged >= 95k", 1, |script| {
        script.settings.gateway.queue_max = 1;
        script.settings.gateway.capacities = vec![1];
    });
}

#[test]
fn an_ordinary_day_goes_red_on_a_bad_network() {
    goes_red("steady", "latency_ms.p99 < 50", 1, |script| script.settings.link.loss_per_mille = 100);
}

#[test]
fn two_dead_at_factor_3_go_red_when_there_are_five_copies() {
    goes_red("factor-3-two-dead", "group.p2.writable = no", 1, |script| script.settings.cluster.replication_factor = 5);
}

#[test]
fn the_rolling_restart_goes_red_when_nobody_takes_over() {
    goes_red("rolling-restart", "node.n4.incarnation >= 2", 1, |script| {
        script.settings.raft.election_min = SimDuration::from_secs(60);
        script.settings.raft.election_max = SimDuration::from_secs(61);
    });
}

#[test]
fn dividing_again_goes_red_when_nothing_moves() {
    goes_red("divide-live", "moves_done", 1, |script| {
        let (moves, stays) = (PartitionStrategy::Modulo, PartitionStrategy::Hash);
        instead(script, Control::Divide(moves), Control::Divide(stays));
    });
}

#[test]
fn a_hot_symbol_goes_red_when_it_is_not_split() {
    goes_red("hot-symbol", "group.p2.cold_p99_ms <= 7.2", 1, |script| {
        instead(script, Control::Split, Control::StopMoves);
    });
}

#[test]
fn a_hot_symbol_goes_red_on_a_desk_that_has_time_for_it() {
    goes_red("hot-symbol", "group.p2.cold_p99_ms >= 20.1", 1, |script| {
        script.settings.raft.apply_cost = SimDuration::from_micros(40);
    });
}

#[test]
fn reads_that_fall_back_go_red_when_only_a_leader_may_answer() {
    goes_red("reads-fall-back", "flow.queries_per_s >= 150", 1, |script| {
        script.settings.load.read_from = ReadFrom::Leader;
    });
    // And the other way: who reads from replicas all the time never reads what is current.
    goes_red("reads-fall-back", "flow.replica_reads = 0", 1, |script| {
        script.settings.load.read_from = ReadFrom::Replica;
    });
}

#[test]
fn allotment_short_goes_red_when_nothing_is_short() {
    goes_red("allotment-short", "transfers.committed", 1, |script| script.settings.accounts.cash = 1_000_000);
}

#[test]
fn allotment_short_goes_red_when_no_other_partition_can_lend() {
    goes_red("allotment-short", "transfers.committed", 1, |script| script.settings.cluster.partitions = 1);
}

#[test]
fn gap_goes_red_when_no_change_is_lost() {
    goes_red("gap", "gap_found", 1, |script| instead(script, lost_follower(), Control::HealAll));
}

fn lost_follower() -> Control {
    Control::LoseChange { node: Target::Follower(GroupId(1)), group: GroupId(1) }
}

#[test]
fn money_conserved_goes_red_when_no_cash_moves() {
    goes_red("money-conserved", "transfers.committed", 1, |script| script.settings.accounts.member_times = 100_000);
}

#[test]
fn money_moves_goes_red_when_nothing_moves() {
    goes_red("money-moves", "data.moved >= 70", 1, |script| {
        instead(script, Control::Divide(PartitionStrategy::Modulo), Control::StopMoves);
        instead(script, Control::Divide(PartitionStrategy::Range), Control::StopMoves);
    });
}

#[test]
fn money_that_moves_goes_red_when_nothing_moves_while_leaders_die() {
    goes_red("money-moves-crash", "data.moved >= 100", 1, |script| {
        instead(script, Control::Divide(PartitionStrategy::Modulo), Control::StopMoves);
    });
}

#[test]
fn a_drained_gateway_goes_red_when_it_is_given_more() {
    goes_red("drain-a-worker", "node.n3.routed = 0", 1, |script| {
        instead(script, Control::Drain(Target::Node(NodeId(3))), Control::SetLoad(true));
    });
    let kept = |script: &mut Script| instead(script, Control::Undrain(Target::Node(NodeId(3))), Control::SetLoad(true));
    goes_red("drain-a-worker", "node.n3.routed > 200", 1, kept);
}

#[test]
fn balancers_go_red_when_all_are_one_or_nothing_is_ever_full() {
    goes_red_between("balancers", "free-capacity:balancer.imbalance < round-robin", |script| {
        everywhere(script, |settings| settings.load.strategy = Strategy::RoundRobin);
    });
    goes_red_between("balancers", "lowest-latency:latency_ms.p50 < round-robin", |script| {
        everywhere(script, |settings| settings.gateway.service_times = vec![SimDuration::from_micros(380)]);
    });
    goes_red_between("balancers", "round-robin:balancer.refused > 100", |script| {
        everywhere(script, |settings| settings.balancer.queue_max = 1_000_000);
    });
}

#[test]
fn vip_clients_go_red_when_nobody_is_first_and_bulk_when_nothing_ages() {
    goes_red_between("vip-and-bulk", "by-class:class.vip.p99_ms < 20", |script| {
        everywhere(script, |settings| settings.balancer.ageing = SimDuration::from_millis(1));
    });
    goes_red_between("vip-and-bulk", "by-class:balancer.aged > 1000", |script| {
        everywhere(script, |settings| settings.balancer.ageing = SimDuration::from_secs(3_600));
    });
}

#[test]
fn node_sizes_go_red_when_nobody_dies_or_large_nodes_cost_no_more_or_a_majority_is_two_of_three() {
    goes_red_between("vertical-or-horizontal", "vertical:orders.rejected > 500", |script| {
        instead(script, Control::Crash(Target::Node(NodeId(1))), Control::SetLoad(true));
    });
    goes_red_between("vertical-or-horizontal", "hybrid:cost_per_hour < vertical:cost_per_hour", |script| {
        everywhere(script, |settings| settings.gateway.cost_exponent_per_mille = GatewaySettings::IN_PROPORTION);
    });
    goes_red_between("vertical-or-horizontal", "hybrid:tolerates = 0", |script| {
        let cluster = &mut script.compare.variants[1].settings.cluster;
        (cluster.nodes, cluster.replication_factor) = (3, 3);
    });
}

#[test]
fn reads_go_red_when_one_answers_them_all_or_they_cost_nothing() {
    goes_red_between("reads-scale", "five:flow.queries_answered > 95000", |script| {
        everywhere(script, |settings| settings.load.read_from = ReadFrom::Leader);
    });
    goes_red_between("reads-scale", "leader:flow.queries_answered < 22000", |script| {
        everywhere(script, |settings| settings.raft.read_cost = SimDuration::ZERO);
    });
}

#[test]
fn consistent_hashing_goes_red_with_the_strategies_exchanged() {
    for what in ["ring:balancer.moved_per_mille < 240", "modulo:balancer.moved_per_mille > 760"] {
        goes_red_between("consistent-hashing", what, |script| {
            everywhere(script, |settings| {
                let other = match settings.load.strategy {
                    Strategy::SymbolHash => Strategy::SymbolModulo,
                    _ => Strategy::SymbolHash,
                };
                settings.load.strategy = other;
            });
        });
    }
}

#[test]
fn consistent_hashing_goes_red_when_nobody_asks_a_dead_gateway_s_orders_again() {
    goes_red("consistent-hashing", "balancer.answered_elsewhere >= 10", 1, |script| {
        script.settings.load.strategy = Strategy::SymbolHash;
        script.settings.client.retries_max = 0;
    });
}

#[test]
fn partition_strategies_go_red_when_all_are_one() {
    for what in ["consistent-hash:data.imbalance < range", "range:store.imbalance > 1000000"] {
        goes_red_between("partition-strategies", what, |script| {
            everywhere(script, |settings| settings.partition.strategy = PartitionStrategy::Hash);
        });
    }
}

#[test]
fn priority_by_type_goes_red_when_all_go_by_their_clients() {
    goes_red_between("priority-by-type", "by-type:class.emergency.routed > 1000", |script| {
        everywhere(script, |settings| settings.balancer.priority_by_type = TypePriorities::default());
    });
}

#[test]
fn the_risk_desk_goes_red_when_everything_is_old_at_once_or_it_has_no_pool() {
    goes_red_between("risk-first", "priority:class.emergency.p99_ms < 20", |script| {
        everywhere(script, |settings| settings.balancer.ageing = SimDuration::from_millis(1));
    });
    goes_red_between("risk-first", "pools:node.n4.routed = 0", |script| {
        everywhere(script, |settings| settings.balancer.pools = Pools::default());
    });
}

#[test]
fn gateways_by_instrument_go_red_when_every_gateway_takes_everything() {
    goes_red("instruments-apart", "node.n3.routed <", 1, |script| {
        script.settings.balancer.class_nodes = ClassNodes::default();
    });
}

#[test]
fn three_speeds_go_red_when_they_are_one() {
    goes_red_between("workers-of-three-speeds", "round-robin:latency_ms.p99 > 100", |script| {
        everywhere(script, |settings| settings.gateway.service_times = vec![SimDuration::from_micros(1_500)]);
    });
}

#[test]
fn windows_of_an_hour_go_red_when_they_are_of_a_minute() {
    goes_red_between("trades-by-window", "hour:trades.cold_windows = 2", |script| {
        everywhere(script, |settings| settings.trades.window = WindowLength::Minute);
    });
}

#[test]
fn trades_by_id_go_red_when_the_strategy_stays_or_nothing_is_kept() {
    goes_red("trades-by-id", "store.emptiest < 100", 1, |script| {
        instead(script, Control::Divide(PartitionStrategy::Range), Control::StopMoves);
    });
    goes_red("trades-by-id", "store.moved > 5000", 1, |script| {
        for strategy in [PartitionStrategy::Modulo, PartitionStrategy::Range, PartitionStrategy::ConsistentHash] {
            instead(script, Control::Divide(strategy), Control::StopMoves);
        }
    });
    goes_red("trades-by-id", "store.kept = 4000", 1, |script| script.settings.trades.by_id = 0);
}

#[test]
fn two_venues_go_red_when_none_closes_or_there_is_but_one() {
    const CLOSE: Control = Control::SetVenue { venue: VenueId(1), open: false };
    goes_red("two-venues", "venue.B.drained >= 100", 1, |script| instead(script, CLOSE, Control::SetLoad(true)));
    goes_red("two-venues", "venue.B.fills >= 500", 1, |script| script.settings.venues.count = 1);
}
