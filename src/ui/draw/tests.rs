//! Screens at every size: snapshots for reading, sweeps for what must never happen.

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use ratatui::{TerminalOptions, Viewport};

use super::*;
use crate::domain::control::{Control, Target};
use crate::domain::engine::{Capabilities, Capability};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::{EventId, GroupId, NodeId, Sequence, SymbolId, Term};
use crate::domain::settings::PartitionSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::trades::PartAnswer;
use crate::domain::view::{Absence, ClusterView, FIRST_LOOK, FaultView, LatencyView, RoleView, StallView, Text};
use crate::locale::{Language, Locale};
use crate::routing::partitioner::keys::KeySet;
use crate::ui::action::{Action, ActionId};
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::glyphs::Glyphs;
use crate::ui::keymap::Keymap;
use crate::ui::look::Look;
use crate::ui::state::{Density, ListState, Panel, Question, Screen, Toast, UiState};
use crate::ui::strategies::Comparison;
use crate::ui::update::{Given, update};

pub(super) fn look(theme: &str, depth: Depth, glyphs: Glyphs, language: Language) -> Look {
    Look::new(theme, depth, glyphs, Locale::new(language)).expect("a built-in theme")
}

pub(super) fn state(screen: Screen) -> UiState {
    let focus = screen.panels()[0];
    UiState { screen, focus, selected: NodeId(3), ..UiState::default() }
}

/// What stands in the field of an overlay.
fn typed(state: &UiState) -> &str {
    match &state.overlay {
        Overlay::Help(list) | Overlay::Palette(list) | Overlay::Themes(list) | Overlay::Lessons(list) => &list.text,
        _ => "",
    }
}

pub(super) fn paint(view: &ClusterView, state: &UiState, look: &Look, (width, height): (u16, u16)) -> (Buffer, Hits) {
    let (hints, rows) = (fixture::hints(), fixture::rows(typed(state)));
    let (title, strategies) = ("leader-crash 3/12", strategies(view, state));
    let scene = Scene { view, state, look, hints: &hints, rows: &rows, title, notes: &[], strategies: &strategies };
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
    let mut hits = Hits::default();
    terminal.draw(|frame| hits = draw(frame, &scene)).expect("a frame");
    (terminal.backend().buffer().clone(), hits)
}

/// The comparison of the strategies, over few names and small rings: these tests draw thousands of frames.
fn strategies(view: &ClusterView, state: &UiState) -> Vec<Comparison> {
    let partitions = view.groups.len().saturating_sub(1);
    let settings = PartitionSettings { virtual_nodes: 8, ..view.run.settings.partition.clone() };
    let sets = [KeySet::Instruments(40), KeySet::Trades(40)].into_iter();
    let shown = partitions > 0 && state.screen == Screen::Data;
    sets.filter(|_| shown).map(|set| Comparison::of(set, &settings, partitions)).collect()
}

pub(super) fn text(buffer: &Buffer) -> String {
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

fn snapshot(name: &str, story: Story, state: &UiState, size: (u16, u16), language: Language) {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    let (buffer, _) = paint(&fixture::view(story), state, &look, size);
    insta::assert_snapshot!(name, text(&buffer));
}

#[test]
fn the_data_screen_says_that_a_hot_symbol_stays_slow_and_what_its_partition_has_of_it() {
    for (language, said) in [
        (Language::English, ["GOOG is hot (60 %)", "its p99 41", "rest of p2 6.2", "rest of p3 6.2", "n2 busy 87 %"]),
        (
            Language::Russian,
            ["GOOG горячая (60 %)", "её p99 41", "прочие в p2 6,2", "прочие в p3 6,2", "n2 занят на 87 %"],
        ),
    ] {
        let mut view = fixture::view(Story::Healthy);
        let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
        let cool = text(&paint(&view, &state(Screen::Data), &look, (200, 60)).0);
        assert!(!cool.contains(said[0]), "{cool}");
        (view.flow.hot, view.flow.hot_group) = (Some((SymbolId(6), 60)), Some(GroupId(2)));
        view.flow.hot_before = Some(GroupId(3));
        view.flow.hot_latency =
            LatencyView { count: 9, p99: SimDuration::from_micros(41_000), ..LatencyView::default() };
        view.groups[2].leader = Some(NodeId(2));
        view.nodes[1].admission.busy_per_mille = 871;
        let hot = text(&paint(&view, &state(Screen::Data), &look, (200, 60)).0);
        assert!(said.iter().all(|part| hot.contains(part)), "{said:?}\n{hot}");
        view.groups[2].cold = LatencyView::default();
        let alone = text(&paint(&view, &state(Screen::Data), &look, (200, 60)).0);
        assert!(alone.contains(if language == Language::English { "alone in p2" } else { "одна в p2" }), "{alone}");
        let narrow = text(&paint(&view, &state(Screen::Data), &look, (120, 40)).0);
        assert!(narrow.contains(said[0]) && narrow.contains(said[1]), "{narrow}");
        let least = text(&paint(&view, &state(Screen::Data), &look, (80, 24)).0);
        assert!(least.contains(said[0]) && least.contains(said[1]), "{least}");
    }
}

#[test]
fn what_keeps_orders_out_is_in_the_first_row_of_every_screen() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    let first_rows = |view: &ClusterView| {
        let row = |screen| text(&paint(view, &state(screen), &look, (80, 24)).0).lines().next().unwrap().to_owned();
        Screen::ALL.map(row)
    };
    assert!(first_rows(&view).iter().all(|row| !row.contains("OVERLOAD") && !row.contains("STALLED")));
    view.admission.turned_away_per_s = 234;
    assert!(first_rows(&view).iter().all(|row| row.contains("OVERLOAD 234/s")), "{:?}", first_rows(&view));
    view.groups[2].stall = Some(StallView { must: 5, of: 5, missing: vec![(NodeId(3), Absence::Dead)] });
    view.flow.acked_per_s = 0;
    let badge = "STALLED p2: all 5 must answer, n3 is dead";
    assert!(first_rows(&view).iter().all(|row| row.contains(badge)), "{:?}", first_rows(&view));
}

