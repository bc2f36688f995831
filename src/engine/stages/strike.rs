//! Carrying out what befalls an attempt, around its stages: in the form for threads and processes, and in the one for
//! event loops.
//!
//! In this order: the worker holds still; memory stays behind; the worker is taken along; the stages, in which locks
//! and the loopback server see to what befalls them; hanging; being slow; failing. A stage that fails ends the attempt
//! there. Of a task in several segments the first one holds still, each is slow by its own time, and the last one sees
//! to everything else.

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::faults::Affliction;
use crate::engine::interpreter;
use crate::engine::stages::{StageError, Workbench};
use crate::engine::timer::Timer;
use crate::scenario::Crash;

/// Of leaked memory: no page of zeros, which some systems share.
const LEFT_BEHIND: u8 = 0xa5;
/// A small stack overflows as well as a large one.
const SMALL_STACK_BYTES: usize = 64 << 10;

/// Which part of its task a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Part {
    /// Whether the task begins with it.
    pub(in crate::engine) is_first: bool,
    /// Whether the task ends with it.
    pub(in crate::engine) is_last: bool,
}

/// What befalls stages from within: nothing, usually.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::engine) struct Within {
    /// The loopback server takes so much longer for each request, in nanoseconds.
    pub(super) server_added_nanos: u64,
    /// The loopback server answers with an error.
    pub(super) server_fails: bool,
    /// Each lock is held so much longer, in nanoseconds.
    pub(super) lock_added_nanos: u64,
}

impl Within {
    /// What of `affliction` befalls stages from within.
    pub(in crate::engine) const fn of(affliction: &Affliction) -> Self {
        Self {
            server_added_nanos: affliction.server_added_nanos,
            server_fails: affliction.server_fails,
            lock_added_nanos: affliction.lock_added_nanos,
        }
    }
}

/// Memory that was left behind in a worker: written, and given back with the worker only.
#[derive(Debug, Default)]
pub(in crate::engine) struct Leak(Vec<u8>);

impl Leak {
    /// Leaves `bytes` more behind, up to `up_to_bytes` in all.
    pub(in crate::engine) fn grow(
        &mut self,
        bytes: u64,
        up_to_bytes: u64,
    ) -> Result<(), StageError> {
        let most = usize::try_from(up_to_bytes).unwrap_or(usize::MAX);
        let more = usize::try_from(bytes).unwrap_or(usize::MAX);
        let room = most.saturating_sub(self.0.len());
        let more = more.min(room);
        self.0.try_reserve(more).map_err(|_refused| {
            StageError::Failed("injected fault: leak: the system refuses the memory".to_owned())
        })?;
        self.0.resize(self.0.len() + more, LEFT_BEHIND);
        Ok(())
    }
}

/// What becomes of an attempt after its stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct After {
    hangs: bool,
    waits_nanos: u64,
    fails: bool,
}

impl After {
    /// Of a segment that is `part`, whose stages took `took_nanos`.
    fn of(affliction: &Affliction, part: Part, took_nanos: u64) -> Self {
        let factor = (affliction.slow_factor - 1.0).max(0.0);
        let added = if part.is_last {
            affliction.slow_added_nanos
        } else {
            0
        };
        Self {
            hangs: affliction.hang && part.is_last,
            // A product beyond any number is never waited for to its end.
            waits_nanos: ((took_nanos as f64 * factor) as u64).saturating_add(added),
            fails: affliction.error && part.is_last,
        }
    }

    /// Until when it waits; none if it does not.
    fn until_nanos(self) -> Option<u64> {
        if self.hangs {
            return Some(u64::MAX);
        }
        let waits = self.waits_nanos > 0;
        waits.then(|| clock::now_nanos().saturating_add(self.waits_nanos))
    }

    fn end(self, digest: u64) -> Result<u64, StageError> {
        if self.fails {
            return Err(StageError::Failed("injected fault: error".to_owned()));
        }
        Ok(digest)
    }
}

