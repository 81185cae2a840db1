//! Themes: files that give colours to meanings.
//!
//! Idea: a theme has a palette (each colour in three depths) and roles with dotted names; the longest prefix that it
//! names wins, and what it does not name it inherits. `plain` are the modifiers that carry a role where there is no
//! colour at all; they come from `base`, so that no theme can lose them.
//! Shape: `ThemeFile::parse` reads one file, `Theme::resolve` walks its ancestors and settles every role for one depth.
//! Errors: a `Problem` at the place of the wrong word, with what was probably meant.
//! Bound: at most [`ANCESTORS_MAX`] ancestors, so that a circle ends.
//! Sources: helix's themes (palette, inherits, longest prefix).

mod file;
mod role;
#[cfg(test)]
mod sight;

use ratatui::style::{Color, Modifier, Style};

pub use file::{Swatch, ThemeFile};
pub use role::Role;

use super::depth::Depth;
use crate::document::problem::{Place, Reading};

/// Ancestors of a theme.
pub const ANCESTORS_MAX: usize = 8;

/// The themes that are built in, in the order in which a key walks through them; `base` is only inherited from.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("classroom", include_str!("../../../themes/classroom.toml")),
    ("projector", include_str!("../../../themes/projector.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
    ("base", include_str!("../../../themes/base.toml")),
];

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Appearance {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// A theme, settled for one depth: a style for every role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Light or dark.
    pub appearance: Appearance,
    styles: [Style; Role::COUNT],
}

impl Theme {
    /// The names that can be picked.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).filter(|name| *name != "base")
    }

    /// A built-in theme; `None` if none is called so. A test sees to it that each of them reads.
    pub fn named(name: &str, depth: Depth) -> Option<Self> {
        let (known, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::from_text(name, &format!("built-in {known}.toml"), text, depth).ok()
    }

    /// A theme from the text of a file, which messages call `file`; its ancestors are built in.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn from_text(name: &str, file: &str, text: &str, depth: Depth) -> Reading<Self> {
        Self::resolve(name, ThemeFile::parse(file, text)?, depth)
    }

    /// How a role looks.
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    fn resolve(name: &str, file: ThemeFile, depth: Depth) -> Reading<Self> {
        let mut file = file;
        let mut parent = file.inherits.take();
        for _ in 0..ANCESTORS_MAX {
            let Some((wanted, place)) = parent.take() else { break };
            let mut ancestor = built_in(&wanted, &place)?;
            parent = ancestor.inherits.take();
            file.inherit(ancestor);
        }
        if let Some((_, place)) = parent {
            return Err(place.problem(format!("more than {ANCESTORS_MAX} ancestors")));
        }
        let depth = if file.colourless { Depth::None } else { depth };
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::ALL {
            styles[*role as usize] = file.style(*role, depth)?;
        }
        Ok(Self { name: name.to_owned(), appearance: file.appearance.unwrap_or_default(), styles })
    }
}

/// The built-in theme that is named at this place of a file.
fn built_in(name: &str, place: &Place) -> Reading<ThemeFile> {
    match BUILT_IN.iter().find(|(known, _)| *known == name) {
        Some((known, text)) => ThemeFile::parse(&format!("built-in {known}.toml"), text),
        None => {
            let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            Err(place.problem(format!("there is no built-in theme `{name}`")).among(name, &names))
        }
    }
}

/// A colour in one depth.
fn colour(swatch: &Swatch, depth: Depth) -> Option<Color> {
    match depth {
        Depth::None => None,
        Depth::Ansi16 => Some(swatch.ansi),
        Depth::Indexed => {
            Some(Color::Indexed(swatch.indexed)).filter(|_| swatch.rgb != Color::Reset).or(Some(Color::Reset))
        }
        Depth::Rgb => Some(swatch.rgb),
    }
}

