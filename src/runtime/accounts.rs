//! Accounts, as the world sees them: each group's part on its most advanced replica, added up.
//!
//! Idea: an account lives in pieces, one a group; a screen wants the whole. The pieces are read at one instant of virtual
//! time, not at one index of all logs, so while cash is on its way it stands in no purse: `in_transit` says how much.

use crate::domain::ids::{AccountId, GroupId};
use crate::domain::order::Side;
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::view::{
    ACCOUNTS_SHOWN_MAX, AccountView, AccountsView, POSITIONS_SHOWN_MAX, PositionView, TransfersView,
};
use crate::market::book::Book;
use crate::market::exchange::Exchange;

use super::world::World;

impl World {
    /// The accounts that a screen shows.
    pub(super) fn accounts_view(&self) -> AccountsView {
        let groups: Vec<&Exchange> = self.groups.iter().filter_map(|(group, _)| self.exchange(group)).collect();
        let hand = self.basis.settings.client.hand().account();
        let others = (1..ACCOUNTS_SHOWN_MAX as u32).map(AccountId);
        let shown = std::iter::once(hand).chain(others).map(|account| account_view(account, &groups));
        AccountsView { shown: shown.collect(), transfers: transfers_view(&groups) }
    }

    /// An account, over all groups.
    pub fn account_view(&self, account: AccountId) -> AccountView {
        let groups: Vec<&Exchange> = self.groups.iter().filter_map(|(group, _)| self.exchange(group)).collect();
        account_view(account, &groups)
    }

    /// The exchange of a group, for whoever checks its sums.
    pub fn exchanges(&self) -> impl Iterator<Item = (GroupId, &Exchange)> {
        self.groups.iter().filter_map(|(group, _)| self.exchange(group).map(|exchange| (group, exchange)))
    }
}

fn transfers_view(groups: &[&Exchange]) -> TransfersView {
    let mut view = TransfersView::default();
    let mut lots = (0, 0);
    for exchange in groups {
        let (tally, totals) = (exchange.transactions().transfers(), exchange.accounts().totals());
        view.begun += tally.begun;
        view.committed += tally.committed;
        view.aborted += tally.aborted;
        view.waiting += exchange.waiting() as u64;
        view.sent = Cash(view.sent.0 + totals.sent);
        view.received = Cash(view.received.0 + totals.received);
        lots = (lots.0 + totals.lots_sent, lots.1 + totals.lots_received);
    }
    view.lots_in_transit = lots.0.saturating_sub(lots.1);
    view
}

fn account_view(account: AccountId, groups: &[&Exchange]) -> AccountView {
    let mut view = AccountView {
        account,
        cash: Cash(0),
        reserved: Cash(0),
        by_partition: Vec::with_capacity(groups.len()),
        positions: Vec::new(),
        realised: Cash(0),
        unrealised: Cash(0),
    };
    for exchange in groups {
        let purse = exchange.accounts().purse(account);
        view.cash = Cash(view.cash.0 + purse.free);
        view.reserved = Cash(view.reserved.0 + purse.reserved);
        view.by_partition.push(Cash(purse.free));
        let opening = exchange.accounts().opening();
        for symbol in exchange.symbols() {
            let (Some(stock), Some(book)) = (exchange.stock(symbol), exchange.book(symbol)) else { continue };
            let holding = stock.holding(account, opening);
            let lots = Quantity(holding.lots());
            let mark = mark(book);
            let worth = mark.map_or(holding.cost, |price| stock.notional(price, lots));
            view.realised = Cash(view.realised.0 + holding.realised);
            view.unrealised = Cash(view.unrealised.0 + worth - holding.cost);
            view.positions.push(PositionView {
                symbol,
                lots,
                reserved: Quantity(holding.reserved),
                cost: Cash(holding.cost),
                average: Cash(holding.cost.checked_div(i128::from(lots.0)).unwrap_or(0)),
                mark,
                realised: Cash(holding.realised),
                unrealised: Cash(worth - holding.cost),
            });
        }
    }
    view.positions.sort_by_key(|position| position.symbol);
    view.positions.truncate(POSITIONS_SHOWN_MAX);
    view
}

/// The price by which a position is valued.
fn mark(book: &Book) -> Option<Price> {
    let middle = || {
        let (bid, ask) = (book.best(Side::Buy)?, book.best(Side::Sell)?);
        Some(Price((bid.0 + ask.0) / 2))
    };
    book.last_trade().map(|trade| trade.price).or_else(middle)
}
