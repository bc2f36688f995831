//! Changes one form of a thing into another and keeps what fits: a stage into another type, work into time,
//! threads into processes.

use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::scenario::{
    Amount, Arrivals, AsyncCpu, Backend, CostBasis, Distribution, Kernel, Load, Stage,
};
use crate::units::{Bytes, Nanos};

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
        (Stage::Http { response, .. }, size, Some(delay)) => Stage::Http {
            delay,
            response: size.unwrap_or(response),
        },
        (Stage::Http { delay, .. }, Some(response), None) => Stage::Http { delay, response },
        (Stage::Cpu { kernel, .. }, _, Some(time)) => Stage::Cpu {
            kernel,
            amount: Amount::Time(Nanos(time.mean_nanos().round() as u64)),
        },
        (stage, ..) => stage,
    }
}

fn size_of(stage: &Stage) -> Option<Bytes> {
    match *stage {
        Stage::FileWrite { size, .. } | Stage::FileRead { size } | Stage::Memory { size } => {
            Some(size)
        }
        Stage::Http { response, .. } => Some(response),
        Stage::Cpu { .. } | Stage::Wait { .. } => None,
    }
}

fn time_of(stage: &Stage) -> Option<Distribution> {
    match *stage {
        Stage::Wait { time } | Stage::Http { delay: time, .. } => Some(time),
        Stage::Cpu {
            amount: Amount::Time(time),
            ..
        } => Some(Distribution::Constant(time)),
        Stage::Cpu { .. }
        | Stage::FileWrite { .. }
        | Stage::FileRead { .. }
        | Stage::Memory { .. } => None,
    }
}

/// The amount as processor time or as work, about equally long by the estimate.
pub(super) fn convert_amount(amount: Amount, kernel: Kernel, to_work: bool) -> Amount {
    match (amount, to_work) {
        (Amount::Time(time), true) => Amount::Work(units_for(time.0 as f64, kernel)),
        (Amount::Work(_), false) => {
            Amount::Time(Nanos(amount.nominal_nanos(kernel).round() as u64))
        }
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
        (Distribution::Constant(median), true) => Distribution::LogNormal {
            median,
            p95: Nanos(median.0.saturating_mul(2)),
        },
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
        Backend::Async {
            cpu: AsyncCpu::Blocking { threads },
            ..
        } => threads,
        Backend::Sequential | Backend::Async { .. } => WORKERS,
    };
    match to {
        "threads" => Backend::Threads { workers },
        "processes" => Backend::Processes { workers },
        "async" => Backend::Async {
            in_flight: IN_FLIGHT,
            event_loops: 1,
            cpu: AsyncCpu::Inline,
        },
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
        LoadForm::Open => Load::Open {
            rate_per_sec: 100.0,
            arrivals: Arrivals::Poisson,
        },
        LoadForm::Batch => Load::Batch { tasks: 200 },
    }
}

/// The basis of the cost in its other form; what is rented begins as a small instance.
pub(super) const fn convert_basis(basis: CostBasis, to_rented: bool) -> CostBasis {
    match (basis, to_rented) {
        (CostBasis::Consumed, true) => CostBasis::Rented {
            vcpus: 2.0,
            memory: Bytes::from_mib(4096),
        },
        (CostBasis::Rented { .. }, false) => CostBasis::Consumed,
        _ => basis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changing_the_type_of_a_stage_keeps_sizes_and_times() {
        let size = Bytes::from_kib(12);
        let time = Distribution::LogNormal {
            median: Nanos::from_millis(3),
            p95: Nanos::from_millis(9),
        };
        let write = Stage::FileWrite { size, sync: true };
        assert_eq!(
            convert_stage(&write, StageType::Memory),
            Stage::Memory { size }
        );
        let http = convert_stage(&Stage::Wait { time }, StageType::Http);
        assert!(matches!(http, Stage::Http { delay, .. } if delay == time));
        assert_eq!(convert_stage(&http, StageType::Wait), Stage::Wait { time });
        let cpu = convert_stage(
            &Stage::Wait {
                time: Distribution::Constant(Nanos(7)),
            },
            StageType::Cpu,
        );
        assert!(matches!(
            cpu,
            Stage::Cpu {
                amount: Amount::Time(Nanos(7)),
                ..
            }
        ));
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
        assert_eq!(work, Amount::Work(2_000));
        assert_eq!(
            convert_amount(work, Kernel::Sha256, false),
            Amount::Time(Nanos::from_millis(1))
        );
        assert_eq!(
            convert_amount(Amount::Time(Nanos(0)), Kernel::Deflate, true),
            Amount::Work(1)
        );
    }

    #[test]
    fn another_kernel_keeps_the_time_and_not_the_number() {
        let million = Amount::Work(1_000_000);
        assert_eq!(
            with_kernel(million, Kernel::SumOfSquares, Kernel::PrimeCheck),
            Amount::Work(5)
        );
        assert_eq!(
            with_kernel(million, Kernel::Sha256, Kernel::Sha256),
            million
        );
    }

    #[test]
    fn another_kind_of_back_end_keeps_the_number_of_workers() {
        let threads = Backend::Threads { workers: 6 };
        assert_eq!(
            convert_backend(threads, "processes"),
            Backend::Processes { workers: 6 }
        );
        assert_eq!(convert_backend(threads, "threads"), threads);
        assert_eq!(
            convert_backend(Backend::Sequential, "threads"),
            Backend::Threads { workers: 4 }
        );
        assert_eq!(convert_backend(threads, "sequential"), Backend::Sequential);
    }

    #[test]
    fn forms_of_times_loads_and_costs_change_there_and_back() {
        let constant = Distribution::Constant(Nanos::from_millis(5));
        assert_eq!(
            convert_distribution(convert_distribution(constant, true), false),
            constant
        );
        for form in [LoadForm::Closed, LoadForm::Open, LoadForm::Batch] {
            assert_eq!(LoadForm::of(&convert_load(Load::default(), form)), form);
        }
        assert_eq!(
            convert_basis(convert_basis(CostBasis::Consumed, true), false),
            CostBasis::Consumed
        );
    }
}
