//! The entries of the audit chain: who did what to what.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use expect_test::expect_file;
use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::factors::Signed;
use universal_wallet_tests::factors::authenticator::Authenticator;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::{Person, cookie_of, sign_in};
use universal_wallet_tests::powers::{DAY_MS, real_now};

use super::files;
use super::mask::Mask;
use crate::world::PHONE;

/// The largest amount: a wallet that holds it takes no more.
const LARGEST: &str = "999999999999999.99";
const FULL: &str = "+2348030000000";

fn id(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap().to_owned()
}

fn post(d: &Distributor<'_>, person: &Person, path: &str, body: Value) -> Answer {
    d.edge.post(&d.console(path)).person(person).json(body).send()
}

/// Asks for a key that is not claimed.
fn ask(d: &Distributor<'_>, label: &str) -> (String, String) {
    let asked = d.ask_for_key(&d.maker, json!({ "label": label, "permissions": ["read-balance"] })).ok();
    (id(&asked, "keyID"), id(&asked, "approvalID"))
}

/// A key from its request to its end, and those that nobody approves or claims.
fn keys(d: &Distributor<'_>) {
    let key = d.till();
    d.edge.get(&d.api("/balance")).key(&key).ip("192.0.2.1").send().ok();
    let path = format!("/api-keys/{}", key.id);
    let tighter = json!({ "maxTransactionAmount": "10.00", "allowedIPs": ["192.0.2.0/24"] });
    d.edge.patch(&d.console(&path)).person(&d.maker).json(tighter).send().ok();
    d.edge.get(&d.api("/balance")).key(&key).ip("203.0.113.1").send().refused(403, "ip_not_allowed");
    let asked = post(d, &d.maker, &format!("{path}/rotate"), json!({ "overlapHours": 2 })).ok();
    d.approve(&d.checker, &id(&asked, "approvalID")).ok();
    d.claim(&id(&asked, "keyID")).ok();
    post(d, &d.checker, &format!("/api-keys/{}/revoke", id(&asked, "keyID")), json!({ "reason": "lost" })).ok();
    let (_, rejected) = ask(d, "Rejected");
    d.reject(&rejected).ok();
    let (_, withdrawn) = ask(d, "Withdrawn");
    post(d, &d.maker, &format!("/approvals/{withdrawn}/withdraw"), json!({})).ok();
    ask(d, "Never approved");
    let (_, unclaimed) = ask(d, "Never claimed");
    d.approve(&d.checker, &unclaimed).ok();
    d.key(json!({ "label": "Short", "permissions": ["read-balance"], "expiresInDays": 1 }));
    d.key(json!({ "label": "Ends soon", "permissions": ["read-balance"], "expiresInDays": 35 }));
}

/// An endpoint from its request to its end, and those that nobody approves or claims.
fn webhooks(d: &Distributor<'_>) {
    let nowhere = json!({ "url": "http://127.0.0.1:1/hook", "events": ["float.redeemed"] });
    let ask = || id(&d.webhook(&d.maker, "", nowhere.clone()).ok(), "approvalID");
    let endpoint = d.approved_endpoint("http://127.0.0.1:1/hook", &["float.redeemed"]);
    let act = |act: &str, body: Value| d.webhook(&d.maker, &format!("/{endpoint}/{act}"), body).ok();
    act("claim", json!({}));
    d.approve(&d.checker, &id(&act("rotate-secret", json!({})), "approvalID")).ok();
    act("claim", json!({}));
    act("disable", json!({ "reason": "wrong system" }));
    d.approve(&d.checker, &id(&act("enable", json!({})), "approvalID")).ok();
    act("disable", json!({ "reason": "not needed" }));
    d.reject(&ask()).ok();
    let withdrawn = ask();
    post(d, &d.maker, &format!("/approvals/{withdrawn}/withdraw"), json!({})).ok();
    ask();
}

