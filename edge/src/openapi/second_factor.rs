//! Second factors: proving, enrolling, removing.

use serde_json::{Value, json};
use universal_wallet_core::error::Code;

use super::bodies;
use super::operation::{Operation, Tag};
use crate::http::routes::Route;
use crate::worker::passkey_options::{CreationOptions, RequestOptions};
use crate::worker::second_factor::{FactorEnrolled, FactorList, NewRecoveryCodes, TotpBegun};
use crate::worker::session_answer::Session;

const TAG: Tag = Tag {
    name: "Console: second factor",
    description: "Authenticator apps, passkeys and recovery codes of one's own account.",
};

const CHALLENGE: &str = "AMMPt4UxxGTStnccjasjtgNCQWYvLSIYaqcPKDrlVuE";

fn request_options() -> Value {
    json!({
        "challenge": CHALLENGE, "rpId": "wallet.example", "allowCredentials": [], "userVerification": "required",
        "timeout": 300_000,
    })
}

fn factor(kind: &str, name: &str) -> Value {
    json!({
        "factorID": "fac_36e48800-22ce-4ea0-b37a-198f7978cd53", "type": kind, "name": name, "synchronised": false,
        "createdAt": "2026-11-24T17:00:00.000Z", "lastUsedAt": null,
    })
}

fn codes() -> Value {
    json!(["7K2M-QXP9-WCZ4-RT6B"])
}

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    let wrong = [Code::InvalidCredentials, Code::TooManyAttempts];
    let credential = |response: Value| json!({ "id": "kYqFhw", "type": "public-key", "response": response });
    let used = json!({ "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA" });
    let made = json!({ "clientDataJSON": "e30", "attestationObject": "oA" });
    let factor_changes = [Code::InvalidCredentials, Code::SecondFactorRequired];
    let mut all = vec![
        new(Route::BeginProof, "beginProof", "Ask for a challenge for a passkey")
            .about("For proving the second factor in this session. The challenge counts once, and for five minutes.")
            .answers::<RequestOptions>(200, "Options for `navigator.credentials.get`.", request_options()),
        new(Route::ProveSecondFactor, "proveSecondFactor", "Prove one's second factor")
            .about(
                "Completes a sign-in whose password was right, or proves the factor again, which counts for ten \
                 minutes. Five wrong answers end a sign-in that is not complete; after ten wrong codes of a day only a \
                 passkey or a recovery code counts. A recovery code ends the person's other sessions.",
            )
            .body("Proof", bodies::proof(), json!({ "totp": "287082" }))
            .answers::<Session<'static>>(200, "The session.", super::session::example())
            .refuses(&wrong)
            .refuses(&[Code::InvalidState]),
        new(Route::BeginPasskeySignIn, "beginPasskeySignIn", "Ask for a challenge for a sign-in by passkey")
            .about("Without a name or password: the browser offers the passkeys that it has for this site.")
            .answers::<RequestOptions>(200, "Options for `navigator.credentials.get`.", request_options()),
        new(Route::SignInByPasskey, "signInByPasskey", "Sign in by a passkey")
            .about("A passkey is both factors. The user handle in its response leads to the account.")
            .body("PasskeySignIn", bodies::passkey_sign_in(), json!({ "credential": credential(used) }))
            .answers::<Session<'static>>(200, "The session.", super::session::example())
            .with_header("Set-Cookie")
            .refuses(&wrong),
    ];
    all.extend([
        new(Route::BeginTotp, "beginTotp", "Begin to enrol an authenticator app")
            .about(
                "Shows the secret once. The first factor needs the password of the last ten minutes, or in this call; \
                 a further one, and replacing an app, need a proof of the last ten minutes.",
            )
            .optional_body("FactorBegun", bodies::begin_factor(), json!({}))
            .answers::<TotpBegun>(
                200,
                "The secret, for ten minutes.",
                json!({
                    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "uri": "otpauth://totp/Universal%20Wallet:maker",
                    "qr": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                }),
            )
            .refuses(&factor_changes),
        new(Route::ConfirmTotp, "confirmTotp", "Enrol the authenticator app that shows a code")
            .about("An app that was there before is replaced. The code counts only here.")
            .body("TotpCode", bodies::totp_code(), json!({ "code": "287082" }))
            .answers::<FactorEnrolled>(
                200,
                "The factor, and the recovery codes that come with the first one.",
                json!({ "factor": factor("totp", "Authenticator app"), "recoveryCodes": codes() }),
            )
            .refuses(&factor_changes),
        new(Route::BeginPasskey, "beginPasskey", "Ask for a challenge for a new passkey")
            .about("Needs the same proof as enrolling an authenticator app.")
            .optional_body("FactorBegun", bodies::begin_factor(), json!({}))
            .answers::<CreationOptions>(200, "Options for `navigator.credentials.create`.", creation_options())
            .refuses(&factor_changes)
            .refuses(&[Code::InvalidState]),
        new(Route::EnrolPasskey, "enrolPasskey", "Enrol a passkey")
            .about("Answers the open challenge. An account has at most ten passkeys.")
            .body("NewPasskey", bodies::new_passkey(), json!({ "name": "Laptop", "credential": credential(made) }))
            .answers::<FactorEnrolled>(
                201,
                "The factor, and the recovery codes that come with the first one.",
                json!({ "factor": factor("passkey", "Laptop"), "recoveryCodes": [] }),
            )
            .refuses(&factor_changes)
            .refuses(&[Code::InvalidState, Code::AlreadyExists]),
        new(Route::ListFactors, "listFactors", "List one's factors")
            .about("The app first, then passkeys.")
            .answers::<FactorList>(
                200,
                "The factors.",
                json!({ "items": [factor("passkey", "Laptop")], "recoveryCodesLeft": 8 }),
            ),
        new(Route::RemoveFactor, "removeFactor", "Remove a factor")
            .about("The last one stays while a distributor of the person requires one. With it go the recovery codes.")
            .answers_nothing(204, "The factor is removed.")
            .refuses(&[Code::SecondFactorRequired, Code::InvalidState]),
        new(Route::MakeRecoveryCodes, "makeRecoveryCodes", "Make new recovery codes")
            .about("Eight codes, shown once; the old ones end.")
            .answers::<NewRecoveryCodes>(200, "The codes.", json!({ "recoveryCodes": codes() }))
            .refuses(&[Code::SecondFactorRequired, Code::InvalidState]),
    ]);
    all
}

fn creation_options() -> Value {
    json!({
        "rp": { "id": "wallet.example", "name": "Universal Wallet" },
        "user": { "id": CHALLENGE, "name": "maker@demo.test", "displayName": "Mary Maker" },
        "challenge": CHALLENGE, "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }], "timeout": 300_000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
    })
}
