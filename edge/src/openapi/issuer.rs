//! The issuer's API.

use serde_json::{Value, json};
use universal_wallet_core::error::Code;
use universal_wallet_core::responses::KeyView;

use super::keys::key_example;
use super::operation::{Operation, Tag};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::messages::to_wallet::WalletVerified;
use crate::objects::distributor::answers::Position;
use crate::objects::distributor::answers::{Checked, FloatMoved};
use crate::worker::issuer_calls::{CashOutRequested, DistributorsPage, MerchantView, WalletView};
use crate::worker::issuer_reset::PasswordReset;
use crate::worker::provisioning::{DistributorCreated, UserAdded};

const TAG: Tag = Tag {
    name: "Issuer API",
    description: "The issuer's own systems call it with the issuer's token: distributors and their floats, merchants, customers' wallets.",
};

fn position_example() -> Value {
    json!({
        "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53", "name": "First Agents", "status": "active",
        "currency": "NGN", "issued": "50000.00", "balance": "48500.00", "available": "48500.00", "held": "0.00",
        "processing": "0.00", "cashedIn": "1500.00", "cashedOut": "0.00", "storage": { "bytes": 233_472, "operations": 1, "percent": 0 }, "createdAt": "2026-11-24T17:00:00.000Z",
    })
}

fn wallet_example() -> Value {
    json!({ "balance": "1500.00", "available": "1300.00", "held": "200.00", "currency": "NGN" })
}

fn new(route: Route, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(route, id, TAG, summary)
}

pub(super) fn descriptions() -> Vec<Operation> {
    let mut all = distributors();
    all.extend(money());
    all.extend(verifying());
    all
}

/// Distributors, their people and keys.
fn distributors() -> Vec<Operation> {
    vec![
        new(Route::CreateDistributor, "createDistributor", "Create a distributor")
            .about(
                "With its first people, among them two who can approve each other's requests. A new login gets a \
                 password that signs in once, within 7 days; the person of an existing login a joining code instead. A \
                 repeated call tells a new one, and voids the old, for those who have not joined.",
            )
            .idempotent()
            .body(
                "NewDistributor",
                bodies::new_distributor(),
                json!({
                    "name": "First Agents",
                    "users": [
                        { "login": "maker@agents.test", "name": "Mary Maker", "roles": ["maker"] },
                        { "login": "checker@agents.test", "name": "Charles Checker", "roles": ["checker"] },
                    ],
                }),
            )
            .answers::<DistributorCreated>(
                201,
                "The distributor and its people.",
                json!({
                    "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53",
                    "users": [{
                        "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53", "login": "maker@agents.test",
                        "oneTimePassword": "k7dm2xqp9wcz4Rt6-Bq3nV8sLw0ZyH5eK",
                    }],
                }),
            )
            .refuses(&[Code::AlreadyExists]),
        new(Route::GetPosition, "getPosition", "Read a distributor's position")
            .about("issued = balance + the part in wallets + processing.")
            .answers::<Position>(200, "The position.", position_example()),
        new(Route::SuspendDistributor, "suspendDistributor", "Suspend a distributor")
            .about("Nothing new can begin; reading, rejecting, revoking and operations in transit go on.")
            .idempotent()
            .answers::<Position>(200, "The position, suspended.", {
                let mut position = position_example();
                position["status"] = "suspended".into();
                position
            }),
        new(Route::ResumeDistributor, "resumeDistributor", "Resume a distributor")
            .about("Ends a suspension.")
            .idempotent()
            .answers::<Position>(200, "The position, active.", position_example()),
        new(Route::AddUser, "addUser", "Add a user")
            .about(
                "A further member, invited as at the distributor's creation. A repeated call changes nothing for a \
                 person who joined since.",
            )
            .idempotent()
            .body(
                "IssuedUser",
                bodies::issued_user(),
                json!({ "login": "new@agents.test", "name": "Nora New", "roles": ["admin"] }),
            )
            .answers::<UserAdded>(
                201,
                "The user.",
                json!({
                    "userID": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53", "login": "new@agents.test",
                    "oneTimePassword": "k7dm2xqp9wcz4Rt6-Bq3nV8sLw0ZyH5eK",
                }),
            )
            .refuses(&[Code::AlreadyExists]),
        new(Route::ResetPassword, "resetPassword", "Reset a person's password")
            .about(
                "The last resort for a person of several distributors. Ends their sessions; each of their distributors \
                 notes it, and for 24 hours the person approves and claims nothing there. A repeated call tells a new \
                 password until the person signed in, and nothing then.",
            )
            .idempotent()
            .answers::<PasswordReset>(
                200,
                "The password, once.",
                json!({ "oneTimePassword": "k7dm2xqp9wcz4Rt6-Bq3nV8sLw0ZyH5eK" }),
            )
            .refuses(&[Code::NotFound]),
        new(Route::RevokeKeyOfDistributor, "revokeKeyOfDistributor", "Revoke an API key in an emergency")
            .about("Takes effect with the very next call.")
            .idempotent()
            .optional_body("Reason", bodies::reason(), json!({ "reason": "Found on the internet" }))
            .answers::<KeyView>(200, "The key, revoked.", {
                let mut key = key_example();
                key["status"] = "revoked".into();
                key
            })
            .refuses(&[Code::InvalidState]),
    ]
}

