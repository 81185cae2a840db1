//! What replicas do: batches are applied, agreed upon, or overturned; promises are kept or broken.
//!
//! Idea: the first replica that applies a batch says where its orders stand; the rest only agree.

use crate::audit::lamp::Scene;
use crate::domain::actor::Draft;
use crate::domain::event::EventKind;
use crate::domain::fact::{Applied, Fate, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::order::{Batch, Record};
use crate::domain::time::SimTime;

use super::promises::{Promised, Sweep};
use super::session::{Marks, Standing};
use super::trail::{Standpoint, Trace};
use super::{Group, Ledger, find, settle};

impl Ledger {
    pub(super) fn on_replica(
        &mut self,
        now: SimTime,
        node: NodeId,
        place: GroupId,
        what: &ReplicaFact,
        out: &mut Vec<Draft>,
    ) {
        let Some(group) = self.groups.get_mut(place.index()) else { return };
        match what {
            ReplicaFact::Leads { term, .. } if group.leading.is_none_or(|(known, _)| known <= *term) => {
                group.leading = Some((*term, node));
            }
            ReplicaFact::Follows { .. } => group.leading = group.leading.filter(|(_, leader)| *leader != node),
            ReplicaFact::Committed { to, .. } => group.commit = group.commit.max(to.index),
            ReplicaFact::Installed { base, .. } => {
                let config = group.config;
                for trace in group.trail.confirm_to(base.index, node, &config) {
                    self.agree(&trace);
                }
            }
            ReplicaFact::Config(config) => {
                group.config = *config;
                for trace in group.trail.agree_by(config) {
                    self.agree(&trace);
                }
            }
            ReplicaFact::Applied(applied) => self.on_applied(now, node, place, applied, out),
            _ => {}
        }
    }

    fn on_applied(&mut self, now: SimTime, node: NodeId, place: GroupId, applied: &Applied, out: &mut Vec<Draft>) {
        let scene = Scene { at: now, node: Some(node), group: place };
        let Some(group) = self.groups.get_mut(scene.group.index()) else { return };
        let config = group.config;
        let at = match group.trail.place(applied) {
            Standpoint::Aside => return,
            Standpoint::Known(at) => at,
            Standpoint::Fresh => self.on_fresh(scene, applied, out),
            Standpoint::Overturns(at) => {
                let gone = group.trail.overturn(at);
                let orders = self.overturn(scene.group, &gone);
                let at = self.on_fresh(scene, applied, out);
                let lost: Vec<_> = orders.into_iter().filter(|promised| self.is_open(promised.id)).collect();
                self.lose(&lost, scene, out);
                at
            }
        };
        let Some(group) = self.groups.get_mut(scene.group.index()) else { return };
        let agreed = group.trail.confirm(at, node, &config);
        self.counts.untracked += group.trail.trim();
        if let Some(trace) = agreed {
            self.agree(&trace);
        }
    }

    /// The first time that anybody applied this batch: its orders stand there now. Says where the trail holds it.
    fn on_fresh(&mut self, scene: Scene, applied: &Applied, out: &mut Vec<Draft>) -> usize {
        let Some(group) = self.groups.get_mut(scene.group.index()) else { return 0 };
        let sweep = if applied.term > group.trail.term() { Sweep::All } else { Sweep::Front };
        group.trail.push(applied);
        let at = group.trail.last_place();
        let decided = |group: &mut Group| group.promises.decided(group.trail.end(), group.trail.term(), sweep);
        let records = applied.batch.as_ref().map_or(&[][..], Batch::records);
        for (place, record) in records.iter().enumerate() {
            // What is passed on stands where it was passed to, or nowhere yet.
            if applied.executed.fate(place) == Fate::PassedOn {
                continue;
            }
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            slot.marks.set(Marks::PRESENT);
            if slot.standing == Standing::Lost {
                // A copy of the order that was still on its way: it is done after all.
                slot.standing = Standing::Acknowledged;
                self.counts.lost -= 1;
            }
            let index = applied.first.plus(place as u64);
            if applied.executed.at(place) && !slot.execute(scene.group, index) && slot.marks.set(Marks::TWICE) {
                self.counts.duplicated += 1;
                self.doubled.violated(1, scene, out, || {
                    format!("{}: order {} is executed again at {index}", scene.group, record.id)
                });
            }
        }
        self.doubled.checked(records.len() as u64);
        let decided = self.groups.get_mut(scene.group.index()).map(decided).unwrap_or_default();
        if !decided.is_empty() {
            let lost: Vec<_> = decided.into_iter().filter(|promised| self.is_open(promised.id)).collect();
            self.lose(&lost, scene, out);
        }
        at
    }

    /// Takes back batches that a later term wrote over; says which orders stood there.
    fn overturn(&mut self, group: GroupId, gone: &[Trace]) -> Vec<Promised> {
        let mut orders = Vec::new();
        for trace in gone {
            let records = trace.batch.as_ref().map_or(&[][..], Batch::records);
            for (place, Record { id, .. }) in records.iter().enumerate() {
                if trace.executed.fate(place) == Fate::PassedOn {
                    continue;
                }
                let Some(slot) = find(&mut self.sessions, *id) else { continue };
                let index = trace.first.plus(place as u64);
                slot.overturn(group, index);
                if !slot.marks.has(Marks::PRESENT) {
                    if slot.marks.clear(Marks::SETTLED) {
                        self.counts.settled -= 1;
                    }
                    orders.push(Promised { id: *id, term: trace.term, index });
                }
            }
        }
        orders
    }

    /// A majority has applied this batch.
    fn agree(&mut self, trace: &Trace) {
        for (place, record) in trace.batch.as_ref().map_or(&[][..], Batch::records).iter().enumerate() {
            if trace.executed.fate(place) == Fate::PassedOn {
                continue;
            }
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            slot.marks.set(Marks::AGREED);
            if slot.standing == Standing::Acknowledged {
                settle(&mut self.counts, &mut self.lost, slot);
            }
        }
    }

    /// These promises are broken for good.
    pub(super) fn lose(&mut self, lost: &[Promised], scene: Scene, out: &mut Vec<Draft>) {
        let mut covered = 0;
        let mut first = None;
        for promised in lost {
            let Some(slot) = find(&mut self.sessions, promised.id) else { continue };
            slot.standing = Standing::Lost;
            self.counts.lost += 1;
            self.lost.checked(1);
            if slot.marks.has(Marks::COVERED) {
                covered += 1;
                first = first.or(Some(*promised));
            }
        }
        if lost.is_empty() {
            return;
        }
        let kind = EventKind::OrdersLost { orders: lost.len() as u64 };
        out.push(Draft { node: scene.node, group: Some(scene.group), kind });
        if let Some(Promised { id, term, index }) = first {
            self.lost.violated(covered, scene, out, || {
                format!(
                    "{}: {covered} acknowledged orders are gone, first {id}, promised at {index} in {term}",
                    scene.group
                )
            });
        }
    }
}
