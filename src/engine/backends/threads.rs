//! A pool of threads in this process; with one thread, the sequential baseline.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded};

use crate::engine::backends::desk::Meter;
use crate::engine::backends::{BackendError, Desk, Running};
use crate::engine::{clock, interpreter};

/// The threads and the way to know that they have ended.
struct ThreadPool {
    threads: Vec<JoinHandle<()>>,
    /// Disconnected once every thread has dropped its sender.
    all_ended: Receiver<()>,
}

/// Starts `workers` threads that serve `pool`, up to `chunk` tasks at a time, and waits until each runs.
pub(super) fn start(
    workers: u32,
    pool: usize,
    chunk: usize,
    desk: &Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let (ready, is_ready) = bounded(workers as usize);
    let (alive, all_ended) = bounded(0);
    let mut threads = Vec::with_capacity(workers as usize);
    for number in 1..=workers {
        let (own_desk, ready, alive) = (desk.clone(), ready.clone(), alive.clone());
        let spawned = std::thread::Builder::new()
            .name(format!("worker {number}"))
            .spawn(move || {
                clock::wake_precisely();
                // The receiver outlives the loop below.
                let _ = ready.send(());
                serve(&own_desk, pool, number as usize - 1, chunk);
                drop(alive);
            });
        match spawned {
            Ok(thread) => threads.push(thread),
            Err(source) => {
                desk.end_queues();
                return Err(BackendError::Thread {
                    number,
                    wanted: workers,
                    source,
                });
            }
        }
    }
    for _ in 0..workers {
        // A thread that panicked before it was ready has aborted the process.
        let _ = is_ready.recv();
    }
    Ok(Box::new(ThreadPool { threads, all_ended }))
}

/// Executes tasks until the queue has ended.
fn serve(desk: &Desk, pool: usize, worker: usize, chunk: usize) {
    let _entered = interpreter::enter(desk.interpreter.as_ref());
    let mut bench = desk.bench(worker as u64);
    let mut meter = Meter::default();
    let mut tasks = Vec::with_capacity(chunk);
    while desk.take_blocking(pool, worker, chunk, &mut tasks) {
        for task in tasks.drain(..) {
            desk.work(pool, worker, task, &mut bench, &mut meter);
        }
    }
}

impl Running for ThreadPool {
    fn worker_pids(&self) -> Vec<u32> {
        Vec::new()
    }

    /// A thread that dies takes the process with it.
    fn lives(&self) -> bool {
        true
    }

    /// A thread cannot be killed: one that is stuck is left behind and ends with the process.
    fn end(self: Box<Self>, deadline_nanos: u64) {
        let left = deadline_nanos.saturating_sub(clock::now_nanos());
        let waited = self
            .all_ended
            .recv_timeout(std::time::Duration::from_nanos(left));
        if waited == Err(crossbeam_channel::RecvTimeoutError::Disconnected) {
            for thread in self.threads {
                // A thread that panicked has aborted the process.
                let _ = thread.join();
            }
        }
    }
}
