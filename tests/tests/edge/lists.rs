//! Lists stay exact while items arrive.

use serde_json::{Value, json};
use universal_wallet_tests::edge::Edge;

const PHONE: &str = "+2348031234567";

fn next(link: Option<&str>) -> Option<String> {
    let link = link?;
    assert!(link.ends_with(">; rel=\"next\""), "{link}");
    Some(link[1..link.find('>').unwrap()].to_owned())
}

#[test]
fn cursors_stay_exact_while_operations_arrive() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let make = |count: usize| -> Vec<String> {
        (0..count)
            .map(|_| distributor.cash_in(&till, PHONE, "0.01").ok()["operationID"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut expected = make(12);
    expected.reverse();
    let mut path = distributor.api("/operations?limit=5");
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page = edge.get(&path).key(&till).send();
        let items = page.ok();
        seen.extend(items.as_array().unwrap().iter().map(|item| item["operationID"].as_str().unwrap().to_owned()));
        // New items go to the front, so no page moves.
        make(2);
        match next(page.header("Link")) {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let all = edge.get(&distributor.api("/operations?limit=1000")).key(&till).send();
    assert_eq!(all.header("Link"), None, "none on the last page");
    let all: Vec<Value> = all.ok().as_array().unwrap().clone();
    let offset = edge.get(&distributor.api("/operations?limit=4&offset=3")).key(&till).send().ok();
    assert_eq!(offset.as_array().unwrap().as_slice(), &all[3..7]);
    let numbers: Vec<u64> = all.iter().map(|item| item["sequenceNumber"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] > pair[1]), "numbers rise: {numbers:?}");
}

#[test]
fn filters_hold_and_their_cursors_are_their_own() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    for _ in 0..3 {
        distributor.cash_in(&till, PHONE, "10.00").ok();
        distributor.cash_in(&asking, PHONE, "10.00").ok();
    }
    let request = distributor.request_cash_out(PHONE, "5.00");
    distributor.process(&till, &request).ok();
    let ids = |query: &str| {
        let list = edge.get(&distributor.api(&format!("/operations?{query}"))).key(&till).send().ok();
        list.as_array().unwrap().len()
    };
    assert_eq!(ids("status=pending"), 3);
    assert_eq!(ids("status=completed"), 4);
    assert_eq!(ids("operationType=cash-in"), 6);
    assert_eq!(ids("operationType=cash-out-fulfillment"), 1);
    assert_eq!(ids("status=pending&operationType=cash-out-fulfillment"), 0);
    let page = edge.get(&distributor.api("/operations?status=pending&limit=2")).key(&till).send();
    let path = next(page.header("Link")).unwrap();
    assert_eq!(edge.get(&path).key(&till).send().ok().as_array().unwrap().len(), 1);
    for change in [path.replace("status=pending", "status=completed"), path.replace("&status=pending", "")] {
        edge.get(&change).key(&till).send().refused(400, "invalid_request");
    }
    let other = edge.distributor();
    let theirs = other.till();
    edge.get(&path.replace(&distributor.id, &other.id)).key(&theirs).send().refused(400, "invalid_request");
}

#[test]
fn open_requests_are_listed_oldest_first() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    let expected: Vec<_> = (0..5).map(|_| distributor.request_cash_out(PHONE, "1.00")).collect();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = edge.get(&distributor.api(&format!("/cashouts?limit=2&cursor={cursor}"))).key(&till).send().ok();
        assert_eq!(page["limit"], 2);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["operationID"].as_str().unwrap().to_owned()),
        );
        cursor = page["nextCursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let operations = edge.get(&distributor.api("/operations?limit=1")).key(&till).send();
    assert_eq!(operations.ok().as_array().unwrap().len(), 1);
    let foreign = json!("1-000000000000");
    let path = distributor.api(&format!("/cashouts?cursor={}", foreign.as_str().unwrap()));
    edge.get(&path).key(&till).send().refused(400, "invalid_request");
}

#[test]
fn users_are_listed_page_by_page_in_the_order_in_which_they_were_added() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let list =
        |query: &str| edge.get(&distributor.console(&format!("/users{query}"))).person(&distributor.maker).send();
    let all = list("").ok()["items"].as_array().unwrap().clone();
    assert!(all.len() > 2, "{all:?}");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(&format!("?limit=2&cursor={cursor}")).ok();
        assert!(page["items"].as_array().unwrap().len() <= 2);
        seen.extend(page["items"].as_array().unwrap().clone());
        cursor = page["nextCursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, all);
    list("?cursor=x").refused(400, "invalid_request");
}

#[test]
fn open_requests_are_listed_oldest_first_and_by_several_kinds() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.asking_key();
    let mut operations = Vec::new();
    for round in 0..3 {
        let made = distributor.cash_in(&till, PHONE, "1.00").ok();
        operations.push(made["operationID"].clone());
        distributor
            .ask_for_key(&distributor.maker, json!({ "label": round.to_string(), "permissions": ["read-balance"] }))
            .ok();
    }
    let list = |query: &str| {
        let path = distributor.console(&format!("/approvals?status=pending&{query}"));
        edge.get(&path).person(&distributor.checker).send()
    };
    let subjects = |query: &str, member: &str| -> Vec<Value> {
        let page = list(query).ok();
        page["items"].as_array().unwrap().iter().map(|one| one["subject"][member].clone()).collect()
    };
    assert_eq!(subjects("kind=operation&order=oldest", "operationID"), operations);
    assert_eq!(subjects("kind=user.create,api-key.issue&order=oldest", "label"), [json!("0"), json!("1"), json!("2")]);
    assert_eq!(subjects("kind=api-key.issue,api-key.rotate&order=newest", "label")[0], json!("2"));

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(&format!("kind=api-key.issue,operation&order=oldest&limit=4&cursor={cursor}")).ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()));
        cursor = page["nextCursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
        list(&format!("kind=operation&order=oldest&cursor={cursor}")).refused(400, "invalid_request");
    }
    assert_eq!(seen, ["operation", "api-key.issue"].repeat(3));
    for bad in ["kind=", "kind=operation,", "kind=operation,operation", "kind=none", "order=", "order=oldest,newest"] {
        list(bad).refused(400, "invalid_request");
    }
}
