//! Languages: every word of the screen in English and Russian, with the plurals of each.
//!
//! Idea: Fluent files, one directory a language, built in. A text that a language lacks is taken from English, and a
//! test sees to it that none lacks any. No isolation marks: terminals show them as boxes.
//! Units: numbers are grouped by a thin gap (`10 482`), which is a plain space, because terminals have no thinner one.
//! Errors: none at run time; an unknown id shows itself, so that it is found.

mod control;
mod event;
mod why;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::Text;

pub use fluent_bundle::FluentValue;

/// The languages of the house.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Russian.
    Russian,
}

impl Language {
    /// In the order in which a key walks through them.
    pub const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// The language of this name: `en`, `ru`, or as the environment writes it (`ru_RU.UTF-8`).
    pub fn named(name: &str) -> Option<Self> {
        match name.split(['_', '-', '.']).next()? {
            "en" => Some(Self::English),
            "ru" => Some(Self::Russian),
            _ => None,
        }
    }

    /// For the rules of plurals; a name that cannot be read has the rules of no language.
    fn id(self) -> LanguageIdentifier {
        let name = match self {
            Self::English => "en",
            Self::Russian => "ru",
        };
        name.parse().unwrap_or_default()
    }

    /// The files of the language.
    const fn files(self) -> &'static [&'static str] {
        match self {
            Self::English => &[
                include_str!("../../assets/locales/en/screen.ftl"),
                include_str!("../../assets/locales/en/events.ftl"),
                include_str!("../../assets/locales/en/why.ftl"),
                include_str!("../../assets/locales/en/controls.ftl"),
                include_str!("../../assets/locales/en/keys.ftl"),
                include_str!("../../assets/locales/en/toasts.ftl"),
                include_str!("../../assets/locales/en/market.ftl"),
                include_str!("../../assets/locales/en/rules.ftl"),
                include_str!("../../assets/locales/en/lesson.ftl"),
            ],
            Self::Russian => &[
                include_str!("../../assets/locales/ru/screen.ftl"),
                include_str!("../../assets/locales/ru/events.ftl"),
                include_str!("../../assets/locales/ru/why.ftl"),
                include_str!("../../assets/locales/ru/controls.ftl"),
                include_str!("../../assets/locales/ru/keys.ftl"),
                include_str!("../../assets/locales/ru/toasts.ftl"),
                include_str!("../../assets/locales/ru/market.ftl"),
                include_str!("../../assets/locales/ru/rules.ftl"),
                include_str!("../../assets/locales/ru/lesson.ftl"),
            ],
        }
    }
}

/// The texts of one language, with English behind them.
pub struct Locale {
    language: Language,
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locale").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self::new(Language::English)
    }
}

impl Locale {
    /// The texts of a language.
    pub fn new(language: Language) -> Self {
        let mut bundles = vec![bundle(language)];
        if language != Language::English {
            bundles.push(bundle(Language::English));
        }
        Self { language, bundles }
    }

    /// Which language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A text without figures in it.
    pub fn text(&self, id: &str) -> Cow<'_, str> {
        self.format(id, None)
    }

    /// The text of this id with words put in.
    pub fn fill(&self, id: &str, words: &[(&str, &str)]) -> String {
        let args: FluentArgs<'_> = words.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        self.format(id, Some(&args)).into_owned()
    }

    /// A text with figures in it.
    pub fn say(&self, id: &str, figures: &[(&'static str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = figures.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(id, Some(&args)).into_owned()
    }

    /// The text of this id, if the language has it.
    pub fn known(&self, id: &str) -> Option<String> {
        self.bundles.first().is_some_and(|bundle| bundle.has_message(id)).then(|| self.text(id).into_owned())
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        self.format_part(id, None, args)
    }

    /// A text, or an attribute of it.
    fn format_part(&self, id: &str, attribute: Option<&str>, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        for bundle in &self.bundles {
            let Some(message) = bundle.get_message(id) else { continue };
            let pattern = match attribute {
                Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
                None => message.value(),
            };
            if let Some(pattern) = pattern {
                let mut errors = Vec::new();
                return Cow::Owned(bundle.format_pattern(pattern, args, &mut errors).into_owned());
            }
        }
        Cow::Owned(id.to_owned())
    }

    /// A text of a lesson in this language; in English if it has no other.
    pub fn pick<'t>(&self, text: &'t Text) -> &'t str {
        match self.language {
            Language::Russian if !text.ru.is_empty() => &text.ru,
            _ => &text.en,
        }
    }

    /// A number in groups of three: `10 482`.
    pub fn number(&self, number: u64) -> String {
        grouped(number)
    }

    /// A number with one digit after the point, given in tenths.
    pub fn tenths(&self, tenths: u64) -> String {
        format!("{}{}{}", grouped(tenths / 10), self.point(), tenths % 10)
    }

    /// A number with two digits after the point, given in hundredths.
    pub fn hundredths(&self, hundredths: u64) -> String {
        format!("{}{}{:02}", grouped(hundredths / 100), self.point(), hundredths % 100)
    }

    /// What stands between a number and its parts.
    const fn point(&self) -> char {
        if matches!(self.language, Language::Russian) { ',' } else { '.' }
    }

    /// A number for a narrow cell, in three or four signs: `640`, `4k`, `12k`, `3M`.
    pub fn short(number: u64) -> String {
        match number {
            0..1_000 => number.to_string(),
            1_000..999_500 => format!("{}k", (number + 500) / 1_000),
            _ => format!("{}M", (number + 500_000) / 1_000_000),
        }
    }

    /// A length of time in the unit that people would take: `0.4 ms`, `212 ms`, `3.2 s`. Rounded, never cut, so that of two
    /// lengths the longer one never reads as the shorter.
    pub fn duration(&self, length: SimDuration) -> String {
        let (ms, s) = (self.text("unit-ms"), self.text("unit-s"));
        match length.as_micros() {
            us if us < 9_950 => format!("{} {ms}", self.tenths((us + 50) / 100)),
            us if us < 999_500 => format!("{} {ms}", (us + 500) / 1_000),
            us if us < 599_950_000 => format!("{} {s}", self.tenths((us + 50_000) / 100_000)),
            us => format!("{} {s}", grouped((us + 500_000) / 1_000_000)),
        }
    }

    /// A point in time as a clock has it: `00:42.004`.
    pub fn clock(&self, at: SimTime) -> String {
        let ms = at.as_millis();
        format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000)
    }
}

