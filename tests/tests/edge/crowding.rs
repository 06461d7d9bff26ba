//! One caller at full speed holds up nobody: long work lets others go first, and what is refused costs little.

use std::time::{Duration, Instant};

use serde_json::json;
use universal_wallet_tests::distributor::ALL;
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::powers::real_now;

const PHONE: &str = "+2348031234567";

#[test]
fn a_verification_lets_other_calls_go_first_and_few_run_at_a_time() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for _ in 0..30 {
        distributor.cash_in(&till, PHONE, "0.01").ok();
    }
    let path = distributor.console("/audit/verify");
    let verify = || edge.get(&path).person(&distributor.maker).send();
    edge.hold_turns(true);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(verify)).collect();
        // One too many is refused as soon as four run.
        let deadline = Instant::now() + Duration::from_secs(20);
        let refused = loop {
            let answer = scope.spawn(|| {
                let person = &distributor.checker;
                edge.get(&distributor.console("/audit/verify?from=1000000")).person(person).send()
            });
            let answer = answer.join().unwrap();
            if answer.status == 429 {
                break answer;
            }
            assert!(Instant::now() < deadline, "four verifications never ran: {answer}");
        };
        refused.refused(429, "rate_limited");
        assert_eq!(refused.header("Retry-After"), Some("1"));
        // Money moves while all four are in the middle of the chain.
        distributor.cash_in(&till, PHONE, "1.00").ok();
        assert!(running.iter().all(|one| !one.is_finished()));
        edge.hold_turns(false);
        for one in running {
            assert_eq!(one.join().unwrap().ok()["valid"], true);
        }
    });
    assert_eq!(verify().ok()["valid"], true);
}

#[test]
fn verifications_ask_the_issuer_once_in_five_seconds() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now();
    edge.stop_clock(start);
    let asked = || {
        edge.reset_counts();
        assert_eq!(distributor.verify()["valid"], true);
        edge.counts().calls("ISSUER")
    };
    distributor.maker.cookie(&edge);
    assert_eq!([asked(), asked(), asked()], [1, 0, 0]);
    edge.stop_clock(start + 4_999);
    assert_eq!(asked(), 0);
    edge.stop_clock(start + 5_000);
    assert_eq!(asked(), 1);
}

#[test]
fn an_unknown_merchant_is_remembered_for_ten_seconds() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let start = real_now();
    edge.stop_clock(start);
    let pay = |code: &str| {
        let body = json!({ "operationType": "cash-in", "amount": "1.00", "merchantToShortCode": code });
        edge.reset_counts();
        let answer = distributor.operation(&till, body).send();
        (answer, edge.counts().calls("ISSUER"))
    };
    let (first, asked) = pay("200000");
    first.refused(400, "unknown_merchant");
    assert_eq!(asked, 1);
    edge.merchant("200000");
    edge.stop_clock(start + 9_999);
    let (again, asked) = pay("200000");
    again.refused(400, "unknown_merchant");
    assert_eq!(asked, 0);
    edge.stop_clock(start + 10_000);
    let (paid, asked) = pay("200000");
    assert_eq!((paid.status, asked), (200, 1));
    assert_eq!(pay("200000").1, 0);
    // Many short codes are tried twenty times a second.
    let statuses: Vec<u16> = (300_000..300_022).map(|code| pay(&code.to_string()).0.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 20, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(pay("200000").0.status, 200, "a known one goes on");
}

#[test]
fn a_refused_key_is_answered_by_the_worker_for_a_second() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let listed =
        json!({ "label": "Listed", "permissions": ["read-balance"], "allowedIPs": ["192.0.2.0/24", "2001:db8::/48"] });
    let (revoked, listed) = (distributor.till(), distributor.key(listed));
    edge.stop_clock(real_now());
    edge.post(&distributor.console(&format!("/api-keys/{}/revoke", revoked.id))).person(&distributor.maker).send().ok();
    let balance = |key, ip: &str| {
        edge.reset_counts();
        let answer = edge.get(&distributor.api("/balance")).key(key).ip(ip).send();
        (answer, edge.counts().calls("DISTRIBUTOR"))
    };
    let asked_and_then_not =
        |code: &str, status: u16, call: &dyn Fn() -> (universal_wallet_tests::answer::Answer, i64)| {
            for _ in 0..10 {
                let (answer, asked) = call();
                answer.refused(status, code);
                assert_eq!(asked, 1);
            }
            let (answer, asked) = call();
            answer.refused(429, "rate_limited");
            assert_eq!((answer.header("Retry-After"), asked), (Some("1"), 1));
            for _ in 0..3 {
                let (answer, asked) = call();
                answer.refused(429, "rate_limited");
                assert_eq!((answer.header("Retry-After"), asked), (Some("1"), 0), "no object is asked");
            }
        };
    asked_and_then_not("revoked_api_key", 401, &|| balance(&revoked, "192.0.2.1"));
    assert_eq!(balance(&revoked, "192.0.2.2").1, 1, "another address is another caller");
    // A /64 is one caller. The owner at an allowed address goes on.
    asked_and_then_not("ip_not_allowed", 403, &|| balance(&listed, "2001:db8:1::1"));
    assert_eq!(balance(&listed, "2001:db8:1::2").1, 0);
    assert_eq!(balance(&listed, "192.0.2.1").0.status, 200);
    let (answer, asked) = balance(&listed, "2001:db8:1:1::1");
    answer.refused(429, "rate_limited");
    assert_eq!(asked, 1, "the bucket is the key's, the memory that of its address");
    // A second later the caller hears the reason again.
    edge.stop_clock(real_now() + 1_100);
    balance(&listed, "2001:db8:1::1").0.refused(403, "ip_not_allowed");
    balance(&revoked, "192.0.2.1").0.refused(401, "revoked_api_key");
}

#[test]
fn a_refused_permission_stops_no_other_call_of_the_key() {
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "20").start();
    let distributor = edge.distributor();
    edge.stop_clock(real_now());
    let key = distributor.key(json!({ "label": "Reads", "permissions": ["read-balance"] }));
    let other = distributor.key(json!({ "label": "All", "permissions": ALL }));
    let statuses: Vec<u16> = (0..6).map(|_| distributor.cash_in(&key, PHONE, "1.00").status).collect();
    assert_eq!(statuses, [403, 403, 429, 429, 429, 429], "a tenth of 20");
    edge.reset_counts();
    let refused = distributor.cash_in(&key, PHONE, "1.00");
    refused.refused(429, "rate_limited");
    assert_eq!(edge.counts().all_calls(), 0);
    assert_eq!(refused.header("RateLimit-Policy"), Some("\"default\";q=20;w=1"));
    distributor.read_balance(&key).ok();
    distributor.cash_in(&other, PHONE, "1.00").ok();
    edge.get(&distributor.api("/operations")).key(&key).send().refused(429, "rate_limited");
    assert_eq!(edge.counts().calls("ISSUER"), 0);
}

#[test]
fn a_query_has_so_many_parameters_and_no_more() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let names = |number: usize| (0..number).map(|name| format!("p{name}=1")).collect::<Vec<_>>().join("&");
    edge.get(&distributor.api(&format!("/operations?{}", names(32)))).key(&till).send().ok();
    let refused = edge.get(&distributor.api(&format!("/operations?{}", names(4_000)))).key(&till).send();
    assert_eq!(refused.refused(400, "invalid_request")["errors"][0]["field"], "query");
}
