//! The settings of a cluster and its load as tables of a file: the same in the configuration and in scenarios.
//!
//! Idea: a file says only what it changes; the rest stays as in the settings that the reading starts from. Ranges
//! stand here, next to the key; what must fit together is `check`.
//! Units: in the name of the key, at its end (`heartbeat_ms`, `latency_us`).

use crate::domain::ids::NodeId;
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::{
    AccountSettings, AdmissionSettings, ClientSettings, ClusterSettings, DetectorSettings, DiskSettings,
    GatewaySettings, LinkPair, LinkSettings, LoadSettings, MarketDataSettings, MarketSettings, PartitionSettings,
    PlacementSettings, RaftSettings, Settings, TradesSettings,
};

use crate::domain::time::SimDuration;
use crate::domain::universe::INSTRUMENTS_MAX;

use super::choice::Choice;
use super::problem::{Place, Reading};
use super::reader::{Item, Reader};
use super::{balancing, check, venues};

/// Nodes of a cluster at most: a set of nodes is 128 bits, a screen shows a hundred.
pub const NODES_MAX: u64 = 100;
/// Partitions at most.
pub const PARTITIONS_MAX: u64 = 512;
/// No timer of the cluster is longer than ten minutes: a longer one is a slip of the pen.
pub(super) const TIMER_MS_MAX: u64 = 600_000;
/// Nor is a latency or an fsync longer than ten seconds.
pub const LATENCY_US_MAX: u64 = 10_000_000;
/// Windows are made of panes of 100 ms, 600 at most.
const WINDOW_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
/// Bounds of queues and counts that cost memory.
pub(super) const COUNT_MAX: u64 = 1_000_000;
/// The highest exponent of the law by which instruments are asked for: there the first of 2,000 gets 83 % of the orders.
pub const SKEW_PER_MILLE_MAX: u64 = 3_000;
/// Points of a partition on its ring at most: twice as many make shares only a little more even.
pub const VIRTUAL_NODES_MAX: u64 = 1_024;
/// Symbols that move at a time at most: each is packed in memory while it does.
pub const MOVES_AT_ONCE_MAX: u64 = 64;
/// Windows of trades that stay in memory at most.
pub const WINDOWS_HOT_MAX: u64 = 64;
/// What a partition keeps of packed trades at most: 64 MiB.
pub const ARCHIVE_KIB_MAX: u64 = 65_536;
/// Trades that are kept by id at most.
pub const TRADES_BY_ID_MAX: u64 = 200_000;
/// From a price in proportion to the capacity to one that grows with its cube.
const EXPONENT: std::ops::RangeInclusive<u64> = 1_000..=3_000;
/// Dollars that an account begins with at most.
const CASH_MAX: u64 = 1_000_000_000;
/// Orders per virtual second at most.
pub const RATE_MAX: u64 = 10_000_000;

/// Groups that may change their nodes at the same time.
const MOVES_MAX: u64 = 64;

/// The names of the tables, in the order of the reference file.
pub const TABLES: [&str; 17] = [
    "cluster",
    "raft",
    "detector",
    "link",
    "disk",
    "gateway",
    "client",
    "load",
    "market",
    "partition",
    "market_data",
    "admission",
    "balancer",
    "placement",
    "trades",
    "accounts",
    "venues",
];

/// Reads the tables of settings from the root of a file, over `base`, and checks that they work together.
///
/// # Errors
/// The first thing wrong.
pub fn read(root: &mut Reader<'_>, base: &Settings) -> Reading<Settings> {
    let settings = Settings {
        cluster: root.section("cluster", |r| cluster(r, &base.cluster))?,
        raft: root.section("raft", |r| raft(r, &base.raft))?,
        detector: root.section("detector", |r| detector(r, &base.detector))?,
        link: root.section("link", |r| link(r, &base.link))?,
        disk: root.section("disk", |r| disk(r, &base.disk))?,
        gateway: root.section("gateway", |r| gateway(r, &base.gateway))?,
        client: root.section("client", |r| client(r, &base.client))?,
        load: root.section("load", |r| load(r, &base.load))?,
        market: root.section("market", |r| market(r, &base.market))?,
        partition: root.section("partition", |r| partition(r, &base.partition))?,
        market_data: root.section("market_data", |r| market_data(r, &base.market_data))?,
        admission: root.section("admission", |r| Ok(AdmissionSettings { on: r.switch("on", base.admission.on)? }))?,
        balancer: root.section("balancer", |r| balancing::read(r, &base.balancer))?,
        feed: base.feed.clone(),
        placement: root.section("placement", |r| placement(r, &base.placement))?,
        trades: root.section("trades", |r| trades(r, &base.trades))?,
        accounts: root.section("accounts", |r| accounts(r, &base.accounts))?,
        venues: root.section("venues", |r| venues::read(r, &base.venues))?,
    };
    check::together(root, &settings)?;
    Ok(settings)
}

