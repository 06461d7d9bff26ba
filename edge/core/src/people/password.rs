//! Passwords: Argon2id, with the same work for an unknown login.

use argon2::{Algorithm, Argon2, Params, Version};
use universal_wallet_sdk::key::ALPHABET;
use zeroize::Zeroizing;

use crate::error::InternalError;
use crate::text::digest::same;

/// Minimum length of a chosen password, in characters.
pub const MIN_CHARACTERS: usize = 12;
/// Maximum length of a password, in bytes.
pub const MAX_BYTES: usize = 1024;
/// Time for which a password made by others can sign in.
pub const ONE_TIME_MS: i64 = 7 * 24 * 3_600_000;

/// Stored form of a password: salt and hash.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
    /// True for a password of two halves joined by a hyphen: the salt is the first half's mark, the hash is of the
    /// second half.
    #[serde(default)]
    halves: bool,
}

/// Mark of a password's first half, kept until the second half is made. The half is random and long, so its mark does
/// not reveal it, and the maker of the second half never learns the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HalfMark([u8; 16]);

impl HalfMark {
    /// The mark of a half.
    pub fn of(half: &str) -> Self {
        let digest = crate::text::digest::Digest::of(&[b"universal-wallet/password-half/v1\0", half.as_bytes()]);
        Self(digest.first())
    }
}

/// Length of a half, in characters.
pub const HALF_CHARACTERS: usize = 16;

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
std::thread_local! {
    static HASHED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// OWASP's parameters for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
fn hash(password: &str, salt: &[u8; 16]) -> Result<[u8; 32], InternalError> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| InternalError(format!("argon2: {error}")))?;
    #[cfg(test)]
    HASHED.set(HASHED.get() + 1);
    let mut output = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut output)
        .map_err(|error| InternalError(format!("argon2: {error}")))?;
    Ok(output)
}

impl PasswordHash {
    /// Hashes a password with a fresh salt.
    pub fn new(password: &str, salt: [u8; 16]) -> Result<Self, InternalError> {
        Ok(Self { hash: hash(password, &salt)?, salt, halves: false })
    }

    /// Hashes a password of two halves, given only the mark of the first.
    pub fn of_halves(first: HalfMark, second: &str) -> Result<Self, InternalError> {
        Ok(Self { hash: hash(second, &first.0)?, salt: first.0, halves: true })
    }
}

/// True if the password matches the stored one; without a stored one, the same work ends in false.
pub fn verify(password: &str, stored: Option<&PasswordHash>) -> Result<bool, InternalError> {
    let nobody = PasswordHash { salt: [0; 16], hash: [0; 32], halves: false };
    let PasswordHash { salt, hash: expected, halves } = stored.unwrap_or(&nobody);
    let (first_is_right, rest) = match password.split_once('-') {
        Some((first, second)) if *halves => (same(&HalfMark::of(first).0, salt), second),
        _ => (!halves, password),
    };
    let right = same(&hash(rest, salt)?, expected);
    Ok(right && first_is_right && stored.is_some())
}

/// A random text of base-62 digits; every byte below 248 yields one, so 64 bytes are enough for 20.
pub fn random_text(random: &[u8; 64], characters: usize) -> Zeroizing<String> {
    let digits = random.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
    Zeroizing::new(digits.take(characters).map(|digit| char::from(*digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_is_right() {
        let stored = PasswordHash::new("correct horse battery", [7; 16]).unwrap();
        assert!(verify("correct horse battery", Some(&stored)).unwrap());
        assert!(!verify("correct horse batterz", Some(&stored)).unwrap());
        assert!(!verify("", Some(&stored)).unwrap());
        assert!(!verify("correct horse battery", None).unwrap());
    }

    #[test]
    fn every_attempt_costs_one_hash() {
        let (own, halves) = (
            PasswordHash::new("correct horse battery", [7; 16]).unwrap(),
            PasswordHash::of_halves(HalfMark::of("0123456789abcdef"), "fedcba9876543210").unwrap(),
        );
        for stored in [None, Some(&own), Some(&halves)] {
            for tried in ["correct horse battery", "wrong", "", "-", "0123456789abcdef-x"] {
                HASHED.set(0);
                verify(tried, stored).unwrap();
                assert_eq!(HASHED.get(), 1, "{tried:?}");
            }
        }
    }

    #[test]
    fn a_password_of_two_halves_needs_both() {
        let (first, second) = ("0123456789abcdef", "fedcba9876543210");
        let stored = PasswordHash::of_halves(HalfMark::of(first), second).unwrap();
        assert!(verify(&format!("{first}-{second}"), Some(&stored)).unwrap());
        for wrong in [second.to_owned(), format!("-{second}"), format!("x-{second}"), format!("{first}-"), first.into()]
        {
            assert!(!verify(&wrong, Some(&stored)).unwrap(), "{wrong}");
        }
        assert!(!verify(second, Some(&PasswordHash::new(&format!("x-{second}"), [1; 16]).unwrap())).unwrap());
    }
}
