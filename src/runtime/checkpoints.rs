//! Checkpoints: copies of the world to go back to.
//!
//! Idea: the world is a value, so a checkpoint is a clone; big logs are shared by `Arc` and cost pointers. Going back to a
//! moment is: clone the nearest checkpoint before it, play the controls that came since, run on.
//! Units: spacing in virtual time and in scheduler events, whichever is reached first.
//! Bound: [`CHECKPOINTS_MAX`] in number and about [`BYTES_MAX`] in memory; when either is full, every second one goes and
//! the spacing doubles, so a long run keeps its whole past, only coarser. The first one, the beginning, always stays.

use crate::domain::control::RecordedControl;
use crate::domain::time::{SimDuration, SimTime};

use super::world::World;

/// Checkpoints that are kept.
pub const CHECKPOINTS_MAX: usize = 64;
/// Memory that they may take, as [`super::sizes`] estimates it.
pub const BYTES_MAX: u64 = 512 << 20;
/// The first spacing in time.
pub const SPACING: SimDuration = SimDuration::from_secs(10);
/// Fewer are never thinned: the beginning and the latest.
const KEPT_MIN: usize = 2;
/// The first spacing in scheduler events.
pub const SPACING_EVENTS: u64 = 300_000;

/// Copies of one run, oldest first.
#[derive(Clone)]
pub struct Checkpoints {
    kept: Vec<World>,
    kept_max: usize,
    bytes_max: u64,
    spacing: SimDuration,
    spacing_events: u64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self::with_bounds(CHECKPOINTS_MAX, BYTES_MAX)
    }
}

impl Checkpoints {
    /// A store of another size.
    pub fn with_bounds(kept_max: usize, bytes_max: u64) -> Self {
        assert!(kept_max >= KEPT_MIN, "a store that is thinned keeps at least the beginning and one more");
        Self { kept: Vec::new(), kept_max, bytes_max, spacing: SPACING, spacing_events: SPACING_EVENTS }
    }

    /// When the next one is due, in time and in events.
    pub fn due(&self) -> (SimTime, u64) {
        self.kept
            .last()
            .map_or((SimTime::ZERO, 0), |last| (last.now() + self.spacing, last.event_count() + self.spacing_events))
    }

    /// Takes a checkpoint of this world if one is due; true if it did.
    pub fn offer(&mut self, world: &World) -> bool {
        let (at, events) = self.due();
        if world.now() < at && world.event_count() < events {
            return false;
        }
        let copied = world.sizes().copied_bytes();
        let full = |store: &Self| {
            let records = store.kept.last().map_or(0, |last| world.fresh_record_bytes(last));
            store.kept.len() == store.kept_max || store.bytes() + copied + records > store.bytes_max
        };
        while self.kept.len() >= KEPT_MIN && full(self) {
            self.thin();
        }
        self.kept.push(world.clone());
        true
    }

    /// Every second one goes, and the next ones come half as often.
    fn thin(&mut self) {
        let mut place = 0;
        self.kept.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.spacing = self.spacing.times(2);
        self.spacing_events *= 2;
    }

    /// About what they take in memory. Records are shared, so each adds those that the one before has not.
    pub fn bytes(&self) -> u64 {
        let copied: u64 = self.kept.iter().map(|world| world.sizes().copied_bytes()).sum();
        let records: u64 = self.kept.windows(2).map(|pair| pair[1].fresh_record_bytes(&pair[0])).sum();
        copied + records
    }

    /// The latest checkpoint at or before this time.
    pub fn nearest(&self, at: SimTime) -> Option<&World> {
        let after = self.kept.partition_point(|world| world.now() <= at);
        self.kept.get(after.checked_sub(1)?)
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
        self.kept.retain(|world| world.now() <= at);
    }

    /// When they were taken.
    pub fn times(&self) -> impl Iterator<Item = SimTime> + '_ {
        self.kept.iter().map(World::now)
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

    /// A run of a minute with a fault now and then, and what it was at each of its seconds.
    fn run(checkpoints: &mut Checkpoints) -> (World, Vec<World>) {
        let mut world = world_with(9, |settings| settings.link.jitter = SimDuration::ZERO);
        let mut seconds = Vec::new();
        checkpoints.offer(&world);
        for second in 1..=60_u64 {
            world.run_until(ms(second * 1_000));
            seconds.push(world.clone());
            checkpoints.offer(&world);
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
        let (world, seconds) = run(&mut checkpoints);
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
        let (world, _) = run(&mut checkpoints);
        let mut branch = checkpoints.at(ms(25_000), &world.controls()[..20]).unwrap();
        branch.run_until(world.now());
        assert_ne!(branch.hash(), world.hash());
        assert!(checkpoints.nearest(ms(25_000)).unwrap().now() >= ms(15_000));
    }

    #[test]
    fn a_full_store_is_thinned_and_keeps_the_beginning() {
        let mut checkpoints = Checkpoints::with_bounds(4, BYTES_MAX);
        let (world, _) = run(&mut checkpoints);
        assert!(checkpoints.len() <= 4);
        assert_eq!(checkpoints.times().next(), Some(SimTime::ZERO));
        assert!(checkpoints.spacing >= SPACING.times(2));
        let end = checkpoints.at(world.now(), world.controls()).unwrap();
        assert_eq!(end.hash(), world.hash());
    }

    #[test]
    fn a_store_that_takes_too_much_memory_is_thinned_too() {
        let mut roomy = Checkpoints::default();
        let (world, _) = run(&mut roomy);
        let one = world.sizes().copied_bytes();
        assert!(roomy.bytes() >= one, "copies take something");
        let mut tight = Checkpoints::with_bounds(CHECKPOINTS_MAX, 3 * one);
        let (again, _) = run(&mut tight);
        assert_eq!(again.hash(), world.hash());
        assert!(tight.len() < roomy.len(), "{} and {} checkpoints", tight.len(), roomy.len());
        assert!(tight.len() == KEPT_MIN || tight.bytes() <= 3 * one, "{} bytes, one has {one}", tight.bytes());
        assert_eq!(tight.times().next(), Some(SimTime::ZERO));
    }
}
