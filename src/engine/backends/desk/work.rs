//! Executing a segment on this thread, and deciding of which tasks processor time is read.

use crate::engine::backends::desk::Desk;
use crate::engine::cancel::Cancel;
use crate::engine::plan::Recipes;
use crate::engine::stages::{StageError, Workbench, strike};
use crate::engine::task::{Ran, Task};
use crate::engine::{clock, interpreter};

impl Desk {
    /// Executes a segment of `task` on this thread from beginning to end.
    pub(in crate::engine::backends) fn work(
        &self,
        pool: usize,
        worker: usize,
        mut task: Task,
        bench: &mut Workbench,
        meter: &mut Meter,
    ) {
        if !self.begin(pool, worker, &mut task) {
            return;
        }
        let start_nanos = clock::now_nanos();
        // The worker that was woken for it may have had to wait for the interpreter lock before it could take it.
        let start_wait_nanos = interpreter::last_wait_since(task.queued_nanos());
        bench.begin(meter.wants(task.number));
        let result = run_segment(&self.recipes, &task, bench, &self.cancel);
        let end_nanos = clock::now_nanos();
        let spent = bench.spent();
        meter.saw(end_nanos - start_nanos);
        let ran = Ran {
            taken_nanos: start_nanos - start_wait_nanos,
            on_cpu_nanos: spent.on_cpu_nanos,
            lock_wait_nanos: spent.lock_wait_nanos,
            interpreter_wait_nanos: spent.interpreter_wait_nanos,
            start_wait_nanos,
            ..Ran::here(start_nanos, end_nanos)
        };
        // What the task waited for is no wait before the next one.
        interpreter::forget_last_wait();
        if let Some(task) = self.end(pool, worker, task, ran, result) {
            self.pass_on_blocking(task);
        }
    }
}

/// Executes a segment of `task` on this thread, with all that befalls it; returns its digest.
pub(in crate::engine::backends) fn run_segment(
    recipes: &Recipes,
    task: &Task,
    bench: &mut Workbench,
    cancel: &Cancel,
) -> Result<u64, StageError> {
    let stages = |bench: &mut Workbench| {
        let segment = recipes.segment(task.number, task.segment);
        segment
            .steps()
            .try_fold(0_u64, |sum, (place, step, mut rng)| {
                let value = step.run(bench, &mut rng, cancel)?;
                Ok(sum.wrapping_add(segment.digest(place, value)))
            })
    };
    bench.metered(|bench| match &task.affliction {
        None => stages(bench),
        Some(affliction) => {
            let part = recipes.part(task.number, task.segment);
            strike::run(affliction, part, bench, cancel, stages)
        }
    })
}

/// Decides of which tasks processor time is read: reading it twice takes half a microsecond, which would show
/// in tasks that take few.
#[derive(Debug, Default)]
pub(in crate::engine) struct Meter {
    last_nanos: u64,
}

impl Meter {
    /// Tasks that take longer are metered all: the reading is below 3 % of them.
    const LONG_NANOS: u64 = 20_000;
    /// Of shorter ones, one in so many.
    const OF_SHORT: u64 = 16;

    /// Whether task `number` is to be metered, judged by the one before.
    pub(in crate::engine::backends) const fn wants(&self, number: u64) -> bool {
        self.last_nanos >= Self::LONG_NANOS || number.is_multiple_of(Self::OF_SHORT)
    }

    /// The last task took `nanos`.
    pub(in crate::engine::backends) const fn saw(&mut self, nanos: u64) {
        self.last_nanos = nanos;
    }
}
