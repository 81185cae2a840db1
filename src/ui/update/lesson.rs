//! Lessons: begun, gone on with, voted in, left.
//!
//! Idea: a lesson waits for its class, so a key that it does not wait for is refused with the reason. Votes on an open question
//! are not discarded without asking.

use super::refusal::Refusal;
use super::{Given, Request, screens};
use crate::document::problem::{listed, nearest_first};
use crate::domain::command::LessonCommand;
use crate::domain::view::{ClusterView, LessonView};
use crate::lesson::library::{self, Named};
use crate::ui::state::{ListState, Overlay, Question, Screen, UiState};

/// Whether a lesson runs.
pub(in crate::ui) fn runs(_: &UiState, given: &Given<'_>) -> bool {
    given.view.lesson.is_some()
}

fn running<'v>(given: &Given<'v>) -> Result<&'v LessonView, Refusal> {
    given.view.lesson.as_ref().ok_or_else(|| Refusal::no_lesson(given.keymap))
}

/// Whether an open question has votes.
pub(super) fn is_unsaved(view: &ClusterView) -> bool {
    let question = view.lesson.as_ref().and_then(|lesson| lesson.question.as_ref());
    question.is_some_and(|question| !question.closed && question.hands.iter().any(|hands| *hands > 0))
}

fn ask(command: LessonCommand, out: &mut Vec<Request>) -> Result<(), Refusal> {
    out.push(command.into());
    Ok(())
}

/// The running lesson from its beginning; the list of lessons if none runs.
pub(in crate::ui) fn start(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    if given.view.lesson.is_some() {
        return ask(LessonCommand::Restart, out);
    }
    state.overlay = Overlay::Lessons(ListState::default());
    Ok(())
}

/// On to its next step.
pub(in crate::ui) fn next(_: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let lesson = running(given)?;
    if lesson.waits {
        return ask(LessonCommand::Next, out);
    }
    let done = lesson.current >= lesson.steps.len();
    Err(Refusal::new(if done { "toast-lesson-done" } else { "toast-lesson-waits" }))
}

/// Back to the step before, which time does not allow.
pub(in crate::ui) fn back(_: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    running(given)?;
    Err(Refusal::new("toast-no-way-back"))
}

/// Leaves it; asks if votes would be lost.
pub(in crate::ui) fn leave(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    running(given)?;
    if is_unsaved(given.view) {
        state.overlay = Overlay::Confirm(Question::LeaveLesson);
        return Ok(());
    }
    ask(LessonCommand::Leave, out)
}

/// A hand for this option, 0-based.
pub(in crate::ui) fn vote<const CHOICE: usize>(
    state: &mut UiState,
    given: &Given<'_>,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    let options = running(given)?.question.as_ref().map_or(0, |question| question.options.len());
    if CHOICE >= options {
        return Err(Refusal::new("toast-no-option").with("option", CHOICE + 1));
    }
    state.presenter.last_vote = Some(CHOICE);
    ask(LessonCommand::Vote(CHOICE), out)
}

/// A hand less for the option that got the last one.
pub(in crate::ui) fn unvote(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    running(given)?;
    let choice = state.presenter.last_vote.ok_or_else(|| Refusal::new("toast-no-hand"))?;
    ask(LessonCommand::Unvote(choice), out)
}

/// Closes the question.
pub(in crate::ui) fn reveal(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    running(given)?;
    state.presenter.last_vote = None;
    ask(LessonCommand::Reveal, out)
}

/// Brings the group that a lesson is about into view, once: from then on it is the reader who chooses. True if it did.
pub(in crate::ui) fn follow(state: &mut UiState, view: &ClusterView) -> bool {
    let lesson = view.lesson.as_ref();
    let name = lesson.map(|lesson| &lesson.name);
    if state.presenter.lesson.as_ref() == name {
        return false;
    }
    state.presenter.lesson = name.cloned();
    let group = lesson.and_then(|lesson| lesson.group).filter(|id| view.groups.iter().any(|group| group.id == *id));
    state.group = group.unwrap_or(state.group);
    group.is_some()
}

/// Names of lessons that a toast has room for.
const NAMES_SHOWN: usize = 6;

fn no_script(name: &str, near: &[&str]) -> Refusal {
    let (shown, more) = near.split_at(near.len().min(NAMES_SHOWN));
    let id = if more.is_empty() { "toast-no-script" } else { "toast-no-script-more" };
    Refusal::new(id).with("name", name).with("near", listed(shown)).with("more", more.len())
}

/// A lesson by its name, by the one beginning or end of a name that is meant, or by its file.
pub(super) fn start_named(
    state: &mut UiState,
    given: &Given<'_>,
    name: &str,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    let known = || given.lessons.iter().map(String::as_str);
    let name = match library::named(name, known()) {
        Named::One(name) => name,
        Named::None if name.ends_with(".toml") => name,
        Named::Several(names) => {
            return Err(Refusal::new("toast-several-scripts").with("name", name).with("near", names.join(", ")));
        }
        Named::None => return Err(no_script(name, &nearest_first(name, known()))),
    };
    state.presenter.last_vote = None;
    screens::go(state, Screen::Lesson);
    ask(LessonCommand::Start(name.to_owned()), out)
}
