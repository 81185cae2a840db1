//! The reader of trades: asks for a stretch of time, and keeps the last answer for the screen.
//!
//! Idea: the question goes to the leader of the symbol's group, the answer comes back over the network like any other. What
//! it took (windows opened, bytes read) is an event, so that it can be compared with the question before.
//! Bound: one answer.

use std::sync::Arc;

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft};
use crate::domain::event::{EventKind, TradesEvent};
use crate::domain::order::DeskMessage;
use crate::domain::time::SimTime;
use crate::domain::trades::TradesAnswer;
use crate::domain::view::ClusterView;

/// The reader.
#[derive(Clone, Debug, Default)]
pub struct TapeReader {
    last: Option<Arc<TradesAnswer>>,
}

impl Actor for TapeReader {
    fn step(&mut self, _: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        let ActorInput::Receive { message: DeskMessage::Trades(answer), .. } = input else { return };
        let TradesAnswer { query, group, node, found, opened, passed, bytes_read, damaged, .. } = *answer;
        let kind = match damaged {
            Some(window) => EventKind::Trades(TradesEvent::Damaged { window }),
            None => {
                EventKind::Trades(TradesEvent::Read { symbol: query.symbol, found, opened, passed, bytes: bytes_read })
            }
        };
        out.push(ActorEffect::Tell(Draft { node: Some(node), group: Some(group), kind }));
        self.last = Some(answer);
    }

    fn contribute(&self, _: SimTime, view: &mut ClusterView) {
        view.trades.clone_from(&self.last);
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}
