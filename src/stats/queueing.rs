//! What queueing theory says of waiting: the oracle of the engine's tests and a preview before a run.
//!
//! Steady state, first come, first served, an unbounded queue, independent (Poisson) arrivals. Rates are per
//! second, times in seconds. M/M/c: Erlang 1917. M/D/c, exact: Crommelin 1932 in the form of Janssen and
//! van Leeuwaarden, "Back to the roots of the M/D/s queue" (Statistica Neerlandica 62, 2008).

use std::f64::consts::TAU;

/// Mean wait in the queue with one server whose service times are exponential with mean 1 / `mu`: ρ / (μ − λ).
///
/// None if unstable (`lambda` ≥ `mu`) or if an argument is no rate.
#[must_use]
pub fn mm1_mean_wait(lambda: f64, mu: f64) -> Option<f64> {
    mmc_mean_wait(lambda, mu, 1)
}

/// Mean wait in the queue with `c` servers whose service times are exponential with mean 1 / `mu`.
///
/// The probability of waiting (Erlang C) over the spare rate c μ − λ. None if unstable (`lambda` ≥ `c` × `mu`)
/// or if an argument is no rate. O(c).
#[must_use]
pub fn mmc_mean_wait(lambda: f64, mu: f64, c: u32) -> Option<f64> {
    let load = load_per_server(lambda, mu.recip(), c)?;
    // Erlang B by its recursion, which neither overflows nor cancels.
    let offered = load * f64::from(c);
    let mut blocked = 1.0;
    for servers in 1..=c {
        blocked = offered * blocked / (f64::from(servers) + offered * blocked);
    }
    let waits = blocked / (1.0 - load * (1.0 - blocked));
    Some(waits / (f64::from(c) * mu - lambda))
}

/// Mean wait in the queue with one server and the same `service` time for all (Pollaczek and Khinchine):
/// half of the wait with exponential times.
///
/// None if unstable or if an argument is no rate or time.
#[must_use]
pub fn md1_mean_wait(lambda: f64, service: f64) -> Option<f64> {
    mdc_mean_wait(lambda, service, 1)
}

/// Mean wait in the queue with `c` servers and the same `service` time for all.
///
/// Seen once per service time, the queue is X ← max(0, X + A − c) with A Poisson of mean a = c ρ, of which the
/// mean is a / (2 (c − a)) − (c − 1 + a) / 2 + Σ 1 / (1 − z) over the c − 1 roots z ≠ 1 of
/// z^c = e^(a (z − 1)) in the unit disc; Little's law makes the wait of it. The sum cancels where nobody waits:
/// the error is about 1e-15 × c in tasks queued. None if unstable or if an argument is no rate or time. O(c).
#[must_use]
pub fn mdc_mean_wait(lambda: f64, service: f64, c: u32) -> Option<f64> {
    let load = load_per_server(lambda, service, c)?;
    if lambda <= 0.0 {
        return Some(0.0);
    }
    let servers = f64::from(c);
    let offered = load * servers;
    let roots: f64 = (1..c)
        .map(|root| one_over_one_minus_root(load, TAU * f64::from(root) / servers))
        .sum();
    let queued = 0.5 * (load / (1.0 - load) - (servers - 1.0 + offered)) + roots;
    Some(queued.max(0.0) / lambda)
}

/// Little's law: the mean number of tasks inside of anything that `per_sec` tasks enter per second and stay in
/// for `mean_secs` each.
#[must_use]
pub fn mean_inside(per_sec: f64, mean_secs: f64) -> f64 {
    per_sec * mean_secs
}

/// λ × service / c if it is a load that `c` servers can carry.
fn load_per_server(lambda: f64, service: f64, c: u32) -> Option<f64> {
    let valid = lambda.is_finite() && lambda >= 0.0 && service.is_finite() && service > 0.0;
    let load = lambda * service / f64::from(c.max(1));
    (valid && c > 0 && load < 1.0).then_some(load)
}

