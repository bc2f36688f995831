//! The run library: a folder with one file for each run.
//!
//! The folder is the whole truth: no index that could go stale, so that files can be copied in, moved and deleted with
//! any tool. A list reads the heads of the files only. A file that cannot be read is listed with what is wrong, and hides
//! no other.
//!
//! Nothing here waits for the screen, and the window never waits for the disk: [`Keeper`] writes on a thread of its own.

mod keeper;
mod naming;
mod pick;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use crate::run::record::{EXTENSION, Head, Header, Meta, Record, RecordError, RecordWriter};

pub use keeper::{Keeper, Kept};
pub use naming::{NAME_CHARS_MAX, NOTE_CHARS_MAX, TAGS_MAX};

/// Files of a folder that are looked at: more cannot be listed in a bearable time, and are somebody's accident.
const ENTRIES_MAX: usize = 20_000;

/// Why something in the library cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder or a file of it.
    #[error("'{}': {doing}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The file of a run.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// No run is called like this.
    #[error("no run is called '{word}'; 'poolscope runs' lists them{hint}")]
    Unknown {
        /// What was asked for.
        word: String,
        /// What may have been meant; empty, or a text that begins with "; ".
        hint: String,
    },
    /// Several runs could be meant.
    #[error("'{word}' could be {count} runs: {}; take more letters of the id", some.join(", "))]
    Ambiguous {
        /// What was asked for.
        word: String,
        /// How many it could be.
        count: usize,
        /// The first of them, each with id and title.
        some: Vec<String>,
    },
    /// A name, tag or note that cannot be.
    #[error("{0}")]
    Words(String),
    /// A run that is there already.
    #[error("the run '{id}' is in the library already: '{}'", path.display())]
    Present {
        /// Its id.
        id: String,
        /// Where it is.
        path: PathBuf,
    },
    /// The system has no bin, or does not take the file.
    #[error(
        "'{}' cannot be put into the bin: {message}; delete it for good with --forever",
        path.display()
    )]
    Bin {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
}

impl LibraryError {
    fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        Self::Io {
            path: path.to_path_buf(),
            doing,
            source,
        }
    }
}

/// A folder with runs. It need not exist before the first one is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    folder: PathBuf,
}

/// One file of the library.
#[derive(Debug)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// What it is, or why it cannot be read.
    pub head: Result<Head, RecordError>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What a list of the library says.
#[derive(Debug, Default)]
pub struct Listing {
    /// The runs, the newest first; files that cannot be read come last.
    pub entries: Vec<Entry>,
    /// Files that were not looked at, as there are too many.
    pub left_out: usize,
}

