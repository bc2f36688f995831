//! Tasks whose callers may give them up, and those that faults hit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use crate::engine::backends::async_pool::Pool;
use crate::engine::caller::Attempt;
use crate::engine::plan::FRONT_POOL;
use crate::engine::stages::strike::{self, Within};
use crate::engine::stages::{StageError, Workbench};
use crate::engine::task::Task;

/// What is said of a task that is watched or stricken. Apart, so that it is no part of each task that only waits.
pub(super) struct Special {
    /// When its caller gives it up.
    limit: Option<(u64, Arc<Attempt>)>,
    /// What befalls its stages from within.
    pub(super) within: Within,
    /// Whether a blocking thread is at it.
    elsewhere: AtomicBool,
}

/// The block may end, and drop what waits, before the loop comes to a task that was given up: that is stopped as well.
struct IfDropped<'a> {
    pool: &'a Pool,
    task: &'a Task,
    special: &'a Special,
    is_over: bool,
}

impl Drop for IfDropped<'_> {
    fn drop(&mut self) {
        let goes_on = self.special.elsewhere.load(Ordering::Acquire);
        if !self.is_over && !goes_on && self.special.is_given_up() {
            self.pool.desk.discard(FRONT_POOL, self.task, true);
        }
    }
}

impl Special {
    pub(super) fn new(task: &Task, due_nanos: Option<u64>) -> Self {
        let affliction = task.affliction.as_ref();
        Self {
            limit: due_nanos.zip(task.attempt.clone()),
            within: affliction.map_or_else(Within::default, |affliction| Within::of(affliction)),
            elsewhere: AtomicBool::new(false),
        }
    }

    /// A blocking thread begins with its stage, or is done with it.
    pub(super) fn moves_elsewhere(&self, is_there: bool) {
        self.elsewhere.store(is_there, Ordering::Release);
    }

    pub(super) fn is_given_up(&self) -> bool {
        let limit = self.limit.as_ref();
        limit.is_some_and(|(_, attempt)| attempt.is_settled())
    }
}

impl Pool {
    /// As [`Self::run`], with what befalls the task, until its caller gives it up; none if its stages were dropped then.
    pub(super) async fn run_special(
        &self,
        task: &Task,
        bench: &mut Option<Box<Workbench>>,
        late_nanos: &mut u64,
        special: &Special,
    ) -> Option<Result<u64, StageError>> {
        let mut dropped = IfDropped {
            pool: self,
            task,
            special,
            is_over: false,
        };
        let result = self.run_limited(task, bench, late_nanos, special).await;
        dropped.is_over = true;
        result
    }

    async fn run_limited(
        &self,
        task: &Task,
        bench: &mut Option<Box<Workbench>>,
        late_nanos: &mut u64,
        special: &Special,
    ) -> Option<Result<u64, StageError>> {
        let mut stages = std::pin::pin!(self.run_stricken(task, bench, late_nanos, special));
        let Some((due_nanos, attempt)) = &special.limit else {
            return Some(stages.await);
        };
        tokio::select! {
            biased;
            result = &mut stages => return Some(result),
            in_time = self.around.timer.wait_until(*due_nanos) => if in_time {
                self.desk.time_out(attempt);
            }
        }
        // At the end of the block nobody gives it up.
        if attempt.is_settled() && !special.elsewhere.load(Ordering::Acquire) {
            return None;
        }
        // A blocking thread cannot be stopped: it comes to the end of its stage, and nothing after it is begun.
        match stages.await {
            Err(StageError::Cancelled) if special.is_given_up() => None,
            result => Some(result),
        }
    }

    /// As [`Self::run`], with what befalls the task.
    async fn run_stricken(
        &self,
        task: &Task,
        bench: &mut Option<Box<Workbench>>,
        late_nanos: &mut u64,
        special: &Special,
    ) -> Result<u64, StageError> {
        let Some(affliction) = &task.affliction else {
            return self.run(task, bench, late_nanos, Some(special)).await;
        };
        let part = self.desk.recipes.part(task.number, task.segment);
        strike::before_async(affliction, part, &self.around.cancel, || {
            let own = bench.get_or_insert_with(|| self.take_bench(Some(special)));
            own.metered(|_| self.leak(affliction.leak_bytes, affliction.leak_up_to_bytes))
        })?;
        let stages = self.run(task, bench, late_nanos, Some(special));
        strike::run_async(affliction, part, &self.around.timer, stages).await
    }

    /// Leaves memory behind: each event loop is a worker, and they are all of one process.
    fn leak(&self, bytes: u64, up_to_bytes: u64) -> Result<(), StageError> {
        let most = up_to_bytes.saturating_mul(u64::from(self.loops));
        let mut leak = self.leak.lock().unwrap_or_else(PoisonError::into_inner);
        leak.grow(bytes, most)
    }
}
