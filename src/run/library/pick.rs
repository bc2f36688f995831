//! Which run a word means, and which runs a search finds.

use std::path::Path;

use crate::run::library::{Entry, LibraryError};
use crate::run::record::{EXTENSION, Head};
use crate::units::text;

/// As many as an error names.
const SOME: usize = 4;

/// Whether a word names a file and not a run of the library.
pub(super) fn looks_like_a_path(word: &str) -> bool {
    let path = Path::new(word);
    word.contains(std::path::MAIN_SEPARATOR)
        || word.contains('/')
        || path.extension().is_some_and(|end| end == EXTENSION)
        || path.is_file()
}

/// `last` is 0, `last~1` the one before.
pub(super) fn place(word: &str) -> Option<usize> {
    match word.strip_prefix("last")? {
        "" => Some(0),
        back => back.strip_prefix('~')?.parse().ok(),
    }
}

/// The entry that `word` means. What fits more closely wins: age, id, name, beginning of an id, part of a name.
pub(super) fn find(entries: Vec<Entry>, word: &str) -> Result<Entry, LibraryError> {
    let readable = |entry: &Entry| entry.head.is_ok();
    if let Some(place) = place(word) {
        // One that is being written has no figures yet.
        let over = |entry: &Entry| entry.head.as_ref().is_ok_and(|head| !head.is_live);
        let count = entries.iter().filter(|entry| over(entry)).count();
        return entries.into_iter().filter(over).nth(place).ok_or_else(|| {
            let runs = text::counted(count as u64, "run", "runs");
            unknown(word, format!("; there are {runs}"))
        });
    }
    let asked = word.to_lowercase();
    let id = |head: &Head| head.header.id == asked;
    let called = |head: &Head| head.title().to_lowercase() == asked;
    let id_begins = |head: &Head| head.header.id.starts_with(&asked);
    let called_about = |head: &Head| head.title().to_lowercase().contains(&asked);
    let ways: [&dyn Fn(&Head) -> bool; 4] = [&id, &called, &id_begins, &called_about];
    let way = ways.into_iter().filter(|_| !asked.is_empty()).find(|way| {
        let fits = |entry: &&Entry| entry.head.as_ref().is_ok_and(way);
        entries.iter().any(|entry| fits(&entry))
    });
    let Some(way) = way else {
        // A file that cannot be read may be the one that is meant; its error says more.
        let named = |entry: &Entry| {
            let name = entry.path.file_stem().unwrap_or_default();
            !readable(entry) && !asked.is_empty() && name.to_string_lossy().ends_with(&asked)
        };
        return match entries.into_iter().find(named) {
            Some(Entry {
                head: Err(error), ..
            }) => Err(error.into()),
            _ => Err(unknown(word, String::new())),
        };
    };
    let mut fitting: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| entry.head.as_ref().is_ok_and(way))
        .collect();
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        count => Err(LibraryError::Ambiguous {
            word: word.to_owned(),
            count,
            some: fitting
                .iter()
                .filter_map(|entry| entry.head.as_ref().ok())
                .take(SOME)
                .map(|head| format!("{} ({})", head.header.id, head.title()))
                .collect(),
        }),
    }
}

fn unknown(word: &str, hint: String) -> LibraryError {
    LibraryError::Unknown {
        word: word.to_owned(),
        hint,
    }
}

impl Head {
    /// Whether all of `words` occur in what is said of it: title, name, tags, note, candidates, id, date, kind.
    #[must_use]
    pub fn matches(&self, words: &[String]) -> bool {
        let header = &self.header;
        let date = text::date_time(header.started_unix_secs);
        let texts = [
            &*header.title,
            &self.meta.name,
            &self.meta.note,
            &header.id,
            &date,
            header.kind.label(),
        ];
        let texts: Vec<String> = texts
            .into_iter()
            .chain(self.meta.tags.iter().map(|tag| &**tag))
            .chain(header.candidates.iter().map(|name| &**name))
            .map(str::to_lowercase)
            .collect();
        words.iter().all(|word| {
            let word = word.to_lowercase();
            texts.iter().any(|text| text.contains(&word))
        })
    }
}
