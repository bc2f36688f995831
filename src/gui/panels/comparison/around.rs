//! What differs around the two runs: machines, programs, scenarios, and candidates that only one has.

use egui::{Grid, Label, RichText, Ui};

use crate::analysis::{RunComparison, SettingDifference};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{card_ui, weak_ui};
use crate::gui::words::{capitalised, place};
use crate::scenario::Scenario;
use crate::units::text;

/// The share of the width that the names of facts take.
const NAME_SHARE: f32 = 0.28;
/// More lines than these are folded away at first.
const LINES_MAX: usize = 8;

/// A fact that differs.
struct Line<'a> {
    /// What it is.
    name: String,
    /// What is to be known of it.
    about: String,
    baseline: &'a str,
    run: &'a str,
    /// Whether it makes another machine of it.
    is_of_machine: bool,
}

/// Shows what differs; `scenario` is that of the run, for the names of what differs.
pub(super) fn around_ui(ui: &mut Ui, comparison: &RunComparison, scenario: &Scenario) {
    card_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let title = RichText::new("What differs around them").text_style(theme::title_style());
        ui.label(title);
        let facts: Vec<Line<'_>> = comparison
            .circumstances
            .iter()
            .map(|fact| Line {
                name: fact.what.clone(),
                about: if fact.is_of_machine {
                    format!("{}: it makes another machine of it", fact.what)
                } else {
                    fact.what.clone()
                },
                baseline: &fact.baseline,
                run: &fact.run,
                is_of_machine: fact.is_of_machine,
            })
            .collect();
        let settings = lines(&comparison.settings, scenario);
        if facts.is_empty() && settings.is_empty() {
            weak_ui(
                ui,
                "Nothing: the same machine, program, interpreters and scenario",
            );
        }
        if !facts.is_empty() {
            grid_ui(ui, "circumstances", "Machine and program", &facts);
        }
        if settings.len() > LINES_MAX {
            let count = text::count(settings.len() as u64);
            egui::CollapsingHeader::new(format!("{count} settings of the scenario"))
                .id_salt("settings that differ")
                .show(ui, |ui| grid_ui(ui, "settings", "Scenario", &settings));
        } else if !settings.is_empty() {
            grid_ui(ui, "settings", "Scenario", &settings);
        }
        if comparison.settings_dropped > 0 {
            let count = text::count(comparison.settings_dropped as u64);
            weak_ui(ui, format!("{count} more settings differ"));
        }
        for (side, names) in [
            ("baseline", &comparison.only_in_baseline),
            ("run", &comparison.only_in_run),
        ] {
            if !names.is_empty() {
                weak_ui(ui, format!("Only in the {side}: {}", names.join(", ")));
            }
        }
    });
}

/// The settings of a pair that differ.
pub(super) fn settings_ui(
    ui: &mut Ui,
    salt: &str,
    settings: &[SettingDifference],
    scenario: &Scenario,
) {
    if !settings.is_empty() {
        let lines = lines(settings, scenario);
        grid_ui(ui, salt, "Setting of the candidate", &lines);
    }
}

fn lines<'a>(settings: &'a [SettingDifference], scenario: &Scenario) -> Vec<Line<'a>> {
    let line = |setting: &'a SettingDifference| {
        let name = capitalised(&place(&setting.field, scenario));
        // All of it is another one.
        let name = if name.is_empty() {
            "Back end".to_owned()
        } else {
            name
        };
        Line {
            about: format!("{name}\nIn the file: {}", setting.field),
            name,
            baseline: &setting.baseline,
            run: &setting.run,
            is_of_machine: false,
        }
    };
    settings.iter().map(line).collect()
}

fn grid_ui(ui: &mut Ui, salt: &str, what: &str, lines: &[Line<'_>]) {
    let palette = theme::palette(ui);
    let width = ui.available_width() - 2.0 * space::L;
    let name_width = width * NAME_SHARE;
    let value_width = (width - name_width) / 2.0;
    // Lines of text, not of controls.
    ui.spacing_mut().interact_size.y = 0.0;
    Grid::new(salt)
        .num_columns(3)
        .spacing([space::L, space::XS])
        .show(ui, |ui| {
            let cell = |ui: &mut Ui, width: f32, text: RichText, hover: &str| {
                ui.scope(|ui| {
                    ui.set_width(width);
                    let label = ui.add(Label::new(text).truncate());
                    if !hover.is_empty() {
                        label.on_hover_text(hover);
                    }
                });
            };
            for (text, width) in [
                (what, name_width),
                ("Baseline", value_width),
                ("Run", value_width),
            ] {
                let text = RichText::new(text).small().color(palette.weak);
                cell(ui, width, text, "");
            }
            ui.end_row();
            for line in lines {
                let mut title = RichText::new(&line.name).small();
                if line.is_of_machine {
                    title = title.color(palette.warning);
                }
                cell(ui, name_width, title, &line.about);
                for value in [line.baseline, line.run] {
                    cell(ui, value_width, RichText::new(value).small(), value);
                }
                ui.end_row();
            }
        });
}
