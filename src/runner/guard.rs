//! The guard: a tiny process between session and runner that leaves nothing behind.
//!
//! Its standard input is the session's lifeline; what comes through it goes on to the runner. When it ends,
//! the session is gone, however that happened, and the guard kills every process below itself. On Linux it
//! is a subreaper, so that orphans of the runner become its own children and cannot hide.
//! It notices by the end of the pipe only: bound to its parent by a signal, it would die before it sweeps.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Sender, channel};

use crate::runner::scratch::Scratch;

/// Exit codes above this name the signal that ended the runner, as shells do.
const SIGNAL_BASE: i32 = 128;

/// The guard's life: starts the runner (or another `part`), waits for it, sweeps, leaves with the runner's code.
pub(super) fn main(part: &str) -> ExitCode {
    leave_terminal();
    let guarded = guard(part);
    let code = guarded.unwrap_or_else(|error| {
        super::complain(&error.to_string());
        1
    });
    // Not by return: the lifeline's thread still reads.
    std::process::exit(code)
}

fn guard(part: &str) -> io::Result<i32> {
    let scratch = Scratch::create()?;
    let mut runner = Command::new(std::env::current_exe()?)
        .arg(part)
        .arg(std::process::id().to_string())
        .arg(scratch.path())
        .stdin(Stdio::piped())
        .spawn()?;
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let commands = relay(runner.stdin.take())?;
    let folder = scratch.path().to_owned();
    std::thread::Builder::new()
        .name("lifeline".to_owned())
        .spawn(move || {
            listen(input, &commands);
            sweep();
            // The runner is dead; nobody writes there any more.
            let _ = std::fs::remove_dir_all(folder);
            std::process::exit(1);
        })?;
    // If the lifeline's sweep has collected the runner already, the wait fails: no reason to leave earlier.
    let code = wait(&mut runner);
    sweep();
    drop(scratch);
    code
}

/// Hands on what the session says until the session is gone.
fn listen(mut from: impl Read, to: &Sender<Vec<u8>>) {
    let mut buffer = [0; 4096];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => {
                // In vain if the runner has ended; the session is still there and must not be taken for gone.
                let _ = to.send(buffer[..length].to_vec());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Writes to the runner on a thread of its own: a runner that does not read must not keep the lifeline from
/// being noticed. What waits is a scenario and a stop at the most.
fn relay(to: Option<ChildStdin>) -> io::Result<Sender<Vec<u8>>> {
    let (sender, receiver) = channel::<Vec<u8>>();
    std::thread::Builder::new()
        .name("relay".to_owned())
        .spawn(move || {
            let Some(mut to) = to else { return };
            while let Ok(piece) = receiver.recv() {
                if to.write_all(&piece).is_err() {
                    // The runner is gone.
                    return;
                }
            }
        })?;
    Ok(sender)
}

#[cfg(unix)]
fn wait(runner: &mut Child) -> io::Result<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    let status = runner.wait()?;
    Ok(status
        .code()
        .or_else(|| status.signal().map(|signal| SIGNAL_BASE + signal))
        .unwrap_or(1))
}

#[cfg(not(unix))]
fn wait(runner: &mut Child) -> io::Result<i32> {
    Ok(runner.wait()?.code().unwrap_or(1))
}

/// Signals that a terminal sends to the whole group are for the session only, which turns them into an
/// orderly stop.
fn leave_terminal() {
    // Refused only for a group leader, which a child is not.
    let _ = rustix::process::setsid();
    // Without a handler the guard would die of them before it sweeps.
    let _ = ctrlc::set_handler(|| {});
    #[cfg(target_os = "linux")]
    // Where it is refused, orphans' own lifelines remain.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills every process below this one and waits until none is left.
#[cfg(target_os = "linux")]
fn sweep() {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
    use std::time::{Duration, Instant};
    /// A process in an uninterruptible sleep cannot be killed; it is not waited for longer than this.
    const PATIENCE: Duration = Duration::from_secs(2);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let below = descendants(std::process::id());
        if below.is_empty() || Instant::now() > deadline {
            return;
        }
        for pid in below
            .into_iter()
            .filter_map(|pid| Pid::from_raw(pid.cast_signed()))
        {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
        // All children of the guard are its to collect.
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// All processes below `pid`, parents before children.
#[cfg(target_os = "linux")]
fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

#[cfg(target_os = "linux")]
fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_ascii_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Elsewhere the runner and its workers notice their closed lifelines themselves.
#[cfg(not(target_os = "linux"))]
fn sweep() {}
