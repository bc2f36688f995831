//! An async runtime (tokio) in this process: one or several event loops, tasks spawned as they come.

mod special;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::engine::backends::async_pool::special::Special;
use crate::engine::backends::loop_lag::LoopLag;
use crate::engine::backends::{BackendError, Desk, Running};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter::{self, InterpreterLock};
use crate::engine::plan::FRONT_POOL;
use crate::engine::stages::strike::{Leak, Within};
use crate::engine::stages::{Begun, Loops, Spent, StageError, Workbench, begin_async};
use crate::engine::task::{Ran, Task};
use crate::engine::timer::Timer;
use crate::scenario::AsyncCpu;
use crate::stats::SparseHistogram;

/// Blocking threads of a runtime that is not asked for any; tokio wants at least one.
const BLOCKING_THREADS_MIN: u32 = 1;

/// How long the runtime waits for its threads when it is told to leave.
const LEAVE_PATIENCE: Duration = Duration::from_millis(300);

/// The runtime, and the thread that drives it where it has no threads of its own.
struct AsyncPool {
    /// Told to leave by dropping.
    leave: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    ended: crossbeam_channel::Receiver<()>,
    cancel: Arc<Cancel>,
    lag: LoopLag,
}

/// Starts the runtime and waits until its dispatcher runs.
pub(super) fn start(
    in_flight: u32,
    event_loops: u32,
    cpu: AsyncCpu,
    desk: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let runtime =
        build(event_loops, cpu, desk.interpreter.as_ref()).map_err(BackendError::Runtime)?;
    let (leave, left) = oneshot::channel::<()>();
    let (ready, is_ready) = crossbeam_channel::bounded(1);
    let loops = event_loops.max(1);
    let (alive, ended) = crossbeam_channel::bounded(0);
    let cancel = desk.cancel.clone();
    let offload = matches!(cpu, AsyncCpu::Blocking { .. });
    // With one event loop this thread is the loop; with several it only dispatches.
    let name = if loops == 1 {
        "event loop 1"
    } else {
        "dispatcher"
    };
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            clock::wake_precisely();
            // The one event loop holds the interpreter lock from its beginning. With several this thread executes no
            // task.
            let _entered = interpreter::enter(desk.interpreter.as_ref().filter(|_| loops == 1));
            runtime.block_on(async {
                let (pool, lag) = match prepare(desk, loops, offload) {
                    Ok(prepared) => prepared,
                    Err(error) => return drop(ready.send(Err(error))),
                };
                // The receiver outlives this.
                let _ = ready.send(Ok(lag));
                tokio::select! {
                    () = dispatch(&pool, in_flight as usize) => {}
                    // An error means that the sender is gone: the same order.
                    _ = left => {}
                }
            });
            // What still waits is dropped, and the block counts it as cancelled; who computes looks at the
            // cancel signal.
            runtime.shutdown_timeout(LEAVE_PATIENCE);
            drop(alive);
        })
        .map_err(BackendError::Runtime)?;
    // A thread that panicked before it was ready has aborted the process.
    let lag = is_ready
        .recv()
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(BackendError::Runtime)?;
    Ok(Box::new(AsyncPool {
        lag,
        leave: Some(leave),
        thread: Some(thread),
        ended,
        cancel,
    }))
}

/// What the tasks of the runtime share, and its heartbeats; to be called within it.
fn prepare(desk: Arc<Desk>, loops: u32, offload: bool) -> std::io::Result<(Arc<Pool>, LoopLag)> {
    let timer = Timer::start()?;
    desk.cancel.on_set(timer.ender());
    let lag = LoopLag::start(loops, &timer);
    let around = Loops {
        timer,
        cancel: desk.cancel.clone(),
        offload,
        interpreter: desk.interpreter.clone(),
    };
    let pool = Arc::new(Pool {
        desk,
        around,
        benches: Mutex::new(Vec::new()),
        next_bench: AtomicU64::new(0),
        loops,
        leak: Mutex::default(),
    });
    Ok((pool, lag))
}

