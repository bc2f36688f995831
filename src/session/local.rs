//! What this machine is allowed to mean by the names in scenario files: interpreters and clusters.
//!
//! A small RON file in the user's configuration folder, shared by window and command line. A scenario never names a
//! path or an address: it names what stands here. A file that cannot be read is never written over: the error says
//! where the mistake is.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};

use crate::wire::ConfiguredInterpreter;

/// The file within the configuration folder.
const FILE_NAME: &str = "local.ron";
/// Names and paths by the hundred are far below; more is not ours.
const MAX_FILE_BYTES: u64 = 256 * 1024;
/// More than anybody tells apart.
const INTERPRETERS_MAX: usize = 32;
/// Characters of a name, which stands in tables and legends.
const NAME_CHARS_MAX: usize = 40;
/// Characters of an address; host names have at most 253.
const ADDRESS_CHARS_MAX: usize = 300;
/// What stands at the head of the file.
const HEAD: &str = "\
// What this machine means by the names in scenario files. poolscope writes this file anew at each change;
// see 'poolscope python --help'.
";

/// The settings of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalSettings {
    /// Interpreters beside those on `PATH`, in the user's order; no name occurs twice.
    pub interpreters: Vec<ConfiguredInterpreter>,
    /// Address of a Dask scheduler that runs already; none if there is none.
    pub dask_address: Option<String>,
    /// Address of a Ray cluster that runs already; none if there is none.
    pub ray_address: Option<String>,
}

/// A library that may have a cluster elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterKind {
    /// A Dask scheduler.
    Dask,
    /// A Ray cluster.
    Ray,
}

/// Why the settings of this machine cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The system has no home folder for this user.
    #[error("this system names no folder for settings")]
    NoFolder,
    /// The file cannot be read.
    #[error("{}: the settings cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not as it should be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It can be read, and says something that cannot be meant.
    #[error("{}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The wanted change makes no sense; nothing was changed.
    #[error("{0}")]
    Change(String),
    /// The file cannot be written.
    #[error("{}: the settings cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl LocalError {
    /// The same for a report that others read: where the user's files lie is left out.
    #[must_use]
    pub fn without_folder(&self) -> String {
        let text = self.to_string();
        let path = match self {
            Self::Read { path, .. }
            | Self::Text { path, .. }
            | Self::Content { path, .. }
            | Self::Write { path, .. } => path.parent(),
            Self::NoFolder | Self::Change(_) => None,
        };
        match path {
            Some(folder) => text.replace(&format!("{}/", folder.display()), ""),
            None => text,
        }
    }
}

/// The folder of this user's settings; none where the system has no home folder.
#[must_use]
pub fn settings_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "poolscope")?;
    Some(folders.config_dir().to_path_buf())
}

/// The folder of this user's kept runs; none where the system has no home folder.
#[must_use]
pub fn runs_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "poolscope")?;
    Some(folders.data_dir().join("runs"))
}

