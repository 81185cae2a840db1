//! A lamp: one invariant, how often it was checked, and how often it was broken.
//!
//! Idea: a lamp that was never checked is not green, it is dark; so checks are counted as well as violations.
//! Bound: the first [`TOLD_MAX`] violations are told as events, all are counted; the first one's line is kept.

use crate::domain::actor::Draft;
use crate::domain::event::{EventKind, Invariant};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::SimTime;
use crate::domain::view::{ClusterView, InvariantView};

/// Violations of one invariant that are told as events.
pub const TOLD_MAX: u64 = 16;

/// Where something was seen.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// When.
    pub at: SimTime,
    /// On which node, if on one.
    pub node: Option<NodeId>,
    /// In which group.
    pub group: GroupId,
}

/// The state of one invariant.
#[derive(Clone, Debug)]
pub struct Lamp {
    invariant: Invariant,
    checked: u64,
    violations: u64,
    first: Option<(SimTime, String)>,
}

impl Lamp {
    /// A dark lamp.
    pub const fn new(invariant: Invariant) -> Self {
        Self { invariant, checked: 0, violations: 0, first: None }
    }

    /// So many checks were made; violations are reported on top.
    pub const fn checked(&mut self, times: u64) {
        self.checked += times;
    }

    /// One check was made, with this result.
    pub fn check(&mut self, holds: bool, scene: Scene, out: &mut Vec<Draft>, detail: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.violated(1, scene, out, detail);
        }
    }

    /// The invariant was broken so many times, in one event.
    pub fn violated(&mut self, times: u64, scene: Scene, out: &mut Vec<Draft>, detail: impl FnOnce() -> String) {
        let told = self.violations;
        self.violations += times;
        if told >= TOLD_MAX {
            return;
        }
        let detail = detail();
        if self.first.is_none() {
            self.first = Some((scene.at, detail.clone()));
        }
        let kind = EventKind::Violated { invariant: self.invariant, detail };
        out.push(Draft { node: scene.node, group: Some(scene.group), kind });
    }

    /// Puts the lamp in its place, in the order of `Invariant::ALL`.
    pub fn contribute(&self, view: &mut ClusterView) {
        let lamp = InvariantView {
            invariant: self.invariant,
            checked: self.checked,
            violations: self.violations,
            first: self.first.clone(),
        };
        match view.invariants.binary_search_by_key(&self.invariant, |lamp| lamp.invariant) {
            Ok(place) => view.invariants[place] = lamp,
            Err(place) => view.invariants.insert(place, lamp),
        }
    }
}
