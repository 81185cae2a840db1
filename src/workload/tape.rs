//! The reader of trades: asks for a stretch of time, and keeps the last answer for the screen.
//!
//! Idea: the question goes to the leader of every partition, because a symbol that moved leaves its old trades behind; the
//! answers come back over the network like any other and are gathered here. When the last one is in, what it took (windows
//! opened, bytes read) is an event, so that it can be compared with the question before. An answer that a crash swallowed
//! leaves the whole incomplete, and the screen says so.
//! Bound: one answer; what comes late for the question before is dropped.

use std::sync::Arc;

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft};
use crate::domain::event::{EventKind, TradesEvent};
use crate::domain::order::DeskMessage;
use crate::domain::time::SimTime;
use crate::domain::trades::{PartAnswer, TradesAnswer};
use crate::domain::view::ClusterView;

/// The reader.
#[derive(Clone, Debug, Default)]
pub struct TapeReader {
    last: Option<Arc<TradesAnswer>>,
}

impl TapeReader {
    /// The gathered answer to the question of this part: a new one if the question is new.
    fn gather(&mut self, part: Arc<PartAnswer>) -> &Arc<TradesAnswer> {
        let question = part.question;
        let mut answer = match self.last.take() {
            Some(begun) if begun.question == question => Arc::unwrap_or_clone(begun),
            _ => TradesAnswer { question, parts: Vec::new() },
        };
        // A question that was sent twice at the same moment is answered twice.
        if let Err(place) = answer.parts.binary_search_by_key(&part.group, |part| part.group) {
            answer.parts.insert(place, part);
        }
        self.last.insert(Arc::new(answer))
    }
}

impl Actor for TapeReader {
    fn step(&mut self, _: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        let ActorInput::Receive { message: DeskMessage::Trades(part), .. } = input else { return };
        if self.last.as_ref().is_some_and(|last| part.question.asked < last.question.asked) {
            return;
        }
        let answer = self.gather(part);
        if !answer.is_complete() {
            return;
        }
        let kind = TradesEvent::Read {
            symbol: answer.question.query.symbol,
            found: answer.found(),
            opened: answer.opened(),
            passed: answer.passed(),
            bytes: answer.bytes_read(),
        };
        let told = answer.damaged().map_or(kind, |window| TradesEvent::Damaged { window });
        out.push(ActorEffect::Tell(Draft { node: None, group: None, kind: EventKind::Trades(told) }));
    }

    fn contribute(&self, _: SimTime, view: &mut ClusterView) {
        view.trades.clone_from(&self.last);
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}