#[test]
fn overload_that_nobody_refuses_is_loud() {
    let mut view = fixture::view(Story::Healthy);
    view.admission.on = false;
    view.flow.unanswered_per_s = 1_180;
    let row = rows_with(&view, &state(Screen::Market), (80, 24), "ADMISSION OFF").remove(0);
    assert!(row.contains("ADMISSION OFF: 1 180/s unanswered"), "{row}");
    view.admission.on = true;
    assert!(rows_with(&view, &state(Screen::Market), (80, 24), "UNANSWERED 1 180/s").len() == 1);
}

#[test]
fn the_quorum_is_that_of_a_group_with_clients_and_named_if_it_is_not_in_view() {
    let mut view = fixture::view(Story::Healthy);
    let quorum = |view: &ClusterView| {
        let row = rows_with(view, &state(Screen::Overview), (120, 40), "QUORUM").remove(0);
        row.split("QUORUM ").nth(1).unwrap().split('│').next().unwrap().trim().to_owned()
    };
    view.groups[0].connected = 4;
    assert_eq!(quorum(&view), "meta 4/5, 1 spare", "it is the worst, and says whose it is");
    view.groups[3].connected = 4;
    assert_eq!(quorum(&view), "p3 4/5, 1 spare", "of equals one with clients");
    view.groups[1].connected = 4;
    assert_eq!(quorum(&view), "4/5, 1 spare", "or the one in view");
}

#[test]
fn votes_of_an_older_term_are_no_votes() {
    let mut view = fixture::view(Story::Healthy);
    let group = &mut view.groups[1];
    group.replicas[2].term = Term(group.term.0 - 1);
    group.replicas[2].voted_for = Some(NodeId(3));
    let row = rows_with(&view, &state(Screen::Cluster), (120, 40), "votes ").remove(0);
    let votes = format!("votes {}  n1 → n4", view.groups[1].term);
    assert!(row.contains(&votes) && row.contains("n3 → –"), "{row}");
    // One that is cut off asks behind the leader's back.
    let (term, group) = (view.groups[1].term, &mut view.groups[1]);
    (group.replicas[2].role, group.replicas[2].votes) = (RoleView::PreCandidate, NodeId::first(1).collect());
    let row = rows_with(&view, &state(Screen::Cluster), (120, 40), "votes ").remove(0);
    assert!(row.contains(&votes) && !row.contains("pre-votes"), "{row}");
    view.groups[1].leader = None;
    let row = rows_with(&view, &state(Screen::Cluster), (120, 40), "votes ").remove(0);
    assert!(row.contains(&format!("pre-votes {term}  n3: n1 ✓")), "of the next term: {row}");
}

#[test]
fn a_state_is_whole_at_every_width() {
    for (language, word) in [(Language::English, "⊘ ISOLATED"), (Language::Russian, "⊘ ОТРЕЗАН")] {
        let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
        for width in [40, 60, 79, 80, 100, 120, 160, 200] {
            let screen = text(&paint(&fixture::view(Story::Isolated), &state(Screen::Overview), &look, (width, 30)).0);
            assert!(screen.contains(word), "{width}\n{screen}");
        }
    }
    let mut view = fixture::view(Story::Healthy);
    view.nodes[1].reach = crate::domain::view::Reach::Muted;
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::Russian);
    for width in [40, 80, 120, 200] {
        let screen = text(&paint(&view, &state(Screen::Overview), &look, (width, 30)).0);
        assert!(screen.contains("⊘ НЕ СЛЫШЕН"), "{width}\n{screen}");
    }
}

#[test]
fn a_title_counts_what_is_shown() {
    let mut view = fixture::view(Story::Healthy);
    let mut state = state(Screen::Events);
    let title = |view: &ClusterView, state: &UiState| rows_with(view, state, (120, 40), " Events ").remove(0);
    let all = view.events.len();
    assert!(title(&view, &state).contains(&format!("Events {all} ")), "{}", title(&view, &state));
    // A short list leaves out what is quiet, and does not count it.
    let loud = view.events.iter().filter(|event| event.kind.loudness() > crate::domain::event::Loudness::Quiet).count();
    let short = rows_with(&view, &self::state(Screen::Overview), (80, 24), " Events ").remove(0);
    assert!(loud < all && short.contains(&format!("Events {loud} ")), "{short}");
    view.run.notable = 99_999;
    state.events.filter = "no such event".to_owned();
    assert!(title(&view, &state).contains("Events 0 "), "{}", title(&view, &state));
}

#[test]
fn a_delayed_link_is_seen_at_both_ends() {
    let mut view = fixture::view(Story::Healthy);
    let (from, to) = (NodeId(1), NodeId(3));
    let control = Control::Delay {
        from: Target::Node(from),
        to: Target::Node(to),
        latency: Some(crate::domain::time::SimDuration::from_millis(20)),
        jitter: crate::domain::time::SimDuration::ZERO,
    };
    view.run.faults.push(FaultView { since: SimTime::from_millis(41_004), control });
    for node in [from, to] {
        view.nodes[node.index()].reach = crate::domain::view::Reach::Delayed;
    }
    assert_eq!(rows_with(&view, &state(Screen::Overview), (120, 40), "▲ DELAYED").len(), 2);
    let about = rows_with(&view, &state(Screen::Overview), (120, 40), "n3 DELAYED for 1.0 s").remove(0);
    assert!(about.contains("n1 → n3: 20 ms"), "{about}");
}

