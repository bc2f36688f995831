//! From a scenario and the options of `run` to what is run.

use crate::cli::args::Changes;
use crate::run::RunRequest;
use crate::scenario::{Candidate, Scenario, price_preset};

/// Applies the options to the scenario. `--quick` comes first, so that a length given beside it counts.
pub(super) fn changed(scenario: Scenario, changes: &Changes) -> Scenario {
    let mut scenario = if changes.quick {
        scenario.quick()
    } else {
        scenario
    };
    if let Some(preset) = changes.prices.as_deref().and_then(price_preset) {
        // Another price card serves the same demand.
        let target = scenario.prices.target;
        scenario.prices = preset.card.clone();
        scenario.prices.target = scenario.prices.target.or(target);
    }
    let protocol = &mut scenario.protocol;
    protocol.seed = changes.seed.unwrap_or(protocol.seed);
    protocol.repeats = changes.repeats.unwrap_or(protocol.repeats);
    protocol.measure = changes.measure.unwrap_or(protocol.measure);
    protocol.warm_up = changes.warm_up.unwrap_or(protocol.warm_up);
    scenario
}

/// The request for those candidates of `scenario` that `only` names; all if it names none.
///
/// # Errors
/// Says for people which name is unknown, and which there are.
pub(super) fn request(scenario: Scenario, only: &[String]) -> Result<RunRequest, String> {
    let mut request = RunRequest::all_of(scenario);
    if !only.is_empty() {
        let candidates = &request.scenario.candidates;
        let mut chosen = Vec::new();
        for list in only {
            chosen.extend(candidates_named(list, candidates)?);
        }
        request
            .candidates
            .retain(|candidate| chosen.contains(candidate));
    }
    Ok(request)
}

/// The candidates of that list of names. A name may itself have commas (`async ×100, CPU on 2 threads`), so the longest fitting name is taken.
pub(super) fn candidates_named(list: &str, candidates: &[Candidate]) -> Result<Vec<usize>, String> {
    let parts: Vec<&str> = list.split(',').collect();
    let mut found = Vec::new();
    let mut next = 0;
    while next < parts.len() {
        let fitting = (next + 1..=parts.len())
            .rev()
            .map(|end| (end, matching(&parts[next..end].join(","), candidates)))
            .find(|(_, matches)| !matches.is_empty());
        let Some((end, matches)) = fitting else {
            let names: Vec<String> = candidates
                .iter()
                .map(|candidate| format!("'{}'", candidate.label()))
                .collect();
            return Err(format!(
                "error: no candidate is called '{}'; there are: {}",
                parts[next].trim(),
                names.join(", ")
            ));
        };
        found.extend(matches);
        next = end;
    }
    Ok(found)
}

/// The candidate of that name, or all of that kind of back end.
fn matching(name: &str, candidates: &[Candidate]) -> Vec<usize> {
    let name = plain(name);
    let with = |fits: &dyn Fn(&Candidate) -> bool| -> Vec<usize> {
        (0..candidates.len())
            .filter(|index| fits(&candidates[*index]))
            .collect()
    };
    let by_name = with(&|candidate| plain(&candidate.label()) == name);
    if by_name.is_empty() {
        with(&|candidate| candidate.backend.kind() == name)
    } else {
        by_name
    }
}

/// Small letters without spaces, and an x for the sign that few keyboards have.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .replace('×', "x")
        .split_whitespace()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{AsyncCpu, Backend};
    use crate::units::Nanos;

    fn candidates() -> Vec<Candidate> {
        [
            Backend::Sequential,
            Backend::threads(2),
            Backend::threads(8),
            Backend::Async {
                in_flight: 100,
                event_loops: 1,
                cpu: AsyncCpu::Blocking { threads: 2 },
            },
        ]
        .map(Candidate::of)
        .into()
    }

    #[test]
    fn candidates_are_named_by_name_by_plain_letters_or_by_kind() {
        let named = |list| candidates_named(list, &candidates());
        assert_eq!(named("threads ×8"), Ok(vec![2]));
        assert_eq!(named("Threads x2"), Ok(vec![1]));
        assert_eq!(named("threads,sequential"), Ok(vec![1, 2, 0]));
        assert_eq!(
            named("async x100, CPU on 2 threads,sequential"),
            Ok(vec![3, 0])
        );
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let message = candidates_named("sequential,fibers", &candidates()).unwrap_err();
        assert!(
            message.contains("'fibers'") && message.contains("'threads ×8'"),
            "{message}"
        );
    }

    #[test]
    fn a_length_that_is_given_beside_quick_counts() {
        let text = crate::scenario::bundled()[0].text;
        let scenario = crate::scenario::parse(text).scenario.unwrap();
        let measure = Some(Nanos::from_secs(7));
        let quick = changed(
            scenario,
            &Changes {
                quick: true,
                measure,
                ..Changes::default()
            },
        );
        assert_eq!(quick.protocol.measure, Nanos::from_secs(7));
        assert_eq!(quick.protocol.repeats, 1);
    }
}
