//! How many workers a back end has: a number, or so many per core.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many workers: a number, or so many per core of the machine it runs on.
///
/// Written as `8` or as `"2 per core"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Workers {
    /// That many.
    Count(u32),
    /// That many for each core.
    PerCore(u32),
}

/// Processors that this process may use.
#[must_use]
pub fn cores_of_this_machine() -> u32 {
    std::thread::available_parallelism()
        .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

impl Workers {
    /// How many they are on this machine.
    #[must_use]
    pub fn count(self) -> u32 {
        self.on(cores_of_this_machine())
    }

    /// Whether the number depends on the machine.
    #[must_use]
    pub const fn is_per_core(self) -> bool {
        matches!(self, Self::PerCore(_))
    }

    /// `8`, or `2/core`: as it stands behind the `×` of a label.
    pub(super) fn short(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::PerCore(times) => format!("{times}/core"),
        }
    }

    /// How many they are on a machine of `cores`.
    #[must_use]
    pub const fn on(self, cores: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::PerCore(times) => times.saturating_mul(cores),
        }
    }
}

impl From<u32> for Workers {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl fmt::Display for Workers {
    /// `8`, or `2 per core`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::PerCore(times) => write!(f, "{times} per core"),
        }
    }
}

impl Serialize for Workers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::PerCore(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Workers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Workers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number such as 8, or a text such as \"2 per core\"")
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Workers, E> {
                let count = u32::try_from(value).ok().map(Workers::Count);
                count.ok_or_else(|| no_workers(&value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Workers, E> {
                let count = u32::try_from(value).ok().map(Workers::Count);
                count.ok_or_else(|| no_workers(&value))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Workers, E> {
                text.strip_suffix("per core")
                    .and_then(|times| times.trim().parse().ok())
                    .map(Workers::PerCore)
                    .ok_or_else(|| no_workers(&text))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn no_workers<E: serde::de::Error>(found: &dyn fmt::Display) -> E {
    E::custom(format!(
        "'{found}' is no number of workers; write 8 or \"2 per core\""
    ))
}

#[cfg(test)]
impl schemars::JsonSchema for Workers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Workers".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How many workers: a number, or so many per core of the machine it runs on",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^[0-9]+ per core$" }
            ],
            "examples": [8, "2 per core"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_workers_are_read_and_written_back_the_same() {
        for (written, workers) in [
            ("8", Workers::Count(8)),
            ("\"1 per core\"", Workers::PerCore(1)),
            ("\"16 per core\"", Workers::PerCore(16)),
        ] {
            assert_eq!(serde_json::from_str::<Workers>(written).unwrap(), workers);
            assert_eq!(serde_json::to_string(&workers).unwrap(), written);
            assert_eq!(ron::from_str::<Workers>(written).unwrap(), workers);
        }
        let spaced: Workers = ron::from_str("\" 2  per core\"").unwrap();
        assert_eq!(spaced, Workers::PerCore(2));
    }

    #[test]
    fn what_is_no_number_of_workers_says_what_to_write() {
        for written in [
            "-1",
            "5000000000",
            "\"8\"",
            "\"per core\"",
            "\"-2 per core\"",
            "\"many\"",
        ] {
            let error = serde_json::from_str::<Workers>(written)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("write 8 or \"2 per core\""),
                "{written}: {error}"
            );
        }
    }

    #[test]
    fn a_number_per_core_grows_with_the_machine_and_never_overflows() {
        assert_eq!(Workers::Count(8).on(64), 8);
        assert_eq!(Workers::PerCore(2).on(64), 128);
        assert_eq!(Workers::PerCore(u32::MAX).on(64), u32::MAX);
        assert_eq!(Workers::PerCore(1).count(), cores_of_this_machine());
    }
}
