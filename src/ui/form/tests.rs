//! The form at work: what it sends, what it refuses, and how it is filled.

use super::super::action::Way;
use super::super::fixture::{self, Story};
use super::*;

const ACME: SymbolId = SymbolId(7);

fn form() -> (OrderForm, ClusterView) {
    let view = fixture::view(Story::Healthy);
    (OrderForm::new(ACME, &view), view)
}

fn type_into(form: &mut OrderForm, view: &ClusterView, field: Field, text: &str) {
    form.at = field;
    form.clear();
    text.chars().for_each(|char| form.typed(char, view));
}

fn flaw(form: &OrderForm, view: &ClusterView, field: Field) -> Option<&'static str> {
    let flaws = form.read(view).err()?;
    flaws.iter().find(|(of, _)| *of == field).map(|(_, flaw)| flaw.id)
}

#[test]
fn a_new_form_can_be_sent_as_it_stands_and_joins_the_best_buyers() {
    let (form, view) = form();
    let bid = view.books.line(ACME).unwrap().bid.unwrap();
    let wanted = HandRequest::Place {
        symbol: ACME,
        side: Side::Buy,
        order_type: OrderType::Limit(bid),
        quantity: Quantity(10),
        time_in_force: TimeInForce::GoodTillCancel,
    };
    assert_eq!(form.read(&view), Ok(wanted));
}

#[test]
fn the_price_follows_the_side_until_one_is_typed() {
    let (mut form, view) = form();
    let line = view.books.line(ACME).unwrap().clone();
    let shown = |price: Option<Price>| ACME.instrument().unwrap().show_price(price.unwrap());
    form.at = Field::Side(0);
    form.turn(Way::On, &view);
    assert_eq!(form.legs[0].price, shown(line.ask));
    type_into(&mut form, &view, Field::Price(0), "150,5");
    form.at = Field::Side(0);
    form.turn(Way::On, &view);
    assert_eq!(form.legs[0].price, "150.5", "a comma is a point, and what was typed stays");
}

#[test]
fn each_flaw_stands_beside_its_field() {
    for (field, text, wanted) in [
        (Field::Symbol(0), "ACMR", "form-no-symbol-near"),
        (Field::Symbol(0), "QQQQQQQQ", "form-no-symbol"),
        (Field::Price(0), "", "form-no-price"),
        (Field::Price(0), "0", "form-no-price"),
        (Field::Price(0), "101.025", "form-off-tick"),
        (Field::Price(0), "99999999999", "form-price-beyond"),
        (Field::Price(0), "167772.16", "form-price-beyond"),
        (Field::Lots(0), "", "form-no-lots"),
        (Field::Lots(0), "0", "form-no-lots"),
        (Field::Lots(0), "1000000001", "form-no-lots"),
    ] {
        let (mut form, view) = form();
        type_into(&mut form, &view, field, text);
        assert_eq!(flaw(&form, &view, field), Some(wanted), "{field:?} {text}");
        assert_eq!(form.read(&view).unwrap_err().len(), 1, "{field:?} {text}: nothing else is wrong");
    }
}

#[test]
fn an_order_at_the_market_has_no_price_to_be_wrong() {
    let (mut form, view) = form();
    type_into(&mut form, &view, Field::Price(0), "");
    form.at = Field::Pricing;
    form.typed('m', &view);
    assert!(!form.fields().contains(&Field::Price(0)));
    assert!(matches!(form.read(&view), Ok(HandRequest::Place { order_type: OrderType::Market, .. })));
}

#[test]
fn a_spread_has_two_legs_that_can_trade_at_once_and_not_in_one_symbol() {
    let (mut form, view) = form();
    form.at = Field::Kind;
    form.turn(Way::On, &view);
    let Ok(HandRequest::Spread { legs: [buy, sell] }) = form.read(&view) else { panic!("a spread") };
    let of = |leg: &Leg| view.books.line(leg.symbol()).unwrap().clone();
    assert_eq!((buy.side(), Some(buy.limit())), (Side::Buy, of(&buy).ask));
    assert_eq!((sell.side(), Some(sell.limit())), (Side::Sell, of(&sell).bid));
    type_into(&mut form, &view, Field::Symbol(1), "acme");
    assert_eq!(flaw(&form, &view, Field::Symbol(1)), Some("form-same-symbol"));
}

#[test]
fn a_replace_asks_for_price_and_lots_only() {
    let view = fixture::view(Story::Healthy);
    let order = view.hand.last().unwrap();
    let mut form = OrderForm::replace(order, &view).unwrap();
    assert_eq!(form.fields(), [Field::Price(0), Field::Lots(0)]);
    type_into(&mut form, &view, Field::Price(0), "152.10");
    let wanted = HandRequest::Replace { order: order.sequence, price: Price(15_210), quantity: Quantity(10) };
    assert_eq!(form.read(&view), Ok(wanted));
    assert_eq!(OrderForm::replace(&view.hand[2], &view), None, "a spread cannot be replaced");
    assert_eq!(OrderForm::replace(&view.hand[0], &view), None, "nor what has no price");
}

