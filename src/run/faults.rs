//! When the faults of a scenario last, by its file: the same for every candidate.

use crate::run::RunRequest;
use crate::scenario::{Candidate, Crash, Fault, Inject};

/// A stretch of the measurement in which one fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultWindow {
    /// Its place among the faults of the scenario.
    pub fault: usize,
    /// When it begins, in nanoseconds since the measurement began.
    pub from_nanos: u64,
    /// When it ends, on the same clock; none if it lasts to the end of the block. A worker that is killed once is an
    /// instant: it ends when it begins.
    pub until_nanos: Option<u64>,
}

impl FaultWindow {
    fn of(place: usize, fault: &Fault) -> Self {
        let from = fault.from.0;
        let until = match fault.inject {
            // One instant; a stall lasts from there on.
            Inject::KillWorker { every: None } => Some(from),
            Inject::StallWorker {
                length,
                every: None,
            } => Some(from.saturating_add(length.0)),
            _ => fault.until.map(|until| until.0),
        };
        Self {
            fault: place,
            from_nanos: from,
            until_nanos: until,
        }
    }

    /// Whether it lasts from the begin of the measurement to the end of the block: then nothing is to be compared.
    #[must_use]
    pub const fn is_always(&self) -> bool {
        self.from_nanos == 0 && self.until_nanos.is_none()
    }
}

impl RunRequest {
    /// When the faults of the scenario last, in its order.
    #[must_use]
    pub fn fault_windows(&self) -> Vec<FaultWindow> {
        let faults = self.scenario.faults.iter().enumerate();
        faults
            .map(|(place, fault)| FaultWindow::of(place, fault))
            .collect()
    }

    /// Whether a fault of the scenario ends the program of that candidate, as it would end any program: it crashes or
    /// kills a worker, and the workers live in one process.
    #[must_use]
    pub fn dies_of_faults(&self, candidate: usize) -> bool {
        let ends_a_process = |fault: &Fault| match fault.inject {
            Inject::Crash { how } => how != Crash::Panic,
            inject => matches!(inject, Inject::KillWorker { .. }),
        };
        let alone = |candidate: &Candidate| candidate.backend.worker_processes() == 0;
        self.scenario.candidates.get(candidate).is_some_and(alone)
            && self.scenario.faults.iter().any(ends_a_process)
    }

    /// Whether faults come and go, so that nothing about the measurement can be steady.
    #[must_use]
    pub fn has_passing_faults(&self) -> bool {
        self.fault_windows()
            .iter()
            .any(|window| !window.is_always())
    }

    /// Whether attempts and tasks can differ: with faults, and where a candidate that is measured has defences that
    /// watch attempts.
    #[must_use]
    pub fn has_attempts(&self) -> bool {
        let watched = |&candidate: &usize| {
            let defences = self.scenario.defences_of(candidate);
            defences.watches_attempts()
        };
        !self.scenario.faults.is_empty() || self.candidates.iter().any(watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Defences, Retry};
    use crate::support;
    use crate::units::Nanos;

    #[test]
    fn a_window_is_that_of_the_file_and_a_single_kill_is_an_instant() {
        let secs = Nanos::from_secs;
        let fault = |inject, until| Fault {
            from: secs(2),
            until,
            ..Fault::new(inject)
        };
        let until = |inject, until| FaultWindow::of(0, &fault(inject, until)).until_nanos;
        assert_eq!(until(Inject::Error, Some(secs(4))), Some(4_000_000_000));
        assert_eq!(until(Inject::Error, None), None);
        let kill = |every| Inject::KillWorker { every };
        assert_eq!(until(kill(None), None), Some(2_000_000_000));
        assert_eq!(until(kill(Some(secs(1))), None), None);
        let stall = Inject::StallWorker {
            length: secs(1),
            every: None,
        };
        assert_eq!(until(stall, None), Some(3_000_000_000));
        assert!(FaultWindow::of(0, &Fault::new(Inject::Hang)).is_always());
    }

    #[test]
    fn a_crash_ends_programs_without_worker_processes_and_a_panic_ends_none() {
        let mut request = RunRequest::all_of(support::scenario());
        let dies =
            |request: &RunRequest| [1, 2, 99].map(|candidate| request.dies_of_faults(candidate));
        assert_eq!(dies(&request), [false; 3]);
        let how = Crash::Panic;
        request.scenario.faults = vec![Fault::new(Inject::Crash { how })];
        assert_eq!(dies(&request), [false; 3]);
        let how = Crash::Kill;
        request.scenario.faults = vec![Fault::new(Inject::Crash { how })];
        assert_eq!(
            dies(&request),
            [true, false, false],
            "threads, processes, none"
        );
        assert!(!request.has_passing_faults());
        request.scenario.faults[0].from = Nanos::from_secs(1);
        assert!(request.has_passing_faults());
    }

    #[test]
    fn attempts_are_told_where_they_can_differ_from_tasks() {
        let mut request = RunRequest::all_of(support::scenario());
        assert!(!request.has_attempts());
        request.scenario.candidates[1].defences = Some(Defences {
            retry: Some(Retry {
                attempts: 2,
                backoff: crate::scenario::Backoff::default(),
                jitter: crate::scenario::Jitter::default(),
                budget: None,
            }),
            ..Defences::default()
        });
        assert!(request.has_attempts());
        request.candidates.retain(|candidate| *candidate != 1);
        assert!(!request.has_attempts());
        request.scenario.faults.push(Fault::new(Inject::Error));
        assert!(request.has_attempts());
    }
}
