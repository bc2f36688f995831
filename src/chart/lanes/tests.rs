//! Lanes of blocks whose tasks are written down by hand.

use super::*;
use crate::run::record::Record;
use crate::support::{self, lives::part as life};

fn drawn(parts: &[LifePart]) -> Vec<(usize, LanePart, u64, u64)> {
    let row: Vec<usize> = (0..parts.len()).collect();
    let pieces = pieces(parts, &row).into_iter();
    pieces
        .map(|piece| (piece.life, piece.part, piece.from_nanos, piece.until_nanos))
        .collect()
}

#[test]
fn the_pieces_of_a_part_stand_in_the_order_of_the_legend_and_fill_it() {
    use SplitPart as P;
    let one = LifePart {
        dispatch_nanos: 5,
        start_wait_nanos: 2,
        return_nanos: 3,
        on_cpu_nanos: Some(40),
        lock_wait_nanos: 10,
        interpreter_wait_nanos: 20,
        ..life(1, Some(0), 100, 100)
    };
    let known = |part, from, until| (0, LanePart::Known(part), from, until);
    assert_eq!(
        drawn(&[one]),
        [
            known(P::Dispatch, 100, 105),
            known(P::InterpreterWait, 105, 107),
            known(P::LockWait, 107, 117),
            known(P::InterpreterWait, 117, 137),
            known(P::OnCpu, 137, 177),
            known(P::Waiting, 177, 207),
            known(P::Return, 207, 210),
        ]
    );
}

#[test]
fn the_way_to_a_worker_that_is_busy_and_back_is_not_drawn_over_what_it_executes() {
    // A chunk: taken together, executed one after the other, the results known at the end.
    let first = LifePart {
        return_nanos: 100,
        ..life(1, Some(0), 100, 50)
    };
    let second = LifePart {
        dispatch_nanos: 60,
        return_nanos: 20,
        ..life(2, Some(0), 100, 50)
    };
    let ends: Vec<_> = drawn(&[first, second])
        .iter()
        .map(|p| (p.0, p.2, p.3))
        .collect();
    assert_eq!(
        ends,
        [(0, 100, 150), (0, 150, 160), (1, 160, 210), (1, 210, 230)]
    );
}

#[test]
fn a_part_whose_processor_time_was_not_read_is_not_told_apart() {
    let one = LifePart {
        on_cpu_nanos: None,
        lock_wait_nanos: 10,
        ..life(1, Some(0), 0, 100)
    };
    let parts: Vec<_> = drawn(&[one])
        .iter()
        .map(|piece| (piece.1, piece.3))
        .collect();
    let lock = LanePart::Known(SplitPart::LockWait);
    assert_eq!(parts, [(lock, 10), (LanePart::Unread, 100)]);
}

#[test]
fn tasks_without_workers_share_as_few_places_as_were_needed_at_once() {
    let starts = [(0, 100), (10, 20), (20, 100), (35, 10), (130, 5)];
    let parts: Vec<LifePart> = starts
        .iter()
        .map(|(start, service)| life(*start, None, *start, *service))
        .collect();
    let (rows, has_workers) = rows(&parts);
    assert!(!has_workers);
    let rows: Vec<Vec<usize>> = rows.into_values().collect();
    assert_eq!(rows, [vec![0, 4], vec![1, 3], vec![2]]);
}

#[test]
fn the_whole_life_of_a_task_adds_up() {
    let one = LifePart {
        schedule_delay_nanos: 1,
        before_nanos: 2,
        queue_wait_nanos: 4,
        dispatch_nanos: 8,
        return_nanos: 16,
        on_cpu_nanos: Some(60),
        ..life(1, Some(0), 1_000, 100)
    };
    let sum: u64 = life_pieces(&one).iter().map(|(_, nanos)| nanos).sum();
    assert_eq!(sum, one.end_nanos() - one.intended_nanos);
}

#[test]
fn a_run_of_before_has_no_lanes_and_says_why() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/record/v2.poolscope-run"
    );
    let record = Record::read(std::path::Path::new(path)).unwrap();
    let of = LanesOf {
        block: 0,
        stretch: 0,
    };
    assert_eq!(Lanes::of(record.run().unwrap(), of), Err(NoLanes::NotKept));
}

#[test]
fn lanes_of_a_run_show_each_worker_and_the_mean_that_they_add_up_to() {
    let run = support::lives::run();
    let of = LanesOf {
        block: lane_blocks(&run, 0)[0],
        stretch: 0,
    };
    let lanes = Lanes::of(&run, of).unwrap();
    let names: Vec<&str> = lanes.lanes.iter().map(|lane| &*lane.name).collect();
    assert_eq!(names, ["thread 1", "thread 2", "thread 3", "thread 4"]);
    // Two tasks of 30 ms, one of 10 ms half of which it waits, in 100 ms.
    assert!((lanes.under_way - 0.7).abs() < 1e-9);
    assert!((lanes.on_cpu.unwrap() - 0.65).abs() < 1e-9);
    assert!(
        lanes.lanes[3].pieces.is_empty(),
        "idle workers have lanes too"
    );
    let lives = run.blocks[of.block].lives.as_ref().unwrap();
    let found = lives
        .slowest()
        .iter()
        .map(|slow| stretch_with(lives, slow.last.number));
    assert_eq!(found.collect::<Vec<_>>(), [None, Some(0), Some(0)]);
    let piece = lanes.piece_at(0, lanes.stretch.from_nanos + 1).unwrap();
    assert_eq!(lanes.lives[piece.life].number, 1);
    assert_eq!(lanes.piece_at(3, lanes.stretch.from_nanos + 1), None);
    assert_eq!(
        lanes.remarks(),
        ["3 parts of tasks were not kept: gaps may not be idle"]
    );
}

#[test]
fn of_more_workers_than_fit_the_first_have_lanes_and_all_others_are_counted() {
    let mut run = support::lives::run();
    let of = LanesOf {
        block: lane_blocks(&run, 0)[0],
        stretch: 0,
    };
    let mut drawn = |workers: usize| {
        let last = run.blocks[of.block].last.as_mut().unwrap();
        last.pools[0].workers = workers as u32;
        let lanes = Lanes::of(&run, of).unwrap();
        let last = lanes.lanes.last().unwrap().name.clone();
        (lanes.lanes.len(), lanes.lanes_hidden, last)
    };
    assert_eq!(drawn(LANES_MAX), (64, 0, "thread 64".to_owned()));
    assert_eq!(drawn(65), (64, 1, "thread 64".to_owned()));
    // Also those that did nothing.
    assert_eq!(drawn(1_000), (64, 936, "thread 64".to_owned()));
}
