//! What came of a comparison: a table for people, an object for programs.
//!
//! Idea: one row a variant, one column a figure, in the order of the file; below it what must hold between them, and
//! what went wrong in which variant. The JSON holds the whole result of every variant in a list.
//! Units: those of the figures; milliseconds, counts, and thousandths where a figure says so.

use std::fmt;

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::domain::view::ClusterView;
use crate::lesson::compare::Compare;

use super::result::{ExpectationFigures, RunResult};

/// What came of a comparison.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    /// The scenario.
    pub scenario: String,
    /// Whether every variant went well and everything between them holds.
    pub well: bool,
    /// The variants, in the order of the file.
    pub variants: Vec<VariantFigures>,
    /// What must hold between them.
    pub expectations: Vec<ExpectationFigures>,
}

/// What came of one variant.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct VariantFigures {
    /// Its name.
    pub variant: String,
    /// The figures of the table by their paths, as they are written there.
    #[serde(serialize_with = "by_path")]
    pub figures: Vec<(String, String)>,
    /// Its result.
    #[serde(flatten)]
    pub result: RunResult,
}

impl Comparison {
    /// The comparison of these runs, one for each variant in the order of the file: its last view and its result.
    pub fn of(scenario: &str, compare: &Compare, runs: Vec<(&ClusterView, RunResult)>) -> Self {
        let views: Vec<&ClusterView> = runs.iter().map(|(view, _)| *view).collect();
        let judged = compare.expects.iter().map(|versus| {
            let (met, measured) = versus.judge(&views);
            ExpectationFigures { that: versus.text.clone(), met: Some(met), measured }
        });
        let expectations: Vec<ExpectationFigures> = judged.collect();
        let variants = compare.variants.iter().zip(runs).map(|(variant, (view, result))| {
            let figure = |column: &crate::lesson::measure::Measure| {
                let value = column.of(view).map_or_else(|| "-".to_owned(), |value| value.to_string());
                (column.path.clone(), value)
            };
            let figures = compare.columns.iter().map(figure).collect();
            VariantFigures { variant: variant.name.clone(), figures, result }
        });
        let variants: Vec<VariantFigures> = variants.collect();
        let well = variants.iter().all(|row| row.result.well) && expectations.iter().all(|row| row.met == Some(true));
        Self { scenario: scenario.to_owned(), well, variants, expectations }
    }

    /// The JSON, indented, with a newline at its end.
    ///
    /// # Errors
    /// None that is known of; the encoder's type is passed on.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The cells of the table, the heads first.
    fn cells(&self) -> Vec<Vec<String>> {
        let heads = self.variants.first().into_iter().flat_map(|row| row.figures.iter().map(|(path, _)| path.clone()));
        let heads = std::iter::once(String::new()).chain(heads).collect();
        let row = |row: &VariantFigures| {
            std::iter::once(row.variant.clone()).chain(row.figures.iter().map(|(_, value)| value.clone())).collect()
        };
        std::iter::once(heads).chain(self.variants.iter().map(row)).collect()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seed = self.variants.first().map_or(0, |row| row.result.run.seed);
        writeln!(f, "{}, seed {seed}: {} variants", self.scenario, self.variants.len())?;
        f.write_str(&table(&self.cells()))?;
        for row in &self.variants {
            let unmet = row.result.expectations.iter().filter(|expectation| expectation.met != Some(true));
            for expectation in unmet {
                writeln!(f, "  FAILED      {}: {} ({})", row.variant, expectation.that, expectation.measured)?;
            }
            let broken = row.result.invariants.iter().filter(|invariant| invariant.violations > 0);
            for invariant in broken {
                writeln!(f, "  FAILED      {}: broken {}", row.variant, invariant.name)?;
            }
            for failure in &row.result.failures {
                writeln!(f, "  FAILED      {}: {failure}", row.variant)?;
            }
        }
        for row in &self.expectations {
            let word = if row.met == Some(true) { "ok    " } else { "FAILED" };
            writeln!(f, "  {word}      {} ({})", row.that, row.measured)?;
        }
        f.write_str(if self.well { "well\n" } else { "not well\n" })
    }
}

