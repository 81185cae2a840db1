//! Rich views of a cluster for tests and pictures: healthy, mid-failover, leader lost, frozen, isolated, halted, lesson.
//!
//! Idea: numbers are made by small formulas, not by chance, so that a snapshot never changes by itself.

use std::sync::Arc;

use crate::domain::control::{Control, Target};
use crate::domain::event::Health;
use crate::domain::ids::{GroupId, LogIndex, NodeId, NodeSet, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::GatewayLoad;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{
    Absence, AdmissionView, CellView, ClusterView, DiskView, FaultView, GatewayView, GroupView, LatencyView,
    MessageKind, MessageView, NetView, NodeAdmissionView, NodeTruth, NodeView, PaceView, ProgressView, Reach,
    ReplicaView, RoleView, RunView, SampleView, Speed, SpreadsView, StallView,
};

use super::action::ActionId;
use super::hint::{Hint, Side};
use super::scene::HelpRow;
use desk::{balancer, flow, ledger};
use tales::{events, failovers, invariants, lesson};

pub mod data;
mod desk;
mod tales;
pub(in crate::ui) mod trades;

const NOW_MS: u64 = 42_004;

/// What happened to the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Story {
    /// Nothing.
    Healthy,
    /// The leader died, another stands for election.
    Failover,
    /// Three of five are dead.
    LeaderLost,
    /// A node stands still.
    Frozen,
    /// A node is cut off, time stands.
    Isolated,
    /// A node panicked, one catches up, a promise is broken.
    Halted,
    /// A lesson asks.
    Lesson,
}

impl Story {
    /// Every story.
    pub const ALL: [Self; 7] =
        [Self::Healthy, Self::Failover, Self::LeaderLost, Self::Frozen, Self::Isolated, Self::Halted, Self::Lesson];
}

/// The view of a story.
pub fn view(story: Story) -> ClusterView {
    let truths = truths(story);
    let leader = leader(story);
    let mut nodes: Vec<NodeView> = truths.iter().enumerate().map(|(place, what)| node(place, *what, &truths)).collect();
    let groups: Vec<GroupView> = (0..5).map(|group| self::group(group, &truths, leader)).collect();
    for node in &mut nodes {
        node.leads = groups.iter().filter(|group| group.leader == Some(node.id)).count() as u16;
    }
    ClusterView {
        trades: Some(trades::answer()),
        market: trades::market(&truths),
        accounts: trades::accounts(),
        data: crate::domain::view::DataView::default(),
        venues: if story == Story::Failover { trades::venues() } else { Default::default() },
        run: run(story, leader),
        groups,
        net: net(story),
        balancer: balancer(&truths),
        flow: flow(story),
        books: trades::books(story == Story::LeaderLost),
        ledger: ledger(story),
        failovers: failovers(story),
        invariants: invariants(story),
        hand: trades::hand(),
        events: events(story),
        samples: samples(&truths),
        lesson: (story == Story::Lesson).then(lesson),
        placement: Default::default(),
        admission: AdmissionView { on: true, ..AdmissionView::default() },
        nodes,
    }
}

type What = (NodeTruth, Reach);

fn truths(story: Story) -> [What; 5] {
    const UP: What = (NodeTruth::Up, Reach::All);
    const DOWN: What = (NodeTruth::Down, Reach::All);
    match story {
        Story::Healthy | Story::Lesson => [UP; 5],
        Story::Failover => [UP, (NodeTruth::Slow, Reach::All), UP, DOWN, UP],
        Story::LeaderLost => [UP, DOWN, UP, DOWN, DOWN],
        Story::Frozen => [UP, (NodeTruth::Frozen, Reach::All), UP, UP, UP],
        Story::Isolated => [UP, UP, (NodeTruth::Up, Reach::Partly), UP, (NodeTruth::Up, Reach::Isolated)],
        Story::Halted => [UP, (NodeTruth::Sync, Reach::All), UP, (NodeTruth::Halted, Reach::All), UP],
    }
}

