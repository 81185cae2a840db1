//! A control in words: its verb, and what follows it.
//!
//! Idea: one row a control. What a file or the palette reads (`cut n1 -> n2`) is these words in order; the text ids of the
//! languages (`control-cut`, `control-cut.done`) and the figures in them follow from the same row.
//! Shape: a verb that has several forms (`heal n1 -> n2`, `heal all`) names the form; each form has a text of its own.

use std::fmt;

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{Burst, Control, Target};
use crate::domain::hand::HandRequest;
use crate::domain::ids::SymbolId;
use crate::domain::order::{OrderType, Side, TimeInForce};
use crate::domain::rules::AckRule;
use crate::domain::time::SimDuration;
use crate::domain::units::{Price, Quantity};

/// The verbs, in the order of the help. Each means one kind of thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the grammar says what each reads, `Control::words` which control each is")]
pub enum Verb {
    Kill,
    Recover,
    Freeze,
    Thaw,
    Restart,
    Cut,
    Heal,
    Isolate,
    Mute,
    Rejoin,
    Delay,
    SlowDisk,
    Transfer,
    Elect,
    Ack,
    Rule,
    Strategy,
    Drain,
    Undrain,
    Load,
    Rate,
    Admission,
    Skew,
    Hot,
    Reads,
    Burst,
    Ticks,
    TickBurst,
    TickOverflow,
    Signals,
    Panic,
    Add,
    Decommission,
    Replace,
    Divide,
    Split,
    Move,
    Stay,
    LoseChange,
    Find,
    Venue,
    Buy,
    Sell,
    Spread,
    Amend,
    Cancel,
    Query,
    Trades,
    FindTrade,
}

impl Verb {
    /// Every verb.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// As it is typed.
    pub fn text(self) -> &'static str {
        self.into()
    }

    /// The verb of this word.
    pub fn of(word: &str) -> Option<Self> {
        word.parse().ok()
    }

    const fn alone(self) -> Wording {
        Wording { verb: self, form: "", parts: Vec::new() }
    }

    fn with(self, name: &'static str, value: impl Into<Argument>) -> Wording {
        self.alone().and(name, value)
    }

    fn node(self, node: Target) -> Wording {
        self.with("node", node)
    }

    fn link(self, from: Target, to: Target) -> Wording {
        self.with("node", from).sign("->").and("to", to)
    }

    /// One word that decides the text: `heal all`, `load off`.
    const fn form(self, form: &'static str) -> Wording {
        Wording { verb: self, form, parts: Vec::new() }
    }

    fn only(self, form: &'static str) -> Wording {
        self.form(form).sign(form)
    }

    fn switch(self, on: bool) -> Wording {
        self.only(if on { "on" } else { "off" })
    }
}

/// What an argument is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Argument {
    /// A node, by name or role.
    Target(Target),
    /// A word of a short list; languages may explain it.
    Word(&'static str),
    /// A number.
    Count(u64),
    /// A length of time: `300ms` when typed, in the language's own form when shown.
    Length(SimDuration),
    /// Anything that is written alike everywhere: a name, a price.
    Text(String),
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(target) => target.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Count(count) => count.fmt(f),
            Self::Length(length) if length.0 == 0 => f.write_str("0ms"),
            Self::Length(length) => f.write_str(&length.written()),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<Target> for Argument {
    fn from(target: Target) -> Self {
        Self::Target(target)
    }
}

impl From<&'static str> for Argument {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<SimDuration> for Argument {
    fn from(length: SimDuration) -> Self {
        Self::Length(length)
    }
}

impl From<u64> for Argument {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Sign(&'static str),
    Arg(&'static str, Argument),
}

/// A verb and what follows it. Displayed, it is what the grammar reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wording {
    /// The verb.
    pub verb: Verb,
    form: &'static str,
    parts: Vec<Part>,
}

impl Wording {
    /// The id of its text: `control-heal-all`; its attribute `done` says that it was done.
    pub fn text_id(&self) -> String {
        let (verb, form) = (self.verb.text(), self.form);
        if form.is_empty() { format!("control-{verb}") } else { format!("control-{verb}-{form}") }
    }

