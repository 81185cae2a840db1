//! Messages between groups: what the leader of one says to the leader of another.
//!
//! Idea: one header for all of them. It says which groups speak, by which map the sender goes, and how often the message was
//! passed on; the body says what it is about (the transaction and half, the move, the bundle) and which step of it. A
//! message is addressed to a group, not to a node: a node that gets it and does not lead the group passes it on to the node
//! that it believes to lead. So a message may come late, twice, or not at all, and over a route that is long out of date.
//! What it means to its receiver then is the one rule of the `runner`.
//! Bound: passed on [`HOPS_MAX`] times at most; after that it is lost, and sent again by its task's timer.

use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::map::Epoch;
use crate::domain::work::{Prepare, Work};

use super::symbol_migration::{MoveMessage, MoveStep};
use super::trade_migration::TradeMessage;
use super::tx_step::{TxMessage, TxStep};

/// How often a message is passed on.
pub const HOPS_MAX: u8 = 2;

/// A message from the leader of one group to the leader of another, or of the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupMessage {
    /// Who speaks to whom.
    pub header: Header,
    /// What is said.
    pub body: Body,
}

/// What every message between groups carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// For the leader of this group.
    pub to: GroupId,
    /// From the leader of this one.
    pub from: GroupId,
    /// The map that the sender goes by.
    pub epoch: Epoch,
    /// How often it was passed on.
    pub hops: u8,
}

/// What is said, by what it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// Half of a transaction.
    Transaction(TxMessage),
    /// A symbol that moves.
    Move(MoveMessage),
    /// Trades that go where their ids belong.
    Trades(TradeMessage),
    /// A leader tells the controller how far its group is.
    Report(Report),
    /// The controller wants leadership of the group handed over to this node.
    HandOver(NodeId),
    /// The controller asks for a report.
    Call,
}

/// How far a group is on its way to where the map wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// Who leads it.
    pub leader: NodeId,
    /// In which term.
    pub term: Term,
    /// The map that this is judged by.
    pub epoch: Epoch,
    /// It is there: its voters are those of the map, and nobody learns.
    pub settled: bool,
    /// Records that its learners have to go.
    pub behind: u64,
}

impl GroupMessage {
    /// Its digest for the run's hash.
    pub fn digest(&self) -> Digest {
        let Header { to, from, epoch, hops } = self.header;
        let head = Digest(u64::from(hops)).mix(u64::from(from.0) << 16 | u64::from(to.0)).mix(epoch.0);
        match &self.body {
            Body::Transaction(message) => of_transaction(head, message),
            Body::Move(message) => of_move(head, message),
            Body::Trades(TradeMessage::Keep(bundle)) => head.mix(20).mix(bundle.digest().0),
            Body::Trades(TradeMessage::Kept(name, digest)) => {
                let between = u64::from(name.from.0) << 32 | u64::from(name.to.0) << 16;
                head.mix(21 | between).mix(name.term.0).mix(name.serial).mix(digest.0)
            }
            Body::Report(Report { leader, term, epoch, settled, behind }) => {
                let who = u64::from(leader.0) << 1 | u64::from(*settled);
                head.mix(30).mix(who).mix(term.0).mix(epoch.0).mix(*behind)
            }
            Body::HandOver(to) => head.mix(31).mix(u64::from(to.0)),
            Body::Call => head.mix(32),
        }
    }
}

fn of_transaction(head: Digest, message: &TxMessage) -> Digest {
    let TxMessage { tx, half, step } = *message;
    let head = tx.digest(head.mix(half as u64));
    match step {
        TxStep::Prepare { part, term, floor } => {
            head.mix(1).mix(Work::Prepare(Prepare { tx, half, part, term, floor }).digest().0)
        }
        TxStep::Vote(Ok(lent)) => head.mix(2).mix((lent.0 as u64) << 8),
        TxStep::Vote(Err(why)) => head.mix(2).mix(u64::from(why.code())),
        TxStep::Finish { decision, floor } => head.mix(3).mix(Work::Finish { tx, half, decision, floor }.digest().0),
        TxStep::Finished => head.mix(4),
        TxStep::Ask => head.mix(5),
        TxStep::Unknown { term, floor } => head.mix(6).mix(term.0).mix(floor),
        TxStep::Survey { account } => head.mix(7).mix(u64::from(account.0)),
        TxStep::Has { account, free } => head.mix(8).mix(u64::from(account.0)).mix(free.0 as u64),
    }
}

fn of_move(head: Digest, message: &MoveMessage) -> Digest {
    let head = message.shipment.digest(head);
    match &message.step {
        MoveStep::Begin => head.mix(10),
        MoveStep::Part(parcel) => head.mix(11).mix(parcel.digest().0),
        MoveStep::Took(parts) => head.mix(12).mix(u64::from(*parts)),
        MoveStep::Owned => head.mix(13),
    }
}