fn leader(story: Story) -> Option<NodeId> {
    match story {
        Story::Failover | Story::LeaderLost => None,
        Story::Halted => Some(NodeId(1)),
        _ => Some(NodeId(4)),
    }
}

fn run(story: Story, leader: Option<NodeId>) -> RunView {
    let pace = match story {
        Story::Failover => {
            PaceView { speed: Speed::Slow(20), slow_auto: true, achieved_per_mille: 1_000, ..PaceView::default() }
        }
        Story::Isolated => PaceView { paused: true, speed: Speed::Slow(10), ..PaceView::default() },
        _ => PaceView { achieved_per_mille: 1_000, ..PaceView::default() },
    };
    let faults = match story {
        Story::Healthy | Story::Lesson => Vec::new(),
        _ => vec![FaultView { since: SimTime::from_millis(41_760), control: Control::Crash(Target::Node(NodeId(4))) }],
    };
    RunView {
        now: SimTime::from_millis(NOW_MS),
        seed: 42,
        events: 1_284_000,
        notable: 1_284,
        settings: Arc::default(),
        pace,
        faults,
        controller: leader,
        ..RunView::default()
    }
}

fn node(place: usize, (truth, reach): What, all: &[What; 5]) -> NodeView {
    let health = |(truth, reach): &What| match (truth, reach) {
        (NodeTruth::Down | NodeTruth::Halted | NodeTruth::Frozen, _) | (_, Reach::Isolated) => Health::Failed,
        (NodeTruth::Slow, _) => Health::Degraded,
        _ => Health::Healthy,
    };
    let seen = all.iter().enumerate().filter(|(other, what)| *other != place && what.0.runs()).count() as u8;
    let believed = match health(&(truth, reach)) {
        Health::Healthy => [seen, 0, 0],
        Health::Degraded => [1, seen - 1, 0],
        Health::Failed => [0, 1, seen - 1],
    };
    let place_u64 = place as u64;
    NodeView {
        id: NodeId::from_index(place),
        truth,
        since: SimTime::from_millis(if truth == NodeTruth::Up { 0 } else { 41_760 }),
        halted: (truth == NodeTruth::Halted).then(|| "the state machine met a poisoned record".to_owned()),
        incarnation: 1 + u32::from(truth == NodeTruth::Sync),
        beliefs: if truth.runs() { all.iter().map(health).collect() } else { Vec::new() },
        believed,
        leads: 0,
        replicas: 5,
        reach,
        admission: NodeAdmissionView { busy_per_mille: 280 + 170 * (place_u64 as u32 % 3), ..Default::default() },
        gateway: GatewayView {
            load: GatewayLoad {
                in_flight: 140 * (place as u32 + 1),
                capacity: [1_000, 1_500, 800][place % 3],
                ..GatewayLoad::default()
            },
            queue_max: 4_096,
            taken: 8_210 + place_u64 * 977,
            refused: 0,
            busy_per_mille: 310,
        },
        disk: DiskView {
            written: 51_200 + place_u64,
            synced: 51_190,
            fsyncs: 9_120,
            last_fsync: SimDuration::from_micros(if truth == NodeTruth::Slow { 30_210 } else { 1_040 }),
            syncing: true,
            slow: truth == NodeTruth::Slow,
        },
        catch_up: (truth == NodeTruth::Sync).then_some(4_200),
        held: if truth == NodeTruth::Frozen { 321 } else { 0 },
        held_dropped: 0,
        ticks: crate::domain::view::TicksView::default(),
        membership: Default::default(),
        region: Default::default(),
    }
}

