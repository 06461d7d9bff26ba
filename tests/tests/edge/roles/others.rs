//! Changes without a role: one's own session, and calls of keys and the issuer.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};
use universal_wallet_edge::http::routes::{Access, Route};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::request::Request;

use super::changing;
use super::house::{PHONE, text};

fn is_allowed(answer: &Answer, no: &[&str]) -> bool {
    assert!(answer.status < 300 || no.contains(&&*answer.code()), "{answer}");
    answer.status < 300
}

/// A call by a key, about an operation that another key may have requested.
type ByKey = fn(&Distributor<'_>, &Key) -> (&'static str, String, Value);
const BY_KEY: [(Route, ByKey); 3] = [
    (Route::CreateOperation, |d, _| {
        ("POST", d.api("/operations"), json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE }))
    }),
    (Route::ProcessCashOut, |d, _| {
        let request = d.request_cash_out(PHONE, "0.01");
        ("PUT", d.api(&format!("/cashouts/{request}")), json!({ "cashOutFulfillmentType": "cash" }))
    }),
    (Route::WithdrawOperation, |d, made_by| {
        let made = d.cash_in(made_by, PHONE, "0.01").ok();
        ("DELETE", d.api(&format!("/operations/{}", text(&made["operationID"]))), json!({}))
    }),
];

#[test]
fn a_key_changes_something_with_the_permission_to_perform_operations_alone() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    distributor.cash_in(&distributor.till(), PHONE, "100.00").ok();
    let covered: HashSet<Route> = BY_KEY.iter().map(|(route, _)| *route).collect();
    assert_eq!(
        covered,
        changing(|access| matches!(access, Access::Key(_))),
        "each route of keys that changes something has its row"
    );
    let mut table = String::from("permissions of the key: b read-balance, t read-transactions, p perform-operations\n");
    for (route, prepare) in BY_KEY {
        let mut line = String::new();
        for bits in 1_usize..8 {
            let held: Vec<&str> = (0..3).filter(|place| bits >> place & 1 == 1).map(|place| ALL[place]).collect();
            let key = distributor.key(json!({ "label": "Some", "permissions": held }));
            let may = held.contains(&"perform-operations");
            let other = distributor.asking_key();
            let (method, path, body) = prepare(&distributor, if may { &key } else { &other });
            let allowed = is_allowed(&edge.request(method, &path).key(&key).json(body).send(), &["permission_denied"]);
            assert_eq!(allowed, may, "{route:?} with {held:?}");
            let letters: String = held.iter().map(|held| held.replace("read-", "").remove(0)).collect();
            write!(line, "{letters:>6}: {}", if allowed { 'Y' } else { '.' }).unwrap();
        }
        writeln!(table, "{:<22}{line}", format!("{route:?}")).unwrap();
    }
    println!("{table}");
}

/// A call by the issuer.
type ByIssuer = fn(&Distributor<'_>) -> (&'static str, String, Value);
const BY_ISSUER: [(Route, ByIssuer); 11] = [
    (Route::CreateDistributor, |_| {
        let user =
            |role: &str| json!({ "login": format!("{role}-{}@bank.test", unique()), "name": "N", "roles": [role] });
        let users = ["admin", "maker", "checker"].map(user);
        ("POST", "/issuer/v1/distributors".into(), json!({ "name": "Other Agents", "users": users }))
    }),
    (Route::SuspendDistributor, |d| ("POST", d.issued("/suspend"), json!({}))),
    (Route::ResumeDistributor, |d| ("POST", d.issued("/resume"), json!({}))),
    (Route::AddUser, |d| {
        let user = json!({ "login": format!("{}@bank.test", unique()), "name": "N", "roles": ["viewer"] });
        ("POST", d.issued("/users"), user)
    }),
    (Route::RevokeKeyOfDistributor, |d| {
        ("POST", d.issued(&format!("/api-keys/{}/revoke", d.till().id)), json!({ "reason": "stolen" }))
    }),
    (Route::TopUp, |d| ("POST", d.issued("/topups"), json!({ "amount": "1.00", "reference": "r" }))),
    (Route::Redeem, |d| ("POST", d.issued("/redemptions"), json!({ "amount": "1.00", "reference": "r" }))),
    (Route::CreateMerchant, |_| {
        ("POST", "/issuer/v1/merchants".into(), json!({ "shortCode": "100000", "name": "ABC Store" }))
    }),
    (Route::RequestCashOut, |d| {
        let body = json!({ "distributorID": d.id, "amount": "0.01" });
        ("POST", format!("/issuer/v1/wallets/{PHONE}/cashouts"), body)
    }),
    (Route::CancelCashOut, |d| {
        let request = d.request_cash_out(PHONE, "0.01");
        ("DELETE", format!("/issuer/v1/wallets/{PHONE}/cashouts/{request}"), json!({}))
    }),
    // Last, since it ends the person's sessions.
    (Route::ResetPassword, |d| ("POST", format!("/issuer/v1/users/{}/reset-password", d.checker.login), json!({}))),
];

