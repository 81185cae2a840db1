//! The table `[venues]`: where instruments are traded.
//!
//! Shape: a count and three lists, dealt out in turn as the capacities of gateways are.
//! Units: fees in millionths of the notional (100 = one basis point); steps in ticks of the instrument.

use std::ops::RangeInclusive;

use crate::domain::settings::VenueSettings;
use crate::domain::time::SimDuration;
use crate::domain::venue::VENUES_MAX;

use super::problem::Reading;
use super::reader::Reader;

/// Five percent: nobody trades for more.
const FEE_MAX: u64 = 50_000;
/// A venue at the other end of the world is 100 ms away; there and back it stays within a client's patience.
const LATENCY_US_MAX: u64 = 100_000;
/// Coarser steps would leave cheap instruments without a price.
const STEP_MAX: u64 = 1_000;

/// Reads the table over `base`.
///
/// # Errors
/// The first thing wrong.
pub(super) fn read(r: &mut Reader<'_>, base: &VenueSettings) -> Reading<VenueSettings> {
    let number = |value: u64| value as u32;
    Ok(VenueSettings {
        count: r.integer("count", 1..=VENUES_MAX as u64, base.count as u64)? as usize,
        fees: dealt(r, "fee_millionths", 0..=FEE_MAX, number, &base.fees)?,
        latencies: dealt(r, "latency_us", 0..=LATENCY_US_MAX, SimDuration::from_micros, &base.latencies)?,
        steps: dealt(r, "step_ticks", 1..=STEP_MAX, number, &base.steps)?,
    })
}

fn dealt<T: Clone>(
    r: &mut Reader<'_>,
    key: &'static str,
    range: RangeInclusive<u64>,
    of: fn(u64) -> T,
    base: &[T],
) -> Reading<Vec<T>> {
    let Some(item) = r.optional(key) else { return Ok(base.to_vec()) };
    let elements = item.elements(key)?;
    if elements.is_empty() {
        return Err(item.place.problem(format!("`{key}` is empty")).allow("at least one whole number"));
    }
    elements.iter().map(|item| item.integer(key, range.clone()).map(of)).collect()
}
