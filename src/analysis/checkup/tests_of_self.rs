//! The lines of the self-tests: freeze and A/A.

use crate::analysis::checkup::{Judgement, Line, Section, Unit};
use crate::analysis::self_test::{FREEZE_TOLERANCE_RATIO, FrozenPercentile, SelfComparison};
use crate::units::text;

/// Up to this the noise floor of a machine is good, and up to the second fair.
const NOISE_GOOD_RATIO: f64 = 0.02;
const NOISE_FAIR_RATIO: f64 = 0.05;
/// Of a cause that many characters are shown.
const CAUSE_CHARS_MAX: usize = 300;

/// The lines of one freeze test; `name` says what was stopped.
#[must_use]
pub fn freeze_lines(name: &str, outcome: &Result<[FrozenPercentile; 3], String>) -> Vec<Line> {
    let percentiles = match outcome {
        Ok(percentiles) => percentiles,
        Err(cause) => {
            // The last words of a process can be a backtrace.
            let cause: String = cause.chars().take(CAUSE_CHARS_MAX).collect();
            let line = Line::fact(
                Section::SelfTests,
                &format!("freeze test, {name}"),
                "no figures",
            );
            return vec![line.judged(Judgement::Failed, "the block comes to its end", &cause)];
        }
    };
    percentiles
        .iter()
        .map(|percentile| {
            let what = format!("freeze test, {name}, p{}", text::given(percentile.quantile * 100.0));
            let value = percentile.measured_nanos.map(|nanos| nanos as f64);
            let judgement = if percentile.holds() {
                Judgement::Good
            } else {
                Judgement::Failed
            };
            let less = percentile.error_ratio().is_none_or(|error| error < 0.0);
            let advice = if less {
                "Response times leave out what callers waited; report it."
            } else {
                "The machine was too busy to catch up; try again when it is quiet, and report it if it stays."
            };
            let limit = format!(
                "{} by the schedule, within {}",
                text::nanos(percentile.expected_nanos),
                text::percent(FREEZE_TOLERANCE_RATIO)
            );
            Line::figure(Section::SelfTests, &what, value, Unit::Nanos).judged(
                judgement,
                &limit,
                advice,
            )
        })
        .collect()
}

/// The line of the A/A test; none of `comparison` means that there were too few blocks.
#[must_use]
pub fn aa_line(comparison: Option<SelfComparison>) -> Line {
    const WHAT: &str = "noise floor (A/A test)";
    let Some(comparison) = comparison else {
        return Line::fact(Section::SelfTests, WHAT, text::MISSING).judged(
            Judgement::Failed,
            "three blocks of each come to their end",
            "Try again; if it stays, report it.",
        );
    };
    let floor = comparison.noise_floor_ratio();
    let judgement = if !comparison.surely_the_same() {
        Judgement::Failed
    } else if floor <= NOISE_GOOD_RATIO {
        Judgement::Good
    } else if floor <= NOISE_FAIR_RATIO {
        Judgement::Fair
    } else {
        Judgement::Poor
    };
    let (limit, advice) = match judgement {
        Judgement::Failed => (
            "the ratio is 1".to_owned(),
            "Something changed between blocks: close other programs, plug the machine in, and try again.",
        ),
        Judgement::Poor => (
            format!("fair is at most {}", text::percent(NOISE_FAIR_RATIO)),
            "Smaller differences are noise here: raise 'repeats', or measure on a quieter machine.",
        ),
        _ => (
            format!("good is at most {}", text::percent(NOISE_GOOD_RATIO)),
            "",
        ),
    };
    let what = format!(
        "noise floor (A/A test: ratio {}, {} to {})",
        text::number(comparison.ratio),
        text::number(comparison.low),
        text::number(comparison.high),
    );
    Line::figure(Section::SelfTests, &what, Some(floor), Unit::Ratio)
        .judged(judgement, &limit, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentiles(measured: [u64; 3]) -> [FrozenPercentile; 3] {
        let expected = [(0.75, 2.5e9), (0.9, 4.0e9), (0.99, 4.9e9)];
        let mut all = expected.into_iter().zip(measured);
        [(); 3].map(|()| {
            let ((quantile, expected_nanos), nanos) = all.next().unwrap();
            FrozenPercentile {
                quantile,
                expected_nanos,
                measured_nanos: Some(nanos),
            }
        })
    }

    #[test]
    fn a_percentile_that_leaves_out_the_stop_fails() {
        let good = percentiles([2_500_000_000, 4_010_000_000, 4_900_000_000]);
        let lines = freeze_lines("threads", &Ok(good));
        assert!(lines.iter().all(|line| line.judgement == Judgement::Good));
        assert_eq!(lines[0].what, "freeze test, threads, p75");
        let omitting = percentiles([1_000, 2_000, 3_000]);
        let lines = freeze_lines("threads", &Ok(omitting));
        assert!(lines.iter().all(|line| line.judgement == Judgement::Failed));
        let lines = freeze_lines("threads", &Err("It was killed.".to_owned()));
        assert_eq!(lines[0].advice.as_deref(), Some("It was killed."));
    }
}
