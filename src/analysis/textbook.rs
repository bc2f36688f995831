//! What a textbook would recommend, by the share of waiting in the work: "profile first, then choose".
//!
//! The shares are those of the candidate whose tasks take the least time of their own: what others add to it, waiting
//! for a core that somebody else has, is not the work's. Where a candidate computes in machine code and others in
//! CPython, that is the one in machine code.

use serde::Serialize;

use crate::analysis::CandidateFigures;
use crate::analysis::findings::limits::DECIDES_RATIO;
use crate::analysis::findings::work::Own;
use crate::run::Run;
use crate::scenario::{AsyncCpu, Backend, Interpreter, JoblibBackend, PythonPool};
use crate::units::text;

/// What a textbook recommends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    /// The work waits: threads, or async.
    ThreadsOrAsync,
    /// The work computes under an interpreter lock: processes.
    Processes,
    /// The work computes without an interpreter lock: threads or processes.
    ThreadsOrProcesses,
    /// Neither of the two: profile, and measure.
    Mixed,
}

/// What a textbook would recommend for this work, and on what grounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Textbook {
    /// What it recommends.
    pub recommendation: Recommendation,
    /// Share of waiting for others in the time of a task that is its own, from 0 to 1.
    pub io_ratio: f64,
    /// Share of computing in it, from 0 to 1.
    pub cpu_ratio: f64,
    /// The recommendation in a sentence without its end.
    pub text: String,
    /// Where the measurement says otherwise, in a sentence without its end; none where both agree or nothing is chosen.
    pub differs: Option<String>,
}

impl Textbook {
    /// The recommendation and how the measurement stands to it, in a sentence without its end; `chosen` is whether the
    /// measurement chooses a candidate.
    #[must_use]
    pub fn words(&self, chosen: bool) -> String {
        match &self.differs {
            Some(differs) => format!("{}; {differs}", self.text),
            // Nothing to agree with.
            None if !chosen || self.recommendation == Recommendation::Mixed => self.text.clone(),
            None => format!("{}, and the measurement agrees", self.text),
        }
    }
}

/// What a candidate is, in a textbook's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Sequential,
    Threads,
    Processes,
    Async,
    /// Threads or an event loop for what waits, and processes for what computes.
    Both,
}

impl Recommendation {
    fn includes(self, family: Family) -> bool {
        match self {
            Self::ThreadsOrAsync => matches!(family, Family::Threads | Family::Async),
            Self::Processes => matches!(family, Family::Processes | Family::Both),
            Self::ThreadsOrProcesses => {
                matches!(family, Family::Threads | Family::Processes | Family::Both)
            }
            Self::Mixed => true,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::ThreadsOrAsync => "threads or async",
            Self::Processes => "processes",
            Self::ThreadsOrProcesses => "threads or processes",
            Self::Mixed => "none without a profile",
        }
    }
}

/// What a textbook would say of the work in `figures`; `chosen` are the indices of the candidates that are chosen.
/// None while no task was split.
pub(super) fn textbook(
    run: &Run,
    figures: &[CandidateFigures],
    chosen: &[usize],
) -> Option<Textbook> {
    let own = |figures: &CandidateFigures| Own::of(figures.time_split.as_ref()?);
    let least = figures.iter().filter_map(own).min_by(|a, b| {
        a.nanos
            .total_cmp(&b.nanos)
            .then(a.on_cpu.total_cmp(&b.on_cpu))
    })?;
    let (io_ratio, cpu_ratio) = (least.waiting, least.on_cpu);
    let recommendation = if io_ratio > DECIDES_RATIO {
        Recommendation::ThreadsOrAsync
    } else if cpu_ratio <= DECIDES_RATIO {
        Recommendation::Mixed
    } else if is_locked(run, figures) {
        Recommendation::Processes
    } else {
        Recommendation::ThreadsOrProcesses
    };
    let text = match recommendation {
        Recommendation::ThreadsOrAsync => format!(
            "a textbook would take threads or async, as {} of a task is waiting",
            text::percent(io_ratio)
        ),
        Recommendation::Processes => format!(
            "a textbook would take processes, as {} of a task is computing under an interpreter lock",
            text::percent(cpu_ratio)
        ),
        Recommendation::ThreadsOrProcesses => format!(
            "a textbook would take threads or processes, as {} of a task is computing",
            text::percent(cpu_ratio)
        ),
        Recommendation::Mixed => format!(
            "a textbook would not choose, as {} of a task is waiting and {} computing",
            text::percent(io_ratio),
            text::percent(cpu_ratio)
        ),
    };
    Some(Textbook {
        recommendation,
        io_ratio,
        cpu_ratio,
        text,
        differs: differs(run, figures, recommendation, chosen),
    })
}

