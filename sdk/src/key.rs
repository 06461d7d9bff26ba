//! The form of an API key.
//!
//! A key is `uwk_` and 32 to 128 characters of `0-9A-Za-z`. Universal Wallet Edge issues keys of 52 characters: 34 of
//! secret, 6 of origin tag, 6 of distributor tag and 6 of checksum. The tags need the server's secret; the checksum finds
//! a mistyped key offline. Other servers' keys have none, so a wrong checksum refuses no key: it is a hint.
//!
//! ```
//! use universal_wallet_sdk::key::{ApiKey, ApiKeyError, KEY_LEN, PREFIX, TAG_LEN, check, checksum};
//!
//! let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
//! assert_eq!(before.len(), KEY_LEN - TAG_LEN);
//! let text = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
//! let key: ApiKey = text.parse()?;
//! assert_eq!(key.expose(), text);
//! assert_eq!(format!("{key:?}"), "ApiKey(uwk_…)");
//!
//! assert!(key.is_well_formed());
//!
//! let mistyped = text.replace('0', "O");
//! assert!(!mistyped.parse::<ApiKey>()?.is_well_formed());
//! assert_eq!(check(mistyped.as_bytes()), Err(ApiKeyError::Checksum));
//! assert_eq!(mistyped.strip_prefix(PREFIX).map(|rest| check(rest.as_bytes())), Some(Err(ApiKeyError::Prefix)));
//! # Ok::<(), ApiKeyError>(())
//! ```

use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

/// Prefix of every key.
pub const PREFIX: &str = "uwk_";
/// Digits of base 62, in their order.
pub const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Number of secret characters, after the prefix.
pub const SECRET_LEN: usize = 34;
/// Number of characters of each tag and of the checksum.
pub const TAG_LEN: usize = 6;
/// Number of characters of a whole key that Universal Wallet Edge issues.
pub const KEY_LEN: usize = PREFIX.len() + SECRET_LEN + 3 * TAG_LEN;
/// Number of values that six base-62 digits can spell.
pub const TAG_VALUES: u64 = 62_u64.pow(6);

/// A number below [`TAG_VALUES`] as six base-62 digits, most significant first; higher digits of a
/// larger number are dropped. See the [example](self).
pub fn base62(mut number: u64) -> [u8; TAG_LEN] {
    let mut digits = [b'0'; TAG_LEN];
    for digit in digits.iter_mut().rev() {
        let place = usize::try_from(number % 62).unwrap_or_default();
        *digit = ALPHABET.get(place).copied().unwrap_or(b'0');
        number /= 62;
    }
    digits
}

/// The checksum of the 50 characters before it: CRC-32/ISO-HDLC in six base-62 digits.
/// See the [example](self).
pub fn checksum(before: &[u8]) -> [u8; TAG_LEN] {
    let mut crc = u32::MAX;
    for &byte in before {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    base62(u64::from(!crc))
}

/// Minimum and maximum number of characters after the prefix, of any server's key.
const MIN_REST_LEN: usize = 32;
const MAX_REST_LEN: usize = 128;

/// An API key.
///
/// The text is wiped from memory on drop (copies within TLS and the network stack are not), and neither
/// Debug nor any error shows it. See the [example](self).
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// The secret text, for the `Authorization` header and nothing else. See the [example](self).
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the key has the form and checksum of those that Universal Wallet Edge issues. Of such a server's key,
    /// `false` means that it was mistyped or cut; another server's key may be right nevertheless. See the [example](self).
    pub fn is_well_formed(&self) -> bool {
        check(self.0.as_bytes()).is_ok()
    }

    /// Whether the key has the form of those with a checksum, and another checksum.
    #[cfg(feature = "client")]
    pub(crate) fn looks_mistyped(&self) -> bool {
        check(self.0.as_bytes()) == Err(ApiKeyError::Checksum)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(uwk_…)")
    }
}

/// The error of checking an API key; it never holds the text. See the [example](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// The text does not start with `uwk_`.
    Prefix,
    /// The text is shorter or longer than a key.
    Length,
    /// A character is not one of `0-9A-Za-z`.
    Alphabet,
    /// The checksum does not match, so the key was mistyped or cut.
    Checksum,
}

