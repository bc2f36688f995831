//! Child side: the parts that the executable plays when it is started anew.
//!
//! - the *guard* outlives whatever the workload does and leaves nothing behind: `guard.rs`;
//! - the *runner* measures one block: engine and sampler in, snapshots out: [`serve()`];
//! - the *probe* finds out what machine and program are like, for `doctor`: `probe/`;
//! - the *finder* finds out which interpreters the machine has: `finder/`;
//! - *worker*, *zygote*, *loopback server* and an interpreter's place belong to the engine and are only started from
//!   here.
//!
//! **Invariant**: each part leaves when its parent dies, in whatever way that happens: `lifeline.rs`.

mod finder;
mod guard;
mod lifeline;
mod limits;
mod lives;
mod memory;
mod probe;
mod resources;
mod scratch;
mod serve;
mod words;
mod workers;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;

pub use serve::{Environment, serve};

use crate::wire::{FindInterpreters, FromFinder, Hello, part, read_frame, write_frame};

/// Plays the part that the command line names, if it names one: then the program is over.
///
/// The hidden arguments are `PART PARENT_PID [SCRATCH or CONNECTIONS]`, those of a guard `__guard PARENT_PID [PART]`
/// with the part that it guards, and those of an interpreter's place `__python PARENT_PID EXECUTABLE ARGUMENTS…`; who
/// starts the program by hand has no use for them.
#[must_use]
pub fn play_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let name = arguments.next()?;
    let parent = arguments.next()?.to_str()?.parse().ok()?;
    let argument = arguments.next();
    let played = match name.to_str()? {
        part::GUARD => {
            let others = [part::PROBE, part::FINDER];
            let named = |part: &&str| argument.as_ref().is_some_and(|name| name == part);
            let part = others.into_iter().find(named).unwrap_or(part::RUNNER);
            return Some(guard::main(part));
        }
        part::FINDER => {
            lifeline::leave_with(parent);
            finder_main(argument.map(PathBuf::from))
        }
        part::PROBE => {
            lifeline::leave_with(parent);
            limits::raise_open_files();
            probe_main(argument.map(PathBuf::from))
        }
        part::RUNNER => {
            lifeline::leave_with(parent);
            limits::raise_open_files();
            runner_main(argument.map(PathBuf::from))
        }
        crate::engine::WORKER_PART => {
            lifeline::leave_with(parent);
            standard_streams().and_then(|(input, output)| crate::engine::worker_main(input, output))
        }
        crate::engine::ZYGOTE_PART => {
            lifeline::leave_with(parent);
            standard_streams().and_then(|(input, output)| crate::engine::zygote_main(input, output))
        }
        crate::engine::PYTHON_PART => {
            lifeline::leave_with(parent);
            crate::engine::become_python(argument.into_iter().chain(arguments))
        }
        crate::engine::SERVER_PART => {
            lifeline::leave_with(parent);
            limits::raise_open_files();
            server_main(argument)
        }
        _ => return None,
    };
    Some(match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    })
}

/// Standard input and output without the buffers and locks of the standard library.
fn standard_streams() -> io::Result<(File, File)> {
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    Ok((input, output))
}

/// To standard error, where the session keeps the last lines for its message.
fn complain(message: &str) {
    use io::Write as _;
    // A closed standard error has nobody who could be told.
    let _ = writeln!(io::stderr(), "{message}");
}

fn runner_main(scratch: Option<PathBuf>) -> io::Result<()> {
    let environment = environment(scratch)?;
    let (input, output) = standard_streams()?;
    serve(input, output, &environment).map_err(io::Error::other)
}

/// Measures until it is done or standard input ends.
fn probe_main(scratch: Option<PathBuf>) -> io::Result<()> {
    let environment = environment(scratch)?;
    let (input, mut output) = standard_streams()?;
    leave_at_the_end_of(input)?;
    probe::probe(&mut output, &environment).map_err(io::Error::other)
}

/// Finds until it is done or standard input ends.
fn finder_main(scratch: Option<PathBuf>) -> io::Result<()> {
    let environment = environment(scratch)?;
    let (mut input, mut output) = standard_streams()?;
    let hello = FromFinder::Hello(Hello::ours());
    write_frame(&mut output, &hello).map_err(io::Error::other)?;
    let request: FindInterpreters =
        read_frame(&mut input, &mut Vec::new()).map_err(io::Error::other)?;
    leave_at_the_end_of(input)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = finder::find(&request, &path, &environment);
    write_frame(&mut output, &FromFinder::Found(Box::new(found))).map_err(io::Error::other)
}

/// Whatever ends the input, nobody waits for an answer any more.
fn leave_at_the_end_of(mut input: File) -> io::Result<()> {
    std::thread::Builder::new()
        .name("lifeline".to_owned())
        .spawn(move || {
            // However it ended.
            let _ = io::copy(&mut input, &mut io::sink());
            std::process::exit(1);
        })?;
    Ok(())
}

fn environment(scratch: Option<PathBuf>) -> io::Result<Environment> {
    Ok(Environment {
        executable: std::env::current_exe()?,
        scratch: scratch.ok_or_else(|| io::Error::other("no scratch folder was named"))?,
    })
}

/// Serves until standard input ends: the runner holds the other end. The argument is the limit of connections.
fn server_main(argument: Option<OsString>) -> io::Result<()> {
    let connections = argument
        .map(|limit| {
            let number = limit.to_str().and_then(|text| text.parse().ok());
            number.ok_or_else(|| io::Error::other("the limit of connections is no number"))
        })
        .transpose()?;
    let (mut input, mut output) = standard_streams()?;
    let (sender, stopped) = tokio::sync::oneshot::channel::<()>();
    std::thread::Builder::new()
        .name("lifeline".to_owned())
        .spawn(move || {
            // Whatever ends the copy, the runner is gone.
            let _ = io::copy(&mut input, &mut io::sink());
            drop(sender);
        })?;
    crate::engine::serve(
        connections,
        |port| io::Write::write_all(&mut output, &port.to_le_bytes()),
        async { drop(stopped.await) },
    )
}
