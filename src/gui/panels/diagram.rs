//! A chart over something other than time, drawn from the data that the exports write too.
//!
//! It shows all of its points and cannot be zoomed, so its axes are those of the exported picture.

use egui::{Align, Layout, RichText, Ui, Vec2};
use egui_plot::{AxisHints, HPlacement, HoverPosition, Plot, VPlacement};

use crate::chart::axis::Axis;
use crate::chart::{Diagram, Scale};
use crate::gui::panels::plot_lines::{LinePoints, draw_lines, grid, label_at, measured, plotted};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, stroke_sample_ui, weak_ui};

/// Room for the labels of the y axis, in points.
const Y_AXIS_WIDTH: f32 = 62.0;
/// Room that a label of x takes with the space around it, in points.
const X_LABEL_WIDTH: f32 = 52.0;
/// Room that a label of y takes with the space around it, in points.
const Y_LABEL_HEIGHT: f32 = 24.0;

/// The points of a diagram as the plot wants them.
#[derive(Debug, Default)]
pub(super) struct DiagramPoints {
    lines: Vec<LinePoints>,
}

impl DiagramPoints {
    pub(super) fn of(diagram: &Diagram) -> Self {
        let scales = [diagram.x.scale(), diagram.y.scale()];
        let lines = diagram.series.iter();
        Self {
            lines: lines.map(|series| LinePoints::of(series, scales)).collect(),
        }
    }

    /// The value of each line at `x` (on the plot's scale), as text; none where no line has one.
    fn values_at(&self, x: f64, diagram: &Diagram) -> Option<String> {
        let mut lines = vec![diagram.x.text(measured(x, diagram.x.scale()))];
        for line in &self.lines {
            if let Some(value) = line.value_at(x) {
                let value = diagram.y.text(measured(value, diagram.y.scale()));
                lines.push(format!("{}  {value}", line.name));
            }
        }
        (lines.len() > 1).then(|| lines.join("\n"))
    }
}

/// Draws a card with the diagram, of that size.
pub(super) fn diagram_ui(ui: &mut Ui, size: Vec2, diagram: &Diagram, points: &DiagramPoints) {
    let palette = theme::palette(ui);
    let frame = theme::chart_frame(palette);
    let inside = size - frame.total_margin().sum();
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        frame.show(ui, |ui| {
            ui.set_min_size(inside);
            ui.set_max_size(inside);
            ui.spacing_mut().item_spacing.y = 2.0;
            head_ui(ui, diagram);
            ui.add_space(space::XS);
            if diagram.bounds().is_none() {
                empty_state_ui(ui, "No data", "Too few tasks ended for this chart");
                return;
            }
            plot_ui(ui, diagram, points);
        });
    });
}

fn head_ui(ui: &mut Ui, diagram: &Diagram) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(diagram.title).text_style(theme::title_style()));
        if let Some(warning) = diagram.warning {
            let short = warning.split(':').next().unwrap_or(warning);
            badge_ui(ui, short, palette.warning).on_hover_text(warning);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut known: Vec<&str> = Vec::new();
            for series in diagram.series.iter().rev() {
                if !series.detail.is_empty() && !known.contains(&series.detail) {
                    known.push(series.detail);
                    weak_ui(ui, series.detail);
                    stroke_sample_ui(ui, series.stroke);
                    ui.add_space(space::XS);
                }
            }
        });
    });
    let text = RichText::new(&diagram.caption).small().color(palette.weak);
    ui.add(egui::Label::new(text).truncate());
}

fn plot_ui(ui: &mut Ui, diagram: &Diagram, points: &DiagramPoints) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let steps = |room: f32, label: f32| ((room / label) as usize).clamp(3, 12);
    let room = ui.available_size();
    let x = diagram.x_axis(steps(room.x - Y_AXIS_WIDTH, X_LABEL_WIDTH));
    let y = diagram.y_axis(steps(room.y, Y_LABEL_HEIGHT));
    let (x_scale, y_scale) = (diagram.x.scale(), diagram.y.scale());
    let hover = |position: &HoverPosition<'_>| {
        let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
            position;
        points.values_at(position.x, diagram)
    };
    let plot = Plot::new(diagram.slug)
        .allow_scroll(false)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_y(false)
        .grid_color(palette.grid)
        .cursor_color(palette.weak)
        .include_x(plotted(x.low, x_scale))
        .include_x(plotted(x.high, x_scale))
        .include_y(plotted(y.low, y_scale))
        .include_y(plotted(y.high, y_scale))
        // So that the outermost labels do not touch what is above and below.
        .set_margin_fraction(Vec2::new(0.0, 0.04))
        .x_grid_spacer(|_| grid(&x, x_scale))
        .y_grid_spacer(|_| grid(&y, y_scale))
        .custom_x_axes(vec![
            axis_hints(AxisHints::new_x(), palette, &x, x_scale).placement(VPlacement::Bottom),
        ])
        .custom_y_axes(vec![
            axis_hints(AxisHints::new_y(), palette, &y, y_scale)
                .placement(HPlacement::Left)
                .min_thickness(Y_AXIS_WIDTH),
        ])
        .label_formatter(hover);
    plot.show(ui, |plot| draw_lines(plot, &points.lines, dark));
}

fn axis_hints<'a>(
    hints: AxisHints<'a>,
    palette: &Palette,
    axis: &'a Axis,
    scale: Scale,
) -> AxisHints<'a> {
    hints
        .formatter(move |mark, _| label_at(axis, mark, scale))
        .label_spacing(egui::Rangef::new(10.0, 14.0))
        .tick_label_color(palette.weak)
}
