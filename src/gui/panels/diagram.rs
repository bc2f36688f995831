//! A chart over something other than time, drawn from the data that the exports write too.
//!
//! It shows all of its points and cannot be zoomed, so its axes are those of the exported picture.

mod legend;
mod rules;
#[cfg(test)]
mod tests;

use egui::{Align, Layout, RichText, Stroke, TextStyle, Ui, Vec2};
use egui_plot::{
    AxisHints, FilledArea, HPlacement, HoverPosition, Line, MarkerShape, PlotBounds, PlotPoints,
    PlotUi, Points, VPlacement,
};

use crate::chart::axis::Axis;
use crate::chart::{Band, Diagram, Plane, Rule, RuleOf, Scale};
use crate::export::Picture;
use crate::gui::action::{Action, Exported};
use crate::gui::panels::diagram::legend::{legend, legend_width};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::panels::plot_lines::{
    Inks, LinePoints, draw_lines, grid, label_at, measured, plotted, still_plot,
};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, weak_ui};

/// Room for the labels of the y axis, in points.
const Y_AXIS_WIDTH: f32 = 62.0;
/// Room that a label of x takes with the space around it, in points.
const X_LABEL_WIDTH: f32 = 52.0;
/// What the last label of x reaches beyond the plot, in points.
const X_LABEL_OVERHANG: f32 = 16.0;
/// Room that a label of y takes with the space around it, in points.
const Y_LABEL_HEIGHT: f32 = 24.0;

/// Above and below what the y axis spans, as a share of it.
const MARGIN_SHARE: f64 = 0.04;
/// Left and right of what the x axis spans, as a share of it: half a dot has to fit.
const X_MARGIN_SHARE: f64 = 0.008;

/// The points of a diagram as the plot wants them.
#[derive(Debug, Default)]
pub(super) struct DiagramPoints {
    lines: Vec<LinePoints>,
    bands: Vec<BandPoints>,
    /// On the plot's scale.
    rules: Vec<Rule>,
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
            Rule {
                at: plotted(rule.at, scale),
                ..rule.clone()
            }
        };
        Self {
            bands: plane.bands.iter().map(band).collect(),
            rules: plane.rules.iter().map(rule).collect(),
            dots: true,
            ..Self::of(&plane.diagram)
        }
    }

    /// The value of each line at `x` (on the plot's scale), as text; none where no line has one. Where single places
    /// were measured, those of the place next to `x`: between two of them nothing is known.
    fn values_at(&self, x: f64, diagram: &Diagram) -> Option<String> {
        let x = if self.dots { self.next_to(x)? } else { x };
        let mut lines = vec![diagram.x.text(measured(x, diagram.x.scale()))];
        for line in &self.lines {
            let value = if self.dots {
                line.value_of(x)
            } else {
                line.value_at(x)
            };
            if let Some(value) = value {
                let value = diagram.y.text(measured(value, diagram.y.scale()));
                lines.push(format!("{}  {value}", line.name));
            }
        }
        (lines.len() > 1).then(|| lines.join("\n"))
    }

    /// The place next to `x` at which some line has a point.
    fn next_to(&self, x: f64) -> Option<f64> {
        let places = self
            .lines
            .iter()
            .flat_map(|line| line.runs.iter().flatten());
        let places = places.map(|point| point.x);
        places.min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
    }
}

/// A diagram as it is drawn.
#[derive(Clone, Copy)]
pub(super) struct DiagramView<'a> {
    /// What is drawn.
    pub(super) diagram: &'a Diagram,
    /// The same with its bands and rules, if it has any.
    pub(super) plane: Option<&'a Plane>,
    /// Its points.
    pub(super) points: &'a DiagramPoints,
    /// What it is of, for the name of an exported file.
    pub(super) of: &'a str,
}

impl DiagramView<'_> {
    fn exported(&self) -> Exported {
        let picture = match self.plane {
            Some(plane) => Picture::Plane(plane.clone()),
            None => Picture::Diagram(self.diagram.clone()),
        };
        Exported::seen(self.of, picture)
    }
}

