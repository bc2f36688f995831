//! The cost of one candidate: both modes, both parts, and what its target would need.

use crate::analysis::cost::{
    Demand, Priced, Resource, Resources, Sizing, consumed_per_hour, hours_per_1k, price_per_hour,
    rented_per_hour, sizing,
};
use crate::analysis::measure::Measure;
use crate::analysis::sample::Sample;
use crate::scenario::estimate::lanes;
use crate::scenario::{Backend, CostBasis, PriceCard};
use crate::stats::Figure;

/// What a candidate costs. Prices are in the card's currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CostFigures {
    /// Of 1,000 good tasks, by the resources that were used.
    pub consumed_per_1k: Option<Figure>,
    /// Of 1,000 good tasks, by what is set aside: what the card rents, whole instances, or else this machine.
    pub rented_per_1k: Option<Figure>,
    /// The part of the cost per 1k, by the card's basis, that is for cores.
    pub cpu_per_1k: Option<f64>,
    /// The part of the cost per 1k, by the card's basis, that is for memory.
    pub memory_per_1k: Option<f64>,
    /// Which of the two fills an instance first; none where no instance is paid for.
    pub dominant: Option<Resource>,
    /// What the card's target would need; none without one, and where something of it is not known.
    pub sizing: Option<Sizing>,
}

impl CostFigures {
    /// Of the candidate with this sample and back end, whose mean service time is so long.
    pub(in crate::analysis) fn of(
        sample: &Sample<'_>,
        backend: Backend,
        service_nanos: Option<f64>,
    ) -> Self {
        let prices = sample.prices();
        let priced = per_1k(prices, sample);
        Self {
            consumed_per_1k: sample.figure(Measure::CostConsumed),
            rented_per_1k: sample.figure(Measure::CostRented),
            cpu_per_1k: priced.map(|priced| priced.cpu),
            memory_per_1k: priced.map(|priced| priced.memory),
            dominant: priced.and_then(|priced| priced.dominant),
            sizing: demand(sample, backend, service_nanos)
                .and_then(|demand| sizing(prices, &demand)),
        }
    }
}

/// The parts of what 1,000 good tasks cost by the card's basis.
fn per_1k(prices: &PriceCard, sample: &Sample<'_>) -> Option<Priced> {
    let used = resources(sample);
    let hourly = match prices.basis {
        CostBasis::Consumed | CostBasis::Instance { .. } => consumed_per_hour(prices, used),
        CostBasis::Rented { .. } => rented_per_hour(prices, sample.machine(), used),
    };
    // The whole must be known where its parts are told.
    price_per_hour(prices, used)?;
    Some(hourly?.times(hours_per_1k(sample.value(Measure::Good))?))
}

fn resources(sample: &Sample<'_>) -> Resources {
    Resources {
        cpu_cores: sample.value(Measure::CpuCores),
        memory_bytes: sample.value(Measure::MemoryTotal),
    }
}

/// What the tasks need; none if a part of it is not known.
fn demand(sample: &Sample<'_>, backend: Backend, service_nanos: Option<f64>) -> Option<Demand> {
    let good_per_sec = sample.value(Measure::Good).filter(|rate| *rate > 0.0)?;
    let used = resources(sample);
    let memory_workers = match backend.worker_processes() {
        0 => backend.workers(),
        processes => processes,
    };
    let bytes_per_worker = sample.value(Measure::MemoryPerWorker)?;
    let of_workers = bytes_per_worker * f64::from(memory_workers);
    let (_, under_way) = lanes(backend);
    Some(Demand {
        cpu_secs_per_task: used.cpu_cores? / good_per_sec,
        service_secs: service_nanos? / 1e9,
        tasks_per_worker: (f64::from(under_way) / f64::from(memory_workers.max(1))).max(1.0),
        base_bytes: (used.memory_bytes? - of_workers).max(0.0),
        bytes_per_worker,
    })
}
