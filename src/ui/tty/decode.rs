//! What a control sequence means: a key, the mouse, or the answer to a question, which is no key.
//!
//! Idea: a key has a form that only keys have (no private prefix, no intermediate byte, a final that keys end with);
//! whatever else a terminal sends is a report, and is dropped. So an answer that is not known here is no key either.
//! Sources: xterm's control sequences (PC-style function keys, SGR and X10 mouse); kitty's keyboard protocol, legacy part.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The key of a character that came by itself.
pub(super) fn key(char: char) -> Event {
    let control = |code: char| KeyEvent::new(KeyCode::Char(code), KeyModifiers::CONTROL);
    Event::Key(match char {
        '\r' => KeyCode::Enter.into(),
        '\t' => KeyCode::Tab.into(),
        '\x1b' => KeyCode::Esc.into(),
        '\x7f' => KeyCode::Backspace.into(),
        '\0' => control(' '),
        '\x01'..='\x1a' => control(char::from(char as u8 - 1 + b'a')),
        '\x1c'..='\x1f' => control(char::from(char as u8 - 0x1c + b'4')),
        char if char.is_uppercase() => KeyEvent::new(KeyCode::Char(char), KeyModifiers::SHIFT),
        char => KeyCode::Char(char).into(),
    })
}

/// The key of a character that came right after Esc.
pub(super) fn alt(char: char) -> Event {
    match key(char) {
        Event::Key(key) => Event::Key(KeyEvent { modifiers: key.modifiers | KeyModifiers::ALT, ..key }),
        other => other,
    }
}

/// The key of `ESC O` and this character; the keypad sends itself so, too.
pub(super) fn ss3(last: char) -> Option<Event> {
    let code = match last {
        'M' => KeyCode::Enter,
        'I' => KeyCode::Tab,
        'X' => KeyCode::Char('='),
        'j'..='y' => KeyCode::Char(char::from(last as u8 - b'j' + b'*')),
        _ => letter(last)?,
    };
    Some(Event::Key(code.into()))
}

/// The event of `CSI`, these parameters and this final; `None` for what is a report, and for nonsense.
pub(super) fn csi(text: &str, last: char) -> Option<Event> {
    if let Some(text) = text.strip_prefix('<') {
        return sgr_mouse(text, last);
    }
    if let Some(text) = text.strip_prefix('[') {
        // The console of Linux: `ESC [ [ A` is F1.
        let number = (last as u32).checked_sub('A' as u32).filter(|number| *number < 5 && text.is_empty())?;
        return Some(Event::Key(KeyCode::F(number as u8 + 1).into()));
    }
    let parameters = parameters(text)?;
    let first = parameters.first().map_or(0, |(value, _)| *value);
    let (mask, kind) = parameters.get(1).copied().unwrap_or((1, 1));
    let pressed = |code: KeyCode| {
        let kind = match kind {
            2 => KeyEventKind::Repeat,
            3 => KeyEventKind::Release,
            _ => KeyEventKind::Press,
        };
        Event::Key(KeyEvent::new_with_kind(code, modifiers(mask), kind))
    };
    match last {
        'I' if text.is_empty() => Some(Event::FocusGained),
        'O' if text.is_empty() => Some(Event::FocusLost),
        'Z' if parameters.len() <= 2 => {
            Some(Event::Key(KeyEvent::new(KeyCode::BackTab, modifiers(mask) | KeyModifiers::SHIFT)))
        }
        '~' if first == 27 => {
            let char = parameters.get(2).and_then(|(value, _)| char::from_u32(*value))?;
            Some(with(key(char), modifiers(mask)))
        }
        '~' if parameters.len() <= 2 => numbered(first).map(pressed),
        'u' => match char::from_u32(first)? {
            // The private area names keys that the dashboard has no use for.
            '\u{e000}'..='\u{f8ff}' => None,
            char => {
                let Event::Key(key) = with(key(char), modifiers(mask)) else { return None };
                let Event::Key(KeyEvent { kind, .. }) = pressed(key.code) else { return None };
                Some(Event::Key(KeyEvent { kind, ..key }))
            }
        },
        'M' if parameters.len() == 3 => {
            let at = |place: usize| u16::try_from(parameters[place].0).ok();
            mouse(at(0)?.checked_sub(32)?, at(1)?, at(2)?)
        }
        // `CSI row ; column R` says where the cursor is; F3 comes as `ESC O R` or `CSI 13 ~`.
        'R' => None,
        _ if parameters.len() <= 2 && first <= 1 => letter(last).map(pressed),
        _ => None,
    }
}

/// The mouse as `CSI M` and three bytes say it.
pub(super) fn x10_mouse(bytes: [u8; 3]) -> Option<Event> {
    let [button, column, row] = bytes.map(|byte| u16::from(byte).saturating_sub(32));
    mouse(button, column, row)
}

fn sgr_mouse(text: &str, last: char) -> Option<Event> {
    let parameters = parameters(text).filter(|parameters| parameters.len() == 3)?;
    let at = |place: usize| u16::try_from(parameters[place].0).ok();
    let event = mouse(at(0)?, at(1)?, at(2)?)?;
    match (last, event) {
        ('M', event) => Some(event),
        ('m', Event::Mouse(MouseEvent { kind: MouseEventKind::Down(button), column, row, modifiers })) => {
            Some(Event::Mouse(MouseEvent { kind: MouseEventKind::Up(button), column, row, modifiers }))
        }
        ('m', event) => Some(event),
        _ => None,
    }
}

