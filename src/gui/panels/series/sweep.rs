//! What a sweep found: each point's figures by the chosen measure, and where candidates change places.

use egui::{Grid, Label, RichText, Ui};

use crate::analysis::{Crossing, Measure, Scaling, SweepFigures};
use crate::chart::Heat;
use crate::export::measure_text;
use crate::gui::action::Action;
use crate::gui::panels::diagram::{Planes, PlanesView};
use crate::gui::panels::series::heat::heats_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{candidate_swatch_ui, card_ui, severity_ui, weak_ui};
use crate::gui::words::capitalised;
use crate::scenario::Severity;
use crate::units::text;

/// Keeps which measure is looked at.
#[derive(Debug, Default)]
pub(super) struct SweepView {
    /// The first one if nothing was chosen.
    measure: Option<Measure>,
    chart: Planes,
    scaling: Planes,
}

impl SweepView {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        figures: &SweepFigures,
        (charts, heats): (PlanesView<'_>, &[Heat]),
        actions: &mut Vec<Action>,
    ) {
        let Some(&first) = figures.measures.first() else {
            return;
        };
        let chosen = self.measure.filter(|one| figures.measures.contains(one));
        let measure = chosen.unwrap_or(first);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for (&one, title) in figures.measures.iter().zip(short_titles(&figures.measures)) {
                let tab = ui.selectable_label(one == measure, title);
                let tab = tab.on_hover_text(one.title());
                let name = format!("Show {}", one.label());
                if tab.accessible_name(name).clicked() {
                    self.measure = Some(one);
                }
            }
        });
        let place = figures.measures.iter().position(|one| *one == measure);
        let place = place.unwrap_or(0);
        if let Some(planes) = charts.planes.get(place..=place) {
            let (number, done) = charts.key;
            // Another measure is another state.
            let key = (number, done * figures.measures.len() + place);
            let chart = PlanesView {
                planes,
                key,
                ..charts
            };
            self.chart.ui(ui, chart, actions);
        }
        let candidates = figures.candidates.len();
        let of_measure =
            (place * candidates).min(heats.len())..((place + 1) * candidates).min(heats.len());
        heats_ui(ui, &heats[of_measure], charts.of, actions);
        card_ui(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.label(RichText::new("Point by point").text_style(theme::title_style()));
            points_ui(ui, figures, measure);
        });
        if figures.axes.len() == 1 && candidates > 1 {
            card_ui(ui, |ui| crossings_ui(ui, figures, measure));
        }
    }

    /// Speed-up and efficiency.
    pub(super) fn scaling_charts_ui(
        &mut self,
        ui: &mut Ui,
        charts: PlanesView<'_>,
        actions: &mut Vec<Action>,
    ) {
        if !charts.planes.is_empty() {
            self.scaling.ui(ui, charts, actions);
        }
    }
}

/// Titles that stand in a row: of percentiles beside each other only the first says of what they are.
fn short_titles(measures: &[Measure]) -> Vec<&'static str> {
    let mut before = None;
    let title = |measure: &Measure| {
        let follows = matches!(before.replace(*measure), Some(Measure::Response(_)));
        match measure {
            Measure::Response(percentile) if follows => percentile.label(),
            _ => measure.title(),
        }
    };
    measures.iter().map(title).collect()
}

/// A row for each point, a column for each candidate; the best of a row is marked.
fn points_ui(ui: &mut Ui, figures: &SweepFigures, measure: Measure) {
    let palette = theme::palette(ui);
    let weak = |text: &str| RichText::new(text).small().color(palette.weak);
    egui::ScrollArea::horizontal()
        .id_salt("points")
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            Grid::new("points of the sweep")
                .spacing([space::M, space::XS])
                .striped(false)
                .show(ui, |ui| {
                    for axis in &figures.axes {
                        ui.label(weak(&capitalised(axis.parameter.label())));
                    }
                    for (index, name) in figures.candidates.iter().enumerate() {
                        ui.horizontal(|ui| {
                            candidate_swatch_ui(ui, index);
                            ui.label(weak(name));
                        });
                    }
                    ui.label(weak("Visits"));
                    ui.end_row();
                    for (index, point) in figures.points.iter().enumerate() {
                        for (axis, setting) in figures.axes.iter().zip(&point.settings) {
                            ui.label(RichText::new(axis.text(*setting)).small().strong());
                        }
                        let best = best(figures, index, measure);
                        for candidate in 0..figures.candidates.len() {
                            let figure = figures.figure(index, candidate, measure);
                            let value = |value| measure_text(measure, value, &figures.currency);
                            let text = text::or_missing(figure.map(|figure| figure.value), value);
                            let is_best = best == Some(candidate);
                            let shown = if is_best { format!("{text} ●") } else { text };
                            let label = ui.label(RichText::new(shown).small());
                            if let Some((low, high)) = figure.and_then(|figure| figure.ends()) {
                                label.on_hover_text(format!("{} to {}", value(low), value(high)));
                            }
                        }
                        let visits = format!("{} of {}", point.rounds, figures.rounds);
                        ui.label(weak(&visits));
                        ui.end_row();
                    }
                });
        });
    // Where candidates change places is found along one parameter only, and where there are several.
    let legend = match (figures.candidates.len(), figures.axes.len()) {
        (..=1, _) => return,
        (_, 1) => "● the best value of a row; whether it differs by more than chance is told below",
        _ => "● the best value of a row, if only by chance",
    };
    weak_ui(ui, legend);
}

