//! The table `[balancer]`: bounds of the balancer's queue, dedicated nodes, pools, classes of urgency by type.
//!
//! Shape: lists of nodes by name (`["n1", "n2"]`); an empty list keeps nobody apart. That the nodes exist is `check`'s.

use crate::domain::balancing::{BalancerSettings, ClassNodes, Pools, TypePriorities};
use crate::domain::priority::Priority;

use super::problem::Reading;
use super::reader::Reader;
use super::settings::{COUNT_MAX, TIMER_MS_MAX, nodes};

/// Reads the table over `base`.
///
/// # Errors
/// The first thing wrong.
pub(super) fn read(r: &mut Reader<'_>, base: &BalancerSettings) -> Reading<BalancerSettings> {
    Ok(BalancerSettings {
        queue_max: r.integer("queue_max", 0..=COUNT_MAX, base.queue_max as u64)? as usize,
        ageing: r.millis("ageing_ms", 0..=TIMER_MS_MAX, base.ageing)?,
        probe: r.millis("probe_ms", 1..=TIMER_MS_MAX, base.probe)?,
        vip_nodes: nodes(r, "vip_nodes", &base.vip_nodes)?,
        class_nodes: r.section("class_nodes", |r| classes(r, &base.class_nodes))?,
        pools: r.section("pools", |r| pools(r, &base.pools))?,
        priority_by_type: r.section("priority_by_type", |r| by_type(r, &base.priority_by_type))?,
    })
}

fn classes(r: &mut Reader<'_>, base: &ClassNodes) -> Reading<ClassNodes> {
    Ok(ClassNodes {
        crypto: nodes(r, "crypto", &base.crypto)?,
        forex: nodes(r, "forex", &base.forex)?,
        equity: nodes(r, "equity", &base.equity)?,
    })
}

fn pools(r: &mut Reader<'_>, base: &Pools) -> Reading<Pools> {
    Ok(Pools {
        execution: nodes(r, "execution", &base.execution)?,
        market_data: nodes(r, "market_data", &base.market_data)?,
        risk: nodes(r, "risk", &base.risk)?,
    })
}

fn by_type(r: &mut Reader<'_>, base: &TypePriorities) -> Reading<TypePriorities> {
    Ok(TypePriorities {
        cancel: class(r, "cancel", base.cancel)?,
        market: class(r, "market", base.market)?,
        limit: class(r, "limit", base.limit)?,
        bulk: class(r, "bulk", base.bulk)?,
        bulk_lots: r.integer("bulk_lots", 1..=COUNT_MAX, base.bulk_lots)?,
    })
}

fn class(r: &mut Reader<'_>, key: &'static str, base: Option<Priority>) -> Reading<Option<Priority>> {
    r.optional(key).map_or(Ok(base), |item| item.choice(key).map(Some))
}
