//! How urgent a request is: by who asks, and by what is asked.
//!
//! Idea: where requests must wait, some should wait less. A risk desk that takes its orders back in a falling market
//! comes before everybody; then clients who pay for it; then the others; last what comes in bulk. Nobody can claim a
//! class: it follows from the session's number and the command, so every room comes to the same one, a retry keeps
//! the class that it had, and no message carries it.
//! By type: `balancer.priority_by_type` gives types of orders (cancel, market, limit, and bulk by size) a class. VIP
//! clients are never less urgent for it; everybody else's request is as urgent as its type says.
//! Shape: sessions of the steady load are numbered from 1: first the VIP clients, then the risk desk, then the others;
//! behind them come those of bursts.
//! Left out: classes by account; limits to what a class may send.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::balancing::TypePriorities;
use super::order::{Command, OrderType, Record};
use super::settings::ClientSettings;

/// How urgent a request is, the most urgent first.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Priority {
    /// The risk desk takes an order back.
    Emergency,
    /// A client who pays for it.
    Vip,
    /// Everybody else.
    #[default]
    Normal,
    /// What a burst brings.
    Bulk,
}

impl Priority {
    /// How many classes there are.
    pub const COUNT: usize = 4;

    /// Every class, the most urgent first.
    pub const ALL: [Self; Self::COUNT] = [Self::Emergency, Self::Vip, Self::Normal, Self::Bulk];

    /// Its name in files and on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Vip => "vip",
            Self::Normal => "normal",
            Self::Bulk => "bulk",
        }
    }

    /// The 0-based place in a table of classes.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Which sessions belong to which class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Classes {
    /// Sessions up to this number are VIP clients.
    vip_to: u32,
    /// Those above and up to this one are the risk desk's.
    risk_to: u32,
    /// Those above and up to this one are the others of the steady load; what is above comes from bursts.
    steady_to: u32,
    /// How urgent types of requests are; nothing where all go by their clients.
    by_type: Option<TypePriorities>,
}

impl Classes {
    /// The classes of these clients and of these types of requests.
    pub fn new(settings: &ClientSettings, by_type: &TypePriorities) -> Self {
        let steady = settings.steady_sessions();
        let share = |percent: u32| (u64::from(steady) * u64::from(percent) / 100) as u32;
        let vip_to = share(settings.vip_percent).min(steady);
        let risk_to = vip_to.saturating_add(share(settings.risk_percent)).min(steady);
        Self { vip_to, risk_to, steady_to: steady, by_type: (!by_type.is_empty()).then_some(*by_type) }
    }

    /// How urgent this request is.
    pub fn of(&self, record: &Record) -> Priority {
        let by_client = self.of_client(record);
        match self.by_type.and_then(|types| of_type(&types, &record.command)) {
            Some(by_type) if by_client <= Priority::Vip => by_type.min(by_client),
            Some(by_type) => by_type,
            None => by_client,
        }
    }

    const fn of_client(&self, record: &Record) -> Priority {
        let client = record.id.client.0;
        if client > self.steady_to {
            Priority::Bulk
        } else if client <= self.vip_to {
            Priority::Vip
        } else if client <= self.risk_to && matches!(record.command, Command::Cancel { .. }) {
            Priority::Emergency
        } else {
            Priority::Normal
        }
    }
}

/// How urgent a request is by what it asks.
fn of_type(types: &TypePriorities, command: &Command) -> Option<Priority> {
    match command {
        Command::Cancel { .. } => types.cancel,
        Command::Place { quantity, .. } if types.bulk.is_some() && quantity.0 >= types.bulk_lots => types.bulk,
        Command::Place { order_type: OrderType::Market, .. } => types.market,
        Command::Place { order_type: OrderType::Limit(_), .. } | Command::Replace { .. } | Command::Spread { .. } => {
            types.limit
        }
        Command::Query { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence, SymbolId};
    use crate::domain::order::Side;
    use crate::domain::units::{Price, Quantity};

    #[test]
    fn a_class_follows_from_the_session_and_the_command() {
        let settings = ClientSettings { sessions: 64, vip_percent: 10, risk_percent: 5, ..ClientSettings::default() };
        let classes = Classes::new(&settings, &TypePriorities::default());
        let cancel = Command::Cancel { symbol: SymbolId(0), order: Sequence(1) };
        let query = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
        let of = |client, command| {
            classes.of(&Record { id: ClientId(client).request(Sequence(1)), floor: Sequence(1), command })
        };
        for (client, asks, takes_back) in [
            (1, Priority::Vip, Priority::Vip),
            (6, Priority::Vip, Priority::Vip),
            (7, Priority::Normal, Priority::Emergency),
            (9, Priority::Normal, Priority::Emergency),
            (10, Priority::Normal, Priority::Normal),
            (64, Priority::Normal, Priority::Normal),
            (65, Priority::Bulk, Priority::Bulk),
        ] {
            assert_eq!((of(client, query), of(client, cancel)), (asks, takes_back), "c{client}");
        }
    }

    #[test]
    fn shares_above_a_hundred_leave_nobody_out() {
        let settings = ClientSettings { sessions: 10, vip_percent: 80, risk_percent: 80, ..ClientSettings::default() };
        let classes = Classes::new(&settings, &TypePriorities::default());
        assert_eq!(classes, Classes { vip_to: 8, risk_to: 10, steady_to: 10, by_type: None });
    }

    #[test]
    fn by_type_a_request_is_as_urgent_as_its_type_and_who_pays_is_never_less() {
        let settings = ClientSettings { sessions: 64, vip_percent: 10, risk_percent: 5, ..ClientSettings::default() };
        let types = TypePriorities {
            cancel: Some(Priority::Emergency),
            market: Some(Priority::Vip),
            bulk: Some(Priority::Bulk),
            bulk_lots: 5,
            limit: None,
        };
        let classes = Classes::new(&settings, &types);
        let order = |order_type, lots| Command::place(SymbolId(0), Side::Buy, order_type, Quantity(lots));
        let cancel = Command::Cancel { symbol: SymbolId(0), order: Sequence(1) };
        let [market, limit] = [OrderType::Market, OrderType::Limit(Price(100))];
        let of = |client, command| {
            classes.of(&Record { id: ClientId(client).request(Sequence(1)), floor: Sequence(1), command })
        };
        // A VIP client, a session of the steady load, and one of a burst.
        let [vip, steady, burst] = [1, 20, 65];
        assert_eq!([vip, steady, burst].map(|client| of(client, cancel)), [Priority::Emergency; 3]);
        assert_eq!([vip, steady, burst].map(|client| of(client, order(market, 4))), [Priority::Vip; 3]);
        let limits = [vip, steady, burst].map(|client| of(client, order(limit, 4)));
        assert_eq!(limits, [Priority::Vip, Priority::Normal, Priority::Bulk], "limit orders go by their clients");
        let large = [vip, steady, burst].map(|client| of(client, order(market, 5)));
        assert_eq!(large, [Priority::Vip, Priority::Bulk, Priority::Bulk]);
    }
}