#[test]
fn each_screen_at_two_sizes() {
    for (screen, name) in Screen::ALL.into_iter().zip(["overview", "cluster", "data", "market", "lesson", "events"]) {
        for (width, height) in [(80, 24), (120, 40)] {
            let story = if screen == Screen::Lesson { Story::Lesson } else { Story::Failover };
            let name = format!("{name}_{width}x{height}");
            snapshot(&name, story, &state(screen), (width, height), Language::English);
        }
    }
}

#[test]
fn the_overview_at_its_other_sizes_and_in_russian() {
    for (width, height) in [(40, 10), (200, 60)] {
        let name = format!("overview_{width}x{height}");
        snapshot(&name, Story::Failover, &state(Screen::Overview), (width, height), Language::English);
    }
    snapshot("overview_120x40_healthy", Story::Healthy, &state(Screen::Overview), (120, 40), Language::English);
    snapshot("overview_120x40_ru", Story::Failover, &state(Screen::Overview), (120, 40), Language::Russian);
}

/// A small screen with the hints that the program itself would give.
fn hinted(view: &ClusterView, state: &UiState, look: &Look, size: (u16, u16), notes: &[String]) -> Buffer {
    let (keymap, hits) = (Keymap::default(), Hits::default());
    let given = Given { view, words: &look.locale, keymap: &keymap, hits: &hits, lessons: &[] };
    let hints = crate::ui::rows::hints(state, &given);
    let strategies = strategies(view, state);
    let scene = Scene { view, state, look, hints: &hints, rows: &[], title: "", notes, strategies: &strategies };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal in memory");
    terminal.draw(|frame| drop(draw(frame, &scene))).expect("a frame");
    terminal.backend().buffer().clone()
}

#[test]
fn on_a_small_screen_the_quorum_and_the_key_of_help_stay() {
    let small = (80, 24);
    let view = fixture::view(Story::Failover);
    let no_colour = look("classroom", Depth::None, Glyphs::Unicode, Language::English);
    let russian = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::Russian);
    let overview = state(Screen::Overview);
    insta::assert_snapshot!("overview_80x24_no_colour", text(&hinted(&view, &overview, &no_colour, small, &[])));
    insta::assert_snapshot!("overview_80x24_ru", text(&hinted(&view, &overview, &russian, small, &[])));
    let notes = ["config: ~/.config/chaosdesk.toml".to_owned(), "rec".to_owned()];
    for (depth, language) in [Depth::None, Depth::Rgb].into_iter().flat_map(|depth| Language::ALL.map(|of| (depth, of)))
    {
        let look = look("classroom", depth, Glyphs::Unicode, language);
        let (quorum, help) =
            if language == Language::English { ("QUORUM ", "? help") } else { ("КВОРУМ ", "? справка") };
        for (story, screen) in Story::ALL.into_iter().flat_map(|story| Screen::ALL.map(|screen| (story, screen))) {
            let mut view = fixture::view(story);
            view.run.pace.slow_auto = true;
            view.run.pace.speed = crate::domain::view::Speed::Slow(20);
            let mut state = state(screen);
            state.presenter.locked = true;
            let lines = text(&hinted(&view, &state, &look, small, &notes));
            let (first, last) = (lines.lines().next().unwrap(), lines.lines().last().unwrap());
            let stalled = if language == Language::English { "STALLED " } else { "ПРОСТОЙ " };
            let either = first.contains(quorum) || first.contains(stalled);
            assert!(either && first.contains("1/20×"), "{depth:?} {language:?} {story:?} {screen:?}: {first}");
            assert!(last.contains(help), "{depth:?} {language:?} {story:?} {screen:?}: {last}");
        }
    }
}

#[test]
fn who_has_left_is_not_missed() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    view.nodes[4].truth = crate::domain::view::NodeTruth::Gone;
    let header = text(&paint(&view, &state(Screen::Overview), &look, (120, 40)).0);
    assert!(header.lines().next().unwrap().contains("UP 4/4"), "{header}");
    let data = text(&paint(&view, &state(Screen::Data), &look, (120, 40)).0);
    let matrix: Vec<&str> = data.lines().skip(2).take(8).collect();
    assert!(
        matrix.iter().any(|row| row.contains(" n4 ")) && matrix.iter().all(|row| !row.starts_with("│  n5 ")),
        "{data}"
    );
}

/// The rows of a screen in English that have this in them.
fn rows_with(view: &ClusterView, state: &UiState, size: (u16, u16), word: &str) -> Vec<String> {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let screen = text(&paint(view, state, &look, size).0);
    screen.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
}

#[test]
fn nobody_says_anything_of_who_has_left() {
    let mut view = fixture::view(Story::Healthy);
    view.nodes[4].truth = crate::domain::view::NodeTruth::Gone;
    let row = rows_with(&view, &state(Screen::Overview), (80, 24), "GONE").remove(0);
    assert!(row.contains("– GONE     –  ") && !row.contains("well"), "{row}");
}

#[test]
fn a_node_is_cut_for_as_long_as_its_first_cut_and_not_for_as_long_as_it_runs() {
    let mut view = fixture::view(Story::Isolated);
    let fault = |ms, control| FaultView { since: SimTime::from_millis(ms), control };
    let cut = |from, to| Control::Cut { from: Target::Node(NodeId(from)), to: Target::Node(NodeId(to)) };
    let n5 = Target::Node(NodeId(5));
    let line = |view: &ClusterView, node: u8, word: &str| {
        let state = UiState { selected: NodeId(node), ..state(Screen::Overview) };
        rows_with(view, &state, (200, 60), &format!("n{node} {word}")).remove(0)
    };
    view.run.faults = vec![
        fault(41_000, Control::Isolate(n5)),
        fault(41_504, cut(3, 1)),
        fault(41_904, cut(2, 3)),
        fault(900, cut(1, 2)),
    ];
    assert!(line(&view, 3, "CUT").contains("n3 CUT for 500 ms"), "{}", line(&view, 3, "CUT"));
    assert!(line(&view, 5, "ISOLATED").contains("n5 ISOLATED for 1.0 s"), "{}", line(&view, 5, "ISOLATED"));
    assert!(line(&view, 1, "UP").contains("n1 UP for 42.0 s"), "{}", line(&view, 1, "UP"));
    // Where the view does not know, it does not say.
    view.run.faults.clear();
    assert!(!line(&view, 3, "CUT").contains(" for "), "{}", line(&view, 3, "CUT"));
}

