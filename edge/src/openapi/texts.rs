//! Schemas of texts in requests, as `edge/core` reads them.

use serde_json::{Value, json};

/// Rust's white space, which `trim` removes, inside a character class.
const BLANK: &str = r"\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// Control characters, inside a character class.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";

/// Allows null too, which counts as absent.
pub(super) fn nullable(mut schema: Value) -> Value {
    if let Some(kind) = schema.get("type").cloned() {
        // Every pattern fits null, so a bare `not` of a pattern would refuse null.
        if let Some(not) = schema.get_mut("not") {
            not["type"] = kind.clone();
        }
        schema["type"] = json!([kind, "null"]);
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}

/// One line with a maximum length.
pub(super) fn line(most: u32) -> Value {
    json!({ "type": "string", "maxLength": most, "pattern": format!("^[^{CONTROL}]*$") })
}

/// One line with a maximum length that is not blank.
pub(super) fn filled_line(most: u32) -> Value {
    json!({ "type": "string", "maxLength": most, "pattern": format!("^[^{CONTROL}]*[^{BLANK}{CONTROL}][^{CONTROL}]*$") })
}

/// A key's label: 1 to 64 characters, not counting surrounding blanks.
pub(super) fn label() -> Value {
    let inner = format!("[^{BLANK}{CONTROL}]");
    json!({ "type": "string", "pattern": format!("^[{BLANK}]*{inner}([^{CONTROL}]{{0,62}}{inner})?[{BLANK}]*$") })
}

/// An amount, zero included.
pub(super) fn amount() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$" })
}

/// A positive amount of moved money.
pub(super) fn moved_amount() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$", "not": { "pattern": "^[0.]*$" } })
}

/// A phone number in any spelling.
pub(super) fn phone() -> Value {
    json!({
        "type": "string",
        "maxLength": 32,
        "pattern": r"^[ ()-]*\+[ ()-]*[1-9]([ ()-]*[0-9]){6,14}[ ()-]*$",
        "not": { "pattern": r"\([ -]*0[ -]*\)" },
    })
}

/// A merchant's short code.
pub(super) fn short_code() -> Value {
    json!({ "type": "string", "pattern": "^[1-9][0-9]{3,8}$" })
}

/// An identifier: its prefix, and a UUID in any case.
pub(super) fn id(prefix: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{prefix}[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$") })
}

/// An address or CIDR block.
pub(super) fn ip_block() -> Value {
    let part = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    json!({
        "type": "string",
        "anyOf": [
            { "format": "ipv4" },
            { "format": "ipv6" },
            { "pattern": format!(r"^{part}(\.{part}){{3}}/([12]?[0-9]|3[0-2])$") },
            { "pattern": "^[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}/([1-9]?[0-9]|1[01][0-9]|12[0-8])$" },
        ],
        "description": "An IPv4 or IPv6 address or CIDR block; none that holds 2a06:98c0:3600::103, which the Workers \
                        of all customers of the platform share.",
    })
}

/// A login: 3 to 128 visible ASCII characters.
pub(super) fn login() -> Value {
    json!({ "type": "string", "pattern": "^[!-~]{3,128}$" })
}

/// A list of at least one of these words, without duplicates.
pub(super) fn words(words: &[&str]) -> Value {
    json!({ "type": "array", "items": { "enum": words }, "minItems": 1, "uniqueItems": true })
}

/// A list of roles.
pub(super) fn roles() -> Value {
    words(&["admin", "maker", "checker", "viewer"])
}

/// A list of permissions.
pub(super) fn permissions() -> Value {
    words(&["read-balance", "read-transactions", "perform-operations"])
}
