//! The pictures of the README: real screens of a real run, as SVG.
//!
//! Idea: a picture that is made by hand lies after the first change. This one is a desk from a fixed seed, run to a
//! fixed moment, drawn by the code that draws the dashboard: the same bytes each time.
//! Shape: `cargo run --release --example picture` writes to `assets/pictures`; another folder may be named.
//! Errors: what cannot be written ends the program with its reason.

use anyhow::Context;
use std::path::PathBuf;
use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::hand::HandRequest;
use chaosdesk::domain::ids::GroupId;
use chaosdesk::domain::order::{OrderType, Side, TimeInForce};
use chaosdesk::domain::rules::PartitionStrategy;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::view::{ClusterView, FIRST_LOOK, PaceView, Speed};
use chaosdesk::locale::{Language, Locale};
use chaosdesk::ui::depth::Depth;
use chaosdesk::ui::draw::draw;
use chaosdesk::ui::glyphs::Glyphs;
use chaosdesk::ui::hits::Hits;
use chaosdesk::ui::keymap::Keymap;
use chaosdesk::ui::look::Look;
use chaosdesk::ui::picture::{Paper, svg};
use chaosdesk::ui::rows;
use chaosdesk::ui::scene::Scene;
use chaosdesk::ui::state::{Screen, UiState};
use chaosdesk::ui::strategies::Strategies;
use chaosdesk::ui::update::Given;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Columns and rows of a picture.
const SIZE: (u16, u16) = (120, 40);
/// The seed of the run.
const SEED: u64 = 7;
/// The theme `classroom` on a terminal of its own colours.
const PAPER: Paper = Paper { ink: (0xE6, 0xEA, 0xF0), paper: (0x10, 0x14, 0x18) };

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("assets/pictures"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let (healthy, failover, after) = moments();
    let pictures = [
        ("overview.svg", &healthy, Screen::Overview, Language::English),
        ("failover.svg", &failover, Screen::Overview, Language::English),
        ("failover-ru.svg", &failover, Screen::Overview, Language::Russian),
        ("cluster.svg", &after, Screen::Cluster, Language::English),
        ("data.svg", &dividing(), Screen::Data, Language::English),
        ("market.svg", &trading(), Screen::Market, Language::English),
    ];
    for (name, view, screen, language) in pictures {
        std::fs::write(folder.join(name), picture(view, screen, language)?)?;
    }
    Ok(())
}

/// A healthy desk; the same one in the middle of an election; and when its clients have answers again.
fn moments() -> (ClusterView, ClusterView, ClusterView) {
    let mut world = desk::open(&Arc::new(Settings::default()), SEED);
    world.run_until(SimTime::from_millis(5_000));
    let healthy = at_speed(world.view(), Speed::Times(1));
    world.control(Control::Crash(Target::Leader(GroupId(1))));
    world.run_until(SimTime::from_millis(5_000) + SimDuration::from_millis(100));
    // On to the first vote that is asked for, at most as long as the longest election timer.
    while world.now() < SimTime::from_millis(5_400) {
        let asked = world.view().failovers.last().is_some_and(|last| last.moments.vote_requested.is_some());
        if asked {
            break;
        }
        world.run_until(world.now() + SimDuration::from_micros(500));
    }
    world.run_until(world.now() + SimDuration::from_micros(500));
    let failover = at_speed(world.view(), Speed::Slow(20));
    world.run_until(world.now() + SimDuration::from_millis(60));
    (healthy, failover, at_speed(world.view(), Speed::Times(1)))
}

/// Two hundred instruments on their way to other partitions, under a load that is not even.
fn dividing() -> ClusterView {
    let mut settings = Settings::default();
    settings.market.instruments = 200;
    settings.cluster.partitions = 8;
    settings.cluster.replication_factor = 3;
    settings.load.skew_per_mille = 800;
    let mut world = desk::open(&Arc::new(settings), SEED);
    world.run_until(SimTime::from_millis(4_000));
    world.control(Control::Divide(PartitionStrategy::Range));
    world.run_until(SimTime::from_millis(4_250));
    at_speed(world.view(), Speed::Times(1))
}

/// Two venues, market data, and an order by hand that rests.
fn trading() -> ClusterView {
    let mut settings = Settings::default();
    settings.venues.count = 2;
    settings.market_data.ticks_per_s = 20_000;
    let mut world = desk::open(&Arc::new(settings), SEED);
    world.run_until(SimTime::from_millis(4_000));
    let looked = world.books(FIRST_LOOK);
    let bid = looked.line(FIRST_LOOK).and_then(|line| line.bid).unwrap_or(Price(100));
    let order = |side, order_type, lots| {
        let (quantity, time_in_force) = (Quantity(lots), TimeInForce::GoodTillCancel);
        Control::Hand(HandRequest::Place { symbol: FIRST_LOOK, side, order_type, quantity, time_in_force })
    };
    world.control(order(Side::Buy, OrderType::Market, 20));
    world.control(order(Side::Buy, OrderType::Limit(Price(bid.0 - 40)), 15));
    world.run_until(SimTime::from_millis(4_300));
    let mut view = at_speed(world.view(), Speed::Times(1));
    view.books = world.books(FIRST_LOOK);
    view.accounts.watched = Some(world.account_view(None, FIRST_LOOK));
    view
}

fn at_speed(mut view: ClusterView, speed: Speed) -> ClusterView {
    view.run.pace = PaceView { speed, slow_auto: speed != Speed::Times(1), ..PaceView::default() };
    view
}

fn picture(view: &ClusterView, screen: Screen, language: Language) -> anyhow::Result<String> {
    let look =
        Look::new("classroom", Depth::Rgb, Glyphs::Unicode, Locale::new(language)).context("a built-in theme")?;
    let dead = view.nodes.iter().find(|node| !node.truth.runs()).map(|node| node.id);
    let focus = screen.panels().first().copied().unwrap_or_default();
    let state = UiState { screen, focus, ..UiState::default() };
    let state = UiState { selected: dead.unwrap_or(state.selected), ..state };
    let (keymap, hits) = (Keymap::default(), Hits::default());
    let given = Given { view, words: &look.locale, keymap: &keymap, hits: &hits, lessons: &[] };
    let (hints, rows) = (rows::hints(&state, &given), rows::rows(&state, &given));
    let mut strategies = Strategies::default();
    strategies.follow(view);
    let strategies = strategies.tables();
    let scene =
        Scene { view, state: &state, look: &look, hints: &hints, rows: &rows, title: "", notes: &[], strategies };
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1))?;
    terminal.draw(|frame| {
        draw(frame, &scene);
    })?;
    Ok(svg(terminal.backend().buffer(), PAPER))
}
