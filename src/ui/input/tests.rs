//! What keys do to the input: guards, sequences, layouts.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::super::hits::{Hit, Hits};
use super::super::keymap::Keymap;
use super::super::state::Prompt;
use super::super::words::Bare;
use super::*;
use crate::domain::command::Command;
use crate::domain::control::Control;
use crate::domain::event::EventKind;
use crate::domain::ids::{EventId, GroupId, NodeId};
use crate::domain::view::{ClusterView, LessonView, NodeTruth, NodeView, QuestionView};

struct Bench {
    input: Input,
    state: UiState,
    view: ClusterView,
    keymap: Keymap,
    hits: Hits,
}

impl Bench {
    fn new() -> Self {
        let view = crate::ui::update::tests::cluster();
        let (input, state) = (Input::default(), UiState::default());
        Self { input, state, view, keymap: Keymap::default(), hits: Hits::default() }
    }

    fn event(&mut self, event: &Event) -> Vec<Request> {
        let Self { input, state, view, keymap, hits } = self;
        let given = Given { view, words: &Bare, keymap, hits, lessons: &[] };
        input.on_event(state, &given, event)
    }

    fn press(&mut self, char: char) -> Vec<Request> {
        self.event(&Event::Key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE)))
    }

    fn at(&mut self, ms: u64) -> &mut Self {
        self.state.wall = Duration::from_millis(ms);
        self
    }

    fn tick(&mut self) -> bool {
        let Self { input, state, view, keymap, hits } = self;
        input.tick(state, &Given { view, words: &Bare, keymap, hits, lessons: &[] })
    }

    fn toast(&self) -> &str {
        self.state.toasts.last().map_or("", |toast| toast.text.as_str())
    }
}

#[test]
fn a_held_key_kills_one_leader() {
    let mut bench = Bench::new();
    assert_eq!(bench.at(0).press('X').len(), 1);
    // A keyboard repeats every 30 ms; the silence is counted from the last repeat.
    for ms in (30..3_000).step_by(30) {
        assert_eq!(bench.at(ms).press('X'), vec![], "at {ms} ms");
    }
    assert_eq!(bench.at(2_970 + 599).press('X'), vec![]);
    assert_eq!(bench.at(2_970 + 599 + 600).press('X').len(), 1);
}

#[test]
fn the_guard_is_a_key_s_own_and_spares_bursts_and_motion() {
    let mut bench = Bench::new();
    assert_eq!(bench.press('x').len(), 1);
    assert_eq!(bench.press('i').len(), 1, "another key is another guard");
    assert_eq!((bench.press('b').len(), bench.press('b').len()), (1, 1));
    bench.press('j');
    bench.press('j');
    assert_eq!(bench.state.selected, NodeId(3));
}

#[test]
fn a_key_pressed_again_for_another_node_counts() {
    let mut bench = Bench::new();
    assert_eq!((bench.press('x').len(), bench.press('x').len()), (1, 0));
    bench.press('j');
    assert_eq!((bench.press('x').len(), bench.press('x').len()), (1, 0));
}

#[test]
fn pasted_keys_are_not_pressed() {
    let mut bench = Bench::new();
    assert_eq!(bench.event(&Event::Paste("xXFq".to_owned())), vec![]);
    assert_eq!(bench.toast(), "toast-paste");
    bench.press(':');
    bench.event(&Event::Paste("rate\u{1b} 5\n".to_owned()));
    let Overlay::Palette(list) = &bench.state.overlay else { panic!("{:?}", bench.state.overlay) };
    assert_eq!(list.text, "rate 5", "control characters never enter");
}

