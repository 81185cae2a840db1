//! The pacer: how fast virtual time passes for the one who watches. The only file that reads the wall clock.
//!
//! Idea: virtual time follows wall time times the speed. If the machine can't keep up, virtual time falls behind and the
//! view says so; the debt is forgotten, never caught up in a rush. Nothing of this is part of the run: the same run at
//! another speed has the same hash.
//! Units: wall time is a `Duration` since the program's `WallClock` began; virtual time in ns.
//! Shape: `plan` says what to run to; `hear` is told what happened. A fault on a leader drops time to 1/20 until the first
//! answer after it or until the fault is mended, then it goes back by itself; any key of speed ends that.
//! Bound: slowing by itself lasts [`AUTO_MAX`] of virtual time at most (without a quorum nothing ever comes), and
//! [`ANSWER_MAX`] after the last new leader's first commit (with the load off nobody is there to be answered).

use std::time::{Duration, Instant};

use crate::domain::command::PaceCommand;
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::GroupId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{PaceView, Speed};

/// The wall clock, counted from when it was started.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    began: Instant,
}

impl WallClock {
    /// Begins to count.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock (STYLE section 7)")]
    pub fn start() -> Self {
        Self { began: Instant::now() }
    }

    /// Since it began.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock (STYLE section 7)")]
    pub fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(self.began)
    }
}

/// The speeds that the keys walk through, slowest first.
pub const LADDER: [Speed; 17] = [
    Speed::Slow(1_000),
    Speed::Slow(500),
    Speed::Slow(100),
    Speed::Slow(50),
    Speed::Slow(20),
    Speed::Slow(10),
    Speed::Slow(5),
    Speed::Slow(2),
    Speed::Times(1),
    Speed::Times(2),
    Speed::Times(5),
    Speed::Times(10),
    Speed::Times(20),
    Speed::Times(50),
    Speed::Times(100),
    Speed::Times(1_000),
    Speed::Free,
];
/// How fast time passes after a fault on a leader.
pub const AUTO_SPEED: Speed = Speed::Slow(20);
/// How long it does, at most, in virtual time.
pub const AUTO_MAX: SimDuration = SimDuration::from_secs(1);
/// How long the first answers are waited for, once all groups commit again, in virtual time. With clients at work they
/// come within some ten milliseconds; with the load off they never do, and there is nothing left to watch.
pub const ANSWER_MAX: SimDuration = SimDuration::from_millis(100);
/// More than this behind, beyond a rest that was meant, and the debt is forgotten.
const DEBT_MAX: Duration = Duration::from_millis(100);
/// The reached speed is measured over this much wall time.
const MEASURE: Duration = Duration::from_millis(500);

/// What to do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Nothing: time stands.
    Stand,
    /// Run to here, as far as the machine can.
    RunTo(SimTime),
    /// Run as fast as the machine can.
    RunFree,
}

/// Whether time slows by itself on a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnFault {
    /// It does.
    #[default]
    Slow,
    /// It does not.
    GoOn,
}

/// How virtual time follows the wall.
#[derive(Clone, Debug)]
pub struct Pacer {
    paused: bool,
    speed: Speed,
    on_fault: OnFault,
    auto: Option<AutoSlow>,
    anchor: Place,
    measured_from: Place,
    achieved_per_mille: u64,
    stands_on: Option<u64>,
    quiet: Option<SimDuration>,
    /// How long the caller means to rest before it plans again.
    rest: Duration,
}

/// Slowed by itself.
#[derive(Clone, Debug)]
struct AutoSlow {
    /// Groups whose first answer is waited for.
    waits_for: Vec<GroupId>,
    /// Those of them whose new leader has not committed yet.
    uncommitted: Vec<GroupId>,
    until: SimTime,
}

/// A wall time and the virtual time that belongs to it.
#[derive(Clone, Copy, Debug)]
struct Place {
    wall: Duration,
    at: SimTime,
}

impl Pacer {
    /// Runs in real time from here.
    pub const fn new(wall: Duration, at: SimTime, on_fault: OnFault) -> Self {
        let here = Place { wall, at };
        Self {
            paused: false,
            speed: Speed::Times(1),
            on_fault,
            auto: None,
            anchor: here,
            measured_from: here,
            achieved_per_mille: 0,
            stands_on: None,
            quiet: None,
            rest: Duration::ZERO,
        }
    }

