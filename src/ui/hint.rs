//! Key hints: what the bottom row says can be pressed now.
//!
//! Idea: the registry of actions makes them, the bar only lays them out: fault keys to the left, time and help to the
//! right; what does not fit is dropped by priority.

use super::action::ActionId;

/// A key and what it would do now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The action, for a click.
    pub action: ActionId,
    /// The key as people write it, `x` or `Space`.
    pub key: String,
    /// What it does, in the language of the screen, `kill n3`.
    pub text: String,
    /// 0 is dropped last.
    pub priority: u8,
    /// It would do something now.
    pub enabled: bool,
    /// Which end of the bar it belongs to.
    pub side: Side,
}

/// An end of the bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    /// Faults and load.
    #[default]
    Left,
    /// Time and help.
    Right,
}
