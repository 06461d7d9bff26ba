//! Endpoints in the console, and the messages that they receive: the document's `webhooks` section.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use universal_wallet_core::error::Code;
use universal_wallet_core::operations::responses::{CashOutRequestView, OperationView};
use universal_wallet_core::responses::{ApprovalView, Balance, KeyView};
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::model::EndpointView;

use super::approvals::approval_example;
use super::operation::{Operation, Tag};
use super::texts::{id, line};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::objects::distributor::answers::{ClaimedSecret, Page, WebhookRequested};
use crate::objects::webhook::answers::Delivery;

const TAG: Tag = Tag {
    name: "Console: webhooks",
    description: "Endpoints that messages are sent to. One person asks for one, another approves it.",
};

fn endpoint_example() -> Value {
    json!({
        "webhookID": "whk_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "approvalID": "apr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "url": "https://hooks.example.com/universal-wallet",
        "events": ["operation.completed", "operation.failed"],
        "description": "Ledger of the head office",
        "status": "active",
        "makerID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "makerName": "Mary Maker",
        "checkerID": "usr_9a1c7f52-0b4e-4d3a-8f3c-2f0e6d1b7a90",
        "checkerName": "Charles Checker",
        "reason": null,
        "createdAt": "2026-11-24T17:00:00.000Z",
        "decidedAt": "2026-11-24T18:00:00.000Z",
        "claimedAt": "2026-11-24T18:07:48.000Z",
        "disabledAt": null,
        "failingSince": null,
        "secretsUntil": [],
        "claim": null,
    })
}

fn with(mut value: Value, members: &[(&str, Value)]) -> Value {
    for (name, member) in members {
        value[*name] = member.clone();
    }
    value
}

fn requested_example(kind: &str, subject: &[(&str, Value)]) -> Value {
    let endpoint = endpoint_example();
    let of = ["webhookID", "url", "events", "description"].map(|name| (name, endpoint[name].clone()));
    let subject = with(with(json!({}), &of), subject);
    let id = endpoint["webhookID"].clone();
    with(approval_example(), &[("kind", kind.into()), ("webhookID", id), ("subject", subject)])
}

fn delivery_example() -> Value {
    json!({
        "deliveryID": "dlv_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "messageID": "msg_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "type": "operation.completed",
        "attempts": [
            { "at": "2026-11-24T18:10:00.000Z", "status": 503, "durationMs": 41, "error": "Try again later" },
            { "at": "2026-11-24T18:10:05.210Z", "status": 204, "durationMs": 12, "error": null },
        ],
        "state": "delivered",
        "nextAttemptAt": null,
    })
}

fn waiting_example() -> Value {
    let next = "2026-11-24T18:20:00.000Z";
    with(delivery_example(), &[("attempts", json!([])), ("state", "waiting".into()), ("nextAttemptAt", next.into())])
}

fn new(route: Route, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(route, id, TAG, summary)
}

pub(super) fn descriptions() -> Vec<Operation> {
    let mut all = requests();
    all.extend(uses());
    all
}

fn requests() -> Vec<Operation> {
    let pending = [
        ("status", json!("pending")),
        ("checkerID", Value::Null),
        ("checkerName", Value::Null),
        ("decidedAt", Value::Null),
        ("claimedAt", Value::Null),
    ];
    vec![
        new(Route::RequestWebhook, "requestWebhook", "Ask for an endpoint")
            .about(
                "Needs the role maker. Another person decides the request; then its maker claims the secret. The URL is \
                 https with a public host name, without credentials, port or fragment. At most ten endpoints wait or \
                 send.",
            )
            .idempotent()
            .body(
                "NewWebhook",
                bodies::new_webhook(),
                json!({
                    "url": "https://hooks.example.com/universal-wallet",
                    "events": ["operation.completed", "operation.failed"], "description": "Ledger of the head office",
                }),
            )
            .answers::<EndpointView>(201, "The endpoint, pending.", with(endpoint_example(), &pending))
            .refuses(&[
                Code::RoleRequired,
                Code::SecondFactorRequired,
                Code::DistributorSuspended,
                Code::InvalidState,
            ]),
        new(Route::ListWebhooks, "listWebhooks", "List endpoints, newest first")
            .about("Endpoints that wait, send, are disabled, or came to nothing.")
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<Page<EndpointView>>(
                200,
                "A page of endpoints.",
                json!({ "items": [endpoint_example()], "nextCursor": "" }),
            ),
        new(Route::GetWebhook, "getWebhook", "Read an endpoint")
            .about("The endpoint, and since when its receiver fails.")
            .answers::<EndpointView>(200, "The endpoint.", endpoint_example()),
        new(Route::ClaimWebhookSecret, "claimWebhookSecret", "Claim an approved secret")
            .about(
                "The person who asked for it takes the secret, once, within 24 hours of the approval. Messages are signed \
                 with it from now on, beside the one that it replaces.",
            )
            .answers::<ClaimedSecret<'static>>(
                200,
                "The secret and the endpoint.",
                json!({ "secret": format!("whsec_{}A=", "4tQz0x".repeat(7)), "webhook": endpoint_example() }),
            )
            .refuses(&[
                Code::RoleRequired,
                Code::NotTheMaker,
                Code::SecondFactorRequired,
                Code::DistributorSuspended,
                Code::InvalidState,
                Code::AlreadyClaimed,
                Code::ClaimExpired,
            ]),
        new(Route::RotateWebhookSecret, "rotateWebhookSecret", "Ask for a new secret")
            .about(
                "Needs the role maker; another person decides. From the claim on both secrets sign for overlapHours, 24 \
                 where none are given, and then the new one alone.",
            )
            .idempotent()
            .optional_body("RotateSecret", bodies::rotate_secret(), json!({ "overlapHours": 24 }))
            .answers::<WebhookRequested>(
                201,
                "The request.",
                requested_example("webhook.rotate", &[("overlapHours", json!(24))]),
            )
            .refuses(&[
                Code::RoleRequired,
                Code::SecondFactorRequired,
                Code::DistributorSuspended,
                Code::InvalidState,
            ]),
    ]
}

