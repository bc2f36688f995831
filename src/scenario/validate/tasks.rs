//! What task kinds and their stages must fulfil.

use std::collections::HashMap;

use crate::scenario::bounds::{
    MAX_BARRIER_BATCH, MAX_BLOCK, MAX_BODY, MAX_CPU, MAX_FILE, MAX_HOLD_TASKS, MAX_INCREMENTS,
    MAX_KINDS, MAX_LOCKS, MAX_MEMORY, MAX_PAYLOAD, MAX_STAGES, MAX_WAIT, MIN_BLOCK, NAME_CHARS,
};
use crate::scenario::validate::Checks;
use crate::scenario::{
    Access, Amount, Candidate, Distribution, Inside, Kernel, Load, LockKind, Scenario, Stage,
    TaskKind,
};
use crate::units::{Bytes, Nanos, text};

const ONE: Bytes = Bytes(1);

impl Checks {
    pub(super) fn tasks(&mut self, scenario: &Scenario) {
        let kinds = &scenario.tasks;
        let in_cpython = scenario.candidates.iter().position(Candidate::is_python);
        self.length("tasks", kinds.len(), MAX_KINDS, "task kind");
        let mut seen = HashMap::new();
        for (index, kind) in kinds.iter().enumerate() {
            let path = format!("tasks[{index}]");
            self.line(&format!("{path}.name"), &kind.name, NAME_CHARS);
            if let Some(first) = seen.insert(kind.name.as_str(), index) {
                self.error(
                    format!("{path}.name"),
                    format!("'{}' is the name of tasks[{first}] too", kind.name),
                    "choose another name",
                );
            }
            self.positive(&format!("{path}.weight"), kind.weight, "the weight");
            let stages = format!("{path}.stages");
            self.length(&stages, kind.stages.len(), MAX_STAGES, "stage");
            for (number, stage) in kind.stages.iter().enumerate() {
                let path = format!("{stages}[{number}]");
                self.stage(&path, stage);
                if let Some(candidate) = in_cpython {
                    self.stage_in_cpython(&path, stage, candidate);
                }
            }
            self.barriers(&stages, kind, scenario);
        }
        self.same_phases(kinds, &scenario.load);
    }

    fn stage(&mut self, path: &str, stage: &Stage) {
        let field = |name: &str| format!("{path}.{name}");
        match *stage {
            Stage::Cpu { kernel, amount, .. } => self.amount(&field("amount"), kernel, amount),
            Stage::Wait { time } => self.distribution(&field("time"), time, MAX_WAIT),
            Stage::FileWrite { .. } | Stage::FileAppend { .. } | Stage::FileRead { .. } => {
                self.file(path, stage);
            }
            Stage::Memory {
                size, hold_tasks, ..
            } => {
                self.quantity(&field("size"), size, ONE..=MAX_MEMORY);
                self.held(&field("hold_tasks"), size, hold_tasks);
            }
            Stage::Http {
                delay,
                response,
                request,
                errors,
            }
            | Stage::Tcp {
                delay,
                response,
                request,
                errors,
            } => {
                self.distribution(&field("delay"), delay, MAX_WAIT);
                self.quantity(&field("response"), response, Bytes(0)..=MAX_BODY);
                self.quantity(&field("request"), request, Bytes(0)..=MAX_BODY);
                self.share(&field("errors"), errors);
            }
            Stage::Lock {
                hold,
                inside,
                locks,
                kind,
            } => {
                let most = match inside {
                    Inside::Cpu => MAX_CPU,
                    Inside::Wait => MAX_WAIT,
                };
                self.distribution(&field("hold"), hold, most);
                self.count(&field("locks"), locks, 1..=u64::from(MAX_LOCKS));
                if let LockKind::ReadWrite { readers } = kind {
                    self.share(&field("kind.readers"), readers);
                }
            }
            Stage::Counter { increments, .. } => {
                self.count(&field("increments"), increments, 1..=MAX_INCREMENTS);
            }
            Stage::Payload { to_worker, back } => self.payload(path, to_worker, back),
            Stage::Barrier => {}
        }
    }

    fn amount(&mut self, path: &str, kernel: Kernel, amount: Amount) {
        let nanos = amount.nominal_nanos(kernel);
        if nanos <= 0.0 {
            self.error(path, "nothing is computed", "write an amount above 0");
        } else if nanos > MAX_CPU.0 as f64 {
            let message = format!("about {} of computing for one task", text::nanos(nanos));
            self.error(path, message, format!("at most {MAX_CPU}"));
        }
    }

    fn file(&mut self, path: &str, stage: &Stage) {
        let field = |name: &str| format!("{path}.{name}");
        match *stage {
            Stage::FileWrite {
                size,
                block,
                access,
                ..
            } => {
                self.quantity(&field("size"), size, ONE..=MAX_FILE);
                self.block(path, block, access, size);
            }
            Stage::FileAppend { size, .. } => {
                self.quantity(&field("size"), size, ONE..=MAX_FILE);
            }
            Stage::FileRead {
                size,
                block,
                access,
                file,
            } => {
                self.quantity(&field("size"), size, ONE..=MAX_FILE);
                self.block(path, block, access, file.unwrap_or(size));
                if let Some(file) = file {
                    self.prepared(&field("file"), file, block.min(size));
                }
            }
            _ => {}
        }
    }

