//! The market: which symbol is in view, which order is selected, and what the keys of the screen do with them.
//!
//! Idea: on this screen the arrows walk through what has the focus, the orders on the blotter, else the symbols. Looking
//! at a symbol is asked of the cluster's thread, which shows one book in depth; it is no control and changes no run.

use super::refusal::Refusal;
use super::{Given, Request, toast};
use crate::domain::command::Command;
use crate::domain::ids::{AccountId, Sequence, SymbolId};
use crate::ui::action::{Leap, Way};
use crate::ui::hits::Hits;
use crate::ui::state::{Overlay, Panel, Prompt, Screen, UiState};

/// Rows of a list that nobody has drawn yet.
const PAGE: usize = 10;

/// Whether a move is one of this screen.
pub(super) fn takes(state: &UiState) -> bool {
    state.screen == Screen::Market && matches!(state.overlay, Overlay::None) && state.focus != Panel::Events
}

/// Moves through the orders if the blotter has the focus, else through the symbols.
pub(super) fn go(state: &mut UiState, given: &Given<'_>, way: Way, leap: Leap, out: &mut Vec<Request>) {
    if state.focus == Panel::Blotter {
        // The newest order stands above.
        let orders: Vec<Sequence> = given.view.hand.iter().rev().map(|order| order.sequence).collect();
        let current = state.market.selected(given.view).map(|order| order.sequence);
        let page = page(given.hits, Panel::Blotter);
        let next = moved(&orders, current, way, leap, page);
        // On the newest the selection follows whatever comes after it.
        state.market.order = next.filter(|next| Some(next) != orders.first());
        return;
    }
    let listed: Vec<SymbolId> = state.market.listed(given.view).collect();
    let page = page(given.hits, Panel::Symbols);
    if let Some(symbol) = moved(&listed, Some(state.market.symbol), way, leap, page) {
        look(state, symbol, out);
    }
}

/// Brings a symbol into view.
pub(crate) fn look(state: &mut UiState, symbol: SymbolId, out: &mut Vec<Request>) {
    if state.market.symbol != symbol {
        state.market.symbol = symbol;
        out.push(Request::Command(Command::Look(symbol)));
    }
}

/// Brings an account into view; nobody's number means the hand's.
pub(super) fn watch(
    state: &mut UiState,
    given: &Given<'_>,
    account: Option<AccountId>,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    let hand = given.view.run.settings.client.hand().account();
    let account = account.unwrap_or(hand);
    if account > hand {
        return Err(Refusal::new("toast-no-account").with("account", account.0).with("most", hand.0));
    }
    state.market.account = Some(account).filter(|account| *account != hand);
    out.push(Request::Command(Command::Watch(account)));
    Ok(())
}

/// The next account, or the one before; after the last comes the hand's, which is the last.
pub(in crate::ui) fn next_account(
    state: &mut UiState,
    given: &Given<'_>,
    way: Way,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    let hand = given.view.run.settings.client.hand().account().0;
    let current = state.market.account.map_or(hand, |account| account.0);
    let next = match way {
        Way::On => current % hand + 1,
        Way::Back => (current + hand - 2) % hand + 1,
    };
    watch(state, given, Some(AccountId(next)), out)
}

/// Ends typing the filter: if the symbol in view is not among those that are left, the first of them is.
pub(super) fn settle(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) {
    state.market.prompt = Prompt::Closed;
    let listed: Vec<SymbolId> = state.market.listed(given.view).collect();
    match listed.first().copied() {
        Some(first) if !listed.contains(&state.market.symbol) => look(state, first, out),
        Some(_) => {}
        None => toast::say(state, given, "toast-no-match", &[]),
    }
}

fn page(hits: &Hits, panel: Panel) -> usize {
    hits.area_of(panel).map_or(PAGE, |area| usize::from(area.height).saturating_sub(3)).max(1)
}

/// The row that a move ends on; where the row that it starts from is gone, the first.
fn moved<T: Copy + PartialEq>(rows: &[T], current: Option<T>, way: Way, leap: Leap, page: usize) -> Option<T> {
    let last = rows.len().checked_sub(1)?;
    let by = match leap {
        Leap::Row => 1,
        Leap::HalfPage => page.div_ceil(2),
        Leap::Page => page,
        Leap::End => last,
    };
    let place = current.and_then(|current| rows.iter().position(|row| *row == current));
    let next = match (place, way) {
        (None, _) => 0,
        (Some(place), Way::Back) => place.saturating_sub(by),
        (Some(place), Way::On) => (place + by).min(last),
    };
    rows.get(next).copied()
}
