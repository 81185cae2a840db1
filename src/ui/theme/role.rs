//! Roles: what a colour can mean. Themes give colours to meanings, never to widgets.
//!
//! Shape: a closed list with dotted names; a theme may name a prefix (`node`) for all that begin with it.
//! Word and sign of a role are not here: they belong to the thing (`caption`, `widgets::badge`), so that no theme can
//! take them away.

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal,)*) => {
        /// A meaning that can have a colour.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$role,)*];

            /// Its name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)* }
            }
        }
    };
}

roles! {
    /// Ordinary text, and the background of everything.
    Text = "text",
    /// What matters less.
    Muted = "muted",
    /// What stands out quietly.
    Accent = "accent",
    /// Titles of panels.
    Title = "title",
    /// Keys in hints.
    Key = "key",
    /// A hint that would do nothing now.
    Disabled = "disabled",
    /// Frames.
    Border = "border",
    /// The frame with the focus.
    Focus = "focus",
    /// The selected row.
    Selection = "selection",
    /// Well.
    Ok = "ok",
    /// Look here.
    Warn = "warn",
    /// Broken.
    Error = "error",
    /// A node that runs.
    NodeHealthy = "node.healthy",
    /// A node that is slow, or late.
    NodeDegraded = "node.degraded",
    /// A dead node.
    NodeFailed = "node.failed",
    /// A node that is cut off, or stands still.
    NodeIsolated = "node.isolated",
    /// A node that catches up.
    NodeRecovering = "node.recovering",
    /// A leader.
    Leader = "role.leader",
    /// A follower.
    Follower = "role.follower",
    /// A candidate.
    Candidate = "role.candidate",
    /// Little lag.
    LagOk = "lag.ok",
    /// Some lag.
    LagWarn = "lag.warn",
    /// Much lag.
    LagHigh = "lag.high",
    /// Entries that are committed.
    LogCommitted = "log.committed",
    /// Entries that are not.
    LogPending = "log.pending",
    /// Entries that contradict the leader's.
    LogConflict = "log.conflict",
    /// Time runs.
    TimeLive = "time.live",
    /// Time is stretched.
    TimeSlow = "time.slow",
    /// Time stands.
    TimePaused = "time.paused",
    /// The past.
    TimeHistory = "time.history",
    /// Bars: the filled part.
    Bar = "bar",
    /// Bars: the empty part.
    Track = "track",
    /// What wants to buy.
    OrderBid = "order.bid",
    /// What wants to sell.
    OrderAsk = "order.ask",
    /// The first series of a chart.
    Series1 = "series.1",
    /// The second.
    Series2 = "series.2",
    /// The third.
    Series3 = "series.3",
    /// The fourth.
    Series4 = "series.4",
    /// The fifth.
    Series5 = "series.5",
    /// The sixth.
    Series6 = "series.6",
    /// The seventh.
    Series7 = "series.7",
    /// The eighth.
    Series8 = "series.8",
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The series at this place; they repeat after the eighth.
    pub const fn series(place: usize) -> Self {
        const SERIES: [Role; 8] = [
            Role::Series1,
            Role::Series2,
            Role::Series3,
            Role::Series4,
            Role::Series5,
            Role::Series6,
            Role::Series7,
            Role::Series8,
        ];
        SERIES[place % SERIES.len()]
    }
}