fn trades(r: &mut Reader<'_>, base: &TradesSettings) -> Reading<TradesSettings> {
    Ok(TradesSettings {
        window: r.choice("window", base.window)?,
        hot: r.integer("hot", 1..=WINDOWS_HOT_MAX, base.hot as u64)? as usize,
        archive_bytes: r.integer("archive_kib", 16..=ARCHIVE_KIB_MAX, base.archive_bytes >> 10)? << 10,
        by_id: r.integer("by_id", 0..=TRADES_BY_ID_MAX, base.by_id)?,
    })
}

fn cluster(r: &mut Reader<'_>, base: &ClusterSettings) -> Reading<ClusterSettings> {
    Ok(ClusterSettings {
        nodes: r.integer("nodes", 1..=NODES_MAX, base.nodes as u64)? as usize,
        partitions: r.integer("partitions", 1..=PARTITIONS_MAX, base.partitions as u64)? as usize,
        replication_factor: r.integer("replication_factor", 1..=NODES_MAX, base.replication_factor as u64)? as usize,
        ack: ack(r, base.ack)?,
        rules: rules_off(r, base.rules)?,
        regions: regions(r, &base.regions)?,
    })
}

/// One region for each node at most; each has a name.
fn regions(r: &mut Reader<'_>, base: &[String]) -> Reading<Vec<String>> {
    let (place, names) = match r.optional("regions") {
        None => (r.place(), base.to_vec()),
        Some(item) => {
            let names = item.elements("regions")?.into_iter().map(|item| item.string("regions").map(str::to_owned));
            (item.place, names.collect::<Reading<_>>()?)
        }
    };
    if names.len() as u64 > NODES_MAX {
        let found = format!("`regions` names {} regions", names.len());
        return Err(place.problem(found).allow(format!("{NODES_MAX} at most, as many as a cluster has nodes")));
    }
    if names.iter().any(|name| name.trim().is_empty()) {
        return Err(place.problem("`regions` names a region without a name").allow("names such as \"eu\""));
    }
    Ok(names)
}

fn placement(r: &mut Reader<'_>, base: &PlacementSettings) -> Reading<PlacementSettings> {
    let dead = base.replace_dead_after.unwrap_or(SimDuration::ZERO);
    let dead = r.millis("replace_dead_ms", 0..=TIMER_MS_MAX, dead)?;
    Ok(PlacementSettings {
        moves_at_once: r.integer("moves_at_once", 1..=MOVES_MAX, base.moves_at_once as u64)? as usize,
        replace_dead_after: (dead > SimDuration::ZERO).then_some(dead),
    })
}

fn ack(r: &mut Reader<'_>, base: AckRule) -> Reading<AckRule> {
    let Some(item) = r.optional("ack") else {
        return match base {
            AckRule::Leader | AckRule::Majority | AckRule::All => Ok(base),
            AckRule::Count(count) => r.within("ack", &(1..=NODES_MAX), count.into()).map(|_| base),
        };
    };
    if item.is_integer() {
        return item.integer("ack", 1..=NODES_MAX).map(|count| AckRule::Count(count as u8));
    }
    let word = item.string("ack")?;
    match word {
        "leader" => Ok(AckRule::Leader),
        "majority" => Ok(AckRule::Majority),
        "all" => Ok(AckRule::All),
        _ => Err(item
            .place
            .problem(format!("`ack` is \"{word}\""))
            .among(word, &["leader", "majority", "all"])
            .allow("\"leader\", \"majority\", \"all\", or how many replicas as a number")),
    }
}

fn rules_off(r: &mut Reader<'_>, base: Rules) -> Reading<Rules> {
    if !r.has("rules_off") {
        r.optional("rules_off");
        return Ok(base);
    }
    r.list("rules_off")?
        .iter()
        .try_fold(Rules::default(), |rules, item| Ok(rules.with(item.choice("rules_off")?, false)))
}

fn raft(r: &mut Reader<'_>, base: &RaftSettings) -> Reading<RaftSettings> {
    Ok(RaftSettings {
        heartbeat: r.millis("heartbeat_ms", 1..=TIMER_MS_MAX, base.heartbeat)?,
        election_min: r.millis("election_min_ms", 1..=TIMER_MS_MAX, base.election_min)?,
        election_max: r.millis("election_max_ms", 1..=TIMER_MS_MAX, base.election_max)?,
        batch_records_max: r.integer("batch_records_max", 1..=65_536, base.batch_records_max as u64)? as usize,
        batches_in_flight_max: r.integer("batches_in_flight_max", 1..=4_096, base.batches_in_flight_max as u64)?
            as usize,
        snapshot_every_records: r.integer("snapshot_every_records", 100..=100_000_000, base.snapshot_every_records)?,
        snapshot_keep_records: r.integer("snapshot_keep_records", 0..=100_000_000, base.snapshot_keep_records)?,
        apply_cost: r.micros("apply_cost_us", 0..=LATENCY_US_MAX, base.apply_cost)?,
        read_cost: r.micros("read_cost_us", 0..=LATENCY_US_MAX, base.read_cost)?,
    })
}

