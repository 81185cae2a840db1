//! The network: how long a message takes, whether it passes at all, and in which order it arrives.
//!
//! Idea: a directed link per pair of ends with its own stream of jitter, so that what happens on one link shifts nothing
//! on another. A link is a pipe: a message never overtakes the one before it.
//! Units: virtual ns; loss in thousandths.
//! Shape: a matrix of links, one entry a directed pair; it grows by a row and a column with every new node. `send` decides the fate of a message now; the scheduler carries it. Links between nodes can be cut, lose and
//! overflow; links of clients and balancer only take time: they sit on a network of their own, which is why a
//! leader that is cut off from its peers still hears its clients.
//! Bound: `LinkSettings::in_flight_max` messages a link (4,096); one more is dropped and counted, the protocol survives it.

use crate::domain::chance::{Chance, Purpose};
use crate::domain::ids::{ActorId, Address, NodeId};
use crate::domain::settings::LinkSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::Reach;

/// A directed link: its two ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId {
    from: u16,
    to: u16,
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is on the wire.
    Arrives {
        /// When it is through.
        at: SimTime,
        /// By which link; to be given back to `arrived`.
        link: LinkId,
    },
    /// It is lost: the link is cut, or chance took it.
    Lost,
    /// The link is full, and it is dropped.
    Full {
        /// Nobody was told since the link was last empty.
        news: bool,
    },
}

#[derive(Clone, Debug)]
struct Link {
    chance: Chance,
    /// Latency, and jitter around it.
    delay: (SimDuration, SimDuration),
    last_arrival: SimTime,
    in_flight: u32,
    cut: bool,
    told_full: bool,
}

/// All links.
#[derive(Clone, Debug)]
pub struct Network {
    settings: LinkSettings,
    /// Actors are the first ends, so that the nodes can grow.
    actors: usize,
    /// A row for each end, with the links that begin there.
    links: Vec<Vec<Link>>,
    traffic: Traffic,
}

/// Messages between nodes, counted.
#[derive(Clone, Copy, Default, Debug)]
pub struct Traffic {
    /// Sent so far.
    pub sent: u64,
    /// Lost so far, for any reason.
    pub dropped: u64,
    /// Of those, because a link was full.
    pub overflowed: u64,
    /// On the wire now.
    pub on_the_wire: u64,
}

impl Network {
    /// A network where everything passes.
    pub fn new(seed: u64, settings: LinkSettings, nodes: usize, actors: usize) -> Self {
        let mut network = Self { settings, actors, links: Vec::new(), traffic: Traffic::default() };
        (0..nodes + actors).for_each(|_| network.add_end(seed));
        network
    }

    /// One more node, with links to and from all others.
    pub fn add_node(&mut self, seed: u64) {
        self.add_end(seed);
    }

    fn add_end(&mut self, seed: u64) {
        let new = self.links.len();
        for from in 0..new {
            let link = self.link(seed, from, new);
            self.links[from].push(link);
        }
        let row = (0..=new).map(|to| self.link(seed, new, to)).collect();
        self.links.push(row);
    }

    fn link(&self, seed: u64, from: usize, to: usize) -> Link {
        let delay = match (self.node_at(from), self.node_at(to)) {
            (Some(from), Some(to)) => self.settings.between(from, to),
            _ => (self.settings.latency, self.settings.jitter),
        };
        Link {
            chance: Chance::stream(seed, Purpose::Link, self.name(from) << 32 | self.name(to)),
            delay,
            last_arrival: SimTime::ZERO,
            in_flight: 0,
            cut: false,
            told_full: false,
        }
    }

    /// Names an end independently of how many there are, so that one more node shifts nobody's jitter.
    fn name(&self, end: usize) -> u64 {
        self.node_at(end).map_or(1 << 16 | end as u64, |node| node.index() as u64)
    }

    fn node_at(&self, end: usize) -> Option<NodeId> {
        end.checked_sub(self.actors).map(NodeId::from_index)
    }

    /// The nodes, those that are gone too.
    fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + Clone + use<> {
        NodeId::first(self.links.len() - self.actors)
    }

    fn end(&self, address: Address) -> usize {
        match address {
            Address::Node(node) => self.actors + node.index(),
            Address::Actor(ActorId(actor)) => usize::from(actor),
        }
    }

