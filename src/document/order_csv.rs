//! Orders as lines of text, `action,order_id,owner,side,type,price,quantity`: what `chaosdesk match` reads.
//!
//! Idea: a line is an order, a cancel or a replace. What an action does not need may be left empty, and is not looked at;
//! empty fields at the end may be missing. A line is read in place, without a copy, and any tool that writes commas can write
//! it (`csv`).
//! Shape: `read` takes a line and gives an [`OrderLine`], nothing for a blank line or a comment (`#`), or a complaint that
//! points at the field. Who reads the file adds its name and the number of the line (`Complaint::in_line`).
//! Units: decimals; prices are whole multiples of the tick, quantities of the lot ([`Grid`]).
//! Words: the case of letters does not matter. `limit` rests; `market`, `ioc` and `fok` never do. An `ioc` or a `fok` without
//! a price takes any price.

use super::csv::{self, Field};
use super::decimal::{Grid, OffGrid};
use super::problem::{Complaint, clipped};
use crate::domain::order::{OrderType, Side, TimeInForce};
use crate::domain::units::{Price, Quantity};

/// The first line, if the file has one.
pub const HEADER: &str = "action,order_id,owner,side,type,price,quantity";
const COLUMNS: usize = 7;

const ACTIONS: [&str; 3] = ["new", "cancel", "replace"];
const SIDES: [&str; 2] = ["buy", "sell"];
const TYPES: [&str; 4] = ["limit", "market", "ioc", "fok"];

/// What a line asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderLine<'a> {
    /// An order.
    New {
        /// Its number.
        order: u64,
        /// Who owns it.
        owner: &'a str,
        /// Buy or sell.
        side: Side,
        /// Limit or market.
        order_type: OrderType,
        /// How long it may wait.
        time_in_force: TimeInForce,
        /// How much.
        quantity: Quantity,
    },
    /// An order is taken back.
    Cancel {
        /// Its number.
        order: u64,
        /// Who owns it, if the line says so; it must be true then.
        owner: Option<&'a str>,
    },
    /// An order gets another price and quantity.
    Replace {
        /// Its number.
        order: u64,
        /// Who owns it, if the line says so; it must be true then.
        owner: Option<&'a str>,
        /// The new limit.
        price: Price,
        /// The new quantity in all: what has traded counts.
        quantity: Quantity,
    },
}

/// Reads lines with these steps of price and quantity.
#[derive(Clone, Copy, Debug)]
pub struct OrderCsv {
    /// The step of prices.
    pub tick: Grid,
    /// The step of quantities.
    pub lot: Grid,
}

/// The number of steps that a field says.
fn on(field: &Field<'_>, grid: &Grid, name: &str, step: &str) -> Result<u64, Complaint> {
    grid.units(field.text).map_err(|off| {
        let complaint = match off {
            OffGrid::NoDecimal | OffGrid::Zero => field.wrong(name),
            OffGrid::Between => Complaint::new(field.span(), format!("`{}` is not on the {step}", clipped(field.text))),
            OffGrid::Beyond => {
                Complaint::new(field.span(), format!("the {name} `{}` is too large", clipped(field.text)))
            }
        };
        let (least, most) = (grid.step(), grid.max());
        complaint.allow(format!("{least} to {most}, in whole multiples of the {step} {least} (--{step})"))
    })
}

