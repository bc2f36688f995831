//! What is written of faults and defences.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::collections::BTreeMap;

use poolscope::chart::{ChartId, ChartSettings, build};
use poolscope::export::{Theme, board_svg, chart_svg, json, text_table, timeline_csv};

#[test]
fn the_document_tells_attempts_degradation_recovery_and_what_has_a_name() {
    let document: serde_json::Value =
        serde_json::from_str(&json(&support::drill::run()).unwrap()).unwrap();
    let candidates = &document["candidates"];
    let attempts = &candidates[0]["attempts"];
    for field in [
        "made",
        "failed",
        "timed_out",
        "rejected",
        "denied",
        "stopped",
        "wasted",
        "stuck",
        "openings",
    ] {
        assert!(attempts[field].is_u64(), "{field}");
    }
    assert!(attempts["amplification"].as_f64().unwrap() > 2.0);
    assert!(attempts["wasted_work_ratio"].as_f64().unwrap() > 0.5);
    let names = |candidate: usize| -> Vec<&str> {
        let findings = candidates[candidate]["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|finding| finding["name"].as_str().unwrap())
            .collect()
    };
    assert_eq!(
        names(0),
        [
            "metastable_overload",
            "retry_storm",
            "stuck_workers",
            "queue_bound",
            "wait_bound"
        ]
    );
    assert_eq!(candidates[0]["recovery"], "not_within_run");
    assert!(candidates[0]["recovery_nanos"].is_null());
    assert_eq!(candidates[1]["recovery_nanos"], 600_000_000);
    assert_eq!(candidates[1]["degraded"].as_array().unwrap().len(), 0);
    assert_eq!(candidates[2]["degraded"][0], "2 workers died");
    assert_eq!(candidates[2]["status"], "done");
    assert_eq!(candidates[3]["breakers"][0]["state"], "closed");
    assert_eq!(candidates[3]["faults"][0]["label"], "slow tasks");
    let calm: serde_json::Value =
        serde_json::from_str(&json(&support::finished_run()).unwrap()).unwrap();
    assert!(calm["candidates"][0]["attempts"].is_null());
    assert!(calm["candidates"][0]["recovery"].is_null());
}

#[test]
fn the_table_and_the_time_lines_tell_what_was_degraded_and_when() {
    let run = support::drill::run();
    let figures = poolscope::analysis::candidate_figures(&run);
    let text = text_table(&poolscope::export::table(&figures, &run.request.scenario));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[2].starts_with("budget     done "), "{text}");
    assert!(lines[3].starts_with("processes  degraded"), "{text}");
    let text = text_table(&poolscope::export::details(&figures, &run.request.scenario));
    for head in ["Attempts/task", "Time-outs", "Rejected", "Recovery"] {
        assert!(
            text.lines().next().unwrap().contains(head),
            "{head}: {text}"
        );
    }
    assert!(text.contains("not within 7.00 s"), "{text}");

    let text = timeline_csv(&run).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let of = |name: &str| {
        rows.iter()
            .filter(|row| row["candidate"] == name)
            .collect::<Vec<_>>()
    };
    let processes = of("processes");
    let made: u64 = processes
        .iter()
        .map(|row| row["attempted"].parse::<u64>().unwrap())
        .sum();
    // The warm-up is among the rows, and its attempts are those of its tasks.
    let attempts = figures[2].resilience.attempts.unwrap().attempts;
    assert_eq!(made, attempts.made + 10 * 20);
    let died = |row: &&&BTreeMap<String, String>| row["incidents"].contains("worker died");
    assert_eq!(processes.iter().filter(died).count(), 2);
    let slow = |row: &&&BTreeMap<String, String>| row["faults"].contains("slow tasks");
    assert_eq!(processes.iter().filter(slow).count(), 20);
    let open = |row: &&&BTreeMap<String, String>| row["breakers_open"] == "1";
    assert_eq!(of("breaker").iter().filter(open).count(), 11);
    assert_eq!(processes[0]["breakers_open"], "");
}

#[test]
fn pictures_name_faults_and_marks_and_say_nothing_of_them_where_there_are_none() {
    let run = support::drill::run();
    let settings = ChartSettings::default();
    let board = board_svg(&run, &settings, Theme::Light);
    let attempts = build(ChartId::Attempts, &run, &settings);
    let chart = chart_svg(&attempts, &run, Theme::Dark);
    for picture in [&board, &chart] {
        for word in [
            ">fault: slow tasks<",
            ">slow tasks<",
            ">worker died<",
            ">worker killed<",
            ">breaker half-open<",
            ">attempted<",
        ] {
            assert!(picture.contains(word), "{word}");
        }
        assert!(!picture.contains("NaN") && !picture.contains("inf"));
    }
    assert!(board.contains(">processes: degraded: 2 workers died<"));
    assert!(board.contains(">no budget: retry storm: 3.50 attempts per task"));
    let calm = board_svg(&support::finished_run(), &settings, Theme::Light);
    for word in [
        "fault",
        "worker died",
        "breaker",
        "attempted",
        "earlier attempts",
    ] {
        assert!(!calm.contains(word), "{word}");
    }
    assert!(
        !ChartId::shown_for(&support::finished_run().request).any(|id| id == ChartId::Attempts)
    );
}

#[test]
fn the_chart_of_attempts_shows_what_callers_made_of_what_was_offered() {
    let run = support::drill::run();
    let chart = build(ChartId::Attempts, &run, &ChartSettings::default());
    let at = |name: &str, seconds: f64| {
        let series = chart
            .series
            .iter()
            .find(|series| series.name == name)
            .unwrap();
        let points = series.runs.iter().flatten();
        let mut near = points.filter(|point| (point[0] - seconds).abs() < 1e-6);
        near.next().unwrap()[1]
    };
    for (name, before, during) in [
        ("no budget offered", 200.0, 200.0),
        ("no budget attempted", 200.0, 630.0),
        ("no budget good", 200.0, 20.0),
        ("budget attempted", 200.0, 220.0),
        ("budget good", 200.0, 90.0),
    ] {
        assert!((at(name, 2.5) - before).abs() < 1e-6, "{name}");
        assert!((at(name, 4.5) - during).abs() < 1e-6, "{name}");
    }
}