/// Columns of a terminal that a table should fit into.
const COLUMNS: usize = 80;

/// The cells as text: a row a variant, or a column a variant if only that fits into a terminal.
fn table(cells: &[Vec<String>]) -> String {
    let upright = Table::of(cells);
    if upright.width() <= COLUMNS {
        return upright.to_string();
    }
    let columns = cells.first().map_or(0, Vec::len);
    let turned: Vec<Vec<String>> =
        (0..columns).map(|column| cells.iter().map(|row| row[column].clone()).collect()).collect();
    let turned = Table::of(&turned);
    if turned.width() < upright.width() { turned.to_string() } else { upright.to_string() }
}

/// A table whose heads are broken at their signs, so that a long name does not make a short figure wide.
struct Table {
    /// The lines of the head of each column.
    heads: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Table {
    fn of(cells: &[Vec<String>]) -> Self {
        let (heads, rows) = cells.split_first().map_or((&[][..], &[][..]), |(heads, rows)| (&heads[..], rows));
        let broken = |head: &String| head.split_inclusive(['.', '-', '_']).map(str::to_owned).collect::<Vec<_>>();
        let heads: Vec<Vec<String>> = heads.iter().map(broken).collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| &row[column]).chain(&heads[column]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths = (0..heads.len()).map(width).collect();
        Self { heads, rows: rows.to_vec(), widths }
    }

    fn width(&self) -> usize {
        self.widths.iter().map(|width| width + 2).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let height = self.heads.iter().map(Vec::len).max().unwrap_or(0);
        let of_heads = (0..height).map(|line| {
            let part = |head: &Vec<String>| (line + head.len()).checked_sub(height).map(|at| head[at].clone());
            self.heads.iter().map(|head| part(head).unwrap_or_default()).collect()
        });
        for row in of_heads.chain(self.rows.iter().cloned()).collect::<Vec<Vec<String>>>() {
            let mut line = String::new();
            for (place, (cell, width)) in row.iter().zip(&self.widths).enumerate() {
                match place {
                    0 => line.push_str(&format!("  {cell:<width$}")),
                    _ => line.push_str(&format!("  {cell:>width$}")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn by_path<S: serde::Serializer>(rows: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(rows.len()))?;
    rows.iter().try_for_each(|(path, value)| match value.parse::<f64>() {
        Ok(number) => map.serialize_entry(path, &number),
        Err(_) => map.serialize_entry(path, &None::<f64>),
    })?;
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::script;

    const FILE: &str = r#"
name = "two"
title = { en = "Two", ru = "Два" }
length_ms = 10

[[variant]]
name = "one"

[[variant]]
name = "other"
[variant.load]
strategy = "round-robin"

[compare]
columns = ["orders.submitted", "latency_ms.p99"]
expect = ["one:orders.submitted < other:orders.submitted"]
"#;

    #[test]
    fn the_table_and_the_json_hold_every_variant_and_a_broken_promise_between_them_is_not_well() {
        let script = script::read("two.toml", FILE).unwrap();
        let strategies: Vec<_> = script.compare.variants.iter().map(|row| row.settings.load.strategy.name()).collect();
        assert_eq!(strategies, ["least-connections", "round-robin"]);
        let (mut one, mut other) = (ClusterView::default(), ClusterView::default());
        (one.ledger.submitted, other.ledger.submitted) = (10, 1_200);
        let outcome = crate::lesson::run::Outcome::default();
        let of = |view| RunResult::of(view, Some(("two", &outcome)));
        let good = Comparison::of("two", &script.compare, vec![(&one, of(&one)), (&other, of(&other))]);
        let text = good.to_string();
        assert!(text.contains("latency_\n"), "{text}");
        assert!(text.contains("         submitted       p99\n"), "{text}");
        assert!(text.contains("  other       1200         -\n") && good.well, "{text}");
        let json = good.to_json().unwrap();
        assert!(json.contains("\"variant\": \"other\"") && json.contains("\"latency_ms.p99\": null"), "{json}");
        let bad = Comparison::of("two", &script.compare, vec![(&other, of(&other)), (&one, of(&one))]);
        assert!(!bad.well && bad.to_string().contains("FAILED"), "{bad}");
    }
}
