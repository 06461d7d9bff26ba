//! People: signing in, passwords, roles, decisions, users.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::factors::Signed;
use universal_wallet_tests::factors::authenticator::Authenticator;
use universal_wallet_tests::person::{Person, cookie_of, sign_in};
use universal_wallet_tests::powers::real_now;

use super::Sheet;
use crate::world::PHONE;

const WRONG: &str = "a wrong password";
const IP: &str = "192.0.2.1";

pub(super) fn refusals(sheet: &mut Sheet) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    sessions(sheet, &distributor);
    passwords(sheet, &distributor);
    roles(sheet, &distributor);
    decisions(sheet, &distributor);
    self_approvals(sheet, &edge);
    users(sheet, &edge);
    outdated(sheet, &edge);
    factors(sheet, &edge);
    settings(sheet, &edge);
}

/// A further person, whom the issuer adds.
fn add(d: &Distributor<'_>, roles: &[&str]) -> Person {
    let mut person = Person::new(roles);
    let added = d.edge.post(&d.issued("/users")).issuer().json(person.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut person.id);
    person
}

fn post(d: &Distributor<'_>, person: &Person, path: &str, body: Value) -> Answer {
    d.edge.post(&d.console(path)).person(person).json(body).send()
}

fn change_user(d: &Distributor<'_>, person: &Person, body: Value) -> Answer {
    d.edge.patch(&d.console(&format!("/users/{}", person.id))).person(&d.admin).json(body).send()
}

fn approval_in(answer: &Answer) -> String {
    let answer = answer.ok();
    let id = answer["approvalID"].as_str().or_else(|| answer["approval"]["approvalID"].as_str());
    id.unwrap().to_owned()
}

fn sessions(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Signing in");
    sheet.add(&d.edge.get("/admin/v1/session").send());
    sheet.add(&d.edge.get(&d.console("")).send());
    sheet.add(&d.edge.get(&d.console("")).header("Cookie", "__Host-uw_session=forged").send());
    for shown in [&d.checker.id, "Mary"] {
        sheet.add(&d.edge.get(&d.console("")).person(&d.maker).header("X-UW-Person", shown).send());
    }
    sheet.add(&d.edge.post("/admin/v1/session").json(json!({})).send());
    let join = d.edge.post("/admin/v1/session/memberships").person(&d.maker);
    sheet.add(&join.json(json!({ "code": "no code" })).send());
    sheet.add(&sign_in(d.edge, &"x".repeat(257), WRONG, IP));
    sheet.add(&sign_in(d.edge, &d.maker.login, WRONG, IP));
    let mut more = std::iter::repeat_with(|| sign_in(d.edge, &d.maker.login, WRONG, IP));
    sheet.add(&more.find(|answer| answer.status != 401).unwrap());
    let other = d.edge.empty_distributor();
    sheet.add(&d.edge.get(&other.console("")).person(&d.maker).send());
}

fn passwords(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Passwords");
    let cookie = cookie_of(&d.admin.sign_in(d.edge));
    let change = |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        d.edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(body).send()
    };
    sheet.add(&change(WRONG, "a new and better password"));
    sheet.add(&change(&d.admin.password, "short"));
    sheet.add(&change(&d.admin.password, &"x".repeat(2000)));
    sheet.add(&change(&d.admin.password, &d.admin.password));
    let new = json!({ "login": "nina@bank.test", "name": "Nina New", "roles": ["viewer"] });
    let asked = post(d, &d.admin, "/users", new).ok();
    let approved = d.approve(&d.checker, asked["approvalID"].as_str().unwrap()).ok();
    let half = |answer: &Value| answer["passwordHalf"].as_str().unwrap().to_owned();
    let cookie = cookie_of(&sign_in(d.edge, "nina@bank.test", &format!("{}-{}", half(&asked), half(&approved)), IP));
    sheet.add(&d.edge.get(&d.console("")).header("Cookie", &cookie).send());
}

fn roles(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Roles");
    sheet.add(&d.ask_for_key(&d.checker, Distributor::generous()));
    let approval = approval_in(&d.ask_for_key(&d.maker, Distributor::generous()));
    sheet.add(&d.approve(&d.maker, &approval));
    sheet.add(&d.approve(&d.admin, &approval));
    sheet.add(&post(d, &d.maker, "/users", json!({ "login": "x@bank.test", "name": "X", "roles": ["viewer"] })));
    let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
    sheet.add(&post(d, &d.checker, "/operations", body));
    let viewer = add(d, &["viewer"]);
    let key = d.till();
    sheet.add(&post(d, &viewer, &format!("/api-keys/{}/revoke", key.id), json!({ "reason": "lost" })));
}

