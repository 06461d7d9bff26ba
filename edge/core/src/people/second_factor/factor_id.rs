//! IDs of factors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// ID of a factor: `fac_` and a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
pub struct FactorID(Uuid);

impl FactorID {
    /// The ID with this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for FactorID {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fac_{}", self.0.as_hyphenated())
    }
}

/// A text that is not a [`FactorID`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorIDError;

impl fmt::Display for FactorIDError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be \"fac_\" and a UUID")
    }
}

impl FromStr for FactorID {
    type Err = FactorIDError;

    fn from_str(text: &str) -> Result<Self, FactorIDError> {
        let uuid = text.strip_prefix("fac_").filter(|uuid| uuid.len() == 36).ok_or(FactorIDError)?;
        Uuid::try_parse(uuid).map(Self).map_err(|_| FactorIDError)
    }
}

impl From<FactorID> for String {
    fn from(id: FactorID) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for FactorID {
    type Error = FactorIDError;

    fn try_from(text: String) -> Result<Self, FactorIDError> {
        text.parse()
    }
}
