//! Whatever comes in, the answer is the contract's, never a 500, and nothing is stored.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::request::{Answer, Request};

const PHONE: &str = "+2348031234567";

/// Who calls a route.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Key,
    Person,
    Issuer,
    Nobody,
}

/// A distributor, a key, and an ID of each kind of thing that paths name.
struct World<'a> {
    distributor: Distributor<'a>,
    key: Key,
    operation: String,
    approval: String,
    request: String,
}

impl<'a> World<'a> {
    fn new(edge: &'a Edge) -> Self {
        let distributor = edge.distributor();
        let till = distributor.till();
        distributor.cash_in(&till, PHONE, "100.00").ok();
        let request = distributor.request_cash_out(PHONE, "10.00");
        let key = distributor.asking_key();
        let operation = distributor.cash_in(&key, PHONE, "1.00").ok()["operationID"].as_str().unwrap().to_owned();
        let approval = distributor.approval_of(&operation);
        Self { distributor, key, operation, approval, request }
    }

    /// Every route that takes a body: method, path, who calls.
    fn with_body(&self) -> Vec<(&'static str, String, Who)> {
        let d = &self.distributor;
        let (key, approval, request) = (&self.key.id, &self.approval, &self.request);
        vec![
            ("POST", d.api("/operations"), Who::Key),
            ("PUT", d.api(&format!("/cashouts/{request}")), Who::Key),
            ("POST", "/admin/v1/session".into(), Who::Nobody),
            ("POST", "/admin/v1/session/password".into(), Who::Person),
            ("POST", d.console("/api-keys"), Who::Person),
            ("PATCH", d.console(&format!("/api-keys/{key}")), Who::Person),
            ("POST", d.console(&format!("/approvals/{approval}/approve")), Who::Person),
            ("POST", d.console(&format!("/approvals/{approval}/reject")), Who::Person),
            ("POST", d.console("/operations"), Who::Person),
            ("PUT", d.console(&format!("/cashouts/{request}")), Who::Person),
            ("POST", d.console("/users"), Who::Person),
            ("PATCH", d.console(&format!("/users/{}", d.checker.id)), Who::Person),
            ("POST", "/issuer/v1/distributors".into(), Who::Issuer),
            ("POST", d.issued("/users"), Who::Issuer),
            ("POST", d.issued("/topups"), Who::Issuer),
            ("POST", d.issued("/redemptions"), Who::Issuer),
            ("POST", "/issuer/v1/merchants".into(), Who::Issuer),
            ("POST", format!("/issuer/v1/wallets/{PHONE}/cashouts"), Who::Issuer),
        ]
    }

    /// A call of a route by who may make it, so that it is the body that is refused.
    fn call(&self, method: &str, path: &str, who: Who) -> Request<'a> {
        let d = &self.distributor;
        let request = d.edge.request(method, path);
        match who {
            Who::Key => request.key(&self.key),
            Who::Person if path.contains("/approve") || path.contains("/reject") => request.person(&d.checker),
            Who::Person if path.contains("/users") => request.person(&d.admin),
            Who::Person => request.person(&d.maker),
            Who::Issuer => request.issuer().once("bad-input"),
            Who::Nobody => request,
        }
    }

    /// What would show that something was stored.
    fn stored(&self) -> Value {
        let d = &self.distributor;
        let count = |table: &str| {
            d.edge.sql("DISTRIBUTOR", &d.id, &format!("SELECT COUNT(*) AS c FROM {table}"), json!([]))[0]["c"].clone()
        };
        let tables = ["entries", "operations", "keys", "approvals", "members", "remembered", "requests", "deadlines"];
        json!([d.position(), d.edge.wallet(&format!("wallets/{PHONE}")), tables.map(count)])
    }
}

#[track_caller]
fn well_formed(answer: &Answer) {
    let body = answer.json();
    for member in ["error", "message", "code", "requestID"] {
        assert!(body[member].is_string(), "{member} is missing: {answer}");
    }
    assert_eq!(answer.header("X-Request-ID"), body["requestID"].as_str());
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    let kind = answer.header("Content-Type").unwrap();
    assert!(kind.starts_with("application/json"), "{kind}");
}

