//! What is known of one block.

use serde::{Deserialize, Serialize};

use crate::run::interpreter::AtEdge;
use crate::run::{
    BlockEnd, Interval, Lives, MemoryOver, PlannedBlock, PoolOver, ResilienceOver, ResourcesOver,
    Timeline, WorkerLines, pools,
};
use crate::stats::{Histogram, SparseHistogram};
use crate::wire::{
    Cohort, Collections, Counts, Finished, FromRunner, Incident, InterpreterLockUse, Phase,
    Resources, Snapshot, Started,
};

/// Incidents kept per kind and block, so that none crowds out another; more are counted only.
const INCIDENTS_MAX: u64 = 50;

/// Where a block stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockState {
    /// Its turn has not come.
    Waiting,
    /// The runner and the back end are being started.
    Starting,
    /// Tasks run; the phase says whether they count.
    Running(Phase),
    /// Ended as planned.
    Done,
    /// Ended by a stop; the figures cover less than was asked for.
    Stopped,
    /// Ended by an accident; the figures cover what had arrived.
    Failed {
        /// What happened, for people.
        cause: String,
    },
}

impl BlockState {
    /// Whether its runner is at work.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Starting | Self::Running(_))
    }

    /// Whether nothing more will come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done | Self::Stopped | Self::Failed { .. })
    }
}

/// The measured cohort's distributions, in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distributions {
    /// Intended start to finish.
    pub response: Histogram,
    /// Start to finish.
    pub service: Histogram,
    /// Admission to start.
    pub queue_wait: Histogram,
    /// Intended start to offer.
    pub schedule_delay: Histogram,
}

/// What was seen within the measurement's window.
///
/// Tasks are counted by when they ended, exactly. The system's counters can only be read a little after the
/// edges: their differences belong to [`Self::read_nanos`] and not to [`Self::nanos`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Window {
    /// Its length so far, in nanoseconds.
    pub nanos: u64,
    /// From the reading of the system's counters at its begin to the one at its end, in nanoseconds.
    pub read_nanos: u64,
    /// Tasks that ended within it, whenever they became due.
    pub completed: u64,
    /// Those of them that were good.
    pub good: u64,
    /// Those of the good ones that were answered after the bound of the scenario's objective on the response time; 0
    /// without one.
    pub good_late: u64,
    /// CPU time of the back end, in nanoseconds.
    pub cpu_nanos: u64,
    /// CPU time of the instrument, in nanoseconds.
    pub instrument_cpu_nanos: u64,
    /// CPU time of the window or CLI, in nanoseconds; none if unknown.
    pub observer_cpu_nanos: Option<u64>,
    /// Voluntary context switches; none if unknown.
    pub voluntary_switches: Option<u64>,
    /// Involuntary context switches; none if unknown.
    pub involuntary_switches: Option<u64>,
    /// What became of the modelled interpreter lock; none without one.
    pub interpreter_lock: Option<InterpreterLockUse>,
    /// Garbage collections of CPython, the longest one of the whole block; none for native candidates.
    pub collections: Option<Collections>,
}

/// An edge of the measurement's window. Instants are nanoseconds since the block's start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Edge {
    /// Where it lies.
    at_nanos: u64,
    /// When the counters were read.
    read_nanos: u64,
    resources: Resources,
    interpreter: AtEdge,
}

