//! CPython's executors as poolscope runs them against a plain script of a few lines, in turn on the same machine.
//!
//! These are ratios of measured times: they mean something of an optimised build on a machine that has its cores
//! to itself. `POOLSCOPE_OPTIMISED` names the executable of such a build. Elsewhere each test says that it was
//! skipped, and why: without CPython, without that executable, and where the plain script's own times scatter so
//! much that nothing follows from a comparison.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(
    clippy::print_stderr,
    reason = "what was found is shown where the runner shows it"
)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// Rounds of a comparison: at least, and at most while it is not within its limit.
const ROUNDS: std::ops::RangeInclusive<usize> = 3..=5;
/// The goal: how far poolscope's times may be from those of the plain script.
const LIMIT: f64 = 0.15;
/// What is so many times beyond a goal is a failure. Less is told: on a machine that others use as well, the times of
/// the plain script alone move by a third from one minute to the next.
const FAILURE: f64 = 3.0;
/// Where times scatter more between their quartiles, the machine is doing something else.
const SCATTER_MAX: f64 = 0.15;

/// Seconds by name of the way.
type Times = BTreeMap<String, f64>;

/// Past the capture of the test harness: a test that was skipped must not look like one that was run.
fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// One comparison at a time: they would disturb each other.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The executable that is judged, of an optimised build.
fn optimised() -> Option<PathBuf> {
    std::env::var_os("POOLSCOPE_OPTIMISED").map(PathBuf::from)
}

/// The interpreter, or why there is nothing to compare.
fn interpreter() -> Result<PathBuf, String> {
    if optimised().is_none() {
        return Err("POOLSCOPE_OPTIMISED names no executable of an optimised build".into());
    }
    let named = std::env::var_os("POOLSCOPE_TEST_PYTHON").map(PathBuf::from);
    let program = named.unwrap_or_else(|| "python3".into());
    let found = Command::new(&program)
        .args(["-I", "-c", "import sys; print(sys.executable)"])
        .output();
    match found {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8(output.stdout).unwrap().trim().into())
        }
        _ => {
            assert!(
                std::env::var_os("POOLSCOPE_REQUIRE_PYTHON").is_none(),
                "POOLSCOPE_REQUIRE_PYTHON is set, and '{}' is no interpreter",
                program.display()
            );
            Err("there is no python3 on this machine".into())
        }
    }
}

fn plain(python: &Path, case: &str) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/python/plain.py");
    let mut command = Command::new(python);
    command
        .args([script, case])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn times(output: &[u8]) -> Times {
    serde_json::from_slice(output).unwrap()
}

