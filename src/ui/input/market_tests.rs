//! What keys do on the market: looking at symbols, filling the form, asking after an order.

use super::super::fixture::{self, Story};
use super::super::hits::Hits;
use super::super::keymap::Keymap;
use super::super::words::Bare;
use super::*;
use crate::domain::command::Command;
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::Answered;
use crate::domain::hand::HandRequest;
use crate::domain::ids::{AccountId, Sequence};
use crate::domain::order::Side;
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuery;
use crate::domain::venue::VenueId;
use crate::domain::view::{ClusterView, FIRST_LOOK};
use crate::ui::update::answers;
use crossterm::event::{KeyCode, KeyModifiers};

struct Desk {
    input: Input,
    state: UiState,
    view: ClusterView,
    keymap: Keymap,
}

impl Desk {
    fn at_the_market() -> Self {
        let mut desk = Self {
            input: Input::default(),
            state: UiState::default(),
            view: fixture::view(Story::Healthy),
            keymap: Keymap::default(),
        };
        desk.types("gm");
        assert_eq!((desk.state.screen, desk.state.focus), (Screen::Market, Panel::Symbols));
        desk
    }

    /// Each key a second after the last, so that no guard is in the way.
    fn press(&mut self, code: KeyCode) -> Vec<Request> {
        self.state.wall += Duration::from_secs(1);
        let hits = Hits::default();
        let given = Given { view: &self.view, words: &Bare, keymap: &self.keymap, hits: &hits, lessons: &[] };
        let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        let requests = self.input.on_event(&mut self.state, &given, &event);
        for request in &requests {
            if let Request::Command(Command::Control(control)) = request {
                let answered = Answered { control: *control, answer: ControlAnswer::Done };
                answers::hear(&mut self.state, &given, answered);
            }
        }
        requests
    }

    fn types(&mut self, text: &str) -> Vec<Request> {
        text.chars().flat_map(|char| self.press(KeyCode::Char(char))).collect()
    }
}

fn hand(request: HandRequest) -> Vec<Request> {
    vec![Control::Hand(request).into()]
}

#[test]
fn the_arrows_look_at_one_symbol_after_the_other_and_ask_for_its_book() {
    let mut desk = Desk::at_the_market();
    let next = SymbolId(FIRST_LOOK.0 + 1);
    assert_eq!(desk.types("j"), [Request::Command(Command::Look(next))]);
    assert_eq!(desk.press(KeyCode::Up), [Request::Command(Command::Look(FIRST_LOOK))]);
    let last = SymbolId(9);
    assert_eq!(desk.types("G"), [Request::Command(Command::Look(last))]);
    assert_eq!(desk.types("j"), [], "there is no symbol after the last, and nothing to ask for");
}

#[test]
fn the_filter_takes_letters_and_enter_looks_at_the_first_that_is_left() {
    let mut desk = Desk::at_the_market();
    desk.types("/eur");
    assert_eq!((desk.state.market.symbol, desk.state.market.filter.as_str()), (FIRST_LOOK, "eur"));
    assert_eq!(desk.press(KeyCode::Enter), [Request::Command(Command::Look(SymbolId(3)))]);
    desk.press(KeyCode::Esc);
    assert_eq!(desk.state.market.filter, "", "Esc shows them all again");
}

#[test]
fn the_form_takes_digits_as_text_and_sends_what_it_shows() {
    let mut desk = Desk::at_the_market();
    desk.types("o");
    desk.press(KeyCode::Backspace);
    desk.press(KeyCode::Backspace);
    desk.types("25");
    desk.press(KeyCode::Up);
    desk.types("150.5");
    desk.press(KeyCode::Up);
    desk.press(KeyCode::Up);
    desk.press(KeyCode::Right);
    let sent = desk.press(KeyCode::Enter);
    let [Request::Command(Command::Control(Control::Hand(HandRequest::Place { symbol, side, quantity, .. })))] =
        sent[..]
    else {
        panic!("{sent:?}")
    };
    assert_eq!((symbol, side, quantity.0), (FIRST_LOOK, Side::Sell, 25));
    assert_eq!(desk.state.overlay, Overlay::None);
    assert_eq!(desk.state.selected.0, 1, "digits chose no node");
}

#[test]
fn a_minus_before_a_number_of_lots_is_not_dropped_and_nothing_is_sent() {
    let mut desk = Desk::at_the_market();
    desk.types("o");
    desk.types("-5");
    assert_eq!(desk.press(KeyCode::Enter), []);
    let Overlay::Order(form) = &desk.state.overlay else { panic!("it is open") };
    assert_eq!(form.legs[0].lots, "-5", "the form began with 10 lots");
}

#[test]
fn a_change_of_an_order_is_told_with_its_price_as_people_write_it() {
    let mut desk = Desk::at_the_market();
    desk.types("V");
    desk.types("150");
    let sent = desk.press(KeyCode::Enter);
    assert!(
        matches!(sent[..], [Request::Command(Command::Control(Control::Hand(HandRequest::Replace { .. })))]),
        "{sent:?}"
    );
    let said = &desk.state.toasts.last().unwrap().text;
    assert!(said.contains("amend #4 10 at 150.00"), "{said}");
}

