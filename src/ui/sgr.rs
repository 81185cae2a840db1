//! The sixteen colours in their own words: `31`, not `38;5;1`.
//!
//! Idea: terminals of eight and sixteen colours know 30-37, 40-47 and their bright twins; of `38;5;1` they take the `5`, and
//! blink. The library writes the palette's form for all of them, so what it wrote is spelt again on its way out. A colour of
//! the first sixteen means the same in both forms, so this is done on every terminal.
//! Shape: whole writes in, whole writes out: nothing here is cut in the middle of a sequence.
//! Sources: ECMA-48 8.3.117 (SGR); aixterm's bright colours.

use std::borrow::Cow;

/// These bytes with the first sixteen colours of the palette in their short form.
pub fn sixteen(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(start) = find(bytes, at, b"\x1b[") {
        let parameters = start + 2;
        let length = bytes[parameters..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        at = parameters + length;
        if bytes.get(at) != Some(&b'm') {
            continue;
        }
        if let Some(short) = short(&bytes[parameters..at]) {
            out.extend_from_slice(&bytes[done..parameters]);
            out.extend_from_slice(short.as_bytes());
            done = at;
        }
    }
    if done == 0 {
        return Cow::Borrowed(bytes);
    }
    out.extend_from_slice(&bytes[done..]);
    Cow::Owned(out)
}

/// The parameters of an SGR in their short form, if they have another.
fn short(parameters: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(parameters).ok()?;
    let words: Vec<&str> = text.split(';').collect();
    let (mut out, mut at) = (Vec::with_capacity(words.len()), 0);
    while at < words.len() {
        let rest = &words[at..];
        let (word, length) = match rest {
            [ground @ ("38" | "48"), "5", number, ..] => (colour(ground, number), 3),
            ["38" | "48", "2", ..] => (None, rest.len().min(5)),
            _ => (None, 1),
        };
        match word {
            Some(number) => out.push(number.to_string()),
            None => out.extend(rest[..length].iter().map(|word| (*word).to_owned())),
        }
        at += length;
    }
    let short = out.join(";");
    (short != text).then_some(short)
}

fn colour(ground: &str, number: &str) -> Option<u8> {
    let base = if ground == "38" { 30 } else { 40 };
    match number.parse() {
        Ok(number @ 0..=7_u8) => Some(base + number),
        Ok(number @ 8..=15) => Some(base + 60 + number - 8),
        _ => None,
    }
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted).map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sixteen_are_short_and_nothing_else_changes() {
        for (long, short) in [
            ("\x1b[38;5;1mred", "\x1b[31mred"),
            ("\x1b[38;5;9;48;5;0mx\x1b[48;5;15my", "\x1b[91;40mx\x1b[107my"),
            ("\x1b[1;38;5;7;4m", "\x1b[1;37;4m"),
            ("\x1b[38;5;16;48;5;8m", "\x1b[38;5;16;100m"),
            ("\x1b[38;2;5;1;2;48;5;3m", "\x1b[38;2;5;1;2;43m"),
        ] {
            assert_eq!(sixteen(long.as_bytes()), short.as_bytes(), "{long:?}");
        }
        for same in [
            "",
            "\x1b[",
            "\x1b[38;5",
            "\x1b[0m",
            "\x1b[38;5;200m",
            "38;5;1m",
            "\x1b[38;5;1H",
            "\x1b[38;5;m",
            "漢\x1b[m",
        ] {
            assert_eq!(sixteen(same.as_bytes()), same.as_bytes(), "{same:?}");
        }
    }
}