/// Draws a card with the diagram, of that size.
pub(super) fn diagram_ui(
    ui: &mut Ui,
    size: Vec2,
    view: DiagramView<'_>,
    actions: &mut Vec<Action>,
) {
    let (diagram, points) = (view.diagram, view.points);
    let palette = theme::palette(ui);
    let frame = theme::chart_frame(palette);
    let inside = size - frame.total_margin().sum();
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        frame.show(ui, |ui| {
            ui.set_min_size(inside);
            ui.set_max_size(inside);
            ui.spacing_mut().item_spacing.y = 2.0;
            head_ui(ui, view, actions);
            ui.add_space(space::XS);
            if diagram.bounds().is_none() {
                empty_state_ui(ui, "No data", "Too few tasks ended for this chart");
                return;
            }
            plot_ui(ui, diagram, points, None);
        });
    });
}

fn head_ui(ui: &mut Ui, view: DiagramView<'_>, actions: &mut Vec<Action>) {
    /// Room for the button that exports, in points.
    const EXPORT_WIDTH: f32 = 40.0;
    let palette = theme::palette(ui);
    let diagram = view.diagram;
    let legend = legend(diagram);
    let mut is_beside = true;
    ui.horizontal(|ui| {
        ui.label(RichText::new(diagram.title).text_style(theme::title_style()));
        if let Some(warning) = diagram.warning {
            let short = warning.split(':').next().unwrap_or(warning);
            badge_ui(ui, short, palette.warning).on_hover_text(warning);
        }
        is_beside = legend_width(ui, &legend) <= ui.available_width() - EXPORT_WIDTH;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if diagram.bounds().is_some() {
                export_menu_ui(ui, diagram.title, || view.exported(), actions);
            }
            if is_beside {
                for key in legend.iter().rev() {
                    weak_ui(ui, key.name());
                    key.sample_ui(ui);
                    ui.add_space(space::XS);
                }
            }
        });
    });
    let text = RichText::new(&diagram.caption).small().color(palette.weak);
    ui.add(egui::Label::new(text).truncate())
        .on_hover_text(&diagram.caption);
    if !is_beside {
        ui.horizontal_wrapped(|ui| {
            for key in &legend {
                // A sample is not torn from its name.
                let width = legend_width(ui, std::slice::from_ref(key));
                let size = Vec2::new(width, ui.text_style_height(&TextStyle::Small));
                let layout = Layout::left_to_right(Align::Center);
                ui.allocate_ui_with_layout(size, layout, |ui| {
                    key.sample_ui(ui);
                    weak_ui(ui, key.name());
                });
            }
        });
    }
}

