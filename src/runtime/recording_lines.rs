//! The lines of a recording as they are read, and whether they are what was written.
//!
//! Idea: each line joins the chain of the seals as it is read, and one that has a seal must be, to the byte, what is written
//! in its place. So blanks and the order of keys count, which JSON does not mind.
//! Errors: a `Problem` at the first line whose seal does not fit; what was changed may be a line above it.

use std::sync::Arc;

use super::recording_line::parse;
use super::recording_seal::{Sealed, Sealer};
use super::recording_text::{FIRST_LINE, Line, UNSEALED, Witness};
use crate::document::problem::{Place, Reading, Source};

/// The lines of a source, each with its place.
pub(super) struct Lines<'s> {
    source: &'s Arc<Source>,
    at: usize,
    /// What the seals are held against, in a format that has them.
    sealer: Option<Sealer>,
}

impl Iterator for Lines<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let rest = self.source.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        let from = self.at;
        self.at += length + 1;
        Some(Place::new(self.source, from..from + length))
    }
}

impl<'s> Lines<'s> {
    /// From the first one on, without seals.
    pub(super) const fn of(source: &'s Arc<Source>) -> Self {
        Self { source, at: 0, sealer: None }
    }

    /// The format has seals.
    pub(super) fn are_sealed(&mut self) {
        self.sealer = Some(Sealer::default());
    }

    /// The line that each run begins with.
    pub(super) const fn first(&self) -> &'static str {
        if self.sealer.is_some() { FIRST_LINE } else { UNSEALED }
    }

    /// A line that has no seal was read.
    pub(super) fn pass(&mut self, place: &Place) {
        if let Some(sealer) = &mut self.sealer {
            sealer.pass(place.text());
        }
    }

    /// Reads a line behind the header. Its seal must be there; [`Lines::hold`] looks at it.
    pub(super) fn parse(&self, place: &Place) -> Reading<Line<Witness>> {
        if self.sealer.is_none() {
            return parse(place);
        }
        parse::<Line<Sealed>>(place).map(|line| line.map(|sealed| sealed.witness))
    }

    /// A line was read: one with a seal must be, to the byte, what is written in this place.
    pub(super) fn hold(&mut self, line: &Line<Witness>, place: &Place) -> Reading<()> {
        let (Line::Mark(witness) | Line::Again(witness) | Line::End(witness)) = line else {
            self.pass(place);
            return Ok(());
        };
        let Some(sealer) = &mut self.sealer else { return Ok(()) };
        if sealer.write(line).is_ok_and(|written| written == place.text()) {
            return Ok(());
        }
        let found = format!("the seal does not fit mark {}: the file was changed", witness.number);
        Err(place.problem(found).noting("this line, or one above it, is not what was written"))
    }

    /// Whether the line that was read last has no end: it was being written as the program was killed.
    pub(super) fn is_broken_off(&self) -> bool {
        self.at > self.source.text.len()
    }
}
