//! Signs of the kinds of candidates, drawn: lines are threads, boxes are processes, a ring is an event loop.
//!
//! A sign of CPython has a filled ground, one of native code has none.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};

use crate::scenario::{AsyncCpu, Backend, HybridWaits, PythonPool};

/// Size of a sign, in points.
pub(super) const SIZE: Vec2 = Vec2::new(32.0, 26.0);
/// Thickness of its lines, in points.
const LINE: f32 = 1.6;
/// Rounding of its boxes, in points.
const RADIUS: u8 = 3;
/// More workers of a kind are not drawn.
const WORKERS_MAX: u32 = 4;

/// What is in a sign, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One process with one thread.
    Single,
    /// One process with so many threads.
    Threads(u32),
    /// So many processes.
    Processes(u32),
    /// One process with an event loop.
    Loop,
}

/// Draws the sign of `backend`.
pub(super) fn candidate(painter: &Painter, rect: Rect, backend: Backend, color: Color32) {
    if matches!(backend, Backend::Python(_)) {
        painter.rect_filled(rect, RADIUS, color.gamma_multiply(0.25));
    }
    let (first, second) = parts(backend);
    let Some(second) = second else {
        part(painter, rect, first, color);
        return;
    };
    let (left, right) = rect.split_left_right_at_fraction(0.5);
    part(painter, left.with_max_x(left.right() - 1.0), first, color);
    part(painter, right.with_min_x(right.left() + 1.0), second, color);
}

fn parts(backend: Backend) -> (Part, Option<Part>) {
    let beside = |cpu| match cpu {
        AsyncCpu::Inline => None,
        AsyncCpu::Blocking { threads } => Some(Part::Threads(threads)),
        AsyncCpu::Processes { workers } => Some(Part::Processes(workers)),
    };
    match backend {
        Backend::Sequential => (Part::Single, None),
        Backend::Threads { workers } => (Part::Threads(workers.count()), None),
        Backend::Processes { workers, .. } => (Part::Processes(workers.count()), None),
        Backend::Async { cpu, .. } => (Part::Loop, beside(cpu)),
        Backend::Hybrid {
            waits, processes, ..
        } => {
            let waits = match waits {
                HybridWaits::Threads { workers } => Part::Threads(workers.count()),
                HybridWaits::Async { .. } => Part::Loop,
            };
            (waits, Some(Part::Processes(processes.count())))
        }
        Backend::Python(pool) => match pool {
            PythonPool::Sequential => (Part::Single, None),
            PythonPool::ThreadPoolExecutor { workers }
            | PythonPool::InterpreterPoolExecutor { workers } => {
                (Part::Threads(workers.count()), None)
            }
            PythonPool::ProcessPoolExecutor { workers, .. }
            | PythonPool::MultiprocessingPool { workers, .. }
            | PythonPool::Joblib { workers, .. }
            | PythonPool::Dask { workers, .. }
            | PythonPool::Ray { workers, .. } => (Part::Processes(workers.count()), None),
            PythonPool::Asyncio { cpu, .. } => (Part::Loop, beside(cpu)),
            PythonPool::Hybrid {
                threads, processes, ..
            } => (
                Part::Threads(threads.count()),
                Some(Part::Processes(processes.count())),
            ),
        },
    }
}

fn part(painter: &Painter, rect: Rect, part: Part, color: Color32) {
    let stroke = Stroke::new(LINE, color);
    let boxed = |rect: Rect| {
        painter.rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
    };
    // Half a sign is narrow.
    let inner = rect.shrink2(Vec2::new((rect.width() * 0.25).min(5.0), 5.0));
    match part {
        Part::Single => {
            boxed(rect);
            painter.vline(rect.center().x, inner.y_range(), stroke);
        }
        Part::Threads(threads) => {
            boxed(rect);
            let lines = threads.clamp(2, WORKERS_MAX);
            let step = inner.width() / (lines - 1) as f32;
            for line in 0..lines {
                let x = inner.left() + line as f32 * step;
                painter.vline(x, inner.y_range(), stroke);
            }
        }
        Part::Processes(processes) => {
            for place in places(rect, processes.clamp(1, WORKERS_MAX)) {
                boxed(place);
            }
        }
        Part::Loop => {
            boxed(rect);
            ring(
                painter,
                rect.center(),
                inner.height().min(inner.width()) / 2.0,
                stroke,
            );
        }
    }
}

/// One, two or, for more, four boxes within `rect`.
fn places(rect: Rect, count: u32) -> Vec<Rect> {
    const GAP: f32 = 1.5;
    if count == 1 {
        return vec![rect];
    }
    let (left, right) = rect.split_left_right_at_fraction(0.5);
    let (left, right) = (
        left.with_max_x(left.right() - GAP),
        right.with_min_x(right.left() + GAP),
    );
    if count == 2 {
        return vec![left, right];
    }
    let halves = |rect: Rect| {
        let (upper, lower) = rect.split_top_bottom_at_fraction(0.5);
        [
            upper.with_max_y(upper.bottom() - GAP),
            lower.with_min_y(lower.top() + GAP),
        ]
    };
    [halves(left), halves(right)].concat()
}

/// A ring that goes round: open at the upper right, with the head of an arrow.
fn ring(painter: &Painter, center: Pos2, radius: f32, stroke: Stroke) {
    /// Corners of the ring's line.
    const CORNERS: u32 = 20;
    /// Of the whole turn, so much is drawn.
    const TURN: f32 = 0.8;
    let at = |part: f32| {
        let angle = std::f32::consts::TAU * TURN * part;
        center + Vec2::angled(angle) * radius
    };
    let points = (0..=CORNERS).map(|corner| at(corner as f32 / CORNERS as f32));
    painter.add(Shape::line(points.collect(), stroke));
    let (tip, ahead) = (at(1.0), at(1.0) - at(0.95));
    let (ahead, aside) = (ahead.normalized() * 3.5, ahead.normalized().rot90() * 3.0);
    let head = vec![tip + ahead, tip + aside, tip - aside];
    painter.add(Shape::convex_polygon(head, stroke.color, Stroke::NONE));
}

/// An arrow to the right, of what comes to what is done.
pub(super) fn arrow(painter: &Painter, center: Pos2, color: Color32) {
    let head = vec![
        center + Vec2::new(4.0, 0.0),
        center + Vec2::new(-2.0, -5.0),
        center + Vec2::new(-2.0, 5.0),
    ];
    painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
}

/// What goes wrong on purpose.
pub(super) fn lightning(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + rect.size() * Vec2::new(x, y);
    let upper = vec![at(0.6, 0.0), at(0.1, 0.58), at(0.55, 0.58)];
    let lower = vec![at(0.4, 1.0), at(0.9, 0.42), at(0.45, 0.42)];
    for half in [upper, lower] {
        painter.add(Shape::convex_polygon(half, color, Stroke::NONE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{bundled, parse};

    #[test]
    fn signs_tell_threads_processes_and_loops_apart() {
        let threads = parts(Backend::threads(8));
        assert_eq!(threads, (Part::Threads(8), None));
        let python = Backend::Python(PythonPool::Sequential);
        assert_eq!(parts(python), (Part::Single, None));
    }

    #[test]
    fn boxes_stay_within_the_sign() {
        let rect = Rect::from_min_size(Pos2::ZERO, SIZE);
        for count in 1..=WORKERS_MAX {
            for place in places(rect, count) {
                assert!(place.is_positive() && rect.contains_rect(place));
            }
        }
        assert!(
            bundled()
                .iter()
                .all(|file| parse(file.text).scenario.is_some())
        );
    }
}
