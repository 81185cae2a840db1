//! The words after a verb, read one by one.
//!
//! Idea: each method takes the words of one argument, or complains about the first that does not fit.

use crate::document::choice::Choice;
use crate::document::problem::{Complaint, listed};
use crate::document::settings::RATE_MAX;
use crate::domain::control::{Burst, Control, Target};
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::instrument::INSTRUMENTS;
use crate::domain::rules::AckRule;
use crate::domain::tick::TickBurst;

use super::super::target;
use super::super::words::{self, Context, Word};

/// A hundred times the capacity is more than any desk survives.
const CAPACITY_PERCENT_MAX: u64 = 10_000;

/// Orders of one burst at most.
const BURST_ORDERS_MAX: u64 = 100_000_000;

/// The words that are still to be read.
pub(in crate::lesson) struct Rest<'w, 't> {
    words: &'w [Word<'t>],
    end: usize,
    verb: &'t str,
    form: &'static str,
    context: &'w Context,
    /// Words that could have stood where the next one stands.
    offered: Vec<String>,
}

impl<'w, 't> Rest<'w, 't> {
    /// The words after a verb, which is written so and has this form; the text ends at `end`.
    pub fn new(words: &'w [Word<'t>], end: usize, verb: &'t str, form: &'static str, context: &'w Context) -> Self {
        Self { words, end, verb, form, context, offered: Vec::new() }
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Complaint> {
        match self.words.first() {
            None => Ok(()),
            Some(extra) => {
                let found = extra.complain(format!("`{}` is too much here", extra.text));
                Err(found.among(extra.text, &self.offered).allow(self.form))
            }
        }
    }

    /// A number.
    pub fn count(&mut self, min: u64, max: u64) -> Result<u64, Complaint> {
        words::count(&self.word()?, min, max)
    }

