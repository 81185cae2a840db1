//! Storms: whole clusters under seeded chaos, every invariant checked after every event.
//!
//! A seed decides everything: 3 or 5 nodes, batches of at most 1, 2 or 64 records, a lossy network or a clean one, and
//! some fifteen faults of all kinds; every third leader is killed right after its election. Then everything heals, the load
//! stops, and the cluster must converge: a leader, equal replicas, no acknowledged order lost, none applied twice.
//! A *storm of everything* asks more of the cluster while it rages: spreads, orders that are short of cash, symbols that
//! move, strategies that change, nodes that join and leave, venues that close, machines that miss a change. In the end
//! nothing is open, nothing is held, no cash and no lot is on its way.
//! `SIM_SEED=n` replays one seed; `STORM_SEEDS=n` says how many; the campaign runs 10,000 of each.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::hand::HandRequest;
use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::order::{OrderType, Side, TimeInForce};
use chaosdesk::domain::rules::{PartitionStrategy, Rule};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimDuration;
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::venue::VenueId;
use chaosdesk::domain::view::{ClusterView, GroupView};
use chaosdesk::domain::work::Leg;
use chaosdesk::runtime::world::World;

const FAULTS: u64 = 15;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

fn settings(dice: &mut Chance) -> Settings {
    let mut settings = Settings::without_market();
    settings.cluster.nodes = [3, 5][dice.below(2) as usize];
    settings.cluster.replication_factor = settings.cluster.nodes;
    settings.cluster.partitions = 1 + dice.below(2) as usize;
    settings.raft.batch_records_max = [1, 2, 64][dice.below(3) as usize];
    settings.raft.snapshot_every_records = [200, 100_000][dice.below(2) as usize];
    settings.raft.snapshot_keep_records = settings.raft.snapshot_every_records / 5;
    settings.link.loss_per_mille = [0, 0, 20, 100][dice.below(4) as usize];
    settings.link.jitter = SimDuration::from_micros([100, 400][dice.below(2) as usize]);
    settings.load.orders_per_s = 300;
    settings
}

/// Accounts that run short, several partitions over more nodes than replicas, and two venues now and then.
fn of_everything(settings: &mut Settings, dice: &mut Chance) {
    settings.cluster.nodes = [4, 5, 6][dice.below(3) as usize];
    settings.cluster.replication_factor = 3;
    settings.cluster.partitions = 2 + dice.below(3) as usize;
    settings.venues.count = 1 + dice.below(2) as usize;
    settings.accounts.cash = [2_000, 100_000][dice.below(2) as usize];
    settings.accounts.member_times = [1, 1_000][dice.below(2) as usize];
}

/// A storm that is on its way.
struct Storm {
    world: World,
    dice: Chance,
    elections: u64,
    /// It asks for more than orders.
    everything: bool,
}

impl Storm {
    fn brew(seed: u64, change: impl FnOnce(&mut Settings)) -> Self {
        let mut dice = Chance::stream(seed, Purpose::Storm, 0);
        let mut settings = settings(&mut dice);
        change(&mut settings);
        Self { world: desk::open(&Arc::new(settings), seed), dice, elections: 0, everything: false }
    }

    fn brew_everything(seed: u64) -> Self {
        let mut dice = Chance::stream(seed, Purpose::Storm, 1);
        let mut settings = settings(&mut dice);
        of_everything(&mut settings, &mut dice);
        Self { world: desk::open(&Arc::new(settings), seed), dice, elections: 0, everything: true }
    }

    fn symbol(&mut self) -> SymbolId {
        SymbolId(self.dice.below(12) as u16)
    }

    fn partition(&mut self) -> GroupId {
        GroupId(1 + self.dice.below(self.world.map().partitions() as u64) as u16)
    }

    fn strategy(&mut self) -> PartitionStrategy {
        PartitionStrategy::ALL[self.dice.below(PartitionStrategy::ALL.len() as u64) as usize]
    }

