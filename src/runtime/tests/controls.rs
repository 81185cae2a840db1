//! Controls: what they mean, and what is refused.

use super::*;

#[test]
fn what_cannot_be_done_is_refused_with_its_reason() {
    let mut world = world(5);
    world.run_until(ms(200));
    let n9 = Target::Node(NodeId(9));
    let n3 = Target::Node(NodeId(3));
    world.control(Control::Crash(n3));
    world.control(Control::Freeze(Target::Node(N2)));
    let table = [
        (Control::Crash(n3), Why::AlreadySo),
        (Control::Crash(n9), Why::NoTarget),
        (Control::Recover(Target::Node(N1)), Why::NodeRuns),
        (Control::Recover(Target::Node(N2)), Why::Frozen),
        (Control::Freeze(n3), Why::NodeDown),
        (Control::Thaw(Target::Node(N1)), Why::NotFrozen),
        (Control::Poison(n3), Why::NodeDown),
        (Control::Cut { from: n3, to: n3 }, Why::SelfLink),
        (Control::Heal { from: n3, to: Target::Node(N1) }, Why::AlreadySo),
        (Control::HealAll, Why::AlreadySo),
        (Control::Rejoin(n3), Why::AlreadySo),
        (Control::SlowDisk { node: n3, slow: false }, Why::AlreadySo),
        (Control::Transfer { group: P1, to: Some(NodeId(3)) }, Why::NodeDown),
        (Control::Transfer { group: P1, to: Some(NodeId(9)) }, Why::NotVoter),
        (Control::Transfer { group: P1, to: Some(N1) }, Why::AlreadySo),
        (Control::Transfer { group: GroupId(7), to: None }, Why::NoLeader),
        (Control::SetAck(AckRule::Majority), Why::AlreadySo),
        (Control::Crash(Target::Leader(GroupId(7))), Why::NoLeader),
    ];
    for (control, why) in table {
        world.take_new_events();
        assert_eq!(world.control(control), ControlAnswer::Refused(why), "{control:?}");
        let told = world.take_new_events();
        assert_eq!(told.last().map(|event| &event.kind), Some(&EventKind::ControlRefused { control, why }));
    }
}

#[test]
fn targets_by_role_mean_whoever_has_the_role_now() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Crash(Target::Leader(P1)));
    world.run_until(ms(1_000));
    world.control(Control::Crash(Target::Leader(P1)));
    world.run_until(ms(2_000));
    world.control(Control::Crash(Target::Follower(P1)));
    let dead: Vec<_> = kinds(&world).filter(|(_, kind)| matches!(kind, EventKind::Crashed { .. })).collect();
    let dead: Vec<_> = dead.iter().map(|(node, _)| node.unwrap()).collect();
    let elected = kinds(&world).filter(|(_, kind)| matches!(kind, EventKind::Elected { .. }));
    let led: Vec<_> = elected.map(|(node, _)| node.unwrap()).collect();
    assert!(dead[..2].iter().all(|node| led.contains(node)), "two led: {dead:?} of {led:?}");
    assert!(!dead[..2].contains(&dead[2]), "the third followed: {dead:?}");
    let lost = kinds(&world).any(|(_, kind)| matches!(kind, EventKind::OrdersLost { .. }));
    assert!(lost, "what a probe says becomes an event");
    assert_eq!(world.faults.len(), 3);
    world.control(Control::RecoverAll);
    assert!(world.faults.is_empty());
}

#[test]
fn switches_are_remembered_for_nodes_that_begin_later() {
    let mut world = world(5);
    world.run_until(ms(100));
    world.control(Control::SetAck(AckRule::All));
    world.control(Control::SetRule { rule: Rule::PreVote, on: false });
    assert_eq!(world.settings().cluster.ack, AckRule::All);
    assert!(!world.settings().cluster.rules.on(Rule::PreVote));
}

