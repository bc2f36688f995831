//! Two pools in one back end: stages that wait run in the front, everything else on worker processes behind it.
//!
//! A task enters through the front pool. Where its stages change from waiting to computing it is put into the
//! queue between, which is bounded: while that is full, who has the task in the front waits with it, and so holds
//! up what comes after. Where they change back, the task returns to the front's queue, goes before all that have
//! not begun, and is never refused.
//!
//! **No deadlock.** A feeder of the back never waits for the front: what it has done it brings back, which takes
//! only a lock for an instant. So each feeder comes back to its queue after finitely many answers, and as long as
//! the queue between holds a task, room in it will come. A worker of the front waits for nothing else than that
//! room. Hence every wait ends. At barriers no worker waits either: the task is held at the desk.
//!
//! **Bounded.** A worker of the front takes new tasks only when none has returned. So at most as many tasks have
//! begun as the front has places (threads times the chunk, or the cap of the event loop), the queue between has
//! places, the back has workers times the chunk, and once more the places of the front, for tasks that were taken
//! in just before others returned. At barriers all tasks of the batch may wait.

use std::sync::Arc;

use rustix::process::Signal;

use crate::engine::backends::processes::{self, Settings};
use crate::engine::backends::{BackendError, Desk, Running, async_pool, threads};
use crate::engine::plan::{BACK_POOL, FRONT_POOL, Plan};
use crate::scenario::{AsyncCpu, HybridWaits, Start, Transfer};
use crate::stats::SparseHistogram;

/// The two pools at work.
struct Pipeline {
    front: Box<dyn Running>,
    back: Box<dyn Running>,
}

/// What is in front of the worker processes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Front {
    /// Threads, or how many tasks may be under way on event loops.
    pub(super) waits: HybridWaits,
    /// How many event loops, if it is those.
    pub(super) event_loops: u32,
}

/// Starts both pools and returns when all their workers are ready.
pub(super) fn start(
    plan: &Plan,
    front: Front,
    workers: u32,
    desk: &Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let settings = Settings {
        pool: BACK_POOL,
        pipelined: true,
        workers,
        chunk: plan.chunk(),
        start: Start::Fresh,
        recycle_after: None,
        payload: Transfer::Pipe,
        restarts: plan.defences.restarts,
    };
    let back = processes::start(settings, &plan.scenario_text, desk.clone())?;
    let started = match front.waits {
        HybridWaits::Threads { workers } => {
            threads::start(workers.count(), FRONT_POOL, plan.chunk(), desk)
        }
        HybridWaits::Async { in_flight } => {
            async_pool::start(in_flight, front.event_loops, AsyncCpu::Inline, desk.clone())
        }
    };
    match started {
        Ok(front) => Ok(Box::new(Pipeline { front, back })),
        Err(error) => {
            desk.end_queues();
            back.end(0);
            Err(error)
        }
    }
}

impl Running for Pipeline {
    fn worker_pids(&self) -> Vec<u32> {
        self.back.worker_pids()
    }

    fn victims(&self) -> Vec<u32> {
        self.back.victims()
    }

    fn signal_worker(&self, pid: u32, signal: Signal) -> bool {
        self.back.signal_worker(pid, signal)
    }

    fn lives(&self) -> bool {
        self.front.lives() && self.back.lives()
    }

    fn drain_loop_lag(&self, lag: &mut SparseHistogram) {
        self.front.drain_loop_lag(lag);
    }

    fn end(self: Box<Self>, deadline_nanos: u64) {
        // The back first: it can be killed, and the front waits for nobody once the queues have ended.
        self.back.end(deadline_nanos);
        self.front.end(deadline_nanos);
    }
}
