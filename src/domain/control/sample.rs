//! Controls of every kind, drawn at random: for tests that must hold of each.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::TestRunner;
use strum::VariantArray;

use super::{Burst, Control, ControlKind, Target};
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
        (symbol(), side(), price(), lots()).prop_map(|(symbol, side, price, lots)| Leg::new(symbol, side, price, lots))
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
        ControlKind::SetRule => (select(Rule::ALL), on).prop_map(|(rule, on)| Control::SetRule { rule, on }).boxed(),
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
        ControlKind::TickBurst => {
            (1_u64..1_000_000, length()).prop_map(|(ticks, over)| Control::TickBurst(TickBurst { ticks, over })).boxed()
        }
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
