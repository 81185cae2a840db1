//! Hits: what lies where on the screen, so that a click means what the eye saw.
//!
//! Idea: drawing knows where it put things, update knows what they mean. Drawing fills a list of rectangles as it goes;
//! the next click is looked up in the list of the frame that was on the screen when the finger came down.
//! Shape: later regions lie over earlier ones, as in drawing, so the lookup runs backwards.
//! Bound: [`Hits::MAX`] regions; what comes after is not clickable, and the keyboard reaches it all the same.

use ratatui::layout::{Position, Rect};

use super::action::ActionId;
use super::state::{Panel, Screen};
use crate::domain::ids::{EventId, GroupId, NodeId, Sequence, SymbolId};

/// What a place on the screen stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// A tab.
    Screen(Screen),
    /// A panel: a click gives it the focus, the wheel scrolls it.
    Panel(Panel),
    /// The row of a node.
    Node(NodeId),
    /// A group, by name or by row.
    Group(GroupId),
    /// The line of an event.
    Event(EventId),
    /// A symbol's line.
    Symbol(SymbolId),
    /// An order's line on the blotter.
    Order(Sequence),
    /// A hint: a click does what its key does.
    Action(ActionId),
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

/// Every region of a frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hits {
    /// Where what is, in drawing order.
    pub regions: Vec<(Rect, Hit)>,
}

impl Hits {
    /// Regions of one frame at most.
    pub const MAX: usize = 1_024;

    /// Notes that this area stands for that; an empty area is not noted.
    pub fn add(&mut self, area: Rect, hit: Hit) {
        if !area.is_empty() && self.regions.len() < Self::MAX {
            self.regions.push((area, hit));
        }
    }

    /// Forgets everything, before the next frame.
    pub fn clear(&mut self) {
        self.regions.clear();
    }

    /// What lies on top at this place.
    pub fn at(&self, column: u16, row: u16) -> Option<Hit> {
        self.all_at(column, row).next()
    }

    /// Everything at this place, the topmost first: a row of a panel, then the panel.
    pub fn all_at(&self, column: u16, row: u16) -> impl Iterator<Item = Hit> {
        let place = Position::new(column, row);
        self.regions.iter().rev().filter(move |(area, _)| area.contains(place)).map(|(_, hit)| *hit)
    }

    /// The panel at this place, whatever lies over it inside the panel.
    pub fn panel_at(&self, column: u16, row: u16) -> Option<Panel> {
        let place = Position::new(column, row);
        self.regions.iter().rev().find_map(|(area, hit)| match hit {
            Hit::Panel(panel) if area.contains(place) => Some(*panel),
            _ => None,
        })
    }

    /// The panels on the screen, in the order in which they were drawn.
    pub fn panels(&self) -> impl Iterator<Item = (Rect, Panel)> + '_ {
        self.regions.iter().filter_map(|(area, hit)| match hit {
            Hit::Panel(panel) => Some((*area, *panel)),
            _ => None,
        })
    }

    /// Where a panel lies, if it is on the screen.
    pub fn area_of(&self, panel: Panel) -> Option<Rect> {
        self.panels().find(|(_, drawn)| *drawn == panel).map(|(area, _)| area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_last_lies_on_top() {
        let mut hits = Hits::default();
        hits.add(Rect::new(0, 0, 40, 10), Hit::Panel(Panel::Nodes));
        hits.add(Rect::new(1, 2, 38, 1), Hit::Node(NodeId(2)));
        assert_eq!(hits.at(5, 2), Some(Hit::Node(NodeId(2))));
        assert_eq!(hits.at(5, 3), Some(Hit::Panel(Panel::Nodes)));
        assert_eq!(hits.panel_at(5, 2), Some(Panel::Nodes));
        assert_eq!(hits.at(40, 2), None);
    }

    #[test]
    fn an_empty_area_cannot_be_hit_and_the_list_is_bounded() {
        let mut hits = Hits::default();
        hits.add(Rect::new(3, 3, 0, 1), Hit::Overlay);
        assert_eq!(hits.at(3, 3), None);
        (0..=Hits::MAX).for_each(|row| hits.add(Rect::new(0, 0, 1, 1), Hit::Row(row)));
        assert_eq!(hits.at(0, 0), Some(Hit::Row(Hits::MAX - 1)));
    }
}
