//! What a search for the capacity found, candidate by candidate.

use egui::{Grid, Label, RichText, Ui};

use crate::analysis::{CapacityFigures, Held};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{candidate_swatch_ui, card_ui};
use crate::units::text;

/// Shows the capacities, and below them every rate that was tried.
pub(super) fn capacity_ui(ui: &mut Ui, figures: &[CapacityFigures], currency: &str) {
    let palette = theme::palette(ui);
    let weak = |text: &str| RichText::new(text).small().color(palette.weak);
    card_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.label(RichText::new("Capacity").text_style(theme::title_style()));
        ui.spacing_mut().interact_size.y = 16.0;
        Grid::new("capacities")
            .spacing([space::L, space::XS])
            .show(ui, |ui| {
                for head in [
                    "Candidate",
                    "Holds up to",
                    "Not at",
                    "Knee",
                    "Cost/1k there",
                ] {
                    ui.label(weak(head));
                }
                ui.end_row();
                for one in figures {
                    ui.horizontal(|ui| {
                        candidate_swatch_ui(ui, one.candidate);
                        ui.label(&one.name);
                    });
                    for rate in [one.held_per_sec, one.missed_per_sec, one.knee_per_sec] {
                        ui.label(text::or_missing(rate, text::per_sec));
                    }
                    let cost = one.cost_per_1k.map(|figure| figure.value);
                    ui.label(text::or_missing(cost, |cost| text::money(cost, currency)));
                    ui.end_row();
                }
            });
        for one in figures {
            ui.add(Label::new(RichText::new(one.sentence()).small()).wrap());
        }
    });
    if figures.iter().any(|one| !one.probes.is_empty()) {
        card_ui(ui, |ui| probes_ui(ui, figures));
    }
}

fn probes_ui(ui: &mut Ui, figures: &[CapacityFigures]) {
    let palette = theme::palette(ui);
    let weak = |text: &str| RichText::new(text).small().color(palette.weak);
    ui.spacing_mut().item_spacing.y = space::XS;
    let title = RichText::new("Every rate that was tried");
    ui.label(title.text_style(theme::title_style()));
    ui.spacing_mut().interact_size.y = 16.0;
    Grid::new("probes")
        .spacing([space::L, space::XS])
        .show(ui, |ui| {
            for head in [
                "Candidate",
                "Rate",
                "Objectives",
                "Response time",
                "Goodput",
                "Probes",
            ] {
                ui.label(weak(head));
            }
            ui.end_row();
            let all = figures.iter();
            let all = all.flat_map(|one| one.probes.iter().enumerate().map(move |at| (one, at)));
            for (one, (place, probe)) in all {
                // Once for all that follow.
                ui.horizontal(|ui| {
                    if place == 0 {
                        candidate_swatch_ui(ui, one.candidate);
                        ui.label(RichText::new(&one.name).small());
                    }
                });
                ui.label(RichText::new(text::per_sec(probe.rate_per_sec)).small());
                let (word, color) = held(probe.held, palette);
                ui.label(RichText::new(word).small().color(color));
                let response = probe.response_nanos.map(|figure| figure.value);
                ui.label(RichText::new(text::or_missing(response, text::nanos)).small());
                let goodput = probe.goodput_per_sec.map(|figure| figure.value);
                ui.label(RichText::new(text::or_missing(goodput, text::per_sec)).small());
                ui.label(RichText::new(text::count(probe.visits.into())).small());
                ui.end_row();
            }
        });
}

const fn held(held: Held, palette: &Palette) -> (&'static str, egui::Color32) {
    match held {
        Held::Yes => ("✔ hold", palette.good),
        Held::No => ("✖ do not hold", palette.error),
        Held::Undecided => ("≈ too close to call", palette.warning),
    }
}
