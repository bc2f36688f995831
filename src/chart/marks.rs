//! What stands on the time line of a chart beside its lines: when faults lasted, and what happened to workers and
//! circuit breakers.
//!
//! A kind of happening has a glyph of its own and a word in the legend: colour only says whose it was.

use crate::analysis::fault_label;
use crate::chart::book::seconds;
use crate::chart::{Chart, ChartId};
use crate::run::{Block, IncidentKind, Run};
use crate::units::text;

/// Rows for the labels of bands: more would take the room of the lines.
const LANES_MAX: usize = 3;

/// A stretch of time in which faults last, of all candidates alike.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultBand {
    /// Begin, in seconds since the measurement began.
    pub from: f64,
    /// End, in seconds since the measurement began.
    pub to: f64,
    /// What goes wrong: `slow tasks, error at 30 %`.
    pub label: String,
    /// In which row its label stands: bands that overlap have different ones, as far as there are rows.
    pub lane: usize,
}

/// An instant at which something happened to a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartMark {
    /// Index of the candidate in the scenario: decides the colour.
    pub candidate: usize,
    /// When, in seconds since the measurement began.
    pub at: f64,
    /// What sort of thing.
    pub kind: IncidentKind,
}

/// A stretch of time at the end of which tasks of a candidate had been tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartTick {
    /// Index of the candidate in the scenario: decides the colour.
    pub candidate: usize,
    /// Its end, in seconds since the measurement began.
    pub at: f64,
    /// How many retries.
    pub count: u64,
}

/// As many faults are named by the legend: more would take the room of the charts.
const FAULTS_NAMED_MAX: usize = 12;

impl Chart {
    /// What goes wrong in the bands, each once, in the order in which it first does.
    fn faults(&self) -> Vec<&str> {
        let mut faults: Vec<&str> = Vec::new();
        for band in &self.bands {
            if !faults.contains(&&*band.label) {
                faults.push(&band.label);
            }
        }
        faults
    }

    /// What stands at `band`, from the longest to the shortest that tells it: several faults have numbers, which the
    /// legend explains, and a single one is told by its band.
    #[must_use]
    pub fn fault_words(&self, band: &FaultBand) -> Vec<String> {
        let faults = self.faults();
        let place = faults.iter().position(|fault| *fault == band.label);
        match place {
            Some(place) if faults.len() > 1 => {
                let number = (place + 1).to_string();
                vec![format!("{number}: {}", band.label), number]
            }
            _ => vec![band.label.clone()],
        }
    }

    /// What the legend says of the bands: `fault 1: slow tasks`. Empty without any.
    #[must_use]
    pub fn fault_key(&self) -> Vec<String> {
        let faults = self.faults();
        if let [only] = *faults {
            return vec![format!("fault: {only}")];
        }
        let numbered = faults.iter().enumerate().take(FAULTS_NAMED_MAX);
        let mut key: Vec<String> = numbered
            .map(|(place, fault)| format!("fault {}: {fault}", place + 1))
            .collect();
        let more = faults.len().saturating_sub(FAULTS_NAMED_MAX);
        if more > 0 {
            key.push(text::counted(more as u64, "more fault", "more faults"));
        }
        key
    }

    /// The ticks of one candidate where they are drawn: those that fall on the same column of pixels are one, of as
    /// many retries as all of them. `x` says where a second lies. Ascending, each [place, retries].
    #[must_use]
    pub fn ticks_per_column(&self, candidate: usize, x: impl Fn(f64) -> f64) -> Vec<(f64, u64)> {
        let mut columns: Vec<(f64, u64)> = Vec::new();
        let own = self.ticks.iter().filter(|tick| tick.candidate == candidate);
        let mut places: Vec<(f64, u64)> =
            own.map(|tick| (x(tick.at).floor(), tick.count)).collect();
        // Repeats lie over each other.
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (place, count) in places {
            match columns.last_mut() {
                Some((last, sum)) if last.total_cmp(&place).is_eq() => *sum += count,
                _ => columns.push((place, count)),
            }
        }
        columns
    }
}

/// The retries of `block`, of which the measurement began at `origin` nanoseconds.
pub(super) fn ticks(block: &Block, origin: u64) -> impl Iterator<Item = ChartTick> {
    let intervals = block.timeline.intervals().iter();
    let retried = intervals.filter(|interval| interval.retries > 0);
    retried.map(move |interval| ChartTick {
        candidate: block.planned.candidate,
        at: seconds(interval.end_nanos, origin),
        count: interval.retries,
    })
}

/// The shape of a mark, within a square from -1 to 1; y points down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// An x: something died.
    Cross,
    /// A filled triangle that points down: something was killed on purpose.
    Down,
    /// A plus: something was stopped, as nobody waited for it.
    Plus,
    /// A filled square: something stood still.
    Square,
    /// A filled diamond: something opened.
    Diamond,
    /// A diamond's outline: half-open.
    HollowDiamond,
    /// A circle's outline: something closed.
    Ring,
}

