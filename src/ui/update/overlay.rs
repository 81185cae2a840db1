//! Overlays: help, palette, pickers, dialogs, details, why.
//!
//! Idea: at most one lies over the screen; `Esc` peels off one layer of what is in force: text field, overlay, zoom,
//! filter, scroll. A dialog is answered by `y` only, its default is No.

use super::refusal::Refusal;
use super::{Given, Request, faults, lesson, list, market, toast, update};
use crate::domain::command::{Command, LessonCommand};
use crate::domain::ids::SymbolId;
use crate::ui::action::{Action, ActionId, ActionSpec, Leap, Way};
use crate::ui::palette;
use crate::ui::rows;
use crate::ui::state::{ListState, Overlay, Panel, Prompt, Question, Screen, UiState, UndoList};

/// Opens help.
pub(in crate::ui) fn help(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Help(ListState::default());
    Ok(())
}

/// Opens the palette.
pub(in crate::ui) fn palette(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Palette(ListState::typing());
    Ok(())
}

/// Opens the list of themes.
pub(in crate::ui) fn pick_theme(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let selected = state.presenter.themes.current;
    state.overlay = Overlay::Themes(ListState { selected, ..ListState::default() });
    Ok(())
}

/// Begins the run again, if the answer is yes.
pub(in crate::ui) fn reset(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Confirm(Question::Reset);
    Ok(())
}

/// Quits; asks if votes would be lost.
pub(in crate::ui) fn quit(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    if lesson::is_unsaved(given.view) {
        state.overlay = Overlay::Confirm(Question::Quit);
    } else {
        out.push(Request::Quit);
    }
    Ok(())
}

/// Closes a dialog.
pub(in crate::ui) fn no(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::None;
    Ok(())
}

/// The list of the overlay, if it has one.
pub(crate) fn list_mut(overlay: &mut Overlay) -> Option<&mut ListState> {
    match overlay {
        Overlay::Help(list) | Overlay::Palette(list) | Overlay::Themes(list) | Overlay::Lessons(list) => Some(list),
        _ => None,
    }
}

pub(super) fn go(state: &mut UiState, given: &Given<'_>, way: Way, leap: Leap) {
    let rows = rows::rows(state, given);
    if let Some(shown) = list_mut(&mut state.overlay) {
        // A first row that is only offered is not marked: the first step marks it.
        let marked = shown.picked || !rows.first().is_some_and(|row| row.offered);
        if marked || (way, leap) != (Way::On, Leap::Row) {
            list::rows(shown, rows.len(), way, leap);
        }
        shown.picked = true;
    }
}

/// An action of the palette that needs arguments: opens the palette with its command begun.
pub(super) fn ask_for_arguments(state: &mut UiState, given: &Given<'_>, spec: &ActionSpec) -> Result<(), Refusal> {
    let text = palette::command_of(spec.id).map_or(String::new(), |command| format!("{command} "));
    state.overlay = Overlay::Palette(ListState { text, ..ListState::typing() });
    toast::say(state, given, "toast-needs", &[("args", spec.usage())]);
    Ok(())
}

/// Begins the command that moves a symbol, and says which symbol and where it is now; nothing moves before Enter.
pub(in crate::ui) fn begin_move(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let symbol = to_move(state, given);
    let text = format!("move {} p", symbol.name());
    state.overlay = Overlay::Palette(ListState { text, ..ListState::typing() });
    match given.view.books.line(symbol) {
        Some(line) => {
            let args = [("symbol", symbol.name()), ("group", &line.group.to_string())];
            toast::say(state, given, "toast-move", &args);
        }
        None => toast::say(state, given, "toast-needs", &[("args", "SYMBOL pN")]),
    }
    Ok(())
}

/// The symbol that a move means: on the market the one in view, for there it is seen. Elsewhere the hot one, which is what
/// a move is for, else the busiest of the group in view, which is marked on the screen of the data.
fn to_move(state: &UiState, given: &Given<'_>) -> SymbolId {
    let in_view = state.market.symbol;
    if state.screen == Screen::Market {
        return in_view;
    }
    let hot = given.view.flow.hot.map(|(symbol, _)| symbol);
    let of_group = given.view.books.lines.iter().filter(|line| line.group == state.group);
    // Of equals the first of the table.
    let busiest = of_group.rev().max_by_key(|line| line.traded).map(|line| line.symbol);
    hot.or(busiest).unwrap_or(in_view)
}

/// Details, why, or what is picked.
pub(in crate::ui) fn enter(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    if state.events.prompt.is_open() {
        state.events.prompt = Prompt::Closed;
        super::list::judge(state, given);
    } else if state.market.prompt.is_open() {
        market::settle(state, given, out);
    } else {
        open(state, given, out);
    }
    Ok(())
}

