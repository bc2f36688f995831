//! What the system said of a block's processes and of the machine over the measurement.
//!
//! Counters become differences; gauges keep what decides: the peak of resident memory, the least free memory.

use serde::{Deserialize, Serialize};

use crate::wire::{MachineSample, Phase, Snapshot, WORKER_SAMPLES_MAX};

/// CPU time of one worker within the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerOver {
    /// Which worker, from 1. A successor counts with the worker that it replaced.
    pub number: u32,
    /// CPU time within the measurement's window, in nanoseconds.
    pub cpu_nanos: u64,
    /// The last reading, in cumulative nanoseconds.
    last_nanos: u64,
}

/// Resident memory over the measurement, seen at each snapshot. Shared pages count in full in each process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentOver {
    /// Largest sum of runner and workers, in bytes.
    pub total_peak_bytes: u64,
    /// Largest single worker process, in bytes; none if the workers are threads.
    pub worker_peak_bytes: Option<u64>,
}

/// The machine over the measurement, from the first sample in it to the last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MachineOver {
    /// The first sample, taken when the measurement began.
    pub first: MachineSample,
    /// The newest sample; at the end of the measurement the one taken there.
    pub last: MachineSample,
    /// How many samples.
    pub samples: u64,
    /// Sum of the samples' clock frequencies, and how many there were.
    frequencies_hz: (u128, u64),
    /// Lowest clock frequency of a sample, in Hz; none if unknown.
    pub frequency_min_hz: Option<u64>,
    /// Least memory that could be had without swapping, in bytes; none if unknown.
    pub memory_available_min_bytes: Option<u64>,
}

impl MachineOver {
    const fn new(first: MachineSample) -> Self {
        Self {
            first,
            last: first,
            samples: 0,
            frequencies_hz: (0, 0),
            frequency_min_hz: None,
            memory_available_min_bytes: None,
        }
    }

    fn take(&mut self, sample: MachineSample) {
        self.last = sample;
        self.samples += 1;
        if let Some(hz) = sample.frequency_hz {
            self.frequencies_hz.0 += u128::from(hz);
            self.frequencies_hz.1 += 1;
        }
        self.frequency_min_hz = smaller(self.frequency_min_hz, sample.frequency_hz);
        self.memory_available_min_bytes = smaller(
            self.memory_available_min_bytes,
            sample.memory_available_bytes,
        );
    }

    /// From the first sample to the last, in nanoseconds: what all differences belong to.
    #[must_use]
    pub const fn nanos(&self) -> u64 {
        self.last
            .elapsed_nanos
            .saturating_sub(self.first.elapsed_nanos)
    }

    /// Processor time that went to processes that are not this run's, in nanoseconds; none if unknown.
    #[must_use]
    pub fn other_cpu_nanos(&self) -> Option<u64> {
        let busy = self.grown(|sample| sample.busy_nanos)?;
        Some(busy.saturating_sub(self.grown(|sample| Some(sample.ours_cpu_nanos))?))
    }

    /// Growth of a counter from the first sample to the last; none if unknown.
    ///
    /// `over.grown(|sample| sample.steal_nanos)` is the time that was stolen.
    #[must_use]
    pub fn grown(&self, counter: impl Fn(&MachineSample) -> Option<u64>) -> Option<u64> {
        Some(counter(&self.last)?.saturating_sub(counter(&self.first)?))
    }

    /// Mean of the samples' clock frequencies, in Hz; none if unknown.
    #[must_use]
    pub fn frequency_mean_hz(&self) -> Option<f64> {
        let (sum, count) = self.frequencies_hz;
        (count > 0).then(|| sum as f64 / count as f64)
    }
}

/// All of it, as far as the block has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesOver {
    /// The machine; none before the measurement, or if no sample came.
    pub machine: Option<MachineOver>,
    /// CPU time per worker, by ascending number; at most [`WORKER_SAMPLES_MAX`].
    pub workers: Vec<WorkerOver>,
    /// Workers beyond these at the last snapshot.
    pub workers_unlisted: u32,
    /// Resident memory; none if unknown.
    pub resident: Option<ResidentOver>,
}

