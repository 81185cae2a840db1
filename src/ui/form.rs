//! The order form: fields that are typed or turned, and the order that they make.
//!
//! Idea: the form never lets an order leave that the book would refuse for its shape. Each field says what is wrong with
//! it as it stands, beside itself, with what is allowed; Enter sends only when nothing is wrong. The price follows the
//! best of the book until somebody types one. What is typed first into a field replaces what stood there, as in a
//! spreadsheet; what does not belong there stays in sight and is the flaw, for a sign that vanishes changes an order.
//! Shape: `OrderForm` is data; `read` is pure: `(form, view) -> HandRequest | a flaw a field`.
//! Bound: [`FIELD_MAX`] characters a field.
//! Errors: a `Flaw` is a text id with its arguments; whoever draws knows the language.

mod edit;
mod far;

use crate::document::decimal::{Grid, OffGrid};
use crate::document::problem::nearest;
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::ids::{Sequence, SymbolId};
use crate::domain::order::{OrderType, Side, TimeInForce};
use crate::domain::units::{Price, Quantity};
use crate::domain::view::ClusterView;
use crate::domain::work::Leg;
use crate::market::ladder::PRICE_MAX;

use super::update::refusal::Refusal as Flaw;

/// Characters of a field at most.
pub const FIELD_MAX: usize = 16;
/// Lots of one order at most, as the book has it.
const LOTS_MAX: u64 = 1_000_000_000;
/// Lots that a new form begins with.
const LOTS: &str = "10";

/// What the form is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One order.
    Single,
    /// Two legs, both or neither.
    Spread,
    /// A change of this order.
    Replace(Sequence),
}

/// A field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    /// One order or a spread.
    Kind,
    /// The instrument of a leg; a single order is the first.
    Symbol(usize),
    /// Buy or sell.
    Side(usize),
    /// At a limit or at the market.
    Pricing,
    /// The price.
    Price(usize),
    /// The quantity.
    Lots(usize),
    /// How long it may wait.
    Wait,
}

/// Whether an order names a price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pricing {
    /// It does.
    Limit,
    /// It takes what there is.
    Market,
}

/// A leg as it is typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegForm {
    /// The name of its instrument.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// Its price.
    pub price: String,
    /// The price was typed and follows the book no longer.
    pub own_price: bool,
    /// How much.
    pub lots: String,
}

/// The form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderForm {
    /// What it is for.
    pub kind: Kind,
    /// The legs; a single order and a replace use the first.
    pub legs: [LegForm; 2],
    /// At a limit or at the market; a single order only.
    pub pricing: Pricing,
    /// How long a single order may wait.
    pub wait: TimeInForce,
    /// The field with the cursor.
    pub at: Field,
    /// The field that is being typed into: the next character is added there. In any other one it replaces everything.
    pub typing: Option<Field>,
    /// A letter that is none of the choices of the field with the cursor.
    pub strange: Option<char>,
}

impl OrderForm {
    /// A form for a new order of this symbol, which joins the best buyers; and, if it is made a spread, against the next
    /// symbol of the desk.
    pub fn new(symbol: SymbolId, view: &ClusterView) -> Self {
        let count = view.run.settings.market.instruments.max(1);
        let next = SymbolId((usize::from(symbol.0) + 1).checked_rem(count).unwrap_or(0) as u16);
        let leg = |symbol: SymbolId, side| LegForm {
            symbol: symbol.name().to_owned(),
            side,
            price: String::new(),
            own_price: false,
            lots: LOTS.to_owned(),
        };
        let mut form = Self {
            kind: Kind::Single,
            legs: [leg(symbol, Side::Buy), leg(next, Side::Sell)],
            pricing: Pricing::Limit,
            wait: TimeInForce::GoodTillCancel,
            at: Field::Lots(0),
            typing: None,
            strange: None,
        };
        form.follow(view);
        form
    }

    /// A form for another price or quantity of an order.
    pub fn replace(order: &HandOrder, view: &ClusterView) -> Option<Self> {
        let HandRequest::Place { symbol, side, quantity, order_type: OrderType::Limit(limit), .. } = order.current()
        else {
            return None;
        };
        let mut form = Self::new(symbol, view);
        let leg = &mut form.legs[0];
        leg.side = side;
        leg.lots = quantity.0.to_string();
        leg.price = symbol.instrument()?.show_price(limit);
        leg.own_price = true;
        form.kind = Kind::Replace(order.sequence);
        form.at = Field::Price(0);
        Some(form)
    }

