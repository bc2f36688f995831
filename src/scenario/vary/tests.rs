//! Every parameter on a scenario that has it and on one that has not, with exact amounts.

use crate::scenario::estimate::mix_nanos_on;
use crate::scenario::{
    Amount, Distribution, Load, Parameter, Range, Runtime, Scenario, Setting, Severity, Stage,
    StepScale, Sweep, Values, apply, bundled, bundled_named, describe, parse, to_text, validate,
};
use crate::units::{Bytes, Nanos};

/// Tasks that wait 8 ms and compute for 2 ms on whatever `candidates` says.
fn scenario(load: &str, candidates: &str) -> Scenario {
    let text = format!(
        "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"8ms\")), \
         Cpu(amount: Time(\"2ms\")), Payload(to_worker: \"3KiB\", back: \"1KiB\")])], load: {load}, \
         candidates: [{candidates}])"
    );
    let loaded = parse(&text);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.scenario.unwrap()
}

fn open() -> Scenario {
    scenario(
        "Open(rate_per_sec: 100)",
        "(backend: Threads(workers: 4)), (backend: Async(in_flight: 50, cpu: Blocking(threads: 2)))",
    )
}

fn at(scenario: &Scenario, parameter: Parameter, value: f64) -> Scenario {
    apply(scenario, parameter, Setting::Number(value)).unwrap()
}

#[test]
fn a_cpu_share_moves_time_between_computing_and_waiting_and_keeps_the_total() {
    let before = open();
    let total = |scenario: &Scenario| {
        let (cpu, waiting) = mix_nanos_on(Runtime::Native, scenario);
        (cpu / (cpu + waiting), cpu + waiting)
    };
    for share in [0.1, 0.5, 0.9] {
        let (found, whole) = total(&at(&before, Parameter::CpuShare, share));
        assert!((found - share).abs() < 1e-6, "{found}");
        assert!((whole / total(&before).1 - 1.0).abs() < 1e-6);
    }
    // A mix in which one kind waits and the other computes keeps its kinds.
    let pipeline = parse(bundled_named("image_pipeline").unwrap().text);
    let pipeline = pipeline.scenario.unwrap();
    let (share, whole) = total(&at(&pipeline, Parameter::CpuShare, 0.6));
    assert!((share - 0.6).abs() < 1e-4, "{share}");
    assert!((whole / total(&pipeline).1 - 1.0).abs() < 1e-4);
    for wrong in [0.0, 1.0, -1.0, 1e-9] {
        let refused = apply(&before, Parameter::CpuShare, wrong.into()).unwrap_err();
        assert!(refused.hint.contains("write a"), "{wrong}: {refused:?}");
    }
}

#[test]
fn times_are_set_as_a_whole_or_by_a_factor() {
    let twice = at(&open(), Parameter::CpuWork, 2.0);
    let set = apply(
        &open(),
        Parameter::CpuWork,
        Setting::Time(Nanos::from_millis(4)),
    );
    assert_eq!(twice, set.unwrap());
    let Stage::Cpu { amount, .. } = twice.tasks[0].stages[1] else {
        panic!("the second stage computes");
    };
    assert_eq!(amount, Amount::Time(Nanos::from_millis(4)));
    let half = at(&open(), Parameter::Wait, 0.5);
    let time = Distribution::Constant(Nanos::from_millis(4));
    assert_eq!(half.tasks[0].stages[0], Stage::Wait { time });
    assert_eq!(half.tasks[0].stages[1], open().tasks[0].stages[1]);
}

#[test]
fn a_payload_keeps_its_proportion() {
    let size = Setting::Size(Bytes::from_kib(64));
    let larger = apply(&open(), Parameter::Payload, size).unwrap();
    let (to_worker, back) = (Bytes::from_kib(48), Bytes::from_kib(16));
    assert_eq!(
        larger.tasks[0].stages[2],
        Stage::Payload { to_worker, back }
    );
    assert!(apply(&open(), Parameter::Payload, 64.0.into()).is_err());
}

