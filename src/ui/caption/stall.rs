//! Why nobody is answered, in words: how many must answer, and who does not.

use crate::domain::view::{Absence, StallView};
use crate::locale::Locale;

/// `all 5 must answer, n3 is dead`.
pub fn stall(stall: &StallView, locale: &Locale) -> String {
    let figures = [("must", u64::from(stall.must).into()), ("of", u64::from(stall.of).into())];
    let cause = locale.say(if stall.must == stall.of { "stall-all" } else { "stall-some" }, &figures);
    format!("{cause}, {}", victims(stall, locale))
}

/// `n3 is dead`.
pub fn victims(stall: &StallView, locale: &Locale) -> String {
    let mut kinds: Vec<Absence> = stall.missing.iter().map(|(_, absence)| *absence).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let victims = kinds.into_iter().map(|kind| {
        let of_kind = stall.missing.iter().filter(|(_, absence)| *absence == kind);
        let nodes: Vec<String> = of_kind.map(|(node, _)| node.to_string()).collect();
        let id = match kind {
            Absence::Dead => "absence-dead",
            Absence::Frozen => "absence-frozen",
            Absence::CutOff => "absence-cut-off",
            Absence::Silent => "absence-silent",
            Absence::Late => "absence-late",
        };
        locale.say(id, &[("n", (nodes.len() as u64).into()), ("nodes", nodes.join(" ").into())])
    });
    victims.collect::<Vec<_>>().join(", ")
}
