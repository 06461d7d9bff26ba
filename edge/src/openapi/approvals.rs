//! The inbox of requests that wait for another person.

use serde_json::{Value, json};
use universal_wallet_core::approvals::model::ApprovalKind;
use universal_wallet_core::error::Code;
use universal_wallet_core::responses::ApprovalView;

use super::keys::key_example;
use super::operation::{Operation, Tag};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::objects::distributor::answers::{Decision, Page};

const TAG: Tag =
    Tag { name: "Console: approvals", description: "Requests that another person than their maker decides." };

/// Example of a pending request.
pub(super) fn approval_example() -> Value {
    json!({
        "approvalID": "apr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "kind": "api-key.issue",
        "status": "pending",
        "subject": {
            "keyID": "key_36e48800-22ce-4ea0-b37a-198f7978cd53", "label": "Till 7", "permissions": ["read-balance"],
            "maxTransactionAmount": null, "maxDailyVolume": null, "allowedIPs": [], "expiresInDays": 365,
            "autoApproveLimit": "0.00", "note": null,
        },
        "digest": "5e".repeat(32),
        "makerID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "makerName": "Mary Maker",
        "createdAt": "2026-11-24T17:00:00.000Z",
        "expiresAt": "2026-12-01T17:00:00.000Z",
        "decidedBy": null,
        "decidedByName": null,
        "decidedAt": null,
        "reason": null,
    })
}

fn decided_example(status: &str) -> Value {
    let mut approval = approval_example();
    approval["status"] = status.into();
    approval["decidedBy"] = "usr_9a1c7f52-0b4e-4d3a-8f3c-2f0e6d1b7a90".into();
    approval["decidedByName"] = "Charles Checker".into();
    approval["decidedAt"] = "2026-11-24T18:00:00.000Z".into();
    approval
}

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    let statuses = ["pending", "approved", "rejected", "withdrawn", "expired"];
    let kinds = ApprovalKind::ALL.map(ApprovalKind::as_str);
    vec![
        new(Route::ListApprovals, "listApprovals", "List requests")
            .about("Pending requests, and decided ones.")
            .parameters([
                parameters::limit(),
                parameters::cursor(),
                parameters::word("status", "Only those that stand there.", &statuses),
                parameters::words("kind", "Only those of these kinds, separated by commas.", &kinds),
                parameters::word("order", "Which come first; newest if absent.", &["newest", "oldest"]),
            ])
            .answers::<Page<ApprovalView>>(
                200,
                "A page of requests.",
                json!({ "items": [approval_example()], "nextCursor": "" }),
            ),
        new(Route::GetApproval, "getApproval", "Read a request")
            .about("The full request as it will be carried out, and the digest that an approval repeats.")
            .answers::<ApprovalView>(200, "The request.", approval_example()),
        new(Route::Approve, "approve", "Approve a request")
            .about(
                "Needs the role checker (for requests about users, admin or checker), and never the person who made the \
                 request or gains by it. The digest says what was read: a request that changed since is refused.",
            )
            .idempotent()
            .body("Approve", bodies::approve(), json!({ "digest": "5e".repeat(32) }))
            .answers::<Decision>(
                200,
                "The request, approved, and what it is about.",
                json!({ "approval": decided_example("approved"), "key": key_example() }),
            )
            .refuses(&[
                Code::RoleRequired,
                Code::SelfApproval,
                Code::DistributorSuspended,
                Code::InvalidState,
                Code::ApprovalStale,
            ]),
        new(Route::Reject, "reject", "Reject a request")
            .about("Needs the same as an approval, and a reason. Everything that the request holds is given back.")
            .idempotent()
            .body("RequiredReason", bodies::required_reason(), json!({ "reason": "The limit is too high" }))
            .answers::<ApprovalView>(200, "The request, rejected.", {
                let mut approval = decided_example("rejected");
                approval["reason"] = "The limit is too high".into();
                approval
            })
            .refuses(&[Code::RoleRequired, Code::SelfApproval, Code::InvalidState]),
        new(Route::Withdraw, "withdraw", "Withdraw one's own request")
            .about("Withdraws a pending request; only its maker may.")
            .idempotent()
            .answers::<ApprovalView>(200, "The request, withdrawn.", decided_example("withdrawn"))
            .refuses(&[Code::NotTheMaker, Code::InvalidState]),
    ]
}
