//! `prices`: the prices that come along.

use crate::cli::args::PricesArgs;
use crate::cli::{Exit, Output};
use crate::scenario::{self, CostBasis, PricePreset};
use crate::units::text;

/// Lists the prices that come along, or prints one as it stands in a scenario file.
pub(super) fn prices(args: &PricesArgs, out: &mut Output) -> Exit {
    let Some(name) = &args.name else {
        for preset in scenario::price_presets() {
            out.figure(format_args!("{}: {}", preset.name, told(preset)));
            out.prose(
                "    ",
                &format!("{} ({})", preset.card.source, preset.card.date),
            );
        }
        out.message(
            "Take one with 'poolscope run FILE --prices NAME', or copy it into a scenario with 'poolscope prices NAME'.",
        );
        return Exit::Success;
    };
    match preset_name(name) {
        Ok(_) => {
            let preset = scenario::price_preset(name);
            out.figure_text(
                &preset.map_or_else(String::new, |preset| scenario::prices_text(&preset.card)),
            );
            Exit::Success
        }
        Err(message) => {
            out.message(format_args!("error: {message}"));
            Exit::Usage
        }
    }
}

/// The name of prices that come along.
///
/// # Errors
/// Says which there are, if none has that name.
pub(super) fn preset_name(name: &str) -> Result<String, String> {
    if scenario::price_preset(name).is_some() {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = scenario::price_presets()
        .iter()
        .map(|preset| preset.name.as_str())
        .collect();
    Err(format!(
        "no prices that come along are called '{name}'; there are: {}",
        names.join(", ")
    ))
}

fn told(preset: &PricePreset) -> String {
    let card = &preset.card;
    let currency = &card.currency;
    match card.basis {
        CostBasis::Instance {
            per_hour,
            vcpus,
            memory,
        } => format!(
            "{} {currency} an hour for {} vCPUs and {}",
            text::given(per_hour),
            text::given(vcpus),
            text::size(memory.0)
        ),
        CostBasis::Consumed | CostBasis::Rented { .. } => format!(
            "{} {currency} per vCPU-hour, {} {currency} per GiB-hour",
            text::given(card.per_vcpu_hour),
            text::given(card.per_gib_hour)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_told_with_what_they_are_for_and_an_unknown_name_with_those_that_there_are() {
        let told = |name| told(scenario::price_preset(name).unwrap());
        assert_eq!(
            told("aws-m5.xlarge"),
            "0.192 USD an hour for 4 vCPUs and 16 GiB"
        );
        assert_eq!(
            told("aws-fargate"),
            "0.04048 USD per vCPU-hour, 0.004445 USD per GiB-hour"
        );
        let error = preset_name("aws").unwrap_err();
        assert!(error.contains("aws-fargate, aws-m5.xlarge"), "{error}");
    }
}