#[test]
fn an_amend_that_is_typed_takes_money_as_an_order_does() {
    let mut desk = Desk::at_the_market();
    for (typed, ticks) in
        [("amend #4 5 at 150.5", 15_050), ("amend 4 5 at 150", 15_000), ("amend #4 5 ACME at 1.80", 180)]
    {
        desk.types(":");
        desk.types(typed);
        let sent = desk.press(KeyCode::Enter);
        let [Request::Command(Command::Control(Control::Hand(HandRequest::Replace { price, .. })))] = sent[..] else {
            panic!("{typed}: {sent:?}")
        };
        assert_eq!(price.0, ticks, "{typed}");
    }
    for wrong in ["amend #4 5 EURUSD at 1.70", "amend #77 5 at 1.20", "amend #77 5 GOOG at 1.20"] {
        desk.types(":");
        desk.types(wrong);
        assert_eq!(desk.press(KeyCode::Enter), [], "{wrong}");
        desk.press(KeyCode::Esc);
    }
}

#[test]
fn a_flawed_form_stays_open_and_nothing_is_sent() {
    let mut desk = Desk::at_the_market();
    desk.types("o");
    desk.press(KeyCode::Up);
    desk.types("150.505");
    desk.press(KeyCode::Down);
    assert_eq!(desk.press(KeyCode::Enter), []);
    let Overlay::Order(form) = &desk.state.overlay else { panic!("it is open") };
    assert_eq!(form.at, super::super::form::Field::Price(0), "the cursor is where it is to be mended");
}

#[test]
fn the_keys_of_the_blotter_mean_the_selected_order() {
    let mut desk = Desk::at_the_market();
    assert_eq!(desk.types("O"), hand(HandRequest::Query { order: Sequence(4) }), "the newest");
    desk.state.focus = Panel::Blotter;
    assert_eq!(desk.types("Y"), hand(HandRequest::Cancel { order: Sequence(4) }));
    desk.types("j");
    assert_eq!(desk.types("Y"), [], "a spread does not rest");
    assert_eq!(desk.press(KeyCode::Enter), []);
    assert_eq!(desk.state.overlay, Overlay::History(Sequence(3)));
    desk.press(KeyCode::Esc);
    assert_eq!(desk.types("V"), [], "a spread cannot be replaced");
    desk.types("k");
    desk.types("V");
    assert!(matches!(desk.state.overlay, Overlay::Order(_)));
}

#[test]
fn a_locked_desk_sends_no_order() {
    let mut desk = Desk::at_the_market();
    desk.types("Lo");
    assert_eq!(desk.press(KeyCode::Enter), []);
    assert_eq!(desk.types("OY"), []);
}

#[test]
fn the_trades_of_a_symbol_are_asked_for_by_key_and_by_command() {
    let mut desk = Desk::at_the_market();
    let asked = |from, until| Control::ReadTrades(TradesQuery { symbol: desk.state.market.symbol, from, until });
    let (all, some) =
        (asked(SimTime::ZERO, SimTime::NEVER), asked(SimTime::from_millis(1_000), SimTime::from_millis(2_500)));
    assert_eq!(desk.types("D"), [Request::from(all)]);
    assert!(matches!(desk.state.overlay, Overlay::Trades(query) if Control::ReadTrades(query) == all));
    desk.press(KeyCode::Esc);
    assert_eq!(desk.state.overlay, Overlay::None);
    let name = desk.state.market.symbol.name();
    desk.types(&format!(":trades {name} 1s..2500ms"));
    assert_eq!(desk.press(KeyCode::Enter), [Request::from(some)]);
    assert!(matches!(desk.state.overlay, Overlay::Trades(query) if Control::ReadTrades(query) == some));
}

#[test]
fn the_brackets_walk_through_the_accounts_and_a_command_jumps_to_one() {
    let mut desk = Desk::at_the_market();
    let hand = desk.view.run.settings.client.hand().account();
    let watch = |account| [Request::Command(Command::Watch(account))];
    assert_eq!(desk.types("]"), watch(AccountId(1)), "after the hand's, which is the last, comes the first");
    assert_eq!(desk.types("]"), watch(AccountId(2)));
    assert_eq!(desk.types("[["), [watch(AccountId(1)), watch(hand)].concat());
    assert_eq!(desk.state.market.account, None, "the hand's has no need of a number");
    desk.types(":account 12");
    assert_eq!(desk.press(KeyCode::Enter), watch(AccountId(12)));
    assert_eq!(desk.state.market.account, Some(AccountId(12)));
    desk.types(&format!(":account {}", hand.0 + 1));
    assert_eq!(desk.press(KeyCode::Enter), [], "there is no such account");
    assert_eq!(desk.state.market.account, Some(AccountId(12)));
    desk.press(KeyCode::Esc);
    desk.types(":account hand");
    assert_eq!(desk.press(KeyCode::Enter), watch(hand));
}

#[test]
fn the_last_venue_is_closed_and_opened_by_key_any_by_command_and_where_there_is_one_nothing_happens() {
    let mut desk = Desk::at_the_market();
    assert_eq!(desk.types("cv"), []);
    desk.view = fixture::view(Story::Failover);
    let venue = |venue, open| [Request::from(Control::SetVenue { venue: VenueId(venue), open })];
    assert_eq!(desk.types("cv"), venue(1, true), "it was being drained");
    desk.view.venues.venues[1].door = crate::domain::venue::Door::Open;
    assert_eq!(desk.types("cv"), venue(1, false));
    desk.types(":venue A close");
    assert_eq!(desk.press(KeyCode::Enter), venue(0, false));
}
