//! Sentences of the desk: its queues, its load and its rules, and symbols that move.

use crate::domain::event::{AdmissionEvent, Event, EventKind, FeedEvent, MovesEvent, Queue, TradesEvent};
use crate::domain::order::{ReadFrom, Side};
use crate::domain::rules::AckRule;
use crate::domain::tick::Overload;
use crate::domain::units::Price;
use crate::domain::venue::VenueNews;

use super::super::super::panels;
use super::super::{Figures, control};
use super::text;
use crate::locale::Locale;

pub(super) fn desk_event(kind: &EventKind, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::Rotation { back: false } => "event-rotation-out",
        EventKind::Rotation { back: true } => "event-rotation-back",
        EventKind::Draining { on: true } => "event-draining",
        EventKind::Draining { on: false } => "event-draining-over",
        EventKind::Drained => "event-drained",
        EventKind::BurstBegan { orders } => {
            figures.push(("n", (*orders).into()));
            "event-burst"
        }
        EventKind::BurstEnded { orders, failed } => {
            figures.extend([("n", (*orders).into()), ("failed", (*failed).into())]);
            "event-burst-ended"
        }
        EventKind::Overloaded { queue } => match queue {
            Queue::Balancer => "event-overloaded-balancer",
            Queue::Gateway => "event-overloaded-gateway",
            Queue::Proposals => "event-overloaded-proposals",
            Queue::Link => "event-overloaded-link",
            Queue::Held => "event-overloaded-held",
            Queue::Reads => "event-overloaded-reads",
            Queue::Clients => "event-overloaded-clients",
            Queue::Ticks => "event-overloaded-ticks",
            Queue::Admission => "event-overloaded-admission",
        },
        EventKind::Admission(event) => admission_event(*event, figures),
        EventKind::SymbolAssigned { symbol, from } => {
            let name = symbol.instrument().map_or("?", |instrument| instrument.name);
            figures.push(("symbol", text(&name)));
            match from {
                None => "event-assigned",
                Some(from) => {
                    figures.push(("from", text(from)));
                    "event-assigned-anew"
                }
            }
        }
        EventKind::TickBurstBegan { ticks } => {
            figures.push(("n", (*ticks).into()));
            "event-tick-burst"
        }
        EventKind::Violated { invariant, detail } => {
            figures.extend([("invariant", text(&invariant.name())), ("detail", text(detail))]);
            "event-violated"
        }
        EventKind::OrdersLost { orders } => {
            figures.push(("n", (*orders).into()));
            "event-lost"
        }
        _ => return None,
    };
    Some(id)
}

fn admission_event(event: AdmissionEvent, figures: &mut Figures) -> &'static str {
    match event {
        AdmissionEvent::Switched { on: true } => "event-admission-on",
        AdmissionEvent::Switched { on: false } => "event-admission-off",
        AdmissionEvent::Stalled { missing } => {
            let names: Vec<String> = missing.iter().map(|node| node.to_string()).collect();
            figures.push(("missing", text(&names.join(", "))));
            "event-stalled"
        }
        AdmissionEvent::Resumed => "event-resumed",
        AdmissionEvent::SearchBegan => "event-capacity-search",
        AdmissionEvent::Tried { orders_per_s, held } => {
            figures.push(("n", orders_per_s.into()));
            if held { "event-capacity-held" } else { "event-capacity-not-held" }
        }
        AdmissionEvent::Found { orders_per_s } => {
            figures.push(("n", orders_per_s.into()));
            "event-capacity-found"
        }
        AdmissionEvent::SearchEnded => "event-capacity-ended",
    }
}

pub(super) fn move_event(event: &Event, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    if let Some(group) = event.group {
        figures.push(("group", text(&group)));
    }
    Some(match &event.kind {
        EventKind::Moves(MovesEvent::Planned { moves }) => {
            figures.push(("n", (*moves).into()));
            "event-moves-planned"
        }
        EventKind::Moves(MovesEvent::Frozen { symbol, to }) => {
            figures.extend([("symbol", text(&symbol.name())), ("to", text(to))]);
            "event-symbol-frozen"
        }
        EventKind::Moves(MovesEvent::Moved { symbol, to }) => {
            figures.extend([("symbol", text(&symbol.name())), ("to", text(to))]);
            "event-symbol-moved"
        }
        EventKind::Moves(MovesEvent::Done { moved }) => {
            figures.push(("n", (*moved).into()));
            "event-moves-done"
        }
        EventKind::Venue(news) => venue_event(*news, figures),
        EventKind::Trades(TradesEvent::Found { id, symbol, side, price, quantity, at, hop, copies }) => {
            let price = panels::market::price(*symbol, Price(i64::from(*price)));
            figures.extend([("id", text(id)), ("symbol", text(&symbol.name())), ("price", price.into())]);
            figures.extend([("n", (*quantity).into()), ("at", locale.clock(*at).into()), ("hops", (*hop).into())]);
            figures.extend([("source", text(&id.source())), ("copies", (*copies).into())]);
            match side {
                Side::Buy => "event-trade-bought",
                Side::Sell => "event-trade-sold",
            }
        }
        _ => return None,
    })
}