/// Every language at once, for texts that are made before anybody knows in which they will be read.
#[derive(Debug)]
pub struct Languages {
    /// English.
    pub english: Locale,
    /// Russian.
    pub russian: Locale,
}

impl Languages {
    /// Those of the house, read once.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Languages> = OnceLock::new();
        SHARED.get_or_init(|| Self { english: Locale::new(Language::English), russian: Locale::new(Language::Russian) })
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) if number.value >= 0.0 => Some(grouped(number.value as u64)),
        _ => None,
    }));
    for text in language.files() {
        // What a file has wrong is left out; a test reads every file and refuses errors.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::strategy::{Strategy as _, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::domain::control::{Control, sample};
    use crate::domain::rules::{PartitionStrategy, Rule, Strategy};
    use crate::domain::tick::Overload;

    fn ids(language: Language) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for text in language.files() {
            let resource = FluentResource::try_new((*text).to_owned());
            let resource = resource.map_err(|(_, errors)| errors).expect("a file without errors");
            for line in text.lines().filter(|line| !line.starts_with([' ', '#', '}', '-', '[', '*'])) {
                if let Some((id, _)) = line.split_once('=') {
                    assert!(ids.insert(id.trim().to_owned()), "{language:?} says {id} twice");
                }
            }
            assert!(resource.entries().count() > 0);
        }
        ids
    }

    #[test]
    fn no_language_lacks_a_text_of_another() {
        let (english, russian) = (ids(Language::English), ids(Language::Russian));
        assert_eq!(english.difference(&russian).collect::<Vec<_>>(), Vec::<&String>::new(), "Russian lacks");
        assert_eq!(russian.difference(&english).collect::<Vec<_>>(), Vec::<&String>::new(), "English lacks");
    }

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        for (language, folder) in [(Language::English, "en"), (Language::Russian, "ru")] {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/locales").join(folder);
            let files = std::fs::read_dir(folder).expect("the folder is there").filter_map(Result::ok);
            let texts: Vec<String> = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
            assert_eq!(texts.len(), language.files().len(), "{language:?}");
            assert!(texts.iter().all(|text| language.files().contains(&text.as_str())), "{language:?}");
        }
    }

    #[test]
    fn english_texts_are_ascii() {
        for text in Language::English.files() {
            let strange = text.lines().find(|line| !line.is_ascii());
            assert_eq!(strange, None, "so that the ASCII alphabet loses nothing");
        }
    }

    #[test]
    fn every_control_has_its_words_in_both_languages() {
        let mut runner = TestRunner::deterministic();
        let any = sample::any_control();
        for _ in 0..2_000 {
            let words = any.new_tree(&mut runner).unwrap().current().words();
            for locale in [&Languages::shared().english, &Languages::shared().russian] {
                for said in [locale.order(&words), locale.done(&words)] {
                    assert!(!said.starts_with("control-") && !said.contains('$'), "{words}: {said}");
                }
            }
        }
    }

    #[test]
    fn words_that_are_typed_are_explained_in_russian() {
        let rules = Rule::ALL.iter().map(|rule| Control::SetRule { rule: *rule, on: false });
        let strategies = Strategy::ALL.iter().map(|of| Control::SetStrategy(*of));
        let divisions = PartitionStrategy::ALL.iter().map(|of| Control::Divide(*of));
        let overflows = Overload::ALL.iter().map(|of| Control::SetOverload(*of));
        for control in rules.chain(strategies).chain(divisions).chain(overflows) {
            let words = control.words();
            let said = Languages::shared().russian.order(&words);
            let explained = words.args().all(|(_, word)| said.contains(&format!("{word} (")));
            assert!(explained, "{words}: {said}");
        }
    }

    #[test]
    fn the_rule_for_ticks_that_do_not_fit_is_not_called_overload() {
        // Overload is what orders are refused for; another key, another indicator.
        let words = Control::SetOverload(Overload::ShedOldest).words();
        let Languages { english, russian } = Languages::shared();
        assert_eq!(english.done(&words), "tick overflow: shed-oldest");
        assert_eq!(english.order(&words), english.done(&words));
        assert_eq!(russian.done(&words), "переполнение котировок: shed-oldest (вытеснять старые)");
        assert_eq!(russian.order(&words), russian.done(&words));
    }

    #[test]
    fn russian_counts_as_russian_does() {
        let locale = Locale::new(Language::Russian);
        let say = |n: u64| locale.say("count-records", &[("n", n.into())]);
        assert_eq!(say(1), "1 запись");
        assert_eq!(say(3), "3 записи");
        assert_eq!(say(11), "11 записей");
        assert_eq!(say(10_482), "10 482 записи");
        assert_eq!(Locale::default().say("count-records", &[("n", 1_u64.into())]), "1 record");
    }

    #[test]
    fn lengths_of_time_take_the_unit_that_people_would() {
        let locale = Locale::default();
        let show = |us| locale.duration(SimDuration::from_micros(us));
        assert_eq!(show(0), "0.0 ms");
        assert_eq!(show(420), "0.4 ms");
        assert_eq!(show(212_300), "212 ms");
        assert_eq!(show(999_400), "999 ms");
        assert_eq!(show(3_240_000), "3.2 s");
        assert_eq!(show(3_250_000), "3.3 s");
        assert_eq!((show(999_600), show(1_049_999)), ("1.0 s".to_owned(), "1.0 s".to_owned()));
        assert_eq!((show(599_949_999), show(599_950_000), show(600_600_000)), {
            ("599.9 s".to_owned(), "600 s".to_owned(), "601 s".to_owned())
        });
        assert_eq!(Locale::new(Language::Russian).duration(SimDuration::from_micros(420)), "0,4 мс");
        assert_eq!(locale.clock(SimTime::from_millis(42_004)), "00:42.004");
    }

    /// `p50 958 ms  p99 0.9 s` was what two lengths looked like when one unit was rounded and the next was cut.
    #[test]
    fn a_longer_time_never_reads_as_a_shorter_one() {
        let locale = Locale::default();
        let read = |us| {
            let text = locale.duration(SimDuration::from_micros(us)).replace(' ', "");
            match text.strip_suffix("ms") {
                Some(ms) => ms.parse::<f64>().unwrap(),
                None => text.trim_end_matches('s').parse::<f64>().unwrap() * 1_000.0,
            }
        };
        let mut last = (0, 0.0);
        for us in (0..2_000_000).step_by(97).chain((2_000_000..700_000_000).step_by(9_973)) {
            let shown = read(us);
            assert!(shown >= last.1, "{us} us reads as {shown} ms, {} us as {} ms", last.0, last.1);
            assert!(
                (shown - us as f64 / 1_000.0).abs() <= (us as f64 / 1_000.0 * 0.051).max(0.051),
                "{us} us: {shown}"
            );
            last = (us, shown);
        }
    }

    #[test]
    fn a_number_for_a_narrow_cell_is_short() {
        let shown = [0, 999, 1_000, 4_200, 12_400, 99_500, 999_499, 999_500, 12_000_000].map(Locale::short);
        assert_eq!(shown, ["0", "999", "1k", "4k", "12k", "100k", "999k", "1M", "12M"]);
    }

    #[test]
    fn an_unknown_text_shows_its_id() {
        assert_eq!(Locale::default().text("no-such-text"), "no-such-text");
    }

    #[test]
    fn languages_are_known_as_the_environment_writes_them() {
        assert_eq!(Language::named("ru_RU.UTF-8"), Some(Language::Russian));
        assert_eq!(Language::named("en"), Some(Language::English));
        assert_eq!(Language::named("tlh"), None);
    }
}
