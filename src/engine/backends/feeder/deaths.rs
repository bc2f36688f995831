//! How a worker process ends: having served its time, for a caller who gave up, or by its death; and who comes after.

use std::io;

use crate::engine::backends::feeder::{Chunk, Feeder, Trouble};
use crate::engine::backends::setup::{Identity, SlabPlace};
use crate::engine::backends::worker_process::WorkerProcess;
use crate::engine::resilience::IncidentKind;
use crate::engine::stages::StageError;
use crate::engine::task::Task;

impl Feeder {
    /// Whether the caller of the one task of `chunk` has given it up already. If not, the worker will be ended when he
    /// does, until it [rests](Self::rests).
    pub(super) fn is_given_up(&self, chunk: &Chunk) -> bool {
        if !self.settings.stops_workers() {
            return false;
        }
        let first = chunk.tasks.front();
        first
            .and_then(|task| task.attempt.as_ref())
            .is_some_and(|attempt| {
                // First entered, then looked at: whoever gives it up in between ends the worker or is seen here.
                self.roster.works_at(self.worker, attempt);
                attempt.is_settled()
            })
    }

    /// The worker is done with its task; says whether it was ended for a caller who gave up.
    pub(super) fn rests(&self) -> bool {
        self.settings.stops_workers() && self.roster.rests(self.worker)
    }

    /// The task was given up by its caller, and its worker ended if it was at it: goes on with it or another.
    pub(super) fn stop(
        &mut self,
        worker: WorkerProcess,
        chunk: &mut Chunk,
    ) -> Option<WorkerProcess> {
        for task in chunk.tasks.drain(..) {
            self.desk.discard(self.settings.pool, &task, true);
        }
        if !self.rests() {
            return Some(worker);
        }
        self.end(worker);
        if self.desk.cancel.is_set() {
            return None;
        }
        let name = self.worker + 1;
        match self.launch() {
            Ok(successor) => {
                self.desk.tell(
                    IncidentKind::WorkerStopped,
                    format!("worker {name} was ended, as its caller had given its task up; it is replaced"),
                );
                Some(successor)
            }
            Err(error) => {
                self.desk.worker_died(format!(
                    "worker {name} was ended, as its caller had given its task up, and no other could be started: {error}"
                ));
                None
            }
        }
    }

    pub(super) fn has_served(&self) -> bool {
        self.settings
            .recycle_after
            .is_some_and(|after| self.served >= after)
    }

    pub(super) fn launch(&mut self) -> io::Result<WorkerProcess> {
        let identity = Identity {
            // Names files: no two workers of a block may have the same.
            worker: ((self.settings.pool as u64) << 32) | self.worker as u64,
            slab: self.slab.as_ref().map(|slab| SlabPlace {
                path: slab.path().to_owned(),
                back_from: self.back_from as u64,
            }),
        };
        let process = WorkerProcess::start(&self.source, &identity)?;
        self.served = 0;
        self.counters.clear();
        self.roster.enter(self.worker, process.pid());
        Ok(process)
    }

    /// Ends a worker and returns how it ended.
    pub(super) fn end(&self, worker: WorkerProcess) -> String {
        let was_killed = self.roster.leave(self.worker);
        let end = worker.end();
        self.desk.worker_ended(end.cpu_nanos.unwrap_or(0));
        if was_killed {
            "was killed by an injected fault".to_owned()
        } else {
            end.how
        }
    }

    /// The worker has served its time: another takes its place.
    pub(super) fn recycle(&mut self, worker: WorkerProcess) -> Option<WorkerProcess> {
        let served = self.served;
        self.end(worker);
        match self.launch() {
            Ok(successor) => {
                self.desk.worker_recycled();
                Some(successor)
            }
            Err(error) => {
                let name = self.worker + 1;
                self.desk.worker_died(format!(
                    "worker {name} was to be replaced after {served} tasks, and no other could be started: {error}"
                ));
                None
            }
        }
    }

    /// The worker died with `unanswered` tasks of the chunk: says so and starts a successor, if the block goes on.
    pub(super) fn bury(
        &mut self,
        dead: WorkerProcess,
        trouble: &Trouble,
        chunk: &mut Chunk,
        unanswered: usize,
    ) -> Option<WorkerProcess> {
        let end = self.end(dead);
        if self.desk.cancel.is_set() {
            return None;
        }
        let (cause, with) = match trouble {
            Trouble::Idle => (end, "it had no task".to_owned()),
            Trouble::AtWork => (caused(end, chunk, unanswered), with_tasks(unanswered)),
            Trouble::Nonsense(error) => (
                format!("was ended, as its answer cannot be understood ({error})"),
                with_tasks(unanswered),
            ),
        };
        if !matches!(trouble, Trouble::Idle) {
            self.give_up(chunk, unanswered, lost);
        }
        let (successor, and) = match self.roster.take_replacement(self.worker) {
            Err(why) => (None, why),
            Ok(()) => match self.launch() {
                Ok(successor) => (Some(successor), "it is replaced".to_owned()),
                Err(error) => (None, format!("no other could be started: {error}")),
            },
        };
        let name = self.worker + 1;
        self.desk
            .worker_died(format!("worker {name} {cause}; {with}, {and}"));
        successor
    }
}

/// How a worker ended, with the fault that had it end if one of its tasks was to take it along.
fn caused(end: String, chunk: &Chunk, unanswered: usize) -> String {
    let takes_along = |task: &Task| {
        let affliction = task.affliction.as_ref();
        affliction.is_some_and(|affliction| affliction.crash.is_some())
    };
    if chunk.tasks.iter().take(unanswered).any(takes_along) {
        format!("{end}, as an injected fault asks")
    } else {
        end
    }
}

fn with_tasks(unanswered: usize) -> String {
    match unanswered {
        0 => "no task is lost".to_owned(),
        1 => "its task is lost".to_owned(),
        more => format!("its {more} tasks are lost"),
    }
}

pub(super) fn lost() -> StageError {
    StageError::Failed("lost with its worker process".to_owned())
}
