//! API keys in the console: requesting, claiming, watching and ending them.

use serde_json::{Value, json};
use universal_wallet_core::error::Code;
use universal_wallet_core::responses::KeyView;

use super::operation::{Operation, Tag};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::objects::distributor::answers::{Attention, Claimed, KeyUsage, Page, Summary};

const TAG: Tag = Tag {
    name: "Console: API keys",
    description: "One person asks for a key, another approves it; watching keys and ending them.",
};

/// Example of a key in use.
pub(super) fn key_example() -> Value {
    json!({
        "keyID": "key_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "approvalID": "apr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "label": "Till 7",
        "permissions": ["read-balance", "perform-operations"],
        "maxTransactionAmount": "1000.00",
        "maxDailyVolume": "20000.00",
        "allowedIPs": ["203.0.113.0/24"],
        "autoApproveLimit": "500.00",
        "expiresInDays": 365,
        "expiresAt": "2027-11-24T18:07:48.000Z",
        "status": "active",
        "keyPrefix": "uwk_4tQz",
        "makerID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "makerName": "Mary Maker",
        "checkerID": "usr_9a1c7f52-0b4e-4d3a-8f3c-2f0e6d1b7a90",
        "checkerName": "Charles Checker",
        "reason": null,
        "note": "For the new till",
        "replaces": null,
        "createdAt": "2026-11-24T17:00:00.000Z",
        "decidedAt": "2026-11-24T18:00:00.000Z",
        "claimedAt": "2026-11-24T18:07:48.000Z",
        "revokedAt": null,
        "lastUsedAt": "2026-11-24T19:12:01.250Z",
        "lastUsedIP": "203.0.113.7",
        "usage": { "requestsToday": 12, "volumeToday": "1500.00", "requests30Days": 12 },
    })
}

/// Example of a pending key.
fn pending_key_example() -> Value {
    let mut key = key_example();
    key["status"] = "pending".into();
    for name in
        ["expiresAt", "keyPrefix", "checkerID", "checkerName", "decidedAt", "claimedAt", "lastUsedAt", "lastUsedIP"]
    {
        key[name] = Value::Null;
    }
    key["usage"] = json!({ "requestsToday": 0, "volumeToday": "0.00", "requests30Days": 0 });
    key
}

fn new(route: Route, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(route, id, TAG, summary)
}

pub(super) fn descriptions() -> Vec<Operation> {
    let mut all = asking();
    all.extend(watching());
    all
}

/// Operations from a key's request to its claim, change and end.
fn asking() -> Vec<Operation> {
    vec![
        new(Route::RequestKey, "requestKey", "Ask for an API key")
            .about(
                "Needs the role maker. Another person decides the request; then its maker claims the key. \
                 maxTransactionAmount is at most maxDailyVolume; autoApproveLimit is at most maxTransactionAmount, and \
                 above zero only where both limits are set.",
            )
            .idempotent()
            .body(
                "NewKey",
                bodies::new_key(),
                json!({
                    "label": "Till 7", "permissions": ["read-balance", "perform-operations"],
                    "maxTransactionAmount": "1000.00", "maxDailyVolume": "20000.00", "autoApproveLimit": "500.00",
                    "allowedIPs": ["203.0.113.0/24"], "expiresInDays": 365, "note": "For the new till",
                }),
            )
            .answers::<KeyView>(201, "The key, pending.", pending_key_example())
            .refuses(&[Code::InvalidAmount, Code::RoleRequired, Code::DistributorSuspended, Code::RateLimited]),
        new(Route::ClaimKey, "claimKey", "Claim an approved key")
            .about(
                "Its maker takes the secret, once, within 24 hours of the approval. It is made here, shown in this \
                 answer, and stored nowhere.",
            )
            .answers::<Claimed<'static>>(
                200,
                "The secret and the key.",
                json!({ "apiKey": format!("uwk_{}", "4tQz".repeat(13)), "key": key_example() }),
            )
            .refuses(&[
                Code::RoleRequired,
                Code::NotTheMaker,
                Code::DistributorSuspended,
                Code::InvalidState,
                Code::AlreadyClaimed,
                Code::ClaimExpired,
            ]),
        new(Route::RevokeKey, "revokeKey", "Revoke an API key")
            .about(
                "Needs the role maker, checker or admin. The very next call is refused; the key's pending operations are \
                 rejected and what they hold is given back.",
            )
            .idempotent()
            .optional_body("Reason", bodies::reason(), json!({ "reason": "The till was stolen" }))
            .answers::<KeyView>(200, "The key, revoked.", {
                let mut key = key_example();
                key["status"] = "revoked".into();
                key["reason"] = "The till was stolen".into();
                key["revokedAt"] = "2026-11-24T20:00:00.000Z".into();
                key
            })
            .refuses(&[Code::RoleRequired, Code::InvalidState]),
        new(Route::TightenKey, "tightenKey", "Tighten an API key")
            .about(
                "Needs the role maker, checker or admin; holds at once. Absent members stay as they are; null or empty \
                 means no limit, so it loosens one that is set. Values that depend on a lowered limit are lowered with \
                 it. One loosened member refuses the whole call.",
            )
            .body("KeyChange", bodies::tighten_key(), json!({ "maxTransactionAmount": "500.00", "permissions": ["read-balance"] }))
            .answers::<KeyView>(200, "The key as it is now.", key_example())
            .refuses(&[Code::InvalidAmount, Code::RoleRequired, Code::ApprovalRequired, Code::InvalidState]),
        new(Route::RotateKey, "rotateKey", "Ask for a key that takes over from another")
            .about(
                "Needs the role maker, and an active key without another rotation open. The new key has the old one's \
                 present settings. When it is claimed, the old one ends after the overlap.",
            )
            .idempotent()
            .optional_body("KeyRotation", bodies::rotate_key(), json!({ "overlapHours": 24 }))
            .answers::<KeyView>(201, "The new key, pending.", {
                let mut key = pending_key_example();
                key["replaces"] = "key_9a1c7f52-0b4e-4d3a-8f3c-2f0e6d1b7a90".into();
                key
            })
            .refuses(&[Code::RoleRequired, Code::DistributorSuspended, Code::InvalidState, Code::RateLimited]),
    ]
}

