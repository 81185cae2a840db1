//! What the benches share: a stopwatch, a median, and a line of the table.
//!
//! Idea: a bench prints one line a figure, with its unit and the budget beside it, so that a run reads as a table.
//! Units: the stopwatch counts the processor time of its own thread where the system tells it (Linux); a busy machine
//! then gives the figures of a quiet one. Elsewhere it counts wall time.
//! Shape: `cargo bench` measures; `cargo bench -- --test`, and any run that is not of `cargo bench`, is brief.
#![allow(dead_code, clippy::allow_attributes, reason = "no bench uses all of it")]

pub mod decision;
pub mod desk;
pub mod series;

use std::time::{Duration, Instant};

/// Whether figures do not matter: everything runs once, to see that it runs.
pub fn is_brief() -> bool {
    let given = |word: &str| std::env::args().any(|arg| arg == word);
    given("--test") || !given("--bench")
}

/// How long something took, and what came of it.
#[expect(clippy::disallowed_methods, reason = "a bench is there to read the clock")]
pub fn timed<T>(what: impl FnOnce() -> T) -> (Duration, T) {
    let (wall, cpu) = (Instant::now(), cpu_time());
    let result = what();
    let took = match (cpu, cpu_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => wall.elapsed(),
    };
    // The system counts in ticks of its own: what is shorter than one is not nothing.
    (took.max(Duration::from_nanos(1)), result)
}

/// The processor time of this thread so far.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// The middle one of so many figures.
pub fn median(runs: usize, mut figure: impl FnMut() -> f64) -> f64 {
    let mut figures: Vec<f64> = (0..runs.max(1)).map(|_| figure()).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Whether a line is wanted: words after `--` that are no flags name the lines of a run, all of them if there are none.
pub fn wants(what: &str) -> bool {
    let mut words = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).peekable();
    words.peek().is_none() || words.any(|word| what.contains(&word))
}

/// Nanoseconds of one go, where a single one is too short to time: as many as make a tenth of a second.
pub fn nanos_each(mut what: impl FnMut()) -> f64 {
    let mut goes = 1_u32;
    loop {
        let (took, ()) = timed(|| (0..goes).for_each(|_| what()));
        if is_brief() || took >= Duration::from_millis(100) {
            return took.as_nanos() as f64 / f64::from(goes);
        }
        goes *= 2;
    }
}

/// A line of the table, measured if it is wanted.
pub fn row(what: &str, unit: &str, budget: &str, figure: impl FnOnce() -> f64) {
    if wants(what) {
        line(what, figure(), unit, budget);
    }
}

/// A line of the table. The figures of a brief run mean nothing, so it shows none.
pub fn line(what: &str, figure: f64, unit: &str, budget: &str) {
    if is_brief() {
        println!("{what:<58} runs");
    } else {
        println!("{what:<58} {:>12} {unit:<10} {budget}", shown(figure));
    }
}

/// A figure with three digits that matter, or more.
pub fn shown(figure: f64) -> String {
    if figure >= 100.0 { spaced(figure.round() as u64) } else { format!("{figure:.1}") }
}

/// Thousands apart.
fn spaced(number: u64) -> String {
    let digits = number.to_string();
    let apart = |(place, digit): (usize, char)| {
        let comma = place > 0 && (digits.len() - place).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(apart).collect()
}