#[test]
fn candidates_keep_a_name_that_says_what_is_varied() {
    let names = |parameter| at(&open(), parameter, 7.0).candidate_names();
    assert_eq!(
        names(Parameter::Workers),
        ["threads ×N", "async ×50, CPU on N threads"]
    );
    assert_eq!(
        names(Parameter::InFlight),
        ["threads ×4", "async ×N, CPU on 2 threads"]
    );
    assert_eq!(names(Parameter::QueueCapacity), open().candidate_names());
    let capped = at(&open(), Parameter::InFlight, 7.0);
    assert_eq!(
        (capped.queue_of(0).in_flight, capped.queue_of(1).in_flight),
        (Some(7), None)
    );
    let alike = scenario(
        "Closed(clients: 8)",
        "(backend: Threads(workers: 2)), (backend: Threads(workers: 4))",
    );
    let refused = apply(&alike, Parameter::Workers, 3.0.into()).unwrap_err();
    assert!(refused.message.contains("'threads ×N'"), "{refused}");
}

#[test]
fn a_parameter_that_the_scenario_does_not_have_is_refused_with_advice() {
    let closed = scenario("Closed(clients: 8)", "(backend: Sequential)");
    for (scenario, parameter, words) in [
        (&closed, Parameter::Rate, "has no rate"),
        (&open(), Parameter::Clients, "has no clients"),
        (&open(), Parameter::BatchTasks, "is no batch"),
        (&closed, Parameter::Workers, "no candidate has a number"),
        (&closed, Parameter::ChunkSize, "takes tasks in chunks"),
    ] {
        let refused = apply(scenario, parameter, 3.0.into()).unwrap_err();
        assert!(refused.message.contains(words), "{refused}");
        assert!(!refused.hint.is_empty());
    }
    for wrong in [0.0, 1.5, -1.0, f64::NAN] {
        assert!(apply(&open(), Parameter::Workers, wrong.into()).is_err());
    }
}

#[test]
fn a_profile_keeps_its_shape_at_another_rate() {
    let load = "Profile(parts: [Ramp(from_per_sec: 0, to_per_sec: 100, length: \"4s\"), Pause(length: \"4s\")])";
    let profile = scenario(load, "(backend: Sequential)");
    let faster = at(&profile, Parameter::Rate, 75.0);
    assert_eq!(faster.load.mean_rate_per_sec(), Some(75.0));
    let Load::Profile { parts, .. } = faster.load else {
        panic!("it is a profile still");
    };
    assert!((parts[0].rate_at(4_000_000_000) - 300.0).abs() < 1e-9);
}

#[test]
fn ranges_have_both_ends_and_whole_numbers_once() {
    let range = |from: f64, to: f64, steps, scale| {
        Values::Range(Range {
            from: from.into(),
            to: to.into(),
            steps,
            scale,
        })
    };
    let amounts = |parameter: Parameter, values: &Values| -> Vec<f64> {
        let settings = values.settings(parameter.unit());
        settings.iter().map(|setting| setting.amount()).collect()
    };
    let linear = range(0.1, 0.5, 5, StepScale::Linear);
    assert_eq!(
        amounts(Parameter::CpuShare, &linear),
        [0.1, 0.2, 0.3, 0.4, 0.5]
    );
    let doubling = range(50.0, 400.0, 4, StepScale::Log);
    assert_eq!(
        amounts(Parameter::Rate, &doubling),
        [50.0, 100.0, 200.0, 400.0]
    );
    let few = range(1.0, 3.0, 9, StepScale::Linear);
    assert_eq!(amounts(Parameter::Workers, &few), [1.0, 2.0, 3.0]);
}

#[test]
fn two_parameters_make_a_grid_whose_first_turns_fastest() {
    let mut sweep = Sweep::of(
        Parameter::Workers,
        Values::List(vec![1.0.into(), 2.0.into()]),
    );
    let mut rows = sweep.x.clone();
    rows.vary = Parameter::Rate;
    rows.over = Values::List(vec![10.0.into(), 20.0.into(), 40.0.into()]);
    sweep.y = Some(rows);
    sweep.candidates = vec!["threads ×4".to_owned()];
    let points = sweep.points(&open()).unwrap();
    assert_eq!(points.len(), 6);
    assert_eq!(points[1].settings, [2.0.into(), 10.0.into()]);
    let last = &points[5].scenario;
    assert_eq!(last.candidate_names(), ["threads ×N"]);
    assert_eq!(last.load.mean_rate_per_sec(), Some(40.0));
    assert_eq!((last.protocol.repeats, &last.sweep), (1, &None));
    // 10 s each, a second of warm-up, the start, and what the last task takes; once.
    assert_eq!(sweep.estimate_nanos(&open()) / 1_000_000_000, 6 * 11 + 1);
}

/// A scenario with these lines at its end.
fn with(lines: &str) -> String {
    let mut text = to_text(&open());
    text.truncate(text.rfind(')').unwrap());
    format!("{text}{lines})\n")
}

