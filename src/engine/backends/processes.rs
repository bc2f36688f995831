//! A pool of worker processes: chunks of tasks and their answers over pipes.
//!
//! Each worker has a feeder thread here that starts it, hands it a chunk of tasks at a time, tells the desk of
//! each answer, and replaces the worker if it dies or has served its time.
//!
//! A chunk travels as a whole and is lost as a whole: when a worker dies, those of its chunk's tasks that it has
//! not answered have failed, whether it had begun with them or not. Giving them to the successor would execute
//! some of them twice, as an answer may be lost with its worker. Answers are held back for a millisecond at most,
//! so of slow tasks one is lost with those that were still to come. A chunk that the worker did not live to take
//! goes to its successor.
//!
//! Where tasks travel alone, a caller who gives an attempt up really stops it: the worker that is at it is killed and
//! replaced. A chunk goes on for nobody.
//!
//! The worker stamps begin and end itself, so that the way there, the work, and the way back show apart in the
//! split of a task's time.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use rustix::process::Signal;

use crate::engine::backends::desk::Stopper;
use crate::engine::backends::feeder::Feeder;
use crate::engine::backends::roster::Roster;
use crate::engine::backends::setup::Setup;
use crate::engine::backends::worker_process::Source;
use crate::engine::backends::zygote::Zygote;
use crate::engine::backends::{BackendError, Desk, Running};
use crate::engine::clock;
use crate::scenario::{Start, Transfer};

/// How a pool of worker processes is set up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// Which pool of the back end it is.
    pub(super) pool: usize,
    /// Whether stages that wait run in another pool.
    pub(super) pipelined: bool,
    /// How many workers.
    pub(super) workers: u32,
    /// How many tasks travel together.
    pub(super) chunk: usize,
    /// How a worker comes into being.
    pub(super) start: Start,
    /// After how many tasks a worker is replaced.
    pub(super) recycle_after: Option<u64>,
    /// How payloads travel.
    pub(super) payload: Transfer,
    /// How many workers that died are replaced, all together; each some times if it is not said.
    pub(super) restarts: Option<u32>,
}

impl Settings {
    /// Whether a worker can be ended for one task: nobody else's tasks are with it.
    pub(super) const fn stops_workers(&self) -> bool {
        self.chunk == 1
    }
}

/// The feeder threads and what they share.
struct ProcessPool {
    feeders: Vec<JoinHandle<()>>,
    all_ended: Receiver<()>,
    roster: Arc<Roster>,
    zygote: Option<u32>,
    desk: Arc<Desk>,
}

/// Starts the workers and waits until each is ready. The calling thread must outlive the pool.
pub(super) fn start(
    settings: Settings,
    scenario_text: &str,
    desk: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let setup = Setup {
        scenario: scenario_text.to_owned(),
        seed: desk.recipes.seed(),
        pipelined: settings.pipelined,
        scratch: desk.surroundings.scratch.clone(),
        server_port: desk.surroundings.server_port,
    };
    let executable = desk.surroundings.executable.clone();
    let source = match settings.start {
        Start::Fresh => Source::Fresh {
            executable,
            setup: Box::new(setup),
        },
        Start::Zygote => {
            Source::Zygote(Zygote::start(&executable, &setup).map_err(BackendError::Zygote)?)
        }
    };
    let (alive, all_ended) = bounded::<()>(0);
    let mut pool = Box::new(ProcessPool {
        feeders: Vec::with_capacity(settings.workers as usize),
        all_ended,
        roster: Arc::new(Roster::new(settings.workers, settings.restarts)),
        zygote: source.zygote_pid(),
        desk,
    });
    if settings.stops_workers() {
        let roster = pool.roster.clone();
        pool.desk
            .set_stopper(Stopper(Box::new(move |attempt| roster.stop(attempt))));
    }
    let is_ready = pool.spawn_feeders(settings, &Arc::new(source), &alive);
    drop(alive);
    let ready = is_ready.and_then(|is_ready| await_ready(settings.workers, &is_ready));
    match ready {
        Ok(()) => Ok(pool),
        Err(error) => {
            pool.desk.end_queues();
            pool.roster.kill_all();
            pool.end(clock::now_nanos());
            Err(error)
        }
    }
}

/// Waits until every feeder has said that its worker is ready.
fn await_ready(workers: u32, is_ready: &Receiver<io::Result<()>>) -> Result<(), BackendError> {
    for number in 1..=workers {
        // A feeder that panicked has aborted the process.
        if let Ok(Err(source)) = is_ready.recv() {
            return Err(BackendError::Process {
                number,
                wanted: workers,
                source,
            });
        }
    }
    Ok(())
}

impl ProcessPool {
    fn spawn_feeders(
        &mut self,
        settings: Settings,
        source: &Arc<Source>,
        alive: &Sender<()>,
    ) -> Result<Receiver<io::Result<()>>, BackendError> {
        let (ready, is_ready) = bounded(settings.workers as usize);
        for number in 1..=settings.workers {
            let worker = number as usize - 1;
            let feeder = Feeder::new(
                worker,
                settings,
                self.desk.clone(),
                self.roster.clone(),
                source.clone(),
            )
            .map_err(BackendError::SharedMemory)?;
            let (ready, alive) = (ready.clone(), alive.clone());
            let spawned = std::thread::Builder::new()
                .name(format!("feeder {number}"))
                .spawn(move || {
                    clock::wake_precisely();
                    feeder.serve(&ready);
                    drop(alive);
                });
            self.feeders
                .push(spawned.map_err(|source| BackendError::Thread {
                    number,
                    wanted: settings.workers,
                    source,
                })?);
        }
        Ok(is_ready)
    }
}

impl Running for ProcessPool {
    /// A feeder ends before the queue does only if its worker died and was not replaced.
    fn lives(&self) -> bool {
        self.all_ended.try_recv() != Err(TryRecvError::Disconnected)
    }

    fn worker_pids(&self) -> Vec<u32> {
        self.roster.pids()
    }

    fn victims(&self) -> Vec<u32> {
        self.roster.victims()
    }

    fn signal_worker(&self, pid: u32, signal: Signal) -> bool {
        self.roster.signal(pid, signal)
    }

    fn zygote_pid(&self) -> Option<u32> {
        self.zygote
    }

    fn end(self: Box<Self>, deadline_nanos: u64) {
        let wait = |until: u64| {
            let left = Duration::from_nanos(until.saturating_sub(clock::now_nanos()));
            self.all_ended.recv_timeout(left)
                == Err(crossbeam_channel::RecvTimeoutError::Disconnected)
        };
        // A cancelled block does not wait for tasks: processes can be killed.
        if self.desk.cancel.is_set() || !wait(deadline_nanos) {
            self.roster.kill_all();
            // Feeders notice at once; the bound is for a process that the system cannot end.
            if !wait(clock::now_nanos() + 500_000_000) {
                return;
            }
        }
        for feeder in self.feeders {
            // A feeder that panicked has aborted the process.
            let _ = feeder.join();
        }
    }
}