impl Library {
    /// The library in `folder`.
    #[must_use]
    pub const fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All runs, the newest first. A folder that does not exist has none.
    ///
    /// # Errors
    /// If the folder cannot be read. Files that cannot be read are in the list, with their errors.
    pub fn list(&self) -> Result<Listing, LibraryError> {
        let refused = |source| LibraryError::io(&self.folder, "cannot be listed", source);
        let found = match std::fs::read_dir(&self.folder) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Listing::default()),
            Err(error) => return Err(refused(error)),
        };
        let mut listing = Listing::default();
        for file in found {
            let path = file.map_err(refused)?.path();
            if path.extension().is_none_or(|end| end != EXTENSION) {
                continue;
            }
            if listing.entries.len() >= ENTRIES_MAX {
                listing.left_out += 1;
                continue;
            }
            listing.entries.push(Entry {
                head: Head::read(&path),
                bytes: std::fs::metadata(&path).map_or(0, |file| file.len()),
                path,
            });
        }
        listing.entries.sort_by_cached_key(|entry| {
            let started = entry.head.as_ref().ok().map(|head| {
                let header = &head.header;
                (header.started_unix_secs, header.id.clone())
            });
            (std::cmp::Reverse(started), entry.path.clone())
        });
        Ok(listing)
    }

    /// The file that `word` means: a path, `last`, `last~1`, an id or the beginning of one, or a name.
    ///
    /// # Errors
    /// If it is none, or could be several.
    pub fn find(&self, word: &str) -> Result<PathBuf, LibraryError> {
        if pick::place(word).is_none() && pick::looks_like_a_path(word) {
            return Ok(PathBuf::from(word));
        }
        pick::find(self.list()?.entries, word).map(|entry| entry.path)
    }

    /// Reads the run that `word` means, to show it; see [`Self::find`].
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open(&self, word: &str) -> Result<Record, LibraryError> {
        Ok(Record::open(&self.find(word)?)?)
    }

    /// Makes the file of a new record.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create(&self, header: &Header) -> Result<RecordWriter, LibraryError> {
        self.make_folder()?;
        let path = self.folder.join(naming::file_name(header));
        Ok(RecordWriter::create(&path, header)?)
    }

    /// Changes what is said of the run at `path`, and gives back what then is said.
    ///
    /// # Errors
    /// If it cannot be read or written, is still being written, or a name, tag or note cannot be.
    pub fn change(
        &self,
        path: &Path,
        change: impl FnOnce(&mut Meta),
    ) -> Result<Head, LibraryError> {
        // The lock first: who else changes it meanwhile waits for another turn.
        let mut writer = RecordWriter::resume(path)?;
        let mut head = Head::read(path)?;
        let before = head.meta.clone();
        change(&mut head.meta);
        naming::tidy(&mut head.meta)?;
        if head.meta != before {
            writer.meta(&head.meta)?;
        }
        head.is_live = false;
        Ok(head)
    }

    /// Puts the file of a run into the bin of the system.
    ///
    /// # Errors
    /// If there is no bin, or it does not take the file; if the run is still being written.
    pub fn delete(&self, path: &Path) -> Result<(), LibraryError> {
        not_live(path)?;
        trash::delete(path).map_err(|error| LibraryError::Bin {
            path: path.to_path_buf(),
            message: error.to_string(),
        })
    }

    /// Deletes the file of a run for good.
    ///
    /// # Errors
    /// If the system refuses; if the run is still being written.
    pub fn delete_forever(&self, path: &Path) -> Result<(), LibraryError> {
        not_live(path)?;
        std::fs::remove_file(path)
            .map_err(|source| LibraryError::io(path, "cannot be deleted", source))
    }

    /// Copies a file from elsewhere in, after it was read from begin to end.
    ///
    /// # Errors
    /// If it cannot be read, is no run, is there already, or the system refuses.
    pub fn import(&self, from: &Path) -> Result<(PathBuf, Record), LibraryError> {
        let record = Record::open(from)?;
        let id = &record.header.id;
        let same = |entry: &Entry| entry.head.as_ref().is_ok_and(|head| head.header.id == *id);
        if let Some(present) = self.list()?.entries.into_iter().find(same) {
            return Err(LibraryError::Present {
                id: id.clone(),
                path: present.path,
            });
        }
        self.make_folder()?;
        let to = self.folder.join(naming::file_name(&record.header));
        let refused = |source| LibraryError::io(&to, "cannot be written", source);
        // Whole or not at all: a copy that is cut would look like a run that was.
        let mut copy = tempfile::NamedTempFile::new_in(&self.folder).map_err(refused)?;
        let mut source = std::fs::File::open(from).map_err(refused)?;
        io::copy(&mut source, copy.as_file_mut()).map_err(refused)?;
        copy.persist_noclobber(&to)
            .map_err(|error| refused(error.error))?;
        Ok((to, record))
    }

    fn make_folder(&self) -> Result<(), LibraryError> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|source| LibraryError::io(&self.folder, "cannot be made", source))
    }
}

/// Only what is a run, or once was, is deleted here; and none that somebody writes.
fn not_live(path: &Path) -> Result<(), LibraryError> {
    match Head::read(path) {
        Ok(head) if head.is_live => Err(RecordError::Busy {
            path: path.to_path_buf(),
        }
        .into()),
        Err(error @ (RecordError::Io { .. } | RecordError::Foreign { .. })) => Err(error.into()),
        Ok(_) | Err(_) => Ok(()),
    }
}
