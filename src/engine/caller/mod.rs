//! The caller of the tasks: gives up what takes too long, comes again, and stops asking what keeps failing.
//!
//! It is the same for every back end, CPython's too, as the engine is the caller of all of them. It knows neither when
//! tasks become due nor where they run: attempts go through the same queue, and workers ask and tell.
//!
//! Tasks of a scenario without defences have one attempt, and nothing here exists for them.

mod attempt;
mod backoff;
mod breaker;
mod clerk;

use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::plan::Recipes;
use crate::engine::resilience::{Attempts, BreakerState, IncidentKind};
use crate::engine::task::{Cohort, Task};
use crate::scenario::Defences;

pub use attempt::{Attempt, GivenUp};
use backoff::Tokens;
use breaker::Circuit;
use clerk::Entry;
pub(in crate::engine) use clerk::{Clerk, Due};

/// What watches the attempts of a block.
pub struct Caller {
    defences: Defences,
    recipes: Arc<Recipes>,
    /// Whether attempts begin when their turn comes: a batch is a list that nobody has handed over.
    is_batch: bool,
    tokens: Option<Mutex<Tokens>>,
    /// By task kind.
    circuits: Vec<Mutex<Circuit>>,
    counts: Counts,
    /// What is due when.
    diary: Mutex<BinaryHeap<Entry>>,
    /// Told of entries that are due before all others, and of the end.
    entered: Condvar,
}

/// What became of attempts of measured tasks; as in [`Attempts`].
#[derive(Debug, Default)]
struct Counts {
    made: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    timed_out: AtomicU64,
    rejected: AtomicU64,
    denied: AtomicU64,
    stopped: AtomicU64,
    wasted: AtomicU64,
    /// Given up while they ran: those that are not stopped or wasted are stuck.
    left_running: AtomicU64,
    openings: AtomicU64,
    /// Retries, by cohort.
    retries: [AtomicU64; 2],
}

/// What is counted of attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Count {
    Made,
    Failed,
    Refused,
    TimedOut,
    Rejected,
    Stopped,
    Wasted,
    LeftRunning,
}

impl Caller {
    /// The caller of tasks of `recipes` in a block; none if nobody watches attempts.
    #[must_use]
    pub fn new(defences: Defences, recipes: Arc<Recipes>, is_batch: bool) -> Option<Arc<Self>> {
        if !defences.watches_attempts() {
            return None;
        }
        let budget = defences.retry.and_then(|retry| retry.budget);
        let circuits = defences.breaker.map_or_else(Vec::new, |breaker| {
            (0..recipes.kinds())
                .map(|_| Mutex::new(Circuit::new(breaker)))
                .collect()
        });
        Some(Arc::new(Self {
            defences,
            recipes,
            is_batch,
            tokens: budget.map(|budget| Mutex::new(Tokens::new(budget))),
            circuits,
            counts: Counts::default(),
            diary: Mutex::default(),
            entered: Condvar::new(),
        }))
    }

    /// `task` is about to be handed to the queue. Of a batch nothing is said before its turn comes.
    pub fn send(&self, task: &mut Task) {
        if !self.is_batch || task.cohort == Cohort::WarmUp {
            task.attempt = Some(self.first_attempt(task, task.offered_nanos));
        }
    }

    /// The first attempt of `task`, which is handed over at `now_nanos`.
    pub(in crate::engine) fn first_attempt(&self, task: &Task, now_nanos: u64) -> Arc<Attempt> {
        if let Some(tokens) = &self.tokens {
            lock(tokens).put();
        }
        let kind = self.recipes.kind_of(task.number);
        Arc::new(Attempt::first(task, kind, now_nanos))
    }

    /// The queue has taken an attempt: from now on its time runs.
    pub fn watch(&self, attempt: &Arc<Attempt>) {
        self.count(attempt.cohort(), Count::Made);
        if let Some(due_nanos) = self.deadline_nanos(attempt) {
            self.enter(due_nanos, Due::TimeOut(attempt.clone()));
        }
    }

    /// When the caller gives an attempt up; none if never.
    pub fn deadline_nanos(&self, attempt: &Attempt) -> Option<u64> {
        let of_attempt = self
            .defences
            .attempt_time_out
            .map(|most| attempt.sent_nanos().saturating_add(most.0));
        match (of_attempt, self.task_deadline_nanos(attempt)) {
            (Some(attempt), Some(task)) => Some(attempt.min(task)),
            (one, other) => one.or(other),
        }
    }

