//! Synthetic runs and what is written of them.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::collections::BTreeMap;

use poolscope::chart::ChartId;
use poolscope::export::{Report, figures_csv, json, text_table, timeline_csv, write_folder};
use poolscope::run::Run;
use poolscope::scenario::Objective;
use poolscope::units::Nanos;

#[test]
fn the_books_of_every_synthetic_block_balance() {
    for run in [
        support::sample_run(),
        support::finished_run(),
        support::batch_run(),
        support::repeated_run(),
        support::drill::run(),
    ] {
        for block in &run.blocks {
            assert_eq!(block.violation, None);
            assert_eq!(block.snapshots_lost, 0);
        }
    }
    let sample = support::sample_run();
    assert!(
        sample.blocks[0].counts().dropped > 100,
        "the sequential candidate drops"
    );
    assert!(
        sample.blocks[0].counts().cancelled > 0,
        "and some of its tasks are cut"
    );
    assert_eq!(sample, support::sample_run());
}

#[test]
fn the_document_of_every_kind_of_run_follows_its_schema() {
    let file = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/run.schema.json"
    ))
    .unwrap();
    let schema: serde_json::Value = serde_json::from_str(&file).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for run in [
        support::waiting_run(),
        support::sample_run(),
        support::batch_run(),
        support::drill::run(),
        support::noisy::noisy_run(4, 3, &[1.0, 1.5]),
    ] {
        let document: serde_json::Value = serde_json::from_str(&json(&run).unwrap()).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(document["schema"], "poolscope.run/1");
    }
}

#[test]
fn the_document_has_the_fields_that_are_promised() {
    let document: serde_json::Value =
        serde_json::from_str(&json(&support::batch_run()).unwrap()).unwrap();
    for field in [
        "schema",
        "scenario",
        "machine",
        "seed",
        "candidates",
        "objectives",
        "trust",
        "verdict",
    ] {
        assert!(document.get(field).is_some(), "{field}");
    }
    let candidate = &document["candidates"][1];
    for field in [
        "name",
        "backend",
        "counts",
        "memory_kind",
        "status",
        "remarks",
    ] {
        assert!(candidate.get(field).is_some(), "{field}");
    }
    for field in [
        "throughput_per_sec",
        "goodput_per_sec",
        "makespan_nanos",
        "speedup",
        "cpu_cores_used",
        "cost_per_1k",
        "cold_start_nanos",
        "memory_per_worker_bytes",
    ] {
        let figure = &candidate[field];
        assert!(
            figure["value"].is_number() && figure.get("low").is_some(),
            "{field}: {figure}"
        );
    }
    for field in [
        "response_time_nanos",
        "service_time_nanos",
        "queue_wait_nanos",
    ] {
        for part in ["p50", "p90", "p95", "p99", "p99_9", "max", "mean", "count"] {
            assert!(candidate[field].get(part).is_some(), "{field}.{part}");
        }
    }
    for field in [
        "offered",
        "admitted",
        "dropped",
        "good",
        "failed",
        "timed_out",
        "cancelled",
        "retries",
    ] {
        assert!(candidate["counts"][field].is_u64(), "{field}");
    }
}

#[test]
fn figures_of_three_repeats_have_intervals_around_them_and_of_two_none() {
    for (repeats, known) in [(2, false), (3, true)] {
        let run = support::noisy::noisy_run(4, repeats, &[1.0, 1.5]);
        let document: serde_json::Value = serde_json::from_str(&json(&run).unwrap()).unwrap();
        let candidate = &document["candidates"][1];
        let figures = [
            &candidate["throughput_per_sec"],
            &candidate["goodput_per_sec"],
            &candidate["cpu_cores_used"],
            &candidate["memory_per_worker_bytes"],
            &candidate["cost_per_1k"],
            &candidate["response_time_interval_nanos"]["p50"],
            &candidate["response_time_interval_nanos"]["p99"],
        ];
        for figure in figures {
            let ends = figure["low"].as_f64().zip(figure["high"].as_f64());
            assert_eq!(ends.is_some(), known, "{figure}");
            if let Some((low, high)) = ends {
                let value = figure["value"].as_f64().unwrap();
                assert!(
                    low <= value && value <= high && high < 2.0 * value,
                    "{figure}"
                );
            }
        }
        let p99 = &candidate["response_time_nanos"]["p99"];
        let with_interval = &candidate["response_time_interval_nanos"]["p99"]["value"];
        assert_eq!(p99.as_f64(), with_interval.as_f64(), "the same percentile");
    }
}

