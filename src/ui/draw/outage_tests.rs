//! Where nothing is answered or nothing is measured the screen says so, and says the same at every place.

use super::tests::{look, paint, state, text};
use crate::domain::event::FaultKind;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{Absence, ClusterView, Duty, FailoverEnd, FailoverView, StallView};
use crate::locale::Language;
use crate::ui::depth::Depth;
use crate::ui::fixture::{self, Story};
use crate::ui::glyphs::Glyphs;
use crate::ui::state::{Panel, Screen, UiState};
use crate::ui::theme::Role;

fn screen_in(view: &ClusterView, state: &UiState, size: (u16, u16), language: Language) -> String {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, language);
    text(&paint(view, state, &look, size).0)
}

fn screen(view: &ClusterView, state: &UiState, size: (u16, u16)) -> String {
    screen_in(view, state, size, Language::English)
}

fn first_row(view: &ClusterView, state: &UiState, size: (u16, u16)) -> String {
    screen(view, state, size).lines().next().unwrap().to_owned()
}

/// The rule asks for all five, and one is dead: queries are answered, no order is.
fn all_must_answer() -> ClusterView {
    let mut view = fixture::view(Story::Healthy);
    (view.flow.sent_per_s, view.flow.acked_per_s, view.flow.queries_per_s) = (1_180, 0, 211);
    view.groups[1].stall = n3_is_dead();
    view
}

fn n3_is_dead() -> Option<StallView> {
    Some(StallView { must: 5, of: 5, missing: vec![(NodeId(3), Absence::Dead)] })
}

#[test]
fn the_balancer_tells_orders_from_queries_as_the_first_row_does() {
    for (language, said, heads) in [
        (Language::English, "orders 0 of 1 180/s · queries 211/s", "requests to sent/s  replied"),
        (Language::Russian, "заявки 0 из 1 180/с · чтения 211/с", "посл./с  ответов"),
    ] {
        for size in [(120, 48), (200, 60)] {
            let screen = screen_in(&all_must_answer(), &state(Screen::Overview), size, language);
            assert!(screen.contains(said), "{said}\n{screen}");
        }
        // Where there is no room for the sums the heads do not say that orders were answered.
        let low = screen_in(&all_must_answer(), &state(Screen::Overview), (120, 40), language);
        assert!(low.contains(heads), "{heads}\n{low}");
    }
}

#[test]
fn what_is_answered_outlasts_what_only_reassures() {
    let mut view = all_must_answer();
    let row = first_row(&view, &state(Screen::Overview), (80, 24));
    assert!(row.contains("STALLED p1: all 5 must answer, n3 is dead") && row.contains(" 0 of 1 180/s"), "{row}");
    for group in &mut view.groups[2..] {
        group.stall = n3_is_dead();
    }
    let row = first_row(&view, &state(Screen::Overview), (80, 24));
    assert!(row.contains("STALLED p1 +3: all 5 must answer, n3 is dead") && row.contains(" 0 of 1 180/s"), "{row}");
    let dead = |node| (NodeId(node), Absence::Dead);
    for group in &mut view.groups {
        group.leader = None;
        group.stall = Some(StallView { must: 3, of: 5, missing: vec![dead(2), dead(4), dead(5)] });
    }
    for columns in 80..200 {
        let row = first_row(&view, &state(Screen::Overview), (columns, 40));
        assert!(row.contains("3 of 5 must answer, n2 n4 n5 are dead"), "{columns}: {row}");
        assert!(row.contains(" 0/s") || row.contains(" 0 of 1 180/s"), "{columns}: {row}");
        assert!(row.contains("p99") || !row.contains("lost 0"), "{columns}: {row}");
    }
}

#[test]
fn without_a_leader_no_lag_is_made_up() {
    let view = fixture::view(Story::LeaderLost);
    let lost = screen(&view, &state(Screen::Overview), (120, 40));
    assert!(lost.contains("– no leader: nothing is measured") && !lost.contains("nobody is behind"), "{lost}");
    let row = lost.lines().find(|row| row.contains("● UP")).unwrap();
    assert!(row.contains("10 793      – "), "{row}");
    let list = screen(&view, &state(Screen::Overview), (60, 14));
    assert!(list.contains("lag      –") && !list.contains("lag      0"), "{list}");
}

