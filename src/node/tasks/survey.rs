//! Surveys: what the other groups have of an account's cash, as far as a leader has asked.
//!
//! Idea: an order that is short here needs cash, wherever it lies, and most groups have little. So before anything is logged
//! the leader asks all of them at once what the account has free, and borrows from the one that has most: the fewest loans
//! that can do, and none if all of them together have too little. An answer promises nothing; the lender's vote does.
//! Back-off: while a survey runs, and for [`SURVEY_EVERY`] after it, no other begins for the same account. Orders that come
//! meanwhile share what is known, and if that is too little they wait for the next one and share that. So an order is refused
//! only by a survey that began after it came, and what is asked grows with time, not with orders.
//! Silence: a group that has not answered within [`ANSWER_WITHIN`] counts as having nothing.
//! Bound: memory of one leadership; beyond [`SURVEYS_MAX`] accounts those are forgotten that hold nobody back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::runner::RESEND_EVERY;
use super::transactions::{Actions, Context};
use super::tx_step::{TxMessage, TxStep};
use crate::domain::ids::{AccountId, GroupId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Cash;
use crate::domain::work::{Half, TxId};

/// The time from the end of a survey of an account to the beginning of the next one, at least.
const SURVEY_EVERY: SimDuration = SimDuration::from_millis(50);
/// A survey ends at the latest after this.
const ANSWER_WITHIN: SimDuration = SimDuration::from_millis(400);
/// Accounts that a leader remembers surveys of, before it forgets old ones.
const SURVEYS_MAX: usize = 1_024;

/// What a survey means for a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Finding {
    /// This group is to lend.
    Lender(GroupId),
    /// All groups together have too little.
    Short,
    /// It may be known by then.
    Later(SimTime),
    /// A survey is due.
    Due,
}

/// A question to all other groups.
#[derive(Clone, Debug)]
struct Survey {
    /// Its name: the transfer that it was begun for.
    tx: TxId,
    began: SimTime,
    /// When it was last sent to those that are silent.
    sent: Option<SimTime>,
    /// When it was over.
    ended: Option<SimTime>,
    /// What each group has, as far as it has answered, less what it was asked for since.
    has: BTreeMap<GroupId, Cash>,
    /// Transfers that wait for its end.
    waiting: BTreeSet<u64>,
}

/// The surveys of a leadership, by account.
#[derive(Clone, Debug, Default)]
pub(super) struct Surveys(BTreeMap<AccountId, Survey>);

impl Surveys {
    /// What is known for a transfer of so much, which wants to know it as of `since`. Who is to wait is remembered.
    pub(super) fn find(
        &mut self,
        (account, amount): (AccountId, Cash),
        (tx, since): (TxId, SimTime),
        now: SimTime,
    ) -> Finding {
        let Some(survey) = self.0.get_mut(&account) else { return Finding::Due };
        if survey.ended.is_none() && now.since(survey.began) >= ANSWER_WITHIN {
            survey.ended = Some(now);
        }
        let enough = survey.has.values().map(|cash| cash.0).sum::<i128>() >= amount.0;
        let lender = survey.richest().filter(|_| enough);
        match (survey.ended, lender) {
            // Groups that are silent are not waited for, if the others have enough.
            (None, Some(lender)) if now.since(survey.began) >= RESEND_EVERY => Finding::Lender(lender),
            (None, _) => {
                survey.waiting.insert(tx.number);
                Finding::Later(now + RESEND_EVERY)
            }
            (Some(ended), Some(lender)) if now.since(ended) < SURVEY_EVERY => Finding::Lender(lender),
            (Some(_), None) if since <= survey.began => Finding::Short,
            (Some(ended), None) if now.since(ended) < SURVEY_EVERY => Finding::Later(ended + SURVEY_EVERY),
            (Some(_), _) => Finding::Due,
        }
    }

    /// A survey begins, for this transfer.
    pub(super) fn begin(&mut self, account: AccountId, tx: TxId, now: SimTime) {
        if self.0.len() >= SURVEYS_MAX {
            self.0.retain(|_, survey| survey.ended.is_none_or(|ended| now.since(ended) < SURVEY_EVERY));
        }
        let waiting = BTreeSet::from([tx.number]);
        let survey = Survey { tx, began: now, sent: None, ended: None, has: BTreeMap::new(), waiting };
        self.0.insert(account, survey);
    }

