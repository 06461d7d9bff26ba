//! Second factors: enrolling, signing in, proving again, losing and finding.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::factors::authenticator::{Authenticator, base64};
use universal_wallet_tests::factors::{Signed, texts};
use universal_wallet_tests::person::sign_in;
use universal_wallet_tests::powers::real_now;

const MINUTE_MS: i64 = 60_000;

fn enrolled(session: &Value) -> Vec<String> {
    texts(&session["secondFactor"]["enrolled"])
}

/// A request that matters, by an admin: asking for a user.
fn ask_for_user(
    distributor: &Distributor<'_>,
    admin: &Signed<'_>,
    login: &str,
) -> universal_wallet_tests::answer::Answer {
    let body = json!({ "login": login, "name": "Nora New", "roles": ["viewer"] });
    admin.call("POST", &distributor.console("/users"), body)
}

#[test]
fn an_app_is_enrolled_signs_in_once_a_code_and_is_proved_again() {
    let edge = Edge::start();
    let mut now = real_now();
    edge.stop_clock(now);
    let distributor = edge.distributor();
    let admin = &distributor.admin;
    let first = Signed::of(&edge, &admin.sign_in(&edge));
    let begun = first.own("POST", "/totp", Value::Null).ok();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/Universal%20Wallet:"));
    assert!(begun["qr"].as_str().unwrap().starts_with("<svg "));
    first.own("POST", "/totp/confirm", json!({ "code": "000000" })).refused(401, "invalid_credentials");
    let (app, codes) = first.enrol_app(now);
    assert_eq!(codes.len(), 8);
    assert_eq!(enrolled(&first.own("GET", "", Value::Null).ok()), ["totp"]);

    // The password alone opens nothing but the proof.
    let half = Signed::of(&edge, &admin.sign_in(&edge));
    let open = admin.sign_in(&edge).ok();
    assert_eq!(open, json!({ "status": "second_factor_required", "methods": ["totp", "recovery-code"] }));
    half.own("GET", "", Value::Null).refused(401, "not_signed_in");
    half.call("GET", &distributor.console(""), Value::Null).refused(401, "not_signed_in");
    half.own("GET", "/factors", Value::Null).refused(401, "not_signed_in");
    for wrong in ["12345", "1234567", "٠٥٠٤٧١", "", &app.code_at(now - 2 * 30_000)] {
        let body = json!({ "totp": wrong });
        half.own("POST", "/second-factor", body).refused(401, "invalid_credentials");
    }
    // Five wrong answers end it.
    let code = app.fresh_code(now);
    half.own("POST", "/second-factor", json!({ "totp": code })).refused(401, "not_signed_in");
    let half = Signed::of(&edge, &admin.sign_in(&edge));
    let answer = half.own("POST", "/second-factor", json!({ "totp": code }));
    assert_eq!(enrolled(&answer.ok()), ["totp"]);
    let whole = Signed::of(&edge, &answer);
    half.own("GET", "", Value::Null).refused(401, "not_signed_in");
    let again = Signed::of(&edge, &admin.sign_in(&edge));
    again.own("POST", "/second-factor", json!({ "totp": code })).refused(401, "invalid_credentials");

    ask_for_user(&distributor, &whole, "one@bank.test").ok();
    now += 10 * MINUTE_MS;
    edge.stop_clock(now);
    whole.call("GET", &distributor.console("/users"), Value::Null).ok();
    ask_for_user(&distributor, &whole, "two@bank.test").refused(403, "second_factor_required");
    whole.own("POST", "/second-factor", json!({ "totp": app.fresh_code(now) })).ok();
    ask_for_user(&distributor, &whole, "two@bank.test").ok();
    again.own("POST", "/second-factor", json!({ "totp": app.fresh_code(now) })).refused(401, "not_signed_in");
}

