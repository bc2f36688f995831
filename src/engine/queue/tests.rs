//! The queue: who waits, who is refused or given up, who goes first.

use std::sync::Mutex;

use super::*;
use crate::engine::task::Cohort;
use crate::units::Nanos;

fn task(number: u64) -> Task {
    Task::new(number, Cohort::Measured, number, number)
}

fn queue(capacity: u32, policy: QueuePolicy, in_flight: Option<u32>) -> TaskQueue {
    TaskQueue::new(
        &Queue {
            capacity,
            policy,
            in_flight,
        },
        0,
    )
}

/// What is taken at `now`, and what is shed: their numbers.
fn take(queue: &TaskQueue, now: u64, max: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut taken, mut shed) = (Vec::new(), Vec::new());
    queue.try_take(now, max, &mut taken, &mut shed);
    let numbers = |tasks: Vec<Task>| tasks.iter().map(|task| task.number).collect();
    (numbers(taken), numbers(shed))
}

#[test]
fn a_full_queue_refuses_the_newest_or_gives_up_the_oldest() {
    let newest = queue(2, QueuePolicy::DropNewest, None);
    let oldest = queue(2, QueuePolicy::DropOldest, None);
    for number in 0..2 {
        assert_eq!(newest.offer(&task(number)), Offer::Admitted);
        assert_eq!(oldest.offer(&task(number)), Offer::Admitted);
    }
    assert_eq!(newest.offer(&task(2)), Offer::Refused);
    assert_eq!(oldest.offer(&task(2)), Offer::AdmittedInPlaceOf(task(0)));
    assert_eq!(take(&newest, 0, 9).0, [0, 1]);
    assert_eq!(take(&oldest, 0, 9).0, [1, 2]);
}

#[test]
fn what_has_waited_too_long_is_shed_when_its_turn_comes() {
    let older_than = Nanos(100);
    let queue = queue(9, QueuePolicy::ShedByAge { older_than }, None);
    for number in [0, 10, 200] {
        queue.offer(&task(number));
    }
    // Task 10 has waited 100, which is not longer than allowed.
    assert_eq!(take(&queue, 110, 1), (vec![10], vec![0]));
    assert_eq!(take(&queue, 301, 1), (vec![], vec![200]));
    assert_eq!(
        queue.depth(),
        Depth {
            queued: 0,
            in_flight: 1
        }
    );
}

#[test]
fn the_cap_holds_back_tasks_until_one_has_ended() {
    let queue = queue(9, QueuePolicy::DropNewest, Some(2));
    (0..4).for_each(|number| assert_eq!(queue.offer(&task(number)), Offer::Admitted));
    assert_eq!(take(&queue, 0, 9).0, [0, 1]);
    assert_eq!(take(&queue, 0, 9).0, [0_u64; 0]);
    queue.task_ended();
    assert_eq!(take(&queue, 0, 9).0, [2]);
    assert_eq!(
        queue.depth(),
        Depth {
            queued: 1,
            in_flight: 2
        }
    );
}

#[test]
fn returning_tasks_go_first_and_are_neither_refused_nor_capped() {
    let queue = queue(1, QueuePolicy::DropNewest, Some(1));
    queue.offer(&task(0));
    assert_eq!(take(&queue, 0, 9).0, [0]);
    queue.offer(&task(1));
    queue.bring_back([task(8), task(9)]);
    assert_eq!(take(&queue, 0, 9).0, [8, 9]);
    queue.task_ended();
    assert_eq!(take(&queue, 0, 9).0, [1]);
}

#[test]
fn released_tasks_go_before_waiting_ones_and_fall_under_the_cap_again() {
    let queue = queue(9, QueuePolicy::DropNewest, Some(2));
    (0..4).for_each(|number| assert_eq!(queue.offer(&task(number)), Offer::Admitted));
    assert_eq!(take(&queue, 0, 9).0, [0, 1]);
    // Both are held at a barrier: others have their places.
    queue.task_ended();
    queue.task_ended();
    assert_eq!(take(&queue, 0, 1).0, [2]);
    queue.release(vec![task(0), task(1)]);
    assert_eq!(take(&queue, 0, 9).0, [0]);
    queue.task_ended();
    queue.task_ended();
    assert_eq!(take(&queue, 0, 9).0, [1, 3]);
}

#[test]
fn an_ended_queue_gives_back_what_waited_and_wakes_everybody() {
    let queue = queue(1, QueuePolicy::Block, None);
    queue.offer(&task(0));
    std::thread::scope(|scope| {
        let put = scope.spawn(|| queue.put_blocking(task(1)));
        // Whether the put waits already or not, it must come back with its task.
        assert_eq!(queue.end(), [task(0)]);
        assert_eq!(put.join().unwrap(), Err(task(1)));
    });
    let mut taken = Vec::new();
    assert!(!queue.take_blocking(|| 0, 1, &mut taken, &mut Vec::new()));
    assert_eq!(queue.offer(&task(2)), Offer::Ended);
    let refused = queue.put_all_blocking([task(3), task(4)].into());
    assert_eq!(refused.unwrap_err().len(), 2);
}

#[test]
fn many_threads_take_each_task_once() {
    let queue = queue(8, QueuePolicy::Block, Some(2));
    let (tasks, takers) = (2_000, 4);
    let seen = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..takers {
            scope.spawn(|| {
                let (mut taken, mut shed) = (Vec::new(), Vec::new());
                while queue.take_blocking(|| 0, 3, &mut taken, &mut shed) {
                    let mut seen = seen.lock().unwrap();
                    for task in taken.drain(..) {
                        seen.push(task.number);
                        queue.task_ended();
                    }
                    if seen.len() == tasks {
                        queue.end();
                    }
                }
            });
        }
        let (one_by_one, together) = (0..tasks as u64 / 2, tasks as u64 / 2..tasks as u64);
        for number in one_by_one {
            queue.put_blocking(task(number)).unwrap();
        }
        queue
            .put_all_blocking(together.map(task).collect())
            .unwrap();
    });
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..tasks as u64).collect::<Vec<_>>());
}
