//! Asking the hidden finder which interpreters this machine has: it runs below a guard, and is ended with it.

use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;

use crate::session::child::RunnerProcess;
use crate::session::conductor::Reader;
use crate::session::{LocalError, RunnerCommand};
use crate::wire::{
    ConfiguredInterpreter, FindInterpreters, FrameError, FromFinder, Hello, Interpreters, part,
};

/// How often is asked whether to go on.
const LOOK: Duration = Duration::from_millis(50);

/// Why it is not known which interpreters there are.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The system refused to start the finder.
    #[error("the search for interpreters could not be started: {0}")]
    Start(std::io::Error),
    /// The settings of the machine cannot be read.
    #[error(transparent)]
    Settings(#[from] LocalError),
    /// It was not wanted any more.
    #[error("interrupted")]
    Interrupted,
    /// It ended without its answer; the text completes "the search for interpreters" and is for people.
    #[error("the search for interpreters {0}")]
    Ended(String),
}

/// Looks for interpreters on `PATH` and where `configured` says, and asks each what it is: this takes a part of a
/// second, and some seconds if one of them hangs. `go_on` is asked some times a second; if it says no, the search is
/// ended.
///
/// # Errors
/// See [`FindError`].
pub fn find_interpreters(
    command: &RunnerCommand,
    configured: &[ConfiguredInterpreter],
    go_on: impl FnMut() -> bool,
) -> Result<Interpreters, FindError> {
    let request = FindInterpreters {
        configured: configured.to_vec(),
        on_path: true,
    };
    ask(command, &request, go_on)
}

/// Asks one interpreter alone what it is; its list has one entry.
///
/// # Errors
/// See [`FindError`].
pub fn look_at_interpreter(
    command: &RunnerCommand,
    one: &ConfiguredInterpreter,
    go_on: impl FnMut() -> bool,
) -> Result<Interpreters, FindError> {
    let request = FindInterpreters {
        configured: vec![one.clone()],
        on_path: false,
    };
    ask(command, &request, go_on)
}

fn ask(
    command: &RunnerCommand,
    request: &FindInterpreters,
    mut go_on: impl FnMut() -> bool,
) -> Result<Interpreters, FindError> {
    let (mut process, output) =
        RunnerProcess::start(command, part::FINDER).map_err(FindError::Start)?;
    let reader: Reader<FromFinder> = Reader::start(output).map_err(FindError::Start)?;
    // A finder that cannot be told anything has ended; the reader says so.
    let _ = process.tell(request);
    let problem = loop {
        match reader.messages.recv_timeout(LOOK) {
            Ok(Ok(FromFinder::Hello(hello))) => {
                if let Err(problem) = Hello::check(&hello) {
                    break Some(problem);
                }
            }
            Ok(Ok(FromFinder::Found(found))) => {
                process.cut();
                return Ok(*found);
            }
            Ok(Err(FrameError::Closed)) | Err(RecvTimeoutError::Disconnected) => break None,
            Ok(Err(error)) => break Some(format!("cannot be understood: {error}")),
            Err(RecvTimeoutError::Timeout) => {
                if !go_on() {
                    // Before the reader, which ends with the output that closes then.
                    drop(process);
                    return Err(FindError::Interrupted);
                }
            }
        }
    };
    process.cut();
    let ending = process.end();
    drop(reader);
    Err(FindError::Ended(problem.unwrap_or_else(|| {
        ending.map_or_else(
            || "ended without an answer".to_owned(),
            |ending| match ending.last_words.as_str() {
                "" => ending.how,
                words => format!("{}: {words}", ending.how),
            },
        )
    })))
}
