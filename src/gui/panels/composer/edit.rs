//! What can be done to a scenario, without drawing: moving, copying, removing and changing one form
//! into another while what fits is kept.
//!
//! Nothing here checks a scenario; an edit may leave it in need of more (a list without an entry), and
//! validation says so at the place.

use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::scenario::{
    Amount, Arrivals, AsyncCpu, Backend, Candidate, CostBasis, Distribution, Kernel, Load, Stage, TaskKind,
};
use crate::units::{Bytes, Nanos};

/// A change of the order or the length of a list, as its cards' buttons ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListEdit {
    /// Put a copy behind the entry.
    Duplicate(usize),
    /// Take the entry out.
    Remove(usize),
    /// Take the entry at `from` out and put it back so that it becomes entry `to`.
    Move {
        /// Where it is.
        from: usize,
        /// Where it will be.
        to: usize,
    },
}

/// Applies `edit` to `items`; a copy is made by `copy` from the list and the index of the original.
///
/// Indices outside of the list change nothing: a drag can end after the list has become shorter.
pub(super) fn apply<T>(items: &mut Vec<T>, edit: ListEdit, copy: impl FnOnce(&[T], usize) -> T) {
    match edit {
        ListEdit::Duplicate(at) if at < items.len() => {
            let new = copy(items, at);
            items.insert(at + 1, new);
        }
        ListEdit::Remove(at) if at < items.len() => {
            items.remove(at);
        }
        ListEdit::Move { from, to } if from < items.len() => {
            let item = items.remove(from);
            items.insert(to.min(items.len()), item);
        }
        ListEdit::Duplicate(_) | ListEdit::Remove(_) | ListEdit::Move { .. } => {}
    }
}

/// Where an entry ends up that is dropped into the gap before entry `gap` (or behind the last one).
pub(super) const fn dropped_at(from: usize, gap: usize) -> usize {
    // Taking the entry out moves all later ones up by one.
    if gap > from { gap - 1 } else { gap }
}

