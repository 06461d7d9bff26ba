//! Schemas of request bodies, with the limits that `edge/core` enforces.

use serde_json::{Value, json};
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::url::MAX_URL;

use super::texts::{
    amount, filled_line, id, ip_block, label, line, login, moved_amount, nullable, permissions, phone, roles,
    short_code,
};

/// An object with exactly these members.
fn object(required: &[&str], members: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": members, "additionalProperties": false })
}

/// `POST /operations`.
pub(super) fn new_operation() -> Value {
    let mut cash_in = object(
        &["operationType", "amount"],
        json!({
            "operationType": { "const": "cash-in" }, "amount": moved_amount(), "memo": nullable(line(256)),
            "phoneTo": nullable(phone()), "merchantToShortCode": nullable(short_code()),
        }),
    );
    // Either a customer or a merchant; null counts as absent.
    cash_in["oneOf"] = json!([
        { "required": ["phoneTo"], "properties": { "phoneTo": { "type": "string" } } },
        { "required": ["merchantToShortCode"], "properties": { "merchantToShortCode": { "type": "string" } } },
    ]);
    let cash_out = object(
        &["operationType", "amount", "phoneFrom", "cashOutFulfillmentType"],
        json!({
            "operationType": { "const": "cash-out-fulfillment" }, "amount": moved_amount(), "phoneFrom": phone(),
            "cashOutFulfillmentType": { "enum": ["cash", "bank-transfer"] },
            "cashOutFulfillmentID": nullable(line(64)), "memo": nullable(line(256)),
        }),
    );
    json!({ "oneOf": [cash_in, cash_out] })
}

/// `PUT /cashouts/{operationID}`.
pub(super) fn process_cash_out() -> Value {
    object(
        &["cashOutFulfillmentType"],
        json!({
            "cashOutFulfillmentType": { "enum": ["cash", "bank-transfer"] },
            "transactionID": nullable(line(64)),
            "memo": nullable(line(256)),
        }),
    )
}

/// `POST /session`.
pub(super) fn sign_in() -> Value {
    let login = json!({ "type": "string", "maxLength": 256 });
    object(&["login", "password"], json!({ "login": login, "password": { "type": "string" } }))
}

/// `POST /session/second-factor`: one of the three.
pub(super) fn proof() -> Value {
    let text = || json!({ "type": "string" });
    json!({ "oneOf": [
        object(&["totp"], json!({ "totp": text() })),
        object(&["recoveryCode"], json!({ "recoveryCode": text() })),
        passkey_sign_in(),
    ] })
}

/// `POST /session/passkey`.
pub(super) fn passkey_sign_in() -> Value {
    let bytes = || json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]*$" });
    let response = json!({
        "type": "object", "required": ["clientDataJSON", "authenticatorData", "signature"],
        "properties": {
            "clientDataJSON": bytes(), "authenticatorData": bytes(), "signature": bytes(),
            "userHandle": { "type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]*$" },
        },
    });
    object(&["credential"], json!({ "credential": public_key_credential(&response) }))
}

fn public_key_credential(response: &Value) -> Value {
    json!({
        "type": "object", "required": ["id", "type", "response"],
        "description": "As `PublicKeyCredential.toJSON()` gives it; bytes as base64url without padding.",
        "properties": {
            "id": { "type": "string", "pattern": "^[A-Za-z0-9_-]*$" }, "type": { "type": "string" }, "response": response,
        },
    })
}

/// `POST /session/passkeys`.
pub(super) fn new_passkey() -> Value {
    let bytes = || json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]*$" });
    let response = json!({
        "type": "object", "required": ["clientDataJSON", "attestationObject"],
        "properties": {
            "clientDataJSON": bytes(), "attestationObject": bytes(),
            "transports": { "type": "array", "items": { "type": "string" } },
        },
    });
    let credential = public_key_credential(&response);
    object(&["name", "credential"], json!({ "name": filled_line(64), "credential": credential }))
}

/// `POST /session/totp` and `POST /session/passkeys/options`.
pub(super) fn begin_factor() -> Value {
    object(&[], json!({ "password": { "type": ["string", "null"], "description": "Before the first factor only." } }))
}

/// `POST /session/totp/confirm`.
pub(super) fn totp_code() -> Value {
    object(&["code"], json!({ "code": { "type": "string" } }))
}

/// `POST /session/password`.
/// `POST /session/memberships`.
pub(super) fn join() -> Value {
    object(&["code"], json!({ "code": { "type": "string" } }))
}

pub(super) fn change_password() -> Value {
    let new = json!({
        "type": "string", "minLength": 12, "maxLength": 1024, "description": "At most 1024 bytes of UTF-8.",
    });
    object(&["current", "new"], json!({ "current": { "type": "string" }, "new": new }))
}

fn ip_blocks() -> Value {
    nullable(json!({ "type": "array", "maxItems": 50, "items": ip_block() }))
}

