//! Every rule of the keyboard, as a table.

use std::collections::BTreeSet;

use super::*;
use crate::domain::control::{Burst, ControlAnswer, Target};
use crate::domain::engine::{Answered, Capabilities, Capability};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::{EventId, SymbolId, Term};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{
    BookLine, DiskView, Duty, FaultView, GatewayView, GroupView, LessonView, NodeTruth, NodeView, QuestionView, Reach,
    ReplicaView, RoleView, SpreadsView, Text, WorkerView,
};
use crate::domain::why::Why;
use crate::ui::action::ActionId;
use crate::ui::fixture::{self, Story};
use crate::ui::state::{ListState, Panel, Prompt, Screen};
use crate::ui::words::Bare;

/// A cluster of five, n4 leading p1.
pub(crate) fn cluster() -> ClusterView {
    let nodes = NodeId::first(5).map(|id| NodeView {
        admission: Default::default(),
        id,
        truth: NodeTruth::Up,
        since: SimTime::ZERO,
        halted: None,
        incarnation: 1,
        beliefs: Vec::new(),
        believed: [4, 0, 0],
        leads: 0,
        replicas: 2,
        reach: Reach::All,
        gateway: GatewayView::default(),
        disk: DiskView::default(),
        catch_up: None,
        held: 0,
        held_dropped: 0,
        ticks: crate::domain::view::TicksView::default(),
        membership: Default::default(),
        region: Default::default(),
    });
    let groups = (0..3).map(|group| GroupView {
        id: GroupId(group),
        leader: Some(NodeId(4)),
        term: Term(7),
        since: SimTime::ZERO,
        connected: 5,
        quorum: 3,
        must: 3,
        stall: None,
        config: Default::default(),
        commit: Default::default(),
        committed_at: SimTime::ZERO,
        replicas: NodeId::first(5).map(replica).collect(),
        symbols: 2,
        spreads: SpreadsView::default(),
        trades: Default::default(),
        by_id: Some(0),
        cold: Default::default(),
        resting: Some(0),
        applied_per_s: 0,
    });
    let mut view = ClusterView { nodes: nodes.collect(), groups: groups.collect(), ..ClusterView::default() };
    view.balancer.workers = NodeId::first(5).map(WorkerView::idle).collect();
    view.flow.load_on = true;
    view.flow.rate = 2_000;
    view.run.controller = Some(NodeId(4));
    view
}

fn replica(node: NodeId) -> ReplicaView {
    ReplicaView {
        node,
        alive: true,
        role: if node == NodeId(4) { RoleView::Leader } else { RoleView::Follower },
        term: Term(7),
        voted_for: None,
        leader: Some(NodeId(4)),
        base: Default::default(),
        last: Default::default(),
        synced: Default::default(),
        config: Default::default(),
        commit: Default::default(),
        applied: Default::default(),
        lag_records: 0,
        lag_time: Default::default(),
        votes: Default::default(),
        refusals: Default::default(),
        timer: None,
        progress: None,
        refused: 0,
        unanswered: 0,
        version: crate::domain::ids::LogIndex::ORIGIN,
        gap: None,
        chain: Default::default(),
        cells: Vec::new(),
    }
}

/// Carries a control out the way the cluster does, as far as undo must know.
fn apply(view: &mut ClusterView, control: Control) {
    let all: Vec<NodeId> = view.nodes.iter().map(|node| node.id).collect();
    let of = |target| match target {
        Target::Node(node) => node,
        Target::Leader(_) => NodeId(4),
        other => panic!("{other:?}"),
    };
    let mut truth = |target, truth| view.nodes[of(target).index()].truth = truth;
    let mut cuts: BTreeSet<(NodeId, NodeId)> = view.net.cuts.iter().copied().collect();
    let links = |id: NodeId| all.iter().copied().filter(move |peer| *peer != id).map(move |peer| (id, peer));
    match control {
        Control::Crash(target) => truth(target, NodeTruth::Down),
        Control::Poison(target) => truth(target, NodeTruth::Halted),
        Control::Recover(target) | Control::Thaw(target) => truth(target, NodeTruth::Up),
        Control::RecoverAll => all.iter().for_each(|node| truth(Target::Node(*node), NodeTruth::Up)),
        Control::Freeze(target) => truth(target, NodeTruth::Frozen),
        Control::Cut { from, to } => drop(cuts.insert((of(from), of(to)))),
        Control::Heal { from, to } => drop(cuts.remove(&(of(from), of(to)))),
        Control::Isolate(target) => cuts.extend(links(of(target)).flat_map(|(a, b)| [(a, b), (b, a)])),
        Control::Mute(target) => cuts.extend(links(of(target))),
        Control::Rejoin(target) => cuts.retain(|(a, b)| *a != of(target) && *b != of(target)),
        Control::HealAll => cuts.clear(),
        Control::SlowDisk { node, slow } => view.nodes[of(node).index()].disk.slow = slow,
        Control::SetAck(rule) => view.flow.ack = rule,
        Control::SetStrategy(strategy) => view.balancer.strategy = strategy,
        Control::Drain(node) => view.balancer.workers[of(node).index()].duty = Duty::Draining,
        Control::Undrain(node) => view.balancer.workers[of(node).index()].duty = Duty::Serving,
        Control::SetLoad(on) => view.flow.load_on = on,
        Control::SetRate(rate) => view.flow.rate = rate,
        Control::SetSkew(skew) => view.flow.skew_per_mille = skew,
        Control::SetAdmission(on) => view.admission.on = on,
        Control::HotSymbol { symbol, percent } => view.flow.hot = (percent > 0).then_some((symbol, percent)),
        Control::SetReadFrom(from) => view.flow.read_from = from,
        other => panic!("{other:?}"),
    }
    view.net.cuts = cuts.into_iter().collect();
    for node in &mut view.nodes {
        let count = view.net.cuts.iter().filter(|(a, b)| *a == node.id || *b == node.id).count();
        let out = view.net.cuts.iter().filter(|(a, _)| *a == node.id).count();
        node.reach = match (count, out) {
            (0, _) => Reach::All,
            (8, _) => Reach::Isolated,
            (4, 4) => Reach::Muted,
            _ => Reach::Partly,
        };
    }
}

