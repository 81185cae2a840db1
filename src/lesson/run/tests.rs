//! The director on a stage of paper: events come at written times, controls are noted.

use super::*;
use crate::domain::event::EventKind;
use crate::domain::ids::{EventId, GroupId, NodeId, NodeSet, Term};
use crate::lesson::{action, script};

/// A stage that plays the written events, and answers a crash with an election 200 ms later.
#[derive(Default)]
struct Paper {
    now: SimTime,
    queue: Vec<(SimTime, GroupId, EventKind)>,
    view: ClusterView,
    done: Vec<(u64, String)>,
    paces: Vec<PaceCommand>,
    elects: bool,
}

fn elected() -> EventKind {
    EventKind::Elected { term: Term(2), votes: NodeSet::default(), voters: 5 }
}

impl Stage for Paper {
    fn now(&self) -> SimTime {
        self.now
    }
    fn view(&mut self) -> Arc<ClusterView> {
        self.view.run.now = self.now;
        Arc::new(self.view.clone())
    }
    fn control(&mut self, control: Control) {
        self.done.push((self.now.as_millis(), action::show(&control)));
        if self.elects && matches!(control, Control::Crash(_)) {
            self.queue.push((self.now + SimDuration::from_millis(200), GroupId(1), elected()));
        }
    }
    fn pace(&mut self, command: PaceCommand) {
        self.paces.push(command);
    }
}

impl FreeStage for Paper {
    fn run_until(&mut self, until: SimTime) -> Vec<Event> {
        assert!(until > self.now, "the director asks for the future");
        let next = self.queue.iter().map(|(at, ..)| *at).min().unwrap_or(SimTime::NEVER);
        self.now = until.min(next);
        let (due, later) = std::mem::take(&mut self.queue).into_iter().partition(|(at, ..)| *at <= self.now);
        self.queue = later;
        let due: Vec<(SimTime, GroupId, EventKind)> = due;
        let event = |(at, group, kind)| Event {
            id: EventId(1),
            at,
            node: Some(NodeId(2)),
            group: Some(group),
            kind,
            cause: None,
            repeated: 0,
        };
        due.into_iter().map(event).collect()
    }
}

fn script(body: &str) -> Arc<Script> {
    let text = format!("name = \"x\"\ntitle = {{ en = \"x\", ru = \"x\" }}\nlength_ms = 5000\n{body}");
    Arc::new(script::read("x.toml", &text).unwrap_or_else(|problem| panic!("{problem}")))
}

const KILL: &str = r#"
[[step]]
name = "killed"
at_ms = 1000
do = ["kill leader:p1"]
[[step]]
when = "leader_elected"
group = "p1"
after_ms = 50
do = ["recover all"]
[[expect]]
that = "virtual_ms = 1000"
step = "killed"
[[expect]]
that = "virtual_ms = 3000"
at_ms = 3000
[[expect]]
that = "virtual_ms = 5000"
"#;

#[test]
fn steps_come_at_their_times_and_after_their_events() {
    // An election before the crash must not be taken for the one after it.
    let mut stage = Paper { elects: true, ..Paper::default() };
    stage.queue =
        vec![(SimTime::from_millis(400), GroupId(1), elected()), (SimTime::from_millis(1_100), GroupId(2), elected())];
    let outcome = perform(&script(KILL), &mut stage);
    assert_eq!(stage.done, [(1_000, "kill leader:p1".to_owned()), (1_250, "recover all".to_owned())]);
    assert!(outcome.is_well(), "{outcome:?}");
    assert_eq!(stage.now, SimTime::from_millis(5_000));
}

#[test]
fn a_step_that_waits_in_vain_fails_the_script() {
    let mut stage = Paper::default();
    let outcome = perform(&script(&KILL.replace("after_ms = 50", "timeout_ms = 700")), &mut stage);
    assert_eq!(outcome.failures, ["x line 9: waited 700 ms for leader_elected in p1, in vain"]);
    assert_eq!((stage.now, outcome.is_well()), (SimTime::from_millis(1_700), false));
}

#[test]
fn a_run_that_ends_before_its_steps_has_failed() {
    let outcome = perform(&script(KILL), &mut Paper::default());
    assert_eq!(outcome.failures, ["x line 9: the run ended before step 2 was done"]);
}

#[test]
fn a_false_expectation_is_measured_and_fails() {
    let mut stage = Paper { elects: true, ..Paper::default() };
    stage.view.ledger.lost = 3;
    let outcome = perform(&script(&KILL.replace("virtual_ms = 3000", "orders.lost = 0")), &mut stage);
    assert_eq!((outcome.checks[1].met, outcome.checks[1].measured.as_str()), (Some(false), "3"));
    assert!(!outcome.is_well());
}

