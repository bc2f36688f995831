//! Who is ahead in a measure, and who cannot be told from them.

use crate::analysis::measure::Measure;
use crate::analysis::verdict::apart::apart;
use crate::analysis::verdict::words::list;
use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::run::Run;
use crate::stats::{Figure, Percentile};
use crate::units::text;

/// A measure by which candidates are held against each other.
#[derive(Clone, Copy)]
pub(super) struct Contest {
    /// Which.
    pub(super) measure: Measure,
    /// Who is ahead, as in "Shortest makespan".
    pub(super) first: &'static str,
    /// Whether more is better.
    pub(super) highest: bool,
    /// The figure of a candidate.
    pub(super) figure: fn(&CandidateFigures) -> Option<Figure>,
}

const MAKESPAN: Contest = Contest {
    measure: Measure::Makespan,
    first: "Shortest makespan",
    highest: false,
    figure: |figures| figures.makespan_nanos,
};

const GOODPUT: Contest = Contest {
    measure: Measure::Goodput,
    first: "Highest goodput",
    highest: true,
    figure: |figures| figures.goodput_per_sec,
};

const P99: Contest = Contest {
    measure: Measure::Response(Percentile::P99),
    first: "Lowest p99 response time",
    highest: false,
    figure: |figures| figures.response_time_figures.p99,
};

const MEMORY: Contest = Contest {
    measure: Measure::MemoryTotal,
    first: "Least memory in all",
    highest: false,
    figure: |figures| figures.memory_total_bytes,
};

pub(super) const COST: Contest = Contest {
    measure: Measure::Cost,
    first: "Lowest cost per 1k tasks",
    highest: false,
    figure: |figures| figures.cost_per_1k,
};

/// What candidates are held against each other by, where no objective says what counts: cost last.
pub(super) fn contests(batch: bool) -> Vec<Contest> {
    if batch {
        vec![MAKESPAN, COST]
    } else {
        vec![GOODPUT, P99, COST]
    }
}

/// What else may differ between candidates whose cost is the same.
pub(super) fn besides_cost(batch: bool) -> Vec<Contest> {
    if batch {
        vec![MAKESPAN, MEMORY]
    } else {
        vec![P99, GOODPUT, MEMORY]
    }
}

/// Who is ahead.
pub(super) struct Leaders<'a> {
    /// Those ahead, by name: the best, and who cannot be told from it.
    pub(super) names: Vec<&'a str>,
    /// The best value.
    pub(super) best: f64,
    /// The worst value of all.
    pub(super) worst: f64,
    /// How many candidates know the figure.
    pub(super) known: usize,
}

impl Contest {
    /// Who of `figures` is ahead; none while fewer than two candidates that are done know the figure.
    pub(super) fn leaders<'a>(
        &self,
        run: &Run,
        figures: impl IntoIterator<Item = &'a CandidateFigures>,
    ) -> Option<Leaders<'a>> {
        let known: Vec<(&CandidateFigures, f64)> = figures
            .into_iter()
            .filter(|figures| figures.status == CandidateStatus::Done)
            .filter_map(|figures| Some((figures, (self.figure)(figures)?.value)))
            .collect();
        if known.len() < 2 {
            return None;
        }
        let (low, high) = known.iter().fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(low, high), (_, value)| (low.min(*value), high.max(*value)),
        );
        let (best, worst) = if self.highest {
            (high, low)
        } else {
            (low, high)
        };
        let firsts: Vec<usize> = known
            .iter()
            .filter(|(_, value)| value.total_cmp(&best).is_eq())
            .map(|(figures, _)| figures.candidate)
            .collect();
        let is_close = |(figures, value): &&(&CandidateFigures, f64)| {
            let candidate = figures.candidate;
            firsts.iter().any(|&first| {
                candidate == first
                    || apart(run, (candidate, first), self.measure, (*value, best)).close
            })
        };
        let mut names: Vec<&str> = known
            .iter()
            .filter(is_close)
            .map(|(figures, _)| figures.name.as_str())
            .collect();
        names.sort_unstable();
        Some(Leaders {
            names,
            best,
            worst,
            known: known.len(),
        })
    }

    /// A value of it in words.
    pub(super) fn show(&self, value: f64, currency: &str) -> String {
        match self.measure {
            Measure::Cost => text::money(value, currency),
            Measure::Goodput => text::per_sec(value),
            Measure::MemoryTotal => text::bytes(value),
            _ => text::nanos(value),
        }
    }

    /// `Highest goodput: 'threads ×8' with 399 /s`; several names where they are too close to call.
    pub(super) fn told(&self, run: &Run, figures: &[CandidateFigures]) -> Option<String> {
        let leaders = self.leaders(run, figures)?;
        let currency = &run.request.scenario.prices.currency;
        let shown = self.show(leaders.best, currency);
        let what = self.first;
        Some(match leaders.names.as_slice() {
            [one] => format!("{what}: '{one}' with {shown}"),
            all if all.len() == leaders.known => {
                format!("{what}: all near {shown}, too close to call")
            }
            several => format!("{what}: {} near {shown}, too close to call", list(several)),
        })
    }
}
