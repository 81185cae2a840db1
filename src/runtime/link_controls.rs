//! Controls of links: cut, slowed, healed, one by one or all of a node.
//!
//! Idea: a fault is named by what somebody did (a link cut, a node isolated), and stays in force until what it cut is open again,
//! by whichever control. Links remember only whether they are cut and how slow they are.

use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{EventId, NodeId};
use crate::domain::time::SimDuration;
use crate::domain::why::Why;

use super::network::Passage;
use super::world::World;

type Cause = Option<EventId>;

impl World {
    pub(super) fn cut(&mut self, from: Target, to: Target, cause: Cause) -> Result<(), Why> {
        let (from, to) = (self.resolve(from)?, self.resolve(to)?);
        if from == to {
            return Err(Why::SelfLink);
        }
        if !self.network.set_cut(from, to, Passage::Cut) {
            return Err(Why::AlreadySo);
        }
        self.note_fault(Control::Cut { from: Target::Node(from), to: Target::Node(to) });
        let told = self.tell_of(Some(from), EventKind::LinkCut { to }, cause);
        self.nodes[from.index()].last_fault = Some(told);
        Ok(())
    }

    pub(super) fn heal(&mut self, from: Target, to: Target, cause: Cause) -> Result<(), Why> {
        let (from, to) = (self.resolve(from)?, self.resolve(to)?);
        if !self.network.set_cut(from, to, Passage::Open) {
            return Err(Why::AlreadySo);
        }
        let meant = Control::Cut { from: Target::Node(from), to: Target::Node(to) };
        self.forget_faults(|fault| *fault == meant);
        self.forget_healed_faults((from, to));
        self.tell_of(Some(from), EventKind::LinkHealed { to }, cause);
        Ok(())
    }

    /// Brings the faults of two nodes up to date when the link between them heals: an isolated node that all others reach again is
    /// mute, a mute node that reaches all others is neither. Links that another fault cuts do not count.
    fn forget_healed_faults(&mut self, (from, to): (NodeId, NodeId)) {
        let cuts = self.network.cuts();
        let mut place = 0;
        while let Some(fault) = self.faults.get(place).map(|fault| fault.control) {
            let others: Vec<Control> = (0..self.faults.len())
                .filter(|other| *other != place)
                .map(|other| self.faults[other].control)
                .collect();
            let has = |fault: Control| others.contains(&fault);
            let isolated = |node: NodeId| has(Control::Isolate(Target::Node(node)));
            let mute = |node: NodeId| isolated(node) || has(Control::Mute(Target::Node(node)));
            let cut = |from, to| has(Control::Cut { from: Target::Node(from), to: Target::Node(to) });
            let is_reached = |node: NodeId| {
                let mut into = cuts.iter().filter(|(_, to)| *to == node);
                into.all(|(from, to)| mute(*from) || cut(*from, *to))
            };
            let reaches = |node: NodeId| {
                let mut out = cuts.iter().filter(|(from, _)| *from == node);
                isolated(node) || out.all(|(from, to)| isolated(*to) || cut(*from, *to))
            };
            let left = match fault {
                Control::Isolate(Target::Node(node)) if node == to && is_reached(node) => {
                    Control::Mute(Target::Node(node))
                }
                other => other,
            };
            let is_over = match left {
                Control::Mute(_) if others.contains(&left) => true,
                Control::Mute(Target::Node(node)) => (node == from || left != fault) && reaches(node),
                _ => false,
            };
            if is_over {
                self.faults.remove(place);
            } else {
                self.faults[place].control = left;
                place += 1;
            }
        }
    }

