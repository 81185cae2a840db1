//! What Enter runs, over the whole registry.

use std::collections::BTreeSet;

use super::*;
use crate::domain::chance::{Chance, Purpose};
use crate::domain::command::Command;
use crate::locale::{Language, Locale};
use crate::ui::action::Effect;
use crate::ui::hits::Hits;
use crate::ui::keymap::Keymap;
use crate::ui::update::{Request, tests::cluster, update};

/// A palette with a language, over a cluster that is well.
struct Bench {
    locale: Locale,
    keymap: Keymap,
    hits: Hits,
    view: crate::domain::view::ClusterView,
}

impl Bench {
    fn new(language: Language) -> Self {
        let (locale, hits) = (Locale::new(language), Hits::default());
        Self { locale, keymap: Keymap::default(), hits, view: cluster() }
    }

    fn given(&self) -> Given<'_> {
        let Self { locale, keymap, hits, view } = self;
        Given { view, words: locale, keymap, hits, lessons: &[] }
    }

    /// Types a line, presses the arrow down this often, and Enter.
    fn enter_after(&self, line: &str, down: usize) -> (Vec<Request>, UiState) {
        let overlay = Overlay::Palette(ListState { text: line.to_owned(), ..ListState::typing() });
        let mut state = UiState { overlay, ..UiState::default() };
        for _ in 0..down {
            update(&mut state, &self.given(), &Action::Do(ActionId("prompt.next")));
        }
        let requests = update(&mut state, &self.given(), &Action::Do(ActionId("prompt.done")));
        (requests, state)
    }

    fn enter(&self, line: &str) -> Vec<Control> {
        controls(&self.enter_after(line, 0).0)
    }

    /// Every line that names an action which changes the cluster: its id, its command words, its keys, and its own words.
    fn names_one(&self, line: &str) -> bool {
        let given = self.given();
        let lower = line.to_lowercase();
        let words = |text: &str| -> BTreeSet<String> {
            let parts = text.split(|char: char| !char.is_alphanumeric()).filter(|part| !part.is_empty());
            parts.map(str::to_lowercase).collect()
        };
        let first = lower.split_whitespace().next().unwrap_or_default();
        crate::lesson::action::verb_of(first).is_some()
            || registry::all().filter(|spec| spec.effect.mutates()).any(|spec| {
                let mut known = words(&given.words.text(&spec.id.text_id(), &[]));
                known.extend(words(spec.id.0));
                lower == spec.id.0
                    || command::commands_of(spec.id).any(|command| command == lower)
                    || spec.keys.contains(&line)
                    || words(&lower).is_subset(&known)
            })
    }
}

fn controls(requests: &[Request]) -> Vec<Control> {
    let control = |request: &Request| match request {
        Request::Command(Command::Control(control)) => Some(*control),
        _ => None,
    };
    requests.iter().filter_map(control).collect()
}

#[test]
fn a_line_that_only_looks_like_a_command_changes_nothing() {
    for language in [Language::English, Language::Russian] {
        let bench = Bench::new(language);
        for line in
            ["", " ", ":", "no", "seed", "K", "w", "ok", "yes", "go", "q", "good", "one", "be", "un", "ki", "!x"]
        {
            assert_eq!(bench.enter(line), [], "{line:?}");
        }
        // What is meant by these.
        assert!(matches!(bench.enter("load").as_slice(), [Control::SetLoad(_)]), "{:?}", bench.enter("load"));
        assert_eq!(bench.enter_after("q", 0).0, [Request::Quit]);
        let (requests, state) = bench.enter_after("undo", 0);
        assert_eq!((requests, state.toasts.len()), (vec![], 1), "there is nothing to undo, and that is said");
        let (requests, state) = bench.enter_after("", 0);
        assert_eq!((requests, state.overlay), (vec![], Overlay::None), "an empty line runs nothing");
    }
}

#[test]
fn a_slip_in_the_word_of_a_command_is_answered_with_that_word() {
    let bench = Bench::new(Language::English);
    for (line, word) in [("kil n2", "kill"), (":isolat n1", "isolate"), ("raet 500", "rate")] {
        let (requests, state) = bench.enter_after(line, 0);
        assert_eq!(controls(&requests), [], "{line}");
        let said = format!("did you mean {word}?");
        let said = |text: &str| text.replace(['\u{2068}', '\u{2069}'], "").contains(&said);
        assert!(said(&state.toasts[0].text), "{line}: {:?}", state.toasts);
    }
}