    fn block(&mut self, path: &str, block: Bytes, access: Access, file: Bytes) {
        self.quantity(&format!("{path}.block"), block, MIN_BLOCK..=MAX_BLOCK);
        if access == Access::Random && block >= file {
            self.warning(
                format!("{path}.access"),
                format!(
                    "a file of {file} has one block of {block}: there is no order to be random"
                ),
                "write a smaller block, or leave access out",
            );
        }
    }

    fn prepared(&mut self, path: &str, file: Bytes, call: Bytes) {
        self.quantity(path, file, ONE..=MAX_FILE);
        if file < call {
            self.error(
                path,
                format!("a file of {file} is smaller than the {call} that one call reads"),
                format!("at least {call}"),
            );
        }
    }

    fn held(&mut self, path: &str, size: Bytes, hold_tasks: u32) {
        self.count(path, hold_tasks, 0..=u64::from(MAX_HOLD_TASKS));
        let held = size.0.saturating_mul(u64::from(hold_tasks) + 1);
        if hold_tasks > 0 && size <= MAX_MEMORY && held > MAX_MEMORY.0 {
            self.error(
                path,
                format!("one worker would hold {}", text::bytes(held as f64)),
                format!("at most {MAX_MEMORY}: hold fewer, or allocate less"),
            );
        }
    }

    fn payload(&mut self, path: &str, to_worker: Bytes, back: Bytes) {
        self.quantity(
            &format!("{path}.to_worker"),
            to_worker,
            Bytes(0)..=MAX_PAYLOAD,
        );
        self.quantity(&format!("{path}.back"), back, Bytes(0)..=MAX_PAYLOAD);
        if to_worker.0 == 0 && back.0 == 0 {
            self.error(
                path,
                "nothing is carried in either direction",
                "write a size for to_worker or back, or remove the stage",
            );
        }
    }

    pub(super) fn distribution(&mut self, path: &str, time: Distribution, most: Nanos) {
        let bounds = Nanos::ZERO..=most;
        let field = |name: &str| format!("{path}.{name}");
        match time {
            Distribution::Constant(time) => self.quantity(path, time, bounds),
            Distribution::Uniform { from, to } => {
                self.quantity(&field("to"), to, bounds);
                if from > to {
                    self.error(
                        field("from"),
                        format!("the shortest time {from} is above the longest {to}"),
                        format!("at most {to}"),
                    );
                }
            }
            Distribution::Exponential { mean } => {
                self.above_zero(&field("mean"), mean, "the mean");
                self.quantity(&field("mean"), mean, bounds);
            }
            Distribution::LogNormal { median, p95 } => {
                self.above_zero(&field("median"), median, "the median");
                if p95 < median {
                    let message = format!("the 95th percentile {p95} is below the median {median}");
                    self.error(field("p95"), message, format!("at least {median}"));
                }
                self.quantity(&field("p95"), p95, bounds);
            }
            Distribution::Bimodal {
                usual,
                other,
                other_share,
            } => {
                self.quantity(&field("usual"), usual, bounds.clone());
                self.quantity(&field("other"), other, bounds);
                self.share(&field("other_share"), other_share);
            }
        }
    }

    fn above_zero(&mut self, path: &str, time: Nanos, what: &str) {
        if time == Nanos::ZERO {
            let hint = "write Constant(\"0s\") for no time at all";
            self.error(path, format!("{what} must be above 0"), hint);
        }
    }

    /// Barriers part a batch into phases, each with something in it.
    fn barriers(&mut self, path: &str, kind: &TaskKind, scenario: &Scenario) {
        let last = kind.stages.len().saturating_sub(1);
        let barriers = kind.stages.iter().enumerate();
        for (number, _) in barriers.filter(|(_, stage)| **stage == Stage::Barrier) {
            let stage = format!("{path}[{number}]");
            if !scenario.load.is_batch() {
                self.error(
                    &stage,
                    "only the tasks of a batch can wait for each other",
                    "write load: Batch(tasks: …), or remove the barrier",
                );
            }
            if number == 0 || number == last {
                self.error(
                    &stage,
                    "a barrier parts what is before it from what is behind, and here one of them is missing",
                    "put it between two other stages",
                );
            } else if kind.stages[number - 1] == Stage::Barrier {
                self.error(
                    &stage,
                    "there is a barrier just before",
                    "remove one of them",
                );
            }
        }
    }

    /// A task whose kind has fewer barriers would never let the others pass the last one.
    fn same_phases(&mut self, kinds: &[TaskKind], load: &Load) {
        let phases = |kind: &TaskKind| {
            let barriers = kind.stages.iter();
            barriers.filter(|stage| **stage == Stage::Barrier).count()
        };
        let Some((first, others)) = kinds.split_first() else {
            return;
        };
        if let Load::Batch { tasks, .. } = *load
            && tasks > MAX_BARRIER_BATCH
            && kinds.iter().any(|kind| phases(kind) > 0)
        {
            self.error(
                "load.tasks",
                format!(
                    "{} tasks are too many to be held at a barrier",
                    text::count(tasks)
                ),
                format!("at most {} with a barrier", text::count(MAX_BARRIER_BATCH)),
            );
        }
        for (index, kind) in others.iter().enumerate() {
            if phases(kind) != phases(first) {
                self.error(
                    format!("tasks[{}].stages", index + 1),
                    format!(
                        "'{}' has {}, and '{}' has {}: their phases do not match",
                        kind.name,
                        text::counted(phases(kind) as u64, "barrier", "barriers"),
                        first.name,
                        phases(first)
                    ),
                    "give all task kinds the same number of barriers",
                );
            }
        }
    }
}