#[test]
fn a_text_field_takes_letters_of_any_layout_as_they_are() {
    let mut bench = Bench::new();
    bench.press('/');
    "узел xq1".chars().for_each(|char| assert_eq!(bench.press(char), vec![]));
    assert_eq!(bench.state.events.filter, "узел xq1");
    bench.event(&Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(!bench.state.events.prompt.is_open());
}

#[test]
fn the_cyrillic_layout_works_and_says_so_once() {
    let mut bench = Bench::new();
    let killed = Request::Command(Command::Control(Control::Crash(crate::domain::control::Target::Node(NodeId(1)))));
    assert_eq!(bench.press('ч'), vec![killed]);
    assert!(bench.state.toasts[0].text.starts_with("toast-layout"), "{:?}", bench.state.toasts);
    bench.state.toasts.clear();
    bench.press('о');
    assert_eq!(bench.state.selected, NodeId(2));
    assert!(bench.state.toasts.is_empty());
    bench.press('п');
    bench.press('с');
    assert_eq!(bench.state.screen, crate::ui::state::Screen::Cluster, "sequences too");
}

#[test]
fn a_menu_opens_when_the_second_key_is_late() {
    let mut bench = Bench::new();
    bench.at(0).press('c');
    assert!(!bench.at(299).tick());
    assert!(bench.at(300).tick());
    assert_eq!(bench.state.overlay, Overlay::WhichKey('c'));
    assert_eq!(bench.press('z').len(), 1);
    assert_eq!(bench.state.overlay, Overlay::None);
    bench.press('c');
    assert_eq!(bench.press('q'), vec![], "an unknown second key is not a first one");
    assert!(bench.toast().starts_with("toast-unbound"), "{}", bench.toast());
}

#[test]
fn a_key_that_does_nothing_says_what_is_near() {
    let mut bench = Bench::new();
    bench.press('O');
    assert!(bench.toast().starts_with("toast-unbound"), "{}", bench.toast());
    bench.press('D');
    assert_eq!(bench.toast(), "toast-unbound-near key=D near=d does=action-node-degrade");
    bench.press('K');
    assert_eq!(bench.toast(), "toast-no-lesson lessons=F5 kill=x");
}

#[test]
fn digits_are_hands_while_a_question_is_open() {
    let mut bench = Bench::new();
    let question = QuestionView { options: vec![Default::default(); 3], ..QuestionView::default() };
    bench.view.lesson = Some(LessonView { question: Some(question), ..LessonView::default() });
    assert_eq!((bench.press('2').len(), bench.press('2').len()), (1, 1), "each press is a hand");
    assert_eq!(bench.state.selected, NodeId(1));
    if let Some(question) = bench.view.lesson.as_mut().and_then(|lesson| lesson.question.as_mut()) {
        question.closed = true;
    }
    bench.press('2');
    assert_eq!(bench.state.selected, NodeId(2));
}

#[test]
fn the_first_key_takes_the_welcome_away_and_works() {
    let mut bench = Bench::new();
    bench.state.overlay = Overlay::Welcome;
    assert_eq!(bench.press('X').len(), 1);
    assert_eq!(bench.state.overlay, Overlay::None);
}

#[test]
fn what_a_filter_holds_is_replaced_by_the_first_character() {
    for (screen, read) in [
        (Screen::Events, (|state: &UiState| state.events.filter.clone()) as fn(&UiState) -> String),
        (Screen::Market, |state| state.market.filter.clone()),
    ] {
        let mut bench = Bench::new();
        (bench.state.screen, bench.state.focus) = (screen, screen.panels()[0]);
        let enter = Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
        let backspace = Event::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        for keys in ["/ac", "/xy"] {
            keys.chars().for_each(|key| drop(bench.press(key)));
            assert_eq!(read(&bench.state), keys[1..], "what is typed replaces what was there");
            bench.event(&enter);
        }
        bench.press('/');
        bench.event(&enter);
        assert_eq!(read(&bench.state), "xy", "what is not replaced stays");
        bench.press('/');
        bench.event(&backspace);
        assert_eq!(read(&bench.state), "", "what is selected goes at once");
        bench.press('a');
        bench.event(&backspace);
        bench.press('b');
        assert_eq!(read(&bench.state), "b", "and from then on it is typed into");
    }
}

#[test]
fn the_group_that_a_lesson_is_about_comes_into_view_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.state.group, GroupId(1));
    let lesson = |name: &str, group| Some(LessonView { name: name.to_owned(), group, ..LessonView::default() });
    bench.view.lesson = lesson("hot-symbol", Some(GroupId(2)));
    assert!(bench.tick());
    assert_eq!(bench.state.group, GroupId(2));
    bench.press('P');
    let chosen = bench.state.group;
    bench.tick();
    assert_eq!((bench.state.group, chosen != GroupId(2)), (chosen, true), "then it is the reader who chooses");
    bench.view.lesson = lesson("drain", None);
    bench.tick();
    assert_eq!(bench.state.group, chosen, "a lesson about no group changes nothing");
    bench.view.lesson = lesson("far", Some(GroupId(200)));
    bench.tick();
    assert_eq!(bench.state.group, chosen, "nor one about a group that is not there");
}

