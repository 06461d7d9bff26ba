//! JSON Schemas of the types whose wire form is a text, for the server's description of its API.

/// JSON Schema of a type whose wire form is a text, with additional keywords.
macro_rules! text {
    ($name:ident, { $($more:tt)* }) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($more)* })
            }
        }
    };
}

pub(crate) use text;

use crate::amount::Amount;
use crate::phone::Phone;
use crate::short_code::ShortCode;
use crate::timestamp::Timestamp;

text!(Amount, {
    "description": "An amount of money, always with two decimals.",
    "pattern": r"^[0-9]{1,15}\.[0-9]{2}$",
    "examples": ["1500.00"],
});
text!(Phone, {
    "description": "A phone number in the spelling of whoever gave it.",
    "pattern": r"^[ ()-]*\+[ ()-]*[1-9]([ ()-]*[0-9]){6,14}[ ()-]*$",
    "maxLength": 32,
    "examples": ["+234 803 123 4567"],
});
text!(ShortCode, {
    "description": "The number under which a merchant is paid.",
    "pattern": "^[1-9][0-9]{3,8}$",
    "examples": ["100000"],
});
text!(Timestamp, {
    "description": "An instant in UTC, to the millisecond (RFC 3339).",
    "format": "date-time",
    "pattern": r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z$",
    "examples": ["2026-11-24T18:07:48.000Z"],
});