fn mouse(code: u16, column: u16, row: u16) -> Option<Event> {
    let button = |number: u16| match number {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match ((code & 0b11) | ((code & 0b1100_0000) >> 4), code & 0b10_0000 != 0) {
        (number @ 0..=2, false) => MouseEventKind::Down(button(number)),
        (number @ 0..=2, true) => MouseEventKind::Drag(button(number)),
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let held = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let modifiers = held.into_iter().filter(|(bit, _)| code & bit != 0).map(|(_, modifier)| modifier).collect();
    Some(Event::Mouse(MouseEvent { kind, column: column.saturating_sub(1), row: row.saturating_sub(1), modifiers }))
}

/// Numbers between semicolons, each with what follows it behind a colon; `None` for anything else.
fn parameters(text: &str) -> Option<Vec<(u32, u32)>> {
    let number = |text: &str| if text.is_empty() { Some(1) } else { text.parse().ok() };
    let parameter = |text: &str| {
        let mut parts = text.split(':');
        Some((number(parts.next().unwrap_or_default())?, number(parts.next().unwrap_or_default())?))
    };
    if text.is_empty() { Some(Vec::new()) } else { text.split(';').map(parameter).collect() }
}

fn modifiers(mask: u32) -> KeyModifiers {
    let mask = mask.saturating_sub(1);
    let held = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL), (8, KeyModifiers::SUPER)];
    held.into_iter().filter(|(bit, _)| mask & bit != 0).map(|(_, modifier)| modifier).collect()
}

fn with(event: Event, more: KeyModifiers) -> Event {
    match event {
        Event::Key(key) => Event::Key(KeyEvent { modifiers: key.modifiers | more, ..key }),
        other => other,
    }
}

fn letter(last: char) -> Option<KeyCode> {
    Some(match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        'P'..='S' => KeyCode::F(last as u8 - b'P' + 1),
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F((number - 10) as u8),
        17..=21 => KeyCode::F((number - 11) as u8),
        23..=26 => KeyCode::F((number - 12) as u8),
        28 | 29 => KeyCode::F((number - 13) as u8),
        31..=34 => KeyCode::F((number - 14) as u8),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Event> {
        Some(Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn keys_have_the_forms_of_keys() {
        let none = KeyModifiers::NONE;
        let table = [
            ("", 'A', pressed(KeyCode::Up, none)),
            ("1;2", 'D', pressed(KeyCode::Left, KeyModifiers::SHIFT)),
            ("1;5", 'P', pressed(KeyCode::F(1), KeyModifiers::CONTROL)),
            ("", 'Z', pressed(KeyCode::BackTab, KeyModifiers::SHIFT)),
            ("3", '~', pressed(KeyCode::Delete, none)),
            ("5;3", '~', pressed(KeyCode::PageUp, KeyModifiers::ALT)),
            ("15", '~', pressed(KeyCode::F(5), none)),
            ("24", '~', pressed(KeyCode::F(12), none)),
            ("27;5;99", '~', pressed(KeyCode::Char('c'), KeyModifiers::CONTROL)),
            ("99;5", 'u', pressed(KeyCode::Char('c'), KeyModifiers::CONTROL)),
            ("27", 'u', pressed(KeyCode::Esc, none)),
            ("[", 'B', pressed(KeyCode::F(2), none)),
            ("", 'I', Some(Event::FocusGained)),
        ];
        for (text, last, event) in table {
            assert_eq!(csi(text, last), event, "CSI {text}{last}");
        }
        assert_eq!(ss3('R'), pressed(KeyCode::F(3), none));
        assert_eq!(ss3('x'), pressed(KeyCode::Char('8'), none), "the keypad's 8 is no `x`");
        assert_eq!(ss3('z'), None);
    }

    #[test]
    fn reports_are_no_keys() {
        for (text, last) in [
            ("?1;2", 'c'),
            (">41;390;0", 'c'),
            ("=1", 'c'),
            ("?2026;2$", 'y'),
            ("4;2$", 'y'),
            ("?1", 'u'),
            ("12;40", 'R'),
            ("1;1", 'R'),
            ("0", 'n'),
            ("?997;1", 'n'),
            ("8;24;80", 't'),
            ("?1;0;256", 'S'),
            ("2;1;1;112;112;1;0", 'x'),
            ("57358", 'u'),
            ("200", 'Q'),
            ("9999999999", '~'),
        ] {
            assert_eq!(csi(text, last), None, "CSI {text}{last}");
        }
    }

    #[test]
    fn the_mouse_is_read_in_every_form() {
        let down = |column, row| {
            let kind = MouseEventKind::Down(MouseButton::Left);
            Some(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
        };
        assert_eq!(csi("<0;20;10", 'M'), down(19, 9));
        assert_eq!(csi("32;20;10", 'M'), down(19, 9));
        assert_eq!(x10_mouse([32, 52, 42]), down(19, 9));
        let kind = |event| if let Some(Event::Mouse(mouse)) = event { Some(mouse.kind) } else { None };
        assert_eq!(kind(csi("<0;1;1", 'm')), Some(MouseEventKind::Up(MouseButton::Left)));
        assert_eq!(kind(csi("<64;1;1", 'M')), Some(MouseEventKind::ScrollUp));
        assert_eq!(kind(csi("<65;1;1", 'M')), Some(MouseEventKind::ScrollDown));
        assert_eq!(kind(csi("<35;1;1", 'M')), Some(MouseEventKind::Moved));
        assert_eq!(kind(csi("<32;1;1", 'M')), Some(MouseEventKind::Drag(MouseButton::Left)));
    }
}
