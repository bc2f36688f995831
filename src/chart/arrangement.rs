//! Which charts a board has, in which order and how wide: the choice of a person, laid over what a run needs.
//!
//! A chart that was neither placed nor put away stands where it usually does, so that a choice made for one scenario
//! does not hide what another one is about.

use std::collections::BTreeSet;

use crate::chart::ChartId;
use crate::run::RunRequest;

/// The widest chart spans this many columns: all of a board.
pub const SPAN_MAX: usize = 3;

/// One chart of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Which one.
    pub id: ChartId,
    /// How many columns wide, from 1 to [`SPAN_MAX`].
    pub span: usize,
}

/// Arrangements that answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// What the run is usually looked at by.
    Overview,
    /// How long callers wait, and why.
    Latency,
    /// What is used of the machine.
    Resources,
}

impl Preset {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Overview, Self::Latency, Self::Resources];

    /// As it stands in the menu.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Latency => "Latency",
            Self::Resources => "Resources",
        }
    }

    const fn tiles(self) -> &'static [(ChartId, usize)] {
        match self {
            Self::Overview => &[],
            Self::Latency => &[
                (ChartId::ResponseTime, 2),
                (ChartId::PercentileCurve, 1),
                (ChartId::Histogram, 1),
                (ChartId::QueueDepth, 1),
                (ChartId::Outcomes, 1),
            ],
            Self::Resources => &[
                (ChartId::Cpu, 1),
                (ChartId::MemoryPerWorker, 1),
                (ChartId::CostPer1k, 1),
                (ChartId::WorkerCpu, 2),
                (ChartId::Throughput, 1),
                (ChartId::WorkerMemory, 2),
            ],
        }
    }
}

/// The charts that were placed, and those that were put away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    tiles: Vec<Tile>,
    away: BTreeSet<ChartId>,
}

impl Arrangement {
    /// Of charts in their order, and charts that are put away; what is named twice counts once, and widths are kept
    /// within their bounds.
    #[must_use]
    pub fn new(
        tiles: impl IntoIterator<Item = Tile>,
        away: impl IntoIterator<Item = ChartId>,
    ) -> Self {
        let away: BTreeSet<ChartId> = away.into_iter().collect();
        let mut kept: Vec<Tile> = Vec::new();
        for tile in tiles {
            let is_known = kept.iter().any(|other| other.id == tile.id);
            if !is_known && !away.contains(&tile.id) {
                let span = tile.span.clamp(1, SPAN_MAX);
                kept.push(Tile { span, ..tile });
            }
        }
        Self { tiles: kept, away }
    }

    /// One that answers a question.
    #[must_use]
    pub fn of(preset: Preset) -> Self {
        let tiles = preset.tiles();
        if tiles.is_empty() {
            return Self::default();
        }
        let others = ChartId::ALL.into_iter();
        let others = others.filter(|id| !tiles.iter().any(|(placed, _)| placed == id));
        let tiles = tiles.iter().map(|&(id, span)| Tile { id, span });
        Self::new(tiles, others)
    }

    /// The charts that were placed, in their order.
    #[must_use]
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// The charts that were put away.
    pub fn away(&self) -> impl Iterator<Item = ChartId> {
        self.away.iter().copied()
    }

    /// The charts of the board of what `request` measures, in their order.
    #[must_use]
    pub fn shown_for(&self, request: &RunRequest) -> Vec<Tile> {
        let possible: BTreeSet<ChartId> = ChartId::possible_for(request).collect();
        let placed = self.tiles.iter().copied();
        let mut shown: Vec<Tile> = placed.filter(|tile| possible.contains(&tile.id)).collect();
        let usual = ChartId::shown_for(request);
        let usual = usual.filter(|id| !self.is_placed(*id) && !self.away.contains(id));
        shown.extend(usual.map(|id| Tile { id, span: 1 }));
        shown
    }

    fn is_placed(&self, id: ChartId) -> bool {
        self.tiles.iter().any(|tile| tile.id == id)
    }

    /// Shows a chart as the last one, or puts it away.
    pub fn toggle(&mut self, id: ChartId, request: &RunRequest) {
        let shown = self.place_all(request);
        if self.is_placed(id) {
            self.tiles.retain(|tile| tile.id != id);
            self.away.insert(id);
        } else {
            self.away.remove(&id);
            self.tiles.insert(shown, Tile { id, span: 1 });
        }
    }

    /// Moves a chart by so many places, and not beyond the ends.
    pub fn shift(&mut self, id: ChartId, places: isize, request: &RunRequest) {
        let shown = self.place_all(request);
        if let Some(from) = self.tiles[..shown].iter().position(|tile| tile.id == id) {
            let to = from.saturating_add_signed(places).min(shown - 1);
            let tile = self.tiles.remove(from);
            self.tiles.insert(to, tile);
        }
    }

    /// Takes a chart out of its place, and puts it before or behind another one.
    pub fn put(&mut self, id: ChartId, beside: ChartId, behind: bool, request: &RunRequest) {
        self.place_all(request);
        let place = |tiles: &[Tile], id| tiles.iter().position(|tile| tile.id == id);
        if id == beside || place(&self.tiles, beside).is_none() {
            return;
        }
        if let Some(from) = place(&self.tiles, id) {
            let tile = self.tiles.remove(from);
            let to = place(&self.tiles, beside).unwrap_or(from);
            self.tiles.insert(to + usize::from(behind), tile);
        }
    }

