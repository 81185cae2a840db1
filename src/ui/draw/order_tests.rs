//! What became of an order of the person at the keyboard is said in full, at every size.

use super::tests::{look, paint, state, text};
use crate::domain::hand::{HandRequest, HandWord};
use crate::domain::ids::NodeId;
use crate::domain::order::{OrderStatus, Verdict};
use crate::domain::time::SimTime;
use crate::domain::units::{Price, Quantity};
use crate::domain::view::{ClusterView, FIRST_LOOK};
use crate::domain::why::Why;
use crate::locale::Language;
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::form::OrderForm;
use crate::ui::glyphs::Glyphs;
use crate::ui::panels::market::words;
use crate::ui::state::{Overlay, Screen, UiState};
use crate::ui::theme::Role;

fn screen(view: &ClusterView, state: &UiState, size: (u16, u16), language: Language) -> String {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    text(&paint(view, state, &look, size).0)
}

/// A view whose newest order rests, and was asked for something that came to this.
fn asked(request: fn(crate::domain::ids::Sequence) -> HandRequest, answer: HandWord) -> ClusterView {
    let mut view = fixture::view(Story::Healthy);
    let order = view.hand.last_mut().unwrap();
    let at = SimTime::from_millis(42_002);
    order.words.push((at, HandWord::Asked(request(order.sequence))));
    order.words.push((at, answer));
    view
}

#[test]
fn the_refusal_of_a_cancel_or_a_replace_stands_there_with_its_reason() {
    let cancel = |order| HandRequest::Cancel { order };
    let replace = |order| HandRequest::Replace { order, price: Price(15_000), quantity: Quantity(3) };
    let book =
        [Why::UnknownOrder, Why::InsufficientFunds, Why::Held, Why::AllotmentShort, Why::OffStep, Why::BadQuantity];
    let answers = book.map(|why| HandWord::Decided(Verdict::rejected(why))).into_iter();
    let on_the_way = [Why::NoLeader, Why::NotAcknowledgeable(NodeId(3)), Why::LeaderLost].map(HandWord::Refused);
    for answer in answers.chain(on_the_way) {
        for (view, opening) in [
            (asked(cancel, answer), ["cancel refused:", "снять не удалось:"]),
            (asked(replace, answer), ["replace refused:", "заменить не удалось:"]),
        ] {
            for (language, opening) in [Language::English, Language::Russian].into_iter().zip(opening) {
                let order = view.hand.last().unwrap();
                let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
                let (role, said) = words::word(order, order.words.len() - 1, &look.locale);
                assert!(said.starts_with(opening) && role == Role::Warn, "{role:?}: {said}");
                for size in [(80, 24), (120, 40), (200, 60)] {
                    let screen = screen(&view, &state(Screen::Market), size, language);
                    let missing = said.split(' ').find(|word| !screen.contains(word));
                    assert!(screen.contains(opening) && missing.is_none(), "{size:?}: {missing:?} of {said}\n{screen}");
                }
            }
        }
    }
}

#[test]
fn an_order_whose_cash_is_being_fetched_does_not_rest() {
    let mut view = fixture::view(Story::Healthy);
    let order = view.hand.last_mut().unwrap();
    let waits = Verdict { status: OrderStatus::AwaitsCash, filled: Quantity(0), resting: Quantity(10) };
    order.words = vec![(SimTime::from_millis(42_002), HandWord::Decided(waits))];
    let newest = format!("#{}", order.sequence.0);
    for (language, said, wrong) in [(Language::English, "PENDING", "RESTING"), (Language::Russian, "ЖДЁТ", "СТОИТ")]
    {
        let screen = screen(&view, &state(Screen::Market), (80, 24), language);
        let row = screen.lines().find(|row| row.contains(&newest)).unwrap();
        assert!(row.contains(said) && !row.contains(wrong) && !row.contains("10 rest"), "{row}");
    }
}

#[test]
fn the_form_shows_that_a_price_is_far_from_the_market() {
    let view = fixture::view(Story::Healthy);
    let mut form = OrderForm::new(FIRST_LOOK, &view);
    let shown = |form: &OrderForm, language| {
        let overlay = Overlay::Order(Box::new(form.clone()));
        screen(&view, &UiState { overlay, ..state(Screen::Market) }, (80, 24), language)
    };
    assert!(!shown(&form, Language::English).contains("far from the market"));
    let ask = view.books.line(FIRST_LOOK).unwrap().ask.unwrap();
    form.legs[0].price = FIRST_LOOK.instrument().unwrap().show_price(Price(ask.0 * 100));
    for (language, said) in [
        (Language::English, "▲ far from the market: 100 times its price"),
        (Language::Russian, "▲ далеко от рынка: 100-кратная рыночная цена"),
    ] {
        let screen = shown(&form, language);
        assert!(screen.contains(said) && screen.contains("Enter"), "{screen}");
    }
}

#[test]
fn the_row_of_a_rejected_order_says_why_and_not_who_read_it() {
    let mut view = fixture::view(Story::Healthy);
    let order = view.hand.last_mut().unwrap();
    let at = SimTime::from_millis(42_002);
    order.words.push((at, HandWord::Decided(Verdict::rejected(Why::InsufficientFunds))));
    let newest = format!("#{}", order.sequence.0);
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let why = look.locale.why(Why::InsufficientFunds);
    let screen = screen(&view, &state(Screen::Market), (80, 24), Language::English);
    let row = screen.lines().find(|row| row.contains(&newest)).unwrap();
    let told = why.split(' ').next().unwrap();
    assert!(row.contains("REJECTED") && row.contains(told) && !row.contains("read from"), "{why}\n{row}");
}
