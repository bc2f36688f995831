//! Changes one form of a load, a queue or a back end into another and keeps what fits.

use crate::gui::panels::composer::convert_python::{native_of, python_of};
use crate::gui::panels::composer::options::{
    AsyncCpuForm, CPYTHON, LoadForm, PartForm, PolicyForm, backend_kind,
};
use crate::scenario::{
    Arrivals, AsyncCpu, Backend, HybridWaits, Load, ProfilePart, QueuePolicy, Start, Transfer,
    Workers,
};
use crate::units::Nanos;

/// What a pool begins with where there was no number.
pub(super) const WORKERS: Workers = Workers::Count(4);
/// An event loop is there to hold many tasks.
pub(super) const IN_FLIGHT: u32 = 100;
/// Between the two pools of a hybrid.
pub(super) const BETWEEN: u32 = 100;

/// The back end in another of the kinds of [`BACKEND_KINDS`]; the number of workers is kept.
///
/// [`BACKEND_KINDS`]: crate::gui::panels::composer::options::BACKEND_KINDS
pub(super) fn convert_backend(backend: Backend, to: &str) -> Backend {
    if backend_kind(backend) == to {
        return backend;
    }
    if to == CPYTHON {
        return Backend::Python(python_of(backend));
    }
    let native = match backend {
        Backend::Python(pool) => native_of(pool),
        native => native,
    };
    if native.kind() == to {
        return native;
    }
    convert_native(native, to)
}

fn convert_native(backend: Backend, to: &str) -> Backend {
    let workers = match backend {
        Backend::Threads { workers } | Backend::Processes { workers, .. } => workers,
        Backend::Async {
            cpu: AsyncCpu::Blocking { threads: count } | AsyncCpu::Processes { workers: count },
            ..
        } => Workers::Count(count),
        Backend::Hybrid { processes, .. } => processes,
        Backend::Sequential | Backend::Async { .. } | Backend::Python(_) => WORKERS,
    };
    let in_flight = match backend {
        Backend::Async { in_flight, .. }
        | Backend::Hybrid {
            waits: HybridWaits::Async { in_flight },
            ..
        } => in_flight,
        _ => IN_FLIGHT,
    };
    match to {
        "threads" => Backend::Threads { workers },
        "processes" => Backend::Processes {
            workers,
            start: Start::Fresh,
            chunk: None,
            recycle_after: None,
            payload: Transfer::Pipe,
        },
        "async" => Backend::Async {
            in_flight,
            event_loops: 1,
            cpu: AsyncCpu::Inline,
        },
        "hybrid" => Backend::Hybrid {
            waits: HybridWaits::Async { in_flight },
            processes: workers,
            between: BETWEEN,
        },
        _ => Backend::Sequential,
    }
}

/// The place of an async candidate's CPU stages in another form; the number of helpers is kept.
pub(super) const fn convert_async_cpu(cpu: AsyncCpu, to: AsyncCpuForm) -> AsyncCpu {
    /// Helpers where there were none.
    const HELPERS: u32 = 4;
    let helpers = match cpu {
        AsyncCpu::Inline => HELPERS,
        AsyncCpu::Blocking { threads } => threads,
        AsyncCpu::Processes { workers } => workers,
    };
    match to {
        AsyncCpuForm::Inline => AsyncCpu::Inline,
        AsyncCpuForm::Blocking => AsyncCpu::Blocking { threads: helpers },
        AsyncCpuForm::Processes => AsyncCpu::Processes { workers: helpers },
    }
}

/// The waits of a hybrid candidate on the other kind of pool.
pub(super) const fn convert_waits(waits: HybridWaits, to_loop: bool) -> HybridWaits {
    /// Threads that mostly wait can be many.
    const THREADS: Workers = Workers::Count(16);
    match (waits, to_loop) {
        (HybridWaits::Threads { .. }, true) => HybridWaits::Async {
            in_flight: IN_FLIGHT,
        },
        (HybridWaits::Async { .. }, false) => HybridWaits::Threads { workers: THREADS },
        _ => waits,
    }
}

/// The number of workers in its other form: as many on this machine, as far as whole numbers allow.
pub(super) fn convert_workers(workers: Workers, to_per_core: bool, cores: u32) -> Workers {
    let count = workers.on(cores);
    if to_per_core {
        Workers::PerCore((count / cores.max(1)).max(1))
    } else {
        Workers::Count(count)
    }
}

/// The load in another form; a rate stays a rate, the rest begins with figures that show something.
pub(super) fn convert_load(load: &Load, to: LoadForm) -> Load {
    /// Tasks per second where there was no rate.
    const RATE: f64 = 100.0;
    if LoadForm::of(load) == to {
        return load.clone();
    }
    let rate = load.mean_rate_per_sec().unwrap_or(RATE);
    let arrivals = load.arrivals().unwrap_or(Arrivals::Poisson);
    match to {
        LoadForm::Closed => Load::default(),
        LoadForm::Open => Load::Open {
            rate_per_sec: rate,
            arrivals,
        },
        LoadForm::Profile => Load::Profile {
            arrivals,
            parts: starting_profile(rate),
        },
        LoadForm::Batch => Load::batch(200),
    }
}

/// Calm, a rise, a peak, and a pause in which queues empty: ten seconds, as long as the usual measurement.
fn starting_profile(rate: f64) -> Vec<ProfilePart> {
    let peak = rate * 4.0;
    vec![
        ProfilePart::Step {
            rate_per_sec: rate,
            length: Nanos::from_secs(3),
        },
        ProfilePart::Ramp {
            from_per_sec: rate,
            to_per_sec: peak,
            length: Nanos::from_secs(3),
        },
        ProfilePart::Step {
            rate_per_sec: peak,
            length: Nanos::from_secs(2),
        },
        ProfilePart::Pause {
            length: Nanos::from_secs(2),
        },
    ]
}

