//! Days in UTC.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::timestamp::Timestamp;

/// A day in UTC: on the wire `2026-11-24`.
///
/// ```
/// use universal_wallet_sdk::{Date, Timestamp};
///
/// let date: Date = "2026-11-24".parse()?;
/// assert_eq!(date.start().to_string(), "2026-11-24T00:00:00.000Z");
/// assert_eq!(Date::of(date.start().plus_ms(-1)).to_string(), "2026-11-23");
/// # Ok::<(), universal_wallet_sdk::DateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Timestamp);

impl Date {
    /// The day of an instant. See the [example](Self).
    pub const fn of(at: Timestamp) -> Self {
        Self(Timestamp::start_of_day(at.utc_day()))
    }

    /// Its first instant. See the [example](Self).
    pub const fn start(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.date())
    }
}

/// The error of parsing a [`Date`]. See the [example](Date).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateError;

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day is written as year, month and day, such as \"2026-11-24\"")
    }
}

impl core::error::Error for DateError {}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let start: Timestamp = format!("{text}T00:00:00Z").parse().map_err(|_| DateError)?;
        // A time or an offset in the text would have moved the instant, or the day's spelling.
        if start.date() == text { Ok(Self(start)) } else { Err(DateError) }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.date())
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_day_of_the_calendar_is_a_date() {
        for good in ["1970-01-01", "2028-02-29", "9999-12-31"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in ["", "2026-11-24T00:00:00Z", "2026-02-29", "2026-13-01", "2026-1-1", "24.11.2026", " 2026-11-24"] {
            assert_eq!(bad.parse::<Date>(), Err(DateError), "{bad:?}");
        }
    }
}