impl LocalSettings {
    /// Where the settings of `folder` stand.
    #[must_use]
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE_NAME)
    }

    /// Reads the settings of `folder`; without a file there are none.
    ///
    /// # Errors
    /// If there is a file that cannot be used.
    pub fn load(folder: &Path) -> Result<Self, LocalError> {
        let path = Self::path(folder);
        let unreadable = |source| LocalError::Read {
            path: path.clone(),
            source,
        };
        let text = match std::fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(unreadable(error)),
            Ok(file) if !file.is_file() || file.len() > MAX_FILE_BYTES => {
                return Err(unreadable(std::io::Error::other(
                    "it is no file of settings",
                )));
            }
            Ok(_) => std::fs::read_to_string(&path).map_err(unreadable)?,
        };
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let settings: Self = options.from_str(&text).map_err(|error| LocalError::Text {
            path: path.clone(),
            line: error.span.start.line,
            column: error.span.start.col,
            message: error.code.to_string(),
        })?;
        match settings.problem() {
            None => Ok(settings),
            Some(message) => Err(LocalError::Content { path, message }),
        }
    }

    /// Reads the settings of `folder`, changes them, and writes them; who else does the same waits. Gives back the
    /// settings as they then are.
    ///
    /// # Errors
    /// If they cannot be read, changed in this way, or written; the file is then as it was.
    pub fn change(
        folder: &Path,
        change: impl FnOnce(&mut Self) -> Result<(), LocalError>,
    ) -> Result<Self, LocalError> {
        let unwritable = |source| LocalError::Write {
            path: Self::path(folder),
            source,
        };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let lock = File::open(folder).map_err(unwritable)?;
        // Where folders cannot be locked, two changes within the same milliseconds may lose the first one.
        let _ = lock.lock();
        let mut settings = Self::load(folder)?;
        change(&mut settings)?;
        settings.save(folder).map_err(unwritable)?;
        Ok(settings)
    }

    /// Adds an interpreter, and gives it back as it was added.
    ///
    /// # Errors
    /// If the name is taken or unfit, or the path is not absolute.
    pub fn add(&mut self, name: &str, path: &Path) -> Result<ConfiguredInterpreter, LocalError> {
        let text = path.to_str().ok_or_else(|| {
            LocalError::Change(format!("'{}' is no Unicode text", path.display()))
        })?;
        let added = ConfiguredInterpreter {
            name: name.trim().to_owned(),
            path: text.to_owned(),
        };
        self.interpreters.push(added.clone());
        if let Some(problem) = self.problem() {
            self.interpreters.pop();
            return Err(LocalError::Change(problem));
        }
        Ok(added)
    }

    /// Removes an interpreter.
    ///
    /// # Errors
    /// If none is called so.
    pub fn remove(&mut self, name: &str) -> Result<(), LocalError> {
        let before = self.interpreters.len();
        self.interpreters.retain(|known| known.name != name);
        if self.interpreters.len() < before {
            return Ok(());
        }
        let known: Vec<_> = self.interpreters.iter().map(|known| &*known.name).collect();
        Err(LocalError::Change(if known.is_empty() {
            format!("no interpreter called '{name}' was added; there is none")
        } else {
            let known = known.join(", ");
            format!("no interpreter called '{name}' was added; there are: {known}")
        }))
    }

    /// The address of a cluster.
    #[must_use]
    pub fn address(&self, cluster: ClusterKind) -> Option<&str> {
        match cluster {
            ClusterKind::Dask => self.dask_address.as_deref(),
            ClusterKind::Ray => self.ray_address.as_deref(),
        }
    }

    /// Sets the address of a cluster, or forgets it.
    ///
    /// # Errors
    /// If it cannot be an address.
    pub fn set_address(
        &mut self,
        cluster: ClusterKind,
        address: Option<&str>,
    ) -> Result<(), LocalError> {
        let address = address.map(|text| text.trim().to_owned());
        if let Some(problem) = address.as_deref().and_then(|text| cluster.problem(text)) {
            return Err(LocalError::Change(problem));
        }
        match cluster {
            ClusterKind::Dask => self.dask_address = address,
            ClusterKind::Ray => self.ray_address = address,
        }
        Ok(())
    }

    /// What is wrong with the content; none if nothing.
    fn problem(&self) -> Option<String> {
        if self.interpreters.len() > INTERPRETERS_MAX {
            return Some(format!(
                "at most {INTERPRETERS_MAX} interpreters can be added; remove one first"
            ));
        }
        for (index, added) in self.interpreters.iter().enumerate() {
            let ConfiguredInterpreter { name, path } = added;
            if let Some(problem) = name_problem(name) {
                return Some(problem);
            }
            if self.interpreters[..index]
                .iter()
                .any(|one| one.name == *name)
            {
                return Some(format!(
                    "an interpreter called '{name}' is there already; choose another name, or remove it first"
                ));
            }
            if !Path::new(path).is_absolute() {
                return Some(format!(
                    "the path of '{name}' must be absolute: '{path}' means something else in each folder"
                ));
            }
        }
        [ClusterKind::Dask, ClusterKind::Ray]
            .into_iter()
            .find_map(|cluster| cluster.problem(self.address(cluster)?))
    }

    fn save(&self, folder: &Path) -> std::io::Result<()> {
        let style = ron::ser::PrettyConfig::default()
            .extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        let body = ron::ser::to_string_pretty(self, style).map_err(std::io::Error::other)?;
        // The mode of reading is fixed, so that the file need not say it.
        let body = body.trim_start_matches("#![enable(implicit_some)]").trim();
        // A link, as in a folder of dotfiles, stays one.
        let path = Self::path(folder);
        let path = path.canonicalize().unwrap_or(path);
        let mut file = AtomicWriteFile::open(path)?;
        file.write_all(format!("{HEAD}{body}\n").as_bytes())?;
        file.commit()
    }
}

