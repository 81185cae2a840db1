//! The last sessions: each dashboard that records nowhere else leaves a recording in the user's own folder of state.
//!
//! Idea: what a class did is not lost because nobody thought of `--record`. The folder (`chaosdesk/sessions` in the XDG
//! directory of state) keeps the last [`KEPT_MAX`]; they are numbered, so no clock is asked.
//! Shape: a session holds a lock on its file as long as it runs, and one that begins removes only what nobody holds.
//! Errors: a session that cannot be kept is told when the screen is given back; it never keeps the dashboard from opening.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::runtime::recording_file::RecordingFile;

/// Sessions that are kept.
pub const KEPT_MAX: usize = 5;
/// Other sessions that may begin at the same moment.
const TRIES_MAX: u64 = 100;

/// The user's folder of sessions; `None` if this user has no home.
pub fn folder() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.state_dir().unwrap_or_else(|| dirs.data_dir()).join("chaosdesk").join("sessions"))
}

/// The file of this session among the last ones, or why there is none.
pub fn open() -> (Option<RecordingFile>, Option<String>) {
    let Some(folder) = folder() else { return (None, None) };
    match begin(&folder).and_then(|file| RecordingFile::new(Box::new(file))) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(format!("cannot write into {}: {error}", folder.display()))),
    }
}

/// Begins a session: its file, which is new and locked. The oldest beyond [`KEPT_MAX`] go.
///
/// # Errors
/// The folder or the file cannot be made.
pub fn begin(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let latest = numbers(folder)?.last().copied().unwrap_or(0);
    let made = (1..=TRIES_MAX).map(|ahead| path_of(folder, latest.saturating_add(ahead))).find_map(|path| {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            // Another session has begun since.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => None,
            made => Some(made),
        }
    });
    let file = made.unwrap_or_else(|| Err(ErrorKind::AlreadyExists.into()))?;
    // Where nothing can be locked, a session that runs for longer than five others loses its file.
    let _ = file.try_lock();
    let kept = numbers(folder)?;
    for number in &kept[..kept.len().saturating_sub(KEPT_MAX)] {
        let path = path_of(folder, *number);
        let held = File::open(&path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if !held {
            // Another session may have removed it first.
            let _ = fs::remove_file(path);
        }
    }
    Ok(file)
}

fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("session-{number:04}.rec"))
}

/// The numbers that are taken, in order: of regular files with names that this program gives.
fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let number = name.strip_prefix("session-")?.strip_suffix(".rec")?.parse().ok()?;
        let ours = number < u64::MAX && path_of(folder, number) == entry.path();
        (ours && entry.file_type().ok()?.is_file()).then_some(number)
    };
    let mut numbers: Vec<u64> = fs::read_dir(folder)?.filter_map(|entry| number(entry.ok()?)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_five_are_kept_and_those_that_run() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state/sessions");
        let longest = begin(&folder).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        for _ in 0..7 {
            drop(begin(&folder).unwrap());
        }
        assert_eq!(numbers(&folder).unwrap(), [1, 4, 5, 6, 7, 8], "the first still runs");
        drop(longest);
        drop(begin(&folder).unwrap());
        assert_eq!(numbers(&folder).unwrap(), [5, 6, 7, 8, 9]);
        assert!(folder.join("notes.txt").exists(), "what is not ours stays");
    }

    #[test]
    fn what_is_no_session_of_ours_is_left_alone_and_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["session-18446744073709551615.rec", "session-1.rec", "session-+5.rec"] {
            fs::write(dir.path().join(name), "theirs").unwrap();
        }
        // A directory stands for whatever cannot be opened as a file: a pipe would block.
        fs::create_dir(dir.path().join("session-0009.rec")).unwrap();
        for _ in 0..7 {
            drop(begin(dir.path()).unwrap());
        }
        assert_eq!(numbers(dir.path()).unwrap(), [3, 4, 5, 6, 7]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 5 + 4);
    }

    #[test]
    fn a_folder_that_cannot_be_made_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(begin(&file.join("sessions")).is_err());
    }
}
