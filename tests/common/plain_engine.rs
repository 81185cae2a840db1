//! A second engine, written from the rules alone and shared with nobody: one list of orders in the order in which they
//! got their places, and a look at all of it for every trade. No levels, no maps, no types of the house: what it has in
//! common with the book is the rules.
#![allow(dead_code, clippy::allow_attributes, reason = "no test uses all of it")]

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    Rest,
    Now,
    AllNow,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// Without a price it takes any.
    New {
        id: u64,
        owner: u32,
        buy: bool,
        price: Option<i64>,
        quantity: u64,
        wait: Wait,
    },
    Replace {
        id: u64,
        price: i64,
        quantity: u64,
    },
    Cancel {
        id: u64,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deal {
    pub maker: u64,
    pub taker: u64,
    pub price: i64,
    pub quantity: u64,
    pub taker_buys: bool,
}

/// How an order ended, or that it did not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Rests,
    Filled,
    Cancelled,
    StoppedByOwn,
    Refused(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    pub end: End,
    pub filled: u64,
    pub left: u64,
}

const fn refused(why: &'static str) -> Told {
    Told { end: End::Refused(why), filled: 0, left: 0 }
}

#[derive(Clone, Copy, Debug)]
struct Order {
    id: u64,
    owner: u32,
    buy: bool,
    price: i64,
    left: u64,
    filled: u64,
}

/// The words of `--self-trade`.
#[derive(Debug)]
pub struct PlainEngine {
    rule: &'static str,
    orders: Vec<Order>,
    pub deals: Vec<Deal>,
}

impl PlainEngine {
    pub const fn new(rule: &'static str) -> Self {
        Self { rule, orders: Vec::new(), deals: Vec::new() }
    }

    pub fn resting(&self) -> usize {
        self.orders.len()
    }

    pub fn take(&mut self, ask: Ask) -> Told {
        match ask {
            Ask::Cancel { id } => match self.orders.iter().position(|order| order.id == id) {
                None => refused("UnknownOrder"),
                Some(at) => Told { end: End::Cancelled, filled: self.orders.remove(at).filled, left: 0 },
            },
            Ask::Replace { id, price, quantity } => {
                let Some(at) = self.orders.iter().position(|order| order.id == id) else {
                    return refused("UnknownOrder");
                };
                let old = self.orders[at];
                let left = quantity.saturating_sub(old.filled);
                if left > 0 && price == old.price && left <= old.left {
                    self.orders[at].left = left;
                    return Told { end: End::Rests, filled: old.filled, left };
                }
                self.orders.remove(at);
                if left == 0 {
                    return Told { end: End::Cancelled, filled: old.filled, left: 0 };
                }
                self.enter(Order { price, left, ..old }, true)
            }
            Ask::New { id, owner, buy, price, quantity, wait } => {
                let order = Order {
                    id,
                    owner,
                    buy,
                    price: price.unwrap_or(if buy { i64::MAX } else { i64::MIN }),
                    left: quantity,
                    filled: 0,
                };
                if price.is_none() && self.orders.iter().all(|other| other.buy == buy) {
                    return refused("NoLiquidity");
                }
                if wait == Wait::AllNow
                    && let Some(why) = self.kills(&order)
                {
                    return refused(why);
                }
                self.enter(order, wait == Wait::Rest && price.is_some())
            }
        }
    }

    /// The place of the order that this one would meet first.
    fn first_met(&self, order: &Order) -> Option<usize> {
        let met = self.orders.iter().enumerate().filter(|(_, other)| meet(order, other));
        // Of equal prices the one that stands first.
        met.min_by_key(|(_, other)| if order.buy { other.price } else { -other.price }).map(|(at, _)| at)
    }

    /// Why an order that wants all or nothing gets nothing.
    fn kills(&self, order: &Order) -> Option<&'static str> {
        let mut met: Vec<_> = self.orders.iter().filter(|other| meet(order, other)).collect();
        if met.iter().map(|other| other.left).sum::<u64>() < order.left {
            return Some("NotFillable");
        }
        met.sort_by_key(|other| if order.buy { other.price } else { -other.price });
        let mut wanted = order.left;
        for other in met {
            if wanted == 0 {
                break;
            } else if other.owner != order.owner || self.rule == "allow" {
                wanted -= wanted.min(other.left);
            } else if self.rule != "cancel-resting" {
                return Some("SelfTrade");
            }
        }
        (wanted > 0).then_some("NotFillable")
    }

    fn enter(&mut self, mut order: Order, rests: bool) -> Told {
        let mut lost = false;
        while order.left > 0
            && let Some(at) = self.first_met(&order)
        {
            let other = &mut self.orders[at];
            let both = order.left.min(other.left);
            if other.owner != order.owner || self.rule == "allow" {
                let (maker, taker, price) = (other.id, order.id, other.price);
                self.deals.push(Deal { maker, taker, price, quantity: both, taker_buys: order.buy });
                (other.left, order.left) = (other.left - both, order.left - both);
                (other.filled, order.filled) = (other.filled + both, order.filled + both);
            } else {
                lost |= self.rule != "cancel-resting";
                (other.left, order.left) = match self.rule {
                    "cancel-incoming" => (other.left, 0),
                    "cancel-resting" => (0, order.left),
                    "cancel-both" => (0, 0),
                    "decrement" => (other.left - both, order.left - both),
                    rule => panic!("no such rule: {rule}"),
                };
            }
            if other.left == 0 {
                self.orders.remove(at);
            }
        }
        let end = match order.left {
            0 if lost => End::StoppedByOwn,
            0 => End::Filled,
            _ if rests => End::Rests,
            _ => End::Cancelled,
        };
        if end == End::Rests {
            self.orders.push(order);
        }
        Told { end, filled: order.filled, left: if end == End::Rests { order.left } else { 0 } }
    }
}

const fn meet(order: &Order, other: &Order) -> bool {
    other.buy != order.buy && (if order.buy { other.price <= order.price } else { other.price >= order.price })
}