impl ResourcesOver {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self {
            machine: None,
            workers: Vec::new(),
            workers_unlisted: 0,
            resident: None,
        }
    }

    /// Takes in a snapshot; `ended` says that the measurement was over at the snapshot before.
    pub(super) fn take(&mut self, snapshot: &Snapshot, ended: bool) {
        if snapshot.measure_start_nanos.is_none() || ended {
            return;
        }
        if let Some(sample) = snapshot.resources.machine {
            self.machine
                .get_or_insert_with(|| MachineOver::new(sample))
                .take(sample);
        }
        self.take_workers(snapshot);
        // What the drain still holds is no longer what the measurement needed.
        if snapshot.phase == Phase::Measure
            && let Some(now) = snapshot.resources.resident
        {
            let over = self.resident.get_or_insert_default();
            over.total_peak_bytes = over
                .total_peak_bytes
                .max(now.runner_bytes + now.workers_bytes);
            if now.workers > 0 {
                over.worker_peak_bytes = over.worker_peak_bytes.max(Some(now.largest_worker_bytes));
            }
        }
    }

    fn take_workers(&mut self, snapshot: &Snapshot) {
        self.workers_unlisted = snapshot.resources.workers_unlisted;
        for sample in &snapshot.resources.workers {
            let place = self
                .workers
                .binary_search_by_key(&sample.number, |over| over.number);
            match place {
                Ok(place) => {
                    let over = &mut self.workers[place];
                    // A successor begins from nothing.
                    over.cpu_nanos += sample
                        .cpu_nanos
                        .checked_sub(over.last_nanos)
                        .unwrap_or(sample.cpu_nanos);
                    over.last_nanos = sample.cpu_nanos;
                }
                Err(place) if self.workers.len() < WORKER_SAMPLES_MAX => {
                    let begun = WorkerOver {
                        number: sample.number,
                        cpu_nanos: 0,
                        last_nanos: sample.cpu_nanos,
                    };
                    self.workers.insert(place, begun);
                }
                Err(_) => {}
            }
        }
    }
}

fn smaller(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;
    use crate::wire::{Resident, Resources, WorkerSample};

    fn snapshot(elapsed_nanos: u64, resources: Resources) -> Snapshot {
        Snapshot {
            resources,
            ..support::snapshot_at(elapsed_nanos)
        }
    }

    fn machine(elapsed_nanos: u64, busy: u64, ours: u64, hz: Option<u64>) -> Resources {
        let sample = MachineSample {
            elapsed_nanos,
            ours_cpu_nanos: ours,
            busy_nanos: Some(busy),
            steal_nanos: None,
            processors: Some(2),
            frequency_hz: hz,
            frequency_max_hz: None,
            memory_available_bytes: Some(100 - elapsed_nanos),
            memory_pressure_ratio: None,
            memory_pressure_nanos: None,
            suspended_nanos: Some(7),
            throttled_nanos: None,
            throttled_periods: None,
        };
        Resources {
            machine: Some(sample),
            ..Resources::default()
        }
    }

    #[test]
    fn other_load_is_what_the_machine_did_without_us() {
        let mut over = ResourcesOver::new();
        over.take(&snapshot(10, machine(10, 1_000, 400, Some(2_000))), false);
        over.take(&snapshot(20, Resources::default()), false);
        over.take(&snapshot(30, machine(30, 1_500, 650, Some(1_000))), false);
        over.take(&snapshot(40, machine(40, 9_999, 9_000, None)), true);
        let machine = over.machine.unwrap();
        assert_eq!((machine.nanos(), machine.samples), (20, 2));
        assert_eq!(machine.other_cpu_nanos(), Some(250));
        assert_eq!(machine.grown(|sample| sample.steal_nanos), None);
        assert_eq!(machine.grown(|sample| sample.suspended_nanos), Some(0));
        assert_eq!(machine.frequency_mean_hz(), Some(1_500.0));
        assert_eq!(machine.frequency_min_hz, Some(1_000));
        assert_eq!(machine.memory_available_min_bytes, Some(70));
    }

    #[test]
    fn a_successor_adds_to_the_cpu_time_of_the_worker_that_it_replaced() {
        let mut over = ResourcesOver::new();
        for (at, nanos) in [(1, [100, 5]), (2, [180, 5]), (3, [20, 25])] {
            let workers = [(1, nanos[0]), (2, nanos[1])];
            let resources = Resources {
                workers: workers
                    .map(|(number, cpu_nanos)| WorkerSample {
                        number,
                        cpu_nanos,
                        resident_bytes: None,
                    })
                    .to_vec(),
                workers_unlisted: 3,
                ..Resources::default()
            };
            over.take(&snapshot(at, resources), false);
        }
        let nanos: Vec<_> = over.workers.iter().map(|over| over.cpu_nanos).collect();
        assert_eq!(nanos, [100, 20]);
        assert_eq!(over.workers_unlisted, 3);
    }

    #[test]
    fn a_peak_of_resident_memory_stays() {
        let mut over = ResourcesOver::new();
        for (at, bytes) in [(1, 10), (2, 90), (3, 20)] {
            let resident = Some(Resident {
                runner_bytes: 5,
                workers_bytes: 2 * bytes,
                workers: 2,
                largest_worker_bytes: bytes,
            });
            let resources = Resources {
                resident,
                ..Resources::default()
            };
            over.take(&snapshot(at, resources), false);
        }
        let resident = over.resident.unwrap();
        assert_eq!(resident.total_peak_bytes, 185);
        assert_eq!(resident.worker_peak_bytes, Some(90));
    }
}
