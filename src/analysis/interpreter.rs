//! Figures of interpreters: the modelled lock of native candidates, the collections of CPython, and who executed.

use crate::run::{Block, Collections, InterpreterLockUse, PythonFacts, Window};

/// The modelled interpreter lock over the measurements of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterpreterLockFigures {
    /// How long a thread held it, in nanoseconds.
    pub held_nanos: u64,
    /// That time over the time of the measurements: 1 if there was always one.
    pub held_ratio: f64,
    /// How long threads waited for it, added up, in nanoseconds.
    pub waited_nanos: u64,
    /// How many threads waited for it, mean over the time of the measurements.
    pub waiting_mean: f64,
    /// How often it went from one thread to another, per second.
    pub handovers_per_sec: f64,
    /// How often of these the holder had been asked to give way, per second.
    pub forced_per_sec: f64,
}

impl InterpreterLockFigures {
    /// Over all `blocks`; none without the lock, or before a measurement.
    pub(super) fn of(blocks: &[&Block]) -> Option<Self> {
        let (used, nanos) = sum(
            blocks,
            |window| window.interpreter_lock,
            |sum, used| InterpreterLockUse {
                held_nanos: sum.held_nanos + used.held_nanos,
                waited_nanos: sum.waited_nanos + used.waited_nanos,
                handovers: sum.handovers + used.handovers,
                forced: sum.forced + used.forced,
            },
        )?;
        let per_sec = |count: u64| count as f64 * 1e9 / nanos;
        Some(Self {
            held_nanos: used.held_nanos,
            held_ratio: used.held_nanos as f64 / nanos,
            waited_nanos: used.waited_nanos,
            waiting_mean: used.waited_nanos as f64 / nanos,
            handovers_per_sec: per_sec(used.handovers),
            forced_per_sec: per_sec(used.forced),
        })
    }
}

/// The garbage collections of a CPython candidate over its measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CollectionFigures {
    /// How many, in all processes together.
    pub count: u64,
    /// How long they took, over the time of the measurements: 0.01 is one per cent of one process's time.
    pub pause_ratio: f64,
    /// How long the longest one took, the warm-up included, in nanoseconds.
    pub longest_nanos: u64,
}

impl CollectionFigures {
    /// Over all `blocks`; none without CPython, or before a measurement.
    pub(super) fn of(blocks: &[&Block]) -> Option<Self> {
        let (sum, nanos) = sum(
            blocks,
            |window| window.collections,
            |sum, some| Collections {
                count: sum.count + some.count,
                nanos: sum.nanos + some.nanos,
                longest_nanos: sum.longest_nanos.max(some.longest_nanos),
            },
        )?;
        Some(Self {
            count: sum.count,
            pause_ratio: sum.nanos as f64 / nanos,
            longest_nanos: sum.longest_nanos,
        })
    }
}

/// What the windows of `blocks` that have it say, added up by `plus`, and how long they are together in nanoseconds:
/// above 0.
fn sum<T: Default>(
    blocks: &[&Block],
    of: impl Fn(&Window) -> Option<T>,
    plus: impl Fn(T, T) -> T,
) -> Option<(T, f64)> {
    let windows = blocks.iter().filter_map(|block| block.window());
    let known = windows.filter_map(|window| Some((of(&window)?, window.read_nanos)));
    let (sum, nanos) = known.fold((T::default(), 0), |(sum, nanos), (one, own)| {
        (plus(sum, one), nanos + own)
    });
    (nanos > 0).then_some((sum, nanos as f64))
}

/// The interpreter of the newest of `blocks`; none for native candidates.
pub(super) fn python(blocks: &[&Block]) -> Option<PythonFacts> {
    let mut newest_first = blocks.iter().rev();
    newest_first.find_map(|block| block.started.as_ref()?.python.clone())
}
