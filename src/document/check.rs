//! Settings that cannot work together, found before anything runs.
//!
//! Idea: each value may be in its range and the whole still be a cluster that never elects a leader. Such a cluster is
//! refused here, at the key that the file changed, with the figures that contradict each other.
//! Sources: Ongaro & Ousterhout 2014 §5.6: broadcast time << election timeout.

use crate::domain::rules::AckRule;
use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;

use super::problem::{Problem, Reading};
use super::reader::Reader;

/// Checks what must fit together; `root` knows where the keys stand.
///
/// # Errors
/// The first contradiction, at the first key that takes part in it and is written in the file.
pub fn together(root: &Reader<'_>, settings: &Settings) -> Reading<()> {
    let at = |keys: &[&str], found: String| blame(root, keys, found);
    replicas(settings, &at)?;
    timers(settings, &at)?;
    nodes(settings, &at)?;
    bounds(settings, &at)
}

/// Packed trades are part of the state and never give way, so there must be room for as many as there may be, and a quarter
/// for the rest.
///
/// # Errors
/// The archives may take more than three quarters of it.
pub fn history(root: &Reader<'_>, settings: &Settings, history_mb: u64) -> Reading<()> {
    let cluster = &settings.cluster;
    let replicas = (cluster.partitions * cluster.replication_factor.min(cluster.nodes)) as u64;
    let archives_mb = (settings.trades.archive_bytes * replicas).div_ceil(1_000_000);
    if archives_mb * 4 <= history_mb * 3 {
        return Ok(());
    }
    let keys = ["limits.history_mb", "trades.archive_kib", "cluster.partitions", "cluster.replication_factor"];
    let found = format!(
        "`history_mb` is {history_mb}, but packed trades alone may take {archives_mb} MB: {replicas} replicas of `archive_kib`"
    );
    let most = history_mb * 750_000 / replicas / 1_024;
    let allowed =
        format!("a `history_mb` of {} or more, or an `archive_kib` of {most} or less", (archives_mb * 4).div_ceil(3));
    Err(blame(root, &keys, found).allow(allowed))
}

type At<'a> = dyn Fn(&[&str], String) -> Box<Problem> + 'a;

fn replicas(settings: &Settings, at: &At<'_>) -> Reading<()> {
    let cluster = &settings.cluster;
    let (factor, nodes) = (cluster.replication_factor, cluster.nodes);
    if factor > nodes {
        let found = format!("`replication_factor` is {factor}, but there are {nodes} nodes");
        return Err(at(&["cluster.replication_factor", "cluster.nodes"], found).allow(format!("1 to {nodes}")));
    }
    if let Some(node) = settings.market_data.nodes.iter().find(|node| node.index() >= nodes) {
        let found = format!("`nodes` of [market_data] names {node}, but there are {nodes} nodes");
        return Err(at(&["market_data.nodes", "cluster.nodes"], found).allow(format!("n1 to n{nodes}")));
    }
    match cluster.ack {
        AckRule::Count(count) if usize::from(count) > factor => {
            let found = format!("`ack` wants {count} replicas, but each partition has {factor}");
            Err(at(&["cluster.ack", "cluster.replication_factor"], found).allow(format!("1 to {factor}")))
        }
        _ => Ok(()),
    }
}

/// Nodes that something is kept on must be there, or it would quietly be kept nowhere.
fn nodes(settings: &Settings, at: &At<'_>) -> Reading<()> {
    let (balancer, count) = (&settings.balancer, settings.cluster.nodes);
    let (classes, pools) = (&balancer.class_nodes, &balancer.pools);
    let lists = [
        ("balancer.vip_nodes", &balancer.vip_nodes),
        ("balancer.class_nodes.crypto", &classes.crypto),
        ("balancer.class_nodes.forex", &classes.forex),
        ("balancer.class_nodes.equity", &classes.equity),
        ("balancer.pools.execution", &pools.execution),
        ("balancer.pools.market_data", &pools.market_data),
        ("balancer.pools.risk", &pools.risk),
    ];
    for (key, list) in lists {
        if let Some(stranger) = list.iter().find(|node| node.index() >= count) {
            let name = key.rsplit('.').next().unwrap_or(key);
            let found = format!("`{name}` names {stranger}, but there are {count} nodes");
            return Err(at(&[key, "cluster.nodes"], found).allow(format!("n1 to n{count}")));
        }
    }
    let ends = settings.link.pairs.iter().flat_map(|pair| [pair.from, pair.to]);
    if let Some(stranger) = ends.into_iter().find(|node| node.index() >= count) {
        let found = format!("`pair` of [link] names {stranger}, but there are {count} nodes");
        return Err(at(&["link.pair", "cluster.nodes"], found).allow(format!("n1 to n{count}")));
    }
    Ok(())
}

