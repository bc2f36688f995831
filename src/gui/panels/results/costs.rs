//! What the work costs, candidate by candidate: used and set aside, both parts, and what the target needs.

use egui::{Align, Grid, Label, Layout, RichText, ScrollArea, Ui, Vec2};

use crate::analysis::{CandidateFigures, Resource, Sizing};
use crate::gui::panels::results::ResultsView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{candidate_swatch_ui, weak_ui};
use crate::scenario::{PriceCard, describe};
use crate::units::text;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 20.0;
/// The most room for a candidate's name, in points.
const NAME_MAX: f32 = 220.0;

/// A column: its head, what it means, and its cells.
struct Column {
    head: &'static str,
    about: &'static str,
    cells: Vec<String>,
}

/// Shows the table, and below it by which prices.
pub(super) fn costs_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    let prices = &view.run.request.scenario.prices;
    let columns = columns(view.figures, prices);
    ScrollArea::horizontal().id_salt("costs").show(ui, |ui| {
        table_ui(ui, view.figures, &columns);
    });
    ui.add(Label::new(small(ui, &describe::prices(prices))).wrap());
    if !prices.source.is_empty() {
        ui.add(Label::new(small(ui, &format!("Source: {}", prices.source))).wrap());
    }
    if let Some(target) = describe::target(prices) {
        ui.add(Label::new(small(ui, &format!("{target}; a month has 730 hours"))).wrap());
    }
}

fn small(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).small().color(theme::palette(ui).weak)
}

fn columns(all: &[CandidateFigures], prices: &PriceCard) -> Vec<Column> {
    let money = |head, about, of: &dyn Fn(&CandidateFigures) -> Option<f64>| Column {
        head,
        about,
        cells: amounts(&all.iter().map(of).collect::<Vec<_>>(), &prices.currency),
    };
    let mut columns = vec![
        money(
            "Consumed per 1k",
            "1,000 good tasks by the core seconds and the memory that were used",
            &|figures| Some(figures.cost.consumed_per_1k?.value),
        ),
        money(
            "Rented per 1k",
            "1,000 good tasks by what is set aside: what the prices rent, whole instances, or else this machine",
            &|figures| Some(figures.cost.rented_per_1k?.value),
        ),
        money(
            "For cores",
            "The part of the cost, by what is paid for, that is for cores",
            &|figures| figures.cost.cpu_per_1k,
        ),
        money(
            "For memory",
            "The part of the cost, by what is paid for, that is for memory",
            &|figures| figures.cost.memory_per_1k,
        ),
    ];
    if prices.target.is_some() {
        let sized = |head, about, of: &dyn Fn(&Sizing) -> String| Column {
            head,
            about,
            cells: all
                .iter()
                .map(|figures| {
                    let sizing = figures.cost.sizing.as_ref();
                    sizing.map_or_else(|| text::MISSING.to_owned(), of)
                })
                .collect(),
        };
        columns.push(sized(
            "Target: cores",
            "Cores that are busy at the target rate, on average",
            &|sizing| text::cores(sizing.cores),
        ));
        columns.push(sized(
            "Workers",
            "Workers that are busy at the target rate, on average",
            &|sizing| text::count(sizing.workers),
        ));
        columns.push(sized(
            "Memory",
            "Memory in all at the target rate",
            &|sizing| text::bytes(sizing.memory_bytes),
        ));
        columns.push(sized(
            "Instances",
            "How many instances serve the target rate with the headroom, and of which of the two they are full first",
            &instances,
        ));
        columns.push(money(
            "Per month",
            "What serving the target rate costs in a month of 730 hours",
            &|figures| Some(figures.cost.sizing?.per_month),
        ));
    }
    columns
}

/// `4, by cores`; a dash where nothing is paid for by the instance.
fn instances(sizing: &Sizing) -> String {
    let by = match sizing.decided_by {
        Resource::Cores => "by cores",
        Resource::Memory => "by memory",
    };
    sizing.instances.map_or_else(
        || text::MISSING.to_owned(),
        |instances| format!("{}, {by}", text::count(instances.into())),
    )
}

