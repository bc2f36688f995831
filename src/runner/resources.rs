//! What the sampler says of a block's processes, in the words of the wire.

use std::collections::BTreeMap;

use crate::engine::{Block, Stand, clock};
use crate::sampler;
use crate::scenario::Backend;
use crate::wire::{Machine, Memory, MemoryKind, Resources};

/// Memory is sampled once a second: reading it takes a lock of the process that is read.
const MEMORY_PERIOD_NANOS: u64 = 1_000_000_000;
/// In the first second of a measurement it is sampled at every tick: a short batch may have no other.
const EAGER_NANOS: u64 = 1_000_000_000;
/// Sampling memory may take this share of the time: with many workers it is sampled less often.
const MEMORY_BUDGET: u64 = 200;

/// Reads CPU, memory and context switches of runner and workers.
pub(super) struct ResourceReader {
    runner_pid: u32,
    observer_pid: u32,
    workers: u32,
    /// Whether the workers are processes of their own.
    of_processes: bool,
    /// Memory of the runner's own without a back end, in bytes.
    baseline_bytes: Option<u64>,
    /// The last reading of each worker process, so that a dead one's CPU time stays in the sum.
    worker_cpu_nanos: BTreeMap<u32, u64>,
    next_memory_nanos: u64,
    eager_until_nanos: u64,
}

impl ResourceReader {
    /// A reader for this runner; to be made before the back end is started.
    pub(super) fn new(observer_pid: u32, backend: Backend) -> Self {
        let runner_pid = std::process::id();
        Self {
            runner_pid,
            observer_pid,
            workers: backend.workers().max(1),
            of_processes: matches!(backend, Backend::Processes { .. }),
            baseline_bytes: own_memory(runner_pid),
            worker_cpu_nanos: BTreeMap::new(),
            next_memory_nanos: 0,
            eager_until_nanos: 0,
        }
    }

    /// Memory of the runner's own before the back end was started, in bytes.
    pub(super) const fn baseline_bytes(&self) -> Option<u64> {
        self.baseline_bytes
    }

    /// The measurement begins: memory is sampled with the next reading.
    pub(super) fn measurement_begins(&mut self, now_nanos: u64) {
        self.next_memory_nanos = 0;
        self.eager_until_nanos = now_nanos + EAGER_NANOS;
    }

    /// Reads the counters; memory is read by [`Self::memory_if_due`]. The calling thread is the instrument's own.
    pub(super) fn counters(&mut self, block: &Block) -> Resources {
        let pids = block.worker_pids();
        for &pid in &pids {
            if let Some(nanos) = sampler::cpu_nanos(pid) {
                self.worker_cpu_nanos.insert(pid, nanos);
            }
        }
        let instrument = clock::thread_cpu_nanos() + block.generator_cpu_nanos();
        let runner = sampler::cpu_nanos(self.runner_pid).unwrap_or(0);
        let switches = self.switches(&pids);
        Resources {
            cpu_nanos: runner.saturating_sub(instrument)
                + self.worker_cpu_nanos.values().sum::<u64>(),
            instrument_cpu_nanos: instrument,
            observer_cpu_nanos: sampler::cpu_nanos(self.observer_pid),
            voluntary_switches: switches.map(|switches| switches.voluntary),
            involuntary_switches: switches.map(|switches| switches.involuntary),
            memory: None,
            ..Resources::default()
        }
    }

    /// With many threads, their switches cost a system call each: only read together with memory.
    fn switches(&self, pids: &[u32]) -> Option<sampler::Switches> {
        /// More threads than this are not asked at every tick.
        const CHEAP_WORKERS: u32 = 16;
        if self.workers > CHEAP_WORKERS {
            return None;
        }
        let mut sum = sampler::context_switches(self.runner_pid)?;
        for &pid in pids {
            let worker = sampler::context_switches(pid)?;
            sum.voluntary += worker.voluntary;
            sum.involuntary += worker.involuntary;
        }
        Some(sum)
    }

    /// Memory, if it is time; none once the back end is gone. It takes milliseconds, so it comes after
    /// everything that belongs to one instant.
    pub(super) fn memory_if_due(&mut self, block: &Block) -> Option<Memory> {
        let now_nanos = clock::now_nanos();
        if now_nanos < self.next_memory_nanos || block.stand() == Stand::Over {
            return None;
        }
        let memory = self.memory(&block.worker_pids());
        let cost = clock::now_nanos().saturating_sub(now_nanos);
        let period = if now_nanos < self.eager_until_nanos {
            0
        } else {
            MEMORY_PERIOD_NANOS
        };
        self.next_memory_nanos = now_nanos + period.max(cost * MEMORY_BUDGET);
        memory
    }

    fn memory(&self, pids: &[u32]) -> Option<Memory> {
        let (runner, runner_kind) = memory_of(self.runner_pid)?;
        if !self.of_processes {
            let growth = own_memory(self.runner_pid)?.saturating_sub(self.baseline_bytes?);
            return Some(Memory {
                kind: MemoryKind::Derived,
                per_worker_bytes: growth as f64 / f64::from(self.workers),
                per_worker_uss_bytes: None,
                per_worker_rss_bytes: None,
                total_bytes: runner,
            });
        }
        let mut kind = runner_kind;
        let mut workers = 0;
        let mut read = 0_u32;
        for &pid in pids {
            // A worker that has just died has none.
            if let Some((bytes, of_kind)) = memory_of(pid) {
                workers += bytes;
                read += 1;
                if of_kind == MemoryKind::Rss {
                    kind = MemoryKind::Rss;
                }
            }
        }
        (read > 0).then(|| Memory {
            kind,
            per_worker_bytes: workers as f64 / f64::from(read),
            per_worker_uss_bytes: None,
            per_worker_rss_bytes: None,
            total_bytes: runner + workers,
        })
    }
}

/// What grows with a back end inside the runner, in bytes: memory that the runner has written itself. Its PSS
/// would also move when the window or another run maps the same executable.
fn own_memory(pid: u32) -> Option<u64> {
    let memory = sampler::memory(pid)?;
    memory.written_bytes.or(Some(memory.rss_bytes))
}

/// Memory of a process in bytes: PSS, or RSS where the system offers no better.
fn memory_of(pid: u32) -> Option<(u64, MemoryKind)> {
    let memory = sampler::memory(pid)?;
    Some(
        memory
            .pss_bytes
            .map_or((memory.rss_bytes, MemoryKind::Rss), |pss| {
                (pss, MemoryKind::Pss)
            }),
    )
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
        ..Machine::default()
    }
}
