//! What the details page says of attempts, faults and circuit breakers.

use crate::analysis::{AttemptFigures, CandidateFigures, ResilienceFigures};
use crate::gui::panels::results::lines::{Group, Line, line};
use crate::units::text;

/// The groups that the candidate has; none without faults and defences.
pub(super) fn groups(figures: &CandidateFigures) -> Vec<Group> {
    let resilience = &figures.resilience;
    let attempts = resilience.attempts.map(|attempts| Group {
        title: "Attempts",
        lines: attempt_lines(&attempts, figures.counts.retries),
    });
    let faults = fault_lines(resilience);
    let faults = (!faults.is_empty()).then_some(Group {
        title: "Faults and breakers",
        lines: faults,
    });
    attempts.into_iter().chain(faults).collect()
}

fn attempt_lines(figures: &AttemptFigures, retries: u64) -> Vec<Line> {
    let attempts = &figures.attempts;
    let count = |label, about, value: u64| Line {
        label,
        about,
        value: text::count(value),
    };
    let mut lines = vec![
        count("Made", "First attempts and retries", attempts.made),
        line(
            "Per task",
            "Attempts that callers made, per task that the queue took",
            figures.amplification,
            text::number,
        ),
        count("Retries", "Attempts after the first", retries),
        count(
            "Failed",
            "With an error, lost with their worker, or refused by a full queue",
            attempts.failed,
        ),
        count(
            "Timed out",
            "Given up by their caller after a time limit",
            attempts.timed_out,
        ),
        count(
            "  really stopped",
            "Dropped by an event loop, or ended with their worker process",
            attempts.stopped,
        ),
        count(
            "  ran on for nobody",
            "To their end, keeping a worker busy",
            attempts.wasted,
        ),
        count(
            "  still run",
            "For nobody: threads cannot be stopped from outside",
            attempts.stuck,
        ),
        line(
            "Wasted work",
            "Share of the attempts that ran of which nobody had anything",
            figures.wasted_work_ratio,
            text::percent,
        ),
    ];
    let seldom = [
        (
            "Refused",
            "Retries that a full queue did not take",
            attempts.refused,
        ),
        (
            "Rejected",
            "Not let run by a circuit breaker",
            attempts.rejected,
        ),
        (
            "Denied",
            "Retries that did not take place as their budget was used up",
            attempts.denied,
        ),
    ];
    let seldom = seldom.into_iter().filter(|(_, _, value)| *value > 0);
    lines.extend(seldom.map(|(label, about, value)| count(label, about, value)));
    lines
}

fn fault_lines(figures: &ResilienceFigures) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(recovery) = figures.recovery {
        lines.push(Line {
            label: "Recovery",
            about: "From the end of the last fault until goodput is at nine tenths of what it was, for a second",
            value: recovery.word(),
        });
    }
    let faults = figures.faults.iter();
    lines.extend(faults.map(|fault| Line {
        label: "Fault hit",
        about: "How many attempts or workers a fault of the scenario hit",
        value: format!("{}: {}", fault.label, text::count(fault.hits)),
    }));
    let breakers = figures.breakers.iter();
    lines.extend(breakers.map(|breaker| Line {
        label: "Breaker",
        about: "Where it stood at the end, and how long it was open over the measurement",
        value: format!(
            "{}: {}, open {}",
            breaker.task,
            breaker.state.label(),
            text::or_missing(breaker.open_ratio, text::percent)
        ),
    }));
    if let Some(attempts) = figures.attempts.filter(|_| !figures.breakers.is_empty()) {
        lines.push(Line {
            label: "Breaker openings",
            about: "How often circuit breakers cut off their task kind",
            value: text::count(attempts.attempts.openings),
        });
    }
    let degraded = figures.degraded.iter();
    lines.extend(degraded.map(|reason| Line {
        label: "Degraded",
        about: "Why the back end was not whole",
        value: reason.clone(),
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn candidates_without_faults_have_no_groups_and_others_say_what_became_of_attempts() {
        for figures in candidate_figures(&support::finished_run()) {
            assert!(groups(&figures).is_empty());
        }
        let figures = candidate_figures(&support::drill::run());
        let value = |candidate: usize, label: &str| {
            let groups = groups(&figures[candidate]);
            let mut lines = groups.into_iter().flat_map(|group| group.lines);
            lines
                .find(|line| line.label == label)
                .map(|line| line.value)
        };
        assert_eq!(value(0, "Per task").as_deref(), Some("2.82"));
        assert_eq!(value(0, "  still run").as_deref(), Some("6"));
        assert_eq!(value(0, "Recovery").as_deref(), Some("not within 7.00 s"));
        assert_eq!(value(1, "Denied").as_deref(), Some("244"));
        assert_eq!(value(1, "Rejected"), None);
        assert_eq!(value(2, "Degraded").as_deref(), Some("2 workers died"));
        assert_eq!(
            value(3, "Breaker").as_deref(),
            Some("request: closed, open 9.17 %")
        );
    }
}
