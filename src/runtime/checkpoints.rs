//! Checkpoints: copies of the world to go back to.
//!
//! Idea: the world is a value, so a checkpoint is a clone; big logs are shared by `Arc` and cost pointers. Going back to a
//! moment is: clone the nearest checkpoint before it, play the controls that came since, run on.
//! Units: spacing in virtual time and in scheduler events, whichever is reached first.
//! Bound: [`CHECKPOINTS_MAX`] in number, and in memory what the caller says; when either is full, every second one goes and
//! the spacing doubles, so a long run keeps its whole past, only coarser. The first one, the beginning, always stays; with it
//! alone any moment can still be run to. A new one for which thinning makes no room is not taken.

use crate::domain::control::RecordedControl;
use crate::domain::time::{SimDuration, SimTime};

use super::pins::Pins;
use super::world::World;

/// Checkpoints that are kept.
pub const CHECKPOINTS_MAX: usize = 64;
/// The first spacing in time.
pub const SPACING: SimDuration = SimDuration::from_secs(10);
/// The first spacing in scheduler events.
pub const SPACING_EVENTS: u64 = 300_000;

/// Copies of one run, oldest first.
#[derive(Clone)]
pub struct Checkpoints {
    kept: Vec<Kept>,
    kept_max: usize,
    spacing: SimDuration,
    spacing_events: u64,
    /// When the next one is due.
    due: (SimTime, u64),
    thinned: u64,
}

/// A copy, and what it takes.
#[derive(Clone)]
struct Kept {
    world: World,
    /// Bytes of its own.
    copied: u64,
    /// What it shares.
    pins: Pins,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self::with_bound(CHECKPOINTS_MAX)
    }
}

impl Checkpoints {
    /// A store for so many.
    pub fn with_bound(kept_max: usize) -> Self {
        assert!(kept_max > 1, "a store that is thinned keeps at least the beginning and one more");
        let (kept, due, thinned) = (Vec::new(), (SimTime::ZERO, 0), 0);
        Self { kept, kept_max, spacing: SPACING, spacing_events: SPACING_EVENTS, due, thinned }
    }

    /// Whether the next one is due.
    pub fn is_due(&self, world: &World) -> bool {
        let (at, events) = self.due;
        self.kept.is_empty() || world.now() >= at || world.event_count() >= events
    }

    /// Takes a checkpoint of this world if one is due and there is room for it in so many bytes; true if it did.
    pub fn offer(&mut self, world: &World, bytes_max: u64) -> bool {
        if !self.is_due(world) {
            return false;
        }
        let (copied, pins) = (world.copied_bytes(), world.pins());
        while self.kept.len() == self.kept_max || self.bytes_beside(&pins) + copied > bytes_max {
            if !self.thin() {
                break;
            }
        }
        self.due = (world.now() + self.spacing, world.event_count() + self.spacing_events);
        let fits = self.kept.is_empty() || self.bytes_beside(&pins) + copied <= bytes_max;
        if fits {
            self.kept.push(Kept { world: world.clone(), copied, pins });
        }
        fits
    }

    /// Every second one goes, and the next ones come half as often; false if only the beginning is left.
    pub(super) fn thin(&mut self) -> bool {
        if self.kept.len() < 2 {
            return false;
        }
        let mut place = 0;
        self.kept.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.spacing = self.spacing.times(2);
        self.spacing_events *= 2;
        self.thinned += 1;
        true
    }

    /// About what dropping them would free while this world runs on: what they share with one another is counted once, what
    /// they share with it not at all.
    pub fn bytes(&self, live: &World) -> u64 {
        self.bytes_beside(&live.pins())
    }

    pub(super) fn bytes_beside(&self, live: &Pins) -> u64 {
        let copied: u64 = self.kept.iter().map(|kept| kept.copied).sum();
        let all = Pins::bytes(self.kept.iter().map(|kept| &kept.pins).chain([live]));
        copied + all - Pins::bytes([live])
    }

    /// The latest checkpoint at or before this time.
    pub fn nearest(&self, at: SimTime) -> Option<&World> {
        let after = self.kept.partition_point(|kept| kept.world.now() <= at);
        Some(&self.kept.get(after.checked_sub(1)?)?.world)
    }

    /// The world as it was at this time, with these controls: those of the run make it the run's own past, others branch
    /// off. `None` if no checkpoint is that old.
    pub fn at(&self, at: SimTime, controls: &[RecordedControl]) -> Option<World> {
        let mut world = self.nearest(at)?.clone();
        world.play(controls, at);
        Some(world)
    }

    /// Forgets what lies after this time: the run went on from there in another way.
    pub fn forget_after(&mut self, at: SimTime) {
        self.kept.retain(|kept| kept.world.now() <= at);
    }

