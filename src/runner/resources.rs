//! What the sampler says of a block's processes and of the machine, in the words of the wire.
//!
//! What is cheap is read at every tick: CPU time and resident sizes, some 0.7 µs per worker process. What is not has
//! a budget: the machine once a second, memory as `memory.rs` says.

use crate::engine::{Block, clock};
use crate::runner::memory::MemoryReader;
use crate::runner::workers::Workers;
use crate::sampler::{self, MachineState, MachineWatch, Watched};
use crate::scenario::Backend;
use crate::wire::{Machine, MachineSample, Memory, Resident, Resources, WORKER_SAMPLES_MAX};

/// The machine is looked at once a second, and at the changes of phase.
const MACHINE_PERIOD_NANOS: u64 = 1_000_000_000;
/// Looking at the machine may take this share of the time: one part in so many.
const MACHINE_BUDGET: u64 = 1_000;
/// More threads or processes than this are not asked for their context switches at every tick: each costs some
/// microseconds.
const CHEAP_WORKERS: u32 = 16;
/// More than this are not asked at the changes of phase either: that would take tens of milliseconds.
const WORKERS_ASKED_MAX: u32 = 2_048;

/// Reads CPU, memory and context switches of runner and workers, and the state of the machine.
pub(super) struct ResourceReader {
    runner: Watched,
    /// The harness of an interpreter, if tasks run there and not in the runner.
    harness: Option<(u32, Watched)>,
    observer: Watched,
    server: Option<Watched>,
    workers_wanted: u32,
    workers: Workers,
    memory: MemoryReader,
    machine: MachineWatch,
    next_machine_nanos: u64,
    /// Set until the next reading: it belongs to a change of phase.
    at_edge: bool,
}

impl ResourceReader {
    /// A reader for this runner; to be made before the back end is started. `server_pid` is that of the built-in
    /// server, if a stage asks it.
    pub(super) fn new(observer_pid: u32, server_pid: Option<u32>, backend: Backend) -> Self {
        let processes = backend.worker_processes();
        let workers_wanted = backend.workers().max(1);
        Self {
            runner: Watched::new(std::process::id()),
            harness: None,
            observer: Watched::new(observer_pid),
            server: server_pid.map(Watched::new),
            workers_wanted,
            workers: Workers::new(processes),
            memory: MemoryReader::new(processes > 0, workers_wanted),
            machine: MachineWatch::new(),
            next_machine_nanos: 0,
            at_edge: true,
        }
    }

    /// The back end of `block` is up: from now on it is known whether its tasks run in this process.
    pub(super) fn back_end_is_up(&mut self, block: &Block) {
        if let Some(pid) = block.harness_pid() {
            self.harness = Some((pid, Watched::new(pid)));
            let baseline = block.interpreter().and_then(|facts| facts.baseline_bytes);
            self.memory.move_to(pid, baseline);
        }
    }

    /// Where tasks run that have no process of their own.
    fn home(&self) -> (u32, &Watched) {
        match &self.harness {
            Some((pid, watched)) => (*pid, watched),
            None => (std::process::id(), &self.runner),
        }
    }

    /// Memory of the home's own before the pool was there, in bytes.
    pub(super) const fn baseline_bytes(&self) -> Option<u64> {
        self.memory.baseline_bytes()
    }

    /// The next reading belongs to a change of phase: it has everything that differences are made of.
    pub(super) const fn phase_changes(&mut self) {
        self.at_edge = true;
    }

    /// The measurement begins: memory is sampled with the next reading.
    pub(super) const fn measurement_begins(&mut self, now_nanos: u64) {
        self.memory.measurement_begins(now_nanos);
    }

    /// Reads the counters; memory is read by [`Self::memory_if_due`]. The calling thread is the instrument's own.
    pub(super) fn counters(&mut self, block: &Block) -> Resources {
        let at_edge = std::mem::take(&mut self.at_edge);
        let ended = block.ended_workers_cpu_nanos();
        let children = sampler::ended_children_cpu_nanos();
        self.workers.follow(&block.worker_pids(), at_edge);
        // A zygote's time and memory are the price of its copies; a harness executes tasks itself.
        let origin = block.zygote_pid().or_else(|| block.harness_pid());
        self.workers.follow_origin(origin);
        let workers_cpu = self.workers.cpu_nanos(ended, children);
        let runner = self.runner.cpu_nanos().unwrap_or(0);
        let instrument = if self.harness.is_some() {
            // Whatever this process does, it executes no task.
            runner
        } else {
            clock::thread_cpu_nanos() + block.generator_cpu_nanos()
        };
        let observer = self.observer.cpu_nanos();
        let server = self.server.as_ref().and_then(Watched::cpu_nanos);
        let ours = runner + workers_cpu + observer.unwrap_or(0) + server.unwrap_or(0);
        let machine = self.machine_if_due(at_edge, block.start_nanos(), ours);
        let switches = self.switches(at_edge);
        let samples = self.workers.samples(WORKER_SAMPLES_MAX);
        Resources {
            cpu_nanos: runner.saturating_sub(instrument) + workers_cpu,
            instrument_cpu_nanos: instrument,
            observer_cpu_nanos: observer,
            voluntary_switches: switches.map(|switches| switches.voluntary),
            involuntary_switches: switches.map(|switches| switches.involuntary),
            memory: None,
            resident: self.resident(),
            workers_unlisted: self.workers.count().saturating_sub(samples.len()) as u32,
            workers: samples,
            machine,
        }
    }