#[test]
fn every_route_refuses_bodies_that_are_not_what_it_reads() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let before = world.stored();
    for (method, path, who) in world.with_body() {
        let send = |body: &[u8], kind: Option<&str>| {
            let request = world.call(method, &path, who).body(body);
            let answer = kind
                .map_or_else(|| world.call(method, &path, who).body(body), |kind| request.header("Content-Type", kind))
                .send();
            well_formed(&answer);
            answer
        };
        let json = Some("application/json");
        for broken in [
            &b"{"[..],
            b"{\"a\":}",
            b"nothing",
            b"{} {}",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"\xff\xfe{}",
            b"{\"a\":\"\\ud800\"}",
        ] {
            let answer = send(broken, json);
            answer.refused(400, "invalid_json");
        }
        for no_object in [&b"[]"[..], b"null", b"1", b"\"x\""] {
            let answer = send(no_object, json);
            assert!(answer.status == 400 && ["invalid_json", "invalid_request"].contains(&&*answer.code()), "{answer}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        assert_eq!(send(deep.as_bytes(), json).status, 400);
        let unknown = send(b"{\"nobodyKnowsThis\":1}", json);
        assert_eq!(unknown.status, 400, "{unknown}");
        let fields = unknown.json()["errors"].clone();
        assert!(fields.as_array().unwrap().iter().any(|error| error["field"] == "nobodyKnowsThis"), "{unknown}");
        let twice = send(b"{\"nobodyKnowsThis\":1,\"nobodyKnowsThis\":1}", json);
        assert_eq!(twice.status, 400, "{twice}");
        send(b"{}", None).refused(415, "unsupported_media_type");
        send(b"{}", Some("text/plain")).refused(415, "unsupported_media_type");
        send(b"a=b", Some("application/x-www-form-urlencoded")).refused(415, "unsupported_media_type");
        let with_parameter = send(b"{", Some("Application/JSON; charset=utf-8"));
        with_parameter.refused(400, "invalid_json");
        let mut large = b"{\"a\":\"".to_vec();
        large.resize(65 * 1024, b'x');
        send(&large, json).refused(413, "body_too_large");
    }
    assert_eq!(world.stored(), before);
}

#[test]
fn a_repeated_member_is_named() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let body =
        format!("{{\"operationType\":\"cash-in\",\"amount\":\"1.00\",\"amount\":\"2.00\",\"phoneTo\":\"{PHONE}\"}}");
    let request = edge.post(&world.distributor.api("/operations")).key(&world.key);
    let refusal = request.header("Content-Type", "application/json").body(body).send();
    let refused = refusal.refused(400, "invalid_request");
    assert_eq!(refused["errors"][0]["field"], "amount");
}

#[test]
fn amounts_that_are_not_plain_decimals_are_refused_everywhere() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let before = world.stored();
    let amounts = [
        json!("0"),
        json!("0.00"),
        json!("-1.00"),
        json!("+1.00"),
        json!("1e2"),
        json!("1.001"),
        json!("1."),
        json!(".5"),
        json!(""),
        json!(" 1.00"),
        json!("1.00 "),
        json!("1,00"),
        json!("1_000"),
        json!("١"),
        json!("１"),
        json!("0x10"),
        json!("NaN"),
        json!("Infinity"),
        json!("1000000000000000"),
        json!("9999999999999999.99"),
        json!(1),
        json!(1.5),
        json!(true),
        json!(["1.00"]),
        json!({ "a": 1 }),
        json!("1.00\u{0}"),
    ];
    for amount in amounts {
        let refused = |answer: Answer| {
            assert!(answer.status == 400 && answer.code() == "invalid_amount", "{amount}: {answer}");
        };
        let cash_in = json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
        refused(d.operation(&world.key, cash_in.clone()).send());
        refused(edge.post(&d.console("/operations")).person(&d.maker).json(cash_in).send());
        let transfer = json!({ "amount": amount, "reference": "r" });
        refused(edge.post(&d.issued("/topups")).issuer().once("a").json(transfer.clone()).send());
        refused(edge.post(&d.issued("/redemptions")).issuer().once("a").json(transfer).send());
        let request = json!({ "amount": amount, "distributorID": d.id });
        refused(edge.post(&format!("/issuer/v1/wallets/{PHONE}/cashouts")).issuer().once("a").json(request).send());
    }
    assert_eq!(world.stored(), before);
}

