//! Rows of the registry that mean the cluster: nodes, faults, load and rules.
//!
//! Idea: what a class needs in the heat of a lesson is one unmodified letter; everything else is in a menu (`c`, `p`)
//! or in the palette only. What cannot be taken back says so in its text.

use super::super::action::{ActionSpec, Effect, Topic, Way, ask, control, run};
use super::super::update::{faults, lab, select, select_next, show_next_group, undo};
use crate::domain::control::{Burst, Control, Verb};
use crate::domain::tick::TickBurst;

/// What breaks and mends.
pub(super) const FAULTS: &[ActionSpec] = &[
    control("node.kill", faults::kill, &["x"]).naming(faults::selected).hinted(0).under(Topic::Faults),
    control("leader.kill", faults::kill_leader, &["X"]).naming(faults::leader_in_view).hinted(4).under(Topic::Faults),
    control("node.recover", faults::recover, &["r"]).naming(faults::selected).hinted(2).under(Topic::Faults),
    control("recover.all", faults::recover_all, &["R"]).hinted(8).under(Topic::Faults),
    control("leader.failover", faults::fail_over, &["f"])
        .doing(Effect::Final)
        .naming(faults::way_of_failover)
        .hinted(1)
        .under(Topic::Faults),
    control("leader.elect", faults::force_election, &["F"])
        .doing(Effect::Final)
        .naming(faults::group_in_view)
        .hinted(9)
        .under(Topic::Faults),
    control("node.isolate", faults::isolate, &["i"]).naming(faults::selected).hinted(5).under(Topic::Faults),
    control("node.degrade", faults::degrade, &["d"]).naming(faults::selected).hinted(7).under(Topic::Faults),
    control("links.heal", faults::heal_all, &["H"]).hinted(6).under(Topic::Faults),
    control("node.freeze", faults::freeze, &["c z"]).under(Topic::Faults),
    control("node.mute", faults::mute, &["c o"]).under(Topic::Faults),
    control("node.panic", faults::poison, &["c p"]).under(Topic::Faults),
    control("node.drain", faults::drain, &["c d"]).under(Topic::Faults),
    control("venue.toggle", faults::toggle_venue, &["c v"]).spelled(Verb::Venue).under(Topic::Faults),
    control("cluster.restart", |_, _| Ok(Control::RollingRestart), &["c r"]).doing(Effect::Final).under(Topic::Faults),
    control("leader.isolate", faults::isolate_leader, &["p l"]).under(Topic::Faults),
    control("node.add", |_, _| Ok(Control::AddNode), &["p a"])
        .spelled(Verb::Add)
        .doing(Effect::Final)
        .under(Topic::Faults),
    control("node.decommission", lab::decommission, &["p r"])
        .spelled(Verb::Decommission)
        .doing(Effect::Final)
        .under(Topic::Faults),
    ask("links.cut").spelled(Verb::Cut).doing(Effect::Undoable).under(Topic::Faults),
    ask("links.delay").spelled(Verb::Delay).doing(Effect::Undoable).under(Topic::Faults),
    run("fault.undo", undo::undo, &["u"])
        .doing(Effect::Undoable)
        .when(|state, _| !state.undo.done.is_empty())
        .hinted(10)
        .under(Topic::Faults),
    run("fault.redo", undo::redo, &["U"])
        .doing(Effect::Undoable)
        .when(|state, _| !state.undo.undone.is_empty())
        .under(Topic::Faults),
];

/// Which node and which group is meant.
pub(super) const NODES: &[ActionSpec] = &[
    run("node.select.1", select::<1>, &["1"]).under(Topic::Nodes),
    run("node.select.2", select::<2>, &["2"]).under(Topic::Nodes),
    run("node.select.3", select::<3>, &["3"]).under(Topic::Nodes),
    run("node.select.4", select::<4>, &["4"]).under(Topic::Nodes),
    run("node.select.5", select::<5>, &["5"]).under(Topic::Nodes),
    run("node.select.6", select::<6>, &["6"]).under(Topic::Nodes),
    run("node.select.7", select::<7>, &["7"]).under(Topic::Nodes),
    run("node.select.8", select::<8>, &["8"]).under(Topic::Nodes),
    run("node.select.9", select::<9>, &["9"]).under(Topic::Nodes),
    run("node.select.10", select::<10>, &["0"]).under(Topic::Nodes),
    run("node.next", |state, given, _| select_next(state, given, Way::On), &["j", "<down>"]).under(Topic::Nodes),
    run("node.previous", |state, given, _| select_next(state, given, Way::Back), &["k", "<up>"]).under(Topic::Nodes),
    ask("node.goto").taking("N").under(Topic::Nodes),
    run("group.next", show_next_group, &["P"]).under(Topic::Nodes),
    ask("group.goto").taking("pN | meta").under(Topic::Nodes),
];

/// Orders, and the rules by which they are served.
pub(super) const LOAD: &[ActionSpec] = &[
    control("load.burst", |_, _| Ok(Control::Burst(Burst::KEY)), &["b"])
        .spelled(Verb::Burst)
        .doing(Effect::Final)
        .repeating()
        .hinted(3)
        .under(Topic::Load),
    control("load.toggle", faults::toggle_load, &["B"]).spelled(Verb::Load).hinted(11).under(Topic::Load),
    ask("load.rate").spelled(Verb::Rate).doing(Effect::Undoable).under(Topic::Load),
    ask("capacity.find").spelled(Verb::Find).doing(Effect::Final).under(Topic::Load),
    ask("admission.switch").spelled(Verb::Admission).doing(Effect::Undoable).under(Topic::Load),
    control("ack.next", faults::next_ack, &["A"]).spelled(Verb::Ack).under(Topic::Load),
    control("balancer.next", faults::next_strategy, &["S"]).spelled(Verb::Strategy).under(Topic::Load),
    control("reads.next", faults::next_reads, &["E"]).spelled(Verb::Reads).under(Topic::Load),
    control("ticks.burst", |_, _| Ok(Control::TickBurst(TickBurst::KEY)), &["I"])
        .spelled(Verb::TickBurst)
        .doing(Effect::Final)
        .under(Topic::Load),
    ask("ticks.rate").spelled(Verb::Ticks).doing(Effect::Undoable).under(Topic::Load),
    ask("ticks.overflow").spelled(Verb::TickOverflow).doing(Effect::Undoable).under(Topic::Load),
    ask("signals.trade").spelled(Verb::Signals).doing(Effect::Undoable).under(Topic::Load),
    control("load.hot", lab::toggle_hot, &["p h"]).spelled(Verb::Hot).under(Topic::Load),
    ask("load.skew").spelled(Verb::Skew).doing(Effect::Undoable).under(Topic::Load),
    control("data.divide", lab::divide_by_the_next, &["p d"])
        .spelled(Verb::Divide)
        .doing(Effect::Final)
        .under(Topic::Load),
    control("data.split", |_, _| Ok(Control::Split), &["p s"])
        .spelled(Verb::Split)
        .doing(Effect::Final)
        .under(Topic::Load),
    ask("data.stay").spelled(Verb::Stay).doing(Effect::Final).under(Topic::Load),
    ask("rule.switch").spelled(Verb::Rule).doing(Effect::Undoable).under(Topic::Load),
];
