//! Matters that need a person's attention, each with a sentence and an action.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::{Person, cookie_of};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS, real_now};

const PHONE: &str = "+2348031234567";

/// The items as a person sees them who signs in at a given time.
fn at(distributor: &Distributor<'_>, ms: i64) -> Vec<Value> {
    distributor.edge.stop_clock(ms);
    let cookie = cookie_of(&distributor.checker.sign_in(distributor.edge));
    let list = distributor.edge.get(&distributor.console("/attention")).header("Cookie", &cookie).send().ok();
    list["items"].as_array().unwrap().clone()
}

/// The kinds of items listed for a key.
fn kinds(items: &[Value], key: &Key) -> Vec<String> {
    let of_key = items.iter().filter(|item| item["keyID"] == json!(key.id));
    of_key
        .map(|item| {
            assert!(item["message"].as_str().unwrap().ends_with('.'), "{item}");
            assert!(item["action"].as_str().unwrap().ends_with('.'), "{item}");
            assert!(item["since"].is_string(), "{item}");
            item["kind"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn read_from(distributor: &Distributor<'_>, key: &Key, ip: &str) -> u16 {
    distributor.edge.get(&distributor.api("/balance")).key(key).ip(ip).send().status
}

fn stopped(edge: &Edge) -> i64 {
    edge.let_alarms_come(false);
    let noon = (real_now() / DAY_MS + 1) * DAY_MS + DAY_MS / 2;
    edge.stop_clock(noon);
    noon
}

#[test]
fn a_key_that_ends_within_30_days_is_listed_until_another_took_over() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.key(json!({ "label": "Ends", "permissions": ALL, "expiresInDays": 40 }));
    let short = distributor.key(json!({ "label": "Short", "permissions": ALL, "expiresInDays": 3 }));
    let items = at(&distributor, start);
    let cookie = cookie_of(&distributor.checker.sign_in(&edge));
    let path = distributor.console(&format!("/api-keys/{}", short.id));
    let claimed = edge.get(&path).header("Cookie", &cookie).send().ok()["claimedAt"].clone();
    let item = items.iter().find(|item| item["keyID"] == json!(short.id)).unwrap();
    assert_eq!(item["since"], claimed, "not before it was claimed");
    assert_eq!(kinds(&at(&distributor, start + 10 * DAY_MS - 1), &key), [""; 0]);
    assert_eq!(kinds(&at(&distributor, start + 10 * DAY_MS), &key), ["expiring"]);
    let cookie = cookie_of(&distributor.maker.sign_in(&edge));
    let post = |path: &str| edge.post(&distributor.console(path)).header("Cookie", &cookie);
    let asked = post(&format!("/api-keys/{}/rotate", key.id)).json(json!({})).send().ok();
    let cookie_of_checker = cookie_of(&distributor.checker.sign_in(&edge));
    let approval = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    let digest = edge.get(&approval).header("Cookie", &cookie_of_checker).send().ok()["digest"].clone();
    let approve = edge.post(&format!("{approval}/approve")).header("Cookie", &cookie_of_checker);
    approve.json(json!({ "digest": digest })).send().ok();
    post(&format!("/api-keys/{}/claim", asked["keyID"].as_str().unwrap())).send().ok();
    assert_eq!(kinds(&at(&distributor, start + 10 * DAY_MS), &key), [""; 0]);
}

#[test]
fn a_key_that_was_not_used_for_90_days_is_listed_until_it_is_used() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.till();
    assert_eq!(kinds(&at(&distributor, start + 90 * DAY_MS - 1), &key), [""; 0]);
    assert_eq!(kinds(&at(&distributor, start + 90 * DAY_MS), &key), ["unused"]);
    read_from(&distributor, &key, "192.0.2.1");
    assert_eq!(kinds(&at(&distributor, start + 90 * DAY_MS), &key), [""; 0]);
}

#[test]
fn a_new_address_is_listed_for_7_days_and_a_refused_one_is_not_new() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let listed = json!({ "label": "Listed", "permissions": ALL, "allowedIPs": ["192.0.2.0/24"] });
    let key = distributor.key(listed);
    assert_eq!(read_from(&distributor, &key, "192.0.2.1"), 200);
    assert_eq!(kinds(&at(&distributor, start), &key), [""; 0], "its first address is not new");
    edge.stop_clock(start + HOUR_MS);
    assert_eq!(read_from(&distributor, &key, "192.0.2.2"), 200);
    let items = at(&distributor, start + HOUR_MS);
    assert_eq!(kinds(&items, &key), ["new-ip"]);
    assert!(items[0]["message"].as_str().unwrap().contains("192.0.2.2"), "{items:?}");
    assert_eq!(kinds(&at(&distributor, start + HOUR_MS + 7 * DAY_MS), &key), ["new-ip"]);
    assert_eq!(kinds(&at(&distributor, start + HOUR_MS + 7 * DAY_MS + 1), &key), [""; 0]);
    assert_eq!(read_from(&distributor, &key, "203.0.113.1"), 403);
    assert_eq!(kinds(&at(&distributor, start + HOUR_MS + 7 * DAY_MS + 1), &key), ["denials"]);
}

#[test]
fn refused_calls_are_listed_for_24_hours() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.key(json!({ "label": "Reads", "permissions": ["read-balance"] }));
    distributor.cash_in(&key, PHONE, "1.00").refused(403, "permission_denied");
    let items = at(&distributor, start + DAY_MS);
    assert_eq!(kinds(&items, &key), ["denials"]);
    assert!(items[0]["message"].as_str().unwrap().contains("permission_denied"), "{items:?}");
    assert_eq!(kinds(&at(&distributor, start + DAY_MS + 1), &key), [""; 0]);
    edge.evict("DISTRIBUTOR", &distributor.id);
}

