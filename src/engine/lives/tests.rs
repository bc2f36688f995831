//! The sample, with instants that are set by hand.

use std::sync::Arc;

use super::*;
use crate::engine::caller::Attempt;

/// A measured task that ran from `start` to `end` on worker 0, due and offered at its start.
fn ran(number: u64, start: u64, end: u64) -> (Task, Ran) {
    let task = Task::new(number, Cohort::Measured, start, start);
    let ran = Ran {
        worker: Some(0),
        on_cpu_nanos: Some(1),
        ..Ran::here(start, end)
    };
    (task, ran)
}

/// Tells of a good task that was one part.
fn tell(lives: &Lives, number: u64, start: u64, end: u64) {
    let (task, ran) = ran(number, start, end);
    lives.part_ended(0, &task, &ran, PartEnd::Ended(Outcome::Good));
    lives.task_ended(&task, &ran, Outcome::Good);
}

fn numbers(sampled: &Sampled) -> Vec<u64> {
    sampled.parts.iter().map(|part| part.number).collect()
}

#[test]
fn before_the_measurement_nothing_is_kept() {
    let lives = Lives::default();
    tell(&lives, 1, 5, 6);
    let sampled = lives.drain(10, false);
    assert!(sampled.parts.is_empty() && sampled.stretches.is_empty());
}

#[test]
fn every_part_that_touches_a_stretch_is_kept_and_no_other() {
    let lives = Lives::default();
    let begun = lives.drain(1_000, true);
    assert_eq!(
        (begun.stretches[0].from_nanos, begun.stretches.len()),
        (1_000, 1)
    );
    tell(&lives, 1, 10, 999);
    tell(&lives, 2, 10, 1_000);
    tell(&lives, 3, 1_500, 1_600);
    let first = lives.drain(PERIOD_NANOS, true);
    assert_eq!(numbers(&first), [2, 3]);
    // The next one begins where this one ends: what lies across the edge lies in both.
    tell(&lives, 4, PERIOD_NANOS + 900, PERIOD_NANOS + 1_100);
    let second = lives.drain(PERIOD_NANOS + 1_000, true);
    let edges = second.stretches.iter();
    let edges: Vec<_> = edges
        .map(|s| (s.number, s.from_nanos, s.until_nanos))
        .collect();
    let edge = PERIOD_NANOS + 1_000;
    assert_eq!(edges, [(0, 1_000, edge), (1, edge, edge)]);
    assert_eq!(numbers(&second), [4]);
    // After the measurement, what had begun within it may end.
    let end = edge + 50;
    let last = lives.drain(end, false);
    assert_eq!(last.stretches[0].until_nanos, end);
    tell(&lives, 5, end - 1, end + 9_000);
    tell(&lives, 6, end, end + 1);
    assert_eq!(numbers(&lives.drain(end + 10_000, false)), [5]);
}

#[test]
fn a_full_stretch_ends_with_the_part_that_filled_it_and_takes_no_more_than_was_under_way() {
    let lives = Lives::default();
    let _ = lives.drain(0, true);
    let full = PARTS_MAX as u64;
    for number in 0..full + 50 {
        tell(&lives, number, number * 10, number * 10 + 10);
    }
    let until = (full - 1) * 10 + 10 + 1;
    let sampled = lives.drain(1_000_000, true);
    assert_eq!(sampled.stretches[0].until_nanos, until);
    // The one that began with the end of the last one is the tail.
    assert_eq!(sampled.parts.len(), PARTS_MAX + 1);
    assert_eq!(sampled.stretches[0].dropped, 0);
    for number in 0..TAIL_MAX as u64 + 5 {
        tell(&lives, 1_000 + number, until - 1, until + 1_000);
    }
    let sampled = lives.drain(2_000_000, true);
    assert_eq!(sampled.parts.len(), TAIL_MAX - 1);
    assert_eq!(sampled.stretches[0].dropped, 6);
}

#[test]
fn memory_is_bounded_while_nobody_reads() {
    let lives = Lives::default();
    let _ = lives.drain(0, true);
    // All of them began together and end together, as on an event loop.
    (0..100_000).for_each(|number| tell(&lives, number, 5, 6));
    let sampled = lives.drain(PERIOD_NANOS - 1, true);
    let kept = PARTS_MAX + TAIL_MAX;
    assert_eq!(sampled.parts.len(), kept);
    assert_eq!(sampled.stretches[0].dropped, 100_000 - kept as u64);
    assert!(lives.lock().slowest.len() <= SLOWEST);
}

