//! How a verdict is put into sentences.

/// `'a', 'b' and 'c'`.
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    joined(&quoted)
}

/// `a, b and c`.
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Each part as a sentence of its own.
pub(super) fn sentences(parts: &[String]) -> String {
    let ended: Vec<_> = parts.iter().map(|part| sentence(part)).collect();
    ended.join(" ")
}

/// With a capital at its begin and a full stop at its end.
pub(super) fn sentence(part: &str) -> String {
    format!("{}.", capitalised(part.trim_end_matches('.')))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