    /// When they were taken.
    pub fn times(&self) -> impl Iterator<Item = SimTime> + '_ {
        self.kept.iter().map(|kept| kept.world.now())
    }

    /// The virtual time between two that come now.
    pub const fn spacing(&self) -> SimDuration {
        self.spacing
    }

    /// How often every second one went.
    pub const fn thinned(&self) -> u64 {
        self.thinned
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

impl World {
    /// Runs until this time and carries out, each at its place, the controls of the list that this world has not seen
    /// yet. The world must have begun as the recorded one did.
    pub fn play(&mut self, controls: &[RecordedControl], until: SimTime) {
        let seen = self.controls().len().min(controls.len());
        for recorded in controls[seen..].iter().take_while(|recorded| recorded.at <= until) {
            self.run_to_place(recorded.at, recorded.after_events);
            self.control(recorded.control);
        }
        self.run_until(until);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testbed::{ms, world_with};
    use super::*;
    use crate::domain::control::{Control, Target};
    use crate::domain::ids::NodeId;

    const ROOMY: u64 = 1 << 30;

    /// A run of a minute with a fault now and then, and what it was at each of its seconds.
    fn run(checkpoints: &mut Checkpoints, bytes_max: u64) -> (World, Vec<World>) {
        let mut world = world_with(9, |settings| settings.link.jitter = SimDuration::ZERO);
        let mut seconds = Vec::new();
        checkpoints.offer(&world, bytes_max);
        for second in 1..=60_u64 {
            world.run_until(ms(second * 1_000));
            seconds.push(world.clone());
            checkpoints.offer(&world, bytes_max);
            // Without jitter many events share an instant; the control comes in the midst of them.
            (0..3).for_each(|_| assert!(world.step_one()));
            let node = Target::Node(NodeId((second % 5) as u8 + 1));
            world.control(if second % 2 == 0 { Control::Crash(node) } else { Control::RecoverAll });
        }
        world.run_until(ms(61_000));
        (world, seconds)
    }

    #[test]
    fn any_moment_of_the_past_comes_back_as_it_was() {
        let mut checkpoints = Checkpoints::default();
        let (world, seconds) = run(&mut checkpoints, ROOMY);
        assert!(checkpoints.len() >= 7, "one every ten seconds: {}", checkpoints.len());
        for was in seconds.iter().step_by(7) {
            // The controls of that very instant come after what the copy saw.
            let controls = &world.controls()[..was.controls().len()];
            let again = checkpoints.at(was.now(), controls).unwrap();
            assert_eq!((again.hash(), again.event_count()), (was.hash(), was.event_count()), "at {}", was.now());
        }
        let end = checkpoints.at(world.now(), world.controls()).unwrap();
        assert_eq!(end.hash(), world.hash());
    }

    #[test]
    fn a_branch_goes_its_own_way() {
        let mut checkpoints = Checkpoints::default();
        let (world, _) = run(&mut checkpoints, ROOMY);
        let mut branch = checkpoints.at(ms(25_000), &world.controls()[..20]).unwrap();
        branch.run_until(world.now());
        assert_ne!(branch.hash(), world.hash());
        assert!(checkpoints.nearest(ms(25_000)).unwrap().now() >= ms(15_000));
    }

    #[test]
    fn a_full_store_is_thinned_and_keeps_the_beginning() {
        let mut checkpoints = Checkpoints::with_bound(4);
        let (world, _) = run(&mut checkpoints, ROOMY);
        assert!(checkpoints.len() <= 4);
        assert_eq!(checkpoints.times().next(), Some(SimTime::ZERO));
        assert!(checkpoints.spacing >= SPACING.times(2));
        let end = checkpoints.at(world.now(), world.controls()).unwrap();
        assert_eq!(end.hash(), world.hash());
    }

    #[test]
    fn a_store_that_takes_too_much_memory_is_thinned_too() {
        let mut roomy = Checkpoints::default();
        let (world, _) = run(&mut roomy, ROOMY);
        let one = world.copied_bytes();
        assert!(roomy.bytes(&world) >= one, "copies take something");
        let bytes_max = 3 * one;
        let mut tight = Checkpoints::default();
        let (again, _) = run(&mut tight, bytes_max);
        assert_eq!(again.hash(), world.hash());
        assert!(tight.len() < roomy.len() && tight.thinned() > 0, "{} and {} checkpoints", tight.len(), roomy.len());
        assert!(tight.bytes(&again) <= bytes_max, "{} bytes, one has {one}", tight.bytes(&again));
        assert_eq!(tight.times().next(), Some(SimTime::ZERO));
    }

    #[test]
    fn without_room_the_beginning_stays_and_any_moment_can_be_run_to() {
        let mut checkpoints = Checkpoints::default();
        let (world, _) = run(&mut checkpoints, 0);
        assert_eq!(checkpoints.times().collect::<Vec<_>>(), [SimTime::ZERO]);
        let end = checkpoints.at(world.now(), world.controls()).unwrap();
        assert_eq!(end.hash(), world.hash());
    }
}
