//! Linux: the CPU clocks of processes, and `/proc`.
//!
//! Files are opened anew at each call; `watch.rs` keeps them open. Source of the formats: proc(5) and
//! `Documentation/filesystems/proc.rst`.

use std::fs;

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::sampler::{ProcessMemory, Switches};

/// `/proc` writes kB and means KiB.
const KIB: u64 = 1024;

/// From the CPU clock of the process; `/proc/PID/stat` counts in ticks of 10 ms.
pub(super) fn cpu_nanos(pid: u32) -> Option<u64> {
    nanos_of(clock_getcpuclockid(existing(pid)?).ok()?)
}

/// What a clock shows, in nanoseconds.
pub(super) fn nanos_of(clock: ClockId) -> Option<u64> {
    let time = clock_gettime(clock).ok()?;
    let secs = u64::try_from(time.tv_sec()).ok()?;
    let nanos = u64::try_from(time.tv_nsec()).ok()?;
    Some(secs * 1_000_000_000 + nanos)
}

/// PSS and USS from `smaps_rollup`, and the resident size alone where that is denied.
pub(super) fn memory(pid: u32) -> Option<ProcessMemory> {
    existing(pid)?;
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok();
    rollup
        .as_deref()
        .and_then(parse_rollup)
        .or_else(|| Some(ProcessMemory::resident_only(resident_bytes(pid)?)))
}

/// From `statm`.
pub(super) fn resident_bytes(pid: u32) -> Option<u64> {
    existing(pid)?;
    parse_statm(&fs::read_to_string(format!("/proc/{pid}/statm")).ok()?)
}

pub(super) fn parse_statm(statm: &str) -> Option<u64> {
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    // A process that has exited and was not yet waited for reads as zero pages.
    (pages > 0).then(|| pages * rustix::param::page_size() as u64)
}

/// From the status of each thread: `/proc/PID/status` tells only of the first one.
pub(super) fn context_switches(pid: u32) -> Option<Switches> {
    existing(pid)?;
    let mut sum = None;
    for task in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        // A thread that ends between the listing and the reading is no reason to know nothing.
        let Ok(status) = fs::read_to_string(task.ok()?.path().join("status")) else {
            continue;
        };
        let Some(of_thread) = parse_switches(&status) else {
            continue;
        };
        let sum = sum.get_or_insert_with(Switches::default);
        sum.voluntary += of_thread.voluntary;
        sum.involuntary += of_thread.involuntary;
    }
    sum
}

/// The process id as the system calls take it. 0 would mean the caller itself, and is nobody's id.
fn existing(pid: u32) -> Option<Pid> {
    i32::try_from(pid)
        .ok()
        .filter(|pid| *pid > 0)
        .map(Pid::from_raw)
}

pub(super) fn parse_rollup(text: &str) -> Option<ProcessMemory> {
    let bytes = |name| field(text, name).map(|kib| kib * KIB);
    let private = bytes("Private_Clean").zip(bytes("Private_Dirty"));
    Some(ProcessMemory {
        rss_bytes: bytes("Rss")?,
        pss_bytes: bytes("Pss"),
        uss_bytes: private.map(|(clean, dirty)| clean + dirty),
        written_bytes: bytes("Private_Dirty"),
    })
}

fn parse_switches(status: &str) -> Option<Switches> {
    Some(Switches {
        voluntary: field(status, "voluntary_ctxt_switches")?,
        involuntary: field(status, "nonvoluntary_ctxt_switches")?,
    })
}

/// The number behind `name:` at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_clock_of_this_process_grows_with_work() {
        let own = std::process::id();
        let before = cpu_nanos(own).unwrap();
        // Until it has grown by more than one tick of /proc, in steps that /proc could not see.
        let mut values = vec![before];
        while values[values.len() - 1] < before + 12_000_000 {
            std::hint::black_box((0..10_000_u64).map(|n| n * n).sum::<u64>());
            values.push(cpu_nanos(own).unwrap());
        }
        assert!(values.is_sorted());
        assert!(values.iter().any(|value| value % 1_000_000 != 0));
    }

    #[test]
    fn a_process_that_does_not_exist_has_no_figures() {
        // Above the largest process id that Linux gives out (2^22).
        for pid in [0, 1 << 23, u32::MAX] {
            assert_eq!(cpu_nanos(pid), None);
            assert_eq!(memory(pid), None);
            assert_eq!(resident_bytes(pid), None);
            assert_eq!(context_switches(pid), None);
        }
    }

    #[test]
    fn touched_memory_shows_in_all_sizes() {
        const SIZE: usize = 32 << 20;
        let own = std::process::id();
        let block = std::hint::black_box(vec![1_u8; SIZE]);
        let after = memory(own).unwrap();
        // Not compared with a figure from before: other tests of this process allocate and release meanwhile.
        let size = SIZE as u64;
        assert!(after.uss_bytes.unwrap() >= size);
        assert!(after.written_bytes.unwrap() >= size && after.written_bytes <= after.uss_bytes);
        assert!(after.pss_bytes >= after.uss_bytes && Some(after.rss_bytes) >= after.pss_bytes);
        assert!(resident_bytes(own).unwrap() >= size / 2);
        drop(block);
    }

    #[test]
    fn switches_are_counted_over_all_threads() {
        let own = std::process::id();
        let (to_thread, from_main) = std::sync::mpsc::channel::<()>();
        let (to_main, from_thread) = std::sync::mpsc::channel::<()>();
        let before = context_switches(own).unwrap();
        let other = std::thread::Builder::new().spawn(move || {
            while from_main.recv().is_ok() && to_main.send(()).is_ok() {}
        });
        // Each round makes one of the two threads wait at least once.
        for _ in 0..200 {
            to_thread.send(()).unwrap();
            from_thread.recv().unwrap();
        }
        let after = context_switches(own).unwrap();
        assert!(after.voluntary > before.voluntary, "{before:?} {after:?}");
        drop(to_thread);
        other.unwrap().join().unwrap();
    }

    #[test]
    fn a_rollup_without_shares_still_gives_the_resident_size() {
        let memory = parse_rollup("00-ff ---p [rollup]\nRss:  1672 kB\n").unwrap();
        assert_eq!(memory.rss_bytes, 1672 * KIB);
        assert_eq!((memory.pss_bytes, memory.uss_bytes), (None, None));
        assert_eq!(parse_rollup(""), None);
    }
}
