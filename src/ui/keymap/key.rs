//! One key, and how it is spelled.
//!
//! Idea: a printable key is its character, upper case being Shift; everything else has a name in angle brackets with
//! its modifiers before it, as lazygit writes it. So `G` and `<shift+g>` are one key, and `+` and `-` are just keys.
//! Errors: `BadKey` with the nearest known name.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::document::problem::nearest;

/// A key without its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyName {
    /// A printable character.
    Char(char),
    /// A function key.
    F(u8),
    /// A key that has a name.
    Named(&'static str),
}

/// A key with its modifiers. Shift is part of a character, and a modifier of every other key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Which.
    pub name: KeyName,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift; never for a character.
    pub shift: bool,
}

/// A key name that nobody knows.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no key is called `{text}`{}", nearest.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
pub struct BadKey {
    /// As it was written.
    pub text: String,
    /// The known name that is most like it.
    pub nearest: Option<String>,
}

/// Named keys: spelling in files, label for people, the terminal's code.
const NAMED: [(&str, &str, KeyCode); 15] = [
    ("space", "Space", KeyCode::Char(' ')),
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("up", "Up", KeyCode::Up),
    ("down", "Down", KeyCode::Down),
    ("left", "Left", KeyCode::Left),
    ("right", "Right", KeyCode::Right),
];

/// Function keys that terminals have.
const FUNCTION_KEYS: u8 = 24;

impl Key {
    /// A printable character; the space is a named key.
    pub const fn char(char: char) -> Self {
        let name = if char == ' ' { KeyName::Named("space") } else { KeyName::Char(char) };
        Self { name, ctrl: false, alt: false, shift: false }
    }

    /// Reads one key as files spell it.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let mut chars = text.chars();
        if let (Some(char), None) = (chars.next(), chars.next()) {
            return if char.is_control() || char == ' ' { Err(Self::bad(text)) } else { Ok(Self::char(char)) };
        }
        let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).ok_or_else(|| Self::bad(text))?;
        let inner = inner.to_lowercase();
        let mut key = Self::char(' ');
        let mut rest = inner.as_str();
        while let Some((modifier, after)) =
            rest.split_once('+').filter(|(before, after)| !before.is_empty() && !after.is_empty())
        {
            match modifier {
                "ctrl" | "c" => key.ctrl = true,
                "alt" | "a" => key.alt = true,
                "shift" | "s" => key.shift = true,
                _ => return Err(Self::bad(text)),
            }
            rest = after;
        }
        key.name = Self::name(rest).ok_or_else(|| Self::bad(text))?;
        if let (KeyName::Char(char), true) = (key.name, key.shift) {
            key.name = KeyName::Char(char.to_uppercase().next().unwrap_or(char));
            key.shift = false;
        }
        Ok(key)
    }

    /// The key that a terminal reports; `None` for modifiers alone, media keys and the like.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let modifiers = event.modifiers;
        let mut shift = modifiers.contains(KeyModifiers::SHIFT);
        let name = match event.code {
            KeyCode::BackTab => {
                shift = true;
                KeyName::Named("tab")
            }
            KeyCode::F(number) => KeyName::F(number),
            KeyCode::Char(char) if char != ' ' => {
                // Some terminals report Shift and the small letter, some the capital; both are the capital here.
                let char = if shift { char.to_uppercase().next().unwrap_or(char) } else { char };
                shift = false;
                KeyName::Char(char)
            }
            code => KeyName::Named(NAMED.iter().find(|(_, _, named)| *named == code)?.0),
        };
        let ctrl = modifiers.contains(KeyModifiers::CONTROL);
        let name = match name {
            KeyName::Char(char) if ctrl => KeyName::Char(char.to_lowercase().next().unwrap_or(char)),
            name => name,
        };
        Some(Self { name, ctrl, alt: modifiers.contains(KeyModifiers::ALT), shift })
    }

    /// The character that it types into a text field.
    pub fn typed(self) -> Option<char> {
        match self.name {
            KeyName::Char(char) if !self.ctrl && !self.alt => Some(char),
            KeyName::Named("space") if !self.ctrl && !self.alt => Some(' '),
            _ => None,
        }
    }

    /// As people read it: `x`, `Space`, `Ctrl-L`, `Shift-Tab`.
    pub fn label(&self) -> String {
        let name = match self.name {
            KeyName::Char(char) if self.ctrl || self.alt => char.to_uppercase().to_string(),
            KeyName::Char(char) => char.to_string(),
            KeyName::F(number) => format!("F{number}"),
            KeyName::Named(name) => {
                NAMED.iter().find(|(spelling, ..)| *spelling == name).map_or(name, |(_, label, _)| *label).to_owned()
            }
        };
        format!("{}{name}", self.modifiers("Ctrl-", "Alt-", "Shift-"))
    }

    fn modifiers(self, ctrl: &str, alt: &str, shift: &str) -> String {
        let parts = [(self.ctrl, ctrl), (self.alt, alt), (self.shift, shift)];
        parts.into_iter().filter(|(on, _)| *on).map(|(_, text)| text).collect()
    }

    fn name(text: &str) -> Option<KeyName> {
        let mut chars = text.chars();
        if let (Some(char), None) = (chars.next(), chars.next()) {
            return Some(KeyName::Char(char));
        }
        if let Some(number) = text.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
            return (1..=FUNCTION_KEYS).contains(&number).then_some(KeyName::F(number));
        }
        NAMED.iter().find(|(spelling, ..)| *spelling == text).map(|(spelling, ..)| KeyName::Named(spelling))
    }

    fn bad(text: &str) -> BadKey {
        let wanted = text.trim_matches(['<', '>']).to_lowercase();
        let last = wanted.rsplit('+').next().unwrap_or_default();
        let nearest = nearest(last, &NAMED.map(|(spelling, ..)| spelling)).map(|near| format!("<{near}>"));
        BadKey { text: text.to_owned(), nearest }
    }
}

/// As files spell it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = self.modifiers("ctrl+", "alt+", "shift+");
        match self.name {
            KeyName::Char(char) if modifiers.is_empty() => f.pad(&char.to_string()),
            KeyName::Char(char) => f.pad(&format!("<{modifiers}{char}>")),
            KeyName::F(number) => f.pad(&format!("<{modifiers}f{number}>")),
            KeyName::Named(name) => f.pad(&format!("<{modifiers}{name}>")),
        }
    }
}
