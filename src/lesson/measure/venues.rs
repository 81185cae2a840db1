//! Figures of venues: `venue.B.` and one of these.

use crate::domain::venue::{Door, VenueId};
use crate::domain::view::{ClusterView, VenueView};
use crate::lesson::venue;

use super::readers::{count, yes_no};
use super::{Complaint, Kind, Value, Word, row};

pub(super) type OfVenue = fn(&VenueView) -> Option<Value>;

/// Figures of a venue: `venue.B.` and one of these.
pub const OF_VENUE: &[(&str, Kind, OfVenue)] = &[
    ("open", Kind::YesNo, |v| yes_no(v.door == Door::Open)),
    ("closed", Kind::YesNo, |v| yes_no(v.door == Door::Closed)),
    ("orders", Kind::Number, |v| count(v.counts.orders)),
    ("fills", Kind::Number, |v| count(v.counts.fills)),
    ("lots", Kind::Number, |v| count(v.counts.lots)),
    // Millionths of a dollar; a figure is in thousandths.
    ("fees", Kind::Number, |v| Some(Value::Number(i64::try_from(v.counts.fees.0 / 1_000).unwrap_or(i64::MAX)))),
    ("drained", Kind::Number, |v| count(v.counts.drained)),
    ("rerouted", Kind::Number, |v| count(v.counts.rerouted)),
    ("refused", Kind::Number, |v| count(v.counts.refused)),
    ("resting", Kind::Number, |v| count(v.resting)),
    ("in_flight", Kind::Number, |v| count(v.in_flight)),
];

/// The venue and the figure that two words name.
pub(super) fn read(who: &Word<'_>, what: &Word<'_>) -> Result<(Kind, VenueId, OfVenue), Complaint> {
    let (kind, of) = row(OF_VENUE.iter().map(|(name, kind, of)| (*name, (*kind, *of))), what)?;
    Ok((kind, venue::letter(who)?, of))
}

/// The figure of a venue; nothing where there is no such venue.
pub(super) fn of(view: &ClusterView, venue: VenueId, read: OfVenue) -> Option<Value> {
    read(view.venues.venues.iter().find(|row| row.venue == venue)?)
}
