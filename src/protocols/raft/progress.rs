//! What a leader knows of a follower, and how it therefore sends to it.
//!
//! Idea: *Probe* sends one message and waits, until a match is found. *Replicate* sends ahead (pipelining) and takes
//! `next` for granted. *Snapshot* waits for a snapshot to arrive, the log being too short. A refusal, or a beat's answer
//! that shows a hole, leads back to Probe.
//! Bound: `in_flight` holds at most `batches_in_flight_max` messages; more entries wait in the log.
//! Sources: Ongaro & Ousterhout 2014 §5.3 (`nextIndex`, `matchIndex`); Ongaro 2014 §10.2.1 (pipelining).

use std::collections::VecDeque;

use crate::domain::ids::{LogIndex, NodeId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ProgressMode, ProgressView};

/// A message with entries on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    /// The last index that it carries.
    pub last: LogIndex,
    /// The latest round of beats when it was sent: the answer to a later round was given after it arrived, or it is lost.
    pub round: u64,
}

/// One follower in the eyes of its leader.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// The follower.
    pub peer: NodeId,
    /// How the leader sends to it.
    pub mode: ProgressMode,
    /// The highest index known to match, and to be on its disk.
    pub matched: LogIndex,
    /// The next index to send.
    pub next: LogIndex,
    /// Messages on their way, oldest first. In Probe one at most; in Snapshot it holds the snapshot.
    pub in_flight: VecDeque<InFlight>,
    /// How far it has applied its log, as far as is known.
    pub applied: LogIndex,
    /// When it was last heard in this term.
    pub heard_at: SimTime,
    /// The latest round of beats that it answered.
    pub answered_round: u64,
    /// How fast it follows.
    pub catch_up: CatchUp,
    /// It is no member any more and shall hear so.
    pub leaving: Option<Leaving>,
}

/// How fast a follower follows: the rounds of Ongaro 2014 §4.2.1. A round is over when the follower has everything that
/// was in the log when the round began. It keeps up if the last round was shorter than an election timeout.
#[derive(Clone, Copy, Debug)]
pub(super) struct CatchUp {
    /// The end of the log when the round began.
    upto: LogIndex,
    /// When that was.
    since: SimTime,
    /// The last round was short enough.
    quick: bool,
}

impl CatchUp {
    /// The follower got this far, of a log that ends at `end`; true if it keeps up from now on.
    pub fn matched(&mut self, matched: LogIndex, end: LogIndex, now: SimTime, limit: SimDuration) -> bool {
        if matched < self.upto {
            return false;
        }
        let news = !self.quick;
        // With nothing left to send the next round would be over at once.
        self.quick = now.since(self.since) < limit || matched == end;
        (self.upto, self.since) = (end, now);
        news && self.quick
    }

    /// Whether it keeps up, the round that is going on considered.
    pub fn keeps_up(&self, matched: LogIndex, now: SimTime, limit: SimDuration) -> bool {
        self.quick && (matched >= self.upto || now.since(self.since) < limit)
    }
}

/// A follower that left the group: it still gets the log up to where it left, and hears that this is committed, so that
/// it knows and does not stand for election.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaving {
    /// The entry by which it left.
    pub at: LogIndex,
    /// The round of beats that tells it.
    pub told_in: Option<u64>,
    /// Forgotten at this time at the latest.
    pub until: SimTime,
}

impl Leaving {
    /// By this entry, which is not committed yet.
    pub const fn at(at: LogIndex) -> Self {
        Self { at, told_in: None, until: SimTime::NEVER }
    }
}

impl Progress {
    /// Nothing is known of this follower but that it should get what comes after `end`.
    pub fn new(peer: NodeId, end: LogIndex, now: SimTime) -> Self {
        Self {
            peer,
            mode: ProgressMode::Probe,
            matched: LogIndex::ORIGIN,
            next: end.next(),
            in_flight: VecDeque::new(),
            applied: LogIndex::ORIGIN,
            heard_at: now,
            answered_round: 0,
            catch_up: CatchUp { upto: end, since: now, quick: false },
            leaving: None,
        }
    }

    /// Whether another message may be sent now.
    pub fn has_room(&self, in_flight_max: usize) -> bool {
        match self.mode {
            ProgressMode::Probe => self.in_flight.is_empty(),
            ProgressMode::Replicate => self.in_flight.len() < in_flight_max,
            ProgressMode::Snapshot => false,
        }
    }

    /// Goes back to sending one message at a time, from `next` on.
    pub fn probe(&mut self, next: LogIndex) {
        self.mode = ProgressMode::Probe;
        self.next = next;
        self.in_flight.clear();
    }

    /// A message that ends at `last` was sent.
    pub fn sent(&mut self, last: LogIndex, round: u64) {
        self.in_flight.push_back(InFlight { last, round });
        if self.mode == ProgressMode::Replicate {
            self.next = last.next();
        }
    }

    /// The follower matches up to here; true if that is news.
    pub fn match_to(&mut self, matched: LogIndex) -> bool {
        let covered = self.in_flight.iter().take_while(|message| message.last <= matched).count();
        let arrived = covered > 0;
        self.in_flight.drain(..covered);
        let news = matched > self.matched;
        if news {
            self.matched = matched;
        }
        if self.mode != ProgressMode::Replicate && (news || arrived) && self.in_flight.is_empty() {
            self.mode = ProgressMode::Replicate;
            self.next = self.matched.next();
        }
        self.next = self.next.max(self.matched.next());
        news
    }

    /// The follower answered a beat of this round, having received everything up to `received`: whether a message that
    /// was sent before that beat is lost.
    pub fn has_lost(&self, round: u64, received: LogIndex) -> bool {
        let owed = self.in_flight.iter().take_while(|message| message.round < round).last();
        match (self.mode, owed) {
            (ProgressMode::Replicate, None) => received < self.matched,
            (_, None) => false,
            (_, Some(message)) => received < message.last,
        }
    }

    /// What the screen shows.
    pub fn view(&self) -> ProgressView {
        ProgressView {
            mode: self.mode,
            matched: self.matched,
            next: self.next,
            in_flight: u16::try_from(self.in_flight.len()).unwrap_or(u16::MAX),
        }
    }
}
