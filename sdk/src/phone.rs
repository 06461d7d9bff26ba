//! Phone numbers: kept as typed, compared in their bare form.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A phone number that names a customer's wallet.
///
/// Blanks, hyphens and parentheses are accepted and kept for display; two spellings of one number
/// are equal.
///
/// ```
/// use universal_wallet_sdk::Phone;
///
/// let typed: Phone = "+234 (803) 123-4567".parse()?;
/// assert_eq!(typed.as_str(), "+234 (803) 123-4567");
/// assert_eq!(typed.bare(), "+2348031234567");
/// assert_eq!(typed, "+2348031234567".parse()?);
/// # Ok::<(), universal_wallet_sdk::PhoneError>(())
/// ```
#[derive(Clone)]
pub struct Phone {
    typed: String,
    bare: String,
}

impl Phone {
    /// As the caller spelt it. See the [example](Self).
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// `+` and digits only: the number's identity. See the [example](Self).
    pub fn bare(&self) -> &str {
        &self.bare
    }
}

impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.bare == other.bare
    }
}

impl Eq for Phone {}

impl Hash for Phone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bare.hash(state);
    }
}

/// A phone number is a customer's personal data: Debug shows its last two digits only.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.bare.get(self.bare.len().saturating_sub(2)..).unwrap_or_default();
        write!(f, "Phone(…{tail})")
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

/// The error of parsing a [`Phone`]. See the [example](Phone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneError;

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a phone number is + and 7 to 15 digits without a leading zero, at most 32 characters with its blanks, \
             hyphens and parentheses, and without a (0), such as \"+234 803 123 4567\"",
        )
    }
}

impl core::error::Error for PhoneError {}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        // Everything accepted is ASCII, so bytes are characters.
        if text.len() > 32 {
            return Err(PhoneError);
        }
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
        let without_blanks: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = bare.strip_prefix('+').ok_or(PhoneError)?;
        let plain = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
            && !without_blanks.contains("(0)");
        if plain { Ok(Self { typed: text.into(), bare }) } else { Err(PhoneError) }
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed)
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_international_numbers_are_phones() {
        for bad in [
            "",
            "+",
            "2348031234567",
            "+0348031234567",
            "+123456",
            "+1234567890123456",
            "+234 (0) 803 123 4567",
            "+234(-0 )8031234567",
            "+234\u{a0}8031234567",
            "+２３４8031234567",
            "++2348031234567",
            "+234803123456x",
            "+234                                8031234567",
        ] {
            assert_eq!(bad.parse::<Phone>().err(), Some(PhoneError), "{bad:?}");
        }
        assert_eq!("+1 (234) 567-8".parse::<Phone>().unwrap().bare(), "+12345678");
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(format!("{:?}", "+2348031234567".parse::<Phone>().unwrap()), "Phone(…67)");
    }
}
