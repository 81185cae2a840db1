//! The seam is real: two nodes whose partition is kept by another protocol than Raft, while Raft keeps `meta`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::message::{NodeEffect, NodeInput, NodeMessage, NodeOrder};
use super::{Node, NodeBoot};
use crate::domain::event::EventKind;
use crate::domain::ids::{ActorId, ClientId, GroupId, NodeId, NodeSet, Sequence, SymbolId};
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::membership::ConfigChange;
use crate::domain::order::{Answer, Batch, Command, DeskMessage, OrderType, ReadFrom, Record, Reply, Side, Submission};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::units::{Price, Quantity};
use crate::domain::view::RoleView;
use crate::domain::why::Why;
use crate::protocols::fixed_primary::FixedPrimary;
use crate::protocols::registry::{Message, Replicator};

const P1: GroupId = GroupId(1);
const N1: NodeId = NodeId(1);
const N2: NodeId = NodeId(2);

/// Two nodes, links and disks without a delay.
struct Pair {
    nodes: [Node; 2],
    waits: VecDeque<(NodeId, NodeInput)>,
    now: SimTime,
    answers: Vec<Answer>,
    told: Vec<EventKind>,
    /// Messages of the partition.
    spoken: u64,
}

impl Pair {
    fn new() -> Self {
        let settings = Arc::new(Settings::default());
        let map = Arc::new(ClusterMap {
            epoch: Epoch(1),
            nodes: vec![N1, N2],
            groups: vec![vec![N1, N2]; 2],
            owners: SymbolId::all().map(|_| P1).collect(),
            ..ClusterMap::default()
        });
        let node = |id| {
            let boot = NodeBoot {
                id,
                incarnation: 1,
                settings: Arc::clone(&settings),
                ack: AckRule::Majority,
                rules: Rules::default(),
                genesis: Arc::clone(&map),
                map: Arc::clone(&map),
                images: Default::default(),
                seed: 1,
                now: Now::exact(SimTime::ZERO),
            };
            let mut node = Node::boot(boot);
            let core = Replicator::Fixed(FixedPrimary::new(id, &[N1, N2]));
            node.replicas.get_mut(P1).expect("it holds the partition").core = core;
            node
        };
        let mut pair = Self {
            nodes: [node(N1), node(N2)],
            waits: VecDeque::new(),
            now: SimTime::ZERO,
            answers: Vec::new(),
            told: Vec::new(),
            spoken: 0,
        };
        [N1, N2].into_iter().for_each(|id| pair.give(id, NodeInput::Start));
        pair.run_for(2_000);
        pair
    }

    fn give(&mut self, id: NodeId, input: NodeInput) {
        self.waits.push_back((id, input));
        while let Some((id, input)) = self.waits.pop_front() {
            let mut effects = Vec::new();
            self.nodes[id.index()].step(Now::exact(self.now), input, &mut effects);
            effects.into_iter().for_each(|effect| self.obey(id, effect));
        }
    }

    fn obey(&mut self, id: NodeId, effect: NodeEffect) {
        match effect {
            NodeEffect::Send { to, message } => {
                let fixed = |message: &NodeMessage| {
                    matches!(message, NodeMessage::Replica { group: P1, message: Message::Fixed(_) })
                };
                self.spoken += u64::from(fixed(&message));
                self.waits.push_back((to, NodeInput::Receive { from: id, message }));
            }
            NodeEffect::Persist { token, .. } => self.waits.push_back((id, NodeInput::Persisted(token))),
            NodeEffect::Reply { message: DeskMessage::Answers(answers), .. } => self.answers.extend(answers.iter()),
            NodeEffect::Tell(draft) if draft.group == Some(P1) => self.told.push(draft.kind),
            _ => {}
        }
    }

    fn run_for(&mut self, ms: u64) {
        for _ in 0..ms {
            self.now += SimDuration::from_millis(1);
            for id in [N1, N2] {
                if self.nodes[id.index()].next_wake() <= self.now {
                    self.give(id, NodeInput::Wake);
                }
            }
        }
    }

    /// A client hands an order, or asks for one, to a gateway; the answer.
    fn ask(&mut self, gateway: NodeId, sequence: u64, command: Command) -> Reply {
        let record = Record { id: ClientId(1).request(Sequence(sequence)), floor: Sequence(1), command };
        let deadline = self.now + SimDuration::from_secs(1);
        let submission = Submission { batch: Batch::new(vec![record]), read_from: ReadFrom::Leader, deadline };
        let message = DeskMessage::Submit(submission);
        self.give(gateway, NodeInput::Client { from: ActorId::BALANCER, message });
        self.run_for(200);
        let answer = self.answers.iter().rfind(|answer| answer.id == record.id);
        answer.expect("it is answered").reply
    }
}

fn buy() -> Command {
    Command::place(SymbolId(0), Side::Buy, OrderType::Limit(Price(10_000)), Quantity(1))
}

#[test]
fn a_node_serves_a_partition_under_another_protocol() {
    let mut pair = Pair::new();
    // The gateway on the backup believes what its own replica believes, and hands the order to the primary.
    let reply = pair.ask(N2, 1, buy());
    assert!(matches!(reply, Reply::Verdict(promise, _) if promise.group == P1), "{reply:?}");
    assert!(matches!(pair.ask(N1, 2, buy()), Reply::Verdict(..)));
    let query = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
    let reply = pair.ask(N2, 3, query);
    assert!(matches!(reply, Reply::Reading(_)), "a read waits for the commit index, as ever: {reply:?}");
    assert!(pair.spoken > 0, "they spoke their own words");

    let now = Now::exact(pair.now);
    let [one, two] = [0, 1].map(|place: usize| pair.nodes[place].replica_view(now, P1).expect("it holds one"));
    assert_eq!((one.role, two.role), (RoleView::Leader, RoleView::Follower));
    assert_eq!((one.applied, one.chain), (two.applied, two.chain), "both did the same");
    assert_eq!((one.votes, one.voted_for, one.timer), Default::default(), "there are no votes");
    let meta = pair.nodes[0].replica_view(now, GroupId::META).expect("it holds one");
    assert!(meta.voted_for.is_some(), "`meta` is Raft's");
}

#[test]
fn what_the_protocol_does_not_have_is_refused_with_a_reason() {
    let mut pair = Pair::new();
    pair.told.clear();
    let change = Box::new(ConfigChange::Voters([N1].into_iter().collect::<NodeSet>()));
    pair.give(N1, NodeInput::Order(NodeOrder::Transfer { group: P1, to: Some(N2) }));
    pair.give(N1, NodeInput::Order(NodeOrder::ChangeConfig { group: P1, change }));
    pair.give(N1, NodeInput::Order(NodeOrder::Campaign(P1)));
    let (to, why) = (N2, Why::Unsupported);
    assert_eq!(pair.told, [EventKind::TransferFailed { to, why }, EventKind::ConfigRefused { why }]);
    assert!(matches!(pair.ask(N1, 1, buy()), Reply::Verdict(..)), "the group works on");
}
