//! Orders by hand: the form is opened, filled and sent; the selected order is asked for, changed or taken back.
//!
//! Idea: the form stays open while anything is wrong with it, and closes as it sends; what becomes of the order is told
//! on the blotter, not here.

use super::refusal::Refusal;
use super::{Given, Request, undo};
use crate::domain::control::Control;
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuery;
use crate::ui::action::{ActionId, Way};
use crate::ui::form::OrderForm;
use crate::ui::state::{Overlay, UiState};

/// Opens the form for the symbol in view.
pub(in crate::ui) fn open_form(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Order(Box::new(OrderForm::new(state.market.symbol, given.view)));
    Ok(())
}

/// Opens the form with the selected order, for another price or quantity.
pub(in crate::ui) fn replace(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let order = resting(state, given)?;
    let form = OrderForm::replace(order, given.view).ok_or_else(|| Refusal::new("toast-no-replace"))?;
    state.overlay = Overlay::Order(Box::new(form));
    Ok(())
}

/// The next field of the form, or the one before.
pub(in crate::ui) fn next_field(state: &mut UiState, way: Way) -> Result<(), Refusal> {
    if let Overlay::Order(form) = &mut state.overlay {
        form.step(way);
    }
    Ok(())
}

/// The next choice of a field, or the one before.
pub(in crate::ui) fn next_choice(state: &mut UiState, given: &Given<'_>, way: Way) -> Result<(), Refusal> {
    if let Overlay::Order(form) = &mut state.overlay {
        form.turn(way, given.view);
    }
    Ok(())
}

/// Takes the selected order back.
pub(in crate::ui) fn cancel(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let order = resting(state, given)?.sequence;
    undo::change(state, given, Control::Hand(HandRequest::Cancel { order }), out)
}

/// Asks what became of the selected order.
pub(in crate::ui) fn query(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let order = selected(state, given)?.sequence;
    undo::change(state, given, Control::Hand(HandRequest::Query { order }), out)
}

/// Asks for all trades of the symbol in view.
pub(in crate::ui) fn ask_for_all_trades(
    state: &mut UiState,
    _: &Given<'_>,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    let symbol = state.market.symbol;
    ask_for_trades(state, TradesQuery { symbol, from: SimTime::ZERO, until: SimTime::NEVER }, out)
}

/// Asks for trades by time, and opens the card that the answer comes to.
pub(super) fn ask_for_trades(state: &mut UiState, query: TradesQuery, out: &mut Vec<Request>) -> Result<(), Refusal> {
    state.overlay = Overlay::Trades(query);
    out.push(Control::ReadTrades(query).into());
    Ok(())
}

/// Whether an order is selected.
pub(in crate::ui) fn is_selected(state: &UiState, given: &Given<'_>) -> bool {
    selected(state, given).is_ok()
}

/// Whether something of the selected order may rest.
pub(in crate::ui) fn is_resting(state: &UiState, given: &Given<'_>) -> bool {
    resting(state, given).is_ok()
}

/// Whether the selected order may have another price or quantity.
pub(in crate::ui) fn is_replaceable(state: &UiState, given: &Given<'_>) -> bool {
    resting(state, given).is_ok_and(|order| OrderForm::replace(order, given.view).is_some())
}

/// The selected order, if something of it may rest.
fn resting<'v>(state: &UiState, given: &Given<'v>) -> Result<&'v HandOrder, Refusal> {
    let order = selected(state, given)?;
    let refused = || Refusal::new("toast-not-resting").with("order", order.sequence.0);
    order.may_rest().then_some(order).ok_or_else(refused)
}

fn selected<'v>(state: &UiState, given: &Given<'v>) -> Result<&'v HandOrder, Refusal> {
    state.market.selected(given.view).ok_or_else(|| Refusal::new("toast-no-order"))
}

/// What is said of an order that is given while time stands still: clients do nothing then, so it is on no blotter yet.
pub(super) fn with_the_pause(said: String, done: Control, given: &Given<'_>) -> String {
    if !given.view.run.pace.paused || !matches!(done, Control::Hand(_)) {
        return said;
    }
    let key = given.keymap.label(ActionId("time.pause"));
    given.words.text("toast-when-time-runs", &[("what", said.as_str()), ("key", key.as_str())])
}

/// Sends what the form says; it stays open while anything is wrong with it.
pub(in crate::ui) fn send(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
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
