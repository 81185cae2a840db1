//! What a screen shows of a lesson: its steps, its checks, the open question, and in the end whether all came as expected.

use super::super::plain;
use super::super::script::{ExpectAt, Script, Start, Step};
use super::{Director, Phase};
use crate::domain::time::SimTime;
use crate::domain::view::{CheckView, CheckedAt, LessonView, StepView, Text};

impl Director {
    /// The lesson for the screen.
    pub fn view(&self) -> LessonView {
        let step = |(step, done): (&Step, &Option<SimTime>)| StepView {
            text: words_of(step),
            done: done.is_some(),
            at: *done,
        };
        let asked = self.vote.as_ref().and_then(|vote| Some((vote, self.script.steps.get(vote.step)?.ask.as_ref()?)));
        LessonView {
            name: self.script.name.clone(),
            title: self.script.title.clone(),
            group: self.script.group,
            steps: self.script.steps.iter().zip(&self.done).map(step).collect(),
            current: self.current,
            checks_later: self.checks.iter().filter(|check| !self.may_be_seen(check)).count(),
            checks: self.checks.iter().filter(|check| self.may_be_seen(check)).cloned().collect(),
            question: asked.map(|(vote, ask)| vote.view(ask)),
            waits: self.phase == Phase::Teacher,
            failures: self.failures.clone(),
            verdict: self.is_over.then(|| self.outcome().is_well()),
        }
    }

    /// Whether a check gives nothing away: it is decided, or no question is left to be revealed.
    fn may_be_seen(&self, check: &CheckView) -> bool {
        let asks = |step: &Step| step.ask.is_some();
        check.met.is_some() || !self.script.steps.iter().skip(self.current).any(asks)
    }
}

/// When an expectation is looked at.
pub(super) fn checked_at(at: ExpectAt, script: &Script) -> CheckedAt {
    match at {
        ExpectAt::End => CheckedAt::End,
        ExpectAt::Time(time) => CheckedAt::Time(time),
        ExpectAt::Step(place) => {
            let name = script.steps.get(place).and_then(|step| step.name.clone());
            CheckedAt::Step(name.unwrap_or_else(|| (place + 1).to_string()))
        }
    }
}

/// What the card says of a step: its text, its question, or what it does.
fn words_of(step: &Step) -> Text {
    let told = step.say.clone().or_else(|| step.ask.as_ref().map(|ask| ask.question.clone()));
    told.or_else(|| step.text.clone()).unwrap_or_else(|| match &step.start {
        Start::When { condition, .. } if step.controls.is_empty() => plain::condition(condition),
        _ if step.controls.is_empty() => plain::a_moment_later(),
        _ => plain::controls(&step.controls),
    })
}
