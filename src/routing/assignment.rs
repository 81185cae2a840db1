//! Which node has the market data of a symbol: a table, filled when a symbol is first asked for.
//!
//! Idea: consistent hashing with bounded loads. A symbol goes to the first live node after it on the ring that has room;
//! room is a quarter above an even share. So a node that goes moves only its own symbols, one that comes takes its own
//! back, and no node ends up with most of them, as ten symbols on a bare ring easily would.
//! Shape: [`Assignment::owner`] answers, and says if that was news; [`Assignment::set_live`] only unassigns. Whatever lost
//! its owner is given a new one when it is next asked for, and not before.
//! Bound: an entry an instrument, a ring of the pool's nodes. [`Assignment::join`] makes the pool larger while it runs.
//! Sources: Mirrokni, Thorup, Zadimoghaddam 2018, "Consistent hashing with bounded loads".

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::ids::{NodeId, NodeSet, SymbolId};

use super::ring::Ring;

/// Keeps the places of symbols apart from all other uses of the hash. It may never change: recordings depend on it.
const SYMBOL_SEED: u64 = 0x7469_636b;

/// Who has which symbol.
#[derive(Clone, Debug)]
pub struct Assignment {
    ring: Ring,
    pool: NodeSet,
    live: NodeSet,
    owners: Vec<Option<NodeId>>,
    /// Who had it last, for the log.
    before: Vec<Option<NodeId>>,
}

/// A symbol was assigned just now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assigned {
    /// Who had it before; nobody at first.
    pub from: Option<NodeId>,
    /// Who has it now.
    pub to: NodeId,
}

impl Assignment {
    /// Nothing is assigned; every node of the pool lives.
    pub fn new(pool: NodeSet, symbols: usize) -> Self {
        Self {
            ring: Ring::new(pool.iter()),
            pool,
            live: pool,
            owners: vec![None; symbols],
            before: vec![None; symbols],
        }
    }

    /// The owner of a symbol, and whether it is another than before. Nobody, if no node lives or no such symbol exists.
    pub fn owner(&mut self, symbol: SymbolId) -> Option<(NodeId, Option<Assigned>)> {
        let place = usize::from(symbol.0);
        if let Some(owner) = *self.owners.get(place)? {
            return Some((owner, None));
        }
        let to = self.choose(symbol)?;
        self.owners[place] = Some(to);
        let from = self.before[place].replace(to);
        Some((to, (from != Some(to)).then_some(Assigned { from, to })))
    }

    fn choose(&self, symbol: SymbolId) -> Option<NodeId> {
        let room = |node: &NodeId| self.live.contains(*node) && self.count(*node) < self.room();
        self.ring.walk(hash(symbol)).find(room)
    }

    /// What a node takes at most: an even share, rounded up, and a quarter of it, rounded down.
    fn room(&self) -> usize {
        let live = self.live.len().max(1);
        self.owners.len().div_ceil(live) + self.owners.len() / (4 * live)
    }

    /// How many symbols a node has.
    pub fn count(&self, node: NodeId) -> usize {
        self.owners.iter().filter(|owner| **owner == Some(node)).count()
    }

    /// The owners as they are, in the order of the table.
    pub fn owners(&self) -> &[Option<NodeId>] {
        &self.owners
    }

    /// The pool.
    pub const fn pool(&self) -> NodeSet {
        self.pool
    }

    /// A node fell silent: its symbols have no owner. Or it answers again: what is nearest to it comes back.
    pub fn set_live(&mut self, node: NodeId, liveness: Liveness) {
        match liveness {
            Liveness::Silent => {
                self.live.remove(node);
                self.unassign(|_, owner| owner == Some(node));
            }
            Liveness::Answers => {
                if self.pool.contains(node) && self.live.insert(node) {
                    let ring = self.ring.clone();
                    let live = self.live;
                    let home = |symbol| ring.walk(hash(symbol)).find(|at| live.contains(*at));
                    self.unassign(|symbol, _| home(symbol) == Some(node));
                }
            }
        }
    }

