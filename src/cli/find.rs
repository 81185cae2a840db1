//! Finding the configuration: the first file that is named or found.
//!
//! Order: `--config FILE`; `$CHAOSDESK_CONFIG`; `./config.toml`; `chaosdesk/config.toml` in the user's directory of
//! configurations; else the reference file that is part of the program.
//! Errors: a file that was named and cannot be read is a mistake, never skipped; one that is merely not there is.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::document::config::{self, Config, REFERENCE};
use crate::runtime::text_file;

use super::exit::Trouble;

/// The environment variable that names the file.
pub const VARIABLE: &str = "CHAOSDESK_CONFIG";

/// A configuration and where it is from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The file; `None` is the reference file.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => path.display().fmt(f),
            None => f.write_str("built-in config.toml"),
        }
    }
}

impl Found {
    /// Reads it.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn read(&self) -> Result<Config, Trouble> {
        config::read(&self.to_string(), &self.text).map_err(|problem| Trouble::Usage(problem.to_string()))
    }
}

/// Finds the configuration; `named` is what the command line says.
///
/// # Errors
/// A file cannot be read.
pub fn find(named: Option<&Path>) -> Result<Found, Trouble> {
    let own = own_folder().map(|folder| folder.join("config.toml"));
    look(named, std::env::var_os(VARIABLE), Path::new("config.toml"), own.as_deref())
}

/// The user's own folder of configurations and themes.
pub fn own_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|dirs| dirs.config_dir().join("chaosdesk"))
}

fn look(named: Option<&Path>, variable: Option<OsString>, here: &Path, own: Option<&Path>) -> Result<Found, Trouble> {
    let variable = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = named.or(variable.as_deref()) {
        let text = text_file::read(path).map_err(|error| cannot(path, &error))?;
        return Ok(Found { path: Some(path.to_owned()), text });
    }
    for path in std::iter::once(here).chain(own) {
        match text_file::read(path) {
            Ok(text) => return Ok(Found { path: Some(path.to_owned()), text }),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(cannot(path, &error)),
        }
    }
    Ok(Found { path: None, text: REFERENCE.to_owned() })
}

fn cannot(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Usage(format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_named_or_found_is_used() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, format!("# {name}\n")).unwrap();
            path
        };
        let (named, variable, here, own) = (file("named"), file("variable"), file("here"), file("own"));
        let absent = dir.path().join("absent");
        let env = |path: &Path| Some(path.as_os_str().to_owned());
        let used = |found: Result<Found, Trouble>| found.unwrap().path;
        assert_eq!(used(look(Some(&named), env(&variable), &here, Some(&own))), Some(named));
        assert_eq!(used(look(None, env(&variable), &here, Some(&own))), Some(variable));
        assert_eq!(used(look(None, Some(OsString::new()), &here, Some(&own))), Some(here.clone()));
        assert_eq!(used(look(None, None, &absent, Some(&own))), Some(own));
        assert_eq!(used(look(None, None, &absent, Some(&here.join("below-a-file")))), None);
        assert_eq!(used(look(None, None, &absent, None)), None);
    }

    #[test]
    fn a_named_file_that_cannot_be_read_is_a_mistake() {
        let dir = tempfile::tempdir().unwrap();
        let absent = dir.path().join("absent.toml");
        let trouble = look(Some(&absent), None, &absent, None).unwrap_err();
        assert!(matches!(&trouble, Trouble::Usage(text) if text.contains("absent.toml")), "{trouble}");
        let latin = dir.path().join("latin.toml");
        std::fs::write(&latin, [0xff, 0xfe]).unwrap();
        assert!(look(None, None, &latin, None).is_err(), "a file that is no text is not skipped");
        assert!(look(None, None, dir.path(), None).is_err(), "a directory is not skipped");
    }
}
