//! Accounts, as the world sees them: each group's part on its most advanced replica, added up.
//!
//! Idea: an account lives in pieces, one a group; a screen wants the whole. The pieces are read at one instant of virtual
//! time, not at one index of all logs, so while cash is on its way it stands in no purse: `in_transit` says how much.

use crate::domain::ids::{AccountId, GroupId, SymbolId};
use crate::domain::order::Side;
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::view::{
    AccountView, AccountsView, POSITIONS_SHOWN_MAX, PositionView, RESTING_SHOWN_MAX, RESTING_WALKED_MAX, RestingView,
    TransfersView,
};
use crate::market::exchange::{Books, Exchange};

use super::books::window;
use super::world::World;

impl World {
    /// The hand's account in sums, and the transfers.
    pub(super) fn accounts_view(&self) -> AccountsView {
        let groups = self.most_advanced_exchanges();
        let hand = self.basis.settings.client.hand().account();
        AccountsView { hand: Some(self.sums(hand)), watched: None, transfers: transfers_view(&groups) }
    }

    /// An account, over all groups; its rows are those near this symbol. The hand's, if nobody is named.
    pub fn account_view(&self, account: Option<AccountId>, looked: SymbolId) -> AccountView {
        let account = account.unwrap_or(self.basis.settings.client.hand().account());
        let groups = self.most_advanced_exchanges();
        let all = self.newest_map().owners.len();
        let near = window(usize::from(looked.0), all, POSITIONS_SHOWN_MAX).map(|row| SymbolId(row as u16));
        let positions = near.filter_map(|symbol| groups.iter().find_map(|group| position(account, symbol, group)));
        let positions = positions.collect();
        let resting = groups.iter().find_map(|group| group.books(looked)).map(|books| resting(account, books));
        AccountView { positions, resting: resting.unwrap_or_default(), ..self.sums(account) }
    }

    /// Cash and profit of an account, over all partitions that can be read.
    fn sums(&self, account: AccountId) -> AccountView {
        let mut view = AccountView {
            account,
            cash: Cash(0),
            reserved: Cash(0),
            by_partition: Vec::new(),
            positions: Vec::new(),
            resting: Vec::new(),
            billed: Cash(0),
            realised: Cash(0),
            unrealised: Cash(0),
        };
        for (group, _) in self.groups.iter().filter(|(group, _)| group.partition().is_some()) {
            let exchange = self.exchange(group);
            view.by_partition.push(exchange.map(|exchange| Cash(exchange.accounts().purse(account).free)));
            exchange.into_iter().for_each(|exchange| add(&mut view, exchange));
        }
        view
    }

    fn most_advanced_exchanges(&self) -> Vec<&Exchange> {
        self.exchanges().map(|(_, exchange)| exchange).collect()
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

/// What an account has in this group.
fn add(view: &mut AccountView, exchange: &Exchange) {
    let purse = exchange.accounts().purse(view.account);
    view.cash.0 += purse.free;
    view.reserved.0 += purse.reserved;
    view.billed.0 += purse.billed;
    for position in exchange.symbols().filter_map(|symbol| position(view.account, symbol, exchange)) {
        view.realised.0 += position.realised.0;
        view.unrealised.0 += position.unrealised.0;
    }
}

fn position(account: AccountId, symbol: SymbolId, exchange: &Exchange) -> Option<PositionView> {
    let (stock, books) = (exchange.stock(symbol)?, exchange.books(symbol)?);
    let holding = stock.holding(account, exchange.accounts().opening());
    let lots = Quantity(holding.lots());
    let mark = mark(books);
    let worth = mark.map_or(holding.cost, |price| stock.notional(price, lots));
    Some(PositionView {
        symbol,
        lots,
        reserved: Quantity(holding.reserved),
        cost: Cash(holding.cost),
        average: Price(holding.cost.checked_div(stock.notional(Price(1), lots)).unwrap_or(0) as i64),
        mark,
        realised: Cash(holding.realised),
        unrealised: Cash(worth - holding.cost),
    })
}

/// The orders of an account that rest in these books.
fn resting(account: AccountId, books: &Books) -> Vec<RestingView> {
    let of_side = |side: Side| {
        books.iter().flat_map(move |(venue, book)| {
            let nearest = book.orders(side).take(RESTING_WALKED_MAX);
            let own = nearest.filter(move |(_, order)| order.id().client.account() == account);
            own.map(move |(price, order)| {
                let (filled, left) = (Quantity(order.filled.into()), Quantity(order.left.into()));
                RestingView { id: order.id(), venue, side, price, filled, left }
            })
        })
    };
    [Side::Buy, Side::Sell].into_iter().flat_map(of_side).take(RESTING_SHOWN_MAX).collect()
}

/// The price by which a position is valued.
fn mark(books: &Books) -> Option<Price> {
    let best = |side| books.iter().filter_map(move |(_, book)| book.best(side));
    let middle = || Some(Price((best(Side::Buy).max()?.0 + best(Side::Sell).min()?.0) / 2));
    books.last_trade().map(|trade| trade.price).or_else(middle)
}