/// Operations of each outcome, by a key and by a person.
fn operations(d: &Distributor<'_>, asking: &Key) {
    let arrive = || d.await_nothing_processing(Duration::from_secs(20));
    let operation = |phone: &str, amount: &str| id(&d.cash_in(asking, phone, amount).ok(), "operationID");
    d.approve(&d.checker, &d.approval_of(&operation(PHONE, "100.00"))).ok();
    arrive();
    d.approve(&d.checker, &d.approval_of(&operation(FULL, "1.00"))).ok();
    arrive();
    d.reject(&d.approval_of(&operation(PHONE, "2.00"))).ok();
    let withdrawn = operation(PHONE, "3.00");
    d.edge.delete(&d.api(&format!("/operations/{withdrawn}"))).key(asking).send().ok();
    let body = json!({ "operationType": "cash-in", "amount": "4.00", "phoneTo": PHONE, "memo": "for the shop" });
    post(d, &d.maker, "/operations", body).ok();
    let cancelled = d.request_cash_out(PHONE, "5.00");
    d.edge.cancel_cash_out(PHONE, &cancelled).ok();
    d.request_cash_out(PHONE, "6.00");
    let paid = d.request_cash_out(PHONE, "7.00");
    d.process(asking, &paid).ok();
    d.approve(&d.checker, &d.approval_of(&paid)).ok();
    arrive();
    let body = json!({ "amount": "8.00", "reference": "to the bank" });
    d.edge.post(&d.issued("/redemptions")).issuer().once("redeem").json(body).send().ok();
}

/// Members who come, change and go, and requests about them.
fn people(d: &Distributor<'_>) {
    let new = |name: &str| {
        let body = json!({ "login": format!("{name}@bank.test"), "name": name, "roles": ["viewer"] });
        post(d, &d.admin, "/users", body).ok()
    };
    let change = |user: &str, body: Value| {
        d.edge.patch(&d.console(&format!("/users/{user}"))).person(&d.admin).json(body).send().ok()
    };
    let nina = new("nina");
    d.approve(&d.checker, &id(&nina, "approvalID")).ok();
    let nina = id(&nina, "userID");
    let renewed = post(d, &d.admin, &format!("/users/{nina}/reset-password"), json!({})).ok();
    let approved = d.approve(&d.checker, &id(&renewed, "approvalID")).ok();
    let code = format!("{}-{}", id(&renewed, "passwordHalf"), id(&approved, "passwordHalf"));
    let sign_in = |code: &str| cookie_of(&sign_in(d.edge, "nina@bank.test", code, "198.51.100.9"));
    sign_in(&code);
    let grant = change(&nina, json!({ "roles": ["viewer", "maker"] }));
    d.approve(&d.checker, &id(&grant, "approvalID")).ok();
    let reset = post(d, &d.admin, &format!("/users/{nina}/reset-password"), json!({})).ok();
    d.approve(&d.checker, &id(&reset, "approvalID")).ok();
    let reset = d.edge.post("/issuer/v1/users/nina@bank.test/reset-password").issuer().once("reset").send().ok();
    change(&nina, json!({ "disabled": true }));
    let password = id(&reset, "oneTimePassword");
    let cookie = sign_in(&password);
    let change = json!({ "current": password, "new": "a password of her own" });
    d.edge.post("/admin/v1/session/password").header("Cookie", &cookie).json(change).send();
    let left = d.edge.delete(&format!("/admin/v1/session/memberships/{}", d.id)).header("Cookie", &cookie).send();
    assert_eq!(left.status, 204, "{left}");
    d.reject(&id(&new("rejected"), "approvalID")).ok();
    let withdrawn = id(&new("withdrawn"), "approvalID");
    post(d, &d.admin, &format!("/approvals/{withdrawn}/withdraw"), json!({})).ok();
    new("forgotten");
    let ida = json!({ "login": "ida@bank.test", "name": "ida", "roles": ["viewer"] });
    for _ in 0..2 {
        d.edge.post(&d.issued("/users")).issuer().once("add").json(ida.clone()).send().ok();
    }
}

/// Second factors of two people, and the settings that require them. Returns the admin's passkey.
fn factors_and_settings(d: &Distributor<'_>, now: i64) -> Authenticator {
    let admin = Signed::of(d.edge, &d.admin.sign_in(d.edge));
    let (_, codes) = admin.enrol_app(now);
    admin.own("POST", "/second-factor", json!({ "totp": "12345" })).refused(401, "invalid_credentials");
    admin.own("POST", "/second-factor", json!({ "recoveryCode": codes[0] })).ok();
    admin.own("POST", "/recovery-codes", Value::Null).ok();
    let checker = Signed::of(d.edge, &d.checker.sign_in(d.edge));
    let mut passkey = Authenticator::es256();
    checker.enrol_passkey(&passkey);
    passkey.counter = 0;
    let copied = checker.passkey_proof(&mut passkey);
    checker.own("POST", "/second-factor", copied).refused(401, "invalid_credentials");

    let set = |body: Value| {
        let changed = admin.call("PATCH", &d.console("/settings"), body).ok();
        changed["approval"]["approvalID"].as_str().map(|approval| d.console(&format!("/approvals/{approval}")))
    };
    set(json!({ "lowFloat": LARGEST }));
    set(json!({ "lowFloat": null, "secondFactor": "required" }));
    let optional = || set(json!({ "secondFactor": "optional" })).unwrap();
    checker.call("POST", &format!("{}/reject", optional()), json!({ "reason": "money moves here" })).ok();
    admin.call("POST", &format!("{}/withdraw", optional()), json!({})).ok();
    let agreed = optional();
    let digest = checker.call("GET", &agreed, Value::Null).ok()["digest"].clone();
    checker.call("POST", &format!("{agreed}/approve"), json!({ "digest": digest })).ok();
    set(json!({ "secondFactor": "required" }));
    optional();
    let removed = admin.own("GET", "/factors", Value::Null).ok()["items"][0]["factorID"].clone();
    let passkey = Authenticator::es256();
    admin.enrol_passkey(&passkey);
    assert_eq!(admin.own("DELETE", &format!("/factors/{}", removed.as_str().unwrap()), Value::Null).status, 204);
    passkey
}

