//! The lines of single workers: one each, small plots with the same axes.

use crate::chart::book::{origin, seconds};
use crate::chart::facets::WORKER;
use crate::chart::{Chart, ChartId, Series, Stroke};
use crate::run::{Block, Run, WorkerLine, WorkerLines};

/// Makes the lines of `chart` anew. O(workers with a line).
pub(super) fn update(chart: &mut Chart, run: &Run, candidates: &[usize]) {
    chart.series.clear();
    chart.workers_left_out = 0;
    for &candidate in candidates {
        let label = run.request.scenario.candidates[candidate].label();
        let first = chart.series.len();
        let mut left_out = 0;
        for block in run.blocks_of(candidate).filter(|block| !block.planned.twin) {
            let Some(lines) = &block.workers else {
                continue;
            };
            left_out = left_out.max(lines.left_out);
            for line in &lines.workers {
                let runs = runs(chart.id, run, block, lines, line);
                let name = format!("{label}{WORKER}{}", line.number);
                let mut known = chart.series[first..].iter_mut();
                // Repeats lie over each other.
                match known.find(|series| series.name == name) {
                    Some(series) => series.runs.extend(runs),
                    None => chart.series.push(Series {
                        candidate,
                        name,
                        label: label.clone(),
                        detail: "",
                        stroke: Stroke::Solid,
                        runs,
                    }),
                }
            }
        }
        // A thread has no memory of its own to be measured, so that nothing of it is left out.
        if chart.series[first..]
            .iter()
            .any(|series| !series.runs.is_empty())
        {
            chart.workers_left_out += left_out;
        }
    }
    chart.series.retain(|series| !series.runs.is_empty());
}

/// What a worker used or held, between two instants of which nothing is missing.
fn runs(
    id: ChartId,
    run: &Run,
    block: &Block,
    lines: &WorkerLines,
    line: &WorkerLine,
) -> Vec<Vec<[f64; 2]>> {
    let origin = origin(run, block);
    let x = |nanos: u64| seconds(nanos, origin);
    let at = &lines.at_nanos;
    let mut runs: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut goes_on = false;
    for (number, &now) in at.iter().enumerate() {
        let value = match id {
            ChartId::WorkerMemory => line.resident_bytes[number].map(|bytes| bytes as f64),
            _ => number.checked_sub(1).and_then(|before| {
                let used = line.cpu_nanos[number]?.checked_sub(line.cpu_nanos[before]?)?;
                let length = now.checked_sub(at[before]).filter(|length| *length > 0)?;
                Some(used as f64 / length as f64)
            }),
        };
        match (value, runs.last_mut().filter(|_| goes_on)) {
            (Some(value), Some(last)) => last.push([x(now), value]),
            (Some(value), None) => runs.push(vec![[x(now), value]]),
            (None, _) => {}
        }
        goes_on = value.is_some();
    }
    runs
}

#[cfg(test)]
mod tests {
    use crate::chart::{ChartId, ChartSettings, build};
    use crate::support;
    use crate::wire::WorkerSample;

    #[test]
    fn each_worker_has_a_line_of_what_it_used_between_two_samples() {
        const SECOND: u64 = 1_000_000_000;
        let mut run = support::finished_run();
        let block = &mut run.blocks[0];
        block.planned.candidate = 1;
        let sample = |number, cpu_nanos, resident_bytes| WorkerSample {
            number,
            cpu_nanos,
            resident_bytes,
        };
        let start = block
            .last
            .as_ref()
            .and_then(|last| last.measure_start_nanos);
        let start = start.unwrap();
        let mut lines = crate::run::WorkerLines::default();
        for (second, workers) in [
            vec![sample(1, 0, Some(7)), sample(2, 0, None)],
            vec![sample(1, SECOND / 2, Some(8)), sample(2, 0, None)],
            vec![sample(2, SECOND / 4, None)],
            vec![sample(1, SECOND, Some(9)), sample(2, SECOND, None)],
        ]
        .into_iter()
        .enumerate()
        {
            let mut snapshot = support::snapshot_at(start + second as u64 * SECOND);
            snapshot.resources.workers = workers;
            lines.take_for_test(&snapshot);
        }
        block.workers = Some(lines);
        let settings = ChartSettings {
            hidden: [0, 2, 3, 4].into(),
            ..ChartSettings::default()
        };
        let cpu = build(ChartId::WorkerCpu, &run, &settings);
        let told: Vec<_> = cpu
            .facets()
            .iter()
            .map(|facet| facet.title.to_owned())
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with(", worker 1") && told[1].ends_with(", worker 2"));
        assert_eq!(cpu.series[0].runs, [vec![[1.0, 0.5]]]);
        assert_eq!(
            cpu.series[1].runs,
            [vec![[1.0, 0.0], [2.0, 0.25], [3.0, 0.75]]]
        );
        let memory = build(ChartId::WorkerMemory, &run, &settings);
        assert_eq!(
            memory.series.len(),
            1,
            "threads have no memory of their own"
        );
        assert_eq!(
            memory.series[0].runs,
            [vec![[0.0, 7.0], [1.0, 8.0]], vec![[3.0, 9.0]]]
        );
    }
}
