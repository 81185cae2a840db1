//! Patience: how long a client waits, when it asks again, and which refusals are worth another try.
//!
//! Idea: silence doubles the wait, so that clients do not add to the trouble that keeps them waiting; jitter keeps
//! those who began together from coming back together. A refusal that says "not now" or "not here" is treated as
//! silence with a reason; one that says "never" ends the request.
//! Units: `deadline` counts from the first send. Waits are 200, 400, 800 ms with the defaults, each plus or minus a
//! quarter.

use crate::domain::chance::Chance;
use crate::domain::settings::ClientSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

/// Jitter is one part in so many of the wait, either way.
const JITTER_PARTS: u64 = 4;

/// Doublings at most; the deadline comes long before.
const DOUBLINGS_MAX: u32 = 16;

/// A retry needs at least this part of the deadline to be answered in; a later one would only leave its client in doubt.
const LAST_TRY_PARTS: u64 = 50;

/// How a client waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    deadline: SimDuration,
    retry_after: SimDuration,
    retries_max: u32,
}

impl Patience {
    /// The patience that the settings ask for.
    pub const fn new(settings: &ClientSettings) -> Self {
        Self { deadline: settings.deadline, retry_after: settings.retry_after, retries_max: settings.retries_max }
    }

    /// When a request first sent then is given up.
    pub fn deadline(&self, sent: SimTime) -> SimTime {
        sent + self.deadline
    }

    /// When a request that was sent again this often is looked at next; its deadline, if it is not sent again before.
    pub fn next_look(&self, now: SimTime, sent: SimTime, retries: u32, chance: &mut Chance) -> SimTime {
        self.next_try(now, sent, retries, chance).unwrap_or_else(|| self.deadline(sent))
    }

    /// When it is sent again; never, if that was done often enough or would come too late.
    pub fn next_try(&self, now: SimTime, sent: SimTime, retries: u32, chance: &mut Chance) -> Option<SimTime> {
        if retries >= self.retries_max {
            return None;
        }
        let wait = self.retry_after.times(1 << retries.min(DOUBLINGS_MAX));
        let at = now + chance.around(wait, SimDuration(wait.0 / JITTER_PARTS));
        (at + SimDuration(self.deadline.0 / LAST_TRY_PARTS) < self.deadline(sent)).then_some(at)
    }
}

/// Whether a refusal says "not now" or "not here", so that the same request may be granted later or elsewhere.
#[expect(clippy::too_many_lines, reason = "a row for each refusal")]
pub const fn may_be_retried(why: Why) -> bool {
    match why {
        Why::NotLeader(_)
        | Why::NoLeader
        | Why::NoWorker
        | Why::Overloaded
        | Why::Deadline
        | Why::StaleEpoch
        | Why::SessionFull
        | Why::LeaderLost
        | Why::NotOwner
        | Why::Moving
        | Why::TermNotCommitted
        | Why::QuorumNotReached
        | Why::NoReplica
        | Why::NodeDown
        | Why::TransferRunning
        | Why::AllotmentShort => true,
        // It says "not before somebody is back", which is longer than anybody waits.
        Why::NotAcknowledgeable(_)
        | Why::Waits
        | Why::CapacityUnknown
        | Why::BurstRunning
        | Why::BelowFloor
        | Why::UnknownSymbol
        | Why::BadQuantity
        | Why::BadPrice
        | Why::NoLiquidity
        | Why::UnknownOrder
        | Why::UnknownTrade
        | Why::CancelledBefore
        | Why::BookFull
        | Why::NotFillable
        | Why::SelfTrade
        | Why::Held
        | Why::InsufficientFunds
        | Why::InsufficientLots
        | Why::AccountsFull
        | Why::SameSymbol
        | Why::TransactionUnknown
        | Why::AlreadyVoted(_)
        | Why::LogBehind
        | Why::LeaderAlive(_)
        | Why::StaleTerm(_)
        | Why::LogGap
        | Why::AlreadySo
        | Why::NoTarget
        | Why::TransferTimeout
        | Why::NotVoter
        | Why::JustStarted
        | Why::ConfigChangeRunning
        | Why::LearnerBehind
        | Why::NotLearner
        | Why::NoVoters
        | Why::Unsupported
        | Why::NodeRuns
        | Why::ClusterFull
        | Why::LastNode
        | Why::VenueClosed
        | Why::OffStep
        | Why::UnknownVenue
        | Why::UnknownPartition
        | Why::SelfLink
        | Why::NotFrozen
        | Why::LoadOfFile
        | Why::EvenAlready
        | Why::NothingPlanned
        | Why::TooFewReplicas
        | Why::Frozen
        | Why::QuorumNeeded
        | Why::TooManyControls
        | Why::RecordingPlays => false,
    }
}

/// Whether the refused request may yet turn out to be done: it was in a log whose leader is gone, or someone dropped
/// it without knowing.
pub const fn leaves_doubt(why: Why) -> bool {
    matches!(why, Why::LeaderLost | Why::Deadline | Why::BelowFloor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chance::Purpose;

    #[test]
    fn waits_double_with_jitter_and_end_before_the_deadline() {
        let patience = Patience::new(&ClientSettings::default());
        for seed in 0..200 {
            let mut chance = Chance::stream(seed, Purpose::Retry, 0);
            for (retries, middle) in [(0, 200), (1, 400)] {
                let at = patience.next_try(SimTime::ZERO, SimTime::ZERO, retries, &mut chance);
                let wait = at.map(SimTime::as_millis).unwrap();
                assert!((middle * 3 / 4..=middle * 5 / 4).contains(&wait), "seed {seed}: {wait} ms");
            }
            let late = patience.next_try(SimTime::from_millis(600), SimTime::ZERO, 2, &mut chance);
            assert_eq!(late, None, "seed {seed}: 600 + 800 ms is past the deadline");
            let often = patience.next_try(SimTime::ZERO, SimTime::ZERO, 5, &mut chance);
            assert_eq!(often, None, "seed {seed}: five retries are enough");
        }
    }
}
