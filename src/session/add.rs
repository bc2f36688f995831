//! Adding an interpreter to the settings of the machine.
//!
//! Nothing is added that does not answer: a name that leads nowhere would only be found out in a run.

use std::path::{Path, PathBuf};

use crate::session::{FindError, LocalError, LocalSettings, RunnerCommand, look_at_interpreter};
use crate::wire::InterpreterFacts;

/// Why an interpreter was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The settings cannot be read, or cannot take it up.
    #[error(transparent)]
    Settings(#[from] LocalError),
    /// It could not be asked what it is.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The current folder is not known, and the path depends on it.
    #[error("the path cannot be made absolute: {0}")]
    Path(#[source] std::io::Error),
    /// It is no interpreter that candidates can use.
    #[error("'{}' was not added: it {why}", path.display())]
    Unusable {
        /// What was to be added.
        path: PathBuf,
        /// Completes "it".
        why: String,
    },
}

/// Asks the interpreter, or the virtual environment, at `path` what it is, and adds it to the settings in `folder`
/// as `name`. Gives back what it says of itself. While it is asked, `go_on` is asked some times a second.
///
/// # Errors
/// See [`AddError`]; the settings are then as they were.
pub fn add_interpreter(
    command: &RunnerCommand,
    folder: &Path,
    name: &str,
    path: &Path,
    go_on: impl FnMut() -> bool,
) -> Result<InterpreterFacts, AddError> {
    // Links stay: a virtual environment's executable is one.
    let path = std::path::absolute(path).map_err(AddError::Path)?;
    let mut trial = LocalSettings::load(folder)?;
    let one = trial.add(name, &path)?;
    let found = look_at_interpreter(command, &one, go_on)?;
    let found = found.list.into_iter().next();
    let answer = found.map(|found| (found.facts, found.trouble));
    let facts = match answer {
        Some((Some(facts), None)) => facts,
        Some((_, Some(trouble))) => {
            let why = trouble.text();
            return Err(AddError::Unusable { path, why });
        }
        Some((None, None)) | None => {
            let why = "says nothing of itself".to_owned();
            return Err(AddError::Unusable { path, why });
        }
    };
    LocalSettings::change(folder, |settings| settings.add(name, &path).map(drop))?;
    Ok(facts)
}