/// `wanted`, or `wanted 2`, `wanted 3` … until it is not among `taken`; a number at its end is counted up.
pub(super) fn fresh_name<S: AsRef<str>>(wanted: &str, taken: &[S]) -> String {
    let is_taken = |name: &str| taken.iter().any(|other| other.as_ref() == name);
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    let stem = match wanted.rsplit_once(' ') {
        Some((stem, number)) if !stem.is_empty() && number.parse::<u32>().is_ok() => stem,
        _ => wanted,
    };
    // One more than there are names: one of them is free.
    (2..=taken.len() + 2)
        .map(|number| format!("{stem} {number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

/// A copy of a task kind, under a name that no other has.
pub(super) fn copy_of_task(tasks: &[TaskKind], at: usize) -> TaskKind {
    let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
    TaskKind { name: fresh_name(&tasks[at].name, &names), ..tasks[at].clone() }
}

/// A task kind to begin with.
pub(super) fn new_task(tasks: &[TaskKind]) -> TaskKind {
    let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
    TaskKind { name: fresh_name("task", &names), weight: 1.0, stages: vec![default_stage(StageType::Cpu)] }
}

/// A copy of a candidate. Its name tells it from the original: two equal candidates are a fair question
/// (how far do they differ by chance?), but need two names.
pub(super) fn copy_of_candidate(candidates: &[Candidate], at: usize) -> Candidate {
    let names: Vec<String> = candidates.iter().map(Candidate::label).collect();
    Candidate { name: Some(fresh_name(&names[at], &names)), backend: candidates[at].backend }
}

/// Adds a candidate for each of `backends`; of several, those that are there already are left out.
pub(super) fn add_candidates(candidates: &mut Vec<Candidate>, backends: &[Backend]) {
    let is_there = |candidates: &[Candidate], backend| candidates.iter().position(|candidate| candidate.backend == backend);
    // Asking for a single one must have an effect that can be seen: one that is there is copied.
    if let [backend] = backends
        && let Some(at) = is_there(candidates, *backend)
    {
        let copy = copy_of_candidate(candidates, at);
        candidates.push(copy);
        return;
    }
    for backend in backends {
        if is_there(candidates, *backend).is_none() {
            candidates.push(Candidate { name: None, backend: *backend });
        }
    }
}

/// Gives a candidate other settings. A name that was made by duplicating told of the old settings, so it
/// goes if the new settings make a name that no other candidate has.
pub(super) fn set_backend(candidates: &mut [Candidate], at: usize, backend: Backend) {
    let label = backend.label();
    let is_free = candidates.iter().enumerate().all(|(other, candidate)| other == at || candidate.label() != label);
    let candidate = &mut candidates[at];
    let was_made = candidate.name.as_deref().and_then(|name| name.strip_prefix(&candidate.backend.label())).is_some_and(
        |rest| rest.strip_prefix(' ').is_some_and(|number| number.parse::<u32>().is_ok()),
    );
    candidate.backend = backend;
    if was_made && is_free {
        candidate.name = None;
    }
}

/// The stage in another type. Sizes stay sizes, times stay times, processor time becomes waiting and back.
pub(super) fn convert_stage(stage: &Stage, to: StageType) -> Stage {
    if StageType::of(stage) == to {
        return stage.clone();
    }
    let size = size_of(stage);
    let time = time_of(stage);
    match (default_stage(to), size, time) {
        (Stage::FileWrite { sync, .. }, Some(size), _) => Stage::FileWrite { size, sync },
        (Stage::FileRead { .. }, Some(size), _) => Stage::FileRead { size },
        (Stage::Memory { .. }, Some(size), _) => Stage::Memory { size },
        (Stage::Wait { .. }, _, Some(time)) => Stage::Wait { time },
        (Stage::Http { response, .. }, size, Some(delay)) => {
            Stage::Http { delay, response: size.unwrap_or(response) }
        }
        (Stage::Http { delay, .. }, Some(response), None) => Stage::Http { delay, response },
        (Stage::Cpu { kernel, .. }, _, Some(time)) => {
            Stage::Cpu { kernel, amount: Amount::Time(Nanos(time.mean_nanos().round() as u64)) }
        }
        (stage, ..) => stage,
    }
}

fn size_of(stage: &Stage) -> Option<Bytes> {
    match *stage {
        Stage::FileWrite { size, .. } | Stage::FileRead { size } | Stage::Memory { size } => Some(size),
        Stage::Http { response, .. } => Some(response),
        Stage::Cpu { .. } | Stage::Wait { .. } => None,
    }
}

fn time_of(stage: &Stage) -> Option<Distribution> {
    match *stage {
        Stage::Wait { time } | Stage::Http { delay: time, .. } => Some(time),
        Stage::Cpu { amount: Amount::Time(time), .. } => Some(Distribution::Constant(time)),
        Stage::Cpu { .. } | Stage::FileWrite { .. } | Stage::FileRead { .. } | Stage::Memory { .. } => None,
    }
}

/// The amount as processor time or as work, about equally long by the estimate.
pub(super) fn convert_amount(amount: Amount, kernel: Kernel, to_work: bool) -> Amount {
    match (amount, to_work) {
        (Amount::Time(time), true) => Amount::Work(units_for(time.0 as f64, kernel)),
        (Amount::Work(_), false) => Amount::Time(Nanos(amount.nominal_nanos(kernel).round() as u64)),
        _ => amount,
    }
}

/// The amount for another kernel. Units differ by a factor of 100,000 between kernels, so the estimated
/// time is kept and not the number.
pub(super) fn with_kernel(amount: Amount, from: Kernel, to: Kernel) -> Amount {
    match amount {
        Amount::Work(_) if from != to => Amount::Work(units_for(amount.nominal_nanos(from), to)),
        _ => amount,
    }
}

/// How many units take about `nanos`, rounded to two digits: more would feign exactness.
fn units_for(nanos: f64, kernel: Kernel) -> u64 {
    let units = (nanos / kernel.nominal_unit_nanos()).max(1.0);
    let step = 10_f64.powf((units.log10().floor() - 1.0).max(0.0));
    ((units / step).round() * step) as u64
}

/// The distribution in its other form; the median of the one is the constant of the other.
pub(super) const fn convert_distribution(time: Distribution, to_log_normal: bool) -> Distribution {
    match (time, to_log_normal) {
        // Twice the median is a calm service's 95th percentile.
        (Distribution::Constant(median), true) => {
            Distribution::LogNormal { median, p95: Nanos(median.0.saturating_mul(2)) }
        }
        (Distribution::LogNormal { median, .. }, false) => Distribution::Constant(median),
        _ => time,
    }
}

/// The back end in another kind, as [`Backend::kind`] names it; the number of workers is kept.
pub(super) fn convert_backend(backend: Backend, to: &str) -> Backend {
    /// What a pool begins with where there was no number.
    const WORKERS: u32 = 4;
    /// An event loop is there to hold many tasks.
    const IN_FLIGHT: u32 = 100;
    if backend.kind() == to {
        return backend;
    }
    let workers = match backend {
        Backend::Threads { workers } | Backend::Processes { workers } => workers,
        Backend::Async { cpu: AsyncCpu::Blocking { threads }, .. } => threads,
        Backend::Sequential | Backend::Async { .. } => WORKERS,
    };
    match to {
        "threads" => Backend::Threads { workers },
        "processes" => Backend::Processes { workers },
        "async" => Backend::Async { in_flight: IN_FLIGHT, event_loops: 1, cpu: AsyncCpu::Inline },
        _ => Backend::Sequential,
    }
}

/// Which form a load has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoadForm {
    /// Clients that wait for their answers.
    Closed,
    /// A rate.
    Open,
    /// A list.
    Batch,
}

impl LoadForm {
    /// The form of `load`.
    pub(super) const fn of(load: &Load) -> Self {
        match load {
            Load::Closed { .. } => Self::Closed,
            Load::Open { .. } => Self::Open,
            Load::Batch { .. } => Self::Batch,
        }
    }
}

/// The load in another form, with figures to begin with.
pub(super) fn convert_load(load: Load, to: LoadForm) -> Load {
    if LoadForm::of(&load) == to {
        return load;
    }
    match to {
        LoadForm::Closed => Load::default(),
        LoadForm::Open => Load::Open { rate_per_sec: 100.0, arrivals: Arrivals::Poisson },
        LoadForm::Batch => Load::Batch { tasks: 200 },
    }
}

/// The basis of the cost in its other form; what is rented begins as a small instance.
pub(super) const fn convert_basis(basis: CostBasis, to_rented: bool) -> CostBasis {
    match (basis, to_rented) {
        (CostBasis::Consumed, true) => CostBasis::Rented { vcpus: 2.0, memory: Bytes::from_mib(4096) },
        (CostBasis::Rented { .. }, false) => CostBasis::Consumed,
        _ => basis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(backend: Backend) -> Candidate {
        Candidate { name: None, backend }
    }

    #[test]
    fn moving_takes_an_entry_out_and_puts_it_back_at_its_new_place() {
        for (from, to, expected) in [(0, 2, "bca"), (2, 0, "cab"), (1, 1, "abc"), (0, 9, "bca"), (7, 0, "abc")] {
            let mut items: Vec<char> = "abc".chars().collect();
            apply(&mut items, ListEdit::Move { from, to }, |items, at| items[at]);
            assert_eq!(items.iter().collect::<String>(), expected, "{from} to {to}");
        }
    }

    #[test]
    fn an_edit_outside_of_the_list_changes_nothing() {
        for edit in [ListEdit::Duplicate(0), ListEdit::Remove(0), ListEdit::Move { from: 0, to: 0 }] {
            let mut items: Vec<u8> = Vec::new();
            apply(&mut items, edit, |items, at| items[at]);
            assert!(items.is_empty());
        }
    }

    #[test]
    fn a_gap_behind_the_dragged_entry_counts_without_it() {
        assert_eq!(dropped_at(0, 3), 2);
        assert_eq!(dropped_at(2, 0), 0);
        assert_eq!(dropped_at(1, 1), 1);
        assert_eq!(dropped_at(1, 2), 1);
    }

    #[test]
    fn a_fresh_name_counts_up_from_the_original() {
        assert_eq!(fresh_name("request", &["upload"]), "request");
        assert_eq!(fresh_name("request", &["request"]), "request 2");
        assert_eq!(fresh_name("request 2", &["request", "request 2"]), "request 3");
        assert_eq!(fresh_name("", &[""]), " 2");
        assert_eq!(fresh_name("7", &["7"]), "7 2");
    }

    #[test]
    fn a_copied_task_differs_in_its_name_only() {
        let tasks = vec![new_task(&[])];
        let copy = copy_of_task(&tasks, 0);
        assert_eq!(copy.name, "task 2");
        assert_eq!(TaskKind { name: "task".to_owned(), ..copy }, tasks[0]);
    }

    #[test]
    fn a_copied_candidate_has_a_name_until_its_settings_make_one() {
        let mut list = vec![candidate(Backend::Threads { workers: 8 })];
        apply(&mut list, ListEdit::Duplicate(0), copy_of_candidate);
        assert_eq!(list[1].name.as_deref(), Some("threads ×8 2"));
        set_backend(&mut list, 1, Backend::Threads { workers: 16 });
        assert_eq!(list[1].label(), "threads ×16");
    }

    #[test]
    fn a_name_that_somebody_gave_stays_when_the_settings_change() {
        let mut list = vec![Candidate { name: Some("big".to_owned()), backend: Backend::Sequential }];
        set_backend(&mut list, 0, Backend::Threads { workers: 2 });
        assert_eq!(list[0].label(), "big");
    }

    #[test]
    fn several_candidates_are_added_without_those_that_are_there() {
        let mut list = vec![candidate(Backend::Threads { workers: 2 })];
        let wanted = [1, 2, 4].map(|workers| Backend::Threads { workers });
        add_candidates(&mut list, &wanted);
        let names: Vec<String> = list.iter().map(Candidate::label).collect();
        assert_eq!(names, ["threads ×2", "threads ×1", "threads ×4"]);
    }

    #[test]
    fn a_single_candidate_that_is_there_already_is_added_as_a_copy() {
        let mut list = vec![candidate(Backend::Sequential), candidate(Backend::Threads { workers: 2 })];
        add_candidates(&mut list, &[Backend::Sequential]);
        assert_eq!(list[2].label(), "sequential 2");
    }

    #[test]
    fn changing_the_type_of_a_stage_keeps_sizes_and_times() {
        let size = Bytes::from_kib(12);
        let time = Distribution::LogNormal { median: Nanos::from_millis(3), p95: Nanos::from_millis(9) };
        let write = Stage::FileWrite { size, sync: true };
        assert_eq!(convert_stage(&write, StageType::Memory), Stage::Memory { size });
        let http = convert_stage(&Stage::Wait { time }, StageType::Http);
        assert!(matches!(http, Stage::Http { delay, .. } if delay == time));
        assert_eq!(convert_stage(&http, StageType::Wait), Stage::Wait { time });
        let cpu = convert_stage(&Stage::Wait { time: Distribution::Constant(Nanos(7)) }, StageType::Cpu);
        assert!(matches!(cpu, Stage::Cpu { amount: Amount::Time(Nanos(7)), .. }));
        assert_eq!(convert_stage(&write, StageType::FileWrite), write);
    }

    #[test]
    fn every_type_of_stage_can_be_made_from_every_other() {
        for from in StageType::ALL {
            for to in StageType::ALL {
                assert_eq!(StageType::of(&convert_stage(&default_stage(from), to)), to);
            }
        }
    }

    #[test]
    fn work_and_time_change_into_each_other_by_the_estimate() {
        let work = convert_amount(Amount::Time(Nanos::from_millis(1)), Kernel::Sha256, true);
        assert_eq!(work, Amount::Work(400));
        assert_eq!(convert_amount(work, Kernel::Sha256, false), Amount::Time(Nanos::from_millis(1)));
        assert_eq!(convert_amount(Amount::Time(Nanos(0)), Kernel::Deflate, true), Amount::Work(1));
    }

    #[test]
    fn another_kernel_keeps_the_time_and_not_the_number() {
        let million = Amount::Work(1_000_000);
        assert_eq!(with_kernel(million, Kernel::SumOfSquares, Kernel::PrimeCheck), Amount::Work(4));
        assert_eq!(with_kernel(million, Kernel::Sha256, Kernel::Sha256), million);
    }

    #[test]
    fn another_kind_of_back_end_keeps_the_number_of_workers() {
        let threads = Backend::Threads { workers: 6 };
        assert_eq!(convert_backend(threads, "processes"), Backend::Processes { workers: 6 });
        assert_eq!(convert_backend(threads, "threads"), threads);
        assert_eq!(convert_backend(Backend::Sequential, "threads"), Backend::Threads { workers: 4 });
        assert_eq!(convert_backend(threads, "sequential"), Backend::Sequential);
    }

    #[test]
    fn forms_of_times_loads_and_costs_change_there_and_back() {
        let constant = Distribution::Constant(Nanos::from_millis(5));
        assert_eq!(convert_distribution(convert_distribution(constant, true), false), constant);
        for form in [LoadForm::Closed, LoadForm::Open, LoadForm::Batch] {
            assert_eq!(LoadForm::of(&convert_load(Load::default(), form)), form);
        }
        assert_eq!(convert_basis(convert_basis(CostBasis::Consumed, true), false), CostBasis::Consumed);
    }
}
