//! A controller on paper: what it does with what it hears, and what the next one makes of it.

use super::*;

const N4: NodeId = NodeId(4);

fn voters(nodes: &[u8]) -> Vec<NodeId> {
    nodes.iter().copied().map(NodeId).collect()
}

/// Three nodes that hold everything, and a fourth that has just joined.
fn joined(partitions: usize) -> ClusterMap {
    let mut map = ClusterMap {
        epoch: Epoch(1),
        nodes: voters(&[1, 2, 3]),
        groups: vec![voters(&[1, 2, 3]); partitions + 1],
        ..ClusterMap::default()
    };
    assert!(map.apply(&MapChange::Join(N4)));
    map
}

/// A desk with a controller, a map, and leaders that report.
struct Desk {
    steward: Steward,
    map: ClusterMap,
    settings: Settings,
    term: u64,
    ms: u64,
    failed: Vec<NodeId>,
    leaders: BTreeMap<GroupId, NodeId>,
}

impl Desk {
    fn new(map: ClusterMap) -> Self {
        let mut settings = Settings::default();
        settings.cluster.replication_factor = 3;
        let (steward, failed, leaders) = Default::default();
        let mut desk = Self { steward, map, settings, term: 1, ms: 1_000, failed, leaders };
        // A leadership begins with its first look.
        assert_eq!(desk.look(), [], "it has heard nothing yet");
        desk
    }

    /// The leaders report, by the map as it is: each is where it is wanted, but for those.
    fn report(&mut self, unsettled: &[GroupId]) {
        for group in self.map.group_ids() {
            let voters = self.map.voters(group);
            let led = self.leaders.get(&group).copied().filter(|leader| voters.contains(leader));
            let leader = led.unwrap_or(voters[group.index() % voters.len()]);
            self.leaders.insert(group, leader);
            let report = Report {
                leader,
                term: Term(1),
                epoch: self.map.epoch,
                settled: !unsettled.contains(&group),
                behind: 0,
            };
            self.steward.hear(SimTime::from_millis(self.ms), group, report);
        }
    }

    /// The controller looks; what it logs is applied. What it logged and whom it asked to hand over.
    fn look(&mut self) -> Vec<Deed> {
        self.ms += 50;
        let Self { steward, map, settings, term, ms, failed, leaders } = self;
        let health = |node: NodeId| {
            let gone = failed.contains(&node);
            (
                if gone { Health::Failed } else { Health::Healthy },
                SimDuration::from_millis(if gone { 5_000 } else { 0 }),
            )
        };
        let now = SimTime::from_millis(*ms);
        let deeds = steward.look(&Scene { now, term: Term(*term), map, settings, health: &health });
        for deed in &deeds {
            match deed {
                Deed::Log(change) => assert!(map.apply(change), "{change:?} changes something"),
                Deed::HandOver(group, to) => {
                    leaders.insert(*group, *to);
                }
                Deed::Tell(..) | Deed::Call(_) => {}
            }
        }
        deeds
    }

    fn places(&mut self) -> Vec<GroupId> {
        let of = |deed: Deed| match deed {
            Deed::Log(MapChange::Place { group, .. }) => Some(group),
            _ => None,
        };
        self.look().into_iter().filter_map(of).collect()
    }

    /// Everybody does at once what is asked, until the controller rests.
    fn settle(&mut self) -> usize {
        for round in 0..200 {
            if self.map.placing != Placing::Moving {
                return round;
            }
            self.report(&[]);
            self.look();
        }
        panic!("the controller never rests: {:?}\n{:?}", self.map, self.steward);
    }
}

#[test]
fn a_cluster_as_it_began_is_left_alone() {
    let mut map = joined(4);
    map.placing = Placing::Begun;
    let mut desk = Desk::new(map);
    desk.report(&[]);
    assert_eq!(desk.look(), [], "n4 holds nothing, and nobody asked for a change");
}