fn detector(r: &mut Reader<'_>, base: &DetectorSettings) -> Reading<DetectorSettings> {
    Ok(DetectorSettings {
        degraded_after: r.millis("degraded_ms", 1..=TIMER_MS_MAX, base.degraded_after)?,
        failed_after: r.millis("failed_ms", 1..=TIMER_MS_MAX, base.failed_after)?,
    })
}

fn link(r: &mut Reader<'_>, base: &LinkSettings) -> Reading<LinkSettings> {
    Ok(LinkSettings {
        latency: r.micros("latency_us", 0..=LATENCY_US_MAX, base.latency)?,
        jitter: r.micros("jitter_us", 0..=LATENCY_US_MAX, base.jitter)?,
        in_flight_max: r.integer("in_flight_max", 16..=COUNT_MAX, base.in_flight_max as u64)? as usize,
        loss_per_mille: r.integer("loss_per_mille", 0..=999, u64::from(base.loss_per_mille))? as u32,
        pairs: if r.has("pair") { r.tables("pair", pair)? } else { no_pairs(r, base)? },
    })
}

/// Asks for the key all the same, so that it is known.
fn no_pairs(r: &mut Reader<'_>, base: &LinkSettings) -> Reading<Vec<LinkPair>> {
    r.optional("pair");
    for pair in &base.pairs {
        r.lasts_within("latency_us", &(0..=LATENCY_US_MAX), 1_000, pair.latency)?;
        r.lasts_within("jitter_us", &(0..=LATENCY_US_MAX), 1_000, pair.jitter)?;
        r.nodes_within("pair", &[pair.from, pair.to])?;
        fits(pair, &r.place(), &r.place())?;
    }
    Ok(base.pairs.clone())
}

fn pair(r: &mut Reader<'_>) -> Reading<LinkPair> {
    let defaults = LinkSettings::default();
    let (from, to) = (r.required("from", "\"n1\"")?, r.required("to", "\"n2\"")?);
    let pair = LinkPair {
        from: node(&from, "from")?,
        to: node(&to, "to")?,
        latency: r.micros("latency_us", 0..=LATENCY_US_MAX, defaults.latency)?,
        jitter: r.micros("jitter_us", 0..=LATENCY_US_MAX, SimDuration::ZERO)?,
    };
    fits(&pair, &r.place(), &to.place).map(|()| pair)
}

/// Whether it is a link between two nodes on which messages arrive after they were sent.
fn fits(pair: &LinkPair, place: &Place, to: &Place) -> Reading<()> {
    if pair.jitter > pair.latency {
        return Err(place.problem("`jitter_us` is above `latency_us`").allow("0 to `latency_us`"));
    }
    if pair.from == pair.to {
        let found = format!("the link from {} leads to itself", pair.from);
        return Err(to.problem(found).allow("another node"));
    }
    Ok(())
}

pub(super) fn node(item: &Item<'_>, key: &str) -> Reading<NodeId> {
    let allowed = || format!("\"n1\" to \"n{NODES_MAX}\"");
    if !item.is_string() {
        return Err(item.place.problem(format!("`{key}` names {}", item.place.text())).allow(allowed()));
    }
    let word = item.string(key)?;
    let number = word.strip_prefix('n').and_then(|number| number.parse().ok());
    let node = number.filter(|number| (1..=NODES_MAX as u8).contains(number)).map(NodeId);
    node.ok_or_else(|| item.place.problem(format!("`{key}` names \"{word}\"")).allow(allowed()))
}

fn disk(r: &mut Reader<'_>, base: &DiskSettings) -> Reading<DiskSettings> {
    Ok(DiskSettings {
        fsync: r.micros("fsync_us", 0..=LATENCY_US_MAX, base.fsync)?,
        fsync_jitter: r.micros("fsync_jitter_us", 0..=LATENCY_US_MAX, base.fsync_jitter)?,
        slow_factor: r.integer("slow_factor", 2..=10_000, base.slow_factor)?,
    })
}

fn gateway(r: &mut Reader<'_>, base: &GatewaySettings) -> Reading<GatewaySettings> {
    Ok(GatewaySettings {
        service_times: r.list_of("service_us", &(0..=LATENCY_US_MAX), &base.service_times)?,
        capacities: r.list_of("capacities", &(1..=COUNT_MAX), &base.capacities)?,
        queue_max: r.integer("queue_max", 0..=COUNT_MAX, base.queue_max as u64)? as usize,
        cost_per_hour: r.integer("cost_per_hour", 0..=COUNT_MAX, base.cost_per_hour)?,
        cost_exponent_per_mille: r.integer("cost_exponent_per_mille", EXPONENT, base.cost_exponent_per_mille.into())?
            as u32,
    })
}

