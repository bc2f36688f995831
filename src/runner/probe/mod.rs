//! The hidden probe: what this machine and poolscope on it are like, measured before anything is measured.
//!
//! It runs in a process of its own below a guard, as a runner does, and says what it found as one message. Blocks
//! that it needs run in itself, with the same engine.

mod blocks;
mod facts;
mod files;
mod overhead;
mod sampling;
mod timers;

use std::io::Write;

use crate::engine::{Surroundings, clock};
use crate::runner::Environment;
use crate::runner::resources::{machine, machine_sample};
use crate::sampler::{self, MachineWatch};
use crate::stats::{Histogram, Percentile};
use crate::wire::{
    FrameError, FromProbe, Hello, MachineSample, ProbeReport, SamplerCost, write_frame,
};

/// Finds everything out and says it to `output`.
///
/// # Errors
/// If nobody listens.
pub(super) fn probe(output: &mut impl Write, environment: &Environment) -> Result<(), FrameError> {
    write_frame(output, &FromProbe::Hello(Hello::ours()))?;
    let surroundings = Surroundings {
        executable: environment.executable.clone(),
        scratch: environment.scratch.clone(),
        server_port: None,
        python: None,
    };
    clock::wake_precisely();
    let start_nanos = clock::now_nanos();
    let mut watch = MachineWatch::new();
    let mut findings = Findings {
        output,
        failures: Vec::new(),
    };
    let before = sample(&mut watch, start_nanos);
    let clocks = findings.step("reading clocks", || Ok(timers::clocks()))?;
    let waits = findings.step("timing waits", || timers::waits(&surroundings))?;
    let scratch = findings.step("writing files", || files::scratch(&environment.scratch))?;
    let sampler = findings.step("looking at processes", || Ok(sampling::costs()))?;
    let mut overheads = Vec::new();
    for case in overhead::CASES {
        let what = format!("running empty tasks: {}", case.name());
        overheads.extend(findings.step(&what, || case.measure(&surroundings))?);
    }
    let server = findings.step("asking the built-in server", || {
        blocks::server(&surroundings)
    })?;
    let Findings { output, failures } = findings;
    let report = ProbeReport {
        machine: machine(),
        before,
        after: sample(&mut watch, start_nanos),
        debug_build: cfg!(debug_assertions),
        limits: facts::limits(),
        clocks: clocks.unwrap_or_default(),
        timer_slack_nanos: facts::timer_slack_nanos(),
        waits: waits.unwrap_or_default(),
        scratch,
        sampler: sampler.unwrap_or_else(SamplerCost::default),
        overheads,
        server,
        failures,
    };
    write_frame(output, &FromProbe::Finished(Box::new(report)))
}

/// What could not be found out, and who is told of each step.
struct Findings<'a, W> {
    output: &'a mut W,
    failures: Vec<String>,
}

impl<W: Write> Findings<'_, W> {
    /// Says what is done, does it, and keeps why it could not be done.
    fn step<T>(
        &mut self,
        what: &str,
        find: impl FnOnce() -> Result<T, String>,
    ) -> Result<Option<T>, FrameError> {
        write_frame(self.output, &FromProbe::Step(what.to_owned()))?;
        Ok(find()
            .map_err(|error| self.failures.push(format!("{what}: {error}")))
            .ok())
    }
}

/// The machine now. Everything that ran so far is this process and what it waited for.
fn sample(watch: &mut MachineWatch, start_nanos: u64) -> MachineSample {
    let own = sampler::cpu_nanos(std::process::id()).unwrap_or(0);
    let ours = own + sampler::ended_children_cpu_nanos().unwrap_or(0);
    let elapsed = clock::now_nanos().saturating_sub(start_nanos);
    machine_sample(watch.state(), elapsed, ours)
}

/// Median and 99th percentile of times in nanoseconds; none where there are too few.
fn percentiles(times: impl IntoIterator<Item = u64>) -> (Option<u64>, Option<u64>) {
    let mut histogram = Histogram::new();
    for nanos in times {
        histogram.record(nanos);
    }
    (
        Percentile::P50.of(&histogram),
        Percentile::P99.of(&histogram),
    )
}

/// The median of some figures; none of none.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Time per call of `work` in nanoseconds: median of five rounds of `calls`.
fn nanos_per_call(calls: u32, mut work: impl FnMut()) -> f64 {
    const ROUNDS: usize = 5;
    let rounds = (0..ROUNDS).map(|_| {
        let begun = clock::now_nanos();
        for _ in 0..calls {
            work();
        }
        (clock::now_nanos() - begun) as f64 / f64::from(calls)
    });
    median(rounds.collect()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn a_step_that_fails_leaves_its_reason_and_the_others_go_on() {
        let mut output = Vec::new();
        let mut findings = Findings {
            output: &mut output,
            failures: Vec::new(),
        };
        let none: Option<u8> = findings.step("a", || Err("no".to_owned())).unwrap();
        assert_eq!(
            (none, findings.step("b", || Ok(7)).unwrap()),
            (None, Some(7))
        );
        assert_eq!(findings.failures, ["a: no"]);
    }
}
