//! Repeats: what a node says again and again, told once, and then ever more rarely.
//!
//! Idea: a node that is cut off asks for votes some four times a second, in each of its groups, and a node that is deaf is
//! refused as often by all the others. Told one by one they push the election that the class came to see out of the
//! ring. So a question that is asked again while nothing changed is not told; the next one that is told says how many
//! were not.
//! Shape: `hear` is asked before an event is written. An untold one is *as before*: what follows from it names the told
//! one as its cause, so the walk along causes never meets a gap.
//! What changed: another term; a leader that was heard in between (the silence is shorter than the time since it was
//! told); for a refusal, another voter or another reason. An election in the group ends every series of it.
//! Bound: two series for each pair of node and group.
//! Left out: questions with a higher term each time (pre-vote switched off). Each of those is news.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

use crate::domain::actor::Draft;
use crate::domain::event::EventKind;
use crate::domain::ids::{EventId, GroupId, NodeId, Term};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

/// A repetition is told when this long has passed since the first one that was; after that when twice as long has passed ...
pub const AGAIN: SimDuration = SimDuration::from_secs(1);
/// ... and so on, up to this long.
pub const AGAIN_MAX: SimDuration = SimDuration::from_secs(60);

/// Whether an event is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum News {
    /// It is; so many like it were not, since the last that was.
    Tell(u64),
    /// It is not: it is the same as this one.
    AsBefore(EventId),
}

/// The series that are open.
#[derive(Clone, Default)]
pub(super) struct Repeats {
    open: BTreeMap<(GroupId, NodeId), Series>,
}

/// What one node asks in one group, and what it is answered.
#[derive(Clone, Default)]
struct Series {
    asked: Option<Told>,
    refused: Option<Told>,
    said: BTreeMap<NodeId, Discriminant<Why>>,
}

/// The last one that was told.
#[derive(Clone, Copy)]
struct Told {
    id: EventId,
    at: SimTime,
    term: Term,
    untold: u64,
    /// How long repetitions stay untold.
    wait: SimDuration,
}

impl Told {
    const fn new(id: EventId, at: SimTime, term: Term) -> Self {
        Self { id, at, term, untold: 0, wait: AGAIN }
    }

    fn again(&mut self, id: EventId, now: SimTime) -> News {
        if now.since(self.at) < self.wait {
            self.untold += 1;
            return News::AsBefore(self.id);
        }
        let untold = self.untold;
        *self = Self { id, at: now, untold: 0, wait: self.wait.times(2).min(AGAIN_MAX), ..*self };
        News::Tell(untold)
    }
}

impl Repeats {
    /// Whether this is told; if so, under this number.
    pub fn hear(&mut self, now: SimTime, id: EventId, draft: &Draft) -> News {
        let (Some(node), Some(group)) = (draft.node, draft.group) else { return News::Tell(0) };
        match draft.kind {
            EventKind::TimedOut { term, silent, pre_vote: true, .. } => {
                let series = self.open.entry((group, node)).or_default();
                let same = series.asked.as_mut().filter(|told| told.term == term && silent >= now.since(told.at));
                if let Some(told) = same {
                    return told.again(id, now);
                }
                *series = Series { asked: Some(Told::new(id, now, term)), ..Series::default() };
            }
            EventKind::VoteRefused { candidate, term, why, pre_vote: true } => {
                let series = self.open.entry((group, candidate)).or_default();
                if series.refused.is_some_and(|told| told.term != term) {
                    series.said.clear();
                }
                let said_so = series.said.insert(node, discriminant(&why)) == Some(discriminant(&why));
                match series.refused.as_mut().filter(|told| told.term == term) {
                    Some(told) if said_so => return told.again(id, now),
                    Some(_) => {}
                    None => series.refused = Some(Told::new(id, now, term)),
                }
            }
            EventKind::Elected { .. } => self.open.retain(|(of, _), _| *of != group),
            _ => {}
        }
        News::Tell(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P1: GroupId = GroupId(1);

    fn asks(silent_ms: u64, term: u64) -> Draft {
        let silent = SimDuration::from_millis(silent_ms);
        let kind = EventKind::TimedOut { term: Term(term), silent, timeout: silent, pre_vote: true };
        Draft { node: Some(NodeId(5)), group: Some(P1), kind }
    }

    fn refuses(voter: u8, why: Why) -> Draft {
        let kind = EventKind::VoteRefused { candidate: NodeId(5), term: Term(2), why, pre_vote: true };
        Draft { node: Some(NodeId(voter)), group: Some(P1), kind }
    }

    fn at(ms: u64) -> SimTime {
        SimTime::from_millis(ms)
    }

    #[test]
    fn what_is_asked_again_is_told_ever_more_rarely_with_its_count() {
        let mut repeats = Repeats::default();
        let mut told = vec![];
        for ms in (200..=200_000).step_by(200) {
            match repeats.hear(at(ms), EventId(ms), &asks(ms, 2)) {
                News::Tell(untold) => told.push((ms, untold)),
                News::AsBefore(id) => assert_eq!(Some(id.0), told.last().map(|(ms, _)| *ms), "of the last told"),
            }
        }
        assert_eq!(told[..4], [(200, 0), (1_200, 4), (3_200, 9), (7_200, 19)]);
        assert_eq!(told[6..], [(63_200, 159), (123_200, 299), (183_200, 299)], "once a minute at least");
    }

    #[test]
    fn a_leader_that_was_heard_another_term_and_an_election_begin_again() {
        let mut repeats = Repeats::default();
        let hear = |repeats: &mut Repeats, ms, silent, term| repeats.hear(at(ms), EventId(ms), &asks(silent, term));
        assert_eq!(hear(&mut repeats, 200, 200, 2), News::Tell(0));
        assert_eq!(hear(&mut repeats, 400, 400, 2), News::AsBefore(EventId(200)));
        assert_eq!(hear(&mut repeats, 700, 190, 2), News::Tell(0), "it heard a leader after 200 ms");
        assert_eq!(hear(&mut repeats, 800, 290, 3), News::Tell(0), "another term");
        let elected = EventKind::Elected { term: Term(3), votes: Default::default(), voters: 5 };
        let elected = Draft { node: Some(NodeId(1)), group: Some(P1), kind: elected };
        assert_eq!(repeats.hear(at(810), EventId(810), &elected), News::Tell(0));
        assert!(repeats.open.is_empty());
    }

    #[test]
    fn each_voter_is_heard_once_and_another_reason_is_news() {
        let mut repeats = Repeats::default();
        let (alive, behind) = (Why::StaleTerm(Term(3)), Why::LogBehind);
        assert_eq!(repeats.hear(at(1), EventId(1), &refuses(1, alive)), News::Tell(0));
        assert_eq!(repeats.hear(at(1), EventId(2), &refuses(2, alive)), News::Tell(0));
        assert_eq!(repeats.hear(at(200), EventId(3), &refuses(2, alive)), News::AsBefore(EventId(1)));
        assert_eq!(repeats.hear(at(200), EventId(3), &refuses(1, behind)), News::Tell(0));
        assert_eq!(repeats.hear(at(1_001), EventId(4), &refuses(2, alive)), News::Tell(1));
    }
}