/// The part in another form; its length stays, and the rates at its start and in its middle as far as the
/// form has such.
pub(super) fn convert_part(part: ProfilePart, to: PartForm) -> ProfilePart {
    if PartForm::of(&part) == to {
        return part;
    }
    let length = part.length();
    let rate = match part {
        ProfilePart::Pause { .. } => 100.0,
        _ => part.rate_at(0),
    };
    let other = match part {
        ProfilePart::Ramp { to_per_sec, .. } => to_per_sec,
        ProfilePart::Spike { peak_per_sec, .. } => peak_per_sec,
        ProfilePart::Step { .. } | ProfilePart::Pause { .. } => rate * 4.0,
    };
    match to {
        PartForm::Step => ProfilePart::Step {
            rate_per_sec: rate,
            length,
        },
        PartForm::Ramp => ProfilePart::Ramp {
            from_per_sec: rate,
            to_per_sec: other,
            length,
        },
        PartForm::Spike => ProfilePart::Spike {
            base_per_sec: rate,
            peak_per_sec: other,
            length,
        },
        PartForm::Pause => ProfilePart::Pause { length },
    }
}

/// The part that is added behind the last: it goes on where that one ends.
pub(super) fn next_part(parts: &[ProfilePart]) -> ProfilePart {
    let (rate, length) = parts.last().map_or((100.0, Nanos::from_secs(5)), |last| {
        (last.rate_at(last.length().0), last.length())
    });
    ProfilePart::Step {
        rate_per_sec: if rate > 0.0 { rate } else { 100.0 },
        length,
    }
}

/// The policy in another form.
pub(super) const fn convert_policy(policy: QueuePolicy, to: PolicyForm) -> QueuePolicy {
    match to {
        PolicyForm::DropNewest => QueuePolicy::DropNewest,
        PolicyForm::DropOldest => QueuePolicy::DropOldest,
        PolicyForm::Block => QueuePolicy::Block,
        PolicyForm::ShedByAge => match policy {
            QueuePolicy::ShedByAge { .. } => policy,
            // A second is where people begin to wait.
            _ => QueuePolicy::ShedByAge {
                older_than: Nanos::from_secs(1),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::panels::composer::options::BACKEND_KINDS;

    #[test]
    fn another_kind_of_back_end_keeps_the_number_of_workers() {
        let threads = Backend::threads(6);
        assert_eq!(convert_backend(threads, "processes"), Backend::processes(6));
        assert_eq!(convert_backend(threads, "threads"), threads);
        assert_eq!(
            convert_backend(Backend::Sequential, "threads"),
            Backend::threads(4)
        );
        assert_eq!(convert_backend(threads, "sequential"), Backend::Sequential);
        let hybrid = convert_backend(Backend::processes(6), "hybrid");
        assert_eq!(hybrid.worker_processes(), 6);
        assert_eq!(convert_backend(hybrid, "threads"), threads);
        let python = convert_backend(threads, CPYTHON);
        assert_eq!(python.workers(), 6);
        assert_eq!(convert_backend(python, "processes"), Backend::processes(6));
    }

    #[test]
    fn every_kind_of_back_end_can_be_made_from_every_other() {
        for (from, _) in BACKEND_KINDS {
            for (to, _) in BACKEND_KINDS {
                let backend = convert_backend(Backend::Sequential, from);
                assert_eq!(backend_kind(convert_backend(backend, to)), to);
            }
        }
    }

    #[test]
    fn workers_per_core_are_as_many_as_before_on_this_machine() {
        let eight = Workers::Count(8);
        assert_eq!(convert_workers(eight, true, 4), Workers::PerCore(2));
        assert_eq!(convert_workers(Workers::PerCore(2), false, 4), eight);
        assert_eq!(
            convert_workers(Workers::Count(1), true, 4),
            Workers::PerCore(1)
        );
    }

    #[test]
    fn loads_policies_and_parts_change_there_and_back() {
        for (from, ..) in LoadForm::ENTRIES {
            for (to, ..) in LoadForm::ENTRIES {
                let load = convert_load(&convert_load(&Load::default(), from), to);
                assert_eq!(LoadForm::of(&load), to);
            }
        }
        for (form, ..) in PolicyForm::ENTRIES {
            assert_eq!(
                PolicyForm::of(&convert_policy(QueuePolicy::default(), form)),
                form
            );
        }
        for (from, ..) in PartForm::ENTRIES {
            for (to, ..) in PartForm::ENTRIES {
                let part = convert_part(convert_part(next_part(&[]), from), to);
                assert_eq!(PartForm::of(&part), to);
                assert_eq!(part.length(), Nanos::from_secs(5));
            }
        }
    }

    #[test]
    fn an_open_load_and_a_profile_of_its_rate_offer_about_as_much() {
        let open = Load::Open {
            rate_per_sec: 50.0,
            arrivals: Arrivals::Constant,
        };
        let profile = convert_load(&open, LoadForm::Profile);
        assert_eq!(profile.arrivals(), Some(Arrivals::Constant));
        // 3 s at 50, 3 s at 125 on average, 2 s at 200: 925 tasks in 10 s.
        assert_eq!(profile.mean_rate_per_sec(), Some(92.5));
    }
}
