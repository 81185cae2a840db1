//! Actions: controls as people write them, in a scenario file or in the command palette.
//!
//! Idea: one verb, then what it needs: `crash leader:p1`, `cut n1 -> n2`, `burst 100k over 2s`. The same parser serves
//! both places, so a command tried by hand can be put into a file as it stands. `show` writes any control back in a
//! form that reads as the same control.
//! Errors: a `Complaint` that points at the word, with what is allowed and the nearest right spelling.

use crate::document::choice::Choice;
use crate::document::problem::Complaint;
use crate::document::settings::{RATE_MAX, SKEW_PER_MILLE_MAX, ack_word};
use crate::domain::control::{Burst, Control, Target};
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::instrument::INSTRUMENTS;
use crate::domain::order::ReadFrom;
use crate::domain::rules::{AckRule, PartitionStrategy, Rule, Strategy};
use crate::domain::tick::{Overload, TickBurst};
use crate::domain::time::SimDuration;

pub use super::words::Context;
use super::words::{self, Word};
use super::{tape, target, trade, venue};

/// Every verb with its form, in the order of the help.
pub const FORMS: &[(&str, &str)] = &[
    ("crash", "crash TARGET"),
    ("recover", "recover TARGET | recover all"),
    ("freeze", "freeze TARGET"),
    ("thaw", "thaw TARGET"),
    ("restart", "restart rolling"),
    ("cut", "cut TARGET -> TARGET"),
    ("heal", "heal TARGET -> TARGET | heal all"),
    ("isolate", "isolate TARGET"),
    ("mute", "mute TARGET"),
    ("rejoin", "rejoin TARGET"),
    ("slow-disk", "slow-disk TARGET [off]"),
    ("transfer", "transfer [GROUP] [to NODE]"),
    ("elect", "elect [GROUP]"),
    ("ack", "ack leader | majority | all | COUNT"),
    ("rule", "rule NAME on | off"),
    (
        "strategy",
        "strategy round-robin | least-connections | free-capacity | lowest-latency | symbol-hash | two-choices",
    ),
    ("drain", "drain TARGET"),
    ("undrain", "undrain TARGET"),
    ("load", "load on | off"),
    ("rate", "rate ORDERS_PER_SECOND | rate PERCENT% of capacity"),
    ("admission", "admission on | off"),
    ("skew", "skew EXPONENT_IN_THOUSANDTHS"),
    ("hot", "hot SYMBOL PERCENT | hot off"),
    ("reads", "reads leader | replica | fallback"),
    ("burst", "burst ORDERS [over TIME] [in-flight COUNT | raw]"),
    ("ticks", "ticks TICKS_PER_SECOND"),
    ("tick-burst", "tick-burst TICKS [over TIME]"),
    ("overload", "overload slow | shed-oldest | shed-newest"),
    ("signals", "signals on | off"),
    ("poison", "poison TARGET"),
    ("add", "add node"),
    ("decommission", "decommission TARGET"),
    ("divide", "divide hash | modulo | range | list | consistent-hash"),
    ("split", "split hottest"),
    ("move", "move SYMBOL GROUP"),
    ("stay", "stay all"),
    ("lose-change", "lose-change TARGET [GROUP]"),
    ("find", "find TRADE | find capacity"),
    venue::FORM,
];

/// All of a hundred orders would leave nothing for others to be seen.
const PERCENT_MAX: u64 = 99;

/// A hundred times the capacity is more than any desk survives.
const CAPACITY_PERCENT_MAX: u64 = 10_000;

/// Orders of one burst at most.
const BURST_ORDERS_MAX: u64 = 100_000_000;

/// Reads a control.
///
/// # Errors
/// The first word that is wrong.
pub fn parse_control(text: &str, context: &Context) -> Result<Control, Complaint> {
    let words = words::cut(text);
    let Some((verb, rest)) = words.split_first() else {
        return Err(Complaint::new(0..text.len(), "an action is missing").allow(verbs().join(", ")));
    };
    let mut rest = Rest { words: rest, end: text.trim_end().len(), verb: verb.text, context };
    let control = one(verb, &mut rest)?;
    match rest.words.first() {
        None => Ok(control),
        Some(extra) => Err(extra.complain(format!("`{}` is too much here", extra.text)).allow(form(verb.text))),
    }
}

/// The verbs.
pub fn verbs() -> Vec<&'static str> {
    FORMS.iter().chain(trade::FORMS).chain([&tape::FORM]).map(|(verb, _)| *verb).collect()
}

fn form(verb: &str) -> &'static str {
    FORMS
        .iter()
        .chain(trade::FORMS)
        .chain([&tape::FORM])
        .find(|(known, _)| *known == verb)
        .map_or("", |(_, form)| *form)
}