/// Executes `stages`, which are `part` of an attempt, on this thread with all that befalls it.
pub(in crate::engine) fn run(
    affliction: &Affliction,
    part: Part,
    bench: &mut Workbench,
    cancel: &Cancel,
    stages: impl FnOnce(&mut Workbench) -> Result<u64, StageError>,
) -> Result<u64, StageError> {
    bench.within = Within::of(affliction);
    if part.is_first {
        hold_still(affliction.stall_nanos, cancel)?;
    }
    if part.is_last {
        bench
            .leak
            .grow(affliction.leak_bytes, affliction.leak_up_to_bytes)?;
        let lives_apart = bench.mailbox.is_some();
        take_along(affliction.crash, lives_apart)?;
    }
    let start_nanos = clock::now_nanos();
    let digest = stages(bench)?;
    let after = After::of(affliction, part, clock::now_nanos() - start_nanos);
    if let Some(until) = after.until_nanos()
        && !interpreter::released(|| cancel.wait_until(until))
    {
        return Err(StageError::Cancelled);
    }
    after.end(digest)
}

/// As [`run`], on an event loop; what stays behind does so before `stages` are made, by whoever makes them.
pub(in crate::engine) async fn run_async(
    affliction: &Affliction,
    part: Part,
    timer: &Timer,
    stages: impl Future<Output = Result<u64, StageError>>,
) -> Result<u64, StageError> {
    let start_nanos = clock::now_nanos();
    let digest = stages.await?;
    let after = After::of(affliction, part, clock::now_nanos() - start_nanos);
    if let Some(until) = after.until_nanos()
        && !timer.wait_until(until).await
    {
        return Err(StageError::Cancelled);
    }
    after.end(digest)
}

/// What befalls an attempt on an event loop before its stages: the loop holds still, and `leak` grows.
pub(in crate::engine) fn before_async(
    affliction: &Affliction,
    part: Part,
    cancel: &Cancel,
    leak: impl FnOnce() -> Result<(), StageError>,
) -> Result<(), StageError> {
    if part.is_first {
        hold_still(affliction.stall_nanos, cancel)?;
    }
    if part.is_last {
        if affliction.leak_bytes > 0 {
            leak()?;
        }
        take_along(affliction.crash, false)?;
    }
    Ok(())
}

/// This thread does nothing for a while: an event loop stands still with all its tasks.
fn hold_still(nanos: u64, cancel: &Cancel) -> Result<(), StageError> {
    let until = clock::now_nanos().saturating_add(nanos);
    if nanos == 0 || interpreter::released(|| cancel.wait_until(until)) {
        Ok(())
    } else {
        Err(StageError::Cancelled)
    }
}

/// The attempt takes its worker with it; returns if that is a panic, which the pool catches, or if there is nothing to do.
/// Where the worker does not live apart, the whole program ends, and says why.
fn take_along(how: Option<Crash>, lives_apart: bool) -> Result<(), StageError> {
    let Some(how) = how else { return Ok(()) };
    if how == Crash::Panic {
        // Real unwinding, but without the hook that would end the process.
        let caught = catch_unwind(AssertUnwindSafe(|| resume_unwind(Box::new(()))));
        return caught.map_err(|_unwound| StageError::Failed("injected fault: panic".to_owned()));
    }
    if !lives_apart {
        say_last_words(how);
    }
    leave_no_core_file();
    match how {
        Crash::Panic | Crash::Abort => std::process::abort(),
        Crash::Exit { code } => std::process::exit(i32::from(code)),
        Crash::Segfault => die_of(rustix::process::Signal::SEGV),
        Crash::Kill => die_of(rustix::process::Signal::KILL),
        Crash::StackOverflow => {
            let overflowing = std::thread::Builder::new()
                .name("overflowing".to_owned())
                .stack_size(SMALL_STACK_BYTES)
                .spawn(|| overflow(0));
            // It does not come back; a system that refuses the thread has the same end.
            let _ = overflowing.map(std::thread::JoinHandle::join);
            std::process::abort()
        }
    }
}

/// The session shows the last lines of standard error as the cause.
fn say_last_words(how: Crash) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if SAID.swap(true, Ordering::AcqRel) {
        return;
    }
    let how = match how {
        Crash::Panic => "a panic",
        Crash::Exit { .. } => "an exit",
        Crash::Abort => "an abort",
        Crash::Segfault => "a segmentation fault",
        Crash::StackOverflow => "a stack overflow",
        Crash::Kill => "a kill",
    };
    // A closed standard error has nobody who could be told.
    let _ = writeln!(
        io::stderr(),
        "injected fault: a task took its worker with it by {how}; its worker is no process of its own, so that the \
         whole program ended"
    );
}

/// Nobody looks for the cause of what was asked for.
fn leave_no_core_file() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where it is refused, there is a file more.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Sends this process a signal until it has died of it: the standard library's handler takes the first segmentation
/// fault for one that will come again.
fn die_of(signal: rustix::process::Signal) -> ! {
    loop {
        // A process may always send itself a signal.
        let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
        std::thread::yield_now();
    }
}