#[test]
fn the_cursor_goes_round_through_what_is_there() {
    let (mut form, _) = form();
    let fields = form.fields();
    form.at = fields[0];
    for field in fields.iter().skip(1).chain(fields.first()) {
        form.step(Way::On);
        assert_eq!(form.at, *field);
    }
    form.step(Way::Back);
    assert_eq!(form.at, *fields.last().unwrap());
}

#[test]
fn the_first_character_replaces_what_stands_in_a_field_and_the_next_are_added() {
    let (mut form, view) = form();
    let typed = |form: &mut OrderForm, text: &str| text.chars().for_each(|char| form.typed(char, &view));
    assert_eq!((form.at, form.legs[0].lots.as_str()), (Field::Lots(0), "10"));
    typed(&mut form, "25");
    assert_eq!(form.legs[0].lots, "25");
    form.step(Way::Back);
    typed(&mut form, "150");
    form.step(Way::On);
    form.erase();
    typed(&mut form, "7");
    assert_eq!((form.legs[0].price.as_str(), form.legs[0].lots.as_str()), ("150", "27"), "Backspace means to mend it");
    form.step(Way::Back);
    typed(&mut form, "9");
    assert_eq!(form.legs[0].price, "9", "the cursor came again");
    form.at = Field::Symbol(0);
    typed(&mut form, "goog");
    assert_eq!(form.legs[0].symbol, "GOOG");
}

#[test]
fn what_does_not_belong_into_a_field_stays_in_sight_and_is_its_flaw() {
    for (field, text, shown, wanted) in [
        (Field::Lots(0), "-5", "-5", "form-no-lots"),
        (Field::Lots(0), "5x", "5x", "form-no-lots"),
        (Field::Lots(0), "+5", "+5", "form-no-lots"),
        (Field::Price(0), "-150", "-150", "form-no-price"),
        (Field::Price(0), "1e3", "1e3", "form-no-price"),
        (Field::Symbol(0), "AC-ME", "AC-ME", "form-no-symbol-near"),
    ] {
        let (mut form, view) = form();
        form.at = field;
        text.chars().for_each(|char| form.typed(char, &view));
        let leg = &form.legs[0];
        let stands = [&leg.symbol, &leg.price, &leg.lots].into_iter().any(|text| text == shown);
        assert!(stands, "{field:?} {text}: {leg:?}");
        assert_eq!(flaw(&form, &view, field), Some(wanted), "{field:?} {text}");
    }
    let (mut form, view) = form();
    form.at = Field::Side(0);
    form.typed('x', &view);
    assert_eq!((form.strange, form.legs[0].side), (Some('x'), Side::Buy), "a letter that chooses nothing is named");
    form.typed('s', &view);
    assert_eq!((form.strange, form.legs[0].side), (None, Side::Sell));
}

#[test]
fn a_price_far_from_the_market_is_warned_of_and_sent_all_the_same() {
    let (bid, ask) = (Price(10_000), Price(10_020));
    for (text, wanted) in [
        ("100.10", None),
        ("119.99", None),
        ("120.24", Some(("form-far-above", "20"))),
        ("10020.00", Some(("form-far-times", "100"))),
        ("80.01", None),
        ("80.00", Some(("form-far-below", "20"))),
        ("1.00", Some(("form-far-below", "99"))),
    ] {
        let (mut form, mut view) = form();
        let line = view.books.lines.iter_mut().find(|line| line.symbol == ACME).unwrap();
        (line.bid, line.ask) = (Some(bid), Some(ask));
        type_into(&mut form, &view, Field::Price(0), text);
        let warning = form.warning(Field::Price(0), &view);
        let said = warning.as_ref().map(|flaw| (flaw.id, flaw.args[0].1.as_str()));
        assert_eq!(said, wanted, "{text}");
        assert!(form.read(&view).is_ok(), "{text}: no flaw");
    }
}

#[test]
fn without_an_order_on_a_side_the_last_trade_is_the_market() {
    let (mut form, mut view) = form();
    let line = view.books.lines.iter_mut().find(|line| line.symbol == ACME).unwrap();
    (line.ask, line.recent) = (None, vec![Price(10_000)]);
    type_into(&mut form, &view, Field::Price(0), "900.00");
    assert_eq!(form.warning(Field::Price(0), &view).map(|flaw| flaw.id), Some("form-far-times"));
    let line = view.books.lines.iter_mut().find(|line| line.symbol == ACME).unwrap();
    (line.bid, line.recent) = (None, Vec::new());
    assert_eq!(form.warning(Field::Price(0), &view), None, "there is no market");
}
