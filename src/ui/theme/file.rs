//! Reads a theme file: palette, roles, ancestor.
//!
//! Shape: a colour is a palette name, `#rrggbb`, one of the sixteen names, or `default` (the terminal's own).
//! Errors: a `Problem` at the place of the wrong word. A name is looked up when the roles are settled, because an
//! ancestor may hold it; so each keeps its place until then.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Appearance, Depth, Role, colour, style};
use crate::document::problem::{self, Problem, Reading, Source};

/// A colour in three depths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swatch {
    /// In full.
    pub rgb: Color,
    /// Of xterm's 256.
    pub indexed: u8,
    /// Of the sixteen.
    pub ansi: Color,
}

/// What a file says of a role.
#[derive(Clone, Debug, Default)]
struct RoleEntry {
    fg: Option<Named>,
    bg: Option<Named>,
    modifiers: Option<Modifier>,
    plain: Option<Modifier>,
}

/// A colour's name and where it stands.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    place: problem::Place,
}

/// A theme file, read and not yet settled.
#[derive(Clone, Debug, Default)]
pub struct ThemeFile {
    /// Whose what it does not say is taken, and where that is named.
    pub inherits: Option<(String, problem::Place)>,
    /// Light or dark.
    pub appearance: Option<Appearance>,
    /// It wants no colours at all.
    pub colourless: bool,
    palette: BTreeMap<String, Swatch>,
    roles: BTreeMap<String, RoleEntry>,
}

const ANSI: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

impl ThemeFile {
    /// Reads a file's text; `file` is what messages call it.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn parse(file: &str, text: &str) -> Reading<Self> {
        let place = Place { source: Arc::new(Source { name: file.to_owned(), text: text.to_owned() }) };
        let table = DeTable::parse(text)
            .map_err(|error| place.wrong(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message())))?;
        let mut file = Self::default();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "inherits" => file.inherits = Some((place.text(value)?.to_owned(), place.of(value.span()))),
                "appearance" => file.appearance = Some(place.one_of(value, &APPEARANCES)?),
                "colours" if value.get_ref().is_table() => {
                    let found = place.wrong(key.span(), "`colours` is no table".to_owned());
                    let found = found.allow("colours = \"all\" or \"none\"");
                    return Err(found.noting("colours have their names in [palette], and their use in [roles]"));
                }
                "colours" => file.colourless = !place.one_of(value, &[("all", true), ("none", false)])?,
                "palette" => {
                    for (name, swatch) in place.table(value)? {
                        file.palette.insert(name.get_ref().to_string(), place.swatch(swatch)?);
                    }
                }
                "roles" => {
                    for (name, entry) in place.table(value)? {
                        place.role(name.span(), name.get_ref())?;
                        file.roles.insert(name.get_ref().to_string(), place.entry(entry)?);
                    }
                }
                other => {
                    let known = ["inherits", "appearance", "colours", "palette", "roles"];
                    return Err(place.unknown(key.span(), "setting", other, &known));
                }
            }
        }
        Ok(file)
    }

    /// Takes over what this file does not say.
    pub fn inherit(&mut self, ancestor: Self) {
        self.appearance = self.appearance.or(ancestor.appearance);
        self.colourless |= ancestor.colourless;
        for (name, swatch) in ancestor.palette {
            self.palette.entry(name).or_insert(swatch);
        }
        for (name, theirs) in ancestor.roles {
            let ours = self.roles.entry(name).or_default();
            ours.plain = ours.plain.or(theirs.plain);
            if ours.fg.is_none() && ours.bg.is_none() && ours.modifiers.is_none() {
                (ours.fg, ours.bg, ours.modifiers) = (theirs.fg, theirs.bg, theirs.modifiers);
            }
        }
    }

    /// Settles a role: the longest prefix that says something about colours, and the longest about plainness.
    pub fn style(&self, role: Role, depth: Depth) -> Reading<Style> {
        let prefixes = || prefixes(role.name()).filter_map(|prefix| self.roles.get(prefix));
        let plain = prefixes().find_map(|entry| entry.plain).unwrap_or_default();
        let coloured = prefixes().find(|e| e.fg.is_some() || e.bg.is_some() || e.modifiers.is_some());
        let ground = self.roles.get("text");
        let pick = |of: fn(&RoleEntry) -> Option<&Named>| -> Reading<Option<Color>> {
            let named = coloured.and_then(of).or_else(|| ground.and_then(of));
            named.map_or(Ok(None), |named| self.colour(named, depth))
        };
        // A colour that there is none of is wrong even where no colours are shown.
        let (fg, bg) = (pick(|entry| entry.fg.as_ref())?, pick(|entry| entry.bg.as_ref())?);
        if depth == Depth::None {
            return Ok(style(None, None, plain));
        }
        Ok(style(fg, bg, coloured.and_then(|entry| entry.modifiers).unwrap_or_default()))
    }

    fn colour(&self, named: &Named, depth: Depth) -> Reading<Option<Color>> {
        let swatch = self.palette.get(&named.name).copied().or_else(|| direct(&named.name)).ok_or_else(|| {
            let own = self.palette.keys().map(String::as_str);
            let known: Vec<&str> = own.chain(ANSI.iter().map(|(name, _)| *name)).collect();
            let problem = named.place.problem(format!("no colour is called `{}`", named.name));
            problem.among(&named.name, &known).noting("a colour may also be written out: \"#rrggbb\"")
        })?;
        Ok(colour(&swatch, depth))
    }
}