#[test]
fn a_file_says_what_is_swept_in_few_words_and_is_described() {
    let loaded = parse(&with(
        "sweep: (x: (vary: Workers, over: [1, 2, 4]), y: (vary: Payload, over: Range(from: \"4KiB\", to: \
         \"64KiB\", steps: 3, scale: Log)), candidates: [\"threads ×4\"], repeats: 3),
         capacity: (from: 10, to: 2_000),",
    ));
    assert_eq!(loaded.problems, []);
    let scenario = loaded.scenario.unwrap();
    assert_eq!(
        parse(&to_text(&scenario)).scenario.as_ref(),
        Some(&scenario)
    );
    let text = serde_json::to_string(&scenario).unwrap();
    assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), scenario);
    let lines = describe(&scenario);
    let told = &lines[lines.len() - 2..];
    assert!(
        told[0].starts_with(
            "Sweep on request: workers 1, 2, 4, each with payload 4 KiB, 16 KiB, 64 KiB; 9 points of 1 candidate, \
             3 rounds in an order drawn from the seed; estimated 5 min 5 s in all"
        ),
        "{told:#?}"
    );
    assert!(
        told[1].starts_with(
            "Capacity on request: the highest rate from 10.0 /s to 2,000 /s at which the objectives hold, within \
             5.00 %; at most 13 rates for each of 2 candidates; estimated "
        ),
        "{told:#?}"
    );
}

#[test]
fn what_is_wrong_at_any_point_is_told_once_with_its_value() {
    for (lines, expected) in [
        (
            "sweep: (x: (vary: Workers, over: [1, 2, 100_000])),",
            "at 100000: candidates[0].backend.workers: 100,000 is out of bounds",
        ),
        (
            "sweep: (x: (vary: Workers, over: [1, 0.5])),",
            "at 0.5: 0.5 is no number of workers",
        ),
        (
            "sweep: (x: (vary: Clients, over: [1, 2])),",
            "at 1: the load has no clients",
        ),
        ("sweep: (x: (vary: Workers, over: 4)),", "needs two values"),
        (
            "sweep: (x: (vary: Workers, over: [2, 2])),",
            "2 is there twice",
        ),
        (
            "sweep: (x: (vary: Wait, over: [2, \"5ms\"])),",
            "5ms and 2 are not of one kind",
        ),
        (
            "sweep: (x: (vary: Rate, over: Range(from: 4, to: 2, steps: 3))),",
            "2 is not above 4",
        ),
        (
            "sweep: (x: (vary: Rate, over: Range(from: 1, to: 2, steps: 1))),",
            "1 is out of bounds",
        ),
        (
            "sweep: (x: (vary: Rate, over: [1, 2]), y: (vary: Rate, over: [3, 4])),",
            "varied along x already",
        ),
        (
            "sweep: (x: (vary: Rate, over: [1, 2]), candidates: [\"threads\"]),",
            "no candidate is called 'threads'",
        ),
        (
            "sweep: (x: (vary: Workers, over: Range(from: 1, to: 100, steps: 100)), y: (vary: Rate, over: \
             Range(from: 1, to: 100, steps: 100))),",
            "10,000 points are too many",
        ),
        (
            "sweep: (x: (vary: Workers, over: [1, true])),",
            "expected a number, or a text",
        ),
        (
            "sweep: (x: (vary: Workers, over: [1, \"many\"])),",
            "neither a time nor a size",
        ),
        (
            "sweep: (x: (vary: Workers, over: \"1\")),",
            "expected a list such as",
        ),
        ("capacity: (from: 10, to: 5),", "not above"),
        (
            "capacity: (from: 10, to: 50, precision_ratio: 0),",
            "is no precision",
        ),
    ] {
        let problems = parse(&with(lines)).problems;
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|told| told.contains(expected)),
            "{lines}: {told:#?}"
        );
        assert!(told.len() <= 2, "{told:#?}");
    }
}

#[test]
fn the_sweeps_that_come_along_can_run() {
    for bundled in bundled() {
        let scenario = parse(bundled.text).scenario.unwrap();
        if let Some(sweep) = &scenario.sweep {
            let points = sweep.points(&scenario).unwrap();
            for point in points {
                let mut problems = validate(&point.scenario);
                problems.retain(|problem| problem.severity == Severity::Error);
                assert_eq!(problems, [], "{}", bundled.file);
            }
        }
    }
}