    /// The fields, from above to below.
    pub fn fields(&self) -> &'static [Field] {
        use Field::{Lots, Price, Side, Symbol, Wait};
        match (self.kind, self.pricing) {
            (Kind::Single, Pricing::Limit) => {
                &[Field::Kind, Symbol(0), Side(0), Field::Pricing, Price(0), Lots(0), Wait]
            }
            (Kind::Single, Pricing::Market) => &[Field::Kind, Symbol(0), Side(0), Field::Pricing, Lots(0), Wait],
            (Kind::Spread, _) => {
                &[Field::Kind, Symbol(0), Side(0), Price(0), Lots(0), Symbol(1), Side(1), Price(1), Lots(1)]
            }
            (Kind::Replace(_), _) => &[Price(0), Lots(0)],
        }
    }

    /// The order that it makes.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn read(&self, view: &ClusterView) -> Result<HandRequest, Vec<(Field, Flaw)>> {
        let flaws: Vec<(Field, Flaw)> =
            self.fields().iter().filter_map(|field| Some((*field, self.flaw(*field, view)?))).collect();
        match self.request(view) {
            Some(request) if flaws.is_empty() => Ok(request),
            _ => Err(flaws),
        }
    }

    /// What is wrong with a field as it stands.
    fn flaw(&self, field: Field, view: &ClusterView) -> Option<Flaw> {
        match field {
            Field::Symbol(leg) => match symbol(&self.legs[leg].symbol, view) {
                Err(flaw) => Some(flaw),
                Ok(found) if leg == 1 && Ok(found) == symbol(&self.legs[0].symbol, view) => {
                    Some(Flaw::new("form-same-symbol"))
                }
                Ok(_) => None,
            },
            Field::Price(leg) => {
                let symbol = symbol(&self.legs[leg].symbol, view).ok()?;
                price(&self.legs[leg].price, symbol).err()
            }
            Field::Lots(leg) => lots(&self.legs[leg].lots).err(),
            Field::Kind | Field::Side(_) | Field::Pricing | Field::Wait => None,
        }
    }

    /// What is odd about a field, and no reason not to send it.
    pub fn warning(&self, field: Field, view: &ClusterView) -> Option<Flaw> {
        let Field::Price(leg) = field else { return None };
        let symbol = symbol(&self.legs[leg].symbol, view).ok()?;
        far::far(price(&self.legs[leg].price, symbol).ok()?, view.books.line(symbol)?)
    }

    fn request(&self, view: &ClusterView) -> Option<HandRequest> {
        let leg = |place: usize| {
            let LegForm { symbol: name, side, price: limit, lots: count, .. } = &self.legs[place];
            let symbol = symbol(name, view).ok()?;
            Some(Leg::new(symbol, *side, price(limit, symbol).ok()?, lots(count).ok()?))
        };
        Some(match self.kind {
            Kind::Spread => HandRequest::Spread { legs: [leg(0)?, leg(1)?] },
            Kind::Replace(order) => {
                let leg = leg(0)?;
                HandRequest::Replace { order, price: leg.limit(), quantity: leg.quantity() }
            }
            Kind::Single => {
                let LegForm { symbol: name, side, price: limit, lots: count, .. } = &self.legs[0];
                let symbol = symbol(name, view).ok()?;
                let order_type = match self.pricing {
                    Pricing::Limit => OrderType::Limit(price(limit, symbol).ok()?),
                    Pricing::Market => OrderType::Market,
                };
                let (side, quantity, time_in_force) = (*side, lots(count).ok()?, self.wait);
                HandRequest::Place { symbol, side, order_type, quantity, time_in_force }
            }
        })
    }

    /// Prices that nobody typed follow the book: a single order joins its own side, a leg meets the other, so that it can
    /// trade at once.
    fn follow(&mut self, view: &ClusterView) {
        let joins = self.kind == Kind::Single;
        for leg in self.legs.iter_mut().filter(|leg| !leg.own_price) {
            let Ok(symbol) = symbol(&leg.symbol, view) else { continue };
            let line = view.books.line(symbol);
            let best = line.and_then(|line| if (leg.side == Side::Buy) == joins { line.bid } else { line.ask });
            let best = best.or_else(|| line.and_then(|line| line.last()));
            if let (Some(best), Some(instrument)) = (best, symbol.instrument()) {
                leg.price = instrument.show_price(best);
            }
        }
    }
}

fn symbol(name: &str, view: &ClusterView) -> Result<SymbolId, Flaw> {
    let traded = view.run.settings.market.instruments;
    let found = SymbolId::named(name).filter(|symbol| usize::from(symbol.0) < traded);
    found.ok_or_else(|| {
        let names: Vec<&str> = SymbolId::first(traded).map(SymbolId::name).collect();
        match nearest(name, &names) {
            Some(near) => Flaw::new("form-no-symbol-near").with("near", near),
            None => Flaw::new("form-no-symbol"),
        }
    })
}

fn price(text: &str, symbol: SymbolId) -> Result<Price, Flaw> {
    let step = symbol.instrument().map_or_else(|| "1".to_owned(), |instrument| instrument.show_price(Price(1)));
    let grid = Grid::new(&step, u64::from(PRICE_MAX)).ok_or_else(|| Flaw::new("form-no-price"))?;
    grid.units(text).map(|ticks| Price(ticks as i64)).map_err(|off| match off {
        OffGrid::NoDecimal | OffGrid::Zero => Flaw::new("form-no-price").with("step", &step),
        OffGrid::Between => Flaw::new("form-off-tick").with("step", &step),
        OffGrid::Beyond => Flaw::new("form-price-beyond").with("most", grid.max()),
    })
}

fn lots(text: &str) -> Result<Quantity, Flaw> {
    // A sign is not a digit, though `parse` takes a plus.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let count = text.parse::<u64>().ok().filter(|_| digits).filter(|count| (1..=LOTS_MAX).contains(count));
    count.map(Quantity).ok_or_else(|| Flaw::new("form-no-lots").with("most", LOTS_MAX))
}

#[cfg(test)]
mod tests;
