//! The director on a scripted engine.

use super::*;
use crate::domain::engine::Engine as _;
use crate::domain::engine::scripted::{ScriptedEngine, elected};
use crate::domain::ids::GroupId;
use crate::domain::time::SimTime;
use crate::domain::view::CheckedAt;
use crate::domain::why::Why;
use crate::lesson::{action, script};

fn electing() -> ScriptedEngine {
    ScriptedEngine { elects: true, ..ScriptedEngine::default() }
}

/// A director in front of a class, with what it acts on.
struct Class {
    director: Director,
    engine: ScriptedEngine,
    paces: Vec<PaceCommand>,
}

impl Class {
    fn new(script: Arc<Script>) -> Self {
        let director = Director::new(script, Audience::Class, SimTime::ZERO);
        Self { director, engine: electing(), paces: Vec::new() }
    }

    fn stage(&mut self) -> (&mut Director, Stage<'_>) {
        (&mut self.director, Stage { engine: &mut self.engine, pace: &mut self.paces })
    }

    fn poll(&mut self, events: &[Event]) -> Progress {
        let (director, mut stage) = self.stage();
        director.poll(events, &mut stage)
    }

    fn command(&mut self, command: &LessonCommand) {
        let (director, mut stage) = self.stage();
        director.command(command, &mut stage);
    }

    fn seen(&mut self, control: &Control) {
        let view = self.engine.view();
        let (director, mut stage) = self.stage();
        director.seen(control, &view, &mut stage);
    }
}

fn done(engine: &ScriptedEngine) -> Vec<(u64, String)> {
    engine.done.iter().map(|(at, control)| (*at, action::show(control))).collect()
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
    let mut stage = electing();
    stage.queue =
        vec![(SimTime::from_millis(400), GroupId(1), elected()), (SimTime::from_millis(1_100), GroupId(2), elected())];
    let outcome = perform(&script(KILL), &mut stage);
    assert_eq!(done(&stage), [(1_000, "kill leader:p1".to_owned()), (1_250, "recover all".to_owned())]);
    assert!(outcome.is_well(), "{outcome:?}");
    assert_eq!(stage.position.now, SimTime::from_millis(5_000));
}

#[test]
fn a_step_that_waits_in_vain_fails_the_script() {
    let mut stage = ScriptedEngine::default();
    let outcome = perform(&script(&KILL.replace("after_ms = 50", "timeout_ms = 700")), &mut stage);
    assert_eq!(outcome.failures, ["x line 9: waited 700 ms for leader_elected in p1, in vain"]);
    assert_eq!((stage.position.now, outcome.is_well()), (SimTime::from_millis(1_700), false));
}

#[test]
fn a_run_that_ends_before_its_steps_has_failed() {
    let outcome = perform(&script(KILL), &mut ScriptedEngine::default());
    assert_eq!(outcome.failures, ["x line 9: the run ended before step 2 was done"]);
}

#[test]
fn a_false_expectation_is_measured_and_fails() {
    let mut stage = electing();
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
    let mut stage = electing();
    assert!(perform(&script(ASK), &mut stage).is_well());
    let both = ASK.replace("orders.lost > 0", "orders.lost >= 0");
    let outcome = perform(&script(&both), &mut electing());
    assert_eq!(outcome.failures, ["x line 7: the question has not one right answer"]);
}

#[test]
fn a_class_is_waited_for_and_its_hands_are_counted() {
    let mut class = Class::new(script(ASK));
    assert_eq!(class.poll(&[]), Progress::Waits);
    class.command(&LessonCommand::Next);
    assert_eq!(class.poll(&[]), Progress::Waits);
    assert_eq!(class.paces, [PaceCommand::Pause], "time stands still while the class thinks");
    for command in [LessonCommand::Vote(0), LessonCommand::Vote(1), LessonCommand::Vote(1), LessonCommand::Unvote(0)] {
        class.command(&command);
    }
    class.command(&LessonCommand::Reveal);
    class.command(&LessonCommand::Vote(0));
    assert_eq!((class.paces.len(), class.paces[1]), (2, PaceCommand::Run));
    let question = class.director.view().question.unwrap();
    assert_eq!((question.hands, question.closed, question.answer), (vec![0, 2], true, None));
    assert!(matches!(class.poll(&[]), Progress::Going { .. }));
    class.engine.advance(SimTime::from_millis(900), &mut || false);
    let events = class.engine.take_events();
    assert_eq!(class.poll(&events), Progress::Through);
    assert_eq!(class.director.view().question.unwrap().answer, Some(0));
    assert!(class.director.view().steps.iter().all(|step| step.done));
}

