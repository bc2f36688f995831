//! How files, names and tags of runs may read.

use crate::run::library::LibraryError;
use crate::run::record::{EXTENSION, Header, Meta};
use crate::units::text;

/// Characters of a name or a tag, which stand in one line of a list.
pub const NAME_CHARS_MAX: usize = 120;
/// Characters of a note: a few paragraphs.
pub const NOTE_CHARS_MAX: usize = 10_000;
/// Tags of one run.
pub const TAGS_MAX: usize = 32;

/// Bytes of the title within a file name; systems allow some 255 in all.
const SLUG_BYTES_MAX: usize = 60;

/// `2026-03-01_12-00_checkout-service_k3v9q2xd.poolscope-run`: sorted by time, readable, and never the same twice.
pub(super) fn file_name(header: &Header) -> String {
    let time = text::date_time(header.started_unix_secs);
    let time = time.trim_end_matches(" UTC").replace(' ', "_");
    let (time, slug, id) = (time.replace(':', "-"), slug(&header.title), &header.id);
    format!("{time}_{slug}_{id}.{EXTENSION}")
}

/// Letters and digits of a title, joined by hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if slug.len() + c.len_utf8() > SLUG_BYTES_MAX {
            break;
        }
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "run" } else { slug }.to_owned()
}

/// Brings what is said of a run into order: sorted tags, none twice, no blanks around words.
pub(super) fn tidy(meta: &mut Meta) -> Result<(), LibraryError> {
    meta.name = meta.name.trim().to_owned();
    meta.note = meta.note.trim().to_owned();
    meta.tags
        .iter_mut()
        .for_each(|tag| *tag = tag.trim().to_owned());
    meta.tags.sort();
    meta.tags.dedup();
    let words = |text: String| Err(LibraryError::Words(text));
    if meta.name.chars().count() > NAME_CHARS_MAX || meta.name.contains(char::is_control) {
        return words(format!(
            "a name is one line of at most {NAME_CHARS_MAX} characters"
        ));
    }
    // A list would take it for a place in time or for a path.
    if meta.name.starts_with("last") && crate::run::library::pick::place(&meta.name).is_some() {
        return words(format!(
            "'{}' already means a run by its age; choose another name",
            meta.name
        ));
    }
    let strange = |tag: &String| {
        tag.is_empty()
            || tag.chars().count() > NAME_CHARS_MAX
            || tag.contains(|c: char| c.is_control() || c.is_whitespace() || c == ',')
    };
    if let Some(tag) = meta.tags.iter().find(|tag| strange(tag)) {
        return words(format!(
            "'{tag}' cannot be a tag: a tag is one word without commas"
        ));
    }
    if meta.tags.len() > TAGS_MAX {
        return words(format!("a run has at most {TAGS_MAX} tags"));
    }
    let controls = |c: char| c.is_control() && c != '\n';
    if meta.note.chars().count() > NOTE_CHARS_MAX || meta.note.contains(controls) {
        return words(format!(
            "a note is text of at most {NOTE_CHARS_MAX} characters"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_part_of_a_file_name() {
        for (title, expected) in [
            ("Checkout service", "checkout-service"),
            ("  ../../etc/passwd\n", "etc-passwd"),
            ("Größe & Last", "größe-last"),
            ("…", "run"),
            ("", "run"),
            (&"x".repeat(200), &"x".repeat(SLUG_BYTES_MAX)),
        ] {
            assert_eq!(slug(title), expected);
        }
    }

    #[test]
    fn what_is_said_of_a_run_is_brought_into_order_or_refused() {
        let mut meta = Meta {
            name: " before the change ".to_owned(),
            tags: ["b", "a", "b"].map(str::to_owned).to_vec(),
            note: "one\ntwo\n".to_owned(),
        };
        tidy(&mut meta).unwrap();
        assert_eq!(meta.name, "before the change");
        assert_eq!(meta.tags, ["a", "b"]);
        assert_eq!(meta.note, "one\ntwo");
        for wrong in [
            |meta: &mut Meta| meta.name = "a\u{1b}[2J".to_owned(),
            |meta: &mut Meta| meta.name = "x".repeat(NAME_CHARS_MAX + 1),
            |meta: &mut Meta| meta.name = "last~2".to_owned(),
            |meta: &mut Meta| meta.tags.push("two words".to_owned()),
            |meta: &mut Meta| meta.tags.push(String::new()),
            |meta: &mut Meta| meta.tags = (0..=TAGS_MAX).map(|n| n.to_string()).collect(),
            |meta: &mut Meta| meta.note = "\u{7}".to_owned(),
        ] {
            let mut meta = meta.clone();
            wrong(&mut meta);
            assert!(tidy(&mut meta).is_err(), "{meta:?}");
        }
    }
}
