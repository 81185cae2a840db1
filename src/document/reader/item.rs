//! A value of a table: the one type that its key asks for, or a problem at its place.

use std::ops::RangeInclusive;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::super::choice::Choice;
use super::super::problem::{Place, Problem, Reading, Source, listed};
use super::super::ranges;
use super::Item;

impl<'d> Item<'d> {
    /// A whole number within a range.
    ///
    /// # Errors
    /// It is something else, or outside.
    pub fn integer(&self, key: &str, range: RangeInclusive<u64>) -> Reading<u64> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(digits) = self.value else {
            return Err(self.wrong(key, &allowed));
        };
        match u64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.place.problem(format!("`{key}` is {}, out of range", self.place.text())).allow(allowed)),
        }
    }

    /// A whole number within a range, or a list of such with at least one.
    ///
    /// # Errors
    /// It is something else, or one is outside.
    pub fn integers(&self, key: &str, range: RangeInclusive<u64>) -> Reading<Vec<u64>> {
        let allowed = format!("a whole number from {} to {}, or a list of such", range.start(), range.end());
        match &self.value {
            DeValue::Integer(_) => Ok(vec![self.integer(key, range)?]),
            DeValue::Array(items) if items.is_empty() => Err(ranges::empty(&self.place, key, &range)),
            DeValue::Array(_) => self.elements(key)?.iter().map(|item| item.integer(key, range.clone())).collect(),
            _ => Err(self.wrong(key, &allowed)),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// It is something else.
    pub fn switch(&self, key: &str) -> Reading<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong(key, "true, false"))
    }

    /// A string.
    ///
    /// # Errors
    /// It is something else.
    pub fn string(&self, key: &str) -> Reading<&'d str> {
        self.value.as_str().ok_or_else(|| self.wrong(key, "a string"))
    }

    /// Whether it is a string: for keys that take one of two shapes.
    pub const fn is_string(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Whether it is a table.
    pub const fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    /// Whether it is a whole number.
    pub const fn is_integer(&self) -> bool {
        matches!(self.value, DeValue::Integer(_))
    }

    /// One word out of a few.
    ///
    /// # Errors
    /// It is another.
    pub fn choice<C: Choice>(&self, key: &str) -> Reading<C> {
        let words = C::words();
        let word = self.value.as_str().ok_or_else(|| self.wrong(key, &listed(&words)))?;
        C::of_word(word).ok_or_else(|| self.place.problem(format!("`{key}` is \"{word}\"")).among(word, &words))
    }

    pub(super) fn list(&self, key: &str, source: &Arc<Source>) -> Reading<Vec<Self>> {
        let DeValue::Array(items) = self.value else {
            return Err(self.wrong(key, "a list"));
        };
        let item =
            |value: &'d Spanned<DeValue<'d>>| Item { place: Place::new(source, value.span()), value: value.get_ref() };
        Ok(items.iter().map(item).collect())
    }

    /// The elements of a list value, for keys that are not known beforehand.
    ///
    /// # Errors
    /// It is no list.
    pub fn elements(&self, key: &str) -> Reading<Vec<Self>> {
        self.list(key, self.place.source())
    }

    /// A problem with what kind of value it is.
    pub fn wrong(&self, key: &str, allowed: &str) -> Box<Problem> {
        let kind = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.place.problem(format!("`{key}` is {kind}")).allow(allowed)
    }
}