#[test]
fn what_the_teacher_does_by_hand_is_not_done_twice() {
    let mut class = Class::new(script(ASK));
    class.poll(&[]);
    class.command(&LessonCommand::Next);
    class.poll(&[]);
    class.seen(&Control::HealAll);
    assert_eq!(class.poll(&[]), Progress::Waits, "another key is not what the step waits for");
    class.seen(&Control::Crash(Target::Leader(GroupId(1))));
    assert!(matches!(class.poll(&[]), Progress::Going { .. }));
    assert!(class.engine.done.is_empty(), "the step leaves the crash to the teacher's hand");
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
    let mut class = Class::new(Arc::new(script.unwrap()));
    class.poll(&[]);
    let before = class.director.view();
    assert_eq!((before.checks.len(), before.checks_later), (0, 1), "the question is open");
    assert_eq!(before.steps[1].text.en, "load off");
    class.command(&LessonCommand::Next);
    class.engine.view.ledger.lost = 3;
    class.poll(&[]);
    let after = class.director.view();
    assert_eq!((after.checks.len(), after.checks_later), (1, 0));
    assert_eq!(
        (after.checks[0].words.en.as_str(), after.checks[0].figures.en.as_str()),
        ("orders lost over 0", "orders lost 3")
    );
}

#[test]
fn a_control_that_is_refused_fails_the_script_and_names_the_step() {
    let mut engine = electing();
    let kill = Control::Crash(Target::Leader(GroupId(1)));
    engine.refuses = vec![(kill, Why::NoLeader)];
    engine.queue = vec![(SimTime::from_millis(1_100), GroupId(1), elected())];
    let outcome = perform(&script(KILL), &mut engine.clone());
    let refused =
        "x line 5: step 1 (killed): `kill leader:p1` was refused: nobody is known to lead the group (no-leader)";
    assert_eq!(outcome.failures, [refused]);
    assert!(!outcome.is_well());
    let expected = KILL.replace("do = [\"kill leader:p1\"]", "do = [\"kill leader:p1\"]\nrefused = \"no-leader\"");
    assert!(perform(&script(&expected), &mut engine.clone()).is_well());
    engine.refuses.clear();
    let outcome = perform(&script(&expected), &mut engine);
    assert_eq!(
        outcome.failures,
        ["x line 5: step 1 (killed): `kill leader:p1` was carried out, not refused as no-leader"]
    );
}

#[test]
fn the_end_of_a_class_is_decided_a_moment_after_its_last_step_and_then_stands() {
    let mut class = Class::new(script(
        r#"
[[step]]
name = "first"
at_ms = 4500
[[expect]]
that = "orders.lost = 0"
step = "first"
[[expect]]
that = "virtual_ms = 6500"
[[expect]]
that = "orders.unknown = 0"
at_ms = 2000
"#,
    ));
    let at = |class: &Class| class.director.view().checks.iter().map(|check| check.at.clone()).collect::<Vec<_>>();
    let expected = [CheckedAt::Step("first".to_owned()), CheckedAt::End, CheckedAt::Time(SimTime::from_millis(2_000))];
    assert_eq!(at(&class), expected);
    for (ms, verdict, met) in
        [(4_500, None, false), (5_200, None, false), (6_500, Some(true), true), (9_000, Some(true), true)]
    {
        class.engine.advance(SimTime::from_millis(ms), &mut || false);
        class.poll(&[]);
        let view = class.director.view();
        assert_eq!((view.verdict, view.checks[1].met), (verdict, Some(met)), "at {ms} ms");
    }
}
