//! The period of a query: `from` and `to`, each an instant or a UTC day. A day in `to` belongs to the period.

use universal_wallet_core::error::Outcome;
use universal_wallet_sdk::Timestamp;

use super::query::{Query, wrong};

/// A time in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Instant(Timestamp),
    /// A UTC day, counted from 1970.
    Day(i64),
}

/// A period, open at an end without a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
}

impl Time {
    /// Its first instant.
    pub(crate) fn start(self) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Day(day) => Timestamp::start_of_day(day),
        }
    }

    /// The first instant after it.
    pub(crate) fn end(self) -> Timestamp {
        match self {
            Self::Instant(at) => at.plus_ms(1),
            Self::Day(day) => Timestamp::start_of_day(day + 1),
        }
    }

    fn read(name: &str, text: &str) -> Outcome<Self> {
        let is_day = text.len() == 10;
        let parsed: Result<Timestamp, _> = if is_day { format!("{text}T00:00:00Z").parse() } else { text.parse() };
        let at = parsed
            .map_err(|_| wrong(name, "must be a time such as 2026-11-27T10:00:00Z, or a day such as 2026-11-27"))?;
        Ok(if is_day { Self::Day(at.utc_day()) } else { Self::Instant(at) })
    }
}

impl Period {
    /// Reads the period of a query; an empty value is none.
    pub(crate) fn of(query: &Query) -> Outcome<Self> {
        let time = |name| {
            let text = query.get(name).filter(|text| !text.is_empty());
            text.map(|text| Time::read(name, text)).transpose()
        };
        let period = Self { from: time("from")?, to: time("to")? };
        if let (Some(from), Some(to)) = (period.from, period.to)
            && from.start() >= to.end()
        {
            return Err(wrong("to", "must not lie before from").into());
        }
        Ok(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::Route;

    fn period(query: &str) -> Outcome<Period> {
        Period::of(&Query::of(Route::ListOperations, query)?)
    }

    #[test]
    fn a_day_is_whole_and_an_instant_is_itself() {
        let day = period("from=2026-11-27&to=2026-11-27").unwrap();
        assert_eq!(day.from, day.to);
        let (from, to) = (day.from.unwrap(), day.to.unwrap());
        assert_eq!(
            (from.start().to_string(), to.end().to_string()),
            ("2026-11-27T00:00:00.000Z".to_owned(), "2026-11-28T00:00:00.000Z".to_owned())
        );
        let instant = period("to=2026-11-27T01:00:00%2B01:00").unwrap().to.unwrap();
        assert_eq!(instant, Time::Instant(from.start()));
        assert_eq!(instant.end(), instant.start().plus_ms(1));
        assert_eq!(period("from=&to=").unwrap(), Period { from: None, to: None });
    }

    #[test]
    fn a_period_ends_after_its_beginning() {
        for query in [
            "from=2026-11-27T10:00:00Z&to=2026-11-27",
            "from=2026-11-27&to=2026-11-27T00:00:00Z",
            "from=2026-11-27T10:00:00Z&to=2026-11-27T10:00:00Z",
        ] {
            assert!(period(query).is_ok(), "{query}");
        }
        for query in [
            "from=2026-11-28&to=2026-11-27",
            "from=2026-11-28T00:00:00Z&to=2026-11-27",
            "from=2026-11-27T10:00:00.001Z&to=2026-11-27T10:00:00Z",
            "from=2026-11-27&to=2026-11-26T23:59:59.999Z",
            "from=yesterday",
            "from=2026-02-30",
            "to=2026-1-1",
            "to=2026-11-27T10:00:00",
            "to=1795824000",
        ] {
            assert!(period(query).is_err(), "{query}");
        }
    }
}
