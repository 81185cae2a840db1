//! Trades: what the hand at the keyboard can ask, as people write it.
//!
//! Idea: `buy 10 ACME at 101.02 ioc`, `spread sell 5 GOOG at 100 buy 5 ACME at 99`, `cancel #3`. Prices are written in
//! money and read to the tick; what is not a whole number of ticks is refused, never rounded.
//! Errors: a `Complaint` that points at the word.

use crate::document::problem::Complaint;
use crate::domain::hand::HandRequest;
use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{OrderType, Side, TimeInForce};
use crate::domain::units::{Price, Quantity};
use crate::domain::work::Leg;

use super::words::{self, Word};

/// The verbs and their forms, in the order of the help.
pub const FORMS: &[(&str, &str)] = &[
    ("buy", "buy LOTS SYMBOL [at PRICE] [ioc | fok]"),
    ("sell", "sell LOTS SYMBOL [at PRICE] [ioc | fok]"),
    ("spread", "spread buy|sell LOTS SYMBOL at PRICE buy|sell LOTS SYMBOL at PRICE"),
    ("replace", "replace #ORDER LOTS at PRICE | replace NODE"),
    ("cancel", "cancel #ORDER"),
    ("query", "query #ORDER"),
];

/// Lots of one order at most, as the book has it.
const LOTS_MAX: u64 = 1_000_000_000;

/// The words of a trade that are still to be read.
pub(super) struct Words<'w, 't> {
    /// Those that are left.
    pub left: &'w [Word<'t>],
    /// Where the text ends.
    pub end: usize,
    /// The form of the verb, for messages.
    pub form: &'static str,
}

impl<'t> Words<'_, 't> {
    fn next(&mut self) -> Result<Word<'t>, Complaint> {
        let Some((word, rest)) = self.left.split_first() else {
            return Err(Complaint::new(self.end..self.end, "a trade needs more").allow(self.form));
        };
        self.left = rest;
        Ok(word.clone())
    }

    fn takes(&mut self, text: &str) -> bool {
        let found = self.left.first().is_some_and(|word| word.text == text);
        if found {
            self.left = &self.left[1..];
        }
        found
    }

    fn must(&mut self, text: &str) -> Result<(), Complaint> {
        let word = self.next()?;
        if word.text == text {
            return Ok(());
        }
        Err(word.complain(format!("`{}` does not belong here", word.text)).among(word.text, &[text]).allow(self.form))
    }

    fn lots(&mut self) -> Result<Quantity, Complaint> {
        words::count(&self.next()?, 1, LOTS_MAX).map(Quantity)
    }

    fn side(&mut self) -> Result<Side, Complaint> {
        let word = self.next()?;
        match word.text {
            "buy" => Ok(Side::Buy),
            "sell" => Ok(Side::Sell),
            other => Err(word.complain(format!("`{other}` is no side")).among(other, &["buy", "sell"])),
        }
    }

    fn symbol(&mut self) -> Result<SymbolId, Complaint> {
        let word = self.next()?;
        let name = word.text.to_ascii_uppercase();
        SymbolId::named(&name).ok_or_else(|| {
            let names: Vec<&str> = SymbolId::all().filter_map(SymbolId::instrument).map(|row| row.name).collect();
            word.complain(format!("there is no instrument `{}`", word.text)).among(&name, &names)
        })
    }

    fn price(&mut self, symbol: SymbolId) -> Result<Price, Complaint> {
        let word = self.next()?;
        let tick_micros = symbol.instrument().map_or(1, |instrument| instrument.tick_micros);
        let micros = micros(word.text).filter(|micros| *micros > 0);
        match micros {
            Some(micros) if micros % tick_micros == 0 => Ok(Price(micros / tick_micros)),
            Some(_) => Err(word
                .complain(format!("`{}` is not a whole number of ticks", word.text))
                .allow(format!("steps of {}", money(tick_micros)))),
            None => Err(word.complain(format!("`{}` is no price", word.text)).allow("a number such as 101.02")),
        }
    }

    fn order(&mut self) -> Result<Sequence, Complaint> {
        let word = self.next()?;
        let digits = word.text.strip_prefix('#').unwrap_or(word.text);
        let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
        number.map(Sequence).ok_or_else(|| {
            word.complain(format!("`{}` names no order", word.text)).allow("its number on the blotter, such as #3")
        })
    }

    fn time_in_force(&mut self) -> TimeInForce {
        if self.takes("ioc") {
            TimeInForce::ImmediateOrCancel
        } else if self.takes("fok") {
            TimeInForce::FillOrKill
        } else {
            TimeInForce::GoodTillCancel
        }
    }

    fn leg(&mut self) -> Result<Leg, Complaint> {
        let (side, lots, symbol) = (self.side()?, self.lots()?, self.symbol()?);
        self.must("at")?;
        Ok(Leg::new(symbol, side, self.price(symbol)?, lots))
    }
}

