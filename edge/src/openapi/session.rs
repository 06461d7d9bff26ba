//! Sign-in, and the caller's own session.

use serde_json::json;
use universal_wallet_core::error::Code;

use super::bodies;
use super::operation::{Operation, Tag};
use crate::http::routes::Route;
use crate::worker::session_answer::{Session, SignedInAnswer};

const TAG: Tag =
    Tag { name: "Console: session", description: "Signing in to the admin page, and one's own session and password." };

/// A session, as in examples.
pub(super) fn example() -> serde_json::Value {
    json!({
        "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "login": "maker@demo.test",
        "name": "Mary Maker",
        "mustChangePassword": false,
        "distributors": [{
            "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53", "userID": "usr_0c7a1f52-9d0e-4b55-8a65-1f2b3c4d5e6f",
            "name": "First Agents", "roles": ["maker"],
        }],
        "secondFactor": { "enrolled": ["passkey"], "verifiedAt": "2026-11-24T17:00:00.000Z", "recoveryCodesLeft": 8 },
        "clientIP": "203.0.113.7",
    })
}

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    let session = example;
    vec![
        new(Route::SignIn, "signIn", "Sign in")
            .about(
                "Answers with the session cookie, which lives for 12 hours and ends after 30 idle minutes. An unknown \
                 login and a wrong password are answered alike; too many failures are refused for a while. A login \
                 without an account signs in with a joining code, which makes the account.",
            )
            .body(
                "SignIn",
                bodies::sign_in(),
                json!({ "login": "maker@demo.test", "password": "correct horse battery" }),
            )
            .answers::<SignedInAnswer<'static>>(
                200,
                "The session; or, if the account has a second factor, the ways to prove it within five minutes.",
                session(),
            )
            .with_header("Set-Cookie")
            .refuses(&[Code::InvalidCredentials, Code::TooManyAttempts]),
        new(Route::GetSession, "getSession", "Read one's session")
            .about("The signed-in person, and their roles at each distributor.")
            .answers::<Session<'static>>(200, "The session.", session()),
        new(Route::SignOut, "signOut", "Sign out")
            .about("Ends the session and takes its cookie back.")
            .answers_nothing(204, "The session has ended.")
            .with_header("Set-Cookie"),
        new(Route::ChangePassword, "changePassword", "Change one's password")
            .about("Ends the person's other sessions.")
            .body(
                "ChangePassword",
                bodies::change_password(),
                json!({ "current": "correct horse battery", "new": "staple a different horse" }),
            )
            .answers_nothing(204, "The password is changed.")
            .refuses(&[Code::InvalidCredentials]),
        new(Route::JoinDistributor, "joinDistributor", "Join a distributor")
            .about(
                "Joins the distributor that invited the person, with the joining code: both halves with a hyphen between \
                 them. A code is valid for its login, for 7 days and once; at most 30 are tried in an hour.",
            )
            .body("Join", bodies::join(), json!({ "code": "k7dm2xqp9wcz4Rt6-Bq3nV8sLw0ZyH5eK" }))
            .answers::<Session<'static>>(200, "The session, with the new membership.", session())
            .refuses(&[Code::InvalidCode, Code::PasswordChangeRequired, Code::TooManyAttempts]),
        new(Route::LeaveDistributor, "leaveDistributor", "Leave a distributor")
            .about(
                "Ends the person's membership at once, as disabling does: open requests lapse, unclaimed keys too. The \
                 last admin, and the last people able to approve each other, cannot leave.",
            )
            .answers_nothing(204, "The person is no member any more.")
            .refuses(&[Code::NotFound, Code::PasswordChangeRequired, Code::InvalidState]),
    ]
}
