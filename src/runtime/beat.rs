//! The beat of views and frames: when the next one is due, and how long nothing has to be done before.
//!
//! Idea: frames lie on a grid. A timer wakes a little late each time, and if every frame counted from when the last one
//! was drawn, thirty a second would be twenty-six. What somebody did is shown at once, and begins the grid again.
//! Errors: a frame that is later than a whole beat is not made up for: the grid begins again.

use std::time::Duration;

/// Between two looks for a new view when a frame is due and there is none yet.
pub const LOOK: Duration = Duration::from_millis(3);

/// The beat.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beat {
    /// The last point of the grid at which something was drawn.
    at: Duration,
}

impl Beat {
    /// The grid begins now.
    pub const fn new(now: Duration) -> Self {
        Self { at: now }
    }

    /// Whether the next frame may be drawn.
    pub fn is_due(&self, now: Duration, frame: Duration) -> bool {
        now >= self.at + frame
    }

    /// A frame was drawn, in its turn.
    pub fn drew(&mut self, now: Duration, frame: Duration) {
        let point = self.at + frame;
        self.at = if (point..point + frame).contains(&now) { point } else { now };
    }

    /// How long nothing has to be done for the sake of frames.
    pub fn wait(&self, now: Duration, frame: Duration, dirty: bool) -> Duration {
        let due = (self.at + frame).saturating_sub(now);
        if dirty { due } else { due.max(LOOK) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_micros(33_333);

    #[test]
    fn frames_that_are_each_a_little_late_are_still_thirty_a_second() {
        let mut beat = Beat::new(Duration::ZERO);
        let (mut now, mut frames) = (Duration::ZERO, 0);
        while now < Duration::from_secs(10) {
            now += beat.wait(now, FRAME, true) + Duration::from_micros(4_700);
            if beat.is_due(now, FRAME) {
                beat.drew(now, FRAME);
                frames += 1;
            }
        }
        assert!((299..=301).contains(&frames), "{frames} frames in ten seconds");
    }

    #[test]
    fn what_is_very_late_or_out_of_turn_begins_the_grid_again() {
        let mut beat = Beat::new(Duration::ZERO);
        beat.drew(Duration::from_millis(500), FRAME);
        assert!(!beat.is_due(Duration::from_millis(530), FRAME), "nothing is made up for");
        beat.drew(Duration::from_millis(510), FRAME);
        assert!(!beat.is_due(Duration::from_millis(540), FRAME), "a key was drawn at once");
        assert_eq!(beat.wait(Duration::from_millis(600), FRAME, false), LOOK);
    }
}
