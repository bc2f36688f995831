//! Starting this executable anew for a small part: worker or loopback server.
//!
//! Every child is started by a thread that lives as long as the child: on Linux the parent-death signal
//! follows the thread that forked, not the process.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::engine::backends::BackendError;
use crate::engine::clock;

/// The argument that makes the executable a worker process.
pub const WORKER_PART: &str = "__worker";
/// The argument that makes the executable the loopback server. Its limit of connections may follow the
/// parent's process id.
pub const SERVER_PART: &str = "__server";

/// Starts `part`. Its standard input is its lifeline; it leaves when that closes or this process dies.
pub(super) fn start(executable: &Path, part: &str, arguments: &[String]) -> io::Result<Child> {
    Command::new(executable)
        .arg(part)
        .arg(std::process::id().to_string())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
}

/// The loopback server in a process of its own. Dropping it ends the process.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    port: u16,
}

/// Starts the loopback server with a limit of `connections`, if there is one, and waits until it listens.
///
/// # Errors
/// If it does not start or has no port.
pub fn start_server(
    executable: &Path,
    connections: Option<u32>,
) -> Result<ServerProcess, BackendError> {
    let limit: Vec<String> = connections.iter().map(u32::to_string).collect();
    let mut child = start(executable, SERVER_PART, &limit).map_err(BackendError::Server)?;
    let mut port = [0; 2];
    let told = child.stdout.as_mut().map(|out| out.read_exact(&mut port));
    let server = ServerProcess {
        child,
        port: u16::from_le_bytes(port),
    };
    match told {
        Some(Ok(())) => Ok(server),
        Some(Err(error)) => Err(BackendError::Server(error)),
        None => Err(BackendError::Server(io::ErrorKind::BrokenPipe.into())),
    }
}

impl ServerProcess {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may be gone already; the wait collects it either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended, for people: "ended with code 1", "was ended by signal 11 (segmentation fault)".
///
/// It has closed its pipe or written nonsense into it: if it does not end soon, it is killed.
pub(super) fn end_of(child: &mut Child) -> String {
    const PATIENCE_NANOS: u64 = 500_000_000;
    let deadline = clock::now_nanos() + PATIENCE_NANOS;
    while matches!(child.try_wait(), Ok(None)) && clock::now_nanos() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
    // In vain if it has ended, which is the rule.
    let _ = child.kill();
    match child.wait() {
        Ok(status) => describe(status),
        Err(error) => format!("ended in an unknown way ({error})"),
    }
}

#[cfg(unix)]
fn describe(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    let Some(signal) = status.signal() else {
        return format!("ended with code {}", status.code().unwrap_or(-1));
    };
    let name = match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        9 => " (kill: by hand, or by the system for lack of memory)",
        11 => " (segmentation fault)",
        15 => " (terminate)",
        _ => "",
    };
    format!("was ended by signal {signal}{name}")
}

#[cfg(not(unix))]
fn describe(status: std::process::ExitStatus) -> String {
    format!("ended with {status}")
}