/// All of a view that a fault can change.
fn config(view: &ClusterView) -> String {
    let nodes: Vec<_> = view.nodes.iter().map(|node| (node.truth, node.disk.slow, node.reach)).collect();
    let flow = (view.flow.ack, view.flow.load_on, view.flow.rate, view.flow.read_from, view.balancer.strategy);
    let popularity = (view.flow.skew_per_mille, view.flow.hot);
    let duties: Vec<_> = view.balancer.workers.iter().map(|worker| worker.duty).collect();
    format!("{nodes:?} {:?} {flow:?} {popularity:?} {duties:?}", view.net.cuts)
}

struct Bench {
    state: UiState,
    view: ClusterView,
    keymap: Keymap,
    hits: Hits,
}

impl Bench {
    fn new() -> Self {
        let (state, keymap, hits) = (UiState::default(), Keymap::default(), Hits::default());
        Self { state, view: cluster(), keymap, hits }
    }

    /// Does it; the cluster carries out every control.
    fn act(&mut self, action: &Action) -> Vec<Request> {
        self.act_and_hear(action, |_| ControlAnswer::Done)
    }

    /// Does it, and hears what the cluster says to each control.
    fn act_and_hear(&mut self, action: &Action, say: impl Fn(Control) -> ControlAnswer) -> Vec<Request> {
        let Self { state, view, keymap, hits } = self;
        let given = Given { view, words: &Bare, keymap, hits, lessons: &["raft".to_owned()] };
        let requests = update(state, &given, action);
        for request in &requests {
            if let Request::Command(Command::Control(control)) = request {
                answers::hear(state, &given, Answered { control: *control, answer: say(*control) });
            }
        }
        requests
    }

    fn key(&mut self, id: &'static str) -> Vec<Request> {
        self.act(&Action::Do(ActionId(id)))
    }

    /// Does it, and lets the cluster obey.
    fn obey(&mut self, requests: &[Request]) {
        for request in requests {
            if let Request::Command(Command::Control(control)) = request {
                apply(&mut self.view, *control);
            }
        }
    }

    /// So many virtual seconds go by.
    fn pass(&mut self, seconds: u64) {
        self.view.run.now += SimDuration::from_secs(seconds);
    }

    fn toast(&self) -> &str {
        self.state.toasts.last().map_or("", |toast| toast.text.as_str())
    }
}

const N1: Target = Target::Node(NodeId(1));

#[test]
fn a_key_means_a_control() {
    let p1 = GroupId(1);
    let cases: [(&str, Control); 23] = [
        ("node.kill", Control::Crash(N1)),
        ("leader.kill", Control::Crash(Target::Leader(p1))),
        ("node.isolate", Control::Isolate(N1)),
        ("node.degrade", Control::SlowDisk { node: N1, slow: true }),
        ("node.freeze", Control::Freeze(N1)),
        ("node.mute", Control::Mute(N1)),
        ("node.panic", Control::Poison(N1)),
        ("cluster.restart", Control::RollingRestart),
        ("leader.isolate", Control::Isolate(Target::Leader(p1))),
        ("leader.failover", Control::Transfer { group: p1, to: Some(NodeId(1)) }),
        ("leader.elect", Control::ForceElection(p1)),
        ("load.burst", Control::Burst(Burst::KEY)),
        ("load.toggle", Control::SetLoad(false)),
        ("ack.next", Control::SetAck(crate::domain::rules::AckRule::All)),
        ("balancer.next", Control::SetStrategy(crate::domain::rules::Strategy::FreeCapacity)),
        ("node.drain", Control::Drain(Target::Node(NodeId(1)))),
        ("reads.next", Control::SetReadFrom(crate::domain::order::ReadFrom::Replica)),
        ("node.add", Control::AddNode),
        ("node.decommission", Control::Decommission(N1)),
        ("data.divide", Control::Divide(crate::domain::rules::PartitionStrategy::Modulo)),
        ("data.split", Control::Split),
        ("load.hot", Control::HotSymbol { symbol: crate::domain::view::FIRST_LOOK, percent: 60 }),
        ("node.kill", Control::Crash(N1)),
    ];
    for (key, expected) in cases {
        assert_eq!(Bench::new().key(key), vec![Request::from(expected)], "{key}");
    }
}

#[test]
fn a_key_that_makes_no_sense_is_refused_with_a_reason() {
    let cases = [
        ("node.recover", "toast-already-up node=n1"),
        ("recover.all", "toast-all-up"),
        ("links.heal", "toast-no-cuts"),
        ("fault.undo", "toast-nothing-to-undo"),
        ("fault.redo", "toast-nothing-to-redo"),
        ("lesson.back", "toast-no-lesson lessons=F5 kill=x"),
    ];
    for (key, says) in cases {
        let mut bench = Bench::new();
        assert_eq!(bench.key(key), vec![], "{key}");
        assert_eq!(bench.toast(), says);
    }
    let mut bench = Bench::new();
    bench.view.nodes[0].truth = NodeTruth::Down;
    assert_eq!(bench.key("node.kill"), vec![]);
    assert_eq!(bench.toast(), "toast-already-down node=n1");
    bench.view.groups[1].leader = None;
    assert_eq!(bench.key("leader.kill"), vec![]);
    assert_eq!(bench.toast(), "toast-no-leader group=p1");
}

#[test]
fn a_symbol_that_is_made_hot_says_how_busy_its_leader_is() {
    let mut bench = Bench::new();
    let symbol = crate::domain::view::FIRST_LOOK;
    bench.view.books.lines = vec![line(symbol.0, 1, 9)];
    bench.view.nodes[3].admission.busy_per_mille = 876;
    bench.key("load.hot");
    let said = bench.toast();
    assert!(said.contains("toast-hot what=done: hot ") && said.contains("group=p1 node=n4 busy=88"), "{said}");
    bench.view.groups[1].leader = None;
    bench.view.flow.hot = None;
    bench.key("load.hot");
    assert!(!bench.toast().contains("toast-hot"), "nobody leads: {}", bench.toast());
}

