//! Feeds on the command line: a file is opened, read, and found again by a replay.
//!
//! Idea: this is the one place that opens feed files. A recording names its file and holds the digest of its text; another
//! text under that name is refused, since a run of it would be another run.
//! Errors: a file of which nothing can be played is a mistake; one with a wrong line is played up to there, and the line is
//! told at the end.

use std::path::Path;

use crate::domain::feed::FeedSettings;
use crate::domain::ids::SymbolId;
use crate::domain::settings::Settings;
use crate::market::feed_file;
use crate::runtime::text_file;

use super::exit::Trouble;
use super::output::Input;

/// Reads a feed for a run with these settings, and puts it into them.
///
/// # Errors
/// The file cannot be read, or nothing in it can be played.
pub fn open(path: &Path, settings: &mut Settings) -> Result<(), Trouble> {
    let text = text_file::read(path)
        .map_err(|error| Trouble::Usage(format!("cannot read the feed {}: {error}", path.display())))?;
    let name = path.display();
    let wrong = |error| Trouble::Usage(format!("nothing of the feed {name} can be played: {error}"));
    let file = feed_file::read(&text, settings.market.instruments).map_err(wrong)?;
    if file.rows.is_empty() {
        return Err(match file.error {
            Some(error) => wrong(error),
            None => Trouble::Usage(format!("nothing of the feed {name} can be played: it has no rows")),
        });
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_ascii_uppercase());
    let traded = |id: &SymbolId| usize::from(id.0) < settings.market.instruments;
    let symbol = stem.and_then(|stem| SymbolId::named(&stem)).filter(traded);
    let path = path.to_string_lossy().into_owned();
    settings.feed = Some(FeedSettings { path, digest: file.digest, symbol, rows: file.rows, wrong: file.error });
    Ok(())
}

/// Reads the feed of a recording again.
///
/// # Errors
/// The file is gone, or is another one now.
pub fn reopen(settings: &mut Settings) -> Result<(), Trouble> {
    let Some(recorded) = settings.feed.take() else { return Ok(()) };
    open(Path::new(&recorded.path), settings)?;
    match &settings.feed {
        Some(feed) if feed.digest == recorded.digest => Ok(()),
        feed => {
            let found = feed.as_ref().map_or_else(String::new, |feed| feed.digest.to_string());
            let FeedSettings { path, digest, .. } = &recorded;
            let why = format!("the feed {path} is not the one that was recorded: digest {found}, recorded as {digest}");
            Err(Trouble::Usage(why))
        }
    }
}

/// The file of a run's feed.
pub fn input(settings: &Settings) -> Option<Input> {
    settings.feed.as_ref().map(|feed| Input::new("the feed", &feed.path))
}

/// What is said at the end of a run whose feed has a wrong line.
pub fn complaint(settings: &Settings) -> Option<String> {
    let feed = settings.feed.as_ref()?;
    let wrong = feed.wrong.as_ref()?;
    Some(format!("the feed {} was played up to a wrong line: {wrong}", feed.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::FeedRows;

    fn written(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        (dir, path)
    }

    const SERIES: &str = "Date,Open,High,Low,Close,Volume\n2004-08-19,1,1,1,1,0\n";

    #[test]
    fn a_series_moves_the_instrument_that_its_file_is_named_after() {
        for (name, symbol) in [("goog.csv", SymbolId::named("GOOG")), ("mine.csv", None)] {
            let (_dir, path) = written(name, SERIES);
            let mut settings = Settings::default();
            open(&path, &mut settings).unwrap();
            let feed = settings.feed.unwrap();
            assert_eq!((feed.symbol, feed.rows), (symbol, FeedRows::Series([1_000_000].into())), "{name}");
        }
    }

    #[test]
    fn a_replay_reads_the_same_file_and_refuses_another() {
        let (_dir, path) = written("mine.csv", SERIES);
        let mut settings = Settings::default();
        open(&path, &mut settings).unwrap();
        let json = serde_json::to_string(&settings).unwrap();
        let mut again: Settings = serde_json::from_str(&json).unwrap();
        assert_eq!(again.feed.as_ref().unwrap().rows, FeedRows::Unread, "rows are not recorded");
        reopen(&mut again).unwrap();
        assert_eq!(again, settings);
        std::fs::write(&path, SERIES.replace('1', "2")).unwrap();
        let trouble = reopen(&mut serde_json::from_str(&json).unwrap()).unwrap_err().to_string();
        assert!(trouble.contains("is not the one that was recorded: digest "), "{trouble}");
        std::fs::remove_file(&path).unwrap();
        assert!(reopen(&mut serde_json::from_str(&json).unwrap()).is_err());
    }

    #[test]
    fn a_file_of_which_nothing_can_be_played_is_refused_and_a_wrong_line_later_is_told() {
        let mut settings = Settings::default();
        for text in ["", "a,b\n", "Date,Open,High,Low,Close,Volume\n", "Date,Open,High,Low,Close,Volume\nd,1\n"] {
            let (_dir, path) = written("mine.csv", text);
            assert!(matches!(open(&path, &mut settings), Err(Trouble::Usage(_))), "{text:?}");
        }
        assert_eq!(complaint(&settings), None);
        let (_dir, path) = written("mine.csv", &format!("{SERIES}d,1\n"));
        open(&path, &mut settings).unwrap();
        let complaint = complaint(&settings).unwrap();
        assert!(complaint.ends_with("mine.csv was played up to a wrong line: line 3: 2 fields (allowed: 6 fields)"));
    }
}
