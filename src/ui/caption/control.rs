//! Controls as short texts, for hints, undo, faults in force and refusals.

use crate::domain::control::Control;
use crate::domain::plan::Reason;

use crate::locale::{FluentValue, Locale};

/// A control as a short text.
pub fn control(control: &Control, locale: &Locale) -> String {
    locale.order(&control.words())
}

/// Why a replica or a leader moves.
pub fn reason(reason: Reason, locale: &Locale) -> String {
    let counts = |id: &str, one: usize, other: usize| {
        locale.say(id, &[("n", FluentValue::from(one as u64)), ("other", FluentValue::from(other as u64))])
    };
    match reason {
        Reason::BelowFactor { replicas } => counts("reason-below-factor", replicas, 0),
        Reason::AboveFactor { replicas } => counts("reason-above-factor", replicas, 0),
        Reason::NodeDead => locale.text("reason-dead").into_owned(),
        Reason::Draining => locale.text("reason-draining").into_owned(),
        Reason::RegionShared { replicas, .. } => counts("reason-region", replicas, 0),
        Reason::Crowded { holds, other } => counts("reason-crowded", holds, other),
        Reason::LeadsMore { leads, other } => counts("reason-leads-more", leads, other),
        Reason::Inherited => locale.text("reason-inherited").into_owned(),
    }
}