#[test]
fn an_order_that_is_given_while_time_stands_still_says_that_it_leaves_later() {
    let mut bench = Bench::new();
    bench.view.books.lines = vec![line(crate::domain::view::FIRST_LOOK.0, 1, 9)];
    for (paused, waits) in [(false, false), (true, true)] {
        bench.view.run.pace.paused = paused;
        bench.key("order.form");
        assert_eq!(bench.key("form.send").len(), 1, "{}", bench.toast());
        assert_eq!(bench.toast().contains("toast-when-time-runs"), waits, "{}", bench.toast());
    }
}

#[test]
fn the_lab_replaces_a_dead_node_and_takes_the_heat_off_again() {
    let mut bench = Bench::new();
    bench.view.nodes[0].truth = NodeTruth::Down;
    assert_eq!(bench.key("node.decommission"), vec![Request::from(Control::Replace(Target::Node(NodeId(1))))]);
    bench.view.nodes[0].truth = NodeTruth::Gone;
    assert_eq!(bench.key("node.decommission"), vec![]);
    let symbol = crate::domain::view::FIRST_LOOK;
    bench.view.flow.hot = Some((symbol, 60));
    assert_eq!(bench.key("load.hot"), vec![Request::from(Control::hot(None))]);
}

#[test]
fn a_node_that_has_left_stays_selected_and_no_key_works_on_it_or_on_another() {
    let mut bench = Bench::new();
    bench.view.nodes[1].truth = NodeTruth::Gone;
    bench.state.selected = NodeId(2);
    for key in ["node.kill", "node.isolate", "node.recover", "node.drain", "node.degrade", "node.mute"] {
        let spec = registry::by_name(key).unwrap_or_else(|| panic!("{key}"));
        let Bench { state, view, keymap, hits } = &bench;
        let given = Given { view, words: &Bare, keymap, hits, lessons: &[] };
        assert!(!spec.is_enabled(state, &given), "{key} is dim");
        assert_eq!(bench.key(key), [], "{key}");
        assert_eq!(bench.toast(), "toast-gone node=n2", "{key}");
    }
    assert_eq!(
        bench.act(&Action::Control(Control::Crash(Target::Node(NodeId(2))))),
        [],
        "typed, it is refused as well"
    );
    assert_eq!(bench.toast(), "toast-gone node=n2");
    assert!(!leave_the_unknown(&mut bench.state, &bench.view), "the selection does not move by itself");
    assert_eq!(bench.state.selected, NodeId(2));
    for (step, next) in [("node.next", 3), ("node.previous", 1)] {
        bench.state.selected = NodeId(2);
        bench.key(step);
        assert_eq!(bench.state.selected, NodeId(next), "{step} begins where it was");
    }
    bench.key("node.next");
    assert_eq!(bench.state.selected, NodeId(3), "it is stepped over");
    bench.act(&Action::Select(NodeId(2)));
    assert_eq!(bench.state.selected, NodeId(3), "and not selected again");
    // Of another run there may be no such node.
    bench.state.selected = NodeId(9);
    assert!(leave_the_unknown(&mut bench.state, &bench.view));
    assert_eq!(bench.state.selected, NodeId(1));
}

#[test]
fn of_a_lesson_that_there_is_not_the_nearest_are_named_first() {
    let mut bench = Bench::new();
    let names =
        ["01-leader-election", "gap", "spread", "steady", "overload", "money-moves", "two-leaders", "two-venues"];
    let mut ask = |name: &str, names: &[&str]| {
        let lessons: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let Bench { state, view, keymap, hits } = &mut bench;
        let given = Given { view, words: &Bare, keymap, hits, lessons: &lessons };
        assert_eq!(update(state, &given, &Action::Lesson(name.to_owned())), [], "{name}");
        bench.toast().to_owned()
    };
    let said = ask("stedy", &names);
    assert!(said.starts_with("toast-no-script-more name=stedy near=steady, ") && said.ends_with(" more=2"), "{said}");
    assert_eq!(ask("nosuch", &names[1..3]), "toast-no-script name=nosuch near=gap, spread more=0");
    assert_eq!(ask("two", &names), "toast-several-scripts name=two near=two-leaders, two-venues");
}

