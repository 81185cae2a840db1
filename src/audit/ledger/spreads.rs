//! The legs of spreads: each trades once, in whichever group, however often its records come.
//!
//! Idea: a leg trades under the name of its client's order, so a bit per order and leg tells whether it has traded before,
//! whatever the transaction is called and wherever its symbol has moved.
//! Bound: [`SPREADS_MAX`] transactions that are under way; one more, and the oldest is untracked. The bits: `session`.

use std::collections::BTreeMap;

use crate::audit::lamp::Scene;
use crate::domain::actor::Draft;
use crate::domain::ids::{LogIndex, RequestId};
use crate::domain::work::{Half, Part, Prepare, TxId, Work, Worked};

use super::Ledger;
use super::session::Recall;

/// Spreads under way of which the ledger knows whose they are.
pub const SPREADS_MAX: usize = 65_536;

impl Ledger {
    /// A replica applied a step of a transaction; what it applied at this index is told afterwards.
    pub(super) fn on_worked(
        &mut self,
        scene: Scene,
        at: LogIndex,
        (work, worked): (&Work, &Worked),
        out: &mut Vec<Draft>,
    ) {
        let applied_before = self.groups.get(scene.group.index()).is_none_or(|group| group.trail.end() >= at);
        if applied_before {
            return;
        }
        match (*work, *worked) {
            (Work::Prepare(Prepare { tx, part: Part::Leg { order, .. }, .. }), Worked::Voted(Ok(_))) => {
                self.counts.untracked += note(&mut self.spreads, tx, order);
            }
            (Work::Finish { tx, half, decision, .. }, Worked::Finished) if decision.is_commit() => {
                if let Some(order) = self.spreads.get(&tx).copied() {
                    self.on_leg(scene, at, (order, half), out);
                }
            }
            (Work::Forget { tx }, _) => {
                self.spreads.remove(&tx);
            }
            _ => {}
        }
    }

    fn on_leg(&mut self, scene: Scene, at: LogIndex, (order, half): (RequestId, Half), out: &mut Vec<Draft>) {
        let Some(session) = self.sessions.get_mut(order.client.0 as usize) else { return };
        self.doubled.checked(1);
        match session.trade_leg(order.sequence, half.index()) {
            Recall::First => {}
            Recall::Again if !self.overturned => {
                let leg = half.index() + 1;
                self.doubled(1, scene, out, || format!("leg {leg} of spread {order} trades again at {at}"));
            }
            Recall::Again | Recall::Forgotten => self.counts.untracked += 1,
        }
    }
}

/// Notes whose transaction this is; how many had to go for it.
fn note(spreads: &mut BTreeMap<TxId, RequestId>, tx: TxId, order: RequestId) -> u64 {
    spreads.insert(tx, order);
    if spreads.len() <= SPREADS_MAX {
        return 0;
    }
    u64::from(spreads.pop_first().is_some())
}
