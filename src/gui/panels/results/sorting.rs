//! The order of the rows of the results: the scenario's, or that of a column.
//!
//! Rows are compared by the raw figures and not by their texts; what is not known comes last, whichever way
//! round.

use std::cmp::Ordering;

use crate::analysis::{CandidateFigures, Figure};
use crate::export::CLOSED_MARK;

/// A column and its direction; none is the order of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sorting {
    by: Option<(&'static str, bool)>,
}

impl Sorting {
    /// A click on the head of a column: ascending, then descending, then the scenario's order again.
    pub(super) fn click(&mut self, header: &'static str) {
        self.by = match self.by {
            Some((by, false)) if by == header => Some((by, true)),
            Some((by, true)) if by == header => None,
            _ => Some((header, false)),
        };
    }

    /// The arrow behind the head of a column.
    #[must_use]
    pub(super) fn arrow(self, header: &str) -> &'static str {
        match self.by {
            Some((by, descending)) if by == header => {
                if descending {
                    " ⏷"
                } else {
                    " ⏶"
                }
            }
            _ => "",
        }
    }

    /// The rows in their order, as indices of `figures`.
    #[must_use]
    pub(super) fn order(self, figures: &[CandidateFigures]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..figures.len()).collect();
        let Some((header, descending)) = self.by else {
            return order;
        };
        order.sort_by(|&a, &b| {
            let keys = (figure(header, &figures[a]), figure(header, &figures[b]));
            match keys {
                (Some(a), Some(b)) if descending => b.total_cmp(&a),
                (Some(a), Some(b)) => a.total_cmp(&b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            }
        });
        order
    }
}

/// The raw figure in the column of this head; none where it is not known, or is no figure.
fn figure(header: &str, figures: &CandidateFigures) -> Option<f64> {
    let counts = &figures.counts;
    let tasks = |count: u64| (counts.offered > 0).then_some(count as f64);
    let time = |nanos: Option<u64>| nanos.map(|nanos| nanos as f64);
    let value = |figure: Option<Figure>| figure.map(|figure| figure.value);
    match header.trim_end_matches(CLOSED_MARK) {
        "Makespan" => value(figures.makespan_nanos),
        "Speed-up" => value(figures.speedup),
        "Throughput" => value(figures.throughput_per_sec),
        "p50" => time(figures.response_time_nanos.p50),
        "p95" => time(figures.response_time_nanos.p95),
        "p99" => time(figures.response_time_nanos.p99),
        "Service p50" => time(figures.service_time_nanos.p50),
        "Queue p50" => time(figures.queue_wait_nanos.p50),
        "Memory/worker" => value(figures.memory_per_worker_bytes),
        "CPU" => value(figures.cpu_cores_used),
        "Cost/1k" => value(figures.cost_per_1k),
        "Offered" => tasks(counts.offered),
        "Good" => tasks(counts.good),
        "Failed" => tasks(counts.failed + counts.timed_out),
        "Dropped" => tasks(counts.dropped),
        "Cancelled" => tasks(counts.cancelled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::export::table;
    use crate::support;

    #[test]
    fn every_column_of_figures_can_be_sorted() {
        let run = support::batch_run();
        let figures = candidate_figures(&run);
        let table = table(&figures, &run.request.scenario);
        for header in table.headers.iter().skip(2) {
            assert!(
                figure(header.text, &figures[1]).is_some(),
                "{}",
                header.text
            );
        }
    }

    #[test]
    fn rows_go_up_and_down_by_their_figures_and_what_is_not_known_comes_last() {
        let figures = candidate_figures(&support::sample_run());
        let mut sorting = Sorting::default();
        assert_eq!(sorting.order(&figures), [0, 1, 2, 3, 4]);
        for descending in [false, true] {
            sorting.click("p95");
            let order = sorting.order(&figures);
            // The one that waits has no figure, and so may one whose tasks were cut.
            let p95 = |row: &usize| figures[*row].response_time_nanos.p95;
            let values: Vec<u64> = order.iter().map_while(p95).collect();
            assert!((3..5).contains(&values.len()), "{values:?}");
            assert!(order[values.len()..].iter().all(|row| p95(row).is_none()));
            assert_eq!(order[4], 4);
            assert!(values.is_sorted_by(|a, b| if descending { a >= b } else { a <= b }));
        }
        sorting.click("p95");
        assert_eq!(sorting, Sorting::default());
    }
}
