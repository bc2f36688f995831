//! Changes one form of a stage into another and keeps what fits: a stage into another type, work into time.
//!
//! Loads, queues and back ends are in `convert_setup`.

use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::gui::panels::composer::options::TimeForm;
use crate::scenario::{Amount, Distribution, Kernel, LockKind, Stage};
use crate::units::{Bytes, Nanos};

/// The stage in another type. Sizes stay sizes, times stay times, processor time becomes waiting and back.
pub(super) fn convert_stage(stage: &Stage, to: StageType) -> Stage {
    if StageType::of(stage) == to {
        return stage.clone();
    }
    let mut new = default_stage(to);
    if let Some(from) = size_of(stage) {
        set_size(&mut new, from);
    }
    if let Some(from) = time_of(stage) {
        set_time(&mut new, from);
    }
    keep_twins(stage, &mut new);
    new
}

/// What two types that are nearly the same have in common besides size and time.
fn keep_twins(from: &Stage, to: &mut Stage) {
    match (from, to) {
        (
            Stage::Http {
                request, errors, ..
            },
            Stage::Tcp {
                request: new_request,
                errors: new_errors,
                ..
            },
        )
        | (
            Stage::Tcp {
                request, errors, ..
            },
            Stage::Http {
                request: new_request,
                errors: new_errors,
                ..
            },
        ) => (*new_request, *new_errors) = (*request, *errors),
        (
            Stage::FileWrite { block, access, .. },
            Stage::FileRead {
                block: new_block,
                access: new_access,
                ..
            },
        )
        | (
            Stage::FileRead { block, access, .. },
            Stage::FileWrite {
                block: new_block,
                access: new_access,
                ..
            },
        ) => (*new_block, *new_access) = (*block, *access),
        (Stage::FileWrite { sync, .. }, Stage::FileAppend { sync: new, .. })
        | (Stage::FileAppend { sync, .. }, Stage::FileWrite { sync: new, .. }) => *new = *sync,
        _ => {}
    }
}

const fn size_of(stage: &Stage) -> Option<Bytes> {
    match *stage {
        Stage::FileWrite { size, .. }
        | Stage::FileAppend { size, .. }
        | Stage::FileRead { size, .. }
        | Stage::Memory { size, .. } => Some(size),
        Stage::Http { response, .. } | Stage::Tcp { response, .. } => Some(response),
        Stage::Payload { to_worker, .. } => Some(to_worker),
        Stage::Cpu { .. }
        | Stage::Wait { .. }
        | Stage::Lock { .. }
        | Stage::Counter { .. }
        | Stage::Barrier => None,
    }
}

const fn set_size(stage: &mut Stage, new: Bytes) {
    match stage {
        Stage::FileWrite { size, .. }
        | Stage::FileAppend { size, .. }
        | Stage::FileRead { size, .. }
        | Stage::Memory { size, .. } => *size = new,
        Stage::Http { response, .. } | Stage::Tcp { response, .. } => *response = new,
        Stage::Payload { to_worker, back } => (*to_worker, *back) = (new, new),
        Stage::Cpu { .. }
        | Stage::Wait { .. }
        | Stage::Lock { .. }
        | Stage::Counter { .. }
        | Stage::Barrier => {}
    }
}

const fn time_of(stage: &Stage) -> Option<Distribution> {
    match *stage {
        Stage::Wait { time } => Some(time),
        Stage::Http { delay, .. } | Stage::Tcp { delay, .. } => Some(delay),
        Stage::Lock { hold, .. } => Some(hold),
        Stage::Cpu {
            amount: Amount::Time(time),
            ..
        } => Some(Distribution::Constant(time)),
        _ => None,
    }
}

fn set_time(stage: &mut Stage, new: Distribution) {
    match stage {
        Stage::Wait { time } => *time = new,
        Stage::Http { delay, .. } | Stage::Tcp { delay, .. } => *delay = new,
        Stage::Lock { hold, .. } => *hold = new,
        Stage::Cpu { amount, .. } => *amount = Amount::Time(nanos(new.mean_nanos())),
        _ => {}
    }
}

