//! Samples: the last seconds of every node's lag and load, for the charts.
//!
//! Idea: taken by virtual time, between events, so that charts are as smooth as time is, at any speed. They are part of
//! the world (a branch has its own past) and of no hash: nothing depends on them.
//! Units: a sample every [`EVERY`]; lag in records, load in thousandths.
//! Bound: `SAMPLES_MAX`, or fewer while what is kept to look back has no room for them ([`Sampler::halve`], [`Sampler::grow`]);
//! after a longer stretch without events only the last of them are made.

use std::collections::VecDeque;

use crate::domain::fact::{ClientFact, Fact};
use crate::domain::ids::{GroupId, LogIndex, NodeId};
use crate::domain::map::ClusterMap;
use crate::domain::order::Reply;
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{SAMPLES_MAX, SampleView, SwitchView};
use crate::market::book::Book;
use crate::market::exchange::Exchange;

use super::groups::Groups;
use super::slot::NodeSlot;
use super::view::blank_node;

/// The time between two samples.
pub const EVERY: SimDuration = SimDuration::from_millis(20);
/// Samples in a second.
const PER_SECOND: usize = 50;
/// Samples between two looks at the books.
const BUSTLE_EVERY: u64 = 25;
/// Looks that are kept.
const BUSTLE_ROWS: usize = 5;

/// Samples that no want of room takes: half a second of the charts.
const SAMPLES_LEAST: usize = 25;

/// The samples of a run.
#[derive(Clone)]
pub(super) struct Sampler {
    due: SimTime,
    kept: VecDeque<SampleView>,
    kept_max: usize,
    /// How many requests each group's most advanced replica had applied, a second of it.
    applied: VecDeque<Vec<u64>>,
    acked: u64,
    refused: u64,
    /// What each symbol's book was ever asked to do, twice a second of the last two.
    bustle: VecDeque<Vec<u64>>,
    samples: u64,
    switch: Option<SwitchView>,
}

impl Default for Sampler {
    fn default() -> Self {
        Self {
            due: SimTime::ZERO,
            kept: VecDeque::new(),
            kept_max: SAMPLES_MAX,
            applied: VecDeque::new(),
            acked: 0,
            refused: 0,
            bustle: VecDeque::new(),
            samples: 0,
            switch: None,
        }
    }
}

impl Sampler {
    /// About what the samples take in memory.
    pub fn size_bytes(&self) -> u64 {
        let each = |sample: &SampleView| {
            let lags: usize = sample.lag_by_group.iter().map(|lags| size_of_val(lags) + size_of_val(&lags[..])).sum();
            size_of_val(sample) + size_of_val(&sample.lag[..]) + size_of_val(&sample.load[..]) + lags
        };
        let rows = self.applied.iter().chain(&self.bustle).map(|row| size_of_val(row) + size_of_val(&row[..]));
        // All of them are of one shape.
        let samples = self.kept.len() * self.kept.back().map_or(0, each);
        (samples + rows.sum::<usize>()) as u64
    }

    /// The older half goes, and no more are kept until there is room; how many went. The last [`SAMPLES_LEAST`] always stay.
    pub fn halve(&mut self) -> u64 {
        let keep = (self.kept.len() / 2).max(SAMPLES_LEAST).min(self.kept.len());
        let gone = self.kept.len() - keep;
        if gone > 0 {
            self.kept.drain(..gone);
            self.kept_max = keep;
        }
        gone as u64
    }

    /// There is room again for twice as many, up to [`SAMPLES_MAX`]; false if nothing is to be had by it.
    pub fn grow(&mut self) -> bool {
        let is_full = self.kept.len() == self.kept_max && self.kept_max < SAMPLES_MAX;
        if is_full {
            self.kept_max = (self.kept_max * 2).min(SAMPLES_MAX);
        }
        is_full
    }

    /// When the next one is due.
    pub const fn due(&self) -> SimTime {
        self.due
    }

    /// The samples that are kept, oldest first.
    pub const fn kept(&self) -> &VecDeque<SampleView> {
        &self.kept
    }

    /// A strategy is to change, and so much is to move.
    pub const fn note_switch(&mut self, switch: SwitchView) {
        self.switch = Some(switch);
    }

    /// The last change of strategy.
    pub const fn switch(&self) -> Option<SwitchView> {
        self.switch
    }

    /// Counts answers. Under a rule that covers commit a promise and its verdict are one answer; under the others the
    /// promise comes first and is what counts.
    pub fn hear(&mut self, fact: &Fact, ack: AckRule, voters: usize) {
        let Fact::Client(ClientFact::Answered(answers)) = fact else { return };
        for (answer, _) in answers.iter() {
            match answer.reply {
                Reply::Accepted(_) => self.acked += 1,
                Reply::Verdict(..) if ack.covers_commit(voters) => self.acked += 1,
                Reply::Verdict(..) | Reply::Reading(_) | Reply::Notice(_) => {}
                Reply::Refused(_) => self.refused += 1,
            }
        }
    }

