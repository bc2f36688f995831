//! What the operating system says of processes and of the machine.
//!
//! Free functions read once and keep nothing; [`Watched`] and [`MachineWatch`] keep files open for who looks again
//! and again. Who calls them decides how often.
//! Linux is asked directly; other systems are asked through sysinfo, which is slower and coarser.
//!
//! **Invariant**: `None` means that the system does not tell, or that the process is gone; it is never a zero.
//! Nothing here signals, starts or waits for a process.

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(target_os = "linux")]
mod linux;
mod machine;
#[cfg(target_os = "linux")]
mod machine_watch;
#[cfg(any(test, not(target_os = "linux")))]
mod portable;
#[cfg(target_os = "linux")]
mod watch;

/// What the system at hand offers.
#[cfg(target_os = "linux")]
mod system {
    pub(super) use crate::sampler::linux::{context_switches, cpu_nanos, memory, resident_bytes};
    pub(super) use crate::sampler::machine_watch::MachineWatch;
    pub(super) use crate::sampler::watch::{
        Watched, ended_children_cpu_nanos, own_threads, thread_cpu_nanos,
    };
}
#[cfg(not(target_os = "linux"))]
use portable as system;

pub use machine::{MachineFacts, machine};

/// Memory of one process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessMemory {
    /// Resident set size: pages in memory, shared ones counted in full.
    pub rss_bytes: u64,
    /// Proportional set size: each shared page divided by the number of processes that share it.
    /// None where the system does not tell.
    pub pss_bytes: Option<u64>,
    /// Unique set size: pages that nobody shares, which is what one more such process costs.
    /// None where the system does not tell.
    pub uss_bytes: Option<u64>,
    /// The part of the unique set that the process has written itself: heap and stacks. Unlike the other
    /// three it does not move when another process maps or leaves the same executable.
    /// None where the system does not tell.
    pub written_bytes: Option<u64>,
}

impl ProcessMemory {
    /// That of a process that is gone.
    pub const NONE: Self = Self::resident_only(0);

    /// Where nothing else is known.
    const fn resident_only(rss_bytes: u64) -> Self {
        Self {
            rss_bytes,
            pss_bytes: None,
            uss_bytes: None,
            written_bytes: None,
        }
    }
}

/// The machine at one instant. Counters are cumulative nanoseconds since the machine started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MachineState {
    /// Time that processors did work, over all of them, in steps of 10 ms. None where the system does not tell.
    pub busy_nanos: Option<u64>,
    /// Time that a virtual machine's processors had work and no real processor. None where the system does not tell.
    pub steal_nanos: Option<u64>,
    /// Processors that are switched on.
    pub processors: Option<u32>,
    /// Present clock frequency in Hz, mean over the processors. None where the system does not tell.
    pub frequency_hz: Option<u64>,
    /// Highest clock frequency in Hz. None where the system does not tell.
    pub frequency_max_hz: Option<u64>,
    /// Memory that can be had without swapping and within the control group's limit, in bytes.
    pub memory_available_bytes: Option<u64>,
    /// Share of the last ten seconds in which some task waited for memory. None without PSI.
    pub memory_pressure_ratio: Option<f64>,
    /// Time in which some task waited for memory. None without PSI.
    pub memory_pressure_nanos: Option<u64>,
    /// Time that the machine was suspended. None where the system does not tell.
    pub suspended_nanos: Option<u64>,
    /// Time for which a CPU quota held back processes of the control groups. None without a quota.
    pub throttled_nanos: Option<u64>,
    /// How many periods of the quota ended in being held back. None without a quota.
    pub throttled_periods: Option<u64>,
}

/// The machine, to be looked at again and again.
#[derive(Debug)]
pub struct MachineWatch(system::MachineWatch);

impl MachineWatch {
    /// Opens what the system offers.
    #[must_use]
    pub fn new() -> Self {
        Self(system::MachineWatch::new())
    }

    /// Looks. Some 20 µs on a small Linux machine; with hundreds of processors up to a millisecond.
    #[must_use]
    pub fn state(&mut self) -> MachineState {
        self.0.state()
    }
}

impl Default for MachineWatch {
    fn default() -> Self {
        Self::new()
    }
}

/// A process, to be looked at again and again.
#[derive(Debug)]
pub struct Watched(system::Watched);

impl Watched {
    /// Opens what the system offers of it. A process that does not exist has no figures.
    #[must_use]
    pub fn new(pid: u32) -> Self {
        Self(system::Watched::new(pid))
    }

    /// As [`cpu_nanos`], at about 0.2 µs.
    #[must_use]
    pub fn cpu_nanos(&self) -> Option<u64> {
        self.0.cpu_nanos()
    }

    /// As [`resident_bytes`], at about 0.5 µs.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        self.0.resident_bytes()
    }

    /// As [`memory()`], and as expensive.
    #[must_use]
    pub fn memory(&self) -> Option<ProcessMemory> {
        self.0.memory()
    }
}

/// How often the threads of a process have left a core, since they began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switches {
    /// By themselves, to wait for something.
    pub voluntary: u64,
    /// Because the scheduler gave the core to another thread.
    pub involuntary: u64,
}

/// CPU time of all threads of the process, also of those that have ended, in nanoseconds since it began.
///
/// In single nanoseconds on Linux, at about 0.2 µs per call; elsewhere in steps of a millisecond.
#[must_use]
pub fn cpu_nanos(pid: u32) -> Option<u64> {
    system::cpu_nanos(pid)
}

/// Memory of the process.
///
/// Expensive on Linux: it takes time in proportion to the resident size, 50 µs at 8 MiB and 7 ms at 1 GiB,
/// and holds up the process's own page faults meanwhile.
#[must_use]
pub fn memory(pid: u32) -> Option<ProcessMemory> {
    system::memory(pid)
}

/// Resident set size of the process in bytes: the cheap figure.
///
/// Linux batches its counters per thread, so this can lag by some dozen pages per thread.
#[must_use]
pub fn resident_bytes(pid: u32) -> Option<u64> {
    system::resident_bytes(pid)
}

/// Context switches, added up over the threads that the process has now.
///
/// Threads that have ended are not in the sum, so it can shrink when one ends. Only Linux tells.
#[must_use]
pub fn context_switches(pid: u32) -> Option<Switches> {
    system::context_switches(pid)
}

/// CPU time of a thread by its thread id, in nanoseconds since it began. Only Linux tells, at about 0.2 µs.
#[must_use]
pub fn thread_cpu_nanos(tid: u32) -> Option<u64> {
    system::thread_cpu_nanos(tid)
}

/// The threads of this process: ids and names, of which Linux keeps 15 bytes. Empty where the system does not tell.
#[must_use]
pub fn own_threads() -> Vec<(u32, String)> {
    system::own_threads()
}

/// CPU time of the children of this process that have ended and were waited for, in nanoseconds: what dead workers
/// used up to their end. Only Linux tells.
#[must_use]
pub fn ended_children_cpu_nanos() -> Option<u64> {
    system::ended_children_cpu_nanos()
}
