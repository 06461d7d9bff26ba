//! Requests about webhooks: who may make them, and after which proof; those that are refused.

use serde_json::{Value, json};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::factors::Signed;
use universal_wallet_tests::powers::real_now;

#[test]
fn a_url_that_leads_elsewhere_and_types_that_do_not_exist_are_refused() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for url in [
        "http://hooks.example.com",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://printer.local/",
        "https://user:password@example.com/",
        "https://example.com:8443/",
        "https://example.com./",
        "https://example.com/#x",
        "http://127.0.0.1.example.com/",
        "http://localhost:8080/",
        &format!("https://example.com/{}", "x".repeat(2048)),
    ] {
        let body = json!({ "url": url, "events": ["operation.completed"] });
        let refused = distributor.webhook(&distributor.maker, "", body).refused(400, "invalid_request");
        assert_eq!(refused["errors"][0]["field"], "url", "{url}");
    }
    for events in [json!([]), json!(["operation.done"]), json!(["float.low", "float.low"]), json!("float.low")] {
        let body = json!({ "url": "https://hooks.example.com", "events": events });
        distributor.webhook(&distributor.maker, "", body).refused(400, "invalid_request");
    }
    let body = json!({ "url": "https://Hooks.Example.com:443/a", "events": ["float.low"] });
    let asked = distributor.webhook(&distributor.maker, "", body.clone()).ok();
    assert_eq!((&asked["url"], &asked["status"]), (&json!("https://hooks.example.com/a"), &json!("pending")));
    for _ in 1..10 {
        distributor.webhook(&distributor.maker, "", body.clone()).ok();
    }
    distributor.webhook(&distributor.maker, "", body).refused(409, "invalid_state");
}

#[test]
fn every_change_of_a_webhook_needs_a_recent_proof_and_no_look_at_one() {
    let edge = Edge::start();
    let mut distributor = edge.distributor();
    let endpoint = distributor.approved_endpoint("http://127.0.0.1:1/hook", &["float.redeemed"]);
    let maker = Signed::of(&edge, &distributor.maker.sign_in(&edge));
    let (app, _) = maker.enrol_app(real_now());
    let eleven_minutes = 11 * 60_000;
    distributor.shift_clock(eleven_minutes);
    let webhooks = distributor.console("/webhooks");
    let one = format!("{webhooks}/{endpoint}");
    let create = json!({ "url": "http://127.0.0.1:1/hook", "events": ["float.low"] });
    let writes = [
        (webhooks.clone(), create.clone()),
        (format!("{one}/claim"), json!({})),
        (format!("{one}/rotate-secret"), json!({})),
        (format!("{one}/disable"), json!({ "reason": "moves" })),
        (format!("{one}/enable"), json!({})),
        (format!("{one}/test"), json!({})),
        (format!("{one}/deliveries/dlv_{}/resend", uuid::Uuid::new_v4()), json!({})),
    ];
    for (path, body) in &writes {
        maker.call("POST", path, body.clone()).refused(403, "second_factor_required");
    }
    for path in [&webhooks, &one, &format!("{one}/deliveries")] {
        maker.call("GET", path, Value::Null).ok();
    }
    maker.own("POST", "/second-factor", json!({ "totp": app.fresh_code(real_now() + eleven_minutes) })).ok();
    assert!(maker.call("POST", &format!("{one}/claim"), json!({})).ok()["secret"].is_string(), "the same call works");
    maker.call("POST", &webhooks, create).ok();

    // Where a factor is required, a person without one looks at nothing either.
    let admin = Signed::of(&edge, &distributor.admin.sign_in(&edge));
    admin.call("PATCH", &distributor.console("/settings"), json!({ "secondFactor": "required" })).ok();
    for (path, body) in writes {
        admin.call("POST", &path, body).refused(403, "enrolment_required");
    }
    admin.call("GET", &one, Value::Null).refused(403, "enrolment_required");
}
