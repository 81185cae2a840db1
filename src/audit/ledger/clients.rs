//! What clients say: orders handed in, sent again, answered, given up.
//!
//! Idea: the latest word of a client decides where its order stands; a promise once heard is never unheard.

use crate::domain::actor::Draft;
use crate::domain::event::EventKind;
use crate::domain::fact::ClientFact;
use crate::domain::ids::{GroupId, RequestId};
use crate::domain::order::{Answer, Batch, OrderStatus, Promise, Reply};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

use super::promises::Promised;
use super::session::{Marks, Slot, Standing};
use super::{Ledger, find, revoke, session_of, settle, stand};
use crate::audit::lamp::Scene;

impl Ledger {
    pub(super) fn on_client(&mut self, now: SimTime, fact: &ClientFact, out: &mut Vec<Draft>) {
        match fact {
            ClientFact::Submitted(batch) => self.on_submitted(batch),
            ClientFact::Retried(batch) => self.on_retried(batch),
            ClientFact::GaveUp(batch) => self.on_given_up(batch),
            ClientFact::Answered(answers) => {
                for (answer, waited) in answers.iter() {
                    self.on_answer(now, *waited, answer, out);
                }
            }
        }
    }

    fn on_submitted(&mut self, batch: &Batch) {
        for record in batch.records().iter().filter(|record| !record.command.is_query()) {
            let group = self.map.owner(record.command.symbol()).unwrap_or(GroupId::META);
            self.counts.submitted += 1;
            let Some(session) = session_of(&mut self.sessions, record.id.client) else {
                self.counts.lose_sight(1);
                continue;
            };
            session.raise_floor(record.floor);
            let Some(slot) = session.open(record.id.sequence) else {
                self.counts.lose_sight(1);
                continue;
            };
            *slot = Slot::waiting(group);
            self.counts.waiting += 1;
            let (counts, groups) = (&mut self.counts, &mut self.groups);
            session.trim(|slot, closed| {
                if !closed {
                    let waits = u64::from(slot.standing == Standing::Waiting);
                    counts.waiting -= waits;
                    counts.lose_sight(waits);
                    counts.untracked += 1 - waits;
                } else if slot.marks.has(Marks::SETTLED)
                    && !slot.marks.has(Marks::REVOKED)
                    && let Some(group) = groups.get_mut(slot.group.index())
                {
                    group.let_go(slot);
                }
            });
        }
    }

    fn on_retried(&mut self, batch: &Batch) {
        for record in batch.records().iter().filter(|record| !record.command.is_query()) {
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            if slot.marks.set(Marks::RETRIED) {
                self.counts.retried += 1;
            }
            if matches!(slot.standing, Standing::Rejected | Standing::Unknown) {
                stand(&mut self.counts, slot, Standing::Waiting);
            }
        }
    }

    fn on_given_up(&mut self, batch: &Batch) {
        for record in batch.records().iter().filter(|record| !record.command.is_query()) {
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            if matches!(slot.standing, Standing::Waiting | Standing::Rejected) {
                stand(&mut self.counts, slot, Standing::Unknown);
            }
        }
    }

    fn on_answer(&mut self, now: SimTime, waited: SimDuration, answer: &Answer, out: &mut Vec<Draft>) {
        match answer.reply {
            Reply::Accepted(promise) => {
                let voters = self.groups.get(promise.group.index()).map_or(0, |group| group.config.voters.len());
                let asked_at = SimTime(now.0.saturating_sub(waited.0));
                let covered = self.rule.covers_commit(voters) && asked_at >= self.rule_since;
                let marks = if covered { Marks::COVERED } else { 0 };
                self.on_promise(now, answer.id, promise, marks | Marks::OPEN_ENDED, out);
            }
            Reply::Verdict(promise, verdict) => {
                let ending = match verdict.status {
                    OrderStatus::AwaitsCash | OrderStatus::Pending => Marks::OPEN_ENDED,
                    OrderStatus::Rejected(_) => Marks::DECLINED,
                    _ => 0,
                };
                self.on_promise(now, answer.id, promise, Marks::COVERED | ending, out);
            }
            Reply::Refused(why) => {
                let Some(slot) = find(&mut self.sessions, answer.id) else { return };
                if slot.standing != Standing::Waiting {
                    return;
                }
                if why == Why::LeaderLost {
                    stand(&mut self.counts, slot, Standing::Unknown);
                    return;
                }
                stand(&mut self.counts, slot, Standing::Rejected);
                let scene = Scene { at: now, node: None, group: slot.group };
                let (id, at) = (answer.id, slot.place());
                self.refused.check(!slot.marks.has(Marks::EXECUTED), scene, out, || {
                    format!("order {id} is refused, and was executed at {at} of {}", scene.group)
                });
            }
            Reply::Reading(_) | Reply::Notice(_) => {}
        }
    }

