//! Statements of a day, names of merchants, and filters of the list of operations.

use std::cell::RefCell;

use serde_json::{Value, json};
use universal_wallet_sdk::wire::Statement;
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::cookie_of;
use universal_wallet_tests::powers::{DAY_MS, real_now};

const PHONE: &str = "+2348031234567";

fn operations(distributor: &Distributor<'_>, key: &Key) -> Value {
    distributor.edge.get(&distributor.api("/operations")).key(key).send().ok()
}

#[test]
fn a_day_is_told_in_three_forms_and_closes_as_the_next_opens() {
    let edge = Edge::start();
    let noon = real_now().div_euclid(DAY_MS) * DAY_MS + DAY_MS / 2;
    edge.stop_clock(noon);
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "10.00").ok();
    distributor.process(&till, &distributor.request_cash_out(PHONE, "3.00")).ok();
    let today = operations(&distributor, &till)[0]["createdAt"].as_str().unwrap()[..10].to_owned();
    let read = |path: &str| edge.get(&distributor.api(&format!("/statements/{path}"))).key(&till).send();
    let open = read(&today).ok();
    assert_eq!((&open["final"], &open["openingBalance"]), (&json!(false), &json!("0.00")), "{open}");
    assert_eq!(open["closingBalance"], distributor.read_balance(&till).ok()["balance"]);
    assert_eq!(open["totals"]["cashIns"], json!({ "count": 1, "amount": "10.00" }), "{open}");
    assert_eq!(open["totals"]["cashOuts"], json!({ "count": 1, "amount": "3.00" }), "{open}");
    let read_by_the_client: Statement = serde_json::from_value(open.clone()).unwrap();
    assert_eq!(read_by_the_client.totals.cash_ins_returned.unwrap().count, 0);
    assert_eq!(read_by_the_client.entries.len(), 3);
    let types: Vec<_> = open["entries"].as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!(types, ["top-up", "cash-in", "cash-out"], "{open}");
    for (format, kind, part) in
        [("csv", "text/csv; charset=utf-8", "interim-balance"), ("camt053", "application/xml", "<Cd>ITBD</Cd>")]
    {
        let answer = read(&format!("{today}?format={format}"));
        assert_eq!(answer.header("Content-Type"), Some(kind));
        assert!(answer.text.contains(part) && answer.text.contains("cash-out"), "{answer}");
    }
    for missing in ["2020-01-01", "2999-01-01", "2026-02-30", "today", "2026-1-1"] {
        read(missing).refused(404, "not_found");
    }
    read(&format!("{today}?format=pdf")).refused(400, "invalid_request");
    edge.stop_clock(noon + DAY_MS);
    let closed = read(&today).ok();
    assert_eq!((&closed["final"], &closed["closingBalance"]), (&json!(true), &open["closingBalance"]), "{closed}");
    distributor.cash_in(&till, PHONE, "1.00").ok();
    let tomorrow = operations(&distributor, &till)[0]["createdAt"].as_str().unwrap()[..10].to_owned();
    assert_eq!(read(&tomorrow).ok()["openingBalance"], closed["closingBalance"]);
    let cookie = cookie_of(&distributor.maker.sign_in(&edge));
    let console = edge.get(&distributor.console(&format!("/statements/{today}"))).header("Cookie", &cookie);
    assert_eq!(console.send().ok(), closed);
}

#[test]
fn a_merchants_name_is_told_to_every_key_and_person() {
    let edge = Edge::start();
    edge.merchant("100000");
    let distributor = edge.distributor();
    let till = distributor.till();
    let read = |code: &str| edge.get(&distributor.api(&format!("/merchants/{code}"))).key(&till).send();
    for _ in 0..2 {
        assert_eq!(read("100000").ok()["shortCode"], "100000");
    }
    for unknown in ["200000", "200000", "1", "x"] {
        read(unknown).refused(404, "not_found");
    }
    let console = edge.get(&distributor.console("/merchants/100000")).person(&distributor.maker).send().ok();
    assert!(console["name"].is_string(), "{console}");
}

