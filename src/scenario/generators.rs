//! Arbitrary scenarios for the tests: every variant and field of the vocabulary, in and out of bounds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::scenario::generators_resilience::{any_defences, any_fault};
use crate::scenario::generators_sweep::any_series;
use crate::scenario::generators_verdict::{any_objective, any_prices};
use crate::scenario::{
    Access, Amount, Arrivals, AsyncCpu, Backend, Candidate, Cluster, Distribution, FORMAT,
    HybridWaits, Inside, Interpreter, InterpreterLock, JoblibBackend, Kernel, Load, LockKind,
    MemoryAccess, Order, PoolCall, ProfilePart, Protection, Protocol, PythonPool, Queue,
    QueuePolicy, Scenario, Server, Stage, Start, StartMethod, TaskKind, Transfer, Workers,
};
use crate::units::{Bytes, Nanos};

pub(super) fn any_nanos() -> impl Strategy<Value = Nanos> {
    prop_oneof![
        Just(Nanos::ZERO),
        (0..4_000_000_000_u64).prop_map(Nanos),
        (0..100_u64).prop_map(Nanos::from_secs)
    ]
}

pub(super) fn any_bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        (0..1_u64 << 34).prop_map(Bytes),
        (0..100_u64).prop_map(Bytes::from_mib)
    ]
}

fn any_distribution() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        any_nanos().prop_map(Distribution::Constant),
        (any_nanos(), any_nanos()).prop_map(|(from, to)| Distribution::Uniform { from, to }),
        any_nanos().prop_map(|mean| Distribution::Exponential { mean }),
        (any_nanos(), any_nanos())
            .prop_map(|(median, p95)| Distribution::LogNormal { median, p95 }),
        (any_nanos(), any_nanos(), any_finite()).prop_map(|(usual, other, other_share)| {
            Distribution::Bimodal {
                usual,
                other,
                other_share,
            }
        }),
    ]
}

fn any_access() -> impl Strategy<Value = Access> {
    prop::sample::select(vec![Access::Sequential, Access::Random])
}

fn any_stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        any_cpu_stage(),
        any_distribution().prop_map(|time| Stage::Wait { time }),
        any_file_stage(),
        any_memory_stage(),
        any_request_stage(),
        any_shared_stage(),
        (any_bytes(), any_bytes()).prop_map(|(to_worker, back)| Stage::Payload { to_worker, back }),
        Just(Stage::Barrier),
    ]
}

fn any_cpu_stage() -> impl Strategy<Value = Stage> {
    let amount = prop_oneof![
        any::<u64>().prop_map(Amount::Work),
        any_nanos().prop_map(Amount::Time)
    ];
    let interpreter_lock = prop::sample::select(vec![
        None,
        Some(InterpreterLock::Held),
        Some(InterpreterLock::Released),
    ]);
    let kernel = prop::sample::select(Kernel::ALL.to_vec());
    (kernel, amount, interpreter_lock).prop_map(|(kernel, amount, interpreter_lock)| Stage::Cpu {
        kernel,
        amount,
        interpreter_lock,
    })
}

fn any_file_stage() -> impl Strategy<Value = Stage> {
    let block = || prop_oneof![Just(Bytes::from_mib(1)), any_bytes()];
    prop_oneof![
        (any_bytes(), block(), any_access(), any::<bool>()).prop_map(
            |(size, block, access, sync)| Stage::FileWrite {
                size,
                block,
                access,
                sync,
            }
        ),
        (any_bytes(), any::<bool>()).prop_map(|(size, sync)| Stage::FileAppend { size, sync }),
        (any_bytes(), block(), any_access(), option::of(any_bytes())).prop_map(
            |(size, block, access, file)| Stage::FileRead {
                size,
                block,
                access,
                file,
            }
        ),
    ]
}

fn any_memory_stage() -> impl Strategy<Value = Stage> {
    let access = prop::sample::select(vec![
        MemoryAccess::Allocate,
        MemoryAccess::Touch,
        MemoryAccess::Stream,
        MemoryAccess::Chase,
    ]);
    (any_bytes(), access, prop_oneof![Just(0), any::<u32>()]).prop_map(
        |(size, access, hold_tasks)| Stage::Memory {
            size,
            access,
            hold_tasks,
        },
    )
}

fn any_request_stage() -> impl Strategy<Value = Stage> {
    let errors = prop_oneof![Just(0.0), any_finite()];
    (
        any::<bool>(),
        any_distribution(),
        any_bytes(),
        any_bytes(),
        errors,
    )
        .prop_map(|(http, delay, response, request, errors)| {
            if http {
                Stage::Http {
                    delay,
                    response,
                    request,
                    errors,
                }
            } else {
                Stage::Tcp {
                    delay,
                    response,
                    request,
                    errors,
                }
            }
        })
}

