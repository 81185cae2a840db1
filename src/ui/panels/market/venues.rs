//! The venues: what each costs, whether it takes orders, and what went there.
//!
//! Idea: an order goes to the best price after the fee, so fee and step stand beside what came of them. A closed door is
//! loud; one that is being drained shows how much is left.

use ratatui::layout::Rect;

use crate::domain::venue::Door;
use crate::domain::view::VenueView;

use super::super::super::canvas::Canvas;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::super::super::widgets::table::{Align, Column, cells, for_texts, widths};
use crate::locale::Locale;

const COLUMNS: [Column; 9] = [
    Column::new("venue-name", 2, 0, Align::Left),
    Column::new("venue-door", 10, 1, Align::Left),
    Column::new("venue-fee", 8, 3, Align::Right),
    Column::new("venue-latency", 8, 7, Align::Right),
    Column::new("venue-step", 4, 6, Align::Right),
    Column::new("venue-trades", 8, 2, Align::Right),
    Column::new("venue-resting", 7, 4, Align::Right),
    Column::new("venue-drained", 9, 8, Align::Right),
    Column::new("venue-fees", 10, 5, Align::Right),
];

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Venues, &locale.text("panel-venues"), &locale.text("note-venues"));
    let venues = &scene.view.venues.venues;
    if venues.is_empty() {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("venues-none"));
        return;
    }
    let texts: Vec<_> = venues.iter().map(|venue| texts(venue, locale)).collect();
    let columns = for_texts(&COLUMNS, &texts);
    let widths = widths(&columns, usize::from(inner.width));
    let heads = COLUMNS.map(|column| locale.text(column.title).into_owned());
    canvas.put(inner, 0, cells(canvas.strip(), &columns, &widths, &heads, |_| Role::Muted));
    for (row, (venue, texts)) in (1..).zip(venues.iter().zip(&texts)) {
        let role = |place| match (place, venue.door) {
            (0, _) => Role::Title,
            (1, Door::Open) => Role::NodeHealthy,
            (1, Door::Draining) => Role::Warn,
            (1, Door::Closed) => Role::NodeFailed,
            _ => Role::Text,
        };
        canvas.put(inner, row, cells(canvas.strip(), &columns, &widths, texts, role));
    }
}

fn texts(venue: &VenueView, locale: &Locale) -> [String; 9] {
    let (terms, counts) = (&venue.terms, &venue.counts);
    let door = match venue.door {
        Door::Open => "venue-open",
        Door::Draining => "venue-draining",
        Door::Closed => "venue-closed",
    };
    let points = locale.hundredths(u64::from(terms.fee_millionths));
    let micros = terms.latency.as_micros();
    let cents = u64::try_from(counts.fees.0 / 10_000).unwrap_or(0);
    [
        venue.venue.to_string(),
        locale.text(door).into_owned(),
        locale.say("venue-points", &[("points", points.into())]),
        locale.say("venue-micros", &[("micros", micros.into())]),
        locale.number(u64::from(terms.step_ticks)),
        locale.number(counts.fills),
        locale.number(venue.resting),
        locale.number(counts.drained),
        locale.hundredths(cents),
    ]
}