/// Operations that list keys and show their usage.
fn watching() -> Vec<Operation> {
    let statuses = ["pending", "approved", "active", "expired", "revoked", "rejected", "withdrawn", "lapsed"];
    vec![
        new(Route::GetDistributor, "getDistributor", "Read the distributor")
            .about("Its name, its float, and whether the issuer suspended it.")
            .answers::<Summary>(
                200,
                "The distributor.",
                json!({
                    "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53", "name": "First Agents", "currency": "NGN",
                    "balance": "50000.00", "available": "45000.00", "held": "5000.00", "status": "active",
                }),
            ),
        new(Route::ListKeys, "listKeys", "List API keys, newest first")
            .about("Every key ever requested, without secrets.")
            .parameters([
                parameters::limit(),
                parameters::cursor(),
                parameters::word("status", "Only those that stand there.", &statuses),
            ])
            .answers::<Page<KeyView>>(200, "A page of keys.", json!({ "items": [key_example()], "nextCursor": "" })),
        new(Route::GetKey, "getKey", "Read an API key")
            .about("Settings of the key, its maker and checker, and its usage.")
            .answers::<KeyView>(200, "The key.", key_example()),
        new(Route::GetKeyUsage, "getKeyUsage", "Read how an API key is used")
            .about("Usage by day and by address, and refusals by code.")
            .parameters([parameters::days()])
            .answers::<KeyUsage>(
                200,
                "The usage.",
                json!({
                    "days": [{ "date": "2026-11-24", "requests": 12, "denied": 1, "operations": 3, "volume": "1500.00" }],
                    "ips": [{
                        "ip": "203.0.113.7", "firstSeenAt": "2026-11-24T18:10:00.000Z",
                        "lastSeenAt": "2026-11-24T19:12:01.250Z", "requests": 12, "denied": 1,
                    }],
                    "denials": [{
                        "code": "ip_not_allowed", "count": 1, "lastAt": "2026-11-24T18:30:00.000Z", "lastIP": "198.51.100.9",
                    }],
                }),
            ),
        new(Route::GetAttention, "getAttention", "Read what wants attention")
            .about("Keys that end soon, are unused or old, were refused, or are used from a new address.")
            .answers::<Attention>(
                200,
                "Things that need attention.",
                json!({
                    "items": [{
                        "kind": "expiring", "keyID": "key_36e48800-22ce-4ea0-b37a-198f7978cd53",
                        "message": "The key \"Till 7\" ends on 2026-12-01.",
                        "action": "Rotate it, so that its users can change over in time.",
                        "since": "2026-11-01T18:07:48.000Z",
                    }],
                }),
            ),
    ]
}
