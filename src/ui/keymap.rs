//! Keys and what they mean: spelling, sequences, and the map that configuration may change.
//!
//! Idea: one spelling for files, help and messages: `x`, `X` (that is Shift), `<space>`, `<ctrl+l>`, `<f5>`; a sequence
//! has spaces (`g o`). The map starts as the registry's defaults; an override replaces the keys of one action.
//! Shape: `lookup` says *this action*, *more keys may follow*, or *nothing*.
//! Errors: `KeymapError` with the place in the file and the nearest spelling.

mod key;
mod overrides;

use std::collections::BTreeMap;

pub use key::{BadKey, Key, KeyName};
pub use overrides::{KeyOverride, KeymapError, Position};

use super::action::{ActionId, Context};
use super::registry;

/// Keys in one sequence at most.
pub const SEQUENCE_MAX: usize = 2;

/// Keys pressed one after the other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Sequence(pub Vec<Key>);

impl Sequence {
    /// Reads `x` or `g o`.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let keys = text.split_whitespace().map(Key::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() || keys.len() > SEQUENCE_MAX {
            return Err(BadKey { text: text.to_owned(), nearest: None });
        }
        Ok(Self(keys))
    }

    /// Whether these keys begin it, and more follow.
    fn continues(&self, keys: &[Key]) -> bool {
        self.0.len() > keys.len() && self.0.starts_with(keys)
    }
}

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<String> = self.0.iter().map(Key::to_string).collect();
        f.pad(&names.join(" "))
    }
}

/// What keys mean so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// This action.
    Action(ActionId),
    /// More keys may follow.
    Prefix,
    /// Nothing.
    Nothing,
}

/// The keys in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap {
    /// By context and keys.
    bindings: BTreeMap<(Context, Sequence), ActionId>,
    /// By action, in the order in which they were given.
    keys: BTreeMap<ActionId, Vec<Sequence>>,
}

impl Default for Keymap {
    /// The registry's own keys. A test says that all of them can be read and none stands twice.
    fn default() -> Self {
        let mut map = Self { bindings: BTreeMap::new(), keys: BTreeMap::new() };
        for spec in registry::all() {
            let keys = spec.keys.iter().filter_map(|key| Sequence::parse(key).ok()).collect();
            map.bind(spec.context, spec.id, keys);
        }
        map
    }
}

impl Keymap {
    /// The defaults with these changes on top.
    pub fn with_overrides(overrides: &[KeyOverride]) -> Result<Self, KeymapError> {
        overrides::apply(Self::default(), overrides)
    }

    /// What these keys mean here: the contexts from the nearest to the farthest.
    pub fn lookup(&self, contexts: &[Context], keys: &[Key]) -> Lookup {
        let pressed = Sequence(keys.to_vec());
        for context in contexts {
            if let Some(id) = self.bindings.get(&(*context, pressed.clone())) {
                return Lookup::Action(*id);
            }
            if self.bindings.keys().any(|(bound, sequence)| bound == context && sequence.continues(keys)) {
                return Lookup::Prefix;
            }
        }
        Lookup::Nothing
    }

    /// The keys of an action, the first being the one that hints show.
    pub fn keys_of(&self, id: ActionId) -> &[Sequence] {
        self.keys.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The first key of an action as people read it: `x`, `Space`, `g o`; empty if it has none.
    pub fn label(&self, id: ActionId) -> String {
        self.keys_of(id).first().map(Self::pretty).unwrap_or_default()
    }

    /// All keys of an action as people read them.
    pub fn labels(&self, id: ActionId) -> String {
        self.keys_of(id).iter().map(Self::pretty).collect::<Vec<_>>().join("  ")
    }

    /// What may follow this key, with what it then does: the rows of the which-key popup.
    pub fn menu(&self, prefix: Key) -> Vec<(Key, ActionId)> {
        let rows = self.bindings.iter().filter_map(|((_, sequence), id)| match sequence.0.as_slice() {
            [first, second] if *first == prefix => Some((*second, *id)),
            _ => None,
        });
        rows.collect()
    }

    /// Every binding, in order.
    pub fn bindings(&self) -> impl Iterator<Item = (Context, &Sequence, ActionId)> {
        self.bindings.iter().map(|((context, sequence), id)| (*context, sequence, *id))
    }

    fn pretty(sequence: &Sequence) -> String {
        sequence.0.iter().map(Key::label).collect::<Vec<_>>().join(" ")
    }

    fn bind(&mut self, context: Context, id: ActionId, sequences: Vec<Sequence>) {
        self.bindings.retain(|(bound, _), other| !(*other == id && *bound == context));
        for sequence in &sequences {
            self.bindings.insert((context, sequence.clone()), id);
        }
        self.keys.insert(id, sequences);
    }
}

#[cfg(test)]
mod tests;
