//! Nodes as tokio tasks: each life of a node has a task, and only the scheduler wakes it.
//!
//! Idea: a node's state travels to its task with the input and back with the effects. A panic unwinds the task and loses
//! exactly that node; the `JoinSet` says so, with its words. Nothing runs beside anything else: the scheduler waits for
//! each step, so tasks and inline stepping are one run (a test compares their hashes).
//! Shape: `TaskStepper::step` is one journey. `biased` in its `select!`: tokio's random choice of branches is the one
//! thing here that no seed reaches.
//! Bound: channels of one place, since one job is out at a time; at most a task a node.
//! Errors: none. `run_until_tasks` must run to its end: dropped half-way it loses the node that is out.

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::dispatch::Next;
use super::panic_guard;
use super::stepper::{NodeDone, NodeJob};
use super::world::World;
use crate::domain::ids::NodeSet;
use crate::domain::time::SimTime;

/// Runs steps in tasks, on the runtime that it is used on.
pub struct TaskStepper {
    tasks: JoinSet<()>,
    homes: Vec<Option<Home>>,
    done: mpsc::Receiver<NodeJob>,
    done_in: mpsc::Sender<NodeJob>,
}

/// The task of a node's present life.
struct Home {
    incarnation: u32,
    inbox: mpsc::Sender<NodeJob>,
    task: AbortHandle,
}

impl Default for TaskStepper {
    fn default() -> Self {
        let (done_in, done) = mpsc::channel(1);
        Self { tasks: JoinSet::new(), homes: Vec::new(), done, done_in }
    }
}

impl TaskStepper {
    /// Takes a job's step in the node's task.
    pub async fn step(&mut self, job: NodeJob) -> NodeDone {
        let inbox = self.inbox(&job);
        if inbox.send(job).await.is_err() {
            return NodeDone::Panicked("the task of the node is gone".to_owned());
        }
        loop {
            tokio::select! {
                biased;
                Some(job) = self.done.recv() => return NodeDone::Stepped(job),
                Some(joined) = self.tasks.join_next() => match joined {
                    Err(error) if error.is_panic() => {
                        return NodeDone::Panicked(panic_guard::message_of(&*error.into_panic()));
                    }
                    // The task of an earlier life, aborted when its node crashed.
                    Ok(()) | Err(_) => {}
                },
            }
        }
    }

    /// Aborts the tasks of nodes that died since: their memory is gone already.
    pub fn bury(&mut self, living: impl Fn(usize) -> Option<u32>) {
        for (place, home) in self.homes.iter_mut().enumerate() {
            if home.as_ref().is_some_and(|home| living(place) != Some(home.incarnation))
                && let Some(home) = home.take()
            {
                home.task.abort();
            }
        }
    }

    fn inbox(&mut self, job: &NodeJob) -> mpsc::Sender<NodeJob> {
        let place = job.id.index();
        assert!(place < NodeSet::NODES_MAX, "a cluster has a bound");
        if self.homes.len() <= place {
            self.homes.resize_with(place + 1, || None);
        }
        if let Some(home) = self.homes[place].as_ref().filter(|home| home.incarnation == job.incarnation) {
            return home.inbox.clone();
        }
        let (inbox, jobs) = mpsc::channel(1);
        let task = self.tasks.spawn(live(jobs, self.done_in.clone()));
        let before = self.homes[place].replace(Home { incarnation: job.incarnation, inbox: inbox.clone(), task });
        if let Some(before) = before {
            before.task.abort();
        }
        inbox
    }
}

/// A node's task: takes steps until nobody wants any more.
async fn live(mut jobs: mpsc::Receiver<NodeJob>, done: mpsc::Sender<NodeJob>) {
    while let Some(mut job) = jobs.recv().await {
        panic_guard::quietly(|| job.step());
        if done.send(job).await.is_err() {
            break;
        }
    }
}

impl World {
    /// Runs until this time with every node in a task of its own: the same run as `run_until`.
    pub async fn run_until_tasks(&mut self, stepper: &mut TaskStepper, until: SimTime) {
        while self.step_once_tasks(stepper, until).await {}
        self.pass_time(until);
    }

    /// One scheduler event that happens by then; false if there is none.
    pub async fn step_once_tasks(&mut self, stepper: &mut TaskStepper, until: SimTime) -> bool {
        match self.next(until) {
            Next::Nothing => false,
            Next::Done => true,
            Next::Step(job) => {
                let done = stepper.step(job).await;
                self.finish(done);
                true
            }
        }
    }

    /// Aborts the tasks of nodes that are dead.
    pub fn bury_tasks(&self, stepper: &mut TaskStepper) {
        stepper.bury(|place| self.nodes.get(place).filter(|slot| slot.lives()).map(|slot| slot.incarnation));
    }
}