/// Foreground, background and modifiers as a style.
fn style(fg: Option<Color>, bg: Option<Color>, modifiers: Modifier) -> Style {
    Style { fg, bg, ..Style::new().add_modifier(modifiers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, depth: Depth) -> Theme {
        Theme::named(name, depth).expect("a built-in theme")
    }

    #[test]
    fn every_built_in_theme_settles_in_every_depth() {
        for name in Theme::names() {
            for depth in [Depth::None, Depth::Ansi16, Depth::Indexed, Depth::Rgb] {
                let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).expect("a name");
                let read = Theme::from_text(name, name, text, depth);
                assert!(read.is_ok(), "{name} {depth:?}: {read:?}");
            }
        }
    }

    #[test]
    fn without_colour_a_role_is_carried_by_modifiers() {
        for name in Theme::names() {
            let theme = named(name, Depth::None);
            for role in Role::ALL {
                let style = theme.style(*role);
                assert_eq!((style.fg, style.bg), (None, None), "{name} {}", role.name());
            }
            let failed = theme.style(Role::NodeFailed);
            assert!(failed.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD), "{name}");
            let isolated = theme.style(Role::NodeIsolated);
            assert!(isolated.add_modifier.contains(Modifier::REVERSED | Modifier::UNDERLINED), "{name}");
            assert_ne!(failed, isolated);
        }
    }

    #[test]
    fn mono_has_no_colour_even_where_there_are_millions() {
        let theme = named("mono", Depth::Rgb);
        assert!(Role::ALL.iter().all(|role| theme.style(*role).fg.is_none() && theme.style(*role).bg.is_none()));
    }

    #[test]
    fn the_terminal_theme_paints_no_ground() {
        let theme = named("terminal", Depth::Rgb);
        assert_eq!(theme.style(Role::Text).bg, Some(Color::Reset));
        assert!(Role::ALL.iter().all(|role| !matches!(theme.style(*role).fg, Some(Color::Rgb(..)))));
    }

    #[test]
    fn the_longest_prefix_wins_and_the_rest_is_inherited() {
        let text =
            "inherits = \"classroom\"\n[roles]\n\"node\" = { fg = \"#010203\" }\n\"node.failed\" = \"#040506\"\n";
        let theme = Theme::from_text("mine", "mine.toml", text, Depth::Rgb).expect("a theme");
        let classroom = named("classroom", Depth::Rgb);
        assert_eq!(theme.style(Role::NodeFailed).fg, Some(Color::Rgb(4, 5, 6)));
        assert_eq!(theme.style(Role::Leader), classroom.style(Role::Leader));
        assert_eq!(theme.style(Role::NodeRecovering), classroom.style(Role::NodeRecovering));
    }

    #[test]
    fn a_wrong_word_is_shown_with_its_place_and_its_neighbour() {
        let error = |text: &str| Theme::from_text("mine", "mine.toml", text, Depth::Rgb).expect_err("a wrong theme");
        let table = error("[colours]\na = \"b\"\n").to_string();
        assert!(table.contains("`colours` is no table") && table.contains("[palette]"), "{table}");
        let key = error("colors = \"all\"\n");
        assert_eq!(key.nearest.as_deref(), Some("colours"));
        let wrong = error("[roles]\n\"node.faild\" = \"#ffffff\"\n");
        assert_eq!((wrong.line, wrong.column, wrong.nearest.as_deref()), (2, 1, Some("node.failed")));
        let wrong = error("inherits = \"clasroom\"\n");
        assert_eq!(wrong.nearest.as_deref(), Some("classroom"));
        let wrong = error("[palette]\nink = [\"#1114\", 233, \"black\"]\n");
        assert_eq!((wrong.line, wrong.column), (2, 8));
        let wrong = error("[roles]\ntext = { fg = \"inc\" }\n[palette]\nink = [\"#111418\", 233, \"black\"]\n");
        assert_eq!((wrong.line, wrong.nearest.as_deref()), (2, Some("ink")));
        let wrong = error("[roles]\ntext = { fq = \"#ffffff\" }\n");
        assert_eq!((wrong.line, wrong.nearest.as_deref()), (2, Some("fg")));
        assert_eq!(error("[roles\n").line, 1);
        let said =
            error("[roles]\ntext = { fg = \"inc\" }\n[palette]\nink = [\"#111418\", 233, \"black\"]\n").to_string();
        assert!(said.starts_with("mine.toml:2:15: no colour is called `inc`\n"), "{said}");
        assert!(said.contains("did you mean `ink`?") && said.contains("allowed: ink, default, black"), "{said}");
    }
}
