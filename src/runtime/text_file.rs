//! A text file from outside, read whole.
//!
//! Idea: what is named on a command line may be a device or a pipe without an end. So whatever is read into memory is read
//! here, up to a bound; only `match`, which works line by line, has another way.
//! Errors: those of the system; `FileTooLarge` beyond the bound.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// What is read of a file at most: 64 MiB. A longer one is refused.
pub const BYTES_MAX: u64 = 64 << 20;

/// The text of a file.
///
/// # Errors
/// It can't be read, is longer than [`BYTES_MAX`], or is no UTF-8.
pub fn read(path: &Path) -> io::Result<String> {
    read_from(File::open(path)?)
}

fn read_from(source: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        let said = format!("longer than {} MiB, or without an end", BYTES_MAX >> 20);
        return Err(io::Error::new(ErrorKind::FileTooLarge, said));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_refused_at_the_bound() {
        let endless = read_from(io::repeat(b'a')).unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::FileTooLarge, "{endless}");
        assert_eq!(endless.to_string(), "longer than 64 MiB, or without an end");
        assert_eq!(read_from(io::repeat(b'a').take(BYTES_MAX)).unwrap().len() as u64, BYTES_MAX);
        assert_eq!(read_from(&b"\xff"[..]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
