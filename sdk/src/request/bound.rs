use core::fmt;

use crate::date::Date;
use crate::timestamp::Timestamp;

/// A bound of a list in time: an instant, or a whole day in UTC. See the [example](crate::request::Operations::from).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// An instant.
    At(Timestamp),
    /// A day, which is part of the list.
    Day(Date),
}

impl From<Timestamp> for Bound {
    fn from(at: Timestamp) -> Self {
        Self::At(at)
    }
}

impl From<Date> for Bound {
    fn from(date: Date) -> Self {
        Self::Day(date)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.fmt(f),
            Self::Day(date) => date.fmt(f),
        }
    }
}