#[test]
fn a_passkey_signs_in_without_a_name_and_hostile_ones_do_not() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (maker, other) = (&distributor.maker, &distributor.checker);
    let signed = Signed::of(&edge, &maker.sign_in(&edge));
    let mut authenticator = Authenticator::es256();
    let (enrolled, handle) = signed.enrol_passkey(&authenticator);
    assert_eq!(enrolled["factor"]["name"], "Laptop");
    assert_eq!(texts(&enrolled["recoveryCodes"]).len(), 8);
    let strangers = Signed::of(&edge, &other.sign_in(&edge));
    let mut theirs = Authenticator::ed25519();
    let (_, their_handle) = strangers.enrol_passkey(&theirs);

    let challenge = || {
        let options = edge.post("/admin/v1/session/passkey/options").send().ok();
        assert_eq!(
            (options["userVerification"].as_str(), options["rpId"].as_str()),
            (Some("required"), Some("127.0.0.1"))
        );
        options["challenge"].as_str().unwrap().to_owned()
    };
    let present = |credential: Value| {
        edge.post("/admin/v1/session/passkey").ip("198.51.100.9").json(json!({ "credential": credential })).send()
    };
    authenticator.counter = 2;
    let sign = |authenticator: &Authenticator, handle: Option<&str>, origin: &str, host: &str| {
        authenticator.got(&authenticator.assertion(host, origin, &challenge(), handle))
    };
    let good = sign(&authenticator, Some(&handle), &edge.url, "127.0.0.1");
    let answer = present(good.clone());
    assert_eq!(answer.ok()["login"], json!(maker.login));
    assert!(answer.json()["secondFactor"]["verifiedAt"].is_string());
    // The same answer again, and a counter that does not grow.
    present(good).refused(401, "invalid_credentials");
    authenticator.counter = 1;
    present(sign(&authenticator, Some(&handle), &edge.url, "127.0.0.1")).refused(401, "invalid_credentials");
    authenticator.counter = 3;
    theirs.counter = 3;
    let hostile = [
        sign(&authenticator, Some(&handle), "https://evil.example", "127.0.0.1"),
        sign(&authenticator, Some(&handle), &edge.url, "evil.example"),
        sign(&authenticator, Some(&their_handle), &edge.url, "127.0.0.1"),
        sign(&authenticator, Some(&base64(&[7; 32])), &edge.url, "127.0.0.1"),
        sign(&authenticator, None, &edge.url, "127.0.0.1"),
        sign(&Authenticator::es256(), Some(&handle), &edge.url, "127.0.0.1"),
        authenticator.got(&authenticator.assertion("127.0.0.1", &edge.url, &base64(&[1; 40]), Some(&handle))),
    ];
    for credential in hostile {
        present(credential).refused(401, "invalid_credentials");
    }
    let mut unverified = authenticator.assertion("127.0.0.1", &edge.url, &challenge(), Some(&handle));
    unverified.data[32] = 1;
    present(authenticator.got(&unverified)).refused(401, "invalid_credentials");
    let mut altered = sign(&authenticator, Some(&handle), &edge.url, "127.0.0.1");
    altered["response"]["signature"] = json!(base64(&[0; 70]));
    present(altered).refused(401, "invalid_credentials");
    for malformed in [json!({}), json!([]), json!({ "id": "*", "type": "public-key", "response": {} })] {
        present(malformed).refused(400, "invalid_request");
    }
    present(sign(&authenticator, Some(&handle), &edge.url, "127.0.0.1")).ok();
    present(sign(&theirs, Some(&their_handle), &edge.url, "127.0.0.1")).ok();
    // The copy is in the distributor's log.
    let audit = edge.get(&distributor.console("/audit")).header("Cookie", &signed.cookie).send().ok();
    let kinds: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"user.passkey-copy-suspected") && kinds.contains(&"user.factor-enrolled"), "{kinds:?}");
}

#[test]
fn a_member_without_a_factor_can_only_enrol_where_one_is_required() {
    let edge = Setup::new().var("DEMO", "0").start();
    let (distributor, people) = founded(&edge);
    let admin = &people[0];
    for path in ["", "/approvals", "/users", "/attention"] {
        let path = format!("/admin/v1/distributors/{distributor}{path}");
        admin.call("GET", &path, Value::Null).refused(403, "enrolment_required");
    }
    let factors = admin.own("GET", "/factors", Value::Null).ok();
    assert_eq!(factors, json!({ "items": [], "recoveryCodesLeft": 0 }));
    let mut passkey = Authenticator::es256();
    let (enrolled, _) = admin.enrol_passkey(&passkey);
    admin.call("GET", &format!("/admin/v1/distributors/{distributor}"), Value::Null).ok();

    // The last factor stays, another one may go.
    let id = enrolled["factor"]["factorID"].as_str().unwrap();
    let removed = admin.own("DELETE", &format!("/factors/{id}"), Value::Null);
    removed.refused(409, "invalid_state");
    let (_, codes) = admin.enrol_app(real_now());
    assert!(codes.is_empty(), "recovery codes come with the first factor");
    let proof = admin.passkey_proof(&mut passkey);
    admin.own("POST", "/second-factor", proof.clone()).ok();
    admin.own("POST", "/second-factor", proof).refused(401, "invalid_credentials");
    assert_eq!(admin.own("DELETE", &format!("/factors/{id}"), Value::Null).status, 204);
    admin.own("DELETE", &format!("/factors/{id}"), Value::Null).refused(404, "not_found");
    let codes = texts(&admin.own("POST", "/recovery-codes", Value::Null).ok()["recoveryCodes"]);
    assert_eq!(codes.len(), 8);
    admin.own("POST", "/second-factor", json!({ "recoveryCode": codes[0] })).ok();
    admin.own("POST", "/second-factor", json!({ "recoveryCode": codes[0] })).refused(401, "invalid_credentials");
    let session = admin.own("GET", "", Value::Null).ok();
    assert_eq!(session["secondFactor"]["recoveryCodesLeft"], 7);
    admin.own("POST", "/second-factor", json!({})).refused(400, "invalid_request");
    let both = json!({ "totp": "123456", "recoveryCode": "x" });
    admin.own("POST", "/second-factor", both).refused(400, "invalid_request");
}

