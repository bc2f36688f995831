//! Candidates in words, with what they take at the most.

use crate::scenario::describe::load::queue;
use crate::scenario::describe::{defences, faults, python};
use crate::scenario::estimate::lanes;
use crate::scenario::strikes::leak_bytes;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, HybridWaits, PythonPool, Scenario, Stage, Start, Transfer,
    Workers,
};
use crate::units::text;

/// What a candidate is, its queue and defences if it has some of its own, what faults take there, and its peaks.
pub(super) fn candidate(candidate: &Candidate, scenario: &Scenario) -> String {
    let mut words = match candidate.backend {
        Backend::Python(pool) => python::pool(pool, candidate, &scenario.load),
        native => backend(native),
    };
    if let Some(lock) = python::interpreter_lock(candidate.interpreter) {
        words.extend(["; ", &lock]);
    }
    if let Some(own) = candidate.queue {
        let own = queue(own, &scenario.load);
        if !own.is_empty() {
            words.extend(["; its own queue: ", &own]);
        }
    }
    if let Some(own) = candidate.defences {
        words.extend(["; its own defences: ", &defences::told(own)]);
    }
    for note in faults::on(candidate.backend, scenario) {
        words.extend(["; ", note]);
    }
    let defences = candidate.defences.unwrap_or(scenario.defences);
    if let Some(note) = defences::given_up(candidate.backend, defences) {
        words.extend(["; ", note]);
    }
    let (memory, disk) = peak_bytes(candidate.backend, scenario);
    if memory > 0 {
        let payloads = any_stage(scenario, |stage| matches!(stage, Stage::Payload { .. }));
        let what = match (payloads, leak_bytes(scenario) > 0) {
            (false, false) => "memory stages",
            (true, false) => "memory stages and payloads",
            (false, true) => "memory stages and leaks",
            (true, true) => "memory stages, payloads and leaks",
        };
        words.extend(["; ", what, " take at most ", &text::size(memory)]);
    }
    if disk > 0 {
        words.extend(["; files take at most ", &text::size(disk)]);
    }
    if let Some(note) = not_shared(candidate.backend, scenario) {
        words.extend(["; ", note]);
    }
    words
}

fn backend(backend: Backend) -> String {
    match backend {
        Backend::Sequential => "one task after the other on 1 thread".to_owned(),
        Backend::Threads { workers } => counted(workers, "thread", "threads") + " in 1 process",
        Backend::Processes { .. } => processes(backend),
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => {
            let beside = match cpu {
                AsyncCpu::Inline => String::new(),
                AsyncCpu::Blocking { threads } => {
                    let threads =
                        text::counted(threads.into(), "blocking thread", "blocking threads");
                    format!(" and up to {threads}")
                }
                AsyncCpu::Processes { workers } => {
                    let count = u64::from(workers);
                    return format!(
                        "up to {} under way on {} in 1 process, computing on {} beside it",
                        text::counted(in_flight.into(), "task", "tasks"),
                        text::counted(event_loops.into(), "event loop", "event loops"),
                        text::counted(count, "worker process", "worker processes")
                    );
                }
            };
            format!(
                "up to {} under way on {}{beside} in 1 process",
                text::counted(in_flight.into(), "task", "tasks"),
                text::counted(event_loops.into(), "event loop", "event loops")
            )
        }
        Backend::Hybrid {
            waits,
            processes,
            between,
        } => {
            let waits = match waits {
                HybridWaits::Threads { workers } => {
                    format!(
                        "waits and requests on {}",
                        counted(workers, "thread", "threads")
                    )
                }
                HybridWaits::Async { in_flight } => format!(
                    "waits and requests of up to {} on 1 event loop",
                    text::counted(in_flight.into(), "task", "tasks")
                ),
            };
            format!(
                "{waits}, everything else on {}, and at most {} between the two",
                counted(processes, "worker process", "worker processes"),
                text::counted(between.into(), "task", "tasks")
            )
        }
        // Told with its interpreter.
        Backend::Python(_) => String::new(),
    }
}