/// Amounts of one column, all in the unit of the smallest.
fn amounts(values: &[Option<f64>], currency: &str) -> Vec<String> {
    let known = values.iter().flatten().copied();
    let smallest = known
        .filter(|value| *value > 0.0)
        .fold(f64::INFINITY, f64::min);
    let told = |value: &Option<f64>| {
        text::or_missing(*value, |value| {
            text::money_beside(value, smallest, currency)
        })
    };
    values.iter().map(told).collect()
}

fn table_ui(ui: &mut Ui, all: &[CandidateFigures], columns: &[Column]) {
    ui.spacing_mut().interact_size.y = ROW_HEIGHT;
    let widths: Vec<f32> = columns
        .iter()
        .map(|column| {
            let cells = column.cells.iter().map(|cell| width(ui, cell));
            cells.fold(width(ui, column.head), f32::max).ceil()
        })
        .collect();
    Grid::new("costs")
        .num_columns(columns.len() + 1)
        .striped(true)
        .spacing(Vec2::new(space::L, 2.0))
        .min_row_height(ROW_HEIGHT)
        .show(ui, |ui| {
            weak_ui(ui, "Candidate");
            for (column, width) in columns.iter().zip(&widths) {
                right_ui(ui, *width, |ui| {
                    weak_ui(ui, column.head).on_hover_text(column.about);
                });
            }
            ui.end_row();
            for (row, figures) in all.iter().enumerate() {
                ui.horizontal(|ui| {
                    ui.set_max_width(NAME_MAX);
                    candidate_swatch_ui(ui, figures.candidate);
                    ui.add(Label::new(&figures.name).truncate());
                });
                for (column, width) in columns.iter().zip(&widths) {
                    right_ui(ui, *width, |ui| {
                        let cell = RichText::new(&column.cells[row]).small();
                        ui.add(Label::new(cell).extend());
                    });
                }
                ui.end_row();
            }
        });
}

fn right_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(Vec2::new(width, ROW_HEIGHT), layout, content);
}

/// How wide a small text is, in points.
fn width(ui: &Ui, text: &str) -> f32 {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let color = egui::Color32::PLACEHOLDER;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    galley.size().x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::scenario::{CostBasis, Target};
    use crate::support;
    use crate::units::Bytes;

    #[test]
    fn a_target_adds_what_it_needs_and_what_it_costs_in_a_month() {
        let figures = candidate_figures(&support::batch_run());
        let mut prices = PriceCard::default();
        assert_eq!(columns(&figures, &prices).len(), 4);
        prices.target = Some(Target {
            rate_per_sec: 500.0,
            headroom_ratio: 0.3,
        });
        let heads: Vec<_> = columns(&figures, &prices)
            .iter()
            .map(|column| column.head)
            .collect();
        assert_eq!(
            heads[4..],
            [
                "Target: cores",
                "Workers",
                "Memory",
                "Instances",
                "Per month"
            ]
        );
    }

    #[test]
    fn instances_are_told_with_what_fills_them_and_are_missing_where_none_are_paid_for() {
        let mut sizing = Sizing {
            rate_per_sec: 500.0,
            headroom_ratio: 0.3,
            cores: 10.0,
            workers: 20,
            memory_bytes: 5e9,
            instances: Some(4),
            decided_by: Resource::Cores,
            per_month: 560.64,
        };
        assert_eq!(instances(&sizing), "4, by cores");
        sizing.instances = None;
        assert_eq!(instances(&sizing), text::MISSING);
        let basis = CostBasis::Rented {
            vcpus: 2.0,
            memory: Bytes::from_mib(4096),
        };
        assert!(
            describe::prices(&PriceCard {
                basis,
                ..PriceCard::default()
            })
            .contains("4 GiB")
        );
    }

    #[test]
    fn amounts_of_a_column_are_in_one_unit_and_what_is_missing_stays_missing() {
        let told = amounts(&[Some(0.000_03), None, Some(0.02)], "USD");
        assert_eq!(told, ["30.0 µUSD", text::MISSING, "20,000 µUSD"]);
    }
}
