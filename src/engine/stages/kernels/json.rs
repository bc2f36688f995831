//! Parsing JSON documents into trees of values, as a service does with each request.
//!
//! `serde_json` is what most services in this language use. Its tree is built of many small allocations, which
//! are part of the work and are released document by document.

use std::sync::OnceLock;

use serde_json::Value;

use crate::stats::rng::Rng;

/// Bytes of one document, which is one grain: a small order as services exchange it. All are as long.
pub(super) const DOCUMENT_BYTES: usize = 512;
/// Different documents, so that no parser and no branch predictor learns one by heart: 128 KiB.
const DOCUMENTS: usize = 256;

/// Makes the documents.
pub(super) fn warm() {
    documents();
}

/// Parsing under way.
pub(in crate::engine::stages) struct Parsing {
    next: usize,
    sum: u64,
}

impl Parsing {
    /// From the document that `draw` decides.
    pub(super) const fn new(draw: u64) -> Self {
        Self {
            next: draw as usize % DOCUMENTS,
            sum: 0,
        }
    }

    /// Parses `grains` documents, whole ones.
    pub(super) fn advance(&mut self, grains: u64) {
        let documents = documents();
        for _ in 0..grains {
            let text = &documents[self.next * DOCUMENT_BYTES..][..DOCUMENT_BYTES];
            // Every document of ours parses, which a test holds; null has no number.
            let value: Value = serde_json::from_slice(text).unwrap_or(Value::Null);
            let number = value["number"].as_u64().unwrap_or(0);
            self.sum = self.sum.wrapping_add(number);
            self.next = (self.next + 1) % DOCUMENTS;
        }
    }

    /// The sum of a field of all documents.
    pub(super) const fn result(self) -> u64 {
        self.sum
    }
}

/// All documents, one after the other.
pub(super) fn documents() -> &'static [u8] {
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut rng = Rng::new(0, 1);
        let mut text = Vec::with_capacity(DOCUMENTS * DOCUMENT_BYTES);
        for _ in 0..DOCUMENTS {
            text.extend_from_slice(document(&mut rng).as_bytes());
        }
        text
    })
}

/// An order: nested objects, an array of objects, texts, whole and broken numbers, and a remark that fills the
/// document up to its length.
fn document(rng: &mut Rng) -> String {
    const CITIES: [&str; 4] = ["Lisbon", "Osaka", "Tromsø", "São Paulo"];
    const STATES: [&str; 4] = ["new", "paid", "shipped", "returned"];
    let mut below = |end: u64| rng.next_u64() % end;
    let head = format!(
        r#"{{"number":{},"state":"{}","customer":{{"id":{},"city":"{}","since":"20{:02}-0{}-1{}","vip":{}}}"#,
        1 + below(1_000_000),
        STATES[below(4) as usize],
        below(1_000_000),
        CITIES[below(4) as usize],
        below(25),
        1 + below(9),
        below(10),
        below(2) == 0,
    );
    let items: Vec<_> = (0..5)
        .map(|_| {
            format!(
                r#"{{"sku":"A-{}","count":{},"price":{}.{:02}}}"#,
                below(100_000),
                1 + below(9),
                below(500),
                below(100)
            )
        })
        .collect();
    let mut document = format!(r#"{head},"items":[{}],"remark":""#, items.join(","));
    let end = r#"","coupon":null}"#;
    // As somebody writes it, with an escape now and then.
    let mut remark = "Please leave it at the door.\\nThank you \\\"very\\\" much. "
        .chars()
        .cycle();
    while document.len() + end.len() < DOCUMENT_BYTES {
        match remark.next() {
            // An escape is not cut in the middle.
            Some('\\') if document.len() + end.len() + 2 > DOCUMENT_BYTES => document.push('.'),
            Some('\\') => {
                document.push('\\');
                document.extend(remark.next());
            }
            letter => document.extend(letter),
        }
    }
    document + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_a_different_order_of_the_same_length() {
        let mut seen = std::collections::HashSet::new();
        let mut rng = Rng::new(0, 1);
        for _ in 0..DOCUMENTS {
            let text = document(&mut rng);
            assert_eq!(text.len(), DOCUMENT_BYTES, "{text}");
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(value["number"].as_u64().unwrap() > 0);
            assert_eq!(value["items"].as_array().unwrap().len(), 5);
            assert!(value["items"][4]["price"].is_f64());
            assert!(value["coupon"].is_null());
            assert!(seen.insert(text));
        }
        assert_eq!(documents().len(), DOCUMENTS * DOCUMENT_BYTES);
    }
}
