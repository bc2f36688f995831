//! The texts of fields that are being typed in: those that are not (or not yet) what the value would be written as.

use std::collections::BTreeMap;

/// The texts of fields that are being typed in, by the path of the field.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    texts: BTreeMap<String, Draft>,
}

#[derive(Debug)]
struct Draft {
    text: String,
    /// Whether its field was drawn in this frame.
    is_on_screen: bool,
    /// Whether the text is a value.
    readable: bool,
    /// Whether somebody left the field with a text that cannot be read.
    abandoned: bool,
    /// What the value was written as when the text was typed. Once it differs, the value has changed
    /// elsewhere (another file, a button), and the text is out of date.
    value: String,
    /// The unit that the field had when the typing began: what a number without a unit is taken in.
    unit: String,
}

impl Drafts {
    /// What the field shows: the typed text as long as the value is the one it was typed for.
    pub(super) fn shown(&mut self, path: &str, value: &str) -> String {
        match self.texts.get_mut(path) {
            Some(draft) if draft.value == value => {
                draft.is_on_screen = true;
                draft.text.clone()
            }
            Some(_) | None => value.to_owned(),
        }
    }

    /// The unit that a number typed into this field is in, if none is typed: that of `value`, which the field showed
    /// when the typing began. Empty for values without one.
    pub(super) fn unit(&self, path: &str, value: &str) -> String {
        match self.texts.get(path) {
            Some(draft) if draft.value == value => draft.unit.clone(),
            Some(_) | None => unit_of(value).to_owned(),
        }
    }

    /// At the end of a frame: forgets the texts whose field was not shown. It was folded, its card is gone,
    /// or its value has changed; to bring an old text back later would surprise.
    pub(super) fn sweep(&mut self) {
        self.texts
            .retain(|_, draft| std::mem::take(&mut draft.is_on_screen));
    }

    /// Keeps what was typed, beside the value as it is after that; `unit` is that of [`Self::unit`].
    pub(super) fn keep(
        &mut self,
        path: &str,
        (text, unit): (String, String),
        value: String,
        readable: bool,
    ) {
        self.texts.insert(
            path.to_owned(),
            Draft {
                text,
                value,
                unit,
                is_on_screen: true,
                readable,
                abandoned: false,
            },
        );
    }

    /// Somebody went on and left a text behind that cannot be read.
    pub(super) fn abandon(&mut self, path: &str) {
        if let Some(draft) = self.texts.get_mut(path) {
            draft.abandoned = true;
        }
    }

    /// The fields with a text that cannot be read show their values again. Says whether there was one.
    pub(super) fn drop_unreadable(&mut self) -> bool {
        let before = self.texts.len();
        self.texts.retain(|_, draft| draft.readable);
        self.texts.len() < before
    }

    /// How many fields show a text that is not their value, and will stay so.
    pub(super) fn abandoned(&self) -> usize {
        self.texts.values().filter(|draft| draft.abandoned).count()
    }

    /// The field shows its value again.
    pub(super) fn forget(&mut self, path: &str) {
        self.texts.remove(path);
    }

    /// All fields show their values again: paths mean something else after a change of order.
    pub(super) fn clear(&mut self) {
        self.texts.clear();
    }
}

/// The letters at the end of what a quantity is written as, such as `ms`.
fn unit_of(value: &str) -> &str {
    value.trim_start_matches(|letter: char| !letter.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> (String, String) {
        (text.to_owned(), "s".to_owned())
    }

    #[test]
    fn the_unit_is_the_one_that_the_field_had_when_the_typing_began() {
        let mut drafts = Drafts::default();
        assert_eq!(drafts.unit("a", "20ms"), "ms");
        assert_eq!(drafts.unit("b", "1.5MiB"), "MiB");
        assert_eq!(drafts.unit("c", "10,000"), "");
        // On the way to 1.25 ms the value is written in another unit.
        let text = ("1.25".to_owned(), "ms".to_owned());
        drafts.keep("a", text, "1250us".to_owned(), true);
        assert_eq!(drafts.unit("a", "1250us"), "ms");
        assert_eq!(drafts.unit("a", "3s"), "s");
    }

    #[test]
    fn a_typed_text_stays_until_the_value_changes_elsewhere() {
        let mut drafts = Drafts::default();
        drafts.keep("a", typed("1.50s"), "1.5s".to_owned(), true);
        drafts.sweep();
        assert_eq!(drafts.shown("a", "1.5s"), "1.50s");
        drafts.sweep();
        assert_eq!(drafts.shown("a", "2s"), "2s");
        drafts.sweep();
        assert_eq!(drafts.shown("a", "1.5s"), "1.5s");
    }

    #[test]
    fn a_text_left_behind_counts_until_its_field_is_gone() {
        let mut drafts = Drafts::default();
        drafts.keep("a", typed("soon"), "1s".to_owned(), false);
        assert_eq!(drafts.abandoned(), 0);
        drafts.abandon("a");
        drafts.keep("b", typed("2s"), "2s".to_owned(), true);
        drafts.sweep();
        assert_eq!(drafts.abandoned(), 1);
        drafts.sweep();
        assert_eq!(drafts.abandoned(), 0);
    }
}