/// What is known of one block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Which candidate and repeat.
    pub planned: PlannedBlock,
    /// Where it stands.
    pub state: BlockState,
    /// Process id of the runner; none before its first word.
    pub runner_pid: Option<u32>,
    /// What the runner said when the back end was up.
    pub started: Option<Started>,
    /// The newest snapshot, without its histograms.
    pub last: Option<Snapshot>,
    /// The measured cohort's distributions so far.
    pub measured: Distributions,
    /// The edges of the measurement's window, from which [`Block::window`] is computed.
    window_start: Option<Edge>,
    window_end: Option<Edge>,
    /// Memory over the measurement; none while there is no sample.
    pub memory: Option<MemoryOver>,
    /// Machine, single workers and resident memory over the measurement.
    pub resources: ResourcesOver,
    /// The back end's pools over the measurement, in the order in which a task passes them.
    pub pools: Vec<PoolOver>,
    /// How late an event loop came to what was due on it in the measurement, in nanoseconds; empty without one.
    pub loop_lag: Histogram,
    /// The course of the block.
    pub timeline: Timeline,
    /// The course of single workers; none if their runner told nothing of them.
    pub workers: Option<WorkerLines>,
    /// Single tasks; none if their runner told nothing of them.
    pub lives: Option<Lives>,
    /// What happened to workers, faults and breakers.
    pub resilience: ResilienceOver,
    /// The first incidents of each kind.
    pub incidents: Vec<Incident>,
    /// Incidents beyond those kept.
    pub incidents_dropped: u64,
    /// The runner's last word.
    pub finished: Option<Finished>,
    /// Why the books do not balance, if they do not: the block is invalid.
    pub violation: Option<String>,
    /// Snapshots whose number did not follow: lost on the way.
    pub snapshots_lost: u64,
}

impl Block {
    /// A block whose turn has not come.
    #[must_use]
    pub const fn new(planned: PlannedBlock) -> Self {
        Self {
            planned,
            state: BlockState::Waiting,
            runner_pid: None,
            started: None,
            last: None,
            measured: Distributions {
                response: Histogram::new(),
                service: Histogram::new(),
                queue_wait: Histogram::new(),
                schedule_delay: Histogram::new(),
            },
            window_start: None,
            window_end: None,
            memory: None,
            resources: ResourcesOver::new(),
            pools: Vec::new(),
            loop_lag: Histogram::new(),
            timeline: Timeline::new(),
            workers: None,
            lives: None,
            resilience: ResilienceOver::new(),
            incidents: Vec::new(),
            incidents_dropped: 0,
            finished: None,
            violation: None,
            snapshots_lost: 0,
        }
    }