fn processes(backend: Backend) -> String {
    let Backend::Processes {
        workers,
        start,
        chunk,
        recycle_after,
        payload,
    } = backend
    else {
        return String::new();
    };
    let mut words = counted(workers, "worker process", "worker processes") + " beside the runner";
    if start == Start::Zygote {
        words.push_str(", copied from one that is kept ready");
    }
    if let Some(chunk) = chunk.filter(|chunk| *chunk > 1) {
        let tasks = text::count(chunk.into());
        words.extend([", which take ", &tasks, " tasks at a time"]);
    }
    if let Some(tasks) = recycle_after {
        let tasks = text::counted(tasks, "task", "tasks");
        words.extend([", each replaced after ", &tasks]);
    }
    if payload == Transfer::SharedMemory {
        words.push_str(", payloads through shared memory");
    }
    words
}

/// `8 threads`, or `4 threads (2 per core)`.
pub(super) fn counted(workers: Workers, one: &str, many: &str) -> String {
    let counted = text::counted(workers.count().into(), one, many);
    if workers.is_per_core() {
        format!("{counted} ({workers})")
    } else {
        counted
    }
}

/// What worker processes cannot have in common.
fn not_shared(backend: Backend, scenario: &Scenario) -> Option<&'static str> {
    let own_interpreters = matches!(
        backend,
        Backend::Python(PythonPool::InterpreterPoolExecutor { .. })
    );
    if backend.worker_processes() == 0 && !own_interpreters {
        return None;
    }
    let lock = any_stage(scenario, |stage| matches!(stage, Stage::Lock { .. }));
    let counter = any_stage(scenario, |stage| matches!(stage, Stage::Counter { .. }));
    if own_interpreters {
        return (lock || counter).then_some(
            "each interpreter has locks and counters of its own, so that none waits for another",
        );
    }
    match (lock, counter) {
        (false, false) => None,
        (true, false) => Some("each process has locks of its own, so that none waits for another"),
        (false, true) => {
            Some("each process has a counter of its own, so that no update can be lost")
        }
        (true, true) => Some("each process has locks and a counter of its own"),
    }
}

fn any_stage(scenario: &Scenario, is: impl Fn(&Stage) -> bool) -> bool {
    let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
    stages.any(is)
}

/// Upper bounds of what all workers' stages hold at once, in bytes: memory with payloads and leaks, and files in the
/// scratch folder.
#[must_use]
pub fn peak_bytes(backend: Backend, scenario: &Scenario) -> (u64, u64) {
    let (mut used, mut held, mut written, mut read) = (0_u64, 0_u64, 0_u64, Vec::new());
    for stage in scenario.tasks.iter().flat_map(|kind| &kind.stages) {
        match *stage {
            Stage::Memory {
                size, hold_tasks, ..
            } => {
                used = used.max(size.0);
                held = held.saturating_add(size.0.saturating_mul(hold_tasks.into()));
            }
            Stage::Payload { to_worker, back } => {
                used = used.max(to_worker.0.saturating_add(back.0));
            }
            Stage::FileWrite { size, .. } | Stage::FileAppend { size, .. } => {
                written = written.max(size.0);
            }
            Stage::FileRead { size, file, .. } => read.push(file.unwrap_or(size).0),
            Stage::Cpu { .. }
            | Stage::Wait { .. }
            | Stage::Http { .. }
            | Stage::Tcp { .. }
            | Stage::Lock { .. }
            | Stage::Counter { .. }
            | Stage::Barrier => {}
        }
    }
    // Prepared files are shared: one of each size.
    read.sort_unstable();
    read.dedup();
    let prepared = read.into_iter().fold(0, u64::saturating_add);
    let (computing, under_way) = lanes(backend);
    // Memory is used only while a thread works on it, and held by it; each task under way may own a file.
    let workers = u64::from(computing.max(backend.workers()));
    let held = held.saturating_add(leak_bytes(scenario));
    let memory = used.saturating_add(held).saturating_mul(workers);
    let files = written
        .saturating_mul(u64::from(under_way))
        .saturating_add(prepared);
    (memory, files)
}
