//! CPython as a back end: the tasks run in the executors of an interpreter of this machine.
//!
//! The engine stays the caller. It takes tasks off the queue and hands them to the *harness*, one CPython process, whose
//! main thread hands them to the real executor; the executor's own workers execute the stages and stamp begin and end
//! on the machine's monotonic clock; answers come back in bulk. So arrivals, queue, limits, barriers and books are those
//! of every back end, and what is measured is the executor.
//!
//! Two threads talk to the harness: one hands over, the other takes in. Where callers may give up what runs, a third one
//! says so. The harness has no more tasks than the executor needs to keep its workers busy. The instant at which a
//! result was known is the harness's own; the way from there to here is the instrument's, and no task's.

mod answers;
mod books;
mod faults;
mod feeder;
mod frames;
mod input;
mod pages;
mod process;
mod setup;
mod slots;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::process::Signal;

use crate::engine::backends::cpython::answers::Answers;
use crate::engine::backends::cpython::books::{Books, Window};
use crate::engine::backends::cpython::feeder::{Batch, Feeder};
use crate::engine::backends::cpython::frames::Ready;
use crate::engine::backends::cpython::input::{Input, Revoker};
use crate::engine::backends::cpython::process::{ENDED_IN_ORDER, Harness, Streams};
use crate::engine::backends::{
    BackendError, Collections, Desk, InterpreterFacts, Running, concurrency,
};
use crate::engine::clock;
use crate::engine::plan::{Plan, PythonHome};
use crate::engine::stages::{StageError, write_tables};
use crate::scenario::{Backend, Load, PythonPool, QueuePolicy, parse};

pub use process::{NOT_STARTED, PYTHON_PART, become_python};

/// How long an interpreter, its workers and a library's engine may take to get ready. The session waits for a minute.
const START_PATIENCE: Duration = Duration::from_secs(50);
/// How long an interpreter may take to come to its end in order, when all tasks are done: nobody waits for it but the
/// block. After a stop the session waits for a little more than a second.
const END_PATIENCE_NANOS: u64 = 1_000_000_000;
/// How long the threads have to notice that the harness is gone.
const THREAD_PATIENCE: Duration = Duration::from_millis(200);

/// What is made before the harness is started.
pub(super) struct Prepared {
    setup: Vec<u8>,
}

/// What the threads that talk to the harness share.
struct Shared {
    desk: Arc<Desk>,
    books: Arc<Books>,
    harness: Harness,
    /// What the settings call the interpreter.
    name: String,
    /// Set once the harness has been asked to leave, or is being ended.
    leaving: AtomicBool,
    /// Why it cannot go on, if it cannot.
    failure: OnceLock<String>,
    input: Input,
}

impl Shared {
    fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire) || self.desk.cancel.is_set()
    }

    /// The harness was asked to come to its end, and did so as `how` says: one that crashed has not said everything.
    fn note_end(&self, how: &str) {
        if how != ENDED_IN_ORDER {
            self.desk.worker_died(format!(
                "the interpreter '{}' {how} when all tasks were done, so that its last figures may be missing: {}",
                self.name,
                self.harness.last_lines()
            ));
        }
    }

    fn fail(&self, why: String) {
        // The first reason is the one.
        let _ = self.failure.set(why);
    }
}

/// The harness at work.
struct Python {
    shared: Arc<Shared>,
    facts: InterpreterFacts,
    threads: Vec<JoinHandle<()>>,
    /// Ends the thread that tells of what was given up, if there is one.
    bell: Option<Sender<Option<u64>>>,
    /// Disconnected once the harness has said everything.
    all_said: Receiver<()>,
}

/// What a task has come to whose interpreter is gone.
fn lost() -> StageError {
    StageError::Failed("lost with the interpreter".to_owned())
}

/// The interpreter of `plan`.
fn home_of(plan: &Plan) -> Result<&PythonHome, BackendError> {
    plan.surroundings.python.as_ref().ok_or_else(|| {
        BackendError::Python(
            "no interpreter was named for this candidate; install CPython 3.9 or later, or add one in the settings"
                .to_owned(),
        )
    })
}

