//! What the window remembers of its board: charts, their order and width, percentiles, and how lines are shown.
//!
//! Charts are kept by their stable names, so that a file of a later version with charts that are not known here is
//! still read.

use serde::{Deserialize, Serialize};

use crate::chart::{Arrangement, ChartId, ChartSettings, Percentile, Tile};

/// More entries than there will ever be charts are not ours.
const ENTRIES_MAX: usize = 64;

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardSettings {
    /// The charts that were placed, with their widths in columns.
    charts: Vec<(String, u8)>,
    /// The charts that were put away.
    away: Vec<String>,
    /// At which percentiles the response time is shown, ascending; never empty.
    percentiles: Vec<Percentile>,
    /// Whether the longest response time is shown too.
    longest: bool,
    /// Whether faults, retries and deaths are marked.
    marks: bool,
    /// Whether each candidate has plots of its own.
    side_by_side: bool,
}

impl Default for BoardSettings {
    fn default() -> Self {
        Self {
            charts: Vec::new(),
            away: Vec::new(),
            // What one caller in twenty sees: neither hides the tail nor needs thousands of tasks, and one line per
            // candidate is read at a glance.
            percentiles: vec![Percentile::P95],
            longest: false,
            marks: true,
            side_by_side: false,
        }
    }
}

impl BoardSettings {
    /// The settings of the charts, with nothing hidden.
    #[must_use]
    pub fn chart_settings(&self) -> ChartSettings {
        ChartSettings {
            percentiles: self.known_percentiles(),
            response_max: self.longest,
            marks: self.marks,
            side_by_side: self.side_by_side,
            arrangement: self.arrangement(),
            ..ChartSettings::default()
        }
    }

    /// Which charts, in which order.
    #[must_use]
    pub fn arrangement(&self) -> Arrangement {
        let charts = self.charts.iter().take(ENTRIES_MAX);
        let tiles = charts.filter_map(|(slug, span)| {
            Some(Tile {
                id: ChartId::of_slug(slug)?,
                span: usize::from(*span),
            })
        });
        let away = self.away.iter().take(ENTRIES_MAX);
        Arrangement::new(tiles, away.filter_map(|slug| ChartId::of_slug(slug)))
    }

    /// Remembers these charts.
    pub fn arrange(&mut self, arrangement: &Arrangement) {
        let tiles = arrangement.tiles().iter();
        self.charts = tiles
            .map(|tile| (tile.id.slug().to_owned(), tile.span as u8))
            .collect();
        self.away = arrangement.away().map(|id| id.slug().to_owned()).collect();
    }

    /// Shows or hides a percentile; the last one stays.
    pub fn toggle_percentile(&mut self, percentile: Percentile) {
        let mut shown = self.known_percentiles();
        if !shown.contains(&percentile) {
            shown.push(percentile);
            shown.sort_unstable();
        } else if shown.len() > 1 {
            shown.retain(|other| *other != percentile);
        }
        self.percentiles = shown;
    }

    /// Shows or hides the longest response time.
    pub const fn toggle_longest(&mut self) {
        self.longest = !self.longest;
    }

    /// Shows or hides what is marked.
    pub const fn toggle_marks(&mut self) {
        self.marks = !self.marks;
    }

    /// Lays candidates over each other or side by side.
    pub const fn toggle_side_by_side(&mut self) {
        self.side_by_side = !self.side_by_side;
    }

    /// Ascending and distinct, and never none.
    fn known_percentiles(&self) -> Vec<Percentile> {
        let mut known = self.percentiles.clone();
        known.sort_unstable();
        known.dedup();
        if known.is_empty() {
            known.push(Percentile::P95);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Preset;

    #[test]
    fn at_least_one_percentile_is_always_shown() {
        let mut board = BoardSettings::default();
        board.toggle_percentile(Percentile::P95);
        assert_eq!(board.chart_settings().percentiles, [Percentile::P95]);
        board.toggle_percentile(Percentile::P50);
        let both = [Percentile::P50, Percentile::P95];
        assert_eq!(board.chart_settings().percentiles, both);
        board.toggle_percentile(Percentile::P95);
        assert_eq!(board.chart_settings().percentiles, [Percentile::P50]);
    }

    #[test]
    fn an_arrangement_is_read_as_it_was_written_and_unknown_charts_are_left_out() {
        let mut board = BoardSettings::default();
        let resources = Arrangement::of(Preset::Resources);
        board.arrange(&resources);
        let text = ron::to_string(&board).unwrap();
        let mut read: BoardSettings = ron::from_str(&text).unwrap();
        assert_eq!(read.arrangement(), resources);
        read.charts.insert(0, ("of_a_later_version".to_owned(), 1));
        read.away.push("of_a_later_version".to_owned());
        assert_eq!(read.arrangement(), resources);
        read.charts = vec![("cpu".to_owned(), 200); 1_000];
        read.away.clear();
        let widest = crate::chart::SPAN_MAX;
        assert_eq!(
            read.arrangement().tiles(),
            [Tile {
                id: ChartId::Cpu,
                span: widest
            }]
        );
        let of_before: BoardSettings = ron::from_str("()").unwrap();
        assert_eq!(of_before, BoardSettings::default());
    }
}
