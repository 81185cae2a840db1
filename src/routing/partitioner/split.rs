//! What to do about a hot partition: which symbols to move, and where.
//!
//! Idea: a strategy spreads *keys*, and load is not spread as keys are: one symbol can be a quarter of it. So moves are
//! planned by load. The fullest partition gives a symbol to the emptiest: the one whose load is nearest to half of the
//! gap between them, which flattens the two the most; and again, until it is flat enough.
//! A symbol that is hotter than a fair share by itself cannot be split. What can be done is to move everything else away
//! from it; when that is done the plan says so ([`Stop::OneSymbol`]) instead of moving the heat about.
//! Hysteresis: nothing is planned until the fullest partition exceeds the mean by `begin_per_mille`; then moves are planned
//! until it is under `end_per_mille`. Between the two nothing happens, so that noise moves no data.
//! Each move makes the sum of squared loads smaller, so the plan ends; it has at most `moves_max` moves, the most useful
//! first. It is a proposal: who carries it out may stop after any of them.
//! Units: loads are what the caller counts (orders per second, records); thresholds are thousandths of the mean.
//! Left out: the cost of a move by the size of its book; splitting one symbol over several partitions.
//! Sources: the greedy choice is of the family of Graham's LPT (1969), applied to differences.

use crate::domain::ids::{PartitionId, SymbolId};
use crate::domain::spread::Spread;

/// Moves that one plan proposes at most, whatever is asked for.
pub const MOVES_MAX: usize = 256;

/// When to plan, how far and how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SplitRules {
    /// Nothing is done while the fullest partition is at most so many thousandths of the mean.
    pub begin_per_mille: u64,
    /// Once begun, it goes on until the fullest is at most so many thousandths of the mean.
    pub end_per_mille: u64,
    /// Moves in one plan.
    pub moves_max: usize,
}

impl Default for SplitRules {
    fn default() -> Self {
        Self { begin_per_mille: 1_300, end_per_mille: 1_100, moves_max: 32 }
    }
}

/// A symbol and what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SymbolLoad {
    /// Which.
    pub symbol: SymbolId,
    /// Who owns it.
    pub owner: PartitionId,
    /// Its load.
    pub load: u64,
}

/// A symbol that should change its owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SymbolMove {
    /// Which.
    pub symbol: SymbolId,
    /// From whom.
    pub from: PartitionId,
    /// To whom.
    pub to: PartitionId,
    /// The load that goes with it.
    pub load: u64,
}

/// Why a plan ends where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It is flat enough: nothing, or nothing more, is to be done.
    Flat,
    /// This symbol alone is most of what its partition does, and it cannot be divided.
    OneSymbol(SymbolId),
    /// No single move makes it flatter.
    NoGain,
    /// The plan is as long as it may be; more can be planned once it is carried out.
    MovesMax,
}

/// What should move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SplitPlan {
    /// In the order in which they should be done.
    pub moves: Vec<SymbolMove>,
    /// The load of partitions as it is.
    pub before: Spread,
    /// The load of partitions as it would be.
    pub after: Spread,
    /// Why it ends there.
    pub stop: Stop,
}

/// Plans moves that flatten the load over so many partitions.
///
/// Symbols of partitions beyond that number are left out.
pub fn flatten(symbols: &[SymbolLoad], partitions: usize, rules: &SplitRules) -> SplitPlan {
    let mut table = Table::new(symbols, partitions);
    let before = Spread::of(&table.loads);
    let mut moves = Vec::new();
    let stop = if table.exceeds(rules.begin_per_mille) {
        loop {
            if !table.exceeds(rules.end_per_mille) {
                break Stop::Flat;
            }
            if moves.len() >= rules.moves_max.min(MOVES_MAX) {
                break Stop::MovesMax;
            }
            match table.best_move() {
                Ok(chosen) => moves.push(table.carry_out(chosen)),
                Err(stop) => break stop,
            }
        }
    } else {
        Stop::Flat
    };
    SplitPlan { moves, before, after: Spread::of(&table.loads), stop }
}

/// Plans the split of one partition: about half of its load goes to another, which may be new and empty.
///
/// Heaviest first, each symbol goes to the lighter half (Graham's LPT), the hottest one staying where it is.
pub fn halve(symbols: &[SymbolLoad], from: PartitionId, to: PartitionId) -> Vec<SymbolMove> {
    let mut own: Vec<_> = symbols.iter().filter(|symbol| symbol.owner == from).collect();
    own.sort_unstable_by_key(|symbol| (std::cmp::Reverse(symbol.load), symbol.symbol));
    let (mut stays, mut goes) = (0_u64, 0_u64);
    let mut moves = Vec::new();
    for SymbolLoad { symbol, load, .. } in own {
        if stays <= goes {
            stays += load;
        } else {
            goes += load;
            moves.push(SymbolMove { symbol: *symbol, from, to, load: *load });
        }
    }
    moves
}