    /// Makes a chart so many columns wide.
    pub fn set_span(&mut self, id: ChartId, span: usize, request: &RunRequest) {
        self.place_all(request);
        for tile in self.tiles.iter_mut().filter(|tile| tile.id == id) {
            tile.span = span.clamp(1, SPAN_MAX);
        }
    }

    /// What is shown becomes what was placed, before what was placed and cannot be shown. Returns how many are shown.
    fn place_all(&mut self, request: &RunRequest) -> usize {
        let mut tiles = self.shown_for(request);
        let shown = tiles.len();
        let others = self.tiles.iter();
        let others: Vec<Tile> = others
            .filter(|tile| !tiles.iter().any(|other| other.id == tile.id))
            .copied()
            .collect();
        tiles.extend(others);
        self.tiles = tiles;
        shown
    }
}

/// Where charts of these widths stand in rows of `columns`: each (row, column, width). One that is wider than what is
/// left of a row begins the next, and none is wider than a row.
#[must_use]
pub fn rows_of(spans: &[usize], columns: usize) -> Vec<(usize, usize, usize)> {
    let (mut row, mut column) = (0, 0);
    let place = |&span: &usize| {
        let span = span.clamp(1, columns.max(1));
        if column + span > columns && column > 0 {
            row += 1;
            column = 0;
        }
        let at = (row, column, span);
        column += span;
        at
    };
    spans.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn ids(arrangement: &Arrangement, request: &RunRequest) -> Vec<ChartId> {
        let tiles = arrangement.shown_for(request);
        tiles.into_iter().map(|tile| tile.id).collect()
    }

    #[test]
    fn what_does_not_fit_into_a_row_begins_the_next() {
        let places = rows_of(&[1, 2, 2, 2, 1, 3], 3);
        assert_eq!(
            places,
            [
                (0, 0, 1),
                (0, 1, 2),
                (1, 0, 2),
                (2, 0, 2),
                (2, 2, 1),
                (3, 0, 3)
            ]
        );
        assert_eq!(rows_of(&[3, 1], 1), [(0, 0, 1), (1, 0, 1)]);
    }

    #[test]
    fn without_a_choice_the_board_is_the_usual_one() {
        let request = support::finished_run().request;
        let usual: Vec<ChartId> = ChartId::shown_for(&request).collect();
        assert_eq!(ids(&Arrangement::default(), &request), usual);
        assert_eq!(Arrangement::of(Preset::Overview), Arrangement::default());
    }

    #[test]
    fn charts_are_moved_put_away_and_brought_back_as_the_last_one() {
        use ChartId::{CostPer1k, Cpu, MemoryPerWorker, QueueDepth, ResponseTime, Throughput};
        let request = support::batch_run().request;
        let mut board = Arrangement::default();
        board.shift(Cpu, -4, &request);
        let begun = [
            Cpu,
            Throughput,
            ResponseTime,
            MemoryPerWorker,
            CostPer1k,
            QueueDepth,
        ];
        assert_eq!(ids(&board, &request), begun);
        board.shift(Cpu, -1, &request);
        board.shift(QueueDepth, 3, &request);
        assert_eq!(ids(&board, &request), begun, "not beyond the ends");
        board.put(QueueDepth, Throughput, false, &request);
        board.put(Cpu, CostPer1k, true, &request);
        board.toggle(MemoryPerWorker, &request);
        board.toggle(ChartId::Histogram, &request);
        assert_eq!(
            ids(&board, &request),
            [
                QueueDepth,
                Throughput,
                ResponseTime,
                CostPer1k,
                Cpu,
                ChartId::Histogram
            ]
        );
        board.toggle(MemoryPerWorker, &request);
        assert_eq!(ids(&board, &request).last(), Some(&MemoryPerWorker));
        board.set_span(Cpu, 9, &request);
        let spans = board.shown_for(&request).into_iter().map(|tile| tile.span);
        assert_eq!(spans.collect::<Vec<_>>(), [1, 1, 1, 1, 3, 1, 1]);
    }

    #[test]
    fn a_choice_for_a_calm_run_does_not_hide_what_faults_are_about() {
        let (calm, drill) = (support::batch_run().request, support::drill::run().request);
        let mut board = Arrangement::default();
        board.toggle(ChartId::Cpu, &calm);
        assert!(ids(&board, &drill).contains(&ChartId::Attempts));
        assert!(!ids(&board, &drill).contains(&ChartId::Cpu));
        // What a calm run cannot show keeps its place for the next one that can.
        board.shift(ChartId::Attempts, -9, &drill);
        board.shift(ChartId::Throughput, 1, &calm);
        assert!(ids(&board, &drill).contains(&ChartId::Attempts));
        assert!(!ids(&board, &calm).contains(&ChartId::Attempts));
        let latency = Arrangement::of(Preset::Latency);
        assert_eq!(ids(&latency, &drill)[0], ChartId::ResponseTime);
        assert_eq!(ids(&latency, &drill).len(), 5);
    }
}
