//! Identifiers: a prefix that names the kind, and a UUID.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
pub use universal_wallet_sdk::id::DistributorID;
use uuid::Uuid;

/// The error of parsing an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IDError {
    prefix: &'static str,
}

impl fmt::Display for IDError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be \"{}\" and a UUID", self.prefix)
    }
}

impl core::error::Error for IDError {}

/// A UUID in its hyphenated form, in any case.
fn hyphenated(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// Length of the longest text: four characters of a prefix and a UUID.
const LONGEST: usize = 40;

/// The text, byte by byte: every call writes identifiers, and general formatting is slower.
fn spell<'a>(prefix: &str, uuid: &Uuid, buffer: &'a mut [u8; LONGEST]) -> &'a str {
    let mut hyphenated = [0; 36];
    let parts = prefix.bytes().chain(uuid.as_hyphenated().encode_lower(&mut hyphenated).bytes());
    let mut length = 0;
    for (place, byte) in buffer.iter_mut().zip(parts) {
        *place = byte;
        length += 1;
    }
    buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Prefix of every such identifier.
            pub const PREFIX: &'static str = $prefix;

            /// The identifier with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID of the identifier.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(spell($prefix, &self.0, &mut [0; LONGEST]))
            }
        }

        impl FromStr for $name {
            type Err = IDError;

            fn from_str(text: &str) -> Result<Self, IDError> {
                text.strip_prefix($prefix).and_then(hyphenated).map(Self).ok_or(IDError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(spell($prefix, &self.0, &mut [0; LONGEST]))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
                    "examples": [concat!($prefix, "36e48800-22ce-4ea0-b37a-198f7978cd53")],
                })
            }
        }
    };
}

id! {
    /// Names one cash-in or cash-out of a distributor.
    OperationID, "op_"
}
id! {
    /// Names the movement in the customer's wallet that belongs to an operation.
    WalletOperationID, "wo_"
}
id! {
    /// Names an API key; it is no secret.
    KeyID, "key_"
}
id! {
    /// Names a request that waits for its checker.
    ApprovalID, "apr_"
}
id! {
    /// Names a person who can sign in.
    UserID, "usr_"
}
id! {
    /// Names an endpoint that the edge sends messages to.
    WebhookID, "whk_"
}
id! {
    /// Names a message to an endpoint; it stays the same in every attempt.
    MessageID, "msg_"
}
id! {
    /// Names the delivery of a message to one endpoint.
    DeliveryID, "dlv_"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_needs_its_own_prefix_and_a_hyphenated_uuid() {
        let text = "op_36e48800-22ce-4ea0-b37a-198f7978cd53";
        assert_eq!(text.parse::<OperationID>().unwrap().to_string(), text);
        for bad in [
            "",
            "op_",
            "36e48800-22ce-4ea0-b37a-198f7978cd53",
            "key_36e48800-22ce-4ea0-b37a-198f7978cd53",
            "op_36e4880022ce4ea0b37a198f7978cd53",
            "op_{36e48800-22ce-4ea0-b37a-198f7978cd5}",
            "op_36e48800-22ce-4ea0-b37a-198f7978cd5g",
        ] {
            assert!(bad.parse::<OperationID>().is_err(), "{bad:?}");
        }
    }
}
