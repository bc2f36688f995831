//! The command line as scripts see it: exit codes, what stands on which stream, and whole runs in short.
//!
//! The real executable is started; figures are not judged, only that they are there and in form.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Threads, processes and async under a demand that the slowest machine can meet; about a second in all. Each client's
/// first task is measured, and may take its time.
const TINY: &str = r#"(
    format: 1,
    title: "Tiny",
    tasks: [(name: "task", stages: [Cpu(amount: Work(1_000)), Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [
        (backend: Sequential),
        (backend: Threads(workers: 2)),
        (backend: Processes(workers: 2)),
        (backend: Async(in_flight: 4)),
        (name: "async with helpers", backend: Async(in_flight: 4, cpu: Blocking(threads: 1))),
    ],
    protocol: (warm_up: "0s", measure: "200ms", drain: "30s"),
)"#;

/// The names of the bundled scenarios.
const BUNDLED: [&str; 6] = [
    "first_look",
    "io_bound_service",
    "cpu_bound_batch",
    "image_pipeline",
    "twenty_calls",
    "prime_check",
];

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let help = poolscope(&["--help"]);
    assert_eq!(code(&help), 0);
    for word in [
        "run",
        "compare",
        "report",
        "sweep",
        "capacity",
        "check",
        "list",
        "doctor",
        "python",
        "completions",
        "Examples:",
        "Exit codes",
        "130",
    ] {
        assert!(stdout(&help).contains(word), "{word}");
    }
    assert_eq!(
        stdout(&poolscope(&["--version"])).trim(),
        format!("poolscope {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_code_2() {
    for arguments in [
        &["--nonsense"][..],
        &["run"],
        &["run", "prime_check", "--measure", "soon"],
        &["run", "prime_check", "--only", "fibers"],
        &["run", "prime_check", "--repeats", "0"],
        &["run", "prime_check", "twenty_calls", "--json"],
        &["run", "nowhere.ron"],
        &["check", "nowhere.ron"],
        &["list", "--show", "nothing"],
        &["sweep"],
        &["sweep", "prime_check"],
        &["sweep", "prime_check", "--vary", "colour", "--over", "1,2"],
        &["sweep", "prime_check", "--vary", "workers"],
        &["sweep", "prime_check", "--vary", "rate", "--over", "1,2"],
        &["sweep", "prime_check", "--resume", "last"],
        &["capacity", "io_bound_service", "--to", "1"],
        &["capacity", "retry_storm"],
        &["capacity", "prime_check", "--from", "1", "--to", "10"],
        &["python"],
        &["python", "add", "name"],
        &["python", "ray"],
        // A misspelt command is a file that does not exist.
        &["chekc"],
    ] {
        let output = poolscope(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(stderr(&output).lines().count() >= 1, "{arguments:?}");
    }
}

#[test]
fn an_option_out_of_bounds_is_not_blamed_on_the_file() {
    let output = poolscope(&["run", "prime_check", "--repeats", "0"]);
    assert_eq!(
        stderr(&output),
        "prime_check with these options: protocol.repeats: 0 is out of bounds (write 1 to 100)\n"
    );
}

#[test]
fn all_bundled_scenarios_are_listed_shown_and_valid() {
    let list = stdout(&poolscope(&["list"]));
    for name in BUNDLED {
        assert!(
            list.lines()
                .any(|line| line.starts_with(&format!("{name}: "))),
            "{list}"
        );
        let shown = poolscope(&["list", "--show", name]);
        let file =
            fs::read_to_string(package().join("scenarios").join(format!("{name}.ron"))).unwrap();
        assert_eq!(stdout(&shown), file);
        let checked = poolscope(&["check", name]);
        assert_eq!(code(&checked), 0, "{}", stderr(&checked));
        assert!(stdout(&checked).starts_with(&format!("{name}: valid\n")));
    }
}

#[test]
fn a_broken_file_gives_all_of_its_problems_with_their_places() {
    let file = "tests/data/invalid/many_mistakes.ron";
    let expected =
        fs::read_to_string(package().join("tests/data/invalid/many_mistakes.expected")).unwrap();
    for command in ["check", "run"] {
        let output = poolscope(&[command, file]);
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""));
        let problems: Vec<String> = expected
            .lines()
            .map(|problem| format!("{file}:{problem}"))
            .collect();
        assert_eq!(
            stderr(&output).lines().collect::<Vec<_>>(),
            problems,
            "{command}"
        );
    }
}

#[test]
fn the_scenario_of_the_readme_is_valid() {
    let readme = fs::read_to_string(package().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```ron\n").unwrap();
    let (scenario, _) = rest.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = poolscope(&["check", &write(folder.path(), scenario)]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn completions_are_there_for_common_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&poolscope(&["completions", shell]));
        assert!(
            script.contains("poolscope") && script.contains("warm-up"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0);
    assert!(!stderr(&output).contains("panicked"));
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = write(folder.path(), TINY);
    // A file stands where the folder should be.
    let output = poolscope(&["run", &scenario, "--out", &scenario]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("choose another --out"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn two_files_whose_results_would_overwrite_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["one", "other"].map(|name| {
        let inner = folder.path().join(name);
        fs::create_dir(&inner).unwrap();
        write(&inner, TINY)
    });
    let results = folder.path().join("results");
    let output = poolscope(&[
        "run",
        &files[0],
        &files[1],
        "--out",
        results.to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 2);
    let message = stderr(&output);
    assert!(message.contains("results of two files"), "{message}");
}

#[test]
fn a_run_as_json_is_one_document_after_its_schema_and_alone_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = poolscope(&["run", &write(folder.path(), TINY), "--json", "--seed", "7"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_schema(&document);
    assert_eq!(document["schema"], "poolscope.run/1");
    assert_eq!(document["seed"], 7);
    let candidates = document["candidates"].as_array().unwrap();
    let backends: Vec<_> = candidates
        .iter()
        .map(|candidate| candidate["backend"].as_str().unwrap())
        .collect();
    assert_eq!(
        backends,
        ["sequential", "threads", "processes", "async", "async"]
    );
    for candidate in candidates {
        let count = |name: &str| candidate["counts"][name].as_u64().unwrap();
        assert!(count("good") > 0, "{candidate}");
        assert_eq!(
            count("offered"),
            count("admitted") + count("dropped"),
            "{candidate}"
        );
        let ended = count("good") + count("failed") + count("timed_out") + count("cancelled");
        assert_eq!(count("admitted"), ended, "{candidate}");
    }
    // A machine under load may be late; everything else is a fault.
    assert!([0, 4].contains(&code(&output)), "{}", stderr(&output));
}

#[test]
fn a_run_prints_its_table_and_writes_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("new/results");
    let scenario = write(folder.path(), TINY);
    let output = poolscope(&[
        "run",
        &scenario,
        "--only",
        "threads,sequential",
        "--out",
        results.to_str().unwrap(),
    ]);
    assert!([0, 4].contains(&code(&output)), "{}", stderr(&output));
    let table = stdout(&output);
    assert!(
        table.contains("threads ×2") && table.contains("sequential"),
        "{table}"
    );
    assert!(
        !table.contains('\u{1b}'),
        "no colours and no moving when piped"
    );
    assert!(table.contains("Closed load: "), "{table}");
    assert!(!stderr(&output).contains('\u{1b}'));
    let messages = stderr(&output);
    let blocks = messages
        .lines()
        .filter(|line| line.starts_with('['))
        .count();
    assert_eq!(blocks, 2, "{messages}");
    let written: Vec<String> = fs::read_dir(&results)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for ending in ["ron", "json", "csv", "svg"] {
        let with_ending = |name: &&String| {
            Path::new(name)
                .extension()
                .is_some_and(|found| found == ending)
        };
        assert!(
            written.iter().any(|name| with_ending(&name)),
            "{ending}: {written:?}"
        );
    }
}

#[test]
fn a_batch_has_a_makespan_and_a_speed_up() {
    let folder = tempfile::tempdir().unwrap();
    let batch = TINY.replace("Closed(clients: 2)", "Batch(tasks: 40)");
    let output = poolscope(&[
        "run",
        &write(folder.path(), &batch),
        "--json",
        "--measure",
        "20s",
    ]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_schema(&document);
    for candidate in document["candidates"].as_array().unwrap() {
        assert_eq!(candidate["counts"]["good"], 40, "{candidate}");
        assert!(!candidate["makespan_nanos"].is_null(), "{candidate}");
        assert!(!candidate["speedup"].is_null(), "{candidate}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_in_order_and_its_figures_are_still_given() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use std::io::{BufRead, BufReader};

    let folder = tempfile::tempdir().unwrap();
    let long = TINY.replace(
        "(backend: Processes(workers: 2)),",
        "(name: \"long\", backend: Threads(workers: 1)),",
    );
    // The first line on standard error says that the first block has ended: the second is under way.
    let mut child = command(&[
        "run",
        &write(folder.path(), &long),
        "--json",
        "--repeats",
        "100",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    messages.read_line(&mut String::new()).unwrap();
    kill(
        Pid::from_raw(child.id().try_into().unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    // Nobody reads the messages any more, and the end is still orderly.
    drop(messages);
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_schema(&document);
}

#[cfg(unix)]
#[test]
fn without_a_display_the_quick_form_runs_in_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&[&write(folder.path(), TINY)]);
    let output = command
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert!([0, 4].contains(&code(&output)), "{}", stderr(&output));
    assert!(stdout(&output).contains("processes ×2"));
    let first = stderr(&output)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    assert!(
        first.contains("no display") || first.contains("no window"),
        "{first}"
    );
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
    command
        .args(arguments)
        .current_dir(package())
        // Runs are kept, and not among those of whoever tests.
        .env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null());
    command
}

fn poolscope(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Writes a scenario file into `folder` and returns its path.
fn write(folder: &Path, scenario: &str) -> String {
    let path = folder.join("scenario.ron");
    fs::write(&path, scenario).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Holds a document against the schema that is handed out.
fn assert_schema(document: &Value) {
    let schema = fs::read_to_string(package().join("assets/run.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
