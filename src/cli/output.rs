//! Files that a command writes: opened before the work begins, and never over something that would be missed.
//!
//! Idea: an hour of a class is not lost to a folder that is not there. So the file is opened, and what stands there is
//! looked at, before the first frame or the first event. A file that the same command reads is refused under any name
//! that leads to it (links, other paths): what counts is the file itself, its device and inode.
//! Shape: a file that is new or empty is taken, and so is a device or a pipe. One that holds something is written over if
//! it was an output of the same kind ([`Over::Own`]), or if `--force` says so.
//! A pipe that nobody reads is not waited for: it is named.
//! Bound: a pipe whose reader stands still ends the writing after `PATIENCE`; it never holds the program.
//! Errors: what cannot be opened or must not be written is wrong usage (2); a disk that fails later is a failure (4).

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::exit::Trouble;

/// How long a pipe may take nothing. Whoever leaves the dashboard waits for it once.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much of a file is looked at to see what it is.
const HEAD_BYTES: u64 = 4_096;

/// A file that the command reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// What it is to the command: `the script`, `the feed`.
    pub what: &'static str,
    /// Its path; `-` is the standard input.
    pub path: PathBuf,
}

impl Input {
    /// This file.
    pub fn new(what: &'static str, path: impl Into<PathBuf>) -> Self {
        Self { what, path: path.into() }
    }

    /// Whether a shell sends the standard output into this very file.
    pub fn is_standard_output(&self) -> bool {
        self.metadata().is_ok_and(|read| standard_output().is_ok_and(|written| is_same(&read, &written)))
    }

    fn metadata(&self) -> io::Result<Metadata> {
        if self.path.as_os_str() == "-" { standard_input() } else { std::fs::metadata(&self.path) }
    }
}

#[cfg(unix)]
fn standard_input() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(unix)]
fn standard_output() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdout().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(not(unix))]
fn standard_input() -> io::Result<Metadata> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn standard_output() -> io::Result<Metadata> {
    Err(ErrorKind::Unsupported.into())
}

/// What may be written over.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    /// Only what is empty.
    Nothing,
    /// An earlier output of the same kind: its beginning tells.
    Own(fn(&str) -> bool),
    /// Any file but one that is read: `--force`.
    Anything,
}

impl Over {
    /// `--force` allows anything.
    #[must_use]
    pub const fn or_forced(self, force: bool) -> Self {
        if force { Self::Anything } else { self }
    }
}

/// A file that is open and will be written.
#[derive(Debug)]
pub struct Output {
    file: File,
    path: PathBuf,
    /// It is ours alone, and nothing is in it yet: it goes again if nothing comes.
    fresh: bool,
}

