//! The store of one group, and of two, against what every copy must come to.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::{SymbolId, Term};
use crate::domain::map::Epoch;
use crate::domain::order::Side;
use crate::domain::stored::{BUNDLE_MAX, BundleName};
use crate::domain::time::SimTime;

const ONE: GroupId = GroupId(1);
const TWO: GroupId = GroupId(2);

fn trade(id: TradeId) -> StoredTrade {
    let (price, quantity) = (id.number() as u32 * 7, 1 + id.number() as u32 % 5);
    StoredTrade { id, at: SimTime(id.0), price, quantity, hop: 0, symbol: SymbolId(3), side: Side::Buy }
}

fn traded(me: GroupId, share: u64, trades: u64) -> TradeStore {
    let mut store = TradeStore::new(me, share);
    (1..=trades).for_each(|number| store.enter(number, trade));
    store
}

/// The trades of these numbers, as this store has them.
fn bundle(from: &TradeStore, to: GroupId, ids: &[TradeId]) -> Bundle {
    let name = BundleName { from: from.me, to, term: Term(1), serial: 1 };
    let trades: Vec<_> = ids.iter().filter_map(|id| from.find(*id)).copied().collect();
    let mut newest: Vec<_> = ids.iter().map(|id| TradeId::new(id.source(), from.newest_of(id.source()))).collect();
    newest.dedup();
    let trip = if trades.iter().any(|trade| trade.hop > 0) { Trip::Next } else { Trip::First };
    Bundle::pack(name, (Epoch(1), trip), trades, newest)
}

fn ids(numbers: &[u64]) -> Vec<TradeId> {
    numbers.iter().map(|number| TradeId::new(ONE, *number)).collect()
}

fn numbers(store: &TradeStore) -> Vec<u64> {
    store.iter().map(|trade| trade.id.number()).collect()
}

#[test]
fn a_trade_that_was_kept_elsewhere_and_sent_is_here_no_more() {
    let (mut one, mut two) = (traded(ONE, 100, 6), TradeStore::new(TWO, 100));
    let shipped = bundle(&one, TWO, &ids(&[2, 3, 5]));
    assert!(!two.has(&shipped));
    two.keep(&shipped);
    assert!(two.has(&shipped));
    one.sent(&shipped);
    assert_eq!((numbers(&one), numbers(&two)), (vec![1, 4, 6], vec![2, 3, 5]));
    let (there, here) = (two.find(TradeId::new(ONE, 3)), one.find(TradeId::new(ONE, 3)));
    assert_eq!((there.map(|trade| (trade.price, trade.hop)), here), (Some((21, 1)), None));
    assert_eq!((one.newest(), two.tally().moved), (6, 0), "it came from where it happened");
}

#[test]
fn each_record_twice_is_each_record_once() {
    let (mut one, mut two) = (traded(ONE, 100, 6), TradeStore::new(TWO, 100));
    let shipped = bundle(&one, TWO, &ids(&[1, 6]));
    two.keep(&shipped);
    one.sent(&shipped);
    let once = (one.clone(), two.clone());
    two.keep(&shipped);
    one.sent(&shipped);
    assert_eq!((one, two), once);
}

#[test]
fn who_was_sent_a_trade_back_does_not_give_it_up_for_the_copy_that_is_gone() {
    let (mut one, mut two) = (traded(ONE, 100, 1), TradeStore::new(TWO, 100));
    let there = bundle(&one, TWO, &ids(&[1]));
    two.keep(&there);
    // The strategy changes back before the first group has heard that the second has it.
    let back = bundle(&two, ONE, &ids(&[1]));
    one.keep(&back);
    two.sent(&back);
    one.sent(&there);
    assert_eq!((one.len(), two.len()), (1, 0), "the late word is about an older copy");
    assert_eq!(one.tally().moved, 0, "it never left the first");
}

#[test]
fn the_share_of_each_partition_bounds_every_shelf() {
    let mut one = traded(ONE, 4, 74);
    assert_eq!((numbers(&one)[0], one.tally().forgotten), (61, 60), "64 was the last to look back");
    (75..=128).for_each(|number| one.enter(number, trade));
    assert_eq!((numbers(&one), one.tally().forgotten), (vec![125, 126, 127, 128], 124));
    let mut two = TradeStore::new(TWO, 4);
    two.keep(&bundle(&one, TWO, &ids(&[125, 126])));
    let late = bundle(&one, TWO, &ids(&[127]));
    (129..=131).for_each(|number| one.enter(number, trade));
    two.keep(&bundle(&one, TWO, &ids(&[130])));
    assert_eq!((numbers(&two), two.tally().forgotten), (vec![130], 2), "the sender is at 131: 128 is its oldest");
    two.keep(&late);
    assert_eq!(numbers(&two), [130], "127 is too old by now");
    assert!(two.has(&late), "so it need not be sent again");
    let nothing = traded(ONE, 0, 10);
    assert!(nothing.is_empty() && nothing.newest() == 0, "a store that is switched off counts nothing");
}

