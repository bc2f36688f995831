//! An amount of memory or data in bytes, written as "256KiB".

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::units::QuantityError;
use crate::units::parse::quantity;

/// An amount of bytes.
///
/// In files and forms it is text: `"512B"`, `"256KiB"`, `"1.5MiB"`, `"1GiB"`; decimal units (`"1MB"`) are read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub u64);

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const UNITS: &[(&str, f64)] = &[
    ("B", 1.0),
    ("KiB", KIB as f64),
    ("MiB", MIB as f64),
    ("GiB", GIB as f64),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];
const EXAMPLE: &str = "a size such as \"512B\", \"256KiB\" or \"4MiB\"";

impl Bytes {
    /// From whole kibibytes.
    #[must_use]
    pub const fn from_kib(kib: u64) -> Self {
        Self(kib * KIB)
    }

    /// From whole mebibytes.
    #[must_use]
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib * MIB)
    }
}

impl FromStr for Bytes {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        quantity(text, UNITS, EXAMPLE).map(Self)
    }
}

impl fmt::Display for Bytes {
    /// Writes the shortest text that reads back as the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, size) in [("GiB", GIB), ("MiB", MIB), ("KiB", KIB)] {
            // A quarter of a unit is exact in binary and still reads well.
            if self.0 >= size && self.0.is_multiple_of(size / 4) {
                return write!(f, "{}{unit}", self.0 as f64 / size as f64);
            }
        }
        write!(f, "{}B", self.0)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Bytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An amount of bytes with its unit: B, KiB, MiB, GiB, kB, MB or GB",
            "examples": ["512B", "256KiB", "4MiB"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_and_written_back_the_same() {
        for (text, bytes, again) in [
            ("512B", 512, "512B"),
            ("256KiB", 262_144, "256KiB"),
            ("1.5MiB", 1_572_864, "1.5MiB"),
            ("1GiB", 1_073_741_824, "1GiB"),
            ("1MB", 1_000_000, "1000000B"),
            ("0", 0, "0B"),
        ] {
            let read: Bytes = text.parse().unwrap();
            assert_eq!(read.0, bytes, "{text}");
            assert_eq!(read.to_string(), again);
            assert_eq!(again.parse::<Bytes>().unwrap(), read);
        }
    }

    #[test]
    fn a_text_that_is_no_size_says_what_is_expected() {
        for text in ["", "big", "4", "4 mebibytes", "-1KiB"] {
            let error = text.parse::<Bytes>().unwrap_err().to_string();
            assert!(error.contains("256KiB"), "{text}: {error}");
        }
    }
}
