//! Rows of the registry that mean the cluster: nodes, faults, load and rules.
//!
//! Idea: what a class needs in the heat of a lesson is one unmodified letter; everything else is in a menu (`c`, `p`)
//! or in the palette only. What cannot be taken back says so in its text.

use super::super::action::ActionKind::*;
use super::super::action::{ActionSpec, Effect, LabKey, Topic, Way, row};
use crate::domain::ids::NodeId;

/// What breaks and mends.
pub(super) const FAULTS: &[ActionSpec] = &[
    row("node.kill", Kill, &["x"]).doing(Effect::Undoable).hinted(0).under(Topic::Faults),
    row("leader.kill", KillLeader, &["X"]).doing(Effect::Undoable).hinted(4).under(Topic::Faults),
    row("node.recover", Recover, &["r"]).doing(Effect::Undoable).hinted(2).under(Topic::Faults),
    row("recover.all", RecoverAll, &["R"]).doing(Effect::Undoable).hinted(8).under(Topic::Faults),
    row("leader.failover", Failover, &["f"]).doing(Effect::Final).hinted(1).under(Topic::Faults),
    row("leader.elect", ForceElection, &["F"]).doing(Effect::Final).hinted(9).under(Topic::Faults),
    row("node.isolate", Isolate, &["i"]).doing(Effect::Undoable).hinted(5).under(Topic::Faults),
    row("node.degrade", Degrade, &["d"]).doing(Effect::Undoable).hinted(7).under(Topic::Faults),
    row("links.heal", HealAll, &["H"]).doing(Effect::Undoable).hinted(6).under(Topic::Faults),
    row("node.freeze", Freeze, &["c z"]).doing(Effect::Undoable).under(Topic::Faults),
    row("node.mute", Mute, &["c o"]).doing(Effect::Undoable).under(Topic::Faults),
    row("node.poison", Poison, &["c p"]).doing(Effect::Undoable).under(Topic::Faults),
    row("node.drain", Drain, &["c d"]).doing(Effect::Undoable).under(Topic::Faults),
    row("venue.toggle", Venue, &["c v"]).doing(Effect::Undoable).taking("LETTER open | close").under(Topic::Faults),
    row("cluster.restart", RollingRestart, &["c r"]).doing(Effect::Final).under(Topic::Faults),
    row("leader.isolate", LeaderAlone, &["p l"]).doing(Effect::Undoable).under(Topic::Faults),
    row("node.add", Lab(LabKey::Add), &["p a"]).doing(Effect::Final).taking("node").under(Topic::Faults),
    row("node.decommission", Lab(LabKey::Remove), &["p r"]).doing(Effect::Final).taking("nN").under(Topic::Faults),
    row("links.cut", Typed, &[]).doing(Effect::Undoable).taking("nA -> nB").under(Topic::Faults),
    row("fault.undo", Undo, &["u"]).doing(Effect::Undoable).hinted(10).under(Topic::Faults),
    row("fault.redo", Redo, &["U"]).doing(Effect::Undoable).under(Topic::Faults),
];

/// Which node and which group is meant.
pub(super) const NODES: &[ActionSpec] = &[
    row("node.select.1", Select(NodeId(1)), &["1"]).under(Topic::Nodes),
    row("node.select.2", Select(NodeId(2)), &["2"]).under(Topic::Nodes),
    row("node.select.3", Select(NodeId(3)), &["3"]).under(Topic::Nodes),
    row("node.select.4", Select(NodeId(4)), &["4"]).under(Topic::Nodes),
    row("node.select.5", Select(NodeId(5)), &["5"]).under(Topic::Nodes),
    row("node.select.6", Select(NodeId(6)), &["6"]).under(Topic::Nodes),
    row("node.select.7", Select(NodeId(7)), &["7"]).under(Topic::Nodes),
    row("node.select.8", Select(NodeId(8)), &["8"]).under(Topic::Nodes),
    row("node.select.9", Select(NodeId(9)), &["9"]).under(Topic::Nodes),
    row("node.select.10", Select(NodeId(10)), &["0"]).under(Topic::Nodes),
    row("node.next", SelectNext(Way::On), &["j", "<down>"]).under(Topic::Nodes),
    row("node.previous", SelectNext(Way::Back), &["k", "<up>"]).under(Topic::Nodes),
    row("node.goto", Group, &[]).taking("N").under(Topic::Nodes),
    row("group.next", NextGroup, &["P"]).under(Topic::Nodes),
    row("group.goto", Group, &[]).taking("pN | meta").under(Topic::Nodes),
];

/// Orders, and the rules by which they are served.
pub(super) const LOAD: &[ActionSpec] = &[
    row("load.burst", Burst, &["b"]).doing(Effect::Final).hinted(3).taking("N over T [raw]").under(Topic::Load),
    row("load.toggle", Load, &["B"]).doing(Effect::Undoable).hinted(11).under(Topic::Load),
    row("load.rate", Rate, &[]).doing(Effect::Undoable).taking("N | N% of capacity").under(Topic::Load),
    row("capacity.find", Typed, &[]).doing(Effect::Final).taking("capacity").under(Topic::Load),
    row("admission.switch", Typed, &[]).doing(Effect::Undoable).taking("on | off").under(Topic::Load),
    row("ack.next", Ack, &["A"]).doing(Effect::Undoable).taking("leader | majority | all | N").under(Topic::Load),
    row("balancer.next", Strategy, &["S"]).doing(Effect::Undoable).taking("NAME").under(Topic::Load),
    row("reads.next", ReadFrom, &["E"])
        .doing(Effect::Undoable)
        .taking("leader | replica | fallback")
        .under(Topic::Load),
    row("ticks.burst", TickBurst, &["I"]).doing(Effect::Final).taking("N over T").under(Topic::Load),
    row("ticks.rate", Typed, &[]).doing(Effect::Undoable).taking("N").under(Topic::Load),
    row("ticks.overload", Typed, &[])
        .doing(Effect::Undoable)
        .taking("slow | shed-oldest | shed-newest")
        .under(Topic::Load),
    row("signals.trade", Typed, &[]).doing(Effect::Undoable).taking("on | off").under(Topic::Load),
    row("load.hot", Lab(LabKey::Hot), &["p h"])
        .doing(Effect::Undoable)
        .taking("SYMBOL PERCENT | off")
        .under(Topic::Load),
    row("load.skew", Typed, &[]).doing(Effect::Undoable).taking("N").under(Topic::Load),
    row("data.divide", Lab(LabKey::Divide), &["p d"])
        .doing(Effect::Final)
        .taking("hash | modulo | range | list | consistent-hash")
        .under(Topic::Load),
    row("data.split", Lab(LabKey::Split), &["p s"]).doing(Effect::Final).taking("hottest").under(Topic::Load),
    row("data.stay", Typed, &[]).doing(Effect::Final).taking("all").under(Topic::Load),
    row("rule.switch", Rule, &[]).doing(Effect::Undoable).taking("NAME on | off").under(Topic::Load),
];
