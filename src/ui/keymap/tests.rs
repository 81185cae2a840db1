//! Key names, overrides and their errors.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

fn over(action: &str, keys: &[&str]) -> KeyOverride {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let position = Position { line: 7, column: 1 };
    KeyOverride { context: "global".to_owned(), action: action.to_owned(), keys, position }
}

fn pressed(map: &Keymap, keys: &str) -> Lookup {
    map.lookup(&[Context::Global], &Sequence::parse(keys).unwrap().0)
}

#[test]
fn a_key_reads_as_it_prints() {
    for text in ["x", "X", "<space>", "<ctrl+l>", "<shift+tab>", "<f5>", "+", "-", "<enter>", "<alt+left>", "<"] {
        assert_eq!(Key::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Key::parse("<shift+x>").unwrap(), Key::char('X'), "Shift is part of the letter");
    assert_eq!(Key::parse("<ctrl++>").unwrap().label(), "Ctrl-+");
}

#[test]
fn a_bad_key_names_its_neighbour() {
    assert_eq!(Key::parse("<pagdown>").unwrap_err().nearest.as_deref(), Some("<pagedown>"));
    for text in ["xy", "<f99>", "<hyper+x>", "<>", " "] {
        assert!(Key::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_terminal_and_the_file_mean_the_same_key() {
    let cases = [
        (KeyCode::Char('X'), KeyModifiers::SHIFT, "X"),
        (KeyCode::Char('x'), KeyModifiers::SHIFT, "X"),
        (KeyCode::Char('l'), KeyModifiers::CONTROL, "<ctrl+l>"),
        (KeyCode::BackTab, KeyModifiers::SHIFT, "<shift+tab>"),
        (KeyCode::BackTab, KeyModifiers::NONE, "<shift+tab>"),
        (KeyCode::Char(' '), KeyModifiers::NONE, "<space>"),
        (KeyCode::Left, KeyModifiers::SHIFT, "<shift+left>"),
        (KeyCode::F(5), KeyModifiers::NONE, "<f5>"),
        (KeyCode::Char('+'), KeyModifiers::NONE, "+"),
    ];
    for (code, modifiers, text) in cases {
        assert_eq!(Key::of(&KeyEvent::new(code, modifiers)), Some(Key::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn a_sequence_is_waited_for() {
    let map = Keymap::default();
    assert_eq!(pressed(&map, "x"), Lookup::Action(ActionId("node.kill")));
    assert_eq!(pressed(&map, "c"), Lookup::Prefix);
    assert_eq!(pressed(&map, "c z"), Lookup::Action(ActionId("node.freeze")));
    assert_eq!(pressed(&map, "c q"), Lookup::Nothing);
    let menu: Vec<char> = map.menu(Key::char('g')).iter().filter_map(|(key, _)| key.typed()).collect();
    assert!(menu.contains(&'o') && menu.contains(&'g'), "{menu:?}");
}

#[test]
fn a_nearer_context_wins() {
    let map = Keymap::default();
    let key = [Key::char('j')];
    assert_eq!(map.lookup(&[Context::List, Context::Global], &key), Lookup::Action(ActionId("list.down")));
    assert_eq!(map.lookup(&[Context::Global], &key), Lookup::Action(ActionId("node.next")));
}

#[test]
fn an_override_replaces_the_keys_and_two_actions_may_swap_theirs() {
    let map = Keymap::with_overrides(&[over("node.kill", &["D"])]).unwrap();
    assert_eq!(pressed(&map, "D"), Lookup::Action(ActionId("node.kill")));
    assert_eq!(pressed(&map, "x"), Lookup::Nothing);
    let map = Keymap::with_overrides(&[over("node.kill", &["r"]), over("node.recover", &["x"])]).unwrap();
    assert_eq!(pressed(&map, "r"), Lookup::Action(ActionId("node.kill")));
    let map = Keymap::with_overrides(&[over("load.burst", &[])]).unwrap();
    assert_eq!(pressed(&map, "b"), Lookup::Nothing, "unbound");
}

#[test]
fn an_override_that_cannot_be_says_why_and_where() {
    let wrong = |context: &str, entry: KeyOverride| {
        let overrides = [KeyOverride { context: context.to_owned(), ..entry }];
        match Keymap::with_overrides(&overrides) {
            Err(error) => error,
            Ok(_) => panic!("{overrides:?} can be"),
        }
    };
    let cases = [
        (wrong("golbal", over("node.kill", &["D"])), "did you mean `global`?"),
        (wrong("global", over("node.kil", &["D"])), "did you mean `node.kill`?"),
        (wrong("list", over("node.kill", &["D"])), "belongs to `[keys.global]`"),
        (wrong("global", over("node.kill", &["<spcae>"])), "did you mean `<space>`?"),
        (wrong("global", over("node.kill", &["r"])), "bound to both `node.recover` and `node.kill`"),
        (wrong("global", over("node.kill", &["g"])), "bound to both"),
    ];
    for (error, says) in &cases {
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.position(), Position { line: 7, column: 1 });
    }
}
