//! The archive of a partition on a node's disk: packed blocks go out as they are made, and come back with the node.
//!
//! Idea: a block never changes, so it is written once, before the next snapshot that counts on it. After a restart the
//! snapshot says which blocks there are and the disk says what is in them; what was packed after the snapshot is packed
//! again while the log is replayed, byte for byte the same, and written again under the same number.
//! Bound: that of the time windows: with each block the disk is told which is the oldest that is still kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::ids::{ActorId, GroupId};
use crate::domain::order::DeskMessage;
use crate::domain::trades::TradesQuestion;
use crate::protocols::replication::Replication;

use super::Node;
use super::machine::Machine;
use super::message::NodeEffect;
use super::out::Out;
use super::replica::Replica;

impl Replica {
    /// Gives the disk the blocks that it does not have.
    pub(super) fn archive(&mut self, out: &mut Out<'_>) {
        let Some(exchange) = self.machine.exchange_mut() else { return };
        let (blocks, first) = exchange.trades_mut().unwritten();
        for (number, image) in blocks {
            self.drive(out, |core, effects| core.archive(number, image, first, effects));
        }
    }
}

impl Machine {
    /// The machine is that of a snapshot on this node's disk, which also holds these blocks.
    pub(super) fn restored(&mut self, archive: &BTreeMap<u64, Arc<[u8]>>) {
        if let Some(exchange) = self.exchange_mut() {
            exchange.trades_mut().restored(archive);
        }
    }

    /// The machine came from another node: this node's disk has none of its blocks.
    pub(super) fn arrived(&mut self) {
        if let Some(exchange) = self.exchange_mut() {
            exchange.trades_mut().arrived();
        }
    }
}

impl Node {
    /// Answers a question about trades from this node's replica of a group.
    pub(super) fn read_trades(&self, group: GroupId, question: TradesQuestion, effects: &mut Vec<NodeEffect>) {
        let Some(exchange) = self.exchange(group) else { return };
        let answer = exchange.trades().answer(question, group, self.me);
        effects.push(NodeEffect::Reply { to: ActorId::TAPE, message: DeskMessage::Trades(answer.into()) });
    }
}
