//! The director: carries a script out on a stage, step by step, and looks whether what was expected came.
//!
//! Idea: a state machine that is told events and the time, and answers with controls and the time at which it wants to
//! be called again. It knows the run through the narrow trait [`Stage`] only. Without a screen it is called after every
//! notable event and exactly when it asked to be, so a script does the same in every run of a seed; in front of a
//! class it is called once a frame, and waits for the teacher where a step speaks or asks.
//! Order: steps run one after the other. Of the events that come together, those that a step has waited for are used
//! up; once a step has done something, older events are none of the next step's business.
//! Errors: a step that waits too long, a question without one right answer, an expectation that fails.

mod card;

use std::sync::Arc;

use crate::domain::command::{LessonCommand, PaceCommand};
use crate::domain::control::{Control, Target};
use crate::domain::event::Event;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{CheckView, ClusterView};

use super::moment::Condition;
use super::refusal;
use super::script::{ExpectAt, Script, Start, Step};
pub use super::stage::{Audience, Outcome, Progress, Stage, perform};
use super::target;
use super::vote::Vote;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Waiting { since: SimTime, met: Option<SimTime> },
    Teacher,
    Revealing { since: SimTime },
    Through,
}

/// How often a state of affairs is looked at, without a screen.
const LOOK_EVERY: SimDuration = SimDuration::from_millis(5);
/// So long after the last step of a class its end is looked at.
const SETTLES: SimDuration = SimDuration::from_secs(2);

/// Carries a script out.
#[derive(Clone, Debug)]
pub struct Director {
    script: Arc<Script>,
    audience: Audience,
    current: usize,
    phase: Phase,
    done: Vec<Option<SimTime>>,
    /// The run as it was when each step was done, of the steps that something counts from.
    marks: Vec<Option<Arc<ClusterView>>>,
    checks: Vec<CheckView>,
    vote: Option<Vote>,
    failures: Vec<String>,
    /// A step waited in vain, which ends the run.
    gave_up: bool,
    /// What was expected at the end is decided.
    is_over: bool,
}

impl Director {
    /// A director at the beginning of a script; the run stands at `now`.
    pub fn new(script: Arc<Script>, audience: Audience, now: SimTime) -> Self {
        let check = |expect: &super::script::Expect| CheckView {
            at: card::checked_at(expect.at, &script),
            text: expect.that.text.clone(),
            words: expect.text.clone(),
            ..CheckView::default()
        };
        Self {
            audience,
            current: 0,
            phase: Phase::Waiting { since: now, met: None },
            done: vec![None; script.steps.len()],
            marks: vec![None; script.steps.len()],
            checks: script.expects.iter().map(check).collect(),
            vote: None,
            failures: Vec::new(),
            gave_up: false,
            is_over: false,
            script,
        }
    }

    /// Goes on as far as it can: `events` are those since the last call, oldest first.
    pub fn poll(&mut self, events: &[Event], stage: &mut Stage<'_>) -> Progress {
        let mut events = events;
        while self.step_on(&mut events, stage) {}
        self.look_at_times(stage);
        if self.phase == Phase::Through {
            return self.after_the_last_step(stage);
        }
        if self.audience == Audience::Nobody && stage.now() >= self.end() {
            let line = self.script.steps[self.current].line;
            self.fail(line, &format!("the run ended before step {} was done", self.current + 1));
            self.phase = Phase::Through;
            return self.after_the_last_step(stage);
        }
        match self.phase {
            Phase::Teacher => Progress::Waits,
            _ => Progress::Going { due: self.due(stage.now()) },
        }
    }

    /// The end of the run; in front of a class that took its time a moment after the last step.
    fn end(&self) -> SimTime {
        let end = SimTime::ZERO + self.script.length;
        let last = self.done.last().copied().flatten().filter(|_| self.audience == Audience::Class);
        last.map_or(end, |last| end.max(last + SETTLES))
    }

    fn after_the_last_step(&mut self, stage: &mut Stage<'_>) -> Progress {
        let now = stage.now();
        let is_over = now >= self.end() || self.gave_up;
        if self.audience == Audience::Class || is_over {
            self.look(stage, |at| at != ExpectAt::End, |met| met.is_none());
            // A class sees what is expected at the end come true, and from then on it stands.
            let decided = self.is_over;
            self.look(stage, |at| at == ExpectAt::End, |_| !decided);
            self.is_over = is_over;
            return Progress::Through;
        }
        Progress::Going { due: self.due(now) }
    }

