//! Controls: each is carried out here, at once and in full, or refused with a reason.
//!
//! Idea: targets by role are resolved now, against the truth, so that a recording of "crash the leader" replays as what it
//! meant. What a control changes for good (rules, acknowledgement) is kept in the settings, for nodes that begin later.
//! Shape: one verb a control. Those of load and schedules belong to actors; every actor hears every control.
//! Bound: a cluster has so many nodes and links, so faults in force are bounded by them.
//! Errors: a refusal is the event `ControlRefused`.

use std::sync::Arc;

use crate::domain::actor::{Actor, ActorInput};
use crate::domain::control::{Control, ControlAnswer, Target};
use crate::domain::event::{AdmissionEvent, EventKind};
use crate::domain::ids::{ActorId, EventId, GroupId, NodeId};
use crate::domain::rules::AckRule;
use crate::domain::settings::Settings;
use crate::domain::why::Why;
use crate::node::message::{NodeInput, NodeOrder};
use crate::storage::memory_disk::DiskPace;

use super::members::OfTheDead;
use super::slot::Status;
use super::world::{Asked, World};

type Cause = Option<EventId>;

/// Who carries a control out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// The world has.
    ByWorld,
    /// Actors will, when they hear it.
    ByActors,
}

impl World {
    /// Carries a control out, and tells every actor of it. Answers with what actors hear as soon as time goes on, and whether it
    /// is for them to carry out. A refused control reaches no actor.
    ///
    /// # Errors
    /// It is refused here; the event that says so has happened.
    pub(super) fn carry_out(&mut self, control: Control, cause: Cause) -> Result<(Control, Carried), Why> {
        let meant = self.for_actors(control);
        let carried = meant.and_then(|meant| Ok((meant, self.try_control(meant, cause)?)));
        let (heard, carried) = carried.inspect_err(|why| {
            self.tell_of(None, EventKind::ControlRefused { control, why: *why }, cause);
        })?;
        let actors: Vec<ActorId> = self.cast.ids().collect();
        actors.into_iter().for_each(|actor| self.plan_for_actor(actor, ActorInput::Control(heard), cause));
        Ok((heard, carried))
    }

    /// The answer to a control that was not refused here. Earlier controls of this very place of the run, as a run that is
    /// paused collects them, are still on their way to the actors: a copy of each hears those before it is asked.
    pub(super) fn answer(&mut self, heard: Control, carried: Carried) -> ControlAnswer {
        let Self { history, clock, cast, .. } = self;
        let unheard = history.unheard_at(clock.events);
        let refuses = |actor: &dyn Actor| {
            if unheard.is_empty() {
                return actor.refusal(clock.now, &heard);
            }
            let mut copy = actor.boxed_clone();
            for control in unheard.iter() {
                copy.step(clock.now, ActorInput::Control(*control), &mut Vec::new());
            }
            copy.refusal(clock.now, &heard)
        };
        let refusal = match carried {
            Carried::ByWorld => None,
            Carried::ByActors => cast.ids().filter_map(|actor| cast.actor(actor)).find_map(refuses),
        };
        unheard.push(heard);
        refusal.map_or(ControlAnswer::Done, ControlAnswer::Refused)
    }

    /// What nodes were asked for at this very instant.
    pub(super) fn asked(&mut self) -> &mut Vec<Asked> {
        self.history.asked_at(self.clock.events)
    }

    /// The control as actors hear it: of those that an actor carries out, the node is named, for only the world knows who
    /// leads.
    fn for_actors(&mut self, control: Control) -> Result<Control, Why> {
        Ok(match control {
            Control::Drain(target) => Control::Drain(Target::Node(self.resolve(target)?)),
            Control::Undrain(target) => Control::Undrain(Target::Node(self.resolve(target)?)),
            other => other,
        })
    }

