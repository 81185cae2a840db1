//! Three alphabets of signs: the same screen in Unicode, in the blocks of old consoles, and in pure ASCII.
//!
//! Idea: everything is drawn in Unicode, and the finished frame is spelt in the alphabet at hand, cell for cell. So no
//! widget can forget the fallback, and all three have the same layout.
//! Shape: every sign that widgets use stands in one table with its two fallbacks; each is one cell wide.
//! Letters are no signs: a Russian text keeps them in every alphabet. Only where the environment says that letters cannot be
//! shown either ([`Glyphs::SevenBit`]) do they become `?`, so that no byte is another letter there.

use ratatui::buffer::Buffer;

/// Which signs the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Glyphs {
    /// Box drawing with round corners, eighth blocks, signs.
    #[default]
    Unicode,
    /// What consoles of code page 437 have.
    Block,
    /// Signs below 128; letters as they are.
    Ascii,
    /// Nothing but bytes below 128: nobody said that the terminal shows more.
    SevenBit,
}

/// What the environment says of the characters that the terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Characters {
    /// All of them.
    Utf8,
    /// Nothing: there is no locale, or the one of no language.
    Unsaid,
    /// Those of an older set, such as KOI8-R.
    Others,
}

impl Characters {
    /// As the first set of `LC_ALL`, `LC_CTYPE` and `LANG` has it.
    pub fn of(lang: &str) -> Self {
        let lang = lang.to_ascii_lowercase();
        match lang.as_str() {
            lang if lang.contains("utf-8") || lang.contains("utf8") => Self::Utf8,
            "" | "c" | "posix" => Self::Unsaid,
            _ => Self::Others,
        }
    }
}

impl Glyphs {
    /// The alphabet of this name; `auto` looks at the environment's words for language and terminal.
    pub fn named(name: &str, lang: &str, term: &str) -> Option<Self> {
        match name {
            "unicode" => Some(Self::Unicode),
            "block" => Some(Self::Block),
            "ascii" => Some(Self::Ascii),
            "auto" => Some(Self::detect(lang, term)),
            _ => None,
        }
    }

    /// A guess: `lang` is the first set of `LC_ALL`, `LC_CTYPE` and `LANG`.
    pub fn detect(lang: &str, term: &str) -> Self {
        match Characters::of(lang) {
            _ if term == "linux" => Self::Block,
            Characters::Utf8 => Self::Unicode,
            Characters::Unsaid | Characters::Others => Self::SevenBit,
        }
    }

    /// How this alphabet spells a sign.
    pub fn spell(self, sign: char) -> char {
        if self == Self::Unicode || sign.is_ascii() {
            return sign;
        }
        match (self, fallback(sign)) {
            (Self::Block, Some((block, _))) => block,
            (Self::Block, None) => sign,
            (_, Some((_, ascii))) => ascii,
            (Self::Ascii, None) if sign.is_alphabetic() => sign,
            (_, None) => '?',
        }
    }

    /// Spells a whole frame.
    pub fn respell(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let mut signs = cell.symbol().chars();
            let Some(sign) = signs.next().filter(|sign| !sign.is_ascii()) else { continue };
            let spelt = self.spell(sign);
            // A letter keeps what stands above it; a sign of several characters is spelt by its first.
            if spelt != sign || self == Self::SevenBit {
                cell.set_char(spelt);
            }
        }
    }
}

