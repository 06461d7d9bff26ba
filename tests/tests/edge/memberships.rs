//! Accounts and memberships: a person joins with a code that no one else knows alone, and leaves.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::{Person, cookie_of, sign_in};
use universal_wallet_tests::powers::{DAY_MS, real_now};

const IP: &str = "198.51.100.9";

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("{name} in {answer}")).to_owned()
}

fn post(d: &Distributor<'_>, person: &Person, path: &str, body: Value) -> Answer {
    d.edge.post(&d.console(path)).person(person).json(body).send()
}

fn ask(d: &Distributor<'_>, login: &str, roles: &[&str]) -> Answer {
    post(d, &d.admin, "/users", json!({ "login": login, "name": "Nina New", "roles": roles }))
}

/// Invites a login; the user and the code.
fn invite(d: &Distributor<'_>, login: &str, roles: &[&str]) -> (String, String) {
    let asked = ask(d, login, roles).ok();
    let approved = d.approve(&d.checker, &text(&asked, "approvalID")).ok();
    (text(&asked, "userID"), format!("{}-{}", text(&asked, "passwordHalf"), text(&approved, "passwordHalf")))
}

fn user(d: &Distributor<'_>, id: &str) -> Value {
    let list = d.edge.get(&d.console("/users")).person(&d.admin).send().ok();
    list["items"].as_array().unwrap().iter().find(|user| user["userID"] == id).cloned().unwrap_or_default()
}

fn disable(d: &Distributor<'_>, id: &str) {
    let path = d.console(&format!("/users/{id}"));
    d.edge.patch(&path).person(&d.admin).json(json!({ "disabled": true })).send().ok();
}

fn leave(d: &Distributor<'_>, person: &Person) -> Answer {
    d.edge.delete(&format!("/admin/v1/session/memberships/{}", d.id)).person(person).send()
}

#[test]
fn the_answers_tell_nothing_of_the_login() {
    let edge = Edge::start();
    let (d, other) = (edge.distributor(), edge.distributor());
    let shape = |login: &str| {
        let asked = ask(&d, login, &["viewer"]).ok();
        let approved = d.approve(&d.checker, &text(&asked, "approvalID")).ok();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let user = approved["user"].clone();
        assert_eq!((user["name"].as_str(), user["status"].as_str()), (Some("Nina New"), Some("invited")));
        (names(&asked), names(&approved), names(&asked["approval"]["subject"]), names(&user))
    };
    assert_eq!(shape(&other.maker.login), shape("nobody@bank.test"));
    // Nobody can do anything before the person joined, and the login's case is no other login.
    ask(&d, &other.maker.login.to_uppercase(), &["viewer"]).refused(409, "already_exists");
    edge.get(&d.console("")).person(&other.maker).send().refused(404, "not_found");
}

#[test]
fn only_the_right_code_of_the_right_login_joins_once() {
    let edge = Edge::start();
    let start = real_now();
    edge.stop_clock(start);
    let (d, other) = (edge.distributor(), edge.distributor());
    let guest = &other.maker;
    let (id, code) = invite(&d, &guest.login, &["maker"]);
    let (_, others) = invite(&d, "nina@bank.test", &["viewer"]);
    let (first, second) = code.split_once('-').unwrap();
    let swapped = format!("{second}-{first}");
    let mixed = format!("{first}-{}", others.split_once('-').unwrap().1);
    for wrong in [&swapped, &mixed, &others, first, "", "no code", &code.to_lowercase()] {
        guest.join(&edge, wrong).refused(400, "invalid_code");
    }
    // Ten wrong codes in a quarter of an hour do not keep the right one out, nor does a wrong password.
    for _ in 0..4 {
        guest.join(&edge, &swapped).refused(400, "invalid_code");
    }
    let session = guest.join(&edge, &format!(" {code} ")).ok();
    assert_eq!(session["distributors"][1]["roles"], json!(["maker"]));
    assert_eq!(user(&d, &id)["status"], "active");
    assert_eq!(user(&d, &id)["name"], "Nina New", "the name that the request gave");
    guest.join(&edge, &code).refused(400, "invalid_code");
    d.ask_for_key(guest, Distributor::generous()).ok();

    let (_, late) = invite(&d, &other.admin.login, &["viewer"]);
    edge.stop_clock(start + 7 * DAY_MS);
    let admin = copy(&other.admin);
    admin.join(&edge, &late).refused(400, "invalid_code");
}

/// The same person with a session of their own.
fn copy(person: &Person) -> Person {
    let mut copy = Person::new(&["viewer"]);
    copy.login.clone_from(&person.login);
    copy.password.clone_from(&person.password);
    copy
}

