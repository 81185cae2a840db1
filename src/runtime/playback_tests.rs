//! A recording in front of a screen: it plays, stands at its end, and is a run like any from there on.

use std::sync::Arc;
use std::time::Duration;

use super::live::LiveSetup;
use super::live_run::LiveRun;
use super::pacer::{OnFault, WallClock};
use super::recorder::Recording;
use super::simulation::Simulation;
use super::testbed::{ms, world};
use crate::domain::command::{Command, PaceCommand};
use crate::domain::control::{Control, ControlAnswer, Target};
use crate::domain::engine::{Advance, Engine, Restart};
use crate::domain::event::Event;
use crate::domain::ids::NodeId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{PlaybackState, Speed};
use crate::domain::why::Why;

const CRASH: Control = Control::Crash(Target::Node(NodeId(2)));

fn engine() -> Simulation {
    Simulation::new(Box::new(|_, seed| world(seed)), Arc::default(), 5).with_record(None)
}

/// A run of 3.1 s with a fault, its end, and a control between two events of one instant.
fn recorded() -> Recording {
    let mut engine = engine();
    let mut until = SimTime::ZERO;
    for tenth in 1..=31 {
        until = ms(tenth * 100);
        while engine.advance(until, &mut || false) != Advance::Reached {}
        match tenth {
            7 => {
                engine.step();
                assert_eq!(engine.control(CRASH), ControlAnswer::Done);
            }
            19 => assert_eq!(engine.control(Control::RecoverAll), ControlAnswer::Done),
            _ => {}
        }
    }
    assert_eq!(engine.position().now, until);
    engine.leave().unwrap().recording
}

fn state(engine: &Simulation) -> PlaybackState {
    engine.view().run.playback.unwrap().state
}

#[test]
fn a_recording_plays_at_any_pace_stands_at_its_end_and_is_ours_from_there_on() {
    let recording = recorded();
    for (tasks, slice) in [(false, Some(33)), (true, Some(7)), (false, None)] {
        let engine = if tasks { engine().with_tasks().unwrap() } else { engine() };
        let mut engine = engine.with_playback(recording.clone());
        assert_eq!(engine.control(CRASH), ControlAnswer::Refused(Why::RecordingPlays));
        for round in 1.. {
            let until = slice.map_or(SimTime::NEVER, |slice| ms(round * slice));
            // An impatient driver cuts every stretch short.
            let advance = engine.advance(until, &mut || true);
            if round % 5 == 0 && advance != Advance::Ended {
                engine.step();
            }
            if advance == Advance::Ended || state(&engine) != PlaybackState::Plays {
                break;
            }
        }
        let (here, end) = (engine.position(), recording.end);
        assert_eq!((here.now, here.events, engine.world().hash()), (end.at, end.events, end.hash), "{slice:?}");
        assert_eq!((state(&engine), engine.world().controls()), (PlaybackState::Same, &recording.controls[..]));
        assert_eq!(engine.control(CRASH), ControlAnswer::Done);
        let later = end.at + SimDuration::from_millis(200);
        while engine.advance(later, &mut || false) != Advance::Reached {}
        assert_eq!(engine.position().now, later);
    }
}

#[test]
fn a_recording_of_another_run_says_where_it_differs_and_a_reset_ends_it() {
    let mut recording = recorded();
    recording.controls[0].control = Control::Crash(Target::Node(NodeId(3)));
    let mut engine = engine().with_playback(recording.clone());
    while engine.advance(SimTime::NEVER, &mut || false) != Advance::Ended {}
    let PlaybackState::Differs(at) = state(&engine) else { panic!("it should differ") };
    assert!(at > recording.controls[0].at && at <= recording.end.at, "{at}");
    engine.restart(Restart::default());
    assert_eq!(engine.view().run.playback, None);
}

#[test]
fn time_stands_at_the_end_of_a_recording() {
    let clock = WallClock::start();
    let recording = recorded();
    let end = recording.end.at;
    let engine = engine().with_playback(recording);
    let narrate = Box::new(|event: &Event| event.kind.name().to_string());
    let setup = LiveSetup { engine, hook: None, on_fault: OnFault::GoOn, narrate };
    let mut run = LiveRun::new(setup, Duration::ZERO);
    run.obey(Command::Pace(PaceCommand::Set(Speed::Free)), &clock);
    while !run.shown().paused {
        run.advance(&clock);
    }
    assert_eq!(run.shown().position.now, end);
    run.obey(Command::Pace(PaceCommand::TogglePause), &clock);
    run.advance(&clock);
    assert!(run.shown().position.now > end, "it goes on when it is told to");
}
