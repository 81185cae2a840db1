//! Market data processing: ticks in, windows and signals out, many millions a second on one core.
//!
//! Idea: a tick touches one row of one flat table, once. All windows are made of *panes* (a tenth of a second): the tick
//! goes into the pane of its symbol that is open, and only when a pane closes are the windows touched. What a rule
//! needs of a window (the equity rule: its VWAP) is computed then too, so a tick never divides.
//! Units: prices are doubled mids in ticks ([`crate::domain::tick::MarketTick::mid_doubled`]), volumes in lots; sums are exact, in `u128`.
//! Shape, bottom up: [`bar`] adds ticks up and joins what was added up; [`sliding`] keeps the last panes joined; [`lane`]
//! is all of one symbol; [`rule`] has the rules of the asset classes; [`processor`] is the table. [`quotes`] draws ticks.
//! Bound: a lane has as many panes as the sliding window is long, [`sliding::PANES_MAX`] at most; late ticks go into the
//! open pane and are counted.
//! Layout: an array of structs of 32 bytes. Columns (a struct of arrays) were measured beside it: see `benches/ticks.rs`.

pub mod bar;
pub mod lane;
pub mod processor;
pub mod quotes;
pub mod rule;
pub mod sliding;
