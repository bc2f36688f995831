//! Facts of the system that are read once.

use crate::sampler;
use crate::wire::Limits;

/// What the system allows.
pub(super) fn limits() -> Limits {
    let facts = sampler::machine();
    Limits {
        affinity_cores: affinity_cores(),
        open_files: limit(Kind::OpenFiles),
        processes: limit(Kind::Processes),
        group_tasks: facts.tasks_max,
        system_threads: number("/proc/sys/kernel/threads-max"),
        swap_bytes: facts.swap_bytes.map(|(all, _)| all),
        swap_used_bytes: facts.swap_bytes.map(|(_, used)| used),
    }
}

/// Of this thread, which has asked to be woken precisely.
#[cfg(target_os = "linux")]
pub(super) fn timer_slack_nanos() -> Option<u64> {
    rustix::thread::current_timer_slack().ok()
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
pub(super) const fn timer_slack_nanos() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn affinity_cores() -> Option<u32> {
    Some(rustix::thread::sched_getaffinity(None).ok()?.count())
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
const fn affinity_cores() -> Option<u32> {
    None
}

/// A limit of this process and its user.
#[derive(Debug, Clone, Copy)]
enum Kind {
    OpenFiles,
    Processes,
}

/// The hard limit; none without one.
#[cfg(unix)]
fn limit(kind: Kind) -> Option<u64> {
    use rustix::process::{Resource, getrlimit};
    let resource = match kind {
        Kind::OpenFiles => Resource::Nofile,
        Kind::Processes => Resource::Nproc,
    };
    getrlimit(resource).maximum
}

/// Not known here.
#[cfg(not(unix))]
const fn limit(_kind: Kind) -> Option<u64> {
    None
}

fn number(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_system_has_processors_and_room_for_files() {
        if cfg!(target_os = "linux") {
            let limits = limits();
            assert!(limits.affinity_cores.unwrap() >= 1);
            assert!(limits.open_files.is_none_or(|files| files >= 16));
            assert!(limits.system_threads.unwrap() >= 1);
        }
    }
}