/// A runtime whose event loops hold `lock`, if there is one, except while they wait for events: as asyncio's loop gives
/// it back around its `select`.
fn build(
    event_loops: u32,
    cpu: AsyncCpu,
    lock: Option<&Arc<InterpreterLock>>,
) -> std::io::Result<Runtime> {
    let blocking = match cpu {
        AsyncCpu::Inline | AsyncCpu::Processes { .. } => BLOCKING_THREADS_MIN,
        AsyncCpu::Blocking { threads } => threads.max(BLOCKING_THREADS_MIN),
    };
    // With one loop it is the thread that builds the runtime.
    let loops_of_runtime = if event_loops <= 1 { 0 } else { event_loops };
    let names = AtomicU32::new(0);
    let mut builder = if event_loops <= 1 {
        Builder::new_current_thread()
    } else {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(event_loops as usize);
        builder
    };
    if let Some(lock) = lock.cloned() {
        builder
            .on_thread_park(interpreter::pause)
            .on_thread_unpark(move || interpreter::resume(&lock))
            .on_thread_stop(interpreter::leave);
    }
    builder
        .max_blocking_threads(blocking as usize)
        .thread_name_fn(move || {
            // The runtime starts its loops first, those beyond them are blocking threads.
            match names.fetch_add(1, Ordering::Relaxed) {
                index if index < loops_of_runtime => format!("event loop {}", index + 1),
                index => format!("blocking {}", index - loops_of_runtime + 1),
            }
        })
        .on_thread_start(clock::wake_precisely)
        // The runtime's own timer counts milliseconds; waits have one of ours.
        .enable_io()
        .build()
}

/// What a task without a workbench spent: it only waited.
const NOTHING_SPENT: Spent = Spent {
    on_cpu_nanos: Some(0),
    lock_wait_nanos: 0,
    interpreter_wait_nanos: 0,
};

/// In boxes, because a task holds a pointer to its workbench and hands on the same one.
type Benches = Vec<Box<Workbench>>;

/// What the tasks of the runtime share.
struct Pool {
    desk: Arc<Desk>,
    around: Loops,
    /// Workbenches that no task holds.
    benches: Mutex<Benches>,
    next_bench: AtomicU64,
    /// How many event loops there are.
    loops: u32,
    /// What faults left behind in this process.
    leak: Mutex<Leak>,
}

/// Takes tasks from the queue while fewer than `in_flight` are under way; ends when the queue has ended
/// and all tasks are done.
async fn dispatch(pool: &Arc<Pool>, in_flight: usize) {
    let free = Arc::new(Semaphore::new(in_flight));
    let mut taken = Vec::with_capacity(1);
    loop {
        // The semaphore is never closed.
        let Ok(permit) = free.clone().acquire_owned().await else {
            return;
        };
        if !pool.desk.take(FRONT_POOL, 0, 1, &mut taken).await {
            break;
        }
        // A chunk of one: tasks run beside each other anyway.
        let Some(task) = taken.pop() else { continue };
        tokio::spawn(work(pool.clone(), task, permit));
    }
    // Every permit is back only when every task is done.
    let all = u32::try_from(in_flight).unwrap_or(u32::MAX);
    drop(free.acquire_many(all).await);
}

/// One task from its start to its end. What is alive while it waits is memory of every waiting task, and so are
/// the arguments of an `async fn`, a second time: hence blocks that capture what they need.
fn work(
    pool: Arc<Pool>,
    mut task: Task,
    permit: OwnedSemaphorePermit,
) -> impl Future<Output = ()> + Send {
    // The shard: any number does, and neighbours in time should not meet.
    let worker = task.number as usize;
    async move {
        if !pool.desk.begin(FRONT_POOL, worker, &mut task) {
            return;
        }
        let start_nanos = clock::now_nanos();
        let mut bench = None;
        // Of waits, which need no workbench.
        let mut late_nanos = 0;
        let due_nanos = pool.desk.deadline_nanos(&task);
        let result = if due_nanos.is_none() && task.affliction.is_none() {
            Some(pool.run(&task, &mut bench, &mut late_nanos, None).await)
        } else {
            let special = Special::new(&task, due_nanos);
            Box::pin(pool.run_special(&task, &mut bench, &mut late_nanos, &special)).await
        };
        let Some(result) = result else {
            pool.benches().extend(bench);
            let ran = Ran::here(start_nanos, clock::now_nanos());
            pool.desk.cut_short(FRONT_POOL, &task, &ran);
            pool.desk.discard(FRONT_POOL, &task, true);
            return;
        };
        let spent = bench.as_ref().map_or(NOTHING_SPENT, |bench| bench.spent());
        let ran = Ran {
            on_cpu_nanos: spent.on_cpu_nanos,
            lock_wait_nanos: spent.lock_wait_nanos,
            interpreter_wait_nanos: spent.interpreter_wait_nanos + late_nanos,
            ..Ran::here(start_nanos, clock::now_nanos())
        };
        pool.benches().extend(bench);
        if let Some(task) = pool.desk.end(FRONT_POOL, worker, task, ran, result) {
            Box::pin(pool.desk.pass_on(task)).await;
        }
        drop(permit);
    }
}

