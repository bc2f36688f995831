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
    let decimals = decimals(size);
    format!("{value:.decimals$}")
}

/// How many decimals show three digits of a `size` from 0 to 999.
fn decimals(size: f64) -> usize {
    match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        // Three digits after the leading zeros; nine decimals at the most.
        s => (2 - s.log10().floor() as i32).clamp(3, 9) as usize,
    }
}

/// A label of an axis whose ticks are `step` apart: just the decimals that tell neighbours apart, thousands
/// separated: `0.25`, `20`, `1,500`.
#[must_use]
pub fn tick(value: f64, step: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    // 1e-9: a step of 0.1 has a logarithm just above -1.
    let decimals = (-(step.abs().log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
    if decimals == 0 {
        return grouped(value.round() as i64);
    }
    let text = format!("{value:.decimals$}");
    // -0.0 is no place on an axis.
    if text
        .trim_start_matches('-')
        .chars()
        .all(|c| matches!(c, '0' | '.'))
    {
        "0".to_owned()
    } else {
        text
    }
}

/// A date and time of day in UTC: `2026-03-01 12:00 UTC`. `unix_secs` counts from 1970.
#[must_use]
pub fn date_time(unix_secs: u64) -> String {
    const SECS_PER_DAY: u64 = 86_400;
    let (year, month, day) = civil(unix_secs / SECS_PER_DAY);
    let secs = unix_secs % SECS_PER_DAY;
    format!(
        "{year}-{month:02}-{day:02} {:02}:{:02} UTC",
        secs / 3_600,
        secs % 3_600 / 60
    )
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
const fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months are counted from March, so that the leap day is the last of a year.
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
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

/// A length that was chosen and not measured, without decimals that say nothing: `2 s`, `1.5 s`, `250 ms`, `20 µs`.
#[must_use]
pub fn span(nanos: u64) -> String {
    let (size, unit) = match nanos {
        1_000_000_000.. | 0 => (1e9, "s"),
        1_000_000.. => (1e6, "ms"),
        1_000.. => (1e3, "µs"),
        1.. => (1.0, "ns"),
    };
    format!("{} {unit}", nanos as f64 / size)
}

/// A number that was chosen and not measured: `150`, `2.5`, `10,000`.
#[must_use]
pub fn given(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        grouped(value as i64)
    } else {
        value.to_string()
    }
}

/// A size that was chosen and not measured: `16 KiB`, `1.5 MiB`, `1,000 B`.
#[must_use]
pub fn size(bytes: u64) -> String {
    for (unit, size) in [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        // A quarter of a unit is exact in binary and still reads well.
        if bytes >= size && bytes.is_multiple_of(size / 4) {
            return format!("{} {unit}", given(bytes as f64 / size as f64));
        }
    }
    format!("{} B", count(bytes))
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
    if value.is_finite() {
        format!("{} /s", number(value))
    } else {
        MISSING.to_owned()
    }
}

/// A ratio as percentage: `0.5` is `50 %`.
#[must_use]
pub fn percent(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{} %", number(ratio * 100.0))
    } else {
        MISSING.to_owned()
    }
}

/// A factor: `1.92×`.
#[must_use]
pub fn factor(value: f64) -> String {
    if value.is_finite() {
        format!("{}×", number(value))
    } else {
        MISSING.to_owned()
    }
}

/// Processor cores: `1.52 cores`; what is too little to matter is `<0.001 cores`.
#[must_use]
pub fn cores(value: f64) -> String {
    if value > 0.0 && value < 0.000_95 {
        "<0.001 cores".to_owned()
    } else if value.is_finite() {
        format!("{} cores", number(value))
    } else {
        MISSING.to_owned()
    }
}

/// Below this an amount of money reads better in millionths.
pub const MICRO_MONEY_BELOW: f64 = 1e-3;

/// An amount of money with its currency behind it, tiny ones in millionths: `0.0123 USD`, `35.5 µUSD`.
#[must_use]
pub fn money(value: f64, currency: &str) -> String {
    if !value.is_finite() {
        MISSING.to_owned()
    } else if value != 0.0 && value.abs() < MICRO_MONEY_BELOW {
        format!("{} µ{currency}", number(value * 1e6))
    } else {
        format!("{} {currency}", number(value))
    }
}

/// An amount of money in a column whose smallest amount is `smallest`: all are in the unit of that one, so that they
/// can be compared at a glance: `28.9 µUSD` beside `1,110 µUSD`.
#[must_use]
pub fn money_beside(value: f64, smallest: f64, currency: &str) -> String {
    if value.is_finite() && smallest > 0.0 && smallest < MICRO_MONEY_BELOW {
        format!("{} µ{currency}", number(value * 1e6))
    } else {
        money(value, currency)
    }
}

/// The text of a figure, or [`MISSING`].
#[must_use]
pub fn or_missing(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| MISSING.to_owned(), text)
}

/// `1 task`, `2 tasks`: a count with its noun.
#[must_use]
pub fn counted(value: u64, one: &str, many: &str) -> String {
    if value == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", count(value))
    }
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
        assert_eq!(money(0.012_34, "USD"), "0.0123 USD");
        assert_eq!(money(0.000_035_5, "EUR"), "35.5 µEUR");
        assert_eq!(money(0.0, "USD"), "0 USD");
        assert_eq!(cores(0.000_3), "<0.001 cores");
        assert_eq!(cores(0.0), "0 cores");
        assert_eq!(counted(1, "task", "tasks"), "1 task");
        assert_eq!(clock(65_000_000_000), "1:05");
        assert_eq!(span(1_500_000_000), "1.5 s");
        assert_eq!(span(250_000_000), "250 ms");
        assert_eq!(span(250_000), "250 µs");
        assert_eq!(size(1_572_864), "1.5 MiB");
        assert_eq!(size(1_000), "1,000 B");
        assert_eq!(given(10_000.0), "10,000");
        assert_eq!(given(0.04), "0.04");
    }

    #[test]
    fn a_tick_has_just_the_decimals_that_tell_it_from_its_neighbours() {
        assert_eq!(tick(20.0, 20.0), "20");
        assert_eq!(tick(1_500.0, 500.0), "1,500");
        assert_eq!(tick(0.1 + 0.2, 0.1), "0.3");
        assert_eq!(tick(0.000_04, 0.000_02), "0.00004");
        assert_eq!(tick(-0.0, 0.5), "0");
        assert_eq!(tick(f64::NAN, 1.0), MISSING);
    }

    #[test]
    fn a_date_is_that_of_the_calendar_in_utc() {
        assert_eq!(date_time(0), "1970-01-01 00:00 UTC");
        assert_eq!(date_time(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date_time(1_772_366_400), "2026-03-01 12:00 UTC");
        assert_eq!(date_time(4_102_444_799), "2099-12-31 23:59 UTC");
    }

    #[test]
    fn amounts_of_money_in_a_column_have_the_unit_of_the_smallest() {
        let column = |value| money_beside(value, 0.000_028_9, "USD");
        assert_eq!(column(0.000_028_9), "28.9 µUSD");
        assert_eq!(column(0.001_11), "1,110 µUSD");
        assert_eq!(money_beside(2.5, f64::INFINITY, "EUR"), "2.50 EUR");
        assert_eq!(money_beside(f64::NAN, 0.000_1, "EUR"), MISSING);
    }

    #[test]
    fn a_missing_figure_is_never_zero() {
        assert_eq!(or_missing(None, nanos), MISSING);
        assert_eq!(per_sec(f64::INFINITY), MISSING);
    }
}