#[test]
fn destinations_memos_and_idempotency_keys_have_their_form() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let before = world.stored();
    let post = |change: Value| {
        let mut body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body.as_object_mut().unwrap().retain(|_, value| value != "absent");
        d.operation(&world.key, body)
    };
    for change in [
        json!({ "phoneTo": "absent" }),
        json!({ "merchantToShortCode": "100000" }),
        json!({ "phoneTo": "2348031234567" }),
        json!({ "phoneTo": "+0348031234567" }),
        json!({ "phoneTo": "+23480" }),
        json!({ "phoneTo": "+2348031234567890" }),
        json!({ "phoneTo": "+234(0)8031234567" }),
        json!({ "phoneTo": "+234 803 123 4567                  " }),
        json!({ "phoneTo": "+234\u{a0}8031234567" }),
        json!({ "phoneTo": "+٢٣٤٨٠٣١٢٣٤٥٦٧" }),
        json!({ "phoneTo": "tel:+2348031234567" }),
        json!({ "phoneTo": 2_348_031_234_567_i64 }),
        json!({ "operationType": "cash-out" }),
        json!({ "operationType": "absent" }),
        json!({ "memo": "x".repeat(257) }),
        json!({ "memo": "a\nb" }),
        json!({ "memo": "a\u{7f}b" }),
        json!({ "memo": "a\u{0}b" }),
        json!({ "memo": 5 }),
        json!({ "cashOutFulfillmentType": "cash" }),
        json!({ "phoneFrom": PHONE }),
    ] {
        let answer = post(change.clone()).send();
        assert!(answer.status == 400 && answer.code() == "invalid_request", "{change}: {answer}");
    }
    for key in ["", "\"\"", "a b", &"x".repeat(256), "ä", "a\tb"] {
        if key.is_ascii() {
            post(json!({})).once(key).send().refused(400, "invalid_request");
        }
    }
    assert_eq!(world.stored(), before);

    post(json!({ "memo": "x".repeat(256) })).once(&"k".repeat(255)).send().ok();
    for memo in [
        "🙂".repeat(256),
        "\u{202e}drow\u{202c} ₦".into(),
        "<script>alert(1)</script>".into(),
        "'; DROP TABLE operations; --".into(),
    ] {
        let id = post(json!({ "memo": memo })).send().ok()["operationID"].as_str().unwrap().to_owned();
        assert_eq!(d.read_operation(&world.key, &id)["memo"], json!(memo));
    }
    let odd = json!({ "memo": "absent", "phoneTo": " +234-(803) 123-4567" });
    let id = post(odd).send().ok()["operationID"].as_str().unwrap().to_owned();
    assert_eq!(d.read_operation(&world.key, &id)["phoneTo"], " +234-(803) 123-4567");
}

#[test]
fn other_methods_are_405_with_allow_and_unknown_paths_404() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    for (path, allowed) in [
        ("/healthz".to_owned(), &["GET", "HEAD"][..]),
        (d.api("/balance"), &["GET", "HEAD"]),
        (d.api("/operations"), &["GET", "HEAD", "POST"]),
        (d.api("/cashouts/x"), &["PUT"]),
        (d.console("/api-keys"), &["GET", "HEAD", "POST"]),
        ("/admin/v1/session".into(), &["DELETE", "GET", "HEAD", "POST"]),
        ("/issuer/v1/merchants".into(), &["POST"]),
    ] {
        for method in ["OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            if allowed.contains(&method) {
                continue;
            }
            let Some(answer) = edge.request(method, &path).key(&world.key).try_send() else {
                panic!("no answer to {method} {path}");
            };
            answer.refused(405, "method_not_allowed");
            let mut named: Vec<_> = answer.header("Allow").unwrap().split(", ").collect();
            named.sort_unstable();
            assert_eq!(named, allowed, "{path}");
        }
    }
    for path in [
        "/api".to_owned(),
        "/api/".into(),
        "/api/v2".into(),
        "/admin".into(),
        "/issuer/v1".into(),
        "/healthz/".into(),
        format!("{}/", d.api("/balance")),
        d.api("//balance"),
        d.api("/Balance"),
        d.api("/%62alanc"),
        "/api/v1/distributors/%ff/balance".into(),
        "/api/v1/distributors/../../admin/v1/sessio".into(),
        "/api/v1/distributors/36e48800-22ce-4ea0-b37a-198f7978cd5/balance".into(),
        d.api("/operations/op_x/y"),
    ] {
        edge.get(&path).key(&world.key).send().refused(404, "not_found");
    }
    for path in [
        d.api("/operations/op_x"),
        d.api("/operations/key_00000000-0000-4000-8000-000000000000"),
        d.api("/operations/%00"),
    ] {
        edge.get(&path).key(&world.key).send().refused(404, "not_found");
    }
    let head = edge.request("HEAD", &d.api("/balance")).key(&world.key).send();
    assert!(head.status == 200 && head.text.is_empty());
}