impl OrderCsv {
    /// Reads a line; nothing for a blank one and for a comment.
    ///
    /// # Errors
    /// The first field that is wrong, with what may stand there.
    pub fn read<'a>(&self, line: &'a str) -> Result<Option<OrderLine<'a>>, Complaint> {
        if csv::is_empty(line) {
            return Ok(None);
        }
        let fields = csv::fields::<COLUMNS>(line, HEADER)?;
        let [action, order, owner, side, order_type, price, quantity] = &fields;
        let action = match action.among("action", &ACTIONS) {
            Err(wrong) => return Err(csv::divided_by_commas(line, HEADER).err().unwrap_or(wrong)),
            Ok(action) => action,
        };
        let number = || {
            let digits = order.text.bytes().all(|byte| byte.is_ascii_digit());
            let number = if digits { order.text.parse().ok() } else { None };
            number.ok_or_else(|| order.wrong("order id").allow(format!("a whole number, at most {}", u64::MAX)))
        };
        let price = || Ok(Price(on(price, &self.tick, "price", "tick")? as i64));
        let quantity = || Ok(Quantity(on(quantity, &self.lot, "quantity", "lot")?));
        let known_owner = Some(owner.text).filter(|owner| !owner.is_empty());
        let order = number()?;
        Ok(Some(match action {
            0 => {
                let owner = known_owner.ok_or_else(|| owner.wrong("owner").allow("any word"))?;
                let side = if side.among("side", &SIDES)? == 0 { Side::Buy } else { Side::Sell };
                let kind = order_type.among("type", &TYPES)?;
                let any_price = kind > 0 && fields[5].text.is_empty();
                // A price beside `market` would be ignored; who wrote it meant something else.
                if kind == 1 && !any_price {
                    let complaint = Complaint::new(fields[5].span(), "a market order has no price");
                    return Err(complaint.allow("nothing here, or the type limit, ioc or fok"));
                }
                let order_type = if any_price { OrderType::Market } else { OrderType::Limit(price()?) };
                let time_in_force = match kind {
                    2 => TimeInForce::ImmediateOrCancel,
                    3 => TimeInForce::FillOrKill,
                    _ => TimeInForce::GoodTillCancel,
                };
                OrderLine::New { order, owner, side, order_type, time_in_force, quantity: quantity()? }
            }
            1 => OrderLine::Cancel { order, owner: known_owner },
            _ => OrderLine::Replace { order, owner: known_owner, price: price()?, quantity: quantity()? },
        }))
    }
}

