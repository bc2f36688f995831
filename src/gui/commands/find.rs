//! Finds names by what somebody types of them: every word somewhere, or its letters in their order.

/// How well a name fits, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The higher, the better; only for comparing.
    pub score: i32,
    /// Every word that was typed stands in the name or in the words, and not only its letters one by one.
    pub whole: bool,
    /// The letters (not bytes) of the name that were typed, ascending.
    pub letters: Vec<usize>,
}

/// For the letters of a word that stand together.
const TOGETHER: i32 = 60;
/// For a word that begins where a word of the name does.
const AT_A_WORD: i32 = 40;
/// For a word at the very beginning of the name.
const AT_THE_BEGINNING: i32 = 25;
/// For a word that is only found in what else describes it.
const ELSEWHERE: i32 = 10;

/// Where `typed` is found in `name`, or in the `words` that it is known by too; none if a word of it is in neither.
///
/// Linear in the lengths of both for each word that is typed.
#[must_use]
pub fn find(typed: &str, name: &str, words: &str) -> Option<Found> {
    let name: Vec<char> = lower(name);
    let words: Vec<char> = lower(words);
    // Of two names that fit alike, the shorter is more exactly what was typed.
    let mut score = -(number(name.len()) / 4);
    let mut letters = Vec::new();
    let mut whole = true;
    for word in typed.split_whitespace() {
        let word = lower(word);
        if let Some((at, worth)) = together(&word, &name) {
            score += worth;
            letters.extend(at..at + word.len());
        } else if together(&word, &words).is_some() {
            score += ELSEWHERE;
        } else {
            let (at, worth) = scattered(&word, &name)?;
            whole = false;
            score += worth;
            letters.extend(at);
        }
    }
    letters.sort_unstable();
    letters.dedup();
    Some(Found {
        score,
        whole,
        letters,
    })
}

/// One small letter for each letter, so that places stay the same.
fn lower(text: &str) -> Vec<char> {
    let small = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    text.chars().map(small).collect()
}

/// For reckoning below zero; names are far shorter than that.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn begins_a_word(name: &[char], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| name.get(before))
        .is_none_or(|before| !before.is_alphanumeric())
}

/// The best place at which all letters of the word stand together.
fn together(word: &[char], name: &[char]) -> Option<(usize, i32)> {
    let places = name.windows(word.len()).enumerate();
    let places = places.filter(|(_, letters)| *letters == word);
    let worth = |at: usize| {
        let begins = if begins_a_word(name, at) {
            AT_A_WORD
        } else {
            0
        };
        let first = if at == 0 { AT_THE_BEGINNING } else { 0 };
        TOGETHER + begins + first
    };
    let valued = places.map(|(at, _)| (at, worth(at)));
    valued.max_by_key(|(at, worth)| (*worth, std::cmp::Reverse(*at)))
}

/// The letters of the word in their order, each as early as it goes; the first begins a word of the name, without
/// which nearly everything would be found.
fn scattered(word: &[char], name: &[char]) -> Option<(Vec<usize>, i32)> {
    let first = *word.first()?;
    let starts = name.iter().enumerate();
    let starts = starts.filter(|(at, letter)| **letter == first && begins_a_word(name, *at));
    let found = starts.filter_map(|(start, _)| {
        let mut places = vec![start];
        for letter in &word[1..] {
            let from = places.last().map_or(start, |last| last + 1);
            let next = name[from..].iter().position(|other| other == letter)?;
            places.push(from + next);
        }
        let begin_words = places.iter().filter(|at| begins_a_word(name, **at)).count();
        let gaps = places
            .windows(2)
            .filter(|pair| pair[0] + 1 != pair[1])
            .count();
        Some((places, 5 * number(begin_words) - 3 * number(gaps)))
    });
    found.max_by_key(|(_, worth)| *worth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(typed: &str, names: &[&'a str]) -> Vec<&'a str> {
        let found = names
            .iter()
            .filter_map(|name| Some((find(typed, name, "")?.score, *name)));
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn what_begins_like_it_comes_before_what_only_has_its_letters() {
        let names = ["Reset the zoom", "Save as…", "Show the results", "Save"];
        assert_eq!(best("sa", &names), ["Save", "Save as…"]);
        assert_eq!(best("str", &names), ["Show the results"]);
        assert_eq!(best("zo", &names), ["Reset the zoom"]);
        assert_eq!(best("", &names).len(), 4);
    }

    #[test]
    fn every_word_must_be_found_and_in_any_order() {
        assert!(find("html report", "Report as HTML…", "").is_some());
        assert!(find("html picture", "Report as HTML…", "").is_none());
        assert!(find("picture", "Report as HTML…", "export picture").is_some());
    }

    #[test]
    fn the_letters_that_were_typed_are_told() {
        assert_eq!(find("as sa", "Save as…", "").unwrap().letters, [0, 1, 5, 6]);
        assert_eq!(find("fk", "Find the knee", "").unwrap().letters, [0, 9]);
        assert_eq!(find("É", "Café é", "").unwrap().letters, [5]);
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert_eq!(find("a", "", ""), None);
        assert_eq!(find("   ", "", "").unwrap().letters, [0_usize; 0]);
        assert_eq!(find("longer than it", "it", ""), None);
    }
}