    /// Another one-way latency of a link, or that of the settings again.
    pub(super) fn delay(
        &mut self,
        (from, to): (Target, Target),
        delay: Option<(SimDuration, SimDuration)>,
        cause: Cause,
    ) -> Result<(), Why> {
        let (from, to) = (self.resolve(from)?, self.resolve(to)?);
        if from == to {
            return Err(Why::SelfLink);
        }
        let (latency, jitter) = delay.map_or((None, SimDuration::ZERO), |(latency, jitter)| (Some(latency), jitter));
        let meant = Control::Delay { from: Target::Node(from), to: Target::Node(to), latency, jitter };
        // Setting the configured latency by hand is a fault as well; lifting it changes nothing on the link.
        let lifts = self.faults.iter().any(|fault| fault.control.lifted() == Some(meant));
        if !self.network.set_delay(from, to, delay) && !lifts {
            return Err(Why::AlreadySo);
        }
        self.forget_faults(|fault| fault.lifted().is_some() && fault.lifted() == meant.lifted().or(Some(meant)));
        if latency.is_some() {
            self.note_fault(meant);
        }
        let told = self.tell_of(Some(from), EventKind::SettingChanged { control: meant }, cause);
        self.nodes[from.index()].last_fault = Some(told);
        Ok(())
    }

    fn others(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        NodeId::first(self.nodes.len()).filter(move |other| *other != node)
    }

    pub(super) fn isolate(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        let mut changed = false;
        for other in self.others(node) {
            changed |= self.network.set_cut(node, other, Passage::Cut);
            changed |= self.network.set_cut(other, node, Passage::Cut);
        }
        self.fault_of_links(node, changed, Control::Isolate(Target::Node(node)), EventKind::Isolated, cause)
    }

    pub(super) fn mute(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        let mut changed = false;
        for other in self.others(node) {
            changed |= self.network.set_cut(node, other, Passage::Cut);
        }
        self.fault_of_links(node, changed, Control::Mute(Target::Node(node)), EventKind::Muted, cause)
    }

    fn fault_of_links(
        &mut self,
        node: NodeId,
        changed: bool,
        fault: Control,
        kind: EventKind,
        cause: Cause,
    ) -> Result<(), Why> {
        if !changed {
            return Err(Why::AlreadySo);
        }
        self.note_fault(fault);
        let told = self.tell_of(Some(node), kind, cause);
        self.nodes[node.index()].last_fault = Some(told);
        Ok(())
    }

    pub(super) fn rejoin(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        // Its own fault ends even if its links stay cut because of another node's.
        let mut changed = self.faults_of_links(node).contains(&true);
        for other in self.others(node) {
            // A link that another node's fault cuts stays cut until that node rejoins.
            let [out, back] = self.faults_of_links(other);
            if !back {
                changed |= self.network.set_cut(node, other, Passage::Open);
            }
            if !out {
                changed |= self.network.set_cut(other, node, Passage::Open);
            }
        }
        if !changed {
            return Err(Why::AlreadySo);
        }
        let meant = Target::Node(node);
        self.forget_faults(|fault| match fault {
            Control::Isolate(who) | Control::Mute(who) => *who == meant,
            Control::Cut { from, to } => *from == meant || *to == meant,
            _ => false,
        });
        self.tell_of(Some(node), EventKind::Rejoined, cause);
        Ok(())
    }

    /// Whether a fault of the whole node cuts what it sends, and what is sent to it.
    fn faults_of_links(&self, node: NodeId) -> [bool; 2] {
        let meant = Target::Node(node);
        let has = |fault: Control| self.faults.iter().any(|known| known.control == fault);
        let isolated = has(Control::Isolate(meant));
        [isolated || has(Control::Mute(meant)), isolated]
    }

    pub(super) fn heal_all(&mut self, cause: Cause) -> Result<(), Why> {
        let cuts = self.network.cuts();
        if cuts.is_empty() {
            return Err(Why::AlreadySo);
        }
        for (from, to) in cuts {
            self.network.set_cut(from, to, Passage::Open);
        }
        self.forget_faults(|fault| matches!(fault, Control::Isolate(_) | Control::Mute(_) | Control::Cut { .. }));
        self.tell_of(None, EventKind::AllHealed, cause);
        Ok(())
    }
}
