//! Exact sums of money of any size.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use anyhow::{Context, Result};
use serde_json::Value;

/// A sum in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Money(i128);

impl Money {
    /// The amount in a member of an answer.
    pub(super) fn of(object: &Value, member: &str) -> Result<Self> {
        let text = object.get(member).and_then(Value::as_str).with_context(|| format!("{member} is missing"))?;
        let digits = text.replacen('.', "", 1);
        Ok(Self(digits.parse().with_context(|| format!("{member} is no amount: {text}"))?))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = self.0.unsigned_abs();
        write!(f, "{}{}.{:02}", if self.0 < 0 { "-" } else { "" }, minor / 100, minor % 100)
    }
}
