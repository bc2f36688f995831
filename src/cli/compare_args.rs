//! The words of `compare` and `report`.

use std::path::PathBuf;

use clap::Args;

use crate::analysis::TOLERANCE_RATIO;

const COMPARE_EXAMPLES: &str = "\
Examples:
  poolscope compare last~1 last                      the newest run held against the one before
  poolscope compare 'before the change' last --json  one JSON document
  poolscope compare theirs.poolscope-run last        with the file of a colleague's run
  poolscope compare k3v9 last --out compared.html    a page with charts; .md for a pull request
  poolscope compare last                             the candidates of one run beside each other
  poolscope compare last --against 'threads ×8'

What differs around the runs is named first: machine, program, interpreters, seed, scenario. Then each measure of each
candidate: difference, ratio with its 95 % interval, noise floor, and whether it is better, worse or too close to call.

When a run is worse (exit code 5): at least one measure of one candidate is worse than in the baseline, by more than
chance, by more than the noise floor of both runs, and by more than the tolerance. Chance is ruled out for all measures of all
candidates together: of a hundred comparisons of equal runs at most five end with 5. Measures: makespan, throughput,
goodput, p50, p95 and p99 of the response time, CPU per task, memory per worker, cost per 1k tasks, cold start.
That takes three repeats in both runs; with fewer nothing can be judged, which ends with 4.

Exit codes of compare:
  0  not worse                            4  a run cannot be trusted, or nothing can be judged
  1  internal error                       5  worse than the baseline
  2  usage, or a run that cannot be found or read";

const REPORT_EXAMPLES: &str = "\
Examples:
  poolscope report last --out review.html       one page for a design review, which needs no network
  poolscope report last --out pull-request.md   Markdown for a pull request
  poolscope report last --out review.html --baseline 'before the change'
  poolscope report 'workers over night' --out sweep.html
                                                a sweep or a search for the capacity, by the same names

The page has everything: verdict, objectives, charts with their data, figures, findings, trust, machine, scenario,
seeds, and how to get the figures again. It follows the reader's light or dark, and prints.
Of a sweep or a search for the capacity it has what was varied, where candidates change places, capacities, scaling
laws, and every point.

Exit codes of report:
  0  written                              2  usage, or a run that cannot be found or read
  1  internal error";

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub struct CompareArgs {
    /// What the run is held against: an id, a name, last, last~1 …, or the path of a file
    #[arg(value_name = "BASELINE")]
    pub baseline: String,
    /// The run; without it the candidates of the first one are compared
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// Which candidate of one run the others are held against; the sequential one, else the first, if not given
    #[arg(long, value_name = "NAME", conflicts_with = "run")]
    pub against: Option<String>,
    /// Print one JSON document on standard output instead of the tables
    #[arg(long, requires = "run")]
    pub json: bool,
    /// Write a page (.html) or Markdown (.md) with charts instead of printing tables
    #[arg(long, value_name = "FILE", requires = "run")]
    pub out: Option<PathBuf>,
    /// How much worse a measure may be.
    #[command(flatten)]
    pub tolerance: ToleranceArgs,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct ReportArgs {
    /// The run, sweep or search: an id, a name, last, last~1 …, or the path of a file
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Where to: a page if it ends in .html, Markdown if it ends in .md
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Hold it against this run as well
    #[arg(long, value_name = "RUN")]
    pub baseline: Option<String>,
    /// How much worse a measure may be.
    #[command(flatten)]
    pub tolerance: ToleranceArgs,
}

/// How much worse than a baseline is tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Args)]
pub struct ToleranceArgs {
    /// How much worse than the baseline a measure may be: a share such as 5%
    #[arg(long, value_name = "SHARE", value_parser = share, default_value_t = Share(TOLERANCE_RATIO))]
    pub tolerance: Share,
}

impl Default for ToleranceArgs {
    fn default() -> Self {
        Self {
            tolerance: Share(TOLERANCE_RATIO),
        }
    }
}

/// A share: `5%` or `0.05`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f64);

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}%", (self.0 * 1e6).round() / 1e4)
    }
}

/// Reads a share.
fn share(text: &str) -> Result<Share, String> {
    let (number, unit) = match text.trim().strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text.trim(), 1.0),
    };
    let value: Result<f64, _> = number.trim().parse();
    match value.map(|value| value / unit) {
        Ok(share) if (0.0..=10.0).contains(&share) => Ok(Share(share)),
        _ => Err("a share is written as 5% or 0.05, from 0 to 10".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_or_per_cent() {
        assert_eq!(share("5%"), Ok(Share(0.05)));
        assert_eq!(share(" 0.05 "), Ok(Share(0.05)));
        assert_eq!(share("12.5 %"), Ok(Share(0.125)));
        assert_eq!(Share(0.05).to_string(), "5%");
        for wrong in ["", "%", "-1%", "NaN", "much", "11"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