/// The real part of 1 / (1 − z) for the root of z = e^(i `angle`) e^(`load` (z − 1)) in the unit disc.
///
/// Newton's method from zero; the map is a contraction there, so that there is one root. Imaginary parts
/// vanish in the sum, since roots come in conjugate pairs.
fn one_over_one_minus_root(load: f64, angle: f64) -> f64 {
    /// About six steps are needed; the bound only makes the end evident.
    const STEPS_MAX: u32 = 50;
    let (mut x, mut y) = (0.0_f64, 0.0_f64);
    for _ in 0..STEPS_MAX {
        let size = (load * (x - 1.0)).exp();
        let (sin, cos) = load.mul_add(y, angle).sin_cos();
        let (fx, fy) = (x - size * cos, y - size * sin);
        let (dx, dy) = (1.0 - load * size * cos, -load * size * sin);
        let square = dx * dx + dy * dy;
        let (step_x, step_y) = ((fx * dx + fy * dy) / square, (fy * dx - fx * dy) / square);
        x -= step_x;
        y -= step_y;
        if step_x.abs() + step_y.abs() < f64::EPSILON {
            break;
        }
    }
    (1.0 - x) / ((1.0 - x).powi(2) + y * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found / expected - 1.0).abs() < 1e-9)
    }

    /// Mean number queued in M/D/c by Spitzer's identity for the wait of every c-th task, with positive terms
    /// only: Σ over k of E[(Poisson(k c ρ) − k c)⁺] / k. Slow near saturation, and exact.
    fn queued_by_spitzer(load: f64, c: u32) -> f64 {
        let mut queued = 0.0;
        for k in 1..100_000 {
            let served = f64::from(k * c);
            let arrive = served * load;
            let log_factorial: f64 = (1..=k * c + 1).map(|i| f64::from(i).ln()).sum();
            let mut chance = ((served + 1.0) * arrive.ln() - arrive - log_factorial).exp();
            let (mut excess, mut more) = (0.0, 1.0);
            while more * chance > 1e-18 * excess && chance > 0.0 {
                excess += more * chance;
                more += 1.0;
                chance *= arrive / (served + more);
            }
            queued += excess / f64::from(k);
            if excess < 1e-14 * queued {
                break;
            }
        }
        queued
    }

    #[test]
    fn an_idle_system_has_no_wait_and_an_unstable_or_senseless_one_has_no_answer() {
        assert_eq!(mmc_mean_wait(0.0, 2.0, 3), Some(0.0));
        assert_eq!(mdc_mean_wait(0.0, 2.0, 3), Some(0.0));
        for (lambda, mu) in [
            (2.0, 2.0),
            (3.0, 2.0),
            (f64::NAN, 2.0),
            (-1.0, 2.0),
            (1.0, 0.0),
            (1.0, f64::INFINITY),
        ] {
            assert_eq!(mm1_mean_wait(lambda, mu), None, "{lambda} {mu}");
            assert_eq!(md1_mean_wait(lambda, 1.0 / mu), None, "{lambda} {mu}");
        }
        assert_eq!(mmc_mean_wait(1.0, 2.0, 0), None);
        assert_eq!(mdc_mean_wait(1.0, 0.5, 0), None);
    }

    #[test]
    fn one_server_waits_as_the_textbooks_say() {
        // Half loaded at 10 ms: one service time if exponential, half of it if constant.
        assert!(close(mm1_mean_wait(50.0, 100.0), 0.010));
        assert!(close(md1_mean_wait(50.0, 0.010), 0.005));
        for load in [0.1, 0.3, 0.7, 0.9, 0.99] {
            assert!(close(md1_mean_wait(load, 1.0), load / (2.0 * (1.0 - load))));
        }
    }

    #[test]
    fn erlang_c_gives_the_published_examples() {
        // Two servers have the closed form ρ² / (1 − ρ²) service times.
        for load in [0.2, 0.5, 0.8, 0.95] {
            let expected = load * load / (1.0 - load * load);
            assert!(close(mmc_mean_wait(2.0 * load, 1.0, 2), expected));
        }
        // Bronson, "Operations Research" (1982), problem 24.6: three servers, 300 a year, two days each.
        let queued = mmc_mean_wait(300.0, 182.5, 3).unwrap() * 300.0;
        assert!((queued - 0.352).abs() < 0.0005, "{queued}");
    }

    #[test]
    fn constant_service_agrees_with_an_independent_exact_series() {
        for c in [1, 2, 3, 4, 8, 16, 50] {
            for load in [0.3, 0.5, 0.7, 0.9] {
                let expected = queued_by_spitzer(load, c);
                let found =
                    mdc_mean_wait(load * f64::from(c), 1.0, c).unwrap() * load * f64::from(c);
                let tolerance = 1e-9 * expected + 1e-14 * f64::from(c);
                assert!(
                    (found - expected).abs() < tolerance,
                    "c {c}, load {load}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn constant_service_waits_between_half_and_all_of_what_exponential_service_waits() {
        for c in [1, 2, 5, 20, 100] {
            for load in [0.5, 0.8, 0.95] {
                let lambda = load * f64::from(c);
                let ratio =
                    mdc_mean_wait(lambda, 1.0, c).unwrap() / mmc_mean_wait(lambda, 1.0, c).unwrap();
                assert!(
                    (0.5 - 1e-9..1.0).contains(&ratio),
                    "c {c}, load {load}: {ratio}"
                );
            }
        }
    }

    #[test]
    fn littles_law_turns_a_rate_and_a_time_into_a_number() {
        // M/M/1 half loaded: one task inside on average, half of one waiting.
        let wait = mm1_mean_wait(50.0, 100.0).unwrap();
        assert!((mean_inside(50.0, wait) - 0.5).abs() < 1e-12);
        assert!((mean_inside(50.0, wait + 0.010) - 1.0).abs() < 1e-12);
    }
}
