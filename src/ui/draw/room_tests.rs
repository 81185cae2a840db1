//! What does not fit is counted, and what is drawn is named.

use super::tests::{look, paint, state, text};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::{EventId, GroupId, NodeId};
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;
use crate::locale::Language;
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::glyphs::Glyphs;
use crate::ui::state::{Screen, UiState};

fn screen(view: &ClusterView, state: &UiState, size: (u16, u16)) -> String {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    text(&paint(view, state, &look, size).0)
}

#[test]
fn market_data_counts_its_nodes_and_says_how_many_there_was_no_room_for() {
    let mut view = fixture::view(Story::Healthy);
    let listed = |view: &ClusterView, node: u8| {
        let state = UiState { selected: NodeId(node), ..state(Screen::Market) };
        let screen = screen(view, &state, (120, 40));
        let (_, panel) = screen.split_once("Market data").unwrap();
        let nodes = (1..10).filter(|node| panel.contains(&format!("│ n{node} "))).collect::<Vec<_>>();
        (nodes, panel.contains("nodes 9"), panel.contains("+4 nodes (jk)"))
    };
    assert_eq!(listed(&view, 1), (vec![1, 2, 3, 4, 5], false, false), "five fit");
    let like = view.market.feeds[0];
    view.market.feeds = NodeId::first(9).map(|node| crate::domain::view::FeedView { node, ..like }).collect();
    assert_eq!(listed(&view, 1), (vec![1, 2, 3, 4, 5], true, true));
    assert_eq!(listed(&view, 8), (vec![4, 5, 6, 7, 8], true, true), "the selected one is among them");
}

#[test]
fn the_columns_of_the_division_are_named_where_there_is_room() {
    let view = fixture::data::large(9, 8);
    let shown = screen(&view, &UiState { group: GroupId(2), ..state(Screen::Data) }, (120, 40));
    let (_, panel) = shown.split_once("How evenly divided").unwrap();
    let names = panel.lines().find(|row| row.contains("p1   p2   p3   p4   p5   p6   p7   p8"));
    assert!(names.is_some(), "{shown}");
}

#[test]
fn the_time_bar_says_how_time_passes_only_while_it_does() {
    let mut view = fixture::view(Story::Healthy);
    view.run.pace.achieved_per_mille = 140;
    for speed in [crate::domain::view::Speed::Times(20), crate::domain::view::Speed::Slow(20)] {
        view.run.pace.speed = speed;
        for (paused, says) in [(false, true), (true, false)] {
            view.run.pace.paused = paused;
            let bar = screen(&view, &state(Screen::Market), (120, 24)).lines().nth(22).unwrap().to_owned();
            assert_eq!(bar.contains("1 s here = "), says, "{speed:?}, paused: {paused}: {bar}");
            assert!(says || !bar.contains("machine reaches"), "{speed:?}, paused: {paused}: {bar}");
        }
    }
}

#[test]
fn the_time_bar_shows_as_much_of_the_past_as_its_marks_need_and_no_more_than_a_minute() {
    let mut view = fixture::view(Story::Healthy);
    view.run.now = SimTime::from_millis(600_000);
    let (loud, quiet) = (EventKind::Crashed { unsynced: 0 }, EventKind::Rejoined);
    let mut line = |events: &[(u64, &EventKind)]| {
        let event = |(place, (ago_s, kind)): (usize, &(u64, &EventKind))| {
            let (id, at) = (EventId(place as u64 + 1), SimTime::from_millis(600_000 - ago_s * 1_000));
            Event { id, at, node: Some(NodeId(1)), group: None, kind: (*kind).clone(), cause: None, repeated: 0 }
        };
        view.events = events.iter().enumerate().map(event).collect();
        let bar = screen(&view, &state(Screen::Market), (160, 24)).lines().nth(22).unwrap().to_owned();
        let line: String = bar.chars().skip_while(|char| *char != '├').take_while(|char| *char != '█').collect();
        line
    };
    let mark = |line: &str| line.chars().position(|char| char == '✗').unwrap_or_else(|| panic!("{line}"));
    let alone = line(&[(20, &loud)]);
    assert_eq!(mark(&alone) * 11 / alone.chars().count(), 1, "with a tenth to spare: {alone}");
    assert_eq!(line(&[(50, &quiet), (20, &loud)]), alone, "what has no mark needs no room");
    assert_eq!(line(&[(300, &loud), (50, &quiet), (20, &loud)]), alone, "nor what is older than a minute");
    let eldest = line(&[(59, &loud)]);
    assert!(mark(&eldest) < eldest.chars().count() / 30, "a minute at most: {eldest}");
}

#[test]
fn the_time_bar_says_no_half_of_what_a_second_is() {
    let mut view = fixture::view(Story::Healthy);
    (view.run.pace.speed, view.run.pace.achieved_per_mille) = (crate::domain::view::Speed::Times(20), 140);
    let bar = |columns: u16| screen(&view, &state(Screen::Market), (columns, 24)).lines().nth(22).unwrap().to_owned();
    for columns in 80..160 {
        let bar = bar(columns);
        assert!(bar.contains("machine reaches 2.8x"), "{columns}: {bar}");
        assert!(!bar.contains("1 s here") || bar.contains("there"), "{columns}: {bar}");
    }
}

#[test]
fn nine_nodes_are_counted_where_they_do_not_fit_and_leave_room_for_events() {
    let mut view = fixture::view(Story::Failover);
    let (node, worker) = (view.nodes[0].clone(), view.balancer.workers[0]);
    for place in view.nodes.len()..9 {
        let id = NodeId::from_index(place);
        view.nodes.push(crate::domain::view::NodeView { id, ..node.clone() });
        view.balancer.workers.push(crate::domain::view::WorkerView { node: id, ..worker });
    }
    for group in 4..9 {
        view.groups.push(crate::domain::view::GroupView { id: GroupId(group), ..view.groups[1].clone() });
    }
    let low = screen(&view, &state(Screen::Overview), (80, 24));
    assert!(low.contains("Nodes, group p1, 7 of 9") && low.contains("Events") && low.contains("DOWN"), "{low}");
    let wide = screen(&view, &state(Screen::Overview), (120, 40));
    let partitions = view.partitions().count();
    assert!(
        wide.contains("Load balancer, 5 of 9") && wide.contains(&format!("Partitions 6 of {partitions}")),
        "{wide}"
    );
    assert!(wide.contains("sent/s"), "figures have heads\n{wide}");
}

#[test]
fn a_node_shows_how_busy_its_processor_is_and_none_where_work_costs_nothing() {
    let mut view = fixture::view(Story::Healthy);
    view.nodes[1].admission.busy_per_mille = 914;
    view.nodes[1].gateway.load.in_flight = 0;
    let row = |view: &ClusterView| {
        let screen = screen(view, &state(Screen::Overview), (200, 60));
        screen.lines().find(|line| line.contains("┃   2 ")).unwrap().to_owned()
    };
    assert!(row(&view).contains("91%"), "{}", row(&view));
    let mut settings = (*view.run.settings).clone();
    (settings.raft.apply_cost, settings.raft.read_cost) = Default::default();
    view.run.settings = settings.into();
    assert!(!row(&view).contains("91%"), "{}", row(&view));
}