#[test]
fn a_lesson_is_begun_as_a_scenario_too_and_the_other_way_round_and_the_right_command_is_named() {
    let bench = Bench::new(Language::English);
    let lessons: Vec<String> = crate::lesson::library::lessons_first().into_iter().map(str::to_owned).collect();
    let table = [
        (":scenario 01-leader-election", "01-leader-election", Some("is a lesson: :lesson 01-leader-election")),
        ("scenario leader-election", "01-leader-election", Some("is a lesson: :lesson 01-leader-election")),
        (":lesson steady", "steady", Some("is a scenario: :scenario steady")),
        ("lesson  01-leader-election", "01-leader-election", None),
        ("scenario steady", "steady", None),
    ];
    for (line, name, hint) in table {
        let overlay = Overlay::Palette(ListState { text: line.to_owned(), ..ListState::typing() });
        let mut state = UiState { overlay, ..UiState::default() };
        let given = Given { lessons: &lessons, ..bench.given() };
        let requests = update(&mut state, &given, &Action::Do(ActionId("prompt.done")));
        let begun = Command::Lesson(crate::domain::command::LessonCommand::Start(name.to_owned()));
        assert_eq!(requests, [Request::Command(begun)], "{line}");
        let said: Vec<&str> = state.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert!(said.len() == usize::from(hint.is_some()), "{line}: {said:?}");
        assert!(
            hint.is_none_or(|hint| said[0].replace(['\u{2068}', '\u{2069}'], "").contains(hint)),
            "{line}: {said:?}"
        );
    }
    assert_eq!(bench.enter_after("scenario nosuch", 0).0, []);
}

#[test]
fn a_word_that_was_renamed_runs_and_names_the_new_one() {
    let bench = Bench::new(Language::English);
    for (line, new) in [("crash n2", "kill"), (":poison n2", "panic"), ("overload slow", "tick-overflow")] {
        let (requests, state) = bench.enter_after(line, 0);
        assert_eq!(controls(&requests).len(), 1, "{line}");
        let told = state.toasts.iter().any(|toast| toast.text.contains("is called") && toast.text.contains(new));
        assert!(told, "{line}: {:?}", state.toasts);
    }
    assert!(bench.enter_after("kill n2", 0).1.toasts.is_empty(), "a word that is in use is no news");
    assert_eq!(bench.enter("delay n1->n2 20ms"), bench.enter("delay n1 -> n2 20ms"));
    assert_eq!(bench.enter("delay n1->n2 20ms").len(), 1);
}

#[test]
fn undo_undoes() {
    let bench = Bench::new(Language::English);
    let mut state = UiState::default();
    update(&mut state, &bench.given(), &Action::Do(ActionId("node.isolate")));
    assert_eq!(state.undo.done.len(), 1);
    state.overlay = Overlay::Palette(ListState { text: ":undo".to_owned(), ..ListState::typing() });
    let requests = update(&mut state, &bench.given(), &Action::Do(ActionId("prompt.done")));
    let handed_over = controls(&requests).iter().any(|control| matches!(control, Control::Transfer { .. }));
    assert_eq!((state.undo.done.len(), handed_over), (0, false));
}

#[test]
fn a_name_comes_before_words_and_words_before_letters() {
    let bench = Bench::new(Language::English);
    let state = UiState::default();
    for (line, id) in [
        ("undo", "fault.undo"),
        ("x", "node.kill"),
        ("X", "leader.kill"),
        ("c z", "node.freeze"),
        ("K", "lesson.back"),
        ("w", "panel.next"),
        ("q", "app.quit"),
        ("m", "symbol.move"),
        ("load", "load.toggle"),
        ("NODE.KILL", "node.kill"),
        ("kill the leader", "leader.kill"),
        ("quit", "app.quit"),
        ("heal every link", "links.heal"),
    ] {
        let entries = entries(line, &state, &bench.given());
        assert_eq!(entries[0].spec.id.0, id, "{line}");
        assert!(entries.windows(2).all(|pair| pair[0].fit <= pair[1].fit), "{line}");
        if line != "m" {
            assert_eq!(meant(&entries), Some(0), "{line}");
        }
    }
    assert_eq!(meant(&entries("", &state, &bench.given())), None);
}

#[test]
fn what_is_only_offered_is_run_when_it_is_picked_or_completed() {
    let bench = Bench::new(Language::English);
    // `isol` is no command; the first row is offered, and its line stays.
    let (requests, state) = bench.enter_after("isol", 0);
    let Overlay::Palette(list) = &state.overlay else { panic!("{:?}", state.overlay) };
    assert_eq!((controls(&requests), list.text.as_str()), (vec![], "isol"));
    assert!(state.toasts[0].text.contains("takes isolate"), "{:?}", state.toasts);
    let (requests, _) = bench.enter_after("isol", 1);
    assert!(matches!(controls(&requests).as_slice(), [Control::Isolate(_)]), "{requests:?}");
    let given = bench.given();
    let list = ListState { text: "isol".to_owned(), ..ListState::typing() };
    assert_eq!(complete(&list, &UiState::default(), &given).as_deref(), Some("isolate "));
    assert!(matches!(bench.enter("node.isolate").as_slice(), [Control::Isolate(_)]));
    // An empty line is completed to nothing, and a row that was picked of it is run.
    assert_eq!(complete(&ListState::typing(), &UiState::default(), &given), None);
    assert_eq!(bench.enter_after("", 1).0, bench.enter_after("node.kill", 0).0);
    // One more key typed, and nothing is picked any more.
    let overlay = Overlay::Palette(ListState { text: "iso".to_owned(), ..ListState::typing() });
    let mut state = UiState { overlay, ..UiState::default() };
    let mut input = crate::ui::input::Input::default();
    for code in
        [crossterm::event::KeyCode::Down, crossterm::event::KeyCode::Char('l'), crossterm::event::KeyCode::Enter]
    {
        let event = crossterm::event::Event::Key(crossterm::event::KeyEvent::from(code));
        assert_eq!(input.on_event(&mut state, &given, &event), []);
    }
}

