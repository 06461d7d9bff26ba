//! Calls of the issuer.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::minor_of;
use universal_wallet_tests::person::{Person, cookie_of, sign_in};
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";
const UNSEEN: &str = "/issuer/v1/wallets/%2B2348039999999";

#[test]
fn a_distributor_needs_two_people_who_can_approve_each_other() {
    let edge = Edge::start();
    let create = |roles: &[&[&str]]| {
        let users: Vec<_> = roles.iter().map(|roles| Person::new(roles).in_body()).collect();
        edge.post("/issuer/v1/distributors").issuer().json(json!({ "name": "A", "users": users })).send()
    };
    for unfit in [&[][..], &[&["maker", "checker"][..]], &[&["maker"], &["viewer"]], &[&["checker"], &["viewer"]]] {
        create(unfit).refused(400, "invalid_request");
    }
    assert_eq!(create(&[&["maker"], &["checker"]]).status, 201);
}

#[test]
fn an_id_is_taken_once_and_a_repeated_creation_is_the_same() {
    let edge = Edge::start();
    let id = "36e48800-22ce-4ea0-b37a-198f7978cd53";
    let users = [Person::new(&["maker"]).in_body(), Person::new(&["checker"]).in_body()];
    let body = |name: &str| json!({ "distributorID": id, "name": name, "users": users });
    let post = |name: &str, once: Option<&str>| {
        let request = edge.post("/issuer/v1/distributors").issuer().json(body(name));
        match once {
            Some(once) => request.once(once).send(),
            None => request.send(),
        }
    };
    let first = post("A", Some("1"));
    assert_eq!((first.status, first.json()["distributorID"].as_str()), (201, Some(id)));
    let again = post("A", Some("1"));
    assert_eq!((again.status, again.header("Idempotent-Replayed")), (201, Some("true")));
    post("B", Some("1")).refused(422, "idempotency_key_reused");
    post("B", None).refused(409, "already_exists");
    let other = json!({ "name": "C", "currency": "USD", "users": users });
    edge.post("/issuer/v1/distributors").issuer().json(other).send().refused(400, "invalid_request");
    edge.get("/issuer/v1/distributors/00000000-0000-4000-8000-000000000000").issuer().send().refused(404, "not_found");
}

#[test]
fn the_person_of_a_login_that_exists_joins_with_a_code_and_keeps_the_password() {
    let edge = Edge::start();
    let (first, second) = (edge.distributor(), edge.distributor());
    let body = json!({ "login": first.maker.login, "name": "Mary there", "roles": ["viewer"] });
    let add = || edge.post(&second.issued("/users")).issuer().once("1").json(body.clone()).send();
    let old = add().ok()["joiningCode"].as_str().unwrap().to_owned();
    edge.get(&second.console("")).person(&first.maker).send().refused(404, "not_found");
    // A repeated call tells a new code and voids the old, until the person joined.
    let added = add();
    assert_eq!(added.header("Idempotent-Replayed"), Some("true"));
    let added = added.ok();
    assert!(added["oneTimePassword"].is_null());
    first.maker.join(&edge, &old).refused(400, "invalid_code");
    let session = first.maker.join(&edge, added["joiningCode"].as_str().unwrap()).ok();
    assert_eq!(session["distributors"][1]["userID"], added["userID"]);
    let again = add().ok();
    assert_eq!((&again["userID"], again.get("joiningCode")), (&added["userID"], None));
    edge.get(&second.console("")).person(&first.maker).send().ok();
    first.maker.sign_in(&edge).ok();
}