fn uses() -> Vec<Operation> {
    vec![
        new(Route::DisableWebhook, "disableWebhook", "Disable an endpoint at once")
            .about("Needs the role maker, checker or admin, and a reason. Messages wait until it is enabled again.")
            .idempotent()
            .body("RequiredReason", bodies::required_reason(), json!({ "reason": "The receiver moves" }))
            .answers::<EndpointView>(200, "The endpoint, disabled.", {
                let reason = ("reason", json!("The receiver moves"));
                with(
                    endpoint_example(),
                    &[("status", json!("disabled")), reason, ("disabledAt", json!("2026-11-25T08:00:00.000Z"))],
                )
            })
            .refuses(&[Code::RoleRequired, Code::SecondFactorRequired, Code::InvalidState]),
        new(Route::EnableWebhook, "enableWebhook", "Ask for a disabled endpoint to send again")
            .about(
                "Needs the role maker; another person decides. Sending goes on where it stopped, so nothing is lost.",
            )
            .idempotent()
            .answers::<WebhookRequested>(201, "The request.", requested_example("webhook.enable", &[]))
            .refuses(&[
                Code::RoleRequired,
                Code::SecondFactorRequired,
                Code::DistributorSuspended,
                Code::InvalidState,
                Code::AlreadyExists,
            ]),
        new(Route::TestWebhook, "testWebhook", "Send a test message")
            .about("Needs the role maker or admin. Sends a message of the type webhook.test.")
            .idempotent()
            .answers::<Delivery>(201, "The delivery, waiting.", {
                with(waiting_example(), &[("type", json!("webhook.test"))])
            })
            .refuses(&[Code::RoleRequired, Code::SecondFactorRequired, Code::InvalidState, Code::RateLimited]),
        new(Route::ListWebhookDeliveries, "listWebhookDeliveries", "List deliveries, newest first")
            .about(
                "The last 1,000 deliveries with their attempts. An error may quote the receiver: show it as text only.",
            )
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<Page<Delivery>>(
                200,
                "A page of deliveries.",
                json!({ "items": [delivery_example()], "nextCursor": "" }),
            ),
        new(Route::ResendWebhookDelivery, "resendWebhookDelivery", "Send the same message again")
            .about("Needs the role maker or admin. A new delivery of the same message: webhook-id is the same.")
            .idempotent()
            .answers::<Delivery>(201, "The delivery, waiting.", waiting_example())
            .refuses(&[Code::RoleRequired, Code::SecondFactorRequired, Code::InvalidState, Code::RateLimited]),
    ]
}

/// The `webhooks` section: one message for each type.
pub(super) fn messages(generator: &mut SchemaGenerator) -> Value {
    let mut messages = Map::new();
    for kind in EventType::ALL {
        let text = kind.as_str();
        let data = json!(data(generator, *kind));
        let header = |name: &str, description: &str| {
            json!({
                "name": name, "in": "header", "required": true, "description": description,
                "schema": { "type": "string" },
            })
        };
        let message = json!({ "post": {
            "operationId": format!("receive.{text}"),
            "tags": [TAG.name],
            "summary": text,
            "description": "A message by Standard Webhooks 1.0. Verify the signature before reading it; the same \
                            webhook-id may come again.",
            "security": [],
            "parameters": [
                header("webhook-id", "Names the message; the same in every attempt."),
                header("webhook-timestamp", "Time of the attempt, in seconds since 1970."),
                header("webhook-signature", "One or more signatures, separated by blanks."),
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["type", "timestamp", "data"],
                "properties": {
                    "type": { "const": text },
                    "timestamp": { "type": "string", "format": "date-time" },
                    "data": data,
                },
            } } } },
            "responses": {
                "2XX": { "description": "The message arrived." },
                "410": { "description": "No more messages are wanted: the endpoint is disabled." },
                "default": { "description": "The message is sent again, for days." },
            },
        } });
        messages.insert(text.into(), message);
    }
    messages.into()
}

fn data(generator: &mut SchemaGenerator, kind: EventType) -> Value {
    match kind.as_str().split('.').next() {
        Some("operation") => json!(generator.subschema_for::<OperationView>()),
        Some("cash-out") => json!(generator.subschema_for::<CashOutRequestView>()),
        Some("approval") => json!(generator.subschema_for::<ApprovalView>()),
        Some("api-key") => json!(generator.subschema_for::<KeyView>()),
        Some("webhook") => json!({
            "type": "object", "required": ["webhookID"], "properties": { "webhookID": id("whk_") },
        }),
        _ if kind == EventType::FloatLow => json!(generator.subschema_for::<Balance>()),
        _ => json!({
            "type": "object",
            "required": ["operationID", "amount", "reference", "balance"],
            "properties": {
                "operationID": id("op_"), "amount": { "type": "string" }, "reference": line(256),
                "balance": { "type": "string" },
            },
        }),
    }
}
