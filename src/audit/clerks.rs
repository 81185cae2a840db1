//! The clerks: the ledger and the stopwatch as one probe, so that one can ask the other.
//!
//! Idea: a refusal names an order, not a group; only the ledger knows where the order belongs. The stopwatch asks while
//! a measurement runs, and at no other time.

use crate::domain::actor::{Draft, Probe};
use crate::domain::event::Event;
use crate::domain::fact::{ClientFact, Fact};
use crate::domain::ids::GroupId;
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Reply};
use crate::domain::settings::Settings;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;

use super::ledger::Ledger;
use super::stopwatch::{Stopwatch, Tally};

/// Ledger and stopwatch.
#[derive(Clone, Debug)]
pub struct Clerks {
    ledger: Ledger,
    stopwatch: Stopwatch,
}

impl Clerks {
    /// Nothing has happened yet.
    pub fn new(settings: &Settings, map: &ClusterMap) -> Self {
        Self {
            ledger: Ledger::new(map, settings.cluster.ack),
            stopwatch: Stopwatch::new(map.groups.len(), &settings.raft),
        }
    }

    /// The group of each order of a batch.
    fn groups_of(&self, batch: &Batch) -> Vec<GroupId> {
        let orders = batch.records().iter().filter(|record| !record.command.is_query());
        orders.filter_map(|record| self.ledger.group_of(record.id)).collect()
    }

    fn measure(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        match fact {
            Fact::Replica { node, group, what } => self.stopwatch.on_replica(now, *node, *group, what),
            Fact::Client(fact) if self.stopwatch.runs() => self.measure_clients(now, fact, out),
            Fact::Client(_) | Fact::Died(_) | Fact::Began(_) => {}
        }
    }

    fn measure_clients(&mut self, now: SimTime, fact: &ClientFact, out: &mut Vec<Draft>) {
        match fact {
            ClientFact::Submitted(batch) => {
                self.groups_of(batch).into_iter().for_each(|group| self.stopwatch.on_asked(now, group));
            }
            ClientFact::Retried(batch) => {
                for group in self.groups_of(batch) {
                    self.stopwatch.on_asked(now, group);
                    self.stopwatch.tally(group, Tally::Retried);
                }
            }
            ClientFact::Answered(answers) => {
                for (answer, _) in answers.iter() {
                    match answer.reply {
                        Reply::Accepted(promise) | Reply::Verdict(promise, _) => {
                            self.stopwatch.on_promise(now, promise, out);
                        }
                        Reply::Refused(_) => {
                            if let Some(group) = self.ledger.group_of(answer.id) {
                                self.stopwatch.tally(group, Tally::Refused);
                            }
                        }
                        Reply::Reading(_) | Reply::Notice(_) => {}
                    }
                }
            }
            ClientFact::GaveUp(_) => {}
        }
    }
}

impl Probe for Clerks {
    fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        self.ledger.observe(now, fact, out);
        self.measure(now, fact, out);
    }

    fn hear(&mut self, event: &Event, _out: &mut Vec<Draft>) {
        self.ledger.hear(event);
        self.stopwatch.hear(event);
    }

    fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        self.ledger.contribute(view);
        self.stopwatch.contribute(now, view);
    }

    fn size_bytes(&self) -> u64 {
        self.ledger.size_bytes()
    }

    fn boxed_clone(&self) -> Box<dyn Probe> {
        Box::new(self.clone())
    }
}