    fn task_deadline_nanos(&self, attempt: &Attempt) -> Option<u64> {
        self.defences
            .task_time_out
            .map(|most| attempt.intended_nanos().saturating_add(most.0))
    }

    /// When the caller of an attempt that did not end well comes again; none if it does not: it has had its attempts, or
    /// would be too late, or the budget is used up.
    pub(in crate::engine) fn comes_again_nanos(
        &self,
        attempt: &Attempt,
        now_nanos: u64,
    ) -> Option<u64> {
        let retry = self.defences.retry?;
        let index = attempt.index() + 1;
        if index >= retry.attempts {
            return None;
        }
        let wait = backoff::wait_nanos(&retry, self.recipes.seed(), attempt.number(), index);
        let due_nanos = now_nanos.saturating_add(wait);
        if self
            .task_deadline_nanos(attempt)
            .is_some_and(|deadline| due_nanos >= deadline)
        {
            return None;
        }
        if let Some(tokens) = &self.tokens
            && !lock(tokens).take()
        {
            if attempt.cohort() == Cohort::Measured {
                self.counts.denied.fetch_add(1, Ordering::Relaxed);
            }
            return None;
        }
        Some(due_nanos)
    }

    /// Whether the breaker of a task kind lets an attempt begin, and what that changed.
    pub(in crate::engine) fn allows(
        &self,
        kind: usize,
        now_nanos: u64,
    ) -> (bool, Option<IncidentKind>) {
        self.circuits
            .get(kind)
            .map_or((true, None), |circuit| lock(circuit).allows(now_nanos))
    }

    /// Tells the breaker of a task kind how an attempt ended; says what that changed.
    pub(in crate::engine) fn ended(
        &self,
        kind: usize,
        was_good: bool,
        now_nanos: u64,
    ) -> Option<IncidentKind> {
        let changed = lock(self.circuits.get(kind)?).record(was_good, now_nanos);
        if changed == Some(IncidentKind::BreakerOpened) {
            self.counts.openings.fetch_add(1, Ordering::Relaxed);
        }
        changed
    }

    /// Counts something of an attempt of a measured task.
    pub(in crate::engine) fn count(&self, cohort: Cohort, what: Count) {
        if cohort != Cohort::Measured {
            return;
        }
        let counts = &self.counts;
        let count = match what {
            Count::Made => &counts.made,
            Count::Failed => &counts.failed,
            Count::Refused => &counts.refused,
            Count::TimedOut => &counts.timed_out,
            Count::Rejected => &counts.rejected,
            Count::Stopped => &counts.stopped,
            Count::Wasted => &counts.wasted,
            Count::LeftRunning => &counts.left_running,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// An attempt of a measured task that was made was not taken after all.
    pub(in crate::engine) fn uncount_made(&self, cohort: Cohort) {
        if cohort == Cohort::Measured {
            self.counts.made.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Counts a retry.
    pub(in crate::engine) fn count_retry(&self, cohort: Cohort) {
        self.counts.retries[cohort.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// Attempts after the first that tasks of a cohort made.
    pub(in crate::engine) fn retries(&self, cohort: Cohort) -> u64 {
        self.counts.retries[cohort.index()].load(Ordering::Relaxed)
    }

    /// What became of the attempts of measured tasks so far.
    #[must_use]
    pub fn attempts(&self) -> Attempts {
        let read = |count: &AtomicU64| count.load(Ordering::Acquire);
        let counts = &self.counts;
        // What has ended before what was left running, so that the difference is never negative.
        let (stopped, wasted) = (read(&counts.stopped), read(&counts.wasted));
        Attempts {
            made: read(&counts.made),
            failed: read(&counts.failed),
            refused: read(&counts.refused),
            timed_out: read(&counts.timed_out),
            rejected: read(&counts.rejected),
            denied: read(&counts.denied),
            stopped,
            wasted,
            stuck: read(&counts.left_running).saturating_sub(stopped + wasted),
            openings: read(&counts.openings),
        }
    }

    /// The breakers, by task kind; empty without any.
    #[must_use]
    pub fn breakers(&self) -> Vec<BreakerState> {
        self.circuits
            .iter()
            .map(|circuit| lock(circuit).state())
            .collect()
    }

    /// The name of a task kind.
    pub(in crate::engine) fn kind_name(&self, kind: usize) -> &str {
        self.recipes.kind_name(kind)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller")
            .field("defences", &self.defences)
            .finish_non_exhaustive()
    }
}
