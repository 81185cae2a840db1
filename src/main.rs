//! The program: arguments, logging, wiring.

fn main() {}