/// Floats, merchants, and customers' wallets.
fn money() -> Vec<Operation> {
    let moved = json!({ "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "balance": "50000.00" });
    vec![
        new(Route::TopUp, "topUp", "Issue e-money to a distributor's float")
            .about("An entry of the ledger and of the log; it is not among the operations.")
            .needs_idempotency_key()
            .body("FloatMovement", bodies::move_float(), json!({ "amount": "50000.00", "reference": "Transfer 4711" }))
            .answers::<FloatMoved>(200, "The movement and the float now.", moved.clone())
            .refuses(&[Code::InvalidAmount]),
        new(Route::Redeem, "redeem", "Pay float out to the distributor's bank")
            .about("Never more than is available.")
            .needs_idempotency_key()
            .body("FloatMovement", bodies::move_float(), json!({ "amount": "10000.00", "reference": "Transfer 4712" }))
            .answers::<FloatMoved>(200, "The movement and the float now.", moved)
            .refuses(&[Code::InvalidAmount, Code::InsufficientBalance]),
        new(Route::CreateMerchant, "createMerchant", "Register a merchant")
            .about("Registered under a short code that customers and distributors pay to.")
            .idempotent()
            .body("NewMerchant", bodies::new_merchant(), json!({ "shortCode": "100000", "name": "ABC Store" }))
            .answers::<MerchantView>(
                201,
                "The merchant.",
                json!({ "merchantID": "mer_36e48800-22ce-4ea0-b37a-198f7978cd53", "shortCode": "100000", "name": "ABC Store" }),
            )
            .refuses(&[Code::AlreadyExists]),
        new(Route::GetWallet, "getWallet", "Read a customer's wallet")
            .about("A phone that was never seen has zeros.")
            .answers::<WalletView>(200, "The wallet.", wallet_example()),
        new(Route::GetMerchant, "getMerchant", "Read a merchant and its wallet")
            .answers::<WalletView>(200, "The merchant and its wallet.", {
                let mut wallet = wallet_example();
                wallet["merchantID"] = "mer_36e48800-22ce-4ea0-b37a-198f7978cd53".into();
                wallet["shortCode"] = "100000".into();
                wallet["name"] = "ABC Store".into();
                wallet
            })
            .about("An unknown short code is 404."),
        new(Route::RequestCashOut, "requestCashOut", "Ask for a customer to be paid out")
            .about("The customer's request to one distributor; it holds the wallet's money until it is paid or over.")
            .needs_idempotency_key()
            .body(
                "CashOutRequestBody",
                bodies::request_cash_out(),
                json!({ "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53", "amount": "200.00" }),
            )
            .answers::<CashOutRequested>(
                201,
                "The request.",
                json!({ "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53" }),
            )
            .refuses(&[Code::InvalidAmount, Code::InsufficientBalance, Code::DistributorSuspended]),
        new(Route::CancelCashOut, "cancelCashOut", "Take a customer's cash-out request back")
            .about("Until the distributor takes it; then it is 409.")
            .answers::<CashOutRequested>(
                200,
                "The request is cancelled and its money free.",
                json!({ "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "status": "cancelled" }),
            )
            .refuses(&[Code::InvalidState]),
    ]
}

/// Verification of stored data.
fn verifying() -> Vec<Operation> {
    let wallet = json!({ "entries": 2, "balance": "1500.00", "held": "200.00", "announcing": "0.00", "problems": [] });
    vec![
        new(Route::ListDistributors, "listDistributors", "List the distributors")
            .about("Their IDs alone, in order.")
            .parameters([parameters::distributors_cursor()])
            .answers::<DistributorsPage>(
                200,
                "A page of distributors.",
                json!({ "items": [{ "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53" }], "nextCursor": "" }),
            ),
        new(Route::VerifyDistributor, "verifyDistributor", "Verify all that a distributor stores")
            .about(
                "The log, as verifyAudit does, and whether operations, counters and deadlines say the same. Totals by \
                 wallet let the caller compare with the wallets.",
            )
            .parameters([parameters::from_entry()])
            .answers::<Checked>(
                200,
                "Result of the verification.",
                json!({
                    "valid": true, "entries": 42, "head": "5e".repeat(32), "anchoredEntries": 40,
                    "anchoredAt": "2026-11-24T18:07:48.000Z",
                    "wallets": [{
                        "wallet": "phone:+2348031234567", "cashedIn": "1500.00", "cashedOut": "0.00",
                        "arriving": "0.00", "leaving": "0.00", "held": "200.00", "releasing": "0.00",
                    }],
                    "problems": [],
                }),
            )
            .refuses(&[Code::RateLimited]),
        new(Route::VerifyWallet, "verifyWallet", "Verify a customer's wallet")
            .about("Checks that the wallet's entries and holds are consistent.")
            .answers::<WalletVerified>(200, "Result of the verification.", wallet.clone()),
        new(Route::VerifyMerchant, "verifyMerchant", "Verify a merchant's wallet")
            .about("Checks that the wallet's entries are consistent.")
            .answers::<WalletVerified>(200, "Result of the verification.", wallet),
    ]
}
