//! The runner by itself: terms, positions, timers.

use super::*;
use crate::domain::map::ClusterMap;
use crate::domain::order::Batch;

/// A task that proposes what it is told, once a number, and is reminded of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Echo {
    begun: u32,
    reminded: Vec<u64>,
}

impl LeaderTask for Echo {
    type State<'a> = ();
    type Record = u64;
    type Outcome = ();
    type Slot = u64;
    type Key = u64;
    type Message = u64;

    fn slot(record: &u64) -> u64 {
        *record
    }

    fn payload(_: u64) -> Payload {
        Payload::Orders(Batch::new(Vec::new()))
    }

    fn body(_: u64) -> Body {
        Body::Call
    }

    fn begin(&mut self, _: &Context<'_, Self>, _: &mut Actions<'_, Self>) {
        *self = Self { begun: self.begun + 1, reminded: Vec::new() };
    }

    fn look(&mut self, _: &Context<'_, Self>, _: &mut Actions<'_, Self>) {}

    fn receive(
        &mut self,
        at: &Context<'_, Self>,
        _: GroupId,
        number: u64,
        out: &mut Actions<'_, Self>,
    ) -> Reception<Self> {
        out.remind(number, at.now + RESEND_EVERY);
        match number {
            0 => Reception::Stale,
            1 => Reception::Done(100),
            _ => Reception::Due(number),
        }
    }

    fn applied(&mut self, _: &Context<'_, Self>, record: &u64, (): &(), out: &mut Actions<'_, Self>) {
        out.forget(record);
    }

    fn due(&mut self, _: &Context<'_, Self>, key: u64, _: &mut Actions<'_, Self>) {
        self.reminded.push(key);
    }
}

const FROM: GroupId = GroupId(2);

fn at(map: &ClusterMap, term: u64, ms: u64) -> Context<'_, Echo> {
    Context { now: SimTime::from_millis(ms), group: GroupId(1), term: Term(term), map, state: () }
}

#[test]
fn what_is_on_its_way_is_not_proposed_again_until_it_was_applied_or_refused() {
    let map = ClusterMap::default();
    let mut runner = Runner::<Echo>::default();
    let asks = |runner: &mut Runner<Echo>| runner.receive(&at(&map, 1, 0), FROM, 7);
    assert_eq!(asks(&mut runner), [Action::Propose(7)]);
    assert_eq!(asks(&mut runner), [], "it is on its way");
    runner.placed(&7, None);
    assert_eq!(asks(&mut runner), [Action::Propose(7)], "the log had refused it");
    runner.placed(&7, Some(LogIndex(5)));
    runner.applied(&at(&map, 1, 0), &7, &());
    assert_eq!(asks(&mut runner), [Action::Propose(7)], "it was applied");
    runner.placed(&7, Some(LogIndex(9)));
    runner.advance(LogIndex(0), LogIndex(9));
    assert!(runner.is_quiet(), "everything up to there was applied, though nothing was said of it");
}

#[test]
fn what_was_done_is_answered_and_what_is_stale_is_dropped() {
    let map = ClusterMap::default();
    let mut runner = Runner::<Echo>::default();
    assert_eq!(runner.receive(&at(&map, 1, 0), FROM, 1), [Action::Send(FROM, 100)]);
    assert_eq!(runner.receive(&at(&map, 1, 0), FROM, 0), []);
}

#[test]
fn another_term_begins_with_nothing_and_a_gap_begins_again_with_its_positions() {
    let map = ClusterMap::default();
    let mut runner = Runner::<Echo>::default();
    runner.receive(&at(&map, 1, 0), FROM, 7);
    runner.placed(&7, Some(LogIndex(5)));
    runner.advance(LogIndex(3), LogIndex(4));
    runner.tick(&at(&map, 1, 500));
    assert_eq!(runner.task().begun, 2, "it was not told of the records up to 3");
    assert_eq!(runner.task().reminded, [0_u64; 0], "timers are memory too");
    assert_eq!(runner.receive(&at(&map, 1, 0), FROM, 7), [], "what it proposed in this term is still on its way");
    assert_eq!(runner.receive(&at(&map, 2, 0), FROM, 7), [Action::Propose(7)], "a new leadership knows of nothing");
    assert_eq!(runner.task().begun, 3);
}

#[test]
fn a_timer_runs_out_once_and_is_stopped_by_what_it_waited_for() {
    let map = ClusterMap::default();
    let mut runner = Runner::<Echo>::default();
    for number in [7, 8] {
        runner.receive(&at(&map, 1, 0), FROM, number);
    }
    runner.applied(&at(&map, 1, 50), &8, &());
    runner.tick(&at(&map, 1, 99));
    assert_eq!(runner.task().reminded, [0_u64; 0]);
    runner.tick(&at(&map, 1, 100));
    runner.tick(&at(&map, 1, 500));
    assert_eq!(runner.task().reminded, [7]);
}
