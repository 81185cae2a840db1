//! The failure detector: what a node believes of each peer, judged by silence alone.
//!
//! Idea: a peer that was not heard for a while is late (*degraded*), and after longer gone (*failed*). It is a belief of this
//! node only: a cut link, a freeze and a crash look the same from here, and two nodes may believe different things.
//! Units: silence on the node's own monotonic clock, in ns.
//! Shape: `heard` when anything comes from a peer, `check` when `deadline` has come; `check` says who changed.
//! Bound: one slot a peer, made when it becomes a member and kept until it is none.
//! Errors: none; a stranger's message is ignored.
//! Left out: accrual (phi) detectors: a threshold can be explained at a blackboard.
//! Sources: Chandra & Toueg 1996 (eventually perfect detectors, built from timeouts).

use crate::domain::event::Health;
use crate::domain::ids::NodeId;
use crate::domain::settings::DetectorSettings;
use crate::domain::time::{Now, SimDuration, SimTime};

/// A change of mind about a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// About whom.
    pub peer: NodeId,
    /// What is believed now.
    pub health: Health,
    /// How long it was silent; for a peer that came back, before it was heard again.
    pub silent: SimDuration,
}

/// The beliefs of one node about its peers.
#[derive(Clone, Debug)]
pub struct FailureDetector {
    settings: DetectorSettings,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    peer: NodeId,
    heard_at: SimTime,
    /// The longest silence since the last change of mind: told when the peer comes back.
    silent: SimDuration,
    health: Health,
}

impl FailureDetector {
    /// A node begins by believing well of everybody else.
    pub fn new(me: NodeId, peers: impl IntoIterator<Item = NodeId>, settings: DetectorSettings, now: Now) -> Self {
        let slots = peers
            .into_iter()
            .filter(|peer| *peer != me)
            .map(|peer| Slot { peer, heard_at: now.mono, silent: SimDuration::ZERO, health: Health::Healthy })
            .collect();
        Self { settings, slots }
    }

    /// These are the peers from now on: whoever is new is believed well of, whoever is gone is forgotten.
    pub fn follow(&mut self, me: NodeId, peers: &[NodeId], now: Now) {
        self.slots.retain(|slot| peers.contains(&slot.peer));
        for &peer in peers.iter().filter(|peer| **peer != me) {
            if !self.slots.iter().any(|slot| slot.peer == peer) {
                let (silent, health) = (SimDuration::ZERO, Health::Healthy);
                self.slots.push(Slot { peer, heard_at: now.mono, silent, health });
            }
        }
        self.slots.sort_unstable_by_key(|slot| slot.peer);
    }

    /// Something came from this peer.
    pub fn heard(&mut self, peer: NodeId, now: Now) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.peer == peer) {
            slot.silent = slot.silent.max(now.mono.since(slot.heard_at));
            slot.heard_at = slot.heard_at.max(now.mono);
        }
    }

    /// Who is judged again at this time, in the order of the peers.
    pub fn check(&mut self, now: Now) -> Vec<Change> {
        let mut changes = Vec::new();
        for slot in &mut self.slots {
            let since = now.mono.since(slot.heard_at);
            let health = judge(&self.settings, since);
            if health != slot.health {
                let silent = if health < slot.health { slot.silent.max(since) } else { since };
                changes.push(Change { peer: slot.peer, health, silent });
                slot.health = health;
            }
            slot.silent = SimDuration::ZERO;
        }
        changes
    }

    /// What is believed of a peer; of oneself and of strangers, well.
    pub fn health(&self, peer: NodeId) -> Health {
        self.slots.iter().find(|slot| slot.peer == peer).map_or(Health::Healthy, |slot| slot.health)
    }

    /// How long a peer is silent.
    pub fn silent(&self, peer: NodeId, now: Now) -> SimDuration {
        self.slots.iter().find(|s| s.peer == peer).map_or(SimDuration::ZERO, |slot| now.mono.since(slot.heard_at))
    }

    /// When the next belief changes, if nobody is heard before: at once for a peer that came back.
    pub fn deadline(&self) -> SimTime {
        let next = |slot: &Slot| match slot.health {
            Health::Healthy => slot.heard_at + self.settings.degraded_after,
            // Heard since: due when that happened.
            Health::Degraded | Health::Failed if slot.silent > SimDuration::ZERO => slot.heard_at,
            Health::Degraded => slot.heard_at + self.settings.failed_after,
            Health::Failed => SimTime::NEVER,
        };
        self.slots.iter().map(next).min().unwrap_or(SimTime::NEVER)
    }
}

fn judge(settings: &DetectorSettings, silent: SimDuration) -> Health {
    if silent >= settings.failed_after {
        Health::Failed
    } else if silent >= settings.degraded_after {
        Health::Degraded
    } else {
        Health::Healthy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: NodeId = NodeId(1);
    const PEER: NodeId = NodeId(2);

    fn at(ms: u64) -> Now {
        Now::exact(SimTime::from_millis(ms))
    }

    fn detector() -> FailureDetector {
        FailureDetector::new(ME, NodeId::first(3), DetectorSettings::default(), at(0))
    }

    fn change(ms: u64, health: Health) -> Change {
        Change { peer: PEER, health, silent: SimDuration::from_millis(ms) }
    }

    #[test]
    fn silence_degrades_a_peer_and_then_fails_it() {
        let mut detector = detector();
        let mut seen = Vec::new();
        for ms in (0..=400).step_by(10) {
            detector.heard(NodeId(3), at(ms));
            seen.extend(detector.check(at(ms)));
        }
        assert_eq!(seen, [change(100, Health::Degraded), change(300, Health::Failed)]);
        assert_eq!(detector.health(PEER), Health::Failed);
        assert_eq!(detector.health(NodeId(3)), Health::Healthy);
    }

    #[test]
    fn a_peer_that_comes_back_is_believed_at_once_and_its_silence_is_told() {
        let mut detector = detector();
        detector.heard(NodeId(3), at(350));
        detector.check(at(350));
        detector.heard(PEER, at(370));
        detector.heard(NodeId(3), at(370));
        assert!(detector.deadline() <= at(370).mono, "the news is due");
        assert_eq!(detector.check(at(370)), [change(370, Health::Healthy)]);
    }

    #[test]
    fn the_deadline_is_the_next_change_of_mind() {
        let mut detector = detector();
        detector.heard(PEER, at(40));
        detector.heard(NodeId(3), at(50));
        assert_eq!(detector.deadline(), SimTime::from_millis(140));
        assert_eq!(detector.check(at(139)), []);
        assert_eq!(detector.check(at(140)), [change(100, Health::Degraded)]);
        assert_eq!(detector.deadline(), SimTime::from_millis(150));
    }

    #[test]
    fn nobody_doubts_himself_and_strangers_change_nothing() {
        let mut detector = FailureDetector::new(ME, [ME], DetectorSettings::default(), at(0));
        detector.heard(NodeId(9), at(10));
        assert_eq!(detector.deadline(), SimTime::NEVER);
        assert_eq!(detector.check(at(10_000)), []);
        assert_eq!(detector.health(ME), Health::Healthy);
    }
}
