//! The points of a sweep, the probes of a search for the capacity, and how long both take.

use crate::scenario::bounds::{MAX_AXIS_VALUES, MAX_CAPACITY_PROBES, MAX_POINTS};
use crate::scenario::estimate::{estimate_run_nanos, longest_run_nanos};
use crate::scenario::vary::{NotApplicable, apply};
use crate::scenario::{
    Axis, CapacitySearch, Parameter, ParameterUnit, Range, Scenario, Setting, StepScale, Sweep,
    Values,
};

/// One point of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The value of each axis, in their order.
    pub settings: Vec<Setting>,
    /// What is measured there: each candidate once, without the sweep itself.
    pub scenario: Scenario,
}

impl Values {
    /// The values one after the other, at most one more than [`MAX_AXIS_VALUES`]. What a range has twice because
    /// `unit` has no fractions, is there once.
    #[must_use]
    pub fn settings(&self, unit: ParameterUnit) -> Vec<Setting> {
        match self {
            Self::List(values) => values.iter().copied().take(MAX_AXIS_VALUES + 1).collect(),
            Self::Range(range) => range.settings(unit),
        }
    }
}

impl Range {
    fn settings(&self, unit: ParameterUnit) -> Vec<Setting> {
        let (from, to) = (self.from.amount(), self.to.amount());
        let steps = self.steps.min(MAX_AXIS_VALUES as u32 + 1);
        let last = f64::from(steps.saturating_sub(1).max(1));
        let amounts = (0..steps).map(|step| {
            let share = f64::from(step) / last;
            match self.scale {
                // Exact at both ends.
                StepScale::Linear => from * (1.0 - share) + to * share,
                StepScale::Log => from.powf(1.0 - share) * to.powf(share),
            }
        });
        // There are no equal ratios from below zero.
        let amounts = amounts.filter(|amount| amount.is_finite());
        let values = amounts.map(|amount| {
            self.from.with_amount(match unit {
                ParameterUnit::Count => amount.round(),
                _ => rounded(amount),
            })
        });
        let mut values: Vec<Setting> = values.collect();
        values.dedup();
        values
    }
}

/// To six digits, so that 0.30000000000000004 is 0.3.
fn rounded(value: f64) -> f64 {
    let unit = 10_f64.powf(5.0 - value.abs().log10().floor());
    let rounded = (value * unit).round() / unit;
    // Of nothing, and of the very largest and smallest numbers, there are no six digits.
    if rounded.is_finite() { rounded } else { value }
}

impl Axis {
    /// Its values one after the other.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        self.over.settings(self.vary.unit())
    }
}

impl Scenario {
    /// The same with only the candidates of these names, and without a sweep or a search; all if there is no name.
    /// Names that no candidate has are left out.
    #[must_use]
    pub fn with_candidates(&self, names: &[String]) -> Self {
        let mut chosen = self.clone();
        (chosen.sweep, chosen.capacity) = (None, None);
        if !names.is_empty() {
            chosen
                .candidates
                .retain(|candidate| names.contains(&candidate.label()));
        }
        chosen
    }

    /// The scenario of one point: `self` with a value for each axis, each candidate measured once.
    ///
    /// # Errors
    /// If a parameter has no effect on it, or a value is none of its parameter.
    pub fn at(&self, settings: &[(Parameter, Setting)]) -> Result<Self, NotApplicable> {
        let mut at = self.clone();
        for (parameter, setting) in settings {
            at = apply(&at, *parameter, *setting)?;
        }
        at.protocol.repeats = 1;
        at.protocol.noise_floor = false;
        Ok(at)
    }
}

impl Sweep {
    /// What its points vary: the chosen candidates of `scenario`.
    #[must_use]
    pub fn base(&self, scenario: &Scenario) -> Scenario {
        scenario.with_candidates(&self.candidates)
    }

    /// How often each point is measured.
    #[must_use]
    pub fn rounds(&self, scenario: &Scenario) -> u32 {
        self.repeats.unwrap_or(scenario.protocol.repeats)
    }

    /// The values of each point: the first axis turns fastest. At most one more than [`MAX_POINTS`].
    #[must_use]
    pub fn coordinates(&self) -> Vec<Vec<Setting>> {
        let along_x = self.x.settings();
        let Some(y) = &self.y else {
            return along_x.into_iter().map(|x| vec![x]).collect();
        };
        let rows = y.settings();
        let points = rows
            .iter()
            .flat_map(|y| along_x.iter().map(move |x| vec![*x, *y]));
        points.take(MAX_POINTS + 1).collect()
    }

    /// `settings` with the parameters of the axes.
    #[must_use]
    pub fn assigned(&self, settings: &[Setting]) -> Vec<(Parameter, Setting)> {
        let parameters = self.axes().map(|axis| axis.vary);
        parameters.zip(settings.iter().copied()).collect()
    }

    /// All points, in the order of their values.
    ///
    /// # Errors
    /// As [`Scenario::at`], for the first point that is none.
    pub fn points(&self, scenario: &Scenario) -> Result<Vec<Point>, NotApplicable> {
        let base = self.base(scenario);
        let coordinates = self.coordinates().into_iter();
        coordinates
            .map(|settings| {
                let scenario = base.at(&self.assigned(&settings))?;
                Ok(Point { settings, scenario })
            })
            .collect()
    }

    /// About how long all rounds of all points take, in nanoseconds.
    #[must_use]
    pub fn estimate_nanos(&self, scenario: &Scenario) -> u64 {
        self.total_nanos(scenario, estimate_run_nanos)
    }

    /// How long they may take at the most, in nanoseconds.
    #[must_use]
    pub fn longest_nanos(&self, scenario: &Scenario) -> u64 {
        self.total_nanos(scenario, longest_run_nanos)
    }

    fn total_nanos(&self, scenario: &Scenario, of_a_point: fn(&Scenario) -> u64) -> u64 {
        let points = self.points(scenario).unwrap_or_default();
        let each = points.iter().map(|point| of_a_point(&point.scenario));
        each.fold(0, u64::saturating_add)
            .saturating_mul(self.rounds(scenario).into())
    }
}

impl CapacitySearch {
    /// Whose capacity is searched: the chosen candidates of `scenario`.
    #[must_use]
    pub fn base(&self, scenario: &Scenario) -> Scenario {
        scenario.with_candidates(&self.candidates)
    }

    /// How many rates are tried for a candidate at the most, each measured once: doubling from the lowest to the
    /// highest rate, then halving the last step until it is narrow enough.
    #[must_use]
    pub fn probes(&self) -> u32 {
        let doublings = (self.to / self.from).log2().ceil().max(0.0) + 1.0;
        let halvings = (2_f64.ln() / self.precision_ratio.ln_1p()).log2().ceil();
        let probes = doublings + halvings.max(0.0);
        // What is not a number becomes zero.
        (probes as u32).clamp(1, MAX_CAPACITY_PROBES)
    }

    /// About how long the search takes, in nanoseconds, if every rate is decided at once.
    #[must_use]
    pub fn estimate_nanos(&self, scenario: &Scenario) -> u64 {
        let base = self
            .base(scenario)
            .at(&[(Parameter::Rate, Setting::Number(self.from))]);
        base.map_or(0, |once| estimate_run_nanos(&once))
            .saturating_mul(self.probes().into())
    }
}
