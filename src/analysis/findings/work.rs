//! What the work of a candidate is held up by: the parts of its time, and the cores that it keeps busy.

use crate::analysis::findings::limits::{
    DECIDES_RATIO, FULL_RATIO, IN_THE_WAY_RATIO, PREEMPTIONS_PER_CORE_SEC,
};
use crate::analysis::findings::{Finding, FindingKind};
use crate::analysis::{CandidateFigures, SplitFigures};
use crate::run::Run;
use crate::scenario::{Backend, Interpreter, PythonPool, Stage};
use crate::units::text;

/// The parts of a task's own time, from its dispatch to its result, as shares of it.
pub(in crate::analysis) struct Own {
    /// Of all of it, in nanoseconds.
    pub(in crate::analysis) nanos: f64,
    pub(in crate::analysis) on_cpu: f64,
    pub(in crate::analysis) waiting: f64,
    lock_wait: f64,
    interpreter_wait: f64,
    transfer: f64,
}

impl Own {
    /// None where a task takes no time.
    pub(in crate::analysis) fn of(split: &SplitFigures) -> Option<Self> {
        let transfer = split.dispatch_nanos + split.return_nanos;
        let nanos = transfer
            + split.lock_wait_nanos
            + split.interpreter_wait_nanos
            + split.on_cpu_nanos
            + split.waiting_nanos;
        (nanos > 0.0).then(|| Self {
            nanos,
            on_cpu: split.on_cpu_nanos / nanos,
            waiting: split.waiting_nanos / nanos,
            lock_wait: split.lock_wait_nanos / nanos,
            interpreter_wait: split.interpreter_wait_nanos / nanos,
            transfer: transfer / nanos,
        })
    }
}

/// What a candidate uses, and what it may use.
struct Cores {
    used: f64,
    there: f64,
    computing: f64,
}

impl Cores {
    fn of(run: &Run, figures: &CandidateFigures, backend: Backend) -> Option<Self> {
        Some(Self {
            used: figures.cpu_cores_used?.value,
            there: f64::from(run.machine.as_ref()?.cores),
            computing: f64::from(backend.computing().max(1)),
        })
    }

    /// How many of them the pool can keep busy.
    fn usable(&self) -> f64 {
        self.there.min(self.computing)
    }

    fn are_full(&self) -> bool {
        self.used >= FULL_RATIO * self.usable()
    }

    fn words(&self) -> String {
        format!(
            "{} busy of {} that it may use",
            text::cores(self.used),
            text::given(self.usable())
        )
    }
}

/// What the time split and the cores show.
pub(super) fn findings(run: &Run, figures: &CandidateFigures) -> Vec<Finding> {
    let scenario = &run.request.scenario;
    let Some(candidate) = scenario.candidates.get(figures.candidate) else {
        return Vec::new();
    };
    let backend = candidate.backend;
    let cores = Cores::of(run, figures, backend);
    let own = figures.time_split.as_ref().and_then(Own::of);
    let mut found = Vec::new();
    found.extend(
        cores
            .as_ref()
            .and_then(|cores| oversubscribed(figures, cores)),
    );
    let Some(own) = own else {
        return found;
    };
    let locked = interpreter_lock(
        figures,
        candidate.interpreter,
        backend,
        &own,
        cores.as_ref(),
    );
    let under_lock = locked.is_some();
    found.extend(locked);
    found.extend(part(
        FindingKind::LockBound,
        own.lock_wait,
        &own,
        "waits for locks",
    ));
    let payload = scenario
        .tasks
        .iter()
        .flat_map(|kind| &kind.stages)
        .any(|stage| matches!(stage, Stage::Payload { .. }));
    found.extend(transfer(run, backend, payload, &own));
    found.extend(cpu_or_wait(&own, cores.as_ref(), under_lock));
    found
}

