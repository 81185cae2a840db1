//! The runner: what every leader task has in common, written once.
//!
//! Idea: a task says what comes next; the runner sees to it that this is safe. It owns the *term* (a task's memory is of
//! one leadership: with another term it begins with nothing but the applied state), the *log positions* (what was proposed
//! and is not applied yet is not proposed a second time), and the *timers* (what was not answered is sent again).
//! Messages: a network may lose, double, delay without bound, and deliver over a stale route. One rule for all tasks, the
//! `Reception`: what is over is *stale*, and dropped; what was done is answered as before, and not done again; what is due
//! is proposed, once; an answer is noted. Which of them a message is, is a question to the replicated state, never to
//! memory alone.
//! Shape: `receive`, `applied` and `tick` each return actions; the host carries them out and says where a proposal stands
//! in its log (`placed`).
//! Missed records: a leader whose machine was rebuilt was not told of what it applied meanwhile. It begins again, in the
//! same term (`advance`).
//! Units: virtual time of the node's monotonic clock.
//! Bound: one proposal a slot and one timer a key; tasks bound their keys.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::message::Body;
use crate::domain::ids::{GroupId, LogIndex, Term};
use crate::domain::log::Payload;
use crate::domain::map::ClusterMap;
use crate::domain::time::{SimDuration, SimTime};

/// A message without an answer is sent again after this.
pub(super) const RESEND_EVERY: SimDuration = SimDuration::from_millis(100);

/// Something that the leader of a group carries through, over several records and messages.
pub(super) trait LeaderTask: Clone + Default {
    /// The part of the replicated state that it reads.
    type State<'a>: Copy;
    /// What it proposes to the group's log.
    type Record: Clone;
    /// What applying a record came to.
    type Outcome;
    /// What a record decides: of one slot one record at a time is on its way through the log.
    type Slot: Ord + Clone;
    /// What it waits for.
    type Key: Ord + Copy;
    /// What leaders say to each other about it.
    type Message;

    /// The slot of a record.
    fn slot(record: &Self::Record) -> Self::Slot;

    /// A record, as the log takes it.
    fn payload(record: Self::Record) -> Payload;

    /// A message, as it travels.
    fn body(message: Self::Message) -> Body;

    /// A leadership begins, or begins again after it has missed records: all that is known is the state.
    fn begin(&mut self, context: &Context<'_, Self>, actions: &mut Actions<'_, Self>);

    /// The state may hold new work. What it costs must not grow with the work that is under way.
    fn look(&mut self, context: &Context<'_, Self>, actions: &mut Actions<'_, Self>);

    /// A message from the leader of a group.
    fn receive(
        &mut self,
        context: &Context<'_, Self>,
        from: GroupId,
        message: Self::Message,
        actions: &mut Actions<'_, Self>,
    ) -> Reception<Self>;

    /// A record was applied.
    fn applied(
        &mut self,
        context: &Context<'_, Self>,
        record: &Self::Record,
        outcome: &Self::Outcome,
        actions: &mut Actions<'_, Self>,
    );

    /// A timer has run out.
    fn due(&mut self, context: &Context<'_, Self>, key: Self::Key, actions: &mut Actions<'_, Self>);
}

/// Where a leader stands.
pub(super) struct Context<'a, T: LeaderTask> {
    pub(super) now: SimTime,
    pub(super) group: GroupId,
    pub(super) term: Term,
    pub(super) map: &'a ClusterMap,
    pub(super) state: T::State<'a>,
}

/// What a message is to its receiver.
pub(super) enum Reception<T: LeaderTask> {
    /// It speaks of something that is over, or that was never here: dropped.
    Stale,
    /// Its step was done before: the sender is answered as before.
    Done(T::Message),
    /// Its step is due: the record is proposed, if it is not on its way.
    Due(T::Record),
    /// It cannot be carried out yet: the sender will ask again.
    NotYet,
    /// It answers a question, and is noted.
    Noted,
}

/// What a task wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action<T: LeaderTask> {
    /// Propose this to the own group's log.
    Propose(T::Record),
    /// Send to the leader of this group.
    Send(GroupId, T::Message),
}

/// Records on their way through the log.
#[derive(Clone, Debug)]
struct Positions<S> {
    slots: BTreeSet<S>,
    placed: VecDeque<(LogIndex, S)>,
}

/// One timer a key.
#[derive(Clone, Debug)]
struct Timers<K> {
    at: BTreeMap<K, SimTime>,
    queue: BTreeSet<(SimTime, K)>,
}

/// What a task may do: send, propose, be reminded.
pub(super) struct Actions<'a, T: LeaderTask> {
    list: Vec<Action<T>>,
    positions: &'a mut Positions<T::Slot>,
    timers: &'a mut Timers<T::Key>,
}

impl<T: LeaderTask> Actions<'_, T> {
    /// Sends to the leader of a group.
    pub(super) fn send(&mut self, to: GroupId, message: T::Message) {
        self.list.push(Action::Send(to, message));
    }

    /// Proposes a record, unless one of its slot is on its way.
    pub(super) fn propose(&mut self, record: T::Record) {
        if self.positions.slots.insert(T::slot(&record)) {
            self.list.push(Action::Propose(record));
        }
    }

    /// The slots of what is on its way through the log.
    pub(super) fn in_log(&self) -> impl Iterator<Item = &T::Slot> {
        self.positions.slots.iter()
    }

    /// Sets the timer of a key.
    pub(super) fn remind(&mut self, key: T::Key, at: SimTime) {
        self.timers.set(key, at);
    }

    /// Stops the timer of a key.
    pub(super) fn forget(&mut self, key: &T::Key) {
        self.timers.stop(key);
    }
}

