//! API keys: what is asked for, claimed, tightened, rotated, revoked, and how calls with one are refused.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::cookie_of;
use universal_wallet_tests::powers::{DAY_MS, real_now};

use super::Sheet;
use crate::world::PHONE;

pub(super) fn refusals(sheet: &mut Sheet) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    fields(sheet, &distributor);
    calls(sheet, &distributor);
    claims(sheet, &distributor);
    changes(sheet, &distributor);
    rotations(sheet, &distributor);
    too_late(sheet);
    too_fast(sheet);
}

fn id(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap().to_owned()
}

/// A person's call about a key.
fn about(d: &Distributor<'_>, key: &str, act: &str, body: Value) -> Answer {
    let path = d.console(&format!("/api-keys/{key}{act}"));
    let method = if act.is_empty() { "PATCH" } else { "POST" };
    d.edge.request(method, &path).person(&d.maker).json(body).send()
}

fn fields(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Fields of a key");
    for change in [
        json!({ "label": null, "permissions": null }),
        json!({ "label": "  " }),
        json!({ "label": "x".repeat(65) }),
        json!({ "label": "a\u{7}b" }),
        json!({ "permissions": [] }),
        json!({ "permissions": "read-balance" }),
        json!({ "permissions": ["read-balance", "own-it"] }),
        json!({ "permissions": ["read-balance", "read-balance"] }),
        json!({ "maxTransactionAmount": "ten" }),
        json!({ "maxTransactionAmount": "20.00", "maxDailyVolume": "10.00" }),
        json!({ "autoApproveLimit": "10.00" }),
        json!({ "maxTransactionAmount": "20.00", "maxDailyVolume": "20.00", "autoApproveLimit": "20.01" }),
        json!({ "allowedIPs": ["10.0.0.0/33"] }),
        json!({ "allowedIPs": ["example.com", 5] }),
        json!({ "allowedIPs": "10.0.0.1" }),
        json!({ "allowedIPs": (0..51).map(|host| format!("10.0.0.{host}")).collect::<Vec<_>>() }),
        json!({ "expiresInDays": 366 }),
        json!({ "note": "x".repeat(257) }),
        json!({ "apiKey": "mine" }),
    ] {
        let mut body = json!({ "label": "Till", "permissions": ["read-balance"] });
        let members = body.as_object_mut().unwrap();
        members.extend(change.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        sheet.add(&d.ask_for_key(&d.maker, body));
    }
}

fn calls(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Calls with a key");
    sheet.add(&d.edge.get(&d.api("/balance")).send());
    sheet.add(&d.edge.get(&d.api("/balance")).bearer("uwk_forged").send());
    let bound = d.key(json!({ "label": "Bound", "permissions": ["read-balance"], "allowedIPs": ["192.0.2.1"] }));
    sheet.add(&d.edge.get(&d.api("/balance")).key(&bound).ip("203.0.113.1").send());
    sheet.add(&d.edge.get(&d.api("/operations")).key(&bound).ip("192.0.2.1").send());
    sheet.add(&d.cash_in(&d.key(json!({ "label": "Reads", "permissions": ["read-balance"] })), PHONE, "1.00"));
    let other = d.edge.empty_distributor();
    sheet.add(&d.read_balance(&other.till()));
}

fn claims(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Claiming a key");
    sheet.add(&d.claim(&d.till().id));
    let ask = || d.ask_for_key(&d.maker, Distributor::generous()).ok();
    let pending = ask();
    sheet.add(&d.claim(&id(&pending, "keyID")));
    sheet.add(&about(d, &id(&pending, "keyID"), "/revoke", json!({ "reason": "lost" })));
    sheet.add(&about(d, &id(&pending, "keyID"), "", json!({ "maxDailyVolume": "1.00" })));
    sheet.add(&about(d, &id(&pending, "keyID"), "/rotate", json!({})));
    d.reject(&id(&pending, "approvalID")).ok();
    sheet.add(&d.claim(&id(&pending, "keyID")));
    let revoked = ask();
    d.approve(&d.checker, &id(&revoked, "approvalID")).ok();
    sheet.add(&about(d, &id(&revoked, "keyID"), "", json!({ "expiresAt": "2126-01-01T00:00:00Z" })));
    about(d, &id(&revoked, "keyID"), "/revoke", json!({ "reason": "lost" })).ok();
    sheet.add(&d.claim(&id(&revoked, "keyID")));
    let mut other = universal_wallet_tests::person::Person::new(&["maker"]);
    let added = d.edge.post(&d.issued("/users")).issuer().json(other.in_body()).send().ok();
    other.id = id(&added, "userID");
    let asked = ask();
    let path = d.console(&format!("/api-keys/{}/claim", id(&asked, "keyID")));
    sheet.add(&d.edge.post(&path).person(&other).send());
    let body = json!({ "key": 1 });
    sheet.add(&d.edge.post(&path).person(&d.maker).json(body).send());
    let settings = |label: &str| json!({ "label": label, "permissions": ["read-balance"] });
    let once =
        |label: &str| d.edge.post(&d.console("/api-keys")).person(&d.maker).once("one").json(settings(label)).send();
    once("First").ok();
    sheet.add(&once("Second"));
}

fn changes(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Tightening and revoking a key");
    let key = d.key(json!({
        "label": "Till", "permissions": ["read-balance"], "allowedIPs": ["10.0.0.0/8"], "maxTransactionAmount": "10.00",
        "maxDailyVolume": "20.00", "autoApproveLimit": "5.00",
    }));
    for change in [
        json!({ "maxTransactionAmount": "10.01" }),
        json!({ "maxDailyVolume": null }),
        json!({ "autoApproveLimit": "6.00" }),
        json!({ "permissions": ALL }),
        json!({ "allowedIPs": [] }),
        json!({ "allowedIPs": ["11.0.0.1"] }),
        json!({ "expiresAt": null }),
        json!({ "expiresAt": "2126-01-01T00:00:00Z" }),
        json!({ "expiresAt": "2020-01-01T00:00:00Z" }),
        json!({ "expiresAt": "tomorrow" }),
        json!({ "permissions": [] }),
        json!({ "maxDailyVolume": "lots" }),
        json!({ "label": "Other" }),
    ] {
        sheet.add(&about(d, &key.id, "", change));
    }
    sheet.add(&about(d, &key.id, "/revoke", json!({ "reason": "a\nb" })));
    sheet.add(&about(d, &key.id, "/revoke", json!({ "reason": "x".repeat(257) })));
    about(d, &key.id, "/revoke", json!({ "reason": "lost" })).ok();
    sheet.add(&about(d, &key.id, "", json!({ "maxDailyVolume": "1.00" })));
    sheet.add(&about(d, &key.id, "/rotate", json!({})));
    sheet.add(&d.read_balance(&key));
}

fn rotations(sheet: &mut Sheet, d: &Distributor<'_>) {
    sheet.title("Rotating a key");
    let key = d.till();
    sheet.add(&about(d, &key.id, "/rotate", json!({ "overlapHours": 1000 })));
    sheet.add(&about(d, &key.id, "/rotate", json!({ "overlapHours": "two" })));
    let asked = about(d, &key.id, "/rotate", json!({})).ok();
    sheet.add(&about(d, &key.id, "/rotate", json!({})));
    about(d, &key.id, "/revoke", json!({ "reason": "lost" })).ok();
    sheet.add(&d.approve(&d.checker, &id(&asked, "approvalID")));
    let second = d.till();
    let asked = about(d, &second.id, "/rotate", json!({})).ok();
    d.approve(&d.checker, &id(&asked, "approvalID")).ok();
    about(d, &second.id, "/revoke", json!({ "reason": "lost" })).ok();
    sheet.add(&d.claim(&id(&asked, "keyID")));
}

fn too_late(sheet: &mut Sheet) {
    sheet.title("Too late");
    let edge = Edge::start();
    let d = edge.distributor();
    let start = real_now() + 1000;
    edge.stop_clock(start);
    let short = d.key(json!({ "label": "Short", "permissions": ["read-balance"], "expiresInDays": 1 }));
    let ask = || d.ask_for_key(&d.maker, Distributor::generous()).ok();
    let (approved, forgotten) = (ask(), ask());
    d.approve(&d.checker, &id(&approved, "approvalID")).ok();
    edge.stop_clock(start + 15 * DAY_MS);
    edge.alarm("DISTRIBUTOR", &d.id);
    sheet.add(&d.read_balance(&short));
    let cookie = cookie_of(&d.maker.sign_in(&edge));
    let claim = |key: &Value| {
        let path = d.console(&format!("/api-keys/{}/claim", id(key, "keyID")));
        edge.post(&path).header("Cookie", &cookie).send()
    };
    sheet.add(&claim(&approved));
    sheet.add(&claim(&forgotten));
    let cookie = cookie_of(&d.checker.sign_in(&edge));
    let path = d.console(&format!("/approvals/{}/reject", id(&forgotten, "approvalID")));
    sheet.add(&edge.post(&path).header("Cookie", &cookie).json(json!({ "reason": "late" })).send());
}

fn too_fast(sheet: &mut Sheet) {
    sheet.title("Too fast");
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "1").start();
    edge.stop_clock(real_now());
    let d = edge.distributor();
    let key: Key = d.till();
    let mut answers = std::iter::repeat_with(|| d.read_balance(&key));
    sheet.add(&answers.find(|answer| answer.status != 200).unwrap());
}