#[test]
fn help_scrolls_and_searches() {
    let mut bench = Bench::new();
    bench.press('?');
    bench.press('j');
    bench.press('/');
    "kill".chars().for_each(|char| drop(bench.press(char)));
    let Overlay::Help(list) = &bench.state.overlay else { panic!("{:?}", bench.state.overlay) };
    assert_eq!((list.text.as_str(), list.selected), ("kill", 0));
    bench.event(&Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    bench.press('q');
    assert_eq!(bench.state.overlay, Overlay::None, "q closes help, not the program");
}

#[test]
fn a_click_means_what_the_eye_saw() {
    let mut bench = Bench::new();
    bench.hits.add(Rect::new(0, 0, 40, 8), Hit::Panel(Panel::Lag));
    bench.hits.add(Rect::new(1, 3, 38, 1), Hit::Node(NodeId(3)));
    bench.hits.add(Rect::new(0, 9, 8, 1), Hit::Action(ActionId("node.kill")));
    let click = |column, row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    bench.event(&click(5, 3));
    assert_eq!((bench.state.selected, bench.state.focus), (NodeId(3), Panel::Lag));
    assert_eq!(bench.event(&click(2, 9)).len(), 1);
    assert_eq!(bench.event(&click(2, 9)), vec![], "a click has the guard of its key");
    bench.press('?');
    assert_eq!(bench.event(&click(2, 9)), vec![], "beside an overlay a click only closes it");
    assert_eq!(bench.state.overlay, Overlay::None);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut bench = Bench::new();
    bench.hits.add(Rect::new(0, 0, 40, 8), Hit::Panel(Panel::Events));
    bench.view.events = (1..=20)
        .map(|id| crate::domain::event::Event {
            id: EventId(id),
            at: Default::default(),
            node: None,
            group: None,
            kind: EventKind::AllHealed,
            cause: None,
            repeated: 0,
        })
        .collect();
    let wheel = MouseEvent { kind: MouseEventKind::ScrollUp, column: 3, row: 3, modifiers: KeyModifiers::NONE };
    bench.event(&Event::Mouse(wheel));
    assert_eq!(bench.state.events.selected, Some(EventId(17)));
    assert_eq!(bench.state.focus, Panel::Nodes, "the focus stays");
}

#[test]
fn the_key_cast_shows_the_last_three_and_fades() {
    let mut bench = Bench::new();
    bench.press('y');
    "jkjk".chars().for_each(|char| drop(bench.press(char)));
    assert_eq!(bench.state.presenter.keys.len(), 3);
    assert_eq!(bench.input.next_tick(&bench.state), Some(CAST_FOR));
    assert!(bench.at(3_000).tick());
    assert!(bench.state.presenter.keys.is_empty());
}

#[test]
fn what_a_smaller_cluster_lacks_is_selected_no_longer() {
    let mut bench = Bench::new();
    bench.state.selected = NodeId(5);
    bench.view.nodes.retain(|node: &NodeView| node.id != NodeId(5) && node.truth == NodeTruth::Up);
    bench.tick();
    assert_eq!(bench.state.selected, NodeId(1));
}

#[test]
fn who_thinks_better_of_a_sequence_is_not_told_off() {
    let mut bench = Bench::new();
    bench.press('c');
    bench.at(400).tick();
    assert_eq!(bench.state.overlay, Overlay::WhichKey('c'));
    assert_eq!(bench.event(&Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))), vec![]);
    assert_eq!((&bench.state.overlay, bench.toast()), (&Overlay::None, ""));
    assert_eq!(bench.press('z'), vec![], "the sequence is forgotten: z zooms, and freezes nobody");
    assert!(bench.state.zoom);
}

fn click(bench: &mut Bench, column: u16, row: u16) -> Vec<Request> {
    let kind = MouseEventKind::Down(MouseButton::Left);
    bench.event(&Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

#[test]
fn a_click_on_a_menu_runs_its_row_and_ends_the_sequence() {
    let mut bench = Bench::new();
    bench.press('c');
    bench.at(400).tick();
    bench.hits.add(Rect::new(0, 0, 20, 5), Hit::Overlay);
    bench.hits.add(Rect::new(1, 1, 18, 1), Hit::Action(ActionId("node.freeze")));
    let frozen = Control::Freeze(crate::domain::control::Target::Node(NodeId(1)));
    assert_eq!(click(&mut bench, 2, 1), vec![Request::from(frozen)]);
    assert_eq!((&bench.state.overlay, bench.input.pending()), (&Overlay::None, None));
}

#[test]
fn a_click_on_a_hint_is_guarded_like_its_key() {
    let mut bench = Bench::new();
    bench.hits.add(Rect::new(0, 9, 8, 1), Hit::Action(ActionId("node.kill")));
    assert_eq!(click(&mut bench, 1, 9).len(), 1);
    assert_eq!(click(&mut bench, 1, 9), vec![], "a double click kills once");
    bench.state.presenter.locked = true;
    assert_eq!(click(bench.at(5_000), 1, 9), vec![]);
    assert_eq!(bench.toast(), "toast-locked");
}

#[test]
fn no_key_lands_in_a_field_that_is_not_on_the_screen() {
    let mut bench = Bench::new();
    bench.state.overlay = Overlay::Details(NodeId(1));
    bench.press('/');
    assert_eq!((&bench.state.overlay, bench.state.events.prompt), (&Overlay::None, Prompt::Typing));
    bench.hits.add(Rect::new(0, 1, 8, 1), Hit::Screen(crate::ui::state::Screen::Cluster));
    click(&mut bench, 1, 1);
    assert!(!bench.state.events.prompt.is_open(), "another screen, and no field");
    bench.state.focus = Panel::Lesson;
    bench.event(&Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(matches!(bench.state.overlay, Overlay::Lessons(_)), "{:?}", bench.state.overlay);
}
