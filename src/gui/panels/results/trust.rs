//! How far the run can be trusted: what was checked, what came out, and within which limit it had to be.

use egui::{Grid, Label, RichText, Ui, Vec2};

use crate::analysis::{CandidateFigures, NoiseFloor, TrustLine};
use crate::gui::panels::results::ResultsView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, weak_ui};
use crate::units::text;

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
    lines_ui(ui, &view.trust.lines);
    if let Some(floor) = view.noise_floor {
        noise_ui(ui, floor, view.figures);
    }
}

fn lines_ui(ui: &mut Ui, lines: &[TrustLine]) {
    let palette = theme::palette(ui);
    let spacing = Vec2::new(space::XL, space::XS);
    ui.spacing_mut().interact_size.y = 0.0;
    Grid::new("trust lines")
        .num_columns(5)
        .striped(true)
        .spacing(spacing)
        .show(ui, |ui| {
            for head in ["What was checked", "Value", "Limit", "", "Worst block"] {
                weak_ui(ui, head);
            }
            ui.end_row();
            for line in lines {
                ui.label(line.what);
                ui.label(line.value_text());
                ui.label(RichText::new(line.limit_text()).color(palette.weak));
                match line.passed {
                    Some(true) => badge_ui(ui, "✔ kept", palette.good),
                    Some(false) => badge_ui(ui, "✖ beyond", palette.error),
                    None if line.value.is_none() => weak_ui(ui, "not known"),
                    None => weak_ui(ui, "shown only"),
                };
                weak_ui(ui, line.worst.as_deref().unwrap_or(""));
                ui.end_row();
            }
        });
}

/// How far two measurements of the same candidate differ.
fn noise_ui(ui: &mut Ui, floor: &NoiseFloor, figures: &[CandidateFigures]) {
    let palette = theme::palette(ui);
    let name = figures
        .iter()
        .find(|figures| figures.candidate == floor.candidate)
        .map_or("the first candidate", |figures| figures.name.as_str());
    ui.add_space(space::S);
    ui.label(RichText::new("Noise floor").family(theme::semi_bold()));
    weak_ui(
        ui,
        format!(
            "'{name}' was measured twice in each repeat: differences as small as its own are too close to call"
        ),
    );
    Grid::new("noise lines")
        .num_columns(3)
        .striped(true)
        .spacing(Vec2::new(space::XL, space::XS))
        .show(ui, |ui| {
            for head in ["Figure", "Second over first", "Too close to call below"] {
                weak_ui(ui, head);
            }
            ui.end_row();
            for noise in &floor.measures {
                ui.label(noise.measure.label());
                ui.label(text::factor(noise.ratio));
                let floor = noise.floor_ratio.map_or_else(
                    || "not known with fewer than three repeats".to_owned(),
                    |ratio| format!("± {}", text::percent(ratio)),
                );
                ui.label(RichText::new(floor).color(palette.weak));
                ui.end_row();
            }
        });
}
