//! Refusals in a script: a control that is refused fails it, unless its step expects that or the script allows it.
//!
//! Errors: one sentence that quotes the action, with the reason in English and by its stable name.

use super::action;
use super::script::Step;
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::why::WhyName;
use crate::locale::Languages;

/// What is wrong with the answer to a control of this step, if it is not what the step expects.
pub(super) fn failure(step: &Step, control: &Control, answer: ControlAnswer) -> Option<String> {
    let action = action::show(control);
    let expected = step.refused.map(<&str>::from);
    match (answer, expected) {
        (ControlAnswer::Done, None) => None,
        (ControlAnswer::Done, Some(name)) => Some(format!("`{action}` was carried out, not refused as {name}")),
        (ControlAnswer::Refused(why), _) if step.refused == Some(WhyName::from(why)) => None,
        (ControlAnswer::Refused(why), None) if step.tolerates.contains(&WhyName::from(why)) => None,
        (ControlAnswer::Refused(why), expected) => {
            let reason = Languages::shared().english.why(why);
            let instead = expected.map_or_else(String::new, |name| format!(", not as {name}"));
            Some(format!("`{action}` was refused: {reason} ({}){instead}", why.name()))
        }
    }
}
