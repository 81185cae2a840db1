//! Words for states: what a node is, what a replica does, how time passes; each with its sign and role.
//!
//! Idea: a state is a word, a sign and a fill; colour alone never says anything. Healthy is plain text, faults are
//! filled.

use crate::domain::control::{Control, Target};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, NodeTruth, NodeView, PaceView, Reach, ReplicaView, RoleView, Speed};

use super::super::theme::Role;
use crate::locale::Locale;

/// A word with its sign and role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Badge {
    /// How it looks.
    pub role: Role,
    /// One cell.
    pub sign: &'static str,
    /// The word.
    pub word: String,
}

impl Badge {
    fn new(role: Role, sign: &'static str, id: &str, locale: &Locale) -> Self {
        Self { role, sign, word: locale.text(id).into_owned() }
    }

    /// Sign and word.
    pub fn text(&self) -> String {
        format!("{} {}", self.sign, self.word).trim_end().to_owned()
    }
}

/// Since when a node is what its badge says; nothing where the view does not know. `NodeView::since` is about the process: a
/// cut and a slow disk are faults in force.
pub fn since(node: &NodeView, view: &ClusterView) -> Option<SimTime> {
    let me = Target::Node(node.id);
    let faults = |is_meant: &dyn Fn(&Control) -> bool| {
        view.run.faults.iter().filter(|fault| is_meant(&fault.control)).map(|fault| fault.since).min()
    };
    match (node.truth, node.reach) {
        (NodeTruth::Down | NodeTruth::Gone | NodeTruth::Halted | NodeTruth::Frozen, _)
        | (NodeTruth::Up | NodeTruth::Sync, Reach::All) => Some(node.since),
        (_, Reach::Isolated) => faults(&|fault| *fault == Control::Isolate(me)),
        (_, Reach::Muted) => faults(&|fault| *fault == Control::Mute(me)),
        (NodeTruth::Slow, _) => faults(&|fault| *fault == Control::SlowDisk { node: me, slow: true }),
        (_, Reach::Delayed) => {
            faults(&|fault| matches!(fault, Control::Delay { from, to, .. } if [from, to].contains(&&me)))
        }
        (_, Reach::Partly) => faults(&|fault| match *fault {
            Control::Cut { from, to } => from == me || to == me,
            Control::Isolate(Target::Node(cut)) | Control::Mute(Target::Node(cut)) => {
                cut == node.id || view.net.cuts.iter().any(|link| [(cut, node.id), (node.id, cut)].contains(link))
            }
            _ => false,
        }),
    }
}

/// How long a node has been what its badge says, in words; empty where nobody knows.
pub fn lasts(node: &NodeView, view: &ClusterView, locale: &Locale) -> String {
    since(node, view).map_or_else(String::new, |since| {
        locale.say("node-since", &[("since", locale.duration(view.run.now.since(since)).into())])
    })
}

/// What a node really is; a node that is cut off says so, if nothing worse is to be said.
pub fn node(node: &NodeView, locale: &Locale) -> Badge {
    let (role, sign, id) = match (node.truth, node.reach) {
        (NodeTruth::Down, _) => (Role::NodeFailed, "✗", "state-down"),
        (NodeTruth::Gone, _) => (Role::Muted, "–", "state-gone"),
        (NodeTruth::Halted, _) => (Role::NodeFailed, "✗", "state-halted"),
        (NodeTruth::Frozen, _) => (Role::NodeIsolated, "✱", "state-frozen"),
        (_, Reach::Isolated) => (Role::NodeIsolated, "⊘", "state-isolated"),
        (_, Reach::Muted) => (Role::NodeIsolated, "⊘", "state-muted"),
        (NodeTruth::Slow, _) => (Role::NodeDegraded, "▲", "state-slow"),
        // It may be the other end that was cut off: said, and not shouted.
        (_, Reach::Partly) => (Role::Warn, "╳", "state-partly"),
        (_, Reach::Delayed) => (Role::Warn, "▲", "state-delayed"),
        (NodeTruth::Sync, _) => (Role::NodeRecovering, "↻", "state-sync"),
        (NodeTruth::Up, Reach::All) => (Role::NodeHealthy, "●", "state-up"),
    };
    Badge::new(role, sign, id, locale)
}

