//! Orders by hand: the form is opened, filled and sent; the selected order is asked for, changed or taken back.
//!
//! Idea: the form stays open while anything is wrong with it, and closes as it sends; what becomes of the order is told
//! on the blotter, not here.

use super::refusal::Refusal;
use super::{Given, Request, market, undo};
use crate::domain::control::Control;
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuery;
use crate::ui::action::TradeKey;
use crate::ui::form::OrderForm;
use crate::ui::state::{Overlay, UiState};

pub(super) fn perform(
    state: &mut UiState,
    given: &Given<'_>,
    key: TradeKey,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    match key {
        TradeKey::History => {
            let symbol = state.market.symbol;
            ask_for_trades(state, TradesQuery { symbol, from: SimTime::ZERO, until: SimTime::NEVER }, out)?;
        }
        TradeKey::Form => state.overlay = Overlay::Order(Box::new(OrderForm::new(state.market.symbol, given.view))),
        TradeKey::Replace => {
            let order = selected(state, given)?;
            let form = OrderForm::replace(order, given.view).ok_or_else(|| Refusal::new("toast-no-replace"))?;
            state.overlay = Overlay::Order(Box::new(form));
        }
        TradeKey::Field(way) => {
            if let Overlay::Order(form) = &mut state.overlay {
                form.step(way);
            }
        }
        TradeKey::Turn(way) => {
            if let Overlay::Order(form) = &mut state.overlay {
                form.turn(way, given.view);
            }
        }
        TradeKey::Send => send(state, given, out)?,
        TradeKey::Cancel => {
            let order = selected(state, given)?.sequence;
            undo::change(state, given, Control::Hand(HandRequest::Cancel { order }), out)?;
        }
        TradeKey::Account(way) => market::next_account(state, given, way, out)?,
        TradeKey::Query => {
            let order = selected(state, given)?.sequence;
            undo::change(state, given, Control::Hand(HandRequest::Query { order }), out)?;
        }
    }
    Ok(())
}

/// Asks for trades by time, and opens the card that the answer comes to.
pub(super) fn ask_for_trades(state: &mut UiState, query: TradesQuery, out: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Trades(query);
    out.push(Control::ReadTrades(query).into());
    Ok(())
}

/// Whether the key would do something now.
pub(crate) fn is_enabled(key: TradeKey, state: &UiState, given: &Given<'_>) -> bool {
    match key {
        TradeKey::Cancel | TradeKey::Query => selected(state, given).is_ok(),
        TradeKey::Replace => selected(state, given).is_ok_and(|order| OrderForm::replace(order, given.view).is_some()),
        TradeKey::Form
        | TradeKey::History
        | TradeKey::Account(_)
        | TradeKey::Field(_)
        | TradeKey::Turn(_)
        | TradeKey::Send => true,
    }
}

fn selected<'v>(state: &UiState, given: &Given<'v>) -> Result<&'v HandOrder, Refusal> {
    state.market.selected(given.view).ok_or_else(|| Refusal::new("toast-no-order"))
}

fn send(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let Overlay::Order(form) = &mut state.overlay else { return Ok(()) };
    match form.read(given.view) {
        Ok(request) => {
            state.overlay = Overlay::None;
            // The new order is the newest, and the newest is selected.
            state.market.order = request.order();
            undo::change(state, given, Control::Hand(request), out)
        }
        Err(flaws) => {
            // The cursor goes to what is to be mended first.
            if let Some((field, _)) = flaws.first() {
                form.at = *field;
            }
            Err(Refusal::new("toast-form-flawed"))
        }
    }
}