#[test]
fn thirty_codes_an_hour_are_tried_for_a_login_from_an_address() {
    let edge = Edge::start();
    edge.stop_clock(real_now());
    let (d, login) = (edge.distributor(), "nina@bank.test");
    let (_, code) = invite(&d, login, &["viewer"]);
    let wrong = "0123456789abcdef-fedcba9876543210";
    for _ in 0..30 {
        sign_in(&edge, login, wrong, IP).refused(401, "invalid_credentials");
    }
    sign_in(&edge, login, &code, IP).refused(429, "too_many_attempts");
    // Neither a stranger's codes nor a stranger's passwords lock the person out elsewhere.
    for _ in 0..11 {
        sign_in(&edge, login, "no password", "192.0.2.5");
    }
    sign_in(&edge, login, &code, "192.0.2.5").ok();
}

#[test]
fn an_account_that_a_stranger_began_gets_no_membership_meant_for_somebody_else() {
    let edge = Edge::start();
    let (own, evil) = (edge.distributor(), edge.distributor());
    let login = "future@bank.test";
    let (_, right) = invite(&own, login, &["checker"]);
    let (_, strange) = invite(&evil, login, &["viewer"]);
    let stranger = cookie_of(&sign_in(&edge, login, &strange, IP));
    // The account is the stranger's by now; the other code joins it only from its own session.
    sign_in(&edge, login, &right, IP).refused(401, "invalid_credentials");
    let session = edge.get("/admin/v1/session").header("Cookie", &stranger).send().ok();
    assert_eq!(session["distributors"].as_array().unwrap().len(), 1);
    edge.get(&own.console("")).header("Cookie", &stranger).send().refused(404, "not_found");
    let join = json!({ "code": right });
    let joined = edge.post("/admin/v1/session/memberships").header("Cookie", &stranger).json(join).send();
    joined.refused(403, "password_change_required");
}

#[test]
fn disabling_voids_the_code_of_an_invited_person_and_a_reset_makes_a_new_one() {
    let edge = Edge::start();
    let d = edge.distributor();
    let login = "nina@bank.test";
    let (id, old) = invite(&d, login, &["checker"]);
    let reset = post(&d, &d.admin, &format!("/users/{id}/reset-password"), json!({})).ok();
    let approved = d.approve(&d.checker, &text(&reset, "approvalID")).ok();
    let new = format!("{}-{}", text(&reset, "passwordHalf"), text(&approved, "passwordHalf"));
    sign_in(&edge, login, &old, IP).refused(401, "invalid_credentials");
    disable(&d, &id);
    sign_in(&edge, login, &new, IP).refused(401, "invalid_credentials");
    assert_eq!(user(&d, &id)["status"], "disabled");
    // Enabled again, the person is invited without a code.
    let path = d.console(&format!("/users/{id}"));
    let enable = edge.patch(&path).person(&d.admin).json(json!({ "disabled": false })).send().ok();
    d.approve(&d.checker, &text(&enable, "approvalID")).ok();
    sign_in(&edge, login, &new, IP).refused(401, "invalid_credentials");
    let reset = post(&d, &d.admin, &format!("/users/{id}/reset-password"), json!({})).ok();
    let approved = d.approve(&d.checker, &text(&reset, "approvalID")).ok();
    let last = format!("{}-{}", text(&reset, "passwordHalf"), text(&approved, "passwordHalf"));
    sign_in(&edge, login, &last, IP).ok();
    assert_eq!(user(&d, &id)["status"], "active");
    assert_eq!(d.verify()["valid"], true);
}

#[test]
fn a_person_leaves_but_for_the_last_admin_and_comes_back_as_the_same_person() {
    let edge = Edge::start();
    let d = edge.distributor();
    leave(&d, &d.admin).refused(409, "invalid_state");
    leave(&d, &d.checker).refused(409, "invalid_state");
    let both = Person::new(&["maker", "checker"]);
    let id = d.add(&both);
    let open = d.ask_for_key(&both, Distributor::generous()).ok();
    let kept = post(
        &d,
        &both,
        "/operations",
        json!({
            "operationType": "cash-in", "amount": "5.00", "phoneTo": "+2348031234567",
        }),
    );
    kept.ok();
    assert_eq!(leave(&d, &both).status, 204);
    leave(&d, &both).refused(404, "not_found");
    edge.get(&d.console("")).person(&both).send().refused(404, "not_found");
    assert_eq!(user(&d, &id), Value::Null);
    let ended = edge.get(&d.console(&format!("/approvals/{}", text(&open, "approvalID")))).person(&d.admin).send().ok();
    assert_eq!(ended["status"], "expired");

    // The membership is a new one, and the person the same: a request of before is still their own.
    let mine = d.ask_for_key(&d.maker, Distributor::generous()).ok();
    let (back, code) = invite(&d, &both.login, &["maker", "checker"]);
    assert_ne!(back, id);
    both.join(&edge, &code).ok();
    d.approve(&both, &text(&mine, "approvalID")).ok();
    disable(&d, &back);
    let session = edge.get("/admin/v1/session").person(&both).send().ok();
    assert_eq!(session["distributors"][0]["status"], "disabled");
    assert_eq!(leave(&d, &both).status, 204, "a disabled person may always leave");
}

