//! Webhooks on the real runtime, with a receiver that verifies by the official package.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use edge_runtime::PublicServer;
use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::powers::{DAY_MS, HOUR_MS};
use universal_wallet_tests::receiver::Receiver;

const PHONE: &str = "+2348031234567";

fn types(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["type"].as_str().unwrap()).collect()
}

#[test]
fn an_independent_receiver_verifies_every_message_of_a_cash_in() {
    let (edge, receiver) = (Edge::start(), Receiver::start());
    let distributor = edge.distributor();
    let till = distributor.till();
    let endpoint = distributor.endpoint(&receiver, &["operation.created", "operation.completed", "float.topped-up"]);
    distributor.top_up("5.00");
    let made = distributor.cash_in(&till, PHONE, "12.50").ok();
    let messages = receiver.await_messages("three messages", |messages| messages.len() >= 3);
    assert_eq!(
        types(&messages).into_iter().collect::<HashSet<_>>(),
        HashSet::from(["float.topped-up", "operation.created", "operation.completed"])
    );
    for message in &messages {
        assert_eq!(message["by"], json!([0]), "verified: {message}");
    }
    let completed = messages.iter().find(|message| message["type"] == "operation.completed").unwrap();
    let shown = distributor.read_operation(&till, made["operationID"].as_str().unwrap());
    assert_eq!(completed["data"], shown, "the object as the API shows it");
    assert_eq!(completed["timestamp"], shown["updatedAt"]);

    let log = distributor.await_deliveries(&endpoint.id, |log| log.len() == 3);
    for delivery in &log {
        assert_eq!((&delivery["state"], &delivery["nextAttemptAt"]), (&json!("delivered"), &Value::Null));
        assert_eq!(
            (&delivery["attempts"][0]["status"], &delivery["attempts"][0]["error"]),
            (&json!(204), &Value::Null)
        );
    }
    // Nothing of another type, and nothing from before the claim.
    let ids: HashSet<_> = messages.iter().map(|message| message["id"].as_str().unwrap()).collect();
    assert_eq!(log.iter().map(|it| it["messageID"].as_str().unwrap()).collect::<HashSet<_>>(), ids);
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn a_test_and_a_repeat_carry_the_same_message_and_both_secrets_sign_while_one_rotates() {
    let (edge, receiver) = (Edge::start(), Receiver::start());
    let mut distributor = edge.distributor();
    let endpoint = distributor.endpoint(&receiver, &["float.redeemed"]);
    let path = |act: &str| format!("/{}/{act}", endpoint.id);
    let tested = distributor.webhook(&distributor.admin, &path("test"), json!({})).ok();
    assert_eq!((&tested["type"], &tested["state"]), (&json!("webhook.test"), &json!("waiting")));
    receiver.await_messages("the test", |messages| messages.len() == 1);
    let log = distributor.await_deliveries(&endpoint.id, |log| log[0]["state"] == "delivered");
    let resend = format!("deliveries/{}/resend", log[0]["deliveryID"].as_str().unwrap());
    distributor.webhook(&distributor.maker, &path(&resend), json!({})).ok();
    let messages = receiver.await_messages("the same again", |messages| messages.len() == 2);
    assert_eq!(messages[0]["id"], messages[1]["id"]);
    assert_eq!((&messages[0]["data"], &messages[0]["timestamp"]), (&messages[1]["data"], &messages[1]["timestamp"]));
    assert_eq!(distributor.deliveries_of(&endpoint.id).len(), 2, "each is a delivery of its own");
    let other = distributor.endpoint(&receiver, &["float.redeemed"]);
    distributor.webhook(&distributor.maker, &format!("/{}/{resend}", other.id), json!({})).refused(404, "not_found");

    let asked = distributor.webhook(&distributor.maker, &path("rotate-secret"), json!({ "overlapHours": 2 })).ok();
    assert_eq!((&asked["kind"], &asked["subject"]["overlapHours"]), (&json!("webhook.rotate"), &json!(2)));
    distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
    let claimed = distributor.webhook(&distributor.maker, &path("claim"), json!({})).ok();
    distributor.webhook(&distributor.maker, &path("claim"), json!({})).refused(410, "already_claimed");
    receiver.trust(&[&endpoint.secret, claimed["secret"].as_str().unwrap()]);
    distributor.webhook(&distributor.maker, &path("test"), json!({})).ok();
    let messages = receiver.await_messages("signed by both", |messages| messages.len() == 3);
    assert_eq!(messages[2]["by"], json!([0, 1]));
    distributor.shift_clock(2 * HOUR_MS);
    distributor.webhook(&distributor.maker, &path("test"), json!({})).ok();
    receiver.await_attempts(4);
    let newest = distributor.await_deliveries(&endpoint.id, |log| log.len() == 4 && log[0]["state"] == "delivered");
    assert_eq!(newest[0]["attempts"][0]["status"], 204);
}

#[test]
fn a_hostile_receiver_delays_no_money_and_no_other_endpoint() {
    let (edge, hostile, good) = (Edge::start(), Receiver::start(), Receiver::start());
    let distributor = edge.distributor();
    let till = distributor.till();
    let bad = distributor.endpoint(&hostile, &["operation.completed"]);
    distributor.endpoint(&good, &["operation.completed"]);
    hostile.behave("silent");
    let mut made = Vec::new();
    for _ in 0..20 {
        made.push(distributor.cash_in(&till, PHONE, "1.00").ok()["operationID"].as_str().unwrap().to_owned());
    }
    let messages = good.await_messages("all twenty", |messages| messages.len() >= 20);
    let told: HashSet<_> = messages.iter().map(|it| it["data"]["operationID"].as_str().unwrap()).collect();
    assert_eq!(told, made.iter().map(String::as_str).collect());
    hostile.await_attempts(5);
    assert_eq!(hostile.received().1, 5, "five at once, and no more while they hang");

    // A failure of each kind is in the log, as text; the silent one ends after 15 seconds.
    let log = distributor.await_deliveries(&bad.id, |log| !log.is_empty());
    assert!(log.iter().all(|it| it["attempts"][0]["error"] == "No answer within 15 seconds."), "{log:#?}");
    assert!(log.iter().all(|it| it["attempts"][0]["durationMs"].as_i64().unwrap() >= 14_900), "{log:#?}");
    let next = log[0]["nextAttemptAt"].as_str().unwrap();
    assert!(next > log[0]["attempts"][0]["at"].as_str().unwrap());
}

#[test]
fn failures_of_every_kind_are_tried_again_and_told_to_people() {
    let (edge, receiver) = (Edge::start(), Receiver::start());
    let mut distributor = edge.distributor();
    let endpoint = distributor.endpoint(&receiver, &["float.topped-up"]);
    let mut ahead = 0;
    distributor.top_up("1.00");
    receiver.await_messages("the first", |messages| messages.len() == 1);
    for (mode, status, error) in [
        ("fail", json!(500), "<script>alert(1)</script>"),
        ("redirect", json!(307), "Redirects are not followed."),
        ("endless", json!(500), "xxxx"),
    ] {
        receiver.behave(mode);
        distributor.top_up("1.00");
        let log = distributor.await_deliveries(&endpoint.id, |log| {
            log[0]["attempts"].as_array().is_some_and(|it| !it.is_empty()) && log[0]["state"] == "waiting"
        });
        let attempt = &log[0]["attempts"][0];
        assert_eq!(attempt["status"], status, "{mode}");
        assert!(attempt["error"].as_str().unwrap().starts_with(error), "{mode}: {attempt}");
        assert!(attempt["error"].as_str().unwrap().len() <= 500);
        receiver.behave("ok");
        // The next attempt is due in five seconds.
        ahead += 6_000;
        distributor.shift_clock(ahead);
        edge.alarm("WEBHOOK", &endpoint.id);
        distributor.await_deliveries(&endpoint.id, |log| log[0]["state"] == "delivered");
    }
    // Two failures in a row show under attention, and a success ends it.
    receiver.behave("fail");
    distributor.top_up("1.00");
    distributor.await_deliveries(&endpoint.id, |log| log[0]["state"] == "waiting");
    distributor.shift_clock(ahead + 6_000);
    edge.alarm("WEBHOOK", &endpoint.id);
    distributor.await_deliveries(&endpoint.id, |log| log[0]["attempts"].as_array().unwrap().len() == 2);
    let attention = |distributor: &Distributor<'_>| {
        let found = edge.get(&distributor.console("/attention")).person(&distributor.checker).send().ok();
        let of =
            found["items"].as_array().unwrap().iter().find(|item| item["webhookID"] == endpoint.id.as_str()).cloned();
        of.map(|item| item["kind"].as_str().unwrap().to_owned())
    };
    assert_eq!(attention(&distributor).as_deref(), Some("webhook-failing"));
    receiver.behave("ok");
    distributor.shift_clock(ahead + HOUR_MS);
    edge.alarm("WEBHOOK", &endpoint.id);
    distributor.await_deliveries(&endpoint.id, |log| log[0]["state"] == "delivered");
    edge.alarm("WEBHOOK", &endpoint.id);
    let deadline = Instant::now() + Duration::from_secs(20);
    while attention(&distributor).is_some() {
        assert!(Instant::now() < deadline, "still under attention");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn messages_go_to_a_certified_host_alone() {
    const HOST: &str = "hooks.example.com";
    let receiver = Receiver::start();
    let certified = receiver.as_public_host(HOST, HOST);
    let another_name = receiver.as_public_host(HOST, "hooks.example.net");
    let untrusted = PublicServer { trusted: Vec::new(), ..certified.clone() };
    let attempt_at = |server: PublicServer| {
        let edge = Setup::new().with_network(server).start();
        let distributor = edge.distributor();
        let endpoint = distributor.approved_endpoint(&format!("https://{HOST}/hook"), &["float.topped-up"]);
        distributor.webhook(&distributor.maker, &format!("/{endpoint}/claim"), json!({})).ok();
        distributor.top_up("1.00");
        let tried = |log: &[Value]| log.first().is_some_and(|message| message["attempts"][0].is_object());
        let log = distributor.await_deliveries(&endpoint, tried);
        (log[0]["state"].clone(), log[0]["attempts"][0]["status"].clone())
    };
    for refused in [untrusted, another_name] {
        assert_eq!(attempt_at(refused), (json!("waiting"), Value::Null));
    }
    assert_eq!(receiver.received().0, 0, "no request came through");
    assert_eq!(attempt_at(certified), (json!("delivered"), json!(204)));
    assert_eq!(receiver.received().0, 1);
}

#[test]
fn a_receiver_that_is_gone_or_dead_for_five_days_is_given_up_and_goes_on_where_it_stopped() {
    let (edge, receiver) = (Edge::start(), Receiver::start());
    let mut distributor = edge.distributor();
    let endpoint = distributor.endpoint(&receiver, &["float.topped-up"]);
    let await_disabled = |distributor: &Distributor<'_>| {
        let path = distributor.console(&format!("/webhooks/{}", endpoint.id));
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let read = edge.get(&path).person(&distributor.maker).send().ok();
            if read["status"] == "disabled" {
                return read["reason"].as_str().unwrap().to_owned();
            }
            assert!(Instant::now() < deadline, "{read:#}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let enable = |distributor: &Distributor<'_>| {
        let asked = distributor.webhook(&distributor.maker, &format!("/{}/enable", endpoint.id), json!({})).ok();
        distributor.approve(&distributor.checker, asked["approvalID"].as_str().unwrap()).ok();
    };
    receiver.behave("gone");
    distributor.top_up("1.00");
    assert_eq!(await_disabled(&distributor), "The receiver answered 410 Gone.");
    distributor.top_up("2.00");
    distributor.webhook(&distributor.maker, &format!("/{}/test", endpoint.id), json!({})).refused(409, "invalid_state");
    receiver.behave("ok");
    enable(&distributor);
    let messages = receiver.await_messages("both", |messages| messages.len() >= 2);
    let amounts: HashSet<_> = messages.iter().map(|message| message["data"]["amount"].as_str().unwrap()).collect();
    assert_eq!(amounts, HashSet::from(["1.00", "2.00"]), "nothing is lost while it was disabled");

    receiver.behave("fail");
    distributor.top_up("3.00");
    distributor.await_deliveries(&endpoint.id, |log| log[0]["state"] == "waiting");
    distributor.shift_clock(5 * DAY_MS + HOUR_MS);
    edge.alarm("WEBHOOK", &endpoint.id);
    assert_eq!(await_disabled(&distributor), "Nothing arrived for five days.");
    let attention = edge.get(&distributor.console("/attention")).person(&distributor.checker).send().ok();
    let kinds: Vec<_> = attention["items"].as_array().unwrap().iter().map(|item| item["kind"].clone()).collect();
    assert!(kinds.contains(&json!("webhook-disabled")), "{attention:#}");
    receiver.behave("ok");
    enable(&distributor);
    receiver.await_messages("the third", |messages| messages.iter().any(|it| it["data"]["amount"] == "3.00"));
}

#[test]
fn a_backlog_waits_in_the_chain_and_a_thousand_deliveries_are_remembered() {
    let (edge, receiver) = (Edge::start(), Receiver::start());
    let mut distributor = edge.distributor();
    let till = distributor.till();
    let endpoint =
        distributor.endpoint(&receiver, &["operation.created", "operation.processing", "operation.completed"]);
    let count = |condition: &str| {
        let sql = format!("SELECT COUNT(*) AS n FROM deliveries WHERE {condition}");
        edge.sql("WEBHOOK", &endpoint.id, &sql, json!([]))[0]["n"].as_u64().unwrap()
    };
    receiver.behave("fail");
    for _ in 0..400 {
        distributor.cash_in(&till, PHONE, "1.00").ok();
    }
    let deadline = Instant::now() + Duration::from_mins(1);
    while count("state = 'waiting'") < 1000 {
        assert!(Instant::now() < deadline, "{} wait", count("TRUE"));
        std::thread::sleep(Duration::from_millis(20));
    }
    receiver.behave("silent");
    let test = |distributor: &Distributor<'_>| {
        distributor.webhook(&distributor.maker, &format!("/{}/test", endpoint.id), json!({}))
    };
    for _ in 0..20 {
        test(&distributor).ok();
    }
    let waits = test(&distributor);
    assert!(waits.header("Retry-After").is_some());
    waits.refused(429, "rate_limited");
    assert!(count("TRUE") <= 1100, "the rest of 1,200 waits in the chain");

    receiver.kill();
    receiver.revive();
    receiver.behave("ok");
    distributor.shift_clock(HOUR_MS);
    edge.alarm("WEBHOOK", &endpoint.id);
    let ids = |messages: &[Value]| messages.iter().map(|it| it["id"].to_string()).collect::<HashSet<_>>();
    receiver.await_messages("all", |messages| ids(messages).len() == 1220);
    distributor.await_deliveries(&endpoint.id, |_| count("state <> 'delivered'") == 0);
    let path = distributor.console(&format!("/webhooks/{}/deliveries?limit=1000", endpoint.id));
    let page = edge.get(&path).person(&distributor.maker).send().ok();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["nextCursor"]), (1000, &json!("")));
    for _ in 0..34 {
        distributor.cash_in(&till, PHONE, "1.00").ok();
    }
    receiver.await_messages("a hundred more", |messages| ids(messages).len() == 1322);
    distributor.await_deliveries(&endpoint.id, |_| count("state <> 'delivered'") == 0 && count("TRUE") <= 1100);
}