impl Pool {
    /// Executes the stages of `task`; makes a workbench if one of them needs it. Adds to `late_nanos` how long the event
    /// loop waited for the interpreter lock when waits of the task were over.
    fn run<'p>(
        &'p self,
        task: &Task,
        bench: &'p mut Option<Box<Workbench>>,
        late_nanos: &'p mut u64,
        special: Option<&'p Special>,
    ) -> impl Future<Output = Result<u64, StageError>> + Send + use<'p> {
        let segment = self.desk.recipes.segment(task.draw_number(), task.segment);
        async move {
            let mut digest = 0_u64;
            for (place, step, mut rng) in segment.steps() {
                if self.desk.cancel.is_set() || special.is_some_and(Special::is_given_up) {
                    return Err(StageError::Cancelled);
                }
                let take = || self.take_bench(special);
                let value = match begin_async(step, bench, take, &mut rng, &self.around) {
                    Begun::Over(result) => result?,
                    Begun::Waits(wait, value) => {
                        let due = wait.deadline_nanos();
                        if !wait.await {
                            return Err(StageError::Cancelled);
                        }
                        *late_nanos += interpreter::last_wait_since(due);
                        value
                    }
                    Begun::GoesOn(goes_on) => {
                        let moves = self.around.offload && step.blocks();
                        let special = special.filter(|_| moves);
                        special.inspect(|special| special.moves_elsewhere(true));
                        let result = goes_on.await;
                        special.inspect(|special| special.moves_elsewhere(false));
                        result?
                    }
                };
                digest = digest.wrapping_add(segment.digest(place, value));
            }
            Ok(digest)
        }
    }

    fn take_bench(&self, special: Option<&Special>) -> Box<Workbench> {
        let kept = self.benches().pop();
        let mut bench = kept.unwrap_or_else(|| {
            let number = self.next_bench.fetch_add(1, Ordering::Relaxed);
            Box::new(self.desk.bench(number))
        });
        // Between two steps the loop serves other tasks: what they take is not known from the clock alone.
        bench.begin(true);
        bench.within = special.map_or_else(Within::default, |special| special.within);
        bench
    }

    fn benches(&self) -> MutexGuard<'_, Benches> {
        self.benches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running for AsyncPool {
    fn worker_pids(&self) -> Vec<u32> {
        Vec::new()
    }

    fn drain_loop_lag(&self, out: &mut SparseHistogram) {
        self.lag.drain(out);
    }

    /// The event loop of the runtime aborts the process if it panics.
    fn lives(&self) -> bool {
        true
    }

    /// Tasks of a cancelled block are dropped where they wait. A loop that is stuck in a computation is left
    /// behind and ends with the process.
    fn end(mut self: Box<Self>, deadline_nanos: u64) {
        if self.cancel.is_set() {
            self.leave = None;
        }
        let left = Duration::from_nanos(deadline_nanos.saturating_sub(clock::now_nanos()));
        if self.ended.recv_timeout(left) != Err(crossbeam_channel::RecvTimeoutError::Disconnected) {
            return;
        }
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has aborted the process.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody asks for it before an hour is over.
    const NEVER_NANOS: u64 = 3_600_000_000_000;

    /// On one event loop and on two.
    fn on_loops(test: impl AsyncFn(&Arc<InterpreterLock>) + Sync) {
        for loops in [1, 2] {
            let lock = Arc::new(InterpreterLock::new(NEVER_NANOS));
            let runtime = build(loops, AsyncCpu::Blocking { threads: 2 }, Some(&lock)).unwrap();
            let _entered = interpreter::enter(Some(&lock).filter(|_| loops == 1));
            runtime.block_on(test(&lock));
        }
    }

    #[test]
    fn an_event_loop_holds_the_interpreter_lock_while_it_polls_and_not_while_it_waits() {
        on_loops(async |lock| {
            for _ in 0..20 {
                let elsewhere = lock.clone();
                // Comes in only while the loops wait for it, and nobody else may be there meanwhile.
                let blocking = tokio::task::spawn_blocking(move || {
                    let _entered = interpreter::enter(Some(&elsewhere));
                    interpreter::is_held()
                });
                let polled = tokio::spawn(async { (blocking.await, interpreter::is_held()) });
                let (blocking, held) = polled.await.unwrap();
                assert!(blocking.unwrap());
                assert!(held);
            }
            assert_eq!(lock.used().forced, 0);
        });
    }
}