fn decisions(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Decisions");
    let approval = approval_in(&d.ask_for_key(&d.maker, Distributor::generous()));
    let path = |act: &str| format!("/approvals/{approval}/{act}");
    let stale = "0".repeat(64);
    for body in [json!({}), json!({ "digest": 5 }), json!({ "digest": "seen" }), json!({ "digest": stale })] {
        sheet.add(&post(d, &d.checker, &path("approve"), body));
    }
    sheet.add(&post(d, &d.checker, &path("reject"), json!({})));
    sheet.add(&post(d, &d.checker, &path("reject"), json!({ "reason": " " })));
    sheet.add(&post(d, &d.checker, &path("reject"), json!({ "reason": "x".repeat(257) })));
    sheet.add(&post(d, &d.checker, &path("withdraw"), json!({})));
    d.approve(&d.checker, &approval).ok();
    sheet.add(&d.approve(&d.checker, &approval));
    sheet.add(&d.reject(&approval));
    sheet.add(&post(d, &d.maker, &path("withdraw"), json!({})));
    let rejected = approval_in(&d.ask_for_key(&d.maker, Distributor::generous()));
    d.reject(&rejected).ok();
    sheet.add(&d.approve(&d.checker, &rejected));
}

fn self_approvals(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("One's own requests");
    let d = edge.distributor();
    let both = add(&d, &["admin", "maker", "checker"]);
    let asked = approval_in(&d.ask_for_key(&both, Distributor::generous()));
    sheet.add(&d.approve(&both, &asked));
    sheet.add(&post(&d, &both, &format!("/approvals/{asked}/reject"), json!({ "reason": "no" })));
    let grant = change_user(&d, &both, json!({ "roles": ["admin", "maker", "checker", "viewer"] }));
    sheet.add(&d.approve(&both, &approval_in(&grant)));
}

fn users(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Users");
    let d = edge.distributor();
    let ask = |body: Value| post(&d, &d.admin, "/users", body);
    sheet.add(&ask(json!({})));
    sheet.add(&ask(json!({ "login": "a b", "name": " ", "roles": ["king"] })));
    sheet.add(&ask(json!({ "login": "new@bank.test", "name": "x".repeat(65), "roles": ["viewer", "viewer"] })));
    sheet.add(&ask(json!({ "login": d.maker.login, "name": "Again", "roles": ["viewer"] })));
    sheet.add(&change_user(&d, &d.maker, json!({ "roles": [] })));
    sheet.add(&change_user(&d, &d.maker, json!({ "disabled": "yes" })));
    sheet.add(&change_user(&d, &d.admin, json!({ "disabled": true })));
    sheet.add(&change_user(&d, &d.checker, json!({ "disabled": true })));
    d.issuer_act("suspend").ok();
    sheet.add(&change_user(&d, &d.maker, json!({ "roles": ["maker", "viewer"] })));
    d.issuer_act("resume").ok();
}

/// Requests that are no longer possible, because people changed meanwhile.
fn outdated(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Requests that people overtook");
    let d = edge.distributor();
    let ask = |login: &str| {
        let body = json!({ "login": login, "name": "New", "roles": ["viewer"] });
        approval_in(&post(&d, &d.admin, "/users", body))
    };
    ask("same@bank.test");
    let same = json!({ "login": "same@bank.test", "name": "New", "roles": ["viewer"] });
    sheet.add(&post(&d, &d.admin, "/users", same));
    let viewer = add(&d, &["viewer"]);
    let grant = approval_in(&change_user(&d, &viewer, json!({ "roles": ["viewer", "maker"] })));
    change_user(&d, &viewer, json!({ "disabled": true })).ok();
    sheet.add(&d.approve(&d.checker, &grant));
    let late = ask("late@bank.test");
    let body = json!({ "login": "late@bank.test", "name": "Late", "roles": ["viewer"] });
    edge.post(&d.issued("/users")).issuer().json(body).send().ok();
    sheet.add(&d.approve(&d.checker, &late));
    let known = edge.empty_distributor();
    let join = ask(&known.maker.login);
    edge.post(&d.issued("/users"))
        .issuer()
        .json(json!({ "login": known.maker.login, "name": "Known", "roles": ["viewer"] }))
        .send()
        .ok();
    sheet.add(&d.approve(&d.checker, &join));
    let maker = add(&d, &["maker"]);
    let asked = approval_in(&d.ask_for_key(&maker, Distributor::generous()));
    change_user(&d, &maker, json!({ "disabled": true })).ok();
    sheet.add(&d.approve(&d.checker, &asked));
}

