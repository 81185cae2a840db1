//! Answers: what was asked of the cluster is said to be done when the cluster says so, or refused with its reason.
//!
//! Idea: a key sends controls and remembers what to say. The cluster answers within milliseconds, each control by itself
//! and in order; the last answer decides what the toast says. What was refused can't be undone, so it leaves that list.
//! Several controls at once count as done if one of them was: the others were mostly in that state already.
//! Bound: 64 that wait; the oldest is forgotten without a word. An answer that nobody waits for says nothing.

use super::Given;
use super::refusal::Refusal;
use super::toast;
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::Answered;
use crate::domain::why::Why;
use crate::ui::state::{Act, Asked, UiState, Undo, UndoList};

/// Things that were asked for and are not answered; more than the queue of commands takes is never on its way.
const ASKED_MAX: usize = 64;

/// Remembers what waits for answers.
pub(super) fn ask(
    state: &mut UiState,
    act: Act,
    controls: &[Control],
    said: (&'static str, Vec<(&'static str, String)>),
) {
    if state.asked.len() == ASKED_MAX {
        state.asked.pop_front();
    }
    state.asked.push_back(Asked { act, open: controls.iter().copied().collect(), refused: None, done: false, said });
}

/// Hears what the cluster says.
pub fn hear(state: &mut UiState, given: &Given<'_>, answered: Answered) {
    let waits = |asked: &Asked| asked.open.front() == Some(&answered.control);
    let Some(place) = state.asked.iter().position(waits) else { return };
    // Answers come in order: who was asked before and has not answered never will.
    state.asked.drain(..place);
    let Some(asked) = state.asked.front_mut() else { return };
    asked.open.pop_front();
    match answered.answer {
        ControlAnswer::Done => asked.done = true,
        ControlAnswer::Refused(why) if asked.refused.is_none_or(|(_, known)| known == Why::AlreadySo) => {
            asked.refused = Some((answered.control, why));
        }
        ControlAnswer::Refused(_) => {}
    }
    if asked.open.is_empty()
        && let Some(asked) = state.asked.pop_front()
    {
        settle(state, given, &asked);
    }
}

/// A control was not even sent.
pub fn lost(state: &mut UiState, control: Control) {
    if let Some(place) = state.asked.iter().rposition(|asked| asked.open.contains(&control))
        && let Some(asked) = state.asked.remove(place)
    {
        take_back(&mut state.undo, asked.act);
    }
}

fn settle(state: &mut UiState, given: &Given<'_>, asked: &Asked) {
    match asked.refused {
        Some((_, Why::AlreadySo)) if asked.done => said(state, given, asked),
        None => said(state, given, asked),
        Some((control, why)) => {
            if !asked.done {
                take_back(&mut state.undo, asked.act);
            }
            let (what, why) = (given.words.order(&control.words()), given.words.why(why));
            toast::refuse(state, given, &Refusal::new("toast-refused").with("what", what).with("why", why));
        }
    }
}

/// Says what was to be said once it is done.
fn said(state: &mut UiState, given: &Given<'_>, asked: &Asked) {
    let (id, args) = &asked.said;
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    toast::say(state, given, id, &args);
}

/// Puts an entry back where it was before it was asked for.
fn take_back(lists: &mut UndoList, act: Act) {
    let UndoList { done, undone } = lists;
    let take = |list: &mut Vec<Undo>, control: Control| {
        let place = list.iter().rposition(|entry| entry.done == control)?;
        Some(list.remove(place))
    };
    match act {
        Act::Final => {}
        Act::Change(control) => {
            take(done, control);
        }
        Act::Undo(control) => done.extend(take(undone, control)),
        Act::Redo(control) => undone.extend(take(done, control)),
    }
}