/// Reads the rest of a trade; `None` if the verb is of another kind.
///
/// # Errors
/// The first word that is wrong.
pub(super) fn read(verb: &str, words: &mut Words<'_, '_>) -> Option<Result<HandRequest, Complaint>> {
    Some(match verb {
        "buy" => place(Side::Buy, words),
        "sell" => place(Side::Sell, words),
        "spread" => spread(words),
        "replace" => replace(words),
        "cancel" => words.order().map(|order| HandRequest::Cancel { order }),
        "query" => words.order().map(|order| HandRequest::Query { order }),
        _ => return None,
    })
}

fn place(side: Side, words: &mut Words<'_, '_>) -> Result<HandRequest, Complaint> {
    let (quantity, symbol) = (words.lots()?, words.symbol()?);
    let order_type = if words.takes("at") { OrderType::Limit(words.price(symbol)?) } else { OrderType::Market };
    Ok(HandRequest::Place { symbol, side, order_type, quantity, time_in_force: words.time_in_force() })
}

fn spread(words: &mut Words<'_, '_>) -> Result<HandRequest, Complaint> {
    Ok(HandRequest::Spread { legs: [words.leg()?, words.leg()?] })
}

/// The order's instrument is not known here, so a price is in its ticks: `replace #3 5 at 10102`.
fn replace(words: &mut Words<'_, '_>) -> Result<HandRequest, Complaint> {
    let (order, quantity) = (words.order()?, words.lots()?);
    words.must("at")?;
    let price = words::count(&words.next()?, 1, u64::from(u32::MAX))?;
    Ok(HandRequest::Replace { order, price: Price(price as i64), quantity })
}

/// A trade the way [`read`] reads it.
pub(super) fn show(request: &HandRequest) -> String {
    let side = |side: Side| if side == Side::Buy { "buy" } else { "sell" };
    let name = |symbol: SymbolId| symbol.instrument().map_or("?", |instrument| instrument.name);
    let price = |symbol: SymbolId, price: Price| {
        symbol.instrument().map_or_else(|| price.0.to_string(), |instrument| instrument.show_price(price))
    };
    match *request {
        HandRequest::Place { symbol, side: taken, order_type, quantity, time_in_force } => {
            let at = match order_type {
                OrderType::Limit(limit) => format!(" at {}", price(symbol, limit)),
                OrderType::Market => String::new(),
            };
            let wait = match time_in_force {
                TimeInForce::GoodTillCancel => "",
                TimeInForce::ImmediateOrCancel => " ioc",
                TimeInForce::FillOrKill => " fok",
            };
            format!("{} {} {}{at}{wait}", side(taken), quantity.0, name(symbol))
        }
        HandRequest::Spread { legs } => {
            let leg = |leg: &Leg| {
                let (symbol, limit) = (leg.symbol(), price(leg.symbol(), leg.limit()));
                format!("{} {} {} at {limit}", side(leg.side()), leg.quantity().0, name(symbol))
            };
            format!("spread {} {}", leg(&legs[0]), leg(&legs[1]))
        }
        HandRequest::Replace { order, price, quantity } => {
            format!("replace #{} {} at {}", order.0, quantity.0, price.0)
        }
        HandRequest::Cancel { order } => format!("cancel #{}", order.0),
        HandRequest::Query { order } => format!("query #{}", order.0),
    }
}

/// Money in millionths: digits, and at most six after a point.
fn micros(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(part)
}

fn money(micros: i64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::action::{parse_control, show};
    use super::super::words::Context;
    use crate::domain::control::Control;
    use crate::domain::hand::HandRequest;

    const FILE: Context = Context::of_file(5, 4);

    #[test]
    fn a_trade_that_is_shown_reads_as_the_same_trade() {
        for text in [
            "buy 10 ACME at 101.02",
            "sell 3 EURUSD at 1.07123 ioc",
            "buy 1 BTCUSD fok",
            "sell 20 GOOG",
            "spread sell 5 GOOG at 100.00 buy 7 ACME at 99.50",
            "replace #3 5 at 10102",
            "cancel #3",
            "query #12",
        ] {
            let control = parse_control(text, &FILE).unwrap();
            assert_eq!(show(&control), text);
        }
        assert_eq!(parse_control("query 12", &FILE), parse_control("query #12", &FILE));
        let lower = parse_control("buy 1 acme", &FILE).unwrap();
        assert!(matches!(lower, Control::Hand(HandRequest::Place { .. })));
    }

    #[test]
    fn each_mistake_of_a_trade_is_pointed_at() {
        for (text, span, words) in [
            ("buy", 3..3, "a trade needs more (allowed: buy LOTS SYMBOL"),
            ("buy 0 ACME", 4..5, "`0` is no number that fits here"),
            ("buy 1 ACMR", 6..10, "there is no instrument `ACMR`; did you mean `ACME`?"),
            ("buy 1 ACME at 10.001", 14..20, "`10.001` is not a whole number of ticks (allowed: steps of 0.01)"),
            ("buy 1 ACME at -3", 14..16, "`-3` is no price"),
            ("buy 1 ACME for 3", 11..14, "`for` is too much here"),
            ("spread buy 1 ACME at 3 sel 1 GOOG at 3", 23..26, "`sel` is no side; did you mean `sell`?"),
            ("cancel last", 7..11, "`last` names no order"),
        ] {
            let complaint = parse_control(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
