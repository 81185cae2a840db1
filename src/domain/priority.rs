//! How urgent a request is: by who asks, and by what is asked.
//!
//! Idea: where requests must wait, some should wait less. A risk desk that takes its orders back in a falling market
//! comes before everybody; then clients who pay for it; then the others; last what comes in bulk. Nobody can claim a
//! class: it follows from the session's number and the command, so every room comes to the same one, a retry keeps
//! the class that it had, and no message carries it.
//! Shape: sessions of the steady load are numbered from 1: first the VIP clients, then the risk desk, then the others;
//! behind them come those of bursts.
//! Left out: classes by account or by size; limits to what a class may send.

use serde::{Deserialize, Serialize};

use super::order::{Command, Record};
use super::settings::ClientSettings;

/// How urgent a request is, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
}

impl Classes {
    /// The classes of these clients.
    pub fn new(settings: &ClientSettings) -> Self {
        let steady = settings.steady_sessions();
        let share = |percent: u32| (u64::from(steady) * u64::from(percent) / 100) as u32;
        let vip_to = share(settings.vip_percent).min(steady);
        let risk_to = vip_to.saturating_add(share(settings.risk_percent)).min(steady);
        Self { vip_to, risk_to, steady_to: steady }
    }

    /// How urgent this request is.
    pub const fn of(&self, record: &Record) -> Priority {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence, SymbolId};

    #[test]
    fn a_class_follows_from_the_session_and_the_command() {
        let settings = ClientSettings { sessions: 64, vip_percent: 10, risk_percent: 5, ..ClientSettings::default() };
        let classes = Classes::new(&settings);
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
        assert_eq!(Classes::new(&settings), Classes { vip_to: 8, risk_to: 10, steady_to: 10 });
    }
}
