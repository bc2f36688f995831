//! How many instances a demand needs, and what they cost in a month.
//!
//! Cores by the CPU that a good task takes, with what failed and was tried again in it. Workers by Little's law: as
//! many tasks are under way as come in within a service time. Memory by what the pool has before its first worker, and
//! what each worker adds. Each instance keeps a share of both free; the one of which more instances are needed decides.

use crate::analysis::cost::{BYTES_PER_GIB, Resource};
use crate::scenario::{CostBasis, PriceCard};
use crate::stats::queueing::mean_inside;

/// Hours of an average month: 365 days × 24 ÷ 12, as clouds count.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// What a candidate needs for its tasks, as measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// CPU time per good task, in seconds; failures and retries included.
    pub cpu_secs_per_task: f64,
    /// Mean service time, in seconds.
    pub service_secs: f64,
    /// How many tasks a worker can have under way.
    pub tasks_per_worker: f64,
    /// Memory before the first worker, in bytes: each instance needs it.
    pub base_bytes: f64,
    /// Memory that each worker adds, in bytes.
    pub bytes_per_worker: f64,
}

/// What a demand needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizing {
    /// Good tasks per second that are to be served.
    pub rate_per_sec: f64,
    /// Share of each instance that is kept free.
    pub headroom_ratio: f64,
    /// Cores that are busy at that rate, on average.
    pub cores: f64,
    /// Workers that are busy at that rate, on average.
    pub workers: u64,
    /// Memory in all at that rate, in bytes, with what each instance needs before its first worker.
    pub memory_bytes: f64,
    /// How many instances, or how many times what the card rents; none where the card knows no such.
    pub instances: Option<u32>,
    /// Of which of the two more instances are needed; without instances, which costs more.
    pub decided_by: Resource,
    /// What it costs in a month of 730 hours, in the card's currency.
    pub per_month: f64,
}

/// What the card's target needs; none without a target, and where not even one worker fits into an instance.
///
/// # A worked example
///
/// Tasks that take 20 ms of a core and 40 ms in all, on workers of 192 MiB beside 1 GiB that any instance needs: how
/// many instances of 4 vCPUs and 16 GiB at 0.192 USD an hour serve 500 tasks a second with 30 % kept free?
///
/// ```
/// use poolscope::analysis::{Demand, Resource, sizing};
/// use poolscope::scenario::{CostBasis, PriceCard, Target};
/// use poolscope::units::Bytes;
///
/// let prices = PriceCard {
///     basis: CostBasis::Instance { per_hour: 0.192, vcpus: 4.0, memory: Bytes::from_mib(16 * 1024) },
///     target: Some(Target { rate_per_sec: 500.0, headroom_ratio: 0.3 }),
///     ..PriceCard::default()
/// };
/// let mib = 1024.0 * 1024.0;
/// let demand = Demand {
///     cpu_secs_per_task: 0.020,
///     service_secs: 0.040,
///     tasks_per_worker: 1.0,
///     base_bytes: 1024.0 * mib,
///     bytes_per_worker: 192.0 * mib,
/// };
/// let sizing = sizing(&prices, &demand).unwrap();
/// // 500 × 0.020 s = 10 cores; an instance gives 4 × 0.7 = 2.8 of its cores, so that 4 are needed.
/// assert!((sizing.cores - 10.0).abs() < 1e-9);
/// // 500 × 0.040 s = 20 workers, which need 3.75 GiB: a part of what one instance gives, 16 × 0.7 − 1 = 10.2 GiB.
/// assert_eq!(sizing.workers, 20);
/// assert_eq!((sizing.instances, sizing.decided_by), (Some(4), Resource::Cores));
/// // 4 × 0.192 USD × 730 hours.
/// assert!((sizing.per_month - 560.64).abs() < 1e-9);
/// ```
#[must_use]
pub fn sizing(prices: &PriceCard, demand: &Demand) -> Option<Sizing> {
    let target = prices.target?;
    let rate = target.rate_per_sec;
    let cores = rate * demand.cpu_secs_per_task;
    let under_way = mean_inside(rate, demand.service_secs);
    let workers = (under_way / demand.tasks_per_worker).ceil().max(1.0);
    let of_workers = workers * demand.bytes_per_worker;
    let usable = 1.0 - target.headroom_ratio;
    let (size, per_hour) = match prices.basis {
        CostBasis::Consumed => (None, 0.0),
        CostBasis::Rented { vcpus, memory } => {
            let gib = memory.0 as f64 / BYTES_PER_GIB;
            let per_hour = vcpus * prices.per_vcpu_hour + gib * prices.per_gib_hour;
            (Some((vcpus, memory.0 as f64)), per_hour)
        }
        CostBasis::Instance {
            per_hour,
            vcpus,
            memory,
        } => (Some((vcpus, memory.0 as f64)), per_hour),
    };
    let Some((vcpus, memory)) = size else {
        let memory_bytes = demand.base_bytes + of_workers;
        let for_cores = cores * prices.per_vcpu_hour;
        let for_memory = memory_bytes / BYTES_PER_GIB * prices.per_gib_hour;
        return Some(Sizing {
            rate_per_sec: rate,
            headroom_ratio: target.headroom_ratio,
            cores,
            workers: workers as u64,
            memory_bytes,
            instances: None,
            decided_by: larger(for_cores, for_memory),
            per_month: (for_cores + for_memory) / usable * HOURS_PER_MONTH,
        });
    };
    // A worker must fit into an instance whole.
    let room = memory * usable - demand.base_bytes;
    if room < demand.bytes_per_worker {
        return None;
    }
    let for_cores = cores / (vcpus * usable);
    let for_memory = if demand.bytes_per_worker > 0.0 {
        workers / (room / demand.bytes_per_worker).floor()
    } else {
        0.0
    };
    let instances = for_cores.max(for_memory).ceil().max(1.0);
    Some(Sizing {
        rate_per_sec: rate,
        headroom_ratio: target.headroom_ratio,
        cores,
        workers: workers as u64,
        memory_bytes: instances * demand.base_bytes + of_workers,
        instances: Some(instances as u32),
        decided_by: larger(for_cores, for_memory),
        per_month: instances * per_hour * HOURS_PER_MONTH,
    })
}