/// The loads as a plan goes on.
struct Table {
    loads: Vec<u64>,
    /// The symbols of each partition, lightest first.
    symbols: Vec<Vec<(u64, SymbolId)>>,
}

/// A symbol of the fullest partition, and where it should go.
struct Choice {
    from: usize,
    to: usize,
    at: usize,
}

impl Table {
    fn new(symbols: &[SymbolLoad], partitions: usize) -> Self {
        let mut table = Self { loads: vec![0; partitions], symbols: vec![Vec::new(); partitions] };
        for symbol in symbols.iter().filter(|symbol| symbol.owner.index() < partitions) {
            table.loads[symbol.owner.index()] += symbol.load;
            table.symbols[symbol.owner.index()].push((symbol.load, symbol.symbol));
        }
        table.symbols.iter_mut().for_each(|own| own.sort_unstable());
        table
    }

    /// Whether the fullest is above so many thousandths of the mean.
    fn exceeds(&self, per_mille: u64) -> bool {
        let max = self.loads.iter().copied().max().unwrap_or(0);
        let sum: u128 = self.loads.iter().map(|load| u128::from(*load)).sum();
        u128::from(max) * self.loads.len() as u128 * 1_000 > sum * u128::from(per_mille)
    }

    fn best_move(&self) -> Result<Choice, Stop> {
        let places = || (0..self.loads.len()).map(|place| (self.loads[place], place));
        // Of equals the one with the lowest number, on both ends: a plan is a function of what it was given.
        let hot = places().max_by_key(|(load, place)| (*load, std::cmp::Reverse(*place)));
        let (Some((hottest, from)), Some((coldest, to))) = (hot, places().min()) else { return Err(Stop::NoGain) };
        let gap = hottest - coldest;
        let own = &self.symbols[from];
        // A load below the gap flattens; the nearest to its half flattens the most. Neighbours of the half suffice.
        let above = own.partition_point(|(load, _)| *load * 2 < gap);
        let near = [above.checked_sub(1), Some(above)].into_iter().flatten();
        let fits = near.filter(|at| own.get(*at).is_some_and(|(load, _)| (1..gap).contains(load)));
        match fits.min_by_key(|at| (own[*at].0 * 2).abs_diff(gap)) {
            Some(at) => Ok(Choice { from, to, at }),
            None => Err(own
                .last()
                .filter(|(load, _)| load * 2 > hottest)
                .map_or(Stop::NoGain, |(_, symbol)| Stop::OneSymbol(*symbol))),
        }
    }

