//! Which line of a chart is which, by its stroke and by its colour.

use egui::{Color32, TextStyle, Ui};

use crate::chart::{Diagram, Stroke};
use crate::gui::widgets::{candidate_swatch_ui, stroke_sample_ui};

/// What a line is told by.
pub(super) enum LegendKey<'a> {
    Stroke(Stroke, &'a str),
    Candidate(usize, &'a str),
}

impl LegendKey<'_> {
    pub(super) const fn name(&self) -> &str {
        match self {
            Self::Stroke(_, name) | Self::Candidate(_, name) => name,
        }
    }

    pub(super) fn sample_ui(&self, ui: &mut Ui) {
        match *self {
            Self::Stroke(stroke, _) => stroke_sample_ui(ui, stroke),
            Self::Candidate(candidate, _) => candidate_swatch_ui(ui, candidate),
        };
    }
}

/// The strokes with a meaning of their own, then the colours of several candidates.
pub(super) fn legend(diagram: &Diagram) -> Vec<LegendKey<'_>> {
    let (mut strokes, mut candidates): (Vec<LegendKey<'_>>, Vec<(usize, &str)>) =
        Default::default();
    for series in &diagram.series {
        let detail = series.detail;
        if !detail.is_empty() && strokes.iter().all(|known| known.name() != detail) {
            strokes.push(LegendKey::Stroke(series.stroke, detail));
        }
        let one = (series.candidate, &*series.label);
        if series.stroke == Stroke::Solid && !candidates.contains(&one) {
            candidates.push(one);
        }
    }
    let several = Some(candidates).filter(|candidates| candidates.len() > 1);
    let candidates = several.into_iter().flatten();
    strokes.extend(candidates.map(|(candidate, name)| LegendKey::Candidate(candidate, name)));
    strokes
}

/// What it takes in one row, in points.
pub(super) fn legend_width(ui: &Ui, legend: &[LegendKey<'_>]) -> f32 {
    /// Sample and gaps of a key, in points.
    const AROUND_NAME: f32 = 44.0;
    let font = TextStyle::Small.resolve(ui.style());
    let width = |name: &str| {
        let painter = ui.painter();
        let galley = painter.layout_no_wrap(name.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x + AROUND_NAME
    };
    legend.iter().map(|key| width(key.name())).sum()
}
