//! A new person, and a new password, take two people; each of them knows one half.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::{cookie_of, sign_in};

const IP: &str = "198.51.100.9";

fn half(answer: &Value) -> String {
    answer["passwordHalf"].as_str().unwrap().to_owned()
}

fn ask(distributor: &Distributor<'_>, login: &str) -> Value {
    let body = json!({ "login": login, "name": "Nina New", "roles": ["viewer"] });
    distributor.edge.post(&distributor.console("/users")).person(&distributor.admin).json(body).send().ok()
}

/// The password of two halves, each shown to one of two people.
fn password(distributor: &Distributor<'_>, asked: &Value) -> String {
    let approval = asked["approvalID"].as_str().unwrap();
    distributor.approve(&distributor.admin, approval).refused(403, "self_approval");
    let approved = distributor.approve(&distributor.checker, approval).ok();
    format!("{}-{}", half(asked), half(&approved))
}

#[test]
fn a_new_person_signs_in_once_with_both_halves_and_changes_the_password() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let login = "nina@bank.test";
    let asked = ask(&distributor, login);
    sign_in(&edge, login, &half(&asked), IP).refused(401, "invalid_credentials");
    let password = password(&distributor, &asked);
    for wrong in [half(&asked), format!("{}-", half(&asked)), password.replace('-', "")] {
        sign_in(&edge, login, &wrong, IP).refused(401, "invalid_credentials");
    }
    let cookie = cookie_of(&sign_in(&edge, login, &password, IP));
    sign_in(&edge, login, &password, IP).refused(401, "invalid_credentials");
    let summary = distributor.console("");
    edge.get(&summary).header("Cookie", &cookie).send().refused(403, "password_change_required");
    let change = json!({ "current": password, "new": "my own long password" });
    edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(change).send().ok();
    edge.get(&summary).header("Cookie", &cookie).send().ok();
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn a_reset_ends_the_sessions_and_makes_a_password_that_nobody_knows_alone() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (login, id) = (distributor.maker.login.clone(), distributor.maker.id.clone());
    let old = distributor.maker.cookie(&edge);
    let reset = distributor.console(&format!("/users/{id}/reset-password"));
    edge.post(&reset).person(&distributor.maker).send().refused(403, "role_required");
    let asked = edge.post(&reset).person(&distributor.admin).send().ok();
    edge.get(&distributor.console("")).header("Cookie", &old).send().ok();
    let password = password(&distributor, &asked);
    edge.get(&distributor.console("")).header("Cookie", &old).send().refused(401, "not_signed_in");
    distributor.maker.sign_in(&edge).refused(401, "invalid_credentials");
    sign_in(&edge, &login, &password, IP).ok();
}
