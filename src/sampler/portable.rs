//! Systems other than Linux, through sysinfo: resident size, and CPU time in milliseconds.
//!
//! It also compiles on Linux, for its tests. No shares of memory and no context switches: those stay unknown.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::sampler::{ProcessMemory, Switches};

pub(super) fn cpu_nanos(pid: u32) -> Option<u64> {
    const NANOS_PER_MILLI: u64 = 1_000_000;
    let kind = ProcessRefreshKind::nothing().with_cpu();
    ask(pid, kind, |process| {
        process.accumulated_cpu_time() * NANOS_PER_MILLI
    })
}

pub(super) fn memory(pid: u32) -> Option<ProcessMemory> {
    let rss_bytes = resident_bytes(pid)?;
    Some(ProcessMemory {
        rss_bytes,
        pss_bytes: None,
        uss_bytes: None,
        written_bytes: None,
    })
}

pub(super) fn resident_bytes(pid: u32) -> Option<u64> {
    ask(
        pid,
        ProcessRefreshKind::nothing().with_memory(),
        sysinfo::Process::memory,
    )
    .filter(|bytes| *bytes > 0)
}

/// Not known here.
pub(super) const fn context_switches(_pid: u32) -> Option<Switches> {
    None
}

fn ask(
    pid: u32,
    kind: ProcessRefreshKind,
    figure: impl Fn(&sysinfo::Process) -> u64,
) -> Option<u64> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    system.process(pid).map(figure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_one_that_does_not_exist_has_none() {
        assert!(memory(std::process::id()).unwrap().rss_bytes > 0);
        assert!(cpu_nanos(std::process::id()).is_some());
        assert_eq!(memory(1 << 23), None);
        assert_eq!(cpu_nanos(1 << 23), None);
        assert_eq!(context_switches(std::process::id()), None);
    }
}
