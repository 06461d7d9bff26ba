//! The log line on a page matches a real line of the log.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use universal_wallet_tests::edge::Setup;

use super::page::Page;

/// The members of a line, and the kinds of their values.
fn form(line: &Value) -> Vec<(String, &'static str)> {
    let kind = |value: &Value| match value {
        Value::String(_) => "text",
        Value::Number(_) => "number",
        _ => "other",
    };
    line.as_object().unwrap().iter().map(|(name, value)| (name.clone(), kind(value))).collect()
}

#[test]
fn the_line_on_the_page_of_monitoring_is_what_such_a_call_leaves() {
    let blocks = Page::read("docs/guides/monitoring.md").blocks();
    let block = blocks.iter().find(|block| block.language == "log").unwrap();
    let shown: Value = serde_json::from_str(&block.text).unwrap();
    let edge = Setup::new().var("LOG_REQUESTS", "1").start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let body = json!({ "operationType": "cash-in", "amount": "1000000.01", "phoneTo": "+2348031234567" });
    let answer = distributor.operation(&till, body).ip("203.0.113.7").send();
    let id = answer.header("X-Request-ID").unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    let line = loop {
        let log = edge.log();
        if let Some(line) = log.lines().find(|line| line.contains(id)) {
            break serde_json::from_str::<Value>(line).unwrap();
        }
        assert!(Instant::now() < deadline, "{log}");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(form(&line), form(&shown), "{line}");
    for name in ["level", "route", "status", "code", "ip"] {
        assert_eq!(line[name], shown[name], "{name}");
    }
}
