//! Plans carried out on paper: what they promise, and that they end.

use proptest::prelude::*;

use super::*;

fn seats(count: usize, regions: u8) -> Vec<Seat> {
    let seat = |node: NodeId| Seat {
        node,
        region: Region(node.index() as u8 % regions),
        standing: Standing::Member,
        up: true,
    };
    NodeId::first(count).map(seat).collect()
}

fn placed(group: u16, replicas: &[u8], leader: Option<u8>, factor: usize) -> Placed {
    let replicas = replicas.iter().copied().map(NodeId).collect();
    Placed { group: GroupId(group), replicas, leader: leader.map(NodeId), factor, load: 1 }
}

/// Carries a plan out and checks every step on the way; who leads after its leader went is the first replica.
fn carry_out(seats: &[Seat], groups: &mut [Placed], plan: &[Planned]) {
    let standing = |node: NodeId| seats.iter().find(|seat| seat.node == node).unwrap().standing;
    for Planned { step, reason } in plan {
        let (Step::Add { group, .. }
        | Step::Remove { group, .. }
        | Step::Replace { group, .. }
        | Step::Lead { group, .. }) = *step;
        let placed = groups.iter_mut().find(|placed| placed.group == group).unwrap();
        let before = placed.replicas.len();
        let came = if let Step::Replace { to, .. } = *step { Some(to) } else { None };
        let holds = |node: NodeId| placed.replicas.contains(&node);
        match *step {
            Step::Add { to, .. } => {
                assert!(!holds(to) && standing(to) == Standing::Member, "{step:?}");
                placed.replicas.push(to);
            }
            Step::Remove { from, .. } => {
                assert!(holds(from) && before > placed.factor, "{step:?} takes {placed:?} below its factor");
                placed.replicas.retain(|node| *node != from);
            }
            Step::Replace { from, to, .. } => {
                assert!(holds(from) && !holds(to) && standing(to) == Standing::Member, "{step:?}");
                placed.replicas.retain(|node| *node != from);
                placed.replicas.push(to);
            }
            Step::Lead { from, to, .. } => {
                assert!(placed.leader == Some(from) && holds(to) && standing(to) == Standing::Member, "{step:?}");
                placed.leader = Some(to);
            }
        }
        assert!(placed.replicas.len() >= placed.factor.min(before), "{step:?} ({reason:?}) leaves {placed:?}");
        if let Step::Remove { from, .. } | Step::Replace { from, .. } = *step {
            let heir = placed.replicas.iter().any(|node| Some(*node) != came && standing(*node) == Standing::Member);
            let led = placed.leader == Some(from) && standing(from) != Standing::Dead;
            assert!(!led || !heir, "{step:?} takes a leader away that could have handed over");
        }
        placed.leader = placed.leader.filter(|leader| placed.replicas.contains(leader));
    }
    // Whose leader went elects another by itself.
    for placed in
        groups.iter_mut().filter(|placed| placed.leader.is_none_or(|leader| standing(leader) == Standing::Dead))
    {
        placed.leader = placed.replicas.iter().copied().find(|node| standing(*node) != Standing::Dead);
    }
}

/// Plans and carries out until there is nothing to do; how many plans that took.
fn settle(seats: &[Seat], groups: &mut [Placed], steps_max: usize) -> usize {
    for round in 0..2_000 {
        let plan = plan(seats, groups, steps_max);
        assert!(plan.len() <= steps_max, "a plan has its bound");
        if plan.is_empty() {
            return round;
        }
        carry_out(seats, groups, &plan);
    }
    panic!("planning goes on for ever: {groups:?}");
}

fn counts(seats: &[Seat], of: impl Fn(NodeId) -> usize) -> Vec<usize> {
    seats.iter().filter(|seat| seat.standing == Standing::Member).map(|seat| of(seat.node)).collect()
}

fn leads(seats: &[Seat], groups: &[Placed]) -> Vec<usize> {
    counts(seats, |node| groups.iter().filter(|placed| placed.leader == Some(node)).count())
}

fn held(seats: &[Seat], groups: &[Placed]) -> Vec<usize> {
    counts(seats, |node| {
        groups.iter().filter(|placed| placed.group != GroupId::META && placed.replicas.contains(&node)).count()
    })
}

fn width(counts: &[usize]) -> usize {
    counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0)
}

#[test]
fn a_balanced_cluster_needs_nothing() {
    let groups =
        [placed(1, &[1, 2, 3], Some(1), 3), placed(2, &[2, 3, 1], Some(2), 3), placed(3, &[3, 1, 2], Some(3), 3)];
    assert_eq!(plan(&seats(3, 1), &groups, STEPS_MAX), []);
    assert_eq!(plan(&seats(3, 3), &groups, STEPS_MAX), []);
    assert_eq!(plan(&[], &[], STEPS_MAX), []);
}