#[test]
fn filters_find_exactly_what_fits() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (till, other) = (distributor.till(), distributor.till());
    distributor.cash_in(&till, "+234 803 123 4567", "10.00").ok();
    distributor.cash_in(&other, PHONE, "11.00").ok();
    distributor.cash_in(&other, "+2348030000000", "10.00").ok();
    let body = json!({ "cashOutFulfillmentType": "bank-transfer", "transactionID": "BANK-4711" });
    let request = distributor.request_cash_out(PHONE, "3.00");
    edge.put(&distributor.api(&format!("/cashouts/{request}"))).key(&till).json(body).send().ok();
    let amounts = |query: &str| -> Vec<Value> {
        let list = edge.get(&distributor.api(&format!("/operations?{query}"))).key(&till).send().ok();
        list.as_array().unwrap().iter().map(|operation| operation["amount"].clone()).collect()
    };
    let day = &operations(&distributor, &till)[0]["createdAt"].as_str().unwrap()[..10].to_owned();
    for (query, expected) in [
        ("phone=%2B2348031234567".to_owned(), vec!["3.00", "11.00", "10.00"]),
        ("phone=+2348031234567".to_owned(), vec!["3.00", "11.00", "10.00"]),
        ("phone=0803%20123%204567".to_owned(), vec!["3.00", "11.00", "10.00"]),
        ("reference=BANK-4711".to_owned(), vec!["3.00"]),
        (format!("keyID={}", other.id), vec!["10.00", "11.00"]),
        ("amount=10".to_owned(), vec!["10.00", "10.00"]),
        (format!("from={day}&to={day}&limit=2"), vec!["3.00", "10.00"]),
        (format!("to={day}&amount=10.00&phone={PHONE}"), vec!["10.00"]),
        ("from=2999-01-01".to_owned(), vec![]),
        ("offset=1000000".to_owned(), vec![]),
        ("reference=BANK-4711&operationType=cash-in".to_owned(), vec![]),
    ] {
        assert_eq!(amounts(&query), expected, "{query}");
    }
    let long = "1".repeat(10_000);
    for name in ["phone", "reference", "keyID", "amount", "from", "to"] {
        for bad in ["", if name == "reference" { &long } else { "x" }] {
            let path = distributor.api(&format!("/operations?{name}={bad}"));
            let refused = edge.get(&path).key(&till).send();
            assert_eq!(refused.refused(400, "invalid_request")["errors"][0]["field"], name);
        }
    }
    let path = distributor.api("/operations?from=2026-02-01&to=2026-01-01");
    edge.get(&path).key(&till).send().refused(400, "invalid_request");
    let first = edge.get(&distributor.api("/operations?limit=1&phone=%2B2348031234567")).key(&till).send();
    let link = first.header("Link").unwrap().to_owned();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    assert_eq!(edge.get(next).key(&till).send().ok()[0]["amount"], "11.00", "{link}");
}

/// Follows the links of a list; the operations of all pages.
fn pages(distributor: &Distributor<'_>, key: &Key, query: &str) -> Vec<Value> {
    let mut path = distributor.api(&format!("/operations?limit=3&{query}"));
    let mut all = Vec::new();
    loop {
        let page = distributor.edge.get(&path).key(key).send();
        all.extend(page.ok().as_array().unwrap().iter().cloned());
        match page.header("Link") {
            Some(link) => link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path),
            None => return all,
        }
    }
}