fn one(verb: &Word<'_>, rest: &mut Rest<'_, '_>) -> Result<Control, Complaint> {
    // `replace #3 5 at 10102` is of an order, `replace n2` of a node.
    let of_a_node = |word: &Word<'_>| word.text.starts_with(|c: char| c.is_ascii_alphabetic());
    if verb.text == "replace" && rest.words.first().is_some_and(of_a_node) {
        return rest.target().map(Control::Replace);
    }
    let mut trade = trade::Words { left: rest.words, end: rest.end, form: form(verb.text) };
    if let Some(request) = trade::read(verb.text, &mut trade) {
        rest.words = trade.left;
        return request.map(Control::Hand);
    }
    Ok(match verb.text {
        "crash" => Control::Crash(rest.target()?),
        "recover" if rest.takes("all") => Control::RecoverAll,
        "recover" => Control::Recover(rest.target()?),
        "freeze" => Control::Freeze(rest.target()?),
        "thaw" => Control::Thaw(rest.target()?),
        "restart" => rest.must("rolling").map(|()| Control::RollingRestart)?,
        "cut" => rest.pair().map(|(from, to)| Control::Cut { from, to })?,
        "heal" if rest.takes("all") => Control::HealAll,
        "heal" => rest.pair().map(|(from, to)| Control::Heal { from, to })?,
        "isolate" => Control::Isolate(rest.target()?),
        "mute" => Control::Mute(rest.target()?),
        "rejoin" => Control::Rejoin(rest.target()?),
        "slow-disk" => Control::SlowDisk { node: rest.target()?, slow: !rest.takes("off") },
        "transfer" => Control::Transfer { group: rest.group()?, to: rest.receiver()? },
        "elect" => Control::ForceElection(rest.group()?),
        "ack" => Control::SetAck(rest.ack()?),
        "rule" => Control::SetRule { rule: rest.choice::<Rule>()?, on: rest.on_off()? },
        "drain" => Control::Drain(rest.target()?),
        "undrain" => Control::Undrain(rest.target()?),
        "strategy" => Control::SetStrategy(rest.choice::<Strategy>()?),
        "load" => Control::SetLoad(rest.on_off()?),
        "rate" => rest.rate()?,
        "admission" => Control::SetAdmission(rest.on_off()?),
        "skew" => Control::SetSkew(words::count(&rest.word()?, 0, SKEW_PER_MILLE_MAX)? as u32),
        "hot" if rest.takes("off") => Control::HotSymbol { symbol: SymbolId(0), percent: 0 },
        "hot" => {
            Control::HotSymbol { symbol: rest.symbol()?, percent: words::count(&rest.word()?, 1, PERCENT_MAX)? as u8 }
        }
        "reads" => Control::SetReadFrom(rest.choice::<ReadFrom>()?),
        "burst" => Control::Burst(rest.burst()?),
        "ticks" => Control::SetTickRate(words::count(&rest.word()?, 0, RATE_MAX)?),
        "tick-burst" => Control::TickBurst(rest.tick_burst()?),
        "overload" => Control::SetOverload(rest.choice::<Overload>()?),
        "signals" => Control::SetSignalsTrade(rest.on_off()?),
        "poison" => Control::Poison(rest.target()?),
        "add" => rest.must("node").map(|()| Control::AddNode)?,
        "decommission" => Control::Decommission(rest.target()?),
        "divide" => Control::Divide(rest.choice::<PartitionStrategy>()?),
        "split" => rest.must("hottest").map(|()| Control::Split)?,
        "move" => Control::MoveSymbol { symbol: rest.symbol()?, to: rest.group()? },
        "stay" => rest.must("all").map(|()| Control::StopMoves)?,
        "trades" => Control::ReadTrades(tape::read(rest.symbol()?, &rest.word()?)?),
        "find" if rest.takes("capacity") => Control::FindCapacity,
        "find" => Control::FindTrade(tape::trade(&rest.word()?)?),
        "lose-change" => Control::LoseChange { node: rest.target()?, group: rest.group()? },
        "venue" => venue::control(&rest.word()?, &rest.word()?)?,
        unknown => return Err(verb.complain(format!("there is no action `{unknown}`")).among(unknown, &verbs())),
    })
}

/// The words that are still to be read.
struct Rest<'w, 't> {
    words: &'w [Word<'t>],
    end: usize,
    verb: &'t str,
    context: &'w Context,
}