    /// Asks the groups that have not answered, unless they were asked a moment ago.
    pub(super) fn ask(&mut self, account: AccountId, context: &Context<'_>, actions: &mut Actions<'_>) {
        let now = context.now;
        let Some(survey) = self.0.get_mut(&account).filter(|survey| survey.ended.is_none()) else { return };
        if survey.sent.is_none_or(|sent| now.since(sent) >= RESEND_EVERY) {
            survey.sent = Some(now);
            let others = context.map.group_ids().filter(|group| *group != GroupId::META && *group != context.group);
            for group in others.filter(|group| !survey.has.contains_key(group)) {
                let (tx, half, step) = (survey.tx, Half::First, TxStep::Survey { account });
                actions.send(group, TxMessage { tx, half, step });
            }
        }
    }

    /// A group has answered; if it was the last, the transfers that can go on.
    pub(super) fn answered(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        (tx, account, free): (TxId, AccountId, Cash),
    ) -> BTreeSet<u64> {
        match self.0.get_mut(&account) {
            Some(survey) if survey.tx == tx && survey.ended.is_none() => {
                survey.has.entry(from).or_insert(free);
                if survey.has.len() + 1 < context.map.partitions() {
                    return BTreeSet::new();
                }
                survey.ended = Some(context.now);
                std::mem::take(&mut survey.waiting)
            }
            _ => BTreeSet::new(),
        }
    }

    /// A group is asked for so much, so it has that much less.
    pub(super) fn asked(&mut self, account: AccountId, lender: GroupId, amount: Cash) {
        if let Some(has) = self.0.get_mut(&account).and_then(|survey| survey.has.get_mut(&lender)) {
            *has = Cash((has.0 - amount.0).max(0));
        }
    }

    /// A group had less than it was asked for: it has nothing left.
    pub(super) fn emptied(&mut self, account: AccountId, lender: GroupId) {
        self.asked(account, lender, Cash(i128::MAX));
    }
}

impl Survey {
    /// The group that has most; of equals the first.
    fn richest(&self) -> Option<GroupId> {
        let richest = self.has.iter().max_by_key(|(group, cash)| (cash.0, Reverse(group.0)));
        richest.map(|(group, _)| *group)
    }
}

#[cfg(test)]
mod tests {
    use super::super::closing::Closing;
    use super::super::runner::Runner;
    use super::super::transactions::{TransactionTask, TxState};
    use super::*;
    use crate::domain::ids::{ClientId, Sequence, SymbolId, Term};
    use crate::domain::map::ClusterMap;
    use crate::domain::order::{Batch, Command, OrderType, Record, Side};
    use crate::domain::settings::AccountSettings;
    use crate::domain::units::{Price, Quantity};
    use crate::domain::why::Why;
    use crate::domain::work::{Decision, Work};
    use crate::market::accounts::Opening;
    use crate::market::exchange::Exchange;
    use crate::node::tasks::runner::Action;

    const ACCOUNT: AccountId = AccountId(1);
    const GOOG: SymbolId = SymbolId(6);

    /// The first of four groups, whose account has 250 dollars in each, and what its leader wants done.
    struct Short {
        map: ClusterMap,
        exchange: Exchange,
        task: Runner<TransactionTask>,
        now: SimTime,
        orders: u64,
        asked: Vec<GroupId>,
        prepares: Vec<GroupId>,
        records: Vec<Work>,
    }

    impl Short {
        fn new() -> Self {
            let settings = AccountSettings { cash: 1_000, lots: 1_000, member_times: 1 };
            let opening = Opening { group: GroupId(1), partitions: 4, settings, members_to: AccountId(0) };
            Self {
                map: ClusterMap { groups: vec![Vec::new(); 5], ..ClusterMap::default() },
                exchange: Exchange::open(opening, [GOOG]),
                task: Runner::default(),
                now: SimTime::from_millis(1_000),
                orders: 0,
                asked: Vec::new(),
                prepares: Vec::new(),
                records: Vec::new(),
            }
        }

        /// An order that costs so many dollars, so that transfer number `orders` is open.
        fn order(&mut self, dollars: u64) {
            self.orders += 1;
            let command = Command::place(GOOG, Side::Buy, OrderType::Limit(Price(100)), Quantity(dollars));
            let id = ClientId(1).request(Sequence(self.orders));
            let record = Record { id, floor: Sequence(1), command };
            self.exchange.apply(&Batch::new(vec![record]), &mut Vec::new());
            self.act(Runner::tick);
        }