#[test]
fn one_of_two_approvals_at_the_same_time_makes_the_second_half() {
    let edge = Edge::start();
    let d = edge.distributor();
    let second = Person::new(&["checker"]);
    d.add(&second);
    let (one, other) = (d.checker.cookie(&edge), second.cookie(&edge));
    for about_password in [false, true] {
        let login = if about_password { d.maker.login.clone() } else { "nina@bank.test".to_owned() };
        let asked = if about_password {
            post(&d, &d.admin, &format!("/users/{}/reset-password", d.maker.id), json!({})).ok()
        } else {
            ask(&d, &login, &["viewer"]).ok()
        };
        let path = d.console(&format!("/approvals/{}/approve", text(&asked, "approvalID")));
        let body = json!({ "digest": asked["approval"]["digest"] });
        let approve = |cookie: &str| edge.post(&path).header("Cookie", cookie).json(body.clone()).send();
        let answers = std::thread::scope(|scope| {
            let both = [&one, &other].map(|cookie| scope.spawn(|| approve(cookie)));
            both.map(|call| call.join().unwrap())
        });
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(done.len(), 1, "{answers:?}");
        assert!(answers.iter().any(|answer| answer.status == 409), "{answers:?}");
        let code = format!("{}-{}", text(&asked, "passwordHalf"), text(&done[0].json(), "passwordHalf"));
        sign_in(&edge, &login, &code, IP).ok();
    }
}

#[test]
fn a_request_is_withdrawn_or_approved_and_a_refused_reset_is_neither() {
    let edge = Edge::start();
    let (d, other) = (edge.distributor(), edge.distributor());
    let withdraw =
        |asked: &Value| post(&d, &d.admin, &format!("/approvals/{}/withdraw", text(asked, "approvalID")), json!({}));
    let asked = ask(&d, "nina@bank.test", &["viewer"]).ok();
    withdraw(&asked).ok();
    d.approve(&d.checker, &text(&asked, "approvalID")).refused(409, "invalid_state");
    let asked = ask(&d, "nina@bank.test", &["viewer"]).ok();
    let approved = d.approve(&d.checker, &text(&asked, "approvalID")).ok();
    withdraw(&asked).refused(409, "invalid_state");
    let code = format!("{}-{}", text(&asked, "passwordHalf"), text(&approved, "passwordHalf"));
    sign_in(&edge, "nina@bank.test", &code, IP).ok();

    // The person joins another distributor while a reset waits: two people of one must not get into the other.
    let reset = post(&d, &d.admin, &format!("/users/{}/reset-password", d.maker.id), json!({})).ok();
    let (there, code) = invite(&other, &d.maker.login, &["viewer"]);
    d.maker.join(&edge, &code).ok();
    d.approve(&d.checker, &text(&reset, "approvalID")).refused(409, "invalid_state");
    let read = |asked: &Value| {
        edge.get(&d.console(&format!("/approvals/{}", text(asked, "approvalID")))).person(&d.admin).send().ok()
    };
    assert_eq!(read(&reset)["status"], "pending");
    edge.get(&d.console("")).person(&d.maker).send().ok();
    disable(&other, &there);
    d.approve(&d.checker, &text(&reset, "approvalID")).refused(409, "invalid_state");
    leave(&other, &d.maker).ok();
    d.approve(&d.checker, &text(&reset, "approvalID")).ok();
    edge.get(&d.console("")).person(&d.maker).send().refused(401, "not_signed_in");
}

#[test]
fn a_person_leaves_at_most_fifty_requests_open() {
    let edge = Edge::start();
    let d = edge.distributor();
    let mut last = Value::Null;
    for _ in 0..50 {
        last = d.ask_for_key(&d.maker, Distributor::generous()).ok();
    }
    let refused = d.ask_for_key(&d.maker, Distributor::generous());
    refused.refused(429, "rate_limited");
    assert!(refused.header("Retry-After").is_some());
    let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": "+2348031234567" });
    post(&d, &d.maker, "/operations", body).ok();
    post(&d, &d.maker, &format!("/approvals/{}/withdraw", text(&last, "approvalID")), json!({})).ok();
    d.ask_for_key(&d.maker, Distributor::generous()).ok();
}
