//! Values that are edited as text: how they are read, written, and made smaller or larger by a button.
//!
//! A text is accepted as typed and committed whenever it can be read; while it cannot, the last valid value
//! stays: see `drafts`.

use crate::scenario::Workers;
use crate::units::{Bytes, Nanos, text};

/// A value that a field holds as text.
pub(super) trait Typed: Clone + PartialEq {
    /// The buttons beside the field: (symbol, verb of the accessible name) for less and for more.
    const STEPS: [(&'static str, &'static str); 2];

    /// Whether it is written with letters of a unit behind the number, which may be left out.
    const HAS_UNIT: bool = false;

    /// The value of `text`, or what is wrong with it.
    fn read(text: &str) -> Result<Self, String>;

    /// The text that reads back as the same value.
    fn write(self) -> String;

    /// What the button for less makes of it.
    fn less(self) -> Self;

    /// What the button for more makes of it.
    fn more(self) -> Self;

    /// Where a slider has it; none for values without a natural range.
    fn slide(&self) -> Option<Slide> {
        None
    }

    /// What the place `to` of the slider makes of it, in figures that people would type.
    #[must_use]
    fn slid(&self, to: f64) -> Self {
        let _ = to;
        self.clone()
    }
}

/// A place on a slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slide {
    /// Where the value is.
    pub at: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end; larger values are typed.
    pub high: f64,
    /// Whether equal ways are equal factors.
    pub is_logarithmic: bool,
}

impl Slide {
    /// With equal ways for equal factors, as for most that differs by decades.
    pub(super) const fn logarithmic(at: f64, low: f64, high: f64) -> Self {
        Self {
            at,
            low,
            high,
            is_logarithmic: true,
        }
    }
}

/// With two digits: more than that cannot be meant with a slider.
pub(super) fn two_digits(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let step = 10_f64.powi(value.log10().floor() as i32 - 1);
    let rounded = (value / step).round() * step;
    // Without what the multiplication adds to a tenth.
    (rounded * 1e6).round() / 1e6
}

const HALVE_AND_DOUBLE: [(&str, &str); 2] = [("÷2", "Halve"), ("×2", "Double")];
const ONE_LESS_AND_MORE: [(&str, &str); 2] = [("−", "Lower"), ("+", "Raise")];

impl Typed for Nanos {
    const STEPS: [(&'static str, &'static str); 2] = HALVE_AND_DOUBLE;
    const HAS_UNIT: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error: crate::units::QuantityError| error.to_string())
    }

    fn write(self) -> String {
        self.to_string()
    }

    fn less(self) -> Self {
        Self(three_digits(self.0 / 2))
    }

    fn more(self) -> Self {
        // From nothing to something that can be seen.
        if self.0 == 0 {
            Self::from_millis(1)
        } else {
            Self(self.0.saturating_mul(2))
        }
    }

    fn slide(&self) -> Option<Slide> {
        // From a system call to what nobody waits for.
        Some(Slide::logarithmic(self.0 as f64, 1e3, 100e9))
    }

    fn slid(&self, to: f64) -> Self {
        Self(two_digits(to) as u64)
    }
}

impl Typed for Bytes {
    const STEPS: [(&'static str, &'static str); 2] = HALVE_AND_DOUBLE;
    const HAS_UNIT: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error: crate::units::QuantityError| error.to_string())
    }

    fn write(self) -> String {
        self.to_string()
    }

    fn less(self) -> Self {
        Self(self.0 / 2)
    }

    fn more(self) -> Self {
        if self.0 == 0 {
            Self::from_kib(1)
        } else {
            Self(self.0.saturating_mul(2))
        }
    }

    fn slide(&self) -> Option<Slide> {
        Some(Slide::logarithmic(self.0 as f64, 1_024.0, 1_073_741_824.0))
    }

    fn slid(&self, to: f64) -> Self {
        Self(to.max(1.0).log2().round().exp2() as u64)
    }
}

impl Typed for u32 {
    const STEPS: [(&'static str, &'static str); 2] = ONE_LESS_AND_MORE;

    fn read(text: &str) -> Result<Self, String> {
        let number = u64::read(text)?;
        Self::try_from(number).map_err(|_out_of_range| {
            format!(
                "'{}' is too large; write at most {}",
                text.trim(),
                Self::MAX
            )
        })
    }

