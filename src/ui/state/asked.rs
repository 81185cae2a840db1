//! What the cluster was asked for and has not answered yet.

use std::collections::VecDeque;

use crate::domain::control::Control;
use crate::domain::why::Why;

/// Something that was asked of the cluster, in one control or in several.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// What it did to the lists of undo.
    pub act: Act,
    /// Controls without an answer, in order.
    pub open: VecDeque<Control>,
    /// The first refusal; one that says more than "already in that state" takes its place.
    pub refused: Option<(Control, Why)>,
    /// Whether one of them was done.
    pub done: bool,
    /// What to say if all of them are done: a text and its arguments.
    pub said: (&'static str, Vec<(&'static str, String)>),
}

/// Why something was asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Act {
    /// To change the cluster for good, or not at all: no list of undo has it.
    Final,
    /// To change the cluster so.
    Change(Control),
    /// To take this change back.
    Undo(Control),
    /// To do this change again.
    Redo(Control),
}