    /// The counts of the tasks that became due in the measurement.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.last
            .as_ref()
            .map_or_else(Counts::default, |last| last.measured.counts)
    }

    /// Of a batch that was done: from its start to the end of its last task, in nanoseconds.
    #[must_use]
    pub fn makespan_nanos(&self) -> Option<u64> {
        self.finished.as_ref()?.makespan_nanos
    }

    /// What was seen within the measurement's window so far; none before it began.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let (start, end) = (self.window_start.as_ref()?, self.window_end.as_ref()?);
        let (at_start, at_end) = (&start.resources, &end.resources);
        let last = self.last.as_ref()?;
        // What shrank has lost a part of its sum, and is not known.
        let minus = |a: Option<u64>, b: Option<u64>| a?.checked_sub(b?);
        Some(Window {
            nanos: end.at_nanos.saturating_sub(start.at_nanos),
            read_nanos: end.read_nanos.saturating_sub(start.read_nanos),
            completed: last.window_completed,
            good: last.window_good,
            good_late: last.window_good_late,
            cpu_nanos: at_end.cpu_nanos.saturating_sub(at_start.cpu_nanos),
            instrument_cpu_nanos: at_end
                .instrument_cpu_nanos
                .saturating_sub(at_start.instrument_cpu_nanos),
            observer_cpu_nanos: minus(at_end.observer_cpu_nanos, at_start.observer_cpu_nanos),
            voluntary_switches: minus(at_end.voluntary_switches, at_start.voluntary_switches),
            involuntary_switches: minus(at_end.involuntary_switches, at_start.involuntary_switches),
            interpreter_lock: end.interpreter.lock_since(&start.interpreter),
            collections: end.interpreter.collections_since(&start.interpreter),
        })
    }

    /// Takes in what the runner said.
    pub(super) fn apply(&mut self, message: FromRunner) {
        match message {
            FromRunner::Hello(hello) => self.runner_pid = Some(hello.pid),
            FromRunner::Refused { .. } => {}
            FromRunner::Started(started) => {
                self.started = Some(*started);
                self.state = BlockState::Running(Phase::WarmUp);
            }
            FromRunner::Snapshot(snapshot) => self.take_snapshot(*snapshot),
            FromRunner::Incident(incident) => {
                self.resilience.tell(&incident);
                if self.resilience.count(incident.kind) <= INCIDENTS_MAX {
                    self.incidents.push(incident);
                } else {
                    self.incidents_dropped += 1;
                }
            }
            FromRunner::Finished(finished) => self.finished = Some(finished),
        }
    }

    /// Takes in how the runner ended.
    pub(super) fn end(&mut self, end: BlockEnd) {
        self.state = match end {
            BlockEnd::Completed => BlockState::Done,
            BlockEnd::Stopped => BlockState::Stopped,
            BlockEnd::Failed { cause } => BlockState::Failed { cause },
        };
    }

    fn take_snapshot(&mut self, mut snapshot: Snapshot) {
        self.state = BlockState::Running(snapshot.phase);
        self.check(&snapshot);
        self.take_memory(&snapshot);
        let measured = &mut self.measured;
        measured.response.merge_sparse(&snapshot.measured.response);
        measured.service.merge_sparse(&snapshot.measured.service);
        measured
            .queue_wait
            .merge_sparse(&snapshot.measured.queue_wait);
        measured
            .schedule_delay
            .merge_sparse(&snapshot.measured.schedule_delay);
        // A task that was cut would have taken longer than it had.
        measured
            .response
            .set_cut(snapshot.measured.counts.cancelled);
        self.take_pools(&snapshot);
        self.resilience.take(self.last.as_ref(), &snapshot);
        self.move_edges(&snapshot);
        if self.workers.is_some() || !snapshot.resources.workers.is_empty() {
            self.workers.get_or_insert_default().take(&snapshot);
        }
        self.timeline
            .push(Interval::between(self.last.as_ref(), &snapshot));
        if let Some(news) = snapshot.lives.take() {
            self.lives.get_or_insert_default().take(news);
        }
        strip(&mut snapshot.warm_up);
        strip(&mut snapshot.measured);
        snapshot.loop_lag = SparseHistogram::default();
        self.last = Some(snapshot);
    }

    /// What happened since the snapshot before belongs to the measurement if that was within it.
    fn take_pools(&mut self, snapshot: &Snapshot) {
        let within = |last: &Snapshot| {
            last.measure_start_nanos.is_some() && last.measure_end_nanos.is_none()
        };
        if self.last.as_ref().is_some_and(within) {
            self.loop_lag.merge_sparse(&snapshot.loop_lag);
            pools::take(&mut self.pools, &snapshot.pools);
        }
    }

    /// The snapshot taken at the end of the measurement is the last one that moves the window's end.
    fn move_edges(&mut self, snapshot: &Snapshot) {
        let Some(start) = snapshot.measure_start_nanos else {
            return;
        };
        let edge = |at_nanos| Edge {
            at_nanos,
            read_nanos: snapshot.elapsed_nanos,
            resources: snapshot.resources.clone(),
            interpreter: AtEdge {
                lock: snapshot.interpreter_lock,
                collections: snapshot.collections,
            },
        };
        self.window_start.get_or_insert_with(|| edge(start));
        let ended_before = self
            .last
            .as_ref()
            .is_some_and(|last| last.measure_end_nanos.is_some());
        self.resources.take(snapshot, ended_before);
        if !ended_before {
            let end = snapshot.measure_end_nanos;
            self.window_end = Some(edge(end.unwrap_or(snapshot.elapsed_nanos)));
        }
    }

    /// Holds the law of `DESIGN.md` section 6.4 against every snapshot.
    fn check(&mut self, snapshot: &Snapshot) {
        if let Some(last) = &self.last {
            let missing = snapshot.sequence.saturating_sub(last.sequence + 1);
            self.snapshots_lost += missing.saturating_sub(snapshot.merged);
        }
        for (name, cohort) in [
            ("warm-up", &snapshot.warm_up),
            ("measured", &snapshot.measured),
        ] {
            if !cohort.counts.obey_the_law() && self.violation.is_none() {
                self.violation = Some(format!(
                    "the {name} tasks do not add up in snapshot {}: {:?}",
                    snapshot.sequence, cohort.counts
                ));
            }
        }
    }
}

