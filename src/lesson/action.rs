//! Actions: controls as people write them, in a scenario file or in the command palette.
//!
//! Idea: one verb, then what it needs: `kill leader:p1`, `cut n1 -> n2`, `burst 100k over 2s`. The same parser serves
//! both places, so a command tried by hand can be put into a file as it stands. What a control is called stands in
//! [`Control::words`], which writes it back in a form that reads as the same control; here each verb has its form and
//! its reader.
//! Errors: a `Complaint` that points at the word, with what is allowed and the nearest right spelling. A word that was
//! renamed is still read, with a complaint that names the new one as a warning.

mod rest;

use crate::document::problem::{Complaint, listed, nearest};
use crate::domain::control::{Control, Verb};
use crate::domain::hand::HandRequest;
use crate::domain::order::{ReadFrom, Side};
use crate::domain::rules::{PartitionStrategy, Rule, Strategy};
use crate::domain::stored::TradeId;
use crate::domain::tick::Overload;
use crate::domain::time::SimDuration;

pub use super::words::Context;
use super::words::{self, Word};
use super::{tape, trade, venue};
use crate::document::settings::{RATE_MAX, SKEW_PER_MILLE_MAX};
pub(super) use rest::Rest;

/// Reads what follows a verb.
type Read = fn(&mut Rest<'_, '_>) -> Result<Control, Complaint>;

/// What is said of a verb: its form, for help and messages, and its reader.
struct Grammar {
    form: &'static str,
    read: Read,
}

/// All of a hundred orders would leave nothing for others to be seen.
const PERCENT_MAX: u64 = 99;

/// What a text says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The control.
    pub control: Control,
    /// Set if the text uses a word that was renamed: names the new one.
    pub renamed: Option<Complaint>,
}

/// Reads a control.
///
/// # Errors
/// The first word that is wrong.
pub fn parse(text: &str, context: &Context) -> Result<Parsed, Complaint> {
    let words = words::cut(text);
    let Some((word, after)) = words.split_first() else {
        return Err(Complaint::new(0..text.len(), "an action is missing").allow(verbs().join(", ")));
    };
    let old = verb_of_an_old_word(word.text, after);
    let Some(verb) = old.or_else(|| Verb::of(word.text)) else {
        let unknown = word.complain(format!("there is no action `{}`", word.text)).allow(listed(&verbs()));
        return Err(Complaint { nearest: nearest_verb(word.text).map(str::to_owned), ..unknown });
    };
    let grammar = grammar(verb);
    let mut rest = Rest::new(after, text.trim_end().len(), word.text, grammar.form, context);
    let control = (grammar.read)(&mut rest)?;
    rest.end()?;
    let renamed = old.map(|verb| word.complain(format!("`{}` is called `{}` now", word.text, verb.text())));
    Ok(Parsed { control, renamed })
}

/// Reads a control, without the warning about renamed words.
///
/// # Errors
/// The first word that is wrong.
pub fn parse_control(text: &str, context: &Context) -> Result<Control, Complaint> {
    parse(text, context).map(|parsed| parsed.control)
}

/// Whether a control that comes from no text of ours could have been given: in words it reads as the same one.
///
/// # Errors
/// What is wrong with it, and what is allowed.
pub fn check(control: &Control, context: &Context) -> Result<(), Complaint> {
    let text = show(control);
    if parse_control(&text, context)? == *control {
        return Ok(());
    }
    let found = format!("it is not the one that `{text}` means");
    Err(Complaint::new(0..text.len(), found).allow("what can be written down, times in whole microseconds"))
}

/// The verb that a text begins with, whatever follows it.
pub fn verb_of(text: &str) -> Option<Verb> {
    let words = words::cut(text);
    let (word, after) = words.split_first()?;
    verb_of_an_old_word(word.text, after).or_else(|| Verb::of(word.text))
}

/// Words that were renamed, and the verbs that replaced them.
const OLD_WORDS: [(&str, Verb); 3] = [("crash", Verb::Kill), ("poison", Verb::Panic), ("overload", Verb::TickOverflow)];