    /// Nothing is planned for so long because nothing has to be: the machine is not behind by that.
    pub const fn rest(&mut self, length: Duration) {
        self.rest = length;
    }

    /// What to do at this wall time, virtual time being there.
    pub fn plan(&mut self, wall: Duration, now: SimTime) -> Plan {
        if self.paused {
            return Plan::Stand;
        }
        if self.auto.as_ref().is_some_and(|auto| now >= auto.until) {
            self.end_auto(wall, now);
        }
        self.measure(wall, now);
        let Some(target) = self.target(wall) else { return Plan::RunFree };
        let (debt, debt_max) = (self.wall_of(target.since(now)), DEBT_MAX + std::mem::take(&mut self.rest));
        if debt > debt_max {
            let forgiven = debt - debt_max;
            self.anchor.wall += forgiven;
            return Plan::RunTo(self.target(wall).unwrap_or(target));
        }
        Plan::RunTo(target)
    }

    /// Does what a key asks for. Steps pause; what they run to is the business of whoever has the world.
    pub fn obey(&mut self, command: PaceCommand, wall: Duration, now: SimTime) {
        match command {
            PaceCommand::TogglePause if self.paused => self.run(wall, now),
            PaceCommand::TogglePause | PaceCommand::Pause | PaceCommand::Step(_) | PaceCommand::StepRaw => {
                self.paused = true;
            }
            PaceCommand::Run => self.run(wall, now),
            PaceCommand::Set(speed) => self.set(speed, wall, now),
            PaceCommand::Slower => self.set(rung(self.speed, -1), wall, now),
            PaceCommand::Faster => self.set(rung(self.speed, 1), wall, now),
            PaceCommand::Normal => {
                self.set(Speed::Times(1), wall, now);
                self.run(wall, now);
            }
            PaceCommand::SlowOnFault(on) => {
                self.on_fault = if on { OnFault::Slow } else { OnFault::GoOn };
                if !on {
                    self.end_auto(wall, now);
                }
            }
        }
        if !matches!(command, PaceCommand::SlowOnFault(_)) {
            self.stands_on = None;
            self.quiet = None;
        }
    }

    /// It stands on this scheduler event after a step.
    pub const fn stand_on(&mut self, event: u64) {
        self.stands_on = Some(event);
    }

    /// The step that it stands on met nothing notable in this time.
    pub const fn met_nothing(&mut self, within: SimDuration) {
        self.quiet = Some(within);
    }

    /// Time begins again in another world.
    pub fn jump(&mut self, wall: Duration, now: SimTime) {
        self.auto = None;
        self.stands_on = None;
        self.quiet = None;
        self.achieved_per_mille = 0;
        self.anchor = Place { wall, at: now };
        self.measured_from = self.anchor;
    }

    /// Hears an event; `led` says which groups a node led as it failed.
    pub fn hear(
        &mut self,
        event: &Event,
        wall: Duration,
        led: impl FnOnce(crate::domain::ids::NodeId) -> Vec<GroupId>,
    ) {
        if let EventKind::FirstAnswer { .. } = event.kind {
            let Some(auto) = &mut self.auto else { return };
            auto.waits_for.retain(|group| Some(*group) != event.group);
            if auto.waits_for.is_empty() {
                self.end_auto(wall, event.at);
            }
            return;
        }
        if let EventKind::FirstCommit { .. } = event.kind {
            let Some(auto) = &mut self.auto else { return };
            auto.uncommitted.retain(|group| Some(*group) != event.group);
            if auto.uncommitted.is_empty() {
                auto.until = auto.until.min(event.at + ANSWER_MAX);
            }
            return;
        }
        if is_cure(&event.kind) {
            // Whoever led leads on, perhaps: no first answer may ever come, and there is nothing left to watch.
            self.end_auto(wall, event.at);
            return;
        }
        let Some(node) = event.node.filter(|_| is_fault(&event.kind)) else { return };
        if self.on_fault == OnFault::GoOn || !slower(AUTO_SPEED, self.speed) {
            return;
        }
        // `meta` takes no orders, so no answer of it will ever come.
        let waits_for: Vec<GroupId> = led(node).into_iter().filter(|group| *group != GroupId::META).collect();
        if !waits_for.is_empty() {
            let uncommitted = waits_for.clone();
            self.auto = Some(AutoSlow { waits_for, uncommitted, until: event.at + AUTO_MAX });
            self.anchor = Place { wall, at: event.at };
            self.measured_from = self.anchor;
        }
    }

