//! The data: how it is divided, what moves, and the controls that change it.
//!
//! Idea: a control is turned into a plan here, from what the cluster map says and from the load that was measured, and the
//! plan goes to the controller, which carries it out (`node::tasks::move_controller`). What the screen shows is read from the replicas.
//! Units: load is what a book was asked to do, nearly: orders that came to rest and trades, over the last two seconds.
//! Errors: a refusal is an event, as of every control.

use std::sync::Arc;

use crate::domain::ids::{EventId, GroupId, NodeId, NodeSet, PartitionId, SymbolId};
use crate::domain::map::{ClusterMap, MapChange, SymbolMove};
use crate::domain::moving::Shipment;
use crate::domain::rules::PartitionStrategy;
use crate::domain::spread::Spread;
use crate::domain::trades::{TradesQuery, TradesQuestion};
use crate::domain::view::{DataView, MOVES_SHOWN, MoveStage, MoveView};
use crate::domain::why::Why;
use crate::market::exchange::Exchange;
use crate::node::message::{NodeInput, NodeOrder};
use crate::routing::partitioner::Partitioner;
use crate::routing::partitioner::split::{self, SplitRules, SymbolLoad};

use super::world::{Asked, World};

impl World {
    /// The newest cluster map that a running node has; the one that the cluster began with, if none runs.
    pub fn newest_map(&self) -> &Arc<ClusterMap> {
        let known = self.nodes.iter().filter(|slot| slot.runs()).filter_map(|slot| slot.node.as_ref());
        known.map(|node| node.map()).max_by_key(|map| map.epoch).unwrap_or(&self.basis.living)
    }

    /// The map as it will be once the controller has applied what is in its log, and what it was asked for at this instant.
    fn map_to_be(&mut self) -> ClusterMap {
        let controller = self.leader(GroupId::META).and_then(|node| self.nodes[node.index()].node.as_ref());
        let known = controller.and_then(|node| node.map_in_log());
        let mut map = known.unwrap_or_else(|| ClusterMap::clone(self.newest_map()));
        for asked in self.asked() {
            if let Asked::Map(change) = asked {
                map.apply(change);
            }
        }
        map
    }

    /// The controller, if what it writes now can be committed: one that is cut off would promise what the next one has never
    /// heard of.
    fn controller(&self) -> Result<NodeId, Why> {
        let leader = self.leader(GroupId::META).ok_or(Why::NoLeader)?;
        let voters = self.config_of(GroupId::META).voters;
        let reached =
            |node: &NodeId| *node == leader || self.nodes[node.index()].runs() && self.network.both_ways(leader, *node);
        let here: NodeSet = voters.iter().filter(reached).collect();
        let stands = self.nodes[leader.index()].runs() && here.len() > voters.len() / 2;
        if stands { Ok(leader) } else { Err(Why::NoLeader) }
    }

    fn change_map(&mut self, change: MapChange, cause: Option<EventId>) -> Result<(), Why> {
        let controller = self.controller()?;
        let change = Arc::new(change);
        self.asked().push(Asked::Map(Arc::clone(&change)));
        self.plan_inside(controller, NodeInput::Order(NodeOrder::ChangeMap(change)), cause);
        Ok(())
    }

    /// The leader of every partition is asked for trades. One without a leader is not; there must be one at least.
    pub(super) fn read_trades(&mut self, query: TradesQuery, cause: Option<EventId>) -> Result<(), Why> {
        let map = self.newest_map();
        if map.owner(query.symbol).is_none() {
            return Err(Why::UnknownSymbol);
        }
        let partitions: Vec<GroupId> = map.group_ids().filter(|group| *group != GroupId::META).collect();
        let leads =
            |group: &GroupId| Some((*group, self.leader(*group).filter(|node| self.nodes[node.index()].runs())?));
        let leaders: Vec<_> = partitions.iter().filter_map(leads).collect();
        let (asked, partitions) = (leaders.len() as u16, partitions.len() as u16);
        let question = TradesQuestion { query, asked: self.clock.now, leaders: asked, partitions };
        for (group, leader) in &leaders {
            self.plan_inside(*leader, NodeInput::Order(NodeOrder::ReadTrades(*group, question)), cause);
        }
        if leaders.is_empty() { Err(Why::NoLeader) } else { Ok(()) }
    }

    /// Symbols are divided by another strategy.
    pub(super) fn divide(&mut self, strategy: PartitionStrategy, cause: Option<EventId>) -> Result<(), Why> {
        let map = self.map_to_be();
        let owners =
            Partitioner::of(&self.basis.settings.partition, strategy, map.partitions()).owners(map.owners.len());
        let moves = SymbolId::first(map.owners.len()).zip(owners).filter_map(|(symbol, to)| {
            let from = map.heir(symbol).filter(|from| *from != to)?;
            Some(SymbolMove { symbol, from, to })
        });
        let moves: Vec<_> = moves.collect();
        if map.strategy == strategy && moves == map.moves {
            return Err(Why::AlreadySo);
        }
        self.change_map(MapChange::Divide { strategy, moves: moves.into() }, cause)
    }

