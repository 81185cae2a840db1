//! The market: what a partition group replicates. Orders meet in a book, sessions make them count once, a chain proves it.
//!
//! Idea: an exchange is a pure function of the records that it was given, in their order. Every replica of a group owns
//! one, feeds it the committed log, and must arrive at the same chain.
//! Shape, bottom up: [`slot_table`] finds things by their name and [`ladder`] by their price; [`queues`] holds the
//! resting orders; [`book`] matches by price and time ([`flow`] is what passes it); [`sessions`] remembers what was
//! answered, [`finished`] what has ended, both with a status by the byte ([`said`]); [`exchange`] puts them together.
//! [`feed`] tells clients where the mid price is, [`feed_file`] reads series and orders from files. [`ticks`] is what other venues quote, in windows and signals; [`venue`] routes between venues.
//! Left out: accounts come with their own issue.

pub mod book;
pub mod exchange;
pub mod feed;
pub mod feed_file;
pub mod finished;
pub mod flow;
pub mod ladder;
pub mod queues;
pub mod said;
pub mod sessions;
pub mod slot_table;
pub mod ticks;
pub mod venue;
