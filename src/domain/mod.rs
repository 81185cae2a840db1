//! Plain data that every room speaks: ids, units, orders, logs, settings, controls in, events and views out.
//!
//! Idea: the vocabulary of the desk. Nothing here acts, waits or draws, and nothing here knows any other room.
//! Shape: `control` is the only way in, `event` and `view` the only ways out; `actor` is the door for those who take
//! part in the schedule without being nodes.

pub mod actor;
pub mod balancing;
pub mod chance;
pub mod command;
pub mod control;
pub mod digest;
pub mod engine;
pub mod event;
pub mod fact;
pub mod feed;
pub mod hand;
pub mod histogram;
pub mod history;
pub mod ids;
pub mod instrument;
pub mod invariant;
pub mod log;
pub mod map;
pub mod membership;
pub mod moving;
pub mod order;
pub mod plan;
pub mod priority;
pub mod recent;
pub mod rules;
pub mod runs;
pub mod settings;
pub mod spread;
pub mod stored;
pub mod tick;
pub mod time;
pub mod trades;
pub mod units;
pub mod universe;
pub mod venue;
pub mod view;
pub mod why;
pub mod work;