    fn write(self) -> String {
        text::count(self.into())
    }

    fn less(self) -> Self {
        // Seen from below, so that less undoes more: 110 becomes 100 and 100 becomes 99.
        let below = self.saturating_sub(1);
        self.saturating_sub(tenth(below)).max(1)
    }

    fn more(self) -> Self {
        self.saturating_add(tenth(self))
    }

    fn slide(&self) -> Option<Slide> {
        Some(Slide::logarithmic(f64::from(*self), 1.0, 100_000.0))
    }

    fn slid(&self, to: f64) -> Self {
        two_digits(to).round() as Self
    }
}

impl Typed for u64 {
    const STEPS: [(&'static str, &'static str); 2] = HALVE_AND_DOUBLE;

    fn read(text: &str) -> Result<Self, String> {
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, ',' | '_' | ' '))
            .collect();
        digits
            .parse()
            .map_err(|_not_whole: std::num::ParseIntError| {
                format!(
                    "'{}' is not a whole number; write it like 250 or 20,000",
                    text.trim()
                )
            })
    }

    fn write(self) -> String {
        text::count(self)
    }

    fn less(self) -> Self {
        (self / 2).max(1)
    }

    fn more(self) -> Self {
        self.saturating_mul(2).max(1)
    }

    fn slide(&self) -> Option<Slide> {
        Some(Slide::logarithmic(*self as f64, 1.0, 100_000_000.0))
    }

    fn slid(&self, to: f64) -> Self {
        two_digits(to).round() as Self
    }
}

impl Typed for f64 {
    const STEPS: [(&'static str, &'static str); 2] = HALVE_AND_DOUBLE;

    fn read(text: &str) -> Result<Self, String> {
        match text.trim().replace('_', "").parse::<Self>() {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) | Err(_) => Err(format!(
                "'{}' is not a number; write it like 0.5 or 120",
                text.trim()
            )),
        }
    }

    fn write(self) -> String {
        // The shortest text that reads back the same; a rounded one would change the value when edited.
        self.to_string()
    }

    fn less(self) -> Self {
        self / 2.0
    }

    fn more(self) -> Self {
        if self > 0.0 { self * 2.0 } else { 1.0 }
    }
}

impl Typed for Workers {
    const STEPS: [(&'static str, &'static str); 2] = ONE_LESS_AND_MORE;

    fn read(text: &str) -> Result<Self, String> {
        let (number, is_per_core) = match text.trim().strip_suffix("per core") {
            Some(number) => (number, true),
            None => (text, false),
        };
        let count = u32::read(number).map_err(|_no_number| {
            format!(
                "'{}' is no number of workers; write it like 8 or 2 per core",
                text.trim()
            )
        })?;
        Ok(with_count(count, is_per_core))
    }

    fn write(self) -> String {
        let (count, is_per_core) = parts(self);
        let unit = if is_per_core { " per core" } else { "" };
        count.write() + unit
    }

    fn less(self) -> Self {
        let (count, is_per_core) = parts(self);
        with_count(count.less(), is_per_core)
    }

    fn more(self) -> Self {
        let (count, is_per_core) = parts(self);
        with_count(count.more(), is_per_core)
    }

    fn slide(&self) -> Option<Slide> {
        let (count, is_per_core) = parts(*self);
        let high = if is_per_core { 16.0 } else { 256.0 };
        Some(Slide::logarithmic(f64::from(count), 1.0, high))
    }

    fn slid(&self, to: f64) -> Self {
        let (_, is_per_core) = parts(*self);
        with_count(two_digits(to).round() as u32, is_per_core)
    }
}

const fn parts(workers: Workers) -> (u32, bool) {
    match workers {
        Workers::Count(count) => (count, false),
        Workers::PerCore(count) => (count, true),
    }
}

const fn with_count(count: u32, is_per_core: bool) -> Workers {
    if is_per_core {
        Workers::PerCore(count)
    } else {
        Workers::Count(count)
    }
}

/// A value that may be absent: an empty field.
impl<T: Typed> Typed for Option<T> {
    const STEPS: [(&'static str, &'static str); 2] = T::STEPS;

