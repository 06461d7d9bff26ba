//! A key that replaces another, and settings that can only be tightened.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::{Person, cookie_of};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const PHONE: &str = "+2348031234567";

fn ask(distributor: &Distributor<'_>, key: &Key, body: Value) -> Answer {
    let path = distributor.console(&format!("/api-keys/{}/rotate", key.id));
    distributor.edge.post(&path).person(&distributor.maker).json(body).send()
}

/// A rotation that is requested, approved and claimed.
fn rotate(distributor: &Distributor<'_>, key: &Key, body: Value) -> Key {
    let asked = ask(distributor, key, body).ok();
    let (id, approval) =
        (asked["keyID"].as_str().unwrap().to_owned(), asked["approvalID"].as_str().unwrap().to_owned());
    distributor.approve(&distributor.checker, &approval).ok();
    let secret = distributor.claim(&id).ok()["apiKey"].as_str().unwrap().to_owned();
    Key { id, secret, approval }
}

fn revoke(distributor: &Distributor<'_>, key: &Key) {
    let path = distributor.console(&format!("/api-keys/{}/revoke", key.id));
    distributor.edge.post(&path).person(&distributor.checker).json(json!({ "reason": "lost" })).send().ok();
}

fn read(distributor: &Distributor<'_>, key: &Key) -> Value {
    let path = distributor.console(&format!("/api-keys/{}", key.id));
    distributor.edge.get(&path).person(&distributor.checker).send().ok()
}

#[test]
fn the_old_key_tells_in_every_answer_that_it_ends_and_when() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    // Some seconds after a full hour, which HTTP dates and structured dates can express.
    let start = real_now() / HOUR_MS * HOUR_MS + 2 * HOUR_MS + 5_000;
    edge.stop_clock(start);
    let old = distributor.till();
    assert_eq!(distributor.read_balance(&old).header("Deprecation"), None);
    let new = rotate(&distributor, &old, json!({ "overlapHours": 2 }));
    // RFC 9745: a structured field's date. RFC 8594: an HTTP date.
    let since = format!("@{}", start / 1000);
    let end = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_millis((start + 2 * HOUR_MS).unsigned_abs()),
    );
    let get = |path: &str| edge.get(&distributor.api(path)).key(&old).send();
    let answers = [
        get("/balance"),
        get("/api-key"),
        get("/operations"),
        get("/operations/export?format=csv"),
        get("/operations?limit=0"),
        distributor.cash_in(&old, PHONE, "1.00"),
        distributor.cash_in(&old, PHONE, "2000000.00"),
    ];
    for answer in answers {
        assert_eq!((answer.header("Deprecation"), answer.header("Sunset")), (Some(&*since), Some(&*end)), "{answer}");
    }
    let fresh = distributor.read_balance(&new);
    assert_eq!((fresh.header("Deprecation"), fresh.header("Sunset")), (None, None));

    // The old key's usage tells who still uses it.
    edge.stop_clock(start + HOUR_MS);
    edge.get(&distributor.api("/balance")).key(&old).ip("192.0.2.9").send().ok();
    let cookie = cookie_of(&distributor.checker.sign_in(&edge));
    let path = distributor.console(&format!("/api-keys/{}/usage", old.id));
    let used = edge.get(&path).header("Cookie", &cookie).send().ok();
    let last = &used["ips"][0];
    assert_eq!(last["ip"], "192.0.2.9");
    let key = edge.get(&distributor.console(&format!("/api-keys/{}", old.id))).header("Cookie", &cookie).send().ok();
    assert_eq!((&key["lastUsedIP"], &key["lastUsedAt"]), (&json!("192.0.2.9"), &last["lastSeenAt"]));
    edge.stop_clock(start + 2 * HOUR_MS);
    let over = distributor.read_balance(&old);
    over.refused(401, "expired_api_key");
    assert_eq!(over.header("Deprecation"), None);
}