    fn try_control(&mut self, control: Control, cause: Cause) -> Result<Carried, Why> {
        if self.history.is_full_at(self.clock.events) {
            return Err(Why::TooManyControls);
        }
        let done = match control {
            Control::Crash(target) => self.control_crash(target, cause),
            Control::Recover(target) => self.control_recover(target, cause),
            Control::RecoverAll => self.recover_all(cause),
            Control::Freeze(target) => self.control_freeze(target, cause),
            Control::Thaw(target) => self.control_thaw(target, cause),
            Control::Cut { from, to } => self.cut(from, to, cause),
            Control::Heal { from, to } => self.heal(from, to, cause),
            Control::Delay { from, to, latency, jitter } => {
                self.delay((from, to), latency.map(|latency| (latency, jitter)), cause)
            }
            Control::Isolate(target) => self.isolate(target, cause),
            Control::Mute(target) => self.mute(target, cause),
            Control::Rejoin(target) => self.rejoin(target, cause),
            Control::HealAll => self.heal_all(cause),
            Control::SlowDisk { node, slow } => self.slow_disk(node, pace(slow), cause),
            Control::Transfer { group, to } => self.transfer(group, to, cause),
            Control::ForceElection(group) => {
                let node = self.follower(group)?;
                self.plan_inside(node, NodeInput::Order(NodeOrder::Campaign(group)), cause);
                Ok(())
            }
            Control::Poison(target) => self.make_panic(target, cause),
            Control::ReadTrades(query) => self.read_trades(query, cause),
            Control::FindTrade(id) => self.find_trade(id, cause),
            Control::LoseChange { node, group } => {
                let node = self.running(node)?;
                let holds = self.nodes[node.index()].node.as_ref().is_some_and(|node| node.exchange(group).is_some());
                if holds {
                    self.plan_inside(node, NodeInput::Order(NodeOrder::LoseChange(group)), cause);
                }
                if holds { Ok(()) } else { Err(Why::NoReplica) }
            }
            Control::SetAck(_) | Control::SetRule { .. } | Control::SetAdmission(_) => self.switch(control, cause),
            Control::SetStrategy(strategy) => self.keep(|settings| settings.load.strategy = strategy),
            Control::SetLoad(on) => self.keep(|settings| settings.load.on = on),
            Control::SetReadFrom(read_from) => self.keep(|settings| settings.load.read_from = read_from),
            Control::SetTickRate(rate) => self.keep(|settings| settings.market_data.ticks_per_s = rate),
            Control::SetOverload(rule) => self.keep(|settings| settings.market_data.overload = rule),
            Control::SetSignalsTrade(on) => self.keep(|settings| settings.market_data.signals_trade = on),
            Control::AddNode => self.add_node(cause),
            Control::Decommission(target) => self.let_go(target, OfTheDead::None, cause),
            Control::Replace(target) => self.let_go(target, OfTheDead::Only, cause),
            Control::Divide(strategy) => self.divide(strategy, cause),
            Control::Split => self.split(cause),
            Control::MoveSymbol { symbol, to } => self.move_symbol(symbol, to, cause),
            Control::StopMoves => self.stop_moves(cause),
            Control::SetVenue { venue, open } => self.set_venue(venue, open, cause),
            Control::SetRate(_) | Control::SetSkew(_) => {
                self.keep_of_load(control);
                return Ok(Carried::ByActors);
            }
            Control::Burst(_)
            | Control::TickBurst(_)
            | Control::Hand(_)
            | Control::RollingRestart
            | Control::FindCapacity
            | Control::SetRateOfCapacity(_)
            | Control::HotSymbol { .. }
            | Control::Drain(_)
            | Control::Undrain(_) => return Ok(Carried::ByActors),
        };
        done.map(|()| Carried::ByWorld)
    }

    // --- targets

    /// The node that is meant, running or not.
    pub(super) fn resolve(&mut self, target: Target) -> Result<NodeId, Why> {
        match target {
            Target::Node(node) => {
                let there = self.nodes.get(node.index()).filter(|slot| slot.status != Status::Gone);
                there.map(|slot| slot.id).ok_or(Why::NoTarget)
            }
            Target::Leader(group) => self.leader(group).ok_or(Why::NoLeader),
            Target::Follower(group) => self.follower(group),
            Target::Random => {
                let running: Vec<NodeId> = self.nodes.iter().filter(|slot| slot.runs()).map(|slot| slot.id).collect();
                let place = self.basis.targets.below(running.len() as u64) as usize;
                running.get(place).copied().ok_or(Why::NoTarget)
            }
        }
    }

    fn running(&mut self, target: Target) -> Result<NodeId, Why> {
        let node = self.resolve(target)?;
        if self.nodes[node.index()].runs() && !self.panics(node) { Ok(node) } else { Err(Why::NodeDown) }
    }