    /// The arguments, by the name that the texts give them.
    pub fn args(&self) -> impl Iterator<Item = (&'static str, &Argument)> {
        self.parts.iter().filter_map(|part| if let Part::Arg(name, value) = part { Some((*name, value)) } else { None })
    }

    /// The same with another value of an argument, for texts that can show more than the grammar reads.
    #[must_use]
    pub fn showing(mut self, name: &str, shown: &str) -> Self {
        for part in &mut self.parts {
            if let Part::Arg(known, value) = part
                && *known == name
            {
                *value = Argument::Text(shown.to_owned());
            }
        }
        self
    }

    fn and(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.parts.push(Part::Arg(name, value.into()));
        self
    }

    /// An argument that is written alike everywhere.
    #[expect(clippy::needless_pass_by_value, reason = "ids are Copy, and read better without a `&`")]
    fn name(self, name: &'static str, value: impl ToString) -> Self {
        self.and(name, Argument::Text(value.to_string()))
    }

    fn sign(mut self, sign: &'static str) -> Self {
        self.parts.push(Part::Sign(sign));
        self
    }

    fn leg(self, side: Side, quantity: Quantity, symbol: SymbolId) -> Self {
        self.and("side", side.word()).and("lots", quantity.0).name("symbol", symbol.name())
    }

    fn at(self, symbol: SymbolId, price: Price) -> Self {
        let shown = symbol.instrument().map_or_else(|| price.0.to_string(), |instrument| instrument.show_price(price));
        self.sign("at").name("price", shown)
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.text())?;
        for part in &self.parts {
            match part {
                Part::Sign(sign) => write!(f, " {sign}")?,
                Part::Arg(_, value) => write!(f, " {value}")?,
            }
        }
        Ok(())
    }
}

