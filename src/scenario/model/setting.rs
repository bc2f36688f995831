//! Values of a parameter, as people write them: numbers, times and sizes, in a list or as a range.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, Nanos};

/// One value of a parameter: a number, or a text with its unit.
///
/// Written as `8`, `0.25`, `"5ms"` or `"64KiB"`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting {
    /// A number.
    Number(f64),
    /// A time.
    Time(Nanos),
    /// A size.
    Size(Bytes),
}

/// The values of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// These, written as `[1, 2, 4]`.
    List(Vec<Setting>),
    /// Equal steps between two ends, both of which belong to it: `Range(from: 50, to: 400, steps: 4)`.
    Range(Range),
}

/// Values at equal steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first value.
    pub from: Setting,
    /// The last value.
    pub to: Setting,
    /// How many values, both ends included; at least 2.
    pub steps: u32,
    /// What is equal between neighbours.
    #[serde(default, skip_serializing_if = "StepScale::is_linear")]
    pub scale: StepScale,
}

/// What is equal between neighbouring values of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum StepScale {
    /// Their difference.
    #[default]
    Linear,
    /// Their ratio.
    Log,
}

impl StepScale {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_linear(&self) -> bool {
        matches!(self, Self::Linear)
    }
}

impl Setting {
    /// The number alone: of a time its nanoseconds, of a size its bytes.
    #[must_use]
    pub const fn amount(self) -> f64 {
        match self {
            Self::Number(value) => value,
            Self::Time(time) => time.0 as f64,
            Self::Size(size) => size.0 as f64,
        }
    }

    /// The same kind with another number; times and sizes are rounded.
    #[must_use]
    pub fn with_amount(self, amount: f64) -> Self {
        // A float above the range of u64 becomes its largest value, one below zero becomes zero.
        let whole = amount.round() as u64;
        match self {
            Self::Number(_) => Self::Number(amount),
            Self::Time(_) => Self::Time(Nanos(whole)),
            Self::Size(_) => Self::Size(Bytes(whole)),
        }
    }

    /// Reads a number, a time or a size; none if it is neither.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain = text.trim().replace('_', "");
        match plain.parse::<f64>() {
            Ok(number) => number.is_finite().then_some(Self::Number(number)),
            Err(_) => Self::with_unit(text),
        }
    }

    fn with_unit(text: &str) -> Option<Self> {
        let size = text.parse().map(Self::Size);
        size.or_else(|_| text.parse().map(Self::Time)).ok()
    }

    /// Whether both are numbers, both times, or both sizes.
    #[must_use]
    pub const fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Number(_), Self::Number(_))
                | (Self::Time(_), Self::Time(_))
                | (Self::Size(_), Self::Size(_))
        )
    }
}

impl fmt::Display for Setting {
    /// As it is written in a file, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Negative zero is zero.
            Self::Number(value) => write!(f, "{}", value + 0.0),
            Self::Time(time) => time.fmt(f),
            Self::Size(size) => size.fmt(f),
        }
    }
}

impl From<f64> for Setting {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl Serialize for Setting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Whole numbers up to here are exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Number(value) if value.fract() == 0.0 && value.abs() < EXACT => {
                serializer.serialize_i64(*value as i64)
            }
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Time(time) => time.serialize(serializer),
            Self::Size(size) => size.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Setting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a text such as \"5ms\" or \"64KiB\"")
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Setting, E> {
                Ok(Setting::Number(value as f64))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Setting, E> {
                Ok(Setting::Number(value as f64))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Setting, E> {
                Ok(Setting::Number(value))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Setting, E> {
                let refused = || {
                    E::custom(format!(
                        "'{text}' is neither a time nor a size; write a number without quotes, or a text such as \
                         \"5ms\" or \"64KiB\""
                    ))
                };
                Setting::with_unit(text).ok_or_else(refused)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A range as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum Written {
    Range {
        from: Setting,
        to: Setting,
        steps: u32,
        #[serde(default, skip_serializing_if = "StepScale::is_linear")]
        scale: StepScale,
    },
}

impl From<Written> for Values {
    fn from(written: Written) -> Self {
        let Written::Range {
            from,
            to,
            steps,
            scale,
        } = written;
        Self::Range(Range {
            from,
            to,
            steps,
            scale,
        })
    }
}

impl Serialize for Values {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::List(ref values) => values.serialize(serializer),
            Self::Range(Range {
                from,
                to,
                steps,
                scale,
            }) => Written::Range {
                from,
                to,
                steps,
                scale,
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::value::{EnumAccessDeserializer, MapAccessDeserializer};
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list such as [1, 2, 4], or Range(from: 1, to: 8, steps: 4)")
            }

            // A value alone is a list of one, of which it is told elsewhere that it is no range.
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Values, E> {
                self.visit_f64(value as f64)
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Values, E> {
                self.visit_f64(value as f64)
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Values, E> {
                Ok(Values::List(vec![Setting::Number(value)]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<Values, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = items.next_element()? {
                    values.push(value);
                }
                Ok(Values::List(values))
            }

            fn visit_enum<A: serde::de::EnumAccess<'de>>(
                self,
                access: A,
            ) -> Result<Values, A::Error> {
                Written::deserialize(EnumAccessDeserializer::new(access)).map(Into::into)
            }

            // JSON has a variant as an object of one field.
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                access: A,
            ) -> Result<Values, A::Error> {
                Written::deserialize(MapAccessDeserializer::new(access)).map(Into::into)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Setting {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Setting".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number, or a time or a size with its unit",
            "anyOf": [{ "type": "number" }, { "type": "string" }],
            "examples": [8, 0.25, "5ms", "64KiB"]
        })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Values {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (value, range) = (
            generator.subschema_for::<Setting>(),
            generator.subschema_for::<Range>(),
        );
        schemars::json_schema!({
            "description": "Values of a parameter: a list, or equal steps between two ends",
            "anyOf": [
                { "type": "array", "items": value },
                {
                    "type": "object",
                    "properties": { "Range": range },
                    "required": ["Range"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
