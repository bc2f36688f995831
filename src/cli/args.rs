//! The command line: its words, and nothing of what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::compare_args::{CompareArgs, ReportArgs, ToleranceArgs};
use crate::cli::prices::preset_name;
use crate::cli::python_args::PythonArgs;
use crate::cli::runs_args::RunsArgs;
use crate::cli::series_args::{CapacityArgs, SweepArgs};
use crate::units::Nanos;

/// Compare threads, processes and async on the same work, on this machine
///
/// Without a command the window opens. Where there is no display, FILE is run in its quick form instead (a kept run is
/// shown), or the first of the scenarios that come along.
#[derive(Debug, Parser)]
#[command(
    name = "poolscope",
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES,
)]
pub struct CommandLine {
    /// Scenario, or file of a run, that the window opens
    pub file: Option<PathBuf>,
    /// What to do instead
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  poolscope                              open the window
  poolscope my.ron                       open the window with a scenario file
  poolscope list                         see which scenarios come along
  poolscope run first_look --quick       a first impression, in the terminal
  poolscope run my.ron --out results     charts, figures and a copy of the scenario
  poolscope run my.ron --json            one JSON document on standard output
  poolscope run my.ron --baseline last   the same, held against the newest kept run
  poolscope report last --out review.html
                                         one page for a design review
  poolscope compare last~1 last          two runs beside each other
  poolscope sweep image_pipeline         one parameter over its values: who wins where
  poolscope capacity io_bound_service    the highest rate at which the objectives hold
  poolscope runs                         the runs that were kept
  poolscope runs show last               the figures of the newest one
  poolscope prices                       which prices of clouds come along
  poolscope check my.ron                 what is wrong with a file, or what it would do
  poolscope doctor                       how well this machine is suited to measuring
  poolscope python list                  which interpreters candidates of CPython can use

Exit codes of run:
  0  done; objectives met or none set    3  no candidate meets the objectives
  1  internal error                      4  the figures cannot be trusted
  2  usage, or an invalid file           5  worse than the --baseline
  130  interrupted; figures so far are given out
Of several the first of 130, 1, 2, 4, 3, 5 counts.";

const RUN_EXAMPLES: &str = "\
Examples:
  poolscope run prime_check
  poolscope run my.ron --measure 5s --repeats 3 --out results
  poolscope run my.ron --prices aws-m5.xlarge
  poolscope run my.ron --only threads,'async ×100' --json > figures.json
  poolscope run my.ron --repeats 5 --baseline 'main branch'   fail a build when it got worse

With --baseline the run is held against a kept one as 'poolscope compare' does, and ends with 5 if at least one measure
of one candidate is worse by more than chance, noise and --tolerance. That takes three repeats in both runs; if nothing
can be judged it ends with 4. Of several codes the first of 130, 1, 2, 4, 3, 5 counts.

Every run is kept in the user's data folder, block by block while it goes on; see 'poolscope runs --help'.
--no-keep leaves that out.";

const DOCTOR_EXAMPLES: &str = "\
Examples:
  poolscope doctor --quick                machine, clocks, files, interpreters and poolscope's own cost
  poolscope doctor > report.txt           the same with all self-tests, to be pasted
  poolscope doctor --json > report.json   one JSON document

The report names no person, path or network. Judgements:
  good   nothing to do                    poor    it shows in results; the line says what to do
  fair   small differences are noise      FAILED  a self-test did not come out

The freeze test stops a process for half of a run at a constant rate: percentiles that do not show it
would leave out what callers waited. The A/A test measures the same candidate twice: smaller differences
than it finds are noise.

Exit codes of doctor:
  0  done                                 4  a self-test failed
  1  internal error                       130  interrupted";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios without the window, and print the figures
    Run(RunArgs),
    /// Measure a scenario over values of one parameter, or two
    Sweep(SweepArgs),
    /// Search the highest rate at which the objectives hold
    Capacity(CapacityArgs),
    /// List the runs that were kept, show and name them, and run them again
    Runs(RunsArgs),
    /// Lay a run beside a baseline, or the candidates of a run beside each other
    Compare(CompareArgs),
    /// Write a run, a sweep or a search as one page for a design review, or as Markdown
    Report(ReportArgs),
    /// Say what is wrong with scenario files, or in plain words what they would do
    Check(CheckArgs),
    /// List the scenarios that come along
    List(ListArgs),
    /// List the prices that come along, or print one for a scenario of your own
    Prices(PricesArgs),
    /// Say how well this machine is suited to measuring, and test poolscope itself
    Doctor(DoctorArgs),
    /// List the interpreters that candidates of CPython can use, and add others
    Python(PythonArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunArgs {
    /// Scenario files, or names of scenarios that come along
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where the results go.
    #[command(flatten)]
    pub results: ResultsArgs,
    /// Hold the run against this kept one, and end with 5 if it is worse
    #[arg(long, value_name = "RUN")]
    pub baseline: Option<String>,
    /// How much worse than the baseline is tolerated.
    #[command(flatten)]
    pub tolerance: ToleranceArgs,
    /// What is changed of the scenario.
    #[command(flatten)]
    pub changes: Changes,
}

/// Where the results go of whatever measures: runs, runs of kept ones again, sweeps, searches for the capacity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct ResultsArgs {
    /// Write report, charts, figures and the scenario into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON document on standard output instead of the tables
    #[arg(long)]
    pub json: bool,
    /// Do not keep it in the library
    #[arg(long)]
    pub no_keep: bool,
}

/// What `run` changes of the scenario, and which of its candidates it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Changes {
    /// Shorten the phases and run once, for a first impression
    #[arg(long)]
    pub quick: bool,
    /// Seed of all randomness
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Only these candidates: names, with x for × if you like, or kinds such as 'threads'
    #[arg(long, value_name = "NAME,…")]
    pub only: Vec<String>,
    /// How many blocks measure each candidate
    #[arg(long, value_name = "N")]
    pub repeats: Option<u32>,
    /// Length of the measurement, such as 5s
    #[arg(long, value_name = "TIME")]
    pub measure: Option<Nanos>,
    /// Length of the warm-up, such as 500ms
    #[arg(long, value_name = "TIME")]
    pub warm_up: Option<Nanos>,
    /// Other prices: one of those that 'poolscope prices' lists
    #[arg(long, value_name = "NAME", value_parser = preset_name)]
    pub prices: Option<String>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario files, or names of scenarios that come along
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print the file of this scenario instead: a start for one of your own
    #[arg(long, value_name = "NAME")]
    pub show: Option<String>,
}

/// Arguments of `prices`.
#[derive(Debug, Args)]
pub struct PricesArgs {
    /// Print these as they stand in a scenario file
    pub name: Option<String>,
}

/// Arguments of `doctor`.
#[derive(Debug, Clone, Copy, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub struct DoctorArgs {
    /// Print one JSON document on standard output instead of the text
    #[arg(long)]
    pub json: bool,
    /// Leave out the freeze test and the A/A test, which take a minute and a half
    #[arg(long)]
    pub quick: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_word_that_is_no_command_is_the_windows_file() {
        let line = CommandLine::try_parse_from(["poolscope", "my.ron"]).unwrap();
        assert_eq!(line.file, Some(PathBuf::from("my.ron")));
        assert!(line.command.is_none());
    }

    #[test]
    fn times_are_read_as_in_scenario_files() {
        let parse =
            |time| CommandLine::try_parse_from(["poolscope", "run", "a.ron", "--measure", time]);
        let Some(Command::Run(run)) = parse("1.5s").unwrap().command else {
            panic!("this is a run");
        };
        assert_eq!(run.changes.measure, Some(Nanos::from_millis(1_500)));
        assert!(parse("soon").unwrap_err().to_string().contains("40ms"));
    }
}
