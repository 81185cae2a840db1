//! The table `[venues]`: where instruments are traded.
//!
//! Shape: a count and three lists, dealt out in turn as the capacities of gateways are.
//! Units: fees in millionths of the notional (100 = one basis point); steps in ticks of the instrument.

use crate::domain::settings::VenueSettings;
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
    Ok(VenueSettings {
        count: r.integer("count", 1..=VENUES_MAX as u64, base.count as u64)? as usize,
        fees: r.list_of("fee_millionths", &(0..=FEE_MAX), &base.fees)?,
        latencies: r.list_of("latency_us", &(0..=LATENCY_US_MAX), &base.latencies)?,
        steps: r.list_of("step_ticks", &(1..=STEP_MAX), &base.steps)?,
    })
}
