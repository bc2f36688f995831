//! The prices that come along: to be copied into a scenario, and edited there.
//!
//! They are the file `assets/prices.ron`, embedded. A scenario holds its prices itself, so that what a run cost then is
//! told by its own file.

use std::sync::LazyLock;

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Deserialize;

use crate::scenario::PriceCard;

/// Prices that come along.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricePreset {
    /// Its name in commands: `aws-fargate`.
    pub name: String,
    /// The prices, with source and date.
    pub card: PriceCard,
}

static PRESETS: LazyLock<Vec<PricePreset>> = LazyLock::new(|| {
    ron::from_str(include_str!("../../assets/prices.ron"))
        .expect("the prices that come along are read by a test")
});

/// All prices that come along; the first are those of a scenario that names none.
#[must_use]
pub fn price_presets() -> &'static [PricePreset] {
    &PRESETS
}

/// The prices of that name.
#[must_use]
pub fn price_preset(name: &str) -> Option<&'static PricePreset> {
    price_presets().iter().find(|preset| preset.name == name)
}

/// A price card as it stands in a scenario file: `prices: (…),`.
///
/// # Panics
/// Never: prices consist of what RON can express.
#[must_use]
pub fn prices_text(card: &PriceCard) -> String {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let pretty = PrettyConfig::new().struct_names(false).new_line("\n");
    let body = options
        .to_string_pretty(card, pretty)
        .expect("prices consist of what RON can express");
    let indented: Vec<&str> = body.lines().collect();
    format!("    prices: {},\n", indented.join("\n    "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::{bundled_named, parse, validate};

    #[test]
    fn every_preset_is_valid_names_its_source_and_its_day_and_reads_back_from_a_scenario() {
        let mut names = BTreeSet::new();
        for preset in price_presets() {
            assert!(names.insert(&preset.name), "{} is there once", preset.name);
            assert!(!preset.card.source.is_empty() && !preset.card.date.is_empty());
            let text = bundled_named("prime_check").unwrap().text.trim_end();
            let text = text.strip_suffix(')').unwrap();
            let text = format!("{text}\n{})\n", prices_text(&preset.card));
            let loaded = parse(&text);
            assert_eq!(loaded.problems, [], "{text}");
            let scenario = loaded.scenario.unwrap();
            assert_eq!(validate(&scenario), []);
            assert_eq!(scenario.prices, preset.card);
        }
        assert!(names.len() >= 4);
    }

    #[test]
    fn the_first_preset_has_the_prices_of_a_scenario_that_names_none() {
        let (first, default) = (&price_presets()[0].card, PriceCard::default());
        assert_eq!(
            (first.per_vcpu_hour, first.per_gib_hour, first.basis),
            (default.per_vcpu_hour, default.per_gib_hour, default.basis)
        );
        assert_eq!(price_preset("round-figures"), Some(&price_presets()[0]));
        assert_eq!(price_preset("nobody"), None);
    }
}
