//! The figures of a candidate, merged over its blocks: what tables, documents and verdicts are made of.

use crate::analysis::cost::{Resources, cost_per_1k};
use crate::analysis::merged::{Merged, mean, summary};
use crate::run::{Block, BlockState, Counts, MemoryKind, Run};
use crate::scenario::Backend;
use crate::stats::Summary;
use crate::units::text;

/// Remarks kept per candidate: what does not fit on a screen is not read.
const REMARKS_MAX: usize = 10;

/// Where a candidate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateStatus {
    /// No block of it has begun.
    Waiting,
    /// A block of it is under way.
    Live,
    /// All its blocks ended as planned.
    Done,
    /// Stopped before all blocks were complete; the figures cover less than was asked for.
    Stopped,
    /// At least one block ended by an accident, or its books do not balance.
    Failed {
        /// What happened, for people.
        cause: String,
    },
}

/// The figures of one candidate. `None` is "not known", never zero.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateFigures {
    /// Index in the scenario; also the index of its colour everywhere.
    pub candidate: usize,
    /// Its name.
    pub name: String,
    /// The kind of back end: `threads`.
    pub backend: &'static str,
    /// How many workers.
    pub workers: u32,
    /// Where it stands.
    pub status: CandidateStatus,
    /// Tasks that became due in the measurements, added up over the blocks.
    pub counts: Counts,
    /// Tasks that ended within the window per second. Batch: tasks per second of the makespan.
    pub throughput_per_sec: Option<f64>,
    /// The good ones of them.
    pub goodput_per_sec: Option<f64>,
    /// Intended start to finish, in nanoseconds.
    pub response_time_nanos: Summary,
    /// Start to finish, in nanoseconds.
    pub service_time_nanos: Summary,
    /// Admission to start, in nanoseconds.
    pub queue_wait_nanos: Summary,
    /// The generator's lateness, in nanoseconds.
    pub schedule_delay_nanos: Summary,
    /// Time to ready of the back end, in nanoseconds: mean over the blocks.
    pub cold_start_nanos: Option<f64>,
    /// Batches: mean over the blocks, in nanoseconds.
    pub makespan_nanos: Option<f64>,
    /// Batches: makespan of the sequential candidate divided by this one's; none without a sequential one.
    pub speedup: Option<f64>,
    /// Cores that the back end kept busy, on average over the window.
    pub cpu_cores_used: Option<f64>,
    /// Mean over the measurement, in bytes.
    pub memory_per_worker_bytes: Option<f64>,
    /// Peak over the measurement, in bytes.
    pub memory_per_worker_peak_bytes: Option<f64>,
    /// Runner and workers together, mean over the measurement, in bytes.
    pub memory_total_bytes: Option<f64>,
    /// How memory per worker was found.
    pub memory_kind: Option<MemoryKind>,
    /// Price of 1,000 good tasks by the scenario's price card, in its currency.
    pub cost_per_1k: Option<f64>,
    /// How many workers died.
    pub worker_deaths: u32,
    /// The first failures of tasks and incidents, for people.
    pub remarks: Vec<String>,
}

/// The figures of every candidate that the run measures, in the scenario's order.
///
/// O(candidates × histogram slots): call it once per revision of the run, not once per frame.
#[must_use]
pub fn candidate_figures(run: &Run) -> Vec<CandidateFigures> {
    let mut candidates = run.request.candidates.clone();
    candidates.sort_unstable();
    let mut figures: Vec<_> = candidates
        .into_iter()
        .filter_map(|candidate| figures_of(run, candidate))
        .collect();
    let is_sequential = |figures: &&CandidateFigures| {
        run.request.scenario.candidates[figures.candidate].backend == Backend::Sequential
    };
    let baseline = figures
        .iter()
        .find(is_sequential)
        .and_then(|sequential| sequential.makespan_nanos);
    for figures in &mut figures {
        figures.speedup = baseline
            .zip(figures.makespan_nanos)
            .and_then(|(baseline, own)| (own > 0.0).then(|| baseline / own));
    }
    figures
}