#[test]
fn the_line_below_the_nodes_names_a_group_that_is_not_in_view() {
    let mut view = fixture::view(Story::Healthy);
    let last = view.events.last_mut().unwrap();
    (last.node, last.group) = (Some(NodeId(3)), Some(GroupId::META));
    last.kind = EventKind::FirstAnswer { term: Term(2) };
    let line = |group| {
        let state = UiState { group, ..state(Screen::Overview) };
        rows_with(&view, &state, (200, 60), "n3 UP for").remove(0)
    };
    assert!(line(GroupId(1)).contains(" · meta: "), "{}", line(GroupId(1)));
    assert!(!line(GroupId::META).contains("meta: "), "{}", line(GroupId::META));
}

#[test]
fn how_far_a_node_is_behind_is_whole_and_the_same_as_its_lag() {
    let mut view = fixture::view(Story::Halted);
    // Over all groups it is more; beside the lag of one group that would be a riddle.
    view.nodes[1].catch_up = Some(9_999);
    let row = rows_with(&view, &state(Screen::Overview), (80, 24), "SYNC").remove(0);
    assert!(row.contains("SYNC 4k ") && row.contains(" 4 200 "), "{row}");
    let russian = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::Russian);
    let screen = text(&paint(&view, &state(Screen::Overview), &russian, (80, 24)).0);
    let row = screen.lines().find(|line| line.contains("ДОГОНЯЕТ")).unwrap();
    assert!(!row.contains('…'), "{row}");
}

#[test]
fn the_selected_event_is_on_the_screen_at_both_ends_of_the_list() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    // Sentences of several rows each.
    let message = "a poisoned record of a length that no row of a small screen can hold ".repeat(2);
    view.events = (1..=40)
        .map(|id| Event {
            id: EventId(id),
            at: SimTime::from_millis(id),
            node: Some(NodeId(3)),
            group: None,
            kind: EventKind::Halted { message: message.clone() },
            cause: None,
            repeated: 0,
        })
        .collect();
    let keymap = Keymap::default();
    for size in [(80, 24), (120, 40), (40, 10)] {
        let mut state = state(Screen::Events);
        for key in ["list.top"].into_iter().chain(["list.down"; 39]).chain(["list.end"]).chain(["list.up"; 39]) {
            let hits = paint(&view, &state, &look, size).1;
            let given = Given { view: &view, words: &look.locale, keymap: &keymap, hits: &hits, lessons: &[] };
            update(&mut state, &given, &Action::Do(ActionId(key)));
            let Some(selected) = state.events.selected else { continue };
            let (buffer, hits) = paint(&view, &state, &look, size);
            let seen = hits.regions.iter().any(|(_, hit)| *hit == Hit::Event(selected));
            assert!(seen && text(&buffer).contains('❯'), "{size:?} {key}: {selected:?}\n{}", text(&buffer));
        }
        assert_eq!(state.events.selected, Some(EventId(1)), "{size:?}: the walk ended at the top");
    }
}

fn snapshot_of(name: &str, view: &ClusterView, state: &UiState, size: (u16, u16), language: Language) {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    insta::assert_snapshot!(name, text(&paint(view, state, &look, size).0));
}

#[test]
fn the_data_at_its_other_sizes_and_with_moves() {
    let state = state(Screen::Data);
    let moving = fixture::data::moving();
    snapshot_of("data_40x10", &moving, &state, (40, 10), Language::English);
    snapshot_of("data_200x60_moves", &moving, &state, (200, 60), Language::English);
    snapshot_of("data_120x40_moves_ru", &moving, &state, (120, 40), Language::Russian);
    let healthy = fixture::view(Story::Healthy);
    snapshot_of("data_120x40_healthy", &healthy, &state, (120, 40), Language::English);
}

#[test]
fn a_matrix_of_many_nodes_and_partitions_says_how_many_it_hides() {
    let state = UiState { group: GroupId(20), ..state(Screen::Data) };
    snapshot_of("data_9x21", &fixture::data::large(9, 21), &state, (120, 40), Language::English);
    snapshot_of("data_9x21_80x24", &fixture::data::large(9, 21), &state, (80, 24), Language::English);
    let large = fixture::data::large(100, 256);
    let zoomed =
        UiState { zoom: true, focus: Panel::Matrix, group: GroupId(200), selected: NodeId(77), ..state.clone() };
    snapshot_of("data_100x256", &large, &zoomed, (120, 40), Language::English);
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    for (width, height) in [(80, 24), (81, 33), (109, 40), (110, 24), (120, 40), (160, 61), (200, 60), (300, 25)] {
        for state in [&state, &zoomed] {
            let (buffer, hits) = paint(&large, state, &look, (width, height));
            assert!(text(&buffer).contains(" nodes (jk)"), "{width}x{height} does not say what it hides");
            let node = hits.regions.iter().any(|(_, hit)| *hit == Hit::Node(state.selected));
            assert!(node, "{width}x{height}: the selected node is out of sight");
            let group = hits.regions.iter().any(|(_, hit)| *hit == Hit::Group(state.group));
            assert!(group, "{width}x{height}: the group in view is out of sight");
        }
    }
}

