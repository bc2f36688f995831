//! Ticks of an axis and how they read: steps of 1, 2 or 5, and one unit for the whole axis.
//!
//! Window and exports use the same, so that a picture reads like the screen. Nothing is placed here: a tick
//! has a value, whoever draws knows where that lies.

use crate::chart::Quantity;
use crate::units::text;

/// One labelled place.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// In the quantity's own unit: nanoseconds, bytes, seconds.
    pub value: f64,
    /// As it stands beside the axis: `20 ms`.
    pub label: String,
}

/// The ticks of one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Distance between two ticks; of a logarithmic axis none.
    pub step: Option<f64>,
    /// Ascending, from `low` to `high`.
    pub ticks: Vec<Tick>,
    /// What a value is, where the labels do not say it: `tasks per second`; empty where they do.
    pub unit: String,
}

/// A unit of an axis: how much it is, and what stands behind a label.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit<'a> {
    size: f64,
    suffix: &'static str,
    /// Behind the suffix.
    currency: &'a str,
}

impl Unit<'static> {
    const PLAIN: Self = Self::of(1.0, "");
    const SECONDS: Self = Self::of(1.0, " s");

    const fn of(size: f64, suffix: &'static str) -> Self {
        Self {
            size,
            suffix,
            currency: "",
        }
    }
}

impl Axis {
    /// From `low` to `high`, with at most `at_most` steps between.
    #[must_use]
    pub fn linear(quantity: &Quantity, low: f64, high: f64, at_most: usize) -> Self {
        let unit = unit(quantity, low.abs().max(high.abs()));
        Self {
            unit: unit_name(quantity),
            ..scaled(unit, low, high, at_most)
        }
    }

    /// From zero to the first tick at or above `max`: the y axis of a picture.
    #[must_use]
    pub fn from_zero(quantity: &Quantity, max: f64, at_most: usize) -> Self {
        let max = if max.is_finite() && max > 0.0 {
            max
        } else {
            1.0
        };
        let unit = unit(quantity, max);
        let step = step(max / unit.size, at_most) * unit.size;
        // A maximum on a tick stays on it in spite of rounding.
        let high = (max / step - 1e-9).ceil() * step;
        Self::linear(quantity, 0.0, high, at_most)
    }

    /// An axis of seconds, for time.
    #[must_use]
    pub fn seconds(low: f64, high: f64, at_most: usize) -> Self {
        scaled(Unit::SECONDS, low, high, at_most)
    }

    /// A logarithmic axis, for values above 0: it ends at the 1, 2 or 5 of a decade around `low` and `high`, and
    /// labels all of these while they fit, else the decades. `low` and `high` are values, not logarithms.
    #[must_use]
    pub fn logarithmic(quantity: &Quantity, low: f64, high: f64, at_most: usize) -> Self {
        let low = if low > 0.0 && low.is_finite() {
            low
        } else {
            1.0
        };
        let high = if high > low && high.is_finite() {
            high
        } else {
            low * 10.0
        };
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let places: Vec<f64> = decades
            .flat_map(|exponent| [1.0, 2.0, 5.0].map(|factor| factor * 10_f64.powi(exponent)))
            .collect();
        let first = places
            .iter()
            .rposition(|place| *place <= low * (1.0 + 1e-9))
            .unwrap_or(0);
        let last = places
            .iter()
            .position(|place| *place >= high * (1.0 - 1e-9));
        let seen = &places[first..=last.unwrap_or(places.len() - 1)];
        let is_decade = |place: f64| (place.log10() - place.log10().round()).abs() < 1e-9;
        let all_fit = seen.len() <= at_most + 1;
        let decades = seen.iter().filter(|place| is_decade(**place)).count();
        let stride = decades.div_ceil(at_most + 1).max(1);
        let labelled = seen.iter().filter(|place| all_fit || is_decade(**place));
        let ticks = labelled
            .step_by(if all_fit { 1 } else { stride })
            .map(|&place| {
                // The unit changes along a logarithmic axis: 500 µs, 1 ms.
                let unit = unit(quantity, place);
                tick(unit, place / unit.size, place / unit.size)
            });
        let ends = (
            seen.first().copied().unwrap_or(low),
            seen.last().copied().unwrap_or(high),
        );
        let unit = unit_name(quantity);
        Self {
            low: ends.0,
            high: ends.1,
            step: None,
            ticks: ticks.collect(),
            unit,
        }
    }
}

