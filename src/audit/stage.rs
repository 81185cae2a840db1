//! A stage for hand-made facts: the probes of a small cluster, and short words for what befalls it.
//!
//! Idea: a test of the auditor is a story, "accepted, crashed, a later term applied"; the stage supplies the plumbing. It
//! hands the probes' own events back to them, as the world does.
//! Shape: three nodes; `meta`, p1 and p2 on all three; symbol 0 belongs to p1, symbol 1 to p2.

use std::sync::Arc;

use crate::domain::actor::{Draft, Probe};
use crate::domain::digest::Digest;
use crate::domain::event::{Event, EventKind, Invariant};
use crate::domain::fact::{Applied, ClientFact, ElectionFact, Executed, Fact, LogFact, Money, ReplicaFact};
use crate::domain::ids::{ClientId, EventId, GroupId, LogIndex, NodeId, Sequence, SymbolId, Term};
use crate::domain::log::LogPoint;
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::order::{Answer, Batch, Command, OrderStatus, OrderType, Promise, Record, Reply, Side, Verdict};
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Quantity;
use crate::domain::view::{ClusterView, InvariantView, LedgerView};
use crate::domain::why::Why;

/// The group of most stories.
pub const P1: GroupId = GroupId(1);
/// The other one.
pub const P2: GroupId = GroupId(2);

/// Probes, a clock, and all that the probes said.
pub struct Stage {
    probes: Vec<Box<dyn Probe>>,
    now: SimTime,
    /// Every event that the probes made.
    pub told: Vec<Draft>,
}

/// A node by its number.
pub const fn n(node: u8) -> NodeId {
    NodeId(node)
}

/// A point of a log whose chain follows from what the log holds.
pub const fn point(index: u64, term: u64) -> LogPoint {
    LogPoint { index: LogIndex(index), term: Term(term), chain: Digest(index << 8 | term) }
}

fn order(symbol: u16, client: u32, sequence: u64) -> Record {
    let command = Command::place(SymbolId(symbol), Side::Buy, OrderType::Market, Quantity(1));
    Record { id: ClientId(client).request(Sequence(sequence)), floor: Sequence(1), command }
}

/// Orders of one client on symbol 0.
pub fn orders(client: u32, sequences: impl IntoIterator<Item = u64>) -> Batch {
    Batch::new(sequences.into_iter().map(|sequence| order(0, client, sequence)).collect::<Vec<_>>())
}

/// A batch of this term from this index on, all of it executed; its chain follows from its content.
pub fn applied(term: u64, first: u64, batch: Option<Batch>) -> Applied {
    let content = batch.as_ref().map_or(Digest(7), Batch::digest);
    Applied {
        first: LogIndex(first),
        term: Term(term),
        chain: content.mix(term).mix(first),
        batch,
        executed: Executed::All,
        short: None,
        sound: true,
        money: Money::STILL,
    }
}

impl Stage {
    /// A cluster where nothing has happened, with these settings.
    pub fn new(settings: &Settings) -> Self {
        let voters: Vec<_> = NodeId::first(3).collect();
        let map = ClusterMap {
            epoch: Epoch(1),
            nodes: voters.clone(),
            groups: vec![voters.clone(), voters.clone(), voters],
            owners: vec![P1, P2],
            ..ClusterMap::default()
        };
        Self { probes: super::probes(settings, &map), now: SimTime::ZERO, told: Vec::new() }
    }

    /// It is so late now.
    pub fn at(&mut self, ms: u64) -> &mut Self {
        self.now = SimTime::from_millis(ms);
        self
    }

    /// States a fact.
    pub fn fact(&mut self, fact: &Fact) -> &mut Self {
        let mut out = Vec::new();
        self.probes.iter_mut().for_each(|probe| probe.observe(self.now, fact, &mut out));
        self.spread(out);
        self
    }

    /// Something notable happens.
    pub fn event(&mut self, node: Option<NodeId>, group: Option<GroupId>, kind: EventKind) -> &mut Self {
        let mut out = Vec::new();
        let event = Event { id: EventId(1), at: self.now, node, group, kind, cause: None, repeated: 0 };
        self.probes.iter_mut().for_each(|probe| probe.hear(&event, &mut out));
        self.spread(out);
        self
    }

