//! Response time over rate.

use crate::analysis::{CapacityFigures, CapacityPlan};
use crate::chart::plane::line;
use crate::chart::{Along, Band, Diagram, Plane, Quantity, Rule, RuleOf, Scale, Stroke};
use crate::units::text;

/// Response time over rate, with the objective and the knees.
#[must_use]
pub fn capacity_plane(plan: &CapacityPlan, figures: &[CapacityFigures]) -> Plane {
    let (percentile, bound) = plan.percentile();
    let (mut series, mut bands, mut rules) = (Vec::new(), Vec::new(), Vec::new());
    for one in figures {
        let known = || {
            one.probes
                .iter()
                .filter_map(|probe| Some((probe.rate_per_sec, probe.response_nanos?)))
        };
        let run: Vec<_> = known().map(|(rate, figure)| [rate, figure.value]).collect();
        series.push(line(one.candidate, &one.name, "", Stroke::Solid, vec![run]));
        // Only rates that were measured again have an interval: each stands for itself.
        bands.extend(known().filter_map(|(rate, figure)| {
            let (low, high) = figure.ends()?;
            Some(Band {
                candidate: one.candidate,
                points: vec![[rate, low, high]],
            })
        }));
        let places = [
            (one.held_per_sec, "capacity of"),
            (one.knee_per_sec, "knee of"),
        ];
        rules.extend(places.into_iter().filter_map(|(at, what)| {
            Some(Rule {
                of: RuleOf::X,
                at: at?,
                label: format!("{what} {}", one.name),
            })
        }));
    }
    rules.extend(bound.map(|bound| Rule {
        of: RuleOf::Y,
        at: bound,
        label: format!("objective {}", text::nanos(bound)),
    }));
    Plane {
        diagram: Diagram {
            slug: "capacity",
            title: "Response time over rate",
            caption: format!(
                "{} of the response time at each rate that was tried",
                percentile.label()
            ),
            warning: None,
            x: Along::Values {
                quantity: Quantity::PerSec,
                scale: Scale::Log10,
            },
            x_name: "tasks offered per second",
            y: Along::Values {
                quantity: Quantity::Nanos,
                scale: Scale::Log10,
            },
            y_name: "",
            // A bound that is far from what was measured is what one came to see.
            reach: bound.map(|bound| [bound; 2]),
            series,
        },
        bands,
        rules,
    }
}
