//! A queueing simulation of one block: first come, first served, on equal servers, with a bounded queue.
//!
//! It knows nothing of real threads or processes; it exists so that synthetic figures belong together.

use poolscope::scenario::{Load, Scenario};
use poolscope::stats::{HistogramLayout, SparseHistogram, rng::Rng};
use poolscope::units::Nanos;
use poolscope::wire::{
    Cohort, Counts, MachineSample, Memory, MemoryKind, Phase, Pool, PoolKind, Resources, Snapshot,
    TimeSplit,
};

const TICK_NANOS: u64 = 100_000_000;
/// Memory comes with every tenth snapshot, as real samples do.
const MEMORY_EVERY: u64 = 10;
/// One task in that many fails.
const FAILS_ONE_IN: u64 = 150;

/// How a back end behaves.
pub struct Profile {
    /// How many tasks may be under way at once.
    pub servers: usize,
    /// How many workers memory is divided by.
    pub workers: u32,
    /// The median of the service time, which is log-normal.
    pub service_median: Nanos,
    /// Share of the service time that is spent on a core.
    pub cpu_share: f64,
    /// How memory is found.
    pub memory_kind: MemoryKind,
    /// Memory per worker at the end of the warm-up.
    pub per_worker_bytes: f64,
    /// Time to ready.
    pub cold_start: Nanos,
    /// What its pools are, in the order in which a task passes them.
    pub pools: Vec<PoolKind>,
}

/// What happened to one task; times in nanoseconds since the block's start.
struct Task {
    due: u64,
    start: u64,
    end: u64,
    dropped: bool,
    failed: bool,
}

/// All tasks of a block, in the order in which they became due.
pub struct Simulation {
    tasks: Vec<Task>,
    measure_start: u64,
    measure_end: u64,
    block_end: u64,
    batch: bool,
    good_within: u64,
}

impl Simulation {
    /// Simulates one block. The load depends on `repeat` only, so that all candidates get the same.
    pub fn of(
        scenario: &Scenario,
        profile: &Profile,
        seed: u64,
        candidate: usize,
        repeat: u32,
    ) -> Self {
        let batch = matches!(scenario.load, Load::Batch { .. });
        let measure_start = if batch {
            0
        } else {
            scenario.protocol.warm_up.0
        };
        let asked_end = measure_start + scenario.protocol.measure.0;
        let due = due_times(scenario, asked_end, &mut Rng::new(seed, u64::from(repeat)));
        let mut rng = Rng::new(seed, ((candidate as u64 + 1) << 32) | u64::from(repeat));
        let capacity = if batch {
            usize::MAX
        } else {
            scenario.queue.capacity as usize
        };
        let tasks = serve(&due, capacity, profile, &mut rng);
        let last_end = tasks
            .iter()
            .filter(|task| !task.dropped)
            .map(|task| task.end)
            .max()
            .unwrap_or(0);
        let measure_end = if batch {
            last_end.min(asked_end)
        } else {
            asked_end
        };
        let block_end = last_end.clamp(measure_end, measure_end + scenario.protocol.drain.0);
        Self {
            tasks,
            measure_start,
            measure_end,
            block_end,
            batch,
            good_within: scenario.good_within().map_or(u64::MAX, |bound| bound.0),
        }
    }

    /// For a batch: from its start to the end of its last task.
    pub fn makespan_nanos(&self) -> Option<u64> {
        self.batch.then(|| self.measure_end - self.measure_start)
    }

    /// Snapshots every 100 ms, at each change of phase, and at the end.
    pub fn snapshots(&self, profile: &Profile) -> Vec<Snapshot> {
        let ticks = self.block_end.div_ceil(TICK_NANOS);
        let mut instants: Vec<u64> = (1..ticks).map(|tick| tick * TICK_NANOS).collect();
        instants.extend([self.measure_start.max(1), self.measure_end, self.block_end]);
        instants.sort_unstable();
        instants.dedup();
        let mut before = 0;
        let mut snapshots = Vec::with_capacity(instants.len());
        for (sequence, &now) in instants.iter().enumerate() {
            snapshots.push(self.snapshot(sequence as u64, before, now, profile));
            before = now;
        }
        snapshots
    }

