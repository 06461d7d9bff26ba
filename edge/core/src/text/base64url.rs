//! Bytes as base64url without padding (RFC 4648, section 5), as browsers write passkeys.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

/// Bytes written as base64url without padding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Base64Url(Vec<u8>);

impl Base64Url {
    /// The bytes themselves.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64Url {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Display for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not base64url without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base64UrlError;

impl fmt::Display for Base64UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be base64url without padding")
    }
}

impl FromStr for Base64Url {
    type Err = Base64UrlError;

    fn from_str(text: &str) -> Result<Self, Base64UrlError> {
        BASE64URL_NOPAD.decode(text.as_bytes()).map(Self).map_err(|_| Base64UrlError)
    }
}

impl From<Base64Url> for String {
    fn from(value: Base64Url) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Base64Url {
    type Error = Base64UrlError;

    fn try_from(text: String) -> Result<Self, Base64UrlError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_they_are_written_and_in_no_other_spelling() {
        let bytes = Base64Url::from(vec![0xfb, 0xff, 0x00, 0x3e]);
        assert_eq!(bytes.to_string(), "-_8APg");
        assert_eq!("-_8APg".parse(), Ok(bytes));
        for bad in ["-_8APg==", "+/8APg", "-_8APh", "a", " -_8APg"] {
            assert_eq!(bad.parse::<Base64Url>(), Err(Base64UrlError), "{bad}");
        }
    }
}
