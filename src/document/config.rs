//! The configuration: settings of the cluster, of the dashboard and of time, and the keys that somebody changed.
//!
//! Idea: one reference file, `config.toml`, documents every key with its default; it is part of the program, and a test
//! holds it equal to the defaults here. Names that only the dashboard knows (actions, keys, themes) are read as texts
//! with their places and handed to it through [`Names`], so that its mistakes are shown like any other.
//! Left out: finding the file and opening it (`cli::find`).

use strum::{IntoStaticStr, VariantArray};

use crate::domain::settings::Settings;
use crate::domain::view::Speed;

use super::check;
use super::choice;
use super::problem::{Complaint, Place, Reading, listed, nearest};
use super::reader::{self, Item, Reader};
use super::settings;

/// The reference file, as it stands at the top of the repository.
pub const REFERENCE: &str = include_str!("../../config.toml");

/// Everything that a configuration file can say.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The cluster and its load.
    pub settings: Settings,
    /// The dashboard.
    pub ui: UiSettings,
    /// How time passes at the start.
    pub time: TimeSettings,
    /// What the dashboard may keep.
    pub limits: LimitSettings,
    /// Keys that the file changes, in its order.
    pub keys: Vec<KeyBindings>,
    /// The contexts that the file names, those that bind nothing too.
    pub contexts: Vec<(String, Place)>,
    /// Where the themes are named: dark, then light.
    pub theme_places: [Option<Place>; 2],
}

/// How the dashboard looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UiSettings {
    /// The theme on a dark and on a light terminal.
    pub theme: ThemeChoice,
    /// Which characters draw.
    pub glyphs: Glyphs,
    /// Frames a second at most.
    pub fps: u32,
    /// Which language.
    pub locale: Locale,
    /// How much a screen shows.
    pub density: Density,
    /// Whether clicks and wheels are taken (the terminal's own selection then needs Shift).
    pub mouse: bool,
    /// Whether there is colour.
    pub color: ColorWhen,
    /// How many colours there are.
    pub color_depth: ColorDepth,
    /// Begins in presenter's dress: projector theme, large density, keys shown.
    pub present: bool,
}

impl Default for UiSettings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice { dark: "classroom".to_owned(), light: "projector".to_owned() },
            glyphs: Glyphs::Auto,
            fps: 30,
            locale: Locale::Auto,
            density: Density::Normal,
            mouse: true,
            color: ColorWhen::Auto,
            color_depth: ColorDepth::Auto,
            present: false,
        }
    }
}

/// Which theme when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeChoice {
    /// On a dark terminal, and where nobody knows.
    pub dark: String,
    /// On a light one.
    pub light: String,
}

/// How time passes at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeSettings {
    /// A fault on a leader slows time down until the first answer after it.
    pub slow_on_fault: bool,
    /// Time stands still at the start.
    pub start_paused: bool,
    /// The speed at the start.
    pub speed: Speed,
}

impl Default for TimeSettings {
    fn default() -> Self {
        Self { slow_on_fault: true, start_paused: false, speed: Speed::Times(1) }
    }
}

/// What the dashboard may keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitSettings {
    /// Memory for what is kept to look back, in units of 1,000,000 bytes.
    pub history_mb: u64,
}

impl LimitSettings {
    /// What a configuration may say.
    pub const HISTORY_MB: std::ops::RangeInclusive<u64> = 16..=65_536;

    /// The same in bytes.
    pub const fn history_bytes(self) -> u64 {
        self.history_mb * 1_000_000
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { history_mb: 512 }
    }
}

