//! Linux: a process or thread that is looked at again and again.
//!
//! Its memory files stay open, which makes a reading three times as cheap, and no other process can be taken for it
//! if its number is used again: the file then says that the process is gone. Its CPU clock is asked for by number:
//! who looks at processes that others collect stops looking when it hears of their end.

use std::fs::File;
use std::os::unix::fs::FileExt;

use nix::time::ClockId;

use crate::sampler::{ProcessMemory, linux};

/// What is read in one go; of a longer text the first part, which is where everything is that we look for.
const TEXT_BYTES_MAX: usize = 4096;

/// A process, with what is needed to look at it cheaply.
#[derive(Debug)]
pub(super) struct Watched {
    pid: u32,
    statm: Option<File>,
    rollup: Option<File>,
}

impl Watched {
    pub(super) fn new(pid: u32) -> Self {
        let open = |name: &str| File::open(format!("/proc/{pid}/{name}")).ok();
        Self {
            pid,
            statm: open("statm"),
            rollup: open("smaps_rollup"),
        }
    }

    pub(super) fn cpu_nanos(&self) -> Option<u64> {
        linux::cpu_nanos(self.pid)
    }

    pub(super) fn resident_bytes(&self) -> Option<u64> {
        read_at_once(self.statm.as_ref()?, linux::parse_statm)
    }

    pub(super) fn memory(&self) -> Option<ProcessMemory> {
        let rollup = self
            .rollup
            .as_ref()
            .and_then(|file| read_at_once(file, linux::parse_rollup));
        rollup.or_else(|| Some(ProcessMemory::resident_only(self.resident_bytes()?)))
    }
}

/// Reads a file of the kernel from its beginning into a buffer on the stack, and understands it.
pub(super) fn read_at_once<T>(file: &File, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut buffer = [0; TEXT_BYTES_MAX];
    let length = file.read_at(&mut buffer, 0).ok()?;
    parse(std::str::from_utf8(&buffer[..length]).ok()?)
}

/// CPU time of one thread of any process, in nanoseconds.
pub(super) fn thread_cpu_nanos(tid: u32) -> Option<u64> {
    /// The two lowest bits name the scheduler's clock, the third says that it is of one thread:
    /// `CPUCLOCK_SCHED | CPUCLOCK_PERTHREAD_MASK` of the kernel's `posix-timers.h`, as glibc makes them too.
    const SCHEDULER_CLOCK_OF_THREAD: i32 = 0b110;
    let tid = i32::try_from(tid).ok().filter(|tid| *tid > 0)?;
    linux::nanos_of(ClockId::from_raw((!tid << 3) | SCHEDULER_CLOCK_OF_THREAD))
}

/// The threads of this process with their names, by ascending thread id.
pub(super) fn own_threads() -> Vec<(u32, String)> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let mut threads: Vec<_> = tasks
        .flatten()
        .filter_map(|task| {
            let tid = task.file_name().to_str()?.parse().ok()?;
            // A thread that ends between the listing and the reading is no longer one.
            let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
            Some((tid, name.trim_end_matches('\n').to_owned()))
        })
        .collect();
    threads.sort_unstable();
    threads
}

/// CPU time of the children of this process that have ended and were waited for, and of those below them.
pub(super) fn ended_children_cpu_nanos() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Some(u64::try_from(micros).ok()? * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_process_reads_like_one_that_is_opened_anew() {
        let own = std::process::id();
        let watched = Watched::new(own);
        let (kept, anew) = (watched.memory().unwrap(), linux::memory(own).unwrap());
        assert!(kept.pss_bytes.is_some() == anew.pss_bytes.is_some());
        assert!(kept.rss_bytes > 1 << 20 && watched.resident_bytes().unwrap() > 1 << 20);
        assert!(watched.cpu_nanos().unwrap() <= linux::cpu_nanos(own).unwrap());
        // Above the largest process id that Linux gives out (2^22).
        let nobody = Watched::new(1 << 23);
        assert_eq!(nobody.memory(), None);
        assert_eq!(nobody.resident_bytes(), None);
    }

    #[test]
    fn the_cpu_time_of_a_thread_is_its_own() {
        let (say, hear) = std::sync::mpsc::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let idle = std::thread::Builder::new().name("an idle one".to_owned());
        let idle = idle.spawn(move || {
            say.send(rustix::thread::gettid().as_raw_nonzero().get())
                .unwrap();
            let _ = released.recv();
        });
        let tid = hear.recv().unwrap().unsigned_abs();
        let own = rustix::thread::gettid()
            .as_raw_nonzero()
            .get()
            .unsigned_abs();
        let before = thread_cpu_nanos(own).unwrap();
        while thread_cpu_nanos(own).unwrap() < before + 20_000_000 {
            std::hint::black_box((0..10_000_u64).map(|n| n * n).sum::<u64>());
        }
        assert!(thread_cpu_nanos(tid).unwrap() < 20_000_000);
        assert!(own_threads().contains(&(tid, "an idle one".to_owned())));
        drop(release);
        idle.unwrap().join().unwrap();
        assert_eq!(thread_cpu_nanos(1 << 23), None);
    }
}
