//! What goes wrong on purpose, as the harness is told of it, and what became of it.
//!
//! Orders that are afflicted are announced by a frame of their own, so that all others cost nothing.

use crate::engine::faults::Affliction;
use crate::engine::task::Task;
use crate::scenario::Crash;

/// Numbers of a record.
const NUMBERS: usize = 9;
/// Bytes of a record.
pub(super) const RECORD_BYTES: usize = 8 * NUMBERS;
/// Most records in a frame.
pub(super) const RECORDS_MAX: usize = 1 << 19;

/// Marks of a record; the crash and its code have a byte each above them.
const ERROR: u64 = 1;
const HANG: u64 = 2;
const SERVER_FAILS: u64 = 4;

/// Puts what befalls the order with `ticket` into `payload`, behind what is there.
pub(super) fn put(ticket: u64, affliction: &Affliction, payload: &mut Vec<u8>) {
    let record: [u64; NUMBERS] = [
        ticket,
        marks(affliction),
        affliction.slow_factor.to_bits(),
        affliction.slow_added_nanos,
        affliction.leak_bytes,
        affliction.leak_up_to_bytes,
        affliction.stall_nanos,
        affliction.server_added_nanos,
        affliction.lock_added_nanos,
    ];
    for number in record {
        payload.extend_from_slice(&number.to_le_bytes());
    }
}

fn marks(affliction: &Affliction) -> u64 {
    let mark = |is_set: bool, mark: u64| if is_set { mark } else { 0 };
    let (crash, code) = match affliction.crash {
        None => (0, 0),
        Some(Crash::Panic) => (1, 0),
        Some(Crash::Exit { code }) => (2, code),
        Some(Crash::Abort) => (3, 0),
        Some(Crash::Segfault) => (4, 0),
        Some(Crash::Kill) => (5, 0),
        Some(Crash::StackOverflow) => (6, 0),
    };
    mark(affliction.error, ERROR)
        | mark(affliction.hang, HANG)
        | mark(affliction.server_fails, SERVER_FAILS)
        | crash << 8
        | u64::from(code) << 16
}

/// The fault that ended the interpreter, if what it had at hand was to end it in the way in which it ended: `how` is as
/// in "ended with code 1".
pub(super) fn behind<'t>(how: &str, at_hand: impl Iterator<Item = &'t Task>) -> Option<String> {
    at_hand
        .filter_map(|task| task.affliction.as_ref()?.crash)
        .find_map(|crash| {
            let (name, end) = match crash {
                Crash::Exit { code } => ("exit", format!("code {code}")),
                Crash::Abort => ("abort", "signal 6".to_owned()),
                Crash::Segfault => ("segfault", "signal 11".to_owned()),
                Crash::Kill => ("kill", "signal 9".to_owned()),
                // An exception in CPython, which ends no process.
                Crash::Panic | Crash::StackOverflow => return None,
            };
            let (_, found) = how.split_at(how.find(&end)? + end.len());
            (!found.starts_with(|next: char| next.is_ascii_digit()))
                .then(|| format!("injected fault: {name}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::task::Cohort;

    fn crashing(how: Crash) -> Task {
        let mut task = Task::new(1, Cohort::Measured, 0, 0);
        task.affliction = Some(Box::new(Affliction {
            crash: Some(how),
            ..Affliction::default()
        }));
        task
    }

    #[test]
    fn a_record_is_nine_numbers() {
        let affliction = Affliction {
            error: true,
            hang: true,
            crash: Some(Crash::Exit { code: 7 }),
            slow_factor: 2.5,
            slow_added_nanos: 1,
            leak_bytes: 2,
            leak_up_to_bytes: 3,
            stall_nanos: 4,
            server_added_nanos: 5,
            server_fails: true,
            lock_added_nanos: 6,
        };
        let mut payload = Vec::new();
        put(9, &affliction, &mut payload);
        let (numbers, rest) = payload.as_chunks::<8>();
        let numbers: Vec<_> = numbers.iter().map(|n| u64::from_le_bytes(*n)).collect();
        assert!(rest.is_empty());
        let factor = 2.5_f64.to_bits();
        assert_eq!(numbers, [9, 0x07_0207, factor, 1, 2, 3, 4, 5, 6]);
        assert_eq!(payload.len(), RECORD_BYTES);
        const { assert!(RECORDS_MAX * RECORD_BYTES + 5 < 64 << 20) }
    }

    #[test]
    fn a_crash_is_named_only_where_the_end_is_its_own() {
        let tasks = [
            Task::new(2, Cohort::Measured, 0, 0),
            crashing(Crash::Panic),
            crashing(Crash::Exit { code: 1 }),
            crashing(Crash::Abort),
        ];
        let named = |how: &str| behind(how, tasks.iter());
        let fault = |name: &str| Some(format!("injected fault: {name}"));
        assert_eq!(named("was ended by signal 6 (abort)"), fault("abort"));
        assert_eq!(named("ended with code 1"), fault("exit"));
        for other in [
            "ended with code 12",
            "was ended by signal 11 (x)",
            "has ended",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
