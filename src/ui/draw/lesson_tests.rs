//! The card of a scenario tells its story: what held before, what holds now, and how it ended.

use super::tests::{look, paint, state, text};
use crate::domain::time::SimTime;
use crate::domain::view::{CheckView, CheckedAt, ClusterView, LessonView, StepView, Text};
use crate::locale::Language;
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::glyphs::Glyphs;
use crate::ui::state::Screen;

fn card(lesson: &LessonView, language: Language) -> String {
    let view = ClusterView { lesson: Some(lesson.clone()), ..fixture::view(Story::Healthy) };
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    text(&paint(&view, &state(Screen::Lesson), &look, (120, 40)).0)
}

fn story() -> LessonView {
    let check = |at, figures: &str, met| CheckView {
        at,
        words: Text::alike("p99 as expected"),
        figures: Text::alike(figures),
        met,
        ..CheckView::default()
    };
    let step = |name: &str| CheckedAt::Step(name.to_owned());
    LessonView {
        steps: vec![StepView::default(); 2],
        checks: vec![
            check(step("before"), "p99 6.3 ms", Some(true)),
            check(step("hot"), "p99 25.1 ms", Some(true)),
            check(CheckedAt::Time(SimTime::from_millis(3_000)), "p99 7.0 ms", None),
            check(CheckedAt::End, "lost 0", None),
        ],
        ..LessonView::default()
    }
}

#[test]
fn a_check_names_the_moment_at_which_it_holds() {
    let screen = card(&story(), Language::English);
    for said in ["before  ✓ p99 as expected", "hot     ✓", "3.000 s … p99", "end     …"] {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    let mut together = story();
    together.checks.iter_mut().for_each(|check| check.at = CheckedAt::End);
    let screen = card(&together, Language::English);
    let card: Vec<&str> = screen.lines().filter(|row| row.contains("p99 as expected")).collect();
    assert!(!card.iter().any(|row| row.contains("end")), "together there is nothing to tell apart\n{screen}");
}

#[test]
fn a_scenario_ends_with_a_verdict_and_with_what_went_wrong() {
    let mut lesson = story();
    assert!(!card(&lesson, Language::English).contains("PASSED"));
    lesson.checks.iter_mut().for_each(|check| check.met = Some(true));
    lesson.verdict = Some(true);
    let screen = card(&lesson, Language::English);
    assert!(screen.contains("PASSED: 4 of 4 came as expected") && screen.contains("over, F5 again"), "{screen}");
    (lesson.checks[1].met, lesson.verdict) = (Some(false), Some(false));
    lesson.failures = vec!["hot line 9: `split hottest` was refused".to_owned()];
    let screen = card(&lesson, Language::Russian);
    assert!(screen.contains("НЕУДАЧА: сбылось 3 из 4") && screen.contains("was refused"), "{screen}");
}

#[test]
fn when_all_steps_are_done_the_last_of_them_are_seen() {
    let text = |place: usize| Text::alike(&format!("step {place} of many"));
    let steps = (1..60).map(|place| StepView { text: text(place), done: true, at: None }).collect();
    let screen = card(&LessonView { steps, current: 59, ..story() }, Language::English);
    assert!(screen.contains("step 59 of many") && !screen.contains("step 1 of many"), "{screen}");
}
