//! A decision of the balancer: who takes the next request, by each strategy, among 3, 10 and 100 workers.
//!
//! Idea: the pick alone, with loads that differ and change: the one that is picked takes the request, and now and then
//! somebody is done. What a batch costs besides (its records are noted one by one) is in the whole way (`way`).
//! Shape: gateways of three sizes, a third to two thirds full; ten symbols in turn.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use chaosdesk::domain::rules::Strategy;

fn main() {
    for &strategy in Strategy::ALL {
        for count in [3, 10, 100] {
            let name = format!("balancer: {}, {count} workers", strategy.name());
            table::line(&name, table::decision::decision(strategy, count), "ns", "no budget");
        }
    }
}