    /// What somebody asks of the cluster meanwhile.
    fn request(&mut self) -> Control {
        let (symbol, other) = (self.symbol(), self.symbol());
        match self.dice.below(16) {
            0..=4 => {
                let lots = Quantity(self.dice.between(1, 4));
                let legs =
                    [Leg::new(symbol, Side::Buy, Price(900_000), lots), Leg::new(other, Side::Sell, Price(1), lots)];
                Control::Hand(HandRequest::Spread { legs })
            }
            5 | 6 => {
                let quantity = Quantity(self.dice.between(1, 20));
                let (side, order_type) = (Side::Buy, OrderType::Limit(Price(self.dice.between(1_000, 12_000) as i64)));
                let time_in_force = TimeInForce::GoodTillCancel;
                Control::Hand(HandRequest::Place { symbol, side, order_type, quantity, time_in_force })
            }
            7..=9 => Control::MoveSymbol { symbol, to: self.partition() },
            10 => Control::Divide(self.strategy()),
            11 => Control::Split,
            12 => Control::AddNode,
            13 => Control::Decommission(self.node()),
            14 => Control::SetVenue { venue: VenueId(self.dice.below(2) as u8), open: self.dice.ratio(1, 2) },
            _ => Control::LoseChange { node: self.node(), group: self.partition() },
        }
    }

    /// Runs on in small slices, so that a leader can be killed right after its election.
    fn run(&mut self, length: SimDuration) {
        let until = self.world.now() + length;
        while self.world.now() < until {
            let slice = (self.world.now() + SimDuration::from_millis(1)).min(until);
            self.world.run_until(slice);
            for event in self.world.take_new_events() {
                if let (EventKind::Elected { .. }, Some(node)) = (&event.kind, event.node) {
                    self.elections += 1;
                    if self.elections.is_multiple_of(3) && self.elections < 30 {
                        self.world.control(Control::Crash(Target::Node(node)));
                    }
                }
            }
        }
    }

    fn node(&mut self) -> Target {
        let nodes = self.world.map().nodes.len() as u64;
        Target::Node(NodeId::from_index(self.dice.below(nodes) as usize))
    }

    fn group(&mut self) -> GroupId {
        GroupId(self.dice.below(self.world.map().groups.len() as u64) as u16)
    }

    fn fault(&mut self) -> Control {
        match self.dice.below(14) {
            0 | 1 => Control::Crash(self.node()),
            2 => Control::Crash(Target::Leader(self.group())),
            3 => Control::Freeze(self.node()),
            4 => Control::Freeze(Target::Leader(self.group())),
            5 => Control::Thaw(self.node()),
            6 | 7 => Control::RecoverAll,
            8 => Control::Cut { from: self.node(), to: self.node() },
            9 => Control::Isolate(Target::Leader(self.group())),
            10 => Control::Mute(self.node()),
            11 => Control::HealAll,
            12 => Control::Transfer { group: self.group(), to: None },
            _ => Control::SlowDisk { node: self.node(), slow: self.dice.ratio(1, 2) },
        }
    }

    /// Chaos, then peace.
    fn rage(mut self) -> ClusterView {
        self.run(SimDuration::from_millis(500));
        for _ in 0..FAULTS {
            let fault = self.fault();
            self.world.control(fault);
            for _ in 0..if self.everything { 3 } else { 0 } {
                let request = self.request();
                self.world.control(request);
                let pause = SimDuration::from_millis(self.dice.between(1, 60));
                self.run(pause);
            }
            let pause = SimDuration::from_millis(self.dice.between(1, 400));
            self.run(pause);
        }
        self.elections = 30;
        self.world.control(Control::HealAll);
        self.world.control(Control::RecoverAll);
        for index in 0..self.world.map().nodes.len() {
            self.world.control(Control::SlowDisk { node: Target::Node(NodeId::from_index(index)), slow: false });
        }
        self.run(SimDuration::from_secs(3));
        self.world.control(Control::SetLoad(false));
        self.run(SimDuration::from_secs(if self.everything { 9 } else { 3 }));
        // Calm also brings leaders back into balance, and a hand-over leaves a group without one for a moment (seeds 6829, 7451),
        // and then with a record that its followers have not heard of yet (seed 7468).
        let is_even =
            |group: &GroupView| group.leader.is_some() && group.replicas.iter().all(|r| r.applied == group.commit);
        for _ in 0..20 {
            if self.world.view().groups.iter().all(is_even) {
                break;
            }
            self.run(SimDuration::from_millis(100));
        }
        if std::env::var("STORM_SHOW").is_ok() {
            for event in self.world.events() {
                println!("{} {:?} {:?} {:?}", event.at, event.node.map(|n| n.0), event.group.map(|g| g.0), event.kind);
            }
        }
        self.world.view()
    }
}

