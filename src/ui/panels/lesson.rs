//! The lesson's card: where we are, what the class predicted, what is checked.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::domain::view::{CheckedAt, LessonView, QuestionView};

use super::super::canvas::{Canvas, Strip, width, wrap};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;
use crate::locale::Locale;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let Some(lesson) = &scene.view.lesson else {
        let inner = frame(canvas, scene, area, Panel::Lesson, &locale.text("panel-lesson"), "");
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("lesson-none"));
        return;
    };
    // Enter belongs to the panel with the focus; the card promises it only while that is itself.
    let note = locale.text(match (lesson.verdict, lesson.waits, scene.focused(Panel::Lesson)) {
        (Some(_), ..) => "lesson-over",
        (None, true, true) => "lesson-waits",
        (None, true, false) => "lesson-waits-elsewhere",
        (None, false, _) => "lesson-watch",
    });
    let title = locale.pick(&lesson.title).to_owned();
    let inner = frame(canvas, scene, area, Panel::Lesson, &title, &note);
    let columns = usize::from(inner.width);
    let (rows, now) = steps(canvas, scene, lesson, columns);
    let mut tail: Vec<Row<'_>> = Vec::new();
    if let Some(question) = &lesson.question {
        tail.push((None, canvas.strip()));
        ask(canvas, scene, question, columns, &mut tail);
    }
    verdict(canvas, scene, lesson, columns, &mut tail);
    checks(canvas, scene, lesson, columns, &mut tail);
    if tail.len() + now.len() > usize::from(inner.height) {
        tail.retain(|(_, strip)| strip.width() > 0);
    }
    // The steps give way: what is asked and checked now is at the bottom, and must be seen.
    let room = usize::from(inner.height).saturating_sub(tail.len()).max(1);
    // The step that is on is seen whole, then what came before it.
    let first = now.end.saturating_sub(room).min(now.start);
    let shown = rows.into_iter().skip(first).take(room).map(|strip| (None, strip)).chain(tail);
    for (row, (option, strip)) in shown.take(usize::from(inner.height)).enumerate() {
        if let Some(option) = option {
            canvas.hit(Rect::new(inner.x, inner.y + row as u16, inner.width, 1), Hit::Choice(option));
        }
        canvas.put(inner, row as u16, strip);
    }
}

/// How it ended, and what went wrong with its steps.
fn verdict<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, lesson: &LessonView, columns: usize, rows: &mut Vec<Row<'a>>) {
    let locale = &scene.look.locale;
    if let Some(passed) = lesson.verdict {
        let met = lesson.checks.iter().filter(|check| check.met == Some(true)).count() as u64;
        let figures = [("met", met.into()), ("all", (lesson.checks.len() as u64).into())];
        let (role, id) = if passed { (Role::Ok, "lesson-passed") } else { (Role::Error, "lesson-failed") };
        rows.push((None, canvas.strip()));
        rows.push((None, canvas.strip().badge(role, &locale.say(id, &figures))));
    }
    let failures = lesson.failures.iter().flat_map(|failure| wrap(failure, columns));
    rows.extend(failures.map(|line| (None, canvas.strip().add(Role::Error, line))));
}

/// When a check is looked at, in a word.
fn checked_at(at: &CheckedAt, locale: &Locale) -> String {
    match at {
        CheckedAt::Step(name) => name.clone(),
        CheckedAt::Time(at) => format!("{at} s"),
        CheckedAt::End => locale.text("check-end").into_owned(),
    }
}