/// The beginnings of the titles of a screen's panels, in the order of `w`.
fn titles(screen: Screen, language: Language) -> &'static [&'static str] {
    match (screen, language) {
        (Screen::Data, Language::English) => &[
            "Partitions 4 x",
            "Workers of the",
            "How evenly divided",
            "Moves",
            "Replicas of",
            "Market data of",
            "Nodes, group",
            "Events",
        ],
        (Screen::Data, Language::Russian) => &[
            "Разделы 4 ×",
            "Балансировщик",
            "Насколько ровно",
            "Переезды",
            "Реплики",
            "Котировки на узлах",
            "Узлы, группа",
            "События",
        ],
        (Screen::Market, Language::English) => {
            &["Symbols", "Book ACME", "Tape ACME", "Your orders", "Your account", "Market data", "Spreads", "Venues"]
        }
        (Screen::Market, Language::Russian) => {
            &["Инструменты", "Стакан ACME", "Лента ACME", "Ваши заявки", "Ваш счёт", "Котировки", "Спреды", "Площадки"]
        }
        _ => &[],
    }
}

#[test]
fn every_panel_of_a_screen_is_reached_by_walking_at_every_size() {
    let (keymap, way) = (Keymap::default(), Action::Do(ActionId("panel.next")));
    for (language, screen) in Language::ALL.into_iter().flat_map(|of| Screen::ALL.map(|screen| (of, screen))) {
        let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
        let view = fixture::view(if screen == Screen::Lesson { Story::Lesson } else { Story::Failover });
        let titles = titles(screen, language);
        for (size, zoom) in
            [(40, 10), (80, 24), (120, 40), (200, 60)].into_iter().flat_map(|size| [(size, false), (size, true)])
        {
            let mut state = UiState { zoom, ..state(screen) };
            for (step, panel) in screen.panels().iter().enumerate() {
                let (buffer, hits) = paint(&view, &state, &look, size);
                let said = format!("{language:?} {screen:?} {size:?} {panel:?}:\n{}", text(&buffer));
                assert_eq!(state.focus, *panel, "{said}");
                // Only the overview of a small screen has no frame: it is in words.
                let worded = size.0 < 80 && screen == Screen::Overview && step == 0 && !zoom;
                assert!(worded || hits.area_of(*panel).is_some_and(|area| area.height >= 4), "{said}");
                assert!(titles.get(step).is_none_or(|title| text(&buffer).contains(title)), "{said}");
                let given = Given { view: &view, words: &look.locale, keymap: &keymap, hits: &hits, lessons: &[] };
                update(&mut state, &given, &way);
            }
            assert_eq!(state.focus, screen.panels()[0], "the walk is a round");
        }
    }
}

#[test]
fn a_toast_is_whole_at_every_size() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let view = fixture::view(Story::Healthy);
    let long = "`find x`: column 6: no such trade (allowed: such as T000000017003 or 17003, from a list of trades)";
    let toast = |text: &str| Toast { text: text.to_owned(), error: true, since: Duration::ZERO, count: 1 };
    for (size, long) in [((40, 10), &long[34..]), ((80, 24), long), ((120, 40), long), ((200, 60), long)] {
        let mut state = state(Screen::Market);
        state.toasts = vec![toast(long)];
        let screen = text(&paint(&view, &state, &look, size).0);
        let missing = long.split(' ').find(|word| !screen.contains(word));
        assert_eq!(missing, None, "{size:?}\n{screen}");
        // Nothing of the screen is covered but the tabs and the line below them: the clock, the rule of acknowledgement and the
        // keys are there to be read. A list has neither tabs nor frames.
        let with: Vec<&str> = screen.lines().collect();
        state.toasts.clear();
        let without = text(&paint(&view, &state, &look, size).0);
        let without: Vec<&str> = without.lines().collect();
        let kept = if size.1 < 24 { 1..usize::from(size.1) - 2 } else { 3..usize::from(size.1) };
        assert_eq!(with[kept.clone()], without[kept], "{size:?}");
        assert!(size.1 < 24 || without[2].starts_with(['╭', '┏']), "{size:?}");
    }
    let brief = UiState { toasts: vec![toast("killed n3")], ..state(Screen::Market) };
    let screen = text(&paint(&view, &brief, &look, (80, 24)).0);
    let tabs = screen.lines().nth(1).unwrap();
    assert!(tabs.contains("Events") && tabs.contains("killed n3"), "what fits beside the tabs covers none: {tabs}");
}

#[test]
fn the_trades_that_are_not_shown_are_counted_from_all_that_were_found() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    let answer = Arc::make_mut(view.trades.as_mut().expect("an answer"));
    let more = |part: &mut Arc<PartAnswer>| Arc::make_mut(part).found += 500;
    answer.parts.iter_mut().take(1).for_each(more);
    let found = answer.found();
    let state = UiState { overlay: Overlay::Trades(fixture::trades::question()), ..state(Screen::Market) };
    for size in [(80, 24), (96, 60), (120, 24)] {
        let screen = text(&paint(&view, &state, &look, size).0);
        let column = screen.lines().find_map(|row| row.find("the first trades")).expect("the heading");
        let below = screen.lines().skip_while(|row| !row.contains("the first trades")).skip(1);
        let rows: Vec<&str> = below.map(|row| row.get(column..).unwrap_or_default()).collect();
        let drawn = rows.iter().take_while(|row| row.contains("BUY") || row.contains("SELL")).count() as u64;
        assert!(drawn > 0 && rows.iter().any(|row| row.contains(&format!("and {} more", found - drawn))), "{screen}");
    }
}

