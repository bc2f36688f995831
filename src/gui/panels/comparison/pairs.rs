//! One candidate in both runs: its measures, and how its response times are distributed.

use egui::{Align, Color32, Label, Layout, RichText, TextStyle, Ui, Vec2};
use egui_extras::{Column, TableBuilder};

use crate::analysis::{Judgement, PairComparison};
use crate::export::{Align as Side, Header, Table};
use crate::gui::action::Action;
use crate::gui::app::{Around, Compared};
use crate::gui::panels::comparison::{around, judged};
use crate::gui::panels::diagram::{DiagramPoints, DiagramView, diagram_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{candidate_swatch_ui, card_ui, severity_ui, weak_ui};
use crate::scenario::Severity;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 22.0;
/// Between two columns, in points.
const COLUMN_GAP: f32 = 14.0;
/// Height of a chart, in points.
const CHART_HEIGHT: f32 = 280.0;
/// Narrower charts stand below each other, in points.
const CHART_MIN_WIDTH: f32 = 330.0;
/// The columns that go first where there is no room for all.
const LEAVE_FIRST: [&str; 3] = ["Noise", "Difference", "95 % interval"];

/// Keeps which candidate is open, and the points of its charts.
#[derive(Debug, Default)]
pub(super) struct PairView {
    /// By its name, which outlasts a comparison with another run.
    open: Option<String>,
    /// The comparison and the pair that the points are of.
    converted_from: Option<(u64, usize)>,
    points: [DiagramPoints; 2],
}

impl PairView {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        compared: &Compared,
        number: u64,
        actions: &mut Vec<Action>,
    ) {
        let pairs = &compared.pairs;
        let is_of_runs = matches!(compared.around, Around::Runs(_));
        let is_open = |pair: &PairComparison| Some(&pair.name) == self.open.as_ref();
        let index = pairs.iter().position(is_open).unwrap_or(0);
        let (Some(pair), Some(table), Some(diagrams)) = (
            pairs.get(index),
            compared.tables.get(index),
            compared.diagrams.get(index),
        ) else {
            return;
        };
        card_ui(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            if is_of_runs {
                self.tabs_ui(ui, pairs, index);
            } else {
                title_ui(ui, "Measure by measure");
            }
            for note in &pair.notes {
                severity_ui(ui, Severity::Warning, note);
            }
            if is_of_runs && pair.name != pair.baseline_name {
                let text = format!("In the baseline it is called '{}'", pair.baseline_name);
                weak_ui(ui, text);
            }
            table_ui(ui, pair, table);
            let salt = format!("settings of {}", pair.name);
            around::settings_ui(ui, &salt, &pair.settings, &compared.scenario);
        });
        if self.converted_from != Some((number, index)) {
            self.converted_from = Some((number, index));
            self.points = [&diagrams[0], &diagrams[1]].map(DiagramPoints::of);
        }
        let gap = space::S;
        let side_by_side = ui.available_width() >= 2.0 * CHART_MIN_WIDTH + gap;
        let width = if side_by_side {
            (ui.available_width() - gap) / 2.0
        } else {
            ui.available_width()
        };
        let size = Vec2::new(width, CHART_HEIGHT);
        let layout = if side_by_side {
            Layout::left_to_right(Align::Min)
        } else {
            Layout::top_down(Align::Min)
        };
        ui.with_layout(layout, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            let of = named(&compared.of, pair);
            for (diagram, points) in diagrams.iter().zip(&self.points) {
                let view = DiagramView {
                    diagram,
                    plane: None,
                    points,
                    of: &of,
                };
                diagram_ui(ui, size, view, actions);
            }
        });
    }

    fn tabs_ui(&mut self, ui: &mut Ui, pairs: &[PairComparison], open: usize) {
        title_ui(ui, "Candidate by candidate");
        ui.horizontal_wrapped(|ui| {
            for (index, pair) in pairs.iter().enumerate() {
                candidate_swatch_ui(ui, pair.candidate);
                let text = format!("{}{}", pair.name, tally(pair));
                let tab = ui.selectable_label(index == open, text);
                let name = format!("Compare {}", pair.name);
                if tab.accessible_name(name).clicked() {
                    self.open = Some(pair.name.clone());
                }
                ui.add_space(space::XS);
            }
        });
    }
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).text_style(theme::title_style()));
}

