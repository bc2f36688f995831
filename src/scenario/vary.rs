//! The scenario of one point of a sweep: the same with another value of one parameter.

use crate::scenario::estimate::{mix_nanos_on, of_the_mix};
use crate::scenario::{
    Amount, AsyncCpu, Backend, Candidate, Distribution, HybridWaits, Load, Parameter,
    ParameterUnit, ProfilePart, PythonPool, Queue, Runtime, Scenario, Setting, Stage, Workers,
};
use crate::units::{Bytes, Nanos, text};

/// Why a parameter has no effect on a scenario, or a value none that can be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotApplicable {
    /// What is wrong, for people.
    pub message: String,
    /// What to do.
    pub hint: String,
}

fn not_applicable<T>(
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Result<T, NotApplicable> {
    Err(NotApplicable {
        message: message.into(),
        hint: hint.into(),
    })
}

/// `scenario` with `parameter` at `value`. What comes out may still be out of bounds:
/// [`validate`](crate::scenario::validate()) says so.
///
/// Candidates whose name was made from what is varied get one that stays: `threads ×N`.
///
/// # Errors
/// If the scenario has nothing of the kind, or the value is not one of the parameter.
pub fn apply(
    scenario: &Scenario,
    parameter: Parameter,
    value: Setting,
) -> Result<Scenario, NotApplicable> {
    let mut varied = scenario.clone();
    match parameter {
        Parameter::Rate => set_rate(&mut varied.load, number(parameter, value)?)?,
        Parameter::Clients => match &mut varied.load {
            Load::Closed { clients, .. } => *clients = count(parameter, value)?,
            _ => return not_applicable("the load has no clients", "take a Closed load"),
        },
        Parameter::BatchTasks => match &mut varied.load {
            Load::Batch { tasks, .. } => *tasks = count(parameter, value)?.into(),
            _ => return not_applicable("the load is no batch", "take a Batch load"),
        },
        Parameter::CpuShare => set_cpu_share(&mut varied, number(parameter, value)?)?,
        Parameter::CpuWork => {
            let (cpu, _) = scalable(scenario);
            let factor = factor(parameter, value, cpu, "no CPU stage")?;
            scale_stages(&mut varied, factor, 1.0);
        }
        Parameter::Wait => {
            let (_, waiting) = scalable(scenario);
            let factor = factor(parameter, value, waiting, "no wait and no request")?;
            scale_stages(&mut varied, 1.0, factor);
        }
        Parameter::Payload => set_payload(&mut varied, value)?,
        Parameter::Workers
        | Parameter::InFlight
        | Parameter::ChunkSize
        | Parameter::QueueCapacity => {
            set_everywhere(&mut varied, parameter, count(parameter, value)?)?;
        }
    }
    Ok(varied)
}

/// A whole number from 1.
fn count(parameter: Parameter, value: Setting) -> Result<u32, NotApplicable> {
    match value {
        Setting::Number(number)
            if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) =>
        {
            Ok(number as u32)
        }
        _ => not_applicable(
            format!("{value} is no number of {}", parameter.label()),
            "write a whole number from 1",
        ),
    }
}