    /// Whether time stands.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// What the screen shows of it.
    pub const fn view(&self) -> PaceView {
        PaceView {
            paused: self.paused,
            speed: self.effective(),
            achieved_per_mille: self.achieved_per_mille,
            slow_auto: self.auto.is_some(),
            step: self.stands_on,
            quiet: self.quiet,
        }
    }

    const fn effective(&self) -> Speed {
        if self.auto.is_some() { AUTO_SPEED } else { self.speed }
    }

    fn target(&self, wall: Duration) -> Option<SimTime> {
        let passed = u64::try_from(wall.saturating_sub(self.anchor.wall).as_nanos()).unwrap_or(u64::MAX);
        match self.effective() {
            Speed::Slow(by) => Some(self.anchor.at + SimDuration(passed / u64::from(by.max(1)))),
            Speed::Times(by) => Some(self.anchor.at + SimDuration(passed).times(u64::from(by))),
            Speed::Free => None,
        }
    }

    /// The wall time that a stretch takes at the present speed.
    fn wall_of(&self, stretch: SimDuration) -> Duration {
        match self.effective() {
            Speed::Slow(by) => Duration::from_nanos(stretch.times(u64::from(by)).0),
            Speed::Times(by) => Duration::from_nanos(stretch.0 / u64::from(by.max(1))),
            Speed::Free => Duration::ZERO,
        }
    }

    fn measure(&mut self, wall: Duration, now: SimTime) {
        let passed = wall.saturating_sub(self.measured_from.wall);
        if passed < MEASURE {
            return;
        }
        let done = self.wall_of(now.since(self.measured_from.at)).as_nanos();
        let per_mille = done.saturating_mul(1_000) / passed.as_nanos().max(1);
        // Within two percent it keeps up: frames and timers have a grain.
        self.achieved_per_mille = match (self.effective(), u64::try_from(per_mille).unwrap_or(u64::MAX)) {
            (Speed::Free, _) => now.since(self.measured_from.at).0.saturating_mul(1_000) / passed.as_nanos() as u64,
            (_, 980..) => 1_000,
            (_, slow) => slow,
        };
        self.measured_from = Place { wall, at: now };
    }

    fn run(&mut self, wall: Duration, now: SimTime) {
        self.paused = false;
        self.anchor = Place { wall, at: now };
        self.measured_from = self.anchor;
    }

    fn set(&mut self, speed: Speed, wall: Duration, now: SimTime) {
        self.auto = None;
        self.speed = speed;
        self.anchor = Place { wall, at: now };
        self.measured_from = self.anchor;
        self.achieved_per_mille = 0;
    }

    fn end_auto(&mut self, wall: Duration, now: SimTime) {
        if self.auto.take().is_some() {
            self.anchor = Place { wall, at: now };
            self.measured_from = self.anchor;
        }
    }
}

/// What slows time. Not a hand-over of leadership: it is planned, by a key or by the placement, and breaks nothing.
const fn is_fault(kind: &EventKind) -> bool {
    match kind {
        EventKind::SettingChanged { control } => control.lifted().is_some(),
        EventKind::Crashed { .. }
        | EventKind::Frozen
        | EventKind::Halted { .. }
        | EventKind::Isolated
        | EventKind::Muted
        | EventKind::LinkCut { .. } => true,
        _ => false,
    }
}

/// Ends what time was slowed for. Not the recovery of a crashed node: the election that it missed goes on.
const fn is_cure(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Rejoined | EventKind::AllHealed | EventKind::LinkHealed { .. } | EventKind::Thawed { .. })
}

/// A speed as thousandths of real time.
const fn per_mille(speed: Speed) -> u64 {
    match speed {
        Speed::Slow(by) => 1_000 / by as u64,
        Speed::Times(by) => 1_000 * by as u64,
        Speed::Free => u64::MAX,
    }
}

const fn slower(one: Speed, other: Speed) -> bool {
    per_mille(one) < per_mille(other)
}