fn timers(settings: &Settings, at: &At<'_>) -> Reading<()> {
    let raft = &settings.raft;
    if raft.election_max <= raft.election_min {
        let (min, max) = (ms(raft.election_min), ms(raft.election_max));
        let found = format!("`election_max_ms` is {max}, not above `election_min_ms`, which is {min}");
        return Err(at(&["raft.election_max_ms", "raft.election_min_ms"], found)
            .noting("timeouts are drawn between the two; without room all candidates stand at once, for ever"));
    }
    if raft.heartbeat >= raft.election_min {
        let (heartbeat, min) = (ms(raft.heartbeat), ms(raft.election_min));
        let found = format!("`heartbeat_ms` is {heartbeat}, not below `election_min_ms`, which is {min}");
        return Err(at(&["raft.heartbeat_ms", "raft.election_min_ms"], found)
            .noting("followers would stand for election between two heartbeats of a healthy leader"));
    }
    let one_way = settings.link.latency_max();
    let answer = one_way.times(2) + settings.disk.fsync + settings.disk.fsync_jitter;
    if settings.cluster.nodes > 1 && raft.election_min < answer.times(2) {
        let found = format!(
            "`election_min_ms` is {}, under twice a round trip with its fsync, which is {}",
            ms(raft.election_min),
            ms(answer.times(2))
        );
        let keys = [
            "raft.election_min_ms",
            "link.pair",
            "link.latency_us",
            "disk.fsync_us",
            "link.jitter_us",
            "disk.fsync_jitter_us",
        ];
        return Err(at(&keys, found)
            .allow(format!("`election_min_ms` of {} or more", answer.times(2).as_nanos().div_ceil(1_000_000)))
            .noting("a vote could not be asked for, synced and answered before the next election begins"));
    }
    let detector = &settings.detector;
    if detector.degraded_after >= detector.failed_after {
        let (degraded, failed) = (ms(detector.degraded_after), ms(detector.failed_after));
        let found = format!("`degraded_ms` is {degraded}, not below `failed_ms`, which is {failed}");
        return Err(at(&["detector.degraded_ms", "detector.failed_ms"], found));
    }
    let beat = raft.heartbeat + settings.link.latency_max();
    if detector.degraded_after <= beat {
        let found = format!(
            "`degraded_ms` is {}, not above a heartbeat on its way, which is {}",
            ms(detector.degraded_after),
            ms(beat)
        );
        return Err(at(&["detector.degraded_ms", "raft.heartbeat_ms", "link.latency_us", "link.jitter_us"], found)
            .noting("healthy nodes would count as late all the time"));
    }
    Ok(())
}

fn bounds(settings: &Settings, at: &At<'_>) -> Reading<()> {
    let (link, disk, client) = (&settings.link, &settings.disk, &settings.client);
    if link.jitter > link.latency {
        let found = format!("`jitter_us` is {}, above `latency_us`, which is {}", us(link.jitter), us(link.latency));
        return Err(at(&["link.jitter_us", "link.latency_us"], found)
            .noting("jitter is added or taken away; a message cannot arrive before it was sent"));
    }
    if disk.fsync_jitter > disk.fsync {
        let found =
            format!("`fsync_jitter_us` is {}, above `fsync_us`, which is {}", us(disk.fsync_jitter), us(disk.fsync));
        return Err(at(&["disk.fsync_jitter_us", "disk.fsync_us"], found));
    }
    if client.retry_after >= client.deadline && client.retries_max > 0 {
        let (retry, deadline) = (ms(client.retry_after), ms(client.deadline));
        let found = format!("`retry_ms` is {retry}, not below `deadline_ms`, which is {deadline}");
        return Err(at(&["client.retry_ms", "client.deadline_ms"], found)
            .noting("no request would ever be sent again; `retries_max = 0` says so plainly"));
    }
    let raft = &settings.raft;
    if raft.snapshot_keep_records >= raft.snapshot_every_records {
        let (keep, every) = (raft.snapshot_keep_records, raft.snapshot_every_records);
        let found = format!("`snapshot_keep_records` is {keep}, not below `snapshot_every_records`, which is {every}");
        return Err(at(&["raft.snapshot_keep_records", "raft.snapshot_every_records"], found));
    }
    Ok(())
}

fn blame(root: &Reader<'_>, keys: &[&str], found: String) -> Box<Problem> {
    let written = keys.iter().find_map(|key| root.place_of(&key.split('.').collect::<Vec<_>>()));
    written.unwrap_or_else(|| root.place()).problem(found)
}

fn ms(length: SimDuration) -> String {
    let (whole, part) = (length.as_micros() / 1_000, length.as_micros() % 1_000);
    if part == 0 { format!("{whole} ms") } else { format!("{whole}.{part:03} ms") }
}

fn us(length: SimDuration) -> String {
    format!("{} us", length.as_micros())
}
