//! The Cyrillic layout: a letter stands for the Latin one at the same place of the keyboard.
//!
//! Idea: a terminal reports the letter, not the place, so in the Russian layout `x` arrives as another letter and every
//! key of the dashboard is dead. The place is what the hand meant. Text fields take the letter as it is.
//! Left out: Ukrainian and Belarusian letters that stand elsewhere; their common letters are at the same places.

use super::keymap::{Key, KeyName};

/// The rows of the keyboard, Cyrillic above Latin.
const ROWS: [(&str, &str); 6] = [
    ("йцукенгшщзхъ", "qwertyuiop[]"),
    ("фывапролджэ", "asdfghjkl;'"),
    ("ячсмитьбю", "zxcvbnm,."),
    ("ЙЦУКЕНГШЩЗХЪ", "QWERTYUIOP{}"),
    ("ФЫВАПРОЛДЖЭ", "ASDFGHJKL:\""),
    ("ЯЧСМИТЬБЮ", "ZXCVBNM<>"),
];

/// The key at the same place of a Latin keyboard, if this one is of a Cyrillic layout.
pub fn latin(key: Key) -> Option<Key> {
    let KeyName::Char(pressed) = key.name else { return None };
    let place = |(cyrillic, latin): &(&str, &str)| {
        let place = cyrillic.chars().position(|char| char == pressed)?;
        latin.chars().nth(place)
    };
    let char = ROWS.iter().find_map(place).or(match pressed {
        'ё' => Some('`'),
        'Ё' => Some('~'),
        '№' => Some('#'),
        _ => None,
    })?;
    Some(Key { name: KeyName::Char(char), ..key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_stands_for_the_key_at_its_place() {
        for (cyrillic, expected) in [('ч', 'x'), ('Ч', 'X'), ('к', 'r'), ('и', 'b'), ('Ж', ':'), ('ю', '.'), ('с', 'c')]
        {
            assert_eq!(latin(Key::char(cyrillic)), Some(Key::char(expected)), "{cyrillic}");
        }
        assert_eq!(latin(Key::char('x')), None);
        assert_eq!(latin(Key { ctrl: true, ..Key::char('с') }), Some(Key { ctrl: true, ..Key::char('c') }));
    }

    #[test]
    fn every_row_has_as_many_letters_as_places() {
        for (cyrillic, latin) in ROWS {
            assert_eq!(cyrillic.chars().count(), latin.chars().count(), "{latin}");
        }
    }
}