#[test]
fn a_half_session_is_over_after_five_minutes_and_strangers_failures_keep_no_passkey_out() {
    let edge = Edge::start();
    let now = real_now();
    edge.stop_clock(now);
    let distributor = edge.distributor();
    let maker = &distributor.maker;
    let signed = Signed::of(&edge, &maker.sign_in(&edge));
    let mut passkey = Authenticator::es256();
    let (_, handle) = signed.enrol_passkey(&passkey);
    let half = Signed::of(&edge, &maker.sign_in(&edge));
    let early = Signed::of(&edge, &maker.sign_in(&edge));
    edge.stop_clock(now + 5 * MINUTE_MS - 1);
    let proof = early.passkey_proof(&mut passkey);
    early.own("POST", "/second-factor", proof).ok();
    edge.stop_clock(now + 5 * MINUTE_MS);
    half.own("POST", "/second-factor/options", Value::Null).refused(401, "not_signed_in");

    let guess = |password: &str| sign_in(&edge, &maker.login, password, "192.0.2.77");
    let refused = std::iter::repeat_with(|| guess("a wrong password")).find(|answer| answer.status != 401).unwrap();
    refused.refused(429, "too_many_attempts");
    guess(&maker.password).refused(429, "too_many_attempts");
    let options = edge.post("/admin/v1/session/passkey/options").ip("192.0.2.77").send().ok();
    passkey.counter += 1;
    let challenge = options["challenge"].as_str().unwrap();
    let credential = passkey.got(&passkey.assertion("127.0.0.1", &edge.url, challenge, Some(&handle)));
    let body = json!({ "credential": credential });
    edge.post("/admin/v1/session/passkey").ip("192.0.2.77").json(body).send().ok();
}

#[test]
fn a_required_factor_holds_for_the_next_call_and_a_reset_drops_all_factors() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let [admin, maker, checker] = [&distributor.admin, &distributor.maker, &distributor.checker]
        .map(|person| Signed::of(&edge, &person.sign_in(&edge)));
    maker.call("GET", &distributor.console(""), Value::Null).ok();
    admin.call("PATCH", &distributor.console("/settings"), json!({ "secondFactor": "required" })).ok();
    maker.call("GET", &distributor.console(""), Value::Null).refused(403, "enrolment_required");
    let mut passkey = Authenticator::es256();
    maker.enrol_passkey(&passkey);
    maker.call("GET", &distributor.console(""), Value::Null).ok();

    admin.enrol_passkey(&Authenticator::es256());
    checker.enrol_passkey(&Authenticator::ed25519());
    let path = format!("/users/{}/reset-password", distributor.maker.id);
    let asked = admin.call("POST", &distributor.console(&path), json!({})).ok();
    let request = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    let digest = checker.call("GET", &request, Value::Null).ok()["digest"].clone();
    let agreed = checker.call("POST", &format!("{request}/approve"), json!({ "digest": digest })).ok();
    maker.own("GET", "", Value::Null).refused(401, "not_signed_in");
    let halves = [&asked, &agreed].map(|it| it["passwordHalf"].as_str().unwrap());
    let answer = sign_in(&edge, &distributor.maker.login, &halves.join("-"), "198.51.100.7");
    let session = answer.ok();
    assert_eq!((&session["mustChangePassword"], enrolled(&session).len()), (&json!(true), 0));
    let again = Signed::of(&edge, &answer);
    let change = json!({ "current": halves.join("-"), "new": "a password of her own" });
    assert_eq!(again.own("POST", "/password", change).status, 204);
    let lost = again.own("POST", "/second-factor", json!({ "recoveryCode": "0000" }));
    lost.refused(409, "invalid_state");
    again.call("GET", &distributor.console(""), Value::Null).refused(403, "enrolment_required");
    passkey.counter += 1;
    again.enrol_passkey(&passkey);
    let attention = again.call("GET", &distributor.console("/attention"), Value::Null).ok();
    let reset = attention["items"].as_array().unwrap().iter().find(|item| item["kind"] == "password-reset");
    assert_eq!(reset.unwrap()["userID"], json!(distributor.maker.id));
}

/// A distributor that is no demo, whose two people joined and chose passwords.
fn founded(edge: &Edge) -> (String, [Signed<'_>; 2]) {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let logins = [format!("ada-{unique}@bank.test"), format!("ben-{unique}@bank.test")];
    let user = |login: &str| json!({ "login": login, "name": "A Person", "roles": ["admin", "maker", "checker"] });
    let body = json!({ "name": "First Agents", "users": [user(&logins[0]), user(&logins[1])] });
    let created = edge.post("/issuer/v1/distributors").issuer().json(body).send().ok();
    let people = [0, 1].map(|place| {
        let code = created["users"][place]["oneTimePassword"].as_str().unwrap();
        let body = json!({ "login": logins[place], "password": code });
        let answer = edge.post("/admin/v1/session").ip("198.51.100.7").json(body).send();
        let signed = Signed::of(edge, &answer);
        let change = json!({ "current": code, "new": "correct horse battery" });
        assert_eq!(signed.own("POST", "/password", change).status, 204);
        signed
    });
    (created["distributorID"].as_str().unwrap().to_owned(), people)
}
