//! Captions: what an event says to people, in their language, with its figures.
//!
//! Idea: an event is data; here it becomes a word (for the list), a sign, a role and a sentence that says
//! *because*. The sentence of a candidacy looks back along its causes for the silence that led to it.
//! Shape: the word is found by the name of the kind, sign and role by its tone (`EventKind::spec`).

mod control;
mod sentence;
mod stall;

use std::borrow::Cow;

use crate::domain::event::{Event, EventKind, Tone};
use crate::domain::invariant::Invariant;

use super::theme::Role;
use crate::locale::{FluentValue, Locale};

pub use control::{control, reason};
pub use stall::{stall, victims};

/// Figures of a sentence.
type Figures = Vec<(&'static str, FluentValue<'static>)>;

/// The sentence of an event; `events` are those among which its causes are sought, in order.
pub fn caption(event: &Event, events: &[Event], locale: &Locale) -> String {
    let (id, figures) = sentence::sentence(event, events, locale);
    let said = locale.say(&id, &figures);
    match event.repeated {
        0 => said,
        n => format!("{said} ({})", locale.say("event-repeated", &[("n", n.into())])),
    }
}

/// The word of an event.
pub fn word<'l>(kind: &EventKind, locale: &'l Locale) -> Cow<'l, str> {
    locale.event_word(kind.name())
}

/// What an invariant is called on the screen.
pub fn invariant(invariant: Invariant, locale: &Locale) -> String {
    locale.invariant(invariant.name())
}

/// The sign of an event, a blank for the quiet ones.
pub const fn sign(kind: &EventKind) -> &'static str {
    match kind.spec().tone {
        Tone::Failed | Tone::Broken => "✗",
        Tone::Isolated => "⊘",
        Tone::Cut => "╳",
        Tone::Degraded => "▲",
        Tone::Leader => "★",
        Tone::Recovering => "↻",
        Tone::Healed => "●",
        Tone::Done => "✓",
        Tone::Candidate | Tone::Good | Tone::Muted | Tone::Plain => " ",
    }
}

/// How an event looks in the list: faults are filled badges, good news is quiet.
pub const fn role(kind: &EventKind) -> Role {
    match kind.spec().tone {
        Tone::Failed => Role::NodeFailed,
        Tone::Broken => Role::Error,
        Tone::Isolated | Tone::Cut => Role::NodeIsolated,
        Tone::Degraded => Role::NodeDegraded,
        Tone::Leader => Role::Leader,
        Tone::Candidate => Role::Candidate,
        Tone::Recovering => Role::NodeRecovering,
        Tone::Healed | Tone::Done | Tone::Good => Role::Ok,
        Tone::Muted => Role::Muted,
        Tone::Plain => Role::Text,
    }
}

#[cfg(test)]
mod tests;
