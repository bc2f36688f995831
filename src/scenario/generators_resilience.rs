//! Arbitrary faults and defences for the tests: every variant and field, in and out of bounds.

use proptest::option;
use proptest::prelude::*;

use crate::scenario::generators::{any_bytes, any_finite, any_nanos, any_text};
use crate::scenario::{
    Backoff, Breaker, Crash, Defences, Fault, Inject, Jitter, Retry, RetryBudget,
};

fn any_inject() -> impl Strategy<Value = Inject> {
    let every = || option::of(any_nanos());
    let factor = prop_oneof![Just(1.0), any_finite()];
    prop_oneof![
        Just(Inject::Error),
        (factor, any_nanos()).prop_map(|(factor, added)| Inject::Slow { factor, added }),
        Just(Inject::Hang),
        any_crash().prop_map(|how| Inject::Crash { how }),
        (any_bytes(), any_bytes()).prop_map(|(bytes, up_to)| Inject::Leak { bytes, up_to }),
        any_nanos().prop_map(|length| Inject::StallLoop { length }),
        any_nanos().prop_map(|added| Inject::SlowServer { added }),
        Just(Inject::FailServer),
        any_nanos().prop_map(|added| Inject::HoldLock { added }),
        every().prop_map(|every| Inject::KillWorker { every }),
        (any_nanos(), every()).prop_map(|(length, every)| Inject::StallWorker { length, every }),
    ]
}

fn any_crash() -> impl Strategy<Value = Crash> {
    prop_oneof![
        Just(Crash::Panic),
        any::<u8>().prop_map(|code| Crash::Exit { code }),
        Just(Crash::Abort),
        Just(Crash::Segfault),
        Just(Crash::StackOverflow),
        Just(Crash::Kill),
    ]
}

pub(super) fn any_fault() -> BoxedStrategy<Fault> {
    let probability = prop_oneof![Just(1.0), any_finite()];
    (
        any_inject(),
        probability,
        any_nanos(),
        option::of(any_nanos()),
        option::of(any_text()),
    )
        .prop_map(|(inject, probability, from, until, task)| Fault {
            inject,
            probability,
            from,
            until,
            task,
        })
        // All strategies together would be too large for the stack of a test.
        .boxed()
}

fn any_retry() -> impl Strategy<Value = Retry> {
    let backoff = prop_oneof![
        Just(Backoff::default()),
        any_nanos().prop_map(|wait| Backoff::Constant { wait }),
        (any_nanos(), any_finite(), any_nanos())
            .prop_map(|(first, factor, cap)| Backoff::Exponential { first, factor, cap }),
    ];
    let jitter = prop::sample::select(vec![Jitter::Full, Jitter::Off]);
    let budget = (any_finite(), prop_oneof![Just(10), any::<u32>()])
        .prop_map(|(ratio, burst)| RetryBudget { ratio, burst });
    (any::<u32>(), backoff, jitter, option::of(budget)).prop_map(
        |(attempts, backoff, jitter, budget)| Retry {
            attempts,
            backoff,
            jitter,
            budget,
        },
    )
}

fn any_breaker() -> impl Strategy<Value = Breaker> {
    let failure_ratio = prop_oneof![Just(0.5), any_finite()];
    (failure_ratio, any::<u32>(), any_nanos(), any::<u32>()).prop_map(
        |(failure_ratio, calls, open_for, probes)| Breaker {
            failure_ratio,
            calls,
            open_for,
            probes,
        },
    )
}

pub(super) fn any_defences() -> BoxedStrategy<Defences> {
    (
        option::of(any_nanos()),
        option::of(any_nanos()),
        option::of(any_retry()),
        option::of(any_breaker()),
        option::of(any::<u32>()),
    )
        .prop_map(
            |(attempt_time_out, task_time_out, retry, breaker, restarts)| Defences {
                attempt_time_out,
                task_time_out,
                retry,
                breaker,
                restarts,
            },
        )
        .boxed()
}