/// Makespans of a batch as poolscope measures them, by name of the candidate.
fn poolscope(python: &Path, scenario: &str) -> Times {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.ron");
    std::fs::write(&file, scenario).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = python.parent().map(Path::to_path_buf);
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    let output = Command::new(optimised().unwrap())
        .args(["run", file.to_str().unwrap(), "--json"])
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("XDG_DATA_HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).expect(&said);
    let candidates = document["candidates"].as_array().unwrap();
    candidates
        .iter()
        .map(|candidate| {
            let name = candidate["name"].as_str().unwrap().to_owned();
            let nanos = candidate["makespan_nanos"]["value"].as_f64();
            (
                name,
                nanos.unwrap_or_else(|| panic!("{candidate}: {said}")) / 1e9,
            )
        })
        .collect()
}

fn scenario(stages: &str, load: &str, candidates: &str) -> String {
    format!(
        r#"(format: 1, title: "judged", tasks: [(name: "task", stages: [{stages}])], load: {load},
            candidates: [{candidates}],
            protocol: (warm_up: "300ms", measure: "60s", order: Listed, noise_floor: false))"#
    )
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Difference of the quartiles over the median.
fn scatter(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    (at(0.75) - at(0.25)) / at(0.5)
}

/// Plain script and poolscope in turn.
struct Rounds {
    plain: Vec<Times>,
    ours: Vec<Times>,
}

impl Rounds {
    /// Goes on until the medians of all ways that both know are within the limit, or there were rounds enough.
    fn of(python: &Path, case: &str, scenario: &str, judge: impl Fn(&Self) -> f64) -> Self {
        let mut rounds = Self {
            plain: Vec::new(),
            ours: Vec::new(),
        };
        while rounds.plain.len() < *ROUNDS.end() {
            rounds
                .plain
                .push(times(&plain(python, case).output().unwrap().stdout));
            rounds.ours.push(poolscope(python, scenario));
            if rounds.plain.len() >= *ROUNDS.start()
                && rounds.distance() <= 1.0
                && judge(&rounds) <= 1.0
            {
                break;
            }
        }
        rounds
    }

    /// Poolscope's time over the plain one of the same round, the median of all rounds.
    fn ratio(&self, way: &str) -> f64 {
        median(
            self.plain
                .iter()
                .zip(&self.ours)
                .map(|(plain, ours)| ours[way] / plain[way]),
        )
    }

    /// Poolscope's time of `one` over that of `other`, the median of all rounds.
    fn ours(&self, one: &str, other: &str) -> f64 {
        median(self.ours.iter().map(|times| times[one] / times[other]))
    }

    fn plain(&self, one: &str, other: &str) -> f64 {
        median(self.plain.iter().map(|times| times[one] / times[other]))
    }

    /// How far the times of all ways that both know are from each other, in units of the limit.
    fn distance(&self) -> f64 {
        let ways = self.plain[0].keys();
        ways.filter(|way| self.ours[0].contains_key(*way))
            .map(|way| (self.ratio(way) - 1.0).abs() / LIMIT)
            .fold(0.0, f64::max)
    }

    fn is_busy(&self) -> bool {
        let scatters = |all: &[Times]| {
            let mut ways = all[0].keys();
            ways.any(|way| scatter(all.iter().map(|times| times[way])) > SCATTER_MAX)
        };
        scatters(&self.plain) || scatters(&self.ours)
    }

    /// Holds the comparison, or says why it was not held.
    fn hold(&self, judge: impl Fn(&Self) -> f64) {
        let told: Vec<_> = self.ours[0]
            .keys()
            .map(|way| {
                if self.plain[0].contains_key(way) {
                    return format!("{way}: {:.3} of plain", self.ratio(way));
                }
                let seconds = median(self.ours.iter().map(|times| times[way]));
                format!("{way}: {seconds:.3} s")
            })
            .collect();
        eprintln!("{} rounds; {}", self.plain.len(), told.join(", "));
        let worst = self.distance().max(judge(self));
        if worst <= 1.0 {
            return;
        }
        if self.is_busy() {
            return say_skipped("the times scatter; the machine is busy");
        }
        eprintln!("falls short of its goal: {worst:.2} times what it may be");
        assert!(
            worst <= FAILURE,
            "plain {:#?}\npoolscope {:#?}",
            self.plain,
            self.ours
        );
    }
}

/// Compares, with a judgement beside the agreement of times: 1 where the goal is just met, more beyond it.
fn compare(case: &str, scenario: &str, judge: impl Fn(&Rounds) -> f64) {
    let _turn = alone();
    match interpreter() {
        Ok(python) => Rounds::of(&python, case, scenario, &judge).hold(&judge),
        Err(why) => say_skipped(&why),
    }
}

/// How far a ratio is from that of the plain script, in units of the limit; told, and never a failure: twenty thousand tasks
/// of half a microsecond are over in so short a time that one neighbour on the machine moves the ratio by a third.
fn apart(ours: f64, plain: f64) -> f64 {
    ((ours / plain - 1.0).abs() / LIMIT).min(FAILURE)
}

const PRIMES: &str = "Cpu(kernel: PrimeCheck, amount: Work(4))";

#[test]
fn threads_compute_no_faster_than_one_after_the_other_and_processes_as_fast_as_the_machine_allows()
{
    let scenario = scenario(
        PRIMES,
        "Batch(tasks: 60)",
        r#"(name: "sequential", backend: Python(Sequential)),
           (name: "threads", backend: Python(ThreadPoolExecutor(workers: 2))),
           (name: "processes", backend: Python(ProcessPoolExecutor(workers: 2)))"#,
    );
    compare("prime", &scenario, |rounds| {
        let python = interpreter().unwrap();
        // Two interpreters side by side against one, now.
        let one = times(&plain(&python, "alone").output().unwrap().stdout)["sequential"];
        let both = [(); 2].map(|()| plain(&python, "alone").spawn().unwrap());
        let both = both.map(|child| times(&child.wait_with_output().unwrap().stdout)["sequential"]);
        let allowed = 2.0 * one / both[0].max(both[1]);
        let threads = rounds.ours("sequential", "threads");
        let processes = rounds.ours("sequential", "processes");
        eprintln!(
            "threads {threads:.2} times sequential, processes {processes:.2}, the machine allows {allowed:.2}"
        );
        ((threads - 1.0).abs() / 0.15).max(0.85 * allowed / processes)
    });
}

#[test]
fn twenty_threads_wait_at_the_same_time() {
    let scenario = scenario(
        r#"Wait(time: Constant("100ms"))"#,
        "Batch(tasks: 20)",
        r#"(name: "sequential", backend: Python(Sequential)),
           (name: "threads", backend: Python(ThreadPoolExecutor(workers: 20)))"#,
    );
    compare("wait", &scenario, |rounds| {
        15.0 / rounds.ours("sequential", "threads")
    });
}

#[test]
fn chunks_pay_for_tiny_tasks() {
    let scenario = scenario(
        "Cpu(kernel: SumOfSquares, amount: Work(3))",
        "Batch(tasks: 20000)",
        r#"(name: "chunk_1", backend: Python(ProcessPoolExecutor(workers: 2, chunk: 1))),
           (name: "chunks of 1000", backend: Python(ProcessPoolExecutor(workers: 2, chunk: 1000)))"#,
    );
    compare("chunk", &scenario, |rounds| {
        let (ours, plain) = (
            rounds.ours("chunk_1", "chunks of 1000"),
            rounds.plain("chunk_1", "chunk_1000"),
        );
        eprintln!("chunks of 1 take {ours:.1} times as long as chunks of 1000, plain {plain:.1}");
        (20.0 / ours).max(apart(ours, plain))
    });
}

#[test]
fn the_harness_adds_little_to_a_task_of_a_thread_pool() {
    // Tasks of five microseconds. Of shorter ones the threads spend most of their time taking the lock from each
    // other, which one thread more makes worse.
    const TASKS: f64 = 20_000.0;
    let scenario = scenario(
        "Cpu(kernel: SumOfSquares, amount: Work(110))",
        "Batch(tasks: 20000)",
        r#"(name: "threads", backend: Python(ThreadPoolExecutor(workers: 2)))"#,
    );
    compare("thread", &scenario, |rounds| {
        let both = rounds.plain.iter().zip(&rounds.ours);
        let added = both.map(|(plain, ours)| ours["threads"] - plain["plain threads"]);
        let micros = |seconds: f64| seconds / TASKS * 1e6;
        let added = micros(median(added));
        let plain = rounds.plain.iter().map(|times| times["plain threads"]);
        let plain = micros(median(plain));
        eprintln!("the harness adds {added:.1} us to a task, of {plain:.1} us in the plain script");
        // A slow machine takes longer for what is added, as it does for the task itself: a third of that will do.
        (added / 25.0).min(added / (plain / 3.0))
    });
}

#[test]
fn large_payloads_are_pickled_for_processes_and_handed_over_to_threads() {
    let scenario = scenario(
        r#"Payload(to_worker: "8MiB", back: "0B")"#,
        "Batch(tasks: 100)",
        r#"(name: "of threads", backend: Python(ThreadPoolExecutor(workers: 2))),
           (name: "of processes", backend: Python(ProcessPoolExecutor(workers: 2)))"#,
    );
    compare("payload", &scenario, |rounds| {
        let (ours, plain) = (
            rounds.ours("of processes", "of threads"),
            rounds.plain("processes", "threads"),
        );
        eprintln!("processes take {ours:.1} times as long as threads, plain {plain:.1}");
        (20.0 / ours).max(apart(ours, plain))
    });
}

#[test]
fn the_lock_model_tells_what_threads_of_cpython_will_do() {
    // The same amount of processor time, so that only the lock and the executor differ.
    let scenario = scenario(
        r#"Wait(time: Constant("4ms")), Cpu(kernel: PrimeCheck, amount: Time("10ms"))"#,
        "Batch(tasks: 60)",
        r#"(name: "cpython sequential", backend: Python(Sequential)),
           (name: "cpython threads", backend: Python(ThreadPoolExecutor(workers: 4))),
           (name: "native sequential", backend: Sequential),
           (name: "native threads", backend: Threads(workers: 4), interpreter: Lock())"#,
    );
    compare("mixed", &scenario, |rounds| {
        let cpython = rounds.ours("cpython threads", "cpython sequential");
        let model = rounds.ours("native threads", "native sequential");
        eprintln!("threads over sequential: CPython {cpython:.3}, the model {model:.3}");
        (model / cpython - 1.0).abs() / 0.20
    });
}