    fn read(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        T::read(text).map(Some)
    }

    fn write(self) -> String {
        self.map_or_else(String::new, T::write)
    }

    fn less(self) -> Self {
        self.map(T::less)
    }

    fn more(self) -> Self {
        self.map(T::more)
    }
}

/// The step of a count: one for the few workers of a pool, a hundred for thousands of clients.
fn tenth(count: u32) -> u32 {
    10_u32.pow(count.checked_ilog10().unwrap_or(0).saturating_sub(1))
}

/// Halving again and again would end in digits that nobody meant: 39062.5 becomes 39100.
fn three_digits(value: u64) -> u64 {
    let mut step = 1;
    while value / step >= 1_000 {
        step *= 10;
    }
    // Adding half a step first rounds.
    (value + step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_as_the_same_value() {
        for value in [0, 1, 999, 1_234_567, u64::MAX / 4] {
            assert_eq!(u64::read(&value.write()), Ok(value));
        }
        for value in [0.1, 1.0, 0.0333, 1e6] {
            assert_eq!(f64::read(&value.write()), Ok(value));
        }
        assert_eq!(u32::read(" 20_000 "), Ok(20_000));
        assert_eq!(Nanos::read("40ms"), Ok(Nanos::from_millis(40)));
    }

    #[test]
    fn a_text_that_cannot_be_read_says_what_to_write() {
        assert!(u32::read("4.5").unwrap_err().contains("whole number"));
        assert!(u32::read("5000000000").unwrap_err().contains("too large"));
        assert!(f64::read("nan").unwrap_err().contains("not a number"));
        assert!(Nanos::read("40").unwrap_err().contains("40ms"));
        assert!(Bytes::read("").unwrap_err().contains("256KiB"));
    }

    #[test]
    fn workers_are_a_number_or_so_many_per_core() {
        for workers in [Workers::Count(8), Workers::PerCore(2)] {
            assert_eq!(Workers::read(&workers.write()), Ok(workers));
        }
        assert_eq!(Workers::PerCore(2).more(), Workers::PerCore(3));
        assert!(Workers::read("some").unwrap_err().contains("2 per core"));
    }

    #[test]
    fn an_empty_field_is_an_absent_value() {
        assert_eq!(<Option<u32>>::read("  "), Ok(None));
        assert_eq!(<Option<u32>>::read("7"), Ok(Some(7)));
        assert_eq!(None::<u32>.write(), "");
        assert!(<Option<u32>>::read("x").is_err());
    }

    #[test]
    fn less_and_more_stay_in_readable_figures() {
        assert_eq!(Nanos::from_millis(40).less(), Nanos::from_millis(20));
        assert_eq!(Nanos(78_125).less(), Nanos(39_100));
        assert_eq!(Nanos::ZERO.less(), Nanos::ZERO);
        assert_eq!(Nanos::ZERO.more(), Nanos::from_millis(1));
        assert_eq!(1_u32.less(), 1);
        assert_eq!(
            (
                8_u32.more(),
                16_u32.more(),
                100_u32.more(),
                10_000_u32.more()
            ),
            (9, 17, 110, 11_000)
        );
        assert_eq!((9_u32.less(), 110_u32.less(), 100_u32.less()), (8, 100, 99));
        assert_eq!(0_u64.more(), 1);
        assert!(Typed::more(0.0_f64) > 0.0);
    }

    #[test]
    fn a_slider_gives_figures_that_people_would_type() {
        assert_eq!(Nanos::ZERO.slid(12_345_678.0), Nanos::from_millis(12));
        assert_eq!(Bytes(0).slid(70_000.0), Bytes::from_kib(64));
        assert_eq!(8_u32.slid(1_234.0), 1_200);
        assert_eq!(Workers::PerCore(1).slid(2.6), Workers::PerCore(3));
        assert!((two_digits(0.1234) - 0.12).abs() < 1e-12);
        for low in [1.0, 1.4] {
            assert_eq!(Workers::Count(9).slid(low), Workers::Count(1));
        }
        let slide = 8_u32.slide().unwrap();
        assert!(slide.low < slide.at && slide.at < slide.high);
    }
}
