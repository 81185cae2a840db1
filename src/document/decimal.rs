//! Decimals on a grid: prices as people write them, and the whole ticks that the book counts in.
//!
//! Idea: a price of 101.25 with a tick of 0.01 is 10125 ticks, exactly. A decimal is read as a whole number of billionths
//! and divided by the step; what leaves a rest is not on the grid, and is said to be so instead of being rounded.
//! Units: steps in billionths of one; up to nine places behind the point.
//! Errors: `OffGrid`, told in words by whoever knows whether it is a price or a quantity.

/// Billionths in one.
const ONE: u128 = 1_000_000_000;
const PLACES_MAX: usize = 9;
/// Longer than any number that fits a bound of this program; keeps the arithmetic within its width.
const DIGITS_MAX: usize = 24;
/// A step is at most a thousand million, so that no product leaves its width.
const STEP_MAX: u128 = 1_000_000_000 * ONE;

/// The numbers that count: whole multiples of a step, from one step to so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grid {
    step: u128,
    places: usize,
    units_max: u64,
}

/// Why a text is not a number of the grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OffGrid {
    /// Not digits with at most one point, or more of them than make sense.
    NoDecimal,
    /// Not a whole number of steps.
    Between,
    /// Nothing.
    Zero,
    /// More steps than the bound.
    Beyond,
}

/// A decimal without a sign in billionths.
fn billionths(text: &str) -> Option<u128> {
    if text.len() > DIGITS_MAX {
        return None;
    }
    let (mut value, mut digits) = (0_u128, 0);
    let mut places = None;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + u128::from(byte - b'0');
                digits += 1;
                places = places.map(|places| places + 1);
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return None,
        }
    }
    let places: usize = places.unwrap_or(0);
    if digits == 0 || places > PLACES_MAX {
        return None;
    }
    Some(value * 10_u128.pow((PLACES_MAX - places) as u32))
}

impl Grid {
    /// The grid with this step; `None` if the text is no decimal above zero, or a very large one.
    pub fn new(step: &str, units_max: u64) -> Option<Self> {
        let step = billionths(step).filter(|step| (1..=STEP_MAX).contains(step))?;
        let places = (0..=PLACES_MAX).find(|places| step.is_multiple_of(10_u128.pow((PLACES_MAX - places) as u32)))?;
        Some(Self { step, places, units_max })
    }

    /// The number of steps that a text says.
    ///
    /// # Errors
    /// It is not a number of the grid.
    pub fn units(&self, text: &str) -> Result<u64, OffGrid> {
        let value = billionths(text).ok_or(OffGrid::NoDecimal)?;
        // Most numbers fit a register, and its division is several times as fast.
        let (units, rest) = match (u64::try_from(value), u64::try_from(self.step)) {
            (Ok(value), Ok(step)) => (u128::from(value / step), u128::from(value % step)),
            _ => (value / self.step, value % self.step),
        };
        match u64::try_from(units) {
            _ if rest > 0 => Err(OffGrid::Between),
            Ok(0) => Err(OffGrid::Zero),
            Ok(units) if units <= self.units_max => Ok(units),
            _ => Err(OffGrid::Beyond),
        }
    }

    /// So many steps, as a decimal.
    pub const fn show(&self, units: u64) -> Decimal {
        Decimal { billionths: self.step * units as u128, places: self.places }
    }

    /// The step.
    pub const fn step(&self) -> Decimal {
        self.show(1)
    }

    /// The highest number of the grid.
    pub const fn max(&self) -> Decimal {
        self.show(self.units_max)
    }
}

/// A number of a grid, shown with as many places as its step has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    billionths: u128,
    places: usize,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.billionths / ONE, self.billionths % ONE);
        match self.places {
            0 => write!(f, "{whole}"),
            places => write!(f, "{whole}.{:0places$}", part / 10_u128.pow((PLACES_MAX - places) as u32)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_on_the_grid_or_are_told_why_not() {
        let widest = Grid::new("1000000000", u64::MAX).unwrap();
        assert_eq!(widest.units(&widest.step().to_string()), Ok(1));
        assert_eq!(widest.max().to_string(), "18446744073709551615000000000");
        let cents = Grid::new("0.01", 100_000).unwrap();
        for (text, units) in [
            ("101.25", Ok(10_125)),
            ("101.250", Ok(10_125)),
            ("7", Ok(700)),
            (".5", Ok(50)),
            ("3.", Ok(300)),
            ("0.01", Ok(1)),
            ("1000", Ok(100_000)),
            ("1000.01", Err(OffGrid::Beyond)),
            ("99999999999999999999", Err(OffGrid::Beyond)),
            ("0", Err(OffGrid::Zero)),
            ("0.00", Err(OffGrid::Zero)),
            ("0.001", Err(OffGrid::Between)),
            ("101.255", Err(OffGrid::Between)),
            ("", Err(OffGrid::NoDecimal)),
            (".", Err(OffGrid::NoDecimal)),
            ("-1", Err(OffGrid::NoDecimal)),
            ("+1", Err(OffGrid::NoDecimal)),
            ("1e3", Err(OffGrid::NoDecimal)),
            ("1.2.3", Err(OffGrid::NoDecimal)),
            ("1 000", Err(OffGrid::NoDecimal)),
            ("0.0000000001", Err(OffGrid::NoDecimal)),
            ("9999999999999999999999999", Err(OffGrid::NoDecimal)),
        ] {
            assert_eq!(cents.units(text), units, "{text}");
        }
        assert_eq!((cents.step().to_string(), cents.max().to_string()), ("0.01".to_owned(), "1000.00".to_owned()));
        for wrong in ["0", "", "x", "0.0", "1000000001", "999999999999999999999999"] {
            assert_eq!(Grid::new(wrong, 1), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_as_what_it_was(units in 1_u64..1_000_000_000, step in 1_u64..10_000, places in 0_usize..=9) {
            let step = Decimal { billionths: u128::from(step) * 10_u128.pow((9 - places) as u32), places }.to_string();
            let grid = Grid::new(&step, u64::MAX).unwrap();
            prop_assert_eq!(grid.units(&grid.show(units).to_string()), Ok(units));
        }
    }
}
