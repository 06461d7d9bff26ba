//! Instants as the API writes them.

use core::fmt;
use core::str::FromStr;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in UTC, to the millisecond: on the wire `2026-11-24T18:07:48.000Z`.
///
/// ```
/// use universal_wallet_sdk::Timestamp;
///
/// let at: Timestamp = "2026-11-24T19:07:48+01:00".parse()?;
/// assert_eq!(at.to_string(), "2026-11-24T18:07:48.000Z");
/// assert_eq!(at.plus_ms(1_500).to_string(), "2026-11-24T18:07:49.500Z");
/// assert_eq!(at.date(), "2026-11-24");
/// # Ok::<(), universal_wallet_sdk::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Pattern of every text; `0` stands for any digit.
const FORM: [u8; 24] = *b"0000-00-00T00:00:00.000Z";

impl Timestamp {
    const DAY_MS: i64 = 86_400_000;
    /// 9999-12-31T23:59:59.999Z, the last instant the format can spell.
    const LAST: i64 = 253_402_300_799_999;

    /// The present time, by this machine's clock; in a Worker, by the platform's. See the [example](crate::webhook).
    #[cfg(feature = "webhook")]
    pub fn now() -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let ms =
            std::time::UNIX_EPOCH.elapsed().map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        // A double holds the milliseconds of 285,000 years.
        #[cfg(target_arch = "wasm32")]
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
        let ms = js_sys::Date::now() as i64;
        Self::from_unix_ms(ms)
    }

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z, clamped to the range that the
    /// format can spell. See the [example](Self).
    pub const fn from_unix_ms(ms: i64) -> Self {
        if ms < 0 {
            Self(0)
        } else if ms > Self::LAST {
            Self(Self::LAST)
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z. See the [example](Self).
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// This instant plus a number of milliseconds, which may be negative. See the [example](Self).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(ms))
    }

    /// The number of the UTC day, counted from 1970-01-01. See the [example](Self).
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(Self::DAY_MS)
    }

    /// The first instant of a UTC day counted from 1970-01-01. See the [example](Self).
    pub const fn start_of_day(day: i64) -> Self {
        Self::from_unix_ms(day.saturating_mul(Self::DAY_MS))
    }

    /// The date only, `2026-11-24`. See the [example](Self).
    pub fn date(self) -> String {
        self.spell(&mut { FORM }).get(..10).unwrap_or_default().into()
    }

    /// The text, part by part: every call writes times, and general formatting is slower.
    fn spell(self, buffer: &mut [u8; 24]) -> &str {
        let at = DateTime::<Utc>::from(self);
        let parts = [
            (0..4, at.year_ce().1),
            (5..7, at.month()),
            (8..10, at.day()),
            (11..13, at.hour()),
            (14..16, at.minute()),
            (17..19, at.second()),
            (20..23, at.timestamp_subsec_millis()),
        ];
        buffer.copy_from_slice(&FORM);
        for (place, mut left) in parts {
            for digit in buffer.get_mut(place).into_iter().flatten().rev() {
                *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
                left /= 10;
            }
        }
        core::str::from_utf8(buffer).unwrap_or_default()
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        // The range is checked where a timestamp is made, so the default is never taken.
        Self::from_timestamp_millis(timestamp.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spell(&mut { FORM }))
    }
}

/// The error of parsing a [`Timestamp`]. See the [example](Timestamp).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time is written as RFC 3339 has it, such as \"2026-11-24T18:07:48.000Z\"")
    }
}

impl core::error::Error for TimestampError {}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let ms = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError)?.timestamp_millis();
        if (0..=Self::LAST).contains(&ms) { Ok(Self(ms)) } else { Err(TimestampError) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.spell(&mut { FORM }))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_exactly_three_decimals_and_a_z() {
        for ms in [0, 1, 999, 1_795_630_068_000, Timestamp::LAST] {
            let text = Timestamp::from_unix_ms(ms).to_string();
            assert_eq!(text.len(), 24, "{text}");
            assert!(text.ends_with('Z'), "{text}");
            assert_eq!(text.parse::<Timestamp>().unwrap().unix_ms(), ms);
        }
    }

    #[test]
    fn a_day_ends_on_its_last_millisecond() {
        let midnight: Timestamp = "2026-11-25T00:00:00.000Z".parse().unwrap();
        assert_eq!(midnight.plus_ms(-1).utc_day() + 1, midnight.utc_day());
        assert_eq!(Timestamp::start_of_day(midnight.utc_day()), midnight);
        assert_eq!(midnight.plus_ms(-1).date(), "2026-11-24");
    }
}
