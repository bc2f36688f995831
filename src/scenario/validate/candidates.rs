//! What the candidates must fulfil.

use std::collections::HashMap;

use crate::scenario::bounds::{
    MAX_CANDIDATES, MAX_EVENT_LOOPS, MAX_IN_FLIGHT, MAX_PER_CORE, MAX_PROCESSES, MAX_QUEUE,
    MAX_RECYCLE_AFTER, MAX_THREADS, NAME_CHARS,
};
use crate::scenario::cpython_cost::parcel;
use crate::scenario::validate::{Checks, workers_by_number};
use crate::scenario::{Backend, Candidate, HybridWaits, Load, Scenario, Stage, Workers};
use crate::units::text;

impl Checks {
    pub(super) fn candidates(&mut self, scenario: &Scenario) {
        let candidates = &scenario.candidates;
        self.length("candidates", candidates.len(), MAX_CANDIDATES, "candidate");
        let mut seen = HashMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let path = format!("candidates[{index}]");
            if let Some(name) = &candidate.name {
                self.line(&format!("{path}.name"), name, NAME_CHARS);
            }
            if let Some(first) = seen.insert(candidate.label(), index) {
                self.same_label(&path, candidate, first);
            }
            self.interpreter(&path, candidate);
            self.interpreter_name(&path, candidate);
            let path = format!("{path}.backend");
            self.backend(&path, candidate.backend, scenario);
            self.idle_workers(&path, candidate.backend, &scenario.load);
        }
    }

    fn same_label(&mut self, path: &str, candidate: &Candidate, first: usize) {
        let field = if candidate.name.is_some() {
            "name"
        } else {
            "backend"
        };
        self.error(
            format!("{path}.{field}"),
            format!(
                "'{}' is what candidates[{first}] is called too",
                candidate.label()
            ),
            "change its settings, or give it a name of its own",
        );
    }

    fn backend(&mut self, path: &str, backend: Backend, scenario: &Scenario) {
        let field = |name: &str| format!("{path}.{name}");
        match backend {
            Backend::Sequential => {}
            Backend::Threads { workers } => self.workers(&field("workers"), workers, MAX_THREADS),
            Backend::Processes { .. } => self.processes(path, backend, scenario),
            Backend::Async {
                in_flight,
                event_loops,
                cpu,
            } => {
                let most = u64::from(MAX_IN_FLIGHT);
                self.count(&field("in_flight"), in_flight, 1..=most);
                let most = u64::from(MAX_EVENT_LOOPS);
                self.count(&field("event_loops"), event_loops, 1..=most);
                self.async_cpu(path, cpu);
            }
            Backend::Hybrid {
                waits,
                processes,
                between,
            } => {
                match waits {
                    HybridWaits::Threads { workers } => {
                        self.workers(&field("waits.workers"), workers, MAX_THREADS);
                    }
                    HybridWaits::Async { in_flight } => {
                        let most = u64::from(MAX_IN_FLIGHT);
                        self.count(&field("waits.in_flight"), in_flight, 1..=most);
                    }
                }
                self.workers(&field("processes"), processes, MAX_PROCESSES);
                self.count(&field("between"), between, 1..=u64::from(MAX_QUEUE));
                self.both_sides(path, "waits", scenario);
            }
            Backend::Python(pool) => self.python_pool(path, pool, scenario),
        }
    }

    fn processes(&mut self, path: &str, backend: Backend, scenario: &Scenario) {
        let Backend::Processes {
            workers,
            chunk,
            recycle_after,
            payload,
            ..
        } = backend
        else {
            return;
        };
        let field = |name: &str| format!("{path}.{name}");
        self.workers(&field("workers"), workers, MAX_PROCESSES);
        if let Some(chunk) = chunk {
            self.chunk(&field("chunk"), chunk, &scenario.load);
        }
        if let Some(tasks) = recycle_after {
            self.count(&field("recycle_after"), tasks, 1..=MAX_RECYCLE_AFTER);
            let together = parcel(backend, &scenario.load);
            if tasks > 0 && u64::from(together) > tasks {
                self.warning(
                    field("recycle_after"),
                    format!(
                        "{} tasks travel together, and a worker is to be replaced after {}",
                        text::count(together.into()),
                        text::count(tasks)
                    ),
                    "write a smaller chunk, or replace workers later",
                );
            }
        }
        self.shared_memory(&field("payload"), payload, scenario);
    }

    /// A number of workers, or one per core: the factor is bounded everywhere, and what it makes here is too.
    pub(super) fn workers(&mut self, path: &str, workers: Workers, most: u32) {
        match workers {
            Workers::Count(count) => self.count(path, count, 1..=u64::from(most)),
            Workers::PerCore(times) => {
                self.count(path, times, 1..=u64::from(MAX_PER_CORE));
                let count = workers.count();
                if (1..=MAX_PER_CORE).contains(&times) && count > most {
                    self.error(
                        path,
                        format!(
                            "'{workers}' are {} on this machine",
                            text::count(count.into())
                        ),
                        format!("at most {} in all", text::count(most.into())),
                    );
                }
            }
        }
    }

    /// Warns of a pipeline with nothing to do on one of its sides.
    pub(super) fn both_sides(&mut self, path: &str, waits: &str, scenario: &Scenario) {
        if !any_stage(scenario, Stage::is_waiting) {
            self.warning(
                format!("{path}.{waits}"),
                "no stage waits or asks a server: this side only hands tasks on",
                "add a Wait, Http or Tcp stage, or take worker processes alone",
            );
        }
        let works = |stage: &Stage| !stage.is_waiting() && *stage != Stage::Barrier;
        if !any_stage(scenario, works) {
            self.warning(
                format!("{path}.processes"),
                "every stage waits or asks a server: the worker processes have nothing to do",
                "add a stage that works, such as Cpu, or take threads or an event loop alone",
            );
        }
    }

    /// Warns of workers that can never have work.
    fn idle_workers(&mut self, path: &str, backend: Backend, load: &Load) {
        let (most, what) = match *load {
            Load::Closed { clients, .. } => (u64::from(clients), "clients"),
            Load::Batch { tasks, .. } => match parcel(backend, load) {
                0 | 1 => (tasks, "tasks"),
                chunk => (tasks.div_ceil(u64::from(chunk)), "chunks"),
            },
            Load::Open { .. } | Load::Profile { .. } => return,
        };
        let Some(workers) = workers_by_number(backend).map(u64::from) else {
            return;
        };
        if most > 0 && workers > most {
            let field = if matches!(backend, Backend::Async { .. }) {
                "event_loops"
            } else {
                "workers"
            };
            self.warning(
                format!("{path}.{field}"),
                format!(
                    "{} of {} workers stay idle, as there are {} {what}",
                    text::count(workers - most),
                    text::count(workers),
                    text::count(most)
                ),
                format!("write at most {}, or raise the load", text::count(most)),
            );
        }
    }
}

fn any_stage(scenario: &Scenario, is: impl Fn(&Stage) -> bool) -> bool {
    scenario.tasks.iter().flat_map(|kind| &kind.stages).any(is)
}
