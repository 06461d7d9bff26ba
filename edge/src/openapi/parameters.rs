//! Parameters of paths, queries and headers.

use serde_json::{Value, json};

use super::texts::{id, login, phone, short_code};

/// Name of the variable path segment that follows these two literal ones.
pub(super) fn of_segment(folder: &str, before: &str) -> Option<&'static str> {
    match before {
        // Outside of a distributor a person has no ID but the login.
        "users" if folder == "v1" => Some("login"),
        "distributors" | "memberships" => Some("distributorID"),
        "operations" | "cashouts" => Some("operationID"),
        "api-keys" => Some("keyID"),
        "factors" => Some("factorID"),
        "approvals" => Some("approvalID"),
        "users" => Some("userID"),
        "webhooks" => Some("webhookID"),
        "deliveries" => Some("deliveryID"),
        "wallets" => Some("phone"),
        "merchants" => Some("shortCode"),
        "statements" => Some("date"),
        _ => None,
    }
}

/// A path parameter.
pub(super) fn in_path(name: &str) -> Value {
    const UUID: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";
    let (schema, description, example) = match name {
        "distributorID" => (id(""), "ID of the distributor.", UUID.to_owned()),
        "operationID" => (id("op_"), "ID of the operation or cash-out request.", format!("op_{UUID}")),
        "keyID" => (id("key_"), "ID of the key.", format!("key_{UUID}")),
        "factorID" => (id("fac_"), "ID of the factor.", format!("fac_{UUID}")),
        "approvalID" => (id("apr_"), "ID of the request.", format!("apr_{UUID}")),
        "webhookID" => (id("whk_"), "ID of the endpoint.", format!("whk_{UUID}")),
        "deliveryID" => (id("dlv_"), "ID of the delivery.", format!("dlv_{UUID}")),
        "userID" => (id("usr_"), "ID of the user.", format!("usr_{UUID}")),
        "login" => (login(), "The person's login.", "maker@agents.test".into()),
        "date" => (json!({ "type": "string", "format": "date" }), "The UTC day.", "2026-11-27".into()),
        "phone" => (phone(), "The wallet's phone number, in any spelling.", "+2348031234567".into()),
        _ => (short_code(), "The merchant's short code.", "100000".into()),
    };
    json!({
        "name": name, "in": "path", "required": true, "description": description, "schema": schema, "example": example,
    })
}

/// `Idempotency-Key`.
pub(super) fn idempotency_key(required: bool) -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": required,
        "description": "Makes the call safe to repeat: the same key with an equal body answers as the first call did. \
                        1 to 255 visible ASCII characters, quoted or bare.",
        "schema": { "type": "string", "pattern": "^([!-~]{1,255}|\"[!-~]{1,255}\")$" },
        "example": "till-7-receipt-000123",
    })
}

fn in_query(name: &str, description: &str, schema: Value, example: &Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema, "example": example })
}

/// Page size.
pub(super) fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    in_query("limit", "How many a page holds at most.", schema, &json!(100))
}

/// Cursor of a page.
pub(super) fn cursor() -> Value {
    let description = "Where the page starts, as the page before says; absent or empty: at the beginning.";
    let schema = json!({ "type": "string", "pattern": "^([0-9a-f]{1,16}-[0-9a-f]{12})?$" });
    in_query("cursor", description, schema, &json!(""))
}

/// Cursor of a page of distributors.
pub(super) fn distributors_cursor() -> Value {
    let schema = json!({ "anyOf": [id(""), { "type": "string", "maxLength": 0 }] });
    in_query(
        "cursor",
        "Where the page starts, as the page before says; absent or empty: at the beginning.",
        schema,
        &json!(""),
    )
}

/// Number of items to skip.
pub(super) fn offset() -> Value {
    let description = "How many to skip; not together with cursor, which goes further and stays exact.";
    let schema = json!({ "type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0 });
    in_query("offset", description, schema, &json!(0))
}

/// One word of a set.
pub(super) fn word(name: &str, description: &str, words: &[&str]) -> Value {
    in_query(name, description, json!({ "type": "string", "enum": words }), &json!(words.first()))
}

/// Several words of a set, separated by commas.
pub(super) fn words(name: &str, description: &str, words: &[&str]) -> Value {
    let item = json!({ "type": "string", "enum": words });
    let schema = json!({ "type": "array", "items": item, "minItems": 1, "uniqueItems": true });
    let mut parameter = in_query(name, description, schema, &json!([words.first()]));
    parameter["style"] = json!("form");
    parameter["explode"] = json!(false);
    parameter
}

/// Parameters of an export.
pub(super) fn export() -> Vec<Value> {
    let instant = json!({
        "type": "string",
        "anyOf": [{ "format": "date" }, { "format": "date-time" }, { "maxLength": 0 }],
    });
    let mut format = word("format", "How the lines are written.", &["csv", "jsonl"]);
    format["required"] = json!(true);
    let mut parameters = vec![
        format,
        in_query("from", "The first instant, or UTC day.", instant.clone(), &json!("2026-11-01")),
        in_query("to", "The first instant that is left out, or the last UTC day.", instant, &json!("2026-11-30")),
    ];
    parameters.extend(of_operations());
    parameters
}

/// Number of past days.
pub(super) fn days() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 365, "default": 30 });
    in_query("days", "How many UTC days, today included.", schema, &json!(30))
}

/// Number of the first entry to verify.
pub(super) fn from_entry() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1_u64 << 52, "default": 1 });
    in_query("from", "The number of the first entry to be verified.", schema, &json!(1))
}

/// Parameters of a list of operations.
pub(super) fn operations() -> Vec<Value> {
    let mut parameters = vec![limit(), offset(), cursor()];
    parameters.extend(of_operations());
    parameters.extend([
        text("from", "Only those created at this time or on this UTC day, or later.", "2026-11-01"),
        text("to", "Only those created at this time or on this UTC day, or before.", "2026-11-30"),
    ]);
    parameters
}

/// Filters of operations but their time.
fn of_operations() -> Vec<Value> {
    let statuses = ["pending", "processing", "completed", "rejected", "expired", "failed"];
    vec![
        word("status", "Only those that stand there.", &statuses),
        word("operationType", "Only those of this type.", &["cash-in", "cash-out-fulfillment"]),
        text("phone", "Only those of this customer, in any spelling, also a national one.", "+2348031234567"),
        text("reference", "Only cash-outs with this cashOutFulfillmentID.", "BANK-4711"),
        text("keyID", "Only those of this key.", "key_36e48800-22ce-4ea0-b37a-198f7978cd53"),
        text("amount", "Only those of exactly this amount.", "1500.00"),
    ]
}

fn text(name: &str, description: &str, example: &str) -> Value {
    in_query(name, description, json!({ "type": "string", "minLength": 1, "maxLength": 64 }), &json!(example))
}

/// Format of a statement.
pub(super) fn statement() -> Value {
    word("format", "How the statement is written; JSON unless said otherwise.", &["json", "csv", "camt053"])
}

/// The person for whom the calling page was drawn.
pub(super) fn shown_person(name: &str, place: &str) -> Value {
    json!({
        "name": name,
        "in": place,
        "required": false,
        "description": "For whom the calling page was drawn: the userID of its session. Where the session is another \
                        person's, the call is refused and nothing is done. Clients without pages leave it out.",
        "schema": id("usr_"),
        "example": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
    })
}

/// `Upgrade: websocket`.
pub(super) fn upgrade() -> Value {
    json!({
        "name": "Upgrade", "in": "header", "required": true, "description": "Asks for a WebSocket.",
        "schema": { "const": "websocket" }, "example": "websocket",
    })
}
