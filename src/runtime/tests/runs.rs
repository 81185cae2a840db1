//! That a run is its seed and its controls, however it is run.

use super::*;

#[test]
fn one_seed_and_one_list_of_controls_are_one_run() {
    assert_eq!(hash_of_story(5), hash_of_story(5));
    assert_ne!(hash_of_story(5), hash_of_story(6), "the seed matters");
}

#[test]
fn a_control_more_is_another_run() {
    let mut world = world(5);
    world.run_until(ms(50));
    world.control(Control::SetRate(1));
    story(&mut world, 0);
    assert_ne!(world.hash(), hash_of_story(5));
}

#[test]
fn a_copy_runs_on_to_the_same_end() {
    let mut straight = world(5);
    straight.run_until(ms(100));
    straight.control(Control::Crash(Target::Leader(P1)));
    straight.run_until(ms(650));
    let mut copy = straight.clone();
    story(&mut straight, 700);
    story(&mut copy, 700);
    assert_eq!(straight.hash(), copy.hash());
    assert_eq!(straight.events(), copy.events());
    assert_eq!(straight.hash(), hash_of_story(5), "nor does it matter that it was copied");
}

#[test]
fn how_a_run_is_cut_into_stretches_does_not_matter() {
    let mut world = world(5);
    for at in 0..100 {
        world.run_until(ms(at));
    }
    for _ in 0..50 {
        let next = world.next_at().unwrap();
        if next > ms(100) {
            break;
        }
        world.step_one();
    }
    story(&mut world, 0);
    assert_eq!(world.hash(), hash_of_story(5));
}

#[test]
fn tasks_and_inline_steps_are_one_run() {
    let mut inline = world(5);
    let mut tasks = world(5);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut stepper = TaskStepper::default();
        for (at, control) in STORY {
            inline.run_until(ms(at));
            tasks.run_until_tasks(&mut stepper, ms(at)).await;
            assert_eq!(inline.hash(), tasks.hash(), "before {control:?}");
            inline.control(control);
            tasks.control(control);
            tasks.bury_tasks(&mut stepper);
        }
        inline.run_until(ms(3_000));
        tasks.run_until_tasks(&mut stepper, ms(3_000)).await;
    });
    assert_eq!(inline.events(), tasks.events());
    assert_eq!(inline.hash(), tasks.hash());
    assert!(inline.events().iter().any(|event| matches!(event.kind, EventKind::Halted { .. })), "a task panicked");
}
