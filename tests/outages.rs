//! Nobody is answered, and everything that shows the desk says so: two outages of a whole desk, at three sizes of the screen
//! and headless.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::{GroupId, NodeId};
use chaosdesk::domain::rules::AckRule;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::view::ClusterView;
use chaosdesk::lesson::measure::equal;
use chaosdesk::locale::Locale;
use chaosdesk::report::result::RunResult;
use chaosdesk::ui::depth::Depth;
use chaosdesk::ui::draw::draw;
use chaosdesk::ui::glyphs::Glyphs;
use chaosdesk::ui::look::Look;
use chaosdesk::ui::scene::Scene;
use chaosdesk::ui::state::{Screen, UiState};
use chaosdesk::ui::theme::Role;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// A desk that ran well for two seconds, and ten more without these nodes.
fn outage(ack: AckRule, dead: &[u8]) -> ClusterView {
    let mut settings = Settings::default();
    settings.cluster.ack = ack;
    let mut world = desk::open(&Arc::new(settings), 3);
    world.run_until(SimTime::from_millis(2_000));
    for node in dead {
        world.control(Control::Crash(Target::Node(NodeId(*node))));
    }
    world.run_until(SimTime::from_millis(12_000));
    world.view()
}

fn one_of_all() -> ClusterView {
    outage(AckRule::All, &[3])
}

fn three_of_five() -> ClusterView {
    outage(AckRule::Majority, &[3, 4, 5])
}

fn look() -> Look {
    Look::new("classroom", Depth::Rgb, Glyphs::Unicode, Locale::default()).unwrap()
}

fn paint(view: &ClusterView, screen: Screen, size: (u16, u16)) -> Buffer {
    paint_group(view, UiState::default().group, screen, size)
}

fn paint_group(view: &ClusterView, group: GroupId, screen: Screen, size: (u16, u16)) -> Buffer {
    let (look, state) = (look(), UiState { screen, focus: screen.panels()[0], group, ..UiState::default() });
    let scene =
        Scene { view, state: &state, look: &look, hints: &[], rows: &[], title: "", notes: &[], strategies: &[] };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| drop(draw(frame, &scene))).unwrap();
    terminal.backend().buffer().clone()
}

fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y) + "\n").collect()
}

/// The whole number after a word, its groups of digits parted by one blank.
fn figure(text: &str, word: &str) -> u64 {
    let start = text.find(word).unwrap_or_else(|| panic!("no `{word}` in\n{text}")) + word.len();
    let digits: Vec<char> = text[start..].trim_start().chars().collect();
    let is_part = |place: usize| {
        let next = digits.get(place + 1).is_some_and(char::is_ascii_digit);
        digits[place].is_ascii_digit() || digits[place].is_whitespace() && next
    };
    let number: String = (0..digits.len()).take_while(|place| is_part(*place)).map(|place| digits[place]).collect();
    number.split_whitespace().collect::<String>().parse().unwrap_or_else(|_| panic!("no number after `{word}`\n{text}"))
}

/// Where a text begins in a row, in cells.
fn column(buffer: &Buffer, y: u16, wanted: &str) -> u16 {
    let row = row(buffer, y);
    let place = row.find(wanted).unwrap_or_else(|| panic!("no `{wanted}` in `{row}`"));
    row[..place].chars().count() as u16
}

#[test]
fn a_red_badge_names_the_cause_and_the_victims_on_every_screen_at_every_size() {
    let look = look();
    let cases = [
        (one_of_all(), "STALLED p1 +3: all 5 must answer, n3 is dead", "ack all"),
        (three_of_five(), "STALLED p1 +3: 3 of 5 must answer, n3 n4 n5 are dead", "ack majority"),
    ];
    for (view, badge, rule) in &cases {
        for (screen, size) in Screen::ALL.into_iter().flat_map(|screen| SIZES.map(|size| (screen, size))) {
            let buffer = paint(view, screen, size);
            let cell = &buffer[(column(&buffer, 0, badge), 0)];
            assert_eq!(Some(cell.bg), look.theme.style(Role::Error).bg, "{screen:?} {size:?}");
            assert!(!row(&buffer, 0).contains("OK"), "{screen:?} {size:?}: {}", row(&buffer, 0));
            let time = row(&buffer, size.1 - 2);
            assert!(time.contains(rule), "{screen:?} {size:?}: {time}");
        }
    }
}

#[test]
fn a_desk_that_answers_is_calm() {
    for ack in [AckRule::Majority, AckRule::All, AckRule::Leader] {
        let view = outage(ack, &[]);
        assert!(view.groups.iter().all(|group| group.stall.is_none()), "{ack}");
        for size in SIZES {
            let screen = text(&paint(&view, Screen::Overview, size));
            assert!(screen.contains("QUORUM 5/5, ") && screen.contains(&format!("ack {ack}")), "{size:?}\n{screen}");
            for loud in ["STALLED", "UNANSWERED", "OVERLOAD", "orders unanswered", "OUT OF ROTATION"] {
                assert!(!screen.contains(loud), "{size:?}: {loud}\n{screen}");
            }
        }
    }
}