impl Output {
    /// Opens the file that `flag` names, for a command that reads these inputs. What stands in it stays until
    /// [`Output::begin`].
    ///
    /// # Errors
    /// The file cannot be opened, is one of the inputs, or holds something that may not be written over.
    pub fn open(flag: &str, path: &Path, inputs: &[Input], over: Over) -> Result<Self, Trouble> {
        let cannot = |error: io::Error| Trouble::Usage(format!("{flag}: cannot write {}: {error}", path.display()));
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => return Ok(Self { file, path: path.to_owned(), fresh: true }),
            // A link that leads nowhere exists and has no file; writing makes it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot(error)),
        }
        if let Ok(found) = std::fs::metadata(path)
            && let Some(input) = inputs.iter().find(|input| input.metadata().is_ok_and(|read| is_same(&read, &found)))
        {
            let (path, what) = (path.display(), input.what);
            return Err(Trouble::Usage(format!("{flag}: {path} is {what} of this run, and would be written over")));
        }
        if Input::new("", path).is_standard_output() {
            let path = path.display();
            return Err(Trouble::Usage(format!(
                "{flag}: {path} is the standard output too: one would spoil the other"
            )));
        }
        let file = open_to_write(path).map_err(cannot)?;
        let holds = file.metadata().map_err(cannot)?;
        let output = Self { file, path: path.to_owned(), fresh: false };
        let may = !holds.is_file()
            || holds.len() == 0
            || match over {
                Over::Nothing => false,
                Over::Own(is_own) => head(path).is_ok_and(|head| is_own(&head)),
                Over::Anything => true,
            };
        if may {
            return Ok(output);
        }
        Err(Trouble::Usage(format!("{flag}: {} holds something already; --force writes over it", path.display())))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, emptied: from here on what stood in it is gone.
    ///
    /// # Errors
    /// The file cannot be emptied.
    pub fn begin(mut self) -> io::Result<Sink> {
        self.fresh = false;
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
        }
        never_wait(&self.file)?;
        self.file.try_clone().map(Sink)
    }

    /// The same, with what is written first.
    ///
    /// # Errors
    /// The file cannot be emptied, or takes nothing.
    pub fn begin_with<T>(self, first: impl FnOnce(Sink) -> io::Result<T>) -> Result<T, Trouble> {
        let path = self.path.clone();
        let begun = self.begin().and_then(first);
        begun.map_err(|error| Trouble::Running(format!("cannot write {}: {error}", path.display())))
    }

    /// Writes all of it at once.
    ///
    /// # Errors
    /// The disk is full or broken, which is a failure while running.
    pub fn write(self, text: &str) -> Result<(), Trouble> {
        self.begin_with(|mut file| file.write_all(text.as_bytes()))
    }
}

/// Where an output goes: a file, a device, or a pipe, which is waited for only so long.
#[derive(Debug)]
pub struct Sink(File);

impl From<File> for Sink {
    fn from(file: File) -> Self {
        Self(file)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => await_reader(&self.0)?,
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens what is there, and keeps what it holds. A pipe would be waited for until somebody reads it, without a word.
#[cfg(unix)]
fn open_to_write(path: &Path) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path).map_err(|error| {
        let is_pipe = std::fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo());
        let nobody = is_pipe && error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error());
        if nobody { io::Error::new(ErrorKind::NotConnected, "nobody reads this pipe") } else { error }
    })?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_to_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

/// From here on writing into a pipe waits only as long as [`Sink`] does.
#[cfg(unix)]
fn never_wait(file: &File) -> io::Result<()> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::FileTypeExt;
    if file.metadata()?.file_type().is_fifo() {
        fcntl_setfl(file, fcntl_getfl(file)? | OFlags::NONBLOCK)?;
    }
    Ok(())
}

