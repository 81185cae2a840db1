//! The dashboard.

pub mod state;