macro_rules! choices {
    ($(#[$about:meta])* $name:ident { $first:ident = $first_word:literal: $first_doc:literal $(, $variant:ident = $word:literal: $doc:literal)* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default, IntoStaticStr, VariantArray)]
        pub enum $name {
            #[doc = $first_doc]
            #[default]
            #[strum(serialize = $first_word)]
            $first,
            $(#[doc = $doc] #[strum(serialize = $word)] $variant,)*
        }
    };
}

choices!(
    /// Which characters draw.
    Glyphs { Auto = "auto": "By locale and terminal.", Unicode = "unicode": "Braille and blocks.",
        Block = "block": "Blocks, where the font has no braille.", Ascii = "ascii": "ASCII only." }
);
choices!(
    /// Which language.
    Locale { Auto = "auto": "By the environment.", En = "en": "English.", Ru = "ru": "Russian." }
);
choices!(
    /// How much a screen shows.
    Density { Normal = "normal": "As much as fits well.", Large = "large": "Big digits, few panels.",
        Compact = "compact": "Everything." }
);
choices!(
    /// Whether there is colour.
    ColorWhen { Auto = "auto": "On a terminal, unless `NO_COLOR` is set.", Always = "always": "Whatever the environment says.",
        Never = "never": "Never." }
);
choices!(
    /// How many colours there are.
    ColorDepth { Auto = "auto": "As the terminal says.", Sixteen = "16": "The sixteen of the terminal.",
        TwoFiftySix = "256": "The palette of 256.", Rgb = "rgb": "All." }
);

/// Keys that a file binds to an action; an empty list unbinds it.
#[derive(Clone, Debug)]
pub struct KeyBindings {
    /// Where they are in force: `global`, or the name of a context.
    pub context: String,
    /// The id of the action.
    pub action: String,
    /// Where the action is named.
    pub action_at: Place,
    /// The keys as written, each with its place.
    pub keys: Vec<(String, Place)>,
}

/// What only the dashboard knows, to check a configuration by.
pub trait Names {
    /// The contexts of keys, `global` among them.
    fn contexts(&self) -> Vec<String>;
    /// The ids of the actions that a context has.
    fn actions(&self, context: &str) -> Vec<String>;
    /// The themes that can be named.
    fn themes(&self) -> Vec<String>;
    /// Whether this is a key.
    ///
    /// # Errors
    /// What is wrong with it.
    fn key(&self, text: &str) -> Result<(), Complaint>;
}

/// Reads a configuration over the defaults.
///
/// # Errors
/// The first thing wrong.
pub fn read(name: &str, text: &str) -> Reading<Config> {
    reader::read(name, text, |root| {
        let mut config = Config { settings: settings::read(root, &Settings::default())?, ..Config::default() };
        let mut places = [None, None];
        if let Some(ui) = root.table("ui", |r| ui(r, &mut places))? {
            config.ui = ui;
        }
        config.theme_places = places;
        if let Some(time) = root.table("time", time)? {
            config.time = time;
        }
        if let Some(limits) = root.table("limits", limits)? {
            config.limits = limits;
        }
        (config.contexts, config.keys) = root.table("keys", keys)?.unwrap_or_default();
        check::history(root, &config.settings, config.limits.history_mb)?;
        Ok(config)
    })
}

fn ui(r: &mut Reader<'_>, places: &mut [Option<Place>; 2]) -> Reading<UiSettings> {
    let base = UiSettings::default();
    Ok(UiSettings {
        theme: theme(r, base.theme, places)?,
        glyphs: r.choice("glyphs", base.glyphs)?,
        fps: r.integer("fps", 1..=60, u64::from(base.fps))? as u32,
        locale: r.choice("locale", base.locale)?,
        density: r.choice("density", base.density)?,
        mouse: r.switch("mouse", base.mouse)?,
        color: r.choice("color", base.color)?,
        color_depth: r.choice("color_depth", base.color_depth)?,
        present: r.switch("present", base.present)?,
    })
}

fn theme(r: &mut Reader<'_>, base: ThemeChoice, places: &mut [Option<Place>; 2]) -> Reading<ThemeChoice> {
    let Some(item) = r.optional("theme") else { return Ok(base) };
    if item.is_string() {
        let name = item.string("theme")?.to_owned();
        *places = [Some(item.place.clone()), Some(item.place)];
        return Ok(ThemeChoice { dark: name.clone(), light: name });
    }
    if !item.is_table() {
        return Err(item.wrong("theme", "a string, or a table of `dark` and `light`"));
    }
    r.inside_item("theme", &item, |r| {
        let mut one = |place: &mut Option<Place>, key, base: String| -> Reading<String> {
            let Some(item) = r.optional(key) else { return Ok(base) };
            *place = Some(item.place.clone());
            item.string(key).map(str::to_owned)
        };
        let [dark, light] = places;
        Ok(ThemeChoice { dark: one(dark, "dark", base.dark)?, light: one(light, "light", base.light)? })
    })
}

fn time(r: &mut Reader<'_>) -> Reading<TimeSettings> {
    let base = TimeSettings::default();
    Ok(TimeSettings {
        slow_on_fault: r.switch("slow_on_fault", base.slow_on_fault)?,
        start_paused: r.switch("start_paused", base.start_paused)?,
        speed: match r.optional("speed") {
            None => base.speed,
            Some(item) => choice::speed(item.string("speed")?).map_err(|wrong| item.place.complain(&wrong))?,
        },
    })
}

fn limits(r: &mut Reader<'_>) -> Reading<LimitSettings> {
    let base = LimitSettings::default();
    Ok(LimitSettings { history_mb: r.integer("history_mb", LimitSettings::HISTORY_MB, base.history_mb)? })
}

type Keys = (Vec<(String, Place)>, Vec<KeyBindings>);

fn keys(r: &mut Reader<'_>) -> Reading<Keys> {
    let (mut contexts, mut bindings) = (Vec::new(), Vec::new());
    for (context, context_at, table) in r.contents() {
        contexts.push((context.clone(), context_at));
        r.inside_item(&context, &table, |r| {
            for (action, action_at, item) in r.contents() {
                let one = if item.is_string() { vec![one_key(&action, &item)?] } else { Vec::new() };
                let listed = if item.is_string() { Vec::new() } else { item.elements(&action)? };
                let listed = listed.iter().map(|key| one_key(&action, key)).collect::<Reading<Vec<_>>>()?;
                let keys = [one, listed].concat();
                bindings.push(KeyBindings { context: context.clone(), action, action_at, keys });
            }
            Ok(())
        })?;
    }
    Ok((contexts, bindings))
}

fn one_key(action: &str, item: &Item<'_>) -> Reading<(String, Place)> {
    Ok((item.string(action)?.to_owned(), item.place.clone()))
}

impl Config {
    /// Checks what only the dashboard knows: themes, contexts, actions and keys.
    ///
    /// # Errors
    /// The first name that it does not know.
    pub fn check(&self, names: &dyn Names) -> Reading<()> {
        let themes = names.themes();
        for (place, name) in self.theme_places.iter().zip([&self.ui.theme.dark, &self.ui.theme.light]) {
            // A path names a file; whether it is there is known when it is opened.
            if let Some(place) = place
                && !themes.contains(name)
                && !name.ends_with(".toml")
            {
                return Err(place.problem(format!("there is no theme `{name}`")).among(name, &themes));
            }
        }
        let contexts = names.contexts();
        for (context, place) in &self.contexts {
            if !contexts.contains(context) {
                return Err(place.problem(format!("keys have no context `{context}`")).among(context, &contexts));
            }
        }
        self.keys.iter().try_for_each(|binding| binding.check(names))
    }
}

impl KeyBindings {
    fn check(&self, names: &dyn Names) -> Reading<()> {
        let actions = names.actions(&self.context);
        if !actions.contains(&self.action) {
            let found = format!("there is no action `{}` in `{}`", self.action, self.context);
            let problem = self.action_at.problem(found).among(&self.action, &actions);
            // Hundreds of ids are no help: the nearest one is, and the list is one command away.
            let few = actions.len() <= 12;
            let allowed = if few { listed(&actions) } else { "the ids that `chaosdesk keys` lists".to_owned() };
            let problem = problem.allow(allowed);
            // Who writes `"q" = "app.quit"` has the right words in the wrong order.
            let swapped = self.keys.iter().find_map(|(key, _)| nearest(key, &actions));
            return Err(match swapped.filter(|_| names.key(&self.action).is_ok()) {
                Some(action) => problem.noting(format!("the action comes first: \"{action}\" = [\"{}\"]", self.action)),
                None => problem,
            });
        }
        self.keys.iter().try_for_each(|(key, place)| names.key(key).map_err(|wrong| place.complain(&wrong)))
    }
}

#[cfg(test)]
mod tests;