/// Block and ASCII spelling of every sign that the widgets use.
const fn fallback(sign: char) -> Option<(char, char)> {
    Some(match sign {
        // frames
        '╭' => ('┌', '+'),
        '╮' => ('┐', '+'),
        '╰' => ('└', '+'),
        '╯' => ('┘', '+'),
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => (sign, '+'),
        '┏' => ('╔', '#'),
        '┓' => ('╗', '#'),
        '┗' => ('╚', '#'),
        '┛' => ('╝', '#'),
        '━' => ('═', '='),
        '┃' => ('║', '#'),
        '─' | '┄' => ('─', '-'),
        '│' | '┊' => ('│', '|'),
        // states
        '●' => ('o', 'o'),
        '○' => ('o', '.'),
        '▲' => ('!', '!'),
        '✗' => ('x', 'x'),
        '⊘' => ('%', '%'),
        '↻' => ('~', '~'),
        '✱' => ('*', '#'),
        '★' => ('*', '*'),
        '✓' => ('√', 'v'),
        '◆' => ('■', '#'),
        // bars and charts, from the bottom up and from the left
        '▁' => ('_', '_'),
        '▂' => ('_', '.'),
        '▃' => ('▄', '.'),
        '▄' => ('▄', ':'),
        '▅' => ('▄', ':'),
        '▆' | '▇' => ('█', '|'),
        '█' => ('█', '#'),
        '▏' | '▎' => ('▌', '-'),
        '▍' | '▌' => ('▌', '='),
        '▋' | '▊' | '▉' => ('█', '#'),
        '▐' => ('▐', '#'),
        '▀' => ('▀', '^'),
        '░' => ('░', '-'),
        '▒' => ('▒', '+'),
        '▓' => ('▓', '#'),
        '╸' => ('═', '='),
        '╳' => ('X', 'X'),
        // words between words
        '·' => ('·', '-'),
        '…' => ('~', '~'),
        '→' | '▸' | '►' | '❯' => ('>', '>'),
        '←' | '◂' | '◄' => ('<', '<'),
        '↑' => ('^', '^'),
        '↓' | '▼' => ('v', 'v'),
        '×' => ('x', 'x'),
        '≤' => ('<', '<'),
        '–' | '—' => ('-', '-'),
        '±' => ('±', '~'),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_knows_only_ascii_and_letters() {
        let mut every = '\u{80}'..='\u{ffff}';
        assert!(every.clone().all(|sign| Glyphs::SevenBit.spell(sign).is_ascii()));
        assert!(every.all(|sign| Glyphs::Ascii.spell(sign) == sign || Glyphs::Ascii.spell(sign).is_ascii()));
        let spelt = |glyphs: Glyphs| "Узел ● é漢 👩".chars().map(|sign| glyphs.spell(sign)).collect::<String>();
        assert_eq!(
            (spelt(Glyphs::Ascii), spelt(Glyphs::SevenBit)),
            ("Узел o é漢 ?".to_owned(), "???? o ?? ?".to_owned())
        );
    }

    #[test]
    fn blocks_hold_only_what_old_consoles_have() {
        for sign in ('\u{2190}'..='\u{27bf}').filter(|sign| fallback(*sign).is_some()) {
            let spelt = Glyphs::Block.spell(sign);
            let known = spelt.is_ascii() || "┌┐└┘├┤┬┴┼╔╗╚╝═║─│█▄▀▌▐░▒▓■√·±".contains(spelt);
            assert!(known, "{sign} is spelt {spelt}");
        }
    }

    #[test]
    fn the_environment_decides_when_nobody_else_does() {
        assert_eq!(Glyphs::detect("en_US.UTF-8", "xterm-256color"), Glyphs::Unicode);
        assert_eq!(Glyphs::detect("C", "xterm"), Glyphs::SevenBit);
        assert_eq!(Glyphs::detect("ru_RU.KOI8-R", "xterm"), Glyphs::SevenBit);
        let characters = ["ru_RU.UTF-8", "", "POSIX", "ru_RU", "ru_RU.CP1251"].map(Characters::of);
        use Characters::{Others, Unsaid, Utf8};
        assert_eq!(characters, [Utf8, Unsaid, Unsaid, Others, Others]);
        assert_eq!(Glyphs::detect("ru_RU.utf8", "linux"), Glyphs::Block);
        assert_eq!(Glyphs::named("runes", "", ""), None);
    }
}
