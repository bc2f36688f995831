//! Speed-up and efficiency over workers, with the laws that fit and the ideal.

use crate::analysis::Scaling;
use crate::chart::plane::{line, reach_of};
use crate::chart::{Along, Band, Diagram, Plane, Rule, RuleOf, Scale, Series, Stroke};
use crate::stats::ScalingFit;

/// Points along the curve of a law.
const CURVE_POINTS: u32 = 60;

/// Speed-up and efficiency over workers, with the laws and the ideal. `names` are the candidates'.
#[must_use]
pub fn scaling_planes(all: &[Scaling], names: &[String]) -> Vec<Plane> {
    [false, true]
        .map(|by_worker| scaling_plane(all, names, by_worker))
        .to_vec()
}

/// A speed-up as it is, or the share of it that each worker has, in per cent.
fn shown(by_worker: bool, workers: f64, speedup: f64) -> f64 {
    if by_worker {
        100.0 * speedup / workers
    } else {
        speedup
    }
}

fn scaling_plane(all: &[Scaling], names: &[String], by_worker: bool) -> Plane {
    let (mut series, mut bands) = (Vec::new(), Vec::new());
    for one in all {
        let name = names.get(one.candidate).cloned().unwrap_or_default();
        series.extend(lines(one, &name, by_worker));
        bands.push(band(one, by_worker));
    }
    // The ideal is nobody's: it has the colour after the last candidate's.
    let most = series
        .iter()
        .flat_map(|series| series.runs.iter().flatten())
        .map(|point| point[0])
        .fold(1.0, f64::max);
    let ideal = [1.0, most].map(|workers| [workers, shown(by_worker, workers, workers)]);
    series.push(line(
        names.len(),
        "ideal",
        "ideal",
        Stroke::Dotted,
        vec![ideal.to_vec()],
    ));
    let (slug, title, caption) = if by_worker {
        (
            "efficiency",
            "Efficiency",
            "speed-up per worker; 100 % is ideal",
        )
    } else {
        ("speed_up", "Speed-up", "throughput over that of one worker")
    };
    let (reach, cut) = reach_of(&series, &bands, Scale::Linear);
    let intervals = if cut.is_empty() {
        ""
    } else {
        "; arrows: a 95 % interval is wider than the chart shows"
    };
    Plane {
        diagram: Diagram {
            slug,
            title,
            caption: format!("{caption}{intervals}"),
            warning: None,
            x: Along::Plain,
            x_name: "workers",
            y: if by_worker {
                Along::Percent
            } else {
                Along::Plain
            },
            y_name: "",
            reach,
            series,
        },
        bands,
        rules: limits(all, names),
    }
}

/// What was measured, and the law.
fn lines(one: &Scaling, name: &str, by_worker: bool) -> Vec<Series> {
    let measured = one.points.iter();
    let measured = measured.map(|point| {
        [
            point.workers,
            shown(by_worker, point.workers, point.speedup.value),
        ]
    });
    let mut lines = vec![line(
        one.candidate,
        name,
        "measured",
        Stroke::Solid,
        vec![measured.collect()],
    )];
    if let Some(fit) = law(one) {
        let curve = curve(one, fit);
        let curve = curve
            .into_iter()
            .map(|[workers, speedup]| [workers, shown(by_worker, workers, speedup)]);
        lines.push(line(
            one.candidate,
            name,
            "by the law",
            Stroke::Dashed,
            vec![curve.collect()],
        ));
    }
    lines
}

fn band(one: &Scaling, by_worker: bool) -> Band {
    let ends = one.points.iter().filter_map(|point| {
        let (low, high) = point.speedup.ends()?;
        let of = |speedup| shown(by_worker, point.workers, speedup);
        Some([point.workers, of(low), of(high)])
    });
    Band {
        candidate: one.candidate,
        points: ends.collect(),
    }
}

/// The law with most coefficients that could be fitted.
fn law(one: &Scaling) -> Option<&ScalingFit> {
    one.universal.as_ref().or(one.amdahl.as_ref())
}

/// Where the laws end; once, where all end at the same place.
fn limits(all: &[Scaling], names: &[String]) -> Vec<Rule> {
    let ends = all
        .iter()
        .filter_map(|one| Some((one.candidate, law(one)?.limit_workers)));
    let ends: Vec<(usize, f64)> = ends.collect();
    let alike = ends
        .windows(2)
        .all(|pair| pair[0].1.total_cmp(&pair[1].1).is_eq());
    let told = if alike { 1 } else { ends.len() };
    let rule = |(candidate, at): (usize, f64)| Rule {
        of: RuleOf::X,
        at,
        label: match names.get(candidate).filter(|_| !alike) {
            Some(name) => format!("{name}: not to be read beyond"),
            None => "not to be read beyond".to_owned(),
        },
    };
    ends.into_iter().take(told).map(rule).collect()
}

/// The law up to its limit, over the throughput to which the measured speed-up is related.
fn curve(scaling: &Scaling, fit: &ScalingFit) -> Vec<[f64; 2]> {
    (0..=CURVE_POINTS)
        .map(|step| {
            let share = f64::from(step) / f64::from(CURVE_POINTS);
            let workers = 1.0 + share * (fit.limit_workers - 1.0);
            [workers, fit.best.throughput(workers) / scaling.one_per_sec]
        })
        .collect()
}
