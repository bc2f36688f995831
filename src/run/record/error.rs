//! What can be wrong with the file of a run: what, where, what to do.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::run::record::VERSION;

/// Why a record cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system refuses.
    #[error("'{}': {doing}: {}", path.display(), why(source))]
    Io {
        /// Which file.
        path: PathBuf,
        /// What was tried, such as "cannot be opened".
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Something else than the file of a run.
    #[error("'{}': this is no run of poolscope (its first bytes say something else); name a file that 'poolscope runs path' names", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// Not even the beginning of a run is there.
    #[error("'{}': it was cut before anything was recorded (at byte {at}); nothing of it can be shown, delete it", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
        /// How many bytes there are.
        at: u64,
    },
    /// Written by a later program.
    #[error(
        "'{}': it is of version {version}, and this program reads versions up to {VERSION}; update poolscope",
        path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
    /// The bytes are not what was written.
    #[error("'{}': frame {frame} at byte {at} is damaged: {what}; copy the file anew from where it came", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which frame, from 1; 0 for what stands before the first.
        frame: u64,
        /// Where it begins.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// The file is as it was written, and its content makes no sense here.
    #[error("'{}': frame {frame} at byte {at} cannot be understood: {what}; this is a mistake of the program that wrote it", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// Which frame, from 1.
        frame: u64,
        /// Where it begins.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// More than a run can have.
    #[error("'{}': frame {frame} at byte {at} is too large: {what}; no run of poolscope is like this", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Which frame, from 1.
        frame: u64,
        /// Where it begins.
        at: u64,
        /// Of what there is too much.
        what: String,
    },
    /// Somebody else writes into the file.
    #[error("'{}': it is still being written; wait for the run to end", path.display())]
    Busy {
        /// Which file.
        path: PathBuf,
    },
}

impl RecordError {
    pub(in crate::run) fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        Self::Io {
            path: path.to_path_buf(),
            doing,
            source,
        }
    }
}

/// What the system says, and what to do, where that is known.
fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            "there is no such file; it may have been moved, renamed or deleted; bring it back, or choose another one"
                .to_owned()
        }
        ErrorKind::PermissionDenied => {
            "the system does not permit it; change the permissions of the file, or choose another one".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "there is no space left; make some".to_owned()
        }
        _ => error.to_string(),
    }
}
