//! A scenario on the screen is the scenario without one: its steps are done at their own moments, whatever the pace.
//!
//! Idea: the thread of the dashboard with the lesson on it, no terminal. The times of what a script does are in the script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::command::{Command, LessonCommand, PaceCommand};
use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::view::Speed;
use chaosdesk::lesson::guide::Guide;
use chaosdesk::lesson::library;
use chaosdesk::runtime::live::{Live, LiveSetup};
use chaosdesk::runtime::pacer::OnFault;

/// When the script crashes the leader, on the screen at this speed.
fn crashed_at(speed: Speed) -> SimTime {
    let live = Live::start(LiveSetup {
        engine: desk::simulation(Arc::new(Settings::default()), 1),
        hook: Some(Box::new(Guide::new(Box::new(|name| library::find(name)?.ok())))),
        on_fault: OnFault::GoOn,
        narrate: Box::new(|_| String::new()),
    })
    .unwrap();
    live.send(Command::Lesson(LessonCommand::Start("kill-the-leader".to_owned()))).unwrap();
    live.send(Command::Pace(PaceCommand::Set(speed))).unwrap();
    loop {
        let view = live.view();
        if let Some(crash) = view.events.iter().find(|event| matches!(event.kind, EventKind::Crashed { .. })) {
            return crash.at;
        }
        assert!(!live.is_over(), "the run ended");
        std::thread::yield_now();
    }
}

#[test]
fn the_steps_of_a_scenario_are_done_at_their_own_moments_at_any_speed() {
    for speed in [Speed::Times(7), Speed::Times(1_000), Speed::Free] {
        assert_eq!(crashed_at(speed), SimTime::from_millis(3_000), "{speed:?}");
    }
}
