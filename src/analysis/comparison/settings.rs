//! What differs between two scenarios, field by field, in the words of the file.
//!
//! Prose is left out: it changes no figure. Candidates are compared pair by pair.

use serde::Serialize;
use serde_json::Value;

use crate::scenario::{Candidate, Scenario};

/// More differences are counted only: two scenarios that have so little in common are not the same with changes.
pub const SETTINGS_MAX: usize = 40;
/// A longer value is cut.
const VALUE_CHARS_MAX: usize = 80;
/// Fields that change no figure of a run: prose, and what is measured besides. Candidates are compared pair by pair.
const NO_FIGURE: [&str; 6] = [
    "format",
    "about",
    "look_for",
    "candidates",
    "sweep",
    "capacity",
];
/// What stands for a field that a file leaves to its default.
const NOT_SET: &str = "not set";

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SettingDifference {
    /// The field, as problems of files name it: `tasks[0].stages[1].Wait.time`.
    pub field: String,
    /// Its value in the baseline; "not set" if it is left to its default.
    pub baseline: String,
    /// Its value in the run.
    pub run: String,
}

/// All that differs, and how many differences are not listed.
pub(super) fn of_scenarios(baseline: &Scenario, run: &Scenario) -> (Vec<SettingDifference>, usize) {
    let mut found = Vec::new();
    differences("", &value(baseline), &value(run), &mut found);
    let dropped = found.len().saturating_sub(SETTINGS_MAX);
    found.truncate(SETTINGS_MAX);
    (found, dropped)
}

/// What differs between two candidates, without their names.
pub(super) fn of_candidates(baseline: &Candidate, run: &Candidate) -> Vec<SettingDifference> {
    let [before, now] = [baseline, run].map(|candidate| {
        let mut value = serde_json::to_value(candidate).unwrap_or_default();
        remove(&mut value, &["name"]);
        value
    });
    let mut found = Vec::new();
    differences("", &before, &now, &mut found);
    found.truncate(SETTINGS_MAX);
    found
}

/// The fields that can change a figure. The seed is that of the run, which an option may have changed.
fn value(scenario: &Scenario) -> Value {
    let mut value = serde_json::to_value(scenario).unwrap_or_default();
    remove(&mut value, &NO_FIGURE);
    if let Some(protocol) = value.get_mut("protocol") {
        remove(protocol, &["seed"]);
    }
    if let Some(prices) = value.get_mut("prices") {
        remove(prices, &["source", "date"]);
    }
    value
}

fn remove(value: &mut Value, fields: &[&str]) {
    if let Some(object) = value.as_object_mut() {
        object.retain(|field, _| !fields.contains(&field.as_str()));
    }
}

/// Goes down as far as both have the same shape.
fn differences(path: &str, baseline: &Value, run: &Value, found: &mut Vec<SettingDifference>) {
    if baseline == run {
        return;
    }
    let joined = |field: &str| {
        if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        }
    };
    match (baseline, run) {
        (Value::Object(before), Value::Object(now)) if !are_other_cases(before, now) => {
            let new = now.keys().filter(|field| !before.contains_key(*field));
            for field in before.keys().chain(new) {
                let of = |object: &serde_json::Map<String, Value>| {
                    object.get(field).cloned().unwrap_or_default()
                };
                differences(&joined(field), &of(before), &of(now), found);
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            for place in 0..before.len().max(now.len()) {
                let of = |array: &[Value]| array.get(place).cloned().unwrap_or_default();
                differences(&format!("{path}[{place}]"), &of(before), &of(now), found);
            }
        }
        (before, now) => found.push(SettingDifference {
            field: path.to_owned(),
            baseline: words(before),
            run: words(now),
        }),
    }
}

/// Whether these are two cases of one choice, `Open(…)` and `Closed(…)`, of which no field is the same.
fn are_other_cases(
    before: &serde_json::Map<String, Value>,
    now: &serde_json::Map<String, Value>,
) -> bool {
    before.len() == 1 && now.len() == 1 && before.keys().next() != now.keys().next()
}

/// A value in one short line.
fn words(value: &Value) -> String {
    let words = match value {
        Value::Null => NOT_SET.to_owned(),
        Value::String(text) => text.replace(['\n', '\r', '\t'], " "),
        other => as_in_files(other),
    };
    if words.chars().count() <= VALUE_CHARS_MAX {
        return words;
    }
    let kept: String = words.chars().take(VALUE_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

/// A value as a scenario file writes it: `Http(delay: Constant("40ms"))`.
fn as_in_files(value: &Value) -> String {
    let is_case = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    match value {
        Value::Object(fields) => {
            let mut parts = fields.iter();
            if let (Some((name, inner)), None) = (parts.next(), parts.next())
                && is_case(name)
            {
                return match inner {
                    Value::Object(_) => format!("{name}{}", as_in_files(inner)),
                    inner => format!("{name}({})", as_in_files(inner)),
                };
            }
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| format!("{name}: {}", as_in_files(value)));
            format!("({})", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(as_in_files).collect();
            format!("[{}]", values.join(", "))
        }
        // A case without fields is a word, and every other text has quotes.
        Value::String(text) if is_case(text) && text.chars().all(char::is_alphanumeric) => {
            text.clone()
        }
        other => other.to_string(),
    }
}
