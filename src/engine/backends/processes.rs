//! A pool of worker processes: the same executable started anew, tasks and answers over pipes.
//!
//! Each worker has a feeder thread here that starts it, hands it one task at a time, records the answer,
//! and replaces it if it dies. A task that was with a dead worker has failed; one that the worker did not
//! live to take goes to its successor.
//! The worker stamps begin and end itself, so that the way there and back counts as queue wait and response
//! time and not as service time.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use crate::engine::backends::desk::run_segment;
use crate::engine::backends::pipe::{Answer, Setup, read_task, write_task};
use crate::engine::backends::{BackendError, Desk, Running, child};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::plan::{FRONT_POOL, Recipes};
use crate::engine::stages::{StageError, Workbench};
use crate::engine::task::{Outcome, Ran, Task};

/// How often each worker is replaced in a block; a recipe that kills each of them must come to an end.
const REPLACEMENTS_MAX: u32 = 20;
/// What a worker says when it is ready for its first task.
const READY: u8 = b'r';

/// The feeder threads and what they share.
struct ProcessPool {
    feeders: Vec<JoinHandle<()>>,
    all_ended: Receiver<()>,
    pids: Arc<Pids>,
    desk: Arc<Desk>,
}

/// The process ids of the workers that live, by number.
#[derive(Debug)]
struct Pids(Mutex<Vec<Option<u32>>>);

