//! Computing: a kernel, by amount of work or by processor time.

use std::hint::black_box;

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter;
use crate::engine::stages::StageError;
use crate::engine::stages::kernels::{self, Work};
use crate::scenario::{Amount, InterpreterLock, Kernel};
use crate::stats::rng::Rng;

/// Work between two looks at the cancel signal, in nanoseconds: about a millisecond.
const STRIDE_NANOS: f64 = 1e6;
/// As [`STRIDE_NANOS`], for threads that hold the interpreter lock and look whether somebody asks for it as well. The
/// nominal speed is not this machine's: it stays below 50 µs on one of half of it.
const HELD_STRIDE_NANOS: f64 = 25e3;

/// About how long to compute between two looks, in nanoseconds.
fn stride_nanos() -> f64 {
    if interpreter::is_held() {
        HELD_STRIDE_NANOS
    } else {
        STRIDE_NANOS
    }
}

/// Computes.
#[derive(Debug)]
pub struct CpuStep {
    kernel: Kernel,
    amount: Amount,
    lock: InterpreterLock,
}

impl CpuStep {
    /// Makes the step, and what its kernel needs: no task pays for that. Without `lock` it does with the interpreter
    /// lock as CPython's implementation of the kernel does.
    pub(super) fn new(kernel: Kernel, amount: Amount, lock: Option<InterpreterLock>) -> Self {
        kernels::warm(kernel);
        Self {
            kernel,
            amount,
            lock: lock.unwrap_or(kernel.interpreter_lock()),
        }
    }

    pub(super) const fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The kernel's result for an amount of work; the time for a time, as how much is computed in it depends
    /// on the machine.
    pub(super) fn run(&self, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        match self.lock {
            InterpreterLock::Held => self.compute(rng, cancel),
            InterpreterLock::Released => interpreter::released(|| self.compute(rng, cancel)),
        }
    }

    fn compute(&self, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        match self.amount {
            Amount::Work(units) => work(self.kernel, units, rng, cancel),
            Amount::Time(time) => {
                compute_for(self.kernel, time.0, rng, cancel)?;
                Ok(time.0)
            }
        }
    }
}

/// Does `units` units of `kernel` and returns its result.
fn work(kernel: Kernel, units: u64, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
    let mut work = Work::new(kernel, rng);
    let stride = ((stride_nanos() / kernels::nominal_grain_nanos(kernel)) as u64).max(1);
    let mut left = units.saturating_mul(kernels::grains_per_unit(kernel));
    while left > 0 {
        if cancel.is_set() {
            return Err(StageError::Cancelled);
        }
        let grains = left.min(stride);
        work.advance(grains);
        interpreter::check();
        left -= grains;
    }
    Ok(work.result())
}

/// Computes until this thread has used `nanos` more of processor time. What is left when the next lump of
/// `kernel` would take too long is filled with the finest kernel, so that coarse ones end as closely.
pub(super) fn compute_for(
    kernel: Kernel,
    nanos: u64,
    rng: &mut Rng,
    cancel: &Cancel,
) -> Result<(), StageError> {
    let end = clock::thread_cpu_nanos().saturating_add(nanos);
    for kernel in [kernel, Kernel::SumOfSquares] {
        let mut work = Work::in_lumps(kernel, rng);
        compute_until(kernel, &mut work, end, cancel)?;
        // Not brought to its result, which may be work of its own.
        black_box(&mut work);
    }
    Ok(())
}

/// Works until the thread's processor time is `end_nanos`, or so close before it that a lump would end later.
///
/// A step is 80 % of what is left by the speed of the step before, then a look at the clock, so that a few looks
/// suffice and the end is hit closely. No step is more than twice all before it: the nominal speed of the first
/// one is not this machine's, and some kernels get slower as they go.
fn compute_until(
    kernel: Kernel,
    work: &mut Work,
    end_nanos: u64,
    cancel: &Cancel,
) -> Result<(), StageError> {
    /// Below this, another look at the clock costs as much as what is left.
    const CLOSE_ENOUGH_NANOS: f64 = 500.0;
    /// The first step, of what is left: so small that a machine of a tenth of the nominal speed hits the end.
    const FIRST_SHARE: f64 = 0.08;
    let start = clock::thread_cpu_nanos();
    let mut now = start;
    let (lump, stride) = (kernels::grains_per_lump(kernel), stride_nanos());
    let mut lump_nanos = kernels::nominal_grain_nanos(kernel) * lump as f64;
    loop {
        let left = end_nanos.saturating_sub(now) as f64;
        if left < lump_nanos.max(CLOSE_ENOUGH_NANOS) {
            return Ok(());
        }
        if cancel.is_set() {
            return Err(StageError::Cancelled);
        }
        let most = if now == start {
            left * FIRST_SHARE
        } else {
            2.0 * (now - start) as f64
        };
        let aim = (left * 0.8).min(most).min(stride);
        let lumps = ((aim / lump_nanos) as u64).max(1);
        work.advance(lumps * lump);
        interpreter::check();
        let then = now;
        now = clock::thread_cpu_nanos();
        // A clock that ticks coarsely may not have moved on.
        lump_nanos = ((now - then) as f64 / lumps as f64).max(0.01);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn a_time_is_processor_time_of_this_thread_whatever_is_computed() {
        for kernel in Kernel::ALL {
            let step = CpuStep::new(kernel, Amount::Time(Nanos::from_millis(3)), None);
            let start = clock::thread_cpu_nanos();
            let digest = step.run(&mut Rng::new(1, 1), &Cancel::default()).unwrap();
            let used = clock::thread_cpu_nanos() - start;
            assert!(used >= 2_999_000, "{kernel:?}: {used}");
            assert_eq!(digest, 3_000_000);
        }
    }

    #[test]
    fn no_time_at_all_computes_nothing_and_ends_well() {
        let step = CpuStep::new(Kernel::Sort, Amount::Time(Nanos::ZERO), None);
        assert_eq!(
            step.run(&mut Rng::new(1, 1), &Cancel::default()).unwrap(),
            0
        );
    }

    #[test]
    fn the_same_task_is_the_same_work_with_the_same_result() {
        for kernel in Kernel::ALL {
            let step = CpuStep::new(kernel, Amount::Work(3), None);
            let run = |task| {
                step.run(&mut Rng::new(1, task), &Cancel::default())
                    .unwrap()
            };
            assert_eq!(run(1), run(1), "{kernel:?}");
        }
    }

    #[test]
    fn cancelled_work_ends() {
        let cancel = Cancel::default();
        cancel.set();
        for kernel in Kernel::ALL {
            for amount in [Amount::Work(u64::MAX), Amount::Time(Nanos::from_secs(3600))] {
                let step = CpuStep::new(kernel, amount, None);
                assert!(matches!(
                    step.run(&mut Rng::new(1, 1), &cancel),
                    Err(StageError::Cancelled)
                ));
            }
        }
    }
}