    fn snapshot(&self, sequence: u64, before: u64, now: u64, profile: &Profile) -> Snapshot {
        let phase = match now {
            now if now < self.measure_start => Phase::WarmUp,
            now if now < self.measure_end => Phase::Measure,
            _ => Phase::Drain,
        };
        let in_window = |end: u64| end > self.measure_start && end <= self.measure_end.min(now);
        let ended = self
            .tasks
            .iter()
            .filter(|task| !task.dropped && in_window(task.end));
        let busy: u64 = self
            .tasks
            .iter()
            .filter(|task| !task.dropped)
            .map(|task| task.end.min(now).saturating_sub(task.start))
            .sum();
        let memory = (sequence % MEMORY_EVERY == 1).then(|| memory(profile, now));
        Snapshot {
            sequence,
            elapsed_nanos: now,
            phase,
            measure_start_nanos: (now >= self.measure_start).then_some(self.measure_start),
            measure_end_nanos: (now >= self.measure_end).then_some(self.measure_end),
            warm_up: self.cohort(false, before, now, profile),
            measured: self.cohort(true, before, now, profile),
            counters: Vec::new(),
            pools: self.pools(profile, now),
            loop_lag: loop_lag(profile, before, now),
            interpreter_lock: None,
            collections: None,
            resilience: poolscope::wire::Resilience::default(),
            window_completed: ended.clone().count() as u64,
            window_good: ended.clone().filter(|task| !task.failed).count() as u64,
            window_good_late: ended.filter(|task| self.is_late(task)).count() as u64,
            good_late: self
                .tasks
                .iter()
                .filter(|task| !task.dropped && task.end <= now && self.is_late(task))
                .count() as u64,
            lives: None,
            resources: Resources {
                cpu_nanos: (busy as f64 * profile.cpu_share) as u64,
                instrument_cpu_nanos: now / 100,
                observer_cpu_nanos: Some(now / 20),
                voluntary_switches: Some(now / 1_000_000),
                involuntary_switches: Some(now / 50_000_000),
                memory,
                machine: self.machine(sequence, now),
                ..Resources::default()
            },
            skipped_ticks: 0,
            merged: 0,
        }
    }

    /// Whether it is good and was answered after the bound of the objective on the response time.
    fn is_late(&self, task: &Task) -> bool {
        !task.failed && task.end - task.due > self.good_within
    }

    /// What waits, waits before the last pool; the ones before it are never the bottleneck.
    fn pools(&self, profile: &Profile, now: u64) -> Vec<Pool> {
        let at = |from: fn(&Task) -> u64, to: fn(&Task) -> u64| {
            let tasks = self.tasks.iter().filter(|task| !task.dropped);
            tasks
                .filter(|task| from(task) <= now && now < to(task))
                .count() as u64
        };
        let last = profile.pools.len().saturating_sub(1);
        let pool = |(place, &kind): (usize, &PoolKind)| Pool {
            kind,
            workers: profile.workers,
            queued: if place == last {
                at(|task| task.due, |task| task.start)
            } else {
                0
            },
            in_flight: at(|task| task.start, |task| task.end),
        };
        profile.pools.iter().enumerate().map(pool).collect()
    }

    /// A quiet machine: nobody else needs more than a fiftieth of its four processors.
    fn machine(&self, sequence: u64, now: u64) -> Option<MachineSample> {
        let edge = now == self.measure_start.max(1) || now == self.measure_end;
        (edge || sequence % MEMORY_EVERY == 1).then_some(MachineSample {
            elapsed_nanos: now,
            ours_cpu_nanos: now,
            busy_nanos: Some(now + now / 50),
            steal_nanos: Some(0),
            processors: Some(4),
            frequency_hz: Some(2_500_000_000),
            frequency_max_hz: Some(3_000_000_000),
            memory_available_bytes: Some(8 << 30),
            memory_pressure_ratio: Some(0.0),
            memory_pressure_nanos: Some(0),
            suspended_nanos: Some(77),
            throttled_nanos: None,
            throttled_periods: None,
        })
    }

    fn cohort(&self, measured: bool, before: u64, now: u64, profile: &Profile) -> Cohort {
        let mut counts = Counts::default();
        let (mut split, mut digest) = (TimeSplit::default(), 0_u64);
        let mut values: [Vec<u64>; 4] = Default::default();
        let cut = now >= self.block_end;
        for (number, task) in self.tasks.iter().enumerate() {
            if (task.due >= self.measure_start) != measured || task.due > now {
                continue;
            }
            counts.offered += 1;
            if task.dropped {
                counts.dropped += 1;
                continue;
            }
            counts.admitted += 1;
            match () {
                () if task.end <= now && task.failed => counts.failed += 1,
                () if task.end <= now => counts.good += 1,
                () if cut => counts.cancelled += 1,
                () if task.start <= now => counts.in_flight += 1,
                () => counts.queued += 1,
            }
            if task.end <= now {
                add(&mut split, task, profile);
            }
            if task.end <= now && !task.failed {
                digest = digest.wrapping_add(Rng::new(7, number as u64).next_u64());
            }
            if task.end > before && task.end <= now {
                values[0].push(task.end - task.due);
                values[1].push(task.end - task.start);
                values[2].push(task.start - task.due);
            }
            if task.due > before {
                values[3].push(40_000);
            }
        }
        let [response, service, queue_wait, schedule_delay] = values.map(sparse);
        Cohort {
            counts,
            response,
            service,
            queue_wait,
            schedule_delay,
            split,
            digest,
        }
    }
}

