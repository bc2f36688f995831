//! The runner's life: hello, one block, last word.
//!
//! It takes its streams as arguments, so tests drive it through pipes in memory.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Select, Sender, bounded};

use crate::engine::{
    self, BackendError, Block, KnownSpeed, Observation, Plan, Stand, Surroundings, clock,
};
use crate::runner::lives::lives as words_of_lives;
use crate::runner::resources::{ResourceReader, machine};
use crate::runner::words::{
    self, cohort, collections, counters, interpreter_lock, phase, pool_shapes, python_facts,
};
use crate::scenario::{Backend, Kernel, Scenario, Stage};
use crate::wire::{
    Calibration, Finished, FrameError, FromRunner, Hello, Incident, Pool, PoolKind, Resources,
    Snapshot, StartBlock, Started, ToRunner, read_frame, write_frame,
};

/// One snapshot each tenth of a second.
const TICK_NANOS: u64 = 100_000_000;

/// What is around the runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The executable that is started anew for worker processes.
    pub executable: PathBuf,
    /// An empty private folder that somebody else removes.
    pub scratch: PathBuf,
}

/// Why the runner could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The session is gone or talks nonsense.
    #[error("the session cannot be understood: {0}")]
    Session(#[from] FrameError),
    /// The session speaks another protocol.
    #[error("{0}")]
    Version(String),
    /// The block was refused; the session has been told.
    #[error("{0}")]
    Refused(String),
}

/// Measures the one block that the session asks for.
///
/// # Errors
/// If the session cannot be understood, or the block cannot be measured.
pub fn serve(
    mut input: impl Read + Send + 'static,
    mut output: impl Write,
    environment: &Environment,
) -> Result<(), RunnerError> {
    write_frame(&mut output, &FromRunner::Hello(Hello::ours()))?;
    let mut buffer = Vec::new();
    match read_frame(&mut input, &mut buffer)? {
        ToRunner::Hello(hello) => Hello::check(&hello).map_err(RunnerError::Version)?,
        _ => return Err(FrameError::Garbage("no hello").into()),
    }
    let ToRunner::Start(start) = read_frame(&mut input, &mut buffer)? else {
        // Stopped before it began.
        return Ok(());
    };
    let (stop_sender, stop) = bounded(1);
    listen(input, stop_sender).map_err(|error| RunnerError::Refused(error.to_string()))?;
    let measured = prepare(&start, environment, &stop).and_then(|(block, server)| {
        let server_pid = server.as_ref().map(engine::ServerProcess::pid);
        measure(block, &start, server_pid, &stop, &mut output).map(|()| drop(server))
    });
    match measured {
        Err(BlockError::Output(error)) => Err(error.into()),
        Err(error) => {
            let message = error.to_string();
            let refusal = FromRunner::Refused {
                message: message.clone(),
            };
            write_frame(&mut output, &refusal)?;
            Err(RunnerError::Refused(message))
        }
        Ok(()) => Ok(()),
    }
}

/// Why a block could not be measured to its end.
#[derive(Debug, thiserror::Error)]
enum BlockError {
    #[error("the scenario cannot be read: {0}")]
    Scenario(String),
    #[error("{}", with_source(.0))]
    Engine(#[from] BackendError),
    #[error("nobody listens: {0}")]
    Output(#[from] FrameError),
}

/// The error and what the system said.
fn with_source(error: &BackendError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error} ({source})"),
        None => error.to_string(),
    }
}

/// Reads the session's further commands on a thread of its own. If the session is gone, so is the reason to
/// go on.
fn listen(mut input: impl Read + Send + 'static, stop: Sender<()>) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("commands".to_owned())
        .spawn(move || {
            let mut buffer = Vec::new();
            while let Ok(command) = read_frame::<ToRunner>(&mut input, &mut buffer) {
                if command == ToRunner::Stop {
                    // A second stop changes nothing.
                    let _ = stop.try_send(());
                }
            }
            // Dropping the sender tells the main thread.
        })?;
    Ok(())
}