/// A task with all that a leadership needs for it.
#[derive(Clone, Debug)]
pub(super) struct Runner<T: LeaderTask> {
    term: Option<Term>,
    task: T,
    positions: Positions<T::Slot>,
    timers: Timers<T::Key>,
    /// Everything up to here was told to the task.
    told: LogIndex,
    /// It was not told of everything: what it remembers may be wrong.
    has_gap: bool,
}

impl<T: LeaderTask> Default for Runner<T> {
    fn default() -> Self {
        Self {
            term: None,
            task: T::default(),
            positions: Positions::default(),
            timers: Timers::default(),
            told: LogIndex::ORIGIN,
            has_gap: false,
        }
    }
}

impl<T: LeaderTask> Runner<T> {
    /// The task, to be asked.
    pub(super) const fn task(&self) -> &T {
        &self.task
    }

    /// Whether nothing that it proposed is on its way through the log.
    pub(super) fn is_quiet(&self) -> bool {
        self.positions.slots.is_empty()
    }

    /// Whether some record on its way through the log is like this.
    pub(super) fn any_proposed(&self, like: impl Fn(&T::Slot) -> bool) -> bool {
        self.positions.slots.iter().any(like)
    }

    /// A message from the leader of a group.
    pub(super) fn receive(&mut self, context: &Context<'_, T>, from: GroupId, message: T::Message) -> Vec<Action<T>> {
        self.act(context, |task, context, actions| match task.receive(context, from, message, actions) {
            Reception::Stale | Reception::NotYet | Reception::Noted => {}
            Reception::Done(answer) => actions.send(from, answer),
            Reception::Due(record) => actions.propose(record),
        })
    }

    /// A record was applied, whoever proposed it, and came to this.
    pub(super) fn applied(
        &mut self,
        context: &Context<'_, T>,
        record: &T::Record,
        outcome: &T::Outcome,
    ) -> Vec<Action<T>> {
        self.positions.done(&T::slot(record));
        self.act(context, |task, context, actions| task.applied(context, record, outcome, actions))
    }

    /// Time has passed, or the state has changed: new work, and what was not answered.
    pub(super) fn tick(&mut self, context: &Context<'_, T>) -> Vec<Action<T>> {
        self.act(context, |task, context, actions| {
            while let Some(key) = actions.timers.pop(context.now) {
                task.due(context, key, actions);
            }
            task.look(context, actions);
        })
    }

    /// The group has applied the records after `from`, up to `to`; the task is told of each that concerns it. If it was
    /// not told of those before, it begins again.
    pub(super) fn advance(&mut self, from: LogIndex, to: LogIndex) {
        self.has_gap |= self.told != from;
        self.told = to;
        self.positions.passed(to);
    }

    /// The log has taken a proposal, at this index; or it has not, and it may be proposed again.
    pub(super) fn placed(&mut self, record: &T::Record, at: Option<LogIndex>) {
        let slot = T::slot(record);
        match at {
            Some(at) => self.positions.placed.push_back((at, slot)),
            None => self.positions.done(&slot),
        }
    }

    fn act(
        &mut self,
        context: &Context<'_, T>,
        act: impl FnOnce(&mut T, &Context<'_, T>, &mut Actions<'_, T>),
    ) -> Vec<Action<T>> {
        let begins = self.term != Some(context.term) || self.has_gap;
        if self.term != Some(context.term) {
            self.positions = Positions::default();
        }
        if begins {
            (self.term, self.has_gap, self.timers) = (Some(context.term), false, Timers::default());
        }
        let Self { task, positions, timers, .. } = self;
        let mut actions = Actions { list: Vec::new(), positions, timers };
        if begins {
            task.begin(context, &mut actions);
        }
        act(task, context, &mut actions);
        actions.list
    }
}

impl<S> Default for Positions<S> {
    fn default() -> Self {
        Self { slots: BTreeSet::new(), placed: VecDeque::new() }
    }
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { at: BTreeMap::new(), queue: BTreeSet::new() }
    }
}

impl<S: Ord> Positions<S> {
    fn done(&mut self, slot: &S) {
        self.slots.remove(slot);
    }

    /// Everything up to here was applied, told of or not.
    fn passed(&mut self, index: LogIndex) {
        while let Some((_, slot)) = self.placed.pop_front_if(|(at, _)| *at <= index) {
            self.slots.remove(&slot);
        }
    }
}

impl<K: Ord + Copy> Timers<K> {
    fn set(&mut self, key: K, at: SimTime) {
        if let Some(before) = self.at.insert(key, at) {
            self.queue.remove(&(before, key));
        }
        self.queue.insert((at, key));
    }

    fn stop(&mut self, key: &K) {
        if let Some(at) = self.at.remove(key) {
            self.queue.remove(&(at, *key));
        }
    }

    fn pop(&mut self, now: SimTime) -> Option<K> {
        let (at, key) = *self.queue.first().filter(|(at, _)| *at <= now)?;
        self.queue.remove(&(at, key));
        self.at.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