    fn make_panic(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.running(target)?;
        self.asked().push(Asked::Panic(node));
        self.plan_inside(node, NodeInput::Order(NodeOrder::Panic), cause);
        Ok(())
    }

    /// Whether a control of this very instant makes it panic: for those that follow it no longer runs.
    pub(super) fn panics(&mut self, node: NodeId) -> bool {
        self.asked().contains(&Asked::Panic(node))
    }

    fn follower(&self, group: GroupId) -> Result<NodeId, Why> {
        let leader = self.leader(group);
        let follower =
            self.config_of(group).voters.iter().find(|node| Some(*node) != leader && self.nodes[node.index()].runs());
        follower.ok_or(Why::NoTarget)
    }

    // --- rules and leadership

    fn transfer(&mut self, group: GroupId, to: Option<NodeId>, cause: Cause) -> Result<(), Why> {
        let leader = self.leader(group).ok_or(Why::NoLeader)?;
        if let Some(to) = to {
            if !self.config_of(group).voters.contains(to) {
                return Err(Why::NotVoter);
            }
            if !self.nodes[to.index()].runs() {
                return Err(Why::NodeDown);
            }
            if to == leader {
                return Err(Why::AlreadySo);
            }
        }
        let hands_over = self.nodes[leader.index()].node.as_ref().is_some_and(|node| node.hands_over(group));
        if hands_over || self.asked().contains(&Asked::HandOver(group)) {
            return Err(Why::TransferRunning);
        }
        self.asked().push(Asked::HandOver(group));
        self.plan_inside(leader, NodeInput::Order(NodeOrder::Transfer { group, to }), cause);
        Ok(())
    }

    /// Voters of the partition that has the fewest.
    fn fewest_replicas(&self) -> usize {
        let partitions = self.basis.living.group_ids().filter(|group| *group != GroupId::META);
        partitions.map(|group| self.config_of(group).voters.len()).min().unwrap_or(0)
    }

    fn switch(&mut self, control: Control, cause: Cause) -> Result<(), Why> {
        if matches!(control, Control::SetAck(AckRule::Count(count)) if usize::from(count) > self.fewest_replicas()) {
            return Err(Why::TooFewReplicas);
        }
        let before = (self.basis.settings.cluster.clone(), self.basis.settings.admission);
        let Settings { cluster, admission, .. } = Arc::make_mut(&mut self.basis.settings);
        let (order, kind) = match control {
            Control::SetAck(ack) => {
                cluster.ack = ack;
                (NodeOrder::SetAck(ack), EventKind::AckChanged(ack))
            }
            Control::SetRule { rule, on } => {
                cluster.rules = cluster.rules.with(rule, on);
                (NodeOrder::SetRules(cluster.rules), EventKind::RuleSwitched { rule, on })
            }
            Control::SetAdmission(on) => {
                admission.on = on;
                (NodeOrder::SetAdmission(on), EventKind::Admission(AdmissionEvent::Switched { on }))
            }
            _ => return Ok(()),
        };
        if (&*cluster, *admission) == (&before.0, before.1) {
            return Err(Why::AlreadySo);
        }
        let told = Some(self.tell_of(None, kind, cause));
        let living: Vec<NodeId> = self.nodes.iter().filter(|slot| slot.lives()).map(|slot| slot.id).collect();
        living.into_iter().for_each(|node| self.plan_inside(node, NodeInput::Order(order.clone()), told));
        Ok(())
    }

    /// Keeps what the clients take on.
    fn keep_of_load(&mut self, control: Control) {
        let actors = self.cast.ids().filter_map(|actor| self.cast.actor(actor));
        if actors.into_iter().any(|actor| actor.refusal(self.clock.now, &control).is_some()) {
            return;
        }
        let load = &mut Arc::make_mut(&mut self.basis.settings).load;
        match control {
            Control::SetRate(rate) => load.orders_per_s = rate,
            Control::SetSkew(per_mille) => load.skew_per_mille = per_mille,
            _ => {}
        }
    }

    fn keep(&mut self, change: impl FnOnce(&mut Settings)) -> Result<(), Why> {
        change(Arc::make_mut(&mut self.basis.settings));
        Ok(())
    }
}

const fn pace(slow: bool) -> DiskPace {
    if slow { DiskPace::Slow } else { DiskPace::Usual }
}