/// Whether this is the line that names the columns.
///
/// # Errors
/// It names others.
pub fn is_header(line: &str) -> Result<bool, Complaint> {
    if csv::is_header(line, HEADER) {
        return Ok(true);
    }
    match csv::fields::<1>(line.split(',').next().unwrap_or_default(), HEADER) {
        Ok([first]) if first.text.eq_ignore_ascii_case("action") || csv::is_nearly_header(line, HEADER) => {
            Err(csv::no_header(line, &[HEADER], "these are not the columns"))
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv() -> OrderCsv {
        OrderCsv { tick: Grid::new("0.01", 1_000_000).unwrap(), lot: Grid::new("1", 1_000).unwrap() }
    }

    #[test]
    fn lines_are_orders_cancels_and_replaces() {
        let new = |order, side, order_type, time_in_force| OrderLine::New {
            order,
            owner: "anna",
            side,
            order_type,
            time_in_force,
            quantity: Quantity(3),
        };
        let limit = OrderType::Limit(Price(10_125));
        let (rests, now, all) = (TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel, TimeInForce::FillOrKill);
        for (line, expected) in [
            ("new,1,anna,buy,limit,101.25,3", new(1, Side::Buy, limit, rests)),
            (" NEW , 1 , anna , Sell , Limit , 101.25 , 3 ", new(1, Side::Sell, limit, rests)),
            ("new,18446744073709551615,anna,buy,market,,3", new(u64::MAX, Side::Buy, OrderType::Market, rests)),
            ("new,2,anna,buy,ioc,101.25,3", new(2, Side::Buy, limit, now)),
            ("new,2,anna,buy,ioc,,3", new(2, Side::Buy, OrderType::Market, now)),
            ("new,2,anna,buy,fok,101.25,3", new(2, Side::Buy, limit, all)),
            ("\"new\",\"2\",\"anna\",buy,\"ioc\",\"101.25\",3,", new(2, Side::Buy, limit, now)),
            ("cancel,7", OrderLine::Cancel { order: 7, owner: None }),
            ("cancel,7,anna,,,,", OrderLine::Cancel { order: 7, owner: Some("anna") }),
            ("cancel,7,,what,ever,stands,here", OrderLine::Cancel { order: 7, owner: None }),
            (
                "replace,7,,,,101.25,3",
                OrderLine::Replace { order: 7, owner: None, price: Price(10_125), quantity: Quantity(3) },
            ),
        ] {
            assert_eq!(csv().read(line), Ok(Some(expected)), "{line}");
        }
        for nothing in ["", "   ", "# new,1", "\t"] {
            assert_eq!(csv().read(nothing), Ok(None), "{nothing:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (line, wrong, found) in [
            ("nwe,1,anna,buy,limit,1,3", "nwe", "`nwe` is no action"),
            ("new;1;anna", ";", "semicolons divide the fields here"),
            ("\"new\",1,\"anna", "\"anna", "this quote is not closed"),
            ("new,-1,anna,buy,limit,1,3", "-1", "`-1` is no order id"),
            ("new,+1,anna,buy,limit,1,3", "+1", "is no order id"),
            ("new,18446744073709551616,anna,buy,limit,1,3", "18446744073709551616", "is no order id"),
            ("cancel", "", "there is no order id here"),
            ("new,1,,buy,limit,1,3", "", "there is no owner here"),
            ("new,1,anna,bid,limit,1,3", "bid", "`bid` is no side"),
            ("new,1,anna,buy,lmit,1,3", "lmit", "`lmit` is no type"),
            ("new,1,anna,buy,limit,,3", "", "there is no price here"),
            ("new,1,anna,buy,limit, 1.005 ,3", "1.005", "`1.005` is not on the tick"),
            ("new,1,anna,buy,limit,0,3", "0", "`0` is no price"),
            ("new,1,anna,buy,limit,10000.01,3", "10000.01", "the price `10000.01` is too large"),
            ("new,1,anna,buy,market,1,3", "1", "a market order has no price"),
            ("new,1,anna,buy,limit,1,1.5", "1.5", "`1.5` is not on the lot"),
            ("new,1,anna,buy,limit,1", "", "there is no quantity here"),
            ("replace,1,,,,x,1", "x", "`x` is no price"),
            ("new,1,anna,buy,limit,1,3,x", "x", "more than 7 fields"),
        ] {
            let complaint = csv().read(line).unwrap_err();
            assert_eq!(line.get(complaint.span.clone()), Some(wrong), "{line}: {complaint}");
            assert!(complaint.found.contains(found), "{line}: {complaint}");
            assert!(complaint.allowed.is_some(), "{line}: {complaint}");
        }
        let complaint = csv().read("new,1,anna,buy,lmit,1,3").unwrap_err();
        let text = complaint.in_line("mine.csv", 17, "new,1,anna,buy,lmit,1,3").to_string();
        assert!(text.starts_with("mine.csv:17:16: `lmit` is no type\n") && text.contains("17 | new,1"), "{text}");
        assert!(text.contains("did you mean `limit`?") && text.contains("limit, market, ioc, fok"), "{text}");
    }

    #[test]
    fn the_header_is_the_columns_or_nothing() {
        assert_eq!(is_header(HEADER), Ok(true));
        assert_eq!(is_header("Action, Order_ID, owner, side, type, price, quantity"), Ok(true));
        assert_eq!(is_header("\"action\",\"order_id\",\"owner\",\"side\",\"type\",\"price\",\"quantity\","), Ok(true));
        assert_eq!(is_header("new,1,anna,buy,limit,1,3"), Ok(false));
        assert!(is_header("action,order_id,side").is_err());
        let misspelt = is_header("actoin,order_id,owner,side,type,price,quantity").unwrap_err();
        assert_eq!((misspelt.span, misspelt.nearest.as_deref()), (0..6, Some("action")));
    }
}
