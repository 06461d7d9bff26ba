//! A page never acts as somebody whom it does not show: each call may say for whom its page was drawn.

use serde_json::json;
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::cookie_of;

const HEADER: &str = "X-UW-Person";

#[test]
fn a_call_of_a_page_that_shows_somebody_else_does_nothing() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (shown, now) = (&distributor.checker, &distributor.maker);
    let cookie = cookie_of(&now.sign_in(&edge));
    let (shown, own) = (shown.account(&edge), now.account(&edge));
    let call = |method: &str, path: &str, header: &str| {
        edge.request(method, path).header("Cookie", &cookie).header(HEADER, header)
    };
    let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": "+2348031234567" });
    let operations = distributor.console("/operations");
    let count = || edge.get(&operations).person(now).send().ok().as_array().map(Vec::len);

    call("POST", &operations, &shown).json(body.clone()).send().refused(409, "session_changed");
    call("GET", &operations, &shown).send().refused(409, "session_changed");
    let password = json!({ "current": now.password, "new": "another long password" });
    call("POST", "/admin/v1/session/password", &shown).json(password).send().refused(409, "session_changed");
    call("DELETE", "/admin/v1/session", &shown).send().refused(409, "session_changed");
    for malformed in ["", "x", "usr_1", &format!("{own}, {own}")] {
        let refused: Answer = call("POST", &operations, malformed).json(body.clone()).send();
        refused.refused(400, "invalid_request");
        assert!(refused.text.contains(HEADER), "{refused}");
    }
    let twice = call("POST", &operations, &own).header(HEADER, &own).json(body.clone()).send();
    twice.refused(400, "invalid_request");
    assert_eq!(count(), Some(0), "nothing was done");

    // Reading one's session and signing in come before anybody is shown.
    assert_eq!(call("GET", "/admin/v1/session", &shown).send().ok()["userID"], json!(own));
    let sign_in = json!({ "login": now.login, "password": now.password });
    call("POST", "/admin/v1/session", &shown).json(sign_in).send().ok();

    call("POST", &operations, &own).json(body).send().ok();
    assert_eq!(count(), Some(1));
    // Without a session nobody learns whose it was, and a stranger's distributor comes after the person.
    edge.get(&operations).header(HEADER, &shown).send().refused(401, "not_signed_in");
    let foreign = format!("/admin/v1/distributors/{}/operations", uuid::Uuid::new_v4());
    call("GET", &foreign, &shown).send().refused(409, "session_changed");
    call("GET", &foreign, &own).send().refused(404, "not_found");
    assert_eq!(call("DELETE", "/admin/v1/session", &own).send().status, 204);
}

#[test]
fn unknown_parameters_are_refused_where_the_reference_does_not_ignore_them() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    for ignored in ["/balance?x=1", "/operations?x=1", "/cashouts?x=1"] {
        edge.get(&distributor.api(ignored)).key(&key).send().ok();
    }
    for refused in ["/api-key?x=1", "/balance?x=1&x=1", "/operations/export?format=csv&x=1"] {
        let answer = edge.get(&distributor.api(refused)).key(&key).send();
        answer.refused(400, "invalid_request");
        assert_eq!(answer.json()["errors"][0]["field"], "x", "{answer}");
    }
    for refused in ["", "/api-keys", "/users", "/audit/verify", "/attention"] {
        let answer = edge.get(&distributor.console(&format!("{refused}?x=1"))).person(&distributor.maker).send();
        answer.refused(400, "invalid_request");
    }
    let body = json!({ "label": "x", "permissions": ["read-balance"] });
    let asked = edge.post(&distributor.console("/api-keys?x=1")).person(&distributor.maker).json(body.clone()).send();
    asked.refused(400, "invalid_request");
    let role_first = edge.post(&distributor.console("/api-keys?x=1")).person(&distributor.checker).json(body).send();
    role_first.refused(403, "role_required");
    edge.get("/admin/v1/session?x=1").person(&distributor.maker).send().refused(400, "invalid_request");
    edge.get(&distributor.issued("?x=1")).issuer().send().refused(400, "invalid_request");
    edge.get(&distributor.issued("?x=1")).send().refused(401, "missing_api_key");
    edge.get("/healthz?x=1").send().ok();
}
