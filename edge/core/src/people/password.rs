//! Passwords: Argon2id, with the same work for an unknown login.

use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::error::{Code, InternalError, Outcome, refuse};
use crate::people::codes::CodeDigest;
use crate::text::digest::same;

/// Minimum length of a chosen password, in characters.
pub const MIN_CHARACTERS: usize = 12;
/// Maximum length of a password, in bytes.
pub const MAX_BYTES: usize = 1024;
/// Stored form of a password: salt and hash.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

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
    // The same characters are the same password, however a keyboard composes them.
    let composed = Zeroizing::new(password.nfc().collect::<String>());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(composed.as_bytes(), salt, &mut output)
        .map_err(|error| InternalError(format!("argon2: {error}")))?;
    Ok(output)
}

impl PasswordHash {
    /// Hashes a password with a fresh salt.
    pub fn new(password: &str, salt: [u8; 16]) -> Result<Self, InternalError> {
        Ok(Self { hash: hash(password, &salt)?, salt })
    }
}

/// True if the password matches the stored one; without a stored one, the same work ends in false.
pub fn verify(password: &str, stored: Option<&PasswordHash>) -> Result<bool, InternalError> {
    let nobody = PasswordHash { salt: [0; 16], hash: [0; 32] };
    let PasswordHash { salt, hash: expected } = stored.unwrap_or(&nobody);
    let right = same(&hash(password, salt)?, expected);
    Ok(right && stored.is_some())
}

/// Refuses everything else while others know the password.
pub fn refuse_unchanged(must_change: bool) -> Outcome<()> {
    if must_change {
        return refuse(Code::PasswordChangeRequired, "Change your password first; nothing else is possible before.");
    }
    Ok(())
}

/// The reason why a new password is unfit: it is too short, too long, or has the form of a code.
pub fn unfitness(password: &str) -> Option<String> {
    if password.nfc().count() < MIN_CHARACTERS {
        return Some(format!("must have at least {MIN_CHARACTERS} characters"));
    }
    if password.len() > MAX_BYTES {
        return Some("is too long".into());
    }
    CodeDigest::parse(password).map(|_| "must not have the form of a joining code".into())
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
        let own = PasswordHash::new("correct horse battery", [7; 16]).unwrap();
        for stored in [None, Some(&own)] {
            for tried in ["correct horse battery", "wrong", "", "-", "0123456789abcdef-x"] {
                HASHED.set(0);
                verify(tried, stored).unwrap();
                assert_eq!(HASHED.get(), 1, "{tried:?}");
            }
        }
    }

    #[test]
    fn the_same_characters_are_the_same_password_however_they_are_composed() {
        let (composed, decomposed) = ("p\u{e4}ssw\u{f6}rter-\u{c5}", "pa\u{308}sswo\u{308}rter-A\u{30a}");
        for (set, tried) in [(composed, decomposed), (decomposed, composed)] {
            let stored = PasswordHash::new(set, [1; 16]).unwrap();
            assert!(verify(tried, Some(&stored)).unwrap());
        }
        let stored = PasswordHash::new(composed, [1; 16]).unwrap();
        assert!(!verify("passworter-A", Some(&stored)).unwrap());
    }

    #[test]
    fn unfit_passwords_are_refused() {
        assert_eq!(unfitness("twelve chars"), None);
        let long = "x".repeat(MAX_BYTES + 1);
        // Eleven characters, of which each is composed of two.
        let decomposed = "a\u{308}".repeat(11);
        for bad in ["eleven char", &decomposed, &long, "0123456789abcdef-fedcba9876543210"] {
            assert!(unfitness(bad).is_some(), "{bad}");
        }
    }
}