fn client(r: &mut Reader<'_>, base: &ClientSettings) -> Reading<ClientSettings> {
    Ok(ClientSettings {
        deadline: r.millis("deadline_ms", 1..=TIMER_MS_MAX, base.deadline)?,
        retry_after: r.millis("retry_ms", 1..=TIMER_MS_MAX, base.retry_after)?,
        retries_max: r.integer("retries_max", 0..=100, u64::from(base.retries_max))? as u32,
        retry_budget_percent: r.integer("retry_budget_percent", 0..=100, u64::from(base.retry_budget_percent))? as u32,
        sessions: r.integer("sessions", 1..=u64::from(ClientSettings::SESSIONS_MAX), u64::from(base.sessions))? as u32,
        vip_percent: r.integer("vip_percent", 0..=100, u64::from(base.vip_percent))? as u32,
        risk_percent: r.integer("risk_percent", 0..=100, u64::from(base.risk_percent))? as u32,
    })
}

fn load(r: &mut Reader<'_>, base: &LoadSettings) -> Reading<LoadSettings> {
    Ok(LoadSettings {
        on: r.switch("on", base.on)?,
        orders_per_s: r.integer("orders_per_s", 1..=RATE_MAX, base.orders_per_s)?,
        query_percent: r.integer("query_percent", 0..=100, u64::from(base.query_percent))? as u32,
        read_from: r.choice("read_from", base.read_from)?,
        strategy: r.choice("strategy", base.strategy)?,
        maker_percent: r.integer("maker_percent", 0..=100, u64::from(base.maker_percent))? as u32,
        skew_per_mille: r.integer("skew_per_mille", 0..=SKEW_PER_MILLE_MAX, u64::from(base.skew_per_mille))? as u32,
    })
}

fn market(r: &mut Reader<'_>, base: &MarketSettings) -> Reading<MarketSettings> {
    let instruments = r.integer("instruments", 1..=INSTRUMENTS_MAX as u64, base.instruments as u64)? as usize;
    Ok(MarketSettings { instruments })
}

fn partition(r: &mut Reader<'_>, base: &PartitionSettings) -> Reading<PartitionSettings> {
    Ok(PartitionSettings {
        strategy: r.choice("strategy", base.strategy)?,
        virtual_nodes: r.integer("virtual_nodes", 1..=VIRTUAL_NODES_MAX, u64::from(base.virtual_nodes))? as u16,
        moves_at_once: r.integer("moves_at_once", 1..=MOVES_AT_ONCE_MAX, base.moves_at_once as u64)? as usize,
    })
}

fn market_data(r: &mut Reader<'_>, base: &MarketDataSettings) -> Reading<MarketDataSettings> {
    let tick_cost = r.integer("tick_cost_ns", 1..=LATENCY_US_MAX, base.tick_cost.as_nanos())?;
    Ok(MarketDataSettings {
        ticks_per_s: r.integer("ticks_per_s", 0..=RATE_MAX, base.ticks_per_s)?,
        nodes: nodes(r, "nodes", &base.nodes)?,
        tick_cost: SimDuration::from_nanos(tick_cost),
        queue_max: r.integer("queue_max", 1..=COUNT_MAX, base.queue_max as u64)? as usize,
        overload: r.choice("overload", base.overload)?,
        signals_trade: r.switch("signals_trade", base.signals_trade)?,
        sliding: r.millis("sliding_ms", WINDOW_MS, base.sliding)?,
        tumbling: r.millis("tumbling_ms", WINDOW_MS, base.tumbling)?,
    })
}

fn accounts(r: &mut Reader<'_>, base: &AccountSettings) -> Reading<AccountSettings> {
    Ok(AccountSettings {
        cash: r.integer("cash", 0..=CASH_MAX, base.cash)?,
        lots: r.integer("lots", 0..=COUNT_MAX, base.lots)?,
        member_times: r.integer("member_times", 1..=COUNT_MAX, u64::from(base.member_times))? as u32,
    })
}

/// A list of nodes.
pub(super) fn nodes(r: &mut Reader<'_>, key: &'static str, base: &[NodeId]) -> Reading<Vec<NodeId>> {
    let Some(item) = r.optional(key) else { return r.nodes_within(key, base).map(|()| base.to_vec()) };
    item.elements(key)?.iter().map(|item| node(item, key)).collect()
}

/// The names of the rules of Raft, for messages.
pub fn rule_words() -> Vec<&'static str> {
    crate::domain::rules::Rule::words()
}