impl Axis {
    /// The same logarithmic axis with labels at 1 and 3 of each decade, which are about as far apart as each other.
    #[must_use]
    pub fn with_half_decades(self, quantity: &Quantity) -> Self {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let places =
            decades.flat_map(|exponent| [1.0, 3.0].map(|factor| factor * 10_f64.powi(exponent)));
        // Both ends are products of the same powers of ten.
        let is_within =
            |place: &f64| (self.low * (1.0 - 1e-9)..=self.high * (1.0 + 1e-9)).contains(place);
        let ticks = places.filter(is_within).map(|place| {
            let unit = unit(quantity, place);
            tick(unit, place / unit.size, place / unit.size)
        });
        Self {
            ticks: ticks.collect(),
            ..self
        }
    }

    /// The ticks of a logarithmic axis of a decade or so, where 1, 2 and 5 are too few: the first of two finer
    /// series that has `at_least` places from `low` to `high`, which are values, not logarithms; none if both are
    /// too coarse.
    #[must_use]
    pub fn within_a_decade(
        quantity: &Quantity,
        low: f64,
        high: f64,
        at_least: usize,
    ) -> Option<Self> {
        const SERIES: [&[f64]; 2] = [
            &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
            &[1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
        ];
        if !(low > 0.0 && high > low && high.is_finite()) {
            return None;
        }
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let ticks_of = |series: &[f64]| -> Vec<Tick> {
            let places = decades.clone().flat_map(|exponent| {
                let decade = 10_f64.powi(exponent);
                series.iter().map(move |factor| (factor * decade, decade))
            });
            let seen = places.filter(|(place, _)| (low..=high).contains(place));
            seen.map(|(place, decade)| {
                let unit = unit(quantity, place);
                let is_whole = (place / decade).fract() == 0.0;
                let step = if is_whole { decade } else { decade / 2.0 };
                tick(unit, place / unit.size, step / unit.size)
            })
            .collect()
        };
        let ticks = SERIES.map(ticks_of);
        let ticks = ticks.into_iter().find(|ticks| ticks.len() >= at_least)?;
        Some(Self {
            low,
            high,
            step: None,
            ticks,
            unit: unit_name(quantity),
        })
    }
}

fn scaled(unit: Unit<'_>, low: f64, high: f64, at_most: usize) -> Axis {
    let (low, high) = if low.is_finite() && high.is_finite() && high > low {
        (low, high)
    } else {
        (0.0, 1.0)
    };
    let (from, to) = (low / unit.size, high / unit.size);
    let step = step(to - from, at_most);
    let (first, last) = (
        (from / step - 1e-9).ceil() as i64,
        (to / step + 1e-9).floor() as i64,
    );
    let ticks = (first..=last)
        .map(|number| tick(unit, number as f64 * step, step))
        .collect();
    Axis {
        low,
        high,
        step: Some(step * unit.size),
        ticks,
        unit: String::new(),
    }
}

fn tick(unit: Unit<'_>, scaled: f64, step: f64) -> Tick {
    let label = format!(
        "{}{}{}",
        text::tick(scaled, step),
        unit.suffix,
        unit.currency
    );
    // Zero is zero in every unit.
    let label = if scaled.abs() < step * 1e-6 {
        "0".to_owned()
    } else {
        label
    };
    Tick {
        value: scaled * unit.size,
        label,
    }
}

/// The smallest step of 1, 2 or 5 times a power of ten that divides `span` into at most `at_most` parts.
fn step(span: f64, at_most: usize) -> f64 {
    let rough = span / at_most.max(1) as f64;
    let power = 10_f64.powi(rough.log10().floor() as i32);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The unit in which `size` reads best.
fn unit(quantity: &Quantity, size: f64) -> Unit<'_> {
    const TIMES: &[Unit<'static>] = &[
        Unit::of(1e9, " s"),
        Unit::of(1e6, " ms"),
        Unit::of(1e3, " µs"),
        Unit::of(1.0, " ns"),
    ];
    const SIZES: &[Unit<'static>] = &[
        Unit::of(1_073_741_824.0, " GiB"),
        Unit::of(1_048_576.0, " MiB"),
        Unit::of(1_024.0, " KiB"),
        Unit::of(1.0, " B"),
    ];
    let units = match quantity {
        Quantity::Nanos => TIMES,
        Quantity::Bytes => SIZES,
        Quantity::Money(currency) => {
            let (size, suffix) = if size < text::MICRO_MONEY_BELOW {
                (1e-6, " µ")
            } else {
                (1.0, " ")
            };
            return Unit {
                size,
                suffix,
                currency,
            };
        }
        Quantity::PerSec | Quantity::Cores | Quantity::Count => return Unit::PLAIN,
    };
    let fits = |unit: &&Unit| size >= unit.size * (1.0 - 1e-9);
    units
        .iter()
        .find(fits)
        .or(units.last())
        .copied()
        .unwrap_or(Unit::PLAIN)
}

fn unit_name(quantity: &Quantity) -> String {
    match quantity {
        Quantity::PerSec => "tasks per second".to_owned(),
        Quantity::Cores => "cores".to_owned(),
        Quantity::Count => "tasks".to_owned(),
        Quantity::Nanos | Quantity::Bytes | Quantity::Money(_) => String::new(),
    }
}

impl Quantity {
    /// A value with its unit, for hover texts and tables.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        match self {
            Self::PerSec => text::per_sec(value),
            Self::Nanos => text::nanos(value),
            Self::Bytes => text::bytes(value),
            Self::Money(currency) => text::money(value, currency),
            Self::Cores => text::cores(value),
            Self::Count => text::number(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn all_labels_of_an_axis_have_one_unit() {
        let time = Axis::from_zero(&Quantity::Nanos, 73e6, 5);
        assert_eq!(labels(&time), ["0", "20 ms", "40 ms", "60 ms", "80 ms"]);
        assert_eq!((time.high, time.step), (80e6, Some(20e6)));
        let size = Axis::from_zero(&Quantity::Bytes, 1.2 * 1_048_576.0, 4);
        assert_eq!(labels(&size), ["0", "0.5 MiB", "1.0 MiB", "1.5 MiB"]);
        let rate = Axis::from_zero(&Quantity::PerSec, 2_100.0, 5);
        assert_eq!(
            labels(&rate),
            ["0", "500", "1,000", "1,500", "2,000", "2,500"]
        );
        assert_eq!(rate.unit, "tasks per second");
        let money = Axis::from_zero(&Quantity::Money("USD".to_owned()), 0.000_031, 4);
        assert_eq!(
            labels(&money),
            ["0", "10 µUSD", "20 µUSD", "30 µUSD", "40 µUSD"]
        );
    }

    #[test]
    fn a_maximum_on_a_tick_does_not_add_another() {
        assert_eq!(
            labels(&Axis::from_zero(&Quantity::Count, 100.0, 5)),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(
            labels(&Axis::from_zero(&Quantity::Cores, 0.3, 3)),
            ["0", "0.1", "0.2", "0.3"]
        );
    }

    #[test]
    fn ticks_lie_within_what_is_seen() {
        let axis = Axis::linear(&Quantity::Nanos, 12e3, 31e3, 4);
        assert_eq!(labels(&axis), ["15 µs", "20 µs", "25 µs", "30 µs"]);
        assert_eq!(
            labels(&Axis::seconds(-1.0, 6.0, 8)),
            ["-1 s", "0", "1 s", "2 s", "3 s", "4 s", "5 s", "6 s"]
        );
    }

    #[test]
    fn a_logarithmic_axis_has_1_2_5_while_they_fit_and_decades_beyond() {
        let few = Axis::logarithmic(&Quantity::Nanos, 300e3, 40e6, 10);
        let all = [
            "200 µs", "500 µs", "1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms",
        ];
        assert_eq!(labels(&few), all);
        assert!((few.low / 2e5 - 1.0).abs() < 1e-9 && (few.high / 5e7 - 1.0).abs() < 1e-9);
        let many = Axis::logarithmic(&Quantity::Nanos, 1e3, 1e9, 6);
        assert_eq!(
            labels(&many),
            ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"]
        );
    }

    #[test]
    fn an_axis_without_data_or_of_nonsense_still_has_ticks() {
        for axis in [
            Axis::from_zero(&Quantity::Count, 0.0, 5),
            Axis::from_zero(&Quantity::Bytes, f64::NAN, 5),
            Axis::linear(&Quantity::PerSec, 3.0, 3.0, 5),
            Axis::logarithmic(&Quantity::Nanos, 0.0, 0.0, 5),
            Axis::seconds(f64::NEG_INFINITY, 1.0, 0),
        ] {
            assert!(axis.ticks.len() >= 2, "{axis:?}");
            assert!(axis.high > axis.low);
        }
    }
}