#[test]
fn a_node_that_is_no_member_of_the_group_in_view_draws_no_lag() {
    let mut view = fixture::view(Story::Healthy);
    for sample in &mut view.samples {
        (sample.lag[4], sample.lag_by_group[4][1]) = (90, None);
    }
    let zoomed = UiState { zoom: true, focus: Panel::Lag, ..state(Screen::Overview) };
    let bars = |view: &ClusterView| screen(view, &zoomed, (80, 24)).matches(['█', '▇', '▆', '▅']).count();
    let of_members = {
        let mut quiet = view.clone();
        quiet.samples.iter_mut().for_each(|sample| (sample.lag[4], sample.lag_by_group[4][1]) = (0, Some(0)));
        bars(&quiet)
    };
    view.groups[1].replicas.retain(|replica| replica.node != NodeId(5));
    assert_eq!(bars(&view), of_members);
    view.samples.iter_mut().for_each(|sample| sample.lag_by_group[4][1] = Some(90));
    assert_eq!(bars(&view), of_members, "nor does one that was a member a moment ago");
}

#[test]
fn every_group_without_a_leader_is_counted_in_the_first_row() {
    let mut view = fixture::view(Story::Healthy);
    view.groups[2].leader = None;
    let overview = state(Screen::Overview);
    let row = first_row(&view, &overview, (120, 40));
    assert!(row.contains("p1 ★ n4") && row.contains("NO LEADER p2 204 ms"), "though another is in view: {row}");
    view.groups[1].leader = None;
    view.groups[0].leader = None;
    let row = first_row(&view, &overview, (120, 40));
    assert!(row.contains("NO LEADER p1 +2 204 ms"), "{row}");
    let row = first_row(&view, &UiState { group: GroupId(2), ..overview }, (120, 40));
    assert!(row.contains("NO LEADER p2 +2 204 ms"), "the one in view comes first: {row}");
}

#[test]
fn the_title_of_the_last_failover_says_that_nobody_leads() {
    let mut view = fixture::view(Story::Halted);
    view.groups[1].leader = None;
    view.failovers.iter_mut().for_each(|failover| failover.end = Some(FailoverEnd::Through));
    for (language, said) in [(Language::English, "NO LEADER p1 204 ms"), (Language::Russian, "НЕТ ЛИДЕРА p1 204 мс")]
    {
        let screen = screen_in(&view, &state(Screen::Overview), (120, 40), language);
        let title =
            screen.lines().find(|row| row.contains("Last failover") || row.contains("Последний отказ")).unwrap();
        assert!(title.contains(said), "{title}");
    }
}

#[test]
fn a_failover_of_meta_waits_for_no_answer() {
    let mut view = fixture::view(Story::Halted);
    let last = view.failovers.last_mut().unwrap();
    (last.group, last.moments.first_answer) = (GroupId::META, None);
    view.failovers.retain(|failover| failover.group == GroupId::META);
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = screen(&view, &state(Screen::Overview), size);
        assert!(screen.contains("takes no orders") && !screen.contains("– answer"), "{size:?}\n{screen}");
    }
}

#[test]
fn the_groups_that_a_node_leads_are_counted_alike_on_two_screens() {
    let mut view = fixture::view(Story::Healthy);
    for group in &mut view.groups {
        group.leader = Some(NodeId(if group.id == GroupId::META { 2 } else { 4 }));
    }
    for node in &mut view.nodes {
        node.leads = [0, 1, 0, 4, 0][node.id.index()];
    }
    let zoomed = |screen, focus| UiState { zoom: true, focus, ..state(screen) };
    let data = screen(&view, &zoomed(Screen::Data, Panel::Matrix), (120, 40));
    let row = data.lines().find(|row| row.contains(" n2 ")).unwrap().to_owned();
    // Node, sign, a letter for each of four partitions, and what it leads.
    assert_eq!(row.split_whitespace().nth(7), Some("1"), "{row}");
}

#[test]
fn orders_that_nobody_answers_are_counted_in_the_first_row() {
    let mut view = fixture::view(Story::Healthy);
    for (language, said) in [(Language::English, "UNANSWERED 1 180/s"), (Language::Russian, "БЕЗ ОТВЕТА 1 180/с")]
    {
        view.flow.unanswered_per_s = 0;
        let word = said.split(' ').next().unwrap();
        assert!(!screen_in(&view, &state(Screen::Market), (80, 24), language).contains(word));
        view.flow.unanswered_per_s = 1_180;
        let screen = screen_in(&view, &state(Screen::Market), (80, 24), language);
        assert!(screen.lines().next().unwrap().contains(said), "{screen}");
    }
}

#[test]
fn where_nothing_is_decided_the_workers_tell_orders_from_queries() {
    for size in [(120, 40), (200, 60)] {
        let data = screen(&all_must_answer(), &state(Screen::Data), size);
        assert!(data.contains("orders 0 of 1 180/s · queries 211/s"), "{size:?}\n{data}");
    }
}

