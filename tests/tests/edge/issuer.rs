//! Calls of the issuer.

use serde_json::json;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::minor_of;
use universal_wallet_tests::person::Person;

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
fn a_login_that_exists_gains_a_membership_and_keeps_its_password() {
    let edge = Edge::start();
    let (first, second) = (edge.distributor(), edge.distributor());
    let mut body = first.maker.in_body();
    body["name"] = json!("Another name");
    body["password"] = json!("another password of theirs");
    let added = edge.post(&second.issued("/users")).issuer().json(body).send().ok();
    assert_eq!(added["userID"], json!(first.maker.id));
    let session = first.maker.sign_in(&edge).ok();
    assert_eq!(session["name"], json!(first.maker.name()));
    assert_eq!(session["distributors"].as_array().unwrap().len(), 2);
    edge.get(&second.console("")).person(&first.maker).send().ok();
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
