//! A scene: everything that one frame is drawn from, and nothing else.
//!
//! Idea: drawing is a pure function of a scene. It reads no clock, no file and no registry; whatever it needs to know
//! of keys, recordings or the scenario stands here as plain words.

use crate::domain::ids::NodeId;
use crate::domain::view::{ClusterView, GroupView, NodeView, StallView};

use super::action::ActionId;
use super::hint::Hint;
use super::look::Look;
use super::state::{Panel, UiState};
use super::strategies::Comparison;

/// Everything that a frame is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The cluster.
    pub view: &'a ClusterView,
    /// Where the eyes are.
    pub state: &'a UiState,
    /// Theme, glyphs, language.
    pub look: &'a Look,
    /// The keys that the bottom row may offer.
    pub hints: &'a [Hint],
    /// The rows of the overlay that is open: help, palette, which-key, themes, lessons, welcome; those shown, in order.
    pub rows: &'a [HelpRow],
    /// What runs, for the status bar: a scenario's or lesson's name; may be empty.
    pub title: &'a str,
    /// Words for the right end of the status bar, such as `rec 03:12`.
    pub notes: &'a [String],
    /// How each partition strategy would divide instruments and trades; may be empty.
    pub strategies: &'a [Comparison],
}

/// A row of an overlay's list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HelpRow {
    /// The heading that it stands under; a change of it prints the heading. May be empty.
    pub group: String,
    /// Its key, or the value of a picker's row.
    pub key: String,
    /// What it does.
    pub text: String,
    /// It would do something now.
    pub enabled: bool,
    /// It is only offered: Enter does not take it before it was picked.
    pub offered: bool,
    /// What a click on it does at once; `None` only selects it.
    pub action: Option<ActionId>,
}

impl<'a> Scene<'a> {
    /// The group in view; the first one if that does not exist.
    pub fn group(&self) -> Option<&'a GroupView> {
        let groups = &self.view.groups;
        groups.iter().find(|group| group.id == self.state.group).or_else(|| groups.first())
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&'a NodeView> {
        self.view.nodes.iter().find(|node| node.id == id)
    }

    /// Whether this panel has the focus.
    pub fn focused(&self, panel: Panel) -> bool {
        self.state.focus == panel
    }

    /// The groups that answer nobody, the group in view first, and why. `meta`, which has no clients, counts if no other does.
    pub fn stalls(&self) -> Vec<(&'a GroupView, &'a StallView)> {
        let stalled = self.view.groups.iter().filter_map(|group| Some((group, group.stall.as_ref()?)));
        let mut stalled: Vec<_> = stalled.collect();
        if stalled.iter().any(|(group, _)| group.id.partition().is_some()) {
            stalled.retain(|(group, _)| group.id.partition().is_some());
        }
        stalled.sort_by_key(|(group, _)| group.id != self.state.group);
        stalled
    }

    /// Who leads the group in view.
    pub fn leader(&self) -> Option<NodeId> {
        self.group().and_then(|group| group.leader)
    }
}
