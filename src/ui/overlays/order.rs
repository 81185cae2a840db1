//! The order form: a row a field, what is wrong with it beside it, and below them what Enter would send.

use ratatui::layout::Rect;

use crate::domain::hand::HandRequest;
use crate::domain::ids::SymbolId;
use crate::domain::order::{Side, TimeInForce};

use super::super::canvas::{Canvas, cut_end, width};
use super::super::form::{Field, Kind, OrderForm, Pricing};
use super::super::panels::market::{price, price_or_dash, side, words};
use super::super::scene::Scene;
use super::super::theme::Role;
use super::{centred, window};

/// Columns of a field's name, and of what is in it.
const NAME: usize = 12;
const VALUE: usize = 24;

/// Draws the form.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, form: &OrderForm) {
    let locale = &scene.look.locale;
    let read = form.read(scene.view);
    let fields = form.fields();
    let title = match form.kind {
        Kind::Replace(order) => locale.say("form-replace", &[("order", format!("#{}", order.0).into())]),
        Kind::Single | Kind::Spread => locale.text("form-title").into_owned(),
    };
    let area = centred(body, body.width.min(84), fields.len() as u16 + 5);
    let inner = window(canvas, area, &title, &locale.text("form-note"));
    for (row, field) in fields.iter().enumerate() {
        let chosen = *field == form.at;
        let strip = canvas.strip().add(Role::Accent, if chosen { "❯ " } else { "  " });
        let strip = strip.left(NAME, if chosen { Role::Title } else { Role::Muted }, &locale.text(name(*field, form)));
        let start = strip.width();
        let strip = if chosen && is_text(*field) {
            // What the first character would replace looks selected.
            let role = if form.typing == Some(*field) { Role::Title } else { Role::Selection };
            strip.add(role, value(*field, form, scene)).add(Role::Accent, "█")
        } else if chosen {
            strip.add(Role::Selection, format!("‹ {} ›", value(*field, form, scene)))
        } else {
            strip.add(Role::Text, value(*field, form, scene))
        };
        let strip = strip.to(start + VALUE.min(usize::from(inner.width) / 3));
        let flaws = read.as_ref().err();
        let flaw = flaws.and_then(|flaws| flaws.iter().find(|(of, _)| of == field)).map(|(_, flaw)| flaw.text(locale));
        let room = usize::from(inner.width).saturating_sub(strip.width());
        let strange = form.strange.filter(|_| chosen);
        let strange = strange.map(|char| locale.say("form-no-choice", &[("char", char.to_string().into())]));
        let strip = match flaw.or(strange) {
            Some(flaw) => strip.add(Role::Warn, cut_end(&format!("▲ {flaw}"), room)),
            None => {
                let role = if form.warning(*field, scene.view).is_some() { Role::Warn } else { Role::Muted };
                strip.add(role, cut_end(&about(*field, form, scene), room))
            }
        };
        canvas.put(inner, row as u16, strip);
    }
    let warning = fields.iter().find_map(|field| form.warning(*field, scene.view));
    if let Some(warning) = warning {
        canvas.put(
            inner,
            fields.len() as u16,
            canvas.strip().badge(Role::Warn, &format!("▲ {}", warning.text(locale))),
        );
    }
    let below = fields.len() as u16 + 1;
    let last = match read {
        Ok(request) => {
            let said = sends(&request, form, scene);
            let strip = canvas.strip().add(Role::Key, "Enter ").add(Role::Muted, locale.text("form-sends")).gap();
            let room = usize::from(inner.width).saturating_sub(strip.width());
            strip.add(words::row_role(&request), cut_end(&said, room))
        }
        Err(flaws) => canvas.strip().add(Role::Warn, locale.say("form-flaws", &[("n", (flaws.len() as u64).into())])),
    };
    canvas.put(inner, below, last);
    let keys = locale.text("form-keys");
    if width(&keys) <= usize::from(inner.width) {
        canvas.word(inner, 0, below + 1, Role::Muted, &keys);
    }
}

