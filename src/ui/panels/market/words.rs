//! What became of an order, in words: one for its state, a sentence for each word on its row.

use crate::domain::hand::{HandOrder, HandRequest, HandWord};
use crate::domain::ids::SymbolId;
use crate::domain::order::{OrderStatus, OrderType, Side, TimeInForce, Verdict};
use crate::domain::why::Why;
use crate::domain::work::Leg;

use super::super::super::theme::Role;
use super::{price, side};
use crate::locale::{FluentValue, Locale};

/// What an order is: `BUY 10 ACME @ 101.02 ioc`, or both legs of a spread. A request about an order does not name its
/// symbol, by whose decimals its price is written: it comes from the order.
pub fn request(request: &HandRequest, of: Option<SymbolId>, locale: &Locale) -> String {
    match *request {
        HandRequest::Place { symbol, side: taken, order_type, quantity, time_in_force } => {
            let at = match order_type {
                OrderType::Limit(limit) => format!("@ {}", price(symbol, limit)),
                OrderType::Market => locale.text("order-market").into_owned(),
            };
            let wait = match time_in_force {
                TimeInForce::GoodTillCancel => "",
                TimeInForce::ImmediateOrCancel => " ioc",
                TimeInForce::FillOrKill => " fok",
            };
            format!("{} {} {} {at}{wait}", side(taken, locale).1, quantity.0, symbol.name())
        }
        HandRequest::Spread { legs } => format!("{} + {}", leg(&legs[0], locale), leg(&legs[1], locale)),
        HandRequest::Replace { price: to, quantity, .. } => {
            let at = of.map_or_else(|| to.0.to_string(), |symbol| price(symbol, to));
            locale.say("word-replace", &[("lots", quantity.0.into()), ("price", at.into())])
        }
        HandRequest::Cancel { .. } => locale.text("word-cancel").into_owned(),
        HandRequest::Query { .. } => locale.text("word-query").into_owned(),
    }
}

/// A leg of a spread.
pub fn leg(leg: &Leg, locale: &Locale) -> String {
    let word = side(leg.side(), locale).1;
    format!("{word} {} {} @ {}", leg.quantity().0, leg.symbol().name(), price(leg.symbol(), leg.limit()))
}

/// The side that colours an order's row; a spread has two.
pub const fn row_role(request: &HandRequest) -> Role {
    match request {
        HandRequest::Place { side: Side::Buy, .. } => Role::OrderBid,
        HandRequest::Place { side: Side::Sell, .. } => Role::OrderAsk,
        _ => Role::Text,
    }
}

/// Where an order stands, in a word: by its last verdict or reading, or, before any, by what was last said of it.
pub fn state(order: &HandOrder, locale: &Locale) -> (Role, String) {
    if let Some(verdict) = order.verdict() {
        return (status_role(verdict.status), status(verdict.status, order, locale));
    }
    let (role, id) = match order.last_told() {
        Some(HandWord::Accepted(_)) => (Role::Text, "order-promised"),
        Some(HandWord::Refused(_)) => (Role::Warn, "order-refused"),
        Some(HandWord::Unknown) => (Role::NodeDegraded, "order-unknown"),
        _ => (Role::Muted, "order-sent"),
    };
    (role, locale.text(id).into_owned())
}

/// Why the order was rejected or stopped; of one that was not there is nothing to say.
pub fn reason(order: &HandOrder, locale: &Locale) -> Option<String> {
    match (order.verdict().map(|verdict| verdict.status), order.last_told()) {
        (Some(OrderStatus::Rejected(why) | OrderStatus::Stopped(why)), _) => Some(locale.why(why)),
        (None, Some(HandWord::Refused(why))) => Some(locale.why(*why)),
        _ => None,
    }
}

const fn status_role(status: OrderStatus) -> Role {
    match status {
        OrderStatus::AwaitsCash => Role::Muted,
        OrderStatus::Pending => Role::Accent,
        OrderStatus::PartiallyFilled | OrderStatus::Filled => Role::Ok,
        OrderStatus::Cancelled => Role::Muted,
        OrderStatus::Rejected(_) | OrderStatus::Stopped(_) => Role::Warn,
    }
}