#[test]
fn positions_without_a_row_are_counted_in_the_last_one() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let view = fixture::view(Story::Healthy);
    let all = view.accounts.watched.as_ref().expect("an account").positions.len();
    for size in [(80, 24), (120, 30), (120, 40), (200, 60)] {
        let state = UiState { focus: Panel::Account, ..state(Screen::Market) };
        let (buffer, hits) = paint(&view, &state, &look, size);
        let area = hits.area_of(Panel::Account).expect("it has the focus");
        let own = |at: &Rect, hit: &Hit| matches!(hit, Hit::Symbol(_)) && area.intersection(*at) == *at;
        let drawn = hits.regions.iter().filter(|(at, hit)| own(at, hit)).count();
        let said = text(&buffer).contains(&format!("and {} more", all - drawn));
        assert!(drawn > 0 && said == (drawn < all), "{size:?} {drawn} of {all}\n{}", text(&buffer));
    }
}

#[test]
fn the_title_of_the_book_names_a_replica_only_if_it_is_not_the_leader() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    let line = view.books.lines.iter().find(|line| line.symbol == FIRST_LOOK).expect("its line").clone();
    let group = view.groups.iter_mut().find(|group| group.id == line.group).expect("its group");
    let market = state(Screen::Market);
    group.leader = line.by;
    let title = format!("Book ACME ({}) ", line.group);
    assert!(text(&paint(&view, &market, &look, (120, 40)).0).contains(&title), "{title}");
    let other = view.groups.iter_mut().find(|group| group.id == line.group).expect("its group");
    other.leader = NodeId::first(5).find(|node| Some(*node) != line.by);
    let title = format!("Book ACME ({}, read at {}) ", line.group, line.by.expect("a replica"));
    assert!(text(&paint(&view, &market, &look, (120, 40)).0).contains(&title), "{title}");
}

#[test]
fn enter_is_promised_to_the_history_only_where_it_opens_it() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let view = fixture::view(Story::Healthy);
    for (focus, promised) in [(Panel::Symbols, false), (Panel::Blotter, true)] {
        let screen = text(&paint(&view, &UiState { focus, ..state(Screen::Market) }, &look, (120, 40)).0);
        assert_eq!(screen.contains("Enter history"), promised, "{focus:?}");
    }
}

#[test]
fn a_window_shows_its_close_wherever_it_shows_its_open() {
    for language in Language::ALL {
        let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
        let view = fixture::view(Story::Healthy);
        for (width, symbol) in (80..=220).flat_map(|width| [3, 7].map(|symbol| (width, SymbolId(symbol)))) {
            let mut state = UiState { focus: Panel::Ticks, ..state(Screen::Market) };
            state.market.symbol = symbol;
            let screen = text(&paint(&view, &state, &look, (width, 40)).0);
            let names = if language == Language::English {
                ["sliding 1 s", "closed 1 s"]
            } else {
                ["скользит 1 с", "закрыто 1 с"]
            };
            for name in names {
                let row = screen.lines().find_map(|row| row.split_once(name)).expect("its length is named").1;
                let [open, high, close] = [" O ", " H ", " C "].map(|letter| row.contains(letter));
                assert!(close && open == high, "{width}: {row}");
                assert!(open || ![120, 200].contains(&width), "there is room for all four: {width}: {row}");
            }
        }
    }
}

fn overlays() -> Vec<Overlay> {
    let list = || ListState { text: "the".to_owned(), selected: 1, ..ListState::default() };
    vec![
        Overlay::Welcome,
        Overlay::Help(list()),
        Overlay::Palette(list()),
        Overlay::WhichKey('g'),
        Overlay::Details(NodeId(4)),
        Overlay::Why(EventId(9)),
        Overlay::Confirm(Question::Reset),
        Overlay::Themes(list()),
        Overlay::Lessons(list()),
    ]
}

#[test]
fn overlays_are_legible() {
    for (overlay, name) in overlays().into_iter().zip(["welcome", "help", "palette", "which_key", "details", "why"]) {
        let state = UiState { overlay, ..state(Screen::Overview) };
        snapshot(&format!("overlay_{name}"), Story::Healthy, &state, (100, 30), Language::English);
    }
}

/// Every size that is a border of something, and some between.
fn sizes() -> Vec<(u16, u16)> {
    let widths = [1, 2, 5, 13, 39, 40, 41, 57, 79, 80, 81, 99, 109, 110, 120, 159, 160, 161, 200, 300];
    let heights = [1, 3, 9, 10, 11, 23, 24, 25, 33, 40, 61, 100];
    widths.into_iter().flat_map(|width| heights.map(|height| (width, height))).collect()
}

#[test]
fn no_size_panics_and_ascii_without_colour_keeps_its_promise() {
    let look = look("classroom", Depth::None, Glyphs::Ascii, Language::English);
    let view = fixture::view(Story::Halted);
    for size in sizes() {
        for screen in Screen::ALL {
            let (buffer, hits) = paint(&view, &state(screen), &look, size);
            for cell in &buffer.content {
                assert!(cell.symbol().is_ascii(), "{size:?} {screen:?}: {}", cell.symbol());
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{size:?} {screen:?}");
            }
            let inside = hits.regions.iter().all(|(area, _)| buffer.area.intersection(*area) == *area);
            assert!(inside, "{size:?} {screen:?}: a region lies outside the frame");
        }
    }
    let small = paint(&view, &state(Screen::Overview), &look, (39, 10)).0;
    assert!(text(&small).starts_with("40x10 needed, have 39x10"));
}

