//! What recording one task costs: the figure that is added to every task of every back end.
//!
//! `cargo bench --bench recorder`. The last group is what a naive harness does: two readings of the clock and
//! two records into a locked `hdrhistogram`; compare within one run only.

#![expect(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use poolscope::engine::arrivals::OpenSchedule;
use poolscope::engine::{Admission, Cohort, Lives, Outcome, PartEnd, Ran, Recorder, Task, clock};
use poolscope::scenario::{Arrivals, Load};
use poolscope::wire::{FromRunner, read_frame, write_frame};

fn task(number: u64) -> Task {
    Task::new(number, Cohort::Measured, number, number)
}

fn record(criterion: &mut Criterion) {
    let recorder = Recorder::new(2);
    recorder.set_window(0, u64::MAX);
    let mut number = 0;
    criterion.bench_function("record one task: offer, start, end", |bencher| {
        bencher.iter(|| {
            number += 1;
            let task = task(number);
            recorder.offer(0, &task, || Admission::Admitted);
            recorder.start(1, &task);
            let ran = Ran::here(number + 20, number + 20 + number % 100_000);
            recorder.end(1, black_box(&task), &ran, Outcome::Good, 0);
        });
    });
    let lives = Lives::default();
    // Full at once, so that all that is measured is what tasks cost that are not kept.
    let _ = lives.drain(0, true);
    criterion.bench_function("the same, and a look whether its life is kept", |bencher| {
        bencher.iter(|| {
            number += 1;
            let task = task(number);
            recorder.offer(0, &task, || Admission::Admitted);
            recorder.start(1, &task);
            let ran = Ran::here(number + 20, number + 20 + number % 100_000);
            recorder.end(1, black_box(&task), &ran, Outcome::Good, 0);
            lives.part_ended(0, &task, &ran, PartEnd::Ended(Outcome::Good));
            lives.task_ended(&task, &ran, Outcome::Good);
        });
    });
    criterion.bench_function(
        "the first one, with the two readings of the clock",
        |bencher| {
            bencher.iter(|| {
                number += 1;
                let task = task(number);
                recorder.offer(0, &task, || Admission::Admitted);
                recorder.start(1, &task);
                let start_nanos = clock::now_nanos();
                let ran = Ran::here(start_nanos, clock::now_nanos());
                recorder.end(1, black_box(&task), &ran, Outcome::Good, 0);
            });
        },
    );
    criterion.bench_function(
        "a naive recorder: two clocks, two locked hdrhistograms",
        |bencher| {
            let histogram = || {
                Mutex::new(
                    hdrhistogram::Histogram::<u64>::new_with_max(3_600_000_000_000, 3)
                        .expect("valid bounds"),
                )
            };
            let (wait, service) = (histogram(), histogram());
            let begun = Instant::now();
            bencher.iter(|| {
                let start = begun.elapsed().as_nanos() as u64;
                let end = begun.elapsed().as_nanos() as u64;
                wait.lock()
                    .expect("not poisoned")
                    .saturating_record(start % 1_000_000);
                service
                    .lock()
                    .expect("not poisoned")
                    .saturating_record(end - start);
            });
        },
    );
}

fn read(criterion: &mut Criterion) {
    let recorder = Recorder::new(2);
    recorder.set_window(0, u64::MAX);
    let mut number = 0;
    criterion.bench_function("read a snapshot's worth after 1,000 tasks", |bencher| {
        bencher.iter(|| {
            for _ in 0..1_000 {
                number += 1;
                let task = task(number);
                recorder.offer(0, &task, || Admission::Admitted);
                recorder.start(1, &task);
                let ran = Ran::here(number, number + number * 7_919 % 50_000_000);
                recorder.end(1, &task, &ran, Outcome::Good, 0);
            }
            black_box(recorder.tally(Cohort::Measured));
            black_box(recorder.drain(Cohort::Measured, false));
        });
    });
}

fn arrivals(criterion: &mut Criterion) {
    let load = Load::Open {
        rate_per_sec: 1e6,
        arrivals: Arrivals::Poisson,
    };
    let Some(mut schedule) = OpenSchedule::new(&load, 0, 1) else {
        return;
    };
    criterion.bench_function("next arrival of a Poisson schedule", |bencher| {
        bencher.iter(|| black_box(schedule.next()));
    });
}

fn frames(criterion: &mut Criterion) {
    let recorder = Recorder::new(1);
    for number in 0..2_000 {
        let task = task(number);
        recorder.offer(0, &task, || Admission::Admitted);
        recorder.start(0, &task);
        let ran = Ran::here(number, number * 7_919 % 50_000_000);
        recorder.end(0, &task, &ran, Outcome::Good, 0);
    }
    let times = recorder.drain(Cohort::Measured, true);
    let cohort = poolscope::wire::Cohort {
        response: times.response,
        service: times.service,
        ..poolscope::wire::Cohort::default()
    };
    let snapshot = poolscope::wire::Snapshot {
        sequence: 1,
        elapsed_nanos: 1,
        phase: poolscope::wire::Phase::Measure,
        measure_start_nanos: Some(0),
        measure_end_nanos: None,
        warm_up: poolscope::wire::Cohort::default(),
        measured: cohort,
        counters: Vec::new(),
        pools: Vec::new(),
        loop_lag: poolscope::stats::SparseHistogram::default(),
        interpreter_lock: None,
        collections: None,
        resilience: poolscope::wire::Resilience::default(),
        window_completed: 2_000,
        window_good: 2_000,
        window_good_late: 0,
        good_late: 0,
        lives: None,
        resources: poolscope::wire::Resources::default(),
        skipped_ticks: 0,
        merged: 0,
    };
    let message = FromRunner::Snapshot(Box::new(snapshot));
    criterion.bench_function("encode and decode a snapshot of 2,000 tasks", |bencher| {
        let mut buffer = Vec::new();
        bencher.iter(|| {
            let mut bytes = Vec::new();
            write_frame(&mut bytes, &message).expect("a snapshot fits into a frame");
            let read: FromRunner =
                read_frame(&mut bytes.as_slice(), &mut buffer).expect("it was just written");
            black_box(read);
        });
    });
}

criterion_group!(benches, record, read, arrivals, frames);
criterion_main!(benches);