#[test]
fn a_node_that_comes_back_does_not_bring_another_with_it() {
    let mut world = world(5);
    let [n3, n4, n5] = [3, 4, 5].map(|node| Target::Node(NodeId(node)));
    for control in [Control::Isolate(n4), Control::Isolate(n5), Control::Mute(n3), Control::Rejoin(n4)] {
        world.control(control);
    }
    let cuts = world.network.cuts();
    assert!(
        (1..5).all(|other| cuts.contains(&(NodeId(other), NodeId(5))) && cuts.contains(&(NodeId(5), NodeId(other))))
    );
    assert!(cuts.contains(&(NodeId(3), NodeId(4))), "the one that is not heard is still not heard");
    assert!(!cuts.contains(&(NodeId(4), NodeId(3))) && !cuts.contains(&(NodeId(4), N1)));
    world.control(Control::Rejoin(n5));
    world.control(Control::Rejoin(n3));
    assert!(world.network.cuts().is_empty() && world.faults.is_empty());
}

#[test]
fn a_fault_of_links_ends_with_its_node_and_with_its_last_link() {
    let mut world = world(3);
    let [n1, n2, n3] = [1, 2, 3].map(|node| Target::Node(NodeId(node)));
    for control in [Control::Mute(n1), Control::Isolate(n2), Control::Isolate(n3)] {
        world.control(control);
    }
    for node in [n1, n2, n3] {
        world.control(Control::Rejoin(node));
    }
    assert!(world.network.cuts().is_empty() && world.faults.is_empty(), "{:?}", world.faults);
    world.control(Control::Isolate(n1));
    for other in (2..=5).map(|node| Target::Node(NodeId(node))) {
        world.control(Control::Heal { from: n1, to: other });
        world.control(Control::Heal { from: other, to: n1 });
    }
    assert!(world.faults.is_empty(), "each of its links was healed: {:?} {:?}", world.faults, world.network.cuts());
}

#[test]
fn of_an_isolation_within_a_muteness_what_is_healed_is_over() {
    let mut world = world(5);
    world.run_until(ms(300));
    let n1 = Target::Node(N1);
    world.control(Control::Mute(n1));
    world.control(Control::Isolate(n1));
    for other in (2..=5).map(|node| Target::Node(NodeId(node))) {
        assert_eq!(world.control(Control::Heal { from: other, to: n1 }), ControlAnswer::Done);
    }
    let listed: Vec<Control> = world.faults.iter().map(|fault| fault.control).collect();
    assert_eq!(listed, [Control::Mute(n1)], "it hears all, and nobody hears it");
}

#[test]
fn a_rule_that_asks_for_more_replicas_than_there_are_is_refused() {
    let mut world = world(5);
    world.run_until(ms(300));
    let rule = |count| Control::SetAck(AckRule::Count(count));
    let voters = world.config_of(P1).voters.len() as u8;
    assert_eq!(world.control(rule(voters + 1)), ControlAnswer::Refused(Why::TooFewReplicas));
    assert_eq!(world.control(rule(voters)), ControlAnswer::Done);
}

#[test]
fn a_node_without_which_a_group_could_not_write_does_not_leave() {
    let node = |id| Target::Node(NodeId(id));
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Crash(node(1)));
    world.control(Control::Freeze(node(2)));
    let leave = Control::Decommission(node(3));
    assert_eq!(world.control(leave), ControlAnswer::Refused(Why::QuorumNeeded));
    world.control(Control::Thaw(node(2)));
    assert_eq!(world.control(leave), ControlAnswer::Done);
}

#[test]
fn a_node_that_was_made_to_panic_is_not_running_for_what_comes_at_the_same_instant() {
    let mut world = world(5);
    world.run_until(ms(300));
    let (panic, freeze) = (Control::Poison(Target::Node(N1)), Control::Freeze(Target::Node(N1)));
    assert_eq!(world.control(panic), ControlAnswer::Done);
    assert_eq!(world.control(panic), ControlAnswer::Refused(Why::NodeDown));
    assert_eq!(world.control(freeze), ControlAnswer::Refused(Why::NodeDown));
    world.run_until(ms(310));
    assert!(!world.nodes[0].runs());
}

#[test]
fn one_instant_takes_so_many_controls_and_forgets_none() {
    let mut world = world(5);
    world.run_until(ms(300));
    let transfer = Control::Transfer { group: P1, to: Some(NodeId(4)) };
    assert_eq!(world.control(transfer), ControlAnswer::Done);
    for count in 1..UNHEARD_MAX {
        assert_eq!(world.control(Control::SetRate(count as u64)), ControlAnswer::Done, "{count}");
        if count + 1 < UNHEARD_MAX {
            assert_eq!(world.control(transfer), ControlAnswer::Refused(Why::TransferRunning), "after {count} others");
        }
    }
    assert_eq!(world.control(transfer), ControlAnswer::Refused(Why::TooManyControls));
    world.run_until(ms(301));
    assert_eq!(world.control(Control::SetRate(7)), ControlAnswer::Done);
}

