//! What the operating system says of processes and of the machine.
//!
//! Free functions that read once and keep nothing; who calls them decides how often.
//! Linux is asked directly; other systems are asked through sysinfo, which is slower and coarser.
//!
//! **Invariant**: `None` means that the system does not tell, or that the process is gone; it is never a zero.
//! Nothing here signals, starts or waits for a process.

#[cfg(target_os = "linux")]
mod linux;
mod machine;
#[cfg(any(test, not(target_os = "linux")))]
mod portable;

#[cfg(target_os = "linux")]
use linux as system;
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