    pub fn word(&mut self) -> Result<Word<'t>, Complaint> {
        let Some((word, rest)) = self.words.split_first() else {
            return Err(Complaint::new(self.end..self.end, format!("`{}` needs more", self.verb)).allow(self.form));
        };
        self.words = rest;
        self.offered.clear();
        Ok(word.clone())
    }

    pub fn takes(&mut self, text: &str) -> bool {
        let found = self.words.first().is_some_and(|word| word.text == text);
        if found {
            self.words = &self.words[1..];
            self.offered.clear();
        } else {
            self.offered.push(text.to_owned());
        }
        found
    }

    /// What this word means alone, or else what is read. Of a first word that is neither, the complaint knows both.
    pub fn either<T>(
        &mut self,
        alone: &str,
        meant: T,
        read: impl FnOnce(&mut Self) -> Result<T, Complaint>,
    ) -> Result<T, Complaint> {
        if self.takes(alone) {
            return Ok(meant);
        }
        let first = self.words.first().cloned();
        read(self).map_err(|wrong| match first.filter(|first| first.span == wrong.span) {
            Some(first) => wrong.or(first.text, alone),
            None => wrong,
        })
    }

    pub fn must(&mut self, text: &str) -> Result<(), Complaint> {
        let word = self.word()?;
        if word.text == text {
            return Ok(());
        }
        Err(word.complain(format!("`{}` does not belong here", word.text)).among(word.text, &[text]).allow(self.form))
    }

    pub fn target(&mut self) -> Result<Target, Complaint> {
        match self.context.selected {
            Some(node) if self.words.is_empty() || self.words[0].text == "off" => Ok(Target::Node(node)),
            _ => target::read(&self.word()?, self.context),
        }
    }

    pub fn pair(&mut self) -> Result<(Target, Target), Complaint> {
        let from = target::read(&self.word()?, self.context)?;
        self.must("->")?;
        Ok((from, target::read(&self.word()?, self.context)?))
    }

    pub fn group(&mut self) -> Result<GroupId, Complaint> {
        match self.words.first() {
            Some(word) if word.text != "to" => words::group(&self.word()?, self.context),
            _ => Ok(self.context.group),
        }
    }

    /// A group that has symbols.
    pub fn partition(&mut self) -> Result<GroupId, Complaint> {
        if self.words.is_empty() { Ok(self.context.group) } else { words::partition(&self.word()?, self.context) }
    }

    pub fn receiver(&mut self) -> Result<Option<NodeId>, Complaint> {
        if self.words.is_empty() {
            return Ok(None);
        }
        self.must("to")?;
        words::node(&self.word()?, self.context).map(Some)
    }

    pub fn symbol(&mut self) -> Result<SymbolId, Complaint> {
        let word = self.word()?;
        let name = word.text.to_ascii_uppercase();
        // The table has many more than a desk trades; an order for one of those would never be answered.
        let traded = SymbolId::first(self.context.instruments);
        let names = || traded.clone().map(SymbolId::name).collect::<Vec<_>>();
        let unknown = || {
            let found = word.complain(format!("there is no instrument `{}`", word.text)).among(&name, &names());
            match traded.len().checked_sub(INSTRUMENTS.len()) {
                None | Some(0) => found,
                Some(more) => found.allow(format!("{} and {more} more", listed(&names()[..INSTRUMENTS.len()]))),
            }
        };
        let found = SymbolId::named(&name).filter(|symbol| usize::from(symbol.0) < traded.len());
        found.ok_or_else(unknown)
    }

    pub fn choice<C: Choice>(&mut self) -> Result<C, Complaint> {
        let word = self.word()?;
        let words = C::words();
        let found = || word.complain(format!("`{}` does not belong here", word.text)).among(word.text, &words);
        C::of_word(word.text).ok_or_else(found)
    }

    pub fn on_off(&mut self) -> Result<bool, Complaint> {
        let word = self.word()?;
        match word.text {
            "on" => Ok(true),
            "off" => Ok(false),
            other => Err(word.complain(format!("`{other}` is neither on nor off")).among(other, &["on", "off"])),
        }
    }

    pub fn ack(&mut self) -> Result<AckRule, Complaint> {
        let word = self.word()?;
        Ok(match word.text {
            "leader" => AckRule::Leader,
            "majority" => AckRule::Majority,
            "all" => AckRule::All,
            digits if digits.starts_with(|c: char| c.is_ascii_digit()) => {
                AckRule::Count(words::count(&word, 1, self.context.nodes as u64)? as u8)
            }
            other => {
                let found = word.complain(format!("`{other}` is no rule of acknowledgement"));
                return Err(found.among(other, &["leader", "majority", "all"]).allow(self.form));
            }
        })
    }

    /// So many a second, or so many hundredths of the capacity.
    pub fn rate(&mut self) -> Result<Control, Complaint> {
        let word = self.word()?;
        let Some(percent) = word.text.strip_suffix('%') else {
            return words::count(&word, 1, RATE_MAX).map(Control::SetRate);
        };
        let figure = Word { text: percent, span: word.span.start..word.span.end - 1 };
        let percent = words::count(&figure, 1, CAPACITY_PERCENT_MAX)?;
        self.must("of")?;
        self.must("capacity")?;
        Ok(Control::SetRateOfCapacity(percent as u32))
    }

    pub fn tick_burst(&mut self) -> Result<TickBurst, Complaint> {
        let ticks = words::count(&self.word()?, 1, BURST_ORDERS_MAX)?;
        let over = if self.takes("over") { words::length(&self.word()?)? } else { TickBurst::KEY.over };
        Ok(TickBurst { ticks, over })
    }

    pub fn burst(&mut self) -> Result<Burst, Complaint> {
        let orders = words::count(&self.word()?, 1, BURST_ORDERS_MAX)?;
        let over = if self.takes("over") { words::length(&self.word()?)? } else { Burst::KEY.over };
        let in_flight_max = if self.takes("raw") {
            None
        } else if self.takes("in-flight") {
            Some(words::count(&self.word()?, 1, 1_000_000)? as u32)
        } else {
            Burst::KEY.in_flight_max
        };
        Ok(Burst { orders, over, in_flight_max })
    }
}
