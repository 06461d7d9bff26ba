//! A merchant's short code.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The number under which a merchant is paid: four to nine digits, the first not zero.
///
/// ```
/// use universal_wallet_sdk::ShortCode;
///
/// assert_eq!("100000".parse::<ShortCode>()?.number(), 100_000);
/// assert!("012345".parse::<ShortCode>().is_err());
/// # Ok::<(), universal_wallet_sdk::ShortCodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortCode(u32);

impl ShortCode {
    /// The code as a number. See the [example](Self).
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The error of parsing a [`ShortCode`]. See the [example](ShortCode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShortCodeError;

impl fmt::Display for ShortCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a merchant's short code is a string of 4 to 9 digits that does not start with 0")
    }
}

impl core::error::Error for ShortCodeError {}

impl FromStr for ShortCode {
    type Err = ShortCodeError;

    fn from_str(text: &str) -> Result<Self, ShortCodeError> {
        let plain =
            (4..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if plain { text.parse().map(Self).map_err(|_| ShortCodeError) } else { Err(ShortCodeError) }
    }
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ShortCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for ShortCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_to_nine_digits_without_a_leading_zero_are_short_codes() {
        for bad in ["", "0", "999", "0999", "1234567890", "12a4", "+1234", " 1234", "1234 ", "１２３４"] {
            assert_eq!(bad.parse::<ShortCode>(), Err(ShortCodeError), "{bad:?}");
        }
        for good in ["1000", "999999999"] {
            assert_eq!(good.parse::<ShortCode>().unwrap().to_string(), good);
        }
    }
}