    /// Skips what would not be kept: a long stretch without events needs only its end.
    pub fn skip_to(&mut self, until: SimTime) {
        let span = EVERY.times(SAMPLES_MAX as u64);
        if until.since(self.due) > span {
            let grid = (until.0 - span.0) / EVERY.0 * EVERY.0;
            self.due = SimTime(grid);
        }
    }

    /// Takes the sample that is due.
    pub fn take(&mut self, nodes: &[NodeSlot], groups: &Groups, map: &ClusterMap) {
        let at = self.due;
        self.due += EVERY;
        if self.kept.len() >= self.kept_max {
            self.kept.pop_front();
        }
        let lag_by_group: Vec<Vec<Option<u64>>> = nodes.iter().map(|slot| lags(slot, groups, map)).collect();
        self.kept.push_back(SampleView {
            at,
            lag: lag_by_group.iter().map(|lags| lags.iter().flatten().copied().max().unwrap_or(0)).collect(),
            lag_by_group,
            load: nodes.iter().map(|slot| load(slot, at)).collect(),
            acked: std::mem::take(&mut self.acked),
            refused: std::mem::take(&mut self.refused),
        });
        if self.samples.is_multiple_of(BUSTLE_EVERY) {
            if self.bustle.len() == BUSTLE_ROWS {
                self.bustle.pop_front();
            }
            self.bustle.push_back(bustle(nodes, groups, map.owners.len()));
        }
        self.samples += 1;
        if self.applied.len() > PER_SECOND {
            self.applied.pop_front();
        }
        let best = groups.iter().map(|(group, _)| most_applied(nodes, map.voters(group), group));
        self.applied.push_back(best.collect());
    }

    /// What each symbol's book was asked to do in the last two seconds.
    pub fn load_by_symbol(&self) -> Vec<u64> {
        let (Some(before), Some(now)) = (self.bustle.front(), self.bustle.back()) else { return Vec::new() };
        now.iter().zip(before).map(|(now, before)| now.saturating_sub(*before)).collect()
    }

    /// Requests of clients that a group applied in the last second, on its most advanced replica.
    pub fn applied_per_s(&self, group: GroupId) -> u64 {
        let at = |sample: Option<&Vec<u64>>| sample.and_then(|row| row.get(group.index()).copied());
        match (at(self.applied.front()), at(self.applied.back())) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => 0,
        }
    }
}

/// What each symbol's book was ever asked to do, as the most advanced replica of its owner has it.
fn bustle(nodes: &[NodeSlot], groups: &Groups, symbols: usize) -> Vec<u64> {
    let mut all = vec![0; symbols];
    for (group, _) in groups.iter() {
        let running = nodes.iter().filter_map(|slot| slot.node.as_ref());
        let best = running.max_by_key(|node| node.applied(group)).and_then(|node| node.exchange(group));
        let Some(exchange) = best else { continue };
        for symbol in exchange.symbols() {
            let seen = exchange.book(symbol).map_or(0, Book::bustle);
            if let Some(known) = all.get_mut(usize::from(symbol.0)) {
                *known = seen.max(*known);
            }
        }
    }
    all
}

/// How far a replica is behind: by what it applied, or, of a dead node, by what its disk holds.
pub(super) fn applied_of(slot: &NodeSlot, group: GroupId) -> LogIndex {
    match &slot.node {
        Some(node) => node.applied(group).unwrap_or(LogIndex::ORIGIN),
        None => slot.disk.image(group).map_or(LogIndex::ORIGIN, |image| image.log.end().index),
    }
}

/// What a replica holds of its group, for its lag. One that has applied all that it knows to be committed lacks only what its
/// log lacks: after a restart nobody has told it yet how much of that is committed.
pub(super) fn held_by(slot: &NodeSlot, group: GroupId) -> LogIndex {
    let applied = applied_of(slot, group);
    let commit = slot.node.as_ref().and_then(|node| node.commit(group));
    if commit.is_none_or(|commit| commit > applied) {
        return applied;
    }
    applied.max(slot.disk.image(group).map_or(LogIndex::ORIGIN, |image| image.log.end().index))
}

fn lags(slot: &NodeSlot, groups: &Groups, map: &ClusterMap) -> Vec<Option<u64>> {
    let lag = |(group, commit): (GroupId, LogIndex)| {
        map.voters(group).contains(&slot.id).then(|| commit.since(held_by(slot, group)))
    };
    groups.iter().map(|(group, truth)| lag((group, truth.commit))).collect()
}

fn load(slot: &NodeSlot, at: SimTime) -> u32 {
    let Some(node) = &slot.node else { return 0 };
    let mut view = blank_node(slot.id);
    node.contribute(Now::exact(at), &mut view);
    let load = view.gateway.load;
    let full = u64::from(load.capacity).max(1);
    (u64::from(load.in_flight) * 1_000 / full) as u32
}

/// How many requests the group's most advanced replica has applied.
fn most_applied(nodes: &[NodeSlot], voters: &[NodeId], group: GroupId) -> u64 {
    let running = voters.iter().filter_map(|node| nodes[node.index()].node.as_ref());
    let requests = running.filter_map(|node| node.exchange(group).map(Exchange::requests));
    requests.max().unwrap_or(0)
}
