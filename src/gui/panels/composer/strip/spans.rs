//! Where the stages of a task lie in the strip: as wide as they are long, and never too narrow to be seen.

/// A stage is never narrower, however short it is beside the others.
const LEAST_WIDTH: f32 = 3.0;
/// Between stages.
const GAP: f32 = 1.0;

/// Where one stage lies in the strip, in points from its left edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) start: f32,
    pub(super) width: f32,
    /// How much of the width is time on a core; it comes first.
    pub(super) cpu_width: f32,
}

/// Where the stages of these times, (CPU, waiting) in nanoseconds, lie in a strip of `width` points.
///
/// Those that would be too narrow to see get [`LEAST_WIDTH`]; the others share what is left by their times.
pub(super) fn spans(times: &[(f64, f64)], width: f32) -> Vec<Span> {
    let gaps = GAP * times.len().saturating_sub(1) as f32;
    let room = (width - gaps).max(0.0);
    let lengths: Vec<f64> = times.iter().map(|(cpu, waiting)| cpu + waiting).collect();
    let mut start = 0.0;
    widths(&lengths, room)
        .into_iter()
        .zip(times)
        .map(|(width, (cpu, waiting))| {
            let share = if cpu + waiting > 0.0 {
                cpu / (cpu + waiting)
            } else {
                0.0
            };
            let span = Span {
                start,
                width,
                cpu_width: width * share as f32,
            };
            start += width + GAP;
            span
        })
        .collect()
}

fn widths(lengths: &[f64], room: f32) -> Vec<f32> {
    let least = LEAST_WIDTH.min(room / lengths.len().max(1) as f32);
    let mut narrow = vec![false; lengths.len()];
    // Each round can make further ones too narrow; there are at most as many rounds as stages.
    loop {
        let left = room - least * narrow.iter().filter(|is| **is).count() as f32;
        let sum: f64 = lengths
            .iter()
            .zip(&narrow)
            .filter(|(_, is)| !**is)
            .map(|(length, _)| length)
            .sum();
        let width = |length: f64| {
            if sum > 0.0 {
                (f64::from(left) * length / sum) as f32
            } else {
                0.0
            }
        };
        let mut changed = false;
        for (length, is) in lengths.iter().zip(&mut narrow) {
            if !*is && width(*length) < least {
                *is = true;
                changed = true;
            }
        }
        if !changed {
            return lengths
                .iter()
                .zip(&narrow)
                .map(|(length, is)| if *is { least } else { width(*length) })
                .collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(times: &[(f64, f64)], width: f32, expected: &[f32]) {
        let found: Vec<f32> = spans(times, width).iter().map(|span| span.width).collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 0.01, "{found} and {expected}");
        }
    }

    #[test]
    fn stages_are_as_wide_as_they_are_long() {
        check(&[(10.0, 0.0), (0.0, 30.0)], 101.0, &[25.0, 75.0]);
        check(&[], 100.0, &[]);
    }

    #[test]
    fn a_short_stage_stays_visible_and_the_long_one_gives_the_room() {
        check(&[(1.0, 0.0), (0.0, 1e9)], 101.0, &[3.0, 97.0]);
        check(&[(0.0, 0.0)], 50.0, &[3.0]);
    }

    #[test]
    fn many_stages_in_little_room_share_it_evenly() {
        check(&[(1.0, 0.0), (1.0, 0.0), (9.0, 0.0)], 5.0, &[1.0, 1.0, 1.0]);
        check(&[(1.0, 0.0); 2], 0.0, &[0.0, 0.0]);
    }

    #[test]
    fn the_part_on_a_core_comes_first() {
        let spans = spans(&[(1.0, 3.0)], 100.0);
        assert!((spans[0].cpu_width - 25.0).abs() < 0.01);
    }
}