    fn between(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        let (from, to) = (self.end(from.into()), self.end(to.into()));
        &mut self.links[from][to]
    }

    /// Decides what becomes of a message that is sent now. A message to oneself, and one between actors, never gets
    /// here: it takes no time.
    pub fn send(&mut self, now: SimTime, from: Address, to: Address) -> Sent {
        let (row, place) = (self.end(from), self.end(to));
        let between_nodes = matches!((from, to), (Address::Node(_), Address::Node(_)));
        let link = &mut self.links[row][place];
        if between_nodes {
            self.traffic.sent += 1;
            let unlucky =
                self.settings.loss_per_mille > 0 && link.chance.ratio(u64::from(self.settings.loss_per_mille), 1_000);
            if link.cut || unlucky {
                self.traffic.dropped += 1;
                return Sent::Lost;
            }
        }
        if link.in_flight as usize >= self.settings.in_flight_max {
            if between_nodes {
                self.traffic.dropped += 1;
                self.traffic.overflowed += 1;
            }
            return Sent::Full { news: !std::mem::replace(&mut link.told_full, true) };
        }
        link.in_flight += 1;
        self.traffic.on_the_wire += u64::from(between_nodes);
        let at = now + link.chance.around(link.delay.0, link.delay.1);
        link.last_arrival = at.max(link.last_arrival);
        Sent::Arrives { at: link.last_arrival, link: LinkId { from: row as u16, to: place as u16 } }
    }

    /// A message left the wire.
    pub fn arrived(&mut self, id: LinkId) {
        let link = &mut self.links[usize::from(id.from)][usize::from(id.to)];
        assert!(link.in_flight > 0, "a message leaves a link that carries one");
        link.in_flight -= 1;
        if link.in_flight == 0 {
            link.told_full = false;
        }
        let between_nodes = usize::from(id.from.min(id.to)) >= self.actors;
        self.traffic.on_the_wire -= u64::from(between_nodes);
    }

    /// A message between nodes arrived where nobody takes it.
    pub const fn count_lost(&mut self) {
        self.traffic.dropped += 1;
    }

    /// Nothing passes from one node to another from now on, or it does again; true if that is a change. What is on the
    /// wire still arrives.
    pub fn set_cut(&mut self, from: NodeId, to: NodeId, state: Passage) -> bool {
        let cut = state == Passage::Cut && from != to;
        std::mem::replace(&mut self.between(from, to).cut, cut) != cut
    }

    /// Sets the latency and jitter of a link, or restores the configured ones; true if that changes something. Messages still
    /// do not overtake one another.
    pub fn set_delay(&mut self, from: NodeId, to: NodeId, delay: Option<(SimDuration, SimDuration)>) -> bool {
        let delay = delay.unwrap_or_else(|| self.settings.between(from, to));
        std::mem::replace(&mut self.between(from, to).delay, delay) != delay
    }

    /// Whether messages pass from one node to another.
    pub fn passes(&self, from: NodeId, to: NodeId) -> bool {
        !self.links[self.end(from.into())][self.end(to.into())].cut
    }

    /// Whether they hear each other.
    pub fn both_ways(&self, one: NodeId, other: NodeId) -> bool {
        self.passes(one, other) && self.passes(other, one)
    }

    /// The links that are cut, in order.
    pub fn cuts(&self) -> Vec<(NodeId, NodeId)> {
        let pairs = self.nodes().flat_map(|from| self.nodes().map(move |to| (from, to)));
        pairs.filter(|(from, to)| !self.passes(*from, *to)).collect()
    }

    /// How a node's links to those that count are. A link to a node that is cut off from all others says nothing of its other
    /// end: one isolated node is one, and not the whole cluster.
    pub fn reach(&self, node: NodeId, counts: impl Fn(NodeId) -> bool) -> Reach {
        let reach = self.reach_among(node, &counts);
        if reach != Reach::Partly {
            return reach;
        }
        let is_in_reach = |other| matches!(self.reach_among(other, &counts), Reach::All | Reach::Partly);
        match self.reach_among(node, &|other| counts(other) && is_in_reach(other)) {
            Reach::All => Reach::All,
            Reach::Delayed | Reach::Partly | Reach::Muted | Reach::Isolated => Reach::Partly,
        }
    }