#[test]
fn what_was_answered_stands_beside_what_was_sent_and_a_dash_where_nothing_was_measured() {
    for view in [one_of_all(), three_of_five()] {
        assert!(view.flow.sent_per_s > 1_000 && view.flow.acked_per_s == 0, "{:?}", view.flow);
        for size in SIZES {
            let screen = text(&paint(&view, Screen::Overview, size));
            assert!(screen.contains("answered 0 of "), "{size:?}\n{screen}");
            assert!(!screen.contains("p99 0.0") && !screen.contains("p50 0.0"), "{size:?}\n{screen}");
            let workers = screen.lines().filter(|line| line.starts_with("│ n1 "));
            for worker in workers.map(|line| line.chars().take(40).collect::<String>()) {
                assert!(!worker.contains("0.0 ms"), "{size:?}: {worker}");
            }
        }
        let workers = &view.balancer.workers;
        let busy = workers.iter().filter(|worker| worker.routed_per_s > 0);
        for worker in busy {
            assert!(worker.answered_per_s < worker.routed_per_s / 2, "{worker:?}");
        }
    }
}

#[test]
fn no_promise_is_green_while_nobody_is_answered() {
    let look = look();
    let green = look.theme.style(Role::Ok).fg;
    let greens = |view: &ClusterView| {
        let buffer = paint(view, Screen::Overview, (120, 40));
        let top = (0..40).find(|y| row(&buffer, *y).contains("Promises")).unwrap();
        let panel = (top + 1..38).flat_map(|y| (0..48).map(move |x| (x, y)));
        panel.filter(|place| buffer[*place].symbol() == "●" && Some(buffer[*place].fg) == green).count()
    };
    assert!(greens(&outage(AckRule::Majority, &[])) > 5, "a healthy desk has green promises");
    for view in [one_of_all(), three_of_five()] {
        assert_eq!(greens(&view), 0);
        assert!(text(&paint(&view, Screen::Overview, (120, 40))).contains("✗ orders unanswered"));
    }
}

#[test]
fn the_totals_add_up_at_every_size_and_headless() {
    for view in [one_of_all(), three_of_five(), outage(AckRule::Majority, &[]), outage(AckRule::Leader, &[1, 2])] {
        let ledger = &view.ledger;
        for size in SIZES {
            let screen = text(&paint(&view, Screen::Overview, size));
            // The longest name is short where the panel is narrow.
            let acknowledged = if screen.contains("acknowledged ") { "acknowledged " } else { "acked " };
            let flow = &screen[screen.find(acknowledged).unwrap()..];
            let parts = [acknowledged, "refused ", "unknown ", "waiting "].map(|word| figure(flow, word));
            assert_eq!(
                parts,
                [ledger.acknowledged, ledger.rejected, ledger.unknown, ledger.waiting],
                "{size:?}\n{screen}"
            );
            let line = &flow[flow.find("waiting ").unwrap()..];
            assert_eq!(parts.iter().sum::<u64>(), figure(line, " of "), "{size:?}\n{screen}");
        }
        let json: serde_json::Value = serde_json::from_str(&RunResult::of(&view, None).to_json().unwrap()).unwrap();
        let part = |name: &str| json["orders"][name].as_u64().unwrap();
        let sum = part("acknowledged") + part("rejected") + part("unknown") + part("waiting");
        assert_eq!((sum, part("submitted")), (ledger.submitted, ledger.submitted));
    }
}

#[test]
fn the_first_row_and_the_last_failover_speak_of_one_group_and_one_number() {
    let view = three_of_five();
    let open: Vec<_> =
        view.failovers.iter().filter(|failover| failover.end.is_none() && failover.to.is_none()).collect();
    assert!(open.len() > 1, "several groups lost their leaders: {open:?}");
    for failover in open {
        let buffer = paint_group(&view, failover.group, Screen::Overview, (200, 60));
        let (screen, first) = (text(&buffer), row(&buffer, 0));
        let headline = format!("{} {} → …", failover.group, failover.from);
        let panel =
            screen.lines().find(|line| line.contains(&headline)).unwrap_or_else(|| panic!("{headline}\n{screen}"));
        let said = first.split("NO LEADER ").nth(1).unwrap().split("  ").next().unwrap();
        assert!(said.starts_with(&failover.group.to_string()), "{first}");
        let words: Vec<&str> = said.split(' ').collect();
        let since = words[words.len() - 2..].join(" ");
        assert!(panel.contains(&since), "{since}: {panel}");
    }
}

#[test]
fn what_lay_on_the_only_replica_of_a_group_is_unknown_while_its_node_is_dead() {
    let mut settings = Settings::default();
    settings.cluster.replication_factor = 1;
    let mut world = desk::open(&Arc::new(settings), 3);
    world.run_until(SimTime::from_millis(2_000));
    let before = world.view();
    let p1 = |view: &ClusterView| view.group(GroupId(1)).unwrap().clone();
    assert!(p1(&before).resting > Some(0) && before.accounts.hand.as_ref().unwrap().is_whole());
    assert!(equal(&p1(&before)));
    world.control(Control::Crash(Target::Node(p1(&before).leader.unwrap())));
    world.run_until(SimTime::from_millis(3_000));
    let view = world.view();
    let group = p1(&view);
    assert_eq!((group.resting, group.by_id, group.term), (None, None, p1(&before).term));
    assert!(group.commit >= p1(&before).commit && !equal(&group), "{group:?}");
    let hand = view.accounts.hand.unwrap();
    assert!(!hand.is_whole() && hand.by_partition[0].is_none(), "{hand:?}");
    assert!(hand.by_partition.iter().any(Option::is_some), "{hand:?}");
}