/// What is wrong with how a storm ended, if anything.
fn verdict(view: &ClusterView) -> Result<(), String> {
    if let Some(lamp) = view.invariants.iter().find(|lamp| lamp.violations > 0) {
        return Err(format!("{}: {:?}", lamp.invariant.name(), lamp.first));
    }
    let ledger = view.ledger;
    if (ledger.lost, ledger.duplicated, ledger.in_doubt) != (0, 0, 0) {
        return Err(format!("{ledger:?}"));
    }
    for group in &view.groups {
        let Some(first) = group.replicas.first().filter(|_| group.leader.is_some()) else {
            return Err(format!("{} has no leader", group.id));
        };
        let same = |r: &&chaosdesk::domain::view::ReplicaView| (r.applied, r.chain) == (first.applied, first.chain);
        if let Some(odd) = group.replicas.iter().find(|replica| !same(replica)) {
            return Err(format!("{}: after the storm these differ:\n{first:?}\n{odd:?}", group.id));
        }
        if first.applied != first.commit {
            return Err(format!("{}: {} has not applied all that is committed", group.id, first.node));
        }
    }
    if ledger.acknowledged == 0 { Err("nothing was acknowledged".to_owned()) } else { Ok(()) }
}

/// What is still open after a storm of everything, if anything.
fn at_rest(view: &ClusterView) -> Result<(), String> {
    let open: u32 = view.groups.iter().map(|group| u32::from(group.spreads.open + group.spreads.held)).sum();
    let transfers = &view.accounts.transfers;
    let moves = view.data.under_way;
    if (open, transfers.in_transit().0, transfers.lots_in_transit, transfers.waiting, moves) != (0, 0, 0, 0, 0) {
        return Err(format!("{open} transactions open, {moves} moves under way, {transfers:?}"));
    }
    Ok(())
}

#[test]
fn storms_of_everything_leave_nothing_half_done() {
    let seeds = match number("SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("STORM_SEEDS").unwrap_or(40)).collect(),
    };
    let (mut checks, mut events, mut spreads, mut transfers, mut moved) = (0, 0, 0, 0, 0);
    for seed in &seeds {
        let view = Storm::brew_everything(*seed).rage();
        let found = verdict(&view).and_then(|()| at_rest(&view));
        assert!(found.is_ok(), "{}\nreplay: SIM_SEED={seed} cargo test --test storm everything", found.unwrap_err());
        checks += view.invariants.iter().map(|lamp| lamp.checked).sum::<u64>();
        events += view.run.events;
        spreads += view.groups.iter().map(|group| group.spreads.committed).sum::<u64>();
        transfers += view.accounts.transfers.committed;
        moved += view.data.moved;
    }
    println!("{} storms of everything, {events} events, {checks} checks", seeds.len());
    println!("{spreads} spreads and {transfers} transfers committed, {moved} symbols moved");
    assert!(seeds.len() < 20 || spreads > 10 && transfers > 10 && moved > 10, "the storms asked for something");
}

#[test]
fn storms_break_no_invariant_and_the_cluster_converges() {
    let seeds = match number("SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("STORM_SEEDS").unwrap_or(60)).collect(),
    };
    let (mut checks, mut acknowledged, mut events) = (0, 0, 0);
    for seed in &seeds {
        let view = Storm::brew(*seed, |_| {}).rage();
        let found = verdict(&view);
        assert!(found.is_ok(), "{}\nreplay: SIM_SEED={seed} cargo test --test storm", found.unwrap_err());
        checks += view.invariants.iter().map(|lamp| lamp.checked).sum::<u64>();
        acknowledged += view.ledger.acknowledged;
        events += view.run.events;
    }
    println!("{} storms, {events} events, {acknowledged} orders acknowledged, {checks} checks", seeds.len());
}

/// With one rule off, some storm must find what the rule is for: else the storms prove nothing.
fn finds(rule: Rule, seeds: std::ops::RangeInclusive<u64>) -> bool {
    seeds.into_iter().any(|seed| {
        let off = |settings: &mut Settings| settings.cluster.rules = settings.cluster.rules.with(rule, false);
        verdict(&Storm::brew(seed, off).rage()).is_err()
    })
}

#[test]
fn storms_find_a_node_that_votes_twice() {
    assert!(finds(Rule::OneVotePerTerm, 1..=60));
}

#[test]
fn storms_find_a_voter_that_ignores_fresher_logs() {
    assert!(finds(Rule::LogFreshness, 1..=60));
}

#[test]
fn storms_find_answers_before_fsync() {
    assert!(finds(Rule::PersistBeforeAck, 1..=60));
}
