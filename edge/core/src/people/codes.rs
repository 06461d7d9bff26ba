//! Codes of two halves, `first-second`: whoever has both joins a distributor or sets a new password. Two people make a
//! code, and each of them learns one half only. A code has 190 random bits, so its SHA-256 tells nothing of it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Code, Refusal};
use crate::text::digest::Digest;
use crate::text::secret::{Secret, random_text};

/// Length of a half, in characters.
pub const HALF_CHARACTERS: usize = 16;
/// Time for which a code is valid.
pub const VALID_MS: i64 = 7 * 24 * 3_600_000;

/// SHA-256 of one half of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HalfDigest(Digest);

impl HalfDigest {
    /// The digest of a half.
    pub fn of(half: &str) -> Self {
        Self(Digest::of(&[b"universal-wallet/code-half/v2\0", half.as_bytes()]))
    }
}

/// SHA-256 of both halves of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeDigest {
    /// The half that the maker of the request learnt.
    pub first: HalfDigest,
    /// The half that its approver learnt.
    pub second: HalfDigest,
}

impl CodeDigest {
    /// The digest of a text that has the form of a code.
    pub fn parse(text: &str) -> Option<Self> {
        let is_half =
            |half: &str| half.len() == HALF_CHARACTERS && half.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (first, second) =
            text.trim().split_once('-').filter(|(first, second)| is_half(first) && is_half(second))?;
        Some(Self { first: HalfDigest::of(first), second: HalfDigest::of(second) })
    }
}

/// A half from random bytes.
pub fn half(random: &[u8; 64]) -> Zeroizing<String> {
    random_text(random, HALF_CHARACTERS)
}

/// A code of both halves, for the issuer, who tells it to its person.
#[derive(Debug)]
pub struct NewCode {
    /// The code.
    pub text: Secret,
    /// Its digest.
    pub digest: CodeDigest,
}

impl NewCode {
    /// A code from random bytes.
    pub fn new(first: &[u8; 64], second: &[u8; 64]) -> Self {
        let (first, second) = (half(first), half(second));
        let digest = CodeDigest { first: HalfDigest::of(&first), second: HalfDigest::of(&second) };
        Self { text: Secret::from(format!("{}-{}", *first, *second)), digest }
    }
}

/// The refusal of a code, which does not tell what is wrong with it.
pub fn invalid_code() -> Refusal {
    let message = "This code is wrong, expired or used; ask the people who invited you for a new one.";
    Refusal::new(Code::InvalidCode, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_both_halves_in_their_order_are_a_code() {
        let (first, second) = ("0123456789abcdef", "FEDCBA9876543210");
        let code = CodeDigest::parse(&format!(" {first}-{second}\n")).unwrap();
        assert_eq!(code, CodeDigest { first: HalfDigest::of(first), second: HalfDigest::of(second) });
        assert_ne!(CodeDigest::parse(&format!("{second}-{first}")), Some(code));
        assert_ne!(CodeDigest::parse(&format!("{first}-{}", second.to_lowercase())), Some(code));
        let wrong = [
            first.to_owned(),
            format!("{first}-"),
            format!("-{second}"),
            format!("{first}{second}"),
            format!("{first}-{second}-"),
            format!("{first}-{second}0"),
            format!("{first} {second}"),
            "correct-horse-battery".to_owned(),
        ];
        for text in wrong {
            assert_eq!(CodeDigest::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn halves_are_long_and_random() {
        let random: [u8; 64] = std::array::from_fn(|place| u8::try_from(place * 3).unwrap());
        assert_eq!(half(&random).len(), HALF_CHARACTERS);
        let other = random.map(|byte| byte ^ 1);
        let code = NewCode::new(&random, &other);
        assert_eq!(CodeDigest::parse(code.text.expose()), Some(code.digest));
    }
}
