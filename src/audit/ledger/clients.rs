//! What clients say: orders handed in, sent again, answered, given up.
//!
//! Idea: the latest word of a client decides where its order stands; a promise once heard is never unheard.

use crate::domain::actor::Draft;
use crate::domain::ids::{GroupId, RequestId};
use crate::domain::order::{Answer, Batch, Promise, Reply};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

use super::promises::Promised;
use super::session::{Marks, Slot, Standing};
use super::{Ledger, find, session_of, settle, stand};
use crate::audit::lamp::Scene;

impl Ledger {
    pub(super) fn on_submitted(&mut self, batch: &Batch) {
        for record in batch.records().iter().filter(|record| !record.command.is_query()) {
            let group = self.map.owner(record.command.symbol()).unwrap_or(GroupId::META);
            self.counts.submitted += 1;
            let Some(session) = session_of(&mut self.sessions, record.id.client) else {
                self.counts.untracked += 1;
                continue;
            };
            session.raise_floor(record.floor);
            let Some(slot) = session.open(record.id.sequence) else {
                self.counts.untracked += 1;
                continue;
            };
            *slot = Slot::waiting(group);
            self.counts.waiting += 1;
            let forced = session.trim();
            self.counts.untracked += forced.open;
            self.counts.waiting -= forced.waiting;
        }
    }

    pub(super) fn on_retried(&mut self, batch: &Batch) {
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

    pub(super) fn on_given_up(&mut self, batch: &Batch) {
        for record in batch.records().iter().filter(|record| !record.command.is_query()) {
            let Some(slot) = find(&mut self.sessions, record.id) else { continue };
            if matches!(slot.standing, Standing::Waiting | Standing::Rejected) {
                stand(&mut self.counts, slot, Standing::Unknown);
            }
        }
    }

    pub(super) fn on_answer(&mut self, now: SimTime, waited: SimDuration, answer: &Answer, out: &mut Vec<Draft>) {
        match answer.reply {
            Reply::Accepted(promise) => {
                let voters = self.groups.get(promise.group.index()).map_or(0, |group| group.config.voters.len());
                let asked_at = SimTime(now.0.saturating_sub(waited.0));
                let covered = self.rule.covers_commit(voters) && asked_at >= self.rule_since;
                self.on_promise(now, answer.id, promise, if covered { Marks::COVERED } else { 0 }, out);
            }
            Reply::Verdict(promise, _) => self.on_promise(now, answer.id, promise, Marks::COVERED, out),
            Reply::Refused(why) => {
                let Some(slot) = find(&mut self.sessions, answer.id) else { return };
                if slot.standing == Standing::Waiting {
                    let standing = if why == Why::LeaderLost { Standing::Unknown } else { Standing::Rejected };
                    stand(&mut self.counts, slot, standing);
                }
            }
            Reply::Reading(_) | Reply::Notice(_) => {}
        }
    }

    fn on_promise(&mut self, now: SimTime, id: RequestId, promise: Promise, mark: u8, out: &mut Vec<Draft>) {
        let Some(slot) = find(&mut self.sessions, id) else { return };
        if slot.standing == Standing::Empty {
            return;
        }
        let first = !matches!(slot.standing, Standing::Acknowledged | Standing::Lost);
        if mark != 0 {
            slot.marks.set(mark);
        }
        if first {
            stand(&mut self.counts, slot, Standing::Acknowledged);
        }
        if slot.marks.has(Marks::AGREED) {
            settle(&mut self.counts, &mut self.lost, slot);
        }
        if slot.marks.has(Marks::PRESENT) || !first {
            return;
        }
        let Some(group) = self.groups.get_mut(promise.group.index()) else { return };
        let promised = Promised::new(id, promise);
        if promised.decided_by(group.trail.end(), group.trail.term()) {
            let node = group.leading.map(|(_, node)| node);
            self.lose(&[promised], Scene { at: now, node, group: promise.group }, out);
        } else if !group.promises.push(promised) {
            self.counts.untracked += 1;
        }
    }
}
