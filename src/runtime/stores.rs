//! Trades by id, seen from above: where they are, whether each is somewhere and none is twice, and what a change of strategy
//! moves of them.
//!
//! Idea: the stores are read on the running replica of each group that has applied most, as books are. Of each partition
//! the trades that count are its newest `share`; a keeper that has not heard how far the partition is may have older
//! ones, which count for nothing.
//! Units: trades.
//! Errors: a trade that nobody has is a refusal, as of every control.

use crate::domain::actor::Draft;
use crate::domain::event::{EventKind, TradesEvent};
use crate::domain::ids::{EventId, GroupId, SymbolId};
use crate::domain::map::ClusterMap;
use crate::domain::stored::{StoredTrade, TradeId};
use crate::domain::view::{StoreView, SwitchView, Wave};
use crate::domain::why::Why;
use crate::market::trade_store::{StoreTally, TradeStore};
use crate::routing::partitioner::Partitioner;
use crate::routing::partitioner::movement::{self, Share};

use super::world::World;

/// The trades of one partition that count, and how often each was found.
struct Roll {
    source: GroupId,
    /// Those with higher numbers count.
    floor: u64,
    found: Vec<u8>,
}

impl World {
    /// The store of every group that has a running replica.
    fn stores(&self) -> impl Iterator<Item = (GroupId, &TradeStore)> {
        self.exchanges().map(|(group, exchange)| (group, exchange.trades().store()))
    }

    /// What is kept by id in all groups together.
    pub(super) fn store_view(&self) -> StoreView {
        let mut rolls: Vec<Roll> = self.stores().map(|(group, store)| Roll::of(group, store)).collect();
        let mut view = StoreView::default();
        for (group, store) in self.stores() {
            for (source, trades) in store.by_source() {
                if let Ok(place) = rolls.binary_search_by_key(&source, |roll| roll.source) {
                    rolls[place].call(trades);
                }
            }
            let StoreTally { moved, forgotten } = store.tally();
            view.moved += moved;
            view.forgotten += forgotten;
            view.away += self.trades_away(group);
        }
        for times in rolls.iter().flat_map(|roll| &roll.found) {
            view.kept += u64::from(*times > 0);
            view.twice += u64::from(*times > 1);
            view.nowhere += u64::from(*times == 0);
        }
        view.switch = self.sampler.switch();
        view
    }

    /// Trades that this group has and that belong elsewhere, as its leader knows; without one, as its best replica has them.
    fn trades_away(&self, group: GroupId) -> u64 {
        let asked = self.leader(group).or_else(|| self.most_advanced(group).map(|(node, _)| node));
        let node = asked.and_then(|node| self.nodes[node.index()].node.as_ref());
        node.map_or(0, |node| node.trades_away(group))
    }

    /// Somebody asks where a trade is.
    pub(super) fn find_trade(&mut self, id: TradeId, cause: Option<EventId>) -> Result<(), Why> {
        let copies = || self.stores().filter_map(|(group, store)| Some((group, *store.find(id)?)));
        // While it is on its way it is in two places; where it was shipped to, it has one hop more.
        let (group, trade) = copies().max_by_key(|(_, trade)| trade.hop).ok_or(Why::UnknownTrade)?;
        let StoredTrade { at, price, quantity, hop, symbol, side, .. } = trade;
        let copies = copies().count() as u8;
        let kind = TradesEvent::Found { id, symbol, side, price, quantity, at, hop, copies };
        self.tell(Draft { node: None, group: Some(group), kind: EventKind::Trades(kind) }, cause);
        Ok(())
    }

    /// The strategy has changed with this map, and nothing has moved yet: what of all that is there will.
    pub(super) fn foresee_switch(&mut self, map: &ClusterMap) {
        let (from, to) = (self.basis.living.strategy, map.strategy);
        if from == to {
            return;
        }
        let settings = &self.basis.settings.partition;
        let [before, mut after] = [from, to].map(|strategy| Partitioner::of(settings, strategy, map.partitions()));
        let mut trades = Wave::default();
        for trade in self.stores().flat_map(|(_, store)| store.iter()) {
            let key = trade.id.key();
            trades.note(before.owner(&key) != after.owner(&key));
        }
        let owners = after.owners(map.owners.len());
        let mut symbols = Wave::default();
        for (symbol, owner) in SymbolId::first(map.owners.len()).zip(owners) {
            symbols.note(map.heir(symbol) != Some(owner));
        }
        let theory = movement::on_switch(from, to, map.partitions()).map(Share::per_mille);
        self.sampler.note_switch(SwitchView { from, to, symbols, trades, theory });
    }
}

impl Roll {
    fn of(source: GroupId, store: &TradeStore) -> Self {
        let floor = store.newest().saturating_sub(store.share());
        Self { source, floor, found: vec![0; (store.newest() - floor) as usize] }
    }

    /// Counts these trades of the partition.
    fn call<'t>(&mut self, trades: impl Iterator<Item = &'t StoredTrade>) {
        for trade in trades {
            let number = trade.id.number().checked_sub(self.floor + 1);
            if let Some(times) = number.and_then(|number| self.found.get_mut(number as usize)) {
                *times = times.saturating_add(1);
            }
        }
    }
}