fn unique() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[test]
fn the_issuers_token_alone_does_what_the_issuer_does() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    let covered: HashSet<Route> = BY_ISSUER.iter().map(|(route, _)| *route).collect();
    assert_eq!(
        covered,
        changing(|access| access == Access::Issuer),
        "each route of the issuer that changes something has its row"
    );
    let mut table = format!("{:<20}{:>8}{:>8}{:>8}{:>8}\n", "", "issuer", "a key", "admin", "nobody");
    for (route, prepare) in BY_ISSUER {
        let (method, path, body) = prepare(&distributor);
        let call =
            |who: &dyn Fn(Request<'_>) -> Answer| who(edge.request(method, &path).once(&unique()).json(body.clone()));
        let no = ["missing_api_key", "invalid_api_key"];
        // The issuer comes last: calls that only the issuer may make succeed once.
        let nobody = is_allowed(&call(&|request| request.send()), &no);
        let admin = is_allowed(&call(&|request| request.person(&distributor.admin).send()), &no);
        let key = is_allowed(&call(&|request| request.key(&till).send()), &no);
        let issuer = is_allowed(&call(&|request| request.issuer().send()), &no);
        assert_eq!([issuer, key, admin, nobody], [true, false, false, false], "{route:?}");
        writeln!(table, "{:<20}{:>8}{:>8}{:>8}{:>8}", format!("{route:?}"), 'Y', '.', '.', '.').unwrap();
    }
    println!("{table}");
}

#[test]
fn a_session_is_begun_by_anyone_and_changed_by_whoever_holds_it() {
    let rows = [
        Route::SignIn,
        Route::SignOut,
        Route::ChangePassword,
        Route::BeginPasskeySignIn,
        Route::SignInByPasskey,
        Route::BeginProof,
        Route::ProveSecondFactor,
        Route::BeginTotp,
        Route::ConfirmTotp,
        Route::BeginPasskey,
        Route::EnrolPasskey,
        Route::RemoveFactor,
        Route::MakeRecoveryCodes,
        Route::JoinDistributor,
        Route::LeaveDistributor,
    ];
    assert_eq!(
        HashSet::from(rows),
        changing(|access| access == Access::Session),
        "each route of sessions that changes something"
    );
    assert_eq!(changing(|access| access == Access::Public), HashSet::new());
    let edge = Edge::start();
    let distributor = edge.distributor();
    let maker = &distributor.maker;
    let join = || edge.post("/admin/v1/session/memberships").json(json!({ "code": "no code" }));
    let leave = || edge.delete(&format!("/admin/v1/session/memberships/{}", distributor.id));
    join().send().refused(401, "not_signed_in");
    leave().send().refused(401, "not_signed_in");
    join().person(maker).send().refused(400, "invalid_code");
    leave().person(maker).send().refused(409, "invalid_state");
    let out = || edge.delete("/admin/v1/session");
    let change = json!({ "current": maker.password, "new": "a new and better password" });
    let change = || edge.post("/admin/v1/session/password").json(change.clone());
    change().send().refused(401, "not_signed_in");
    out().send().refused(401, "not_signed_in");
    for path in ["second-factor/options", "second-factor", "totp", "totp/confirm", "passkeys/options", "passkeys"] {
        edge.post(&format!("/admin/v1/session/{path}")).send().refused(401, "not_signed_in");
    }
    edge.post("/admin/v1/session/recovery-codes").send().refused(401, "not_signed_in");
    edge.delete("/admin/v1/session/factors/fac_1").send().refused(401, "not_signed_in");
    maker.sign_in(&edge).ok();
    change().person(maker).send().ok();
    out().person(maker).send().ok();
    out().person(maker).send().refused(401, "not_signed_in");
}
