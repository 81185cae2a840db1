//! Pacing: housekeeping yields to orders.
//!
//! Idea: a move stops its symbol while it lasts, and every part of it costs what orders need: the processor. So a move begins
//! when the processor has little to do, and beside no other one where it works much of the time; under a load that never lets it rest it begins all the same after a while, or it
//! would never. Trades that a new strategy puts elsewhere are not urgent at all: full bundles of them leave so far apart that
//! all groups of a node together take what is left of its processor, and a small share of one that is never idle.
//! Units: virtual time.
//! Bound: [`PATIENCE`] is how long a move is put off, [`PATIENCE_SECOND`] behind another one.

use crate::domain::map::ClusterMap;
use crate::domain::moving::Shipment;
use crate::domain::settings::{ClusterSettings, RaftSettings};
use crate::domain::stored::BUNDLE_COST_MAX;
use crate::domain::time::{Now, SimDuration};

use super::replica::{Desk, Replica};

/// With more than this to do the processor is busy.
const BUSY: SimDuration = SimDuration::from_millis(20);
/// A processor that works for more of its time than this has room for one move at a time.
const BUSY_PER_MILLE: u32 = 400;
/// How long a move is put off at most.
pub(super) const PATIENCE: SimDuration = SimDuration::from_millis(1_500);
/// How long behind another one, which has to end first.
pub(super) const PATIENCE_SECOND: SimDuration = SimDuration::from_millis(6_000);
/// The share of a busy processor that trades which move may take, in thousandths.
const SHARE_MIN: u64 = 100;
/// Trades that move fill an idle processor up to this share.
const SHARE_MAX: u64 = 700;
/// Each bundle is two records: one where it comes to, one where it was.
const RECORDS_A_BUNDLE: u64 = 2;

/// How long after a full bundle a group sends the next, where so many groups share a processor that works for so much of its
/// time: all of them together take what it has left, and a small share in any case.
pub(super) fn bundle_gap(settings: &RaftSettings, groups: usize, busy_per_mille: u32) -> SimDuration {
    let share = SHARE_MAX.saturating_sub(u64::from(busy_per_mille)).max(SHARE_MIN);
    let cost = settings.apply_cost.times(BUNDLE_COST_MAX * RECORDS_A_BUNDLE * groups as u64);
    SimDuration(cost.0.saturating_mul(1_000) / share)
}

/// How many replicas share a processor, where they are spread evenly over so many nodes.
pub(super) fn replicas_a_node(cluster: &ClusterSettings, nodes: usize) -> usize {
    (cluster.partitions * cluster.replication_factor.min(nodes)).div_ceil(nodes.max(1))
}

impl Replica {
    /// Whether a move that is to begin waits until the processor has time for it. It is asked again.
    pub(super) fn puts_off(&mut self, now: Now, shipment: &Shipment, map: &ClusterMap, desk: &Desk<'_>) -> bool {
        let is_busy = desk.processor.fit(now.mono, 0, BUSY, desk.settings) == Some(0);
        let second = map.under_way.first().is_some_and(|first| first != shipment);
        let is_crowded = second && desk.processor.busy_per_mille(now.mono) > BUSY_PER_MILLE;
        if !desk.admission || !is_busy && !is_crowded {
            self.put_off_since = None;
            return false;
        }
        let since = *self.put_off_since.get_or_insert(now.mono);
        // The move before it comes to an end, if it can.
        let patient = now.mono.since(since) < if is_crowded { PATIENCE_SECOND } else { PATIENCE };
        if !patient {
            self.put_off_since = None;
        }
        patient
    }
}