fn any_shared_stage() -> impl Strategy<Value = Stage> {
    let kind = prop_oneof![
        Just(LockKind::Mutex),
        any_finite().prop_map(|readers| LockKind::ReadWrite { readers })
    ];
    let inside = prop::sample::select(vec![Inside::Cpu, Inside::Wait]);
    prop_oneof![
        (any_distribution(), inside, any::<u32>(), kind).prop_map(|(hold, inside, locks, kind)| {
            Stage::Lock {
                hold,
                inside,
                locks,
                kind,
            }
        }),
        (any::<u64>(), prop::sample::select(Protection::ALL.to_vec())).prop_map(
            |(increments, protection)| Stage::Counter {
                increments,
                protection,
            }
        ),
    ]
}

fn any_load() -> impl Strategy<Value = Load> {
    let arrivals = || prop::sample::select(vec![Arrivals::Poisson, Arrivals::Constant]);
    prop_oneof![
        (any::<u32>(), any_distribution())
            .prop_map(|(clients, think)| Load::Closed { clients, think }),
        (any_finite(), arrivals()).prop_map(|(rate_per_sec, arrivals)| Load::Open {
            rate_per_sec,
            arrivals
        }),
        (arrivals(), vec(any_part(), 0..4))
            .prop_map(|(arrivals, parts)| Load::Profile { arrivals, parts }),
        (any::<u64>(), any::<u32>()).prop_map(|(tasks, chunk)| Load::Batch { tasks, chunk }),
    ]
}

fn any_part() -> BoxedStrategy<ProfilePart> {
    prop_oneof![
        (any_finite(), any_nanos()).prop_map(|(rate_per_sec, length)| ProfilePart::Step {
            rate_per_sec,
            length
        }),
        (any_finite(), any_finite(), any_nanos()).prop_map(|(from_per_sec, to_per_sec, length)| {
            ProfilePart::Ramp {
                from_per_sec,
                to_per_sec,
                length,
            }
        }),
        (any_finite(), any_finite(), any_nanos()).prop_map(
            |(base_per_sec, peak_per_sec, length)| ProfilePart::Spike {
                base_per_sec,
                peak_per_sec,
                length,
            }
        ),
        any_nanos().prop_map(|length| ProfilePart::Pause { length }),
    ]
    .boxed()
}

pub(super) fn any_queue() -> impl Strategy<Value = Queue> {
    let policy = prop_oneof![
        Just(QueuePolicy::DropNewest),
        Just(QueuePolicy::DropOldest),
        Just(QueuePolicy::Block),
        any_nanos().prop_map(|older_than| QueuePolicy::ShedByAge { older_than }),
    ];
    (any::<u32>(), policy, option::of(any::<u32>())).prop_map(|(capacity, policy, in_flight)| {
        Queue {
            capacity,
            policy,
            in_flight,
        }
    })
}

fn any_workers() -> impl Strategy<Value = Workers> {
    prop_oneof![
        any::<u32>().prop_map(Workers::Count),
        any::<u32>().prop_map(Workers::PerCore)
    ]
}

pub(super) fn any_backend() -> impl Strategy<Value = Backend> {
    prop_oneof![
        Just(Backend::Sequential),
        any_workers().prop_map(|workers| Backend::Threads { workers }),
        any_processes(),
        any_async(),
        any_hybrid(),
        any_python_pool().prop_map(Backend::Python),
    ]
}

fn any_async_cpu() -> impl Strategy<Value = AsyncCpu> {
    prop_oneof![
        Just(AsyncCpu::Inline),
        any::<u32>().prop_map(|threads| AsyncCpu::Blocking { threads }),
        any::<u32>().prop_map(|workers| AsyncCpu::Processes { workers }),
    ]
}

fn any_python_pool() -> impl Strategy<Value = PythonPool> {
    let processes = || {
        (
            any_workers(),
            prop::sample::select(StartMethod::ALL.to_vec()),
            option::of(any::<u32>()),
            option::of(any::<u32>()),
            prop::sample::select(vec![Transfer::Pipe, Transfer::SharedMemory]),
        )
    };
    let call = prop::sample::select(vec![PoolCall::Map, PoolCall::ImapUnordered]);
    let with = prop::sample::select(vec![JoblibBackend::Loky, JoblibBackend::Threading]);
    let cluster = || prop::sample::select(vec![Cluster::Local, Cluster::Configured]);
    prop_oneof![
        Just(PythonPool::Sequential),
        any_workers().prop_map(|workers| PythonPool::ThreadPoolExecutor { workers }),
        processes().prop_map(|(workers, start, chunk, tasks_per_child, payload)| {
            PythonPool::ProcessPoolExecutor {
                workers,
                start,
                chunk,
                tasks_per_child,
                payload,
            }
        }),
        (processes(), call).prop_map(
            |((workers, start, chunk, tasks_per_child, payload), call)| {
                PythonPool::MultiprocessingPool {
                    workers,
                    start,
                    call,
                    chunk,
                    tasks_per_child,
                    payload,
                }
            }
        ),
        (any::<u32>(), any_async_cpu())
            .prop_map(|(in_flight, cpu)| PythonPool::Asyncio { in_flight, cpu }),
        (any_workers(), processes(), any::<u32>()).prop_map(
            |(threads, (processes, start, ..), between)| PythonPool::Hybrid {
                threads,
                processes,
                start,
                between,
            }
        ),
        any_workers().prop_map(|workers| PythonPool::InterpreterPoolExecutor { workers }),
        (any_workers(), with, option::of(any::<u32>())).prop_map(|(workers, with, chunk)| {
            PythonPool::Joblib {
                workers,
                with,
                chunk,
            }
        }),
        (any_workers(), cluster(), any::<u32>()).prop_map(|(workers, cluster, threads)| {
            PythonPool::Dask {
                workers,
                cluster,
                threads,
            }
        }),
        (any_workers(), cluster())
            .prop_map(|(workers, cluster)| PythonPool::Ray { workers, cluster }),
    ]
}

