//! The fields of a CPython candidate, of the interpreter that it names, and of the interpreter lock that native
//! threads can be given.

use egui::Ui;

use crate::gui::panels::composer::backends::{POOL, WorkersField, async_cpu_ui, workers_ui};
use crate::gui::panels::composer::convert_python as convert;
use crate::gui::panels::composer::edit::has_shared_interpreter;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::note_ui;
use crate::gui::panels::composer::options::TRANSFERS;
use crate::gui::panels::composer::options_python::{
    CLUSTERS, INTERPRETERS, JOBLIB_BACKENDS, POOL_CALLS, PoolForm, START_METHODS,
};
use crate::scenario::{
    Candidate, Cluster, Interpreter, PoolCall, PythonPool, StartMethod, Transfer, Workers,
};
use crate::units::text;

/// The fields of `pool`, which `owner` names by its path `candidates[0].backend`.
pub(super) fn pool_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, pool: &mut PythonPool) {
    let hint = "CPython's own executors, and libraries that an interpreter can have";
    let field = owner.named("form", "Executor", hint, "Executor");
    if let Some(to) = form.combo(ui, &field, PoolForm::of(*pool), &PoolForm::ENTRIES) {
        *pool = convert::convert_pool(*pool, to);
    }
    note_ui(ui, PoolForm::of(*pool).explanation());
    match pool {
        PythonPool::Sequential => {}
        PythonPool::ThreadPoolExecutor { workers }
        | PythonPool::InterpreterPoolExecutor { workers } => {
            workers_ui(ui, form, owner, POOL, workers);
        }
        PythonPool::ProcessPoolExecutor { .. } | PythonPool::MultiprocessingPool { .. } => {
            processes_ui(ui, form, owner, pool);
        }
        PythonPool::Asyncio { in_flight, cpu } => {
            let hint = "The semaphore: how many tasks may be under way at once";
            form.value(ui, &owner.field("in_flight", "In flight", hint), in_flight);
            async_cpu_ui(ui, form, owner, cpu);
        }
        PythonPool::Hybrid {
            threads,
            processes,
            start,
            between,
        } => hybrid_ui(ui, form, owner, (threads, processes), (start, between)),
        PythonPool::Joblib {
            workers,
            with,
            chunk,
        } => {
            workers_ui(ui, form, owner, POOL, workers);
            let field = owner.named("with", "Runs on", "joblib's backend", "Runs on");
            if let Some(new) = form.choice(ui, &field, *with, &JOBLIB_BACKENDS) {
                *with = new;
            }
            let hint = "joblib's batch_size: how many tasks travel together";
            let field = owner.field("chunk", "Chunk", hint);
            form.optional(ui, &field, chunk, "as joblib finds best");
        }
        PythonPool::Dask {
            workers,
            cluster,
            threads,
        } => {
            workers_ui(ui, form, owner, POOL, workers);
            cluster_ui(ui, form, owner, cluster);
            if *cluster == Cluster::Local {
                let hint = "Threads of each worker process of the local cluster";
                let field = owner.field("threads", "Threads each", hint);
                form.value(ui, &field, threads);
            }
        }
        PythonPool::Ray { workers, cluster } => {
            workers_ui(ui, form, owner, POOL, workers);
            cluster_ui(ui, form, owner, cluster);
        }
    }
    if let Some(needs) = needs(*pool) {
        note_ui(ui, &needs);
    }
}

/// What an interpreter has to be or to have beyond any CPython that is supported.
fn needs(pool: PythonPool) -> Option<String> {
    if let Some(package) = pool.package() {
        let name = package.distribution;
        return Some(format!(
            "Its interpreter needs the package {name}: python3 -m pip install {name}"
        ));
    }
    let (major, minor) = pool.version_min();
    (pool.version_min() != PythonPool::Sequential.version_min())
        .then(|| format!("Needs CPython {major}.{minor} or later"))
}

fn processes_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, pool: &mut PythonPool) {
    let is_executor = matches!(pool, PythonPool::ProcessPoolExecutor { .. });
    if let PythonPool::MultiprocessingPool { workers, call, .. } = pool {
        workers_ui(ui, form, owner, POOL, workers);
        call_ui(ui, form, owner, call);
    }
    if let PythonPool::ProcessPoolExecutor { workers, .. } = pool {
        workers_ui(ui, form, owner, POOL, workers);
    }
    let (PythonPool::ProcessPoolExecutor {
        start,
        chunk,
        tasks_per_child,
        payload,
        ..
    }
    | PythonPool::MultiprocessingPool {
        start,
        chunk,
        tasks_per_child,
        payload,
        ..
    }) = pool
    else {
        return;
    };
    start_ui(ui, form, owner, start);
    let summary = summary(*chunk, *tasks_per_child, *payload);
    form.more(ui, owner, &summary, |form, ui| {
        let hint = "How many tasks of a batch travel together";
        let field = owner.field("chunk", "Chunk", hint);
        form.optional(ui, &field, chunk, "as the batch says");
        let hint = if is_executor {
            "max_tasks_per_child: after how many tasks a worker is replaced"
        } else {
            "maxtasksperchild: after how many tasks, or chunks of a batch, a worker is replaced"
        };
        let field = owner.field("tasks_per_child", "Tasks per child", hint);
        form.optional(ui, &field, tasks_per_child, "no limit");
        let hint = "Pickled through the pool's pipes, or in shared memory";
        let field = owner.named("payload", "Payload by", hint, "Payload by");
        if let Some(new) = form.choice(ui, &field, *payload, &TRANSFERS) {
            *payload = new;
        }
    });
}

