//! What is kept to look back, under one bound: checkpoints, events, samples, packed trades, the recorder.
//!
//! Idea: a class that runs over night must find the machine as it left it. Each part has a bound of its own; together they have
//! one more, and a rule for who gives way: checkpoints are thinned first (any moment can still be run to, only slower), then
//! the older half of the events goes, then that of the samples. Where there is room again, they grow back. Packed trades and the recorder never give way: the first are
//! part of the state, bounded by `trades.archive_kib`, the other is the run itself.
//! Bound: the bytes that it is made with; looked at every `LOOK_EVERY` or `LOOK_EVENTS` scheduler events.

use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::HistoryView;

use super::checkpoints::Checkpoints;
use super::recorder::Recorder;
use super::resident;
use super::world::World;

/// Bytes if nobody says another number: 512 MB.
pub const BYTES_MAX: u64 = 512_000_000;
/// Virtual time between two looks.
const LOOK_EVERY: SimDuration = SimDuration::from_secs(5);
/// Scheduler events between two looks.
const LOOK_EVENTS: u64 = 150_000;

/// What is kept to look back.
pub struct Lookback {
    /// To go back to.
    checkpoints: Checkpoints,
    bytes_max: u64,
    /// At the last look.
    used_bytes: u64,
    /// When the next look is due.
    look: (SimTime, u64),
    /// Events and samples that gave way.
    dropped: u64,
}

impl Lookback {
    /// Nothing so far, and so many bytes at most.
    pub fn new(bytes_max: u64) -> Self {
        Self { checkpoints: Checkpoints::default(), bytes_max, used_bytes: 0, look: (SimTime::ZERO, 0), dropped: 0 }
    }

