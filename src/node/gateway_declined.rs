//! Declined requests: what a gateway does with a request that a replica did not take.
//!
//! Idea: a node that declines says why, and the reason decides: another node may lead, a newer map may name another group, a
//! symbol may be on its way, or the own replica may answer. Only where nothing of this helps does the client hear the reason.
//! A replica that has left its group declines with `NoReplica`; the gateway that asked it, on this node or another, then asks
//! the voters of the map.
//! Bound: a request is sent on at most [`REDIRECTS_MAX`] times.

use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::Placing;
use crate::domain::order::{Batch, ReadFrom, Record};
use crate::domain::time::SimTime;
use crate::domain::why::Why;

use super::gateway::{Directory, Gateway, Waiting, Wish, refuse};
use super::message::{Proposal, Ticket};
use super::tickets::Open;

/// How often a request is sent on to another node than was thought to lead.
pub(super) const REDIRECTS_MAX: u8 = 3;

/// What a node did not take.
pub(super) struct Declined {
    pub(super) by: NodeId,
    pub(super) batch: Batch,
    pub(super) why: Why,
}

impl Gateway {
    /// A node declined some requests of a proposal: ask another that may lead, or tell the client.
    pub(super) fn declined(
        &mut self,
        now: SimTime,
        ticket: Ticket,
        declined: Declined,
        directory: &impl Directory,
        wishes: &mut Vec<Wish>,
    ) {
        let Some(open) = self.tickets.get_mut(ticket).cloned() else { return };
        let may = open.redirects < REDIRECTS_MAX;
        let next = declined.next(open.group, directory);
        let Declined { batch, why, .. } = declined;
        let misled = matches!(why, Why::NotLeader(_) | Why::NoReplica);
        if let Some(hint) = self.hints.get_mut(open.group.index()).filter(|_| misled) {
            *hint = next;
        }
        let Open { from, group, epoch, deadline, fallback, redirects, .. } = open;
        match (why, next) {
            (Why::Moving | Why::NotOwner, _) => {
                self.tickets.release(ticket, batch.len());
                let waiting = Waiting { from, batch, read_from: ReadFrom::Leader, deadline, redirects };
                self.hold(now, waiting, group, directory, wishes);
            }
            (Why::StaleEpoch, _) if may && directory.map().epoch > epoch => {
                self.tickets.release(ticket, batch.len());
                let read_from = if fallback { ReadFrom::Fallback } else { ReadFrom::Leader };
                let waiting = Waiting { from, batch, read_from, deadline, redirects: redirects + 1 };
                self.route(now, &waiting, directory, wishes);
            }
            (_, Some(to)) if may => {
                let ticket = self.tickets.apart(ticket, batch.len());
                self.tickets.sent_on(ticket);
                wishes.push(Wish::Forward(to, Proposal { ticket, group, epoch, batch, deadline }));
            }
            // The ticket stays: the own replica is asked, once, if it has not been retired meanwhile.
            _ if fallback && directory.hosts(group) => {
                let ticket = self.tickets.apart(ticket, batch.len());
                self.tickets.falls_back(ticket);
                wishes.push(Wish::ReadHere(ticket, group, batch, deadline));
            }
            // The only one that may lead has not opened its replica yet.
            (Why::NoReplica, None) if directory.map().placing == Placing::Moving => {
                self.tickets.release(ticket, batch.len());
                let waiting = Waiting { from, batch, read_from: ReadFrom::Leader, deadline, redirects };
                self.hold(now, waiting, group, directory, wishes);
            }
            _ => {
                self.tickets.release(ticket, batch.len());
                wishes.push(Wish::Reply(from, refuse(batch.records(), why)));
            }
        }
        self.serve(now);
    }

    /// Requests that a group does not serve: sent on if the map names another owner by now, else held for a while.
    fn hold(
        &mut self,
        now: SimTime,
        waiting: Waiting,
        group: GroupId,
        directory: &impl Directory,
        wishes: &mut Vec<Wish>,
    ) {
        let moved = |record: &Record| directory.map().owner(record.command.symbol()) != Some(group);
        if waiting.batch.records().iter().all(moved) {
            self.route(now, &waiting, directory, wishes);
        } else if let Err(waiting) = self.held.push(now, waiting) {
            wishes.push(Wish::Reply(waiting.from, refuse(waiting.batch.records(), Why::Overloaded)));
        }
    }
}

impl Declined {
    /// Who else may lead the group: whom the node named, whom the own replica believes in by now, or, where there is none,
    /// the voter after it.
    fn next(&self, group: GroupId, directory: &impl Directory) -> Option<NodeId> {
        let named = match self.why {
            Why::NotLeader(hint) => hint,
            Why::NoReplica => None,
            _ => return None,
        };
        let other = |node: &NodeId| *node != self.by;
        let guess = || {
            if directory.hosts(group) {
                return directory.leader(group);
            }
            let voters = directory.map().voters(group);
            let after = voters.iter().position(|voter| *voter == self.by).map_or(0, |place| place + 1);
            let round = voters.iter().cycle().skip(after).take(voters.len());
            round.copied().find(|voter| !directory.given_up(*voter))
        };
        named.filter(other).or_else(guess).filter(other)
    }
}
