//! For any input, the answer is the contract's, never a 500, and nothing is stored.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;

use crate::world::{PHONE, World};

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
        let packed = world.call(method, &path, who).body(b"{}").header("Content-Type", "application/json");
        packed.header("Content-Encoding", "gzip").send().refused(415, "unsupported_media_type");
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
