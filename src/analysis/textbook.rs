//! What a textbook would recommend, by the share of waiting in the work: "profile first, then choose".

use serde::Serialize;

/// Share of the time of a task above which it decides alone.
pub(super) const TEXTBOOK_RATIO: f64 = 0.6;

/// What a textbook recommends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    /// The work waits: threads, or async.
    ThreadsOrAsync,
    /// The work computes under an interpreter lock: processes.
    Processes,
    /// The work computes without an interpreter lock: threads or processes.
    ThreadsOrProcesses,
    /// Neither of the two: profile, and measure.
    Mixed,
}

/// What a textbook would recommend for this work, and on what grounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Textbook {
    /// What it recommends.
    pub recommendation: Recommendation,
    /// Share of waiting for others in the time of a task that is its own, from 0 to 1.
    pub io_ratio: f64,
    /// Share of computing in it, from 0 to 1.
    pub cpu_ratio: f64,
    /// The recommendation in a sentence.
    pub text: String,
    /// Where the measurement says otherwise, in a sentence; none where both agree or nothing is chosen.
    pub differs: Option<String>,
}