/// What an exported chart of a pair is of.
fn named(of: &str, pair: &PairComparison) -> String {
    if pair.name == pair.baseline_name {
        format!("{of} {} compared", pair.name)
    } else {
        format!("{of} {} against {}", pair.name, pair.baseline_name)
    }
}

/// How many measures are better and worse: `  ✔ 2 ✖ 1`; empty if none is.
fn tally(pair: &PairComparison) -> String {
    let count = |judgement| {
        let measures = pair.measures.iter();
        measures
            .filter(|measure| measure.judgement == judgement)
            .count()
    };
    let (better, worse) = (count(Judgement::Better), count(Judgement::Worse));
    let part = |symbol, count| match count {
        0 => String::new(),
        count => format!("  {symbol} {count}"),
    };
    format!("{}{}", part("✔", better), part("✖", worse))
}

fn table_ui(ui: &mut Ui, pair: &PairComparison, table: &Table) {
    let palette = theme::palette(ui);
    let widths = widths(ui, table);
    let shown = fitting(&table.headers, &widths, ui.available_width());
    let last = table.headers.len() - 1;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(COLUMN_GAP, 0.0);
        let mut builder = TableBuilder::new(ui)
            .id_salt("measures")
            .vscroll(false)
            .cell_layout(Layout::left_to_right(Align::Center));
        for &column in &shown {
            builder = builder.column(Column::exact(widths[column]));
        }
        builder
            .header(ROW_HEIGHT, |mut row| {
                for &column in &shown {
                    let header = &table.headers[column];
                    row.col(|ui| {
                        let text = RichText::new(header.text).small().color(palette.weak);
                        ui.with_layout(side(header), |ui| {
                            ui.add(Label::new(text).extend())
                                .on_hover_text(header.about);
                        });
                    });
                }
            })
            .body(|mut body| {
                for (cells, measure) in table.rows.iter().zip(&pair.measures) {
                    body.row(ROW_HEIGHT, |mut row| {
                        for &column in &shown {
                            let mut text = cells.cells[column].clone();
                            let mut color = palette.text;
                            if column == last {
                                let (symbol, judged) = judged(measure.judgement, palette);
                                text = format!("{symbol} {text}");
                                color = judged;
                            }
                            row.col(|ui| {
                                ui.with_layout(side(&table.headers[column]), |ui| {
                                    let text = RichText::new(text).small().color(color);
                                    ui.add(Label::new(text).extend());
                                });
                            });
                        }
                    });
                }
            });
    });
}

fn side(header: &Header) -> Layout {
    match header.align {
        Side::Left => Layout::left_to_right(Align::Center),
        Side::Right => Layout::right_to_left(Align::Center),
    }
}

/// The room that each column needs, in points.
fn widths(ui: &Ui, table: &Table) -> Vec<f32> {
    /// The symbol before a judgement, in points.
    const SYMBOL: f32 = 18.0;
    let font = TextStyle::Small.resolve(ui.style());
    let width = |text: &str| {
        let painter = ui.painter();
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    let last = table.headers.len() - 1;
    let column = |(place, header): (usize, &Header)| {
        let cells = table.rows.iter().map(|row| width(&row.cells[place]));
        let widest = cells.fold(width(header.text), f32::max).ceil();
        widest + if place == last { SYMBOL } else { 0.0 }
    };
    table.headers.iter().enumerate().map(column).collect()
}

/// The columns that have room.
fn fitting(headers: &[Header], widths: &[f32], room: f32) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..headers.len()).collect();
    let needed = |shown: &[usize]| -> f32 {
        shown
            .iter()
            .map(|&column| widths[column] + COLUMN_GAP)
            .sum()
    };
    for leaving in LEAVE_FIRST {
        if needed(&shown) <= room {
            break;
        }
        shown.retain(|&column| headers[column].text != leaving);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn header(text: &'static str) -> Header {
        Header {
            text,
            align: Side::Left,
            about: "",
        }
    }

    #[test]
    fn where_there_is_no_room_the_noise_goes_first_and_the_ratio_stays() {
        let headers = ["Measure", "Difference", "Ratio", "Noise", "Judgement"].map(header);
        let widths = [50.0; 5];
        assert_eq!(fitting(&headers, &widths, 400.0).len(), 5);
        assert_eq!(fitting(&headers, &widths, 260.0), [0, 1, 2, 4]);
        assert_eq!(fitting(&headers, &widths, 10.0), [0, 2, 4]);
    }
}
