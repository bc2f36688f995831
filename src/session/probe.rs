//! Asking the hidden probe: it runs below a guard, and is ended with it.

use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;

use crate::session::RunnerCommand;
use crate::session::child::RunnerProcess;
use crate::session::conductor::Reader;
use crate::wire::{FrameError, FromProbe, Hello, ProbeReport, part};

/// How often is asked whether to go on.
const LOOK: Duration = Duration::from_millis(50);

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The system refused to start it.
    #[error("the probe could not be started")]
    Start(#[source] std::io::Error),
    /// It was not wanted any more.
    #[error("interrupted")]
    Interrupted,
    /// It ended without its report; the text completes "the probe" and is for people.
    #[error("the probe {0}")]
    Ended(String),
}

/// Starts the probe and waits for its report. `go_on` is told of each step that begins, and asked some times a second
/// without one; if it says no, the probe is ended.
///
/// # Errors
/// See [`ProbeError`].
pub fn probe(
    command: &RunnerCommand,
    mut go_on: impl FnMut(Option<&str>) -> bool,
) -> Result<ProbeReport, ProbeError> {
    let (mut process, output) =
        RunnerProcess::start(command, part::PROBE).map_err(ProbeError::Start)?;
    let reader: Reader<FromProbe> = Reader::start(output).map_err(ProbeError::Start)?;
    let problem = loop {
        match reader.messages.recv_timeout(LOOK) {
            Ok(Ok(FromProbe::Hello(hello))) => {
                if let Err(problem) = Hello::check(&hello) {
                    break Some(problem);
                }
            }
            Ok(Ok(FromProbe::Step(what))) => {
                if !go_on(Some(&what)) {
                    return Err(interrupted(process));
                }
            }
            Ok(Ok(FromProbe::Finished(report))) => {
                process.cut();
                return Ok(*report);
            }
            Ok(Err(FrameError::Closed)) | Err(RecvTimeoutError::Disconnected) => break None,
            Ok(Err(error)) => break Some(format!("cannot be understood: {error}")),
            Err(RecvTimeoutError::Timeout) => {
                if !go_on(None) {
                    return Err(interrupted(process));
                }
            }
        }
    };
    process.cut();
    let ending = process.end();
    drop(reader);
    Err(ProbeError::Ended(problem.unwrap_or_else(|| {
        ending.map_or_else(
            || "ended without its report".to_owned(),
            |ending| match ending.last_words.as_str() {
                "" => ending.how,
                words => format!("{}: {words}", ending.how),
            },
        )
    })))
}

/// Dropping the process kills all that is below its guard; the reader ends with the output that closes then.
fn interrupted(process: RunnerProcess) -> ProbeError {
    drop(process);
    ProbeError::Interrupted
}
