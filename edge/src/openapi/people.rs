//! Members: adding rights needs two people, removing needs one.

use serde_json::{Value, json};
use universal_wallet_core::error::Code;
use universal_wallet_core::responses::UserView;

use super::approvals::approval_example;
use super::bodies;
use super::operation::{Operation, Tag};
use super::parameters;
use crate::http::routes::Route;
use crate::objects::distributor::answers::{Page, UserChanged, UserRequested};

const TAG: Tag = Tag {
    name: "Console: users",
    description: "The distributor's members and their roles. Giving needs two people, taking needs one.",
};

fn user_example() -> Value {
    json!({
        "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53", "login": "maker@demo.test", "name": "Mary Maker",
        "roles": ["maker"], "status": "active", "disabled": false, "pausedUntil": null, "createdAt": "2026-11-24T17:00:00.000Z",
    })
}

fn requested_example(kind: &str, subject: Value) -> Value {
    let mut approval = approval_example();
    approval["kind"] = kind.into();
    approval["subject"] = subject;
    json!({
        "approvalID": approval["approvalID"], "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "approval": approval, "passwordHalf": "k7dm2xqp9wcz4Rt6",
    })
}

/// Refusals of what asks for a change of a member.
const CHANGES_OF_MEMBERS: [Code; 5] =
    [Code::RoleRequired, Code::DistributorSuspended, Code::InvalidState, Code::AlreadyExists, Code::RateLimited];

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    let subject = json!({
        "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53", "login": "new@demo.test", "name": "Nora New",
        "roles": ["viewer"],
    });
    vec![
        new(Route::ListUsers, "listUsers", "List members")
            .about("Everybody who is a member, invited people included, as added; who left is not listed.")
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<Page<UserView>>(200, "The members.", json!({ "items": [user_example()], "nextCursor": "" })),
        new(Route::RequestUser, "requestUser", "Ask for a new member")
            .about(
                "Needs the role admin. Another person decides. This answer shows one half of a joining code and the \
                 approval the other, so that nobody alone knows it. The person joins with both: a new login signs in \
                 with the code and sets a password, a login that exists signs in and enters it. The answer tells \
                 nothing of the login.",
            )
            .idempotent()
            .body(
                "NewUser",
                bodies::new_user(),
                json!({ "login": "new@demo.test", "name": "Nora New", "roles": ["viewer"] }),
            )
            .answers::<UserRequested>(201, "The request.", requested_example("user.create", subject.clone()))
            .refuses(&[Code::RoleRequired, Code::DistributorSuspended, Code::AlreadyExists, Code::RateLimited]),
        new(Route::ChangeUser, "changeUser", "Change a member's roles, disable or enable them")
            .about(
                "Needs the role admin. Taking a role and disabling hold at once; giving a role and enabling wait for \
                 another person. The last admin, and the last people able to approve each other, cannot be removed.",
            )
            .body("UserChange", bodies::change_user(), json!({ "roles": ["viewer"] }))
            .answers::<UserChanged>(200, "The member as they are now.", {
                let mut changed = user_example();
                changed["user"] = user_example();
                changed
            })
            .refuses(&CHANGES_OF_MEMBERS),
        new(Route::RequestPasswordReset, "requestPasswordReset", "Ask for a member's password to be reset")
            .about(
                "Needs the role admin. Another person decides; each of the two sees one half of the code, which signs in \
                 once as the new password. For an invited person it is a new joining code, and the old one is void. A \
                 person who is a member elsewhere too is refused; the issuer can reset their password.",
            )
            .idempotent()
            .answers::<UserRequested>(201, "The request.", requested_example("user.reset", subject))
            .refuses(&CHANGES_OF_MEMBERS),
    ]
}