    fn spread(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            self.told.push(draft.clone());
            self.event(draft.node, draft.group, draft.kind);
        }
    }

    /// What the screen would see.
    pub fn view(&self) -> ClusterView {
        let mut view = ClusterView::default();
        self.probes.iter().rev().for_each(|probe| probe.contribute(self.now, &mut view));
        view
    }

    /// The counts.
    pub fn ledger(&self) -> LedgerView {
        self.view().ledger
    }

    /// One lamp.
    pub fn lamp(&self, invariant: Invariant) -> InvariantView {
        let view = self.view();
        assert_eq!(view.invariants.len(), Invariant::ALL.len(), "every lamp is there");
        view.invariants[invariant as usize].clone()
    }

    /// A client hands in orders for the first time.
    pub fn submit(&mut self, client: u32, sequences: impl IntoIterator<Item = u64>) -> &mut Self {
        self.fact(&Fact::Client(ClientFact::Submitted(orders(client, sequences))))
    }

    /// A client sends an order again.
    pub fn retry(&mut self, client: u32, sequence: u64) -> &mut Self {
        self.fact(&Fact::Client(ClientFact::Retried(orders(client, [sequence]))))
    }

    /// A client gives up on an order.
    pub fn give_up(&mut self, client: u32, sequence: u64) -> &mut Self {
        self.fact(&Fact::Client(ClientFact::GaveUp(orders(client, [sequence]))))
    }

    /// A client hears a reply.
    pub fn answer(&mut self, client: u32, sequence: u64, reply: Reply) -> &mut Self {
        let answer = Answer { id: ClientId(client).request(Sequence(sequence)), reply };
        self.fact(&Fact::Client(ClientFact::Answered(Arc::new([(answer, SimDuration::from_millis(1))]))))
    }

    /// A client hears "accepted".
    pub fn accept(&mut self, client: u32, sequence: u64, term: u64, index: u64) -> &mut Self {
        let promise = Promise { group: P1, term: Term(term), index: LogIndex(index) };
        self.answer(client, sequence, Reply::Accepted(promise))
    }

    /// A client hears a verdict.
    pub fn verdict(&mut self, client: u32, sequence: u64, term: u64, index: u64) -> &mut Self {
        let promise = Promise { group: P1, term: Term(term), index: LogIndex(index) };
        let verdict = Verdict { status: OrderStatus::Filled, filled: Quantity(1), resting: Quantity::ZERO };
        self.answer(client, sequence, Reply::Verdict(promise, verdict))
    }

    /// A client hears a refusal.
    pub fn refuse(&mut self, client: u32, sequence: u64, why: Why) -> &mut Self {
        self.answer(client, sequence, Reply::Refused(why))
    }

    /// A replica of p1 does something.
    pub fn replica(&mut self, node: u8, what: impl Into<ReplicaFact>) -> &mut Self {
        self.fact(&Fact::Replica { node: n(node), group: P1, what: what.into() })
    }

    /// A replica of p1 applies orders.
    pub fn apply(&mut self, node: u8, term: u64, first: u64, batch: Batch) -> &mut Self {
        self.replica(node, LogFact::Applied(applied(term, first, Some(batch))))
    }

    /// A replica of p1 applies the first entry of a leader.
    pub fn apply_noop(&mut self, node: u8, term: u64, index: u64) -> &mut Self {
        self.replica(node, LogFact::Applied(applied(term, index, None)))
    }

    /// A replica of p1 leads, with a log that ends there.
    pub fn leads(&mut self, node: u8, term: u64, end: LogPoint) -> &mut Self {
        self.replica(node, ElectionFact::Leads { term: Term(term), end })
    }

    /// A replica of p1 appends an entry.
    pub fn appends(&mut self, node: u8, end: LogPoint) -> &mut Self {
        self.replica(node, LogFact::Appended(vec![end]))
    }

    /// A replica of p1 commits, as leader of a term or as follower.
    pub fn commits(&mut self, node: u8, to: LogPoint, leading: Option<u64>) -> &mut Self {
        self.replica(node, LogFact::Committed { to, leading: leading.map(Term) })
    }
}
