//! A line of a recording: JSON that says nothing but what the program writes.
//!
//! Idea: what was read is written again, and whatever the line has that this has not is a key that nobody knows. So no list
//! of keys is kept beside the types. Keys that were added later may be missing; they have their defaults.
//! Errors: a `Problem` at the column in question, in words that name no type of ours.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::problem::{Place, Problem, Reading, clipped};

/// Reads the JSON of a line.
///
/// # Errors
/// It is no such JSON, or has an unknown key.
pub(super) fn parse<T: DeserializeOwned + Serialize>(line: &Place) -> Reading<T> {
    let read: T = serde_json::from_str(line.text()).map_err(|error| not_json(line, &error))?;
    let values = serde_json::from_str(line.text()).and_then(|found| Ok((found, serde_json::to_value(&read)?)));
    let (found, known): (Value, Value) = values.map_err(|error| not_json(line, &error))?;
    match stranger(&found, &known) {
        None => Ok(read),
        Some((key, known)) => {
            let place = inside(line, &format!("{}:", Value::from(key.clone())));
            Err(place.problem(format!("unknown key `{}`", clipped(&key))).among(&key, &known))
        }
    }
}

/// Whether this is the beginning of such JSON, whose rest was never written.
pub(super) fn is_torn<T: DeserializeOwned>(line: &Place) -> bool {
    serde_json::from_str::<T>(line.text()).is_err_and(|error| error.is_eof())
}

/// The place in a line where this text stands; else the line.
pub(super) fn inside(line: &Place, text: &str) -> Place {
    line.text().find(text).map_or_else(|| line.clone(), |byte| line.inner(byte))
}

/// The first key that was found and is not known, with those that are known in its place.
fn stranger(found: &Value, known: &Value) -> Option<(String, Vec<String>)> {
    match (found, known) {
        (Value::Object(found), Value::Object(known)) => found.iter().find_map(|(key, value)| match known.get(key) {
            Some(known) => stranger(value, known),
            None => Some((key.clone(), known.keys().cloned().collect())),
        }),
        (Value::Array(found), Value::Array(known)) => found.iter().zip(known).find_map(|(a, b)| stranger(a, b)),
        _ => None,
    }
}

/// The problem with a line that serde cannot read, at the column that it names.
fn not_json(line: &Place, error: &serde_json::Error) -> Box<Problem> {
    // Its own place is the column in a text of one line; the line is known better here.
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let place = line.inner(error.column().saturating_sub(1));
    if let Some(key) = words.strip_prefix("missing field ") {
        return place.problem(format!("the key {key} is missing"));
    }
    if let Some((word, known)) = words.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, ")) {
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        return place.problem(format!("unknown word `{}`", clipped(word))).among(word, &known);
    }
    if let Some((found, expected)) = words.split_once(", expected ") {
        let found = found.trim_start_matches("invalid value: ").trim_start_matches("invalid type: ");
        return place.problem(format!("{found} does not belong here")).allow(allowed(expected));
    }
    place.problem(words)
}

/// What serde calls by the name of a type.
fn allowed(expected: &str) -> String {
    let most = match expected {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        "u64" | "usize" => u64::MAX,
        "i64" => return format!("a whole number from {} to {}", i64::MIN, i64::MAX),
        other => return other.to_owned(),
    };
    format!("a whole number from 0 to {most}")
}
