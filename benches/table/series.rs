//! A row of figures for growing sizes: how a cost grows, and where it bends.
//!
//! Idea: between two sizes a cost grows like a power of the size; its exponent is the slope on paper with two logarithmic
//! scales. 0 is flat, 1 linear, 2 quadratic. The steepest step says where the cost bends, and how sharply.
//! Shape: `header` names the sizes, `row` measures and prints; the figures of a row are handed back, to be divided by
//! those of another.

use super::{is_brief, shown, wants};

/// The sizes of the rows that follow.
pub fn header(what: &str, sizes: &[usize]) {
    let columns: String = sizes.iter().map(|size| format!("{:>10}", shown(*size as f64))).collect();
    println!("\n{what:<54}{columns}   last/first   steepest step");
}

/// Measures a row, if it is wanted, and prints it.
pub fn row(what: &str, unit: &str, sizes: &[usize], figure: impl FnMut(usize) -> f64) -> Vec<f64> {
    if !wants(what) {
        return Vec::new();
    }
    let figures: Vec<f64> = sizes.iter().copied().map(figure).collect();
    print(what, unit, sizes, &figures);
    figures
}

/// Prints a row that was measured.
pub fn print(what: &str, unit: &str, sizes: &[usize], figures: &[f64]) {
    let (Some(first), Some(last)) = (figures.first(), figures.last()) else { return };
    if is_brief() {
        println!("{what:<44} {unit:<9} runs");
        return;
    }
    let columns: String = figures.iter().map(|figure| format!("{:>10}", shown(*figure))).collect();
    let points: Vec<(f64, f64)> = sizes.iter().map(|size| *size as f64).zip(figures.iter().copied()).collect();
    let exponents = points.windows(2).map(|step| {
        let [(size, cost), (larger, dearer)] = step else { return (0.0, 0.0, 0.0) };
        ((dearer / cost).ln() / (larger / size).ln(), *size, *larger)
    });
    let steepest = exponents.max_by(|(one, ..), (other, ..)| one.total_cmp(other));
    let (exponent, from, to) = steepest.unwrap_or_default();
    println!("{what:<44} {unit:<9}{columns}   {:>10.2}   {exponent:>5.2} from {from} to {to}", last / first);
}
