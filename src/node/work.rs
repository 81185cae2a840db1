//! A replica at work: how a leader's transactions get from its driver into its log and into the post.
//!
//! Idea: only a leader that has applied an entry of its own term drives: it has then applied whatever any leader before
//! it had committed, so what it does not find is not there (ADR-0003).

use crate::domain::log::Payload;
use crate::domain::map::ClusterMap;
use crate::domain::time::Now;
use crate::domain::work::Work;
use crate::market::transactions::Worked;

use super::driver::{Driver, Stand, Step};
use super::letter::Letter;
use super::out::Out;
use super::replica::{Desk, Replica};

impl Replica {
    /// Looks at the open transactions and takes them on, if this replica leads.
    pub(super) fn drive(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        self.at_work(now, map, desk, out, |driver, stand| driver.drive(stand));
    }

    /// A letter from the leader of a group.
    pub(super) fn letter(
        &mut self,
        now: Now,
        map: &ClusterMap,
        letter: Letter,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        self.at_work(now, map, desk, out, |driver, stand| driver.letter(stand, letter.from, letter.says));
    }

    /// A turn has ended, and these works were applied in it.
    pub(super) fn worked(
        &mut self,
        now: Now,
        map: &ClusterMap,
        works: &[(Work, Worked)],
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        for (work, worked) in works {
            self.at_work(now, map, desk, out, |driver, stand| driver.applied(stand, work, *worked));
        }
        if works.is_empty() {
            self.drive(now, map, desk, out);
        }
    }

    fn at_work(
        &mut self,
        now: Now,
        map: &ClusterMap,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Driver, &Stand<'_>) -> Vec<Step>,
    ) {
        let (group, term) = (self.group, self.raft.term());
        let settled = self.is_whole() && self.raft.leads() && self.raft.log().term_at(self.applied) == Some(term);
        let Some(state) = self.machine.exchange().map(|exchange| exchange.transactions()).filter(|_| settled) else {
            return;
        };
        let steps = act(&mut self.driver, &Stand { now: now.mono, group, term, map, state });
        for step in steps {
            match step {
                Step::Send(to, says) => out.write(group, to, says),
                Step::Log(work) => self.log_work(now, work, desk, out),
            }
        }
    }

    fn log_work(&mut self, now: Now, work: Work, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let mut effects = Vec::new();
        let handed_over = self.raft.transfer_target_now().is_some();
        if handed_over || self.raft.propose(now, Payload::Work(work), &mut effects).is_err() {
            self.driver.refused(&work);
            return;
        }
        self.absorb(effects, out);
        self.settle(now, desk, out);
    }
}
