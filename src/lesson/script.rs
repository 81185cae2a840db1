//! The file of a scenario or a lesson, read and checked in full before anything runs.
//!
//! Shape: settings (the tables of the configuration), `[[step]]`s in order, `[[expect]]`s over the figures. The form is
//! documented in `docs/scenarios.md`.
//! Errors: a `Problem` at the first thing wrong; targets, figures, events and options are checked here too.

use crate::document::problem::{Complaint, Problem, Reading};
use crate::document::reader::{self, Item, Reader};
use crate::document::settings;
use crate::domain::control::Control;
use crate::domain::ids::GroupId;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::Text;
use crate::domain::why::WhyName;

use super::action;
use super::compare::{self, Compare};
use super::expression::{self, Expression};
use super::moment::{self, Condition};
use super::words::{self, Context, Word};

/// A scenario or a lesson.
#[derive(Clone, PartialEq, Debug)]
pub struct Script {
    /// Its name, by which `run` finds it.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// What it shows, in a sentence.
    pub about: Text,
    /// The seed, unless the command line gives another.
    pub seed: u64,
    /// The group that it is about: the one that it names, or the first partition of which it expects something.
    pub group: Option<GroupId>,
    /// The cluster and its load.
    pub settings: Settings,
    /// A file that is played, seen from the script's folder; whoever opened the script reads it.
    pub feed: Option<String>,
    /// How long it runs without a screen.
    pub length: SimDuration,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must come out.
    pub expects: Vec<Expect>,
    /// The clusters on which it is run to be compared.
    pub compare: Compare,
    /// What its author should know, such as words that were renamed.
    pub warnings: Vec<Problem>,
}

/// A step.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Its name, for expectations.
    pub name: Option<String>,
    /// What it waits for.
    pub start: Start,
    /// So long after that.
    pub after: SimDuration,
    /// What the card calls the step, if it neither speaks nor asks.
    pub text: Option<Text>,
    /// What is said to the class.
    pub say: Option<Text>,
    /// What the class is asked.
    pub ask: Option<Ask>,
    /// What is done.
    pub controls: Vec<Control>,
    /// With what each of them must be refused; `None` if each must be carried out.
    pub refused: Option<WhyName>,
    /// With what any of them may be refused.
    pub tolerates: Vec<WhyName>,
    /// Its line in the file, for messages.
    pub line: usize,
}

/// What a step waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum Start {
    /// Nothing but the step before it.
    Previous,
    /// A time of the run.
    At(SimTime),
    /// Something that must happen after the step before it.
    When {
        /// What.
        condition: Condition,
        /// How long it may take; then the script has failed.
        timeout: SimDuration,
    },
}

/// A question: the class predicts, then the run reveals.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// The question.
    pub question: Text,
    /// What may be answered.
    pub options: Vec<AskOption>,
    /// When the answer is known.
    pub reveal: Condition,
    /// How long that may take; then the script has failed.
    pub timeout: SimDuration,
    /// Numbers in the options count from the moment at which the step with this place was done.
    pub since: Option<usize>,
}

/// An answer that may be given.
#[derive(Clone, PartialEq, Debug)]
pub struct AskOption {
    /// The answer.
    pub text: Text,
    /// When it is the right one; `None`: if no other is.
    pub right: Option<Expression>,
}

/// An expectation.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// What must hold.
    pub that: Expression,
    /// What it says to a class; in words made from `that`, if the author gave none.
    pub text: Text,
    /// When.
    pub at: ExpectAt,
    /// Its numbers count from the moment at which the step with this place was done.
    pub since: Option<usize>,
    /// Its line in the file, for messages.
    pub line: usize,
}

/// When an expectation is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExpectAt {
    /// At the end.
    End,
    /// At this time of the run.
    Time(SimTime),
    /// When the step with this place is done.
    Step(usize),
}

/// Options of a question: what the digits on a keyboard can pick.
const OPTIONS_MAX: usize = 9;
/// Steps of a script.
const STEPS_MAX: usize = 200;
/// A run without a screen lasts two virtual hours at most.
const LENGTH_MS_MAX: u64 = 7_200_000;
/// How long a step waits where it does not say.
const TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// Reads a script; `file` is what messages call it.
///
/// # Errors
/// The first thing wrong.
pub fn read(file: &str, text: &str) -> Reading<Script> {
    reader::read(file, text, script)
}