/// All entries, oldest first.
fn entries(d: &Distributor<'_>, cookie: &str) -> Vec<Value> {
    let list = d.edge.get(&d.console("/audit?limit=1000")).header("Cookie", cookie).send().ok();
    assert_eq!(list["nextCursor"], "", "one page holds all");
    list["items"].as_array().unwrap().iter().rev().cloned().collect()
}

#[test]
fn every_kind_of_entry_tells_who_did_what() {
    let edge = Edge::start();
    let start = real_now();
    edge.stop_clock(start);
    let rich = edge.empty_distributor();
    rich.top_up(LARGEST);
    let without_limit = json!({
        "label": "Rich", "permissions": ALL, "maxTransactionAmount": LARGEST, "maxDailyVolume": LARGEST,
        "autoApproveLimit": LARGEST,
    });
    rich.cash_in(&rich.key(without_limit), FULL, LARGEST).ok();
    rich.await_nothing_processing(Duration::from_secs(20));

    let d = edge.distributor();
    // Requests that end at the same time end in no particular order.
    keys(&d);
    edge.stop_clock(start + 1000);
    operations(&d, &d.asking_key());
    edge.stop_clock(start + 1500);
    webhooks(&d);
    edge.stop_clock(start + 2000);
    people(&d);
    edge.stop_clock(start + 3000);
    let mut passkey = factors_and_settings(&d, start + 3000);
    d.issuer_act("suspend").ok();
    d.issuer_act("resume").ok();
    edge.stop_clock(start + 30 * DAY_MS);
    edge.alarm("DISTRIBUTOR", &d.id);

    let half = Signed::of(&edge, &d.admin.sign_in(&edge));
    let proof = half.passkey_proof(&mut passkey);
    let reader = Signed::of(&edge, &half.own("POST", "/second-factor", proof));
    let mut mask = Mask::default();
    let mut text = String::new();
    for entry in entries(&d, &reader.cookie) {
        let actor = &entry["actor"];
        let actor = actor["name"].as_str().map_or_else(
            || actor["type"].as_str().unwrap().to_owned(),
            |name| format!("{} \"{name}\"", actor["type"].as_str().unwrap()),
        );
        let [kind, subject] = [&entry["kind"], &entry["subject"]].map(|text| text.as_str().unwrap());
        text.push_str(&mask.masked(&format!("{kind}  {actor}  {subject}  {}\n", entry["details"])));
    }
    expect_file!["audit.txt"].assert_eq(&text);
}

/// The kinds of entries that a source file names: the code beside a call that begins one has them as `"thing.happened"`.
fn kinds_in(source: &str) -> BTreeSet<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    if !code.contains("EntryBuilder::begin(") && !code.contains("/// Kind of the entry in the chain.") {
        return BTreeSet::new();
    }
    let is_kind = |text: &&str| {
        text.split_once('.').is_some_and(|(thing, happened)| {
            let is_word =
                |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            is_word(thing) && is_word(happened)
        })
    };
    code.split('"').filter(is_kind).collect()
}

#[test]
fn every_kind_of_entry_is_in_the_snapshot() {
    let told: BTreeSet<&str> = include_str!("audit.txt").lines().map(|line| line.split_once("  ").unwrap().0).collect();
    let sources: Vec<String> = ["edge/core/src", "edge/src"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let made: BTreeSet<&str> = sources.iter().flat_map(|source| kinds_in(source)).collect();
    assert!(made.len() > 20, "kinds are found in the sources: {made:?}");
    assert_eq!(told, made);
}