impl Glyph {
    /// That of a kind; faults are bands and have none.
    #[must_use]
    pub const fn of(kind: IncidentKind) -> Option<Self> {
        Some(match kind {
            IncidentKind::WorkerDied => Self::Cross,
            IncidentKind::WorkerKilled => Self::Down,
            IncidentKind::WorkerStopped => Self::Plus,
            IncidentKind::WorkerStalled => Self::Square,
            IncidentKind::BreakerOpened => Self::Diamond,
            IncidentKind::BreakerHalfOpened => Self::HollowDiamond,
            IncidentKind::BreakerClosed => Self::Ring,
            IncidentKind::FaultBegan | IncidentKind::FaultEnded => return None,
        })
    }

    /// Whether its outline is filled.
    #[must_use]
    pub const fn is_filled(self) -> bool {
        matches!(self, Self::Down | Self::Square | Self::Diamond)
    }

    /// The lines that make it, each through its points; the outline of a closed one ends where it begins.
    #[must_use]
    pub fn strokes(self) -> Vec<Vec<[f64; 2]>> {
        const HALF: f64 = 0.8;
        match self {
            Self::Cross => vec![
                vec![[-HALF, -HALF], [HALF, HALF]],
                vec![[-HALF, HALF], [HALF, -HALF]],
            ],
            Self::Plus => vec![vec![[-1.0, 0.0], [1.0, 0.0]], vec![[0.0, -1.0], [0.0, 1.0]]],
            Self::Down => vec![vec![[-1.0, -HALF], [1.0, -HALF], [0.0, 1.0], [-1.0, -HALF]]],
            Self::Square => vec![vec![
                [-HALF, -HALF],
                [HALF, -HALF],
                [HALF, HALF],
                [-HALF, HALF],
                [-HALF, -HALF],
            ]],
            Self::Diamond | Self::HollowDiamond => vec![vec![
                [0.0, -1.0],
                [1.0, 0.0],
                [0.0, 1.0],
                [-1.0, 0.0],
                [0.0, -1.0],
            ]],
            Self::Ring => {
                let corner = |number: u32| {
                    let angle = f64::from(number) * std::f64::consts::TAU / 12.0;
                    [angle.cos() * 0.9, angle.sin() * 0.9]
                };
                vec![(0..=12).map(corner).collect()]
            }
        }
    }
}

/// Whether a chart has marks: those where one sees what a mark did.
pub(super) const fn has_marks(id: ChartId) -> bool {
    matches!(
        id,
        ChartId::Throughput
            | ChartId::ResponseTime
            | ChartId::QueueDepth
            | ChartId::Attempts
            | ChartId::Setbacks
            | ChartId::Outcomes
    )
}

/// Whether a chart has ticks for retries: where they are a line already, ticks would say it twice.
pub(super) const fn has_ticks(id: ChartId) -> bool {
    has_marks(id) && !matches!(id, ChartId::Setbacks)
}

