//! Signing in, sessions, passwords.

use serde_json::{Value, json};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::person::{cookie_of, sign_in};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const MINUTE_MS: i64 = 60_000;
const WRONG: &str = "a wrong password";

#[test]
fn a_session_tells_who_is_signed_in_and_where() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let answer = distributor.maker.sign_in(&edge);
    let set = answer.header("Set-Cookie").unwrap().to_owned();
    assert!(set.starts_with("__Host-uw_session="));
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(set.split("; ").any(|found| found == part), "{set}");
    }
    let session = answer.ok();
    assert!(session["userID"].as_str().unwrap().starts_with("usr_"), "the account's ID, which nobody else sees");
    assert_ne!(session["userID"], json!(distributor.maker.id));
    assert_eq!(session["mustChangePassword"], false);
    let user = &distributor.maker.id;
    let of = json!([{ "distributorID": distributor.id, "userID": user, "name": "First Agents", "roles": ["maker"] }]);
    assert_eq!(session["distributors"], of);
    let cookie = cookie_of(&answer);
    assert_eq!(session["clientIP"], "198.51.100.7", "the page offers it for a key's list");
    let again = edge.get("/admin/v1/session").header("Cookie", &cookie).ip("198.51.100.7").send();
    assert_eq!(again.ok(), session);
    let out = edge.delete("/admin/v1/session").header("Cookie", &cookie).send();
    assert_eq!(out.status, 204);
    edge.get("/admin/v1/session").header("Cookie", &cookie).send().refused(401, "not_signed_in");
}

#[test]
fn a_login_is_compared_in_lower_case() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let login = distributor.maker.login.to_uppercase();
    assert_eq!(sign_in(&edge, &login, &distributor.maker.password, "192.0.2.1").status, 200);
}

#[test]
fn an_unknown_login_and_a_wrong_password_are_alike() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let shown = |answer: &universal_wallet_tests::answer::Answer| {
        let mut body = answer.json();
        body["requestID"] = Value::Null;
        (answer.status, body, answer.header("WWW-Authenticate").map(str::to_owned))
    };
    for attempt in 0..12 {
        let known = sign_in(&edge, &distributor.maker.login, WRONG, "192.0.2.1");
        let unknown = sign_in(&edge, "nobody@bank.test", WRONG, "192.0.2.2");
        if attempt < 10 {
            known.refused(401, "invalid_credentials");
        } else {
            known.refused(429, "too_many_attempts");
        }
        assert_eq!(shown(&known), shown(&unknown));
    }
}

#[test]
fn an_unknown_login_stores_nothing_of_its_own() {
    let edge = Edge::start();
    let nobody = "nobody@bank.test";
    for _ in 0..5 {
        sign_in(&edge, nobody, WRONG, "192.0.2.2").refused(401, "invalid_credentials");
    }
    let tables =
        edge.sql("USER", nobody, "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'", json!([]));
    assert_eq!(tables, Vec::<Value>::new());
}

#[test]
fn ten_failures_in_a_quarter_of_an_hour_stop_a_login_at_an_address() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (login, password) = (&*distributor.maker.login, &*distributor.maker.password);
    let start = real_now();
    edge.stop_clock(start);
    for _ in 0..10 {
        sign_in(&edge, login, WRONG, "192.0.2.1").refused(401, "invalid_credentials");
    }
    let refused = sign_in(&edge, login, password, "192.0.2.1");
    refused.refused(429, "too_many_attempts");
    assert_eq!(refused.header("Retry-After"), Some("900"));
    sign_in(&edge, login, password, "192.0.2.2").ok();
    sign_in(&edge, &distributor.checker.login, &distributor.checker.password, "192.0.2.1").ok();
    edge.stop_clock(start + 15 * MINUTE_MS - 1);
    sign_in(&edge, login, password, "192.0.2.1").refused(429, "too_many_attempts");
    edge.stop_clock(start + 15 * MINUTE_MS);
    sign_in(&edge, login, password, "192.0.2.1").ok();
}