    /// One move; true if another may follow at once.
    fn step_on(&mut self, events: &mut &[Event], stage: &mut Stage<'_>) -> bool {
        let script = Arc::clone(&self.script);
        let Some(step) = script.steps.get(self.current) else {
            self.phase = Phase::Through;
            return false;
        };
        match self.phase {
            Phase::Waiting { since, met } => self.wait(step, since, met, events, stage),
            Phase::Revealing { since } => self.reveal(step, since, events, stage),
            Phase::Teacher | Phase::Through => false,
        }
    }

    fn wait(
        &mut self,
        step: &Step,
        since: SimTime,
        met: Option<SimTime>,
        events: &mut &[Event],
        stage: &mut Stage<'_>,
    ) -> bool {
        let now = stage.now();
        let met = met.or_else(|| match &step.start {
            Start::Previous => Some(since),
            Start::At(at) => (now >= *at).then(|| since.max(*at)),
            Start::When { condition, .. } => met_at(condition, events, stage),
        });
        self.phase = Phase::Waiting { since, met };
        match (met, &step.start) {
            (Some(met), _) if now >= met + step.after => {
                self.enter(step, events, stage);
                true
            }
            (None, Start::When { condition, timeout }) if now >= since + *timeout => {
                let waited = format!("waited {} ms for {condition}, in vain", timeout.as_millis());
                self.give_up(step, &waited, now);
                true
            }
            _ => false,
        }
    }

    /// The step has begun: in front of a class it speaks first.
    fn enter(&mut self, step: &Step, events: &mut &[Event], stage: &mut Stage<'_>) {
        self.vote = step.ask.as_ref().map(|ask| Vote::open(self.current, ask));
        let speaks = step.say.is_some() || step.ask.is_some();
        if self.audience == Audience::Class && speaks {
            self.phase = Phase::Teacher;
            if step.ask.is_some() {
                stage.pace(PaceCommand::Pause);
            }
            return;
        }
        self.act(step, events, stage);
    }

    fn act(&mut self, step: &Step, events: &mut &[Event], stage: &mut Stage<'_>) {
        for control in &step.controls {
            let answer = stage.control(*control);
            if let Some(failure) = refusal::failure(step, control, answer) {
                let name = step.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
                self.fail(step.line, &format!("step {}{name}: {failure}", self.current + 1));
            }
        }
        if !step.controls.is_empty() {
            *events = &[];
        }
        self.acted(step, stage);
    }

    fn acted(&mut self, step: &Step, stage: &mut Stage<'_>) {
        if let Some(vote) = &mut self.vote
            && step.ask.is_some()
        {
            vote.close();
            self.phase = Phase::Revealing { since: stage.now() };
            return;
        }
        self.finish(stage);
    }

    fn reveal(&mut self, step: &Step, since: SimTime, events: &mut &[Event], stage: &mut Stage<'_>) -> bool {
        let Some(ask) = &step.ask else {
            self.finish(stage);
            return true;
        };
        let now = stage.now();
        if met_at(&ask.reveal, events, stage).is_some() {
            let view = stage.view();
            let base = ask.since.and_then(|place| self.marks[place].clone());
            let known = self.vote.as_mut().is_some_and(|vote| vote.reveal(ask, &view, base.as_deref()));
            if !known {
                self.fail(step.line, "the question has not one right answer");
            }
            self.finish(stage);
            return true;
        }
        if now >= since + ask.timeout {
            let waited =
                format!("waited {} ms for {} to reveal the answer, in vain", ask.timeout.as_millis(), ask.reveal);
            self.give_up(step, &waited, now);
            return true;
        }
        false
    }

    /// The step is done.
    fn finish(&mut self, stage: &mut Stage<'_>) {
        let now = stage.now();
        let place = self.current;
        self.done[place] = Some(now);
        if self.script.counts_from(place) {
            self.marks[place] = Some(stage.view());
        }
        self.look(stage, |at| at == ExpectAt::Step(place), |met| met.is_none());
        self.next(now);
    }

    const fn next(&mut self, now: SimTime) {
        self.current += 1;
        self.phase = Phase::Waiting { since: now, met: None };
    }

    /// Without a screen a failed step ends the script; a class goes on with the next.
    fn give_up(&mut self, step: &Step, what: &str, now: SimTime) {
        self.fail(step.line, what);
        match self.audience {
            Audience::Nobody => {
                self.gave_up = true;
                self.current = self.script.steps.len();
                self.phase = Phase::Through;
            }
            Audience::Class => self.next(now),
        }
    }

    fn fail(&mut self, line: usize, what: &str) {
        self.failures.push(format!("{} line {line}: {what}", self.script.name));
    }

    fn look_at_times(&mut self, stage: &mut Stage<'_>) {
        let now = stage.now();
        self.look(stage, |at| matches!(at, ExpectAt::Time(time) if time <= now), |met| met.is_none());
    }

