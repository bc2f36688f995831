//! Where the time of a task goes: one bar per candidate, in the same nine parts for every back end.
//!
//! Means over all completed tasks that were split, from the intended start to the result; so the length of a
//! bar is the mean response time of these tasks.

use std::collections::BTreeSet;

use crate::chart::palette::SPLIT_PARTS;
use crate::run::{Run, TimeSplit};

/// A part of a task's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SplitPart {
    /// Intended start to offer.
    ScheduleDelay,
    /// In attempts before the last one, and between attempts.
    Retries,
    /// In queues.
    QueueWait,
    /// On the way to the worker.
    Dispatch,
    /// Waiting for a lock.
    LockWait,
    /// Waiting for the modelled interpreter lock.
    InterpreterWait,
    /// Using a core.
    OnCpu,
    /// Started and not using a core.
    Waiting,
    /// On the way back.
    Return,
}

impl SplitPart {
    /// All of them, in the order in which a task passes them. The same as the colours of the palette.
    pub const ALL: [Self; SPLIT_PARTS] = [
        Self::ScheduleDelay,
        Self::Retries,
        Self::QueueWait,
        Self::Dispatch,
        Self::LockWait,
        Self::InterpreterWait,
        Self::OnCpu,
        Self::Waiting,
        Self::Return,
    ];

    /// As it stands in the legend.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ScheduleDelay => "schedule delay",
            Self::Retries => "earlier attempts",
            Self::QueueWait => "queue wait",
            Self::Dispatch => "dispatch and transfer",
            Self::LockWait => "lock wait",
            Self::InterpreterWait => "interpreter lock",
            Self::OnCpu => "on CPU",
            Self::Waiting => "waiting",
            Self::Return => "return",
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::ScheduleDelay => {
                "From the intended start until the task was offered: the generator's lateness, or the time at the door of a full queue"
            }
            Self::Retries => {
                "Earlier attempts and back-off: from admission until the last attempt entered the queue; the other parts are the last attempt's"
            }
            Self::QueueWait => "In queues: before the first worker, between pools, at barriers",
            Self::Dispatch => {
                "From the queue to the first instruction of the task: dispatch, and the way to a worker process"
            }
            Self::LockWait => "Waiting for locks of lock and counter stages",
            Self::InterpreterWait => {
                "Waiting for the modelled interpreter lock: while another thread computed in the interpreter"
            }
            Self::OnCpu => "Using a core, by the clock of the thread's CPU time",
            Self::Waiting => {
                "Started and neither using a core nor waiting for a lock: waits, requests, files, and waiting for a core"
            }
            Self::Return => "From the last instruction to the result being known to the caller",
        }
    }

    /// Its time in `split`, summed over the tasks, in nanoseconds.
    pub(super) const fn of(self, split: &TimeSplit) -> u64 {
        match self {
            Self::ScheduleDelay => split.schedule_delay_nanos,
            Self::Retries => split.retries_nanos,
            Self::QueueWait => split.queue_wait_nanos,
            Self::Dispatch => split.dispatch_nanos,
            Self::LockWait => split.lock_wait_nanos,
            Self::InterpreterWait => split.interpreter_wait_nanos,
            Self::OnCpu => split.on_cpu_nanos,
            Self::Waiting => split.off_cpu_nanos,
            Self::Return => split.return_nanos,
        }
    }
}

/// The bar of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitBar {
    /// Index of the candidate in the scenario: decides the colour of its name.
    pub candidate: usize,
    /// The candidate's name.
    pub label: String,
    /// How many tasks were split; 0 for none yet.
    pub tasks: u64,
    /// Mean time of a task in each of [`SplitPart::ALL`], in nanoseconds.
    pub parts: [f64; SPLIT_PARTS],
}

impl SplitBar {
    /// All parts together, in nanoseconds.
    #[must_use]
    pub fn total_nanos(&self) -> f64 {
        self.parts.iter().sum()
    }

    /// The parts that are there: (part, begin, length), in nanoseconds.
    pub fn spans(&self) -> impl Iterator<Item = (SplitPart, f64, f64)> {
        let mut begin = 0.0;
        SplitPart::ALL
            .into_iter()
            .zip(self.parts)
            .map(move |(part, length)| {
                let span = (part, begin, length);
                begin += length;
                span
            })
            .filter(|(_, _, length)| *length > 0.0)
    }
}

/// What the whole width of the chart stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitScale {
    /// The longest bar: lengths can be compared between candidates.
    Time,
    /// Each bar itself: its parts can be seen however short it is beside the others.
    Share,
}

impl SplitScale {
    /// What exactly is drawn.
    #[must_use]
    pub const fn caption(self) -> &'static str {
        match self {
            Self::Time => "mean per completed task, from the intended start to the result",
            Self::Share => {
                "shares of the mean per completed task, from the intended start to the result"
            }
        }
    }
}

/// The bars of all candidates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SplitChart {
    /// In the order of the scenario.
    pub bars: Vec<SplitBar>,
    /// What a reader must know before comparing the bars: that a closed load hides overload.
    pub warning: Option<&'static str>,
}

impl SplitChart {
    /// As it stands above the chart.
    pub const TITLE: &'static str = "Where the time of a task goes";
    /// The chart of `run`. O(blocks).
    #[must_use]
    pub fn of(run: &Run) -> Self {
        Self::shown(run, &BTreeSet::new())
    }