#[test]
fn a_search_finds_the_same_before_and_after_its_index_is_made() {
    // In the build with faults a small segment of the index has 32 numbers, and a large one is merged of two.
    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let (till, other) = (distributor.till(), distributor.till());
    let phone = |number: u32| format!("+23480312345{:02}", number % 5);
    let of_other = RefCell::new(Vec::new());
    let make = |count: u32| {
        for number in 0..count {
            let key = if number % 11 == 0 { &other } else { &till };
            let made = distributor.cash_in(key, &phone(number), &format!("{}.00", 1 + number % 4)).ok();
            if number % 11 == 0 {
                of_other.borrow_mut().push(made["operationID"].clone());
            }
        }
        for number in 0..2 {
            let request = distributor.request_cash_out(&phone(number), "1.00");
            let reference = format!("BANK-{number}");
            let body = json!({ "cashOutFulfillmentType": "cash", "transactionID": reference });
            edge.put(&distributor.api(&format!("/cashouts/{request}"))).key(&till).json(body).send().ok();
        }
    };
    let check = || {
        let everything = pages(&distributor, &till, "");
        let mut queries = vec![(format!("keyID={}", other.id), 7)];
        for number in 0..5 {
            queries.push((format!("phone={}", phone(number).replace('+', "%2B")), 1));
            queries.push((format!("amount={}", 1 + number % 4), 1));
            queries.push((format!("amount={}&phone={}", 1 + number % 4, phone(number).replace('+', "%2B")), 1));
            queries.push((format!("reference=BANK-{number}"), 0));
        }
        for (query, least) in queries {
            let wanted: Vec<(&str, &str)> = query.split('&').map(|part| part.split_once('=').unwrap()).collect();
            let fits = |operation: &&Value| {
                wanted.iter().all(|(name, value)| match *name {
                    "phone" => ["phoneTo", "phoneFrom"]
                        .iter()
                        .any(|side| operation[side].as_str().is_some_and(|phone| phone[1..] == value[3..])),
                    "amount" => operation["amount"] == format!("{value}.00"),
                    "reference" => operation["cashOutFulfillmentID"] == *value,
                    _ => of_other.borrow().contains(&operation["operationID"]),
                })
            };
            let found = pages(&distributor, &till, &query);
            let expected: Vec<Value> = everything.iter().filter(fits).cloned().collect();
            assert!(found.len() >= least, "{query}");
            assert_eq!(found, expected, "{query}");
            let path = distributor.api(&format!("/operations?offset=2&limit=2&{query}"));
            let page = edge.get(&path).key(&till).send().ok();
            assert_eq!(page.as_array().unwrap()[..], expected[2.min(expected.len())..4.min(expected.len())], "{query}");
        }
    };
    let sql = |text: &str| edge.sql("DISTRIBUTOR", &distributor.id, text, json!([]));
    // Numbers of the segments of a level.
    let indexed = |level: u8| {
        let rows = sql(&format!("SELECT DISTINCT segment FROM search_index WHERE level = {level} ORDER BY segment"));
        rows.iter().map(|row| row["segment"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    make(70);
    check();
    assert_eq!((indexed(0), indexed(1)), (vec![], vec![]));
    // Merging is interrupted halfway.
    sql("CREATE TRIGGER interruption BEFORE INSERT ON search_index WHEN NEW.level = 1 AND NEW.part >= 2048 \
         BEGIN SELECT RAISE(ABORT, 'interrupted'); END");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!((indexed(0), indexed(1)), (vec![0, 1], vec![0]));
    check();
    edge.evict("DISTRIBUTOR", &distributor.id);
    sql("DROP TRIGGER interruption");
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!((indexed(0), indexed(1)), (vec![], vec![0]));
    check();
    edge.evict("DISTRIBUTOR", &distributor.id);
    make(20);
    check();
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!((indexed(0), indexed(1)), (vec![2], vec![0]));
    check();
    make(40);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!((indexed(0), indexed(1)), (vec![4], vec![0, 1]));
    check();
}

#[test]
fn kept_totals_of_a_day_are_those_of_its_entries_however_often_the_object_is_dropped() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.let_alarms_come(false);
    let till = distributor.till();
    for (number, sum) in [(1, "1.00"), (2, "3.00"), (3, "6.00")] {
        distributor.cash_in(&till, PHONE, &format!("{number}.00")).ok();
        edge.alarm("DISTRIBUTOR", &distributor.id);
        distributor.process(&till, &distributor.request_cash_out(PHONE, "0.50")).ok();
        let day = &operations(&distributor, &till)[0]["createdAt"].as_str().unwrap()[..10].to_owned();
        let statement = edge.get(&distributor.api(&format!("/statements/{day}"))).key(&till).send().ok();
        assert_eq!(statement["totals"]["cashIns"], json!({ "count": number, "amount": sum }), "{statement}");
        assert_eq!(statement["totals"]["cashOuts"]["count"], number, "{statement}");
        edge.evict("DISTRIBUTOR", &distributor.id);
    }
    let kept = edge.sql("DISTRIBUTOR", &distributor.id, "SELECT tally FROM day_totals", json!([]));
    let tally: Value = serde_json::from_str(kept[0]["tally"].as_str().unwrap()).unwrap();
    let altered = tally.to_string().replace("\"6.00\"", "\"7.00\"");
    edge.sql("DISTRIBUTOR", &distributor.id, "UPDATE day_totals SET tally = ?", json!([altered]));
    edge.evict("DISTRIBUTOR", &distributor.id);
    let day = &operations(&distributor, &till)[0]["createdAt"].as_str().unwrap()[..10].to_owned();
    edge.get(&distributor.api(&format!("/statements/{day}"))).key(&till).send().refused(500, "internal");
}
