//! Rows of the registry that mean orders by hand: the form, the blotter, and what is typed into the palette.
//!
//! Idea: nothing here can be taken back with `u`: an order that traded has traded. A cancel is an order too.

use super::super::action::ActionKind::{Back, Trade, Typed};
use super::super::action::TradeKey::{Account, Cancel, Field, Form, History, Query, Replace, Send, Turn};
use super::super::action::{ActionSpec, Context, Effect, Topic, Way, row};

/// Orders by hand.
pub(super) const TRADE: &[ActionSpec] = &[
    row("order.form", Trade(Form), &["o"]).taking("LOTS SYMBOL [at PRICE] [ioc | fok]").hinted(25).under(Topic::Load),
    row("order.sell", Typed, &[]).doing(Effect::Final).taking("LOTS SYMBOL [at PRICE] [ioc | fok]").under(Topic::Load),
    row("order.spread", Typed, &[])
        .doing(Effect::Final)
        .taking("buy|sell LOTS SYMBOL at PRICE buy|sell LOTS SYMBOL at PRICE")
        .under(Topic::Load),
    row("order.query", Trade(Query), &["O"])
        .within(Context::Market)
        .doing(Effect::Final)
        .hinted(0)
        .taking("#ORDER")
        .under(Topic::Load),
    row("order.replace", Trade(Replace), &["V"])
        .within(Context::Market)
        .taking("#ORDER LOTS at TICKS")
        .under(Topic::Load),
    row("order.cancel", Trade(Cancel), &["Y", "<delete>"])
        .within(Context::Market)
        .doing(Effect::Final)
        .hinted(2)
        .taking("#ORDER")
        .under(Topic::Load),
    row("order.trades", Trade(History), &["D"])
        .within(Context::Market)
        .doing(Effect::Final)
        .taking("SYMBOL FROM..UNTIL")
        .hinted(3)
        .under(Topic::Load),
    row("trade.find", Typed, &[]).doing(Effect::Final).taking("TRADE").under(Topic::Load),
    row("account.next", Trade(Account(Way::On)), &["]"]).within(Context::Market).under(Topic::Lists),
    row("account.previous", Trade(Account(Way::Back)), &["["]).within(Context::Market).under(Topic::Lists),
    row("account.goto", Typed, &[]).taking("NUMBER | hand").under(Topic::Lists),
    row("form.send", Trade(Send), &["<enter>"]).within(Context::Form).doing(Effect::Final).hinted(0).under(Topic::Load),
    row("form.close", Back, &["<esc>"]).within(Context::Form).hinted(1).under(Topic::Load),
    row("form.next", Trade(Field(Way::On)), &["<tab>", "<down>"]).within(Context::Form).hinted(2).under(Topic::Load),
    row("form.previous", Trade(Field(Way::Back)), &["<shift+tab>", "<up>"]).within(Context::Form).under(Topic::Load),
    row("form.turn", Trade(Turn(Way::On)), &["<right>"]).within(Context::Form).hinted(3).under(Topic::Load),
    row("form.turn-back", Trade(Turn(Way::Back)), &["<left>"]).within(Context::Form).under(Topic::Load),
];