impl Pids {
    fn set(&self, worker: usize, pid: Option<u32>) {
        if let Some(slot) = self.lock().get_mut(worker) {
            *slot = pid;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Option<u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts `workers` processes and waits until each is ready.
pub(super) fn start(
    workers: u32,
    scenario_text: &str,
    desk: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    let (ready, is_ready) = bounded(workers as usize);
    let (alive, all_ended) = bounded::<()>(0);
    let pids = Arc::new(Pids(Mutex::new(vec![None; workers as usize])));
    let mut feeders = Vec::with_capacity(workers as usize);
    for number in 1..=workers {
        let feeder = Feeder {
            worker: number as usize - 1,
            setup: Setup {
                scenario: scenario_text.to_owned(),
                seed: desk.recipes.seed(),
                worker: u64::from(number) - 1,
                scratch: desk.surroundings.scratch.clone(),
                server_port: desk.surroundings.server_port,
            },
            pids: pids.clone(),
            desk: desk.clone(),
        };
        let (ready, alive) = (ready.clone(), alive.clone());
        let spawned = std::thread::Builder::new()
            .name(format!("feeder {number}"))
            .spawn(move || {
                clock::wake_precisely();
                feeder.serve(&ready);
                drop(alive);
            });
        match spawned {
            Ok(thread) => feeders.push(thread),
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
    drop(alive);
    let pool = Box::new(ProcessPool {
        feeders,
        all_ended,
        pids,
        desk,
    });
    for number in 1..=workers {
        // A feeder that panicked has aborted the process.
        if let Ok(Err(source)) = is_ready.recv() {
            pool.desk.end_queues();
            pool.end(clock::now_nanos());
            return Err(BackendError::Process {
                number,
                wanted: workers,
                source,
            });
        }
    }
    Ok(pool)
}

/// What feeds one worker and its successors.
struct Feeder {
    worker: usize,
    setup: Setup,
    pids: Arc<Pids>,
    desk: Arc<Desk>,
}

impl Feeder {
    fn serve(&self, ready: &Sender<io::Result<()>>) {
        let mut process = match self.launch() {
            Ok(process) => {
                // The receiver waits for all workers.
                let _ = ready.send(Ok(()));
                process
            }
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let mut replacements = 0;
        let mut taken = Vec::with_capacity(1);
        while self
            .desk
            .take_blocking(FRONT_POOL, self.worker, 1, &mut taken)
        {
            let Some(task) = taken.pop() else { continue };
            match self.execute(process, &task, &mut replacements) {
                Some(living) => process = living,
                None => return,
            }
        }
        self.pids.set(self.worker, None);
        process.kill();
    }

    /// Hands `task` to the worker and returns who is alive afterwards.
    fn execute(
        &self,
        mut process: WorkerProcess,
        task: &Task,
        replacements: &mut u32,
    ) -> Option<WorkerProcess> {
        self.desk.start(self.worker, task);
        loop {
            let start_nanos = clock::now_nanos();
            let death = match process.exchange(task.number) {
                Ok(answer) => {
                    self.take(task, answer);
                    return Some(process);
                }
                Err(death) => death,
            };
            let ran = Ran::here(start_nanos, clock::now_nanos());
            let successor = self.bury(process, task, ran, death, replacements);
            match death {
                Death::Idle => process = successor?,
                Death::AtWork => return successor,
            }
        }
    }

    fn launch(&self) -> io::Result<WorkerProcess> {
        let process = WorkerProcess::start(&self.desk.surroundings.executable, &self.setup)?;
        self.pids.set(self.worker, Some(process.child.id()));
        Ok(process)
    }

    fn take(&self, task: &Task, answer: Answer) {
        let result = match answer.outcome {
            Outcome::Good => Ok(0),
            Outcome::Failed => Err(StageError::Failed(answer.message)),
            Outcome::Cancelled => Err(StageError::Cancelled),
        };
        let _ = self
            .desk
            .end(FRONT_POOL, self.worker, task.clone(), answer.ran, result);
    }

    /// The worker died: says so and starts a successor, if the block goes on. Without one, or if it died
    /// with `task`, the task has come to its end.
    fn bury(
        &self,
        mut dead: WorkerProcess,
        task: &Task,
        ran: Ran,
        death: Death,
        replacements: &mut u32,
    ) -> Option<WorkerProcess> {
        // Before the wait: afterwards the number may belong to another process.
        self.pids.set(self.worker, None);
        if self.desk.cancel.is_set() {
            dead.kill();
            let _ = self.desk.end(
                FRONT_POOL,
                self.worker,
                task.clone(),
                ran,
                Err(StageError::Cancelled),
            );
            return None;
        }
        let cause = child::end_of(&mut dead.child);
        let lose = || {
            let failure = StageError::Failed("lost with its worker process".to_owned());
            let _ = self
                .desk
                .end(FRONT_POOL, self.worker, task.clone(), ran, Err(failure));
        };
        if death == Death::AtWork {
            lose();
        }
        let (successor, and) = if *replacements >= REPLACEMENTS_MAX {
            let times = format!("after {REPLACEMENTS_MAX} replacements there is no other");
            (None, times)
        } else {
            *replacements += 1;
            match self.launch() {
                Ok(successor) => (Some(successor), "it is replaced".to_owned()),
                Err(error) => (None, format!("no other could be started: {error}")),
            }
        };
        let with = match death {
            Death::AtWork => "its task is lost",
            Death::Idle => "it had no task",
        };
        let name = self.worker + 1;
        self.desk
            .worker_died(format!("worker {name} {cause}; {with}, {and}"));
        if death == Death::Idle && successor.is_none() {
            lose();
        }
        successor
    }
}

/// When a worker died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    /// Before it could take the task.
    Idle,
    /// With the task, or after it and before its answer.
    AtWork,
}

/// One worker process that lives.
struct WorkerProcess {
    child: Child,
    tasks: BufWriter<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl WorkerProcess {
    /// Starts a worker and waits until it is ready.
    fn start(executable: &std::path::Path, setup: &Setup) -> io::Result<Self> {
        let mut child = child::start(executable, child::WORKER_PART, &[])?;
        let (Some(tasks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut process = Self {
            child,
            tasks: BufWriter::new(tasks),
            answers: BufReader::new(answers),
        };
        let mut ready = [0];
        let made_ready = setup
            .write(&mut process.tasks)
            .and_then(|()| process.answers.read_exact(&mut ready))
            .and_then(|()| {
                if ready[0] == READY {
                    Ok(())
                } else {
                    Err(io::ErrorKind::InvalidData.into())
                }
            });
        match made_ready {
            Ok(()) => Ok(process),
            Err(error) => {
                process.kill();
                Err(error)
            }
        }
    }

    /// A broken pipe means a dead worker: the cause is in how it ended, not in the pipe's error.
    fn exchange(&mut self, number: u64) -> Result<Answer, Death> {
        let handed = write_task(&mut self.tasks, number).and_then(|()| self.tasks.flush());
        if handed.is_err() {
            return Err(Death::Idle);
        }
        Answer::read(&mut self.answers).or(Err(Death::AtWork))
    }

    /// A worker holds nothing that an orderly end would save.
    fn kill(&mut self) {
        // It may be gone already; the wait collects it either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running for ProcessPool {
    /// A feeder ends before the queue does only if its worker died and was not replaced.
    fn lives(&self) -> bool {
        self.all_ended.try_recv() != Err(TryRecvError::Disconnected)
    }

    fn worker_pids(&self) -> Vec<u32> {
        self.pids.lock().iter().flatten().copied().collect()
    }

    fn end(self: Box<Self>, deadline_nanos: u64) {
        let wait = |until: u64| {
            let left = Duration::from_nanos(until.saturating_sub(clock::now_nanos()));
            self.all_ended.recv_timeout(left)
                == Err(crossbeam_channel::RecvTimeoutError::Disconnected)
        };
        // A cancelled block does not wait for tasks: processes can be killed.
        if self.desk.cancel.is_set() || !wait(deadline_nanos) {
            for pid in self.pids.lock().iter().flatten() {
                kill(*pid);
            }
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

fn kill(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// The life of a worker process: set-up, then task after task until its input ends.
///
/// # Errors
/// If a pipe breaks, or the set-up cannot be understood.
pub fn worker_main(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let setup = Setup::read(&mut input)?;
    let scenario = crate::scenario::parse(&setup.scenario)
        .scenario
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the scenario cannot be read"))?;
    let recipes = Recipes::new(&scenario, false, setup.seed);
    let mut bench = Workbench::new(
        &setup.scratch,
        setup.server_port,
        setup.worker,
        Arc::default(),
    );
    // Never set: a worker that is to end is killed.
    let cancel = Cancel::default();
    clock::wake_precisely();
    output.write_all(&[READY])?;
    output.flush()?;
    while let Some(number) = read_task(&mut input)? {
        let start_nanos = clock::now_nanos();
        let task = Task::new(number, crate::engine::task::Cohort::Measured, 0, 0);
        let result = run_segment(&recipes, &task, &mut bench, &cancel);
        let ran = Ran::here(start_nanos, clock::now_nanos());
        let (outcome, message) = match result {
            Ok(_) => (Outcome::Good, String::new()),
            Err(StageError::Cancelled) => (Outcome::Cancelled, String::new()),
            Err(StageError::Failed(message)) => (Outcome::Failed, message),
        };
        Answer {
            ran,
            outcome,
            message,
        }
        .write(&mut output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = r#"(
        format: 1,
        title: "two kinds of work",
        tasks: [(name: "t", stages: [Cpu(amount: Work(10)), FileRead(size: "1KiB")])],
        candidates: [(backend: Sequential)],
    )"#;

    #[test]
    fn a_worker_answers_each_task_until_its_input_ends() {
        let scratch = tempfile::tempdir().unwrap();
        let setup = Setup {
            scenario: SCENARIO.to_owned(),
            seed: 1,
            worker: 0,
            scratch: scratch.path().to_owned(),
            server_port: None,
        };
        let mut input = Vec::new();
        setup.write(&mut input).unwrap();
        (0..3).for_each(|number| write_task(&mut input, number).unwrap());
        let mut output = Vec::new();
        worker_main(input.as_slice(), &mut output).unwrap();
        assert_eq!(output[0], READY);
        let mut answers = &output[1..];
        for _ in 0..3 {
            let answer = Answer::read(&mut answers).unwrap();
            // The file to read was not prepared: the failure travels with its text.
            assert_eq!(answer.outcome, Outcome::Failed);
            assert!(
                answer.message.contains("prepared file"),
                "{}",
                answer.message
            );
            assert!(answer.ran.start_nanos <= answer.ran.end_nanos);
        }
        assert!(answers.is_empty());
    }
}