/// The timeline has the interval's histograms; the newest snapshot is kept for its counters.
fn strip(cohort: &mut Cohort) {
    *cohort = Cohort {
        counts: cohort.counts,
        split: cohort.split,
        digest: cohort.digest,
        ..Cohort::default()
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;
    use crate::wire::{Memory, MemoryKind};

    /// A block that was measured, as far as its last snapshot.
    fn measured() -> Block {
        let run = support::noisy::noisy_run(1, 1, &[1.0]);
        run.blocks.into_iter().next().unwrap()
    }

    /// The next snapshot after the last one.
    fn next(block: &Block, change: impl FnOnce(&mut Snapshot)) -> Snapshot {
        let mut snapshot = block.last.clone().unwrap();
        snapshot.sequence += 1;
        snapshot.elapsed_nanos += 1;
        snapshot.resources.memory = None;
        change(&mut snapshot);
        snapshot
    }

    #[test]
    fn memory_of_the_drain_is_no_memory_of_the_measurement() {
        let mut block = measured();
        let before = block.memory.unwrap();
        let drained = next(&block, |snapshot| {
            snapshot.resources.memory = Some(Memory {
                kind: MemoryKind::Pss,
                per_worker_bytes: 1e12,
                per_worker_uss_bytes: None,
                per_worker_rss_bytes: None,
                total_bytes: 1 << 40,
            });
        });
        block.take_snapshot(drained);
        assert_eq!(block.memory, Some(before));
    }

    #[test]
    fn tasks_that_were_cut_are_longer_than_all_that_ended() {
        let mut block = measured();
        let half = block.measured.response.quantile(0.5).unwrap();
        let counts = block.counts();
        let cut = next(&block, |snapshot| {
            snapshot.measured.counts.offered += counts.good;
            snapshot.measured.counts.admitted += counts.good;
            snapshot.measured.counts.cancelled = counts.good;
        });
        block.take_snapshot(cut);
        assert_eq!(block.measured.response.quantile(0.25), Some(half));
        assert_eq!(block.measured.response.quantile(0.6), None);
    }

    #[test]
    fn snapshots_that_were_merged_are_not_lost_and_others_that_are_missing_are() {
        let mut block = measured();
        let merged = next(&block, |snapshot| {
            snapshot.sequence += 4;
            snapshot.merged = 3;
        });
        block.take_snapshot(merged);
        assert_eq!(block.snapshots_lost, 1);
    }

    #[test]
    fn attempts_of_snapshots_that_were_merged_are_those_of_the_newest() {
        let block = crate::support::drill::run().blocks.remove(0);
        let newest = block.last.clone().unwrap();
        let mut older = newest.clone();
        older.resilience = crate::wire::Resilience::default();
        older.absorb(newest.clone());
        assert_eq!(older.resilience, newest.resilience);
        assert!(block.attempts().is_some());
    }

    #[test]
    fn a_count_that_shrank_is_not_known() {
        let mut block = measured();
        let edges = (&mut block.window_start, &mut block.window_end);
        let (Some(start), Some(end)) = edges else {
            panic!("it was measured");
        };
        start.resources.voluntary_switches = Some(100);
        start.resources.involuntary_switches = Some(100);
        end.resources.voluntary_switches = Some(99);
        end.resources.involuntary_switches = Some(130);
        let window = block.window().unwrap();
        assert_eq!(window.voluntary_switches, None);
        assert_eq!(window.involuntary_switches, Some(30));
    }
}