#[test]
fn every_undoable_key_and_undo_give_the_same_cluster() {
    let starts: [(&str, &[Control]); 6] = [
        ("healthy", &[]),
        ("n1 frozen", &[Control::Freeze(N1)]),
        ("n1 down", &[Control::Crash(N1)]),
        ("n1 isolated", &[Control::Isolate(N1)]),
        ("n1 halted, n2 muted", &[Control::Poison(N1), Control::Mute(Target::Node(NodeId(2)))]),
        ("one link cut", &[Control::Cut { from: N1, to: Target::Node(NodeId(4)) }]),
    ];
    let mut tried = 0;
    for (name, faults) in starts {
        for spec in registry::all().filter(|spec| spec.effect == crate::ui::action::Effect::Undoable) {
            let mut bench = Bench::new();
            faults.iter().for_each(|fault| apply(&mut bench.view, *fault));
            let before = config(&bench.view);
            let requests = bench.key(spec.id.0);
            if requests.is_empty() {
                continue;
            }
            bench.obey(&requests);
            let between = config(&bench.view);
            assert_ne!(between, before, "{name}: {} changes something", spec.id);
            let undo = bench.key("fault.undo");
            bench.obey(&undo);
            assert_eq!(config(&bench.view), before, "{name}: {} and undo", spec.id);
            let redo = bench.key("fault.redo");
            bench.obey(&redo);
            assert_eq!(config(&bench.view), between, "{name}: {} and redo", spec.id);
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_delay_is_undone_by_lifting_it_and_redone() {
    let (from, to) = (N1, Target::Node(NodeId(2)));
    let latency = Some(SimDuration::from_millis(20));
    let delay = Control::Delay { from, to, latency, jitter: SimDuration::ZERO };
    let off = Control::Delay { from, to, latency: None, jitter: SimDuration::ZERO };
    let mut bench = Bench::new();
    assert_eq!(super::undo::inverse(off, &bench.view), [], "nothing to lift");
    assert_eq!(super::undo::inverse(delay, &bench.view), [off]);
    bench.view.run.faults.push(FaultView { since: SimTime::ZERO, control: delay });
    assert_eq!(super::undo::inverse(off, &bench.view), [delay]);
}

#[test]
fn undo_skips_what_was_mended_by_hand() {
    let mut bench = Bench::new();
    for key in ["node.degrade", "node.kill"] {
        let requests = bench.key(key);
        bench.obey(&requests);
    }
    apply(&mut bench.view, Control::Recover(N1));
    bench.pass(1);
    assert_eq!(bench.key("fault.undo"), vec![Request::from(Control::SlowDisk { node: N1, slow: false })]);
}

#[test]
fn what_a_paused_run_has_not_shown_yet_is_taken_back_and_done_again() {
    use crate::domain::rules::PartitionStrategy::{Hash, List};
    let mut bench = Bench::new();
    bench.act(&Action::Control(Control::Divide(List)));
    let [hash, list] = [Hash, List].map(|strategy| vec![Request::from(Control::Divide(strategy))]);
    let undo = Action::Do(ActionId("fault.undo"));
    // The view has the old strategy still. A refusal puts the entry back.
    let refused = bench.act_and_hear(&undo, |_| ControlAnswer::Refused(Why::NoLeader));
    assert_eq!((&refused, bench.state.undo.done.len()), (&hash, 1));
    assert_eq!(bench.key("fault.undo"), hash);
    assert_eq!(bench.toast(), "toast-undone what=done: divide list");
    assert_eq!(bench.key("fault.redo"), list);
    assert_eq!(bench.key("fault.undo"), hash);
    // Once the view is late enough, it decides.
    bench.act(&Action::Control(Control::Divide(List)));
    bench.pass(1);
    assert_eq!(bench.key("fault.undo"), []);
    assert_eq!(bench.toast(), "toast-nothing-to-undo");
}

#[test]
fn what_was_done_to_a_node_that_has_left_is_not_taken_back() {
    let mut bench = Bench::new();
    for change in [Control::SetLoad(false), Control::Isolate(N1)] {
        let requests = bench.act(&Action::Control(change));
        bench.obey(&requests);
    }
    bench.view.nodes[0].truth = NodeTruth::Gone;
    bench.pass(1);
    assert_eq!(bench.key("fault.undo"), [Request::from(Control::SetLoad(true))], "it does not hold the others back");
}

#[test]
fn an_isolation_is_undone_for_nodes_that_joined_meanwhile() {
    let n7 = Target::Node(NodeId(7));
    let mut bench = Bench::new();
    let isolate = bench.act(&Action::Control(Control::Isolate(N1)));
    bench.obey(&isolate);
    for id in [NodeId(6), NodeId(7)] {
        let joined = NodeView { id, ..bench.view.nodes[4].clone() };
        bench.view.nodes.push(joined);
        bench.view.net.cuts.extend([(NodeId(1), id), (id, NodeId(1))]);
    }
    bench.view.run.faults.push(FaultView { since: SimTime::ZERO, control: Control::Mute(n7) });
    let undo = bench.key("fault.undo");
    bench.obey(&undo);
    assert_eq!(bench.view.net.cuts, [(NodeId(7), NodeId(1))], "n7 is mute by a fault of its own");
}

/// Random cuts of the real cluster: what undo sends right after a change of links is never refused, and leaves every link, and
/// every fault that a newcomer would share, as it was.
#[test]
fn a_change_of_links_and_its_undo_leave_the_cluster_as_it_was() {
    let mut begun = crate::desk::open(&std::sync::Arc::new(crate::domain::settings::Settings::default()), 1);
    begun.run_until(SimTime::from_millis(300));
    let links = |view: &ClusterView| {
        let of_nodes = |control: &Control| matches!(control, Control::Isolate(_) | Control::Mute(_));
        let faults: BTreeSet<String> = view
            .run
            .faults
            .iter()
            .map(|fault| fault.control)
            .filter(of_nodes)
            .map(|fault| format!("{fault:?}"))
            .collect();
        (view.net.cuts.clone(), faults)
    };
    let mut undone = 0;
    for seed in 0..60 {
        let (mut world, mut chance) =
            (begun.clone(), crate::domain::chance::Chance::stream(seed, crate::domain::chance::Purpose::Storm, 0));
        let mut story = Vec::new();
        for _ in 0..14 {
            let (from, to) = (chance.below(4) as u8 + 1, chance.below(4) as u8 + 1);
            let (from, to) = (Target::Node(NodeId(from)), Target::Node(NodeId(to)));
            let control = match chance.below(8) {
                0 | 1 => Control::Isolate(from),
                2 => Control::Mute(from),
                3 | 4 => Control::Rejoin(from),
                5 => Control::Cut { from, to },
                6 => Control::Heal { from, to },
                _ => Control::HealAll,
            };
            let before = world.view();
            let inverse = super::undo::inverse(control, &before);
            if world.control(control) != ControlAnswer::Done {
                continue;
            }
            story.push(control);
            if chance.below(2) == 0 {
                continue;
            }
            for back in &inverse {
                assert_eq!(world.control(*back), ControlAnswer::Done, "seed {seed}: {back:?} after {story:?}");
            }
            let after = world.view();
            assert_eq!(links(&after).0, links(&before).0, "seed {seed}: {story:?} and {inverse:?}");
            assert!(links(&after).1.is_subset(&links(&before).1), "seed {seed}: {story:?} and {inverse:?}");
            story.extend(inverse);
            undone += 1;
        }
    }
    assert!(undone > 200, "only {undone} were taken back");
}

#[test]
fn an_isolation_that_was_healed_is_undone_as_an_isolation() {
    let mut bench = Bench::new();
    let requests = bench.act(&Action::Control(Control::Isolate(N1)));
    bench.obey(&requests);
    let fault = |control| FaultView { since: SimTime::ZERO, control };
    bench.view.run.faults.push(fault(Control::Isolate(N1)));
    for healed in [Control::Rejoin(N1), Control::HealAll] {
        assert_eq!(super::undo::inverse(healed, &bench.view), [Control::Isolate(N1)]);
    }
    // Another link of it was healed by hand: then it is cut link by link.
    bench.view.net.cuts.retain(|link| *link != (NodeId(1), NodeId(2)));
    assert_eq!(super::undo::inverse(Control::Rejoin(N1), &bench.view).len(), 7);
}

#[test]
fn an_undo_that_is_done_in_part_is_done() {
    for (why, toast) in [(Why::AlreadySo, "toast-undone"), (Why::NodeDown, "toast-refused")] {
        let mut bench = Bench::new();
        let requests = bench.act(&Action::Control(Control::Isolate(N1)));
        bench.obey(&requests);
        let undo = Action::Do(ActionId("fault.undo"));
        let first = std::cell::Cell::new(true);
        let say = |_| if first.replace(false) { ControlAnswer::Refused(why) } else { ControlAnswer::Done };
        assert_eq!(bench.act_and_hear(&undo, say).len(), 8);
        assert_eq!((bench.state.undo.done.len(), bench.state.undo.undone.len()), (0, 1), "the list goes on");
        assert!(bench.toast().starts_with(toast), "{}", bench.toast());
    }
}

#[test]
fn the_lock_holds_what_changes_the_cluster_and_nothing_else() {
    let mut bench = Bench::new();
    bench.key("present.lock");
    for spec in registry::all().filter(|spec| spec.effect.mutates()) {
        assert_eq!(bench.key(spec.id.0), vec![], "{}", spec.id);
        assert_eq!(bench.state.overlay, Overlay::None, "{}", spec.id);
    }
    assert_eq!(bench.act(&Action::Control(Control::RecoverAll)), vec![]);
    assert_eq!(bench.key("time.pause").len(), 1);
    bench.key("present.lock");
    assert_eq!(bench.key("node.kill").len(), 1);
}

#[test]
fn a_node_that_is_cut_off_is_not_said_to_be_up_and_no_more() {
    let mut bench = Bench::new();
    bench.view.nodes[0].reach = Reach::Isolated;
    bench.key("recover.all");
    assert_eq!(bench.toast(), "toast-all-up-but-cut node=n1");
    bench.key("node.recover");
    assert_eq!(bench.toast(), "toast-up-but-cut node=n1");
}

#[test]
fn a_toast_replaces_the_one_before_and_goes_with_the_screen() {
    let mut bench = Bench::new();
    bench.key("links.heal");
    bench.key("recover.all");
    assert_eq!((bench.toast(), bench.state.toasts.len()), ("toast-all-up", 1));
    bench.key("go.overview");
    assert_eq!(bench.toast(), "toast-all-up", "it is on that screen already");
    bench.key("go.events");
    assert_eq!(bench.toast(), "");
}

#[test]
fn a_recording_that_was_broken_off_says_so_as_it_begins_and_where_it_ends() {
    use crate::domain::view::{PlaybackState, PlaybackView, RunView};
    let mut bench = Bench::new();
    let mut hear = |before: Option<PlaybackView>, now: Option<PlaybackView>| {
        let Bench { state, view, keymap, hits } = &mut bench;
        let before = RunView { playback: before, ..RunView::default() };
        view.run.playback = now;
        state.toasts.clear();
        toast::hear(state, &Given { view, words: &Bare, keymap, hits, lessons: &[] }, &before);
        bench.toast().to_owned()
    };
    let end = crate::domain::time::SimTime::from_millis(1_500);
    let broken_off = |state| Some(PlaybackView { end, whole: false, state });
    let (plays, same) = (broken_off(PlaybackState::Plays), broken_off(PlaybackState::Same));
    assert_eq!([hear(None, plays), hear(plays, same)], ["toast-broken-off end=1.500", "toast-broken-off end=1.500"]);
    assert_eq!([hear(plays, plays), hear(same, None)], ["", ""], "once each");
    let whole = |state| Some(PlaybackView { end, whole: true, state });
    assert_eq!(hear(whole(PlaybackState::Plays), whole(PlaybackState::Same)), "");
    let differs = whole(PlaybackState::Differs(end));
    assert_eq!(
        [hear(whole(PlaybackState::Plays), differs), hear(differs, differs)],
        ["toast-playback-differs at=1.500", ""]
    );
}

#[test]
fn the_same_toast_is_counted_and_goes_after_its_time() {
    let mut bench = Bench::new();
    bench.key("links.heal");
    bench.key("links.heal");
    assert_eq!(bench.state.toasts.len(), 1);
    assert_eq!(bench.state.toasts[0].count, 2);
    bench.state.wall = toast::SHOWN - std::time::Duration::from_millis(1);
    assert!(!toast::expire(&mut bench.state));
    bench.state.wall = toast::SHOWN;
    assert!(toast::expire(&mut bench.state));
    assert!(bench.state.toasts.is_empty());
}

#[test]
fn the_same_digit_again_opens_the_details() {
    let mut bench = Bench::new();
    bench.key("node.select.3");
    assert_eq!((bench.state.selected, &bench.state.overlay), (NodeId(3), &Overlay::None));
    bench.key("node.select.3");
    assert_eq!(bench.state.overlay, Overlay::Details(NodeId(3)));
    bench.key("node.select.9");
    assert_eq!(bench.toast(), "toast-no-node node=n9");
}

#[test]
fn groups_and_screens_go_round() {
    let mut bench = Bench::new();
    let groups: Vec<u16> = (0..3).map(|_| (bench.key("group.next"), bench.state.group.0).1).collect();
    assert_eq!(groups, [2, 0, 1]);
    bench.key("screen.previous");
    assert_eq!(bench.state.screen, Screen::Events);
    assert_eq!(bench.state.focus, Panel::Events);
    bench.key("screen.next");
    assert_eq!(bench.state.screen, Screen::Overview);
}

fn with_events(count: u64) -> Bench {
    let mut bench = Bench::new();
    bench.state.screen = Screen::Events;
    bench.state.focus = Panel::Events;
    bench.view.events = (1..=count).map(event).collect();
    bench
}

fn event(id: u64) -> Event {
    let node = Some(NodeId((id % 5) as u8 + 1));
    let kind = if id.is_multiple_of(10) { EventKind::Crashed { unsynced: 0 } } else { EventKind::Rejoined };
    Event { id: EventId(id), at: SimTime(id), node, group: None, kind, cause: None, repeated: 0 }
}

#[test]
fn a_list_that_was_scrolled_stands_still_until_it_is_told_to_follow() {
    let mut bench = with_events(100);
    bench.key("list.up");
    assert_eq!(bench.state.events.selected, Some(EventId(99)));
    assert_eq!(bench.state.events.bottom, Some(EventId(100)));
    bench.view.events.push(event(101));
    assert_eq!(bench.state.events.bottom, Some(EventId(100)), "what arrives moves nothing");
    bench.key("list.page-up");
    assert_eq!(bench.state.events.selected, Some(EventId(89)));
    assert_eq!(bench.state.events.bottom, Some(EventId(98)), "the selected row is the top one of ten");
    bench.key("list.down");
    assert_eq!(bench.state.events.bottom, Some(EventId(98)));
    bench.key("list.top");
    assert_eq!(bench.state.events.selected, Some(EventId(1)));
    bench.key("list.end");
    assert_eq!((bench.state.events.bottom, bench.state.events.selected), (None, None));
}

#[test]
fn the_victim_of_a_role_is_selected_so_that_the_next_key_is_about_it() {
    let mut bench = Bench::new();
    bench.view.groups[1].leader = Some(NodeId(4));
    let requests = bench.key("leader.kill");
    assert_eq!(bench.state.selected, NodeId(4));
    bench.obey(&requests);
    assert_eq!(bench.key("node.recover"), vec![Control::Recover(Target::Node(NodeId(4))).into()]);
    bench.act(&Action::Control(Control::Crash(Target::Node(NodeId(2)))));
    assert_eq!(bench.state.selected, NodeId(4), "a node that is named is not a role");
}

#[test]
fn a_filter_decides_what_the_keys_walk_over() {
    let mut bench = with_events(100);
    bench.act(&Action::Filter("kind:crashed".to_owned()));
    bench.key("list.up");
    assert_eq!(bench.state.events.selected, Some(EventId(90)));
    bench.key("list.match-previous");
    assert_eq!(bench.state.events.selected, Some(EventId(80)));
    bench.key("app.back");
    assert_eq!((bench.state.events.bottom, bench.state.events.filter.as_str()), (None, "kind:crashed"));
    bench.key("app.back");
    assert_eq!(bench.state.events.filter, "");
}

#[test]
fn a_filter_that_shows_nothing_says_why_until_the_next_one_matches() {
    let mut bench = with_events(100);
    bench.act(&Action::Filter("kind:crahsed".to_owned()));
    assert_eq!(bench.toast(), "toast-no-kind-near kind=crahsed near=crashed");
    bench.act(&Action::Filter("kind:bananarama".to_owned()));
    assert_eq!((bench.toast(), bench.state.toasts.len()), ("toast-no-kind kind=bananarama", 1));
    bench.act(&Action::Filter("kind:symbol_moved".to_owned()));
    assert_eq!(bench.toast(), "toast-no-match");
    bench.act(&Action::Filter("kind:crashed".to_owned()));
    assert_eq!(bench.toast(), "", "what was said holds no longer");
    // Typed into the field it is judged when it is done.
    (bench.state.events.filter, bench.state.events.prompt) = ("kind:crahsed".to_owned(), Prompt::Typing);
    bench.key("prompt.done");
    assert_eq!(bench.toast(), "toast-no-kind-near kind=crahsed near=crashed");
}

#[test]
fn what_was_said_of_a_filter_goes_with_it_when_escape_closes_it() {
    for typed in ["kind:crahsed", "nothing has this word"] {
        let mut bench = with_events(100);
        (bench.state.events.filter, bench.state.events.prompt) = (typed.to_owned(), Prompt::Typing);
        bench.key("prompt.done");
        assert!(bench.toast().starts_with("toast-no-"), "{typed}: {}", bench.toast());
        bench.key("app.back");
        assert_eq!((bench.state.events.filter.as_str(), bench.toast()), ("", ""), "{typed}");
    }
    let mut bench = with_events(100);
    bench.state.events.filter = "nothing has this word".to_owned();
    bench.key("list.match-next");
    assert_eq!(bench.toast(), "toast-no-match");
    bench.key("app.back");
    assert_eq!(bench.toast(), "", "whatever looked for a match");
    let mut bench = Bench::new();
    bench.key("go.market");
    (bench.state.market.filter, bench.state.market.prompt) = ("no such symbol".to_owned(), Prompt::Typing);
    bench.key("prompt.done");
    assert_eq!(bench.toast(), "toast-no-match");
    bench.key("app.back");
    assert_eq!((bench.state.market.filter.as_str(), bench.toast()), ("", ""));
    bench.key("links.heal");
    bench.state.events.filter = "kind:crashed".to_owned();
    bench.key("app.back");
    assert_eq!(bench.toast(), "toast-no-cuts", "what says nothing of a filter stays");
}

#[test]
fn enter_in_the_list_asks_why() {
    let mut bench = with_events(3);
    bench.key("event.why");
    assert_eq!(bench.state.overlay, Overlay::Why(EventId(3)));
    bench.key("app.back");
    bench.state.focus = Panel::Nodes;
    bench.key("app.enter");
    assert_eq!(bench.state.overlay, Overlay::Details(NodeId(1)));
}

#[test]
fn a_dangerous_question_is_answered_by_y_only() {
    let mut bench = Bench::new();
    bench.key("app.reset");
    assert_eq!(bench.state.overlay, Overlay::Confirm(Question::Reset));
    assert_eq!(bench.key("app.enter"), vec![], "Enter is not yes");
    bench.key("dialog.no");
    assert_eq!(bench.state.overlay, Overlay::None);
    bench.act(&Action::Reset(Some(7)));
    assert_eq!(bench.key("dialog.yes"), vec![Request::Command(Command::Reset { seed: Some(7) })]);
}

#[test]
fn quit_asks_only_if_a_prediction_would_be_lost() {
    let mut bench = Bench::new();
    assert_eq!(bench.key("app.quit"), vec![Request::Quit]);
    let question = QuestionView { options: vec![Default::default(); 2], hands: vec![0, 3], ..QuestionView::default() };
    bench.view.lesson = Some(LessonView { question: Some(question), ..LessonView::default() });
    assert_eq!(bench.key("app.quit"), vec![]);
    assert_eq!(bench.state.overlay, Overlay::Confirm(Question::Quit));
    bench.key("dialog.no");
    assert_eq!(bench.key("app.quit-now"), vec![Request::QuitNow], "Ctrl-C never asks");
}

#[test]
fn a_hand_is_raised_and_taken_off() {
    let mut bench = Bench::new();
    let question = QuestionView { options: vec![Default::default(); 2], ..QuestionView::default() };
    bench.view.lesson = Some(LessonView { question: Some(question), ..LessonView::default() });
    assert_eq!(bench.key("lesson.vote.2"), vec![LessonCommand::Vote(1).into()]);
    assert_eq!(bench.key("lesson.unvote"), vec![LessonCommand::Unvote(1).into()]);
    assert_eq!(bench.key("lesson.vote.3"), vec![], "there are two options");
    assert_eq!(bench.key("lesson.reveal"), vec![LessonCommand::Reveal.into()]);
}

#[test]
fn what_the_cluster_decides_is_left_to_the_cluster() {
    use crate::domain::rules::PartitionStrategy::{Hash, Modulo};
    let venue = crate::domain::venue::VenueId(1);
    let n2 = Target::Node(NodeId(2));
    let all = [
        Control::Divide(Hash),
        Control::Divide(Modulo),
        Control::Split,
        Control::MoveSymbol { symbol: SymbolId(0), to: GroupId(2) },
        Control::StopMoves,
        Control::AddNode,
        Control::Decommission(n2),
        Control::Replace(n2),
        Control::SetVenue { venue, open: false },
    ];
    for control in all {
        // A view may be too old to tell: no controller, nothing planned, divided by hash.
        let mut bench = Bench::new();
        bench.view.run.controller = None;
        let sent = bench.act_and_hear(&Action::Control(control), |_| ControlAnswer::Refused(Why::NoLeader));
        assert_eq!(sent, [Request::from(control)], "{control:?}");
        assert!(bench.toast().ends_with("why=no-leader"), "{}", bench.toast());
    }
}

#[test]
fn a_change_that_nobody_could_take_back_now_can_be_taken_back_later() {
    use crate::domain::rules::PartitionStrategy::{Hash, Modulo};
    let mut bench = Bench::new();
    bench.act(&Action::Control(Control::Divide(Modulo)));
    bench.view.data.strategy = Modulo;
    bench.pass(1);
    let undo = Action::Do(ActionId("fault.undo"));
    for answer in [ControlAnswer::Refused(Why::NoLeader), ControlAnswer::Done] {
        assert_eq!(bench.act_and_hear(&undo, |_| answer), [Request::from(Control::Divide(Hash))], "{answer:?}");
    }
}

#[test]
fn the_palette_runs_a_command_or_the_best_match() {
    let mut bench = Bench::new();
    let mut run = |text: &str| {
        bench.state.overlay = Overlay::Palette(ListState { text: text.to_owned(), ..ListState::typing() });
        (bench.key("prompt.done"), bench.state.overlay.clone())
    };
    assert_eq!(run("rate 5000"), (vec![Request::from(Control::SetRate(5_000))], Overlay::None));
    assert_eq!(run("node-kill").0, vec![Request::from(Control::Crash(N1))]);
    assert_eq!(run("step raw").0, vec![Request::from(PaceCommand::StepRaw)]);
    let (requests, overlay) = run("rate many");
    assert_eq!(requests, vec![]);
    assert!(matches!(overlay, Overlay::Palette(_)), "what was typed stays");
}

/// A book: which symbol, whose, how many lots it traded.
fn line(symbol: u16, group: u16, traded: u64) -> BookLine {
    let like = fixture::view(Story::Healthy).books.lines.swap_remove(0);
    BookLine { symbol: SymbolId(symbol), group: GroupId(group), traded, ..like }
}

#[test]
fn a_move_names_the_symbol_that_would_move_before_it_does() {
    let mut bench = Bench::new();
    bench.view.books.lines = vec![line(0, 1, 5), line(1, 2, 9), line(2, 1, 7), line(3, 1, 7)];
    bench.state.market.symbol = SymbolId(1);
    let mut begun = |screen: Screen, id: &'static str, hot: Option<SymbolId>| {
        bench.view.flow.hot = hot.map(|symbol| (symbol, 50));
        (bench.state.screen, bench.state.group, bench.state.toasts) = (screen, GroupId(1), Vec::new());
        assert_eq!(bench.key(id), vec![], "nothing moves yet");
        let Overlay::Palette(list) = &bench.state.overlay else { panic!("{:?}", bench.state.overlay) };
        (list.text.clone(), bench.state.toasts.last().unwrap().text.clone())
    };
    let expected = |symbol: u16, group: &str| {
        let name = SymbolId(symbol).name();
        (format!("move {name} p"), Bare.text("toast-move", &[("symbol", name), ("group", group)]))
    };
    assert_eq!(begun(Screen::Market, "market.move", Some(SymbolId(0))), expected(1, "p2"), "the one in view");
    assert_eq!(begun(Screen::Data, "symbol.move", None), expected(2, "p1"), "the busiest of the group in view");
    assert_eq!(begun(Screen::Data, "symbol.move", Some(SymbolId(0))), expected(0, "p1"), "the hot one");
}

#[test]
fn the_palette_says_what_enter_would_do_with_a_command() {
    let mut bench = Bench::new();
    bench.view.books.lines = vec![line(0, 2, 0)];
    let mut rows = |text: &str| {
        bench.state.overlay = Overlay::Palette(ListState { text: text.to_owned(), ..ListState::typing() });
        let Bench { state, view, keymap, hits } = &bench;
        let rows = crate::ui::rows::rows(state, &Given { view, words: &Bare, keymap, hits, lessons: &[] });
        rows.into_iter().map(|row| (row.enabled, row.text)).collect::<Vec<_>>()
    };
    let moves = Bare.text("palette-move", &[("symbol", SymbolId(0).name()), ("from", "p2"), ("to", "p1")]);
    assert_eq!(rows(&format!("move {} p1", SymbolId(0).name())), [(true, moves)]);
    assert!(matches!(rows("move NOBODY p1").as_slice(), [(false, form)] if form.contains(":move SYMBOL GROUP")));
    let there = Bare.text("palette-there-already", &[("symbol", SymbolId(0).name()), ("group", "p2")]);
    assert_eq!(rows(&format!("move {} p2", SymbolId(0).name())), [(false, there)]);
    assert!(rows("add").iter().any(|(_, text)| text.contains(":add node")), "what has no key is found");
    assert!(rows("leader").len() > 1, "a search lists what it finds");
}

#[test]
fn every_text_that_update_says_stands_in_both_languages() {
    let said = [
        include_str!("../update.rs"),
        include_str!("faults.rs"),
        include_str!("undo.rs"),
        include_str!("overlay.rs"),
        include_str!("list.rs"),
        include_str!("refusal.rs"),
        include_str!("../input.rs"),
        include_str!("../input/text.rs"),
        include_str!("../palette.rs"),
        include_str!("../palette/command.rs"),
        include_str!("../app.rs"),
    ];
    let ids: BTreeSet<&str> = said
        .iter()
        .flat_map(|source| source.split('"'))
        .filter(|text| ["toast-", "palette-"].iter().any(|start| text.starts_with(start)))
        .collect();
    assert!(ids.len() > 25, "{}", ids.len());
    let locales =
        [include_str!("../../../assets/locales/en/toasts.ftl"), include_str!("../../../assets/locales/ru/toasts.ftl")];
    for file in locales {
        for id in &ids {
            assert!(file.lines().any(|line| line.starts_with(&format!("{id} = "))), "{id}");
        }
    }
}

#[test]
fn a_toast_says_what_the_cluster_answered() {
    let mut bench = Bench::new();
    let kill = Action::Do(ActionId("node.kill"));
    let down = |_| ControlAnswer::Refused(Why::NodeDown);
    assert_eq!(bench.act_and_hear(&kill, down), [Request::from(Control::Crash(N1))]);
    assert_eq!(bench.toast(), "toast-refused what=kill n1 why=node-down");
    assert!(bench.state.undo.done.is_empty() && bench.state.asked.is_empty(), "nothing is there to take back");
    let requests = bench.act(&kill);
    bench.obey(&requests);
    assert!(bench.toast().starts_with("toast-done-undo what=done: kill n1"), "{}", bench.toast());
    assert_eq!(bench.state.undo.done.len(), 1);
    // Done again it is refused, and the first is still there to be taken back.
    assert_eq!(
        bench.act_and_hear(&Action::Control(Control::Crash(N1)), |_| ControlAnswer::Refused(Why::AlreadySo)).len(),
        1
    );
    assert_eq!(bench.state.undo.done.len(), 1);
    // The undo is refused: it stands on the list again.
    let undo = Action::Do(ActionId("fault.undo"));
    let requests = bench.act_and_hear(&undo, |_| ControlAnswer::Refused(Why::AlreadySo));
    assert_eq!(requests, [Request::from(Control::Recover(N1))]);
    assert_eq!((bench.state.undo.done.len(), bench.state.undo.undone.len()), (1, 0));
    assert_eq!(bench.toast(), "toast-refused what=recover n1 why=already-so");
}

#[test]
fn an_answer_that_never_comes_holds_no_other_back() {
    let mut bench = Bench::new();
    let (kill, freeze) = (Control::Crash(N1), Control::Freeze(Target::Node(NodeId(2))));
    let Bench { state, view, keymap, hits } = &mut bench;
    let given = Given { view, words: &Bare, keymap, hits, lessons: &[] };
    for control in [kill, freeze] {
        update(state, &given, &Action::Control(control));
    }
    assert!(state.toasts.is_empty(), "nothing is said before the cluster has said it");
    answers::hear(state, &given, Answered { control: freeze, answer: ControlAnswer::Done });
    assert!(state.asked.is_empty() && state.toasts.len() == 1);
    answers::hear(state, &given, Answered { control: kill, answer: ControlAnswer::Done });
    assert_eq!(state.toasts.len(), 1, "nobody waits for that any more");
    // A control that was not sent can't be taken back.
    let undone = state.undo.done.len();
    update(state, &given, &Action::Control(Control::Isolate(N1)));
    answers::lost(state, Control::Isolate(N1));
    assert_eq!((state.undo.done.len(), state.asked.len()), (undone, 0));
}

#[test]
fn what_the_engine_cannot_do_is_dim_and_says_why() {
    let mut bench = Bench::new();
    let reason = || Text { en: "real processes".to_owned(), ru: String::new() };
    let all = Capabilities::default();
    let without = [Capability::Pause, Capability::Step, Capability::Seed, Capability::LinkFaults];
    bench.view.run.capabilities = without.into_iter().fold(all, |all, capability| all.without(capability, reason()));
    for key in ["time.pause", "time.step", "time.slower", "node.isolate"] {
        let spec = registry::by_name(key).unwrap_or_else(|| panic!("{key}"));
        let Bench { state, view, keymap, hits } = &bench;
        let given = Given { view, words: &Bare, keymap, hits, lessons: &[] };
        assert!(!spec.is_enabled(state, &given), "{key} is dim");
        assert_eq!(bench.key(key), [], "{key}");
        assert_eq!(bench.toast(), "toast-lacks reason=real processes", "{key}");
    }
    bench.act(&Action::Reset(Some(3)));
    assert_eq!(bench.state.overlay, Overlay::None, "a seed means nothing there");
    bench.act(&Action::Control(Control::Isolate(N1)));
    assert!(bench.state.undo.done.is_empty());
    assert_eq!(bench.key("node.kill"), [Request::from(Control::Crash(N1))], "processes die anywhere");
}
