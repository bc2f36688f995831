//! Figures that are typed with their unit: shares, rates, and the values of what a sweep varies.

use crate::gui::panels::composer::typed::{Slide, Typed, two_digits};
use crate::scenario::Setting;

/// A share from 0 to 1, written in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share(pub(super) f64);

/// So many per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PerSec(pub(super) f64);

/// The values of a parameter, with commas between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SettingList(pub(super) Vec<Setting>);

impl Typed for Share {
    const STEPS: [(&'static str, &'static str); 2] = <f64 as Typed>::STEPS;

    fn read(text: &str) -> Result<Self, String> {
        let refused = || format!("'{}' is no share; write it like 1 % or 0.01", text.trim());
        let (number, unit) = match text.trim().strip_suffix('%') {
            Some(number) => (number, 100.0),
            None => (text, 1.0),
        };
        match f64::read(number) {
            // 5 may mean 5 % or five times: whoever types it says which.
            Ok(share) if unit > 1.0 || share <= 1.0 => Ok(Self(share / unit)),
            Ok(_) | Err(_) => Err(refused()),
        }
    }

    fn write(self) -> String {
        // Without what the multiplication adds to a tenth.
        let percent = (self.0 * 1e10).round() / 1e8;
        let percent = if percent.is_finite() { percent } else { self.0 };
        format!("{percent} %")
    }

    fn less(self) -> Self {
        Self(self.0.less())
    }

    fn more(self) -> Self {
        // From nothing to the smallest share that people agree on.
        if self.0 > 0.0 {
            Self((self.0 * 2.0).min(1.0))
        } else {
            Self(0.001)
        }
    }

    fn slide(&self) -> Option<Slide> {
        Some(Slide {
            at: self.0,
            low: 0.0,
            high: 1.0,
            is_logarithmic: false,
        })
    }

    fn slid(&self, to: f64) -> Self {
        Self((to * 100.0).round() / 100.0)
    }
}

impl Typed for PerSec {
    const STEPS: [(&'static str, &'static str); 2] = <f64 as Typed>::STEPS;

    fn read(text: &str) -> Result<Self, String> {
        let number = text.trim();
        f64::read(number.strip_suffix("/s").unwrap_or(number)).map(Self)
    }

    fn write(self) -> String {
        format!("{} /s", self.0)
    }

    fn less(self) -> Self {
        Self(self.0.less())
    }

    fn more(self) -> Self {
        Self(self.0.more())
    }

    fn slide(&self) -> Option<Slide> {
        Some(Slide::logarithmic(self.0, 0.1, 100_000.0))
    }

    fn slid(&self, to: f64) -> Self {
        Self(two_digits(to))
    }
}

impl Typed for Setting {
    const STEPS: [(&'static str, &'static str); 2] = <f64 as Typed>::STEPS;

    fn read(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| {
            format!(
                "'{}' is neither a number, a time nor a size; write it like 8, 5ms or 64KiB",
                text.trim()
            )
        })
    }

    fn write(self) -> String {
        self.to_string()
    }

    fn less(self) -> Self {
        self.with_amount(self.amount() / 2.0)
    }

    fn more(self) -> Self {
        self.with_amount(self.amount() * 2.0)
    }
}

impl Typed for SettingList {
    const STEPS: [(&'static str, &'static str); 2] = <f64 as Typed>::STEPS;

    fn read(text: &str) -> Result<Self, String> {
        let values = text.split(',').map(<Setting as Typed>::read);
        values.collect::<Result<_, _>>().map(Self)
    }

    fn write(self) -> String {
        let values: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        values.join(", ")
    }

    fn less(self) -> Self {
        Self(self.0.into_iter().map(Typed::less).collect())
    }

    fn more(self) -> Self {
        Self(self.0.into_iter().map(Typed::more).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Bytes, Nanos};

    #[test]
    fn a_share_is_written_in_percent_and_read_either_way() {
        for (text, share) in [("1 %", 0.01), ("0.01", 0.01), ("0", 0.0), ("99.9%", 0.999)] {
            let Share(read) = Share::read(text).unwrap();
            assert!((read - share).abs() < 1e-12, "{text}: {read}");
        }
        for share in [0.0, 0.001, 0.07, 0.3, 1.0] {
            let Share(read) = Share::read(&Share(share).write()).unwrap();
            assert!((read - share).abs() < 1e-12, "{share}");
        }
        assert_eq!(Share(0.07).write(), "7 %");
        assert!(Share::read("5").unwrap_err().contains("1 % or 0.01"));
        assert_eq!(Share(0.0).more(), Share(0.001));
        assert_eq!(Share(0.8).more(), Share(1.0));
    }

    #[test]
    fn a_rate_may_be_typed_without_its_unit() {
        assert_eq!(PerSec::read("200"), Ok(PerSec(200.0)));
        assert_eq!(PerSec::read(&PerSec(0.5).write()), Ok(PerSec(0.5)));
        assert!(PerSec::read("fast").is_err());
    }

    #[test]
    fn values_are_a_list_of_numbers_times_and_sizes() {
        let list = |text: &str| SettingList::read(text).map(|list| list.0);
        let numbers = [1.0, 2.0, 4.0].map(Setting::Number).to_vec();
        assert_eq!(list("1, 2,4"), Ok(numbers.clone()));
        assert_eq!(SettingList(numbers).write(), "1, 2, 4");
        let mixed = vec![
            Setting::Time(Nanos::from_millis(5)),
            Setting::Size(Bytes::from_kib(64)),
        ];
        assert_eq!(list("5ms, 64KiB"), Ok(mixed));
        assert!(list("1,,2").unwrap_err().contains("'' is neither"));
    }
}