/// The candidate with the best value at a point; none where fewer than two are known, or another one reads the same.
fn best(figures: &SweepFigures, point: usize, measure: Measure) -> Option<usize> {
    let candidates = 0..figures.candidates.len();
    let known: Vec<(usize, f64)> = candidates
        .filter_map(|one| Some((one, figures.figure(point, one, measure)?.value)))
        .collect();
    let better = |a: &&(usize, f64), b: &&(usize, f64)| {
        let order = a.1.total_cmp(&b.1);
        if measure.more_is_better() {
            order
        } else {
            order.reverse()
        }
    };
    let best = known.iter().max_by(better)?;
    let shown = |one: &(usize, f64)| measure_text(measure, one.1, &figures.currency);
    let mut others = known.iter().filter(|other| other.0 != best.0);
    let is_ahead = others.all(|other| shown(other) != shown(best));
    (known.len() > 1 && is_ahead).then_some(best.0)
}

fn crossings_ui(ui: &mut Ui, figures: &SweepFigures, measure: Measure) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.label(RichText::new("Where candidates change places").text_style(theme::title_style()));
    let of_measure = |crossing: &&Crossing| crossing.measure == measure;
    let all: Vec<&Crossing> = figures.crossings.iter().filter(of_measure).collect();
    if all.is_empty() {
        let text = "Nothing can be told by this measure: that takes two points with three visits each, and a measure \
                    that decides (the first three)";
        weak_ui(ui, text);
        return;
    }
    let mut close = 0;
    for crossing in all {
        match figures.sentence(crossing) {
            Some(sentence) => {
                ui.add(Label::new(sentence).wrap());
            }
            None => close += 1,
        }
    }
    if close > 0 {
        let pairs = text::counted(close, "pair", "pairs");
        let text = format!("≈ {pairs} of candidates too close to call");
        weak_ui(ui, text);
    }
}

/// How throughput grows with the workers.
pub(super) fn scaling_ui(
    ui: &mut Ui,
    figures: &SweepFigures,
    scaling: &[Scaling],
    no_scaling: Option<&str>,
) {
    if scaling.is_empty() && no_scaling.is_none() {
        return;
    }
    card_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.label(RichText::new("Scaling with the workers").text_style(theme::title_style()));
        if let Some(reason) = no_scaling {
            severity_ui(ui, Severity::Warning, reason);
        }
        for one in scaling {
            one_scaling_ui(ui, figures, one);
        }
    });
}

fn one_scaling_ui(ui: &mut Ui, figures: &SweepFigures, scaling: &Scaling) {
    ui.horizontal(|ui| {
        candidate_swatch_ui(ui, scaling.candidate);
        let name = figures.candidates.get(scaling.candidate);
        ui.label(name.map_or("", String::as_str));
    });
    let points = scaling.points.iter().map(|point| {
        format!(
            "{}: {} ({} each)",
            text::given(point.workers),
            text::factor(point.speedup.value),
            text::percent(point.efficiency_ratio.value)
        )
    });
    let points: Vec<String> = points.collect();
    let one = if scaling.one_is_measured {
        "measured"
    } else {
        "by the law"
    };
    weak_ui(
        ui,
        format!(
            "Speed-up over one worker ({one}) by workers: {}",
            points.join(" · ")
        ),
    );
    for fit in [&scaling.amdahl, &scaling.universal].into_iter().flatten() {
        let text = RichText::new(fit.sentence()).small();
        ui.add(Label::new(text).wrap());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Percentile;

    #[test]
    fn percentiles_beside_each_other_say_once_what_they_are_of() {
        let measures = [
            Measure::Throughput,
            Measure::Response(Percentile::P50),
            Measure::Response(Percentile::P95),
            Measure::Cost,
            Measure::Response(Percentile::P99),
        ];
        let titles = [
            "Throughput",
            "Response time, p50",
            "p95",
            "Cost per 1k tasks",
            "Response time, p99",
        ];
        assert_eq!(short_titles(&measures), titles);
    }
}