#[test]
fn no_more_groups_move_at_once_than_allowed() {
    let mut desk = Desk::new(joined(8));
    desk.report(&[]);
    let first = desk.places();
    assert_eq!(first.len(), 2);
    desk.report(&first);
    assert_eq!(desk.places(), [], "both are on their way");
    desk.report(&first[1..]);
    assert_eq!(desk.places().len(), 1, "one has arrived");
}

#[test]
fn a_report_by_an_older_map_says_nothing_of_what_was_placed_since() {
    let mut desk = Desk::new(joined(8));
    desk.report(&[]);
    assert_eq!(desk.places().len(), 2);
    assert_eq!(desk.places(), [], "the reports from before say settled, of another place");
    desk.ms += 1_000;
    assert_eq!(desk.places(), [], "and an old report says nothing at all");
}

#[test]
fn when_all_have_arrived_it_says_so_once_and_rests() {
    let mut desk = Desk::new(joined(4));
    desk.settle();
    assert_eq!(desk.map.placing, Placing::Settled);
    let held = |node: NodeId| desk.map.groups.iter().skip(1).filter(|voters| voters.contains(&node)).count();
    let held: Vec<usize> = NodeId::first(4).map(held).collect();
    assert_eq!(held, [3, 3, 3, 3]);
    desk.report(&[]);
    assert_eq!(desk.look(), []);
}

#[test]
fn the_next_controller_goes_on_from_the_map_and_the_reports() {
    let mut desk = Desk::new(joined(8));
    desk.report(&[]);
    let first = desk.places();
    desk.steward = Steward::default();
    desk.term = 2;
    assert_eq!(desk.places(), [], "it has heard nothing yet");
    desk.report(&first);
    assert_eq!(desk.places(), [], "it finds two groups on their way, and waits for them");
    assert!(desk.steward.rows().iter().any(|row| row.reason == Reason::Inherited));
    desk.settle();
}

#[test]
fn who_leaves_has_left_when_it_holds_nothing_and_not_before() {
    let mut desk = Desk::new(joined(4));
    assert!(desk.map.apply(&MapChange::Leave(NodeId(2))));
    for _ in 0..100 {
        desk.report(&[]);
        let left = desk.look().contains(&Deed::Log(MapChange::Left(NodeId(2))));
        let holds = desk.map.groups.iter().any(|voters| voters.contains(&NodeId(2)));
        assert!(!(left && holds), "n2 still holds something");
    }
    assert_eq!((desk.map.nodes.clone(), desk.map.placing), (voters(&[1, 3, 4]), Placing::Settled));
}

#[test]
fn a_wish_is_carried_out_once_and_remembered_over_a_change_of_term() {
    let mut desk = Desk::new(joined(1));
    let leave = MapChange::Leave(NodeId(1));
    desk.steward.wish(SimTime::from_millis(desk.ms), leave.clone());
    desk.term = 7;
    assert_eq!(desk.look(), [Deed::Log(leave.clone())]);
    assert!(!desk.look().contains(&Deed::Log(leave)));
}

#[test]
fn nothing_is_placed_on_a_node_that_is_down_and_nothing_taken_from_it_unasked() {
    let mut desk = Desk::new(joined(4));
    desk.failed = vec![N4];
    desk.report(&[]);
    assert_eq!(desk.places(), []);
    desk.settings.placement.replace_dead_after = Some(SimDuration::from_secs(3));
    assert_eq!(desk.look(), [Deed::Log(MapChange::Leave(N4))], "unless the settings ask for it");
}

#[test]
fn a_group_that_waits_for_a_node_that_died_is_placed_again() {
    let mut desk = Desk::new(joined(4));
    desk.report(&[]);
    let waiting = desk.places();
    desk.failed = vec![N4];
    assert!(desk.map.apply(&MapChange::Leave(N4)));
    desk.report(&waiting);
    assert_eq!(desk.places(), waiting, "n4 will never come");
    assert!(desk.map.groups.iter().all(|voters| !voters.contains(&N4)));
}