#[test]
fn every_story_overlay_panel_and_mode_survives_every_size() {
    let looks = Language::ALL.map(|language| look("projector", Depth::Indexed, Glyphs::Unicode, language));
    let mut states: Vec<UiState> =
        overlays().into_iter().map(|overlay| UiState { overlay, ..state(Screen::Overview) }).collect();
    let panels =
        [Panel::Lag, Panel::Balancer, Panel::Partitions, Panel::Raft, Panel::Beliefs, Panel::Disks, Panel::Log];
    states.extend(panels.map(|focus| UiState { focus, zoom: true, ..state(Screen::Cluster) }));
    let panels = [Panel::Matrix, Panel::Workers, Panel::Division, Panel::Moves, Panel::Feeds];
    states.extend(panels.map(|focus| UiState { focus, zoom: true, ..state(Screen::Data) }));
    let mut large = state(Screen::Overview);
    large.presenter.density = Density::Large;
    states.push(large);
    let mut shown = state(Screen::Overview);
    (shown.presenter.spotlight, shown.presenter.caption, shown.presenter.key_cast) = (true, true, true);
    shown.presenter.keys.push(("X".to_owned(), "kill leader".to_owned(), Duration::ZERO));
    states.push(shown);
    let stories = Story::ALL.map(fixture::view).into_iter();
    let views: Vec<ClusterView> = stories.chain([fixture::data::moving(), fixture::data::large(40, 64)]).collect();
    for (place, size) in sizes().into_iter().enumerate() {
        for (number, state) in states.iter().enumerate() {
            paint(&views[(place + number) % views.len()], state, &looks[number % 2], size);
        }
    }
    for size in sizes() {
        paint(&ClusterView::default(), &state(Screen::Overview), &looks[0], size);
        paint(&ClusterView::default(), &state(Screen::Cluster), &looks[0], size);
        paint(&ClusterView::default(), &state(Screen::Data), &looks[0], size);
    }
}

#[test]
fn equal_scenes_are_equal_frames() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let view = fixture::view(Story::Failover);
    let one = paint(&view, &state(Screen::Overview), &look, (120, 40));
    assert_eq!(one, paint(&view, &state(Screen::Overview), &look, (120, 40)));
    let other = paint(&fixture::view(Story::Healthy), &state(Screen::Overview), &look, (120, 40));
    assert_ne!(one.0, other.0);
}

#[test]
fn no_panel_shows_half_a_frame() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let view = fixture::view(Story::Failover);
    for size in sizes() {
        for screen in Screen::ALL {
            let (buffer, hits) = paint(&view, &state(screen), &look, size);
            for (area, hit) in &hits.regions {
                if matches!(hit, Hit::Panel(_)) && area.width >= 6 && area.height >= 3 {
                    let end = buffer[(area.right() - 1, area.bottom() - 1)].symbol();
                    assert!(matches!(end, "╯" | "┛"), "{size:?} {screen:?} {hit:?}: {end}");
                }
            }
        }
    }
}

#[test]
fn a_click_on_a_row_finds_its_node_and_on_a_tab_its_screen() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let (buffer, hits) = paint(&fixture::view(Story::Healthy), &state(Screen::Overview), &look, (120, 40));
    let rows = text(&buffer);
    let row = rows.lines().position(|row| row.contains("❯ 3 ")).expect("the selected node") as u16;
    assert_eq!(hits.at(10, row), Some(Hit::Node(NodeId(3))));
    assert_eq!(hits.at(13, 1), Some(Hit::Screen(Screen::Cluster)));
}

#[test]
fn a_click_on_a_hint_finds_its_action() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let (buffer, hits) = paint(&fixture::view(Story::Healthy), &state(Screen::Overview), &look, (120, 40));
    let (bar, column) = (text(&buffer), |bar: &str, word: &str| bar.find(word).expect(word) as u16);
    let bar = bar.lines().last().expect("a hint bar").to_owned();
    for word in ["kill n3", "recover n3", "pause"] {
        assert!(matches!(hits.at(column(&bar, word), 39), Some(Hit::Action(_))), "{word} in {bar}");
    }
    assert_eq!(hits.at(119, 39), None);
}

#[test]
fn a_click_on_an_option_counts_for_that_option() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    for size in [(80, 24), (120, 40)] {
        let (buffer, hits) = paint(&fixture::view(Story::Lesson), &state(Screen::Lesson), &look, size);
        let rows = text(&buffer);
        assert!(rows.contains("❯ 2  Who becomes leader"), "the step that is on is in sight:\n{rows}");
        let row = rows.lines().position(|row| row.contains(" 4 nobody")).expect("the last option") as u16;
        assert_eq!(hits.at(5, row), Some(Hit::Choice(3)), "{size:?}");
        assert_eq!(hits.at(5, row - 3), Some(Hit::Choice(0)), "{size:?}");
    }
}

#[test]
fn a_click_beside_an_overlay_s_rows_stays_in_it() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let over = UiState { overlay: Overlay::Confirm(Question::Reset), ..state(Screen::Overview) };
    let (_, hits) = paint(&fixture::view(Story::Healthy), &over, &look, (120, 40));
    let area = hits.regions.iter().find(|(_, hit)| *hit == Hit::Overlay).expect("an overlay").0;
    assert_eq!(hits.at(area.x, area.y), Some(Hit::Overlay));
    assert!(hits.regions.iter().any(|(_, hit)| *hit == Hit::Yes));
}

#[test]
fn standing_time_is_seen_on_the_frame_of_the_whole_screen() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let paused = paint(&fixture::view(Story::Isolated), &state(Screen::Overview), &look, (120, 40)).0;
    let running = paint(&fixture::view(Story::Healthy), &state(Screen::Overview), &look, (120, 40)).0;
    let colour = look.theme.style(Role::TimePaused).bg;
    assert_eq!(Some(paused[(0, 2)].bg), colour);
    assert_ne!(Some(running[(0, 2)].bg), colour);
    assert!(text(&paused).contains("PAUSED"));
}

#[test]
fn a_group_that_is_not_there_is_replaced_by_the_first() {
    let look = look("mono", Depth::None, Glyphs::Unicode, Language::English);
    let lost = UiState { group: GroupId(99), ..state(Screen::Overview) };
    let (buffer, _) = paint(&fixture::view(Story::Healthy), &lost, &look, (120, 40));
    assert!(text(&buffer).contains("meta"));
}

