//! The private scratch folder of a block, and what is left of others.
//!
//! A guard that was killed cannot remove its folder. Every folder is therefore held by a lock that the kernel
//! frees with its process; the next guard removes folders that nobody holds.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// What the names of our folders begin with.
const PREFIX: &str = "poolscope-scratch-";
/// A younger folder may be one whose owner has not locked it yet.
const AGE_MIN: Duration = Duration::from_mins(1);

/// The folder. Dropping it removes it and all that is in it.
pub(super) struct Scratch {
    folder: TempDir,
    /// Freed by the kernel, in whatever way this process ends.
    _lock: File,
}

impl Scratch {
    /// Makes an empty folder among the system's temporary files, and removes those of dead guards.
    pub(super) fn create() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir()
            .map_err(|error| {
                std::io::Error::other(format!(
                    "no scratch folder can be made; name a writable folder in TMPDIR ({error})"
                ))
            })?;
        let lock = File::open(folder.path())?;
        // Where folders cannot be locked, this one may be taken for a dead guard's after a crash only.
        let _ = lock.try_lock();
        if let Some(around) = folder.path().parent() {
            remove_abandoned(around, AGE_MIN);
        }
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes folders of ours that are at least `age_min` old and that no living guard holds.
fn remove_abandoned(around: &Path, age_min: Duration) {
    let Ok(entries) = std::fs::read_dir(around) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_abandoned(&entry, age_min) {
            // Another guard may be removing it as well.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether it is a real folder of this user, old enough, and locked by nobody.
fn is_abandoned(entry: &std::fs::DirEntry, age_min: Duration) -> bool {
    // Not followed if it is a link.
    let Ok(facts) = entry.metadata() else {
        return false;
    };
    let age = facts.modified().ok().and_then(|time| time.elapsed().ok());
    facts.is_dir()
        && is_own(&facts)
        && age.is_some_and(|age| age >= age_min)
        && File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok())
}

#[cfg(unix)]
fn is_own(facts: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    facts.uid() == rustix::process::geteuid().as_raw()
}

/// Temporary files are each user's own.
#[cfg(not(unix))]
const fn is_own(_facts: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_ours_that_nobody_holds_are_removed() {
        let around = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let path = around.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("read-1.bin"), [1]).unwrap();
            path
        };
        let (held, abandoned, foreign) = (
            make("poolscope-scratch-held"),
            make("poolscope-scratch-abandoned"),
            make("poolscope-results"),
        );
        let lock = File::open(&held).unwrap();
        lock.try_lock().unwrap();
        remove_abandoned(around.path(), Duration::from_hours(1));
        assert!(abandoned.exists(), "too young");
        remove_abandoned(around.path(), Duration::ZERO);
        assert!(!abandoned.exists() && held.exists() && foreign.exists());
        drop(lock);
        remove_abandoned(around.path(), Duration::ZERO);
        assert!(!held.exists());
    }
}
