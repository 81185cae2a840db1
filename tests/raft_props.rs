//! Properties of the log, of counting and of hints, against models that are too simple to be wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy exempts only the bodies of tests")]

use std::sync::Arc;

use chaosdesk::domain::ids::{ClientId, LogIndex, NodeId, NodeSet, Sequence, SymbolId, Term};
use chaosdesk::domain::log::{Entry, Payload, SharedLog};
use chaosdesk::domain::membership::GroupConfig;
use chaosdesk::domain::order::{Batch, Command, Record};
use chaosdesk::domain::rules::AckRule;
use chaosdesk::protocols::ack;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Push { records: u64, newer: u64 },
    Cut { back: usize },
    Compact { share: u64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        12 => (1..5_u64, 0..2_u64).prop_map(|(records, newer)| Act::Push { records, newer }),
        2 => (1..200_usize).prop_map(|back| Act::Cut { back }),
        1 => (0..100_u64).prop_map(|share| Act::Compact { share }),
    ];
    proptest::collection::vec(act, 0..600)
}

fn batch(records: u64, first: u64) -> Payload {
    let record = |n| Record {
        id: ClientId(1).request(Sequence(first + n)),
        floor: Sequence(0),
        command: Command::Cancel { symbol: SymbolId(0), order: Sequence(n) },
    };
    Payload::Orders(Batch::new((0..records).map(record).collect::<Vec<_>>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_shared_log_is_a_list_of_entries(acts in acts()) {
        let (mut log, mut model, mut base, mut term) = (SharedLog::default(), Vec::<Arc<Entry>>::new(), LogIndex::ORIGIN, Term(1));
        for act in acts {
            let untouched = log.clone();
            let before = untouched.end();
            match act {
                Act::Push { records, newer } => {
                    term = Term(term.0 + newer);
                    let entry = log.next_entry(term, batch(records, log.end().index.0));
                    log.push(entry.clone());
                    model.push(entry);
                }
                Act::Cut { back } if !model.is_empty() => {
                    let keep = model.len() - back.min(model.len());
                    log.truncate_from(model[keep].first);
                    model.truncate(keep);
                }
                Act::Cut { .. } => {}
                Act::Compact { share } => {
                    let index = LogIndex(base.0 + log.len() * share / 100);
                    log.compact_to(index);
                    let gone = model.iter().take_while(|entry| entry.last() <= index).count();
                    base = model[..gone].last().map_or(base, |entry| entry.last());
                    model.drain(..gone);
                }
            }
            prop_assert_eq!(untouched.end(), before, "a clone is not changed by what happens to the other");
            prop_assert_eq!(log.base().index, base);
            prop_assert_eq!(log.end().index, model.last().map_or(base, |entry| entry.last()));
        }
        let all: Vec<Arc<Entry>> = log.entries_from(LogIndex(1)).cloned().collect();
        prop_assert_eq!(&all, &model);
        let bytes: usize = model.iter().map(|entry| entry.size_bytes()).sum();
        prop_assert_eq!(log.entries_bytes(), bytes as u64);
        for index in (base.0..log.end().index.0 + 2).map(LogIndex) {
            let holds = model.iter().find(|entry| entry.first <= index && index <= entry.last()).map(Arc::as_ref);
            prop_assert_eq!(log.entry_at(index), holds);
            let from = log.entries_from(index).next();
            prop_assert_eq!(from, model.iter().find(|entry| entry.last() >= index));
        }
    }

    #[test]
    fn what_is_reached_by_a_number_of_voters_is_the_sorted_list(
        indices in proptest::collection::vec(0..50_u64, 1..9), needed in 1..9_usize,
    ) {
        let mut sorted = indices.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let expected = sorted.get(needed - 1).copied().unwrap_or(0);
        prop_assert_eq!(ack::reached_by(indices.into_iter().map(LogIndex), needed).0, expected);
    }

    #[test]
    fn quorums_on_the_way_from_one_configuration_to_another_share_a_voter(
        old in 1..1_u32 << 7, new in 1..1_u32 << 7, learners in 0..1_u32 << 7,
        one in 0..1_u32 << 7, other in 0..1_u32 << 7,
    ) {
        let set = |bits: u32| NodeId::first(7).filter(|node| bits >> node.index() & 1 == 1).collect::<NodeSet>();
        let before = GroupConfig { learners: set(learners & !old), ..GroupConfig::of(set(old).iter()) };
        let joint = before.toward(set(new));
        let after = joint.settled();
        prop_assert_eq!(after.voters, set(new));
        prop_assert!(joint.members().minus(before.members()).minus(set(new)).is_empty(), "nobody comes from nowhere");
        for (first, second) in [(before, joint), (joint, joint), (joint, after), (before, before)] {
            if first.is_quorum(set(one)) && second.is_quorum(set(other)) {
                let both = set(one).common(set(other)).common(first.electorate()).common(second.electorate());
                prop_assert!(!both.is_empty(), "{} of {first} and {} of {second}", set(one), set(other));
            }
        }
        let naive = |voters: NodeSet, yes: NodeSet| {
            2 * voters.iter().filter(|node| yes.contains(*node)).count() > voters.iter().count()
        };
        prop_assert_eq!(joint.is_quorum(set(one)), naive(set(old), set(one)) && naive(set(new), set(one)));
    }

    #[test]
    fn a_stricter_rule_never_acknowledges_more(
        own in 0..50_u64, followers in proptest::collection::vec(0..50_u64, 0..7),
    ) {
        let voters = followers.len() + 1;
        let all = followers.iter().copied().chain([own]).map(LogIndex);
        let commit = ack::reached_by(all, voters / 2 + 1);
        let mut last = LogIndex(u64::MAX);
        for count in 1..=voters {
            let rule = AckRule::Count(u8::try_from(count).unwrap());
            let acked = ack::acknowledged(rule, LogIndex(own), followers.iter().copied().map(LogIndex), commit);
            prop_assert!(acked <= last, "{count} voters acknowledge more than {}", count - 1);
            prop_assert!(acked <= LogIndex(own), "the leader itself is counted");
            prop_assert!(!rule.covers_commit(voters) || acked <= commit);
            last = acked;
        }
    }
}