    /// A node joins the pool.
    pub fn join(&mut self, node: NodeId) {
        if self.pool.insert(node) {
            self.ring.insert(node);
            self.set_live(node, Liveness::Answers);
        }
    }

    /// A node leaves the pool, and comes back only by joining it again.
    pub fn leave(&mut self, node: NodeId) {
        self.set_live(node, Liveness::Silent);
        self.pool.remove(node);
        self.ring.remove(node);
    }

    fn unassign(&mut self, whom: impl Fn(SymbolId, Option<NodeId>) -> bool) {
        for (place, owner) in self.owners.iter_mut().enumerate() {
            if whom(SymbolId(place as u16), *owner) {
                *owner = None;
            }
        }
    }
}

/// Whether a node can be given symbols.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Liveness {
    /// It says how far it is.
    Answers,
    /// It has not for too long.
    Silent,
}

fn hash(symbol: SymbolId) -> u64 {
    xxh3_64_with_seed(&symbol.0.to_le_bytes(), SYMBOL_SEED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(nodes: usize, symbols: u16) -> Assignment {
        let mut table = Assignment::new(NodeId::first(nodes).collect(), usize::from(symbols));
        ask_all(&mut table);
        table
    }

    /// Asks for every symbol; those that moved.
    fn ask_all(table: &mut Assignment) -> Vec<(SymbolId, Assigned)> {
        let symbols = 0..table.owners.len() as u16;
        symbols.map(SymbolId).filter_map(|symbol| Some((symbol, table.owner(symbol)?.1?))).collect()
    }

    #[test]
    fn a_symbol_is_assigned_once_and_that_is_news_once() {
        let mut table = Assignment::new(NodeId::first(3).collect(), 10);
        let (owner, news) = table.owner(SymbolId(4)).unwrap();
        assert_eq!(news, Some(Assigned { from: None, to: owner }));
        assert_eq!(table.owner(SymbolId(4)), Some((owner, None)));
        assert_eq!(table.owner(SymbolId(10)), None, "no such symbol");
    }

    #[test]
    fn no_node_has_more_than_a_quarter_above_its_share() {
        for (nodes, symbols) in [(2, 10), (5, 10), (5, 2_000), (9, 2_000)] {
            let table = full(nodes, symbols);
            let most = NodeId::first(nodes).map(|node| table.count(node)).max().unwrap();
            assert!(most <= (usize::from(symbols) * 5).div_ceil(4 * nodes), "{symbols} on {nodes}: {most}");
        }
    }

    #[test]
    fn a_silent_node_loses_its_symbols_and_nobody_else_does() {
        let mut table = full(5, 200);
        let before = table.owners.clone();
        table.set_live(NodeId(2), Liveness::Silent);
        for (symbol, moved) in ask_all(&mut table) {
            assert_eq!((before[usize::from(symbol.0)], moved.from), (Some(NodeId(2)), Some(NodeId(2))));
            assert_ne!(moved.to, NodeId(2));
        }
        assert_eq!(table.count(NodeId(2)), 0);
        table.set_live(NodeId(2), Liveness::Answers);
        let back = ask_all(&mut table);
        assert!(!back.is_empty() && table.count(NodeId(2)) > 10, "what is nearest to it comes back");
        assert!(back.iter().all(|(_, moved)| moved.from != Some(moved.to)), "who keeps a symbol is no news: {back:?}");
    }

    #[test]
    fn a_node_that_joins_takes_about_its_share() {
        let mut table = full(4, 2_000);
        let before = table.owners.clone();
        table.join(NodeId(5));
        ask_all(&mut table);
        let moved = before.iter().zip(&table.owners).filter(|(before, now)| before != now).count();
        assert!((250..=600).contains(&moved), "about a fifth of 2,000: {moved}");
    }

    #[test]
    fn without_a_live_node_nobody_owns_anything() {
        let mut table = full(1, 3);
        table.set_live(NodeId(1), Liveness::Silent);
        assert_eq!(table.owner(SymbolId(0)), None);
    }
}