    /// The same bound, for a run that begins again.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::new(self.bytes_max)
    }

    /// The copies to go back to.
    pub const fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    /// Keeps what is due, and makes room.
    pub fn observe(&mut self, world: &mut World, recorder: &Recorder) {
        let (at, events) = self.look;
        if !self.checkpoints.is_due(world) && world.now() < at && world.event_count() < events {
            return;
        }
        self.look = (world.now() + LOOK_EVERY, world.event_count() + LOOK_EVENTS);
        let live = world.pins();
        let fixed = live.archives() + recorder.size_bytes();
        let rest = |world: &World| fixed + world.lookback_bytes();
        self.checkpoints.offer(world, self.bytes_max.saturating_sub(rest(world)));
        loop {
            self.used_bytes = self.checkpoints.bytes_beside(&live) + rest(world);
            if self.used_bytes <= self.bytes_max || !self.give_way(world) {
                break;
            }
        }
        self.take_room(world);
    }

    /// What gave way may grow again, last gone first, where twice of it fits. Half of what is free at most is given away, so
    /// that what grows does not give way at the next look.
    fn take_room(&self, world: &mut World) {
        let free = self.bytes_max.saturating_sub(self.used_bytes);
        let mut room = free / 2;
        let (samples, events) = (world.sampler.size_bytes(), world.journal.size_bytes());
        if samples <= room && world.sampler.grow() {
            room -= samples;
        }
        if events <= room {
            world.journal.grow();
        }
    }

    /// What goes first goes; false if nothing is left to go.
    fn give_way(&mut self, world: &mut World) -> bool {
        if self.checkpoints.thin() {
            return true;
        }
        let gone = match world.journal.halve() {
            0 => world.sampler.halve(),
            events => events,
        };
        self.dropped += gone;
        gone > 0
    }

    /// What the screen shows of it.
    pub fn view(&self) -> HistoryView {
        HistoryView {
            used_bytes: self.used_bytes,
            bytes_max: self.bytes_max,
            checkpoints: self.checkpoints.len(),
            spacing: self.checkpoints.spacing(),
            thinned: self.checkpoints.thinned(),
            dropped: self.dropped,
            resident_bytes: resident::bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::recorder::RecordingHeader;
    use super::super::testbed::{ms, world};
    use super::*;
    use crate::domain::control::{Control, Target};
    use crate::domain::ids::NodeId;

    /// A minute and a half with many events, looked at every second.
    fn run(lookback: &mut Lookback) -> World {
        let mut world = world(3);
        let settings = (**world.settings()).clone();
        let mut recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
        lookback.observe(&mut world, &recorder);
        for second in 1..=90_u64 {
            for part in 0..20 {
                let node = Target::Node(NodeId(part as u8 % 5 + 1));
                world.control(Control::Crash(node));
                world.control(Control::Recover(node));
                world.run_until(ms(second * 1_000 + part * 50));
            }
            recorder.observe(&world);
            world.take_new_events();
            lookback.observe(&mut world, &recorder);
        }
        world
    }

    #[test]
    fn what_gave_way_grows_back_when_there_is_room() {
        let mut lookback = Lookback::new(0);
        let mut world = run(&mut lookback);
        let few = (world.journal.kept().len(), world.sampler.kept().len());
        let settings = (**world.settings()).clone();
        let recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
        lookback.bytes_max = BYTES_MAX;
        let dropped = lookback.view().dropped;
        for _ in 0..8 {
            for _ in 0..100 {
                let node = Target::Node(NodeId(1));
                world.control(Control::Crash(node));
                world.control(Control::Recover(node));
            }
            world.run_until(world.now() + LOOK_EVERY);
            world.take_new_events();
            lookback.observe(&mut world, &recorder);
        }
        let many = (world.journal.kept().len(), world.sampler.kept().len());
        assert!(many.0 >= 2 * few.0 && many.1 >= 4 * few.1, "{few:?} became {many:?}");
        assert_eq!(lookback.view().dropped, dropped, "nothing has to give way again");
        // And a bound that is reached again takes them again.
        lookback.bytes_max = 0;
        world.run_until(world.now() + LOOK_EVERY);
        lookback.observe(&mut world, &recorder);
        assert_eq!((world.journal.kept().len(), world.sampler.kept().len()), few);
    }

    #[test]
    fn what_gives_way_between_two_checkpoints_does_so_in_the_same_order() {
        let mut lookback = Lookback::new(BYTES_MAX);
        let mut world = run(&mut lookback);
        let kept = |lookback: &Lookback, world: &World| {
            [lookback.checkpoints.len(), world.journal.kept().len(), world.sampler.kept().len()]
        };
        // Which of the three has become less each time.
        let (mut before, mut order) = (kept(&lookback, &world), Vec::new());
        while lookback.give_way(&mut world) {
            let after = kept(&lookback, &world);
            let less: Vec<usize> = (0..3).filter(|part| after[*part] < before[*part]).collect();
            assert_eq!(less.len(), 1, "{before:?} became {after:?}");
            (before, order) = (after, [order, less].concat());
        }
        assert!(order.is_sorted() && (0..3).all(|part| order.contains(&part)), "{order:?}");
        assert_eq!(before[0], 1, "the beginning stays");
    }

    #[test]
    fn checkpoints_give_way_first_then_events_then_samples() {
        let mut roomy = Lookback::new(BYTES_MAX);
        let whole = run(&mut roomy);
        let view = roomy.view();
        assert_eq!((view.thinned, view.dropped), (0, 0), "{view:?}");
        assert!(view.used_bytes <= BYTES_MAX && view.checkpoints > 8, "{view:?}");
        let (events, samples) = (whole.journal.kept().len(), whole.sampler.kept().len());
        let mut tight = Lookback::new(view.used_bytes / 2);
        let world = run(&mut tight);
        let view = tight.view();
        assert!(view.thinned > 0 && view.dropped == 0 && view.used_bytes <= view.bytes_max, "{view:?}");
        assert_eq!((world.journal.kept().len(), world.sampler.kept().len()), (events, samples));
        let without_samples = whole.journal.size_bytes() + whole.controls().len() as u64 * 100;
        let mut tighter = Lookback::new(without_samples / 2);
        let world = run(&mut tighter);
        assert!(world.journal.kept().len() < events, "{:?}", tighter.view());
        let mut none = Lookback::new(0);
        let world = run(&mut none);
        assert!(world.sampler.kept().len() < samples && none.view().checkpoints == 1, "{:?}", none.view());
        // Nothing of this is part of the run.
        assert_eq!(world.hash(), whole.hash());
        let back = none.checkpoints().at(ms(45_000), &world.controls()[..0]);
        assert!(back.is_some(), "the beginning stays");
    }
}