impl Control {
    /// The control in words.
    #[expect(clippy::too_many_lines, reason = "one row a control")]
    pub fn words(&self) -> Wording {
        match *self {
            Self::Crash(node) => Verb::Kill.node(node),
            Self::Recover(node) => Verb::Recover.node(node),
            Self::RecoverAll => Verb::Recover.only("all"),
            Self::Freeze(node) => Verb::Freeze.node(node),
            Self::Thaw(node) => Verb::Thaw.node(node),
            Self::RollingRestart => Verb::Restart.only("rolling"),
            Self::Cut { from, to } => Verb::Cut.link(from, to),
            Self::Heal { from, to } => Verb::Heal.link(from, to),
            Self::HealAll => Verb::Heal.only("all"),
            Self::Delay { from, to, latency: Some(latency), jitter } => {
                let words = Verb::Delay.link(from, to).and("latency", latency);
                if jitter.0 == 0 { words } else { words.sign("jitter").and("jitter", jitter) }
            }
            Self::Delay { from, to, latency: None, .. } => {
                Verb::Delay.form("off").and("node", from).sign("->").and("to", to).sign("off")
            }
            Self::Isolate(node) => Verb::Isolate.node(node),
            Self::Mute(node) => Verb::Mute.node(node),
            Self::Rejoin(node) => Verb::Rejoin.node(node),
            Self::SlowDisk { node, slow: true } => Verb::SlowDisk.node(node),
            Self::SlowDisk { node, slow: false } => Verb::SlowDisk.form("off").and("node", node).sign("off"),
            Self::Transfer { group, to: None } => Verb::Transfer.alone().name("group", group),
            Self::Transfer { group, to: Some(to) } => {
                Verb::Transfer.form("to").name("group", group).sign("to").name("node", to)
            }
            Self::ForceElection(group) => Verb::Elect.alone().name("group", group),
            Self::SetAck(AckRule::Count(count)) => Verb::Ack.form("count").and("n", u64::from(count)),
            Self::SetAck(AckRule::Leader) => Verb::Ack.with("rule", "leader"),
            Self::SetAck(AckRule::Majority) => Verb::Ack.with("rule", "majority"),
            Self::SetAck(AckRule::All) => Verb::Ack.with("rule", "all"),
            Self::SetRule { rule, on: true } => Verb::Rule.form("on").and("rule", rule.name()).sign("on"),
            Self::SetRule { rule, on: false } => Verb::Rule.form("off").and("rule", rule.name()).sign("off"),
            Self::SetStrategy(strategy) => Verb::Strategy.with("strategy", strategy.name()),
            Self::Drain(node) => Verb::Drain.node(node),
            Self::Undrain(node) => Verb::Undrain.node(node),
            Self::SetLoad(on) => Verb::Load.switch(on),
            Self::SetRate(rate) => Verb::Rate.with("n", rate),
            Self::SetRateOfCapacity(percent) => {
                Verb::Rate.form("of-capacity").name("n", format!("{percent}%")).sign("of capacity")
            }
            Self::FindCapacity => Verb::Find.only("capacity"),
            Self::SetAdmission(on) => Verb::Admission.switch(on),
            Self::SetSkew(per_mille) => Verb::Skew.with("n", u64::from(per_mille)),
            Self::HotSymbol { percent: 0, .. } => Verb::Hot.only("off"),
            Self::HotSymbol { symbol, percent } => {
                Verb::Hot.alone().name("symbol", symbol.name()).and("n", u64::from(percent))
            }
            Self::SetReadFrom(from) => Verb::Reads.only(from.name()),
            Self::Burst(burst) => words_of_a_burst(&burst),
            Self::SetTickRate(rate) => Verb::Ticks.with("n", rate),
            Self::TickBurst(burst) => Verb::TickBurst.with("n", burst.ticks).sign("over").and("over", burst.over),
            Self::SetOverload(rule) => Verb::TickOverflow.with("rule", rule.name()),
            Self::SetSignalsTrade(on) => Verb::Signals.switch(on),
            Self::Poison(node) => Verb::Panic.node(node),
            Self::AddNode => Verb::Add.only("node"),
            Self::Decommission(node) => Verb::Decommission.node(node),
            Self::Replace(node) => Verb::Replace.node(node),
            Self::Divide(strategy) => Verb::Divide.with("strategy", strategy.name()),
            Self::Split => Verb::Split.only("hottest"),
            Self::MoveSymbol { symbol, to } => Verb::Move.alone().name("symbol", symbol.name()).name("group", to),
            Self::StopMoves => Verb::Stay.only("all"),
            Self::LoseChange { node, group } => Verb::LoseChange.node(node).name("group", group),
            Self::SetVenue { venue, open: true } => Verb::Venue.form("open").name("venue", venue).sign("open"),
            Self::SetVenue { venue, open: false } => Verb::Venue.form("close").name("venue", venue).sign("close"),
            Self::Hand(request) => words_of_a_request(&request),
            Self::ReadTrades(query) => {
                Verb::Trades.alone().name("symbol", query.symbol.name()).name("range", query.range_written())
            }
            Self::FindTrade(id) => Verb::FindTrade.alone().name("id", id),
        }
    }
}

fn words_of_a_burst(burst: &Burst) -> Wording {
    let words = Verb::Burst.with("n", burst.orders).sign("over").and("over", burst.over);
    match burst.in_flight_max {
        Some(count) => words.sign("in-flight").and("in_flight", u64::from(count)),
        None => words.sign("raw"),
    }
}

