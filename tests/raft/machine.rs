//! One replica with its disk: writes wait for an fsync, answers wait for their write, a crash forgets both.

use std::collections::VecDeque;

use chaosdesk::domain::ids::{LogIndex, NodeId, PersistToken};
use chaosdesk::domain::log::{DiskWrite, GroupImage};
use chaosdesk::domain::time::SimDuration;
use chaosdesk::protocols::message::Input;
use chaosdesk::protocols::raft::Raft;
use chaosdesk::protocols::raft::message::Message;

/// A replica and what surrounds it.
#[derive(Clone, Debug)]
pub struct Machine {
    pub id: NodeId,
    /// `None` while the process is dead.
    pub raft: Option<Raft>,
    /// What is synced.
    pub disk: GroupImage,
    /// What is written and not synced, oldest first.
    pub unsynced: VecDeque<(PersistToken, DiskWrite)>,
    /// Messages that wait for their write.
    pub parked: VecDeque<(PersistToken, NodeId, Message)>,
    /// Completions of an earlier life are void.
    pub incarnation: u64,
    pub syncing: bool,
    /// Nothing is synced until this is off again.
    pub disk_held: bool,
    pub frozen: bool,
    /// What arrived while it stood still.
    pub held: VecDeque<Input>,
    /// How far its clock runs ahead.
    pub ahead: SimDuration,
    /// How far its state machine got, by committing or installing.
    pub applied: LogIndex,
}

impl Machine {
    pub fn new(id: NodeId) -> Self {
        Self {
            id,
            raft: None,
            disk: GroupImage::default(),
            unsynced: VecDeque::new(),
            parked: VecDeque::new(),
            incarnation: 0,
            syncing: false,
            disk_held: false,
            frozen: false,
            held: VecDeque::new(),
            ahead: SimDuration::ZERO,
            applied: LogIndex::ORIGIN,
        }
    }

    /// The process dies. The first `survivors` of the unsynced writes happened to reach the disk.
    pub fn crash(&mut self, survivors: usize) {
        for (_, write) in self.unsynced.drain(..).take(survivors) {
            self.disk.apply(&write);
        }
        self.unsynced.clear();
        self.parked.clear();
        self.held.clear();
        self.raft = None;
        self.frozen = false;
        self.syncing = false;
        self.incarnation += 1;
    }

    /// Everything up to a token reaches the disk; returns the messages that waited for it.
    pub fn sync(&mut self, token: PersistToken) -> Vec<(NodeId, Message)> {
        while self.unsynced.front().is_some_and(|(asked, _)| *asked <= token) {
            let (_, write) = self.unsynced.pop_front().unwrap();
            self.disk.apply(&write);
        }
        let free =
            self.parked.iter().filter(|(after, ..)| *after <= token).map(|(_, to, m)| (*to, m.clone())).collect();
        self.parked.retain(|(after, ..)| *after > token);
        free
    }

    pub fn alive(&self) -> bool {
        self.raft.is_some()
    }
}
