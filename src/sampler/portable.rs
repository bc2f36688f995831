//! Systems other than Linux, through sysinfo: resident size, and CPU time in milliseconds.
//!
//! It also compiles on Linux, for its tests. No shares of memory and no context switches: those stay unknown.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::sampler::{MachineState, ProcessMemory, Switches};

pub(super) fn cpu_nanos(pid: u32) -> Option<u64> {
    const NANOS_PER_MILLI: u64 = 1_000_000;
    let kind = ProcessRefreshKind::nothing().with_cpu();
    ask(pid, kind, |process| {
        process.accumulated_cpu_time() * NANOS_PER_MILLI
    })
}

pub(super) fn memory(pid: u32) -> Option<ProcessMemory> {
    Some(ProcessMemory::resident_only(resident_bytes(pid)?))
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

/// Not known here.
pub(super) const fn thread_cpu_nanos(_tid: u32) -> Option<u64> {
    None
}

/// Not known here.
pub(super) const fn own_threads() -> Vec<(u32, String)> {
    Vec::new()
}

/// Not known here.
pub(super) const fn ended_children_cpu_nanos() -> Option<u64> {
    None
}

/// A process; nothing is kept open.
#[derive(Debug)]
pub(super) struct Watched(u32);

impl Watched {
    pub(super) const fn new(pid: u32) -> Self {
        Self(pid)
    }

    pub(super) fn cpu_nanos(&self) -> Option<u64> {
        cpu_nanos(self.0)
    }

    pub(super) fn resident_bytes(&self) -> Option<u64> {
        resident_bytes(self.0)
    }

    pub(super) fn memory(&self) -> Option<ProcessMemory> {
        memory(self.0)
    }
}

/// The machine: only its free memory is known here.
#[derive(Debug)]
pub(super) struct MachineWatch(Option<System>);

impl MachineWatch {
    pub(super) fn new() -> Self {
        Self(System::new().ok())
    }

    pub(super) fn state(&mut self) -> MachineState {
        let available = self.0.as_mut().map(|system| {
            system.refresh_memory();
            system.available_memory()
        });
        MachineState {
            memory_available_bytes: available.filter(|bytes| *bytes > 0),
            ..MachineState::default()
        }
    }
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
        assert_eq!(own_threads(), []);
        assert_eq!(thread_cpu_nanos(1), None);
        assert_eq!(ended_children_cpu_nanos(), None);
    }

    #[test]
    fn a_watched_process_reads_like_one_that_is_asked_once() {
        let watched = Watched::new(std::process::id());
        assert!(watched.memory().unwrap().rss_bytes > 0);
        assert!(watched.resident_bytes().is_some() && watched.cpu_nanos().is_some());
        let state = MachineWatch::new().state();
        assert!(state.memory_available_bytes.unwrap() > 0);
        assert_eq!(state.busy_nanos, None);
    }
}