const ASK: &str = r#"
[[step]]
say = { en = "Look.", ru = "Смотрите." }
[[step]]
name = "asked"
do = ["kill leader:p1"]
[step.ask]
text = { en = "Lost?", ru = "Потеряно?" }
reveal = "leader_elected"
options = [{ en = "no", ru = "нет", right = "orders.lost = 0" }, { en = "yes", ru = "да", right = "orders.lost > 0" }]
[[expect]]
that = "orders.lost = 0"
step = "asked"
"#;

#[test]
fn a_question_is_answered_by_the_run() {
    let mut stage = Paper { elects: true, ..Paper::default() };
    assert!(perform(&script(ASK), &mut stage).is_well());
    let both = ASK.replace("orders.lost > 0", "orders.lost >= 0");
    let outcome = perform(&script(&both), &mut Paper { elects: true, ..Paper::default() });
    assert_eq!(outcome.failures, ["x line 7: the question has not one right answer"]);
}

#[test]
fn a_class_is_waited_for_and_its_hands_are_counted() {
    let mut stage = Paper { elects: true, ..Paper::default() };
    let mut director = Director::new(script(ASK), Audience::Class, stage.now);
    assert_eq!(director.poll(&[], &mut stage), Progress::Waits);
    director.command(&LessonCommand::Next, &mut stage);
    assert_eq!(director.poll(&[], &mut stage), Progress::Waits);
    assert_eq!(stage.paces, [PaceCommand::Pause], "time stands still while the class thinks");
    for command in [LessonCommand::Vote(0), LessonCommand::Vote(1), LessonCommand::Vote(1), LessonCommand::Unvote(0)] {
        director.command(&command, &mut stage);
    }
    director.command(&LessonCommand::Reveal, &mut stage);
    director.command(&LessonCommand::Vote(0), &mut stage);
    assert_eq!((stage.paces.len(), stage.paces[1]), (2, PaceCommand::Run));
    let question = director.view().question.unwrap();
    assert_eq!((question.hands, question.closed, question.answer), (vec![0, 2], true, None));
    assert!(matches!(director.poll(&[], &mut stage), Progress::Going { .. }));
    let events = stage.run_until(SimTime::from_millis(900));
    assert_eq!(director.poll(&events, &mut stage), Progress::Through);
    assert_eq!(director.view().question.unwrap().answer, Some(0));
    assert!(director.view().steps.iter().all(|step| step.done));
}

#[test]
fn what_the_teacher_does_by_hand_is_not_done_twice() {
    let mut stage = Paper { elects: true, ..Paper::default() };
    let mut director = Director::new(script(ASK), Audience::Class, stage.now);
    director.poll(&[], &mut stage);
    director.command(&LessonCommand::Next, &mut stage);
    director.poll(&[], &mut stage);
    let view = stage.view();
    director.seen(&Control::HealAll, &view, &mut stage);
    assert_eq!(director.poll(&[], &mut stage), Progress::Waits, "another key is not what the step waits for");
    director.seen(&Control::Crash(Target::Leader(GroupId(1))), &view, &mut stage);
    assert!(matches!(director.poll(&[], &mut stage), Progress::Going { .. }));
    assert!(stage.done.is_empty(), "the step leaves the crash to the teacher's hand");
}

#[test]
fn a_check_gives_no_answer_away_and_a_step_shows_no_code() {
    let script = script::read(
        "x.toml",
        r#"
name = "x"
title = { en = "x", ru = "x" }
length_ms = 1000
[[step]]
do = ["kill n1"]
[step.ask]
text = { en = "Lost?", ru = "Потеряно?" }
reveal = "orders.lost > 0"
options = [{ en = "yes", ru = "да", right = "orders.lost > 0" }, { en = "no", ru = "нет" }]
[[step]]
do = ["load off"]
[[expect]]
that = "orders.lost > 0"
"#,
    );
    let mut director = Director::new(Arc::new(script.unwrap()), Audience::Class, SimTime::ZERO);
    let mut stage = Paper::default();
    director.poll(&[], &mut stage);
    let before = director.view();
    assert_eq!((before.checks.len(), before.checks_later), (0, 1), "the question is open");
    assert_eq!(before.steps[1].text.en, "load off");
    director.command(&LessonCommand::Next, &mut stage);
    stage.view.ledger.lost = 3;
    director.poll(&[], &mut stage);
    let after = director.view();
    assert_eq!((after.checks.len(), after.checks_later), (1, 0));
    assert_eq!(
        (after.checks[0].words.en.as_str(), after.checks[0].figures.en.as_str()),
        ("orders lost over 0", "orders lost 3")
    );
}
