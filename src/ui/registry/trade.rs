//! Rows of the registry that mean orders by hand: the form, the blotter, and what is typed into the palette.
//!
//! Idea: nothing here can be taken back with `u`: an order that traded has traded. A cancel is an order too.

use super::super::action::{ActionSpec, Context, Effect, Topic, Way, ask, run};
use super::super::update::{market, order, overlay};
use crate::domain::control::Verb;

/// Orders by hand.
pub(super) const TRADE: &[ActionSpec] = &[
    run("order.form", order::open_form, &["o"]).spelled(Verb::Buy).hinted(25).under(Topic::Load),
    ask("order.sell").spelled(Verb::Sell).doing(Effect::Final).under(Topic::Load),
    ask("order.spread").spelled(Verb::Spread).doing(Effect::Final).under(Topic::Load),
    run("order.query", order::query, &["O"])
        .spelled(Verb::Query)
        .within(Context::Market)
        .doing(Effect::Final)
        .when(order::is_selected)
        .everywhere()
        .hinted(0)
        .under(Topic::Load),
    run("order.amend", order::replace, &["V"])
        .spelled(Verb::Amend)
        .within(Context::Market)
        .when(order::is_replaceable)
        .everywhere()
        .hinted(4)
        .under(Topic::Load),
    run("order.cancel", order::cancel, &["Y", "<delete>"])
        .spelled(Verb::Cancel)
        .within(Context::Market)
        .doing(Effect::Final)
        .when(order::is_resting)
        .everywhere()
        .hinted(2)
        .under(Topic::Load),
    run("order.trades", order::ask_for_all_trades, &["D"])
        .spelled(Verb::Trades)
        .within(Context::Market)
        .doing(Effect::Final)
        .everywhere()
        .hinted(3)
        .under(Topic::Load),
    ask("trade.find").spelled(Verb::FindTrade).doing(Effect::Final).under(Topic::Load),
    run("account.next", |state, given, out| market::next_account(state, given, Way::On, out), &["]"])
        .within(Context::Market)
        .everywhere()
        .under(Topic::Lists),
    run("account.previous", |state, given, out| market::next_account(state, given, Way::Back, out), &["["])
        .within(Context::Market)
        .everywhere()
        .under(Topic::Lists),
    ask("account.goto").taking("NUMBER | hand").under(Topic::Lists),
    run("form.send", order::send, &["<enter>"]).within(Context::Form).doing(Effect::Final).hinted(0).under(Topic::Load),
    run("form.close", overlay::back, &["<esc>"]).within(Context::Form).hinted(1).under(Topic::Load),
    run("form.next", |state, _, _| order::next_field(state, Way::On), &["<tab>", "<down>"])
        .within(Context::Form)
        .hinted(2)
        .under(Topic::Load),
    run("form.previous", |state, _, _| order::next_field(state, Way::Back), &["<shift+tab>", "<up>"])
        .within(Context::Form)
        .under(Topic::Load),
    run("form.turn", |state, given, _| order::next_choice(state, given, Way::On), &["<right>"])
        .within(Context::Form)
        .hinted(3)
        .under(Topic::Load),
    run("form.turn-back", |state, given, _| order::next_choice(state, given, Way::Back), &["<left>"])
        .within(Context::Form)
        .under(Topic::Load),
];
