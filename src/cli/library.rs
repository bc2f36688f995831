//! The run library of this user, for all commands that name a run.

use anyhow::Context;

use crate::run::library::Library;
use crate::run::record::Record;
use crate::session::runs_folder;

/// The library in the user's data folder.
///
/// # Errors
/// Where the system has no home folder.
pub(super) fn library() -> anyhow::Result<Library> {
    let folder = runs_folder().context("this user has no home folder, so no runs are kept")?;
    Ok(Library::at(folder))
}

/// The record that `word` means: a path, an id or the beginning of one, a name, `last`, `last~1`.
///
/// # Errors
/// If it is none, could be several, or cannot be read; the text says what to do.
pub(super) fn open_run(word: &str) -> anyhow::Result<Record> {
    Ok(library()?.open(word)?)
}
