//! All charts of a run, kept up to date at the price of what is new.
//!
//! A finished block's points are never touched again; of a live block only the intervals that were added since
//! the last update are computed. What is drawn from is lent, never cloned.

use crate::chart::line::{Styled, caption, lines, quantity, warning};
use crate::chart::marks::{Glyph, bands, has_marks, has_ticks, ticks};
use crate::chart::workers;
use crate::chart::{
    Chart, ChartId, ChartMark, ChartSettings, Diagram, Distribution, Form, Scale, Series,
    SplitChart, histogram_overlay, percentile_curve,
};
use crate::run::{Block, Run, RunRequest};

/// Makes one chart of `run` from nothing. O(intervals).
#[must_use]
pub fn build(id: ChartId, run: &Run, settings: &ChartSettings) -> Chart {
    let mut page = Page::new(id, run, settings);
    page.update(run);
    page.chart
}

/// Makes one chart of `run` that is not over time; none for those that are. O(slots of histograms).
#[must_use]
pub fn build_diagram(id: ChartId, run: &Run, settings: &ChartSettings) -> Option<Diagram> {
    let mut lines = Distribution::of_run(run);
    lines.retain(|line| !settings.hidden.contains(&line.candidate));
    match id {
        ChartId::Histogram => Some(histogram_overlay(&lines)),
        ChartId::PercentileCurve => Some(percentile_curve(&lines)),
        _ => None,
    }
}

/// The charts of one run, as of its last [`ChartBook::update`].
#[derive(Debug, Clone, Default)]
pub struct ChartBook {
    key: Option<Key>,
    revision: u64,
    pages: Vec<Page>,
    diagrams: Vec<(ChartId, Diagram)>,
    split: SplitChart,
}

/// What all points depend on, beside the events of the run.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    started_unix_secs: u64,
    request: RunRequest,
    settings: ChartSettings,
}

impl ChartBook {
    /// A book without charts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Brings all charts up to date. Nothing happens while run and settings are the same; a new snapshot
    /// costs what it added; another run, other settings or other prices rebuild.
    pub fn update(&mut self, run: &Run, settings: &ChartSettings) {
        let same = self.key.as_ref().is_some_and(|key| key.fits(run, settings));
        if same && self.revision == run.revision {
            return;
        }
        // A smaller revision is another run that happens to look alike.
        if !same || run.revision < self.revision {
            self.key = Some(Key::of(run, settings));
            // What the board does not have costs nothing.
            let shown = settings.arrangement.shown_for(&run.request);
            let ids = shown.iter().map(|tile| tile.id);
            self.pages = ids
                .clone()
                .filter(|id| id.form() != Form::Diagram)
                .map(|id| Page::new(id, run, settings))
                .collect();
            let diagrams = ids.filter_map(|id| Some((id, build_diagram(id, run, settings)?)));
            self.diagrams = diagrams.collect();
        } else {
            for (id, diagram) in &mut self.diagrams {
                if let Some(newer) = build_diagram(*id, run, settings) {
                    *diagram = newer;
                }
            }
        }
        for page in &mut self.pages {
            page.update(run);
        }
        self.split = SplitChart::of(run);
        self.revision = run.revision;
    }

    /// Forgets everything: for a run of which the history was replaced.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The revision of the run that the charts are of.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// A chart that is not over time; none if the board does not have it.
    #[must_use]
    pub fn diagram(&self, id: ChartId) -> Option<&Diagram> {
        let mut diagrams = self.diagrams.iter();
        diagrams
            .find(|(other, _)| *other == id)
            .map(|(_, diagram)| diagram)
    }

    /// Which charts over time there are, in the order of the board.
    pub fn ids(&self) -> impl Iterator<Item = ChartId> {
        self.pages.iter().map(|page| page.chart.id)
    }

    /// Where the time of a task goes, of all candidates; empty before the first update.
    #[must_use]
    pub const fn split(&self) -> &SplitChart {
        &self.split
    }

    /// A chart; none before the first update.
    #[must_use]
    pub fn chart(&self, id: ChartId) -> Option<&Chart> {
        self.pages
            .iter()
            .map(|page| &page.chart)
            .find(|chart| chart.id == id)
    }
}

impl Key {
    fn of(run: &Run, settings: &ChartSettings) -> Self {
        Self {
            started_unix_secs: run.started_unix_secs,
            request: run.request.clone(),
            settings: settings.clone(),
        }
    }

    /// Compares without cloning: it is asked every frame.
    fn fits(&self, run: &Run, settings: &ChartSettings) -> bool {
        self.started_unix_secs == run.started_unix_secs
            && self.request == run.request
            && self.settings == *settings
    }
}

