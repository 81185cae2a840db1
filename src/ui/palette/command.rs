//! Commands with arguments, as they are typed into the palette.
//!
//! Idea: what changes the cluster is read by the grammar of the scenario files (`control`); here stand the commands of
//! the screen: a word and its arguments, each reads its own.
//! Errors: `palette-usage` with the form that is understood; a complaint of the grammar, with the nearest spelling.

use super::control;
use crate::document::choice;
use crate::domain::command::PaceCommand;
use crate::domain::control::Verb;
use crate::domain::ids::{AccountId, GroupId, NodeId};
use crate::domain::view::Speed;
use crate::lesson::action::{self, Context};
use crate::lesson::library::{self, Kind, Named};
use crate::ui::action::{Action, ActionId};
use crate::ui::registry;
use crate::ui::state::UiState;
use crate::ui::update::refusal::Refusal;

/// A reader of arguments.
type Reader = fn(&[&str], &UiState) -> Option<Action>;

/// The commands of the screen: word, the action that they spell out, usage, reader.
const COMMANDS: [(&str, &str, &str, Reader); 12] = [
    ("n", "node.goto", "n 12", |args, _| Some(Action::Select(node(one(args)?)?))),
    ("account", "account.goto", "account 12 | hand", |args, _| account(one(args)?)),
    ("group", "group.goto", "group p3 | meta", |args, _| Some(Action::Group(group(one(args)?)?))),
    ("step", "time.step", "step [raw]", |args, state| step(args, state)),
    ("speed", "time.faster", "speed 1/20 | 5 | free", |args, _| {
        Some(Action::Pace(PaceCommand::Set(speed(one(args)?)?)))
    }),
    ("slow", "time.slow-on-fault", "slow on | off", |args, _| {
        Some(Action::Pace(PaceCommand::SlowOnFault(on(one(args)?)?)))
    }),
    ("reset", "app.reset", "reset [seed 7]", |args, _| reset(args)),
    ("theme", "theme.pick", "theme NAME", |args, _| Some(Action::Theme((*one(args)?).to_owned()))),
    ("lesson", "lesson.start", "lesson NAME | leave", |args, _| lesson(one(args)?)),
    ("scenario", "lesson.start", "scenario NAME", |args, _| Some(Action::Lesson((*one(args)?).to_owned()))),
    ("filter", "list.filter", "filter kind:elected node:4", |args, _| Some(Action::Filter(args.join(" ")))),
    ("go", "go.overview", "go overview | cluster | data | market | lesson | events", |args, _| {
        Some(Action::Do(registry::by_name(&format!("go.{}", one(args)?))?.id))
    }),
];

/// The command word of an action, if it takes arguments.
pub fn command_of(id: ActionId) -> Option<&'static str> {
    commands_of(id).next()
}

/// Every command word of an action.
pub(super) fn commands_of(id: ActionId) -> impl Iterator<Item = &'static str> {
    let screen = COMMANDS.iter().filter(move |(_, action, ..)| *action == id.0).map(|(word, ..)| *word);
    let verb = registry::all().find(|spec| spec.id == id).and_then(|spec| spec.verb);
    screen.chain(verb.map(Verb::text))
}

/// Every word that a command may begin with.
pub(super) fn words() -> Vec<&'static str> {
    COMMANDS.iter().map(|(word, ..)| *word).chain(action::verbs()).collect()
}

/// Reads a command; `None` if the text is none, so that it is a search.
pub(super) fn parse(text: &str, state: &UiState, context: &Context) -> Option<Result<Action, Refusal>> {
    let text = text.trim().trim_start_matches(':').trim_start();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (word, args) = words.split_first()?;
    if let Some(spec) = registry::by_name(word).filter(|_| args.is_empty()) {
        return Some(Ok(Action::Do(spec.id)));
    }
    if let Some((_, id, usage, read)) = COMMANDS.iter().find(|(command, ..)| command == word) {
        return match read(args, state) {
            Some(action) => Some(Ok(action)),
            // The bare word of a command whose key needs no arguments is a search for it.
            None if args.is_empty() && registry::by_name(id).is_some_and(|spec| !spec.keys.is_empty()) => None,
            None => Some(Err(Refusal::new("palette-usage").with("usage", *usage))),
        };
    }
    let read = control::palette_control(text, context)?;
    Some(read.map(Action::Control).map_err(|complaint| Refusal::new("palette-error").with("error", complaint)))
}

/// What to say of a command that begins a lesson as a scenario, or the reverse: it is begun, and its own command is named.
pub(super) fn other_kind(line: &str, lessons: &[String]) -> Option<Refusal> {
    let (word, name) = line.split_once(char::is_whitespace)?;
    let Named::One(name) = library::named(name.trim(), lessons.iter().map(String::as_str)) else { return None };
    let id = match (word, library::kind(name)?) {
        ("scenario", Kind::Lesson) => "toast-is-lesson",
        ("lesson", Kind::Scenario) => "toast-is-scenario",
        _ => return None,
    };
    Some(Refusal::new(id).with("name", name))
}

fn one<'a>(args: &[&'a str]) -> Option<&'a str> {
    if let [only] = args { Some(only) } else { None }
}

