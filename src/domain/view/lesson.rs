//! A lesson on the screen: steps, checks, the open question.

use serde::{Deserialize, Serialize};

use crate::domain::ids::GroupId;
use crate::domain::time::SimTime;

/// A lesson on its way.
#[derive(Clone, Debug, Default)]
pub struct LessonView {
    /// Its name, for messages.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// The group that it is about: it comes into view as the lesson begins.
    pub group: Option<GroupId>,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// The step that is on, 0-based; past the end when it is through.
    pub current: usize,
    /// The expectations that may be seen.
    pub checks: Vec<CheckView>,
    /// Those that may not yet: they would answer a question that is still to be revealed.
    pub checks_later: usize,
    /// The question that is open.
    pub question: Option<QuestionView>,
    /// It waits for the teacher to go on.
    pub waits: bool,
    /// What went wrong with steps, each a sentence with its line.
    pub failures: Vec<String>,
    /// Whether everything came as expected; `None` until its end.
    pub verdict: Option<bool>,
}

/// A text in the languages of the house.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Text {
    /// The same in both.
    pub fn alike(text: &str) -> Self {
        Self { en: text.to_owned(), ru: text.to_owned() }
    }
}

/// A step of a lesson.
#[derive(Clone, Debug, Default)]
pub struct StepView {
    /// What it says.
    pub text: Text,
    /// It is done.
    pub done: bool,
    /// When it was done.
    pub at: Option<SimTime>,
}

/// When an expectation is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum CheckedAt {
    /// When the step of this name is done.
    Step(String),
    /// At this time of the run.
    Time(SimTime),
    /// At the end.
    #[default]
    End,
}

/// An expectation.
#[derive(Clone, Debug, Default)]
pub struct CheckView {
    /// When it is looked at: what holds before a fault need not hold after it.
    pub at: CheckedAt,
    /// As it stands in the file.
    pub text: String,
    /// Met, broken, or not decided yet.
    pub met: Option<bool>,
    /// The value that was measured.
    pub measured: String,
    /// What it says, in words.
    pub words: Text,
    /// What was measured, in words.
    pub figures: Text,
}

/// A question to the class.
#[derive(Clone, Debug, Default)]
pub struct QuestionView {
    /// The question.
    pub text: Text,
    /// What may be answered.
    pub options: Vec<Text>,
    /// Hands for each of them.
    pub hands: Vec<u32>,
    /// Voting is closed; the run goes on towards the answer.
    pub closed: bool,
    /// The right one, once it is known.
    pub answer: Option<usize>,
}
