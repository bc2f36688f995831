//! Prose on the terminal: lines that end at a space.

/// Breaks `text` at spaces, but not between a number and its unit; what is longer than a line has a line of its
/// own.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces(text) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + piece.chars().count() <= columns => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// The words of `text`; a number with what it counts, and a back end with its `×8`, are one.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut after_number = false;
    for word in text.split_whitespace() {
        match pieces.last_mut() {
            Some(piece) if after_number || word.starts_with('×') => {
                piece.push(' ');
                piece.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
        after_number = word
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.' || c == ',')
            && word.ends_with(|c: char| c.is_ascii_digit());
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_at_spaces() {
        assert_eq!(wrapped("", 10), Vec::<String>::new());
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("extraordinarily so", 5), ["extraordinarily", "so"]);
        assert_eq!(wrapped("all of 1.5 ms", 10), ["all of", "1.5 ms"]);
        assert_eq!(wrapped("a pool ×8", 7), ["a", "pool ×8"]);
    }
}