fn factors(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Second factors");
    let mut now = real_now();
    edge.stop_clock(now);
    let d = edge.distributor();
    let admin = Signed::of(edge, &d.admin.sign_in(edge));
    let prove = |body: Value| admin.own("POST", "/second-factor", body);
    sheet.add(&prove(json!({ "totp": "123456" })));
    sheet.add(&admin.own("POST", "/recovery-codes", Value::Null));
    sheet.add(&admin.own("POST", "/totp/confirm", json!({ "code": "123456" })));
    now += 10 * 60_000;
    edge.stop_clock(now);
    sheet.add(&admin.own("POST", "/totp", Value::Null));
    sheet.add(&admin.own("POST", "/totp", json!({ "password": WRONG })));
    admin.own("POST", "/totp", json!({ "password": d.admin.password })).ok();
    sheet.add(&admin.own("POST", "/totp/confirm", json!({ "code": "12345" })));
    admin.enrol_app(now);
    let mut passkey = Authenticator::es256();
    admin.enrol_passkey(&passkey);
    sheet.add(&admin.own("POST", "/passkeys", json!({})));
    sheet.add(&admin.own("POST", "/passkeys", json!({ "name": "Laptop", "credential": {} })));
    sheet.add(&admin.own("DELETE", "/factors/fac_1", Value::Null));
    sheet.add(&prove(json!({})));
    sheet.add(&prove(json!({ "totp": "12345" })));
    sheet.add(&prove(json!({ "recoveryCode": "0000" })));
    passkey.counter = 0;
    sheet.add(&prove(admin.passkey_proof(&mut passkey)));
    passkey.counter = 8;
    passkey.flags &= !4;
    sheet.add(&prove(admin.passkey_proof(&mut passkey)));
    sheet.add(&prove(admin.passkey_proof(&mut Authenticator::ed25519())));
    let present = |credential: Value| {
        edge.post("/admin/v1/session/passkey").ip(IP).json(json!({ "credential": credential })).send()
    };
    sheet.add(&present(json!({})));
    sheet.add(&present(Authenticator::es256().got(&passkey.assertion("127.0.0.1", &edge.url, "AAAA", Some("AAAA")))));
    // A fresh session, since this one saw too many wrong answers.
    let half = Signed::of(edge, &d.admin.sign_in(edge));
    sheet.add(&half.own("GET", "", Value::Null));
    passkey.flags |= 4;
    passkey.counter += 1;
    let proof = half.passkey_proof(&mut passkey);
    let admin = Signed::of(edge, &half.own("POST", "/second-factor", proof));
    for _ in 0..9 {
        admin.own("POST", "/second-factor", json!({ "totp": "12345" })).refused(401, "invalid_credentials");
    }
    let half = Signed::of(edge, &d.admin.sign_in(edge));
    sheet.add(&half.own("POST", "/second-factor", json!({ "totp": "12345" })));
    edge.stop_clock(now + 10 * 60_000);
    let new = json!({ "login": "x@bank.test", "name": "X", "roles": ["viewer"] });
    sheet.add(&admin.call("POST", &d.console("/users"), new));
    sheet.add(&admin.own("DELETE", "/factors/fac_1", Value::Null));
}

fn settings(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Settings");
    let d = edge.distributor();
    let set = |person: &Person, body: Value| edge.patch(&d.console("/settings")).person(person).json(body).send();
    sheet.add(&set(&d.maker, json!({ "secondFactor": "required" })));
    sheet.add(&set(&d.admin, json!({ "secondFactor": "sometimes" })));
    sheet.add(&set(&d.admin, json!({ "lowFloat": "1.005" })));
    set(&d.admin, json!({ "secondFactor": "required" })).ok();
    sheet.add(&set(&d.admin, json!({ "secondFactor": "optional" })));
    let admin = Signed::of(edge, &d.admin.sign_in(edge));
    let passkey = Authenticator::es256();
    let (enrolled, _) = admin.enrol_passkey(&passkey);
    let optional = || admin.call("PATCH", &d.console("/settings"), json!({ "secondFactor": "optional" }));
    optional().ok();
    sheet.add(&optional());
    let id = enrolled["factor"]["factorID"].as_str().unwrap();
    sheet.add(&admin.own("DELETE", &format!("/factors/{id}"), Value::Null));
}
