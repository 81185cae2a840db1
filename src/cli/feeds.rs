//! Feeds on the command line: a file is opened, read, and found again by a replay.
//!
//! Idea: this is the one place that opens feed files. A recording names its file and holds the digest of its text; another
//! text under that name is refused, since a run of it would be another run.
//! Errors: a file of which nothing can be played is a mistake; one with a wrong line is played up to there, and the line is
//! told at the end.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::domain::feed::{FeedError, FeedRows, FeedSettings};
use crate::domain::ids::SymbolId;
use crate::domain::settings::Settings;
use crate::domain::view::ClusterView;
use crate::market::{feed_file, mid};

use super::exit::Trouble;
use super::input;
use super::output::Input;

/// Reads a feed for a run with these settings, and puts it into them.
///
/// # Errors
/// The file cannot be read, or nothing in it can be played.
pub fn open(path: &Path, settings: &mut Settings) -> Result<(), Trouble> {
    let name = input::name_of(path);
    let text = input::text(path).map_err(|error| error.trouble(&format!("the feed {name}")))?;
    let instruments = settings.market.instruments;
    let file = feed_file::read(&name, &text, instruments).map_err(|wrong| Trouble::Usage(wrong.to_string()))?;
    if file.rows.is_empty() {
        return Err(Trouble::Usage(match file.error {
            Some(wrong) => wrong.to_string(),
            None => format!("nothing of the feed {name} can be played: it has no rows"),
        }));
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_ascii_uppercase());
    let traded = |id: &SymbolId| usize::from(id.0) < settings.market.instruments;
    let symbol = stem.and_then(|stem| SymbolId::named(&stem)).filter(traded);
    let bent = match &file.rows {
        FeedRows::Series(closes) => mid::bent(symbol, closes, instruments),
        FeedRows::Orders(_) | FeedRows::Unread => 0,
    };
    let wrong = file.error.map(|problem| FeedError { line: problem.line, said: problem.to_string() });
    // A recording is played again from any folder.
    let path =
        if input::is_standard(path) { path.to_owned() } else { std::path::absolute(path).unwrap_or(path.to_owned()) };
    let path = path.to_string_lossy().into_owned();
    settings.feed = Some(FeedSettings { path, digest: file.digest, symbol, rows: file.rows, wrong, bent });
    Ok(())
}