#[test]
fn addresses_of_one_ipv6_network_are_one() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (login, password) = (&*distributor.maker.login, &*distributor.maker.password);
    edge.stop_clock(real_now());
    for host in 0..10 {
        sign_in(&edge, login, WRONG, &format!("2001:db8:0:1::{host}")).refused(401, "invalid_credentials");
    }
    sign_in(&edge, login, password, "2001:db8:0:1:ffff::1").refused(429, "too_many_attempts");
    sign_in(&edge, login, password, "2001:db8:0:2::1").ok();
}

#[test]
fn thirty_failures_over_all_logins_stop_an_address() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.stop_clock(real_now());
    for number in 0..30 {
        sign_in(&edge, &format!("nobody-{number}@bank.test"), WRONG, "192.0.2.1").refused(401, "invalid_credentials");
    }
    let (login, password) = (&*distributor.maker.login, &*distributor.maker.password);
    sign_in(&edge, login, password, "192.0.2.1").refused(429, "too_many_attempts");
    sign_in(&edge, login, password, "192.0.2.3").ok();
}

#[test]
fn the_right_password_forgets_the_failures_before() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (login, password) = (&*distributor.maker.login, &*distributor.maker.password);
    for _ in 0..3 {
        for _ in 0..9 {
            sign_in(&edge, login, WRONG, "192.0.2.1").refused(401, "invalid_credentials");
        }
        sign_in(&edge, login, password, "192.0.2.1").ok();
    }
}

#[test]
fn a_session_ends_after_30_idle_minutes_and_after_12_hours() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now();
    edge.stop_clock(start);
    let (idle, busy) = (cookie_of(&distributor.maker.sign_in(&edge)), cookie_of(&distributor.maker.sign_in(&edge)));
    let ask = |cookie: &str| edge.get("/admin/v1/session").header("Cookie", cookie).send();
    for naps in 1..=24 {
        edge.stop_clock(start + naps * 29 * MINUTE_MS);
        ask(&busy).ok();
    }
    edge.stop_clock(start + 12 * HOUR_MS - MINUTE_MS);
    ask(&busy).ok();
    edge.stop_clock(start + 12 * HOUR_MS);
    ask(&busy).refused(401, "not_signed_in");
    ask(&idle).refused(401, "not_signed_in");

    let again = cookie_of(&distributor.maker.sign_in(&edge));
    edge.stop_clock(start + 12 * HOUR_MS + 30 * MINUTE_MS - 1);
    ask(&again).ok();
    let last = cookie_of(&distributor.maker.sign_in(&edge));
    edge.stop_clock(start + 13 * HOUR_MS - 1);
    ask(&last).refused(401, "not_signed_in");
}

#[test]
fn a_change_of_password_ends_the_other_sessions() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = &distributor.maker;
    let (first, second) = (cookie_of(&person.sign_in(&edge)), cookie_of(&person.sign_in(&edge)));
    let change = |cookie: &str, current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        edge.post("/admin/v1/session/password").header("Cookie", cookie).json(body).send()
    };
    let new = "a new and better password";
    change(&first, WRONG, new).refused(401, "invalid_credentials");
    change(&first, &person.password, "eleven char").refused(400, "invalid_request");
    assert_eq!(change(&first, &person.password, new).status, 204);
    edge.get("/admin/v1/session").header("Cookie", &second).send().refused(401, "not_signed_in");
    edge.get("/admin/v1/session").header("Cookie", &first).send().ok();
    sign_in(&edge, &person.login, &person.password, "192.0.2.1").refused(401, "invalid_credentials");
    sign_in(&edge, &person.login, new, "192.0.2.1").ok();
}