#[test]
fn the_book_of_a_group_that_decides_nothing_says_how_old_it_is_and_is_dim() {
    let look = look("classroom", Depth::Rgb, Glyphs::Unicode, Language::English);
    let mut view = fixture::view(Story::Healthy);
    let group = view.books.line(view.books.ladder.as_ref().unwrap().symbol).unwrap().group;
    let bright = |view: &ClusterView| {
        let (buffer, _) = paint(view, &state(Screen::Market), &look, (120, 40));
        let colour = look.theme.style(Role::OrderAsk).fg.unwrap();
        let bars = buffer.content().iter().filter(|cell| cell.fg == colour && cell.symbol() == "█").count();
        (bars > 3, text(&buffer))
    };
    let (lit, screen) = bright(&view);
    assert!(lit && !screen.contains("halted") && !screen.contains("HALTED"), "{screen}");
    let group = view.groups.iter_mut().find(|known| known.id == group).unwrap();
    group.stall = n3_is_dead();
    group.committed_at = SimTime(view.run.now.0 - 12_300_000_000);
    let (lit, screen) = bright(&view);
    assert!(!lit && screen.contains("12.3 s old"), "{screen}");
    let wide = text(&paint(&view, &state(Screen::Market), &look, (200, 60)).0);
    assert!(wide.contains("HALTED"), "{wide}");
}

#[test]
fn a_hand_over_is_no_measure_of_a_failover() {
    let mut view = fixture::view(Story::Halted);
    let fault = view.failovers.last().unwrap().clone();
    assert!(fault.total().is_some_and(|total| total > SimDuration::from_millis(20)), "{fault:?}");
    let mut handed = FailoverView { fault: FaultKind::Transfer, ..fault };
    handed.moments.suspected = None;
    handed.moments.first_commit = Some(handed.moments.fault + SimDuration::from_millis(2));
    handed.moments.first_answer = Some(handed.moments.fault + SimDuration::from_millis(3));
    // The whole of this one, and the median and the worst of those like it.
    let panel = |view: &ClusterView| {
        let screen = screen(view, &state(Screen::Overview), (200, 60));
        screen.lines().find(|line| line.contains("fault to answer")).unwrap().to_owned()
    };
    let before = panel(&view);
    view.failovers.splice(0..0, [handed.clone(), handed.clone(), handed]);
    assert_eq!(panel(&view), before);
}

#[test]
fn where_no_order_is_answered_no_latency_of_orders_is_shown() {
    let healthy = fixture::view(Story::Healthy);
    let mut view = all_must_answer();
    for worker in &mut view.balancer.workers {
        worker.answered_per_s = 0;
    }
    let latency = |view: &ClusterView, on| screen(view, &state(on), (120, 40)).contains("p99 6.1 ms");
    assert!(latency(&healthy, Screen::Overview) && latency(&healthy, Screen::Data));
    assert!(!latency(&view, Screen::Overview) && !latency(&view, Screen::Data));
    let data = screen(&view, &state(Screen::Data), (120, 40));
    assert!(screen(&healthy, &state(Screen::Data), (120, 40)).contains("2.4 ms") && !data.contains("2.4 ms"), "{data}");
}

#[test]
fn what_lies_in_a_group_without_a_replica_is_unknown_and_not_nothing() {
    let mut view = fixture::view(Story::Healthy);
    let account = view.accounts.watched.as_mut().unwrap();
    account.by_partition[1] = None;
    let market = screen(&view, &state(Screen::Market), (200, 60));
    assert!(market.contains("cash –  reserved –") && market.contains("p1 24 603 p2 – p3 23 809"), "{market}");
    assert!(market.contains("realised –  unrealised –"), "{market}");
    view.books.ladder = None;
    let market = screen(&view, &state(Screen::Market), (200, 60));
    assert!(!market.contains("nothing has traded") && market.contains("resting in ACME: –"), "{market}");
    let least = |view: &ClusterView| {
        let data = screen(view, &state(Screen::Data), (120, 40));
        data.lines().find(|line| line.contains("│ resting ")).unwrap().to_owned()
    };
    assert!(least(&view).contains('%'));
    (view.groups[2].resting, view.groups[2].by_id) = (None, None);
    let unknown = least(&view);
    assert_eq!(unknown.split('│').nth(1).unwrap().matches('–').count(), 7, "how even all are is unknown: {unknown}");
    let data = screen(&view, &state(Screen::Data), (120, 40));
    assert!(data.contains("trades by id unknown"), "{data}");
    let spreads = screen(&view, &state(Screen::Market), (200, 60));
    let p2 = spreads.lines().filter_map(|line| line.split("│ p2 ").nth(1)).find(|row| row.contains("–  "));
    assert!(p2.is_some(), "{spreads}");
}