#[test]
fn a_leader_finds_what_it_has_not_looked_at() {
    let mut one = traded(ONE, 8, 64);
    (65..=66).for_each(|number| one.enter(number, trade));
    let after = |number| one.entered_after(number).map(|trade| trade.id.number()).collect::<Vec<_>>();
    assert_eq!(after(64), [65, 66]);
    assert_eq!((after(0), after(66)), ((57..=66).collect(), vec![]));
}

#[test]
fn a_group_that_has_lost_its_newest_trades_and_hears_of_them_goes_on_trading() {
    // Ten trades, the fifth is kept elsewhere; then a fault (a rule is off) takes the last four from the group's log.
    let (ten, mut two) = (traded(ONE, 100, 10), TradeStore::new(TWO, 100));
    two.keep(&bundle(&ten, TWO, &ids(&[5])));
    let mut one = traded(ONE, 100, 6);
    one.keep(&bundle(&two, ONE, &ids(&[5])));
    one.enter(7, trade);
    assert_eq!((one.newest(), one.len()), (7, 7));
}

proptest! {
    /// Three groups ship trades to each other at will; letters come late, twice, or never; words of "kept" come at any
    /// time after the keeping. No trade is ever nowhere.
    #[test]
    fn whatever_is_shipped_whenever_every_trade_is_somewhere(
        acts in prop::collection::vec((0_usize..3, 0_usize..3, 0_u8..4, prop::collection::vec(0_u64..12, 1..6)), 0..120),
    ) {
        let groups = [ONE, TWO, GroupId(3)];
        let mut stores = groups.map(|group| traded(group, 1_000, 4));
        let (mut letters, mut kept): (Vec<Bundle>, Vec<Bundle>) = (Vec::new(), Vec::new());
        for (from, to, act, chosen) in acts {
            match act {
                0 | 1 if from != to => {
                    let mut ids: Vec<_> = chosen.iter().map(|at| TradeId::new(groups[*at as usize % 3], 1 + at / 3)).collect();
                    ids.sort_unstable_by_key(|id| (id.source(), *id));
                    ids.dedup();
                    letters.push(bundle(&stores[from], groups[to], &ids));
                }
                2 if !letters.is_empty() => {
                    let letter = letters[chosen[0] as usize % letters.len()].clone();
                    stores[letter.name.to.index() - 1].keep(&letter);
                    kept.push(letter);
                }
                3 if !kept.is_empty() => {
                    let word = kept[chosen[0] as usize % kept.len()].clone();
                    stores[word.name.from.index() - 1].sent(&word);
                }
                _ => {}
            }
            let mut copies: BTreeMap<TradeId, u32> = BTreeMap::new();
            stores.iter().flat_map(TradeStore::iter).for_each(|trade| *copies.entry(trade.id).or_default() += 1);
            prop_assert_eq!(copies.len(), 12, "{:?}", copies);
            prop_assert!(stores.iter().all(|store| store.shelves.iter().all(|shelf| shelf.trades.iter().is_sorted_by_key(|trade| trade.id))));
        }
    }

    /// A bundle taken out at once is what one trade after the other would leave.
    #[test]
    fn sent_takes_out_just_what_the_bundle_names(chosen in prop::collection::btree_set(1_u64..60, 0..40), raised in 1_u64..60) {
        let mut store = traded(ONE, 1_000, 60);
        let shipped = bundle(&store, TWO, &ids(&chosen.iter().copied().collect::<Vec<_>>()));
        assert!(shipped.trades().len() <= BUNDLE_MAX);
        // One of them has come back meanwhile.
        let mut other = TradeStore::new(TWO, 1_000);
        other.keep(&bundle(&store, TWO, &ids(&[raised])));
        store.keep(&bundle(&other, ONE, &ids(&[raised])));
        store.sent(&shipped);
        let stays: Vec<_> = (1..=60).filter(|number| !chosen.contains(number) || *number == raised).collect();
        prop_assert_eq!(numbers(&store), stays);
    }
}