/// Draws the plot into all of the space that is left; the lines of the candidate that is pointed at stand out.
pub(super) fn plot_ui(
    ui: &mut Ui,
    diagram: &Diagram,
    points: &DiagramPoints,
    pointed_at: Option<usize>,
) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let inks = Inks::of_lines(dark, pointed_at, &points.lines);
    let steps = |room: f32, label: f32| ((room / label) as usize).clamp(3, 12);
    let mut room = ui.available_size();
    room.x -= X_LABEL_OVERHANG;
    let x = diagram.x_axis(steps(room.x - Y_AXIS_WIDTH, X_LABEL_WIDTH));
    let y = diagram.y_axis(steps(room.y, Y_LABEL_HEIGHT));
    let (x_scale, y_scale) = (diagram.x.scale(), diagram.y.scale());
    let hover = |position: &HoverPosition<'_>| {
        let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
            position;
        points.values_at(position.x, diagram)
    };
    let plot = still_plot(diagram.slug, palette)
        .width(room.x)
        .x_grid_spacer(|_| grid(&x, x_scale))
        .y_grid_spacer(|_| grid(&y, y_scale))
        .custom_x_axes(vec![
            axis_hints(AxisHints::new_x(), palette, &x, x_scale)
                .placement(VPlacement::Bottom)
                .label(RichText::new(diagram.x_name).small().color(palette.weak)),
        ])
        .custom_y_axes(vec![
            axis_hints(AxisHints::new_y(), palette, &y, y_scale)
                .placement(HPlacement::Left)
                .min_thickness(Y_AXIS_WIDTH),
        ])
        .label_formatter(hover);
    let range = |axis: &Axis, scale| [plotted(axis.low, scale), plotted(axis.high, scale)];
    let (along, up) = (range(&x, x_scale), range(&y, y_scale));
    // So that the outermost labels do not touch what is above and below.
    let margin = (up[1] - up[0]) * MARGIN_SHARE;
    let side = (along[1] - along[0]) * X_MARGIN_SHARE;
    let names = rules::strip_height(&points.rules);
    plot.show(ui, |plot| {
        let edges = [up[0] - margin, up[1] + margin];
        let height = plot.transform().frame().height();
        // The names of rules stand above all that is drawn.
        let strip = (edges[1] - edges[0]) * f64::from(names / (height - names).max(1.0));
        let bounds = PlotBounds::from_min_max(
            [along[0] - side, edges[0]],
            [along[1] + side, edges[1] + strip],
        );
        plot.set_plot_bounds(bounds);
        draw_bands(plot, &points.bands, dark);
        draw_arrows(plot, &points.bands, (up, edges), dark);
        draw_lines(plot, &points.lines, inks);
        if points.dots {
            draw_dots(plot, &points.lines, dark);
        }
        rules::draw_rules(plot, &points.rules, &bounds, palette);
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

/// Arrows at the `edges` of the plot where a band reaches beyond the axis, which is `up`.
fn draw_arrows(
    plot: &mut PlotUi<'_>,
    bands: &[BandPoints],
    (up, edges): ([f64; 2], [f64; 2]),
    dark: bool,
) {
    /// Half of the width of an arrow, in points.
    const RADIUS: f32 = 5.0;
    for band in bands {
        let color = theme::series_color(band.candidate, dark);
        let at = |is_beyond: &dyn Fn(usize) -> bool, edge: f64| {
            let places = (0..band.x.len()).filter(|place| is_beyond(*place));
            PlotPoints::from(
                places
                    .map(|place| [band.x[place], edge])
                    .collect::<Vec<_>>(),
            )
        };
        let above = at(&|place| band.high[place] > up[1], edges[1]);
        let below = at(&|place| band.low[place] < up[0], edges[0]);
        for (arrows, shape) in [(above, MarkerShape::Up), (below, MarkerShape::Down)] {
            let arrows = Points::new("", arrows).shape(shape).radius(RADIUS);
            plot.points(arrows.color(color).allow_hover(false));
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

/// Which charts of a series are drawn.
#[derive(Clone, Copy)]
pub(super) struct PlanesView<'a> {
    /// The charts.
    pub(super) planes: &'a [Plane],
    /// Which state of the series they are of.
    pub(super) key: (u64, usize),
    /// Title of the series, for the names of exported files.
    pub(super) of: &'a str,
}

/// Charts of a series, converted once for each state of it.
#[derive(Debug, Default)]
pub(super) struct Planes {
    converted_from: Option<(u64, usize)>,
    points: Vec<DiagramPoints>,
}

impl Planes {
    /// Draws `planes` side by side where there is room.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: PlanesView<'_>, actions: &mut Vec<Action>) {
        /// Height of a chart without the names of its rules, in points.
        const HEIGHT: f32 = 300.0;
        /// Narrower charts stand below each other, in points.
        const MIN_WIDTH: f32 = 330.0;
        let PlanesView { planes, key, of } = view;
        if self.converted_from != Some(key) || self.points.len() != planes.len() {
            self.converted_from = Some(key);
            self.points = planes.iter().map(DiagramPoints::of_plane).collect();
        }
        let gap = space::S;
        let columns = ((ui.available_width() / MIN_WIDTH) as usize).clamp(1, planes.len().max(1));
        let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
        let all: Vec<_> = planes.iter().zip(&self.points).collect();
        for row in all.chunks(columns) {
            let names = row
                .iter()
                .map(|(_, points)| rules::strip_height(&points.rules));
            let size = Vec2::new(width, HEIGHT + names.fold(0.0, f32::max));
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(gap);
                for (plane, points) in row {
                    let view = DiagramView {
                        diagram: &plane.diagram,
                        plane: Some(plane),
                        points,
                        of,
                    };
                    diagram_ui(ui, size, view, actions);
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
