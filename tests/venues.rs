//! Two venues under load: one closes and is drained, and a leader crashes at every step of it.
//!
//! The world is a value: it runs until the close is asked for, and at every so many scheduler events from there to the end
//! of the drain it is cloned, a leader is crashed in the clone, and the clone runs on. However it went, nothing rests at
//! the closed venue, every replica agrees, every lot is accounted for, and no order is lost or executed twice.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::ids::{GroupId, SymbolId};
use chaosdesk::domain::settings::{Settings, VenueSettings};
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::venue::{Door, VenueId};
use chaosdesk::runtime::world::World;

const A: VenueId = VenueId(0);
const B: VenueId = VenueId(1);

fn settings() -> Settings {
    let mut settings = Settings::without_market();
    settings.venues.count = 2;
    settings
}

fn opened(settings: Settings, seed: u64) -> World {
    let mut world = desk::open(&Arc::new(settings), seed);
    world.run_until(SimTime::from_millis(1_500));
    world
}

fn row(world: &World, venue: VenueId) -> chaosdesk::domain::view::VenueView {
    world.view().venues.venues[venue.index()]
}

fn run_for(world: &mut World, ms: u64) {
    let at = world.now();
    world.run_until(at + SimDuration::from_millis(ms));
}

/// What must be true when everything has come to rest.
fn judge(world: &mut World, story: &str) {
    world.control(Control::SetLoad(false));
    run_for(world, 3_000);
    let view = world.view();
    let halted: Vec<_> = view.events.iter().filter(|event| matches!(event.kind, EventKind::Halted { .. })).collect();
    assert!(halted.is_empty(), "{story}: {halted:?}");
    let broken: Vec<_> = view.invariants.iter().filter(|lamp| lamp.violations > 0).collect();
    assert!(broken.is_empty(), "{story}: {broken:?}");
    let ledger = view.ledger;
    assert_eq!((ledger.lost, ledger.duplicated, ledger.waiting), (0, 0, 0), "{story}: {ledger:?}");
    assert!(view.venues.venues.iter().all(|row| row.in_flight == 0), "{story}: {:?}", view.venues);
    for group in &view.groups {
        let chains: Vec<_> = group.replicas.iter().map(|replica| (replica.applied, replica.chain)).collect();
        assert!(chains.windows(2).all(|pair| pair[0] == pair[1]), "{story}: {} differ: {chains:?}", group.id);
    }
    for (group, symbol) in (1..=4).flat_map(|group| SymbolId::all().map(move |symbol| (GroupId(group), symbol))) {
        let exchange = world.exchange(group).expect("a replica runs");
        let books = [A, B].into_iter().filter_map(|venue| exchange.book_at(symbol, venue));
        assert!(books.into_iter().all(|book| book.audit()), "{story}: {} of {group}", symbol.name());
    }
}

#[test]
fn both_venues_trade_and_a_closed_one_is_drained_and_opens_again() {
    let mut world = opened(settings(), 3);
    let [a, b] = [A, B].map(|venue| row(&world, venue));
    assert!(a.counts.fills > 100 && b.counts.fills > 100 && b.resting > 0, "{a:?} {b:?}");
    assert!(a.counts.fees.0 > 0 && b.counts.fees.0 > 0);
    world.control(Control::SetVenue { venue: B, open: false });
    run_for(&mut world, 300);
    let (shut, noticed) = (row(&world, B), world.view().flow.noticed);
    assert_eq!((shut.door, shut.resting), (Door::Closed, 0));
    assert!(shut.counts.drained > 0 && noticed == shut.counts.drained, "{noticed} heard of {}", shut.counts.drained);
    run_for(&mut world, 500);
    assert_eq!(row(&world, B).counts.orders, shut.counts.orders, "nothing comes to a closed venue");
    assert!(row(&world, A).counts.fills > a.counts.fills + 300, "the other goes on");
    world.control(Control::SetVenue { venue: B, open: true });
    run_for(&mut world, 500);
    assert!(row(&world, B).counts.orders > shut.counts.orders + 100, "it trades again");
    judge(&mut world, "closed and opened");
    let ledger = world.view().ledger;
    assert_eq!((ledger.rejected, ledger.unknown), (0, 0), "{ledger:?}");
}

