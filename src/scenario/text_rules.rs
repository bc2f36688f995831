//! Which characters a text of a scenario may hold, and how near two words are to each other.
//!
//! A title goes into the window, the terminal, file names and reports: what is invisible or turns the
//! direction of writing could make it show as something else than it is.

/// Whether `c` is a control character, or one that steers the direction of text.
pub(super) fn forbidden_character(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        // Zero-width characters, and line and paragraph separators.
        || matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The word of `known` that `written` was probably meant to be.
pub(super) fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    /// Longer words are no typing mistakes, and the effort grows with the product of the lengths.
    const LONGEST: usize = 64;
    let written: Vec<char> = written.to_lowercase().chars().take(LONGEST + 1).collect();
    if written.len() > LONGEST {
        return None;
    }
    known
        .iter()
        .map(|word| {
            (
                edit_distance(&written, &word.to_lowercase().chars().collect::<Vec<_>>()),
                *word,
            )
        })
        // Up to a third of the letters may be wrong, and one at least.
        .filter(|(distance, word)| *distance <= (word.len().min(written.len()) / 3).max(1))
        .min()
        .map(|(_, word)| word)
}

/// "did you mean 'workers'?", or the list of what is known.
pub(super) fn suggestion(written: &str, known: &[&str]) -> String {
    match nearest(written, known) {
        Some(word) => format!("did you mean '{word}'?"),
        None if known.is_empty() => String::new(),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// How many letters must be put in, left out, changed or swapped with their neighbour.
fn edit_distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut fewest = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(current[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                fewest = fewest.min(before_last[j - 1] + 1);
            }
            current.push(fewest);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let known = ["workers", "in_flight", "event_loops"];
        assert_eq!(nearest("worker", &known), Some("workers"));
        assert_eq!(nearest("Wrokers", &known), Some("workers"));
        assert_eq!(nearest("inflight", &known), Some("in_flight"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(nearest(&"w".repeat(100_000), &known), None);
        assert_eq!(
            suggestion("colour", &known),
            "known here: workers, in_flight, event_loops"
        );
    }

    #[test]
    fn characters_that_deceive_are_forbidden() {
        for c in ['\0', '\n', '\u{7f}', '\u{202e}', '\u{2066}', '\u{200b}'] {
            assert!(forbidden_character(c), "{c:?}");
        }
        for c in ['a', 'ä', '×', '日', ' '] {
            assert!(!forbidden_character(c), "{c:?}");
        }
    }
}
