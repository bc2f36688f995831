//! The words of `sweep` and `capacity`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{Changes, ResultsArgs};

const SWEEP_EXAMPLES: &str = "\
Examples:
  poolscope sweep image_pipeline --out results
  poolscope sweep my.ron --vary workers --over 1,2,4,8 --repeats 3
  poolscope sweep my.ron --vary rate --over 50..400:8 --only threads,processes
  poolscope sweep my.ron --vary payload --over 1KiB..1MiB:6:log --json > sweep.json
  poolscope sweep my.ron --vary workers --over 1,2,4 --vary rate --over 50,100,200
  poolscope sweep --resume last

Parameters: workers, rate, in-flight, clients, batch-tasks, cpu-share, cpu-work, wait, payload, chunk-size,
queue-capacity. Values are a list, or FROM..TO:HOW-MANY, with :log for equal ratios. Without --vary the sweep
of the file is made. Intervals and crossovers with intervals need --repeats 3 or more.

Every visit of a point is kept as soon as it ends. What was interrupted goes on with --resume: what is there
is not measured again. On another machine it is refused, unless --other-machine is given as well.

Exit codes: as those of run; 4 if half of the visits or more cannot be trusted.";

const CAPACITY_EXAMPLES: &str = "\
Examples:
  poolscope capacity io_bound_service --out results
  poolscope capacity my.ron --from 10 --to 2000 --precision 0.05
  poolscope capacity --resume last

The highest rate at which the objectives of the file hold, found by doubling and halving. It takes an open
load, and an objective that a rate can be too high for, such as
  objectives: [ResponseTime(percentile: P95, at_most: \"200ms\"), DropRatio(at_most: 0)]

Exit codes: as those of run; 3 if no candidate holds at the lowest rate, 4 if half of the probes or more
cannot be trusted.";

/// Arguments of `sweep`.
#[derive(Debug, Args)]
#[command(after_help = SWEEP_EXAMPLES)]
pub struct SweepArgs {
    /// Scenario file, or name of a scenario that comes along
    #[arg(
        required_unless_present = "resume",
        conflicts_with = "resume",
        value_name = "FILE"
    )]
    pub file: Option<PathBuf>,
    /// What to vary; twice for two parameters
    #[arg(long, value_name = "PARAMETER")]
    pub vary: Vec<String>,
    /// Over which values: 1,2,4 or 50..400:8 or 1KiB..1MiB:6:log; once for each --vary
    #[arg(long, value_name = "VALUES")]
    pub over: Vec<String>,
    /// What a series of runs has in common.
    #[command(flatten)]
    pub series: SeriesArgs,
}

/// Arguments of `capacity`.
#[derive(Debug, Args)]
#[command(after_help = CAPACITY_EXAMPLES)]
pub struct CapacityArgs {
    /// Scenario file, or name of a scenario that comes along
    #[arg(
        required_unless_present = "resume",
        conflicts_with = "resume",
        value_name = "FILE"
    )]
    pub file: Option<PathBuf>,
    /// The lowest rate of interest, in tasks per second
    #[arg(long, value_name = "RATE")]
    pub from: Option<f64>,
    /// The highest rate of interest, in tasks per second
    #[arg(long, value_name = "RATE")]
    pub to: Option<f64>,
    /// How close to find it: 0.05 for a twentieth
    #[arg(long, value_name = "RATIO")]
    pub precision: Option<f64>,
    /// What a series of runs has in common.
    #[command(flatten)]
    pub series: SeriesArgs,
}

/// What `sweep` and `capacity` have in common.
#[derive(Debug, Clone, Default, Args)]
pub struct SeriesArgs {
    /// Go on with a kept one that did not come to its end: a path, an id, a name, or 'last'
    #[arg(long, value_name = "RUN")]
    pub resume: Option<String>,
    /// With --resume: go on although this is another machine than the one that began
    #[arg(long, requires = "resume")]
    pub other_machine: bool,
    /// Where the results go.
    #[command(flatten)]
    pub results: ResultsArgs,
    /// What is changed of the scenario.
    #[command(flatten)]
    pub changes: Changes,
}