fn any_processes() -> impl Strategy<Value = Backend> {
    (
        any_workers(),
        prop::sample::select(vec![Start::Fresh, Start::Zygote]),
        option::of(any::<u32>()),
        option::of(any::<u64>()),
        prop::sample::select(vec![Transfer::Pipe, Transfer::SharedMemory]),
    )
        .prop_map(
            |(workers, start, chunk, recycle_after, payload)| Backend::Processes {
                workers,
                start,
                chunk,
                recycle_after,
                payload,
            },
        )
}

fn any_async() -> impl Strategy<Value = Backend> {
    (any::<u32>(), any::<u32>(), any_async_cpu()).prop_map(|(in_flight, event_loops, cpu)| {
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        }
    })
}

fn any_hybrid() -> impl Strategy<Value = Backend> {
    let waits = prop_oneof![
        any_workers().prop_map(|workers| HybridWaits::Threads { workers }),
        any::<u32>().prop_map(|in_flight| HybridWaits::Async { in_flight }),
    ];
    let between = prop_oneof![Just(100), any::<u32>()];
    (waits, any_workers(), between).prop_map(|(waits, processes, between)| Backend::Hybrid {
        waits,
        processes,
        between,
    })
}

pub(super) fn any_finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("a file holds finite numbers only", |value| {
        value.is_finite()
    })
}

/// Texts that a form accepts: everything visible, quotes and backslashes included.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~äß×日'\"\\\\(),:]{0,60}",
        Just("a \"quoted\" (word), and a \\' too,\nnext line),".to_owned()),
    ]
}

fn any_task_kind() -> impl Strategy<Value = TaskKind> {
    (any_text(), any_finite(), vec(any_stage(), 0..5)).prop_map(|(name, weight, stages)| TaskKind {
        name,
        weight,
        stages,
    })
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let queue = option::of(any_queue());
    let interpreter = prop_oneof![
        Just(Interpreter::None),
        Just(Interpreter::LOCK),
        any_nanos().prop_map(|switch_interval| Interpreter::Lock { switch_interval }),
    ];
    let python = option::of(any_text());
    (
        option::of(any_text()),
        any_backend(),
        (queue, option::of(any_defences())),
        interpreter,
        python,
    )
        .prop_map(
            |(name, backend, (queue, defences), interpreter, python)| Candidate {
                name,
                backend,
                queue,
                defences,
                interpreter,
                python,
            },
        )
}

fn any_protocol() -> impl Strategy<Value = Protocol> {
    let order = prop::sample::select(vec![Order::Interleaved, Order::Listed]);
    (
        any_nanos(),
        any_nanos(),
        any_nanos(),
        0..200_u32,
        order,
        any::<bool>(),
        any::<u64>(),
    )
        .prop_map(
            |(warm_up, measure, drain, repeats, order, noise_floor, seed)| Protocol {
                warm_up,
                measure,
                drain,
                repeats,
                order,
                noise_floor,
                seed,
            },
        )
}

pub(super) fn any_scenario() -> impl Strategy<Value = Scenario> {
    let texts = (any_text(), any_text(), any_text());
    let lists = (vec(any_task_kind(), 0..4), vec(any_candidate(), 0..4));
    (
        texts,
        lists,
        any_load(),
        (any_queue(), option::of(any::<u32>())),
        (vec(any_fault(), 0..4), any_defences()),
        any_protocol(),
        (vec(any_objective(), 0..4), any_prices(), any_series()),
    )
        .prop_map(
            |(
                (title, about, look_for),
                (tasks, candidates),
                load,
                (queue, connections),
                (faults, defences),
                protocol,
                (objectives, prices, (sweep, capacity)),
            )| {
                Scenario {
                    format: FORMAT,
                    title,
                    about,
                    look_for,
                    tasks,
                    load,
                    queue,
                    server: Server { connections },
                    faults,
                    defences,
                    candidates,
                    protocol,
                    objectives,
                    prices,
                    sweep,
                    capacity,
                }
            },
        )
}
