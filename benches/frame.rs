//! The window's own work for one frame, without rasterising: eight charts of five candidates with as many
//! points as an hour of measuring leaves, laid out and cut into triangles.
//!
//! `cargo bench --bench frame`. Two kinds of frames: still ones of a run that is over, and live ones, each of which
//! brings a snapshot, as ten frames a second do while a run measures. It prints the median, the 99th percentile and the
//! longest, and fails if a 99th percentile is above 8 ms: half of what a display of 60 Hz gives, so that what is shown
//! is not disturbed. Figures are of this machine and of what else it did.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
/// The 99th percentile is the tenth longest of these.
const FRAMES: usize = 1_000;
/// What a frame may take.
const LIMIT: Duration = Duration::from_millis(8);

/// An hour of each of five candidates; the last one goes on if it is `live`.
fn run_of_an_hour(live: bool) -> Run {
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
        if !live || block + 1 < CANDIDATES as usize {
            run.apply(Event::BlockEnded {
                block,
                end: BlockEnd::Completed,
            });
        }
    }
    if !live {
        run.apply(Event::RunEnded { stopped: false });
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

/// How long each frame took, the shortest first. Live ones bring a snapshot each.
fn frames(live: bool) -> Vec<Duration> {
    let ctx = egui::Context::default();
    let services = Services {
        dialogs: Arc::new(NoDialogs),
        notifier: Arc::new(DesktopNotifier),
        executable: PathBuf::new(),
        settings_dir: None,
        runs_dir: None,
    };
    let mut app = App::new(&ctx, services);
    app.show_run(run_of_an_hour(live));
    let mut frame = eframe::Frame::_new_kittest();
    let mut tick = HOUR_TICKS;
    let mut draw = || {
        tick += 1;
        let block = CANDIDATES as usize - 1;
        // What comes from the runner is decoded elsewhere; taking it in is the window's work.
        let news = live.then(|| Event::Message {
            block,
            message: FromRunner::Snapshot(Box::new(snapshot(tick, block as u64))),
        });
        let begin = Instant::now();
        if let Some(news) = news {
            app.tell_run(news);
        }
        let output = ctx.run_ui(input(), |ui| {
            app.logic(ui.ctx(), &mut frame);
            app.ui(ui, &mut frame);
        });
        let shapes = output.shapes.clone();
        black_box(ctx.tessellate(shapes, output.pixels_per_point));
        let took = begin.elapsed();
        // Nothing is rasterised, so the textures go nowhere.
        output.drop_without_applying_deltas();
        took
    };
    // Sizes settle and fonts load.
    for _ in 0..10 {
        draw();
    }
    let mut took: Vec<Duration> = (0..FRAMES).map(|_| draw()).collect();
    took.sort_unstable();
    took
}

fn main() -> ExitCode {
    let mut is_within = true;
    println!("{FRAMES} frames of 1920 × 1080 each, in ms     p50      p99      max");
    for (name, live) in [("still", false), ("live, a snapshot each", true)] {
        let took = frames(live);
        let [p50, p99, max] = [FRAMES / 2, FRAMES * 99 / 100, FRAMES - 1].map(|at| took[at]);
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let ratio = p99.as_secs_f64() / LIMIT.as_secs_f64();
        println!(
            "{name:<36} {:>7.2}  {:>7.2}  {:>7.2}   p99 is {ratio:.2} of the limit of {LIMIT:?}",
            ms(p50),
            ms(p99),
            ms(max),
        );
        is_within &= p99 <= LIMIT;
    }
    if is_within {
        ExitCode::SUCCESS
    } else {
        println!("A 99th percentile is above the limit");
        ExitCode::FAILURE
    }
}
