//! Holds the JSON Schema of a scenario to the types: `UPDATE_EXPECT=1` rewrites it.
//!
//! The schema serves editors and other programs; our own reader does not use it.

use crate::scenario::Scenario;

#[test]
fn the_schema_in_assets_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenario.schema.json");
    let schema = schemars::schema_for!(Scenario);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == text,
        "assets/scenario.schema.json is out of date; run this test with UPDATE_EXPECT=1"
    );
}

#[test]
fn bundled_scenarios_fulfil_the_schema() {
    let schema = serde_json::to_value(schemars::schema_for!(Scenario)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for bundled in crate::scenario::bundled() {
        let scenario = crate::scenario::parse(bundled.text).scenario.unwrap();
        let value = serde_json::to_value(&scenario).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{}", bundled.file);
    }
}