#[test]
fn a_cash_in_writes_no_row_for_three_endpoints() {
    let rows = |endpoints: usize| {
        let (edge, receiver) = (Edge::start(), Receiver::start());
        let distributor = edge.distributor();
        let till = distributor.till();
        for _ in 0..endpoints {
            distributor.endpoint(&receiver, &["operation.created", "operation.completed"]);
        }
        edge.let_alarms_come(false);
        distributor.cash_in(&till, PHONE, "1.00").ok();
        receiver.await_messages("the first", |messages| messages.len() == 2 * endpoints);
        std::thread::sleep(Duration::from_millis(if endpoints > 0 { 300 } else { 0 }));
        edge.reset_counts();
        for _ in 0..10 {
            distributor.cash_in(&till, PHONE, "1.00").ok();
        }
        receiver.await_messages("the rest", |messages| messages.len() == 22 * endpoints);
        let counts = edge.counts();
        (counts.rows_written_by("DISTRIBUTOR"), counts.rows_written_by("WALLET"))
    };
    let (without, with) = (rows(0), rows(3));
    println!("rows written by ten cash-ins (distributor, wallet): {without:?} without, {with:?} with three endpoints");
    // An alarm may be set once more.
    assert!(with.0 <= without.0 + 1 && with.1 == without.1);
}