/// By the share of a task's time that decides, or by cores that are full; the figure that decided is told first.
fn cpu_or_wait(own: &Own, cores: Option<&Cores>, under_lock: bool) -> Option<Finding> {
    let busy = || cores.map_or_else(String::new, |cores| format!(", {}", cores.words()));
    let nanos = text::nanos(own.nanos);
    if own.on_cpu > DECIDES_RATIO {
        return Some(Finding {
            kind: FindingKind::CpuBound,
            evidence: format!(
                "{} of a task's own {nanos} on a core{}",
                text::percent(own.on_cpu),
                busy()
            ),
        });
    }
    // What waits where no core is left waits for its turn as well, as on a loop that is never idle.
    if let Some(cores) = cores.filter(|cores| cores.are_full()) {
        return Some(Finding {
            kind: FindingKind::CpuBound,
            evidence: format!(
                "{}; a task is on a core for {} of its own {nanos}, and waits for its turn as well",
                cores.words(),
                text::percent(own.on_cpu)
            ),
        });
    }
    (own.waiting > DECIDES_RATIO && !under_lock).then(|| Finding {
        kind: FindingKind::WaitBound,
        evidence: format!(
            "{} of a task's own {nanos} is waiting{}",
            text::percent(own.waiting),
            busy()
        ),
    })
}

/// A part of a task's own time that is in the way.
fn part(kind: FindingKind, share: f64, own: &Own, does: &str) -> Option<Finding> {
    (share >= IN_THE_WAY_RATIO).then(|| Finding {
        kind,
        evidence: format!(
            "a task {does} for {} of its own {}",
            text::percent(share),
            text::nanos(own.nanos)
        ),
    })
}

/// Native pools with the modelled lock say how long they waited for it. Of CPython's threads it is known that no more
/// than one core is busy at a time where several are there and the lock is on.
fn interpreter_lock(
    figures: &CandidateFigures,
    interpreter: Interpreter,
    backend: Backend,
    own: &Own,
    cores: Option<&Cores>,
) -> Option<Finding> {
    let kind = FindingKind::InterpreterLockBound;
    if matches!(interpreter, Interpreter::Lock { .. }) {
        return part(
            kind,
            own.interpreter_wait,
            own,
            "waits for the interpreter lock",
        );
    }
    let python = figures.python.as_ref()?;
    let Backend::Python(pool) = backend else {
        return None;
    };
    let (threads, processes) = pool.shape();
    let shares = threads > 1
        && processes == 0
        && !matches!(pool, PythonPool::InterpreterPoolExecutor { .. })
        && !python.free_threaded;
    let cores = cores.filter(|cores| shares && cores.there >= 2.0)?;
    // One core is full, and a second one is not begun: who could compute waits.
    let one_is_full = (FULL_RATIO..2.0 - FULL_RATIO).contains(&cores.used);
    one_is_full.then(|| Finding {
        kind,
        evidence: format!(
            "{} threads keep {} of {} cores busy, as CPython {} lets one of them run at a time",
            text::count(threads.into()),
            text::number(cores.used),
            text::given(cores.there),
            python.version
        ),
    })
}

/// Only what crosses a process is sent; in a chunk without payload the later tasks wait for the earlier ones, which is
/// no transfer.
fn transfer(run: &Run, backend: Backend, payload: bool, own: &Own) -> Option<Finding> {
    let chunk = match backend {
        Backend::Processes { chunk, .. }
        | Backend::Python(
            PythonPool::ProcessPoolExecutor { chunk, .. }
            | PythonPool::MultiprocessingPool { chunk, .. }
            | PythonPool::Joblib { chunk, .. },
        ) => chunk.unwrap_or(1),
        _ => 1,
    };
    let of_load = match run.request.scenario.load {
        crate::scenario::Load::Batch { chunk, .. } => chunk,
        _ => 1,
    };
    if backend.worker_processes() == 0 || (!payload && chunk.max(of_load) > 1) {
        return None;
    }
    part(
        FindingKind::TransferBound,
        own.transfer,
        own,
        "is on its way to its worker and back",
    )
}

/// More takers than cores, all of these busy, and takers that have to make room.
fn oversubscribed(figures: &CandidateFigures, cores: &Cores) -> Option<Finding> {
    let per_sec = figures.involuntary_switches_per_sec?.value;
    let full = cores.used >= FULL_RATIO * cores.there;
    let preempted = per_sec >= PREEMPTIONS_PER_CORE_SEC * cores.used;
    (cores.computing > cores.there && full && preempted).then(|| Finding {
        kind: FindingKind::Oversubscribed,
        evidence: format!(
            "{} workers that may compute share {} cores, of which {} are busy, and have to make room {} times a second",
            text::given(cores.computing),
            text::given(cores.there),
            text::number(cores.used),
            text::number(per_sec)
        ),
    })
}
