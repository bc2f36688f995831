//! A length of time in whole nanoseconds, written as "40ms".

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::units::QuantityError;
use crate::units::parse::quantity;

/// A length of time in nanoseconds.
///
/// In files and forms it is text: `"250us"`, `"40ms"`, `"1.5s"`, `"2min"`, `"1h"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nanos(pub u64);

const UNITS: &[(&str, f64)] = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("min", 60e9),
    ("m", 60e9),
    ("h", 3600e9),
];
const EXAMPLE: &str = "a time such as \"250us\", \"40ms\", \"1.5s\" or \"2min\"";

impl Nanos {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From whole microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// From whole milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// From whole seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// In seconds.
    #[must_use]
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// As people write a length that was computed: cut to two digits, so that 266,666,667 ns become 260 ms. It never
    /// becomes longer, and what is not zero never becomes zero.
    #[must_use]
    pub const fn in_round_numbers(self) -> Self {
        let Some(digits) = self.0.checked_ilog10() else {
            return self;
        };
        let step = 10_u64.pow(digits.saturating_sub(1));
        Self(self.0 - self.0 % step)
    }

    /// As the standard library's duration.
    #[must_use]
    pub const fn duration(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.0)
    }
}

impl FromStr for Nanos {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        quantity(text, UNITS, EXAMPLE).map(Self)
    }
}

impl fmt::Display for Nanos {
    /// Writes the shortest text that reads back as the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, nanos) in [("h", 3_600_000_000_000), ("min", 60_000_000_000)] {
            if self.0 >= nanos && self.0.is_multiple_of(nanos) {
                return write!(f, "{}{unit}", self.0 / nanos);
            }
        }
        for (unit, nanos) in [("s", 1_000_000_000_u64), ("ms", 1_000_000), ("us", 1_000)] {
            // At most three decimals: "1.5s" and not "1500ms", but "1234567ns" stays exact.
            if self.0 >= nanos && self.0.is_multiple_of(nanos / 1_000) {
                return write!(f, "{}{unit}", self.0 as f64 / nanos as f64);
            }
        }
        if self.0 == 0 {
            write!(f, "0s")
        } else {
            write!(f, "{}ns", self.0)
        }
    }
}

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Nanos {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A time with its unit: ns, us, ms, s, min or h",
            "examples": ["250us", "40ms", "1.5s"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computed_length_is_cut_to_what_people_write() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (99, "99ns"),
            (266_666_667, "260ms"),
            (533_333_334, "530ms"),
            (1_333_333_334, "1.3s"),
            (1_500_000_000, "1.5s"),
            (1_999_999_999, "1.9s"),
            (97_000_000_000, "97s"),
        ] {
            assert_eq!(Nanos(nanos).in_round_numbers().to_string(), text);
        }
    }

    #[test]
    fn what_people_write_is_read_and_written_back_the_same() {
        for (text, nanos, again) in [
            ("0", 0, "0s"),
            ("40ms", 40_000_000, "40ms"),
            ("1.5s", 1_500_000_000, "1.5s"),
            ("250us", 250_000, "250us"),
            ("250µs", 250_000, "250us"),
            ("90s", 90_000_000_000, "90s"),
            ("2 min", 120_000_000_000, "2min"),
            ("1h", 3_600_000_000_000, "1h"),
            ("1234567ns", 1_234_567, "1234.567us"),
            ("7ns", 7, "7ns"),
        ] {
            let read: Nanos = text.parse().unwrap();
            assert_eq!(read.0, nanos, "{text}");
            assert_eq!(read.to_string(), again);
            assert_eq!(again.parse::<Nanos>().unwrap(), read);
        }
    }

    #[test]
    fn a_text_that_is_no_time_says_what_is_expected() {
        for text in [
            "",
            "fast",
            "40",
            "40 parsecs",
            "-1s",
            "1e3s",
            "infs",
            "99999999999999h",
        ] {
            let error = text.parse::<Nanos>().unwrap_err().to_string();
            assert!(error.contains("40ms"), "{text}: {error}");
        }
    }
}
