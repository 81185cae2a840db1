//! Trades: what the hand at the keyboard can ask, as people write it.
//!
//! Idea: `buy 10 ACME at 101.02 ioc`, `spread sell 5 GOOG at 100 buy 5 ACME at 99`, `cancel #3`. Prices are written in
//! money and read to the tick; what is not a whole number of ticks is refused, never rounded.
//! Errors: a `Complaint` that points at the word.

use crate::document::problem::{Complaint, clipped};
use crate::domain::control::Control;
use crate::domain::hand::HandRequest;
use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{OrderType, Side, TimeInForce};
use crate::domain::units::{Price, Quantity};
use crate::domain::work::Leg;
use crate::market::book::QUANTITY_MAX;
use crate::market::ladder::PRICE_MAX;

use super::action::Rest;

type Words<'r, 'w, 't> = &'r mut Rest<'w, 't>;

/// `10 ACME at 101.02 ioc`, of an order to buy or to sell.
pub(super) fn place(side: Side, words: Words<'_, '_, '_>) -> Result<Control, Complaint> {
    let (quantity, symbol) = (lots(words)?, words.symbol()?);
    let order_type = if words.takes("at") { OrderType::Limit(price(symbol, words)?) } else { OrderType::Market };
    let time_in_force = time_in_force(words);
    Ok(Control::Hand(HandRequest::Place { symbol, side, order_type, quantity, time_in_force }))
}

/// Two legs.
pub(super) fn spread(words: Words<'_, '_, '_>) -> Result<Control, Complaint> {
    Ok(Control::Hand(HandRequest::Spread { legs: [leg(words)?, leg(words)?] }))
}

/// `#3 5 ACME at 101.02`. Where the instrument of the order is not named, the price is in ticks: `#3 5 at 10102`.
pub(super) fn amend(words: Words<'_, '_, '_>) -> Result<Control, Complaint> {
    let (order, quantity) = (order(words)?, lots(words)?);
    let price = if words.takes("at") {
        Price(words.count(1, u64::from(PRICE_MAX))? as i64)
    } else {
        let symbol = words.symbol()?;
        words.must("at")?;
        price(symbol, words)?
    };
    Ok(Control::Hand(HandRequest::Replace { order, price, quantity }))
}

/// `#3`, or `3`.
pub(super) fn order(words: Words<'_, '_, '_>) -> Result<Sequence, Complaint> {
    let word = words.word()?;
    let digits = word.text.strip_prefix('#').unwrap_or(word.text);
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
    number.map(Sequence).ok_or_else(|| {
        word.complain(format!("`{}` names no order", word.text)).allow("its number on the blotter, such as #3")
    })
}

fn lots(words: Words<'_, '_, '_>) -> Result<Quantity, Complaint> {
    words.count(1, QUANTITY_MAX.0).map(Quantity)
}

fn price(symbol: SymbolId, words: Words<'_, '_, '_>) -> Result<Price, Complaint> {
    let word = words.word()?;
    let tick_micros = symbol.instrument().map_or(1, |instrument| instrument.tick_micros);
    let micros = micros(word.text).filter(|micros| *micros > 0);
    let most = i64::from(PRICE_MAX) * tick_micros;
    match micros {
        Some(micros) if micros > most => Err(word
            .complain(format!("the price `{}` is too large", clipped(word.text)))
            .allow(format!("{} at most", money(most)))),
        Some(micros) if micros % tick_micros == 0 => Ok(Price(micros / tick_micros)),
        Some(_) => Err(word
            .complain(format!("`{}` is not a whole number of ticks", word.text))
            .allow(format!("steps of {}", money(tick_micros)))),
        None => Err(word.complain(format!("`{}` is no price", word.text)).allow("a number such as 101.02")),
    }
}

fn time_in_force(words: Words<'_, '_, '_>) -> TimeInForce {
    if words.takes("ioc") {
        TimeInForce::ImmediateOrCancel
    } else if words.takes("fok") {
        TimeInForce::FillOrKill
    } else {
        TimeInForce::GoodTillCancel
    }
}

fn leg(words: Words<'_, '_, '_>) -> Result<Leg, Complaint> {
    let (side, lots, symbol) = (words.choice::<Side>()?, lots(words)?, words.symbol()?);
    words.must("at")?;
    Ok(Leg::new(symbol, side, price(symbol, words)?, lots))
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
    use crate::domain::ids::SymbolId;

    const FILE: Context = Context::of_file(5, 4);

    /// A table of 2,000 names has one for nearly every three letters: an order for what this desk does not trade was sent,
    /// and nobody answered it.
    #[test]
    fn what_this_desk_does_not_trade_is_no_instrument() {
        let stranger = SymbolId(1_234).name();
        for (context, known) in [(FILE, false), (FILE.trading(2_000), true), (FILE.trading(3), false)] {
            let read = parse_control(&format!("buy 10 {stranger}"), &context);
            assert_eq!(read.is_ok(), known, "{stranger} of {}: {read:?}", context.instruments);
        }
        let wrong = parse_control("buy 10 ACM", &FILE).unwrap_err();
        assert_eq!((wrong.nearest.as_deref(), wrong.span), (Some("ACME"), 7..10));
        assert!(parse_control("sell 1 ACME", &FILE.trading(3)).is_err());
    }

    #[test]
    fn a_trade_that_is_shown_reads_as_the_same_trade() {
        for text in [
            "buy 10 ACME at 101.02",
            "sell 3 EURUSD at 1.07123 ioc",
            "buy 1 BTCUSD fok",
            "sell 20 GOOG",
            "spread sell 5 GOOG at 100.00 buy 7 ACME at 99.50",
            "amend #3 5 at 10102",
            "cancel #3",
            "query #12",
        ] {
            let control = parse_control(text, &FILE).unwrap();
            assert_eq!(show(&control), text);
        }
        assert_eq!(parse_control("amend #3 5 ACME at 101.02", &FILE), parse_control("amend #3 5 at 10102", &FILE));
        assert_eq!(parse_control("query 12", &FILE), parse_control("query #12", &FILE));
        let lower = parse_control("buy 1 acme", &FILE).unwrap();
        assert!(matches!(lower, Control::Hand(HandRequest::Place { .. })));
    }

    #[test]
    fn each_mistake_of_a_trade_is_pointed_at() {
        for (text, span, words) in [
            ("buy", 3..3, "`buy` needs more (allowed: buy LOTS SYMBOL"),
            ("buy 0 ACME", 4..5, "`0` is no number that fits here"),
            ("buy 1 ACMR", 6..10, "there is no instrument `ACMR`; did you mean `ACME`?"),
            ("buy 1 ACME at 10.001", 14..20, "`10.001` is not a whole number of ticks (allowed: steps of 0.01)"),
            ("buy 1 ACME at -3", 14..16, "`-3` is no price"),
            ("buy 1 ACME at 99999999999", 14..25, "the price `99999999999` is too large (allowed: 167772.15 at most)"),
            ("spread buy 1 ACME at 167772.16 sell 1 GOOG at 3", 21..30, "the price `167772.16` is too large"),
            ("amend #3 5 ACME at 10.001", 19..25, "`10.001` is not a whole number of ticks"),
            ("amend #3 5 at 16777216", 14..22, "16777216"),
            ("buy 1 ACME for 3", 11..14, "`for` is too much here"),
            ("spread buy 1 ACME at 3 sel 1 GOOG at 3", 23..26, "`sel` does not belong here; did you mean `sell`?"),
            ("cancel last", 7..11, "`last` names no order"),
        ] {
            let complaint = parse_control(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
