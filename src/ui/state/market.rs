//! What the dashboard remembers of the market: the symbol and the account in view, the filter of names, the order that is
//! selected.
//!
//! Idea: a symbol is in view on every screen, as a node and a group are: the order form begins with it wherever it is
//! opened. The list of symbols is all that the desk trades and the filter lets through, so it is worked out, not kept.

use crate::domain::hand::HandOrder;
use crate::domain::ids::{AccountId, Sequence, SymbolId};
use crate::domain::view::{ClusterView, FIRST_LOOK};

use super::{Panel, Prompt};

/// The panels of the screen, in the order of `w`.
pub(super) const PANELS: &[Panel] = &[
    Panel::Symbols,
    Panel::Ladder,
    Panel::Tape,
    Panel::Blotter,
    Panel::Account,
    Panel::Ticks,
    Panel::Spreads,
    Panel::Venues,
];

/// Where the eyes are on the market.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MarketState {
    /// The symbol in view.
    pub symbol: SymbolId,
    /// What its name must hold to be listed; any case.
    pub filter: String,
    /// The field of the filter.
    pub prompt: Prompt,
    /// The selected order of the blotter; `None` is the newest.
    pub order: Option<Sequence>,
    /// The account in view; `None` is the hand's.
    pub account: Option<AccountId>,
}

impl Default for MarketState {
    fn default() -> Self {
        Self { symbol: FIRST_LOOK, filter: String::new(), prompt: Prompt::Closed, order: None, account: None }
    }
}

impl MarketState {
    /// The symbols that are listed, in table order.
    pub fn listed(&self, view: &ClusterView) -> impl Iterator<Item = SymbolId> {
        let wanted = self.filter.to_ascii_uppercase();
        SymbolId::first(view.run.settings.market.instruments).filter(move |symbol| symbol.name().contains(&wanted))
    }

    /// The selected order; the newest if the one that was meant is gone.
    pub fn selected<'v>(&self, view: &'v ClusterView) -> Option<&'v HandOrder> {
        let meant = view.hand.iter().find(|order| Some(order.sequence) == self.order);
        meant.or_else(|| view.hand.last())
    }
}