    fn look(&mut self, stage: &mut Stage<'_>, when: impl Fn(ExpectAt) -> bool, open: impl Fn(Option<bool>) -> bool) {
        for (expect, check) in self.script.expects.iter().zip(&mut self.checks) {
            if when(expect.at) && open(check.met) {
                let view = stage.view();
                let base = expect.since.and_then(|place| self.marks[place].as_deref());
                // What counts from a step that never came was not measured.
                check.met = Some((expect.since.is_none() || base.is_some()) && expect.that.holds_since(&view, base));
                check.figures = expect.that.figures(&view, base);
                check.measured = expect.that.measured(&view, base);
            }
        }
    }

    /// When it has something to do if nothing happens before.
    pub(super) fn due(&self, now: SimTime) -> SimTime {
        let step = self.script.steps.get(self.current);
        let waits = match (self.phase, step) {
            (Phase::Waiting { met: Some(met), .. }, Some(step)) => met + step.after,
            (Phase::Waiting { since, .. }, Some(step)) => match &step.start {
                Start::Previous => since + step.after,
                Start::At(at) => *at,
                Start::When { condition, timeout } => looked_at(condition, now, since + *timeout),
            },
            (Phase::Revealing { since }, Some(step)) => {
                step.ask.as_ref().map_or(now, |ask| looked_at(&ask.reveal, now, since + ask.timeout))
            }
            _ => SimTime::NEVER,
        };
        let time_of = |expect: &super::script::Expect| match expect.at {
            ExpectAt::Time(time) if time > now => time,
            _ => SimTime::NEVER,
        };
        let check = self.script.expects.iter().map(time_of).min().unwrap_or(SimTime::NEVER);
        let end = if self.audience == Audience::Nobody { self.end() } else { SimTime::NEVER };
        waits.min(check).min(end).max(now + SimDuration::from_nanos(1))
    }

    /// The teacher steers.
    pub fn command(&mut self, command: &LessonCommand, stage: &mut Stage<'_>) {
        match command {
            LessonCommand::Vote(option) => self.vote.iter_mut().for_each(|vote| vote.raise(*option)),
            LessonCommand::Unvote(option) => self.vote.iter_mut().for_each(|vote| vote.lower(*option)),
            LessonCommand::Next | LessonCommand::Reveal if self.phase == Phase::Teacher => {
                let script = Arc::clone(&self.script);
                if let Some(step) = script.steps.get(self.current) {
                    self.let_time_pass(step, stage);
                    self.act(step, &mut [].as_slice(), stage);
                }
            }
            _ => {}
        }
    }

    /// The teacher did something by hand: if it is what the step waits to do, the step does not do it again.
    pub fn seen(&mut self, control: &Control, view: &ClusterView, stage: &mut Stage<'_>) {
        let script = Arc::clone(&self.script);
        if let Some(step) = script.steps.get(self.current)
            && let [wanted] = step.controls[..]
            && self.phase == Phase::Teacher
            && same(&wanted, control, view)
        {
            self.let_time_pass(step, stage);
            self.acted(step, stage);
        }
    }

    fn let_time_pass(&self, step: &Step, stage: &mut Stage<'_>) {
        if step.ask.is_some() && self.vote.as_ref().is_some_and(Vote::is_open) {
            stage.pace(PaceCommand::Run);
        }
    }

    /// What came of it; call it when `poll` said `Through`.
    pub fn outcome(&self) -> Outcome {
        let expectations = self.script.expects.iter().map(|expect| expect.that.clone()).collect();
        Outcome { checks: self.checks.clone(), failures: self.failures.clone(), expectations }
    }
}

fn met_at(condition: &Condition, events: &mut &[Event], stage: &mut Stage<'_>) -> Option<SimTime> {
    if condition.is_looked_at() {
        return condition.met_in(&stage.view()).then(|| stage.now());
    }
    let place = events.iter().position(|event| condition.met_by(event));
    let met = place.map(|place| events[place].at);
    *events = place.map_or(&[], |place| &events[place + 1..]);
    met
}

fn looked_at(condition: &Condition, now: SimTime, timeout: SimTime) -> SimTime {
    if condition.is_looked_at() { timeout.min(now + LOOK_EVERY) } else { timeout }
}

/// Whether two controls do the same to the same node.
fn same(wanted: &Control, done: &Control, view: &ClusterView) -> bool {
    let known = |target: Target| target::resolve(target, view).map_or(target, Target::Node);
    *wanted == *done || wanted.aimed(known) == done.aimed(known)
}

#[cfg(test)]
mod tests;
