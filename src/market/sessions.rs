//! Sessions: how a request that is sent twice counts once.
//!
//! Idea: a client sends again whatever was not answered, so a group must know what it has already decided. It keeps
//! the verdict of each (client, sequence) until the client says, by its floor, that it has the answer. A request below
//! the floor was answered once and is never carried out again; one that is kept gets the same verdict again.
//! Sequences of a session are spread over the groups by symbol, so gaps are normal and mean nothing.
//! A cancel that overtakes its order leaves a *tombstone* under the order's sequence: the late order finds it and is
//! refused. It goes away with the floor, like a verdict.
//! Shape: `admit`, then `keep`. A session's verdicts stand in a deque by sequence; requests come almost in order, so the
//! work is at the ends.
//! Bound: [`KEPT_MAX`] verdicts and tombstones a session, [`SESSIONS_MAX`] sessions; beyond either, `SessionFull`, which
//! changes nothing and may be asked again. Answers that come with a symbol from another group are kept beyond the first.
//! Sources: Ongaro 2014 §6.3; Liskov & Cowling 2012 §4.1 (the client table of viewstamped replication).

use std::collections::VecDeque;

use super::said::Said;
use super::slot_table::{SlotTable, hash_of_client};
use crate::domain::ids::{ClientId, RequestId, Sequence};
use crate::domain::moving::Goods;
use crate::domain::order::Verdict;
use crate::domain::recent::count_before;
use crate::domain::units::Quantity;
use crate::domain::why::Why;

/// The most verdicts and tombstones that a group keeps for one session.
pub const KEPT_MAX: usize = 1_024;
/// The most sessions that a group knows.
pub const SESSIONS_MAX: usize = 65_536;

/// What is remembered under a sequence, in 24 bytes: a session may hold a thousand of these, in every checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Kept {
    sequence: Sequence,
    filled: u32,
    resting: u32,
    /// What was decided; nothing yet where the cancel came first: a tombstone.
    said: Option<Said>,
}

impl Kept {
    fn verdict(self) -> Option<Verdict> {
        let (filled, resting) = (Quantity(u64::from(self.filled)), Quantity(u64::from(self.resting)));
        self.said.map(|said| Verdict { status: said.status(), filled, resting })
    }
}

#[derive(Clone, Debug)]
struct Session {
    client: ClientId,
    floor: Sequence,
    kept: VecDeque<Kept>,
}

/// The place of a session in its table, and of the request in its session, so that neither is searched for twice; good
/// until the next request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionSlot {
    session: u32,
    place: u32,
}

/// What a request is to its session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// New: carry it out, and `keep` its verdict.
    Fresh(SessionSlot),
    /// New, but its cancel came first: refuse it, and `keep` that.
    CancelledBefore(SessionSlot),
    /// Decided before: say the same again.
    Repeated(Verdict),
    /// Not to be carried out, and nothing is kept.
    Refused(Why),
}

/// The sessions of a group.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    names: SlotTable,
    sessions: Vec<Session>,
}

impl Sessions {
    /// A request comes, with its session's floor.
    pub fn admit(&mut self, id: RequestId, floor: Sequence) -> Admission {
        let Some(slot) = self.slot(id.client) else { return Admission::Refused(Why::SessionFull) };
        let session = &mut self.sessions[slot as usize];
        session.raise(floor);
        if id.sequence < session.floor {
            return Admission::Refused(Why::BelowFloor);
        }
        let at = |place: usize| SessionSlot { session: slot, place: place as u32 };
        match session.place(id.sequence) {
            Ok(place) => match session.kept[place].verdict() {
                Some(verdict) => Admission::Repeated(verdict),
                None => Admission::CancelledBefore(at(place)),
            },
            Err(_) if session.kept.len() >= KEPT_MAX => Admission::Refused(Why::SessionFull),
            Err(place) => Admission::Fresh(at(place)),
        }
    }

    /// Remembers what was decided for a request that `admit` let in.
    pub fn keep(&mut self, slot: SessionSlot, sequence: Sequence, verdict: Verdict) {
        let (filled, resting) = (verdict.filled.0 as u32, verdict.resting.0 as u32);
        let said = Some(Said::new(verdict.status));
        let session = &mut self.sessions[slot.session as usize];
        // A tombstone that was laid since has moved it on.
        let place = session.still_at(slot.place as usize, sequence).unwrap_or_else(|| session.place(sequence));
        session.put_at(place, Kept { sequence, filled, resting, said });
    }

    /// Whether a cancel of this order, which does not rest, has come before it. If so a tombstone is left; there must be
    /// room for it and for the cancel's own verdict.
    pub fn bury(&mut self, slot: SessionSlot, order: Sequence) -> Burial {
        let session = &mut self.sessions[slot.session as usize];
        if order < session.floor || session.get(order).is_some_and(|kept| kept.said.is_some()) {
            return Burial::Known;
        }
        if session.kept.len() + 2 > KEPT_MAX {
            return Burial::NoRoom;
        }
        session.put(Kept { sequence: order, filled: 0, resting: 0, said: None });
        Burial::Buried
    }

    /// All floors and answers, to go with a symbol: nobody knows which of them its requests will ask for.
    pub fn pack(&self, goods: &mut Vec<Goods>) {
        for Session { client, floor, kept } in &self.sessions {
            goods.push(Goods::Floor { client: *client, floor: *floor });
            let answers = kept.iter().map(|kept| (client.request(kept.sequence), kept.verdict()));
            goods.extend(answers.map(|(id, verdict)| Goods::Answer { id, verdict }));
        }
    }