fn differs(
    run: &Run,
    figures: &[CandidateFigures],
    recommendation: Recommendation,
    chosen: &[usize],
) -> Option<String> {
    let is_recommended = |candidate: usize| {
        let backend = run.request.scenario.candidates.get(candidate);
        backend.is_some_and(|candidate| recommendation.includes(family(candidate.backend)))
    };
    if chosen.is_empty() || chosen.iter().any(|&candidate| is_recommended(candidate)) {
        return None;
    }
    let words = recommendation.words();
    let measured = figures
        .iter()
        .any(|figures| is_recommended(figures.candidate));
    Some(if measured {
        format!("this measurement says otherwise: {words} are not what it chooses")
    } else {
        format!(
            "it cannot be told here whether that is right: {words} are not among the candidates"
        )
    })
}

/// Whether what computes, computes under an interpreter lock: in every candidate whose workers share a process, or,
/// without such, in every CPython.
fn is_locked(run: &Run, figures: &[CandidateFigures]) -> bool {
    let sharing = figures.iter().filter_map(|figures| {
        let candidate = run.request.scenario.candidates.get(figures.candidate)?;
        let locked = match &figures.python {
            Some(python) => !python.free_threaded,
            None => matches!(candidate.interpreter, Interpreter::Lock { .. }),
        };
        let shares = matches!(family(candidate.backend), Family::Threads | Family::Async);
        shares.then_some(locked)
    });
    let locks: Vec<bool> = sharing.collect();
    if locks.is_empty() {
        let mut pythons = figures.iter().map(|figures| figures.python.as_ref());
        return pythons.all(|python| python.is_some_and(|python| !python.free_threaded));
    }
    locks.iter().all(|locked| *locked)
}

fn family(backend: Backend) -> Family {
    match backend {
        Backend::Sequential => Family::Sequential,
        Backend::Threads { .. } => Family::Threads,
        Backend::Processes { .. } => Family::Processes,
        Backend::Async { .. } if backend.worker_processes() > 0 => Family::Both,
        Backend::Async { .. } => Family::Async,
        Backend::Hybrid { .. } => Family::Both,
        Backend::Python(pool) => python_family(pool),
    }
}

const fn python_family(pool: PythonPool) -> Family {
    match pool {
        PythonPool::Sequential => Family::Sequential,
        PythonPool::ThreadPoolExecutor { .. }
        | PythonPool::Joblib {
            with: JoblibBackend::Threading,
            ..
        } => Family::Threads,
        // Interpreters of one process share no lock: for who computes they are processes.
        PythonPool::InterpreterPoolExecutor { .. }
        | PythonPool::ProcessPoolExecutor { .. }
        | PythonPool::MultiprocessingPool { .. }
        | PythonPool::Joblib { .. }
        | PythonPool::Dask { .. }
        | PythonPool::Ray { .. } => Family::Processes,
        PythonPool::Asyncio {
            cpu: AsyncCpu::Processes { .. },
            ..
        }
        | PythonPool::Hybrid { .. } => Family::Both,
        PythonPool::Asyncio { .. } => Family::Async,
    }
}