fn prepare(
    start: &StartBlock,
    environment: &Environment,
    stop: &Receiver<()>,
) -> Result<(Prepared, Option<engine::ServerProcess>), BlockError> {
    let loaded = crate::scenario::parse(&start.scenario);
    let scenario: Scenario = loaded.scenario.ok_or_else(|| {
        BlockError::Scenario(
            loaded
                .problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    })?;
    let mut surroundings = Surroundings {
        executable: environment.executable.clone(),
        scratch: environment.scratch.clone(),
        server_port: None,
        python: start.python.as_ref().map(|home| engine::PythonHome {
            name: home.name.clone(),
            executable: PathBuf::from(&home.executable),
            dask_address: home.dask_address.clone(),
            ray_address: home.ray_address.clone(),
        }),
    };
    let recipes = engine::Recipes::new(&scenario, false, start.seed);
    let mut server = None;
    if recipes.steps().any(|step| step.needs_server()) {
        let started = engine::start_server(&environment.executable, scenario.server.connections)?;
        surroundings.server_port = Some(started.port());
        server = Some(started);
    }
    // Repeats are other draws of the same experiment.
    let seed = start.seed.wrapping_add(u64::from(start.repeat));
    let plan = Plan::new(
        &scenario,
        start.scenario.clone(),
        start.candidate as usize,
        seed,
        surroundings,
    )
    .ok_or_else(|| BlockError::Scenario(format!("no candidate {}", start.candidate)))?;
    let backend = plan.backend;
    Ok((
        Prepared {
            block: Block::new(plan)?,
            backend,
            calibration: calibration(&scenario, &start.fastest_nanos, stop),
        },
        server,
    ))
}

/// A block before its back end is started.
struct Prepared {
    block: Block,
    backend: Backend,
    calibration: Vec<Calibration>,
}

/// How fast this machine computes the kernels of `scenario` now. Before the back end is there, and before its
/// baseline of memory is read: what a kernel works on is then part of that. A stop ends it; whoever measures hears of
/// that stop as well.
fn calibration(
    scenario: &Scenario,
    fastest_nanos: &[(Kernel, f64)],
    stop: &Receiver<()>,
) -> Vec<Calibration> {
    let kernels: BTreeSet<Kernel> = scenario
        .tasks
        .iter()
        .flat_map(|kind| &kind.stages)
        .filter_map(|stage| match stage {
            Stage::Cpu { kernel, .. } => Some(*kernel),
            _ => None,
        })
        .collect();
    let known = |kernel| KnownSpeed {
        kernel,
        fastest_nanos: fastest_nanos
            .iter()
            .find_map(|(one, nanos)| (*one == kernel).then_some(*nanos)),
    };
    let kernels: Vec<KnownSpeed> = kernels.into_iter().map(known).collect();
    let mut told = Select::new();
    told.recv(stop);
    engine::calibrate(&kernels, |pause| told.ready_timeout(pause).is_err())
        .into_iter()
        .map(|speed| Calibration {
            kernel: speed.kernel,
            unit_nanos: speed.unit_nanos,
            medians_nanos: speed.medians_nanos,
            spread_ratio: speed.spread_ratio,
            fastest_nanos: speed.fastest_nanos,
        })
        .collect()
}

fn measure(
    prepared: Prepared,
    start: &StartBlock,
    server_pid: Option<u32>,
    stop: &Receiver<()>,
    output: &mut impl Write,
) -> Result<(), BlockError> {
    let Prepared {
        mut block,
        backend,
        calibration,
    } = prepared;
    let machine = machine();
    let mut reader = ResourceReader::new(start.observer_pid, server_pid, backend);
    block.start()?;
    reader.back_end_is_up(&block);
    let started = Started {
        cold_start_nanos: block.cold_start_nanos(),
        worker_pids: block.worker_pids(),
        baseline_bytes: reader.baseline_bytes(),
        machine,
        calibration,
        python: block.interpreter().map(python_facts),
    };
    write_frame(output, &FromRunner::Started(Box::new(started)))?;
    block.begin()?;
    let mut reporter = Reporter {
        reader,
        pool_shapes: pool_shapes(backend),
        sequence: 0,
        skipped_ticks: 0,
    };
    let mut stopped = false;
    let mut next_tick = block.start_nanos() + TICK_NANOS;
    loop {
        if let Err(error) = move_on(&mut block, stopped, &mut reporter, output) {
            // What was measured until then is not lost.
            reporter.report(&block, output)?;
            return Err(error);
        }
        if block.stand() == Stand::Over {
            break;
        }
        // Between the snapshot of the idle back end and the start of a batch there is nothing to tell.
        let tick = next_tick.max(block.batch_start_nanos());
        if clock::now_nanos() >= tick {
            reporter.report(&block, output)?;
            let missed = (clock::now_nanos() - next_tick) / TICK_NANOS;
            reporter.skipped_ticks += missed;
            next_tick += TICK_NANOS * (missed + 1);
        }
        let tick = next_tick.max(block.batch_start_nanos());
        let until = tick.min(block.deadline_nanos());
        let wait = Duration::from_nanos(until.saturating_sub(clock::now_nanos()));
        match stop.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => {}
            // A session that is gone wants an end as well.
            Ok(()) | Err(RecvTimeoutError::Disconnected) => stopped = true,
        }
    }
    let finished = Finished {
        stopped,
        makespan_nanos: block.makespan_nanos(),
        worker_deaths: block.deaths(),
        workers_recycled: block.recycled(),
        failures: block.failures(),
    };
    write_frame(output, &FromRunner::Finished(finished))?;
    Ok(())
}