    /// A floor that came with a symbol. A session that finds no place here will find none for its requests either.
    pub fn unpack_floor(&mut self, client: ClientId, floor: Sequence) {
        if let Some(slot) = self.slot(client) {
            self.sessions[slot as usize].raise(floor);
        }
    }

    /// An answer that came with a symbol. What was decided here stays, and takes the place of a tombstone; a session may
    /// come to keep more than its bound, and takes nothing new until its floor has risen.
    pub fn unpack_answer(&mut self, id: RequestId, verdict: Option<Verdict>) {
        let Some(slot) = self.slot(id.client) else { return };
        let session = &mut self.sessions[slot as usize];
        let decided = session.get(id.sequence).is_some_and(|kept| kept.said.is_some());
        if id.sequence < session.floor || decided {
            return;
        }
        let lots = |pick: fn(&Verdict) -> Quantity| verdict.as_ref().map_or(0, |verdict| pick(verdict).0 as u32);
        session.put(Kept {
            sequence: id.sequence,
            filled: lots(|verdict| verdict.filled),
            resting: lots(|verdict| verdict.resting),
            said: verdict.map(|verdict| Said::new(verdict.status)),
        });
    }

    /// How many sessions it knows.
    pub const fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether it knows none.
    pub const fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// How many verdicts and tombstones it keeps for a session.
    pub fn kept(&self, client: ClientId) -> usize {
        self.find(client).map_or(0, |slot| self.sessions[slot as usize].kept.len())
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let kept: usize = self.sessions.iter().map(|session| session.kept.len()).sum();
        self.names.size_bytes() + self.sessions.len() * size_of::<Session>() + kept * size_of::<Kept>()
    }

    fn find(&self, client: ClientId) -> Option<u32> {
        self.names.find(hash_of_client(client), |slot| self.sessions[slot as usize].client == client)
    }

    fn slot(&mut self, client: ClientId) -> Option<u32> {
        if let Some(slot) = self.find(client) {
            return Some(slot);
        }
        if self.sessions.len() == SESSIONS_MAX {
            return None;
        }
        let slot = self.sessions.len() as u32;
        self.sessions.push(Session { client, floor: Sequence(0), kept: VecDeque::new() });
        self.names.insert(hash_of_client(client), slot);
        Some(slot)
    }
}

/// What a cancel found that came for an order that does not rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Burial {
    /// The order came before and is gone.
    Known,
    /// The order has not come; it will find a tombstone.
    Buried,
    /// The session holds too much for a tombstone.
    NoRoom,
}

impl Session {
    /// The floor only rises; what is below it is forgotten.
    fn raise(&mut self, floor: Sequence) {
        if floor > self.floor {
            self.floor = floor;
            while self.kept.front().is_some_and(|kept| kept.sequence < floor) {
                self.kept.pop_front();
            }
        }
    }

    /// The place of a sequence, or the place where it would stand. Most are newer than nearly all that is kept.
    fn place(&self, sequence: Sequence) -> Result<usize, usize> {
        let at = count_before(self.kept.len(), |at| self.kept[at].sequence < sequence);
        if self.kept.get(at).is_some_and(|kept| kept.sequence == sequence) { Ok(at) } else { Err(at) }
    }

    fn get(&self, sequence: Sequence) -> Option<Kept> {
        self.place(sequence).ok().map(|place| self.kept[place])
    }

    /// Whether a place that was found for a sequence is right still.
    fn still_at(&self, place: usize, sequence: Sequence) -> Option<Result<usize, usize>> {
        let before = place.checked_sub(1).and_then(|before| self.kept.get(before));
        let here = self.kept.get(place).map(|kept| kept.sequence);
        let right = place <= self.kept.len()
            && before.is_none_or(|kept| kept.sequence < sequence)
            && here.is_none_or(|here| here >= sequence);
        right.then(|| if here == Some(sequence) { Ok(place) } else { Err(place) })
    }

    fn put(&mut self, kept: Kept) {
        self.put_at(self.place(kept.sequence), kept);
    }

    fn put_at(&mut self, place: Result<usize, usize>, kept: Kept) {
        match place {
            Ok(place) => self.kept[place] = kept,
            Err(place) if place == self.kept.len() => self.kept.push_back(kept),
            Err(place) => self.kept.insert(place, kept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::OrderStatus;

    #[test]
    fn a_group_knows_so_many_sessions_and_no_more() {
        let mut sessions = Sessions::default();
        let filled = Verdict { status: OrderStatus::Filled, filled: Quantity(1), resting: Quantity::ZERO };
        let first = Sequence(1);
        for client in 0..SESSIONS_MAX as u32 {
            let Admission::Fresh(slot) = sessions.admit(ClientId(client).request(first), first) else {
                panic!("session {client} is new")
            };
            sessions.keep(slot, first, filled);
        }
        let stranger = ClientId(SESSIONS_MAX as u32).request(first);
        assert_eq!(sessions.admit(stranger, first), Admission::Refused(Why::SessionFull));
        assert_eq!(sessions.admit(ClientId(7).request(first), first), Admission::Repeated(filled));
        assert_eq!(sessions.len(), SESSIONS_MAX);
    }
}
