//! Memory over the course of a block: what it settles at, and what a task in flight takes of it.
//!
//! Both are read from the timeline, whose intervals hold a sample of memory about once a second. In blocks so
//! long that intervals were merged, an interval holds its largest sample.

use crate::run::{Block, Interval, Phase};

/// Fewer samples in the second half of a measurement do not tell what memory settles at: a single one may
/// stand in a peak.
const STEADY_SAMPLES_MIN: usize = 2;

/// The median of the samples per worker in the second half of the measurement, in bytes; none with fewer
/// than two.
///
/// The second half, because pools and allocators grow into their size first; the median, because a single
/// peak is told apart.
pub(super) fn steady_per_worker_bytes(block: &Block) -> Option<f64> {
    let window = block.window()?;
    let start = block.last.as_ref()?.measure_start_nanos?;
    let middle = start + window.nanos / 2;
    let mut samples: Vec<f64> = sampled(block)
        .filter(|(interval, _)| interval.end_nanos >= middle)
        .map(|(_, bytes)| bytes)
        .collect();
    if samples.len() < STEADY_SAMPLES_MIN {
        return None;
    }
    samples.sort_by(f64::total_cmp);
    let half = samples.len() / 2;
    Some(if samples.len() % 2 == 1 {
        samples[half]
    } else {
        samples[half - 1].midpoint(samples[half])
    })
}

/// Memory of all `workers`, and tasks in flight at the same instants, each summed over those samples of the
/// measurement that saw at least half as many tasks as the one that saw most: an idle back end says nothing of
/// what a task takes. None while no task was in flight at a sample.
pub(super) fn over_tasks_in_flight(block: &Block, workers: f64) -> Option<(f64, f64)> {
    let most = sampled(block)
        .map(|(interval, _)| interval.in_flight)
        .max()?;
    let (mut bytes, mut tasks) = (0.0, 0.0);
    for (interval, per_worker) in sampled(block) {
        if interval.in_flight * 2 >= most {
            bytes += per_worker * workers;
            tasks += interval.in_flight as f64;
        }
    }
    (tasks > 0.0).then_some((bytes, tasks))
}

/// The intervals of the measurement that hold a sample of memory per worker.
fn sampled(block: &Block) -> impl Iterator<Item = (&Interval, f64)> {
    let intervals = block.timeline.intervals().iter();
    intervals
        .filter(|interval| interval.phase == Phase::Measure)
        .filter_map(|interval| Some((interval, interval.memory_per_worker_bytes?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn memory_settles_above_its_mean_while_it_grows_and_below_its_peak() {
        for block in &support::finished_run().blocks {
            let steady = steady_per_worker_bytes(block).unwrap();
            let over = block.memory.unwrap();
            assert!(steady > over.per_worker_mean_bytes, "{steady}");
            assert!(steady <= over.per_worker_peak_bytes, "{steady}");
        }
        let live = support::live_run(crate::units::Nanos::from_millis(900));
        assert_eq!(steady_per_worker_bytes(&live.blocks[3]), None);
    }

    #[test]
    fn memory_is_shared_by_the_tasks_in_flight_at_the_same_instants() {
        let run = support::finished_run();
        let block = &run.blocks[1];
        let most = sampled(block).map(|(interval, _)| interval.in_flight).max();
        let busy = sampled(block)
            .filter(|(interval, _)| Some(interval.in_flight * 2) >= most)
            .count() as f64;
        let (bytes, tasks) = over_tasks_in_flight(block, 8.0).unwrap();
        // Eight threads of about 0.67 MiB; 400 /s that take about 10 ms.
        assert!((0.5..8.5).contains(&(tasks / busy)), "{tasks}");
        let in_all = bytes / busy / f64::from(1 << 20);
        assert!((4.5..5.5).contains(&in_all), "{in_all}");
        assert_eq!(
            over_tasks_in_flight(&support::waiting_run().blocks[0], 1.0),
            None
        );
    }
}
