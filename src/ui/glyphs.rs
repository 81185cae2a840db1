//! Three alphabets of signs: the same screen in Unicode, in the blocks of old consoles, and in pure ASCII.
//!
//! Idea: everything is drawn in Unicode, and the finished frame is spelt in the alphabet at hand, cell for cell. So no
//! widget can forget the fallback, and all three have the same layout.
//! Shape: every sign that widgets use stands in one table with its two fallbacks; each is one cell wide.
//! Left out: letters outside ASCII that come from texts (a Russian screen, a name): a text is never spelt anew,
//! except that in ASCII an unknown sign becomes `?`, so that the bytes keep the promise.

use ratatui::buffer::Buffer;

/// Which signs the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Glyphs {
    /// Box drawing with round corners, eighth blocks, signs.
    #[default]
    Unicode,
    /// What consoles of code page 437 have.
    Block,
    /// Bytes below 128.
    Ascii,
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
        let lang = lang.to_ascii_lowercase();
        if term == "linux" {
            Self::Block
        } else if lang.contains("utf-8") || lang.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
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
            if self == Self::Ascii || signs.next().is_none() {
                cell.set_char(self.spell(sign));
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
    fn ascii_knows_only_ascii() {
        let every = ('\u{80}'..='\u{ffff}').map(|sign| Glyphs::Ascii.spell(sign));
        assert!(every.into_iter().all(|sign| sign.is_ascii()));
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
        assert_eq!(Glyphs::detect("C", "xterm"), Glyphs::Ascii);
        assert_eq!(Glyphs::detect("ru_RU.utf8", "linux"), Glyphs::Block);
        assert_eq!(Glyphs::named("runes", "", ""), None);
    }
}
