//! Orders by hand, as actions: the form and the blotter.

use super::Way;

/// What a key does with the form, or with the selected order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TradeKey {
    /// Open the form.
    Form,
    /// The next field of the form, or the one before.
    Field(Way),
    /// The next choice of a field, or the one before.
    Turn(Way),
    /// Send what the form says.
    Send,
    /// Take the selected order back.
    Cancel,
    /// Another price or quantity for the selected order.
    Replace,
    /// Ask for the trades of the symbol in view, by the time in which they happened.
    History,
    /// Ask what became of the selected order.
    Query,
    /// Bring the next account into view, or the one before.
    Account(Way),
}
