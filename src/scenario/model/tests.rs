//! Laws of the vocabulary itself: rates and their integrals, names, and numbers per core.

use proptest::prelude::*;

use crate::scenario::generators::{any_backend, any_queue};
use crate::scenario::{
    AsyncCpu, Backend, Candidate, HybridWaits, Load, ProfilePart, Queue, QueuePolicy, Start,
    Transfer, Workers, bundled, parse,
};
use crate::units::Nanos;

fn secs(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

fn profile(parts: Vec<ProfilePart>) -> Load {
    Load::Profile {
        arrivals: crate::scenario::Arrivals::Poisson,
        parts,
    }
}

#[test]
fn each_part_of_a_profile_wants_as_many_tasks_as_its_rate_makes() {
    let step = ProfilePart::Step {
        rate_per_sec: 50.0,
        length: secs(4),
    };
    let ramp = ProfilePart::Ramp {
        from_per_sec: 0.0,
        to_per_sec: 100.0,
        length: secs(4),
    };
    let spike = ProfilePart::Spike {
        base_per_sec: 10.0,
        peak_per_sec: 110.0,
        length: secs(4),
    };
    let pause = ProfilePart::Pause { length: secs(4) };
    for (part, tasks, at_a_quarter, in_the_first_quarter) in [
        (step, 200.0, 50.0, 50.0),
        (ramp, 200.0, 25.0, 12.5),
        (spike, 240.0, 60.0, 35.0),
        (pause, 0.0, 0.0, 0.0),
    ] {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{part:?}: {a} is not {b}");
        near(part.tasks(), tasks);
        near(part.rate_at(secs(1).0), at_a_quarter);
        near(part.tasks_within(secs(1).0), in_the_first_quarter);
        // Behind its end it wants no more.
        near(part.tasks_within(u64::MAX), tasks);
        near(part.tasks_within(0), 0.0);
    }
    let spike_at_its_peak = spike.rate_at(secs(2).0);
    assert!((spike_at_its_peak - 110.0).abs() < 1e-9);
    assert!((spike.rate_at(secs(4).0) - 10.0).abs() < 1e-9);
}

#[test]
fn a_profile_begins_again_when_all_its_parts_are_over() {
    let load = profile(vec![
        ProfilePart::Ramp {
            from_per_sec: 0.0,
            to_per_sec: 100.0,
            length: secs(2),
        },
        ProfilePart::Pause { length: secs(1) },
        ProfilePart::Step {
            rate_per_sec: 10.0,
            length: secs(1),
        },
    ]);
    // 100 on the ramp and 10 on the step, in 4 s.
    assert_eq!(load.mean_rate_per_sec(), Some(27.5));
    for (at, tasks) in [
        (0, 0.0),
        (1, 25.0),
        (2, 100.0),
        (3, 100.0),
        (4, 110.0),
        (5, 135.0),
        (9, 245.0),
    ] {
        assert_eq!(load.tasks_within(secs(at).0), Some(tasks), "after {at} s");
    }
    assert!(load.is_open() && !load.is_batch());
}

#[test]
fn loads_without_a_schedule_have_no_rate() {
    for load in [Load::closed(4), Load::batch(10)] {
        assert_eq!(load.mean_rate_per_sec(), None);
        assert_eq!(load.tasks_within(1_000_000_000), None);
        assert_eq!(load.arrivals(), None);
    }
    // A profile without length wants nothing, and divides nothing by zero.
    for parts in [
        vec![],
        vec![ProfilePart::Pause {
            length: Nanos::ZERO,
        }],
    ] {
        let load = profile(parts);
        assert_eq!(load.mean_rate_per_sec(), Some(0.0));
        assert_eq!(load.tasks_within(u64::MAX), Some(0.0));
    }
    let endless = ProfilePart::Pause {
        length: Nanos(u64::MAX),
    };
    assert_eq!(profile(vec![endless, endless]).tasks_within(5), Some(0.0));
}

#[test]
fn labels_are_short_and_tell_what_matters() {
    let processes = |start, chunk, recycle_after, payload| Backend::Processes {
        workers: Workers::Count(4),
        start,
        chunk,
        recycle_after,
        payload,
    };
    let on = |cpu, event_loops| Backend::Async {
        in_flight: 100,
        event_loops,
        cpu,
    };
    for (backend, label) in [
        (Backend::Sequential, "sequential"),
        (Backend::threads(8), "threads ×8"),
        (
            Backend::Threads {
                workers: Workers::PerCore(2),
            },
            "threads ×2/core",
        ),
        (Backend::processes(4), "processes ×4"),
        (
            processes(Start::Zygote, Some(10), None, Transfer::Pipe),
            "processes ×4, zygote, chunks of 10",
        ),
        (
            processes(Start::Fresh, None, Some(500), Transfer::SharedMemory),
            "processes ×4, recycled after 500, shared memory",
        ),
        (on(AsyncCpu::Inline, 1), "async ×100"),
        (on(AsyncCpu::Inline, 2), "async ×100, 2 loops"),
        (
            on(AsyncCpu::Blocking { threads: 1 }, 1),
            "async ×100, CPU on 1 thread",
        ),
        (
            on(AsyncCpu::Processes { workers: 2 }, 1),
            "async ×100, CPU on 2 processes",
        ),
        (
            Backend::Hybrid {
                waits: HybridWaits::Async { in_flight: 64 },
                processes: Workers::PerCore(1),
                between: 100,
            },
            "hybrid async ×64 + processes ×1/core",
        ),
        (
            Backend::Hybrid {
                waits: HybridWaits::Threads {
                    workers: Workers::Count(8),
                },
                processes: Workers::Count(2),
                between: 4,
            },
            "hybrid threads ×8 + processes ×2, 4 between",
        ),
    ] {
        assert_eq!(backend.label(), label);
    }
}

#[test]
fn a_queue_of_its_own_is_part_of_a_candidates_name() {
    let mut candidate = Candidate::of(Backend::threads(2));
    candidate.queue = Some(Queue {
        capacity: 50,
        policy: QueuePolicy::ShedByAge {
            older_than: Nanos::from_millis(200),
        },
        in_flight: Some(1),
    });
    assert_eq!(
        candidate.label(),
        "threads ×2, queue of 50, sheds after 200ms, 1 at once"
    );
    candidate.name = Some("mine".to_owned());
    assert_eq!(candidate.label(), "mine");
}

#[test]
fn a_scenario_for_a_machine_keeps_its_names_and_counts_its_cores() {
    let mut scenario = parse(bundled()[0].text).scenario.unwrap();
    scenario.candidates = vec![
        Candidate::of(Backend::Threads {
            workers: Workers::PerCore(2),
        }),
        Candidate::of(Backend::Hybrid {
            waits: HybridWaits::Threads {
                workers: Workers::PerCore(4),
            },
            processes: Workers::PerCore(1),
            between: 100,
        }),
        Candidate::of(Backend::processes(3)),
    ];
    let here = scenario.clone().for_cores(16);
    assert_eq!(here.candidate_names(), scenario.candidate_names());
    assert_eq!(here.candidates[0].backend, Backend::threads(32));
    assert_eq!(here.candidates[1].backend.workers(), 64 + 16);
    assert_eq!(here.candidates[1].backend.worker_processes(), 16);
    assert_eq!(here.candidates[2].backend, Backend::processes(3));
    assert_eq!(here.clone().for_cores(2), here);
}

proptest! {
    #[test]
    fn different_settings_have_different_labels(a in any_backend(), b in any_backend()) {
        prop_assert_eq!(a == b, a.label() == b.label());
    }

    #[test]
    fn different_queues_have_different_labels(a in any_queue(), b in any_queue()) {
        prop_assert_eq!(a == b, a.label() == b.label());
    }

    #[test]
    fn tasks_of_a_part_are_the_integral_of_its_rate(
        from in 0.0..1000.0_f64, to in 0.0..1000.0_f64, length in 1..10_000_000_000_u64, share in 0.0..1.0_f64
    ) {
        let length = Nanos(length);
        let parts = [
            ProfilePart::Step { rate_per_sec: from, length },
            ProfilePart::Ramp { from_per_sec: from, to_per_sec: to, length },
            ProfilePart::Spike { base_per_sec: from, peak_per_sec: to, length },
            ProfilePart::Pause { length },
        ];
        let until = (length.0 as f64 * share) as u64;
        for part in parts {
            // The midpoint rule on many slices, which knows nothing of trapezia.
            let slices = 2_000;
            let width = until as f64 / f64::from(slices);
            let sum: f64 = (0..slices).map(|n| part.rate_at(((f64::from(n) + 0.5) * width) as u64)).sum();
            let by_slices = sum * width / 1e9;
            let exact = part.tasks_within(until);
            prop_assert!((by_slices - exact).abs() <= 1e-3 * exact.max(1.0), "{:?}: {} and {}", part, by_slices, exact);
        }
    }

    #[test]
    fn tasks_within_a_profile_never_become_fewer(at in 0..20_000_000_000_u64, more in 0..5_000_000_000_u64) {
        let load = profile(vec![
            ProfilePart::Spike { base_per_sec: 5.0, peak_per_sec: 50.0, length: Nanos(3_000_000_001) },
            ProfilePart::Pause { length: Nanos(999_999_999) },
        ]);
        let (before, after) = (load.tasks_within(at).unwrap(), load.tasks_within(at + more).unwrap());
        prop_assert!(after >= before - 1e-9);
    }
}
