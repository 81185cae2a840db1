//! Refusals, explained.

use crate::domain::why::Why;

use super::super::locale::Locale;

/// Why something was refused, as a line.
pub fn why(why: Why, locale: &Locale) -> String {
    let id = match why {
        Why::NotLeader(Some(node)) => return locale.say("why-not-leader", &[("node", node.to_string().into())]),
        Why::AlreadyVoted(node) => return locale.say("why-already-voted", &[("node", node.to_string().into())]),
        Why::LeaderAlive(node) => return locale.say("why-leader-alive", &[("node", node.to_string().into())]),
        Why::StaleTerm(term) => return locale.say("why-stale-term", &[("term", term.0.to_string().into())]),
        Why::NotAcknowledgeable(node) => {
            return locale.say("why-not-acknowledgeable", &[("node", node.to_string().into())]);
        }
        Why::NotLeader(None) => "why-not-leader-unknown",
        Why::NoLeader => "why-no-leader",
        Why::NoWorker => "why-no-worker",
        Why::Overloaded => "why-overloaded",
        Why::Deadline => "why-deadline",
        Why::StaleEpoch => "why-stale-epoch",
        Why::SessionFull => "why-session-full",
        Why::BelowFloor => "why-below-floor",
        Why::LeaderLost => "why-leader-lost",
        Why::UnknownSymbol => "why-unknown-symbol",
        Why::NotOwner => "why-not-owner",
        Why::BadQuantity => "why-bad-quantity",
        Why::BadPrice => "why-bad-price",
        Why::NoLiquidity => "why-no-liquidity",
        Why::UnknownOrder => "why-unknown-order",
        Why::UnknownTrade => "why-unknown-trade",
        Why::CancelledBefore => "why-cancelled-before",
        Why::BookFull => "why-book-full",
        Why::NotFillable => "why-not-fillable",
        Why::SelfTrade => "why-self-trade",
        Why::Held => "why-held",
        Why::SameSymbol => "why-same-symbol",
        Why::TransactionUnknown => "why-transaction-unknown",
        Why::Moving => "why-moving",
        Why::LogBehind => "why-log-behind",
        Why::LogGap => "why-log-gap",
        Why::TermNotCommitted => "why-term-not-committed",
        Why::QuorumNotReached => "why-quorum-not-reached",
        Why::NoReplica => "why-no-replica",
        Why::CapacityUnknown => "why-capacity-unknown",
        Why::AlreadySo => "why-already-so",
        Why::NodeDown => "why-node-down",
        Why::NoTarget => "why-no-target",
        Why::TransferRunning => "why-transfer-running",
        Why::TransferTimeout => "why-transfer-timeout",
        Why::NotVoter => "why-not-voter",
        Why::ConfigChangeRunning => "why-config-change-running",
        Why::LearnerBehind => "why-learner-behind",
        Why::NotLearner => "why-not-learner",
        Why::NoVoters => "why-no-voters",
        Why::NodeRuns => "why-node-runs",
        Why::ClusterFull => "why-cluster-full",
        Why::LastNode => "why-last-node",
        Why::VenueClosed => "why-venue-closed",
        Why::OffStep => "why-off-step",
        Why::JustStarted => "why-just-started",
        Why::InsufficientFunds => "why-insufficient-funds",
        Why::InsufficientLots => "why-insufficient-lots",
        Why::AllotmentShort => "why-allotment-short",
        Why::AccountsFull => "why-accounts-full",
    };
    locale.text(id).into_owned()
}
