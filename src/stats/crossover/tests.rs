//! Crossings of known curves, and how often the intervals hold them.

use super::*;
use crate::stats::bootstrap::{Bootstrap, Scale};
use crate::stats::rng::Rng;

fn exact(points: &[(f64, f64)]) -> Vec<RatioAt> {
    let ratio = |&(at, value): &(f64, f64)| RatioAt {
        at,
        log_ratio: Uncertain { value, error: None },
    };
    points.iter().map(ratio).collect()
}

#[test]
fn a_straight_line_crosses_where_it_is_zero() {
    let points = exact(&[(0.1, -0.4), (0.3, -0.2), (0.5, 0.1), (0.7, 0.3)]);
    let Crossover::At {
        first_above_below,
        places,
    } = crossover(&points, false, 0.01, 1)
    else {
        panic!("they cross");
    };
    assert!(!first_above_below);
    assert_eq!(places.len(), 1);
    assert!((places[0].value - (0.3 + 0.2 * 2.0 / 3.0)).abs() < 1e-12);
    assert_eq!(places[0].ends(), None);
    // On a scale of ratios half-way between 10 and 1,000 is 100.
    let by_ratio = exact(&[(10.0, 1.0), (1_000.0, -1.0)]);
    let Crossover::At { places, .. } = crossover(&by_ratio, true, 0.01, 1) else {
        panic!("they cross");
    };
    assert!((places[0].value - 100.0).abs() < 1e-9);
}

#[test]
fn without_a_change_of_places_there_is_no_crossing() {
    let above = exact(&[(1.0, 0.2), (2.0, 0.3), (3.0, -0.005)]);
    assert_eq!(
        crossover(&above, false, 0.01, 1),
        Crossover::Always { first_above: true }
    );
    let same = exact(&[(1.0, 0.001), (2.0, -0.001)]);
    assert_eq!(crossover(&same, false, 0.01, 1), Crossover::TooClose);
    assert_eq!(crossover(&[], false, 0.01, 1), Crossover::TooClose);
}

#[test]
fn several_crossings_are_all_told() {
    let points = exact(&[(1.0, 1.0), (2.0, -1.0), (3.0, 1.0)]);
    let Crossover::At { places, .. } = crossover(&points, false, 0.01, 1) else {
        panic!("they cross");
    };
    let at: Vec<f64> = places.iter().map(|place| place.value).collect();
    assert_eq!(at, [1.5, 2.5]);
}

/// A sweep of six points with `blocks` blocks each, whose true ratio is a line through zero at 0.42.
fn measured(rng: &mut Rng, slope: f64, noise: f64, blocks: usize) -> Vec<RatioAt> {
    (0..6)
        .map(|index| {
            let at = 0.1 + 0.15 * f64::from(index);
            let truth = slope * (at - 0.42);
            let values: Vec<f64> = (0..blocks).map(|_| truth + noise * rng.normal()).collect();
            let mean = |times: &[u32]| {
                let n: u32 = times.iter().sum();
                let sum: f64 = values
                    .iter()
                    .zip(times)
                    .map(|(v, t)| v * f64::from(*t))
                    .sum();
                Some(sum / f64::from(n))
            };
            let spread = Bootstrap::new(blocks, rng.next_u64()).spread(Scale::Linear, mean);
            let spread = spread.unwrap();
            RatioAt {
                at,
                log_ratio: spread.uncertain(),
            }
        })
        .collect()
}

#[test]
fn the_interval_holds_the_true_crossing_about_as_often_as_it_says() {
    for (blocks, noise) in [(3, 0.03), (3, 0.1), (5, 0.1)] {
        let mut rng = Rng::new(42, blocks as u64);
        let (mut held, mut told, mut width) = (0, 0, 0.0);
        for seed in 0..120 {
            let points = measured(&mut rng, 1.5, noise, blocks);
            if let Crossover::At { places, .. } = crossover(&points, false, 0.01, seed)
                && let [place] = places.as_slice()
            {
                let (low, high) = place.ends().unwrap();
                told += 1;
                held += u32::from((low..=high).contains(&0.42));
                width += high - low;
            }
        }
        assert!(told >= 116, "{told} of 120 found with {noise} of noise");
        let share = f64::from(held) / f64::from(told);
        assert!(
            (0.93..=1.0).contains(&share),
            "{blocks} blocks, {noise}: {share}"
        );
        let width = width / f64::from(told);
        assert!(
            width < 6.0 * noise,
            "{blocks} blocks, {noise}: {width} wide"
        );
    }
}

#[test]
fn equal_curves_are_hardly_ever_said_to_cross() {
    let mut rng = Rng::new(3, 9);
    let crossed = (0..200).filter(|&seed| {
        let points = measured(&mut rng, 0.0, 0.05, 3);
        matches!(crossover(&points, false, 0.01, seed), Crossover::At { .. })
    });
    assert!(crossed.count() <= 4);
}