#[test]
fn an_order_for_what_this_desk_does_not_trade_is_refused_with_the_nearest_symbol() {
    let bench = Bench::new(Language::English);
    for line in [":buy 10 ACM", "sell 10 ACM at 10"] {
        let (requests, state) = bench.enter_after(line, 0);
        assert_eq!(requests, [], "{line}");
        let said = &state.toasts[0].text;
        assert!(said.contains("`ACM`") && said.contains("did you mean `ACME`?"), "{line}: {said}");
    }
    let stranger = crate::domain::ids::SymbolId(1_234).name();
    assert_eq!(bench.enter(&format!("buy 10 {stranger}")), [], "the table has {stranger}, this desk has not");
    assert_eq!(bench.enter("buy 10 ACME").len(), 1);
}

#[test]
fn what_is_no_good_match_is_not_offered() {
    for language in [Language::English, Language::Russian] {
        let bench = Bench::new(language);
        let given = bench.given();
        let tab = |line: &str| {
            let list = ListState { text: line.to_owned(), ..ListState::typing() };
            complete(&list, &UiState::default(), &given)
        };
        assert_eq!(tab(":kil").as_deref(), Some("kill "), "the verb comes before the id");
        assert_eq!(tab("burs").as_deref(), Some("burst "));
        assert_eq!([tab("no"), tab(":no"), tab("nd")], [None, None, None]);
        let (requests, state) = bench.enter_after("no", 0);
        assert_eq!((requests, state.toasts.len()), (vec![], 1));
        assert!(!state.toasts[0].text.contains("Tab"), "{:?}", state.toasts);
        // Whatever Tab takes without a row having been picked and changes the cluster, the line began its name.
        for line in ('a'..='z').flat_map(|first| ('a'..='z').map(move |second| format!("{first}{second}"))) {
            let Some(entry) = entries(&line, &UiState::default(), &given).into_iter().next() else { continue };
            let taken = tab(&line);
            let scattered = entry.fit == Fit::Scattered && taken.is_some();
            assert!(!scattered || taken.as_ref().is_some_and(|taken| taken.starts_with(&line)), "{line}: {taken:?}");
        }
    }
}

#[test]
fn no_line_that_names_nothing_changes_the_cluster() {
    let seed = std::env::var("PALETTE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut chance = Chance::stream(seed, Purpose::Storm, 0);
    let (mut lines, mut named) = (0, 0);
    for language in [Language::English, Language::Russian] {
        let bench = Bench::new(language);
        let texts: Vec<Vec<char>> = registry::all()
            .flat_map(|spec| [bench.locale.text(&spec.id.text_id()).into_owned(), spec.id.0.to_owned()])
            .map(|text| text.chars().collect())
            .collect();
        for _ in 0..3_000 {
            // Letters of a text in their order, which is what scattered letters match; or a piece of it.
            let text = &texts[chance.below(texts.len() as u64) as usize];
            let line: String = if chance.below(3) == 0 {
                let from = chance.below(text.len() as u64) as usize;
                text[from..].iter().take(1 + chance.below(8) as usize).collect()
            } else {
                let keep = 1 + chance.below(6);
                text.iter().filter(|_| chance.below(keep) == 0).take(12).collect()
            };
            lines += 1;
            if bench.names_one(line.trim().trim_start_matches(':').trim_start()) {
                named += 1;
                continue;
            }
            assert_eq!(bench.enter(&line), [], "{language:?} {line:?}, PALETTE_SEED={seed}");
        }
        // Every string of one or two small letters.
        for first in 'a'..='z' {
            for second in std::iter::once(String::new()).chain(('a'..='z').map(String::from)) {
                let line = format!("{first}{second}");
                if !bench.names_one(&line) {
                    assert_eq!(bench.enter(&line), [], "{language:?} {line:?}");
                }
            }
        }
    }
    assert!(named * 2 < lines, "most lines name nothing: {named} of {lines} do");
}

#[test]
fn every_action_that_changes_the_cluster_is_run_by_its_name() {
    let bench = Bench::new(Language::English);
    let state = UiState::default();
    let listed = entries("", &state, &bench.given());
    for entry in listed.iter().filter(|entry| matches!(entry.spec.effect, Effect::Undoable | Effect::Final)) {
        let found = entries(entry.spec.id.0, &state, &bench.given());
        assert_eq!((found[0].spec.id, found[0].fit), (entry.spec.id, Fit::Exact));
    }
    let mut state = UiState { overlay: Overlay::Palette(ListState::typing()), ..UiState::default() };
    update(&mut state, &bench.given(), &Action::Do(ActionId("prompt.next")));
    let Overlay::Palette(list) = &state.overlay else { panic!("{:?}", state.overlay) };
    assert_eq!((list.selected, list.picked), (0, true), "the first step marks the first row");
}