/// Moves the block on as far as its time has come, with a snapshot at each change of phase.
fn move_on(
    block: &mut Block,
    stop: bool,
    reporter: &mut Reporter,
    output: &mut impl Write,
) -> Result<(), BlockError> {
    loop {
        // A batch may have used a good part of its time before its first snapshot is taken, so its counters
        // start from what they were on the idle back end.
        let idle = (block.stand() == Stand::Settling).then(|| {
            reporter.reader.phase_changes();
            reporter.reader.counters(block)
        });
        if !block.poll(stop)? {
            return Ok(());
        }
        if block.stand() == Stand::Measure {
            reporter.reader.measurement_begins(clock::now_nanos());
        }
        let counters = idle.unwrap_or_else(|| {
            reporter.reader.phase_changes();
            reporter.reader.counters(block)
        });
        reporter.report_with(counters, block, output)?;
    }
}

/// Makes snapshots.
struct Reporter {
    reader: ResourceReader,
    pool_shapes: Vec<(PoolKind, u32)>,
    sequence: u64,
    skipped_ticks: u64,
}

impl Reporter {
    /// The pools with their `gauges`: tasks in the queue and under way.
    fn pools(&self, gauges: &[(u64, u64)]) -> Vec<Pool> {
        self.pool_shapes
            .iter()
            .zip(gauges)
            .map(|(&(kind, workers), &(queued, in_flight))| Pool {
                kind,
                workers,
                queued,
                in_flight,
            })
            .collect()
    }

    fn report(&mut self, block: &Block, output: &mut impl Write) -> Result<(), BlockError> {
        let counters = self.reader.counters(block);
        self.report_with(counters, block, output)
    }

    /// Sends a snapshot of now with counters that were read just before.
    fn report_with(
        &mut self,
        mut resources: Resources,
        block: &Block,
        output: &mut impl Write,
    ) -> Result<(), BlockError> {
        for incident in block.take_incidents() {
            let incident = Incident {
                elapsed_nanos: incident.at_nanos.saturating_sub(block.start_nanos()),
                kind: words::incident_kind(incident.kind),
                message: incident.message,
            };
            write_frame(output, &FromRunner::Incident(incident))?;
        }
        let Observation {
            elapsed_nanos,
            stand,
            measure_start_nanos,
            measure_end_nanos,
            tallies: [warm_up, measured],
            distributions: [of_warm_up, of_measured],
            totals: [total_of_warm_up, total_of_measured],
            pools,
            loop_lag,
            interpreter,
            resilience,
            window,
            good_late,
            lives,
        } = block.observe();
        resources.memory = self.reader.memory_if_due(block);
        let snapshot = Snapshot {
            sequence: self.sequence,
            elapsed_nanos,
            phase: phase(stand),
            measure_start_nanos,
            measure_end_nanos,
            warm_up: cohort(warm_up, of_warm_up, &total_of_warm_up),
            measured: cohort(measured, of_measured, &total_of_measured),
            counters: counters(block),
            pools: self.pools(&pools),
            loop_lag,
            interpreter_lock: interpreter.map(interpreter_lock),
            collections: block.collections().map(collections),
            resilience: words::resilience(resilience),
            window_completed: window.completed,
            window_good: window.good,
            window_good_late: window.good_late,
            good_late,
            lives: Some(words_of_lives(&lives, block.start_nanos())),
            resources,
            skipped_ticks: self.skipped_ticks,
            merged: 0,
        };
        self.sequence += 1;
        write_frame(output, &FromRunner::Snapshot(Box::new(snapshot)))?;
        Ok(())
    }
}