fn words_of_a_request(request: &HandRequest) -> Wording {
    match *request {
        HandRequest::Place { symbol, side, order_type, quantity, time_in_force } => {
            let verb = if side == Side::Buy { Verb::Buy } else { Verb::Sell };
            let words = verb.with("lots", quantity.0).name("symbol", symbol.name());
            let words = match order_type {
                OrderType::Limit(limit) => words.at(symbol, limit),
                OrderType::Market => words,
            };
            match time_in_force {
                TimeInForce::GoodTillCancel => words,
                TimeInForce::ImmediateOrCancel => words.sign("ioc"),
                TimeInForce::FillOrKill => words.sign("fok"),
            }
        }
        HandRequest::Spread { legs } => legs.iter().fold(Verb::Spread.alone(), |words, leg| {
            words.leg(leg.side(), leg.quantity(), leg.symbol()).at(leg.symbol(), leg.limit())
        }),
        HandRequest::Replace { order, price, quantity } => {
            let words = Verb::Amend.alone().name("order", format!("#{}", order.0)).and("lots", quantity.0);
            words.sign("at").name("price", price.0)
        }
        HandRequest::Cancel { order } => Verb::Cancel.alone().name("order", format!("#{}", order.0)),
        HandRequest::Query { order } => Verb::Query.alone().name("order", format!("#{}", order.0)),
    }
}

/// Controls of every kind, drawn at random: for tests that must hold of each.
#[cfg(test)]
pub(crate) mod sample {
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::strategy::{Strategy as _, ValueTree};
    use proptest::test_runner::TestRunner;
    use strum::VariantArray;

    use super::super::{Burst, Control, ControlKind, Target};
    use crate::domain::hand::HandRequest;
    use crate::domain::ids::{GroupId, NodeId, Sequence, SymbolId};
    use crate::domain::instrument::INSTRUMENTS;
    use crate::domain::order::{OrderType, ReadFrom, Side, TimeInForce};
    use crate::domain::rules::{AckRule, PartitionStrategy, Rule, Strategy};
    use crate::domain::stored::TradeId;
    use crate::domain::tick::{Overload, TickBurst};
    use crate::domain::time::{SimDuration, SimTime};
    use crate::domain::trades::TradesQuery;
    use crate::domain::units::{Price, Quantity};
    use crate::domain::venue::VenueId;
    use crate::domain::work::Leg;

    /// Nodes and partitions of the cluster that the drawn controls speak of.
    pub const NODES: u8 = 5;
    /// Its partitions.
    pub const PARTITIONS: u16 = 4;

    /// Any control.
    pub fn any_control() -> impl proptest::strategy::Strategy<Value = Control> {
        select(ControlKind::VARIANTS).prop_flat_map(of_kind)
    }

    /// A control of each kind.
    pub fn one_of_each() -> Vec<Control> {
        let mut runner = TestRunner::deterministic();
        let draw = |kind: &ControlKind| of_kind(*kind).new_tree(&mut runner).expect("nothing is filtered").current();
        ControlKind::VARIANTS.iter().map(draw).collect()
    }

    fn node() -> impl proptest::strategy::Strategy<Value = NodeId> {
        (1..=NODES).prop_map(NodeId)
    }

    fn group() -> impl proptest::strategy::Strategy<Value = GroupId> {
        prop_oneof![Just(GroupId::META), (1..=PARTITIONS).prop_map(GroupId)]
    }

    fn target() -> BoxedStrategy<Target> {
        let by_role = prop_oneof![group().prop_map(Target::Leader), group().prop_map(Target::Follower)];
        prop_oneof![node().prop_map(Target::Node), by_role, Just(Target::Random)].boxed()
    }

    fn symbol() -> impl proptest::strategy::Strategy<Value = SymbolId> {
        (0..INSTRUMENTS.len() as u16).prop_map(SymbolId)
    }

    fn length() -> impl proptest::strategy::Strategy<Value = SimDuration> {
        (1_u64..3_600_000_000).prop_map(SimDuration::from_micros)
    }

    fn side() -> impl proptest::strategy::Strategy<Value = Side> {
        prop_oneof![Just(Side::Buy), Just(Side::Sell)]
    }

    fn lots() -> impl proptest::strategy::Strategy<Value = Quantity> {
        (1_u64..1_000).prop_map(Quantity)
    }

    fn price() -> impl proptest::strategy::Strategy<Value = Price> {
        (1_i64..1_000_000).prop_map(Price)
    }

    fn sequence() -> impl proptest::strategy::Strategy<Value = Sequence> {
        (1_u64..1_000).prop_map(Sequence)
    }