/// The next rung of the ladder from here; a speed between two rungs goes to the nearer end of its gap.
fn rung(speed: Speed, direction: i8) -> Speed {
    let next = if direction < 0 {
        LADDER.into_iter().rev().find(|rung| slower(*rung, speed))
    } else {
        LADDER.into_iter().find(|rung| slower(speed, *rung))
    };
    next.unwrap_or(speed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{EventId, NodeId, Term};

    const P1: GroupId = GroupId(1);

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn pacer() -> Pacer {
        Pacer::new(Duration::ZERO, SimTime::ZERO, OnFault::Slow)
    }

    fn event(at: SimTime, kind: EventKind) -> Event {
        Event { id: EventId(1), at, node: Some(NodeId(4)), group: Some(P1), kind, cause: None, repeated: 0 }
    }

    #[test]
    fn time_follows_the_wall_times_the_speed() {
        let mut pacer = pacer();
        assert_eq!(pacer.plan(ms(50), SimTime::ZERO), Plan::RunTo(SimTime::from_millis(50)));
        pacer.obey(PaceCommand::Set(Speed::Times(20)), ms(50), SimTime::from_millis(50));
        assert_eq!(pacer.plan(ms(60), SimTime::from_millis(50)), Plan::RunTo(SimTime::from_millis(250)));
        pacer.obey(PaceCommand::Set(Speed::Slow(100)), ms(60), SimTime::from_millis(250));
        assert_eq!(pacer.plan(ms(160), SimTime::from_millis(250)), Plan::RunTo(SimTime::from_millis(251)));
        pacer.obey(PaceCommand::Set(Speed::Free), ms(160), SimTime::from_millis(251));
        assert_eq!(pacer.plan(ms(170), SimTime::from_millis(251)), Plan::RunFree);
    }

    #[test]
    fn a_pause_costs_no_virtual_time() {
        let mut pacer = pacer();
        pacer.obey(PaceCommand::TogglePause, ms(10), SimTime::from_millis(10));
        assert_eq!(pacer.plan(ms(9_000), SimTime::from_millis(10)), Plan::Stand);
        pacer.obey(PaceCommand::TogglePause, ms(9_000), SimTime::from_millis(10));
        assert_eq!(pacer.plan(ms(9_005), SimTime::from_millis(10)), Plan::RunTo(SimTime::from_millis(15)));
    }

    #[test]
    fn a_debt_is_forgotten_and_the_reached_speed_is_shown() {
        let mut pacer = pacer();
        let mut now = SimTime::ZERO;
        for wall in (10..=2_000).step_by(10) {
            assert!(matches!(pacer.plan(ms(wall), now), Plan::RunTo(_)));
            now += SimDuration::from_millis(6);
        }
        assert_eq!(pacer.view().achieved_per_mille, 600);
        let Plan::RunTo(target) = pacer.plan(ms(2_010), now) else { panic!() };
        assert!(target.since(now) <= SimDuration::from_millis(110), "no rush: {:?}", target.since(now));
    }

    #[test]
    fn a_rest_that_was_meant_is_no_debt() {
        let mut pacer = pacer();
        let (mut wall, mut now) = (Duration::ZERO, SimTime::ZERO);
        for _ in 0..8 {
            pacer.rest(ms(250));
            wall += ms(250);
            let Plan::RunTo(until) = pacer.plan(wall, now) else { panic!("it runs") };
            now = until;
        }
        assert_eq!((now, pacer.view().achieved_per_mille), (SimTime::from_millis(2_000), 1_000));
        assert_eq!(pacer.plan(wall + ms(250), now), Plan::RunTo(SimTime::from_millis(2_100)), "an unmeant one is");
    }

    #[test]
    fn a_fault_on_a_leader_slows_time_until_the_first_answer() {
        let mut pacer = pacer();
        let at = SimTime::from_millis(100);
        let led = |_| vec![GroupId::META, P1];
        pacer.hear(&event(at, EventKind::Crashed { unsynced: 0 }), ms(100), |_| vec![]);
        assert!(!pacer.view().slow_auto, "a follower's crash is none");
        pacer.hear(&event(at, EventKind::Crashed { unsynced: 0 }), ms(100), led);
        assert_eq!((pacer.view().slow_auto, pacer.view().speed), (true, AUTO_SPEED));
        assert_eq!(pacer.plan(ms(140), at), Plan::RunTo(SimTime::from_millis(102)));
        let answer = event(SimTime::from_millis(102), EventKind::FirstAnswer { term: Term(2) });
        pacer.hear(&answer, ms(140), led);
        assert_eq!((pacer.view().slow_auto, pacer.view().speed), (false, Speed::Times(1)));
        assert_eq!(pacer.plan(ms(150), SimTime::from_millis(102)), Plan::RunTo(SimTime::from_millis(112)));
    }

    #[test]
    fn a_hand_over_that_is_planned_neither_slows_time_nor_ends_a_slow_motion() {
        let mut pacer = pacer();
        let (at, to) = (SimTime::from_millis(100), NodeId(2));
        let led = |_| vec![P1];
        pacer.hear(&event(at, EventKind::TransferBegan { to }), ms(100), led);
        assert!(!pacer.view().slow_auto, "leadership goes where it is wanted, without a fault");
        pacer.hear(&event(at, EventKind::Crashed { unsynced: 0 }), ms(100), led);
        let failed = EventKind::TransferFailed { to, why: crate::domain::why::Why::NotVoter };
        pacer.hear(&event(at, failed), ms(100), led);
        assert!(pacer.view().slow_auto, "the fault has not been answered yet");
    }

    #[test]
    fn with_nobody_to_answer_slow_motion_ends_soon_after_all_commit() {
        let (p2, at) = (GroupId(2), SimTime::from_millis);
        let committed = |ms, group| Event {
            group: Some(group),
            ..event(at(ms), EventKind::FirstCommit { term: Term(2), index: crate::domain::ids::LogIndex(9) })
        };
        let mut pacer = pacer();
        pacer.hear(&event(at(100), EventKind::Crashed { unsynced: 0 }), ms(100), |_| vec![P1, p2]);
        pacer.hear(&committed(300, P1), ms(4_100), |_| vec![]);
        pacer.plan(ms(7_000), at(450));
        assert!(pacer.view().slow_auto, "p2 has no leader yet, and its election is worth seeing");
        pacer.hear(&committed(460, p2), ms(7_200), |_| vec![]);
        pacer.plan(ms(9_000), at(550));
        assert!(pacer.view().slow_auto, "an answer may still come");
        pacer.plan(ms(9_201), at(460) + ANSWER_MAX);
        assert_eq!((pacer.view().slow_auto, pacer.view().speed), (false, Speed::Times(1)));
    }

    #[test]
    fn slowing_by_itself_ends_when_the_fault_is_mended_but_not_when_the_dead_return() {
        let mut pacer = pacer();
        let led = |_| vec![P1];
        pacer.hear(&event(SimTime::ZERO, EventKind::Isolated), ms(0), led);
        let back = EventKind::Recovered { behind: 0 };
        pacer.hear(&event(SimTime::ZERO, back), ms(1), led);
        assert!(pacer.view().slow_auto, "the election that a dead leader missed goes on");
        pacer.hear(&event(SimTime::ZERO, EventKind::Rejoined), ms(1), led);
        assert_eq!((pacer.view().slow_auto, pacer.view().speed), (false, Speed::Times(1)));
    }

    #[test]
    fn slowing_by_itself_ends_at_a_key_or_at_its_bound() {
        let fault = event(SimTime::ZERO, EventKind::Frozen);
        let mut one = pacer();
        one.hear(&fault, ms(0), |_| vec![P1]);
        one.obey(PaceCommand::Faster, ms(5), SimTime::ZERO);
        assert_eq!((one.view().slow_auto, one.view().speed), (false, Speed::Times(2)));
        let mut other = pacer();
        other.hear(&fault, ms(0), |_| vec![P1]);
        other.plan(ms(20_000), SimTime::ZERO + AUTO_MAX);
        assert!(!other.view().slow_auto);
        let mut never = Pacer::new(Duration::ZERO, SimTime::ZERO, OnFault::GoOn);
        never.hear(&fault, ms(0), |_| vec![P1]);
        assert!(!never.view().slow_auto);
    }

    #[test]
    fn keys_walk_the_ladder_and_stay_on_it() {
        let mut pacer = pacer();
        let mut seen = vec![];
        for _ in 0..LADDER.len() {
            pacer.obey(PaceCommand::Slower, ms(0), SimTime::ZERO);
        }
        assert_eq!(pacer.view().speed, LADDER[0]);
        for _ in 0..LADDER.len() {
            seen.push(pacer.view().speed);
            pacer.obey(PaceCommand::Faster, ms(0), SimTime::ZERO);
        }
        assert_eq!(seen, LADDER);
        assert_eq!(pacer.view().speed, Speed::Free);
    }
}