fn on(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

pub(super) fn node(text: &str) -> Option<NodeId> {
    let number: u8 = text.strip_prefix('n').unwrap_or(text).parse().ok()?;
    (number > 0).then_some(NodeId(number))
}

pub(super) fn group(text: &str) -> Option<GroupId> {
    if text == "meta" {
        return Some(GroupId::META);
    }
    text.strip_prefix('p').unwrap_or(text).parse().ok().filter(|number: &u16| *number > 0).map(GroupId)
}

/// A number, or the hand's.
fn account(text: &str) -> Option<Action> {
    if text == "hand" {
        return Some(Action::Account(None));
    }
    text.parse().ok().filter(|number| *number > 0).map(|number| Action::Account(Some(AccountId(number))))
}

fn step(args: &[&str], state: &UiState) -> Option<Action> {
    match args {
        [] => Some(Action::Pace(PaceCommand::Step(state.group))),
        ["raw"] => Some(Action::Pace(PaceCommand::StepRaw)),
        _ => None,
    }
}

/// As in files, and without the `x` too.
fn speed(text: &str) -> Option<Speed> {
    choice::speed(text).or_else(|_| choice::speed(&format!("{text}x"))).ok()
}

fn reset(args: &[&str]) -> Option<Action> {
    match args {
        [] => Some(Action::Reset(None)),
        ["seed", seed] => Some(Action::Reset(Some(seed.parse().ok()?))),
        _ => None,
    }
}

fn lesson(text: &str) -> Option<Action> {
    Some(match text {
        "leave" => Action::Do(ActionId("lesson.leave")),
        name => Action::Lesson(name.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::control::{Burst, Control, Target};
    use crate::domain::rules::{AckRule, Rule};
    use crate::domain::time::SimDuration;

    fn parse(text: &str) -> Option<Result<Action, Refusal>> {
        let context = Context { selected: Some(NodeId(2)), ..Context::of_file(12, 4) };
        super::parse(text, &UiState::default(), &context)
    }

    #[test]
    fn a_command_is_read_with_its_arguments() {
        let control = |control| Some(Ok(Action::Control(control)));
        let over = |orders, over, in_flight_max| control(Control::Burst(Burst { orders, over, in_flight_max }));
        let cases = [
            ("n 12", Some(Ok(Action::Select(NodeId(12))))),
            (":group p3", Some(Ok(Action::Group(GroupId(3))))),
            ("group meta", Some(Ok(Action::Group(GroupId::META)))),
            ("burst 100k over 2s", over(100_000, SimDuration::from_secs(2), Some(256))),
            ("burst 1M raw", over(1_000_000, SimDuration::from_secs(1), None)),
            ("rate 5000", control(Control::SetRate(5_000))),
            ("ack leader", control(Control::SetAck(AckRule::Leader))),
            ("ack 2", control(Control::SetAck(AckRule::Count(2)))),
            ("rule pre_vote off", control(Control::SetRule { rule: Rule::PreVote, on: false })),
            ("step raw", Some(Ok(Action::Pace(PaceCommand::StepRaw)))),
            ("speed 1/20", Some(Ok(Action::Pace(PaceCommand::Set(Speed::Slow(20)))))),
            ("speed 1000x", Some(Ok(Action::Pace(PaceCommand::Set(Speed::Times(1_000)))))),
            ("speed 1001", Some(Err(Refusal::new("palette-usage").with("usage", "speed 1/20 | 5 | free")))),
            ("speed 1/5000000", Some(Err(Refusal::new("palette-usage").with("usage", "speed 1/20 | 5 | free")))),
            ("speed free", Some(Ok(Action::Pace(PaceCommand::Set(Speed::Free))))),
            ("reset seed 7", Some(Ok(Action::Reset(Some(7))))),
            ("theme mono", Some(Ok(Action::Theme("mono".to_owned())))),
            ("kill n3", control(Control::Crash(Target::Node(NodeId(3))))),
            ("kill leader:p2", control(Control::Crash(Target::Leader(GroupId(2))))),
            ("cut n1 -> n2", control(Control::Cut { from: Target::Node(NodeId(1)), to: Target::Node(NodeId(2)) })),
            ("kill", control(Control::Crash(Target::Node(NodeId(2))))),
            ("restart", None),
            ("node.kill", Some(Ok(Action::Do(ActionId("node.kill"))))),
            ("kill the lead", None),
            ("ack", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn wrong_arguments_are_answered_with_the_usage() {
        for text in ["n zero", "n 0", "group p0", "burst 0", "burst 10 over 2", "rate -1", "rule pre_vote", "kill n0"] {
            assert!(matches!(parse(text), Some(Err(_))), "{text}");
        }
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_spelling() {
        let Some(Err(refusal)) = parse("ack majorty") else { panic!("refused") };
        assert!(refusal.args[0].1.contains("did you mean `majority`?"), "{refusal:?}");
    }

    #[test]
    fn every_command_spells_a_registered_action_out() {
        for (word, id, usage, _) in COMMANDS {
            assert!(registry::by_name(id).is_some(), "{word}");
            assert!(usage.starts_with(word), "{word}");
        }
    }
}
