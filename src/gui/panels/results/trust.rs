//! How far the run can be trusted: what was checked, what came out, and within which limit it had to be.

use egui::{Grid, Label, RichText, Ui, Vec2};

use crate::gui::panels::results::ResultsView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, weak_ui};
use crate::units::text;

/// One thing that was checked.
struct Line {
    what: &'static str,
    about: &'static str,
    value: String,
    /// Empty where the figure is only shown.
    limit: String,
    /// None where it is only shown, or not known.
    passed: Option<bool>,
}

/// Shows the state, the reasons for doubt, and all that was checked.
pub(super) fn trust_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    if view.run.blocks.iter().all(|block| block.last.is_none()) {
        empty_state_ui(
            ui,
            "Nothing to check yet",
            "What is checked is shown as soon as the first block measures",
        );
        return;
    }
    let palette = theme::palette(ui);
    ui.horizontal_wrapped(|ui| {
        let so_far = if view.run.ended { "" } else { " so far" };
        if view.trust.trustworthy {
            badge_ui(ui, "✔ trustworthy", palette.good);
            ui.label(format!("All limits were kept{so_far}."));
        } else {
            badge_ui(ui, "✖ not trustworthy", palette.error);
            let limits = text::counted(view.trust.reasons.len() as u64, "limit was", "limits were");
            ui.label(format!(
                "{limits} passed{so_far}: the figures stay, and carry a stamp."
            ));
        }
    });
    for reason in &view.trust.reasons {
        let text = RichText::new(format!("✖ {reason}")).color(palette.error);
        ui.add(Label::new(text).wrap());
    }
    ui.add_space(space::XS);
    lines_ui(ui, &lines(view));
}

fn lines_ui(ui: &mut Ui, lines: &[Line]) {
    let palette = theme::palette(ui);
    let spacing = Vec2::new(space::XL, space::XS);
    Grid::new("trust lines")
        .num_columns(4)
        .striped(true)
        .spacing(spacing)
        .show(ui, |ui| {
            for head in ["What was checked", "Value", "Limit", ""] {
                weak_ui(ui, head);
            }
            ui.end_row();
            for line in lines {
                ui.label(line.what).on_hover_text(line.about);
                ui.label(&line.value);
                ui.label(RichText::new(&line.limit).color(palette.weak));
                match line.passed {
                    Some(true) => badge_ui(ui, "✔ kept", palette.good),
                    Some(false) => badge_ui(ui, "✖ passed over", palette.error),
                    None => weak_ui(ui, "shown only"),
                };
                ui.end_row();
            }
        });
}

fn lines(view: &ResultsView<'_>) -> Vec<Line> {
    let trust = view.trust;
    let delay = trust.schedule_delay_p99_nanos.map(|nanos| nanos as f64);
    let shown = |what, about, value| Line {
        what,
        about,
        value,
        limit: String::new(),
        passed: None,
    };
    vec![
        shown(
            "Achieved over offered",
            "The worst block's share of the load that was planned",
            text::or_missing(trust.achieved_over_offered_ratio, text::percent),
        ),
        shown(
            "Schedule delay, p99",
            "The generator's own lateness, which is part of the response time",
            text::or_missing(delay, text::nanos),
        ),
        shown(
            "Window",
            "Processor use of what you are looking at, while it measured",
            text::or_missing(trust.observer_cpu_cores, text::cores),
        ),
        shown(
            "Generator and sampler",
            "Processor use of the instrument, while it measured",
            text::or_missing(trust.instrument_cpu_cores, text::cores),
        ),
        shown(
            "Lost snapshots",
            "Messages of the runner that never arrived",
            text::count(trust.snapshots_lost),
        ),
        shown(
            "Skipped snapshots",
            "Ticks of 100 ms at which none could be sent; the next one holds what it would have held",
            text::count(trust.ticks_skipped),
        ),
    ]
}