    /// The fullest partitions give symbols to the emptiest.
    pub(super) fn split(&mut self, cause: Option<EventId>) -> Result<(), Why> {
        let map = self.map_to_be();
        let loads = self.sampler.load_by_symbol();
        let symbols = SymbolId::first(map.owners.len()).filter_map(|symbol| {
            let owner = destination(&map, symbol)?.partition()?;
            let load = loads.get(usize::from(symbol.0)).copied().unwrap_or(0);
            Some(SymbolLoad { symbol, owner, load })
        });
        let plan = split::flatten(&symbols.collect::<Vec<_>>(), map.partitions(), &SplitRules::default());
        if plan.moves.is_empty() {
            return Err(Why::EvenAlready);
        }
        let to = |partition: PartitionId| GroupId::of(partition);
        let moves: Vec<_> = plan.moves.iter().map(|planned| (planned.symbol, to(planned.to))).collect();
        self.add_moves(&moves, cause)
    }

    /// One symbol moves.
    pub(super) fn move_symbol(&mut self, symbol: SymbolId, to: GroupId, cause: Option<EventId>) -> Result<(), Why> {
        let map = self.map_to_be();
        if to.partition().is_none() || to.index() >= map.groups.len() {
            return Err(Why::UnknownPartition);
        }
        match destination(&map, symbol) {
            None => Err(Why::UnknownSymbol),
            Some(group) if group == to => Err(Why::AlreadySo),
            Some(_) => self.add_moves(&[(symbol, to)], cause),
        }
    }

    /// These move too, each to the last place that is named for it; what was planned before stays.
    fn add_moves(&mut self, moves: &[(SymbolId, GroupId)], cause: Option<EventId>) -> Result<(), Why> {
        let map = self.map_to_be();
        let mut planned = map.moves.clone();
        for (symbol, to) in moves {
            planned.retain(|other| other.symbol != *symbol);
            if let Some(from) = map.heir(*symbol).filter(|from| from != to) {
                planned.push(SymbolMove { symbol: *symbol, from, to: *to });
            }
        }
        self.change_map(MapChange::Move(planned.into()), cause)
    }

    /// What was begun goes on; nothing else begins.
    pub(super) fn stop_moves(&mut self, cause: Option<EventId>) -> Result<(), Why> {
        if self.map_to_be().moves.is_empty() {
            return Err(Why::NothingPlanned);
        }
        self.change_map(MapChange::Stay, cause)
    }

    /// How the data is divided, and what moves.
    pub(super) fn data_view(&self) -> DataView {
        let map = self.newest_map();
        let nodes = || self.nodes.iter().filter_map(|slot| slot.node.as_ref());
        let begun = map.under_way.iter().map(|shipment| self.move_view(map, shipment));
        // A source that has not dropped its copy yet shows it, though the map has moved on.
        let leftover = self.groups.iter().filter_map(|(group, _)| self.exchange(group));
        let leftover = leftover.flat_map(|exchange| exchange.shipments().leaving());
        let leftover = leftover.map(|leaving| &leaving.shipment).filter(|shipment| !map.under_way.contains(shipment));
        let leftover = leftover.map(|shipment| self.move_view(map, shipment));
        let planned = map.moves.iter().map(|SymbolMove { symbol, from, to }| MoveView {
            symbol: *symbol,
            from: *from,
            to: *to,
            stage: MoveStage::Planned,
            parts_done: 0,
            parts: 0,
            frozen_at: None,
        });
        let count = |of: &dyn Fn(GroupId) -> u64| map.group_ids().skip(1).map(of).collect::<Vec<_>>();
        let symbols = count(&|group| map.symbols(group).count() as u64);
        let load = count(&|group| self.sampler.applied_per_s(group));
        DataView {
            strategy: map.strategy,
            moves: begun.chain(leftover).chain(planned).take(MOVES_SHOWN).collect(),
            under_way: map.under_way.len() as u32,
            planned: map.moves.len() as u32,
            moved: map.moved,
            held_requests: nodes().map(|node| node.held_requests().0).sum(),
            held_refused: nodes().map(|node| node.held_requests().1).sum(),
            store: self.store_view(),
            symbols_spread: Spread::of(&symbols),
            symbols,
            load_spread: Spread::of(&load),
            load,
        }
    }

    fn move_view(&self, map: &ClusterMap, shipment: &Shipment) -> MoveView {
        let Shipment { symbol, from, to, epoch } = *shipment;
        let source = self.exchange(from).map(Exchange::shipments);
        let leaving = source.and_then(|source| source.leaving().iter().find(|leaving| leaving.shipment == *shipment));
        let target = self.exchange(to).map(Exchange::shipments);
        let parts = leaving.map_or(0, |leaving| leaving.parts.len() as u32);
        let owned = target.is_some_and(|target| target.mark(symbol) >= epoch);
        let stage = match leaving {
            _ if !map.under_way.contains(shipment) => MoveStage::Mapped,
            _ if owned => MoveStage::Owned,
            Some(_) => MoveStage::Shipping,
            None => MoveStage::Begun,
        };
        let taken = target.map_or(0, |target| target.taken(shipment));
        let parts_done = if owned { parts } else { taken };
        let frozen_at = self.groups.get(from).and_then(|group| group.frozen_since(shipment));
        MoveView { symbol, from, to, stage, parts_done, parts, frozen_at }
    }
}

/// Where a symbol will be when all that is planned has happened.
fn destination(map: &ClusterMap, symbol: SymbolId) -> Option<GroupId> {
    map.move_of(symbol).map(|planned| planned.to).or_else(|| map.heir(symbol))
}