fn open(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) {
    match state.overlay.clone() {
        Overlay::Palette(list) => {
            let chosen = palette::choose(&list, state, given);
            let reworded = palette::reworded(&list, state, given);
            state.overlay = Overlay::None;
            match chosen {
                Ok(Some(action)) => {
                    out.extend(update(state, given, &action));
                    reworded.iter().for_each(|told| toast::refuse(state, given, told));
                }
                Ok(None) => {}
                Err(refusal) => {
                    // What was typed stays, to be mended.
                    state.overlay = Overlay::Palette(list);
                    toast::refuse(state, given, &refusal);
                }
            }
        }
        Overlay::Help(list) => state.overlay = Overlay::Help(ListState { editing: false, ..list }),
        Overlay::Themes(_) | Overlay::Lessons(_) => pick(state, given, out),
        Overlay::Details(_) | Overlay::Why(_) | Overlay::History(_) | Overlay::Trades(_) | Overlay::Trade(_) => {
            state.overlay = Overlay::None;
        }
        // The row of an order has a history behind it.
        Overlay::None if state.screen == Screen::Market && state.focus == Panel::Blotter => {
            let order = state.market.selected(given.view);
            state.overlay = order.map_or(Overlay::None, |order| Overlay::History(order.sequence));
        }
        // The card's Enter goes on with the lesson, or says why not; it never opens something else over the card.
        _ if state.focus == Panel::Lesson => {
            let (id, running) = ("lesson.start", given.view.lesson.is_some());
            let id = if running { "lesson.next" } else { id };
            out.extend(update(state, given, &Action::Do(ActionId(id))));
        }
        _ if state.focus == Panel::Events => {
            let shown = given.view.events.iter().filter(|event| given.words.shows(event, &state.events.filter));
            let latest = state.events.selected.or(state.events.bottom).or(shown.last().map(|event| event.id));
            state.overlay = latest.map_or(Overlay::None, Overlay::Why);
        }
        _ if faults::node(given.view, state.selected).is_some() => state.overlay = Overlay::Details(state.selected),
        _ => {}
    }
}

fn pick(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) {
    let rows = rows::rows(state, given);
    let selected = list_mut(&mut state.overlay).map_or(0, |list| list.selected);
    let chosen = rows.get(selected).map(|row| row.text.clone());
    let action = match (&state.overlay, chosen) {
        (Overlay::Themes(_), Some(name)) => Action::Theme(name),
        (Overlay::Lessons(_), Some(name)) => Action::Lesson(name),
        _ => return,
    };
    state.overlay = Overlay::None;
    out.extend(update(state, given, &action));
}

/// `Esc`: one layer less.
pub(in crate::ui) fn back(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let unfiltered = |state: &UiState| [state.events.filter.is_empty(), state.market.filter.is_empty()];
    let before = unfiltered(state);
    peel(state);
    if unfiltered(state) != before {
        list::retract(state, given);
    }
    Ok(())
}

fn peel(state: &mut UiState) {
    if state.events.prompt.is_open() {
        state.events.prompt = Prompt::Closed;
        state.events.filter.clear();
        return;
    }
    if state.market.prompt.is_open() {
        state.market.prompt = Prompt::Closed;
        state.market.filter.clear();
        return;
    }
    match &mut state.overlay {
        Overlay::Help(list) | Overlay::Themes(list) | Overlay::Lessons(list)
            if list.editing || !list.text.is_empty() =>
        {
            *list = ListState::default();
        }
        Overlay::None if state.zoom => state.zoom = false,
        Overlay::None if state.screen == Screen::Market && !state.market.filter.is_empty() => {
            state.market.filter.clear();
        }
        Overlay::None => {
            if state.events.bottom.is_none() {
                state.events.filter.clear();
            }
            state.events.bottom = None;
            state.events.selected = None;
        }
        overlay => *overlay = Overlay::None,
    }
}

/// A text field for the list that has the focus.
pub(in crate::ui) fn begin_filter(state: &mut UiState, _: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    focus_on_filter(state);
    Ok(())
}

fn focus_on_filter(state: &mut UiState) {
    if let Some(list) = list_mut(&mut state.overlay) {
        list.editing = true;
        list.selected = 0;
        return;
    }
    // Details and chains of causes have no field: the events have.
    state.overlay = Overlay::None;
    if state.screen == Screen::Market {
        state.focus = Panel::Symbols;
        state.market.prompt = Prompt::open(&state.market.filter);
        return;
    }
    if !state.screen.panels().contains(&Panel::Events) {
        super::screens::go(state, Screen::Events);
    }
    state.focus = Panel::Events;
    state.events.prompt = Prompt::open(&state.events.filter);
}

/// Completes what is typed.
pub(in crate::ui) fn complete(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    if let Overlay::Palette(list) = &state.overlay
        && let Some(text) = palette::complete(list, state, given)
    {
        state.overlay = Overlay::Palette(ListState { text, ..ListState::typing() });
    }
    Ok(())
}

/// Does what the dialog asks about.
pub(in crate::ui) fn yes(state: &mut UiState, _: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let Overlay::Confirm(question) = state.overlay else { return Ok(()) };
    state.overlay = Overlay::None;
    let command = match question {
        Question::Quit => {
            out.push(Request::Quit);
            return Ok(());
        }
        Question::LeaveLesson => Command::Lesson(LessonCommand::Leave),
        Question::Reset | Question::ResetTo(_) => {
            state.undo = UndoList::default();
            state.presenter.last_vote = None;
            state.events.bottom = None;
            state.events.selected = None;
            Command::Reset { seed: if let Question::ResetTo(seed) = question { Some(seed) } else { None } }
        }
    };
    out.push(Request::Command(command));
    Ok(())
}
