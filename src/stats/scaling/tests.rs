//! Fits of curves whose coefficients are known.

use super::*;
use crate::stats::rng::Rng;

const NUMBERS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 32.0];

fn truth(contention: f64, coherency: f64) -> Coefficients {
    Coefficients {
        one_per_sec: 120.0,
        contention,
        coherency,
    }
}

fn points(of: impl Fn(f64) -> f64, error: Option<(f64, f64)>) -> Vec<ThroughputAt> {
    let at = |workers| ThroughputAt {
        workers,
        log_per_sec: Uncertain {
            value: of(workers).ln(),
            error,
        },
    };
    NUMBERS.map(at).to_vec()
}

#[test]
fn exact_curves_give_their_coefficients_back() {
    for (contention, coherency) in [
        (0.02, 0.0005),
        (0.3, 0.0),
        (0.0, 0.01),
        (0.0, 0.0),
        (1.0, 0.0),
    ] {
        let truth = truth(contention, coherency);
        let exact = points(|n| truth.throughput(n), None);
        let fit = ScalingFit::new(Law::Universal, &exact, 1).unwrap();
        assert!((fit.best.one_per_sec / 120.0 - 1.0).abs() < 1e-6, "{fit:?}");
        assert!((fit.best.contention - contention).abs() < 1e-6);
        assert!((fit.best.coherency - coherency).abs() < 1e-8);
        assert!(fit.error_ratio < 1e-6);
        if coherency <= 0.0 {
            let amdahl = ScalingFit::new(Law::Amdahl, &exact, 1).unwrap();
            assert!((amdahl.best.contention - contention).abs() < 1e-9);
            assert_eq!(amdahl.peak_workers, None);
        }
    }
}

#[test]
fn the_peak_is_where_throughput_is_highest_and_the_limit_does_not_pass_one_that_was_not_seen() {
    let seen = truth(0.02, 0.0049);
    let fit = ScalingFit::new(Law::Universal, &points(|n| seen.throughput(n), None), 1).unwrap();
    let peak = fit.peak_workers.unwrap().value;
    assert!((peak - (0.98_f64 / 0.0049).sqrt()).abs() < 1e-4);
    for near in [0.98, 1.02] {
        assert!(seen.throughput(peak * near) < seen.throughput(peak));
    }
    assert!(
        (fit.limit_workers - 32.0).abs() < 1e-9,
        "{}",
        fit.limit_workers
    );
    let unseen = truth(0.0, 1.0 / 1_600.0);
    let fit = ScalingFit::new(Law::Universal, &points(|n| unseen.throughput(n), None), 1).unwrap();
    assert!((fit.limit_workers - 40.0).abs() < 1e-3);
    let none = truth(0.1, 0.0);
    let fit = ScalingFit::new(Law::Amdahl, &points(|n| none.throughput(n), None), 1).unwrap();
    assert!((fit.limit_workers - 64.0).abs() < 1e-9);
}

#[test]
fn coefficients_are_never_negative_whatever_is_measured() {
    let mut rng = Rng::new(11, 0);
    for seed in 0..15 {
        // Super-linear on average: a fit without conditions would have a negative contention.
        let noisy: Vec<f64> = NUMBERS
            .iter()
            .map(|n| 100.0 * n.powf(1.1) * (0.2 * rng.normal()).exp())
            .collect();
        let of = |workers: f64| noisy[NUMBERS.iter().position(|n| *n >= workers).unwrap()];
        for law in [Law::Amdahl, Law::Universal] {
            let fit = ScalingFit::new(law, &points(of, Some((0.2, 2.0))), seed).unwrap();
            for figure in [fit.contention, fit.coherency, fit.one_per_sec] {
                assert!(figure.low.unwrap() >= 0.0 && figure.value >= 0.0, "{fit:?}");
            }
            assert!(fit.contention.high.unwrap() <= 1.0);
        }
    }
}

#[test]
fn too_few_numbers_of_workers_give_no_fit() {
    let all = points(|n| truth(0.1, 0.001).throughput(n), None);
    assert_eq!(ScalingFit::new(Law::Universal, &all[..3], 1), None);
    assert_eq!(ScalingFit::new(Law::Amdahl, &all[..2], 1), None);
    let twice = [all[0], all[0], all[1], all[1]];
    assert_eq!(ScalingFit::new(Law::Amdahl, &twice, 1), None);
}

#[test]
fn intervals_hold_the_true_coefficients_about_as_often_as_they_say() {
    let mut rng = Rng::new(5, 1);
    let truth = truth(0.05, 0.001);
    let (mut contention, mut coherency, mut peak, mut band) = (0, 0, 0, 0);
    for seed in 0..60 {
        let noise = NUMBERS.map(|_| 0.03 * rng.normal());
        let of = |workers: f64| {
            let index = NUMBERS.iter().position(|n| *n >= workers).unwrap();
            truth.throughput(workers) * noise[index].exp()
        };
        // The error of three blocks, known as badly as it is: by two degrees of freedom.
        let fit = ScalingFit::new(Law::Universal, &points(of, Some((0.03, 2.0))), seed).unwrap();
        let holds = |figure: Figure, value: f64| {
            figure.low.is_none_or(|low| low <= value)
                && figure.high.is_none_or(|high| high >= value)
        };
        contention += u32::from(holds(fit.contention, 0.05));
        coherency += u32::from(holds(fit.coherency, 0.001));
        peak += u32::from(
            fit.peak_workers
                .is_some_and(|found| holds(found, truth.peak().unwrap())),
        );
        let (low, high) = fit.band(20.0).unwrap();
        band += u32::from((low..=high).contains(&truth.throughput(20.0)));
    }
    for held in [contention, coherency, peak, band] {
        assert!(held >= 55, "{contention} {coherency} {peak} {band} of 60");
    }
}