#[test]
fn a_leader_that_hands_over_already_is_asked_once() {
    let mut world = world(5);
    world.run_until(ms(300));
    let transfer = |to| Control::Transfer { group: P1, to: Some(NodeId(to)) };
    assert_eq!(world.control(transfer(4)), ControlAnswer::Done);
    let again = ControlAnswer::Refused(Why::TransferRunning);
    assert_eq!(world.control(transfer(5)), again, "at the same instant");
    world.run_until(ms(300) + SimDuration::from_micros(300));
    assert_eq!(world.control(transfer(5)), again, "on its way");
    world.run_until(ms(1_000));
    assert_eq!((world.leader(P1), world.control(transfer(5))), (Some(NodeId(4)), ControlAnswer::Done));
}

#[test]
fn a_delay_is_a_fault_until_it_is_lifted() {
    let mut world = world(5);
    world.run_until(ms(300));
    let (from, to) = (Target::Node(N1), Target::Node(NodeId(2)));
    let delay = |latency: Option<u64>| {
        let latency = latency.map(SimDuration::from_millis);
        Control::Delay { from, to, latency, jitter: SimDuration::ZERO }
    };
    let told = |world: &mut World, control: Control| {
        world.take_new_events();
        world.control(control);
        world.take_new_events().last().map(|event| event.kind.clone())
    };
    let refused = |control| Some(EventKind::ControlRefused { control, why: Why::AlreadySo });
    assert_eq!(told(&mut world, delay(None)), refused(delay(None)));
    for latency in [200, 300] {
        assert_eq!(
            told(&mut world, delay(Some(latency))),
            Some(EventKind::SettingChanged { control: delay(Some(latency)) })
        );
        let listed: Vec<Control> = world.faults.iter().map(|fault| fault.control).collect();
        assert_eq!(listed, [delay(Some(latency))], "the link has one delay");
    }
    assert_eq!(told(&mut world, delay(Some(300))), refused(delay(Some(300))));
    world.run_until(ms(1_000));
    let degraded = |event: &Event| {
        event.node == Some(NodeId(2))
            && matches!(event.kind, EventKind::Believes { peer: N1, health: Health::Degraded, .. })
    };
    assert!(world.events().iter().any(degraded), "n2 hears n1 late");
    assert_eq!(delay(Some(300)).lifted(), Some(delay(None)));
    assert_eq!(told(&mut world, delay(None)), Some(EventKind::SettingChanged { control: delay(None) }));
    assert!(world.faults.is_empty());
    // The latency that is configured, set by hand, can be lifted too, though the link changes no more.
    let configured = world.settings().link.between(N1, NodeId(2));
    let by_hand = Control::Delay { from, to, latency: Some(configured.0), jitter: configured.1 };
    world.control(delay(Some(50)));
    world.control(by_hand);
    assert_eq!(told(&mut world, delay(None)), Some(EventKind::SettingChanged { control: delay(None) }));
    assert!(world.faults.is_empty());
}

#[test]
fn cut_links_pass_nothing_and_rejoining_heals_them_all() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Isolate(Target::Node(NodeId(5))));
    world.control(Control::Mute(Target::Node(NodeId(4))));
    world.run_until(ms(1_000));
    let failed = |world: &World, by: NodeId, peer: NodeId| {
        world.events().iter().any(|event| {
            event.node == Some(by)
                && matches!(event.kind, EventKind::Believes { peer: p, health: Health::Failed, .. } if p == peer)
        })
    };
    assert!(failed(&world, N1, NodeId(5)) && failed(&world, NodeId(5), N1));
    assert!(failed(&world, N1, NodeId(4)) && !failed(&world, NodeId(4), N1), "a mute node still hears");
    world.control(Control::Rejoin(Target::Node(NodeId(5))));
    world.control(Control::HealAll);
    assert!(world.network.cuts().is_empty() && world.faults.is_empty());
}