/// Reads the feed of a recording again: where it was, or beside the recording. The recording
/// names that file, not the one who plays it, so nothing is opened that could hold them up, such as a pipe.
///
/// # Errors
/// The file is gone, is none, or is another one now.
pub fn reopen(settings: &mut Settings, recording: &Path) -> Result<(), Trouble> {
    let Some(recorded) = settings.feed.take() else { return Ok(()) };
    let file = Path::new(&recorded.path);
    let beside = |name: &Path| recording.parent().map(|folder| folder.join(name));
    let places = [Some(file.to_owned()), beside(file), file.file_name().and_then(|name| beside(Path::new(name)))];
    let found = places.into_iter().flatten().find(|place| place.is_file());
    if found.is_none() {
        would_wait(file)?;
    }
    open(&found.unwrap_or_else(|| PathBuf::from(file)), settings)?;
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

/// Refuses what may wait for ever before it is read to its end.
fn would_wait(file: &Path) -> Result<(), Trouble> {
    let name = input::name_of(file);
    if input::is_standard(file) {
        let advice = "the recorded feed came from standard input: give it again, `chaosdesk replay FILE < FEED`";
        return if io::stdin().is_terminal() { Err(Trouble::Usage(advice.to_owned())) } else { Ok(()) };
    }
    match file.metadata() {
        Ok(_) => Err(Trouble::Usage(format!("cannot read the recorded feed {name}: it is not a regular file"))),
        // Opening it says what is wrong.
        Err(_) => Ok(()),
    }
}

/// The file of a run's feed.
pub fn input(settings: &Settings) -> Option<Input> {
    settings.feed.as_ref().map(|feed| Input::new("the feed", &feed.path))
}

/// What is said of a run whose feed has a wrong line, or prices that no book has room for.
pub fn complaints(settings: &Settings) -> Vec<String> {
    let Some(feed) = &settings.feed else { return Vec::new() };
    let (path, rows, bent) = (&feed.path, feed.rows.len(), feed.bent);
    let wrong = feed.wrong.as_ref().map(|wrong| format!("the feed {path} was played up to a wrong line\n{wrong}"));
    let bent = (bent > 0).then(|| {
        let book = feed.symbol.map_or("the books", SymbolId::name);
        format!(
            "warning: the feed {path}: {bent} of {rows} prices are outside of what {book} has room for; the nearest that fit \
             are played"
        )
    });
    wrong.into_iter().chain(bent).collect()
}

/// What is said at the end of a run of orders that the run did not come to.
pub fn unsent(view: &ClusterView) -> Option<String> {
    let feed = view.flow.feed.as_ref()?;
    let unsent = feed.rows.checked_sub(feed.sent?).filter(|unsent| *unsent > 0)?;
    let (path, rows, now) = (&feed.path, feed.rows, view.run.now);
    Some(format!("warning: {unsent} of {rows} orders of the feed {path} were never sent: the run ended at {now} s"))
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
        let recording = path.with_file_name("c.rec");
        reopen(&mut again, &recording).unwrap();
        assert_eq!(again, settings);
        std::fs::write(&path, SERIES.replace('1', "2")).unwrap();
        let trouble = reopen(&mut serde_json::from_str(&json).unwrap(), &recording).unwrap_err().to_string();
        assert!(trouble.contains("is not the one that was recorded: digest "), "{trouble}");
        std::fs::remove_file(&path).unwrap();
        assert!(reopen(&mut serde_json::from_str(&json).unwrap(), &recording).is_err());
    }

    #[test]
    fn a_feed_is_found_again_from_any_folder_and_beside_its_recording() {
        let (dir, path) = written("mine.csv", SERIES);
        let (elsewhere, _) = written("other.csv", SERIES);
        let mut settings = Settings::default();
        open(&path, &mut settings).unwrap();
        let named = |name: &Path| {
            let mut settings = settings.clone();
            settings.feed.as_mut().unwrap().path = name.to_string_lossy().into_owned();
            settings
        };
        let beside = dir.path().join("c.rec");
        for (name, recording) in [
            (path.as_path(), elsewhere.path().join("c.rec")),
            (Path::new("mine.csv"), beside.clone()),
            (Path::new("../gone/mine.csv"), beside.clone()),
            (Path::new("/nonexistent/mine.csv"), beside),
        ] {
            assert!(reopen(&mut named(name), &recording).is_ok(), "{name:?} beside {recording:?}");
        }
        assert!(reopen(&mut named(Path::new("mine.csv")), &elsewhere.path().join("c.rec")).is_err());
    }

    #[test]
    fn prices_outside_of_the_books_and_orders_that_were_never_sent_are_told() {
        let (_dir, path) = written("BTCUSD.csv", &SERIES.replace(",1,", ",5,").replace(",1,", ",5,"));
        let mut settings = Settings::default();
        open(&path, &mut settings).unwrap();
        let said = complaints(&settings).join("\n");
        assert!(said.contains("BTCUSD.csv: 1 of 1 prices are outside of what BTCUSD has room for"), "{said}");
        let mut view = ClusterView::default();
        assert_eq!(unsent(&view), None);
        let feed = crate::domain::view::FeedFileView::of(settings.feed.as_ref().unwrap());
        view.flow.feed = Some(crate::domain::view::FeedFileView { sent: Some(3), rows: 5, ..feed });
        assert!(unsent(&view).unwrap().contains("2 of 5 orders of the feed"));
        view.flow.feed.as_mut().unwrap().sent = Some(5);
        assert_eq!(unsent(&view), None);
    }

    #[test]
    fn a_file_of_which_nothing_can_be_played_is_refused_and_a_wrong_line_later_is_told() {
        let mut settings = Settings::default();
        for text in ["", "a,b\n", "Date,Open,High,Low,Close,Volume\n", "Date,Open,High,Low,Close,Volume\nd,1\n"] {
            let (_dir, path) = written("mine.csv", text);
            assert!(matches!(open(&path, &mut settings), Err(Trouble::Usage(_))), "{text:?}");
        }
        assert!(complaints(&settings).is_empty());
        let (_dir, path) = written("mine.csv", &format!("{SERIES}d,1\n"));
        open(&path, &mut settings).unwrap();
        let said = complaints(&settings).join("\n");
        assert!(
            said.contains("mine.csv was played up to a wrong line\n") && said.contains("mine.csv:3:1: 2 of 6 fields"),
            "{said}"
        );
    }
}
