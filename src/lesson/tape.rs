//! Questions about trades, as people write them: `trades GOOG 2s..5s`, `find-trade T000000017003`.
//!
//! Idea: the range is of virtual time, the end left out, as everywhere. Either end may be missing: `..5s`, `2s..`.
//! Errors: a `Complaint` that points at the word.

use crate::document::problem::Complaint;
use crate::domain::ids::SymbolId;
use crate::domain::stored::TradeId;
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuery;

use super::words::{self, Word};

/// Reads the range of a question.
///
/// # Errors
/// It is none.
pub(super) fn read(symbol: SymbolId, range: &Word<'_>) -> Result<TradesQuery, Complaint> {
    let wrong =
        || range.complain(format!("`{}` is no stretch of time", range.text)).allow("such as 2s..5s, 2s.., ..500ms");
    let (from, until) = range.text.split_once("..").ok_or_else(wrong)?;
    let at = |text: &str, missing: SimTime| -> Result<SimTime, Complaint> {
        if text.is_empty() {
            return Ok(missing);
        }
        if text == "0" {
            return Ok(SimTime::ZERO);
        }
        let start = range.span.start + (text.as_ptr() as usize - range.text.as_ptr() as usize);
        words::length(&Word { text, span: start..start + text.len() }).map(|length| SimTime::ZERO + length)
    };
    let query = TradesQuery { symbol, from: at(from, SimTime::ZERO)?, until: at(until, SimTime::NEVER)? };
    if query.from < query.until { Ok(query) } else { Err(wrong()) }
}

/// Reads the id of a trade.
///
/// # Errors
/// It is none.
pub(super) fn trade(word: &Word<'_>) -> Result<TradeId, Complaint> {
    let wrong =
        || word.complain(format!("`{}` is no id of a trade", word.text)).allow("such as T000000017003 or 17003");
    TradeId::parse(word.text).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::action::{parse_control, show};
    use super::super::words::Context;

    const FILE: Context = Context::of_file(5, 4);

    #[test]
    fn a_question_that_is_shown_reads_as_the_same_question() {
        for text in ["trades GOOG 2s..5s", "trades BTCUSD ..500ms", "trades ACME 1500ms..", "trades ACME .."] {
            assert_eq!(show(&parse_control(text, &FILE).unwrap()), text);
        }
        assert_eq!(parse_control("trades GOOG 0..5s", &FILE), parse_control("trades GOOG ..5s", &FILE));
    }

    #[test]
    fn each_mistake_of_a_question_is_pointed_at() {
        for (text, span, words) in [
            ("trades", 6..6, "`trades` needs more (allowed: trades SYMBOL FROM..UNTIL"),
            ("trades GOGG 1s..2s", 7..11, "there is no instrument `GOGG`; did you mean `GOOG`?"),
            ("trades GOOG 2s", 12..14, "`2s` is no stretch of time (allowed: such as 2s..5s"),
            ("trades GOOG 5s..2s", 12..18, "`5s..2s` is no stretch of time"),
            ("find-trade T17O03", 11..17, "`T17O03` is no id of a trade (allowed: such as T000000017003 or 17003"),
            ("trades GOOG 2s..5x", 16..18, "`5x` is no length of time"),
        ] {
            let complaint = parse_control(text, &FILE).unwrap_err();
            assert_eq!(complaint.span, span, "{text}: {complaint}");
            assert!(complaint.to_string().contains(words), "{text}: {complaint}");
        }
    }
}