/// Never comes to its end.
#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    if std::hint::black_box(true) {
        overflow(depth + 1).wrapping_add(frame[0])
    } else {
        depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::Arc;

    const WHOLE: Part = Part {
        is_first: true,
        is_last: true,
    };
    const FIRST: Part = Part {
        is_last: false,
        ..WHOLE
    };

    fn bench() -> Workbench {
        Workbench::new(Path::new("."), None, 0, Arc::default())
    }

    fn struck(affliction: &Affliction, part: Part) -> Result<u64, String> {
        run(affliction, part, &mut bench(), &Cancel::default(), |_| {
            Ok(7)
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn an_attempt_fails_after_its_work_and_a_panic_is_caught_before_it() {
        let error = Affliction {
            error: true,
            ..Affliction::default()
        };
        let mut worked = false;
        let failed = run(&error, WHOLE, &mut bench(), &Cancel::default(), |_| {
            worked = true;
            Ok(7)
        });
        assert_eq!(failed.unwrap_err().to_string(), "injected fault: error");
        assert!(worked);
        assert_eq!(struck(&error, FIRST), Ok(7), "the last segment fails");
        let panic = Affliction {
            crash: Some(Crash::Panic),
            ..Affliction::default()
        };
        let caught = run(&panic, WHOLE, &mut bench(), &Cancel::default(), |_| {
            unreachable!("it panicked before")
        });
        assert_eq!(caught.unwrap_err().to_string(), "injected fault: panic");
    }

    #[test]
    fn what_is_slow_waits_so_many_times_what_its_stages_took_and_a_constant_once() {
        let slow = Affliction {
            slow_factor: 3.0,
            slow_added_nanos: 500,
            ..Affliction::default()
        };
        assert_eq!(After::of(&slow, WHOLE, 1_000).waits_nanos, 2_500);
        assert_eq!(After::of(&slow, FIRST, 1_000).waits_nanos, 2_000);
        let none = Affliction::default();
        assert_eq!(After::of(&none, WHOLE, u64::MAX).until_nanos(), None);
        let endless = Affliction {
            slow_factor: f64::MAX,
            ..slow
        };
        assert_eq!(After::of(&endless, WHOLE, 2).waits_nanos, u64::MAX);
        let before = clock::now_nanos();
        let real = Affliction {
            slow_factor: 1.0,
            slow_added_nanos: 2_000_000,
            stall_nanos: 1_000_000,
            ..Affliction::default()
        };
        assert_eq!(struck(&real, WHOLE), Ok(7));
        assert!(clock::now_nanos() - before >= 3_000_000);
    }

    #[test]
    fn what_hangs_ends_with_the_block_only() {
        let hang = Affliction {
            hang: true,
            ..Affliction::default()
        };
        let cancel = Cancel::default();
        cancel.set();
        let ended = run(&hang, WHOLE, &mut bench(), &cancel, |_| Ok(7));
        assert!(matches!(ended, Err(StageError::Cancelled)));
        assert_eq!(struck(&hang, FIRST), Ok(7), "the last segment hangs");
    }

    #[test]
    fn memory_stays_behind_up_to_its_bound() {
        let leaks = Affliction {
            leak_bytes: 3_000,
            leak_up_to_bytes: 7_000,
            ..Affliction::default()
        };
        let mut bench = bench();
        let mut left = Vec::new();
        for _ in 0..4 {
            run(&leaks, WHOLE, &mut bench, &Cancel::default(), |_| Ok(7)).unwrap();
            left.push(bench.leak.0.len());
        }
        assert_eq!(left, [3_000, 6_000, 7_000, 7_000]);
        assert!(bench.leak.0.iter().all(|byte| *byte == LEFT_BEHIND));
        let impossible = Leak::default().grow(u64::MAX, u64::MAX);
        assert!(impossible.is_err(), "no memory, no abort");
    }

    #[test]
    fn stages_learn_what_befalls_them_from_within_until_the_next_task_begins() {
        let slow = Affliction {
            server_added_nanos: 5,
            server_fails: true,
            lock_added_nanos: 9,
            ..Affliction::default()
        };
        let mut bench = bench();
        run(&slow, FIRST, &mut bench, &Cancel::default(), |bench| {
            assert_eq!(bench.within, Within::of(&slow));
            Ok(7)
        })
        .unwrap();
        bench.begin(false);
        assert_eq!(bench.within, Within::default());
    }
}
