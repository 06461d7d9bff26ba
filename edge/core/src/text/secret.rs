//! Texts that must not appear in a log.

use std::fmt;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::key::ALPHABET;
use zeroize::Zeroizing;

/// A password, or a half of one, in memory: wiped on drop and hidden from `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.0.to_string()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
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
    fn a_secret_is_carried_and_not_shown() {
        let secret = Secret::from(String::from("correct horse"));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let carried: Secret = serde_json::from_str(&serde_json::to_string(&secret).unwrap()).unwrap();
        assert_eq!(carried.expose(), "correct horse");
    }
}