impl ClusterKind {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Dask => "Dask",
            Self::Ray => "Ray",
        }
    }

    /// The word for it on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dask => "dask",
            Self::Ray => "ray",
        }
    }

    /// Why `address` cannot be one; none if it can.
    fn problem(self, address: &str) -> Option<String> {
        let example = match self {
            Self::Dask => "tcp://10.0.0.1:8786",
            Self::Ray => "ray://10.0.0.1:10001",
        };
        let strange = |c: char| c.is_whitespace() || c.is_control();
        let wrong = address.is_empty()
            || address.chars().count() > ADDRESS_CHARS_MAX
            || address.contains(strange)
            || !(address.contains(':') || (self == Self::Ray && address == "auto"));
        wrong.then(|| {
            let label = self.label();
            format!("'{address}' is no address of {label}; write one such as {example}")
        })
    }
}

/// Why an interpreter cannot be called `name`; none if it can.
fn name_problem(name: &str) -> Option<String> {
    let strange = |c: char| !(c.is_alphanumeric() || "-_.+ ".contains(c));
    let wrong = name.is_empty()
        || name.trim() != name
        || name.chars().count() > NAME_CHARS_MAX
        || name.contains(strange);
    wrong.then(|| {
        format!(
            "an interpreter cannot be called '{name}'; take up to {NAME_CHARS_MAX} letters, digits, spaces and -_.+"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added() -> LocalSettings {
        let mut settings = LocalSettings::default();
        settings.add("venv 1", Path::new("/opt/venv")).unwrap();
        settings
            .set_address(ClusterKind::Dask, Some("tcp://10.0.0.1:8786"))
            .unwrap();
        settings
    }

    #[test]
    fn settings_come_back_as_they_were_written_and_no_file_means_none() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/poolscope");
        assert_eq!(
            LocalSettings::load(&inner).unwrap(),
            LocalSettings::default()
        );
        let written = LocalSettings::change(&inner, |settings| {
            *settings = added();
            Ok(())
        });
        assert_eq!(written.unwrap(), added());
        assert_eq!(LocalSettings::load(&inner).unwrap(), added());
    }

    #[test]
    fn a_file_with_a_mistake_says_where_it_is_and_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = LocalSettings::path(folder.path());
        for (text, expected) in [
            ("(\n    interpreter: [],\n)", "local.ron:2:5: "),
            ("(dask_address: 7)", "local.ron:1:15: "),
            ("(", "local.ron:1:1: "),
            (
                "(interpreters: [(name: \"a\", path: \"/a\"), (name: \"a\", path: \"/b\")])",
                "'a' is there already",
            ),
            (
                "(interpreters: [(name: \"a\", path: \"a\")])",
                "must be absolute",
            ),
            ("(ray_address: \"\")", "no address of Ray"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = LocalSettings::load(folder.path()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            let change = LocalSettings::change(folder.path(), |settings| {
                settings.add("b", Path::new("/b")).map(drop)
            });
            assert!(change.is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_change_that_makes_no_sense_changes_nothing() {
        let mut settings = added();
        for name in ["", " ", "venv 1", "a/b", "a\u{202e}b", &"x".repeat(41)] {
            let add = settings.add(name, Path::new("/opt/other"));
            assert!(add.is_err(), "{name}");
        }
        assert!(settings.add("b", Path::new("relative")).is_err());
        assert!(settings.remove("b").is_err());
        for address in ["", "somewhere", "tcp://a b:1"] {
            let set = settings.set_address(ClusterKind::Ray, Some(address));
            assert!(set.is_err(), "{address}");
        }
        assert_eq!(settings, added());
        settings.remove("venv 1").unwrap();
        settings.set_address(ClusterKind::Dask, None).unwrap();
        assert_eq!(settings, LocalSettings::default());
        settings
            .set_address(ClusterKind::Ray, Some("auto"))
            .unwrap();
    }

    #[test]
    fn two_who_change_the_settings_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let folder = folder.path();
                let add = move || {
                    let name = format!("p{number}");
                    LocalSettings::change(folder, |all| {
                        all.add(&name, Path::new("/opt/p")).map(drop)
                    })
                    .unwrap();
                };
                std::thread::Builder::new()
                    .spawn_scoped(scope, add)
                    .unwrap();
            }
        });
        let all = LocalSettings::load(folder.path()).unwrap();
        assert_eq!(all.interpreters.len(), 8);
    }
}