#[test]
fn a_repeated_creation_never_touches_a_person_who_signed_in() {
    let edge = Edge::start();
    let users =
        ["maker", "checker"].map(|role| json!({ "login": format!("{role}@bank.test"), "name": role, "roles": [role] }));
    let create = |name: &str| {
        let body = json!({ "name": name, "users": users });
        edge.post("/issuer/v1/distributors").issuer().once("1").json(body).send()
    };
    let codes =
        |answer: &Value| [0, 1].map(|place| answer["users"][place]["oneTimePassword"].as_str().map(str::to_owned));
    let [first, _] = codes(&create("A").ok());
    let [maker, checker] = codes(&create("A").ok());
    sign_in(&edge, "maker@bank.test", &first.unwrap(), "192.0.2.1").refused(401, "invalid_credentials");
    let maker = maker.unwrap();
    let cookie = cookie_of(&sign_in(&edge, "maker@bank.test", &maker, "192.0.2.1"));
    let body = json!({ "current": maker, "new": "my own long password" });
    edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(body).send().ok();
    let [maker, again] = codes(&create("A").ok());
    assert_eq!(maker, None);
    edge.get("/admin/v1/session").header("Cookie", &cookie).send().ok();
    sign_in(&edge, "maker@bank.test", "my own long password", "192.0.2.1").ok();
    create("B").refused(422, "idempotency_key_reused");
    sign_in(&edge, "checker@bank.test", &checker.unwrap(), "192.0.2.1").refused(401, "invalid_credentials");
    sign_in(&edge, "checker@bank.test", &again.unwrap(), "192.0.2.1").ok();
}

#[test]
fn a_reset_by_the_issuer_is_noted_everywhere_and_pauses_the_person_for_a_day() {
    let edge = Edge::start();
    let (first, second) = (edge.distributor(), edge.distributor());
    let start = real_now();
    edge.stop_clock(start);
    let body = json!({ "login": first.checker.login, "name": "Charles there", "roles": ["viewer"] });
    let code = edge.post(&second.issued("/users")).issuer().json(body).send().ok();
    first.checker.join(&edge, code["joiningCode"].as_str().unwrap()).ok();
    let reset = |login: &str| edge.post(&format!("/issuer/v1/users/{login}/reset-password")).issuer().once("1").send();
    reset("nobody@bank.test").refused(404, "not_found");
    let void = reset(&first.checker.login.to_uppercase()).ok()["oneTimePassword"].as_str().unwrap().to_owned();
    let password = reset(&first.checker.login).ok()["oneTimePassword"].as_str().unwrap().to_owned();
    edge.get(&first.console("")).person(&first.checker).send().refused(401, "not_signed_in");
    reset(&first.maker.login).refused(422, "idempotency_key_reused");
    sign_in(&edge, &first.checker.login, &void, "192.0.2.1").refused(401, "invalid_credentials");
    let cookie = cookie_of(&sign_in(&edge, &first.checker.login, &password, "192.0.2.1"));
    let body = json!({ "current": password, "new": "my own long password" });
    edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(body).send().ok();
    assert!(reset(&first.checker.login).ok()["oneTimePassword"].is_null());
    edge.get(&first.console("")).header("Cookie", &cookie).send().ok();

    for distributor in [&first, &second] {
        let audit = edge.get(&distributor.console("/audit")).person(&distributor.admin).send().ok();
        let entries = audit["items"].as_array().unwrap().iter();
        assert_eq!(entries.filter(|entry| entry["kind"] == "user.reset-by-issuer").count(), 1, "{audit}");
        let items = edge.get(&distributor.console("/attention")).person(&distributor.admin).send().ok();
        assert!(
            items["items"].as_array().unwrap().iter().any(|item| item["kind"] == "password-reset-by-issuer"),
            "{items}"
        );
        assert_eq!(distributor.verify()["valid"], true);
    }
    let asked = first.ask_for_key(&first.maker, Distributor::generous()).ok();
    let path = first.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    let digest = edge.get(&path).header("Cookie", &cookie).send().ok()["digest"].clone();
    let approve = |cookie: &str| {
        edge.post(&format!("{path}/approve")).header("Cookie", cookie).json(json!({ "digest": digest })).send()
    };
    approve(&cookie).refused(409, "invalid_state");
    edge.stop_clock(start + DAY_MS);
    let later = cookie_of(&sign_in(&edge, &first.checker.login, "my own long password", "192.0.2.1"));
    approve(&later).ok();
}

