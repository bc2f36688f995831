//! The life of an attempt at the desk: it begins, ends, is given up, and the next one is made.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::backends::desk::{Desk, Stopper};
use crate::engine::caller::{Attempt, Caller, Clerk, Count, Due, GivenUp};
use crate::engine::clock;
use crate::engine::lives::PartEnd;
use crate::engine::plan::FRONT_POOL;
use crate::engine::queue::Offer;
use crate::engine::resilience::{IncidentKind, Resilience};
use crate::engine::task::{Cohort, Outcome, Ran, Task};

impl Desk {
    /// Starts who gives attempts up and makes the next ones; none if nobody watches attempts.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(in crate::engine) fn start_clerk(self: &Arc<Self>) -> std::io::Result<Option<Clerk>> {
        let Some(caller) = &self.caller else {
            return Ok(None);
        };
        let desk = self.clone();
        Clerk::start(caller.clone(), move |due| desk.act(due)).map(Some)
    }

    /// What watches attempts; none if nobody does.
    pub(in crate::engine) const fn caller(&self) -> Option<&Arc<Caller>> {
        self.caller.as_ref()
    }

    /// The back end can stop the worker that executes an attempt. To be called once.
    pub(in crate::engine::backends) fn set_stopper(&self, stopper: Stopper) {
        // A back end is started once.
        let _ = self.stopper.set(stopper);
    }

    /// What faults and defences did so far.
    pub(in crate::engine) fn resilience(&self) -> Resilience {
        let caller = self.caller.as_ref();
        let faults = self.faults.as_ref();
        Resilience {
            attempts: caller.map(|caller| caller.attempts()),
            breakers: caller.map_or_else(Vec::new, |caller| caller.breakers()),
            fault_hits: faults.map_or_else(Vec::new, |faults| faults.hits()),
        }
    }

    /// `worker` of `pool` is about to execute a segment of `task`, which it has taken. False if there is nothing to
    /// execute: its caller has given it up, or a breaker does not let it run. Then the desk has seen to it.
    #[must_use]
    pub(in crate::engine::backends) fn begin(
        &self,
        pool: usize,
        worker: usize,
        task: &mut Task,
    ) -> bool {
        if task.segment > 0 {
            let goes_on = task.is_awaited();
            if !goes_on {
                self.discard(pool, task, true);
            }
            return goes_on;
        }
        if let Some(caller) = &self.caller {
            let now = clock::now_nanos();
            let attempt = if let Some(attempt) = &task.attempt {
                attempt.clone()
            } else {
                let attempt = caller.first_attempt(task, now);
                caller.watch(&attempt);
                task.attempt = Some(attempt.clone());
                attempt
            };
            if !attempt.begin(now, || self.recorder.start(worker, task)) {
                // Given up while it waited: nobody counts it as stopped, as nothing ran.
                self.pools[pool].in_flight.fetch_sub(1, Ordering::Relaxed);
                self.pools[FRONT_POOL].queue.task_ended();
                return false;
            }
            let (allowed, changed) = caller.allows(attempt.kind(), now);
            self.tell_of_breaker(caller, attempt.kind(), changed);
            if !allowed {
                self.reject(caller, pool, worker, task, now);
                return false;
            }
        } else {
            self.recorder.start(worker, task);
        }
        if let Some(faults) = &self.faults
            && task.cohort == Cohort::Measured
        {
            let kind = self.recipes.kind_of(task.number);
            task.affliction =
                faults.strike(task.number, task.attempt_index(), kind, clock::now_nanos());
        }
        true
    }

    /// A breaker does not let an attempt run: the task fails at once.
    fn reject(&self, caller: &Caller, pool: usize, worker: usize, task: &Task, now: u64) {
        self.pools[pool].in_flight.fetch_sub(1, Ordering::Relaxed);
        if !task.settle() {
            self.pools[FRONT_POOL].queue.task_ended();
            return;
        }
        caller.count(task.cohort, Count::Rejected);
        let name = caller.kind_name(self.recipes.kind_of(task.number));
        self.note_failure(format!("not tried: the circuit breaker of {name} is open"));
        let ran = Ran::here(now, now);
        self.finish(worker, task, &ran, now, (Outcome::Failed, 0), true);
    }

    /// When the caller of `task`, which has begun, gives it up; none if never.
    pub(in crate::engine::backends) fn deadline_nanos(&self, task: &Task) -> Option<u64> {
        self.caller.as_ref()?.deadline_nanos(task.attempt.as_ref()?)
    }

    /// A worker of `pool` was really stopped while it executed `task` for nobody: what it did until then.
    pub(in crate::engine::backends) fn cut_short(&self, pool: usize, task: &Task, ran: &Ran) {
        self.lives.part_ended(pool, task, ran, PartEnd::Unawaited);
    }

    /// A worker of `pool` has come to the end of a task that was given up while it ran: really stopped before its end,
    /// or gone on to it for nobody.
    pub(in crate::engine::backends) fn discard(&self, pool: usize, task: &Task, stopped: bool) {
        self.pools[pool].in_flight.fetch_sub(1, Ordering::Relaxed);
        self.pools[FRONT_POOL].queue.task_ended();
        if let Some(caller) = &self.caller {
            let what = if stopped {
                Count::Stopped
            } else {
                Count::Wasted
            };
            caller.count(task.cohort, what);
        }
    }

    /// An attempt has ended as its worker says.
    pub(super) fn end_attempt(
        &self,
        worker: usize,
        task: &Task,
        ran: &Ran,
        known_nanos: u64,
        outcome: Outcome,
        digest: u64,
    ) {
        if let (Some(caller), Some(attempt)) = (&self.caller, &task.attempt)
            && outcome != Outcome::Cancelled
        {
            let good = outcome == Outcome::Good;
            let changed = caller.ended(attempt.kind(), good, ran.end_nanos);
            self.tell_of_breaker(caller, attempt.kind(), changed);
            if !good {
                caller.count(task.cohort, Count::Failed);
                if let Some(due_nanos) = caller.comes_again_nanos(attempt, known_nanos) {
                    self.pools[FRONT_POOL].queue.task_ended();
                    caller.enter(due_nanos, Due::ComeAgain(attempt.clone()));
                    return;
                }
            }
        }
        self.finish(worker, task, ran, known_nanos, (outcome, digest), true);
    }

    /// Does what is due.
    pub(super) fn act(&self, due: Due) {
        let Some(caller) = &self.caller else { return };
        match due {
            Due::TimeOut(attempt) => self.time_out(&attempt),
            Due::ComeAgain(attempt) => self.come_again(caller, &attempt),
            Due::Evicted(attempt) => self.evict(&attempt),
            Due::Leave => {}
        }
    }

    /// The caller gives an attempt up, unless it has ended.
    pub(in crate::engine::backends) fn time_out(&self, attempt: &Arc<Attempt>) {
        let Some(caller) = &self.caller else { return };
        // What runs at the end of the block is cancelled, and not late.
        if self.cancel.is_set() {
            return;
        }
        let Some(given_up) = attempt.give_up() else {
            return;
        };
        let now = clock::now_nanos();
        caller.count(attempt.cohort(), Count::TimedOut);
        if given_up == GivenUp::Running {
            caller.count(attempt.cohort(), Count::LeftRunning);
            if let Some(stopper) = self.stopper.get() {
                (stopper.0)(attempt);
            }
        }
        let changed = caller.ended(attempt.kind(), false, now);
        self.tell_of_breaker(caller, attempt.kind(), changed);
        self.after_bad_attempt(caller, attempt, now, Outcome::TimedOut);
    }

    /// Comes again, or the task is over.
    fn after_bad_attempt(
        &self,
        caller: &Caller,
        attempt: &Arc<Attempt>,
        now: u64,
        outcome: Outcome,
    ) {
        if let Some(due_nanos) = caller.comes_again_nanos(attempt, now) {
            caller.enter(due_nanos, Due::ComeAgain(attempt.clone()));
            return;
        }
        let task = Task {
            attempt: Some(attempt.clone()),
            ..attempt.task()
        };
        let worker = task.number as usize;
        let begun = attempt.first_start_nanos();
        if begun.is_none() {
            // It waited for nothing: all of its time was queue wait.
            self.recorder.start(worker, &task);
        }
        let ran = Ran::here(begun.unwrap_or(now), now);
        // Its place is free when its worker, or the queue, comes to it.
        self.finish(worker, &task, &ran, now, (outcome, 0), false);
    }

    /// Makes the attempt after `last`.
    fn come_again(&self, caller: &Caller, last: &Arc<Attempt>) {
        let now = clock::now_nanos();
        let attempt = Arc::new(last.next(now));
        let task = Task {
            attempt: Some(attempt.clone()),
            ..last.task()
        };
        let queue = &self.pools[FRONT_POOL].queue;
        if self.is_batch {
            queue.release(vec![task]);
        } else {
            match queue.offer(&task) {
                Offer::Admitted => {}
                Offer::AdmittedInPlaceOf(victim) => {
                    if let Some(victim) = victim.attempt {
                        self.evict(&victim);
                    }
                }
                Offer::Refused => {
                    caller.count_retry(attempt.cohort());
                    for what in [Count::Made, Count::Failed, Count::Refused] {
                        caller.count(attempt.cohort(), what);
                    }
                    attempt.give_up();
                    self.note_failure("the queue was full when its caller came again".to_owned());
                    self.after_bad_attempt(caller, &attempt, now, Outcome::Failed);
                    return;
                }
                // The books of the block count it as cancelled.
                Offer::Ended => return,
            }
        }
        caller.count_retry(attempt.cohort());
        caller.watch(&attempt);
    }

    /// The queue has given up an attempt in place of another: a first one is dropped with its task, a later one has
    /// failed.
    fn evict(&self, attempt: &Arc<Attempt>) {
        if self.gives_up_waiting(attempt) {
            self.recorder
                .shed(attempt.number() as usize, attempt.cohort());
            self.gate
                .task_ended(attempt.number() as usize, clock::now_nanos());
        }
    }

    /// The queue gives up an attempt that waits in it. True if its task is to be counted as dropped; otherwise its
    /// caller had gone, or comes again, or the task has failed.
    pub(super) fn gives_up_waiting(&self, attempt: &Arc<Attempt>) -> bool {
        let Some(caller) = &self.caller else {
            return true;
        };
        if !attempt.settle_waiting() {
            return false;
        }
        if attempt.index() == 0 {
            caller.uncount_made(attempt.cohort());
            return true;
        }
        for what in [Count::Failed, Count::Refused] {
            caller.count(attempt.cohort(), what);
        }
        self.note_failure("the queue gave it up when its caller had come again".to_owned());
        self.after_bad_attempt(caller, attempt, clock::now_nanos(), Outcome::Failed);
        false
    }

    /// Says what a breaker did.
    fn tell_of_breaker(&self, caller: &Caller, kind: usize, changed: Option<IncidentKind>) {
        let Some(changed) = changed else { return };
        let name = caller.kind_name(kind);
        let what = match changed {
            IncidentKind::BreakerOpened => "opened: its attempts fail at once",
            IncidentKind::BreakerHalfOpened => "is half-open: a few attempts run",
            _ => "closed: its attempts run",
        };
        self.tell(changed, format!("the circuit breaker of {name} {what}"));
    }
}