#[test]
fn the_old_key_ends_after_the_overlap_or_at_its_own_end() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    for (overlap, ends_after) in [(json!({}), DAY_MS), (json!({ "overlapHours": 168 }), 7 * DAY_MS)] {
        let old = distributor.till();
        rotate(&distributor, &old, overlap);
        let end = read(&distributor, &old)["expiresAt"].clone();
        let claimed = read(&distributor, &distributor.till())["claimedAt"].clone();
        let ms = |value: &Value| value.as_str().unwrap().parse::<universal_wallet_sdk::Timestamp>().unwrap().unix_ms();
        assert_eq!(ms(&end) - ms(&claimed), ends_after);
    }
    let short = distributor.key(json!({ "label": "Short", "permissions": ALL, "expiresInDays": 1 }));
    let end = read(&distributor, &short)["expiresAt"].clone();
    rotate(&distributor, &short, json!({ "overlapHours": 168 }));
    assert_eq!(read(&distributor, &short)["expiresAt"], end, "a rotation lengthens nothing");
    let old = distributor.till();
    let new = rotate(&distributor, &old, json!({ "overlapHours": 0 }));
    distributor.read_balance(&old).refused(401, "expired_api_key");
    distributor.read_balance(&new).ok();
}

#[test]
fn revoking_either_half_does_not_touch_the_other() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for old_goes in [true, false] {
        let old = distributor.till();
        let new = rotate(&distributor, &old, json!({}));
        let (gone, stays) = if old_goes { (&old, &new) } else { (&new, &old) };
        revoke(&distributor, gone);
        distributor.read_balance(gone).refused(401, "revoked_api_key");
        distributor.read_balance(stays).ok();
        distributor.cash_in(stays, PHONE, "1.00").ok();
    }
}

#[test]
fn only_an_active_key_without_another_rotation_open_is_rotated() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let start = real_now();
    edge.stop_clock(start);
    let (short, revoked) =
        (distributor.key(json!({ "label": "Short", "permissions": ALL, "expiresInDays": 1 })), distributor.till());
    revoke(&distributor, &revoked);
    ask(&distributor, &revoked, json!({})).refused(409, "invalid_state");

    let old = distributor.till();
    for overlap in [json!(-1), json!(169), json!(1.5), json!("24")] {
        let refusal = ask(&distributor, &old, json!({ "overlapHours": overlap }));
        assert_eq!(refusal.refused(400, "invalid_request")["errors"][0]["field"], "overlapHours");
    }
    let pending = ask(&distributor, &old, json!({})).ok();
    ask(&distributor, &old, json!({})).refused(409, "invalid_state");
    // A rejected rotation leaves the key as it was, so it can be rotated again.
    distributor.reject(pending["approvalID"].as_str().unwrap()).ok();
    let new = rotate(&distributor, &old, json!({}));
    ask(&distributor, &old, json!({})).refused(409, "invalid_state");
    rotate(&distributor, &new, json!({}));

    edge.stop_clock(start + DAY_MS);
    let cookie = cookie_of(&distributor.maker.sign_in(&edge));
    let path = distributor.console(&format!("/api-keys/{}/rotate", short.id));
    edge.post(&path).header("Cookie", &cookie).json(json!({})).send().refused(409, "invalid_state");
    let verify = edge.get(&distributor.console("/audit/verify")).header("Cookie", &cookie).send().ok();
    assert_eq!(verify["valid"], true);
}

#[test]
fn tightening_the_old_key_makes_what_the_checker_read_stale_and_the_new_key_as_tight() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let old = distributor.till();
    let asked = ask(&distributor, &old, json!({})).ok();
    let (id, approval) = (asked["keyID"].as_str().unwrap(), asked["approvalID"].as_str().unwrap());
    let path = distributor.console(&format!("/approvals/{approval}"));
    let stale = edge.get(&path).person(&distributor.checker).send().ok()["digest"].clone();
    let tighten = distributor.console(&format!("/api-keys/{}", old.id));
    edge.patch(&tighten).person(&distributor.maker).json(json!({ "maxTransactionAmount": "7.00" })).send().ok();
    let approve = edge.post(&format!("{path}/approve")).person(&distributor.checker);
    approve.json(json!({ "digest": stale })).send().refused(409, "approval_stale");
    distributor.approve(&distributor.checker, approval).ok();
    let claimed = distributor.claim(id).ok();
    assert_eq!(claimed["key"]["maxTransactionAmount"], "7.00");
}