    /// The same without the candidates that are hidden.
    #[must_use]
    pub fn shown(run: &Run, hidden: &BTreeSet<usize>) -> Self {
        let scenario = &run.request.scenario;
        let mut candidates = run.request.candidates.clone();
        candidates.sort_unstable();
        candidates.retain(|one| *one < scenario.candidates.len() && !hidden.contains(one));
        let bar = |candidate: usize| {
            let splits = run
                .blocks_of(candidate)
                .filter_map(|block| block.last.as_ref())
                .map(|last| &last.measured.split);
            let (mut tasks, mut sums) = (0_u64, [0.0; SPLIT_PARTS]);
            for split in splits {
                tasks += split.tasks;
                for (sum, part) in sums.iter_mut().zip(SplitPart::ALL) {
                    *sum += part.of(split) as f64;
                }
            }
            SplitBar {
                candidate,
                label: scenario.candidates[candidate].label(),
                tasks,
                parts: sums.map(|sum| sum / tasks.max(1) as f64),
            }
        };
        Self {
            bars: candidates.into_iter().map(bar).collect(),
            warning: run
                .request
                .is_closed()
                .then_some("closed load: hides overload"),
        }
    }

    /// Whether a bar has a length.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.bars.iter().any(|bar| bar.tasks > 0)
    }

    /// The longest bar, in nanoseconds.
    #[must_use]
    pub fn longest_nanos(&self) -> f64 {
        self.bars
            .iter()
            .map(SplitBar::total_nanos)
            .fold(0.0, f64::max)
    }

    /// The scale at which all bars can be read: beside one of more than ten times the length, a bar is a stub.
    #[must_use]
    pub fn readable_scale(&self) -> SplitScale {
        /// A tenth of the width still shows its parts.
        const FACTOR: f64 = 10.0;
        let lengths = self.bars.iter().map(SplitBar::total_nanos);
        let shortest = lengths
            .filter(|length| *length > 0.0)
            .fold(f64::INFINITY, f64::min);
        if self.longest_nanos() <= FACTOR * shortest {
            SplitScale::Time
        } else {
            SplitScale::Share
        }
    }

    /// What the whole width of `bar` stands for at `scale`, in nanoseconds; above 0.
    #[must_use]
    pub fn width_nanos(&self, bar: &SplitBar, scale: SplitScale) -> f64 {
        let nanos = match scale {
            SplitScale::Time => self.longest_nanos(),
            SplitScale::Share => bar.total_nanos(),
        };
        nanos.max(1.0)
    }

    /// The parts that some bar has: what a legend names.
    pub fn parts(&self) -> impl Iterator<Item = SplitPart> {
        SplitPart::ALL
            .into_iter()
            .enumerate()
            .filter(|(place, _)| self.bars.iter().any(|bar| bar.parts[*place] > 0.0))
            .map(|(_, part)| part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn the_parts_of_a_bar_add_up_to_the_mean_response_time() {
        let run = support::finished_run();
        let chart = SplitChart::of(&run);
        assert_eq!(chart.bars.len(), 5);
        for bar in &chart.bars {
            let block = run.blocks_of(bar.candidate).next().unwrap();
            // Of those that ended, as the bar.
            let mut response = block.measured.response.clone();
            response.set_cut(0);
            assert_eq!(bar.tasks, response.count());
            let mean = response.mean().unwrap();
            assert!((bar.total_nanos() / mean - 1.0).abs() < 0.01, "{bar:?}");
        }
        // One worker cannot carry the load: its tasks wait in the queue most of the time.
        assert!(chart.bars[0].parts[2] > 0.8 * chart.bars[0].total_nanos());
        let wanted: Vec<_> = SplitPart::ALL
            .into_iter()
            .filter(|part| {
                !matches!(
                    part,
                    SplitPart::Retries | SplitPart::LockWait | SplitPart::InterpreterWait
                )
            })
            .collect();
        assert_eq!(chart.parts().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn the_spans_of_a_bar_lie_one_behind_the_other() {
        let bar = SplitBar {
            candidate: 0,
            label: String::new(),
            tasks: 1,
            parts: [1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0],
        };
        let spans: Vec<_> = bar.spans().collect();
        assert_eq!(
            spans,
            [
                (SplitPart::ScheduleDelay, 0.0, 1.0),
                (SplitPart::Dispatch, 1.0, 2.0),
                (SplitPart::OnCpu, 3.0, 3.0),
                (SplitPart::Waiting, 6.0, 4.0),
            ]
        );
    }

    #[test]
    fn bars_that_differ_by_decades_are_drawn_as_shares() {
        let mut chart = SplitChart::of(&support::finished_run());
        assert_eq!(chart.readable_scale(), SplitScale::Share);
        chart.bars.remove(0);
        assert_eq!(chart.readable_scale(), SplitScale::Time);
        let bar = &chart.bars[0];
        let of_its_own = chart.width_nanos(bar, SplitScale::Share);
        assert!((of_its_own - bar.total_nanos()).abs() < 1e-6);
        assert!(chart.width_nanos(bar, SplitScale::Time) >= of_its_own);
    }

    #[test]
    fn a_candidate_that_has_not_begun_has_a_bar_without_a_length() {
        let chart = SplitChart::of(&support::waiting_run());
        assert!(!chart.has_data() && chart.longest_nanos() == 0.0);
        assert_eq!(chart.parts().count(), 0);
    }
}