fn summary(chunk: Option<u32>, tasks_per_child: Option<u32>, payload: Transfer) -> String {
    let mut parts = vec![chunk.map_or_else(
        || "chunks as the batch says".to_owned(),
        |chunk| format!("chunks of {}", text::count(chunk.into())),
    )];
    parts.extend(tasks_per_child.map(|tasks| format!("{} per child", text::count(tasks.into()))));
    if payload == Transfer::SharedMemory {
        parts.push("shared memory".to_owned());
    }
    parts.join(", ")
}

fn call_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, call: &mut PoolCall) {
    let hint = "Which method of the pool a batch is handed to";
    let field = owner.named("call", "Batch by", hint, "Batch by");
    // Its names are too long to stand side by side.
    if let Some(new) = form.combo(ui, &field, *call, &POOL_CALLS) {
        *call = new;
    }
}

fn start_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, start: &mut StartMethod) {
    let hint = "How a worker process comes into being";
    let field = owner.field("start", "Start method", hint);
    if let Some(new) = form.combo(ui, &field, *start, &START_METHODS) {
        *start = new;
    }
}

fn cluster_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, cluster: &mut Cluster) {
    let hint = "Started for the block here, or the one whose address is in this machine's settings";
    let field = owner.field("cluster", "Cluster", hint);
    if let Some(new) = form.choice(ui, &field, *cluster, &CLUSTERS) {
        *cluster = new;
    }
}

fn hybrid_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (threads, processes): (&mut Workers, &mut Workers),
    (start, between): (&mut StartMethod, &mut u32),
) {
    let which = WorkersField {
        key: "threads",
        label: "Threads",
        what: "threads",
    };
    workers_ui(ui, form, owner, which, threads);
    let which = WorkersField {
        key: "processes",
        label: "Processes",
        what: "processes",
    };
    workers_ui(ui, form, owner, which, processes);
    let hint = "How many tasks may wait between the two; a full queue holds up the threads";
    form.value(ui, &owner.field("between", "Queue between", hint), between);
    start_ui(ui, form, owner, start);
}

/// Which interpreter a CPython candidate runs in, and whether native threads share an interpreter lock; nothing
/// for candidates that have neither.
pub(super) fn interpreter_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    candidate: &mut Candidate,
) {
    if candidate.is_python() {
        name_ui(ui, form, owner, &mut candidate.python);
    } else if has_shared_interpreter(candidate.backend) {
        lock_ui(ui, form, owner, &mut candidate.interpreter);
    }
}

/// The name that is meant where a candidate gives none.
const USUAL: &str = "python";

fn name_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, python: &mut Option<String>) {
    let hint = "By the name that it has in the settings of this machine";
    let field = owner.named("python", "Interpreter", hint, "Interpreter");
    let known = form.interpreters;
    let is_known = |name: &String| known.contains(name);
    if known.is_empty() || !python.as_ref().is_none_or(is_known) {
        // Somebody else's machine may have it.
        let mut name = python.clone().unwrap_or_default();
        form.line(ui, &field, &mut name, USUAL);
        *python = (!name.is_empty()).then_some(name);
        return;
    }
    let current = python.as_deref();
    let mut entries = vec![(None, USUAL, "The one that is called python in the settings")];
    let others = known.iter().filter(|name| *name != USUAL);
    entries.extend(others.map(|name| (Some(name.as_str()), name.as_str(), "")));
    let current = current.filter(|name| *name != USUAL);
    if let Some(chosen) = form.combo(ui, &field, current, &entries) {
        *python = chosen.map(str::to_owned);
    }
}

fn lock_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, interpreter: &mut Interpreter) {
    let hint = "Whether its threads share an interpreter lock, as CPython's do";
    let field = owner.named("interpreter", "Interpreter", hint, "Interpreter lock");
    let has_lock = matches!(interpreter, Interpreter::Lock { .. });
    if let Some(to) = form.choice(ui, &field, has_lock, &INTERPRETERS) {
        *interpreter = convert::convert_interpreter(*interpreter, to);
    }
    if let Interpreter::Lock { switch_interval } = interpreter {
        let hint = "How long a thread waits for the lock before it asks the holder to give way";
        let field = owner.named(
            "interpreter.switch_interval",
            "Switch interval",
            hint,
            "Switch interval",
        );
        form.value(ui, &field, switch_interval);
    }
}