impl<'t> Rest<'_, 't> {
    fn word(&mut self) -> Result<Word<'t>, Complaint> {
        let Some((word, rest)) = self.words.split_first() else {
            return Err(
                Complaint::new(self.end..self.end, format!("`{}` needs more", self.verb)).allow(form(self.verb))
            );
        };
        self.words = rest;
        Ok(word.clone())
    }

    fn takes(&mut self, text: &str) -> bool {
        let found = self.words.first().is_some_and(|word| word.text == text);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn must(&mut self, text: &str) -> Result<(), Complaint> {
        let word = self.word()?;
        if word.text == text {
            return Ok(());
        }
        Err(word
            .complain(format!("`{}` does not belong here", word.text))
            .among(word.text, &[text])
            .allow(form(self.verb)))
    }

    fn target(&mut self) -> Result<Target, Complaint> {
        match self.context.selected {
            Some(node) if self.words.is_empty() || self.words[0].text == "off" => Ok(Target::Node(node)),
            _ => target::read(&self.word()?, self.context),
        }
    }

    fn pair(&mut self) -> Result<(Target, Target), Complaint> {
        let from = target::read(&self.word()?, self.context)?;
        self.must("->")?;
        Ok((from, target::read(&self.word()?, self.context)?))
    }

    fn group(&mut self) -> Result<GroupId, Complaint> {
        match self.words.first() {
            Some(word) if word.text != "to" => words::group(&self.word()?, self.context),
            _ => Ok(self.context.group),
        }
    }

    fn receiver(&mut self) -> Result<Option<NodeId>, Complaint> {
        if self.words.is_empty() {
            return Ok(None);
        }
        self.must("to")?;
        words::node(&self.word()?, self.context).map(Some)
    }

    fn symbol(&mut self) -> Result<SymbolId, Complaint> {
        let word = self.word()?;
        let names = || INSTRUMENTS.iter().map(|instrument| instrument.name).collect::<Vec<_>>();
        let unknown = || word.complain(format!("there is no instrument `{}`", word.text)).among(word.text, &names());
        SymbolId::named(word.text).ok_or_else(unknown)
    }

    fn choice<C: Choice>(&mut self) -> Result<C, Complaint> {
        let word = self.word()?;
        let words = C::words();
        let found = || word.complain(format!("`{}` does not belong here", word.text)).among(word.text, &words);
        C::of_word(word.text).ok_or_else(found)
    }

    fn on_off(&mut self) -> Result<bool, Complaint> {
        let word = self.word()?;
        match word.text {
            "on" => Ok(true),
            "off" => Ok(false),
            other => Err(word.complain(format!("`{other}` is neither on nor off")).among(other, &["on", "off"])),
        }
    }

    fn ack(&mut self) -> Result<AckRule, Complaint> {
        let word = self.word()?;
        Ok(match word.text {
            "leader" => AckRule::Leader,
            "majority" => AckRule::Majority,
            "all" => AckRule::All,
            digits if digits.starts_with(|c: char| c.is_ascii_digit()) => {
                AckRule::Count(words::count(&word, 1, self.context.nodes as u64)? as u8)
            }
            other => {
                let found = word.complain(format!("`{other}` is no rule of acknowledgement"));
                return Err(found.among(other, &["leader", "majority", "all"]).allow(form("ack")));
            }
        })
    }

    /// So many a second, or so many hundredths of the capacity.
    fn rate(&mut self) -> Result<Control, Complaint> {
        let word = self.word()?;
        let Some(percent) = word.text.strip_suffix('%') else {
            return words::count(&word, 1, RATE_MAX).map(Control::SetRate);
        };
        let figure = Word { text: percent, span: word.span.start..word.span.end - 1 };
        let percent = words::count(&figure, 1, CAPACITY_PERCENT_MAX)?;
        self.must("of")?;
        self.must("capacity")?;
        Ok(Control::SetRateOfCapacity(percent as u32))
    }

    fn tick_burst(&mut self) -> Result<TickBurst, Complaint> {
        let ticks = words::count(&self.word()?, 1, BURST_ORDERS_MAX)?;
        let over = if self.takes("over") { words::length(&self.word()?)? } else { TickBurst::KEY.over };
        Ok(TickBurst { ticks, over })
    }

    fn burst(&mut self) -> Result<Burst, Complaint> {
        let orders = words::count(&self.word()?, 1, BURST_ORDERS_MAX)?;
        let over = if self.takes("over") { words::length(&self.word()?)? } else { Burst::KEY.over };
        let in_flight_max = if self.takes("raw") {
            None
        } else if self.takes("in-flight") {
            Some(words::count(&self.word()?, 1, 1_000_000)? as u32)
        } else {
            Burst::KEY.in_flight_max
        };
        Ok(Burst { orders, over, in_flight_max })
    }
}