#[test]
fn more_than_80_hundredths_of_the_days_volume_is_listed_that_day() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.key(json!({
        "label": "Busy", "permissions": ALL, "maxTransactionAmount": "100.00", "maxDailyVolume": "100.00",
        "autoApproveLimit": "100.00",
    }));
    distributor.cash_in(&key, PHONE, "80.00").ok();
    assert_eq!(kinds(&at(&distributor, start), &key), [""; 0]);
    distributor.cash_in(&key, PHONE, "0.01").ok();
    let items = at(&distributor, start);
    assert_eq!(kinds(&items, &key), ["volume"]);
    assert!(items[0]["message"].as_str().unwrap().contains("19.99"), "{items:?}");
    assert_eq!(kinds(&at(&distributor, start + DAY_MS), &key), [""; 0]);
}

#[test]
fn a_key_older_than_180_days_is_listed() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.till();
    edge.stop_clock(start + 179 * DAY_MS);
    read_from(&distributor, &key, "192.0.2.1");
    assert_eq!(kinds(&at(&distributor, start + 180 * DAY_MS - 1), &key), [""; 0]);
    assert_eq!(kinds(&at(&distributor, start + 180 * DAY_MS), &key), ["old"]);
}

#[test]
fn a_key_that_someone_claimed_who_is_now_disabled_is_listed_with_them() {
    let edge = Edge::start();
    let mut distributor = edge.distributor();
    let start = stopped(&edge);
    let mut leaver = Person::new(&["maker"]);
    let added = edge.post(&distributor.issued("/users")).issuer().json(leaver.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut leaver.id);
    std::mem::swap(&mut distributor.maker, &mut leaver);
    let key = distributor.till();
    assert_eq!(kinds(&at(&distributor, start), &key), [""; 0]);
    let path = distributor.console(&format!("/users/{}", distributor.maker.id));
    edge.patch(&path).person(&distributor.admin).json(json!({ "disabled": true })).send().ok();
    let items = at(&distributor, start);
    assert_eq!(kinds(&items, &key), ["known-to-disabled"]);
    assert_eq!(items[0]["userID"], json!(distributor.maker.id));
    distributor.read_balance(&key).ok();
    let revoke = distributor.console(&format!("/api-keys/{}/revoke", key.id));
    edge.post(&revoke).person(&leaver).json(json!({ "reason": "left" })).send().ok();
    assert_eq!(at(&distributor, start), Vec::<Value>::new());
}

#[test]
fn many_new_addresses_are_one_item_and_a_subscribers_are_one_address() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = stopped(&edge);
    let key = distributor.till();
    read_from(&distributor, &key, "192.0.2.1");
    edge.stop_clock(start + HOUR_MS);
    for host in 1..=40 {
        read_from(&distributor, &key, &format!("2001:db8:0:7::{host:x}"));
    }
    let items = at(&distributor, start + HOUR_MS);
    assert_eq!(kinds(&items, &key), ["new-ip"]);
    assert!(items[0]["message"].as_str().unwrap().contains("a new address: 2001:db8:0:7::/64"), "{items:?}");
    for net in 0..250 {
        edge.stop_clock(start + HOUR_MS + net);
        read_from(&distributor, &key, &format!("2001:db8:1:{net:x}::1"));
    }
    let items = at(&distributor, start + HOUR_MS + 250);
    assert_eq!(kinds(&items, &key), ["new-ip"], "however many: {items:?}");
    assert!(
        items[0]["message"].as_str().unwrap().contains("new addresses, the last of them 2001:db8:1:f9::/64"),
        "{items:?}"
    );
    let path = distributor.console(&format!("/api-keys/{}/usage", key.id));
    let cookie = cookie_of(&distributor.checker.sign_in(&edge));
    let used = edge.get(&path).header("Cookie", &cookie).send().ok();
    assert!(used["ips"].as_array().unwrap().len() <= 201, "{used}");
    let all: u64 = used["ips"].as_array().unwrap().iter().map(|one| one["requests"].as_u64().unwrap()).sum();
    assert_eq!(all, 291);
}
