//! Totals of many amounts.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Amount;

/// A total of many amounts in minor units; it may pass [`Amount::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Total(i128);

/// Minor units that storage counts as one part, so that a total beyond 64 bits is kept exactly as parts and rest.
pub const PART: i64 = 1_000_000_000_000_000_000;

impl Total {
    /// The total plus an amount; sums of amounts below 10^17 cannot overflow 127 bits.
    #[must_use]
    pub fn plus(self, amount: Amount) -> Self {
        Self(self.0 + i128::from(amount.minor()))
    }

    /// The sum of two totals.
    #[must_use]
    pub fn plus_total(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The total minus an amount.
    #[must_use]
    pub fn minus(self, amount: Amount) -> Self {
        Self(self.0 - i128::from(amount.minor()))
    }

    /// The total plus a signed number of minor units.
    #[must_use]
    pub fn plus_minor(self, minor: i64) -> Self {
        Self(self.0 + i128::from(minor))
    }

    /// The total of a number of parts of [`PART`] minor units, and of the rest.
    pub const fn of_parts(parts: i64, rest: i64) -> Self {
        Self(parts as i128 * PART as i128 + rest as i128)
    }

    /// The difference of two totals.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// The total without its sign.
    #[must_use]
    pub const fn size(self) -> Self {
        Self(self.0.abs())
    }

    /// The rest of an amount after this total; zero if the total passes it.
    pub fn left_of(self, most: Amount) -> Amount {
        let left = i128::from(most.minor()) - self.0;
        i64::try_from(left.max(0)).ok().and_then(Amount::from_minor).unwrap_or(most)
    }

    /// The total in minor units.
    pub const fn minor(self) -> i128 {
        self.0
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Total {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Total".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A total of many amounts, which may pass the largest balance.",
            "pattern": r"^-?[0-9]+\.[0-9]{2}$",
        })
    }
}

/// Why a text is not a [`Total`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalError;

impl std::fmt::Display for TotalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("must be a decimal number with two decimals")
    }
}

impl std::str::FromStr for Total {
    type Err = TotalError;

    fn from_str(text: &str) -> Result<Self, TotalError> {
        let (whole, minor) = text.split_once('.').ok_or(TotalError)?;
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(digits) || minor.len() != 2 || !plain(minor) {
            return Err(TotalError);
        }
        format!("{whole}{minor}").parse().map(Self).map_err(|_| TotalError)
    }
}

impl From<Total> for String {
    fn from(value: Total) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Total {
    type Error = TotalError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_may_pass_the_largest_balance_and_is_read_as_it_is_written() {
        let mut total = Total::default();
        for _ in 0..1000 {
            total = total.plus(Amount::MAX);
        }
        let text = serde_json::to_string(&total).unwrap();
        assert_eq!(text, "\"999999999999999990.00\"");
        assert_eq!(serde_json::from_str::<Total>(&text).unwrap(), total);
        assert_eq!(total.left_of(Amount::MAX), Amount::ZERO);
        assert_eq!(Total::of_parts(99, PART - 1_000).minor(), total.minor());
        assert_eq!(Total::default().plus_minor(30).left_of(Amount::from_minor(100).unwrap()).minor(), 70);
        assert_eq!("-0.07".parse::<Total>(), Ok(Total::default().plus_minor(-7)));
        for bad in ["", ".", "1", "1.0", "1.000", "+1.00", "1.-0", "--1.00", "1.00 ", "٣.00"] {
            assert_eq!(bad.parse::<Total>(), Err(TotalError), "{bad:?}");
        }
    }
}
