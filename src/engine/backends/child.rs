//! Starting this executable anew for a small part: worker or loopback server.
//!
//! Every child is started by a thread that lives as long as the child: on Linux the parent-death signal
//! follows the thread that forked, not the process.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::engine::backends::BackendError;

/// The argument that makes the executable a worker process.
pub const WORKER_PART: &str = "__worker";
/// The argument that makes the executable a zygote of worker processes.
pub const ZYGOTE_PART: &str = "__zygote";
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

/// How a worker process ended.
#[derive(Debug)]
pub(super) struct End {
    /// For people: "ended with code 1", "was ended by signal 11 (segmentation fault)".
    pub(super) how: String,
    /// Its processor time, where the system keeps it until the end is collected.
    pub(super) cpu_nanos: Option<u64>,
}

/// Ends a child and collects it.
///
/// Who has closed its pipes is on its way out, and how it ends is decided: killing it changes nothing then.
pub(super) fn end(child: &mut Child) -> End {
    // In vain if it has ended.
    let _ = child.kill();
    let cpu_nanos = cpu_nanos_at_end(child.id());
    let how = match child.wait() {
        Ok(status) => describe(status),
        Err(error) => format!("ended in an unknown way ({error})"),
    };
    End { how, cpu_nanos }
}

/// Waits until a child of this process has ended, without collecting it, and reads its processor time.
#[cfg(target_os = "linux")]
pub(super) fn cpu_nanos_at_end(child: u32) -> Option<u64> {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid(child)?), options).ok()?;
    let raw = nix::unistd::Pid::from_raw(i32::try_from(child).ok()?);
    let clock = nix::time::clock_getcpuclockid(raw).ok()?;
    let time = nix::time::clock_gettime(clock).ok()?;
    let secs = u64::try_from(time.tv_sec()).ok()?;
    Some(secs * 1_000_000_000 + u64::try_from(time.tv_nsec()).ok()?)
}

/// Elsewhere it is gone with the process.
#[cfg(not(target_os = "linux"))]
pub(super) const fn cpu_nanos_at_end(_: u32) -> Option<u64> {
    None
}

/// A process id in the form of system calls.
pub(super) fn pid(pid: u32) -> Option<rustix::process::Pid> {
    i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
}

/// Kills a process that has not been collected yet.
pub(super) fn kill(process: u32) {
    signal(process, rustix::process::Signal::KILL);
}

/// Sends a signal to a process that has not been collected yet.
pub(super) fn signal(process: u32, signal: rustix::process::Signal) {
    if let Some(pid) = pid(process) {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// As [`End::how`].
#[cfg(unix)]
pub(super) fn describe(status: std::process::ExitStatus) -> String {
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
