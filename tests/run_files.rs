//! Files of runs that earlier versions wrote are read for ever: one of each version is on the shelf, `tests/data/record`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::{Path, PathBuf};

use poolscope::chart::{self, ChartId, ChartSettings};
use poolscope::export::timeline_csv;
use poolscope::run::library::Library;
use poolscope::run::record::{
    Closing, Completeness, Header, Meta, Record, RecordKind, RecordWriter, Step, VERSION,
};
use poolscope::run::{
    BlockState, Calibration, Collections, Counter, Counts, Event, IncidentKind, InterpreterLockUse,
    Interval, MachineSample, MemoryKind, PythonFacts, Run, RunRequest,
};
use poolscope::scenario::{Kernel, Protection};
use poolscope::stats::Percentile;
use poolscope::units::Nanos;
use poolscope::wire::{FromRunner, Resident, WorkerSample};

/// The file of a version.
fn on_the_shelf(version: u16) -> PathBuf {
    let name = format!("tests/data/record/v{version}.poolscope-run");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A run with something of everything: faults, defences, workers that died, an interpreter, counters.
fn rich_run() -> Run {
    let mut run = support::drill::run();
    let block = &mut run.blocks[0];
    let started = block.started.as_mut().unwrap();
    started.calibration = vec![Calibration {
        kernel: Kernel::Sha256,
        unit_nanos: None,
        medians_nanos: [512.25, 600.5],
        spread_ratio: 0.1,
        fastest_nanos: 510.125,
    }];
    started.python = Some(PythonFacts {
        name: "python".to_owned(),
        version: "3.14.0".to_owned(),
        free_threaded: true,
        start_method: Some("forkserver".to_owned()),
        library: Some("joblib 1.6.0".to_owned()),
        engine_start_nanos: Some(7),
    });
    let last = block.last.as_mut().unwrap();
    last.counters = vec![Counter {
        protection: Protection::Unprotected,
        additions: 100,
        value: 97,
    }];
    last.interpreter_lock = Some(InterpreterLockUse {
        held_nanos: 4,
        waited_nanos: 3,
        handovers: 2,
        forced: 1,
    });
    last.collections = Some(Collections {
        count: 3,
        nanos: 2,
        longest_nanos: 1,
    });
    run.blocks[3].state = BlockState::Failed {
        cause: "The runner ended by signal 9 while measuring.".to_owned(),
    };
    run
}

/// A block whose snapshots tell of the machine, of single workers and of resident memory as well.
fn watched_run() -> Run {
    let mut scenario = support::scenario();
    scenario.candidates.truncate(1);
    scenario.protocol.measure = Nanos::from_secs(1);
    let request = RunRequest::all_of(scenario);
    let mut run = Run::new(request.clone(), support::STARTED_UNIX_SECS);
    for event in support::events(&request) {
        run.apply(match event {
            Event::Message {
                block,
                message: FromRunner::Snapshot(mut snapshot),
            } => {
                let elapsed_nanos = snapshot.elapsed_nanos;
                snapshot.resources.machine = Some(MachineSample {
                    busy_nanos: Some(elapsed_nanos / 2),
                    frequency_hz: Some(2_500_000_000 + elapsed_nanos),
                    ..machine_sample(elapsed_nanos)
                });
                snapshot.resources.workers = vec![WorkerSample {
                    number: 1,
                    cpu_nanos: elapsed_nanos / 4,
                    resident_bytes: Some(5 << 20),
                }];
                snapshot.resources.resident = Some(Resident {
                    runner_bytes: 7 << 20,
                    workers_bytes: 5 << 20,
                    workers: 1,
                    largest_worker_bytes: 5 << 20,
                });
                let message = FromRunner::Snapshot(snapshot);
                Event::Message { block, message }
            }
            event => event,
        });
    }
    run
}

/// What the system says of the machine at that instant, as far as it says anything.
fn machine_sample(elapsed_nanos: u64) -> MachineSample {
    MachineSample {
        elapsed_nanos,
        ours_cpu_nanos: elapsed_nanos / 3,
        busy_nanos: None,
        steal_nanos: None,
        processors: Some(4),
        frequency_hz: None,
        frequency_max_hz: None,
        memory_available_bytes: Some(1 << 33),
        memory_pressure_ratio: Some(0.125),
        memory_pressure_nanos: None,
        suspended_nanos: None,
        throttled_nanos: None,
        throttled_periods: None,
    }
}

fn steps() -> [(Step, Run); 2] {
    let step = |point, coordinate, round| Step {
        point,
        coordinates: vec![coordinate, 1.0 / 3.0],
        round,
    };
    [
        (step(0, 1.0, 0), rich_run()),
        (step(3, 2.5, 1), watched_run()),
    ]
}

/// Writes [`steps`] in the form of today.
fn write(path: &Path) {
    let steps = steps();
    let run = &steps[0].1;
    let header = Header {
        kind: RecordKind::Sweep,
        app_version: "0.1.0".to_owned(),
        id: "k3v9q2xd".to_owned(),
        ..Header::of_run(run)
    };
    let meta = Meta {
        name: "The night of the outage".to_owned(),
        tags: vec!["baseline".to_owned(), "prod".to_owned()],
        note: "Two lines,\nand ünïcode.".to_owned(),
    };
    let mut writer = RecordWriter::create(path, &header).unwrap();
    for (step, run) in &steps {
        writer.whole_run(step, run).unwrap();
    }
    let runs = steps.iter().map(|(_, run)| run);
    writer.close(&Closing::of(runs, false)).unwrap();
    writer.meta(&meta).unwrap();
}

#[test]
fn a_file_of_each_version_opens_with_everything_in_it() {
    for version in 1..=VERSION {
        let record = Record::read(&on_the_shelf(version)).unwrap();
        let (header, meta) = (&record.header, &record.meta);
        assert_eq!(record.completeness, Completeness::Whole);
        assert_eq!((header.kind, header.seed), (RecordKind::Sweep, 1));
        assert_eq!((&*header.id, &*header.app_version), ("k3v9q2xd", "0.1.0"));
        assert_eq!(&*header.title, "Retry drill");
        assert_eq!(
            header.candidates,
            ["no budget", "budget", "processes", "breaker"]
        );
        assert_eq!(header.started_unix_secs, support::STARTED_UNIX_SECS);
        assert_eq!(record.title(), "The night of the outage");
        assert_eq!(meta.tags, ["baseline", "prod"]);
        assert_eq!(meta.note, "Two lines,\nand ünïcode.");
        let [(first, rich), (second, watched)] = &record.steps[..] else {
            panic!("{} steps", record.steps.len());
        };
        assert_eq!((first.point, first.round), (0, 0));
        assert_eq!((second.point, second.round), (3, 1));
        let bits: Vec<_> = second.coordinates.iter().map(|at| at.to_bits()).collect();
        assert_eq!(bits, [2.5, 1.0 / 3.0].map(f64::to_bits));
        holds_tasks_and_faults(rich);
        holds_what_was_told_once(rich);
        holds_resources(watched);
    }
}

// Literal figures of today's synthetic runs, so that a change of these is not taken for one of the file.

fn holds_tasks_and_faults(run: &Run) {
    assert_eq!(run.request.scenario.faults.len(), 2);
    assert_eq!(run.request.candidates, [0, 1, 2, 3]);
    let block = &run.blocks[0];
    assert_eq!(
        block.counts(),
        Counts {
            offered: 2_400,
            admitted: 2_220,
            dropped: 180,
            good: 1_060,
            timed_out: 990,
            cancelled: 170,
            retries: 4_050,
            ..Counts::default()
        }
    );
    let response = &block.measured.response;
    assert_eq!((response.count(), response.cut()), (2_050, 170));
    assert_eq!(Percentile::P50.of(response), Some(153_616_383));
    assert_eq!(block.timeline.intervals().len(), 131);
    let interval = &block.timeline.intervals()[60];
    let counted = (interval.offered, interval.good, interval.retries);
    assert_eq!(counted, (20, 6, 45));
    let attempts = block.attempts().unwrap();
    assert_eq!(
        (attempts.made, attempts.wasted, attempts.stuck),
        (6_270, 2_700, 6)
    );
    let processes = &run.blocks[2];
    assert_eq!(processes.worker_deaths(), 2);
    let killed = processes.resilience.count(IncidentKind::WorkerKilled);
    let marks = processes.resilience.marks().len();
    assert_eq!((killed, marks, processes.incidents.len()), (1, 25, 25));
    let failed = &run.blocks[3];
    assert!(matches!(&failed.state, BlockState::Failed { cause } if cause.contains("signal 9")));
    assert_eq!(failed.resilience.breakers()[0].open_nanos, 1_100_000_000);
}

fn holds_what_was_told_once(run: &Run) {
    let machine = run.machine.as_ref().unwrap();
    assert_eq!((machine.memory_bytes, machine.cores), (16 << 30, 4));
    let block = &run.blocks[0];
    let started = block.started.as_ref().unwrap();
    let medians = started.calibration[0].medians_nanos.map(f64::to_bits);
    assert_eq!(medians, [512.25, 600.5].map(f64::to_bits));
    assert_eq!(started.python.as_ref().unwrap().version, "3.14.0");
    let last = block.last.as_ref().unwrap();
    assert_eq!(last.counters[0].lost_updates(), 3);
    assert_eq!(last.interpreter_lock.unwrap().handovers, 2);
    assert_eq!(last.collections.unwrap().count, 3);
}

fn holds_resources(run: &Run) {
    let block = &run.blocks[0];
    let window = block.window().unwrap();
    assert_eq!(
        (window.nanos, window.cpu_nanos),
        (1_000_000_000, 240_000_000)
    );
    let memory = block.memory.unwrap();
    assert_eq!((memory.kind, memory.samples), (MemoryKind::Derived, 1));
    let pool = block.pools[0];
    assert_eq!((pool.samples, pool.queued_peak), (10, 100));
    let machine = block.resources.machine.unwrap();
    let busy = machine.grown(|sample| sample.busy_nanos);
    assert_eq!((busy, machine.samples), (Some(500_000_000), 11));
    assert_eq!(machine.frequency_mean_hz(), Some(4e9));
    assert_eq!(block.resources.workers[0].cpu_nanos, 250_000_000);
    let resident = block.resources.resident.unwrap();
    assert_eq!(resident.total_peak_bytes, 12 << 20);
}

/// The intervals of all blocks.
fn intervals(run: &Run) -> impl Iterator<Item = &Interval> {
    let blocks = run.blocks.iter();
    blocks.flat_map(|block| block.timeline.intervals())
}

/// The files of the shelf are older than the count of what timed out within an interval.
#[test]
fn a_file_whose_intervals_join_time_outs_and_failures_opens_and_says_that_they_are_joined() {
    let fresh = rich_run();
    assert!(intervals(&fresh).all(|interval| interval.timed_out.is_some()));
    for version in 1..=VERSION {
        let record = Record::read(&on_the_shelf(version)).unwrap();
        let (_, old) = &record.steps[0];
        assert!(intervals(old).all(|interval| interval.timed_out.is_none()));
        // Nothing else about them is new, and what timed out stays among what failed.
        for (kept, today) in intervals(old).zip(intervals(&fresh)) {
            let timed_out = None;
            assert_eq!(
                kept,
                &Interval {
                    timed_out,
                    ..today.clone()
                }
            );
        }
        assert!(intervals(old).any(|interval| interval.failed > 0));

        let caption = |run| chart::build(ChartId::Outcomes, run, &ChartSettings::default()).caption;
        let told = "this file counts what timed out as failed";
        assert!(caption(old).contains(told), "{}", caption(old));
        assert!(!caption(&fresh).contains(told), "{}", caption(&fresh));

        let table = timeline_csv(old).unwrap();
        let mut lines = table.lines().map(|line| line.split(','));
        let titles = lines.next().unwrap();
        let column = titles.clone().position(|title| title == "timed_out");
        let cells: Vec<_> = lines.map(|mut cells| cells.nth(column.unwrap())).collect();
        assert_eq!(cells.len(), intervals(old).count());
        assert!(cells.iter().all(|cell| *cell == Some("")), "never zero");
    }
}

#[test]
fn a_file_of_each_version_takes_a_name_and_loses_nothing() {
    for version in 1..=VERSION {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.poolscope-run");
        std::fs::copy(on_the_shelf(version), &path).unwrap();
        let before = Record::read(&path).unwrap();
        let library = Library::at(folder.path().to_path_buf());
        let change = library.change(&path, |meta| meta.name = "of old".to_owned());
        assert_eq!(change.unwrap().title(), "of old");
        let after = Record::read(&path).unwrap();
        assert_eq!(after.title(), "of old");
        assert_eq!(
            (&after.header, &after.meta.note),
            (&before.header, &before.meta.note)
        );
        assert_eq!(after.steps, before.steps);
        assert_eq!(after.completeness, before.completeness);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn this_version_has_a_file_on_the_shelf() {
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fresh.poolscope-run");
    let _ = std::fs::remove_file(&fresh);
    write(&fresh);
    assert_eq!(
        Record::read(&fresh).unwrap().run().unwrap().blocks,
        rich_run().blocks
    );
    // When the version was raised, the fresh file is the one to put there.
    let shelf = on_the_shelf(VERSION);
    assert!(
        shelf.exists(),
        "copy '{}' to '{}'",
        fresh.display(),
        shelf.display()
    );
}
