//! The seal of a mark: a checksum over everything that a recording says of places in its run.
//!
//! Idea: the running hash covers what happened, not when somebody looked. Between two events a mark or a control may stand
//! anywhere and the replay is the same run, so a changed time would go unnoticed; the seal goes with the mark and notices it.
//! Shape: a chain over controls and marks, in the order of the file; it begins anew with each run.
//! Left out: adversaries. Who changes a mark can seal it again. Recordings of earlier versions have no seals.

use crate::domain::control::RecordedControl;
use crate::domain::digest::Digest;

use super::recorder::Mark;

/// The chain up to here.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sealer(Digest);

impl Sealer {
    /// A control stands here.
    pub(super) const fn control(&mut self, control: &RecordedControl) {
        self.0 = self.0.mix(1).mix(control.at.0).mix(control.after_events);
    }

    /// The seal of a mark that stands here.
    #[must_use]
    pub(super) const fn mark(&mut self, mark: &Mark) -> Digest {
        self.0 = self.0.mix(2).mix(mark.at.0).mix(mark.events).mix(mark.controls as u64).mix(mark.hash.0);
        self.0
    }
}
