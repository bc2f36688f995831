//! Reading a quantity as people write it: a number directly followed by its unit.

/// Why a text is not a quantity.
///
/// The message is for the person who wrote the text; it says what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// The text does not begin with a number.
    #[error("'{text}' does not start with a number; write {example}")]
    NoNumber {
        /// What was written.
        text: String,
        /// Texts that would be right.
        example: &'static str,
    },
    /// The number has no unit, or one that does not exist.
    #[error("'{text}' has no unit that is known here; write {example}")]
    UnknownUnit {
        /// What was written.
        text: String,
        /// Texts that would be right.
        example: &'static str,
    },
    /// Negative, infinite, or above what fits.
    #[error("'{text}' is outside of what can be expressed; write {example}")]
    OutOfRange {
        /// What was written.
        text: String,
        /// Texts that would be right.
        example: &'static str,
    },
}

/// Splits `text` into number and unit, and returns the number times the unit's factor, rounded.
///
/// `units` pairs each accepted spelling with its factor; the comparison ignores case only where
/// `units` holds one spelling for both.
pub(super) fn quantity(
    text: &str,
    units: &[(&str, f64)],
    example: &'static str,
) -> Result<u64, QuantityError> {
    let trimmed = text.trim();
    let split = trimmed
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')))
        .unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at(split);
    let Ok(number) = digits.replace('_', "").parse::<f64>() else {
        return Err(QuantityError::NoNumber {
            text: text.to_owned(),
            example,
        });
    };
    let unit = unit.trim();
    let factor = units
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, factor)| *factor);
    let factor = match factor {
        Some(factor) => factor,
        // Zero is zero in every unit.
        None if unit.is_empty() && number == 0.0 => 0.0,
        None => {
            return Err(QuantityError::UnknownUnit {
                text: text.to_owned(),
                example,
            });
        }
    };
    let value = (number * factor).round();
    // 2^63 leaves room for sums; nothing that is measured here comes near.
    if !(0.0..9.2e18).contains(&value) {
        return Err(QuantityError::OutOfRange {
            text: text.to_owned(),
            example,
        });
    }
    Ok(value as u64)
}
