//! Letters: what the leaders of two groups say to each other: about a transaction of both, a symbol that moves, trades that
//! go where their ids belong, or a group's placement.
//!
//! Idea: a letter is addressed to a group, since nobody can be sure who leads another group. Whoever gets it and does
//! not lead passes it on to whom it believes to lead, [`HOPS_MAX`] times; then it is lost. The driver sends it again.
//! Shape: plain data. Every letter can come twice, late, or never.

use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::map::Epoch;
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Prepare, TxId, Work};

use super::carrier::StoreWord;
use super::mover::MoveWord;

/// How often a letter is passed on.
pub const HOPS_MAX: u8 = 2;

/// A letter between two groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// For the leader of this group.
    pub to: GroupId,
    /// From the leader of this one.
    pub from: GroupId,
    /// How often it was passed on.
    pub hops: u8,
    /// What it says.
    pub says: Says,
}

impl Letter {
    /// Its digest for the run's hash.
    pub fn digest(&self) -> Digest {
        let head = Digest(u64::from(self.hops)).mix(u64::from(self.from.0) << 16 | u64::from(self.to.0));
        let (kind, tx, half, word) = match self.says {
            Says::Move(ref word) => return of_move(head, word),
            Says::Store(StoreWord::Keep(ref bundle)) => return head.mix(10).mix(bundle.digest().0),
            Says::Store(StoreWord::Kept(name, digest)) => {
                let between = u64::from(name.from.0) << 32 | u64::from(name.to.0) << 16;
                return head.mix(11 | between).mix(name.term.0).mix(name.serial).mix(digest.0);
            }
            Says::Prepare(prepare) => return head.mix(1).mix(Work::Prepare(prepare).digest().0),
            Says::Vote { tx, half, vote } => {
                (2, tx, half, vote.map_or_else(|why| u64::from(why.code()), |lent| (lent.0 as u64) << 8))
            }
            Says::Finish { tx, half, decision } => {
                return head.mix(3).mix(Work::Finish { tx, half, decision }.digest().0);
            }
            Says::Finished { tx, half } => (4, tx, half, 0),
            Says::Ask { tx, half } => (5, tx, half, 0),
            Says::Unknown { tx, half, term } => (6, tx, half, term.0),
            Says::Report(Report { leader, term, epoch, settled, behind }) => {
                let who = u64::from(leader.0) << 1 | u64::from(settled);
                return head.mix(7).mix(who).mix(term.0).mix(epoch.0).mix(behind);
            }
            Says::HandOver(to) => return head.mix(8).mix(u64::from(to.0)),
            Says::Call => return head.mix(9),
        };
        tx.digest(head.mix(kind << 8 | half as u64)).mix(word)
    }
}

fn of_move(head: Digest, word: &MoveWord) -> Digest {
    match word {
        MoveWord::Begin(shipment) => shipment.digest(head.mix(7)),
        MoveWord::Part(parcel) => head.mix(8).mix(parcel.digest().0),
        MoveWord::Took(shipment, parts) => shipment.digest(head.mix(9)).mix(u64::from(*parts)),
        MoveWord::Owned(shipment) => shipment.digest(head.mix(10)),
    }
}

/// What letters say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Says {
    /// The coordinator asks for a vote.
    Prepare(Prepare),
    /// The vote: in favour, with what is lent, or why not.
    Vote {
        /// On which transaction.
        tx: TxId,
        /// On which half.
        half: Half,
        /// The vote.
        vote: Result<Cash, Why>,
    },
    /// It is decided.
    Finish {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// How.
        decision: Decision,
    },
    /// The half is finished (or was never prepared, which is the same).
    Finished {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
    },
    /// A part that was prepared long ago asks what became of it.
    Ask {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
    },
    /// The coordinator knows nothing of it: aborted, if the answer is of no older term than the question.
    Unknown {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// The term of the leader that says so.
        term: Term,
    },
    /// A leader tells the controller how far its group is.
    Report(Report),
    /// Of a symbol that moves.
    Move(MoveWord),
    /// Of trades that go where their ids belong.
    Store(StoreWord),
    /// The controller wants leadership of the group handed over to this node.
    HandOver(NodeId),
    /// The controller calls the roll: report.
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