/// Where a task's time went; the parts add up to its response time.
fn add(split: &mut TimeSplit, task: &Task, profile: &Profile) {
    let (wait, service) = (task.start - task.due, task.end - task.start);
    let delay = wait.min(40_000);
    let (dispatch, back) = (service / 50, service / 100);
    let on_cpu = (service as f64 * profile.cpu_share) as u64;
    split.tasks += 1;
    split.schedule_delay_nanos += delay;
    split.queue_wait_nanos += wait - delay;
    split.dispatch_nanos += dispatch;
    split.on_cpu_nanos += on_cpu;
    split.off_cpu_nanos += service - dispatch - back - on_cpu;
    split.return_nanos += back;
}

/// Every tenth lag of an event loop is a stall of a few milliseconds.
fn loop_lag(profile: &Profile, before: u64, now: u64) -> SparseHistogram {
    if !profile.pools.contains(&PoolKind::EventLoops) {
        return SparseHistogram::default();
    }
    let instants = before / 10_000_000..now / 10_000_000;
    sparse(
        instants
            .map(|at| {
                if at % 10 == 9 {
                    4_000_000 + at % 7 * 100_000
                } else {
                    60_000
                }
            })
            .collect(),
    )
}

/// What a histogram of `values` says of itself; a dense one per snapshot would take most of the time of the tests.
fn sparse(mut values: Vec<u64>) -> SparseHistogram {
    values.sort_unstable();
    let mut sparse = SparseHistogram {
        max: values.last().copied().unwrap_or(0),
        sum: values.iter().map(|value| u128::from(*value)).sum(),
        ..SparseHistogram::default()
    };
    let mut last = 0;
    for slot in values.into_iter().filter_map(HistogramLayout::slot) {
        match sparse.slots.last_mut() {
            Some((_, times)) if slot == last => *times += 1,
            _ => sparse.slots.push(((slot - last) as u32, 1)),
        }
        last = slot;
    }
    sparse
}

fn due_times(scenario: &Scenario, end: u64, rng: &mut Rng) -> Vec<u64> {
    match scenario.load {
        Load::Profile { .. } => panic!("no synthetic run has a profile"),
        Load::Batch { tasks, .. } => vec![0; tasks as usize],
        Load::Open { rate_per_sec, .. } => {
            let mut times = Vec::new();
            let mut at = 0.0;
            loop {
                at += rng.exponential() / rate_per_sec * 1e9;
                if at >= end as f64 {
                    return times;
                }
                times.push(at as u64);
            }
        }
        // Good enough for pictures: each client sends every 20 ms.
        Load::Closed { clients, .. } => (0..end / 20_000_000)
            .flat_map(|round| (0..clients).map(move |_| round * 20_000_000))
            .collect(),
    }
}

fn serve(due: &[u64], capacity: usize, profile: &Profile, rng: &mut Rng) -> Vec<Task> {
    const SIGMA: f64 = 0.45;
    let mut free_at = vec![0_u64; profile.servers];
    let mut starts: Vec<u64> = Vec::new();
    let mut tasks = Vec::with_capacity(due.len());
    for (number, &due) in due.iter().enumerate() {
        let service = (profile.service_median.0 as f64 * (SIGMA * rng.normal()).exp()) as u64;
        let queued = starts
            .iter()
            .rev()
            .take_while(|&&start| start > due)
            .count();
        let dropped = queued >= capacity;
        let server = (0..free_at.len())
            .min_by_key(|&server| free_at[server])
            .expect("there is a server");
        let start = due.max(free_at[server]);
        if !dropped {
            free_at[server] = start + service;
            starts.push(start);
        }
        let failed = number as u64 % FAILS_ONE_IN == FAILS_ONE_IN - 1;
        tasks.push(Task {
            due,
            start,
            end: start + service,
            dropped,
            failed,
        });
    }
    tasks
}

/// Grows a little and levels off, as pools do.
fn memory(profile: &Profile, now: u64) -> Memory {
    let secs = now as f64 / 1e9;
    let per_worker = profile.per_worker_bytes * (1.0 + 0.12 * (1.0 - (-secs / 2.0).exp()));
    Memory {
        kind: profile.memory_kind,
        per_worker_bytes: per_worker,
        per_worker_uss_bytes: None,
        per_worker_rss_bytes: None,
        total_bytes: (per_worker * f64::from(profile.workers)) as u64 + (3 << 20),
    }
}
