//! Where the names of upright lines stand: in rows above the plot, so that none stands on another or on a line.

use crate::chart::{Rule, RuleOf};

/// On which side of its line a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// It ends at the line.
    Left,
    /// It begins at the line.
    Right,
}

/// An upright line with its name; the line goes down from the row in which the name stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NamedRule<'a> {
    /// Where the line lies, in the unit of who draws it.
    pub x: f64,
    /// What is drawn.
    pub rule: &'a Rule,
    /// Where its name stands.
    pub beside: Beside,
}

/// How many rows of names stand above the plot.
#[must_use]
pub fn name_rows(rules: &[Rule]) -> usize {
    upright(rules).count()
}

/// The upright lines among `rules` that lie between `left` and `right`, from the upper row of names to the lowest.
/// `place` says where a value lies between these, and `width` how wide a name is.
///
/// A name stands at the left of its line, where there is room. The line farthest to the right has the upper row: the
/// names in the rows below end before it begins. What has no room at its left comes last, and the one farthest to the
/// left of these first, for the same reason.
pub fn names_in_rows(
    rules: &[Rule],
    (left, right): (f64, f64),
    place: impl Fn(f64) -> f64,
    width: impl Fn(&str) -> f64,
) -> Vec<NamedRule<'_>> {
    /// What a line on the edge may lie outside by rounding.
    const SLACK: f64 = 1.0;
    let placed = upright(rules).map(|rule| (place(rule.at), rule));
    let mut placed: Vec<(f64, &Rule)> = placed
        .filter(|(x, _)| (left - SLACK..=right + SLACK).contains(x))
        .collect();
    placed.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let has_room = |(x, rule): &&(f64, &Rule)| x - left >= width(&rule.label);
    let roomy = placed.iter().take_while(has_room).count();
    let (ending, starting) = placed.split_at(roomy);
    let named = |beside| move |&(x, rule)| NamedRule { x, rule, beside };
    let ending = ending.iter().map(named(Beside::Left));
    let starting = starting.iter().rev().map(named(Beside::Right));
    ending.chain(starting).collect()
}

fn upright(rules: &[Rule]) -> impl Iterator<Item = &Rule> {
    rules.iter().filter(|rule| rule.of == RuleOf::X)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn no_line_crosses_the_name_of_another_where_there_is_room_at_their_left() {
        const WIDTH: f64 = 130.0;
        let rules = [300.0, 560.0, 380.0, 20.0, 900.0].map(|at| Rule {
            of: RuleOf::X,
            at,
            label: "not to be read beyond".to_owned(),
        });
        assert_eq!(name_rows(&rules), 5);
        let rows = names_in_rows(&rules, (0.0, 600.0), |at| at, |_| WIDTH);
        let xs: Vec<f64> = rows.iter().map(|row| row.x).collect();
        assert_eq!(xs, [560.0, 380.0, 300.0, 20.0], "one lies outside");
        assert_eq!(rows[3].beside, Beside::Right);
        for (row, NamedRule { x, beside, .. }) in rows.iter().enumerate() {
            let (from, to) = match beside {
                Beside::Left => (x - WIDTH, *x),
                Beside::Right => (*x, x + WIDTH),
            };
            // A line begins in its own row and goes down.
            let mut above = rows[..row].iter().map(|row| row.x);
            assert!(above.all(|line| line <= from || line >= to));
        }
    }
}