    fn carry_out(&mut self, Choice { from, to, at }: Choice) -> SymbolMove {
        let (load, symbol) = self.symbols[from].remove(at);
        self.loads[from] -= load;
        self.loads[to] += load;
        let place = self.symbols[to].partition_point(|own| *own < (load, symbol));
        self.symbols[to].insert(place, (load, symbol));
        SymbolMove { symbol, from: PartitionId::from_index(from), to: PartitionId::from_index(to), load }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::spread::Imbalance;

    fn symbols(loads: &[(u16, u64)]) -> Vec<SymbolLoad> {
        let load = |(number, (owner, load)): (usize, &(u16, u64))| SymbolLoad {
            symbol: SymbolId(number as u16),
            owner: PartitionId(*owner),
            load: *load,
        };
        loads.iter().enumerate().map(load).collect()
    }

    fn loads(symbols: &[SymbolLoad], partitions: usize) -> Vec<u64> {
        let mut loads = vec![0; partitions];
        symbols.iter().for_each(|symbol| loads[symbol.owner.index()] += symbol.load);
        loads
    }

    fn carried_out(symbols: &[SymbolLoad], moves: &[SymbolMove]) -> Vec<SymbolLoad> {
        let mut symbols = symbols.to_vec();
        for step in moves {
            let moved = symbols.iter_mut().find(|symbol| symbol.symbol == step.symbol).unwrap();
            assert_eq!((moved.owner, moved.load), (step.from, step.load), "a move begins where the symbol is");
            moved.owner = step.to;
        }
        symbols
    }

    #[test]
    fn a_hot_partition_gives_away_what_flattens_it_most() {
        let symbols = symbols(&[(1, 40), (1, 30), (1, 20), (1, 10), (2, 10), (2, 10)]);
        let plan = flatten(&symbols, 2, &SplitRules::default());
        // 100 beside 20: the gap is 80, its half 40.
        assert_eq!(plan.moves.len(), 1, "{plan:?}");
        assert_eq!((plan.moves[0].symbol, plan.moves[0].to), (SymbolId(0), PartitionId(2)));
        assert_eq!((plan.after.imbalance, plan.stop), (Imbalance::EVEN, Stop::Flat));
    }

    #[test]
    fn one_hot_symbol_is_left_alone_and_named() {
        let symbols = symbols(&[(1, 900), (1, 30), (1, 20), (2, 25), (2, 25)]);
        let plan = flatten(&symbols, 2, &SplitRules::default());
        let after = carried_out(&symbols, &plan.moves);
        assert_eq!(plan.stop, Stop::OneSymbol(SymbolId(0)));
        let company = after.iter().filter(|symbol| symbol.owner == after[0].owner).count();
        assert_eq!(company, 1, "everything else has moved away from it: {plan:?}");
        assert_eq!(after[0].owner, PartitionId(1), "and it did not move itself");
    }

    #[test]
    fn between_the_two_thresholds_nothing_moves() {
        // 120 beside a mean of 100: above the end, below the beginning.
        let symbols = symbols(&[(1, 60), (1, 60), (2, 40), (2, 40)]);
        let plan = flatten(&symbols, 2, &SplitRules::default());
        assert_eq!((plan.moves.len(), plan.stop), (0, Stop::Flat));
        let eager = SplitRules { begin_per_mille: 1_150, end_per_mille: 1_100, ..SplitRules::default() };
        let plan = flatten(&symbols, 2, &eager);
        assert_eq!((plan.moves.len(), plan.stop), (0, Stop::NoGain), "either of them would only turn it round");
    }

    #[test]
    fn a_split_gives_half_of_the_load_to_a_new_partition() {
        let symbols = symbols(&[(1, 50), (1, 30), (1, 30), (1, 10), (1, 0), (2, 99)]);
        let moves = halve(&symbols, PartitionId(1), PartitionId(3));
        assert_eq!(loads(&carried_out(&symbols, &moves), 3), [60, 99, 60]);
        let alone = self::symbols(&[(1, 50)]);
        assert_eq!(halve(&alone, PartitionId(1), PartitionId(2)), [], "one symbol cannot be halved");
    }

    fn any_symbols() -> impl Strategy<Value = (usize, Vec<SymbolLoad>)> {
        (1_usize..12).prop_flat_map(|partitions| {
            let symbol = (1..=partitions as u16, 0_u64..1_000);
            prop::collection::vec(symbol, 0..120).prop_map(move |loads| (partitions, symbols(&loads)))
        })
    }

    proptest! {
        #[test]
        fn a_plan_moves_no_load_away_and_never_makes_it_worse((partitions, symbols) in any_symbols(), moves_max in 0_usize..40) {
            let rules = SplitRules { moves_max, ..SplitRules::default() };
            let plan = flatten(&symbols, partitions, &rules);
            let (before, after) = (loads(&symbols, partitions), loads(&carried_out(&symbols, &plan.moves), partitions));
            prop_assert_eq!(&plan.before, &Spread::of(&before));
            prop_assert_eq!(&plan.after, &Spread::of(&after));
            prop_assert_eq!(plan.before.total, plan.after.total);
            prop_assert!(plan.after.max <= plan.before.max && plan.moves.len() <= moves_max);
            let flat = |loads: &[u64], limit: u64| {
                let mean = loads.iter().sum::<u64>() * limit;
                loads.iter().all(|load| load * loads.len() as u64 * 1_000 <= mean)
            };
            match plan.stop {
                Stop::Flat => prop_assert!(flat(&after, 1_100) || (plan.moves.is_empty() && flat(&after, 1_300))),
                Stop::MovesMax => prop_assert_eq!(plan.moves.len(), moves_max),
                Stop::OneSymbol(symbol) => {
                    let hot = symbols.iter().find(|other| other.symbol == symbol).unwrap();
                    prop_assert!(hot.load * 2 > plan.after.max);
                }
                Stop::NoGain => {}
            }
        }

        #[test]
        fn what_was_carried_out_needs_no_further_plan((partitions, symbols) in any_symbols()) {
            let rules = SplitRules { moves_max: MOVES_MAX, ..SplitRules::default() };
            let plan = flatten(&symbols, partitions, &rules);
            let again = flatten(&carried_out(&symbols, &plan.moves), partitions, &rules);
            prop_assert_eq!(again.moves, []);
        }

        #[test]
        fn no_half_exceeds_the_other_by_more_than_its_hottest_symbol((_, symbols) in any_symbols()) {
            let moves = halve(&symbols, PartitionId(1), PartitionId(99));
            let own: Vec<_> = symbols.iter().filter(|symbol| symbol.owner == PartitionId(1)).collect();
            let all: u64 = own.iter().map(|symbol| symbol.load).sum();
            let goes: u64 = moves.iter().map(|step| step.load).sum();
            let hottest = own.iter().map(|symbol| symbol.load).max().unwrap_or(0);
            prop_assert!(goes.abs_diff(all - goes) <= hottest, "{} of {}", goes, all);
        }
    }
}