/// A number above 0.
fn number(parameter: Parameter, value: Setting) -> Result<f64, NotApplicable> {
    match value {
        Setting::Number(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => not_applicable(
            format!("{value} is no {}", parameter.label()),
            match parameter.unit() {
                ParameterUnit::Ratio => "write a number above 0 and below 1",
                _ => "write a number above 0",
            },
        ),
    }
}

/// What the amounts of today, `nanos` on average, are multiplied with.
fn factor(
    parameter: Parameter,
    value: Setting,
    nanos: f64,
    lacks: &str,
) -> Result<f64, NotApplicable> {
    if nanos <= 0.0 {
        return not_applicable(format!("the tasks have {lacks}"), "add one");
    }
    match value {
        Setting::Number(_) => number(parameter, value),
        Setting::Time(time) if time.0 > 0 => Ok(time.0 as f64 / nanos),
        Setting::Time(_) | Setting::Size(_) => not_applicable(
            format!("{value} is no amount of {}", parameter.label()),
            "write a time such as \"5ms\", or a factor such as 2",
        ),
    }
}

fn set_rate(load: &mut Load, rate: f64) -> Result<(), NotApplicable> {
    let mean = load.mean_rate_per_sec();
    match load {
        Load::Open { rate_per_sec, .. } => *rate_per_sec = rate,
        Load::Profile { parts, .. } => {
            let factor = rate / mean.filter(|mean| *mean > 0.0).unwrap_or(rate);
            for part in parts {
                scale_part(part, factor);
            }
        }
        Load::Closed { .. } | Load::Batch { .. } => {
            return not_applicable("the load has no rate", "take an Open load or a Profile");
        }
    }
    Ok(())
}

fn scale_part(part: &mut ProfilePart, factor: f64) {
    match part {
        ProfilePart::Step { rate_per_sec, .. } => *rate_per_sec *= factor,
        ProfilePart::Ramp {
            from_per_sec,
            to_per_sec,
            ..
        } => {
            *from_per_sec *= factor;
            *to_per_sec *= factor;
        }
        ProfilePart::Spike {
            base_per_sec,
            peak_per_sec,
            ..
        } => {
            *base_per_sec *= factor;
            *peak_per_sec *= factor;
        }
        ProfilePart::Pause { .. } => {}
    }
}

/// The nominal time of the average task in CPU stages, and in waits and requests, in nanoseconds: what can be made
/// longer and shorter.
fn scalable(scenario: &Scenario) -> (f64, f64) {
    let of = |stage: &Stage| match stage {
        Stage::Cpu { .. } => stage.nominal_nanos(),
        stage if stage.is_waiting() => (0.0, stage.nominal_nanos().1),
        _ => (0.0, 0.0),
    };
    let sum = |part: fn((f64, f64)) -> f64| {
        of_the_mix(scenario, |kind| {
            kind.stages.iter().map(|stage| part(of(stage))).sum()
        })
    };
    (sum(|(cpu, _)| cpu), sum(|(_, waiting)| waiting))
}

fn set_cpu_share(scenario: &mut Scenario, share: f64) -> Result<(), NotApplicable> {
    if share >= 1.0 {
        return not_applicable(
            format!("{} is no CPU share", text::given(share)),
            "write a number above 0 and below 1",
        );
    }
    let (cpu, waiting) = mix_nanos_on(Runtime::Native, scenario);
    let (cpu_stages, waits) = scalable(scenario);
    if cpu_stages <= 0.0 || waits <= 0.0 {
        return not_applicable(
            "the tasks do not both compute and wait",
            "give some task a CPU stage, and some a wait or a request",
        );
    }
    // What is neither, such as a file, stays as it is.
    let wanted_cpu = share * (cpu + waiting) - (cpu - cpu_stages);
    let wanted_waits = (1.0 - share) * (cpu + waiting) - (waiting - waits);
    if wanted_cpu <= 0.0 || wanted_waits <= 0.0 {
        let least = (cpu - cpu_stages) / (cpu + waiting);
        let most = (cpu + waits) / (cpu + waiting);
        return not_applicable(
            format!(
                "a CPU share of {} cannot be reached by CPU stages and waits",
                text::percent(share)
            ),
            format!(
                "write a share between {} and {}: other stages compute and wait too",
                text::percent(least),
                text::percent(most)
            ),
        );
    }
    scale_stages(scenario, wanted_cpu / cpu_stages, wanted_waits / waits);
    Ok(())
}

fn scale_stages(scenario: &mut Scenario, cpu: f64, waiting: f64) {
    let stages = scenario.tasks.iter_mut().flat_map(|kind| &mut kind.stages);
    for stage in stages {
        match stage {
            Stage::Cpu { amount, .. } => *amount = scaled_amount(*amount, cpu),
            Stage::Wait { time } => *time = scaled(*time, waiting),
            Stage::Http { delay, .. } | Stage::Tcp { delay, .. } => {
                *delay = scaled(*delay, waiting);
            }
            _ => {}
        }
    }
}

/// Whole units; a stage that computes goes on computing.
fn scaled_amount(amount: Amount, factor: f64) -> Amount {
    let times = |value: u64| ((value as f64 * factor).round() as u64).max(value.min(1));
    match amount {
        Amount::Work(units) => Amount::Work(times(units)),
        Amount::Time(time) => Amount::Time(Nanos(times(time.0))),
    }
}

fn scaled(time: Distribution, factor: f64) -> Distribution {
    let times = |time: Nanos| Nanos((time.0 as f64 * factor).round() as u64);
    match time {
        Distribution::Constant(time) => Distribution::Constant(times(time)),
        Distribution::Uniform { from, to } => Distribution::Uniform {
            from: times(from),
            to: times(to),
        },
        Distribution::Exponential { mean } => Distribution::Exponential { mean: times(mean) },
        Distribution::LogNormal { median, p95 } => Distribution::LogNormal {
            median: times(median),
            p95: times(p95),
        },
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => Distribution::Bimodal {
            usual: times(usual),
            other: times(other),
            other_share,
        },
    }
}

fn set_payload(scenario: &mut Scenario, value: Setting) -> Result<(), NotApplicable> {
    let Setting::Size(size) = value else {
        return not_applicable(
            format!("{value} is no size"),
            "write a size such as \"64KiB\"",
        );
    };
    let mut found = false;
    let stages = scenario.tasks.iter_mut().flat_map(|kind| &mut kind.stages);
    for stage in stages {
        if let Stage::Payload { to_worker, back } = stage {
            let whole = to_worker.0.saturating_add(back.0);
            let share = if whole == 0 {
                1.0
            } else {
                to_worker.0 as f64 / whole as f64
            };
            *to_worker = Bytes((size.0 as f64 * share).round() as u64);
            *back = Bytes(size.0.saturating_sub(to_worker.0));
            found = true;
        }
    }
    if found {
        Ok(())
    } else {
        not_applicable("the tasks have no Payload stage", "add one")
    }
}

/// Sets what candidates have, or the queue and the load in common.
fn set_everywhere(
    scenario: &mut Scenario,
    parameter: Parameter,
    value: u32,
) -> Result<(), NotApplicable> {
    let mut found = false;
    match (parameter, &mut scenario.load) {
        (Parameter::ChunkSize, Load::Batch { chunk, .. }) => {
            *chunk = value;
            found = true;
        }
        (Parameter::QueueCapacity, _) => {
            scenario.queue.capacity = value;
            found = true;
        }
        _ => {}
    }
    let common = scenario.queue;
    let before = scenario.candidates.clone();
    for candidate in &mut scenario.candidates {
        found |= set_of_candidate(candidate, parameter, value, common);
    }
    if !found {
        return match parameter {
            Parameter::Workers => not_applicable(
                "no candidate has a number of workers",
                "add one on threads or processes",
            ),
            _ => not_applicable(
                "neither the load nor a candidate takes tasks in chunks",
                "take a Batch load, or a candidate on processes",
            ),
        };
    }
    for (candidate, before) in scenario.candidates.iter_mut().zip(&before) {
        if before.name.is_none() {
            candidate.name = lasting_name(before, parameter, common).or(candidate.name.take());
        }
    }
    different_names(scenario, parameter)
}

/// Whether it has the parameter; sets it if so.
fn set_of_candidate(
    candidate: &mut Candidate,
    parameter: Parameter,
    value: u32,
    common: Queue,
) -> bool {
    match parameter {
        Parameter::Workers => set_workers(&mut candidate.backend, value),
        Parameter::ChunkSize => set_chunk(&mut candidate.backend, value),
        Parameter::InFlight => {
            if !set_places(&mut candidate.backend, value) {
                let queue = candidate.queue.get_or_insert(common);
                queue.in_flight = Some(value);
            }
            true
        }
        Parameter::QueueCapacity => {
            if let Some(queue) = &mut candidate.queue {
                queue.capacity = value;
            }
            true
        }
        _ => false,
    }
}

fn set_workers(backend: &mut Backend, value: u32) -> bool {
    if let Some(workers) = backend.pool_mut() {
        *workers = Workers::Count(value);
        return true;
    }
    match backend {
        Backend::Async {
            event_loops,
            cpu: AsyncCpu::Inline,
            ..
        } => *event_loops = value,
        // The loop of asyncio is always one, but what it computes on need not be.
        Backend::Async {
            cpu: AsyncCpu::Blocking { threads: workers } | AsyncCpu::Processes { workers },
            ..
        }
        | Backend::Python(PythonPool::Asyncio {
            cpu: AsyncCpu::Blocking { threads: workers } | AsyncCpu::Processes { workers },
            ..
        }) => *workers = value,
        _ => return false,
    }
    true
}

/// How many tasks an async candidate has under way at once.
const fn set_places(backend: &mut Backend, value: u32) -> bool {
    match backend {
        Backend::Async { in_flight, .. }
        | Backend::Hybrid {
            waits: HybridWaits::Async { in_flight },
            ..
        }
        | Backend::Python(PythonPool::Asyncio { in_flight, .. }) => {
            *in_flight = value;
            true
        }
        _ => false,
    }
}

/// How many tasks travel together where the back end says so itself: processes do with any load, CPython's with
/// batches, as the batch says unless they have a number of their own.
const fn set_chunk(backend: &mut Backend, value: u32) -> bool {
    match backend {
        Backend::Processes { chunk, .. } => {
            *chunk = Some(value);
            true
        }
        Backend::Python(
            PythonPool::ProcessPoolExecutor {
                chunk: Some(chunk), ..
            }
            | PythonPool::MultiprocessingPool {
                chunk: Some(chunk), ..
            }
            | PythonPool::Joblib {
                chunk: Some(chunk), ..
            },
        ) => {
            *chunk = value;
            true
        }
        _ => false,
    }
}

/// The name that is made for a candidate, with `N` in place of what is varied; none if it is the same at all values.
fn lasting_name(candidate: &Candidate, parameter: Parameter, common: Queue) -> Option<String> {
    // Both are plural.
    let [two, three] = [2, 3].map(|value| {
        let mut candidate = candidate.clone();
        set_of_candidate(&mut candidate, parameter, value, common);
        candidate
    });
    if candidate.queue.is_none() && two.queue.is_some() {
        // The queue of its own is only there to hold the cap.
        return Some(candidate.label());
    }
    let (two, three) = (two.label(), three.label());
    if two == three {
        return None;
    }
    let words = two.split(' ').zip(three.split(' '));
    let lasting = words.map(|(two, three)| {
        if two == three {
            two.to_owned()
        } else {
            two.replacen('2', "N", 1)
        }
    });
    Some(lasting.collect::<Vec<_>>().join(" "))
}

/// Candidates that only what is varied told apart are the same at every point.
fn different_names(scenario: &Scenario, parameter: Parameter) -> Result<(), NotApplicable> {
    let mut seen = std::collections::HashSet::new();
    for name in scenario.candidate_names() {
        if let Some(name) = seen.replace(name) {
            return not_applicable(
                format!(
                    "several candidates are '{name}' where only the {} tell them apart",
                    parameter.label()
                ),
                "sweep one of them, or give them names",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