        fn act(
            &mut self,
            act: impl FnOnce(&mut Runner<TransactionTask>, &Context<'_>) -> Vec<Action<TransactionTask>>,
        ) {
            let (transactions, accounts) = (self.exchange.transactions(), self.exchange.accounts());
            let state = TxState { transactions, accounts, closing: &Closing::default() };
            let context = Context { now: self.now, group: GroupId(1), term: Term(1), map: &self.map, state };
            for action in act(&mut self.task, &context) {
                match action {
                    Action::Propose(work) => self.records.push(work),
                    Action::Send(to, TxMessage { step: TxStep::Survey { .. }, .. }) => self.asked.push(to),
                    Action::Send(to, TxMessage { step: TxStep::Prepare { .. }, .. }) => self.prepares.push(to),
                    Action::Send(..) => panic!("nothing is decided"),
                }
            }
        }

        fn answer(&mut self, tx: u64, from: u16, step: TxStep) {
            let tx = TxId { coordinator: GroupId(1), number: tx };
            let message = TxMessage { tx, half: Half::First, step };
            self.act(|task, context| task.receive(context, GroupId(from), message));
        }

        /// The groups answer the survey that was begun for this transfer.
        fn has(&mut self, tx: u64, dollars: [i128; 3]) {
            for (group, dollars) in (2..).zip(dollars) {
                self.answer(tx, group, TxStep::Has { account: ACCOUNT, free: Cash(dollars * 1_000_000) });
            }
        }

        fn pass(&mut self, ms: u64) {
            self.now += SimDuration::from_millis(ms);
            self.act(Runner::tick);
        }

        fn refused(&self) -> Vec<u64> {
            let short = Decision::Abort(Why::AllotmentShort);
            let refused = self.records.iter().filter_map(|work| match work {
                Work::Decide { tx, decision, .. } if *decision == short => Some(tx.number),
                _ => None,
            });
            refused.collect()
        }
    }

    #[test]
    fn the_one_that_has_most_is_asked_and_if_it_declines_the_next_without_a_record() {
        let mut short = Short::new();
        short.order(300);
        assert_eq!(short.asked, [2, 3, 4].map(GroupId), "all at once");
        short.has(1, [250, 900, 400]);
        assert_eq!(short.prepares, [GroupId(3)]);
        short.pass(1);
        short.answer(1, 3, TxStep::Vote(Err(Why::AllotmentShort)));
        short.answer(1, 4, TxStep::Vote(Err(Why::AllotmentShort)));
        short.answer(1, 2, TxStep::Vote(Err(Why::AllotmentShort)));
        assert_eq!(short.prepares, [3, 4, 2].map(GroupId));
        assert_eq!((short.asked.len(), short.records.len()), (3, 0), "it is not refused: what was free has moved");
        short.pass(50);
        assert_eq!(short.asked.len(), 6, "so they are asked again");
        short.has(1, [0, 900, 0]);
        assert_eq!((short.prepares.last(), short.records.len()), (Some(&GroupId(3)), 0));
    }

    #[test]
    fn orders_share_surveys_and_none_is_refused_by_one_that_began_before_it_came() {
        let mut short = Short::new();
        short.order(3_000);
        for _ in 0..20 {
            short.order(3_000);
        }
        assert_eq!(short.asked.len(), 3, "one survey is on its way");
        short.has(1, [250, 250, 250]);
        let all: Vec<u64> = (1..=21).collect();
        assert_eq!(short.refused(), all, "it answers all who came at that instant");
        short.pass(10);
        (0..20).for_each(|_| short.order(3_000));
        assert_eq!((short.asked.len(), short.refused().len()), (3, 21), "they wait");
        (0..5).for_each(|_| short.pass(10));
        assert_eq!(short.asked.len(), 6, "and share one survey");
        short.has(22, [250, 250, 250]);
        assert_eq!(short.refused().len(), 41);
        for work in std::mem::take(&mut short.records) {
            short.exchange.work(&work);
        }
        assert_eq!((short.exchange.waiting(), short.exchange.transactions().newest()), (0, 41), "none asks elsewhere");
    }

    #[test]
    fn silent_groups_are_asked_again_and_then_count_as_having_nothing() {
        let mut short = Short::new();
        short.order(3_000);
        short.answer(1, 2, TxStep::Has { account: ACCOUNT, free: Cash(1) });
        short.pass(100);
        assert_eq!(short.asked, [2, 3, 4, 3, 4].map(GroupId));
        (0..2).for_each(|_| short.pass(100));
        assert!(short.refused().is_empty());
        short.pass(100);
        assert_eq!(short.refused(), [1]);
    }

    #[test]
    fn two_orders_do_not_ask_one_lender_for_the_same_cash() {
        let mut short = Short::new();
        short.order(650);
        short.order(650);
        short.has(1, [450, 430, 0]);
        assert_eq!(short.prepares, [2, 3].map(GroupId), "each lacks 400");
    }
}