    fn request() -> impl proptest::strategy::Strategy<Value = HandRequest> {
        let order_type = prop_oneof![Just(OrderType::Market), price().prop_map(OrderType::Limit)];
        let time_in_force = prop_oneof![
            Just(TimeInForce::GoodTillCancel),
            Just(TimeInForce::ImmediateOrCancel),
            Just(TimeInForce::FillOrKill)
        ];
        let place = (symbol(), side(), order_type, lots(), time_in_force).prop_map(
            |(symbol, side, order_type, quantity, time_in_force)| HandRequest::Place {
                symbol,
                side,
                order_type,
                quantity,
                time_in_force,
            },
        );
        let leg = || {
            (symbol(), side(), price(), lots())
                .prop_map(|(symbol, side, price, lots)| Leg::new(symbol, side, price, lots))
        };
        prop_oneof![
            place,
            [leg(), leg()].prop_map(|legs| HandRequest::Spread { legs }),
            (sequence(), price(), lots()).prop_map(|(order, price, quantity)| HandRequest::Replace {
                order,
                price,
                quantity
            }),
            sequence().prop_map(|order| HandRequest::Cancel { order }),
            sequence().prop_map(|order| HandRequest::Query { order }),
        ]
    }

    fn ack() -> impl proptest::strategy::Strategy<Value = AckRule> {
        let plain = select(vec![AckRule::Leader, AckRule::Majority, AckRule::All]);
        prop_oneof![plain, (1..=NODES).prop_map(AckRule::Count)]
    }

    fn burst() -> impl proptest::strategy::Strategy<Value = Burst> {
        let in_flight = prop_oneof![Just(None), (1_u32..1_000_000).prop_map(Some)];
        (1_u64..1_000_000, length(), in_flight).prop_map(|(orders, over, in_flight_max)| Burst {
            orders,
            over,
            in_flight_max,
        })
    }

    fn query() -> impl proptest::strategy::Strategy<Value = TradesQuery> {
        let from = prop_oneof![Just(SimTime::ZERO), (1_u64..1_000).prop_map(SimTime::from_millis)];
        let until = prop_oneof![Just(SimTime::NEVER), (1_000_u64..2_000).prop_map(SimTime::from_millis)];
        (symbol(), from, until).prop_map(|(symbol, from, until)| TradesQuery { symbol, from, until })
    }

    fn hot() -> impl proptest::strategy::Strategy<Value = Control> {
        let off = Just(Control::HotSymbol { symbol: SymbolId(0), percent: 0 });
        let on = (symbol(), 1_u8..=99).prop_map(|(symbol, percent)| Control::HotSymbol { symbol, percent });
        prop_oneof![off, on]
    }

