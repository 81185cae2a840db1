//! Accounts alone: shares, trades, reductions.

use super::*;
use crate::domain::ids::SymbolId;

const GOOG: SymbolId = SymbolId(6);
const BUYER: AccountId = AccountId(1);
const SELLER: AccountId = AccountId(2);

fn opening(group: u16, cash: u64) -> Opening {
    let settings = AccountSettings { cash, lots: 1_000, member_times: 3 };
    Opening { group: GroupId(group), partitions: 3, settings, members_to: AccountId(1) }
}

fn accounts() -> (Accounts, Stock) {
    let mut accounts = Accounts::new(opening(1, 100_000));
    assert_eq!([BUYER, SELLER].map(|account| accounts.open(account)), [Ok(()); 2]);
    (accounts, Stock::new(GOOG))
}

#[test]
fn the_shares_of_all_groups_are_the_whole_to_the_last_unit() {
    for cash in [0, 1, 2, 3, 100_000, 99_999] {
        let shares = [1, 2, 3].map(|group| opening(group, cash).cash(SELLER).0);
        assert_eq!(shares.iter().sum::<i128>(), i128::from(cash) * 1_000_000);
        assert!(shares[0] - shares[2] <= 1 && shares[0] >= shares[1] && shares[1] >= shares[2], "{shares:?}");
    }
    assert_eq!(opening(1, 100).lots(BUYER), 3_000, "a member has more");
}

#[test]
fn an_order_waits_for_as_many_transfers_as_there_are_other_groups() {
    let opening = opening(1, 1);
    assert_eq!((0..9).take_while(|transfers| opening.may_borrow(*transfers)).count(), 2, "of three groups");
    assert!(!opening.may_borrow(u16::MAX));
}

#[test]
fn a_trade_moves_cash_one_way_and_lots_the_other() {
    let (mut accounts, mut stock) = accounts();
    let before = accounts.purse(BUYER);
    accounts.reserve(&mut stock, SELLER, Side::Sell, (Price(100), Quantity(9)));
    let trade = Trade { side: Side::Buy, price: Price(100), quantity: Quantity(4) };
    accounts.trade(&mut stock, SELLER, BUYER, &trade);
    let amount = stock.notional(Price(100), Quantity(4));
    assert_eq!(accounts.purse(BUYER).free, before.free - amount);
    assert_eq!(accounts.purse(SELLER).free, accounts.opening().cash(SELLER).0 + amount);
    assert_eq!(stock.holding(SELLER, accounts.opening()).lots(), 996);
    assert!(stock.is_sound(5) && accounts.audit() && stock.audit(accounts.opening()));
    assert!(!stock.is_sound(4), "what is put aside is what the book offers");
}

#[test]
fn a_reduction_does_not_move_the_average_and_the_last_lot_takes_what_is_left() {
    let (mut accounts, mut stock) = accounts();
    let opening = *accounts.opening();
    // 1,000 lots at the first price, and 7 more: an average that no unit of cash divides.
    accounts.reserve(&mut stock, BUYER, Side::Sell, (Price(1), Quantity(1)));
    accounts.trade(&mut stock, BUYER, SELLER, &Trade { side: Side::Buy, price: Price(77_777), quantity: Quantity(1) });
    let whole = stock.holding(SELLER, &opening);
    let earned_per_lot = stock.notional(Price(50), Quantity(1));
    for sold in 1..=1_001 {
        let trade = Trade { side: Side::Sell, price: Price(50), quantity: Quantity(1) };
        accounts.reserve(&mut stock, BUYER, Side::Buy, (Price(50), Quantity(1)));
        accounts.trade(&mut stock, BUYER, SELLER, &trade);
        let left = stock.holding(SELLER, &opening);
        let exact = whole.cost * i128::from(1_001 - sold) / 1_001;
        assert!((left.cost - exact).abs() <= i128::from(sold), "sold {sold}: {} for {exact}", left.cost);
        assert_eq!(left.cost + i128::from(sold) * earned_per_lot - left.realised, whole.cost, "to the last unit");
    }
    let none = stock.holding(SELLER, &opening);
    assert_eq!((none.lots(), none.cost), (0, 0));
    assert!(accounts.totals().is_conserved() && stock.is_sound(0));
}

#[test]
fn cash_that_is_lent_is_missing_here_until_it_comes_back() {
    let (mut accounts, _) = accounts();
    let free = accounts.purse(SELLER).free;
    assert_eq!(accounts.lend(SELLER, free + 5), free, "no more than there is");
    assert!(accounts.totals().is_conserved() && accounts.audit());
    accounts.unlend(SELLER, free);
    accounts.borrow(SELLER, 7);
    assert_eq!((accounts.purse(SELLER).free, accounts.totals().received), (free + 7, 7));
    assert!(accounts.totals().is_conserved() && accounts.audit());
}

#[test]
fn a_number_beyond_the_bound_is_no_account() {
    let (mut accounts, _) = accounts();
    assert_eq!(accounts.open(AccountId(ACCOUNTS_MAX as u32)), Err(Why::AccountsFull));
    assert_eq!(accounts.open(AccountId(ACCOUNTS_MAX as u32 - 1)), Ok(()));
}
