//! Venues in words: `venue B close`, `venue B open`.
//!
//! Errors: as of all actions, a complaint that points at the word.

use super::words::Word;
use crate::document::problem::Complaint;
use crate::domain::control::Control;
use crate::domain::venue::{VENUES_MAX, VenueId};

/// The letter of a venue.
pub(super) fn letter(word: &Word<'_>) -> Result<VenueId, Complaint> {
    VenueId::named(word.text).ok_or_else(|| {
        let last = VenueId(VENUES_MAX as u8 - 1);
        word.complain(format!("there is no venue `{}`", word.text)).allow(format!("A to {last}"))
    })
}

/// Whether it opens.
pub(super) fn opens(word: &Word<'_>) -> Result<bool, Complaint> {
    match word.text {
        "open" => Ok(true),
        "close" => Ok(false),
        other => Err(word.complain(format!("`{other}` is neither open nor close")).among(other, &["open", "close"])),
    }
}

/// The control of these two words.
pub(super) fn control(venue: &Word<'_>, what: &Word<'_>) -> Result<Control, Complaint> {
    Ok(Control::SetVenue { venue: letter(venue)?, open: opens(what)? })
}