#[test]
fn a_one_time_password_signs_in_once_within_7_days_and_must_be_changed() {
    let edge = Setup::new().var("DEMO", "").start();
    let start = real_now();
    edge.stop_clock(start);
    let people = ["maker", "checker", "viewer"];
    let users = people.map(|role| json!({ "login": format!("{role}@bank.test"), "name": role, "roles": [role] }));
    let refused = json!({ "name": "A", "users": [
        { "login": "a@bank.test", "name": "A", "roles": ["maker"], "password": "correct horse battery" }, users[1],
    ] });
    edge.post("/issuer/v1/distributors").issuer().json(refused).send().refused(400, "invalid_request");
    let created =
        edge.post("/issuer/v1/distributors").issuer().json(json!({ "name": "A", "users": users })).send().ok();
    let id = created["distributorID"].as_str().unwrap();
    let password = |place: usize| created["users"][place]["oneTimePassword"].as_str().unwrap().to_owned();

    let answer = sign_in(&edge, "maker@bank.test", &password(0), "192.0.2.1");
    assert_eq!(answer.ok()["mustChangePassword"], true);
    let cookie = cookie_of(&answer);
    sign_in(&edge, "maker@bank.test", &password(0), "192.0.2.1").refused(401, "invalid_credentials");
    let keys = format!("/admin/v1/distributors/{id}/api-keys");
    edge.get(&keys).header("Cookie", &cookie).send().refused(403, "password_change_required");
    let nothing = "/admin/v1/distributors/00000000-0000-4000-8000-000000000000/api-keys";
    edge.get(nothing).header("Cookie", &cookie).send().refused(404, "not_found");
    let body = json!({ "current": password(0), "new": "correct horse battery" });
    assert_eq!(edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(body).send().status, 204);
    edge.get(&keys).header("Cookie", &cookie).send().refused(403, "enrolment_required");

    edge.stop_clock(start + 7 * DAY_MS - 1);
    sign_in(&edge, "checker@bank.test", &password(1), "192.0.2.1").ok();
    edge.stop_clock(start + 7 * DAY_MS);
    sign_in(&edge, "viewer@bank.test", &password(2), "192.0.2.1").refused(401, "invalid_credentials");
}

#[test]
fn what_another_sites_page_sends_is_refused() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let post = || edge.post(&distributor.console("/api-keys")).person(&distributor.maker).json(json!({}));
    post().header("Origin", "https://evil.example").send().refused(403, "cross_site_request");
    post().header("Origin", "null").send().refused(403, "cross_site_request");
    post().header("Sec-Fetch-Site", "cross-site").send().refused(403, "cross_site_request");
    post().header("Sec-Fetch-Site", "same-site").send().refused(403, "cross_site_request");
    let own = edge.url.clone();
    post().header("Origin", &own).header("Sec-Fetch-Site", "same-origin").send().refused(400, "invalid_request");
    let body = json!({ "login": distributor.maker.login, "password": distributor.maker.password });
    let foreign = edge.post("/admin/v1/session").header("Origin", "https://evil.example").json(body).send();
    foreign.refused(403, "cross_site_request");
    let out = edge.delete("/admin/v1/session").person(&distributor.maker).header("Sec-Fetch-Site", "cross-site").send();
    out.refused(403, "cross_site_request");
}

#[test]
fn a_disabled_person_is_out_at_once() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let extra = {
        let mut person = universal_wallet_tests::person::Person::new(&["maker"]);
        let added = edge.post(&distributor.issued("/users")).issuer().json(person.in_body()).send().ok();
        person.id = added["userID"].as_str().unwrap().to_owned();
        person
    };
    edge.get(&distributor.console("")).person(&extra).send().ok();
    let path = distributor.console(&format!("/users/{}", extra.id));
    edge.patch(&path).person(&distributor.admin).json(json!({ "disabled": true })).send().ok();
    let after = edge.get(&distributor.console("")).person(&extra).send();
    assert!([401, 404].contains(&after.status), "{after}");
}