#[test]
fn the_document_tells_the_noise_floor_steadiness_and_what_response_times_hide() {
    let document: serde_json::Value =
        serde_json::from_str(&json(&support::noisy::noisy_run(4, 5, &[1.0])).unwrap()).unwrap();
    assert_eq!(document["response_times"], "closed_hide_overload");
    let floor = &document["noise_floor"];
    assert_eq!(floor["candidate"], "threads ×1");
    let measures: Vec<_> = floor["measures"].as_array().unwrap().iter().collect();
    assert_eq!(measures[0]["measure"], "throughput");
    assert!(
        measures
            .iter()
            .all(|measure| measure["floor_ratio"].as_f64().unwrap() < 0.5)
    );
    assert_eq!(
        document["candidates"][0]["steadiness"]["label"],
        "not_judged"
    );
    let document: serde_json::Value =
        serde_json::from_str(&json(&support::finished_run()).unwrap()).unwrap();
    assert!(document["noise_floor"].is_null());
    assert_eq!(document["response_times"], "open");
    let threads = &document["candidates"][1];
    assert_eq!(threads["steadiness"]["label"], "steady");
    let split = &threads["time_split_nanos"];
    let parts = [
        "schedule_delay",
        "retries",
        "queue_wait",
        "dispatch",
        "lock_wait",
        "interpreter_wait",
        "on_cpu",
        "waiting",
        "return",
    ];
    let sum: f64 = parts.iter().map(|part| split[part].as_f64().unwrap()).sum();
    let mean = threads["response_time_nanos"]["mean"].as_f64().unwrap();
    // The synthetic response time begins at the offer.
    assert!((sum / mean - 1.0).abs() < 0.05, "{sum} of {mean}");
    assert_eq!(threads["work_digest"].as_str().unwrap().len(), 16);
    assert!(threads["lost_updates"].is_null());
}

#[test]
fn a_value_beyond_the_histogram_is_counted_on_its_way_into_every_form() {
    let mut run = support::finished_run();
    run.blocks[1].measured.response.record(u64::MAX);
    let document: serde_json::Value = serde_json::from_str(&json(&run).unwrap()).unwrap();
    let threads = &document["candidates"][1];
    assert_eq!(threads["response_time_nanos"]["overflow"], 1);
    assert_eq!(threads["response_time_nanos"]["max"], u64::MAX);
    let remark = threads["remarks"][0].as_str().unwrap();
    assert!(
        remark.starts_with("1 response time is longer than 73 min 18 s"),
        "{remark}"
    );
    let text = figures_csv(&run).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows[1]["overflowing_response_times"], "1");
    assert_eq!(rows[1]["load"], "open");
}

#[test]
fn no_percentile_is_above_the_maximum_in_any_run() {
    for run in [
        support::finished_run(),
        support::batch_run(),
        support::noisy::noisy_run(4, 3, &[1.0, 1.5]),
    ] {
        for figures in poolscope::analysis::candidate_figures(&run) {
            for summary in [
                figures.response_time_nanos,
                figures.service_time_nanos,
                figures.queue_wait_nanos,
                figures.schedule_delay_nanos,
            ] {
                let percentiles = [
                    summary.p50,
                    summary.p90,
                    summary.p95,
                    summary.p99,
                    summary.p99_9,
                ];
                assert!(
                    percentiles.is_sorted_by(|a, b| b.is_none() || a <= b),
                    "{summary:?}"
                );
                // None where tasks were cut: the longest would be one of these.
                assert!(
                    summary.max.is_none() || percentiles.iter().all(|value| *value <= summary.max),
                    "{summary:?}"
                );
            }
        }
    }
}