/// The words that this one is made of, if it is a verb or a form of it (`killed`): the verb, and what it was called before.
/// Events keep the old words: what `kill` does is `node_crashed`.
pub fn roots_of(word: &str) -> Vec<&'static str> {
    let word = word.to_lowercase();
    let is_form = |verb: &&Verb| word.strip_prefix(verb.text()).is_some_and(|end| ["", "d", "ed"].contains(&end));
    let verbs = Verb::ALL.iter().filter(is_form);
    let Some(verb) = verbs.max_by_key(|verb| verb.text().len()) else { return Vec::new() };
    let old = OLD_WORDS.iter().filter(|(_, new)| new == verb).map(|(old, _)| *old);
    std::iter::once(verb.text()).chain(old).collect()
}

/// The verb that replaced this word. `replace n2` and `find capacity` keep theirs.
fn verb_of_an_old_word(word: &str, after: &[Word<'_>]) -> Option<Verb> {
    let next = after.first().map_or("", |word| word.text);
    let renamed = OLD_WORDS.iter().find(|(old, _)| *old == word).map(|(_, verb)| *verb);
    match word {
        "replace" if next.starts_with(['#', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => Some(Verb::Amend),
        "find" if TradeId::parse(next).is_some() => Some(Verb::FindTrade),
        _ => renamed,
    }
}

/// The verbs.
pub fn verbs() -> Vec<&'static str> {
    Verb::ALL.iter().map(|verb| verb.text()).collect()
}

/// The verb nearest to a word; of one that was renamed the old word counts, too.
pub fn nearest_verb(word: &str) -> Option<&'static str> {
    let old = OLD_WORDS.iter().map(|(old, _)| *old);
    let near = nearest(word, &verbs().into_iter().chain(old).collect::<Vec<_>>())?;
    let renamed = OLD_WORDS.iter().find(|(old, _)| *old == near).map(|(_, verb)| *verb);
    renamed.or_else(|| Verb::of(&near)).map(Verb::text)
}

/// The form of a verb, as help shows it.
pub fn form(verb: Verb) -> &'static str {
    grammar(verb).form
}

/// A control the way [`parse`] reads it.
pub fn show(control: &Control) -> String {
    control.words().to_string()
}

