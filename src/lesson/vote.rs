//! A question to the class on its way: hands, closing, the answer.
//!
//! Idea: the prediction is what teaches (Crouch et al. 2004, "Classroom demonstrations: learning tools or
//! entertainment?"), so hands are counted before anything is shown, and compared after.
//! Bound: hands of one option stop at [`HANDS_MAX`].

use crate::domain::view::{ClusterView, QuestionView};

use super::script::Ask;

/// No classroom is larger.
pub const HANDS_MAX: u32 = 999;

/// The hands for each option, and how far the question is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vote {
    /// Which step asks.
    pub step: usize,
    hands: Vec<u32>,
    closed: bool,
    answer: Option<usize>,
}

impl Vote {
    /// Opens the question of a step.
    pub fn open(step: usize, ask: &Ask) -> Self {
        Self { step, hands: vec![0; ask.options.len()], closed: false, answer: None }
    }

    /// A hand more; nothing once it is closed or where there is no such option.
    pub fn raise(&mut self, option: usize) {
        if let Some(hands) = self.hands.get_mut(option).filter(|_| !self.closed) {
            *hands = (*hands + 1).min(HANDS_MAX);
        }
    }

    /// A hand less.
    pub fn lower(&mut self, option: usize) {
        if let Some(hands) = self.hands.get_mut(option).filter(|_| !self.closed) {
            *hands = hands.saturating_sub(1);
        }
    }

    /// No more hands.
    pub const fn close(&mut self) {
        self.closed = true;
    }

    /// Whether hands are still counted.
    pub const fn is_open(&self) -> bool {
        !self.closed
    }

    /// Finds the right option; `false` if none is, or more than one: then the question is wrong, not the class.
    pub fn reveal(&mut self, ask: &Ask, view: &ClusterView, base: Option<&ClusterView>) -> bool {
        let holds =
            |place: &usize| ask.options[*place].right.as_ref().is_some_and(|right| right.holds_since(view, base));
        let right: Vec<usize> = (0..ask.options.len()).filter(holds).collect();
        self.closed = true;
        self.answer = match right[..] {
            [one] => Some(one),
            [] => ask.options.iter().position(|option| option.right.is_none()),
            _ => None,
        };
        self.answer.is_some()
    }

    /// The question for the screen.
    pub fn view(&self, ask: &Ask) -> QuestionView {
        QuestionView {
            text: ask.question.clone(),
            options: ask.options.iter().map(|option| option.text.clone()).collect(),
            hands: self.hands.clone(),
            closed: self.closed,
            answer: self.answer,
        }
    }
}
