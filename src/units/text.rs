//! How figures read: three significant digits, the unit chosen by size, one space between them.
//!
//! A missing figure is [`MISSING`], never a zero.

/// What stands where there is no figure.
pub const MISSING: &str = "–";

/// A number with three significant digits and thousands separated: `0.0123`, `1.23`, `12.3`, `123`, `12,345`.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let size = value.abs();
    if size >= 999.5 {
        return grouped(value.round() as i64);
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        // Three digits after the leading zeros; six decimals at the most.
        s => (2 - s.log10().floor() as i32).clamp(3, 9) as usize,
    };
    format!("{value:.decimals$}")
}

/// A whole number with thousands separated: `12,345`.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A time given in nanoseconds: `850 ns`, `12.3 µs`, `40.0 ms`, `1.50 s`, `3 min 20 s`.
#[must_use]
pub fn nanos(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        MISSING.to_owned()
    } else if size == 0.0 {
        "0 s".to_owned()
    } else if size < 999.5 {
        format!("{} ns", number(value))
    } else if size < 999.5e3 {
        format!("{} µs", number(value / 1e3))
    } else if size < 999.5e6 {
        format!("{} ms", number(value / 1e6))
    } else if size < 119.5e9 {
        format!("{} s", number(value / 1e9))
    } else {
        let secs = (value / 1e9).round() as i64;
        if secs < 7200 {
            format!("{} min {} s", secs / 60, secs % 60)
        } else {
            format!("{} h {} min", secs / 3600, secs % 3600 / 60)
        }
    }
}

/// A whole number of seconds for a clock on the screen: `0:07`, `12:05`.
#[must_use]
pub fn clock(nanos: u64) -> String {
    let secs = nanos / 1_000_000_000;
    format!("{}:{:02}", secs / 60, secs % 60)
}

/// An amount of bytes: `512 B`, `12.3 KiB`, `4.00 MiB`, `1.50 GiB`.
#[must_use]
pub fn bytes(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        MISSING.to_owned()
    } else if size < 1023.5 {
        format!("{} B", number(value))
    } else if size < 1023.5 * 1024.0 {
        format!("{} KiB", number(value / 1024.0))
    } else if size < 1023.5 * 1024.0 * 1024.0 {
        format!("{} MiB", number(value / 1_048_576.0))
    } else {
        format!("{} GiB", number(value / 1_073_741_824.0))
    }
}

/// Something per second: `123 /s`.
#[must_use]
pub fn per_sec(value: f64) -> String {
    if value.is_finite() { format!("{} /s", number(value)) } else { MISSING.to_owned() }
}

/// A ratio as percentage: `0.5` is `50 %`.
#[must_use]
pub fn percent(ratio: f64) -> String {
    if ratio.is_finite() { format!("{} %", number(ratio * 100.0)) } else { MISSING.to_owned() }
}

/// A factor: `1.92×`.
#[must_use]
pub fn factor(value: f64) -> String {
    if value.is_finite() { format!("{}×", number(value)) } else { MISSING.to_owned() }
}

/// Processor cores: `1.52 cores`.
#[must_use]
pub fn cores(value: f64) -> String {
    if value.is_finite() { format!("{} cores", number(value)) } else { MISSING.to_owned() }
}

/// An amount of money with its currency behind it: `0.000111 USD`.
#[must_use]
pub fn money(value: f64, currency: &str) -> String {
    if value.is_finite() { format!("{} {currency}", number(value)) } else { MISSING.to_owned() }
}

/// The text of a figure, or [`MISSING`].
#[must_use]
pub fn or_missing(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| MISSING.to_owned(), text)
}

/// `1 task`, `2 tasks`: a count with its noun.
#[must_use]
pub fn counted(value: u64, one: &str, many: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {many}", count(value)) }
}

fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_significant_digits_and_a_fitting_unit() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.000_111), "0.000111");
        assert_eq!(number(0.0123), "0.0123");
        assert_eq!(number(1.0), "1.00");
        assert_eq!(number(99.96), "100");
        assert_eq!(number(999.6), "1,000");
        assert_eq!(number(-1234.4), "-1,234");
        assert_eq!(number(f64::NAN), MISSING);
        assert_eq!(nanos(850.0), "850 ns");
        assert_eq!(nanos(40e6), "40.0 ms");
        assert_eq!(nanos(200e9), "3 min 20 s");
        assert_eq!(bytes(4_194_304.0), "4.00 MiB");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(counted(1, "task", "tasks"), "1 task");
        assert_eq!(clock(65_000_000_000), "1:05");
    }

    #[test]
    fn a_missing_figure_is_never_zero() {
        assert_eq!(or_missing(None, nanos), MISSING);
        assert_eq!(per_sec(f64::INFINITY), MISSING);
    }
}