/// The verbs with their forms and readers.
#[expect(clippy::too_many_lines, reason = "one row a verb")]
fn grammar(verb: Verb) -> Grammar {
    let row = |form: &'static str, read: Read| Grammar { form, read };
    match verb {
        Verb::Kill => row("kill TARGET", |r| r.target().map(Control::Crash)),
        Verb::Recover => row("recover TARGET | recover all", |r| {
            r.either("all", Control::RecoverAll, |r| r.target().map(Control::Recover))
        }),
        Verb::Freeze => row("freeze TARGET", |r| r.target().map(Control::Freeze)),
        Verb::Thaw => row("thaw TARGET", |r| r.target().map(Control::Thaw)),
        Verb::Restart => row("restart rolling", |r| r.must("rolling").map(|()| Control::RollingRestart)),
        Verb::Cut => row("cut TARGET -> TARGET", |r| r.pair().map(|(from, to)| Control::Cut { from, to })),
        Verb::Heal => row("heal TARGET -> TARGET | heal all", |r| {
            r.either("all", Control::HealAll, |r| r.pair().map(|(from, to)| Control::Heal { from, to }))
        }),
        Verb::Delay => row("delay TARGET -> TARGET TIME [jitter TIME] | delay TARGET -> TARGET off", delay),
        Verb::Isolate => row("isolate TARGET", |r| r.target().map(Control::Isolate)),
        Verb::Mute => row("mute TARGET", |r| r.target().map(Control::Mute)),
        Verb::Rejoin => row("rejoin TARGET", |r| r.target().map(Control::Rejoin)),
        Verb::SlowDisk => {
            row("slow-disk TARGET [off]", |r| Ok(Control::SlowDisk { node: r.target()?, slow: !r.takes("off") }))
        }
        Verb::Transfer => {
            row("transfer [GROUP] [to NODE]", |r| Ok(Control::Transfer { group: r.group()?, to: r.receiver()? }))
        }
        Verb::Elect => row("elect [GROUP]", |r| r.group().map(Control::ForceElection)),
        Verb::Ack => row("ack leader | majority | all | COUNT", |r| r.ack().map(Control::SetAck)),
        Verb::Rule => {
            row("rule NAME on | off", |r| Ok(Control::SetRule { rule: r.choice::<Rule>()?, on: r.on_off()? }))
        }
        Verb::Strategy => row(
            "strategy round-robin | least-connections | free-capacity | lowest-latency | symbol-hash | two-choices \
             | symbol-modulo",
            |r| r.choice::<Strategy>().map(Control::SetStrategy),
        ),
        Verb::Drain => row("drain TARGET", |r| r.target().map(Control::Drain)),
        Verb::Undrain => row("undrain TARGET", |r| r.target().map(Control::Undrain)),
        Verb::Load => row("load on | off", |r| r.on_off().map(Control::SetLoad)),
        Verb::Rate => row("rate ORDERS_PER_SECOND | rate PERCENT% of capacity", |r| r.rate()),
        Verb::Admission => row("admission on | off", |r| r.on_off().map(Control::SetAdmission)),
        Verb::Skew => row("skew EXPONENT_IN_THOUSANDTHS", |r| {
            r.count(0, SKEW_PER_MILLE_MAX).map(|skew| Control::SetSkew(skew as u32))
        }),
        Verb::Hot => row("hot SYMBOL PERCENT | hot off", |r| {
            r.either("off", Control::hot(None), |r| {
                Ok(Control::hot(Some((r.symbol()?, r.count(1, PERCENT_MAX)? as u8))))
            })
        }),
        Verb::Reads => row("reads leader | replica | fallback", |r| r.choice::<ReadFrom>().map(Control::SetReadFrom)),
        Verb::Burst => row("burst ORDERS [over TIME] [in-flight COUNT | raw]", |r| r.burst().map(Control::Burst)),
        Verb::Ticks => row("ticks TICKS_PER_SECOND", |r| r.count(0, RATE_MAX).map(Control::SetTickRate)),
        Verb::TickBurst => row("tick-burst TICKS [over TIME]", |r| r.tick_burst().map(Control::TickBurst)),
        Verb::TickOverflow => {
            row("tick-overflow slow | shed-oldest | shed-newest", |r| r.choice::<Overload>().map(Control::SetOverload))
        }
        Verb::Signals => row("signals on | off", |r| r.on_off().map(Control::SetSignalsTrade)),
        Verb::Panic => row("panic TARGET", |r| r.target().map(Control::Poison)),
        Verb::Add => row("add node", |r| r.must("node").map(|()| Control::AddNode)),
        Verb::Decommission => row("decommission TARGET", |r| r.target().map(Control::Decommission)),
        Verb::Replace => row("replace TARGET", |r| r.target().map(Control::Replace)),
        Verb::Divide => row("divide hash | modulo | range | list | consistent-hash", |r| {
            r.choice::<PartitionStrategy>().map(Control::Divide)
        }),
        Verb::Split => row("split hottest", |r| r.must("hottest").map(|()| Control::Split)),
        Verb::Move => row("move SYMBOL GROUP", |r| Ok(Control::MoveSymbol { symbol: r.symbol()?, to: r.partition()? })),
        Verb::Stay => row("stay all", |r| r.must("all").map(|()| Control::StopMoves)),
        Verb::LoseChange => {
            row("lose-change TARGET [GROUP]", |r| Ok(Control::LoseChange { node: r.target()?, group: r.group()? }))
        }
        Verb::Find => row("find capacity", |r| r.must("capacity").map(|()| Control::FindCapacity)),
        Verb::Venue => row("venue LETTER open | close", |r| venue::control(&r.word()?, &r.word()?)),
        Verb::Buy => row("buy LOTS SYMBOL [at PRICE] [ioc | fok]", |r| trade::place(Side::Buy, r)),
        Verb::Sell => row("sell LOTS SYMBOL [at PRICE] [ioc | fok]", |r| trade::place(Side::Sell, r)),
        Verb::Spread => row("spread buy|sell LOTS SYMBOL at PRICE buy|sell LOTS SYMBOL at PRICE", trade::spread),
        Verb::Amend => row("amend #ORDER LOTS [SYMBOL] at PRICE", trade::amend),
        Verb::Cancel => {
            row("cancel #ORDER", |r| trade::order(r).map(|order| Control::Hand(HandRequest::Cancel { order })))
        }
        Verb::Query => {
            row("query #ORDER", |r| trade::order(r).map(|order| Control::Hand(HandRequest::Query { order })))
        }
        Verb::Trades => {
            row("trades SYMBOL FROM..UNTIL", |r| Ok(Control::ReadTrades(tape::read(r.symbol()?, &r.word()?)?)))
        }
        Verb::FindTrade => row("find-trade TRADE", |r| tape::trade(&r.word()?).map(Control::FindTrade)),
    }
}