#[test]
fn the_slowest_tasks_are_found_in_any_order() {
    let lives = Lives::default();
    let mut times: Vec<u64> = (1..=1_000).map(|n| n * 1_000).collect();
    // Coprime to the number of them: each comes once.
    times.iter_mut().enumerate().for_each(|(at, time)| {
        *time = ((at as u64 * 617) % 1_000 + 1) * 1_000;
    });
    for (number, time) in times.iter().enumerate() {
        tell(&lives, number as u64, 50, 50 + time);
    }
    let slowest = lives.drain(0, false).slowest.unwrap();
    let found: Vec<u64> = slowest.iter().map(SlowTask::response_nanos).collect();
    let expected: Vec<u64> = (0..20).map(|n| (1_000 - n) * 1_000).collect();
    // Differences of a thousandth and less may hide the last of them.
    assert_eq!(found[..15], expected[..15]);
    assert_eq!(lives.drain(1, false).slowest, None, "nothing new");
}

#[test]
fn of_times_that_grow_without_end_only_some_are_written_down() {
    let lives = Lives::default();
    let mut written = 0;
    for number in 0..1_000_000 {
        let before = lives.bar.load(Ordering::Relaxed);
        tell(&lives, number, 0, 1_000_000 + number * 100);
        written += u64::from(lives.bar.load(Ordering::Relaxed) != before);
    }
    // From a millisecond to 101 of them: twenty times a thousand times the logarithm of 101, and not a million.
    assert!(written < 20 * 1_024 * 5, "{written}");
    let slowest = lives.drain(0, false).slowest.unwrap();
    let least = 101_000_000 - 101_000_000 / MARGIN - 100;
    assert!(slowest[0].response_nanos() >= least);
}

#[test]
fn neither_the_warm_up_nor_what_was_cut_is_slow() {
    let lives = Lives::default();
    let (mut task, ran) = ran(1, 5, 500);
    lives.task_ended(&task, &ran, Outcome::Cancelled);
    task.cohort = Cohort::WarmUp;
    lives.task_ended(&task, &ran, Outcome::Good);
    assert_eq!(lives.drain(0, false).slowest, None);
}

#[test]
fn a_slow_task_of_several_parts_is_told_as_a_whole() {
    let lives = Lives::default();
    let mut task = Task::new(3, Cohort::Measured, 90, 100);
    let cpu = |start, end, cpu| Ran {
        on_cpu_nanos: Some(cpu),
        ..Ran::here(start, end)
    };
    task.go_on(&cpu(150, 200, 50), 0);
    lives.task_ended(&task, &cpu(260, 300, 30), Outcome::Good);
    let slow = lives.drain(0, false).slowest.unwrap()[0];
    assert_eq!((slow.response_nanos(), slow.first_start_nanos), (210, 150));
    assert_eq!((slow.last.part, slow.last.queued_nanos), (1, 200));
    let parts = slow.parts.unwrap();
    assert_eq!(
        (
            parts.queue_wait_nanos,
            parts.on_cpu_nanos,
            parts.off_cpu_nanos
        ),
        (50 + 60, 80, 10)
    );
}

#[test]
fn a_task_whose_last_attempt_found_no_room_is_told_once_and_in_order() {
    let lives = Lives::default();
    let mut task = Task::new(3, Cohort::Measured, 90, 100);
    let first = Attempt::first(&task, 0, 100);
    assert!(first.begin(120, || ()));
    // No worker came to the second attempt, which was made at 400.
    task.attempt = Some(Arc::new(first.next(400)));
    lives.task_ended(&task, &Ran::here(120, 410), Outcome::Failed);
    let slow = lives.drain(0, false).slowest.unwrap()[0];
    assert_eq!((slow.response_nanos(), slow.parts), (320, None));
    let last = slow.last;
    let instants = [
        last.intended_nanos,
        last.offered_nanos,
        last.queued_nanos,
        last.ran.taken_nanos,
        last.ran.end_nanos,
    ];
    assert_eq!(instants, [90, 100, 120, 120, 410]);
}
