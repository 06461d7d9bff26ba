//! The secret that a message is signed with.

use core::fmt;
use core::str::FromStr;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::timestamp::Timestamp;

/// Prefix of every secret's text.
const PREFIX: &str = "whsec_";

/// Length of a secret in bytes, as the standard asks.
const MIN_LEN: usize = 24;
const MAX_LEN: usize = 64;

/// The secret of one endpoint, as its claim showed it once: `whsec_…`.
///
/// It is wiped from memory on drop, and neither Debug nor any error shows it. See the [example](super).
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    fn mac(&self, id: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }

    /// Whether one of the signatures is by this secret; compared in constant time.
    pub(super) fn signed(&self, id: &str, seconds: i64, body: &[u8], signatures: &[Vec<u8>]) -> bool {
        let mac = self.mac(id, seconds, body);
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    }

    /// The header `webhook-signature` of a message, for tests of a receiver. See the [example](super).
    pub fn sign(&self, id: &str, sent_at: Timestamp, body: &[u8]) -> String {
        let signature = self.mac(id, sent_at.unix_ms() / 1000, body).finalize().into_bytes();
        format!("v1,{}", Base64::encode_string(&signature))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(whsec_…)")
    }
}

/// The error of parsing a [`Secret`]; it never holds the text. See the [example](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretError;

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a webhook's secret is \"whsec_\" and 24 to 64 bytes in base64: copy it again as it was shown")
    }
}

impl core::error::Error for SecretError {}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let text = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let bytes = Zeroizing::new(Base64::decode_vec(text).map_err(|_| SecretError)?);
        if !(MIN_LEN..=MAX_LEN).contains(&bytes.len()) {
            return Err(SecretError);
        }
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| SecretError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_prefix_and_24_to_64_bytes_and_is_never_shown() {
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(whsec_…)");
        for length in [24, 64] {
            assert!(format!("whsec_{}", Base64::encode_string(&vec![7; length])).parse::<Secret>().is_ok());
        }
        let (short, long) = (Base64::encode_string(&[7; 23]), Base64::encode_string(&[7; 65]));
        for bad in
            ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "whsec_%%"]
        {
            assert_eq!(bad.parse::<Secret>().err(), Some(SecretError), "{bad:?}");
        }
        assert!(format!("whsec_{short}").parse::<Secret>().is_err());
        assert!(format!("whsec_{long}").parse::<Secret>().is_err());
    }
}