#[test]
fn the_figures_have_one_row_per_candidate_and_empty_cells_where_nothing_is_known() {
    let text = figures_csv(&support::sample_run()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let names: Vec<_> = rows.iter().map(|row| row["candidate"].as_str()).collect();
    assert_eq!(
        names,
        [
            "sequential",
            "threads ×8",
            "processes ×4",
            "async ×64",
            "async ×64, CPU on 2 threads"
        ]
    );
    assert_eq!(
        (
            rows[4]["status"].as_str(),
            rows[4]["throughput_per_sec"].as_str()
        ),
        ("waiting", "")
    );
    assert_eq!(rows[2]["memory_kind"], "pss");
    assert!(rows[2]["cause"].starts_with("The runner ended by signal 9"));
    assert!(rows[0]["dropped"].parse::<u64>().unwrap() > 100);
}

#[test]
fn the_figures_say_of_each_objective_whether_a_candidate_meets_it() {
    let mut run = support::finished_run();
    let rows = |run: &Run| -> Vec<BTreeMap<String, String>> {
        let text = figures_csv(run).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(Result::unwrap).collect()
    };
    let named = |row: &BTreeMap<String, String>| {
        row.keys()
            .filter(|name| name.starts_with("objective_"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(named(&rows(&run)[0]), Vec::<String>::new());
    run.request.scenario.objectives = vec![
        Objective::Throughput { at_least: 1.0 },
        Objective::Throughput { at_least: 1e9 },
        Objective::Makespan {
            at_most: Nanos::from_secs(1),
        },
    ];
    for row in rows(&run) {
        assert_eq!(
            named(&row),
            [
                "objective_1_throughput",
                "objective_2_throughput",
                "objective_3_makespan"
            ]
        );
        assert_eq!(row["objective_1_throughput"], "met");
        assert_eq!(row["objective_2_throughput"], "missed");
        assert_eq!(
            row["objective_3_makespan"], "undecided",
            "only batches have one"
        );
    }
}

#[test]
fn the_time_lines_add_up_to_the_counts() {
    let run = support::finished_run();
    let text = timeline_csv(&run).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    for block in &run.blocks {
        let name = run.request.scenario.candidates[block.planned.candidate].label();
        let offered: u64 = rows
            .iter()
            .filter(|row| row["candidate"] == name)
            .map(|row| row["offered"].parse::<u64>().unwrap())
            .sum();
        let last = block.last.as_ref().unwrap();
        assert_eq!(
            offered,
            last.warm_up.counts.plus(&last.measured.counts).offered
        );
    }
}

#[test]
fn a_folder_holds_everything_of_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("new").join("folder");
    let files = write_folder(&out, &Report::of(&support::batch_run(), "(format: 1)")).unwrap();
    let mut names: Vec<_> = files
        .iter()
        .map(|path| path.strip_prefix(&out).unwrap().display().to_string())
        .collect();
    names.sort();
    let mut expected: Vec<String> = [
        "board.png",
        "board.svg",
        "figures.csv",
        "report.html",
        "report.md",
        "run.json",
        "scenario.ron",
        "timeline.csv",
    ]
    .map(str::to_owned)
    .into();
    // A batch on threads and processes has neither event loops nor several pools.
    // Those that are chosen are there too, but those of single workers: this run has no samples of any.
    let chosen = [
        ChartId::Outcomes,
        ChartId::Histogram,
        ChartId::PercentileCurve,
    ];
    for slug in ChartId::ALL[..6]
        .iter()
        .chain(&chosen)
        .map(|id| id.slug())
        .chain(["time_split"])
    {
        expected.extend([format!("charts/{slug}.png"), format!("charts/{slug}.svg")]);
    }
    expected.sort();
    assert_eq!(names, expected);
    assert!(files.iter().all(|path| path.metadata().unwrap().len() > 5));
    assert_eq!(
        std::fs::read_to_string(out.join("scenario.ron")).unwrap(),
        "(format: 1)"
    );
}

#[test]
fn the_terminal_shows_the_table_of_a_batch() {
    let run = support::batch_run();
    let table = poolscope::export::table(
        &poolscope::analysis::candidate_figures(&run),
        &run.request.scenario,
    );
    let text = text_table(&table);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[0].starts_with("Candidate     Status  Makespan  Speed-up  Throughput"),
        "{text}"
    );
    assert!(lines[1].starts_with("sequential    done"), "{text}");
}