#[test]
fn a_difference_of_one_is_left_as_it_is_and_one_of_two_is_not() {
    let seats = seats(4, 1);
    let one = [placed(1, &[1, 2], Some(1), 2), placed(2, &[1, 2], Some(2), 2), placed(3, &[3, 4], Some(3), 2)];
    assert_eq!((held(&seats, &one), leads(&seats, &one)), (vec![2, 2, 1, 1], vec![1, 1, 1, 0]));
    assert_eq!(plan(&seats, &one, STEPS_MAX), []);
    let two = [placed(1, &[1, 2], Some(2), 2), placed(2, &[1, 2], Some(2), 2), placed(3, &[2, 4], Some(4), 2)];
    let reasons: Vec<_> = plan(&seats, &two, STEPS_MAX).iter().map(|planned| planned.reason).collect();
    assert_eq!(reasons, [Reason::Crowded { holds: 3, other: 0 }, Reason::LeadsMore { leads: 2, other: 0 }]);
}

#[test]
fn a_leader_hands_over_before_its_replica_goes() {
    let mut seats = seats(4, 1);
    seats[0].standing = Standing::Draining;
    let groups = [placed(1, &[1, 2, 3], Some(1), 3)];
    let steps: Vec<_> = plan(&seats, &groups, STEPS_MAX).iter().map(|planned| planned.step).collect();
    let group = GroupId(1);
    let (lead, replace) =
        (Step::Lead { group, from: NodeId(1), to: NodeId(2) }, Step::Replace { group, from: NodeId(1), to: NodeId(4) });
    assert_eq!(steps, [lead, replace]);
    let short: Vec<_> = plan(&seats, &groups, 1).iter().map(|planned| planned.step).collect();
    assert_eq!(short, [lead], "the rest comes with the next plan");
    seats[0].standing = Standing::Dead;
    let steps: Vec<_> = plan(&seats, &groups, STEPS_MAX).iter().map(|planned| planned.step).collect();
    assert_eq!(steps, [replace], "the dead cannot hand over");
}

#[test]
fn who_is_down_is_handed_nothing_and_goes_first_of_too_many() {
    let mut seats = seats(6, 1);
    (seats[0].up, seats[1].up, seats[5].up) = (false, false, false);
    seats[2].standing = Standing::Draining;
    let steps = |placed: Placed| plan(&seats, &[placed], STEPS_MAX).into_iter().map(|planned| planned.step);
    let meta = GroupId::META;
    let removed = |id| Step::Remove { group: meta, from: NodeId(id) };
    let of_meta: Vec<Step> = steps(placed(0, &[1, 2, 3, 4, 5], Some(4), 3)).take(2).collect();
    assert_eq!(of_meta, [removed(2), removed(3)], "four of which three run, and never four of which two do");
    let p1 = GroupId(1);
    let of_p1: Vec<Step> = steps(placed(1, &[1, 3, 4], Some(3), 3)).collect();
    let (n3, n4, n5) = (NodeId(3), NodeId(4), NodeId(5));
    let wanted = [Step::Lead { group: p1, from: n3, to: n4 }, Step::Replace { group: p1, from: n3, to: n5 }];
    assert_eq!(of_p1[..2], wanted, "neither n1 leads nor n6 learns");
}

#[test]
fn each_reason_is_given_for_what_it_is() {
    let mut seats = seats(4, 1);
    seats[0].standing = Standing::Draining;
    seats[1].standing = Standing::Dead;
    let groups = [placed(1, &[1, 3], Some(1), 2), placed(2, &[2, 3], Some(3), 2), placed(3, &[3], Some(3), 2)];
    let reasons: Vec<_> = plan(&seats, &groups, STEPS_MAX).iter().map(|planned| planned.reason).collect();
    assert_eq!(
        reasons[..4],
        [Reason::Draining, Reason::Draining, Reason::NodeDead, Reason::BelowFactor { replicas: 1 }],
        "a leader hands over, then its replica goes"
    );
    let many = [placed(1, &[3, 4], Some(3), 1)];
    let steps = plan(&seats, &many, STEPS_MAX);
    assert_eq!(steps[0].reason, Reason::AboveFactor { replicas: 2 });
    assert_eq!(steps[0].step, Step::Remove { group: GroupId(1), from: NodeId(4) }, "the leader stays");
}

#[test]
fn replicas_that_share_a_region_are_spread() {
    // n1 and n4 stand in region 0, n2 and n5 in 1, n3 and n6 in 2.
    let mut groups = [placed(1, &[1, 4, 2], Some(1), 3)];
    let seats = seats(6, 3);
    let steps = plan(&seats, &groups, STEPS_MAX);
    assert_eq!(steps[0].reason, Reason::RegionShared { region: Region(0), replicas: 2 });
    assert!(matches!(steps[0].step, Step::Replace { to: NodeId(3 | 6), .. }), "{steps:?}");
    settle(&seats, &mut groups, STEPS_MAX);
    assert_eq!(
        groups[0].replicas.iter().map(|node| node.index() % 3).collect::<std::collections::BTreeSet<_>>().len(),
        3
    );
}