fn script(root: &mut Reader<'_>) -> Reading<Script> {
    let name = name(&root.required("name", "\"kill-the-leader\"")?)?;
    let title = required_text(root, "title", "\"The leader dies\"")?;
    let about = root.text("about")?.unwrap_or_default();
    let seed = root.integer("seed", 0..=i64::MAX as u64, 1)?;
    let length =
        root.required("length_ms", "10_000")?.integer("length_ms", 1..=LENGTH_MS_MAX).map(SimDuration::from_millis)?;
    let feed = root.optional("feed").map(|item| item.string("feed").map(str::to_owned)).transpose()?;
    let settings = settings::read(root, &Settings::default())?;
    let tolerates: Vec<WhyName> =
        root.list("may_be_refused")?.iter().map(|item| item.choice("may_be_refused")).collect::<Reading<_>>()?;
    let mut context =
        Context::of_file(settings.cluster.nodes, settings.cluster.partitions).trading(settings.market.instruments);
    let group = root.optional("group");
    let group = group.map(|item| parsed(&item, "group", |text| words::group(&whole(text), &context))).transpose()?;
    let mut names = Vec::new();
    let mut warnings = Vec::new();
    let steps = root.tables("step", |r| {
        let step = Step { tolerates: tolerates.clone(), ..step(r, &context, &names, &mut warnings)? };
        names.push(step.name.clone().unwrap_or_default());
        // What comes later may speak of the nodes that this step adds.
        context.nodes += step.controls.iter().filter(|control| **control == Control::AddNode).count();
        Ok(step)
    })?;
    if steps.len() > STEPS_MAX {
        return Err(root
            .place()
            .problem(format!("{} steps are too many", steps.len()))
            .allow(format!("{STEPS_MAX} at most")));
    }
    let expects = root.tables("expect", |r| expect(r, &context, &names, length))?;
    let group = group.or_else(|| expects.iter().find_map(|expect| expect.that.partition()));
    let compare = compare::read(root, &settings, &context)?;
    let late = steps.iter().find(|step| matches!(step.start, Start::At(at) if at.since(SimTime::ZERO) > length));
    if let Some(late) = late {
        let place = root.place_of(&["length_ms"]).unwrap_or_else(|| root.place());
        return Err(place.problem(format!("the run ends before the step in line {} begins", late.line)));
    }
    Ok(Script { name, title, about, seed, group, settings, feed, length, steps, expects, compare, warnings })
}

fn name(item: &Item<'_>) -> Reading<String> {
    let name = item.string("name")?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    match plain {
        true => Ok(name.to_owned()),
        false => Err(item.place.problem(format!("`{name}` is no name")).allow("small letters, digits and `-`")),
    }
}

fn required_text(r: &mut Reader<'_>, key: &'static str, example: &str) -> Reading<Text> {
    r.required(key, example)?;
    r.text(key).map(Option::unwrap_or_default)
}

/// Reads a string by a parser of short texts, and puts its complaint to the string's place.
pub(super) fn parsed<T>(item: &Item<'_>, key: &str, parse: impl FnOnce(&str) -> Result<T, Complaint>) -> Reading<T> {
    parse(item.string(key)?).map_err(|wrong| item.place.complain(&wrong))
}

fn step(r: &mut Reader<'_>, context: &Context, earlier: &[String], warnings: &mut Vec<Problem>) -> Reading<Step> {
    let step = Step {
        name: r.optional("name").map(|item| new_name(&item, "steps", earlier)).transpose()?,
        start: start(r, context)?,
        after: r.millis("after_ms", 0..=LENGTH_MS_MAX, SimDuration::ZERO)?,
        text: r.text("text")?,
        say: r.text("say")?,
        ask: r.table("ask", |r| ask(r, context, earlier))?,
        controls: r
            .list("do")?
            .iter()
            .map(|item| {
                let said = parsed(item, "do", |text| action::parse(text, context))?;
                warnings.extend(said.renamed.map(|renamed| *item.place.complain(&renamed)));
                Ok(said.control)
            })
            .collect::<Reading<_>>()?,
        tolerates: Vec::new(),
        refused: r.optional("refused").map(|item| item.choice("refused")).transpose()?,
        line: r.place().line(),
    };
    if step.refused.is_some() && step.controls.is_empty() {
        return Err(r.place().problem("`refused` in a step that does nothing").allow("`do` with it"));
    }
    Ok(step)
}

fn start(r: &mut Reader<'_>, context: &Context) -> Reading<Start> {
    let at = r.optional("at_ms");
    let when = r.optional("when");
    if let (Some(at), Some(_)) = (&at, &when) {
        return Err(at.place.problem("`at_ms` and `when` in one step").allow("one of them"));
    }
    if let Some(at) = at {
        return at.integer("at_ms", 0..=LENGTH_MS_MAX).map(|ms| Start::At(SimTime::from_millis(ms)));
    }
    let Some(when) = when else { return Ok(Start::Previous) };
    let condition = narrowed(r, parsed(&when, "when", |text| moment::parse(text, context))?, context)?;
    Ok(Start::When { condition, timeout: r.millis("timeout_ms", 1..=LENGTH_MS_MAX, TIMEOUT)? })
}

