//! How frames of older versions become frames of this one; see the parent for when a version is raised.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::run::record::{Kind, VERSION};

/// Turns the content of a frame of one version into that of the next.
type Step = fn(Kind, Value) -> Value;

/// The step from version n to n + 1 stands at place n - 1. To add one: write a function that changes what must change
/// in the value of a frame of that kind and leaves the others as they are, append it, and raise [`VERSION`].
const STEPS: &[Step] = &[good_late];

/// Version 2 counts the good tasks that were late for an objective. Scenarios of version 1 had none, so there were none.
fn good_late(kind: Kind, mut value: Value) -> Value {
    if kind != Kind::Block {
        return value;
    }
    if let Some(last) = value
        .pointer_mut("/block/last")
        .and_then(Value::as_object_mut)
    {
        for name in ["window_good_late", "good_late"] {
            last.insert(name.to_owned(), 0.into());
        }
    }
    let intervals = value.pointer_mut("/block/timeline/intervals");
    for interval in intervals
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(interval) = interval.as_object_mut() {
            interval.insert("good_late".to_owned(), 0.into());
        }
    }
    value
}

const _: () = assert!(
    STEPS.len() + 1 == VERSION as usize,
    "each version but the last has a step to the next"
);

/// Reads the content of a frame of `version`, which is at least 1 and at most [`VERSION`].
pub(super) fn read<T: DeserializeOwned>(
    version: u16,
    kind: Kind,
    json: &[u8],
) -> serde_json::Result<T> {
    read_with(STEPS, version, kind, json)
}

fn read_with<T: DeserializeOwned>(
    steps: &[Step],
    version: u16,
    kind: Kind,
    json: &[u8],
) -> serde_json::Result<T> {
    let due = steps.get(usize::from(version) - 1..).unwrap_or_default();
    if due.is_empty() {
        return serde_json::from_slice(json);
    }
    let value = serde_json::from_slice(json)?;
    serde_json::from_value(due.iter().fold(value, |value, step| step(kind, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::Meta;

    fn name_of_two_parts(kind: Kind, mut value: Value) -> Value {
        if kind == Kind::Meta {
            value["name"] = format!("{} {}", value["first"], value["last"]).into();
        }
        value
    }

    fn note_of_nothing(kind: Kind, mut value: Value) -> Value {
        if kind == Kind::Meta {
            value["note"] = "".into();
        }
        value
    }

    #[test]
    fn a_frame_goes_through_all_versions_that_came_after_its_own() {
        let steps: &[Step] = &[name_of_two_parts, note_of_nothing];
        let read = |version, json: &str| {
            read_with::<Meta>(steps, version, Kind::Meta, json.as_bytes()).unwrap()
        };
        let first = read(1, r#"{"first": 1, "last": 2, "tags": []}"#);
        let second = read(2, r#"{"name": "1 2", "tags": []}"#);
        let third = read(3, r#"{"name": "1 2", "tags": [], "note": ""}"#);
        assert_eq!((&first, &second), (&third, &third));
        assert_eq!(third.name, "1 2");
    }
}