/// Writes the screens as a terminal would get them, to be looked at: `CHAOSDESK_PICTURES=dir cargo test -- --ignored`.
#[test]
#[ignore = "for eyes"]
fn pictures() {
    let Ok(directory) = std::env::var("CHAOSDESK_PICTURES") else { return };
    let themes = [("classroom", Depth::Rgb), ("projector", Depth::Rgb), ("mono", Depth::None)];
    for (theme, depth) in themes {
        for language in Language::ALL {
            for story in Story::ALL {
                for screen in Screen::ALL {
                    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
                        let look = look(theme, depth, Glyphs::Unicode, language);
                        let bytes = bytes(&fixture::view(story), &state(screen), &look, Rect::new(0, 0, width, height));
                        let name = format!("{theme}-{language:?}-{story:?}-{screen:?}-{width}x{height}.ansi");
                        std::fs::write(std::path::Path::new(&directory).join(name), bytes).expect("a file");
                    }
                }
            }
        }
    }
}

fn bytes(view: &ClusterView, state: &UiState, look: &Look, area: Rect) -> Vec<u8> {
    let (hints, rows) = (fixture::hints(), fixture::rows(""));
    let (title, strategies) = ("leader-crash 3/12", strategies(view, state));
    let scene = Scene { view, state, look, hints: &hints, rows: &rows, title, notes: &[], strategies: &strategies };
    let mut bytes = Vec::new();
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).expect("a terminal");
    terminal.draw(|frame| drop(draw(frame, &scene))).expect("a frame");
    drop(terminal);
    bytes
}

#[test]
fn the_market_at_its_other_sizes_in_russian_and_with_its_form() {
    let market = || state(Screen::Market);
    for (width, height) in [(40, 10), (200, 60)] {
        let name = format!("market_{width}x{height}");
        snapshot(&name, Story::Healthy, &market(), (width, height), Language::English);
    }
    snapshot("market_120x40_ru", Story::LeaderLost, &market(), (120, 40), Language::Russian);
    let mut form = crate::ui::form::OrderForm::new(FIRST_LOOK, &fixture::view(Story::Healthy));
    form.kind = crate::ui::form::Kind::Spread;
    form.legs[0].price = "152.165".to_owned();
    form.legs[1].symbol = "BOLD".to_owned();
    let flawed = UiState { overlay: Overlay::Order(Box::new(form)), ..market() };
    snapshot("overlay_order", Story::Healthy, &flawed, (80, 24), Language::English);
    let view = fixture::view(Story::Healthy);
    let replace = crate::ui::form::OrderForm::replace(view.hand.last().unwrap(), &view).expect("it has a price");
    let replace = UiState { overlay: Overlay::Order(Box::new(replace)), ..market() };
    snapshot("overlay_replace", Story::Healthy, &replace, (80, 24), Language::English);
    let history = UiState { overlay: Overlay::History(Sequence(4)), ..market() };
    snapshot("overlay_history", Story::Healthy, &history, (80, 24), Language::English);
    let trades = UiState { overlay: Overlay::Trades(fixture::trades::question()), ..market() };
    snapshot("overlay_trades", Story::Healthy, &trades, (80, 24), Language::English);
    snapshot("overlay_trades_ru", Story::Healthy, &trades, (120, 40), Language::Russian);
}

#[test]
fn where_a_trade_is_kept_is_said_on_any_screen() {
    use crate::domain::control::Control;
    use crate::domain::event::{EventKind, TradesEvent};
    use crate::domain::ids::{GroupId, SymbolId};
    use crate::domain::order::Side;
    use crate::domain::stored::TradeId;
    use crate::domain::why::Why;
    let id = TradeId::new(GroupId(3), 17);
    let at = SimTime::from_millis(4_120);
    let (symbol, side, price, quantity) = (SymbolId(6), Side::Buy, 13_520, 12);
    let found = TradesEvent::Found { id, symbol, side, price, quantity, at, hop: 1, copies: 1 };
    let refused = EventKind::ControlRefused { control: Control::FindTrade(id), why: Why::UnknownTrade };
    for language in [Language::English, Language::Russian] {
        let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
        let state = UiState { overlay: Overlay::Trade(id), ..state(Screen::Market) };
        for kind in [EventKind::Trades(found), refused.clone()] {
            let mut view = fixture::view(Story::Healthy);
            let asked = text(&paint(&view, &state, &look, (80, 24)).0);
            let mut event = view.events.last().expect("the story has events").clone();
            (event.kind, event.group) = (kind, Some(GroupId(2)));
            let sentence = crate::ui::caption::caption(&event, &view.events, &look.locale);
            assert!(asked.contains(&*look.locale.text("trades-waiting")), "{asked}");
            view.events.push(event);
            let card = text(&paint(&view, &state, &look, (80, 24)).0);
            assert!(sentence.split(' ').all(|word| card.contains(word)), "{sentence}\n{card}");
        }
    }
}

#[test]
fn a_panel_that_the_engine_cannot_fill_says_why() {
    let mut view = fixture::view(Story::Healthy);
    let reason = |en: &str| Text { en: en.to_owned(), ru: String::new() };
    view.run.capabilities = Capabilities::default()
        .without(Capability::Votes, reason("votes are not reported"))
        .without(Capability::FsyncMarks, reason("fsyncs are not reported"))
        .without(Capability::Probes, reason("replicas are not read"));
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let cluster = text(&paint(&view, &state(Screen::Cluster), &look, (200, 60)).0);
    assert!(cluster.contains("votes are not reported") && cluster.contains("fsyncs are not reported"), "{cluster}");
    let overview = text(&paint(&view, &state(Screen::Overview), &look, (120, 40)).0);
    assert!(overview.contains("replicas are not read") && !overview.contains("no order lost"), "{overview}");
}