    fn reach_among(&self, node: NodeId, counts: &dyn Fn(NodeId) -> bool) -> Reach {
        let others = || self.nodes().filter(|other| *other != node && counts(*other));
        let heard_by = others().filter(|other| self.passes(node, *other)).count();
        let hears = others().filter(|other| self.passes(*other, node)).count();
        let all = others().count();
        match (heard_by, hears) {
            _ if heard_by == all && hears == all => Reach::All,
            (0, 0) => Reach::Isolated,
            (0, _) if hears == all => Reach::Muted,
            _ => Reach::Partly,
        }
    }

    /// What passed so far.
    pub const fn traffic(&self) -> Traffic {
        self.traffic
    }
}

/// Whether a link passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passage {
    /// It does.
    Open,
    /// It does not.
    Cut,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::LinkPair;
    use crate::domain::time::SimDuration;

    const N1: NodeId = NodeId(1);
    const N2: NodeId = NodeId(2);

    fn network(settings: LinkSettings) -> Network {
        Network::new(3, settings, 3, 2)
    }

    fn arrival(sent: Sent) -> (SimTime, LinkId) {
        match sent {
            Sent::Arrives { at, link } => (at, link),
            other => panic!("it should pass: {other:?}"),
        }
    }

    #[test]
    fn a_pair_of_nodes_may_have_a_latency_of_its_own_one_way() {
        let (n1, n2) = (NodeId(1), NodeId(2));
        let (latency, jitter) = (SimDuration::from_millis(45), SimDuration::ZERO);
        let pairs = vec![LinkPair { from: n1, to: n2, latency, jitter }];
        let mut network = Network::new(1, LinkSettings { pairs, ..LinkSettings::default() }, 3, 1);
        let mut arrival = |from: NodeId, to: NodeId| match network.send(SimTime::ZERO, from.into(), to.into()) {
            Sent::Arrives { at, .. } => at.since(SimTime::ZERO),
            other => panic!("{other:?}"),
        };
        assert_eq!(arrival(n1, n2), latency);
        assert!(arrival(n2, n1) < SimDuration::from_millis(1), "the way back is as it was");
    }

    #[test]
    fn a_link_is_delayed_one_way_and_then_as_it_was() {
        let settings = LinkSettings { jitter: SimDuration::ZERO, ..LinkSettings::default() };
        let configured = settings.latency;
        let mut network = network(settings);
        let takes = |network: &mut Network, now: u64, from: NodeId, to: NodeId| {
            let now = SimTime::from_millis(now);
            let (at, link) = arrival(network.send(now, from.into(), to.into()));
            network.arrived(link);
            at.since(now)
        };
        let slow = (SimDuration::from_millis(20), SimDuration::ZERO);
        assert!(network.set_delay(N1, N2, Some(slow)) && !network.set_delay(N1, N2, Some(slow)));
        assert_eq!(takes(&mut network, 0, N1, N2), slow.0);
        assert_eq!(takes(&mut network, 0, N2, N1), configured, "the way back is as it was");
        assert!(network.set_delay(N1, N2, None) && !network.set_delay(N1, N2, None));
        assert_eq!(takes(&mut network, 10, N1, N2), SimDuration::from_millis(10), "none overtakes the one before");
        assert_eq!(takes(&mut network, 50, N1, N2), configured);
    }

    #[test]
    fn a_message_takes_the_latency_and_never_overtakes_the_one_before() {
        let settings = LinkSettings { jitter: SimDuration::from_micros(400), ..LinkSettings::default() };
        let mut network = network(settings.clone());
        let mut last = SimTime::ZERO;
        for n in 0..1_000 {
            let now = SimTime(n * 10_000);
            let (at, _) = arrival(network.send(now, N1.into(), N2.into()));
            let took = at.since(now);
            assert!(took >= settings.latency - settings.jitter && took <= settings.latency + settings.jitter);
            assert!(at >= last, "links are in order");
            last = at;
        }
    }

    #[test]
    fn a_cut_is_of_one_direction() {
        let mut network = network(LinkSettings::default());
        assert!(network.set_cut(N1, N2, Passage::Cut));
        assert!(!network.set_cut(N1, N2, Passage::Cut), "that was no change");
        assert_eq!(network.send(SimTime::ZERO, N1.into(), N2.into()), Sent::Lost);
        arrival(network.send(SimTime::ZERO, N2.into(), N1.into()));
        assert_eq!(network.cuts(), vec![(N1, N2)]);
        assert!(!network.both_ways(N1, N2));
        let reach = |network: &Network, node| network.reach(NodeId(node), |_| true);
        assert_eq!([1, 2, 3].map(|node| reach(&network, node)), [Reach::Partly, Reach::Partly, Reach::All]);
        network.set_cut(N1, NodeId(3), Passage::Cut);
        assert_eq!(reach(&network, 1), Reach::Muted);
    }

    #[test]
    fn who_is_cut_off_from_all_does_not_make_the_others_look_cut() {
        let mut network = Network::new(3, LinkSettings::default(), 5, 2);
        let n5 = NodeId(5);
        let reach = |network: &Network, gone: &[u8]| {
            [1, 2, 3, 4, 5].map(|node| network.reach(NodeId(node), |other| !gone.contains(&other.0)))
        };
        use Reach::{All, Isolated, Muted, Partly};
        for other in NodeId::first(4) {
            network.set_cut(n5, other, Passage::Cut);
        }
        assert_eq!(reach(&network, &[]), [All, All, All, All, Muted]);
        for other in NodeId::first(4) {
            network.set_cut(other, n5, Passage::Cut);
        }
        assert_eq!(reach(&network, &[]), [All, All, All, All, Isolated]);
        network.set_cut(N1, N2, Passage::Cut);
        assert_eq!(reach(&network, &[]), [Partly, Partly, All, All, Isolated], "their own link is cut as well");
        assert_eq!(reach(&network, &[5]), [Partly, Partly, All, All, Isolated]);
        assert_eq!(reach(&network, &[2, 5])[..4], [All, Partly, All, All], "who has left is missed by nobody");
        network.set_cut(n5, N1, Passage::Open);
        assert_eq!(reach(&network, &[])[2..], [Partly, Partly, Partly], "n1 hears it: it is cut off from some");
    }

    #[test]
    fn a_full_link_drops_and_counts_and_says_so_once_until_it_is_empty() {
        let mut network = network(LinkSettings { in_flight_max: 2, ..LinkSettings::default() });
        let now = SimTime::ZERO;
        let first = arrival(network.send(now, N1.into(), N2.into())).1;
        let second = arrival(network.send(now, N1.into(), N2.into())).1;
        assert_eq!(network.send(now, N1.into(), N2.into()), Sent::Full { news: true });
        assert_eq!(network.send(now, N1.into(), N2.into()), Sent::Full { news: false });
        assert_eq!((network.traffic().overflowed, network.traffic().on_the_wire), (2, 2));
        network.arrived(first);
        network.arrived(second);
        arrival(network.send(now, N1.into(), N2.into()));
        arrival(network.send(now, N1.into(), N2.into()));
        assert_eq!(network.send(now, N1.into(), N2.into()), Sent::Full { news: true });
    }

    #[test]
    fn loss_takes_about_its_share() {
        let mut network =
            network(LinkSettings { loss_per_mille: 100, in_flight_max: 1 << 20, ..LinkSettings::default() });
        for _ in 0..10_000 {
            network.send(SimTime::ZERO, N1.into(), N2.into());
        }
        assert!((800..1_200).contains(&network.traffic().dropped), "{}", network.traffic().dropped);
    }

    #[test]
    fn what_happens_on_one_link_shifts_nothing_on_another() {
        let (mut one, mut other) = (network(LinkSettings::default()), network(LinkSettings::default()));
        for _ in 0..9 {
            one.send(SimTime::ZERO, N1.into(), NodeId(3).into());
        }
        assert_eq!(one.send(SimTime::ZERO, N1.into(), N2.into()), other.send(SimTime::ZERO, N1.into(), N2.into()));
        let mut bigger = Network::new(3, LinkSettings::default(), 7, 2);
        let actor = Address::Actor(ActorId(1));
        let at = |network: &mut Network| arrival(network.send(SimTime::ZERO, actor, N2.into())).0;
        assert_eq!(at(&mut other), at(&mut bigger), "nor does one more node");
    }
}
