//! Figures that were measured, and how they look: a dash where nothing was, an alarm where nobody is answered.

use crate::domain::time::SimDuration;
use crate::domain::view::{FlowView, LatencyView};
use crate::locale::Locale;

use super::super::theme::Role;

/// A figure of these latencies; a dash where nothing was measured.
pub fn latency(of: &LatencyView, figure: SimDuration, locale: &Locale) -> String {
    if of.count == 0 { "–".to_owned() } else { locale.duration(figure) }
}

/// A count; a dash where nobody can count.
pub fn count(of: Option<u64>, locale: &Locale) -> String {
    of.map_or_else(|| "–".to_owned(), |count| locale.number(count))
}

/// The latency of orders; a dash where none is answered now, whatever those before took.
pub fn order_latency(flow: &FlowView, figure: SimDuration, locale: &Locale) -> String {
    if flow.is_silent() { "–".to_owned() } else { latency(&flow.latency, figure, locale) }
}

/// How the rate of answers looks beside that of orders: an error where nobody is answered, a warning where a tenth is not.
pub const fn answered(flow: &FlowView) -> Role {
    if flow.is_silent() {
        Role::Error
    } else if flow.acked_per_s * 10 < flow.sent_per_s * 9 {
        Role::Warn
    } else {
        Role::Text
    }
}