#[test]
fn whoever_may_ask_no_more_has_no_request_and_no_unclaimed_key_left() {
    let edge = Edge::start();
    let mut distributor = edge.distributor();
    let mut leaver = Person::new(&["maker", "admin", "viewer"]);
    let added = edge.post(&distributor.issued("/users")).issuer().json(leaver.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut leaver.id);
    let stays = std::mem::replace(&mut distributor.maker, leaver);
    let key = distributor.asking_key();
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let unclaimed = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    distributor.approve(&distributor.checker, unclaimed["approvalID"].as_str().unwrap()).ok();
    let new = json!({ "login": "new@bank.test", "name": "New", "roles": ["viewer"] });
    let user = edge.post(&distributor.console("/users")).person(&distributor.maker).json(new).send().ok();
    let operation = distributor.cash_in(&key, PHONE, "1.00").ok()["operationID"].as_str().unwrap().to_owned();
    let of_key = distributor.approval_of(&operation);

    let path = distributor.console(&format!("/users/{}", distributor.maker.id));
    let take = |person: &Person, roles: Value| edge.patch(&path).person(person).json(json!({ "roles": roles })).send();
    // People cannot give themselves a role, and a request for one loses none.
    let own = take(&distributor.maker, json!(["admin", "maker", "viewer", "checker"])).ok();
    assert_eq!(own["roles"].as_array().unwrap().len(), 3);
    distributor.approve(&distributor.maker, own["approvalID"].as_str().unwrap()).refused(403, "self_approval");
    take(&distributor.maker, json!([])).refused(400, "invalid_request");
    take(&distributor.maker, json!(["king"])).refused(400, "invalid_request");
    take(&distributor.admin, json!(["viewer"])).ok();

    let status = |id: &Value| {
        let path = distributor.console(&format!("/approvals/{}", id.as_str().unwrap()));
        edge.get(&path).person(&stays).send().ok()["status"].clone()
    };
    for over in [&asked, &user, &own] {
        assert_eq!(status(&over["approvalID"]), "expired");
        distributor.approve(&distributor.checker, over["approvalID"].as_str().unwrap()).refused(409, "invalid_state");
    }
    let list = edge.get(&distributor.console("/api-keys?status=lapsed")).person(&stays).send().ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
    distributor.claim(unclaimed["keyID"].as_str().unwrap()).refused(403, "role_required");
    // The operations that the person's key requested stay, and so does the key: the key is not the person.
    distributor.approve(&distributor.checker, &of_key).ok();
    distributor.read_balance(&key).ok();
    let verify = edge.get(&distributor.console("/audit/verify")).person(&stays).send().ok();
    assert_eq!(verify["valid"], true);
}

#[test]
fn tightening_to_nothing_or_after_the_end_is_refused_and_changes_nothing() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till();
    let before = read(&distributor, &key);
    let path = distributor.console(&format!("/api-keys/{}", key.id));
    let patch = |body: Value| edge.patch(&path).person(&distributor.checker).json(body).send();
    for (body, field) in [
        (json!({ "permissions": [] }), "permissions"),
        (json!({ "permissions": null }), "permissions"),
        (json!({ "expiresAt": "2020-01-01T00:00:00.000Z" }), "expiresAt"),
        (json!({ "expiresAt": "tomorrow" }), "expiresAt"),
        (json!({ "label": "Other" }), "label"),
        (json!({ "expiresInDays": 1 }), "expiresInDays"),
    ] {
        let refusal = patch(body.clone()).refused(400, "invalid_request");
        assert!(refusal["errors"].as_array().unwrap().iter().any(|error| error["field"] == field), "{body}: {refusal}");
    }
    patch(json!({ "expiresAt": null })).refused(403, "approval_required");
    patch(json!({ "maxTransactionAmount": "-1.00" })).refused(400, "invalid_amount");
    let after = read(&distributor, &key);
    assert_eq!(before, after);
    revoke(&distributor, &key);
    patch(json!({ "maxTransactionAmount": "1.00" })).refused(409, "invalid_state");
}
