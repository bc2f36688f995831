//! The second net: parts of ours that lost their guard.
//!
//! If the guard itself is killed, the parent-death signal ends the runner and its workers; but a process that
//! was stopped before it could ask for that signal stays. On Linux this process is therefore a subreaper
//! too: such orphans become its children, where they are recognised by their hidden argument.

/// Makes orphans of a dead guard children of this process.
#[cfg(target_os = "linux")]
pub(super) fn adopt() {
    // Where it is refused, the first net remains.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends all orphans of a dead guard; only processes that carry a hidden argument or a mark of ours are touched.
#[cfg(target_os = "linux")]
pub(super) fn sweep() {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
    use std::time::{Duration, Instant};
    /// A dying parent closes its pipes, which is what was noticed, before its children are handed on.
    const QUIET: Duration = Duration::from_millis(100);
    /// A process in an uninterruptible sleep cannot be killed; it is not waited for longer than this.
    const PATIENCE: Duration = Duration::from_secs(1);
    let begun = Instant::now();
    let mut last_seen = begun;
    while last_seen.elapsed() < QUIET && begun.elapsed() < PATIENCE {
        for pid in orphans().into_iter().filter_map(Pid::from_raw) {
            last_seen = Instant::now();
            // It may have ended by itself; the wait collects it either way.
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What all processes of an interpreter have in their environment: as the engine starts them.
#[cfg(target_os = "linux")]
const MARK_OF_PYTHON: &[u8] = b"POOLSCOPE_PART=__python";

/// Children of this process that are a part of ours and not a guard.
#[cfg(target_os = "linux")]
fn orphans() -> Vec<i32> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let lists = tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let mut orphans = Vec::new();
    for list in lists {
        let pids = list
            .split_ascii_whitespace()
            .filter_map(|pid| pid.parse().ok());
        orphans.extend(pids.filter(|pid| is_orphan(*pid)));
    }
    orphans
}

#[cfg(target_os = "linux")]
fn is_orphan(pid: i32) -> bool {
    let words = |file| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let line = words("cmdline");
    let argument = line.split(|byte| *byte == 0).nth(1).unwrap_or_default();
    let is_part = argument.starts_with(b"__") && argument != crate::wire::part::GUARD.as_bytes();
    // Interpreters have arguments of their own, and a mark in their environment.
    let marked = || {
        words("environ")
            .split(|byte| *byte == 0)
            .any(|one| one == MARK_OF_PYTHON)
    };
    is_part || marked()
}

/// Elsewhere nothing adopts orphans.
#[cfg(not(target_os = "linux"))]
pub(super) fn adopt() {}

/// Elsewhere nothing adopts orphans.
#[cfg(not(target_os = "linux"))]
pub(super) fn sweep() {}
