//! Replay: a recording played in a fresh world, compared at every witness.
//!
//! Idea: same seed, same settings, same controls at the same places: then it is the same run, or the program is another one.
//! A replay that differs is caught in the stretch where it began to differ.
//! Shape: [`replay`] plays all of it and tells what it meets; [`Playback`] is the same for an engine that somebody watches, a
//! stretch at a time.

use crate::domain::control::{ControlAnswer, RecordedControl};
use crate::domain::event::Event;
use crate::domain::time::SimTime;

use super::recorder::{Mark, Recording};
use super::world::World;

/// What came of playing a recording again.
#[derive(Clone, PartialEq, Debug)]
pub enum Replay {
    /// It was the same run.
    Same(Mark),
    /// It differs.
    Differs(Box<Difference>),
    /// It is the same, but a control stands at a place that the run never has.
    Misplaced(Misplaced),
}

/// A control whose place is not one of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misplaced {
    /// Which control, from 0.
    pub control: usize,
    /// Its place in the file: time, and scheduler events before it.
    pub recorded: (SimTime, u64),
    /// Where the replay carried it out.
    pub reached: (SimTime, u64),
}

impl std::fmt::Display for Misplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { recorded: (at, events), reached: (there, happened), .. } = self;
        write!(f, "impossible place: {at} s after {events} events; the run has {there} s after {happened} events there")
    }
}

/// Where a replay differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The last witness that agreed.
    pub after: Option<Mark>,
    /// The first that did not, as recorded.
    pub recorded: Mark,
    /// What the replay had there.
    pub replayed: Mark,
    /// The notable events of the replay in between, oldest first; at most [`Difference::EVENTS_MAX`].
    pub events: Vec<Event>,
}

impl Difference {
    /// Notable events that it names.
    pub const EVENTS_MAX: usize = 32;
}

/// What a replay meets on its way.
#[derive(Clone, PartialEq, Debug)]
pub enum Met {
    /// A notable event happened.
    Event(Event),
    /// A control of the recording was carried out, or refused as it was then.
    Control(RecordedControl, ControlAnswer),
    /// A witness agreed.
    Agreed(Mark),
}

/// Plays a recording in a fresh world, which must be made as the recorded one was, and compares at every witness.
pub fn replay(mut world: World, recording: &Recording, meet: &mut dyn FnMut(Met)) -> Replay {
    let mut playback = Playback::new(recording.clone());
    loop {
        let Some((at, events)) = playback.next() else { return Replay::Same(recording.end) };
        world.run_to_place(at, events);
        let new = world.take_new_events();
        if let Some(ended) = playback.pass(&mut world, &new, meet) {
            return ended;
        }
    }
}

/// A recording on its way through a world.
#[derive(Debug)]
pub struct Playback {
    recording: Recording,
    /// Controls and marks that are behind it.
    controls: usize,
    marks: usize,
    misplaced: Option<Misplaced>,
    /// Notable events since the last witness, the first of them.
    since: Vec<Event>,
}

impl Playback {
    /// From its beginning.
    pub const fn new(recording: Recording) -> Self {
        Self { recording, controls: 0, marks: 0, misplaced: None, since: Vec::new() }
    }

    /// Where the recording ends.
    pub const fn end(&self) -> SimTime {
        self.recording.end.at
    }

    /// Whether the recorded run came to its end; else the recording was broken off.
    pub const fn is_whole(&self) -> bool {
        self.recording.whole
    }

    /// The place to which the world may run before [`Playback::pass`] is called; `None` behind the end.
    pub fn next(&self) -> Option<(SimTime, u64)> {
        let mark = self.mark()?;
        Some(self.due(mark).map_or((mark.at, mark.events), |control| (control.at, control.after_events)))
    }

    fn mark(&self) -> Option<&Mark> {
        self.recording.marks.iter().chain([&self.recording.end]).nth(self.marks)
    }

    /// The control that comes before this mark, if one does.
    fn due(&self, mark: &Mark) -> Option<&RecordedControl> {
        self.recording.controls[..mark.controls.min(self.recording.controls.len())].get(self.controls)
    }

    /// Carries out or compares what stands at the place that the world has reached; `new` are the events on the way there.
    /// Answers how it ended, if it did.
    pub fn pass(&mut self, world: &mut World, new: &[Event], meet: &mut dyn FnMut(Met)) -> Option<Replay> {
        new.iter().for_each(|event| meet(Met::Event(event.clone())));
        let room = Difference::EVENTS_MAX.saturating_sub(self.since.len());
        self.since.extend(new.iter().take(room).cloned());
        let mark = *self.mark()?;
        if let Some(recorded) = self.due(&mark).copied() {
            let (expected, reached) = ((recorded.at, recorded.after_events), (world.now(), world.event_count()));
            if expected != reached && self.misplaced.is_none() {
                self.misplaced = Some(Misplaced { control: self.controls, recorded: expected, reached });
            }
            self.controls += 1;
            let answer = world.control(recorded.control);
            meet(Met::Control(recorded, answer));
            return None;
        }
        let here = Mark::of(world);
        if here != mark {
            let after = self.marks.checked_sub(1).map(|before| self.recording.marks[before]);
            let events = std::mem::take(&mut self.since);
            return Some(Replay::Differs(Box::new(Difference { after, recorded: mark, replayed: here, events })));
        }
        meet(Met::Agreed(mark));
        self.since.clear();
        self.marks += 1;
        match self.misplaced {
            Some(misplaced) => Some(Replay::Misplaced(misplaced)),
            None => (self.marks > self.recording.marks.len()).then_some(Replay::Same(mark)),
        }
    }
}

/// Runs two worlds side by side and answers the first scheduler event after which their hashes differ, with its time.
pub fn first_difference(one: &mut World, other: &mut World, until: SimTime) -> Option<(u64, SimTime)> {
    loop {
        let went_on = [one.step_once(until), other.step_once(until)];
        if one.hash() != other.hash() || went_on[0] != went_on[1] {
            return Some((one.event_count(), one.now()));
        }
        if !went_on[0] {
            return None;
        }
    }
}