#[test]
fn a_distant_venue_is_late_by_its_way_there_and_back() {
    let p50 = |micros| {
        let mut settings = settings();
        settings.venues.latencies = vec![SimDuration::from_micros(micros)];
        let world = opened(settings, 5);
        world.view().flow.latency_total.p50
    };
    let (near, far) = (p50(0), p50(5_000));
    let more = SimDuration(far.0 - near.0).as_micros();
    assert!((9_000..11_500).contains(&more), "there and back is 10 ms: {near:?}, {far:?}");
}

#[test]
fn where_prices_and_fees_are_alike_the_load_is_shared() {
    let alike = VenueSettings { count: 2, fees: vec![100], latencies: vec![SimDuration::ZERO], steps: vec![1] };
    let world = opened(Settings { venues: alike, ..Settings::without_market() }, 7);
    let [a, b] = [A, B].map(|venue| row(&world, venue).counts.orders);
    assert!(a.min(b) * 3 > a.max(b), "{a} and {b}");
}

#[test]
fn a_gateway_without_books_leaves_the_choice_to_the_group() {
    let mut settings = settings();
    settings.cluster.replication_factor = 3;
    settings.cluster.nodes = 9;
    let mut world = opened(settings, 9);
    let [a, b] = [A, B].map(|venue| row(&world, venue).counts.orders);
    assert!(a > 100 && b > 100, "{a} and {b}");
    judge(&mut world, "nine nodes");
    let ledger = world.view().ledger;
    assert_eq!((ledger.rejected, ledger.unknown), (0, 0), "{ledger:?}");
}

#[test]
fn with_every_venue_closed_orders_are_refused_for_good() {
    let mut world = opened(settings(), 13);
    world.control(Control::SetVenue { venue: A, open: false });
    world.control(Control::SetVenue { venue: B, open: false });
    run_for(&mut world, 300);
    let refused = |world: &World| row(world, A).counts.refused + row(world, B).counts.refused;
    let before = refused(&world);
    run_for(&mut world, 300);
    assert!(refused(&world) > before + 100);
    assert!([A, B].iter().all(|venue| row(&world, *venue).door == Door::Closed));
    judge(&mut world, "all closed");
}

#[test]
fn the_last_word_stands_when_a_venue_closes_and_opens_at_once() {
    let mut world = opened(settings(), 17);
    for open in [false, true, false, true, false] {
        world.control(Control::SetVenue { venue: B, open });
    }
    run_for(&mut world, 300);
    assert_eq!((row(&world, B).door, row(&world, B).resting), (Door::Closed, 0));
    world.control(Control::SetVenue { venue: B, open: false });
    let refused = |event: &chaosdesk::domain::event::Event| matches!(event.kind, EventKind::ControlRefused { .. });
    assert!(world.view().events.iter().any(refused), "it is so already");
    judge(&mut world, "five words at once");
}

/// How many events lie between two crashes; the campaign takes 1, every step.
fn stride() -> usize {
    std::env::var("VENUE_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(97)
}

/// Crashes a leader at every so many events, from the asking until the venue is drained.
fn crash_at_every_step(group: GroupId) {
    let mut world = opened(settings(), 11);
    let before = row(&world, B).resting;
    world.control(Control::SetVenue { venue: B, open: false });
    let (mut step, mut clones) = (0, 0);
    while step < 20_000 && world.step_one() {
        step += 1;
        if step % stride() != 0 {
            continue;
        }
        let mut broken = world.clone();
        let story = format!("crash of the leader of {group} after {step} events");
        broken.control(Control::Crash(Target::Leader(group)));
        run_for(&mut broken, 1_500);
        broken.control(Control::RecoverAll);
        run_for(&mut broken, 1_500);
        let shut = row(&broken, B);
        assert_eq!((shut.door, shut.resting), (Door::Closed, 0), "{story}: {shut:?}");
        judge(&mut broken, &story);
        clones += 1;
        if row(&world, B).door == Door::Closed {
            break;
        }
    }
    assert!(before > 20 && clones > 3, "{before} orders rested, {clones} crashes");
    assert_eq!(row(&world, B).door, Door::Closed, "{step} events");
}

#[test]
fn the_leader_of_a_partition_crashes_at_every_step_of_a_drain() {
    crash_at_every_step(GroupId(1));
}

#[test]
fn the_controller_crashes_at_every_step_of_a_drain() {
    crash_at_every_step(GroupId::META);
}
