//! Comparisons: one script, several clusters, the same seed, and what must be true between them.
//!
//! Idea: what a setting is worth shows beside another. A `[[variant]]` is a name and the settings that it changes; the
//! script runs once for each, from the same seed, with every `[[expect]]` looked at in each. `[compare]` names the
//! figures of the table and what must hold between variants: `two-choices:latency_ms.p99 <= round-robin:latency_ms.p99`.
//! Shape: plain data and its reading; who runs the variants is `cli`, who prints them `report::comparison`.
//! Bound: [`VARIANTS_MAX`] variants. Targets and figures are checked against the cluster of the file itself.
//! Errors: a `Problem` at the first thing wrong; variants and figures are checked before anything runs.

use crate::document::problem::{Complaint, Reading};
use crate::document::reader::Reader;
use crate::document::settings;
use crate::domain::settings::Settings;
use crate::domain::view::ClusterView;

use super::expression::{self, Operator};
use super::measure::{Kind, Measure, Value};
use super::script;
use super::words::{self, Context, Word};

/// Variants of a script.
pub const VARIANTS_MAX: usize = 16;

/// A cluster to be compared with others.
#[derive(Clone, PartialEq, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The settings of the file with what this one changes.
    pub settings: Settings,
}

/// What is compared.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Compare {
    /// The clusters; none in a script that compares nothing.
    pub variants: Vec<Variant>,
    /// The figures of the table.
    pub columns: Vec<Measure>,
    /// What must hold between variants.
    pub expects: Vec<Versus>,
}

/// A comparison of a figure of one variant with one of another, or with a number.
#[derive(Clone, PartialEq, Debug)]
pub struct Versus {
    /// As it stands in the file.
    pub text: String,
    left: Figure,
    operator: Operator,
    right: Side,
}

#[derive(Clone, PartialEq, Debug)]
struct Figure {
    /// The place of the variant.
    variant: usize,
    measure: Measure,
}

#[derive(Clone, PartialEq, Debug)]
enum Side {
    Figure(Figure),
    Number(Value),
}

/// Reads `[[variant]]` and `[compare]`.
///
/// # Errors
/// The first thing wrong.
pub(super) fn read(root: &mut Reader<'_>, base: &Settings, context: &Context) -> Reading<Compare> {
    let mut names: Vec<String> = Vec::new();
    let variants = root.tables("variant", |r| {
        let name = script::new_name(&r.required("name", "\"three-nodes\"")?, "variants", &names)?;
        names.push(name.clone());
        Ok(Variant { name, settings: settings::read(r, base)? })
    })?;
    if variants.len() > VARIANTS_MAX {
        let found = format!("{} variants are too many", variants.len());
        return Err(root.place().problem(found).allow(format!("{VARIANTS_MAX} at most")));
    }
    let table = root.table("compare", |r| {
        let columns = r.list("columns")?;
        let column = |text: &str| number(&Word { text, span: 0..text.len() }, context);
        let columns = columns.iter().map(|item| script::parsed(item, "columns", column)).collect::<Reading<_>>()?;
        let expects = r.list("expect")?;
        let versus = |text: &str| versus(text, &names, context);
        let expects = expects.iter().map(|item| script::parsed(item, "expect", versus)).collect::<Reading<_>>()?;
        Ok((columns, expects))
    })?;
    let (columns, expects) = table.unwrap_or_default();
    Ok(Compare { variants, columns, expects })
}

fn number(word: &Word<'_>, context: &Context) -> Result<Measure, Complaint> {
    let measure = Measure::read(word, context)?;
    if measure.kind == Kind::Number { Ok(measure) } else { Err(word.complain(format!("`{}` is no number", word.text))) }
}

fn versus(text: &str, names: &[String], context: &Context) -> Result<Versus, Complaint> {
    let words = words::cut(text);
    let [left, operator, right] = words.as_slice() else {
        return Err(Complaint::new(0..text.len(), "this compares nothing")
            .allow("`VARIANT:FIGURE`, an operator, and another or a number, with spaces between"));
    };
    let right = if right.text.contains(':') {
        Side::Figure(figure(right, names, context)?)
    } else {
        Side::Number(expression::number(right)?)
    };
    Ok(Versus {
        text: words.iter().map(|word| word.text).collect::<Vec<_>>().join(" "),
        left: figure(left, names, context)?,
        operator: expression::operator(operator)?,
        right,
    })
}

fn figure(word: &Word<'_>, names: &[String], context: &Context) -> Result<Figure, Complaint> {
    let Some((name, path)) = word.text.split_once(':') else {
        return Err(word.complain(format!("`{}` names no variant", word.text)).allow("`VARIANT:FIGURE`"));
    };
    let place = names.iter().position(|known| known == name);
    let variant = place.ok_or_else(|| word.complain(format!("no variant is called `{name}`")).among(name, names))?;
    let path = Word { text: path, span: word.span.start + name.len() + 1..word.span.end };
    Ok(Figure { variant, measure: number(&path, context)? })
}

impl Compare {
    /// Whether there is anything to compare.
    pub const fn is_empty(&self) -> bool {
        self.variants.is_empty()
    }
}

impl Versus {
    /// Whether it holds, given the last views of all variants in their order; and what was measured.
    pub fn judge(&self, views: &[&ClusterView]) -> (bool, String) {
        let of = |figure: &Figure| views.get(figure.variant).and_then(|view| figure.measure.of(view));
        let left = of(&self.left);
        let right = match &self.right {
            Side::Figure(figure) => of(figure),
            Side::Number(value) => Some(value.clone()),
        };
        match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => {
                let measured = format!("{} and {}", Value::Number(left), Value::Number(right));
                (self.operator.holds(left, right), measured)
            }
            _ => (false, "was never measured".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Context = Context::of_file(5, 4);

    fn names() -> Vec<String> {
        vec!["one".to_owned(), "other".to_owned()]
    }

    #[test]
    fn figures_of_two_variants_are_compared_and_figures_with_numbers() {
        let (mut one, mut other) = (ClusterView::default(), ClusterView::default());
        (one.ledger.submitted, other.ledger.submitted) = (10, 20);
        for (text, holds) in [
            ("one:orders.submitted < other:orders.submitted", true),
            ("other:orders.submitted < one:orders.submitted", false),
            ("one:orders.submitted = other:orders.submitted", false),
            ("other:orders.submitted >= 20", true),
            ("other:orders.submitted > 20", false),
            ("one:latency_ms.p99 <= other:latency_ms.p99", false),
        ] {
            let (met, measured) = versus(text, &names(), &FILE).unwrap().judge(&[&one, &other]);
            assert_eq!(met, holds, "{text}: {measured}");
        }
    }

    #[test]
    fn each_mistake_is_pointed_at() {
        for (text, span, words) in [
            ("one:orders.lost", 0..15, "this compares nothing"),
            ("orders.lost = 0", 0..11, "names no variant"),
            ("onne:orders.lost = 0", 0..16, "no variant is called `onne`; did you mean `one`?"),
            ("one:orders.lst = 0", 4..14, "did you mean `orders.lost`?"),
            ("one:controller = 0", 4..14, "is no number"),
            ("one:orders.lost == 0", 16..18, "is no operator"),
            ("one:orders.lost < few", 18..21, "`few` is no number"),
        ] {
            let complaint = versus(text, &names(), &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