/// `group` and `node` beside `when` say which event is meant.
fn narrowed(r: &mut Reader<'_>, condition: Condition, context: &Context) -> Reading<Condition> {
    let Condition::Happens(mut pattern) = condition else { return Ok(condition) };
    if let Some(item) = r.optional("group") {
        pattern.group = Some(parsed(&item, "group", |text| words::group(&whole(text), context))?);
    }
    if let Some(item) = r.optional("node") {
        pattern.node = Some(parsed(&item, "node", |text| words::node(&whole(text), context))?);
    }
    Ok(Condition::Happens(pattern))
}

fn whole(text: &str) -> Word<'_> {
    Word { text, span: 0..text.len() }
}

fn ask(r: &mut Reader<'_>, context: &Context, earlier: &[String]) -> Reading<Ask> {
    let question = required_text(r, "text", "\"Who leads next?\"")?;
    let reveal = parsed(&r.required("reveal", "\"leader_elected\"")?, "reveal", |text| moment::parse(text, context))?;
    r.required("options", "[{ en = \"n1\" }, { en = \"n2\" }]")?;
    let ask = Ask {
        question,
        reveal: narrowed(r, reveal, context)?,
        timeout: r.millis("timeout_ms", 1..=LENGTH_MS_MAX, TIMEOUT)?,
        since: r.optional("since").map(|item| place_of_step(&item, "since", earlier)).transpose()?,
        options: r.tables("options", |r| option(r, context))?,
    };
    if !(2..=OPTIONS_MAX).contains(&ask.options.len()) {
        let found = format!("a question with {} options", ask.options.len());
        return Err(r.place().problem(found).allow(format!("2 to {OPTIONS_MAX}")));
    }
    if ask.options.iter().filter(|option| option.right.is_none()).count() > 1 {
        return Err(r.place().problem("two options without `right`").allow("one: the answer if no other is right"));
    }
    Ok(ask)
}

fn option(r: &mut Reader<'_>, context: &Context) -> Reading<AskOption> {
    let text = r.languages()?;
    let right = r.optional("right");
    let right = right.map(|item| parsed(&item, "right", |text| expression::parse(text, context))).transpose()?;
    Ok(AskOption { text, right })
}

fn expect(r: &mut Reader<'_>, context: &Context, names: &[String], length: SimDuration) -> Reading<Expect> {
    let that = parsed(&r.required("that", "\"orders.lost = 0\"")?, "that", |text| expression::parse(text, context))?;
    let at = match (r.optional("at_ms"), r.optional("step")) {
        (Some(at), Some(_)) => {
            return Err(at.place.problem("`at_ms` and `step` in one expectation").allow("one of them"));
        }
        (Some(at), None) => ExpectAt::Time(SimTime::from_millis(at.integer("at_ms", 0..=length.as_millis())?)),
        (None, Some(item)) => ExpectAt::Step(place_of_step(&item, "step", names)?),
        (None, None) => ExpectAt::End,
    };
    let since = r.optional("since").map(|item| place_of_step(&item, "since", names)).transpose()?;
    let text = r.text("text")?.unwrap_or_else(|| that.words());
    Ok(Expect { that, text, at, since, line: r.place().line() })
}

/// A name that none before it has.
pub(super) fn new_name(item: &Item<'_>, what: &str, earlier: &[String]) -> Reading<String> {
    let name = name(item)?;
    match earlier.contains(&name) {
        true => Err(item.place.problem(format!("two {what} are called `{name}`"))),
        false => Ok(name),
    }
}

/// The place of the step of this name.
fn place_of_step(item: &Item<'_>, key: &str, names: &[String]) -> Reading<usize> {
    let name = item.string(key)?;
    let known: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    let unknown = || item.place.problem(format!("no step is called `{name}`")).among(name, &known);
    names.iter().position(|known| known == name && !name.is_empty()).ok_or_else(unknown)
}

impl Script {
    /// Whether an expectation or a question counts from the moment at which this step was done.
    pub fn counts_from(&self, place: usize) -> bool {
        let asks = self.steps.iter().filter_map(|step| step.ask.as_ref()).filter_map(|ask| ask.since);
        self.expects.iter().filter_map(|expect| expect.since).chain(asks).any(|since| since == place)
    }

    /// The script as it runs on each cluster of its comparison, in their order; none if it compares nothing.
    pub fn variants(&self) -> Vec<Self> {
        let of = |variant: &compare::Variant| Self {
            settings: variant.settings.clone(),
            compare: Compare::default(),
            ..self.clone()
        };
        self.compare.variants.iter().map(of).collect()
    }

    /// Whether it speaks: a lesson, not only a scenario.
    pub fn is_lesson(&self) -> bool {
        self.steps.iter().any(|step| step.say.is_some() || step.ask.is_some())
    }
}

#[cfg(test)]
mod tests;