const APPEARANCES: [(&str, Appearance); 2] = [("light", Appearance::Light), ("dark", Appearance::Dark)];

/// `node.failed`, then `node`.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rsplit_once('.').map(|(head, _)| head))
}

/// A colour that is written out where it is used.
fn direct(name: &str) -> Option<Swatch> {
    if let Some((_, ansi)) = ANSI.iter().find(|(known, _)| *known == name) {
        let indexed = ANSI.iter().position(|(known, _)| *known == name)?.saturating_sub(1) as u8;
        return Some(Swatch { rgb: *ansi, indexed, ansi: *ansi });
    }
    let rgb = hex(name)?;
    Some(Swatch { rgb: Color::Rgb(rgb[0], rgb[1], rgb[2]), indexed: cube(rgb), ansi: Color::Reset })
}

fn hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some([(number >> 16) as u8, (number >> 8) as u8, number as u8])
}

/// The nearest of xterm's colour cube.
fn cube([r, g, b]: [u8; 3]) -> u8 {
    let step = |part: u8| (u16::from(part) * 5 + 127) / 255;
    (16 + 36 * step(r) + 6 * step(g) + step(b)) as u8
}

/// Turns spans into places, and values into what they should be.
struct Place {
    source: Arc<Source>,
}

impl Place {
    fn of(&self, span: Range<usize>) -> problem::Place {
        problem::Place::new(&self.source, span)
    }

    fn wrong(&self, span: Range<usize>, found: String) -> Box<Problem> {
        self.of(span).problem(found)
    }

    fn unknown(&self, span: Range<usize>, what: &str, word: &str, known: &[&str]) -> Box<Problem> {
        self.wrong(span, format!("no {what} is called `{word}`")).among(word, known)
    }

    fn text<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Reading<&'v str> {
        let found = value.get_ref();
        found.as_str().ok_or_else(|| self.wrong(value.span(), format!("this is {}", found.type_str())).allow("a text"))
    }

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Reading<&'v DeTable<'i>> {
        let found = value.get_ref();
        found
            .as_table()
            .ok_or_else(|| self.wrong(value.span(), format!("this is {}", found.type_str())).allow("a table"))
    }

    fn one_of<T: Copy>(&self, value: &Spanned<DeValue<'_>>, known: &[(&str, T)]) -> Reading<T> {
        let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let word = self.text(value).map_err(|problem| problem.allow(problem::listed(&names())))?;
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        found.ok_or_else(|| self.wrong(value.span(), format!("`{word}` is not known here")).among(word, &names()))
    }

    fn role(&self, span: Range<usize>, name: &str) -> Reading<()> {
        let fits = |role: &Role| prefixes(role.name()).any(|prefix| prefix == name);
        match Role::ALL.iter().any(fits) {
            true => Ok(()),
            false => {
                Err(self.unknown(span, "role", name, &Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>()))
            }
        }
    }

    fn swatch(&self, value: &Spanned<DeValue<'_>>) -> Reading<Swatch> {
        let allowed = "[\"#rrggbb\", 0 to 255, the name of one of the sixteen]";
        let wrong = |span| self.wrong(span, "this is no colour".to_owned()).allow(allowed);
        let parts = value.get_ref().as_array().filter(|parts| parts.len() == 3).ok_or_else(|| wrong(value.span()))?;
        let mut parts = parts.iter();
        let (Some(rgb), Some(indexed), Some(ansi)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong(value.span()));
        };
        let full = direct(self.text(rgb)?).ok_or_else(|| wrong(rgb.span()))?;
        let number = indexed.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        let number: u8 = number.ok_or_else(|| wrong(indexed.span()))?;
        Ok(Swatch { rgb: full.rgb, indexed: number, ansi: self.one_of(ansi, &ANSI)? })
    }

    fn entry(&self, value: &Spanned<DeValue<'_>>) -> Reading<RoleEntry> {
        let mut entry = RoleEntry::default();
        if value.get_ref().is_str() {
            entry.fg = Some(self.named(value)?);
            return Ok(entry);
        }
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "fg" => entry.fg = Some(self.named(value)?),
                "bg" => entry.bg = Some(self.named(value)?),
                "mod" => entry.modifiers = Some(self.modifiers(value)?),
                "plain" => entry.plain = Some(self.modifiers(value)?),
                other => {
                    return Err(self.unknown(key.span(), "part", other, &["fg", "bg", "mod", "plain"]));
                }
            }
        }
        Ok(entry)
    }

    fn named(&self, value: &Spanned<DeValue<'_>>) -> Reading<Named> {
        Ok(Named { name: self.text(value)?.to_owned(), place: self.of(value.span()) })
    }

    fn modifiers(&self, value: &Spanned<DeValue<'_>>) -> Reading<Modifier> {
        let list = value.get_ref().as_array();
        let list =
            list.ok_or_else(|| self.wrong(value.span(), "this is no list".to_owned()).allow("a list of modifiers"))?;
        list.iter().try_fold(Modifier::empty(), |sum, word| Ok(sum | self.one_of(word, &MODIFIERS)?))
    }
}