fn group(group: u16, all: &[What; 5], leader: Option<NodeId>) -> GroupView {
    let up = all.iter().filter(|(truth, reach)| truth.runs() && *reach != Reach::Isolated).count() as u8;
    let ours =
        leader.map(|leader| NodeId((leader.0 + group as u8 * 2) % 5 + 1)).filter(|node| all[node.index()].0.runs());
    let ours = if group == 1 { leader } else { ours.or(leader) };
    let term = Term(7 + u64::from(leader.is_none()));
    let commit = LogIndex(10_482 + u64::from(group) * 311);
    let replicas = all.iter().enumerate().map(|(place, what)| replica(place, *what, term, commit, ours)).collect();
    GroupView {
        id: GroupId(group),
        leader: ours,
        term,
        since: SimTime::from_millis(41_800),
        connected: up,
        quorum: 3,
        must: 3,
        stall: stall(all, ours),
        config: GroupConfig::of(NodeId::first(5)),
        commit,
        committed_at: SimTime::from_millis(if leader.is_some() { NOW_MS } else { 41_760 }),
        replicas,
        symbols: 2 + group % 2,
        spreads: SpreadsView::default(),
        trades: Default::default(),
        by_id: Some(4_830 + u64::from(group) * 61),
        cold: LatencyView { count: 900, p99: SimDuration::from_micros(6_200), ..LatencyView::default() },
        resting: Some(120 + u64::from(group) * 37),
        applied_per_s: if leader.is_some() { 300 + u64::from(group) * 70 } else { 0 },
    }
}

/// Three of five voters must answer, whatever leads.
fn stall(all: &[What; 5], leader: Option<NodeId>) -> Option<StallView> {
    let absence = |(truth, reach): &What| match (truth, reach) {
        (NodeTruth::Down | NodeTruth::Halted | NodeTruth::Gone, _) => Some(Absence::Dead),
        (NodeTruth::Frozen, _) => Some(Absence::Frozen),
        (_, Reach::Isolated) => Some(Absence::CutOff),
        _ => None,
    };
    let missing = all.iter().enumerate().filter_map(|(place, what)| Some((NodeId::from_index(place), absence(what)?)));
    let missing: Vec<_> = missing.collect();
    (leader.is_none() && missing.len() > 2).then_some(StallView { must: 3, of: 5, missing })
}

fn replica(place: usize, (truth, reach): What, term: Term, commit: LogIndex, leader: Option<NodeId>) -> ReplicaView {
    let node = NodeId::from_index(place);
    let alive = truth != NodeTruth::Down && truth != NodeTruth::Halted;
    let lag = match truth {
        NodeTruth::Down | NodeTruth::Halted | NodeTruth::Gone => 1_362,
        NodeTruth::Slow => 91,
        NodeTruth::Sync => 4_200,
        NodeTruth::Frozen => 640,
        NodeTruth::Up => u64::from(reach == Reach::Isolated) * 55,
    };
    let leads = leader == Some(node);
    let stands = leader.is_none() && place == 0;
    let last = LogIndex(commit.0 - lag + 6 + place as u64 % 3);
    let cells = (0..12).map(|cell| {
        let first = LogIndex(commit.0 - 40 + cell * 4);
        let old = cell < 5 || (truth == NodeTruth::Down && cell < 8);
        CellView { first, last: first.plus(3), term: if old { Term(6) } else { Term(7) } }
    });
    let held = cells.filter(|cell| cell.first.0 + lag.min(20) <= commit.0 + 4).collect();
    let quorum: NodeSet = NodeId::first(2).collect();
    ReplicaView {
        node,
        alive,
        role: match () {
            () if leads => RoleView::Leader,
            () if stands => RoleView::Candidate,
            () if reach == Reach::Isolated => RoleView::PreCandidate,
            () => RoleView::Follower,
        },
        term: if alive { term } else { Term(term.0 - 1) },
        voted_for: leader.or(Some(NodeId(1))),
        leader,
        base: LogIndex(0),
        last,
        synced: LogIndex(last.0 - place as u64 * 3),
        config: GroupConfig::of(NodeId::first(5)),
        commit: LogIndex(commit.0 - lag),
        applied: LogIndex(commit.0 - lag),
        lag_records: lag,
        lag_time: SimDuration::from_millis(lag / 2),
        votes: if stands { quorum } else { NodeSet::default() },
        refusals: NodeSet::default(),
        timer: (alive && !leads)
            .then(|| (SimDuration::from_millis(40 + place as u64 * 41), SimDuration::from_millis(240))),
        refused: 0,
        unanswered: 0,
        progress: leader.filter(|_| !leads).map(|_| ProgressView {
            mode: Default::default(),
            matched: last,
            next: last.next(),
            in_flight: 2,
        }),
        version: LogIndex(commit.0 - lag),
        gap: None,
        chain: crate::domain::digest::Digest(0x5f3a_91c2_0000_0000).mix(commit.0 - lag),
        cells: held,
    }
}