/// One chart and how far it has come.
#[derive(Debug, Clone)]
struct Page {
    chart: Chart,
    styles: Vec<Styled>,
    /// Candidates in the order of their series.
    candidates: Vec<usize>,
    /// One per block of the plan.
    marks: Vec<Mark>,
    /// Whether faults and what happened are marked at all.
    is_marked: bool,
}

/// How much of a block is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
struct Mark {
    /// Its intervals.
    len: usize,
    /// End of the first one: moves when the timeline halves its resolution.
    first_end: u64,
    /// End of the last one.
    last_end: u64,
    /// Where x is 0, in nanoseconds since the block's start.
    origin: u64,
    /// End of the measurement, once known.
    measured_end: Option<u64>,
    /// Per line: the first run of the series that belongs to the block.
    first_runs: Vec<usize>,
}

impl Page {
    fn new(id: ChartId, run: &Run, settings: &ChartSettings) -> Self {
        let scenario = &run.request.scenario;
        let styles = lines(id, settings);
        let mut candidates = run.request.candidates.clone();
        candidates.sort_unstable();
        candidates.retain(|candidate| {
            !settings.hidden.contains(candidate) && *candidate < scenario.candidates.len()
        });
        let mut series = Vec::with_capacity(candidates.len() * styles.len());
        for &candidate in &candidates {
            let label = scenario.candidates[candidate].label();
            series.extend(styles.iter().map(|style| {
                Series {
                    candidate,
                    name: [label.as_str(), style.detail]
                        .join(" ")
                        .trim_end()
                        .to_owned(),
                    label: label.clone(),
                    detail: style.detail,
                    stroke: style.stroke,
                    runs: Vec::new(),
                }
            }));
        }
        let chart = Chart {
            id,
            title: id.title().to_owned(),
            caption: String::new(),
            warning: warning(id, run),
            quantity: quantity(id, run),
            scale: match id {
                ChartId::ResponseTime if settings.log_response_time => Scale::Log10,
                // A stalled loop is late by decades more than an idle one.
                ChartId::LoopLag => Scale::Log10,
                _ => Scale::Linear,
            },
            series,
            measured_span: None,
            bands: Vec::new(),
            marks: Vec::new(),
            ticks: Vec::new(),
            marks_dropped: 0,
            workers_left_out: 0,
            side_by_side: settings.side_by_side,
            stretch: settings.stretch,
        };
        Self {
            chart,
            styles,
            candidates,
            marks: vec![Mark::default(); run.blocks.len()],
            is_marked: settings.marks,
        }
    }

    fn update(&mut self, run: &Run) {
        self.chart.caption = caption(self.chart.id, self.chart.scale, run);
        self.chart.measured_span = measured_span(run);
        let end = self.chart.measured_span.map_or(0.0, |(_, end)| end);
        if self.is_marked {
            self.chart.bands = bands(run, end);
            if has_marks(self.chart.id) {
                self.update_marks(run);
            }
        }
        if self.chart.id.form() == Form::Workers {
            workers::update(&mut self.chart, run, &self.candidates);
            return;
        }
        let blocks = run.blocks.iter().enumerate();
        for (number, block) in blocks.filter(|(_, block)| !block.planned.twin) {
            self.update_block(run, number, block);
        }
        if let Some(beyond) = self.chart.top().beyond {
            let beyond = self.chart.quantity.text(beyond);
            // First, as a long caption is cut at its end.
            let told = format!("cut: up to {beyond} outside of the measurement; ");
            self.chart.caption.insert_str(0, &told);
        }
    }

    /// All marks anew: there are few, and their number is bounded.
    fn update_marks(&mut self, run: &Run) {
        self.chart.marks.clear();
        self.chart.marks_dropped = 0;
        self.chart.ticks.clear();
        let shown = |block: &&Block| {
            let candidate = block.planned.candidate;
            !block.planned.twin && self.candidates.contains(&candidate)
        };
        for block in run.blocks.iter().filter(shown) {
            let origin = origin(run, block);
            let marks = block.resilience.marks().iter();
            let marks = marks.filter(|mark| Glyph::of(mark.kind).is_some());
            self.chart.marks.extend(marks.map(|mark| ChartMark {
                candidate: block.planned.candidate,
                at: seconds(mark.elapsed_nanos, origin),
                kind: mark.kind,
            }));
            self.chart.marks_dropped += block.resilience.marks_dropped();
            if has_ticks(self.chart.id) {
                self.chart.ticks.extend(ticks(block, origin));
            }
        }
    }

