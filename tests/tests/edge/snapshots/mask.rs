//! Replaces the parts of a text that differ from run to run by fixed names.

use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

/// The IDs seen so far: each is shown by its number.
#[derive(Default)]
pub(super) struct Mask(Vec<Uuid>);

impl Mask {
    /// The text with IDs as `<1>`, `<2>` and so on in the order of their first sight, digests as `<digest>` and times
    /// as `<time>`.
    pub(super) fn masked(&mut self, text: &str) -> String {
        let mut masked = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (len, shown) = self.found(rest).unwrap_or((first.len_utf8(), first.to_string()));
            masked.push_str(&shown);
            rest = &rest[len..];
        }
        masked
    }

    /// The part at the start of a text that must be masked: its length and its fixed name.
    fn found(&mut self, text: &str) -> Option<(usize, String)> {
        if text.get(..64).is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Some((64, "<digest>".into()));
        }
        // 2026-11-24T18:07:48.000Z
        if text.get(..24).is_some_and(|text| text.as_bytes()[10] == b'T' && text.parse::<Timestamp>().is_ok()) {
            return Some((24, "<time>".into()));
        }
        // The part of a key that is shown.
        if text
            .get(..8)
            .is_some_and(|key| key.starts_with("uwk_") && key[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()))
        {
            return Some((8, "uwk_<key>".into()));
        }
        // With hyphens, and without.
        let (len, id) = [36, 32].into_iter().find_map(|len| Some((len, Uuid::parse_str(text.get(..len)?).ok()?)))?;
        let number = self.0.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.0.push(id);
            self.0.len() - 1
        });
        Some((len, format!("<{}>", number + 1)))
    }
}
