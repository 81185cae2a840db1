//! The reader: typed access to a TOML table, which knows where everything stands.
//!
//! Idea: a key that is asked for is a key that is known; what is left when a table is through is unknown, and named
//! with its nearest known spelling. So the list of keys is written once, by the code that reads them.
//! Shape: `read` parses the text and runs a closure over the root; `Reader::table` does the same for a table inside,
//! so that no table can be left unchecked.
//! Errors: the first thing wrong, as a `Problem`.
//! Left out: dates; nothing here is one.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::time::SimDuration;
use crate::domain::view::Text;

use super::choice::Choice;
use super::problem::{Place, Problem, Reading, Source, nearest};

mod item;

type Entry<'d> = (Range<usize>, &'d Spanned<DeValue<'d>>);

/// A table that is being read.
pub struct Reader<'d> {
    source: Arc<Source>,
    table: &'d DeTable<'d>,
    /// How messages call it: `[raft]`, `[[step]] 3`, or nothing for the root.
    name: String,
    head: Range<usize>,
    asked: Vec<&'static str>,
    /// Any key is known here.
    open: bool,
}

/// A value with its place.
pub struct Item<'d> {
    /// Where it stands.
    pub place: Place,
    value: &'d DeValue<'d>,
}

/// Parses `text` and reads its root table; `name` is what messages call the file.
///
/// # Errors
/// The first thing wrong: in the grammar, in a value, or a key that nothing asked for.
pub fn read<T>(name: &str, text: &str, visit: impl FnOnce(&mut Reader<'_>) -> Reading<T>) -> Reading<T> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let root = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        Place::new(&source, span).problem(format!("not TOML: {}", error.message()))
    })?;
    Reader { source, table: root.get_ref(), name: String::new(), head: 0..0, asked: Vec::new(), open: false }
        .visit(visit)
}

impl<'d> Reader<'d> {
    fn visit<T>(mut self, visit: impl FnOnce(&mut Self) -> Reading<T>) -> Reading<T> {
        let value = visit(&mut self)?;
        match self.stranger() {
            Some(problem) => Err(problem),
            None => Ok(value),
        }
    }

    /// The first key, in the order of the file, that nothing asked for.
    fn stranger(&self) -> Option<Box<Problem>> {
        if self.open {
            return None;
        }
        let strangers = self.table.keys().filter(|key| !self.asked.contains(&key.get_ref().as_ref()));
        let key = strangers.min_by_key(|key| key.span().start)?;
        let found = format!("unknown key `{}`{}", key.get_ref(), self.inside());
        Some(Place::new(&self.source, key.span()).problem(found).among(key.get_ref(), &self.asked))
    }