/// The checks that may be seen, with what was measured; of the others, how many.
fn checks<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, lesson: &LessonView, columns: usize, rows: &mut Vec<Row<'a>>) {
    let locale = &scene.look.locale;
    if !lesson.checks.is_empty() || lesson.checks_later > 0 {
        rows.push((None, canvas.strip()));
    }
    // Where all are looked at together nothing has to be told apart.
    let is_phased = lesson.checks.iter().any(|check| check.at != lesson.checks[0].at);
    let phases = lesson.checks.iter().map(|check| width(&checked_at(&check.at, locale)));
    let phase = if is_phased { phases.max().unwrap_or(0) + 1 } else { 0 };
    for (place, check) in lesson.checks.iter().enumerate() {
        let is_next = place == 0 || lesson.checks[place - 1].at != check.at;
        let when = if is_phased && is_next { checked_at(&check.at, locale) } else { String::new() };
        let (role, sign) = match check.met {
            Some(true) => (Role::Ok, "✓"),
            Some(false) => (Role::Error, "✗"),
            None => (Role::Muted, "…"),
        };
        let (words, figures) = (locale.pick(&check.words), locale.pick(&check.figures));
        let room = columns.saturating_sub(2 + phase);
        let mut lines: Vec<(Role, String)> = wrap(words, room).into_iter().map(|line| (Role::Text, line)).collect();
        // Without a text of its own, a check that is met says nothing that its figures do not.
        lines.extend(wrap(figures, room).into_iter().filter(|_| figures != words).map(|line| (Role::Muted, line)));
        for (place, (text_role, line)) in lines.into_iter().enumerate() {
            let (head, when) = if place == 0 { (sign, when.as_str()) } else { (" ", "") };
            let strip = canvas.strip().left(phase, Role::Title, when).add(role, head).gap();
            rows.push((None, strip.add(text_role, line)));
        }
    }
    if lesson.checks_later > 0 {
        let text = locale.say("checks-later", &[("n", (lesson.checks_later as u64).into())]);
        rows.push((None, canvas.strip().add(Role::Muted, format!("  {text}"))));
    }
}

/// A row of the card, and the option that a click on it means.
type Row<'a> = (Option<usize>, Strip<'a>);

/// The steps as rows, and which of them are those of the current one.
fn steps<'a>(
    canvas: &Canvas<'a>,
    scene: &Scene<'_>,
    lesson: &LessonView,
    columns: usize,
) -> (Vec<Strip<'a>>, Range<usize>) {
    let (mut rows, mut now) = (Vec::new(), 0..0);
    // What comes later would give away what the class is to predict.
    for (place, step) in lesson.steps.iter().enumerate().take(lesson.current + 1) {
        let (role, sign) = match (place == lesson.current, step.done) {
            (true, _) => (Role::Title, "❯"),
            (_, true) => (Role::Muted, "✓"),
            _ => (Role::Muted, " "),
        };
        let start = rows.len();
        for (line, text) in wrap(scene.look.locale.pick(&step.text), columns.saturating_sub(5)).iter().enumerate() {
            let head = if line == 0 { format!("{sign}{:>2}", place + 1) } else { String::new() };
            rows.push(canvas.strip().left(4, role, &head).gap().add(role, text.clone()));
        }
        if place == lesson.current {
            now = start..rows.len();
        }
    }
    if lesson.current >= lesson.steps.len() {
        // All are done: the last of them are seen.
        now = rows.len()..rows.len();
    }
    let later = lesson.steps.len().saturating_sub(lesson.current + 1) as u64;
    if later > 0 {
        let text = scene.look.locale.say("lesson-later", &[("n", later.into())]);
        rows.push(canvas.strip().left(4, Role::Muted, "").gap().add(Role::Muted, text));
    }
    (rows, now)
}

fn ask<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, question: &QuestionView, columns: usize, rows: &mut Vec<Row<'a>>) {
    let locale = &scene.look.locale;
    let id = if question.closed { "lesson-closed" } else { "lesson-predict" };
    // The step often asks the very question: once is enough.
    let step = scene.view.lesson.as_ref().and_then(|lesson| lesson.steps.get(lesson.current));
    let asked = step.is_some_and(|step| locale.pick(&step.text).starts_with(locale.pick(&question.text)));
    let text = if asked { "" } else { locale.pick(&question.text) };
    for text in wrap(&format!("{} {text}", locale.text(id)), columns) {
        rows.push((None, canvas.strip().add(Role::Accent, text)));
    }
    let most = question.hands.iter().copied().max().unwrap_or(0).max(1);
    for (place, option) in question.options.iter().enumerate() {
        let hands = question.hands.get(place).copied().unwrap_or(0);
        let right = question.answer == Some(place);
        let role = if right { Role::Ok } else { Role::Text };
        let wide = columns.saturating_sub(23).min(48);
        let mut lines = wrap(locale.pick(option), wide).into_iter();
        let strip = canvas.strip().add(Role::Key, format!(" {} ", place + 1));
        let strip = strip.left(wide, role, &lines.next().unwrap_or_default()).gap();
        let strip = bar(strip, 12, u64::from(hands) * 1_000 / u64::from(most), Role::Bar);
        let strip = strip.right(3, Role::Text, &hands.to_string());
        rows.push((Some(place), if right { strip.add(Role::Ok, " ✓") } else { strip }));
        rows.extend(lines.map(|line| (Some(place), canvas.strip().left(3, role, "").add(role, line))));
    }
}
