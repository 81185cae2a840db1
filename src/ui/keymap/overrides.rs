//! Changes to the key map from a configuration file.
//!
//! Idea: an override names a context, an action and its keys; it replaces the keys of that action, `[]` unbinds it.
//! What was taken from another action is reported, never silently stolen: the reader of the file must say both.
//! Errors: each says where in the file it stands, what is allowed, and the nearest spelling.

use super::{BadKey, Keymap, Sequence};
use crate::document::problem::nearest;
use crate::ui::action::Context;
use crate::ui::registry;

/// A place in a file, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One entry of `[keys.CONTEXT]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyOverride {
    /// The context as written.
    pub context: String,
    /// The action as written.
    pub action: String,
    /// Its keys as written; none unbinds it.
    pub keys: Vec<String>,
    /// Where it stands.
    pub position: Position,
}

/// Why an override cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeymapError {
    /// No such context.
    #[error("no keys live in `[keys.{name}]`; the contexts are {allowed}{}", hint(nearest.as_deref()))]
    Context {
        /// Where.
        position: Position,
        /// As written.
        name: String,
        /// Every name that is allowed.
        allowed: String,
        /// The nearest of them.
        nearest: Option<String>,
    },
    /// No such action.
    #[error("no action is called `{name}`{}", hint(nearest.as_deref()))]
    Action {
        /// Where.
        position: Position,
        /// As written.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// The action lives in another context.
    #[error("`{action}` belongs to `[keys.{context}]`")]
    Elsewhere {
        /// Where.
        position: Position,
        /// The action.
        action: String,
        /// Its context.
        context: &'static str,
    },
    /// No such key.
    #[error("`{action}`: {source}")]
    Key {
        /// Where.
        position: Position,
        /// The action.
        action: String,
        /// What is wrong with it.
        #[source]
        source: BadKey,
    },
    /// Two actions want one key.
    #[error("`{key}` is bound to both `{first}` and `{second}`; give one of them another key, or [] to unbind it")]
    Twice {
        /// Where.
        position: Position,
        /// The key.
        key: String,
        /// The one that has it.
        first: String,
        /// The one that wants it.
        second: String,
    },
}

impl KeymapError {
    /// Where in the file.
    pub const fn position(&self) -> Position {
        match self {
            Self::Context { position, .. }
            | Self::Action { position, .. }
            | Self::Elsewhere { position, .. }
            | Self::Key { position, .. }
            | Self::Twice { position, .. } => *position,
        }
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

pub(super) fn apply(mut map: Keymap, overrides: &[KeyOverride]) -> Result<Keymap, KeymapError> {
    let mut wanted = Vec::new();
    for entry in overrides {
        let (context, id) = named(entry)?;
        let parse = |key: &String| {
            Sequence::parse(key).map_err(|source| KeymapError::Key {
                position: entry.position,
                action: entry.action.clone(),
                source,
            })
        };
        wanted.push((entry, context, id, entry.keys.iter().map(parse).collect::<Result<Vec<_>, _>>()?));
    }
    // First all of them let go of their old keys, so that two actions can swap theirs.
    for (_, context, id, _) in &wanted {
        map.bind(*context, *id, Vec::new());
    }
    for (entry, context, id, sequences) in wanted {
        for sequence in &sequences {
            if let Some(owner) = owner(&map, context, sequence, id) {
                return Err(KeymapError::Twice {
                    position: entry.position,
                    key: sequence.to_string(),
                    first: owner.to_owned(),
                    second: entry.action.clone(),
                });
            }
        }
        map.bind(context, id, sequences);
    }
    Ok(map)
}

fn named(entry: &KeyOverride) -> Result<(Context, crate::ui::action::ActionId), KeymapError> {
    let position = entry.position;
    let names = || Context::ALL.iter().map(|context| context.name());
    let context = Context::ALL.into_iter().find(|context| context.name() == entry.context).ok_or_else(|| {
        let allowed = names().collect::<Vec<_>>().join(", ");
        KeymapError::Context {
            position,
            name: entry.context.clone(),
            allowed,
            nearest: nearest(&entry.context, &names().collect::<Vec<_>>()),
        }
    })?;
    let spec = registry::by_name(&entry.action).ok_or_else(|| KeymapError::Action {
        position,
        name: entry.action.clone(),
        nearest: nearest(&entry.action, &registry::all().map(|spec| spec.id.0).collect::<Vec<_>>()),
    })?;
    if spec.context != context {
        let (action, context) = (entry.action.clone(), spec.context.name());
        return Err(KeymapError::Elsewhere { position, action, context });
    }
    Ok((context, spec.id))
}

/// Who already has this key, or a sequence that it would cut short or that would cut it short.
fn owner(
    map: &Keymap,
    context: Context,
    sequence: &Sequence,
    asking: crate::ui::action::ActionId,
) -> Option<&'static str> {
    map.bindings().find_map(|(bound, other, id)| {
        let clash = other == sequence || other.continues(&sequence.0) || sequence.continues(&other.0);
        (bound == context && id != asking && clash).then_some(id.0)
    })
}
