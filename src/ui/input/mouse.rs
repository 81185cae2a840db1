//! The mouse: a click selects, the wheel scrolls, nothing needs a drag.
//!
//! Idea: a click is looked up in the regions of the frame that was seen. A hint that is clicked does what its key does,
//! guards included. A click beside an overlay closes it and does no more, so that nothing is hit by accident.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::Input;
use crate::ui::action::{Action, ActionId};
use crate::ui::hits::Hit;
use crate::ui::state::{Overlay, Panel, Prompt, UiState};
use crate::ui::update::{Given, Request, list_mut, update};

/// Rows that one notch of the wheel moves.
const NOTCH: usize = 3;

impl Input {
    pub(super) fn on_mouse(&mut self, state: &mut UiState, given: &Given<'_>, mouse: MouseEvent) -> Vec<Request> {
        let hit = given.hits.at(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(state, given, mouse, hit),
            MouseEventKind::ScrollUp => wheel(state, given, mouse, ["list.up", "node.previous", "overlay.up"]),
            MouseEventKind::ScrollDown => wheel(state, given, mouse, ["list.down", "node.next", "overlay.down"]),
            _ => Vec::new(),
        }
    }

    fn click(&mut self, state: &mut UiState, given: &Given<'_>, mouse: MouseEvent, hit: Option<Hit>) -> Vec<Request> {
        // A click ends a sequence of keys.
        self.pending = None;
        if state.overlay != Overlay::None {
            return self.click_overlay(state, given, hit);
        }
        if let Some(panel) = given.hits.panel_at(mouse.column, mouse.row) {
            state.focus = panel;
            // A field that lost the focus takes no more keys; what was typed stays in force.
            let fields = [(&mut state.events.prompt, Panel::Events), (&mut state.market.prompt, Panel::Symbols)];
            fields.into_iter().filter(|(_, of)| *of != panel).for_each(|(prompt, _)| *prompt = Prompt::Closed);
        }
        match hit {
            Some(Hit::Screen(screen)) => super::super::update::screens::go(state, screen),
            Some(Hit::Node(node)) => return update(state, given, &Action::Select(node)),
            Some(Hit::Group(group)) => return update(state, given, &Action::Group(group)),
            Some(Hit::Action(id)) => return self.act(state, given, id),
            Some(Hit::Event(event)) => {
                if state.events.selected == Some(event) {
                    state.overlay = Overlay::Why(event);
                }
                // A list that stands still keeps its place; one that follows stops at what was clicked.
                let newest = given.view.events.last().map(|event| event.id);
                state.events.bottom = state.events.bottom.or(newest);
                state.events.selected = Some(event);
            }
            Some(Hit::Symbol(symbol)) => {
                let mut out = Vec::new();
                super::super::update::market::look(state, symbol, &mut out);
                return out;
            }
            Some(Hit::Order(order)) => state.market.order = Some(order),
            Some(Hit::Choice(choice)) => return self.vote(state, given, choice),
            _ => {}
        }
        Vec::new()
    }

    fn click_overlay(&mut self, state: &mut UiState, given: &Given<'_>, hit: Option<Hit>) -> Vec<Request> {
        match (hit, &state.overlay) {
            (Some(Hit::Yes), Overlay::Confirm(_)) => self.act(state, given, ActionId("dialog.yes")),
            (Some(Hit::Row(row)), _) => {
                let chosen = list_mut(&mut state.overlay).is_some_and(|list| {
                    let again = list.picked && list.selected == row;
                    (list.selected, list.picked) = (row, true);
                    again
                });
                if chosen { update(state, given, &Action::Do(ActionId("overlay.enter"))) } else { Vec::new() }
            }
            (Some(Hit::Action(id)), Overlay::WhichKey(_)) => {
                state.overlay = Overlay::None;
                self.act(state, given, id)
            }
            (Some(Hit::Overlay), overlay) if *overlay != Overlay::Welcome => Vec::new(),
            _ => {
                state.overlay = Overlay::None;
                Vec::new()
            }
        }
    }

    fn vote(&mut self, state: &mut UiState, given: &Given<'_>, choice: usize) -> Vec<Request> {
        let id = crate::ui::registry::by_name(&format!("lesson.vote.{}", choice + 1)).map(|spec| spec.id);
        id.map_or(Vec::new(), |id| self.act(state, given, id))
    }
}

/// The wheel moves the list under the pointer; elsewhere it does nothing.
fn wheel(state: &mut UiState, given: &Given<'_>, mouse: MouseEvent, ids: [&'static str; 3]) -> Vec<Request> {
    let under = given.hits.panel_at(mouse.column, mouse.row);
    let (id, notch) = match (&state.overlay, under) {
        (Overlay::None, Some(Panel::Events)) => (ids[0], NOTCH),
        (Overlay::None, Some(Panel::Nodes)) => (ids[1], 1),
        (Overlay::None, Some(Panel::Symbols | Panel::Ladder | Panel::Tape | Panel::Blotter)) => (ids[0], 1),
        (Overlay::None, _) => return Vec::new(),
        _ => (ids[2], NOTCH),
    };
    let focus = state.focus;
    if let (Overlay::None, Some(panel)) = (&state.overlay, under) {
        state.focus = panel;
    }
    let out = (0..notch).flat_map(|_| update(state, given, &Action::Do(ActionId(id)))).collect();
    state.focus = focus;
    out
}
