//! The recorder, tested by its books.

use super::*;

fn admit(room: bool) -> Admission {
    if room {
        Admission::Admitted
    } else {
        Admission::Dropped
    }
}

fn task(number: u64, intended: u64, offered: u64) -> Task {
    Task::new(number, Cohort::Measured, intended, offered)
}

#[test]
fn response_is_schedule_delay_plus_queue_wait_plus_service() {
    let recorder = Recorder::new(2);
    recorder.set_window(0, 1_000_000);
    let task = task(0, 100, 130);
    recorder.offer(0, &task, || Admission::Admitted);
    recorder.start(1, &task);
    recorder.end(1, &task, &Ran::here(180, 400), Outcome::Good, 0);
    let times = recorder.drain(Cohort::Measured, true);
    let max = |histogram: &SparseHistogram| histogram.max;
    assert_eq!(max(&times.schedule_delay), 30);
    assert_eq!(max(&times.queue_wait), 50);
    assert_eq!(max(&times.service), 220);
    assert_eq!(max(&times.response), 30 + 50 + 220);
    let window = recorder.window();
    assert_eq!((window.completed, window.good, window.good_late), (1, 1, 0));
    assert!(recorder.drain(Cohort::Measured, true).response.is_empty());
}

#[test]
fn every_station_of_a_task_is_in_the_books() {
    let recorder = Recorder::new(1);
    for number in 0..5 {
        recorder.offer(0, &task(number, 0, 0), || admit(number != 4));
        recorder.offer(0, &task(number, 0, 0), || Admission::NotOffered);
    }
    let ran = Ran::here(1, 2);
    for (number, outcome) in [
        (0, Outcome::Good),
        (1, Outcome::Failed),
        (2, Outcome::Cancelled),
    ] {
        recorder.start(0, &task(number, 0, 0));
        recorder.end(0, &task(number, 0, 0), &ran, outcome, 0);
    }
    let tally = recorder.tally(Cohort::Measured);
    assert_eq!((tally.offered, tally.admitted, tally.dropped), (5, 4, 1));
    assert_eq!((tally.good, tally.failed, tally.cancelled), (1, 1, 1));
    assert_eq!((tally.queued, tally.in_flight), (1, 0));
    recorder.start(0, &task(3, 0, 0));
    assert_eq!(recorder.tally(Cohort::Measured).in_flight, 1);
    assert_eq!(recorder.tally(Cohort::Measured).closed().cancelled, 2);
    recorder.close();
    recorder.end(0, &task(3, 0, 0), &ran, Outcome::Good, 0);
    assert_eq!(recorder.tally(Cohort::Measured).good, 1, "too late");
    assert_eq!(recorder.tally(Cohort::WarmUp), Tally::default());
}

#[test]
fn the_books_balance_while_many_threads_write_them() {
    let recorder = Recorder::new(2);
    let (threads, each) = (4, 20_000);
    let mut balanced = 0;
    std::thread::scope(|scope| {
        let recorder = &recorder;
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    for number in 0..each {
                        let task = task(number, number, number);
                        recorder.offer(worker, &task, || admit(number % 10 != 0));
                        if number % 10 == 0 {
                            continue;
                        }
                        recorder.start(worker + 1, &task);
                        let ran = Ran::here(number, number + 7);
                        recorder.end(worker + 1, &task, &ran, Outcome::Good, 0);
                    }
                })
            })
            .collect();
        while !workers
            .iter()
            .all(std::thread::ScopedJoinHandle::is_finished)
        {
            let tally = recorder.tally(Cohort::Measured);
            assert_eq!(tally.offered, tally.admitted + tally.dropped);
            assert_eq!(tally.admitted, tally.good + tally.queued + tally.in_flight);
            balanced += 1;
        }
    });
    assert!(balanced > 0);
    let tally = recorder.tally(Cohort::Measured);
    assert_eq!(tally.offered, threads as u64 * each);
    assert_eq!(tally.good, threads as u64 * each * 9 / 10);
    assert_eq!(
        recorder.drain(Cohort::Measured, true).service.count(),
        tally.good
    );
}
