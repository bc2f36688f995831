//! A chart over something other than time, drawn from the data that the exports write too.
//!
//! It shows all of its points and cannot be zoomed, so its axes are those of the exported picture.

use egui::{Align, Align2, Layout, RichText, Stroke, Ui, Vec2};
use egui_plot::{
    AxisHints, FilledArea, HLine, HPlacement, HoverPosition, Line, LineStyle, Plot, PlotPoint,
    PlotPoints, PlotUi, Points, Text, VLine, VPlacement,
};

use crate::chart::axis::Axis;
use crate::chart::{Band, Diagram, Plane, Rule, RuleOf, Scale};
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
    bands: Vec<BandPoints>,
    /// Where they lie on the plot's scale.
    rules: Vec<(RuleOf, f64, String)>,
    /// Each measured point is a dot: there are few.
    dots: bool,
}

/// The interval around a line, on the plot's scale.
#[derive(Debug)]
struct BandPoints {
    candidate: usize,
    x: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl DiagramPoints {
    pub(super) fn of(diagram: &Diagram) -> Self {
        let scales = [diagram.x.scale(), diagram.y.scale()];
        let lines = diagram.series.iter();
        Self {
            lines: lines.map(|series| LinePoints::of(series, scales)).collect(),
            ..Self::default()
        }
    }

    /// With bands, and with places that are told.
    pub(super) fn of_plane(plane: &Plane) -> Self {
        let [x, y] = [plane.diagram.x.scale(), plane.diagram.y.scale()];
        let band = |band: &Band| {
            let points = band.points.iter();
            let points = points
                .map(|[at, low, high]| [plotted(*at, x), plotted(*low, y), plotted(*high, y)]);
            // An interval may reach down to zero, which has no logarithm.
            let known = points.filter(|point| point.iter().all(|value| value.is_finite()));
            let known: Vec<[f64; 3]> = known.collect();
            let part = |part: usize| known.iter().map(|point| point[part]).collect();
            BandPoints {
                candidate: band.candidate,
                x: part(0),
                low: part(1),
                high: part(2),
            }
        };
        let rule = |rule: &Rule| {
            let scale = match rule.of {
                RuleOf::X => x,
                RuleOf::Y => y,
            };
            (rule.of, plotted(rule.at, scale), rule.label.clone())
        };
        Self {
            bands: plane.bands.iter().map(band).collect(),
            rules: plane.rules.iter().map(rule).collect(),
            dots: true,
            ..Self::of(&plane.diagram)
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
    plot.show(ui, |plot| {
        draw_bands(plot, &points.bands, dark);
        draw_lines(plot, &points.lines, dark);
        if points.dots {
            draw_dots(plot, &points.lines, dark);
        }
        let top = plotted(y.high, y_scale);
        let height = top - plotted(y.low, y_scale);
        draw_rules(
            plot,
            &points.rules,
            (plotted(x.low, x_scale), top, height),
            palette,
        );
    });
}

fn draw_bands(plot: &mut PlotUi<'_>, bands: &[BandPoints], dark: bool) {
    /// How much of the colour a band has.
    const STRENGTH: f32 = 0.16;
    for band in bands {
        let color = theme::series_color(band.candidate, dark);
        if let ([x], [low], [high]) = (&*band.x, &*band.low, &*band.high) {
            let bar = PlotPoints::from(vec![[*x, *low], [*x, *high]]);
            plot.line(Line::new("", bar).color(color).allow_hover(false));
        } else if band.x.len() > 1 {
            let area = FilledArea::new("", &band.x, &band.low, &band.high);
            let area = area.fill_color(color.gamma_multiply(STRENGTH));
            plot.add(area.stroke(Stroke::NONE).allow_hover(false));
        }
    }
}

/// A dot for each point of the lines that were measured; a law is drawn with other strokes.
fn draw_dots<'a>(plot: &mut PlotUi<'a>, lines: &'a [LinePoints], dark: bool) {
    let measured = |line: &&LinePoints| line.stroke == crate::chart::Stroke::Solid;
    for line in lines.iter().filter(measured) {
        let color = theme::series_color(line.candidate, dark);
        for run in &line.runs {
            let dots = Points::new("", PlotPoints::Borrowed(run));
            plot.points(dots.color(color).radius(2.6).allow_hover(false));
        }
    }
}

/// Straight lines with their names: those of x below each other from the top, those of y at the left end.
fn draw_rules(
    plot: &mut PlotUi<'_>,
    rules: &[(RuleOf, f64, String)],
    (left, top, height): (f64, f64, f64),
    palette: &Palette,
) {
    /// The share of the height that a name takes.
    const NAME_SHARE: f64 = 0.075;
    for (index, (of, at, label)) in rules.iter().enumerate() {
        let label = RichText::new(label).small().color(palette.weak);
        let place = match of {
            RuleOf::X => {
                let line = VLine::new("", *at).color(palette.weak);
                plot.vline(line.style(LineStyle::dashed_dense()).allow_hover(false));
                PlotPoint::new(*at, top - height * NAME_SHARE * index as f64)
            }
            RuleOf::Y => {
                let line = HLine::new("", *at).color(palette.warning);
                plot.hline(line.style(LineStyle::dashed_dense()).allow_hover(false));
                PlotPoint::new(left, *at)
            }
        };
        let anchor = match of {
            RuleOf::X => Align2::LEFT_TOP,
            RuleOf::Y => Align2::LEFT_BOTTOM,
        };
        let name = Text::new("", place, label).anchor(anchor);
        plot.text(name.allow_hover(false));
    }
}

/// Charts of a series, converted once for each state of it.
#[derive(Debug, Default)]
pub(super) struct Planes {
    converted_from: Option<(u64, usize)>,
    points: Vec<DiagramPoints>,
}

impl Planes {
    /// Draws `planes` side by side where there is room; `key` says which state of the series they are of.
    pub(super) fn ui(&mut self, ui: &mut Ui, planes: &[Plane], height: f32, key: (u64, usize)) {
        /// Narrower charts stand below each other, in points.
        const MIN_WIDTH: f32 = 330.0;
        if self.converted_from != Some(key) || self.points.len() != planes.len() {
            self.converted_from = Some(key);
            self.points = planes.iter().map(DiagramPoints::of_plane).collect();
        }
        let gap = space::S;
        let columns = ((ui.available_width() / MIN_WIDTH) as usize).clamp(1, planes.len().max(1));
        let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
        let size = Vec2::new(width, height);
        let all: Vec<_> = planes.iter().zip(&self.points).collect();
        for row in all.chunks(columns) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(gap);
                for (plane, points) in row {
                    diagram_ui(ui, size, &plane.diagram, points);
                }
            });
        }
    }
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