/// Writes the harness and what its stages work on into the scratch folder.
pub(super) fn prepare(plan: &Plan, pool: PythonPool) -> Result<Prepared, BackendError> {
    home_of(plan)?;
    let scratch = &plan.surroundings.scratch;
    let scenario = parse(&plan.scenario_text)
        .scenario
        .ok_or_else(|| BackendError::Python("the scenario cannot be read".to_owned()))?;
    let tables = process::prepare(scratch)
        .and_then(|()| write_tables(plan.recipes.steps(), scratch))
        .map_err(BackendError::Scratch)?;
    let setup = setup::setup(plan, &scenario, pool, &tables)
        .map_err(|error| BackendError::Python(error.to_string()))?;
    Ok(Prepared { setup })
}

/// Starts the harness and returns when every worker of its pool has run something. The calling thread must outlive it.
pub(super) fn start(
    plan: &Plan,
    pool: PythonPool,
    prepared: Prepared,
    desk: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let Prepared { setup } = prepared;
    let home = home_of(plan)?;
    let around = &plan.surroundings;
    let (harness, streams) = Harness::start(&around.executable, home, &around.scratch)
        .map_err(|error| could_not_start(home, &error))?;
    let Streams { orders, answers } = streams;
    let window = window(pool);
    let gives_up = gives_up(plan);
    let shared = Arc::new(Shared {
        desk,
        books: Arc::new(Books::new(&window, gives_up)),
        harness,
        name: home.name.clone(),
        leaving: AtomicBool::new(false),
        failure: OnceLock::new(),
        input: Input::new(orders),
    });
    let settings = answers::Settings {
        at_once: at_once(pool),
        recycles: recycles(pool),
    };
    let (ready, is_ready) = bounded(1);
    let feeder = Feeder::new(shared.clone(), batch(plan, pool));
    let answers = Answers::new(shared.clone(), answers, ready, window, settings);
    let (alive, all_said) = bounded::<()>(0);
    let reader = spawn("answers", move || {
        clock::wake_precisely();
        answers.serve();
        drop(alive);
    })?;
    // What keeps it from being told shows in how it ended.
    let _ = shared.input.write(b'S', &setup);
    let facts = match await_ready(&is_ready) {
        Ok(ready) => facts(&home.name, ready),
        Err(why) => {
            shared.leaving.store(true, Ordering::Release);
            shared.harness.end();
            return Err(BackendError::Python(why));
        }
    };
    // Known from now on, though none may ever come.
    shared.desk.collected(Collections::default());
    let feeder = spawn("feeder", move || {
        clock::wake_precisely();
        feeder.serve();
    })?;
    let mut threads = vec![reader, feeder];
    let bell = match gives_up.then(|| start_revoker(&shared)).transpose()? {
        None => None,
        Some((thread, bell)) => {
            threads.push(thread);
            Some(bell)
        }
    };
    Ok(Box::new(Python {
        shared,
        facts,
        threads,
        bell,
        all_said,
    }))
}

/// Starts what tells the harness of attempts that were given up; returns what ends it as well.
fn start_revoker(
    shared: &Arc<Shared>,
) -> Result<(JoinHandle<()>, Sender<Option<u64>>), BackendError> {
    let revoker = Revoker::new();
    let bell = revoker.bell();
    shared
        .desk
        .set_stopper(revoker.stopper(shared.books.clone()));
    let own = shared.clone();
    let thread = spawn("revoker", move || revoker.serve(&own))?;
    Ok((thread, bell))
}

fn could_not_start(home: &PythonHome, error: &std::io::Error) -> BackendError {
    BackendError::Python(format!(
        "the interpreter '{}' could not be started ({error})",
        home.name
    ))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, BackendError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|source| BackendError::Thread {
            number: 1,
            wanted: 1,
            source,
        })
}

fn await_ready(is_ready: &Receiver<Result<Ready, String>>) -> Result<Ready, String> {
    match is_ready.recv_timeout(START_PATIENCE) {
        Ok(ready) => ready,
        Err(RecvTimeoutError::Timeout) => Err(format!(
            "the interpreter's pool was not up within {} s",
            START_PATIENCE.as_secs()
        )),
        // A reader that panicked has aborted the process.
        Err(RecvTimeoutError::Disconnected) => Err("the interpreter says nothing".to_owned()),
    }
}

fn facts(name: &str, ready: Ready) -> InterpreterFacts {
    InterpreterFacts {
        name: name.to_owned(),
        version: ready.version,
        free_threaded: ready.free_threaded,
        start_method: ready.start_method,
        library: ready.library,
        engine_start_nanos: ready.engine_start_nanos,
        baseline_bytes: ready.baseline_bytes,
    }
}

/// How many tasks can have begun on `pool` and not ended.
fn at_once(pool: PythonPool) -> u64 {
    let between = match pool {
        PythonPool::Hybrid { between, .. } => u64::from(between),
        _ => 0,
    };
    concurrency(Backend::Python(pool)) + between
}