fn venue_event(news: VenueNews, figures: &mut Figures) -> &'static str {
    let (VenueNews::Opened(venue) | VenueNews::Closed(venue) | VenueNews::Drained { venue, .. }) = news;
    figures.push(("venue", text(&venue)));
    match news {
        VenueNews::Opened(_) => "event-venue-opened",
        VenueNews::Closed(_) => "event-venue-closed",
        VenueNews::Drained { orders, .. } => {
            figures.push(("n", orders.into()));
            "event-venue-drained"
        }
    }
}

pub(super) fn setting_event(kind: &EventKind, locale: &Locale, figures: &mut Figures) -> Option<&'static str> {
    let id = match kind {
        EventKind::AckChanged(AckRule::Leader) => "event-ack-leader",
        EventKind::AckChanged(AckRule::Majority) => "event-ack-majority",
        EventKind::AckChanged(AckRule::All) => "event-ack-all",
        EventKind::AckChanged(AckRule::Count(count)) => {
            figures.push(("n", u64::from(*count).into()));
            "event-ack-count"
        }
        EventKind::RuleSwitched { rule, on } => {
            figures.push(("rule", text(&rule.name())));
            if *on { "event-rule-on" } else { "event-rule-off" }
        }
        EventKind::StrategyChanged(strategy) => {
            figures.push(("strategy", text(&strategy.name())));
            "event-strategy"
        }
        EventKind::LoadChanged { orders_per_s: 0 } => "event-load-off",
        EventKind::LoadChanged { orders_per_s } => {
            figures.push(("n", (*orders_per_s).into()));
            "event-load-on"
        }
        EventKind::LoadSkewed { per_mille } => {
            figures.push(("n", (*per_mille).into()));
            "event-skew"
        }
        EventKind::HotSymbol { percent: 0, .. } => "event-hot-off",
        EventKind::HotSymbol { symbol, percent } => {
            figures.extend([("symbol", text(&symbol.name())), ("n", u64::from(*percent).into())]);
            "event-hot"
        }
        EventKind::TickRateChanged { ticks_per_s: 0 } => "event-ticks-off",
        EventKind::TickRateChanged { ticks_per_s } => {
            figures.push(("n", (*ticks_per_s).into()));
            "event-ticks-on"
        }
        EventKind::OverloadChanged(Overload::Slow) => "event-overload-slow",
        EventKind::OverloadChanged(Overload::ShedOldest) => "event-overload-shed-oldest",
        EventKind::OverloadChanged(Overload::ShedNewest) => "event-overload-shed-newest",
        EventKind::SignalsTrade { on: true } => "event-signals-on",
        EventKind::SignalsTrade { on: false } => "event-signals-off",
        EventKind::ReadsMoved { to: ReadFrom::Leader } => "event-reads-leader",
        EventKind::ReadsMoved { to: ReadFrom::Replica } => "event-reads-replica",
        EventKind::ReadsMoved { to: ReadFrom::Fallback } => "event-reads-fallback",
        EventKind::Feed(feed) => feed_event(*feed, figures),
        EventKind::Trades(trades) => return trades_event(*trades, figures),
        EventKind::SettingChanged { control } => {
            figures.push(("what", locale.done(&control.words()).into()));
            "event-setting-changed"
        }
        EventKind::ControlRefused { control: wanted, why: reason } => {
            figures.extend([("control", control(wanted, locale).into()), ("why", locale.why(*reason).into())]);
            "event-refused"
        }
        _ => return None,
    };
    Some(id)
}

fn feed_event(feed: FeedEvent, figures: &mut Figures) -> &'static str {
    let (n, id) = match feed {
        FeedEvent::Opened { rows } => (rows, "event-feed-opened"),
        FeedEvent::Wrong { line } => (line, "event-feed-wrong"),
        FeedEvent::Bent { rows } => (rows, "event-feed-bent"),
        FeedEvent::Ended { orders } => (orders, "event-feed-ended"),
    };
    figures.push(("n", n.into()));
    id
}

fn trades_event(trades: TradesEvent, figures: &mut Figures) -> Option<&'static str> {
    Some(match trades {
        TradesEvent::Read { symbol, found, opened, passed, bytes } => {
            figures.extend([("symbol", text(&symbol.name())), ("n", found.into()), ("opened", opened.into())]);
            figures.extend([("passed", passed.into()), ("bytes", bytes.into())]);
            "event-trades-read"
        }
        TradesEvent::Damaged { window } => {
            figures.push(("window", window.to_string().into()));
            "event-window-damaged"
        }
        TradesEvent::Found { .. } => return None,
    })
}