    fn update_block(&mut self, run: &Run, number: usize, block: &Block) {
        let intervals = block.timeline.intervals();
        let place = self
            .candidates
            .iter()
            .position(|candidate| *candidate == block.planned.candidate);
        let (Some(first), Some(last), Some(place)) = (intervals.front(), intervals.back(), place)
        else {
            return;
        };
        let snapshot = block.last.as_ref();
        let now = Mark {
            len: intervals.len(),
            first_end: first.end_nanos,
            last_end: last.end_nanos,
            origin: origin(run, block),
            measured_end: snapshot.and_then(|snapshot| snapshot.measure_end_nanos),
            first_runs: Vec::new(),
        };
        let lines = self.styles.len();
        let series = &mut self.chart.series[place * lines..(place + 1) * lines];
        let mark = &mut self.marks[number];
        let drawn = (mark.len, mark.last_end, mark.origin, mark.measured_end);
        if drawn == (now.len, now.last_end, now.origin, now.measured_end) {
            return;
        }
        // The newest interval may have grown, so it is computed again.
        let goes_on =
            mark.first_end == now.first_end && mark.origin == now.origin && mark.len <= now.len;
        let from = if goes_on {
            mark.len.saturating_sub(1)
        } else {
            0
        };
        if mark.len == 0 {
            mark.first_runs = series.iter().map(|series| series.runs.len()).collect();
        }
        for ((series, style), &first_run) in
            series.iter_mut().zip(&self.styles).zip(&mark.first_runs)
        {
            // Blocks of a candidate come one after the other, so the tail of the series is this block's.
            cut(
                &mut series.runs,
                first_run,
                seconds(intervals[from].start_nanos, now.origin),
                from > 0,
            );
            let values = style.line.values(intervals, from, run, now.measured_end);
            let before = from
                .checked_sub(1)
                .map(|index| seconds(intervals[index].end_nanos, now.origin));
            let open = last_x(&series.runs, first_run).is_some()
                && last_x(&series.runs, first_run) == before;
            let points = intervals.range(from..).zip(values);
            let points =
                points.map(|(interval, value)| (seconds(interval.end_nanos, now.origin), value));
            append(&mut series.runs, open, points);
        }
        *mark = Mark {
            first_runs: std::mem::take(&mut mark.first_runs),
            ..now
        };
    }
}

/// Removes the points of the runs from `first_run` on: those beyond `x`, or all unless `keep`.
fn cut(runs: &mut Vec<Vec<[f64; 2]>>, first_run: usize, x: f64, keep: bool) {
    if !keep {
        runs.truncate(first_run);
        return;
    }
    while runs.len() > first_run {
        let Some(run) = runs.last_mut() else { return };
        while run.last().is_some_and(|point| point[0] > x) {
            run.pop();
        }
        if !run.is_empty() {
            return;
        }
        runs.pop();
    }
}

fn last_x(runs: &[Vec<[f64; 2]>], first_run: usize) -> Option<f64> {
    let last = runs.get(first_run..)?.last()?.last()?;
    Some(last[0])
}

/// Continues the last run if it is `open`; a missing value closes it.
fn append(
    runs: &mut Vec<Vec<[f64; 2]>>,
    mut open: bool,
    points: impl Iterator<Item = (f64, Option<f64>)>,
) {
    for (x, value) in points {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                match runs.last_mut().filter(|_| open) {
                    Some(run) => run.push([x, value]),
                    None => runs.push(vec![[x, value]]),
                }
                open = true;
            }
            None => open = false,
        }
    }
}

pub(super) fn seconds(nanos: u64, origin: u64) -> f64 {
    (nanos as f64 - origin as f64) / 1e9
}

/// When the measurement began, or will begin, in nanoseconds since the block's start.
pub(super) fn origin(run: &Run, block: &Block) -> u64 {
    let known = block
        .last
        .as_ref()
        .and_then(|snapshot| snapshot.measure_start_nanos);
    known.unwrap_or(run.request.scenario.protocol.warm_up.0)
}

/// From 0 to the end of the longest measurement; for a live one the end that is planned.
fn measured_span(run: &Run) -> Option<(f64, f64)> {
    let scenario = &run.request.scenario;
    let batch = run.request.is_batch();
    let ends = run
        .blocks
        .iter()
        .filter(|block| block.last.is_some())
        .filter_map(|block| {
            let window = block.window().map_or(0, |window| window.nanos);
            let planned = if block.state.is_live() && !batch {
                scenario.protocol.measure.0
            } else {
                0
            };
            let nanos = window.max(planned);
            (nanos > 0).then(|| nanos as f64 / 1e9)
        });
    ends.max_by(f64::total_cmp).map(|end| (0.0, end))
}