#[test]
fn no_group_moves_to_where_it_could_not_write_and_the_dead_go_first() {
    let mut map = joined(4);
    assert!(map.apply(&MapChange::Left(N4)) && map.apply(&MapChange::Leave(NodeId(2))));
    let mut desk = Desk::new(map);
    desk.failed = vec![NodeId(1)];
    for _ in 0..10 {
        desk.report(&[]);
        let moved = desk.places();
        assert!(moved.iter().all(|group| *group == GroupId::META), "{moved:?}: of n1 and n3 only n3 runs");
    }
    assert!(desk.map.apply(&MapChange::Leave(NodeId(1))));
    desk.settle();
    assert_eq!(desk.map.nodes, voters(&[3]), "n1 first, then n2");
    let mut desk = Desk::new(joined(4));
    desk.failed = vec![NodeId(1)];
    desk.report(&[]);
    assert_eq!(desk.places(), [], "n4 would take over from somebody that each group needs");
    desk.failed.clear();
    desk.settle();
    assert!(desk.map.groups.iter().any(|voters| voters.contains(&N4)));
}

/// Three nodes and six partitions, settled; n3 was gone and leads nothing, and has just come back.
fn returned() -> Desk {
    let mut map = joined(6);
    assert!(map.apply(&MapChange::Left(N4)) && map.apply(&MapChange::Settle));
    let mut desk = Desk::new(map);
    for group in desk.map.group_ids() {
        desk.leaders.insert(group, NodeId(1 + group.0 as u8 % 2));
    }
    desk.failed = vec![NodeId(3)];
    assert_eq!(desk.look(), []);
    desk.failed.clear();
    assert_eq!(desk.look(), [], "it may crash again");
    desk
}

/// Everybody reports and the controller looks, so many times; the hand-overs, with the time of each.
fn levelled(desk: &mut Desk, looks: usize, silent: Option<GroupId>) -> Vec<u64> {
    let mut handed = Vec::new();
    for _ in 0..looks {
        desk.report(&[]);
        if let Some(group) = silent {
            desk.steward.reports.remove(&group);
        }
        let deeds = desk.look();
        handed.extend(deeds.iter().filter(|deed| matches!(deed, Deed::HandOver(..))).map(|_| desk.ms));
    }
    handed
}

#[test]
fn who_comes_back_is_given_groups_one_after_the_other() {
    let mut desk = returned();
    assert_eq!(levelled(&mut desk, 15, None), Vec::<u64>::new(), "it waits for a second of calm");
    let handed = levelled(&mut desk, 40, None);
    // Seven groups: 4, 3 and 0 become 3, 2 and 2.
    assert_eq!(handed.len(), 2, "{handed:?}");
    assert!(handed[1] - handed[0] >= super::super::leveller::HAND_OVER_EVERY.as_millis(), "{handed:?}");
    assert_eq!(levelled(&mut desk, 100, None), Vec::<u64>::new(), "a difference of one is balance");
}

#[test]
fn nobody_hands_over_while_a_group_is_without_a_leader() {
    let mut desk = returned();
    assert_eq!(levelled(&mut desk, 100, Some(GroupId(3))), Vec::<u64>::new());
    assert_eq!(levelled(&mut desk, 40, None).len(), 2, "it is led again");
}

#[test]
fn a_hand_over_that_never_happens_is_not_tried_for_ever() {
    let mut desk = returned();
    let mut tried = 0;
    for _ in 0..2_000 {
        desk.report(&[]);
        let before = desk.leaders.clone();
        tried += desk.look().iter().filter(|deed| matches!(deed, Deed::HandOver(..))).count();
        desk.leaders = before;
    }
    assert_eq!(tried, 2 * desk.map.groups.len());
}

#[test]
fn a_new_controller_looks_once_when_nobody_is_gone() {
    let mut desk = returned();
    (desk.steward, desk.term, desk.failed) = (Steward::default(), 2, vec![NodeId(2)]);
    assert_eq!(levelled(&mut desk, 100, None), Vec::<u64>::new(), "it does not know who was gone before n2");
    desk.failed.clear();
    assert_eq!(levelled(&mut desk, 60, None).len(), 2);
}
