//! Passwords: Argon2id, and the same work for a login that does not exist.

use std::string::String;

use argon2::{Algorithm, Argon2, Params, Version};
use universal_wallet::key::ALPHABET;
use zeroize::Zeroizing;

use crate::digest::same;
use crate::refusal::Fault;

/// The least length of a password that a person chooses, in characters.
pub const LEAST_CHARACTERS: usize = 12;
/// The longest password that is hashed, in bytes.
pub const MOST_BYTES: usize = 1024;
/// How long a password that others made signs in.
pub const ONE_TIME_MS: i64 = 7 * 24 * 3_600_000;

/// What is stored of a password: salt and hash, in hex.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl core::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// OWASP's choice for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
fn hash(password: &str, salt: &[u8; 16]) -> Result<[u8; 32], Fault> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| Fault(std::format!("argon2: {error}")))?;
    let mut output = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut output)
        .map_err(|error| Fault(std::format!("argon2: {error}")))?;
    Ok(output)
}

impl PasswordHash {
    /// Hashes a password with a fresh salt.
    pub fn new(password: &str, salt: [u8; 16]) -> Result<Self, Fault> {
        Ok(Self { hash: hash(password, &salt)?, salt })
    }
}

/// Whether the password is the stored one; where none is stored, the same work ends in no.
pub fn verify(password: &str, stored: Option<&PasswordHash>) -> Result<bool, Fault> {
    let nobody = PasswordHash { salt: [0; 16], hash: [0; 32] };
    let PasswordHash { salt, hash: expected } = stored.unwrap_or(&nobody);
    let right = same(&hash(password, salt)?, expected);
    Ok(right && stored.is_some())
}

/// A random text of base-62 digits; each byte below 248 gives one, so 64 bytes are enough for 20.
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
}
