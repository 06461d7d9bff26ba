//! Money as exact minor units.

use core::fmt;
use core::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of money, zero or more, in minor units (hundredths).
///
/// On the wire it is a string such as `"50000.00"`: one to fifteen digits, then at most two
/// decimals. It is never a float, nothing is ever rounded, and no value lies beyond
/// [`Amount::MAX`].
///
/// ```
/// use universal_wallet_sdk::Amount;
///
/// let amount: Amount = "12.5".parse()?;
/// assert_eq!(amount.minor(), 1250);
/// assert_eq!(amount.to_string(), "12.50");
/// assert!("12.505".parse::<Amount>().is_err());
/// assert_eq!(Amount::from_minor(1250), Some(amount));
/// assert_eq!(amount.checked_add(amount).map(Amount::minor), Some(2500));
/// assert_eq!(amount.checked_sub(amount), Some(Amount::ZERO));
/// assert_eq!(Amount::MAX.checked_add(amount), None);
/// assert_eq!(universal_wallet_sdk::Decimal::from(amount), universal_wallet_sdk::Decimal::new(125, 1));
/// # Ok::<(), universal_wallet_sdk::AmountError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

/// Length of the longest text: fifteen digits, a point and two decimals.
const LONGEST: usize = 18;

impl Amount {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The largest possible amount: 999999999999999.99.
    pub const MAX: Self = Self(99_999_999_999_999_999);

    /// An amount from its minor units; `None` below zero or above [`Amount::MAX`].
    /// See the [example](Self).
    pub const fn from_minor(minor: i64) -> Option<Self> {
        if minor >= 0 && minor <= Self::MAX.0 { Some(Self(minor)) } else { None }
    }

    /// The amount in minor units. See the [example](Self).
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether the amount is zero. See the [example](Self).
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it would pass [`Amount::MAX`]. See the [example](Self).
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        // Two values below 10^17 cannot overflow an i64.
        Self::from_minor(self.0 + other.0)
    }

    /// The difference, unless it would fall below zero. See the [example](Self).
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_minor(self.0 - other.0)
    }

    /// The text, digit by digit: every call writes amounts, and general formatting is slower.
    fn spell(self, buffer: &mut [u8; LONGEST]) -> &str {
        let mut left = self.0;
        let mut length = 0;
        for (place, byte) in buffer.iter_mut().rev().enumerate() {
            if place > 3 && left == 0 {
                break;
            }
            *byte = if place == 2 {
                b'.'
            } else {
                let digit = left % 10;
                left /= 10;
                b'0' + u8::try_from(digit).unwrap_or_default()
            };
            length = place + 1;
        }
        let start = buffer.len() - length;
        buffer.get(start..).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// The error of reading an [`Amount`] from a text or number. See the [example](Amount).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmountError;

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount is a string of 1 to 15 digits, then at most two decimals, such as \"1500.00\"")
    }
}

impl core::error::Error for AmountError {}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if matches!(fraction.len(), 1 | 2) => (whole, fraction),
            Some(_) => return Err(AmountError),
            None => (text, ""),
        };
        if !(1..=15).contains(&whole.len()) {
            return Err(AmountError);
        }
        let mut minor = 0_i64;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return Err(AmountError);
            }
            // At most 17 digits: below 10^17.
            minor = minor * 10 + i64::from(digit - b'0');
        }
        for _ in fraction.len()..2 {
            minor *= 10;
        }
        Ok(Self(minor))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spell(&mut [0; LONGEST]))
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self::new(amount.0, 2)
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = AmountError;

    fn try_from(decimal: Decimal) -> Result<Self, AmountError> {
        let decimal = decimal.normalize();
        let shift = 2_u32.checked_sub(decimal.scale()).ok_or(AmountError)?;
        decimal
            .mantissa()
            .checked_mul(10_i128.pow(shift))
            .and_then(|minor| i64::try_from(minor).ok())
            .and_then(Self::from_minor)
            .ok_or(AmountError)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.spell(&mut [0; LONGEST]))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount as a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_plain_decimal_strings_are_amounts() {
        for bad in [
            "",
            "-1",
            "+1",
            "1e3",
            " 1",
            "1 ",
            ".5",
            "5.",
            "1.000",
            "1,00",
            "0x1",
            "1_000",
            "１",
            "٣",
            "NaN",
            "1000000000000000",
            "0.0.1",
            "1.-1",
        ] {
            assert_eq!(bad.parse::<Amount>(), Err(AmountError), "{bad:?}");
        }
        for (good, minor) in [
            ("0", 0),
            ("0.01", 1),
            ("00001.5", 150),
            ("999999999999999.99", Amount::MAX.minor()),
            ("90071992547409.93", 9_007_199_254_740_993),
        ] {
            assert_eq!(good.parse::<Amount>().unwrap().minor(), minor, "{good:?}");
        }
    }

    #[test]
    fn a_decimal_with_a_third_place_or_a_sign_is_refused_not_rounded() {
        assert_eq!(Amount::try_from(Decimal::new(1005, 3)), Err(AmountError));
        assert_eq!(Amount::try_from(Decimal::new(-1, 0)), Err(AmountError));
        assert_eq!(Amount::try_from(Decimal::new(10_050, 3)).unwrap().minor(), 1005);
    }

    #[test]
    fn a_text_has_one_digit_before_the_point_at_least_and_two_decimals() {
        for (minor, text) in [(0, "0.00"), (7, "0.07"), (100, "1.00"), (123_456, "1234.56")] {
            assert_eq!(Amount(minor).to_string(), text);
        }
        assert_eq!(Amount::MAX.to_string(), "999999999999999.99");
    }

    proptest! {
        #[test]
        fn text_and_decimal_keep_every_cent(minor in 0..=Amount::MAX.minor()) {
            let amount = Amount::from_minor(minor).unwrap();
            prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
            prop_assert_eq!(Amount::try_from(Decimal::from(amount)).unwrap(), amount);
        }
    }
}