/// A control the way [`parse_control`] reads it.
pub fn show(control: &Control) -> String {
    let on_off = |on: bool| if on { "on" } else { "off" };
    let of = target::show;
    match *control {
        Control::Crash(node) => format!("crash {}", of(node)),
        Control::Recover(node) => format!("recover {}", of(node)),
        Control::RecoverAll => "recover all".to_owned(),
        Control::Freeze(node) => format!("freeze {}", of(node)),
        Control::Thaw(node) => format!("thaw {}", of(node)),
        Control::RollingRestart => "restart rolling".to_owned(),
        Control::Cut { from, to } => format!("cut {} -> {}", of(from), of(to)),
        Control::Heal { from, to } => format!("heal {} -> {}", of(from), of(to)),
        Control::Isolate(node) => format!("isolate {}", of(node)),
        Control::Mute(node) => format!("mute {}", of(node)),
        Control::Rejoin(node) => format!("rejoin {}", of(node)),
        Control::HealAll => "heal all".to_owned(),
        Control::SlowDisk { node, slow: true } => format!("slow-disk {}", of(node)),
        Control::SlowDisk { node, slow: false } => format!("slow-disk {} off", of(node)),
        Control::Transfer { group, to: None } => format!("transfer {group}"),
        Control::Transfer { group, to: Some(node) } => format!("transfer {group} to {node}"),
        Control::ForceElection(group) => format!("elect {group}"),
        Control::SetAck(rule) => format!("ack {}", ack_word(rule)),
        Control::SetRule { rule, on } => format!("rule {} {}", rule.name(), on_off(on)),
        Control::Drain(node) => format!("drain {}", of(node)),
        Control::Undrain(node) => format!("undrain {}", of(node)),
        Control::SetStrategy(strategy) => format!("strategy {}", strategy.name()),
        Control::SetLoad(on) => format!("load {}", on_off(on)),
        Control::SetRate(rate) => format!("rate {rate}"),
        Control::SetRateOfCapacity(percent) => format!("rate {percent}% of capacity"),
        Control::FindCapacity => "find capacity".to_owned(),
        Control::SetAdmission(on) => format!("admission {}", on_off(on)),
        Control::SetSkew(per_mille) => format!("skew {per_mille}"),
        Control::HotSymbol { percent: 0, .. } => "hot off".to_owned(),
        Control::HotSymbol { symbol, percent } => format!("hot {} {percent}", symbol.name()),
        Control::SetReadFrom(from) => format!("reads {}", from.word()),
        Control::Burst(burst) => show_burst(&burst),
        Control::Hand(request) => trade::show(&request),
        Control::SetTickRate(rate) => format!("ticks {rate}"),
        Control::TickBurst(TickBurst { ticks, over }) => format!("tick-burst {ticks} over {}", show_over(over)),
        Control::SetOverload(rule) => format!("overload {}", rule.name()),
        Control::SetSignalsTrade(on) => format!("signals {}", on_off(on)),
        Control::Poison(node) => format!("poison {}", of(node)),
        Control::AddNode => "add node".to_owned(),
        Control::Decommission(node) => format!("decommission {}", of(node)),
        Control::Replace(node) => format!("replace {}", of(node)),
        Control::Divide(strategy) => format!("divide {}", strategy.name()),
        Control::Split => "split hottest".to_owned(),
        Control::MoveSymbol { symbol, to } => format!("move {} {to}", symbol.name()),
        Control::StopMoves => "stay all".to_owned(),
        Control::ReadTrades(query) => tape::show(&query),
        Control::FindTrade(id) => format!("find {id}"),
        Control::LoseChange { node, group } => format!("lose-change {} {group}", of(node)),
        Control::SetVenue { venue, open } => venue::show(venue, open),
    }
}

fn show_over(over: SimDuration) -> String {
    words::show_length(SimDuration::from_micros(over.as_micros().max(1)))
}