/// The one-way latency of a link is no longer than this.
const DELAY_MAX: SimDuration = SimDuration::from_secs(10);

fn delay(rest: &mut Rest<'_, '_>) -> Result<Control, Complaint> {
    let (from, to) = rest.pair()?;
    if rest.takes("off") {
        return Ok(Control::Delay { from, to, latency: None, jitter: SimDuration::ZERO });
    }
    let latency = one_way(rest, DELAY_MAX)?;
    let jitter = if rest.takes("jitter") { one_way(rest, latency)? } else { SimDuration::ZERO };
    Ok(Control::Delay { from, to, latency: Some(latency), jitter })
}

fn one_way(rest: &mut Rest<'_, '_>, max: SimDuration) -> Result<SimDuration, Complaint> {
    let word = rest.word()?;
    if ["0us", "0ms", "0s"].contains(&word.text) {
        return Ok(SimDuration::ZERO);
    }
    let allowed = || format!("0ms to {}", max.written());
    let length = words::length(&word).map_err(|wrong| wrong.allow(allowed()))?;
    let too_long = || word.complain(format!("`{}` is too long", word.text)).allow(allowed());
    if length <= max { Ok(length) } else { Err(too_long()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::strategy::{Strategy as _, ValueTree};
    use proptest::{prop_assert_eq, proptest};

    use super::*;
    use crate::document::choice::Choice;
    use crate::domain::control::{Burst, Target, sample};
    use crate::domain::ids::{GroupId, NodeId};

    const FILE: Context = Context::of_file(5, 4);

    proptest! {
        #[test]
        fn what_is_shown_reads_as_the_same_control(control in sample::any_control()) {
            let text = show(&control);
            let read = parse(&text, &FILE);
            prop_assert_eq!(read, Ok(Parsed { control, renamed: None }), "{}", text);
        }
    }

    #[test]
    fn every_verb_has_its_form_and_is_shown() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let any = sample::any_control();
        let mut shown = BTreeSet::new();
        for _ in 0..5_000 {
            shown.insert(any.new_tree(&mut runner).unwrap().current().words().verb);
        }
        for verb in Verb::ALL {
            assert!(form(*verb).starts_with(verb.text()), "{verb:?}");
            assert!(shown.contains(verb), "no control is called {verb:?}");
        }
    }

    #[test]
    fn forms_list_every_word_of_their_choices() {
        fn check<C: Choice>(verb: Verb) {
            assert_eq!(form(verb), format!("{} {}", verb.text(), C::words().join(" | ")));
        }
        check::<Strategy>(Verb::Strategy);
        check::<PartitionStrategy>(Verb::Divide);
        check::<Overload>(Verb::TickOverflow);
        check::<ReadFrom>(Verb::Reads);
    }

    #[test]
    fn the_document_names_every_verb() {
        let document = include_str!("../../docs/scenarios.md");
        for verb in Verb::ALL {
            let named = [format!("`{}`", verb.text()), format!("`{} ", verb.text())];
            assert!(named.iter().any(|name| document.contains(name)), "docs/scenarios.md lacks `{}`", verb.text());
        }
    }

    #[test]
    fn old_words_are_read_with_the_new_one_named() {
        for (old, new) in [
            ("crash n3", "kill n3"),
            ("poison leader:p2", "panic leader:p2"),
            ("overload slow", "tick-overflow slow"),
            ("replace #3 5 at 10102", "amend #3 5 at 10102"),
            ("find T000000017003", "find-trade T000000017003"),
        ] {
            let read = parse(old, &FILE).unwrap();
            assert_eq!(show(&read.control), new);
            let renamed = read.renamed.unwrap().to_string();
            let (old, new) = (old.split(' ').next().unwrap(), new.split(' ').next().unwrap());
            assert_eq!(renamed, format!("`{old}` is called `{new}` now"));
            assert_eq!(parse(&show(&read.control), &FILE).unwrap().renamed, None);
        }
        assert_eq!(parse("replace n2", &FILE).unwrap().renamed, None);
        assert_eq!(parse("find capacity", &FILE).unwrap().renamed, None);
    }

    #[test]
    fn short_forms_mean_what_the_palette_shows() {
        let palette = Context { group: GroupId(3), selected: Some(NodeId(2)), ..FILE };
        let read = |text: &str| parse_control(text, &palette).unwrap();
        assert_eq!(read("kill"), Control::Crash(Target::Node(NodeId(2))));
        assert_eq!(read("kill leader"), Control::Crash(Target::Leader(GroupId(3))));
        assert_eq!(read("slow-disk off"), Control::SlowDisk { node: Target::Node(NodeId(2)), slow: false });
        assert_eq!(read("elect"), Control::ForceElection(GroupId(3)));
        assert_eq!(read("transfer to n4"), Control::Transfer { group: GroupId(3), to: Some(NodeId(4)) });
        assert_eq!(
            read("  burst   100k over 2s "),
            Control::Burst(Burst { orders: 100_000, over: SimDuration::from_secs(2), in_flight_max: Some(256) })
        );
    }

    #[test]
    fn each_mistake_is_pointed_at() {
        for (text, span, words) in [
            ("", 0..0, "an action is missing (allowed: kill"),
            ("crsh n1", 0..4, "there is no action `crsh`; did you mean `kill`? (allowed: kill, recover"),
            ("burst 10 ovr 1s", 9..12, "`ovr` is too much here; did you mean `over`? (allowed: burst"),
            ("buy 1 ACME att 3", 11..14, "`att` is too much here; did you mean `at`?"),
            ("elect mta", 6..9, "there is no group `mta`; did you mean `meta`? (allowed: p1 to p4, meta)"),
            ("move GOOG p0", 10..12, "there is no partition `p0` (allowed: p1 to p4)"),
            ("kll n1", 0..3, "there is no action `kll`; did you mean `kill`?"),
            ("kill", 4..4, "`kill` needs more (allowed: kill TARGET)"),
            ("kill n6", 5..7, "there is no node `n6` (allowed: n1 to n5)"),
            ("kill laeder:p1", 5..14, "`laeder:p1` is no target; did you mean `leader`?"),
            ("kill leader:p9", 12..14, "there is no group `p9` (allowed: p1 to p4, meta)"),
            ("kill random:p1", 12..14, "`random` takes no group"),
            ("kill n1 n2", 8..10, "`n2` is too much here (allowed: kill TARGET)"),
            ("cut n1 n2", 7..9, "`n2` does not belong here (allowed: cut TARGET -> TARGET)"),
            ("ack majorty", 4..11, "`majorty` is no rule of acknowledgement; did you mean `majority`?"),
            ("ack 6", 4..5, "`6` is no number that fits here (allowed: 1 to 5"),
            ("rule prevote off", 5..12, "did you mean `pre_vote`?"),
            ("load maybe", 5..10, "`maybe` is neither on nor off (allowed: on, off)"),
            ("burst 5 over soon", 13..17, "`soon` is no length of time"),
            ("restart roling", 8..14, "did you mean `rolling`?"),
            ("hot GOOGL 40", 4..9, "there is no instrument `GOOGL`; did you mean `GOOG`?"),
            ("hot GOOG 100", 9..12, "`100` is no number that fits here"),
            ("skew 9000", 5..9, "`9000` is no number that fits here"),
            ("find capacty", 5..12, "did you mean `capacity`?"),
            ("delay n1 -> n2 -5ms", 15..19, "`-5ms` is no length of time (allowed: 0ms to 10s)"),
            ("heal al", 5..7, "`al` is no target; did you mean `all`? (allowed: all, n1 to n5, leader,"),
            ("recover al", 8..10, "`al` is no target; did you mean `all`? (allowed: all, n1 to n5, leader,"),
            ("heal n9 -> n1", 5..7, "there is no node `n9` (allowed: all, n1 to n5)"),
            ("heal n1 -> al", 11..13, "`al` is no target (allowed: n1 to n5, leader,"),
            ("delay n1 -> n2 11s", 15..18, "`11s` is too long (allowed: 0ms to 10s)"),
            ("delay n1 -> n2 20ms jitter 30ms", 27..31, "`30ms` is too long (allowed: 0ms to 20ms)"),
            ("rate 0", 5..6, "`0` is no number that fits here"),
        ] {
            let complaint = parse_control(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