/// The figures of one candidate, without the speed-up, which needs another one; none if there is no such.
fn figures_of(run: &Run, candidate: usize) -> Option<CandidateFigures> {
    let scenario = &run.request.scenario;
    let described = scenario.candidates.get(candidate)?;
    let blocks: Vec<&Block> = run.blocks_of(candidate).collect();
    let merged = Merged::of(&blocks);
    let batch = run.request.is_batch();
    let rate = |of_makespan: u64, of_window: u64| {
        let finished = if batch {
            merged.per_makespan_sec(of_makespan)
        } else {
            None
        };
        finished.or_else(|| merged.per_window_sec(of_window))
    };
    let goodput_per_sec = rate(merged.makespan_good, merged.window_good);
    let cpu_cores_used = merged.cpu_cores();
    let memory = merged.memory;
    let used = Resources {
        cpu_cores: cpu_cores_used,
        memory_bytes: memory.map(|memory| memory.total_mean_bytes),
    };
    Some(CandidateFigures {
        candidate,
        name: described.label(),
        backend: described.backend.kind(),
        workers: described.backend.workers(),
        status: status(run, &blocks),
        counts: merged.counts,
        throughput_per_sec: rate(merged.makespan_completed, merged.window_completed),
        goodput_per_sec,
        response_time_nanos: summary(&blocks, |measured| &measured.response),
        service_time_nanos: summary(&blocks, |measured| &measured.service),
        queue_wait_nanos: summary(&blocks, |measured| &measured.queue_wait),
        schedule_delay_nanos: summary(&blocks, |measured| &measured.schedule_delay),
        cold_start_nanos: mean(&merged.cold_starts),
        makespan_nanos: if batch { mean(&merged.makespans) } else { None },
        speedup: None,
        cpu_cores_used,
        memory_per_worker_bytes: memory.map(|memory| memory.per_worker_mean_bytes),
        memory_per_worker_peak_bytes: memory.map(|memory| memory.per_worker_peak_bytes),
        memory_total_bytes: used.memory_bytes,
        memory_kind: memory.map(|memory| memory.kind),
        cost_per_1k: cost_per_1k(&scenario.prices, used, goodput_per_sec),
        worker_deaths: merged.worker_deaths,
        remarks: remarks(&blocks, batch),
    })
}

fn status(run: &Run, blocks: &[&Block]) -> CandidateStatus {
    let accident = blocks
        .iter()
        .find_map(|block| match (&block.state, &block.violation) {
            (BlockState::Failed { cause }, _) => Some(cause),
            (_, violation) => violation.as_ref(),
        });
    if let Some(cause) = accident {
        return CandidateStatus::Failed {
            cause: cause.clone(),
        };
    }
    let all = |is: fn(&BlockState) -> bool| blocks.iter().all(|block| is(&block.state));
    if blocks.iter().any(|block| block.state.is_live()) {
        CandidateStatus::Live
    } else if !blocks.is_empty() && all(|state| *state == BlockState::Done) {
        CandidateStatus::Done
    } else if run.ended
        || blocks
            .iter()
            .any(|block| block.state == BlockState::Stopped)
    {
        CandidateStatus::Stopped
    } else if all(|state| *state == BlockState::Waiting) {
        CandidateStatus::Waiting
    } else {
        // Between two of its blocks.
        CandidateStatus::Live
    }
}

