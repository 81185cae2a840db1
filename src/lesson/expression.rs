//! Expectations as people write them: `orders.lost = 0 and failover.total_ms < 600`.
//!
//! Shape: comparisons joined by `and`; each is a figure, one of `=` `!=` `<` `<=` `>` `>=`, and a number or a word.
//! A figure that was never measured fails every comparison: what nobody saw, nobody may promise.
//! Left out: `or`, arithmetic, figures on the right. An expectation is read aloud in class; two short ones beat a long.

use crate::document::problem::Complaint;
use crate::domain::ids::GroupId;
use crate::domain::view::{ClusterView, Text};

use super::measure::{CONDITIONS, Kind, Measure, UNIT, Value};
use super::plain;
use super::words::{self, Context, Word};

/// Comparisons that must all hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    /// As written.
    pub text: String,
    parts: Vec<Comparison>,
}

#[derive(Clone, PartialEq, Debug)]
struct Comparison {
    measure: Measure,
    operator: Operator,
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

const OPERATORS: [(&str, Operator); 6] = [
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterEqual),
];

impl Expression {
    /// The partition of the first figure that belongs to one.
    pub fn partition(&self) -> Option<GroupId> {
        let of = |path: &str| path.strip_prefix("group.p")?.split('.').next()?.parse().ok().map(GroupId);
        self.parts.iter().find_map(|part| of(&part.measure.path))
    }
}

/// Whether a text is meant as an expression and not as the name of an event.
pub fn looks_like_one(text: &str) -> bool {
    text.contains(['=', '<', '>', '!'])
}

/// Reads an expression.
///
/// # Errors
/// The first word that is wrong.
pub fn parse(text: &str, context: &Context) -> Result<Expression, Complaint> {
    let words = words::cut(text);
    let parts = words.split(|word| word.text == "and").map(|part| comparison(part, text, context));
    Ok(Expression {
        text: words.iter().map(|word| word.text).collect::<Vec<_>>().join(" "),
        parts: parts.collect::<Result<_, _>>()?,
    })
}

fn comparison(words: &[Word<'_>], text: &str, context: &Context) -> Result<Comparison, Complaint> {
    let [path, operator, value] = words else {
        let span = match words {
            [first, .., last] => first.span.start..last.span.end,
            _ => 0..text.len(),
        };
        return Err(Complaint::new(span, "this is no comparison")
            .allow("a figure, an operator and a value with spaces between, such as `orders.lost = 0`"));
    };
    let measure = Measure::read(path, context)?;
    let comparison = self::operator(operator)?;
    if measure.kind != Kind::Number && !matches!(comparison, Operator::Equal | Operator::NotEqual) {
        return Err(operator.complain(format!("`{}` is a word: it has no order", measure.path)).allow("=, !="));
    }
    let value = constant(measure.kind, value, context)?;
    Ok(Comparison { measure, operator: comparison, value })
}

/// Reads an operator.
pub(super) fn operator(word: &Word<'_>) -> Result<Operator, Complaint> {
    let signs: Vec<&str> = OPERATORS.iter().map(|(sign, _)| *sign).collect();
    let known = OPERATORS.iter().find(|(sign, _)| *sign == word.text).map(|(_, operator)| *operator);
    known.ok_or_else(|| {
        let found = word.complain(format!("`{}` is no operator", word.text)).among(word.text, &signs);
        // That one is meant which it begins with: `==` is `=`, though `!=` has as many letters of it.
        let begins = signs.iter().rev().find(|sign| word.text.starts_with(**sign)).map(|sign| (*sign).to_owned());
        Complaint { nearest: begins.or(found.nearest), ..found }
    })
}

impl Operator {
    /// Whether it holds between two numbers.
    pub(super) const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
        }
    }
}