fn status(status: OrderStatus, order: &HandOrder, locale: &Locale) -> String {
    let spread = matches!(order.request, HandRequest::Spread { .. });
    let id = match status {
        OrderStatus::Pending if spread => "spread-pending",
        OrderStatus::Filled if spread => "spread-both",
        OrderStatus::Cancelled | OrderStatus::Rejected(_) if spread => "spread-neither",
        OrderStatus::AwaitsCash => "order-pending",
        OrderStatus::Pending => "order-resting",
        OrderStatus::PartiallyFilled => "order-part",
        OrderStatus::Filled => "order-filled",
        OrderStatus::Cancelled => "order-cancelled",
        OrderStatus::Rejected(_) => "order-rejected",
        OrderStatus::Stopped(_) => "order-stopped",
    };
    locale.text(id).into_owned()
}

fn verdict(verdict: Verdict, order: &HandOrder, locale: &Locale) -> String {
    let mut said = status(verdict.status, order, locale);
    match verdict.status {
        OrderStatus::Rejected(reason) | OrderStatus::Stopped(reason) => {
            said = format!("{said}: {}", locale.why(reason));
        }
        OrderStatus::AwaitsCash => said = format!("{said}: {}", locale.text("word-awaits-cash")),
        OrderStatus::Pending | OrderStatus::PartiallyFilled | OrderStatus::Filled | OrderStatus::Cancelled => {}
    }
    if let Some(figures) = figures(verdict) {
        said = format!("{said}, {}", locale.say("word-figures", &figures));
    }
    said
}

/// What has traded and what rests; nothing where nothing is in a book.
pub fn figures(verdict: Verdict) -> Option<[(&'static str, FluentValue<'static>); 2]> {
    let is_in_a_book = verdict.status != OrderStatus::AwaitsCash && verdict.filled.0 + verdict.resting.0 > 0;
    is_in_a_book.then(|| [("filled", verdict.filled.0.into()), ("resting", verdict.resting.0.into())])
}

/// That a cancel or a replace was refused, and why: the order itself is what it was.
fn refused_change(change: &HandRequest, reason: Why, locale: &Locale) -> String {
    let id = if matches!(change, HandRequest::Cancel { .. }) { "word-cancel-refused" } else { "word-replace-refused" };
    locale.say(id, &[("why", locale.why(reason).into())])
}

/// The word of an order's history at this place, as a sentence.
pub fn word(order: &HandOrder, place: usize, locale: &Locale) -> (Role, String) {
    let Some((_, word)) = order.words.get(place) else { return (Role::Muted, String::new()) };
    let reason = match word {
        HandWord::Decided(Verdict { status: OrderStatus::Rejected(reason), .. }) | HandWord::Refused(reason) => {
            Some(*reason)
        }
        _ => None,
    };
    if let (Some(change), Some(reason)) = (order.refused_change(place), reason) {
        return (Role::Warn, refused_change(change, reason, locale));
    }
    match word {
        HandWord::Asked(asked) => match *asked {
            HandRequest::Place { .. } | HandRequest::Spread { .. } => {
                (Role::Muted, locale.text("word-sent").into_owned())
            }
            _ => (Role::Muted, request(asked, order.symbol(), locale)),
        },
        HandWord::TryRefused(why) => (Role::Warn, locale.say("word-try-refused", &[("why", locale.why(*why).into())])),
        HandWord::AskedAgain => (Role::Warn, locale.text("word-again").into_owned()),
        HandWord::Accepted(promise) => {
            let figures = [
                ("group", promise.group.to_string().into()),
                ("index", promise.index.0.into()),
                ("term", promise.term.0.to_string().into()),
            ];
            (Role::Text, locale.say("word-promised", &figures))
        }
        HandWord::Decided(decided) => (status_role(decided.status), verdict(*decided, order, locale)),
        HandWord::Read(reading) => {
            let found = reading
                .order
                .map_or_else(|| locale.text("word-read-nothing").into_owned(), |read| verdict(read, order, locale));
            let figures = [
                ("node", reading.by.to_string().into()),
                ("index", reading.index.0.into()),
                ("behind", reading.behind.into()),
            ];
            let (role, id) =
                if reading.current { (Role::Text, "word-read-current") } else { (Role::Warn, "word-read") };
            (role, format!("{found}; {}", locale.say(id, &figures)))
        }
        HandWord::Refused(reason) => (Role::Warn, format!("{}: {}", locale.text("order-refused"), locale.why(*reason))),
        HandWord::Unknown => (Role::NodeDegraded, locale.text("word-unknown").into_owned()),
    }
}
