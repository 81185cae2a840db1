//! The seal of a mark: a checksum over the bytes of all that stands above it in its file.
//!
//! Idea: the running hash covers what happened, not what the file says. A setting that nothing asked for, a run that was given
//! up, the place of a control between two events: any of them may be another one, and the replay is the same run. The seal
//! goes with each mark and notices it.
//! Shape: a chain over the lines from the first one on, through every run; a line with a seal counts without it, because the
//! seal follows from the rest.
//! Left out: adversaries, who can change a mark and seal it again. Recordings of format 2 have no seals.

use serde::{Deserialize, Serialize};

use super::recording_text::{Line, Witness};
use crate::domain::digest::Digest;

/// A witness as it stands in the file.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Sealed {
    #[serde(flatten)]
    pub witness: Witness,
    seal: Digest,
}

/// The chain up to here.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sealer(Digest);

impl Sealer {
    /// This line stands here. Its length goes first, so that no line runs into the next.
    pub(super) fn pass(&mut self, line: &str) -> Digest {
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let begun = self.0.mix(line.len() as u64);
        self.0 = line.as_bytes().chunks(8).fold(begun, |chain, bytes| chain.mix(word(bytes)));
        self.0
    }

    /// The text of a line that stands here, with its seal if it has one.
    pub(super) fn write(&mut self, line: &Line<Witness>) -> serde_json::Result<String> {
        let seal = self.pass(&serde_json::to_string(line)?);
        serde_json::to_string(&line.map(|witness| Sealed { witness, seal }))
    }
}
