//! What replicas do: batches are applied, agreed upon, or overturned; promises are kept or broken.
//!
//! Idea: the first replica that applies a batch says where its orders stand; the rest only agree. An order stands where it
//! was executed, or where its verdict was repeated. A record that was turned away (below its session's floor, no room for
//! now) is no presence: the order that it carries may have been lost long before. Only where that very record was promised
//! has its order come to an end: it is *revoked*, for want of room.

use crate::audit::lamp::Scene;
use crate::audit::last_of;
use crate::domain::actor::Draft;
use crate::domain::fact::{Applied, ElectionFact, Fate, LogFact, ReplicaFact};
use crate::domain::ids::{ClientId, GroupId, LogIndex, NodeId, RequestId};
use crate::domain::order::{Batch, Record};
use crate::domain::time::SimTime;

use super::promises::Sweep;
use super::session::{Marks, Recall, Standing};
use super::trail::{Standpoint, Trace};
use super::{Group, Ledger, find, revoke, settle, unrevoke};

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
            ReplicaFact::Election(ElectionFact::Leads { term, end }) => {
                group.trail.led(now, node, *term, end.index);
                if group.leading.is_none_or(|(known, _)| known <= *term) {
                    group.leading = Some((*term, node));
                }
            }
            ReplicaFact::Election(ElectionFact::Follows { .. }) => {
                group.leading = group.leading.filter(|(_, leader)| *leader != node);
                group.trail.ended(node);
            }
            ReplicaFact::Log(LogFact::Committed { to, .. }) => group.commit = group.commit.max(to.index),
            ReplicaFact::Log(LogFact::Installed { base, .. }) => {
                let config = group.config;
                for trace in group.trail.confirm_to(base.index, node, &config) {
                    self.agree(place, &trace);
                }
            }
            ReplicaFact::Log(LogFact::Config(config)) => {
                group.config = *config;
                for trace in group.trail.agree_by(config) {
                    self.agree(place, &trace);
                }
            }
            ReplicaFact::Log(LogFact::Worked { at, work, worked }) => {
                let scene = Scene { at: now, node: Some(node), group: place };
                self.on_worked(scene, *at, (work, worked), out);
            }
            ReplicaFact::Log(LogFact::Applied(applied)) => self.on_applied(now, node, place, applied, out),
            _ => {}
        }
    }

    fn on_applied(&mut self, now: SimTime, node: NodeId, place: GroupId, applied: &Applied, out: &mut Vec<Draft>) {
        let scene = Scene { at: now, node: Some(node), group: place };
        let Some(group) = self.groups.get(place.index()) else { return };
        let at = match group.trail.place(applied) {
            Standpoint::Aside => return,
            Standpoint::Contested => return self.on_contested(place, applied),
            Standpoint::Known(at) => at,
            Standpoint::Again(at) => {
                self.written_again(scene, at, out);
                at
            }
            Standpoint::Fresh => self.on_fresh(scene, applied, out),
            Standpoint::Overturns => {
                let overturned = self.overturn(place, applied.first);
                let at = self.on_fresh(scene, applied, out);
                self.lose_overturned(overturned, scene, out);
                at
            }
        };
        let Some(group) = self.groups.get_mut(place.index()) else { return };
        let config = group.config;
        let agreed = group.trail.confirm(at, node, &config);
        while let Some(let_go) = group.trail.trim() {
            for record in let_go.iter().flat_map(Trace::records) {
                // Nobody will say any more that a majority has it.
                if let Some(slot) = find(&mut self.sessions, record.id).filter(|slot| !slot.marks.has(Marks::AGREED)) {
                    self.counts.untracked += u64::from(slot.marks.set(Marks::UNTRACKED));
                }
            }
        }
        if let Some(trace) = agreed {
            self.agree(place, &trace);
        }
    }

    /// A later leader of this batch's term has written it again, from a log that ended before it: that log lacks what stands
    /// behind it here.
    fn written_again(&mut self, scene: Scene, at: usize, out: &mut Vec<Draft>) {
        let group = self.groups.get_mut(scene.group.index());
        if let Some(from) = group.and_then(|group| group.trail.written_again(scene.at, at)) {
            let overturned = self.overturn(scene.group, from);
            self.lose_overturned(overturned, scene, out);
        }
    }

    /// Two leaders of one term wrote at the same index: which orders survive cannot be known.
    fn on_contested(&mut self, place: GroupId, applied: &Applied) {
        let Some(group) = self.groups.get(place.index()) else { return };
        let (mut batches, mut at) = (Vec::from_iter(applied.batch.clone()), applied.first);
        while at <= last_of(applied)
            && let Some((_, trace)) = group.trail.find(at)
        {
            batches.extend(trace.batch.clone());
            at = trace.last.next();
        }
        for record in batches.iter().flat_map(Batch::records) {
            if let Some(slot) = find(&mut self.sessions, record.id).filter(|slot| slot.standing != Standing::Empty) {
                self.counts.untracked += u64::from(slot.marks.set(Marks::UNTRACKED));
            }
        }
    }

    /// The first time that anybody applied this batch: its orders stand there now. Says where the trail holds it.
    fn on_fresh(&mut self, scene: Scene, applied: &Applied, out: &mut Vec<Draft>) -> usize {
        let Some(group) = self.groups.get_mut(scene.group.index()) else { return 0 };
        let sweep = if applied.term > group.trail.term() { Sweep::All } else { Sweep::Front };
        group.trail.push(scene.at, applied);
        let at = group.trail.last_place();
        let records = applied.batch.as_ref().map_or(&[][..], Batch::records);
        for (place, record) in records.iter().enumerate() {
            self.on_record(scene, applied, (place, record), out);
        }
        self.doubled.checked(records.len() as u64);
        self.on_short(scene.group, applied);
        let decided = |group: &mut Group| group.promises.decided(group.trail.end(), group.trail.term(), sweep);
        let decided = self.groups.get_mut(scene.group.index()).map(decided).unwrap_or_default();
        if !decided.is_empty() {
            let lost: Vec<_> = decided.into_iter().map(|promised| promised.id).collect();
            self.lose(&lost, scene, out);
        }
        at
    }

    fn on_record(&mut self, scene: Scene, applied: &Applied, (place, record): (usize, &Record), out: &mut Vec<Draft>) {
        let index = applied.first.plus(place as u64);
        let executed = match applied.executed.fate(place) {
            // What is passed on stands where it was passed to, or nowhere yet.
            Fate::PassedOn | Fate::Refused => return,
            Fate::Repeated => false,
            Fate::Executed => true,
        };
        let Some(slot) = find(&mut self.sessions, record.id) else {
            if executed {
                self.on_past(scene, record.id, out);
            }
            return;
        };
        let first = if executed {
            if !slot.marks.has(Marks::EXECUTED) {
                unrevoke(&mut self.counts, slot);
            }
            slot.execute(scene.group, index)
        } else {
            slot.stand(scene.group, index);
            true
        };
        if executed && slot.standing == Standing::Rejected {
            let detail = || format!("order {} was refused, and is executed at {index} of {}", record.id, scene.group);
            self.refused.violated(1, scene, out, detail);
        }
        if slot.standing == Standing::Lost {
            // A copy of the order that was still on its way: it is done after all.
            slot.standing = Standing::Acknowledged;
            self.counts.lost -= 1;
        }
        if !first && slot.marks.set(Marks::TWICE) {
            self.doubled(1, scene, out, || format!("order {} is executed again at {index}", record.id));
        }
    }

    /// An order is executed that has left its ring: only that it was executed before is remembered, if at all.
    fn on_past(&mut self, scene: Scene, id: RequestId, out: &mut Vec<Draft>) {
        let Some(session) = self.sessions.get_mut(id.client.0 as usize).filter(|session| session.is_past(id.sequence))
        else {
            return;
        };
        match session.execute_past(id.sequence) {
            Recall::First => {}
            Recall::Again if !self.blurred => {
                self.doubled(1, scene, out, || format!("order {id} is executed again, long after the first time"));
            }
            Recall::Again | Recall::Forgotten => self.counts.untracked += 1,
        }
    }

    pub(super) fn doubled(&mut self, times: u64, scene: Scene, out: &mut Vec<Draft>, what: impl FnOnce() -> String) {
        self.counts.duplicated += times;
        self.doubled.violated(times, scene, out, || format!("{}: {}", scene.group, what()));
    }

    /// Orders ended by this batch, unexecuted, for want of cash or of room.
    fn on_short(&mut self, group: GroupId, applied: &Applied) {
        for id in applied.short.iter().flat_map(|short| short.iter()) {
            let Some(slot) = find(&mut self.sessions, *id) else {
                // It waited so long that its ring has let it go.
                let session = self.sessions.get_mut(id.client.0 as usize);
                let Some(session) = session.filter(|session| session.is_past(id.sequence)) else { continue };
                match session.end_past(id.sequence) {
                    Recall::First => self.counts.revoked += 1,
                    Recall::Again => {}
                    // It may have been promised.
                    Recall::Forgotten => self.counts.untracked += u64::from(applied.batch.is_none()),
                }
                continue;
            };
            if !slot.marks.has(Marks::PRESENT) {
                // Turned away for now, where it was promised: its promise ends here. A copy elsewhere says nothing.
                let Some(place) = place_in(applied, *id).filter(|index| slot.is_open() && slot.is_at(group, *index))
                else {
                    continue;
                };
                slot.stand(group, place);
            }
            slot.marks.set(Marks::SHORT);
            revoke(&mut self.counts, slot);
        }
    }

    /// Takes back all from this index on, a later leader having written over it; the acknowledged orders that
    /// stood there, and how many more there were that have left their rings, and of those how many a rule covered.
    fn overturn(&mut self, place: GroupId, from: LogIndex) -> (Vec<RequestId>, [u64; 2]) {
        let Some(group) = self.groups.get_mut(place.index()) else { return Default::default() };
        let gone = group.trail.overturn(from);
        let past = [group.settled.cut(from.0), group.covered.cut(from.0)];
        if from.0 < group.settled.lowest() {
            // Some of what was settled below the window may be gone as well.
            self.counts.untracked += std::mem::take(&mut group.settled_below);
        }
        (self.overturned, self.blurred) = (true, self.blurred || past[0] > 0);
        for id in gone.iter().flat_map(|trace| trace.short.iter()).flat_map(|short| short.iter()) {
            if let Some(slot) = find(&mut self.sessions, *id) {
                unrevoke(&mut self.counts, slot);
            } else if self.sessions.get(id.client.0 as usize).is_some_and(|session| session.is_past(id.sequence)) {
                // Whether it counts as revoked is remembered no more.
                self.counts.untracked += 1;
            }
        }
        let mut orders = Vec::new();
        for (client, session) in self.sessions.iter_mut().enumerate() {
            for (sequence, slot) in session.slots_mut() {
                if !slot.overturn(place, from) {
                    continue;
                }
                unrevoke(&mut self.counts, slot);
                self.counts.settled -= u64::from(slot.marks.clear(Marks::SETTLED));
                if slot.is_open() {
                    orders.push((slot.place(), ClientId(client as u32).request(sequence)));
                }
            }
        }
        orders.sort_unstable_by_key(|(index, id)| (*index, id.client, id.sequence));
        (orders.into_iter().map(|(_, id)| id).collect(), past)
    }

    fn lose_overturned(
        &mut self,
        (orders, [past, covered]): (Vec<RequestId>, [u64; 2]),
        scene: Scene,
        out: &mut Vec<Draft>,
    ) {
        self.counts.settled -= past;
        self.lose(&orders, scene, out);
        self.lose_past(past, covered, scene, out);
    }

    /// A majority has applied this batch.
    fn agree(&mut self, group: GroupId, trace: &Trace) {
        for (place, record) in trace.records().iter().enumerate() {
            let fate = trace.executed.fate(place);
            if fate == Fate::PassedOn {
                continue;
            }
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            // A record that was turned away concerns an order only where it was promised.
            if fate == Fate::Refused && !slot.is_at(group, trace.first.plus(place as u64)) {
                continue;
            }
            slot.marks.set(Marks::AGREED);
            if slot.standing == Standing::Acknowledged {
                settle(&mut self.counts, &mut self.lost, slot);
            }
        }
    }
}

/// The index at which a batch holds this order, having turned it away.
fn place_in(applied: &Applied, id: RequestId) -> Option<LogIndex> {
    let records = applied.batch.as_ref()?.records();
    let place = records.iter().position(|record| record.id == id)?;
    (applied.executed.fate(place) == Fate::Refused).then(|| applied.first.plus(place as u64))
}
