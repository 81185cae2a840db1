//! The market: what a partition group replicates. Orders meet in a book, sessions make them count once, a chain proves it.
//!
//! Idea: an exchange is a pure function of the records that it was given, in their order. Every replica of a group owns
//! one, feeds it the committed log, and must arrive at the same chain.
//! Shape, bottom up: [`slot_table`] finds things by their name and [`ladder`] by their price; [`queues`] holds the
//! resting orders; [`book`] matches by price and time ([`flow`] is what passes it, [`tape`] what was traded, [`escrow`] what
//! is held for a leg); [`sessions`] remembers what was answered, [`finished`] what has ended, both with a status by the byte
//! ([`said`]); [`transactions`] are spreads under way, [`shipments`] symbols that change their group; [`exchange`] puts them together. [`feed`] tells clients where the mid
//! price is, [`feed_file`] reads series and orders from files. [`ticks`] is what other venues quote, in windows and signals;
//! [`time_windows`] keeps trades by the time in which they happened, [`trade_store`] by their ids, [`trades`] are those of a
//! partition; [`venue`] routes between two venues.
//! Money: [`accounts`] check, reserve and move cash and lots with every order.

pub mod accounts;
pub mod book;
pub mod escrow;
pub mod exchange;
pub mod feed;
mod feed_date;
pub mod feed_file;
pub mod finished;
pub mod flow;
pub mod ladder;
pub mod mid;
pub mod queues;
pub mod said;
pub mod sessions;
pub mod shipments;
pub mod slot_table;
pub mod tape;
pub mod ticks;
pub mod time_windows;
pub mod trade_store;
pub mod trades;
pub mod transactions;
pub mod venue;
