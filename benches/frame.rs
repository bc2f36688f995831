//! The window's own work for one frame, without rasterising: eight charts of five candidates with as many
//! points as an hour of measuring leaves. It must stay under 4 ms, so that what is shown is not disturbed.

#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use eframe::App as _;
use poolscope::gui::app::{App, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::gui::notify::DesktopNotifier;
use poolscope::run::{BlockEnd, Event, Run, RunRequest};
use poolscope::scenario::{AsyncCpu, Backend, Candidate, bundled, parse};
use poolscope::stats::Histogram;
use poolscope::wire::{
    Cohort, Counts, FromRunner, Machine, Memory, MemoryKind, Phase, Pool, PoolKind, Resources,
    Snapshot, Started, TimeSplit,
};

struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn pick(&self, _request: &FileRequest) -> Picked {
        Picked::Cancelled
    }
}

/// Ten snapshots a second.
const TICK_NANOS: u64 = 100_000_000;
const HOUR_TICKS: u64 = 36_000;
const CANDIDATES: u32 = 5;

/// An hour of each of five candidates.
fn run_of_an_hour() -> Run {
    let mut scenario = parse(bundled()[0].text)
        .scenario
        .expect("bundled scenarios are valid");
    scenario.candidates = (1..=CANDIDATES)
        .map(|in_flight| {
            // With an event loop and a second pool, so that all eight charts are there.
            Candidate::of(Backend::Async {
                in_flight,
                event_loops: 1,
                cpu: AsyncCpu::Blocking { threads: 1 },
            })
        })
        .collect();
    let mut run = Run::new(RunRequest::all_of(scenario), 0);
    for block in 0..CANDIDATES as usize {
        let started = Started {
            cold_start_nanos: 1_000_000,
            worker_pids: Vec::new(),
            baseline_bytes: None,
            machine: Machine::default(),
            calibration: Vec::new(),
            python: None,
        };
        run.apply(Event::BlockStarting { block });
        run.apply(Event::Message {
            block,
            message: FromRunner::Started(Box::new(started)),
        });
        for tick in 1..=HOUR_TICKS {
            let snapshot = Box::new(snapshot(tick, block as u64));
            run.apply(Event::Message {
                block,
                message: FromRunner::Snapshot(snapshot),
            });
        }
        run.apply(Event::BlockEnded {
            block,
            end: BlockEnd::Completed,
        });
    }
    run
}

/// A snapshot of a candidate that does about 150 tasks a second, with a ripple so that no line is straight.
fn snapshot(tick: u64, candidate: u64) -> Snapshot {
    const PER_TICK: u64 = 15;
    let mut response = Histogram::new();
    for task in 0..PER_TICK {
        response.record(10_000_000 + (tick * 7_919 + task * 104_729 + candidate) % 40_000_000);
    }
    let good = tick * PER_TICK + tick % 7;
    let counts = Counts {
        offered: good,
        admitted: good,
        good,
        ..Counts::default()
    };
    let mut snapshot = Snapshot {
        sequence: tick,
        elapsed_nanos: tick * TICK_NANOS,
        phase: Phase::Measure,
        measure_start_nanos: Some(0),
        measure_end_nanos: None,
        warm_up: Cohort::default(),
        measured: Cohort {
            counts,
            ..Cohort::default()
        },
        counters: Vec::new(),
        pools: [PoolKind::EventLoops, PoolKind::Threads]
            .map(|kind| Pool {
                kind,
                workers: 1,
                queued: tick % 13,
                in_flight: tick % 5,
            })
            .into(),
        loop_lag: response.to_sparse(),
        interpreter_lock: None,
        collections: None,
        resilience: poolscope::wire::Resilience::default(),
        window_completed: good,
        window_good: good,
        window_good_late: 0,
        good_late: 0,
        lives: None,
        resources: Resources::default(),
        skipped_ticks: 0,
        merged: 0,
    };
    snapshot.measured.response = response.to_sparse();
    snapshot.measured.split = TimeSplit {
        tasks: good,
        queue_wait_nanos: good * 9_000_000,
        on_cpu_nanos: good * 4_000_000,
        off_cpu_nanos: good * 17_000_000,
        ..TimeSplit::default()
    };
    snapshot.resources.cpu_nanos = tick * TICK_NANOS / 2 + tick % 11 * 1_000_000;
    snapshot.resources.memory = Some(Memory {
        kind: MemoryKind::Derived,
        per_worker_bytes: 1e6 + (tick % 100) as f64 * 1e3,
        per_worker_uss_bytes: None,
        per_worker_rss_bytes: None,
        total_bytes: 50_000_000,
    });
    snapshot
}

fn input() -> egui::RawInput {
    let size = egui::vec2(1920.0, 1080.0);
    egui::RawInput {
        screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
        ..egui::RawInput::default()
    }
}

fn one_frame(criterion: &mut Criterion) {
    let ctx = egui::Context::default();
    let services = Services {
        dialogs: Arc::new(NoDialogs),
        notifier: Arc::new(DesktopNotifier),
        executable: PathBuf::new(),
        settings_dir: None,
        runs_dir: None,
    };
    let mut app = App::new(&ctx, services);
    app.show_run(run_of_an_hour());
    let mut frame = eframe::Frame::_new_kittest();
    let mut draw = || {
        let output = ctx.run_ui(input(), |ui| {
            app.logic(ui.ctx(), &mut frame);
            app.ui(ui, &mut frame);
        });
        black_box(&output.shapes);
        // Nothing is rasterised, so the textures go nowhere.
        output.drop_without_applying_deltas();
    };
    // Sizes settle and fonts load.
    (0..3).for_each(|_| draw());
    criterion.bench_function("one frame, eight charts of five candidates", |bencher| {
        bencher.iter(&mut draw);
    });
}

criterion_group!(benches, one_frame);
criterion_main!(benches);
