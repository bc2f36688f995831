//! Memory of a back end over the measurement.

use serde::{Deserialize, Serialize};

use crate::run::Block;
use crate::stats::text_form::float;
use crate::wire::{MemoryKind, Phase, Snapshot};

/// Memory over the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MemoryOver {
    /// How it was found.
    pub kind: MemoryKind,
    /// How many samples.
    pub samples: u64,
    /// Mean of the samples per worker, in bytes.
    #[serde(deserialize_with = "float")]
    pub per_worker_mean_bytes: f64,
    /// Largest sample per worker, in bytes.
    #[serde(deserialize_with = "float")]
    pub per_worker_peak_bytes: f64,
    /// Newest sample of the unique set size per worker, in bytes: what one more worker costs. None for workers
    /// that are threads, and where the system does not tell.
    pub per_worker_uss_bytes: Option<f64>,
    /// Mean of the totals, in bytes.
    #[serde(deserialize_with = "float")]
    pub total_mean_bytes: f64,
    /// Largest total, in bytes.
    pub total_peak_bytes: u64,
}

impl Block {
    /// Takes in the sample of a snapshot, if it has one.
    pub(super) fn take_memory(&mut self, snapshot: &Snapshot) {
        let Some(sample) = snapshot.resources.memory else {
            return;
        };
        let ended_before = |last: &Snapshot| last.measure_end_nanos.is_some();
        let counts =
            snapshot.phase != Phase::WarmUp && !self.last.as_ref().is_some_and(ended_before);
        // A batch may be over before the first sample of the measurement: any sample is better than none.
        if !counts && self.memory.is_some_and(|over| over.samples > 0) {
            return;
        }
        match &mut self.memory {
            Some(over) if over.samples > 0 => {
                let n = over.samples as f64;
                over.per_worker_mean_bytes =
                    (over.per_worker_mean_bytes * n + sample.per_worker_bytes) / (n + 1.0);
                over.total_mean_bytes =
                    (over.total_mean_bytes * n + sample.total_bytes as f64) / (n + 1.0);
                over.per_worker_peak_bytes =
                    over.per_worker_peak_bytes.max(sample.per_worker_bytes);
                over.total_peak_bytes = over.total_peak_bytes.max(sample.total_bytes);
                over.per_worker_uss_bytes =
                    sample.per_worker_uss_bytes.or(over.per_worker_uss_bytes);
                over.samples += 1;
            }
            memory => {
                *memory = Some(MemoryOver {
                    kind: sample.kind,
                    // A sample of the warm-up stands in until one of the measurement comes.
                    samples: u64::from(counts),
                    per_worker_mean_bytes: sample.per_worker_bytes,
                    per_worker_peak_bytes: sample.per_worker_bytes,
                    per_worker_uss_bytes: sample.per_worker_uss_bytes,
                    total_mean_bytes: sample.total_bytes as f64,
                    total_peak_bytes: sample.total_bytes,
                });
            }
        }
    }
}