    /// A control of this kind.
    pub fn of_kind(kind: ControlKind) -> BoxedStrategy<Control> {
        let on = any::<bool>();
        match kind {
            ControlKind::Crash => target().prop_map(Control::Crash).boxed(),
            ControlKind::Recover => target().prop_map(Control::Recover).boxed(),
            ControlKind::RecoverAll => Just(Control::RecoverAll).boxed(),
            ControlKind::Freeze => target().prop_map(Control::Freeze).boxed(),
            ControlKind::Thaw => target().prop_map(Control::Thaw).boxed(),
            ControlKind::RollingRestart => Just(Control::RollingRestart).boxed(),
            ControlKind::Cut => (target(), target()).prop_map(|(from, to)| Control::Cut { from, to }).boxed(),
            ControlKind::Heal => (target(), target()).prop_map(|(from, to)| Control::Heal { from, to }).boxed(),
            ControlKind::Delay => (target(), target(), proptest::option::of(0_u64..10_000_000), any::<bool>())
                .prop_map(|(from, to, latency, wavers)| {
                    let latency = latency.map(SimDuration::from_micros);
                    let jitter = latency.filter(|_| wavers).unwrap_or(SimDuration::ZERO);
                    Control::Delay { from, to, latency, jitter }
                })
                .boxed(),
            ControlKind::Isolate => target().prop_map(Control::Isolate).boxed(),
            ControlKind::Mute => target().prop_map(Control::Mute).boxed(),
            ControlKind::Rejoin => target().prop_map(Control::Rejoin).boxed(),
            ControlKind::HealAll => Just(Control::HealAll).boxed(),
            ControlKind::SlowDisk => (target(), on).prop_map(|(node, slow)| Control::SlowDisk { node, slow }).boxed(),
            ControlKind::Transfer => {
                (group(), proptest::option::of(node())).prop_map(|(group, to)| Control::Transfer { group, to }).boxed()
            }
            ControlKind::ForceElection => group().prop_map(Control::ForceElection).boxed(),
            ControlKind::SetAck => ack().prop_map(Control::SetAck).boxed(),
            ControlKind::SetRule => {
                (select(Rule::ALL), on).prop_map(|(rule, on)| Control::SetRule { rule, on }).boxed()
            }
            ControlKind::Drain => target().prop_map(Control::Drain).boxed(),
            ControlKind::Undrain => target().prop_map(Control::Undrain).boxed(),
            ControlKind::SetStrategy => select(Strategy::ALL).prop_map(Control::SetStrategy).boxed(),
            ControlKind::SetLoad => on.prop_map(Control::SetLoad).boxed(),
            ControlKind::SetRate => (1_u64..1_000_000).prop_map(Control::SetRate).boxed(),
            ControlKind::SetRateOfCapacity => (1_u32..10_000).prop_map(Control::SetRateOfCapacity).boxed(),
            ControlKind::FindCapacity => Just(Control::FindCapacity).boxed(),
            ControlKind::SetAdmission => on.prop_map(Control::SetAdmission).boxed(),
            ControlKind::SetSkew => (0_u32..3_000).prop_map(Control::SetSkew).boxed(),
            ControlKind::HotSymbol => hot().boxed(),
            ControlKind::SetReadFrom => select(ReadFrom::VARIANTS).prop_map(Control::SetReadFrom).boxed(),
            ControlKind::Burst => burst().prop_map(Control::Burst).boxed(),
            ControlKind::Hand => request().prop_map(Control::Hand).boxed(),
            ControlKind::SetTickRate => (0_u64..1_000_000).prop_map(Control::SetTickRate).boxed(),
            ControlKind::TickBurst => (1_u64..1_000_000, length())
                .prop_map(|(ticks, over)| Control::TickBurst(TickBurst { ticks, over }))
                .boxed(),
            ControlKind::SetOverload => select(Overload::ALL).prop_map(Control::SetOverload).boxed(),
            ControlKind::SetSignalsTrade => on.prop_map(Control::SetSignalsTrade).boxed(),
            ControlKind::Poison => target().prop_map(Control::Poison).boxed(),
            ControlKind::AddNode => Just(Control::AddNode).boxed(),
            ControlKind::Decommission => target().prop_map(Control::Decommission).boxed(),
            ControlKind::Replace => target().prop_map(Control::Replace).boxed(),
            ControlKind::Divide => select(PartitionStrategy::ALL).prop_map(Control::Divide).boxed(),
            ControlKind::Split => Just(Control::Split).boxed(),
            ControlKind::MoveSymbol => {
                (symbol(), group()).prop_map(|(symbol, to)| Control::MoveSymbol { symbol, to }).boxed()
            }
            ControlKind::StopMoves => Just(Control::StopMoves).boxed(),
            ControlKind::ReadTrades => query().prop_map(Control::ReadTrades).boxed(),
            ControlKind::FindTrade => (1..=PARTITIONS, 1_u64..1_000_000)
                .prop_map(|(group, number)| Control::FindTrade(TradeId::new(GroupId(group), number)))
                .boxed(),
            ControlKind::LoseChange => {
                (target(), group()).prop_map(|(node, group)| Control::LoseChange { node, group }).boxed()
            }
            ControlKind::SetVenue => {
                (0_u8..4, on).prop_map(|(venue, open)| Control::SetVenue { venue: VenueId(venue), open }).boxed()
            }
        }
    }
}