/// The lock with or without readers; where there are some, most only read.
pub(super) const fn convert_lock(kind: LockKind, to_read_write: bool) -> LockKind {
    match (kind, to_read_write) {
        (LockKind::Mutex, true) => LockKind::ReadWrite { readers: 0.9 },
        (LockKind::ReadWrite { .. }, false) => LockKind::Mutex,
        _ => kind,
    }
}

/// The amount as processor time or as work, about equally long by the estimate.
pub(super) fn convert_amount(amount: Amount, kernel: Kernel, to_work: bool) -> Amount {
    match (amount, to_work) {
        (Amount::Time(time), true) => Amount::Work(units_for(time.0 as f64, kernel)),
        (Amount::Work(_), false) => Amount::Time(nanos(amount.nominal_nanos(kernel))),
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

/// The distribution in another form; what is usual in the one is usual in the other.
pub(super) fn convert_time(time: Distribution, to: TimeForm) -> Distribution {
    if TimeForm::of(&time) == to {
        return time;
    }
    let usual = match time {
        Distribution::Constant(time) => time,
        Distribution::Uniform { .. } | Distribution::Exponential { .. } => nanos(time.mean_nanos()),
        Distribution::LogNormal { median, .. } => median,
        Distribution::Bimodal { usual, .. } => usual,
    };
    match to {
        TimeForm::Constant => Distribution::Constant(usual),
        TimeForm::Uniform => Distribution::Uniform {
            from: Nanos(usual.0 / 2),
            to: Nanos(usual.0.saturating_add(usual.0.div_ceil(2))),
        },
        TimeForm::Exponential => Distribution::Exponential { mean: usual },
        // Twice the median is a calm service's 95th percentile.
        TimeForm::LogNormal => Distribution::LogNormal {
            median: usual,
            p95: Nanos(usual.0.saturating_mul(2)),
        },
        // One of ten misses its cache, and takes ten times as long.
        TimeForm::Bimodal => Distribution::Bimodal {
            usual,
            other: Nanos(usual.0.saturating_mul(10)),
            other_share: 0.1,
        },
    }
}

fn nanos(value: f64) -> Nanos {
    Nanos(value.round() as u64)
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
        let mut write = default_stage(StageType::FileWrite);
        set_size(&mut write, size);
        let memory = convert_stage(&write, StageType::Memory);
        assert_eq!(size_of(&memory), Some(size));
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
        let unit = Kernel::Sha256.nominal_unit_nanos();
        let time = Amount::Time(nanos(2_000.0 * unit));
        let work = convert_amount(time, Kernel::Sha256, true);
        assert_eq!(work, Amount::Work(2_000));
        assert_eq!(convert_amount(work, Kernel::Sha256, false), time);
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
    fn a_request_over_http_stays_the_same_request_over_tcp() {
        let mut http = default_stage(StageType::Http);
        if let Stage::Http {
            request, errors, ..
        } = &mut http
        {
            (*request, *errors) = (Bytes::from_kib(3), 0.25);
        }
        let tcp = convert_stage(&http, StageType::Tcp);
        assert!(matches!(tcp, Stage::Tcp { .. }));
        assert_eq!(convert_stage(&tcp, StageType::Http), http);
    }

    #[test]
    fn every_form_of_time_can_be_made_from_every_other_and_keeps_what_is_usual() {
        let usual = Distribution::Constant(Nanos::from_millis(5));
        for (from, ..) in TimeForm::ENTRIES {
            let time = convert_time(usual, from);
            for (to, ..) in TimeForm::ENTRIES {
                let there = convert_time(time, to);
                assert_eq!(TimeForm::of(&there), to);
                assert_eq!(convert_time(there, TimeForm::Constant), usual);
            }
        }
    }
}
