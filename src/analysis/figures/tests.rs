//! Figures of synthetic runs, by exact numbers.

use super::*;
use crate::run::{BlockEnd, Event};
use crate::support;
use crate::units::Nanos;

fn close(figure: Option<Figure>, expected: f64) -> bool {
    figure.is_some_and(|figure| (figure.value / expected - 1.0).abs() < 1e-9)
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
    let incident = "worker 2 was killed by signal 9; its task is lost, it is replaced";
    assert!(figures[2].remarks.iter().any(|remark| remark == incident));
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
    let expected =
        figures[0].makespan_nanos.unwrap().value / figures[1].makespan_nanos.unwrap().value;
    assert!(close(figures[1].speedup, expected));
    assert!((3.0..4.0).contains(&expected), "four threads: {expected}");
    assert!(close(
        figures[1].throughput_per_sec,
        400.0 * 1e9 / figures[1].makespan_nanos.unwrap().value
    ));
    assert!(
        candidate_figures(&support::finished_run())
            .iter()
            .all(|figures| figures.speedup.is_none())
    );
}

#[test]
fn cpython_is_held_against_cpython_and_native_code_against_native_code() {
    let mut run = support::batch_run();
    let candidates = &mut run.request.scenario.candidates;
    candidates[0].backend = Backend::Python(PythonPool::Sequential);
    candidates[1].backend = Backend::Python(PythonPool::ThreadPoolExecutor { workers: 2.into() });
    let figures = candidate_figures(&run);
    assert!(close(figures[0].speedup, 1.0));
    assert!(figures[1].speedup.is_some());
    assert!(figures[2..].iter().all(|native| native.speedup.is_none()));
    // Another interpreter is another machine.
    run.request.scenario.candidates[1].python = Some("nightly".to_owned());
    assert!(candidate_figures(&run)[1].speedup.is_none());
}

#[test]
fn a_live_candidate_has_figures_of_what_has_arrived() {
    let figures = candidate_figures(&support::live_run(Nanos::from_millis(3_000)));
    assert_eq!(figures[3].status, CandidateStatus::Live);
    assert!(figures[3].throughput_per_sec.unwrap().value > 300.0);
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

#[test]
fn a_batch_that_was_not_done_in_one_of_its_repeats_has_no_makespan_of_the_others() {
    let mut scenario = support::batch_scenario();
    scenario.protocol.repeats = 3;
    let mut run = support::run_of(&crate::run::RunRequest::all_of(scenario));
    assert!(candidate_figures(&run)[1].makespan_nanos.is_some());
    let cut = run
        .blocks
        .iter_mut()
        .find(|block| block.planned.candidate == 1 && block.planned.repeat == 2);
    cut.unwrap().finished.as_mut().unwrap().makespan_nanos = None;
    let figures = candidate_figures(&run);
    assert_eq!(
        (figures[1].makespan_nanos, figures[1].speedup),
        (None, None)
    );
    assert!(figures[0].makespan_nanos.is_some());
    // Its rates are those of the measurement then, with what the cut one did.
    assert!(figures[1].throughput_per_sec.is_some());
}

#[test]
fn a_block_of_which_every_task_was_cut_counts_among_the_ranks() {
    let mut run = support::noisy::noisy_run(1, 5, &[1.0, 1.0]);
    let hung = run
        .blocks
        .iter_mut()
        .filter(|block| block.planned.candidate == 0 && !block.planned.twin)
        .find(|block| block.planned.repeat == 2);
    let response = &mut hung.unwrap().measured.response;
    *response = crate::stats::Histogram::new();
    response.set_cut(100);
    let figures = &candidate_figures(&run)[0];
    let p95 = figures.response_time_figures.p95.unwrap();
    assert_eq!(Some(p95.value as u64), figures.response_time_nanos.p95);
    // One of 81 was cut: its time is above the 99th percentile of the others.
    assert_eq!(figures.response_time_nanos.p99, None);
    let p99 = Measure::Response(Percentile::P99);
    assert_eq!(crate::analysis::compare(&run, 0, 1, p99), None);
}