    /// The machine, if it is time.
    fn machine_if_due(
        &mut self,
        at_edge: bool,
        start_nanos: u64,
        ours_cpu_nanos: u64,
    ) -> Option<MachineSample> {
        let now_nanos = clock::now_nanos();
        if !at_edge && now_nanos < self.next_machine_nanos {
            return None;
        }
        let state = self.machine.state();
        let cost = clock::now_nanos().saturating_sub(now_nanos);
        self.next_machine_nanos = now_nanos + MACHINE_PERIOD_NANOS.max(cost * MACHINE_BUDGET);
        let elapsed_nanos = now_nanos.saturating_sub(start_nanos);
        Some(machine_sample(state, elapsed_nanos, ours_cpu_nanos))
    }

    /// Resident sizes of runner (or harness) and worker processes.
    fn resident(&self) -> Option<Resident> {
        let mut resident = Resident {
            runner_bytes: self.home().1.resident_bytes()?,
            workers_bytes: 0,
            workers: 0,
            largest_worker_bytes: 0,
        };
        for bytes in self.workers.resident_bytes() {
            resident.workers_bytes += bytes;
            resident.workers += 1;
            resident.largest_worker_bytes = resident.largest_worker_bytes.max(bytes);
        }
        Some(resident)
    }

    /// With many workers only at the changes of phase: the differences over the measurement are there, the course
    /// is not.
    fn switches(&self, at_edge: bool) -> Option<sampler::Switches> {
        let asked_max = if at_edge {
            WORKERS_ASKED_MAX
        } else {
            CHEAP_WORKERS
        };
        // A worker that is gone has taken its count along: the sum would shrink.
        if self.workers_wanted > asked_max || self.workers.any_is_gone() {
            return None;
        }
        let mut sum = sampler::context_switches(self.home().0)?;
        for pid in self.workers.pids() {
            let worker = sampler::context_switches(pid)?;
            sum.voluntary += worker.voluntary;
            sum.involuntary += worker.involuntary;
        }
        Some(sum)
    }

    /// Memory, if it is time; none once the back end is gone. It takes milliseconds, so it comes after
    /// everything that belongs to one instant.
    pub(super) fn memory_if_due(&mut self, block: &Block) -> Option<Memory> {
        if block.stand() == crate::engine::Stand::Over {
            return None;
        }
        let mut memory = self
            .memory
            .sample(clock::now_nanos(), self.workers.processes())?;
        // A harness is the home, and is in the sum.
        let zygote = self.workers.origin().filter(|_| self.harness.is_none());
        if let Some(zygote) = zygote.and_then(Watched::memory) {
            memory.total_bytes += zygote.pss_bytes.unwrap_or(zygote.rss_bytes);
        }
        Some(memory)
    }
}

/// The state of the machine, in the words of the wire.
pub(super) const fn machine_sample(
    state: MachineState,
    elapsed_nanos: u64,
    ours_cpu_nanos: u64,
) -> MachineSample {
    MachineSample {
        elapsed_nanos,
        ours_cpu_nanos,
        busy_nanos: state.busy_nanos,
        steal_nanos: state.steal_nanos,
        processors: state.processors,
        frequency_hz: state.frequency_hz,
        frequency_max_hz: state.frequency_max_hz,
        memory_available_bytes: state.memory_available_bytes,
        memory_pressure_ratio: state.memory_pressure_ratio,
        memory_pressure_nanos: state.memory_pressure_nanos,
        suspended_nanos: state.suspended_nanos,
        throttled_nanos: state.throttled_nanos,
        throttled_periods: state.throttled_periods,
    }
}

/// The machine, in the words of the wire.
pub(super) fn machine() -> Machine {
    let facts = sampler::machine();
    Machine {
        os: facts.os,
        kernel: facts.kernel,
        cpu: facts.cpu,
        cores: facts.cores,
        memory_bytes: facts.memory_bytes.unwrap_or(0),
        load_average: facts.load_average,
        processors: facts.processors,
        quota_cores: facts.quota_cores,
        governor: facts.governor,
        virtualization: facts.virtualization,
        clock_source: facts.clock_source,
    }
}