/// What Enter would send: an order as the blotter has it; a change as the order that it would become.
fn sends(request: &HandRequest, form: &OrderForm, scene: &Scene<'_>) -> String {
    let locale = &scene.look.locale;
    let (leg, symbol) = (&form.legs[0], SymbolId::named(&form.legs[0].symbol));
    match (request, symbol) {
        (HandRequest::Replace { order, price: to, quantity }, Some(symbol)) => {
            let figures = [
                ("order", format!("#{}", order.0).into()),
                ("side", side(leg.side, locale).1.into()),
                ("lots", quantity.0.into()),
                ("symbol", symbol.name().into()),
                ("price", price(symbol, *to).into()),
            ];
            locale.say("form-replaces", &figures)
        }
        _ => words::request(request, symbol, locale),
    }
}

const fn is_text(field: Field) -> bool {
    matches!(field, Field::Symbol(_) | Field::Price(_) | Field::Lots(_))
}

const fn name(field: Field, form: &OrderForm) -> &'static str {
    match (field, form.kind) {
        (Field::Kind, _) => "form-kind",
        (Field::Symbol(0), Kind::Spread) => "form-first-leg",
        (Field::Symbol(1), _) => "form-second-leg",
        (Field::Symbol(_), _) => "market-symbol",
        (Field::Side(_), _) => "form-side",
        (Field::Pricing, _) => "form-type",
        (Field::Price(_), _) => "ladder-price",
        (Field::Lots(_), _) => "market-traded",
        (Field::Wait, _) => "form-wait",
    }
}

fn value(field: Field, form: &OrderForm, scene: &Scene<'_>) -> String {
    let locale = &scene.look.locale;
    let id = match field {
        Field::Symbol(leg) => return form.legs[leg].symbol.clone(),
        Field::Price(leg) => return form.legs[leg].price.clone(),
        Field::Lots(leg) => return form.legs[leg].lots.clone(),
        Field::Kind if form.kind == Kind::Spread => "form-spread",
        Field::Kind => "form-single",
        Field::Side(leg) if form.legs[leg].side == Side::Buy => "side-buy",
        Field::Side(_) => "side-sell",
        Field::Pricing if form.pricing == Pricing::Limit => "form-limit",
        Field::Pricing => "form-market",
        Field::Wait => match form.wait {
            TimeInForce::GoodTillCancel => "form-gtc",
            TimeInForce::ImmediateOrCancel => "form-ioc",
            TimeInForce::FillOrKill => "form-fok",
        },
    };
    locale.text(id).into_owned()
}

/// What there is to know of a field that has nothing wrong with it.
fn about(field: Field, form: &OrderForm, scene: &Scene<'_>) -> String {
    let locale = &scene.look.locale;
    match field {
        Field::Price(leg) => {
            let line = SymbolId::named(&form.legs[leg].symbol).and_then(|symbol| scene.view.books.line(symbol));
            let Some(line) = line else { return String::new() };
            let figures = [
                ("bid", price_or_dash(line.symbol, line.bid).into()),
                ("ask", price_or_dash(line.symbol, line.ask).into()),
            ];
            locale.say("form-best", &figures)
        }
        Field::Wait => {
            let id = match form.wait {
                TimeInForce::GoodTillCancel => "form-gtc-about",
                TimeInForce::ImmediateOrCancel => "form-ioc-about",
                TimeInForce::FillOrKill => "form-fok-about",
            };
            locale.text(id).into_owned()
        }
        Field::Kind if form.kind == Kind::Spread => locale.text("form-spread-about").into_owned(),
        Field::Lots(_) => match form.kind {
            Kind::Replace(_) => locale.text("form-lots-in-all").into_owned(),
            Kind::Single | Kind::Spread => String::new(),
        },
        _ => String::new(),
    }
}
