//! Two candidates of one run beside each other: which they are, and what follows.

use std::sync::Arc;

use crate::analysis::{compare_two, measured_candidates, reference, trust};
use crate::chart::{Distribution, histogram_overlay, percentile_curve};
use crate::export::candidates_table;
use crate::gui::app::{App, Around, ChosenRun, Compared, Measurement, Page, Slot};
use crate::run::Run;

/// Two candidates of one run.
#[derive(Debug, Clone)]
pub struct TwoCandidates {
    /// The run.
    pub of: Arc<ChosenRun>,
    /// Baseline and candidate, as indices in the scenario: never the same.
    pub pair: [usize; 2],
}

impl TwoCandidates {
    /// The candidates that can be chosen, as index in the scenario and name.
    #[must_use]
    pub fn choices(&self) -> Vec<(usize, String)> {
        let run = &self.of.run;
        let names = run.request.scenario.candidate_names();
        let measured = measured_candidates(run).into_iter();
        measured
            .filter_map(|index| Some((index, names.get(index)?.clone())))
            .collect()
    }

    /// The candidate on that side, as its index in the scenario.
    #[must_use]
    pub const fn candidate(&self, slot: Slot) -> usize {
        self.pair[slot as usize]
    }

    /// With another candidate on that side; the two change places if it is the one of the other side.
    fn choose(&mut self, slot: Slot, candidate: usize) {
        if self.candidate(slot.other()) == candidate {
            self.pair.reverse();
        } else {
            self.pair[slot as usize] = candidate;
        }
    }

    pub(super) fn compared(&self) -> Compared {
        let run = &self.of.run;
        let [baseline, candidate] = self.pair;
        let mut pair = compare_two(run, baseline, candidate);
        if let Some(pair) = &mut pair {
            // Candidates of a run differ in their settings, which is the point.
            pair.settings.clear();
        }
        let currency = &run.request.scenario.prices.currency;
        let pairs = pair.iter();
        let diagrams = pairs.clone().map(|pair| {
            let lines = Distribution::of_candidates(pair, run);
            [percentile_curve(&lines), histogram_overlay(&lines)]
        });
        Compared {
            of: self.of.origin.name.clone(),
            scenario: run.request.scenario.clone(),
            around: Around::OneRun {
                doubts: trust(run).reasons,
            },
            tables: pairs.map(|pair| candidates_table(pair, currency)).collect(),
            diagrams: diagrams.collect(),
            pairs: pair.into_iter().collect(),
        }
    }
}

/// What is compared before anybody chose: the usual baseline, and the first of `preferred` names that is another.
fn first_pair(run: &Run, preferred: &[String]) -> Option<[usize; 2]> {
    let baseline = reference(run)?;
    let names = run.request.scenario.candidate_names();
    let is_preferred = |index: &usize| {
        names
            .get(*index)
            .is_some_and(|name| preferred.contains(name))
    };
    let others = measured_candidates(run).into_iter();
    let others: Vec<usize> = others.filter(|index| *index != baseline).collect();
    let mut best = others.iter().copied().filter(is_preferred);
    let candidate = best.next().or(others.first().copied())?;
    Some([baseline, candidate])
}

impl App {
    /// Whether the run that is shown is over and has two candidates.
    pub(super) fn has_candidates_to_compare(&self) -> bool {
        let run = self.measurement().map(Measurement::run);
        run.is_some_and(|run| run.ended && measured_candidates(run).len() > 1)
    }

    /// Lays two candidates of the run that is shown beside each other.
    pub(super) fn compare_candidates(&mut self) {
        let preferred = self.measurement().map_or_else(Vec::new, |measurement| {
            measurement.verdict().candidates.clone()
        });
        let two = self.shown_side().and_then(|of| {
            let pair = first_pair(&of.run, &preferred)?;
            let of = Arc::new(of);
            Some(TwoCandidates { of, pair })
        });
        let Some(two) = two else {
            self.fail("Comparing candidates takes a run that is over and has two of them");
            return;
        };
        self.pages.show(Page::Comparison);
        self.comparison.compare_within(Some(two));
        self.compare_if_complete();
    }

    pub(super) fn choose_candidate(&mut self, slot: Slot, candidate: usize) {
        let Some(mut two) = self.comparison.candidates.take() else {
            return;
        };
        two.choose(slot, candidate);
        self.comparison.compare_within(Some(two));
        self.compare_if_complete();
    }

    /// Leaves the candidates for the two runs that were chosen.
    pub(super) fn compare_two_runs(&mut self) {
        self.comparison.compare_within(None);
        self.compare_if_complete();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::app::Origin;
    use crate::support;

    fn two(pair: [usize; 2]) -> TwoCandidates {
        let origin = Origin {
            path: None,
            name: "Checkout".to_owned(),
            version: "1".to_owned(),
        };
        let run = support::finished_run();
        let of = Arc::new(ChosenRun { origin, run });
        TwoCandidates { of, pair }
    }

    #[test]
    fn what_the_verdict_names_is_held_against_the_sequential_candidate() {
        let run = support::finished_run();
        assert_eq!(first_pair(&run, &["processes ×4".to_owned()]), Some([0, 2]));
        assert_eq!(first_pair(&run, &["sequential".to_owned()]), Some([0, 1]));
        assert_eq!(first_pair(&run, &[]), Some([0, 1]));
    }

    #[test]
    fn choosing_the_candidate_of_the_other_side_exchanges_them() {
        let mut two = two([0, 1]);
        two.choose(Slot::Run, 3);
        assert_eq!(two.pair, [0, 3]);
        two.choose(Slot::Baseline, 3);
        assert_eq!(two.pair, [3, 0]);
    }

    #[test]
    fn each_candidate_keeps_its_colour_in_the_charts_and_the_table_names_no_run() {
        let compared = two([1, 2]).compared();
        assert_eq!(compared.pairs.len(), 1);
        let series = &compared.diagrams[0][0].series;
        assert_eq!([series[0].candidate, series[1].candidate], [1, 2]);
        assert_eq!(
            [series[0].detail, series[1].detail],
            ["baseline", "candidate"]
        );
        let heads = compared.tables[0].headers.iter().map(|header| header.text);
        assert!(heads.clone().any(|head| head == "Candidate"));
        assert!(!heads.clone().any(|head| head == "Run"));
    }
}
