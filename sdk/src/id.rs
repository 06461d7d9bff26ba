//! Identifiers.
//!
//! A distributor's is a UUID. All others are kept as the server spells them and sent back as they came, since servers
//! spell them differently.
//!
//! ```
//! use universal_wallet_sdk::id::{DistributorID, OperationID};
//!
//! let distributor: DistributorID = "36e48800-22ce-4ea0-b37a-198f7978cd53".parse()?;
//! assert_eq!(distributor.to_string(), "36e48800-22ce-4ea0-b37a-198f7978cd53");
//! assert_eq!(DistributorID::from_uuid(distributor.uuid()), distributor);
//! for text in ["op_36e48800-22ce-4ea0-b37a-198f7978cd53", "op-123"] {
//!     let operation: OperationID = text.parse()?;
//!     assert_eq!(operation.as_str(), text);
//! }
//! assert!("two words".parse::<OperationID>().is_err());
//! # Ok::<(), universal_wallet_sdk::id::IDError>(())
//! ```

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The error of parsing an identifier. See the [example](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IDError {
    form: &'static str,
}

impl fmt::Display for IDError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.form)
    }
}

impl core::error::Error for IDError {}

/// Names a distributor: a UUID.
///
/// See the [example](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistributorID(Uuid);

impl DistributorID {
    /// The identifier with this UUID. See the [example](self).
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID of the identifier. See the [example](self).
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for DistributorID {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_hyphenated().encode_lower(&mut [0; 36]))
    }
}

impl FromStr for DistributorID {
    type Err = IDError;

    /// Reads the hyphenated form, in any case.
    fn from_str(text: &str) -> Result<Self, IDError> {
        let uuid = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
        uuid.map(Self).ok_or(IDError { form: "must be a UUID" })
    }
}

impl Serialize for DistributorID {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_hyphenated().encode_lower(&mut [0; 36]))
    }
}

impl<'de> Deserialize<'de> for DistributorID {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
crate::schema::text!(DistributorID, {
    "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "examples": ["36e48800-22ce-4ea0-b37a-198f7978cd53"],
});

/// Length of the longest identifier of another form.
const LONGEST: usize = 255;

/// Whether a text can name anything: visible ASCII with a letter or digit, so that it cannot be `..` in a path.
fn names_something(text: &str) -> bool {
    text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// See the [example](self).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as the server spells it. See the [example](self).
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IDError;

            fn from_str(text: &str) -> Result<Self, IDError> {
                if names_something(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(IDError { form: "must be 1 to 255 visible ASCII characters, one of them a letter or digit" })
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

opaque! {
    /// Names one cash-in or cash-out of a distributor.
    OperationID
}
opaque! {
    /// Names the movement in the customer's wallet that belongs to an operation.
    WalletOperationID
}
opaque! {
    /// Names an API key; it is no secret.
    KeyID
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distributor_is_a_hyphenated_uuid() {
        let text = "36e48800-22ce-4ea0-b37a-198f7978cd53";
        assert_eq!(text.to_uppercase().parse::<DistributorID>().unwrap().to_string(), text);
        for bad in ["", "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "36e4880022ce4ea0b37a198f7978cd53", "7"] {
            assert!(bad.parse::<DistributorID>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn other_identifiers_are_kept_as_they_are_unless_they_could_not_be_sent_back() {
        for good in ["op_36e48800-22ce-4ea0-b37a-198f7978cd53", "op-123", "7", "a/b?c#d", &"x".repeat(LONGEST)] {
            assert_eq!(good.parse::<OperationID>().unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "op 1", "op_1\n", "é", "\u{7f}", &"x".repeat(LONGEST + 1)] {
            assert!(bad.parse::<OperationID>().is_err(), "{bad:?}");
        }
        assert!(serde_json::from_str::<OperationID>("7").is_err());
    }
}