/// How many tasks the harness may have. An event loop takes in what it may have at once, and nothing waits there.
fn window(pool: PythonPool) -> Window {
    /// Where few are under way.
    const AHEAD_MIN: u64 = 2;
    let ahead = match pool {
        PythonPool::Asyncio { .. } => 0,
        _ => concurrency(Backend::Python(pool)).max(AHEAD_MIN),
    };
    let tasks = |number| usize::try_from(number).unwrap_or(usize::MAX);
    Window::new(tasks(at_once(pool)), tasks(ahead))
}

/// Whether callers may give up what runs.
const fn gives_up(plan: &Plan) -> bool {
    plan.defences.attempt_time_out.is_some() || plan.defences.task_time_out.is_some()
}

/// Whether workers of `pool` are replaced after so many tasks.
const fn recycles(pool: PythonPool) -> bool {
    matches!(
        pool,
        PythonPool::ProcessPoolExecutor {
            tasks_per_child: Some(_),
            ..
        } | PythonPool::MultiprocessingPool {
            tasks_per_child: Some(_),
            ..
        }
    )
}

/// The batch of `plan`, if one call of `map` can have all of it: not where only so many tasks may be under way, or some
/// may be given up for their age.
fn batch(plan: &Plan, pool: PythonPool) -> Option<Batch> {
    let Load::Batch { tasks, .. } = plan.load else {
        return None;
    };
    if plan.queue.in_flight.is_some() || matches!(plan.queue.policy, QueuePolicy::ShedByAge { .. })
    {
        return None;
    }
    let chunk = match pool {
        PythonPool::Joblib { chunk: None, .. } => 0,
        _ => u32::try_from(plan.chunk()).unwrap_or(u32::MAX),
    };
    let tasks = usize::try_from(tasks).unwrap_or(usize::MAX);
    Some(Batch { tasks, chunk })
}

/// Whether the tasks of a batch of `plan` are to come before they are due, so that all are entered in the books when they
/// are handed over. Not where an attempt has a time of its own from its begin on, or a fault may befall it by then.
pub(super) fn takes_batch_ahead(plan: &Plan, pool: PythonPool) -> bool {
    batch(plan, pool).is_some() && !plan.defences.watches_attempts() && plan.faults.is_none()
}

impl Python {
    /// Whether the harness said everything before `deadline_nanos`.
    fn has_said_all(&self, deadline_nanos: u64) -> bool {
        let left = deadline_nanos.saturating_sub(clock::now_nanos());
        self.all_said.recv_timeout(Duration::from_nanos(left))
            == Err(RecvTimeoutError::Disconnected)
    }
}

impl Running for Python {
    fn worker_pids(&self) -> Vec<u32> {
        self.shared.harness.workers()
    }

    fn signal_worker(&self, pid: u32, signal: Signal) -> bool {
        self.shared.harness.signal_worker(pid, signal)
    }

    fn lives(&self) -> bool {
        self.shared.failure.get().is_none()
    }

    fn failure(&self) -> Option<String> {
        self.shared.failure.get().cloned()
    }

    fn harness_pid(&self) -> Option<u32> {
        Some(self.shared.harness.pid())
    }

    fn interpreter(&self) -> Option<&InterpreterFacts> {
        Some(&self.facts)
    }

    fn end(self: Box<Self>, deadline_nanos: u64) {
        self.shared.leaving.store(true, Ordering::Release);
        // A cancelled block does not wait for tasks: processes can be killed. Otherwise the feeder has told it to
        // leave.
        let deadline_nanos = deadline_nanos.max(clock::now_nanos() + END_PATIENCE_NANOS);
        let in_order = !self.shared.desk.cancel.is_set() && self.has_said_all(deadline_nanos);
        if in_order {
            self.shared.note_end(&self.shared.harness.end_of_itself());
        } else {
            self.shared.harness.end();
        }
        self.shared.books.close();
        if let Some(bell) = &self.bell {
            // A thread that has left does not hear it.
            let _ = bell.send(None);
        }
        // The pipes of a process that is gone are closed; the bound is for one that the system cannot end.
        let patience = THREAD_PATIENCE.as_nanos() as u64;
        if in_order || self.has_said_all(clock::now_nanos() + patience) {
            for thread in self.threads {
                // A thread that panicked has aborted the process.
                let _ = thread.join();
            }
        }
    }
}
