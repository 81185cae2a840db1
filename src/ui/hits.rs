//! What lies where on the screen, for the mouse.
//!
//! Idea: drawing knows where it put things, so it says so; a click is looked up in the frame that the person saw.
//! Shape: a list in drawing order; what was drawn later lies on top.
//! Bound: [`Hits::MAX`] regions.

use ratatui::layout::{Position, Rect};

use crate::domain::ids::{EventId, GroupId, NodeId};

use super::state::{Panel, Screen};

/// Something that can be clicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// A node's row.
    Node(NodeId),
    /// A tab.
    Screen(Screen),
    /// A panel.
    Panel(Panel),
    /// An event's row.
    Event(EventId),
    /// A group, by name or by row.
    Group(GroupId),
    /// The row of an overlay's list, 0-based among those that match.
    Row(usize),
    /// An option of the open question, 0-based.
    Choice(usize),
    /// The button of a dialog that says yes.
    Yes,
    /// The button of a dialog that says no.
    No,
    /// The body of an overlay: a click stays in it.
    Overlay,
}

/// The regions of a frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hits {
    /// Where what is, in drawing order.
    pub regions: Vec<(Rect, Hit)>,
}

impl Hits {
    /// Regions of one frame at most; what comes after is not clickable.
    pub const MAX: usize = 1_024;

    /// Notes that this area stands for that; an empty area is not noted.
    pub fn add(&mut self, area: Rect, hit: Hit) {
        if !area.is_empty() && self.regions.len() < Self::MAX {
            self.regions.push((area, hit));
        }
    }

    /// What lies on top at this cell.
    pub fn at(&self, column: u16, row: u16) -> Option<Hit> {
        self.all_at(column, row).next()
    }

    /// Everything at this cell, the topmost first: a row of a panel, then the panel.
    pub fn all_at(&self, column: u16, row: u16) -> impl Iterator<Item = Hit> {
        let place = Position { x: column, y: row };
        self.regions.iter().rev().filter(move |(area, _)| area.contains(place)).map(|(_, hit)| *hit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_later_lies_on_top() {
        let row = Rect::new(1, 1, 8, 1);
        let hits =
            Hits { regions: vec![(Rect::new(0, 0, 10, 5), Hit::Panel(Panel::Nodes)), (row, Hit::Node(NodeId(3)))] };
        assert_eq!(hits.at(1, 1), Some(Hit::Node(NodeId(3))));
        assert_eq!(hits.at(0, 0), Some(Hit::Panel(Panel::Nodes)));
        assert_eq!(hits.at(10, 0), None);
        assert_eq!(hits.all_at(2, 1).count(), 2);
    }
}
