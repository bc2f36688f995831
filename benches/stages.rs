//! How closely CPU stages hit what they are asked for, and how fast the kernels are on this machine.
//!
//! `cargo bench --no-default-features --bench stages`. It prints three things: the calibration of each kernel;
//! the error of a stage of one millisecond of processor time; and what a fixed amount of work of about a
//! millisecond takes beside the calibrated figure. Nothing is averaged away: the 50th and 99th percentile.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::path::Path;
use std::sync::Arc;

use poolscope::engine::cancel::Cancel;
use poolscope::engine::clock;
use poolscope::engine::stages::{KnownSpeed, Step, Workbench, calibrate};
use poolscope::scenario::{Amount, Kernel, Stage};
use poolscope::stats::rng::Rng;
use poolscope::units::Nanos;

/// Runs of each stage.
const RUNS: u64 = 500;
/// The processor time asked for.
const ASKED_NANOS: f64 = 1e6;

/// Processor time of each run of a CPU stage, ascending, in nanoseconds.
fn runs(kernel: Kernel, amount: Amount) -> Vec<u64> {
    let step = Step::new(&Stage::cpu(kernel, amount)).expect("a CPU stage is a step");
    let mut bench = Workbench::new(Path::new("."), None, 0, Arc::default());
    let cancel = Cancel::default();
    let mut used: Vec<_> = (0..RUNS)
        .map(|task| {
            let start = clock::thread_cpu_nanos();
            let _ = step.run(&mut bench, &mut Rng::new(1, task), &cancel);
            clock::thread_cpu_nanos() - start
        })
        .collect();
    used.sort_unstable();
    used
}

/// The 50th and the 99th percentile beside what was expected, in per cent.
fn errors(used: &[u64], expected: f64) -> [f64; 2] {
    [50, 99].map(|percent| (used[used.len() * percent / 100] as f64 / expected - 1.0) * 100.0)
}

fn main() {
    println!("                     calibrated per unit   spread   1 ms of time      work of 1 ms");
    let kernels = Kernel::ALL.map(|kernel| KnownSpeed {
        kernel,
        fastest_nanos: None,
    });
    for speed in calibrate(&kernels, |_| true) {
        let kernel = speed.kernel;
        let unit = speed.unit_nanos.unwrap_or(speed.medians_nanos[1]);
        let units = (ASKED_NANOS / unit).round().max(1.0);
        let time = errors(
            &runs(kernel, Amount::Time(Nanos::from_millis(1))),
            ASKED_NANOS,
        );
        let work = errors(&runs(kernel, Amount::Work(units as u64)), units * unit);
        println!(
            "{:>16} {unit:>13.2} ns {:>9} {:>5.1} % {:>+6.2} {:>+6.2} % {:>+6.2} {:>+6.2} %",
            kernel.label(),
            if speed.unit_nanos.is_some() {
                "agreed"
            } else {
                "refused"
            },
            speed.spread_ratio * 100.0,
            time[0],
            time[1],
            work[0],
            work[1]
        );
    }
}