impl fmt::Display for ApiKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prefix => "this is not an API key: a key starts with \"uwk_\"",
            Self::Length => "this API key is incomplete or too long: 32 to 128 characters follow \"uwk_\"",
            Self::Alphabet => {
                "this API key has a character that no key has, such as a blank or a line's end: only 0-9, A-Z and a-z \
                 follow \"uwk_\""
            }
            Self::Checksum => {
                "this API key was mistyped or changed: its checksum is wrong; copy it again as it was shown"
            }
        })
    }
}

impl core::error::Error for ApiKeyError {}

impl FromStr for ApiKey {
    type Err = ApiKeyError;

    /// Reads any server's key: by prefix, alphabet and length. The checksum is not looked at.
    fn from_str(text: &str) -> Result<Self, ApiKeyError> {
        if !(MIN_REST_LEN..=MAX_REST_LEN).contains(&rest(text.as_bytes())?.len()) {
            return Err(ApiKeyError::Length);
        }
        Ok(Self(Zeroizing::new(text.into())))
    }
}

/// The characters after the prefix.
fn rest(text: &[u8]) -> Result<&[u8], ApiKeyError> {
    let rest = text.strip_prefix(PREFIX.as_bytes()).ok_or(ApiKeyError::Prefix)?;
    if rest.iter().all(u8::is_ascii_alphanumeric) { Ok(rest) } else { Err(ApiKeyError::Alphabet) }
}

/// Checks that a text is a key that Universal Wallet Edge could have issued, by form and checksum, without copying it.
/// See the [example](self).
pub fn check(text: &[u8]) -> Result<(), ApiKeyError> {
    rest(text)?;
    if text.len() != KEY_LEN {
        return Err(ApiKeyError::Length);
    }
    match text.split_last_chunk::<TAG_LEN>() {
        Some((before, sum)) if checksum(before) == *sum => Ok(()),
        _ => Err(ApiKeyError::Checksum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key whose tags are no server's, so it opens nothing.
    fn sample() -> String {
        let before = "uwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij".to_owned();
        assert_eq!(before.len(), KEY_LEN - TAG_LEN);
        let sum = checksum(before.as_bytes());
        before + core::str::from_utf8(&sum).unwrap()
    }

    #[test]
    fn the_checksum_is_crc_32_iso_hdlc() {
        // The catalogue's check value for "123456789" is 0xCBF43926.
        assert_eq!(checksum(b"123456789"), base62(0xCBF4_3926));
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
    }

    #[test]
    fn every_mistyped_character_is_found() {
        let key = sample();
        assert!(key.parse::<ApiKey>().unwrap().is_well_formed());
        for place in 0..key.len() {
            for other in ["0", "Z", "q", "-", "é"] {
                let mut typo = key.clone();
                typo.replace_range(place..=place, other);
                let is_well_formed = typo.parse().is_ok_and(|key: ApiKey| key.is_well_formed());
                assert!(typo == key || !is_well_formed, "place {place}");
            }
        }
        assert_eq!(check(&key.as_bytes()[..55]), Err(ApiKeyError::Length));
    }

    #[test]
    fn other_servers_keys_are_accepted_by_prefix_alphabet_and_length() {
        let of = |rest: &str| format!("uwk_{rest}").parse::<ApiKey>();
        for length in [32, 48, 52, 128] {
            let key = of(&"7".repeat(length)).unwrap();
            assert!(!key.is_well_formed(), "{length}");
        }
        assert_eq!(of(&"7".repeat(31)).err(), Some(ApiKeyError::Length));
        assert_eq!(of(&"7".repeat(129)).err(), Some(ApiKeyError::Length));
        assert_eq!(of("").err(), Some(ApiKeyError::Length));
        let good = "7".repeat(48);
        for bad in [format!("{good} "), format!("{good}\n"), format!(" {good}"), format!("{good}-"), format!("{good}é")]
        {
            assert_eq!(of(&bad).err(), Some(ApiKeyError::Alphabet), "{bad:?}");
        }
        for bad in [format!("UWK_{good}"), format!(" uwk_{good}"), format!("Bearer uwk_{good}"), good] {
            assert_eq!(bad.parse::<ApiKey>().err(), Some(ApiKeyError::Prefix), "{bad:?}");
        }
    }

    #[test]
    fn no_text_about_a_key_holds_it() {
        let key = sample();
        let shown = format!("{:?}", key.parse::<ApiKey>().unwrap());
        assert!(!shown.contains("0123"), "{shown}");
    }
}