/// `POST /api-keys`.
pub(super) fn new_key() -> Value {
    object(
        &["label", "permissions"],
        json!({
            "label": label(),
            "permissions": permissions(),
            "maxTransactionAmount": nullable(amount()),
            "maxDailyVolume": nullable(amount()),
            "allowedIPs": ip_blocks(),
            "expiresInDays": { "type": ["integer", "null"], "minimum": 1, "maximum": 365, "default": 365 },
            "autoApproveLimit": nullable(amount()),
            "note": nullable(line(256)),
        }),
    )
}

/// `PATCH /api-keys/{keyID}`.
pub(super) fn tighten_key() -> Value {
    let limit = json!({ "type": ["string", "null"], "pattern": r"^([0-9]{1,15}(\.[0-9]{1,2})?)?$" });
    object(
        &[],
        json!({
            "maxTransactionAmount": limit,
            "maxDailyVolume": limit,
            "autoApproveLimit": limit,
            "permissions": permissions(),
            "allowedIPs": ip_blocks(),
            "expiresAt": { "type": ["string", "null"], "format": "date-time" },
        }),
    )
}

/// `POST /api-keys/{keyID}/rotate`.
pub(super) fn rotate_key() -> Value {
    let hours = json!({ "type": ["integer", "null"], "minimum": 0, "maximum": 168, "default": 24 });
    object(&[], json!({ "overlapHours": hours }))
}

/// An optional reason.
pub(super) fn reason() -> Value {
    object(&[], json!({ "reason": nullable(line(256)) }))
}

/// A required reason.
pub(super) fn required_reason() -> Value {
    object(&["reason"], json!({ "reason": filled_line(256) }))
}

/// `POST /approvals/{approvalID}/approve`.
pub(super) fn approve() -> Value {
    let digest = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "As the request was read." });
    object(&["digest"], json!({ "digest": digest }))
}

/// `POST /users` of the console.
pub(super) fn new_user() -> Value {
    object(&["login", "name", "roles"], json!({ "login": login(), "name": filled_line(64), "roles": roles() }))
}

/// `PATCH /users/{userID}`.
pub(super) fn change_user() -> Value {
    object(&[], json!({ "roles": roles(), "disabled": { "type": ["boolean", "null"] } }))
}

/// `PATCH /settings`.
pub(super) fn change_settings() -> Value {
    let second_factor = json!({ "enum": ["required", "optional", null] });
    object(&[], json!({ "secondFactor": second_factor, "lowFloat": nullable(amount()) }))
}

/// A user added by the issuer.
pub(super) fn issued_user() -> Value {
    let password = json!({
        "type": ["string", "null"], "minLength": 12, "maxLength": 1024, "description": "Accepted in a demo only.",
    });
    object(
        &["login", "name", "roles"],
        json!({ "login": login(), "name": filled_line(64), "roles": roles(), "password": password }),
    )
}

/// `POST /issuer/v1/distributors`.
pub(super) fn new_distributor() -> Value {
    object(
        &["name", "users"],
        json!({
            "distributorID": nullable(id("")),
            "name": filled_line(64),
            "currency": { "type": ["string", "null"], "pattern": "^[A-Z]{3}$", "description": "The deployment's." },
            "users": {
                "type": "array", "items": issued_user(), "minItems": 2,
                "description": "Each login once, and two people among them who can approve each other's requests.",
            },
        }),
    )
}

/// `POST …/topups` and `…/redemptions`.
pub(super) fn move_float() -> Value {
    object(&["amount", "reference"], json!({ "amount": moved_amount(), "reference": filled_line(256) }))
}

/// `POST /issuer/v1/merchants`.
pub(super) fn new_merchant() -> Value {
    object(&["shortCode", "name"], json!({ "shortCode": short_code(), "name": filled_line(64) }))
}

/// `POST /issuer/v1/wallets/{phone}/cashouts`.
pub(super) fn request_cash_out() -> Value {
    object(
        &["distributorID", "amount"],
        json!({ "distributorID": id(""), "amount": moved_amount(), "memo": nullable(line(256)) }),
    )
}

/// `POST /webhooks`.
pub(super) fn new_webhook() -> Value {
    let types: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
    let events = json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "enum": types } });
    let url = json!({
        "type": "string", "format": "uri", "maxLength": MAX_URL,
        "pattern": r"^https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](/[!$&-;=?-Z_a-z~]*)?$",
    });
    object(&["url", "events"], json!({ "url": url, "events": events, "description": nullable(line(256)) }))
}

/// `POST /webhooks/{webhookID}/rotate-secret`.
pub(super) fn rotate_secret() -> Value {
    let hours = nullable(json!({ "type": "integer", "minimum": 0, "maximum": 24, "default": 24 }));
    object(&[], json!({ "overlapHours": hours }))
}