/// When the faults of `run` lasted, those of the same time as one; a fault that is always there has no band, nor has an
/// instant. `end` is the end of the measurement in seconds.
pub(super) fn bands(run: &Run, end: f64) -> Vec<FaultBand> {
    let faults = &run.request.scenario.faults;
    let mut bands: Vec<FaultBand> = Vec::new();
    for window in run.request.fault_windows() {
        let from = window.from_nanos as f64 / 1e9;
        let to = window
            .until_nanos
            .map_or(end, |until| until as f64 / 1e9)
            .min(end);
        let label = faults.get(window.fault).map(fault_label);
        let Some(label) = label.filter(|_| to > from && !window.is_always()) else {
            continue;
        };
        let same = |band: &&mut FaultBand| {
            band.from.total_cmp(&from).is_eq() && band.to.total_cmp(&to).is_eq()
        };
        match bands.iter_mut().find(same) {
            Some(band) => {
                band.label.push_str(", ");
                band.label.push_str(&label);
            }
            None => bands.push(FaultBand {
                from,
                to,
                label,
                lane: 0,
            }),
        }
    }
    bands.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut ends = [f64::NEG_INFINITY; LANES_MAX];
    for band in &mut bands {
        let free = ends.iter().position(|end| *end <= band.from);
        band.lane = free.unwrap_or(LANES_MAX - 1);
        ends[band.lane] = ends[band.lane].max(band.to);
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartSettings, build};
    use crate::scenario::{Fault, Inject};
    use crate::support;
    use crate::units::Nanos;

    #[test]
    fn faults_of_the_same_time_are_one_band_and_instants_are_none() {
        let mut run = support::drill::run();
        let again = Fault {
            probability: 0.3,
            ..run.request.scenario.faults[0].clone()
        };
        let always = Fault::new(Inject::Hang);
        let to_the_end = Fault {
            from: Nanos::from_secs(8),
            ..Fault::new(Inject::Error)
        };
        let panic = Inject::Crash {
            how: crate::scenario::Crash::Panic,
        };
        let between = Fault {
            from: Nanos::from_secs(4),
            until: Some(Nanos::from_secs(9)),
            ..Fault::new(panic)
        };
        let faults = &mut run.request.scenario.faults;
        faults.extend([again, always, to_the_end, between]);
        let bands: Vec<_> = bands(&run, 12.0)
            .into_iter()
            .map(|band| (band.from, band.to, band.lane, band.label))
            .collect();
        assert_eq!(
            bands,
            [
                (3.0, 5.0, 0, "slow tasks, slow tasks at 30 %".to_owned()),
                (4.0, 9.0, 1, "panic".to_owned()),
                (8.0, 12.0, 0, "error".to_owned())
            ]
        );
    }

    #[test]
    fn several_faults_have_numbers_that_the_legend_explains_and_one_has_none() {
        let run = support::drill::run();
        let mut chart = build(ChartId::QueueDepth, &run, &ChartSettings::default());
        assert_eq!(chart.fault_key(), ["fault: slow tasks"]);
        assert_eq!(chart.fault_words(&chart.bands[0]), ["slow tasks"]);
        let band = |from: f64, label: &str| FaultBand {
            from,
            to: from + 1.0,
            label: label.to_owned(),
            lane: 0,
        };
        chart
            .bands
            .extend([band(6.0, "error"), band(8.0, "slow tasks")]);
        let key = ["fault 1: slow tasks", "fault 2: error"];
        assert_eq!(chart.fault_key(), key);
        let words = |place: usize| chart.fault_words(&chart.bands[place]);
        assert_eq!(words(1), ["2: error", "2"]);
        assert_eq!(words(2), ["1: slow tasks", "1"]);
        let many = (0..20).map(|number| band(f64::from(number), &format!("fault {number}")));
        chart.bands = many.collect();
        assert_eq!(chart.fault_key().len(), FAULTS_NAMED_MAX + 1);
        assert_eq!(chart.fault_key().last().unwrap(), "8 more faults");
        chart.bands.clear();
        assert!(chart.fault_key().is_empty());
    }

    #[test]
    fn marks_stand_where_they_happened_and_only_where_one_sees_what_they_did() {
        let run = support::drill::run();
        let settings = ChartSettings::default();
        let chart = build(ChartId::QueueDepth, &run, &settings);
        let died: Vec<_> = chart
            .marks
            .iter()
            .filter(|mark| mark.kind == IncidentKind::WorkerDied)
            .map(|mark| (mark.candidate, mark.at))
            .collect();
        assert_eq!(died, [(2, 4.0), (2, 7.0)]);
        assert_eq!(chart.marked(), [0, 1, 2, 3]);
        assert!(
            chart
                .mark_kinds()
                .contains(&IncidentKind::BreakerHalfOpened)
        );
        assert_eq!(chart.bands.len(), 1);
        let memory = build(ChartId::MemoryPerWorker, &run, &settings);
        assert!(memory.marks.is_empty() && memory.bands.len() == 1);
        let hidden = ChartSettings {
            hidden: [0, 1, 3].into(),
            ..settings
        };
        assert_eq!(build(ChartId::QueueDepth, &run, &hidden).marked(), [2]);
    }

    #[test]
    fn retries_are_ticks_that_share_a_column_with_their_neighbours_and_can_be_left_out() {
        let run = support::drill::run();
        let chart = build(ChartId::QueueDepth, &run, &ChartSettings::default());
        let candidate = chart.ticks[0].candidate;
        let block = run.blocks_of(candidate).next().unwrap();
        let retries: u64 = block.timeline.intervals().iter().map(|i| i.retries).sum();
        assert!(retries > 0);
        for width in [1.0, 40.0, 10_000.0] {
            let columns = chart.ticks_per_column(candidate, |seconds| seconds * width);
            assert_eq!(columns.iter().map(|(_, count)| count).sum::<u64>(), retries);
            assert!(columns.is_sorted_by(|a, b| a.0 < b.0));
        }
        assert_eq!(chart.ticks_per_column(candidate, |_| 7.5), [(7.0, retries)]);
        let unmarked = ChartSettings {
            marks: false,
            ..ChartSettings::default()
        };
        let chart = build(ChartId::QueueDepth, &run, &unmarked);
        assert!(chart.ticks.is_empty() && chart.marks.is_empty() && chart.bands.is_empty());
        let setbacks = build(ChartId::Setbacks, &run, &ChartSettings::default());
        assert!(setbacks.ticks.is_empty(), "a line says it already");
    }

    #[test]
    fn no_two_kinds_look_the_same() {
        let kinds = [
            IncidentKind::WorkerDied,
            IncidentKind::WorkerStopped,
            IncidentKind::WorkerKilled,
            IncidentKind::WorkerStalled,
            IncidentKind::BreakerOpened,
            IncidentKind::BreakerHalfOpened,
            IncidentKind::BreakerClosed,
        ];
        let looks: Vec<_> = kinds
            .map(|kind| Glyph::of(kind).unwrap())
            .map(|glyph| (glyph.strokes(), glyph.is_filled()))
            .into();
        for (number, look) in looks.iter().enumerate() {
            assert!(!looks[..number].contains(look), "{number}");
        }
        assert_eq!(Glyph::of(IncidentKind::FaultBegan), None);
    }
}