fn remarks(blocks: &[&Block], batch: bool) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    let unfinished = |block: &&&Block| {
        block.state == BlockState::Done
            && block
                .finished
                .as_ref()
                .is_some_and(|finished| finished.makespan_nanos.is_none())
    };
    if batch && blocks.iter().any(|block| unfinished(&block)) {
        remarks.push(
            "the batch was not done when the measurement ended; its makespan is not known"
                .to_owned(),
        );
    }
    for block in blocks {
        remarks.extend(
            block
                .incidents
                .iter()
                .map(|incident| incident.message.clone()),
        );
        remarks.extend(
            block
                .finished
                .iter()
                .flat_map(|finished| finished.failures.iter().cloned()),
        );
    }
    let dropped: u64 = blocks.iter().map(|block| block.incidents_dropped).sum();
    let more = dropped + remarks.len().saturating_sub(REMARKS_MAX) as u64;
    remarks.truncate(REMARKS_MAX);
    if more > 0 {
        remarks.push(format!(
            "and {}",
            text::counted(more, "more remark", "more remarks")
        ));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{BlockEnd, Event};
    use crate::support;
    use crate::units::Nanos;

    fn close(figure: Option<f64>, expected: f64) -> bool {
        figure.is_some_and(|figure| (figure / expected - 1.0).abs() < 1e-9)
    }

    #[test]
    fn a_run_of_which_nothing_has_happened_has_no_figures_and_no_zeros() {
        for figures in candidate_figures(&support::waiting_run()) {
            assert_eq!(figures.status, CandidateStatus::Waiting);
            assert_eq!(
                (
                    figures.throughput_per_sec,
                    figures.cpu_cores_used,
                    figures.cost_per_1k
                ),
                (None, None, None)
            );
            assert_eq!(
                (figures.memory_per_worker_bytes, figures.makespan_nanos),
                (None, None)
            );
        }
    }

    #[test]
    fn each_candidate_of_the_sample_stands_where_it_should() {
        let figures = candidate_figures(&support::sample_run());
        let statuses: Vec<_> = figures.iter().map(|figures| &figures.status).collect();
        assert!(matches!(
            statuses[..],
            [
                CandidateStatus::Done,
                CandidateStatus::Done,
                CandidateStatus::Failed { .. },
                CandidateStatus::Done,
                CandidateStatus::Waiting,
            ]
        ));
        assert_eq!(figures[2].remarks.len(), 1, "the incident is a remark");
        // The failed one keeps what had arrived: 4.2 s of 6 s.
        assert!(figures[2].throughput_per_sec.is_some());
        assert!(figures[0].counts.dropped > 0 && figures[1].counts.dropped == 0);
    }

    #[test]
    fn throughput_is_what_ended_within_the_window_over_its_length() {
        let run = support::finished_run();
        for (figures, block) in candidate_figures(&run).iter().zip(&run.blocks) {
            let window = block.window().unwrap();
            assert_eq!(window.nanos, 6_000_000_000);
            assert!(close(
                figures.throughput_per_sec,
                window.completed as f64 / 6.0
            ));
            assert!(close(figures.goodput_per_sec, window.good as f64 / 6.0));
            let cores = window.cpu_nanos as f64 / window.read_nanos as f64;
            assert!(close(figures.cpu_cores_used, cores));
        }
    }

    #[test]
    fn two_blocks_of_a_candidate_count_together() {
        let run = support::repeated_run();
        let figures = &candidate_figures(&run)[1];
        let blocks: Vec<_> = run.blocks_of(1).collect();
        let completed: u64 = blocks
            .iter()
            .map(|block| block.window().unwrap().completed)
            .sum();
        assert!(close(figures.throughput_per_sec, completed as f64 / 12.0));
        let samples: u64 = blocks
            .iter()
            .map(|block| block.measured.response.count())
            .sum();
        assert_eq!(figures.response_time_nanos.count, samples);
        assert_eq!(
            figures.counts.offered,
            blocks
                .iter()
                .map(|block| block.counts().offered)
                .sum::<u64>()
        );
    }

    #[test]
    fn a_batch_is_judged_by_its_makespan_against_the_sequential_candidate() {
        let figures = candidate_figures(&support::batch_run());
        assert!(close(figures[0].speedup, 1.0));
        let expected = figures[0].makespan_nanos.unwrap() / figures[1].makespan_nanos.unwrap();
        assert!(close(figures[1].speedup, expected));
        assert!((3.0..4.0).contains(&expected), "four threads: {expected}");
        assert!(close(
            figures[1].throughput_per_sec,
            400.0 * 1e9 / figures[1].makespan_nanos.unwrap()
        ));
        assert!(
            candidate_figures(&support::finished_run())
                .iter()
                .all(|figures| figures.speedup.is_none())
        );
    }

    #[test]
    fn a_live_candidate_has_figures_of_what_has_arrived() {
        let figures = candidate_figures(&support::live_run(Nanos::from_millis(3_000)));
        assert_eq!(figures[3].status, CandidateStatus::Live);
        assert!(figures[3].throughput_per_sec.unwrap() > 300.0);
    }

    #[test]
    fn a_candidate_whose_turn_never_came_is_stopped_once_the_run_has_ended() {
        let mut run = support::live_run(Nanos::from_millis(3_000));
        run.apply(Event::BlockEnded {
            block: 3,
            end: BlockEnd::Stopped,
        });
        run.apply(Event::RunEnded { stopped: true });
        let figures = candidate_figures(&run);
        assert_eq!(figures[3].status, CandidateStatus::Stopped);
        assert_eq!(figures[4].status, CandidateStatus::Stopped);
    }

    #[test]
    fn a_block_whose_books_do_not_balance_makes_its_candidate_failed() {
        let mut run = support::finished_run();
        run.blocks[1].violation = Some("the measured tasks do not add up".to_owned());
        assert!(matches!(
            candidate_figures(&run)[1].status,
            CandidateStatus::Failed { .. }
        ));
    }
}