fn constant(kind: Kind, word: &Word<'_>, context: &Context) -> Result<Value, Complaint> {
    let one_of = |words: &[&str]| match words.contains(&word.text) {
        true => Ok(Value::Word(word.text.to_owned())),
        false => Err(word.complain(format!("`{}` does not belong here", word.text)).among(word.text, words)),
    };
    match kind {
        Kind::Number => number(word),
        Kind::Condition => one_of(&CONDITIONS),
        Kind::YesNo => one_of(&["yes", "no"]),
        Kind::Node if word.text == "none" => Ok(Value::Word("none".to_owned())),
        Kind::Node => words::node(word, context).map(|node| Value::Word(node.to_string())),
    }
}

/// Reads a number.
pub(super) fn number(word: &Word<'_>) -> Result<Value, Complaint> {
    let wrong = || {
        word.complain(format!("`{}` is no number", word.text))
            .allow("such as 0, 12.5, 100k, 1M; three decimals at most")
    };
    let Some((whole, decimals)) = word.text.split_once('.') else {
        return words::count(word, 0, i64::MAX as u64 / UNIT as u64)
            .map(|n| Value::Number(n as i64 * UNIT))
            .map_err(|_| wrong());
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let thousandths: i64 = format!("{decimals:0<3}").parse().map_err(|_| wrong())?;
    whole.checked_mul(UNIT).and_then(|whole| whole.checked_add(thousandths)).map(Value::Number).ok_or_else(wrong)
}

impl Expression {
    /// Whether all of it holds.
    pub fn holds(&self, view: &ClusterView) -> bool {
        self.holds_since(view, None)
    }

    /// Whether all of it holds for what was added since `base`: numbers are differences, words are as they are now.
    pub fn holds_since(&self, view: &ClusterView, base: Option<&ClusterView>) -> bool {
        self.parts.iter().all(|part| part.holds(view, base))
    }

    /// Whether it speaks of a figure as of one that may be above 0, and agrees with this value of it: `orders.lost >= 5`
    /// does, and `orders.lost = 0` or `orders.lost >= 0` do not.
    pub fn allows(&self, figure: &str, value: u64) -> bool {
        self.parts.iter().filter(|part| part.measure.path == figure).any(|part| {
            let Value::Number(bound) = part.value else { return false };
            let above = bound > 0 || matches!(part.operator, Operator::Greater | Operator::NotEqual);
            above && part.operator.holds((value as i64).saturating_mul(UNIT), bound)
        })
    }

    /// In words, for a class.
    pub fn words(&self) -> Text {
        let one = |part: &Comparison| plain::comparison(&part.measure.path, part.operator, &part.value.to_string());
        plain::list(self.parts.iter().map(one))
    }

    /// What was measured, in words, for a class; each figure once, with a sign if it counts from an earlier moment.
    pub fn figures(&self, view: &ClusterView, base: Option<&ClusterView>) -> Text {
        let mut paths: Vec<&str> = Vec::new();
        let mut figures = Vec::new();
        for part in &self.parts {
            if !paths.contains(&part.measure.path.as_str()) {
                paths.push(&part.measure.path);
                let value = match part.measure.since(view, base) {
                    Some(Value::Number(more)) if base.is_some() && more >= 0 => format!("+{}", Value::Number(more)),
                    Some(value) => value.to_string(),
                    None => "–".to_owned(),
                };
                figures.push(plain::comparison(&part.measure.path, Operator::Equal, &value));
            }
        }
        plain::list(figures)
    }

    /// What was measured, for the one who reads the failure: `orders.lost is 3`.
    pub fn measured(&self, view: &ClusterView, base: Option<&ClusterView>) -> String {
        let one = |part: &Comparison| match part.measure.since(view, base) {
            Some(value) if self.parts.len() == 1 => value.to_string(),
            Some(value) => format!("{} is {value}", part.measure.path),
            None => format!("{} was never measured", part.measure.path),
        };
        self.parts.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

impl Comparison {
    fn holds(&self, view: &ClusterView, base: Option<&ClusterView>) -> bool {
        match (self.measure.since(view, base), &self.value) {
            (Some(Value::Number(measured)), Value::Number(value)) => self.operator.holds(measured, *value),
            (Some(Value::Word(measured)), Value::Word(value)) => {
                (measured == *value) == (self.operator == Operator::Equal)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Context = Context::of_file(5, 4);

    #[test]
    fn comparisons_are_exact_to_a_thousandth() {
        let mut view = ClusterView::default();
        view.flow.latency_total.count = 1;
        view.flow.latency_total.p99 = crate::domain::time::SimDuration::from_micros(12_500);
        for (text, holds) in [
            ("latency_ms.p99 = 12.5", true),
            ("latency_ms.p99 < 12.5", false),
            ("latency_ms.p99 <= 12.500", true),
            ("latency_ms.p99 > 12.499", true),
            ("latency_ms.p99 >= 12.501", false),
            ("latency_ms.p99 != 12", true),
            ("latency_ms.p99 = 12.5 and orders.lost = 0", true),
            ("latency_ms.p99 = 12.5 and orders.lost > 0", false),
        ] {
            assert_eq!(parse(text, &FILE).unwrap().holds(&view), holds, "{text}");
        }
    }

    #[test]
    fn numbers_can_be_counted_from_an_earlier_moment() {
        let (mut before, mut after) = (ClusterView::default(), ClusterView::default());
        (before.ledger.lost, after.ledger.lost) = (14, 14);
        let expression = parse("orders.lost = 0", &FILE).unwrap();
        assert!(!expression.holds(&after) && expression.holds_since(&after, Some(&before)));
        after.ledger.lost = 15;
        assert!(!expression.holds_since(&after, Some(&before)));
        assert_eq!(expression.measured(&after, Some(&before)), "1");
    }

    #[test]
    fn what_was_never_measured_fails() {
        let view = ClusterView::default();
        for text in ["latency_ms.p99 < 50", "latency_ms.p99 != 50", "failover.total_ms < 600", "node.n3.state != down"]
        {
            let expression = parse(text, &FILE).unwrap();
            assert!(!expression.holds(&view), "{text}");
            assert!(expression.measured(&view, None).ends_with("was never measured"), "{text}");
        }
    }

    #[test]
    fn an_invariant_that_was_not_checked_has_not_held() {
        use crate::domain::{invariant::Invariant, view::InvariantView};
        let mut view = ClusterView::default();
        let row = |checked| InvariantView { invariant: Invariant::LogMatching, checked, violations: 0, first: None };
        view.invariants = vec![row(0)];
        let named = ["invariant.log_matching.violations = 0", "invariants.violations = 0"]
            .map(|text| parse(text, &FILE).unwrap());
        assert!(named.iter().all(|expression| !expression.holds(&view)));
        view.invariants = vec![row(1)];
        assert!(named.iter().all(|expression| expression.holds(&view)));
    }

    #[test]
    fn each_mistake_is_pointed_at() {
        for (text, span, words) in [
            ("", 0..0, "this is no comparison"),
            ("orders.lost=0", 0..13, "this is no comparison"),
            ("orders.lst = 0", 0..10, "no figure is called `orders.lst`; did you mean `orders.lost`?"),
            ("orders.lost == 0", 12..14, "`==` is no operator; did you mean `=`? (allowed: =, !=, <, <=, >, >=)"),
            ("orders.lost = none", 14..18, "`none` is no number"),
            ("latency_ms.p99 < 1.2345", 17..23, "three decimals at most"),
            ("node.n6.lag = 0", 5..7, "there is no node `n6` (allowed: n1 to n5)"),
            ("node.n1.leg = 0", 8..11, "no figure is called `leg` here; did you mean `lag`?"),
            ("node.n1.state = ded", 16..19, "allowed: up, slow, frozen, down, halted, sync"),
            ("group.p1.leader < n2", 16..17, "`group.p1.leader` is a word: it has no order"),
            ("group.p1.leader = n9", 18..20, "there is no node `n9`"),
            ("invariant.log_maching.violations = 0", 10..21, "did you mean `log_matching`?"),
            ("orders.lost = 0 and", 0..19, "this is no comparison"),
        ] {
            let complaint = parse(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