    pub(super) fn inside(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) }
    }

    fn find(&self, key: &str) -> Option<Entry<'d>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(name, value)| (name.span(), value))
    }

    fn ask(&mut self, key: &'static str) -> Option<Item<'d>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let (_, value) = self.find(key)?;
        Some(Item { place: Place::new(&self.source, value.span()), value: value.get_ref() })
    }

    /// Whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The head of this table: where to point when something is missing in it.
    pub fn place(&self) -> Place {
        Place::new(&self.source, self.head.clone())
    }

    /// Where the key stands that these names lead to (`["raft", "heartbeat_ms"]`), if it is written.
    pub fn place_of(&self, path: &[&str]) -> Option<Place> {
        let (last, tables) = path.split_last()?;
        let mut table = self.table;
        for name in tables {
            table = table.iter().find(|(key, _)| key.get_ref() == name)?.1.get_ref().as_table()?;
        }
        let key = table.keys().find(|key| key.get_ref() == last)?;
        Some(Place::new(&self.source, key.span()))
    }

    /// Every key with its place and value, in the order of the file, for tables whose keys are not known beforehand:
    /// whoever takes them all checks them all.
    pub fn contents(&mut self) -> Vec<(String, Place, Item<'d>)> {
        self.open = true;
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let one = |(key, value): (&'d Spanned<_>, &'d Spanned<DeValue<'d>>)| {
            let key: &Spanned<toml::de::DeString<'d>> = key;
            let item = Item { place: Place::new(&self.source, value.span()), value: value.get_ref() };
            (key.get_ref().to_string(), Place::new(&self.source, key.span()), item)
        };
        entries.into_iter().map(one).collect()
    }

    /// The value of a key that may be left out.
    pub fn optional(&mut self, key: &'static str) -> Option<Item<'d>> {
        self.ask(key)
    }

    /// The value of a key that must be there, such as in this example.
    ///
    /// # Errors
    /// It is missing; if a misspelling of it is there, that is what the message is about.
    pub fn required(&mut self, key: &'static str, example: &str) -> Reading<Item<'d>> {
        if let Some(item) = self.ask(key) {
            return Ok(item);
        }
        let misspelt = self.table.keys().find(|found| nearest(found.get_ref(), &[key]).is_some());
        Err(match misspelt {
            Some(found) => Place::new(&self.source, found.span())
                .problem(format!("unknown key `{}`{}", found.get_ref(), self.inside()))
                .among(found.get_ref(), &[key]),
            None => {
                let found = format!("the key `{key}` is missing{}", self.inside());
                self.place().problem(found).noting(format!("for example: {key} = {example}"))
            }
        })
    }

    /// A whole number within a range.
    ///
    /// # Errors
    /// It is something else, or outside.
    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<u64>, default: u64) -> Reading<u64> {
        let Some(item) = self.ask(key) else { return self.within(key, &range, default) };
        item.integer(key, range)
    }

    /// A length of time in milliseconds.
    ///
    /// # Errors
    /// It is no whole number, or outside.
    pub fn millis(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: SimDuration,
    ) -> Reading<SimDuration> {
        let Some(item) = self.ask(key) else { return self.lasts_within(key, &range, 1_000_000, default) };
        item.integer(key, range).map(SimDuration::from_millis)
    }

    /// A length of time in microseconds.
    ///
    /// # Errors
    /// It is no whole number, or outside.
    pub fn micros(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: SimDuration,
    ) -> Reading<SimDuration> {
        let Some(item) = self.ask(key) else { return self.lasts_within(key, &range, 1_000, default) };
        item.integer(key, range).map(SimDuration::from_micros)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// It is something else.
    pub fn switch(&mut self, key: &'static str, default: bool) -> Reading<bool> {
        self.ask(key).map_or(Ok(default), |item| item.switch(key))
    }

    /// One word out of a few.
    ///
    /// # Errors
    /// It is another.
    pub fn choice<C: Choice>(&mut self, key: &'static str, default: C) -> Reading<C> {
        self.ask(key).map_or(Ok(default), |item| item.choice(key))
    }

    /// A text in both languages, `{ en = "...", ru = "..." }`; without `ru`, or as a string, it is the same in both.
    ///
    /// # Errors
    /// `en` is missing, or one of them is no string.
    pub fn text(&mut self, key: &'static str) -> Reading<Option<Text>> {
        let Some(item) = self.ask(key) else { return Ok(None) };
        match item.value {
            DeValue::String(_) => item.string(key).map(|text| Some(Text::alike(text))),
            DeValue::Table(_) => self.inner(key, &item)?.visit(Self::languages).map(Some),
            _ => Err(item.wrong(key, "a string, or { en = \"...\", ru = \"...\" }")),
        }
    }

    /// The two texts under `en` and `ru` of this table.
    ///
    /// # Errors
    /// `en` is missing, or one of them is no string.
    pub fn languages(&mut self) -> Reading<Text> {
        let en = self.required("en", "\"Who leads?\"")?.string("en")?;
        let ru = self.ask("ru").map_or(Ok(en), |item| item.string("ru"))?;
        Ok(Text { en: en.to_owned(), ru: ru.to_owned() })
    }

    /// The elements of a list; none if the key is left out.
    ///
    /// # Errors
    /// It is no list.
    pub fn list(&mut self, key: &'static str) -> Reading<Vec<Item<'d>>> {
        let Some(item) = self.ask(key) else { return Ok(Vec::new()) };
        item.list(key, &self.source)
    }

    /// Reads the table under a key, if it is there; what the closure does not ask for is unknown.
    ///
    /// # Errors
    /// It is no table, or something in it is wrong.
    pub fn table<T>(&mut self, key: &'static str, visit: impl FnOnce(&mut Self) -> Reading<T>) -> Reading<Option<T>> {
        let Some(item) = self.ask(key) else { return Ok(None) };
        self.inner(key, &item)?.visit(visit).map(Some)
    }

    /// Reads the table under a key, or an empty one if it is left out: what holds where the file is silent is looked at, too.
    ///
    /// # Errors
    /// It is no table, or something in it is wrong.
    pub fn section<T>(&mut self, key: &'static str, visit: impl FnOnce(&mut Reader<'_>) -> Reading<T>) -> Reading<T> {
        if let Some(item) = self.ask(key) {
            return self.inner(key, &item)?.visit(visit);
        }
        let (source, name, head) = (Arc::clone(&self.source), self.name_of(key), self.head.clone());
        Reader { source, table: &DeTable::new(), name, head, asked: Vec::new(), open: false }.visit(visit)
    }

    /// Reads each table of a list of tables, `[[key]]`.
    ///
    /// # Errors
    /// It is no list of tables, or something in one is wrong.
    pub fn tables<T>(&mut self, key: &'static str, mut visit: impl FnMut(&mut Self) -> Reading<T>) -> Reading<Vec<T>> {
        let items = self.list(key)?;
        let number = |place: usize| format!("[[{key}]] {place}");
        items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let mut inner = self.inner(key, item)?;
                inner.name = number(place + 1);
                inner.visit(&mut visit)
            })
            .collect()
    }

    /// Reads a table that stands as a value in a list or under a name that is not known beforehand.
    ///
    /// # Errors
    /// It is no table, or something in it is wrong.
    pub fn inside_item<T>(
        &self,
        name: &str,
        item: &Item<'d>,
        visit: impl FnOnce(&mut Self) -> Reading<T>,
    ) -> Reading<T> {
        self.inner(name, item)?.visit(visit)
    }

    fn inner(&self, key: &str, item: &Item<'d>) -> Reading<Self> {
        let DeValue::Table(table) = item.value else {
            return Err(item.wrong(key, "a table"));
        };
        let (source, name) = (Arc::clone(&self.source), self.name_of(key));
        Ok(Self { source, table, name, head: item.place.first_line_span(), asked: Vec::new(), open: false })
    }

    fn name_of(&self, key: &str) -> String {
        if self.name.is_empty() {
            format!("[{key}]")
        } else if self.name.starts_with("[[") {
            format!("`{key}` of {}", self.name)
        } else {
            format!("{}.{key}]", self.name.trim_end_matches(']'))
        }
    }
}