#[test]
fn queries_have_their_form() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let read = |path: &str| edge.get(&d.api(path)).key(&world.key).send();
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1.5",
        "limit=",
        "limit=ten",
        "limit=1&limit=2",
        "limit=%D9%A1",
        "limit=99999999999999999999",
        "offset=-1",
        "offset=10001",
        "offset=x",
        "cursor=x",
        "cursor=1-000000000000",
        "cursor=%ff",
        "offset=1&cursor=x",
        "status=done",
        "operationType=cash",
        "limit=%zz",
    ] {
        let answer = read(&format!("/operations?{query}"));
        assert!(answer.status == 400 && answer.code() == "invalid_request", "{query}: {answer}");
    }
    let far = read("/operations?offset=10001").json();
    assert!(far.to_string().contains("cursor"), "it names what to use instead: {far}");
    for query in ["limit=0", "cursor=x"] {
        let answer = read(&format!("/cashouts?{query}"));
        assert!(answer.status == 400, "{answer}");
    }
    read("/operations?limit=1000&offset=10000").ok();
    let verify = |query: &str| edge.get(&d.console(&format!("/audit/verify?{query}"))).person(&d.maker).send();
    for query in ["from=0", "from=-1", "from=x", "from=1e3"] {
        verify(query).refused(400, "invalid_request");
    }
}

/// Sends these bytes as they are; what comes back within a few seconds.
fn raw(edge: &Edge, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", edge.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn broken_http_hurts_nobody() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let path = d.api("/operations");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n",
        world.key.secret
    );
    let before = world.stored();
    for rest in [
        "Content-Type: application/json\r\nContent-Length: 5\r\n\r\n{\"a\":".to_owned(),
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n".into(),
        "Content-Type: application/json\r\nContent-Length: -1\r\n\r\n{}".into(),
        "Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}".into(),
        "Bad Header\r\n\r\n".into(),
        format!("Idempotency-Key: {}\r\nContent-Length: 0\r\n\r\n", "\u{e4}"),
        "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            .into(),
    ] {
        let answer = raw(&edge, format!("{head}{rest}").as_bytes());
        let status = answer.split(' ').nth(1).unwrap_or("none").to_owned();
        assert!(status == "none" || status.starts_with('4') || status.starts_with('5'), "{rest:?}: {answer}");
        assert!(status != "500", "{rest:?}: {answer}");
    }
    raw(&edge, b"\x16\x03\x01\x00\xa5\x01\x00");
    raw(&edge, format!("GET {} HTTP/1.1\r\n\r\n", "/x".repeat(5000)).as_bytes());
    assert_eq!(world.stored(), before);
    d.read_balance(&world.key).ok();
}

#[test]
fn nobody_learns_what_exists() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let other = edge.distributor();
    let theirs = other.till();
    let operation = &world.operation;
    let shown = |answer: Answer| {
        let mut body = answer.refused(404, "not_found");
        body["requestID"] = Value::Null;
        body
    };
    let there = shown(edge.get(&other.api(&format!("/operations/{operation}"))).key(&theirs).send());
    let nowhere = "op_00000000-0000-4000-8000-000000000000";
    assert_eq!(there, shown(edge.get(&other.api(&format!("/operations/{nowhere}"))).key(&theirs).send()));
    // A request that was not PUT yet is no operation.
    shown(edge.get(&world.distributor.api(&format!("/operations/{}", world.request))).key(&world.key).send());
}