#[test]
fn where_regions_forbid_the_straight_way_a_third_node_passes_a_replica_on() {
    // n1, n4 and n7 stand in region 0, n2, n5 and n8 in 1, n3, n6 and n9 in 2. n3 holds two and n7 nothing, and both groups
    // of n3 have their other replica in the region of n7.
    let of = |group, replicas: &[u8]| placed(group, replicas, replicas.first().copied(), replicas.len());
    let mut groups = [of(1, &[1, 3]), of(2, &[4, 3]), of(3, &[2, 6]), of(4, &[5, 9]), of(5, &[8])];
    let seats = seats(9, 3);
    assert_eq!(held(&seats, &groups), [1, 1, 2, 1, 1, 1, 0, 1, 1]);
    settle(&seats, &mut groups, STEPS_MAX);
    assert_eq!(held(&seats, &groups), [1; 9], "{groups:?}");
}

#[test]
fn where_nobody_can_take_a_replica_it_stays() {
    let mut seats = seats(3, 1);
    seats[2].standing = Standing::Draining;
    let groups = [placed(1, &[1, 2, 3], Some(1), 3)];
    assert_eq!(plan(&seats, &groups, STEPS_MAX), [], "three replicas on two nodes would be below the factor");
}

#[derive(Debug)]
struct Case {
    seats: Vec<Seat>,
    groups: Vec<Placed>,
}

/// Any placement on nodes of which the first few are going; every region has as many members as the others.
fn any_case() -> impl Strategy<Value = Case> {
    (1_u8..4, 1_usize..5, 0_usize..4, 1_usize..4).prop_flat_map(|(regions, in_each, going, factor)| {
        let count = usize::from(regions) * in_each + going;
        let factor = factor.min(usize::from(regions) * in_each);
        let replicas =
            prop::sample::subsequence((1..=count as u8).collect::<Vec<_>>(), 1..=count.min(5)).prop_shuffle();
        let groups = prop::collection::vec((replicas, 0_u64..100), 1..40);
        let standings = prop::collection::vec(prop::bool::ANY, going);
        (groups, standings).prop_map(move |(groups, standings)| {
            let mut seats = seats(count, regions);
            // Those that go come last, so that the others fill the regions evenly.
            for (seat, dead) in seats.iter_mut().rev().zip(standings) {
                seat.standing = if dead { Standing::Dead } else { Standing::Draining };
            }
            let groups = groups.into_iter().zip(1..).map(|((replicas, load), group)| {
                let leader = replicas.first().copied();
                Placed { load, ..placed(group, &replicas, leader, factor) }
            });
            Case { groups: groups.collect(), seats }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn plans_end_in_balance_and_no_group_falls_below_its_factor(case in any_case(), steps_max in 1_usize..30) {
        let Case { seats, mut groups } = case;
        settle(&seats, &mut groups, steps_max);
        let standing = |node: NodeId| seats[node.index()].standing;
        for placed in &groups {
            prop_assert_eq!(placed.replicas.len(), placed.factor);
            prop_assert_eq!(placed.replicas.iter().copied().collect::<NodeSet>().len(), placed.factor);
            prop_assert!(placed.replicas.iter().all(|node| standing(*node) == Standing::Member), "{:?}", placed);
            let regions = seats.iter().map(|seat| seat.region).collect::<std::collections::BTreeSet<_>>();
            let inside = |region: Region| placed.replicas.iter().filter(|node| seats[node.index()].region == region).count();
            let spread: Vec<_> = regions.into_iter().map(inside).collect();
            prop_assert!(width(&spread) <= 1, "{:?} over regions {:?}", placed, spread);
        }
        prop_assert!(width(&held(&seats, &groups)) <= 1, "replicas {:?}", held(&seats, &groups));
        prop_assert!(width(&leads(&seats, &groups)) <= 1, "leaders {:?}", leads(&seats, &groups));
    }

    #[test]
    fn two_nodes_join_and_one_leaves(nodes in 3_usize..9, partitions in 1_u16..60) {
        let mut seats = seats(nodes + 2, 1);
        let members: Vec<u8> = (1..=nodes as u8).collect();
        let mut groups: Vec<_> = (1..=partitions).map(|group| {
            let first = usize::from(group) % nodes;
            let replicas: Vec<u8> = members.iter().copied().cycle().skip(first).take(3).collect();
            placed(group, &replicas, replicas.first().copied(), 3)
        }).collect();
        seats[0].standing = Standing::Draining;
        settle(&seats, &mut groups, STEPS_MAX);
        prop_assert!(groups.iter().all(|placed| !placed.replicas.contains(&NodeId(1))));
        prop_assert!(width(&leads(&seats, &groups)) <= 1, "leaders {:?}", leads(&seats, &groups));
        prop_assert!(width(&held(&seats, &groups)) <= 1, "replicas {:?}", held(&seats, &groups));
    }
}
