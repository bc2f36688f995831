//! What of a series can be seen: the points of a stretch of x, and no more than a plot has room for.

use crate::chart::Series;
use crate::stats::reduce::min_max_per_column;

impl Series {
    /// Its runs, reduced to at most about two points per column of a plot with `columns`, extremes kept.
    pub fn reduced(&self, columns: usize) -> impl Iterator<Item = Vec<[f64; 2]>> {
        self.runs
            .iter()
            .map(move |run| min_max_per_column(run, columns))
    }

    /// The same of the points from `low` to `high` and of one beyond each end, so that lines reach the edges.
    pub fn seen(
        &self,
        (low, high): (f64, f64),
        columns: usize,
    ) -> impl Iterator<Item = Vec<[f64; 2]>> {
        let runs = self.runs.iter().map(move |run| {
            let first = run.partition_point(|point| point[0] < low);
            let past = run.partition_point(|point| point[0] <= high);
            let past = (past + 1).min(run.len());
            let first = first.saturating_sub(1).min(past);
            min_max_per_column(&run[first..past], columns)
        });
        runs.filter(|run| !run.is_empty())
    }
}
