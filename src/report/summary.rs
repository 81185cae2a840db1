//! The result of a run as a few lines for people: what `run` prints.
//!
//! Shape: plain text without escape sequences, one fact a line, the verdict last.

use std::fmt::{self, Write as _};

use super::result::{FailoverFigures, RunResult};

impl fmt::Display for RunResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (run, orders) = (&self.run, &self.orders);
        let name = self.scenario.as_deref().unwrap_or("free run");
        writeln!(
            f,
            "{name}, seed {}: {} nodes, {} partitions, factor {}",
            run.seed, run.nodes, run.partitions, run.replication_factor
        )?;
        writeln!(f, "  ran         {} virtual ms, {} events, hash {}", run.virtual_ms, run.events, run.hash)?;
        writeln!(
            f,
            "  orders      {} submitted, {} acknowledged, {} rejected, {} unknown, {} waiting, {} retried",
            orders.submitted, orders.acknowledged, orders.rejected, orders.unknown, orders.waiting, orders.retried
        )?;
        writeln!(
            f,
            "  promises    {} lost, {} duplicated, {} in doubt, {} revoked, {} untracked",
            orders.lost, orders.duplicated, orders.in_doubt, orders.revoked, orders.untracked
        )?;
        let admission = &self.admission;
        let refused = admission.refused + admission.not_acknowledgeable;
        if refused + admission.retries_denied + admission.expired > 0 {
            writeln!(
                f,
                "  admission   {} refused for overload, {} for want of a voter, {} expired, {} retries denied",
                admission.refused, admission.not_acknowledgeable, admission.expired, admission.retries_denied
            )?;
        }
        let latency = &self.latency_ms;
        writeln!(f, "  latency     p50 {}, p99 {}, max {}", ms(latency.p50), ms(latency.p99), ms(latency.max))?;
        self.failovers.iter().try_for_each(|failover| writeln!(f, "  failover    {}", line(failover)))?;
        let (checked, violations) =
            self.invariants.iter().fold((0, 0), |(c, v), row| (c + row.checked, v + row.violations));
        writeln!(f, "  invariants  {checked} checks, {violations} violations")?;
        let unchecked = self.invariants.iter().filter(|row| row.checked == 0 && row.violations == 0);
        let unchecked: Vec<&str> = unchecked.map(|row| row.name).collect();
        if !unchecked.is_empty() {
            writeln!(f, "    unchecked {}", unchecked.join(", "))?;
        }
        for row in self.invariants.iter().filter(|row| row.violations > 0) {
            writeln!(f, "    broken    {}: {}", row.name, row.first.as_deref().unwrap_or("no detail"))?;
        }
        self.verdict(f)
    }
}

impl RunResult {
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for expectation in &self.expectations {
            match expectation.met {
                Some(true) => writeln!(f, "  ok          {}", expectation.that)?,
                Some(false) => writeln!(f, "  FAILED      {} ({})", expectation.that, measured(&expectation.measured))?,
                None => writeln!(f, "  FAILED      {} (never looked at)", expectation.that)?,
            }
        }
        self.failures.iter().try_for_each(|failure| writeln!(f, "  FAILED      {failure}"))?;
        f.write_str(if self.well { "well\n" } else { "not well\n" })
    }
}

fn measured(text: &str) -> String {
    if text.contains(" is ") || text.ends_with("never measured") { text.to_owned() } else { format!("it is {text}") }
}

fn ms(length: Option<f64>) -> String {
    length.map_or_else(|| "none".to_owned(), |ms| format!("{ms} ms"))
}

fn line(failover: &FailoverFigures) -> String {
    let mut text =
        format!("{}: {} -> {}", failover.group, failover.from, failover.to.as_deref().unwrap_or("nobody yet"));
    let phases = [
        ("detect", failover.detect_ms),
        ("elect", failover.elect_ms),
        ("commit", failover.first_commit_ms),
        ("answer", failover.first_answer_ms),
    ];
    for (name, length) in phases {
        // Writing to a string cannot fail.
        let _ = write!(text, ", {name} {}", ms(length));
    }
    text + &format!(", total {}", ms(failover.total_ms))
}

#[cfg(test)]
mod tests {
    use crate::report::result::{ExpectationFigures, RunResult, tests::view};

    #[test]
    fn the_summary_says_what_failed_and_what_was_measured() {
        let mut result = RunResult::of(&view(), None);
        let expectation =
            |met, measured: &str| ExpectationFigures { that: "orders.lost = 0".into(), met, measured: measured.into() };
        result.expectations = vec![expectation(Some(false), "105"), expectation(None, "")];
        result.well = false;
        assert!(!result.to_string().contains("unchecked"), "{result}");
        result.invariants[0].checked = 0;
        let text = result.to_string();
        let name = result.invariants[0].name;
        assert!(text.contains(&format!("    unchecked {name}\n")), "{text}");
        assert!(text.contains("110 revoked, 111 untracked"), "{text}");
        assert!(text.contains("FAILED      orders.lost = 0 (it is 105)"), "{text}");
        assert!(text.contains("orders.lost = 0 (never looked at)"), "{text}");
        assert!(
            text.contains("p1: n3 -> n2, detect 170 ms, elect 5 ms, commit 3 ms, answer 12 ms, total 190 ms"),
            "{text}"
        );
        assert!(text.ends_with("not well\n") && !text.contains('\u{1b}'), "{text}");
    }
}
