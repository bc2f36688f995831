//! The contents of charts, and that keeping them up to date gives what building them gives.

use crate::chart::{
    Arrangement, Chart, ChartBook, ChartId, ChartSettings, Form, Stroke, Tile, build, build_diagram,
};
use crate::run::{Block, BlockEnd, Event, Run, RunRequest};
use crate::stats::Percentile;
use crate::support;

fn of(id: ChartId, run: &Run) -> Chart {
    build(id, run, &ChartSettings::default())
}

#[test]
fn a_book_that_follows_a_run_has_the_same_charts_as_one_built_at_the_end() {
    let mut scenario = support::scenario();
    scenario.protocol.repeats = 2;
    scenario.candidates.truncate(2);
    // With an event loop and two pools, so that all charts are there.
    scenario.candidates[1].backend = crate::scenario::Backend::Hybrid {
        waits: crate::scenario::HybridWaits::Async { in_flight: 8 },
        processes: crate::scenario::Workers::Count(8),
        between: 10,
    };
    scenario.faults = vec![crate::scenario::Fault {
        from: crate::units::Nanos::from_secs(1),
        ..crate::scenario::Fault::new(crate::scenario::Inject::Error)
    }];
    let request = RunRequest::all_of(scenario);
    assert_eq!(ChartId::possible_for(&request).count(), ChartId::ALL.len());
    let settings = ChartSettings {
        response_max: true,
        arrangement: Arrangement::new(ChartId::ALL.map(|id| Tile { id, span: 1 }), []),
        ..ChartSettings::default()
    };
    let mut run = Run::new(request.clone(), support::STARTED_UNIX_SECS);
    let mut book = ChartBook::new();
    for (number, event) in support::events(&request).into_iter().enumerate() {
        run.apply(event);
        book.update(&run, &settings);
        if number % 37 == 0 || run.ended {
            for id in ChartId::ALL {
                if id.form() == Form::Diagram {
                    let built = build_diagram(id, &run, &settings);
                    assert_eq!(book.diagram(id), built.as_ref(), "event {number}");
                    continue;
                }
                let built = build(id, &run, &settings);
                assert_eq!(book.chart(id), Some(&built), "event {number}");
            }
        }
    }
}

#[test]
fn a_run_that_is_long_enough_to_lose_resolution_is_followed_too() {
    let scenario = support::slow_scenario();
    let request = RunRequest::all_of(scenario);
    let settings = ChartSettings {
        percentiles: vec![Percentile::P95],
        ..ChartSettings::default()
    };
    let mut run = Run::new(request.clone(), support::STARTED_UNIX_SECS);
    let mut book = ChartBook::new();
    for event in support::events(&request) {
        run.apply(event);
        book.update(&run, &settings);
    }
    assert!(
        run.blocks[0].timeline.intervals().len() < 600,
        "the timeline has halved"
    );
    for id in ChartId::shown_for(&run.request) {
        assert_eq!(book.chart(id), Some(&build(id, &run, &settings)));
    }
}

#[test]
fn throughput_is_completions_of_the_last_second() {
    let run = support::finished_run();
    let chart = of(ChartId::Throughput, &run);
    let intervals = run.blocks[1].timeline.intervals();
    let at = intervals
        .iter()
        .position(|interval| interval.end_nanos == 3_000_000_000)
        .unwrap();
    let expected: u64 = intervals
        .range(at - 9..=at)
        .map(|interval| interval.completed)
        .sum();
    let point = chart.series[1].runs[0][at];
    // Two seconds after the warm-up of one.
    assert!(
        (point[0] - 2.0).abs() < 1e-9 && (point[1] - expected as f64).abs() < 1e-9,
        "{point:?}"
    );
    assert_eq!(chart.measured_span, Some((0.0, 6.0)));
}

#[test]
fn the_warm_up_is_at_negative_seconds_and_a_batch_begins_at_zero() {
    let chart = of(ChartId::QueueDepth, &support::finished_run());
    assert!((chart.series[0].runs[0][0][0] + 0.9).abs() < 1e-9);
    let batch = of(ChartId::QueueDepth, &support::batch_run());
    assert!(
        batch
            .series
            .iter()
            .all(|series| series.runs[0][0][0] >= 0.0)
    );
}

#[test]
fn a_percentile_has_the_same_stroke_whichever_others_are_shown() {
    let run = support::waiting_run();
    let strokes = |percentiles: &[Percentile]| {
        let settings = ChartSettings {
            percentiles: percentiles.to_vec(),
            ..ChartSettings::default()
        };
        let chart = build(ChartId::ResponseTime, &run, &settings);
        let lines = chart.series.into_iter().take(percentiles.len());
        lines
            .map(|series| (series.name, series.stroke))
            .collect::<Vec<_>>()
    };
    let named = |name: &str, stroke| (format!("sequential {name}"), stroke);
    assert_eq!(
        strokes(&[Percentile::P50, Percentile::P95, Percentile::P99]),
        [
            named("p50", Stroke::Dotted),
            named("p95", Stroke::Solid),
            named("p99", Stroke::Dashed)
        ]
    );
    assert_eq!(
        strokes(&[Percentile::P50, Percentile::P99]),
        [named("p50", Stroke::Dotted), named("p99", Stroke::Dashed)]
    );
    assert_eq!(strokes(&[Percentile::P95]), [named("p95", Stroke::Solid)]);
}