#[test]
fn an_unseen_phone_has_zeros_and_stores_nothing_and_an_unknown_merchant_is_404() {
    let edge = Edge::start();
    let wallet = edge.get(UNSEEN).issuer().send().ok();
    assert_eq!(wallet, json!({ "balance": "0.00", "available": "0.00", "held": "0.00", "currency": "NGN" }));
    let rows =
        edge.sql("WALLET", "phone:+2348039999999", "SELECT name FROM sqlite_master WHERE name = 'entries'", json!([]));
    assert_eq!(rows.len(), 0);
    edge.get("/issuer/v1/merchants/100000").issuer().send().refused(404, "not_found");
    for phone in ["12345", "%2B0", "+234abc"] {
        let answer = edge.get(&format!("/issuer/v1/wallets/{phone}")).issuer().send();
        assert!([400, 404].contains(&answer.status), "{answer}");
    }
}

#[test]
fn the_issuers_token_opens_nothing_else() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.get(&distributor.api("/balance")).issuer().send().refused(401, "invalid_api_key");
    edge.get(&distributor.console("")).issuer().send().refused(401, "not_signed_in");
    edge.get(&distributor.issued("")).key(&till).send().refused(401, "invalid_api_key");
    edge.get(&distributor.issued("")).person(&distributor.admin).send().refused(401, "missing_api_key");
    edge.get(&distributor.api("/balance")).person(&distributor.admin).send().refused(401, "missing_api_key");
}

#[test]
fn the_issuers_money_goes_in_and_out_once() {
    let edge = Edge::start();
    let distributor = edge.empty_distributor();
    let key = distributor.asking_key();
    let post = |act: &str, amount: &str, once: Option<&str>| {
        let body = json!({ "amount": amount, "reference": "bank 1" });
        let request = edge.post(&distributor.issued(act)).issuer().json(body);
        match once {
            Some(once) => request.once(once).send(),
            None => request.send(),
        }
    };
    post("/topups", "100.00", None).refused(400, "idempotency_key_required");
    let first = post("/topups", "100.00", Some("t1"));
    assert_eq!(first.ok()["balance"], "100.00");
    let again = post("/topups", "100.00", Some("t1"));
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(again.ok()["operationID"], first.ok()["operationID"]);
    post("/topups", "101.00", Some("t1")).refused(422, "idempotency_key_reused");
    // The scopes of the routes differ.
    distributor.cash_in(&key, PHONE, "30.00").ok();
    post("/redemptions", "70.01", Some("t1")).refused(400, "insufficient_balance");
    assert_eq!(post("/redemptions", "70.00", Some("t1")).ok()["balance"], "30.00");
    post("/redemptions", "70.00", None).refused(400, "idempotency_key_required");
    let position = distributor.position();
    assert_eq!((minor_of(&position, "issued"), minor_of(&position, "held")), (3000, 3000));
    assert_eq!(edge.get(&distributor.api("/operations")).key(&key).send().ok().as_array().unwrap().len(), 1);
}

#[test]
fn a_repeated_addition_of_a_user_is_the_same() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = Person::new(&["viewer"]);
    let add = || edge.post(&distributor.issued("/users")).issuer().once("1").json(person.in_body()).send();
    let (first, again) = (add(), add());
    assert_eq!((first.status, again.status), (201, 201), "{again}");
    assert_eq!(first.json()["userID"], again.json()["userID"]);
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
}

#[test]
fn an_idempotency_key_of_the_issuers_counts_for_its_route() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let act = |act: &str| edge.post(&distributor.issued(&format!("/{act}"))).issuer().once("same").send();
    assert_eq!(act("suspend").ok()["status"], "suspended");
    let resumed = act("resume");
    assert_eq!((resumed.ok()["status"].as_str(), resumed.header("Idempotent-Replayed")), (Some("active"), None));
    assert_eq!(act("resume").header("Idempotent-Replayed"), Some("true"));
    assert_eq!(act("suspend").header("Idempotent-Replayed"), Some("true"));
    assert_eq!(distributor.position()["status"], "active", "what was done once is not done again");
}
