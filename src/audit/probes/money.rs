//! Money conserved: no unit of cash and no lot is made or lost, on any replica at any index, nor between groups.
//!
//! Idea: inside a group the state machine keeps running sums where money moves, and says after each record whether they
//! add up; this probe holds it to the answer. Between groups cash counts as sent before it counts as received, so the sum
//! of what all groups have received is never more than the sum of what all have sent. The difference is on its way. So it is
//! with the lots of a symbol that moves to another group, and with the cash that its bids take along.
//! Bound: two sums and an index a group.

use crate::audit::last_of;
use crate::domain::event::Invariant;
use crate::domain::fact::{LogFact, Money, ReplicaFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId};
use crate::domain::map::ClusterMap;

use super::{Rule, Verdicts};

/// How far the most advanced replica of each group was, and its sums.
#[derive(Clone, Debug)]
pub struct MoneyConserved {
    groups: Vec<(LogIndex, Money)>,
}

impl MoneyConserved {
    /// Nothing was sent yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { groups: vec![(LogIndex::ORIGIN, Money::STILL); map.groups.len()] }
    }
}

impl Rule for MoneyConserved {
    const INVARIANT: Invariant = Invariant::MoneyConserved;

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let ReplicaFact::Log(LogFact::Applied(applied)) = what else { return };
        let Some((index, known)) = self.groups.get_mut(group.index()) else { return };
        verdicts.check(applied.money.balanced, || {
            format!("{group}: on {node} cash or lots do not add up, in the batch from {}", applied.first)
        });
        let last = last_of(applied);
        if last <= *index || *known == applied.money {
            *index = last.max(*index);
            return;
        }
        (*index, *known) = (last, applied.money);
        let sent: i128 = self.groups.iter().map(|(_, money)| money.sent.0).sum();
        let received: i128 = self.groups.iter().map(|(_, money)| money.received.0).sum();
        verdicts.check(received <= sent, || {
            format!("{group}: at {last} the groups have received {received} of {sent} that were sent")
        });
        let lots_sent: u64 = self.groups.iter().map(|(_, money)| money.lots_sent).sum();
        let lots_received: u64 = self.groups.iter().map(|(_, money)| money.lots_received).sum();
        verdicts.check(lots_received <= lots_sent, || {
            format!("{group}: at {last} the groups have received {lots_received} of {lots_sent} lots that moved")
        });
        // A group that has finished its half may be ahead of one that has not, never the other way round: where no group
        // holds anything for another, all that was sent has arrived.
        if self.groups.iter().all(|(_, money)| money.in_transit == 0) {
            verdicts.check(received == sent && lots_received == lots_sent, || {
                format!(
                    "{group}: at {last} nothing is under way, and of {sent} sent {received} were received, of {lots_sent} lots \
                     {lots_received}"
                )
            });
        }
    }
}
