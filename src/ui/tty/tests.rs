//! What terminals answer presses no key, and what a person presses is not lost.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseEventKind};

use super::paste::PASTE_MAX;
use super::timing::ALT_WITHIN;
use super::*;
use crate::domain::chance::{Chance, Purpose};

/// What terminals answer to the questions that programs ask them: attributes (DA1, DA2, DA3), version, capabilities,
/// settings, modes, colours, clipboard, keyboard, graphics, sizes, titles.
pub(crate) const ANSWERS: [(&str, &[&str]); 12] = [
    (
        "xterm",
        &[
            "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
            "\x1b[>41;390;0c",
            "\x1bP!|00000000\x1b\\",
            "\x1bP>|XTerm(390)\x1b\\",
            "\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\",
            "\x1bP1$r0;1;38;5;208m\x1b\\",
            "\x1b]11;rgb:1010/1212/1818\x07",
            "\x1b]lxterm: make big red Xs\x1b\\",
            "\x1b[8;24;80t",
            "\x1b[?1;0;256S",
        ],
    ),
    ("tmux", &["\x1bP>|tmux 3.5a\x1b\\", "\x1b[>84;0;0c", "\x1bPtmux;\x1b\x1b]11;rgb:10/12/18\x07\x1b\\"]),
    ("foot", &["\x1bP>|foot(1.20.2)\x1b\\", "\x1bP!|464f4f54\x1b\\", "\x1b[>1;012002;0c", "\x1bP0+r5858\x1b\\"]),
    (
        "kitty",
        &[
            "\x1bP>|kitty(0.38.1)\x1b\\",
            "\x1b_Gi=31;OK\x1b\\",
            "\x1b_Gi=31;ENODATA:insufficient image data fix\x1b\\",
            "\x1b[?1u",
            "\x1b[?2026;2$y",
            "\x1b]99;i=1:p=?;a=focus,report:o=always:u=0,1,2\x1b\\",
        ],
    ),
    ("iTerm2", &["\x1bP>|iTerm2 3.5.10\x1b\\", "\x1b]1337;ReportCellSize=17.0;8.0;2.0\x1b\\", "\x1b[>0;95;0c"]),
    ("Windows Terminal", &["\x1b[?61;6;7;14;21;22;23;24;28;32;42;52c", "\x1b[>0;10;1c", "\x1bP1$r2 q\x1b\\"]),
    ("WezTerm", &["\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\", "\x1b[?65;4;6;18;22c", "\x1b[=0c"]),
    ("Alacritty", &["\x1b]11;rgb:1d1d/1f1f/2121\x1b\\", "\x1b]52;c;a2lsbCBhbGwgWCBmRmJy\x1b\\", "\x1b[>0;2401;1c"]),
    ("VTE", &["\x1bP>|VTE(7802)\x1b\\", "\x1bP!|7E565445\x1b\\", "\x1b[?997;1n", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"]),
    ("Konsole", &["\x1bP>|Konsole 24.12.0\x1b\\", "\x1b[>1;241200;0c", "\x1b]10;rgb:fcfc/fcfc/fcfc\x07"]),
    ("mintty", &["\x1bP>|mintty 3.7.7\x1b\\", "\x1b[>77;30707;0c", "\x1b[12;40R"]),
    ("GNU screen", &["\x1b[>83;50001;0c", "\x1b[?1;2c", "\x1b^a privacy message: fix\x1b\\", "\x1bXa string\x1b\\"]),
];

const MS: fn(u64) -> Duration = Duration::from_millis;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn char(char: char) -> Event {
    let shift = if char.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    key(KeyCode::Char(char), shift)
}

fn esc() -> Event {
    key(KeyCode::Esc, KeyModifiers::NONE)
}

/// What comes of these pieces with a pause after each; time goes on in small steps, as the loop's does.
fn scanned(scanner: &mut Scanner, at: &mut Duration, pieces: &[&[u8]], pause: Duration) -> Vec<Event> {
    let mut out = Vec::new();
    for piece in pieces {
        scanner.feed(piece, *at, &mut out);
        scanner.release(*at, &mut out);
        let next = *at + pause;
        while let Some(tick) = scanner.next_tick().filter(|tick| *tick < next) {
            scanner.release(tick, &mut out);
        }
        *at = next;
    }
    out
}

/// The same with a scanner of its own, and a long silence at the end.
fn pressed(pieces: &[&[u8]], pause: Duration) -> Vec<Event> {
    let (mut scanner, mut at) = (Scanner::default(), MS(5_000));
    let mut out = scanned(&mut scanner, &mut at, pieces, pause);
    out.extend(scanned(&mut scanner, &mut at, &[b""], MS(60_000)));
    out
}

fn answers() -> impl Iterator<Item = (&'static str, &'static str)> {
    ANSWERS.into_iter().flat_map(|(terminal, answers)| answers.iter().map(move |answer| (terminal, *answer)))
}

#[test]
fn the_answers_of_ten_terminals_split_at_every_byte_press_no_key() {
    assert!(ANSWERS.len() >= 10);
    for (terminal, answer) in answers() {
        let bytes = answer.as_bytes();
        for cut in 0..bytes.len() {
            for pause in [0, 10, 49, 99, 240, 999, 1_200, 60_000].map(MS) {
                let (first, second) = bytes.split_at(cut);
                let out = pressed(&[b"x", first, second, b"q"], pause);
                // What may have been pressed does not wait for ever; it changes nothing.
                let typed_too = match cut {
                    1 if pause > ESC_FOR => vec![esc()],
                    2 if pause > ALT_FOR => vec![key(KeyCode::Char(char::from(bytes[1])), KeyModifiers::ALT)],
                    _ => vec![],
                };
                // Before the letter, Alt with a capital has Shift, too.
                let out: Vec<Event> = out.into_iter().map(without_shift_of_alt).collect();
                let expected = [vec![char('x')], typed_too, vec![char('q')]].concat();
                assert_eq!(out, expected, "{terminal}: {answer:?} cut at {cut}, a pause of {pause:?}");
            }
        }
    }
}

fn without_shift_of_alt(event: Event) -> Event {
    match event {
        Event::Key(key) if key.modifiers.contains(KeyModifiers::ALT) => {
            Event::Key(KeyEvent { modifiers: KeyModifiers::ALT, ..key })
        }
        other => other,
    }
}

#[test]
fn answers_that_come_byte_by_byte_press_no_key() {
    for (terminal, answer) in answers() {
        for pause in [0, 1, 15, 40, 99].map(MS) {
            let mut pieces: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
            pieces.push(b"q");
            assert_eq!(pressed(&pieces, pause), [char('q')], "{terminal}: {answer:?}, {pause:?} between bytes");
        }
    }
}

#[test]
fn answers_that_are_cut_twice_press_nothing_that_does_anything() {
    let pieces: [&[u8]; 4] = [b"\x1b", b"P", b">|XTerm(390)\x1b\\", b"q"];
    assert_eq!(pressed(&pieces, MS(150)), [esc(), char('P'), char('q')]);
    let pieces: [&[u8]; 4] = [b"\x1bP>|iTerm", b"X2", b"3.4)\x1b\\", b"q"];
    assert_eq!(pressed(&pieces, MS(1_300)), [char('q')]);
    let pieces: [&[u8]; 4] = [b"\x1b", b"[?", b"64;1;2c", b"q"];
    assert_eq!(pressed(&pieces, MS(150)), [esc(), char('['), char('?'), char('q')]);
}

#[test]
fn answers_in_controls_of_eight_bits_and_many_at_once_press_no_key() {
    for (terminal, answer) in answers().filter(|(_, answer)| !answer.contains("tmux;")) {
        let short = ["P", "X", "]", "^", "_", "[", "\\"].into_iter().fold(answer.to_owned(), |text, introducer| {
            let one = char::from(introducer.as_bytes()[0] + 0x40);
            text.replace(&format!("\x1b{introducer}"), &one.to_string())
        });
        // As UTF-8 writes them, and as single bytes.
        let single: Vec<u8> = short.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
        for bytes in [short.as_bytes(), &single] {
            for cut in 0..bytes.len() {
                let (first, second) = bytes.split_at(cut);
                for pause in [0, 2_000].map(MS) {
                    assert_eq!(pressed(&[first, second, b"q"], pause), [char('q')], "{terminal}: {short:?} at {cut}");
                }
            }
        }
    }
    // All at once, in pieces of every size, with keys at both ends.
    let all = format!("x{}q", answers().map(|(_, answer)| answer).collect::<String>());
    for size in 1..80 {
        let pieces: Vec<&[u8]> = all.as_bytes().chunks(size).collect();
        assert_eq!(pressed(&pieces, MS(5)), [char('x'), char('q')], "pieces of {size}");
    }
}

#[test]
fn an_answer_is_swallowed_however_long_it_is() {
    let long = format!("\x1b]52;c;{}\x1b\\q", "Xx".repeat(200_000));
    let pieces: Vec<&[u8]> = long.as_bytes().chunks(4_096).collect();
    assert_eq!(pressed(&pieces, MS(1)), [char('q')]);
}

/// Esc came by itself, so what follows may have been typed; but nobody types this.
#[test]
fn an_answer_in_doubt_is_known_by_its_beginning_or_by_its_length() {
    let pieces: [&[u8]; 4] = [b"\x1b", b"]11;", b"rgb:0/0/0\x07", b"q"];
    assert_eq!(pressed(&pieces, MS(150)), [esc(), char('q')]);
    let long = format!("X{}", "a".repeat(100));
    let pieces: [&[u8]; 4] = [b"\x1b", long.as_bytes(), b"zz\x1b\\", b"q"];
    assert_eq!(pressed(&pieces, MS(150)), [esc(), char('q')]);
}

#[test]
fn can_and_sub_end_a_string_even_in_its_burst() {
    for (control, letter) in [(0x18, 'x'), (0x1a, 'z')] {
        let bytes = [b"\x1b]52;c;abc".as_slice(), &[control], b"q"].concat();
        let ended = [key(KeyCode::Char(letter), KeyModifiers::CONTROL), char('q')];
        assert_eq!(pressed(&[&bytes], MS(1)), ended);
    }
}

#[test]
fn of_a_long_answer_only_the_beginning_is_kept() {
    let mut scanner = Scanner::default();
    scanner.feed(format!("\x1b]52;c;{}\x07", "a".repeat(10_000)).as_bytes(), MS(1), &mut Vec::new());
    let kept: Vec<usize> = scanner.answers().iter().map(String::len).collect();
    assert_eq!(kept, [super::timing::TEXT_MAX]);
}

#[test]
fn what_an_osc_says_can_be_asked_for() {
    let (mut scanner, mut out) = (Scanner::default(), Vec::new());
    scanner.feed(b"\x1b]11;rgb:0/0/0\x07\x1b]11;rgb:f/f/f\x1b\\\x1bP>|foot\x1b\\", MS(1), &mut out);
    assert_eq!((scanner.answers(), out), (vec!["11;rgb:0/0/0".to_owned(), "11;rgb:f/f/f".to_owned()], vec![]));
    // urxvt ends with a bare Esc.
    scanner.feed(b"\x1b]11;rgb:0/0/0\x1b", MS(2), &mut Vec::new());
    scanner.release(MS(2_000), &mut Vec::new());
    assert_eq!(scanner.answers(), ["11;rgb:0/0/0"]);
    let mut out = Vec::new();
    scanner.feed(b"q", MS(3_000), &mut out);
    assert_eq!(out, [char('q')]);
}

#[test]
fn what_a_person_presses_comes_through() {
    let alt = |char: char| {
        let shift = if char.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        key(KeyCode::Char(char), KeyModifiers::ALT | shift)
    };
    // A hand: one key after another, each in one piece.
    for pause in [110, 180, 400, 3_000].map(MS) {
        for introducer in ['P', 'X', ']', '_', '^', '[', 'O'] {
            let with_alt = format!("\x1b{introducer}");
            let out = pressed(&[with_alt.as_bytes(), b"x", b"1", b"\x1b", b"X", b"A", b"q"], pause.max(MS(260)));
            let typed = [alt(introducer), char('x'), char('1'), esc(), char('X'), char('A'), char('q')];
            assert_eq!(out, typed, "Alt-{introducer}, {pause:?}");
            let out = pressed(&[b"\x1b", introducer.to_string().as_bytes(), b"x", b"A", b"\x1b", b":"], pause);
            let typed = [esc(), char(introducer), char('x'), char('A'), esc(), char(':')];
            assert_eq!(out, typed, "Esc, {introducer}, {pause:?}");
        }
    }
    // A fast hand: Esc and the next key are two keys, unless they came as one.
    assert_eq!(pressed(&[b"\x1b", b"x"], MS(30)), [esc(), char('x')]);
    assert_eq!(pressed(&[b"\x1bx"], MS(30)), [alt('x')]);
    assert_eq!(pressed(&[b"\x1b\x1b"], MS(30)), [esc(), esc()]);
    // A key that is held down repeats.
    assert_eq!(pressed(&[b"\x1bP", b"\x1bP", b"\x1bP"], MS(30)), [alt('P'), alt('P'), alt('P')]);
    assert_eq!(pressed(&[b"jjjj\x1b", b"k"], MS(300)), ['j', 'j', 'j', 'j', '\x1b', 'k'].map(super::decode::key));
    assert_eq!(pressed(&["жé漢".as_bytes()], MS(1)), [char('ж'), char('é'), char('漢')]);
}

#[test]
fn keys_cut_by_the_line_are_whole() {
    let table: [(&str, Event); 6] = [
        ("\x1b[A", key(KeyCode::Up, KeyModifiers::NONE)),
        ("\x1b[1;5C", key(KeyCode::Right, KeyModifiers::CONTROL)),
        ("\x1bOP", key(KeyCode::F(1), KeyModifiers::NONE)),
        ("\x1b[3~", key(KeyCode::Delete, KeyModifiers::NONE)),
        ("\x1b[15~", key(KeyCode::F(5), KeyModifiers::NONE)),
        ("\x1b[200~kill X\r\x1b]0;x\x07\x1b[201~", Event::Paste("kill X\r\x1b]0;x\x07".to_owned())),
    ];
    for (bytes, event) in table {
        for cut in 0..bytes.len() {
            let (first, second) = bytes.as_bytes().split_at(cut);
            for pause in [0, 30, 99].map(MS) {
                assert_eq!(pressed(&[first, second, b"q"], pause), [event.clone(), char('q')], "{bytes:?} at {cut}");
            }
        }
    }
    let mouse = pressed(&[b"\x1b[<64;10;5M\x1b[M !!"], MS(1));
    let kinds: Vec<_> = mouse.iter().map(|event| matches!(event, Event::Mouse(_))).collect();
    assert_eq!(kinds, [true, true]);
    assert!(matches!(&mouse[0], Event::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollUp));
    let long = format!("\x1b[200~{}\x1b[201~q", "a".repeat(3_000_000));
    let out = pressed(&[long.as_bytes()], MS(1));
    assert!(matches!(&out[0], Event::Paste(text) if text.len() == PASTE_MAX), "its bound holds");
    assert_eq!(out[1..], [char('q')]);
}

#[test]
fn an_answer_that_never_ends_does_not_take_the_keyboard_for_ever() {
    for broken in ["\x1bP>|XT", "\x1b]11;rgb:1", "\x1b_Gi=3", "\u{90}1+r"] {
        // After a silence a key is a key.
        for silence in [SHORT, MS(5_000), MS(20_000)] {
            let (mut scanner, mut at) = (Scanner::default(), Duration::ZERO);
            scanned(&mut scanner, &mut at, &[broken.as_bytes()], silence);
            let out = scanned(&mut scanner, &mut at, &[b"x", b"q", b"X"], MS(150));
            assert_eq!(out, [char('x'), char('q'), char('X')], "{broken:?} and {silence:?}");
        }
        // A control key and an arrow are keys at once.
        let ctrl_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        let up = key(KeyCode::Up, KeyModifiers::NONE);
        let enter = key(KeyCode::Enter, KeyModifiers::NONE);
        for (bytes, event) in [(&b"\x03"[..], ctrl_c), (b"\x1b[A", up), (b"\r", enter)] {
            assert_eq!(pressed(&[broken.as_bytes(), bytes, b"q"], MS(120)), [event, char('q')], "{broken:?}");
        }
        // Nothing that somebody types on is lost, or waits for the end of it.
        let (mut scanner, mut at) = (Scanner::default(), Duration::ZERO);
        scanned(&mut scanner, &mut at, &[broken.as_bytes()], MS(150));
        for pause in [ALT_WITHIN + MS(1), MS(30), MS(150)] {
            let keys: Vec<&[u8]> = std::iter::repeat_n(&b"j"[..], 200).collect();
            let mut out = scanned(&mut scanner, &mut at, &keys, pause);
            out.extend(scanned(&mut scanner, &mut at, &[b""], SHORT));
            assert_eq!(out.len(), 200, "{broken:?}, a key every {pause:?}");
        }
    }
}

/// A sequence that was cut off is over after a short silence, whoever comes next.
#[test]
fn a_broken_control_sequence_does_not_take_the_keyboard() {
    let ctrl_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
    for broken in
        ["\x1b[?", "\x1b[<", "\x1b[>", "\x1b[=", "\x1b[?64;1", "\x1b[<0;10", "\x1b[1;5", "\x1b[M", "\x1b[M!", "\u{9b}?"]
    {
        for silence in [SHORT, MS(150), MS(3_000), MS(60_000)] {
            for (bytes, event) in [("q", char('q')), (":", char(':')), ("X", char('X')), ("\x03", ctrl_c.clone())] {
                let (mut scanner, mut at) = (Scanner::default(), MS(5_000));
                let before = scanned(&mut scanner, &mut at, &[broken.as_bytes()], silence);
                let out = scanned(&mut scanner, &mut at, &[bytes.as_bytes(), b"j"], SHORT + MS(1));
                assert_eq!(before, [], "{broken:?} is no key");
                assert_eq!(out, [event, char('j')], "{bytes:?} after {broken:?} and {silence:?}");
            }
        }
        // Ctrl-C and the next sequence end it at once.
        for (bytes, event) in [("\x03", ctrl_c.clone()), ("\x1b[A", key(KeyCode::Up, KeyModifiers::NONE))] {
            assert_eq!(pressed(&[broken.as_bytes(), bytes.as_bytes(), b"q"], MS(10)), [event, char('q')], "{broken:?}");
        }
    }
    // Who waits for the loop waits in vain: what counts is when the bytes came.
    let (mut scanner, mut out) = (Scanner::default(), Vec::new());
    scanner.feed(b"\x1b[?", MS(1_000), &mut out);
    scanner.feed(b"q", MS(1_200), &mut out);
    assert_eq!(out, [char('q')]);
    let (mut scanner, mut out) = (Scanner::default(), Vec::new());
    for (byte, at) in [(&b"j"[..], 1_000), (b"\x1b", 1_100), (b":", 1_131), (b"q", 1_200)] {
        scanner.feed(byte, MS(at), &mut out);
    }
    assert_eq!(out, [char('j'), esc(), char(':'), char('q')], "Esc and a key more than 30 ms later are two keys");
}

#[test]
fn the_rest_of_a_broken_control_sequence_is_no_key() {
    for (first, second) in [
        ("\x1b[?64;1;2", "c"),
        ("\x1b[12;40", "R"),
        ("\x1b[?", "1u"),
        ("\x1b[<0;20;1", "0M"),
        ("\x1b[<65;20;10", "M"),
        ("\x1b[1;5", "C"),
        ("\x1b[M !", "X"),
        ("\x1b[M", "!XX"),
    ] {
        let out = pressed(&[first.as_bytes(), second.as_bytes(), b"q"], MS(300));
        assert_eq!(out, [char('q')], "{first:?} and {second:?}");
    }
}

#[test]
fn a_paste_without_an_end_runs_no_key_and_does_not_take_the_keyboard() {
    let paste = |text: &str| Event::Paste(text.to_owned());
    let ctrl_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let far = key(KeyCode::Up, KeyModifiers::CONTROL);
    let up = key(KeyCode::Up, KeyModifiers::NONE);
    for (bytes, event) in [
        (&b"q"[..], char('q')),
        (b"X", char('X')),
        (b"\x03", ctrl_c),
        (b"\x1b", esc()),
        (b"\x1b[A", up),
        (b"\x1b[1;5A", far),
    ] {
        for (text, pasted) in [("kill X\rX\r", vec![paste("kill X\rX\r")]), ("", vec![])] {
            let begun = format!("\x1b[200~{text}");
            let expected = [pasted, vec![event.clone(), char('j')]].concat();
            for silence in [SHORT, MS(2_000)] {
                let out = pressed(&[begun.as_bytes(), bytes, b"j"], silence + MS(10));
                assert_eq!(out, expected, "{begun:?}, then {bytes:?}, {silence:?}");
            }
        }
    }
    // The line is slow: what comes late is text, too, and so is an end.
    let pieces: [&[u8]; 5] = [b"\x1b[200~kill", b" X\rX X", b"XXXX\r", b"ab\x1b[201~", b"q"];
    let expected = [paste("kill"), paste(" X\rX X"), paste("XXXX\r"), paste("ab"), char('q')];
    assert_eq!(pressed(&pieces, MS(400)), expected);
}

#[test]
fn a_paste_that_pauses_runs_no_key_whatever_comes_first_and_never_makes_the_keyboard_deaf() {
    // A control key that is held is no text.
    let out = pressed(&[b"\x1b[200~hello", b"\x03\x03\x03\x03"], MS(150));
    let held = [key(KeyCode::Char('c'), KeyModifiers::CONTROL), key(KeyCode::Char('c'), KeyModifiers::CONTROL)];
    assert!(out.windows(2).any(|pair| pair == held), "{out:?}");
    // It may pause twice, and a little of it may come in between.
    for middle in [
        "\x1b[31m",
        "\x1b[2~",
        "\x1b[<0;9;9M",
        "\x07",
        "\r",
        "\t\t",
        "\x1b",
        "abc",
        "\x1b]",
        "\x1b[",
        "\u{65e5}",
        "\x1b[200~",
    ] {
        let out = pressed(&[b"\x1b[200~hello", middle.as_bytes(), b"XXXXXXXX\x1b[201~", b"q"], MS(150));
        let shot = out.iter().filter(|event| **event == char('X')).count();
        assert_eq!((shot, out.last()), (0, Some(&char('q'))), "{middle:?}: {out:?}");
    }
    // A second after the last of it whoever types fast, or holds a key, is heard.
    for (fast, pause) in [(&b"j"[..], 30), (b"j", 60), (b"\x1b[B", 30), (b"\x03", 30)] {
        let (mut scanner, mut at) = (Scanner::default(), MS(5_000));
        scanned(&mut scanner, &mut at, &[b"\x1b[200~hello"], MS(1_200));
        let out = scanned(&mut scanner, &mut at, &[fast; 20], MS(pause));
        let keys = out.iter().filter(|event| matches!(event, Event::Key(_))).count();
        assert!(keys >= 19, "{fast:?} every {pause} ms: {out:?}");
    }
    // Whatever the late text begins with, it runs no key.
    for late in ["\x07XXXX", "\x0cXXXX", "\x1b[31mXXXX\x1b[0m", "\x1b[A\x1b[AX", "\x1bXXXX", "\x1b[200~XXXX"] {
        for end in ["\x1b[201~", ""] {
            let out = pressed(&[b"\x1b[200~hello", format!("{late}{end}").as_bytes(), b"q"], MS(150));
            let keys: Vec<&Event> = out.iter().filter(|event| matches!(event, Event::Key(_))).collect();
            assert_eq!(keys, [&char('q')], "{late:?} {end:?}: {out:?}");
        }
    }
}

#[test]
fn a_paste_that_is_cut_anywhere_runs_no_key() {
    let paste = |text: &str| Event::Paste(text.to_owned());
    // Cut anywhere, in what begins and ends it, too.
    let whole = b"\x1b[200~kill X\rX\r\x1b[201~";
    for cut in 2..whole.len() {
        let out = pressed(&[&whole[..cut], &whole[cut..], b"q"], MS(400));
        let keys: Vec<&Event> = out.iter().filter(|event| matches!(event, Event::Key(_))).collect();
        let typed_too = (cut == 2).then(|| key(KeyCode::Char('['), KeyModifiers::ALT));
        assert_eq!(keys, typed_too.iter().chain([&char('q')]).collect::<Vec<_>>(), "cut at {cut}: {out:?}");
        let text: String = out
            .iter()
            .filter_map(|event| if let Event::Paste(text) = event { Some(text.as_str()) } else { None })
            .collect();
        assert_eq!(text, "kill X\rX\r", "cut at {cut}");
    }
    assert_eq!(pressed(&[b"\x1b[200~kill\x1b[2", b"q", b"j"], MS(400)), [paste("kill"), char('q'), char('j')]);
    assert_eq!(pressed(&[b"\x1b[200~a", b"\x1b[200~b\x1b[201~", b"q"], MS(400)), [paste("a"), paste("b"), char('q')]);
}

/// After a short silence a string without an end is over: a key acts, and what may be its rest does not.
#[test]
fn one_key_after_a_string_that_was_cut_acts_and_the_rest_of_it_does_not() {
    let ctrl_g_ends = "\x07";
    for broken in ["\x1bPabc", "\x1b]0;abc", "\x1b_abc", "\x1b^abc", "\x1bXabc", "\u{90}abc"] {
        let after = |silence: Duration, pieces: &[&str]| {
            let (mut scanner, mut at) = (Scanner::default(), MS(5_000));
            assert_eq!(scanned(&mut scanner, &mut at, &[broken.as_bytes()], silence), [], "{broken:?} is no key");
            let pieces: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
            scanned(&mut scanner, &mut at, &pieces, SHORT)
        };
        for silence in [SHORT, MS(200), MS(1_400), MS(60_000)] {
            for (typed, event) in [("q", char('q')), ("X", char('X')), ("ж", char('ж')), ("\x1b", esc())] {
                assert_eq!(after(silence, &[typed, ""]), [event], "{typed:?} after {broken:?} and {silence:?}");
            }
            for rest in [&["XX"][..], &["X;X\x1b\\"], &["XX", "XXX"], &[ctrl_g_ends], &["XXXX\x07"], &["XX", "X\x1b\\"]]
            {
                assert_eq!(after(silence, rest), [], "{rest:?} after {broken:?} and {silence:?}");
                let then_a_key = [rest, &["q", ""]].concat();
                assert_eq!(after(silence, &then_a_key), [char('q')], "{rest:?} after {broken:?} and {silence:?}");
            }
            let pasted = [Event::Paste("X\rX".to_owned())];
            assert_eq!(after(silence, &["\x1b[200~X\rX\x1b[201~"]), pasted, "after {broken:?}");
        }
        // The line brings the rest byte by byte, or one byte before the others.
        let (mut scanner, mut at) = (Scanner::default(), MS(5_000));
        scanned(&mut scanner, &mut at, &[broken.as_bytes()], MS(200));
        let bytes: Vec<&[u8]> = b"XXXXXX".chunks(1).collect();
        assert_eq!(scanned(&mut scanner, &mut at, &bytes, MS(5)), []);
        assert_eq!(scanned(&mut scanner, &mut at, &[b""], MS(200)), []);
        assert_eq!(scanned(&mut scanner, &mut at, &[b"X"], MS(10)), []);
        assert_eq!(scanned(&mut scanner, &mut at, &[b"XX\x1b\\", b"q"], MS(200)), [char('q')]);
    }
}

/// Capitals come only inside of answers and pastes here, small letters only as keys by themselves: whatever is cut where,
/// and however long the pauses are, no capital is pressed and the small letters are.
#[test]
fn no_text_of_a_terminal_or_a_paste_is_ever_pressed() {
    let seeds = std::env::var("TTY_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .map_or_else(|| (1..=300).collect(), |seed| vec![seed]);
    let whole = [
        "\x1bP>|X(XX)\x1b\\",
        "\x1b]52;c;XKXKXKXK\x07",
        "\x1b[?64;1;2c",
        "\x1b[200~kill X\rXX\r\x1b[201~",
        "\x1b_GX=XXXX\x1b\\",
    ];
    let broken = ["\x1b[200~XXXX\rXXXX", "\x1b[200~X", "\x1b[?6", "\x1b[<0;1", "\x1b[M", "\x1b[200~"];
    for seed in seeds {
        let seed: u64 = seed;
        let mut chance = Chance::stream(seed, Purpose::Storm, 0);
        let (mut scanner, mut at, mut out) = (Scanner::default(), MS(1_000), Vec::new());
        let (mut typed, mut heard) = (0, Vec::new());
        for _ in 0..30 {
            let mut below = |bound: usize| chance.below(bound as u64) as usize;
            if below(3) == 0 {
                typed += 1;
                out.extend(scanned(&mut scanner, &mut at, &[b"j"], MS(1_700)));
            } else if below(3) == 0 {
                out.extend(scanned(&mut scanner, &mut at, &[broken[below(broken.len())].as_bytes()], MS(1_700)));
            } else {
                // Cut once, anywhere but where the piece could have been typed: behind Esc, or Esc and one more.
                let bytes = whole[below(whole.len())].as_bytes();
                let (first, second) = bytes.split_at(3 + below(bytes.len() - 3));
                let pause = MS([0, 20, 90, 200, 1_200][below(5)]);
                out.extend(scanned(&mut scanner, &mut at, &[first], pause));
                out.extend(scanned(&mut scanner, &mut at, &[second], MS(1_700)));
            }
        }
        for event in &out {
            if let Event::Key(pressed) = event {
                heard.push(pressed.code);
            }
        }
        let replay = format!("TTY_SEED={seed} cargo test --lib no_text_of_a_terminal; {out:?}");
        assert!(heard.iter().all(|code| *code == KeyCode::Char('j')), "{replay}");
        assert_eq!(heard.len(), typed, "{replay}");
    }
}

#[test]
fn whatever_comes_the_keyboard_works_again() {
    let seed = std::env::var("TTY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut chance = Chance::stream(seed, Purpose::Storm, 0);
    let bag: &[u8] = b"\x1b\x1b\x1b[]P_^XO\\\x07\x9c\x90\x9b0;?><$~cMxq\xe6\xbc\x03\r\x18200~\x1b[200~";
    for walk in 0..400 {
        let (mut scanner, mut at, mut out) = (Scanner::default(), Duration::ZERO, Vec::new());
        for _ in 0..60 {
            let piece: Vec<u8> = (0..=chance.below(6)).map(|_| bag[chance.below(bag.len() as u64) as usize]).collect();
            let pause = MS([0, 5, 30, 80, 120, 300, 1_500][chance.below(7) as usize]);
            out.extend(scanned(&mut scanner, &mut at, &[&piece], pause));
            assert!(scanner.next_tick().is_none_or(|tick| tick >= at.saturating_sub(pause)));
        }
        scanned(&mut scanner, &mut at, &[b""], MS(2_000));
        // One Ctrl-C is heard, whatever may still be open.
        let out = scanned(&mut scanner, &mut at, &[b"\x03", b"q"], MS(2_000));
        let ctrl_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert!(out.ends_with(&[ctrl_c, char('q')]), "walk {walk}, TTY_SEED={seed}: {out:?}");
    }
}
