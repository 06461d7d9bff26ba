//! Recovery codes: eight, each signs in once. They are random and long, so a plain digest of each is enough.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::text::digest::Digest;
use crate::text::secret::Secret;

/// Number of codes made at a time.
pub const CODES: usize = 8;
/// Characters of a code, without hyphens.
const CHARACTERS: usize = 16;
/// Characters between hyphens.
const GROUP: usize = 4;
/// Random bytes for all codes: one a character.
pub const RANDOM_BYTES: usize = CODES * CHARACTERS;
/// Crockford's base 32, which has no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Digests of the codes that are left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes(Vec<Digest>);

impl RecoveryCodes {
    /// New codes: their digests, and the codes to show once.
    pub fn generate(random: &[u8; RANDOM_BYTES]) -> (Self, Vec<Secret>) {
        let digit = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map(char::from);
        let mut digests = Vec::new();
        let mut shown = Vec::new();
        for bytes in random.chunks_exact(CHARACTERS) {
            let code: Zeroizing<String> = Zeroizing::new(bytes.iter().filter_map(digit).collect());
            digests.push(digest(&code));
            let groups: Vec<&str> = (0..CHARACTERS).step_by(GROUP).filter_map(|at| code.get(at..at + GROUP)).collect();
            shown.push(Secret::from(groups.join("-")));
        }
        (Self(digests), shown)
    }

    /// Number of codes left.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// Uses a code, in any case, with or without hyphens and blanks; false if none is left with this text.
    pub fn take(&mut self, typed: &str) -> bool {
        let tried = digest(&normal(typed));
        let before = self.0.len();
        self.0.retain(|code| *code != tried);
        self.0.len() < before
    }
}

fn digest(code: &str) -> Digest {
    Digest::of(&[b"universal-wallet/recovery-code/v1\0", code.as_bytes()])
}

/// The code as it was made: look-alikes are read as the digits that they look like.
fn normal(typed: &str) -> Zeroizing<String> {
    let read = |character: char| match character.to_ascii_uppercase() {
        '-' | ' ' => None,
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other => Some(other),
    };
    // One character too many is enough to be wrong, however long the text is.
    Zeroizing::new(typed.chars().filter_map(read).take(CHARACTERS + 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> [u8; RANDOM_BYTES] {
        std::array::from_fn(|place| u8::try_from(place * 7 % 251).unwrap())
    }

    #[test]
    fn eight_codes_count_once_each() {
        let (mut codes, shown) = RecoveryCodes::generate(&random());
        assert_eq!((codes.left(), shown.len()), (8, 8));
        for (used, code) in shown.iter().enumerate() {
            assert_eq!(code.expose().len(), 19, "{}", code.expose());
            assert!(codes.take(code.expose()) && !codes.take(code.expose()));
            assert_eq!(codes.left(), 7 - used);
        }
    }

    #[test]
    fn a_code_is_read_as_a_person_types_it() {
        let (codes, shown) = RecoveryCodes::generate(&random());
        let code = shown[0].expose();
        let bare = code.replace('-', "");
        for typed in
            [code.to_lowercase(), bare.clone(), format!(" {} ", code.replace('-', " ")), bare.replace('0', "o")]
        {
            assert!(codes.clone().take(&typed), "{typed}");
        }
        for wrong in [String::new(), bare[..15].into(), format!("{bare}0"), "0".repeat(100_000), "٠".repeat(16)] {
            assert!(!codes.clone().take(&wrong));
        }
    }

    #[test]
    fn stored_codes_do_not_show_the_codes() {
        let (codes, shown) = RecoveryCodes::generate(&random());
        let stored = serde_json::to_string(&codes).unwrap();
        assert!(!stored.contains(shown[0].expose()) && !stored.contains(&shown[0].expose().replace('-', "")));
        assert_eq!(serde_json::from_str::<RecoveryCodes>(&stored).unwrap(), codes);
    }
}