fn larger(cores: f64, memory: f64) -> Resource {
    if cores >= memory {
        Resource::Cores
    } else {
        Resource::Memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Target;
    use crate::units::Bytes;

    const DEMAND: Demand = Demand {
        cpu_secs_per_task: 0.001,
        service_secs: 1.0,
        tasks_per_worker: 1.0,
        base_bytes: 0.5 * BYTES_PER_GIB,
        bytes_per_worker: 0.125 * BYTES_PER_GIB,
    };

    fn card(basis: CostBasis) -> PriceCard {
        PriceCard {
            basis,
            target: Some(Target {
                rate_per_sec: 100.0,
                headroom_ratio: 0.2,
            }),
            ..PriceCard::default()
        }
    }

    #[test]
    fn what_waits_needs_workers_and_their_memory_decides() {
        let instance = card(CostBasis::Instance {
            per_hour: 0.1,
            vcpus: 2.0,
            memory: Bytes::from_mib(4 * 1024),
        });
        let sized = sizing(&instance, &DEMAND).unwrap();
        // 100 workers of an eighth of a GiB: 12.5 GiB, of which an instance has room for 3.2 - 0.5.
        assert_eq!((sized.workers, sized.instances), (100, Some(5)));
        assert_eq!(sized.decided_by, Resource::Memory);
        assert!((sized.memory_bytes / BYTES_PER_GIB - (12.5 + 5.0 * 0.5)).abs() < 1e-9);
        // A hundred tasks under way on one event loop are one worker.
        let looped = Demand {
            tasks_per_worker: 64.0,
            ..DEMAND
        };
        let sized = sizing(&instance, &looped).unwrap();
        assert_eq!((sized.workers, sized.instances), (2, Some(1)));
        // 2.7 GiB have room for one worker of 1.8 GiB, and not for one and a half.
        let halves = Demand {
            service_secs: 0.03,
            bytes_per_worker: 1.8 * BYTES_PER_GIB,
            ..DEMAND
        };
        let sized = sizing(&instance, &halves).unwrap();
        assert_eq!((sized.workers, sized.instances), (3, Some(3)));
        let large = Demand {
            bytes_per_worker: 3.0 * BYTES_PER_GIB,
            ..DEMAND
        };
        assert_eq!(sizing(&instance, &large), None, "no worker fits");
    }

    #[test]
    fn what_is_paid_by_use_needs_no_whole_instances() {
        let sized = sizing(&card(CostBasis::Consumed), &DEMAND).unwrap();
        assert_eq!(sized.instances, None);
        // (0.1 cores × 0.04 + 13 GiB × 0.005) ÷ 0.8 × 730 h.
        assert!((sized.per_month - (0.004 + 0.065) / 0.8 * 730.0).abs() < 1e-9);
        assert_eq!(sized.decided_by, Resource::Memory);
        let rented = card(CostBasis::Rented {
            vcpus: 2.0,
            memory: Bytes::from_mib(4 * 1024),
        });
        let sized = sizing(&rented, &DEMAND).unwrap();
        assert_eq!(sized.instances, Some(5));
        assert!((sized.per_month - 5.0 * 0.1 * 730.0).abs() < 1e-9);
        let unasked = PriceCard::default();
        assert_eq!(sizing(&unasked, &DEMAND), None);
    }
}
