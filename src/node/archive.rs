//! The archive of a partition on a node's disk: packed blocks go out as they are made, and come back with the node.
//!
//! Idea: a block never changes, so it is written once, before the next snapshot that counts on it. After a restart the
//! snapshot says which blocks there are and the disk says what is in them; what was packed after the snapshot is packed
//! again while the log is replayed, byte for byte the same, and written again under the same number.
//! Bound: that of the time windows: with each block the disk is told which is the oldest that is still kept.

use crate::domain::ids::{ActorId, SymbolId};
use crate::domain::order::DeskMessage;
use crate::domain::trades::TradesQuery;
use crate::protocols::raft::message::Effect;

use super::Node;
use super::message::NodeEffect;
use super::out::Out;
use super::replica::Replica;

impl Replica {
    /// Gives the disk the blocks that it does not have.
    pub(super) fn archive(&mut self, out: &mut Out<'_>) {
        let Some(exchange) = self.machine.exchange_mut() else { return };
        let (blocks, first) = exchange.trades_mut().unwritten();
        let mut effects: Vec<Effect> = Vec::new();
        for (number, image) in blocks {
            self.raft.archive(number, image, first, &mut effects);
        }
        self.absorb(effects, out);
    }
}

impl Node {
    /// Answers a question about trades from its replica of the symbol's group.
    pub(super) fn read_trades(&self, query: TradesQuery, effects: &mut Vec<NodeEffect>) {
        let owner = |symbol: SymbolId| self.map.owner(symbol);
        let Some(group) = owner(query.symbol) else { return };
        let Some(exchange) = self.exchange(group) else { return };
        let answer = exchange.trades().answer(query, group, self.me);
        effects.push(NodeEffect::Reply { to: ActorId::TAPE, message: DeskMessage::Trades(answer.into()) });
    }
}
