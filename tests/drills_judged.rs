//! What the bundled drills promise, run whole by the real program.
//!
//! Their tasks wait and hardly compute, so that this holds on slow machines too. How soon something is back, and how
//! much is served while workers are replaced, are times nevertheless: they are judged in several rounds, one of which
//! must hold, and only where the run itself shows that the machine keeps up; elsewhere the test says so aloud.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;

/// A machine that others use as well is disturbed now and then.
const ROUNDS: usize = 3;

/// The document of a run of the bundled scenario `name`.
fn run(name: &str, options: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_poolscope"))
        .args(["run", name, "--json", "--no-keep"])
        .args(options)
        .output()
        .unwrap();
    // Blocks that fail on purpose, or other programs, make a run one that cannot be trusted.
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 4)), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs rounds until what `judge` says of one is good; none means that the machine cannot tell.
fn judged(
    what: &str,
    run: impl Fn() -> Value,
    judge: impl Fn(&Value) -> Option<Result<(), String>>,
) {
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        match judge(&run()) {
            Some(Ok(())) => return,
            Some(Err(why)) => told.push(why),
            None => {
                // Past the capture of the test harness.
                let _ = writeln!(
                    std::io::stderr(),
                    "skipped: {what}: the machine does not keep up"
                );
                return;
            }
        }
    }
    panic!("{what}: {}", told.join("; "));
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn retries_without_a_budget_outlast_the_fault_and_with_one_they_do_not() {
    const FAULT_NANOS: f64 = 2e9;
    let storm = || {
        let run = run("retry_storm", &["--measure", "8s"]);
        let candidates = run["candidates"].as_array().unwrap();
        let amplification = |index: usize| number(&candidates[index]["attempts"]["amplification"]);
        // However slow the machine is: a budget is a budget, and who times out comes again.
        assert!(
            (amplification(0) - 1.0).abs() < 1e-9,
            "{}",
            amplification(0)
        );
        assert!(amplification(1) > 2.0, "{}", amplification(1));
        assert!(amplification(2) < 1.3, "{}", amplification(2));
        run
    };
    judged("retry_storm", storm, |run| {
        let recovery = |index: usize| {
            let candidate = &run["candidates"][index];
            let nanos = candidate["recovery_nanos"].as_f64();
            (candidate["recovery"].as_str().map(str::to_owned), nanos)
        };
        // Without retries nothing but the machine can hold up the recovery.
        if recovery(0).1.is_none_or(|nanos| nanos > FAULT_NANOS / 2.0) {
            return None;
        }
        let (without, with) = (recovery(1), recovery(2));
        let is_storm = without.0.as_deref() == Some("not_within_run")
            || without.1.is_some_and(|nanos| nanos > FAULT_NANOS);
        let is_back = with.1.is_some_and(|nanos| nanos <= FAULT_NANOS);
        Some(if is_storm && is_back {
            Ok(())
        } else {
            Err(format!("without a budget {without:?}, with one {with:?}"))
        })
    });
}

#[test]
fn a_crash_ends_threads_and_costs_processes_hardly_anything() {
    /// Workers must be back before the next one dies.
    const START_NANOS_MAX: f64 = 200e6;
    let crash = || {
        let run = run("worker_crash", &["--only", "threads ×4,processes ×4"]);
        let threads = &run["candidates"][0];
        assert_eq!(threads["status"], "failed");
        let cause = threads["cause"].as_str().unwrap();
        assert!(cause.contains("injected fault: "), "{cause}");
        let processes = &run["candidates"][1];
        assert_eq!(processes["status"], "done", "{}", processes["cause"]);
        assert!(!processes["degraded"].as_array().unwrap().is_empty());
        run
    };
    judged("worker_crash", crash, |run| {
        let processes = &run["candidates"][1];
        if number(&processes["cold_start_nanos"]["value"]) > START_NANOS_MAX {
            return None;
        }
        let counts = &processes["counts"];
        let kept = number(&counts["good"]) / number(&counts["offered"]);
        Some(if kept >= 0.9 {
            Ok(())
        } else {
            Err(format!("{:.1} % were good", kept * 100.0))
        })
    });
}