fn net(story: Story) -> NetView {
    let message = |from, to, kind, us| MessageView {
        from: NodeId(from),
        to: NodeId(to),
        group: GroupId(1),
        kind,
        arrives_in: SimDuration::from_micros(us),
    };
    let in_flight = match story {
        Story::Failover | Story::LeaderLost => {
            (2..6).map(|to| message(1, to, MessageKind::Vote(Term(8)), 310 + u64::from(to) * 17)).collect()
        }
        _ => vec![
            message(4, 1, MessageKind::Append { first: LogIndex(10_483), last: LogIndex(10_485) }, 210),
            message(4, 2, MessageKind::Append { first: LogIndex(10_392), last: LogIndex(10_470) }, 288),
            message(1, 4, MessageKind::AppendAnswer { matched: Some(LogIndex(10_482)) }, 410),
            message(3, 4, MessageKind::BeatAnswer, 470),
        ],
    };
    NetView { sent: 812_345, dropped: 12, on_the_wire: 31, in_flight, ..NetView::default() }
}

fn samples(all: &[What; 5]) -> Vec<SampleView> {
    (0..250_u64)
        .map(|at| {
            let lag: Vec<u64> = all
                .iter()
                .map(|(truth, _)| match truth {
                    NodeTruth::Down | NodeTruth::Halted | NodeTruth::Gone => at.saturating_sub(120) * 10,
                    NodeTruth::Slow => 60 + at % 40,
                    NodeTruth::Sync => 5_000 - at * 3,
                    NodeTruth::Frozen => at.saturating_sub(200) * 12,
                    NodeTruth::Up => at % 3,
                })
                .collect();
            SampleView {
                at: SimTime::from_millis(NOW_MS - (250 - at) * 20),
                lag_by_group: lag.iter().map(|lag| vec![Some(*lag); 5]).collect(),
                lag,
                load: vec![400; 5],
                acked: 20 + (at * 7 % 19) + if (60..90).contains(&at) { 30 } else { 0 },
                refused: 0,
            }
        })
        .collect()
}

/// The hints of an ordinary moment.
pub fn hints() -> Vec<Hint> {
    let left = [
        ("x", "kill n3"),
        ("X", "kill leader"),
        ("f", "failover p1: n4 -> n1"),
        ("r", "recover n3"),
        ("b", "burst"),
        ("i", "isolate"),
        ("d", "slow disk"),
        ("H", "heal"),
        ("c", "chaos"),
        ("u", "undo"),
    ];
    let right = [("Space", "pause"), (".", "step"), ("-+", "speed"), (":", "palette"), ("?", "help")];
    let hint = |side: Side| {
        move |(place, (key, text)): (usize, &(&str, &str))| Hint {
            action: ActionId("app.help"),
            key: (*key).to_owned(),
            text: (*text).to_owned(),
            priority: place as u8 * 2 + u8::from(side == Side::Left),
            enabled: *key != "u",
            side,
        }
    };
    left.iter().enumerate().map(hint(Side::Left)).chain(right.iter().enumerate().map(hint(Side::Right))).collect()
}

/// The rows of an overlay that match what is typed: help and palette show no others.
pub fn rows(typed: &str) -> Vec<HelpRow> {
    let row = |group: &str, key: &str, text: &str| HelpRow {
        group: group.to_owned(),
        key: key.to_owned(),
        text: text.to_owned(),
        enabled: true,
        offered: false,
        action: None,
    };
    let all = [
        row("Faults", "X", "kill the leader and watch row 1"),
        row("Faults", "r", "recover the selected node"),
        row("Time", "Space", "pause and go on"),
        row("App", "?", "all keys"),
        row("App", "g l", "lessons"),
    ];
    all.into_iter().filter(|row| row.text.contains(typed)).collect()
}
