//! How recipes are cut into segments, and which task is of which kind.

use super::*;
use crate::scenario::{Amount, Distribution, Kernel};
use crate::units::Nanos;

fn cpu() -> Stage {
    Stage::cpu(Kernel::SumOfSquares, Amount::Work(1))
}

fn wait() -> Stage {
    Stage::Wait {
        time: Distribution::Constant(Nanos(1)),
    }
}

fn segments(stages: Vec<Stage>, pipelined: bool) -> Vec<(Range<usize>, usize, bool)> {
    let kind = TaskKind {
        name: "t".to_owned(),
        weight: 1.0,
        stages,
    };
    Recipe::new(&kind, pipelined)
        .segments
        .into_iter()
        .map(|plan| (plan.steps, plan.pool, plan.barrier_after))
        .collect()
}

#[test]
fn stages_are_one_segment_where_one_pool_does_them() {
    let stages = vec![wait(), cpu(), wait(), cpu()];
    assert_eq!(segments(stages, false), [(0..4, FRONT_POOL, false)]);
}

#[test]
fn a_pipeline_is_cut_where_waiting_and_computing_meet() {
    let stages = vec![wait(), cpu(), cpu(), wait()];
    assert_eq!(
        segments(stages, true),
        [
            (0..1, FRONT_POOL, false),
            (1..3, BACK_POOL, false),
            (3..4, FRONT_POOL, false)
        ]
    );
    assert_eq!(
        segments(vec![cpu()], true),
        [(0..0, FRONT_POOL, false), (0..1, BACK_POOL, false)]
    );
}

#[test]
fn a_barrier_ends_a_segment() {
    assert_eq!(
        segments(vec![cpu(), Stage::Barrier, wait(), cpu()], false),
        [(0..1, FRONT_POOL, true), (1..3, FRONT_POOL, false)]
    );
    assert_eq!(
        segments(vec![cpu(), Stage::Barrier, cpu()], true),
        [
            (0..0, FRONT_POOL, false),
            (0..1, BACK_POOL, true),
            (1..1, FRONT_POOL, false),
            (1..2, BACK_POOL, false)
        ]
    );
}