#[test]
fn what_lies_in_a_partition_without_a_running_replica_was_not_measured() {
    use crate::lesson::{action::Context, expression::parse};
    let mut view = fixture::view(Story::Healthy);
    let figures =
        ["store.kept >= 0", "store.nowhere >= 0", "store.imbalance >= 0", "spreads.open >= 0", "trades.hot >= 0"];
    let holds = |view: &ClusterView| figures.map(|text| parse(text, &Context::of_file(5, 4)).unwrap().holds(view));
    assert_eq!(holds(&view), [true; 5]);
    view.groups[2].by_id = None;
    assert_eq!(holds(&view), [false; 5]);
}

#[test]
fn meta_alone_leaves_the_promise_to_clients_as_it_is() {
    let mut view = fixture::view(Story::Healthy);
    view.groups[0].stall = n3_is_dead();
    let screen = screen(&view, &state(Screen::Overview), (120, 40));
    assert!(screen.contains("STALLED meta") && screen.contains("● orders are answered"), "{screen}");
}

#[test]
fn while_the_group_in_view_has_no_leader_the_last_failover_is_not_another_group_s() {
    let mut view = fixture::view(Story::Healthy);
    view.failovers = fixture::view(Story::Halted).failovers;
    for failover in &mut view.failovers {
        failover.group = GroupId(2);
    }
    let shown = |view: &ClusterView| screen(view, &state(Screen::Overview), (120, 40)).contains("p2 n3 → n4");
    assert!(shown(&view), "the group in view had none");
    view.groups[1].leader = None;
    assert!(!shown(&view));
}

#[test]
fn orders_that_were_never_handed_in_stand_beside_the_totals() {
    let mut view = fixture::view(Story::Healthy);
    assert!(!screen(&view, &state(Screen::Overview), (120, 40)).contains("not sent"));
    view.flow.not_sent = 277_597;
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = screen(&view, &state(Screen::Overview), size);
        assert!(screen.contains("not sent 277 597") && screen.contains("lost 0"), "{size:?}\n{screen}");
    }
}

#[test]
fn below_the_least_size_of_the_panels_the_totals_add_up_too_and_no_number_is_cut() {
    let mut view = all_must_answer();
    let ledger = &mut view.ledger;
    (ledger.acknowledged, ledger.rejected, ledger.unknown, ledger.waiting) = (840_120, 24_310, 4_031, 1_402);
    ledger.submitted = 869_863;
    for columns in 40..80 {
        let screen = screen(&view, &state(Screen::Overview), (columns, 10));
        for figure in ["840 120", "refused 24 310", "unknown 4 031", "waiting 1 402", "of 869 863"] {
            assert!(screen.contains(figure), "{figure} at {columns}\n{screen}");
        }
    }
}

#[test]
fn where_only_some_orders_are_answered_the_promise_is_not_green() {
    let mut view = fixture::view(Story::Healthy);
    let promise =
        |view: &ClusterView| screen(view, &state(Screen::Overview), (120, 40)).contains("● orders are answered");
    assert!(promise(&view));
    view.flow.unanswered_per_s = 86;
    assert!(!promise(&view));
    (view.flow.unanswered_per_s, view.flow.acked_per_s) = (0, view.flow.sent_per_s / 2);
    assert!(!promise(&view));
}

#[test]
fn where_no_gateway_takes_orders_the_first_row_says_so() {
    let mut view = fixture::view(Story::Healthy);
    let last = view.balancer.workers.len() - 1;
    view.balancer.workers[..last].iter_mut().for_each(|worker| worker.duty = Duty::Drained);
    let row = |view: &ClusterView| first_row(view, &state(Screen::Overview), (80, 24));
    assert!(!row(&view).contains("NO GATEWAY"), "{}", row(&view));
    view.balancer.workers[last].duty = Duty::Drained;
    assert!(row(&view).contains("NO GATEWAY TAKES ORDERS"), "{}", row(&view));
}

#[test]
fn leaders_that_failed_elsewhere_are_not_denied() {
    let mut view = fixture::view(Story::Halted);
    view.failovers.iter_mut().for_each(|failover| failover.group = GroupId(3));
    view.groups[1].leader = None;
    let screen = screen(&view, &state(Screen::Overview), (120, 40));
    assert!(
        screen.contains("p1 had no failover yet; others had") && !screen.contains("no leader has failed"),
        "{screen}"
    );
}