/// What the others' detectors say of a node, most of them: word and how many of how many.
pub fn belief(node: &NodeView, locale: &Locale) -> Badge {
    let [healthy, degraded, failed] = node.believed.map(u32::from);
    let all = healthy + degraded + failed;
    if node.truth == NodeTruth::Gone {
        // Who has left is watched by nobody; what the detectors say of a stranger is nothing.
        return Badge { role: Role::Muted, sign: "–", word: String::new() };
    }
    let (role, sign, id, count) = match () {
        () if all == 0 => (Role::Muted, "–", "belief-nobody", 0),
        // One voice against the others is more likely cut off itself: only most of them fill the badge.
        () if failed > 0 && failed * 2 < all => (Role::Warn, "✗", "belief-failed", failed),
        () if failed > 0 => (Role::NodeFailed, "✗", "belief-failed", failed),
        () if degraded > 0 => (Role::NodeDegraded, "▲", "belief-degraded", degraded),
        () => (Role::Muted, "●", "belief-healthy", healthy),
    };
    let mut badge = Badge::new(role, sign, id, locale);
    if all > 0 {
        badge.word = format!("{} {count}/{all}", badge.word);
    }
    badge
}

/// What a replica does, by its own belief.
pub fn replica(replica: &ReplicaView, locale: &Locale) -> Badge {
    let (role, sign, id) = match (replica.alive, replica.role) {
        (false, _) => return Badge { role: Role::Muted, sign: " ", word: "–".to_owned() },
        (true, RoleView::Leader) => (Role::Leader, "★", "role-leader"),
        (true, RoleView::Follower) => (Role::Follower, " ", "role-follower"),
        (true, RoleView::PreCandidate) => (Role::Candidate, "?", "role-pre-candidate"),
        (true, RoleView::Candidate) => (Role::Candidate, "?", "role-candidate"),
    };
    Badge::new(role, sign, id, locale)
}

/// How time passes.
pub fn time(pace: &PaceView, locale: &Locale) -> Badge {
    let speed = speed(pace.speed, locale);
    let role = match pace.speed {
        _ if pace.paused => Role::TimePaused,
        Speed::Slow(_) => Role::TimeSlow,
        _ => Role::TimeLive,
    };
    let word = match (pace.step, pace.paused, pace.speed) {
        (Some(step), true, _) => locale.say("time-step", &[("n", step.into())]),
        (_, true, _) => locale.say("time-paused", &[("speed", speed.into())]),
        (_, _, Speed::Slow(_)) if pace.slow_auto => locale.say("time-slow-auto", &[("speed", speed.into())]),
        (_, _, Speed::Slow(_)) => locale.say("time-slow", &[("speed", speed.into())]),
        (_, _, Speed::Times(1)) => locale.say("time-run", &[("speed", speed.into())]),
        _ => locale.say("time-fast", &[("speed", speed.into())]),
    };
    Badge { role, sign: "", word }
}

/// `1x`, `1/20x`, `5x`.
pub fn speed(speed: Speed, locale: &Locale) -> String {
    match speed {
        Speed::Slow(parts) => format!("1/{parts}×"),
        Speed::Times(times) => format!("{times}×"),
        Speed::Free => locale.text("time-free").into_owned(),
    }
}

/// `1 s here = 50 ms there`; nothing at real time, nor while time stands.
pub fn conversion(pace: &PaceView, locale: &Locale) -> Option<String> {
    let there = match pace.speed {
        _ if pace.paused => return None,
        Speed::Slow(parts) => SimDuration::from_micros(1_000_000 / u64::from(parts.max(1))),
        Speed::Times(times) if times > 1 => SimDuration::from_secs(u64::from(times)),
        _ => return None,
    };
    Some(locale.say("time-conversion", &[("there", locale.duration(there).into())]))
}