#[cfg(unix)]
fn await_reader(file: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let patience = Timespec { tv_sec: PATIENCE.as_secs().cast_signed(), tv_nsec: 0 };
    match poll(&mut [PollFd::new(file, PollFlags::OUT)], Some(&patience)) {
        Ok(0) => Err(io::Error::new(ErrorKind::TimedOut, "the reader of the pipe reads no more")),
        Err(error) if error.kind() != ErrorKind::Interrupted => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn never_wait(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn await_reader(_: &File) -> io::Result<()> {
    Err(ErrorKind::WouldBlock.into())
}

/// A run that broke leaves no empty file behind.
impl Drop for Output {
    fn drop(&mut self) {
        if self.fresh {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn head(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Two that open one terminal or pipe do not write over one another.
    one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere files have no numbers that can be asked for; their length and their times are as good as it gets.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    let times = |file: &Metadata| (file.len(), file.created().ok(), file.modified().ok());
    one.is_file() && times(one) == times(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, inputs: &[Input], over: Over) -> Result<Output, String> {
        Output::open("--out", path, inputs, over).map_err(|trouble| {
            assert!(matches!(trouble, Trouble::Usage(_)), "{trouble:?}");
            trouble.to_string()
        })
    }

    #[test]
    fn what_is_new_or_empty_is_taken_and_goes_again_if_nothing_comes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new");
        drop(open(&file, &[], Over::Nothing).unwrap());
        assert!(!file.exists());
        open(&file, &[], Over::Nothing).unwrap().write("a").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "a");
        let empty = dir.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        open(&empty, &[], Over::Nothing).unwrap().write("b").unwrap();
        assert_eq!(std::fs::read_to_string(&empty).unwrap(), "b");
        assert!(open(Path::new("/dev/null"), &[], Over::Nothing).is_ok());
    }

    #[test]
    fn what_holds_something_is_written_over_only_with_a_word_or_by_its_own_kind() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("precious");
        std::fs::write(&file, "my only copy, and it is long").unwrap();
        let own: fn(&str) -> bool = |head| head.starts_with("my");
        let other: fn(&str) -> bool = |head| head.starts_with('{');
        for over in [Over::Nothing, Over::Own(other)] {
            let said = open(&file, &[], over).unwrap_err();
            assert!(said.contains("precious holds something already; --force"), "{said}");
        }
        // Until it is written, what stood there stays.
        drop(open(&file, &[], Over::Own(own)).unwrap());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "my only copy, and it is long");
        for over in [Over::Own(own), Over::Nothing.or_forced(true)] {
            std::fs::write(&file, "my only copy, and it is long").unwrap();
            open(&file, &[], over).unwrap().write("new").unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_is_read_is_never_written_under_any_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("s.toml"), "name = 1").unwrap();
        std::fs::hard_link(at("s.toml"), at("hard")).unwrap();
        std::os::unix::fs::symlink(at("s.toml"), at("soft")).unwrap();
        std::fs::create_dir(at("d")).unwrap();
        let inputs = [Input::new("the feed", at("absent")), Input::new("the script", at("s.toml"))];
        for name in ["s.toml", "hard", "soft", "d/../s.toml"] {
            let said = open(&at(name), &inputs, Over::Anything).unwrap_err();
            assert!(said.ends_with("is the script of this run, and would be written over"), "{said}");
        }
        // The other way round: the input is named by a link.
        assert!(open(&at("s.toml"), &[Input::new("the script", at("soft"))], Over::Anything).is_err());
        assert_eq!(std::fs::read_to_string(at("s.toml")).unwrap(), "name = 1");
        // An empty file that is read is read, too.
        std::fs::write(at("empty"), "").unwrap();
        assert!(open(&at("empty"), &[Input::new("the orders", at("empty"))], Over::Anything).is_err());
        // A link that leads nowhere leads to a new file.
        std::os::unix::fs::symlink(at("later"), at("dangling")).unwrap();
        open(&at("dangling"), &inputs, Over::Nothing).unwrap().write("a").unwrap();
        assert_eq!(std::fs::read_to_string(at("later")).unwrap(), "a");
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_whose_reader_stands_still_holds_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let reader = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let mut sink = open(&pipe, &[], Over::Nothing).unwrap().begin().unwrap();
        // More than any pipe holds: it is taken as far as there is room, and then the writing ends.
        let error = sink.write_all(&vec![b'a'; 32 << 20]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        drop(reader);
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_that_nobody_reads_is_named_and_not_waited_for() {
        use rustix::fs::{OFlags, fcntl_getfl};
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let said = open(&pipe, &[], Over::Nothing).unwrap_err();
        assert!(said.starts_with("--out: cannot write ") && said.ends_with("/pipe: nobody reads this pipe"), "{said}");
        // With a reader it is opened; what others do with it may wait, as before.
        let reader = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let opened = open(&pipe, &[], Over::Nothing).unwrap();
        assert!(!fcntl_getfl(&opened.file).unwrap().contains(OFlags::NONBLOCK));
        drop(reader);
    }

    #[test]
    fn what_cannot_be_opened_says_so_at_once() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().to_owned(), dir.path().join("no/such/folder"), PathBuf::new()] {
            let said = open(&path, &[], Over::Anything).unwrap_err();
            assert!(said.starts_with("--out: cannot write "), "{said}");
        }
    }
}