fn show_burst(burst: &Burst) -> String {
    let over = show_over(burst.over);
    let wait = burst.in_flight_max.map_or("raw".to_owned(), |count| format!("in-flight {count}"));
    format!("burst {} over {over} {wait}", burst.orders)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Context = Context::of_file(5, 4);

    fn every_control() -> Vec<Control> {
        let targets = [
            Target::Node(NodeId(3)),
            Target::Leader(GroupId(2)),
            Target::Leader(GroupId::META),
            Target::Follower(GroupId(4)),
            Target::Random,
        ];
        let mut all = vec![Control::RecoverAll, Control::RollingRestart, Control::HealAll, Control::AddNode];
        for node in targets {
            all.extend([
                Control::Crash(node),
                Control::Recover(node),
                Control::Freeze(node),
                Control::Thaw(node),
                Control::Drain(node),
                Control::Undrain(node),
                Control::Isolate(node),
                Control::Mute(node),
                Control::Rejoin(node),
                Control::SlowDisk { node, slow: true },
                Control::SlowDisk { node, slow: false },
                Control::Cut { from: node, to: Target::Node(NodeId(1)) },
                Control::Heal { from: Target::Node(NodeId(1)), to: node },
                Control::Poison(node),
                Control::Decommission(node),
                Control::Replace(node),
                Control::LoseChange { node, group: GroupId(2) },
            ]);
        }
        for group in [GroupId::META, GroupId(3)] {
            all.extend([
                Control::Transfer { group, to: None },
                Control::Transfer { group, to: Some(NodeId(2)) },
                Control::ForceElection(group),
            ]);
        }
        let acks = [AckRule::Leader, AckRule::Count(2), AckRule::Majority, AckRule::All];
        all.extend(acks.map(Control::SetAck));
        all.extend(Rule::ALL.iter().flat_map(|&rule| [true, false].map(|on| Control::SetRule { rule, on })));
        all.extend(Strategy::ALL.map(Control::SetStrategy));
        all.extend([true, false].map(Control::SetLoad));
        all.extend([ReadFrom::Leader, ReadFrom::Replica, ReadFrom::Fallback].map(Control::SetReadFrom));
        all.extend([Control::SetRate(12_345), Control::SetRateOfCapacity(200), Control::FindCapacity]);
        all.extend([true, false].map(Control::SetAdmission));
        all.extend([0, 1_100].map(Control::SetSkew));
        let (goog, first) = (SymbolId(6), SymbolId(0));
        all.extend([(goog, 40), (first, 0)].map(|(symbol, percent)| Control::HotSymbol { symbol, percent }));
        all.extend(PartitionStrategy::ALL.map(Control::Divide));
        all.extend([Control::Split, Control::MoveSymbol { symbol: goog, to: GroupId(2) }, Control::StopMoves]);
        let doors = [true, false].map(|open| Control::SetVenue { venue: crate::domain::venue::VenueId(1), open });
        all.extend(doors);
        all.push(Control::FindTrade(crate::domain::stored::TradeId::new(GroupId(3), 17)));
        all.extend([Control::SetTickRate(0), Control::TickBurst(TickBurst::KEY)]);
        all.extend(Overload::ALL.map(Control::SetOverload));
        all.extend([true, false].map(Control::SetSignalsTrade));
        all.push(Control::Burst(Burst::KEY));
        all.push(Control::Burst(Burst { orders: 7, over: SimDuration::from_micros(1_500), in_flight_max: None }));
        all
    }

    #[test]
    fn what_is_shown_reads_as_the_same_control() {
        for control in every_control() {
            let text = show(&control);
            assert_eq!(parse_control(&text, &FILE), Ok(control), "{text}");
        }
    }

    #[test]
    fn every_verb_has_its_form_and_is_shown() {
        let shown: Vec<String> = every_control().iter().map(show).collect();
        for (verb, form) in FORMS {
            assert!(form.starts_with(verb), "{verb}");
            assert!(shown.iter().any(|text| text.split(' ').next() == Some(verb)), "{verb} is never shown");
        }
    }

    #[test]
    fn short_forms_mean_what_the_palette_shows() {
        let palette = Context { group: GroupId(3), selected: Some(NodeId(2)), ..FILE };
        let read = |text: &str| parse_control(text, &palette).unwrap();
        assert_eq!(read("crash"), Control::Crash(Target::Node(NodeId(2))));
        assert_eq!(read("crash leader"), Control::Crash(Target::Leader(GroupId(3))));
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
            ("", 0..0, "an action is missing (allowed: crash"),
            ("crsh n1", 0..4, "there is no action `crsh`; did you mean `crash`?"),
            ("crash", 5..5, "`crash` needs more (allowed: crash TARGET)"),
            ("crash n6", 6..8, "there is no node `n6` (allowed: n1 to n5)"),
            ("crash laeder:p1", 6..15, "`laeder:p1` is no target; did you mean `leader`?"),
            ("crash leader:p9", 13..15, "there is no group `p9` (allowed: p1 to p4, meta)"),
            ("crash random:p1", 13..15, "`random` takes no group"),
            ("crash n1 n2", 9..11, "`n2` is too much here (allowed: crash TARGET)"),
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
            ("rate 0", 5..6, "`0` is no number that fits here"),
        ] {
            let complaint = parse_control(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
