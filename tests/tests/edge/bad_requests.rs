//! Methods, paths, queries and bytes that the API does not accept.

use serde_json::Value;
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;

use crate::world::World;

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
        "offset=1000000000",
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
    for query in ["limit=0", "cursor=x"] {
        let answer = read(&format!("/cashouts?{query}"));
        assert!(answer.status == 400, "{answer}");
    }
    read("/operations?limit=1000&offset=999999999").ok();
    let verify = |query: &str| edge.get(&d.console(&format!("/audit/verify?{query}"))).person(&d.maker).send();
    for query in ["from=0", "from=-1", "from=x", "from=1e3"] {
        verify(query).refused(400, "invalid_request");
    }
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
        let answer = edge.raw(format!("{head}{rest}").as_bytes());
        let status = answer.split(' ').nth(1).unwrap_or("none").to_owned();
        assert!(status == "none" || status.starts_with('4') || status.starts_with('5'), "{rest:?}: {answer}");
        assert!(status != "500", "{rest:?}: {answer}");
    }
    edge.raw(b"\x16\x03\x01\x00\xa5\x01\x00");
    edge.raw(format!("GET {} HTTP/1.1\r\n\r\n", "/x".repeat(5000)).as_bytes());
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
    // A request without a PUT is not an operation yet.
    shown(edge.get(&world.distributor.api(&format!("/operations/{}", world.request))).key(&world.key).send());
}
