//! What a frame costs: Overview and Cluster of a real run at 200x60, healthy and in the middle of a failover.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::GroupId;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::view::ClusterView;
use chaosdesk::locale::{Language, Locale};
use chaosdesk::ui::depth::Depth;
use chaosdesk::ui::draw::draw;
use chaosdesk::ui::glyphs::Glyphs;
use chaosdesk::ui::hits::Hits;
use chaosdesk::ui::keymap::Keymap;
use chaosdesk::ui::look::Look;
use chaosdesk::ui::rows;
use chaosdesk::ui::scene::Scene;
use chaosdesk::ui::state::{Screen, UiState};
use chaosdesk::ui::strategies::Strategies;
use chaosdesk::ui::update::Given;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    divan::main();
}

fn view(until_ms: u64) -> ClusterView {
    let mut world = desk::open(&Arc::new(Settings::default()), 7);
    world.run_until(SimTime::from_millis(5_000));
    world.control(Control::Crash(Target::Leader(GroupId(1))));
    world.run_until(SimTime::from_millis(until_ms));
    world.view()
}

/// The budget is 2.5 ms at 200x60: hints and rows are worked out again each time, as the loop does.
fn frames(bencher: divan::Bencher, screen: Screen, glyphs: Glyphs, (columns, rows): (u16, u16)) {
    let look = Look::new("classroom", Depth::Rgb, glyphs, Locale::new(Language::English)).unwrap();
    let view = view(5_200);
    let state = UiState { screen, ..UiState::default() };
    let (keymap, hits) = (Keymap::default(), Hits::default());
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut strategies = Strategies::default();
    bencher.bench_local(|| {
        let given = Given { view: &view, words: &look.locale, keymap: &keymap, hits: &hits, lessons: &[] };
        let (hints, rows) = (rows::hints(&state, &given), rows::rows(&state, &given));
        strategies.follow(&view);
        let (title, notes, strategies) = ("", &[], strategies.tables());
        let scene =
            Scene { view: &view, state: &state, look: &look, hints: &hints, rows: &rows, title, notes, strategies };
        terminal
            .draw(|frame| {
                draw(frame, &scene);
            })
            .unwrap();
    });
}

#[divan::bench]
fn overview_200x60(bencher: divan::Bencher) {
    frames(bencher, Screen::Overview, Glyphs::Unicode, (200, 60));
}

#[divan::bench]
fn overview_200x60_ascii(bencher: divan::Bencher) {
    frames(bencher, Screen::Overview, Glyphs::Ascii, (200, 60));
}

#[divan::bench]
fn cluster_200x60(bencher: divan::Bencher) {
    frames(bencher, Screen::Cluster, Glyphs::Unicode, (200, 60));
}

#[divan::bench]
fn data_200x60(bencher: divan::Bencher) {
    frames(bencher, Screen::Data, Glyphs::Unicode, (200, 60));
}

#[divan::bench]
fn overview_80x24(bencher: divan::Bencher) {
    frames(bencher, Screen::Overview, Glyphs::Unicode, (80, 24));
}