    fn on_promise(&mut self, now: SimTime, id: RequestId, promise: Promise, marks: u16, out: &mut Vec<Draft>) {
        let Some(slot) = find(&mut self.sessions, id) else { return };
        if slot.standing == Standing::Empty {
            return;
        }
        let first = !matches!(slot.standing, Standing::Acknowledged | Standing::Lost);
        slot.marks.set(marks & Marks::COVERED);
        if !first {
            return;
        }
        // A verdict that was decided is a promise like any other; one that was not, promises nothing.
        let declined = if slot.marks.has(Marks::PRESENT) { 0 } else { Marks::DECLINED };
        slot.marks.set(marks & (Marks::COVERED | Marks::OPEN_ENDED | declined));
        stand(&mut self.counts, slot, Standing::Acknowledged);
        revoke(&mut self.counts, slot);
        if slot.marks.has(Marks::AGREED) {
            settle(&mut self.counts, &mut self.lost, slot);
        }
        if !slot.is_open() {
            return;
        }
        slot.promise(promise.group, promise.index);
        let Some(group) = self.groups.get_mut(promise.group.index()) else { return };
        if group.turned_away(id, promise.index) {
            slot.stand(promise.group, promise.index);
            slot.marks.set(Marks::SHORT);
            revoke(&mut self.counts, slot);
            return;
        }
        let promised = Promised::new(id, promise);
        if promised.decided_by(group.trail.end(), group.trail.term()) {
            let node = group.leading.map(|(_, node)| node);
            self.lose(&[id], Scene { at: now, node, group: promise.group }, out);
        } else if !group.promises.push(promised) {
            self.counts.untracked += u64::from(slot.marks.set(Marks::UNTRACKED));
        }
    }

    /// These promises are broken for good, those of them that are open.
    pub(super) fn lose(&mut self, orders: &[RequestId], scene: Scene, out: &mut Vec<Draft>) {
        let (mut lost, mut covered) = (0, 0);
        let mut first = None;
        for id in orders {
            let Some(slot) = find(&mut self.sessions, *id).filter(|slot| slot.is_open()) else { continue };
            slot.standing = Standing::Lost;
            lost += 1;
            if slot.marks.has(Marks::COVERED) {
                covered += 1;
                first = first.or(Some((*id, slot.place())));
            }
        }
        self.count_lost(lost, covered, scene, out, || match first {
            Some((id, index)) => format!("first {id}, promised at {index}"),
            None => String::new(),
        });
    }

    /// Orders are gone that have left their rings: settled long ago, and known by their indices only.
    pub(super) fn lose_past(&mut self, lost: u64, covered: u64, scene: Scene, out: &mut Vec<Draft>) {
        self.count_lost(lost, covered, scene, out, || "settled long ago".to_owned());
    }

    fn count_lost(
        &mut self,
        lost: u64,
        covered: u64,
        scene: Scene,
        out: &mut Vec<Draft>,
        which: impl FnOnce() -> String,
    ) {
        if lost == 0 {
            return;
        }
        self.counts.lost += lost;
        self.lost.checked(lost);
        out.push(Draft { node: scene.node, group: Some(scene.group), kind: EventKind::OrdersLost { orders: lost } });
        if covered > 0 {
            let line = || format!("{}: {covered} acknowledged orders are gone, {}", scene.group, which());
            self.lost.violated(covered, scene, out, line);
        }
    }
}