#[test]
fn a_memory_sample_holds_until_three_are_missing() {
    let mut run = support::finished_run();
    let planned = run.blocks[0].planned;
    run.blocks.truncate(1);
    run.blocks[0] = Block::new(planned);
    run.request.candidates = vec![0];
    let mut sent = 0;
    for event in support::block_events(&run.request.clone(), 0, planned, None) {
        let Event::Message {
            block,
            message: poolscope::wire::FromRunner::Snapshot(mut snapshot),
        } = event
        else {
            continue;
        };
        // Only the first sample arrives.
        if sent > 1 {
            snapshot.resources.memory = None;
        }
        sent += 1;
        run.apply(Event::Message {
            block,
            message: poolscope::wire::FromRunner::Snapshot(snapshot),
        });
    }
    let chart = of(ChartId::MemoryPerWorker, &run);
    let runs = &chart.series[0].runs;
    assert_eq!(runs.len(), 1);
    let (first, last) = (runs[0][0], runs[0][runs[0].len() - 1]);
    assert!(
        (last[0] - first[0] - 3.0).abs() < 0.11,
        "{first:?} to {last:?}"
    );
}

#[test]
fn cost_is_not_drawn_for_the_drain_nor_before_memory_is_known() {
    let chart = of(ChartId::CostPer1k, &support::finished_run());
    for series in &chart.series {
        let xs: Vec<_> = series.runs.iter().flatten().map(|point| point[0]).collect();
        assert!(!xs.is_empty() && xs.iter().all(|x| *x <= 6.0));
    }
}

#[test]
fn each_repeat_is_a_run_of_its_own_of_the_same_line() {
    let chart = of(ChartId::Throughput, &support::repeated_run());
    assert_eq!(chart.series.len(), 5);
    assert!(chart.series.iter().all(|series| series.runs.len() == 2));
    assert!(chart.caption.ends_with("a line per repeat"));
}

#[test]
fn a_hidden_candidate_is_not_drawn_and_the_others_keep_their_number() {
    let settings = ChartSettings {
        hidden: [0, 2].into(),
        ..ChartSettings::default()
    };
    let chart = build(ChartId::Cpu, &support::finished_run(), &settings);
    let candidates: Vec<_> = chart.series.iter().map(|series| series.candidate).collect();
    assert_eq!(candidates, [1, 3, 4]);
    assert!(chart.series.iter().all(|series| !series.runs.is_empty()));
}

#[test]
fn a_waiting_candidate_has_a_line_without_points() {
    let chart = of(ChartId::Throughput, &support::sample_run());
    assert_eq!(chart.series[4].runs, Vec::<Vec<[f64; 2]>>::new());
    assert_eq!(
        of(ChartId::Throughput, &support::waiting_run()).bounds(),
        None
    );
}

#[test]
fn another_run_or_another_price_rebuilds() {
    let settings = ChartSettings::default();
    let mut book = ChartBook::new();
    let mut run = support::sample_run();
    book.update(&run, &settings);
    let before = book.chart(ChartId::CostPer1k).cloned();
    run.request.scenario.prices.per_vcpu_hour *= 2.0;
    book.update(&run, &settings);
    assert_ne!(book.chart(ChartId::CostPer1k).cloned(), before);
    book.update(&support::waiting_run(), &settings);
    assert_eq!(
        book.chart(ChartId::Cpu),
        Some(&of(ChartId::Cpu, &support::waiting_run()))
    );
}

#[test]
fn a_block_that_failed_ends_where_it_failed() {
    let mut run = support::sample_run();
    run.apply(Event::BlockEnded {
        block: 4,
        end: BlockEnd::Failed {
            cause: "gone".to_owned(),
        },
    });
    let chart = of(ChartId::Throughput, &run);
    let last = chart.series[2].runs[0].last().unwrap();
    assert!((last[0] - 4.2).abs() < 1e-9, "{last:?}");
}

#[test]
fn the_areas_of_the_outcomes_lie_upon_each_other_and_add_up_to_what_ended_and_was_dropped() {
    let run = support::finished_run();
    let chart = of(ChartId::Outcomes, &run);
    let facets = chart.facets();
    assert_eq!(facets.len(), 5);
    let throughput = of(ChartId::Throughput, &run);
    for (facet, completed) in facets.iter().zip(&throughput.series) {
        let details: Vec<_> = facet.series.iter().map(|series| series.detail).collect();
        assert_eq!(
            details,
            ["good", "good but late", "failed", "timed out", "dropped"]
        );
        for pair in facet.series.windows(2) {
            for (below, above) in pair[0]
                .runs
                .iter()
                .flatten()
                .zip(pair[1].runs.iter().flatten())
            {
                assert!(below[1] <= above[1] && (below[0] - above[0]).abs() < 1e-12);
            }
        }
        // What ended by itself is below what was dropped.
        let ended = facet.series[3].runs.iter().flatten();
        for (ended, completed) in ended.zip(completed.runs.iter().flatten()) {
            assert!(
                (ended[1] - completed[1]).abs() < 1e-6,
                "{ended:?} {completed:?}"
            );
        }
    }
}

#[test]
fn the_longest_response_time_is_above_every_percentile_and_only_a_line_if_asked_for() {
    let run = support::finished_run();
    let all = ChartSettings {
        percentiles: vec![Percentile::P50, Percentile::P99],
        response_max: true,
        ..ChartSettings::default()
    };
    let chart = build(ChartId::ResponseTime, &run, &all);
    let details: Vec<_> = chart.series[..3]
        .iter()
        .map(|series| series.detail)
        .collect();
    assert_eq!(details, ["p50", "p99", "max"]);
    let highest = |series: usize| {
        let points = chart.series[series].runs.iter().flatten();
        points.map(|point| point[1]).fold(0.0, f64::max)
    };
    assert!(highest(2) >= highest(1) && highest(1) >= highest(0));
    let usual = of(ChartId::ResponseTime, &run);
    assert!(usual.series.iter().all(|series| series.detail != "max"));
}
